"""Files on their way into the search: taken one at a time, stored part by part, in transactions of some milliseconds.

At every moment a file's row tells how far it is, so that whoever takes it after a crash goes on from the last part that
was committed.  Only the process that took a file stores something of it, and only as long as it is wanted.
"""

# ruff: noqa: S608 - statements are put together from texts of ours, never from values

import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

from desktop_app.domain.chunks import Chunk
from desktop_app.domain.files import Chunking, FileFault, FileId, FileStatus, SourcePart
from desktop_app.domain.ids import AssistantId
from desktop_app.store.database import Database
from desktop_app.store.file_schema import packed, unpacked, words_table
from desktop_app.store.rows import marks, storable, to_microseconds

T = TypeVar("T")

ROWS_AT_ONCE = 200

TASK = """
    SELECT f.number, f.id, l.assistant_id, l.number, f.path, l.tokens, l.overlap, f.size, f.modified_ns, f.is_whole,
        f.is_stale, f.part_count, f.page_count, f.cut_parts, f.tokens = l.tokens AND f.overlap = l.overlap
    FROM files f JOIN libraries l ON l.number = f.library
"""


class NotWantedError(Exception):
    """The file was removed or cancelled meanwhile."""


@dataclass(frozen=True, slots=True)
class FileTask:
    """A file that was taken, and what is there of it; ``chunking`` is what is wanted, and maybe not ``is_cut_so``."""

    number: int
    file_id: FileId
    assistant_id: AssistantId
    library: int
    path: Path
    chunking: Chunking
    size: int
    modified_ns: int
    is_whole: bool
    is_stale: bool
    part_count: int
    page_count: int
    cut_parts: int
    is_cut_so: bool


class Twin(NamedTuple):
    """A file of another library with the same path, size and time, read and cut to its end."""

    number: int
    part_count: int


@dataclass(frozen=True, slots=True)
class WordedChunk:
    """A chunk of a part, and which of the part's words are in it: ``first_word`` to ``last_word`` (not included)."""

    chunk: Chunk
    first_word: int
    last_word: int


@dataclass(frozen=True, slots=True)
class CutPart:
    """A part of a text with its word forms, separated by blanks, and its chunks."""

    part: SourcePart
    words: str
    chunks: Sequence[WordedChunk]


