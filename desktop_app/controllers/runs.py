"""Runs: who owns a reply while it grows.

The worker's loop reads the service, the normaliser makes edits, the store gets the text at most ``JOURNAL_S`` late, the
window gets facts.  Every run ends exactly once, and what had arrived is kept whatever the ending is.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

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
    StageReached,
)
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.errors import (
    ContextTooLongError,
    NitkaError,
    OnDeviceError,
    RunError,
    RunInProgressError,
    SilentError,
    StoreError,
    UnreachableError,
    UnusableAssistantError,
)
from desktop_app.domain.events import (
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
from desktop_app.domain.normaliser import Normaliser, TextEdit
from desktop_app.domain.prompt import Cut
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Message, Run, Status
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore

log = logging.getLogger(__name__)

JOURNAL_S = 0.1
BROKEN = (UnreachableError, SilentError, OnDeviceError)


async def one_ending(events: AsyncGenerator[RunEvent, None]) -> AsyncIterator[RunEvent]:
    """The events up to exactly one ending, whatever the service does.

    An error becomes FAILED, or INTERRUPTED when the way to the service broke after text had come; an iterator that just
    stops is INTERRUPTED; what comes after an ending is dropped.
    """
    has_text = False
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
    """A run that goes on."""

    run: Run
    reply: Message
    growing: "Reply"
    stop_status: Status = Status.STOPPED
    task: asyncio.Task[None] | None = None


class RunsController:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block.

    ``owner`` names this process, so that a later start can tell a run that goes on elsewhere from an orphan.
    """

    def __init__(
        self,
        records: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        owner: str,
        report: Callable[[Fact], None],
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._asking = Asking(records, assistants)
        self._connections = connections
        self._owner = owner
        self._report = report
        self._tasks = TaskOwner(self._on_fault)
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
            self._start(run, reply)
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

    async def close(self) -> None:
        """Leave in order: what still runs ends as interrupted, so that the next start offers to continue."""
        for active in self._active.values():
            active.stop_status = Status.INTERRUPTED
        await self._tasks.stop()

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
        self._start(run, reply)
        return began

    def _start(self, run: Run, reply: Message) -> None:
        active = _Active(run, reply, Reply(reply, self._records))
        self._active[active.run.thread_id] = active
        active.task = self._tasks.start(self._answer(active), f"run {active.run.id}")
        self._report(LibraryChanged(threads=True))

    # -- answering

    async def _answer(self, active: _Active) -> None:
        """Read the service to its ending, and store the ending whatever happens."""
        journal = asyncio.create_task(active.growing.keep_journal(), name=f"journal {active.run.id}")
        try:
            ending = await self._read(active)
        except asyncio.CancelledError:
            ending = RunEnded(active.stop_status)
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
        try:
            async with self._connections.using(active.run.settings.connection_id) as service:
                return await self._ask_what_fits(active, service)
        except NitkaError as error:
            return RunEnded(Status.FAILED, RunError.of(error))

    async def _ask_what_fits(self, active: _Active, service: Service) -> RunEnded:
        """Ask with as much of the thread as fits; less when the service says that it is too much."""
        spoken = await self._asking.spoken(active.reply, is_continued=bool(active.reply.text))
        part = what_fits(spoken, active.run)
        ending = await self._ask(active, service, part)
        while ending.error and ending.error.code == ContextTooLongError.code and not active.growing.has_grown:
            smaller = what_fits_better(part, spoken, active.run)
            if len(smaller.messages) >= len(part.messages):
                break
            part = smaller
            ending = await self._ask(active, service, part)
        return ending

    async def _ask(self, active: _Active, service: Service, part: Cut) -> RunEnded:
        active.run = replace(active.run, seen=part.ids)
        ending = RunEnded(Status.INTERRUPTED)
        async for event in one_ending(
            service.run(request_of(active.run, part, is_continued=bool(active.reply.text)))
        ):
            match event:
                case RunEnded():
                    ending = event
                case StageChanged(stage, fraction):
                    self._report(StageReached(active.run.thread_id, active.reply.id, stage, fraction))
                case RunAccepted(remote_id, _):
                    active.run = replace(active.run, remote_id=remote_id)
                case UsageReported(usage):
                    active.run = replace(active.run, usage=usage)
                case ReasoningAppended() if not active.growing.has_grown:
                    self._report(StageReached(active.run.thread_id, active.reply.id, "thinking"))
                case _:
                    self._edit(active, event)
        return ending

    def _edit(self, active: _Active, event: RunEvent) -> None:
        edit = active.growing.feed(event)
        if edit is None:
            return
        if active.run.first_text_at is None:
            active.run = replace(active.run, first_text_at=datetime.now(UTC))
        self._report(ReplyEdited(active.run.thread_id, active.reply.id, edit))

    async def _finish(self, active: _Active, journal: asyncio.Task[None], ending: RunEnded) -> None:
        journal.cancel()
        await asyncio.wait([journal])
        text = active.growing.text
        run = replace(active.run, status=ending.status, error=ending.error, ended_at=datetime.now(UTC))
        if ending.error:
            log.warning("run %s: %s, %s", run.id, ending.status, ending.error.code)
        try:
            await self._records.end_run(run, text)
        except StoreError as error:
            log.exception("the ending of run %s could not be stored", run.id)
            run = replace(run, status=Status.FAILED, error=RunError.of(error))
        finally:
            self._active.pop(run.thread_id, None)
            message = await self._stored(active.reply)
            self._report(RunFinished(run.thread_id, replace(message, text=text, status=run.status), run))
            self._report(LibraryChanged(threads=True))
        await self._touch(run)

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


class Reply:
    """The growing text of one message, and the journal that follows it."""

    def __init__(self, message: Message, records: ConversationStore) -> None:
        self._message_id = message.id
        self._records = records
        self._normaliser = Normaliser(message.text)
        self._changed = asyncio.Event()
        self.has_grown = False

    @property
    def text(self) -> str:
        """The text so far."""
        return self._normaliser.text

    def feed(self, event: RunEvent) -> TextEdit | None:
        """The edit that the event makes."""
        edit = self._normaliser.feed(event)
        if edit is not None:
            self.has_grown = True
            self._changed.set()
        return edit

    async def keep_journal(self) -> None:
        """Store the text, at most ``JOURNAL_S`` and one write late; runs until cancelled."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(JOURNAL_S)
            self._changed.clear()
            try:
                await self._records.save_reply(self._message_id, self.text)
            except StoreError:
                log.exception("the journal could not be written; the text is tried again")
