"""One function of an assistant: what the model is told of it, who answers, and whether calls are asked about."""

from collections.abc import Mapping

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.tools import (
    FUNCTION_DESCRIPTION_LIMIT,
    FUNCTION_NAME_LIMIT,
    Command,
    Function,
    Rule,
    fingerprint,
)
from desktop_app.widgets.dialogs.command_editor import CommandEditor
from desktop_app.widgets.dialogs.command_trial import CommandTrial
from desktop_app.widgets.dialogs.disclosure import Disclosure
from desktop_app.widgets.dialogs.fields import CheckRow, ChoiceBox, FieldRow, TextArea
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.dialogs.function_form import FunctionForm
from desktop_app.widgets.dialogs.function_rows import RuleBook
from desktop_app.widgets.dialogs.schema_editor import SchemaEditor
from desktop_app.widgets.theme import Theme

FORM_DELAY_MS = 300


class FunctionEditor(QWidget):
    """Stands where the list was until it is closed.

    Signals: ``changed`` by the user; ``closed`` when the user wants the list back; ``schema_checked`` (a schema,
    whether all is well with it), a moment after it was typed.
    """

    changed = Signal()
    closed = Signal()
    schema_checked = Signal(str, bool)

    def __init__(self, theme: Theme, rules: RuleBook) -> None:
        super().__init__()
        self._theme, self._rules = theme, rules
        self._is_loading = False
        self._first = Function("")
        self.trial = CommandTrial(theme)
        self._make_fields()
        self._form_pause = QTimer(self, singleShot=True, interval=FORM_DELAY_MS)
        self._form_pause.timeout.connect(self._show_form)
        self._lay_out()
        self._connect()

    def show_function(self, function: Function) -> None:
        """Fill the fields."""
        self._is_loading = True
        self._first = function
        self._name.setText(function.name)
        self._description.set_text(function.description)
        self._parameters.set_text(function.parameters)
        self._strict.box.setChecked(function.is_strict)
        self._source.select(function.command is not None)
        self._command.show_command(function.command or Command(""))
        self.trial.settle()
        self._show_form()
        self._adapt()
        self._is_loading = False
        self._show_rule()

    def function(self) -> Function:
        """What the fields say."""
        return Function(
            self._name.text(),
            self._description.text(),
            self._parameters.text(),
            self._strict.box.isChecked(),
            self._command.command() if self._source.value else None,
        )

    def show_problems(self, texts: Mapping[str, str]) -> None:
        """Say what is wrong, by the names of ``tool_problems`` without the function's number."""
        for field, row in (self._rows | self._command.rows).items():
            row.set_problem(texts.get(field, ""))

    def focus_name(self) -> None:
        """Put the cursor into the name, to be typed over."""
        self._name.setFocus(Qt.FocusReason.TabFocusReason)
        self._name.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Alt+Left go back; Enter stays here, where the dialog would save and close."""
        is_back = event.key() == Qt.Key.Key_Left and event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Escape or is_back:
            self.closed.emit()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    # -- parts

    def _make_fields(self) -> None:
        theme = self._theme
        self._back = button(self.tr("All functions"), "function_back", kind="quiet")
        self._back.setIcon(theme.icon("chevron-left", size=16))
        self._back.setStyleSheet(f"padding: 0 {theme.px('spacing.1')}px")  # flush with the fields below
        self._name = QLineEdit()
        self._name.setObjectName("function_name")
        self._description = TextArea("function_description")
        self._description.set_lines(3)
        self._description.setPlaceholderText(self.tr("What it does, and when the model should call it"))
        self._parameters = SchemaEditor(
            theme, "function_parameters", self.tr("Arguments, as a &JSON Schema"), needs_object=True, lines=8
        )
        self._preview = Disclosure(theme, self.tr("The arguments as a form"), "function_form")
        self._form = FunctionForm(theme, self._preview.head)
        self._strict = CheckRow(
            theme,
            "function_strict",
            self.tr("Arguments have to keep to the sc&hema"),
            self.tr("Asked of services that can see to it; others ignore it."),
        )
        self._source = ChoiceBox(
            "function_source",
            [(self.tr("Me: I fill it in"), False), (self.tr("A program on this computer"), True)],
        )
        self._source.keep_narrow(theme.px("sidebar"))
        self._command = CommandEditor(theme)
        self._rule = ChoiceBox("function_rule")
        self._rule.keep_narrow(theme.px("sidebar"))
        self._rule_row = FieldRow(theme, self.tr("&When the model calls it"), self._rule)
        hint = self.tr("Latin letters, digits, _ and -; at most {limit}.").format(limit=FUNCTION_NAME_LIMIT)
        self._rows = {
            "name": FieldRow(theme, self.tr("&Name"), self._name, hint=hint),
            "description": FieldRow(theme, self.tr("&Description"), self._description),
            "parameters": self._parameters,
        }
        self._source_row = FieldRow(theme, self.tr("Who gives the &result"), self._source)

    def _lay_out(self) -> None:
        px = self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px("spacing.3"))
        back = QHBoxLayout()
        back.addWidget(self._back)
        back.addStretch(1)
        column.addLayout(back)
        for row in self._rows.values():
            column.addWidget(row)
        self._preview.set_open(True)
        inner = QVBoxLayout(self._preview.body)
        inner.setContentsMargins(px("spacing.4"), 0, 0, 0)
        inner.addWidget(self._form)
        column.addWidget(self._strict)
        column.addWidget(self._source_row)
        column.addWidget(self._command)
        column.addWidget(self._rule_row)
        column.addWidget(self._preview)
        column.addWidget(self.trial)
        column.addStretch(1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.closed)
        self._name.textChanged.connect(self._value_changed)
        self._description.textChanged.connect(self._value_changed)
        self._parameters.changed.connect(self._value_changed)
        self._parameters.changed.connect(self._form_pause.start)
        self._parameters.checked.connect(
            lambda: self.schema_checked.emit(self._parameters.text(), not self._parameters.own_problem())
        )
        self._strict.box.toggled.connect(self._value_changed)
        self._source.currentIndexChanged.connect(self._source_changed)
        self._command.changed.connect(self._value_changed)
        self._rule.activated.connect(self._rule_chosen)
        self._form.submitted.connect(self.trial.press)
        self.trial.pressed.connect(self._try)

    # -- what changes

    def _value_changed(self) -> None:
        self._show_length()
        if not self._is_loading:
            self._show_rule()
            self.changed.emit()

    def _show_length(self) -> None:
        locale = QLocale()
        length = locale.toString(len(self._description.text()))
        self._rows["description"].set_hint(f"{length} / {locale.toString(FUNCTION_DESCRIPTION_LIMIT)}")

    def _source_changed(self) -> None:
        self._adapt()
        self._value_changed()

    def _adapt(self) -> None:
        """A program can be tried; without one the form only shows what the user will be asked."""
        has_program = bool(self._source.value)
        self._command.setVisible(has_program)
        self.trial.setVisible(has_program)
        self._form.set_fillable(has_program)
        self._source_row.set_hint(
            self.tr("It is started anew for each call.")
            if has_program
            else self.tr("A card in the thread shows the arguments and takes the result.")
        )

    def _show_form(self) -> None:
        self._form_pause.stop()
        self._form.show_schema(self._parameters.text())

    def _show_rule(self) -> None:
        function = self.function()
        ask = self.tr("Ask each time") if function.command else self.tr("Ask me for the result")
        allow = [(self.tr("Always allow"), Rule.ALLOW)] if function.command else []
        choices: list[tuple[str, object]] = [(ask, Rule.ASK), *allow, (self.tr("Always deny"), Rule.DENY)]
        self._rule.set_choices(choices)
        rule = self._rules.rule(function)
        self._rule.select(rule)
        was_decided = self._rules.rule(self._first) is not Rule.ASK
        if was_decided and rule is Rule.ASK and fingerprint(function) != fingerprint(self._first):
            text = self.tr("It has changed since you decided, so it asks again.")
            self._rule_row.set_hint(text, is_warning=True)
        else:
            self._rule_row.set_hint(self.tr("Any change of the function or its program asks again."))

    def _rule_chosen(self) -> None:
        self._rules.decide(self.function(), Rule(str(self._rule.value)))
        self._show_rule()
        self.changed.emit()

    def _try(self) -> None:
        self._show_form()
        arguments = self._form.arguments()
        if arguments is not None:
            self.trial.begin(self.function(), arguments)
