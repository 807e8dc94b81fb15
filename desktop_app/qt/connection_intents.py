"""What the user wants with connections: listing, saving, testing, deleting them, as their dialog asks for it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept, Secret

KEYRING_PATIENCE_S = 0.5

Work = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True)
class ConnectionsListed:
    """Everything the connections dialog shows."""

    connections: list[Connection]
    keys: dict[ConnectionId, Kept]
    users: dict[ConnectionId, list[str]]
    kept: Kept
    reason: str


class ConnectionIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks and tells errors in values.

    ``listed(ConnectionsListed)``; ``saved(Connection, Kept | None)``: as it is kept, and where its key went;
    ``tested(str, ConnectionReport)``; ``failed(str, RunError)``: a save, a test or a deletion of a connection.
    """

    listed = Signal(object)
    saved = Signal(object, object)
    tested = Signal(str, object)
    failed = Signal(str, object)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], object],
        answer: Callable[[Exception], RunError],
        changed: Callable[[], Work],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._answer = answer
        self._changed = changed

    def read(self) -> None:
        """Read the connections for their dialog."""
        self._start(self._read(), "read connections")

    async def _read(self) -> None:
        records = self._backend.connection_records
        connections = await records.connections()
        users = {connection.id: await records.users(connection.id) for connection in connections}
        asked = asyncio.wrap_future(self._backend.worker.call(self._backend.connections.kept_keys()))
        await asyncio.wait([asked], timeout=KEYRING_PATIENCE_S)
        if not asked.done():  # it asks the user something, perhaps; the rest can be looked at meanwhile
            self.listed.emit(ConnectionsListed(connections, {}, users, Kept.KEYRING, ""))
        keys = await asked
        state = await self._backend.worker.ask(self._backend.connections.secret_state())
        self.listed.emit(ConnectionsListed(connections, keys, users, state.kept, state.reason))

    def save(self, connection: Connection, key: Secret | None) -> None:
        """Add or change a connection; ``key`` None keeps the stored one."""
        self._start(self._save(connection, key), "save connection")

    async def _save(self, connection: Connection, key: Secret | None) -> None:
        try:
            saved, kept = await self._backend.worker.ask(self._backend.connections.save(connection, key))
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.failed.emit(connection.id, self._answer(error))
            return
        await self._read()
        self.saved.emit(saved, kept)
        await self._changed()

    def test(self, connection: Connection, key: Secret | None) -> None:
        """Try a connection as it stands in the dialog."""
        self._start(self._test(connection, key), "test connection")

    async def _test(self, connection: Connection, key: Secret | None) -> None:
        try:
            report = await self._backend.worker.ask(self._backend.connections.test(connection, key))
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.failed.emit(connection.id, self._answer(error))
        else:
            self.tested.emit(connection.id, report)

    def delete(self, connection_id: str) -> None:
        """Delete a connection together with its key."""
        self._start(self._delete(ConnectionId(connection_id)), "delete connection")

    async def _delete(self, connection_id: ConnectionId) -> None:
        try:
            await self._backend.worker.ask(self._backend.connections.remove(connection_id))
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.failed.emit(connection_id, self._answer(error))
            return
        await self._read()
        await self._changed()
