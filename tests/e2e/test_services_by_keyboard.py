"""Deferred requests and pulls in the installed window, by real keys alone, every control with its name and words."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.profile import Profile
from tests.assistants_folder import FOLDER
from tests.desktop_session import DesktopSession
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_names import are_there, no_control_is_nameless
from tests.e2e.window import NitkaWindow

DEFERRED = {"send_deferred": "push button"}
CARD = {"fix_check_operation": "push button", "fix_cancel_operation": "push button"}
OUTBOX = {
    "outbox_check": "push button",
    "outbox_cancel": "push button",
    "outbox_open": "push button",
    "outbox_close": "push button",
}
PULL = {"pull_connection": "combo box", "pull_start": "push button", "pull_close": "push button"}
ASSISTANT_MENU, RUN_MENU = 4, 5
BRING, OUTBOX_ITEM = 7, 2


async def prepare(profile: Profile, text_url: str, folder_url: str) -> None:
    """A thread whose assistant takes deferred requests, and a connection with records to bring."""
    profile.prepare()
    database = Database(profile.database, profile.backups)
    await database.open()
    kinds = {
        ConnectionKind.YANDEX_TEXT: f"{text_url}/foundationModels/v1",
        ConnectionKind.ASSISTANT_API: folder_url,
    }
    made = [
        Connection(ConnectionId(new_id()), kind, kind.value, url, folder=FOLDER, operations_url=text_url)
        for kind, url in kinds.items()
    ]
    for connection in made:
        await ConnectionStore(database).add(connection)
    settings = AssistantSettings("Later", connection_id=made[0].id, model="yandexgpt")
    assistant = await AssistantStore(database).create(settings)
    await ConversationStore(database).create_thread(assistant.id)
    await database.close()


@pytest.fixture(params=["en", "ru"])
def window(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NitkaWindow]:
    with DesktopSession(tmp_path, display=True, keyring=False) as session:
        urls = []
        for name, *words in (
            ("yandex_text_server", "--operation-s", "86400"),
            ("assistants_server", "--assistants", "2", "--threads", "5", "--messages", "20"),
        ):
            (tmp_path / name).mkdir()
            server = ScriptedServer(session, tmp_path / name, "--key", "", *words, module=f"tests.{name}")
            urls.append(server.base_url)
        asyncio.run(prepare(Profile.at(tmp_path / "profile"), *urls))
        with NitkaWindow(session, tmp_path / "profile", "--language", request.param) as window:
            window.language = request.param
            yield window.wait_ready()


@pytest.mark.slow
def test_deferred_requests_and_pulls_need_no_mouse_and_say_what_they_are(window: NitkaWindow) -> None:
    sends_deferred_and_gives_it_up(window)
    sees_it_in_the_outbox(window)
    brings_records(window)
    assert window.quit() == 0


def sends_deferred_and_gives_it_up(window: NitkaWindow) -> None:
    window.focus("composer")
    window.type("Later")
    are_there(window, DEFERRED)
    window.keys("ctrl+shift+Return")
    window.wait_for(lambda: window.is_showing("fix_check_operation"), "the card")
    assert window.text("composer") == ""
    are_there(window, CARD | {"outbox_count": "push button"})
    window.keys("alt+Up")
    tab_to(window, "fix_check_operation")
    window.keys("Return")
    tab_to(window, "fix_cancel_operation")
    window.keys("Return")
    window.wait_for(lambda: not window.is_showing("outbox_count"), "the end of the waiting")


def sees_it_in_the_outbox(window: NitkaWindow) -> None:
    choose_in_menu(window, RUN_MENU, OUTBOX_ITEM)
    window.wait_for(lambda: window.is_showing("outbox_close"), "the outbox")
    are_there(window, OUTBOX)
    window.wait_for(lambda: window.describe("outbox").get("focused"), "the list to have the keyboard")
    tab_to(window, "outbox_close")
    window.keys("Escape")
    window.wait_for(lambda: not window.is_showing("outbox_close"), "the end of the dialog")


def brings_records(window: NitkaWindow) -> None:
    choose_in_menu(window, ASSISTANT_MENU, BRING)
    window.wait_for(lambda: window.is_showing("pull_start"), "the dialog")
    are_there(window, PULL)
    window.wait_for(lambda: window.describe("pull_start").get("focused"), "the keyboard at the start")
    window.keys("space")
    window.wait_for(lambda: window.describe("pull_messages").get("name", "").endswith(" 20"), "all messages")
    window.wait_for(lambda: window.is_showing("pull_start"), "the end of the pull")
    no_control_is_nameless(window)
    window.keys("Escape")
    window.wait_for(lambda: len(window.rows("threads")) > 3, "the threads")


def tab_to(window: NitkaWindow, name: str) -> None:
    """Go on with Tab until ``name`` has the keyboard."""
    for _ in range(20):
        if window.describe(name).get("focused"):
            return
        window.keys("Tab")
    raise AssertionError(f"Tab does not come to {name}")


def choose_in_menu(window: NitkaWindow, menu: int, item: int) -> None:
    """By the arrow keys, which are the same in every language."""
    window.keys("alt", *["Right"] * menu, *["Down"] * item, "Return")
