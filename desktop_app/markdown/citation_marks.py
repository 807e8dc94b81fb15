"""The marks of sources in a complete text: "[2]" becomes a link to the source with this number, "[2, 3]" two of them.

Some services write the numbers into the text, others only say which part of it a source supports.  The first kind is
found in the items; the second is put in while the text is read, so that the marks disturb no Markdown.
"""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from desktop_app.markdown.items import (
    CITATION,
    CODE,
    HTML,
    IMAGE,
    LINK,
    MATH,
    Cell,
    Item,
    Span,
    TableItem,
    TextItem,
)
from desktop_app.markdown.parser import Builder, clean, options, parse
from desktop_app.markdown.runs import pieces

_MARK = re.compile(r"\[\d{1,4}(?:[ \xa0]*[,;][ \xa0]*\d{1,4})*\]")
_PART = re.compile(r"\[?(\d+)\D+")
"""A number of a mark with what stands before the next: parts side by side are the whole mark."""
_CLOSED = CODE | MATH | HTML | LINK | IMAGE
_WORDS = ("Link", "Image", "Emphasis", "Strong", "Strikethrough")
"""Elements inside a line; the end of any other one ends the words."""


class Mark(NamedTuple):
    """A mark to be put behind the first ``offset`` code points of a text."""

    offset: int
    number: int


def parse_cited(source: str, numbers: Collection[int], marks: Iterable[Mark] = ()) -> list[Item]:
    """All items of a complete text, with links to sources.

    ``numbers`` are those that the text itself names; a list with another one in it stays text.  A mark of ``marks``
    whose place is in code or HTML is left out.
    """
    placed = sorted(marks)
    items = _parse_with(source, placed) if placed else parse(source)
    return [_linked(item, numbers) for item in items] if numbers else items


def _parse_with(source: str, marks: Sequence[Mark]) -> list[Item]:
    import pyromark

    reader = _MarkedReader(_in_bytes(source, marks))
    for event, place in pyromark.events_with_range(clean(source), options=options()):
        reader.take(event, place["start"], place["end"])
    return reader.builder.items


def _in_bytes(source: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Where each mark stands in the UTF-8 of the clean source, and its number."""
    before = size = 0
    for offset, number in marks:
        size += len(clean(source[before:offset]).encode())
        before = offset + (source[offset - 1 : offset + 1] == "\r\n")  # the two are one end of a line
        yield size, number


class _MarkedReader:
    """Hands events on to ``builder`` and puts marks between them; offsets are those of the source's UTF-8."""

    def __init__(self, marks: Iterable[tuple[int, int]]) -> None:
        self.builder = Builder()
        self._waiting = deque(marks)

    def take(self, event: Any, start: int, end: int) -> None:
        """The next event, which stands at ``start`` to ``end``."""
        kind, value = next(iter(event.items())) if isinstance(event, dict) else (event, "")
        if kind == "Start":
            self._put(start)
            self.builder.take(event)
            return
        if kind == "Html":
            self._drop(end)
        self._put(start)
        if kind == "Text":
            event = {"Text": self._split(value, start, end)}
        elif kind == "End" and (value if isinstance(value, str) else next(iter(value))) not in _WORDS:
            self._put(end)
        self.builder.take(event)
        self._put(end)
        if not self.builder.is_in_link:  # there a mark waits for the link's end
            self._drop(end)

    def _put(self, until: int) -> None:
        """Put the marks up to ``until`` here, if there are words here."""
        while self._waiting and self._waiting[0][0] <= until and self.builder.takes_marks:
            self.builder.cite(self._waiting.popleft()[1])

    def _drop(self, until: int) -> None:
        """Forget the marks up to ``until``: they have no place."""
        while self._waiting and self._waiting[0][0] <= until:
            self._waiting.popleft()

    def _split(self, text: str, start: int, end: int) -> str:
        """Put the marks inside ``text``; what is left behind them.  What stands otherwise in the source is not cut."""
        rest = text.encode()
        if len(rest) != end - start:
            return text
        while self._waiting and start < self._waiting[0][0] < end and self.builder.takes_marks:
            cut = self._waiting[0][0] - start
            self.builder.take({"Text": rest[:cut].decode()})
            rest, start = rest[cut:], start + cut
            self._put(start)
        return rest.decode()


def _linked(item: Item, numbers: Collection[int]) -> Item:
    """The item with a link in the place of every number of a source."""
    if isinstance(item, TextItem) and not item.is_html:
        item.spans = _with_links(item.text, item.spans, numbers)
    elif isinstance(item, TableItem):
        item.rows = [
            tuple(Cell(cell.text, tuple(_with_links(cell.text, cell.spans, numbers))) for cell in row)
            for row in item.rows
        ]
    return item


def _with_links(text: str, spans: Sequence[Span], numbers: Collection[int]) -> list[Span]:
    result: list[Span] = []
    for piece in pieces(text, spans):
        start = piece.start
        if not piece.style & _CLOSED:
            for found in _MARK.finditer(text, piece.start, piece.end):
                parts = list(_PART.finditer(text, *found.span()))
                if not all(int(part[1]) in numbers for part in parts):
                    continue
                _add(result, piece._replace(start=start, end=found.start()))
                style = piece.style | LINK | CITATION
                result += [Span(*part.span(), style, str(int(part[1]))) for part in parts]
                start = found.end()
        _add(result, piece._replace(start=start))
    return result


def _add(spans: list[Span], span: Span) -> None:
    if span.style and span.end > span.start:
        spans.append(span)
