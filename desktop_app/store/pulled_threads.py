"""A thread as it was pulled: its messages are staged newest first, and taken into the thread oldest first.

Everything here runs inside a transaction of the caller.
"""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from desktop_app.domain.holding import digest
from desktop_app.domain.ids import ConnectionId, MessageId, ThreadId, new_id
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.prompt import PROMPT_MESSAGES_LIMIT
from desktop_app.domain.remote import PulledMessage, PulledThread, RemoteThread
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.domain.tools import BETWEEN_ROUNDS
from desktop_app.store import remote, tree, writing
from desktop_app.store.remote import local_id, put_record
from desktop_app.store.rows import storable, to_json, to_microseconds

MESSAGES_A_TRANSACTION = 500

STAGED = "FROM pulled_messages WHERE connection_id = ? AND thread_remote_id = ?"
IS_PULLED = (
    "EXISTS (SELECT 1 FROM remote_records r"
    " WHERE r.local_id = m.id AND r.connection_id = ? AND r.kind = 'message')"
)

# Shown messages of a thread between two of them.
BETWEEN = (
    "m.thread_id = ? AND m.is_shown AND m.position BETWEEN (SELECT position FROM messages WHERE id = ?)"
    " AND (SELECT position FROM messages WHERE id = ?)"
)


class KeptMessages(NamedTuple):
    """``last`` is what the next would follow; ``taken`` ones left the stage, ``made`` of them are new here."""

    last: MessageId | None
    taken: int
    made: int
    is_over: bool


class StagedMessage(NamedTuple):
    """A row of the stage."""

    remote_id: str
    author: str
    author_id: str
    status: str
    created_at: int
    labels: str
    citations: str
    text: str


def begin(connection: sqlite3.Connection, connection_id: ConnectionId, remote_id: str) -> bool:
    """Clear the stage for the messages of a thread; False when it is to be left alone."""
    connection.execute("DELETE FROM pulled_messages WHERE connection_id = ?", (connection_id,))
    thread_id = local_id(connection, connection_id, "thread", remote_id)
    if thread_id is None:
        return True
    if not _may_grow(connection, thread_id):
        return False
    has_messages, has_pulled = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.id),"
        f" EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.id AND {IS_PULLED})"
        " FROM threads t WHERE t.id = ?",
        (connection_id, thread_id),
    ).fetchone()
    held = remote.thread(connection, connection_id, ThreadId(thread_id))
    is_held = held is not None and held.remote_id == remote_id
    return is_held or has_pulled or not has_messages


def stage(
    connection: sqlite3.Connection,
    connection_id: ConnectionId,
    remote_id: str,
    messages: Sequence[PulledMessage],
) -> MessageId | None:
    """Stage the next messages down to one that was pulled before and is still here; that one."""
    n = connection.execute(f"SELECT coalesce(max(n) + 1, 0) {STAGED}", (connection_id, remote_id)).fetchone()[
        0
    ]
    for message in messages:
        is_known, message_id = _known(connection, connection_id, _key(remote_id, message.remote_id))
        if message_id:
            return message_id
        if not is_known:  # what was deleted here is not wanted again
            connection.execute(
                "INSERT INTO pulled_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (connection_id, remote_id, n, *_staged(message)),
            )
            n += 1
    return None


def keep(
    connection: sqlite3.Connection,
    connection_id: ConnectionId,
    pulled: PulledThread,
    after: MessageId | None,
    now: datetime,
) -> KeptMessages:
    """Take the oldest staged messages into their thread, below ``after``; the thread is made with the first of them."""
    return _Keeping(connection, connection_id, pulled, now).keep(after)


def _may_grow(connection: sqlite3.Connection, thread_id: str, after: MessageId | None = None) -> bool:
    """Whether the thread is there and nobody writes in it, and ``after`` (None: nothing) is there as well."""
    row = connection.execute(
        "SELECT 1 FROM threads t WHERE t.id = ? AND t.trashed_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.id AND m.status = ?)"
        " AND (? IS NULL OR EXISTS (SELECT 1 FROM messages m WHERE m.id = ?))",
        (thread_id, Status.WRITING, after, after),
    ).fetchone()
    return row is not None


def _staged(message: PulledMessage) -> StagedMessage:
    return StagedMessage(
        message.remote_id,
        message.author,
        message.author_id,
        message.status,
        to_microseconds(message.created_at),
        to_json(message.labels),
        to_json(message.citations),
        storable(message.text),
    )


def _key(thread_remote_id: str, remote_id: str) -> str:
    """The name of a message among the remote records: it is asked for by its thread and its id, and so unique."""
    return f"{thread_remote_id}/{remote_id}"


