"""Pulling from a scripted service into a real store: everything once, nothing of the user's written over."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from desktop_app.controllers.asking import new_question, new_reply
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, PullProgressed
from desktop_app.controllers.pull import PullController
from desktop_app.domain import retrying
from desktop_app.domain.assistants import (
    Assistant,
    AssistantSettings,
    CompletionOptions,
    Expiration,
    FormatKind,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport, Model
from desktop_app.domain.errors import (
    NotFoundError,
    NotOfferedError,
    RequestRejectedError,
    RunInProgressError,
    ServiceFaultError,
    SignInError,
    UnusableAssistantError,
)
from desktop_app.domain.events import RunEvent
from desktop_app.domain.holding import digest
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.remote import (
    Page,
    PulledAssistant,
    PulledMessage,
    PulledThread,
    PulledVersion,
    RemoteThread,
)
from desktop_app.domain.threads import Author, Citation, Status
from desktop_app.store import pulled_threads
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.lifetimes import LifetimeStore
from desktop_app.store.pulled import PulledStore
from desktop_app.store.pulled_threads import KeptMessages
from desktop_app.store.remote import HeldAssistant, RemoteStore
from desktop_app.store.secrets import SecretStore
from desktop_app.store.trash import TrashStore
from tests.conftest import until
from tests.pulled_records import PULLED

T = TypeVar("T")

HERE = ConnectionId("c")
START = datetime(2025, 5, 1, 12, tzinfo=UTC)
PAGE = 3


class Folder:
    """A service that holds assistants and threads; everything is listed newest first."""

    def __init__(self) -> None:
        self.held_assistants: list[PulledAssistant] = []
        self.held_threads: list[PulledThread] = []
        self.held_messages: dict[str, list[PulledMessage]] = {}
        self.faults: list[Exception] = []
        self.calls = 0
        self.fail_after = -1
        self.fault: Exception = RuntimeError("killed")
        self.read_messages = 0
        self.gate: asyncio.Event | None = None
        self.has_begun_reading = False
        self.pushed: list[tuple[AssistantSettings, str]] = []

    # -- what is there

    def assistant(self, name: str, *instructions: str) -> PulledAssistant:
        """Add an assistant with a version for every instruction, or change the one of that name."""
        remote_id = f"a-{name}"
        settings = [AssistantSettings(name, instruction=text, model="gpt://f/m") for text in instructions]
        old = next((one for one in self.held_assistants if one.remote_id == remote_id), None)
        versions = list(old.versions if old else ())
        for one in settings:
            versions.append(PulledVersion(f"{remote_id}-v{len(versions)}", one))
        made = PulledAssistant(remote_id, settings[-1], START, START + timedelta(days=1), tuple(versions))
        self.held_assistants = [made, *(one for one in self.held_assistants if one is not old)]
        return made

    def thread(self, name: str, count: int, assistant: str = "Helper") -> PulledThread:
        """Add a thread of ``count`` messages."""
        made = PulledThread(f"t-{name}", name, START, START + timedelta(hours=1), "about", (("k", "v"),))
        self.held_threads.insert(0, made)
        self.held_messages[made.remote_id] = []
        self.say(name, count, assistant)
        return made

    def say(self, name: str, count: int, assistant: str = "Helper") -> None:
        """Let a thread grow by ``count`` messages."""
        for _ in range(count):
            number = len(self.held_messages[f"t-{name}"])
            author = Author.ASSISTANT if number % 2 else Author.USER
            self.put(name, author, f"{name} {number}", assistant)

    def put(self, name: str, author: Author, text: str, assistant: str = "Helper") -> None:
        """Let a thread grow by one message."""
        messages = self.held_messages[f"t-{name}"]
        messages.append(
            PulledMessage(
                f"m-{name}-{len(messages)}",
                author,
                f"a-{assistant}" if author is Author.ASSISTANT else "someone",
                text,
                Status.COMPLETED,
                START + timedelta(minutes=len(messages)),
                (("n", str(len(messages))),),
                (Citation("Page", "https://example.org"),) if author is Author.ASSISTANT else (),
            )
        )

    # -- as a service

    def _call(self) -> None:
        self.calls += 1
        if self.calls == self.fail_after:
            raise self.fault
        if self.faults:
            raise self.faults.pop(0)

    def _page(self, items: list[T], token: str) -> Page[T]:
        self._call()
        start = int(token or 0)
        following = start + PAGE
        return Page(tuple(items[start:following]), str(following) if start < len(items) else "")

    async def assistants(self, page_token: str = "") -> Page[PulledAssistant]:
        page = self._page(self.held_assistants, page_token)
        return Page(tuple(replace(one, versions=()) for one in page.items), page.next_token)

    async def versions(self, assistant_id: str) -> AsyncGenerator[PulledVersion, None]:
        self._call()
        (found,) = (one for one in self.held_assistants if one.remote_id == assistant_id)
        for version in reversed(found.versions):
            yield version

    async def threads(self, page_token: str = "") -> Page[PulledThread]:
        return self._page(self.held_threads, page_token)

    async def messages(self, thread_id: str) -> AsyncGenerator[PulledMessage, None]:
        self._call()
        for message in reversed(self.held_messages[thread_id]):
            if self.gate:
                self.has_begun_reading = True
                await self.gate.wait()
            if self.calls == self.fail_after - 1 and self.read_messages % 7 == 5:
                self._call()
            self.read_messages += 1
            yield message

    async def push(self, settings: AssistantSettings, remote_id: str = "") -> str:
        self.pushed.append((settings, remote_id))
        return remote_id or f"pushed-{len(self.pushed)}"

    async def run(self, _request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        nothing: tuple[RunEvent, ...] = ()
        for event in nothing:
            yield event

    async def models(self) -> tuple[Model, ...]:
        return ()

    async def test(self) -> ConnectionReport:
        return ConnectionReport(0)

    async def close(self) -> None:
        pass


class Scene:
    """A profile with a connection to a folder."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.conversations = ConversationStore(self.database)
        self.assistants = AssistantStore(self.database)
        self.remote = RemoteStore(self.database)
        self.service: Any = Folder()
        self.facts: list[Fact] = []
        self.connections = ConnectionsController(
            ConnectionStore(self.database), SecretStore("test"), lambda *_: self.service
        )
        self.pulling = self.program()

    def program(self, owner: str = "first", *others: str) -> PullController:
        """A program, and which others run besides."""
        return PullController(
            PulledStore(self.database),
            self.remote,
            self.assistants,
            self.connections,
            owner,
            others.__contains__,
            self.facts.append,
        )

    async def open(self) -> None:
        await self.database.open()
        await ConnectionStore(self.database).add(
            Connection(HERE, ConnectionKind.ASSISTANT_API, "Folder", "http://127.0.0.1:1")
        )

    async def pull(self) -> None:
        await self.pulling.pull(HERE)

    async def thread_id(self, name: str) -> ThreadId:
        (found,) = (one for one in await self.conversations.threads() if one.name == name)
        return found.id

    async def texts(self, name: str) -> list[str]:
        return [one.text for one in await self.conversations.messages(await self.thread_id(name))]

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return await self.database.read(lambda connection: connection.execute(query).fetchall())

    async def ask_here(self, thread_id: ThreadId, question: str, reply: str) -> None:
        """What a run of Nitka leaves: a question and its reply."""
        assistant = (await self.assistants.assistants())[0]
        asked = new_question(thread_id, await self.conversations.newest(thread_id), question)
        run, answer = new_reply(thread_id, asked, assistant)
        await self.conversations.begin_run(run, user_message=asked, reply=answer, owner="me")
        await self.conversations.end_run(replace(run, status=Status.COMPLETED), reply)

    def stages(self) -> list[str]:
        return [fact.progress.stage for fact in self.facts if isinstance(fact, PullProgressed)]

    async def everything(self) -> dict[str, Any]:
        """What was pulled, by remote ids."""
        return {name: await self.rows(query) for name, query in PULLED.items()}


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    made = Scene(folder)
    await made.open()
    try:
        yield made
    finally:
        await made.pulling.close()
        await made.connections.close()
        await made.database.close()


