"""Connections: kept in the store, their keys in the keyring, and one open service for each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from desktop_app.domain.connections import Auth, Connection, ConnectionReport, Model
from desktop_app.domain.errors import SecretsUnavailableError, StoreError, UnusableAssistantError
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.domain.secret import Credentials, Kept, Secret
from desktop_app.domain.service import Service, ServiceFactory
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.secrets import SecretState, SecretStore


@dataclass(slots=True)
class _OpenService:
    """A service and how many use it; one that is no longer current closes after the last of them."""

    service: Service
    users: int = 0
    is_current: bool = True

    async def close_when_done(self) -> None:
        if not self.users and not self.is_current:
            await self.service.close()


class ConnectionsController:
    """Lives on the worker's loop."""

    def __init__(self, records: ConnectionStore, secrets: SecretStore, make_service: ServiceFactory) -> None:
        self._records = records
        self._secrets = secrets
        self._make_service = make_service
        self._open: dict[ConnectionId, _OpenService] = {}

    async def save(self, connection: Connection, key: Secret | None) -> tuple[Connection, Kept | None]:
        """Add (empty id) or change a connection; ``key`` None keeps the stored one.  Says where the key went.

        The key goes first: a connection whose key could not be kept is not saved.  Raises SecretsUnavailableError or
        StoreError.
        """
        is_new = not connection.id
        if is_new:
            connection = replace(connection, id=ConnectionId(new_id()))
        kept = (
            await self._secrets.set(connection.id, key) if key and connection.auth is Auth.API_KEY else None
        )
        before = await self._records.connection(connection.id)
        try:
            await (self._records.add(connection) if is_new else self._records.update(connection))
        except StoreError:
            if is_new and kept:  # no key without an owner
                with suppress(SecretsUnavailableError):
                    await self._secrets.delete(connection.id)
            raise
        if before and before.auth is Auth.API_KEY and connection.auth is Auth.NONE:
            await self._secrets.delete(connection.id)
        await self._forget(connection.id)
        return connection, kept

    async def remove(self, connection_id: ConnectionId) -> None:
        """Delete the connection together with its key.  The key goes first, so that none is left without an owner."""
        await self._forget(connection_id)
        connection = await self._records.connection(connection_id)
        if connection and connection.auth is Auth.API_KEY:
            await self._secrets.delete(connection_id)
        await self._records.remove(connection_id)

    async def kept_keys(self) -> dict[ConnectionId, Kept]:
        """For which connections a key is kept, and where; a keyring that does not answer counts as having none."""
        kept = {}
        where = (await self._secrets.state()).kept
        for connection in await self._records.connections():
            with suppress(SecretsUnavailableError):
                if await self._key(connection):
                    kept[connection.id] = where
        return kept

    async def secret_state(self) -> SecretState:
        """Where the next key will be kept, and why."""
        return await self._secrets.state()

    @asynccontextmanager
    async def using(self, connection_id: ConnectionId | None) -> AsyncIterator[Service]:
        """The service of a connection; it stays open while it is used, even when the connection changes or goes.

        Raises UnusableAssistantError when there is none, SecretsUnavailableError, StoreError.
        """
        opened = await self._opened(connection_id)
        opened.users += 1
        try:
            yield opened.service
        finally:
            opened.users -= 1
            await opened.close_when_done()

    async def _opened(self, connection_id: ConnectionId | None) -> "_OpenService":
        if connection_id is None:
            raise UnusableAssistantError("no connection is chosen")
        if found := self._open.get(connection_id):
            return found
        connection = await self._records.connection(connection_id)
        if connection is None:
            raise UnusableAssistantError("the connection was deleted")
        service = self._make_service(connection, Credentials(await self._key(connection)))
        if other := self._open.get(connection_id):  # somebody else was faster while the keyring was asked
            await service.close()
            return other
        opened = self._open[connection_id] = _OpenService(service)
        return opened

    async def _key(self, connection: Connection) -> Secret | None:
        return await self._secrets.get(connection.id) if connection.auth is Auth.API_KEY else None

    async def models(self, connection_id: ConnectionId) -> tuple[Model, ...]:
        """The models a connection offers.  Raises NitkaError."""
        async with self.using(connection_id) as service:
            return await service.models()

    async def test(self, connection: Connection, key: Secret | None) -> ConnectionReport:
        """Try a connection as it is in the dialog, saved or not; ``key`` None means the stored one."""
        if key is None and connection.id:
            key = await self._key(connection)
        service = self._make_service(connection, Credentials(key))
        try:
            return await service.test()
        finally:
            await service.close()

    async def _forget(self, connection_id: ConnectionId) -> None:
        if opened := self._open.pop(connection_id, None):
            opened.is_current = False
            await opened.close_when_done()

    async def close(self) -> None:
        """Close every open service."""
        for connection_id in list(self._open):
            await self._forget(connection_id)
