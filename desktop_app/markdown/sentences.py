"""A growing message read aloud: whole sentences as they come, each of them once.

A sentence of the last item is whole when the next one has begun, so that neither half a word nor "3." of "3.5" is
read.  Marks such as ``*`` that are still open may turn into markup: what stands behind them waits.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from desktop_app.markdown.items import CodeItem, ImageItem, Item, TableItem, TextItem

SENTENCE_END = re.compile(r"[.!?…]+[\"'”»’)\]]*\s+(?=\S)|[。！？]+|\n")
OPEN_MARK = re.compile(r"[*`\[~]|(?<!\w)_")
BULLET = "•"


class Passage(NamedTuple):
    """Words to be read, or a code block of ``code_lines`` lines, which is only mentioned."""

    text: str
    code_lines: int = 0


class Sentences:
    """Where the reading of one message stands: so many characters, or rows, of one of its items."""

    def __init__(self) -> None:
        self._index = 0
        self._read = 0
        self._kind: type[Item] | None = None

    def skip(self, items: Sequence[Item]) -> None:
        """Take what is there now for read, up to the sentence that is being written."""
        self._index = max(0, len(items) - 1)
        self.take(items)

    def take(self, items: Sequence[Item], *, is_complete: bool = False) -> list[Passage]:
        """What can be read of ``items`` and was not yet; all of it when the message ``is_complete``."""
        passages = []
        if self._index >= len(items):
            self._index, self._kind = len(items), None
        while self._index < len(items):
            item = items[self._index]
            is_whole = is_complete or self._index < len(items) - 1
            if type(item) is not self._kind:  # what began as a paragraph may turn out a table
                self._kind, self._read = type(item), 0
            passage = self._of(item, is_whole)
            if passage is not None:
                passages.append(passage)
            if not is_whole:
                break
            self._index += 1
            self._kind = None
        return passages

    def _of(self, item: Item, is_whole: bool) -> Passage | None:
        if isinstance(item, TextItem):
            return self._sentences(item, is_whole)
        if isinstance(item, TableItem):
            return self._rows(item, is_whole)
        if isinstance(item, CodeItem) and is_whole:
            return Passage("", len(item.lines))
        if isinstance(item, ImageItem) and is_whole and item.description:
            return Passage(item.description)
        return None

    def _sentences(self, item: TextItem, is_whole: bool) -> Passage | None:
        text = item.plain
        start = self._read
        end = len(text) if is_whole else _end_of_sentences(text, start, item.stable)
        if end <= start:
            return None
        self._read = end
        is_numbered = start == 0 and item.marker not in ("", BULLET)
        words = text[start:end].strip()
        return Passage(f"{item.marker} {words}" if is_numbered else words) if words else None

    def _rows(self, item: TableItem, is_whole: bool) -> Passage | None:
        start, end = self._read, len(item.rows) if is_whole else item.stable
        if end <= start:
            return None
        self._read = end
        rows = (", ".join(cell.text for cell in row if cell.text) for row in item.rows[start:end])
        return Passage("\n".join(rows))


def _end_of_sentences(text: str, start: int, stable: int) -> int:
    """Where the last whole sentence behind ``start`` ends; ``start`` when there is none."""
    mark = OPEN_MARK.search(text, max(start, stable))
    limit = mark.start() if mark else len(text)
    end = start
    for found in SENTENCE_END.finditer(text, start, limit):
        follows = text[found.end() : found.end() + 1]
        goes_on = follows.islower() or follows in ("—", "–", "-")  # "e.g. this", "«Да…» — сказал"
        if "\n" in found.group() or not goes_on:
            end = found.end()
    return end
