"""From the worker's loop to the window: facts in a deque, taken at most once a frame.

No signal per piece and no timer while nothing is pending: the first fact of a batch posts one event, and the frame
timer runs once for it.
"""

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import (
    QCoreApplication,
    QElapsedTimer,
    QEvent,
    QMetaMethod,
    QObject,
    Qt,
    QTimer,
    Signal,
)

from desktop_app.controllers.facts import Fact, ReplyEdited
from desktop_app.domain.ids import MessageId
from desktop_app.domain.normaliser import merge

FRAME_MS = 16
_WAKE = QEvent.Type(QEvent.registerEventType())


class Bridge(QObject):
    """Lives on the window's thread; ``post`` may be called from any.

    ``arrived(list[Fact])``: everything since the last frame, in order, edits of one reply merged.  Facts wait for the
    first listener: runs are read on while the window is still being put together.
    """

    arrived = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facts: deque[Fact] = deque()
        self._is_woken = False
        self._since_last = QElapsedTimer()
        self._since_last.start()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)

    def post(self, fact: Fact) -> None:
        """Hand a fact over; thread-safe, never blocks."""
        self._facts.append(fact)
        if not self._is_woken:
            self._is_woken = True
            QCoreApplication.postEvent(self, QEvent(_WAKE))

    def event(self, event: QEvent) -> bool:
        if event.type() == _WAKE:
            if self.isSignalConnected(QMetaMethod.fromSignal(self.arrived)):
                self._begin_frame()
            return True
        return super().event(event)

    def connectNotify(self, _signal: QMetaMethod) -> None:
        if self._is_woken:
            self._begin_frame()

    def _begin_frame(self) -> None:
        self._timer.start(max(0, FRAME_MS - self._since_last.elapsed()))

    def _deliver(self) -> None:
        self._is_woken = False  # before draining: a fact that comes meanwhile wakes again
        self._since_last.restart()
        facts = []
        while self._facts:
            facts.append(self._facts.popleft())
        if facts:
            self.arrived.emit(merge_edits(facts))


def merge_edits(facts: Iterable[Fact]) -> list[Fact]:
    """The facts with neighbouring edits of one reply made one."""
    merged: list[Fact] = []
    open_edits: list[ReplyEdited] = []

    def close_edits() -> None:
        if open_edits:
            first = open_edits[0]
            edit = merge([edited.edit for edited in open_edits])
            merged.append(ReplyEdited(first.thread_id, first.message_id, edit))
            open_edits.clear()

    def is_same(message_id: MessageId) -> bool:
        return not open_edits or open_edits[0].message_id == message_id

    for fact in facts:
        if isinstance(fact, ReplyEdited) and is_same(fact.message_id):
            open_edits.append(fact)
            continue
        close_edits()
        if isinstance(fact, ReplyEdited):
            open_edits.append(fact)
        else:
            merged.append(fact)
    close_edits()
    return merged
