"""What is found in the thread: marks in the laid-out messages, and the way to the current one."""

from collections.abc import Iterator

from desktop_app.markdown.hits import Hit, find_in, fold
from desktop_app.widgets.transcript.blocks.block import CURRENT_HIT, HIT, Mark
from desktop_app.widgets.transcript.cell import Cell, QuestionCell
from desktop_app.widgets.transcript.page import Page, Shown

MARGIN_LINES = 2


class Hits:
    """``look_for`` says what is marked, ``make_current`` which of the hits the reader is at."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._query = ""
        self._position = 0
        self._current: Hit | None = None
        self._is_awaited = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not self._query

    def look_for(self, query: str) -> None:
        """Mark other words, or none."""
        self._query = fold(query)
        self.forget_current()

    def forget_current(self) -> None:
        """The reader is at none of them."""
        self._current = None
        self._is_awaited = False

    def moved_up(self, position: int) -> None:
        """The message at ``position`` is gone."""
        if self._position == position:
            self.forget_current()
        elif self._position > position:
            self._position -= 1

    @property
    def is_awaited_here(self) -> bool:
        """Whether the reader still waits for the message of the current hit, and has not gone elsewhere."""
        return self._is_awaited and self._page.on_screen(self._position) is not None

    def make_current(self, position: int, hit: Hit) -> None:
        """One of the hits is the one the reader is at."""
        self._position, self._current = position, hit

    def marks_in(self, shown: Shown) -> Iterator[tuple[int, Mark]]:
        """The marks of a message, each with the index of its block."""
        if not self._query or shown.cell is None:
            return
        current = self._current if shown.position == self._position else None
        flow, top = shown.cell.flow, shown.y + shown.cell.text_top
        for index in range(flow.block_index_at(-top), len(flow.blocks)):
            if top + flow.tops[index] >= self._page.height:
                return
            found = list(find_in(fold(flow.blocks[index].item.plain), self._query))
            # Marks of sources that are only seen here move words to the right of where they were found.
            is_here = current is not None and current.item == index
            at = (
                next((start for start, _ in found if current and start >= current.start), -1)
                if is_here
                else -1
            )
            for start, end in found:
                yield index, Mark(start, end, CURRENT_HIT if start == at else HIT)

    def go_to_current(self, line_height: int) -> None:
        """Scroll so that the current hit can be seen well."""
        if self._current is None:
            return
        cell = self._page.cell(self._position)
        self._is_awaited = cell is None
        if cell is None:
            self._page.go_to(self._position)
        else:
            self._show(self._unfolded(cell), self._current, MARGIN_LINES * line_height)

    def _unfolded(self, cell: Cell) -> Cell:
        if not (isinstance(cell, QuestionCell) and cell.is_folded):
            return cell
        self._page.unfold(cell)
        return self._page.cell(self._position) or cell

    def _show(self, cell: Cell, hit: Hit, margin: int) -> None:
        if hit.item >= len(cell.flow.blocks):
            return
        block = cell.flow.blocks[hit.item]
        if any([block.reveal(hit.end), block.reveal(hit.start)]):  # the start, if there is no room for both
            cell.relayout_from(hit.item)
            self._page.measure(cell.entry.message.id)
        caret = cell.caret(hit.item, hit.start)
        height = self._page.height
        shown = self._page.shown(cell.entry.message.id)
        if shown is None or not margin <= shown.y + caret.top() <= height - margin - caret.height():
            self._page.go_to(self._position, caret.top() - height // 3)
