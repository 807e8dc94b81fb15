"""Assistants in the living window: the dialog on the real store, files that go out and come in."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QWidget,
)

from desktop_app.domain.assistants import AssistantSettings, Expiration, ExpirationPolicy
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.domain.errors import StoreError
from desktop_app.domain.tools import SearchTool
from desktop_app.widgets.details.rows import DetailRows
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.difference_view import DifferenceView
from desktop_app.widgets.dialogs.fields import NumberBox, TextArea
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.parts import click, find

Key = Qt.Key
CONTEXT, LIFETIME, VERSIONS = 3, 5, 6

pytestmark = pytest.mark.usefixtures("qtbot")


@asynccontextmanager
async def editing(app: QApplication, folder: Path) -> AsyncIterator[tuple[Scene, AssistantDialog]]:
    """The window with the settings of its assistant open, by the shortcut."""
    async with living_window(app, folder) as s:
        yield s, await opened(s)


async def opened(s: Scene) -> AssistantDialog:
    s.window._actions["assistant_settings"].trigger()
    await until(lambda: s.window.findChild(AssistantDialog) is not None)
    dialog = s.window.findChild(AssistantDialog)
    assert dialog is not None
    return dialog


def change(dialog: QWidget, text: str) -> None:
    find(dialog, TextArea, "assistant_instruction").set_text(text)


async def until_kept(s: Scene, instruction: str | None) -> None:
    """Wait until the draft in the store says this; None: until there is no draft."""

    async def is_kept() -> bool:
        return await s.backend.database.read(_kept_instruction) == instruction

    await until(is_kept)


def _kept_instruction(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT settings ->> 'instruction' FROM assistant_drafts").fetchone()
    return row[0] if row else None


async def applied(s: Scene, dialog: AssistantDialog, version: int) -> None:
    """Apply and wait until the dialog knows of the version."""
    click(dialog, "assistant_apply")
    await until(lambda: dialog._assistant is not None and dialog._assistant.version == version)
    await s.settled()


async def test_saving_closes_when_the_store_has_the_version(qapp: QApplication, tmp_path: Path) -> None:
    async with editing(qapp, tmp_path) as (s, dialog):
        change(dialog, "Read.")
        click(dialog, "assistant_save")
        await until(lambda: s.window.findChild(AssistantDialog) is None)
        await s.settled()
        stored = await s.backend.assistants.assistant(s.assistant.id)
        assert stored is not None
        assert (stored.version, stored.settings.instruction) == (2, "Read.")
        assert await s.backend.assistants.load_draft(s.assistant.id) is None


async def test_a_store_that_refuses_keeps_the_dialog_open(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise StoreError("database or disk is full")

    async with editing(qapp, tmp_path) as (s, dialog):
        change(dialog, "Read.")
        with monkeypatch.context() as patch:
            patch.setattr(type(s.backend.assistants), "save_version", refuse)
            click(dialog, "assistant_save")
            await until(find(dialog, QWidget, "assistant_error").isVisible)
        assert dialog.settings().instruction == "Read."
        await s.settled()
        assert await s.backend.assistants.load_draft(s.assistant.id) == AssistantDraft(dialog.settings(), 1)
        click(dialog, "assistant_save")
        await until(lambda: s.window.findChild(AssistantDialog) is None)


async def test_what_was_taken_back_does_not_return(qapp: QApplication, tmp_path: Path) -> None:
    async with editing(qapp, tmp_path) as (s, dialog):
        change(dialog, "Read.")
        await until_kept(s, "Read.")
        change(dialog, "")
        QTest.keyClick(dialog, Key.Key_Escape)
        await until(lambda: s.window.findChild(AssistantDialog) is None)
        await s.settled()
        assert await s.backend.assistants.load_draft(s.assistant.id) is None
        assert (await opened(s)).settings() == s.assistant.settings


async def test_what_was_taken_back_while_the_settings_stay_open_is_kept_no_more(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with editing(qapp, tmp_path) as (s, dialog):
        change(dialog, "Read.")
        await until_kept(s, "Read.")
        change(dialog, "")
        await until_kept(s, None)


async def test_unsaved_edits_survive_a_lifetime_that_begins_anew_and_a_crash(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        expiring = replace(s.assistant.settings, expiration=Expiration(30, ExpirationPolicy.STATIC))
        await s.backend.assistants.save_version(s.assistant.id, expiring)
        dialog = await opened(s)
        change(dialog, "Read.")
        await until_kept(s, "Read.")
        renewed = replace(expiring, expiration=Expiration(59, ExpirationPolicy.STATIC, 30))
        newest = await s.backend.assistants.save_version(s.assistant.id, renewed)
        dialog.done(0)  # as a crash leaves it
        await until(lambda: s.window.findChild(AssistantDialog) is None)
        dialog = await opened(s)
        assert dialog.settings() == replace(newest.settings, instruction="Read.")


async def test_saving_undoes_nothing_that_came_while_the_settings_were_open(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with editing(qapp, tmp_path) as (s, dialog):
        pulled = replace(s.assistant.settings, description="Pulled.")
        await s.backend.assistants.save_version(s.assistant.id, pulled)
        change(dialog, "Read.")
        await applied(s, dialog, 3)
        stored = await s.backend.assistants.assistant(s.assistant.id)
        assert stored is not None
        assert stored.settings == dialog.settings() == replace(pulled, instruction="Read.")
        assert not find(dialog, QAbstractButton, "assistant_save").isEnabled()


async def test_what_was_typed_a_moment_before_the_window_closes_is_kept(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with editing(qapp, tmp_path) as (s, dialog):
        change(dialog, "Read.")
        s.window.close()
        await s.living
        with closing(sqlite3.connect(s.profile.database)) as connection:
            assert _kept_instruction(connection) == "Read."


async def test_an_assistant_that_was_being_made_is_not_lost_to_another(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        precious = AssistantDraft(replace(s.assistant.settings, name="Precious"), note="first")
        await s.backend.assistants.save_draft(None, precious)
        s.window._actions["new_assistant"].trigger()
        click(s.window, "template_blank")
        await until(lambda: s.window.findChild(AssistantDialog) is not None)
        QTest.keyClick(s.find(AssistantDialog, "assistant_dialog"), Key.Key_Escape)  # nothing was typed
        await until(lambda: s.window.findChild(AssistantDialog) is None)
        s.window._actions["new_assistant"].trigger()
        await until(lambda: s.find(QWidget, "template_kept").isVisible())
        click(s.window, "template_go_on")
        await until(lambda: s.window.findChild(AssistantDialog) is not None)
        dialog = s.find(AssistantDialog, "assistant_dialog")
        assert dialog.settings() == precious.settings
        assert find(dialog, QLineEdit, "assistant_note").text() == "first"
        QTest.keyClick(dialog, Key.Key_Escape)
        assert dialog.isVisible()  # it is not saved: closing asks
        click(dialog, "assistant_discard")
        await until(lambda: s.window.findChild(AssistantDialog) is None)
        await s.settled()
        assert await s.backend.assistants.load_draft(None) is None


async def test_a_note_is_kept_with_the_edits(qapp: QApplication, tmp_path: Path) -> None:
    async with editing(qapp, tmp_path) as (s, dialog):
        change(dialog, "Read.")
        await until_kept(s, "Read.")
        QTest.keyClicks(find(dialog, QLineEdit, "assistant_note"), "why")

        async def has_note() -> bool:
            draft = await s.backend.assistants.load_draft(s.assistant.id)
            return draft is not None and draft.note == "why"

        await until(has_note)


async def test_an_assistant_that_went_to_the_trash_is_in_use_again_when_it_is_saved(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        expiring = replace(s.assistant.settings, expiration=Expiration(30, ExpirationPolicy.STATIC))
        await s.backend.assistants.save_version(s.assistant.id, expiring)
        dialog = await opened(s)
        await s.backend.database.run(_make_older)
        await s.backend.assistants.trash(s.assistant.id)
        change(dialog, "Read.")
        await applied(s, dialog, 4)  # the lifetime that was over begins anew
        [listed] = await s.backend.assistants.assistants()
        assert listed.settings == dialog.settings()
        assert listed.settings.instruction == "Read."
        assert not find(dialog, QAbstractButton, "assistant_save").isEnabled()
        assert "“Tester” was in the trash" in s.window.notice.text


def _make_older(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE assistants SET created_at = created_at - 40 * 24 * 3600 * 1000000")


async def test_an_assistant_that_was_deleted_for_good_is_made_anew_when_it_is_saved(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("What is missing?", "A date.")  # its record is kept for the run
        dialog = await opened(s)
        await s.backend.assistants.trash(s.assistant.id)
        await s.backend.trash.empty()
        change(dialog, "Read.")
        click(dialog, "assistant_apply")
        await until(lambda: dialog._assistant is not None and dialog._assistant.id != s.assistant.id)
        await s.settled()
        [listed] = await s.backend.assistants.assistants()
        assert (listed, listed.settings.instruction) == (dialog._assistant, "Read.")
        assert "deleted for good" in s.window.notice.text
        assert await s.backend.assistants.load_draft(s.assistant.id) is None


async def test_versions_their_replies_and_the_way_back(qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("What is missing?", "A date.")
        first_thread = s.thread_id
        dialog = await opened(s)
        change(dialog, "Read with care.")
        await applied(s, dialog, 2)
        dialog._pages.tabs.setCurrentIndex(VERSIONS)
        versions = find(dialog, DetailRows, "assistant_versions")
        await until(lambda: [row.key for row in versions.rows] == [2, 1])
        versions.setFocus()
        QTest.keyClick(versions, Key.Key_Down)
        view = find(dialog, DifferenceView, "assistant_difference")
        await until(lambda: "Read with care." in view.toPlainText())
        click(dialog, "assistant_restore")
        await until(lambda: [row.key for row in versions.rows] == [3, 2, 1])
        stored = await s.backend.assistants.assistant(s.assistant.id)
        assert stored is not None
        assert stored.settings == s.assistant.settings
        click(dialog, "assistant_restore_undo")
        await until(lambda: len(versions.rows) == 4)
        stored = await s.backend.assistants.assistant(s.assistant.id)
        assert stored is not None
        assert stored.settings.instruction == "Read with care."

        await s.new_thread()
        versions.select(1)
        dialog._pages.versions._chosen_changed()
        replies = find(dialog, DetailRows, "assistant_replies")
        assert len(replies.rows) == 1
        replies.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(replies, Key.Key_Down)
        QTest.keyClick(replies, Key.Key_Return)
        await until(lambda: s.window.messages.thread_id == first_thread)
        assert s.shown() == ["What is missing?", "A date."]


async def test_the_preview_is_what_the_numbers_on_the_page_would_send(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        for number in range(3):
            await s.ask(f"Question {number}", f"Reply {number}")
        dialog = await opened(s)
        dialog._pages.tabs.setCurrentIndex(CONTEXT)
        rows = find(dialog._pages.context, DetailRows, "context_rows")
        await until(lambda: len(rows.rows) == 6)
        find(dialog, QComboBox, "assistant_truncation").setCurrentIndex(1)
        find(dialog, NumberBox, "assistant_last_messages").setValue(3)
        await until(lambda: any(row.is_faded for row in rows.rows))
        sent = [row.detail for row in rows.rows if row.key and not row.is_faded]
        click(dialog, "assistant_save")
        await until(lambda: s.window.findChild(AssistantDialog) is None)
        await s.settled()
        await s.ask("Question 3", "Reply 3")
        asked = [message["content"] for message in s.server.bodies[-1]["messages"]]
        assert asked == [*sent, "Question 3"]


async def test_the_lifetime_begins_anew(qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        expiring = replace(s.assistant.settings, expiration=Expiration(30))
        before = await s.backend.assistants.save_version(s.assistant.id, expiring)
        dialog = await opened(s)
        dialog._pages.tabs.setCurrentIndex(LIFETIME)
        click(dialog, "assistant_extend")
        await until(
            lambda: dialog._assistant is not None and dialog._assistant.last_active_at > before.last_active_at
        )
        assert not find(dialog, QAbstractButton, "assistant_save").isEnabled()


async def test_the_instruction_is_shown_with_its_variables_filled_in(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with editing(qapp, tmp_path) as (_, dialog):
        change(dialog, "You are {{assistant}}, a {{model}}.")
        click(dialog, "assistant_expand")
        expanded = find(dialog, TextArea, "assistant_instruction_expanded")
        assert expanded.text() == "You are Tester, a scripted."
        click(dialog, "assistant_expand")


async def test_an_assistant_goes_to_a_file_and_comes_back(qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        s.window._actions["export_assistant"].trigger()
        chooser = find(s.window, QFileDialog, "export_assistant_dialog")
        path = tmp_path / "tester.nitka-assistant.json"
        chooser.fileSelected.emit(str(path))
        chooser.close()
        await until(path.exists)
        await s.settled()
        s.window.assistants.files_dropped.emit([path])
        await until(lambda: len(s.window._shown.assistants) == 2)
        copy = s.window._shown.assistants[1]
        assert copy.settings == s.assistant.settings
        await until(lambda: "Loopback" in s.window.notice.text)
        s.window.notice._action.click()
        await until(lambda: s.window.findChild(AssistantDialog) is not None)
        dialog = s.window.findChild(AssistantDialog)
        assert dialog is not None
        assert dialog._assistant == copy
        assert find(dialog, QLineEdit, "assistant_name").text() == "Tester"


async def test_a_duplicate_has_the_files_of_its_original(qapp: QApplication, tmp_path: Path) -> None:
    source = tmp_path / "lease.txt"
    source.write_text("The lease ends in May.")
    async with living_window(qapp, tmp_path / "profile") as s:
        ask, files = s.backend.worker.ask, s.backend.files
        await ask(files.add(s.assistant.id, [source]))
        await s.backend.assistants.save_version(
            s.assistant.id, replace(s.assistant.settings, search=SearchTool())
        )
        s.window.assistants.duplicate_requested.emit(s.assistant.id)
        await until(lambda: len(s.window._shown.assistants) == 2)
        copy = s.window._shown.assistants[1]
        assert copy.settings.search == SearchTool()
        while not (found := await ask(files.search(copy.id, "lease", 5))):
            await asyncio.sleep(0.02)
        assert found[0].name == "lease.txt"


async def test_a_file_that_holds_no_assistant_is_refused_with_its_reason(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        path = tmp_path / "notes.json"
        path.write_text('{"format": "nitka-assistant", "version": 2}')
        s.window._actions["import_assistant"].trigger()
        chooser = find(s.window, QFileDialog, "import_assistant_dialog")
        chooser.filesSelected.emit([str(path)])
        chooser.close()
        await until(lambda: "notes.json" in s.window.notice.text)
        assert "newer" in s.window.notice.text
        assert [one.settings.name for one in s.window._shown.assistants] == ["Tester"]


async def test_an_assistant_made_for_its_files_is_edited_from_then_on(
    qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        connection_id = s.assistant.settings.connection_id
        s.intents.assistants.draft(AssistantSettings("Fresh", connection_id=connection_id, model="scripted"))
        await until(lambda: s.window.findChild(AssistantDialog) is not None)
        dialog = s.window.findChild(AssistantDialog)
        assert dialog is not None
        dialog._pages.tools.create_wanted.emit()
        await until(lambda: dialog._assistant is not None)
        assert dialog.isVisible()
        await s.settled()
        assert [one.settings.name for one in await s.backend.assistants.assistants()] == ["Tester", "Fresh"]
