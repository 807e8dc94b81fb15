"""Finding words in a thread of any length, from the reader's place outwards.

Runs on the worker's loop: the store's thread picks the messages that may show the query, here they are parsed and
counted.  Parsing is Python's work and would hold up the window, so it is done in slices with pauses between.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from desktop_app.controllers.hit_list import Counted, Found
from desktop_app.domain.ids import ThreadId
from desktop_app.domain.threads import Author
from desktop_app.markdown.hits import Hit, Sieve, folded_texts, hits_in_texts, parts_with_hits
from desktop_app.store.finding import Candidate, FindingStore, Piece

SLICE_S = 0.0015
PAUSE_S = 0.001
REPORT_EVERY_S = 0.1


class LocatedHit(NamedTuple):
    """A hit as the transcript can show it."""

    position: int
    message_id: str
    hit: Hit


class FindController:
    """Counts the hits of a folded query (``desktop_app.markdown.hits``)."""

    def __init__(self, store: FindingStore) -> None:
        self._store = store

    async def count(
        self,
        thread_id: ThreadId,
        folded_query: str,
        top: int | None,
        bottom: int | None,
        report: Callable[[Found], None],
    ) -> None:
        """Count above ``top`` and from ``bottom`` on, in turns; None where nothing is left to count.

        ``report`` is called with what is new since the last report, be it that nothing was found so far: at once with
        the first hits, then a few times a second, and when an end of the thread is reached.  Raises StoreError.
        """
        await _Count(self._store, thread_id, folded_query, report).run(top, bottom)

    async def locate(
        self, thread_id: ThreadId, folded_query: str, position: int, nth: int
    ) -> LocatedHit | None:
        """The ``nth`` hit in the message at ``position``, the last one when there are fewer; None without any."""
        message = await self._store.message_at(thread_id, position)
        hits = hits_in_texts(_texts(message), folded_query) if message else []
        if message is None or not hits:
            return None
        return LocatedHit(position, message.message_id, hits[min(nth, len(hits) - 1)])


class _Count:
    """One count on its way."""

    def __init__(
        self, store: FindingStore, thread_id: ThreadId, folded_query: str, report: Callable[[Found], None]
    ) -> None:
        self._store = store
        self._thread_id = thread_id
        self._query = folded_query
        self._sieve = Sieve(folded_query)
        self._report = report
        self._above: list[Counted] = []
        self._below: list[Counted] = []
        self._top: int | None = None
        self._bottom: int | None = None
        self._has_hits = False
        self._report_after_s = time.monotonic() + REPORT_EVERY_S

    async def run(self, top: int | None, bottom: int | None) -> None:
        self._top, self._bottom = top, bottom
        while self._top is not None or self._bottom is not None:
            if self._bottom is not None:
                await self._count_below(await self._store.below(self._thread_id, self._sieve, self._bottom))
            if self._top is not None:
                await self._count_above(await self._store.above(self._thread_id, self._sieve, self._top))
            await asyncio.sleep(PAUSE_S)

    async def _count_below(self, piece: Piece) -> None:
        async for counted in self._counted(piece.candidates):
            self._bottom = counted.position + 1
            self._keep(self._below, counted)
        self._bottom = piece.edge
        self._hand_over_in_time(is_due=self._bottom is None)

    async def _count_above(self, piece: Piece) -> None:
        async for counted in self._counted(piece.candidates):
            self._top = counted.position
            self._keep(self._above, counted)
        self._top = piece.edge
        self._hand_over_in_time(is_due=self._top is None)

    async def _counted(self, candidates: list[Candidate]) -> AsyncIterator[Counted]:
        pause_at_s = time.monotonic() + SLICE_S
        for candidate in candidates:
            texts = _texts(candidate)
            hits = hits_in_texts(texts, self._query)
            yield Counted(candidate.position, len(hits), parts_with_hits(texts, hits))
            if time.monotonic() > pause_at_s:
                await asyncio.sleep(PAUSE_S)
                pause_at_s = time.monotonic() + SLICE_S

    def _keep(self, counts: list[Counted], counted: Counted) -> None:
        if counted.hits:
            counts.append(counted)
            self._hand_over_in_time(is_due=not self._has_hits)
            self._has_hits = True

    def _hand_over_in_time(self, *, is_due: bool) -> None:
        if is_due or time.monotonic() > self._report_after_s:
            self._hand_over()

    def _hand_over(self) -> None:
        found = Found(self._above[::-1], self._below, self._top, self._bottom)
        self._above, self._below = [], []
        self._report_after_s = time.monotonic() + REPORT_EVERY_S
        self._report(found)


def _texts(message: Candidate) -> list[str]:
    return folded_texts(message.text, is_markdown=message.author is not Author.USER)
