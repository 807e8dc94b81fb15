"""What the user wants with files and search indexes at a service: to see them, send, index and delete them."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class LeftWork:
    """What ended after its panel was closed: ``files`` were to be sent, or the index ``index`` to be made.

    Neither: something was to be deleted.  ``error`` says why it was not done.
    """

    files: int = 0
    index: str = ""
    error: RunError | None = None


@dataclass(slots=True)
class _Doing:
    """What goes on at a connection: how far it has come, and whether the panel that wanted it is gone.

    ``problem`` is why it failed, or why what is there could not be read then.
    """

    about: LeftWork
    task: asyncio.Task[Any] | None = None
    progress: RemoteFilesProgressed | None = None
    is_left: bool = False
    problem: RunError | None = None


class RemoteFileIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, tells errors in values and hands it the facts.

    One thing is done at a time at each connection, and goes on when the panel that wanted it is closed; only reading
    ends with it.

    ``listed(str, list, list)``: the connection's id, its RemoteFiles and RemoteIndexes, whenever they were read again.
    ``progressed(RemoteFilesProgressed)``.  ``made(str, str)``: an index is ready; the connection's id and its own.
    ``ended(str, RunError | None)``: what was asked for of the connection is over, and why it failed.
    ``left_ended(LeftWork)``: so is what was left behind.
    """

    listed = Signal(str, list, list)
    progressed = Signal(object)
    made = Signal(str, str)
    ended = Signal(str, object)
    left_ended = Signal(object)

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
        self._doing: dict[ConnectionId, _Doing] = {}
        self._reading: asyncio.Task[Any] | None = None

    def take(self, fact: RemoteFilesProgressed) -> None:
        """Something went on; what comes after its end, up to a frame late, is not told any more."""
        if doing := self._doing.get(fact.connection_id):
            doing.progress = fact
            self.progressed.emit(fact)

    def list(self, connection_id: str) -> None:
        """Read what is there; who reads is told of what goes on there, too."""
        known = ConnectionId(connection_id)
        self._stop_reading()
        self._reading = self._start(self._list(known), "files at a service")
        if doing := self._doing.get(known):
            doing.is_left = False
            if doing.progress:
                self.progressed.emit(doing.progress)

    def upload(self, connection_id: str, paths: Sequence[Path]) -> None:
        """Send files."""
        known = ConnectionId(connection_id)
        sending = partial(self._backend.remote_files.upload, known, paths)
        self._begin(known, sending, "upload files", LeftWork(files=len(paths)))

    def make_index(self, connection_id: str, name: str, file_ids: Sequence[str], chunking: Chunking) -> None:
        """Let a search index be made of files there, and wait until it is ready."""
        known = ConnectionId(connection_id)
        making = partial(self._backend.remote_files.make_index, known, name, file_ids, chunking)
        self._begin(known, making, "make an index", LeftWork(index=name))

    def delete_file(self, connection_id: str, remote_id: str) -> None:
        """Delete a file there."""
        known = ConnectionId(connection_id)
        deleting = partial(self._backend.remote_files.delete_file, known, remote_id)
        self._begin(known, deleting, "delete a file", LeftWork())

    def delete_index(self, connection_id: str, remote_id: str) -> None:
        """Delete a search index there."""
        known = ConnectionId(connection_id)
        deleting = partial(self._backend.remote_files.delete_index, known, remote_id)
        self._begin(known, deleting, "delete an index", LeftWork())

    def cancel(self, connection_id: str) -> None:
        """Give up what is being done at the connection, or read."""
        doing = self._doing.get(ConnectionId(connection_id))
        if doing is None:
            self._stop_reading()
            self.ended.emit(connection_id, None)
        elif doing.task is not None:
            doing.task.cancel()

    def leave(self) -> None:
        """The panel is gone, or shows another connection: let what is being done go on, and tell its end elsewhere."""
        self._stop_reading()
        for doing in self._doing.values():
            doing.is_left = True

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _begin(self, connection_id: ConnectionId, work: Work, name: str, about: LeftWork) -> None:
        if connection_id in self._doing:  # the panel shows that it goes on
            return
        self._stop_reading()
        doing = _Doing(about)
        if task := self._start(self._do(connection_id, doing, work), name):
            doing.task = task
            self._doing[connection_id] = doing
            task.add_done_callback(lambda _: self._end(connection_id, doing))

    async def _do(self, connection_id: ConnectionId, doing: _Doing, work: Work) -> None:
        """Do what is wanted, and read what is there then, whatever came of it."""
        try:
            made = await self._backend.worker.ask(work())
            if isinstance(made, RemoteIndex):
                self.made.emit(connection_id, made.remote_id)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the window says it
            doing.about = replace(doing.about, error=self._answer(failure))
        unread = await self._read(connection_id)
        doing.problem = doing.about.error or unread

    def _end(self, connection_id: ConnectionId, doing: _Doing) -> None:
        del self._doing[connection_id]
        self.ended.emit(connection_id, doing.problem)
        if doing.is_left and doing.task is not None and not doing.task.cancelled():
            self.left_ended.emit(doing.about)

    async def _list(self, connection_id: ConnectionId) -> None:
        error = await self._read(connection_id)
        self._reading = None
        if connection_id not in self._doing:
            self.ended.emit(connection_id, error)

    async def _read(self, connection_id: ConnectionId) -> RunError | None:
        """Why it failed, if it did."""
        try:
            listing = self._backend.remote_files.list(connection_id)
            files, indexes = await self._backend.worker.ask(listing)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the dialog says it
            return self._answer(failure)
        self.listed.emit(connection_id, files, indexes)
        return None
