"""The trash: what is shown of it, what is asked before things go for good, and what the window does with it."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QListView, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.controllers.facts import Expired
from desktop_app.domain.assistants import AssistantSettings, Expiration
from desktop_app.domain.ids import ThreadId
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.trash import KEPT, TrashItem, TrashKind
from desktop_app.qt.expiry import ExpiryWords
from desktop_app.qt.intents import Answerer
from desktop_app.store.rows import to_microseconds
from desktop_app.widgets.dialogs.trash_dialog import TrashDialog
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.parts import find

NOW = datetime.now(UTC)
THREAD = TrashItem(TrashKind.THREAD, "1", "Lease", NOW - timedelta(hours=1), False, 12, "Clause 7\nis open")
OVER = TrashItem(TrashKind.THREAD, "2", "", NOW - timedelta(days=2), True, 1, "Hello")
ASSISTANT = TrashItem(TrashKind.ASSISTANT, "3", "Translator", NOW - KEPT - timedelta(days=1))
ITEMS = [THREAD, OVER, ASSISTANT]


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> TrashDialog:
    made = TrashDialog(theme)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitExposed(made)
    made.set_items(ITEMS)
    return made


def rows_of(dialog: QWidget) -> QListView:
    return find(dialog, QListView, "trash")


def press(dialog: QWidget, name: str) -> None:
    QTest.keyClick(find(dialog, QAbstractButton, f"trash_{name}"), Qt.Key.Key_Return)


def spoken(dialog: QWidget) -> list[str]:
    model = rows_of(dialog).model()
    places = [model.index(row, 0) for row in range(model.rowCount())]
    return [place.data(Qt.ItemDataRole.AccessibleTextRole) for place in places]


def test_rows_tell_what_there_is(dialog: TrashDialog) -> None:
    thread, over, assistant = spoken(dialog)
    for part in ("Thread", "Lease", "Deleted", "12 message", "30 day", "Clause 7 is open"):
        assert part in thread
    for part in ("New thread", "Expired", "28 day", "Hello"):
        assert part in over
    for part in ("Assistant", "Translator", "next start"):
        assert part in assistant


def test_several_are_restored_at_once(qtbot: QtBot, dialog: TrashDialog) -> None:
    view = rows_of(dialog)
    qtbot.waitUntil(view.hasFocus)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(dialog.restore_requested) as restored:
        press(dialog, "restore")
    assert restored.args == [[THREAD, OVER]]
    dialog.set_items([ASSISTANT])
    with qtbot.waitSignal(dialog.restore_requested) as restored:
        press(dialog, "restore")  # what took the place is chosen
    assert restored.args == [[ASSISTANT]]


def test_what_goes_for_good_is_asked_about(qtbot: QtBot, dialog: TrashDialog) -> None:
    view = rows_of(dialog)
    with qtbot.assertNotEmitted(dialog.delete_requested):
        QTest.keyClick(view, Qt.Key.Key_Delete)
        press(dialog, "keep")
        QTest.keyClick(view, Qt.Key.Key_Delete)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert view.hasFocus()
    QTest.keyClick(view, Qt.Key.Key_Delete)
    with qtbot.waitSignal(dialog.delete_requested) as deleted:
        press(dialog, "doom")
    assert deleted.args == [[THREAD]]
    press(dialog, "empty")
    with qtbot.waitSignal(dialog.empty_requested):
        press(dialog, "doom_all")


def test_a_question_is_about_what_it_was_asked_of(qtbot: QtBot, dialog: TrashDialog) -> None:
    press(dialog, "empty")
    dialog.set_items(ITEMS[:2])
    assert find(dialog, QAbstractButton, "trash_close").isVisible()


def test_an_empty_trash_has_nothing_to_press(dialog: TrashDialog) -> None:
    dialog.set_items([])
    says = find(dialog, QLabel, "trash_empty_says")
    assert says.text()
    middle = says.mapTo(dialog, says.rect().center())
    assert abs(middle.x() - dialog.width() / 2) < dialog.width() / 20
    assert dialog.height() / 4 < middle.y() < dialog.height() * 3 / 4
    for name in ("restore", "delete", "empty"):
        assert not find(dialog, QAbstractButton, f"trash_{name}").isEnabled()


def test_lists_say_what_expires_within_three_days(qapp: QApplication) -> None:
    words = ExpiryWords()
    noon = datetime(2026, 3, 1, 12).astimezone()
    assert words.soon(None, noon) == ""
    assert words.soon(noon + timedelta(days=3, minutes=1), noon) == ""
    assert words.soon(noon + timedelta(days=3), noon).startswith("Expires in 3 day")
    assert words.soon(noon + timedelta(hours=13), noon) == "Expires tomorrow"
    assert words.soon(noon + timedelta(hours=11), noon) == "Expires today"
    assert words.soon(noon - timedelta(days=1), noon) == "Expires today"


# -- in the window


async def opened(scene: Scene) -> TrashDialog:
    scene.window._actions["trash"].trigger()
    dialog = scene.window.findChild(TrashDialog)
    assert dialog is not None
    await until(dialog.isVisible)
    return dialog


async def test_what_was_deleted_comes_back_and_what_is_doomed_goes(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        ids: list[ThreadId] = []
        for text in ("One", "Two"):
            await s.new_thread() if ids else None
            await s.ask(text, "1")
            ids.append(s.thread_id)
        other = await s.backend.assistants.create(AssistantSettings("Second"))
        s.intents.assistants.delete(other.id)
        for thread_id in ids:
            s.intents.threads.delete(thread_id)
        await s.settled()
        dialog = await opened(s)
        await until(lambda: len(spoken(dialog)) >= 3)
        items = [item for item in dialog._rows.items if item.id in (*ids, other.id)]
        assert {item.kind for item in items} == set(TrashKind)
        rows_of(dialog).selectAll()
        press(dialog, "restore")
        await until(lambda: set(ids) <= set(s.window.threads.shown_ids()))
        await until(lambda: spoken(dialog) == [])
        assert await s.backend.assistants.assistant(other.id) is not None
        await s.backend.conversations.trash_thread(ids[0])
        s.intents.trash.list_items()
        await until(lambda: len(spoken(dialog)) == 1)
        QTest.keyClick(rows_of(dialog), Qt.Key.Key_Delete)
        press(dialog, "doom")
        await until(lambda: spoken(dialog) == [])
        assert await s.backend.conversations.thread(ids[0]) is None
        press(dialog, "close")
        await s.settled()


async def test_an_assistant_that_is_gone_for_good_answers_no_more_and_is_not_brought_back(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        undoing: list[Callable[[], None]] = []
        s.intents.undo_offered.connect(lambda _what, _name, undo: undoing.append(undo))
        told: list[Answerer] = []
        s.intents.answerer_changed.connect(told.append)
        s.intents.assistants.delete(s.assistant.id)
        await s.settled()
        s.intents.trash.empty()
        await until(lambda: told)
        assert (told[-1].thread_id, told[-1].assistant) == (s.thread_id, None)
        undoing[-1]()
        await s.settled()
        known = await s.backend.assistants.assistants()
        assert s.assistant.id not in {assistant.id for assistant in known}


async def test_what_expires_is_told_and_found_in_the_trash(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        kept = s.thread_id
        gone = (await s.backend.conversations.create_thread(s.assistant.id)).id
        await s.backend.conversations.describe_thread(gone, ThreadSettings("Old", expiration=Expiration(1)))
        assistant = await s.backend.assistants.create(AssistantSettings("Short", expiration=Expiration(1)))
        long_ago = to_microseconds(datetime.now(UTC) - timedelta(days=2))

        def age(database: sqlite3.Connection) -> None:
            database.execute("UPDATE threads SET updated_at = ? WHERE id = ?", (long_ago, gone))
            database.execute(
                "UPDATE assistants SET last_active_at = ? WHERE id = ?", (long_ago, assistant.id)
            )

        await s.backend.database.run(age)
        told: list[Expired] = []
        s.intents.expired.connect(told.append)
        s.backend.lifetimes.rearm()
        await until(lambda: told)
        assert told == [Expired((assistant.id,), (gone,))]
        assert s.window.notice.isVisible()
        assert "1 thread" in s.window.notice.text
        assert "1 assistant" in s.window.notice.text
        assert s.window.messages.thread_id == kept
        find(s.window, QAbstractButton, "notice_action").click()
        dialog = find(s.window, TrashDialog, "trash_dialog")
        await until(lambda: sum("Expired" in row for row in spoken(dialog)) == 2)
        press(dialog, "close")
        await s.settled()


@pytest.mark.usefixtures("qtbot")
async def test_what_was_told_to_have_expired_is_not_told_once_it_is_restored(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        gone = []
        long_ago = to_microseconds(datetime.now(UTC) - timedelta(days=2))
        for name in ("Old", "Older"):  # an empty thread without a name would be given again
            thread_id = (await s.backend.conversations.create_thread(s.assistant.id)).id
            await s.backend.conversations.describe_thread(
                thread_id, ThreadSettings(name, expiration=Expiration(1))
            )
            gone.append(thread_id)

        def age(database: sqlite3.Connection) -> None:
            database.executemany(
                "UPDATE threads SET updated_at = ? WHERE id = ?",
                [(long_ago, thread_id) for thread_id in gone],
            )

        await s.backend.database.run(age)
        s.backend.lifetimes.rearm()
        await until(lambda: "expired" in s.window.notice.text)
        s.window._actions["trash"].trigger()
        dialog = find(s.window, TrashDialog, "trash_dialog")
        await until(lambda: len(spoken(dialog)) == 3)  # an assistant was deleted before
        press(dialog, "restore")
        await until(lambda: len(spoken(dialog)) == 2)
        assert "expired" in s.window.notice.text
        press(dialog, "restore")
        await until(lambda: not s.window.notice.text)
        press(dialog, "close")
        await s.settled()


@pytest.mark.usefixtures("qtbot")
async def test_a_notice_is_withdrawn_also_while_it_waits_behind_an_error(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        bar = s.window.notice
        bar.show_notice("An error", kind="error")
        bar.show_notice("Expired")
        bar.withdraw("Expired")
        assert bar.text == "An error"
        bar.dismiss()
        assert bar.text == ""
