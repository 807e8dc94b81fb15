"""Runs: who owns a reply while it grows.

The worker's loop reads the service, the normaliser makes edits, the journal follows a moment later, the window gets
facts.  Every run ends exactly once, and what had arrived is kept whatever the ending is.  A run that its service writes
on without us outlives the program: it is left as it is, and read on at the next start.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from random import random

from desktop_app.controllers.active_run import ActiveRun
from desktop_app.controllers.answering import Answering
from desktop_app.controllers.asking import Asking, new_question, new_reply, new_run
from desktop_app.controllers.calls import Toolbox
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import (
    Fact,
    LibraryChanged,
    ReplyEdited,
    RunBegan,
    RunFinished,
    RunResumed,
    StepsChanged,
)
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.errors import (
    NitkaError,
    RunError,
    RunInProgressError,
    StoreError,
    UnusableAssistantError,
)
from desktop_app.domain.events import RunEnded
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.retrying import delay_s
from desktop_app.domain.service import Resuming
from desktop_app.domain.threads import Cost, Message, Run, Status
from desktop_app.domain.tools import Decision
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.remote import RemoteStore

log = logging.getLogger(__name__)

# How often a service is told that a run was stopped, and how long leaving waits for that.
CANCEL_RETRIES = 2
LEAVE_S = 1.0


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
        prompts: Prompts,
        toolbox: Toolbox,
        owner: str,
        report: Callable[[Fact], None],
    ) -> None:
        self._records = records
        self._prompts = prompts
        self._assistants = assistants
        self._asking = Asking(records, assistants)
        self._connections = connections
        self._answering = Answering(records, assistants, connections, remote, prompts, toolbox, report)
        self._owner = owner
        self._report = report
        self._tasks = TaskOwner(self._on_fault)
        self._farewells = TaskOwner(self._on_fault)
        self._active: dict[ThreadId, ActiveRun] = {}
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

    async def send(
        self,
        thread_id: ThreadId,
        text: str,
        assistant: Assistant | None = None,
        overrides: RunOverrides | None = None,
    ) -> RunBegan:
        """Ask; returns once the user's message is committed.  The reply grows on its own.

        ``assistant`` None takes the thread's.  ``overrides`` are for this run alone.  Raises
        UnusableAssistantError, RunInProgressError, StoreError.
        """
        with self.claim(thread_id):
            assistant = assistant or await self._asking.assistant(thread_id)
            parent = await self._records.newest(thread_id)
            question = new_question(thread_id, parent, text)
            return await self._begin(thread_id, assistant, question, question, overrides=overrides)

    async def resend(
        self, message_id: MessageId, text: str, overrides: RunOverrides | None = None
    ) -> RunBegan:
        """Ask a question in other words; it becomes a sibling of the old one, whose branch is kept.

        Raises as ``send`` does.
        """
        old = await self._asking.message(message_id)
        with self.claim(old.thread_id):
            assistant = await self._asking.assistant(old.thread_id)
            question = new_question(old.thread_id, await self._asking.parent(old), text)
            return await self._begin(
                old.thread_id, assistant, question, question, replaces=old.id, overrides=overrides
            )

    async def regenerate(
        self, message_id: MessageId, version: int | None = None, overrides: RunOverrides | None = None
    ) -> RunBegan:
        """Ask again for a reply; the new one is a sibling of the old, which is kept with what follows it.

        ``version`` asks the assistant as it was then, None as it is.
        """
        old = await self._asking.message(message_id)
        with self.claim(old.thread_id):
            assistant = await self._asking.assistant(old.thread_id, version)
            newest = await self._records.newest(old.thread_id)
            hidden = newest if newest and newest.position > old.position else None
            parent = await self._asking.parent(old)
            return await self._begin(
                old.thread_id,
                assistant,
                None,
                parent,
                replaces=old.id,
                overrides=overrides,
                hidden_turns=hidden.position - old.position if hidden else 0,
                hidden_end=hidden.id if hidden else None,
            )

    async def continue_reply(self, message_id: MessageId) -> None:
        """Let the model go on with a reply that was cut off; the text grows in the same message.

        Calls that were left open are taken up again.  What was set for its question alone still counts.
        """
        old = await self._asking.message(message_id)
        overrides = await self._overrides_of(old)
        if not old.text and not old.steps:  # there is nothing to go on from
            await self.regenerate(message_id, None, overrides)
            return
        with self.claim(old.thread_id):
            assistant = await self._asking.assistant(old.thread_id)
            run = _otherwise(
                new_run(old, await self._in_effect(assistant, old.thread_id, overrides)), overrides
            )
            try:
                reply = await self._records.continue_run(run, old.id, self._owner)
            except LookupError as error:
                raise UnusableAssistantError("the message or its thread was deleted") from error
            self._start(self._answering.begun(run, reply))
            self._report(RunBegan(old.thread_id, reply, replaces=old.id))

    async def decide(self, message_id: MessageId, key: str, decision: Decision) -> None:
        """Say whether a call that is ASKED may be made; does nothing when it does not wait any more.

        A call that is WANTED can be denied, too.  Raises StoreError when what counts ALWAYS cannot be kept.
        """
        if active := self._writing(message_id):
            await active.calls.decide(key, decision)

    async def give_result(self, message_id: MessageId, key: str, result: str) -> None:
        """Fill in the result of a call that is WANTED; does nothing when it does not wait any more."""
        if active := self._writing(message_id):
            active.calls.give(key, result)

    def _writing(self, message_id: MessageId) -> ActiveRun | None:
        return next((one for one in self._active.values() if one.reply.id == message_id), None)

    async def stop(self, thread_id: ThreadId) -> None:
        """Stop the thread's run; what had arrived is kept.  Returns when the ending is stored."""
        active = self._active.get(thread_id)
        if active and active.task:
            await asyncio.sleep(0)  # a task cancelled before its first step would never reach its ending
            active.task.cancel()
            await asyncio.wait([active.task])

    async def announce(self, thread_id: ThreadId) -> None:
        """Report the whole text of the thread's growing reply, and what it waits for, to who comes in the middle."""
        active = self._active.get(thread_id)
        if active:
            edit = TextEdit(0, active.growing.text)
            self._report(ReplyEdited(thread_id, active.reply.id, edit))
            if active.calls.steps:
                self._report(StepsChanged(thread_id, active.reply.id, active.calls.steps))
            if active.stage:
                self._report(active.stage)

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
            self._report(RunResumed(run.thread_id, reply))
            self._start(self._answering.begun(run, reply, is_resumed=True))

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
        overrides: RunOverrides | None = None,
        hidden_turns: int = 0,
        hidden_end: MessageId | None = None,
    ) -> RunBegan:
        run, reply = new_reply(thread_id, parent, await self._in_effect(assistant, thread_id, overrides))
        run = _otherwise(run, overrides)
        try:
            stored = await self._records.begin_run(run, user_message=question, reply=reply, owner=self._owner)
        except LookupError as error:
            raise UnusableAssistantError("the message or its thread was deleted") from error
        question, reply = (stored[0] if question else None), stored[-1]
        began = RunBegan(thread_id, reply, question, replaces, hidden_turns, hidden_end)
        self._report(began)
        self._start(self._answering.begun(run, reply))
        return began

    async def _in_effect(
        self, assistant: Assistant, thread_id: ThreadId, overrides: RunOverrides | None = None
    ) -> Assistant:
        """``assistant`` with the settings that a run of the thread has now."""
        thread = await self._asking.thread(thread_id)
        return replace(
            assistant, settings=self._prompts.in_effect(assistant.settings, thread.name, overrides)
        )

    async def _overrides_of(self, reply: Message) -> RunOverrides | None:
        """What was set for the question of ``reply`` alone; it is not for another assistant or connection."""
        run = await self._records.run(reply.run_id) if reply.run_id else None
        if run is None or not run.details.overrides:
            return None
        assistant = await self._asking.assistant(reply.thread_id)
        is_same = (run.assistant_id, run.settings.connection_id) == (
            assistant.id,
            assistant.settings.connection_id,
        )
        return RunOverrides.of_run(run) if is_same else None

    def _start(self, active: ActiveRun) -> None:
        self._active[active.run.thread_id] = active
        active.task = self._tasks.start(self._answer(active), f"run {active.run.id}")
        self._report(LibraryChanged(threads=True))

    # -- answering

    async def _answer(self, active: ActiveRun) -> None:
        """Read the service to its ending, and store the ending whatever happens."""
        journal = asyncio.create_task(active.growing.keep_journal(), name=f"journal {active.run.id}")
        ending: RunEnded | None = None
        try:
            ending = await self._answering.answer(active)
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

    # -- ending

    async def _finish(self, active: ActiveRun, journal: asyncio.Task[None], ending: RunEnded | None) -> None:
        journal.cancel()
        await asyncio.wait([journal])
        if ending is None:
            await active.growing.save()
            self._active.pop(active.run.thread_id, None)
            return
        await self._end(active, ending)
        if active.writes_on and (active.is_leaving or ending.status is Status.STOPPED):
            self._farewells.start(self._cancel_there(active.run), f"cancel {active.run.id}")

    async def _end(self, active: ActiveRun, ending: RunEnded) -> None:
        if ending.status not in (Status.INTERRUPTED, Status.FAILED):  # these go on with their calls
            active.calls.stop()
        text, citations, steps = active.growing.text, active.all_citations(), active.calls.steps
        details = replace(
            active.run.details,
            fragments=len(active.calls.fragments),
            found=(),
            cost=await self._cost(active.run),
        )
        run = replace(
            active.run,
            status=ending.status,
            error=ending.error,
            ended_at=datetime.now(UTC),
            details=details,
        )
        if ending.error:
            log.warning("run %s: %s, %s", run.id, ending.status, ending.error.code)
        try:
            await self._records.end_run(run, text, citations, steps)
        except StoreError as error:
            log.exception("the ending of run %s could not be stored", run.id)
            run = replace(run, status=Status.FAILED, error=RunError.of(error))
        finally:
            self._active.pop(run.thread_id, None)
            message = await self._stored(active.reply)
            message = replace(
                message,
                text=text,
                status=run.status,
                citations=citations or message.citations,
                steps=steps,
            )
            self._report(RunFinished(run.thread_id, message, run))
            self._report(LibraryChanged(threads=True))
        await self._touch(run)

    async def _cost(self, run: Run) -> Cost | None:
        try:
            return await self._connections.cost_of_run(run)
        except StoreError:
            log.exception("the prices of run %s could not be read", run.id)
            return None

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


def _otherwise(run: Run, overrides: RunOverrides | None) -> Run:
    """``run`` with a note of what it does otherwise than its assistant."""
    return replace(run, details=replace(run.details, overrides=overrides.names)) if overrides else run
