"""Runs that their service writes on without us: left, killed, read on, stopped there."""

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.controllers.facts import RunBegan, RunResumed
from desktop_app.domain.errors import (
    NitkaError,
    NotFoundError,
    RateLimitedError,
    ServiceFaultError,
    SignInError,
    UnreachableError,
)
from desktop_app.domain.events import (
    Checkpoint,
    CitationsFound,
    RunAccepted,
    RunEnded,
    RunEvent,
    TextAppended,
    TextReplaced,
    UsageReported,
)
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.threads import Citation, Message, Status, Usage
from tests.conftest import PATIENCE_S, until
from tests.unit.run_scene import (
    DONE,
    ResumableService,
    Scene,
    ScriptedService,
    Step,
    image,
    next_start,
    scene,
)

ACCEPTED = RunAccepted("remote", can_resume=True)


def half() -> list[Step]:
    """A run that says half of its reply, and then nothing."""
    return [ACCEPTED, TextAppended("half"), Checkpoint(3), asyncio.Event()]


async def stored(s: Scene, text: str) -> None:
    """Wait until the journal has ``text``."""

    async def is_stored() -> bool:
        return (await s.messages())[-1].text == text

    await until(is_stored)


async def killed(tmp_path: Path, script: list[Step], text: str) -> tuple[Path, Scene]:
    """A program that was killed when its journal had ``text``: what it left, and its scene."""
    async with scene(tmp_path, service=ResumableService()) as s:
        s.service.scripts.append(script)
        await s.runs.send(s.thread_id, "?")
        await stored(s, text)
        return image(s, tmp_path / "left"), s


async def read_on(folder: Path, dead: Scene, service: ScriptedService) -> tuple[Scene, Message]:
    """Start on what the dead program left, wait for the end, and give the stored reply."""
    async with next_start(folder, dead.thread_id, service) as s:
        await s.runs.wait(s.thread_id)
        return s, (await s.messages())[-1]


async def test_a_reply_is_read_on_after_the_program_was_killed(tmp_path: Path) -> None:
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests.append([TextAppended(" whole"), UsageReported(Usage(1, 2)), Checkpoint(5), DONE])
    s, reply = await read_on(folder, dead, service)
    assert (reply.text, reply.status) == ("half whole", Status.COMPLETED)
    assert service.resumed == [("remote", 3)]
    assert s.shown() == "half whole"
    assert [type(fact) for fact in s.facts if isinstance(fact, RunBegan | RunResumed)] == [RunResumed]
    assert [stage.stage for stage in s.stages()] == ["reconnecting"]
    (ended,) = s.endings()
    assert (ended.run.usage, ended.run.remote_id) == (Usage(1, 2), "remote")
    assert [m.text for m in service.requests[0].messages] == ["?"]


async def test_two_starts_read_a_reply_on_once(tmp_path: Path) -> None:
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests.append([TextAppended(" whole"), DONE])
    await read_on(folder, dead, service)
    s, reply = await read_on(folder, dead, service)
    assert reply.text == "half whole"
    assert not s.facts
    assert len(service.resumed) == 1


async def test_what_came_after_the_last_checkpoint_is_not_doubled(tmp_path: Path) -> None:
    script: list[Step] = [
        ACCEPTED,
        TextAppended("one "),
        Checkpoint(1),
        TextAppended("two "),
        asyncio.Event(),
    ]
    folder, dead = await killed(tmp_path, script, "one ")
    service = ResumableService()
    service.rests.append([TextAppended("two "), Checkpoint(2), TextAppended("three"), DONE])
    assert (await read_on(folder, dead, service))[1].text == "one two three"


async def test_a_run_that_was_only_accepted_is_read_from_its_beginning(tmp_path: Path) -> None:
    async with scene(tmp_path, service=ResumableService()) as s:
        s.service.scripts.append([ACCEPTED, asyncio.Event()])
        began = await s.runs.send(s.thread_id, "?")
        run_id = began.reply.run_id
        assert run_id is not None

        async def is_accepted() -> bool:
            run = await s.conversations.run(run_id)
            return run is not None and bool(run.remote_id)

        await until(is_accepted)
        folder = image(s, tmp_path / "left")
    service = ResumableService()
    service.rests.append([TextReplaced("whole"), DONE])
    assert (await read_on(folder, s, service))[1].text == "whole"
    assert service.resumed == [("remote", None)]


async def test_a_snapshot_replaces_what_had_come_before_the_kill(tmp_path: Path) -> None:
    folder, dead = await killed(
        tmp_path, [ACCEPTED, TextReplaced("Hollow"), Checkpoint(0), asyncio.Event()], "Hollow"
    )
    service = ResumableService()
    service.rests.append([TextReplaced("Hello"), TextReplaced("Hello there"), DONE])
    s, reply = await read_on(folder, dead, service)
    assert reply.text == s.shown() == "Hello there"


