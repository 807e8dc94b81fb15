"""What can be connected: services, servers of this computer, a model file; and what was found already.

Nothing is looked for before the user asks, and nothing of the environment is used before it is chosen.
"""

from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import FoundServer, Offer
from desktop_app.domain.providers import KINDS, YANDEX
from desktop_app.widgets.dialogs.card import Card, CardGrid
from desktop_app.widgets.dialogs.frame import Page, StrongLabel, WrappedLabel, button
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.spinner import Spinner
from desktop_app.widgets.theme import Theme


class Preset(NamedTuple):
    """Something to connect: how it is called, what it needs, and the connection to begin with.

    ``id`` is the end of the card's object name.
    """

    id: str
    icon: str
    title: str
    needs: str
    draft: Connection


class ConnectionChooser(Page):
    """Cards to choose from.

    Signals: ``chosen`` (a Connection to begin with); ``offer_accepted`` (Offer); ``discovery_requested``, answered by
    ``show_found``.
    """

    chosen = Signal(object)
    offer_accepted = Signal(object)
    discovery_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._found: dict[str, FoundServer] = {}
        self._services = [self._card(preset) for preset in self._service_presets()]
        self._servers = {preset: self._card(preset, lines=1) for preset in self._server_presets()}
        self._others = [self._card(preset) for preset in self._other_presets()]
        self._intro = WrappedLabel(role="secondary")
        self._offers = QVBoxLayout()
        self._offers.setSpacing(theme.px("spacing.2"))
        self._look = button(self.tr("&Look for servers"), "connection_discover")
        self._look.setProperty("isSmall", True)
        self._look.clicked.connect(self._look_clicked)
        self._spinner = Spinner(theme)
        self._spinner.hide()
        self._result = WrappedLabel(role="caption")
        self._result.setObjectName("connection_discovered")
        self._lay_out()
        self.set_empty(False)

    def set_empty(self, is_empty: bool) -> None:
        """Say that there is no connection yet, or not."""
        start = self.tr("No connections yet.") + " " if is_empty else ""
        self._intro.setText(start + self.tr("Everything can be changed later."))

    def show_offers(self, offers: list[Offer]) -> None:
        """Offer what the environment has the parts of."""
        while item := self._offers.takeAt(0):
            if widget := item.widget():
                dispose(widget)
        for offer in offers:
            card = Card(
                self._theme,
                f"connection_offer_{offer.variable.lower()}",
                "key",
                self.tr("{name}, with {variable}").format(
                    name=offer.connection.name, variable=offer.variable
                ),
                self._offer_text(offer),
                lines=1,
                padding="spacing.3",
            )
            card.clicked.connect(lambda _=False, offer=offer: self.offer_accepted.emit(offer))
            self._offers.addWidget(card)

    def show_found(self, servers: list[FoundServer]) -> None:
        """Say which servers of this computer answered."""
        self._set_searching(False)
        self._found = {server.name: server for server in servers}
        for preset, card in self._servers.items():
            server = self._found.get(preset.title)
            card.show_icon("check" if server else preset.icon, "success" if server else "icon")
            card.show_text(self._found_text(server) if server else preset.needs)
        names = ", ".join(server.name for server in servers)
        self._result.setText(
            self.tr("Found: {names}.").format(names=names)
            if servers
            else self.tr("No server answers at the usual ports.")
        )
        self._result.show()

    def focus_first(self) -> None:
        """Put the keyboard on the first card."""
        offer = self._offers.itemAt(0)
        first = offer.widget() if offer else self._services[0]
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def _lay_out(self) -> None:
        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px("spacing.2"))
        head.addWidget(StrongLabel(theme, self.tr("On this computer")))
        head.addStretch(1)
        head.addWidget(self._spinner)
        head.addWidget(self._look)
        column = self.column
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(WrappedLabel(self.tr("What do you want to connect?"), role="dialogTitle"))
        column.addWidget(self._intro)
        column.addLayout(self._offers)
        column.addSpacing(theme.px("spacing.2"))
        column.addWidget(StrongLabel(theme, self.tr("Services")))
        column.addWidget(CardGrid(theme, self._services))
        column.addSpacing(theme.px("spacing.2"))
        column.addLayout(head)
        column.addWidget(self._result)
        column.addWidget(CardGrid(theme, list(self._servers.values())))
        column.addSpacing(theme.px("spacing.2"))
        column.addWidget(StrongLabel(theme, self.tr("Anything else")))
        column.addWidget(CardGrid(theme, self._others))
        column.addStretch(1)
        self._result.hide()

    def _card(self, preset: Preset, *, lines: int = 2) -> Card:
        card = Card(
            self._theme,
            f"connection_preset_{preset.id}",
            preset.icon,
            preset.title,
            preset.needs,
            lines=lines,
            padding="spacing.3",
        )
        card.clicked.connect(lambda: self.chosen.emit(self._draft(preset)))
        return card

    def _draft(self, preset: Preset) -> Connection:
        """What to begin with: where the server was found, if it was."""
        server = self._found.get(preset.title)
        if server is None:
            return preset.draft
        auth = Auth.API_KEY if server.needs_key else preset.draft.auth
        return replace(preset.draft, base_url=server.base_url, auth=auth)

    def _look_clicked(self) -> None:
        self._set_searching(True)
        self.discovery_requested.emit()

    def _set_searching(self, is_searching: bool) -> None:
        self._look.setEnabled(not is_searching)
        self._spinner.setVisible(is_searching)
        if is_searching:
            self._result.setText(self.tr("Looking at the usual ports of this computer…"))
            self._result.show()

    def _offer_text(self, offer: Offer) -> str:
        if offer.others:
            return self.tr("Found in the environment together with {names}.").format(
                names=", ".join(offer.others)
            )
        return self.tr("Found in the environment; used only if you choose it.")

    def _found_text(self, server: FoundServer) -> str:
        if server.needs_key:
            return self.tr("Answers, and wants a key.")
        return self.tr("Answers: %n model(s).", "", len(server.models))

    def _service_presets(self) -> list[Preset]:
        key = Auth.API_KEY
        return [
            Preset(
                "yandex",
                "assistant",
                YANDEX.name,
                self.tr("A folder id and an API key of a service account."),
                replace(_draft(ConnectionKind.RESPONSES, YANDEX.name, key), provider=YANDEX.id),
            ),
            Preset(
                "openai",
                "assistant",
                "OpenAI",
                self.tr("An API key."),
                _draft(ConnectionKind.RESPONSES, "OpenAI", key, "https://api.openai.com/v1"),
            ),
            Preset(
                "yandex_text",
                "clock",
                self.tr("Yandex text generation"),
                self.tr("A folder id and a key; deferred requests, exact token counts."),
                _draft(ConnectionKind.YANDEX_TEXT, self.tr("Yandex text generation"), key),
            ),
            Preset(
                "assistant_api",
                "archive",
                self.tr("AI Assistant API"),
                self.tr("A server of your own that speaks it, a folder id and a key."),
                _draft(ConnectionKind.ASSISTANT_API, self.tr("AI Assistant API"), key),
            ),
        ]

    def _server_presets(self) -> list[Preset]:
        usual = (
            ("ollama", "Ollama", 11434),
            ("lmstudio", "LM Studio", 1234),
            ("llamacpp", "llama.cpp", 8080),
            ("vllm", "vLLM", 8000),
        )
        return [
            Preset(
                id_,
                "connection",
                name,
                self.tr("Usually at port {port}.").format(port=port),
                _draft(ConnectionKind.CHAT, name, Auth.NONE, f"http://localhost:{port}/v1"),
            )
            for id_, name, port in usual
        ]

    def _other_presets(self) -> list[Preset]:
        return [
            Preset(
                "other",
                "connection",
                self.tr("Another compatible server"),
                self.tr("An address, and a key if it asks for one."),
                Connection(ConnectionId(""), ConnectionKind.CHAT, "", "", Auth.API_KEY),
            ),
            Preset(
                "device",
                "file",
                self.tr("A model file"),
                self.tr("A GGUF file; Nitka runs it, nothing else is needed."),
                Connection(ConnectionId(""), ConnectionKind.ON_DEVICE, ""),
            ),
        ]


def _draft(kind: ConnectionKind, name: str, auth: Auth, base_url: str = "") -> Connection:
    return Connection(ConnectionId(""), kind, name, base_url or KINDS[kind].base_url, auth)
