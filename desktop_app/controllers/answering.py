"""Answering: from a service to the one ending of a run.

What the service says becomes edits, stages and facts on the way; ``RunsController`` owns the run and stores its ending.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import random

from desktop_app.controllers.asking import Asking, request_of, what_fits, what_fits_better
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, ReplyEdited, StageReached
from desktop_app.controllers.replies import GrowingReply
from desktop_app.controllers.retries import persistent
from desktop_app.controllers.service_side import ServiceSide
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import (
    ContextTooLongError,
    NitkaError,
    NotFoundError,
    OnDeviceError,
    RunError,
    ServiceError,
    SilentError,
    UnreachableError,
    UnusableAssistantError,
)
from desktop_app.domain.events import (
    Checkpoint,
    CitationsFound,
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    StageChanged,
    TextAppended,
    TextReplaced,
    UsageReported,
)
from desktop_app.domain.prompt import Cut
from desktop_app.domain.retrying import delay_s
from desktop_app.domain.service import Resuming, Service
from desktop_app.domain.threads import Citation, Message, Run, Status
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.remote import RemoteStore

log = logging.getLogger(__name__)

BROKEN = (UnreachableError, SilentError, OnDeviceError)
# A run that is read on costs nothing to ask for again, and the network may come back later than the program.
RESUME_RETRIES = 20


async def one_ending(
    events: AsyncGenerator[RunEvent, None], *, has_text: bool = False
) -> AsyncGenerator[RunEvent, None]:
    """The events up to exactly one ending, whatever the service does.

    An error becomes FAILED, or INTERRUPTED when the way to the service broke after text had come (``has_text``: before
    these events); an iterator that just stops is INTERRUPTED; what comes after an ending is dropped.
    """
    try:
        async with aclosing(events):
            async for event in events:
                yield event
                if isinstance(event, RunEnded):
                    return
                has_text = has_text or isinstance(event, TextAppended | TextReplaced)
        ending = RunEnded(Status.INTERRUPTED)
    except BROKEN as error:
        ending = RunEnded(Status.INTERRUPTED if has_text else Status.FAILED, RunError.of(error))
    except NitkaError as error:
        ending = RunEnded(Status.FAILED, RunError.of(error))
    except Exception as error:
        log.exception("the adapter failed")
        ending = RunEnded(Status.FAILED, RunError.of(error))
    yield ending


@dataclass(slots=True)
class ActiveRun:
    """A run that goes on.

    ``writes_on``: the service writes on without us.  ``is_leaving``: the program ends.  ``hurry`` ends a wait before
    the next attempt.  ``stage`` is what goes on while no words come.
    """

    run: Run
    reply: Message
    growing: GrowingReply
    is_resumed: bool = False
    writes_on: bool = False
    is_leaving: bool = False
    citations: tuple[Citation, ...] = ()
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    stage: StageReached | None = None
    task: asyncio.Task[None] | None = None

    @property
    def is_continued(self) -> bool:
        """Whether the reply had text before this run."""
        return bool(self.reply.text) and not self.is_resumed

    @property
    def can_resume(self) -> bool:
        """Whether a later start can read the rest; the service knows only what a continued reply has gained."""
        return self.writes_on and not self.is_continued

    def message(self) -> Message:
        """The reply as it is now."""
        return replace(self.reply, text=self.growing.text)

    def cancelled(self) -> RunEnded | None:
        """The ending when the task is cancelled; None for a run that is left to the next start."""
        if self.is_leaving and self.can_resume:
            return None
        return RunEnded(Status.INTERRUPTED if self.is_leaving else Status.STOPPED)


class Answering:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block."""

    def __init__(
        self,
        records: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        remote: RemoteStore,
        report: Callable[[Fact], None],
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._asking = Asking(records, assistants)
        self._connections = connections
        self._remote = remote
        self._report = report

    async def answer(self, active: ActiveRun) -> RunEnded:
        """Read the service to the ending, when it is the run's turn."""
        connection_id = active.run.settings.connection_id
        try:
            async with self._connections.turn(
                connection_id, lambda: self._stage(active, "queued")
            ) as service:
                if active.is_resumed:
                    return await self._resume(active, service)
                return await self._ask_what_fits(active, service)
        except NitkaError as error:
            return RunEnded(Status.FAILED, RunError.of(error))

    async def _ask_what_fits(self, active: ActiveRun, service: Service) -> RunEnded:
        """Ask with as much of the thread as fits; less when the service says that it is too much."""
        connection = await self._connection(active.run)
        side = ServiceSide(self._remote, self._records, self._assistants, connection)
        spoken = await self._asking.spoken(active.reply, is_continued=active.is_continued)
        part = what_fits(spoken, active.run)
        while True:
            active.run = replace(active.run, seen=part.ids)
            events = self._attempts(active, service, side, spoken, part, connection.network.retries)
            ending = await self._listen(active, one_ending(events))
            is_too_long = ending.error is not None and ending.error.code == ContextTooLongError.code
            smaller = what_fits_better(part, spoken, active.run)
            if not is_too_long or active.growing.has_grown or len(smaller.messages) >= len(part.messages):
                return ending
            part = smaller

    def _attempts(
        self,
        active: ActiveRun,
        service: Service,
        side: ServiceSide,
        spoken: Sequence[Message],
        part: Cut,
        retries: int,
    ) -> AsyncGenerator[RunEvent, None]:
        def ask() -> AsyncGenerator[RunEvent, None]:
            return side.ask(
                service, active.run, spoken, part, active.message, is_continued=active.is_continued
            )

        return persistent(ask, retries, lambda error, attempt: self._wait(active, error, attempt))

    async def _resume(self, active: ActiveRun, service: Service) -> RunEnded:
        """Read on what the service wrote meanwhile; what it has forgotten stays as it is, to be continued."""
        if not isinstance(service, Resuming):
            return RunEnded(Status.INTERRUPTED)
        spoken = await self._asking.spoken(active.reply)
        part = what_fits(spoken, active.run)
        active.run = replace(active.run, seen=part.ids)
        request, remote_id, cursor = request_of(active.run, part), active.run.remote_id, active.run.cursor
        self._stage(active, "reconnecting")
        events = persistent(
            lambda: service.resume(request, remote_id, cursor),
            RESUME_RETRIES,
            lambda error, attempt: self._wait(active, error, attempt),
            is_safe=True,
        )
        ending = await self._listen(active, one_ending(events, has_text=bool(active.reply.text)))
        if ending.error and ending.error.code == NotFoundError.code:
            log.warning("run %s: the service has forgotten %s", active.run.id, remote_id)
            return RunEnded(Status.INTERRUPTED)
        return ending

    async def _connection(self, run: Run) -> Connection:
        connection_id = run.settings.connection_id
        found = await self._connections.connection_of(connection_id) if connection_id else None
        if found is None:
            raise UnusableAssistantError("the connection was deleted")
        return found

    async def _wait(self, active: ActiveRun, error: ServiceError, attempt: int) -> None:
        """Wait before the next attempt, for as long as nobody is in a hurry."""
        seconds = delay_s(attempt, error.retry_after_s, random())  # noqa: S311 - jitter
        log.warning(
            "run %s: attempt %d: %s; again in %.1f s", active.run.id, attempt + 1, error.code, seconds
        )
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        self._stage(active, "retrying", until=until, error=error.code)
        active.hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await active.hurry.wait()
        self._stage(active, "waiting")

    async def _listen(self, active: ActiveRun, events: AsyncGenerator[RunEvent, None]) -> RunEnded:
        ending = RunEnded(Status.INTERRUPTED)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunEnded):
                    ending = event
                else:
                    self._take(active, event)
        return ending

    def _take(self, active: ActiveRun, event: RunEvent) -> None:
        match event:
            case TextAppended() | TextReplaced():
                self._edit(active, event)
            case StageChanged(stage, fraction):
                self._stage(active, stage, fraction)
            case RunAccepted(remote_id, _, can_resume):
                active.run = replace(active.run, remote_id=remote_id or active.run.remote_id)
                active.writes_on = active.writes_on or (can_resume and bool(remote_id))
                if active.can_resume:
                    active.growing.can_resume(active.run.remote_id)
            case Checkpoint(cursor):
                active.growing.checkpoint(cursor)
            case UsageReported(usage):
                active.run = replace(active.run, usage=usage)
            case CitationsFound(citations):
                active.citations = _after(active.reply, citations) if active.is_continued else citations
            case ReasoningAppended() if not active.growing.has_grown:
                self._stage(active, "thinking")

    def _stage(
        self,
        active: ActiveRun,
        stage: str,
        fraction: float | None = None,
        *,
        until: datetime | None = None,
        error: str = "",
    ) -> None:
        active.stage = StageReached(active.run.thread_id, active.reply.id, stage, fraction, until, error)
        self._report(active.stage)

    def _edit(self, active: ActiveRun, event: RunEvent) -> None:
        edit = active.growing.feed(event)
        if edit is None:
            return
        if active.run.first_text_at is None:
            active.run = replace(active.run, first_text_at=datetime.now(UTC))
        active.stage = None
        self._report(ReplyEdited(active.run.thread_id, active.reply.id, edit))


def _after(reply: Message, citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The sources of a reply that goes on: those of its beginning, then those of the rest, moved to where it stands."""
    start = len(reply.text)
    moved = (
        replace(
            citation,
            start=None if citation.start is None else citation.start + start,
            end=None if citation.end is None else citation.end + start,
        )
        for citation in citations
    )
    return (*reply.citations, *moved)
