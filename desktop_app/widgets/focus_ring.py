"""The keyboard's ring around buttons: 2 px wide, 1 px outside, and only when the keyboard brought the focus.

A style sheet can draw neither outside a control nor tell keys from clicks.  Fields and rows draw their own focus on
their edge; this is for everything that is pressed.
"""

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFocusFrame,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid

from desktop_app.widgets.theme import Theme

MARGIN = 3


class FocusRing(QObject):
    """Follows the focus of the application; the frame is made when first needed."""

    def __init__(self, theme: Theme, app: QApplication) -> None:
        super().__init__(app)
        self._theme = theme
        self._frame: _RingFrame | None = None
        app.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        is_clicked = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if isinstance(now, QAbstractButton | QTabBar) and not is_clicked:
            self._living_frame().setWidget(now)
        elif self._frame is not None and isValid(self._frame):
            self._frame.setWidget(None)  # type: ignore[arg-type]  # None takes the frame away

    def _living_frame(self) -> "_RingFrame":
        """Qt makes the frame a child of the window it is in; it goes away with a dialog, and is made anew."""
        if self._frame is None or not isValid(self._frame):
            self._frame = _RingFrame(self._theme)
        return self._frame


class _RingMargins(QProxyStyle):
    """Room for the ring and its gap around the widget, and no mask, so that its corners stay smooth.

    It lies above the widget, in the window or the scroll area: beside the widget what is around it would clip it.
    """

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric in (QStyle.PixelMetric.PM_FocusFrameHMargin, QStyle.PixelMetric.PM_FocusFrameVMargin):
            return MARGIN
        return super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_FocusFrame_Mask:
            return 0
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1
        return super().styleHint(hint, option, widget, returned)


class _RingFrame(QFocusFrame):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._margins = _RingMargins("fusion")
        self._margins.setParent(self)
        self.setStyle(self._margins)

    def paintEvent(self, _event: QPaintEvent) -> None:
        width = self._theme.px("focusRing")
        half = width / 2
        radius = self._theme.px("radius.small") + MARGIN - half
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("focus"), width))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)
        painter.end()
