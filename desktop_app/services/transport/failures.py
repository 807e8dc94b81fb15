"""What a service says when it refuses, as an error the user can act on.

The shapes of error bodies differ by server; they are read in this order: ``{"error": {...}}`` (OpenAI, Ollama,
llama.cpp with a numeric code, Yandex gateways), a flat object (google.rpc.Status of Yandex, old vLLM),
``{"error": "text"}``, FastAPI's ``detail``, and whatever else as text.  A body that is a web page is told by its title.

A gRPC code in the body (1 to 16; HTTP codes have three digits) says more than the HTTP status, which gateways choose
differently; Yandex sends it as ``grpcCode``, ``grpc_code`` or ``code``.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

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

SHOWN_CHARS = 500

_TOO_LONG_CODES = {"context_length_exceeded", "exceed_context_size_error"}
_TOO_LONG = re.compile(
    r"context (?:length|size|window)|maximum context|prompt is too long|too many (?:input |prompt )?tokens",
    re.I,
)
_LIMIT = re.compile(
    r"(?:maximum context length is|context (?:size|window|length)[^0-9]{1,20}) ?\(?([0-9]+)", re.I
)
_QUOTA_CODES = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "insufficient_balance",
    "payment_required",
}
# "Quota" alone is no sign: Yandex names its rate limits so, and those pass.
_BILLING = re.compile(
    r"\bbilling\b|spending limit|payment (?:is )?required|out of credits|credit balance"
    r"|insufficient (?:funds|balance|credits|quota)|exceeded your current quota",
    re.I,
)
_FOLDER = re.compile(r"folder id\b.{0,200}\bnot match|have to specify folder", re.I | re.S)
_ROLE = re.compile(r"\b(?:yc\.)?ai\.\w+\.\w+")
# The first that an error names counts: "invalid_request_error" stands beside almost everything.
_BY_TYPE: dict[str, type[ServiceError]] = {
    "authentication_error": SignInError,
    "invalid_api_key": SignInError,
    "permission_error": AccessDeniedError,
    "permission_denied": AccessDeniedError,
    "not_found_error": NotFoundError,
    "model_not_found": NotFoundError,
    "rate_limit_error": RateLimitedError,
    "rate_limit_exceeded": RateLimitedError,
    "invalid_prompt": RequestRejectedError,
    "invalid_request_error": RequestRejectedError,
}
# 405: the address is not one of this API.
_BY_STATUS: dict[int, type[ServiceError]] = {
    401: SignInError,
    402: QuotaExceededError,
    403: AccessDeniedError,
    404: NotFoundError,
    405: NotFoundError,
    408: SilentError,
    409: ServiceFaultError,
    410: ServiceClosedError,
    429: RateLimitedError,
}
_BY_GRPC: dict[int, type[ServiceError]] = {
    1: ServiceFaultError,  # CANCELLED, by the service
    2: ServiceFaultError,
    3: RequestRejectedError,
    4: ServiceFaultError,  # DEADLINE_EXCEEDED, of the service itself
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
_UNAVAILABLE = 14
_WEB_PAGE = "a web page"


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error body says.

    ``codes`` are its ``code``, ``type`` and ``param`` as lower-case texts, ``grpc_code`` and ``http_code`` the numbers
    among them, 0 where there is none.
    """

    message: str
    codes: frozenset[str] = frozenset()
    grpc_code: int = 0
    http_code: int = 0
    prompt_tokens: int | None = None
    context_tokens: int | None = None

    @property
    def is_about_length(self) -> bool:
        """Whether the prompt did not fit."""
        return bool(self.codes & _TOO_LONG_CODES) or bool(_TOO_LONG.search(self.message))

    @property
    def is_about_quota(self) -> bool:
        """Whether money or a quota is used up, by its code; waiting does not cure that."""
        return bool(self.codes & _QUOTA_CODES)

    @property
    def is_about_folder(self) -> bool:
        """Whether the folder is missing or is not that of the key; Yandex refuses with 400 then."""
        return bool(_FOLDER.search(self.message))

    @property
    def is_about_billing(self) -> bool:
        """Whether its words say the same: Yandex refuses with 403 or 429 when there is no active billing account."""
        return bool(_BILLING.search(self.message))


