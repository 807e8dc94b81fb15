"""A transcript that paints its messages is a tree of objects for screen readers."""

import gc
import weakref
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from desktop_app.widgets.transcript.accessible import TranscriptAccessibility
from desktop_app.widgets.transcript.blocks.block import Target
from tests.gui.parts import activate

CELL = 10
LINK = Target("link", QRect(0, 0, 40, CELL), "https://example.org", "Example")
COPY = Target("copy", QRect(50, 0, 20, CELL), name="Copy code")
SIDEWAYS = Target("scroll", QRect(0, 90, 40, CELL))


class Grid(QAbstractScrollArea):
    """The smallest transcript: one line a message, one cell of ten pixels a character."""

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.texts = {f"{index}": text for index, text in enumerate(texts)}
        self.current = ""
        self.pressed: list[tuple[str, Target]] = []
        self.pressables: Sequence[Target] = ()
        self.times_asked = 0
        self.off_screen: set[str] = set()
        self.accessibility = TranscriptAccessibility(self, self)

    def accessible_messages(self) -> Sequence[str]:
        self.times_asked += 1
        return list(self.texts)

    def has_message(self, message_id: str) -> bool:
        return message_id in self.texts

    def is_user_message(self, message_id: str) -> bool:
        return message_id == "0"

    def plain_text(self, message_id: str) -> str:
        self.times_asked += 1
        return self.texts[message_id]

    def description(self, message_id: str) -> str:
        return ""

    def message_rect(self, message_id: str) -> QRect:
        if message_id in self.off_screen:
            return QRect()
        line = list(self.texts).index(message_id)
        return QRect(0, line * 2 * CELL, 600, CELL)

    def character_rect(self, message_id: str, offset: int) -> QRect:
        return QRect(offset * CELL, self.message_rect(message_id).top(), CELL, CELL)

    def offset_at(self, message_id: str, point: QPoint) -> int:
        return point.x() // CELL

    def targets(self, message_id: str) -> Sequence[Target]:
        return self.pressables

    def press_target(self, message_id: str, target: Target) -> None:
        self.pressed.append((message_id, target))

    def current_message(self) -> str:
        return self.current

    def focus_message(self, message_id: str) -> None:
        self.current = message_id
        self.setFocus()


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    """A reader is there."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def shown(qtbot: QtBot, *texts: str) -> tuple[Grid, QAccessibleInterface]:
    """A transcript and what a reader sees as its one child."""
    grid = Grid(*texts)
    qtbot.addWidget(grid)
    grid.resize(700, 300)
    with qtbot.waitExposed(grid):
        grid.show()
    area = QAccessible.queryAccessibleInterface(grid)
    assert area.childCount() == 1
    return grid, area.child(0)


def children(node: QAccessibleInterface) -> list[QAccessibleInterface]:
    """What a reader finds one level below."""
    return [node.child(index) for index in range(node.childCount())]


def name(node: QAccessibleInterface) -> str:
    """What a reader calls it."""
    return node.text(QAccessible.Text.Name)


def words(node: QAccessibleInterface) -> str:
    """The text of a text interface, asked as Qt's bridges ask."""
    text = node.textInterface()
    return text.text(0, text.characterCount())


def test_messages_are_children_of_the_viewport_oldest_first(qtbot: QtBot) -> None:
    _grid, page = shown(qtbot, "Question", "Answer")
    found = children(page)
    assert [name(one) for one in found] == ["You", "Assistant"]
    ids = [one.text(QAccessible.Text.Identifier) for one in found]
    assert ids == ["message-user-0", "message-assistant-1"]
    assert [words(one) for one in found] == ["Question", "Answer"]
    assert [page.indexOfChild(one) for one in found] == [0, 1]
    assert all(one.parent() is page for one in found)


def test_widgets_on_the_viewport_stand_between_the_messages_as_they_lie(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "Answer", "Another")
    button = QPushButton("Copy", grid.viewport())
    button.move(0, 3 * CELL)
    button.show()
    assert [name(one) for one in children(page)] == ["You", "Assistant", "Copy", "Assistant"]
    assert [page.indexOfChild(one) for one in children(page)] == [0, 1, 2, 3]


