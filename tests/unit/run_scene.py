"""A thread with an assistant that answers through a scripted service; the store is a real one."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

from desktop_app.controllers.calls import Toolbox
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import (
    Fact,
    ReplyEdited,
    RunBegan,
    RunFinished,
    RunResumed,
    StageReached,
    StepsChanged,
)
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.runs import RunsController
from desktop_app.controllers.searching import Searching
from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport, Model
from desktop_app.domain.events import RunEnded, RunEvent, RunPaused, ToolCalled
from desktop_app.domain.files import Fragment
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Message, Status
from desktop_app.domain.tools import CallStatus, ToolStep
from desktop_app.domain.variables import Surroundings
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.call_rules import CallRuleStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.remote import RemoteStore
from desktop_app.store.secrets import SecretStore
from desktop_app.store.token_ratios import TokenRatioStore
from tests.conftest import until

Step = RunEvent | Exception | asyncio.Event


class ScriptedService:
    """Answers each run with the next script: events are said, errors raised, asyncio events waited for."""

    def __init__(self) -> None:
        self.scripts: list[list[Step]] = []
        self.requests: list[RunRequest] = []
        self.closed_streams = 0

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        self.requests.append(request)
        try:
            for step in self.scripts.pop(0):
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    yield step
        finally:
            self.closed_streams += 1

    async def models(self) -> tuple[Model, ...]:
        return ()

    async def test(self) -> ConnectionReport:
        return ConnectionReport(0)

    async def close(self) -> None:
        pass


CONNECTION = Connection(ConnectionId("c"), ConnectionKind.CHAT, "Test", "http://127.0.0.1:1/v1")


class ResumableService(ScriptedService):
    """Writes on without a listener: ``rests`` are the scripts of runs that are read on."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[list[Step]] = []
        self.resumed: list[tuple[str, int | None]] = []
        self.cancelled: list[str] = []
        self.cancel_errors: list[Exception] = []

    async def resume(
        self, request: RunRequest, remote_id: str, cursor: int | None
    ) -> AsyncGenerator[RunEvent, None]:
        self.resumed.append((remote_id, cursor))
        self.scripts.insert(0, self.rests.pop(0))
        async with aclosing(self.run(request)) as events:
            async for event in events:
                yield event

    async def cancel_run(self, remote_id: str) -> None:
        self.cancelled.append(remote_id)
        if self.cancel_errors:
            raise self.cancel_errors.pop(0)


