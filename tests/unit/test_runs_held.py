"""What a service is said to hold, against what it was really sent, through everything that can happen to a thread."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.controllers.asking import new_question, new_reply
from desktop_app.domain.assistants import PromptTruncation
from desktop_app.domain.connections import Connection, ConnectionKind, Network
from desktop_app.domain.errors import (
    RateLimitedError,
    RunInProgressError,
    ServiceFaultError,
    StoreError,
    UnreachableError,
)
from desktop_app.domain.events import (
    AssistantHeld,
    RunAccepted,
    RunEnded,
    RunEvent,
    StageChanged,
    TextReplaced,
    ThreadHeld,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import AskedThread, Held, RunRequest
from desktop_app.domain.threads import Author, Message, Status
from tests.unit.run_scene import DONE, SETTINGS, Scene, ScriptedService, scene

CHAIN = Connection(
    ConnectionId("chain"), ConnectionKind.RESPONSES, "Chain", "https://x.invalid/v1", provider="openai"
)
THREADS = Connection(
    ConnectionId("threads"), ConnectionKind.ASSISTANT_API, "Threads", "https://x.invalid", folder="f"
)
Said = tuple[Author, str]


def said(messages: list[Message]) -> list[Said]:
    return [(message.author, message.text) for message in messages]


class HoldingService(ScriptedService):
    """Holds threads or chains, and knows what it was really sent; whatever is claimed is compared with that."""

    def __init__(self, *, are_threads: bool) -> None:
        super().__init__()
        self.are_threads = are_threads
        self.outcomes: list[str] = []
        self.contents: dict[str, list[Said]] = {}
        self.claims: list[int] = []
        self.scene: Scene | None = None

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        self.requests.append(request)
        sent = [(message.author, message.text) for message in request.messages]
        held = request.held
        if held:
            await self.compare(held.remote_id, sent[: held.messages], sent[held.messages :])
            self.claims.append(held.messages)
        yield StageChanged("waiting")
        outcome = self.outcomes.pop(0) if self.outcomes else "completed"
        if outcome == "busy":
            if held and self.are_threads:  # the older ones were added before the run was refused
                self.contents[held.remote_id] += sent[held.messages : -1]
            raise RateLimitedError("busy", retry_after_s=0, is_untouched=True)
        if held and outcome != "forgotten":
            content = self.contents[held.remote_id] + sent[held.messages :]
        else:
            held, content = None, sent
        remote_id = held.remote_id if held and self.are_threads else f"remote-{len(self.requests)}"
        text = f"reply {len(self.requests)}"
        self.contents[remote_id] = content
        if outcome == "lost":
            raise UnreachableError("cut", step="tcp")
        if self.are_threads:
            yield ThreadHeld(remote_id)
            self.contents[remote_id] = [
                *content,
                (Author.ASSISTANT, text),
            ]  # whoever is still there to hear it
        yield RunAccepted("run")
        if outcome == "fault":
            raise ServiceFaultError("fell over", status_code=500)
        if outcome == "stopped":
            yield TextReplaced(text[:4])
            await asyncio.Event().wait()
        yield TextReplaced(text)
        self.contents[remote_id] = [*content, (Author.ASSISTANT, text)]
        yield ThreadHeld(remote_id, has_reply=True)
        yield RunEnded(Status.TRUNCATED if outcome == "truncated" else Status.COMPLETED)

    async def compare(self, remote_id: str, held: list[Said], new: list[Said]) -> None:
        """The slow, obvious reference: what is there stands in the path, right before what is new."""
        assert self.scene is not None
        content = self.contents[remote_id]
        path = said([m for m in await self.scene.messages() if m.text])
        assert new
        assert path[-len(new) :] == new
        before = path[: -len(new)]
        assert content == before[len(before) - len(content) :]
        assert content[len(content) - len(held) :] == held
        if not self.are_threads:
            assert content == held


async def asked(s: Scene, text: str) -> Message:
    await s.runs.send(s.thread_id, text)
    await s.runs.wait(s.thread_id)
    return (await s.messages())[-1]


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.controllers.listening.random", lambda: 0.0)


async def test_a_chain_is_gone_on_from(tmp_path: Path) -> None:
    service = HoldingService(are_threads=False)
    async with scene(tmp_path, service=service, connection=CHAIN) as s:
        service.scene = s
        await asked(s, "one")
        await asked(s, "two")
        await asked(s, "three")
        assert [request.held for request in service.requests] == [
            None,
            Held("remote-1", 2),
            Held("remote-2", 4),
        ]
        assert len(service.requests[-1].messages) == 5


async def test_a_chain_is_one_model(tmp_path: Path) -> None:
    service = HoldingService(are_threads=False)
    async with scene(tmp_path, service=service, connection=CHAIN) as s:
        service.scene = s
        await asked(s, "one")
        settings = replace(SETTINGS, connection_id=s.connection.id, model="other")
        await s.assistants.save_version(s.assistant.id, settings)
        await asked(s, "two")
        assert service.requests[-1].held is None


async def test_who_wants_no_chain_sends_the_history(tmp_path: Path) -> None:
    service = HoldingService(are_threads=False)
    async with scene(tmp_path, service=service, connection=replace(CHAIN, is_chained=False)) as s:
        service.scene = s
        await asked(s, "one")
        await asked(s, "two")
        assert service.requests[-1].held is None


async def test_a_thread_there_may_hold_more_than_would_be_sent(tmp_path: Path) -> None:
    service = HoldingService(are_threads=True)
    settings = replace(SETTINGS, truncation=PromptTruncation(10_000, 1))
    async with scene(tmp_path, settings, service=service, connection=THREADS) as s:
        service.scene = s
        for text in ("one", "two", "three"):
            await asked(s, text)
        assert [request.held for request in service.requests] == [
            None,
            Held("remote-1", 0),
            Held("remote-1", 0),
        ]
        assert len(service.contents["remote-1"]) == 6


async def test_a_thread_that_was_refused_untouched_is_still_gone_on_with(tmp_path: Path) -> None:
    service = HoldingService(are_threads=True)
    connection = replace(THREADS, network=Network(retries=1))
    async with scene(tmp_path, service=service, connection=connection) as s:
        service.scene = s
        await asked(s, "one")
        service.outcomes += ["busy", "busy"]
        refused = await asked(s, "two")
        assert refused.status is Status.FAILED
        await s.runs.regenerate(refused.id)
        await s.runs.wait(s.thread_id)
        assert [request.held for request in service.requests[1:]] == [Held("remote-1", 2)] * 3
        assert (await s.messages())[-1].status is Status.COMPLETED


async def test_a_thread_there_is_known_even_when_its_run_fails(tmp_path: Path) -> None:
    service = HoldingService(are_threads=True)
    async with scene(tmp_path, service=service, connection=THREADS) as s:
        service.outcomes.append("fault")
        await asked(s, "one")
        known = await s.remote.thread_held(s.connection.id, s.thread_id)
        assert known is not None
        assert (known.remote_id, known.digest) == ("remote-1", "")


class AssistantsService(ScriptedService):
    """Holds assistants: every one that is not current is made or brought up to date first."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        self.requests.append(request)
        assert request.assistant
        if not request.assistant.is_current:
            self.count += not request.assistant.remote_id
            yield AssistantHeld(request.assistant.remote_id or f"assistant-{self.count}")
        yield TextReplaced("Hi")
        yield DONE


