"""A question, its reply and the run that writes it: begun together, ended together, and shown in the list of threads.

Everything here runs inside a transaction of the caller.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from desktop_app.domain.ids import ThreadId
from desktop_app.domain.threads import Citation, Message, Run, Status, automatic_name
from desktop_app.domain.tools import ToolStep
from desktop_app.store import runs, tree
from desktop_app.store.rows import storable, to_json, to_microseconds, to_time

PREVIEW_LENGTH = 100


def begin(
    connection: sqlite3.Connection, run: Run, user_message: Message | None, reply: Message, owner: str
) -> list[Message]:
    """Add and show a question (None when a reply is made anew) and its empty reply, with their run.

    The question clears the draft and names a thread without a name.  Returns the new messages as stored.  Raises
    LookupError when the parent is gone or the thread is in the trash.
    """
    check_thread(connection, run.thread_id)
    new = [message for message in (user_message, reply) if message is not None]
    for message in new:
        tree.insert_shown(connection, message)
    runs.insert(connection, run, owner)
    if user_message is not None:
        connection.execute("UPDATE threads SET draft = '' WHERE id = ?", (run.thread_id,))
        name_after(connection, run.thread_id, user_message.text)
    note_activity(connection, run.thread_id, to_microseconds(run.started_at))
    stored = [tree.one(connection, message.id) for message in new]
    return [message for message in stored if message is not None]


def check_thread(connection: sqlite3.Connection, thread_id: ThreadId) -> None:
    """Raise LookupError for a thread in the trash: nobody would find the reply, which has its price."""
    if connection.execute(
        "SELECT 1 FROM threads WHERE id = ? AND trashed_at IS NOT NULL", (thread_id,)
    ).fetchone():
        raise LookupError(f"thread {thread_id} is in the trash")


def end(
    connection: sqlite3.Connection,
    run: Run,
    text: str,
    citations: Sequence[Citation],
    ended_at: int,
    steps: Sequence[ToolStep] | None = None,
) -> bool:
    """Store the ending of ``run`` with the text of its message; False, and nothing changed, when it had ended before.

    No citations, and no (None) steps, leave those of the message as they are: a reply that is continued keeps what its
    beginning had.
    """
    if not runs.end(connection, replace(run, ended_at=to_time(ended_at))):
        return False
    connection.execute(
        "UPDATE messages SET text = ?, status = ?, citations = coalesce(?, citations), steps = coalesce(?, steps)"
        " WHERE id = ? AND run_id = ?",
        (
            storable(text),
            run.status,
            to_json(citations) if citations else None,
            None if steps is None else to_json(steps),
            run.message_id,
            run.id,
        ),
    )
    if run.status is not Status.STOPPED:
        connection.execute("UPDATE threads SET is_unread = 1 WHERE id = ?", (run.thread_id,))
    note_activity(connection, run.thread_id, ended_at)
    return True


def name_after(connection: sqlite3.Connection, thread_id: ThreadId, text: str) -> None:
    """Name a thread that has no name after its first message."""
    connection.execute(
        "UPDATE threads SET name = ? WHERE id = ? AND name = ''", (storable(automatic_name(text)), thread_id)
    )


def note_activity(connection: sqlite3.Connection, thread_id: ThreadId, moment: int) -> None:
    """Something happened in the thread at ``moment``."""
    connection.execute("UPDATE threads SET updated_at = max(updated_at, ?) WHERE id = ?", (moment, thread_id))
    refresh_preview(connection, thread_id)


def refresh_preview(connection: sqlite3.Connection, thread_id: ThreadId) -> None:
    """Let the list show the last shown message that says something."""
    row = connection.execute(
        "SELECT substr(text, 1, ?) FROM messages WHERE thread_id = ? AND is_shown AND text != ''"
        " ORDER BY position DESC LIMIT 1",
        (PREVIEW_LENGTH * 4, thread_id),
    ).fetchone()
    connection.execute(
        "UPDATE threads SET preview = ? WHERE id = ?", (preview(row[0]) if row else "", thread_id)
    )


def preview(text: str) -> str:
    """The start of a message on one line, about 100 characters, without the commonest marks of Markdown."""
    head = text[: PREVIEW_LENGTH * 4]
    head = re.sub(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1", head)  # links and pictures: their words
    head = re.sub(r"^[ \t]*(?:```.*|~~~.*|#{1,6} |>+ ?|[-*+] (?=\S)|\|)", "", head, flags=re.MULTILINE)
    head = re.sub(r"\*\*|__|~~|`|(?<!\w)[*_](?=\w)|(?<=[\w.,!?])[*_](?!\w)", "", head)
    line = " ".join(head.split())
    return line if len(line) <= PREVIEW_LENGTH else line[: PREVIEW_LENGTH - 1].rstrip() + "…"
