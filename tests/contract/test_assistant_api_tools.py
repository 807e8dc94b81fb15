"""Tools of the AI Assistant API against its strict server: held with assistants and threads, called by runs."""

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from desktop_app.domain.assistants import AssistantSettings, Expiration, ExpirationPolicy, PromptTruncation
from desktop_app.domain.errors import NotFoundError, RateLimitedError, RequestRejectedError, ServiceError
from desktop_app.domain.events import (
    Checkpoint,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    TextReplaced,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.prompt import AskedAssistant, AskedThread, PromptMessage, RunRequest
from desktop_app.domain.remote import seen_from_here
from desktop_app.domain.threads import Author, Status
from desktop_app.domain.tools import CallStrategy, Command, Function, SearchTool, ToolCall
from desktop_app.services.yandex import assistant_api_runs
from desktop_app.services.yandex.assistant_api import AssistantApiService
from tests.assistants_folder import FOLDER, MODEL
from tests.assistants_server import AssistantsServer, Break, LiveRun, Script
from tests.contract.test_assistant_api import SETTINGS, TEXT, answer, ask, connected, of, only, taken
from tests.protobuf_server import refusal
from tests.servers import Behaviour, hang_up

PARAMETERS = '{"properties":{"city_name":{"type":"string"}},"type":"object"}'
WEATHER = Function("weather", "Weather in a city.", PARAMETERS)
GEN_SEARCH = '{"genSearch":{"description":"Rates","options":{"site":{"site":["https://cbr.ru/"]}}}}'
TOOLED = replace(
    SETTINGS,
    model=MODEL,
    expiration=Expiration(7),
    functions=(WEATHER, Function("now")),
    search=SearchTool(
        CallStrategy.AUTO, "kb", "For the product", 7, f"gpt://{FOLDER}/rephraser/latest", ("fvti1",)
    ),
    other_tools=(GEN_SEARCH,),
)
TULA, KAZAN = {"city": "Tula"}, {"city": "Kazan"}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "delay_s", lambda *_: 0.001)
    monkeypatch.setattr(assistant_api_runs, "POLL_FIRST_S", 0.001)
    monkeypatch.setattr(assistant_api_runs, "REPLAY_S", 0.1)


def results(run: Sequence[RunEvent], *texts: str) -> list[PromptMessage]:
    """Messages with the results of the calls that were told."""
    calls = [ToolCall(one.key, one.name, one.arguments) for one in of(list(run), ToolCalled)]
    return [PromptMessage(Author.TOOL, text, call=call) for call, text in zip(calls, texts, strict=True)]


def place(run: list[RunEvent]) -> int | None:
    """Where a run is listened to again."""
    return of(run, Checkpoint)[-1].cursor if of(run, Checkpoint) else None


def called(run: list[RunEvent]) -> list[tuple[str, Any]]:
    return [(one.name, json.loads(one.arguments)) for one in of(run, ToolCalled)]


async def paused(api: AssistantApiService, request: RunRequest) -> tuple[str, list[RunEvent]]:
    run = await taken(api.run(request))
    assert run[-1] == RunPaused()
    return of(run, RunAccepted)[0].remote_id, run


# -- calls


async def test_a_run_waits_for_the_results_of_its_calls_and_goes_on() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.scripts.append(Script(calls=[("weather", TULA | {"n": 5, "x": 0.5}), ("weather", KAZAN)]))
        run_id, run = await paused(api, ask())
        assert called(run) == [("weather", {"city": "Tula", "n": 5, "x": 0.5}), ("weather", KAZAN)]
        assert of(run, UsageReported)
        after = await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20", "")))
        assert server.runs[run_id].results == ["+20", ""]
        assert of(after, TextReplaced) == [TextReplaced(TEXT)]
        assert not called(after)
        assert after[-1] == RunEnded(Status.COMPLETED)
        assert [name for name, _ in server.calls][-3:] == [
            "RunService.Submit",
            "RunService.Listen",
            "RunService.Get",
        ]


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize(
    "options",
    [{}, {"ignores_start": True}, {"stutters": True}, {"answered_s": 0.05}],
    ids=["plain", "replayed", "twice", "late"],
)
async def test_calls_that_were_answered_are_not_told_again(options: dict[str, Any], rounds: int) -> None:
    async with AssistantsServer(**options) as server, connected(server) as api:
        server.scripts.append(Script(calls=[("weather", TULA)], rounds=rounds))
        run_id, run = await paused(api, ask())
        for number in range(rounds):
            assert called(run) == [("weather", TULA)]
            run = await taken(api.submit_results(ask(), run_id, place(run), results(run, str(number))))
        assert run[-1] == RunEnded(Status.COMPLETED)
        assert server.runs[run_id].results == [str(number) for number in range(rounds)]


