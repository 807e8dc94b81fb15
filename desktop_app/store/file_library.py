"""Which files the libraries of assistants have, and their texts for reading; ``file_reading`` fills them."""

# ruff: noqa: S608 - statements are put together from texts of ours, never from values

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from desktop_app.domain.files import (
    Chunking,
    FileFault,
    FileId,
    FileStatus,
    FoundFile,
    LibraryFile,
    Source,
    SourcePart,
)
from desktop_app.domain.ids import AssistantId, new_id
from desktop_app.store.database import Database
from desktop_app.store.file_schema import create_words, unpacked
from desktop_app.store.rows import storable, to_microseconds, to_time, utc_now

PARTS_AROUND = 3  # of a source, before the place and after it

SELECT = """
    SELECT f.id, l.assistant_id, f.path, f.size, f.status, f.added_at, f.chunk_count, f.page_count, f.fault, f.detail
    FROM files f JOIN libraries l ON l.number = f.library
"""

OF_IDS = "id IN (SELECT value FROM json_each(?))"  # a statement takes some ten thousand parameters, not more


class FileLibrary:
    """Files in ``database``, which has the tables of ``file_schema``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def files(
        self, assistant_id: AssistantId, file_ids: Collection[FileId] | None = None
    ) -> list[LibraryFile]:
        """Those that were not removed, or of ``file_ids`` those, in the order they were added."""
        some, chosen = ("", ()) if file_ids is None else (f"AND f.{OF_IDS}", (json.dumps([*file_ids]),))

        def select(connection: sqlite3.Connection) -> list[LibraryFile]:
            rows = connection.execute(
                f"{SELECT} WHERE l.assistant_id = ? AND f.removed_at IS NULL {some} ORDER BY f.number",
                (assistant_id, *chosen),
            )
            return [to_file(row) for row in rows]

        return await self._database.read(select)

    async def owners(self, file_ids: Sequence[FileId]) -> set[AssistantId]:
        """The assistants that the files belong to."""

        def select(connection: sqlite3.Connection) -> set[AssistantId]:
            return {
                AssistantId(row[0])
                for file_id in file_ids
                for row in connection.execute(
                    "SELECT assistant_id FROM libraries WHERE number = (SELECT library FROM files WHERE id = ?)",
                    (file_id,),
                )
            }

        return await self._database.read(select)

    async def add(self, assistant_id: AssistantId, found: Sequence[FoundFile]) -> None:
        """Put files on the list; what is there is read anew if it changed, was removed or is not ready."""
        now = to_microseconds(self._clock())

        def add(connection: sqlite3.Connection) -> None:
            library = _library(connection, assistant_id)
            for file in found:
                _add(connection, library, file, now)

        await self._database.run(add)

    async def copy(self, source: AssistantId, target: AssistantId) -> None:
        """Put the files of one assistant on the list of another, which gets its chunking too.

        What is ready or on its way waits there for whoever reads it: a text that one library has, no other has to read.
        """
        now = to_microseconds(self._clock())

        def copy(connection: sqlite3.Connection) -> None:
            row = connection.execute(
                "SELECT number, tokens, overlap FROM libraries WHERE assistant_id = ?", (source,)
            ).fetchone()
            if row is None:
                return
            original, *chunking = row
            library = _library(connection, target)
            connection.execute(
                "UPDATE libraries SET tokens = ?, overlap = ? WHERE number = ?", (*chunking, library)
            )
            files = connection.execute(
                "SELECT path, size, modified_ns, status, fault, detail FROM files"
                " WHERE library = ? AND removed_at IS NULL ORDER BY number",
                (original,),
            ).fetchall()
            connection.executemany(
                "INSERT OR IGNORE INTO files (id, library, path, size, modified_ns, status, fault, detail, added_at,"
                " tokens, overlap) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (new_id(), library, *file[:3], *_state_of_copy(*file[3:]), now, *chunking)
                    for file in files
                ],
            )

        await self._database.run(copy)

    async def retry(self, file_id: FileId) -> None:
        """Have the file read once more: one that is ready from its beginning, any other where it stopped."""
        await self._update(
            "is_stale = max(is_stale, status = ?), status = ?, fault = NULL, detail = ''",
            (FileStatus.READY, FileStatus.WAITING),
            "id = ? AND status NOT IN (?, ?)",
            (file_id, FileStatus.READING, FileStatus.WAITING),
        )

    async def cancel(self, assistant_id: AssistantId) -> None:
        """Have no file of the assistant read any more."""
        await self._update(
            "status = ?, owner = ''",
            (FileStatus.CANCELLED,),
            "library = (SELECT number FROM libraries WHERE assistant_id = ?) AND status IN (?, ?)",
            (assistant_id, FileStatus.WAITING, FileStatus.READING),
        )

    async def remove(self, file_ids: Sequence[FileId]) -> None:
        """Take files off the list; what is being read stops, and waits for a ``restore``."""
        await self._remove(OF_IDS, (json.dumps(file_ids),))

    async def restore(self, file_ids: Sequence[FileId]) -> None:
        """Put removed files back."""
        await self._update("removed_at = NULL", (), OF_IDS, (json.dumps(file_ids),))

    async def assistants(self) -> list[AssistantId]:
        """The assistants that have a library."""
        return await self._database.read(
            lambda connection: [
                AssistantId(row[0]) for row in connection.execute("SELECT assistant_id FROM libraries")
            ]
        )

    async def remove_all(self, assistant_id: AssistantId) -> None:
        """Remove every file of an assistant."""
        await self._remove("library = (SELECT number FROM libraries WHERE assistant_id = ?)", (assistant_id,))

    async def chunking(self, assistant_id: AssistantId) -> Chunking:
        """How the texts of the library are cut."""

        def select(connection: sqlite3.Connection) -> Chunking:
            row = connection.execute(
                "SELECT tokens, overlap FROM libraries WHERE assistant_id = ?", (assistant_id,)
            ).fetchone()
            return Chunking(*row) if row else Chunking()

        return await self._database.read(select)

    async def set_chunking(self, assistant_id: AssistantId, chunking: Chunking) -> None:
        """Have the texts of the library cut otherwise."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE libraries SET tokens = ?, overlap = ? WHERE number = ?",
                (chunking.tokens, chunking.overlap, _library(connection, assistant_id)),
            )

        await self._database.run(save)

    async def source(self, file_id: FileId, page: int, line: int, fragment: str = "") -> Source | None:
        """The parts around ``page``, or around ``line`` in a file without pages; None when the file was removed.

        Of the several parts of a very long page or line it is the one that has ``fragment``.
        """

        def select(connection: sqlite3.Connection) -> Source | None:
            return _source(
                connection, file_id, lambda number: _part_at(connection, number, page, line, fragment)
            )

        return await self._database.read(select)

    async def source_at(self, file_id: FileId, part: int) -> Source | None:
        """The parts around the one with the number ``part``; None when the file was removed."""
        return await self._database.read(lambda connection: _source(connection, file_id, lambda _: part))

    async def _remove(self, condition: str, chosen: tuple[object, ...]) -> None:
        await self._update(
            "removed_at = ?, owner = '', status = iif(status = ?, ?, status)",
            (to_microseconds(self._clock()), FileStatus.READING, FileStatus.WAITING),
            f"{condition} AND removed_at IS NULL",
            chosen,
        )

    async def _update(
        self, values: str, parameters: tuple[object, ...], condition: str, chosen: tuple[object, ...]
    ) -> None:
        def update(connection: sqlite3.Connection) -> None:
            connection.execute(f"UPDATE files SET {values} WHERE {condition}", (*parameters, *chosen))

        await self._database.run(update)


