from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, ThreadId
from desktop_app.domain.remote import RemoteThread
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.remote import HeldAssistant, RemoteStore
from desktop_app.store.trash import TrashStore

HERE, THERE = ConnectionId("c1"), ConnectionId("c2")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HELD = RemoteThread("remote", MessageId("m1"), MessageId("m4"), 4, "gpt://f/m", NOW, "digest")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "nitka.db", tmp_path / "backups")
    made.open_blocking()
    yield made
    assert made.close_blocking()


@pytest.fixture
def remote(database: Database) -> RemoteStore:
    return RemoteStore(database)


async def test_each_connection_has_its_own_part_of_a_thread(database: Database, remote: RemoteStore) -> None:
    thread_id = (await ConversationStore(database).create_thread(None)).id
    assert await remote.thread_held(HERE, thread_id) is None
    await remote.hold_thread(HERE, thread_id, HELD)
    longer = replace(HELD, last=MessageId("m6"), count=6)
    await remote.hold_thread(HERE, thread_id, longer, is_thread=True)
    await remote.hold_thread(THERE, thread_id, HELD)
    assert await remote.thread_held(HERE, thread_id) == longer
    await remote.forget_thread(HERE, thread_id)
    assert await remote.thread_held(HERE, thread_id) is None
    assert await remote.thread_held(THERE, thread_id) == HELD


async def test_nothing_is_held_of_a_thread_that_is_gone(database: Database, remote: RemoteStore) -> None:
    conversations = ConversationStore(database)
    thread_id = (await conversations.create_thread(None)).id
    await remote.hold_thread(HERE, thread_id, HELD)
    await conversations.trash_thread(thread_id)
    await TrashStore(database).purge(datetime.now(UTC) + timedelta(days=1))
    assert await remote.thread_held(HERE, thread_id) is None
    await remote.hold_thread(HERE, ThreadId("gone"), HELD)
    assert await remote.thread_held(HERE, ThreadId("gone")) is None


async def test_an_assistant_stands_in_one_place_at_a_service(remote: RemoteStore) -> None:
    assistant_id = AssistantId("a1")
    assert await remote.assistant_held(HERE, assistant_id) is None
    await remote.hold_assistant(HERE, assistant_id, HeldAssistant("r1", 1))
    await remote.hold_assistant(HERE, assistant_id, HeldAssistant("r2", 3))
    await remote.hold_assistant(THERE, assistant_id, HeldAssistant("r1", 2))
    assert await remote.assistant_held(HERE, assistant_id) == ("r2", 3)
    assert await remote.assistant_held(THERE, assistant_id) == ("r1", 2)


async def test_a_connection_that_goes_takes_along_what_is_known_of_its_service(
    database: Database, remote: RemoteStore
) -> None:
    connections = ConnectionStore(database)
    thread_id = (await ConversationStore(database).create_thread(None)).id
    for connection_id in (HERE, THERE):
        await connections.add(Connection(connection_id, ConnectionKind.ASSISTANT_API, "A"))
        await remote.hold_thread(connection_id, thread_id, HELD, is_thread=True)
    await connections.remove(HERE)
    assert await remote.thread_held(HERE, thread_id) is None
    assert await remote.thread_held(THERE, thread_id) == HELD