class SubmittingService(ResumableService):
    """Keeps a run waiting for the results of its calls; then it goes on with the next of ``rests``."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[tuple[str, int | None, list[tuple[str, str]]]] = []

    async def submit_results(
        self, request: RunRequest, remote_id: str, cursor: int | None, results: Sequence[PromptMessage]
    ) -> AsyncGenerator[RunEvent, None]:
        told = [(one.call.name if one.call else "", one.text) for one in results]
        self.submitted.append((remote_id, cursor, told))
        self.scripts.insert(0, self.rests.pop(0))
        async with aclosing(self.run(request)) as events:
            async for event in events:
                yield event


class Library:
    """Files that are searched: what every search finds, and what was looked for."""

    def __init__(self) -> None:
        self.fragments: list[Fragment] = []
        self.queries: list[str] = []

    async def search(self, _assistant_id: AssistantId, query: str, limit: int) -> list[Fragment]:
        self.queries.append(query)
        return self.fragments[:limit]

    async def has_files(self, _assistant_id: AssistantId) -> bool:
        return bool(self.fragments)


class Scene:
    """A thread with an assistant that answers through ``service``.

    A second scene in the same folder is the program started once more: ``owner`` names it.
    """

    def __init__(
        self,
        folder: Path,
        service: ScriptedService | None = None,
        connection: Connection = CONNECTION,
        owner: str = "owner",
    ) -> None:
        self.folder = folder
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.conversations = ConversationStore(self.database)
        self.assistants = AssistantStore(self.database)
        self.records = ConnectionStore(self.database)
        self.remote = RemoteStore(self.database)
        self.service = service or ScriptedService()
        self.connection = connection
        self.owner = owner
        self.facts: list[Fact] = []
        self.connections = ConnectionsController(self.records, SecretStore("test"), self.make_service)
        self.rules = CallRuleStore(self.database)
        self.files = Library()
        self.prompts = Prompts(TokenRatioStore(self.database), Surroundings("Ada"))
        self.runs = RunsController(
            self.conversations,
            self.assistants,
            self.connections,
            self.remote,
            self.prompts,
            Toolbox(self.rules, Searching(self.files), folder / "commands"),
            owner,
            self.facts.append,
        )

    def make_service(self, _connection: Connection, _credentials: Credentials) -> Service:
        return self.service

    async def open(self, settings: AssistantSettings) -> None:
        await self.database.open()
        await self.records.add(self.connection)
        self.assistant: Assistant = await self.assistants.create(
            replace(settings, connection_id=self.connection.id)
        )
        self.thread_id: ThreadId = (await self.conversations.create_thread(self.assistant.id)).id

    async def reopen(self, thread_id: ThreadId) -> None:
        """Start as the next program does: what the last one left is read on, the rest is interrupted."""
        await self.database.open()
        self.thread_id = thread_id
        self.runs.adopt(
            await self.conversations.resumable_orphans(lambda owner: owner == self.owner, self.owner)
        )
        await self.conversations.interrupt_orphans(lambda owner: owner == self.owner)

    async def aclose(self) -> None:
        try:
            await self.runs.close()
            await self.connections.close()
        finally:
            await self.database.close()

    async def ask(self, text: str, *script: Step) -> Message:
        """Send, wait for the end, and give the stored reply."""
        self.service.scripts.append(list(script))
        await self.runs.send(self.thread_id, text)
        await self.runs.wait(self.thread_id)
        return (await self.messages())[-1]

    async def messages(self) -> list[Message]:
        return await self.conversations.messages(self.thread_id)

    def endings(self) -> list[RunFinished]:
        return [fact for fact in self.facts if isinstance(fact, RunFinished)]

    def stages(self) -> list[StageReached]:
        return [fact for fact in self.facts if isinstance(fact, StageReached)]

    def steps(self) -> tuple[ToolStep, ...]:
        """The calls as a window would show them."""
        changes = [fact.steps for fact in self.facts if isinstance(fact, StepsChanged)]
        return changes[-1] if changes else ()

    async def reached(self, *statuses: CallStatus) -> tuple[ToolStep, ...]:
        """Wait until the newest calls have ``statuses``."""
        await until(lambda: tuple(step.status for step in self.steps()[-len(statuses) :]) == statuses)
        return self.steps()[-len(statuses) :]

    def shown(self) -> str:
        """The last reply as a window would show it."""
        text = ""
        for fact in self.facts:
            if isinstance(fact, RunBegan | RunResumed):
                text = fact.reply.text
            elif isinstance(fact, ReplyEdited):
                text = fact.edit.apply(text)
        return text


SETTINGS = AssistantSettings(name="Test", instruction="Be brief.", model="m")
DONE = RunEnded(Status.COMPLETED)


def calling(*told: tuple[str, str], call_id: str = "") -> list[Step]:
    """The end of a round: functions are called by name and arguments, all under one id."""
    return [*(ToolCalled("k", name, arguments, call_id) for name, arguments in told), RunPaused()]


def image(s: Scene, folder: Path) -> Path:
    """What would be on the disk if the program were killed now."""
    folder.mkdir()
    with (
        closing(sqlite3.connect(s.folder / "nitka.db")) as source,
        closing(sqlite3.connect(folder / "nitka.db")) as copy,
    ):
        source.backup(copy)
    return folder


@asynccontextmanager
async def scene(
    folder: Path,
    settings: AssistantSettings = SETTINGS,
    *,
    service: ScriptedService | None = None,
    connection: Connection = CONNECTION,
) -> AsyncIterator[Scene]:
    async with aclosing(Scene(folder, service, connection)) as made:
        await made.open(settings)
        yield made


@asynccontextmanager
async def next_start(
    folder: Path,
    thread_id: ThreadId,
    service: ScriptedService | None = None,
    *,
    connection: Connection = CONNECTION,
    owner: str = "next",
) -> AsyncIterator[Scene]:
    """The program started once more on what the last one left in ``folder``."""
    async with aclosing(Scene(folder, service, connection, owner)) as made:
        await made.reopen(thread_id)
        yield made
