"""What the user wants with connections: listing, saving, ordering, testing, deleting and finding them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.offers import offers, secret_of
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.offers import Offer
from desktop_app.domain.secret import Kept, Secret

KEYRING_PATIENCE_S = 0.5

Work = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True)
class ConnectionsListed:
    """Everything the connections dialog shows; ``passwords`` are those of the connections' own proxies."""

    connections: list[Connection]
    keys: dict[ConnectionId, Kept]
    passwords: dict[ConnectionId, Kept]
    users: dict[ConnectionId, list[str]]
    kept: Kept
    reason: str


class ConnectionIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks and tells errors in values.

    ``listed(ConnectionsListed)``; ``saved(Connection, Kept | None)``: as it is kept, and where its secrets went;
    ``tested(str, ConnectionReport)``; ``failed(str, RunError)``: a save, a test or a deletion of a connection;
    ``offered(list)``: Offers of the environment; ``accepted(Connection, Secret | None)``: one of them with its secret;
    ``found(list)``: FoundServers.
    """

    listed = Signal(object)
    saved = Signal(object, object)
    tested = Signal(str, object)
    failed = Signal(str, object)
    offered = Signal(list)
    accepted = Signal(object, object)
    found = Signal(list)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], asyncio.Task[Any] | None],
        answer: Callable[[Exception], RunError],
        changed: Callable[[], Work],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._answer = answer
        self._changed = changed
        self._testing: asyncio.Task[Any] | None = None

    def read(self) -> None:
        """Read the connections for their dialog."""
        self._start(self._read(), "read connections")

    async def _read(self) -> None:
        records, connections = self._backend.connection_records, self._backend.connections
        found = await records.connections()
        users = {connection.id: await records.users(connection.id) for connection in found}
        asked = asyncio.wrap_future(self._backend.worker.call(connections.kept_keys()))
        await asyncio.wait([asked], timeout=KEYRING_PATIENCE_S)
        if not asked.done():  # it asks the user something, perhaps; the rest can be looked at meanwhile
            self.listed.emit(ConnectionsListed(found, {}, {}, users, Kept.KEYRING, ""))
        keys = await asked
        passwords = await self._backend.worker.ask(connections.kept_proxy_passwords())
        state = await self._backend.worker.ask(connections.secret_state())
        self.listed.emit(ConnectionsListed(found, keys, passwords, users, state.kept, state.reason))

    def save(self, connection: Connection, key: Secret | None, proxy_password: Secret | None = None) -> None:
        """Add or change a connection; a secret that is None keeps the stored one."""
        self._start(self._save(connection, key, proxy_password), "save connection")

    async def _save(self, connection: Connection, key: Secret | None, proxy_password: Secret | None) -> None:
        saving = self._backend.connections.save(connection, key, proxy_password)
        try:
            saved, kept = await self._backend.worker.ask(saving)
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.failed.emit(connection.id, self._answer(error))
            return
        await self._read()
        self.saved.emit(saved, kept)
        await self._changed()

    def reorder(self, connection_ids: list[str]) -> None:
        """List the connections in this order from now on."""
        self._start(self._reorder([ConnectionId(one) for one in connection_ids]), "reorder connections")

    async def _reorder(self, connection_ids: list[ConnectionId]) -> None:
        try:
            await self._backend.worker.ask(self._backend.connections.reorder(connection_ids))
        finally:  # the dialog shows the new order already
            await self._read()

    def test(self, connection: Connection, key: Secret | None, proxy_password: Secret | None = None) -> None:
        """Try a connection as it stands in the dialog; a test before this one is given up."""
        self.cancel_test()
        self._testing = self._start(self._test(connection, key, proxy_password), "test connection")

    async def _test(self, connection: Connection, key: Secret | None, proxy_password: Secret | None) -> None:
        testing = self._backend.connections.test(connection, key, proxy_password)
        try:
            report = await self._backend.worker.ask(testing)
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.failed.emit(connection.id, self._answer(error))
        else:
            self.tested.emit(connection.id, report)

    def cancel_test(self) -> None:
        """Give the test up; what it has open is closed, and nothing more is heard of it."""
        if self._testing is not None:
            self._testing.cancel()
            self._testing = None

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

    def offer(self) -> None:
        """Tell what the environment offers; no secret of it is read."""
        self.offered.emit(offers())

    def accept(self, offer: Offer) -> None:
        """Read the secret of an offer that the user chose."""
        self.accepted.emit(offer.connection, secret_of(offer))

    def discover(self) -> None:
        """Ask the usual ports of this machine for servers."""
        self._start(self._discover(), "discover servers")

    async def _discover(self) -> None:
        self.found.emit(await self._backend.worker.ask(self._backend.connections.discover()))
