"""The quiet line below the composer that tells what a question would send; pressing it tells more."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.widgets.buttons import PaintedButton
from desktop_app.widgets.theme import Theme

DOT = " · "


class ContextCaption(PaintedButton):
    """Shows as many of its parts as there is room for, from the first on; its name and tool tip have them all."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._parts: tuple[str, ...] = ()
        self._is_warning = False
        self.setObjectName("context_caption")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def set_parts(self, parts: Sequence[str], *, is_warning: bool = False) -> None:
        """Say this; a warning has another colour."""
        if is_warning != self._is_warning:
            self._is_warning = is_warning
            self.update()
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            whole = DOT.join(parts)
            self.setText(whole)
            self.setAccessibleName(self.tr("Context: %1").replace("%1", whole))
            self.setToolTip(whole)
            self.updateGeometry()
            self.update()

    def shown_text(self) -> str:
        """What fits into the width."""
        metrics = self._metrics()
        for count in range(len(self._parts), 0, -1):
            text = DOT.join(self._parts[:count])
            if metrics.horizontalAdvance(text) <= self.width():
                return text
        return metrics.elidedText(DOT.join(self._parts[:1]), Qt.TextElideMode.ElideRight, self.width())

    def sizeHint(self) -> QSize:
        return QSize(self._metrics().horizontalAdvance(self.text()) + 1, self._theme.px("controlSmall"))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self._theme.px("controlSmall"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font("caption", tabular=True))
        quiet = "errorText" if self._is_warning else "textSecondary"
        painter.setPen(self._theme.color("text" if self.underMouse() or self.isDown() else quiet))
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.shown_text()
        )

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._theme.font("caption", tabular=True))
