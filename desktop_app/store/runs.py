"""Runs as rows: written when they begin, when they end, and when their process is found dead.

Everything here runs inside a transaction of the caller.
"""

# ruff: noqa: S608 - statements are put together from texts of ours, never from values

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import MessageId, RunId, ThreadId
from desktop_app.domain.threads import Run, RunDetails, Status, Usage
from desktop_app.store.rows import (
    from_json,
    from_json_or_none,
    marks,
    storable_count,
    to_json,
    to_microseconds,
    to_microseconds_or_none,
    to_time,
    to_time_or_none,
)

SELECT = """
    SELECT r.id, r.thread_id, r.message_id, r.assistant_id, r.assistant_version, coalesce(r.settings, v.settings),
        r.status, r.started_at, r.seen, r.first_text_at, r.ended_at, r.prompt_tokens, r.completion_tokens, r.remote_id,
        r.error, r.cursor, r.details
    FROM runs r LEFT JOIN assistant_versions v
        ON v.assistant_id = r.assistant_id AND v.version = r.assistant_version
"""

# The fragments of files that a run was given may be longer than all the rest.
SELECT_BRIEF = SELECT.replace("r.details", "json_remove(r.details, '$.addition')")


def insert(connection: sqlite3.Connection, run: Run, owner: str) -> None:
    """Add ``run`` as its process begins it."""
    connection.execute(
        "INSERT INTO runs (id, thread_id, message_id, assistant_id, assistant_version, status, started_at, remote_id,"
        " owner, settings, seen, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.thread_id,
            run.message_id,
            run.assistant_id,
            run.assistant_version,
            run.status,
            to_microseconds(run.started_at),
            run.remote_id,
            owner,
            _own_settings(connection, run),
            " ".join(run.seen),
            to_json(run.details),
        ),
    )


def end(connection: sqlite3.Connection, run: Run) -> bool:
    """Write the ending of ``run``; False when it had ended already, and then nothing is changed.

    What has ended is not resumed: its cursor is forgotten.
    """
    usage = run.usage
    error = None if run.error is None else to_json(run.error)
    cursor = connection.execute(
        "UPDATE runs SET status = ?, first_text_at = ?, ended_at = ?, prompt_tokens = ?, completion_tokens = ?,"
        " remote_id = ?, error = ?, seen = ?, details = ?, cursor = NULL WHERE id = ? AND status IN (?, ?)",
        (
            run.status,
            to_microseconds_or_none(run.first_text_at),
            to_microseconds_or_none(run.ended_at),
            storable_count(usage.prompt_tokens) if usage else None,
            storable_count(usage.completion_tokens) if usage else None,
            run.remote_id,
            error,
            " ".join(run.seen),
            to_json(run.details),
            run.id,
            Status.WRITING,
            Status.DEFERRED,
        ),
    )
    return cursor.rowcount == 1


def note_place(
    connection: sqlite3.Connection, message_id: MessageId, cursor: int | None, remote_id: str | None
) -> None:
    """Note where the run that writes a message can be resumed; None leaves what is known."""
    connection.execute(
        "UPDATE runs SET cursor = coalesce(?, cursor), remote_id = coalesce(?, remote_id)"
        " WHERE id = (SELECT run_id FROM messages WHERE id = ?) AND status = ?",
        (storable_count(cursor), remote_id, message_id, Status.WRITING),
    )


def note_asked(connection: sqlite3.Connection, run: Run) -> None:
    """Note what the model was given, before the run ends."""
    connection.execute(
        "UPDATE runs SET seen = ?, details = ? WHERE id = ?",
        (" ".join(run.seen), to_json(run.details), run.id),
    )


def take_over(connection: sqlite3.Connection, is_alive: Callable[[str], bool], owner: str) -> list[Run]:
    """The runs of dead processes that their services can resume, given to ``owner``.

    Without a cursor a service says everything again, which is right only when nothing of it was kept.
    """
    found = []
    for dead in _dead_owners(connection, is_alive):
        rows = connection.execute(
            f"{SELECT} JOIN messages m ON m.id = r.message_id AND m.run_id = r.id WHERE r.status = 'writing'"
            " AND r.owner = ? AND r.remote_id != '' AND (r.cursor IS NOT NULL OR m.text = '') ORDER BY r.id",
            (dead,),
        )
        found += [_to_run(row) for row in rows]
    connection.executemany("UPDATE runs SET owner = ? WHERE id = ?", [(owner, run.id) for run in found])
    return found


