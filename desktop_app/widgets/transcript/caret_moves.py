"""Where a key moves the end of a selection: by characters, words, lines and pages, across messages."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from desktop_app.widgets.transcript.selection import END, THREAD_START, TextSpot, length_of, next_word

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView

Key = Qt.Key
VERTICAL = (Key.Key_Up, Key.Key_Down, Key.Key_PageUp, Key.Key_PageDown)
MOVES = (*VERTICAL, Key.Key_Left, Key.Key_Right, Key.Key_Home, Key.Key_End)
FAR_RIGHT = 1 << 20


class CaretMoves:
    """Moves in one view; several lines up or down keep to one x, as far as their words reach."""

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view
        self._goal_x: int | None = None
        self._reached: TextSpot | None = None

    def moved(self, head: TextSpot, key: Qt.Key, *, is_far: bool) -> TextSpot:
        """Where one of the ``MOVES`` leads from ``head``; ``is_far``: by words, or to the thread's ends."""
        if key not in VERTICAL or head != self._reached:
            self._goal_x = None
        self._reached = self._moved(head, key, is_far)
        return self._reached

    def clamped(self, spot: TextSpot) -> TextSpot:
        """The nearest place that is there; the same one in a message that is not here."""
        cell = self._view.page.cell(spot.position)
        if cell is None:
            return spot
        block = min(spot.block, max(0, len(cell.flow.blocks) - 1))
        return TextSpot(spot.position, block, min(spot.offset, length_of(cell.flow, block)))

    def _moved(self, head: TextSpot, key: Qt.Key, is_far: bool) -> TextSpot:
        match key:
            case Key.Key_Left:
                return self._by_word(head, -1) if is_far else self._by_character(head, -1)
            case Key.Key_Right:
                return self._by_word(head, 1) if is_far else self._by_character(head, 1)
            case Key.Key_Up:
                return self._by_line(head, -1)
            case Key.Key_Down:
                return self._by_line(head, 1)
            case Key.Key_PageUp:
                return self._by_lines(head, -1)
            case Key.Key_PageDown:
                return self._by_lines(head, 1)
            case Key.Key_Home:
                return THREAD_START if is_far else self._to_edge(head, -FAR_RIGHT)
            case _:
                last = self._view.page.messages.total - 1
                return self.clamped(TextSpot(last, END, END)) if is_far else self._to_edge(head, FAR_RIGHT)

    def _by_character(self, spot: TextSpot, by: int) -> TextSpot:
        cell = self._view.page.cell(spot.position)
        if cell is None:
            return spot
        length = length_of(cell.flow, spot.block)
        offset = spot.offset + by
        if not 0 <= offset <= length:
            return self._neighbour(spot, by)
        block = cell.flow.blocks[spot.block]
        caret = block.caret(max(spot.offset, offset))  # inside a letter of several characters it is behind it
        while 0 < offset < length and block.caret(max(offset, offset + by)) == caret:
            offset += by
        return spot._replace(offset=offset)

    def _by_word(self, spot: TextSpot, by: int) -> TextSpot:
        cell = self._view.page.cell(spot.position)
        if cell is None or spot.block >= len(cell.flow.blocks):
            return spot
        text = cell.flow.blocks[spot.block].item.plain
        if (by > 0 and spot.offset < len(text)) or (by < 0 and spot.offset > 0):
            return spot._replace(offset=next_word(text, spot.offset, by))
        return self._neighbour(spot, by)

    def _neighbour(self, spot: TextSpot, by: int) -> TextSpot:
        """The near edge of the block before or after."""
        view = self._view
        cell = view.page.cell(spot.position)
        blocks = len(cell.flow.blocks) if cell is not None else 0
        if 0 <= spot.block + by < blocks:
            return self.clamped(TextSpot(spot.position, spot.block + by, 0 if by > 0 else END))
        position = spot.position + by
        if not 0 <= position < view.page.messages.total:
            return spot
        return self.clamped(TextSpot(position, 0 if by > 0 else END, 0 if by > 0 else END))

    def _by_line(self, spot: TextSpot, by: int) -> TextSpot:
        cell = self._view.page.cell(spot.position)
        if cell is None or spot.block >= len(cell.flow.blocks):
            return self._neighbour(spot, by)
        caret = cell.caret(spot.block, spot.offset)
        if self._goal_x is None:
            self._goal_x = caret.left()
        y = caret.bottom() + caret.height() // 2 if by > 0 else caret.top() - caret.height() // 2
        if cell.text_top <= y < cell.text_bottom:
            block, offset = cell.position_at(self._goal_x, y)
            if (block, offset) != (spot.block, spot.offset):
                return TextSpot(spot.position, block, offset)
        return self._line_of_neighbour(spot, by)

    def _line_of_neighbour(self, spot: TextSpot, by: int) -> TextSpot:
        view = self._view
        position = spot.position + by
        if not 0 <= position < view.page.messages.total:
            return self.clamped(spot._replace(offset=END if by > 0 else 0))
        cell = view.page.cell(position)
        if cell is None or not cell.flow.blocks:
            return TextSpot(position, 0, 0)
        y = cell.text_top + 1 if by > 0 else cell.text_bottom - 2
        return TextSpot(position, *cell.position_at(self._goal_x or 0, y))

    def _by_lines(self, spot: TextSpot, by: int) -> TextSpot:
        view = self._view
        for _ in range(max(1, view.viewport().height() // view.theme.line_height("reading") - 1)):
            spot = self._by_line(spot, by)
        return spot

    def _to_edge(self, spot: TextSpot, x: int) -> TextSpot:
        cell = self._view.page.cell(spot.position)
        if cell is None or spot.block >= len(cell.flow.blocks):
            return spot
        caret = cell.caret(spot.block, spot.offset)
        return TextSpot(spot.position, *cell.position_at(x, caret.center().y()))
