"""What a service says when it refuses, as an error the user can act on.

The shapes of error bodies differ by server; they are read in this order: ``{"error": {...}}`` (OpenAI, Ollama,
llama.cpp with a numeric code, Yandex gateways), a flat object (Yandex, old vLLM), ``{"error": "text"}``, FastAPI's
``detail``, and whatever else as text.  A body that is a web page is told by its title.
"""

import html
import re
from collections.abc import Mapping
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
_BY_TYPE: dict[str, type[ServiceError]] = {
    "authentication_error": SignInError,
    "invalid_api_key": SignInError,
    "permission_error": AccessDeniedError,
    "permission_denied": AccessDeniedError,
    "not_found_error": NotFoundError,
    "model_not_found": NotFoundError,
    "invalid_request_error": RequestRejectedError,
    "rate_limit_error": RateLimitedError,
    "rate_limit_exceeded": RateLimitedError,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error body says; ``codes`` are its ``code``, ``type`` and ``param`` as lower-case texts."""

    message: str
    codes: frozenset[str] = frozenset()
    prompt_tokens: int | None = None
    context_tokens: int | None = None

    @property
    def is_about_length(self) -> bool:
        """Whether the prompt did not fit."""
        return bool(self.codes & _TOO_LONG_CODES) or bool(_TOO_LONG.search(self.message))

    @property
    def is_about_quota(self) -> bool:
        """Whether money or a quota is used up, which waiting does not cure."""
        return bool(self.codes & _QUOTA_CODES)


def fault_in_body(body: bytes) -> Fault:
    """What the body of an error reply says; never raises."""
    try:
        return fault_in_value(msgspec.json.decode(body))
    except msgspec.DecodeError:
        return Fault(_plain(body))


def fault_in_value(value: object) -> Fault:
    """What a decoded error object says; never raises."""
    if not isinstance(value, dict):
        return Fault(_shown(value))
    inner = value.get("error")
    if isinstance(inner, str):
        return Fault(_shown(inner), _codes(value))
    said = inner if isinstance(inner, dict) else value
    return Fault(
        _message(said),
        _codes(said),
        _count(said.get("n_prompt_tokens")),
        _count(said.get("n_ctx")) or _limit_in(_message(said)),
    )


def error_for(
    status_code: int, headers: Mapping[str, str], body: bytes, request_id: str = ""
) -> ServiceError:
    """The error for a reply with ``status_code`` other than 2xx; header names are lower-case or case-insensitive."""
    if 300 <= status_code < 400:
        return BadReplyError(_redirected(headers), status_code=status_code, request_id=request_id)
    fault = fault_in_body(body)
    return _error(status_code, fault, request_id, retry_after_s(headers))


def error_in_stream(value: object, request_id: str = "") -> ServiceError:
    """The error for an error object that came inside a stream which had begun well."""
    fault = fault_in_value(value)
    numbers = [int(code) for code in fault.codes if code.isascii() and code.isdigit() and len(code) == 3]
    if status_code := next((number for number in numbers if 400 <= number < 600), None):
        return _error(status_code, fault, request_id, None)
    if fault.is_about_quota:
        return QuotaExceededError(fault.message, request_id=request_id)
    if fault.is_about_length:
        return _too_long(fault, None, request_id)
    kind = next((_BY_TYPE[code] for code in sorted(fault.codes) if code in _BY_TYPE), ServiceFaultError)
    return kind(fault.message, request_id=request_id)


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


def _error(status_code: int, fault: Fault, request_id: str, wait_s: float | None) -> ServiceError:
    if status_code == 407:
        return UnreachableError(
            fault.message or "the proxy asks to sign in", step="proxy", request_id=request_id
        )
    if status_code in (400, 413, 422) and fault.is_about_length:
        return _too_long(fault, status_code, request_id)
    kind = _kind(status_code, fault)
    detail = fault.message or f"HTTP {status_code}"
    return kind(detail, status_code=status_code, request_id=request_id, retry_after_s=wait_s)


def _kind(status_code: int, fault: Fault) -> type[ServiceError]:
    if status_code == 402 or (fault.is_about_quota and status_code < 500):
        return QuotaExceededError
    if status_code >= 500 or status_code == 409:
        return ServiceFaultError
    # 405 and 410: the address is not, or no longer, one of this API.
    by_status: dict[int, type[ServiceError]] = {
        401: SignInError,
        403: AccessDeniedError,
        404: NotFoundError,
        405: NotFoundError,
        408: SilentError,
        410: NotFoundError,
        429: RateLimitedError,
    }
    return by_status.get(status_code, RequestRejectedError)


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
    return _shown(f"a web page: {words}" if words else "a web page")


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
