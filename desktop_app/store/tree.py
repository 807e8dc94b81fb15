"""The messages of a thread as a tree, of which one path is shown.

``position`` is the depth.  The shown messages are the path from a root to a leaf; the unique index ``messages_shown``
makes two of them at one depth impossible.  Everything here runs inside a transaction of the caller.
"""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Author, Citation, Message, Status
from desktop_app.domain.tools import ToolStep
from desktop_app.store.rows import from_json, storable, to_json, to_microseconds, to_time

NOTHING = "[]"  # hardly any message has citations or calls
ONE_BY_ONE = 500  # beyond it all siblings of a thread are read at once
COLUMNS = "id, thread_id, author, text, status, created_at, position, parent_id, run_id, citations, steps"

# The message and its parents up to the first one that is shown, that one left out.
HIDDEN_ANCESTRY = """
    WITH RECURSIVE up (id, parent_id, is_shown) AS (
        SELECT id, parent_id, is_shown FROM messages WHERE id = ?
        UNION ALL
        SELECT m.id, m.parent_id, m.is_shown FROM up JOIN messages m ON m.id = up.parent_id WHERE NOT up.is_shown
    )
    SELECT id FROM up WHERE NOT is_shown
"""

# The message and below it always the newest child.
NEWEST_BRANCH = """
    WITH RECURSIVE down (id) AS (
        VALUES (?)
        UNION ALL
        SELECT (SELECT m.id FROM messages m WHERE m.thread_id = ? AND m.parent_id = down.id ORDER BY m.seq DESC LIMIT 1)
        FROM down WHERE down.id IS NOT NULL
    )
    SELECT id FROM down WHERE id IS NOT NULL
"""

# The message and everything below it.
SUBTREE = """
    WITH RECURSIVE down (id) AS (
        VALUES (?)
        UNION ALL
        SELECT m.id FROM down JOIN messages m ON m.thread_id = ? AND m.parent_id = down.id
    )
    SELECT id FROM down
"""

# Numbers of messages are never used twice, so that what was deleted can return to its place among its siblings.
NEXT_SEQ = "1 + max(coalesce((SELECT max(seq) FROM messages), 0), coalesce((SELECT max(seq) FROM deleted_messages), 0))"

# The message and its parents, nearest first.
ANCESTRY = f"""
    WITH RECURSIVE up (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM messages WHERE id = ?
        UNION ALL
        SELECT m.id, m.parent_id, up.depth + 1 FROM up JOIN messages m ON m.id = up.parent_id WHERE up.depth + 1 < ?
    )
    SELECT {", ".join(f"m.{column}" for column in COLUMNS.split(", "))}
    FROM up JOIN messages m ON m.id = up.id ORDER BY up.depth
"""

# How many of the message and its parents a prompt may have, see domain.prompt.spoken.
SAID_COUNT = """
    WITH RECURSIVE up (parent_id, is_said) AS (
        SELECT parent_id, status != 'filtered' AND (text != '' OR steps != '[]') FROM messages WHERE id = ?
        UNION ALL
        SELECT m.parent_id, m.status != 'filtered' AND (m.text != '' OR m.steps != '[]')
        FROM up JOIN messages m ON m.id = up.parent_id
    )
    SELECT coalesce(sum(is_said), 0) FROM up
"""


def insert_shown(connection: sqlite3.Connection, message: Message) -> None:
    """Add ``message`` under its parent and show it; what was shown below the parent is hidden.

    Its position follows from the parent.  Raises LookupError when the parent is not in the thread.
    """
    position = 0
    if message.parent_id is None:
        hide_from(connection, message.thread_id, 0)
    else:
        position = position_in(connection, message.thread_id, message.parent_id) + 1
        show_up_to(connection, message.thread_id, message.parent_id, position - 1)
    connection.execute(
        "INSERT INTO messages"
        " (seq, id, thread_id, parent_id, position, is_shown, author, text, status, run_id, created_at, citations,"
        f" steps) VALUES ({NEXT_SEQ}, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.id,
            message.thread_id,
            message.parent_id,
            position,
            message.author,
            storable(message.text),
            message.status,
            message.run_id,
            to_microseconds(message.created_at),
            to_json(message.citations),
            to_json(message.steps),
        ),
    )


