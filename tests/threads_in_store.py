"""Threads of any length put straight into the store."""

import sqlite3
from collections.abc import Sequence

from desktop_app.domain.ids import ThreadId, new_id
from desktop_app.domain.threads import Author
from desktop_app.store.database import Database


def author_at(position: int) -> Author:
    """Questions and replies take turns."""
    return Author.ASSISTANT if position % 2 else Author.USER


def put_thread(database: Database, thread_id: ThreadId, texts: Sequence[str]) -> None:
    """A thread that shows ``texts``; it takes the place of one with the same id."""

    def insert(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM threads WHERE id = ?", (thread_id,))
        connection.execute("INSERT INTO threads (id, created_at, updated_at) VALUES (?, 0, 0)", (thread_id,))
        ids = [new_id() for _ in texts]
        connection.executemany(
            "INSERT INTO messages (id, parent_id, thread_id, position, is_shown, author, status, created_at, text)"
            " VALUES (?, ?, ?, ?, 1, ?, 'completed', 0, ?)",
            (
                (
                    ids[position],
                    ids[position - 1] if position else None,
                    thread_id,
                    position,
                    author_at(position),
                    text,
                )
                for position, text in enumerate(texts)
            ),
        )

    database.run_blocking(insert)
