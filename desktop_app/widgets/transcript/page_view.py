"""A page of messages on the screen: where the reader is, what moves, and what must be drawn.

Every change goes through ``_steadily``, so that the place of reading is kept to the pixel: afterwards pixels that only
moved are moved, and what looks otherwise is drawn again.  No timer runs while nothing is pending.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.block import Block, Mark
from desktop_app.widgets.transcript.cell import Cell
from desktop_app.widgets.transcript.entry import Entry
from desktop_app.widgets.transcript.following import Following
from desktop_app.widgets.transcript.page import Page, Shown
from desktop_app.widgets.transcript.pill import SHADOW, JumpPill
from desktop_app.widgets.transcript.scroll_bar import ThinScrollBar

BAR_EVERY_S = 0.2
AHEAD = 3
NO_MARKS: Mapping[int, Sequence[Mark]] = {}


class PageView(QAbstractScrollArea):
    """Shows the ``page`` and lets the reader move in it; what messages are made of is its subclass's.

    Signal: ``messages_wanted(int, int)``: the first position and the count of messages that are needed.
    """

    messages_wanted = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._following = Following()
        self.page = Page(self._make_cell)
        self._new_count = 0
        self._is_steady = False
        self._placed: set[Cell] = set()
        self._changed: dict[str, int] = {}
        self._is_all_changed = False
        self._bar_value = 0
        self._bar_synced_at = 0.0
        self._left = 0
        self._column_width = 1
        self.room_beside = 0
        """Pixels right of the column for what is too wide for it."""
        self._prepare()
        self._pill = JumpPill(theme, self)
        self._pill.clicked.connect(self.jump_to_end)
        self._bar_timer = self._single_shot(self._sync_bar)
        self._ahead_timer = self._single_shot(self._lay_out_ahead)
        self._measure_column()

    def _prepare(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that its coming does not move the column; without a range it draws nothing.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = ThinScrollBar(self._theme, self)
        self.setVerticalScrollBar(bar)
        bar.valueChanged.connect(self._on_bar_moved)
        bar.sliderReleased.connect(self._sync_bar)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)

    def _single_shot(self, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(then)
        return timer

    # -- what a subclass adds

    def _make_cell(self, entry: Entry) -> Cell:
        """Lay a message out, ``column_width`` wide."""
        raise NotImplementedError

    def _marks_in(self, shown: Shown) -> Mapping[int, Sequence[Mark]]:
        """What is selected or found in a message, by block."""
        return NO_MARKS

    def _paint_over(self, painter: QPainter, shown: Shown, left: int) -> None:
        """Draw what lies over a message."""

    def text_changed(self, message_id: str) -> None:
        """A message looks otherwise."""

    def _refreshed(self, has_others: bool) -> None:
        """What is on the screen is laid out; ``has_others``: these are other messages than before."""

    @property
    def theme(self) -> Theme:
        """What gives colours, fonts and sizes."""
        return self._theme

    # -- geometry: every change goes through here, so that the place of reading is kept

    def _follows(self) -> bool:
        return self._following.follows(self.page.distance_to_end)

    @contextmanager
    def _steadily(self, *, by_reader: bool = False) -> Iterator[None]:
        """Change messages inside; afterwards the view is at the same place of the text, or at the end it follows.

        The end is not followed when it moves ``by_reader``: what was pressed stays under the mouse.
        """
        if self._is_steady:
            yield
            return
        page = self.page
        before = page.visible
        follows = self._follows() and not by_reader
        place = None if follows else page.place()
        self._is_steady = True
        try:
            yield
        finally:
            self._is_steady = False
            if follows:
                page.go_to_end()
            elif place is not None:
                page.return_to(place)
            self._refresh(before)

    def _note_change(self, cell: Cell, y: int | None) -> None:
        """The cell looks otherwise from ``y`` on."""
        message_id = cell.entry.message.id
        if y is not None:
            self._changed[message_id] = min(y, self._changed.get(message_id, y))
        self.page.measure(message_id)
        self.text_changed(message_id)

    def _refresh(self, before: Sequence[Shown], *, is_bar_at_once: bool = False) -> None:
        """Lay out what is visible now and draw what looks otherwise than ``before``."""
        if self._is_steady:
            return
        page = self.page
        page.arrange()
        self._repaint(before, page.visible)
        self._place_parts()
        self._show_pill()
        self._request_bar(is_bar_at_once)
        page.drop_far_cells()
        has_others = not is_same_window(before, page.visible)
        if has_others:
            self._ahead_timer.start(0)
        self._refreshed(has_others)
        self.ask_for(shown.position for shown in page.visible if shown.cell is None)

    def _redraw(self) -> None:
        """Everything is other than before."""
        self._is_all_changed = True
        self._refresh((), is_bar_at_once=True)

    def ask_for(self, positions: Iterable[int]) -> None:
        """Have the messages at positions supplied that are not here."""
        for position in list(positions):
            window = self.page.messages.ask_for(position)
            if window is not None:
                self.messages_wanted.emit(*window)

    def _repaint(self, before: Sequence[Shown], after: Sequence[Shown]) -> None:
        """Move the pixels that stayed and mark what must be drawn."""
        changed, self._changed = self._changed, {}
        is_all, self._is_all_changed = self._is_all_changed, False
        viewport = self.viewport()
        width, height = viewport.width(), viewport.height()
        moves = None if is_all else difference(before, after, changed, height)
        if moves is None:
            viewport.update()
            return
        shift, top_until, bottom_from = moves
        if shift:
            viewport.scroll(0, shift)
        if top_until > 0:
            viewport.update(0, 0, width, top_until)
        if bottom_from < height:
            viewport.update(0, bottom_from, width, height - bottom_from)

    def _place_parts(self) -> None:
        """Put the real widgets of visible messages where they belong."""
        viewport = self.viewport()
        before, self._placed = self._placed, set()
        for shown in self.page.visible:
            if shown.cell is not None:
                self._placed.add(shown.cell)
                shown.cell.arrange(viewport, self._left, shown.y)
        for cell in before - self._placed:
            cell.hide_parts()

    def _lay_out_ahead(self) -> None:
        """While nothing else is to do, lay out the messages the reader comes to next, one a turn of the loop."""
        page = self.page
        if not page.visible:
            return
        first, last = page.visible[0].position, page.visible[-1].position
        near = [*range(last + 1, last + 1 + AHEAD), *range(first - 1, first - 1 - AHEAD, -1)]
        for position in near:
            if 0 <= position < page.messages.total and not page.is_laid_out(position):
                with self._steadily():
                    page.cell(position)
                self._ahead_timer.start(0)
                return
        self.ask_for(near)

    def block_changed(self, block: Block) -> None:
        """A block changed by itself: its colours or its picture came."""
        for cell in self.page.cells():
            index = cell.flow.index_of(block)
            if index is not None:
                with self._steadily():
                    self._note_change(cell, cell.relayout_from(index))
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        page = self.page
        before = self._column_width, self.room_beside
        follows, place = self._follows(), self.page.place()
        self._measure_column()
        page.height = max(1, self.viewport().height())
        if (self._column_width, self.room_beside) != before:
            page.drop_cells()
        if follows:
            page.go_to_end()
        elif place is not None:
            page.return_to(place)
        self._is_all_changed = True
        self._refresh((), is_bar_at_once=True)
        super().resizeEvent(event)

    def _measure_column(self) -> None:
        padding = self._theme.px("gap.pagePadding")
        self._column_width = max(1, min(self._theme.px("textColumn"), self.width() - 2 * padding))
        self._left = (self.width() - self._column_width) // 2
        widest = self._theme.px("wideColumn") - self._theme.px("textColumn")
        self.room_beside = max(0, min(widest, self._left - padding))
        self.page.bottom_padding = self._theme.px("spacing.4")

    @property
    def column_width(self) -> int:
        """How wide the column is."""
        return self._column_width

    @property
    def column_left(self) -> int:
        """The x of the column's left edge."""
        return self._left

    def _restyle(self) -> None:
        follows, place = self._follows(), self.page.place()
        self._measure_column()
        self.page.drop_cells()
        if follows:
            self.page.go_to_end()
        elif place is not None:
            self.page.return_to(place)
        self.verticalScrollBar().setSingleStep(2 * self._theme.line_height("reading"))
        self._pill.restyle()
        self._redraw()

    # -- moving

    def jump_to_end(self) -> None:
        """Go to the end and follow it."""
        before = self.page.visible
        self._following.return_to_end()
        self._new_count = 0
        self.page.go_to_end()
        self._refresh(before)

    def jump_to_start(self) -> None:
        """Go to the first message."""
        self.jump_to(0)

    def jump_to(self, position: int, message_id: str = "") -> None:
        """Show a message at the top, also one that is not here yet."""
        known = self.page.messages.position_of(message_id) if message_id else None
        before = self.page.visible
        self._following.leave()
        self.page.go_to(position if known is None else known, 0)
        self._refresh(before)

    def reading_position(self) -> int:
        """The position of the first message on the screen."""
        return self.page.first_position

    def fraction_of(self, position: int) -> float:
        """How far down the whole thread a message begins, from 0 to 1."""
        heights = self.page.heights
        return heights.top(min(position, heights.count)) / max(1, heights.total)

    def _reveal(self, position: int) -> None:
        """Scroll to the start of a message, unless the whole of it can be seen."""
        shown = self.page.on_screen(position)
        height = self.viewport().height()
        if shown is not None and shown.y >= 0 and shown.y + shown.height <= height:
            return
        before, value = self.page.visible, self.page.value
        cell = self.page.cell(position)
        self.page.go_to(position, (cell.gap_above if cell else 0) - self._theme.px("spacing.4"))
        self._refresh(before)
        self._following.moved(self.page.value - value, self.page.distance_to_end)
        self._show_pill()

    def scroll_by(self, by: int) -> None:
        """The reader moves the view by pixels; positive is towards the end."""
        if not by or not self.page.visible:
            return
        before, value = self.page.visible, self.page.value
        if by < 0:
            self._following.leave()
        self.page.scroll(by)
        self._refresh(before, is_bar_at_once=True)
        if by > 0:
            self._following.moved(max(1, self.page.value - value), self.page.distance_to_end)
        if self._follows():
            self._new_count = 0
        self._show_pill()

    def leave_end(self) -> None:
        """The reader turned to something: text that comes no longer moves the view."""
        self._following.leave()

    def show_rect(self, position: int, rect: QRect) -> None:
        """Scroll as little as is needed to see a part of a message, in its cell's coordinates."""
        page = self.page
        shown = page.on_screen(position)
        if shown is None:
            before = page.visible
            is_above = position < page.first_position
            page.go_to(position, rect.top() if is_above else rect.bottom() + 1 - page.height)
            if is_above:
                self._following.leave()
            self._refresh(before, is_bar_at_once=True)
            return
        above, below = shown.y + rect.top(), shown.y + rect.bottom() + 1 - page.height
        if above < 0:
            self.scroll_by(above)
        elif below > 0:
            self.scroll_by(min(above, below))

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        page_color = self._theme.color("page")
        for rect in event.region():  # type: ignore[attr-defined]
            painter.setClipRect(rect)
            painter.fillRect(rect, page_color)
            self._paint(painter, rect.top(), rect.bottom() + 1)

    def _paint(self, painter: QPainter, top: int, bottom: int) -> None:
        left = self._left
        for shown in self.page.visible:
            if shown.y >= bottom:
                break
            if shown.cell is None or shown.y + shown.height <= top:
                continue
            shown.cell.paint(painter, left, shown.y, top, bottom, self._marks_in(shown))
            self._paint_over(painter, shown, left)

    def update_cells(self, positions: Sequence[int] | range) -> None:
        """Draw messages again."""
        for shown in self.page.visible:
            if shown.position in positions:
                self.viewport().update(0, shown.y, self.viewport().width(), shown.height)

    def update_message(self, message_id: str) -> None:
        """Draw a message again."""
        position = self.page.messages.position_of(message_id)
        if position is not None:
            self.update_cells((position,))

    def shown_at(self, y: int) -> Shown | None:
        """The message at a height of the viewport, the nearest one outside of all."""
        found = None
        for shown in self.page.visible:
            if found is None or shown.y <= y:
                found = shown
        return found

    # -- the scroll bar follows a few times a second while text arrives, and at once when the reader moves

    def _request_bar(self, is_at_once: bool) -> None:
        wait_s = self._bar_synced_at + BAR_EVERY_S - time.monotonic()
        if is_at_once or wait_s <= 0:
            self._bar_timer.stop()
            self._sync_bar()
        elif not self._bar_timer.isActive():
            self._bar_timer.start(round(wait_s * 1000) + 1)

    def _sync_bar(self) -> None:
        bar = self.verticalScrollBar()
        self._bar_synced_at = time.monotonic()
        if bar.isSliderDown():
            return
        page = self.page
        blocked = bar.blockSignals(True)
        bar.setPageStep(page.height)
        bar.setRange(0, page.maximum)
        bar.setValue(page.value)
        bar.blockSignals(blocked)
        bar.setEnabled(page.maximum > 0)
        self._bar_value = bar.value()

    def _on_bar_moved(self, value: int) -> None:
        by, self._bar_value = value - self._bar_value, value
        bar = self.verticalScrollBar()
        if not bar.isSliderDown() and abs(by) <= 2 * self.page.height:
            self.scroll_by(by)
            return
        before = self.page.visible
        self._following.moved(by, bar.maximum() - value)
        if value >= bar.maximum():
            self.page.go_to_end()
        else:
            self.page.go_to_value(value)
        self._refresh(before)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The scroll bar's signal says it all."""

    # -- the button to the end

    def count_new(self, come: int) -> None:
        """Messages or blocks came, or with 0 more words of the last block."""
        if not self._follows():
            self._new_count = max(1, self._new_count + come)
            self._show_pill()

    def _show_pill(self) -> None:
        far = self.page.distance_to_end
        is_shown = not self._follows() and far > 0 and (self._new_count > 0 or far > self.page.height // 2)
        if is_shown:
            self._pill.set_count(self._new_count)
            left = (self.width() - self._pill.width()) // 2
            self._pill.move(left, self.height() - self._pill.height() - self._theme.px("spacing.4") + SHADOW)
            self._pill.raise_()
        if self._pill.isVisible() != is_shown:
            if self._pill.hasFocus():
                self.setFocus(Qt.FocusReason.OtherFocusReason)
            self._pill.setVisible(is_shown)


def is_same_window(before: Sequence[Shown], after: Sequence[Shown]) -> bool:
    """Whether the same messages are on the screen."""
    return len(before) == len(after) and all(
        one.position == other.position and one.cell is other.cell
        for one, other in zip(before, after, strict=True)
    )


def difference(
    before: Sequence[Shown], after: Sequence[Shown], changed: Mapping[str, int], height: int
) -> tuple[int, int, int] | None:
    """How the screen of before becomes that of now: pixels move down by ``shift``, and after that everything above
    ``top_until`` and everything from ``bottom_from`` on is drawn again; None when all is.
    """
    old = {shown.cell or shown.position: shown for shown in before}
    common = [
        (old[shown.cell or shown.position], shown) for shown in after if (shown.cell or shown.position) in old
    ]
    if not common:
        return None
    first_old, first = common[0]
    shift = first.y - first_old.y
    if abs(shift) >= height:
        return None
    top_until = first.y if first_old is not before[0] or (first.y > shift and first is not after[0]) else 0
    bottom = [height]
    stayed = {id(shown) for pair in common for shown in pair}
    for shown in after:
        if shown.y > first.y and id(shown) not in stayed:
            bottom.append(shown.y)
        cell_changed = changed.get(shown.cell.entry.message.id) if shown.cell else None
        if cell_changed is not None:
            bottom.append(max(0, shown.y + cell_changed))
    for was, shown in common:
        if shown.y - was.y != shift:
            bottom.append(min(shown.y, was.y + shift))
        if shown.height != was.height:
            bottom.append(shown.y + min(shown.height, was.height))
    bottom.extend(was.y + shift for was in before if id(was) not in stayed and was.y > first_old.y)
    return shift, max(0, min(top_until, height)), max(0, min(bottom))
