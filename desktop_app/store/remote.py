"""What stands on a service's side under which name: threads that it holds, and assistants."""

import sqlite3
from typing import NamedTuple

from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.remote import RemoteThread
from desktop_app.store.database import Database
from desktop_app.store.rows import storable, to_microseconds, to_time


class HeldAssistant(NamedTuple):
    """An assistant's id at the service, and the version here that it is equal to there."""

    remote_id: str
    local_version: int


class RemoteStore:
    """Remote records in ``database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def thread_held(self, connection_id: ConnectionId, thread_id: ThreadId) -> RemoteThread | None:
        """How much of the thread the connection's service holds, None when it holds nothing."""
        return await self._database.read(lambda connection: thread(connection, connection_id, thread_id))

    async def hold_thread(
        self,
        connection_id: ConnectionId,
        thread_id: ThreadId,
        held: RemoteThread,
        *,
        is_thread: bool = False,
        mark: int | None = None,
    ) -> None:
        """Note what the service holds of the thread from now on; a thread that was deleted meanwhile is left so.

        ``is_thread``: the remote id names a thread there, which a pull will meet even when it is held no more; ``mark``
        is that of the ``ThreadSettings`` it was told (None: nothing new).
        """

        def hold(connection: sqlite3.Connection) -> None:
            put_thread(connection, connection_id, thread_id, held)
            if is_thread:
                told = _told(connection, connection_id, held.remote_id) if mark is None else mark
                put_record(connection, connection_id, "thread", held.remote_id, thread_id, told)

        await self._database.run(hold)

    async def thread_told(self, connection_id: ConnectionId, remote_id: str) -> int:
        """The mark of the ``ThreadSettings`` that a thread there was told; 0 when that is not known."""
        return await self._database.read(lambda connection: _told(connection, connection_id, remote_id))

    async def forget_thread(self, connection_id: ConnectionId, thread_id: ThreadId) -> None:
        """The service holds nothing of the thread any more."""

        def forget(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM remote_threads WHERE connection_id = ? AND thread_id = ?",
                (connection_id, thread_id),
            )

        await self._database.run(forget)

    async def assistant_held(
        self, connection_id: ConnectionId, assistant_id: AssistantId
    ) -> HeldAssistant | None:
        """Where the assistant is at the connection's service, None when it is not there."""

        def select(connection: sqlite3.Connection) -> HeldAssistant | None:
            row = connection.execute(
                "SELECT remote_id, local_version FROM remote_records"
                " WHERE local_id = ? AND connection_id = ? AND kind = 'assistant'",
                (assistant_id, connection_id),
            ).fetchone()
            return HeldAssistant(*row) if row else None

        return await self._database.read(select)

    async def hold_assistant(
        self, connection_id: ConnectionId, assistant_id: AssistantId, held: HeldAssistant
    ) -> None:
        """Note that the assistant is at the service, in place of where it was before."""

        def hold(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM remote_records WHERE local_id = ? AND connection_id = ? AND kind = 'assistant'",
                (assistant_id, connection_id),
            )
            put_record(
                connection, connection_id, "assistant", held.remote_id, assistant_id, held.local_version
            )

        await self._database.run(hold)


def thread(
    connection: sqlite3.Connection, connection_id: ConnectionId, thread_id: ThreadId
) -> RemoteThread | None:
    """As ``RemoteStore.thread_held``, inside a transaction of the caller."""
    row = connection.execute(
        "SELECT remote_id, first_message_id, last_message_id, message_count, model, noted_at, digest"
        " FROM remote_threads WHERE connection_id = ? AND thread_id = ?",
        (connection_id, thread_id),
    ).fetchone()
    if row is None:
        return None
    remote_id, first, last, count, model, noted_at, digest = row
    return RemoteThread(remote_id, first, last, count, model, to_time(noted_at), digest)


def put_thread(
    connection: sqlite3.Connection, connection_id: ConnectionId, thread_id: ThreadId, held: RemoteThread
) -> None:
    """As ``RemoteStore.hold_thread``, inside a transaction of the caller."""
    connection.execute(
        "INSERT OR REPLACE INTO remote_threads SELECT ?, id, ?, ?, ?, ?, ?, ?, ? FROM threads WHERE id = ?",
        (
            connection_id,
            held.remote_id,
            held.first,
            held.last,
            held.count,
            storable(held.model),
            to_microseconds(held.noted_at),
            held.digest,
            thread_id,
        ),
    )


def put_record(
    connection: sqlite3.Connection,
    connection_id: ConnectionId,
    kind: str,
    remote_id: str,
    local_id: str,
    local_version: int = 0,
) -> None:
    """Note which record here is which there; ``kind`` is assistant, version, thread or message.

    ``local_version`` is the version of an assistant that is there, and the mark of what a thread there was told.
    """
    connection.execute(
        "INSERT OR REPLACE INTO remote_records VALUES (?, ?, ?, ?, ?)",
        (connection_id, kind, remote_id, local_id, local_version),
    )


def _told(connection: sqlite3.Connection, connection_id: ConnectionId, remote_id: str) -> int:
    row = connection.execute(
        "SELECT local_version FROM remote_records WHERE connection_id = ? AND kind = 'thread' AND remote_id = ?",
        (connection_id, remote_id),
    ).fetchone()
    return row[0] if row else 0


def local_id(
    connection: sqlite3.Connection, connection_id: ConnectionId, kind: str, remote_id: str
) -> str | None:
    """The record here that is ``remote_id`` there, deleted or not."""
    row = connection.execute(
        "SELECT local_id FROM remote_records WHERE connection_id = ? AND kind = ? AND remote_id = ?",
        (connection_id, kind, remote_id),
    ).fetchone()
    return row[0] if row else None
