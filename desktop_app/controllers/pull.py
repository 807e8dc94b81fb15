"""Pulling: all assistants, versions, threads and messages of a service's folder become records of the user's own.

A pull can be stopped or killed anywhere: it goes on with the page it was at, and whatever is read once more is
recognised by its remote id.  What was changed or deleted here is left so; what was deleted there stays here.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import NamedTuple, TypeVar

from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, LibraryChanged, PullProgressed
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.errors import (
    BadReplyError,
    NotFoundError,
    NotOfferedError,
    RequestRejectedError,
    ServiceError,
    ServiceFaultError,
    UnusableAssistantError,
)
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId
from desktop_app.domain.remote import (
    Page,
    PullCounts,
    PulledAssistant,
    PulledMessage,
    PulledThread,
    PulledVersion,
    PullProgress,
)
from desktop_app.domain.service import Holding, Service
from desktop_app.services.transport.retries import repeated
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.pulled import PulledStore, PullPlace
from desktop_app.store.remote import HeldAssistant, RemoteStore

log = logging.getLogger(__name__)

BATCH = 200
# What may be wrong with one record alone; when so many fail one after the other, it is the service.
OF_ONE_RECORD = (ServiceFaultError, BadReplyError, RequestRejectedError)
MANY = 5
TELL_EVERY_S = 0.1
ASSISTANTS, THREADS, DONE, STOPPED, FAILED = "assistants", "threads", "done", "stopped", "failed"

T = TypeVar("T")


class PullController:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block.

    ``owner`` names this process, ``is_alive`` says whether the one with a token still runs.
    """

    def __init__(
        self,
        pulled: PulledStore,
        remote: RemoteStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        owner: str,
        is_alive: Callable[[str], bool],
        report: Callable[[Fact], None],
    ) -> None:
        self._pulled = pulled
        self._remote = remote
        self._assistants = assistants
        self._connections = connections
        self._owner = owner
        self._is_alive = is_alive
        self._report = report
        self._tasks = TaskOwner(lambda error: log.warning("a pull failed", exc_info=error))
        self._running: dict[ConnectionId, _Running] = {}

    async def pull(self, connection_id: ConnectionId) -> PullCounts:
        """Bring everything of the connection's folder, or go on where the last pull ended early.

        One at a time for a connection: a second caller waits for the same.  Returns what was brought, also when the
        pull was stopped; who stops waiting does not stop it.  Raises NotOfferedError, UnusableAssistantError (the
        connection is gone), RunInProgressError (another program pulls), ServiceError (also when all but some records
        could be read), StoreError; what was brought by then stays.
        """
        running = self._running.get(connection_id) or self._begin(connection_id)
        if running is None:
            return PullCounts()
        await asyncio.wait([running.task])
        if not running.task.cancelled():
            running.task.result()
        return running.pull.counts

    async def stop(self, connection_id: ConnectionId) -> None:
        """Stop the connection's pull; the next one goes on from there."""
        if running := self._running.get(connection_id):
            await asyncio.sleep(0)  # a task cancelled before its first step would say nothing
            running.task.cancel()
            await asyncio.wait([running.task])

    async def push(self, assistant_id: AssistantId) -> str:
        """Make the assistant at the service of its connection, or bring it up to date there; returns its name.

        Raises UnusableAssistantError, NotOfferedError, ServiceError, StoreError.
        """
        assistant = await self._assistants.assistant(assistant_id)
        if assistant is None:
            raise UnusableAssistantError("the assistant was deleted")
        connection_id = assistant.settings.connection_id
        async with self._connections.using(connection_id) as service:
            assert connection_id is not None  # using() refused it
            held = await self._remote.assistant_held(connection_id, assistant_id)
            remote_id = await _holding(service).push(assistant.settings, held.remote_id if held else "")
        await self._remote.hold_assistant(
            connection_id, assistant_id, HeldAssistant(remote_id, assistant.version)
        )
        return assistant.settings.name

    async def close(self) -> None:
        """Stop every pull."""
        await self._tasks.stop()

    def _begin(self, connection_id: ConnectionId) -> "_Running | None":
        pull = _Pull(connection_id, self._pulled, self._report)
        task = self._tasks.start(self._run(connection_id, pull), f"pull {connection_id}")
        if task is None:
            return None
        running = self._running[connection_id] = _Running(task, pull)
        return running

    async def _run(self, connection_id: ConnectionId, pull: "_Pull") -> None:
        stage = FAILED
        try:
            async with self._connections.using(connection_id) as service:
                holding = _holding(service)
                async with self._taken_up(connection_id) as place:
                    await pull.run(holding, place)
            stage = DONE
        except asyncio.CancelledError:
            stage = STOPPED
            raise
        finally:
            del self._running[connection_id]
            pull.tell_end(stage)

    @asynccontextmanager
    async def _taken_up(self, connection_id: ConnectionId) -> AsyncGenerator[PullPlace, None]:
        """Where the pull goes on; nobody else pulls meanwhile."""
        place = await self._pulled.take_up(connection_id, self._owner, self._is_alive)
        try:
            yield place
        finally:
            await self._pulled.leave(connection_id, self._owner)


class _Running(NamedTuple):
    task: "asyncio.Task[None]"
    pull: "_Pull"