class Recorded(ResumableService):
    """A run of which every event is known; it is read on exactly as it was written."""

    def __init__(self, steps: list[tuple[int, list[RunEvent]]], stop_after: int) -> None:
        super().__init__()
        self.steps = steps
        self.stop_after = stop_after
        self.is_there = asyncio.Event()

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        yield ACCEPTED
        flat = [event for _, events in self.steps for event in events]
        for event in flat[: self.stop_after]:
            yield event
        self.is_there.set()
        await asyncio.Event().wait()

    async def resume(
        self, request: RunRequest, remote_id: str, cursor: int | None
    ) -> AsyncGenerator[RunEvent, None]:
        for number, events in self.steps:
            if cursor is None or number > cursor:
                for event in events:
                    yield event
        yield DONE


def recorded_steps(chooser: random.Random) -> tuple[list[tuple[int, list[RunEvent]]], str]:
    """Events of a run, those of each number with its checkpoint last, and the text they make."""
    steps: list[tuple[int, list[RunEvent]]] = []
    text = ""
    are_snapshots = chooser.random() < 0.5
    for number in range(8):
        piece = chooser.choice(["a", "bc", "", "длинный кусок "])
        text = chooser.choice([text, text[:-2]]) + piece if are_snapshots else text + piece
        event = TextReplaced(text) if are_snapshots else TextAppended(piece)
        steps.append((number, [event, Checkpoint(number)]))
    return steps, text


