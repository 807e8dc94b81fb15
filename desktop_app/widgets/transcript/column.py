"""Messages below each other, at exact places, and the way from a place on the screen to one in a text and back."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.message import MessageView

HEAD = -1
TAIL = -2


@dataclass(frozen=True, slots=True)
class Place:
    """A spot to return to: the line with ``character`` of a message (or its head or tail), ``offset`` pixels below
    the top of the viewport.
    """

    message_id: str
    character: int
    offset: int


class Column(QWidget):
    """Holds the message views, oldest first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.views: list[MessageView] = []

    def view_of(self, message_id: str) -> MessageView | None:
        """The view of a message, or None when it is not built."""
        return next((view for view in self.views if view.message.id == message_id), None)

    def arrange(self, left: int, width: int) -> int:
        """Put every view at its place in a column ``width`` wide; the height of all."""
        top = 0
        for view in self.views:
            top += view.gap_above
            height = view.height_at(width)
            view.setGeometry(left - view.bleed, top, width + 2 * view.bleed, height)
            top += height
        return top + self._theme.px("spacing.4") if self.views else 0

    def place_at(self, y: int) -> Place | None:
        """The spot of the text that is at ``y`` now."""
        view = next((one for one in self.views if one.geometry().bottom() >= y), None)
        if view is None:
            return None
        text = view.text.geometry()
        top = view.y() + text.top()
        message_id = view.message.id
        if view.text.isHidden() or y <= top:
            return Place(message_id, HEAD, view.y() - y)
        if y >= view.y() + text.bottom():
            return Place(message_id, TAIL, view.geometry().bottom() - y)
        character = view.text.position_at(y - top)
        return Place(message_id, character, top + view.text.top_of(character) - y)

    def y_of(self, place: Place) -> int | None:
        """The ``y`` that puts ``place`` where it was; None when its message is not built."""
        view = self.view_of(place.message_id)
        if view is None:
            return None
        if place.character == HEAD:
            return view.y() - place.offset
        if place.character == TAIL:
            return view.geometry().bottom() - place.offset
        return view.y() + view.text.y() + view.text.top_of(place.character) - place.offset
