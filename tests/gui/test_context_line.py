"""The line above the first message that a model sees, or below them all."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.ids import AssistantId, MessageId, ThreadId
from desktop_app.domain.threads import Thread
from desktop_app.qt.intents import ThreadOpened
from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.context_line import BELOW_ALL
from desktop_app.widgets.transcript.spoken import SpokenTranscript
from tests.gui.conversation import NOON, run_of, talk
from tests.gui.transcript_reader import Reader


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> Iterator[MessagesPane]:
    made = MessagesPane(Theme(resources_dir()))
    made.build_pages()
    qtbot.addWidget(made)
    made.resize(800, 700)
    made.show()
    messages = talk(20)
    thread = Thread(ThreadId("t"), "Talk", AssistantId("a"), NOON, NOON)
    assistant = Assistant(AssistantId("a"), 3, AssistantSettings("Tester"), NOON, NOON, NOON)
    made.show_thread(ThreadOpened(thread, assistant, messages, {}, len(messages)))
    yield made
    made.end()


@pytest.fixture
def view(pane: MessagesPane) -> TranscriptView:
    return pane.transcript


def line_above(view: TranscriptView, message_id: str) -> bool:
    """Whether something is drawn in the room above a message that is kept empty."""
    shown = view.page.shown(message_id)
    assert shown is not None
    assert shown.cell is not None
    room = view.context_line.room(shown.cell).translated(view.column_left, shown.y)
    picture = view.viewport().grab(QRect(room.topLeft(), room.size())).toImage()
    page = QColor(view.theme.color("page")).rgb()
    return any(picture.pixel(x, y) != page for x in range(8) for y in range(picture.height()))


def last_question(reader: Reader) -> str:
    return [one for one in reader.shown_ids() if int(one[1:]) % 2 == 0][-1]


def test_the_line_comes_and_goes_without_moving_anything(
    pane: MessagesPane, view: TranscriptView, reader: Reader
) -> None:
    first = last_question(reader)
    before, height = reader.ys(), view.page.heights.total
    assert not line_above(view, first)
    pane.set_context_line(first)
    assert line_above(view, first)
    assert (reader.ys(), view.page.heights.total) == (before, height)
    pane.set_context_line(None)
    assert not line_above(view, first)


def test_it_stands_above_one_message_alone_and_waits_for_those_that_are_not_here(
    pane: MessagesPane, view: TranscriptView, reader: Reader
) -> None:
    pane.set_context_line("m0016")
    pane.set_context_line("m0018")
    assert line_above(view, "m0018")
    view.scroll_by(-300)
    shown = [one for one in reader.shown_ids() if int(one[1:]) % 2 == 0 and reader.y(one) >= 0]
    assert [one for one in shown if line_above(view, one)] == [one for one in shown if one == "m0018"]
    pane.set_context_line("not here")
    assert not any(line_above(view, one) for one in shown)


def test_it_can_stand_above_a_reply(pane: MessagesPane, view: TranscriptView, reader: Reader) -> None:
    before = reader.ys()
    pane.set_context_line("m0019")
    assert line_above(view, "m0019")
    assert reader.ys() == before


def test_what_a_run_saw_is_shown_and_taken_away_again(
    pane: MessagesPane, view: TranscriptView, reader: Reader
) -> None:
    run = replace(run_of(talk(20)[19]), seen=(MessageId("m0018"), MessageId("m0019")))
    pane.set_context_line("m0018")
    pane.show_run_context(run)
    assert view.context_line.words_at("m0018") == "The model saw from here"
    pane.show_run_context(run)
    assert view.context_line.words_at("m0018") == "The model sees from here"
    pane.show_run_context(replace(run, seen=()))
    assert view.context_line.of_run == ""


def test_it_is_heard_with_the_message_below_it(
    pane: MessagesPane, view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[QAccessible.Event, str]] = []

    def tell(event: QAccessibleEvent) -> None:
        told.append((event.type(), event.accessibleInterface().text(QAccessible.Text.Identifier)))

    QAccessible.setActive(True)
    try:
        page = QAccessible.queryAccessibleInterface(view.viewport())
        found = [page.child(index) for index in range(page.childCount())]
        monkeypatch.setattr(QAccessible, "updateAccessibility", tell)
        pane.set_context_line("m0018")
        heard = {
            one.text(QAccessible.Text.Identifier): one.text(QAccessible.Text.Description) for one in found
        }
    finally:
        QAccessible.setActive(False)
    assert heard["message-user-m0018"] == "The model sees from here"
    assert heard["message-assistant-m0019"] == ""
    assert (QAccessible.Event.DescriptionChanged, "message-user-m0018") in told


def test_another_thread_has_a_line_of_its_own(pane: MessagesPane, view: TranscriptView) -> None:
    pane.set_context_line("m0018")
    view.context_line.show_run("m0018")
    thread = Thread(ThreadId("other"), "", AssistantId("a"), NOON, NOON)
    messages = [replace(one, thread_id=ThreadId("other")) for one in talk(20)]
    pane.show_thread(ThreadOpened(thread, None, messages, {}, 20))
    assert not line_above(view, "m0018")


def room_below(view: TranscriptView) -> bool:
    """Whether something is drawn below the last message."""
    last = view.page.visible[-1]
    rect = QRect(view.column_left, last.y + last.height, view.column_width, view.page.bottom_padding)
    picture = view.viewport().grab(rect).toImage()
    page = QColor(view.theme.color("page")).rgb()
    return any(picture.pixel(x, y) != page for x in range(8) for y in range(picture.height()))


def test_it_stands_below_all_when_the_model_sees_none_of_the_thread(
    pane: MessagesPane, view: TranscriptView, reader: Reader
) -> None:
    before, height = reader.ys(), view.page.heights.total
    assert not room_below(view)
    pane.set_context_line(BELOW_ALL)
    assert room_below(view)
    assert (reader.ys(), view.page.heights.total) == (before, height)
    view.append(talk(22)[20])  # and goes down with the end
    view.append(talk(22)[21])
    assert room_below(view)
    assert not line_above(view, "m0020")
    view.scroll_by(-2000)
    assert view.page.visible[-1].position < 21
    view.viewport().grab()  # nowhere to draw it, nothing to fall over
    view.jump_to_end()
    pane.set_context_line(None)
    assert not room_below(view)


def test_below_all_it_is_heard_with_the_last_message(
    pane: MessagesPane, view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(view._accessibility, "description_changed", told.append)
    pane.set_context_line(BELOW_ALL)
    spoken = SpokenTranscript(view)
    assert spoken.description("m0019") == "The model sees only what comes after this"
    assert spoken.description("m0018") == ""
    pane.set_context_line(None)
    assert spoken.description("m0019") == ""
    assert told == ["m0019", "m0019"]
