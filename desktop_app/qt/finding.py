"""Finding in the open thread, for the window: asks the worker, and keeps the list of hits as it grows."""

from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.find import LocatedHit
from desktop_app.controllers.hit_list import Found, HitList, Place
from desktop_app.domain.ids import ThreadId

T = TypeVar("T")


class Finding(QObject):
    """Lives on the window's thread; one query at a time, the newest.

    ``counted()``: ``hits`` is another list or has grown.  ``located(LocatedHit)`` answers ``locate``; the hit may have
    gone meanwhile, then nothing comes.  Errors of the store end the count and are logged.
    """

    counted = Signal()
    located = Signal(object)
    _reported = Signal(int, object)
    _answered = Signal(int, object)

    def __init__(self, backend: Backend, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._thread_id = ThreadId("")
        self._query = ""
        self._turn = 0  # answers to earlier ones are dropped
        self._counting: Future[None] | None = None
        self._locating: Future[LocatedHit | None] | None = None
        self.hits = HitList(0)
        self._reported.connect(self._on_reported)
        self._answered.connect(self._on_answered)

    def search(self, thread_id: ThreadId, folded_query: str, start: int) -> None:
        """Count the hits of a query in a thread, from the message at the position ``start`` outwards."""
        self.cancel()
        self._thread_id, self._query = thread_id, folded_query
        self.hits = HitList(start)
        self._count()

    def count_again(self, position: int) -> None:
        """Messages from ``position`` on are not what they were; the rest of the list stays."""
        if self._query:
            self._give_up()
            self.hits.forget_from(position)
            self._count()

    def locate(self, place: Place) -> None:
        """Ask where a hit is; only the newest question is answered."""
        if self._locating:
            self._locating.cancel()
        work = self._backend.find.locate(self._thread_id, self._query, place.position, place.nth)
        self._locating = self._ask(work, partial(self._answered.emit, self._turn))

    def cancel(self) -> None:
        """Give the query up."""
        self._give_up()
        self._query = ""
        self.hits = HitList(0)

    def _give_up(self) -> None:
        self._turn += 1
        for future in (self._counting, self._locating):
            if future:
                future.cancel()

    def _count(self) -> None:
        report = partial(self._reported.emit, self._turn)
        hits = self.hits
        work = self._backend.find.count(self._thread_id, self._query, hits.top, hits.bottom, report)
        self._counting = self._ask(work, lambda _: None)

    def _ask(self, work: Coroutine[Any, Any, T], then: Callable[[T], object]) -> Future[T]:
        """Run ``work`` on the worker's loop; ``then`` is called there with what came of it."""

        def finish(future: Future[T]) -> None:
            try:
                answer = future.result()
            except CancelledError:
                return
            except Exception as error:  # noqa: BLE001 - nobody else waits for it
                self._backend.log_fault(error)
            else:
                then(answer)

        asked = self._backend.worker.call(work)
        asked.add_done_callback(finish)
        return asked

    def _on_reported(self, turn: int, found: Found) -> None:
        if turn == self._turn:
            self.hits.add(found)
            self.counted.emit()

    def _on_answered(self, turn: int, located: LocatedHit | None) -> None:
        if turn == self._turn and located:
            self.located.emit(located)
