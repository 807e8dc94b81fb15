"""Lifetimes and the trash on a real database; time is a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.controllers.facts import Expired, Fact, LibraryChanged
from desktop_app.controllers.lifetimes import LifetimesController
from desktop_app.domain.assistants import TTL_DAYS_LIMIT, AssistantSettings, Expiration, ExpirationPolicy
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, RunId, ThreadId, new_id
from desktop_app.domain.lifetimes import renewed
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.domain.tools import Function, Rule
from desktop_app.domain.trash import TrashItem, TrashKind
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.call_rules import CallRuleStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.lifetimes import Ended, LifetimeStore
from desktop_app.store.remote import HeldAssistant, RemoteStore
from desktop_app.store.rows import to_json
from desktop_app.store.trash import TrashStore
from tests.conftest import PATIENCE_S

DAY = timedelta(days=1)
SINCE_USE = Expiration(7)
STATIC = Expiration(7, ExpirationPolicy.STATIC)
SETTINGS = AssistantSettings(name="Юрист", description="Reads contracts")
THREAD, ASSISTANT = TrashKind.THREAD, TrashKind.ASSISTANT


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Home:
    """The stores of one profile, on one clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.conversations = ConversationStore(self.database, clock=self.clock)
        self.assistants = AssistantStore(self.database, clock=self.clock)
        self.lifetimes = LifetimeStore(self.database, clock=self.clock)
        self.trash = TrashStore(self.database, clock=self.clock)

    async def thread(self, expiration: Expiration | None = None, name: str = "Договор") -> ThreadId:
        made = await self.conversations.create_thread(None)
        await self.conversations.rename_thread(made.id, name)
        told = to_json(expiration) if expiration else None
        await self.database.run(
            lambda connection: connection.execute(
                "UPDATE threads SET expiration = ? WHERE id = ?", (told, made.id)
            )
        )
        return made.id

    async def assistant(self, expiration: Expiration | None = None) -> AssistantId:
        return (await self.assistants.create(replace(SETTINGS, expiration=expiration))).id

    async def ask(self, thread_id: ThreadId, assistant_id: AssistantId, version: int = 1) -> Run:
        """A question and a reply that begins to grow."""
        newest = await self.conversations.newest(thread_id)
        question = self.message(thread_id, Author.USER, "Почему?", newest.id if newest else None)
        reply = self.message(thread_id, Author.ASSISTANT, "", question.id, Status.WRITING)
        found = await self.assistants.version(assistant_id, version)
        assert found
        run = Run(
            RunId(new_id()),
            thread_id,
            reply.id,
            assistant_id,
            version,
            found.settings,
            Status.WRITING,
            self.clock.now,
        )
        await self.conversations.begin_run(
            run, user_message=question, reply=replace(reply, run_id=run.id), owner="me"
        )
        return run

    def message(
        self,
        thread_id: ThreadId,
        author: Author,
        text: str,
        parent: MessageId | None,
        status: Status = Status.COMPLETED,
    ) -> Message:
        return Message(
            MessageId(new_id()), thread_id, author, text, status, self.clock.now, 0, parent_id=parent
        )

    async def answer(self, run: Run) -> None:
        await self.conversations.end_run(replace(run, status=Status.COMPLETED), "Потому.")

    async def expire(self) -> Ended:
        return await self.lifetimes.expire(self.clock.now)

    async def items(self) -> list[tuple[TrashKind, str, bool]]:
        return [(item.kind, item.id, item.expired) for item in await self.trash.items()]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    made.database.open_blocking()
    yield made
    assert made.database.close_blocking()


# -- what expires, and when


async def test_a_thread_expires_so_long_after_it_was_made_or_last_active(home: Home) -> None:
    assistant = await home.assistant()
    static, active, forever = await home.thread(STATIC), await home.thread(SINCE_USE), await home.thread()
    home.clock.now += 5 * DAY
    for thread_id in (static, active):
        await home.answer(await home.ask(thread_id, assistant))
    home.clock.now += 2 * DAY - timedelta(microseconds=1)
    assert await home.expire() == Ended()
    home.clock.now += timedelta(microseconds=1)
    assert await home.expire() == Ended(threads=(static,))
    assert await home.expire() == Ended()
    home.clock.now += 5 * DAY
    assert await home.expire() == Ended(threads=(active,))
    home.clock.now += 4000 * DAY
    assert await home.expire() == Ended()
    assert [summary.id for summary in await home.conversations.threads()] == [forever]
    assert await home.lifetimes.next_end() is None


