"""The round button that jumps to the end, with the count of what has come below."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.buttons import PaintedButton
from desktop_app.widgets.theme import Theme

SHADOW = 10


class JumpPill(PaintedButton):
    """A chevron alone, or with "3 new"."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._count = -1
        self._shadow = QPixmap()
        self._shadow_of: tuple[QSize, float, str] | None = None
        self.setObjectName("jump_to_end")
        self.set_count(0)
        self.hide()

    def set_count(self, count: int) -> None:
        """How many paragraphs have come since the reader left the end."""
        if count == self._count:
            return
        self._count = count
        self.setText(self.tr("%n new", "", count) if count else "")
        self.setAccessibleName(
            self.tr("Jump to the end: %n new", "", count) if count else self.tr("Jump to the end")
        )
        self.setToolTip(self.tr("Jump to the end (End)"))
        self.restyle()

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        height = self._theme.px("control")
        width = height
        if self.text():
            words = QFontMetrics(self._theme.font("small", tabular=True)).horizontalAdvance(self.text())
            width = words + self._theme.px("iconSmall") + self._theme.px("spacing.8")
        return QSize(width + 2 * SHADOW, height + 2 * SHADOW)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        painter.drawPixmap(0, 0, self._shadow_pixmap(box))
        has_focus = self.hasFocus()
        line = theme.color("focus" if has_focus else "hairlineStrong")
        painter.setPen(QPen(line, theme.px("focusRing") if has_focus else 1))
        painter.setBrush(theme.color("hover" if self.underMouse() else "raised"))
        inner = box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
        side = theme.px("iconSmall")
        left = box.left() + (theme.px("spacing.3") if self.text() else (box.width() - side) / 2)
        pixmap = theme.pixmap("chevron-down", "icon", side, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(left, box.center().y() - side / 2), pixmap)
        if self.text():
            painter.setFont(theme.font("small", tabular=True))
            painter.setPen(theme.color("text"))
            words = box.adjusted(left - box.left() + side + theme.px("spacing.1"), 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())

    def _shadow_pixmap(self, box: QRectF) -> QPixmap:
        """The shadow of ``box``, kept: it lies over text that scrolls, and is painted with every frame of it."""
        ratio, base = self.devicePixelRatioF(), self._theme.color("shadow")
        wanted = self.size(), ratio, self._theme.mode
        if self._shadow_of != wanted:
            self._shadow_of = wanted
            self._shadow = QPixmap(self.size() * ratio)
            self._shadow.setDevicePixelRatio(ratio)
            self._shadow.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._shadow)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_shadow(painter, box, QColor(base))  # the theme's own is shared
            painter.end()
        return self._shadow

    @staticmethod
    def _paint_shadow(painter: QPainter, box: QRectF, color: QColor) -> None:
        color.setAlphaF(color.alphaF() / SHADOW)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for spread in range(1, SHADOW - 2):
            layer = box.adjusted(-spread, -spread + 3, spread, spread + 2)
            painter.drawRoundedRect(layer, layer.height() / 2, layer.height() / 2)
