"""A line above the box in which a message is written: what becomes of it, and a cross that takes that back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme


class ComposerNote(QWidget):
    """An icon and one line of text that gives way; ``closed()`` when its cross, named ``close_name``, is pressed."""

    closed = Signal()

    def __init__(
        self, theme: Theme, name: str, icon: str, close_text: str, close_name: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._words = ""
        self.setObjectName(name)
        self._mark = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setMinimumWidth(1)
        self._close = IconButton(theme, "close", close_text, name=close_name, is_small=True, parent=self)
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        self._restyle()
        theme.changed.connect(self._restyle)

    def show_text(self, text: str) -> None:
        """Say this."""
        self._words = text
        self.setAccessibleName(text)
        self._close.setAccessibleDescription(text)
        self._elide()

    def _elide(self) -> None:
        metrics = QFontMetrics(self._text.font())
        shown = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, max(1, self._text.width()))
        self._text.setText(shown)
        self._text.setToolTip(plain_tip(self._words) if shown != self._words else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self._elide()

    def _restyle(self) -> None:
        theme = self._theme
        side = theme.px("iconSmall")
        self._mark.setPixmap(theme.pixmap(self._icon, "accent", side, self.devicePixelRatioF()))
        self._text.setFont(theme.font("caption"))
        palette = self._text.palette()
        palette.setColor(self._text.foregroundRole(), theme.color("textSecondary"))
        self._text.setPalette(palette)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(theme.px("spacing.3"), 0, theme.px("spacing.1"), theme.px("spacing.1"))
        layout.setSpacing(theme.px("spacing.2"))
        self._elide()
