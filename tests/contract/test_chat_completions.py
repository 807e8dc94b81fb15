"""Chat Completions against a strict server on loopback: what is sent, what is made of what comes, every fault."""

import asyncio
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Model
from desktop_app.domain.errors import (
    BadReplyError,
    ContextTooLongError,
    NotFoundError,
    QuotaExceededError,
    RequestRejectedError,
    ServiceError,
    ServiceFaultError,
    SignInError,
    UnreachableError,
)
from desktop_app.domain.events import (
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    TextAppended,
    TextReplaced,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.threads import Author, Status, Usage
from desktop_app.domain.tools import Function
from desktop_app.services.openai import chat_completions
from desktop_app.services.openai.chat_completions import ChatCompletionsService
from desktop_app.services.reading import streams
from desktop_app.services.transport.sign_in import KeySignIn
from tests.conftest import until
from tests.servers import (
    KEY,
    Behaviour,
    ChatServer,
    Exchange,
    delta,
    events,
    listing,
    raw,
    refuse,
    stream,
)

CAPTURED = Path(__file__).parents[1] / "data" / "chat-completions.stream.http"
ASKED = PromptMessage(Author.USER, "What is 2 + 2?")


def ask(instruction: str = "", *, model: str = "m", max_tokens: int | None = None) -> RunRequest:
    return RunRequest("request-1", model, instruction, (ASKED,), 0.3, max_tokens)


def service(
    base_url: str, key: str | None = KEY, read_timeout_s: float = 5, **settings: Any
) -> ChatCompletionsService:
    auth = Auth.API_KEY if key else Auth.NONE
    connection = Connection(ConnectionId("c"), ConnectionKind.CHAT, "Test", base_url, auth, **settings)
    credentials = Credentials(Secret(key) if key else None)
    return ChatCompletionsService(connection, credentials, read_timeout_s=read_timeout_s)


async def answer(chat: ChatCompletionsService, request: RunRequest | None = None) -> list[RunEvent]:
    try:
        async with aclosing(chat.run(request or ask())) as run:
            return [event async for event in run]
    finally:
        await chat.close()


async def answered(behaviour: Behaviour) -> list[RunEvent]:
    async with ChatServer(behaviour) as server:
        return await answer(service(server.base_url))


async def refused(behaviour: Behaviour) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await answered(behaviour)
    assert caught.value.request_id
    return caught.value


def text_of(run: list[RunEvent]) -> str:
    return "".join(event.text for event in run if isinstance(event, TextAppended))


# -- what is asked


async def test_the_reply_streams_in_and_ends_once() -> None:
    assert await answered(stream("Fo", "ur", ".")) == [
        StageChanged("waiting"),
        RunAccepted("chatcmpl-1", "scripted"),
        TextAppended("Fo"),
        TextAppended("ur"),
        TextAppended("."),
        UsageReported(Usage(9, 2)),
        RunEnded(Status.COMPLETED),
    ]


async def test_what_is_sent_is_what_was_asked() -> None:
    instruction = "  Отвечай кратко.\n\n"
    history = (ASKED, PromptMessage(Author.ASSISTANT, "4"), PromptMessage(Author.USER, "And 3 + 3?"))
    async with ChatServer(stream("6")) as server:
        await answer(service(server.base_url), RunRequest("r", "m/1", instruction, history, 0.7, 100))
        assert server.bodies == [
            {
                "model": "m/1",
                "messages": [
                    {"role": "system", "content": instruction},
                    {"role": "user", "content": "What is 2 + 2?"},
                    {"role": "assistant", "content": "4"},
                    {"role": "user", "content": "And 3 + 3?"},
                ],
                "stream": True,
                "stream_options": {"include_usage": True},
                "temperature": 0.7,
                "max_tokens": 100,
            }
        ]
        assert server.seen[0].headers["x-client-request-id"] == "r"


async def test_what_is_not_set_is_not_sent() -> None:
    async with ChatServer(stream("4"), key=None) as server:
        await answer(service(server.base_url, key=None), ask(model=""))
        assert set(server.bodies[0]) == {"messages", "stream", "stream_options", "temperature"}
        assert [message["role"] for message in server.bodies[0]["messages"]] == ["user"]
        assert "authorization" not in server.seen[0].headers


async def test_a_server_that_refuses_stream_options_is_asked_without_and_remembered() -> None:
    no = refuse(400, {"error": {"message": "Unsupported parameter: stream_options", "code": 400}})
    async with ChatServer([no, stream("4"), stream("5")]) as server:
        chat = service(server.base_url)
        async with aclosing(chat.run(ask())) as run:
            assert text_of([event async for event in run]) == "4"
        assert text_of(await answer(chat)) == "5"
        assert ["stream_options" in body for body in server.bodies] == [True, False, False]


async def test_a_model_that_takes_no_temperature_is_asked_without_and_remembered() -> None:
    no = refuse(400, {"error": {"message": "Unsupported value: 'temperature' does not support 0.3"}})
    async with ChatServer([no, stream("4"), stream("5"), stream("6")]) as server:
        chat = service(server.base_url)
        for request in (ask(), ask(), ask(model="other")):
            async with aclosing(chat.run(request)) as run:
                assert text_of([event async for event in run])
        await chat.close()
        assert ["temperature" in body for body in server.bodies] == [True, False, False, True]


async def test_a_limit_that_has_another_name_is_sent_under_that() -> None:
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    async with ChatServer([refuse(400, {"error": {"message": words}}), stream("4")]) as server:
        await answer(service(server.base_url), ask(max_tokens=100))
        again = server.bodies[1]
    assert again["max_completion_tokens"] == 100
    assert "max_tokens" not in again


async def test_thinking_and_the_form_of_the_reply_are_asked_for_when_set() -> None:
    schema = ResponseFormat(FormatKind.JSON_SCHEMA, '{"type":"object"}', "sum")
    json_object = ResponseFormat(FormatKind.JSON_OBJECT)
    async with ChatServer(stream("{}")) as server:
        chat = service(server.base_url)
        for wanted in (schema, json_object):
            await answer(chat, replace(ask(), reasoning=Reasoning.HIGH, response_format=wanted))
        first, second = server.bodies
    assert first["reasoning_effort"] == "high"
    assert first["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "sum", "schema": {"type": "object"}},
    }
    assert second["response_format"] == {"type": "json_object"}


async def test_yandex_is_told_the_folder_and_not_what_it_refuses() -> None:
    ids = ["gpt://f/yandexgpt/latest", "emb://f/text", "gpt://f/speech-realtime-1"]
    models = listing(*({"id": one} for one in ids))
    async with ChatServer(stream("4"), models, key_scheme="Api-Key") as server:
        chat = service(server.base_url, provider="yandex", folder="f")
        assert [model.id for model in await chat.models()] == ids[:1]
        await answer(chat, replace(ask(model="yandexgpt"), temperature=1.5))
        assert server.bodies[0]["model"] == ids[0]
        assert server.bodies[0]["temperature"] == 1.0
        assert "stream_options" not in server.bodies[0]
        for exchange in server.seen:
            assert exchange.headers["openai-project"] == "f"
            assert exchange.headers["x-data-logging-enabled"] == "false"


# -- what comes back


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("stop", Status.COMPLETED),
        ("length", Status.TRUNCATED),
        ("content_filter", Status.FILTERED),
        ("something_new", Status.COMPLETED),
    ],
)
async def test_the_finish_reason_becomes_the_ending(reason: str, status: Status) -> None:
    assert (await answered(stream("4", finish=reason)))[-1] == RunEnded(status)


