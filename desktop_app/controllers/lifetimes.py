"""Lifetimes: what has expired goes to the trash, where it is found for 30 days."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from desktop_app.controllers.facts import Expired, Fact, LibraryChanged
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.errors import StoreError
from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.domain.trash import TrashKind
from desktop_app.store.lifetimes import LifetimeStore

log = logging.getLogger(__name__)

# A machine that slept, another program on the profile and a pull change the time that is waited for.
SLICE_S = 3600.0
# What should have ended waits for its reply, or for its question.
OVERDUE_S = 60.0
# What was typed in a thread just before another was opened is stored by then.
LEFT_S = 1.0


class LifetimesController:
    """Lives on the worker's loop; one task sleeps until the next lifetime is over, but at most an hour.

    ``clock`` tells the time (aware UTC).
    """

    def __init__(
        self,
        lifetimes: LifetimeStore,
        report: Callable[[Fact], None],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._lifetimes = lifetimes
        self._report = report
        self._clock = clock
        self._tasks = TaskOwner(lambda error: log.error("lifetimes are not looked after", exc_info=error))
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open_thread: ThreadId | None = None
        self._is_overdue = False

    async def start(self) -> None:
        """Move what has expired to the trash, and go on doing so.  Raises StoreError."""
        self._loop = asyncio.get_running_loop()
        self._tasks.start(self._watch(await self._expire()), "lifetimes")

    async def close(self) -> None:
        """Stop."""
        await self._tasks.stop()

    def rearm(self) -> None:
        """Something has another lifetime now; may be called from any thread."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._changed.set)

    def hold(self, open_thread: ThreadId) -> None:
        """The user looks at this thread: it does not expire until another is open.  May be called from any thread."""
        left, self._open_thread = self._open_thread, open_thread
        if self._loop and self._is_overdue and left != open_thread:
            self._loop.call_soon_threadsafe(self._loop.call_later, LEFT_S, self._changed.set)

    async def extend_thread(self, thread_id: ThreadId) -> None:
        """Let a thread's lifetime begin anew today.  Raises StoreError."""
        await self._extend(TrashKind.THREAD, thread_id)
        self._report(LibraryChanged(threads=True))

    async def extend_assistant(self, assistant_id: AssistantId) -> None:
        """Let an assistant's lifetime begin anew today; no version is made of it unless its days have to change.

        Raises StoreError.
        """
        await self._extend(TrashKind.ASSISTANT, assistant_id)
        self._report(LibraryChanged(assistants=True))

    async def _extend(self, kind: TrashKind, id_: str) -> None:
        await self._lifetimes.extend(kind, id_)
        self.rearm()

    async def _watch(self, delay_s: float) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._changed.wait()
            self._changed.clear()
            try:
                delay_s = await self._expire()
            except StoreError:
                log.exception("what has expired could not be moved to the trash; it is tried again")
                delay_s = SLICE_S

    async def _expire(self) -> float:
        """Move what has expired; for how many seconds nothing else does, as far as is known."""
        now = self._clock()
        ended = await self._lifetimes.expire(now, self._open_thread)
        if ended.assistants or ended.threads:
            self._report(Expired(ended.assistants, ended.threads))
            self._report(LibraryChanged(threads=bool(ended.threads), assistants=bool(ended.assistants)))
        end = await self._lifetimes.next_end()
        self._is_overdue = end is not None and end <= now
        if end is None:
            return SLICE_S
        return OVERDUE_S if self._is_overdue else min((end - self._clock()).total_seconds(), SLICE_S)
