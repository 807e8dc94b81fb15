"""The foot of the sidebar: whether answers can be had, what is still awaited, and the way to the connections."""

from PySide6.QtCore import QLocale, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme

_COLORS = {"ok": "success", "error": "error", "off": "icon"}


class SidebarFooter(QWidget):
    """Signals: ``connections_requested``, ``outbox_requested``."""

    connections_requested = Signal()
    outbox_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = _ConnectionState(theme)
        button = IconButton(
            theme, "connection", self.tr("Connections"), name="connections", is_small=True, parent=self
        )
        button.clicked.connect(self.connections_requested)
        self._outbox = QToolButton(self)
        self._outbox.setObjectName("outbox_count")
        self._outbox.setProperty("kind", "icon")
        self._outbox.setProperty("isSmall", True)
        self._outbox.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._outbox.setIcon(theme.icon("clock", "icon"))
        self._outbox.clicked.connect(self.outbox_requested)
        self._outbox.hide()
        self._line = QHBoxLayout(self)
        self._line.addWidget(self._state, 1)
        self._line.addWidget(self._outbox)
        self._line.addWidget(button)
        theme.changed.connect(self._resize)
        self._resize()

    def set_state(self, kind: str, text: str) -> None:
        """Show ``text`` behind a dot: ``kind`` is "ok", "error" or "off".  Raises KeyError for another one."""
        self._state.show_state(_COLORS[kind], text)

    def set_awaited(self, count: int) -> None:
        """How many deferred requests are still awaited; with none the button is not there."""
        text = self.tr("%n deferred request(s) awaited", "", count)
        self._outbox.setText(QLocale().toString(count))
        self._outbox.setAccessibleName(text)
        self._outbox.setToolTip(plain_tip(text))
        self._outbox.setVisible(count > 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(
            self._theme.color("hairline")
        )  # fillRect with a colour would load every gradient preset
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()

    def _resize(self) -> None:
        hairline = self._theme.px("hairline")
        self._line.setContentsMargins(self._theme.px("spacing.5"), hairline, self._theme.px("spacing.2"), 0)
        self.setFixedHeight(self._theme.px("footer"))
        side = self._theme.px("iconSmall")
        self._outbox.setIconSize(QSize(side, side))
        self._outbox.setFont(self._theme.font("caption", tabular=True))


class _ConnectionState(QWidget):
    """A dot (a ring when off) and a text that ends in time."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._role, self._text = "icon", ""
        self.setObjectName("connection_state")
        theme.changed.connect(self.update)

    def show_state(self, role: str, text: str) -> None:
        self._role, self._text = role, text
        self.setAccessibleName(text)
        self.setToolTip(plain_tip(text))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.line_height("caption"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._text:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_dot(painter)
        rest = self.rect().adjusted(self._theme.px("dot") + self._theme.px("spacing.2"), 0, 0, 0)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.color("textSecondary"))
        text = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _paint_dot(self, painter: QPainter) -> None:
        radius = self._theme.px("dot") / 2
        color = self._theme.color(self._role)
        if self._role == "icon":
            painter.setPen(QPen(color, 1.5))
            radius -= 0.75
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
        painter.drawEllipse(QPointF(self._theme.px("dot") / 2, self.height() / 2), radius, radius)
