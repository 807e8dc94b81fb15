import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, Expiration, PromptTruncation
from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Network, Proxy
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.domain.ids import AssistantId, ConnectionId
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.database import Database
from desktop_app.store.rows import storable, to_json, to_microseconds, to_time

SETTINGS = AssistantSettings(
    name="Юрист",
    description="Reads contracts",
    instruction="Answer briefly.\n" * 3,
    connection_id=ConnectionId("c1"),
    model="tiny",
    truncation=PromptTruncation(5000, 12),
    completion=CompletionOptions(0.7, 500),
    expiration=Expiration(30),
    labels=(("team", "law"), ("level", "2")),
)


class Clock:
    """Tells a minute more at every call."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "nitka.db", tmp_path / "backups")
    made.open_blocking()
    yield made
    assert made.close_blocking()


@pytest.fixture
def assistants(database: Database) -> AssistantStore:
    return AssistantStore(database, clock=Clock())


@pytest.fixture
def connections(database: Database) -> ConnectionStore:
    return ConnectionStore(database, clock=Clock())


async def test_an_assistant_comes_back_as_it_was_made(assistants: AssistantStore) -> None:
    made = await assistants.create(SETTINGS, "first")
    assert (made.version, made.settings) == (1, SETTINGS)
    assert await assistants.assistant(made.id) == made
    assert await assistants.assistants() == [made]
    assert await assistants.assistant(AssistantId("nobody")) is None


async def test_every_change_makes_a_version_and_no_change_makes_none(assistants: AssistantStore) -> None:
    made = await assistants.create(SETTINGS)
    assert await assistants.save_version(made.id, SETTINGS, "nothing new") == made
    renamed = replace(SETTINGS, name="Lawyer")
    saved = await assistants.save_version(made.id, renamed, "in English")
    assert (saved.version, saved.settings) == (2, renamed)
    assert saved.updated_at > made.updated_at
    assert [(found.version, found.note) for found in await assistants.versions(made.id)] == [
        (2, "in English"),
        (1, ""),
    ]
    first = await assistants.version(made.id, 1)
    assert first is not None
    assert first.settings == SETTINGS
    assert await assistants.version(made.id, 3) is None
    with pytest.raises(LookupError):
        await assistants.save_version(AssistantId("nobody"), SETTINGS)


async def test_a_duplicate_is_an_assistant_of_its_own(assistants: AssistantStore) -> None:
    made = await assistants.create(SETTINGS)
    copy = await assistants.duplicate(made.id, "Copy")
    assert copy.id != made.id
    assert (copy.version, copy.settings) == (1, replace(SETTINGS, name="Copy"))
    assert [found.settings.name for found in await assistants.assistants()] == ["Юрист", "Copy"]


async def test_a_trashed_assistant_can_be_restored(assistants: AssistantStore) -> None:
    made = await assistants.create(SETTINGS)
    await assistants.trash(made.id)
    assert await assistants.assistants() == []
    assert await assistants.assistant(made.id) == made
    await assistants.restore(made.id)
    assert await assistants.assistants() == [made]


async def test_use_begins_the_lifetime_again(assistants: AssistantStore) -> None:
    made = await assistants.create(SETTINGS)
    await assistants.touch(made.id)
    used = await assistants.assistant(made.id)
    assert used is not None
    assert used.last_active_at > made.last_active_at
    assert used.expires_at == used.last_active_at + timedelta(days=30)


@pytest.mark.parametrize("is_new", [True, False])
async def test_unsaved_edits_are_kept_until_dropped(assistants: AssistantStore, is_new: bool) -> None:
    assistant_id = None if is_new else (await assistants.create(SETTINGS)).id
    assert await assistants.load_draft(assistant_id) is None
    drafts = [AssistantDraft(replace(SETTINGS, name=name), 0 if is_new else 1, name) for name in ("A", "B")]
    for draft in drafts:
        await assistants.save_draft(assistant_id, draft)
    assert await assistants.load_draft(assistant_id) == drafts[1]
    await assistants.drop_draft(assistant_id)
    assert await assistants.load_draft(assistant_id) is None


async def test_edits_that_were_saved_are_no_draft(assistants: AssistantStore) -> None:
    made = await assistants.create(SETTINGS)
    edited = replace(SETTINGS, name="Edited")
    await assistants.save_draft(made.id, AssistantDraft(edited, 1, "saved with it"))
    await assistants.save_version(made.id, edited)
    assert await assistants.load_draft(made.id) is None


async def test_edits_are_put_upon_the_newest_version_and_undo_nothing_of_it(
    assistants: AssistantStore,
) -> None:
    made = await assistants.create(SETTINGS)
    await assistants.save_draft(made.id, AssistantDraft(replace(SETTINGS, name="Edited"), 1))
    newest = replace(SETTINGS, instruction="Pulled.", expiration=Expiration(59))
    await assistants.save_version(made.id, newest)
    assert await assistants.load_draft(made.id) == AssistantDraft(replace(newest, name="Edited"), 2)


async def test_settings_that_were_edited_undo_nothing_that_was_saved_meanwhile(
    assistants: AssistantStore,
) -> None:
    made = await assistants.create(SETTINGS)
    pulled = replace(SETTINGS, instruction="Pulled.")
    await assistants.save_version(made.id, pulled)
    saved = await assistants.save_version(made.id, replace(SETTINGS, name="Edited"), edited_version=1)
    assert (saved.version, saved.settings) == (3, replace(pulled, name="Edited"))
    same = await assistants.save_version(made.id, SETTINGS, edited_version=1)
    assert same == saved


async def test_a_note_without_edits_is_kept_for_the_version_that_it_was_written_at(
    assistants: AssistantStore,
) -> None:
    made = await assistants.create(SETTINGS)
    noted = AssistantDraft(SETTINGS, 1, "why")
    await assistants.save_draft(made.id, noted)
    assert await assistants.load_draft(made.id) == noted
    await assistants.save_version(made.id, replace(SETTINGS, name="Edited"))
    assert await assistants.load_draft(made.id) is None


def _keep(assistant_id: str, draft: str, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO assistant_drafts VALUES (?, ?, 0)", (assistant_id, draft))


async def test_edits_that_an_earlier_nitka_kept_are_all_there(
    assistants: AssistantStore, database: Database
) -> None:
    made, edited = await assistants.create(SETTINGS), replace(SETTINGS, name="Edited")
    for assistant_id in ("", made.id):
        await database.run(partial(_keep, assistant_id, to_json(edited)))
    assert await assistants.load_draft(None) == AssistantDraft(edited)
    assert await assistants.load_draft(made.id) == AssistantDraft(edited, 1)


async def test_connections_keep_their_order(connections: ConnectionStore) -> None:
    first = await connections.add(
        Connection(ConnectionId(""), ConnectionKind.ON_DEVICE, "This device", model_path="/m")
    )
    second = await connections.add(
        Connection(ConnectionId("c2"), ConnectionKind.CHAT, "A", "http://localhost:11434/v1", Auth.API_KEY)
    )
    assert len(first.id) == 32
    assert second.id == "c2"
    await connections.update(replace(first, name="Z"))
    assert await connections.connections() == [replace(first, name="Z"), second]
    assert await connections.connection(second.id) == second
    await connections.remove(first.id)
    assert await connections.connections() == [second]
    assert await connections.connection(first.id) is None
    with pytest.raises(LookupError):
        await connections.update(first)


async def test_everything_about_a_connection_comes_back(connections: ConnectionStore) -> None:
    network = Network(Proxy.MANUAL, "socks5://me@127.0.0.1:1080", "/ca.pem", True, 3, 0)
    whole = Connection(
        ConnectionId("c1"),
        ConnectionKind.YANDEX_TEXT,
        "Яндекс",
        "http://127.0.0.1:1",
        Auth.OAUTH,
        provider="yandex",
        folder="b1g",
        operations_url="http://127.0.0.1:2",
        iam_url="http://127.0.0.1:3",
        network=network,
        is_chained=False,
        is_background=True,
        opts_out_of_logging=False,
    )
    assert await connections.add(whole) == whole
    assert await connections.connections() == [whole]
    await connections.update(replace(whole, folder="b2g"))
    assert await connections.connection(whole.id) == replace(whole, folder="b2g")


async def test_what_a_later_nitka_keeps_of_a_connection_does_no_harm(
    connections: ConnectionStore, database: Database
) -> None:
    known = await connections.add(Connection(ConnectionId("c1"), ConnectionKind.CHAT, "Known", folder="f"))
    details = '{"folder":"f","colour":"red","network":{"wavelength":7}}'
    await database.run(lambda c: c.execute("UPDATE connections SET details = ?", (details,)))
    assert await connections.connections() == [known]


async def test_connections_stand_in_the_order_they_were_put(connections: ConnectionStore) -> None:
    ids = [ConnectionId(name) for name in "abcd"]
    for id_ in ids:
        await connections.add(Connection(id_, ConnectionKind.CHAT, id_))
    await connections.reorder([ids[2], ids[0]])
    assert [one.id for one in await connections.connections()] == ["c", "a", "b", "d"]
    await connections.add(Connection(ConnectionId("e"), ConnectionKind.CHAT, "e"))
    assert [one.id for one in await connections.connections()] == ["c", "a", "b", "d", "e"]


async def test_a_connection_names_the_assistants_that_use_it(
    connections: ConnectionStore, assistants: AssistantStore
) -> None:
    used = ConnectionId("c1")
    for name in ("b", "A"):
        await assistants.create(replace(SETTINGS, name=name))
    left = await assistants.create(replace(SETTINGS, name="left"))
    await assistants.save_version(left.id, replace(SETTINGS, name="left", connection_id=ConnectionId("c2")))
    trashed = await assistants.create(replace(SETTINGS, name="trashed"))
    await assistants.trash(trashed.id)
    assert await connections.users(used) == ["A", "b"]
    assert await connections.users(ConnectionId("c2")) == ["left"]
    assert await connections.users(ConnectionId("c3")) == []


async def test_a_connection_of_an_unknown_kind_is_left_alone(
    connections: ConnectionStore, database: Database
) -> None:
    known = await connections.add(Connection(ConnectionId("c1"), ConnectionKind.CHAT, "Known"))
    await database.run(
        lambda c: c.execute(
            "INSERT INTO connections VALUES ('c9', 'telepathy', 'Future', '', 'none', '', 0, 0, 0, '{}')"
        )
    )
    assert await connections.connections() == [known]


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)],
)
def test_times_survive_to_the_microsecond(moment: datetime) -> None:
    assert to_time(to_microseconds(moment)) == moment
    moscow: Callable[[datetime], datetime] = lambda time: time.astimezone(timezone(timedelta(hours=3)))  # noqa: E731
    assert to_microseconds(moscow(moment)) == to_microseconds(moment)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_microseconds(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


def test_text_that_utf8_cannot_carry_is_kept_as_far_as_it_can() -> None:
    assert storable("ё🙂") == "ё🙂"
    assert storable("a\ud83d\ude42b") == "a🙂b"
    assert storable("a\ud83db") == "a\ufffdb"
    assert to_json({"a": ["\ud83d"]}) == '{"a":["\ufffd"]}'
