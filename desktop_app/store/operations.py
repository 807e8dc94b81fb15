"""Deferred requests: committed before they are sent, and ended exactly once together with their run and message."""

# ruff: noqa: S608 - statements are put together from texts of ours, never from values

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop_app.domain.errors import OperationGoneError, RunError
from desktop_app.domain.ids import ConnectionId, OperationId, new_id
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.threads import Citation, Message, Run, Status
from desktop_app.store import runs, writing
from desktop_app.store.database import Database
from desktop_app.store.rows import (
    from_json_or_none,
    to_json,
    to_microseconds,
    to_time,
    to_time_or_none,
    utc_now,
)

NOT_TOLD = "the program ended before the service said whether it took the request"

SELECT = """
    SELECT o.id, o.run_id, o.thread_id, o.message_id, o.connection_id, o.status, o.sent_at, o.remote_id, o.checks,
        o.checked_at, o.next_check_at, o.finished_at, o.error, t.name
    FROM operations o JOIN threads t ON t.id = o.thread_id
"""
OPEN = "o.status IN ('sending', 'waiting')"
# A clock that was set back has made the last check a thing of the future: its next one may be years away.
DUE_AT = "CASE WHEN coalesce(checked_at, sent_at) > ? THEN 0 ELSE next_check_at END"


