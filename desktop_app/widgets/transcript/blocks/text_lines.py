"""A text laid out on lines of equal height: what it looks like, and what lies where in it.

x and y begin at the left edge and at the top of the first line; offsets count the text's code points.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextLine, QTextOption

from desktop_app.markdown.items import CODE, IMAGE, LINK, Span
from desktop_app.widgets.transcript.blocks.block import Mark
from desktop_app.widgets.transcript.blocks.style import TextStyle
from desktop_app.widgets.transcript.blocks.text_formats import (
    SpanFormats,
    line_parts,
    paint_chip,
    paint_mark,
    x_of,
)
from desktop_app.widgets.transcript.blocks.utf16 import is_wide, offset_of, units

TAB = 32
SLIVER = 4
"""How wide a mark is on a line without words."""


class TextFace:
    """How texts of one kind are set: font, colour, distance of the lines, formats of the spans."""

    __slots__ = (
        "baseline",
        "character_width",
        "color",
        "font",
        "formats",
        "line_height",
        "option",
        "rtl_option",
        "sliver",
        "style",
        "underline",
    )

    def __init__(self, style: TextStyle, font: QFont, line_height: int, color: QColor) -> None:
        self.style = style
        self.font = font
        self.color = color
        self.line_height = line_height
        self.formats = SpanFormats(style, font, color)
        metrics = QFontMetricsF(font)
        self.baseline = round((line_height + metrics.ascent() - metrics.descent()) / 2)
        self.character_width = max(1.0, metrics.averageCharWidth())
        self.underline = style.px(1)
        self.sliver = style.px(SLIVER)
        self.option = _option(style, is_rtl=False)
        self.rtl_option = _option(style, is_rtl=True)


def face_of(style: TextStyle, kind: str) -> TextFace:
    """The face of "H1" to "H6", of "HTML", or of the page's text for any other kind; made once a style."""
    face = style.faces.get(kind)
    if face is None:
        face = style.faces[kind] = _make_face(style, kind)
    return face


def _make_face(style: TextStyle, kind: str) -> TextFace:
    if kind == "HTML":
        return TextFace(style, style.code, style.code_line, style.secondary)
    font, line_height = style.heading(kind) if kind.startswith("H") else (style.reading, style.reading_line)
    return TextFace(style, font, line_height, style.text)


