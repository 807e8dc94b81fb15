"""What is told of the context is what is sent: the whole backend against a Chat Completions server on loopback."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.context import ContextController
from desktop_app.controllers.library import Beginning
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.searching import Searching
from desktop_app.domain.assistants import AssistantSettings, PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind, Price
from desktop_app.domain.context import ContextPreview, Counted
from desktop_app.domain.errors import SilentError
from desktop_app.domain.ids import ConnectionId, MessageId, ThreadId, new_id
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.prompt import PromptMessage, RunRequest, expanded
from desktop_app.domain.threads import Author, Cost, Message, Status
from desktop_app.domain.tools import CallStatus, CallStrategy, Function, SearchTool, ToolCall, ToolStep
from desktop_app.domain.variables import Surroundings
from desktop_app.export.markdown import Labels
from desktop_app.store import tree
from desktop_app.store.profile import Profile
from desktop_app.store.token_ratios import TokenRatioStore
from tests.servers import ChatServer, stream
from tests.threads_in_store import put_thread
from tests.unit.run_scene import ScriptedService

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER, ASSISTANT, TOOL = Author.USER, Author.ASSISTANT, Author.TOOL


class Said(NamedTuple):
    """A message to be put into a thread; ``siblings`` are as many others in its place."""

    author: Author
    text: str
    status: Status = Status.COMPLETED
    rounds: int = 0
    siblings: int = 0
    is_deleted: bool = False


def steps_of(said: Said) -> tuple[ToolStep, ...]:
    """Two calls a round; the last round of an interrupted reply was never answered."""
    is_open = said.status is Status.INTERRUPTED
    return tuple(
        ToolStep(
            ToolCall(f"{number}:{call}", "find", f'{{"query": "ёж {number}"}}', "same"),
            number,
            min(number, len(said.text)),
            CallStatus.WANTED if is_open and number == said.rounds - 1 else CallStatus.DONE,
            f"result {number} {call}",
        )
        for number in range(said.rounds)
        for call in range(2)
    )


class Home:
    """A backend with one connection, whose ``server`` answers everything."""

    def __init__(self, backend: Backend, server: ChatServer, connection_id: ConnectionId) -> None:
        self.backend = backend
        self.server = server
        self.connection_id = connection_id

    async def thread(self, said: Sequence[Said], asked: AssistantSettings) -> ThreadId:
        """A thread that shows ``said``, but for what was deleted again."""
        store = self.backend.conversations
        assistant = await self.backend.assistants.create(replace(asked, connection_id=self.connection_id))
        thread_id = (await store.create_thread(assistant.id)).id
        await store.rename_thread(thread_id, "Thread" if said else "")
        ids = [MessageId(new_id()) for _ in said]

        def put(connection: sqlite3.Connection) -> None:
            for index, one in enumerate(said):
                parent = ids[index - 1] if index else None
                made = Message(
                    ids[index],
                    thread_id,
                    one.author,
                    one.text,
                    one.status,
                    NOW,
                    0,
                    parent,
                    steps=steps_of(one),
                )
                for _ in range(one.siblings):
                    tree.insert_shown(connection, replace(made, id=MessageId(new_id()), text="another"))
                tree.insert_shown(connection, made)

        await self.backend.database.run(put)
        for index, one in enumerate(said):
            if one.is_deleted and not one.siblings:
                await store.delete_message(ids[index])
        return thread_id

    async def preview(
        self, thread_id: ThreadId, draft: str = "", overrides: RunOverrides | None = None
    ) -> ContextPreview:
        found = await self.backend.context.preview(thread_id, draft, None, overrides)
        assert found
        return found

    async def ask(
        self, thread_id: ThreadId, text: str, overrides: RunOverrides | None = None
    ) -> list[dict[str, Any]]:
        """The messages that the server was sent."""
        runs, asked = self.backend.runs, len(self.server.bodies)
        await self.backend.worker.ask(runs.send(thread_id, text, None, overrides))
        await self.backend.worker.ask(runs.wait(thread_id))
        found: list[dict[str, Any]] = self.server.bodies[asked]["messages"]
        return found


@asynccontextmanager
async def home(folder: Path, **more: Any) -> AsyncIterator[Home]:
    profile = Profile.at(folder)
    profile.prepare()
    backend = await asyncio.to_thread(
        open_backend, profile, "id", lambda _: None, labels=Labels(), beginning=Beginning()
    )
    try:
        async with ChatServer(stream("Yes."), key=None) as server:
            connection = Connection(
                ConnectionId("c"), ConnectionKind.CHAT, "Loopback", server.base_url, **more
            )
            await backend.connection_records.add(connection)
            yield Home(backend, server, connection.id)
    finally:
        await asyncio.to_thread(backend.close)


def as_sent(messages: Sequence[PromptMessage]) -> list[tuple[str, str, list[str]]]:
    """Role, text and the arguments of calls, as Chat Completions has them."""
    return [(one.author.value, one.text, [call.arguments for call in one.calls]) for one in messages]


def received(messages: Sequence[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    return [
        (
            one["role"],
            one["content"] or "",
            [call["function"]["arguments"] for call in one.get("tool_calls", ())],
        )
        for one in messages
    ]


TEXTS = st.sampled_from(
    ["", "a", "word " * 8, "Где живёт ёж? " * 5, "🦔\n\n\t x ", "ы" * 1_000_000]
) | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
QUESTIONS = st.builds(
    Said,
    st.just(USER),
    TEXTS,
    st.just(Status.COMPLETED),
    st.just(0),
    siblings=st.integers(0, 1),
    is_deleted=st.booleans(),
)
REPLIES = st.builds(
    Said,
    st.just(ASSISTANT),
    TEXTS,
    st.sampled_from([Status.COMPLETED, Status.FILTERED, Status.INTERRUPTED, Status.STOPPED]),
    rounds=st.integers(0, 2),
    siblings=st.integers(0, 1),
    is_deleted=st.booleans(),
)
SETTINGS = st.builds(
    AssistantSettings,
    st.just("Test"),
    instruction=st.sampled_from(
        ["", "Be brief, {{user}}.", "{{assistant}}: отвечай кратко, это «{{thread}}»."]
    ),
    model=st.just("scripted"),
    truncation=st.builds(PromptTruncation, st.integers(1, 300), st.none() | st.integers(1, 9))
    | st.builds(PromptTruncation, st.just(10_000_000), st.none() | st.integers(1, 9)),
    functions=st.sampled_from([(), (Function("find", "Найти"),)]),
)
OVERRIDES = st.none() | st.builds(RunOverrides, truncation=st.builds(PromptTruncation, st.integers(1, 300)))


async def test_the_server_receives_what_the_preview_showed(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        loop = asyncio.get_running_loop()

        @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.lists(QUESTIONS | REPLIES, max_size=10),
            SETTINGS,
            OVERRIDES,
            TEXTS.filter(str.strip),
        )
        def check(
            said: list[Said], asked: AssistantSettings, overrides: RunOverrides | None, draft: str
        ) -> None:
            work = compare(here, said, asked, overrides, draft)
            event("whole" if asyncio.run_coroutine_threadsafe(work, loop).result() else "cut")

        await asyncio.to_thread(check)


async def compare(
    here: Home, said: list[Said], asked: AssistantSettings, overrides: RunOverrides | None, draft: str
) -> bool:
    """Ask, and compare with the preview; whether all of the thread was sent."""
    store = here.backend.conversations
    thread_id = await here.thread(said, asked)
    shown = {message.id: message for message in await store.messages(thread_id)}
    preview = await here.preview(thread_id, draft, overrides)
    messages = await here.ask(thread_id, draft, overrides)
    system = [one["content"] for one in messages if one["role"] == "system"]
    question = PromptMessage(USER, draft)
    expected = [
        one
        for row in preview.rows
        if row.is_sent
        for one in (expanded(shown[row.id]) if row.id else (question,))
    ]
    assert received(messages)[len(system) :] == as_sent(expected)
    assert (preview.sent, preview.total) == (sum(row.is_sent for row in preview.rows), len(preview.rows))
    first = next(row for row in preview.rows if row.is_sent)
    assert preview.first_id == first.id
    reply = await store.newest(thread_id)
    assert reply
    assert reply.run_id
    run = await store.run(reply.run_id)
    assert run
    assert system == ([run.settings.instruction] if run.settings.instruction else [])
    assert "{{" not in run.settings.instruction
    sent = [row.id for row in preview.rows if row.is_sent and row.id]
    assert list(run.seen[:-1]) == sent
    assert (run.details.dropped, run.details.prompt_tokens) == (preview.total - preview.sent, preview.tokens)
    return preview.sent == preview.total


PAIR = (Said(USER, "Почему ёж колючий?"), Said(ASSISTANT, "word " * 40))
PLAIN = AssistantSettings(name="Test", instruction="Be brief.", model="m")


async def test_without_a_draft_it_is_what_a_short_question_would_be_asked_with(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        thread = await here.thread(PAIR * 3, replace(PLAIN, truncation=PromptTruncation(7000, 5)))
        empty, asked = await here.preview(thread, " \n"), await here.preview(thread, "?")
        assert [row.is_sent for row in empty.rows] == [False, False, True, True, True, True]
        assert (empty.sent, empty.total, empty.first_id) == (4, 6, empty.rows[2].id)
        assert (asked.sent, asked.total, asked.first_id) == (5, 7, empty.first_id)
        assert asked.rows[:-1] == empty.rows
        assert (asked.rows[-1].id, asked.rows[-1].start) == (None, "?")


async def test_an_empty_thread_sends_nothing_but_the_draft(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        thread = await here.thread((), PLAIN)
        nothing, draft = await here.preview(thread), await here.preview(thread, "Why?")
        assert (nothing.rows, nothing.sent, nothing.first_id) == ((), 0, None)
        assert (draft.sent, draft.total, draft.first_id) == (1, 1, None)


async def test_the_parts_of_the_prompt_are_told_with_their_tokens_and_cost(tmp_path: Path) -> None:
    prices = (Price("m", 2, 100, "RUB"),)
    search = SearchTool(CallStrategy.AUTO)
    async with home(tmp_path, prices=prices) as here:
        asked = replace(PLAIN, functions=(Function("find"),), search=search)
        thread = await here.thread(PAIR, asked)
        found = await here.preview(thread, "Why?")
        rows = sum(row.tokens for row in found.rows)
        assert found.tokens == rows + found.instruction_tokens + found.tools_tokens
        assert (found.budget, found.counted) == (7000, Counted.ESTIMATE)
        assert found.cost == Cost(pytest.approx(found.tokens * 2 / 1000), "RUB")  # type: ignore[arg-type]
        other = await here.backend.context.preview(
            thread, "Why?", replace(PLAIN, truncation=PromptTruncation(9))
        )
        assert other
        assert (other.budget, other.sent, other.tools_tokens, other.cost) == (9, 1, 0, None)


async def test_what_is_gone_has_no_preview(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        assert await here.backend.context.preview(ThreadId("gone")) is None
        alone = await here.backend.conversations.create_thread(None)
        assert await here.backend.context.preview(alone.id) is None


async def test_of_more_than_2000_messages_it_is_told_which_are_not_sent(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        thread = await here.thread((), replace(PLAIN, truncation=PromptTruncation(10_000_000)))
        empty = await here.backend.conversations.thread(thread)
        await asyncio.to_thread(put_thread, here.backend.database, thread, [one.text for one in PAIR] * 1050)
        assert empty
        await here.backend.conversations.set_thread_assistant(thread, empty.assistant_id)
        preview = await here.preview(thread, "Why?")
        messages = await here.ask(thread, "Why?")
        # 2,000 are too many by a reply, whose question would not be sent with it.
        assert (len(messages) - 1, preview.sent, preview.total) == (1999, 1999, 2101)
        assert preview.first_id == next(row.id for row in preview.rows if row.is_sent)
        (run,) = await here.backend.conversations.runs(thread)
        assert (len(run.seen), run.details.dropped) == (1999, 2101 - 1999)
        took_s = []
        for _ in range(3):
            began = time.process_time()
            await here.preview(thread, "Why? Why?")
            took_s.append(time.process_time() - began)
        assert min(took_s) < 0.2


# -- counting by the service


class CountingService(ScriptedService):
    """Counts as it is told to: a number is a count, an error is raised, None never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.count: int | Exception | None = 0

    async def count_tokens(self, request: RunRequest) -> int:
        self.requests.append(request)
        if isinstance(self.count, Exception):
            raise self.count
        if self.count is None:
            await asyncio.Event().wait()
        return self.count or 0


