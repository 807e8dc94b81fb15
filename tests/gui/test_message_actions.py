"""What is done with single messages, in the whole window on real parts."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Citation, Status, Usage
from desktop_app.widgets.dialogs.message_details import MessageDetails
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.action_row import ActionRow
from tests.conftest import until
from tests.gui.conversation import question, reply, run_of
from tests.gui.living_window import Scene, living_window

pytestmark = pytest.mark.usefixtures("qtbot")


def is_editing(s: Scene) -> bool:
    note = s.window.findChild(QWidget, "editing_note")
    return note is not None and note.isVisible()


async def begin_editing(s: Scene, message_id: MessageId) -> None:
    s.window.messages.edit_requested.emit(message_id)
    await until(lambda: is_editing(s))


async def undo(s: Scene) -> None:
    await until(lambda: s.window.notice.isVisible())
    s.find(QPushButton, "notice_action").click()


async def put_long_thread(s: Scene, count: int) -> list[MessageId]:
    """Fill the open thread with ``count`` messages, as if they had been said."""
    ids = [MessageId(f"long-{number}") for number in range(count)]
    rows = [
        (ids[n], s.thread_id, ids[n - 1] if n else None, n, "assistant" if n % 2 else "user", f"Text {n}")
        for n in range(count)
    ]
    await s.backend.database.run(
        lambda c: c.executemany(
            "INSERT INTO messages (id, thread_id, parent_id, position, is_shown, author, status, created_at, text)"
            " VALUES (?, ?, ?, ?, 1, ?, 'completed', 0, ?)",
            rows,
        )
    )
    return ids


# -- in other words


async def test_an_edited_question_is_a_branch_and_the_draft_comes_back(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("Sekond", "1")
        typo = (await s.stored())[0]
        s.type("half a thought")
        await begin_editing(s, typo.id)
        assert s.composer.toPlainText() == "Sekond"
        s.composer.selectAll()
        s.type("Second")
        s.prompter.answer("Second", "2")
        s.press(Qt.Key.Key_Return)
        await until(lambda: s.shown() == ["Second", "2"] and not s.is_running)
        await until(lambda: s.composer.toPlainText() == "half a thought")
        assert not is_editing(s)
        await s.settled()
        assert await s.draft() == "half a thought"
        assert (await s.stored())[0].sibling_ids[0] == typo.id
        s.window.messages.sibling_requested.emit(typo.id)
        await until(lambda: s.shown() == ["Sekond", "1"])


async def test_escape_leaves_a_question_as_it_was(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("Question", "1")
        s.type("half a thought")
        await begin_editing(s, (await s.stored())[0].id)
        s.type(" and more")
        s.press(Qt.Key.Key_Escape)
        assert not is_editing(s)
        assert s.composer.toPlainText() == "half a thought"
        await s.settled()
        assert await s.draft() == "half a thought"
        assert len(await s.backend.conversations.all_messages(s.thread_id)) == 2


async def test_up_in_an_empty_composer_edits_the_last_question(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        await s.ask("Two", "2")
        s.press(Qt.Key.Key_Up)
        await until(lambda: is_editing(s))
        assert s.composer.toPlainText() == "Two"
        s.find(QAbstractButton, "cancel_editing").click()
        assert s.composer.toPlainText() == ""


async def test_an_edit_waits_in_its_thread(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("One", "1")
        s.type("draft")
        await begin_editing(s, (await s.stored())[0].id)
        s.type(" more")
        second = await s.new_thread()
        assert not is_editing(s)
        assert s.composer.toPlainText() == ""
        await s.open(first)
        assert is_editing(s)
        assert s.composer.toPlainText() == "One more"
        s.prompter.answer("One more", "2")
        s.press(Qt.Key.Key_Return)
        await s.open(second)
        await s.settled()
        await s.open(first)
        await until(lambda: s.shown() == ["One more", "2"] and not s.is_running)
        assert s.composer.toPlainText() == "draft"


async def test_an_edit_made_while_a_reply_grows_is_sent_when_it_is_complete(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("One")
        await until(lambda: s.is_running)
        await begin_editing(s, (await s.stored())[0].id)
        s.type(" more")
        s.press(Qt.Key.Key_Return)
        assert is_editing(s)
        s.prompter.answer("One more", "Two")
        s.prompter.answer("One", "First")
        await until(lambda: s.shown() == ["One more", "Two"] and not s.is_running)
        assert not is_editing(s)
        assert s.composer.toPlainText() == ""


async def test_an_edit_of_a_question_that_is_gone_is_kept_in_the_composer(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        asked = (await s.stored())[0]
        await begin_editing(s, asked.id)
        s.type(" more")
        await s.backend.conversations.delete_message(asked.id)
        s.press(Qt.Key.Key_Return)
        await until(lambda: s.window.notice.isVisible())
        assert s.composer.toPlainText() == "One more"
        assert is_editing(s)


async def test_the_buttons_of_a_wide_question_stay_inside_a_narrow_window(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.window.resize(720, 600)
        question = "A question that is as wide as a bubble may be, and goes on in another line below."
        await s.ask(question, "One")
        await begin_editing(s, (await s.stored())[0].id)
        s.type("!")
        s.prompter.answer(f"{question}!", "Two")
        s.press(Qt.Key.Key_Return)
        await until(lambda: s.shown()[1:] == ["Two"] and not s.is_running)
        viewport = s.window.messages.transcript.viewport()
        rows = [row for row in viewport.findChildren(ActionRow) if row.isVisible()]
        assert len(rows) == 2
        for row in rows:
            assert viewport.rect().contains(row.geometry())
            assert row.width() >= row.minimumSizeHint().width()


# -- forks, quotes, branches


async def test_a_fork_opens_with_what_led_to_the_message(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("One", "1")
        await s.ask("Two", "2")
        s.window.messages.fork_requested.emit((await s.stored())[1].id)
        await until(lambda: s.thread_id != first)
        assert s.shown() == ["One", "1"]
        await until(lambda: s.window.windowTitle() == "One (fork) — Nitka")
        await s.ask("Else", "3")
        assert await s.stored_texts(first) == ["One", "1", "Two", "2"]
        assert s.thread_id in s.window.threads.shown_ids()
        s.window._actions["fork_thread"].trigger()
        await until(lambda: s.window.windowTitle() == "One (fork) (fork) — Nitka")
        assert s.shown() == ["One", "1", "Else", "3"]


async def test_a_quote_stands_before_what_is_typed_next(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.type("Look: ")
        s.window.messages.transcript.quote_requested.emit("one\n\n**two**\n")
        assert s.composer.toPlainText() == "Look:\n\n> one\n>\n> **two**\n\n"
        s.type("why?")
        await until(lambda: s.composer.toPlainText().endswith("\n\nwhy?"))
        await s.settled()


async def test_asking_again_in_the_middle_can_be_taken_back(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        await s.ask("Two", "2")
        middle = (await s.stored())[1]
        s.prompter.say("One", "1b")
        s.window.messages.regenerate_requested.emit(middle.id)
        await until(lambda: s.shown() == ["One", "1b"])
        assert s.is_running
        await undo(s)
        await until(lambda: s.shown() == ["One", "1", "Two", "2"] and not s.is_running)
        newer = await s.backend.conversations.message((await s.stored())[1].sibling_ids[1])
        assert newer is not None
        assert (newer.text, newer.status) == ("1b", Status.STOPPED)
        s.prompter.answer("Two", "2b")
        s.window._actions["regenerate"].trigger()
        await until(lambda: s.shown() == ["One", "1", "Two", "2b"] and not s.is_running)
        assert not s.window.notice.isVisible()


async def test_a_reply_is_asked_for_again_with_a_version_of_the_assistant(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("Hello", "First")
        changed = replace(s.assistant.settings, instruction="Be short.")
        await s.backend.assistants.save_version(s.assistant.id, changed, note="shorter")
        row = next(one for one in s.window.findChildren(ActionRow) if one.isVisible())
        menu = row.menu()
        menu.popup(row.mapToGlobal(row.rect().bottomLeft()))
        versions = menu.findChild(QMenu, "ask_again_with")
        assert versions is not None
        await until(versions.isEnabled)
        assert [action.text() for action in versions.actions()] == ["version 2 · shorter", "version 1"]
        s.prompter.answer("Hello", "Again")
        versions.actions()[1].trigger()
        await until(lambda: s.shown() == ["Hello", "Again"] and not s.is_running)
        again = (await s.stored())[-1]
        run = await s.backend.conversations.run(again.run_id) if again.run_id else None
        assert run is not None
        assert (run.assistant_version, len(again.sibling_ids)) == (1, 2)
        menu.close()


async def test_what_is_taken_back_shows_the_versions_that_were_shown(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        await s.ask("Two", "2")
        middle, older = (await s.stored())[1], (await s.stored())[3]
        s.prompter.answer("Two", "2b")
        s.window._actions["regenerate"].trigger()
        await until(lambda: s.shown() == ["One", "1", "Two", "2b"] and not s.is_running)
        s.window.messages.sibling_requested.emit(older.id)
        await until(lambda: s.shown() == ["One", "1", "Two", "2"])
        s.prompter.answer("One", "1b")
        s.window.messages.regenerate_requested.emit(middle.id)
        await until(lambda: s.shown() == ["One", "1b"] and not s.is_running)
        await undo(s)
        await until(lambda: s.shown() == ["One", "1", "Two", "2"])


# -- deleting


async def test_a_deleted_message_comes_back(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        await s.ask("Two", "2")
        s.window.messages.delete_requested.emit((await s.stored())[1].id)
        await until(lambda: s.shown() == ["One", "Two", "2"])
        await undo(s)
        await until(lambda: s.shown() == ["One", "1", "Two", "2"])
        assert [message.position for message in await s.stored()] == [0, 1, 2, 3]


async def test_the_neighbour_is_shown_in_place_of_a_deleted_version(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        s.prompter.answer("One", "1b")
        s.window._actions["regenerate"].trigger()
        await until(lambda: s.shown() == ["One", "1b"] and not s.is_running)
        s.window.messages.delete_requested.emit((await s.stored())[1].id)
        await until(lambda: s.shown() == ["One", "1"])
        await until(lambda: s.window.notice.isVisible())
        s.window._actions["undo"].trigger()
        await until(lambda: s.shown() == ["One", "1b"])


async def test_a_thread_without_its_last_message_is_empty_and_can_be_asked(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        for message in reversed(await s.stored()):
            s.window.messages.delete_requested.emit(message.id)
            await s.settled()
        assert s.shown() == []
        assert s.window.messages.empty.isVisible()
        await s.ask("Two", "2")


async def test_a_growing_reply_cannot_be_deleted(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        s.send("Two")
        s.prompter.say("Two", "half ")
        await until(lambda: s.shown()[-1] == "half")
        stored = await s.stored()
        s.window.messages.delete_requested.emit(stored[-1].id)
        await until(lambda: s.window.notice.isVisible())
        assert len(s.shown()) == 4
        s.window.messages.delete_requested.emit(stored[1].id)  # above it everything goes on
        await until(lambda: s.shown() == ["One", "Two", "half"])
        s.prompter.answer("Two", "whole")
        await until(lambda: s.shown() == ["One", "Two", "half whole"] and not s.is_running)


# -- long threads


async def test_a_long_thread_opens_where_it_was_left(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        ids = await put_long_thread(s, 300)
        await s.new_thread()
        await s.backend.conversations.save_read_position(first, ids[100], 0)
        await s.open(first)
        await until(lambda: "Text 100" in s.shown())
        assert s.window.messages.transcript.read_position()[0] == ids[100]


async def test_another_version_stands_where_the_first_one_was_read(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        ids = await put_long_thread(s, 300)
        await s.backend.database.run(
            lambda c: c.execute(
                "INSERT INTO messages"
                " (id, thread_id, parent_id, position, is_shown, author, status, created_at, text)"
                " VALUES ('other', ?, ?, 100, 0, 'user', 'completed', 0, 'Other 100')",
                (first, ids[99]),
            )
        )
        await s.new_thread()
        await s.backend.conversations.save_read_position(first, ids[100], 0)
        await s.open(first)
        transcript = s.window.messages.transcript
        s.window.messages.sibling_requested.emit("other")
        await until(lambda: transcript.read_position()[0] in ("other", ""))
        s.window.messages.sibling_requested.emit(ids[100])
        await until(lambda: transcript.read_position()[0] == ids[100])
        s.window.messages.delete_requested.emit(ids[95])
        await until(lambda: transcript.page.messages.total == 299)
        assert transcript.read_position()[0] == ids[100]
        await undo(s)
        await until(lambda: transcript.read_position()[0] == ids[95])
        assert transcript.page.messages.total == 300


async def test_a_question_far_from_the_reader_is_asked_in_other_words(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        ids = await put_long_thread(s, 300)
        await s.new_thread()
        await s.open(first)
        await begin_editing(s, ids[10])
        s.type(" anew")
        s.prompter.answer("Text 10 anew", "Yes")
        s.press(Qt.Key.Key_Return)
        await until(lambda: s.shown()[-2:] == ["Text 10 anew", "Yes"] and not s.is_running)
        assert s.window.messages.transcript.page.messages.total == 12


async def test_positions_that_are_wanted_again_and_again_are_read_in_few_windows(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await put_long_thread(s, 300)
        loaded: list[tuple[int, int]] = []
        intents = s.intents.messages
        intents.messages_loaded.connect(
            lambda _thread, messages, _runs: loaded.append((messages[0].position, len(messages)))
        )
        for first in range(0, 100, 10):
            intents.load(s.thread_id, first, 20)
        await s.settled()
        assert loaded == [(0, 110)]
        loaded.clear()
        intents.load(s.thread_id, 0, 20)
        intents.load(s.thread_id, 200, 50)
        await s.settled()
        assert loaded == [(200, 50), (0, 20)]


# -- details


async def test_the_details_of_a_reply_are_shown(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        s.window.messages.details_requested.emit((await s.stored())[1].id)
        await until(lambda: s.window.findChild(QDialog, "message_details_dialog") is not None)
        dialog = s.find(QDialog, "message_details_dialog")
        said = [label.text() for label in dialog.findChildren(QLabel)]
        assert {"Tester · v1", "scripted", "complete"} <= set(said)
        dialog.close()


def test_the_details_can_be_copied(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(resources_dir(), qapp)
    answer = reply(1, status=Status.FAILED)
    run = replace(
        run_of(answer, RunError("service_fault", "overloaded", 503, "r-1"), Usage(12, 3)),
        seen=(MessageId("a"), MessageId("b")),
        remote_id="remote-1",
    )
    dialog = MessageDetails(theme, answer, run)
    qtbot.addWidget(dialog)
    copy = dialog.findChild(QPushButton, "message_details_copy")
    assert copy is not None
    copy.click()
    lines = QGuiApplication.clipboard().text().split("\n")
    for line in (
        "Assistant: Tester · v3",
        "Messages the model saw: 2",
        "Tokens read: 12",
        "Tokens written: 3",
    ):
        assert line in lines
    assert "Problem: Error: service_fault" in lines
    assert "overloaded" in lines
    asked = MessageDetails(theme, question(0), None)
    qtbot.addWidget(asked)
    assert [line.split(":")[0] for line in asked.text().split("\n")] == ["Author", "Time"]


def test_the_details_name_each_source_once(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(resources_dir(), qapp)
    sources = (
        Citation("Tariffs", "https://example.org/a"),
        Citation("notes.md", file_id="f1", fragment="one"),
        Citation("notes.md", file_id="f1", fragment="two"),
        Citation(""),
    )
    dialog = MessageDetails(theme, replace(reply(0), citations=sources), None)
    qtbot.addWidget(dialog)
    assert "Sources: Tariffs · https://example.org/a\nnotes.md\nA deleted file" in dialog.text()


# -- the newest reply

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


async def take_keys(s: Scene) -> None:
    """Make the window the one that shortcuts go to."""
    s.window.fill_menus()
    s.window.activateWindow()
    await until(s.window.isActiveWindow)


async def test_the_last_reply_and_its_code_are_copied_by_keys(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        source = "Try **this**:\n\n```python\nprint(1)\n\nprint(2)\n```\n\nDone."
        s.prompter.answer("How", source)
        s.send("How")
        await until(lambda: any("Done." in text for text in s.shown()) and not s.is_running)
        await take_keys(s)
        QTest.keyClick(s.composer, Qt.Key.Key_C, CTRL_SHIFT)
        assert QGuiApplication.clipboard().text() == source
        QTest.keyClick(s.composer, Qt.Key.Key_Semicolon, CTRL_SHIFT)
        assert QGuiApplication.clipboard().text() == "print(1)\n\nprint(2)"


async def test_the_last_reply_is_copied_from_anywhere_in_a_long_thread(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        ids = await put_long_thread(s, 300)
        await s.new_thread()
        await s.backend.conversations.save_read_position(first, ids[100], 0)
        await s.open(first)
        await until(lambda: "Text 100" in s.shown())
        await take_keys(s)
        QTest.keyClick(s.composer, Qt.Key.Key_C, CTRL_SHIFT)
        await until(lambda: QGuiApplication.clipboard().text() == "Text 299")
