"""Work that would hold the window up, done on a thread beside it; only the newest answer counts."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

log = logging.getLogger(__name__)


class _Desk:
    """What the thread shares with its asker: the work to do next, and where the answer goes."""

    def __init__(self, deliver: Callable[[int, object], None]) -> None:
        self.lock = threading.Lock()
        self.deliver: Callable[[int, object], None] | None = deliver
        self.job: tuple[int, Callable[[], object]] | None = None
        self.is_working = False

    def close(self) -> None:
        """Nothing is delivered afterwards."""
        with self.lock:
            self.deliver = self.job = None

    def work(self) -> None:
        """Do what is asked for until there is nothing left."""
        while True:
            with self.lock:
                job, self.job = self.job, None
                if job is None:
                    self.is_working = False
                    return
            number, work = job
            try:
                answer = work()
            except Exception:
                log.exception("work beside the window failed")
                continue
            with self.lock:  # so that nothing is sent to an asker that is gone
                if self.deliver is not None:
                    self.deliver(number, answer)


class Aside(QObject):
    """Does one piece of work at a time; ``answered(object)`` brings what the one asked for last returned.

    The work is given values and touches nothing of Qt.  What is asked meanwhile takes the place of what waits.
    """

    answered = Signal(object)
    _delivered = Signal(int, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._newest = 0
        self._desk = _Desk(self._delivered.emit)
        self._delivered.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._desk.close)

    def ask(self, work: Callable[[], object]) -> None:
        """Have ``work`` done; an answer to something older does not come any more."""
        self._newest += 1
        with self._desk.lock:
            self._desk.job = (self._newest, work)
            if self._desk.is_working:
                return
            self._desk.is_working = True
        threading.Thread(target=self._desk.work, name="aside", daemon=True).start()

    def forget(self) -> None:
        """Let nothing come of what was asked."""
        self._newest += 1

    def _take(self, number: int, answer: object) -> None:
        if number == self._newest:
            self.answered.emit(answer)
