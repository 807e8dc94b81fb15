"""A bar that shows what the tokens of a question go to, with its legend."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import ElidedLabel
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the whole: its name, how much of it, how that is written, and the role of its colour."""

    name: str
    amount: int
    text: str
    role: str


class BudgetBar(QWidget):
    """Shares side by side, in their order; below them one line for each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bar = _Bar(theme, self)
        self._legend = QWidget(self)
        self._shares: tuple[Share, ...] = ()
        self.setObjectName("budget_bar")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px("spacing.2"))
        self._column.addWidget(self._bar)
        self._column.addWidget(self._legend)

    def set_shares(self, shares: Sequence[Share]) -> None:
        """Show these; what has no part in the whole stands in the legend alone."""
        if tuple(shares) == self._shares:
            return
        self._shares = tuple(shares)
        self._bar.shares = self._shares
        self._bar.update()
        self.setAccessibleName(", ".join(f"{share.name}: {share.text}" for share in shares))
        dispose(self._legend)
        self._legend = self._made_legend()
        self._column.addWidget(self._legend)

    def _made_legend(self) -> QWidget:
        theme = self._theme
        legend = QWidget(self)
        grid = QGridLayout(legend)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px("spacing.2"))
        grid.setVerticalSpacing(theme.px("spacing.half"))
        grid.setColumnStretch(1, 1)
        for row, share in enumerate(self._shares):
            amount = QLabel(share.text)
            amount.setFont(theme.font("caption", tabular=True))
            grid.addWidget(_Swatch(theme, share.role, legend), row, 0)
            grid.addWidget(ElidedLabel(share.name, role="caption"), row, 1)
            grid.addWidget(amount, row, 2, Qt.AlignmentFlag.AlignRight)
        return legend


class _Bar(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shares: tuple[Share, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px("spacing.2"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        round_ends = QPainterPath()
        radius = self.height() / 2
        round_ends.addRoundedRect(QRectF(self.rect()), radius, radius)
        painter.setClipPath(round_ends)
        painter.fillRect(self.rect(), self._theme.color("track"))
        whole = sum(share.amount for share in self.shares) or 1
        left = 0.0
        for share in self.shares:
            width = self.width() * share.amount / whole
            painter.setBrush(self._theme.color(share.role))
            painter.drawRect(QRectF(left, 0, width, self.height()))
            left += width


class _Swatch(QWidget):
    """A dot in the colour of a share."""

    def __init__(self, theme: Theme, role: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._role = theme, role
        self.setFixedSize(theme.px("dot"), theme.px("dot"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(self._role))
        painter.drawEllipse(self.rect())
