"""The pages of the assistant's settings: each shows its part of the settings and writes it back.

A page knows nothing of the others; the dialog passes the settings through all of them.
"""

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QDate, QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QCompleter, QLineEdit, QSlider

from desktop_app.domain.assistants import (
    DESCRIPTION_LIMIT,
    INSTRUCTION_LIMIT,
    LABELS_LIMIT,
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import estimate_tokens
from desktop_app.domain.providers import max_temperature
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.fields import (
    ChoiceBox,
    DecimalBox,
    FieldRow,
    NumberBox,
    TextArea,
    calm,
)
from desktop_app.widgets.dialogs.frame import WrappedLabel, button
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme

DEFAULT_TTL_DAYS = 30
DEFAULT_LAST_MESSAGES = 20
SLIDER_STEPS = 100  # a slider holds whole numbers: hundredths of a degree


class GeneralPage(SettingsPage):
    """Name, description and labels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._name = QLineEdit()
        self._name.setObjectName("assistant_name")
        self._description = TextArea("assistant_description")
        self._description.set_lines(3)
        self._labels = TextArea("assistant_labels")
        self._labels.set_lines(4)
        self._labels.setPlaceholderText(self.tr("team = support"))
        self.add("name", FieldRow(theme, self.tr("&Name"), self._name))
        self._description_row = self.add(
            "description", FieldRow(theme, self.tr("&Description"), self._description)
        )
        labels_hint = self.tr("One a line, as key = value; at most {limit}.").format(limit=LABELS_LIMIT)
        self.add("labels", FieldRow(theme, self.tr("&Labels"), self._labels, hint=labels_hint))
        self.column.addStretch(1)
        self._name.textChanged.connect(self.changed)
        self._description.textChanged.connect(self.changed)
        self._labels.textChanged.connect(self.changed)

    def focus_name(self) -> None:
        """Put the cursor into the name."""
        self._name.setFocus(Qt.FocusReason.TabFocusReason)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        self._name.setText(settings.name)
        self._description.set_text(settings.description)
        self._labels.set_text("\n".join(f"{key} = {value}" for key, value in settings.labels))

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        description = self._description.text()
        self._description_row.set_hint(_count(description, DESCRIPTION_LIMIT))
        return replace(
            settings,
            name=self._name.text(),
            description=description,
            labels=_parse_labels(self._labels.text()),
        )


class InstructionPage(SettingsPage):
    """The instruction, in an editor as high as the dialog."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._editor = TextArea("assistant_instruction")
        self._editor.setPlaceholderText(self.tr("Who the assistant is, what it does, how it answers"))
        self._theme = theme
        self._restyle()
        theme.changed.connect(self._restyle)
        self._row = self.add("instruction", FieldRow(theme, self.tr("Instruc&tion"), self._editor), stretch=1)
        self._editor.textChanged.connect(self.changed)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the editor."""
        self._editor.set_text(settings.instruction)

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the editor says."""
        text = self._editor.text()
        tokens = QLocale().toString(estimate_tokens(text))
        self._row.set_hint(
            self.tr("{characters} · about {tokens} tokens, sent with every message").format(
                characters=_count(text, INSTRUCTION_LIMIT), tokens=tokens
            )
        )
        return replace(settings, instruction=text)

    def _restyle(self) -> None:
        self._editor.setFont(self._theme.font("reading"))


class ModelPage(SettingsPage):
    """Which model answers, how freely, how long a reply may be, how much is thought before it, and what form it has.

    Signals: ``models_wanted`` with a connection's id when its list of models is needed; ``model_chosen`` with the
    size of the chosen model's context, None when nobody knows.
    """

    models_wanted = Signal(str)
    model_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._connections: dict[ConnectionId, Connection] = {}
        self._models: dict[str, Model] = {}
        self._takes_first_model = False
        self._format_name = ResponseFormat().name
        self._connection = ChoiceBox("assistant_connection")
        self._model = self._make_model_field()
        self._fetch = button("", "assistant_models_fetch", kind="icon")
        self._fetch.setIcon(theme.icon("regenerate"))
        self._fetch.setToolTip(self.tr("Fetch the list again"))
        self._fetch.setAccessibleName(self.tr("Fetch the list of models again"))
        self._temperature = DecimalBox(theme, "assistant_temperature")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("assistant_temperature_slider")
        self._slider.setAccessibleName(self.tr("Temperature"))
        calm(self._slider)
        none_text = self.tr("Up to the service")
        self._max_tokens = NumberBox(theme, "assistant_max_tokens", none_text=none_text, step=100)
        self._connection_row = self.add(
            "connection", FieldRow(theme, self.tr("&Connection"), self._connection)
        )
        self._model_row = self.add(
            "model", FieldRow(theme, self.tr("M&odel"), self._model, beside=[self._fetch])
        )
        self._temperature_row = self.add(
            "temperature", FieldRow(theme, self.tr("&Temperature"), self._temperature, beside=[self._slider])
        )
        self.add(
            "max_tokens",
            FieldRow(
                theme,
                self.tr("Longest &reply, in tokens"),
                self._max_tokens,
                hint=self.tr("0 leaves the limit to the service."),
            ),
        )
        self._reasoning = self._make_reasoning(theme)
        self.add(
            "reasoning",
            FieldRow(
                theme,
                self.tr("Thinking &before the reply"),
                self._reasoning,
                hint=self.tr("For models that can; others may refuse a request with it."),
            ),
        )
        self._format = self._make_format(theme)
        self._format_row = self.add("format", FieldRow(theme, self.tr("Form of the repl&y"), self._format))
        self._schema = TextArea("assistant_schema")
        self._schema.set_lines(8)
        self._schema.setFont(theme.font("codeSmall"))
        self._schema.setPlaceholderText('{"type": "object", "properties": {}}')
        self._schema_row = self.add("schema", FieldRow(theme, self.tr("&JSON Schema"), self._schema))
        self.column.addStretch(1)
        self._connect()

    def show_connections(self, connections: list[Connection], chosen: ConnectionId | None) -> None:
        """Offer ``connections``; the one that the settings name is kept in the list even if it is gone."""
        self._connections = {connection.id: connection for connection in connections}
        choices: list[tuple[str, object]] = [(connection.name, connection.id) for connection in connections]
        if chosen is not None and chosen not in self._connections:
            choices.append((self.tr("A connection that was deleted"), chosen))
        with QSignalBlocker(self._connection):
            self._connection.set_choices([(self.tr("Choose a connection"), None), *choices])

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields, and ask for the models."""
        with QSignalBlocker(self._connection):
            self._connection.select(settings.connection_id)
        self._show_connection(settings.connection_id)
        self._model.setEditText(settings.model)
        self._temperature.setValue(settings.completion.temperature)
        self._max_tokens.setValue(settings.completion.max_tokens or 0)
        self._reasoning.select(settings.completion.reasoning)
        self._format.select(settings.response_format.kind)
        self._format_name = settings.response_format.name
        self._schema.set_text(settings.response_format.schema)
        self._show_format()
        self._takes_first_model = not settings.model and self._needs_model

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(
            settings,
            connection_id=self.connection_id,
            model=self._model.currentText().strip(),
            completion=CompletionOptions(
                temperature=round(self._temperature.value(), 2),
                max_tokens=self._max_tokens.optional_value,
                reasoning=Reasoning(str(self._reasoning.value)),
            ),
            response_format=ResponseFormat(
                FormatKind(str(self._format.value)), self._schema.text(), self._format_name
            ),
        )

    @property
    def connection_id(self) -> ConnectionId | None:
        """The chosen connection."""
        value = self._connection.value
        return ConnectionId(value) if isinstance(value, str) else None

    @property
    def max_temperature(self) -> float:
        """The upper end of the chosen connection's range."""
        connection = self._connections.get(self.connection_id) if self.connection_id else None
        return max_temperature(connection) if connection else 2.0

    @property
    def _needs_model(self) -> bool:
        """Whether a request must name a model; the on-device connection has one only."""
        connection = self._connections.get(self.connection_id) if self.connection_id else None
        return connection is not None and connection.kind is not ConnectionKind.ON_DEVICE

    def set_models(self, connection_id: ConnectionId, models: tuple[Model, ...]) -> None:
        """Offer ``models`` if ``connection_id`` is still the chosen one; what is typed stays."""
        if connection_id != self.connection_id:
            return
        self._models = {model.id: model for model in models}
        self._offer(list(self._models))
        if self._takes_first_model and models and not self._model.currentText():
            self._model.setEditText(models[0].id)
        self._fetch.setEnabled(True)
        self._model_row.set_hint(
            self.tr("%n model(s) on offer; any other name can be typed", "", len(models))
            if models
            else self.tr("The service lists no models; type a name.")
        )
        self._model_typed()

    def set_models_failed(self, connection_id: ConnectionId, text: str) -> None:
        """Say why there is no list."""
        if connection_id == self.connection_id:
            self._fetch.setEnabled(True)
            self._model_row.set_hint(
                self.tr("{why}. A name can be typed.").format(why=text.rstrip(".")), is_warning=True
            )

    def _make_model_field(self) -> ChoiceBox:
        field = ChoiceBox("assistant_model")
        field.setEditable(True)
        field.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        field.setMaxVisibleItems(12)
        completer = QCompleter(field.model(), field)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        field.setCompleter(completer)
        if edit := field.lineEdit():
            edit.setObjectName("assistant_model_text")
            edit.setAccessibleName(self.tr("Model"))
        return field

    def _make_reasoning(self, theme: Theme) -> ChoiceBox:
        levels = [
            (self.tr("Up to the model"), Reasoning.OFF),
            (self.tr("A little"), Reasoning.LOW),
            (self.tr("Some"), Reasoning.MEDIUM),
            (self.tr("Much"), Reasoning.HIGH),
        ]
        box = ChoiceBox("assistant_reasoning", levels)
        box.keep_narrow(theme.px("sidebar"))
        return box

    def _make_format(self, theme: Theme) -> ChoiceBox:
        kinds = [
            (self.tr("Text"), FormatKind.TEXT),
            (self.tr("A JSON object"), FormatKind.JSON_OBJECT),
            (self.tr("JSON by a schema"), FormatKind.JSON_SCHEMA),
        ]
        box = ChoiceBox("assistant_format", kinds)
        box.keep_narrow(theme.px("sidebar"))
        return box

    def _show_format(self) -> None:
        kind = self._format.value
        self._schema_row.setVisible(kind is FormatKind.JSON_SCHEMA)
        is_object = kind is FormatKind.JSON_OBJECT
        self._format_row.set_hint(self.tr("Ask for JSON in the instruction, too.") if is_object else "")

    def _format_changed(self) -> None:
        self._show_format()
        self.changed.emit()

    def _connect(self) -> None:
        self._reasoning.currentIndexChanged.connect(self.changed)
        self._format.currentIndexChanged.connect(self._format_changed)
        self._schema.textChanged.connect(self.changed)
        self._connection.currentIndexChanged.connect(self._connection_changed)
        self._fetch.clicked.connect(self._fetch_models)
        self._model.editTextChanged.connect(self._model_typed)
        self._model.editTextChanged.connect(self.changed)
        self._slider.valueChanged.connect(self._slider_moved)
        self._temperature.valueChanged.connect(self._temperature_changed)
        self._max_tokens.valueChanged.connect(self.changed)

    def _connection_changed(self) -> None:
        self._takes_first_model = self._needs_model
        self._show_connection(self.connection_id)
        self._model.setEditText("")
        self.changed.emit()

    def _show_connection(self, connection_id: ConnectionId | None) -> None:
        self._models = {}
        self._offer([])
        is_there = connection_id in self._connections
        self._fetch.setEnabled(is_there)
        is_gone = connection_id is not None and not is_there
        self._connection_row.set_hint(
            self.tr("Choose another one: this one is gone.") if is_gone else "", is_warning=is_gone
        )
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, round(self.max_temperature * SLIDER_STEPS))
            self._slider.setSingleStep(SLIDER_STEPS // 20)
            self._slider.setPageStep(SLIDER_STEPS // 10)
        top = QLocale().toString(float(self.max_temperature), "f", 0)
        self._temperature_row.set_hint(
            self.tr("0 is exact and even, {top} is free. 0.3 suits most work.").format(top=top)
        )
        if is_there:
            self._fetch_models()
        else:
            self._model_row.set_hint("")

    def _fetch_models(self) -> None:
        if self.connection_id:
            self._fetch.setEnabled(False)
            self._model_row.set_hint(self.tr("Fetching the models…"))
            self.models_wanted.emit(self.connection_id)

    def _offer(self, names: list[str]) -> None:
        typed = self._model.currentText()
        with QSignalBlocker(self._model):
            self._model.set_choices([(name, name) for name in names])
            for index, name in enumerate(names):
                self._model.setItemData(
                    index, plain_tip(self._models[name].name), Qt.ItemDataRole.ToolTipRole
                )
            self._model.setCurrentIndex(self._model.findText(typed))
            self._model.setEditText(typed)

    def _model_typed(self) -> None:
        model = self._models.get(self._model.currentText().strip())
        self.model_chosen.emit(model.context_tokens if model else None)

    def _slider_moved(self, hundredths: int) -> None:
        self._temperature.setValue(hundredths / SLIDER_STEPS)

    def _temperature_changed(self, value: float) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(round(value * SLIDER_STEPS))
        self.changed.emit()


class ContextPage(SettingsPage):
    """How much of a thread the model sees."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._context_tokens: int | None = None
        self._budget = NumberBox(theme, "assistant_max_prompt_tokens", step=500)
        self._truncation = ChoiceBox(
            "assistant_truncation",
            [
                (self.tr("As many messages as fit"), False),
                (self.tr("Only the last messages"), True),
            ],
        )
        self._truncation.keep_narrow(theme.px("sidebar"))
        self._last = NumberBox(theme, "assistant_last_messages")
        self._budget_row = self.add(
            "max_prompt_tokens", FieldRow(theme, self.tr("Longest &prompt, in tokens"), self._budget)
        )
        self.add(
            "truncation",
            FieldRow(
                theme,
                self.tr("&What is sent of a long thread"),
                self._truncation,
                hint=self.tr(
                    "The newest messages go first; your last one is always sent. Nothing is deleted."
                ),
            ),
        )
        self._last_row = self.add("last_messages", FieldRow(theme, self.tr("H&ow many messages"), self._last))
        self.column.addStretch(1)
        self._budget.valueChanged.connect(self.changed)
        self._budget.valueChanged.connect(self._show_budget_hint)
        self._truncation.currentIndexChanged.connect(self._truncation_changed)
        self._last.valueChanged.connect(self.changed)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        truncation = settings.truncation
        self._budget.setValue(truncation.max_prompt_tokens)
        self._last.setValue(
            truncation.last_messages if truncation.last_messages is not None else DEFAULT_LAST_MESSAGES
        )
        self._truncation.select(truncation.last_messages is not None)
        self._truncation_changed()
        self._show_budget_hint()

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        last = self._last.value() if self._truncation.value else None
        return replace(settings, truncation=PromptTruncation(self._budget.value(), last))

    def set_model_context(self, tokens: int | None) -> None:
        """How many tokens the chosen model takes in all, None when nobody knows."""
        self._context_tokens = tokens
        self._show_budget_hint()

    def _truncation_changed(self) -> None:
        self._last_row.setEnabled(bool(self._truncation.value))
        self.changed.emit()

    def _show_budget_hint(self) -> None:
        context = self._context_tokens
        if context is not None and self._budget.value() >= context:
            text = self.tr("The chosen model takes {tokens} tokens, prompt and reply together.")
            self._budget_row.set_hint(text.format(tokens=QLocale().toString(context)), is_warning=True)
        else:
            self._budget_row.set_hint(
                self.tr(
                    "Instruction and messages together. A token is about four Latin letters, or three others."
                )
            )


class LifetimePage(SettingsPage):
    """Whether the assistant expires, and when."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._created_at = self._last_active_at = datetime.now().astimezone()
        self._is_on = QCheckBox(self.tr("This assistant &expires"))
        self._is_on.setObjectName("assistant_lifetime")
        self._is_on.setAccessibleName(self.tr("This assistant expires"))
        self._days = NumberBox(theme, "assistant_ttl_days")
        self._policy = ChoiceBox(
            "assistant_expiration_policy",
            [
                (self.tr("After it was last used"), ExpirationPolicy.SINCE_LAST_ACTIVE),
                (self.tr("After it was made"), ExpirationPolicy.STATIC),
            ],
        )
        self._policy.keep_narrow(theme.px("sidebar"))
        self._expires = WrappedLabel(role="secondary")
        self._expires.setObjectName("assistant_expires")
        self.column.addWidget(self._is_on, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addSpacing(theme.px("spacing.3"))
        self._days_row = self.add("ttl_days", FieldRow(theme, self.tr("&Days"), self._days))
        self._policy_row = self.add("policy", FieldRow(theme, self.tr("&Counted"), self._policy))
        self.column.addWidget(self._expires)
        self.column.addStretch(1)
        self._is_on.toggled.connect(self._value_changed)
        self._days.valueChanged.connect(self._value_changed)
        self._policy.currentIndexChanged.connect(self._value_changed)

    def show_times(self, created_at: datetime, last_active_at: datetime) -> None:
        """Set what the lifetime counts from."""
        self._created_at, self._last_active_at = created_at, last_active_at

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        shown = settings.expiration or Expiration(DEFAULT_TTL_DAYS)
        self._days.setValue(shown.ttl_days)
        self._policy.select(shown.policy)
        self._is_on.setChecked(settings.expiration is not None)
        self._value_changed()

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(settings, expiration=self._expiration())

    def _expiration(self) -> Expiration | None:
        if not self._is_on.isChecked():
            return None
        return Expiration(self._days.value(), ExpirationPolicy(str(self._policy.value)))

    def _value_changed(self) -> None:
        expiration = self._expiration()
        for row in (self._days_row, self._policy_row):
            row.setEnabled(expiration is not None)
        self._expires.setText(self._sentence(expiration))
        self.changed.emit()

    def _sentence(self, expiration: Expiration | None) -> str:
        if expiration is None:
            return self.tr("Kept until you delete it.")
        try:
            at = expiration.expires_at(self._created_at, self._last_active_at).astimezone()
        except OverflowError:
            return ""
        day = QLocale().toString(QDate(at.year, at.month, at.day), QLocale.FormatType.LongFormat)
        if expiration.policy is ExpirationPolicy.STATIC:
            return self.tr("Expires on {day}.").format(day=day)
        return self.tr("Expires on {day} unless it is used before.").format(day=day)


def _count(text: str, limit: int) -> str:
    """Like "1,204 / 100,000", in the figures of the language."""
    locale = QLocale()
    return f"{locale.toString(len(text))} / {locale.toString(limit)}"


def _parse_labels(text: str) -> tuple[tuple[str, str], ...]:
    """Labels from lines of ``key = value``; a line without a sign is a key without a value."""
    lines = [line for line in text.splitlines() if line.strip()]
    pairs = (
        line.partition(" = " if " = " in line else "=") for line in lines
    )  # a key may hold the sign itself
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)
