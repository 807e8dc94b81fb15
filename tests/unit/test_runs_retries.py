"""Asking again by itself: only where nothing was done, never for longer than the user allows."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.domain.connections import Network
from desktop_app.domain.errors import (
    ContextTooLongError,
    QuotaExceededError,
    RateLimitedError,
    ServiceFaultError,
    SignInError,
    UnreachableError,
)
from desktop_app.domain.events import (
    Checkpoint,
    ReasoningAppended,
    RunAccepted,
    StageChanged,
    TextAppended,
    ToolCalled,
)
from desktop_app.domain.threads import Status
from tests.conftest import PATIENCE_S, until
from tests.unit.run_scene import CONNECTION, DONE, Step, scene

BUSY = RateLimitedError("busy", retry_after_s=0, is_untouched=True)
ANSWER: list[Step] = [TextAppended("Hi"), DONE]


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.controllers.listening.random", lambda: 0.0)


@pytest.mark.parametrize(
    "refusal",
    [
        BUSY,
        ServiceFaultError("overloaded", status_code=503, retry_after_s=0, is_untouched=True),
        UnreachableError("no route", step="tcp", is_untouched=True),
    ],
)
async def test_a_request_that_was_not_taken_is_made_again(tmp_path: Path, refusal: Exception) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([StageChanged("waiting"), refusal])
        reply = await s.ask("?", *ANSWER)
        assert (reply.text, reply.status) == ("Hi", Status.COMPLETED)
        first, second = s.service.requests
        assert first == second
        assert len(s.endings()) == 1


async def test_a_wait_says_until_when_and_why(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([RateLimitedError("busy", retry_after_s=60, is_untouched=True)])
        s.service.scripts.append(ANSWER)
        await s.runs.send(s.thread_id, "?")
        await until(s.stages)
        (waited,) = s.stages()
        assert (waited.stage, waited.error) == ("retrying", "rate_limited")
        assert waited.until is not None
        assert 55 < (waited.until - datetime.now(UTC)).total_seconds() < 61
        await s.runs.retry_now(s.thread_id)
        await s.runs.wait(s.thread_id)
        assert (await s.messages())[-1].text == "Hi"


async def test_a_wait_is_stopped_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([RateLimitedError("busy", retry_after_s=60, is_untouched=True)])
        await s.runs.send(s.thread_id, "?")
        await until(s.stages)
        async with asyncio.timeout(PATIENCE_S):  # half of what it would wait
            await s.runs.stop(s.thread_id)
        assert (await s.messages())[-1].status is Status.STOPPED
        assert len(s.service.requests) == 1


@pytest.mark.parametrize("retries", [0, 2])
async def test_a_request_is_made_again_as_often_as_the_connection_says(tmp_path: Path, retries: int) -> None:
    connection = replace(CONNECTION, network=Network(retries=retries))
    async with scene(tmp_path, connection=connection) as s:
        s.service.scripts += [[BUSY]] * (retries + 5)
        await s.runs.send(s.thread_id, "?")
        await s.runs.wait(s.thread_id)
        assert len(s.service.requests) == 1 + retries
        error = s.endings()[0].run.error
        assert error is not None
        assert error.code == "rate_limited"


@pytest.mark.parametrize(
    "script",
    [
        [TextAppended("half"), BUSY],
        [ReasoningAppended("hm"), BUSY],
        [RunAccepted("run", can_resume=True), BUSY],
        [RunAccepted("run", can_resume=True), Checkpoint(0), BUSY],
        [ToolCalled("1", "weather", "{}"), BUSY],
        [QuotaExceededError("spent", is_untouched=True)],
        [SignInError("no")],
        [ServiceFaultError("fell over", status_code=500)],
        [UnreachableError("cut", step="tcp")],
        [RateLimitedError("tomorrow", retry_after_s=7200, is_untouched=True)],
    ],
)
async def test_what_may_have_been_done_or_will_not_help_is_not_asked_twice(
    tmp_path: Path, script: Sequence[Step]
) -> None:
    async with scene(tmp_path) as s:
        reply = await s.ask("?", *script)
        assert reply.status is Status.FAILED
        assert reply.text == ("half" if isinstance(script[0], TextAppended) else "")
        assert len(s.service.requests) == 1
        assert not [stage for stage in s.stages() if stage.stage == "retrying"]


async def test_a_shorter_prompt_has_its_own_attempts(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        for number in range(6):
            await s.ask(f"question {number} " + "word " * 200, TextAppended("answer"), DONE)
        s.service.scripts += [[BUSY], [ContextTooLongError("too long")], [BUSY]]
        assert (await s.ask("last", *ANSWER)).text == "Hi"


async def test_runs_beyond_the_limit_of_a_connection_wait_in_line(tmp_path: Path) -> None:
    connection = replace(CONNECTION, network=Network(max_concurrent=1))
    async with scene(tmp_path, connection=connection) as s:
        other = await s.conversations.create_thread((await s.assistants.create(s.assistant.settings)).id)
        is_free = asyncio.Event()
        s.service.scripts += [[TextAppended("one"), is_free, DONE], [TextAppended("two"), DONE]]
        await s.runs.send(s.thread_id, "first")
        await until(lambda: s.service.requests)
        await s.runs.send(other.id, "second")
        await until(lambda: [fact.stage for fact in s.stages()] == ["queued"])
        assert len(s.service.requests) == 1
        is_free.set()
        await s.runs.wait(other.id)
        assert [m.text for m in await s.conversations.messages(other.id)] == ["second", "two"]


async def test_a_run_that_waits_in_line_can_be_stopped(tmp_path: Path) -> None:
    connection = replace(CONNECTION, network=Network(max_concurrent=1))
    async with scene(tmp_path, connection=connection) as s:
        other = await s.conversations.create_thread((await s.assistants.create(s.assistant.settings)).id)
        s.service.scripts.append([asyncio.Event()])
        await s.runs.send(s.thread_id, "first")
        await until(lambda: s.service.requests)
        await s.runs.send(other.id, "second")
        await until(s.stages)
        await s.runs.stop(other.id)
        assert [m.status for m in await s.conversations.messages(other.id)][-1] is Status.STOPPED