@pytest.mark.parametrize("policy", ExpirationPolicy)
async def test_what_a_service_had_a_lifetime_for_is_kept_here(home: Home, policy: ExpirationPolicy) -> None:
    theirs = Expiration(7, policy, ends_there=True)
    thread_id = await home.thread(theirs)
    assistant = await home.assistants.create(replace(SETTINGS, expiration=theirs))
    home.clock.now += 365 * DAY
    assert await home.lifetimes.expire(home.clock.now) == Ended()
    assert await home.lifetimes.next_end() is None
    await home.lifetimes.extend(THREAD, thread_id)
    thread = await home.conversations.thread(thread_id)
    assert thread is not None
    assert thread.expires_at is None
    assert thread.expiration == theirs
    assert assistant.expires_at is None


async def test_an_assistant_expires_by_its_newest_version_and_its_last_use(home: Home) -> None:
    left, used, other = (
        await home.assistant(SINCE_USE),
        await home.assistant(SINCE_USE),
        await home.assistant(),
    )
    changed = await home.assistant(SINCE_USE)
    await home.assistants.save_version(changed, SETTINGS)
    home.clock.now += 3 * DAY
    await home.assistants.touch(used)
    assert await home.lifetimes.next_end() == home.clock.now + 4 * DAY
    home.clock.now += 4 * DAY
    assert await home.expire() == Ended(assistants=(left,))
    assert {one.id for one in await home.assistants.assistants()} == {used, other, changed}


async def test_a_thread_made_with_an_assistant_that_expires_does_not_expire(home: Home) -> None:
    assistant = await home.assistant(SINCE_USE)
    thread = await home.conversations.create_thread(assistant)
    assert thread.expiration is None
    home.clock.now += 30 * DAY
    assert await home.expire() == Ended(assistants=(assistant,))


@pytest.mark.parametrize("status", [Status.WRITING, Status.DEFERRED])
async def test_a_thread_that_is_being_answered_expires_afterwards(home: Home, status: Status) -> None:
    thread, assistant = await home.thread(STATIC), await home.assistant()
    run = await home.ask(thread, assistant)
    await home.database.run(lambda connection: connection.execute("UPDATE runs SET status = ?", (status,)))
    home.clock.now += 30 * DAY
    assert await home.expire() == Ended()
    await home.answer(run)
    assert await home.expire() == Ended(threads=(thread,))


async def test_a_thread_with_a_draft_expires_afterwards(home: Home) -> None:
    thread = await home.thread(STATIC)
    await home.conversations.save_draft(thread, "Почему")
    home.clock.now += 30 * DAY
    assert await home.expire() == Ended()
    await home.conversations.save_draft(thread, " \n")
    assert await home.expire() == Ended(threads=(thread,))


# -- what is extended


async def test_a_thread_that_has_just_expired_is_not_answered_in_the_trash(home: Home) -> None:
    thread, assistant = await home.thread(Expiration(1)), await home.assistant()
    run = await home.ask(thread, assistant)
    await home.conversations.end_run(replace(run, status=Status.STOPPED), "Hal")
    home.clock.now += 2 * DAY
    assert (await home.expire()).threads == (thread,)
    with pytest.raises(LookupError):
        await home.ask(thread, assistant)
    with pytest.raises(LookupError):
        await home.conversations.continue_run(replace(run, id=RunId(new_id())), run.message_id, "me")
    await home.trash.restore(THREAD, thread)
    await home.ask(thread, assistant)