def to_file(row: Sequence[object]) -> LibraryFile:
    """The value of a row of SELECT."""
    file_id, assistant_id, path, size, status, added_at, chunks, pages, fault, detail = row
    return LibraryFile(
        id=FileId(str(file_id)),
        assistant_id=AssistantId(str(assistant_id)),
        name=os.path.basename(str(path)),  # noqa: PTH119 - a tenth of a Path's time, of thousands
        path=str(path),
        size=int(str(size)),
        status=FileStatus(str(status)),
        added_at=to_time(int(str(added_at))),
        chunks=int(str(chunks)),
        pages=int(str(pages)),
        fault=FileFault(str(fault)) if fault else None,
        detail=str(detail),
    )


def _library(connection: sqlite3.Connection, assistant_id: AssistantId) -> int:
    """The number of an assistant's library, which is made when there is none."""
    row = connection.execute(
        "SELECT number FROM libraries WHERE assistant_id = ?", (assistant_id,)
    ).fetchone()
    if row:
        return int(row[0])
    usual = Chunking()
    cursor = connection.execute(
        "INSERT INTO libraries (assistant_id, tokens, overlap) VALUES (?, ?, ?)",
        (assistant_id, usual.tokens, usual.overlap),
    )
    number = int(cursor.lastrowid or 0)
    connection.execute(create_words(number))
    return number