def fault_in_body(body: bytes) -> Fault:
    """What the body of an error reply says; never raises."""
    try:
        return fault_in_value(msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError):
        return Fault(_plain(body))


def fault_in_value(value: object) -> Fault:
    """What a decoded error object says; never raises."""
    if not isinstance(value, dict):
        return Fault(_shown(value))
    inner = value.get("error")
    if isinstance(inner, str):
        return Fault(_shown(inner), _codes(value), _grpc_code(value), _http_code(value))
    said = inner if isinstance(inner, dict) else value
    return Fault(
        _message(said),
        _codes(said),
        _grpc_code(said),
        _http_code(said),
        _count(said.get("n_prompt_tokens")),
        _count(said.get("n_ctx")) or _limit_in(_message(said)),
    )


def error_for(
    status_code: int, headers: Mapping[str, str], body: bytes, request_id: str = ""
) -> ServiceError:
    """The error for a reply with ``status_code`` other than 2xx; header names are lower-case or case-insensitive."""
    if 300 <= status_code < 400:
        return BadReplyError(_redirected(headers), status_code=status_code, request_id=request_id)
    error = _error(status_code, fault_in_body(body), request_id)
    error.retry_after_s = retry_after_s(headers)
    if headers.get("x-should-retry", "").lower() == "false":
        error.is_untouched = False
    return error


def error_in_stream(value: object, request_id: str = "") -> ServiceError:
    """The error for an error object that came inside a stream which had begun well.

    It is untouched like that of an HTTP status; whether something had come before it, the caller knows.
    """
    fault = fault_in_value(value)
    if fault.grpc_code or fault.http_code:
        return _error(fault.http_code or None, fault, request_id)
    if fault.is_about_quota:
        return QuotaExceededError(fault.message, request_id=request_id)
    if fault.is_about_length:
        return _too_long(fault, None, request_id)
    kind = next((kind for code, kind in _BY_TYPE.items() if code in fault.codes), ServiceFaultError)
    return _made(kind, fault, None, request_id)


def error_of_status(value: object, request_id: str = "") -> ServiceError:
    """The error for the google.rpc.Status of a run or an operation that had been accepted: it is never untouched."""
    error = error_in_stream(value, request_id)
    error.is_untouched = False
    return error


def explain(error: ServiceError, request_id: str, roles: Iterable[str]) -> None:
    """Add to ``error`` what the service left unsaid: which request it was, and the roles that are usually missing."""
    error.request_id = error.request_id or request_id
    if isinstance(error, AccessDeniedError):
        error.name_usual(roles)