async def test_a_stream_without_done_is_complete_if_it_said_why_it_ends() -> None:
    run = await answered(events(delta("4"), delta(finish="stop")))
    assert run[-1] == RunEnded(Status.COMPLETED)


async def test_done_without_a_reason_is_an_ending() -> None:
    assert (await answered(events(delta("4"), "[DONE]")))[-1] == RunEnded(Status.COMPLETED)


async def test_an_end_without_reason_and_done_is_interrupted() -> None:
    assert (await answered(events(delta("4"))))[-1] == RunEnded(Status.INTERRUPTED)


async def test_what_comes_after_the_ending_is_ignored() -> None:
    run = await answered(
        events(delta("4"), delta("!", "stop"), delta("4"), delta("!", "stop"), "[DONE]", delta("x"))
    )
    assert text_of(run) == "4!"
    assert run[-1] == RunEnded(Status.COMPLETED)


async def test_a_server_that_does_not_close_after_the_reason_does_not_hold_the_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_completions, "AFTER_FINISH_S", 0.1)

    async def linger(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.event(delta("4", "stop"))
        await exchange.reader.read()

    assert (await answered(linger))[-1] == RunEnded(Status.COMPLETED)


async def test_a_server_that_goes_on_after_the_reason_does_not_hold_the_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_completions, "AFTER_FINISH_S", 0.1)

    async def chatter(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.event(delta("4", "stop"))
        while not exchange.reader.at_eof():
            await exchange.event(delta("more"))
            await asyncio.sleep(0.01)

    run = await answered(chatter)
    assert text_of(run) == "4"
    assert run[-1] == RunEnded(Status.COMPLETED)


async def test_a_reply_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_EVENT_BYTES", 100)
    error = await refused(raw(b'{"id": "', *[b"x" * 40] * 3))
    assert isinstance(error, BadReplyError)


async def test_a_break_after_the_reason_does_not_spoil_the_reply() -> None:
    assert (await answered(events(delta("4", "stop"), is_cut=True)))[-1] == RunEnded(Status.COMPLETED)


async def test_thoughts_are_kept_apart_from_the_reply() -> None:
    run = await answered(
        events(
            delta(reasoning_content="Hm"), delta(reasoning="m."), delta("4", reasoning=None, finish="stop")
        )
    )
    assert [event.text for event in run if isinstance(event, ReasoningAppended)] == ["Hm", "m."]
    assert text_of(run) == "4"


async def test_thoughts_in_tags_are_kept_apart_wherever_they_are_cut() -> None:
    text = "\n<think>Hm, <b>2</b>\nand 2</think>\n\nFour </think>."
    for size in (1, 2, 3, 5, 100):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        run = await answered(stream(*pieces))
        assert text_of(run) == "Four </think>."
        thoughts = [event.text for event in run if isinstance(event, ReasoningAppended)]
        assert "".join(thoughts) == "Hm, <b>2</b>\nand 2"
        whole = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
        assert TextReplaced("Four </think>.") in await answered(refuse(200, whole))


@pytest.mark.parametrize(
    "text", ["<think>Hm", "<think>Hm</thin", " <thi", "<thinking>", "<", " ", "a<think>b</think>"]
)
async def test_text_that_only_looks_like_thoughts_is_not_lost(text: str) -> None:
    assert text_of(await answered(stream(*text))) == text
    assert text_of(await answered(events(*(delta(piece) for piece in text)))) == text
    found: list[RunEvent] = []
    async with ChatServer(events(*(delta(piece) for piece in text), {"error": "it broke"})) as server:
        chat = service(server.base_url)
        with pytest.raises(ServiceFaultError):
            async with aclosing(chat.run(ask())) as run:
                async for event in run:
                    found.append(event)  # noqa: PERF401 - what came before the error counts
        await chat.close()
    assert text_of(found) == text


async def test_a_refusal_is_the_reply() -> None:
    assert (
        text_of(await answered(events(delta(refusal="I "), delta(refusal="won't.", finish="stop"))))
        == "I won't."
    )


CALLS = [
    pytest.param(
        [
            {"index": 0, "id": "call_1", "type": "function", "function": {"name": "calc", "arguments": ""}},
            {"index": 0, "id": "", "type": "", "function": {"name": "", "arguments": '{"x": '}},
            {"index": 0, "id": "", "type": "", "function": {"name": "", "arguments": "7}"}},
        ],
        id="empty texts",
    ),
    pytest.param(
        [
            {"index": 0, "id": "call_1", "function": {"name": "calc", "arguments": '{"x": '}},
            {"index": 0, "id": None, "function": {"name": "calc", "arguments": "7}"}},
        ],
        id="the name again",
    ),
    pytest.param(
        [
            {"id": "call_1", "function": {"name": "calc", "arguments": '{"x": '}},
            {"function": {"name": None, "arguments": "7}"}},
            {"function": None},
        ],
        id="no index",
    ),
    pytest.param(
        [{"index": 0, "id": "call_1", "function": {"name": "calc", "arguments": '{"x": 7}'}}], id="whole"
    ),
]


@pytest.mark.parametrize("deltas", CALLS)
async def test_pieces_of_a_function_call_become_one(deltas: list[dict[str, Any]]) -> None:
    chunks = [delta(tool_calls=[one]) for one in deltas]
    found = await called_in(events(delta(tool_calls=[]), *chunks, delta(finish="tool_calls")))
    assert found == [ToolCalled("chatcmpl-1:0", "calc", '{"x": 7}', "call_1")]
    message = {
        "content": "",
        "tool_calls": [{"id": "call_1", "function": {"name": "calc", "arguments": {"x": 7}}}],
    }
    whole = {"id": "c", "choices": [{"message": message, "finish_reason": "tool_calls"}]}
    assert await called_in(refuse(200, whole)) == [ToolCalled("c:0", "calc", '{"x":7}', "call_1")]


async def test_calls_at_the_same_time_stay_apart() -> None:
    def piece(index: int | None, call_id: str, arguments: str) -> dict[str, object]:
        return delta(
            tool_calls=[{"index": index, "id": call_id, "function": {"name": "f", "arguments": arguments}}]
        )

    both = [ToolCalled("chatcmpl-1:0", "f", "[1]", "a"), ToolCalled("chatcmpl-1:1", "f", "[2]", "b")]
    mixed = [piece(0, "a", "["), piece(1, "b", "[2"), piece(0, "", "1]"), piece(1, "", "]")]
    assert await called_in(events(*mixed, delta(finish="stop"))) == both
    without = [piece(None, "a", "[1"), piece(None, "a", "]"), piece(None, "b", "[2]")]
    assert await called_in(events(*without, delta(finish="stop"))) == both


async def test_calls_that_all_have_one_index_stay_apart() -> None:
    pieces = [
        delta(
            tool_calls=[{"index": 0, "id": call_id, "function": {"name": "f", "arguments": f'{{"x":{n}}}'}}]
        )
        for n, call_id in enumerate(("a", "b", "c"))
    ]
    found = await called_in(events(*pieces, delta(finish="tool_calls")))
    assert found == [
        ToolCalled(f"chatcmpl-1:{n}", "f", f'{{"x":{n}}}', call_id) for n, call_id in enumerate("abc")
    ]


async def test_calls_of_growing_snapshots_are_those_of_the_last() -> None:
    def grown(*arguments: str) -> dict[str, object]:
        calls = [{"id": "f", "function": {"name": "f", "arguments": one}} for one in arguments]
        return {"id": "c", "choices": [{"message": {"content": "", "tool_calls": calls}}]}

    ending = {"id": "c", "choices": [{"message": {"content": ""}, "finish_reason": "tool_calls"}]}
    found = await called_in(events(grown("{"), grown('{"x":1}', "{"), grown('{"x":1}', '{"x":2}'), ending))
    assert found == [ToolCalled(f"c:{n}", "f", f'{{"x":{n + 1}}}', "f") for n in (0, 1)]


async def test_text_before_a_call_is_text() -> None:
    called = {"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}
    run = await answered(events(delta("Wait."), delta(tool_calls=[called]), delta(finish="tool_calls")))
    assert run[-3:] == [TextAppended("Wait."), ToolCalled("chatcmpl-1:0", "f", "{}", "a"), RunPaused()]
    old = await called_in(events(delta(function_call={"name": "f", "arguments": "{}"}), delta(finish="stop")))
    assert old == [ToolCalled("chatcmpl-1:0", "f", "{}")]


async def test_calls_of_a_reply_that_was_cut_short_are_none() -> None:
    called = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x'}}
    run = await answered(events(delta(tool_calls=[called]), delta(finish="length")))
    assert run[-1] == RunEnded(Status.TRUNCATED)
    assert not [event for event in run if isinstance(event, ToolCalled)]


async def called_in(behaviour: Behaviour) -> list[ToolCalled]:
    """The calls of a reply that pauses for them."""
    found = await answered(behaviour)
    assert found[-1] == RunPaused()
    return [event for event in found if isinstance(event, ToolCalled)]


async def test_a_stream_cut_in_the_middle_of_an_event_is_interrupted() -> None:
    run = await answered(raw(b'data: {"choices":[{"delta":{"content":"Fo"}}]}\n\ndata: {"choices":[{"del'))
    assert text_of(run) == "Fo"
    assert run[-1] == RunEnded(Status.INTERRUPTED)


async def test_strange_but_harmless_chunks_are_taken() -> None:
    run = await answered(
        events(
            {},
            {"choices": None, "usage": None, "error": None, "id": 7, "model": None},
            {"choices": [None, {"delta": None, "finish_reason": None, "index": None}]},
            {"choices": [{"index": 1, "delta": {"content": "another choice"}}]},
            {"choices": [{"delta": {"content": None, "tool_calls": [], "role": None}, "finish_reason": ""}]},
            "keep-alive",
            {"choices": [{"delta": {"content": [{"type": "text", "text": "Fo"}, {"type": "text"}]}}]},
            {"choices": [{"delta": {"content": "ur"}, "logprobs": 1, "new": {}}], "timings": {"x": 1}},
            {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": None, "details": {}}},
            {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        )
    )
    assert text_of(run) == "Four"
    assert UsageReported(Usage(3, 0)) in run
    assert run[-1] == RunEnded(Status.COMPLETED)


@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream"])
async def test_a_whole_reply_instead_of_a_stream_is_taken(content_type: str) -> None:
    whole = {
        "id": "chatcmpl-2",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Four."}, "finish_reason": "length"}
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 1},
    }
    run = await answered(refuse(200, whole, content_type=content_type))
    assert "Four." in [getattr(event, "text", "") for event in run]
    assert UsageReported(Usage(5, 1)) in run
    assert run[-1] == RunEnded(Status.TRUNCATED)


async def test_a_stream_called_json_is_read_as_a_stream() -> None:
    body = b'data: {"choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}\n\n'
    assert text_of(await answered(refuse(200, body, content_type="application/json"))) == "4"


async def test_a_real_stream_gives_the_same_events_wherever_it_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = CAPTURED.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    chat = service("http://127.0.0.1:1/v1")
    cut = 0

    async def pieces(*_: object, **__: object) -> AsyncIterator[bytes]:
        for piece in (body[:cut], body[cut:]):
            yield piece

    monkeypatch.setattr(chat._http, "stream", pieces)
    for cut in range(len(body) + 1):  # noqa: B007 - read by pieces
        async with aclosing(chat.run(ask())) as run:
            found = [event async for event in run]
        assert text_of(found) == "2 + 2 equals 4."
        assert found[-2:] == [UsageReported(Usage(37, 9)), RunEnded(Status.COMPLETED)]


# -- faults


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "request_rejected"),
        (401, "sign_in"),
        (402, "quota"),
        (403, "access_denied"),
        (404, "not_found"),
        (429, "rate_limited"),
        (500, "service_fault"),
        (503, "service_fault"),
    ],
)
async def test_a_refusal_names_what_to_do_and_the_request(status: int, code: str) -> None:
    error = await refused(
        refuse(status, {"error": {"message": "no", "code": status}}, x_request_id="theirs-1")
    )
    assert (error.code, error.status_code, error.request_id, error.detail) == (code, status, "theirs-1", "no")


