"""From spans to what QTextLayout draws: formats, places in UTF-16 units, chips behind inline code, marks."""

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

from desktop_app.markdown.items import BOLD, CODE, HTML, IMAGE, ITALIC, LINK, MATH, STRIKE, Span
from desktop_app.widgets.transcript.style import TextStyle

MONO_EM = 0.9
CHIP_SIDE, CHIP_RADIUS, CHIP_LEAD = 3, 4, 2
"""A chip reaches ``CHIP_SIDE`` over the space beside it, and is ``CHIP_LEAD`` less high than its line."""

_STRONG = {"L", "R", "AL"}
_FIXED = MATH | HTML | CODE
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def is_wide(text: str) -> bool:
    """Whether offsets into ``text`` are not those into its UTF-16 units."""
    return not text.isascii() and max(text) > "\uffff"


def units(text: str, offset: int) -> int:
    """How many UTF-16 units the first ``offset`` characters have."""
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def offset_of(text: str, unit: int) -> int:
    """How many characters lie in the first ``unit`` UTF-16 units; one that is cut is not counted."""
    return len(text.encode("utf-16-le", "surrogatepass")[: unit * 2].decode("utf-16-le", "ignore"))


def has_right_to_left(text: str) -> bool:
    """Whether some of it runs from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def starts_right_to_left(text: str) -> bool:
    """Whether its first character that has a direction runs from right to left."""
    if not has_right_to_left(text):
        return False
    directions = (bidirectional(character) for character in text)
    return next(one for one in directions if one in _STRONG) != "L"


class SpanFormats:
    """The formats of spans in texts of one font and colour; each kind is made once."""

    __slots__ = ("_color", "_font", "_made", "_metrics", "_style")

    def __init__(self, style: TextStyle, font: QFont, color: QColor) -> None:
        self._style = style
        self._font = font
        self._color = color
        self._made: dict[int, QTextCharFormat] = {}
        self._metrics: dict[int, QFontMetricsF] = {}

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
            made = self._metrics[look] = QFontMetricsF(self.font_of(look))
        return made

    def ranges(self, text: str, spans: Sequence[Span]) -> list[QTextLayout.FormatRange]:
        """The formats for a layout of ``text``."""
        is_shifted = is_wide(text)
        found = []
        for span in spans:
            start, end = (units(text, span.start), units(text, span.end)) if is_shifted else span[:2]
            one = QTextLayout.FormatRange()
            one.start = start
            one.length = end - start
            one.format = self.of(span.style)
            found.append(one)
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
            at = end
        return width + (self.metrics(0).horizontalAdvance(text[at:]) if at < len(text) else 0.0)

    def _make(self, look: int) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(self.font_of(look))
        made.setForeground(self._color_of(look))
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
            for run in line.glyphRuns(first, last - first):
                box = run.boundingRect()
                yield line, box.left(), box.right()
        else:
            left, right = x_of(line, first), x_of(line, last)
            if left != right:
                yield line, left, right


def paint_chip(painter: QPainter, rect: QRectF, style: TextStyle) -> None:
    """The ground of inline code: ``rect`` holds the words from side to side and the line from top to bottom."""
    side, lead = style.px(CHIP_SIDE), style.px(CHIP_LEAD)
    radius = style.px(CHIP_RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.inline_code)
    painter.drawRoundedRect(rect.adjusted(-side, lead / 2, side, -lead / 2), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_mark(painter: QPainter, rect: QRectF, role: str, style: TextStyle) -> None:
    """The ground of a selection or a hit; with an outline where colours alone do not tell enough."""
    painter.fillRect(rect, style.theme.color(role))
    if style.theme.is_high_contrast:
        painter.setPen(QPen(style.text, 1))
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