@pytest.mark.parametrize("answered_s", [0, 0.05])
async def test_a_run_whose_events_cannot_be_heard_is_asked_for_its_calls(
    answered_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant_api_runs, "ANSWERED_S", 0.3)
    async with AssistantsServer(answered_s=answered_s) as server, connected(server) as api:
        server.fail("RunService.Listen", refusal(5, is_streaming=True))
        server.scripts.append(Script(calls=[("weather", TULA)], rounds=2))
        run_id, run = await paused(api, ask())
        for number in range(2):
            assert called(run) == [("weather", TULA)]
            run = await taken(api.submit_results(ask(), run_id, place(run), results(run, str(number))))
        assert run[-1] == RunEnded(Status.COMPLETED)
        assert server.runs[run_id].results == ["0", "1"]
        assert len(server.requests("RunService.Listen")) == 1


async def test_a_state_that_stays_tells_the_same_calls_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "ANSWERED_S", 0.05)
    async with AssistantsServer(answered_s=60) as server, connected(server) as api:
        server.fail("RunService.Listen", refusal(5, is_streaming=True))
        server.scripts.append(Script(calls=[("weather", TULA)]))
        run_id, run = await paused(api, ask())
        again = await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20")))
        assert (called(again), again[-1]) == ([("weather", TULA)], RunPaused())


async def test_a_stream_that_breaks_around_calls_is_taken_up() -> None:
    for first in range(6):
        for second in range(3):
            async with AssistantsServer() as server, connected(server) as api:
                server.breaks += [Break(first), Break(99), Break(second)]
                server.scripts.append(Script(calls=[("weather", TULA)]))
                run_id, run = await paused(api, ask())
                assert called(run) == [("weather", TULA)]
                after = await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20")))
                assert not called(after)
                assert (of(after, TextReplaced)[-1].text, after[-1]) == (TEXT, RunEnded(Status.COMPLETED))


async def test_a_run_that_waits_tells_its_calls_whoever_comes_back() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.scripts.append(Script(calls=[("weather", TULA)]))
        run_id, run = await paused(api, ask())
        cursor = place(run)
        assert cursor is not None
        for known in (None, *range(cursor + 1)):
            again = await taken(api.resume(ask(), run_id, known))
            assert (called(again), again[-1]) == ([("weather", TULA)], RunPaused())
            after = 0 if known is None else known + 1
            assert [event.text for event in of(again, TextReplaced)] == list(Script().partials[after:])


def delivered_and_lost(live: LiveRun) -> Behaviour:
    """A submit whose results arrive, and whose reply does not."""

    async def behave(exchange: Any) -> None:
        body = exchange.body["toolResultList"]["toolResults"]
        live.results += [one["functionResult"]["content"] for one in body]
        live.waits_for, live.submits = [], live.submits + 1
        live.has_results.set()
        async with live.grown:
            await live.grown.wait_for(lambda: live.is_over)
        exchange.writer.close()

    return behave


async def test_results_that_arrived_are_not_given_twice() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.scripts.append(Script(calls=[("weather", TULA)]))
        run_id, run = await paused(api, ask())
        server.fail("RunService.Submit", delivered_and_lost(server.runs[run_id]))
        after = await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20")))
        assert after[-1] == RunEnded(Status.COMPLETED)
        twice = await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20")))
        assert twice[-1] == RunEnded(Status.COMPLETED)
        assert server.runs[run_id].results == ["+20"]