async def test_a_lifetime_begins_anew(home: Home) -> None:
    made_at = home.clock.now
    threads = [await home.thread(STATIC), await home.thread(SINCE_USE)]
    assistants = [await home.assistant(STATIC), await home.assistant(SINCE_USE)]
    home.clock.now += 5 * DAY + timedelta(hours=1)
    for thread_id in threads:
        await home.lifetimes.extend(THREAD, thread_id)
    for assistant_id in assistants:
        await home.lifetimes.extend(ASSISTANT, assistant_id)
    kept = [await home.conversations.thread(thread_id) for thread_id in threads]
    kept_assistants = [await home.assistants.assistant(assistant_id) for assistant_id in assistants]
    ends = [made_at + 13 * DAY, home.clock.now + 7 * DAY]
    assert [one and one.expires_at for one in kept] == ends
    assert [one and one.expires_at for one in kept_assistants] == ends
    assert [one and one.version for one in kept_assistants] == [2, 1]
    assert [one and one.settings.expiration for one in kept_assistants] == [
        replace(STATIC, ttl_days=13),
        SINCE_USE,
    ]


async def test_what_has_no_lifetime_is_not_given_one(home: Home) -> None:
    thread, assistant = await home.thread(), await home.assistant()
    await home.lifetimes.extend(THREAD, thread)
    await home.lifetimes.extend(ASSISTANT, assistant)
    await home.lifetimes.extend(ASSISTANT, "gone")
    assert await home.lifetimes.next_end() is None
    assert [one.version for one in await home.assistants.versions(assistant)] == [1]


@pytest.mark.parametrize(
    "passed", [timedelta(0), timedelta(microseconds=1), 3 * DAY, 3000 * DAY, 9000 * DAY, -DAY]
)
@pytest.mark.parametrize("days", [1, 7, TTL_DAYS_LIMIT])
@pytest.mark.parametrize("policy", list(ExpirationPolicy))
def test_a_renewed_lifetime_lasts_as_long_as_it_said_and_keeps_to_the_limit(
    policy: ExpirationPolicy, days: int, passed: timedelta
) -> None:
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    now = made_at + passed
    found = renewed(Expiration(days, policy), made_at, now)
    assert found.ttl_days <= TTL_DAYS_LIMIT
    ends_at = found.expires_at(made_at, now)
    assert ends_at is not None
    assert ends_at - now >= days * DAY
    assert ends_at - max(now, made_at) < (days + 1) * DAY


@pytest.mark.parametrize("kind", [THREAD, ASSISTANT])
async def test_a_lifetime_that_is_renewed_again_and_again_lasts_no_longer(
    home: Home, kind: TrashKind
) -> None:
    record = await (home.thread(STATIC) if kind is THREAD else home.assistant(STATIC))
    for _ in range(3):
        home.clock.now += 5 * DAY
        await home.lifetimes.extend(kind, record)
        await home.lifetimes.extend(kind, record)
        assert await home.lifetimes.next_end() == home.clock.now + 7 * DAY


def test_a_lifetime_that_is_told_wrongly_can_be_renewed() -> None:
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    for first_days in (-5, 8, 10**12):
        told = Expiration(7, ExpirationPolicy.STATIC, first_days)
        assert renewed(told, made_at, made_at + DAY) == Expiration(8, ExpirationPolicy.STATIC)


# -- the trash


async def test_the_trash_tells_what_is_in_it(home: Home) -> None:
    deleted, expired, assistant = (
        await home.thread(SINCE_USE),
        await home.thread(STATIC),
        await home.assistant(),
    )
    await home.answer(await home.ask(deleted, assistant))
    await home.conversations.trash_thread(deleted)
    first = home.clock.now
    home.clock.now += DAY
    await home.assistants.trash(assistant)
    home.clock.now += 30 * DAY
    await home.expire()
    assert await home.trash.items() == [
        TrashItem(THREAD, expired, "Договор", home.clock.now, expired=True),
        TrashItem(ASSISTANT, assistant, "Юрист", first + DAY, preview="Reads contracts"),
        TrashItem(THREAD, deleted, "Договор", first, messages=2, preview="Потому."),
    ]


