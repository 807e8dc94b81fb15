"""The arguments of a function as a form, made from its schema: to see what the model is asked for, and to try it."""

import json
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.schema_fields import FieldKind, SchemaField, schema_fields
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow, TextArea
from desktop_app.widgets.dialogs.frame import WrappedLabel
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.theme import Theme

FIELDS_SHOWN = 30


class FunctionForm(QWidget):
    """A field for each argument; they are shown and, once ``set_fillable`` says so, can be filled in.

    Tab comes to them from ``head``.  Controls are called ``argument_NAME``.  Signals: ``submitted`` when Enter was
    pressed in a field.
    """

    submitted = Signal()

    def __init__(self, theme: Theme, head: QWidget) -> None:
        super().__init__()
        self._theme, self._head = theme, head
        self._fields: tuple[SchemaField, ...] | None = None
        self._rows: list[FieldRow] = []
        self._is_fillable = False
        self._note = WrappedLabel(role="caption")
        self._note.setObjectName("form_note")
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.px("spacing.1"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addLayout(self._column)
        column.addWidget(self._note)
        self.show_schema("")

    def show_schema(self, schema: str) -> None:
        """Make the fields; those of a schema that asks for the same stay as they are filled."""
        fields = schema_fields(schema)
        if fields == self._fields:
            return
        self._fields = fields
        for row in self._rows:
            dispose(row)
        self._rows = [self._row(field) for field in fields[:FIELDS_SHOWN]]
        before = self._head
        for row in self._rows:  # Tab comes to them here, however late they were made
            self._column.addWidget(row)
            QWidget.setTabOrder(before, row.control)
            before = row.control
        self._show_note(len(fields) - FIELDS_SHOWN)

    def set_fillable(self, is_fillable: bool) -> None:
        """Whether something can be typed."""
        self._is_fillable = is_fillable
        for row in self._rows:
            row.control.setEnabled(is_fillable)

    def arguments(self) -> str | None:
        """What was filled in, as JSON text; None when something is missing or wrong, which is then said below it."""
        filled: dict[str, Any] = {}
        is_well = True
        for field, row in zip(self._fields or (), self._rows, strict=False):
            text = _typed(row.control)
            try:
                if text or (field.is_required and field.kind is FieldKind.TEXT):
                    filled[field.name] = field.value(text)
                elif field.is_required:
                    raise ValueError(text)
            except ValueError:
                row.set_problem(self._problem(field))
                is_well = False
            else:
                row.set_problem("")
        return json.dumps(filled, ensure_ascii=False) if is_well else None

    def _show_note(self, left_out: int) -> None:
        if not self._fields:
            self._note.setText(self.tr("It takes no arguments."))
        else:
            self._note.setText(self.tr("%n more argument(s)", "", left_out) if left_out > 0 else "")
        self._note.setVisible(bool(self._note.text()))

    def _row(self, field: SchemaField) -> FieldRow:
        control = self._control(field)
        control.setObjectName(f"argument_{field.name}")
        control.setEnabled(self._is_fillable)
        label = (field.title or field.name).replace("&", "&&")
        row = FieldRow(self._theme, label, control)
        row.set_hint(self._hint(field))
        return row

    def _control(self, field: SchemaField) -> QWidget:
        if field.kind is FieldKind.JSON:
            area = TextArea("")
            area.setFont(self._theme.font("codeSmall"))
            area.set_lines(2)
            return area
        if field.kind in (FieldKind.CHOICE, FieldKind.BOOLEAN):
            texts = field.choices or ("true", "false")
            box = ChoiceBox("", [("", ""), *((_shown(text), text) for text in texts)])
            box.keep_narrow(self._theme.px("sidebarMin"))
            return box
        line = QLineEdit()
        line.returnPressed.connect(self.submitted)
        return line

    def _hint(self, field: SchemaField) -> str:
        kinds = {
            FieldKind.TEXT: self.tr("text"),
            FieldKind.INTEGER: self.tr("whole number"),
            FieldKind.NUMBER: self.tr("number"),
            FieldKind.BOOLEAN: self.tr("yes or no"),
            FieldKind.CHOICE: self.tr("one of %n value(s)", "", len(field.choices)),
            FieldKind.JSON: self.tr("JSON"),
        }
        parts = [kinds[field.kind], self.tr("required") if field.is_required else self.tr("optional")]
        if field.title and field.title != field.name:
            parts.insert(0, field.name)
        kind = " · ".join(parts)
        return f"{kind} — {field.description}" if field.description else kind

    def _problem(self, field: SchemaField) -> str:
        match field.kind:
            case FieldKind.INTEGER:
                return self.tr("A whole number is needed.")
            case FieldKind.NUMBER:
                return self.tr("A number is needed, with a point and not a comma.")
            case FieldKind.JSON:
                return self.tr("JSON is needed.")
            case _:
                return self.tr("This is required.")


def _typed(control: QWidget) -> str:
    if isinstance(control, ChoiceBox):
        return str(control.value or "")
    if isinstance(control, TextArea):
        return control.text().strip()
    assert isinstance(control, QLineEdit)
    return control.text()


def _shown(text: str) -> str:
    """A choice without the quotes of its JSON."""
    value = json.loads(text)
    return value if isinstance(value, str) else text
