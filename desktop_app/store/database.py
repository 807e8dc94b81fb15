"""The database: one SQLite file, one thread that owns the connection, one transaction a call.

Work is queued and done in order, so access is serial by construction; an asyncio loop (the worker's or the window's)
waits for it without blocking.  Every commit reaches the disk before its caller goes on (WAL with ``synchronous=FULL``):
a message that was sent survives a power cut, for one fsync on this thread.  Other processes may write the same file.

SQLite's errors are split by blame: a full disk, a damaged file or a locked one is the world's and becomes a StoreError;
a wrong statement or a broken constraint is ours and surfaces as it is.
"""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.domain.errors import DatabaseDamagedError, DiskFullError, StoreError
from desktop_app.store.backups import back_up, newest_backups
from desktop_app.store.files import touch_private
from desktop_app.store.migrations import MIGRATIONS, Migration, migrate, refuse_newer

T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 5.0

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that are the world's fault.
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
REFUSED = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOLFS,
}


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    begin: str
    result: "Future[Any]"


class Database:
    """The file at ``path``; copies made before migrations go to ``backups``.

    Calls made before ``open`` has ended wait for it.  When the file turns out damaged, ``is_read_only`` becomes true
    with a ``read_only_reason``: reading goes on as far as it can, writing raises DatabaseDamagedError.
    """

    def __init__(
        self,
        path: Path,
        backups: Path,
        *,
        migrations: tuple[Migration, ...] = MIGRATIONS,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        self._path = path
        self._backups = backups
        self._migrations = migrations
        self._busy_timeout_s = busy_timeout_s
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._opened: Future[None] = Future()
        self._closed: Future[None] = Future()
        self.read_only_reason = ""

    @property
    def is_read_only(self) -> bool:
        """Whether the file is damaged and nothing more can be written."""
        return bool(self.read_only_reason)

    def backups(self) -> list[Path]:
        """The copies of the database that can be restored, newest first."""
        return newest_backups(self._backups)

    async def open(self) -> None:
        """Open or make the file and bring it to the present schema.

        Raises DatabaseNewerError, DatabaseDamagedError (not even readable), DiskFullError, StoreError.
        """
        await _waited(self._start())

    def open_blocking(self) -> None:
        """As ``open``, for callers without a loop."""
        self._start().result()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """``work`` in one write transaction on the store's thread; its result is returned once it is on disk.

        An exception of ``work`` undoes it and is raised here.  A caller that is cancelled stops waiting; the write is
        made all the same.  Raises DatabaseDamagedError, DiskFullError, StoreError.
        """
        return await _waited(self._submit(work, "BEGIN IMMEDIATE"))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """``work`` in one read transaction: what it sees belongs together.  Raises as ``run`` does."""
        return await _waited(self._submit(work, "BEGIN"))

    def run_blocking(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As ``run``, for callers without a loop."""
        return self._submit(work, "BEGIN IMMEDIATE").result()

    def read_blocking(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As ``read``, for callers without a loop."""
        return self._submit(work, "BEGIN").result()

    async def check(self) -> list[str]:
        """What SQLite's quick check of the whole file finds wrong, empty when all is well; takes seconds a GB."""

        def quick_check(connection: sqlite3.Connection) -> list[str]:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
            return [] if found == ["ok"] else found

        try:
            return await self.read(quick_check)
        except DatabaseDamagedError as error:
            return [error.detail]

    async def back_up(self) -> Path:
        """Make a copy beside those of the migrations; returns its path.  Raises DiskFullError, StoreError."""
        return await _waited(self._submit(lambda connection: back_up(connection, self._backups), ""))

    async def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Do what is queued, tidy up and let the file go; False when that took too long and was left to itself."""
        import asyncio

        try:
            async with asyncio.timeout(timeout_s):
                await _waited(self._end())
        except TimeoutError:
            return False
        return True

    def close_blocking(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """As ``close``, for callers without a loop."""
        try:
            self._end().result(timeout_s)
        except TimeoutError:
            return False
        return True

    # --- the caller's side ---

    def _start(self) -> "Future[None]":
        with self._lock:
            if self._thread is None:
                self._refuse_when_closing()
                self._opened.set_running_or_notify_cancel()
                self._closed.set_running_or_notify_cancel()
                self._thread = threading.Thread(target=self._serve, name="store", daemon=True)
                self._thread.start()
        return self._opened

    def _submit(self, work: Callable[[sqlite3.Connection], T], begin: str) -> "Future[T]":
        if threading.current_thread() is self._thread:
            raise RuntimeError("the store's thread would wait for itself")
        result: Future[T] = Future()
        result.set_running_or_notify_cancel()  # running: a cancelled waiter cannot cancel the work
        with self._lock:
            self._refuse_when_closing()
            self._jobs.put(_Job(work, begin, result))
        return result

    def _refuse_when_closing(self) -> None:
        if self._is_closing:
            raise StoreError("the database is closed")

    def _end(self) -> "Future[None]":
        with self._lock:
            if not self._is_closing:
                self._is_closing = True
                self._jobs.put(None)
                if self._thread is None:  # never opened
                    self._refuse_queued(StoreError("the database was not opened"))
                    self._closed.set_running_or_notify_cancel()
                    self._closed.set_result(None)
        return self._closed

    # --- the store's thread ---

    def _serve(self) -> None:
        try:
            connection = self._connect()
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            with self._lock:
                self._is_closing = True
            self._refuse_queued(error)
            self._opened.set_exception(error)
            self._closed.set_result(None)
            return
        self._opened.set_result(None)
        while job := self._jobs.get():
            self._do(job, connection)
            del job  # nor keep its result until the next one comes
        self._tidy(connection)
        self._closed.set_result(None)

    def _do(self, job: _Job, connection: sqlite3.Connection) -> None:
        try:
            with blame():
                result = self._in_transaction(job, connection)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            if isinstance(error, DatabaseDamagedError):
                self.read_only_reason = self.read_only_reason or error.detail
            job.result.set_exception(error)
        else:
            job.result.set_result(result)

    def _in_transaction(self, job: _Job, connection: sqlite3.Connection) -> Any:
        if self.is_read_only and job.begin == "BEGIN IMMEDIATE":
            raise DatabaseDamagedError(self.read_only_reason)
        if job.begin:
            connection.execute(job.begin)
        try:
            result = job.work(connection)
            if connection.in_transaction:
                connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                with suppress(sqlite3.Error):  # a full disk or a damaged file has undone it already
                    connection.execute("ROLLBACK")
        return result

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open_for_writing()
        except DatabaseDamagedError as error:
            connection = self._open_for_reading(error)
            self.read_only_reason = error.detail
            return connection

    def _open_for_writing(self) -> sqlite3.Connection:
        touch_private(self._path)  # SQLite gives -wal and -shm the rights of the database itself
        with blame():
            connection = sqlite3.connect(self._path, timeout=self._busy_timeout_s, isolation_level=None)
        try:
            with blame():
                refuse_newer(connection, self._migrations)
                self._configure(connection)
                migrate(connection, self._backups, self._migrations)
        except BaseException:
            connection.close()
            raise
        return connection

    def _configure(self, connection: sqlite3.Connection) -> None:
        self._enter_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # on macOS fsync alone does not reach the disk
        connection.execute("PRAGMA foreign_keys = ON")

    def _enter_wal(self, connection: sqlite3.Connection) -> None:
        """Turn the file to WAL; while another process does the same SQLite refuses at once, so ask again."""
        deadline = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def _open_for_reading(self, damage: DatabaseDamagedError) -> sqlite3.Connection:
        """The damaged file for reading what can be read; raises DatabaseDamagedError when nothing can."""
        address = self._path.absolute().as_uri()
        for mode in ("mode=ro", "mode=ro&immutable=1"):  # the second needs no -shm file
            with suppress(sqlite3.Error):
                connection = sqlite3.connect(f"{address}?{mode}", uri=True, isolation_level=None)
                with suppress(sqlite3.Error):
                    connection.execute("SELECT count(*) FROM threads").fetchone()
                    return connection
                connection.close()
        raise damage

    def _refuse_queued(self, error: Exception) -> None:
        while not self._jobs.empty():
            if job := self._jobs.get():
                job.result.set_exception(error)

    def _tidy(self, connection: sqlite3.Connection) -> None:
        with suppress(sqlite3.Error):  # nothing is lost when this fails: the next start finds the -wal file
            if not self.is_read_only:
                connection.execute("PRAGMA optimize")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(sqlite3.Error):
            connection.close()


@contextmanager
def blame() -> Iterator[None]:
    """Errors of SQLite that are the world's fault become StoreErrors, the cause kept; ours surface as they are."""
    try:
        yield
    except sqlite3.Error as error:
        blamed = _blamed(error)
        if blamed is None:
            raise
        raise blamed from error


def _blamed(error: sqlite3.Error) -> StoreError | None:
    code = _primary_code(error)
    detail = f"{getattr(error, 'sqlite_errorname', '')}: {error}"
    if code == sqlite3.SQLITE_FULL:
        return DiskFullError(detail)
    if code in DAMAGED:
        return DatabaseDamagedError(detail)
    return StoreError(detail) if code in REFUSED else None


def _primary_code(error: sqlite3.Error) -> int:
    """The code without the extension in its upper bits; -1 for errors that the module raised itself."""
    code: int = getattr(error, "sqlite_errorcode", -1)
    return code & 0xFF if code >= 0 else -1


async def _waited(future: "Future[T]") -> T:
    import asyncio

    return await asyncio.wrap_future(future)
