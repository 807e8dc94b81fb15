"""What stands on the service's side of a run: its assistant there, its thread there, and what becomes of them.

A thread there grows with every request, so that what is known of it is forgotten before it is used, and noted when it
is known again: a program that dies in between sends the history once more, and is never wrong.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from desktop_app.controllers.asking import sent
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import ServiceError, StoreError
from desktop_app.domain.events import AssistantHeld, RunEnded, RunEvent, ThreadHeld
from desktop_app.domain.holding import held_after, held_part, holding_rules
from desktop_app.domain.prompt import AskedAssistant, AskedThread, Cut, Held, PromptMessage, RunRequest
from desktop_app.domain.providers import kind_of
from desktop_app.domain.remote import RemoteThread
from desktop_app.domain.service import Service, Submitting
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Message, Run, Status, Thread
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.remote import HeldAssistant, RemoteStore

log = logging.getLogger(__name__)

NO_VERSION = 0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: ``part``, the end of ``spoken``, goes with the ``request``.

    The request may also have the reply's own beginning, of which the service holds nothing.  With ``is_continued`` an
    earlier run wrote that, which makes two messages of it there: such a thread is never ours.
    """

    request: RunRequest
    spoken: Sequence[Message]
    part: Cut
    is_continued: bool = False


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
        self._before: RemoteThread | None = None
        self._mark: int | None = None  # of what a thread there is told

    async def ask(
        self, service: Service, run: Run, asked: Asked, reply: Callable[[], Message]
    ) -> AsyncGenerator[RunEvent, None]:
        """Ask once; raises what the service raises.  ``reply`` gives the message with its text so far."""
        held = None
        self._before = None
        if not asked.is_continued:
            self._before, held = await _tried(self._claim(run, asked)) or (None, None)
        assistant, thread = await _tried(self._records_there(run, held)) or (None, None)
        request = replace(asked.request, held=held, assistant=assistant, thread=thread)
        try:
            async with aclosing(self._noted(service.run(request), run, asked, reply)) as events:
                async for event in events:
                    yield event
        except ServiceError as error:
            has_added = held is not None and held.messages < len(sent(asked.part.messages[:-1]))
            if self._before and error.is_untouched and not has_added:  # the thread there is as it was
                self._mark = None
                await _tried(self._note_thread(run, self._before))
            raise

    async def submit(
        self,
        service: Submitting,
        run: Run,
        asked: Asked,
        cursor: int | None,
        results: Sequence[PromptMessage],
        reply: Callable[[], Message],
    ) -> AsyncGenerator[RunEvent, None]:
        """Give the results of the calls for which the run waits there; raises what the service raises."""
        told = service.submit_results(asked.request, run.remote_id, cursor, results)
        async with aclosing(self._noted(told, run, asked, reply)) as events:
            async for event in events:
                yield event

    async def _noted(
        self, told: AsyncGenerator[RunEvent, None], run: Run, asked: Asked, reply: Callable[[], Message]
    ) -> AsyncGenerator[RunEvent, None]:
        """What is told, with what the service holds noted on the way."""
        thread = ""
        async with aclosing(told) as events:
            async for event in events:
                match event:
                    case AssistantHeld(remote_id):
                        await _tried(self._note_assistant(run, remote_id))
                    case ThreadHeld(remote_id, has_reply):
                        thread = remote_id if has_reply else ""
                        await _tried(self._note_name(run, asked.part, remote_id))
                    case RunEnded(Status.COMPLETED) if thread and reply().text and not asked.is_continued:
                        after = held_after(
                            thread,
                            self._before,
                            asked.spoken,
                            asked.part,
                            reply(),
                            run.settings.model,
                            datetime.now(UTC),
                        )
                        await _tried(self._note_thread(run, after))
                yield event

    # -- threads

    async def _claim(self, run: Run, asked: Asked) -> tuple[RemoteThread, Held] | None:
        """What may be relied on of what the service holds; of a thread there nothing is known any more from then on."""
        rules = holding_rules(self._connection, run.settings.model)
        before = await self._remote.thread_held(self._connection.id, run.thread_id) if rules else None
        if rules is None or before is None:
            return None
        held = held_part(before, asked.spoken, asked.part, rules, datetime.now(UTC))
        if held is None:
            return None
        if self._has_threads:
            await self._remote.forget_thread(self._connection.id, run.thread_id)
        return before, replace(held, messages=len(sent(asked.part.messages[: held.messages])))

    @property
    def _has_threads(self) -> bool:
        return kind_of(self._connection).truncates_itself

    async def _note_thread(self, run: Run, thread: RemoteThread) -> None:
        await self._remote.hold_thread(
            self._connection.id, run.thread_id, thread, is_thread=self._has_threads, mark=self._mark
        )

    async def _note_name(self, run: Run, part: Cut, remote_id: str) -> None:
        """Note that a thread there is ours, whatever it says: a reply may still come into it when this run fails."""
        if self._has_threads and part.ids:
            first, last, count = part.ids[0], part.ids[-1], len(part.ids)
            thread = RemoteThread(remote_id, first, last, count, run.settings.model, datetime.now(UTC))
            await self._note_thread(run, thread)

    # -- assistants

    async def _records_there(
        self, run: Run, held_thread: Held | None
    ) -> tuple[AskedAssistant, AskedThread | None] | None:
        """The assistant and the thread, for services that hold such records."""
        if run.assistant_id is None or not kind_of(self._connection).has_pull:
            return None
        thread = await self._records.thread(run.thread_id)
        held = await self._remote.assistant_held(self._connection.id, run.assistant_id)
        settings, version = await self._asked_version(run)
        if held is None:
            assistant = AskedAssistant(settings)
        else:
            assistant = AskedAssistant(settings, held.remote_id, held.local_version == version)
        return assistant, await self._asked_thread(thread, held_thread) if thread else None

    async def _asked_thread(self, thread: Thread, held: Held | None) -> AskedThread:
        """The thread, and whether the one that is held there was told all of it."""
        self._mark = ThreadSettings.of(thread).mark
        told = await self._remote.thread_told(self._connection.id, held.remote_id) if held else self._mark
        return AskedThread(
            thread.name,
            thread.description,
            thread.labels,
            thread.expiration,
            thread.other_tools,
            is_current=told == self._mark,
        )

    async def _note_assistant(self, run: Run, remote_id: str) -> None:
        if run.assistant_id is not None:
            _, version = await self._asked_version(run)
            held = HeldAssistant(remote_id, version or NO_VERSION)
            await self._remote.hold_assistant(self._connection.id, run.assistant_id, held)

    async def _asked_version(self, run: Run) -> tuple[AssistantSettings, int | None]:
        """The assistant that is asked, without what was set for the run alone; and which version of it that is.

        It is none when its settings are for this once, a model among them, which no run there can have of its own; and
        when its instruction has variables: what they stood for when the service was told is not known.
        """
        version = None
        if run.assistant_id is not None:
            version = await self._assistants.version(run.assistant_id, run.assistant_version)
        if version is None:
            return run.settings, None
        asked = replace(version.settings, instruction=run.settings.instruction, model=run.settings.model)
        overridden = {name: getattr(run.settings, name) for name in run.details.overrides}
        if replace(asked, **overridden) != run.settings:
            return run.settings, None
        return asked, version.version if asked == version.settings else None


async def _tried(work: Awaitable[T]) -> T | None:
    """What ``work`` gives; None when the store fails."""
    try:
        return await work
    except StoreError:
        log.exception("what the service holds could not be read or noted")
        return None
