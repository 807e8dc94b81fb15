"""Every error of the HTTP library, and every refusal of a service, becomes one that the user can act on."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpcore
import httpx
import msgspec
import pytest

from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    ContextTooLongError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    RequestRejectedError,
    ServiceClosedError,
    ServiceError,
    ServiceFaultError,
    SignInError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.secret import Secret
from desktop_app.services.transport.failures import (
    error_for,
    error_in_stream,
    error_of_status,
    explain,
    fault_in_body,
    retry_after_s,
)
from desktop_app.services.transport.http import HttpClient, translate, words_of
from desktop_app.services.transport.sign_in import KeySignIn

KEY = "test-key-canary-123"


def kinds(*roots: type[BaseException]) -> Iterator[type[BaseException]]:
    for root in roots:
        yield root
        yield from kinds(*root.__subclasses__())


def of_module(name: str) -> list[type[BaseException]]:
    mine = {kind for kind in kinds(Exception) if kind.__module__.partition(".")[0] == name}
    return sorted(mine, key=lambda kind: kind.__name__)


def example(kind: type[BaseException]) -> BaseException:
    """An error of ``kind`` as the library would raise it, without going through its constructor's demands."""
    made = kind.__new__(kind)
    made.args = (f"it failed with {KEY}",)
    return made


@pytest.mark.parametrize(
    "kind", [*of_module("httpx"), *of_module("httpcore"), OSError, TimeoutError, ssl.SSLError]
)
def test_no_error_of_the_http_library_escapes(kind: type[BaseException]) -> None:
    client = HttpClient("https://example.invalid/v1", KeySignIn(Secret(KEY)))
    with pytest.raises(ServiceError) as caught, client._translating("request-1"):
        raise example(kind)
    assert caught.value.request_id == "request-1"
    assert KEY not in caught.value.detail + str(caught.value) + repr(caught.value)


def test_the_library_has_the_errors_we_know() -> None:
    assert len(of_module("httpx")) >= 25
    assert len(of_module("httpcore")) >= 14


def caused(error: Exception, *causes: BaseException) -> Exception:
    last: BaseException = error
    for cause in causes:
        last.__cause__ = cause
        last = cause
    return error


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (
            caused(httpx.ConnectError("x"), httpcore.ConnectError(), socket.gaierror(-2, "Name not known")),
            "dns",
        ),
        (
            caused(httpx.ConnectError("x"), httpcore.ConnectError(), ConnectionRefusedError(111, "refused")),
            "tcp",
        ),
        (
            caused(httpx.ConnectError("x"), httpcore.ConnectError(), ssl.SSLCertVerificationError("bad")),
            "tls",
        ),
        (caused(httpx.ConnectError("hung up"), httpcore.ConnectError()), "tls"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "proxy"),
        (httpx.ConnectTimeout("too late"), "tcp"),
        (caused(httpx.ReadError("x"), ConnectionResetError(104, "reset")), "tcp"),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), "tcp"),
    ],
)
def test_the_step_that_failed_is_named(error: Exception, step: str) -> None:
    mapped = translate(error)
    assert isinstance(mapped, UnreachableError)
    assert mapped.step == step


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ReadError("x"), httpx.PoolTimeout("x")])
def test_what_was_not_sent_may_be_asked_again(error: Exception) -> None:
    assert translate(error, is_sent=False).is_untouched
    assert not translate(error, is_sent=True).is_untouched


def test_silence_and_strange_talk_are_told_apart_from_a_broken_line() -> None:
    assert isinstance(translate(httpx.ReadTimeout("nothing came")), SilentError)
    assert isinstance(translate(httpx.RemoteProtocolError("illegal status line")), BadReplyError)
    assert isinstance(translate(httpx.DecodingError("not gzip")), BadReplyError)


