"""What the user wants with the files of an assistant: adding, removing, reading again, trying the search."""

from collections.abc import Callable, Collection, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.facts import FilesChanged
from desktop_app.domain.errors import DatabaseDamagedError, RunError
from desktop_app.domain.files import Chunking, FileId, LibraryDamagedError
from desktop_app.domain.ids import AssistantId

REFRESH_MS = 250

Work = Coroutine[Any, Any, None]


class FileIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, tells errors in values and hands it what changed.

    It tells of one library at a time, that of the assistant which is watched, at most four times a second.
    ``listed(str, list)``: the assistant's id and its LibraryFiles; ``changed(str, list)``: those of them that are
    different now.  ``chunking_read(str, Chunking)``.
    ``found(str, str, list)``: the assistant's id, what was searched for, and the Fragments, best first.
    ``failed(RunError)``: something the user asked for did not happen.
    """

    listed = Signal(str, list)
    changed = Signal(str, list)
    chunking_read = Signal(str, object)
    found = Signal(str, str, list)
    failed = Signal(object)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        answer: Callable[[Exception], RunError],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._answer = answer
        self._watched: AssistantId | None = None
        self._is_asking = self._is_stale = False
        self._changed: set[FileId] = set()
        self._pause = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._pause.timeout.connect(self._ask_soon)

    # -- reading

    def watch(self, assistant_id: AssistantId | None) -> None:
        """Tell of the library of this assistant from now on, of none with None."""
        self._watched = assistant_id
        if assistant_id is not None:
            self._want_list(assistant_id)
            self._begin(partial(self._read_chunking, assistant_id), "chunking")

    def unwatch(self) -> None:
        """Nobody looks at a library any more."""
        self._watched = None

    def take(self, fact: FilesChanged) -> None:
        """Files of an assistant changed."""
        if fact.file_ids is None:
            self._want_list(fact.assistant_id)
        elif fact.assistant_id == self._watched:
            self._changed |= fact.file_ids
            self._ask_soon()

    def _want_list(self, assistant_id: AssistantId) -> None:
        if assistant_id == self._watched:
            self._is_stale = True
            self._ask_soon()

    def _ask_soon(self) -> None:
        if not self._is_asking and not self._pause.isActive() and (self._is_stale or self._changed):
            self._ask()

    def _ask(self) -> None:
        if self._watched is not None:
            wanted = None if self._is_stale else self._changed
            self._is_asking, self._is_stale, self._changed = True, False, set()
            self._begin(partial(self._read, self._watched, wanted), "files")

    async def _read(self, assistant_id: AssistantId, wanted: Collection[FileId] | None) -> None:
        """Tell of the ``wanted`` files, of all with None."""
        try:
            files = await self._backend.worker.ask(self._backend.files.files(assistant_id, wanted))
        finally:
            self._is_asking = False
            self._pause.start()
        if assistant_id == self._watched:
            told = self.listed if wanted is None else self.changed
            told.emit(assistant_id, files)

    async def _read_chunking(self, assistant_id: AssistantId) -> None:
        chunking = await self._backend.worker.ask(self._backend.files.chunking(assistant_id))
        if assistant_id == self._watched:
            self.chunking_read.emit(assistant_id, chunking)

    def search(self, assistant_id: AssistantId, query: str, limit: int) -> None:
        """Look for the best fragments; ``found`` brings them."""
        self._begin(partial(self._search, assistant_id, query, limit), "try a search")

    async def _search(self, assistant_id: AssistantId, query: str, limit: int) -> None:
        fragments = await self._backend.worker.ask(self._backend.files.search(assistant_id, query, limit))
        self.found.emit(assistant_id, query, fragments)

    # -- changing

    def add(self, assistant_id: AssistantId, paths: Sequence[Path]) -> None:
        """Add files, and those in folders."""
        self._change(assistant_id, partial(self._backend.files.add, assistant_id, paths), "add files")

    def remove(self, assistant_id: AssistantId, file_ids: Sequence[FileId]) -> None:
        """Take files out of the library; ``restore`` brings them back."""
        self._change(assistant_id, partial(self._backend.files.remove, file_ids), "remove files")

    def restore(self, assistant_id: AssistantId, file_ids: Sequence[FileId]) -> None:
        """Put removed files back."""
        self._change(assistant_id, partial(self._backend.files.restore, file_ids), "restore files")

    def retry(self, assistant_id: AssistantId, file_ids: Sequence[FileId]) -> None:
        """Read files once more."""
        self._change(assistant_id, partial(self._retry, file_ids), "read files again")

    async def _retry(self, file_ids: Sequence[FileId]) -> None:
        for file_id in file_ids:
            await self._backend.files.retry(file_id)

    def cancel(self, assistant_id: AssistantId) -> None:
        """Stop reading; what is ready stays."""
        self._change(assistant_id, partial(self._backend.files.cancel, assistant_id), "stop reading files")

    def set_chunking(self, assistant_id: AssistantId, chunking: Chunking) -> None:
        """Cut the texts of the library otherwise."""
        self._begin(partial(self._set_chunking, assistant_id, chunking), "set chunking")

    async def _set_chunking(self, assistant_id: AssistantId, chunking: Chunking) -> None:
        await self._backend.worker.ask(self._backend.files.set_chunking(assistant_id, chunking))
        self._want_list(assistant_id)
        await self._read_chunking(assistant_id)

    def _change(
        self, assistant_id: AssistantId, work: Callable[[], Coroutine[Any, Any, object]], name: str
    ) -> None:
        async def change() -> None:
            await self._backend.worker.ask(work())
            self._want_list(assistant_id)

        self._begin(change, name)

    def _begin(self, work: Callable[[], Work], name: str) -> None:
        self._start(self._answered(work), name)

    async def _answered(self, work: Callable[[], Work]) -> None:
        try:
            await work()
        except DatabaseDamagedError as error:
            self.failed.emit(self._answer(LibraryDamagedError(error.detail)))
        except Exception as error:  # noqa: BLE001 - whatever it was, the panel says it
            self.failed.emit(self._answer(error))
