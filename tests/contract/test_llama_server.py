"""The real server of llama.cpp, as a connection like any other: Chat Completions and Responses against real weights.

What it says is compared with what the ``openai`` client reads for the same request at temperature 0.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from openai import AsyncOpenAI

from desktop_app.domain.assistants import FormatKind, ResponseFormat
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import ContextTooLongError, NotFoundError, SignInError, UnreachableError
from desktop_app.domain.events import RunEnded, RunEvent, RunPaused, TextAppended, UsageReported
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.normaliser import Normaliser
from desktop_app.domain.prompt import Held, PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Author, Status
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.device.on_device import OnDeviceModel, built_in_weights
from desktop_app.services.factory import service_factory
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.transport.sign_in import KeySignIn
from tests.conftest import PATIENCE_S, soon, until

pytestmark = pytest.mark.limit_s(300)

ROOT = Path(__file__).parents[2]
KEY = "canary-llama-4Wz8Qk"
CONTEXT_TOKENS = 1024
STORY = "Tell a long story about the sea."
INSTRUCTION = "You answer briefly."
PARAMETERS = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'
KINDS = [ConnectionKind.CHAT, ConnectionKind.RESPONSES]


class Llama(NamedTuple):
    """A running server: its address without ``/v1``, and its log."""

    url: str
    log: Path

    async def slots(self) -> list[dict[str, Any]]:
        """What it works on."""
        http = HttpClient(self.url, KeySignIn(Secret(KEY)))
        try:
            slots: list[dict[str, Any]] = json.loads(await http.fetch("GET", "/slots"))
        finally:
            await http.close()
        return slots

    async def idle_after_s(self) -> float:
        """How long it goes on working."""
        start = time.monotonic()
        while any(slot["is_processing"] for slot in await self.slots()):
            assert time.monotonic() - start < PATIENCE_S, "it does not stop"
        return time.monotonic() - start


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Llama]:
    log = tmp_path_factory.mktemp("llama") / "server.log"
    wanted = {"model": str(built_in_weights()), "key": KEY, "name": "smol", "n_ctx": CONTEXT_TOKENS}
    child = subprocess.Popen(
        [sys.executable, "-m", "desktop_app.services.device.on_device_child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdin
        assert child.stdout
        try:
            child.stdin.write(json.dumps(wanted | {"log": str(log)}) + "\n")
            child.stdin.flush()
            told: dict[str, Any] = {}
            while not told.get("url"):
                told = json.loads(child.stdout.readline())
            yield Llama(told["url"], log)
        finally:
            child.kill()


@asynccontextmanager
async def service_of(llama: Llama, kind: ConnectionKind, key: str = KEY) -> AsyncIterator[Service]:
    connection = Connection(ConnectionId("c"), kind, "llama.cpp", f"{llama.url}/v1", Auth.API_KEY)
    make = service_factory(OnDeviceModel(llama.log.parent))
    service = make(connection, Credentials(Secret(key)))
    try:
        yield service
    finally:
        await service.close()


def asking(*texts: str, max_tokens: int = 40) -> RunRequest:
    """A request with these turns, the user's first."""
    authors = (Author.USER, Author.ASSISTANT)
    turns = tuple(PromptMessage(authors[number % 2], text) for number, text in enumerate(texts))
    return RunRequest("request-1", "smol", INSTRUCTION, turns, 0.0, max_tokens)


class Answer(NamedTuple):
    """A reply and how it came."""

    text: str
    events: list[RunEvent]

    @property
    def prompt_tokens(self) -> int:
        """What it was asked with."""
        return next(e.usage.prompt_tokens or 0 for e in self.events if isinstance(e, UsageReported))


async def answer(service: Service, request: RunRequest) -> Answer:
    shown, events = Normaliser(), list[RunEvent]()
    async with aclosing(service.run(request)) as run:
        async for event in run:
            events.append(event)
            shown.feed(event)
    return Answer(shown.text, events)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reply_grows_and_ends_with_its_usage(llama: Llama, kind: ConnectionKind) -> None:
    async with service_of(llama, kind) as service:
        said = await answer(service, asking("Name three colours."))
    assert sum(isinstance(event, TextAppended) for event in said.events) >= 5
    assert isinstance(said.events[-1], RunEnded)
    assert said.events[-1].status in (Status.COMPLETED, Status.TRUNCATED)
    assert said.prompt_tokens > 10


