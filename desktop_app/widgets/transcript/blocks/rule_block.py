"""A line across the page."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from desktop_app.markdown.items import Item
from desktop_app.widgets.transcript.blocks.block import Block, Environment, Mark
from desktop_app.widgets.transcript.blocks.hairlines import thin
from desktop_app.widgets.transcript.blocks.text_lines import face_of

HEIGHT = 17
"""With its room above and below; odd, so that the line is in the middle."""


class RuleBlock(Block):
    """A hairline in the middle of some room."""

    __slots__ = ()

    def __init__(self, item: Item, width: int, environment: Environment, *, is_growing: bool) -> None:
        super().__init__(item, width, environment, is_growing=is_growing)
        self._measure()

    def _measure(self) -> None:
        """Beside the marker of a list item it is as high as a line, so that the marker lies in it."""
        style = self.environment.style
        face = face_of(style, "")
        self.height = self.first_line = face.line_height if self.item.marker else style.px(HEIGHT)
        self.first_baseline = face.baseline

    def update(self, item: Item) -> int | None:
        before, self.item = self.height, item
        self._measure()
        return None if self.height == before else 0

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark] = ()
    ) -> None:
        style = self.environment.style
        line = thin(painter, style.px(1))
        painter.fillRect(QRectF(x, y + self.height // 2, self.width, line), style.hairline_strong)

    def offset_at(self, x: int, y: int) -> int:
        return 0

    def caret(self, offset: int) -> QRect:
        return QRect(0, 0, 1, self.height)
