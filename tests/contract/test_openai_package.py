"""The official client is the cross-check: its types accept what is sent, and it reads scripted streams as Nitka does.

The types are those of the ``openai`` package; a field that they do not know, or miss, fails.
"""

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from openai import AsyncOpenAI
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.events import TextAppended
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.normaliser import Normaliser
from desktop_app.domain.prompt import Held, PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Author
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.openai.chat_completions import ChatCompletionsService
from desktop_app.services.openai.responses import ResponsesService
from tests.responses_server import (
    ResponsesServer,
    created,
    delta,
    ended,
    message,
    numbered,
    response,
    says,
    sends,
    taken_up,
    text_events,
)
from tests.servers import KEY, Behaviour, ChatServer, events, refuse, stream
from tests.servers import delta as chat_delta

TURNS = tuple(
    PromptMessage(author, text)
    for author, text in ((Author.USER, "2 + 2?"), (Author.ASSISTANT, "4"), (Author.USER, "И 3 + 3?"))
)
WEATHER = Function("weather", "Weather in a city.", '{"type": "object", "properties": {}}', is_strict=True)
CALLS = tuple(ToolCall(key, "weather", '{"city": "Тула"}', "weather") for key in "12")
ROUND = (
    PromptMessage(Author.ASSISTANT, "Wait.", calls=CALLS[:1]),
    PromptMessage(Author.TOOL, "+20", call=CALLS[0]),
    PromptMessage(Author.ASSISTANT, "", calls=CALLS),
    *(PromptMessage(Author.TOOL, "", call=call) for call in CALLS),
)
PLAIN = RunRequest("request-1", "m", "", TURNS, 0.3)
SCHEMA = ResponseFormat(FormatKind.JSON_SCHEMA, '{"type":"object","properties":{}}', "sum")
REQUESTS = [
    pytest.param(PLAIN, id="plain"),
    pytest.param(replace(PLAIN, instruction="Be brief.", max_tokens=5), id="instructed"),
    pytest.param(replace(PLAIN, held=Held("resp_0", 2)), id="chained"),
    pytest.param(replace(PLAIN, reasoning=Reasoning.MEDIUM, response_format=SCHEMA), id="schema"),
    pytest.param(replace(PLAIN, response_format=ResponseFormat(FormatKind.JSON_OBJECT)), id="json"),
    pytest.param(replace(PLAIN, functions=(Function("now"), WEATHER)), id="functions"),
    pytest.param(replace(PLAIN, messages=(*TURNS, *ROUND), functions=(WEATHER,)), id="calls"),
    pytest.param(
        replace(PLAIN, messages=(*TURNS, *ROUND), held=Held("resp_0", 2), functions=(WEATHER,)),
        id="chained calls",
    ),
]


def connection(base_url: str, kind: ConnectionKind, **settings: Any) -> Connection:
    return Connection(ConnectionId("c"), kind, "Test", base_url, Auth.API_KEY, provider="openai", **settings)


def responses(base_url: str, **settings: Any) -> ResponsesService:
    return ResponsesService(
        connection(base_url, ConnectionKind.RESPONSES, **settings), Credentials(Secret(KEY))
    )


def chat(base_url: str) -> ChatCompletionsService:
    return ChatCompletionsService(connection(base_url, ConnectionKind.CHAT), Credentials(Secret(KEY)))


async def said(service: Service, request: RunRequest = PLAIN) -> str:
    shown = Normaliser()
    async with aclosing(service.run(request)) as run:
        async for event in run:
            shown.feed(event)
    await service.close()
    return shown.text


def accept(kind: Any, body: dict[str, Any]) -> None:
    """Fail unless ``body`` is of the type, with nothing that the type does not know."""
    assert unrolled(TypeAdapter[Any](kind).validate_python(body)) == body


