"""Pictures of a thread's settings, of settings for one question, of the trash and of prices to look at.

Run: python -m tests.gui.gallery_threads FOLDER [STATE ...], with the options of tests/gui/gallery.py.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QScrollArea

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Model, Price
from desktop_app.domain.ids import ConnectionId, ThreadId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.threads import Thread
from desktop_app.domain.trash import TrashItem, TrashKind
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.dialogs.run_options_dialog import RunOptionsDialog
from desktop_app.widgets.dialogs.thread_dialog import ThreadDialog
from desktop_app.widgets.dialogs.trash_dialog import TrashDialog
from desktop_app.widgets.theme import Theme
from tests.gui.gallery import draw, scroll_down
from tests.gui.parts import click, find

NOW = datetime.now(UTC)
THREAD = Thread(
    ThreadId("t"),
    "Lease of the office in Kazan",
    None,
    NOW - timedelta(days=20),
    NOW - timedelta(days=2),
    "The first contract of the new office, with the two annexes of March.",
    (("team", "legal"), ("stage", "second reading")),
    Expiration(30),
)
GATEWAY = Connection(
    ConnectionId("gateway"), ConnectionKind.CHAT, "Team gateway", "https://llm.example.org/v1", Auth.API_KEY
)
PRICED = replace(
    GATEWAY,
    prices=(Price("qwen3-32b", 0.4, 1.2, "RUB"), Price("", 0.0015, 0.002, "USD")),
)
SETTINGS = AssistantSettings(
    "Contract reader", "", "Read with care.", GATEWAY.id, "qwen3-32b", PromptTruncation(6000)
)
SCHEMA = '{\n  "type": "object",\n  "properties": {"risk": {"type": "integer"}}\n}'
OVERRIDES = RunOverrides(
    completion=CompletionOptions(0.9, 800),
    response_format=ResponseFormat(FormatKind.JSON_SCHEMA, SCHEMA),
)
TRASH = [
    TrashItem(
        TrashKind.THREAD,
        "1",
        "Supplier's terms, second reading",
        NOW - timedelta(hours=3),
        False,
        12,
        "Clause 7 leaves it open; the law of the place applies.",
    ),
    TrashItem(
        TrashKind.THREAD, "2", "Trip to Perm", NOW - timedelta(days=2), True, 48, "The train leaves at 7:40."
    ),
    TrashItem(
        TrashKind.ASSISTANT,
        "3",
        "Translator (copy)",
        NOW - timedelta(days=12),
        False,
        0,
        "To Russian and back.",
    ),
    TrashItem(TrashKind.THREAD, "4", "", NOW - timedelta(days=31), False, 2, "Hello"),
]


def thread(theme: Theme) -> ThreadDialog:
    dialog = ThreadDialog(theme)
    dialog.edit(THREAD, has_other_tools=True)
    return dialog


def thread_wrong(theme: Theme) -> ThreadDialog:
    expiration = Expiration(5, ExpirationPolicy.STATIC)
    dialog = ThreadDialog(theme)
    dialog.edit(replace(THREAD, name="", expiration=expiration, other_tools=('{"genSearch": {}}',)))
    find(dialog, QPlainTextEdit, "thread_labels").setPlainText("team = legal\nteam = sales")
    scrolled(dialog)
    return dialog


def thread_question(theme: Theme) -> ThreadDialog:
    dialog = thread(theme)
    find(dialog, QLineEdit, "thread_name").setText("Office in Kazan")
    dialog.set_save_failed("The disk is full. Make room and try again.")
    dialog.reject()
    return dialog


def options(theme: Theme, *, asks_at_once: bool = False) -> RunOptionsDialog:
    dialog = RunOptionsDialog(theme)
    dialog.edit(SETTINGS, OVERRIDES, GATEWAY, asks_at_once=asks_at_once)
    dialog.set_models(GATEWAY.id, (Model("qwen3-32b", context_tokens=32_768), Model("gemma-3-27b")))
    return dialog


def options_below(theme: Theme) -> RunOptionsDialog:
    dialog = options(theme, asks_at_once=True)
    scrolled(dialog)
    return dialog


def trash(theme: Theme, items: list[TrashItem]) -> TrashDialog:
    dialog = TrashDialog(theme)
    dialog.set_items(items)
    dialog.open()
    return dialog


def trash_question(theme: Theme) -> TrashDialog:
    dialog = trash(theme, TRASH)
    dialog._view.selectAll()
    click(dialog, "trash_delete")
    return dialog


def prices(theme: Theme, *, is_wrong: bool = False) -> ConnectionsDialog:
    dialog = ConnectionsDialog(theme)
    dialog.set_connections([PRICED], {})
    dialog.open()
    if is_wrong:
        find(dialog, QLineEdit, "price_prompt_1").setText("much")
    scrolled(dialog)
    return dialog


def scrolled(dialog: QDialog) -> None:
    for area in dialog.findChildren(QScrollArea):
        scroll_down(area)


STATES: dict[str, Callable[[Theme], QDialog]] = {
    "thread": thread,
    "thread-wrong": thread_wrong,
    "thread-question": thread_question,
    "options": options,
    "options-below": options_below,
    "trash": lambda theme: trash(theme, TRASH),
    "trash-empty": lambda theme: trash(theme, []),
    "trash-question": trash_question,
    "prices": prices,
    "prices-wrong": lambda theme: prices(theme, is_wrong=True),
}


if __name__ == "__main__":
    draw(STATES, lambda theme, state: STATES[state](theme))