@pytest.mark.parametrize("kind", KINDS)
async def test_a_reply_that_is_stopped_leaves_the_server_idle(llama: Llama, kind: ConnectionKind) -> None:
    async with service_of(llama, kind) as service:

        async def stopped() -> float:
            async with aclosing(service.run(asking(STORY, max_tokens=900))) as run:
                async for event in run:
                    if isinstance(event, TextAppended):
                        assert any(slot["is_processing"] for slot in await llama.slots())
                        break
                start = time.monotonic()
            return time.monotonic() - start

        async def idle_after_a_stop() -> float:
            await stopped()
            return await llama.idle_after_s()

        await soon(stopped, 0.1)
        await soon(idle_after_a_stop, 2)
        assert (await answer(service, asking("Hi"))).text


@pytest.mark.parametrize("kind", KINDS)
async def test_a_later_turn_knows_the_first(llama: Llama, kind: ConnectionKind) -> None:
    turns = ("Remember the number 42.", "I remember the number 42.", "Which number did I tell you?")
    async with service_of(llama, kind) as service:
        first = await answer(service, asking(turns[0]))
        await warmed(llama, service, asking(*turns))
        later = await answer(service, asking(*turns))
        assert "42" in later.text
        assert later.prompt_tokens > first.prompt_tokens + 10
        assert "42" not in (await answer(service, asking(turns[-1]))).text
        # It keeps nothing: what another service held does not stand in the way.
        await warmed(llama, service, asking(*turns))
        held = replace(asking(*turns), held=Held("resp_0", 2))
        assert (await answer(service, held)).text == later.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arguments", ['{"city": "Tula"}', '{"city": "Tu', "[]"])
async def test_a_history_with_calls_is_taken_whatever_was_called(
    llama: Llama, kind: ConnectionKind, arguments: str
) -> None:
    weather = Function("weather", "Weather in a city.", PARAMETERS)
    calls = tuple(ToolCall(key, "weather", arguments, "weather") for key in "12")
    asked = asking("What is the weather in Tula?")
    messages = (
        *asked.messages,
        PromptMessage(Author.ASSISTANT, "Let me see.", calls=calls),
        *(PromptMessage(Author.TOOL, "It snows.", call=call) for call in calls),
    )
    async with service_of(llama, kind) as service:
        alone = await answer(service, asked)
        later = await answer(service, replace(asked, messages=messages, functions=(weather,)))
    assert later.prompt_tokens > alone.prompt_tokens
    assert isinstance(later.events[-1], RunEnded | RunPaused)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_key_is_told_at_every_call(llama: Llama, kind: ConnectionKind) -> None:
    wrong = "canary-llama-wrong"
    async with service_of(llama, kind, wrong) as service:
        for call in (service.models(), service.test(), answer(service, asking("Hi"))):
            with pytest.raises(SignInError) as caught:
                await call
            assert caught.value.status_code == 401
            assert wrong not in repr(caught.value)
    assert "canary" not in llama.log.read_text()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_prompt_that_is_too_long_says_by_how_much(llama: Llama, kind: ConnectionKind) -> None:
    async with service_of(llama, kind) as service:
        with pytest.raises(ContextTooLongError) as caught:
            await answer(service, asking("word " * 2000))
        assert caught.value.context_tokens == CONTEXT_TOKENS
        assert (caught.value.prompt_tokens or 0) > 2000
        assert (await answer(service, asking("Hi"))).text


@pytest.mark.parametrize("kind", KINDS)
async def test_models_are_listed_and_a_test_finds_them(llama: Llama, kind: ConnectionKind) -> None:
    async with service_of(llama, kind) as service:
        assert [model.id for model in await service.models()] == ["smol"]
        report = await service.test()
        assert [model.id for model in report.models] == ["smol"]
        assert 0 < report.round_trip_s < 10