def _add(connection: sqlite3.Connection, library: int, file: FoundFile, now: int) -> None:
    status = FileStatus.FAILED if file.fault else FileStatus.WAITING
    path, detail = storable(file.path), storable(file.detail)
    old = connection.execute(
        "SELECT number, status, size, modified_ns, is_whole, fault FROM files WHERE library = ? AND path = ?",
        (library, path),
    ).fetchone()
    if old is None:
        connection.execute(
            "INSERT INTO files (id, library, path, size, modified_ns, status, fault, detail, added_at, tokens, overlap)"
            " SELECT ?, number, ?, ?, ?, ?, ?, ?, ?, tokens, overlap FROM libraries WHERE number = ?",
            (new_id(), path, file.size, file.modified_ns, status, file.fault, detail, now, library),
        )
        return
    number, old_status, size, modified_ns, is_whole, fault = old
    connection.execute("UPDATE files SET removed_at = NULL WHERE number = ?", (number,))
    is_changed = (size, modified_ns) != (file.size, file.modified_ns)
    if old_status == FileStatus.WAITING and is_changed and not file.fault:
        # Who takes the text over from elsewhere, or cuts the one that is here, does not look at the file.
        connection.execute("UPDATE files SET is_stale = 1 WHERE number = ?", (number,))
    if old_status in {FileStatus.WAITING, FileStatus.READING} or (
        old_status == FileStatus.READY and not is_changed and not fault
    ):
        return  # who reads it notices a change, and so does who has read it
    if file.fault and is_whole:  # what was read once is kept
        status, is_changed = FileStatus.READY, False
    connection.execute(
        "UPDATE files SET status = ?, fault = ?, detail = ?, is_stale = max(is_stale, ?) WHERE number = ?",
        (status, file.fault, detail, is_changed, number),
    )


def _state_of_copy(status: str, fault: str | None, detail: str) -> tuple[str, str | None, str]:
    """Status, fault and detail: what failed has failed, what was cancelled is not read either."""
    if status in {FileStatus.FAILED, FileStatus.CANCELLED}:
        return status, fault, detail
    return FileStatus.WAITING, None, ""


def _source(connection: sqlite3.Connection, file_id: FileId, part_in: Callable[[int], int]) -> Source | None:
    """The parts around the one that ``part_in`` names in the file with a number."""
    row = connection.execute(f"{SELECT} WHERE f.id = ? AND f.removed_at IS NULL", (file_id,)).fetchone()
    if row is None:
        return None
    number, part_count = connection.execute(
        "SELECT number, part_count FROM files WHERE id = ?", (file_id,)
    ).fetchone()
    middle = part_in(number)
    first = max(0, middle - PARTS_AROUND)
    parts = connection.execute(
        "SELECT page, line, text FROM parts WHERE file = ? AND number BETWEEN ? AND ? ORDER BY number",
        (number, first, middle + PARTS_AROUND),
    )
    read = tuple(SourcePart(page, line, unpacked(text)) for page, line, text in parts)
    return Source(to_file(row), read, first, part_count)


def _part_at(connection: sqlite3.Connection, file: int, page: int, line: int, fragment: str) -> int:
    """The part of a place: of several that are there the first one with ``fragment``, else the first one."""
    key, place = ("page", page) if page else ("line", line)
    condition = f"file = ? AND {key} = (SELECT max({key}) FROM parts WHERE file = ? AND {key} <= ?)"
    first, count = connection.execute(
        f"SELECT coalesce(min(number), 0), count(*) FROM parts WHERE {condition}", (file, file, place)
    ).fetchone()
    if count > 1:
        parts = connection.execute(
            f"SELECT number, text FROM parts WHERE {condition} ORDER BY number", (file, file, place)
        )
        first = next((number for number, text in parts if fragment in unpacked(text)), first)
    return int(first)
