"""The sign that something goes on: an arc on a ring, one turn in 900 ms.

All spinners share one clock, which runs only while one of them is to be seen, so an idle window never wakes up.  Under
reduced motion the clock does not run at all and the arc stands.
"""

from PySide6.QtCore import QElapsedTimer, QObject, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from shiboken6 import isValid

from desktop_app.widgets.theme import Theme

TURN_MS = 900
TICK_MS = 33


class SpinnerClock(QObject):
    """Ticks while anyone spins; drops by itself whoever is gone or no longer to be seen.

    Signals: ``ticked`` when ``phase`` is another one: repaint.
    """

    ticked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._spinning: set[QWidget] = set()
        self._elapsed = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        theme.changed.connect(self._run)

    @property
    def phase(self) -> float:
        """The part of a turn that is done, 0 to 1."""
        return self._elapsed.elapsed() % TURN_MS / TURN_MS if self._timer.isActive() else 0.0

    @property
    def is_running(self) -> bool:
        """Whether the timer wakes the program up."""
        return self._timer.isActive()

    def add(self, widget: QWidget) -> None:
        """Tick for ``widget`` as long as it is visible; call it from ``showEvent``."""
        self._spinning.add(widget)
        self._run()

    def remove(self, widget: QWidget) -> None:
        """``widget`` has nothing that spins any more."""
        self._spinning.discard(widget)
        self._run()

    def _tick(self) -> None:
        self._spinning = {one for one in self._spinning if isValid(one) and one.isVisible()}
        self._run()
        self.ticked.emit()

    def _run(self) -> None:
        is_wanted = bool(self._spinning) and not self._theme.is_motion_reduced
        if is_wanted and not self._timer.isActive():
            self._elapsed.restart()
            self._timer.start()
        elif not is_wanted:
            self._timer.stop()


def spinner_clock(theme: Theme) -> SpinnerClock:
    """The clock of the window that ``theme`` colours; made when first asked for."""
    return theme.findChild(SpinnerClock) or SpinnerClock(theme)


def paint_spinner(painter: QPainter, rect: QRect | QRectF, phase: float, theme: Theme) -> None:
    """Draw the ring into the square ``rect`` with the arc turned by ``phase`` (0 to 1)."""
    width = rect.width() / 8
    inset = width / 2 + rect.width() / 16
    ring = QRectF(rect).adjusted(inset, inset, -inset, -inset)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("track"), width))
    painter.drawEllipse(ring)
    painter.setPen(QPen(theme.color("accent"), width, c=Qt.PenCapStyle.RoundCap, s=Qt.PenStyle.SolidLine))
    painter.drawArc(ring, round((90 - 360 * phase) * 16), -120 * 16)
    painter.restore()


class Spinner(QWidget):
    """A spinner in a layout; it turns while it is shown.  ``size`` is in pixels at 100 %, 16 or 20."""

    def __init__(self, theme: Theme, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size = size
        self._clock = spinner_clock(theme)
        self._clock.ticked.connect(self.update)
        theme.changed.connect(self._resize)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._resize()

    def showEvent(self, event: QShowEvent) -> None:
        self._clock.add(self)
        super().showEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_spinner(painter, self.rect(), self._clock.phase, self._theme)
        painter.end()

    def _resize(self) -> None:
        side = round(self._size * self._theme.zoom_percent / 100)
        self.setFixedSize(side, side)
