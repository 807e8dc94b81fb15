import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.assistants import AssistantSettings, Expiration, ExpirationPolicy
from desktop_app.domain.errors import RunError, RunInProgressError
from desktop_app.domain.ids import AssistantId, MessageId, RunId, ThreadId, new_id
from desktop_app.domain.prompt import PROMPT_MESSAGES_LIMIT
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Author, Citation, Message, Run, Status, Usage
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore, Leading
from desktop_app.store.database import Database
from desktop_app.store.trash import TrashStore
from desktop_app.store.writing import preview

OWNER = "owner-1"
ASSISTANT = AssistantId("assistant-1")


class Clock:
    """Tells a minute more at every call."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


class Talk:
    """Speaks with the store as the runs controller does."""

    def __init__(self, store: ConversationStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def message(self, thread_id: ThreadId, author: Author, parent: Message | None, text: str = "") -> Message:
        status = Status.COMPLETED if author is Author.USER else Status.WRITING
        parent_id = parent.id if parent else None
        return Message(MessageId(new_id()), thread_id, author, text, status, self.clock(), 0, parent_id)

    def run(self, reply: Message) -> Run:
        settings = AssistantSettings("Helper")
        return Run(
            RunId(new_id()), reply.thread_id, reply.id, ASSISTANT, 1, settings, Status.WRITING, self.clock()
        )

    async def begin(
        self, thread_id: ThreadId, text: str, parent: Message | None = None, owner: str = OWNER
    ) -> tuple[Message, Message, Run]:
        """The question, the empty reply and the run, as stored."""
        question = self.message(thread_id, Author.USER, parent, text)
        reply = self.message(thread_id, Author.ASSISTANT, question)
        run = self.run(reply)
        stored = await self.store.begin_run(
            run, user_message=question, reply=replace(reply, run_id=run.id), owner=owner
        )
        return stored[0], stored[1], run

    async def again(self, question: Message) -> tuple[Message, Run]:
        """A new reply to ``question`` and its run, as stored."""
        reply = self.message(question.thread_id, Author.ASSISTANT, question)
        run = self.run(reply)
        stored = await self.store.begin_run(
            run, user_message=None, reply=replace(reply, run_id=run.id), owner=OWNER
        )
        return stored[0], run

    async def end(self, run: Run, text: str, status: Status = Status.COMPLETED) -> Run:
        ended = replace(run, status=status, ended_at=self.clock())
        assert await self.store.end_run(ended, text)
        return ended

    async def exchange(
        self, thread_id: ThreadId, text: str, answer: str, parent: Message | None = None
    ) -> Message:
        """A question answered; the reply as stored."""
        _, reply, run = await self.begin(thread_id, text, parent)
        await self.end(run, answer)
        stored = await self.store.message(reply.id)
        assert stored is not None
        return stored

    async def texts(self, thread_id: ThreadId) -> list[str]:
        return [message.text for message in await self.store.messages(thread_id)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "nitka.db", tmp_path / "backups")
    made.open_blocking()
    yield made
    assert made.close_blocking()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> ConversationStore:
    return ConversationStore(database, clock=clock)


@pytest.fixture
def talk(store: ConversationStore, clock: Clock) -> Talk:
    return Talk(store, clock)


def count_of(table: str) -> Callable[[sqlite3.Connection], tuple[int]]:
    return lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()


# --- threads ---


async def test_a_new_thread_is_there_and_says_nothing(store: ConversationStore) -> None:
    thread = await store.create_thread(ASSISTANT)
    assert await store.thread(thread.id) == thread
    assert (thread.name, thread.draft, thread.assistant_id) == ("", "", ASSISTANT)
    (summary,) = await store.threads()
    assert (summary.id, summary.preview, summary.is_unread, summary.is_pinned) == (
        thread.id,
        "",
        False,
        False,
    )
    assert await store.thread(ThreadId("nothing")) is None


async def test_an_untouched_thread_is_used_again(store: ConversationStore, talk: Talk) -> None:
    first = await store.create_thread(ASSISTANT)
    again = await store.create_thread(ASSISTANT)
    assert again.id == first.id
    assert again.updated_at > first.updated_at
    assert (await store.create_thread(AssistantId("other"))).id != first.id
    assert (await store.create_thread(None)).id != first.id
    await store.save_draft(first.id, "half a thought")
    second = await store.create_thread(ASSISTANT)
    await store.rename_thread(second.id, "Named")
    third = await store.create_thread(ASSISTANT)
    await talk.begin(third.id, "Hello")
    fourth = await store.create_thread(ASSISTANT)
    await store.trash_thread(fourth.id)
    fifth = await store.create_thread(ASSISTANT)
    assert len({first.id, second.id, third.id, fourth.id, fifth.id}) == 5


async def test_threads_come_newest_activity_first(store: ConversationStore, talk: Talk) -> None:
    threads = []
    for number in range(3):
        thread = await store.create_thread(ASSISTANT)
        await talk.exchange(thread.id, f"Question {number}", f"Answer {number}")
        threads.append(thread)
    last = (await store.messages(threads[0].id))[-1]
    await talk.exchange(threads[0].id, "One more", "Yes", last)
    assert [found.name for found in await store.threads()] == ["Question 0", "Question 2", "Question 1"]
    await store.rename_thread(threads[1].id, "Renaming is no activity")
    assert (await store.threads())[2].name == "Renaming is no activity"


async def test_threads_of_one_assistant_and_their_counts(store: ConversationStore) -> None:
    thread = await store.create_thread(ASSISTANT)
    other = await store.create_thread(AssistantId("other"))
    await store.create_thread(None)
    assert [found.id for found in await store.threads(assistant_id=ASSISTANT)] == [thread.id]
    assert await store.counts() == {ASSISTANT: 1, "other": 1, None: 1}
    await store.set_thread_assistant(other.id, ASSISTANT)
    assert await store.counts() == {ASSISTANT: 2, None: 1}
    await store.trash_thread(thread.id)
    assert await store.counts() == {ASSISTANT: 1, None: 1}


async def test_a_thread_is_described(store: ConversationStore) -> None:
    thread = await store.create_thread(ASSISTANT)
    lifetime = Expiration(30, ExpirationPolicy.STATIC)
    said = ThreadSettings("", "Reads\ntwice", (("team", "legal"), ("a", "")), lifetime, ('{"genSearch":{}}',))
    await store.describe_thread(thread.id, said)
    found = await store.thread(thread.id)
    assert found is not None
    assert ThreadSettings.of(found) == said
    assert found.updated_at == thread.updated_at
    assert (await store.threads())[0].expires_at == thread.created_at + timedelta(days=30)
    assert (await store.create_thread(ASSISTANT)).id != thread.id  # it is no untouched one any more
    await store.describe_thread(thread.id, ThreadSettings("  Contract  "))
    found = await store.thread(thread.id)
    assert found is not None
    assert ThreadSettings.of(found) == ThreadSettings("Contract")
    assert {one.expires_at for one in await store.threads()} == {None}


async def test_a_thread_is_pinned_renamed_and_keeps_draft_and_place(store: ConversationStore) -> None:
    thread = await store.create_thread(ASSISTANT)
    await store.pin_thread(thread.id, True)
    await store.rename_thread(thread.id, "  Contract  ")
    await store.save_draft(thread.id, "строка\n" * 1000)
    await store.save_read_position(thread.id, MessageId("m"), -12)
    found = await store.thread(thread.id)
    assert found is not None
    assert (found.name, found.draft, found.read_anchor, found.read_offset) == (
        "Contract",
        "строка\n" * 1000,
        "m",
        -12,
    )
    (summary,) = await store.threads()
    assert summary.is_pinned
    assert summary.draft != "строка\n" * 1000
    assert ("строка\n" * 1000).startswith(summary.draft)
    await store.pin_thread(thread.id, False)
    assert not (await store.threads())[0].is_pinned


async def test_a_trashed_thread_comes_back_whole_until_the_trash_is_purged(
    store: ConversationStore, talk: Talk, clock: Clock, database: Database
) -> None:
    thread = await store.create_thread(ASSISTANT)
    await talk.exchange(thread.id, "Question", "Answer")
    await store.trash_thread(thread.id)
    assert await store.threads() == []
    await store.restore_thread(thread.id)
    assert await talk.texts(thread.id) == ["Question", "Answer"]
    await store.trash_thread(thread.id)
    await TrashStore(database).purge(clock.now - timedelta(days=30))
    assert await store.thread(thread.id) is not None
    await TrashStore(database).purge(clock())
    assert await store.thread(thread.id) is None
    for table in ("messages", "runs"):
        left = await database.read(count_of(table))
        assert left == (0,)


# --- a run ---


async def test_the_question_is_stored_with_an_empty_reply_and_the_run(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    await store.save_draft(thread.id, "What is a thread?")
    question, reply, run = await talk.begin(thread.id, "What is a thread?\nIn short.")
    assert await store.messages(thread.id) == [question, reply]
    assert (question.position, reply.position) == (0, 1)
    assert (reply.status, reply.run_id, reply.text, reply.sibling_ids) == (
        Status.WRITING,
        run.id,
        "",
        (reply.id,),
    )
    assert await store.run(run.id) == run
    found = await store.thread(thread.id)
    assert found is not None
    assert (found.name, found.draft, found.updated_at) == ("What is a thread?", "", run.started_at)
    (summary,) = await store.threads()
    assert (summary.preview, summary.is_unread) == ("What is a thread? In short.", False)


async def test_a_run_that_cannot_begin_leaves_nothing(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    gone = talk.message(thread.id, Author.ASSISTANT, None)
    with pytest.raises(LookupError):
        await talk.begin(thread.id, "Question", gone)
    other = await store.create_thread(AssistantId("other"))
    elsewhere = await talk.exchange(other.id, "Elsewhere", "Answer")
    with pytest.raises(LookupError):
        await talk.begin(thread.id, "Question", elsewhere)
    assert await store.messages(thread.id) == []
    assert await store.runs(thread.id) == []


async def test_a_run_ends_exactly_once(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, reply, run = await talk.begin(thread.id, "Question")
    await store.save_reply(reply.id, "Half an")
    assert await talk.texts(thread.id) == ["Question", "Half an"]
    ended = replace(
        run,
        status=Status.FAILED,
        seen=(reply.id,),
        first_text_at=talk.clock(),
        ended_at=talk.clock(),
        usage=Usage(12, 3),
        remote_id="remote",
        error=RunError("service_fault", "detail", 503, "request", 1.5),
    )
    assert await store.end_run(ended, "Half an answer")
    assert await store.run(run.id) == ended
    assert not await store.end_run(replace(ended, status=Status.COMPLETED), "Another ending")
    await store.save_reply(reply.id, "late journal")
    message = await store.message(reply.id)
    assert message is not None
    assert (message.status, message.text) == (Status.FAILED, "Half an answer")
    assert await store.run(run.id) == ended
    (summary,) = await store.threads()
    assert (summary.preview, summary.is_unread, summary.updated_at) == (
        "Half an answer",
        True,
        ended.ended_at,
    )
    await store.mark_read(thread.id)
    assert not (await store.threads())[0].is_unread


async def test_counts_that_no_service_means_do_not_spoil_an_ending(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, reply, run = await talk.begin(thread.id, "Question")
    await store.save_reply(reply.id, "Half", cursor=10**30, remote_id="r")
    ended = replace(run, status=Status.COMPLETED, usage=Usage(10**30, -(10**30)))
    assert await store.end_run(ended, "The whole answer")
    assert await talk.texts(thread.id) == ["Question", "The whole answer"]
    stored = await store.run(run.id)
    assert stored is not None
    assert stored.usage == Usage(2**63 - 1, 1 - 2**63)


async def test_writing_is_no_ending(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, _, run = await talk.begin(thread.id, "Question")
    with pytest.raises(ValueError, match="no ending"):
        await store.end_run(run, "text")


async def test_a_reply_the_user_stopped_is_not_unread(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, _, run = await talk.begin(thread.id, "Question")
    await talk.end(run, "Half", Status.STOPPED)
    assert not (await store.threads())[0].is_unread


@pytest.mark.parametrize("status", [Status.INTERRUPTED, Status.TRUNCATED, Status.STOPPED, Status.FAILED])
async def test_a_cut_off_reply_can_be_continued(store: ConversationStore, talk: Talk, status: Status) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, reply, run = await talk.begin(thread.id, "Question")
    first = await talk.end(run, "Half", status)
    second = talk.run(reply)
    going_on = await store.continue_run(second, reply.id, OWNER)
    assert (going_on.text, going_on.status, going_on.run_id) == ("Half", Status.WRITING, second.id)
    assert await store.message(reply.id) == going_on
    assert not await store.end_run(first, "a late end of the first run")
    await talk.end(second, "Half and whole")
    assert await talk.texts(thread.id) == ["Question", "Half and whole"]
    assert [found.status for found in await store.runs(thread.id)] == [status, Status.COMPLETED]


async def test_what_is_whole_or_still_writing_cannot_be_continued(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, reply, run = await talk.begin(thread.id, "Question")
    with pytest.raises(ValueError, match="writing"):
        await store.continue_run(talk.run(reply), reply.id, OWNER)
    await talk.end(run, "Answer")
    with pytest.raises(ValueError, match="completed"):
        await store.continue_run(talk.run(reply), reply.id, OWNER)
    with pytest.raises(LookupError):
        await store.continue_run(talk.run(reply), MessageId("gone"), OWNER)
    assert len(await store.runs(thread.id)) == 1


async def test_replies_of_dead_processes_become_interrupted(store: ConversationStore, talk: Talk) -> None:
    thread, other = await store.create_thread(ASSISTANT), await store.create_thread(AssistantId("other"))
    _, orphan, dead_run = await talk.begin(thread.id, "Dead", owner="dead")
    await store.save_reply(orphan.id, "what arrived")
    _, going, _ = await talk.begin(other.id, "Alive", owner="alive")
    assert await store.interrupt_orphans(lambda owner: owner == "alive") == [orphan.id]
    assert await store.interrupt_orphans(lambda owner: owner == "alive") == []
    message, alive = await store.message(orphan.id), await store.message(going.id)
    assert message is not None
    assert alive is not None
    assert (message.status, message.text, alive.status) == (
        Status.INTERRUPTED,
        "what arrived",
        Status.WRITING,
    )
    run = await store.run(dead_run.id)
    assert run is not None
    assert run.status is Status.INTERRUPTED
    assert run.ended_at is not None
    assert next(found.preview for found in await store.threads() if found.id == thread.id) == "what arrived"
    assert not await store.end_run(replace(dead_run, status=Status.COMPLETED), "the dead process comes back")


async def test_what_a_dead_process_was_writing_and_its_service_still_writes_is_taken_over_once(
    store: ConversationStore, talk: Talk
) -> None:
    is_alive = {"alive", "heir"}.__contains__
    threads = [(await store.create_thread(AssistantId(name))).id for name in "abcd"]
    _, reply, run = await talk.begin(threads[0], "Resumable", owner="dead")
    await store.save_reply(reply.id, "half", cursor=7, remote_id="r1")
    await store.save_reply(reply.id, "half a", cursor=8)
    _, unheard, _ = await talk.begin(threads[1], "Nothing came yet", owner="dead")
    await store.save_reply(unheard.id, "", remote_id="r2")
    _, elsewhere, _ = await talk.begin(threads[2], "Cannot be resumed", owner="dead")
    await store.save_reply(elsewhere.id, "text without a place", remote_id="r3")
    _, going, _ = await talk.begin(threads[3], "Goes on", owner="alive")
    await store.save_reply(going.id, "mine", cursor=1, remote_id="r4")
    taken = await store.resumable_orphans(is_alive, "heir")
    assert [(found.id, found.remote_id, found.cursor, message.text) for found, message in taken] == [
        (run.id, "r1", 8, "half a"),
        (unheard.run_id, "r2", None, ""),
    ]
    assert await store.resumable_orphans(is_alive, "heir") == []
    assert await store.interrupt_orphans(is_alive) == [elsewhere.id]
    ended = await talk.end(taken[0][0], "half a reply")
    assert await store.run(run.id) == replace(ended, cursor=None)
    left = await store.resumable_orphans(lambda _: False, "next")
    assert {found.id for found, _ in left} == {unheard.run_id, going.run_id}


async def test_a_reply_keeps_its_sources_wherever_it_goes(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    sources = (Citation("A page", "https://example.org", start=0, end=6), Citation("A file", file_id="f"))
    _, reply, run = await talk.begin(thread.id, "Question")
    ended = replace(run, status=Status.TRUNCATED, ended_at=talk.clock())
    assert await store.end_run(ended, "Answer", sources)

    async def kept() -> list[tuple[Citation, ...]]:
        return [message.citations for message in await store.messages(thread.id)]

    assert await kept() == [(), sources]
    await store.delete_message(reply.id)
    await store.restore_message(reply.id)
    assert await kept() == [(), sources]
    second = talk.run(reply)
    assert (await store.continue_run(second, reply.id, OWNER)).citations == sources
    await talk.end(second, "Answer and more")
    assert await kept() == [(), sources]
    fork = await store.fork_thread(reply.id, "Fork")
    assert [message.citations for message in await store.messages(fork)] == [(), sources]
    assert [message.citations for message in await store.all_messages(thread.id)] == [(), sources]


async def test_a_run_tells_the_settings_it_had(
    database: Database, store: ConversationStore, talk: Talk
) -> None:
    assistants = AssistantStore(database)
    settings = AssistantSettings("Helper", instruction="long " * 1000)
    assistant = await assistants.create(settings)
    thread = await store.create_thread(assistant.id)
    question = talk.message(thread.id, Author.USER, None, "Question")
    for used, user_message in ((settings, question), (replace(settings, model="other"), None)):
        reply = talk.message(thread.id, Author.ASSISTANT, question)
        run = replace(talk.run(reply), assistant_id=assistant.id, settings=used)
        await store.begin_run(run, user_message=user_message, reply=reply, owner=OWNER)
    await assistants.save_version(assistant.id, replace(settings, name="Changed"))
    assert [run.settings for run in await store.runs(thread.id)] == [
        settings,
        replace(settings, model="other"),
    ]
    kept = await database.read(
        lambda c: c.execute("SELECT settings IS NULL FROM runs ORDER BY id").fetchall()
    )
    assert kept == [(1,), (0,)]


# --- the tree ---


async def test_a_new_reply_is_shown_and_the_old_one_kept(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    question, first, run = await talk.begin(thread.id, "Question")
    await talk.end(run, "First")
    after = await talk.exchange(thread.id, "And then?", "Then this", first)
    second, run = await talk.again(question)
    await talk.end(run, "Second")
    assert await talk.texts(thread.id) == ["Question", "Second"]
    assert (await store.messages(thread.id))[-1].sibling_ids == (first.id, second.id)
    assert len(await store.all_messages(thread.id)) == 5
    assert (await store.threads())[0].preview == "Second"

    await store.show_sibling(first.id)
    assert await talk.texts(thread.id) == ["Question", "First", "And then?", "Then this"]
    assert (await store.shown_ids(thread.id))[-1] == after.id
    assert (await store.threads())[0].preview == "Then this"
    await store.show_sibling(second.id)
    assert await talk.texts(thread.id) == ["Question", "Second"]
    with pytest.raises(LookupError):
        await store.show_sibling(MessageId("gone"))


async def test_an_edited_question_is_a_branch(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    first = await talk.exchange(thread.id, "Wrong question", "Wrong answer")
    second = await talk.exchange(thread.id, "Right question", "Right answer")
    shown = await store.messages(thread.id)
    assert [message.text for message in shown] == ["Right question", "Right answer"]
    assert shown[0].sibling_ids == (first.parent_id, second.parent_id)
    thread_found = await store.thread(thread.id)
    assert thread_found is not None
    assert thread_found.name == "Wrong question"


async def test_a_question_under_a_hidden_reply_shows_that_branch(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    question, first, run = await talk.begin(thread.id, "Question")
    await talk.end(run, "First")
    _, run = await talk.again(question)
    await talk.end(run, "Second")
    await talk.exchange(thread.id, "More", "Of the first", first)
    assert await talk.texts(thread.id) == ["Question", "First", "More", "Of the first"]


async def test_messages_are_read_by_their_positions(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    parent: Message | None = None
    for number in range(10):
        parent = await talk.exchange(thread.id, f"Q{number}", f"A{number}", parent)
    some = await store.messages(thread.id, first=10, count=5)
    assert [message.text for message in some] == ["Q5", "A5", "Q6", "A6", "Q7"]
    assert await store.messages(thread.id, first=20) == []
    everything = await store.messages(thread.id)
    assert [message.position for message in everything] == list(range(20))
    assert await store.all_messages(thread.id) == everything


async def long_thread(talk: Talk, thread_id: ThreadId, count: int) -> list[Message]:
    """A thread of ``count`` exchanges; its messages as stored."""
    parent: Message | None = None
    for number in range(count):
        parent = await talk.exchange(thread_id, f"Q{number}", f"A{number}", parent)
    return await talk.store.messages(thread_id)


async def test_a_window_stands_around_a_message_or_at_the_end(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    empty = await store.window_around(thread.id, None, count=8)
    assert (empty.messages, empty.runs, empty.total) == ([], {}, 0)
    messages = await long_thread(talk, thread.id, 10)
    places = {0: 0, 3: 1, 9: 7, 19: 12}
    for place, first in places.items():
        window = await store.window_around(thread.id, messages[place].id, count=8)
        assert [message.position for message in window.messages] == list(range(first, first + 8))
        assert window.total == 20
    for gone in (None, MessageId("gone")):
        window = await store.window_around(thread.id, gone, count=8)
        assert window.messages == messages[12:]


async def test_a_window_brings_the_last_run_of_each_reply(
    store: ConversationStore, talk: Talk, clock: Clock
) -> None:
    thread = await store.create_thread(ASSISTANT)
    question, reply, run = await talk.begin(thread.id, "Question")
    failed = await talk.end(
        replace(run, seen=(question.id,), error=RunError("service_fault", "detail", 503)), "", Status.FAILED
    )
    window = await store.window(thread.id, first=0, count=10)
    assert window.runs == {reply.id: replace(failed, seen=())}
    again = talk.run(reply)
    await store.continue_run(again, reply.id, OWNER)
    ended = await talk.end(replace(again, usage=Usage(1, 2)), "Answer")
    assert (await store.window(thread.id, first=1, count=1)).runs == {reply.id: ended}
    assert (await store.window(thread.id, first=0, count=1)).runs == {}


async def test_the_newest_is_that_of_the_shown_path(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    assert (await store.shown_ids(thread.id), await store.newest(thread.id)) == ([], None)
    question, first, run = await talk.begin(thread.id, "Question")
    await talk.end(run, "First")
    await talk.exchange(thread.id, "More", "Of the first", first)
    second, run = await talk.again(question)
    await talk.end(run, "Second")
    assert await store.shown_ids(thread.id) == [question.id, second.id]
    newest, asked = await store.newest(thread.id), await store.newest(thread.id, Author.USER)
    assert newest is not None
    assert asked is not None
    assert (newest.id, newest.sibling_ids, asked.id) == (second.id, (first.id, second.id), question.id)


async def test_the_prompt_is_what_led_to_the_message(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    first = await talk.exchange(thread.id, "Q0", "A0")
    question, reply, run = await talk.begin(thread.id, "Q1", first)
    await talk.end(run, "A1")
    other, run = await talk.again(question)
    await talk.end(run, "A1 again")
    hidden = [message.text for message in (await store.prompt_messages(thread.id, reply.id)).messages]
    assert hidden == ["Q0", "A0", "Q1", "A1"]
    assert (await store.prompt_messages(thread.id, other.id)).messages[-1].text == "A1 again"
    assert await store.prompt_messages(ThreadId("other"), reply.id) == Leading([], 0)
    assert await store.prompt_messages(thread.id, MessageId("gone")) == Leading([], 0)


async def test_a_long_thread_gives_a_prompt_of_bounded_length(
    database: Database, store: ConversationStore
) -> None:
    thread = await store.create_thread(ASSISTANT)
    rows = [
        (f"m{n}", thread.id, f"m{n - 1}" if n else None, n, 1, "user", "completed", 0, "x" if n else "")
        for n in range(PROMPT_MESSAGES_LIMIT + 10)
    ]
    await database.run(
        lambda c: c.executemany(
            "INSERT INTO messages (id, thread_id, parent_id, position, is_shown, author, status, created_at, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    )
    found = await store.prompt_messages(thread.id, MessageId(rows[-1][0]))
    assert [message.id for message in found.messages] == [row[0] for row in rows[10:]]
    assert found.older == 9  # the first says nothing
    few = await store.prompt_messages(thread.id, MessageId(rows[-1][0]), 3)
    assert [message.id for message in few.messages] == [row[0] for row in rows[-3:]]
    whole = await store.prompt_messages(thread.id, MessageId(rows[PROMPT_MESSAGES_LIMIT - 1][0]))
    assert (len(whole.messages), whole.older) == (PROMPT_MESSAGES_LIMIT, 0)
    await store.show_sibling(MessageId("m0"))
    assert len(await store.shown_ids(thread.id)) == len(rows)


async def test_text_that_utf8_cannot_carry_does_not_lose_a_message(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, reply, run = await talk.begin(thread.id, "half a \ud83d pair")
    await store.save_reply(reply.id, "\x00 \ud83d")
    ended = replace(run, error=RunError("internal", "\ud800"))
    await talk.end(ended, "pair \ud83d\ude42 and nul \x00 kept", Status.FAILED)
    await store.save_draft(thread.id, "\udfff")
    assert await talk.texts(thread.id) == ["half a \ufffd pair", "pair 🙂 and nul \x00 kept"]


# --- deleting messages ---


async def test_what_followed_a_deleted_message_moves_up(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    messages = await long_thread(talk, thread.id, 3)
    assert await store.delete_message(messages[1].id) == (thread.id, None, 5)
    assert await talk.texts(thread.id) == ["Q0", "Q1", "A1", "Q2", "A2"]
    left = await store.messages(thread.id)
    assert [message.position for message in left] == list(range(5))
    assert left[1].parent_id == messages[0].id
    prompt = await store.prompt_messages(thread.id, messages[-1].id)
    assert [message.text for message in prompt.messages] == ["Q0", "Q1", "A1", "Q2", "A2"]
    assert await store.message(messages[1].id) is None
    assert await store.restore_message(messages[1].id) == thread.id
    assert await store.messages(thread.id) == messages


async def test_a_sibling_takes_the_place_of_a_deleted_message(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    question, first, run = await talk.begin(thread.id, "Question")
    await talk.end(run, "First")
    await talk.exchange(thread.id, "More", "Of the first", first)
    second, run = await talk.again(question)
    await talk.end(run, "Second")
    shown, everything = await store.messages(thread.id), await store.all_messages(thread.id)
    assert (await store.delete_message(second.id)).instead == first.id
    assert await talk.texts(thread.id) == ["Question", "First", "More", "Of the first"]
    assert (await store.messages(thread.id))[1].sibling_ids == (first.id,)
    assert (await store.threads())[0].preview == "Of the first"
    await store.restore_message(second.id)
    assert await store.messages(thread.id) == shown
    assert (await store.threads())[0].preview == "Second"
    assert (await store.delete_message(first.id)).instead == second.id
    assert await talk.texts(thread.id) == ["Question", "Second"]
    assert len(await store.all_messages(thread.id)) == 2
    await store.restore_message(first.id)
    assert await store.all_messages(thread.id) == everything
    assert await store.messages(thread.id) == shown


async def test_a_message_comes_back_after_others_were_written(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    messages = await long_thread(talk, thread.id, 1)
    await store.delete_message(messages[1].id)
    await talk.exchange(thread.id, "Q1", "A1", messages[0])
    await store.restore_message(messages[1].id)
    assert await talk.texts(thread.id) == ["Q0", "A0"]
    restored = (await store.messages(thread.id))[1]
    assert len(restored.sibling_ids) == 2
    await store.show_sibling(restored.sibling_ids[1])
    assert await talk.texts(thread.id) == ["Q0", "Q1", "A1"]


async def test_a_message_whose_place_is_gone_stays_deleted(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    messages = await long_thread(talk, thread.id, 1)
    await store.delete_message(messages[1].id)
    await store.delete_message(messages[0].id)
    assert await store.messages(thread.id) == []
    with pytest.raises(LookupError):
        await store.restore_message(messages[1].id)
    await store.restore_message(messages[0].id)
    await store.restore_message(messages[1].id)
    assert await store.messages(thread.id) == messages
    with pytest.raises(LookupError):
        await store.restore_message(messages[1].id)
    with pytest.raises(LookupError):
        await store.delete_message(MessageId("gone"))


async def test_a_reply_that_is_being_written_cannot_be_deleted(store: ConversationStore, talk: Talk) -> None:
    thread = await store.create_thread(ASSISTANT)
    first, old, run = await talk.begin(thread.id, "First wording")
    await talk.end(run, "Answer")
    second, growing, run = await talk.begin(thread.id, "Second wording")
    for message in (growing, second):  # with its question it would go too
        with pytest.raises(RunInProgressError):
            await store.delete_message(message.id)
    assert await store.messages(thread.id) == [second, growing]
    assert (await store.delete_message(first.id)).instead == second.id
    await talk.end(run, "Answer")
    assert (await store.delete_message(growing.id)).instead is None
    assert await store.message(old.id) is None


async def test_a_reply_goes_on_while_a_message_above_it_is_deleted(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    parent = await talk.exchange(thread.id, "Q0", "A0")
    _, _, run = await talk.begin(thread.id, "Q1", parent)
    await store.delete_message(parent.id)
    await talk.end(run, "A1")
    assert await talk.texts(thread.id) == ["Q0", "Q1", "A1"]


async def test_deleted_messages_are_purged_with_their_runs_and_with_their_thread(
    store: ConversationStore, talk: Talk, clock: Clock, database: Database
) -> None:
    thread = await store.create_thread(ASSISTANT)
    messages = await long_thread(talk, thread.id, 2)
    await store.delete_message(messages[3].id)
    assert len(await store.runs(thread.id)) == 1
    await TrashStore(database).purge(clock.now - timedelta(days=30))
    await store.restore_message(messages[3].id)
    assert len(await store.runs(thread.id)) == 2
    await store.delete_message(messages[3].id)
    await TrashStore(database).purge(clock())
    with pytest.raises(LookupError):
        await store.restore_message(messages[3].id)
    assert await database.read(count_of("runs")) == (1,)
    assert await talk.texts(thread.id) == ["Q0", "A0", "Q1"]
    await store.delete_message(messages[2].id)
    await store.trash_thread(thread.id)
    await TrashStore(database).purge(clock())
    for table in ("deletions", "deleted_messages", "runs", "messages"):
        assert await database.read(count_of(table)) == (0,)


# --- forks ---


async def test_a_fork_is_a_thread_of_its_own_with_the_same_beginning(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    messages = await long_thread(talk, thread.id, 2)
    again, run = await talk.again(messages[0])
    await talk.end(run, "A0 again")
    fork_id = await store.fork_thread(messages[2].id, "Of the hidden branch")
    fork = await store.thread(fork_id)
    assert fork is not None
    assert (fork.name, fork.assistant_id, fork.draft) == ("Of the hidden branch", ASSISTANT, "")
    window = await store.window(fork_id, first=0, count=10)
    assert [message.text for message in window.messages] == ["Q0", "A0", "Q1"]
    assert [message.created_at for message in window.messages] == [m.created_at for m in messages[:3]]
    assert not {message.id for message in window.messages} & {message.id for message in messages}
    assert all(len(message.sibling_ids) == 1 for message in window.messages)
    (copied,) = window.runs.values()
    assert (copied.status, copied.assistant_version, copied.thread_id) == (Status.COMPLETED, 1, fork_id)
    assert (await store.threads())[0].preview == "Q1"
    await talk.exchange(fork_id, "Q2", "A2", window.messages[-1])
    assert await talk.texts(fork_id) == ["Q0", "A0", "Q1", "Q2", "A2"]
    assert await talk.texts(thread.id) == ["Q0", "A0 again"]
    assert again.id in await store.shown_ids(thread.id)
    with pytest.raises(LookupError):
        await store.fork_thread(MessageId("gone"), "")


async def test_a_fork_of_a_reply_that_is_being_written_can_be_continued(
    store: ConversationStore, talk: Talk
) -> None:
    thread = await store.create_thread(ASSISTANT)
    _, reply, run = await talk.begin(thread.id, "Question")
    await store.save_reply(reply.id, "Half")
    fork_id = await store.fork_thread(reply.id, "")
    copy = (await store.messages(fork_id))[-1]
    assert (copy.text, copy.status) == ("Half", Status.INTERRUPTED)
    assert [run.status for run in await store.runs(fork_id)] == [Status.INTERRUPTED]
    await store.continue_run(talk.run(copy), copy.id, OWNER)
    await talk.end(run, "Half and whole")
    assert await talk.texts(thread.id) == ["Question", "Half and whole"]


# --- the preview ---


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("# Title\n\nSome **bold** and *slanted* words", "Title Some bold and slanted words"),
        ("- one\n- two\n> quoted", "one two quoted"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("See [the page](https://example.org) and ![a picture](x.png).", "See the page and a picture."),
        ("snake_case and 2 * 3 * 4 stay, `code` too", "snake_case and 2 * 3 * 4 stay, code too"),
        ("a\n\n\tb", "a b"),
    ],
)
def test_the_preview_is_one_plain_line(text: str, line: str) -> None:
    assert preview(text) == line


def test_the_preview_of_a_long_text_is_short() -> None:
    line = preview("слово " * 100_000)
    assert len(line) <= 100
    assert line.endswith("…")
