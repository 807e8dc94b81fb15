"""Deferred requests: committed, sent, and followed until their replies come, however often the program ends meanwhile.

One task sleeps until the next check is due; with nothing open there is none.  Times are those of the wall clock, so
that a machine that slept checks soon after it wakes.  The store ends an operation only while it is open: two programs
on one profile may ask for the same result, and it arrives once.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import random
from typing import NamedTuple

from desktop_app.controllers.asking import (
    Asking,
    Claim,
    instruction_with,
    new_question,
    new_reply,
    request_of,
    smaller_limits,
)
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, LibraryChanged, OperationChanged, RunBegan, RunFinished
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.searching import Searching
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.citing import citations_in, fragments_block
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import (
    BadReplyError,
    ContextTooLongError,
    NitkaError,
    NotOfferedError,
    OperationGoneError,
    RunError,
    ServiceError,
    SilentError,
    StoreError,
    UnusableAssistantError,
)
from desktop_app.domain.files import Fragment
from desktop_app.domain.ids import ConnectionId, OperationId, ThreadId
from desktop_app.domain.operations import (
    DeferredReply,
    Operation,
    OperationStatus,
    RemoteOperation,
    next_check,
)
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.prompt import Cut
from desktop_app.domain.retrying import delay_s, may_repeat
from desktop_app.domain.service import Deferring, Service
from desktop_app.domain.threads import Message, Run, Status, Usage
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.operations import OperationStore

log = logging.getLogger(__name__)

AT_ONCE = 4
CHECK_S = 30.0
SLICE_S = 60.0
FAREWELL_S = 1.0
LONGEST_WAIT_S = 3600.0
NOTHING_YET = timedelta(0)


class OperationsController:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block.

    ``owner`` names this process, ``claim`` keeps a thread from being asked twice at once, ``clock`` tells the time
    (aware UTC).
    """

    def __init__(
        self,
        operations: OperationStore,
        conversations: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        prompts: Prompts,
        searching: Searching,
        owner: str,
        report: Callable[[Fact], None],
        *,
        claim: Claim,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._operations = operations
        self._conversations = conversations
        self._asking = Asking(conversations, assistants)
        self._connections = connections
        self._prompts = prompts
        self._searching = searching
        self._owner = owner
        self._report = report
        self._claim = claim
        self._clock = clock
        self._tasks = TaskOwner(self._on_fault)
        self._sendings = TaskOwner(self._on_fault)
        self._farewells = TaskOwner(self._on_fault)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._changed = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None

    def _on_fault(self, error: BaseException) -> None:
        log.error("a task of the operations failed", exc_info=error)

    async def start(self, is_alive: Callable[[str], bool]) -> None:
        """Tell what was lost while it was being sent, and follow what is open.  Raises StoreError.

        ``is_alive`` says whether the process with a token still runs.
        """
        for operation in await self._operations.lose_orphans(is_alive):
            self._report(OperationChanged(operation))
        self._wake()

    async def close(self) -> None:
        """Follow nothing any more; the next start goes on.

        Services get a moment to hear what was cancelled, and to say that they have what is just being sent: a request
        whose id nobody heard is lost.
        """
        await self._tasks.stop()
        await asyncio.gather(self._sendings.stop(FAREWELL_S), self._farewells.stop(FAREWELL_S))

    # -- sending

    async def send(
        self,
        thread_id: ThreadId,
        text: str,
        assistant: Assistant | None = None,
        overrides: RunOverrides | None = None,
    ) -> Operation:
        """Ask for a reply that may come later; returns once the service has the request and its id is stored.

        The question is stored before it is sent: when sending fails the operation comes back FAILED.  What the service
        has surely not taken is sent again, as often as the connection allows.  ``assistant`` None takes the thread's;
        ``overrides`` are for this run alone.  Raises UnusableAssistantError, NotOfferedError, RunInProgressError,
        StoreError.
        """
        with self._claim(thread_id):
            assistant = assistant or await self._asking.assistant(thread_id)
            thread = await self._asking.thread(thread_id)
            settings = self._prompts.in_effect(assistant.settings, thread.name, overrides)
            assistant = replace(assistant, settings=settings)
            connection_id = await self._deferring_connection(assistant)
            question = new_question(thread_id, await self._conversations.newest(thread_id), text)
            run, reply = new_reply(thread_id, question, assistant, Status.DEFERRED)
            if overrides:
                run = replace(run, details=replace(run.details, overrides=overrides.names))
            try:
                question, reply, operation = await self._operations.begin(
                    run, user_message=question, reply=reply, connection_id=connection_id, owner=self._owner
                )
            except LookupError as error:
                raise UnusableAssistantError("the message or its thread was deleted") from error
        self._report(RunBegan(thread_id, reply, question))
        self._report(OperationChanged(operation))
        self._report(LibraryChanged(threads=True))
        sending = self._sendings.start(self._submit(operation, run, reply), f"send {operation.id}")
        if sending is None:  # leaving: told at the next start
            return operation
        await asyncio.wait([sending])  # who stops waiting does not stop the sending
        return await self._operations.operation(operation.id) or operation

    async def _deferring_connection(self, assistant: Assistant) -> ConnectionId:
        connection_id = assistant.settings.connection_id
        async with self._connections.using(connection_id) as service:
            _deferring(service)
        if connection_id is None:
            raise UnusableAssistantError("no connection is chosen")
        return connection_id

    async def _submit(self, operation: Operation, run: Run, reply: Message) -> None:
        rephrasings: list[Usage] = []
        try:
            submitted = await self._persistently(operation, run, reply, rephrasings.append)
        except Exception as error:
            log.warning("operation %s could not be sent", operation.id, exc_info=error)
            await self._fail(operation, OperationStatus.FAILED, RunError.of(error), _total(rephrasings))
            return
        if submitted is None:
            return
        remote_id, part, found, older, addition = submitted
        log.info("operation %s is %s at the service", operation.id, remote_id)
        details = replace(
            run.details,
            dropped=older + part.dropped,
            prompt_tokens=part.tokens,
            fragments=len(found),
            found=found,
            addition=addition,
            rephrasing=_total(rephrasings),
        )
        asked = replace(run, seen=part.ids, details=details)
        sent = await self._operations.sent(
            operation.id, remote_id, self._clock() + next_check(0, NOTHING_YET), asked
        )
        if sent is None:  # cancelled while it was being sent
            self._give_up(replace(operation, remote_id=remote_id))
            return
        self._report(OperationChanged(sent))
        self._wake()

    async def _persistently(
        self, operation: Operation, run: Run, reply: Message, count: Callable[[Usage], None]
    ) -> "_Submitted | None":
        """Send; again by itself where the service has surely taken nothing.  None when it was cancelled meanwhile."""
        connection = await self._connections.connection_of(operation.connection_id)
        retries, attempt = connection.network.retries if connection else 0, 0
        while True:
            try:
                async with self._connections.using(operation.connection_id) as service:
                    return await self._submitted(service, run, reply, connection, count)
            except ServiceError as error:
                if not may_repeat(error, attempt, retries):
                    raise
                failure = error
            seconds = delay_s(attempt, failure.retry_after_s, random())  # noqa: S311 - jitter
            until = self._clock() + timedelta(seconds=seconds)
            self._report(
                OperationChanged(replace(operation, error=RunError.of(failure), next_check_at=until))
            )
            await asyncio.sleep(seconds)
            found = await self._operations.operation(operation.id)
            if found is None or not found.status.is_open:
                return None
            self._report(OperationChanged(found))
            attempt += 1

    async def _submitted(
        self,
        service: Service,
        run: Run,
        reply: Message,
        connection: Connection | None,
        count: Callable[[Usage], None],
    ) -> "_Submitted":
        """Send as much of the thread as fits, with what the files say about the question where they are searched."""
        deferring, (spoken, older) = _deferring(service), await self._asking.spoken(reply)
        is_due = connection is not None and self._searching.is_due(run, connection)
        found = tuple(await self._searching.found_for(run, spoken, service, count)) if is_due else ()
        addition = fragments_block(dict(enumerate(found, 1))) if found else ""
        instruction = instruction_with(run.settings.instruction, addition)
        settings = replace(run.settings, instruction=instruction)
        part = await self._prompts.part(spoken, settings, ())
        while True:
            try:
                remote_id = await deferring.submit(request_of(run, part, addition=addition))
                return _Submitted(remote_id, part, found, older, addition)
            except ContextTooLongError:
                smaller = await self._prompts.part(spoken, smaller_limits(settings, part), ())
                if len(smaller.messages) >= len(part.messages):
                    raise
                part = smaller

    # -- following

    def _wake(self) -> None:
        """Something waits, or may."""
        self._changed.set()
        if self._poller is None or self._poller.done():
            self._poller = self._tasks.start(self._follow(), "operations")

    async def _follow(self) -> None:
        """Check what is due, until nothing waits any more."""
        while True:
            self._changed.clear()
            try:
                moment = await self._operations.next_check_at()
                if moment is None and not self._changed.is_set():
                    return
                delay_s = (moment - self._clock()).total_seconds() if moment else 0.0
                if delay_s <= 0:
                    await self._check_all((await self._operations.due(self._clock()))[:AT_ONCE])
            except StoreError:
                log.exception("the operations could not be read or stored; they are tried again")
                delay_s = SLICE_S
            if delay_s > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(delay_s, SLICE_S)):
                        await self._changed.wait()

    async def check_now(self, operation_id: OperationId | None = None) -> None:
        """Ask for a result now, of one operation or (None) of all that wait.  Raises StoreError."""
        found = await self._operations.open()
        wanted = [operation for operation in found if operation_id in (None, operation.id)]
        await self._check_all(
            [operation for operation in wanted if operation.status is OperationStatus.WAITING]
        )
        self._wake()

    async def _check_all(self, operations: Sequence[Operation]) -> None:
        checks = (self._check(operation) for operation in operations)
        for result in await asyncio.gather(*checks, return_exceptions=True):  # one that fails ends no other
            if isinstance(result, BaseException):
                raise result

    async def _check(self, operation: Operation) -> None:
        """Ask once; what could not be asked is asked again later, however often."""
        try:
            async with (
                self._turns,
                asyncio.timeout(CHECK_S),
                self._connections.using(operation.connection_id) as service,
            ):
                found = await _deferring(service).operation(operation.remote_id)
        except (OperationGoneError, UnusableAssistantError) as error:
            await self._fail(operation, OperationStatus.LOST, RunError.of(error))
        except TimeoutError:
            await self._postpone(operation, SilentError(f"nothing came for {CHECK_S:.0f} s"))
        except Exception as error:
            if not isinstance(error, NitkaError):
                log.exception("the adapter failed")
            await self._postpone(operation, error)
        else:
            await self._take(operation, found)

    async def _postpone(self, operation: Operation, error: Exception | None = None) -> None:
        now = self._clock()
        wait = next_check(operation.checks + 1, now - operation.sent_at)
        if retry_after_s := getattr(error, "retry_after_s", None):
            wait = max(wait, timedelta(seconds=min(retry_after_s, LONGEST_WAIT_S)))
        checked = await self._operations.checked(
            operation.id, now + wait, RunError.of(error) if error else None
        )
        if checked:
            self._report(OperationChanged(checked))

    async def _take(self, operation: Operation, found: RemoteOperation) -> None:
        if not found.is_done:
            await self._postpone(operation)
        elif found.result:
            await self._end(operation, OperationStatus.DONE, found.result)
        else:
            error = found.error or RunError.of(
                BadReplyError("the operation has neither a result nor an error")
            )
            await self._fail(operation, OperationStatus.FAILED, error)

    # -- ending

    async def cancel(self, operation_id: OperationId) -> None:
        """Give an operation up, at once; the service is told as far as it can be.  Raises StoreError."""
        operation = await self._operations.operation(operation_id)
        if operation and await self._end(
            operation, OperationStatus.CANCELLED, DeferredReply("", Status.STOPPED)
        ):
            self._give_up(operation)

    def _give_up(self, operation: Operation) -> None:
        if operation.remote_id:
            self._farewells.start(self._tell_cancelled(operation), f"cancel {operation.id}")

    async def _tell_cancelled(self, operation: Operation) -> None:
        try:
            async with (
                asyncio.timeout(CHECK_S),
                self._connections.using(operation.connection_id) as service,
            ):
                await _deferring(service).cancel_operation(operation.remote_id)
        except (NitkaError, TimeoutError) as error:
            log.info(
                "operation %s was not cancelled at the service: %s", operation.id, RunError.of(error).code
            )

    async def _fail(
        self,
        operation: Operation,
        status: OperationStatus,
        error: RunError,
        rephrasing: Usage | None = None,
    ) -> None:
        await self._end(operation, status, DeferredReply("", Status.FAILED), error, rephrasing)

    async def _end(
        self,
        operation: Operation,
        status: OperationStatus,
        reply: DeferredReply,
        error: RunError | None = None,
        rephrasing: Usage | None = None,
    ) -> bool:
        """Store the one ending and tell it; False when somebody else did, or the thread is gone.

        ``rephrasing`` is what the run does not know of yet.
        """
        run = await self._conversations.run(operation.run_id)
        if run is None:
            return False
        cited = citations_in(reply.text, dict(enumerate(run.details.found, 1)))
        run = replace(
            run,
            status=reply.status,
            error=error,
            usage=reply.usage,
            remote_id=operation.remote_id,
            details=replace(run.details, found=(), rephrasing=rephrasing or run.details.rephrasing),
        )
        run = replace(run, details=replace(run.details, cost=await self._connections.cost_of_run(run)))
        if not await self._operations.end(operation.id, status, run, reply.text, (*reply.citations, *cited)):
            return False
        await self._tell_ended(operation)
        return True

    async def _tell_ended(self, operation: Operation) -> None:
        ended = await self._operations.operation(operation.id)
        run = await self._conversations.run(operation.run_id)
        message = await self._conversations.message(operation.message_id)
        if ended and run and message:
            self._report(OperationChanged(ended))
            self._report(RunFinished(run.thread_id, message, run, was_deferred=True))
            self._report(LibraryChanged(threads=True))


class _Submitted(NamedTuple):
    """The id at the service, what it was given of the thread, and of the files; ``older`` as in ``Leading``.

    ``addition`` as in ``RunDetails``.
    """

    remote_id: str
    part: Cut
    found: tuple[Fragment, ...]
    older: int
    addition: str


def _total(usages: Sequence[Usage]) -> Usage | None:
    return sum(usages[1:], usages[0]) if usages else None


def _deferring(service: Service) -> Deferring:
    if not isinstance(service, Deferring):
        raise NotOfferedError("the service takes no deferred requests")
    return service
