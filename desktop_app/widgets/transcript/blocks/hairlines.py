"""Thin lines that are as sharp at 125 % and 150 % as at 100 %: whole pixels of the screen, none half covered."""

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen


def thin(painter: QPainter, width: int) -> float:
    """``width`` rounded down to whole pixels of the screen, at least one; in logical pixels."""
    ratio = painter.device().devicePixelRatio()
    return max(1, int(width * ratio)) / ratio


def draw_box(
    painter: QPainter, rect: QRect, radius: float, line: QColor, ground: QColor, width: int = 1
) -> None:
    """A rounded box whose outline lies inside ``rect``; antialiasing must be on."""
    line_width = thin(painter, width)
    half = line_width / 2
    painter.setPen(QPen(line, line_width))
    painter.setBrush(ground)
    painter.drawRoundedRect(_on_pixels(painter, rect).adjusted(half, half, -half, -half), radius, radius)


def _on_pixels(painter: QPainter, rect: QRect) -> QRectF:
    """The rectangle with its edges between pixels of the screen."""
    ratio = painter.device().devicePixelRatio()
    if ratio == int(ratio):
        return QRectF(rect)
    to_device = painter.deviceTransform()
    there = to_device.mapRect(QRectF(rect))
    left, top = round(there.left()), round(there.top())
    snapped = QRectF(left, top, round(there.right()) - left, round(there.bottom()) - top)
    return to_device.inverted()[0].mapRect(snapped)