class FileReading:
    """The reader's side of the libraries in ``database``; ``owner`` is the token of this process."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    async def take(self, is_alive: Callable[[str], bool]) -> FileTask | None:
        """The next file that is to be read or cut; it is this process's until it is let go.

        What a process left that is not alive comes first, or this one, which takes the next when it has done with the
        one before; then new ones, then those that are cut otherwise than wanted.
        """
        return await self._database.run(lambda connection: _take(connection, self._owner, is_alive))

    async def drop_content(self, task: FileTask) -> None:
        """Forget what was read of the file, so that it is read from its beginning.  Raises NotWantedError."""
        await self._wanted(task, lambda connection: _set(connection, task, "is_stale = 1, is_whole = 0"))
        await self._drop_chunks(task)
        while await self._wanted(task, lambda connection: _drop_parts(connection, task.number)):
            pass

    async def begin(self, task: FileTask, size: int, modified_ns: int) -> None:
        """Reading begins at the first part, of a file of this size and time.  Raises NotWantedError."""
        chunking = task.chunking
        await self._wanted(
            task,
            lambda connection: _set(
                connection,
                task,
                "is_stale = 0, is_whole = 0, part_count = 0, cut_parts = 0, page_count = 0, size = ?, modified_ns = ?,"
                " tokens = ?, overlap = ?",
                size,
                modified_ns,
                chunking.tokens,
                chunking.overlap,
            ),
        )

    async def begin_cut(self, task: FileTask) -> None:
        """Drop the chunks; they are made anew from the first part.  Raises NotWantedError."""
        # Cut in no way that can be wished for, until all are gone: who takes the file after a crash drops the rest.
        await self._wanted(
            task, lambda connection: _set(connection, task, "cut_parts = 0, tokens = 0, overlap = 0")
        )
        await self._drop_chunks(task)
        chunking = task.chunking
        await self._wanted(
            task,
            lambda connection: _set(
                connection, task, "tokens = ?, overlap = ?", chunking.tokens, chunking.overlap
            ),
        )

    async def store(self, task: FileTask, parts: Sequence[CutPart]) -> None:
        """Add what was read next.  Raises NotWantedError."""
        await self._wanted(task, lambda connection: _store(connection, task, parts))

    async def twin(self, task: FileTask) -> Twin | None:
        """The same file in another library that has all of its text, cut alike; None when none has."""
        return await self._database.read(lambda connection: _twin(connection, task))

    async def twin_parts(
        self, task: FileTask, twin: Twin, first: int, count: int
    ) -> AsyncGenerator[list[CutPart], None]:
        """The twin's parts from ``first`` on, some ``count`` at once, whole pages; ends early when it is none now."""
        chunk = 0

        def select(connection: sqlite3.Connection) -> tuple[list[CutPart], int]:
            if _twin(connection, task) != twin:
                return [], chunk
            return _cut_parts(connection, twin.number, first, count, chunk)

        while True:
            parts, chunk = await self._database.read(select)
            if not parts:
                return
            yield parts
            first += len(parts)

    async def texts(self, task: FileTask, first: int, count: int) -> list[str]:
        """Texts of stored parts."""

        def select(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                "SELECT text FROM parts WHERE file = ? AND number >= ? ORDER BY number LIMIT ?",
                (task.number, first, count),
            )
            return [unpacked(row[0]) for row in rows]

        return await self._database.read(select)

    async def store_chunks(
        self, task: FileTask, first: int, parts: Sequence[tuple[str, Sequence[WordedChunk]]]
    ) -> None:
        """Add the words and chunks of stored parts from the part ``first`` on.  Raises NotWantedError."""

        def store(connection: sqlite3.Connection) -> None:
            for number, (words, chunks) in enumerate(parts, first):
                connection.execute(
                    "UPDATE parts SET words = ? WHERE file = ? AND number = ?",
                    (packed(words), task.number, number),
                )
                _insert_chunks(connection, task, number, words, chunks)
            _set(
                connection,
                task,
                "cut_parts = ?, chunk_count = chunk_count + ?",
                first + len(parts),
                sum(len(chunks) for _, chunks in parts),
            )

        await self._wanted(task, store)

    async def finish(self, task: FileTask) -> None:
        """The file is read and cut: it is found from now on, unless it has no words.  Raises NotWantedError."""
        await self._wanted(
            task,
            lambda connection: _set(
                connection,
                task,
                "status = iif(chunk_count, ?, ?), fault = iif(chunk_count, NULL, ?), detail = '', owner = '',"
                " is_whole = chunk_count > 0, is_stale = chunk_count = 0",
                FileStatus.READY,
                FileStatus.FAILED,
                FileFault.NO_TEXT,
            ),
        )

    async def fail(self, task: FileTask, fault: FileFault, detail: str) -> None:
        """The file cannot be read; a text of it that is whole from an earlier time stays.  Raises NotWantedError."""
        if not await self._wanted(task, lambda connection: _is_whole(connection, task)):
            await self.drop_content(task)
        await self._wanted(
            task,
            lambda connection: _set(
                connection,
                task,
                "status = iif(is_whole, ?, ?), fault = ?, detail = ?, owner = '', is_stale = NOT is_whole",
                FileStatus.READY,
                FileStatus.FAILED,
                fault,
                storable(detail),
            ),
        )

    async def release(self) -> None:
        """Let go what this process has taken; it waits for the next reader."""

        def release(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE files SET status = ?, owner = '' WHERE status = ? AND owner = ?",
                (FileStatus.WAITING, FileStatus.READING, self._owner),
            )

        await self._database.run(release)

    async def purge(self, removed_before: datetime) -> None:
        """Delete for ever what was removed before that time."""
        moment = to_microseconds(removed_before)
        while await self._database.run(lambda connection: _purge_some(connection, moment)):
            pass

    async def _drop_chunks(self, task: FileTask) -> None:
        while await self._wanted(
            task, lambda connection: _drop_chunks(connection, task.number, task.library)
        ):
            pass

    async def _wanted(self, task: FileTask, work: Callable[[sqlite3.Connection], T]) -> T:
        """``work`` in a transaction, if the file is still this process's to read."""

        def guarded(connection: sqlite3.Connection) -> T:
            row = connection.execute(
                "SELECT 1 FROM files WHERE number = ? AND status = ? AND owner = ? AND removed_at IS NULL",
                (task.number, FileStatus.READING, self._owner),
            ).fetchone()
            if row is None:
                raise NotWantedError
            return work(connection)

        return await self._database.run(guarded)


