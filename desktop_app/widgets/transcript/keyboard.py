"""The keyboard in the transcript: scrolling, the current message and its targets, selecting with Shift."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QToolTip

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.transcript.blocks.block import Block
from desktop_app.widgets.transcript.caret_moves import MOVES, CaretMoves
from desktop_app.widgets.transcript.cell import Cell, Spot

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.page import Shown
    from desktop_app.widgets.transcript.view import TranscriptView

Key = Qt.Key
KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Keyboard:
    """Takes the keys of one view.

    The current message has a ring once the keyboard has come to it; Tab goes on through its links and buttons, Enter
    presses them.
    """

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view
        self._is_ringed = False
        self._target = -1
        self._moves = CaretMoves(view)
        self._pointed: Block | None = None

    # -- focus

    def focus_came(self, reason: Qt.FocusReason) -> None:
        """The view has the focus."""
        view = self._view
        if reason in KEYBOARD:
            self._is_ringed = True
            if not view.current_id:
                view.make_last_visible_current()
        view.update_message(view.current_id)
        view.tell_focus()

    def focus_went(self) -> None:
        """The view has lost the focus."""
        self._is_ringed = False
        self.forget_target()
        self._view.update_message(self._view.current_id)

    def show_ring(self) -> None:
        """A key brought the reader to the current message, also when the mouse had brought the focus before."""
        self._is_ringed = True
        self._view.update_message(self._view.current_id)

    @property
    def is_here(self) -> bool:
        """Whether the ring is shown at the current message, as soon as there is one."""
        return self._is_ringed and self._view.hasFocus()

    @property
    def is_at_target(self) -> bool:
        """Whether the ring is at a link or button of the current message."""
        return self._target >= 0

    def forget_target(self) -> None:
        """Another message is the current one."""
        self._target = -1
        self._let_go()

    def step_target(self, is_next: bool) -> bool:
        """Tab: to the next link or button of the current message; False when there is none left."""
        view = self._view
        cell = view.current_cell
        if not view.hasFocus() or cell is None:
            return False
        spots = cell.spots()
        target = self._target + (1 if is_next else -1)
        if not 0 <= target < len(spots):
            left_target = self._target >= 0 and target < 0
            self.forget_target()
            view.update_message(view.current_id)
            return left_target
        self._is_ringed = True
        self._target = target
        position = view.page.messages.position_of(view.current_id)
        if position is not None:
            margin = view.theme.px("spacing.4")
            view.show_rect(position, spots[target].rect.adjusted(0, -margin, 0, margin))
        self._point_at(cell, spots[target])
        view.update_message(view.current_id)
        self._show_address(spots[target])
        return True

    def _point_at(self, cell: Cell, spot: Spot) -> None:
        """Let a link or button look as it does under the mouse: some are seen only then."""
        self._let_go()
        if 0 <= spot.block < len(cell.flow.blocks):
            self._pointed = cell.flow.blocks[spot.block]
            self._pointed.set_hovered(spot.target)

    def _let_go(self) -> None:
        if self._pointed is not None:
            self._pointed.set_hovered(None)
            self._pointed = None

    def _show_address(self, spot: Spot) -> None:
        """Where a link leads, as the mouse tells it."""
        view = self._view
        shown = view.page.shown(view.current_id)
        if shown is not None and spot.target.is_link:
            below = spot.rect.translated(view.column_left, shown.y).bottomLeft()
            tip = plain_tip(spot.tip)
            QToolTip.showText(view.viewport().mapToGlobal(below), tip, view.viewport())
        else:
            QToolTip.hideText()

    def paint_ring(self, painter: QPainter, shown: "Shown", left: int) -> None:
        """Show where the keyboard is."""
        view = self._view
        cell = shown.cell
        if cell is None or cell.entry.message.id != view.current_id or not self.is_here:
            return
        theme = view.theme
        width = theme.px("focusRing")
        spots = cell.spots() if self._target >= 0 else []
        if 0 <= self._target < len(spots):
            box, radius = QRectF(spots[self._target].rect).adjusted(-2, -1, 2, 1), "spacing.1"
        else:
            half = width / 2
            box, radius = QRectF(cell.ring_rect()).adjusted(half, half, -half, -half), cell.ring_radius
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("focus"), width))
        painter.drawRoundedRect(box.translated(left, shown.y), theme.px(radius), theme.px(radius))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # -- keys

    def press(self, event: QKeyEvent) -> bool:
        """A key; False when it is none of ours."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == Qt.KeyboardModifier.AltModifier and key in (Key.Key_Up, Key.Key_Down):
            self._view.step_message(-1 if key == Key.Key_Up else 1)
            return True
        if event.matches(QKeySequence.StandardKey.Copy):
            self._view.copying.copy("default")
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._view.select_all()
        elif key == Key.Key_Escape and not self._view.selection.is_empty:
            self._view.clear_selection()
        elif key == Key.Key_Escape:
            if not self._view.calls.deny():
                self._view.stop_requested.emit()
        elif key == Key.Key_F10 and modifiers == Qt.KeyboardModifier.ShiftModifier:  # X11 leaves it to us
            self.open_menu()
        elif key in (Key.Key_Return, Key.Key_Enter):
            return self._press_target()
        else:
            is_extended = key in MOVES and bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            return self._extend(event) if is_extended else self._scroll(event)
        return True

    def release(self, event: QKeyEvent) -> None:
        """A key went up: with Shift a selection is made."""
        if event.key() == Key.Key_Shift:
            self._view.copying.offer_selection()

    def _press_target(self) -> bool:
        cell, spot = self._view.current_cell, self._current_spot()
        if cell is None or spot is None:
            return False
        self._view.activate(cell, spot, spot.rect.center().x())
        return True

    def _current_spot(self) -> Spot | None:
        """The link or button that has the ring."""
        cell = self._view.current_cell
        spots = cell.spots() if cell is not None else []
        return spots[self._target] if 0 <= self._target < len(spots) else None

    def open_menu(self) -> None:
        """The menu of the current message, at the link with the ring or at the message's start."""
        view = self._view
        if not view.current_id:
            view.make_last_visible_current()
        shown, spot, viewport = view.page.shown(view.current_id), self._current_spot(), view.viewport()
        place = viewport.rect().center()
        if shown is not None and shown.cell is not None:
            corner = spot.rect.bottomLeft() if spot is not None else shown.cell.ring_rect().topLeft()
            place = corner + QPoint(view.column_left, shown.y)
            place.setY(min(max(0, place.y()), viewport.height()))
        address = spot.target.address if spot is not None else ""
        view.open_menu(viewport.mapToGlobal(place), view.current_id, address)

    def _scroll(self, event: QKeyEvent) -> bool:
        view = self._view
        key = event.key()
        line = view.verticalScrollBar().singleStep()
        page = view.viewport().height() - line
        is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Key.Key_End or event.matches(QKeySequence.StandardKey.MoveToEndOfDocument):
            view.jump_to_end()
        elif key == Key.Key_Home or event.matches(QKeySequence.StandardKey.MoveToStartOfDocument):
            view.jump_to_start()
        elif key == Key.Key_Space:
            view.scroll_by(-page if is_back else page)
        elif key in (Key.Key_Up, Key.Key_Down):
            view.scroll_by(-line if key == Key.Key_Up else line)
        elif key in (Key.Key_PageUp, Key.Key_PageDown):
            view.scroll_by(-page if key == Key.Key_PageUp else page)
        else:
            return False
        return True

    # -- selecting

    def _extend(self, event: QKeyEvent) -> bool:
        view = self._view
        if not view.page.messages.total:
            return False
        head = self._moves.clamped(view.selection.head or view.first_spot())
        is_far = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        view.extend_selection(head, self._moves.moved(head, Key(event.key()), is_far=is_far))
        return True
