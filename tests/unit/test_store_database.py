import asyncio
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.domain.errors import DatabaseDamagedError, DatabaseNewerError, DiskFullError, StoreError
from desktop_app.store.backups import KEPT, restore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from tests.conftest import PATIENCE_S
from tests.databases import database_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nitka.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with database_in(path.parent, busy_timeout_s=1) as made:
        made.open_blocking()
        yield made


def note(connection: sqlite3.Connection, name: str) -> None:
    connection.execute(
        "INSERT INTO threads (id, name, created_at, updated_at) VALUES (?, ?, 0, 0)", (name, name)
    )


def noting(name: str) -> Callable[[sqlite3.Connection], None]:
    return lambda connection: note(connection, name)


def noted(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM threads ORDER BY rowid")]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX's")
def test_nobody_else_can_read_the_database(database: Database, path: Path) -> None:
    database.run_blocking(noting("a"))
    files = [file for file in path.parent.iterdir() if file.is_file()]
    assert {file.name for file in files} == {"nitka.db", "nitka.db-wal", "nitka.db-shm"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_commit_waits_for_the_disk(database: Database) -> None:
    def pragma(name: str) -> object:
        return database.read_blocking(lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0])

    assert [pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")] == ["wal", 2, 1]


async def test_work_is_done_in_order_whichever_thread_asks(database: Database) -> None:
    async def ask(prefix: str) -> None:
        await asyncio.gather(*(database.run(noting(f"{prefix}{i:03}")) for i in range(100)))

    other = threading.Thread(target=lambda: asyncio.run(ask("b")))
    other.start()
    await ask("a")
    await asyncio.to_thread(other.join)
    names = await database.read(noted)
    assert [name for name in names if name < "b"] == [f"a{i:03}" for i in range(100)]
    assert [name for name in names if name > "b"] == [f"b{i:03}" for i in range(100)]


async def test_a_failed_transaction_leaves_no_trace(database: Database) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        note(connection, "half")
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await database.run(fail)
    await database.run(noting("whole"))
    assert await database.read(noted) == ["whole"]


async def test_a_wrong_statement_surfaces_as_our_fault(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database.run(lambda connection: connection.execute("SELECT * FROM nowhere"))
    with pytest.raises(sqlite3.IntegrityError):
        for _ in range(2):
            await database.run(noting("twice"))


async def test_a_cancelled_caller_does_not_cancel_the_write(database: Database) -> None:
    is_free, has_begun = threading.Event(), threading.Event()

    def wait(_: sqlite3.Connection) -> None:
        has_begun.set()
        assert is_free.wait(PATIENCE_S)

    blocking = asyncio.create_task(database.run(wait))
    queued = asyncio.create_task(database.run(noting("kept")))
    await asyncio.to_thread(has_begun.wait, PATIENCE_S)
    for task in (blocking, queued):
        task.cancel()
    await asyncio.gather(blocking, queued, return_exceptions=True)
    is_free.set()
    assert await database.read(noted) == ["kept"]


async def test_closing_does_what_is_queued_and_takes_nothing_more(path: Path) -> None:
    with database_in(path.parent) as database:
        await database.open()
        writes = [asyncio.create_task(database.run(noting(str(i)))) for i in range(20)]
        await asyncio.sleep(0)
        assert await database.close(PATIENCE_S)
        await asyncio.gather(*writes)
        with pytest.raises(StoreError, match="closed"):
            await database.read(noted)
        assert await database.close()
    assert [file.name for file in path.parent.iterdir() if file.is_file()] == ["nitka.db"]
    with closing(sqlite3.connect(path)) as connection:
        assert len(noted(connection)) == 20


async def test_closing_gives_up_at_its_deadline(path: Path) -> None:
    with database_in(path.parent) as database:
        await database.open()
        is_free = threading.Event()
        stuck = asyncio.create_task(database.run(lambda _: is_free.wait(PATIENCE_S)))
        await asyncio.sleep(0)
        assert not await database.close(timeout_s=0.05)
        is_free.set()
        await stuck


def test_a_database_that_was_never_opened_can_be_closed(path: Path) -> None:
    database = Database(path, path.parent / "backups")
    assert database.close_blocking()
    with pytest.raises(StoreError):
        database.open_blocking()
    assert not path.exists()


def test_the_store_never_waits_for_itself(database: Database) -> None:
    with pytest.raises(RuntimeError, match="wait for itself"):
        database.run_blocking(lambda _: database.run_blocking(noted))


async def test_a_lock_held_too_long_is_told(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await database.run(noting("a"))
        assert await database.read(noted) == []
        other.execute("ROLLBACK")
    await database.run(noting("a"))


async def test_a_full_disk_is_told_and_undone(database: Database) -> None:
    def limit(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    await database.run(limit)
    with pytest.raises(DiskFullError):
        await database.run(noting("x" * 100_000))
    await database.run(noting("small"))
    assert await database.read(noted) == ["small"]
    assert not database.is_read_only


def test_a_file_of_a_newer_version_is_refused_and_untouched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
    before = path.read_bytes()
    database = Database(path, path.parent / "backups")
    with pytest.raises(DatabaseNewerError, match="1000"):
        database.open_blocking()
    assert path.read_bytes() == before
    with pytest.raises(StoreError):
        database.read_blocking(noted)
    assert database.close_blocking()


def test_what_is_no_database_is_told_and_backups_are_listed(path: Path) -> None:
    with database_in(path.parent) as database:
        database.open_blocking()
        database.run_blocking(noting("saved"))
        backup = asyncio.run(database.back_up())
    path.write_bytes(b"nonsense" * 1000)

    with database_in(path.parent) as damaged:
        with pytest.raises(DatabaseDamagedError):
            damaged.open_blocking()
        assert damaged.backups() == [backup]
    aside = restore(backup, path)
    assert aside is not None
    assert aside.read_bytes().startswith(b"nonsense")
    with database_in(path.parent) as restored:
        restored.open_blocking()
        assert restored.read_blocking(noted) == ["saved"]


def test_a_damaged_table_lets_the_rest_be_read_and_nothing_be_written(path: Path) -> None:
    with database_in(path.parent) as database:
        database.open_blocking()
        database.run_blocking(noting("kept"))
        page, size = database.read_blocking(
            lambda c: (
                c.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()[0],
                c.execute("PRAGMA page_size").fetchone()[0],
            )
        )
    with path.open("rb+") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    with database_in(path.parent) as damaged:
        damaged.open_blocking()
        assert asyncio.run(damaged.check())
        with pytest.raises(DatabaseDamagedError):
            damaged.read_blocking(lambda c: c.execute("SELECT text FROM messages").fetchall())
        assert damaged.is_read_only
        assert damaged.read_only_reason
        assert damaged.read_blocking(noted) == ["kept"]
        with pytest.raises(DatabaseDamagedError):
            damaged.run_blocking(noting("more"))


def test_a_database_damaged_before_the_start_opens_for_reading(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database_in(path.parent) as database:
        database.open_blocking()
        database.run_blocking(noting("kept"))

    def find_damage(*_: object) -> None:
        raise DatabaseDamagedError("malformed")

    monkeypatch.setattr("desktop_app.store.database.migrate", find_damage)
    with database_in(path.parent) as damaged:
        damaged.open_blocking()
        assert damaged.read_only_reason == "malformed"
        assert damaged.read_blocking(noted) == ["kept"]
        with pytest.raises(DatabaseDamagedError):
            damaged.run_blocking(noting("more"))


async def test_a_sound_file_passes_the_check(database: Database) -> None:
    assert await database.check() == []


async def test_the_newest_backups_are_kept_and_are_whole(database: Database) -> None:
    made: list[Path] = []
    for number in range(KEPT + 2):
        await database.run(noting(str(number)))
        made.append(await database.back_up())
    kept, newest = database.backups(), made[-1]
    assert kept == made[:1:-1]
    with closing(sqlite3.connect(f"{newest.as_uri()}?mode=ro", uri=True)) as connection:
        assert len(noted(connection)) == KEPT + 2
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    assert len(list(newest.parent.iterdir())) == KEPT


def test_many_first_starts_at_once_make_one_database(path: Path) -> None:
    def open_and_write(name: str) -> None:
        with database_in(path.parent) as database:
            database.open_blocking()
            database.run_blocking(noting(name))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_and_write, "abcdefgh"))
    with closing(sqlite3.connect(path)) as connection:
        assert sorted(noted(connection)) == list("abcdefgh")
    assert not (path.parent / "backups").exists()


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    database = Database(tmp_path / "missing/nitka.db", tmp_path / "backups")
    with pytest.raises(StoreError, match="No such file"):
        database.open_blocking()
    assert database.close_blocking()


async def test_nothing_is_left_running_after_closing(path: Path) -> None:
    before = set(threading.enumerate())
    with database_in(path.parent) as database:
        await database.open()
        await ConversationStore(database).create_thread(None)
        (thread,) = [one for one in threading.enumerate() if one.name == "store" and one not in before]
        assert await database.close(PATIENCE_S)
        thread.join(PATIENCE_S)  # it tells its end before it is gone
        assert not thread.is_alive()
