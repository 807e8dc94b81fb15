"""A paragraph, a heading or the source of HTML.

A long text is a chain of parts, each a layout of its own, so that a text that grows is laid out only at its end.
A part begins where a line begins.  It looks at ``REACH`` lines' worth of text, and when there is more behind that, it
keeps all its lines but the last two, which the text behind might still change.  So parts follow from the text alone,
never from how it came: a text that grew looks exactly like one shown at once.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from desktop_app.markdown.items import CITATION, IMAGE, LINE_BREAK, LINK, Item, Span, TextItem
from desktop_app.widgets.transcript.blocks.block import Block, Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.text_formats import starts_right_to_left
from desktop_app.widgets.transcript.blocks.text_lines import TextFace, TextLines, face_of

REACH = 10
DOUBTFUL = 2
DIRECTION_WITHIN = 500
"""A text without a direction in so many characters runs from left to right."""

_LINKS = LINK | IMAGE

# Text whose look depends on characters further away: scripts that join or run from right to left, bidi controls.
_CONTEXTUAL = re.compile(
    "[\u0300-\u036f\u0590-\u1cff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


class _Part:
    """Lines of a text from the offset ``start`` on; the layout has looked as far as ``end``.

    ``first`` is the number of its first line in the block, ``count`` how many of its lines are shown.
    """

    __slots__ = ("count", "end", "first", "lines", "start")

    def __init__(self, lines: TextLines, start: int, first: int, *, is_last: bool) -> None:
        self.lines = lines
        self.start = start
        self.end = start + len(lines.text)
        self.first = first
        self.count = len(lines.starts) - (0 if is_last else DOUBTFUL)

    @property
    def shown_end(self) -> int:
        """The offset at which the next part begins."""
        starts = self.lines.starts
        return self.start + starts[self.count] if self.count < len(starts) else self.end

    def clipped(self, start: int, end: int) -> tuple[int, int]:
        """What is shown here of the characters ``start`` to ``end``, from its own start."""
        return max(start, self.start) - self.start, min(end, self.shown_end) - self.start

    def line_starts(self) -> Iterator[int]:
        """The offsets at which its lines begin."""
        return (self.start + start for start in self.lines.starts[: self.count])


class TextBlock(Block):
    """Lines of one font at one distance, with spans that look otherwise, and links."""

    __slots__ = ("_face", "_hovered", "_overlap", "_parts", "_spans", "_stable", "_text", "is_rtl")

    def __init__(self, item: Item, width: int, environment: Environment, *, is_growing: bool) -> None:
        super().__init__(item, width, environment, is_growing=is_growing)
        assert isinstance(item, TextItem)
        self.is_rtl = False
        self._parts: list[_Part] = []
        self._text = ""
        self._spans: Sequence[Span] = ()
        self._stable = 0
        self._hovered: Span | None = None
        self._overlap = 0
        """How many lines beside its own a line may reach into."""
        self._face = self._face_of(item)
        self._take(item)
        self._lay_out()

    def _face_of(self, item: TextItem) -> TextFace:
        kind = "HTML" if item.is_html else f"H{item.level}" if item.level else ""
        return face_of(self.environment.style, kind)

    def _take(self, item: TextItem) -> None:
        self.item = item
        self._text = item.text
        self._spans = tuple(item.spans)
        self._stable = item.stable
        self.is_rtl = starts_right_to_left(self._text[:DIRECTION_WITHIN])

    # -- layout

    def _lay_out(self) -> None:
        """Add the parts that are missing."""
        line_height = self._face.line_height
        is_complete = False
        while not is_complete:
            part, is_complete = self._next_part()
            self._parts.append(part)
            if part.lines.is_tall:
                self._overlap = 1
        last = self._parts[-1]
        self.height = (last.first + last.count) * line_height
        self.first_line = line_height
        self.first_baseline = self._face.baseline

    def _next_part(self) -> tuple[_Part, bool]:
        before = self._parts[-1] if self._parts else None
        start, first = (before.shown_end, before.first + before.count) if before else (0, 0)
        length = max(1, int(REACH * self.width / self._face.character_width))
        while True:
            end = min(start + length, len(self._text))
            is_last = end == len(self._text)
            spans = self._spans_in(start, end)
            lines = TextLines(self._text[start:end], spans, self._face, self.width, is_rtl=self.is_rtl)
            if is_last or len(lines.starts) > DOUBTFUL:
                return _Part(lines, start, first, is_last=is_last), is_last
            length *= 2

    def _spans_in(self, start: int, end: int) -> list[Span]:
        """The spans of the characters ``start`` to ``end``, counted from ``start``."""
        first = bisect_right(self._spans, start, key=lambda span: span.end)
        last = bisect_left(self._spans, end, key=lambda span: span.start)
        inside = self._spans[first:last]
        return [Span(max(0, s.start - start), min(end, s.end) - start, s.style, s.target) for s in inside]

    # -- growth

    def update(self, item: Item) -> int | None:
        assert isinstance(item, TextItem)
        old_text, old_spans, was_rtl = self._text, self._spans, self.is_rtl
        stable = self._stable if item is self.item else 0
        self._take(item)
        face = self._face_of(item)
        if face is not self._face or was_rtl != self.is_rtl:
            overlap = self._overlap * self._face.line_height
            self._face = face
            self._parts.clear()
            self._lay_out()
            return -overlap
        if old_text == self._text and old_spans == self._spans:
            return None
        if self._hovered is not None and self._hovered not in self._links():
            self._hovered = None
        changed = self._first_difference(old_text, old_spans, stable)
        last = len(self._parts) - 1  # the end of the text always looks further
        kept = min(last, bisect_right(self._parts, changed, key=lambda part: part.end))
        old = self._parts[kept:]
        del self._parts[kept:]
        self._lay_out()
        line = self._parts[kept].first
        if not (_CONTEXTUAL.search(old_text, old[0].start) or _CONTEXTUAL.search(self._text, old[0].start)):
            line += _same_lines(old, self._parts[kept:], changed)
        return (line - self._overlap) * self._face.line_height

    def _first_difference(self, old_text: str, old_spans: Sequence[Span], stable: int) -> int:
        """The first offset from ``stable`` on at which the text, or how it looks, is not as it was."""
        in_text = stable + _common(old_text[stable:], self._text[stable:])
        settled = bisect_right(old_spans, stable, key=lambda span: span.end)
        old, new = old_spans[settled:], self._spans[settled:]
        same = _common(old, new)
        return min([in_text, *(span.start for span in (*old[same : same + 1], *new[same : same + 1]))])

    # -- drawing

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark] = ()
    ) -> None:
        height = self._face.line_height
        from_line = max(0, (top - y) // height - self._overlap)
        to_line = (bottom - y - 1) // height + 1 + self._overlap
        for part in self._parts[self._part_of_line(from_line) :]:
            if part.first >= to_line:
                break
            first, last = max(0, from_line - part.first), min(part.count, to_line - part.first)
            part_top = y + part.first * height
            part.lines.paint(painter, x, part_top, first, last, _within(marks, part))
            if self._hovered is not None and self._hovered.start < part.shown_end:
                span = part.clipped(self._hovered.start, self._hovered.end)
                part.lines.paint_underline(painter, x, part_top, *span)

    # -- what lies where

    def offset_at(self, x: int, y: int) -> int:
        line = self._line_at(y)
        part = self._parts[self._part_of_line(line)]
        return part.start + part.lines.offset_at(x, line - part.first)

    def caret(self, offset: int) -> QRect:
        index = bisect_right(self._parts, offset, key=lambda part: part.start) - 1
        part = self._parts[max(0, index)]
        line = bisect_right(part.lines.starts, offset - part.start, 0, part.count) - 1
        rect = part.lines.caret(offset - part.start, max(0, line))
        return rect.translated(0, part.first * self._face.line_height)

    def target_at(self, x: int, y: int) -> Target | None:
        if not 0 <= y < self.height:
            return None
        line = self._line_at(y)
        part = self._parts[self._part_of_line(line)]
        span = part.lines.link_at(x, line - part.first)
        if span is None:
            return None
        at = bisect_right(self._spans, part.start + span.start, key=lambda one: one.end)
        return self._target(self._whole_link(at))

    def targets(self) -> Sequence[Target]:
        return [self._target(link) for link in self._links()]

    def set_hovered(self, target: Target | None) -> QRect | None:
        before = self._hovered
        self._hovered = None if target is None else self._link_of(target)
        if self._hovered == before:
            return None
        changed = QRect()
        for span in (before, self._hovered):
            if span is not None:
                changed = changed.united(self._rect_of(span))
        return changed

    def _target(self, link: Span) -> Target:
        kind = "citation" if link.style & CITATION else "link" if link.style & LINK else "image"
        name = self._text[link.start : link.end].replace(LINE_BREAK, " ")
        return Target(kind, self._rect_of(link), link.target, name)

    def _link_of(self, target: Target) -> Span | None:
        links = (link for link in self._links() if link.target == target.value)
        return next((link for link in links if self._rect_of(link) == target.rect), None)

    def _links(self) -> Iterator[Span]:
        end = 0
        for index, span in enumerate(self._spans):
            if span.style & _LINKS and span.start >= end:
                link = self._whole_link(index)
                end = link.end
                yield link

    def _whole_link(self, index: int) -> Span:
        """The link that a span is a piece of: parts of a link may be bold, or code."""
        spans = self._spans
        first = last = index
        while first > 0 and _continues(spans[first - 1], spans[first]):
            first -= 1
        while last + 1 < len(spans) and _continues(spans[last], spans[last + 1]):
            last += 1
        return Span(spans[first].start, spans[last].end, spans[index].style, spans[index].target)

    def _rect_of(self, span: Span) -> QRect:
        """What encloses the words of a span."""
        rect = QRect()
        for part in self._parts:
            if part.start < span.end and part.shown_end > span.start:
                top = part.first * self._face.line_height
                for one in part.lines.rects(*part.clipped(span.start, span.end)):
                    rect = rect.united(one.toAlignedRect().translated(0, top))
        return rect

    def _line_at(self, y: int) -> int:
        last = self._parts[-1]
        return min(max(0, y // self._face.line_height), last.first + last.count - 1)

    def _part_of_line(self, line: int) -> int:
        return bisect_right(self._parts, line, key=lambda part: part.first) - 1


def _continues(span: Span, after: Span) -> bool:
    """Whether ``after`` is a piece of the same link."""
    is_link = bool(span.style & _LINKS and after.style & _LINKS)
    return is_link and after.start == span.end and after.target == span.target


def _within(marks: Sequence[Mark], part: _Part) -> list[Mark]:
    """The marks of a part, from its own start."""
    inside = (mark for mark in marks if mark.start < part.shown_end and mark.end > part.start)
    return [Mark(*part.clipped(mark.start, mark.end), mark.role) for mark in inside]


def _same_lines(old: list[_Part], new: list[_Part], changed: int) -> int:
    """How many lines at the beginning look as before, when the text is another one from ``changed`` on."""
    old_starts = [start for part in old for start in part.line_starts()]
    new_starts = [start for part in new for start in part.line_starts()]
    same = min(_common(old_starts, new_starts), bisect_right(old_starts, changed))
    return max(0, same - 1)


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many elements at their beginning are the same."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low
