"""Connections: the services that the user has.  Their keys are in the keyring, never here."""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.store.database import Database
from desktop_app.store.rows import marks, storable, to_microseconds, utc_now

COLUMNS = "id, kind, name, base_url, auth, model_path"


class ConnectionStore:
    """Connections in ``database``; ``clock`` tells the time (aware UTC).

    A connection of a kind that this Nitka does not know (a newer one made it) is left alone and left out.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def connections(self) -> list[Connection]:
        """All of them, in the order they were added."""
        return await self._select("1")

    async def connection(self, connection_id: ConnectionId) -> Connection | None:
        """The connection."""
        return next(iter(await self._select("id = ?", connection_id)), None)

    async def add(self, connection: Connection) -> Connection:
        """Keep a new connection; an empty id is replaced by a fresh one.  Returns it as kept."""
        connection = replace(connection, id=connection.id or ConnectionId(new_id()))
        now = to_microseconds(self._clock())

        def insert(database: sqlite3.Connection) -> None:
            database.execute(
                f"INSERT INTO connections ({COLUMNS}, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (connection.id, *_values(connection), now, now),
            )

        await self._database.run(insert)
        return connection

    async def update(self, connection: Connection) -> None:
        """Replace what is kept under the connection's id.  Raises LookupError when there is none."""
        now = to_microseconds(self._clock())

        def update(database: sqlite3.Connection) -> None:
            cursor = database.execute(
                "UPDATE connections SET kind = ?, name = ?, base_url = ?, auth = ?, model_path = ?, updated_at = ?"
                " WHERE id = ?",
                (*_values(connection), now, connection.id),
            )
            if cursor.rowcount == 0:
                raise LookupError(f"no connection {connection.id}")

        await self._database.run(update)

    async def remove(self, connection_id: ConnectionId) -> None:
        """Forget the connection; assistants that name it have none then."""

        def delete(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM connections WHERE id = ?", (connection_id,))

        await self._database.run(delete)

    async def users(self, connection_id: ConnectionId) -> list[str]:
        """Names of the assistants that use the connection now, those in the trash left out; in alphabetical order."""

        def select(database: sqlite3.Connection) -> list[str]:
            rows = database.execute(
                "SELECT json_extract(v.settings, '$.name') FROM assistants a JOIN assistant_versions v"
                " ON v.assistant_id = a.id AND v.version = a.version"
                " WHERE a.trashed_at IS NULL AND json_extract(v.settings, '$.connection_id') = ?",
                (connection_id,),
            )
            return sorted((row[0] for row in rows), key=str.casefold)

        return await self._database.read(select)

    async def _select(self, condition: str, *parameters: str) -> list[Connection]:
        def select(database: sqlite3.Connection) -> list[Connection]:
            kinds = tuple(ConnectionKind)
            rows = database.execute(
                f"SELECT {COLUMNS} FROM connections WHERE {condition} AND kind IN ({marks(kinds)})"
                " ORDER BY created_at, id",
                (*parameters, *kinds),
            )
            return [_to_connection(row) for row in rows]

        return await self._database.read(select)


def _values(connection: Connection) -> tuple[str, ...]:
    return (
        connection.kind,
        storable(connection.name),
        storable(connection.base_url),
        connection.auth,
        storable(connection.model_path),
    )


def _to_connection(row: tuple[Any, ...]) -> Connection:
    id_, kind, name, base_url, auth, model_path = row
    return Connection(id_, ConnectionKind(kind), name, base_url, Auth(auth), model_path)
