"""Messages deleted one by one: out of their thread, and back exactly as they were until they are purged.

A message that has siblings goes with everything below it, and its neighbour is shown instead.  One that has none goes
alone, and what followed moves up to its parent.  Everything here runs inside a transaction of the caller.
"""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3

from desktop_app.domain.errors import RunInProgressError
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Status
from desktop_app.store import tree

ROW = (
    "seq, id, thread_id, parent_id, position, is_shown, author, status, run_id, created_at, labels, citations, steps,"
    " text"
)


def delete(
    connection: sqlite3.Connection, message_id: MessageId, moment: int
) -> tuple[ThreadId, MessageId | None]:
    """Take the message out; returns its thread and the sibling in its place.

    Raises LookupError, and RunInProgressError when a reply that is being written or waited for would go.
    """
    row = connection.execute(
        "SELECT thread_id, parent_id, is_shown FROM messages WHERE id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise LookupError(f"no message {message_id}")
    thread_id, parent_id, is_shown = row
    siblings = tree.siblings_of(connection, thread_id, parent_id)
    if len(siblings) == 1:
        _delete_alone(connection, thread_id, message_id, parent_id, moment)
        return thread_id, None
    _move_out(connection, thread_id, message_id, moment, [], tree.SUBTREE, (message_id, thread_id))
    place = siblings.index(message_id)
    neighbour = siblings[place - 1] if place else siblings[1]
    if is_shown:
        tree.show(connection, neighbour)
    return thread_id, neighbour


def restore(connection: sqlite3.Connection, message_id: MessageId) -> ThreadId:
    """Put the message back and show it if it was shown; raises LookupError when it or its parent is gone."""
    row = connection.execute(
        "SELECT d.thread_id, d.moved_up, m.parent_id, m.position, m.is_shown"
        " FROM deletions d JOIN deleted_messages m ON m.id = d.message_id AND m.deletion_id = d.message_id"
        " WHERE d.message_id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise LookupError(f"no deleted message {message_id}")
    thread_id, moved_up, parent_id, old_position, was_shown = row
    position = 0 if parent_id is None else tree.position_in(connection, thread_id, parent_id) + 1
    is_between = _move_down(connection, thread_id, message_id, parent_id, moved_up.split())
    if was_shown and not is_between:
        if parent_id is None:
            tree.hide_from(connection, thread_id, 0)
        else:
            tree.show_up_to(connection, thread_id, parent_id, position - 1)
    connection.execute(
        f"INSERT INTO messages ({ROW}) SELECT {ROW.replace('position', 'position + ?')}"
        " FROM deleted_messages WHERE deletion_id = ?",
        (position - old_position, message_id),
    )
    if is_between:
        connection.execute("UPDATE messages SET is_shown = 1 WHERE id = ?", (message_id,))
    elif was_shown and moved_up:
        tree.show(connection, message_id)
    connection.execute("DELETE FROM deleted_messages WHERE deletion_id = ?", (message_id,))
    connection.execute("DELETE FROM deletions WHERE message_id = ?", (message_id,))
    return ThreadId(thread_id)


def purge(connection: sqlite3.Connection, older_than: int) -> None:
    """Delete for ever what was deleted before ``older_than``, and the runs that wrote it."""
    old = "SELECT message_id FROM deletions WHERE deleted_at < ?"
    connection.execute(
        "DELETE FROM runs WHERE thread_id IN (SELECT thread_id FROM deletions WHERE deleted_at < ?)"
        f" AND message_id IN (SELECT id FROM deleted_messages WHERE deletion_id IN ({old}))",
        (older_than, older_than),
    )
    connection.execute(f"DELETE FROM deleted_messages WHERE deletion_id IN ({old})", (older_than,))
    connection.execute("DELETE FROM deletions WHERE deleted_at < ?", (older_than,))


def _delete_alone(
    connection: sqlite3.Connection,
    thread_id: ThreadId,
    message_id: MessageId,
    parent_id: MessageId | None,
    moment: int,
) -> None:
    children = tree.siblings_of(connection, thread_id, message_id)
    _move_out(connection, thread_id, message_id, moment, children, "?", (message_id,))
    tree.sink(connection, thread_id, message_id, -1)
    connection.execute(
        "UPDATE messages SET parent_id = ? WHERE thread_id = ? AND parent_id = ?",
        (parent_id, thread_id, message_id),
    )


def _move_out(
    connection: sqlite3.Connection,
    thread_id: ThreadId,
    message_id: MessageId,
    moment: int,
    moved_up: list[MessageId],
    ids: str,
    parameters: tuple[str, ...],
) -> None:
    connection.execute(
        "INSERT INTO deletions (message_id, thread_id, deleted_at, moved_up) VALUES (?, ?, ?, ?)",
        (message_id, thread_id, moment, " ".join(moved_up)),
    )
    connection.execute(
        f"INSERT INTO deleted_messages (deletion_id, {ROW}) SELECT ?, {ROW} FROM messages WHERE id IN ({ids})",
        (message_id, *parameters),
    )
    going = "SELECT id FROM deleted_messages WHERE deletion_id = ?"
    if connection.execute(
        f"{going} AND status IN (?, ?)", (message_id, Status.WRITING, Status.DEFERRED)
    ).fetchone():
        raise RunInProgressError
    connection.execute(
        f"DELETE FROM messages WHERE id IN ({going})",
        (message_id,),
    )


def _move_down(
    connection: sqlite3.Connection,
    thread_id: ThreadId,
    message_id: MessageId,
    parent_id: MessageId | None,
    moved_up: list[str],
) -> bool:
    """Put what had moved up below the message again, where it still stands there; whether one of it is shown."""
    rows = [
        row
        for child_id in moved_up
        for row in connection.execute(
            "SELECT id, is_shown FROM messages WHERE id = ? AND parent_id IS ?", (child_id, parent_id)
        )
    ]
    connection.executemany(
        "UPDATE messages SET parent_id = ? WHERE id = ?", [(message_id, child_id) for child_id, _ in rows]
    )
    tree.sink(connection, thread_id, message_id, 1)
    return any(is_shown for _, is_shown in rows)
