"""Calls outlive the program: what was asked is asked again, what was done is not, and no program runs twice unasked."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.controllers.argument_checks import checked_arguments
from desktop_app.domain.errors import NotFoundError, StoreError
from desktop_app.domain.events import (
    Checkpoint,
    RunAccepted,
    RunPaused,
    TextAppended,
    TextReplaced,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Author, Message, Status, Usage
from desktop_app.domain.tools import CallStatus, Command, Decision, Function, Rule
from tests.conftest import until
from tests.unit.run_scene import (
    DONE,
    SETTINGS,
    ResumableService,
    Scene,
    Step,
    SubmittingService,
    calling,
    image,
    next_start,
    scene,
)
from tests.unit.test_rounds import YES, allow, begin, ended

ACCEPTED = RunAccepted("remote", can_resume=True)
ASK_USER = Function("ask_user")
COUNTED = "import sys, time; open(sys.argv[1], 'a').write('x'); print('done', end=''); sys.stdout.flush()"


def counted(file: Path, *, lasts: bool = False) -> Function:
    """A function whose program leaves a mark in ``file`` each time."""
    script = f"{COUNTED}; time.sleep(60)" if lasts else COUNTED
    return Function("count", command=Command(sys.executable, ("-c", script, str(file))))


async def steps_stored(s: Scene, *statuses: CallStatus) -> None:
    async def are_stored() -> bool:
        return tuple(step.status for step in (await s.messages())[-1].steps) == statuses

    await until(are_stored)


async def left(s: Scene, *statuses: CallStatus) -> Path:
    """What the program leaves when it is killed with its calls at ``statuses``."""
    await steps_stored(s, *statuses)
    return image(s, s.folder / "left")


async def continued(s: Scene, reply: Message, *script: Step) -> None:
    s.service.scripts.append(list(script))
    await s.runs.continue_reply(reply.id)


async def test_a_call_that_waited_is_asked_again_and_an_ended_one_is_not(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    functions = (counted(marks), replace(counted(marks), name="other"), ASK_USER)
    async with scene(tmp_path, replace(SETTINGS, functions=functions)) as s:
        await allow(s, functions[0])
        told = calling(("count", ""), ("other", ""), ("ask_user", ""))
        await begin(s, [TextAppended("So."), *told])
        asked, wanted = CallStatus.ASKED, CallStatus.WANTED
        folder = await left(s, CallStatus.DONE, asked, wanted)
    async with next_start(folder, s.thread_id) as later:
        reply = (await later.messages())[-1]
        assert (reply.status, reply.text) == (Status.INTERRUPTED, "So.")
        assert [step.status for step in reply.steps] == [CallStatus.DONE, asked, wanted]
        await continued(later, reply, TextAppended(YES), DONE)
        await later.reached(CallStatus.DONE, asked, wanted)
        await later.runs.decide(reply.id, "0:1", Decision.ONCE)
        await later.runs.give_result(reply.id, "0:2", "42")
        reply = await ended(later)
        assert [step.result for step in reply.steps] == ["done", "done", "42"]
        assert (reply.text, reply.status) == ("So.\n\nYes.", Status.COMPLETED)
        assert marks.read_text() == "xx"
        (request,) = later.service.requests
        assert [one.author for one in request.messages] == [
            Author.USER,
            Author.ASSISTANT,
            *[Author.TOOL] * 3,
        ]


@pytest.mark.parametrize("is_changed", [False, True], ids=["as it was", "changed since"])
async def test_an_answer_to_a_call_that_is_not_judged_yet_counts_for_what_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_changed: bool
) -> None:
    marks, judging = tmp_path / "marks", asyncio.Event()

    async def checked_later(*told: Any) -> str:
        await judging.wait()
        return await checked_arguments(*told)

    async with scene(tmp_path, replace(SETTINGS, functions=(counted(marks), ASK_USER))) as s:
        await begin(s, calling(("count", ""), ("ask_user", "")))
        folder = await left(s, CallStatus.ASKED, CallStatus.WANTED)
    monkeypatch.setattr("desktop_app.controllers.calls.checked_arguments", checked_later)
    async with next_start(folder, s.thread_id) as later:
        reply = (await later.messages())[-1]
        if is_changed:
            functions = (counted(tmp_path / "others"), ASK_USER)
            settings = replace(s.assistant.settings, functions=functions)
            await later.assistants.save_version(s.assistant.id, settings)
        await continued(later, reply, TextAppended(YES), DONE)
        await later.runs.decide(reply.id, "0:0", Decision.ONCE)
        await later.runs.give_result(reply.id, "0:1", "42")
        judging.set()
        if is_changed:
            await later.reached(CallStatus.ASKED, CallStatus.DONE)
            await later.runs.decide(reply.id, "0:0", Decision.DENY)
        reply = await ended(later)
        assert reply.steps[1].result == "42"
        assert reply.steps[0].status is (CallStatus.DENIED if is_changed else CallStatus.DONE)
        assert marks.exists() != is_changed
        assert not (tmp_path / "others").exists()


async def test_a_program_that_was_killed_with_nitka_is_not_started_again_unasked(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    function = counted(marks, lasts=True)
    async with scene(tmp_path, replace(SETTINGS, functions=(function,))) as s:
        await allow(s, function)
        await begin(s, calling(("count", "")))
        await until(lambda: marks.exists() and marks.read_text() != "")
        folder = await left(s, CallStatus.RUNNING)
    async with next_start(folder, s.thread_id) as later:
        reply = (await later.messages())[-1]
        assert await later.rules.rule(s.assistant.id, function) is Rule.ALLOW
        await continued(later, reply, TextAppended(YES), DONE)
        await later.reached(CallStatus.ASKED)
        await later.runs.decide(reply.id, "0:0", Decision.DENY)
        assert (await ended(later)).steps[0].status is CallStatus.DENIED
        assert marks.read_text() == "x"


async def test_killed_at_any_moment_nothing_is_lost_or_done_twice_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "marks"
    allowed, asked = counted(marks), replace(counted(marks), name="other")
    settings = replace(SETTINGS, functions=(allowed, asked))
    images: list[Path] = []
    async with scene(tmp_path, settings) as s:
        await allow(s, allowed)
        save = s.conversations.save_reply

        async def save_and_copy(message_id: MessageId, text: str, steps: Any = None, **place: Any) -> None:
            await save(message_id, text, steps, **place)
            if steps:
                images.append(image(s, tmp_path / f"left {len(images)}"))

        monkeypatch.setattr(s.conversations, "save_reply", save_and_copy)
        calls = calling(("count", ""), ("other", ""))
        await begin(s, [TextAppended("One."), *calls], [TextAppended("Two."), *calls], [DONE])
        for count in (2, 4):
            await until(lambda count=count: len(s.steps()) == count)  # type: ignore[misc]
            await s.reached(CallStatus.DONE, CallStatus.ASKED)
            key = s.steps()[-1].call.key
            await s.runs.decide(s.stages()[-1].message_id, key, Decision.ONCE)
        assert len((await ended(s)).steps) == 4
    assert len(images) >= 8
    for folder in images:
        marks.write_text("")
        async with next_start(folder, s.thread_id) as later:
            not_begun = await survives(later)
        assert len(marks.read_text()) == not_begun


async def survives(s: Scene) -> int:
    """What was left is gone on with, with a no to every question; how many programs were allowed and not begun."""
    left = (await s.messages())[-1]
    assert left.status is Status.INTERRUPTED
    s.service.scripts.append([TextAppended("Three."), DONE])
    await s.runs.continue_reply(left.id)
    waiting = asyncio.create_task(s.runs.wait(s.thread_id))
    while not waiting.done():
        for step in s.steps():
            await s.runs.decide(left.id, step.call.key, Decision.DENY)
        await asyncio.sleep(0.01)
    reply = (await s.messages())[-1]
    assert reply.status is Status.COMPLETED
    assert reply.text == f"{left.text}\n\nThree."
    not_begun = 0
    for before, after in zip(left.steps, reply.steps, strict=True):
        if not before.is_open:
            assert after == before
        elif before.status is CallStatus.RUNNING and before.began_at is None:
            assert after.status is CallStatus.DONE
            not_begun += 1
        else:
            assert after.status is CallStatus.DENIED
    return not_begun


async def test_leaving_keeps_open_calls_for_the_next_start(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,))) as s:
        await begin(s, calling(("ask_user", "")))
        await s.reached(CallStatus.WANTED)
        await s.runs.close()
        reply = (await s.messages())[-1]
        assert reply.status is Status.INTERRUPTED
        assert [step.status for step in reply.steps] == [CallStatus.WANTED]


async def test_a_function_that_is_gone_is_told_to_the_model(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,))) as s:
        await begin(s, calling(("ask_user", "")))
        folder = await left(s, CallStatus.WANTED)
    async with next_start(folder, s.thread_id) as later:
        await later.assistants.save_version(s.assistant.id, replace(s.assistant.settings, functions=()))
        reply = (await later.messages())[-1]
        await continued(later, reply, TextAppended(YES), DONE)
        (step,) = (await ended(later)).steps
        assert step.status is CallStatus.FAILED
        assert step.result == "There is no function 'ask_user'. Functions on offer: none."


async def test_a_stopped_reply_goes_on_with_what_the_stop_left(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,))) as s:
        await begin(s, calling(("ask_user", "")))
        await s.reached(CallStatus.WANTED)
        await s.runs.stop(s.thread_id)
        reply = await ended(s)
        await continued(s, reply, TextAppended(YES), DONE)
        reply = await ended(s)
        assert [step.status for step in reply.steps] == [CallStatus.STOPPED]
        assert (reply.text, reply.status) == (YES, Status.COMPLETED)
        assert "stopped" in s.service.requests[-1].messages[-1].text


async def test_a_reply_without_words_can_be_forked_and_asked_on(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,))) as s:
        await begin(s, calling(("ask_user", "")))
        await s.reached(CallStatus.WANTED)
        await s.runs.stop(s.thread_id)
        reply = await ended(s)
        fork = await s.conversations.fork_thread(reply.id, "Fork")
        assert (await s.conversations.messages(fork))[-1].steps == reply.steps
        await s.ask("And now?", TextAppended(YES), DONE)
        assert [one.author for one in s.service.requests[-1].messages] == [
            Author.USER,
            Author.ASSISTANT,
            Author.TOOL,
            Author.USER,
        ]


# -- services that keep the run waiting


def submitting() -> SubmittingService:
    return SubmittingService()


async def test_results_are_submitted_to_the_run_that_waits(tmp_path: Path) -> None:
    service = submitting()
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=service) as s:
        told = calling(("ask_user", ""), ("nobody", ""))
        usage = UsageReported(Usage(5, 1))
        service.rests = [
            [TextReplaced("So."), Checkpoint(9), *calling(("ask_user", '{"n": 2}'))],
            [TextReplaced("So."), TextReplaced("So. Yes."), UsageReported(Usage(9, 4)), DONE],
        ]
        await begin(s, [ACCEPTED, Checkpoint(3), usage, *told])
        await s.reached(CallStatus.WANTED, CallStatus.FAILED)
        await s.runs.give_result(s.stages()[-1].message_id, "0:0", "42")
        await s.reached(CallStatus.WANTED)
        await s.runs.give_result(s.stages()[-1].message_id, "1:0", "43")
        reply = await ended(s)
        missing = reply.steps[1].result
        assert service.submitted == [
            ("remote", 3, [("ask_user", "42"), ("nobody", missing)]),
            ("remote", 9, [("ask_user", "43")]),
        ]
        assert (reply.text, reply.status) == ("So. Yes.", Status.COMPLETED)
        assert s.endings()[0].run.usage == Usage(9, 4)  # of the whole run there
        assert len(service.requests) == 3


async def test_a_run_there_that_waits_no_more_is_asked_anew(tmp_path: Path) -> None:
    service = submitting()
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=service) as s:
        service.rests = [[NotFoundError("gone", status_code=404)]]
        await begin(
            s,
            [ACCEPTED, TextAppended("So."), Checkpoint(3), *calling(("ask_user", ""))],
            [TextAppended(YES), DONE],
        )
        await s.reached(CallStatus.WANTED)
        await s.runs.give_result(s.stages()[-1].message_id, "0:0", "42")
        reply = await ended(s)
        assert (reply.text, reply.status) == ("So.\n\nYes.", Status.COMPLETED)
        assert service.requests[-1].messages[-1].text == "42"


async def test_a_stop_is_told_to_the_service_that_waits(tmp_path: Path) -> None:
    service = submitting()
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=service) as s:
        await begin(s, [ACCEPTED, Checkpoint(3), *calling(("ask_user", ""))])
        await s.reached(CallStatus.WANTED)
        await s.runs.stop(s.thread_id)
        await s.runs.close()
        assert service.cancelled == ["remote"]


async def test_always_does_not_start_again_what_was_killed(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    slow = counted(marks, lasts=True)
    async with scene(tmp_path, replace(SETTINGS, functions=(slow,))) as s:
        await begin(s, calling(("count", ""), ("count", "")))
        await s.reached(CallStatus.ASKED, CallStatus.ASKED)
        await s.runs.decide(s.stages()[-1].message_id, "0:0", Decision.ONCE)
        await until(lambda: marks.exists() and marks.read_text() != "")
        folder = await left(s, CallStatus.RUNNING, CallStatus.ASKED)
    async with next_start(folder, s.thread_id) as later:
        await later.assistants.save_version(
            s.assistant.id, replace(s.assistant.settings, functions=(counted(marks),))
        )
        reply = (await later.messages())[-1]
        reply_id = reply.id
        await continued(later, reply, TextAppended(YES), DONE)
        await later.runs.decide(
            reply_id, "0:1", Decision.ALWAYS
        )  # not yet judged by what the function is now
        await later.reached(CallStatus.ASKED, CallStatus.ASKED)
        assert not await later.rules.rules(s.assistant.id)
        await later.runs.decide(reply_id, "0:1", Decision.ALWAYS)
        await later.reached(CallStatus.ASKED, CallStatus.DONE)
        assert marks.read_text() == "xx"
        await later.runs.decide(reply_id, "0:0", Decision.DENY)
        await later.runs.decide(reply_id, "0:0", Decision.ALWAYS)
        assert [step.status for step in (await ended(later)).steps] == [CallStatus.DENIED, CallStatus.DONE]


async def test_a_call_that_is_made_again_after_its_answer_is_not_answered_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = ToolCalled("k", "ask_user", "")
    again: list[Step] = [call, Checkpoint(9), RunPaused()]
    service = submitting()
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=service) as s:
        service.rests = [again]
        save = s.conversations.save_reply

        async def copy_and_save(message_id: MessageId, text: str, steps: Any = None, **place: Any) -> None:
            if steps and len(steps) == 2 and not (tmp_path / "left").exists():
                image(s, tmp_path / "left")  # killed when the second call was heard and is not yet stored
            await save(message_id, text, steps, **place)

        monkeypatch.setattr(s.conversations, "save_reply", copy_and_save)
        await begin(s, [ACCEPTED, call, Checkpoint(3), RunPaused()])
        await s.reached(CallStatus.WANTED)
        await s.runs.give_result(s.stages()[-1].message_id, "0:0", "42")
        await s.reached(CallStatus.DONE, CallStatus.WANTED)
        await until((tmp_path / "left").exists)
    service = submitting()
    service.rests = [again, [TextAppended(YES), DONE]]
    async with next_start(tmp_path / "left", s.thread_id, service) as later:
        await later.reached(CallStatus.DONE, CallStatus.WANTED)
        await later.runs.give_result((await later.messages())[-1].id, "1:0", "43")
        assert [step.result for step in (await ended(later)).steps] == ["42", "43"]
        assert service.resumed == [("remote", 3)]
        assert service.submitted == [("remote", 9, [("ask_user", "43")])]


async def test_the_place_behind_calls_that_could_not_be_stored_is_not_noted_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = submitting()
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=service) as s:
        save, failed = s.conversations.save_reply, asyncio.Event()

        async def fail_once(message_id: MessageId, text: str, steps: Any = None, **place: Any) -> None:
            if steps and not failed.is_set():
                failed.set()
                raise StoreError("no room")
            await save(message_id, text, steps, **place)

        monkeypatch.setattr(s.conversations, "save_reply", fail_once)
        await begin(s, [ACCEPTED, *calling(("ask_user", ""))[:-1], Checkpoint(3), RunPaused()])
        await failed.wait()

        async def is_noted() -> bool:
            (run,) = await s.conversations.runs(s.thread_id)
            return run.cursor == 3

        await until(is_noted)
        assert [step.status for step in (await s.messages())[-1].steps] == [CallStatus.WANTED]


@pytest.mark.parametrize("how", ["killed", "left"])
async def test_a_run_that_waits_is_taken_up_with_its_ended_calls(tmp_path: Path, how: str) -> None:
    marks = tmp_path / "marks"
    functions = (counted(marks), ASK_USER)
    script = calling(("count", ""), ("ask_user", ""))
    async with scene(tmp_path, replace(SETTINGS, functions=functions), service=submitting()) as s:
        await allow(s, functions[0])
        await begin(s, [ACCEPTED, TextAppended("So."), Checkpoint(3), *script])
        await steps_stored(s, CallStatus.DONE, CallStatus.WANTED)
        if how == "left":
            await s.runs.close()
        folder = await left(s, CallStatus.DONE, CallStatus.WANTED)
    service = submitting()
    service.rests = [script, [TextAppended(YES), DONE]]
    async with next_start(folder, s.thread_id, service) as later:
        await later.reached(CallStatus.DONE, CallStatus.WANTED)
        await later.runs.give_result((await later.messages())[-1].id, "0:1", "42")
        reply = await ended(later)
        assert service.resumed == [("remote", 3)]
        assert service.submitted == [("remote", 3, [("count", "done"), ("ask_user", "42")])]
        assert (reply.text, reply.status) == ("So.\n\nYes.", Status.COMPLETED)
        assert len(reply.steps) == 2
        assert marks.read_text() == "x"


async def test_other_calls_than_before_are_a_new_round(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=submitting()) as s:
        await begin(s, [ACCEPTED, Checkpoint(3), *calling(("ask_user", ""))])
        folder = await left(s, CallStatus.WANTED)
    service = submitting()
    service.rests = [calling(("nobody", "")), [DONE]]
    async with next_start(folder, s.thread_id, service) as later:
        reply = await ended(later)
        # the run there went on without the first call, whoever answered it
        assert [(step.call.key, step.status) for step in reply.steps] == [
            ("0:0", CallStatus.STOPPED),
            ("1:0", CallStatus.FAILED),
        ]


async def test_a_run_that_is_over_there_is_not_read_on(tmp_path: Path) -> None:
    """A background run ends with its calls: what follows is another run, and is interrupted by a kill."""
    async with scene(tmp_path, replace(SETTINGS, functions=(ASK_USER,)), service=ResumableService()) as s:
        script: list[Step] = [ACCEPTED, TextAppended("So."), Checkpoint(3), *calling(("ask_user", ""))]
        await begin(
            s,
            script,
            [RunAccepted("second", can_resume=True), TextAppended("Y"), Checkpoint(1), asyncio.Event()],
        )
        await s.reached(CallStatus.WANTED)
        waiting = await left(s, CallStatus.WANTED)
        await s.runs.give_result(s.stages()[-1].message_id, "0:0", "42")

        async def goes_on() -> bool:
            return (await s.messages())[-1].text == "So.\n\nY"

        await until(goes_on)
        going = image(s, tmp_path / "going")
    for folder in (waiting, going):
        async with next_start(folder, s.thread_id, ResumableService()) as later:
            assert (await later.messages())[-1].status is Status.INTERRUPTED
            assert not later.service.requests
