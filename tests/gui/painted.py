"""Blocks and flows as pictures, for tests that compare what is seen."""

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.block import Environment
from desktop_app.widgets.transcript.blocks.style import TextStyle

PAGE = QColor("#ffffff")


def make_environment(mode: str = "light", zoom_percent: int = 100) -> Environment:
    """What blocks share, without highlighting and images."""
    theme = Theme(resources_dir())
    theme.set_zoom(zoom_percent)
    theme.set_mode(mode)
    return Environment(TextStyle.of(theme))


class Canvas:
    """A page of ``width`` x ``height`` pixels on which parts are drawn again."""

    def __init__(self, width: int, height: int, ratio: float = 1.0) -> None:
        self.image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        self.image.setDevicePixelRatio(ratio)
        self.image.fill(PAGE)
        self._size = (width, height)

    def draw(
        self, paint: Callable[[QPainter, int, int], None], top: int = 0, bottom: int | None = None
    ) -> None:
        """Empty the page from ``top`` to ``bottom`` (its end) and let ``paint(painter, top, bottom)`` draw there."""
        width, height = self._size
        bottom = height if bottom is None else bottom
        strip = QRect(0, top, width, bottom - top)
        painter = QPainter(self.image)
        painter.setClipRect(strip)
        painter.fillRect(strip, PAGE)
        paint(painter, top, bottom)
        painter.end()

    def has_ink(self, rect: QRect) -> bool:
        """Whether anything was drawn in ``rect`` (ratio 1)."""
        part = self.image.copy(rect)
        empty = QImage(part.size(), part.format())
        empty.fill(PAGE)
        return part != empty
