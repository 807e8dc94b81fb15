"""The library: what a new profile begins with, new threads, and threads written to files."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.assistants import Assistant, AssistantSettings, CompletionOptions, PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId, new_id
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.threads import Thread
from desktop_app.export.markdown import Labels
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore

ON_DEVICE_REPLY_TOKENS = 600
ON_DEVICE_PROMPT_TOKENS = 3000


@dataclass(frozen=True, slots=True)
class Beginning:
    """The words a new profile begins with, in the user's language."""

    connection_name: str = "On this device"
    assistant_name: str = "Local assistant"
    instruction: str = "You are a helpful assistant. Answer briefly and plainly."


@dataclass(frozen=True, slots=True)
class AssistantInUse:
    """A row of the assistants pane."""

    assistant: Assistant
    model_label: str
    thread_count: int


class LibraryController:
    """Works on any loop: everything it does is a call of the store."""

    def __init__(
        self,
        conversations: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionStore,
        labels: Labels,
    ) -> None:
        self._conversations = conversations
        self._assistants = assistants
        self._connections = connections
        self._labels = labels

    async def begin(self, beginning: Beginning) -> None:
        """Give an empty profile the on-device connection and an assistant that uses it."""
        if await self._connections.connections() or await self._assistants.assistants():
            return
        connection = Connection(ConnectionId(new_id()), ConnectionKind.ON_DEVICE, beginning.connection_name)
        await self._connections.add(connection)
        await self._assistants.create(
            AssistantSettings(
                name=beginning.assistant_name,
                instruction=beginning.instruction,
                connection_id=connection.id,
                truncation=PromptTruncation(ON_DEVICE_PROMPT_TOKENS),
                completion=CompletionOptions(max_tokens=ON_DEVICE_REPLY_TOKENS),
            )
        )

    async def assistants_in_use(self) -> list[AssistantInUse]:
        """Assistants with the label of what answers for them and their number of threads."""
        connections = {connection.id: connection for connection in await self._connections.connections()}
        counts = await self._conversations.counts()
        return [
            AssistantInUse(assistant, _model_label(assistant, connections), counts.get(assistant.id, 0))
            for assistant in await self._assistants.assistants()
        ]

    async def thread_count(self) -> int:
        """How many threads are in the list of all."""
        return sum((await self._conversations.counts()).values())

    async def new_thread(self, assistant_id: AssistantId | None) -> Thread:
        """A thread with nothing in it; without a choice the first assistant answers."""
        known = await self._assistants.assistants()
        if assistant_id not in {assistant.id for assistant in known}:
            assistant_id = known[0].id if known else None
        return await self._conversations.create_thread(assistant_id)

    async def rename_thread(self, thread_id: ThreadId, name: str) -> None:
        """Give a thread a name on one line; an empty one changes nothing."""
        name = " ".join(name.split())[:THREAD_NAME_LIMIT]
        if name:
            await self._conversations.rename_thread(thread_id, name)

    async def archive(self, thread_id: ThreadId) -> ThreadArchive | None:
        """Everything of one thread."""
        thread = await self._conversations.thread(thread_id)
        if thread is None:
            return None
        assistant = await self._assistants.assistant(thread.assistant_id) if thread.assistant_id else None
        runs = await self._conversations.runs(thread_id, is_brief=False)
        return ThreadArchive(
            thread=thread,
            messages=tuple(await self._conversations.all_messages(thread_id)),
            runs=tuple(replace(run, cursor=None) for run in runs),
            assistant=assistant.settings if assistant else None,
            assistant_version=assistant.version if assistant else 0,
            leaf_id=next(reversed(await self._conversations.shown_ids(thread_id)), None),
        )

    async def export(self, thread_ids: list[ThreadId] | None, file_format: str, output: Path) -> Path:
        """Write threads (None: all) as md, html or json to a file, or many to a folder.  Raises OSError, StoreError."""
        from desktop_app.export.files import export

        is_all = thread_ids is None
        if thread_ids is None:
            thread_ids = [summary.id for summary in await self._conversations.threads()]
        archives = [found for thread_id in thread_ids if (found := await self.archive(thread_id))]
        return await asyncio.to_thread(
            export, archives, file_format, output, self._labels, as_folder=is_all or None
        )


def _model_label(assistant: Assistant, connections: dict[ConnectionId, Connection]) -> str:
    settings = assistant.settings
    if settings.model:
        return settings.model.rstrip("/").removesuffix("/latest").rsplit("/", 1)[-1]
    connection = connections.get(settings.connection_id) if settings.connection_id else None
    return connection.name if connection else ""