async def test_what_is_restored_does_not_expire_at_once(home: Home) -> None:
    gone = [
        (THREAD, await home.thread(STATIC)),
        (THREAD, await home.thread(SINCE_USE)),
        (ASSISTANT, await home.assistant(STATIC)),
        (ASSISTANT, await home.assistant(SINCE_USE)),
    ]
    home.clock.now += 20 * DAY
    await home.expire()
    assert len(await home.items()) == 4
    home.clock.now += 5 * DAY
    for kind, id_ in gone:
        await home.trash.restore(kind, id_)
    assert await home.items() == []
    home.clock.now += 7 * DAY - timedelta(microseconds=1)
    assert await home.expire() == Ended()
    home.clock.now += timedelta(microseconds=1)
    ended = await home.expire()
    assert (len(ended.assistants), len(ended.threads)) == (2, 2)


async def test_what_was_deleted_by_hand_keeps_its_lifetime_when_it_is_restored(home: Home) -> None:
    thread = await home.thread(STATIC)
    home.clock.now += 5 * DAY
    await home.conversations.trash_thread(thread)
    await home.trash.restore(THREAD, thread)
    kept = await home.conversations.thread(thread)
    assert kept
    assert kept.expiration == STATIC


async def test_what_is_deleted_for_good_is_gone(home: Home) -> None:
    thread, assistant, kept = await home.thread(), await home.assistant(), await home.thread(name="Kept")
    await home.conversations.trash_thread(thread)
    await home.assistants.trash(assistant)
    await home.trash.delete(THREAD, thread)
    await home.trash.delete(ASSISTANT, assistant)
    await home.trash.delete(THREAD, kept)  # it is not in the trash
    assert await home.items() == []
    assert await home.conversations.thread(thread) is None
    assert await home.assistants.assistant(assistant) is None
    assert await home.assistants.versions(assistant) == []
    assert await home.conversations.thread(kept) is not None


async def test_an_assistant_is_kept_for_its_runs_and_seen_by_nobody(home: Home) -> None:
    thread, assistant = await home.thread(), await home.assistant()
    for name in ("Second", "Third", "Fourth"):
        await home.assistants.save_version(assistant, replace(SETTINGS, name=name))
    run = await home.ask(thread, assistant, version=2)
    await home.answer(run)
    assert await home.trash.has_assistant(assistant)
    await home.assistants.trash(assistant)
    assert await home.trash.has_assistant(assistant)
    await home.trash.delete(ASSISTANT, assistant)
    assert not await home.trash.has_assistant(assistant)
    await home.trash.restore(ASSISTANT, assistant)  # there is nothing to be restored any more
    assert await home.items() == []
    assert await home.assistants.assistants() == []
    assert [one.version for one in await home.assistants.versions(assistant)] == [4, 2]
    kept = await home.conversations.run(run.id)
    assert kept
    assert kept.settings.name == "Second"
    await home.conversations.trash_thread(thread)
    await home.trash.empty()
    assert await home.assistants.versions(assistant) == []
    assert await home.assistants.assistant(assistant) is None


async def test_who_is_deleted_for_good_answers_no_more(home: Home) -> None:
    assistant, other = await home.assistant(), await home.assistant()
    thread = (await home.conversations.create_thread(assistant)).id
    kept = (await home.conversations.create_thread(other)).id
    await home.answer(await home.ask(thread, assistant))
    await home.assistants.trash(assistant)
    await home.trash.delete(ASSISTANT, assistant)
    found = await home.conversations.thread(thread)
    assert found and found.assistant_id is None
    left = await home.conversations.thread(kept)
    assert left and left.assistant_id == other


async def test_nothing_else_is_left_of_an_assistant(home: Home) -> None:
    thread, assistant, other = await home.thread(), await home.assistant(), await home.assistant()
    rules, remote = CallRuleStore(home.database), RemoteStore(home.database)
    for one in (assistant, other):
        await home.answer(await home.ask(thread, one))
        await rules.set_rule(one, Function("f"), Rule.ALLOW)
        await remote.hold_assistant(ConnectionId("c"), one, HeldAssistant(f"there-{one}", 1))
        await home.assistants.save_draft(one, AssistantDraft(replace(SETTINGS, name="Draft"), 1))
    await home.assistants.trash(assistant)
    await home.trash.empty()
    assert await rules.rules(assistant) == {}
    assert await remote.assistant_held(ConnectionId("c"), assistant) is None
    assert await home.assistants.load_draft(assistant) is None
    assert await rules.rules(other) != {}
    assert await remote.assistant_held(ConnectionId("c"), other) is not None
    assert await home.assistants.load_draft(other) is not None