@pytest.mark.parametrize(
    ("fault", "kind", "is_untouched"),
    [
        (refusal(8, "quota"), RateLimitedError, True),
        (refusal(3, "no"), RequestRejectedError, False),
        (hang_up, ServiceError, False),
    ],
)
async def test_results_that_did_not_arrive_are_told(
    fault: Behaviour, kind: type[ServiceError], is_untouched: bool
) -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.scripts.append(Script(calls=[("weather", TULA)]))
        run_id, run = await paused(api, ask())
        server.fail("RunService.Submit", fault)
        with pytest.raises(kind) as caught:
            await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20")))
        assert (caught.value.is_untouched, caught.value.request_id) == (is_untouched, "request-1")
        after = await taken(api.submit_results(ask(), run_id, place(run), results(run, "+20")))
        assert after[-1] == RunEnded(Status.COMPLETED)


async def test_a_forgotten_run_takes_no_results() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        call = ToolCall("1", "weather", "{}")
        with pytest.raises(NotFoundError):
            given = [PromptMessage(Author.TOOL, "+20", call=call)]
            await taken(api.submit_results(ask(), "fvtgone0000000000000", 3, given))


async def test_results_of_calls_that_another_service_made_are_told_in_words() -> None:
    calls = (ToolCall("1", "weather", '{"city": "Tula"}'), ToolCall("2", "../now", "{"))
    messages = (
        PromptMessage(Author.USER, "Weather?"),
        PromptMessage(Author.ASSISTANT, "Let me see.", calls=calls),
        PromptMessage(Author.TOOL, "+20", call=calls[0]),
        PromptMessage(Author.TOOL, "noon", call=calls[1]),
        PromptMessage(Author.ASSISTANT, "", calls=calls[:1]),
        PromptMessage(Author.TOOL, "+21", call=calls[0]),
    )
    async with AssistantsServer() as server:
        await answer(server, ask(*messages))
        assert server.folder.said_in(only(server.folder.threads)) == [
            ("USER", "Weather?"),
            ("ASSISTANT", "Let me see."),
            ("USER", 'weather({"city": "Tula"}):\n+20\n\n___now({):\nnoon'),
            ("USER", 'weather({"city": "Tula"}):\n+21'),
            ("ASSISTANT", TEXT),
        ]


# -- what is said of a run alone


async def test_a_run_has_limits_and_functions_of_its_own_only_when_they_differ() -> None:
    asked = AskedAssistant(TOOLED)
    same = replace(ask(assistant=asked), functions=TOOLED.functions, truncation=TOOLED.truncation)
    truncation = PromptTruncation(500, 3)
    other = replace(same, functions=(WEATHER, Function("find")), truncation=truncation)
    async with AssistantsServer() as server:
        for request in (same, other):
            await answer(server, request)
        plain, custom = server.requests("RunService.Create")
        assert not plain.HasField("custom_prompt_truncation_options")
        assert not plain.tools
        told = custom.custom_prompt_truncation_options
        assert told.max_prompt_tokens.value == 500
        assert told.last_messages_strategy.num_messages == 3
        kinds = [tool.WhichOneof("ToolType") for tool in custom.tools]
        assert kinds == ["search_index", "function", "function", "gen_search"]
        assert [tool.function.name for tool in custom.tools][1:3] == ["weather", "find"]


async def test_what_is_no_tool_is_told_before_anything_is_made() -> None:
    broken = (
        ask(settings=replace(SETTINGS, other_tools=("[]",))),
        replace(ask(), thread=AskedThread(other_tools=("{",))),
        replace(ask(), functions=(replace(WEATHER, parameters="1"),)),
    )
    async with AssistantsServer() as server, connected(server) as api:
        for request in broken:
            with pytest.raises(RequestRejectedError):
                await taken(api.run(request))
        assert not server.seen


# -- held at the service


async def test_a_thread_is_made_with_all_that_it_has_here_and_pulled_so() -> None:
    thread = AskedThread(
        "Trip",
        "To Kazan",
        (("pinned", "1"), ("some_key", "")),
        Expiration(3, ExpirationPolicy.STATIC),
        (GEN_SEARCH, json.dumps({"function": {"name": "a", "parameters": {"snake_key": 1}}})),
    )
    async with AssistantsServer(is_camel=False) as server, connected(server) as api:
        await taken(api.run(replace(ask(), thread=thread)))
        (found,) = (await api.threads()).items
        assert (found.name, found.description, found.expiration) == ("Trip", "To Kazan", thread.expiration)
        assert dict(found.labels) == dict(thread.labels)
        said = json.loads(found.other_tools[0])["genSearch"]
        assert (said["description"], said["options"]["site"]) == ("Rates", {"site": ["https://cbr.ru/"]})
        assert json.loads(found.other_tools[1])["function"]["parameters"] == {"snake_key": 1}