def show(connection: sqlite3.Connection, message_id: MessageId) -> ThreadId:
    """Show the path through ``message_id`` and on to its newest descendants; raises LookupError.

    Returns the thread.
    """
    row = connection.execute(
        "SELECT thread_id, position FROM messages WHERE id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise LookupError(f"no message {message_id}")
    thread_id, position = row
    show_up_to(connection, thread_id, message_id, position)
    connection.execute(
        f"UPDATE messages SET is_shown = 1 WHERE NOT is_shown AND id IN ({NEWEST_BRANCH})",
        (message_id, thread_id),
    )
    return ThreadId(thread_id)


def shown(connection: sqlite3.Connection, thread_id: ThreadId, first: int, count: int) -> list[Message]:
    """The shown messages at the positions from ``first`` on, at most ``count``."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM messages WHERE thread_id = ? AND is_shown AND position >= ?"
        " ORDER BY position LIMIT ?",
        (thread_id, first, count),
    ).fetchall()
    return with_siblings(connection, [to_message(row) for row in rows])


def shown_count(connection: sqlite3.Connection, thread_id: ThreadId) -> int:
    """How many messages the shown path has."""
    last = connection.execute(
        "SELECT max(position) FROM messages WHERE thread_id = ? AND is_shown", (thread_id,)
    ).fetchone()[0]
    return 0 if last is None else last + 1


def said_count(connection: sqlite3.Connection, message_id: MessageId) -> int:
    """How many of the message and what led to it say something."""
    count: int = connection.execute(SAID_COUNT, (message_id,)).fetchone()[0]
    return count


def shown_position(connection: sqlite3.Connection, message_id: MessageId) -> int | None:
    """Where on the shown path the message stands; None when it is not shown."""
    row = connection.execute(
        "SELECT position FROM messages WHERE id = ? AND is_shown", (message_id,)
    ).fetchone()
    return row[0] if row else None


def newest_shown(
    connection: sqlite3.Connection, thread_id: ThreadId, author: Author | None
) -> Message | None:
    """The last shown message, or the last one of ``author``."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM messages WHERE thread_id = ? AND is_shown AND (? IS NULL OR author = ?)"
        " ORDER BY position DESC LIMIT 1",
        (thread_id, author, author),
    ).fetchone()
    return with_siblings(connection, [to_message(row)])[0] if row else None


def shown_ids(connection: sqlite3.Connection, thread_id: ThreadId) -> list[MessageId]:
    """The path that is shown, from the root."""
    rows = connection.execute(
        "SELECT id FROM messages WHERE thread_id = ? AND is_shown ORDER BY position", (thread_id,)
    )
    return [MessageId(row[0]) for row in rows]


