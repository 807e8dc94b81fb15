"""One assistant as a file: nothing is lost, nothing secret is in it, and what is no such file is refused."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.controllers.assistant_files import AssistantFilesController, Match
from desktop_app.domain.assistants import (
    LABEL_LIMIT,
    LABELS_LIMIT,
    MESSAGES_LIMIT,
    NAME_LIMIT,
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import AssistantId, ConnectionId
from desktop_app.domain.names import on_one_line
from desktop_app.domain.tools import FUNCTIONS_LIMIT, CallStrategy, Command, Function, SearchTool
from desktop_app.export.assistants import (
    AssistantFileError,
    ConnectionHint,
    FileFault,
    SavedVersion,
    decode,
    encode,
)
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.database import Database

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAMES = TEXT.map(on_one_line)
COMMANDS = st.builds(Command, TEXT.filter(bool), st.lists(TEXT, max_size=3).map(tuple))
FUNCTIONS = st.builds(
    Function, TEXT.filter(bool), TEXT, is_strict=st.booleans(), command=st.none() | COMMANDS
)
SETTINGS_OF_ALL_KINDS = st.builds(
    AssistantSettings,
    name=NAMES,
    description=TEXT,
    instruction=TEXT,
    model=TEXT,
    truncation=st.builds(
        PromptTruncation, st.integers(1, 10_000_000), st.none() | st.integers(1, MESSAGES_LIMIT)
    ),
    completion=st.builds(
        CompletionOptions,
        st.floats(0, 2),
        st.none() | st.integers(1, 10_000_000),
        st.sampled_from(Reasoning),
    ),
    expiration=st.none() | st.builds(Expiration, st.integers(1, 3650), st.sampled_from(ExpirationPolicy)),
    labels=st.dictionaries(TEXT, TEXT, max_size=4).map(lambda labels: tuple(labels.items())),
    response_format=st.builds(ResponseFormat, st.sampled_from(FormatKind), TEXT, TEXT),
    functions=st.lists(FUNCTIONS, max_size=2).map(tuple),
    search=st.none()
    | st.builds(SearchTool, st.sampled_from(CallStrategy), TEXT, TEXT, st.integers(1, 50), TEXT),
    other_tools=st.lists(TEXT, max_size=2).map(tuple),
)
VERSIONS = st.lists(
    st.builds(
        SavedVersion,
        SETTINGS_OF_ALL_KINDS,
        st.just(NOW),
        NAMES,
        st.none() | st.builds(ConnectionHint, TEXT, TEXT, NAMES),
    ),
    min_size=1,
    max_size=3,
)
SETTINGS = AssistantSettings("Reader", instruction="Read.", model="llama")


@given(VERSIONS)
def test_what_is_read_back_is_what_was_written(versions: list[SavedVersion]) -> None:
    assert decode(encode(versions)) == versions


def test_names_and_notes_come_on_one_line_and_turn_nothing_around() -> None:
    odd, plain = "One\r\ntwo\u2028three\tfour\x1b\0 \u202eseven\u2066", "One two three four seven"
    kept = "می\u200cخواهم 👩\u200d🔬 \u200eSC-1  "
    hint = ConnectionHint("chat", "", odd)
    [found] = decode(encode([SavedVersion(replace(SETTINGS, name=odd, description=odd), NOW, odd, hint)]))
    assert (found.settings.name, found.note) == (plain, plain)
    assert found.connection is not None
    assert found.connection.name == plain
    assert found.settings.description == odd
    [found] = decode(encode([SavedVersion(replace(SETTINGS, name=kept), NOW)]))
    assert found.settings.name == kept


def test_a_file_with_a_byte_order_mark_is_taken() -> None:
    versions = [SavedVersion(SETTINGS, NOW)]
    assert decode(b"\xef\xbb\xbf" + encode(versions)) == versions


def document(**changes: Any) -> bytes:
    """A file with one version, some of whose fields are others."""
    plain = json.loads(encode([SavedVersion(SETTINGS, NOW)]))
    return json.dumps(plain | changes).encode()


def version(**fields: Any) -> list[dict[str, Any]]:
    return [{"settings": {"name": "Reader"} | fields, "created_at": "2026-03-01T12:00:00Z"}]


@pytest.mark.parametrize(
    ("data", "fault", "detail"),
    [
        (b"", FileFault.NOT_JSON, ""),
        (b"\xff\xfe", FileFault.NOT_JSON, ""),
        (b"[" * 100_000, FileFault.NOT_JSON, ""),
        (b"[]", FileFault.OTHER_FORMAT, ""),
        (document(format="nitka-threads"), FileFault.OTHER_FORMAT, ""),
        (document(version=2), FileFault.NEWER, "2"),
        (document(version="1"), FileFault.BROKEN, "version"),
        (document(versions=[]), FileFault.BROKEN, "versions"),
        (document(versions={}), FileFault.BROKEN, "array"),
        (document(versions=version(completion={"max_tokens": "many"})), FileFault.BROKEN, "max_tokens"),
        (document(versions=version(expiration={"ttl_days": 3651})), FileFault.OVER_LIMIT, "ttl_days"),
        (document(versions=version(completion={"max_tokens": 2**40})), FileFault.OVER_LIMIT, "max_tokens"),
        (document(versions=version(completion={"temperature": 1e300})), FileFault.OVER_LIMIT, "temperature"),
    ],
)
def test_what_cannot_be_taken_is_told(data: bytes, fault: FileFault, detail: str) -> None:
    with pytest.raises(AssistantFileError) as raised:
        decode(data)
    assert raised.value.fault is fault
    assert detail in raised.value.detail


def test_what_a_service_gave_over_the_limits_of_the_dialog_comes_back_in() -> None:
    pulled = replace(
        SETTINGS,
        name="n" * (NAME_LIMIT + 1),
        labels=tuple((str(number), "l" * LABEL_LIMIT * 2) for number in range(LABELS_LIMIT + 1)),
        functions=tuple(Function(f"f{number}") for number in range(FUNCTIONS_LIMIT + 1)),
    )
    [found] = decode(encode([SavedVersion(pulled, NOW)]))
    assert found.settings == pulled


def test_what_a_later_nitka_writes_in_the_same_version_does_no_harm() -> None:
    [found] = decode(document(mood="good", versions=version(hat="red")))
    assert found.settings == AssistantSettings("Reader")


def written_to(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.json")]


class Shelf:
    """A profile as far as files of assistants need one."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "nitka.db", folder / "backups")
        self.database.open_blocking()
        self.assistants = AssistantStore(self.database)
        self.connections = ConnectionStore(self.database)
        self.files = AssistantFilesController(self.assistants, self.connections)

    async def connect(
        self, name: str, kind: ConnectionKind = ConnectionKind.CHAT, provider: str = ""
    ) -> Connection:
        made = Connection(
            ConnectionId(f"{name} {kind}"),
            kind,
            name,
            "https://secret.example.org/v1",
            Auth.API_KEY,
            provider=provider,
        )
        await self.connections.add(made)
        return made


