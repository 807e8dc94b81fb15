"""What stands left of a list item: a disc, a number or a task's box."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from desktop_app.widgets.transcript.blocks.block import Block
from desktop_app.widgets.transcript.blocks.style import TextStyle

ROOM = 28
"""How far a level of a list moves its text."""

_GAP, _LEAST_GAP = 8, 4
_DISC_RADIUS, _DISC_FROM_TEXT = 2.75, 18
_BOX, _BOX_RADIUS = 16, 4
_CHECK = ((3.75, 8.25), (6.75, 11.25), (12.25, 5.0))
_CHECK_PEN = 1.75


def paint_marker(
    painter: QPainter, marker: str, edge: int, y: int, block: Block, *, is_mirrored: bool
) -> None:
    """Draw ``marker`` beside a block whose text begins at ``edge`` and whose top is ``y``."""
    style = block.environment.style
    side = 1 if is_mirrored else -1
    if marker == "•":
        _paint_disc(painter, edge + side * style.px(_DISC_FROM_TEXT), y + block.first_baseline, style)
    elif marker in {"☐", "☑"}:
        size = style.px(_BOX)
        left = edge + style.px(_GAP) if is_mirrored else edge - style.px(_GAP) - size
        box = QRectF(left, y + (block.first_line - size) // 2, size, size)
        _paint_box(painter, box, style, is_checked=marker == "☑")
    else:
        _paint_number(painter, marker, edge, y + block.first_baseline, style, side)


def _paint_disc(painter: QPainter, x: int, baseline: int, style: TextStyle) -> None:
    """In the middle of the small letters' height."""
    # A whole number: the same at every place of the page, also where halves are rounded.
    middle = baseline - style.x_height // 2
    radius = _DISC_RADIUS * style.scale
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.secondary)
    painter.drawEllipse(QPointF(x, middle), radius, radius)
    _leave(painter)


def _paint_number(
    painter: QPainter, marker: str, edge: int, baseline: int, style: TextStyle, side: int
) -> None:
    """Figures of equal width, ending where they are nearest to the text; long ones come nearer to it."""
    painter.setFont(style.reading_tabular)
    painter.setPen(style.secondary)
    width = QFontMetricsF(style.reading_tabular).horizontalAdvance(marker)
    gap = min(style.px(_GAP), max(style.px(_LEAST_GAP), style.px(ROOM) - width))
    if side > 0:
        painter.drawText(QPointF(edge + gap, baseline), marker[-1] + marker[:-1])
    else:
        painter.drawText(QPointF(edge - gap - width, baseline), marker)


def _paint_box(painter: QPainter, box: QRectF, style: TextStyle, *, is_checked: bool) -> None:
    radius = style.px(_BOX_RADIUS)
    line = style.px(1)
    inner = box.adjusted(line / 2, line / 2, -line / 2, -line / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if is_checked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.theme.color("accent"))
        painter.drawRoundedRect(box, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_check_pen(style.theme.color("onAccent"), style))
        painter.drawPolyline(
            [QPointF(box.left() + x * style.scale, box.top() + y * style.scale) for x, y in _CHECK]
        )
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.theme.color("borderField"), line))
        painter.drawRoundedRect(inner, radius, radius)
    _leave(painter)


def _check_pen(color: QColor, style: TextStyle) -> QPen:
    pen = QPen(color, _CHECK_PEN * style.scale)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _leave(painter: QPainter) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
