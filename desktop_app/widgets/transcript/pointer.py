"""The mouse in the transcript: selecting, links and painted buttons, the wheel."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.transcript.blocks.block import Block, Target
from desktop_app.widgets.transcript.cell import Cell, Spot
from desktop_app.widgets.transcript.selection import TextSpot, paragraph_at, word_at

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.page import Shown
    from desktop_app.widgets.transcript.view import TranscriptView

DRAG_SCROLL_MS = 16
FASTEST_DRAG = 60
LINES_A_NOTCH = 3
NOTCH = 120
ZOOM_STEP = 10
HOVER_AFTER_MS = 80


def is_same(one: Spot, other: Spot) -> bool:
    """Whether two spots of a cell are the same thing to press, wherever it is by now."""
    return (one.block, one.target.kind, one.target.value) == (
        other.block,
        other.target.kind,
        other.target.value,
    )


class Under(NamedTuple):
    """What is under the mouse; ``x``, ``y`` are in the cell's coordinates."""

    shown: "Shown"
    cell: Cell
    x: int
    y: int


class Pointer:
    """Follows the mouse over one view."""

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view
        self._pressed: tuple[Cell, Spot] | None = None
        self._pressed_at = QPoint()
        self._last = QPoint()
        self._double_clicked_at = 0
        self._is_selecting = False
        self._unit = 1  # how many clicks: characters, words, paragraphs
        self._origin: tuple[TextSpot, TextSpot] | None = None
        self._hovered: tuple[Cell, Spot] | None = None
        self._under: tuple[Cell, Block] | None = None  # the block that was told that the mouse is over it
        self.hovered_id = ""
        self._wheel_rest = 0.0
        self._zoom_rest = 0
        self._drag_timer = self._timer(DRAG_SCROLL_MS, self._drag_on)
        self._hover_timer = self._timer(HOVER_AFTER_MS, self._hover_again)
        self._hover_timer.setSingleShot(True)

    def _timer(self, interval_ms: int, then: object) -> QTimer:
        timer = QTimer(self._view)
        timer.setInterval(interval_ms)
        timer.timeout.connect(then)
        return timer

    # -- what is where

    def under(self, point: QPoint) -> Under | None:
        """The message at a point of the viewport."""
        shown = self._view.shown_at(point.y())
        if shown is None or shown.cell is None:
            return None
        return Under(shown, shown.cell, point.x() - self._view.column_left, point.y() - shown.y)

    def spot_at(self, point: QPoint) -> TextSpot | None:
        """The place in a text nearest to a point."""
        found = self.under(point)
        if found is None or not found.cell.flow.blocks:
            return None
        block, offset = found.cell.position_at(found.x, found.y)
        return TextSpot(found.shown.position, block, offset)

    def _target_at(self, point: QPoint) -> tuple[Cell, Spot] | None:
        found = self.under(point)
        spot = found.cell.spot_at(found.x, found.y) if found else None
        return (found.cell, spot) if found and spot else None

    # -- buttons

    def press(self, event: QMouseEvent) -> None:
        """A button went down: a target is armed, or a selection begins."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        self._unit = self._clicks(event, point)
        self._pressed_at = point
        self._pressed = self._target_at(point)
        if self._pressed is not None and self._pressed[1].target.kind == "scroll":
            self._drag_bar(point)
            return
        spot = self.spot_at(point)
        if self._pressed is not None and not self._pressed[1].target.is_link:
            return
        if spot is None:  # beside a message without words
            self._view.clear_selection()
            return
        self._is_selecting = True
        view = self._view
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and view.selection.anchor is not None:
            self._origin = (view.selection.anchor, view.selection.anchor)
            self._extend(spot)
            return
        self._origin = self._unit_at(spot)
        self._select(*self._origin)
        if self._unit > 1:
            view.leave_end()

    def _clicks(self, event: QMouseEvent, point: QPoint) -> int:
        """1, 2 or 3: Qt tells of a double click, and the next press soon after at the same place is the third."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self._double_clicked_at = event.timestamp()
            return 2
        is_near = (point - self._pressed_at).manhattanLength() < QApplication.startDragDistance()
        is_soon = event.timestamp() - self._double_clicked_at < QApplication.doubleClickInterval()
        return 3 if self._unit == 2 and is_near and is_soon else 1

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved: a selection grows, or what is under it shows that it can be pressed."""
        point = self._last = event.position().toPoint()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(point)
            return
        if self._pressed is not None and self._pressed[1].target.kind == "scroll":
            self._drag_bar(point)
            return
        if not self._is_selecting:
            return
        is_far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if not is_far and self._unit == 1 and self._view.selection.is_empty:
            return
        self._pressed = None
        if (spot := self.spot_at(point)) is not None:
            self._extend(spot)
        if 0 <= point.y() < self._view.viewport().height():
            self._drag_timer.stop()
        elif not self._drag_timer.isActive():
            self._drag_timer.start()

    def release(self, event: QMouseEvent) -> None:
        """The button went up: a target that is still under the mouse is pressed."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._drag_timer.stop()
        self._is_selecting = False
        pressed, self._pressed = self._pressed, None
        point = event.position().toPoint()
        if pressed is not None and pressed[1].target.kind != "scroll":
            now = self._target_at(point)
            if now is not None and now[0] is pressed[0] and is_same(now[1], pressed[1]):
                self._view.activate(*now, point.x() - self._view.column_left)
        self._view.copying.offer_selection()

    def forget(self) -> None:
        """What was selected is gone: a selection that is being made ends."""
        self._drag_timer.stop()
        self._is_selecting = False
        self._pressed = self._origin = None

    def leave(self) -> None:
        """The mouse is elsewhere."""
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._set_hovered(None)
            self._set_under(None)
            self._set_hovered_message("")

    # -- selecting

    def _select(self, anchor: TextSpot, head: TextSpot) -> None:
        selection = self._view.selection
        before = selection.positions()
        selection.select(anchor, head)
        self._view.update_cells([*before, *selection.positions()])

    def _extend(self, spot: TextSpot) -> None:
        """Go on to ``spot``, by whole words or paragraphs when it began so."""
        if self._origin is None:
            return
        first, last = self._origin
        start, end = self._unit_at(spot)
        if start < first:
            self._select(last, start)
        else:
            self._select(first, max(end, last))
        if not self._view.selection.is_empty:
            self._view.leave_end()

    def _unit_at(self, spot: TextSpot) -> tuple[TextSpot, TextSpot]:
        cell = self._view.page.cell(spot.position)
        if self._unit == 1 or cell is None or spot.block >= len(cell.flow.blocks):
            return spot, spot
        item = cell.flow.blocks[spot.block].item
        start, end = word_at(item.plain, spot.offset) if self._unit == 2 else paragraph_at(item, spot.offset)
        return spot._replace(offset=start), spot._replace(offset=end)

    def _drag_on(self) -> None:
        """Scroll while the mouse is held above or below the view, the faster the farther."""
        view = self._view
        point = self._last
        height = view.viewport().height()
        beyond = point.y() if point.y() < 0 else max(0, point.y() - height + 1)
        view.scroll_by(max(-FASTEST_DRAG, min(FASTEST_DRAG, beyond)))
        edge = QPoint(point.x(), min(max(0, point.y()), height - 1))
        if (spot := self.spot_at(edge)) is not None:
            self._extend(spot)

    def _drag_bar(self, point: QPoint) -> None:
        """Move a wide block by its own bar."""
        if self._pressed is None:
            return
        cell, spot = self._pressed
        is_here = self._view.page.known_cell(cell.entry.message.id) is cell
        if not is_here or spot.block >= len(cell.flow.blocks):
            self._pressed = None  # laid out anew meanwhile
        else:
            self._view.activate(cell, spot, point.x() - self._view.column_left)

    # -- hovering

    def _hover(self, point: QPoint) -> None:
        found = self.under(point)
        self._set_hovered_message(found.cell.entry.message.id if found else "")
        target = self._target_at(point)
        self._set_hovered(target)
        self._set_under(self._block_at(found) if found else None)
        self._set_cursor(found, target)

    def scrolled(self) -> None:
        """What is under a resting mouse may be something else; look when the text rests too."""
        if self.hovered_id or self._view.viewport().underMouse():
            self._hover_timer.start()

    def _hover_again(self) -> None:
        view = self._view
        if view.viewport().underMouse() and not QGuiApplication.mouseButtons():
            self._hover(self._last)

    def _set_hovered(self, now: tuple[Cell, Spot] | None) -> None:
        before, self._hovered = self._hovered, now
        if before == now:
            return
        if before is not None and (now is None or not self._is_same_block(before, now)):
            self._tell_hovered(before[0], before[1].block, None)
        if now is not None:
            self._tell_hovered(now[0], now[1].block, now[1].target)

    @staticmethod
    def _block_at(found: Under) -> tuple[Cell, Block] | None:
        """The block beside which the mouse is; controls of a wide block may stand in the margin."""
        cell = found.cell
        if not cell.text_top <= found.y < cell.text_bottom or not cell.flow.blocks:
            return None
        return cell, cell.flow.blocks[cell.flow.block_index_at(found.y - cell.text_top)]

    def _set_under(self, now: tuple[Cell, Block] | None) -> None:
        before, self._under = self._under, now
        if before == now:
            return
        for one, is_under in ((before, False), (now, True)):
            if one is not None and one[1].set_under_mouse(is_under) is not None:
                self._view.update_message(one[0].entry.message.id)

    def _tell_hovered(self, cell: Cell, block: int, target: Target | None) -> None:
        if 0 <= block < len(cell.flow.blocks) and cell.flow.blocks[block].set_hovered(target) is not None:
            self._view.update_message(cell.entry.message.id)

    @staticmethod
    def _is_same_block(before: tuple[Cell, Spot], now: tuple[Cell, Spot]) -> bool:
        return before[0] is now[0] and before[1].block == now[1].block

    def _set_cursor(self, found: Under | None, target: tuple[Cell, Spot] | None) -> None:
        viewport = self._view.viewport()
        shape = Qt.CursorShape.ArrowCursor
        tip = ""
        if target is not None:
            if target[1].target.kind != "scroll":
                shape = Qt.CursorShape.PointingHandCursor
            tip = target[1].tip
        elif found is not None and self._is_over_text(found):
            shape = Qt.CursorShape.IBeamCursor
        if viewport.cursor().shape() != shape:
            viewport.setCursor(shape)
        if viewport.toolTip() != plain_tip(tip):
            viewport.setToolTip(plain_tip(tip))
            if not tip:
                QToolTip.hideText()

    @staticmethod
    def _is_over_text(found: Under) -> bool:
        cell = found.cell
        return cell.text_top <= found.y < cell.text_bottom and 0 <= found.x - cell.text_left < cell.text_width

    def _set_hovered_message(self, message_id: str) -> None:
        if message_id != self.hovered_id:
            self.hovered_id = message_id
            self._view.place_rows()

    # -- the wheel

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll; sideways, or with Shift, a wide block under the mouse; with Ctrl, zoom."""
        event.accept()
        pixels, degrees = event.pixelDelta(), event.angleDelta()
        step = LINES_A_NOTCH * self._view.verticalScrollBar().singleStep() / NOTCH / 2
        has_pixels = not pixels.isNull()
        across = pixels.x() if has_pixels else degrees.x() * step
        down = pixels.y() if has_pixels else degrees.y() * step
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(degrees.y())
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not across:
            across, down = down, 0
        if abs(across) > abs(down):
            self._scroll_block(event.position().toPoint(), -round(across))
            return
        if down > 0:
            self._view.leave_end()  # at once, before it comes to a whole pixel
        self._wheel_rest += -down
        by = int(self._wheel_rest)
        self._wheel_rest -= by
        self._view.scroll_by(by)

    def _zoom(self, degrees: int) -> None:
        self._zoom_rest += degrees
        notches = int(self._zoom_rest / NOTCH)
        self._zoom_rest -= notches * NOTCH
        if notches:
            self._view.zoom_requested.emit(notches * ZOOM_STEP)

    def _scroll_block(self, point: QPoint, by: int) -> None:
        found = self.under(point)
        if found is None or not found.cell.flow.blocks:
            return
        cell = found.cell
        index = cell.flow.block_index_at(found.y - cell.text_top)
        if cell.flow.blocks[index].scroll_sideways(by):
            self._view.update_message(cell.entry.message.id)

    # -- the menu

    def open_menu(self, event: QContextMenuEvent) -> None:
        """What can be done with what is under the mouse, or with the selection."""
        point = event.pos()
        target = self._target_at(point)
        address = target[1].target.address if target else ""
        found = self.under(point)
        message_id = found.cell.entry.message.id if found else self._view.current_id
        self._view.open_menu(event.globalPos(), message_id, address)
