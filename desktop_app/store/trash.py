"""The trash: threads and assistants that were deleted or whose lifetime was over, until they are purged.

An assistant that is deleted for good stays as long as there are runs of it, since they read their settings from its
versions; nobody sees it any more, it answers in no thread, and what no run needs of it goes.  Each method is one
transaction on the store's thread.
"""

# ruff: noqa: S608 - statements are put together from texts of ours, never from values

import sqlite3
from collections.abc import Callable
from datetime import datetime

from desktop_app.domain.assistants import Expiration
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.trash import TrashItem, TrashKind
from desktop_app.store import deletions, lifetimes
from desktop_app.store.database import Database
from desktop_app.store.rows import from_json_or_none, to_microseconds, to_time, utc_now

# When something that is kept for its runs alone was trashed: nothing real was before 1970.
HIDDEN = 0

ITEMS = f"""
    SELECT 'thread', id, name, trashed_at, expiration, created_at, updated_at,
        (SELECT count(*) FROM messages m WHERE m.thread_id = threads.id AND m.is_shown), preview
    FROM threads WHERE trashed_at != {HIDDEN}
    UNION ALL
    SELECT 'assistant', a.id, json_extract(v.settings, '$.name'), a.trashed_at,
        json_extract(v.settings, '$.expiration'), a.created_at, a.last_active_at,
        0, json_extract(v.settings, '$.description')
    FROM assistants a JOIN assistant_versions v ON v.assistant_id = a.id AND v.version = a.version
    WHERE a.trashed_at != {HIDDEN}
    ORDER BY 4 DESC, 2
"""
TABLES = {TrashKind.THREAD: "threads", TrashKind.ASSISTANT: "assistants"}


class TrashStore:
    """The trash in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def items(self) -> list[TrashItem]:
        """What is in the trash, the newest first."""
        return await self._database.read(
            lambda connection: [_to_item(row) for row in connection.execute(ITEMS)]
        )

    async def has_assistant(self, assistant_id: AssistantId) -> bool:
        """Whether an assistant is there, maybe in the trash, and not deleted for good."""
        return await self._database.read(
            lambda connection: (
                connection.execute(
                    "SELECT 1 FROM assistants WHERE id = ? AND trashed_at IS NOT ?", (assistant_id, HIDDEN)
                ).fetchone()
                is not None
            )
        )

    async def restore(self, kind: TrashKind, id_: str) -> None:
        """Take something out of the trash; a lifetime that is over begins anew."""
        now = self._clock()

        def restore(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"UPDATE {TABLES[kind]} SET trashed_at = NULL WHERE id = ? AND trashed_at != ?", (id_, HIDDEN)
            )
            lifetime = lifetimes.find(connection, kind, id_)
            if lifetime and lifetime.ends_at <= now:
                lifetimes.extend(connection, kind, id_, now)

        await self._database.run(restore)

    async def delete(self, kind: TrashKind, id_: str) -> None:
        """Delete something that is in the trash for good."""
        await self._database.run(
            lambda connection: _delete(connection, kind, "trashed_at IS NOT NULL AND id = ?", id_)
        )

    async def empty(self) -> None:
        """Delete everything in the trash for good."""

        def empty(connection: sqlite3.Connection) -> None:
            for kind in TABLES:  # threads first: with them go the runs that assistants are kept for
                _delete(connection, kind, "trashed_at IS NOT NULL")

        await self._database.run(empty)

    async def purge(self, older_than: datetime) -> None:
        """Delete for good what was deleted before ``older_than``: threads, single messages, assistants."""
        moment = to_microseconds(older_than)

        def purge(connection: sqlite3.Connection) -> None:
            deletions.purge(connection, moment)
            for kind in TABLES:
                _delete(connection, kind, "trashed_at < ?", moment)

        await self._database.run(purge)


def _to_item(row: tuple[str, str, str, int, str | None, int, int, int, str]) -> TrashItem:
    kind, id_, name, trashed_at, told, created_at, active_at, messages, preview = row
    expiration = from_json_or_none(told, Expiration)
    end = expiration.expires_at(to_time(created_at), to_time(active_at)) if expiration else None
    moment = to_time(trashed_at)
    return TrashItem(TrashKind(kind), id_, name, moment, end is not None and end <= moment, messages, preview)


def _delete(connection: sqlite3.Connection, kind: TrashKind, condition: str, *parameters: str | int) -> None:
    if kind is TrashKind.THREAD:
        connection.execute(f"DELETE FROM threads WHERE {condition}", parameters)
        return
    for row in connection.execute(f"SELECT id FROM assistants WHERE {condition}", parameters).fetchall():
        _delete_assistant(connection, row[0])


def _delete_assistant(connection: sqlite3.Connection, assistant_id: str) -> None:
    """Delete an assistant that no run needs, hide another, and let go of all else that is known of it."""
    for table, column in (
        ("assistant_drafts", "assistant_id"),
        ("call_rules", "assistant_id"),
        ("remote_records", "local_id"),  # pulled once more, it is another assistant
    ):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (assistant_id,))
    connection.execute("UPDATE threads SET assistant_id = NULL WHERE assistant_id = ?", (assistant_id,))
    if not connection.execute("SELECT 1 FROM runs WHERE assistant_id = ?", (assistant_id,)).fetchone():
        connection.execute("DELETE FROM assistants WHERE id = ?", (assistant_id,))
        return
    connection.execute("UPDATE assistants SET trashed_at = ? WHERE id = ?", (HIDDEN, assistant_id))
    connection.execute(
        "DELETE FROM assistant_versions WHERE assistant_id = :id"
        " AND version != (SELECT version FROM assistants WHERE id = :id)"
        " AND version NOT IN (SELECT assistant_version FROM runs WHERE assistant_id = :id)",
        {"id": assistant_id},
    )