async def test_the_wrong_key_is_told_and_never_shown() -> None:
    async with ChatServer(stream("4"), key="test-key-other-456") as server:
        with pytest.raises(SignInError) as caught:
            await answer(service(server.base_url))
    assert KEY not in repr(caught.value) + caught.value.detail
    error = await refused(refuse(401, {"error": {"message": f"Incorrect API key provided: {KEY}."}}))
    assert error.detail == "Incorrect API key provided: •••."
    error = await refused(events({"error": {"message": f"bad key {KEY}", "code": 401}}))
    assert isinstance(error, SignInError)
    assert error.detail == "bad key •••"


@pytest.mark.parametrize("key", ["test-key-\nnew-line", "тест-ключ", "test key\x00", " ", ""])
async def test_a_key_that_cannot_be_sent_is_not_quoted_in_the_error(key: str) -> None:
    async with ChatServer(stream("4"), is_forgiving=True) as server:
        chat = service(server.base_url)
        chat._http._sign_in = KeySignIn(Secret(key))
        with pytest.raises(SignInError) as caught:
            await answer(chat)
        assert not server.seen
    assert not key.strip() or key not in repr(caught.value)


async def test_a_spent_quota_is_told_apart() -> None:
    body = {"error": {"message": "quota", "code": "insufficient_quota"}}
    assert isinstance(await refused(refuse(429, body)), QuotaExceededError)


