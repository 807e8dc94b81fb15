"""From spans to what QTextLayout draws: formats, chips behind inline code, marks; which way a text runs."""

import re
from collections.abc import Iterator, Sequence
from unicodedata import bidirectional

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
)

from desktop_app.markdown.items import BOLD, CITATION, CODE, HTML, IMAGE, ITALIC, LINK, MATH, STRIKE, Span
from desktop_app.widgets.transcript.blocks.style import TextStyle
from desktop_app.widgets.transcript.blocks.utf16 import is_wide, units

MONO_EM = 0.9
RAISED_EM = 1.1
"""The size of raised figures before Qt makes them two thirds as large."""

CHIP_SIDE, CHIP_RADIUS, CHIP_LEAD = 4, 5, 4
"""A chip has ``CHIP_SIDE`` left and right of its words, and is ``CHIP_LEAD`` less high than its line."""

_STRONG = {"L", "R", "AL"}
_FIXED = MATH | HTML | CODE
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def has_right_to_left(text: str) -> bool:
    """Whether some of it runs from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def starts_right_to_left(text: str) -> bool:
    """Whether its first character that has a direction runs from right to left."""
    if not has_right_to_left(text):
        return False
    directions = (bidirectional(character) for character in text)
    return next((one for one in directions if one in _STRONG), "L") != "L"


class SpanFormats:
    """The formats of spans in texts of one font and colour; each kind is made once."""

    __slots__ = ("_color", "_font", "_made", "_metrics", "_spaced", "_style")

    def __init__(self, style: TextStyle, font: QFont, color: QColor) -> None:
        self._style = style
        self._font = font
        self._color = color
        self._made: dict[int, QTextCharFormat] = {}
        self._metrics: dict[int, QFontMetricsF] = {}
        self._spaced = QTextCharFormat()
        self._spaced.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        self._spaced.setFontLetterSpacing(style.px(CHIP_SIDE))

    def of(self, look: int) -> QTextCharFormat:
        """The format for ``Span.style``."""
        made = self._made.get(look)
        if made is None:
            made = self._made[look] = self._make(look)
        return made

    def metrics(self, look: int) -> QFontMetricsF:
        """The metrics for ``Span.style``."""
        made = self._metrics.get(look)
        if made is None:
            font = self.font_of(look)
            if look & CITATION:
                font.setPixelSize(max(1, font.pixelSize() * 2 // 3))
            made = self._metrics[look] = QFontMetricsF(font)
        return made

    def ranges(self, text: str, spans: Sequence[Span]) -> list[QTextLayout.FormatRange]:
        """The formats for a layout of ``text``."""
        is_shifted = is_wide(text)

        def one(start: int, end: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
            if is_shifted:
                start, end = units(text, start), units(text, end)
            made = QTextLayout.FormatRange()
            made.start = start
            made.length = end - start
            made.format = form
            return made

        found = [one(span.start, span.end, self.of(span.style)) for span in spans]
        is_rtl = starts_right_to_left(text)
        for start, end, look, _ in spans:
            if look & CODE:
                # Room for the chip's sides: it comes right of a character, whatever way the text runs.
                before = end if is_rtl else start - 1
                if 0 <= before < len(text):
                    found.append(one(before, before + 1, self._spaced))
                found.append(one(end - 1, end, self._spaced))
        return found

    def advance(self, text: str, spans: Sequence[Span] = ()) -> float:
        """The width of ``text`` on one line."""
        if not spans:
            return self.metrics(0).horizontalAdvance(text)
        width, at = 0.0, 0
        for start, end, look, _ in spans:
            if start > at:
                width += self.metrics(0).horizontalAdvance(text[at:start])
            width += self.metrics(look).horizontalAdvance(text[start:end])
            if look & CODE:
                width += self._spaced.fontLetterSpacing() * (2 if start else 1)
            at = end
        return width + (self.metrics(0).horizontalAdvance(text[at:]) if at < len(text) else 0.0)

    def _make(self, look: int) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self.font_of(look))
        made.setForeground(self._color_of(look))
        if look & CITATION:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        return made

    def _color_of(self, look: int) -> QColor:
        if look & (LINK | IMAGE):
            return self._style.link
        if look & (MATH | HTML):
            return self._style.secondary
        return self._color

    def font_of(self, look: int) -> QFont:
        """The font for ``Span.style``."""
        font = QFont(self._font)
        if look & _FIXED:
            font = QFont(self._style.code)
            font.setPixelSize(max(1, round(self._font.pixelSize() * MONO_EM)))
            font.setWeight(self._font.weight())
        if look & BOLD:
            font.setWeight(QFont.Weight.Bold)
        if look & ITALIC:
            font.setItalic(True)
        if look & STRIKE:
            font.setStrikeOut(True)
        if look & CITATION:
            font.setPixelSize(max(1, round(self._font.pixelSize() * RAISED_EM)))
        return font


def x_of(line: QTextLine, unit: int) -> float:
    """Where a caret before ``unit`` stands."""
    x: float = line.cursorToX(unit)[0]  # type: ignore[index]
    return x


def line_parts(layout: QTextLayout, start: int, end: int) -> Iterator[tuple[QTextLine, float, float]]:
    """Where the units ``start`` to ``end`` lie: each line, and left and right in the layout's coordinates."""
    is_mixed = has_right_to_left(layout.text())
    for index in range(layout.lineCount()):
        line = layout.lineAt(index)
        first = line.textStart()
        last = first + line.textLength()
        if last <= start:
            continue
        if first >= end:
            return
        first, last = max(first, start), min(last, end)
        if is_mixed:
            boxes = (run.boundingRect() for run in line.glyphRuns(first, last - first))
            for left, right in _joined(sorted((box.left(), box.right()) for box in boxes)):
                yield line, left, right
        else:
            left, right = x_of(line, first), x_of(line, last)
            if left != right:
                yield line, left, right


def _joined(intervals: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The intervals, sorted as they are, with those that touch made one."""
    if not intervals:
        return
    left, right = intervals[0]
    for start, end in intervals[1:]:
        if start > right + 1:
            yield left, right
            left, right = start, end
        else:
            right = max(right, end)
    yield left, right


def paint_chip(painter: QPainter, rect: QRectF, style: TextStyle) -> None:
    """The ground of inline code: ``rect`` holds the words with the room behind them, and the line's whole height."""
    side, lead = style.px(CHIP_SIDE), style.px(CHIP_LEAD)
    radius = style.px(CHIP_RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.inline_code)
    painter.drawRoundedRect(rect.adjusted(-side, lead / 2, 0, -lead / 2), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_mark(painter: QPainter, rect: QRectF, role: str, style: TextStyle) -> None:
    """The ground of a selection or a hit; with an outline where colours alone do not tell enough."""
    painter.fillRect(rect, style.theme.color(role))
    if style.theme.is_high_contrast:
        painter.setPen(QPen(style.text, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
