"""What the user wants with files and search indexes at a service: to see them, send, index and delete them."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.facts import RemoteFilesProgressed
from desktop_app.domain.errors import RunError
from desktop_app.domain.files import Chunking
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote_files import RemoteIndex

Work = Callable[[], Coroutine[Any, Any, object]]


class RemoteFileIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, tells errors in values and hands it the facts.

    One thing is done at a time.  ``listed(str, list, list)``: the connection's id, its RemoteFiles and RemoteIndexes,
    whenever they were read again.  ``progressed(RemoteFilesProgressed)``.  ``made(str, str)``: an index is ready; the
    connection's id and its own.  ``ended(str, RunError | None)``: what was asked for of the connection is over, and
    why it failed.
    """

    listed = Signal(str, list, list)
    progressed = Signal(object)
    made = Signal(str, str)
    ended = Signal(str, object)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[Any] | None],
        answer: Callable[[Exception], RunError],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._answer = answer
        self._doing: asyncio.Task[Any] | None = None

    def take(self, fact: RemoteFilesProgressed) -> None:
        """Something went on; what comes after its end, up to a frame late, is not told any more."""
        if self._doing is not None and not self._doing.done():
            self.progressed.emit(fact)

    def list(self, connection_id: str) -> None:
        """Read what is there."""
        self._begin(ConnectionId(connection_id), None, "files at a service")

    def upload(self, connection_id: str, paths: Sequence[Path]) -> None:
        """Send files."""
        known = ConnectionId(connection_id)
        self._begin(known, partial(self._backend.remote_files.upload, known, paths), "upload files")

    def make_index(self, connection_id: str, name: str, file_ids: Sequence[str], chunking: Chunking) -> None:
        """Let a search index be made of files there, and wait until it is ready."""
        known = ConnectionId(connection_id)
        making = partial(self._backend.remote_files.make_index, known, name, file_ids, chunking)
        self._begin(known, making, "make an index")

    def delete_file(self, connection_id: str, remote_id: str) -> None:
        """Delete a file there."""
        known = ConnectionId(connection_id)
        self._begin(known, partial(self._backend.remote_files.delete_file, known, remote_id), "delete a file")

    def delete_index(self, connection_id: str, remote_id: str) -> None:
        """Delete a search index there."""
        known = ConnectionId(connection_id)
        deleting = partial(self._backend.remote_files.delete_index, known, remote_id)
        self._begin(known, deleting, "delete an index")

    def cancel(self) -> None:
        """Give up what is being done."""
        if self._doing is not None:
            self._doing.cancel()

    def _begin(self, connection_id: ConnectionId, work: Work | None, name: str) -> None:
        self.cancel()
        self._doing = self._start(self._do(connection_id, work), name)

    async def _do(self, connection_id: ConnectionId, work: Work | None) -> None:
        """Do what is wanted, and read what is there then, whatever came of it."""
        error = None
        try:
            if work is not None:
                made = await self._backend.worker.ask(work())
                if isinstance(made, RemoteIndex):
                    self.made.emit(connection_id, made.remote_id)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the dialog says it
            error = self._answer(failure)
        except asyncio.CancelledError:
            self._end(connection_id, None)
            raise
        await self._read(connection_id, error)

    async def _read(self, connection_id: ConnectionId, error: RunError | None) -> None:
        try:
            listing = self._backend.remote_files.list(connection_id)
            files, indexes = await self._backend.worker.ask(listing)
            self.listed.emit(connection_id, files, indexes)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the dialog says it
            error = error or self._answer(failure)
        finally:
            self._end(connection_id, error)

    def _end(self, connection_id: ConnectionId, error: RunError | None) -> None:
        if self._doing is asyncio.current_task():  # else something else took its place and goes on
            self.ended.emit(connection_id, error)
