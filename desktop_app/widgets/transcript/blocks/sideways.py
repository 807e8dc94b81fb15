"""Content wider than its block: how far it is moved to the side, and the thin bar that shows and moves it.

The bar is painted and pressed, not a widget: a message may hold dozens of blocks.  Pressing gives a target that
remembers where the thumb was caught (``Target.value``); ``drag`` takes that target and where the mouse is now.
"""

from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop_app.widgets.transcript.blocks.block import Target
from desktop_app.widgets.transcript.blocks.style import TextStyle

SHORTEST_THUMB = 28
THICKNESS, HOVERED_THICKNESS = 4, 6


class Sideways:
    """``offset`` is how many pixels of the content lie left of its window."""

    __slots__ = ("_content", "_style", "_window", "is_hovered", "offset")

    def __init__(self, style: TextStyle) -> None:
        self._style = style
        self._content = 0
        self._window = 0
        self.offset = 0
        self.is_hovered = False

    @property
    def is_needed(self) -> bool:
        """Whether the content is wider than what shows it."""
        return self._content > self._window

    def set_extent(self, content: int, window: int, *, is_from_right: bool = False) -> None:
        """The content is ``content`` pixels wide, ``window`` of them can be seen.

        What begins at the right keeps its distance from there.
        """
        kept = max(0, self._content - self._window) - self.offset if is_from_right else 0
        self._content, self._window = content, window
        self.move_to(content - window - kept if is_from_right else self.offset)

    def move_to(self, offset: int) -> bool:
        """Show the content from ``offset`` on, as far as there is content; whether it moved."""
        offset = max(0, min(offset, self._content - self._window))
        has_moved, self.offset = offset != self.offset, offset
        return has_moved

    def move_by(self, by: int) -> bool:
        """Move on by ``by`` pixels; False at the edge."""
        return self.move_to(self.offset + by)

    def show(self, left: int, right: int, margin: int) -> bool:
        """Bring the content between ``left`` and ``right`` into the window; whether it moved."""
        if left < self.offset + margin:
            return self.move_to(left - margin)
        if right > self.offset + self._window - margin:
            return self.move_to(right + margin - self._window)
        return False

    def thumb(self, track: QRect) -> QRect:
        """The part of ``track`` that stands for what can be seen."""
        length = max(self._style.px(SHORTEST_THUMB), track.width() * self._window // max(1, self._content))
        length = min(length, track.width())
        way = self._content - self._window
        left = (track.width() - length) * self.offset // way if way > 0 else 0
        return QRect(track.left() + left, track.top(), length, track.height())

    def target(self, track: QRect, x: int | None = None) -> Target:
        """What a press at ``x`` on the track catches: the thumb there, or else its middle."""
        thumb = self.thumb(track)
        is_on_thumb = x is not None and thumb.left() <= x <= thumb.right()
        caught = x - thumb.left() if is_on_thumb and x is not None else thumb.width() // 2
        name = QCoreApplication.translate("Sideways", "Scroll sideways")
        return Target("scroll", track, value=str(caught), name=name)

    def drag(self, target: Target, x: int) -> bool:
        """The mouse that pressed ``target`` is at ``x`` now; whether the content moved."""
        track = target.rect
        free = track.width() - self.thumb(track).width()
        if free <= 0:
            return False
        left = x - int(target.value) - track.left()
        return self.move_to(round(left * (self._content - self._window) / free))

    def paint(self, painter: QPainter, track: QRect) -> None:
        """Draw the thumb in the middle of ``track``'s height, when there is something to scroll."""
        if not self.is_needed:
            return
        theme = self._style.theme
        thick = self._style.px(HOVERED_THICKNESS if self.is_hovered else THICKNESS)
        thumb = QRectF(self.thumb(track))
        thumb.setTop(thumb.top() + (track.height() - thick) // 2)
        thumb.setHeight(thick)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("scrollThumbHover" if self.is_hovered else "scrollThumb"))
        painter.drawRoundedRect(thumb, thick / 2, thick / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
