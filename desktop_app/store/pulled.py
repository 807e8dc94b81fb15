"""Records pulled from a service: made here once each, added to when they grew there, never written over.

Every step can be repeated: what was pulled is known by its remote id.  The messages of a thread come newest first and
wait on a stage, so that no thread is ever in memory whole; from there they are taken oldest first, some hundreds in a
transaction, so that nobody else waits long for the store.  A step raises UnusableAssistantError when the connection was
deleted meanwhile, or leads elsewhere now.
"""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from desktop_app.domain.errors import RunInProgressError, UnusableAssistantError
from desktop_app.domain.ids import ConnectionId, MessageId
from desktop_app.domain.remote import PullCounts, PulledAssistant, PulledMessage, PulledThread
from desktop_app.store import pulled_assistants, pulled_threads
from desktop_app.store.database import Database
from desktop_app.store.pulled_assistants import KeptAssistant
from desktop_app.store.pulled_threads import KeptMessages
from desktop_app.store.rows import from_json, to_json, to_microseconds, utc_now

T = TypeVar("T")


class PullPlace(NamedTuple):
    """How far a pull is: the page of the stage that is being worked on, and what was brought."""

    stage: str = "assistants"
    page_token: str = ""
    counts: PullCounts = PullCounts()


class PulledStore:
    """Pulled records in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def take_up(
        self, connection_id: ConnectionId, owner: str, is_alive: Callable[[str], bool]
    ) -> PullPlace:
        """Where a pull that did not come to its end goes on, or the beginning; from now on ``owner`` pulls.

        ``is_alive`` says whether the process with a token still runs; it is called on the store's thread.  Raises
        RunInProgressError when another one pulls: the stage is for one.
        """
        now = to_microseconds(self._clock())

        def take_up(connection: sqlite3.Connection) -> PullPlace:
            row = connection.execute(
                "SELECT owner, stage, page_token, counts FROM pulls WHERE connection_id = ?", (connection_id,)
            ).fetchone()
            if row is None:
                place = PullPlace()
                values = (connection_id, owner, place.stage, place.page_token, to_json(place.counts), now)
                connection.execute("INSERT INTO pulls VALUES (?, ?, ?, ?, ?, ?)", values)
                return place
            other, stage, page_token, counts = row
            if other not in ("", owner) and is_alive(other):
                raise RunInProgressError("another program pulls through this connection")
            connection.execute("UPDATE pulls SET owner = ? WHERE connection_id = ?", (owner, connection_id))
            return PullPlace(stage, page_token, from_json(counts, PullCounts))

        return await self._database.run(take_up)

    async def save_place(self, connection_id: ConnectionId, place: PullPlace) -> None:
        """Note how far the pull is."""
        values = (place.stage, place.page_token, to_json(place.counts), to_microseconds(self._clock()))

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE pulls SET stage = ?, page_token = ?, counts = ?, updated_at = ? WHERE connection_id = ?",
                (*values, connection_id),
            )

        await self._step(connection_id, save)

    async def leave(self, connection_id: ConnectionId, owner: str) -> None:
        """The pull of ``owner`` rests; whoever comes next goes on from its place."""

        def leave(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE pulls SET owner = '' WHERE connection_id = ? AND owner = ?", (connection_id, owner)
            )

        await self._database.run(leave)

    async def finish(self, connection_id: ConnectionId) -> None:
        """The pull has come to its end; the next one begins anew."""

        def finish(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM pulls WHERE connection_id = ?", (connection_id,))
            connection.execute("DELETE FROM pulled_messages WHERE connection_id = ?", (connection_id,))

        await self._database.run(finish)

    async def keep_assistant(self, connection_id: ConnectionId, pulled: PulledAssistant) -> KeptAssistant:
        """Make an assistant of what was pulled with all its versions, or add those that are new, and count them.

        One that was changed here since is left as it is.
        """

        now = self._clock()

        def keep(connection: sqlite3.Connection) -> KeptAssistant:
            kept = pulled_assistants.keep(connection, connection_id, pulled, now)
            _count(connection, connection_id, versions=kept.new_versions)
            return kept

        return await self._step(connection_id, keep)

    async def begin_thread(self, connection_id: ConnectionId, remote_id: str) -> bool:
        """Clear the stage for the messages of a thread; False when it is to be left alone.

        That is a thread that was deleted here, one in which a reply is being written, and the copy of a part of a
        thread that Nitka itself took there and left.
        """
        return await self._step(
            connection_id, lambda connection: pulled_threads.begin(connection, connection_id, remote_id)
        )

    async def stage(
        self, connection_id: ConnectionId, remote_id: str, messages: Sequence[PulledMessage]
    ) -> MessageId | None:
        """Put the next messages of a thread, newest first, on the stage.

        Returns the first of them that was pulled before and is still here: what is older is here, too.
        """
        return await self._step(
            connection_id,
            lambda connection: pulled_threads.stage(connection, connection_id, remote_id, messages),
        )

    async def keep_messages(
        self, connection_id: ConnectionId, pulled: PulledThread, after: MessageId | None
    ) -> KeptMessages:
        """Take the oldest messages from the stage into their thread, which is made with the first, and count them.

        They follow ``after``, the newest that was there before: shown where that ends the shown path, else as a branch.
        What Nitka wrote there itself is recognised by its place, author and words.
        """
        now = self._clock()

        def keep(connection: sqlite3.Connection) -> KeptMessages:
            kept = pulled_threads.keep(connection, connection_id, pulled, after, now)
            _count(connection, connection_id, messages=kept.taken, new_messages=kept.made)
            return kept

        return await self._step(connection_id, keep)

    async def _step(self, connection_id: ConnectionId, work: Callable[[sqlite3.Connection], T]) -> T:
        """``work`` in one transaction, as long as the pull that it belongs to goes on."""

        def step(connection: sqlite3.Connection) -> T:
            if not connection.execute(
                "SELECT 1 FROM pulls WHERE connection_id = ?", (connection_id,)
            ).fetchone():
                raise UnusableAssistantError("the connection was changed or deleted")
            return work(connection)

        return await self._database.run(step)


def _count(connection: sqlite3.Connection, connection_id: ConnectionId, **more: int) -> None:
    """Add to the counts of the pull what is stored together with this: it will not be new a second time."""
    row = connection.execute("SELECT counts FROM pulls WHERE connection_id = ?", (connection_id,)).fetchone()
    if row and any(more.values()):
        counts = from_json(row[0], PullCounts).plus(**more)
        connection.execute(
            "UPDATE pulls SET counts = ? WHERE connection_id = ?", (to_json(counts), connection_id)
        )