@pytest.fixture
def shelves(tmp_path: Path) -> Iterator[tuple[Shelf, Shelf]]:
    """Two profiles."""
    made = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        made.append(Shelf(tmp_path / name))
    yield made[0], made[1]
    for shelf in made:
        assert shelf.database.close_blocking()


async def test_an_assistant_moves_to_another_profile_with_its_history(
    shelves: tuple[Shelf, Shelf], tmp_path: Path
) -> None:
    here, there = shelves
    connection = await here.connect("Ollama")
    first = await here.assistants.create(replace(SETTINGS, connection_id=connection.id), "first")
    command = Command("/usr/bin/weather", ("--json",))
    later = replace(first.settings, functions=(Function("weather", command=command),), search=SearchTool())
    await here.assistants.save_version(first.id, later, "with a function")
    path = await here.files.export(first.id, tmp_path / "reader.json", has_history=True)
    assert path.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    assert b"secret.example.org" not in path.read_bytes()

    await there.connect("Another one")
    own = await there.connect("Ollama")
    imported = await there.files.import_(path)
    assert imported.match is Match.NAMED
    assert imported.connection == own
    assert imported.assistant.settings == replace(later, connection_id=own.id)
    versions = await there.assistants.versions(imported.assistant.id)
    assert [(one.version, one.note) for one in versions] == [(2, "with a function"), (1, "first")]
    assert [one.created_at for one in versions] == [
        one.created_at for one in await here.assistants.versions(first.id)
    ]


async def test_the_newest_version_can_go_alone(shelves: tuple[Shelf, Shelf], tmp_path: Path) -> None:
    here, there = shelves
    first = await here.assistants.create(SETTINGS)
    await here.assistants.save_version(first.id, replace(SETTINGS, name="Writer"))
    path = await here.files.export(first.id, tmp_path / "writer.json", has_history=False)
    imported = await there.files.import_(path)
    assert (imported.assistant.version, imported.assistant.settings.name) == (1, "Writer")


@pytest.mark.parametrize(
    ("name", "kind", "match"),
    [
        ("Ollama", ConnectionKind.CHAT, Match.NAMED),
        ("Gateway", ConnectionKind.CHAT, Match.KIND),
        ("Ollama", ConnectionKind.RESPONSES, Match.NONE),
    ],
)
async def test_the_connection_is_found_by_kind_and_name(
    shelves: tuple[Shelf, Shelf], tmp_path: Path, name: str, kind: ConnectionKind, match: Match
) -> None:
    here, there = shelves
    connection = await here.connect("Ollama")
    made = await here.assistants.create(replace(SETTINGS, connection_id=connection.id))
    path = await here.files.export(made.id, tmp_path / "reader.json", has_history=True)
    other = await there.connect(name, kind)
    imported = await there.files.import_(path)
    assert imported.match is match
    assert imported.wanted == ConnectionHint("chat", "", "Ollama")
    assert imported.assistant.settings.connection_id == (None if match is Match.NONE else other.id)


async def test_a_file_that_is_refused_changes_nothing(shelves: tuple[Shelf, Shelf], tmp_path: Path) -> None:
    _, there = shelves
    path = tmp_path / "broken.json"
    path.write_bytes(document(version=99))
    with pytest.raises(AssistantFileError):
        await there.files.import_(path)
    with pytest.raises(OSError, match="missing"):
        await there.files.import_(tmp_path / "missing.json")
    assert await there.assistants.assistants() == []


async def test_an_assistant_that_is_gone_is_not_written(shelves: tuple[Shelf, Shelf], tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        await shelves[0].files.export(AssistantId("gone"), tmp_path / "gone.json", has_history=True)
    assert written_to(tmp_path) == []


def test_a_time_before_all_times_is_refused() -> None:
    with pytest.raises(AssistantFileError):
        decode(encode([SavedVersion(SETTINGS, datetime(1970, 1, 1, tzinfo=UTC) - timedelta(days=1))]))