async def test_a_prompt_that_is_too_long_says_how_long() -> None:
    said = {"code": 400, "message": "too long", "type": "exceed_context_size_error"}
    error = await refused(refuse(400, {"error": said | {"n_prompt_tokens": 6019, "n_ctx": 4096}}))
    assert isinstance(error, ContextTooLongError)
    assert (error.prompt_tokens, error.context_tokens) == (6019, 4096)


async def test_a_web_page_instead_of_a_reply_is_told() -> None:
    error = await refused(refuse(200, "<html><title>Sign in to the Wi-Fi</title></html>"))
    assert isinstance(error, BadReplyError)
    error = await refused(refuse(502, "<html><title>Bad Gateway</title></html>"))
    assert isinstance(error, ServiceFaultError)
    assert error.detail == "a web page: Bad Gateway"


async def test_a_redirect_is_not_followed_with_the_key() -> None:
    async with ChatServer(stream("4")) as other:
        error = await refused(refuse(307, "", location=f"{other.base_url}/chat/completions"))
        assert isinstance(error, BadReplyError)
        assert other.base_url in error.detail
        assert not other.seen


async def test_a_broken_event_is_an_error_and_not_a_gap() -> None:
    assert isinstance(await refused(raw(b'data: {"choices":[{\n\n')), BadReplyError)
    error = await refused(events({"choices": [{"delta": "text"}]}))
    assert "choices[0].delta" in error.detail


