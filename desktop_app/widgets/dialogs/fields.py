"""Fields of forms: a label above, the control, and one line below that says a hint or what is wrong.

The line below is always there, so a problem that appears moves nothing.
"""

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.problems import FieldProblem, Problem
from desktop_app.widgets.dialogs.frame import IconLabel, Page, StrongLabel, WrappedLabel
from desktop_app.widgets.theme import Theme

SPIN_LIMIT = 999_999_999
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")


class CalmWheel(QObject):
    """Lets the wheel scroll the page over a field that the user is not in, instead of changing its value."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def calm(control: QWidget) -> None:
    """Make ``control`` ignore the wheel until it has the focus."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(CalmWheel(control))


def _inset(theme: Theme, box: QAbstractSpinBox) -> None:
    """Start the figures where other fields start their text; a style sheet cannot, Qt places the editor itself."""
    box.lineEdit().setTextMargins(theme.px("spacing.2"), 0, 0, 0)


class NumberBox(QSpinBox):
    """A whole number.  It takes more than the limit, so that the form can say what the limit is.

    ``none_text`` makes 0 mean "none" and shows this text for it.
    """

    def __init__(self, theme: Theme, name: str, *, none_text: str = "", step: int = 1) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setRange(0, SPIN_LIMIT)
        self.setSingleStep(step)
        self.setSpecialValueText(none_text)
        self.setGroupSeparatorShown(True)
        self.setFixedWidth(theme.px("sidebarMin"))
        _inset(theme, self)
        calm(self)

    @property
    def optional_value(self) -> int | None:
        """The number, or None for 0."""
        return self.value() or None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.value() == self.minimum() and self.specialValueText():
            self.selectAll()


class DecimalBox(QDoubleSpinBox):
    """A number with two decimals; takes a point as well as the comma of the language.

    What was given stays as exact as it is until it is edited, though two decimals are shown of it.
    """

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._given = self._shown = 0.0
        self.setObjectName(name)
        self.setRange(0, 99)
        self.setDecimals(2)
        self.setSingleStep(0.1)
        self.setFixedWidth(theme.px("header") * 2)
        _inset(theme, self)
        calm(self)

    def number(self) -> float:
        """The number."""
        return self._given if self.value() == self._shown else round(self.value(), 2)

    def set_number(self, number: float) -> None:
        """Replace the number."""
        self.setValue(number)
        self._given, self._shown = number, self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(self._localised(text), position)

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(self._localised(text))

    def _localised(self, text: str) -> str:
        mark = self.locale().decimalPoint()
        return text.replace("," if mark == "." else ".", mark)


class ChoiceBox(QComboBox):
    """A list to choose from; each choice has a text and a value.

    The values stay here: Qt would give an enumeration back as its bare text.
    """

    def __init__(self, name: str, choices: Sequence[tuple[str, object]] = ()) -> None:
        super().__init__()
        self._values: list[object] = []
        self.setObjectName(name)
        self.set_choices(choices)
        calm(self)

    @property
    def value(self) -> object:
        """The value of the chosen entry, None when nothing is chosen."""
        index = self.currentIndex()
        return self._values[index] if 0 <= index < len(self._values) else None

    def keep_narrow(self, width: int) -> None:
        """Be as wide as the longest choice and at least ``width``, instead of filling the line."""
        self.setMinimumWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_choices(self, choices: Sequence[tuple[str, object]]) -> None:
        """Replace the choices."""
        self._values = [value for _, value in choices]
        self.clear()
        self.addItems([text for text, _ in choices])

    def select(self, value: object) -> None:
        """Choose the entry of ``value``; no such entry chooses nothing."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)


class TextArea(QPlainTextEdit):
    """Several lines of plain text, kept as typed: no-break spaces survive.  Tab leaves the field.

    What was given stays as it is until it is edited, though all its line ends are shown as one kind.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._given = self._shown = ""
        self._height = 0
        self.setObjectName(name)
        self.setProperty("kind", "field")
        self.setTabChangesFocus(True)

    def set_lines(self, lines: int, *, grows: bool = False) -> None:
        """Make the field as high as ``lines`` of text, or at least so high."""
        margin = round(self.document().documentMargin()) * 2 + 10
        self._height = self.fontMetrics().lineSpacing() * lines + margin
        if grows:
            self.setMinimumHeight(self._height)
        else:
            self.setFixedHeight(self._height)

    def sizeHint(self) -> QSize:
        """No higher than was asked for: a page would scroll for it."""
        usual = super().sizeHint()
        return QSize(usual.width(), self._height or usual.height())

    def text(self) -> str:
        """The text.  ``toPlainText`` would turn no-break spaces into spaces."""
        shown = _LINE_ENDS.sub("\n", self.document().toRawText())
        return self._given if shown == self._shown else shown

    def set_text(self, text: str) -> None:
        """Replace the text; undo does not reach behind this."""
        if text != self.text():
            self._given, self._shown = text, _LINE_ENDS.sub("\n", text)
            self.setPlainText(text)


