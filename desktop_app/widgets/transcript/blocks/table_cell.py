"""A cell of a table, laid out: its lines, and what lies where in them."""

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout, QTextLine, QTextOption

from desktop_app.markdown.items import CODE, LINE_BREAK, LINK, Cell, Span
from desktop_app.widgets.transcript.blocks.block import Mark
from desktop_app.widgets.transcript.blocks.style import TextStyle
from desktop_app.widgets.transcript.blocks.text_formats import (
    SpanFormats,
    line_parts,
    paint_chip,
    paint_mark,
    starts_right_to_left,
    x_of,
)
from desktop_app.widgets.transcript.blocks.utf16 import is_wide, offset_of, units

PADDING = 5
"""Above and below the words, at 100 %."""

STEP, FLOOR, CEILING, WIDEST = 24, 96, 360, 1200
"""Pixels at 100 %: widths are multiples of ``STEP``; a column is not squeezed below its longest word, within ``FLOOR``
and ``CEILING``; no cell asks for more than ``WIDEST``."""

MEASURED_CHARACTERS = 300
"""Longer cells count as ``WIDEST``."""

_ENDLESS = 1e6


def _option(mode: QTextOption.WrapMode) -> QTextOption:
    """Lines begin at their left edge whatever way the words run: the cell places them itself."""
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(mode)
    return option


_FLAT = _option(QTextOption.WrapMode.ManualWrap)
_WRAPPED = _option(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)


class CellLook:
    """How the cells of a row look (formats, the height of a line, its baseline), and how wide that makes them."""

    __slots__ = (
        "_ceiling",
        "_floor",
        "_step",
        "_widest",
        "baseline",
        "color",
        "font",
        "formats",
        "line",
        "padding",
        "style",
    )

    def __init__(self, style: TextStyle, font: QFont, color: QColor) -> None:
        self.style = style
        self.font = font
        self.color = color
        self.formats = SpanFormats(style, font, color)
        self.line = style.table_line
        self.padding = style.px(PADDING)
        metrics = self.formats.metrics(0)
        self.baseline = round((self.line + metrics.ascent() - metrics.descent()) / 2)
        self._step, self._widest = style.px(STEP), style.px(WIDEST)
        self._floor, self._ceiling = style.px(FLOOR), style.px(CEILING)

    def measure(self, cell: Cell) -> tuple[int, int, int]:
        """The pixels that a cell needs on one line, those it would like, and the least it can bear.

        The last two are rounded up to a step, so that they seldom change.
        """
        text = cell.text
        if len(text) > MEASURED_CHARACTERS:
            width = wish = self._widest
        elif LINE_BREAK in text:
            width = self._widest
            wish = max(_whole(self.formats.advance(part)) for part in text.split(LINE_BREAK))
        else:
            width = wish = _whole(self.formats.advance(text, cell.spans))
        wish = least = min(wish, self._widest)
        if wish > self._floor:
            word = max(text.split(), key=len, default="")[:MEASURED_CHARACTERS]
            longest = _whole(self.formats.advance(word))
            least = min(wish, max(self._floor, min(self._ceiling, longest)))
        step = self._step
        return width, -(-wish // step) * step, -(-least // step) * step


def _whole(advance: float) -> int:
    """Pixels that surely hold the words."""
    return int(advance) + 2


class CellLayout:
    """Lines ``width`` pixels wide, or a single one that does not wrap (``is_flat``).

    Coordinates begin at the cell's left edge and the row's top; offsets are those of the cell's text.
    """

    __slots__ = ("_chips", "_layout", "_look", "_width", "cell")

    def __init__(self, cell: Cell, width: int, alignment: str, look: CellLook, *, is_flat: bool) -> None:
        self.cell = cell
        self._look = look
        self._width = width
        self._layout = QTextLayout(cell.text, look.font)
        self._layout.setTextOption(_FLAT if is_flat else _WRAPPED)
        if cell.spans:
            self._layout.setFormats(look.formats.ranges(cell.text, cell.spans))
        self._break_lines(alignment, _ENDLESS if is_flat else width)
        self._chips = [rect for span in cell.spans if span.style & CODE for rect in self._rects_of(span)]

    def _break_lines(self, alignment: str, width: float) -> None:
        if not alignment and starts_right_to_left(self.cell.text):
            alignment = "right"
        layout, y, step = self._layout, self._look.padding + self._look.baseline, self._look.line
        layout.beginLayout()
        line = layout.createLine()
        while line.isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(self._indent(line, alignment), y - line.ascent()))
            y += step
            line = layout.createLine()
        layout.endLayout()

    def _indent(self, line: QTextLine, alignment: str) -> int:
        if alignment in {"", "left"}:
            return 0
        free = self._width - line.naturalTextWidth()
        return max(0, round(free / 2 if alignment == "center" else free))

    @property
    def lines(self) -> int:
        """How many lines it has, at least one."""
        return max(1, self._layout.lineCount())

    def paint(self, painter: QPainter, x: int, y: int, marks: Iterable[Mark] = ()) -> None:
        """Draw chips, then marks, then the words; marks count from the cell's first character."""
        style = self._look.style
        for rect in self._chips:
            paint_chip(painter, rect.translated(x, y), style)
        for mark in marks:
            for rect in self.rects(mark.start, mark.end):
                paint_mark(painter, rect.translated(x, y), mark.role, style)
        painter.setPen(self._look.color)
        self._layout.draw(painter, QPointF(x, y))

    def rects(self, start: int, end: int) -> Iterator[QRectF]:
        """Where the characters ``start`` to ``end`` stand: a rectangle as high as the line on each line."""
        if is_wide(self.cell.text):
            start, end = units(self.cell.text, start), units(self.cell.text, end)
        for line, left, right in line_parts(self._layout, start, end):
            yield QRectF(left, self._top(line.lineNumber()), right - left, self._look.line)

    def _rects_of(self, span: Span) -> Iterator[QRectF]:
        return self.rects(span.start, span.end)

    def underlines(self, span: Span) -> Iterator[QRectF]:
        """The line under a span's words."""
        thickness = self._look.style.px(1)
        for rect in self._rects_of(span):
            yield QRectF(rect.x(), rect.y() + self._look.baseline + 2 * thickness, rect.width(), thickness)

    def links(self) -> Iterator[tuple[Span, QRect]]:
        """Each link and a rectangle around its words, one for each line that it stands on."""
        for span in self.cell.spans:
            if span.style & LINK:
                for rect in self._rects_of(span):
                    yield span, rect.toAlignedRect()

    def offset_at(self, x: int, y: int) -> int:
        """The offset nearest to a point."""
        layout = self._layout
        if not layout.lineCount():
            return 0
        index = min(max(0, (y - self._look.padding) // self._look.line), layout.lineCount() - 1)
        unit = layout.lineAt(index).xToCursor(float(x))
        return offset_of(self.cell.text, unit) if is_wide(self.cell.text) else unit

    def caret(self, offset: int) -> QRect:
        """A rectangle one pixel wide, one line high."""
        unit = units(self.cell.text, offset) if is_wide(self.cell.text) else offset
        line = self._layout.lineForTextPosition(unit)
        if not line.isValid():
            return QRect(0, self._top(0), 1, self._look.line)
        return QRect(round(x_of(line, unit)), self._top(line.lineNumber()), 1, self._look.line)

    def _top(self, index: int) -> int:
        return self._look.padding + index * self._look.line
