"""A random reader: whatever arrives while whatever is done, what must hold of the transcript holds."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Message, Run, Status
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.action_row import ActionRow
from desktop_app.widgets.transcript.cell import HEAD, TAIL, Cell
from desktop_app.widgets.transcript.following import NEAR_PX
from desktop_app.widgets.transcript.messages import KEPT, PAGE
from desktop_app.widgets.transcript.page import CELLS
from desktop_app.widgets.transcript.reply_cell import ReplyCell
from desktop_app.widgets.transcript.source_popover import SourcePopover
from desktop_app.widgets.transcript.steps import StepsView
from tests.gui.call_samples import CITATIONS, ENDED, asked, wanted
from tests.gui.conversation import question, reply, run_of
from tests.gui.transcript_reader import Reader
from tests.markdown_documents import NASTY, PROFILES, make

RUNS_A_TEST = int(os.environ.get("NITKA_TRANSCRIPT_RUNS", "10"))
STEPS = 40
ROUNDING = 2
"""A corner that the edge of the screen cuts is drawn with another rounding than one that was moved there."""
ENDINGS = tuple(status for status in Status if status is not Status.WRITING)
IMAGE = "https://pictures.example/{}.png"
PARTS = ("steps", "call_card", "sources")
BESIDE = ("ending", "run_status", *PARTS)
CALLS = (*ENDED, asked("a"), wanted("b"))


@cache
def texts() -> list[str]:
    """What is said: short and long, nothing at all, one word without an end, one picture."""
    made = [make(size, profile, size) for profile in PROFILES for size in (200, 1500)]
    odd = [
        "",
        "Word.",
        "x" * 3000,
        f"![a picture]({IMAGE.format(1)})",
        f"Look:\n\n![one]({IMAGE.format(2)})\n\nand\n\n![two]({IMAGE.format(3)})\n",
        make(12_000, "mixed", 1),
        make(6000, "fence", 2),
        "\u05e9\u05dc\u05d5\u05dd **\u05e2\u05d5\u05dc\u05dd**\n\n- \u05d0\n- \u05d1\n" * 8,
    ]
    return made + odd + list(NASTY[::6])


@cache
def picture(side: int) -> bytes:
    image = QImage(side, side // 2, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


class Spot(NamedTuple):
    """A character, or an edge of a message, and where it stands on the screen."""

    message_id: str
    text: str
    block: int
    character: int
    y: int
    line: int = 0


def y_is_near(y: int, before: int) -> bool:
    """Whether what is now of another size still begins on the same side of the upper edge."""
    return y <= max(0, 5 * before)


class Thread:
    """The thread as the store has it."""

    def __init__(self, chance: random.Random, number: int, count: int) -> None:
        self._chance = chance
        self._id = ThreadId(f"thread {number}")
        self._made = 0
        self.messages: list[Message] = []
        for _ in range(count):
            self.messages.append(self.new(is_user=len(self.messages) % 2 == 0))

    def new(self, *, is_user: bool, status: Status = Status.COMPLETED) -> Message:
        """A message nobody has seen."""
        self._made += 1
        text = self._chance.choice(texts())
        if is_user:
            long = "\n".join(f"line {number}" for number in range(1500))
            text = long if self._chance.random() < 0.03 else text[: self._chance.choice([20, 400])] or "?"
        elif status is Status.COMPLETED and self._chance.random() < 0.2:
            status = self._chance.choice(ENDINGS)
        if status is Status.WRITING:
            text = text[: self._chance.choice([0, 100])]
        made = question(self._made, text) if is_user else reply(self._made, text, status)
        return replace(made, id=MessageId(f"{self._id} {self._made}"), thread_id=self._id)

    def window(self, first: int, count: int) -> list[Message]:
        """Messages with their positions as they are now."""
        return [
            replace(message, position=first + index)
            for index, message in enumerate(self.messages[first : first + count])
        ]

    def growing(self) -> list[int]:
        """Where text is still coming."""
        return [index for index, message in enumerate(self.messages) if message.status is Status.WRITING]


class RandomReader:
    """Does one thing after another to a view, and sees to it that what must hold does."""

    def __init__(self, view: TranscriptView, theme: Theme, chance: random.Random) -> None:
        self.view = view
        self._theme = theme
        self._chance = chance
        self._hands = Reader(view)
        self._threads = 0
        self._thread = Thread(chance, 0, 0)
        self._asked: list[tuple[Thread, int, int]] = []
        self._fetches: list[str] = []
        self.log: list[str] = []
        view.messages_wanted.connect(self._on_wanted)
        view.images.fetch_requested.connect(self._fetches.append)

    def _on_wanted(self, first: int, count: int) -> None:
        assert 0 <= first < len(self._thread.messages)
        assert 0 < count <= 50
        self._asked.append((self._thread, first, count))

    # -- one step

    def begin(self, chance: random.Random) -> None:
        """Another run on the same view."""
        self._chance = chance
        self.log.clear()

    def run(self, steps: int) -> None:
        """Do ``steps`` things, each followed by what must hold."""
        self.open_thread()
        for step in range(steps):
            arrives = self._chance.random() < 0.55
            acts = self.ARRIVALS if arrives else self.MOVES
            act = self._chance.choices(list(acts), list(acts.values()))[0]
            self.log.append(act.__name__)
            self._act(act, is_move=not arrives)
            if step % 5 == 4:
                self.assert_fresh()

    def _act(self, act: Callable[["RandomReader"], None], *, is_move: bool) -> None:
        view = self.view
        follows, was_pinned = view._follows(), view._following.is_pinned
        was_at_end = follows and view.page.distance_to_end == 0
        spot = self.top_spot()
        is_move = is_move or view._hits._is_awaited  # and is gone to when it comes
        act(self)
        self.assert_sound()
        if is_move:
            return
        if follows:
            assert view._follows(), "the end is followed"
            assert view.page.distance_to_end == 0 or not was_at_end, "the end stays on the screen"
        elif spot is not None:
            self.assert_kept(spot)
        assert view._following.is_pinned == was_pinned, "only the reader leaves the end and returns"
        if self._chance.random() < 0.5:
            spot, follows = self.top_spot(), view._follows()
            QApplication.processEvents()
            self.assert_sound()
            if spot is not None and not follows:
                self.assert_kept(spot)

    # -- what must hold

    def assert_sound(self) -> None:
        """The page is whole, its numbers agree, and only what is seen has widgets."""
        view, page = self.view, self.view.page
        total, visible = page.messages.total, page.visible
        assert total == page.heights.count == len(self._thread.messages)
        assert bool(visible) == bool(total)
        assert 0 <= page.value <= page.maximum
        for one, after in pairwise(visible):
            assert (one.position + 1, one.y + one.height) == (after.position, after.y)
        for shown in visible:
            entry = page.messages.at(shown.position)
            assert (entry is None) == (shown.cell is None)
            assert entry is not None or shown.position // PAGE in page.messages._asked
            assert shown.height == page.heights[shown.position]
            if shown.cell is not None:
                assert shown.cell.entry is entry
                assert shown.cell.height == shown.height
                assert page.known_cell(shown.cell.entry.message.id) is shown.cell
                assert self._as_it_is(shown.position) == shown.cell.entry.text
        if visible:
            first, last = visible[0], visible[-1]
            assert first.y <= 0
            assert first.y + first.height > 0 or first.position == total - 1
            assert last.y + last.height >= page.height or last.position == total - 1
        growing = len(self._thread.growing())
        assert len(list(page.cells())) <= CELLS + len(visible) + growing
        assert len(page.messages._entries) <= KEPT + 100
        if not view.selection.is_empty:
            assert view.selection.ends[1].position < total
        self._assert_widgets([shown.cell for shown in visible if shown.cell is not None])

    def _as_it_is(self, position: int) -> str:
        return self._thread.messages[position].text

    def _assert_widgets(self, cells: list[Cell]) -> None:
        view = self.view
        port = view.viewport()
        areas = [(shown.y, shown.y + shown.height) for shown in view.page.visible if shown.cell is not None]
        for part in port.findChildren(QWidget):
            if part.objectName() not in BESIDE and not isinstance(part, ActionRow):
                continue
            if part.isHidden() or not port.rect().intersects(part.geometry()):
                continue
            top, bottom = part.geometry().top(), part.geometry().bottom()
            assert any(start <= top and bottom <= end + part.height() for start, end in areas), part
        endings = {cell._ending for cell in cells if isinstance(cell, ReplyCell) and cell._ending}
        shown = {one for one in port.findChildren(QWidget, "ending") if not one.isHidden()}
        assert shown == endings
        parts = {one for cell in cells if isinstance(cell, ReplyCell) for one in cell.parts._all()}
        assert parts == {
            one for one in port.findChildren(QWidget) if one.objectName() in PARTS and not one.isHidden()
        }

    def top_spot(self) -> Spot | None:
        """The character at the upper edge of the screen."""
        for shown in self.view.page.visible:
            cell = shown.cell
            if cell is None or shown.y + shown.height <= 0:
                continue
            message = cell.entry.message
            y = -shown.y
            if not cell.flow.blocks or y <= cell.text_top:
                return Spot(message.id, cell.entry.text, HEAD, 0, shown.y, cell.text_top)
            if y >= cell.text_bottom:
                return Spot(message.id, cell.entry.text, TAIL, 0, shown.y + shown.height)
            block, character = cell.position_at(cell.text_left, y)
            caret = cell.caret(block, character)
            return Spot(message.id, cell.entry.text, block, character, shown.y + caret.top(), caret.height())
        return None

    def assert_kept(self, spot: Spot) -> None:
        """The character is where it was, unless its text is gone or there is no more to show."""
        page = self.view.page
        entry = page.messages.entry(spot.message_id)
        if entry is None or page.distance_to_end == 0 or page.value == 0:
            return
        if not entry.text.startswith(spot.text):
            return
        shown = page.shown(spot.message_id)
        if shown is None or shown.cell is None:
            assert spot.block == TAIL or spot.y >= page.height, f"{spot} left the screen"
            return
        cell = shown.cell
        if spot.block == HEAD and cell.text_top == spot.line:
            y = shown.y
        elif spot.block == HEAD:  # another zoom
            assert y_is_near(shown.y, spot.y)
            return
        elif spot.block == TAIL:
            y = shown.y + shown.height
        else:
            if entry.text != spot.text and spot.block >= len(cell.flow.blocks) - 2:
                return  # what is written now may read its last words otherwise
            caret = cell.caret(spot.block, spot.character)
            y = shown.y + caret.top()
            if caret.height() != spot.line:  # another zoom, a picture of another size
                assert y_is_near(y, spot.y)
                return
        assert y == spot.y, f"{spot} moved by {y - spot.y}"

    def assert_fresh(self) -> None:
        """The pixels on the screen are those of a fresh painting."""
        for attempt in range(4):  # a colour may have come after the last painting
            for status in self.view.findChildren(QWidget, "run_status"):
                status.hide()  # its clock ticks between the two pictures
            QApplication.processEvents()
            QApplication.processEvents()
            difference = self._difference()
            if difference <= ROUNDING:
                return
            assert attempt < 3, f"stale pixels: {difference}"

    def _difference(self) -> int:
        view = self.view
        screen = view.screen().grabWindow(view.winId()).toImage()
        shown, fresh = self._page_of(screen), self._page_of(view.grab().toImage())
        if shown == fresh:
            return 0
        pairs = zip(bytes(shown.constBits()), bytes(fresh.constBits()), strict=True)
        return max(abs(left - right) for left, right in pairs)

    def _page_of(self, image: QImage) -> QImage:
        size = self.view.viewport().size() * image.devicePixelRatio()
        return image.convertToFormat(QImage.Format.Format_RGB32).copy(0, 0, size.width(), size.height())

    def assert_idle(self, qtbot: QtBot) -> None:
        """When nothing is pending, no timer runs."""
        view = self.view
        for position in self._thread.growing():
            self._end(position, Status.COMPLETED)
        qtbot.waitUntil(lambda: not any(timer.isActive() for timer in view.findChildren(QTimer)))

    # -- what arrives

    def grow(self) -> None:
        """More text."""
        if places := self._thread.growing():
            position = self._chance.choice(places)
            source = self._chance.choice(texts())
            start = self._chance.randrange(len(source) + 1)
            text = self._thread.messages[position].text
            self._edit(position, len(text), source[start : start + self._chance.choice([1, 20, 300])])

    def correct(self) -> None:
        """Text is replaced far back."""
        if places := self._thread.growing():
            position = self._chance.choice(places)
            keep = self._chance.randrange(len(self._thread.messages[position].text) + 1)
            self._edit(position, keep, self._chance.choice(texts())[:200])

    def _edit(self, position: int, keep: int, text: str) -> None:
        message = self._thread.messages[position]
        self._thread.messages[position] = replace(message, text=message.text[:keep] + text)
        self.view.edit(message.id, TextEdit(keep, text))

    def stage(self) -> None:
        if places := self._thread.growing():
            stage = self._chance.choice(["queued", "loading_model", "thinking", "writing"])
            self.view.set_stage(self._thread.messages[self._chance.choice(places)].id, stage, None)

    def call(self) -> None:
        """The model calls, or what it called comes to an end."""
        if places := self._thread.growing():
            position = self._chance.choice(places)
            steps = tuple(self._chance.sample(CALLS, self._chance.randint(0, 4)))
            self._thread.messages[position] = replace(self._thread.messages[position], steps=steps)
            self.view.set_steps(self._thread.messages[position].id, steps)

    def end(self) -> None:
        """A reply ends, one way or another."""
        if places := self._thread.growing():
            self._end(self._chance.choice(places), self._chance.choice(ENDINGS))

    def _end(self, position: int, status: Status) -> None:
        message = replace(self._thread.messages[position], status=status)
        if self._chance.random() < 0.3:
            message = replace(message, text=message.text[:50] + " and its end [1] and [2]")
        if self._chance.random() < 0.3:
            place = replace(CITATIONS[3], end=self._chance.randrange(len(message.text) + 1))
            message = replace(message, citations=(*CITATIONS[:3], place))
        self._thread.messages[position] = message
        self.view.set_ended(message, self._run_of(message))

    def _run_of(self, message: Message) -> Run | None:
        failed = message.status in (Status.FAILED, Status.INTERRUPTED)
        error = RunError("unreachable", "why", step="tcp") if failed else None
        return run_of(message, error) if self._chance.random() < 0.7 else None

    def append(self) -> None:
        status = self._chance.choice([Status.WRITING, Status.COMPLETED])
        message = self._thread.new(is_user=self._chance.random() < 0.4, status=status)
        self._thread.messages.append(message)
        self.view.append(message)

    def put_other(self) -> None:
        """An alternative, or the same message with other facts."""
        if (position := self._any_position()) is None:
            return
        old = self._thread.messages[position]
        if self._chance.random() < 0.4:
            new = replace(old, sibling_ids=(old.id, MessageId("other")))
        else:
            new = self._thread.new(is_user=position % 2 == 0)
        self._thread.messages[position] = new
        self.view.replace(old.id, new)

    def remove(self) -> None:
        position = self._any_position()
        if position is not None:
            message = self._thread.messages[position]
            if self.view.page.messages.position_of(message.id) == position:
                del self._thread.messages[position]
                self.view.remove(message.id)

    def cut(self) -> None:
        """Everything from a place on goes."""
        if self._thread.messages:
            total = len(self._thread.messages) - self._chance.choice([1, 1, 2, 5, 40])
            total = max(0, total)
            del self._thread.messages[total:]
            self.view.truncate(total)

    def cut_from(self) -> None:
        position = self._any_position()
        if position is None:
            return
        message = self._thread.messages[position]
        if self.view.page.messages.position_of(message.id) == position:
            del self._thread.messages[position:]
            self.view.truncate(position)

    def supply(self) -> None:
        """An answer comes: late, out of order, a part of it, or for a thread that is no longer shown."""
        if not self._asked:
            return
        index = self._chance.choice([0, -1])
        thread, first, count = self._asked.pop(index)
        window = thread.window(first, count)
        if self._chance.random() < 0.2:
            window = window[self._chance.randrange(len(window) + 1) :]
        self.view.supply(window, {})

    def fetched(self) -> None:
        """A picture came, or did not."""
        while self._fetches:
            address = self._fetches.pop()
            if self._chance.random() < 0.7:
                self.view.images.supply(address, picture(self._chance.choice([40, 900])))
            else:
                self.view.images.refuse(address, "unreachable")

    def turn(self) -> None:
        """Time passes."""
        QApplication.processEvents()

    def restyle(self) -> None:
        self._theme.set_mode(self._chance.choice(["light", "dark"]))

    def zoom(self) -> None:
        self._theme.set_zoom(self._chance.choice([75, 100, 100, 150, 300]))

    def resize(self) -> None:
        width = self._chance.choice([30, 300, 500, 700, 900, 900])
        self.view.resize(width, self._chance.choice([1, 200, 400, 600, 600]))

    def find(self) -> None:
        self.view.set_find(self._chance.choice(["", "the", "a"]))

    def select_all(self) -> None:
        if self.view.selection.is_empty and not self.view._following.is_pinned:
            self.view.select_all()

    def copy(self) -> None:
        self.view.copying.copy(self._chance.choice(["default", "markdown", "plain"]))

    def focus(self) -> None:
        reason = self._chance.choice(
            [Qt.FocusReason.TabFocusReason, Qt.FocusReason.MouseFocusReason, Qt.FocusReason.PopupFocusReason]
        )
        if self.view.hasFocus():
            self.view.clearFocus()
        else:
            self.view.setFocus(reason)

    def hover(self) -> None:
        QTest.mouseMove(self.view.viewport(), self._any_point())

    def click(self) -> None:
        """Where there is nothing to press."""
        point = self._any_point()
        if self.view._pointer._target_at(point) is None and not self.view.viewport().childAt(point):
            QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0), point)

    # -- what the reader does

    def open_thread(self) -> None:
        """Another thread, a window of it."""
        self._threads += 1
        count = self._chance.choice([0, 1, 2, 7, 30, 150, 400])
        self._thread = Thread(self._chance, self._threads, count)
        self._show()
        self.assert_sound()

    def open_again(self) -> None:
        """The same thread, another window of it."""
        self._show()

    def _show(self) -> None:
        messages = self._thread.messages
        if not messages or self._chance.random() < 0.3:
            self.view.show_thread(self._thread.window(0, len(messages)), {}, None)
            return
        first = self._chance.choice([max(0, len(messages) - 50), self._chance.randrange(len(messages))])
        self.view.show_thread(self._thread.window(first, 50), {}, len(messages))

    def clear(self) -> None:
        self.view.clear()
        self._thread = Thread(self._chance, -1, 0)

    def scroll(self) -> None:
        by = self._chance.choice([-1, 1]) * self._chance.choice([1, 7, 60, 500, 4000])
        self.view.scroll_by(by)
        self._assert_led(by)

    def wheel(self) -> None:
        degrees = self._chance.choice([-1200, -120, -15, 15, 120, 1200])
        self._hands.wheel(degrees)
        self._assert_led(-degrees)

    def _assert_led(self, by: int) -> None:
        """Up leaves the end at once; down returns to it when it is near."""
        is_near = self.view.page.distance_to_end <= NEAR_PX
        if self.view.page.visible:
            assert self.view._follows() == (by > 0 and is_near)

    def leaf(self) -> None:
        """Page after page."""
        for _ in range(30):
            self.view.scroll_by(-self.view.page.height)

    def drag_bar(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setSliderDown(True)
        for _ in range(self._chance.randint(1, 3)):
            bar.setSliderPosition(self._chance.randint(bar.minimum(), bar.maximum()))
            self.assert_sound()
            if self._chance.random() < 0.3:
                self.grow()
        bar.setSliderDown(False)

    def jump(self) -> None:
        if self._thread.messages:
            self.view.jump_to(self._chance.randrange(len(self._thread.messages)))

    def to_end(self) -> None:
        self.view.jump_to_end()
        assert self.view.page.distance_to_end == 0

    def step(self) -> None:
        self.view.step_message(self._chance.choice([-1, 1]))

    def return_to_place(self) -> None:
        """What was read when the thread was left is where it was when it is opened again."""
        place = self.view.read_position()
        self.view.scroll_by(self._chance.choice([-3000, 200, 900]))
        known = self.view.page.messages.position_of(place[0]) is not None
        self.view.restore_position(*place)
        if place[0] and known and self.view.page.distance_to_end and place[1]:
            assert self.view.read_position()[0] == place[0]

    def key(self) -> None:
        keys = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Home, Qt.Key.Key_End)
        others = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        shifts = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        far = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self.view.setFocus()
        QTest.keyClick(self.view, self._chance.choice(keys + others), self._chance.choice([*shifts, far]))

    def tab(self) -> None:
        """Go on through what can be pressed, and sometimes press it."""
        self.view.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(self._chance.randint(1, 4)):
            self._hands.key(Qt.Key.Key_Tab)
        if self.view.hasFocus():
            self._hands.key(Qt.Key.Key_Return)
        self._close_sources()

    def show_hit(self) -> None:
        position = self._any_position()
        if position is not None:
            start = self._chance.randint(0, 200)
            self.view.show_hit(
                position, self._thread.messages[position].id, self._chance.randint(0, 3), start, start + 3
            )

    def press(self) -> None:
        """Something painted."""
        spots = [
            (shown, spot)
            for shown in self.view.page.visible
            if shown.cell is not None
            for spot in shown.cell.spots()
        ]
        if not spots:
            return
        shown, spot = self._chance.choice(spots)
        point = spot.rect.center() + QPoint(self.view.column_left, shown.y)
        if self.view.viewport().rect().contains(point):
            QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0), point)
        self._close_sources()

    def _close_sources(self) -> None:
        for one in self.view.findChildren(SourcePopover):
            one.close()

    def open_steps(self) -> None:
        """What was called is shown, or folded again; what was pressed stays where it is."""
        steps = [one for one in self.view.findChildren(StepsView) if one.isVisible() and one.y() >= 0]
        if steps:
            part = self._chance.choice(steps)
            before = part.y()
            part.controls()[0].click()  # type: ignore[attr-defined]
            page = self.view.page
            assert part.y() == before or page.distance_to_end == 0 or page.value == 0

    def drag(self) -> None:
        """Select, while something arrives."""
        start, end = self._any_point(), self._any_point() + QPoint(0, self._chance.choice([-500, 0, 500]))
        self._hands.hold(start, end)
        arrival = self._chance.choice(list(self.ARRIVALS))
        self.log.append(f"  and {arrival.__name__}")
        arrival(self)
        self.assert_sound()
        QTest.qWait(20)
        self._hands._move(end + QPoint(3, 3))
        self.assert_sound()
        self._hands.let_go(end)

    def send(self) -> None:
        """Ask something, and see it in the top third."""
        view = self.view
        for is_user in (True, False):
            message = self._thread.new(is_user=is_user, status=Status.WRITING)
            message = replace(message, status=Status.COMPLETED) if is_user else message
            self._thread.messages.append(message)
            view.append(message)
        view.scroll_to_question(self._thread.messages[-2].id)
        assert view.page.distance_to_end == 0
        assert view._follows()

    # -- by chance

    def _any_position(self) -> int | None:
        """Of a message, mostly one on the screen."""
        total = len(self._thread.messages)
        if not total:
            return None
        visible = self.view.page.visible
        if visible and self._chance.random() < 0.6:
            return self._chance.choice(visible).position
        return self._chance.randrange(total)

    def _any_point(self) -> QPoint:
        size = self.view.viewport().size()
        return QPoint(
            self._chance.randrange(max(1, size.width())), self._chance.randrange(max(1, size.height()))
        )

    ARRIVALS: dict[Callable[["RandomReader"], None], float] = {
        grow: 6,
        correct: 3,
        stage: 1,
        call: 2,
        end: 1.5,
        append: 2,
        put_other: 1,
        remove: 1,
        supply: 5,
        fetched: 2,
        turn: 4,
        restyle: 0.4,
        zoom: 0.4,
        resize: 1,
        find: 0.5,
        copy: 0.5,
        select_all: 0.2,
        focus: 0.7,
        hover: 1,
        click: 1,
    }
    MOVES: dict[Callable[["RandomReader"], None], float] = {
        open_thread: 0.4,
        open_again: 0.4,
        clear: 0.1,
        cut: 0.4,
        cut_from: 0.2,
        scroll: 6,
        wheel: 4,
        leaf: 0.3,
        drag_bar: 2,
        jump: 1,
        to_end: 1,
        step: 1,
        return_to_place: 1,
        key: 3,
        tab: 1,
        show_hit: 1,
        press: 4,
        open_steps: 2,
        drag: 1.5,
        send: 1,
    }


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(resources_dir())
    made.set_motion_reduced(True)
    return made


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Iterator[TranscriptView]:
    made = TranscriptView(theme)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.clear()
    made.close_threads()


@pytest.mark.parametrize("start", range(0, 20 * RUNS_A_TEST, RUNS_A_TEST))
def test_whatever_happens_the_page_is_sound(
    view: TranscriptView, theme: Theme, start: int, qtbot: QtBot
) -> None:
    reader = RandomReader(view, theme, random.Random(start))
    for seed in range(start, start + RUNS_A_TEST):
        reader.begin(random.Random(seed))
        try:
            with qtbot.captureExceptions() as raised:
                reader.run(STEPS)
            assert not raised, raised[0][1]
        except Exception as error:
            error.add_note(f"seed {seed}: {', '.join(reader.log)}")
            raise
    reader.assert_idle(qtbot)
