"""What stands on the service's side of a run: its assistant there, its thread there, and what becomes of them.

A thread there grows with every request, so that what is known of it is forgotten before it is used, and noted when it
is known again: a program that dies in between sends the history once more, and is never wrong.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TypeVar

from desktop_app.controllers.asking import request_of
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import ServiceError, StoreError
from desktop_app.domain.events import AssistantHeld, RunEnded, RunEvent, ThreadHeld
from desktop_app.domain.holding import held_after, held_part, holding_rules
from desktop_app.domain.prompt import AskedAssistant, Cut, Held
from desktop_app.domain.providers import kind_of
from desktop_app.domain.remote import RemoteThread
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Message, Run, Status
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.remote import HeldAssistant, RemoteStore

log = logging.getLogger(__name__)

NO_VERSION = 0

T = TypeVar("T")


class ServiceSide:
    """Asks the service of ``connection`` with what it holds, and notes what it holds then.

    What cannot be read or stored here makes a request longer, and never fails it.
    """

    def __init__(
        self,
        remote: RemoteStore,
        records: ConversationStore,
        assistants: AssistantStore,
        connection: Connection,
    ) -> None:
        self._remote = remote
        self._records = records
        self._assistants = assistants
        self._connection = connection

    async def ask(
        self,
        service: Service,
        run: Run,
        spoken: Sequence[Message],
        part: Cut,
        reply: Callable[[], Message],
        *,
        is_continued: bool = False,
    ) -> AsyncGenerator[RunEvent, None]:
        """Ask once for an answer to ``part``, the end of ``spoken``; raises what the service raises.

        ``reply`` gives the message with its text so far.  With ``is_continued`` it is the last of ``part`` and goes on,
        which makes two messages of it there: such a thread is never ours.
        """
        before, held = None, None
        if not is_continued:
            before, held = await _tried(self._claim(run, spoken, part)) or (None, None)
        assistant, name = await _tried(self._records_there(run)) or (None, "")
        request = request_of(
            run, part, is_continued=is_continued, held=held, assistant=assistant, thread_name=name
        )
        thread = ""
        try:
            async with aclosing(service.run(request)) as events:
                async for event in events:
                    match event:
                        case AssistantHeld(remote_id):
                            await _tried(self._note_assistant(run, remote_id))
                        case ThreadHeld(remote_id, has_reply):
                            thread = remote_id if has_reply else ""
                            await _tried(self._note_name(run, part, remote_id))
                        case RunEnded(Status.COMPLETED) if thread and reply().text and not is_continued:
                            model, now = run.settings.model, datetime.now(UTC)
                            after = held_after(thread, before, spoken, part, reply(), model, now)
                            await _tried(self._note_thread(run, after))
                    yield event
        except ServiceError as error:
            has_added = held is not None and held.messages < len(part.messages) - 1
            if before and error.is_untouched and not has_added:  # the thread there is as it was
                await _tried(self._note_thread(run, before))
            raise

    # -- threads

    async def _claim(
        self, run: Run, spoken: Sequence[Message], part: Cut
    ) -> tuple[RemoteThread, Held] | None:
        """What may be relied on of what the service holds; of a thread there nothing is known any more from then on."""
        rules = holding_rules(self._connection, run.settings.model)
        before = await self._remote.thread_held(self._connection.id, run.thread_id) if rules else None
        held = held_part(before, spoken, part, rules, datetime.now(UTC)) if rules and before else None
        if before is None or held is None:
            return None
        if self._has_threads:
            await self._remote.forget_thread(self._connection.id, run.thread_id)
        return before, held

    @property
    def _has_threads(self) -> bool:
        return kind_of(self._connection).truncates_itself

    async def _note_thread(self, run: Run, thread: RemoteThread) -> None:
        await self._remote.hold_thread(
            self._connection.id, run.thread_id, thread, is_thread=self._has_threads
        )

    async def _note_name(self, run: Run, part: Cut, remote_id: str) -> None:
        """Note that a thread there is ours, whatever it says: a reply may still come into it when this run fails."""
        if self._has_threads and part.ids:
            first, last, count = part.ids[0], part.ids[-1], len(part.ids)
            thread = RemoteThread(remote_id, first, last, count, run.settings.model, datetime.now(UTC))
            await self._note_thread(run, thread)

    # -- assistants

    async def _records_there(self, run: Run) -> tuple[AskedAssistant, str] | None:
        """The assistant and the name of the thread, for services that hold such records."""
        if run.assistant_id is None or not kind_of(self._connection).has_pull:
            return None
        thread = await self._records.thread(run.thread_id)
        held = await self._remote.assistant_held(self._connection.id, run.assistant_id)
        if held is None:
            assistant = AskedAssistant(run.settings)
        else:
            is_current = held.local_version == await self._version(run)
            assistant = AskedAssistant(run.settings, held.remote_id, is_current)
        return assistant, thread.name if thread else ""

    async def _note_assistant(self, run: Run, remote_id: str) -> None:
        if run.assistant_id is not None:
            held = HeldAssistant(remote_id, await self._version(run) or NO_VERSION)
            await self._remote.hold_assistant(self._connection.id, run.assistant_id, held)

    async def _version(self, run: Run) -> int | None:
        """The version of the assistant that the run has; None when its settings are for this once."""
        if run.assistant_id is None:
            return None
        version = await self._assistants.version(run.assistant_id, run.assistant_version)
        return version.version if version and version.settings == run.settings else None


async def _tried(work: Awaitable[T]) -> T | None:
    """What ``work`` gives; None when the store fails."""
    try:
        return await work
    except StoreError:
        log.exception("what the service holds could not be read or noted")
        return None
