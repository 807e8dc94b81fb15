"""When a request may be repeated by itself, and how long to wait before that.

A request to a model is billed and not idempotent, so that only what was surely not done is asked again: no
connection, 429, 503.  The numbers are those of the usual clients (0.5 s, doubled, 8 s at most, a quarter of jitter).
A service's own word on the wait is never cut short; where it is longer than two minutes, the user decides.
"""

from desktop_app.domain.errors import (
    QuotaExceededError,
    RateLimitedError,
    ServiceError,
    ServiceFaultError,
    UnreachableError,
)

FIRST_S, MAX_S, JITTER = 0.5, 8.0, 0.25
LONGEST_HINT_S = 120.0
_PASSING = (None, 500, 502, 503, 504)


def delay_s(attempt: int, retry_after_s: float | None, random: float) -> float:
    """How long to wait after failure number ``attempt`` (0 for the first); ``random`` is one of 0 to 1.

    ``retry_after_s`` is the service's own word: it is kept, plus at most half a second, so that not all come at once.
    """
    if retry_after_s is not None:
        return retry_after_s + random * FIRST_S
    usual_s = MAX_S if attempt >= 4 else min(MAX_S, FIRST_S * 2**attempt)
    return usual_s * (1 - JITTER * random)


def may_repeat(error: BaseException, attempt: int, retries: int, *, is_safe: bool = False) -> bool:
    """Whether failure number ``attempt`` (0 for the first) of at most ``retries`` repetitions may be tried again.

    ``is_safe``: the request changes nothing and costs nothing, so that it may have been done.
    """
    if attempt >= retries or not isinstance(error, ServiceError) or _needs_the_user(error):
        return False
    return error.is_untouched or (is_safe and _may_pass(error))


def is_far(error: ServiceError) -> bool:
    """Whether the service wants to be left alone for so long that the user decides."""
    return (error.retry_after_s or 0.0) > LONGEST_HINT_S


def _needs_the_user(error: ServiceError) -> bool:
    """What waiting does not cure; a proxy may even lock out who comes again with a wrong password."""
    is_set_wrong = isinstance(error, UnreachableError) and error.step in ("proxy", "tls")
    return is_set_wrong or is_far(error) or isinstance(error, QuotaExceededError)


def _may_pass(error: ServiceError) -> bool:
    is_fault = isinstance(error, ServiceFaultError) and error.status_code in _PASSING
    return is_fault or isinstance(error, UnreachableError | RateLimitedError)
