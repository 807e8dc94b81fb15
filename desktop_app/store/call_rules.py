"""What the user decided once and for all about calls of functions."""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from desktop_app.domain.ids import AssistantId
from desktop_app.domain.tools import Function, KeptRule, Rule, fingerprint
from desktop_app.store.database import Database
from desktop_app.store.rows import storable, to_microseconds, utc_now


class CallRuleStore:
    """Rules in ``database``; ``clock`` tells the time (aware UTC).

    A rule is about a function of one assistant with exactly the binding it had then; what is not kept is ASK.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def rule(self, assistant_id: AssistantId, function: Function) -> Rule:
        """What happens to calls of ``function``."""
        return (await self.rules(assistant_id)).get(fingerprint(function), Rule.ASK)

    async def rules(self, assistant_id: AssistantId) -> dict[str, Rule]:
        """All rules of an assistant by ``domain.tools.fingerprint``."""
        return {kept.about: kept.rule for kept in await self.kept(assistant_id)}

    async def kept(self, assistant_id: AssistantId) -> list[KeptRule]:
        """All rules of an assistant, the newest first; also of functions that it has no more, or not as they were."""

        def select(connection: sqlite3.Connection) -> list[KeptRule]:
            rows = connection.execute(
                "SELECT fingerprint, function, rule FROM call_rules WHERE assistant_id = ?"
                " ORDER BY decided_at DESC, fingerprint",
                (assistant_id,),
            )
            return [KeptRule(about, name, Rule(rule)) for about, name, rule in rows]

        return await self._database.read(select)

    async def set_rule(self, assistant_id: AssistantId, function: Function, rule: Rule) -> None:
        """Decide about ``function``; ASK forgets what was decided."""
        print_, now = fingerprint(function), to_microseconds(self._clock())

        def decide(connection: sqlite3.Connection) -> None:
            _forget(connection, assistant_id, print_)
            if rule is not Rule.ASK:
                connection.execute(
                    "INSERT INTO call_rules VALUES (?, ?, ?, ?, ?)",
                    (assistant_id, print_, storable(function.name), rule, now),
                )

        await self._database.run(decide)

    async def forget(self, assistant_id: AssistantId, about: str) -> None:
        """Ask again about the function with this fingerprint."""
        await self._database.run(lambda connection: _forget(connection, assistant_id, about))


def _forget(connection: sqlite3.Connection, assistant_id: AssistantId, about: str) -> None:
    connection.execute(
        "DELETE FROM call_rules WHERE assistant_id = ? AND fingerprint = ?", (assistant_id, about)
    )
