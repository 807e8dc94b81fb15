"""A scroll area that a screen reader or a script may walk through at any moment."""

from PySide6.QtWidgets import QScrollArea, QWidget


class SteadyScrollArea(QScrollArea):
    """Its one accessible child is the viewport, whether scroll bars are there or not.

    WORKAROUND: Qt counts a visible scroll bar as a child and does not check the index when it is asked for one
    (``QAccessibleAbstractScrollArea::child``, up to 6.11 at least).  A reader that counted the children, and asked for
    the second when the bar had just been hidden, took the program down.  Qt knows its bars by the names of the
    widgets they lie in; with other names they are not counted.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            if around := bar.parentWidget():
                around.setObjectName("scroll_bar")