def test_messages_that_are_not_on_the_screen_keep_their_places(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Above", "Question", "Answer", "Below")
    grid.off_screen = {"0", "3"}
    button = QPushButton("Copy", grid.viewport())
    button.move(0, 5 * CELL)
    button.show()
    found = children(page)
    assert name(found.pop(3)) == "Copy"
    assert [words(one) for one in found] == ["Above", "Question", "Answer", "Below"]
    assert [bool(one.state().offscreen) for one in found] == [True, False, False, True]


def test_a_child_that_is_not_there_is_none(qtbot: QtBot) -> None:
    _grid, page = shown(qtbot, "Question")
    assert page.child(1) is None
    assert page.child(-1) is None
    assert page.child(0).child(0) is None
    assert page.child(0).tableCellInterface() is None
    assert page.child(0).attributesInterface() is None


def test_a_message_lies_where_it_is_painted(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "Answer")
    at = grid.viewport().mapToGlobal(QPoint(25, 2 * CELL + 5))
    message = page.childAt(at.x(), at.y())
    assert words(message) == "Answer"
    assert message.textInterface().offsetAtPoint(at) == 2
    assert message.textInterface().characterRect(2).contains(at)
    assert message.rect().contains(message.textInterface().characterRect(5))


def test_offsets_are_in_units_of_utf_16(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "a🙂b")
    text = page.child(0).textInterface()
    assert text.characterCount() == 4
    assert [text.text(0, 1), text.text(1, 3), text.text(3, 4)] == ["a", "🙂", "b"]
    corner = grid.viewport().mapToGlobal(QPoint(0, 0))
    assert text.characterRect(3).left() - corner.x() == 2 * CELL
    assert text.offsetAtPoint(corner + QPoint(2 * CELL, 0)) == 3


def test_offsets_outside_the_text_are_brought_inside(qtbot: QtBot) -> None:
    _grid, page = shown(qtbot, "Question")
    text = page.child(0).textInterface()
    assert text.text(-5, 3) == "Que"
    assert text.text(5, 500) == "ion"
    assert text.text(8, 2) == ""


def test_the_current_message_is_focused_while_the_transcript_has_the_focus(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "Answer")
    activate(qtbot, grid)
    page.child(1).actionInterface().doAction(QAccessibleActionInterface.setFocusAction())
    qtbot.waitUntil(grid.hasFocus)
    assert [one.state().focused for one in children(page)] == [0, 1]
    assert all(one.state().focusable and one.state().readOnly for one in children(page))


def test_a_message_outside_the_viewport_is_off_screen(qtbot: QtBot) -> None:
    _grid, page = shown(qtbot, *(["Message"] * 40))
    assert not page.child(0).state().offscreen
    assert page.child(39).state().offscreen


def test_links_and_painted_buttons_can_be_pressed(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "Answer")
    grid.pressables = (LINK, COPY, SIDEWAYS)
    message = page.child(1)
    link, copy = children(message)
    assert (name(link), link.role()) == ("Example", QAccessible.Role.Link)
    assert (name(copy), copy.role()) == ("Copy code", QAccessible.Role.Button)
    assert link.parent() is message
    assert message.indexOfChild(copy) == 1
    assert copy.rect().topLeft() - message.rect().topLeft() == COPY.rect.topLeft()
    for control in (copy, link):
        control.actionInterface().doAction(QAccessibleActionInterface.pressAction())
    assert grid.pressed == [("1", COPY), ("1", LINK)]


def test_a_control_that_is_gone_cannot_be_pressed(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Answer")
    grid.pressables = (LINK, COPY)
    copy = page.child(0).child(1)
    grid.pressables = (LINK,)
    grid.accessibility.text_changed("0")
    assert not copy.isValid()
    copy.actionInterface().doAction(QAccessibleActionInterface.pressAction())
    assert grid.pressed == []
    assert page.child(0).childCount() == 1


def test_a_growing_message_has_its_text_of_now(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "An")
    message = page.child(1)
    assert words(message) == "An"
    grid.texts["1"] = "Answer"
    grid.accessibility.text_changed("1")
    assert words(message) == "Answer"


def test_a_message_that_was_removed_is_no_object_any_more(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "Answer")
    grid.pressables = (LINK,)
    message, link = page.child(1), page.child(1).child(0)
    ids = [QAccessible.uniqueId(one) for one in (message, link)]
    del grid.texts["1"]
    assert not message.isValid()
    assert not link.isValid()
    grid.accessibility.messages_changed()
    assert [QAccessible.accessibleInterface(one) for one in ids] == [None, None]
    assert not Shiboken.isValid(message)
    assert [words(one) for one in children(page)] == ["Question"]


def test_objects_of_messages_that_went_are_freed(qtbot: QtBot) -> None:
    grid, page = shown(qtbot, "Question", "Answer")
    kept = []
    for turn in range(20):
        message = page.child(1)
        kept.append(weakref.ref(message))
        del message, grid.texts[max(grid.texts, key=int)]
        grid.texts[f"{turn + 2}"] = "Next"
        grid.accessibility.messages_changed()
    gc.collect()
    assert [one for one in kept[:-1] if one() is not None] == []


def test_nothing_is_asked_while_no_reader_is_there(qtbot: QtBot) -> None:
    QAccessible.setActive(False)
    grid = Grid("Question")
    qtbot.addWidget(grid)
    grid.accessibility.messages_changed()
    grid.accessibility.text_changed("0")
    grid.accessibility.focus_moved("0")
    assert grid.times_asked == 0
    QAccessible.setActive(True)
    grid.accessibility.messages_changed()
    assert grid.times_asked > 0


def test_a_transcript_that_is_deleted_takes_its_objects_along(qtbot: QtBot) -> None:
    grid = Grid("Question", "Answer")
    page = QAccessible.queryAccessibleInterface(grid.viewport())
    ids = [QAccessible.uniqueId(one) for one in [page, *children(page)]]
    assert None not in [QAccessible.accessibleInterface(one) for one in ids]
    Shiboken.delete(grid)
    assert [QAccessible.accessibleInterface(one) for one in ids] == [None] * 3
