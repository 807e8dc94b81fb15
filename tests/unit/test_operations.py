"""Deferred requests against a real store and a scripted service: nothing is lost, and every result arrives once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.controllers.calls import Toolbox
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, OperationChanged, RunBegan, RunFinished
from desktop_app.controllers.operations import OperationsController
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.runs import RunsController
from desktop_app.controllers.searching import Searching
from desktop_app.domain.assistants import AssistantSettings, PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport, Model
from desktop_app.domain.errors import (
    ContextTooLongError,
    NitkaError,
    NotOfferedError,
    OperationGoneError,
    RateLimitedError,
    RunError,
    RunInProgressError,
    ServiceFaultError,
    SignInError,
    UnreachableError,
)
from desktop_app.domain.events import RunEnded, RunEvent, TextAppended, UsageReported
from desktop_app.domain.files import FileId, Fragment
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.operations import DeferredReply, Operation, OperationStatus, RemoteOperation
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.threads import Citation, Message, Status, Usage
from desktop_app.domain.tools import SearchTool
from desktop_app.domain.variables import Surroundings
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.call_rules import CallRuleStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.operations import OperationStore
from desktop_app.store.remote import RemoteStore
from desktop_app.store.secrets import SecretStore
from desktop_app.store.token_ratios import TokenRatioStore
from tests.conftest import until
from tests.unit.run_scene import Library

CONNECTION = ConnectionId("c")
REPLY = DeferredReply("The reply", Status.COMPLETED, Usage(3, 4))
DONE = RemoteOperation("r1", is_done=True, result=REPLY)
GOING = RemoteOperation("r1")
SETTINGS = AssistantSettings("Helper", instruction="Be brief.", connection_id=CONNECTION, model="m")


class Clock:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class PlainService:
    """Takes no deferred requests."""

    async def run(self, _request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        nothing: tuple[RunEvent, ...] = ()
        for event in nothing:
            yield event

    async def models(self) -> tuple[Model, ...]:
        return ()

    async def test(self) -> ConnectionReport:
        return ConnectionReport(0)

    async def close(self) -> None:
        pass


class PostOffice(PlainService):
    """Answers every check with the next of ``answers``, and with GOING when there is none."""

    def __init__(self) -> None:
        self.requests: list[RunRequest] = []
        self.refusals: list[NitkaError] = []
        self.gate: asyncio.Event | None = None
        self.answers: list[RemoteOperation | Exception] = []
        self.asked: list[str] = []
        self.cancelled: list[str] = []

    async def submit(self, request: RunRequest) -> str:
        self.requests.append(request)
        if self.gate:
            await self.gate.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        return f"r{len(self.requests)}"

    async def operation(self, remote_id: str) -> RemoteOperation:
        self.asked.append(remote_id)
        answer = self.answers.pop(0) if self.answers else GOING
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def cancel_operation(self, remote_id: str) -> None:
        self.cancelled.append(remote_id)


class Program:
    """The parts of one program on a profile."""

    def __init__(self, database: Database, service: PlainService, clock: Clock, owner: str) -> None:
        self.facts: list[Fact] = []
        self.conversations = ConversationStore(database, clock=clock)
        self.assistants = AssistantStore(database)
        self.store = OperationStore(database, clock=clock)
        connections = ConnectionsController(
            ConnectionStore(database), SecretStore("test"), lambda *_: service
        )
        prompts = Prompts(TokenRatioStore(database), Surroundings())
        self.files = Library()
        searching = Searching(self.files)
        self.runs = RunsController(
            self.conversations,
            self.assistants,
            connections,
            RemoteStore(database),
            prompts,
            Toolbox(CallRuleStore(database), searching, Path()),
            owner,
            self.facts.append,
        )
        self.operations = OperationsController(
            self.store,
            self.conversations,
            self.assistants,
            connections,
            prompts,
            searching,
            owner,
            self.facts.append,
            claim=self.runs.claim,
            clock=clock,
        )

    def endings(self) -> list[RunFinished]:
        return [fact for fact in self.facts if isinstance(fact, RunFinished)]

    def statuses(self) -> list[OperationStatus]:
        return [fact.operation.status for fact in self.facts if isinstance(fact, OperationChanged)]

    async def reply(self, operation: Operation) -> Message:
        message = await self.conversations.message(operation.message_id)
        assert message is not None
        return message


class Scene:
    """A profile with a thread, whose assistant answers through a post office."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.service = PostOffice()
        self.clock = Clock()
        self.programs: list[Program] = []

    async def open(self) -> None:
        await self.database.open()
        await ConnectionStore(self.database).add(
            Connection(CONNECTION, ConnectionKind.YANDEX_TEXT, "Post", "http://127.0.0.1:1")
        )
        self.assistant = await AssistantStore(self.database).create(SETTINGS)
        self.thread_id: ThreadId = (
            await ConversationStore(self.database).create_thread(self.assistant.id)
        ).id

    def program(self, owner: str = "first", service: PlainService | None = None) -> Program:
        program = Program(self.database, service or self.service, self.clock, owner)
        self.programs.append(program)
        return program

    async def pass_time(self, seconds: float) -> None:
        """The wall clock goes on, and who sleeps looks at it."""
        self.clock.now += timedelta(seconds=seconds)
        for program in self.programs:
            program.operations._wake()


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    made = Scene(folder)
    await made.open()
    try:
        yield made
    finally:
        for program in made.programs:
            await program.operations.close()
            await program.runs.close()
        await made.database.close()


