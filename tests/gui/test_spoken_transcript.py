"""The transcript answers screen readers truly, whatever is done to it in between."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import ConnectionId, OperationId, RunId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.settings import Announcements
from desktop_app.domain.threads import Status
from desktop_app.markdown.items import Item
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from tests.gui.conversation import question, reply, run_of, talk

PIECES = (
    "A sentence. ",
    "Предложение по-русски! ",
    "**bold** and [a link](https://example.org) 🙂 ",
    "\n\n```python\nprint('a')\n",
    "```\n\n",
    "\n| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "\n- item\n- other\n",
    "\n> quote\n\n",
    "## Heading\n\n",
    "![picture](a.png)\n\n",
)
CODE = "Look:\n\n```python\nprint('a')\n```\n\nand [there](https://example.org/page)."


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    QAccessible.setActive(True)
    made = TranscriptView(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.clear()
    made.close_threads()
    QAccessible.setActive(False)


def messages(view: TranscriptView) -> list[QAccessibleInterface]:
    """The messages a reader finds, oldest first."""
    page = QAccessible.queryAccessibleInterface(view.viewport())
    found = [page.child(index) for index in range(page.childCount())]
    return [one for one in found if one.text(QAccessible.Text.Identifier).startswith("message-")]


def words(message: QAccessibleInterface) -> str:
    """The whole text."""
    text = message.textInterface()
    return text.text(0, text.characterCount())


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def plain(items: list[Item]) -> str:
    """What should be heard of items."""
    return "\n".join(item.plain for item in items)


def walk(view: TranscriptView) -> None:
    """Ask everything a reader asks, and compare with what is there."""
    viewport = view.viewport().rect().translated(view.viewport().mapToGlobal(view.viewport().pos()))
    positions: list[int] = []
    for message in messages(view):
        message_id = message.text(QAccessible.Text.Identifier).rpartition("-")[2]
        entry = view.page.messages.entry(message_id)
        assert entry is not None
        positions.append(view.page.messages.position_of(message_id) or 0)
        text = message.textInterface()
        assert words(message) == plain(entry.items)
        assert text.characterCount() == units(plain(entry.items))
        assert bool(message.state().offscreen) or message.rect().intersects(viewport)
        for offset in (0, text.characterCount() // 2, text.characterCount()):
            at = text.characterRect(offset)
            if not at.isNull():
                assert 0 <= text.offsetAtPoint(at.center()) <= text.characterCount()
        for index in range(message.childCount()):
            control = message.child(index)
            assert control.text(QAccessible.Text.Name)
            assert message.rect().contains(control.rect().center())
            assert message.indexOfChild(control) == index
    assert positions == sorted(set(positions))


def test_a_thread_is_read_message_by_message(view: TranscriptView) -> None:
    view.show_thread(talk(200))
    found = messages(view)
    assert words(found[-1]).startswith("Reply 199.")
    assert 10 < len(found) < 60
    walk(view)


def test_the_place_of_a_letter_is_where_it_is_drawn(view: TranscriptView) -> None:
    view.show_thread([question(0, "What 🙂 is it?"), reply(1, CODE)])
    for message in messages(view):
        text = message.textInterface()
        for offset in range(text.characterCount() - 1):
            at = text.characterRect(offset)
            assert message.rect().contains(at.topLeft())
            found = text.offsetAtPoint(at.center())
            assert abs(found - offset) <= 1, (offset, found)


def test_a_code_block_is_copied_and_a_link_opened_from_a_reader(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread([question(0), reply(1, CODE)])
    answer = messages(view)[-1]
    controls = {
        control.text(QAccessible.Text.Identifier): control
        for control in (answer.child(index) for index in range(answer.childCount()))
    }
    press = QAccessibleActionInterface.pressAction()
    controls["message_copy"].actionInterface().doAction(press)
    qtbot.waitUntil(lambda: QApplication.clipboard().text().strip() == "print('a')")
    with qtbot.waitSignal(view.link_activated) as opened:
        controls["message_link"].actionInterface().doAction(press)
    assert opened.args == ["https://example.org/page"]


def test_a_reader_brings_the_keyboard_to_a_message(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(60))
    view.activateWindow()
    far = messages(view)[0]
    assert far.state().offscreen
    far.actionInterface().doAction(QAccessibleActionInterface.setFocusAction())
    qtbot.waitUntil(view.hasFocus)
    assert far.state().focused
    assert not far.state().offscreen
    walk(view)


@pytest.mark.parametrize("seed", range(6))
def test_every_answer_is_true_whatever_happens(view: TranscriptView, qtbot: QtBot, seed: int) -> None:
    rnd = random.Random(seed)
    growing = None
    number = 30
    view.show_thread(talk(number))
    for _ in range(60):
        match rnd.randrange(9):
            case 0 if growing is None:
                view.append(question(number))
                growing = reply(number + 1, "", Status.WRITING)
                view.append(growing)
                number += 2
            case 1 if growing is not None:
                done = replace(growing, status=rnd.choice([Status.COMPLETED, Status.STOPPED, Status.FAILED]))
                view.set_ended(done, run_of(done))
                growing = None
            case 2 if growing is None and view.page.messages.total > 10:
                entry = view.page.messages.at(view.page.messages.total - 3)
                assert entry is not None
                view.remove(entry.message.id)
            case 3 if growing is None:
                view.show_thread(talk(rnd.randrange(1, 40)))
                number = 100
            case 4:
                view.scroll_by(rnd.randrange(-3000, 3000))
            case 5:
                view.step_message(rnd.choice([-1, 1]))
            case 6:
                view.resize(rnd.randrange(400, 1000), rnd.randrange(300, 800))
            case _ if growing is not None:
                piece = rnd.choice(PIECES)
                view.edit(growing.id, TextEdit(len(growing.text), piece))
                growing = replace(growing, text=growing.text + piece)
        if rnd.random() < 0.5:
            walk(view)
        if rnd.random() < 0.2:
            qtbot.wait(1)
    walk(view)


def test_a_reply_is_announced_with_its_ending_and_silence_is_kept(view: TranscriptView, qtbot: QtBot) -> None:
    said: list[str] = []
    view._announcer._say = said.append
    answer = reply(0, "", Status.WRITING)
    view.append(answer)
    stopped = replace(answer, text="Half a sen", status=Status.STOPPED)
    view.edit(answer.id, TextEdit(0, stopped.text))
    view.set_ended(stopped, run_of(stopped))
    qtbot.waitUntil(lambda: len(said) == 3)
    assert said == ["Writing a reply", "Half a sen", "Stopped"]
    view.set_announcements(Announcements.OFF)
    view.append(reply(1, "", Status.WRITING))
    qtbot.wait(500)
    assert len(said) == 3


def test_a_wait_before_the_next_attempt_is_announced_once(view: TranscriptView, qtbot: QtBot) -> None:
    said: list[str] = []
    view._announcer._say = said.append
    answer = reply(0, "", Status.WRITING)
    view.append(answer)
    view.set_stage(answer.id, "queued")
    until = datetime.now(UTC) + timedelta(seconds=95)
    view.set_stage(answer.id, "retrying", until=until, error="rate_limited")
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[0] == "Writing a reply"
    assert said[1].startswith("Too many requests · again in 1:3")


def test_a_deferred_request_is_announced_when_the_service_has_it(view: TranscriptView, qtbot: QtBot) -> None:
    said: list[str] = []
    view._announcer._say = said.append
    answer = reply(0, "", Status.DEFERRED)
    view.append(answer)
    sending = Operation(
        OperationId("o"), RunId("r"), answer.thread_id, answer.id, ConnectionId("c"), OperationStatus.SENDING,
        datetime.now(UTC),
    )  # fmt: skip
    view.set_operations({answer.id: sending})
    waiting = replace(sending, status=OperationStatus.WAITING)
    view.set_operations({answer.id: waiting})
    view.set_operations({answer.id: replace(waiting, checks=1)})
    qtbot.waitUntil(lambda: bool(said))
    qtbot.wait(500)
    assert said == ["Deferred: the reply comes later"]
