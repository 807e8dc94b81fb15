"""The whole window by hand: real store, real worker, real HTTP on loopback; what is typed, shown and kept."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.controllers.facts import RunBegan
from desktop_app.domain.ids import ConnectionId, ThreadId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.secret import Kept
from desktop_app.domain.threads import Status
from desktop_app.qt.connection_intents import ConnectionsListed
from tests.conftest import until
from tests.gui.living_window import living_window
from tests.servers import refuse

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("qtbot")


async def test_a_reply_streams_in_and_is_there_after_the_end(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("Hello")
        grown = ""
        for word in ("one ", "two ", "three ", "four ", "five"):
            s.prompter.say("Hello", word)
            grown += word
            await until(lambda: s.window.messages.transcript.last_reply_text() == grown)  # noqa: B023
            assert s.is_running
        s.prompter.end("Hello")
        await until(lambda: not s.is_running)
        assert s.shown() == ["Hello", "one two three four five"]
        assert s.composer.toPlainText() == ""
        assert await s.draft() == ""
        assert [m.status for m in await s.stored()] == [Status.COMPLETED, Status.COMPLETED]


async def test_stop_keeps_the_text_and_the_composer_sends_again(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("Count")
        s.prompter.say("Count", "one two")
        await until(lambda: s.shown() == ["Count", "one two"])
        s.press(Key.Key_Escape)
        await until(lambda: not s.is_running)
        assert (await s.stored())[-1].status is Status.STOPPED
        await s.ask("More", "three")
        assert s.shown() == ["Count", "one two", "More", "three"]


async def test_switching_threads_while_a_reply_grows_loses_nothing(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        s.send("Long")
        s.prompter.say("Long", "a1 ", "a2 ")
        await until(lambda: s.shown() == ["Long", "a1 a2"])
        second = await s.new_thread()
        assert not s.is_running
        s.prompter.say("Long", "a3 ")
        await s.ask("Short", "b1")
        assert s.thread_id == second
        await s.open(first)
        await until(lambda: s.is_running)
        await until(lambda: s.shown() == ["Long", "a1 a2 a3"])
        s.prompter.say("Long", "a4 ")
        await until(lambda: s.shown() == ["Long", "a1 a2 a3 a4"])
        await s.open(second)
        s.prompter.answer("Long", "a5")
        await s.open(first)
        await until(lambda: not s.is_running)
        assert s.shown() == ["Long", "a1 a2 a3 a4 a5"]
        assert await s.stored_texts() == ["Long", "a1 a2 a3 a4 a5"]


async def test_two_threads_stream_at_once(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        s.send("A")
        await until(lambda: s.is_running)
        second = await s.new_thread()
        s.send("B")
        await until(lambda: s.is_running)
        for number in range(20):
            s.prompter.say("A", f"a{number} ")
            s.prompter.say("B", f"b{number} ")
        s.prompter.end("A")
        s.prompter.end("B")
        await until(lambda: not s.is_running)
        assert s.shown() == ["B", " ".join(f"b{n}" for n in range(20))]
        await s.open(first)
        await until(lambda: not s.is_running and len(s.shown()) == 2)
        assert s.shown() == ["A", " ".join(f"a{n}" for n in range(20))]
        assert await s.stored_texts(second) == ["B", "".join(f"b{n} " for n in range(20))]


async def test_enter_while_a_reply_grows_sends_when_it_is_complete(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("First")
        await until(lambda: s.is_running)
        s.send("Second")
        s.prompter.answer("Second", "2")
        s.prompter.answer("First", "1")
        await until(lambda: s.shown() == ["First", "1", "Second", "2"] and not s.is_running)
        assert s.composer.toPlainText() == ""
        assert await s.draft() == ""


async def test_a_deleted_thread_comes_back_whole(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        thread_id = s.thread_id
        await s.ask("Keep me", "kept")
        s.type("and my draft")
        s.intents.threads.delete(thread_id)
        await until(lambda: s.thread_id != thread_id)
        assert s.shown() == []
        assert s.composer.toPlainText() == ""
        await until(lambda: thread_id not in s.window.threads.shown_ids())
        s.find(QPushButton, "notice_action").click()
        await until(lambda: s.thread_id == thread_id)
        assert s.shown() == ["Keep me", "kept"]
        assert s.composer.toPlainText() == "and my draft"
        await until(lambda: thread_id in s.window.threads.shown_ids())


async def test_deleting_the_thread_that_is_answered_stops_the_reply(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        thread_id = s.thread_id
        s.send("Go")
        s.prompter.say("Go", "half")
        await until(lambda: s.shown() == ["Go", "half"])
        s.intents.threads.delete(thread_id)
        await until(lambda: s.thread_id != thread_id)
        assert not s.is_running
        reply = (await s.stored(thread_id))[-1]
        assert (reply.text, reply.status) == ("half", Status.STOPPED)
        await until(lambda: s.server.hung_up == 1)


async def test_regenerating_keeps_the_other_reply_a_click_away(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("Joke", "first")
        s.prompter.answer("Joke", "second")
        s.find(QAbstractButton, "regenerate").click()
        await until(lambda: s.shown() == ["Joke", "second"] and not s.is_running)
        s.find(QAbstractButton, "sibling_previous").click()
        await until(lambda: s.shown() == ["Joke", "first"])
        s.find(QAbstractButton, "sibling_next").click()
        await until(lambda: s.shown() == ["Joke", "second"])


async def test_a_failed_reply_says_so_and_retry_works(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.prompter.refusals.append(refuse(400, {"error": {"message": "no such model"}}))
        s.send("Hi")
        await until(lambda: s.window.findChild(QPushButton, "retry_reply") is not None)
        assert (await s.stored())[-1].status is Status.FAILED
        assert s.composer.toPlainText() == ""
        s.prompter.answer("Hi", "better now")
        s.find(QPushButton, "retry_reply").click()
        await until(lambda: s.shown() == ["Hi", "better now"] and not s.is_running)


async def test_a_changed_assistant_is_a_new_version_that_the_next_reply_uses(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        settings = replace(s.assistant.settings, instruction="Speak like a pirate.")
        s.intents.assistants.save(s.assistant.id, settings, "")
        pill = s.find(QAbstractButton, "assistant_pill")
        await until(lambda: "v2" in pill.accessibleName())
        await s.ask("Two", "2")
        assert s.server.bodies[-1]["messages"][0] == {"role": "system", "content": "Speak like a pirate."}
        runs = await s.backend.conversations.runs(s.thread_id)
        assert [run.assistant_version for run in runs] == [1, 2]


async def test_each_thread_keeps_its_own_draft(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("One", "1")
        s.type("draft of the first")
        second = await s.new_thread()
        assert s.composer.toPlainText() == ""
        s.type("draft of the second")
        await s.open(first)
        assert s.composer.toPlainText() == "draft of the first"
        await s.open(second)
        assert s.composer.toPlainText() == "draft of the second"


async def test_zoom_and_theme_change_while_a_reply_grows(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("Go")
        text = ""
        for number, change in enumerate(("zoom_in", "theme_dark", "zoom_out", "theme_light", "zoom_reset")):
            s.prompter.say("Go", f"w{number} ")
            text += f"w{number} "
            await until(lambda: s.shown() == ["Go", text.strip()])  # noqa: B023
            s.window._actions[change].trigger()
        s.prompter.end("Go")
        await until(lambda: not s.is_running)
        assert s.shown() == ["Go", text.strip()]


async def test_closing_during_a_reply_keeps_it_and_the_next_start_offers_to_continue(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("Go")
        s.prompter.say("Go", "half")
        await until(lambda: s.shown() == ["Go", "half"])
    async with living_window(qapp, tmp_path) as s:
        await until(lambda: s.shown() == ["Go", "half"])
        assert (await s.stored())[-1].status is Status.INTERRUPTED
        assert s.window.findChild(QPushButton, "continue_reply") is not None


async def test_what_is_typed_while_a_message_is_stored_stays_in_the_composer(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("First")
        s.type("Second")  # at once: the first is still on its way to the disk
        await until(lambda: s.is_running)
        assert s.composer.toPlainText() == "Second"
        await until(lambda: s.shown()[:1] == ["First"])
        await s.new_thread()
        assert await s.stored_texts() == []


async def test_a_thread_left_while_its_message_is_stored_has_no_draft_of_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("Zero", "0")
        second = await s.new_thread()
        await s.open(first)
        is_free, send = asyncio.Event(), s.backend.runs.send

        async def send_late(
            thread_id: ThreadId, text: str, overrides: RunOverrides | None = None
        ) -> RunBegan:
            await is_free.wait()
            return await send(thread_id, text, overrides=overrides)

        async def go_on() -> None:
            is_free.set()

        s.backend.runs.send = send_late  # type: ignore[method-assign, assignment]
        s.prompter.answer("First", "1")
        s.send("First")
        s.type(" and more")
        await s.open(second)
        s.type("Other")
        await s.open(first)
        assert s.composer.toPlainText() == "First and more"
        await s.open(second)
        await s.backend.worker.ask(go_on())
        await until(lambda: not s.window.messages._unsent.is_sending(first))
        await s.settled()
        assert await s.draft(first) == " and more"
        assert s.composer.toPlainText() == "Other"
        await s.open(first)
        assert s.composer.toPlainText() == " and more"
        await until(lambda: s.shown()[-2:] == ["First", "1"])


async def test_a_message_of_another_thread_does_not_hold_up_the_composer(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        s.window.messages._unsent.send("another thread", "on its way")
        await s.ask("Two", "2")


async def test_words_typed_before_the_first_thread_is_read_are_kept(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path, typed_early="I was quick") as s:
        assert s.composer.toPlainText() == "I was quick"
        await s.settled()
        assert await s.draft() == "I was quick"


async def test_the_last_thread_clicked_is_the_one_that_opens(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("One", "1")
        second = await s.new_thread()
        await s.open(first)
        s.window.threads.thread_selected.emit(second)
        s.window.threads.thread_selected.emit(first)
        await until(lambda: s.intents.thread_id == first)
        await s.settled()
        assert s.thread_id == first


async def test_a_reply_that_ends_while_its_thread_is_opened_is_shown_whole(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        s.send("Go")
        s.prompter.say("Go", "half ")
        await until(lambda: s.shown() == ["Go", "half"])
        for number in range(8):  # the end falls into another moment of the opening each time
            await s.new_thread()
            if number:
                s.intents.runs.regenerate((await s.stored(first))[-1].id)
                await until(lambda: first in s.intents._running)
                s.prompter.say("Go", "half ")
            s.prompter.answer("Go", "whole")
            for _ in range(number):
                await asyncio.sleep(0.002)
            await s.open(first)
            await until(lambda: not s.is_running)
            assert s.shown() == ["Go", "half whole"]


async def test_facts_of_a_thread_that_is_being_opened_do_not_touch_the_one_that_is_shown(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("One", "1")
        second = await s.new_thread()
        s.prompter.answer("Two", "2")
        await s.backend.worker.ask(s.backend.runs.send(second, "Two"))
        await until(lambda: s.shown() == ["Two", "2"])
        await s.open(first)
        s.intents.open_thread("no such thread")
        await s.settled()
        assert s.intents.thread_id == first
        await s.ask("Three", "3")  # the shown thread still hears of its own runs


async def test_a_name_being_typed_goes_to_its_own_thread(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("One", "1")
        second = await s.new_thread()
        await s.open(first)
        s.window.messages.header.edit_title()
        editor = s.find(QLineEdit, "thread_title_editor")
        editor.selectAll()
        QTest.keyClicks(editor, "Named")
        await s.open(second)
        s.press(Key.Key_Return, editor)
        await s.settled()
        names = {one.id: one.name for one in await s.backend.conversations.threads()}
        assert names[first] == "Named"
        assert names.get(second, "") == ""


async def test_an_error_of_ours_leaves_the_composer_usable(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.backend.database.run(lambda c: c.execute("ALTER TABLE runs RENAME TO runs_away"))
        s.send("Keep me")
        await until(lambda: s.window.notice.isVisible())
        assert s.composer.toPlainText() == "Keep me"
        await s.backend.database.run(lambda c: c.execute("ALTER TABLE runs_away RENAME TO runs"))
        s.prompter.answer("Keep me", "yes")
        s.press(Key.Key_Return)
        await until(lambda: s.shown() == ["Keep me", "yes"])
        assert s.composer.toPlainText() == ""


async def test_names_and_replies_are_shown_letter_by_letter_never_as_html(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    html = "<img src='file:///etc/hostname'> <b>R&D</b>"
    async with living_window(qapp, tmp_path) as s:
        s.prompter.answer("One", f"[link](https://example.org/<img/src=1>)\n\n```{html}\ncode\n```\n")
        s.send("One")
        await until(lambda: len(s.shown()) == 2 and not s.is_running)
        settings = replace(s.assistant.settings, name=html, description=html)
        s.intents.assistants.save(s.assistant.id, settings, "")
        s.intents.threads.rename(s.thread_id, html)
        await until(lambda: html in s.window.windowTitle())
        pill = s.find(QAbstractButton, "assistant_pill")
        await until(lambda: html in pill.accessibleName())
        rows = s.window.threads._model
        tips = [
            str(rows.data(rows.index(row), Qt.ItemDataRole.ToolTipRole)) for row in range(rows.rowCount())
        ]
        tips += [widget.toolTip() for widget in s.window.findChildren(QWidget)]
        s.window.threads._search.setText(html * 2)
        s.window.notices.show_fault(html)
        shown = [label for label in s.window.findChildren(QLabel) if "<" in label.text()]
        assert len(shown) >= 3
        assert [label.text() for label in shown if label.textFormat() != Qt.TextFormat.PlainText] == []
        tips = [tip for tip in tips if Qt.mightBeRichText(tip)]
        assert len(tips) >= 2
        assert [tip for tip in tips if "<img" in tip or "<b>" in tip] == []
        s.window._show_assistant_menu(QPoint(0, 0))
        menu = s.find(QMenu, "assistant_menu")
        assert menu.actions()[0].text() == html.replace("&", "&&")
        menu.close()


async def test_a_connection_changed_during_a_reply_serves_it_to_its_end(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("Go")
        s.prompter.say("Go", "one ")
        await until(lambda: s.shown() == ["Go", "one"])
        connection = (await s.backend.connection_records.connections())[-1]
        s.intents.connections.save(replace(connection, name="Renamed"), None)
        await s.settled()
        s.prompter.answer("Go", "two")
        await until(lambda: not s.is_running)
        assert s.shown() == ["Go", "one two"]
        assert (await s.stored())[-1].status is Status.COMPLETED
        await s.ask("Again", "three")


async def test_connections_are_listed_while_the_keyring_waits_for_the_user(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        unlocked = asyncio.Event()

        async def wait_for_the_user() -> dict[ConnectionId, Kept]:
            await unlocked.wait()
            return {}

        async def release() -> None:
            unlocked.set()

        s.backend.connections.kept_keys = wait_for_the_user  # type: ignore[method-assign]
        listed: list[ConnectionsListed] = []
        s.intents.connections.listed.connect(listed.append)
        s.intents.connections.read()
        await until(lambda: listed)
        assert [one.name for one in listed[0].connections] == ["On this device", "Loopback"]
        await s.backend.worker.ask(release())
        await until(lambda: len(listed) == 2)


async def test_closing_right_after_sending_keeps_the_message_once(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.send("Only once")
    async with living_window(qapp, tmp_path) as s:
        await until(lambda: s.shown()[:1] == ["Only once"])
        assert [text for text in await s.stored_texts() if text] == ["Only once"]
        assert s.composer.toPlainText() == ""


async def test_the_arrow_keys_pass_a_thread_without_messages(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await s.ask("Hello", "Hi")
        empty = await s.new_thread()
        await until(lambda: s.window.threads.shown_ids() == [empty, first])
        rows = s.find(QListView, "threads")
        s.window.threads.focus_list()
        for key, expected in ((Key.Key_Down, first), (Key.Key_Up, empty), (Key.Key_Down, first)):
            s.press(key, rows)
            await until(lambda expected=expected: s.thread_id == expected)  # type: ignore[misc]
            await s.settled()
            assert rows.hasFocus()
        s.window._actions["new_thread"].trigger()
        assert s.composer.hasFocus()
        await s.settled()


async def test_every_item_of_the_menus_does_something(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        actions = s.window._actions
        assert set(actions.fill()) == set(actions._doing)


async def test_a_thread_that_nobody_answers_offers_to_choose_somebody(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        thread = await s.backend.conversations.create_thread(None)
        await s.open(thread.id)
        pill, hint = s.find(QAbstractButton, "assistant_pill"), s.find(QLabel, "composer_hint")
        assert pill.isVisible()
        assert pill.accessibleName() == "Choose an assistant"
        assert hint.toolTip() or "Nobody answers" in hint.text()
        pill.click()
        menu = s.find(QMenu, "assistant_menu")
        menu.actions()[0].trigger()
        await until(lambda: "Tester" in pill.accessibleName())
        assert not hint.text()
        menu.close()
        await s.ask("Hello", "Hi")