def interrupt_orphans(
    connection: sqlite3.Connection, is_alive: Callable[[str], bool], now: int
) -> list[tuple[ThreadId, MessageId]]:
    """End what dead processes were writing, runs and their messages; returns thread and message of each."""
    found = []
    for owner in _dead_owners(connection, is_alive):
        found += connection.execute(
            "SELECT thread_id, message_id, id FROM runs WHERE status = 'writing' AND owner = ? ORDER BY id",
            (owner,),
        ).fetchall()
    for _, message_id, run_id in found:
        connection.execute(
            "UPDATE runs SET status = ?, ended_at = ?, cursor = NULL, details = json_remove(details, '$.found')"
            " WHERE id = ?",
            (Status.INTERRUPTED, now, run_id),
        )
        connection.execute(
            "UPDATE messages SET status = ? WHERE id = ? AND run_id = ? AND status = ?",
            (Status.INTERRUPTED, message_id, run_id, Status.WRITING),
        )
    return [(ThreadId(thread_id), MessageId(message_id)) for thread_id, message_id, _ in found]


def one(connection: sqlite3.Connection, run_id: RunId) -> Run | None:
    """The run, or None."""
    row = connection.execute(f"{SELECT} WHERE r.id = ?", (run_id,)).fetchone()
    return _to_run(row) if row else None


def of_thread(connection: sqlite3.Connection, thread_id: ThreadId, *, is_brief: bool) -> list[Run]:
    """The runs of a thread's messages in the order they began, brief ones without the ``addition`` of each.

    Those of deleted messages are left out.
    """
    rows = connection.execute(
        f"{SELECT_BRIEF if is_brief else SELECT}"
        " WHERE r.thread_id = ? AND EXISTS (SELECT 1 FROM messages m WHERE m.id = r.message_id)"
        " ORDER BY r.started_at, r.id",
        (thread_id,),
    )
    return [_to_run(row) for row in rows]


def brief(connection: sqlite3.Connection, run_ids: Sequence[RunId]) -> list[Run]:
    """Runs without what each has ``seen`` and the ``addition`` of each, which may be longer than all the rest."""
    select = SELECT_BRIEF.replace("r.seen", "''")
    rows = connection.execute(f"{select} WHERE r.id IN ({marks(run_ids)})", run_ids)
    return [_to_run(row) for row in rows]


def _dead_owners(connection: sqlite3.Connection, is_alive: Callable[[str], bool]) -> list[str]:
    rows = connection.execute("SELECT DISTINCT owner FROM runs WHERE status = 'writing'").fetchall()
    return [owner for (owner,) in rows if not is_alive(owner)]


def _own_settings(connection: sqlite3.Connection, run: Run) -> str | None:
    """The settings as JSON, or None when the assistant's version says the same: an instruction may be long."""
    settings = to_json(run.settings)
    row = connection.execute(
        "SELECT settings FROM assistant_versions WHERE assistant_id = ? AND version = ?",
        (run.assistant_id, run.assistant_version),
    ).fetchone()
    return None if row and row[0] == settings else settings


def _to_run(row: tuple[Any, ...]) -> Run:
    id_, thread_id, message_id, assistant_id, assistant_version, settings, status, started_at, seen = row[:9]
    first_text_at, ended_at, prompt_tokens, completion_tokens, remote_id, error, cursor, details = row[9:]
    return Run(
        id=id_,
        thread_id=thread_id,
        message_id=message_id,
        assistant_id=assistant_id,
        assistant_version=assistant_version,
        settings=from_json(settings, AssistantSettings),
        status=Status(status),
        started_at=to_time(started_at),
        seen=tuple(MessageId(seen_id) for seen_id in seen.split()),
        first_text_at=to_time_or_none(first_text_at),
        ended_at=to_time_or_none(ended_at),
        usage=None if prompt_tokens is None else Usage(prompt_tokens, completion_tokens),
        remote_id=remote_id,
        cursor=cursor,
        error=from_json_or_none(error, RunError),
        details=from_json(details, RunDetails),
    )
