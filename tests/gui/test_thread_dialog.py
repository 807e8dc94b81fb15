"""The settings of a thread, alone and in the window."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.controllers.facts import Expired
from desktop_app.domain.assistants import (
    DESCRIPTION_LIMIT,
    LABELS_LIMIT,
    TTL_DAYS_LIMIT,
    Expiration,
    ExpirationPolicy,
)
from desktop_app.domain.errors import StoreError
from desktop_app.domain.ids import ThreadId
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Thread
from desktop_app.store.rows import to_microseconds
from desktop_app.widgets.dialogs.thread_dialog import ThreadDialog
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.parts import find, problem_of

NOW = datetime.now(UTC)
SAID = ThreadSettings(
    "Lease",
    "Reads\u00a0twice.\n\nAnd again.",
    (("team", "legal"), ("a=b", "c"), ("empty", "")),
    Expiration(30, ExpirationPolicy.STATIC),
    ('{"genSearch":  {}}',),
)
THREAD = Thread(
    ThreadId("t"),
    SAID.name,
    None,
    NOW - timedelta(days=2),
    NOW,
    SAID.description,
    SAID.labels,
    SAID.expiration,
    SAID.other_tools,
)


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> ThreadDialog:
    made = ThreadDialog(theme)
    qtbot.addWidget(made)
    made.edit(THREAD)
    qtbot.waitExposed(made)
    return made


def save_of(dialog: QWidget) -> QAbstractButton:
    return find(dialog, QAbstractButton, "thread_save")


def test_everything_shown_is_what_was_stored(dialog: ThreadDialog) -> None:
    assert dialog.settings() == SAID
    assert not save_of(dialog).isEnabled()
    assert find(dialog, QPlainTextEdit, "other_tools").isVisible()


def test_tools_are_offered_where_the_service_has_them(qtbot: QtBot, theme: Theme) -> None:
    for has_other_tools in (False, True):
        made = ThreadDialog(theme)
        qtbot.addWidget(made)
        made.edit(replace(THREAD, other_tools=()), has_other_tools=has_other_tools)
        assert find(made, QWidget, "other_tools_open").isVisible() is has_other_tools


@pytest.mark.parametrize(
    ("name", "text", "is_well"),
    [
        ("thread_name", "n" * THREAD_NAME_LIMIT, True),
        ("thread_name", "n" * (THREAD_NAME_LIMIT + 1), False),
        ("thread_name", "", True),
        ("thread_description", "d" * DESCRIPTION_LIMIT, True),
        ("thread_description", "d" * (DESCRIPTION_LIMIT + 1), False),
        ("thread_labels", "\n".join(f"k{n} = v" for n in range(LABELS_LIMIT)), True),
        ("thread_labels", "\n".join(f"k{n} = v" for n in range(LABELS_LIMIT + 1)), False),
        ("thread_labels", "a = 1\na = 2", False),
        ("other_tools", '[{"mcp": {}}]', True),
        ("other_tools", '["mcp"]', False),
        ("other_tools", "{", False),
    ],
)
def test_limits_are_said_while_typing(dialog: ThreadDialog, name: str, text: str, is_well: bool) -> None:
    field = find(dialog, QWidget, name)
    if isinstance(field, QLineEdit):
        field.setText(text)
    else:
        assert isinstance(field, QPlainTextEdit)
        field.setPlainText(text)
    assert (problem_of(dialog, name) == "") is is_well
    assert save_of(dialog).isEnabled() is is_well


def test_days_have_a_limit(dialog: ThreadDialog) -> None:
    days = find(dialog, QSpinBox, "thread_ttl_days")
    for value, is_well in ((TTL_DAYS_LIMIT, True), (TTL_DAYS_LIMIT + 1, False), (0, False)):
        days.setValue(value)
        assert save_of(dialog).isEnabled() is is_well


def test_the_day_on_which_it_ends_is_said(dialog: ThreadDialog) -> None:
    said = find(dialog, QWidget, "thread_expires")
    end = (THREAD.created_at + timedelta(days=30)).astimezone()
    assert str(end.year) in said.accessibleName()
    find(dialog, QSpinBox, "thread_ttl_days").setValue(1)
    assert "trash" in said.accessibleName()  # made two days ago
    find(dialog, QCheckBox, "thread_lifetime").setChecked(False)
    assert "until you delete" in said.accessibleName()


def test_closing_over_changes_is_asked_about(qtbot: QtBot, dialog: ThreadDialog) -> None:
    find(dialog, QLineEdit, "thread_name").setText("Another")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    stay = find(dialog, QPushButton, "thread_stay")
    assert dialog.isVisible()
    QTest.keyClick(stay, Qt.Key.Key_Return)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    with qtbot.assertNotEmitted(dialog.save_requested):
        find(dialog, QPushButton, "thread_discard").click()
    assert not dialog.isVisible()


def test_what_cannot_be_saved_is_kept_and_told(qtbot: QtBot, dialog: ThreadDialog) -> None:
    find(dialog, QLineEdit, "thread_name").setText("Another")
    with qtbot.waitSignal(dialog.save_requested) as saved:
        QTest.keyClick(find(dialog, QLineEdit, "thread_name"), Qt.Key.Key_Return)
    assert saved.args == [THREAD.id, replace(SAID, name="Another")]
    assert not save_of(dialog).isEnabled()  # once is enough
    dialog.set_save_failed("The disk is full.")
    assert "disk is full" in find(dialog, QWidget, "thread_error").accessibleName()
    assert dialog.settings().name == "Another"
    with qtbot.waitSignal(dialog.save_requested):
        save_of(dialog).click()
    dialog.set_saved()
    assert not dialog.isVisible()


def test_extending_keeps_what_is_typed(qtbot: QtBot, dialog: ThreadDialog) -> None:
    find(dialog, QLineEdit, "thread_name").setText("Another")
    with qtbot.waitSignal(dialog.extend_requested) as extended:
        find(dialog, QAbstractButton, "thread_extend").click()
    assert extended.args == [THREAD.id]
    dialog.set_extended(replace(THREAD, expiration=Expiration(32, ExpirationPolicy.STATIC)))
    assert dialog.settings().name == "Another"
    assert dialog.settings().expiration == Expiration(32, ExpirationPolicy.STATIC)
    assert save_of(dialog).isEnabled()


def test_extending_is_no_change_to_be_saved(qtbot: QtBot, theme: Theme) -> None:
    dialog = ThreadDialog(theme)
    qtbot.addWidget(dialog)
    dialog.edit(replace(THREAD, name="Two  spaces"))  # as another program may have called it
    dialog.set_extended(replace(THREAD, name="Two  spaces", expiration=Expiration(32)))
    assert not save_of(dialog).isEnabled()


# -- in the window


async def opened(scene: Scene) -> ThreadDialog:
    scene.window._actions["thread_settings"].trigger()
    await until(lambda: scene.window.findChild(ThreadDialog) is not None)
    dialog = scene.window.findChild(ThreadDialog)
    assert dialog is not None
    return dialog


async def test_a_thread_is_described_by_keys(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        dialog = await opened(s)
        name = find(dialog, QLineEdit, "thread_name")
        qtbot.waitUntil(name.hasFocus)
        name.selectAll()
        QTest.keyClicks(name, "Contract")
        QTest.keyClick(name, Qt.Key.Key_Tab)
        QTest.keyClicks(find(dialog, QPlainTextEdit, "thread_description"), "Two annexes")
        QTest.keyClicks(find(dialog, QPlainTextEdit, "thread_labels"), "team = legal")
        QTest.keyClick(find(dialog, QCheckBox, "thread_lifetime"), Qt.Key.Key_Space)
        find(dialog, QSpinBox, "thread_ttl_days").setValue(2)
        QTest.keyClick(find(dialog, QComboBox, "thread_expiration_policy"), Qt.Key.Key_Down)
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: s.window.findChild(ThreadDialog) is None)
        await until(lambda: s.window.windowTitle().startswith("Contract"))
        thread = await s.backend.conversations.thread(s.thread_id)
        assert thread is not None
        assert ThreadSettings.of(thread) == ThreadSettings(
            "Contract", "Two annexes", (("team", "legal"),), Expiration(2, ExpirationPolicy.STATIC)
        )
        index = s.window.threads._model.find(s.thread_id)
        assert "Expires in 2 day" in index.data(Qt.ItemDataRole.ToolTipRole)
        assert "Expires in 2 day" in index.data(Qt.ItemDataRole.AccessibleTextRole)
        await s.settled()


async def test_a_store_that_fails_leaves_the_dialog(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        dialog = await opened(s)
        find(dialog, QLineEdit, "thread_name").setText("Contract")

        async def fail(_work: object) -> None:
            raise StoreError from sqlite3.OperationalError("database or disk is full")

        s.backend.database.run, run = fail, s.backend.database.run  # type: ignore[method-assign, assignment]
        save_of(dialog).click()
        await until(lambda: find(dialog, QWidget, "thread_error").isVisible())
        s.backend.database.run = run  # type: ignore[method-assign]
        assert dialog.settings().name == "Contract"
        save_of(dialog).click()
        await until(lambda: s.window.findChild(ThreadDialog) is None)
        await s.settled()


async def test_an_open_thread_that_has_expired_goes_when_it_is_left_and_is_told(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        first = s.thread_id
        said = ThreadSettings("Old", expiration=Expiration(1, ExpirationPolicy.STATIC))
        other = (await s.backend.conversations.create_thread(s.assistant.id)).id
        await s.backend.conversations.describe_thread(other, said)
        old = to_microseconds(datetime.now(UTC) - timedelta(days=3))

        def age(database: sqlite3.Connection) -> None:
            database.execute("UPDATE threads SET created_at = ?", (old,))

        await s.backend.database.run(age)
        told: list[Expired] = []
        s.intents.expired.connect(told.append)
        s.intents.threads.describe(first, said)
        await until(lambda: told)
        assert told == [Expired((), (other,))]
        assert s.window.messages.thread_id == first
        s.intents.new_thread()
        await until(lambda: told[1:])
        assert told[1:] == [Expired((), (first,))]
        assert find(s.window, QLabel, "notice_text").isVisible()
        assert "expired" in s.window.notice.text
        await s.settled()
        assert s.window.messages.thread_id not in (first, other)
        thread = await s.backend.conversations.thread(first)
        assert thread is not None
        assert thread.trashed_at is not None


@pytest.mark.usefixtures("qtbot")
async def test_an_open_thread_that_has_expired_stays_when_a_draft_was_typed_just_before_it_is_left(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        first = s.thread_id
        said = ThreadSettings("Old", expiration=Expiration(1, ExpirationPolicy.STATIC))
        opened = (await s.backend.conversations.create_thread(s.assistant.id)).id
        await s.backend.conversations.rename_thread(opened, "Other")  # without a name it would be given again
        expiring = (await s.backend.conversations.create_thread(s.assistant.id)).id
        old = to_microseconds(datetime.now(UTC) - timedelta(days=3))

        def age(database: sqlite3.Connection) -> None:
            database.execute("UPDATE threads SET created_at = ?", (old,))

        await s.backend.database.run(age)
        s.intents.threads.describe(first, said)
        await until(lambda: s.backend.lifetimes._is_overdue)
        await s.settled()
        told: list[Expired] = []
        s.intents.expired.connect(told.append)
        s.type("Why")
        s.intents.open_thread(opened)
        await until(lambda: s.window.messages.thread_id == opened)
        await s.settled()
        await s.backend.conversations.describe_thread(expiring, said)
        s.backend.lifetimes.rearm()
        await until(lambda: told)
        assert told == [Expired((), (expiring,))]
        assert await s.draft(first) == "Why"
        await s.settled()