def _known(
    connection: sqlite3.Connection, connection_id: ConnectionId, key: str
) -> tuple[bool, MessageId | None]:
    """Whether the message was pulled before, and its id as long as it has not been deleted here."""
    row = connection.execute(
        "SELECT m.id FROM remote_records r LEFT JOIN messages m ON m.id = r.local_id"
        " WHERE r.connection_id = ? AND r.kind = 'message' AND r.remote_id = ?",
        (connection_id, key),
    ).fetchone()
    return row is not None, row[0] if row else None


class _Keeping:
    """One transaction in which messages go from the stage into their thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        connection_id: ConnectionId,
        pulled: PulledThread,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._connection_id = connection_id
        self._pulled = pulled
        self._now = now
        found = local_id(connection, connection_id, "thread", pulled.remote_id)
        self._thread_id = ThreadId(found) if found else self._make()
        self._held = remote.thread(connection, connection_id, self._thread_id)

    def keep(self, after: MessageId | None) -> KeptMessages:
        """As the function ``keep``; what changed here since the reading is left to the next pull."""
        if not _may_grow(self._connection, self._thread_id, after):
            return KeptMessages(after, 0, 0, is_over=True)
        last = after or self._start()
        rows = self._take()
        taken = made = 0
        is_shown = False
        for row in rows:
            key = _key(self._pulled.remote_id, row.remote_id)
            if _known(self._connection, self._connection_id, key)[0]:
                continue  # it was listed twice
            message_id = None if made else self._same(last, row)
            if message_id is None:
                is_shown = is_shown if made else self._ends_path(last)
                message_id = self._add(row, last, is_shown=is_shown)
                made += 1
            put_record(self._connection, self._connection_id, "message", key, message_id)
            last, taken = message_id, taken + 1
        if made:
            self._note_new(rows)
        is_over = self._is_stage_empty()
        if is_over and last:
            self._note_held(last)
        return KeptMessages(last, taken, made, is_over)

    def _make(self) -> ThreadId:
        thread_id, pulled = ThreadId(new_id()), self._pulled
        made = ThreadSettings(
            storable(pulled.name.strip())[:THREAD_NAME_LIMIT],
            storable(pulled.description),
            pulled.labels,
            pulled.expiration,
            pulled.other_tools,
        )
        self._connection.execute(
            "INSERT INTO threads (id, name, created_at, updated_at, labels, expiration, description,"
            " other_tools) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                thread_id,
                made.name,
                to_microseconds(pulled.created_at),
                to_microseconds(pulled.updated_at),
                to_json(made.labels),
                to_json(made.expiration) if made.expiration else None,
                made.description,
                to_json(made.other_tools),
            ),
        )
        put_record(self._connection, self._connection_id, "thread", pulled.remote_id, thread_id, made.mark)
        return thread_id

    def _start(self) -> MessageId | None:
        """What the first message there follows here: what Nitka took there may begin in the middle of a thread."""
        if self._held is None or self._held.remote_id != self._pulled.remote_id:
            return None
        row = self._connection.execute(
            "SELECT parent_id FROM messages WHERE id = ?", (self._held.first,)
        ).fetchone()
        return row[0] if row else None

    # -- the stage

    @property
    def _stage(self) -> tuple[str, str]:
        return self._connection_id, self._pulled.remote_id

    def _take(self) -> list[StagedMessage]:
        """The oldest messages of the stage, which are not there any more then."""
        rows = self._connection.execute(
            f"SELECT n, {', '.join(StagedMessage._fields)} {STAGED} ORDER BY n DESC LIMIT ?",
            (*self._stage, MESSAGES_A_TRANSACTION),
        ).fetchall()
        if rows:
            self._connection.execute(f"DELETE {STAGED} AND n >= ?", (*self._stage, rows[-1][0]))
        return [StagedMessage(*row[1:]) for row in rows]

    def _is_stage_empty(self) -> bool:
        return self._connection.execute(f"SELECT 1 {STAGED} LIMIT 1", self._stage).fetchone() is None

    # -- the thread

    def _same(self, parent_id: MessageId | None, row: StagedMessage) -> MessageId | None:
        """The message at this place that says the same: Nitka wrote it there itself.

        Of a reply that called functions the service may keep what was written after the last of them alone.
        """
        ending = BETWEEN_ROUNDS + row.text
        found = self._connection.execute(
            "SELECT id FROM messages WHERE thread_id = ? AND parent_id IS ? AND author = ?"
            " AND (text = ? OR (steps != ? AND substr(text, -?) = ?)) ORDER BY is_shown DESC, seq LIMIT 1",
            (self._thread_id, parent_id, row.author, row.text, tree.NOTHING, len(ending), ending),
        ).fetchone()
        return found[0] if found else None

    def _ends_path(self, message_id: MessageId | None) -> bool:
        """Whether the shown path ends with the message; for None, whether nothing is shown."""
        newest = tree.newest_shown(self._connection, self._thread_id, None)
        return (newest.id if newest else None) == message_id

    def _add(self, row: StagedMessage, parent_id: MessageId | None, *, is_shown: bool) -> MessageId:
        message_id = MessageId(new_id())
        self._connection.execute(
            "INSERT INTO messages (seq, id, thread_id, parent_id, position, is_shown, author, status, created_at,"
            f" labels, citations, text) VALUES ({tree.NEXT_SEQ}, ?, ?, ?,"
            " coalesce((SELECT position + 1 FROM messages WHERE id = ?), 0), ?, ?, ?, ?, ?, ?, ?)",
            (
                message_id,
                self._thread_id,
                parent_id,
                parent_id,
                is_shown,
                row.author,
                row.status,
                row.created_at,
                row.labels,
                row.citations,
                row.text,
            ),
        )
        return message_id

    def _note_new(self, rows: Sequence[StagedMessage]) -> None:
        """Name the thread, let the list show it; who wrote the last reply answers in a thread that was just made."""
        asked = next((row.text for row in rows if row.author == Author.USER and row.text.strip()), None)
        if asked:
            writing.name_after(self._connection, self._thread_id, asked)
        writing.note_activity(self._connection, self._thread_id, rows[-1].created_at)
        author_id = next((row.author_id for row in reversed(rows) if row.author == Author.ASSISTANT), "")
        assistant_id = local_id(self._connection, self._connection_id, "assistant", author_id)
        if assistant_id and self._held is None:
            self._connection.execute(
                "UPDATE threads SET assistant_id = ? WHERE id = ?", (assistant_id, self._thread_id)
            )

    # -- writing goes on there

    def _note_held(self, last: MessageId) -> None:
        """Let writing go on in the thread there, as long as that says what is shown here and nothing else."""
        held = self._held
        if held and held.remote_id != self._pulled.remote_id:
            return  # Nitka went on in another
        if self._has_moved_on(last):
            return
        if held and digest(self._path(held.first, held.last)) != held.digest:
            return  # nobody relies on it any more
        first = held.first if held else self._root()
        if first and self._is_as_there(first, last):
            messages = list(self._path(first, last))
            said = sum(1 for message in messages if message.text)
            held = RemoteThread(self._pulled.remote_id, first, last, said, "", self._now, digest(messages))
        elif held:
            held = replace(held, digest="")
        if held:
            remote.put_thread(self._connection, self._connection_id, self._thread_id, held)

    def _has_moved_on(self, last: MessageId) -> bool:
        """Whether Nitka has asked there since the messages were read."""
        row = self._connection.execute(
            "SELECT (SELECT position FROM messages WHERE id = ?) > (SELECT position FROM messages WHERE id = ?)",
            (self._held.last if self._held else None, last),
        ).fetchone()
        return bool(row[0])

    def _root(self) -> MessageId | None:
        row = self._connection.execute(
            "SELECT id FROM messages WHERE thread_id = ? AND is_shown AND position = 0", (self._thread_id,)
        ).fetchone()
        return row[0] if row else None

    def _is_as_there(self, first: MessageId, last: MessageId) -> bool:
        """Whether what is shown from ``first`` to ``last`` was pulled, and nothing of it has been deleted."""
        position = tree.shown_position(self._connection, last)
        if position is None or position >= PROMPT_MESSAGES_LIMIT:  # nobody would claim it
            return False
        other = self._connection.execute(
            f"SELECT 1 FROM messages m WHERE {BETWEEN} AND m.text != '' AND NOT {IS_PULLED}",
            (self._thread_id, first, last, self._connection_id),
        ).fetchone()
        deleted = self._connection.execute(
            f"SELECT 1 FROM deleted_messages m WHERE m.thread_id = ? AND {IS_PULLED}",
            (self._thread_id, self._connection_id),
        ).fetchone()
        return other is None and deleted is None

    def _path(self, first: MessageId, last: MessageId) -> Iterator[Message]:
        columns = ", ".join(f"m.{column}" for column in tree.COLUMNS.split(", "))
        rows = self._connection.execute(
            f"SELECT {columns} FROM messages m WHERE {BETWEEN} ORDER BY m.position",
            (self._thread_id, first, last),
        )
        return (tree.to_message(row) for row in rows)
