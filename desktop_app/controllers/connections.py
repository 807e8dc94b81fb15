"""Connections: kept in the store, their secrets in the keyring, and one open service for each."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import (
    Auth,
    Connection,
    ConnectionKind,
    ConnectionReport,
    Model,
    Price,
    Proxy,
)
from desktop_app.domain.costs import cost_of, cost_of_run
from desktop_app.domain.errors import (
    AccessDeniedError,
    SecretsUnavailableError,
    StoreError,
    UnusableAssistantError,
)
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.domain.offers import FoundServer
from desktop_app.domain.providers import max_concurrent, roles
from desktop_app.domain.secret import Credentials, Kept, Secret
from desktop_app.domain.service import Service, ServiceFactory
from desktop_app.domain.threads import Cost, Run, Usage
from desktop_app.services.discovery import USUAL_PORTS, discover
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.secrets import SecretState, SecretStore

_NOTHING = Credentials()


@dataclass(slots=True)
class _OpenService:
    """A service and how many use it; one that is no longer current closes after the last of them.

    ``turns`` are as many as may be answered at once; None on this device, where the model keeps its own queue.
    """

    service: Service
    turns: asyncio.Semaphore | None = None
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
        self._changes = 0

    # -- records and secrets

    async def connection_of(self, connection_id: ConnectionId) -> Connection | None:
        """The connection, as it is kept.  Raises StoreError."""
        return await self._records.connection(connection_id)

    async def cost(self, settings: AssistantSettings, usage: Usage) -> Cost | None:
        """What ``usage`` costs by the prices of the connection; None where there is none.  Raises StoreError."""
        return cost_of(usage, settings.model, await self._prices(settings))

    async def cost_of_run(self, run: Run) -> Cost | None:
        """What all that ``run`` used costs, as ``cost``."""
        return cost_of_run(run, await self._prices(run.settings))

    async def _prices(self, settings: AssistantSettings) -> tuple[Price, ...]:
        connection_id = settings.connection_id
        connection = await self._records.connection(connection_id) if connection_id else None
        return connection.prices if connection else ()

    async def save(
        self, connection: Connection, key: Secret | None, proxy_password: Secret | None = None
    ) -> tuple[Connection, Kept | None]:
        """Add (empty id) or change a connection; a secret that is None keeps the stored one.

        Says where the secrets went.  They go first: a connection whose key could not be kept is not saved.  Raises
        SecretsUnavailableError or StoreError.
        """
        is_new = not connection.id
        if is_new:
            connection = replace(connection, id=ConnectionId(new_id()))
        entries = _entries(connection)
        secrets = ((connection.id, key), (_proxy_entry(connection.id), proxy_password))
        given = {entry: secret for entry, secret in secrets if secret and entry in entries}
        before = await self._records.connection(connection.id)
        try:
            kept = [await self._secrets.set(entry, secret) for entry, secret in given.items()]
            await (self._records.add(connection) if is_new else self._records.update(connection))
        except (StoreError, ValueError):
            if is_new:  # no secret without an owner
                with suppress(SecretsUnavailableError):
                    await self._drop(given)
            raise
        if before:
            await self._drop(entry for entry in _entries(before) if entry not in entries)
        await self._forget(connection.id)
        return connection, Kept.SESSION if Kept.SESSION in kept else next(iter(kept), None)

    async def remove(self, connection_id: ConnectionId) -> None:
        """Delete the connection with its secrets.  They go first, so that none is left without an owner."""
        if connection := await self._records.connection(connection_id):
            await self._drop(_entries(connection))
        await self._records.remove(connection_id)
        await self._forget(connection_id)

    async def reorder(self, connection_ids: Sequence[ConnectionId]) -> None:
        """List the connections in this order from now on.  Raises StoreError."""
        await self._records.reorder(connection_ids)

    async def kept_keys(self) -> dict[ConnectionId, Kept]:
        """For which connections a key is kept, and where; a keyring that does not answer counts as having none."""
        return await self._kept(lambda credentials: credentials.key)

    async def kept_proxy_passwords(self) -> dict[ConnectionId, Kept]:
        """For which connections the password of a proxy is kept, and where, as ``kept_keys`` says it."""
        return await self._kept(lambda credentials: credentials.proxy_password)

    async def secret_state(self) -> SecretState:
        """Where the next key will be kept, and why."""
        return await self._secrets.state()

    async def _kept(self, which: Callable[[Credentials], Secret | None]) -> dict[ConnectionId, Kept]:
        kept = {}
        where = (await self._secrets.state()).kept
        for connection in await self._records.connections():
            with suppress(SecretsUnavailableError):
                if which(await self._credentials(connection)):
                    kept[connection.id] = where
        return kept

    async def _credentials(self, connection: Connection, given: Credentials = _NOTHING) -> Credentials:
        """What was given, and of the rest what is kept; the keyring is asked for nothing else."""
        entries = _entries(connection) if connection.id else []
        key, proxy_password = [
            secret or (await self._secrets.get(entry) if entry in entries else None)
            for secret, entry in (
                (given.key, connection.id),
                (given.proxy_password, _proxy_entry(connection.id)),
            )
        ]
        return Credentials(key, proxy_password)

    async def _drop(self, entries: Iterable[ConnectionId]) -> None:
        for entry in entries:
            await self._secrets.delete(entry)

    # -- services

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

    @asynccontextmanager
    async def turn(
        self, connection_id: ConnectionId | None, on_wait: Callable[[], None] = lambda: None
    ) -> AsyncIterator[Service]:
        """As ``using``, when it is one's turn: no more are answered at once than the connection allows.

        ``on_wait`` hears when others are first.  Who waited gets the connection as it is by then.
        """
        turns = (await self._opened(connection_id)).turns
        if turns and turns.locked():
            on_wait()
        async with turns or nullcontext(), self.using(connection_id) as service:
            yield service

    async def models(self, connection_id: ConnectionId) -> tuple[Model, ...]:
        """The models a connection offers.  Raises NitkaError."""
        async with self.using(connection_id) as service:
            return await service.models()

    async def test(
        self, connection: Connection, key: Secret | None, proxy_password: Secret | None = None
    ) -> ConnectionReport:
        """Try a connection as it is in the dialog, saved or not; a secret that is None means the stored one.

        Raises NitkaError; an AccessDeniedError names the roles that are usually missing when the service does not.
        """
        credentials = await self._credentials(connection, Credentials(key, proxy_password))
        service = self._make_service(connection, credentials)
        try:
            return await service.test()
        except AccessDeniedError as error:
            error.name_usual(roles(connection))
            raise
        finally:
            await service.close()

    async def discover(self, ports: Mapping[int, str] = USUAL_PORTS) -> list[FoundServer]:
        """Servers that answer at the usual ports of this machine; nothing else asks there."""
        return await discover(ports)

    async def close(self) -> None:
        """Close every open service."""
        for connection_id in list(self._open):
            await self._forget(connection_id)

    async def _opened(self, connection_id: ConnectionId | None) -> "_OpenService":
        if connection_id is None:
            raise UnusableAssistantError("no connection is chosen")
        while True:
            if found := self._open.get(connection_id):
                return found
            changes = self._changes
            connection = await self._records.connection(connection_id)
            if connection is None:
                raise UnusableAssistantError("the connection was deleted")
            credentials = await self._credentials(connection)
            if changes == self._changes and connection_id not in self._open:
                service = self._make_service(connection, credentials)
                opened = self._open[connection_id] = _OpenService(service, _turns(connection))
                return opened

    async def _forget(self, connection_id: ConnectionId) -> None:
        """Who asks from now on gets a service of the connection as it is now, also who is just reading it."""
        self._changes += 1
        if opened := self._open.pop(connection_id, None):
            opened.is_current = False
            await opened.close_when_done()


def _entries(connection: Connection) -> list[ConnectionId]:
    """The names of the secrets that the connection may have in the keyring."""
    entries = [] if connection.auth is Auth.NONE else [connection.id]
    return [*entries, _proxy_entry(connection.id)] if connection.network.proxy is Proxy.MANUAL else entries


def _proxy_entry(connection_id: ConnectionId) -> ConnectionId:
    return ConnectionId(f"{connection_id}.proxy")


def _turns(connection: Connection) -> asyncio.Semaphore | None:
    if connection.kind is ConnectionKind.ON_DEVICE:
        return None
    return asyncio.Semaphore(max(1, max_concurrent(connection)))
