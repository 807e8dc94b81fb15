"""Pictures of the connections dialog to look at, in every state.

Run: python -m tests.gui.gallery_connections FOLDER [STATE ...], with the options of tests/gui/gallery.py.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QLineEdit

from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    ConnectionReport,
    Model,
    Network,
    Proxy,
)
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import FoundServer, Offer
from desktop_app.domain.providers import KINDS
from desktop_app.domain.secret import Kept
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.theme import Theme
from tests.gui.gallery import draw
from tests.gui.parts import click, find

FOLDER = "b1g7k2m0example4q9tz"


def hosted(name: str, kind: ConnectionKind, **fields: object) -> Connection:
    made = Connection(ConnectionId(name), kind, name, KINDS[kind].base_url, Auth.API_KEY)
    return replace(made, **fields)  # type: ignore[arg-type]


DEVICE = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "On this device")
OLLAMA = Connection(ConnectionId("ollama"), ConnectionKind.CHAT, "Ollama", "http://localhost:11434/v1")
STUDIO = hosted("Yandex AI Studio", ConnectionKind.RESPONSES, provider="yandex", folder=FOLDER)
TEXT = hosted(
    "Batch answers overnight, from the text generation API", ConnectionKind.YANDEX_TEXT, folder=FOLDER
)
HOLDING = hosted(
    "Old assistants", ConnectionKind.ASSISTANT_API, base_url="http://10.0.0.5:9000", folder="my-folder"
)
GATEWAY = Connection(
    ConnectionId("gateway"),
    ConnectionKind.CHAT,
    "Team gateway",
    "https://llm.example.org/v1",
    Auth.API_KEY,
    network=Network(Proxy.MANUAL, "http://ann@proxy.example.org:3128", "/etc/ssl/team.pem"),
)
ALL = [STUDIO, TEXT, GATEWAY, OLLAMA, HOLDING, DEVICE]
NAMES = (
    "yandexgpt-5-pro",
    "yandexgpt-5-lite",
    "qwen3-235b-a22b",
    "gpt-oss-120b",
    "gpt-oss-20b",
    "gemma-3-27b-it",
)
MODELS = tuple(Model(f"gpt://{FOLDER}/{name}/latest") for name in NAMES)
FOUND = [
    FoundServer("Ollama", "http://localhost:11434/v1", (Model("llama3.2:3b"), Model("qwen3:8b"))),
    FoundServer("vLLM", "http://localhost:8000/v1", needs_key=True),
]
OFFER = Offer("YC_API_KEY", replace(STUDIO, id=ConnectionId("")), ("YC_FOLDER_ID",))


def choosing(dialog: ConnectionsDialog) -> None:
    dialog.show_offers([OFFER])
    click(dialog, "connection_add")


def found(dialog: ConnectionsDialog) -> None:
    click(dialog, "connection_add")
    click(dialog, "connection_discover")
    dialog.show_found(FOUND)


def looking(dialog: ConnectionsDialog) -> None:
    click(dialog, "connection_add")
    click(dialog, "connection_discover")


def typed(dialog: ConnectionsDialog, key: str) -> None:
    click(dialog, "connection_add")
    click(dialog, "connection_preset_yandex")
    find(dialog, QLineEdit, "connection_folder").setText(f"https://console.yandex.cloud/folders/{FOLDER}")
    find(dialog, QLineEdit, "connection_key").setText(key)


def failed(dialog: ConnectionsDialog, connection: Connection, error: RunError) -> None:
    dialog.choose(connection.id)
    click(dialog, "connection_test")
    dialog.show_failure(connection.id, error)


def working(dialog: ConnectionsDialog) -> None:
    click(dialog, "connection_test")
    dialog.show_report(STUDIO.id, ConnectionReport(0.184, MODELS))


def testing(dialog: ConnectionsDialog) -> None:
    click(dialog, "connection_test")


def advanced(dialog: ConnectionsDialog) -> None:
    click(dialog, "connection_advanced")


def deleting(dialog: ConnectionsDialog) -> None:
    dialog.set_users({STUDIO.id: ["Backend reviewer", "Contract reader", "Translator RU-EN"]})
    click(dialog, "connection_delete")


TOKEN = "t1." + "9" * 40 + "." + "x" * 86
TLS = RunError("unreachable", "certificate verify failed: unable to get local issuer certificate", step="tls")
ROLE = RunError("access_denied", "Permission denied", 403, "7c1e8f00-aaaa", role="ai.languageModels.user")
KEY = RunError("sign_in", "Unknown api key", 401, "7c1e8f00-bbbb")
DNS = RunError("unreachable", "Name or service not known", step="dns")
STATES: dict[str, Callable[[ConnectionsDialog], object]] = {
    "studio": lambda dialog: None,
    "choosing": choosing,
    "looking": looking,
    "found": found,
    "empty": lambda dialog: dialog.set_connections([], {}),
    "new": lambda dialog: typed(dialog, ""),
    "new-api-key": lambda dialog: typed(dialog, "AQVN" + "x" * 36),
    "new-iam": lambda dialog: typed(dialog, TOKEN),
    "new-oauth": lambda dialog: typed(dialog, "y0_" + "x" * 60),
    "new-key-id": lambda dialog: typed(dialog, "aje" + "x" * 17),
    "text": lambda dialog: dialog.choose(TEXT.id),
    "holding": lambda dialog: dialog.choose(HOLDING.id),
    "gateway": lambda dialog: dialog.choose(GATEWAY.id),
    "ollama": lambda dialog: dialog.choose(OLLAMA.id),
    "device": lambda dialog: dialog.choose(DEVICE.id),
    "advanced": advanced,
    "testing": testing,
    "works": working,
    "role": lambda dialog: failed(dialog, STUDIO, ROLE),
    "key": lambda dialog: failed(dialog, TEXT, KEY),
    "tls": lambda dialog: failed(dialog, GATEWAY, TLS),
    "dns": lambda dialog: failed(dialog, STUDIO, DNS),
    "deleting": deleting,
    "session": lambda dialog: dialog.set_keyring_state(Kept.SESSION, "No Secret Service answers on D-Bus."),
}


def make_dialog(theme: Theme, width: int | None = None) -> ConnectionsDialog:
    """The dialog with connections of every kind, as wide as wished or as it likes to be."""
    dialog = ConnectionsDialog(theme)
    if width is not None:
        dialog.resize(width, dialog.minimumHeight())
    keys = dict.fromkeys((STUDIO.id, TEXT.id, GATEWAY.id, HOLDING.id), Kept.KEYRING)
    dialog.set_connections(ALL, keys, {GATEWAY.id: Kept.KEYRING})
    return dialog


def show(theme: Theme, state: str) -> ConnectionsDialog:
    dialog = make_dialog(theme)
    dialog.show()
    STATES[state](dialog)
    return dialog


if __name__ == "__main__":
    draw(STATES, show)