async def test_an_error_inside_the_stream_ends_the_run() -> None:
    error = await refused(events(delta("4"), {"error": {"message": "overloaded", "type": "server_error"}}))
    assert isinstance(error, ServiceFaultError)
    assert isinstance(await refused(raw(b"event: error\ndata: it broke\n\n")), ServiceFaultError)
    assert isinstance(await refused(raw(b'{"error":"it broke"}\n')), ServiceFaultError)
    assert isinstance(await refused(events(delta("4", "error"))), ServiceFaultError)


async def test_comments_keep_a_slow_reply_alive() -> None:
    async def ping(exchange: Exchange) -> None:
        await exchange.head()
        for _ in range(12):
            await exchange.chunk(b":\n\n")
            await asyncio.sleep(0.1)
        await exchange.event(delta("4", "stop"))
        await exchange.end()

    async with ChatServer(ping) as server:
        assert text_of(await answer(service(server.base_url, read_timeout_s=1.0))) == "4"


async def test_nobody_listens() -> None:
    async with ChatServer() as server:
        gone = server.base_url
    with pytest.raises(UnreachableError) as caught:
        await answer(service(gone))
    assert caught.value.step == "tcp"
    assert "Connection refused" in caught.value.detail


async def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(UnreachableError) as caught:
        await answer(service("https://nitka-test.invalid/v1"))
    assert caught.value.step == "dns"