async def test_the_old_is_purged_and_the_rest_is_not(home: Home) -> None:
    old = [await home.thread(), await home.assistant(), await home.assistant()]
    kept_thread = await home.thread(name="Kept")
    await home.answer(await home.ask(kept_thread, AssistantId(old[2])))
    await home.conversations.trash_thread(ThreadId(old[0]))
    for one in old[1:]:
        await home.assistants.trash(AssistantId(one))
    home.clock.now += DAY
    young, young_assistant = await home.thread(), await home.assistant()
    await home.conversations.trash_thread(young)
    await home.assistants.trash(young_assistant)
    await home.trash.purge(home.clock.now)
    assert sorted(await home.items()) == [(ASSISTANT, young_assistant, False), (THREAD, young, False)]
    assert await home.conversations.thread(ThreadId(old[0])) is None
    assert await home.assistants.assistant(AssistantId(old[1])) is None
    assert (await home.conversations.runs(kept_thread))[0].settings == SETTINGS


# -- the controller


class Watch:
    """A controller, what it told, and an event at every fact."""

    def __init__(self, home: Home) -> None:
        self.facts: list[Fact] = []
        self.told = asyncio.Event()
        self.controller = LifetimesController(home.lifetimes, self.report, clock=home.clock)

    def report(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.told.set()


@asynccontextmanager
async def watching(home: Home) -> AsyncIterator[Watch]:
    watch = Watch(home)
    await watch.controller.start()
    try:
        yield watch
    finally:
        await watch.controller.close()


async def test_what_has_expired_meanwhile_is_told_at_the_start(home: Home) -> None:
    thread, assistant = await home.thread(STATIC), await home.assistant(SINCE_USE)
    home.clock.now += 8 * DAY
    async with watching(home) as watch:
        assert watch.facts == [
            Expired((assistant,), (thread,)),
            LibraryChanged(threads=True, assistants=True),
        ]


async def test_nothing_is_told_when_nothing_expires(home: Home) -> None:
    await home.thread(STATIC)
    async with watching(home) as watch:
        assert watch.facts == []


async def test_what_expires_while_the_program_runs_is_told_then(home: Home) -> None:
    thread = await home.thread(STATIC)
    home.clock.now += 7 * DAY - timedelta(milliseconds=50)
    async with watching(home) as watch, asyncio.timeout(PATIENCE_S):
        assert watch.facts == []
        home.clock.now += timedelta(milliseconds=50)
        await watch.told.wait()
        assert watch.facts == [Expired((), (thread,)), LibraryChanged(threads=True)]


async def test_the_thread_that_is_open_expires_when_another_is(home: Home) -> None:
    read, other = await home.thread(STATIC), await home.thread(STATIC)
    async with watching(home) as watch, asyncio.timeout(PATIENCE_S):
        watch.controller.hold(read)
        home.clock.now += 8 * DAY
        watch.controller.rearm()
        await watch.told.wait()
        assert watch.facts[0] == Expired((), (other,))
        watch.facts.clear()
        watch.told.clear()
        watch.controller.hold(await home.thread())
        await watch.told.wait()
        assert watch.facts[0] == Expired((), (read,))


async def test_a_lifetime_that_is_set_later_is_heeded(home: Home) -> None:
    assistant = await home.assistant()
    home.clock.now += 8 * DAY
    async with watching(home) as watch, asyncio.timeout(PATIENCE_S):
        await home.assistants.save_version(assistant, replace(SETTINGS, expiration=STATIC))
        await asyncio.to_thread(watch.controller.rearm)
        await watch.told.wait()
        assert watch.facts[0] == Expired((assistant,), ())


async def test_extending_is_told(home: Home) -> None:
    thread, assistant = await home.thread(STATIC), await home.assistant(STATIC)
    async with watching(home) as watch:
        home.clock.now += 6 * DAY
        await watch.controller.extend_thread(thread)
        await watch.controller.extend_assistant(assistant)
        assert watch.facts == [LibraryChanged(threads=True), LibraryChanged(assistants=True)]
    assert await home.lifetimes.next_end() == home.clock.now + 7 * DAY
