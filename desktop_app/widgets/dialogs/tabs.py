"""Tabs of a dialog: names over a hairline, and a mark on those whose page has a problem."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar

from desktop_app.widgets.theme import Theme


class MarkedTabBar(QTabBar):
    """A tab bar that can mark tabs with a dot; the mark takes no room, so nothing moves."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._marked: set[int] = set()
        self.setObjectName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        theme.changed.connect(self.update)

    def mark(self, index: int, why: str) -> None:
        """Mark the tab at ``index`` and say ``why`` in its tool tip; an empty text takes the mark away."""
        if why:
            self._marked.add(index)
        else:
            self._marked.discard(index)
        plain = self.tabText(index).replace("&", "")
        self.setTabToolTip(index, why)
        self.setAccessibleTabName(index, f"{plain}: {why}" if why else plain)
        self.update()

    def is_marked(self, index: int) -> bool:
        """Whether the tab at ``index`` has a mark."""
        return index in self._marked

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("error"))
        side = self._theme.px("spacing.half") * 3
        for index in self._marked:
            place = self.tabRect(index)
            words = self.fontMetrics().horizontalAdvance(self.tabText(index).replace("&", ""))
            painter.drawEllipse(QRectF(place.left() + words + side, place.top() + side, side, side))