async def test_a_server_without_tls() -> None:
    async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UnreachableError) as caught:
            await answer(service(f"https://127.0.0.1:{port}/v1"))
    assert caught.value.step == "tls"


async def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=localhost"]
    subprocess.run(  # noqa: ASYNC221 - nothing else happens meanwhile
        ["openssl", "req", "-x509", "-nodes", *made, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def ignore(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(ignore, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UnreachableError) as caught:
            await answer(service(f"https://localhost:{port}/v1"))
        await until(lambda: len(asyncio.all_tasks()) == 1)  # the server's side of the handshake
    assert caught.value.step == "tls"
    assert "certificate" in caught.value.detail.lower()


async def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ChatServer() as server:
        gone = server.base_url.removesuffix("/v1")
    monkeypatch.setenv("https_proxy", gone)
    with pytest.raises(UnreachableError) as caught:
        await answer(service("https://nitka-test.invalid/v1"))
    assert caught.value.step == "proxy"
    async with ChatServer(stream("4")) as server:  # this machine itself is never asked through a proxy
        assert text_of(await answer(service(server.base_url))) == "4"


async def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "gopher://127.0.0.1:1")
    with pytest.raises(UnreachableError) as caught:
        await answer(service("https://nitka-test.invalid/v1"))
    assert caught.value.step == "proxy"


# -- models and test


async def test_models_are_listed_with_what_they_can_remember() -> None:
    rows = [
        {"id": "a", "meta": {"n_ctx": 4096, "n_ctx_train": 8192}},
        {"id": "b", "max_model_len": 32768},
        {"id": "c", "context_length": 128000, "name": "Model C"},
        {"id": "d", "meta": None, "created": None},
        {"id": "e", "context_window": 0, "max_context_length": 10},
        {"id": None},
        "odd",
    ]
    async with ChatServer(models=listing(*rows)) as server:
        chat = service(server.base_url)
        assert await chat.models() == (
            Model("a", "", 4096),
            Model("b", "", 32768),
            Model("c", "Model C", 128000),
            Model("d"),
            Model("e", "", 10),
        )
        await chat.close()


@pytest.mark.parametrize(
    ("body", "names"),
    [({"data": None}, []), ({"data": []}, []), ([{"id": "a"}], ["a"]), ({"data": [{}]}, [])],
)
async def test_odd_lists_of_models_are_taken(body: object, names: list[str]) -> None:
    async with ChatServer(models=refuse(200, body)) as server:
        chat = service(server.base_url)
        assert [model.id for model in await chat.models()] == names
        await chat.close()


@pytest.mark.parametrize("body", ["<html>", "text", {"models": []}, {"data": 7}, {"data": [{"meta": 7}]}])
async def test_what_is_no_list_of_models_is_told(body: object) -> None:
    async with ChatServer(models=refuse(200, body)) as server:
        chat = service(server.base_url)
        with pytest.raises(BadReplyError):
            await chat.models()
        await chat.close()


async def test_a_connection_is_tested_by_its_models() -> None:
    async with ChatServer() as server:
        chat = service(server.base_url)
        report = await chat.test()
        await chat.close()
    assert [model.id for model in report.models] == ["scripted"]
    assert 0 < report.round_trip_s < 5


@pytest.mark.parametrize(
    "reply",
    [
        refuse(200, {"choices": []}),
        refuse(400, {"error": {"message": "model is required"}}),
        refuse(404, {"error": {"message": "model '' not found"}}),
    ],
)
async def test_a_server_without_a_list_is_asked_for_a_word(reply: Behaviour) -> None:
    async with ChatServer(reply, models=refuse(404, {"error": "no such page"})) as server:
        chat = service(server.base_url)
        assert (await chat.test()).models == ()
        await chat.close()
        assert [exchange.path for exchange in server.seen] == ["/v1/models", "/v1/chat/completions"]


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_a_test_tells_what_is_wrong(status: int) -> None:
    async with ChatServer(models=refuse(status, {"error": "no"})) as server:
        chat = service(server.base_url)
        with pytest.raises(ServiceError) as caught:
            await chat.test()
        await chat.close()
    assert caught.value.status_code == status


async def test_an_address_where_nothing_is_fails_the_test() -> None:
    nothing = refuse(404, "<html><title>Not found</title></html>")
    async with ChatServer(nothing, models=nothing) as server:
        chat = service(server.base_url)
        with pytest.raises(NotFoundError):
            await chat.test()
        await chat.close()


async def test_a_function_with_the_name_of_a_field_does_not_refuse_the_field() -> None:
    refusal = refuse(400, {"error": {"message": "Invalid schema for function 'temperature': no type."}})
    asked = replace(ask(), functions=(Function("temperature"),))
    async with ChatServer([refusal, stream("4")]) as server:
        chat = service(server.base_url)
        with pytest.raises(RequestRejectedError, match="Invalid schema"):
            await answer(chat, asked)
        assert text_of(await answer(chat)) == "4"
    assert [body["temperature"] for body in server.bodies] == [0.3, 0.3]


async def test_a_request_that_is_refused_keeps_its_words() -> None:
    error = await refused(refuse(422, {"detail": [{"loc": ["body", "temperature"], "msg": "too hot"}]}))
    assert isinstance(error, RequestRejectedError)
    assert error.detail == "body.temperature: too hot"


# -- secrets


async def test_the_log_names_requests_and_neither_key_nor_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ChatServer(stream("The reply nobody else reads")) as server:
        await answer(service(server.base_url), ask("An instruction nobody else reads"))
    ours = [record for record in caplog.records if record.name.startswith("desktop_app")]
    said = "\n".join(record.getMessage() for record in ours)
    assert "request-1" in said
    assert "HTTP 200" in said
    whole = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (KEY, "nobody else", ASKED.text):
        assert secret not in said
        assert secret not in whole