class OperationStore:
    """Operations in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def begin(
        self, run: Run, *, user_message: Message, reply: Message, connection_id: ConnectionId, owner: str
    ) -> tuple[Message, Message, Operation]:
        """Commit a question, the reply that is waited for, its run and an operation that is being sent, all at once.

        Run and reply are DEFERRED.  Returns question and reply as stored, and the operation.  Raises LookupError when
        the question's parent is gone.
        """
        operation_id, sent_at = OperationId(new_id()), to_microseconds(self._clock())

        def begin(connection: sqlite3.Connection) -> tuple[Message, Message, Operation]:
            question, stored_reply = writing.begin(connection, run, user_message, reply, owner)
            connection.execute(
                "INSERT INTO operations"
                " (id, run_id, thread_id, message_id, connection_id, remote_id, status, owner, sent_at)"
                " VALUES (?, ?, ?, ?, ?, '', ?, ?, ?)",
                (
                    operation_id,
                    run.id,
                    run.thread_id,
                    reply.id,
                    connection_id,
                    OperationStatus.SENDING,
                    owner,
                    sent_at,
                ),
            )
            (operation,) = _select(connection, "o.id = ?", operation_id)
            return question, stored_reply, operation

        return await self._database.run(begin)

    async def sent(
        self, operation_id: OperationId, remote_id: str, next_check_at: datetime, asked: Run
    ) -> Operation | None:
        """The service took the request of the run ``asked`` under ``remote_id``; None when it has ended here."""

        def sent(connection: sqlite3.Connection) -> Operation | None:
            operation = _change(
                connection,
                operation_id,
                "status = 'waiting', remote_id = ?, next_check_at = ?",
                remote_id,
                to_microseconds(next_check_at),
            )
            if operation:
                runs.note_asked(connection, asked)
            return operation

        return await self._database.run(sent)

    async def checked(
        self, operation_id: OperationId, next_check_at: datetime, error: RunError | None = None
    ) -> Operation | None:
        """There is no result yet, or it could not be asked for; None when the operation has ended or is gone."""
        now = to_microseconds(self._clock())
        return await self._database.run(
            lambda connection: _change(
                connection,
                operation_id,
                "checks = checks + 1, checked_at = ?, next_check_at = ?, error = ?",
                now,
                to_microseconds(next_check_at),
                to_json(error) if error else None,
            )
        )

    async def end(
        self,
        operation_id: OperationId,
        status: OperationStatus,
        run: Run,
        text: str,
        citations: Sequence[Citation] = (),
    ) -> bool:
        """End operation, run and message, all at once and only while the operation is open: True exactly once.

        ``run`` has the status and the error of the ending.
        """
        if status.is_open or run.status in (Status.WRITING, Status.DEFERRED):
            raise ValueError("this is no ending")
        now = to_microseconds(self._clock())
        return await self._database.run(
            lambda connection: _end(connection, operation_id, status, run, text, citations, now)
        )

    async def lose_orphans(self, is_alive: Callable[[str], bool]) -> list[Operation]:
        """End what dead processes were sending: whether the service took it nobody knows.  Returns what ended.

        ``is_alive`` says whether the owner with a token still runs; it is called on the store's thread.
        """
        now = to_microseconds(self._clock())
        error = RunError.of(OperationGoneError(NOT_TOLD))

        def lose(connection: sqlite3.Connection) -> list[Operation]:
            rows = connection.execute("SELECT id, run_id, owner FROM operations WHERE status = 'sending'")
            orphans = [(id_, run_id) for id_, run_id, owner in rows.fetchall() if not is_alive(owner)]
            for operation_id, run_id in orphans:
                run = runs.one(connection, run_id)
                assert run is not None  # an operation goes with its run
                ended = replace(run, status=Status.INTERRUPTED, error=error)
                _end(connection, operation_id, OperationStatus.LOST, ended, "", (), now)
            return [operation for id_, _ in orphans for operation in _select(connection, "o.id = ?", id_)]

        return await self._database.run(lose)

    async def operation(self, operation_id: OperationId) -> Operation | None:
        """The operation."""
        return next(iter(await self._read("o.id = ?", operation_id)), None)

    async def open(self) -> list[Operation]:
        """Those that have not ended, oldest first."""
        return await self._read(f"{OPEN} ORDER BY o.sent_at, o.id")

    async def recent(self, limit: int = 50) -> list[Operation]:
        """The newest, open or not, newest first."""
        return await self._read("1 ORDER BY o.sent_at DESC, o.id DESC LIMIT ?", limit)

    async def due(self, moment: datetime) -> list[Operation]:
        """Those that wait and are to be asked for at ``moment``, longest due first."""
        now = to_microseconds(moment)
        return await self._read(
            f"o.status = 'waiting' AND {DUE_AT} <= ? ORDER BY o.next_check_at, o.id", now, now
        )

    async def next_check_at(self) -> datetime | None:
        """When the next of them is due, None when none waits."""
        now = to_microseconds(self._clock())

        def select(connection: sqlite3.Connection) -> datetime | None:
            row = connection.execute(
                f"SELECT min({DUE_AT}) FROM operations WHERE status = 'waiting'", (now,)
            ).fetchone()
            return to_time_or_none(row[0])

        return await self._database.read(select)

    async def _read(self, condition: str, *values: str | int) -> list[Operation]:
        return await self._database.read(lambda connection: _select(connection, condition, *values))


def _change(
    connection: sqlite3.Connection,
    operation_id: OperationId,
    assignments: str,
    *values: str | int | None,
) -> Operation | None:
    """The operation as it is then; None when it is not open any more."""
    changed = connection.execute(
        f"UPDATE operations AS o SET {assignments} WHERE id = ? AND {OPEN}", (*values, operation_id)
    ).rowcount
    return _select(connection, "o.id = ?", operation_id)[0] if changed else None


def _select(connection: sqlite3.Connection, condition: str, *values: str | int) -> list[Operation]:
    return [_to_operation(row) for row in connection.execute(f"{SELECT} WHERE {condition}", values)]


def _end(
    connection: sqlite3.Connection,
    operation_id: OperationId,
    status: OperationStatus,
    run: Run,
    text: str,
    citations: Sequence[Citation],
    now: int,
) -> bool:
    ended = connection.execute(
        "UPDATE operations AS o SET status = ?, finished_at = ?, next_check_at = NULL, error = ?"
        f" WHERE id = ? AND {OPEN}",
        (status, now, to_json(run.error) if run.error else None, operation_id),
    )
    return ended.rowcount == 1 and writing.end(connection, run, text, citations, now)


def _to_operation(row: tuple[Any, ...]) -> Operation:
    id_, run_id, thread_id, message_id, connection_id, status, sent_at, remote_id, checks = row[:9]
    checked_at, next_check_at, finished_at, error, thread_name = row[9:]
    return Operation(
        id=id_,
        run_id=run_id,
        thread_id=thread_id,
        message_id=message_id,
        connection_id=connection_id,
        status=OperationStatus(status),
        sent_at=to_time(sent_at),
        remote_id=remote_id,
        checks=checks,
        checked_at=to_time_or_none(checked_at),
        next_check_at=to_time_or_none(next_check_at),
        finished_at=to_time_or_none(finished_at),
        error=from_json_or_none(error, RunError),
        thread_name=thread_name,
    )