class Desk:
    """A context over a service that counts; the rest is the backend's."""

    def __init__(self, here: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        self.service = CountingService()
        backend = here.backend
        monkeypatch.setattr(backend.connections, "_make_service", lambda *_: self.service)
        self.prompts = Prompts(TokenRatioStore(backend.database), Surroundings())
        self.context = ContextController(
            backend.conversations,
            backend.assistants,
            backend.connections,
            self.prompts,
            Searching(backend.files),
        )


async def test_a_count_of_the_service_is_told_and_teaches_the_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with home(tmp_path) as here:
        thread = await here.thread(PAIR * 2, PLAIN)
        desk = Desk(here, monkeypatch)
        before = await desk.context.preview(thread, "Why?")
        assert before
        desk.service.count = before.tokens * 2
        counted = await desk.context.counted(thread, "Why?")
        after = await desk.context.preview(thread, "Why?")
        assert counted
        assert after
        assert (counted.counted, counted.tokens) == (Counted.SERVICE, before.tokens * 2)
        assert (after.counted, after.tokens) == (Counted.LEARNED, before.tokens * 2)
        assert [one.text for one in desk.service.requests[0].messages] == [
            *(one.text for one in PAIR * 2),
            "Why?",
        ]
        again = Prompts(TokenRatioStore(here.backend.database), Surroundings())
        assert (await again.ratio(here.connection_id, "m")).value == pytest.approx(2)
        assert (await again.ratio(here.connection_id, "n")).reports == 0
        # What was learned decides what fits.
        tight = replace(PLAIN, connection_id=here.connection_id, truncation=PromptTruncation(before.tokens))
        cut = await desk.context.preview(thread, "Why?", tight)
        assert cut
        assert cut.sent < before.sent


@pytest.mark.parametrize("fault", [SilentError("nothing came"), None])
async def test_a_service_that_does_not_count_leaves_the_estimate(
    fault: Exception | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.controllers.context.COUNT_S", 0.05)
    async with home(tmp_path) as here:
        thread = await here.thread(PAIR, PLAIN)
        desk = Desk(here, monkeypatch)
        desk.service.count = fault
        assert await desk.context.counted(thread, "Why?") == await desk.context.preview(thread, "Why?")
        assert len(desk.service.requests) == 1


async def test_a_service_without_a_tokenizer_is_not_asked(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        thread = await here.thread(PAIR, PLAIN)
        context = here.backend.context
        counted = await here.backend.worker.ask(context.counted(thread, "Why?"))
        assert counted == await context.preview(thread, "Why?")
        assert here.server.seen == []
