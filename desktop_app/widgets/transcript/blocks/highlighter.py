"""Colours for code, found on a thread of their own and kept for the next time.

Pygments is Python and holds the interpreter, so the thread works a millisecond and rests a little longer: the
window's frames hardly notice it.  What is asked for last is done first, since that is where the reader is.
"""

import logging
import threading
import time
import weakref
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.widgets.transcript.blocks.languages import lexer_alias
from desktop_app.widgets.transcript.blocks.lexing import Colours, colours
from desktop_app.widgets.transcript.blocks.lru_cache import LruCache

WORK_S = 0.001
REST_S = 0.0015
LONGEST_TEXT = 200_000
LONGEST_LINE = 2_000
BLANK_LINES = "\n" * 500
"""Patterns of some languages need time quadratic in a line's length or in blank lines (0.4 s for 5,000 digits, 2 s for
20,000 empty lines), and hold the interpreter meanwhile."""

CACHED_CHARACTERS = 2_000_000
NO_COLOURS: Colours = ()

logger = logging.getLogger(__name__)


def is_plain(language: str, length: int) -> bool:
    """Whether a text of ``length`` characters gets no colours, whatever is in it."""
    return length > LONGEST_TEXT or not lexer_alias(language)


class Receiver(Protocol):
    """What colours are for.  It may disappear before they come; its colours are dropped then."""

    def take_colours(self, found: Colours) -> None:
        """Called on the window's thread, once for the newest request, unless that was answered at once."""


class _Job:
    """One request, given up when its receiver is gone or has asked for something else."""

    __slots__ = ("given_up", "is_final", "language", "receiver", "text")

    def __init__(self, receiver: Receiver, language: str, text: str, is_final: bool) -> None:
        given_up = threading.Event()
        # A callback, since the thread must not hold a receiver even for a moment: it would have to destroy it then.
        self.receiver = weakref.ref(receiver, lambda _: given_up.set())
        self.given_up = given_up
        self.language = language
        self.text = text
        self.is_final = is_final


class Highlighter(QObject):
    """Lives on the window's thread.  Its own thread starts with the first request and ends with ``close()``."""

    _found = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest: weakref.WeakKeyDictionary[Receiver, _Job] = weakref.WeakKeyDictionary()
        self._cache: LruCache[tuple[str, str], Colours] = LruCache(CACHED_CHARACTERS, _length_of)
        self._thread: threading.Thread | None = None
        self._jobs: list[_Job] = []  # the thread's too, under the lock
        self._is_closed = False
        self._condition = threading.Condition()
        self._found.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def request(
        self, receiver: Receiver, language: str, text: str, *, is_final: bool = True
    ) -> Colours | None:
        """The colours of ``text`` when they are known already; else None, and the receiver gets them later.

        A new request takes the place of an older one of the same receiver.  ``is_final`` says that the text is
        complete and worth remembering.  Too long texts or lines and unknown languages have no colours.
        """
        older = self._newest.pop(receiver, None)
        if older is not None:
            older.given_up.set()
        if is_plain(language, len(text)):
            return NO_COLOURS
        known = self._cache.get((language, text))
        if known is None and not self._is_closed:
            self._start(receiver, _Job(receiver, language, text, is_final))
        return known

    def close(self) -> None:
        """Stop at once; nothing is delivered afterwards."""
        with self._condition:
            self._is_closed = True
            self._jobs.clear()
            self._condition.notify()
        self._newest.clear()

    def _start(self, receiver: Receiver, job: _Job) -> None:
        self._newest[receiver] = job
        with self._condition:
            self._jobs.append(job)
            self._condition.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="highlighter", daemon=True)
            self._thread.start()

    def _deliver(self, job: _Job, found: Colours) -> None:
        if job.is_final:
            self._cache.put((job.language, job.text), found)
        receiver = job.receiver()
        if receiver is not None and self._newest.get(receiver) is job:
            del self._newest[receiver]
            receiver.take_colours(found)

    # -- on the thread

    def _work(self) -> None:
        while job := self._next_job():
            found = self._lex(job)
            with self._condition:  # so that nothing is sent after close()
                if found is not None and not self._is_closed:
                    self._found.emit(job, found)

    def _next_job(self) -> _Job | None:
        """Wait for a job that is still wanted; None when closed."""
        with self._condition:
            while not self._is_closed:
                while self._jobs:
                    job = self._jobs.pop()
                    if not job.given_up.is_set():
                        return job
                self._condition.wait()
        return None

    def _lex(self, job: _Job) -> Colours | None:
        if BLANK_LINES in job.text or max(map(len, job.text.split("\n"))) > LONGEST_LINE:
            return NO_COLOURS
        pacer = _Pacer()

        def goes_on() -> bool:
            pacer.rest_when_due()
            return not (job.given_up.is_set() or self._is_closed)

        try:
            return colours(job.language, job.text, goes_on)
        except Exception:  # a defect of one lexer costs its colours, not the thread
            logger.warning("Code in %s could not be coloured", job.language, exc_info=True)
            return NO_COLOURS


def _length_of(key: tuple[str, str], _found: Colours) -> int:
    return len(key[1])


class _Pacer:
    """Lets a thread work for ``WORK_S`` at a time."""

    __slots__ = ("_until",)

    def __init__(self) -> None:
        self._until = time.perf_counter() + WORK_S

    def rest_when_due(self) -> None:
        if time.perf_counter() >= self._until:
            time.sleep(REST_S)
            self._until = time.perf_counter() + WORK_S
