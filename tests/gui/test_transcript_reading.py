"""Reading while text arrives: real wheels, thumbs, keys and clicks, and what happens when messages go."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QStyle, QStyleOptionSlider, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Message, Status
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from tests.gui.conversation import PARAGRAPH, question, reply, talk
from tests.gui.transcript_reader import Reader, growing

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CODE = "```python\n" + "".join(f"line_{number} = {number}\n" for number in range(120)) + "```\n"


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    made = TranscriptView(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.clear()
    made.close_threads()


def at_positions(messages: list[Message]) -> list[Message]:
    return [replace(message, position=position) for position, message in enumerate(messages)]


# -- the wheel, the thumb, keys


def test_the_end_is_followed_again_within_48_pixels_of_it(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    reader.swipe(60)
    reader.swipe(-11)
    assert reader.distance == 49
    view.edit(answer.id, TextEdit(6, " More."))
    assert reader.distance == 49
    reader.swipe(-1)
    assert reader.distance == 48
    view.edit(answer.id, TextEdit(12, f"\n\n{PARAGRAPH}" * 9))
    assert "every window" in reader.text(answer.id)
    assert reader.distance == 0


def test_a_touchpad_moves_by_its_pixels(view: TranscriptView, reader: Reader) -> None:
    growing(view)
    for pixels in (1, 7, 200):
        before = reader.distance
        reader.swipe(pixels)
        assert reader.distance == before + pixels


def test_a_fine_wheel_leaves_the_end_at_once_and_loses_nothing(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    reader.wheel(1)
    assert reader.distance == 0
    view.edit(answer.id, TextEdit(6, f"\n\n{PARAGRAPH}"))
    start = reader.distance
    assert start > 0
    for _ in range(119):
        reader.wheel(1)
    turned = reader.distance - start
    reader.wheel(120)
    assert abs(reader.distance - start - 2 * turned) <= 2


def test_the_thumb_is_dragged_while_text_arrives(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    answer = growing(view, 60)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() == view.page.maximum)
    option = QStyleOptionSlider()
    bar.initStyleOption(option)
    control, part = QStyle.ComplexControl.CC_ScrollBar, QStyle.SubControl.SC_ScrollBarSlider
    thumb = bar.style().subControlRect(control, option, part, bar).center()
    QTest.mousePress(bar, LEFT, NO_KEYS, thumb)
    QTest.mouseMove(bar, thumb - QPoint(0, 200))
    assert reader.distance > 1000
    before = reader.ys()
    view.edit(answer.id, TextEdit(6, f"\n\n{PARAGRAPH}" * 40))
    assert "every window" in reader.text(answer.id)
    assert reader.ys() == before
    QTest.mouseRelease(bar, LEFT, NO_KEYS, thumb - QPoint(0, 200))
    assert reader.ys() == before
    assert (bar.value(), bar.maximum()) == (view.page.value, view.page.maximum)


def test_a_selection_dragged_beyond_the_edge_scrolls_until_the_button_goes_up(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    growing(view)
    reader.swipe(2000)
    start, beyond = QPoint(300, 300), QPoint(300, 640)
    before = reader.distance
    reader.hold(start, beyond)
    qtbot.waitUntil(lambda: reader.distance < before - 200)
    reader.let_go(beyond)
    rests = reader.distance
    qtbot.wait(50)
    assert reader.distance == rests
    assert len(view.selection.positions()) > 1


def test_shift_and_keys_show_where_the_selection_ends(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(40))
    view.show_message("m0020")
    for _ in range(60):
        reader.key(Qt.Key.Key_Down, SHIFT)
        assert_head_is_shown(view)
    for _ in range(90):
        reader.key(Qt.Key.Key_Up, SHIFT)
        assert_head_is_shown(view)
    reader.key(Qt.Key.Key_Home, SHIFT | CTRL)
    assert_head_is_shown(view)
    reader.key(Qt.Key.Key_End, SHIFT | CTRL)
    assert_head_is_shown(view)


def assert_head_is_shown(view: TranscriptView) -> None:
    head = view.selection.head
    assert head is not None
    shown = next(one for one in view.page.visible if one.position == head.position)
    assert shown.cell is not None
    caret = shown.cell.caret(head.block, head.offset).translated(0, shown.y)
    assert caret.top() >= 0
    assert caret.bottom() < view.viewport().height()


def test_after_everything_was_selected_shift_and_left_lets_go_of_one_letter(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread([question(0, "One"), reply(1, "Two words")])
    reader.key(Qt.Key.Key_A, CTRL)
    reader.key(Qt.Key.Key_Left, SHIFT)
    assert reader.copied() == "One\n\nTwo word"


def test_an_empty_transcript_takes_anything(view: TranscriptView, reader: Reader) -> None:
    view.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Tab, Qt.Key.Key_Return):
        reader.key(key)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_End):
        reader.key(key, SHIFT | CTRL)
    reader.wheel(400)
    reader.click(QPoint(100, 100))
    view.resize(300, 1)
    assert (view.page.value, view.page.maximum) == (0, 0)


# -- clicks never scroll


def test_what_is_pressed_at_the_end_stays_under_the_mouse(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([*talk(4), question(4), reply(5, f"{PARAGRAPH}\n\n{CODE}")])
    assert reader.distance == 0
    before = reader.ys()
    reader.click(reader.target("m0005", "fold"))
    assert reader.distance > 1000
    assert reader.ys() == before


def test_a_press_that_ends_on_another_link_opens_none(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([reply(0, "See [one](https://one.example) or [two](https://two.example).")])
    opened: list[str] = []
    view.link_activated.connect(opened.append)
    first, second = reader.behind("m0000", "on"), reader.behind("m0000", "tw")
    QTest.mousePress(view.viewport(), LEFT, NO_KEYS, first)
    QTest.mouseRelease(view.viewport(), LEFT, NO_KEYS, second)
    assert not opened
    reader.click(second)
    assert opened == ["https://two.example"]


# -- places


def test_the_read_position_behind_a_long_reply_is_its_last_line(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([reply(0, f"{PARAGRAPH}\n\n" * 20 + "The last line."), *talk(20, first=1)])
    view.jump_to(1)
    reader.swipe(10)
    place = view.read_position()
    assert place[0] == "m0000"
    view.restore_position(*place)
    assert reader.character("m0000", "The last line.").top() == 0


def test_the_room_for_an_answer_stays_when_a_message_far_above_goes(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread(talk(20))
    asked, answer = question(20), reply(21, "", Status.WRITING)
    view.append(asked)
    view.append(answer)
    view.scroll_to_question(asked.id)
    before = reader.y(asked.id)
    view.remove("m0003")
    assert reader.y(asked.id) == before


def test_a_larger_zoom_keeps_the_line_at_the_upper_edge(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(resources_dir())
    view = TranscriptView(theme)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.show_thread(talk(20))
    view.restore_position("m0009", 0)
    reader = Reader(view)
    top = reader.character("m0009", "Reply 9").top()
    reader.swipe(-top - 20)
    for zoom in (200, 75, 300, 100):
        theme.set_zoom(zoom)
        line = reader.character("m0009", "Reply 9")
        assert line.top() <= 0 < line.bottom()
    view.clear()
    view.close_threads()


def test_a_hit_that_comes_late_does_not_call_back_a_reader_who_went_elsewhere(
    view: TranscriptView, reader: Reader
) -> None:
    thread = at_positions(talk(300))
    wanted: list[tuple[int, int]] = []
    view.messages_wanted.connect(lambda first, count: wanted.append((first, count)))
    view.show_thread(thread[250:], total=300)
    view.set_find("what")
    view.show_hit(20, "m0020", 0, 0, 4)
    view.jump_to_end()
    before = reader.ys()
    for first, count in wanted:
        view.supply(thread[first : first + count])
    assert reader.ys() == before
    view.show_hit(20, "m0020", 0, 0, 4)
    assert "m0020" in reader.shown_ids()


# -- messages that go, come late, or not at all


def test_nothing_points_to_messages_that_are_gone(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(6))
    view.focus_message("m0003")
    view.remove("m0003")
    assert view.current_id == "m0004"
    reader.key(Qt.Key.Key_Right, SHIFT, times=3)
    view.truncate(3)
    assert view.current_id == ""
    assert view.selection.is_empty


def test_a_selection_that_goes_is_no_longer_painted(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([question(0, "Words"), reply(1, "More words")])
    QApplication.processEvents()
    plain = view.screen().grabWindow(view.winId()).toImage()
    view.select_all()
    QApplication.processEvents()
    assert view.screen().grabWindow(view.winId()).toImage() != plain
    view.replace("m0001", reply(1, "More words"))
    QApplication.processEvents()
    assert view.screen().grabWindow(view.winId()).toImage() == plain


def test_a_drag_that_selects_ends_when_its_messages_go(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    view.show_thread(talk(30))
    reader.hold(QPoint(300, 300), QPoint(300, -40))
    view.show_thread(talk(2, first=100))
    qtbot.wait(40)
    reader.let_go(QPoint(300, 10))
    assert view.selection.is_empty


def test_an_ending_that_left_the_screen_is_not_seen(view: TranscriptView, reader: Reader) -> None:
    messages = talk(20)
    messages[19] = reply(19, "one", Status.STOPPED)
    view.show_thread(messages)
    assert reader.part("ending").isVisible()
    view.restore_position("m0003", 0)
    assert not [part for part in view.findChildren(QWidget, "ending") if part.isVisible()]


def test_messages_of_another_thread_are_not_taken(view: TranscriptView, reader: Reader) -> None:
    thread = at_positions(talk(100))
    view.show_thread(thread[50:], total=100)
    others = [replace(message, thread_id=ThreadId("other")) for message in thread[:50]]
    view.supply(others)
    assert not reader.text("m0001")
    view.truncate(50)
    view.supply(others)
    assert not reader.text("m0001")
    view.supply(thread[:50])
    assert reader.text("m0001")


def test_an_answer_without_what_was_asked_for_is_not_asked_for_without_end(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    thread = at_positions(talk(100))
    asked: list[int] = []

    def answer(first: int, count: int) -> None:
        asked.append(first)
        view.supply(thread[first : first + count - 1])

    view.messages_wanted.connect(answer)
    view.show_thread(thread[50:], total=100)
    view.jump_to(49)
    qtbot.wait(50)
    assert 0 < len(asked) < 5


# -- what the reader did


def test_what_the_reader_did_to_a_block_stays_until_it_is_undone(
    view: TranscriptView, reader: Reader
) -> None:
    thread = [question(0), reply(1, CODE), question(2)]
    view.show_thread(thread)
    folded = height(view)
    view.jump_to_start()
    reader.click(reader.target("m0001", "fold"))
    unfolded = height(view)
    assert unfolded > folded
    view.show_thread(thread)
    assert height(view) == unfolded
    view.resize(700, 600)
    assert height(view) == unfolded
    view.replace("m0001", replace(thread[1], sibling_ids=(thread[1].id, reply(9).id)))
    assert height(view) == unfolded
    cell = view.page.cell(1)
    assert cell is not None
    view.activate(cell, next(spot for spot in cell.spots() if spot.target.kind == "fold"))
    assert height(view) == folded
    view.resize(800, 600)
    assert height(view) == folded


def height(view: TranscriptView) -> int:
    cell = view.page.cell(1)
    assert cell is not None
    return cell.height


def test_a_run_is_timed_on_in_a_window_of_another_width(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    answer = growing(view)
    view.set_stage(answer.id, "loading_model", 0.4)
    qtbot.waitUntil(lambda: "Loading the model · 40 %" in labels(view))
    view.set_stage(answer.id, "loading_model", 0.5)
    assert "Loading the model · 50 %" in labels(view)
    view.set_stage(answer.id, "thinking")
    entry = view.page.messages.entry(answer.id)
    assert entry is not None
    entry.began_at -= 60
    view.resize(600, 600)
    qtbot.waitUntil(lambda: any("60 s" in label or "61 s" in label for label in labels(view)))


def labels(view: TranscriptView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


def test_what_comes_under_a_resting_mouse_is_what_is_pointed_at(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    view.show_thread(talk(40))
    view.jump_to(10)
    point = QPoint(300, 300)
    qtbot.mouseMove(view.viewport(), point)
    before = view.hovered_id
    assert before in reader.shown_ids()
    view.setFocus()
    reader.key(Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: view.hovered_id != before)
    area = reader.y(view.hovered_id)
    assert area <= 300


# -- a reply that grows where nobody looks


def test_a_reply_comes_with_the_text_it_has_by_then(view: TranscriptView) -> None:
    thread = [*talk(200), question(200), reply(201, "Stored", Status.WRITING)]
    view.show_thread(thread[20:60], total=len(thread))
    view.edit("m0201", TextEdit(0, "Stored and more"))
    view.edit("m0201", TextEdit(15, ", word by word"))
    view.supply(thread[150:])
    view.edit("m0201", TextEdit(29, ", on the screen."))
    entry = view.page.messages.entry("m0201")
    assert entry is not None and entry.text == "Stored and more, word by word, on the screen."


def test_a_reply_that_ended_meanwhile_comes_complete(view: TranscriptView) -> None:
    thread = [*talk(200), question(200), reply(201, "Stored", Status.WRITING)]
    view.show_thread(thread[20:60], total=len(thread))
    view.edit("m0201", TextEdit(0, "Stored and more"))
    view.set_ended(reply(201, "Stored and more, to the end."), None)
    view.supply(thread[150:])
    entry = view.page.messages.entry("m0201")
    assert entry is not None and not entry.is_growing
    assert entry.text == "Stored and more, to the end."
