"""What is repeated by itself, and after how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import retrying
from desktop_app.domain.errors import (
    BadReplyError,
    NitkaError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    ServiceError,
    ServiceFaultError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.retrying import LONGEST_HINT_S, MAX_S, delay_s, may_repeat
from desktop_app.services.transport.retries import repeated

RANDOM = st.floats(0, 1)


@given(st.integers(0, 1000), RANDOM)
def test_waits_double_up_to_eight_seconds_and_are_spread(attempt: int, random: float) -> None:
    usual_s = min(MAX_S, 0.5 * 2 ** min(attempt, 10))
    assert 0.75 * usual_s <= delay_s(attempt, None, random) <= usual_s


@given(st.integers(0, 10), st.floats(0, 1e6), RANDOM)
def test_the_word_of_the_service_is_kept(attempt: int, retry_after_s: float, random: float) -> None:
    assert retry_after_s <= delay_s(attempt, retry_after_s, random) <= retry_after_s + 0.5


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (RateLimitedError(is_untouched=True), True),
        (RateLimitedError(is_untouched=True, retry_after_s=LONGEST_HINT_S), True),
        (RateLimitedError(is_untouched=True, retry_after_s=LONGEST_HINT_S + 1), False),
        (RateLimitedError(), False),
        (ServiceFaultError(status_code=503, is_untouched=True), True),
        (ServiceFaultError(status_code=500), False),
        (UnreachableError(step="tcp", is_untouched=True), True),
        (UnreachableError(step="dns", is_untouched=True), True),
        (UnreachableError(step="tls", is_untouched=True), False),
        (UnreachableError(step="proxy", is_untouched=True), False),
        (UnreachableError(step="tcp"), False),
        (QuotaExceededError(is_untouched=True), False),
        (SilentError(), False),
        (BadReplyError(), False),
        (NitkaError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_was_not_done_is_repeated(error: BaseException, may: bool) -> None:
    assert may_repeat(error, 0, 3) is may


def test_repetitions_end() -> None:
    error = RateLimitedError(is_untouched=True)
    assert [may_repeat(error, attempt, 3) for attempt in range(5)] == [True, True, True, False, False]
    assert not may_repeat(error, 0, 0)


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (ServiceFaultError(status_code=500), True),
        (ServiceFaultError(status_code=502), True),
        (ServiceFaultError(status_code=504), True),
        (ServiceFaultError(status_code=501), False),
        (ServiceFaultError(status_code=409), False),
        (UnreachableError(step="tcp"), True),
        (UnreachableError(step="dns"), True),
        (UnreachableError(step="proxy"), False),
        (RateLimitedError(), True),
        (QuotaExceededError(is_untouched=True), False),
        (NotFoundError(status_code=404), False),
        (ServiceFaultError(status_code=500, retry_after_s=121), False),
    ],
)
def test_what_changes_nothing_is_repeated_more_often(error: BaseException, may: bool) -> None:
    assert may_repeat(error, 0, 3, is_safe=True) is may


async def test_a_list_is_asked_for_until_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_S", 0.001)
    failures: list[ServiceError] = [
        ServiceFaultError(status_code=502),
        UnreachableError(step="tcp"),
        RateLimitedError(is_untouched=True, retry_after_s=0.01),
    ]

    async def call() -> str:
        if failures:
            raise failures.pop(0)
        return "list"

    assert await repeated(call) == "list"


async def test_a_list_that_does_not_come_fails_with_the_last_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_S", 0.001)
    asked = 0

    async def call() -> None:
        nonlocal asked
        asked += 1
        raise ServiceFaultError(f"number {asked}", status_code=500)

    with pytest.raises(ServiceFaultError, match="number 3"):
        await repeated(call, retries=2)
