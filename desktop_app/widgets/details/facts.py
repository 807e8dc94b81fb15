"""Facts in two columns: names, and values that can be selected, copied or pressed."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.buttons import IconButton, PaintedButton
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.dialogs.frame import ElidedLabel
from desktop_app.widgets.theme import Theme

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class Facts(QWidget):
    """A grid that grows downwards; what is empty gets no line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px("spacing.3"))
        self._grid.setVerticalSpacing(theme.px("spacing.1") + 2)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)

    def add(self, name: str, value: str, *, note: str = "", object_name: str = "") -> None:
        """A value as text, with a ``note`` small below it."""
        if not value:
            return
        shown = self._value(value, f"{name}: {value}" + (f", {note}" if note else ""))
        shown.setObjectName(object_name)
        self._put(name, shown)
        if note:
            self._grid.addWidget(NarrowLabel(note, role="caption"), self._grid.rowCount(), 1)

    def add_copied(self, name: str, value: str, tip: str, object_name: str) -> None:
        """A value that is there to be copied."""
        if not value:
            return
        copy = IconButton(self._theme, "copy", tip, name=object_name, is_small=True)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(value))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.px("spacing.1"))
        shown = ElidedLabel(value, role="small")
        shown.setAccessibleName(f"{name}: {value}")
        row.addWidget(shown, 1)
        row.addWidget(copy)
        self._put(name, both, Qt.AlignmentFlag.AlignVCenter)

    def add_link(self, name: str, text: str, object_name: str, pressed: Callable[[], object]) -> None:
        """A value that leads somewhere."""
        if not text:
            return
        link = LinkButton(self._theme, text, object_name)
        link.setAccessibleName(f"{name}: {text}")
        link.clicked.connect(lambda: pressed())
        self._put(name, link)

    def _value(self, text: str, accessible: str) -> NarrowLabel:
        shown = NarrowLabel(text, role="small")
        shown.setTextInteractionFlags(SELECTABLE)
        shown.setAccessibleName(accessible)
        return shown

    def _put(
        self, name: str, value: QWidget, alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignTop
    ) -> None:
        row = self._grid.rowCount()
        label = NarrowLabel(name, role="caption")
        label.setContentsMargins(0, self._theme.px("spacing.half"), 0, 0)  # on one line with larger letters
        self._grid.addWidget(label, row, 0, alignment)
        self._grid.addWidget(value, row, 1, alignment)


class LinkButton(PaintedButton):
    """Words that can be pressed, elided where they do not fit."""

    def __init__(self, theme: Theme, text: str, name: str) -> None:
        super().__init__(theme)
        self.setObjectName(name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(plain_tip(text))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font("small"))
        return QSize(metrics.horizontalAdvance(self.text()) + 1, self._theme.line_height("small"))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self._theme.line_height("small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self._theme.font("small")
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(self._theme.color("accentText"))
        text = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
