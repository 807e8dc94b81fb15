"""Files that are searched for a reply: before it is asked, or when the model calls."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.controllers import searching
from desktop_app.domain.connections import Connection, ConnectionKind, Price
from desktop_app.domain.counting import GREATEST_RATIO
from desktop_app.domain.errors import ServiceFaultError, StoreError
from desktop_app.domain.events import (
    Checkpoint,
    CitationsFound,
    RunAccepted,
    RunEnded,
    TextAppended,
    UsageReported,
)
from desktop_app.domain.files import FileId, Fragment
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.threads import Citation, Cost, Status, Usage
from desktop_app.domain.tools import CallStatus, CallStrategy, Function, SearchTool
from desktop_app.store.files import make_private_folder
from tests.conftest import until
from tests.unit.run_scene import (
    CONNECTION,
    DONE,
    SETTINGS,
    ResumableService,
    Step,
    calling,
    image,
    next_start,
    scene,
)
from tests.unit.test_rounds import begin, ended

LEASE = Fragment(FileId("f1"), "lease.pdf", "The rent is 500.", 3, 0, 2)
NOTES = Fragment(FileId("f2"), "заметки.md", "Залог 300.", 0, 12, 1)
ALWAYS = replace(SETTINGS, search=SearchTool(max_results=2))
AUTO = replace(SETTINGS, search=SearchTool(CallStrategy.AUTO, "look", "Look in the user's papers"))
QUERY = json.dumps({"query": "rent"})


async def test_every_question_is_searched_for(tmp_path: Path) -> None:
    async with scene(tmp_path, ALWAYS) as s:
        s.files.fragments = [LEASE, NOTES, LEASE]
        reply = await s.ask("What is the rent?", TextAppended("It is 500 [1]."), DONE)
        (request,) = s.service.requests
        assert request.instruction.startswith("Be brief.\n\n")
        assert "[1] lease.pdf, page 3\nThe rent is 500." in request.instruction
        assert "[2] заметки.md, line 12\nЗалог 300." in request.instruction
        assert "[3]" not in request.instruction
        assert request.functions == ()
        assert s.files.queries == ["What is the rent?"]
        assert [stage.stage for stage in s.stages()] == ["searching", "waiting"]
        cited = Citation("lease.pdf", "", "f1", "The rent is 500.", 10, 13, 1, 3)
        assert reply.citations == s.endings()[0].message.citations == (cited,)
        run = s.endings()[0].run
        assert run.details.fragments == 2
        assert run.settings.instruction == "Be brief."
        assert request.instruction == f"Be brief.\n\n{run.details.addition}"
        stored = await s.conversations.run(run.id)
        assert stored
        assert stored.details.addition == run.details.addition
        assert await s.conversations.runs(run.thread_id, is_brief=False) == [stored]
        (listed,) = await s.conversations.runs(run.thread_id)  # a list leaves out what is long
        assert listed.details == replace(run.details, addition="")
        window = await s.conversations.window(run.thread_id, first=0, count=9)
        assert window.runs[run.message_id].details == listed.details


async def test_what_the_model_was_given_is_known_of_a_run_that_was_killed(tmp_path: Path) -> None:
    service = ResumableService()
    accepted = RunAccepted("remote", can_resume=True)
    async with scene(tmp_path, ALWAYS, service=service) as s:
        s.files.fragments = [LEASE]
        await begin(s, [accepted, TextAppended("It is"), Checkpoint(3), asyncio.Event()])

        async def is_stored() -> bool:
            return (await s.messages())[-1].text == "It is"

        await until(is_stored)
        folder = image(s, tmp_path / "left")
        (request,) = s.service.requests
    service = ResumableService()
    service.rests.append([TextAppended(" 500 [1]."), DONE])
    async with next_start(folder, s.thread_id, service) as later:
        await later.runs.wait(later.thread_id)
        (run,) = await later.conversations.runs(later.thread_id, is_brief=False)
        (cited,) = (await later.messages())[-1].citations
    assert (cited.title, cited.number, cited.page) == ("lease.pdf", 1, 3)
    assert run.status is Status.COMPLETED
    assert request.instruction == f"Be brief.\n\n{run.details.addition}"
    assert run.details.fragments == 1
    assert len(run.seen) == 1


async def test_what_was_on_offer_stays_with_the_run(tmp_path: Path) -> None:
    async with scene(tmp_path, replace(AUTO, functions=(Function("add"),))) as s:
        s.files.fragments = [LEASE]
        reply = await s.ask("?", TextAppended("Yes"), DONE)
        assert reply.run_id
        run = await s.conversations.run(reply.run_id)
        assert run
        (request,) = s.service.requests
        assert run.details.functions == tuple(one.name for one in request.functions) == ("add", "look")
        assert run.details.addition == ""


async def test_what_the_files_add_counts_as_prompt(tmp_path: Path) -> None:
    async with scene(tmp_path, ALWAYS) as s:
        s.files.fragments = [LEASE]
        await s.ask("?", DONE)
        with_files = s.endings()[0].run.details.prompt_tokens
        s.files.fragments = []
        await s.ask("?", DONE)
        assert with_files > s.endings()[1].run.details.prompt_tokens + 50


async def test_nothing_is_cited_that_the_reply_does_not_name(tmp_path: Path) -> None:
    async with scene(tmp_path, ALWAYS) as s:
        s.files.fragments = [LEASE]
        reply = await s.ask("?", TextAppended("No idea. `[1]` [7]"), DONE)
        assert reply.citations == ()


async def test_sources_of_the_service_stay_beside_those_of_the_files(tmp_path: Path) -> None:
    async with scene(tmp_path, ALWAYS) as s:
        s.files.fragments = [LEASE]
        page = Citation("Page", "https://x.invalid")
        reply = await s.ask("?", TextAppended("Yes [1]"), CitationsFound((page,)), DONE)
        assert [one.name for one in reply.citations] == ["Page", "lease.pdf"]


async def test_without_files_nothing_is_searched(tmp_path: Path) -> None:
    async with scene(tmp_path, ALWAYS) as s:
        await s.ask("?", TextAppended("Yes"), DONE)
        assert s.files.queries == []
        assert s.service.requests[0].instruction == "Be brief."


async def test_a_question_is_put_in_other_words(tmp_path: Path) -> None:
    settings = replace(ALWAYS, search=SearchTool(rephraser="small"))
    async with scene(tmp_path, settings) as s:
        s.files.fragments = [LEASE]
        s.service.scripts.append([TextAppended(" rent\n"), TextAppended("lease "), DONE])
        reply = await s.ask("And how much?", TextAppended("500 [1]"), DONE)
        rephrasing, asking = s.service.requests
        assert (rephrasing.model, asking.model) == ("small", "m")
        assert "And how much?" in rephrasing.messages[0].text
        assert s.files.queries == ["rent lease"]
        assert (reply.text, len(reply.citations)) == ("500 [1]", 1)


async def test_putting_it_in_other_words_is_counted_and_nothing_is_learned_from_it(tmp_path: Path) -> None:
    priced = replace(CONNECTION, prices=(Price("m", 10, 100, "RUB"), Price("small", 1, 1, "RUB")))
    settings = replace(ALWAYS, search=SearchTool(rephraser="small"))
    async with scene(tmp_path, settings, connection=priced) as s:
        s.files.fragments = [LEASE]
        counted = UsageReported(Usage(40, 2)), UsageReported(Usage(90_000, 10_000))  # the last one counts
        s.service.scripts.append([TextAppended("rent"), *counted, DONE])
        await s.ask("And how much?", TextAppended("500 [1]"), UsageReported(Usage(200, 30)), DONE)
        run = await s.conversations.run(s.endings()[-1].run.id)
        assert run
        assert (run.usage, run.details.rephrasing) == (Usage(200, 30), Usage(90_000, 10_000))
        assert (run.used, run.details.cost) == (Usage(90_200, 10_030), Cost(105, "RUB"))
        learned = await s.prompts.ratio(priced.id, "m")
        assert (learned.reports, learned.value < GREATEST_RATIO) == (1, True)


@pytest.mark.parametrize("ending", [RunEnded(Status.TRUNCATED), ServiceFaultError("x", status_code=500)])
async def test_words_that_could_not_be_used_are_counted_too(
    tmp_path: Path, ending: RunEnded | ServiceFaultError
) -> None:
    async with scene(tmp_path, replace(ALWAYS, search=SearchTool(rephraser="small"))) as s:
        s.files.fragments = [LEASE]
        s.service.scripts.append([TextAppended("rent"), UsageReported(Usage(40, 100)), ending])
        await s.ask("And how much?", TextAppended("500"), DONE)
        assert s.endings()[-1].run.used == Usage(40, 100)


@pytest.mark.parametrize(
    "script",
    [
        [ServiceFaultError("down", status_code=500)],
        [ValueError("ours")],
        [TextAppended("half")],
        [TextAppended("half"), RunEnded(Status.TRUNCATED)],
        [TextAppended("half"), asyncio.Event()],
        [DONE],
    ],
)
async def test_a_rephraser_that_fails_leaves_the_question(
    tmp_path: Path, script: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "REPHRASE_S", 0.1)
    async with scene(tmp_path, replace(ALWAYS, search=SearchTool(rephraser="small"))) as s:
        s.files.fragments = [LEASE]
        s.service.scripts.append(list(script))
        reply = await s.ask("And how much?", TextAppended("500"), DONE)
        assert s.files.queries == ["And how much?"]
        assert (reply.text, reply.status) == ("500", Status.COMPLETED)


async def test_the_model_searches_itself_and_numbers_go_on(tmp_path: Path) -> None:
    async with scene(tmp_path, AUTO) as s:
        s.files.fragments = [LEASE, NOTES]
        await begin(
            s, calling(("look", QUERY)), calling(("look", QUERY)), [TextAppended("500 [1], 300 [4]"), DONE]
        )
        reply = await ended(s)
        (offered,) = s.service.requests[0].functions
        assert (offered.name, offered.description) == ("look", "Look in the user's papers")
        assert json.loads(offered.parameters)["required"] == ["query"]
        assert "lease" not in s.service.requests[0].instruction
        numbers = [[one["number"] for one in json.loads(step.result)["fragments"]] for step in reply.steps]
        assert numbers == [[1, 2], [3, 4]]
        assert all(step.is_search and step.status is CallStatus.DONE for step in reply.steps)
        assert [(one.number, one.file_id) for one in reply.citations] == [(1, "f1"), (4, "f2")]
        assert s.endings()[0].run.details.fragments == 4
        assert "searching" in [stage.stage for stage in s.stages()]


async def test_a_search_needs_a_query_and_one_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, AUTO) as s:
        s.files.fragments = [LEASE]

        async def fail(*_: object) -> list[Fragment]:
            raise StoreError("no")

        monkeypatch.setattr(s.files, "search", fail)
        await begin(s, calling(("look", "{}"), ("look", QUERY)), [TextAppended("Sorry [1]"), DONE])
        reply = await ended(s)
        assert "'query' is a required property" in reply.steps[0].result
        assert reply.steps[1].result == "The files could not be searched."
        assert (reply.status, reply.citations) == (Status.COMPLETED, ())


async def test_the_search_is_offered_only_where_there_are_files(tmp_path: Path) -> None:
    async with scene(tmp_path, AUTO) as s:
        await s.ask("?", TextAppended("Yes"), DONE)
        assert s.service.requests[0].functions == ()


async def test_a_function_of_the_users_comes_before_the_search_of_its_name(tmp_path: Path) -> None:
    own = Function("look", "Mine")
    async with scene(tmp_path, replace(AUTO, functions=(own,))) as s:
        s.files.fragments = [LEASE]
        await s.ask("?", TextAppended("Yes"), DONE)
        assert s.service.requests[0].functions == (own,)


async def test_a_continued_reply_knows_what_its_searches_found(tmp_path: Path) -> None:
    async with scene(tmp_path, AUTO) as s:
        s.files.fragments = [LEASE]
        await begin(s, calling(("look", QUERY)), [TextAppended("500 [1]"), RunEnded(Status.TRUNCATED)])
        reply = await ended(s)
        assert [one.number for one in reply.citations] == [1]
        s.files.fragments = [NOTES]
        s.service.scripts += [calling(("look", QUERY)), [TextAppended("And [1] [2]"), DONE]]
        await s.runs.continue_reply(reply.id)
        reply = await ended(s)
        assert [(one.number, one.file_id) for one in reply.citations] == [(1, "f1"), (1, "f1"), (2, "f2")]


@pytest.mark.parametrize(
    ("connection", "is_offered"),
    [
        (CONNECTION, True),
        (Connection(ConnectionId("d"), ConnectionKind.ON_DEVICE, "Device"), False),
    ],
)
async def test_models_that_cannot_call_are_offered_nothing(
    tmp_path: Path, connection: Connection, is_offered: bool
) -> None:
    async with scene(tmp_path, replace(AUTO, functions=(Function("f"),)), connection=connection) as s:
        s.files.fragments = [LEASE]
        await s.ask("?", TextAppended("Yes"), DONE)
        assert bool(s.service.requests[0].functions) is is_offered


async def test_indexes_at_the_service_are_searched_there(tmp_path: Path) -> None:
    there = Connection(
        ConnectionId("a"), ConnectionKind.ASSISTANT_API, "API", "https://x.invalid", folder="f"
    )
    for index, settings in enumerate((ALWAYS, AUTO)):
        search = replace(settings.search or SearchTool(), index_ids=("index",))
        folder = tmp_path / str(index)
        make_private_folder(folder)
        async with scene(folder, replace(settings, search=search), connection=there) as s:
            s.files.fragments = [LEASE]
            await s.ask("?", TextAppended("Yes"), DONE)
            assert s.files.queries == []
            assert s.service.requests[0].functions == ()