def every(connection: sqlite3.Connection, thread_id: ThreadId) -> list[Message]:
    """All messages of the thread, shown or not, in the order they were made (parents before children)."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM messages WHERE thread_id = ? ORDER BY seq",
        (thread_id,),
    )
    messages = [to_message(row) for row in rows]
    siblings = _grouped((message.parent_id, message.id) for message in messages)
    return [replace(message, sibling_ids=siblings[message.parent_id]) for message in messages]


def ancestry(connection: sqlite3.Connection, message_id: MessageId, limit: int) -> list[Message]:
    """The message and what led to it, at most ``limit``, oldest first; siblings are not filled in."""
    rows = connection.execute(ANCESTRY, (message_id, limit)).fetchall()
    return [to_message(row) for row in reversed(rows)]


def one(connection: sqlite3.Connection, message_id: MessageId) -> Message | None:
    """The message with its siblings, or None."""
    row = connection.execute(f"SELECT {COLUMNS} FROM messages WHERE id = ?", (message_id,)).fetchone()
    return with_siblings(connection, [to_message(row)])[0] if row else None


def with_siblings(connection: sqlite3.Connection, messages: Sequence[Message]) -> list[Message]:
    """``messages`` of one thread with ``sibling_ids`` filled in."""
    if not messages:
        return []
    thread_id = messages[0].thread_id
    if len(messages) > ONE_BY_ONE:
        rows = connection.execute(
            "SELECT parent_id, id FROM messages WHERE thread_id = ? ORDER BY seq", (thread_id,)
        ).fetchall()
    else:
        # One question a parent: SQLite would answer IN with OR from the thread's whole index.
        rows = [
            row
            for parent_id in {message.parent_id for message in messages}
            for row in connection.execute(
                "SELECT parent_id, id FROM messages WHERE thread_id = ? AND parent_id IS ? ORDER BY seq",
                (thread_id, parent_id),
            )
        ]
    siblings = _grouped(rows)
    return [replace(message, sibling_ids=siblings[message.parent_id]) for message in messages]


def to_message(row: Sequence[Any]) -> Message:
    """The message in a row of ``COLUMNS``; siblings are not filled in."""
    id_, thread_id, author, text, status, created_at, position, parent_id, run_id, citations, steps = row
    return Message(
        id=id_,
        thread_id=thread_id,
        author=Author(author),
        text=text,
        status=Status(status),
        created_at=to_time(created_at),
        position=position,
        parent_id=parent_id,
        run_id=run_id,
        citations=() if citations == NOTHING else from_json(citations, tuple[Citation, ...]),
        steps=() if steps == NOTHING else from_json(steps, tuple[ToolStep, ...]),
    )


def _grouped(
    pairs: Iterable[tuple[MessageId | None, MessageId]],
) -> dict[MessageId | None, tuple[MessageId, ...]]:
    children: defaultdict[MessageId | None, list[MessageId]] = defaultdict(list)
    for parent_id, child_id in pairs:
        children[parent_id].append(child_id)
    return {parent_id: tuple(ids) for parent_id, ids in children.items()}


def position_in(connection: sqlite3.Connection, thread_id: ThreadId, message_id: MessageId) -> int:
    """The depth of the message, shown or not; raises LookupError when it is not in the thread."""
    row = connection.execute(
        "SELECT position FROM messages WHERE id = ? AND thread_id = ?", (message_id, thread_id)
    ).fetchone()
    if row is None:
        raise LookupError(f"no message {message_id} in thread {thread_id}")
    position: int = row[0]
    return position


def show_up_to(
    connection: sqlite3.Connection, thread_id: ThreadId, message_id: MessageId, position: int
) -> None:
    """Show the path from the root to the message at ``position``, and nothing else."""
    branch = [row[0] for row in connection.execute(HIDDEN_ANCESTRY, (message_id,))]
    hide_from(connection, thread_id, position + 1 - len(branch))
    connection.executemany("UPDATE messages SET is_shown = 1 WHERE id = ?", ((id_,) for id_ in branch))


def hide_from(connection: sqlite3.Connection, thread_id: ThreadId, position: int) -> None:
    """Hide what is shown at ``position`` and below."""
    connection.execute(
        "UPDATE messages SET is_shown = 0 WHERE thread_id = ? AND is_shown AND position >= ?",
        (thread_id, position),
    )


def siblings_of(
    connection: sqlite3.Connection, thread_id: ThreadId, parent_id: MessageId | None
) -> list[MessageId]:
    """All messages below one parent, oldest first."""
    rows = connection.execute(
        "SELECT id FROM messages WHERE thread_id = ? AND parent_id IS ? ORDER BY seq", (thread_id, parent_id)
    )
    return [MessageId(row[0]) for row in rows]


def sink(connection: sqlite3.Connection, thread_id: ThreadId, message_id: MessageId, by: int) -> None:
    """Move the message (which may be gone itself) and everything below it ``by`` positions down."""
    # Shown ones pass through negative positions: no two of them may ever stand at one place.
    connection.execute(
        "UPDATE messages SET position = CASE WHEN is_shown THEN -1 - (position + ?) ELSE position + ? END"
        f" WHERE id IN ({SUBTREE})",
        (by, by, message_id, thread_id),
    )
    connection.execute(
        "UPDATE messages SET position = -1 - position WHERE thread_id = ? AND is_shown AND position < 0",
        (thread_id,),
    )
