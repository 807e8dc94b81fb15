"""The images of messages: decoded on a thread of their own, kept while there is room, never fetched unasked.

What lies on the net is fetched by others, and only when the reader wants to see it: ``load`` asks for it through
``fetch_requested``, and ``supply`` or ``refuse`` answers.  What the reader agreed to holds for that address as long as
the program runs.
"""

import logging
import threading
from collections import deque
from enum import Enum, auto
from typing import NamedTuple, Protocol
from weakref import WeakSet

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QPixmap

from desktop_app.widgets.transcript.blocks.image_decoding import (
    UNREADABLE,
    Decoded,
    ImageError,
    decode,
    is_here,
    is_remote,
)
from desktop_app.widgets.transcript.blocks.lru_cache import LruCache

PIXMAP_BYTES = 64 << 20
CONTENT_BYTES = 32 << 20
KNOWN = 256

logger = logging.getLogger(__name__)


class Stage(Enum):
    """How far an image has come; nothing can be shown for what is UNKNOWN."""

    UNKNOWN = auto()
    UNASKED = auto()
    LOADING = auto()
    READY = auto()
    FAILED = auto()


class Picture(NamedTuple):
    """What is known of an image: ``size`` is its own in pixels, once it was seen; ``reason`` is why it failed, one of
    ``image_decoding`` or what ``Images.refuse`` was told.
    """

    stage: Stage
    size: QSize | None = None
    reason: str = ""


class Viewer(Protocol):
    """Who shows an image; it may disappear at any time."""

    def image_changed(self) -> None:
        """The picture or its pixels came.  Called on the window's thread, never from within a method of Images."""


class _Job(NamedTuple):
    source: str
    content: bytes | None
    box: QSize


class _Made(NamedTuple):
    pixmap: QPixmap
    box: QSize


class Images(QObject):
    """Lives on the window's thread; its own starts with the first image and ends with ``close``.

    Boxes are the largest sizes of use, in device pixels.  ``fetch_requested(str)``: the reader wants to see what is at
    this address.
    """

    fetch_requested = Signal(str)
    _decoded = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[str, Picture] = {}
        self._viewers: dict[str, WeakSet[Viewer]] = {}
        self._boxes: dict[str, QSize] = {}
        self._allowed: set[str] = set()
        self._pending: set[str] = set()
        self._made: LruCache[str, _Made] = LruCache(PIXMAP_BYTES, _bytes_of)
        self._contents: LruCache[str, bytes] = LruCache(CONTENT_BYTES, lambda _, content: len(content))
        self._thread: threading.Thread | None = None
        self._jobs: deque[_Job] = deque()  # the thread's too, under the lock
        self._condition = threading.Condition()
        self._is_closed = False
        self._decoded.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def show(self, source: str, box: QSize, viewer: Viewer) -> Picture:
        """What is known of the image; ``viewer`` hears of what comes.  Begins to decode what is on this machine."""
        if source not in self._viewers:
            self._forget_unseen()
        self._viewers.setdefault(source, WeakSet()).add(viewer)
        self._boxes[source] = box
        picture = self._pictures.get(source)
        if picture is None:
            picture = self._pictures[source] = Picture(self._first_stage(source))
            if picture.stage is Stage.LOADING:
                self._begin(source)
        return picture

    def picture(self, source: str) -> Picture:
        """What is known of an image, which was shown before."""
        return self._pictures[source]

    def pixmap(self, source: str, box: QSize) -> QPixmap | None:
        """The pixels, None while they are not there; they are decoded again if they had to make room."""
        if self._pictures[source].stage is not Stage.READY:
            return None
        made = self._made.get(source)
        if made is None or made.box != box:
            self._boxes[source] = box
            self._begin(source)
        return made.pixmap if made else None

    def load(self, source: str) -> None:
        """The reader wants to see it, or to try again."""
        self._allowed.add(source)
        if self._first_stage(source) is Stage.LOADING:
            self._pictures[source] = Picture(Stage.LOADING)
            self._begin(source)

    def supply(self, source: str, content: bytes) -> None:
        """Here are the bytes that ``fetch_requested`` asked for."""
        self._contents.put(source, content)
        if source in self._pictures:
            self._decode(source, content)

    def refuse(self, source: str, reason: str) -> None:
        """They could not be fetched; ``reason`` is an error's code."""
        self._finish(source, Picture(Stage.FAILED, None, reason))

    def close(self) -> None:
        """Stop at once; nothing is told any more."""
        with self._condition:
            self._is_closed = True
            self._jobs.clear()
            self._condition.notify()
        self._viewers.clear()

    # -- the way of an image

    def _first_stage(self, source: str) -> Stage:
        if is_remote(source):
            return Stage.LOADING if source in self._allowed else Stage.UNASKED
        return Stage.LOADING if is_here(source) else Stage.UNKNOWN

    def _begin(self, source: str) -> None:
        if source in self._pending or self._is_closed:
            return
        self._pending.add(source)
        content = self._contents.get(source)
        if is_remote(source) and content is None:
            self.fetch_requested.emit(source)
        else:
            self._decode(source, content)

    def _decode(self, source: str, content: bytes | None) -> None:
        job = _Job(source, content, self._boxes[source])
        with self._condition:
            self._jobs.append(job)
            self._condition.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="images", daemon=True)
            self._thread.start()

    def _take(self, job: _Job, result: Decoded | str) -> None:
        if isinstance(result, str):
            self._finish(job.source, Picture(Stage.FAILED, None, result))
        else:
            self._made.put(job.source, _Made(QPixmap.fromImage(result.image), job.box))
            self._finish(job.source, Picture(Stage.READY, result.size))

    def _finish(self, source: str, picture: Picture) -> None:
        self._pending.discard(source)
        if source in self._pictures:
            self._pictures[source] = picture
            for viewer in list(self._viewers.get(source, ())):
                viewer.image_changed()

    def _forget_unseen(self) -> None:
        """Addresses may be long (``data:``): those that nobody shows are not remembered for ever."""
        if len(self._viewers) < KNOWN:
            return
        for source in [source for source, viewers in self._viewers.items() if not viewers]:
            for known in (self._viewers, self._pictures, self._boxes):
                known.pop(source, None)

    # -- on the thread

    def _work(self) -> None:
        while job := self._next_job():
            result = _result_of(job)
            with self._condition:  # so that nothing is sent after close()
                if not self._is_closed:
                    self._decoded.emit(job, result)

    def _next_job(self) -> _Job | None:
        """Wait for a job; None when closed."""
        with self._condition:
            while not self._is_closed:
                if self._jobs:
                    return self._jobs.popleft()
                self._condition.wait()
        return None


def _result_of(job: _Job) -> Decoded | str:
    """The image, or the reason why there is none."""
    try:
        return decode(job.source, job.content, job.box)
    except ImageError as error:
        return error.reason
    except Exception:  # one image costs itself, not the thread
        logger.warning("an image could not be decoded", exc_info=True)
        return UNREADABLE


def _bytes_of(_source: str, made: _Made) -> int:
    return made.pixmap.width() * made.pixmap.height() * 4
