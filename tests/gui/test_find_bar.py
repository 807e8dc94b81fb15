"""The find bar under real keys, and the marks beside the scroll bar."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollBar
from pytestqt.qtbot import QtBot

from desktop_app.controllers.hit_list import Counted, Found, HitList
from desktop_app.markdown.hits import PARTS
from desktop_app.widgets.find_bar import FindBar
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.hit_marks import MESSAGES, PLACED, HitMarks, hit_places, thinned


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(resources_dir())


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> Iterator[FindBar]:
    made = FindBar(theme)
    qtbot.addWidget(made)
    made.resize(700, 40)
    made.show()
    qtbot.waitExposed(made)
    made.focus()
    yield made


def field(bar: FindBar) -> QLineEdit:
    found = bar.findChild(QLineEdit, "find_field")
    assert isinstance(found, QLineEdit)
    return found


def button(bar: FindBar, name: str) -> QAbstractButton:
    found = bar.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def words(bar: FindBar) -> str:
    found = bar.findChild(QLabel, "find_count")
    assert isinstance(found, QLabel)
    return found.text()


def test_typing_tells_the_words(bar: FindBar, qtbot: QtBot) -> None:
    typed: list[str] = []
    bar.query_changed.connect(typed.append)
    qtbot.keyClicks(field(bar), "abc")
    assert typed == ["a", "ab", "abc"]
    assert bar.query() == "abc"


def test_enter_steps_on_and_shift_enter_back(bar: FindBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.next_requested):
        qtbot.keyClick(field(bar), Qt.Key.Key_Return)
    with qtbot.waitSignal(bar.next_requested):
        qtbot.keyClick(field(bar), Qt.Key.Key_Enter)
    with qtbot.assertNotEmitted(bar.next_requested), qtbot.waitSignal(bar.previous_requested):
        qtbot.keyClick(field(bar), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)


def test_enter_on_a_button_presses_that_button(bar: FindBar, qtbot: QtBot) -> None:
    bar.show_count(1, 2, is_complete=True)
    previous = button(bar, "find_previous")
    previous.setFocus()
    with qtbot.assertNotEmitted(bar.next_requested), qtbot.waitSignal(bar.previous_requested):
        qtbot.keyClick(previous, Qt.Key.Key_Space)


@pytest.mark.parametrize("name", ["find_field", "find_next", "find_close"])
def test_escape_closes_from_wherever_the_focus_is(bar: FindBar, qtbot: QtBot, name: str) -> None:
    bar.show_count(1, 2, is_complete=True)
    part = field(bar) if name == "find_field" else button(bar, name)
    part.setFocus()
    with qtbot.waitSignal(bar.closed):
        qtbot.keyClick(part, Qt.Key.Key_Escape)


def test_focus_selects_the_words_to_be_typed_over(bar: FindBar, qtbot: QtBot) -> None:
    field(bar).setText("old words")
    bar.focus()
    qtbot.keyClicks(field(bar), "new")
    assert bar.query() == "new"


def test_the_count_is_said_in_words(bar: FindBar) -> None:
    assert words(bar) == ""
    bar.show_count(3, 128, is_complete=True)
    assert words(bar) == "3 of 128"
    bar.show_count(3, 128, is_complete=False)
    assert words(bar) == "3 of 128+"
    bar.show_count(0, 5, is_complete=True)
    assert words(bar) == "Hits: 5"
    bar.show_count(0, 0, is_complete=False)
    assert words(bar) == "Searching…"
    bar.show_count(0, 0, is_complete=True)
    assert words(bar) == "No hits"


def test_without_hits_there_is_nowhere_to_go(bar: FindBar) -> None:
    bar.show_count(0, 0, is_complete=True)
    assert not button(bar, "find_next").isEnabled()
    assert not button(bar, "find_previous").isEnabled()
    bar.show_count(1, 1, is_complete=True)
    assert button(bar, "find_next").isEnabled()


def test_every_control_has_a_name(bar: FindBar) -> None:
    assert field(bar).accessibleName()
    for name in ("find_previous", "find_next", "find_close"):
        assert button(bar, name).accessibleName()
        assert button(bar, name).toolTip()


def test_the_bar_is_no_taller_than_its_row_at_any_zoom(bar: FindBar, theme: Theme) -> None:
    for percent in (100, 150, 200):
        theme.set_zoom(percent)
        assert bar.sizeHint().height() <= bar.height() == theme.px("footer")


# --- marks ---


def painted_rows(marks: HitMarks, theme: Theme) -> set[int]:
    image = marks.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    color = theme.color("warning").rgb()
    middle = image.width() // 2
    return {y for y in range(image.height()) if image.pixel(middle, y) == color}


@pytest.fixture
def marks(theme: Theme, qtbot: QtBot) -> Iterator[HitMarks]:
    scroll_bar = QScrollBar(Qt.Orientation.Vertical)
    qtbot.addWidget(scroll_bar)
    made = HitMarks(theme, scroll_bar)
    scroll_bar.resize(10, 403)
    scroll_bar.show()
    qtbot.waitExposed(scroll_bar)
    yield made


def test_marks_stand_where_the_hits_are(marks: HitMarks, theme: Theme) -> None:
    marks.mark(lambda: [0.0, 0.5, 1.0])
    assert painted_rows(marks, theme) == {*range(3), *range(200, 203), *range(400, 403)}


def test_marks_follow_the_scroll_bar(marks: HitMarks, theme: Theme) -> None:
    marks.mark(lambda: [1.0])
    parent = marks.parentWidget()
    assert parent is not None
    parent.resize(10, 203)
    assert painted_rows(marks, theme) == {200, 201, 202}


def test_marks_are_asked_for_again_when_more_is_known_of_the_thread(marks: HitMarks, theme: Theme) -> None:
    places = [0.0]
    marks.mark(lambda: places)
    painted_rows(marks, theme)
    places = [1.0]
    assert painted_rows(marks, theme) == {0, 1, 2}
    bar = marks.parentWidget()
    assert isinstance(bar, QScrollBar)
    bar.setMaximum(5000)
    assert painted_rows(marks, theme) == {400, 401, 402}


def test_without_hits_nothing_covers_the_scroll_bar(marks: HitMarks) -> None:
    marks.mark(lambda: [0.5])
    assert not marks.isHidden()
    marks.clear()
    assert marks.isHidden()


def test_many_marks_are_merged_to_pixels(marks: HitMarks, theme: Theme) -> None:
    marks.mark(lambda: [number / 100_000 for number in range(100_001)])
    assert painted_rows(marks, theme) == set(range(403))


def test_thinning_keeps_the_first_and_all_that_stand_apart() -> None:
    assert thinned([]) == []
    assert thinned([7]) == [7]
    assert thinned([3, 50, 900]) == [3, 50, 900]
    found = thinned(range(100_000))
    assert found[0] == 0
    assert len(found) <= MESSAGES + 1
    assert max(after - before for before, after in pairwise(found)) <= 100_000 / MESSAGES + 1


def test_hits_of_a_long_message_have_marks_of_their_own() -> None:
    hits = HitList(0)
    hits.add(Found([], [Counted(1, 9, 0b1), Counted(3, 9, 1 << PARTS // 2 | 1)], None, None))
    assert hit_places(hits, lambda position: position / 4) == [0.25, 0.75, 0.875]


def test_in_many_messages_each_has_one_mark() -> None:
    hits = HitList(0)
    count = PLACED + 1
    hits.add(Found([], [Counted(position, 9, 0b111) for position in range(count)], None, None))
    assert hit_places(hits, lambda position: position / count) == [n / count for n in range(count)]
