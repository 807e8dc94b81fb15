"""One line about what just happened, with at most one way to act on it.

A newer notice takes the place of an older one, but never of an error that nobody has put away: then it waits.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme

KINDS = ("info", "warning", "error")
MAXIMUM_TEXT_PX = 480
_ICONS = {"info": "info", "warning": "warning", "error": "error"}


class Notice(NamedTuple):
    """What the bar says; ``timeout_s`` None keeps it until it is put away."""

    text: str
    action: str = ""
    on_action: Callable[[], None] | None = None
    timeout_s: float | None = None
    kind: str = "info"


class NoticeBar(QFrame):
    """Hidden while there is nothing to say.  In a layout it takes a row; ``float_in`` lays it over a pane instead.

    The seconds of a notice do not run while the pointer or the keyboard is in it.

    Signals: ``dismissed`` when a notice went away, by whatever way.
    """

    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._notice: Notice | None = None
        self._waiting: deque[Notice] = deque()
        self._left_s = 0
        self._host: QWidget | None = None
        self._above: QWidget | None = None
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._tick)
        self.setObjectName("notice")
        self._mark = QLabel()
        self._text = QLabel()
        self._text.setObjectName("notice_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._action = QPushButton()
        self._action.setObjectName("notice_action")
        self._action.setAutoDefault(True)  # Enter presses it
        self._action.clicked.connect(self._act)
        self._close = IconButton(theme, "close", self.tr("Close"), name="notice_close", is_small=True)
        self._close.clicked.connect(self.dismiss)
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now; "" while hidden."""
        return self._notice.text if self._notice else ""

    def show_notice(
        self,
        text: str,
        *,
        action: str = "",
        on_action: Callable[[], None] | None = None,
        timeout_s: float | None = None,
        kind: str = "info",
    ) -> None:
        """Say ``text``, now or after the error that is being shown.  Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(kind)
        notice = Notice(text, action, on_action, timeout_s, kind)
        if self._notice is None or self._notice.kind != "error":
            self._say(notice)
        elif all(
            one.text != text for one in (self._notice, *self._waiting)
        ):  # what is said is not said again
            self._waiting.append(notice)

    def dismiss(self) -> None:
        """Put the notice away, and say what waits."""
        if self._notice is None:
            return
        self._notice = None
        self._timer.stop()
        if self._waiting:
            self._say(self._waiting.popleft())
        else:
            self.hide()
        self.dismissed.emit()

    def withdraw(self, text: str) -> None:
        """Put the notice with this text away, whether it is said or waits."""
        if self.text == text:
            self.dismiss()
        self._waiting = deque(one for one in self._waiting if one.text != text)

    def focus(self) -> None:
        """Put the keyboard on what can be done, or on closing."""
        (self._close if self._action.isHidden() else self._action).setFocus(Qt.FocusReason.TabFocusReason)

    def float_in(self, host: QWidget, above: QWidget | None = None) -> None:
        """Lie over ``host``, centred, at its bottom; above ``above`` (a widget within it) while that stands there."""
        self._host, self._above = host, above
        is_shown = not self.isHidden()
        self.setParent(host)
        self.setVisible(is_shown)
        for watched in filter(None, (host, above)):
            watched.installEventFilter(self)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.LayoutRequest):
            self._place()
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 5, 5, 5)
        line.setSpacing(4)
        line.addWidget(self._mark)
        line.addSpacing(4)
        line.addWidget(self._text, 1)
        line.addSpacing(8)
        line.addWidget(self._action)
        line.addWidget(self._close)

    def _say(self, notice: Notice) -> None:
        self._notice = notice
        self._left_s = round(notice.timeout_s or 0)
        self._text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self._action.setVisible(bool(notice.action))
        self._show_action()
        self._action.setMinimumWidth(0)
        self._restyle()
        self._action.setMinimumWidth(self._action.sizeHint().width())
        if self._left_s:
            self._timer.start()
        else:
            self._timer.stop()
        self.show()
        self.raise_()
        self._place()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, notice.text))

    def _show_action(self) -> None:
        notice = self._notice
        if notice is None:
            return
        seconds = self.tr("%n s", "", self._left_s) if self._left_s else ""
        self._action.setText(" · ".join(filter(None, (notice.action, seconds))))
        self._action.setAccessibleName(notice.action)

    def _tick(self) -> None:
        if self.underMouse() or self._action.hasFocus() or self._close.hasFocus():
            return
        self._left_s -= 1
        if self._left_s <= 0:
            self.dismiss()
        else:
            self._show_action()

    def _act(self) -> None:
        on_action = self._notice.on_action if self._notice else None
        self.dismiss()
        if on_action:
            on_action()

    def _restyle(self) -> None:
        kind = self._notice.kind if self._notice else "info"
        self.setProperty("kind", kind)
        for one in (self, self._text, self._action, self._close):
            one.style().unpolish(one)
            one.style().polish(one)
        side = self._theme.px("iconSmall")
        self._mark.setVisible(kind != "info")
        if kind != "info":
            self._mark.setPixmap(self._theme.pixmap(_ICONS[kind], kind, side, self.devicePixelRatio()))
        self._close.setIcon(self._theme.icon("close", "tooltipText" if kind == "info" else "icon"))
        self._wrap()

    def _wrap(self) -> None:
        """One line where the text fits, else lines of an even width."""
        room = round(MAXIMUM_TEXT_PX * self._theme.zoom_percent / 100)
        if self._host is not None:
            room = min(room, max(160, self._host.width() - self._action.sizeHint().width() - 160))
        self._text.ensurePolished()
        needed = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 2
        self._text.setWordWrap(needed > room)
        self._text.setMinimumWidth(min(needed, room))

    def _place(self) -> None:
        if self._host is None or self.isHidden():
            return
        self._wrap()
        self.adjustSize()
        bottom = self._host.height() - self._theme.px("spacing.3")
        if self._above is not None:
            top = self._above.mapTo(self._host, QPoint(0, 0)).y()
            room_below = self._host.height() - top - self._above.height()
            if room_below < self._theme.px("header"):  # else it stands in the middle, below words of its own
                bottom = top - self._theme.px("spacing.2")
        self.move((self._host.width() - self.width()) // 2, bottom - self.height())
