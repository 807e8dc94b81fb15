"""What services taught about the estimate of tokens, kept for each model of a connection."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from desktop_app.domain.counting import TokenRatio
from desktop_app.domain.ids import ConnectionId
from desktop_app.store.database import Database
from desktop_app.store.rows import storable, to_microseconds, utc_now


class TokenRatioStore:
    """Ratios in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def ratio(self, connection_id: ConnectionId, model: str) -> TokenRatio:
        """What was learned; the bare estimate's where nothing was."""
        return await self._database.read(
            lambda connection: _ratio(connection, connection_id, storable(model))
        )

    async def learn(
        self, connection_id: ConnectionId, model: str, estimated: int, counted: int
    ) -> TokenRatio:
        """Learn from a prompt of ``estimated`` tokens that the service ``counted``; what is known then."""
        name, now = storable(model), to_microseconds(self._clock())

        def learn(connection: sqlite3.Connection) -> TokenRatio:
            before = _ratio(connection, connection_id, name)
            after = before.after(estimated, counted)
            if after != before:
                connection.execute(
                    "INSERT OR REPLACE INTO token_ratios VALUES (?, ?, ?, ?, ?)",
                    (connection_id, name, after.value, after.reports, now),
                )
            return after

        return await self._database.run(learn)


def _ratio(connection: sqlite3.Connection, connection_id: ConnectionId, model: str) -> TokenRatio:
    row = connection.execute(
        "SELECT ratio, reports FROM token_ratios WHERE connection_id = ? AND model = ?",
        (connection_id, model),
    ).fetchone()
    return TokenRatio(*row) if row else TokenRatio()
