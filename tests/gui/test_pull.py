"""Bringing records from a service in the living window; the service is a folder of the AI Assistant API on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QProgressBar,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.widgets.dialogs.frame import Callout
from tests.assistants_folder import FOLDER, message_of, said
from tests.assistants_server import AssistantsServer
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.servers import refuse

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("qtbot")

DENIED = refuse(403, {"code": 7, "message": "Permission denied", "details": []})


@pytest.fixture
def server() -> AssistantsServer:
    """A folder with some records, and no sign-in."""
    made = AssistantsServer(accepted=set(), page_limit=4)
    made.folder.populate(assistants=3, threads=9, messages=90)
    return made


@asynccontextmanager
async def pulling_window(
    app: QApplication, folder: Path, server: AssistantsServer
) -> AsyncIterator[tuple[Scene, Connection]]:
    """The window with a connection to the folder."""
    async with server, living_window(app, folder) as s:
        s.window.fill_menus()
        connection = Connection(
            ConnectionId(new_id()), ConnectionKind.ASSISTANT_API, "Folder", server.base_url, folder=FOLDER
        )
        await s.backend.connection_records.add(connection)
        yield s, connection


async def open_dialog(s: Scene) -> QDialog:
    s.window._actions["pull"].trigger()
    dialog = s.find(QDialog, "pull_dialog")
    choices = s.find(QComboBox, "pull_connection")
    await until(lambda: choices.count() or "no connection" in result(dialog))
    return dialog


def press(dialog: QDialog, name: str) -> None:
    """Press a button by the keyboard's way."""
    found = dialog.findChild(QAbstractButton, name)
    assert found is not None
    assert found.isVisible()
    assert found.isEnabled()
    assert found.accessibleName()
    found.setFocus()
    found.click()


def count(dialog: QDialog, name: str) -> int:
    label = dialog.findChild(QLabel, f"pull_{name}")
    assert label is not None
    return int(label.text().replace(",", "") or 0)


def is_running(dialog: QDialog) -> bool:
    bar = dialog.findChild(QProgressBar, "pull_bar")
    assert bar is not None
    return not bar.isHidden()


def result(dialog: QDialog) -> str:
    return " ".join(one.accessibleName() for one in dialog.findChildren(Callout) if one.isVisible())