def test_the_words_of_the_system_are_kept() -> None:
    error = caused(
        httpx.ConnectError("All connection attempts failed"), ConnectionRefusedError(111, "refused")
    )
    assert words_of(error) == "ConnectError: All connection attempts failed: Connection refused"


def test_the_words_of_the_system_are_not_said_twice() -> None:
    error = caused(httpx.ConnectError("[Errno -2] Name not known"), socket.gaierror(-2, "Name not known"))
    assert words_of(error) == "ConnectError: [Errno -2] Name not known"


async def test_what_cannot_be_reached_is_named() -> None:
    http = HttpClient("http://127.0.0.1:1/v1")
    with pytest.raises(UnreachableError, match=r"^127\.0\.0\.1:1: "):
        await http.fetch("GET", "/models")
    await http.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRejectedError),
        (401, SignInError),
        (402, QuotaExceededError),
        (403, AccessDeniedError),
        (404, NotFoundError),
        (405, NotFoundError),
        (407, UnreachableError),
        (408, SilentError),
        (409, ServiceFaultError),
        (410, ServiceClosedError),
        (413, RequestRejectedError),
        (422, RequestRejectedError),
        (429, RateLimitedError),
        (418, RequestRejectedError),
        (500, ServiceFaultError),
        (502, ServiceFaultError),
        (503, ServiceFaultError),
        (529, ServiceFaultError),
        (301, BadReplyError),
        (307, BadReplyError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[ServiceError]) -> None:
    error = error_for(status, {}, b'{"error":{"message":"so it is"}}', "request-1")
    assert type(error) is kind
    assert error.request_id == "request-1"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error":{"message":"m","type":"t","param":null,"code":null}}', "m"),
        (b'{"error":{"code":400,"message":"m","type":"invalid_request_error"}}', "m"),
        (b'{"code":"x","message":"m","param":null,"type":"t"}', "m"),
        (b'{"error":"m"}', "m"),
        (b'{"error":{"grpcCode":7,"httpCode":403,"message":"m","httpStatus":"Forbidden","details":[]}}', "m"),
        (b'{"object":"error","message":"m","type":"NotFoundError","code":404}', "m"),
        (b'{"detail":"m"}', "m"),
        (b'{"detail":[{"loc":["body","model"],"msg":"missing"}]}', "body.model: missing"),
        (b'{"error":null,"message":"m"}', "m"),
        (b'{"odd":1}', '{"odd":1}'),
        (b"[1]", "[1]"),
        (b"plain", "plain"),
        (b"", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"<html><head><title>502 Bad\n Gateway &amp; co</title></head>", "a web page: 502 Bad Gateway & co"),
        (b"<!doctype html><p>no title", "a web page"),
    ],
)
def test_what_an_error_body_says_is_found(body: bytes, message: str) -> None:
    assert fault_in_body(body).message == message


def test_a_long_error_body_is_shortened() -> None:
    assert len(fault_in_body(b"x" * 100_000).message) == 500
    assert len(fault_in_body(b'{"error":"' + b"x" * 100_000 + b'"}').message) == 500


def test_a_redirect_says_where_without_its_query() -> None:
    error = error_for(302, {"location": "https://elsewhere.example/login?next=secret#part"}, b"")
    assert error.detail == "the address redirects to https://elsewhere.example/login"


def test_llama_cpp_tells_how_long_the_prompt_is() -> None:
    said = (
        b'{"error":{"code":400,"message":"the request exceeds the available context size",'
        b'"type":"exceed_context_size_error","n_prompt_tokens":6019,"n_ctx":4096}}'
    )
    error = error_for(400, {}, said)
    assert isinstance(error, ContextTooLongError)
    assert (error.prompt_tokens, error.context_tokens) == (6019, 4096)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"code":"context_length_exceeded","message":"too long"}}',
        b'{"error":{"message":"This model\'s maximum context length is 8192 tokens. You sent 9000."}}',
        b'{"message":"prompt is too long: 9000 tokens > 8192"}',
    ],
)
def test_a_prompt_that_does_not_fit_is_recognised(body: bytes) -> None:
    assert isinstance(error_for(400, {}, body), ContextTooLongError)