class FieldRow(QWidget):
    """A control under its label and above its hint or problem.

    ``body`` is what stands there when the control is a part of something; ``beside`` is put on the same line.
    ``head`` is the line of the label, which can take buttons at its end.
    """

    def __init__(
        self,
        theme: Theme,
        label: str,
        control: QWidget,
        *,
        hint: str = "",
        body: QWidget | None = None,
        beside: Sequence[QWidget] = (),
    ) -> None:
        super().__init__()
        self.control = control
        self._hint, self._problem, self._is_warning = hint, "", False
        self.label = StrongLabel(theme, label)
        self.label.setBuddy(control)
        control.setAccessibleName(label.replace("&", ""))
        self._icon = IconLabel(theme, "warning", "error")
        self._below = WrappedLabel()
        self._below.setMinimumHeight(theme.line_height("caption"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.px("spacing.3"))
        self.head.addWidget(self.label, 1)
        column.addLayout(self.head)
        line = _line(theme.px("spacing.2"), body or control, *beside)
        line.addStrut(theme.px("control"))  # wrapped text below would squeeze the control to its least height
        column.addLayout(line, 1)
        column.addLayout(_line(theme.px("spacing.1"), self._icon, self._below))
        self._show_line()

    def set_label(self, text: str) -> None:
        """Call the field something else."""
        self.label.setText(text)
        self.control.setAccessibleName(text.replace("&", ""))

    @property
    def problem(self) -> str:
        """What is wrong, or an empty text."""
        return self._problem

    def set_problem(self, text: str) -> None:
        """Say what is wrong with the field; an empty text says that all is well."""
        if text != self._problem:
            self._problem = text
            self._mark()
            self._show_line()

    def set_hint(self, text: str, *, is_warning: bool = False) -> None:
        """Say something about the field; a warning does not keep anybody from saving."""
        if (text, is_warning) != (self._hint, self._is_warning):
            self._hint, self._is_warning = text, is_warning
            self._show_line()

    def _mark(self) -> None:
        self.control.setProperty("hasProblem", bool(self._problem))
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)

    def _show_line(self) -> None:
        role = "error" if self._problem else "caption"
        self._below.setProperty("role", role)
        self._below.style().unpolish(self._below)
        self._below.style().polish(self._below)
        self._below.setText(self._problem or self._hint)
        self._icon.setVisible(bool(self._problem) or self._is_warning)
        self._icon.show_icon(*(("error", "error") if self._problem else ("warning", "warning")))
        self.control.setAccessibleDescription(self._problem or self._hint)


def _line(gap: int, *widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(gap)
    for widget in widgets:
        row.addWidget(widget, 1 if widget is widgets[-1] and len(widgets) > 1 else 0)
    if not any(_is_wide(widget) for widget in widgets):
        row.addStretch(1)
    return row


def _is_wide(widget: QWidget) -> bool:
    """Whether ``widget`` takes all the width there is."""
    is_fixed = widget.minimumWidth() == widget.maximumWidth()
    return not is_fixed and widget.sizePolicy().horizontalPolicy() is not QSizePolicy.Policy.Maximum


class CheckRow(QWidget):
    """A check box with a line below it that says what it means."""

    def __init__(self, theme: Theme, name: str, text: str, hint: str) -> None:
        super().__init__()
        self.box = QCheckBox(text)
        self.box.setObjectName(name)
        self.box.setAccessibleName(text.replace("&", ""))
        self.box.setAccessibleDescription(hint)
        below = WrappedLabel(hint, role="caption")
        below.setContentsMargins(theme.px("indicator") + theme.px("spacing.2") + 2, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.box, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(below)


class FormPage(Page):
    """A page of fields that belong to the fields of a value: it knows which problem to show where."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._rows: dict[str, FieldRow] = {}

    def add(
        self, field: str, row: FieldRow, stretch: int = 0, *, into: QVBoxLayout | None = None
    ) -> FieldRow:
        """Put ``row`` at the end of the page, or of a column of it; problems of ``field`` are shown there."""
        self._rows[field] = row
        (into or self.column).addWidget(row, stretch)
        return row

    def show_problems(self, problems: Sequence[FieldProblem]) -> bool:
        """Show those of ``problems`` that are of this page, clear all others; whether there are any."""
        texts = {problem.field: self._problem_sentence(problem) for problem in reversed(problems)}
        for field, row in self._rows.items():
            row.set_problem(texts.get(field, ""))
        return any(row.problem for row in self._rows.values())

    def _problem_sentence(self, problem: FieldProblem) -> str:
        limit = QLocale().toString(float(problem.limit), "f", 0 if problem.limit == int(problem.limit) else 2)
        if problem.field == "labels":
            return self._label_sentence(problem.problem, limit)
        if problem.field == "other_tools":
            return self.tr("This is not a JSON list of objects.")
        match problem.problem:
            case Problem.TOO_LONG:
                return self.tr("Too long: at most {limit} characters.").format(limit=limit)
            case Problem.TOO_SMALL:
                return self.tr("Too small: at least {limit}.").format(limit=limit)
            case Problem.TOO_LARGE:
                return self.tr("Too large: at most {limit}.").format(limit=limit)
            case Problem.NOT_JSON:
                return self.tr("This is not a JSON object.")
            case _:
                return self.tr("This cannot be empty.")

    def _label_sentence(self, problem: Problem, limit: str) -> str:
        match problem:
            case Problem.TOO_MANY:
                return self.tr("Too many: at most {limit} labels.").format(limit=limit)
            case Problem.DUPLICATE:
                return self.tr("Two labels have the same key.")
            case Problem.TOO_LONG:
                return self.tr("A key or a value is too long: at most {limit} characters.").format(
                    limit=limit
                )
            case _:
                return self.tr("A label needs a key before the equals sign.")