async def test_everything_is_brought_counted_and_listed(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        assert is_running(dialog)  # said at once, before the service says anything
        await until(lambda: "Everything is here." in result(dialog))
        assert (count(dialog, "assistants"), count(dialog, "threads"), count(dialog, "messages")) == (
            3,
            9,
            90,
        )
        assert count(dialog, "versions") == sum(len(found) for found in server.folder.versions.values())
        assert not is_running(dialog)
        press(dialog, "pull_close")
        await until(lambda: len(s.window.threads.shown_ids()) == 10)
        remote_id = max(server.folder.messages, key=lambda one: len(server.folder.messages[one]))
        texts = [said(message) for message in server.folder.messages[remote_id]]
        for thread_id in s.window.threads.shown_ids():
            if texts[0] in (await s.stored_texts(thread_id))[:1]:
                await s.open(thread_id)
                break
        await until(lambda: len(s.shown()) == len(texts))


async def test_a_pull_that_was_stopped_goes_on_where_it_was(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    server.pause_s = 0.05
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        await until(lambda: count(dialog, "threads") >= 2)
        press(dialog, "pull_stop")
        await until(lambda: "Stopped" in result(dialog))
        assert count(dialog, "threads") < 9
        start = dialog.findChild(QPushButton, "pull_start")
        assert start is not None
        assert start.accessibleName() == "Go on"
        assert start.hasFocus()
        server.pause_s = 0
        asked = len(server.requests("AssistantService.List"))
        press(dialog, "pull_start")
        await until(lambda: "Everything is here." in result(dialog))
        assert len(server.requests("AssistantService.List")) == asked
        assert (count(dialog, "threads"), count(dialog, "messages")) == (9, 90)


async def test_a_key_without_the_role_is_named_and_what_was_brought_stays(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        server.fail("ThreadService.List", DENIED)
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        await until(lambda: "ai.assistants.editor" in result(dialog))
        assert "kept" in result(dialog)
        press(dialog, "pull_copy_role")
        assert "ai.assistants.editor" in QApplication.clipboard().text()
        await until(lambda: count(dialog, "assistants") == 3)
        press(dialog, "pull_close")
        await until(lambda: s.window.findChild(QDialog, "pull_dialog") is None)
        dialog = await open_dialog(s)
        assert "ai.assistants.editor" in result(dialog)  # it is still so
        press(dialog, "pull_start")
        await until(lambda: "Everything is here." in result(dialog))


async def test_a_pull_goes_on_while_the_dialog_is_closed_and_the_window_tells_its_end(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    server.pause_s = 0.2
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        await until(lambda: count(dialog, "threads") >= 1)
        s.press(Key.Key_Escape, dialog)
        await until(lambda: s.window.findChild(QDialog, "pull_dialog") is None)
        dialog = await open_dialog(s)  # opened again it shows how far things are
        assert is_running(dialog)
        assert count(dialog, "threads") >= 1
        s.press(Key.Key_Escape, dialog)
        server.pause_s = 0
        await until(
            lambda: s.window.notice.text == "Brought from the service: 9 thread(s), 90 message(s).", 15
        )


async def test_a_pull_that_fails_while_the_dialog_is_closed_is_told(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    server.pause_s = 0.05
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        server.fail("ThreadService.List", DENIED)
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        s.press(Key.Key_Escape, dialog)
        await until(lambda: s.window.notice.text.startswith("Not everything was brought:"))


async def test_new_messages_of_the_open_thread_are_shown_when_they_were_brought(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        await until(lambda: "Everything is here." in result(dialog))
        await until(lambda: len(s.window.threads.shown_ids()) == 10)
        remote_id = max(server.folder.messages, key=lambda one: len(server.folder.messages[one]))
        first = said(server.folder.messages[remote_id][0])
        for thread_id in s.window.threads.shown_ids():
            if first in (await s.stored_texts(thread_id))[:1]:
                await s.open(thread_id)
        before = len(s.shown())
        s.type("half a thought")
        server.folder.add_message(remote_id, message_of("Written elsewhere"))
        press(dialog, "pull_start")
        await until(lambda: s.shown()[-1] == "Written elsewhere")
        assert len(s.shown()) == before + 1
        assert s.composer.toPlainText() == "half a thought"
        assert "1 new message(s)." in result(dialog)
        press(dialog, "pull_start")
        await until(lambda: "There are no new messages." in result(dialog))
        shown = dialog.findChild(QLabel, "pull_messages")
        assert shown is not None
        assert shown.isHidden()  # "0 messages" would be a wrong number


async def test_an_assistant_is_taken_to_its_service(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    async with pulling_window(qapp, tmp_path, server) as (s, connection):
        settings = AssistantSettings("Lawyer", connection_id=connection.id, model="yandexgpt")
        assistant = await s.backend.assistants.create(settings)
        s.intents.threads.set_assistant(s.thread_id, assistant.id)
        await s.settled()
        s.window._actions["push_assistant"].trigger()
        await until(lambda: s.window.notice.text == "“Lawyer” is at the service now.")
        assert "Lawyer" in [found.name for found in server.folder.assistants.values()]
        s.window._actions["push_assistant"].trigger()  # once more changes it there, and makes no second one
        await until(lambda: len(server.requests("AssistantService.Update")) == 1)
        await s.settled()
        assert len(server.folder.assistants) == 4


async def test_an_assistant_of_a_service_that_holds_none_is_refused_in_words(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.window.fill_menus()
        await until(lambda: s.window._shown.current_assistant_id is not None)
        s.window._actions["push_assistant"].trigger()
        await until(lambda: s.window.notice.text)
        assert s.window.notice.text.startswith("This connection cannot do that")


async def test_without_a_service_to_bring_from_the_dialog_leads_to_the_connections(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.window.fill_menus()
        dialog = await open_dialog(s)
        assert "no connection" in result(dialog)
        start = dialog.findChild(QPushButton, "pull_start")
        assert start is not None
        assert not start.isVisible()
        press(dialog, "pull_connections")
        await until(lambda: s.window.findChild(QDialog, "connections_dialog") is not None)
        s.find(QDialog, "connections_dialog").reject()
        await s.settled()


async def test_nothing_ticks_while_the_dialog_only_stands_there(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: AssistantsServer
) -> None:
    async with pulling_window(qapp, tmp_path, server) as (s, _):
        dialog = await open_dialog(s)
        press(dialog, "pull_start")
        await until(lambda: "Everything is here." in result(dialog))
        await s.settled()
        assert [t for t in dialog.findChildren(QTimer) if t.isActive() and not t.isSingleShot()] == []
