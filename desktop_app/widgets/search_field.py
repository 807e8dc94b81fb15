"""The search field: a magnifier, the words, and the shortcut at the end while it is empty."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme


class SearchField(QLineEdit):
    """Signals: ``left_down`` when Down or Enter asks for the hits."""

    left_down = Signal()

    def __init__(self, theme: Theme, text: str, *, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shortcut = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self.setPlaceholderText(text)
        self.setAccessibleName(text)
        self._clear = IconButton(theme, "close", self.tr("Clear the search"), is_small=True, parent=self)
        self._clear.setObjectName("clear_search")
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.hide()
        self._clear.clicked.connect(self.clear)
        self.textChanged.connect(lambda typed: self._clear.setVisible(bool(typed)))
        theme.changed.connect(self._set_margins)
        self._set_margins()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_down.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = self._theme.px("controlSmall")
        self._clear.setGeometry(self.width() - side - 2, (self.height() - side) // 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        side = self._theme.px("iconSmall")
        left = self._theme.px("spacing.3") - 2
        pixmap = self._theme.pixmap("search", "icon", side, self.devicePixelRatio())
        painter.drawPixmap(left, (self.height() - side) // 2, pixmap)
        if not self.text() and not self.hasFocus():
            self._paint_shortcut(painter, QRect(0, 0, self.width() - left, self.height()))
        painter.end()

    def _paint_shortcut(self, painter: QPainter, rect: QRect) -> None:
        font = self._theme.font("caption", tabular=True)
        painter.setFont(font)
        needed = self.fontMetrics().horizontalAdvance(self.placeholderText() + self._shortcut)
        if needed + 4 * self._theme.px("iconSmall") < rect.width():
            painter.setPen(self._theme.color("textSecondary"))
            painter.drawText(
                rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._shortcut
            )

    def _set_margins(self) -> None:
        side = self._theme.px("iconSmall")
        self.setTextMargins(side + self._theme.px("spacing.2") - 2, 0, 0, 0)
