"""Versions of an assistant in the store: which replies they gave, and a history that comes from elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.assistants import Assistant, AssistantSettings, AssistantVersion
from desktop_app.domain.ids import MessageId, RunId, ThreadId, new_id
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database

SETTINGS = AssistantSettings("Reader", instruction="Read.")
LATER = AssistantSettings("Reader", instruction="Read with care.")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "nitka.db", tmp_path / "backups")
    made.open_blocking()
    yield made
    assert made.close_blocking()


@pytest.fixture
def assistants(database: Database) -> AssistantStore:
    return AssistantStore(database)


async def reply(
    records: ConversationStore, thread_id: ThreadId, assistant: Assistant, question: Message | None = None
) -> Message:
    """A reply of the assistant's newest version: to ``question`` again, or to a new one."""
    asked = question
    if question is None:
        newest = await records.newest(thread_id)
        asked = Message(
            MessageId(new_id()),
            thread_id,
            Author.USER,
            "?",
            Status.COMPLETED,
            NOW,
            0,
            parent_id=newest.id if newest else None,
        )
    assert asked is not None
    run_id = RunId(new_id())
    made = Message(
        MessageId(new_id()),
        thread_id,
        Author.ASSISTANT,
        "",
        Status.WRITING,
        NOW,
        0,
        parent_id=asked.id,
        run_id=run_id,
    )
    run = Run(
        run_id, thread_id, made.id, assistant.id, assistant.version, assistant.settings, Status.WRITING, NOW
    )
    await records.begin_run(run, user_message=None if question else asked, reply=made, owner="test")
    return made


async def test_the_replies_of_each_version_are_counted_by_thread(
    database: Database, assistants: AssistantStore
) -> None:
    records = ConversationStore(database)
    first = await assistants.create(SETTINGS)
    here = (await records.create_thread(first.id)).id
    shown = await reply(records, here, first)
    assert shown.parent_id
    there = (await records.create_thread(first.id)).id
    await reply(records, there, first)
    second = await assistants.save_version(first.id, LATER)
    question = await records.message(shown.parent_id)
    again = await reply(records, here, second, question)
    newest = await reply(records, here, second)

    uses = {(use.version, use.thread_id): use for use in await assistants.replies_by_version(first.id)}
    assert set(uses) == {(2, here), (1, here), (1, there)}
    assert (uses[2, here].replies, uses[2, here].message_id) == (2, newest.id)
    assert (uses[1, here].replies, uses[1, here].message_id) == (1, shown.id)
    assert again.id != newest.id

    await records.trash_thread(here)
    assert [use.thread_id for use in await assistants.replies_by_version(first.id)] == [there]


async def test_a_reply_that_is_shown_comes_before_a_newer_one_that_is_not(
    database: Database, assistants: AssistantStore
) -> None:
    records = ConversationStore(database)
    assistant = await assistants.create(SETTINGS)
    thread_id = (await records.create_thread(assistant.id)).id
    first = await reply(records, thread_id, assistant)
    assert first.parent_id
    await reply(records, thread_id, assistant, await records.message(first.parent_id))
    await records.show_sibling(first.id)
    [use] = await assistants.replies_by_version(assistant.id)
    assert (use.message_id, use.replies) == (first.id, 2)


async def test_an_assistant_comes_with_its_history(assistants: AssistantStore) -> None:
    old = AssistantVersion(3, SETTINGS, "first", NOW)
    new = AssistantVersion(7, LATER, "with care", NOW + timedelta(days=1))
    made = await assistants.create_with_history([old, new])
    assert (made.version, made.settings) == (2, LATER)
    assert made.created_at > new.created_at
    assert await assistants.versions(made.id) == [
        AssistantVersion(2, LATER, "with care", new.created_at),
        AssistantVersion(1, SETTINGS, "first", old.created_at),
    ]
    with pytest.raises(ValueError, match="version"):
        await assistants.create_with_history([])
