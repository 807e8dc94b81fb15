"""Messages of a thread in which a query may be shown, read in pieces on the store's thread.

A piece takes about two milliseconds: other work of the store waits no longer, the window gets its turn (looking into
text is Python's work), and giving up is a matter of not asking for the next.
"""

import sqlite3
from typing import NamedTuple

from desktop_app.domain.ids import ThreadId
from desktop_app.domain.threads import Author
from desktop_app.markdown.hits import Sieve
from desktop_app.store.database import Database

MESSAGES_A_PIECE = 100
CANDIDATES_A_PIECE = 32

UPWARDS = (
    "SELECT position, id, author, text FROM messages WHERE thread_id = ? AND is_shown AND position < ?"
    " ORDER BY position DESC LIMIT ?"
)
DOWNWARDS = (
    "SELECT position, id, author, text FROM messages WHERE thread_id = ? AND is_shown AND position >= ?"
    " ORDER BY position LIMIT ?"
)


class Candidate(NamedTuple):
    """A shown message that may show the query; ``text`` is its source."""

    position: int
    message_id: str
    author: Author
    text: str


class Piece(NamedTuple):
    """What was found, in the order of reading on; ``edge`` is where the next piece begins, None at the thread's end."""

    candidates: list[Candidate]
    edge: int | None


class FindingStore:
    """Reads in ``database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def above(self, thread_id: ThreadId, sieve: Sieve, edge: int) -> Piece:
        """The nearest candidates with positions below ``edge``, going up."""
        return await self._database.read(
            lambda connection: _piece(connection, UPWARDS, thread_id, sieve, edge)
        )

    async def below(self, thread_id: ThreadId, sieve: Sieve, edge: int) -> Piece:
        """The nearest candidates from the position ``edge`` on, going down."""
        return await self._database.read(
            lambda connection: _piece(connection, DOWNWARDS, thread_id, sieve, edge)
        )

    async def message_at(self, thread_id: ThreadId, position: int) -> Candidate | None:
        """The shown message at a position, whatever it says."""

        def select(connection: sqlite3.Connection) -> Candidate | None:
            row = connection.execute(DOWNWARDS, (thread_id, position, 1)).fetchone()
            return _to_candidate(row) if row and row[0] == position else None

        return await self._database.read(select)


def _piece(
    connection: sqlite3.Connection, statement: str, thread_id: ThreadId, sieve: Sieve, edge: int
) -> Piece:
    candidates: list[Candidate] = []
    seen = 0
    is_upwards = statement is UPWARDS
    for row in connection.execute(statement, (thread_id, edge, MESSAGES_A_PIECE)):
        seen += 1
        edge = row[0] if is_upwards else row[0] + 1
        if sieve.passes(row[3]):
            candidates.append(_to_candidate(row))
            if len(candidates) == CANDIDATES_A_PIECE:
                return Piece(candidates, edge)
    return Piece(candidates, edge if seen == MESSAGES_A_PIECE else None)


def _to_candidate(row: tuple[int, str, str, str]) -> Candidate:
    position, message_id, author, text = row
    return Candidate(position, message_id, Author(author), text)