@pytest.mark.parametrize("seed", range(12))
async def test_wherever_the_program_is_killed_the_reply_is_whole_in_the_end(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.controllers.replies.JOURNAL_S", 0)
    chooser = random.Random(seed)
    steps, text = recorded_steps(chooser)
    service = Recorded(steps, chooser.randrange(2 * len(steps) + 1))
    async with scene(tmp_path, service=service) as s:
        await s.runs.send(s.thread_id, "?")
        await service.is_there.wait()
        for _ in range(chooser.randrange(8)):  # the journal is anywhere
            await asyncio.sleep(0)
        if chooser.random() < 0.5:
            await s.messages()
        folder = image(s, tmp_path / "left")
        next_one, reply = await read_on(folder, s, service)
    if not next_one.facts:  # killed before the journal knew that it can be read on
        assert (reply.text, reply.status) == ("", Status.INTERRUPTED)
        return
    assert reply.text == text
    assert next_one.shown() == text


async def test_leaving_lets_the_service_write_on(tmp_path: Path) -> None:
    service = ResumableService()
    async with scene(tmp_path, service=service) as s:
        service.scripts.append(half())
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half")
        await s.runs.close()
        reply = (await s.messages())[-1]
        assert (reply.text, reply.status) == ("half", Status.WRITING)
        assert not s.endings()
        assert not service.cancelled
    service.rests.append([TextAppended(" whole"), DONE])
    assert (await read_on(tmp_path, s, service))[1].text == "half whole"


async def test_what_is_read_on_may_be_left_once_more(tmp_path: Path) -> None:
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests.append([TextAppended(" and"), Checkpoint(4), TextAppended(" lost"), asyncio.Event()])
    async with next_start(folder, dead.thread_id, service, owner="second") as s:
        await until(lambda: s.shown() == "half and lost")
    service.rests.append([TextAppended(" whole"), DONE])
    assert (await read_on(folder, dead, service))[1].text == "half and whole"
    assert service.resumed == [("remote", 3), ("remote", 4)]


async def test_a_run_that_the_service_has_forgotten_keeps_its_text_and_can_be_continued(
    tmp_path: Path,
) -> None:
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests.append([NotFoundError("no such run", status_code=404)])
    async with next_start(folder, dead.thread_id, service) as s:
        await s.runs.wait(s.thread_id)
        reply = (await s.messages())[-1]
        assert (reply.text, reply.status) == ("half", Status.INTERRUPTED)
        assert s.endings()[0].run.error is None
        service.scripts.append([TextAppended(" whole"), DONE])
        await s.runs.continue_reply(reply.id)
        await s.runs.wait(s.thread_id)
        assert (await s.messages())[-1].text == "half whole"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnreachableError("cut", step="tcp"), Status.INTERRUPTED),
        (SignInError("no"), Status.FAILED),
    ],
)
async def test_a_run_that_cannot_be_read_on_keeps_its_text(
    tmp_path: Path, error: NitkaError, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.controllers.answering.RESUME_RETRIES", 0)
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests.append([error])
    s, reply = await read_on(folder, dead, service)
    assert (reply.text, reply.status) == ("half", status)
    assert len(s.endings()) == 1


async def test_a_service_that_cannot_resume_any_more_ends_the_run(tmp_path: Path) -> None:
    folder, dead = await killed(tmp_path, half(), "half")
    _, reply = await read_on(folder, dead, ScriptedService())
    assert (reply.text, reply.status) == ("half", Status.INTERRUPTED)


@pytest.mark.parametrize(
    "failure",
    [
        UnreachableError("no such host", step="dns", is_untouched=True),
        UnreachableError("no such host", step="dns"),  # said of a run that the service has
        ServiceFaultError("overloaded", status_code=503),
        RateLimitedError("busy", retry_after_s=0),
    ],
)
async def test_a_network_that_is_late_is_waited_for(
    tmp_path: Path, failure: NitkaError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.domain.retrying.FIRST_S", 0.001)
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests += [[failure], [TextAppended(" whole"), DONE]]
    assert (await read_on(folder, dead, service))[1].text == "half whole"


async def test_a_thread_that_is_read_on_is_not_asked_meanwhile(tmp_path: Path) -> None:
    folder, dead = await killed(tmp_path, half(), "half")
    service = ResumableService()
    service.rests.append([asyncio.Event()])
    async with next_start(folder, dead.thread_id, service) as s:
        assert s.runs.is_busy(s.thread_id)
        await s.runs.stop(s.thread_id)
        reply = (await s.messages())[-1]
        assert (reply.text, reply.status) == ("half", Status.STOPPED)
    assert service.cancelled == ["remote"]


async def test_stop_tells_the_service_and_does_not_wait_for_it(tmp_path: Path) -> None:
    service = ResumableService()
    service.cancel_errors = [ServiceFaultError("later", status_code=503)]
    async with scene(tmp_path, service=service) as s:
        service.scripts.append(half())
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half")
        await s.runs.stop(s.thread_id)
        assert service.closed_streams == 1
        assert s.endings()[0].run.status is Status.STOPPED
        await until(lambda: service.cancelled == ["remote", "remote"])


class DeafService(ResumableService):
    """Never answers when it is told to stop."""

    async def cancel_run(self, remote_id: str) -> None:
        self.cancelled.append(remote_id)
        await asyncio.Event().wait()


async def test_leaving_waits_a_second_at_most_for_a_service_that_is_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.controllers.runs.LEAVE_S", 0.05)
    service = DeafService()
    async with scene(tmp_path, service=service) as s:
        service.scripts.append(half())
        await s.runs.send(s.thread_id, "?")
        await until(lambda: s.shown() == "half")
        await s.runs.stop(s.thread_id)
        async with asyncio.timeout(PATIENCE_S):
            await s.runs.close()
        assert service.cancelled == ["remote"]


async def test_a_reply_that_is_continued_ends_with_the_program(tmp_path: Path) -> None:
    service = ResumableService()
    async with scene(tmp_path, service=service) as s:
        first = await s.ask("?", TextAppended("one, "), RunEnded(Status.TRUNCATED))
        service.scripts.append([ACCEPTED, TextReplaced("two"), Checkpoint(1), asyncio.Event()])
        await s.runs.continue_reply(first.id)
        await stored(s, "one, two")
        await s.runs.close()
        reply = (await s.messages())[-1]
        assert (reply.text, reply.status) == ("one, two", Status.INTERRUPTED)
        assert service.cancelled == ["remote"]  # nobody can read the rest


async def test_the_service_is_told_when_a_reply_that_is_continued_is_stopped(tmp_path: Path) -> None:
    service = ResumableService()
    async with scene(tmp_path, service=service) as s:
        first = await s.ask("?", TextAppended("one, "), RunEnded(Status.TRUNCATED))
        service.scripts.append([ACCEPTED, TextAppended("two"), Checkpoint(1), asyncio.Event()])
        await s.runs.continue_reply(first.id)
        await stored(s, "one, two")
        await s.runs.stop(s.thread_id)
        await until(lambda: service.cancelled == ["remote"])


async def test_a_run_that_cannot_be_resumed_leaves_no_cursor(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service.scripts.append([RunAccepted("remote"), TextAppended("half"), asyncio.Event()])
        await s.runs.send(s.thread_id, "?")
        await stored(s, "half")
        orphans = await s.conversations.resumable_orphans(lambda _: False, "next")
        assert orphans == []


async def test_sources_are_kept_with_the_reply(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        found = CitationsFound((Citation("Page", "https://example.org", start=0, end=2),))
        reply = await s.ask("?", TextAppended("Hi"), found, DONE)
        assert reply.citations == found.citations
        assert s.endings()[0].message.citations == found.citations


async def test_sources_of_a_continued_reply_stand_where_its_text_stands(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first, second = Citation("A", "https://a.example", start=0, end=3), Citation("B", start=1, end=4)
        reply = await s.ask("?", TextAppended("one, "), CitationsFound((first,)), RunEnded(Status.TRUNCATED))
        s.service.scripts.append([TextAppended("two"), CitationsFound((second, Citation("C"))), DONE])
        await s.runs.continue_reply(reply.id)
        await s.runs.wait(s.thread_id)
        assert (await s.messages())[-1].citations == (
            first,
            replace(second, start=6, end=9),
            Citation("C"),
        )
