"""What cards and steps of calls are made of: text that is only read, folded when it is long, and arguments."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextBlockFormat, QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import WrappedLabel, button, rename
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import Argument, arguments_of, visible

FOLDED_LINES, FOLDED_LENGTH = 6, 400
SHOWN_LENGTH = 20_000
SHOWN_LINES = 16
NAMES_SHARE = 0.3


class ReadText(QTextEdit):
    """Plain text that can be selected: as high as it is, up to ``SHOWN_LINES`` lines, breaking also inside words."""

    def __init__(self, theme: Theme, text: str, *, scale: str = "codeSmall") -> None:
        super().__init__()
        self._line = theme.line_height(scale)
        self.setReadOnly(True)
        self.setFont(theme.font(scale))
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._measured = QTextDocument(self)
        self._heights: dict[int, int] = {}
        self.show_text(text)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_text(self, text: str) -> None:
        """Show another text, its lines as far apart as the theme's."""
        for document in (self.document(), self._measured):
            document.setDocumentMargin(0)
            document.setDefaultFont(self.font())
            document.setDefaultTextOption(self.document().defaultTextOption())
            document.setPlainText(text)
            cursor = QTextCursor(document)
            cursor.select(QTextCursor.SelectionType.Document)
            lines = QTextBlockFormat()
            lines.setLineHeight(self._line, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
            cursor.mergeBlockFormat(lines)
        self._heights.clear()
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # Measured on a copy: the layout asks, again and again, for widths that the text is never shown at.
        if width not in self._heights:
            self._measured.setTextWidth(width)
            self._heights[width] = min(ceil(self._measured.size().height()), SHOWN_LINES * self._line)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(1, self._line)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self._line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_cut = self.document().size().height() > self.height()
        # What can be scrolled must be reached without a mouse; the rest is no stop on the way to the buttons.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_cut else Qt.FocusPolicy.ClickFocus)


class FoldedText(QWidget):
    """A text, ``visible``, whose beginning is shown when it is long.  ``resized()``: it wants another height."""

    resized = Signal()

    def __init__(self, theme: Theme, text: str, name: str, opened: set[str]) -> None:
        super().__init__()
        self._name, self._opened = name, opened
        self._whole = visible(_cut(text))
        self._start = visible(_beginning(text))
        self.box = ReadText(theme, "")
        self._more: QPushButton = button("", f"unfold_{name}", kind="fold")
        self._more.clicked.connect(self._toggle)
        self._more.setVisible(_is_long(text))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.box)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    def _show(self) -> None:
        is_open = self._name in self._opened
        self.box.show_text(self._whole if is_open else self._start)
        rename(self._more, self.tr("Show less") if is_open else self.tr("Show all"))

    def _toggle(self) -> None:
        self._opened ^= {self._name}
        self._show()
        self.resized.emit()


class Arguments(QWidget):
    """The arguments of a call as names and values, or as they came when asked for or when they are no JSON object.

    ``resized()``: it wants another height.
    """

    resized = Signal()

    def __init__(self, theme: Theme, text: str, name: str, opened: set[str]) -> None:
        super().__init__()
        self._theme, self._text, self._name, self._opened = theme, text, name, opened
        self._raw: FoldedText | None = None
        arguments = arguments_of(text)
        self._table = self._make_table(arguments) if arguments is not None else None
        self._toggle: QPushButton = button("", f"{name}_json", kind="fold")
        self._toggle.clicked.connect(self._on_toggled)
        self._toggle.setVisible(bool(arguments))
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        if self._table is None:
            column.addWidget(WrappedLabel(self.tr("The arguments are not a JSON object:"), role="caption"))
        else:
            column.addWidget(self._table)
        column.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    def _make_table(self, arguments: Sequence[Argument]) -> QWidget:
        theme, table = self._theme, QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px("spacing.3"))
        grid.setVerticalSpacing(theme.px("spacing.1"))
        grid.setColumnStretch(1, 1)
        if not arguments:
            grid.addWidget(WrappedLabel(self.tr("No arguments"), role="caption"), 0, 0, 1, 2)
        widest = round(theme.px("textColumn") * NAMES_SHARE)
        for row, one in enumerate(arguments):
            label = QLabel(_elided_middle(one.name), table)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFont(theme.font("codeSmall"))
            label.setProperty("role", "secondary")
            label.setMaximumWidth(widest)
            label.setFixedHeight(theme.line_height("codeSmall"))
            label.setAlignment(Qt.AlignmentFlag.AlignBottom)  # on the line of the value
            value = FoldedText(theme, one.value, f"{self._name}_{row}", self._opened)
            value.box.setAccessibleName(one.name)
            value.resized.connect(self.resized)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        return table

    def _make_raw(self) -> FoldedText:
        raw = FoldedText(self._theme, self._text, f"{self._name}_raw", self._opened)
        raw.box.setAccessibleName(self.tr("Arguments as JSON"))
        raw.resized.connect(self.resized)
        self._column.insertWidget(1, raw)
        return raw

    def _on_toggled(self) -> None:
        self._opened ^= {f"{self._name}_json"}
        self._show()
        self.resized.emit()

    def _show(self) -> None:
        is_raw = self._table is None or f"{self._name}_json" in self._opened
        if self._table is not None:
            self._table.setVisible(not is_raw)
        if is_raw and self._raw is None:
            self._raw = self._make_raw()
        if self._raw is not None:
            self._raw.setVisible(is_raw)
        rename(self._toggle, self.tr("Show as a table") if is_raw else self.tr("Show as JSON"))


def height_of(part: QWidget, width: int) -> int:
    """What the layout of ``part`` needs at ``width``."""
    layout = part.layout()
    assert layout is not None
    layout.activate()
    return (
        layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    )


def _is_long(text: str) -> bool:
    return len(text) > FOLDED_LENGTH or text.count("\n") >= FOLDED_LINES


def _beginning(text: str) -> str:
    """The first lines of a long text, all of a short one."""
    if not _is_long(text):
        return text
    lines = text[:FOLDED_LENGTH].split("\n")[:FOLDED_LINES]
    return "\n".join(lines) + " …"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + " …"


def _elided_middle(name: str, length: int = 32) -> str:
    half = length // 2
    return name if len(name) <= length else f"{name[:half]}…{name[-half:]}"