def test_the_limit_is_read_from_words_where_there_is_no_field() -> None:
    error = error_for(400, {}, b'{"error":{"message":"maximum context length is 8192 tokens"}}')
    assert isinstance(error, ContextTooLongError)
    assert error.context_tokens == 8192


def test_a_spent_quota_is_not_a_matter_of_waiting() -> None:
    body = b'{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}'
    assert isinstance(error_for(429, {"retry-after": "5"}, body), QuotaExceededError)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_how_long_to_wait_is_read_from_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    seconds = retry_after_s({"retry-after": date})
    assert seconds is not None
    assert 85 < seconds <= 90


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"error": {"code": 429, "message": "slow down"}}, RateLimitedError),
        ({"error": {"code": "401", "message": "no"}}, SignInError),
        ({"error": {"type": "invalid_request_error", "message": "no"}}, RequestRejectedError),
        ({"error": {"type": "exceed_context_size_error", "message": "no"}}, ContextTooLongError),
        ({"error": {"code": "insufficient_quota", "message": "no"}}, QuotaExceededError),
        ({"error": {"type": "server_error", "message": "no"}}, ServiceFaultError),
        ({"error": "just words"}, ServiceFaultError),
    ],
)
def test_an_error_inside_a_stream_has_its_kind(said: object, kind: type[ServiceError]) -> None:
    assert type(error_in_stream(said)) is kind


GRPC = {
    1: ServiceFaultError,
    2: ServiceFaultError,
    3: RequestRejectedError,
    4: ServiceFaultError,
    5: NotFoundError,
    6: RequestRejectedError,
    7: AccessDeniedError,
    8: RateLimitedError,
    9: RequestRejectedError,
    10: ServiceFaultError,
    11: RequestRejectedError,
    12: NotFoundError,
    13: ServiceFaultError,
    14: ServiceFaultError,
    15: ServiceFaultError,
    16: SignInError,
}


def yandex_shapes(code: int) -> list[dict[str, object]]:
    """How Yandex writes one code: unary, streamed, in both cases, and as gateways of the first version do."""
    return [
        {"code": code, "message": "m", "details": []},
        {"error": {"grpcCode": code, "httpCode": 418, "message": "m", "httpStatus": "Odd", "details": []}},
        {"error": {"grpc_code": code, "http_code": 418, "message": "m", "http_status": "Odd"}},
        {"error": {"code": code, "message": "m", "details": []}},
        {"error": "m", "code": code, "message": "m"},
        {"error": {"grpcCode": str(code), "message": "m", "details": None}},
    ]


@pytest.mark.parametrize("code", GRPC)
def test_a_grpc_code_counts_more_than_the_status(code: int) -> None:
    for said in yandex_shapes(code):
        for error in (
            error_for(418, {}, msgspec.json.encode(said)),
            error_in_stream(said),
            error_of_status(said),
        ):
            assert type(error) is GRPC[code], said
            assert error.detail == "m"


@pytest.mark.parametrize(
    ("code", "type_", "kind"),
    [
        ("model_not_found", "invalid_request_error", NotFoundError),
        ("rate_limit_exceeded", "invalid_request_error", RateLimitedError),
        ("invalid_api_key", "invalid_request_error", SignInError),
        ("invalid_prompt", None, RequestRejectedError),
        ("unheard_of", "invalid_request_error", RequestRejectedError),
        ("server_error", None, ServiceFaultError),
    ],
)
def test_the_plainest_code_of_an_error_in_a_stream_counts(
    code: str, type_: str | None, kind: type[ServiceError]
) -> None:
    assert type(error_in_stream({"error": {"code": code, "type": type_, "message": "m"}})) is kind


