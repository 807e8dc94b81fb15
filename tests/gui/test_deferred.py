"""Deferred requests in the living window: sent, awaited, arrived, given up; the service is a server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPushButton,
    QTableWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, ThreadId, new_id
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.threads import Status
from desktop_app.qt.models import ThreadListModel
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.servers import Exchange, refuse
from tests.yandex_text_server import FOLDER, YandexTextServer

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("qtbot")

SUBMIT, LOOK, CANCEL = (
    "TextGenerationAsyncService.Completion",
    "OperationService.Get",
    "OperationService.Cancel",
)
NEVER = 1_000


async def deferring_assistant(s: Scene, server: YandexTextServer) -> Assistant:
    """An assistant of the server, which asks for no key; from now on it answers in the open thread."""
    connection = Connection(
        ConnectionId(new_id()),
        ConnectionKind.YANDEX_TEXT,
        "Yandex",
        server.text_url,
        folder=FOLDER,
        operations_url=server.base_url,
    )
    await s.backend.connection_records.add(connection)
    settings = AssistantSettings("Later", connection_id=connection.id, model="yandexgpt")
    assistant = await s.backend.assistants.create(settings)
    s.intents.threads.set_assistant(s.thread_id, assistant.id)
    await until(lambda: not s.find(QToolButton, "send_deferred").isHidden())
    return assistant


@asynccontextmanager
async def deferring_window(app: QApplication, folder: Path, server: YandexTextServer) -> AsyncIterator[Scene]:
    """The window with a thread whose assistant takes deferred requests."""
    server.accepted = set()
    async with living_window(app, folder) as s:
        s.window.fill_menus()
        await deferring_assistant(s, server)
        yield s


@pytest.fixture
def server() -> YandexTextServer:
    """Takes requests and never answers, until a test says so."""
    return YandexTextServer(operation_checks=NEVER)


def finish(server: YandexTextServer) -> None:
    """Everything that was asked for is done with the next check."""
    for job in server.jobs.values():
        job.checks = 0


def card(s: Scene) -> str:
    """What the card below the awaited reply says."""
    found = [one for one in s.window.findChildren(QWidget, "ending") if one.isVisible()]
    if not found:
        return ""
    return " ".join(label.text() for label in found[-1].findChildren(QLabel) if not label.isHidden())


def press(s: Scene, name: str) -> None:
    """Click a button that can be clicked."""
    found = next(one for one in s.window.findChildren(QAbstractButton, name) if one.isVisible())
    assert found.isEnabled()
    assert found.accessibleName() or found.text()
    found.click()


def awaited(s: Scene) -> str:
    """The count in the foot of the sidebar."""
    button = s.find(QToolButton, "outbox_count")
    return "" if button.isHidden() else button.text()


def row_of(s: Scene, thread_id: ThreadId) -> str:
    """What a screen reader says of a row of the thread list."""
    model = s.window.threads._model
    assert isinstance(model, ThreadListModel)
    return str(model.data(model.find(thread_id), Qt.ItemDataRole.AccessibleTextRole))


def cell(table: QTableWidget, row: int, column: int) -> str:
    """What stands there."""
    item = table.item(row, column)
    assert item is not None
    return item.text()


async def defer(s: Scene, text: str) -> Operation:
    """Send deferred, and wait until the service has it."""
    known = {operation.id for operation in await s.backend.operation_records.open()}
    s.type(text)
    press(s, "send_deferred")
    await until(lambda: s.composer.toPlainText() == "")
    while True:
        found = [one for one in await s.backend.operation_records.open() if one.id not in known]
        if found and found[0].status is OperationStatus.WAITING:
            await until(lambda: "Check now" in [one.text() for one in s.window.findChildren(QPushButton)])
            return found[0]
        await asyncio.sleep(0.01)


# -- sent


async def test_a_message_sent_deferred_leaves_the_composer_when_it_is_stored_and_is_seen_to_be_awaited(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        s.type("Write a novel")
        press(s, "send_deferred")
        assert s.composer.toPlainText() == "Write a novel"  # not stored yet
        await until(lambda: s.composer.toPlainText() == "")
        assert (await s.stored_texts())[0] == "Write a novel"
        assert await s.draft() == ""
        await until(lambda: "Sent" in card(s))
        assert "Deferred" in card(s)
        assert "Next check in" in card(s) or "Checking now" in card(s)
        assert awaited(s) == "1"
        assert "deferred" in row_of(s, s.thread_id)
        assert not s.is_running
        assert [m.status for m in await s.stored()] == [Status.COMPLETED, Status.DEFERRED]


async def test_ctrl_shift_enter_sends_deferred(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await until(s.window.isActiveWindow)
        s.type("Later, please")
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(s.composer, Key.Key_Return, keys)
        await until(lambda: len(server.requests(SUBMIT)) == 1)
        await until(lambda: awaited(s) == "1")
        assert s.composer.toPlainText() == ""


async def test_a_service_that_takes_nothing_for_later_has_no_clock_and_the_shortcut_sends_nothing(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.window.fill_menus()
        s.type("Later, please")
        assert s.find(QToolButton, "send_deferred").isHidden()
        s.window._actions["send_deferred"].trigger()
        await s.settled()
        assert s.composer.toPlainText() == "Later, please"
        assert await s.stored() == []


async def test_a_request_that_is_refused_keeps_the_question_and_says_why(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        server.fail(SUBMIT, refuse(403, {"code": 7, "message": "Permission denied", "details": []}))
        s.type("Not for me")
        press(s, "send_deferred")
        await until(lambda: s.window.findChild(QPushButton, "retry_reply") is not None)
        assert (await s.stored_texts())[0] == "Not for me"
        assert (await s.stored())[-1].status is Status.FAILED
        assert awaited(s) == ""
        assert "deferred" not in row_of(s, s.thread_id)


async def test_a_request_that_is_refused_for_now_says_when_it_is_sent_again(
    qapp: QApplication, tmp_path: Path, server: YandexTextServer
) -> None:
    busy = {"code": 8, "message": "too many requests", "details": []}
    async with server, deferring_window(qapp, tmp_path, server) as s:
        server.fail(SUBMIT, refuse(429, busy, retry_after="1"))
        s.type("Later, please")
        press(s, "send_deferred")
        await until(lambda: "Too many requests" in card(s) and "Next try in" in card(s))
        await until(lambda: "Deferred: the reply comes later" in card(s))


# -- arrived


async def test_a_result_takes_its_place_and_what_waited_for_it_is_gone(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        finish(server)
        await until(lambda: s.shown() == ["Hello", "You said: Hello"])
        await until(lambda: awaited(s) == "")
        assert card(s) == ""
        assert "deferred" not in row_of(s, s.thread_id)
        assert s.window.notice.text == ""  # it is seen
        assert await s.stored_texts() == ["Hello", "You said: Hello"]


async def test_a_result_in_another_thread_is_unread_and_a_click_away(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        first = s.thread_id
        await defer(s, "Hello")
        await s.new_thread()
        finish(server)
        await until(lambda: "has arrived" in s.window.notice.text)
        await until(lambda: "unread" in row_of(s, first))
        assert awaited(s) == ""
        s.find(QPushButton, "notice_action").click()
        await until(lambda: s.thread_id == first and s.shown() == ["Hello", "You said: Hello"])
        await until(lambda: "unread" not in row_of(s, first))


async def test_check_now_looks_at_once_and_keeps_the_keyboard_where_it_is(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    server: YandexTextServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("desktop_app.domain.operations.DELAYS_S", (3600,))
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await until(s.window.isActiveWindow)
        await defer(s, "Hello")
        check = next(b for b in s.window.findChildren(QPushButton, "fix_check_operation") if b.isVisible())
        check.setFocus()
        for wanted in (1, 2, 3):
            before = len(server.requests(LOOK))
            s.press(Key.Key_Return, check)
            await until(lambda: len(server.requests(LOOK)) > before)  # noqa: B023 - the next is due in an hour
            await s.settled()
            assert check.hasFocus(), wanted
        finish(server)
        s.press(Key.Key_Return, check)
        await until(lambda: s.shown() == ["Hello", "You said: Hello"])


async def test_a_result_that_was_there_before_the_start_arrives_with_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server:
        async with deferring_window(qapp, tmp_path, server) as s:
            await defer(s, "Hello")
        finish(server)
        async with living_window(qapp, tmp_path) as s:
            await until(lambda: s.shown() == ["Hello", "You said: Hello"])
            await until(lambda: awaited(s) == "")
            assert await s.stored_texts() == ["Hello", "You said: Hello"]


async def test_what_is_still_awaited_is_awaited_after_the_next_start(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server:
        async with deferring_window(qapp, tmp_path, server) as s:
            await defer(s, "Hello")
        async with living_window(qapp, tmp_path) as s:
            await until(lambda: awaited(s) == "1" and "Next check in" in card(s))
            assert "deferred" in row_of(s, s.thread_id)
            finish(server)
            press(s, "fix_check_operation")
            await until(lambda: s.shown() == ["Hello", "You said: Hello"])


# -- what goes wrong


async def test_a_check_that_fails_is_said_and_the_next_one_comes(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        server.fail(LOOK, *[refuse(503, {"code": 14, "message": "unavailable", "details": []})] * 9)
        press(s, "fix_check_operation")
        await until(lambda: "The last check failed" in card(s))
        assert awaited(s) == "1"
        server.faults[LOOK].clear()
        finish(server)
        press(s, "fix_check_operation")
        await until(lambda: s.shown() == ["Hello", "You said: Hello"])


async def test_an_operation_that_the_service_has_forgotten_is_told_plainly(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        await s.new_thread()
        server.jobs.clear()
        await until(lambda: "brought no reply" in s.window.notice.text)
        s.find(QPushButton, "notice_action").click()
        await until(lambda: "cannot be had any more" in card(s))
        assert awaited(s) == ""
        assert (await s.stored_texts())[0] == "Hello"
        server.operation_checks = 0
        s.find(QPushButton, "retry_reply").click()
        await until(lambda: s.shown() == ["Hello", "You said: Hello"])


async def test_a_request_that_was_being_sent_at_a_crash_is_told_at_the_next_start(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    silent = asyncio.Event()

    async def keep_waiting(exchange: Exchange) -> None:
        silent.set()
        await exchange.reader.read()

    async with server:
        server.fail(SUBMIT, keep_waiting)
        async with deferring_window(qapp, tmp_path, server) as s:
            s.type("Hello")
            press(s, "send_deferred")
            await silent.wait()
            await until(lambda: "Sending the deferred request" in card(s))
        async with living_window(qapp, tmp_path) as s:
            await until(lambda: "cannot be had any more" in card(s))
            assert awaited(s) == ""


# -- given up


async def test_cancel_ends_the_waiting_at_once_and_tells_the_service(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        press(s, "fix_cancel_operation")
        await until(lambda: awaited(s) == "")
        await until(lambda: "Stopped" in card(s))
        assert (await s.stored())[-1].status is Status.STOPPED
        await until(lambda: server.requests(CANCEL))
        assert s.window.notice.text == ""


async def test_the_outbox_shows_what_waits_and_what_came_and_does_it_all_by_keyboard(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        first = s.thread_id
        await defer(s, "First")
        await s.new_thread()
        await deferring_assistant(s, server)
        await defer(s, "Second")
        assert awaited(s) == "2"
        press(s, "outbox_count")
        table = s.find(QTableWidget, "outbox")
        await until(lambda: table.rowCount() == 2)
        assert [cell(table, row, 0) for row in range(2)] == ["Second", "First"]
        assert all(cell(table, row, 2).startswith(("Next check in", "Checking")) for row in range(2))
        table.setFocus()
        s.press(Key.Key_Down, table)
        press(s, "outbox_cancel")
        await until(lambda: cell(table, 1, 2) == "Cancelled")
        assert not s.find(QPushButton, "outbox_cancel").isEnabled()  # still on the one that was given up
        s.press(Key.Key_Up, table)
        finish(server)
        press(s, "outbox_check")
        await until(lambda: cell(table, 0, 2) == "Arrived")
        assert awaited(s) == ""
        s.press(Key.Key_Down, table)
        s.press(Key.Key_Return, table)
        await until(lambda: s.thread_id == first)
        await until(lambda: s.window.findChild(QTableWidget, "outbox") is None)


async def test_a_deleted_thread_goes_on_waiting_and_comes_back_with_its_reply(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        first = s.thread_id
        await defer(s, "Hello")
        s.intents.threads.delete(first)
        await until(lambda: s.thread_id != first)
        undo = s.find(QPushButton, "notice_action")
        finish(server)
        await until(lambda: awaited(s) == "")
        assert s.window.notice.text.startswith("“Hello” was moved")  # what is in the trash is not announced
        undo.click()
        await until(lambda: s.thread_id == first and s.shown() == ["Hello", "You said: Hello"])


# -- while it is awaited


async def test_other_messages_are_sent_while_a_reply_is_awaited(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "First")
        s.send("Second")
        await until(lambda: s.shown() == ["First", "", "Second", "You said: Second"] and not s.is_running)
        await defer(s, "Third")
        assert awaited(s) == "2"
        finish(server)
        await until(lambda: awaited(s) == "")
        expected = ["First", "You said: First", "Second", "You said: Second", "Third", "You said: Third"]
        await until(lambda: s.shown() == expected)
        assert await s.stored_texts() == expected


async def test_a_reply_that_grows_is_stopped_and_the_awaited_one_still_comes(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "First")
        server.delay_s = 0.2
        s.send("Second with many words to say again")
        await until(lambda: "You said" in s.shown()[-1])
        s.press(Key.Key_Escape)
        await until(lambda: not s.is_running)
        assert awaited(s) == "1"
        finish(server)
        await until(lambda: s.shown()[1] == "You said: First")


async def test_esc_does_not_give_up_what_is_awaited(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        s.press(Key.Key_Escape)
        s.window._actions["stop"].trigger()
        await s.settled()
        assert awaited(s) == "1"


async def test_asking_again_answers_now_and_the_deferred_reply_becomes_the_other_alternative(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        s.window._actions["regenerate"].trigger()
        await until(lambda: s.shown() == ["Hello", "You said: Hello"] and not s.is_running)
        assert awaited(s) == "1"
        finish(server)
        await until(lambda: awaited(s) == "")
        reply = (await s.stored())[-1]
        assert len(reply.sibling_ids) == 2
        former = await s.backend.conversations.message(reply.sibling_ids[0])
        assert former is not None
        assert (former.text, former.status) == ("You said: Hello", Status.COMPLETED)


async def test_nothing_ticks_when_nothing_is_awaited(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, server: YandexTextServer
) -> None:
    from PySide6.QtCore import QTimer

    async with server, deferring_window(qapp, tmp_path, server) as s:
        await defer(s, "Hello")
        finish(server)
        await until(lambda: s.shown() == ["Hello", "You said: Hello"])
        await s.settled()
        press_open = s.window._actions["outbox"]
        press_open.trigger()
        await until(lambda: s.find(QTableWidget, "outbox").rowCount() == 1)
        s.window.setFocus()  # no blinking cursor
        ticking = [t for t in s.window.findChildren(QTimer) if t.isActive() and not t.isSingleShot()]
        assert ticking == []
        press(s, "outbox_close")
