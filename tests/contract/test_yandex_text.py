"""Yandex text generation against the official descriptors: what is sent, what is made of what comes, every fault."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Model
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    NotFoundError,
    OperationGoneError,
    RateLimitedError,
    RequestRejectedError,
    ServiceError,
    ServiceFaultError,
    SignInError,
)
from desktop_app.domain.events import (
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    TextReplaced,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.operations import DeferredReply, RemoteOperation
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Counting, Deferring, Holding, Resuming
from desktop_app.domain.threads import Author, Status, Usage
from desktop_app.domain.tools import Function
from desktop_app.services.device.on_device import OnDeviceModel
from desktop_app.services.factory import service_factory
from desktop_app.services.reading import json_stream
from desktop_app.services.yandex.text_generation import YandexTextService
from desktop_app.services.yandex_models import documented_models
from tests.protobuf_server import FRAMINGS, Fault, Refusal, printed, refusal
from tests.servers import KEY, Behaviour, Exchange, hang_up, raw, refuse
from tests.yandex_text_server import FOLDER, MODELS, OAUTH, PARTIAL, YandexTextServer, reply_of

ROOT = Path(__file__).parents[2]
PRO = f"gpt://{FOLDER}/yandexgpt/latest"
ASKED = PromptMessage(Author.USER, "Столица Татарстана?")
SNAPSHOTS = ("Каз", "Казань", "Казань \U0001f994\u2028 — столица.", "Это Казань.\n\n«да»")
COMPLETION = "TextGenerationService.Completion"
DEFERRED = "TextGenerationAsyncService.Completion"
GET_OPERATION = "OperationService.Get"


def ask(model: str = "yandexgpt", **more: Any) -> RunRequest:
    return RunRequest("request-1", model, more.pop("instruction", ""), (ASKED,), 0.3, **more)


def connection_to(server: YandexTextServer, auth: Auth = Auth.API_KEY, folder: str = FOLDER) -> Connection:
    return Connection(
        ConnectionId("c"),
        ConnectionKind.YANDEX_TEXT,
        "Test",
        server.text_url,
        auth,
        folder=folder,
        operations_url=server.base_url,
        iam_url=server.base_url,
    )


@asynccontextmanager
async def connected(
    server: YandexTextServer,
    key: str = KEY,
    auth: Auth = Auth.API_KEY,
    *,
    folder: str = FOLDER,
    read_timeout_s: float = 5,
) -> AsyncIterator[YandexTextService]:
    """The adapter, connected to a server that runs."""
    service = YandexTextService(
        connection_to(server, auth, folder), Credentials(Secret(key)), read_timeout_s=read_timeout_s
    )
    try:
        yield service
    finally:
        await service.close()


async def answer(service: YandexTextService, request: RunRequest | None = None) -> list[RunEvent]:
    async with aclosing(service.run(request or ask())) as run:
        return [event async for event in run]


async def answered(
    server: YandexTextServer, request: RunRequest | None = None, **more: Any
) -> list[RunEvent]:
    async with server, connected(server, **more) as service:
        return await answer(service, request)


async def refused(fault: Behaviour | Fault, **more: Any) -> ServiceError:
    server = YandexTextServer(snapshots=SNAPSHOTS)
    server.fail(COMPLETION, fault)
    with pytest.raises(ServiceError) as caught:
        await answered(server, **more)
    assert caught.value.request_id
    return caught.value


def texts_of(run: list[RunEvent]) -> list[str]:
    return [event.text for event in run if isinstance(event, TextReplaced)]


def sent(server: YandexTextServer, name: str = COMPLETION) -> dict[str, Any]:
    (request,) = server.requests(name)
    found: dict[str, Any] = MessageToDict(request)
    return found


# -- what is asked


def test_the_adapter_can_what_the_service_can(tmp_path: Path) -> None:
    connection = Connection(
        ConnectionId("c"), ConnectionKind.YANDEX_TEXT, "Test", "http://127.0.0.1:1", folder="f"
    )
    service = service_factory(OnDeviceModel(tmp_path))(connection, Credentials())
    assert isinstance(service, YandexTextService)
    assert isinstance(service, Deferring)
    assert isinstance(service, Counting)
    assert not isinstance(service, Resuming | Holding)


async def test_the_reply_grows_and_ends_once() -> None:
    assert await answered(YandexTextServer(snapshots=("Каз", "Казань это", "Это Казань."))) == [
        StageChanged("waiting"),
        RunAccepted(model=PRO),
        TextReplaced("Каз"),
        UsageReported(Usage(30, 1)),
        TextReplaced("Казань это"),
        UsageReported(Usage(30, 2)),
        TextReplaced("Это Казань."),
        RunEnded(Status.COMPLETED),
    ]


async def test_what_is_sent_is_what_was_asked() -> None:
    history = (ASKED, PromptMessage(Author.ASSISTANT, "Казань."), PromptMessage(Author.USER, "And Mordovia?"))
    server = YandexTextServer()
    await answered(
        server, RunRequest("r-7", "yandexgpt/rc", "  Кратко.\n", history, 0.7, 2000, Reasoning.HIGH)
    )
    assert sent(server) == {
        "modelUri": f"gpt://{FOLDER}/yandexgpt/rc",
        "completionOptions": {
            "stream": True,
            "temperature": 0.7,
            "maxTokens": "2000",
            "reasoningOptions": {"mode": "ENABLED_HIDDEN"},
        },
        "messages": [
            {"role": "system", "text": "  Кратко.\n"},
            {"role": "user", "text": "Столица Татарстана?"},
            {"role": "assistant", "text": "Казань."},
            {"role": "user", "text": "And Mordovia?"},
        ],
    }
    headers = server.seen[0].headers
    assert headers["x-client-request-id"] == "r-7"
    assert headers["x-data-logging-enabled"] == "false"
    assert "x-folder-id" not in headers


async def test_what_is_not_set_is_not_sent() -> None:
    server = YandexTextServer()
    await answered(server)
    body = server.seen[0].body
    assert set(body) == {"modelUri", "completionOptions", "messages"}
    assert body["completionOptions"] == {"stream": True, "temperature": 0.3}
    assert [message["role"] for message in body["messages"]] == ["user"]


async def test_an_assistant_of_another_service_is_not_hotter_than_this_one_takes() -> None:
    server = YandexTextServer(snapshots=SNAPSHOTS)
    await answered(server, RunRequest("request-1", PRO, "", ask().messages, 1.5))
    assert sent(server)["completionOptions"]["temperature"] == 1


async def test_a_temperature_of_zero_is_sent() -> None:
    server = YandexTextServer()
    await answered(server, RunRequest("r", "yandexgpt", "", (ASKED,), 0.0))
    assert server.requests(COMPLETION)[0].completion_options.HasField("temperature")


@pytest.mark.parametrize(
    ("model", "uri"),
    [
        ("yandexgpt", PRO),
        ("", PRO),
        (" yandexgpt-lite ", f"gpt://{FOLDER}/yandexgpt-lite/latest"),
        ("yandexgpt-lite/latest@suffix", f"gpt://{FOLDER}/yandexgpt-lite/latest@suffix"),
        (f"gpt://{FOLDER}/aliceai-llm", f"gpt://{FOLDER}/aliceai-llm"),
    ],
)
async def test_a_short_name_of_a_model_is_enough(model: str, uri: str) -> None:
    server = YandexTextServer()
    await answered(server, ask(model))
    assert sent(server)["modelUri"] == uri


async def test_replies_can_be_asked_for_as_json() -> None:
    server = YandexTextServer()
    await answered(server, ask(response_format=ResponseFormat(FormatKind.JSON_OBJECT)))
    assert sent(server)["jsonObject"] is True
    schema = {"type": "object", "properties": {"snake_key": {"type": "integer"}}}
    server = YandexTextServer()
    await answered(server, ask(response_format=ResponseFormat(FormatKind.JSON_SCHEMA, json.dumps(schema))))
    assert sent(server)["jsonSchema"] == {"schema": schema}


@pytest.mark.parametrize("schema", ["", "{", "[]", "7"])
async def test_a_schema_that_is_none_is_told_before_anything_is_sent(schema: str) -> None:
    server = YandexTextServer()
    with pytest.raises(RequestRejectedError):
        await answered(server, ask(response_format=ResponseFormat(FormatKind.JSON_SCHEMA, schema)))
    assert not server.seen


@pytest.mark.parametrize("auth", [Auth.IAM, Auth.OAUTH])
async def test_tokens_bring_their_folder(auth: Auth) -> None:
    server = YandexTextServer(operation_checks=0)
    key = OAUTH if auth is Auth.OAUTH else "t1.raw.token"
    if auth is Auth.IAM:
        server.accepted = {f"Bearer {key}"}
    async with server, connected(server, key, auth) as service:
        assert (await answer(service))[-1] == RunEnded(Status.COMPLETED)
        assert (await service.operation(await service.submit(ask()))).is_done
        assert len(server.requests("IamTokenService.Create")) == (auth is Auth.OAUTH)
        folders = {one.path: one.headers.get("x-folder-id") for one in server.seen}
    assert folders.pop("/foundationModels/v1/completion") == FOLDER
    assert folders.pop("/foundationModels/v1/completionAsync") == FOLDER
    assert set(folders.values()) == {None}


# -- what comes back


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("ALTERNATIVE_STATUS_FINAL", Status.COMPLETED),
        ("ALTERNATIVE_STATUS_TRUNCATED_FINAL", Status.TRUNCATED),
        ("ALTERNATIVE_STATUS_CONTENT_FILTER", Status.FILTERED),
        (PARTIAL, Status.INTERRUPTED),
        ("ALTERNATIVE_STATUS_UNSPECIFIED", Status.INTERRUPTED),
    ],
)
async def test_the_status_becomes_the_ending(status: str, ending: Status) -> None:
    run = await answered(YandexTextServer(snapshots=SNAPSHOTS, status=status))
    assert texts_of(run) == list(SNAPSHOTS)
    assert run[-1] == RunEnded(ending)


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("is_camel", [True, False])
@pytest.mark.parametrize("is_sparse", [True, False])
async def test_every_framing_and_case_gives_the_same(framing: str, is_camel: bool, is_sparse: bool) -> None:
    server = YandexTextServer(
        framing=FRAMINGS[framing], snapshots=SNAPSHOTS, is_camel=is_camel, is_sparse=is_sparse, piece_bytes=37
    )
    run = await answered(server)
    assert texts_of(run) == list(SNAPSHOTS)
    assert [event for event in run if isinstance(event, UsageReported)][-1] == UsageReported(Usage(30, 3))
    assert run[-1] == RunEnded(Status.COMPLETED)


def recorded() -> bytes:
    """A stream as the gateway prints it."""
    replies = [reply_of(text, PARTIAL) for text in SNAPSHOTS[:-1]] + [reply_of(SNAPSHOTS[-1])]
    lines = [json.dumps({"result": printed(one, is_camel=True)}, ensure_ascii=False) for one in replies]
    return "".join(f"{line}\n" for line in lines).encode()


async def test_strange_but_harmless_snapshots_are_taken() -> None:
    lines: list[object] = [
        {"result": {}},
        {"result": {"alternatives": None, "usage": None, "modelVersion": None, "new": {"x": 1}}},
        {"result": {"alternatives": [None, {"message": None, "status": None}]}},
        {
            "alternatives": [
                {"message": {"role": None, "text": None, "toolCallList": None}, "status": "NEW_PARTIAL"}
            ]
        },
        {"result": {"alternatives": [{"message": {"text": "Каз"}, "status": PARTIAL}]}, "error": None},
        {"result": {"alternatives": [{"message": {"text": "Каз"}, "status": PARTIAL}], "usage": {}}},
        {
            "result": {
                "usage": {"input_text_tokens": 7, "completionTokens": "3", "completionTokensDetails": None}
            }
        },
        {
            "result": {
                "alternatives": [{"message": {"text": ""}, "status": "ALTERNATIVE_STATUS_TRUNCATED_FINAL"}]
            }
        },
    ]
    server = YandexTextServer()
    server.fail(COMPLETION, raw(*(json.dumps(line).encode() + b"\n" for line in lines)))
    run = await answered(server)
    assert texts_of(run) == ["Каз"]
    assert [event.usage for event in run if isinstance(event, UsageReported)] == [Usage(0, 0), Usage(7, 3)]
    assert run[-1] == RunEnded(Status.TRUNCATED)


async def test_an_ending_nobody_announced_is_an_ending() -> None:
    server = YandexTextServer()
    server.fail(
        COMPLETION,
        raw(b'{"alternatives":[{"message":{"text":"Kazan."},"status":"ALTERNATIVE_STATUS_DONE"}]}'),
    )
    assert (await answered(server))[1:] == [
        RunAccepted(model=PRO),
        TextReplaced("Kazan."),
        RunEnded(Status.COMPLETED),
    ]


async def test_the_filters_words_replace_what_was_written() -> None:
    server = YandexTextServer(
        snapshots=("Опасный текст", "Я не могу."), status="ALTERNATIVE_STATUS_CONTENT_FILTER"
    )
    run = await answered(server)
    assert texts_of(run)[-1] == "Я не могу."
    assert run[-1] == RunEnded(Status.FILTERED)


async def test_a_reply_that_calls_functions_pauses() -> None:
    server = YandexTextServer(
        status="ALTERNATIVE_STATUS_TOOL_CALLS",
        calls_functions=[("get_weather", {"city_name": "Kazan"}), ("now", {})],
    )
    found = await answered(server)
    assert found[-1] == RunPaused()
    called = [event for event in found if isinstance(event, ToolCalled)]
    assert [(call.name, json.loads(call.arguments)) for call in called] == [
        ("get_weather", {"city_name": "Kazan"}),
        ("now", {}),
    ]
    assert len({call.key for call in called}) == 2


async def test_a_server_that_does_not_close_does_not_hold_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "READ_OUT_S", 0.1)

    async def linger(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.chunk(recorded())
        await exchange.reader.read()

    server = YandexTextServer()
    server.fail(COMPLETION, linger)
    assert (await answered(server))[-1] == RunEnded(Status.COMPLETED)


async def test_a_break_after_the_ending_does_not_spoil_the_reply() -> None:
    async def break_off(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.chunk(recorded() + b'{"error": {"grpcCode": 13')
        exchange.writer.close()

    server = YandexTextServer()
    server.fail(COMPLETION, break_off)
    assert (await answered(server))[-1] == RunEnded(Status.COMPLETED)


# -- faults


@pytest.mark.parametrize("is_streaming", [True, False])
@pytest.mark.parametrize(
    ("grpc", "code", "status"),
    [
        (3, "request_rejected", 400),
        (4, "service_fault", 504),
        (5, "not_found", 404),
        (7, "access_denied", 403),
        (8, "rate_limited", 429),
        (13, "service_fault", 500),
        (14, "service_fault", 503),
        (16, "sign_in", 401),
    ],
)
async def test_a_refusal_names_what_to_do(grpc: int, code: str, status: int, is_streaming: bool) -> None:
    error = await refused(refusal(grpc, "no", is_streaming=is_streaming, x_request_id="theirs-1"))
    assert (error.code, error.status_code, error.detail) == (code, status, "no")
    assert "theirs-1" in error.request_id
    assert error.is_untouched == (grpc in (8, 14))


async def test_a_missing_role_is_named() -> None:
    error = await refused(refusal(7, "Permission denied"))
    assert isinstance(error, AccessDeniedError)
    assert error.role == "ai.languageModels.user"


async def test_the_wrong_folder_is_told() -> None:
    with pytest.raises(AccessDeniedError):
        await answered(YandexTextServer(), folder="b1g00000000000000f02")


async def test_a_model_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFoundError):
        await answered(YandexTextServer(), ask("missing"))


async def test_the_wrong_key_is_told_and_never_shown() -> None:
    with pytest.raises(SignInError) as caught:
        await answered(YandexTextServer(), key="another-key-456")
    assert "another-key-456" not in repr(caught.value) + caught.value.detail
    for is_streaming in (True, False):
        error = await refused(refusal(16, f"Unknown api key '{KEY}'", is_streaming=is_streaming))
        assert error.detail == "Unknown api key '•••'"
    error = await refused(
        raw(json.dumps({"error": {"code": 16, "message": f"Unknown api key '{KEY}'"}}).encode())
    )
    assert isinstance(error, SignInError)
    assert error.detail == "Unknown api key '•••'"
    assert KEY not in (await refused(refuse(200, f"<title>{KEY}</title>"))).detail
    assert KEY not in (await refused(raw(b"x" * 490 + KEY.encode() + b"\n"))).detail


@pytest.mark.parametrize("is_camel", [True, False])
@pytest.mark.parametrize(
    ("grpc", "kind"), [(13, ServiceFaultError), (8, RateLimitedError), (16, SignInError)]
)
async def test_an_error_line_in_the_stream_ends_the_run(
    grpc: int, kind: type[ServiceError], is_camel: bool
) -> None:
    server = YandexTextServer(snapshots=SNAPSHOTS, failure=Refusal(grpc, "it broke"), is_camel=is_camel)
    found: list[RunEvent] = []
    async with server, connected(server) as service:
        with pytest.raises(kind) as caught:
            async with aclosing(service.run(ask())) as run:
                async for event in run:
                    found.append(event)  # noqa: PERF401 - what came before the error counts
    assert texts_of(found) == list(SNAPSHOTS[:-1])
    assert caught.value.detail == "it broke"
    assert not caught.value.is_untouched


async def test_a_web_page_instead_of_a_reply_is_told() -> None:
    error = await refused(refuse(200, "<html><title>Sign in to the Wi-Fi</title></html>"))
    assert isinstance(error, BadReplyError)
    assert "a web page: Sign in to the Wi-Fi" in error.detail
    assert isinstance(
        await refused(refuse(502, "<html><title>Bad Gateway</title></html>")), ServiceFaultError
    )


@pytest.mark.parametrize(
    "body", [b'{"result": nul}\n', b'{"result": {"alternatives": {}}}\n', b"[7]", b"text\n"]
)
async def test_what_is_not_the_protocol_is_told(body: bytes) -> None:
    assert isinstance(await refused(raw(body)), BadReplyError)


async def test_the_log_names_requests_and_neither_key_nor_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with (server := YandexTextServer(operation_checks=0)), connected(server) as service:
        await answer(service)
        await service.operation(await service.submit(ask()))
        await service.count_tokens(ask())
        await service.test()
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "request-1" in said
    for secret in (KEY, "Татарстана"):
        assert secret not in said


# -- deferred requests


async def test_a_deferred_request_is_answered_later() -> None:
    server = YandexTextServer(operation_checks=3)
    async with server, connected(server) as service:
        remote_id = await service.submit(ask(instruction="Кратко.", max_tokens=50))
        assert [await service.operation(remote_id) for _ in range(2)] == [RemoteOperation(remote_id)] * 2
        reply = DeferredReply("You said: Столица Татарстана?", Status.COMPLETED, Usage(30, 4))
        done = RemoteOperation(remote_id, is_done=True, result=reply)
        assert [await service.operation(remote_id) for _ in range(2)] == [done] * 2
    options = sent(server, DEFERRED)["completionOptions"]
    assert options == {"temperature": 0.3, "maxTokens": "50"}


@pytest.mark.parametrize("is_camel", [True, False])
@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("ALTERNATIVE_STATUS_TRUNCATED_FINAL", Status.TRUNCATED),
        ("ALTERNATIVE_STATUS_CONTENT_FILTER", Status.FILTERED),
        ("ALTERNATIVE_STATUS_UNSPECIFIED", Status.COMPLETED),
    ],
)
async def test_the_ending_of_a_deferred_reply_is_kept(status: str, ending: Status, is_camel: bool) -> None:
    server = YandexTextServer(operation_checks=0, status=status, snapshots=SNAPSHOTS, is_camel=is_camel)
    async with server, connected(server) as service:
        done = await service.operation(await service.submit(ask()))
    assert done.result == DeferredReply(SNAPSHOTS[-1], ending, Usage(30, 3))


async def test_a_deferred_request_that_fails_says_why() -> None:
    server = YandexTextServer(operation_checks=1, failure=Refusal(3, f"bad request of {KEY}"))
    async with server, connected(server) as service:
        done = await service.operation(await service.submit(ask()))
    assert done.is_done
    assert done.error
    assert (done.error.code, done.error.detail) == ("request_rejected", "bad request of •••")


async def test_a_deferred_call_of_a_function_is_a_failure() -> None:
    server = YandexTextServer(
        operation_checks=0, status="ALTERNATIVE_STATUS_TOOL_CALLS", calls_functions=[("now", {})]
    )
    async with server, connected(server) as service:
        done = await service.operation(await service.submit(ask()))
    assert done.error
    assert done.error.code == "unanswered_call"


async def test_no_functions_are_offered_to_a_deferred_request() -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        await service.submit(ask(functions=(Function("now"),)))
    assert "tools" not in sent(server, DEFERRED)


async def test_what_the_service_has_forgotten_is_gone() -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        remote_id = await service.submit(ask())
        del server.jobs[remote_id]
        for call in (service.operation, service.cancel_operation):
            with pytest.raises(OperationGoneError, match="not found"):
                await call(remote_id)


@pytest.mark.parametrize(
    "fault",
    [
        refuse(404, "<html><title>Not Found</title></html>"),
        refuse(404, ""),
        refusal(7, "Permission denied"),
        refusal(8, "slow"),
        refusal(13, "broke"),
        refusal(14, "unavailable"),
        refusal(16, "expired"),
        refuse(200, "<html>"),
        refuse(200, []),
        refuse(200, {}),
        hang_up,
    ],
)
async def test_a_check_that_fails_does_not_end_the_operation(fault: Behaviour) -> None:
    async with (server := YandexTextServer(operation_checks=0)), connected(server) as service:
        remote_id = await service.submit(ask())
        server.fail(GET_OPERATION, fault)
        with pytest.raises(ServiceError) as caught:
            await service.operation(remote_id)
        assert not isinstance(caught.value, OperationGoneError)
        assert (await service.operation(remote_id)).is_done


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": "d", "done": False, "error": {"code": 13, "message": "rolling back"}}, None),
        ({"id": "d", "done": None, "metadata": None, "response": None}, None),
        ({"id": "d", "done": True, "error": {"code": "8", "message": "slow"}}, "rate_limited"),
        ({"id": "d", "done": True, "error": {"message": "no code"}, "response": None}, "service_fault"),
        ({"id": "d", "done": True, "error": {"code": 16, "message": "x"}, "response": {}}, "sign_in"),
        ({"id": "d", "done": True}, "bad_reply"),
        ({"id": "d", "done": True, "response": {"@type": "x"}}, "bad_reply"),
        ({"id": "d", "done": True, "response": {"alternatives": 7}}, "bad_reply"),
    ],
)
async def test_odd_operations_are_read_by_the_table(body: object, expected: str | None) -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail(GET_OPERATION, refuse(200, body))
        found = await service.operation("d")
    assert found.remote_id == "d"
    assert found.result is None
    assert found.is_done == (expected is not None)
    assert (found.error.code if found.error else None) == expected


async def test_a_deferred_reply_may_be_filtered_without_a_word() -> None:
    body = {
        "id": "d",
        "done": True,
        "response": {"alternatives": [{"status": "ALTERNATIVE_STATUS_CONTENT_FILTER"}]},
    }
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail(GET_OPERATION, refuse(200, body))
        assert (await service.operation("d")).result == DeferredReply("", Status.FILTERED)


async def test_a_good_response_counts_more_than_an_empty_error() -> None:
    response = {"alternatives": [{"message": {"text": "Kazan."}, "status": "ALTERNATIVE_STATUS_FINAL"}]}
    async with (server := YandexTextServer()), connected(server) as service:
        body = {"id": "d", "done": True, "error": {"code": 0, "message": ""}, "response": response}
        server.fail(GET_OPERATION, refuse(200, body))
        assert (await service.operation("d")).result == DeferredReply("Kazan.", Status.COMPLETED)


async def test_an_operation_without_an_id_is_a_bad_reply() -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail(DEFERRED, refuse(200, {"id": None, "done": False}))
        with pytest.raises(BadReplyError):
            await service.submit(ask())


@pytest.mark.parametrize("grpc", [8, 16, 7, 3])
async def test_a_deferred_request_that_is_refused_is_told_at_once(grpc: int) -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail(DEFERRED, refusal(grpc, "no"))
        with pytest.raises(ServiceError) as caught:
            await service.submit(ask())
    assert caught.value.request_id == "request-1"
    assert caught.value.is_untouched == (grpc == 8)


async def test_cancelling_tells_the_service() -> None:
    server = YandexTextServer(operation_checks=9)
    async with server, connected(server) as service:
        remote_id = await service.submit(ask())
        await service.cancel_operation(remote_id)
        done = await service.operation(remote_id)
    assert done.is_done
    assert done.error


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_cancelling_tries_the_other_verb(status: int) -> None:
    async with (server := YandexTextServer(operation_checks=9)), connected(server) as service:
        remote_id = await service.submit(ask())
        server.fail("OperationService.Cancel", refuse(status, "{}"))
        await service.cancel_operation(remote_id)
        assert server.jobs[remote_id].is_cancelled
        assert [one.method for one in server.seen[-2:]] == ["GET", "POST"]


async def test_an_id_with_odd_letters_stays_in_its_place() -> None:
    async with (server := YandexTextServer(is_forgiving=True)), connected(server) as service:
        with pytest.raises(OperationGoneError):
            await service.operation("../v1?x=1#y")
        assert server.seen[-1].path == "/operations/..%2Fv1%3Fx%3D1%23y"


# -- tokens, models, test


async def test_tokens_are_counted_with_the_roles() -> None:
    server = YandexTextServer()
    async with server, connected(server) as service:
        assert await service.count_tokens(ask(instruction="Be brief.")) == 1 + 3 + 3
    assert [
        message["role"] for message in sent(server, "TokenizerService.TokenizeCompletion")["messages"]
    ] == [
        "system",
        "user",
    ]


@pytest.mark.parametrize(
    "reply", [{"result": {"tokens": [{}, {}]}}, {"tokens": [{}, None], "model_version": None}]
)
async def test_odd_counts_are_taken(reply: object) -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail("TokenizerService.TokenizeCompletion", refuse(200, reply))
        assert await service.count_tokens(ask()) == 2


@pytest.mark.parametrize("reply", [{}, {"tokens": None}, {"tokens": 7}, [], "<html>"])
async def test_what_is_no_count_is_told(reply: object) -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail("TokenizerService.TokenizeCompletion", refuse(200, reply))
        with pytest.raises(BadReplyError):
            await service.count_tokens(ask())


async def test_models_are_listed_with_what_is_known_of_them() -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        rows = [
            *MODELS,
            f"gpt://{FOLDER}/qwen3-235b-a22b-fp8/latest",
            f"emb://{FOLDER}/text-search-doc/latest",
        ]
        server.fail("GET /v1/models", refuse(200, {"data": [{"id": row} for row in rows]}))
        models = await service.models()
        assert [model.id for model in models] == MODELS
        assert models[0] == Model(PRO, "YandexGPT Pro 5", 32_768)
        assert models[-1] == Model(MODELS[-1])
        assert server.seen[-1].headers["openai-project"] == FOLDER


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_without_a_list_the_documented_models_are_shown(status: int) -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail("GET /v1/models", refuse(status, {"error": "no"}))
        assert await service.models() == documented_models(FOLDER)


async def test_a_connection_is_tested_without_a_generation() -> None:
    server = YandexTextServer()
    async with server, connected(server) as service:
        report = await service.test()
    assert [model.id for model in report.models] == MODELS
    assert 0 < report.round_trip_s < 5
    assert [name for name, _ in server.calls] == ["TokenizerService.Tokenize"]


async def test_a_key_that_may_not_list_models_is_good() -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail("GET /v1/models", refusal(7, "no"))
        assert (await service.test()).models == documented_models(FOLDER)


@pytest.mark.parametrize(
    ("grpc", "code"), [(16, "sign_in"), (7, "access_denied"), (5, "not_found"), (3, "request_rejected")]
)
async def test_a_test_tells_what_is_wrong(grpc: int, code: str) -> None:
    async with (server := YandexTextServer()), connected(server) as service:
        server.fail("TokenizerService.Tokenize", refusal(grpc, "no"))
        with pytest.raises(ServiceError) as caught:
            await service.test()
    assert caught.value.code == code


# -- the server itself


async def test_the_server_runs_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.yandex_text_server", "--key", KEY, "--operation-checks", "2"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        base_url = (await process.stdout.readline()).decode().strip()
        async with connected(YandexTextServer(base_url=base_url)) as service:
            remote_id = await service.submit(ask())
            assert [(await service.operation(remote_id)).is_done for _ in range(2)] == [False, True]
        assert json.loads(await process.stdout.readline())["path"] == "/foundationModels/v1/completionAsync"
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
        process._transport.close()  # type: ignore[attr-defined]  # its pipe would be closed by the garbage collector


@pytest.mark.parametrize(
    "body",
    [
        {"model_uri": PRO},
        {"modelUri": PRO, "temperature": 0.3},
        {"modelUri": PRO, "jsonSchema": None},
        {"modelUri": PRO, "completionOptions": {"reasoningOptions": {"mode": "ON"}}},
        {"modelUri": PRO, "completionOptions": {"maxTokens": "many"}},
        {"modelUri": PRO, "jsonObject": True, "jsonSchema": {}},
        {"modelUri": PRO, "messages": "text"},
    ],
)
async def test_the_server_refuses_what_the_descriptors_do_not_have(body: dict[str, object]) -> None:
    async with (server := YandexTextServer(is_forgiving=True)), connected(server) as service:
        with pytest.raises(RequestRejectedError):
            await service._http.fetch("POST", "/completion", json.dumps(body).encode())
        assert len(server.complaints) == 1
        assert not server.calls