async def test_an_assistant_is_brought_to_the_service_once_and_after_each_change(tmp_path: Path) -> None:
    service = AssistantsService()
    async with scene(tmp_path, service=service, connection=THREADS) as s:
        await asked(s, "one")
        await asked(s, "two")
        changed = replace(s.assistant.settings, instruction="Be long.")
        await s.assistants.save_version(s.assistant.id, changed)
        await asked(s, "three")
        for_once = replace(s.assistant, version=2, settings=replace(changed, model="other"))
        await s.runs.send(s.thread_id, "four", for_once)
        await s.runs.wait(s.thread_id)
        await asked(s, "five")
        await asked(s, "six")
        found = [request.assistant for request in service.requests]
        assert [(one.remote_id, one.is_current) for one in found if one] == [
            ("", False),
            ("assistant-1", True),
            ("assistant-1", False),
            ("assistant-1", False),
            ("assistant-1", False),
            ("assistant-1", True),
        ]
        assert found[3] is not None
        assert found[3].settings.model == "other"
        assert service.requests[0].thread == AskedThread("one")


async def test_a_store_that_fails_to_note_costs_no_reply(tmp_path: Path) -> None:
    service = HoldingService(are_threads=True)
    async with scene(tmp_path, service=service, connection=THREADS) as s:
        service.scene = s
        await asked(s, "one")

        async def unreadable(*_: object, **__: object) -> None:
            raise StoreError("the disk is gone")

        for name in ("thread_held", "hold_thread", "forget_thread", "assistant_held", "hold_assistant"):
            setattr(s.remote, name, unreadable)
        assert (await asked(s, "two")).status is Status.COMPLETED
        assert service.requests[-1].held is None


