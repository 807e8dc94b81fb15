"""Where files are dropped: a dashed frame that can be pressed as well."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen

from desktop_app.widgets.dialogs.frame import PushButton
from desktop_app.widgets.theme import Theme


class DropZone(PushButton):
    """Says what can be dropped; whoever it lies in takes the drop."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._is_waiting = False
        self.setObjectName("files_zone")
        self.setAutoDefault(False)
        self.setMinimumHeight(2 * theme.px("header"))
        theme.changed.connect(self.update)

    def show_text(self, text: str) -> None:
        """Say what to do here."""
        self.setText(text)
        self.setAccessibleName(text)

    def show_waiting(self, is_waiting: bool) -> None:
        """Whether something that could be dropped is above."""
        self._is_waiting = is_waiting
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px("sidebarMin"), 2 * self._theme.px("header"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(
            theme.color("accent" if self._is_waiting else "hairlineStrong"), 1.5 if self._is_waiting else 1
        )
        pen.setStyle(Qt.PenStyle.DashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        is_lit = self._is_waiting or self.isDown()
        ground = "accentSoft" if is_lit else "hover" if self.underMouse() else "sunken"
        painter.setBrush(theme.color(ground))
        radius = theme.px("radius.medium")
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), radius, radius)
        side, gap = theme.px("icon"), theme.px("spacing.1")
        line = theme.line_height("small")
        inner = self.rect().adjusted(theme.px("spacing.4"), 0, -theme.px("spacing.4"), 0)
        painter.setFont(theme.font("small"))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        words = painter.boundingRect(inner, flags, self.text())
        top = (self.height() - side - gap - max(line, words.height())) // 2
        pixmap = theme.pixmap("file", "icon", side, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, top, pixmap)
        painter.setPen(theme.color("textSecondary"))
        painter.drawText(inner.adjusted(0, top + side + gap, 0, 0), flags, self.text())
        painter.end()


def local_paths(dragged: QMimeData) -> list[Path]:
    """The files and folders of this machine among what is dragged."""
    return [Path(url.toLocalFile()) for url in dragged.urls() if url.isLocalFile()]