async def test_a_deferred_question_is_answered_when_the_service_has_the_reply(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        sent = await program.operations.send(s.thread_id, "Later, please")
        assert (sent.status, sent.remote_id) == (OperationStatus.WAITING, "r1")
        assert sent.next_check_at == s.clock.now + timedelta(seconds=1)
        assert program.statuses() == [OperationStatus.SENDING, OperationStatus.WAITING]
        began = next(fact for fact in program.facts if isinstance(fact, RunBegan))
        assert began.question is not None
        assert (began.question.text, began.reply.status) == ("Later, please", Status.DEFERRED)
        s.service.answers = [GOING, DONE]
        await s.pass_time(1)
        await until(lambda: len(s.service.asked) == 1)
        await s.pass_time(2)
        await until(lambda: program.endings())
        reply = await program.reply(sent)
        assert (reply.text, reply.status) == ("The reply", Status.COMPLETED)
        (ending,) = program.endings()
        assert (ending.message, ending.run.usage, ending.run.remote_id) == (reply, Usage(3, 4), "r1")
        assert ending.run.seen == (began.question.id,)
        assert ending.run.details.prompt_tokens > 0
        assert program.statuses()[-1] is OperationStatus.DONE
        (request,) = s.service.requests
        assert (request.model, request.messages[-1].text) == ("m", "Later, please")


async def test_a_deferred_question_has_settings_of_its_own(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.answers = [DONE]
        await program.operations.send(s.thread_id, "Later", overrides=RunOverrides(model="other"))
        await s.pass_time(1)
        await until(lambda: program.endings())
        (ending,) = program.endings()
        assert s.service.requests[0].model == ending.run.settings.model == "other"
        run = await program.conversations.run(ending.run.id)
        assert run is not None
        assert run.details.overrides == ("model",)


async def test_the_files_are_searched_for_a_deferred_question_and_cited_when_the_reply_comes(
    tmp_path: Path,
) -> None:
    lease = Fragment(FileId("f1"), "lease.pdf", "The rent is 500.", 3, 0, 2)
    async with scene(tmp_path) as s:
        program = s.program()
        program.files.fragments = [lease]
        await program.assistants.save_version(s.assistant.id, replace(SETTINGS, search=SearchTool()))
        sent = await program.operations.send(s.thread_id, "What is the rent?")
        assert program.files.queries == ["What is the rent?"]
        (request,) = s.service.requests
        assert request.instruction.startswith("Be brief.\n\n")
        assert "[1] lease.pdf, page 3\nThe rent is 500." in request.instruction
        assert (await program.reply(sent)).citations == ()
        later = s.program("second")  # the program was ended meanwhile
        answered = replace(REPLY, text="It is 500 [1]. [2]")
        s.service.answers = [RemoteOperation("r1", is_done=True, result=answered)]
        await later.operations.check_now()
        reply = await later.reply(sent)
        assert reply.citations == (Citation("lease.pdf", "", "f1", "The rent is 500.", 10, 13, 1, 3),)
        (ending,) = later.endings()
        assert (ending.run.details.fragments, ending.run.details.found) == (1, ())
        assert "[1] " in ending.run.details.addition
        assert ending.run.settings.instruction == "Be brief."


class RephrasingOffice(PostOffice):
    """Puts every question in the same other words, and counts."""

    async def run(self, _request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        yield TextAppended("rent")
        yield UsageReported(Usage(40, 2))
        yield RunEnded(Status.COMPLETED)


async def test_putting_a_deferred_question_in_other_words_is_counted_each_time(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        s.service = RephrasingOffice()
        program = s.program()
        program.files.fragments = [Fragment(FileId("f1"), "lease.pdf", "The rent is 500.", 3, 0, 2)]
        settings = replace(SETTINGS, search=SearchTool(rephraser="small"))
        await program.assistants.save_version(s.assistant.id, settings)
        s.service.refusals = [RateLimitedError("later", retry_after_s=0.01, is_untouched=True)]
        await program.operations.send(s.thread_id, "What is the rent?")
        assert program.files.queries == ["rent", "rent"]
        later = s.program("second")  # the program was ended meanwhile
        s.service.answers = [DONE]
        await later.operations.check_now()
        later.files.fragments = program.files.fragments
        s.service.refusals = [SignInError("no")]
        await later.operations.send(s.thread_id, "And then?")
        assert [ending.run.used for ending in later.endings()] == [Usage(83, 8), Usage(40, 2)]
        assert later.endings()[1].run.status is Status.FAILED


async def test_what_the_files_add_to_a_deferred_question_counts_as_prompt(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        settings = replace(SETTINGS, search=SearchTool(), truncation=PromptTruncation(600))
        await program.assistants.save_version(s.assistant.id, settings)
        await program.operations.send(s.thread_id, "word " * 200)
        await program.operations.send(s.thread_id, "And now?")
        program.files.fragments = [Fragment(FileId("f1"), "long.txt", "word " * 300, 0, 1, 2)]
        await program.operations.send(s.thread_id, "And then?")
        first = [request.messages[0].text for request in s.service.requests]
        assert [text[:3] for text in first] == ["wor", "wor", "And"]


async def test_nothing_open_needs_no_task(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        await program.operations.start(lambda _: True)
        await until(lambda: program.operations._poller and program.operations._poller.done())
        await program.operations.send(s.thread_id, "?")
        s.service.answers = [DONE]
        await s.pass_time(1)
        await until(lambda: program.endings())
        await until(lambda: program.operations._poller and program.operations._poller.done())


async def test_a_request_that_cannot_be_sent_fails_at_once_and_the_question_is_kept(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.refusals = [SignInError("no", status_code=401)]
        operation = await program.operations.send(s.thread_id, "Kept")
        assert operation.status is OperationStatus.FAILED
        assert operation.error is not None
        assert operation.error.code == "sign_in"
        messages = await program.conversations.messages(s.thread_id)
        assert [(message.text, message.status) for message in messages] == [
            ("Kept", Status.COMPLETED),
            ("", Status.FAILED),
        ]
        assert len(program.endings()) == 1


async def test_what_the_service_did_not_take_is_sent_again_by_itself(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.refusals = [
            RateLimitedError("busy", status_code=429, retry_after_s=0.05, is_untouched=True),
            ServiceFaultError("later", status_code=503, retry_after_s=0.05, is_untouched=True),
        ]
        operation = await program.operations.send(s.thread_id, "Kept")
        assert (operation.status, operation.remote_id) == (OperationStatus.WAITING, "r3")
        told = [fact.operation for fact in program.facts if isinstance(fact, OperationChanged)]
        waits = [(one.error.code, one.next_check_at) for one in told if one.error]
        assert [code for code, _ in waits] == ["rate_limited", "service_fault"]
        assert all(at is not None and at > s.clock.now for _, at in waits)


async def test_a_request_that_waits_to_be_sent_again_can_be_given_up(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.refusals = [RateLimitedError("busy", status_code=429, retry_after_s=0.2, is_untouched=True)]
        sending = asyncio.create_task(program.operations.send(s.thread_id, "Kept"))
        await until(lambda: len(program.statuses()) == 2)
        (waiting,) = await program.store.open()
        await program.operations.cancel(waiting.id)
        assert (await sending).status is OperationStatus.CANCELLED
        assert len(s.service.requests) == 1
        assert len(program.endings()) == 1


async def test_less_is_sent_when_the_service_says_that_it_is_too_much(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.answers = [DONE] * 3
        for text in ("first " * 100, "second " * 100):
            await program.operations.send(s.thread_id, text)
            await program.operations.check_now()
        s.service.refusals = [ContextTooLongError("too long")]
        operation = await program.operations.send(s.thread_id, "third")
        assert operation.status is OperationStatus.WAITING
        lengths = [len(request.messages) for request in s.service.requests]
        assert lengths[-1] < lengths[-2] == 5
        await program.operations.check_now()
        details = program.endings()[-1].run.details
        assert details.dropped == 5 - lengths[-1]


async def test_a_service_without_deferred_requests_is_told_before_anything_is_stored(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program(service=PlainService())
        with pytest.raises(NotOfferedError):
            await program.operations.send(s.thread_id, "?")
        assert await program.conversations.messages(s.thread_id) == []


async def test_a_thread_is_asked_once_at_a_time_and_again_while_it_waits(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        with program.runs.claim(s.thread_id), pytest.raises(RunInProgressError):
            await program.operations.send(s.thread_id, "?")
        await program.operations.send(s.thread_id, "first")
        await program.operations.send(s.thread_id, "second")
        assert [message.text for message in s.service.requests[1].messages] == ["first", "second"]


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("gone", step="dns"),
        SignInError("no", status_code=401),
        RateLimitedError("slow", retry_after_s=90),
        ValueError("ours"),
    ],
)
async def test_what_may_pass_never_ends_an_operation(tmp_path: Path, error: Exception) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        sent = await program.operations.send(s.thread_id, "?")
        s.service.answers = [error]
        await program.operations.check_now(sent.id)
        (waiting,) = await program.store.open()
        assert waiting.error == RunError.of(error)
        assert (waiting.checks, waiting.checked_at) == (1, s.clock.now)
        wait_s = 90 if isinstance(error, RateLimitedError) else 2
        assert waiting.next_check_at == s.clock.now + timedelta(seconds=wait_s)
        s.service.answers = [DONE]
        await s.pass_time(wait_s)
        await until(lambda: program.endings())
        assert (await program.reply(sent)).text == "The reply"


async def test_a_service_that_says_wait_for_ever_is_asked_in_an_hour(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        await program.operations.send(s.thread_id, "?")
        s.service.answers = [RateLimitedError("slow", retry_after_s=1e18), DONE]
        await s.pass_time(1)
        await until(lambda: len(s.service.asked) == 1)
        await s.pass_time(3600)
        await until(lambda: program.endings())


async def test_a_clock_that_is_set_back_delays_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.clock.now += timedelta(days=5000)
        await program.operations.send(s.thread_id, "?")
        s.service.answers = [GOING, DONE]
        await s.pass_time(-5000 * 86400)
        await until(lambda: len(s.service.asked) == 1)
        await until(lambda: program.statuses().count(OperationStatus.WAITING) == 2)
        (waiting,) = await program.store.open()
        assert waiting.next_check_at == s.clock.now + timedelta(seconds=2)
        await s.pass_time(2)
        await until(lambda: program.endings())


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (OperationGoneError("unknown"), OperationStatus.LOST, "operation_gone"),
        (
            RemoteOperation("r1", True, error=RunError("quota", "spent")),
            OperationStatus.FAILED,
            "quota",
        ),
        (RemoteOperation("r1", True), OperationStatus.FAILED, "bad_reply"),
    ],
)
async def test_what_will_never_come_is_told_plainly(
    tmp_path: Path, answer: RemoteOperation | Exception, status: OperationStatus, code: str
) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        sent = await program.operations.send(s.thread_id, "?")
        s.service.answers = [answer]
        await program.operations.check_now()
        ended = await program.store.operation(sent.id)
        assert ended is not None
        assert ended.error is not None
        assert (ended.status, ended.error.code) == (status, code)
        (finished,) = program.endings()
        assert (finished.run.status, finished.run.error) == (Status.FAILED, ended.error)


async def test_an_operation_of_a_connection_that_was_deleted_is_lost(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        sent = await s.program().operations.send(s.thread_id, "?")
        await ConnectionStore(s.database).remove(CONNECTION)
        program = s.program("second")
        await program.operations.check_now()
        ended = await program.store.operation(sent.id)
        assert ended is not None
        assert ended.status is OperationStatus.LOST


async def test_the_next_program_follows_what_the_last_one_sent(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first = s.program()
        sent = await first.operations.send(s.thread_id, "Days later")
        await first.operations.close()
        s.clock.now += timedelta(days=3)
        s.service.answers = [DONE]
        second = s.program("second")
        await second.operations.start("second".__eq__)
        await until(lambda: second.endings())
        assert (await second.reply(sent)).text == "The reply"
        assert first.endings() == []


async def test_a_program_that_died_while_sending_is_told_at_the_next_start(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first = s.program()
        s.service.gate = asyncio.Event()
        sending = asyncio.create_task(first.operations.send(s.thread_id, "?"))
        await until(lambda: s.service.requests)
        await first.operations.close()
        assert (await sending).status is OperationStatus.SENDING
        second = s.program("second")
        await second.operations.start("second".__eq__)
        assert second.statuses() == [OperationStatus.LOST]
        reply = (await second.conversations.messages(s.thread_id))[-1]
        assert reply.status is Status.INTERRUPTED


async def test_who_leaves_at_once_still_hears_that_the_request_was_taken(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first = s.program()
        s.service.gate = asyncio.Event()
        sending = asyncio.create_task(first.operations.send(s.thread_id, "?"))
        await until(lambda: s.service.requests)
        leaving = asyncio.create_task(first.operations.close())
        await asyncio.sleep(0)
        s.service.gate.set()
        await leaving
        assert (await sending).status is OperationStatus.WAITING
        second = s.program("second")
        s.service.answers = [DONE]
        await second.operations.start("second".__eq__)
        await s.pass_time(1)
        await until(lambda: second.endings())


async def test_who_stops_waiting_for_the_sending_does_not_stop_it(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.gate = asyncio.Event()
        sending = asyncio.create_task(program.operations.send(s.thread_id, "?"))
        await until(lambda: s.service.requests)
        sending.cancel()
        await asyncio.wait([sending])
        s.service.gate.set()
        await until(lambda: program.statuses()[-1] is OperationStatus.WAITING)


async def test_two_programs_ask_and_the_result_arrives_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        first, second = s.program(), s.program("second")
        await first.operations.send(s.thread_id, "?")
        s.service.answers = [DONE, DONE]
        await asyncio.gather(first.operations.check_now(), second.operations.check_now())
        assert len(first.endings()) + len(second.endings()) == 1
        assert s.service.asked == ["r1", "r1"]


async def test_cancelling_ends_an_operation_at_once_and_tells_the_service(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        sent = await program.operations.send(s.thread_id, "?")
        await program.operations.cancel(sent.id)
        ended = await program.store.operation(sent.id)
        assert ended is not None
        assert ended.status is OperationStatus.CANCELLED
        assert (await program.reply(sent)).status is Status.STOPPED
        await until(lambda: s.service.cancelled == ["r1"])
        await program.operations.cancel(sent.id)
        assert len(program.endings()) == 1


async def test_what_is_cancelled_while_it_is_sent_is_cancelled_there_too(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        s.service.gate = asyncio.Event()
        sending = asyncio.create_task(program.operations.send(s.thread_id, "?"))
        await until(lambda: s.service.requests)
        (operation,) = await program.store.open()
        await program.operations.cancel(operation.id)
        s.service.gate.set()
        assert (await sending).status is OperationStatus.CANCELLED
        await until(lambda: s.service.cancelled == ["r1"])


async def test_many_are_followed_at_once_and_each_arrives_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        program = s.program()
        conversations = program.conversations
        for _ in range(20):
            thread = await conversations.create_thread(AssistantId(s.assistant.id))
            await program.operations.send(thread.id, "?")
        s.service.answers = [replace(DONE)] * 20
        await s.pass_time(1)
        await until(lambda: len(program.endings()) == 20)
        assert len({ending.run.id for ending in program.endings()}) == 20
        assert await program.store.open() == []