def _take(connection: sqlite3.Connection, owner: str, is_alive: Callable[[str], bool]) -> FileTask | None:
    readers = [
        row[0] for row in connection.execute("SELECT DISTINCT owner FROM files WHERE status = 'reading'")
    ]
    others = [reader for reader in readers if reader != owner and is_alive(reader)]
    row = connection.execute(
        f"""
        {TASK}
        WHERE f.removed_at IS NULL AND (
            f.status = 'waiting'
            OR (f.status = 'reading' AND f.owner NOT IN ({marks(others)}))
            OR (f.status = 'ready'
                AND (f.cut_parts < f.part_count OR f.tokens <> l.tokens OR f.overlap <> l.overlap))
        )
        ORDER BY f.status = 'ready', f.status = 'waiting', f.number LIMIT 1
        """,
        others,
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        "UPDATE files SET status = ?, owner = ? WHERE number = ?", (FileStatus.READING, owner, row[0])
    )
    number, file_id, assistant_id, library, path, tokens, overlap, size, modified_ns, *rest = row
    is_whole, is_stale, part_count, page_count, cut_parts, is_cut_so = rest
    return FileTask(
        number,
        FileId(file_id),
        AssistantId(assistant_id),
        library,
        Path(path),
        Chunking(tokens, overlap),
        size,
        modified_ns,
        bool(is_whole),
        bool(is_stale),
        part_count,
        page_count,
        cut_parts,
        bool(is_cut_so),
    )


def _set(connection: sqlite3.Connection, task: FileTask, values: str, *parameters: object) -> None:
    connection.execute(f"UPDATE files SET {values} WHERE number = ?", (*parameters, task.number))


def _is_whole(connection: sqlite3.Connection, task: FileTask) -> bool:
    (is_whole,) = connection.execute("SELECT is_whole FROM files WHERE number = ?", (task.number,)).fetchone()
    return bool(is_whole)


def _twin(connection: sqlite3.Connection, task: FileTask) -> Twin | None:
    row = connection.execute(
        """
        SELECT t.number, t.part_count FROM libraries l CROSS JOIN files t ON t.library = l.number AND t.path = ?
        WHERE t.number <> ? AND t.size = ? AND t.modified_ns = ? AND t.is_whole AND NOT t.is_stale
            AND t.cut_parts = t.part_count AND t.tokens = ? AND t.overlap = ?
        ORDER BY t.number LIMIT 1
        """,
        (
            str(task.path),
            task.number,
            task.size,
            task.modified_ns,
            task.chunking.tokens,
            task.chunking.overlap,
        ),
    ).fetchone()
    return Twin(*row) if row else None


def _cut_parts(
    connection: sqlite3.Connection, file: int, first: int, count: int, after: int
) -> tuple[list[CutPart], int]:
    """Parts with their chunks, which come after the chunk with the id ``after``; and the id of the last of these."""
    parts = connection.execute(
        """
        SELECT number, page, line, text, words FROM parts WHERE file = ? AND number >= ? AND (number < ?
            OR page > 0 AND page = (SELECT page FROM parts WHERE file = ? AND number = ?))
        ORDER BY number
        """,
        (file, first, first + count, file, first + count - 1),
    ).fetchall()
    chunks: dict[int, list[WordedChunk]] = {number: [] for number, *_ in parts}
    last_part = max(chunks, default=-1)
    in_order = connection.execute(
        "SELECT id, part, start, stop, line, first_word, last_word FROM chunks WHERE file = ? AND id > ? ORDER BY id",
        (file, after),
    )
    for chunk, part, start, stop, line, first_word, last_word in in_order:
        if part > last_part:
            break
        after = chunk
        if part in chunks:
            chunks[part].append(WordedChunk(Chunk(start, stop, line), first_word, last_word))
    return [
        CutPart(SourcePart(page, line, unpacked(text)), unpacked(words), chunks[number])
        for number, page, line, text, words in parts
    ], after