def unrolled(value: Any) -> Any:
    """The value that pydantic made of a body; it checks what is an Iterable only when that is walked."""
    if isinstance(value, dict):
        return {name: unrolled(one) for name, one in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [unrolled(one) for one in value]


def with_ids(body: dict[str, Any]) -> dict[str, Any]:
    """The body with what the types ask of a reply that the client sends back, and the API does not.

    The id of a reply from another service would be refused; OpenAI's own Codex sends replies without ids.
    """
    for item in body["input"]:
        if item.get("role") == "assistant":
            item |= {"id": "msg_1", "status": "completed"}
    return body


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("is_background", [False, True])
async def test_what_the_responses_adapter_sends_is_of_the_official_type(
    request_: RunRequest, is_background: bool
) -> None:
    async with ResponsesServer(says("6"), unwanted=frozenset()) as server:
        await said(responses(server.base_url, is_background=is_background), request_)
        accept(ResponseCreateParamsStreaming, with_ids(server.bodies[0]))
    async with ResponsesServer(refuse(200, response("queued")), unwanted=frozenset()) as server:
        service = responses(server.base_url)
        await service.submit(request_)
        await service.close()
        accept(ResponseCreateParamsNonStreaming, with_ids(server.bodies[0]))


@pytest.mark.parametrize("request_", REQUESTS)
async def test_what_the_chat_adapter_sends_is_of_the_official_type(request_: RunRequest) -> None:
    async with ChatServer(stream("6")) as server:
        await said(chat(server.base_url), request_)
        accept(CompletionCreateParamsStreaming, server.bodies[0])


async def test_the_other_name_of_a_limit_is_of_the_official_type() -> None:
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    async with ChatServer([refuse(400, {"error": {"message": words}}), stream("6")]) as server:
        await said(chat(server.base_url), replace(PLAIN, max_tokens=5))
        assert server.bodies[1]["max_completion_tokens"] == 5
        accept(CompletionCreateParamsStreaming, server.bodies[1])


async def test_what_is_asked_for_a_word_is_of_the_official_type() -> None:
    no_list = refuse(404, {"error": "no such page"})
    async with ResponsesServer(says("Hi"), models=no_list) as server:
        service: Service = responses(server.base_url)
        await service.test()
        await service.close()
        accept(ResponseCreateParamsNonStreaming, server.bodies[0])
    async with ChatServer(stream("Hi"), no_list) as server_of_chat:
        service = chat(server_of_chat.base_url)
        await service.test()
        await service.close()
        named = server_of_chat.bodies[0] | {"model": "m"}  # no model is known there, and the type wants one
        accept(CompletionCreateParamsNonStreaming, named)


@pytest.mark.parametrize(
    "wrong",
    [
        {"new": 1},
        {"input": None},
        {"input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "txt": "a"}]}]},
        {"input": [{"type": "message", "role": "user", "content": [], "new": 1}]},
        {"text": {"format": {"type": "json_schema", "name": "a"}}},
        {"reasoning": {"effort": "very"}},
        {"stream": False},
    ],
)
def test_the_check_itself_sees_what_is_wrong(wrong: dict[str, Any]) -> None:
    right = {"input": [{"type": "message", "role": "user", "content": []}], "model": "m", "stream": True}
    accept(ResponseCreateParamsStreaming, right)
    with pytest.raises((AssertionError, ValidationError)):
        accept(ResponseCreateParamsStreaming, right | wrong)


# -- their client reads what ours reads


def client(base_url: str) -> AsyncOpenAI:
    headers = {
        "x-client-request-id": "theirs",
        "user-agent": "Nitka/cross-check",
    }  # which our servers ask for
    return AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0, default_headers=headers)


TWO_PARTS = message("One. ")
TWO_PARTS["content"].append({"type": "output_text", "text": "Two.", "annotations": []})
_INPUT: Any = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "2 + 2?"}]}]
STREAMS = [
    pytest.param(says("Fo", "ур", "\u2028", "\U0001f994."), id="pieces"),
    pytest.param(sends(*numbered(created(), delta("Four."), ended(message("Four.")))), id="few events"),
    pytest.param(
        sends(*numbered(created(), delta("One. "), delta("Two.", part=1), ended(TWO_PARTS))), id="two parts"
    ),
]


@pytest.mark.parametrize("behaviour", STREAMS)
async def test_both_read_the_same_reply_of_responses(behaviour: Behaviour) -> None:
    async with ResponsesServer(behaviour, unwanted=frozenset()) as server:
        theirs, final = "", ""
        async with (
            client(server.base_url) as official,
            await official.responses.create(model="m", input=_INPUT, stream=True) as rest,
        ):
            async for event in rest:
                if event.type == "response.output_text.delta":
                    theirs += event.delta
                elif event.type == "response.completed":
                    final = event.response.output_text
        assert await said(responses(server.base_url)) == theirs == final


async def test_both_take_up_the_same_stream() -> None:
    async with ResponsesServer((), taken_up(text_events("Fo", "ur", ".")), unwanted=frozenset()) as server:
        theirs = ""
        async with (
            client(server.base_url) as official,
            await official.responses.retrieve("resp_1", stream=True, starting_after=4) as rest,
        ):
            async for event in rest:
                if event.type == "response.output_text.delta":
                    theirs += event.delta
        service = responses(server.base_url, is_background=True)
        async with aclosing(service.resume(PLAIN, "resp_1", 4)) as run:
            ours = [one.text async for one in run if isinstance(one, TextAppended)]
        await service.close()
    assert "".join(ours) == theirs == "ur."


async def test_both_call_the_same_addresses() -> None:
    events, whole = text_events("Fo", "ur."), refuse(200, response("completed", message("4")))
    server = ResponsesServer(says("4"), [whole, taken_up(events)] * 2, whole, unwanted=frozenset())
    async with server:
        async with client(server.base_url) as official:
            await official.models.list()
            await official.responses.retrieve("resp_1")
            await official.responses.retrieve("resp_1", stream=True, starting_after=4)
            await official.responses.cancel("resp_1")
            await (await official.responses.create(model="m", input=_INPUT, stream=True)).close()
        theirs = server.calls("")
        service = responses(server.base_url, is_background=True)
        await service.models()
        await service.operation("resp_1")
        async with aclosing(service.resume(PLAIN, "resp_1", 4)) as run:
            assert [event async for event in run]
        await service.cancel_run("resp_1")
        await said(service)
        ours = server.calls("")[len(theirs) :]
    assert [urlsplit(call).path for call in ours] == [urlsplit(call).path for call in theirs]
    assert [parse_qs(urlsplit(call).query) for call in ours] == [
        parse_qs(urlsplit(call).query) for call in theirs
    ]


@pytest.mark.parametrize("pieces", [("Fo", "ur."), ("Ё", "ж", "\u2028", "\U0001f994")])
async def test_both_read_the_same_reply_of_chat_completions(pieces: tuple[str, ...]) -> None:
    # Without "[DONE]", at which their client leaves a generator for asyncio to close at some time.
    chunks = [chat_delta(piece) for piece in pieces]
    async with ChatServer(events(*chunks, chat_delta(finish="stop"))) as server:
        ours = await said(chat(server.base_url))
        messages: Any = [{"role": "user", "content": "2 + 2?"}]
        async with (
            client(server.base_url) as official,
            await official.chat.completions.create(model="m", messages=messages, stream=True) as theirs,
        ):
            read = [choice.delta.content or "" async for chunk in theirs for choice in chunk.choices]
    assert ours == "".join(read) == "".join(pieces)
