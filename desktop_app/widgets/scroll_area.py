"""A scroll area that a screen reader or a script may walk through at any moment, and that follows the keyboard."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QScrollArea, QWidget


class SteadyScrollArea(QScrollArea):
    """Its one accessible child is the viewport, whether scroll bars are there or not.

    What the keyboard comes to is brought into sight, also by a mnemonic: Qt does it for Tab alone.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        leave_bars_out_of_accessibility(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, focused: QWidget | None) -> None:
        """Nothing moves below a mouse that is pressed, nor when the window is come back to."""
        is_pressed = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if before is None or focused is None or is_pressed or not self.isAncestorOf(focused):
            return
        self.ensureWidgetVisible(focused)

    def bring_into_sight(self, part: QWidget) -> None:
        """Scroll to ``part``, which may just have grown: its new place is found first, where Qt would do so later."""
        around: QWidget | None = part
        while around is not None and around is not self.viewport():
            if layout := around.layout():
                layout.activate()
            around = around.parentWidget()
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))
        self.ensureWidgetVisible(part)


def leave_bars_out_of_accessibility(area: QAbstractScrollArea) -> None:
    """Make the viewport the one accessible child.

    WORKAROUND: Qt counts a visible scroll bar as a child and does not check the index when it is asked for one
    (``QAccessibleAbstractScrollArea::child``, up to 6.11 at least).  A reader that counted the children, and asked for
    the second when the bar had just been hidden, took the program down.  Qt knows its bars by the names of the
    widgets they lie in; with other names they are not counted.
    """
    for bar in (area.horizontalScrollBar(), area.verticalScrollBar()):
        if around := bar.parentWidget():
            around.setObjectName("scroll_bar")
