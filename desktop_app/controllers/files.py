"""The files of assistants: read in a child process, kept for the search, searched.

They belong to one assistant on this machine; a copy of it made here has the same, exports carry none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.controllers.facts import Fact, FilesChanged
from desktop_app.controllers.file_queue import FileQueue
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.documents.folders import found_files
from desktop_app.documents.reader import DocumentReader
from desktop_app.documents.words import WordForms
from desktop_app.domain.errors import StoreError
from desktop_app.domain.files import Chunking, FileId, FileStatus, Fragment, LibraryFile, Source
from desktop_app.domain.ids import AssistantId
from desktop_app.store.database import Database
from desktop_app.store.file_library import FileLibrary
from desktop_app.store.file_reading import FileReading
from desktop_app.store.file_schema import FILE_MIGRATIONS
from desktop_app.store.file_search import has_files, search
from desktop_app.store.ownership import ProcessMark

log = logging.getLogger(__name__)

REMOVED_KEPT = timedelta(days=30)
TOLD_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class _Open:
    """The library's parts, open: searches have a connection and a thread of their own, beside the one that writes."""

    database: Database
    searched: Database
    library: FileLibrary
    reading: FileReading
    queue: FileQueue
    words: WordForms

    async def aclose(self) -> None:
        await self.queue.close()
        await self.searched.close()
        await self.database.close()


class FilesController:
    """Lives on the worker's loop; ``report`` tells FilesChanged, at most a few times a second for each assistant.

    ``folder`` gets a database of its own with the first file.  ``mark`` names this process to others that read the same
    library; ``is_kept`` says whether an assistant still exists: the files of one that is gone are removed.
    """

    def __init__(
        self,
        folder: Path,
        report: Callable[[Fact], None],
        mark: ProcessMark,
        is_kept: Callable[[AssistantId], Awaitable[bool]],
    ) -> None:
        self._path = folder / "files.db"
        self._mark = mark
        self._is_kept = is_kept
        self._telling = _Telling(report)
        self._tasks = TaskOwner(lambda error: log.error("reading files ended", exc_info=error))
        self._opening: asyncio.Task[_Open] | None = None
        self._wanted = asyncio.Event()

    async def start(self) -> None:
        """Go on with what an earlier program left waiting or half read; returns at once."""
        if self._path.exists():
            self._tasks.start(self._go_on(), "going on with files")

    async def close(self) -> None:
        """Stop reading; what was read stays, the rest waits for the next start."""
        await self._tasks.stop()
        self._telling.close()
        if self._opening:
            with suppress(StoreError):  # it could not be opened, or there is no room to write
                parts = await self._opening
                async with aclosing(parts):
                    await parts.reading.release()

    async def files(
        self, assistant_id: AssistantId, file_ids: Collection[FileId] | None = None
    ) -> list[LibraryFile]:
        """The library of an assistant, or some of its files, in the order they were added.  Raises StoreError."""
        if not self._path.exists():
            return []
        parts = await self._open()
        files = await parts.library.files(assistant_id, file_ids)
        if any(file.status in (FileStatus.WAITING, FileStatus.READING) for file in files):
            self._wanted.set()  # another process may have left it
        reading, fraction = parts.queue.fraction or ("", 0.0)
        return [
            replace(file, fraction=fraction)
            if file.id == reading and file.status is FileStatus.READING  # it may be done already
            else file
            for file in files
        ]

    async def add(self, assistant_id: AssistantId, paths: Sequence[Path]) -> list[LibraryFile]:
        """Add files, and those in folders; they are read one after another.  One that is there already is read anew.

        Returns the library once they are in the list.  What cannot be read is in it with its fault; one that has not
        changed since it was read is not read again.  Raises StoreError, TooManyFilesError.
        """
        found = await asyncio.to_thread(found_files, paths)
        parts = await self._open()
        await parts.library.add(assistant_id, found)
        self._changed({assistant_id})
        return await self.files(assistant_id)

    async def copy(self, source: AssistantId, target: AssistantId) -> None:
        """Give an assistant the files of another, and its chunking; what was read is not read again.

        Raises StoreError.
        """
        if not self._path.exists():
            return
        parts = await self._open()
        await parts.library.copy(source, target)
        self._changed({target})

    async def retry(self, file_id: FileId) -> None:
        """Read a file once more."""
        parts = await self._open()
        await parts.library.retry(file_id)
        self._changed(await parts.library.owners([file_id]))

    async def cancel(self, assistant_id: AssistantId) -> None:
        """Stop reading what is being read or waits; what is ready stays."""
        parts = await self._open()
        await parts.library.cancel(assistant_id)
        parts.queue.stop_reading(lambda task: task.assistant_id == assistant_id)
        self._changed({assistant_id})

    async def remove(self, file_ids: Sequence[FileId]) -> None:
        """Take files out of their library; ``restore`` brings them back for 30 days."""
        parts = await self._open()
        await parts.library.remove(file_ids)
        parts.queue.stop_reading(lambda task: task.file_id in file_ids)
        self._changed(await parts.library.owners(file_ids))

    async def restore(self, file_ids: Sequence[FileId]) -> None:
        """Put removed files back."""
        parts = await self._open()
        await parts.library.restore(file_ids)
        self._changed(await parts.library.owners(file_ids))

    async def chunking(self, assistant_id: AssistantId) -> Chunking:
        """How the texts of the library are cut."""
        return (
            await (await self._open()).library.chunking(assistant_id) if self._path.exists() else Chunking()
        )

    async def set_chunking(self, assistant_id: AssistantId, chunking: Chunking) -> None:
        """Cut the texts otherwise; they are indexed anew, from what was read.  Each is found until its turn comes."""
        parts = await self._open()
        await parts.library.set_chunking(assistant_id, chunking)
        self._changed({assistant_id})

    async def search(self, assistant_id: AssistantId, query: str, limit: int) -> list[Fragment]:
        """The best fragments for ``query``, best first, in Russian and English word forms.  Raises StoreError."""
        if not self._path.exists():
            return []
        parts = await self._open()
        stems = parts.words.stems(query)
        return await parts.searched.read(lambda connection: search(connection, assistant_id, stems, limit))

    async def has_files(self, assistant_id: AssistantId) -> bool:
        """Whether a search could find anything."""
        if not self._path.exists():
            return False
        parts = await self._open()
        return await parts.searched.read(lambda connection: has_files(connection, assistant_id))

    async def source(self, file_id: FileId, page: int, line: int, fragment: str = "") -> Source | None:
        """The text around the place of a ``fragment``, None when the file is not in the library, or not any more."""
        if not self._path.exists():
            return None
        return await (await self._open()).library.source(file_id, page, line, fragment)

    async def source_at(self, file_id: FileId, part: int) -> Source | None:
        """The text around a part, counted from 0; None when the file is not in the library any more."""
        if not self._path.exists():
            return None
        return await (await self._open()).library.source_at(file_id, part)

    def _changed(self, assistants: set[AssistantId]) -> None:
        """Files were changed by the user: say so, and see to what is to be read."""
        for assistant_id in assistants:
            self._telling.tell(assistant_id)
        self._wanted.set()

    async def _open(self) -> _Open:
        """The parts, opened by the first who asks; who fails to open them leaves it to the next.  Raises StoreError."""
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(self._opened(), name="opening the file library")
        return await asyncio.shield(self._opening)

    async def _opened(self) -> _Open:
        backups = self._path.parent / "backups"
        database, searched = (Database(self._path, backups, migrations=FILE_MIGRATIONS) for _ in range(2))
        await database.open()
        try:
            await searched.open()
        except BaseException:
            await database.close()
            raise
        reading = FileReading(database, self._mark.token)
        queue = FileQueue(reading, DocumentReader(), self._mark.is_alive, self._telling.tell)
        self._tasks.start(self._read(queue), "reading files")
        return _Open(database, searched, FileLibrary(database), reading, queue, WordForms())

    async def _read(self, queue: FileQueue) -> None:
        """Read whenever there is something; what fails for want of room or of a process is tried at the next wish."""
        while await self._wanted.wait():
            self._wanted.clear()
            try:
                await queue.run()
            except (StoreError, OSError):
                log.exception("files cannot be read now")

    async def _go_on(self) -> None:
        parts = await self._open()
        for assistant_id in await parts.library.assistants():
            if not await self._is_kept(assistant_id):
                await parts.library.remove_all(assistant_id)
        self._wanted.set()
        await parts.reading.purge(datetime.now(UTC) - REMOVED_KEPT)


