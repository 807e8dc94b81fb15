"""The queue of files to read: one after another, in one child process, as long as there are any."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace

from desktop_app.documents.reader import DocumentReader
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.documents.wire import Part, Piece
from desktop_app.domain.chunks import Chunk
from desktop_app.domain.files import FileId, SourcePart
from desktop_app.domain.ids import AssistantId
from desktop_app.store.file_reading import (
    CutPart,
    FileReading,
    FileTask,
    NotWantedError,
    Twin,
    WordedChunk,
)

log = logging.getLogger(__name__)

CHUNKS_AT_ONCE = 100
COMMIT_S = 1.0
TEXTS_AT_ONCE = 20


class FileQueue:
    """Reads what ``reading`` gives it.  ``run`` is a task of the owner's.

    ``on_change`` hears which file of which assistant went on.
    """

    def __init__(
        self,
        reading: FileReading,
        reader: DocumentReader,
        is_alive: Callable[[str], bool],
        on_change: Callable[[AssistantId, FileId], None],
    ) -> None:
        self._reading = reading
        self._reader = reader
        self._is_alive = is_alive
        self._on_change = on_change
        self._current: tuple[FileTask, asyncio.Task[None]] | None = None
        self.fraction: tuple[FileId, float] | None = None

    async def run(self) -> None:
        """Read until nothing waits.  Raises StoreError, and OSError when no process can be started."""
        try:
            while task := await self._reading.take(self._is_alive):
                self._on_change(task.assistant_id, task.file_id)
                await self._run_one(task)
                self._on_change(task.assistant_id, task.file_id)
        finally:
            await self._reader.end()

    async def close(self) -> None:
        """End the process, also when ``run`` was cancelled while it waited for that."""
        await self._reader.end()

    def stop_reading(self, is_meant: Callable[[FileTask], bool]) -> None:
        """Drop the file that is being read, if it is meant; the store does not want it any more."""
        if self._current and is_meant(self._current[0]):
            self._current[1].cancel()

    async def _run_one(self, task: FileTask) -> None:
        """As a task of its own, which can be stopped while the queue goes on."""
        working = asyncio.create_task(self._work(task), name=f"reading {task.file_id}")
        self._current = task, working
        try:
            await asyncio.wait((working,))
        finally:
            self._current = self.fraction = None
            if not working.done():
                working.cancel()
                await asyncio.wait((working,))
        if not working.cancelled() and (error := working.exception()):
            raise error

    async def _work(self, task: FileTask) -> None:
        try:
            if task.is_whole and not task.is_stale:
                await self._cut(task)
            elif not await self._take_text(task):  # it is not the file any more whose first parts are here
                await self._read(replace(task, is_stale=True))
            await self._reading.finish(task)
        except NotWantedError:
            log.info("a file was removed or cancelled while it was read")
        except UnreadableError as error:
            log.info("a file cannot be read: %s", error.fault)
            with suppress(NotWantedError):
                await self._reading.fail(task, error.fault, error.detail)

    async def _take_text(self, task: FileTask) -> bool:
        """From another library that has it, else from the file; False when what is there is of another text.

        What is stale is read from the file: the other library may have the old text, too.
        """
        if not (task.is_whole or task.is_stale) and (twin := await self._reading.twin(task)):
            return await self._copy(task, twin)
        return await self._read(task)

    async def _copy(self, task: FileTask, twin: Twin) -> bool:
        """Take over the parts of the twin that are not here yet; False when it is none any more."""
        done = task.part_count
        if done == 0:
            await self._reading.begin(task, task.size, task.modified_ns)
        async with aclosing(self._reading.twin_parts(task, twin, done, TEXTS_AT_ONCE)) as batches:
            async for parts in batches:
                await self._reading.store(task, parts)
                done += len(parts)
                self.fraction = task.file_id, done / twin.part_count
                self._on_change(task.assistant_id, task.file_id)
        return done == twin.part_count

    async def _read(self, task: FileTask) -> bool:
        """Read the file on from what is there of it, or anew when that is stale; False when it turns out to be."""
        first = 0 if task.is_stale else task.page_count or task.part_count
        batch = _Batch()
        async with aclosing(self._reader.read(task.path, first, task.chunking)) as replies:
            async for reply in replies:
                if isinstance(reply, Part):
                    if batch.is_full and not batch.is_within_page(reply):
                        await self._store(task, batch)
                        batch = _Batch()
                    batch.add(reply)
                elif first == 0:
                    if task.is_stale:
                        await self._reading.drop_content(task)
                    await self._reading.begin(task, reply.size, reply.modified_ns)
                elif (reply.size, reply.modified_ns) != (task.size, task.modified_ns):
                    return False
        await self._store(task, batch)
        return True

    async def _store(self, task: FileTask, batch: "_Batch") -> None:
        if batch.parts:
            await self._reading.store(task, batch.parts)
            self.fraction = task.file_id, batch.fraction
            self._on_change(task.assistant_id, task.file_id)

    async def _cut(self, task: FileTask) -> None:
        """Make the chunks of parts that are stored."""
        done = task.cut_parts
        if not task.is_cut_so:
            await self._reading.begin_cut(task)
            done = 0
        while texts := await self._reading.texts(task, done, TEXTS_AT_ONCE):
            cut = await self._reader.cut(texts, task.chunking)
            await self._reading.store_chunks(task, done, [(part.words, _chunks(part.pieces)) for part in cut])
            done += len(texts)
            self.fraction = task.file_id, done / task.part_count
            self._on_change(task.assistant_id, task.file_id)


class _Batch:
    """Parts for one transaction: small enough for a moment, large enough not to wait for the disk at each.

    A page is stored as a whole, so that reading can go on with the next one.
    """

    def __init__(self) -> None:
        self.parts: list[CutPart] = []
        self.fraction = 0.0
        self._chunks = 0
        self._began_s = time.monotonic()

    @property
    def is_full(self) -> bool:
        return self._chunks >= CHUNKS_AT_ONCE or time.monotonic() - self._began_s >= COMMIT_S

    def is_within_page(self, part: Part) -> bool:
        """Whether ``part``, which comes next, is of the page that the last one was of."""
        return bool(self.parts) and 0 < part.page == self.parts[-1].part.page

    def add(self, part: Part) -> None:
        read = SourcePart(part.page, part.line, part.text)
        self.parts.append(CutPart(read, part.words, _chunks(part.pieces)))
        self.fraction = part.fraction
        self._chunks += len(part.pieces)


def _chunks(pieces: Sequence[Piece]) -> list[WordedChunk]:
    return [
        WordedChunk(Chunk(piece.start, piece.stop, piece.line), piece.first_word, piece.last_word)
        for piece in pieces
    ]