def _store(connection: sqlite3.Connection, task: FileTask, parts: Sequence[CutPart]) -> None:
    (first,) = connection.execute("SELECT part_count FROM files WHERE number = ?", (task.number,)).fetchone()
    connection.executemany(
        "INSERT INTO parts (file, number, page, line, text, words) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (task.number, number, cut.part.page, cut.part.line, packed(cut.part.text), packed(cut.words))
            for number, cut in enumerate(parts, first)
        ],
    )
    for number, cut in enumerate(parts, first):
        _insert_chunks(connection, task, number, cut.words, cut.chunks)
    _set(
        connection,
        task,
        "part_count = ?, cut_parts = ?, page_count = max(page_count, ?), chunk_count = chunk_count + ?",
        first + len(parts),
        first + len(parts),
        max(cut.part.page for cut in parts),
        sum(len(cut.chunks) for cut in parts),
    )


def _insert_chunks(
    connection: sqlite3.Connection, task: FileTask, part: int, words: str, chunks: Sequence[WordedChunk]
) -> None:
    insert = f"INSERT INTO {words_table(task.library)} (rowid, words) VALUES (?, ?)"
    of_part = words.split(" ")
    for worded in chunks:
        chunk, first, last = worded.chunk, worded.first_word, worded.last_word
        cursor = connection.execute(
            "INSERT INTO chunks (file, part, start, stop, line, first_word, last_word) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (task.number, part, chunk.start, chunk.stop, chunk.line, first, last),
        )
        connection.execute(insert, (cursor.lastrowid, " ".join(of_part[first:last])))


def _drop_chunks(connection: sqlite3.Connection, file: int, library: int) -> int:
    """Drop some chunks of a file; returns how many."""
    chunks = connection.execute(
        """
        SELECT p.id, p.words, c.id, c.first_word, c.last_word
        FROM (SELECT * FROM chunks WHERE file = ? ORDER BY id LIMIT ?) c
        JOIN parts p ON p.file = c.file AND p.number = c.part ORDER BY c.id
        """,
        (file, ROWS_AT_ONCE),
    ).fetchall()
    table = words_table(library)
    delete = f"INSERT INTO {table} ({table}, rowid, words) VALUES ('delete', ?, ?)"
    for _, of_part in groupby(chunks, key=itemgetter(0)):
        words: list[str] = []
        for _, kept, chunk, first, last in of_part:
            words = words or unpacked(kept).split(" ")
            connection.execute(delete, (chunk, " ".join(words[first:last])))
    ids = [chunk[2] for chunk in chunks]
    connection.execute(f"DELETE FROM chunks WHERE id IN ({marks(ids)})", ids)
    connection.execute("UPDATE files SET chunk_count = chunk_count - ? WHERE number = ?", (len(ids), file))
    return len(ids)


def _drop_parts(connection: sqlite3.Connection, file: int) -> int:
    """Drop some parts of a file; returns how many."""
    cursor = connection.execute(
        "DELETE FROM parts WHERE id IN (SELECT id FROM parts WHERE file = ? LIMIT ?)", (file, ROWS_AT_ONCE)
    )
    return cursor.rowcount


def _purge_some(connection: sqlite3.Connection, removed_before: int) -> bool:
    """Delete a part of what is to go; whether there may be more."""
    row = connection.execute(
        "SELECT number, library FROM files WHERE removed_at < ? LIMIT 1", (removed_before,)
    ).fetchone()
    if row is None:
        return False
    file, library = row
    # Who adds it again before all of it is gone has it read anew.
    connection.execute(
        "UPDATE files SET status = ?, is_whole = 0, is_stale = 1 WHERE number = ?", (FileStatus.WAITING, file)
    )
    if not _drop_chunks(connection, file, library) and not _drop_parts(connection, file):
        connection.execute("DELETE FROM files WHERE number = ?", (file,))
    return True