class _Telling:
    """Tells FilesChanged at once, and again after a while when there was more."""

    def __init__(self, report: Callable[[Fact], None]) -> None:
        self._report = report
        self._resting: dict[AssistantId, asyncio.TimerHandle] = {}
        self._again: dict[AssistantId, FilesChanged] = {}

    def tell(self, assistant_id: AssistantId, file_id: FileId | None = None) -> None:
        """A file is another now; None: the list is."""
        changed = FilesChanged(assistant_id, None if file_id is None else frozenset((file_id,)))
        if assistant_id in self._resting:
            before = self._again.get(assistant_id)
            self._again[assistant_id] = _both(before, changed) if before else changed
        else:
            self._tell(changed)

    def _tell(self, changed: FilesChanged) -> None:
        assistant_id = changed.assistant_id
        self._report(changed)
        self._resting[assistant_id] = asyncio.get_running_loop().call_later(
            TOLD_EVERY_S, self._rested, assistant_id
        )

    def close(self) -> None:
        for resting in self._resting.values():
            resting.cancel()

    def _rested(self, assistant_id: AssistantId) -> None:
        del self._resting[assistant_id]
        if changed := self._again.pop(assistant_id, None):
            self._tell(changed)


def _both(first: FilesChanged, second: FilesChanged) -> FilesChanged:
    if first.file_ids is None or second.file_ids is None:
        return replace(first, file_ids=None)
    return replace(first, file_ids=first.file_ids | second.file_ids)
