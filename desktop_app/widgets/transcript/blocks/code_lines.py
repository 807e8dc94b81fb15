"""The lines of a code block: which row of the screen shows which characters, and a text layout for those that are seen.

A row has a fixed height, so nothing is laid out before it is painted.  A line is cut into *segments*, one layout each:
when lines are wrapped, one a row; else only a very long line has several, side by side.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from desktop_app.widgets.transcript.blocks.block import SELECTION, Mark
from desktop_app.widgets.transcript.blocks.lexing import ROLES, Colours, Runs
from desktop_app.widgets.transcript.blocks.style import TextStyle
from desktop_app.widgets.transcript.blocks.text_formats import line_parts, paint_mark, x_of
from desktop_app.widgets.transcript.blocks.utf16 import is_wide, offset_of, units

TAB_COLUMNS = 4
LONG_LINE = 1000
CACHED_LAYOUTS = 400
UNLIMITED = 1e6
WHOLE = (0,)
SEPARATORS = {0x2028: " ", 0x2029: " "}  # Qt would begin a new line there


class CodeLook:
    """What is the same for all lines of a style."""

    __slots__ = ("baseline", "font", "formats", "line", "metrics", "option", "pitch", "style")

    def __init__(self, style: TextStyle) -> None:
        self.style = style
        self.font = style.code
        self.metrics = QFontMetricsF(style.code)
        self.line = style.code_line
        self.pitch = self.metrics.horizontalAdvance("0")
        ascent, descent = self.metrics.ascent(), self.metrics.descent()
        self.baseline = round((self.line - ascent - descent) / 2 + ascent)
        self.option = QTextOption()
        self.option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.option.setTabStopDistance(TAB_COLUMNS * self.pitch)
        self.formats = [_coloured(style, role) for role in ROLES]

    def layout(self, text: str) -> QTextLayout:
        """A layout of ``text`` whose lines are still to be made."""
        if not text.isascii():
            text = text.translate(SEPARATORS)
        layout = QTextLayout(text, self.font)
        layout.setTextOption(self.option)
        layout.setCacheEnabled(True)
        return layout


@lru_cache(maxsize=4)
def look_of(style: TextStyle) -> CodeLook:
    """The look made from a style, once."""
    return CodeLook(style)


def _coloured(style: TextStyle, role: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(style.theme.color(role))
    return made


@lru_cache(maxsize=256)
def _width_of_part(look: CodeLook, text: str) -> float:
    """The width of a part of a very long line, measured once while the line grows."""
    return look.metrics.horizontalAdvance(text)


class CodeLines:
    """Lines below each other, their first row at y = 0; ``columns`` is None, or how many characters fit in a row.

    Offsets count code points of all lines joined by newlines; columns of the interface those of one line.
    """

    __slots__ = (
        "_cache",
        "_colours",
        "_columns",
        "_cuts",
        "_lefts",
        "_look",
        "_starts",
        "_tops",
        "_widths",
        "lines",
    )

    def __init__(self, look: CodeLook, lines: Sequence[str], columns: int | None = None) -> None:
        self._look = look
        self._columns = columns
        self.lines: list[str] = []
        self._starts = [0]
        self._tops = [0]
        self._widths = [0.0]  # the widest of the lines before
        self._cuts: dict[int, Sequence[int]] = {}  # where segments begin, of lines that have several
        self._lefts: dict[int, list[float]] = {}  # where those of an unwrapped line stand, and the line's end
        self._cache: dict[tuple[int, int], tuple[QTextLayout, QTextLine]] = {}
        self._colours: list[Runs] = []
        self.replace(0, lines)

    # -- content

    @property
    def length(self) -> int:
        """Characters of all lines and the newlines between them."""
        return max(0, self._starts[-1] - 1)

    def length_of(self, count: int) -> int:
        """Characters of the first ``count`` lines with their newlines."""
        return self._starts[count]

    def first_difference(self, lines: Sequence[str], start: int) -> int:
        """The first line from ``start`` on that is another one in ``lines``, or is in one of both alone."""
        shared = min(len(lines), len(self.lines))
        return next((index for index in range(start, shared) if lines[index] != self.lines[index]), shared)

    def replace(self, first: int, lines: Sequence[str]) -> None:
        """``lines`` take the place of all lines from ``first`` on."""
        for index in range(first, len(self.lines)):
            self._forget(index)
        for of_each in (self._starts, self._tops, self._widths):
            del of_each[first + 1 :]
        del self.lines[first:], self._colours[first:]
        self.lines += lines
        self._starts += accumulate((len(line) + 1 for line in lines), initial=self._starts.pop())
        self._widths += accumulate(map(self._width, lines), max, initial=self._widths.pop())
        self._tops += accumulate(
            map(self._cut, range(first, len(self.lines)), lines), initial=self._tops.pop()
        )

    def wrap(self, columns: int | None) -> None:
        """Break lines after ``columns`` characters, or leave them whole."""
        colours = list(self._colours)
        self._columns = columns
        self.replace(0, list(self.lines))
        self._colours = colours

    def set_colours(self, colours: Colours) -> int | None:
        """Colour the lines; the first that looks otherwise now, or None."""
        old, self._colours = self._colours, list(colours[: len(self.lines)])
        longer, shorter = (old, self._colours) if len(old) > len(self._colours) else (self._colours, old)
        changed = [index for index, (was, now) in enumerate(zip(longer, shorter, strict=False)) if was != now]
        changed += [index for index in range(len(shorter), len(longer)) if longer[index]]
        for index in changed:
            self._forget_layouts(index)
        return changed[0] if changed else None

    # -- geometry

    def rows(self, count: int) -> int:
        """How many rows the first ``count`` lines have."""
        return self._tops[count]

    def width(self, count: int) -> float:
        """The width of the widest of the first ``count`` lines."""
        return self._widths[count]

    def line_of(self, offset: int) -> int:
        """The line with the character at ``offset``."""
        return max(0, min(bisect_right(self._starts, offset), len(self.lines)) - 1)

    def place_of(self, offset: int) -> tuple[float, int]:
        """The x and the row of a caret before the character at ``offset``."""
        if not self.lines:
            return 0.0, 0
        line = self.line_of(offset)
        column = min(offset - self._starts[line], len(self.lines[line]))
        cuts = self._cuts.get(line, WHOLE)
        index = bisect_right(cuts, column) - 1
        left, row = self._place(line, index)
        _, visual = self._laid_out(line, index)
        return left + x_of(visual, self._units(line, column) - self._units(line, cuts[index])), row

    def offset_at(self, x: float, row: int) -> int:
        """The offset nearest to ``x`` in a row."""
        if not self.lines:
            return 0
        line = min(bisect_right(self._tops, row) - 1, len(self.lines) - 1)
        cuts = self._cuts.get(line, WHOLE)
        if self._columns is None:
            index = bisect_right(self._lefts[line][1:-1], x) if line in self._lefts else 0
        else:
            index = min(row - self._tops[line], len(cuts) - 1)
        _, visual = self._laid_out(line, index)
        unit = visual.xToCursor(x - self._place(line, index)[0])
        text = self._segment(line, index)
        return self._starts[line] + cuts[index] + (offset_of(text, unit) if is_wide(text) else unit)

    def _place(self, line: int, index: int) -> tuple[float, int]:
        """Where a segment begins, and its row."""
        if self._columns is not None:
            return 0.0, self._tops[line] + index
        return self._lefts[line][index] if index else 0.0, self._tops[line]

    # -- painting

    def paint(
        self, painter: QPainter, x: int, y: int, rows: range, sides: tuple[int, int], marks: Sequence[Mark]
    ) -> None:
        """Draw some rows, the corner of the first of all at ``x``, ``y``; what is not between ``sides`` may be left
        out.
        """
        if not rows or not self.lines:
            return
        first = bisect_right(self._tops, rows.start) - 1
        last = bisect_right(self._tops, rows.stop - 1)
        lines = range(first, min(last, len(self.lines)))
        if marks:
            self._paint_marks(painter, x, y, lines, marks)
        painter.setPen(self._look.style.text)
        for line in lines:
            text = self.lines[line]
            if not text:
                continue
            if line not in self._cuts:
                self._laid_out(line, 0)[0].draw(painter, QPointF(x, y + self._tops[line] * self._look.line))
            else:
                self._paint_segments(painter, x, y, line, rows, sides)

    def _paint_segments(
        self, painter: QPainter, x: int, y: int, line: int, rows: range, sides: tuple[int, int]
    ) -> None:
        rights = self._lefts.get(line, ())[1:]
        for index in range(len(self._cuts[line])):
            left, row = self._place(line, index)
            is_beside = bool(rights) and (x + left > sides[1] or x + rights[index] < sides[0])
            if row in rows and not is_beside:
                place = QPointF(x + left, y + row * self._look.line)
                self._laid_out(line, index)[0].draw(painter, place)

    def _paint_marks(self, painter: QPainter, x: int, y: int, lines: range, marks: Sequence[Mark]) -> None:
        shown_from, shown_to = self._starts[lines.start], self._starts[lines.stop]
        for mark in marks:
            if mark.end <= shown_from or mark.start >= shown_to:
                continue
            first, last = self.line_of(mark.start), self.line_of(mark.end)
            for line in range(max(first, lines.start), min(last + 1, lines.stop)):
                self._paint_mark(painter, x, y, line, mark)

    def _paint_mark(self, painter: QPainter, x: int, y: int, line: int, mark: Mark) -> None:
        length = len(self.lines[line])
        start, end = max(0, mark.start - self._starts[line]), min(length, mark.end - self._starts[line])
        takes_newline = mark.role == SELECTION and mark.end > self._starts[line] + length
        cuts = self._cuts.get(line, WHOLE)
        height = self._look.line
        for index, (cut, stop) in enumerate(zip(cuts, [*cuts[1:], length], strict=True)):
            left, row = self._place(line, index)
            parts = self._parts(line, index, max(start, cut) - cut, min(end, stop) - cut)
            if takes_newline and stop == length:
                begin, finish = parts.pop() if parts else (self._end_of(line, index),) * 2
                parts.append((begin, finish + self._look.pitch / 2))
            for begin, finish in parts:
                rect = QRectF(x + left + begin, y + row * height, finish - begin, height)
                paint_mark(painter, rect, mark.role, self._look.style)

    def _parts(self, line: int, index: int, start: int, end: int) -> list[tuple[float, float]]:
        """Left and right of what characters ``start`` to ``end`` of a segment take up."""
        if start >= end:
            return []
        text = self._segment(line, index)
        if is_wide(text):
            start, end = units(text, start), units(text, end)
        return [(left, right) for _, left, right in line_parts(self._laid_out(line, index)[0], start, end)]

    def _end_of(self, line: int, index: int) -> float:
        return self._laid_out(line, index)[1].naturalTextWidth()

    # -- segments

    def _width(self, text: str) -> float:
        if text.isascii():
            return len(text.expandtabs(TAB_COLUMNS)) * self._look.pitch
        if len(text) > LONG_LINE:
            return sum(
                self._width(text[start : start + LONG_LINE]) for start in range(0, len(text), LONG_LINE)
            )
        if "\t" not in text:
            is_part = len(text) == LONG_LINE
            return _width_of_part(self._look, text) if is_part else self._look.metrics.horizontalAdvance(text)
        layout = self._look.layout(text)  # a line is of no use when its layout is gone
        return self._one_line(layout).naturalTextWidth()

    def _cut(self, index: int, line: str) -> int:
        """Cut a line into its segments; how many rows it needs."""
        if self._columns is None:
            if len(line) > LONG_LINE:
                cuts = self._cuts[index] = list(range(0, len(line), LONG_LINE))
                widths = (self._width(line[cut : cut + LONG_LINE]) for cut in cuts)
                self._lefts[index] = list(accumulate(widths, initial=0.0))
            return 1
        if self._width(line) <= self._columns * self._look.pitch:
            return 1
        is_simple = line.isascii() and "\t" not in line
        cuts = breaks(line, self._columns) if is_simple else self._measured_breaks(line)
        if len(cuts) > 1:
            self._cuts[index] = cuts
        return len(cuts)

    def _measured_breaks(self, line: str) -> list[int]:
        """Where rows begin in a line of characters of many widths."""
        option = QTextOption(self._look.option)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = self._look.layout(line)
        layout.setTextOption(option)
        width = (self._columns or 1) * self._look.pitch
        cuts = []
        layout.beginLayout()
        while (visual := layout.createLine()).isValid():
            visual.setLineWidth(width)
            cuts.append(visual.textStart())
        layout.endLayout()
        return [offset_of(line, cut) for cut in cuts] if is_wide(line) else cuts or [0]

    def _segment(self, line: int, index: int) -> str:
        cuts = self._cuts.get(line)
        if cuts is None:
            return self.lines[line]
        stop = cuts[index + 1] if index + 1 < len(cuts) else None
        return self.lines[line][cuts[index] : stop]

    def _units(self, line: int, column: int) -> int:
        text = self.lines[line]
        return units(text, column) if is_wide(text) else column

    # -- layouts

    def _laid_out(self, line: int, index: int) -> tuple[QTextLayout, QTextLine]:
        key = (line, index)
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) >= CACHED_LAYOUTS:
                self._cache.clear()
            found = self._cache[key] = self._lay_out(line, index)
        return found

    def _lay_out(self, line: int, index: int) -> tuple[QTextLayout, QTextLine]:
        layout = self._look.layout(self._segment(line, index))
        formats = self._formats(line, index)
        if formats:
            layout.setFormats(formats)
        visual = self._one_line(layout)
        visual.setPosition(QPointF(0, self._look.baseline - visual.ascent()))
        return layout, visual

    @staticmethod
    def _one_line(layout: QTextLayout) -> QTextLine:
        layout.beginLayout()
        visual = layout.createLine()
        visual.setLineWidth(UNLIMITED)
        layout.endLayout()
        return visual

    def _formats(self, line: int, index: int) -> list[QTextLayout.FormatRange]:
        if line >= len(self._colours):
            return []
        runs = self._colours[line]
        begin = self._units(line, self._cuts[line][index]) if index else 0
        made = []
        for at in range(0, len(runs), 3):
            start, length, role = runs[at : at + 3]
            if start + length <= begin:
                continue
            one = QTextLayout.FormatRange()
            one.start = max(0, start - begin)
            one.length = start + length - max(start, begin)
            one.format = self._look.formats[role]
            made.append(one)
        return made

    def _forget(self, line: int) -> None:
        self._forget_layouts(line)
        self._cuts.pop(line, None)
        self._lefts.pop(line, None)

    def _forget_layouts(self, line: int) -> None:
        for index in range(len(self._cuts.get(line, WHOLE))):
            self._cache.pop((line, index), None)


def breaks(line: str, columns: int) -> list[int]:
    """Where rows begin when ``line`` is broken after ``columns`` characters, if possible behind a space.

    Spaces at the end of a row may hang over.
    """
    indent = len(line) - len(line.lstrip(" "))
    end = len(line.rstrip(" "))
    cuts = [0]
    at = 0
    while end - at > columns:
        space = line.rfind(" ", max(at, indent), at + columns + 1)
        at = space + 1 if space >= 0 else at + columns
        cuts.append(at)
    return cuts
