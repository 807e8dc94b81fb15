"""Replies that call functions: what becomes of the calls, and what the model is given."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.controllers.calls import PROGRAMS_AT_ONCE, work_folder
from desktop_app.controllers.facts import StepsChanged
from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.connections import Network
from desktop_app.domain.errors import ContextTooLongError, ServiceFaultError, StoreError
from desktop_app.domain.events import (
    CitationsFound,
    RunEnded,
    RunPaused,
    TextAppended,
    TextReplaced,
    ThreadHeld,
    UsageReported,
)
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.prompt import Held, PromptMessage
from desktop_app.domain.threads import Author, Citation, Message, Status, Usage
from desktop_app.domain.tools import (
    ROUNDS_LIMIT,
    CallStatus,
    Command,
    Decision,
    Function,
    Rule,
    ToolStep,
)
from tests.conftest import until
from tests.unit.run_scene import CONNECTION, DONE, SETTINGS, Scene, Step, calling, scene
from tests.unit.test_runs_held import CHAIN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at POSIX processes")

CITY = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'
SAY_CITY = "import json, sys; print('sunny in', json.load(sys.stdin)['city'], end='')"
TULA, KAZAN = '{"city": "Tula"}', '{"city": "Kazan"}'
YES = "Yes."


def command(script: str, **limits: int) -> Command:
    return Command(sys.executable, ("-c", script), **limits)


WEATHER = Function("weather", "Tells the weather", CITY, command=command(SAY_CITY))
ASK_USER = Function("ask_user", "Asks the user")
TOOLS = replace(SETTINGS, functions=(WEATHER, ASK_USER))


async def allow(s: Scene, function: Function = WEATHER, rule: Rule = Rule.ALLOW) -> None:
    await s.rules.set_rule(s.assistant.id, function, rule)


async def begin(s: Scene, *rounds: Sequence[Step]) -> None:
    s.service.scripts += [list(script) for script in rounds]
    await s.runs.send(s.thread_id, "?")


async def ended(s: Scene) -> Message:
    await s.runs.wait(s.thread_id)
    return (await s.messages())[-1]


async def answered(s: Scene, *rounds: Sequence[Step]) -> Message:
    await begin(s, *rounds)
    return await ended(s)


def told(message: PromptMessage) -> tuple[Author, str]:
    return message.author, message.text


def outcomes(steps: Sequence[ToolStep]) -> list[tuple[CallStatus, str]]:
    return [(step.status, step.result) for step in steps]


async def test_two_calls_under_one_id_are_answered_each(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        calls = calling(("weather", TULA), ("weather", KAZAN), call_id="weather")
        reply = await answered(s, [TextAppended("Let me look."), *calls], [TextAppended(YES), DONE])
        assert (reply.text, reply.status) == ("Let me look.\n\nYes.", Status.COMPLETED)
        assert s.shown() == reply.text
        assert [step.call.key for step in reply.steps] == ["0:0", "0:1"]
        assert [(step.round, step.place) for step in reply.steps] == [(0, 12), (0, 12)]
        done = CallStatus.DONE
        assert outcomes(reply.steps) == [(done, "sunny in Tula"), (done, "sunny in Kazan")]
        assert reply.steps == s.steps() == s.endings()[0].message.steps
        _, question = s.service.requests
        assert [told(one) for one in question.messages] == [
            (Author.USER, "?"),
            (Author.ASSISTANT, "Let me look."),
            (Author.TOOL, "sunny in Tula"),
            (Author.TOOL, "sunny in Kazan"),
        ]
        assert [call.key for call in question.messages[1].calls] == ["0:0", "0:1"]
        assert [one.call.key for one in question.messages[2:] if one.call] == ["0:0", "0:1"]
        assert all(request.functions == TOOLS.functions for request in s.service.requests)


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("weather", "{city: Tula", "not valid JSON"),
        ("weather", '"Tula"', "not a JSON object"),
        ("weather", "{}", "'city' is a required property"),
        ("wether", TULA, "There is no function 'wether'. Functions on offer: weather, ask_user."),
        ("../../bin/sh -c 'x'", TULA, "There is no function"),
        ("", "", "There is no function ''"),
    ],
)
async def test_a_bad_call_is_told_to_the_model(
    tmp_path: Path, name: str, arguments: str, reason: str
) -> None:
    async with scene(tmp_path, TOOLS) as s:
        reply = await answered(s, calling((name, arguments)), [TextAppended(YES), DONE])
        (step,) = reply.steps
        assert step.status is CallStatus.FAILED
        assert reason in step.result
        assert step.call.arguments == arguments
        assert s.service.requests[1].messages[-1].text == step.result
        assert reply.text == YES


async def test_a_program_is_asked_for_first(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await begin(s, calling(("weather", TULA)), [TextAppended(YES), DONE])
        (asked,) = await s.reached(CallStatus.ASKED)
        assert asked.command == WEATHER.command
        assert s.stages()[-1].stage == "approving"
        reply_id = s.stages()[-1].message_id
        await s.runs.decide(reply_id, "9:9", Decision.ONCE)
        await s.runs.give_result(reply_id, "0:0", "made up")
        await s.runs.decide(reply_id, "0:0", Decision.ONCE)
        reply = await ended(s)
        assert outcomes(reply.steps) == [(CallStatus.DONE, "sunny in Tula")]
        assert reply.steps[0].began_at
        assert reply.steps[0].ended_at
        await s.runs.decide(reply_id, "0:0", Decision.DENY)
        assert await s.rules.rules(s.assistant.id) == {}


async def test_a_denied_call_is_answered_properly(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await begin(s, calling(("weather", TULA), ("ask_user", "{}")), [TextAppended(YES), DONE])
        await s.reached(CallStatus.ASKED, CallStatus.WANTED)
        reply_id = s.stages()[-1].message_id
        await s.runs.decide(reply_id, "0:1", Decision.ALWAYS)  # there is nothing to allow
        for key in ("0:0", "0:1"):
            await s.runs.decide(reply_id, key, Decision.DENY)
        reply = await ended(s)
        denied = (CallStatus.DENIED, "The user did not allow this call.")
        assert outcomes(reply.steps) == [denied, denied]
        assert reply.status is Status.COMPLETED


async def test_always_answers_all_calls_of_the_function_and_those_to_come(tmp_path: Path) -> None:
    other = replace(WEATHER, name="other")
    async with scene(tmp_path, replace(TOOLS, functions=(WEATHER, other))) as s:
        calls = calling(("weather", TULA), ("other", TULA), ("weather", KAZAN))
        await begin(s, calls, calling(("weather", TULA)), [TextAppended(YES), DONE])
        asked = CallStatus.ASKED
        await s.reached(asked, asked, asked)
        reply_id = s.stages()[-1].message_id
        await s.runs.decide(reply_id, "0:2", Decision.ALWAYS)
        await s.reached(CallStatus.DONE, asked, CallStatus.DONE)
        await s.runs.decide(reply_id, "0:1", Decision.ONCE)
        reply = await ended(s)
        assert [step.result for step in reply.steps] == ["sunny in Tula"] * 2 + [
            "sunny in Kazan",
            "sunny in Tula",
        ]


@pytest.mark.parametrize(
    "changed",
    [
        replace(WEATHER, command=command("print('rain', end='')")),
        replace(WEATHER, description="Something else"),
        replace(WEATHER, parameters='{"type": "object"}'),
    ],
)
async def test_a_rule_is_about_exactly_what_it_was_made_for(tmp_path: Path, changed: Function) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        settings = replace(s.assistant.settings, functions=(changed,))
        await s.assistants.save_version(s.assistant.id, settings)
        await begin(s, calling(("weather", TULA)))
        await s.reached(CallStatus.ASKED)
        await s.runs.stop(s.thread_id)


async def test_a_function_that_is_denied_for_good_asks_nobody(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s, WEATHER, Rule.DENY)
        await allow(s, ASK_USER, Rule.DENY)
        calls = calling(("weather", TULA), ("ask_user", "{}"))
        reply = await answered(s, calls, [TextAppended(YES), DONE])
        assert {step.status for step in reply.steps} == {CallStatus.DENIED}


async def test_the_user_fills_in_what_nothing_here_answers(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await begin(s, calling(("ask_user", "")), [TextAppended(YES), DONE])
        await s.reached(CallStatus.WANTED)
        assert s.stages()[-1].stage == "wanting"
        reply_id = s.stages()[-1].message_id
        await s.runs.decide(reply_id, "0:0", Decision.ONCE)
        await s.runs.give_result(reply_id, "0:0", "42")
        await s.runs.give_result(reply_id, "0:0", "43")
        assert outcomes((await ended(s)).steps) == [(CallStatus.DONE, "42")]


async def test_half_a_character_in_a_result_can_be_sent(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await begin(s, calling(("ask_user", "")), [TextAppended(YES), DONE])
        await s.reached(CallStatus.WANTED)
        await s.runs.give_result(s.stages()[-1].message_id, "0:0", "a\ud800b\0")
        assert outcomes((await ended(s)).steps) == [(CallStatus.DONE, "a\ufffdb\0")]
        assert s.service.requests[1].messages[-1].text == "a\ufffdb\0"


async def test_who_waits_for_the_user_lets_others_ask(tmp_path: Path) -> None:
    one_by_one = replace(CONNECTION, network=Network(max_concurrent=1))
    async with scene(tmp_path, TOOLS, connection=one_by_one) as s:
        await begin(s, calling(("ask_user", "{}")))
        await s.reached(CallStatus.WANTED)
        other = (await s.conversations.create_thread(s.assistant.id)).id
        s.service.scripts.append([TextAppended("here"), DONE])
        await s.runs.send(other, "there?")
        await s.runs.wait(other)
        assert (await s.conversations.messages(other))[-1].text == "here"
        await s.runs.stop(s.thread_id)


MEET = (
    "import os, sys, time\n"
    "mine, other = sys.argv[1:]\n"
    "open(mine, 'w').close()\n"
    "while not os.path.exists(other): time.sleep(0.01)\n"
    "print('met', end='')"
)


async def test_programs_of_a_round_run_side_by_side(tmp_path: Path) -> None:
    marks = [str(tmp_path / "a"), str(tmp_path / "b")]
    functions = tuple(
        Function(name, command=Command(sys.executable, ("-c", MEET, *order)))
        for name, order in (("a", marks), ("b", marks[::-1]))
    )
    async with scene(tmp_path, replace(TOOLS, functions=functions)) as s:
        for function in functions:
            await allow(s, function)
        reply = await answered(s, calling(("a", ""), ("b", "")), [DONE])
        assert [step.result for step in reply.steps] == ["met", "met"]


async def test_only_so_many_programs_run_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        reply = await answered(s, calling(*[("weather", TULA)] * 20), [DONE])
        assert [step.result for step in reply.steps] == ["sunny in Tula"] * 20
        begun = [
            sum(step.is_open and step.began_at is not None for step in fact.steps)
            for fact in s.facts
            if isinstance(fact, StepsChanged)
        ]
        assert max(begun) == PROGRAMS_AT_ONCE


async def test_a_program_that_takes_too_long_is_ended_and_the_model_goes_on(tmp_path: Path) -> None:
    slow = Function("slow", command=command("import time; time.sleep(60)", time_limit_s=1))
    async with scene(tmp_path, replace(TOOLS, functions=(slow,))) as s:
        await allow(s, slow)
        reply = await answered(s, calling(("slow", "")), [TextAppended(YES), DONE])
        assert reply.steps[0].status is CallStatus.TIMED_OUT
        assert reply.status is Status.COMPLETED


async def test_a_program_finds_what_it_left_however_its_function_was_changed(tmp_path: Path) -> None:
    kept = Function("keep", "As it was", command=command("open('kept', 'x')"))
    changed = replace(kept, description="As it is", command=command("print(open('kept').name, end='')"))
    async with scene(tmp_path, replace(TOOLS, functions=(kept,))) as s:
        await allow(s, kept)
        await answered(s, calling(("keep", "")), [TextAppended(YES), DONE])
        await allow(s, changed)
        await s.assistants.save_version(s.assistant.id, replace(s.assistant.settings, functions=(changed,)))
        reply = await answered(s, calling(("keep", "")), [TextAppended(YES), DONE])
        assert reply.steps[0].result == "kept"


def test_each_assistant_has_folders_of_its_own_for_its_functions() -> None:
    of = {work_folder(assistant, name) for assistant in (AssistantId("a"), AssistantId("b")) for name in "fg"}
    assert len(of) == 4
    assert all(name.isalnum() for name in of | {work_folder(None, "../../x\ud800")})


async def test_a_call_that_cannot_be_recorded_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)

        async def fail(*_: object, **__: object) -> None:
            raise StoreError("no room")

        monkeypatch.setattr(s.conversations, "save_reply", fail)
        reply = await answered(s, calling(("weather", TULA)), [TextAppended(YES), DONE])
        assert reply.steps[0].status is CallStatus.FAILED
        assert not list((tmp_path / "commands").iterdir())


async def test_ten_rounds_are_one_reply(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        rounds: list[list[Step]] = []
        for n in range(10):
            said: list[Step] = (
                [TextReplaced(f"Round {n}")] if n % 2 else [TextAppended("Я "), TextAppended(f"{n}")]
            )
            usage = UsageReported(Usage(10 + n, 2))
            rounds.append([*said, usage, *calling(("weather", json.dumps({"city": str(n)})))])
        ending: list[Step] = [TextReplaced("E"), TextReplaced("End"), UsageReported(Usage(1, 1)), DONE]
        reply = await answered(s, *rounds, ending)
        texts = [f"Round {n}" if n % 2 else f"Я {n}" for n in range(10)]
        assert reply.text == s.shown() == "\n\n".join([*texts, "End"])
        assert [step.round for step in reply.steps] == list(range(10))
        assert [reply.text[: step.place] for step in reply.steps] == [
            "\n\n".join(texts[: n + 1]) for n in range(10)
        ]
        last = s.service.requests[-1].messages
        assert [told(one) for one in last[1:]] == [
            pair
            for n, text in enumerate(texts)
            for pair in ((Author.ASSISTANT, text), (Author.TOOL, f"sunny in {n}"))
        ]
        (finished,) = s.endings()
        assert finished.run.usage == Usage(sum(range(10, 20)) + 1, 21)
        assert len({request.request_id for request in s.service.requests}) == 1


async def test_rounds_without_words_leave_no_blank_lines(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        call = calling(("weather", TULA))
        reply = await answered(s, call, [TextAppended("So."), *call], call, [TextAppended("It is."), DONE])
        assert reply.text == "So.\n\nIt is."
        assert [step.place for step in reply.steps] == [0, 3, 3]


async def test_a_model_that_only_calls_is_ended(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s, WEATHER, Rule.DENY)
        reply = await answered(s, *([calling(("weather", TULA))] * (ROUNDS_LIMIT + 1)))
        assert reply.status is Status.FAILED
        error = s.endings()[0].run.error
        assert error
        assert error.code == "too_many_rounds"
        assert len(reply.steps) == ROUNDS_LIMIT
        assert all(not step.is_open for step in reply.steps)


async def test_a_pause_without_calls_is_no_protocol(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        reply = await answered(s, [RunPaused()])
        assert reply.status is Status.FAILED


async def test_stop_while_the_user_is_asked_ends_the_calls(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await begin(s, [TextAppended("Let me look."), *calling(("weather", TULA), ("ask_user", "{}"))])
        await s.reached(CallStatus.ASKED, CallStatus.WANTED)
        await s.runs.stop(s.thread_id)
        reply = await ended(s)
        assert (reply.text, reply.status) == ("Let me look.", Status.STOPPED)
        assert {step.status for step in reply.steps} == {CallStatus.STOPPED}
        assert len(s.endings()) == 1


async def test_stop_while_a_program_runs_ends_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    slow = Function("slow", command=command(script))
    async with scene(tmp_path, replace(TOOLS, functions=(slow,))) as s:
        await allow(s, slow)
        await begin(s, calling(("slow", "")))
        await until(lambda: pid_file.exists() and pid_file.read_text() != "")
        assert s.stages()[-1].stage == "calling"
        await s.runs.stop(s.thread_id)
        assert not Path(f"/proc/{int(pid_file.read_text())}").exists()  # noqa: ASYNC240
        assert (await ended(s)).steps[0].status is CallStatus.STOPPED


async def test_a_round_that_does_not_fit_is_cut_and_asked_again(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(TOOLS, truncation=PromptTruncation(10_000))) as s:
        await allow(s)
        for n in range(3):
            await s.ask(f"word {n} " * 200, TextAppended("an answer"), DONE)
        s.service.requests.clear()
        too_long = ContextTooLongError("too long", status_code=400)
        call = calling(("weather", TULA))
        reply = await answered(s, [TextAppended("So."), *call], [too_long], [TextAppended(YES), DONE])
        assert reply.text == "So.\n\nYes."
        sizes = [len(request.messages) for request in s.service.requests]
        assert sizes[0] == 7
        assert sizes[1] == 9
        assert sizes[2] < 9
        assert told(s.service.requests[2].messages[-1]) == (Author.TOOL, "sunny in Tula")
        run = s.endings()[-1].run
        assert run.details.dropped > 0


async def test_what_a_later_round_loses_is_the_rest_alone(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        fault = ServiceFaultError("fell over", status_code=500)
        reply = await answered(s, [TextAppended("So."), *calling(("weather", TULA))], [fault])
        assert (reply.text, reply.status) == ("So.", Status.FAILED)
        s.service.scripts.append([TextAppended(YES), DONE])
        await s.runs.continue_reply(reply.id)
        reply = await ended(s)
        assert reply.text == "So.\n\nYes."
        assert [told(one) for one in s.service.requests[-1].messages] == [
            (Author.USER, "?"),
            (Author.ASSISTANT, "So."),
            (Author.TOOL, "sunny in Tula"),
        ]


async def test_sources_of_later_rounds_stand_where_their_words_do(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await allow(s)
        first, second = Citation("A", start=0, end=2), Citation("B", start=0, end=3)
        reply = await answered(
            s,
            [TextAppended("So."), CitationsFound((first,)), *calling(("weather", TULA))],
            [TextAppended(YES), CitationsFound((second,)), DONE],
        )
        assert reply.citations == (first, replace(second, start=5, end=8))


async def test_a_chain_holds_calls_and_results(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS, connection=CHAIN) as s:
        await allow(s)
        call = calling(("weather", TULA))
        held: list[Step] = [TextAppended(YES), ThreadHeld("first", has_reply=True), DONE]
        await answered(s, [TextAppended("So."), *call], held)
        ending: list[Step] = [TextAppended(YES), ThreadHeld("second", has_reply=True), DONE]
        await answered(s, call, ending)
        await answered(s, [TextAppended(YES), DONE])
        # the question, the call with its words, the result, the rest of the reply
        first = Held("first", 4)
        assert [request.held for request in s.service.requests] == [
            None,
            None,
            first,
            first,
            Held("second", 8),
        ]
        assert [len(request.messages) for request in s.service.requests] == [1, 3, 5, 7, 9]


async def test_a_window_that_comes_late_is_told_of_the_calls(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        await begin(s, calling(("ask_user", "{}")))
        steps = await s.reached(CallStatus.WANTED)
        s.facts.clear()
        await s.runs.announce(s.thread_id)
        assert s.steps() == steps
        assert s.stages()[-1].stage == "wanting"
        await s.runs.stop(s.thread_id)


async def test_calls_of_a_reply_that_ends_are_not_made(tmp_path: Path) -> None:
    async with scene(tmp_path, TOOLS) as s:
        script = calling(("weather", TULA))[:1]
        reply = await answered(s, [*script, TextAppended(YES), RunEnded(Status.TRUNCATED)])
        assert (reply.steps, reply.status) == ((), Status.TRUNCATED)
