"""The Responses API against a strict server on loopback: what is sent, what is made of what comes, every fault."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    ContextTooLongError,
    NotFoundError,
    NotOfferedError,
    OperationGoneError,
    RateLimitedError,
    RequestRejectedError,
    ServiceError,
    ServiceFaultError,
    SignInError,
)
from desktop_app.domain.events import (
    Checkpoint,
    CitationsFound,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    TextAppended,
    TextReplaced,
    ThreadHeld,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.normaliser import Normaliser
from desktop_app.domain.operations import DeferredReply
from desktop_app.domain.prompt import Held, PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Deferring, Resuming
from desktop_app.domain.threads import Author, Status, Usage
from desktop_app.domain.tools import Function
from desktop_app.services.openai import responses
from desktop_app.services.openai.responses import ResponsesService
from tests.conftest import ASYNC_LIMIT_S, until
from tests.function_calls import Call
from tests.responses_server import (
    ResponsesServer,
    call_events,
    created,
    delta,
    ended,
    frame,
    message,
    numbered,
    response,
    says,
    sends,
    taken_up,
    text_events,
    yandex_frame,
)
from tests.servers import KEY, Behaviour, Exchange, hang_up, listing, raw, refuse

ASKED = PromptMessage(Author.USER, "What is 2 + 2?")
TURNS = (ASKED, PromptMessage(Author.ASSISTANT, "4"), PromptMessage(Author.USER, "And 3 + 3?"))
REQUEST = RunRequest("request-1", "m", "", (ASKED,), 0.3)
CHAINED = replace(REQUEST, messages=TURNS, held=Held("resp_0", 2))
WORDS = ("Fo", "ur", " is", " it.")


def service(base_url: str, provider: str = "", **settings: Any) -> ResponsesService:
    read_timeout_s = settings.pop("read_timeout_s", 5)
    given = {"auth": Auth.API_KEY, "provider": provider} | settings
    connection = Connection(ConnectionId("c"), ConnectionKind.RESPONSES, "Test", base_url, **given)
    return ResponsesService(connection, Credentials(Secret(KEY)), read_timeout_s=read_timeout_s)


async def drained(run: AsyncGenerator[RunEvent, None]) -> list[RunEvent]:
    async with aclosing(run):
        return [event async for event in run]


async def answer(asked: ResponsesService, request: RunRequest = REQUEST) -> list[RunEvent]:
    try:
        return await drained(asked.run(request))
    finally:
        await asked.close()


async def answered(behaviour: Behaviour, provider: str = "") -> list[RunEvent]:
    async with ResponsesServer(behaviour, unwanted=frozenset()) as server:
        return await answer(service(server.base_url, provider))


async def refused(behaviour: Behaviour) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await answered(behaviour)
    assert caught.value.request_id
    return caught.value


def text_of(run: list[RunEvent], before: str = "") -> str:
    shown = Normaliser()
    shown.feed(TextAppended(before))
    for event in run:
        shown.feed(event)
    return shown.text


# -- what is asked


async def test_the_reply_streams_in_and_ends_once() -> None:
    assert await answered(says("Fo", "ur", ".")) == [
        StageChanged("waiting"),
        RunAccepted("resp_1", "scripted"),
        TextAppended("Fo"),
        TextAppended("ur"),
        TextAppended("."),
        UsageReported(Usage(9, 2)),
        RunEnded(Status.COMPLETED),
    ]


@pytest.mark.parametrize(("provider", "sent"), [("yandex", 1.0), ("openai", 1.5)])
async def test_an_assistant_of_another_service_is_not_hotter_than_this_one_takes(
    provider: str, sent: float
) -> None:
    scheme = "Api-Key" if provider == "yandex" else "Bearer"
    async with ResponsesServer(says("4"), key_scheme=scheme, unwanted=frozenset()) as server:
        await answer(service(server.base_url, provider), replace(REQUEST, temperature=1.5))
        assert server.bodies[0]["temperature"] == sent


async def test_what_is_not_set_is_not_sent() -> None:
    async with ResponsesServer(says("4")) as server:
        await answer(service(server.base_url), replace(REQUEST, model=""))
        assert server.bodies == [
            {
                "input": [
                    {
                        "type": "message",
                        "role": "user",
                        "content": [{"type": "input_text", "text": "What is 2 + 2?"}],
                    }
                ],
                "store": False,
                "temperature": 0.3,
                "stream": True,
            }
        ]
        assert server.seen[0].headers["x-client-request-id"] == "request-1"


async def test_what_is_set_is_sent() -> None:
    schema = ResponseFormat(FormatKind.JSON_SCHEMA, '{"type":"object"}', "sum")
    request = replace(
        REQUEST,
        instruction="Кратко.",
        messages=TURNS,
        max_tokens=5,
        reasoning=Reasoning.LOW,
        response_format=schema,
    )
    async with ResponsesServer(says("6"), unwanted=frozenset()) as server:
        await answer(service(server.base_url, "openai"), request)
        body = server.bodies[0]
    assert body["instructions"] == "Кратко."
    assert [item["role"] for item in body["input"]] == ["user", "assistant", "user"]
    assert body["input"][1]["content"] == [{"type": "output_text", "text": "4", "annotations": []}]
    assert body["max_output_tokens"] == 16  # fewer are refused there
    assert body["reasoning"] == {"effort": "low"}
    assert body["text"] == {"format": {"type": "json_schema", "name": "sum", "schema": {"type": "object"}}}
    assert body["stream_options"] == {"include_obfuscation": False}
    assert body["store"] is True


async def test_yandex_is_told_the_folder_and_asked_not_to_log() -> None:
    headers = {"openai-project": "folder-1", "x-data-logging-enabled": "false"}
    async with ResponsesServer(says("4"), key_scheme="Api-Key", headers=headers) as server:
        asked = service(server.base_url, "yandex", folder="folder-1")
        await answer(asked, replace(REQUEST, model="yandexgpt", max_tokens=5))
        assert server.bodies[0]["model"] == "gpt://folder-1/yandexgpt/latest"
        assert server.bodies[0]["max_output_tokens"] == 5


async def test_a_model_that_takes_no_temperature_is_asked_without_and_remembered() -> None:
    no = refuse(400, {"error": {"message": "Unsupported parameter: 'temperature'", "code": None}})
    async with ResponsesServer([no, says("4"), says("5"), says("6")]) as server:
        asked = service(server.base_url)
        assert text_of(await drained(asked.run(REQUEST))) == "4"
        assert text_of(await drained(asked.run(REQUEST))) == "5"
        assert text_of(await answer(asked, replace(REQUEST, model="other"))) == "6"
        assert ["temperature" in body for body in server.bodies] == [True, False, False, True]


async def test_a_schema_that_is_none_is_refused_here() -> None:
    async with ResponsesServer(says("4")) as server:
        broken = ResponseFormat(FormatKind.JSON_SCHEMA, "{")
        with pytest.raises(RequestRejectedError):
            await answer(service(server.base_url), replace(REQUEST, response_format=broken))


# -- chains


async def test_a_chain_sends_only_what_is_new_and_says_what_is_held_now() -> None:
    async with ResponsesServer(says("6"), unwanted=frozenset()) as server:
        run = await answer(service(server.base_url, "openai"), CHAINED)
        body = server.bodies[0]
    assert body["previous_response_id"] == "resp_0"
    assert [item["content"][0]["text"] for item in body["input"]] == ["And 3 + 3?"]
    assert run[-2:] == [ThreadHeld("resp_1", has_reply=True), RunEnded(Status.COMPLETED)]


@pytest.mark.parametrize(
    "no",
    [
        refuse(404, {"code": None, "message": "response not found", "param": None, "type": "not_found"}),
        refuse(400, {"error": {"message": "Previous response with id 'resp_0' not found."}}),
        refuse(400, {"error": {"message": "No tool output found for function call call_1."}}),
        refuse(400, {"error": {"message": "too long", "code": "context_length_exceeded"}}),
        sends(
            {"type": "error", "code": "previous_response_not_found", "message": "Previous response not found"}
        ),
    ],
)
async def test_a_chain_that_is_gone_is_replaced_by_the_whole_history_silently(no: Behaviour) -> None:
    async with ResponsesServer([no, says("6")], unwanted=frozenset()) as server:
        run = await answer(service(server.base_url, "openai"), CHAINED)
        again = server.bodies[1]
        assert len(server.bodies) == 2
    assert "previous_response_id" not in again
    assert len(again["input"]) == 3
    assert text_of(run) == "6"
    assert [event for event in run if isinstance(event, StageChanged)] == [StageChanged("waiting")]


async def test_a_chain_is_not_used_where_it_cannot_be() -> None:
    async with ResponsesServer(says("6"), unwanted=frozenset()) as server:
        all_held = replace(CHAINED, held=Held("resp_0", 3))
        cases = [
            (service(server.base_url), CHAINED),
            (service(server.base_url, "openai", is_chained=False), CHAINED),
            (service(server.base_url, "openai"), all_held),
        ]
        for asked, request in cases:
            await answer(asked, request)
        assert all("previous_response_id" not in body and len(body["input"]) == 3 for body in server.bodies)
        assert [body["store"] for body in server.bodies] == [False, False, True]


@pytest.mark.parametrize("status", ["incomplete", "cancelled"])
async def test_a_reply_that_is_not_whole_is_not_gone_on_from(status: str) -> None:
    run = await answered(sends(created(), delta("4"), ended(message("4"), status=status)), "openai")
    assert not [event for event in run if isinstance(event, ThreadHeld)]


async def test_a_reply_that_waits_for_a_function_is_not_gone_on_from() -> None:
    called = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "calc", "arguments": "{}"}
    run = await answered(sends(created(), ended(message("Wait."), called)), "openai")
    assert not [event for event in run if isinstance(event, ThreadHeld)]
    assert run[-1] == RunPaused()


async def test_a_refusal_that_is_not_about_the_chain_is_told_at_once() -> None:
    async with ResponsesServer(
        refuse(400, {"error": {"message": "bad input"}}), unwanted=frozenset()
    ) as server:
        with pytest.raises(RequestRejectedError):
            await answer(service(server.base_url, "openai"), CHAINED)
        assert len(server.bodies) == 1


# -- what comes back


@pytest.mark.parametrize(
    ("status", "details", "ending"),
    [
        ("completed", None, Status.COMPLETED),
        ("incomplete", {"reason": "max_output_tokens"}, Status.TRUNCATED),
        ("incomplete", {"reason": "content_filter"}, Status.FILTERED),
        ("incomplete", None, Status.TRUNCATED),
        ("cancelled", None, Status.STOPPED),
    ],
)
async def test_the_last_event_becomes_the_ending(status: str, details: object, ending: Status) -> None:
    last = ended(message("4"), status=status, incomplete_details=details)
    assert (await answered(sends(created(), delta("4"), last)))[-1] == RunEnded(ending)
    inside = last | {"type": "response.completed"}
    assert (await answered(sends(created(), delta("4"), inside)))[-1] == RunEnded(ending)


async def test_a_server_that_does_not_close_after_the_end_does_not_hold_the_reply() -> None:
    async def linger(exchange: Exchange) -> None:
        await exchange.head()
        for event in text_events("4"):
            await exchange.chunk(frame(event))
        await exchange.reader.read()

    async with ResponsesServer(linger, unwanted=frozenset()) as server:
        run = await answer(service(server.base_url, read_timeout_s=10 * ASYNC_LIMIT_S))
    assert run[-1] == RunEnded(Status.COMPLETED)


@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream"])
async def test_a_whole_reply_instead_of_a_stream_is_taken(content_type: str) -> None:
    run = await answered(refuse(200, response("completed", message("Four.")), content_type=content_type))
    assert text_of(run) == "Four."
    assert run[1] == RunAccepted("resp_1", "scripted")
    assert UsageReported(Usage(9, 2)) in run
    assert run[-1] == RunEnded(Status.COMPLETED)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b": ping\n\n"])
async def test_the_framing_of_yandex_with_any_line_ends(line_end: bytes, start: bytes) -> None:
    body = b"".join(yandex_frame(event) for event in text_events("Фо", "ур\u2028."))
    run = await answered(raw(start, body.replace(b"\n", line_end)))
    assert text_of(run) == "Фоур\u2028."
    assert run[-1] == RunEnded(Status.COMPLETED)


async def test_a_stream_without_a_last_line_end_and_with_done_is_whole() -> None:
    body = b"".join(yandex_frame(event) for event in text_events("4"))
    assert (await answered(raw(body.rstrip(b"\n"))))[-1] == RunEnded(Status.COMPLETED)
    assert (await answered(raw(body, b"data: [DONE]\n\n")))[-1] == RunEnded(Status.COMPLETED)


async def test_sources_come_with_the_reply() -> None:
    source = {"type": "url_citation", "url": "www.rbc.ru", "title": "", "start_index": 0, "end_index": 0}
    run = await answered(sends(*text_events("4")[:-1], ended(message("4", source))))
    (found,) = [event for event in run if isinstance(event, CitationsFound)]
    assert [(one.title, one.url, one.start) for one in found.citations] == [
        ("www.rbc.ru", "https://www.rbc.ru", None)
    ]


async def test_a_reply_that_calls_a_function_pauses() -> None:
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "calc",
        "arguments": '{"x":7}',
    }
    found = await answered(sends(created(), ended(call)), "openai")
    assert [type(event) for event in found[-3:]] == [ToolCalled, UsageReported, RunPaused]
    assert ToolCalled("resp_1:0", "calc", '{"x":7}', "call_1") in found
    assert not [event for event in found if isinstance(event, ThreadHeld)]


# -- faults


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "request_rejected"),
        (401, "sign_in"),
        (403, "access_denied"),
        (404, "not_found"),
        (429, "rate_limited"),
        (500, "service_fault"),
        (503, "service_fault"),
    ],
)
async def test_a_refusal_names_what_to_do_and_the_request(status: int, code: str) -> None:
    body = {"error": {"message": "no", "code": status}}
    error = await refused(refuse(status, body, x_request_id="theirs-1"))
    assert (error.code, error.status_code, error.detail) == (code, status, "no")
    assert "theirs-1" in error.request_id


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "error", "code": "rate_limit_exceeded", "message": "no", "param": None}, RateLimitedError),
        ({"type": "error", "error": {"code": "server_error", "message": "no"}}, ServiceFaultError),
        ({"error": {"code": 401, "message": "no"}}, SignInError),
        ({"error": "no"}, ServiceFaultError),
        ({"type": "response.failed", "response": {"error": {"code": "server_error", "message": "no"}}}, None),
        ({"type": "response.failed", "response": {"id": "r", "status": "failed", "error": None}}, None),
        ({"type": "response.completed", "response": {"status": "failed", "error": {"message": "no"}}}, None),
    ],
)
async def test_an_error_inside_the_stream_fails_the_run_and_keeps_the_text(
    event: dict[str, Any], kind: type[ServiceError] | None
) -> None:
    found: list[RunEvent] = []
    async with ResponsesServer(sends(created(), delta("4"), event)) as server:
        asked = service(server.base_url)
        with pytest.raises(kind or ServiceFaultError):
            async with aclosing(asked.run(REQUEST)) as run:
                async for one in run:
                    found.append(one)  # noqa: PERF401 - what came before the error counts
        await asked.close()
    assert text_of(found) == "4"


async def test_the_key_is_never_shown() -> None:
    for behaviour in (
        refuse(401, {"error": {"message": f"Incorrect API key provided: {KEY}."}}),
        sends({"type": "error", "message": f"bad {KEY}", "code": "invalid_api_key"}),
        sends({"type": "response.failed", "response": {"error": {"message": f"bad {KEY}"}}}),
        raw(f"event: error\ndata: bad {KEY}\n\n".encode()),
    ):
        error = await refused(behaviour)
        assert KEY not in repr(error) + error.detail
        assert "•••" in error.detail


async def test_what_is_no_reply_is_told() -> None:
    assert isinstance(await refused(refuse(200, "<html><title>Wi-Fi</title></html>")), BadReplyError)
    assert isinstance(await refused(raw(b'data: {"type":"response.created",\n\n')), BadReplyError)
    assert isinstance(await refused(refuse(200, {"message": "no", "code": 5})), ServiceError)


async def test_a_missing_role_is_named() -> None:
    async with ResponsesServer(refuse(403, {"error": {"message": "no"}}), key_scheme="Api-Key") as server:
        with pytest.raises(AccessDeniedError) as caught:
            await answer(service(server.base_url, "yandex", folder="f"))
    assert caught.value.role == "ai.languageModels.user"


async def test_half_a_character_and_a_deep_event_break_nothing() -> None:
    first = b'data: {"type":"response.output_text.delta","delta":"4 \\ud83e"}\n\n'
    second = b'data: {"type":"response.output_text.delta","delta":"\\udd94 \\\\ud83e \\ud83e\\udd94"}\n\n'
    assert text_of(await answered(raw(first, second))) == "4 \ufffd\ufffd \\ud83e \U0001f994"
    assert isinstance(
        await refused(raw(b'data: {"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}\n\n")), BadReplyError
    )


async def test_too_long_and_too_many_are_told_apart() -> None:
    body = {"error": {"message": "too long", "code": "context_length_exceeded"}}
    assert isinstance(await refused(refuse(400, body)), ContextTooLongError)
    error = await refused(refuse(429, {"error": {"message": "slow"}}, retry_after="7"))
    assert error.retry_after_s == 7


# -- in the background


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(responses, "LONGEST_WAIT_S", 0.05)


def in_background(base_url: str, **settings: Any) -> ResponsesService:
    return service(base_url, "openai", is_background=True, **settings)


def background_server(replies: Any, kept: Any = (), **more: Any) -> ResponsesServer:
    return ResponsesServer(replies, kept, unwanted=frozenset(), **more)


async def test_a_reply_in_the_background_says_that_it_can_be_read_on() -> None:
    async with background_server(says(*WORDS)) as server:
        run = await answer(in_background(server.base_url))
        assert server.bodies[0]["background"] is True
        assert server.bodies[0]["store"] is True
    assert run[1] == RunAccepted("resp_1", "scripted", can_resume=True)
    numbers = [event.cursor for event in run if isinstance(event, Checkpoint)]
    assert numbers == list(range(len(text_events(*WORDS))))
    assert run[run.index(TextAppended("ur")) + 1] == Checkpoint(5)


@pytest.mark.parametrize("cut_at", range(1, len(text_events(*WORDS))))
async def test_a_stream_that_breaks_is_taken_up_at_any_event(cut_at: int) -> None:
    events = text_events(*WORDS)
    async with background_server(sends(*events[:cut_at], is_cut=True), taken_up(events)) as server:
        run = await answer(in_background(server.base_url))
        assert server.calls("GET") == [f"GET /v1/responses/resp_1?stream=true&starting_after={cut_at - 1}"]
    assert text_of(run) == "Four is it."
    assert StageChanged("reconnecting") in run
    assert run[-1] == RunEnded(Status.COMPLETED)
    assert len([event for event in run if isinstance(event, RunAccepted)]) == 1


async def test_a_reply_whose_last_event_was_taken_ends_after_a_restart() -> None:
    events = text_events(*WORDS)
    async with background_server((), taken_up(events)) as server:
        asked = in_background(server.base_url)
        run = await drained(asked.resume(REQUEST, "resp_1", len(events) - 1))
        await asked.close()
    assert text_of(run) == "Four is it."
    assert run[-1] == RunEnded(Status.COMPLETED)


@pytest.mark.parametrize("cut_at", range(1, len(text_events(*WORDS))))
async def test_a_reply_is_read_on_after_a_restart_from_any_event(cut_at: int) -> None:
    events = text_events(*WORDS)
    before = text_of(await answered(sends(*events[:cut_at])))
    async with background_server((), taken_up(events)) as server:
        asked = in_background(server.base_url)
        run = await drained(asked.resume(REQUEST, "resp_1", cut_at - 1))
        await asked.close()
    assert text_of(run, before) == "Four is it."
    assert run[-1] == RunEnded(Status.COMPLETED)


async def test_a_reply_is_read_again_from_its_beginning() -> None:
    async with background_server((), taken_up(text_events(*WORDS))) as server:
        asked = in_background(server.base_url)
        run = await drained(asked.resume(REQUEST, "resp_1", None))
        await asked.close()
        assert server.calls("GET") == ["GET /v1/responses/resp_1?stream=true"]
    assert text_of(run, "Fo, half of it") == "Four is it."


async def test_a_stream_is_taken_up_several_times() -> None:
    events = text_events(*WORDS)
    async with background_server(
        sends(*events[:3], is_cut=True),
        [hang_up, refuse(503), sends(*events[3:6]), sends(*events[5:7], is_cut=True), taken_up(events)],
    ) as server:
        run = await answer(in_background(server.base_url))
        assert len(server.calls("GET")) == 5
    assert text_of(run) == "Four is it."
    assert [event.cursor for event in run if isinstance(event, Checkpoint)] == list(range(len(events)))


def falls_silent(*events: dict[str, Any]) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        for event in events:
            await exchange.event(event)
        await exchange.reader.read()

    return behave


async def test_silence_in_the_background_is_not_the_end() -> None:
    events = text_events(*WORDS)
    async with background_server(falls_silent(*events[:6]), taken_up(events)) as server:
        run = await answer(in_background(server.base_url, read_timeout_s=0.2))
    assert text_of(run) == "Four is it."


async def test_a_model_that_thinks_longer_than_anybody_listens_is_asked_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses, "GIVE_UP_S", 0.1)
    events = text_events(*WORDS)
    thinking, done = refuse(200, response("in_progress")), refuse(200, events[-1]["response"])
    kept = [falls_silent(), *[thinking] * 20, done]
    async with background_server(falls_silent(*events[:2]), kept) as server:
        run = await answer(in_background(server.base_url, read_timeout_s=0.2))
    assert text_of(run) == "Four is it."
    assert run[-1] == RunEnded(Status.COMPLETED)


@pytest.mark.parametrize(
    "no",
    [
        refuse(400, {"error": {"message": "stream is not supported"}}),
        refuse(404, {"error": {"message": "no such page"}}),
        refuse(200, "<html>"),
        refuse(200, response("in_progress", message("Fo"))),
    ],
)
async def test_a_stream_that_cannot_be_taken_up_is_asked_for_until_it_is_whole(no: Behaviour) -> None:
    events = text_events(*WORDS)
    running, done = refuse(200, response("in_progress")), refuse(200, events[-1]["response"])
    async with background_server(
        sends(*events[:6], is_cut=True), [no, running, refuse(500), running, done]
    ) as server:
        run = await answer(in_background(server.base_url))
        assert all("stream" not in call for call in server.calls("GET")[1:])
    assert text_of(run) == "Four is it."
    assert [event.text for event in run if isinstance(event, TextReplaced)] == ["Four is it."]
    assert run[-1] == RunEnded(Status.COMPLETED)
    assert ThreadHeld("resp_1", has_reply=True) in run


async def test_a_service_that_does_not_stream_what_it_writes_in_the_background_is_polled() -> None:
    queued, done = response("queued"), refuse(200, response("completed", message("4")))
    async with background_server(refuse(200, queued), [refuse(200, queued), done]) as server:
        run = await answer(in_background(server.base_url))
    assert text_of(run) == "4"
    assert run[-1] == RunEnded(Status.COMPLETED)


async def test_trying_ends_with_the_last_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "GIVE_UP_S", 1.0)
    async with background_server(sends(*text_events(*WORDS)[:6], is_cut=True), refuse(503)) as server:
        with pytest.raises(ServiceFaultError) as caught:
            await answer(in_background(server.base_url))
        assert len(server.calls("GET")) > 3
    assert caught.value.status_code == 503
    assert not caught.value.is_untouched  # the service writes on; another run would be paid for


async def test_a_service_that_is_busy_is_asked_for_the_rest_when_it_said() -> None:
    events = text_events(*WORDS)
    async with background_server(
        sends(*events[:6], is_cut=True),
        [refuse(429, {"message": "slow"}, retry_after="0.3"), taken_up(events)],
    ) as server:
        start = time.monotonic()
        run = await answer(in_background(server.base_url))
    assert time.monotonic() - start >= 0.3
    assert text_of(run) == "Four is it."


async def test_a_service_that_says_nothing_of_a_reply_any_more_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses, "GIVE_UP_S", 0.2)
    nothing = [sends(), refuse(200, {})]
    async with background_server(sends(*text_events(*WORDS)[:6], is_cut=True), nothing) as server:
        run = await answer(in_background(server.base_url))
    assert text_of(run) == "Four"
    assert run[-1] == RunEnded(Status.INTERRUPTED)


async def test_a_run_that_the_service_has_forgotten_is_told() -> None:
    async with background_server((), refuse(404, {"message": "response not found"})) as server:
        asked = in_background(server.base_url)
        with pytest.raises(NotFoundError):
            await drained(asked.resume(REQUEST, "resp_1", 3))
        await asked.close()


async def test_a_failure_in_the_background_is_not_tried_again() -> None:
    failed = {"type": "response.failed", "response": {"status": "failed", "error": {"message": "no"}}}
    async with background_server(sends(*numbered(created(), delta("4"), failed))) as server:
        with pytest.raises(ServiceFaultError):
            await answer(in_background(server.base_url))


async def test_waiting_for_the_next_try_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "FIRST_WAIT_S", 60.0)
    async with background_server(sends(*text_events(*WORDS)[:6], is_cut=True), refuse(503)) as server:
        asked = in_background(server.base_url)
        task = asyncio.create_task(drained(asked.run(REQUEST)))
        await until(lambda: server.calls("GET"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asked.close()


@pytest.mark.parametrize("status", [200, 400, 404, 409])
async def test_a_run_is_cancelled_at_the_service(status: int) -> None:
    async with background_server((), cancel=refuse(status, response("cancelled"))) as server:
        asked = in_background(server.base_url)
        await asked.cancel_run("resp/1")
        await asked.close()
        assert server.calls("POST") == ["POST /v1/responses/resp%2F1/cancel"]


async def test_a_cancellation_that_did_not_arrive_is_told() -> None:
    async with background_server((), cancel=refuse(500)) as server:
        asked = in_background(server.base_url)
        with pytest.raises(ServiceFaultError):
            await asked.cancel_run("resp_1")
        await asked.close()


# -- deferred


async def test_a_deferred_request_is_fetched_later() -> None:
    queued, done = response("queued"), response("completed", message("4"))
    async with background_server(refuse(200, queued), [refuse(200, queued), refuse(200, done)]) as server:
        asked = service(server.base_url, "openai")
        remote_id = await asked.submit(REQUEST)
        assert not (await asked.operation(remote_id)).is_done
        found = await asked.operation(remote_id)
        await asked.close()
        assert server.bodies[0]["background"] is True
        assert "stream" not in server.bodies[0]
    assert isinstance(asked, Deferring)
    assert isinstance(asked, Resuming)
    assert (remote_id, found.is_done) == ("resp_1", True)
    assert found.result == DeferredReply("4", Status.COMPLETED, Usage(9, 2))


async def test_no_functions_are_offered_to_a_deferred_request() -> None:
    async with background_server(refuse(200, response("queued"))) as server:
        asked = service(server.base_url, "openai")
        await asked.submit(replace(REQUEST, functions=(Function("calc"),)))
        await asked.close()
        assert "tools" not in server.bodies[0]


async def test_a_deferred_reply_keeps_its_words_whatever_it_calls() -> None:
    said = response("completed", message("Wait."), {"type": "function_call", "name": "calc"})
    async with background_server((), refuse(200, said)) as server:
        asked = service(server.base_url, "openai")
        found = await asked.operation("resp_1")
        await asked.close()
    assert found.result == DeferredReply("Wait.", Status.COMPLETED, Usage(9, 2))


async def test_a_reply_in_the_background_that_calls_is_read_on_with_all_its_calls() -> None:
    events = call_events(Call("calc", '{"x": 1}', "calc"), Call("calc", '{"x": 2}', "calc"), text="Wait.")
    for cursor in (None, *range(len(events) - 1)):
        async with background_server((), [taken_up(events)]) as server:
            asked = service(server.base_url, "openai", is_background=True)
            async with aclosing(asked.resume(REQUEST, "resp_1", cursor)) as run:
                found = [event async for event in run]
            await asked.close()
        called = [event for event in found if isinstance(event, ToolCalled)]
        assert [(one.key, one.arguments) for one in called] == [
            ("resp_1:1", '{"x": 1}'),
            ("resp_1:2", '{"x": 2}'),
        ]
        assert found[-1] == RunPaused()


async def test_a_deferred_request_gives_up_the_chain_that_is_gone() -> None:
    async with background_server([refuse(404), refuse(200, response("queued"))]) as server:
        asked = service(server.base_url, "openai")
        assert await asked.submit(CHAINED) == "resp_1"
        await asked.close()
        assert [len(body["input"]) for body in server.bodies] == [1, 3]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (response("incomplete", message("4")), Status.TRUNCATED, ""),
        (response("failed", error={"code": "server_error", "message": "no"}), None, "service_fault"),
        (response("cancelled"), None, "operation_gone"),
        (response("completed", {"type": "function_call", "name": "calc"}), None, "unanswered_call"),
    ],
)
async def test_how_a_deferred_request_ends(said: object, status: Status | None, code: str) -> None:
    async with background_server((), refuse(200, said)) as server:
        asked = service(server.base_url, "openai")
        found = await asked.operation("resp_1")
        await asked.close()
    assert found.is_done
    assert (found.result.status if found.result else None) == status
    assert (found.error.code if found.error else "") == code


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (refuse(404, {"message": "response not found"}), OperationGoneError),
        (refuse(404, "<html><title>No such page</title></html>"), NotFoundError),
        (refuse(200, "<html>"), BadReplyError),
        (refuse(200, {}), BadReplyError),
        (refuse(200, {"error": {"message": "no", "code": 503}}), ServiceFaultError),
        (refuse(500), ServiceFaultError),
    ],
)
async def test_an_operation_that_cannot_be_asked_for_is_told(reply: Behaviour, kind: type[Exception]) -> None:
    async with background_server((), reply) as server:
        asked = service(server.base_url, "openai")
        with pytest.raises(kind):
            await asked.operation("resp_1")
        await asked.close()


async def test_a_service_without_a_background_takes_no_deferred_requests() -> None:
    asked = service("http://127.0.0.1:1/v1")
    with pytest.raises(NotOfferedError):
        await asked.submit(REQUEST)


# -- models and test


async def test_of_yandex_only_what_answers_is_listed() -> None:
    ids = ["gpt://f/yandexgpt/latest", "emb://f/text", "gpt://f/speech-realtime-1", "gpt://f/own@1"]
    rows = listing(*({"id": one, "object": "model", "created": 0} for one in ids))
    async with ResponsesServer(models=rows, key_scheme="Api-Key") as server:
        asked = service(server.base_url, "yandex", folder="f")
        assert [model.id for model in await asked.models()] == [ids[0], ids[3]]
        assert [model.id for model in (await asked.test()).models] == [ids[0], ids[3]]
        await asked.close()


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_without_a_list_is_asked_for_a_word(status: int) -> None:
    async with ResponsesServer(says("Hi"), models=refuse(status, {"error": "no such page"})) as server:
        asked = service(server.base_url)
        report = await asked.test()
        await asked.close()
    assert report.models == ()