class TextLines:
    """``text`` in lines at most ``width`` pixels wide; there is always at least one."""

    __slots__ = ("_chips", "_face", "_is_wide", "_layout", "_lines", "spans", "starts", "text")

    def __init__(self, text: str, spans: Sequence[Span], face: TextFace, width: int, *, is_rtl: bool) -> None:
        self.text = text
        self.spans = spans
        self._face = face
        self._is_wide = is_wide(text)
        self._layout = layout = QTextLayout(text, face.font)
        layout.setTextOption(face.rtl_option if is_rtl else face.option)
        layout.setCacheEnabled(True)  # shaped once, not with every painting
        if spans:
            layout.setFormats(face.formats.ranges(text, spans))
        self._chips: list[tuple[int, QRectF]] | None = None if any(s.style & CODE for s in spans) else []
        self._lines: list[QTextLine] = []
        self.starts: list[int] = []
        """The offset at which each line begins."""
        self._break_lines(width)

    def _break_lines(self, width: int) -> None:
        layout, lines = self._layout, self._lines
        y, step = self._face.baseline, self._face.line_height
        layout.beginLayout()
        line = layout.createLine()
        while line.isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y - line.ascent()))
            lines.append(line)
            y += step
            line = layout.createLine()
        layout.endLayout()
        begins = [line.textStart() for line in lines]
        self.starts = [offset_of(self.text, unit) for unit in begins] if self._is_wide else begins

    @property
    def is_tall(self) -> bool:
        """Whether some font's letters reach out of their line."""
        return any(line.height() > self._face.line_height for line in self._lines)

    # -- drawing

    def paint(
        self, painter: QPainter, x: int, y: int, first: int, last: int, marks: Sequence[Mark] = ()
    ) -> None:
        """Draw the lines ``first`` to ``last`` (exclusive), the first line of all at ``x``, ``y``."""
        if self._chips is None:
            self._chips = list(self._find_chips())
        for index, rect in self._chips:
            if first <= index < last:
                paint_chip(painter, rect.translated(x, y), self._face.style)
        for mark in marks:
            for index, rect in self._marked(mark):
                if first <= index < last:
                    paint_mark(painter, rect.translated(x, y), mark.role, self._face.style)
        painter.setPen(self._face.color)
        place = QPointF(x, y)
        for line in self._lines[first:last]:
            line.draw(painter, place)

    def paint_underline(self, painter: QPainter, x: int, y: int, start: int, end: int) -> None:
        """Underline the characters ``start`` to ``end``."""
        face = self._face
        for _, rect in self._rects(start, end):
            top = y + rect.top() + face.baseline + 2 * face.underline
            painter.fillRect(QRectF(x + rect.left(), top, rect.width(), face.underline), face.style.link)

    def _marked(self, mark: Mark) -> Iterator[tuple[int, QRectF]]:
        """The words that are marked, and slivers for lines without words between them."""
        yield from self._rects(mark.start, mark.end)
        height = self._face.line_height
        for index in range(bisect_left(self.starts, mark.start), bisect_left(self.starts, mark.end)):
            line = self._lines[index]
            if not line.naturalTextWidth():
                left = min(x_of(line, line.textStart()), line.width() - self._face.sliver)
                yield index, QRectF(left, index * height, self._face.sliver, height)

    def _find_chips(self) -> Iterator[tuple[int, QRectF]]:
        for span in self.spans:
            if span.style & CODE:
                yield from self._rects(span.start, span.end)

    # -- what lies where

    def rects(self, start: int, end: int) -> Iterator[QRectF]:
        """Where the characters stand: for each line of theirs a rectangle as high as the line."""
        return (rect for _, rect in self._rects(start, end))

    def _rects(self, start: int, end: int) -> Iterator[tuple[int, QRectF]]:
        height = self._face.line_height
        for line, left, right in line_parts(self._layout, self._unit(start), self._unit(end)):
            index = line.lineNumber()
            yield index, QRectF(left, index * height, right - left, height)

    def offset_at(self, x: int, index: int) -> int:
        """The offset nearest to ``x`` in line ``index``; never inside a character that has several code points."""
        unit = self._lines[index].xToCursor(float(x))
        if not self._layout.isValidCursorPosition(unit):
            unit = self._layout.previousCursorPosition(unit)
        return offset_of(self.text, unit) if self._is_wide else unit

    def caret(self, offset: int, index: int) -> QRect:
        """Where a caret at ``offset`` stands in line ``index``."""
        height = self._face.line_height
        return QRect(round(x_of(self._lines[index], self._unit(offset))), index * height, 1, height)

    def link_at(self, x: int, index: int) -> Span | None:
        """The link or image whose words are at ``x`` in line ``index``."""
        line = self._lines[index]
        words = line.naturalTextRect()
        if not words.left() <= x < words.right():
            return None
        unit = line.xToCursor(float(x), QTextLine.CursorPosition.CursorOnCharacter)
        at = offset_of(self.text, unit) if self._is_wide else unit
        return next((s for s in self.spans if s.style & (LINK | IMAGE) and s.start <= at < s.end), None)

    def _unit(self, offset: int) -> int:
        offset = min(max(0, offset), len(self.text))
        return units(self.text, offset) if self._is_wide else offset


def _option(style: TextStyle, *, is_rtl: bool) -> QTextOption:
    option = QTextOption(Qt.AlignmentFlag.AlignRight if is_rtl else Qt.AlignmentFlag.AlignLeft)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if is_rtl else Qt.LayoutDirection.LeftToRight)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTabStopDistance(style.px(TAB))
    return option
