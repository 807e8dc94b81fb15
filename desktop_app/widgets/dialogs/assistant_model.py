"""The page of the assistant's settings with the model and what is asked of it."""

from dataclasses import replace

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCompleter, QSlider

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    FormatKind,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.providers import kind_of, max_temperature
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.fields import ChoiceBox, DecimalBox, FieldRow, NumberBox, calm
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.dialogs.schema_editor import SchemaEditor
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme

SLIDER_STEPS = 100  # a slider holds whole numbers: hundredths of a degree


class ModelPage(SettingsPage):
    """Which model answers, how freely, how long a reply may be, how much is thought before it, and what form it has.

    Signals: ``models_wanted`` with a connection's id when its list of models is needed; ``connection_chosen`` with the
    connection (None: not there) and ``model_chosen`` with the size of the model's context (None: nobody knows).
    """

    models_wanted = Signal(str)
    connection_chosen = Signal(object)
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
            "temperature", FieldRow(theme, self.tr("T&emperature"), self._temperature, beside=[self._slider])
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
        self._reasoning_row = self.add(
            "reasoning",
            FieldRow(
                theme,
                self.tr("Thinking &before the reply"),
                self._reasoning,
            ),
        )
        self._format = self._make_format(theme)
        self._format_row = self.add("format", FieldRow(theme, self.tr("Form of the repl&y"), self._format))
        self._schema = SchemaEditor(theme, "assistant_schema", self.tr("&JSON Schema"), needs_object=False)
        self.add("schema", self._schema)
        self.column.addStretch(1)
        self._connect()

    def leave_out_connection(self) -> None:
        """Let the connection be what it is, and be out of sight."""
        self._connection_row.hide()

    def focus_temperature(self) -> None:
        """Put the cursor where a question is most often asked otherwise."""
        self._temperature.setFocus(Qt.FocusReason.TabFocusReason)
        self._temperature.selectAll()

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
        self._temperature.set_number(settings.completion.temperature)
        self._max_tokens.setValue(settings.completion.max_tokens or 0)
        self._reasoning.select(settings.completion.reasoning)
        self._format.select(settings.response_format.kind)
        self._format_name = settings.response_format.name
        self._schema.set_text(settings.response_format.schema)
        self._show_format()
        self._takes_first_model = False

    def take_first_model(self) -> None:
        """Where no model is named yet, take the first one on offer as soon as there is one."""
        self._takes_first_model = self._needs_model and not self._model.currentText()

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(
            settings,
            connection_id=self.connection_id,
            model=self._model.currentText().strip(),
            completion=CompletionOptions(
                temperature=self._temperature.number(),
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
        self._schema.setVisible(kind is FormatKind.JSON_SCHEMA)
        is_object = kind is FormatKind.JSON_OBJECT
        self._format_row.set_hint(self.tr("Ask for JSON in the instruction, too.") if is_object else "")

    def _format_changed(self) -> None:
        self._show_format()
        self.changed.emit()

    def _connect(self) -> None:
        self._reasoning.currentIndexChanged.connect(self.changed)
        self._format.currentIndexChanged.connect(self._format_changed)
        self._schema.changed.connect(self.changed)
        self._schema.checked.connect(self.changed)
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
        connection = self._connections.get(connection_id) if connection_id else None
        self._show_reasoning(connection)
        self.connection_chosen.emit(connection)
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

    def _show_reasoning(self, connection: Connection | None) -> None:
        """Where the service has no such setting there is no field; what was chosen is kept for one that has."""
        self._reasoning_row.setVisible(connection is None or kind_of(connection).has_reasoning)
        if connection is not None and kind_of(connection).has_reasoning_switch:
            self._reasoning_row.set_hint(self.tr("This service only knows on and off."))
        else:
            self._reasoning_row.set_hint(self.tr("For models that can; others may refuse a request with it."))

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
