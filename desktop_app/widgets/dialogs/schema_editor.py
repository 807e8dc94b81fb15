"""A field for a JSON Schema: monospaced, checked while it is typed, laid out evenly on demand."""

from functools import partial

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor

from desktop_app.domain.assistants import SCHEMA_LIMIT
from desktop_app.domain.schemas import SchemaFault, SchemaProblem, schema_problem, tidy
from desktop_app.qt.aside import Aside
from desktop_app.widgets.dialogs.fields import FieldRow, TextArea
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme

CHECK_DELAY_MS = 250
INDENT = 2


class _CodeArea(TextArea):
    """A text area whose new lines begin where the last one did, deeper after an opening bracket."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not is_return or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        depth = len(line) - len(line.lstrip(" ")) + INDENT * line.rstrip().endswith(("{", "["))
        cursor.insertText("\n" + " " * depth)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()


class SchemaEditor(FieldRow):
    """A row of a form, so ``FormPage.add`` takes it; the line below says what is wrong, or how long the schema is.

    ``changed``: the text is another one.  ``checked``: it was looked at, a moment later; ``problem`` (a property) and
    ``own_problem()`` say what came of it.  An empty text is none of its problems: the form knows whether it may be.
    """

    changed = Signal()
    checked = Signal()

    def __init__(
        self,
        theme: Theme,
        object_name: str,
        label: str | None = None,
        *,
        needs_object: bool = True,
        lines: int = 10,
    ) -> None:
        self.area = _CodeArea(object_name)
        self._tidy = button("", f"{object_name}_tidy", kind="link")
        super().__init__(theme, "", self.area)
        self.set_label(self.tr("JSON Sc&hema") if label is None else label)
        self._tidy.setText(self.tr("Tidy up"))
        self._tidy.setAccessibleName(self.tr("Lay the schema out evenly"))
        self._tidy.setToolTip(self.tr("Lay the schema out evenly"))
        self.head.addWidget(self._tidy)
        self._theme, self._needs_object = theme, needs_object
        self._own = self._form = ""
        self._lines = lines
        self.area.setLineWrapMode(TextArea.LineWrapMode.NoWrap)
        self.area.setPlaceholderText('{"type": "object", "properties": {}}')
        self._restyle()
        theme.changed.connect(self._restyle)
        self._aside = Aside(self)
        self._timer = QTimer(self, singleShot=True, interval=CHECK_DELAY_MS)
        self._timer.timeout.connect(self._check)
        self._aside.answered.connect(self._take)
        self.area.textChanged.connect(self._text_changed)
        self._tidy.clicked.connect(self._tidy_up)
        self._text_changed()

    def text(self) -> str:
        """The schema as typed."""
        return self.area.text()

    def set_text(self, text: str) -> None:
        """Show another schema, which is checked at once."""
        self.area.set_text(text)
        self._timer.stop()
        self._check()

    def own_problem(self) -> str:
        """What is wrong with the schema itself, in a sentence; an empty text until it was looked at."""
        return self._own

    def set_problem(self, text: str) -> None:
        """Say what the form has against it; what is wrong with the schema itself is told first.

        Nothing is wrong with an editor that is not shown: its schema is not asked for.
        """
        self._form = text
        super().set_problem("" if self.isHidden() else self._own or self._form)

    def _text_changed(self) -> None:
        text = self.text()
        locale = QLocale()
        length = f"{locale.toString(len(text))} / {locale.toString(SCHEMA_LIMIT)}"
        self.set_hint(self.tr("{characters} characters").format(characters=length))
        self._tidy.setEnabled(bool(text.strip()))
        self._aside.forget()
        self._timer.start()
        self.changed.emit()

    def _check(self) -> None:
        self._aside.ask(partial(schema_problem, self.text(), needs_object=self._needs_object))

    def _take(self, found: object) -> None:
        problem = found if isinstance(found, SchemaProblem) else None
        self._own = self._sentence(problem) if problem else ""
        self.set_problem(self._form)
        self.checked.emit()

    def _tidy_up(self) -> None:
        text = tidy(self.text())
        if text != self.text():
            cursor = self.area.textCursor()  # in one step, which undo takes back
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)

    def _restyle(self) -> None:
        self.area.setFont(self._theme.font("codeSmall"))
        self.area.set_lines(self._lines)

    def _sentence(self, problem: SchemaProblem) -> str:
        if problem.fault is SchemaFault.EMPTY:
            return ""
        if problem.fault is SchemaFault.TOO_LONG:
            limit = QLocale().toString(problem.limit)
            return self.tr("Too long: at most {limit} characters.").format(limit=limit)
        if problem.fault is SchemaFault.TOO_DEEP:
            return self.tr("Brackets are nested too deep.")
        line, column = QLocale().toString(problem.line), QLocale().toString(problem.column)
        place = self.tr("Line {line}, character {column}: {what}")
        return place.format(line=line, column=column, what=self._what(problem))

    def _what(self, problem: SchemaProblem) -> str:
        match problem.fault:
            case SchemaFault.REFUSED:
                return self._refusal(problem)
            case SchemaFault.ROOT_NOT_OBJECT:
                return self.tr("the outermost schema needs {field}.").format(field='"type": "object"')
            case SchemaFault.NOT_OBJECT:
                return self.tr("a schema is an object in curly brackets.")
            case SchemaFault.LOST_REFERENCE:
                text = self.tr(
                    "{reference} leads to no schema in this one; nothing is fetched from elsewhere."
                )
                return text.format(reference=problem.value)
            case SchemaFault.VALUE_EXPECTED:
                return self.tr("a value is missing.")
            case SchemaFault.COMMA_EXPECTED:
                return self.tr("a comma or a closing bracket is missing.")
            case SchemaFault.COLON_EXPECTED:
                return self.tr("a colon is missing after the key.")
            case SchemaFault.KEY_EXPECTED:
                return self.tr("a key in double quotes is missing, or there is a comma too many.")
            case SchemaFault.STRING_OPEN:
                return self.tr("a text is not closed by a quote.")
            case SchemaFault.BAD_CHARACTER:
                return self.tr("a text holds a line break, a tab or a backslash that means nothing.")
            case SchemaFault.TEXT_AFTER_END:
                return self.tr("there is more after the end of the schema.")
            case _:
                return self.tr("this is not JSON.")

    def _refusal(self, problem: SchemaProblem) -> str:
        place = " › ".join(problem.place)
        if problem.expected:
            text = self.tr("{value} cannot stand at {place}; possible: {expected}.")
        else:
            text = self.tr("{value} cannot stand at {place}.")
        return text.format(value=problem.value, place=place, expected=", ".join(problem.expected))
