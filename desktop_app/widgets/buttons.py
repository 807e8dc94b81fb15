"""Buttons as they are used everywhere: icons named for the eye that does not see them, and those painted by hand."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QEnterEvent, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractButton, QToolButton, QWidget

from desktop_app.widgets.theme import Theme


class IconButton(QToolButton):
    """An icon that can be pressed; ``text`` is its accessible name and tool tip, with ``shortcut`` behind it.

    ``is_small``: 28 px with a 16 px icon instead of 32 with 20.
    """

    def __init__(
        self,
        theme: Theme,
        icon: str,
        text: str,
        *,
        name: str = "",
        shortcut: str = "",
        is_small: bool = False,
        role: str = "icon",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_size = "iconSmall" if is_small else "icon"
        self.setObjectName(name)
        self.setAccessibleName(text)
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(f"{text}  {keys}".rstrip())
        self.setProperty("kind", "icon")
        self.setProperty("isSmall", is_small)
        self.setIcon(theme.icon(icon, role))
        self._resize()
        theme.changed.connect(self._resize)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # where the desktop does not see to it
            self.click()
        else:
            super().keyPressEvent(event)

    def _resize(self) -> None:
        side = self._theme.px(self._icon_size)
        self.setIconSize(QSize(side, side))


class PaintedButton(QAbstractButton):
    """What its class paints can be pressed, by Enter too; a click leaves the keyboard where it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paint_hover(self, painter: QPainter) -> None:
        """Fill the whole of it while the mouse is over it."""
        if self.underMouse() and self.isEnabled():
            radius = self._theme.px("radius.small")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("hover"))
            painter.drawRoundedRect(self.rect(), radius, radius)
