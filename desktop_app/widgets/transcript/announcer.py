"""Says to screen readers what arrives: that a reply is being written, its sentences, and that it is complete.

One queue, at most one announcement in 400 ms.  While no reader is there, or none wants it, a growing message costs one
question a frame.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from desktop_app.domain.settings import Announcements
from desktop_app.markdown.items import Item
from desktop_app.markdown.sentences import Passage, Sentences

EVERY_S = 0.4


def announce(speaker: QWidget, words: str) -> None:
    """Have a screen reader say ``words`` when it has said what it says."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(speaker, words))


class Announcer(QObject):
    """Follows the replies of the shown thread; ``say`` takes each announcement."""

    def __init__(self, parent: QObject, say: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._say = say
        self._wanted = Announcements.SENTENCES
        self._queue: deque[str] = deque()
        self._readings: dict[str, Sentences] = {}
        self._news: dict[str, Sequence[Item]] = {}
        self._next_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)  # others come early
        self._timer.timeout.connect(self._say_next)

    @property
    def wanted(self) -> Announcements:
        """How much the user wants to hear."""
        return self._wanted

    @wanted.setter
    def wanted(self, wanted: Announcements) -> None:
        if wanted is not self._wanted:
            self._wanted = wanted
            self.clear()

    def began(self, message_id: str) -> None:
        """A reply was asked for."""
        if self._is_silent:
            return
        self._readings[message_id] = Sentences()
        self._add(self.tr("Writing a reply"))

    def grew(self, message_id: str, items: Sequence[Item]) -> None:
        """A reply has more text; ``items``, its document's own list, are looked at when it is time to speak.

        Of a reply that did not begin here, only what comes from now on is read.
        """
        if self._wanted is not Announcements.SENTENCES or not QAccessible.isActive():
            return
        if message_id not in self._readings:
            self._readings[message_id] = Sentences()
            self._readings[message_id].skip(items)
        self._news[message_id] = items
        self._schedule()

    def ended(self, message_id: str, items: Sequence[Item], words: int, ending: str = "") -> None:
        """A reply is over: ``words`` is how many it has, ``ending`` what happened when it is not complete."""
        reading = self._readings.pop(message_id, None)
        self._news.pop(message_id, None)
        if self._is_silent:
            return
        if reading is not None and self._wanted is Announcements.SENTENCES:
            self._put(reading.take(items, is_complete=True))
        self._add(ending or self.tr("Reply complete, %Ln word(s)", "", words))

    def told(self, words: str) -> None:
        """Something else is to be known of a reply: that it comes later, or what it waits for."""
        if not self._is_silent:
            self._add(words)

    def clear(self) -> None:
        """Be silent: another thread is shown."""
        self._timer.stop()
        self._queue.clear()
        self._readings.clear()
        self._news.clear()

    @property
    def _is_silent(self) -> bool:
        return self._wanted is Announcements.OFF or not QAccessible.isActive()

    def _add(self, words: str) -> None:
        self._queue.append(words)
        self._schedule()

    def _put(self, passages: Sequence[Passage]) -> None:
        words = "\n".join(self._words(passage) for passage in passages)
        if words:
            self._queue.append(words)

    def _words(self, passage: Passage) -> str:
        if passage.code_lines:
            return self.tr("Code block, %n line(s)", "", passage.code_lines)
        return passage.text

    def _schedule(self) -> None:
        if not self._timer.isActive():
            self._timer.start(max(0, round((self._next_at - time.monotonic()) * 1000)))

    def _say_next(self) -> None:
        news, self._news = self._news, {}
        for message_id, items in news.items():
            self._put(self._readings[message_id].take(items))
        if self._queue:
            self._say(self._queue.popleft())
        self._next_at = time.monotonic() + EVERY_S
        if self._queue:
            self._schedule()
