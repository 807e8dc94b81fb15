"""Settings in effect: overrides of one run, former versions, variables; and what is noted of a run."""

import getpass
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind, Price
from desktop_app.domain.errors import UnusableAssistantError
from desktop_app.domain.events import AssistantHeld, RunAccepted, RunEnded, TextAppended, UsageReported
from desktop_app.domain.ids import ConnectionId, MessageId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.threads import Cost, Run, Status, Usage
from desktop_app.domain.tools import Function
from tests.unit.run_scene import CONNECTION, DONE, SETTINGS, Scene, Step, calling, scene

HOT = RunOverrides(model="other", completion=CompletionOptions(temperature=0.9, max_tokens=5))
API = Connection(ConnectionId("a"), ConnectionKind.ASSISTANT_API, "API", "https://x.invalid", folder="f")


def last_run(s: Scene) -> Run:
    return s.endings()[-1].run


async def stored(s: Scene) -> Run:
    run = await s.conversations.run(last_run(s).id)
    assert run
    return run


async def ask_with(s: Scene, overrides: RunOverrides | None) -> None:
    s.service.scripts.append([TextAppended("Yes"), DONE])
    await s.runs.send(s.thread_id, "?", overrides=overrides)
    await s.runs.wait(s.thread_id)


async def test_overrides_are_for_one_run_alone(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await ask_with(s, HOT)
        run = await stored(s)
        assert (run.settings.model, run.settings.completion) == ("other", HOT.completion)
        assert run.details.overrides == ("model", "completion")
        await ask_with(s, None)
        run = await stored(s)
        assert (run.settings, run.details.overrides) == (s.assistant.settings, ())
        first, second = s.service.requests
        assert (first.model, first.temperature, first.max_tokens) == ("other", 0.9, 5)
        assert (second.model, second.temperature, second.max_tokens) == ("m", 0.3, None)


async def test_a_question_in_other_words_can_be_asked_otherwise(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.ask("?", TextAppended("Yes"), DONE)
        (question, _) = await s.conversations.messages(s.thread_id)
        s.service.scripts.append([TextAppended("No"), DONE])
        await s.runs.resend(question.id, "!", HOT)
        await s.runs.wait(s.thread_id)
        run = await stored(s)
        assert (run.settings.model, run.details.overrides) == ("other", ("model", "completion"))


async def test_a_reply_is_asked_again_of_a_former_version(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.assistants.save_version(s.assistant.id, replace(s.assistant.settings, model="newer"))
        reply = await s.ask("?", TextAppended("Yes"), DONE)
        s.service.scripts.append([TextAppended("No"), DONE])
        overrides = RunOverrides(truncation=PromptTruncation(100))
        began = await s.runs.regenerate(reply.id, 1, overrides)
        await s.runs.wait(s.thread_id)
        run = await stored(s)
        assert (run.assistant_version, run.settings.model) == (1, "m")
        assert run.settings.truncation == PromptTruncation(100)
        assert [request.model for request in s.service.requests] == ["newer", "m"]
        with pytest.raises(UnusableAssistantError):
            await s.runs.regenerate(began.reply.id, 7)


async def cut_off(s: Scene, *script: Step) -> MessageId:
    """Ask with HOT; the reply does not come to its end."""
    s.service.scripts.append([*script, RunEnded(Status.TRUNCATED)])
    began = await s.runs.send(s.thread_id, "?", overrides=HOT)
    await s.runs.wait(s.thread_id)
    return began.reply.id


async def go_on(s: Scene, reply: MessageId) -> Run:
    s.service.scripts.append([TextAppended(" more"), RunEnded(Status.TRUNCATED)])
    await s.runs.continue_reply(reply)
    await s.runs.wait(s.thread_id)
    return await stored(s)


@pytest.mark.parametrize("begun", [[TextAppended("Half")], []])
async def test_a_reply_goes_on_with_what_was_set_for_its_question(tmp_path: Path, begun: list[Step]) -> None:
    async with scene(tmp_path) as s:
        reply = await cut_off(s, *begun)
        await s.assistants.save_version(s.assistant.id, replace(s.assistant.settings, instruction="Newer."))
        for _ in range(2):  # and once more, from the run that has gone on with it
            run = await go_on(s, reply)
            reply = run.message_id
            assert (run.settings.model, run.settings.completion) == ("other", HOT.completion)
            assert run.details.overrides == ("model", "completion")
        assert [request.model for request in s.service.requests] == ["other"] * 3
        assert s.service.requests[-1].instruction == "Newer."


async def test_what_was_set_for_one_assistant_or_connection_is_not_for_another(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        reply = await cut_off(s, TextAppended("Half"))
        other = await s.assistants.create(replace(s.assistant.settings, name="Other"))
        await s.conversations.set_thread_assistant(s.thread_id, other.id)
        run = await go_on(s, reply)
        assert (run.settings.model, run.details.overrides) == ("m", ())
        reply = await cut_off(s, TextAppended("Half"))
        second = replace(CONNECTION, id=ConnectionId("second"), name="Second")
        await s.records.add(second)
        await s.assistants.save_version(other.id, replace(other.settings, connection_id=second.id))
        run = await go_on(s, reply)
        assert (run.settings.model, run.details.overrides) == ("m", ())


async def test_variables_are_filled_in_when_it_is_asked(tmp_path: Path) -> None:
    settings = replace(SETTINGS, instruction="{{user}}, {{model}}, {{thread}}, {{nothing}}")
    async with scene(tmp_path, settings) as s:
        await s.conversations.rename_thread(s.thread_id, "Rent")
        await ask_with(s, HOT)
        assert s.service.requests[0].instruction == "Ada, other, Rent, {{nothing}}"
        assert (await stored(s)).settings.instruction == "Ada, other, Rent, {{nothing}}"
        assert getpass.getuser() not in s.service.requests[0].instruction


async def test_what_a_run_cost_and_was_given_is_noted(tmp_path: Path) -> None:
    paid = replace(CONNECTION, prices=(Price("m", 10, 100, "RUB"),))
    settings = replace(SETTINGS, truncation=PromptTruncation(10_000, last_messages=1))
    async with scene(tmp_path, settings, connection=paid) as s:
        await s.ask("first", TextAppended("Yes"), DONE)
        assert last_run(s).details.cost is None
        await s.ask("word " * 100, TextAppended("Yes"), UsageReported(Usage(200, 30)), DONE)
        details = (await stored(s)).details
        assert (details.dropped, details.cost) == (2, Cost(5.0, "RUB"))
        assert 100 < details.prompt_tokens < 200
        learned = await s.prompts.ratio(paid.id, "m")
        assert (learned.reports, learned.value > 1) == (1, True)


async def test_what_the_service_calls_the_request_is_noted(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(SETTINGS, functions=(Function("f"),))) as s:
        s.service.scripts.append([RunAccepted(request_id="first"), *calling(("nothing", ""))])
        s.service.scripts.append([RunAccepted("run"), DONE])
        await s.runs.send(s.thread_id, "?")
        await s.runs.wait(s.thread_id)
        assert (await stored(s)).details.request_id == "first"
        await s.ask("?", RunAccepted(request_id="second"), DONE)
        assert (await stored(s)).details.request_id == "second"


async def test_a_service_that_counts_beyond_all_reason_spoils_no_reply(tmp_path: Path) -> None:
    paid = replace(CONNECTION, prices=(Price("m", 10, 100, "RUB"),))
    async with scene(tmp_path, SETTINGS, connection=paid) as s:
        reply = await s.ask("word " * 100, TextAppended("Yes"), UsageReported(Usage(10**400, -5)), DONE)
        assert (reply.text, reply.status) == ("Yes", Status.COMPLETED)
        run = await stored(s)
        assert (run.usage, run.details.cost) == (Usage(10**15, 0), Cost(1e13, "RUB"))


async def test_functions_count_in_the_prompt(tmp_path: Path) -> None:
    tool = Function("f", "word " * 100)
    async with scene(tmp_path, replace(SETTINGS, functions=(tool,))) as s:
        await s.ask("?", DONE)
        assert last_run(s).details.prompt_tokens > 100


@pytest.mark.parametrize(
    ("instruction", "is_current"), [("Be brief.", [False, True, True]), ("It is {{date}}.", [False] * 3)]
)
async def test_a_service_that_holds_assistants_is_told_of_the_assistant_itself(
    tmp_path: Path, instruction: str, is_current: list[bool]
) -> None:
    """Not of what was set for one run; and anew each time when its instruction says something else each time."""
    async with scene(tmp_path, replace(SETTINGS, instruction=instruction), connection=API) as s:
        hot = RunOverrides(completion=CompletionOptions(temperature=0.9))
        for overrides in (None, hot, None):
            s.service.scripts.append([AssistantHeld("there"), TextAppended("Yes"), DONE])
            await s.runs.send(s.thread_id, "?", overrides=overrides)
            await s.runs.wait(s.thread_id)
        asked = [request.assistant for request in s.service.requests]
        assert [one.is_current for one in asked if one] == is_current
        told: list[AssistantSettings] = [one.settings for one in asked if one]
        assert {one.completion.temperature for one in told} == {0.3}
        assert "{{" not in told[0].instruction
        assert s.service.requests[1].temperature == 0.9
