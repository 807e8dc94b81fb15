"""What the reader has selected: from one spot of the thread to another, across messages."""

import re
from typing import TYPE_CHECKING, NamedTuple

from desktop_app.markdown.items import CodeItem, Item
from desktop_app.widgets.transcript.blocks.block import SELECTION, Mark

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.blocks.flow import Flow

END = 1 << 30
"""An offset behind the last character of any block."""

_UNITS = re.compile(r"\w+|\s+|[^\w\s]")
_WORDS = re.compile(r"\w+|[^\w\s]+")


class TextSpot(NamedTuple):
    """Between two characters: the message's position, the index of the block, the offset in its plain text."""

    position: int
    block: int
    offset: int


THREAD_START = TextSpot(0, 0, 0)


class Selection:
    """``anchor`` is where it began, ``head`` where the mouse or the caret is."""

    def __init__(self) -> None:
        self.anchor: TextSpot | None = None
        self.head: TextSpot | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self.anchor is None or self.anchor == self.head

    @property
    def ends(self) -> tuple[TextSpot, TextSpot]:
        """Start and end in the order of reading; raises ValueError when there is no selection."""
        if self.anchor is None or self.head is None:
            raise ValueError("nothing is selected")
        return min(self.anchor, self.head), max(self.anchor, self.head)

    def copy(self) -> "Selection":
        """The same selection, on its own."""
        other = Selection()
        other.anchor, other.head = self.anchor, self.head
        return other

    def clear(self) -> None:
        """Nothing is selected."""
        self.anchor = self.head = None

    def collapse(self, spot: TextSpot) -> None:
        """Begin anew at ``spot``."""
        self.anchor = self.head = spot

    def extend(self, head: TextSpot) -> None:
        """Go on to ``head``."""
        if self.anchor is None:
            self.anchor = head
        self.head = head

    def select(self, anchor: TextSpot, head: TextSpot) -> None:
        """Select from one spot to another."""
        self.anchor, self.head = anchor, head

    def positions(self) -> range:
        """The messages it touches."""
        if self.is_empty:
            return range(0)
        start, end = self.ends
        return range(start.position, end.position + 1)

    def bounds_in(self, position: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """The selected part of a message: (block, offset) of its start and end; None when none of it is."""
        if position not in self.positions():
            return None
        start, end = self.ends
        first = (start.block, start.offset) if start.position == position else (0, 0)
        last = (end.block, end.offset) if end.position == position else (END, END)
        return first, last

    def marks_in(self, position: int, block_count: int) -> dict[int, list[Mark]]:
        """What is to be drawn as selected, by block."""
        bounds = self.bounds_in(position)
        if bounds is None:
            return {}
        (first_block, first), (last_block, last) = bounds
        marks = {}
        for block in range(first_block, min(last_block, block_count - 1) + 1):
            start = first if block == first_block else 0
            end = last if block == last_block else END
            if start < end:
                marks[block] = [Mark(start, end, SELECTION)]
        return marks

    def reaches(self, position: int) -> bool:
        """Whether it touches a message or one after it; also a selection of nothing yet."""
        return self.anchor is not None and self.head is not None and self.ends[1].position >= position


def word_at(text: str, offset: int) -> tuple[int, int]:
    """The word, space or mark around ``offset``."""
    line_start = text.rfind("\n", 0, offset) + 1
    line_end = text.find("\n", offset)
    line = text[line_start : len(text) if line_end < 0 else line_end]
    for found in _UNITS.finditer(line):
        if found.end() > offset - line_start:
            return line_start + found.start(), line_start + found.end()
    return offset, offset


def next_word(text: str, offset: int, by: int) -> int:
    """The start of the next word (1), or of the word before (-1)."""
    starts = [found.start() for found in _WORDS.finditer(text)]
    if by > 0:
        return next((start for start in starts if start > offset), len(text))
    return next((start for start in reversed(starts) if start < offset), 0)


def paragraph_at(item: Item, offset: int) -> tuple[int, int]:
    """All of a block's words; of code the line."""
    text = item.plain
    if not isinstance(item, CodeItem):
        return 0, len(text)
    end = text.find("\n", offset)
    return text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end


def length_of(flow: "Flow", block: int) -> int:
    """How many characters a block has."""
    return len(flow.blocks[block].item.plain) if block < len(flow.blocks) else 0
