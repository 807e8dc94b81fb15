"""Content wider than its block: how far it is moved, and the thin bar that shows and moves it."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop_app.widgets.transcript.style import TextStyle

TRACK = 12
"""Height of the place that takes the mouse, at 100 %."""

THICK, THIN = 6, 4
SHORTEST = 32


class Sideways:
    """``whole`` pixels seen through ``shown``, moved left by ``offset``, which stays within its limits.

    A track is the rectangle of the bar, ``TRACK`` high.
    """

    __slots__ = ("offset", "shown", "whole")

    def __init__(self) -> None:
        self.offset = 0
        self.shown = 0
        self.whole = 0

    @property
    def limit(self) -> int:
        """The largest offset; 0 when everything is seen."""
        return max(0, self.whole - self.shown)

    def fit(self, whole: int, shown: int) -> None:
        """The content or the place for it changed its width."""
        self.whole, self.shown = whole, shown
        self.offset = min(self.offset, self.limit)

    def move_to(self, offset: int) -> bool:
        """Move the content; False when it stays where it is."""
        offset = min(max(0, offset), self.limit)
        is_moved = offset != self.offset
        self.offset = offset
        return is_moved

    def move(self, by: int) -> bool:
        """Move the content on by some pixels, to the left if positive; False when it stays where it is."""
        return self.move_to(self.offset + by)

    def drag_to(self, x: int, track: QRect) -> bool:
        """Bring the middle of the thumb to ``x``; False when it stays where it is."""
        length = self._thumb_length(track)
        room = track.width() - length
        if room <= 0:
            return False
        return self.move_to(round((x - track.x() - length / 2) / room * self.limit))

    def thumb(self, track: QRect) -> QRect:
        """The part of the track that stands for what is seen; empty when that is everything."""
        if not self.limit:
            return QRect()
        length = self._thumb_length(track)
        x = round((track.width() - length) * self.offset / self.limit)
        return QRect(track.x() + x, track.y(), length, track.height())

    def paint(self, painter: QPainter, track: QRect, style: TextStyle, *, is_hovered: bool = False) -> None:
        """Draw the thumb in the lower part of the track, thicker under the mouse."""
        thumb = self.thumb(track)
        if thumb.isEmpty():
            return
        height = style.px(THICK if is_hovered else THIN)
        bottom = thumb.y() + thumb.height() - style.px(2)
        role = "scrollThumbHover" if is_hovered else "scrollThumb"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.theme.color(role))
        bar = QRectF(thumb.x(), bottom - height, thumb.width(), height)
        painter.drawRoundedRect(bar, height / 2, height / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _thumb_length(self, track: QRect) -> int:
        share = track.width() * self.shown // max(1, self.whole)
        return min(track.width(), max(SHORTEST, share))