def may_be_from_elsewhere(error: ServiceError) -> bool:
    """Whether a refusal has no words of the service: a web page, or nothing at all, comes from servers on the way."""
    return error.detail.startswith(_WEB_PAGE) or error.detail == f"HTTP {error.status_code}"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or as an HTTP date; never negative."""
    milliseconds, value = headers.get("retry-after-ms", ""), headers.get("retry-after", "").strip()
    try:
        seconds = float(milliseconds) / 1000 if milliseconds else float(value)
        return max(0.0, seconds) if seconds < float("inf") else None
    except ValueError:
        return _until_date(value)


def _until_date(value: str) -> float | None:
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _error(status_code: int | None, fault: Fault, request_id: str) -> ServiceError:
    if status_code == 407:
        detail = fault.message or "the proxy asks to sign in"
        return UnreachableError(detail, step="proxy", request_id=request_id, is_untouched=True)
    kind = _kind(status_code, fault)
    if kind is RequestRejectedError and fault.is_about_length:
        return _too_long(fault, status_code, request_id)
    return _made(kind, fault, status_code, request_id)


def _kind(status_code: int | None, fault: Fault) -> type[ServiceError]:
    kind = _BY_GRPC.get(fault.grpc_code) or _by_status(status_code or 500)
    if fault.is_about_quota and kind is not ServiceFaultError:
        return QuotaExceededError
    if kind is RequestRejectedError and fault.is_about_folder:
        return AccessDeniedError
    may_be_billing = kind in (AccessDeniedError, RateLimitedError) or fault.grpc_code == 9
    return QuotaExceededError if may_be_billing and fault.is_about_billing else kind


def _by_status(status_code: int) -> type[ServiceError]:
    usual = ServiceFaultError if status_code >= 500 else RequestRejectedError
    return _BY_STATUS.get(status_code, usual)


def _made(kind: type[ServiceError], fault: Fault, status_code: int | None, request_id: str) -> ServiceError:
    is_unavailable = status_code == 503 or fault.grpc_code == _UNAVAILABLE
    error = kind(
        fault.message or (f"HTTP {status_code}" if status_code else ""),
        status_code=status_code,
        request_id=request_id,
        is_untouched=kind is RateLimitedError or (kind is ServiceFaultError and is_unavailable),
    )
    if isinstance(error, AccessDeniedError):
        error.is_about_folder = fault.is_about_folder
        error.role = found[0] if (found := _ROLE.search(fault.message)) else ""
    return error


def _too_long(fault: Fault, status_code: int | None, request_id: str) -> ContextTooLongError:
    return ContextTooLongError(
        fault.message,
        status_code=status_code,
        request_id=request_id,
        prompt_tokens=fault.prompt_tokens,
        context_tokens=fault.context_tokens,
    )


def _redirected(headers: Mapping[str, str]) -> str:
    target = re.sub(r"[?#].*", "", headers.get("location", ""))
    return (
        f"the address redirects to {_shown(target)}"
        if target
        else "the address redirects without saying where"
    )


def _message(said: Mapping[str, object]) -> str:
    for name in ("message", "detail", "msg", "error_description", "title"):
        if value := said.get(name):
            return _details(value) if isinstance(value, list) else _shown(value)
    return _shown(said)


def _details(items: list[object]) -> str:
    """FastAPI's list of ``{"loc": [...], "msg": "..."}``."""
    lines = []
    for item in items[:10]:
        if isinstance(item, dict):
            place = ".".join(str(part) for part in item.get("loc") or ())
            lines.append(f"{place}: {item.get('msg', '')}".strip(": "))
        else:
            lines.append(str(item))
    return _shown("; ".join(lines))


def _codes(said: Mapping[str, object]) -> frozenset[str]:
    values = (said.get(name) for name in ("code", "type", "param", "httpCode", "httpStatus"))
    return frozenset(str(value).lower() for value in values if isinstance(value, str | int) and value != "")


def _grpc_code(said: Mapping[str, object]) -> int:
    numbers = (_number(said.get(name)) for name in ("grpcCode", "grpc_code", "code"))
    return next((number for number in numbers if number in _BY_GRPC), 0)


def _http_code(said: Mapping[str, object]) -> int:
    numbers = (_number(said.get(name)) for name in ("httpCode", "http_code", "code", "type"))
    return next((number for number in numbers if 400 <= number < 600), 0)


def _number(value: object) -> int:
    """A number, also one written as a text; 0 for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 3:
        return int(value)
    return _count(value) or 0


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _limit_in(message: str) -> int | None:
    found = _LIMIT.search(message)
    return int(found[1]) if found else None


def _plain(body: bytes) -> str:
    text = body.decode("utf-8", "replace").strip()
    if not text.startswith("<"):
        return _shown(text)
    title = re.search(r"<title[^>]*>(.*?)</title", text, re.I | re.S)
    words = " ".join(html.unescape(title[1]).split()) if title else ""
    return _shown(f"{_WEB_PAGE}: {words}" if words else _WEB_PAGE)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
