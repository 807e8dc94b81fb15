"""A thread made from the beginning of another: what led to one message, copied.

The copies keep their words, authors and times, and the last run of each, so that captions and errors say what they
said; what a run had seen stays with the original.  Everything here runs inside a transaction of the caller.
"""

import sqlite3

from desktop_app.domain.ids import MessageId, RunId, ThreadId, new_id
from desktop_app.domain.threads import Status
from desktop_app.store import tree

ANCESTRY_IDS = """
    WITH RECURSIVE up (id, parent_id, run_id, depth) AS (
        SELECT id, parent_id, run_id, 0 FROM messages WHERE id = ?
        UNION ALL
        SELECT m.id, m.parent_id, m.run_id, up.depth + 1 FROM up JOIN messages m ON m.id = up.parent_id
    )
    SELECT id, run_id FROM up ORDER BY depth DESC
"""

INSERT_THREAD = """
    INSERT INTO threads (id, name, assistant_id, created_at, updated_at, labels, expiration, description, other_tools)
    SELECT ?, ?, assistant_id, ?, ?, labels, expiration, description, other_tools FROM threads WHERE id = ?
"""

# A reply that is being written or waited for goes on in its own thread only.
STATUS = f"CASE WHEN status IN ('{Status.WRITING}', '{Status.DEFERRED}') THEN '{Status.INTERRUPTED}' ELSE status END"

INSERT_MESSAGE = f"""
    INSERT INTO messages
        (seq, id, thread_id, parent_id, position, is_shown, author, status, run_id, created_at, labels, citations,
        steps, text)
    SELECT {tree.NEXT_SEQ}, ?, ?, ?, position, 1, author, {STATUS}, ?, created_at, labels, citations, steps, text
    FROM messages WHERE id = ?
"""  # noqa: S608 - put together from names of ours, never from values

INSERT_RUN = f"""
    INSERT INTO runs
        (id, thread_id, message_id, assistant_id, assistant_version, status, started_at, first_text_at, ended_at,
        prompt_tokens, completion_tokens, remote_id, owner, error, settings, seen,
        details)
    SELECT ?, ?, ?, assistant_id, assistant_version, {STATUS}, started_at, first_text_at,
        coalesce(ended_at, ?), prompt_tokens, completion_tokens, remote_id, owner, error, settings, '', details
    FROM runs WHERE id = ?
"""  # noqa: S608


def fork(connection: sqlite3.Connection, message_id: MessageId, name: str, moment: int) -> ThreadId:
    """Copy the path down to the message into a new thread called ``name``; raises LookupError."""
    row = connection.execute("SELECT thread_id FROM messages WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise LookupError(f"no message {message_id}")
    thread_id = ThreadId(new_id())
    connection.execute(INSERT_THREAD, (thread_id, name, moment, moment, row[0]))
    parent_id: MessageId | None = None
    for old_id, old_run_id in connection.execute(ANCESTRY_IDS, (message_id,)).fetchall():
        copy_id = MessageId(new_id())
        run_id = RunId(new_id()) if old_run_id else None
        connection.execute(INSERT_MESSAGE, (copy_id, thread_id, parent_id, run_id, old_id))
        if run_id:
            connection.execute(INSERT_RUN, (run_id, thread_id, copy_id, moment, old_run_id))
        parent_id = copy_id
    return thread_id
