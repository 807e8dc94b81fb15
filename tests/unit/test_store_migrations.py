import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.store.migrations import MIGRATIONS, Migration, migrate, schema_version
from tests.databases import database_in

SCHEMAS = sorted((Path(__file__).parents[1] / "data/schemas").glob("*.sql"))
NEXT = Migration(
    "a table more", "CREATE TABLE more (a TEXT NOT NULL) STRICT;\nINSERT INTO more VALUES ('x; y');\n"
)
BROKEN = Migration("broken half-way", "CREATE TABLE half (a TEXT) STRICT;\nINSERT INTO nowhere VALUES (1);\n")


def schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {(name, " ".join(sql.split())) for name, sql in rows if not name.startswith("sqlite_")}


def contents(connection: sqlite3.Connection, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def released(path: Path, script: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(script.read_text())
    return connection


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "fresh.db", isolation_level=None)) as connection:
        migrate(connection, tmp_path / "backups")
        yield connection


def test_every_released_schema_is_kept_for_the_tests() -> None:
    assert [int(script.stem) for script in SCHEMAS] == list(range(1, len(MIGRATIONS) + 1))


@pytest.mark.parametrize("script", SCHEMAS, ids=lambda script: script.stem)
def test_a_file_of_every_released_version_upgrades_whole(
    tmp_path: Path, script: Path, fresh: sqlite3.Connection
) -> None:
    with closing(fresh), closing(released(tmp_path / "old.db", script)) as old:
        counts = {
            table: old.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("threads", "messages", "runs")
        }
        assert all(counts.values())
        migrate(old, tmp_path / "backups")
        assert schema(old) == schema(fresh)
        assert schema_version(old) == len(MIGRATIONS)
        assert old.execute("PRAGMA foreign_key_check").fetchall() == []
        for table, count in counts.items():
            assert old.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count


@pytest.mark.parametrize("script", SCHEMAS, ids=lambda script: script.stem)
async def test_conversations_of_every_released_version_can_be_read(tmp_path: Path, script: Path) -> None:
    from desktop_app.store.assistants import AssistantStore
    from desktop_app.store.connections import ConnectionStore
    from desktop_app.store.conversations import ConversationStore

    released(tmp_path / "nitka.db", script).close()
    with database_in(tmp_path) as database:
        await database.open()
        conversations = ConversationStore(database)
        (thread,) = await conversations.threads()
        messages = await conversations.messages(thread.id)
        assert [message.text for message in messages] == [
            "What is a thread?",
            "A **conversation**.\n\nNothing more.",
        ]
        assert len(await conversations.all_messages(thread.id)) == 3
        assert [run.settings.name for run in await conversations.runs(thread.id)] == ["Helper", "Helper"]
        (assistant,) = await AssistantStore(database).assistants()
        assert assistant.settings.labels == (("kind", "example"),)
        assert [connection.name for connection in await ConnectionStore(database).connections()] == [
            "Example"
        ]


def test_a_migration_is_noted_and_made_after_a_backup(tmp_path: Path, fresh: sqlite3.Connection) -> None:
    with closing(fresh) as connection:
        connection.execute("INSERT INTO threads (id, created_at, updated_at) VALUES ('t', 0, 0)")
        assert not (tmp_path / "backups").exists()
        migrate(connection, tmp_path / "backups", (*MIGRATIONS, NEXT))
        assert connection.execute("SELECT a FROM more").fetchall() == [("x; y",)]
        names = connection.execute("SELECT version, name FROM migrations ORDER BY version").fetchall()
        assert names[-1] == (len(MIGRATIONS) + 1, "a table more")
        (backup,) = (tmp_path / "backups").iterdir()
        with closing(sqlite3.connect(backup)) as copy:
            assert schema_version(copy) == len(MIGRATIONS)
            assert copy.execute("SELECT id FROM threads").fetchall() == [("t",)]
        migrate(connection, tmp_path / "backups", (*MIGRATIONS, NEXT))
        assert len(list((tmp_path / "backups").iterdir())) == 1


def test_a_migration_that_fails_leaves_the_old_version(tmp_path: Path, fresh: sqlite3.Connection) -> None:
    with closing(fresh) as connection:
        before = schema(connection)
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, tmp_path / "backups", (*MIGRATIONS, BROKEN))
        assert schema(connection) == before
        assert schema_version(connection) == len(MIGRATIONS)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


DYING = """
import os, sqlite3, sys
from pathlib import Path
from desktop_app.store.migrations import MIGRATIONS, Migration, migrate
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.create_function("die", 0, lambda: os._exit(9))
dying = Migration("dies", "CREATE TABLE half (a TEXT) STRICT;\\nDELETE FROM threads;\\nSELECT die();\\n")
migrate(connection, Path(sys.argv[2]), (*MIGRATIONS, dying))
"""


def test_a_process_that_dies_in_a_migration_leaves_the_old_version(
    tmp_path: Path, fresh: sqlite3.Connection
) -> None:
    fresh.execute("INSERT INTO threads (id, created_at, updated_at) VALUES ('t', 0, 0)")
    before = schema(fresh)
    fresh.close()
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(tmp_path / "fresh.db"), str(tmp_path / "backups")], check=False
    )
    assert done.returncode == 9
    with closing(sqlite3.connect(tmp_path / "fresh.db")) as connection:
        assert schema(connection) == before
        assert schema_version(connection) == len(MIGRATIONS)
        assert connection.execute("SELECT id FROM threads").fetchall() == [("t",)]
    assert len(list((tmp_path / "backups").glob("*.db"))) == 1


def test_a_migration_that_breaks_references_is_undone(tmp_path: Path, fresh: sqlite3.Connection) -> None:
    orphan = Migration("orphan", "INSERT INTO assistant_versions VALUES ('nobody', 1, '{}', '', 0);\n")
    with closing(fresh) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="foreign keys"):
            migrate(connection, tmp_path / "backups", (*MIGRATIONS, orphan))
        assert connection.execute("SELECT count(*) FROM assistant_versions").fetchone() == (0,)


def test_half_a_statement_is_refused(tmp_path: Path, fresh: sqlite3.Connection) -> None:
    with closing(fresh) as connection, pytest.raises(ValueError, match="whole statement"):
        migrate(
            connection, tmp_path / "backups", (*MIGRATIONS, Migration("cut", "CREATE TABLE cut (a TEXT)"))
        )


def test_lifetimes_that_were_pulled_end_nothing_here(tmp_path: Path) -> None:
    with closing(released(tmp_path / "old.db", SCHEMAS[2])) as old:
        old.execute("UPDATE threads SET expiration = ?", ('{"ttl_days":7,"policy":"static"}',))
        old.execute("INSERT INTO threads (id, created_at, updated_at, expiration) VALUES ('own', 1, 1, '{}')")
        migrate(old, tmp_path / "backups")
        told = dict(old.execute("SELECT id, json_extract(expiration, '$.ends_there') FROM threads"))
        assert told == {"01a206f47f197000b17744660df667fd": 1, "own": None}
        versions = old.execute(
            "SELECT json_extract(settings, '$.expiration.ends_there') FROM assistant_versions"
        )
        assert versions.fetchall() == [(1,), (1,)]