def filled(service: Folder) -> None:
    for number in range(7):
        service.assistant(f"A{number}", *(f"version {n}" for n in range(number % 3 + 1)))
    service.assistant("Helper", "Help.")
    for number in range(8):
        service.thread(f"T{number}", number * 4, f"A{number % 7}")


async def test_a_folder_becomes_records_of_the_users_own(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        helper = s.service.assistant("Helper", "Help.", "Help well.")
        s.service.thread("Trip", 4)
        counts = await s.pulling.pull(HERE)
        assert (counts.assistants, counts.versions, counts.threads) == (1, 2, 1)
        assert (counts.messages, counts.new_messages, counts.kept) == (4, 4, 0)
        (assistant,) = await s.assistants.assistants()
        assert assistant.settings == replace(helper.settings, connection_id=HERE)
        assert (assistant.version, assistant.created_at) == (2, START)
        assert [one.settings.instruction for one in await s.assistants.versions(assistant.id)] == [
            "Help well.",
            "Help.",
        ]
        (summary,) = await s.conversations.threads()
        assert (summary.name, summary.preview, summary.is_unread) == ("Trip", "Trip 3", False)
        thread = await s.conversations.thread(summary.id)
        assert thread is not None
        assert (thread.assistant_id, thread.description, thread.labels) == (
            assistant.id,
            "about",
            (("k", "v"),),
        )
        assert (thread.created_at, thread.updated_at) == (START, START + timedelta(hours=1))
        messages = await s.conversations.messages(summary.id)
        assert [(one.text, one.author, one.position) for one in messages] == [
            (f"Trip {n}", Author.ASSISTANT if n % 2 else Author.USER, n) for n in range(4)
        ]
        assert [one.parent_id for one in messages] == [None, *(one.id for one in messages[:-1])]
        assert [len(one.citations) for one in messages] == [0, 1, 0, 1]
        assert s.stages()[-1] == "done"


async def test_writing_goes_on_in_the_thread_that_was_pulled(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        s.service.thread("Trip", 4)
        await s.pull()
        thread_id = await s.thread_id("Trip")
        messages = await s.conversations.messages(thread_id)
        held = await s.remote.thread_held(HERE, thread_id)
        assert held is not None
        assert held == RemoteThread(
            "t-Trip", messages[0].id, messages[-1].id, 4, "", held.noted_at, digest(messages)
        )
        assistant = (await s.assistants.assistants())[0]
        assert await s.remote.assistant_held(HERE, assistant.id) == HeldAssistant("a-Helper", 1)


async def test_a_second_pull_brings_only_what_is_new(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        await s.pull()
        before = await s.everything()
        counts = await s.pulling.pull(HERE)
        assert await s.everything() == before
        assert (counts.assistants, counts.threads, counts.versions, counts.messages) == (8, 8, 0, 0)
        s.service.say("T3", 2, "A5")
        s.service.thread("New", 2)
        counts = await s.pulling.pull(HERE)
        assert (counts.messages, counts.new_messages) == (4, 4)
        assert (await s.texts("T3"))[-3:] == ["T3 11", "T3 12", "T3 13"]
        held = await s.remote.thread_held(HERE, await s.thread_id("T3"))
        assert held is not None
        assert held.count == 14
        assert held.digest == digest(await s.conversations.messages(await s.thread_id("T3")))


@pytest.mark.parametrize("after", range(1, 25))
async def test_a_pull_that_is_cut_anywhere_goes_on_to_the_same_records(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulled_threads, "MESSAGES_A_TRANSACTION", 5)
    for name in ("whole", "cut"):
        (tmp_path / name).mkdir()
    async with scene(tmp_path / "whole") as whole:
        filled(whole.service)
        counts = await whole.pulling.pull(HERE)
        expected = await whole.everything()
    async with scene(tmp_path / "cut") as s:
        filled(s.service)
        s.service.fail_after = after
        with pytest.raises(RuntimeError, match="killed"):
            await s.pull()
        assert s.stages()[-1] == "failed"
        s.pulling = s.program("second")
        assert await s.pulling.pull(HERE) == counts
        assert await s.everything() == expected
        assert expected["left over"] == []


async def test_stopping_keeps_what_was_brought(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        s.service.gate = asyncio.Event()
        pulling = asyncio.create_task(s.pulling.pull(HERE))
        await until(lambda: s.service.calls > 11)
        second = asyncio.create_task(s.pulling.pull(HERE))
        await s.pulling.stop(HERE)
        assert (await pulling).assistants == (await second).assistants == 8
        assert s.stages()[-1] == "stopped"
        s.service.gate = None
        await s.pull()
        assert len(await s.conversations.threads()) == 8


async def test_one_program_pulls_at_a_time(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        s.service.gate = asyncio.Event()
        pulling = asyncio.create_task(s.pulling.pull(HERE))
        await until(lambda: s.service.calls > 11)
        second = s.program("second", "first")
        with pytest.raises(RunInProgressError):
            await second.pull(HERE)
        s.service.gate.set()
        assert (await pulling).threads == 8
        assert (await second.pull(HERE)).new_messages == 0
        await second.close()


async def test_progress_is_told_at_most_ten_times_a_second(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        began = asyncio.get_running_loop().time()
        await s.pull()
        passed_s = asyncio.get_running_loop().time() - began
        assert 2 <= len(s.stages()) <= passed_s * 10 + 2


async def test_a_long_thread_is_pulled_in_pieces(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        s.service.thread("Long", 2501)
        await s.pull()
        assert await s.texts("Long") == [f"Long {n}" for n in range(2501)]
        assert await s.remote.thread_held(HERE, await s.thread_id("Long")) is None
        s.service.read_messages = 0
        s.service.say("Long", 1)
        await s.pull()
        assert (await s.texts("Long"))[-1] == "Long 2501"
        assert s.service.read_messages < 250


async def test_faults_that_pass_do_not_end_a_pull(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        s.service.fault = ServiceFaultError("busy", status_code=503, retry_after_s=0, is_untouched=True)
        s.service.fail_after = 20
        await s.pull()
        assert len(await s.conversations.threads()) == 8


async def test_a_pull_that_fails_says_why(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.faults = [SignInError("no", status_code=401)]
        with pytest.raises(SignInError):
            await s.pull()
        assert s.stages() == ["failed"]


async def test_a_page_that_is_not_known_any_more_is_no_obstacle(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        s.service.fail_after = 20
        with pytest.raises(RuntimeError):
            await s.pull()
        s.service.faults = [RequestRejectedError("the page token is too old", status_code=400)]
        assert (await s.pulling.pull(HERE)).threads == 8
        assert len(await s.conversations.threads()) == 8


async def test_a_thread_that_goes_while_it_is_pulled_is_left_out(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.thread("Kept", 2)
        s.service.thread("Gone", 2)
        original = s.service.messages

        def messages(thread_id: str) -> AsyncGenerator[PulledMessage, None]:
            if thread_id == "t-Gone":
                s.service.faults = [NotFoundError("expired", status_code=404)]
            return original(thread_id)  # type: ignore[no-any-return]

        s.service.messages = messages
        await s.pull()
        assert [one.name for one in await s.conversations.threads()] == ["Kept"]


async def test_a_thread_that_the_service_cannot_read_keeps_no_other_from_coming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "FIRST_S", 0.001)
    async with scene(tmp_path) as s:
        filled(s.service)
        read, broken = s.service.messages, {"t-T3"}

        async def messages(thread_id: str) -> AsyncGenerator[PulledMessage, None]:
            if thread_id in broken:
                raise ServiceFaultError("INTERNAL", status_code=500)
            async for message in read(thread_id):
                yield message

        s.service.messages = messages
        with pytest.raises(ServiceFaultError):
            await s.pull()
        assert {one.name for one in await s.conversations.threads()} == {
            f"T{number}" for number in range(8) if number != 3
        }
        broken.clear()
        assert (await s.pulling.pull(HERE)).threads == 8
        assert len(await s.texts("T3")) == 12
        broken.update(thread.remote_id for thread in s.service.held_threads)
        with pytest.raises(ServiceFaultError):
            await s.pull()
        assert await s.rows("SELECT stage FROM pulls") == [("threads",)]


async def test_the_same_message_id_in_two_threads_is_two_messages(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        for name in ("One", "Two"):
            s.service.thread(name, 3)
        s.service.held_messages["t-Two"] = [
            replace(message, remote_id=message.remote_id.replace("Two", "One"))
            for message in s.service.held_messages["t-Two"]
        ]
        for _ in range(2):
            await s.pull()
            for name in ("One", "Two"):
                assert await s.texts(name) == [f"{name} {number}" for number in range(3)]


async def test_a_pull_ends_when_its_connection_is_deleted(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        s.service.gate = asyncio.Event()
        pulling = asyncio.create_task(s.pulling.pull(HERE))
        await until(lambda: s.service.has_begun_reading)
        await s.connections.remove(HERE)
        s.service.gate.set()
        with pytest.raises(UnusableAssistantError):
            await pulling
        for table in ("remote_records", "remote_threads", "pulls", "pulled_messages"):
            assert await s.rows(f"SELECT * FROM {table}") == []


async def test_another_folder_is_pulled_from_its_beginning(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        filled(s.service)
        s.service.fail_after, s.service.fault = 15, SignInError("no")
        with pytest.raises(SignInError):
            await s.pull()
        assert (await s.rows("SELECT stage FROM pulls"))[0] == ("threads",)
        connection = await s.connections.connection_of(HERE)
        assert connection is not None
        await s.connections.save(replace(connection, name="Renamed"), None)
        assert await s.rows("SELECT stage FROM pulls")
        await s.connections.save(replace(connection, folder="other"), None)
        s.service = Folder()
        s.service.assistant("Elsewhere", "Help.")
        await s.pull()
        assert "Elsewhere" in [one.settings.name for one in await s.assistants.assistants()]


async def test_an_assistant_that_was_changed_here_is_left_as_it_is(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Mine", "there 1")
        s.service.assistant("Theirs", "there 1")
        await s.pull()
        found: dict[str, Assistant] = {one.settings.name: one for one in await s.assistants.assistants()}
        mine = replace(found["Mine"].settings, instruction="here")
        await s.assistants.save_version(found["Mine"].id, mine)
        assert (await s.pulling.pull(HERE)).kept == 0
        s.service.assistant("Mine", "there 2")
        s.service.assistant("Theirs", "there 2", "there 3")
        counts = await s.pulling.pull(HERE)
        assert (counts.kept, counts.versions) == (1, 2)
        instructions = {
            one.settings.name: (one.version, one.settings.instruction)
            for one in await s.assistants.assistants()
        }
        assert instructions == {"Mine": (2, "here"), "Theirs": (3, "there 3")}
        assert (await s.pulling.pull(HERE)).kept == 1


async def test_a_pushed_assistant_is_recognised(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        settings = AssistantSettings("Ours", instruction="1", connection_id=HERE)
        ours = await s.assistants.create(settings)
        assert await s.pulling.push(ours.id) == "Ours"
        await s.assistants.save_version(ours.id, replace(settings, instruction="2"))
        await s.pulling.push(ours.id)
        assert s.service.pushed == [
            (settings, ""),
            (replace(settings, instruction="2"), "pushed-1"),
        ]
        there = [PulledVersion(f"v{n}", replace(settings, instruction=str(n))) for n in (1, 2)]
        s.service.held_assistants = [
            PulledAssistant("pushed-1", there[-1].settings, START, START, tuple(there))
        ]
        counts = await s.pulling.pull(HERE)
        assert (counts.versions, counts.kept) == (0, 0)
        assert [one.version for one in await s.assistants.assistants()] == [2]
        with pytest.raises(UnusableAssistantError):
            await s.pulling.push(AssistantId("gone"))


async def test_what_a_service_writes_in_another_way_was_not_changed_there(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        ours = AssistantSettings(
            "Ours ",
            connection_id=HERE,
            model="yandexgpt",
            completion=CompletionOptions(reasoning=Reasoning.HIGH),
            labels=(("b", "1"), ("a", "2")),
            response_format=ResponseFormat(FormatKind.JSON_SCHEMA, '{ "type": "object" }', "answer"),
        )
        made = await s.assistants.create(ours)
        await s.remote.hold_assistant(HERE, made.id, HeldAssistant("a-Ours", 1))
        there = AssistantSettings(
            "Ours",
            model="gpt://f/yandexgpt/latest",
            labels=(("a", "2"), ("b", "1")),
            response_format=ResponseFormat(FormatKind.JSON_SCHEMA, '{"type":"object"}'),
        )
        s.service.held_assistants = [PulledAssistant("a-Ours", there, START, START)]
        assert (await s.pulling.pull(HERE)).versions == 0
        assert (await s.assistants.assistants())[0].settings == ours
        changed = replace(there, instruction="Changed there.", expiration=Expiration(30))
        s.service.held_assistants = [PulledAssistant("a-Ours", changed, START, START)]
        assert (await s.pulling.pull(HERE)).versions == 1
        kept = replace(ours, instruction="Changed there.", expiration=Expiration(30))
        assert (await s.assistants.assistants())[0].settings == kept
        s.service.held_assistants = [
            PulledAssistant("a-Ours", replace(changed, expiration=None), START, START)
        ]
        assert (await s.pulling.pull(HERE)).versions == 1
        assert (await s.assistants.assistants())[0].settings == replace(kept, expiration=None)
        usual = await s.assistants.create(replace(ours, expiration=Expiration(7)))
        await s.remote.hold_assistant(HERE, usual.id, HeldAssistant("a-Usual", 1))
        s.service.held_assistants = [PulledAssistant("a-Usual", there, START, START)]
        assert (await s.pulling.pull(HERE)).versions == 0


async def test_an_assistant_that_lives_there_does_not_expire_as_soon_as_it_is_here(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        lasting = AssistantSettings("Lasting", model="gpt://f/m", expiration=Expiration(30))
        s.service.held_assistants = [PulledAssistant("a-Lasting", lasting, START, START)]
        await s.pull()
        assert (await LifetimeStore(s.database).expire(datetime.now(UTC))).assistants == ()
        (there,) = await s.assistants.assistants()
        assert (there.created_at, there.updated_at) == (START, START)


async def test_threads_and_messages_deleted_here_stay_deleted(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        for name in ("Trashed", "Purged", "Shorter"):
            s.service.thread(name, 4)
        await s.pull()
        await s.conversations.trash_thread(await s.thread_id("Purged"))
        await TrashStore(s.database).purge(datetime.now(UTC) + timedelta(days=1))
        await s.conversations.trash_thread(await s.thread_id("Trashed"))
        shorter = await s.thread_id("Shorter")
        last = await s.conversations.newest(shorter)
        assert last is not None
        await s.conversations.delete_message(last.id)
        for name in ("Trashed", "Purged", "Shorter"):
            s.service.say(name, 2)
        await s.pull()
        assert [one.name for one in await s.conversations.threads()] == ["Shorter"]
        assert await s.texts("Shorter") == [f"Shorter {n}" for n in (0, 1, 2, 4, 5)]
        held = await s.remote.thread_held(HERE, shorter)
        assert held is not None
        assert held.digest != digest(await s.conversations.messages(shorter))


async def test_what_nitka_wrote_there_itself_is_not_doubled(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        s.service.thread("Trip", 2)
        await s.pull()
        thread_id = await s.thread_id("Trip")
        await s.ask_here(thread_id, "And then?", "Home.")
        s.service.put("Trip", Author.USER, "And then?")
        s.service.put("Trip", Author.ASSISTANT, "Home.")
        s.service.put("Trip", Author.USER, "From elsewhere")
        counts = await s.pulling.pull(HERE)
        assert (counts.messages, counts.new_messages) == (3, 1)
        assert await s.texts("Trip") == ["Trip 0", "Trip 1", "And then?", "Home.", "From elsewhere"]
        assert len(await s.conversations.all_messages(thread_id)) == 5


async def test_a_thread_that_nitka_made_there_is_recognised(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        await s.pull()
        thread_id = (await s.conversations.create_thread(None)).id
        for number in range(3):
            await s.ask_here(thread_id, f"Q{number}", f"A{number}")
        messages = await s.conversations.messages(thread_id)
        part = messages[2:]  # the beginning was over the budget
        await s.remote.hold_thread(
            HERE,
            thread_id,
            RemoteThread("t-Q0", part[0].id, part[-1].id, 4, "", START, digest(part)),
            is_thread=True,
        )
        s.service.thread("Q0", 0)
        for message in part:
            s.service.put("Q0", message.author, message.text)
        s.service.put("Q0", Author.USER, "More")
        counts = await s.pulling.pull(HERE)
        assert (counts.messages, counts.new_messages) == (5, 1)
        assert (await s.texts("Q0"))[-2:] == ["A2", "More"]
        assert len(await s.conversations.threads()) == 1
        # Nitka goes on in another thread there; what is left of the first brings nothing.
        await s.remote.hold_thread(
            HERE, thread_id, RemoteThread("t-other", part[0].id, part[-1].id, 4, "", START), is_thread=True
        )
        await s.pull()
        assert len(await s.conversations.all_messages(thread_id)) == 7


async def test_what_grew_there_beside_a_path_that_goes_on_here_is_a_branch(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        s.service.thread("Trip", 2)
        await s.pull()
        thread_id = await s.thread_id("Trip")
        await s.ask_here(thread_id, "Only here", "Yes.")
        s.service.put("Trip", Author.USER, "Only there")
        await s.pull()
        assert await s.texts("Trip") == ["Trip 0", "Trip 1", "Only here", "Yes."]
        branch = next(
            one for one in await s.conversations.all_messages(thread_id) if one.text == "Only there"
        )
        assert len(branch.sibling_ids) == 2
        held = await s.remote.thread_held(HERE, thread_id)
        assert held is not None
        assert held.digest == ""


async def test_a_thread_that_is_being_answered_is_left_for_the_next_pull(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        s.service.thread("Trip", 2)
        await s.pull()
        thread_id = await s.thread_id("Trip")
        assistant = (await s.assistants.assistants())[0]
        question = new_question(thread_id, await s.conversations.newest(thread_id), "And?")
        run, reply = new_reply(thread_id, question, assistant)
        await s.conversations.begin_run(run, user_message=question, reply=reply, owner="me")
        s.service.put("Trip", Author.USER, "And?")
        s.service.put("Trip", Author.ASSISTANT, "Half")
        assert (await s.pulling.pull(HERE)).messages == 0
        await s.conversations.end_run(replace(run, status=Status.COMPLETED), "Half")
        counts = await s.pulling.pull(HERE)
        assert (counts.messages, counts.new_messages) == (2, 0)


async def test_what_changes_here_while_a_thread_is_read_is_left_for_the_next_pull(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path) as s:
        s.service.assistant("Helper", "Help.")
        for name in ("Asked", "Cut", "Purged"):
            s.service.thread(name, 2)
        await s.pull()
        assistant = (await s.assistants.assistants())[0]
        asked, cut, purged = [await s.thread_id(name) for name in ("Asked", "Cut", "Purged")]
        for name in ("Asked", "Cut", "Purged"):
            s.service.put(name, Author.USER, "And?")
            s.service.put(name, Author.ASSISTANT, "Half and whole")
        question = new_question(asked, await s.conversations.newest(asked), "And?")
        run, reply = new_reply(asked, question, assistant)
        newest = await s.conversations.newest(cut)
        assert newest is not None

        async def keep_late(*keeping: Any) -> KeptMessages:
            match keeping[2].name:
                case "Asked":
                    await s.conversations.begin_run(run, user_message=question, reply=reply, owner="me")
                case "Cut":
                    await s.conversations.delete_message(newest.id)
                case "Purged":
                    await s.conversations.trash_thread(purged)
                    await TrashStore(s.database).purge(datetime.now(UTC) + timedelta(days=1))
            return await keep(*keeping)

        keep = PulledStore.keep_messages
        with monkeypatch.context() as patched:
            patched.setattr(PulledStore, "keep_messages", keep_late)
            assert (await s.pulling.pull(HERE)).messages == 0
        await s.conversations.end_run(replace(run, status=Status.COMPLETED), "Half and whole")
        counts = await s.pulling.pull(HERE)
        assert (counts.messages, counts.new_messages) == (4, 2)
        assert await s.texts("Asked") == ["Asked 0", "Asked 1", "And?", "Half and whole"]
        assert len(await s.conversations.all_messages(asked)) == 4
        assert await s.texts("Cut") == ["Cut 0", "And?", "Half and whole"]


async def test_odd_records_are_kept_as_they_are(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        nameless = s.service.thread("", 0)
        s.service.put("", Author.USER, "\ud83d What is\na thread?")
        s.service.put("", Author.ASSISTANT, "")
        s.service.held_messages[nameless.remote_id].append(s.service.held_messages[nameless.remote_id][0])
        s.service.held_threads[0] = replace(nameless, expiration=Expiration(7))
        empty = s.service.thread("Empty", 0)
        await s.pull()
        await s.pull()
        assert sorted(one.name for one in await s.conversations.threads()) == ["Empty", "\ufffd What is"]
        assert await s.texts(empty.name) == []
        assert await s.texts("\ufffd What is") == ["\ufffd What is\na thread?", ""]


async def test_a_service_that_holds_nothing_says_so(tmp_path: Path) -> None:
    class Plain:
        async def close(self) -> None:
            pass

    async with scene(tmp_path) as s:
        s.service = Plain()
        with pytest.raises(NotOfferedError):
            await s.pull()
        with pytest.raises(UnusableAssistantError):
            await s.pulling.pull(ConnectionId("gone"))


async def test_a_version_that_is_only_written_otherwise_is_no_other_version(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        now = AssistantSettings(
            "Theirs",
            labels=(("a", "1"), ("b", "2")),
            response_format=ResponseFormat(FormatKind.JSON_SCHEMA, '{"type":"object","title":"t"}'),
        )
        before = replace(
            now,
            labels=(("b", "2"), ("a", "1")),
            response_format=ResponseFormat(FormatKind.JSON_SCHEMA, '{"title":"t","type":"object"}'),
        )
        version = PulledVersion("v1", before)
        s.service.held_assistants = [PulledAssistant("a-Theirs", now, START, START, (version,))]
        assert (await s.pulling.pull(HERE)).versions == 1
