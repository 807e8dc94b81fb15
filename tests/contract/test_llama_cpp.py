"""The real llama.cpp server of the wheel, over both of its dialects: what its sources promise is what it does."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.domain.assistants import FormatKind, ResponseFormat
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import ContextTooLongError, SignInError
from desktop_app.domain.events import RunEnded, RunEvent, TextAppended, TextReplaced, UsageReported
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import Held, PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Author, Status
from desktop_app.services.device.model_process import ModelProcess
from desktop_app.services.device.on_device import built_in_weights
from desktop_app.services.device.weights import WeightsCheck
from desktop_app.services.openai.chat_completions import ChatCompletionsService
from desktop_app.services.openai.responses import ResponsesService

pytestmark = pytest.mark.limit_s(60)

ADAPTERS = pytest.mark.parametrize(
    ("kind", "make"),
    [(ConnectionKind.CHAT, ChatCompletionsService), (ConnectionKind.RESPONSES, ResponsesService)],
)
QUESTION = PromptMessage(Author.USER, "Say the numbers from one to twenty.")
REQUEST = RunRequest("request-1", "", "You answer briefly.", (QUESTION,), 0.0, 24)
Make = Callable[[Connection, Credentials], Service]


@asynccontextmanager
async def llama_cpp(tmp_path: Path) -> AsyncIterator[ModelProcess]:
    process = ModelProcess(WeightsCheck().find(str(built_in_weights())), tmp_path / "log")
    try:
        async with aclosing(process.start()) as stages:
            async for _ in stages:
                pass
        yield process
    finally:
        await process.end()


@asynccontextmanager
async def connected(process: ModelProcess, kind: ConnectionKind, make: Make) -> AsyncIterator[Service]:
    connection = Connection(ConnectionId("c"), kind, "Test", process.url, Auth.API_KEY)
    service = make(connection, Credentials(process.key))
    try:
        yield service
    finally:
        await service.close()


async def answer(service: Service, request: RunRequest = REQUEST) -> list[RunEvent]:
    async with aclosing(service.run(request)) as run:
        return [event async for event in run]


def text_of(run: list[RunEvent]) -> str:
    return "".join(event.text for event in run if isinstance(event, TextAppended))


@ADAPTERS
async def test_llama_cpp_answers_lists_and_is_tested(
    tmp_path: Path, kind: ConnectionKind, make: Make
) -> None:
    async with llama_cpp(tmp_path) as process, connected(process, kind, make) as service:
        run = await answer(service, replace(REQUEST, max_tokens=6))
        assert len([event for event in run if isinstance(event, TextAppended)]) > 3
        assert not [event for event in run if isinstance(event, TextReplaced)]
        assert [event.usage.prompt_tokens > 5 for event in run if isinstance(event, UsageReported)] == [True]
        # Its Responses say "completed" even when the limit cut the reply.
        cut = Status.TRUNCATED if kind is ConnectionKind.CHAT else Status.COMPLETED
        assert run[-1] == RunEnded(cut)
        (model,) = await service.models()
        assert model.context_tokens
        assert (await service.test()).models == (model,)


@ADAPTERS
async def test_llama_cpp_takes_the_history_and_never_a_chain(
    tmp_path: Path, kind: ConnectionKind, make: Make
) -> None:
    turns = (QUESTION, PromptMessage(Author.ASSISTANT, "One, two."), PromptMessage(Author.USER, "Go on."))
    async with llama_cpp(tmp_path) as process, connected(process, kind, make) as service:
        short = await answer(service)
        long = await answer(service, replace(REQUEST, messages=turns, held=Held("resp_0", 2)))
    tokens = [event.usage.prompt_tokens for event in (*short, *long) if isinstance(event, UsageReported)]
    assert tokens[1] > tokens[0]
    assert text_of(long)


@ADAPTERS
async def test_llama_cpp_is_asked_for_an_object(tmp_path: Path, kind: ConnectionKind, make: Make) -> None:
    wanted = ResponseFormat(FormatKind.JSON_OBJECT)
    async with llama_cpp(tmp_path) as process, connected(process, kind, make) as service:
        assert text_of(await answer(service, replace(REQUEST, response_format=wanted)))


@ADAPTERS
async def test_llama_cpp_stops_when_it_is_told_to(tmp_path: Path, kind: ConnectionKind, make: Make) -> None:
    async with llama_cpp(tmp_path) as process, connected(process, kind, make) as service:
        async with aclosing(service.run(replace(REQUEST, max_tokens=2000))) as run:
            async for event in run:
                if isinstance(event, TextAppended):
                    break
            start = time.monotonic()
        assert time.monotonic() - start < 0.1
        is_busy = True
        while is_busy:
            is_busy = await process.is_busy()
        assert text_of(await answer(service))


@ADAPTERS
async def test_llama_cpp_names_what_is_wrong(tmp_path: Path, kind: ConnectionKind, make: Make) -> None:
    async with llama_cpp(tmp_path) as process:
        async with connected(process, kind, make) as service:
            long = PromptMessage(Author.USER, "word " * 5000)
            with pytest.raises(ContextTooLongError) as caught:
                await answer(service, replace(REQUEST, messages=(long,)))
            assert caught.value.context_tokens
        process.key = Secret("another-key")
        async with connected(process, kind, make) as service:
            with pytest.raises(SignInError):
                await answer(service)
