"""Lifetimes: which assistants and threads have expired, and which next."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from desktop_app.domain.assistants import AssistantSettings, Expiration, ExpirationPolicy
from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.domain.lifetimes import renewed
from desktop_app.domain.trash import TrashKind
from desktop_app.store.assistants import insert_version
from desktop_app.store.database import Database
from desktop_app.store.rows import from_json, to_json, to_microseconds, to_time, utc_now

# What has a lifetime, with the times that it is counted from; each as its own record says.
LIFETIMES = """
    SELECT kind, id, expiration, created_at, active_at FROM (
        SELECT 'thread' AS kind, id, expiration, created_at, updated_at AS active_at, trashed_at FROM threads
        UNION ALL
        SELECT 'assistant', a.id, json_extract(v.settings, '$.expiration'), a.created_at, a.last_active_at, a.trashed_at
        FROM assistants a JOIN assistant_versions v ON v.assistant_id = a.id AND v.version = a.version
    ) WHERE expiration IS NOT NULL
"""
IN_USE = """
    SELECT thread_id FROM runs WHERE status IN ('writing', 'deferred')
    UNION SELECT id FROM threads WHERE trim(draft, char(9, 10, 13, 32)) <> ''
"""


class Ended(NamedTuple):
    """What was moved to the trash because its lifetime was over."""

    assistants: tuple[AssistantId, ...] = ()
    threads: tuple[ThreadId, ...] = ()


class Lifetime(NamedTuple):
    """A record that expires here, and when; times are aware UTC."""

    kind: TrashKind
    id: str
    expiration: Expiration
    created_at: datetime
    ends_at: datetime


class LifetimeStore:
    """Lifetimes in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def expire(self, now: datetime, open_thread: ThreadId | None = None) -> Ended:
        """Move what has expired to the trash; says what it was.

        Threads in use wait: the one that is open, those that are being answered, and those with a draft.
        """

        def expire(connection: sqlite3.Connection) -> Ended:
            over = [one for one in _running(connection) if one.ends_at <= now]
            in_use = {open_thread, *(row[0] for row in connection.execute(IN_USE))} if over else set()
            assistants = [one.id for one in over if one.kind is TrashKind.ASSISTANT]
            threads = [one.id for one in over if one.kind is TrashKind.THREAD and one.id not in in_use]
            moment = to_microseconds(now)
            for table, ids in (("assistants", assistants), ("threads", threads)):
                connection.executemany(
                    f"UPDATE {table} SET trashed_at = ? WHERE id = ?",  # noqa: S608 - names of ours
                    [(moment, id_) for id_ in ids],
                )
            return Ended(tuple(map(AssistantId, assistants)), tuple(map(ThreadId, threads)))

        return await self._database.run(expire)

    async def next_end(self) -> datetime | None:
        """When the next lifetime is over; past for a thread that is in use.  None: nothing expires."""
        return await self._database.read(
            lambda connection: min((one.ends_at for one in _running(connection)), default=None)
        )

    async def extend(self, kind: TrashKind, id_: str) -> None:
        """Let a lifetime begin anew now; what has none stays as it is.

        No version of an assistant is made of it unless its days have to change.
        """
        now = self._clock()
        await self._database.run(lambda connection: extend(connection, kind, id_, now))


def extend(connection: sqlite3.Connection, kind: TrashKind, id_: str, now: datetime) -> None:
    """Let a lifetime begin anew ``now``, inside a transaction of the caller."""
    lifetime = find(connection, kind, id_)
    if lifetime is None:
        return
    expiration = renewed(lifetime.expiration, lifetime.created_at, now)
    if kind is TrashKind.THREAD:
        connection.execute("UPDATE threads SET expiration = ? WHERE id = ?", (to_json(expiration), id_))
    elif expiration != lifetime.expiration:
        _change_assistant(connection, AssistantId(id_), expiration, to_microseconds(now))
    if expiration.policy is ExpirationPolicy.SINCE_LAST_ACTIVE:
        table, column = (
            ("threads", "updated_at") if kind is TrashKind.THREAD else ("assistants", "last_active_at")
        )
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE id = ?",  # noqa: S608 - names of ours
            (to_microseconds(now), id_),
        )


def find(connection: sqlite3.Connection, kind: TrashKind, id_: str) -> Lifetime | None:
    """The lifetime of a record, in the trash or not; None when it has none."""
    return next(iter(_select(connection, "kind = ? AND id = ?", kind, id_)), None)


def _running(connection: sqlite3.Connection) -> list[Lifetime]:
    return _select(connection, "trashed_at IS NULL")


def _select(connection: sqlite3.Connection, condition: str, *parameters: str) -> list[Lifetime]:
    found = []
    for kind, id_, told, made, active in connection.execute(f"{LIFETIMES} AND {condition}", parameters):
        expiration, created_at = from_json(told, Expiration), to_time(made)
        ends_at = expiration.expires_at(created_at, to_time(active))
        if ends_at is not None:
            found.append(Lifetime(TrashKind(kind), id_, expiration, created_at, ends_at))
    return found


def _change_assistant(
    connection: sqlite3.Connection, assistant_id: AssistantId, expiration: Expiration, moment: int
) -> None:
    """Make a version with another lifetime."""
    version, settings = connection.execute(
        "SELECT a.version, v.settings FROM assistants a"
        " JOIN assistant_versions v ON v.assistant_id = a.id AND v.version = a.version WHERE a.id = ?",
        (assistant_id,),
    ).fetchone()
    changed = replace(from_json(settings, AssistantSettings), expiration=expiration)
    insert_version(connection, assistant_id, version + 1, changed, "", moment)
    connection.execute(
        "UPDATE assistants SET version = version + 1, updated_at = ? WHERE id = ?", (moment, assistant_id)
    )
