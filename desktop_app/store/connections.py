"""Connections: the services that the user has.  Their keys are in the keyring, never here."""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.store.database import Database
from desktop_app.store.rows import marks, storable, to_json, to_microseconds, utc_now

COLUMNS = ("kind", "name", "base_url", "auth", "model_path")
ORDER = "ORDER BY position, created_at, id"


class ConnectionStore:
    """Connections in ``database``; ``clock`` tells the time (aware UTC).

    A connection of a kind that this Nitka does not know (a newer one made it) is left alone and left out.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def connections(self) -> list[Connection]:
        """All of them, in the user's order."""
        return await self._select("1")

    async def connection(self, connection_id: ConnectionId) -> Connection | None:
        """The connection."""
        return await self._database.read(lambda database: _one(database, connection_id))

    async def add(self, connection: Connection) -> Connection:
        """Keep a new connection, last of all; an empty id is replaced by a fresh one.  Returns it as kept."""
        connection = replace(connection, id=connection.id or ConnectionId(new_id()))
        now = to_microseconds(self._clock())

        def insert(database: sqlite3.Connection) -> None:
            database.execute(
                f"INSERT INTO connections (id, {', '.join(COLUMNS)}, details, created_at, updated_at, position)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,"
                " (SELECT coalesce(max(position), -1) + 1 FROM connections))",
                (connection.id, *_values(connection), now, now),
            )

        await self._database.run(insert)
        return connection

    async def update(self, connection: Connection) -> None:
        """Replace what is kept under the connection's id.  Raises LookupError when there is none.

        A pull of what the connection led to ends with it: a place in one folder is none in another.
        """
        now = to_microseconds(self._clock())

        def update(database: sqlite3.Connection) -> None:
            before = _one(database, connection.id)
            if before and _goal(before) != _goal(connection):
                _forget_pull(database, connection.id)
            assignments = ", ".join(f"{column} = ?" for column in COLUMNS)
            cursor = database.execute(
                f"UPDATE connections SET {assignments}, details = ?, updated_at = ? WHERE id = ?",
                (*_values(connection), now, connection.id),
            )
            if cursor.rowcount == 0:
                raise LookupError(f"no connection {connection.id}")

        await self._database.run(update)

    async def reorder(self, connection_ids: Sequence[ConnectionId]) -> None:
        """Put the connections in this order; those that are not named come after, as they stood."""

        def reorder(database: sqlite3.Connection) -> None:
            present = [row[0] for row in database.execute(f"SELECT id FROM connections {ORDER}")]
            named = dict.fromkeys(connection_ids)
            order = [*named, *(id_ for id_ in present if id_ not in named)]
            database.executemany("UPDATE connections SET position = ? WHERE id = ?", enumerate(order))

        await self._database.run(reorder)

    async def remove(self, connection_id: ConnectionId) -> None:
        """Forget the connection, and what is known of its service's side; assistants that name it have none then."""

        def delete(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM connections WHERE id = ?", (connection_id,))
            for table in ("remote_threads", "remote_records"):
                database.execute(f"DELETE FROM {table} WHERE connection_id = ?", (connection_id,))
            _forget_pull(database, connection_id)

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
        return await self._database.read(lambda database: _select(database, condition, *parameters))


def _select(database: sqlite3.Connection, condition: str, *parameters: str) -> list[Connection]:
    kinds = tuple(ConnectionKind)
    rows = database.execute(
        f"SELECT id, {', '.join(COLUMNS)}, details FROM connections"
        f" WHERE {condition} AND kind IN ({marks(kinds)}) {ORDER}",
        (*parameters, *kinds),
    )
    return [_to_connection(row) for row in rows]


def _one(database: sqlite3.Connection, connection_id: ConnectionId) -> Connection | None:
    return next(iter(_select(database, "id = ?", connection_id)), None)


def _goal(connection: Connection) -> tuple[str, str, str]:
    """What a connection leads to."""
    return connection.kind, connection.base_url, connection.folder


def _forget_pull(database: sqlite3.Connection, connection_id: ConnectionId) -> None:
    for table in ("pulls", "pulled_messages"):
        database.execute(f"DELETE FROM {table} WHERE connection_id = ?", (connection_id,))


def _values(connection: Connection) -> tuple[str, ...]:
    """What stands in COLUMNS, and the rest as JSON."""
    import msgspec

    details = msgspec.to_builtins(connection)
    del details["id"]
    values = tuple(storable(details.pop(column)) for column in COLUMNS)
    return (*values, to_json(details))


def _to_connection(row: tuple[Any, ...]) -> Connection:
    import msgspec

    *values, details = row
    return msgspec.convert(
        msgspec.json.decode(details) | dict(zip(("id", *COLUMNS), values, strict=True)), Connection
    )