@pytest.mark.parametrize("is_sparse", [True, False], ids=["sparse", "nulls"])
@pytest.mark.parametrize("is_camel", [True, False], ids=["camelCase", "snake_case"])
async def test_tools_are_pulled_as_they_were_pushed(is_camel: bool, is_sparse: bool) -> None:
    async with (
        AssistantsServer(is_camel=is_camel, is_sparse=is_sparse) as server,
        connected(server) as api,
    ):
        remote_id = await api.push(TOOLED)
        (found,) = (await api.assistants()).items
        assert seen_from_here(found.settings, TOOLED) == TOOLED
        assert found.settings.search == TOOLED.search
        assert json.loads(found.settings.functions[0].parameters) == json.loads(PARAMETERS)
        await api.push(found.settings, remote_id)  # what was pulled can be sent
        versions = [seen_from_here(one.settings, TOOLED) async for one in api.versions(remote_id)]
        assert versions == [TOOLED] * 2
        bare = replace(TOOLED, functions=(), search=None, other_tools=())
        await api.push(bare, remote_id)
        assert not server.folder.assistants[remote_id].tools


async def test_what_only_this_side_knows_of_tools_is_no_change_there() -> None:
    here = replace(
        TOOLED,
        functions=(
            replace(WEATHER, parameters=json.dumps(json.loads(PARAMETERS), indent=2), is_strict=True),
            Function("now", command=Command("/bin/date", ("-u",))),
        ),
        search=SearchTool(name="mine", instruction="Local", rephraser="rephraser", index_ids=("a", "b")),
    )
    local = replace(here, search=SearchTool(rephraser="rephraser"))
    async with AssistantsServer() as server, connected(server) as api:
        for settings in (here, local):
            await api.push(settings)
        found, indexed = [one.settings for one in (await api.assistants()).items]
        assert (found, indexed) != (local, here)
        assert (seen_from_here(found, local), seen_from_here(indexed, here)) == (local, here)
        changed = replace(found, functions=(replace(found.functions[0], description="New"),))
        (function,) = seen_from_here(changed, local).functions
        assert (function.description, function.is_strict) == ("New", True)
        other = replace(found, functions=(replace(found.functions[1], parameters='{"type":"null"}'),))
        assert seen_from_here(other, local).functions[0].command is None


async def test_tools_of_any_other_kind_are_kept_as_they_are() -> None:
    search = SearchTool(index_ids=("a",))
    kept = [
        {"function": {"name": "", "parameters": {}}},
        {"searchIndex": {"searchIndexIds": [], "callStrategy": {"alwaysCall": {}}}},
        {"searchIndex": {"searchIndexIds": ["b"], "maxNumResults": "1000"}},
        {"searchIndex": {"searchIndexIds": ["c"]}},
    ]
    async with AssistantsServer(is_sparse=True) as server, connected(server) as api:
        settings = AssistantSettings(
            "Bot", model=MODEL, search=search, other_tools=tuple(json.dumps(one) for one in kept)
        )
        remote_id = await api.push(settings)
        (found,) = (await api.assistants()).items
        assert found.settings.search == search
        assert found.settings.functions == ()
        assert len(found.settings.other_tools) == len(kept)
        before = list(server.folder.assistants[remote_id].tools)
        await api.push(found.settings, remote_id)
        assert list(server.folder.assistants[remote_id].tools) == before


async def test_closing_a_paused_run_closes_its_stream() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.scripts.append(Script(calls=[("weather", TULA)]))
        async with aclosing(api.run(ask())) as events:
            async for event in events:
                if isinstance(event, RunPaused):
                    break
        listened = next(one for one in server.seen if "listen" in one.path)
        assert listened.has_gone or listened.writer.is_closing()
