"""The line above a reply that is on its way: a spinner, what is being done, for how long.

While the run waits before it asks again, the line says why, counts down, and lets the reader go on at once.

It stands in room that is kept anyway, so neither its coming nor its going moves the text.  Its timer runs only while
the line is shown.
"""

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.entry import Stage
from desktop_app.widgets.transcript.times import clock

FRAME_MS = 40
TURN_S = 0.9
QUIET_MS = 300


class Spinner(QWidget):
    """A turning arc; whoever shows it calls ``turn``."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._angle = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        side = round(14 * self._theme.zoom_percent / 100)
        return QSize(side, side)

    def turn(self, elapsed_s: float) -> None:
        """Draw the arc as it is ``elapsed_s`` after the start."""
        self._angle = 0.0 if self._theme.is_motion_reduced else -360 * math.modf(elapsed_s / TURN_S)[0]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thickness = 2 * self._theme.zoom_percent / 100
        box = QRectF(self.rect()).adjusted(thickness, thickness, -thickness, -thickness)
        painter.setPen(QPen(self._theme.color("track"), thickness))
        painter.drawEllipse(box)
        pen = QPen(self._theme.color("accent"), thickness)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(box, round((90 + self._angle) * 16), -110 * 16)


class StatusLine(QWidget):
    """Says the stage of a run; ``began_at`` (``time.monotonic``) is when its clock began.

    Signals: ``retry_requested`` when the reader does not want to wait.
    """

    retry_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget, began_at: float) -> None:
        super().__init__(parent)
        self.setObjectName("run_status")
        self._theme = theme
        self._stage = Stage()
        self._began = began_at
        self._spinner = Spinner(theme, self)
        self._label = QLabel(self)
        self._retry = self._make_retry()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px("spacing.2"))
        row.addWidget(self._spinner)
        row.addWidget(self._label)
        row.addWidget(self._retry)
        row.addStretch(1)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_frame)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(self.show)
        self.hide()
        self.restyle()

    def _make_retry(self) -> QPushButton:
        button = QPushButton(self.tr("Retry now"), self)
        button.setObjectName("retry_now")
        button.setProperty("isSmall", True)
        button.setProperty("kind", "link")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAutoDefault(True)
        button.clicked.connect(self.retry_requested)
        button.hide()
        return button

    def buttons(self) -> Sequence[QPushButton]:
        """Its buttons in the order of Tab."""
        return () if self._retry.isHidden() else (self._retry,)

    def set_stage(self, stage: Stage) -> None:
        """Show ``stage``; the line comes when the run takes longer than a moment."""
        if stage == self._stage:
            return
        if not self._stage.name:
            elapsed_ms = round((time.monotonic() - self._began) * 1000)
            self._quiet.start(max(0, QUIET_MS - elapsed_ms))
        self._stage = stage
        self._retry.setVisible(stage.name == "retrying")
        self._say()

    @property
    def words(self) -> str:
        """What it says now."""
        return self._label.text()

    def finish(self) -> None:
        """Nothing runs any more."""
        self._stage = Stage()
        self._quiet.stop()
        self.hide()

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        self._label.setFont(self._theme.font("small", tabular=True))
        palette = self._label.palette()
        palette.setColor(self._label.foregroundRole(), self._theme.color("textSecondary"))
        self._label.setPalette(palette)
        self._spinner.setFixedSize(self._spinner.sizeHint())

    def _words(self) -> str:
        match self._stage.name:
            case "queued":
                return self.tr("In the queue")
            case "starting_model":
                return self.tr("Starting the model")
            case "loading_model":
                return self.tr("Loading the model")
            case "thinking":
                return self.tr("Thinking")
            case "approving":
                return self.tr("Waiting for your approval")
            case "wanting":
                return self.tr("Waiting for your result")
            case "calling":
                return self.tr("Running a program")
            case "searching":
                return self.tr("Searching")
            case "writing":
                return self.tr("Writing")
            case "reconnecting":
                return self.tr("The connection broke; taking the reply up again")
            case "sending":
                return self.tr("Sending")
            case "retrying":
                return self._reason()
            case _:
                return self.tr("Waiting for the reply")

    def _reason(self) -> str:
        """Why the run waits."""
        match self._stage.error:
            case "rate_limited":
                return self.tr("Too many requests")
            case "unreachable":
                return self.tr("The service cannot be reached")
            case _:
                return self.tr("The service is busy")

    def _say(self) -> None:
        parts = [self._words()]
        if self._stage.until is not None:
            left_s = max(0, round((self._stage.until - datetime.now(UTC)).total_seconds()))
            parts.append(self.tr("again in %1").replace("%1", clock(left_s)))
        elif self._stage.fraction is not None:
            parts.append(self.tr("%1 %").replace("%1", str(round(self._stage.fraction * 100))))
        else:
            elapsed_s = int(time.monotonic() - self._began)
            if elapsed_s:
                parts.append(self.tr("%1 s").replace("%1", str(elapsed_s)))
        text = " · ".join(parts)
        if text != self._label.text():
            self._label.setText(text)

    def _on_frame(self) -> None:
        self._say()
        if not self._spinner.visibleRegion().isEmpty():
            self._spinner.turn(time.monotonic() - self._began)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start(1000 if self._theme.is_motion_reduced else FRAME_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