class Wanderer:
    """Does at random what a user can do to a thread, and what can happen to it."""

    def __init__(self, s: Scene, service: HoldingService, chooser: random.Random) -> None:
        self.s, self.service, self.chooser = s, service, chooser
        self.deleted: list[Message] = []
        self.deferred: list[tuple[Message, int]] = []
        self.count = 0

    async def step(self) -> None:
        steps = [self.ask] * 7 + [self.regenerate, self.resend, self.delete, self.restore]
        steps += [self.show, self.go_on, self.change, self.defer, self.deliver]
        await self.chooser.choice(steps)()

    def outcome(self) -> str:
        self.count += 1
        kinds = ["completed"] * 6 + ["truncated", "fault", "stopped", "forgotten", "busy", "lost"]
        self.service.outcomes[:] = [chosen := self.chooser.choice(kinds)]
        return chosen

    async def finish(self, outcome: str) -> None:
        if outcome == "stopped":
            for _ in range(self.chooser.randrange(40)):
                await asyncio.sleep(0)
            await self.s.runs.stop(self.s.thread_id)
        await self.s.runs.wait(self.s.thread_id)

    async def ask(self) -> None:
        outcome = self.outcome()
        await self.s.runs.send(self.s.thread_id, f"question {self.count}")
        await self.finish(outcome)

    async def chosen(self, author: Author) -> Message | None:
        found = [m for m in await self.s.messages() if m.author is author and m.status is not Status.DEFERRED]
        return self.chooser.choice(found) if found else None

    async def regenerate(self) -> None:
        if reply := await self.chosen(Author.ASSISTANT):
            outcome = self.outcome()
            await self.s.runs.regenerate(reply.id)
            await self.finish(outcome)

    async def resend(self) -> None:
        if question := await self.chosen(Author.USER):
            outcome = self.outcome()
            await self.s.runs.resend(question.id, self.chooser.choice([question.text, f"other {self.count}"]))
            await self.finish(outcome)

    async def delete(self) -> None:
        if message := await self.chosen(self.chooser.choice([Author.USER, Author.ASSISTANT])):
            with suppress(RunInProgressError):  # a deferred reply below it is waited for
                await self.s.conversations.delete_message(message.id)
                self.deleted.append(message)

    async def restore(self) -> None:
        if self.deleted:
            message = self.deleted.pop(self.chooser.randrange(len(self.deleted)))
            with suppress(LookupError):  # its parent may be deleted too
                await self.s.conversations.restore_message(message.id)

    async def show(self) -> None:
        every = await self.s.conversations.all_messages(self.s.thread_id)
        if every:
            await self.s.conversations.show_sibling(self.chooser.choice(every).id)

    async def go_on(self) -> None:
        last = (await self.s.messages())[-1:]
        if (
            last
            and last[0].author is Author.ASSISTANT
            and last[0].status in (Status.TRUNCATED, Status.STOPPED)
        ):
            outcome = self.outcome()
            await self.s.runs.continue_reply(last[0].id)
            await self.finish(outcome)

    async def change(self) -> None:
        settings = replace(
            SETTINGS,
            connection_id=self.s.connection.id,
            model=self.chooser.choice("mn"),
            truncation=PromptTruncation(10_000, self.chooser.choice([None, 3, 6])),
        )
        await self.s.assistants.save_version(self.s.assistant.id, settings)

    async def defer(self) -> None:
        """A deferred request: its empty reply is in the path until the result arrives."""
        self.count += 1
        parent = await self.s.conversations.newest(self.s.thread_id)
        question = new_question(self.s.thread_id, parent, f"later {self.count}")
        run, reply = new_reply(self.s.thread_id, question, self.s.assistant, Status.DEFERRED)
        await self.s.conversations.begin_run(run, user_message=question, reply=reply, owner="owner")
        self.deferred.append((reply, self.count))

    async def deliver(self) -> None:
        if self.deferred:
            reply, number = self.deferred.pop()
            assert reply.run_id
            if run := await self.s.conversations.run(reply.run_id):
                ended = replace(run, status=Status.COMPLETED, ended_at=datetime.now(UTC))
                await self.s.conversations.end_run(ended, f"deferred {number}")


@pytest.mark.parametrize("are_threads", [True, False])
@pytest.mark.parametrize("seed", range(20))
async def test_nothing_is_claimed_to_be_held_that_the_service_does_not_hold_so(
    tmp_path: Path, seed: int, are_threads: bool
) -> None:
    chooser = random.Random(seed)
    service = HoldingService(are_threads=are_threads)
    async with scene(tmp_path, service=service, connection=THREADS if are_threads else CHAIN) as s:
        service.scene = s
        wanderer = Wanderer(s, service, chooser)
        for _ in range(30):
            await wanderer.step()
        faults = [ended.run.error for ended in s.endings() if ended.run.error]
        assert not [error for error in faults if error.code == "internal"], faults
        assert service.claims or seed  # the first walk at least has something to show
