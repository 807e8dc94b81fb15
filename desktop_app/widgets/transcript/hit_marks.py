"""Marks beside the scroll bar: where in the thread the hits are."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from desktop_app.controllers.hit_list import HitList
from desktop_app.markdown.hits import PARTS
from desktop_app.widgets.theme import Theme

MESSAGES = 500
"""More cannot be told apart on a screen."""

PLACED = 60
"""In so many messages at most the hits have marks of their own; in more than that a mark a message is enough."""


def hit_places(hits: HitList, fraction_of: Callable[[int], float]) -> list[float]:
    """Where in the thread, from 0 to 1, marks belong; ``fraction_of`` tells where the message at a position begins."""
    if len(hits.positions) > PLACED:
        return [fraction_of(position) for position in thinned(hits.positions)]
    places: list[float] = []
    for position, parts in zip(hits.positions, hits.parts, strict=True):
        top, bottom = fraction_of(position), fraction_of(position + 1)
        places += [top + (bottom - top) * part / PARTS for part in range(PARTS) if parts >> part & 1]
    return places


def thinned(positions: Sequence[int]) -> list[int]:
    """Sorted ``positions`` without those that are too near to the one before for a mark of their own."""
    found: list[int] = []
    step = (positions[-1] - positions[0]) / MESSAGES if positions else 0
    index = 0
    while index < len(positions):
        found.append(positions[index])
        index = bisect_left(positions, positions[index] + step, index + 1)
    return found


class HitMarks(QWidget):
    """Covers a vertical scroll bar and lets everything but its marks through."""

    def __init__(self, theme: Theme, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._theme = theme
        self._bar = bar
        self._places: Callable[[], Sequence[float]] = tuple
        self._rects: list[QRect] | None = None
        self._maximum = 0  # of the bar, when the rectangles were made
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        bar.installEventFilter(self)
        theme.changed.connect(self._forget)
        self.setGeometry(bar.rect())

    def mark(self, places: Callable[[], Sequence[float]]) -> None:
        """Show a mark at each place; 0 is the top of the thread, 1 its end.

        They are asked for again when the bar has another range: more is known then about the heights of messages.
        """
        self._places = places
        self.show()
        self._forget()

    def clear(self) -> None:
        """Show none."""
        self._places = tuple
        self.hide()

    def _forget(self) -> None:
        self._rects = None
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._bar and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._bar.rect())
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rects = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._rects is None or self._maximum != self._bar.maximum():
            self._maximum = self._bar.maximum()
            self._rects = self._merged(self._places())
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("warning"))
        painter.drawRects(self._rects)
        painter.end()

    def _merged(self, places: Iterable[float]) -> list[QRect]:
        """Marks at the places, as rectangles that neither touch nor overlap."""
        thickness = self._theme.px("spacing.half") + 1
        edge = self._theme.px("spacing.half")
        room = max(0, self.height() - thickness)
        runs: list[tuple[int, int]] = []
        for top in sorted({round(place * room) for place in places}):
            if runs and top <= runs[-1][1]:
                runs[-1] = (runs[-1][0], top + thickness)
            else:
                runs.append((top, top + thickness))
        return [QRect(edge, top, self.width() - 2 * edge, bottom - top) for top, bottom in runs]