def test_zero_and_odd_codes_are_no_grpc_codes() -> None:
    for code in (0, 17, -1, True, None, "", "x", 3.5, [16], {"a": 1}, "0016"):
        assert (
            type(error_for(400, {}, msgspec.json.encode({"code": code, "message": "m"})))
            is RequestRejectedError
        )
        assert type(error_in_stream({"code": code, "message": "m"})) is ServiceFaultError


@pytest.mark.parametrize(
    ("error", "is_untouched"),
    [
        (error_for(429, {}, b""), True),
        (error_for(503, {}, b""), True),
        (error_for(503, {"x-should-retry": "false"}, b""), False),
        (error_for(429, {"x-should-retry": "false"}, b""), False),
        (error_for(500, {"x-should-retry": "true"}, b""), False),
        (error_for(500, {}, b""), False),
        (error_for(502, {}, b""), False),
        (error_for(504, {}, b""), False),
        (error_for(429, {}, b'{"error":{"code":"insufficient_quota","message":"pay"}}'), False),
        (error_for(500, {}, b'{"code":14,"message":"unavailable"}'), True),
        (error_for(503, {}, b'{"code":13,"message":"it broke"}'), True),
        (error_in_stream({"error": {"grpcCode": 14, "message": "unavailable"}}), True),
        (error_in_stream({"error": {"grpcCode": 8, "message": "slow down"}}), True),
        (error_in_stream({"error": {"message": "it broke"}}), False),
        (error_of_status({"code": 14, "message": "unavailable"}), False),
        (error_of_status({"code": 8, "message": "slow down"}), False),
    ],
)
def test_only_what_was_surely_not_done_may_be_asked_again(error: ServiceError, is_untouched: bool) -> None:
    assert error.is_untouched is is_untouched


def test_a_rate_that_is_called_a_quota_passes_and_a_bill_does_not() -> None:
    rate = "ai.textGenerationCompletionSessionsCount.count gauge quota limit exceed: allowed 10 requests"
    assert type(error_in_stream({"code": 8, "message": rate})) is RateLimitedError
    for code, words in [(8, "Spending limit is reached"), (7, "The cloud has no active billing account")]:
        assert type(error_in_stream({"code": code, "message": words})) is QuotaExceededError
    assert type(error_for(403, {}, b"Billing account is not active")) is QuotaExceededError
    assert type(error_for(400, {}, b"no tool is named billing")) is RequestRejectedError


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Permission denied: role ai.languageModels.user is needed", "ai.languageModels.user"),
        ("scope yc.ai.foundationModels.execute is missing", "yc.ai.foundationModels.execute"),
        ("Permission denied", ""),
    ],
)
def test_the_role_that_is_missing_is_read_from_the_words(words: str, role: str) -> None:
    error = error_for(403, {}, msgspec.json.encode({"code": 7, "message": words}))
    assert isinstance(error, AccessDeniedError)
    assert error.role == role


def test_nothing_in_an_error_body_makes_it_fail() -> None:
    values: list[object] = [
        None,
        [],
        1,
        "x",
        {},
        {"error": None},
        {"error": {}},
        {"error": []},
        {"error": ""},
    ]
    for value in values:
        for error in (
            error_in_stream(value),
            error_of_status(value),
            error_for(500, {}, msgspec.json.encode(value)),
        ):
            assert isinstance(error, ServiceFaultError)


@pytest.mark.parametrize(
    "message",
    [
        "Specified folder ID 'b1gone' does not match with service account folder ID 'b1gother'",
        "You have to specify folder ID for user account",
    ],
)
def test_a_folder_that_is_not_the_keys_is_no_missing_role(message: str) -> None:
    body = msgspec.json.encode({"error": {"grpcCode": 3, "httpCode": 400, "message": message}})
    error = error_for(400, {}, body)
    assert isinstance(error, AccessDeniedError)
    explain(error, "r", ("ai.languageModels.user",))
    assert (error.role, error.is_untouched) == ("", False)