class _Pull:
    """One pull through one connection."""

    def __init__(
        self, connection_id: ConnectionId, store: PulledStore, report: Callable[[Fact], None]
    ) -> None:
        self._connection_id = connection_id
        self._store = store
        self._report = report
        self._place = PullPlace()
        self._told_at_s = 0.0
        self._failure: ServiceError | None = None
        self._failed_in_a_row = 0
        self.counts = PullCounts()

    async def run(self, service: Holding, place: PullPlace) -> None:
        """Bring everything from ``place`` on."""
        self._place, self.counts = place, place.counts
        if self._place.stage == ASSISTANTS:
            await self._all(service.assistants, lambda found: self._take_assistant(service, found))
            await self._go_to(THREADS, "")
        await self._all(service.threads, lambda found: self._take_thread(service, found))
        await self._store.finish(self._connection_id)
        if self._failure:
            raise self._failure

    def tell_end(self, stage: str) -> None:
        """The pull is over."""
        self._report(PullProgressed(PullProgress(self._connection_id, stage, self.counts)))
        self._report(LibraryChanged(threads=True, assistants=True))

    # -- lists

    async def _all(
        self, read: Callable[[str], Awaitable[Page[T]]], take: Callable[[T], Awaitable[None]]
    ) -> None:
        """Take everything in a list, from the page that is noted on."""
        async with aclosing(self._pages(read)) as pages:
            async for page in pages:
                for item in page.items:
                    await self._tried(take(item))
                self._report(LibraryChanged(threads=True, assistants=True))

    async def _tried(self, taking: Awaitable[None]) -> None:
        """Take one record; what the service cannot give is told in the end, and keeps nothing else from coming."""
        try:
            await taking
        except OF_ONE_RECORD as error:
            log.warning("a record could not be pulled: %s", error.code)
            self._failure = self._failure or error
            self._failed_in_a_row += 1
            if self._failed_in_a_row == MANY:
                raise
        else:
            self._failed_in_a_row = 0

    async def _pages(self, read: Callable[[str], Awaitable[Page[T]]]) -> AsyncGenerator[Page[T], None]:
        token = self._place.page_token
        try:
            page = await repeated(lambda: read(token))
        except (RequestRejectedError, NotFoundError):
            if not token:
                raise
            log.info("the page of the last pull is not known any more; the list is read from its beginning")
            token = ""
            self.counts = replace(self.counts, **{self._place.stage: 0})
            await self._go_to(self._place.stage, token)
            page = await repeated(lambda: read(""))
        seen = {"", token}
        while True:
            yield page
            token = page.next_token
            if token in seen:
                return
            seen.add(token)
            await self._go_to(self._place.stage, token)
            page = await repeated(lambda token=token: read(token))  # type: ignore[misc]

    async def _go_to(self, stage: str, page_token: str) -> None:
        """Note the page that comes next, and what was brought before it."""
        self._place = PullPlace(stage, page_token, self.counts)
        await self._store.save_place(self._connection_id, self._place)

    # -- records

    async def _take_assistant(self, service: Holding, found: PulledAssistant) -> None:
        self._tell(found.settings.name)
        try:
            newest_first = await repeated(lambda: _collected(service, found.remote_id))
        except NotFoundError:
            return  # deleted since it was listed
        kept = await self._store.keep_assistant(
            self._connection_id, replace(found, versions=tuple(reversed(newest_first)))
        )
        self.counts = self.counts.plus(assistants=1, versions=kept.new_versions, kept=int(kept.is_left))

    async def _take_thread(self, service: Holding, found: PulledThread) -> None:
        self._tell(found.name)
        self.counts = self.counts.plus(threads=1)
        try:
            staged = await repeated(lambda: self._stage(service, found))
        except NotFoundError:
            return  # deleted since it was listed
        after, is_over = staged.known, not staged.is_wanted
        while not is_over:
            kept = await self._store.keep_messages(self._connection_id, found, after)
            self.counts = self.counts.plus(messages=kept.taken, new_messages=kept.made)
            self._tell(found.name)
            after, is_over = kept.last, kept.is_over

    async def _stage(self, service: Holding, found: PulledThread) -> "_Staged":
        """Put the messages of a thread on the stage, as far down as they are new."""
        if not await self._store.begin_thread(self._connection_id, found.remote_id):
            return _Staged(is_wanted=False)
        known = None
        async with (
            aclosing(service.messages(found.remote_id)) as messages,
            aclosing(_batches(messages)) as batches,
        ):
            async for batch in batches:
                known = await self._store.stage(self._connection_id, found.remote_id, batch)
                self._tell(found.name)
                if known:
                    break
        return _Staged(known)

    # -- telling

    def _tell(self, now: str) -> None:
        moment_s = time.monotonic()
        if moment_s - self._told_at_s >= TELL_EVERY_S:
            self._told_at_s = moment_s
            progress = PullProgress(self._connection_id, self._place.stage, self.counts, now)
            self._report(PullProgressed(progress))


class _Staged(NamedTuple):
    """The messages after ``known`` are on the stage; ``is_wanted`` False: the thread is left alone."""

    known: MessageId | None = None
    is_wanted: bool = True


async def _batches(
    messages: AsyncGenerator[PulledMessage, None],
) -> AsyncGenerator[list[PulledMessage], None]:
    batch = []
    async for message in messages:
        batch.append(message)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


async def _collected(service: Holding, assistant_id: str) -> list[PulledVersion]:
    """An assistant's versions, newest first."""
    async with aclosing(service.versions(assistant_id)) as versions:
        return [version async for version in versions]


def _holding(service: Service) -> Holding:
    if not isinstance(service, Holding):
        raise NotOfferedError("the service holds no assistants and threads")
    return service
