"""Runs: who owns a reply while it grows.

The worker's loop reads the service, the normaliser makes edits, the journal follows a moment later, the window gets
facts.  Every run ends exactly once, and what had arrived is kept whatever the ending is.  A run that its service writes
on without us outlives the program: it is left as it is, and read on at the next start.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import random

from desktop_app.controllers.asking import (
    Asking,
    new_question,
    new_reply,
    new_run,
    request_of,
    what_fits,
    what_fits_better,
)
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import (
    Fact,
    LibraryChanged,
    ReplyEdited,
    RunBegan,
    RunFinished,
    RunResumed,
    StageReached,
)
from desktop_app.controllers.replies import GrowingReply
from desktop_app.controllers.retries import persistent
from desktop_app.controllers.service_side import ServiceSide
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import (
    ContextTooLongError,
    NitkaError,
    NotFoundError,
    OnDeviceError,
    RunError,
    RunInProgressError,
    ServiceError,
    SilentError,
    StoreError,
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
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.prompt import Cut
from desktop_app.domain.retrying import delay_s
from desktop_app.domain.service import Resuming, Service
from desktop_app.domain.threads import Citation, Message, Run, Status
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.remote import RemoteStore

log = logging.getLogger(__name__)

# A run that is read on costs nothing to ask for again, and the network may come back later than the program.
RESUME_RETRIES = 20
# How often a service is told that a run was stopped, and how long leaving waits for that.
CANCEL_RETRIES = 2
LEAVE_S = 1.0
BROKEN = (UnreachableError, SilentError, OnDeviceError)


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
class _Active:
    """A run that goes on.

    ``can_resume``: the service writes on without us.  ``is_leaving``: the program ends.  ``hurry`` ends a wait before
    the next attempt.
    """

    run: Run
    reply: Message
    growing: GrowingReply
    is_resumed: bool = False
    can_resume: bool = False
    is_leaving: bool = False
    citations: tuple[Citation, ...] = ()
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def is_continued(self) -> bool:
        """Whether the reply had text before this run."""
        return bool(self.reply.text) and not self.is_resumed

    def message(self) -> Message:
        """The reply as it is now."""
        return replace(self.reply, text=self.growing.text)

    def cancelled(self) -> RunEnded | None:
        """The ending when the task is cancelled; None for a run that is left to the next start."""
        if self.is_leaving and self.can_resume:
            return None
        return RunEnded(Status.INTERRUPTED if self.is_leaving else Status.STOPPED)


class RunsController:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block.

    ``owner`` names this process, so that a later start can tell a run that goes on elsewhere from an orphan.
    """

    def __init__(
        self,
        records: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        remote: RemoteStore,
        owner: str,
        report: Callable[[Fact], None],
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._asking = Asking(records, assistants)
        self._connections = connections
        self._remote = remote
        self._owner = owner
        self._report = report
        self._tasks = TaskOwner(self._on_fault)
        self._farewells = TaskOwner(self._on_fault)
        self._active: dict[ThreadId, _Active] = {}
        self._starting: set[ThreadId] = set()

    def _on_fault(self, error: BaseException) -> None:
        log.error("a run's task failed", exc_info=error)

    @contextmanager
    def claim(self, thread_id: ThreadId) -> Iterator[None]:
        """Keep a thread to one asker while a question is committed; raises RunInProgressError."""
        if self.is_busy(thread_id):
            raise RunInProgressError
        self._starting.add(thread_id)
        try:
            yield
        finally:
            self._starting.discard(thread_id)

    def is_busy(self, thread_id: ThreadId) -> bool:
        """Whether the thread is being asked or answered."""
        return thread_id in self._active or thread_id in self._starting

    async def send(self, thread_id: ThreadId, text: str, assistant: Assistant | None = None) -> RunBegan:
        """Ask; returns once the user's message is committed.  The reply grows on its own.

        ``assistant`` None takes the thread's.  Raises UnusableAssistantError, RunInProgressError, StoreError.
        """
        with self.claim(thread_id):
            assistant = assistant or await self._asking.assistant(thread_id)
            parent = await self._records.newest(thread_id)
            question = new_question(thread_id, parent, text)
            return await self._begin(thread_id, assistant, question, question)

    async def resend(self, message_id: MessageId, text: str) -> RunBegan:
        """Ask a question in other words; it becomes a sibling of the old one, whose branch is kept.

        Raises as ``send`` does.
        """
        old = await self._asking.message(message_id)
        with self.claim(old.thread_id):
            assistant = await self._asking.assistant(old.thread_id)
            question = new_question(old.thread_id, await self._asking.parent(old), text)
            return await self._begin(old.thread_id, assistant, question, question, replaces=old.id)

    async def regenerate(self, message_id: MessageId) -> RunBegan:
        """Ask again for a reply; the new one is a sibling of the old, which is kept with what follows it."""
        old = await self._asking.message(message_id)
        with self.claim(old.thread_id):
            assistant = await self._asking.assistant(old.thread_id)
            newest = await self._records.newest(old.thread_id)
            hidden = newest if newest and newest.position > old.position else None
            parent = await self._asking.parent(old)
            return await self._begin(
                old.thread_id,
                assistant,
                None,
                parent,
                replaces=old.id,
                hidden_turns=hidden.position - old.position if hidden else 0,
                hidden_end=hidden.id if hidden else None,
            )

    async def continue_reply(self, message_id: MessageId) -> None:
        """Let the model go on with a reply that was cut off; the text grows in the same message."""
        old = await self._asking.message(message_id)
        if not old.text:  # there is nothing to go on from
            await self.regenerate(message_id)
            return
        with self.claim(old.thread_id):
            run = new_run(old, await self._asking.assistant(old.thread_id))
            reply = await self._records.continue_run(run, old.id, self._owner)
            self._start(_Active(run, reply, GrowingReply(reply, self._records)))
            self._report(RunBegan(old.thread_id, reply, replaces=old.id))

    async def stop(self, thread_id: ThreadId) -> None:
        """Stop the thread's run; what had arrived is kept.  Returns when the ending is stored."""
        active = self._active.get(thread_id)
        if active and active.task:
            await asyncio.sleep(0)  # a task cancelled before its first step would never reach its ending
            active.task.cancel()
            await asyncio.wait([active.task])

    async def announce(self, thread_id: ThreadId) -> None:
        """Report the whole text of the thread's growing reply, for a reader who comes in the middle."""
        active = self._active.get(thread_id)
        if active:
            edit = TextEdit(0, active.growing.text)
            self._report(ReplyEdited(thread_id, active.reply.id, edit))

    async def wait(self, thread_id: ThreadId) -> None:
        """Wait for the end of the thread's run."""
        active = self._active.get(thread_id)
        if active and active.task:
            await asyncio.wait([active.task])

    async def retry_now(self, thread_id: ThreadId) -> None:
        """Make the next attempt now, if one is waited for."""
        if active := self._active.get(thread_id):
            active.hurry.set()

    def adopt(self, orphans: Sequence[tuple[Run, Message]]) -> None:
        """Read on the runs that an earlier program left, each with its message as it was stored."""
        for run, reply in orphans:
            active = _Active(
                run, reply, GrowingReply(reply, self._records, run), is_resumed=True, can_resume=True
            )
            active.citations = reply.citations
            self._report(RunResumed(run.thread_id, reply))
            self._start(active)

    async def close(self) -> None:
        """Leave in order.

        What still runs ends as interrupted, so that the next start offers to continue; what the service writes on is
        left to be read on then.
        """
        for active in self._active.values():
            if active.task and not active.task.cancelling():
                active.is_leaving = True
        await self._tasks.stop()
        await self._farewells.stop(LEAVE_S)

    # -- beginning

    async def _begin(
        self,
        thread_id: ThreadId,
        assistant: Assistant,
        question: Message | None,
        parent: Message | None,
        replaces: MessageId | None = None,
        hidden_turns: int = 0,
        hidden_end: MessageId | None = None,
    ) -> RunBegan:
        run, reply = new_reply(thread_id, parent, assistant)
        try:
            stored = await self._records.begin_run(run, user_message=question, reply=reply, owner=self._owner)
        except LookupError as error:
            raise UnusableAssistantError("the message was deleted") from error
        question, reply = (stored[0] if question else None), stored[-1]
        began = RunBegan(thread_id, reply, question, replaces, hidden_turns, hidden_end)
        self._report(began)
        self._start(_Active(run, reply, GrowingReply(reply, self._records)))
        return began

    def _start(self, active: _Active) -> None:
        self._active[active.run.thread_id] = active
        active.task = self._tasks.start(self._answer(active), f"run {active.run.id}")
        self._report(LibraryChanged(threads=True))

    # -- answering

    async def _answer(self, active: _Active) -> None:
        """Read the service to its ending, and store the ending whatever happens."""
        journal = asyncio.create_task(active.growing.keep_journal(), name=f"journal {active.run.id}")
        ending: RunEnded | None = None
        try:
            ending = await self._read(active)
        except asyncio.CancelledError:
            ending = active.cancelled()
            raise
        except Exception as error:
            log.exception("run %s could not be asked for", active.run.id)
            ending = RunEnded(Status.FAILED, RunError.of(error))
        finally:
            finishing = asyncio.create_task(
                self._finish(active, journal, ending), name=f"end {active.run.id}"
            )
            while not finishing.done():
                with suppress(asyncio.CancelledError):  # who stops once more waits for the same ending
                    await asyncio.shield(finishing)

    async def _read(self, active: _Active) -> RunEnded:
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

    async def _ask_what_fits(self, active: _Active, service: Service) -> RunEnded:
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
        active: _Active,
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

    async def _resume(self, active: _Active, service: Service) -> RunEnded:
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

    async def _wait(self, active: _Active, error: ServiceError, attempt: int) -> None:
        """Wait before the next attempt, for as long as nobody is in a hurry."""
        seconds = delay_s(attempt, error.retry_after_s, random())  # noqa: S311 - jitter
        log.warning(
            "run %s: attempt %d: %s; again in %.1f s", active.run.id, attempt + 1, error.code, seconds
        )
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        thread_id, message_id = active.run.thread_id, active.reply.id
        self._report(StageReached(thread_id, message_id, "retrying", until=until, error=error.code))
        active.hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await active.hurry.wait()
        self._stage(active, "waiting")

    async def _listen(self, active: _Active, events: AsyncGenerator[RunEvent, None]) -> RunEnded:
        ending = RunEnded(Status.INTERRUPTED)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunEnded):
                    ending = event
                else:
                    self._take(active, event)
        return ending

    def _take(self, active: _Active, event: RunEvent) -> None:
        match event:
            case StageChanged(stage, fraction):
                self._stage(active, stage, fraction)
            case RunAccepted(remote_id, _, can_resume):
                active.run = replace(active.run, remote_id=remote_id or active.run.remote_id)
                if can_resume and remote_id and not active.is_continued:
                    active.can_resume = True
                    active.growing.can_resume(remote_id)
            case Checkpoint(cursor):
                active.growing.checkpoint(cursor)
            case UsageReported(usage):
                active.run = replace(active.run, usage=usage)
            case CitationsFound(citations):
                active.citations = _after(active.reply, citations) if active.is_continued else citations
            case ReasoningAppended() if not active.growing.has_grown:
                self._stage(active, "thinking")
            case _:
                self._edit(active, event)

    def _stage(self, active: _Active, stage: str, fraction: float | None = None) -> None:
        self._report(StageReached(active.run.thread_id, active.reply.id, stage, fraction))

    def _edit(self, active: _Active, event: RunEvent) -> None:
        edit = active.growing.feed(event)
        if edit is None:
            return
        if active.run.first_text_at is None:
            active.run = replace(active.run, first_text_at=datetime.now(UTC))
        self._report(ReplyEdited(active.run.thread_id, active.reply.id, edit))

    # -- ending

    async def _finish(self, active: _Active, journal: asyncio.Task[None], ending: RunEnded | None) -> None:
        journal.cancel()
        await asyncio.wait([journal])
        if ending is None:
            await active.growing.save()
            self._active.pop(active.run.thread_id, None)
            return
        await self._end(active, ending)
        if ending.status is Status.STOPPED and active.can_resume:
            self._farewells.start(self._cancel_there(active.run), f"cancel {active.run.id}")

    async def _end(self, active: _Active, ending: RunEnded) -> None:
        text, citations = active.growing.text, active.citations
        run = replace(active.run, status=ending.status, error=ending.error, ended_at=datetime.now(UTC))
        if ending.error:
            log.warning("run %s: %s, %s", run.id, ending.status, ending.error.code)
        try:
            await self._records.end_run(run, text, citations)
        except StoreError as error:
            log.exception("the ending of run %s could not be stored", run.id)
            run = replace(run, status=Status.FAILED, error=RunError.of(error))
        finally:
            self._active.pop(run.thread_id, None)
            message = await self._stored(active.reply)
            message = replace(message, text=text, status=run.status, citations=citations or message.citations)
            self._report(RunFinished(run.thread_id, message, run))
            self._report(LibraryChanged(threads=True))
        await self._touch(run)

    async def _cancel_there(self, run: Run) -> None:
        """Tell the service that nobody waits for the reply any more; best effort."""
        for attempt in range(CANCEL_RETRIES + 1):
            try:
                async with self._connections.using(run.settings.connection_id) as service:
                    if isinstance(service, Resuming):
                        await service.cancel_run(run.remote_id)
                return
            except NitkaError as error:
                log.warning("run %s: the service could not be told to stop: %s", run.id, error.code)
            if attempt < CANCEL_RETRIES:
                await asyncio.sleep(delay_s(attempt, None, random()))  # noqa: S311 - jitter

    async def _stored(self, reply: Message) -> Message:
        """The reply where it stands now: messages above it may have been deleted meanwhile."""
        try:
            return await self._records.message(reply.id) or reply
        except StoreError:
            log.exception("reply %s could not be read again", reply.id)
            return reply

    async def _touch(self, run: Run) -> None:
        """Note that the assistant was used; the reply is stored, whatever comes of this."""
        if run.assistant_id:
            try:
                await self._assistants.touch(run.assistant_id)
            except StoreError:
                log.exception("the last use of assistant %s could not be stored", run.assistant_id)


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