@pytest.mark.parametrize("kind", KINDS)
async def test_an_object_can_be_asked_for(llama: Llama, kind: ConnectionKind) -> None:
    request = asking("Name a colour as JSON.")
    wanted = replace(request, response_format=ResponseFormat(FormatKind.JSON_OBJECT))
    async with service_of(llama, kind) as service:
        text = (await answer(service, wanted)).text.lstrip()
    # Its Responses dialect takes the field and does not keep to it.
    assert text[:1] == "{" if kind is ConnectionKind.CHAT else text


async def test_an_address_that_is_none_of_its_own_is_told(llama: Llama) -> None:
    async with service_of(llama._replace(url=f"{llama.url}/v2"), ConnectionKind.CHAT) as service:
        with pytest.raises(NotFoundError):
            await service.models()
    async with service_of(llama._replace(url="http://127.0.0.1:9"), ConnectionKind.CHAT) as service:
        with pytest.raises(UnreachableError):
            await service.models()


# -- as the official client reads it


async def theirs(llama: Llama, kind: ConnectionKind, request: RunRequest) -> str:
    """The reply to the same request as the openai package reads it, streamed."""
    async with AsyncOpenAI(base_url=f"{llama.url}/v1", api_key=KEY, max_retries=0) as client:
        read = their_chat if kind is ConnectionKind.CHAT else their_response
        return await read(client, request)


async def warmed(llama: Llama, service: Service, request: RunRequest) -> None:
    """Have the prompt read: the next to ask finds the same cache, and so gets the same words.

    While the server still works at one request, the next is given to another slot, which has read nothing.
    """
    await llama.idle_after_s()
    await answer(service, replace(request, max_tokens=1))
    await llama.idle_after_s()


async def their_chat(client: AsyncOpenAI, request: RunRequest) -> str:
    turns: Any = [{"role": one.author.value, "content": one.text} for one in request.messages]
    stream = await client.chat.completions.create(
        model=request.model,
        messages=[{"role": "system", "content": request.instruction}, *turns],
        temperature=request.temperature,
        max_tokens=request.max_tokens,
        stream=True,
    )
    async with stream as chunks:
        return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices])


async def their_response(client: AsyncOpenAI, request: RunRequest) -> str:
    items: Any = [
        {"type": "message", "role": one.author.value, "content": [part_of(one)]} for one in request.messages
    ]
    stream = await client.responses.create(
        model=request.model,
        instructions=request.instruction,
        input=items,
        temperature=request.temperature,
        max_output_tokens=request.max_tokens,
        stream=True,
    )
    text = ""
    async with stream as events:
        async for event in events:
            if event.type == "response.output_text.delta":
                text += event.delta
    return text


def part_of(message: PromptMessage) -> dict[str, Any]:
    """A turn's only part."""
    if message.author is Author.USER:
        return {"type": "input_text", "text": message.text}
    return {"type": "output_text", "text": message.text, "annotations": []}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "request_",
    [
        asking("Name three colours."),
        asking("Что такое море?"),
        asking("Write a Python function that adds two numbers.", max_tokens=80),
        asking("My dog is called Rex.", "A fine name!", "What is the name of my dog?"),
    ],
    ids=["plain", "Cyrillic", "code", "turns"],
)
async def test_the_official_client_reads_the_same_text(
    llama: Llama, kind: ConnectionKind, request_: RunRequest
) -> None:
    async with service_of(llama, kind) as service:
        await warmed(llama, service, request_)
        expected = await theirs(llama, kind, request_)
        await llama.idle_after_s()
        assert (await answer(service, request_)).text == expected
    assert len(expected) > 20


async def test_both_ways_to_ask_give_the_same_text(llama: Llama) -> None:
    request = asking("Name three colours.")
    texts = []
    for kind in KINDS:
        async with service_of(llama, kind) as service:
            await warmed(llama, service, request)
            texts.append((await answer(service, request)).text)
    assert texts[0] == texts[1]


async def test_runs_at_the_same_time_are_all_answered(llama: Llama) -> None:
    async with service_of(llama, KINDS[0]) as chat, service_of(llama, KINDS[1]) as responses:
        asked = [answer(service, asking(f"Say {word}.")) for service in (chat, responses) for word in "ab"]
        for said in await asyncio.gather(*asked):
            assert said.text
    await until(lambda: "POST /v1/responses 200" in llama.log.read_text())
