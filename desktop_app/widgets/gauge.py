"""A ring in the header that fills with the context of the thread."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.widgets.buttons import PaintedButton
from desktop_app.widgets.context_words import AMBER, RED
from desktop_app.widgets.theme import Theme

WHOLE, TOP = 360 * 16, 90 * 16  # Qt's sixteenths of a degree


class ContextGauge(PaintedButton):
    """Amber from 80 % of the budget on, red from 95 %; its tool tip says what that means."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._fill = 0.0
        self.setObjectName("context_gauge")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_fill(self, fill: float, consequence: str) -> None:
        """Fill the ring to ``fill`` (0..1) and say what that means."""
        self._fill = fill
        percent = self.tr("Context: %1 % full").replace("%1", str(round(fill * 100)))
        self.setAccessibleName(percent)
        self.setAccessibleDescription(consequence)
        self.setToolTip(f"{percent}. {consequence}")
        self.update()

    @property
    def role(self) -> str:
        """The colour of the filled part."""
        return "error" if self._fill >= RED else "warning" if self._fill >= AMBER else "accent"

    def sizeHint(self) -> QSize:
        side = self._theme.px("iconButton")
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_hover(painter)
        width, side = theme.px("spacing.half"), theme.px("iconSmall")
        ring = QRectF(0, 0, side - width, side - width)
        ring.moveCenter(QRectF(self.rect()).center())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("track"), width))
        painter.drawEllipse(ring)
        painter.setPen(QPen(theme.color(self.role), width, c=Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, TOP, -round(WHOLE * self._fill))
