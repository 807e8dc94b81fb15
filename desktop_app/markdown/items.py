"""What a message shows, as a flat list of items from top to bottom.

An item is a paragraph, a heading, a code block, a table, a rule or an image; the quotes and lists around it are its
``nesting``, not a tree.  Items of a growing message change in place: each says how much of it is stable, so that what
draws it looks only at the rest.

Offsets inside an item count code points of its ``plain`` text.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict, Unpack

BOLD, ITALIC, STRIKE, CODE, MATH, HTML, LINK, IMAGE, CITATION = (1 << bit for bit in range(9))
"""Bits of ``Span.style``.  A citation is a link as well, whose target is the number of the source."""

QUOTE, LIST = "q", "l"
"""Letters of ``Item.nesting``."""

LINE_BREAK = "\u2028"
"""A hard line break inside a text."""


class Span(NamedTuple):
    """Characters ``start`` to ``end`` look as ``style`` says; ``target`` is where a link or an image leads.

    Spans of one text are sorted and do not overlap.
    """

    start: int
    end: int
    style: int
    target: str = ""


class ListState:
    """One list; ``is_loose`` means that its items stand apart.  It may turn loose while the list grows."""

    __slots__ = ("is_loose",)

    def __init__(self, is_loose: bool = False) -> None:
        self.is_loose = is_loose


class Place(TypedDict, total=False):
    """Where an item stands; see ``Item``."""

    nesting: str
    joined: int
    marker: str
    in_list: ListState | None


class Item:
    """One block of the page.

    ``nesting`` names the containers from the outside in ("ql": a list in a quote).  ``joined`` counts how many of them
    it shares with the item before, so that a quote's bar runs on between them.  ``marker`` ("•", "3.", "☐", "☑") stands
    left of the first item of a list item.  ``list`` is the innermost list around it.
    """

    __slots__ = ("joined", "list", "marker", "nesting")

    def __init__(
        self, nesting: str = "", joined: int = 0, marker: str = "", in_list: ListState | None = None
    ) -> None:
        self.nesting = nesting
        self.joined = joined
        self.marker = marker
        self.list = in_list

    @property
    def plain(self) -> str:
        """Its words without any markup."""
        return ""

    def signature(self) -> tuple[object, ...]:
        """Equal for items that look the same."""
        is_loose = None if self.list is None else self.list.is_loose
        return type(self).__name__, self.nesting, self.joined, self.marker, is_loose


class TextItem(Item):
    """A paragraph (``level`` 0), a heading (1 to 6) or a block of HTML shown as its source.

    ``text`` may hold ``LINE_BREAK``.  The first ``stable`` characters and the spans that end there never
    change again.
    """

    __slots__ = ("is_html", "level", "spans", "stable", "text")

    def __init__(
        self,
        text: str,
        spans: Sequence[Span] = (),
        level: int = 0,
        is_html: bool = False,
        **place: Unpack[Place],
    ) -> None:
        super().__init__(**place)
        self.text = text
        self.spans = list(spans)
        self.level = level
        self.is_html = is_html
        self.stable = 0

    @property
    def plain(self) -> str:
        return self.text.replace(LINE_BREAK, "\n")

    def signature(self) -> tuple[object, ...]:
        return *super().signature(), self.text, tuple(self.spans), self.level, self.is_html


class CodeItem(Item):
    """A code block; ``language`` is the first word of its fence.  The first ``stable`` lines never change again."""

    __slots__ = ("language", "lines", "stable")

    def __init__(self, lines: Sequence[str], language: str = "", **place: Unpack[Place]) -> None:
        super().__init__(**place)
        self.lines = list(lines)
        self.language = language
        self.stable = 0

    @property
    def plain(self) -> str:
        return "\n".join(self.lines)

    def signature(self) -> tuple[object, ...]:
        return *super().signature(), tuple(self.lines), self.language


class Cell(NamedTuple):
    """A table's cell."""

    text: str
    spans: tuple[Span, ...] = ()


class TableItem(Item):
    """A table; ``alignments`` are "", "left", "center" or "right", one a column; the first row is the head.

    Every row has as many cells as there are columns.  The first ``stable`` rows never change again.
    """

    __slots__ = ("alignments", "rows", "stable")

    def __init__(
        self, alignments: Sequence[str], rows: Sequence[tuple[Cell, ...]], **place: Unpack[Place]
    ) -> None:
        super().__init__(**place)
        self.alignments = tuple(alignments)
        self.rows = list(rows)
        self.stable = 0

    @property
    def plain(self) -> str:
        """Cells between tabs, rows on lines of their own."""
        return "\n".join("\t".join(cell.text for cell in row) for row in self.rows)

    def signature(self) -> tuple[object, ...]:
        return *super().signature(), self.alignments, tuple(self.rows)


class RuleItem(Item):
    """A line across the page."""

    __slots__ = ()


class ImageItem(Item):
    """A paragraph that is nothing but one image."""

    __slots__ = ("description", "source", "title")

    def __init__(self, source: str, description: str = "", title: str = "", **place: Unpack[Place]) -> None:
        super().__init__(**place)
        self.source = source
        self.description = description
        self.title = title

    @property
    def plain(self) -> str:
        return self.description

    def signature(self) -> tuple[object, ...]:
        return *super().signature(), self.source, self.description, self.title
