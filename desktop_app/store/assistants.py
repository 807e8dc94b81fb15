"""Assistants and their versions: every change is a version, and versions are kept for ever."""

# ruff: noqa: S608 - statements are put together from column names of ours, never from values

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from desktop_app.domain.assistants import Assistant, AssistantSettings, AssistantVersion, VersionUse
from desktop_app.domain.drafts import AssistantDraft, rebased
from desktop_app.domain.ids import AssistantId, new_id
from desktop_app.store.database import Database
from desktop_app.store.rows import from_json, storable, to_json, to_microseconds, to_time, utc_now

NEW = ""  # the draft of an assistant that is being made

SELECT = """
    SELECT a.id, a.version, v.settings, a.created_at, a.updated_at, a.last_active_at
    FROM assistants a JOIN assistant_versions v ON v.assistant_id = a.id AND v.version = a.version
"""

# The other columns are those of the row with the greatest place: the newest reply, one that is shown before all others.
SELECT_USES = """
    SELECT r.assistant_version, m.thread_id, t.name, m.id, COUNT(DISTINCT m.id), MAX((m.is_shown << 62) + m.seq) place
    FROM runs r JOIN messages m ON m.id = r.message_id JOIN threads t ON t.id = m.thread_id
    WHERE r.assistant_id = ? AND t.trashed_at IS NULL
    GROUP BY r.assistant_version, m.thread_id
    ORDER BY r.assistant_version DESC, t.updated_at DESC, m.thread_id
"""


class AssistantStore:
    """Assistants in ``database``; ``clock`` tells the time (aware UTC)."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def assistants(self) -> list[Assistant]:
        """Those that are not in the trash, in the order they were made."""

        def select(connection: sqlite3.Connection) -> list[Assistant]:
            rows = connection.execute(f"{SELECT} WHERE a.trashed_at IS NULL ORDER BY a.created_at, a.id")
            return [_to_assistant(row) for row in rows]

        return await self._database.read(select)

    async def assistant(self, assistant_id: AssistantId) -> Assistant | None:
        """The assistant at its newest version, also from the trash."""
        return await self._database.read(lambda connection: _assistant(connection, assistant_id))

    async def create(self, settings: AssistantSettings, note: str = "") -> Assistant:
        """A new assistant at version 1."""
        now = self._clock()
        return await self._database.run(lambda connection: _create(connection, settings, note, now))

    async def save_version(
        self,
        assistant_id: AssistantId,
        settings: AssistantSettings,
        note: str = "",
        *,
        edited_version: int = 0,
    ) -> Assistant:
        """Make ``settings`` the newest version; when nothing changed no version is made.

        If they were made by editing a version that is not the newest any more, what they change of it is put upon the
        newest.  Returns the assistant as it is then.  Raises LookupError when there is none.
        """
        now = to_microseconds(self._clock())

        def save(connection: sqlite3.Connection) -> Assistant:
            before = _required(connection, assistant_id)
            new = _upon(connection, before, settings, edited_version)
            if before.settings == new:
                return before
            connection.execute(
                "UPDATE assistants SET version = version + 1, updated_at = ? WHERE id = ?",
                (now, assistant_id),
            )
            insert_version(connection, assistant_id, before.version + 1, new, note, now)
            return _required(connection, assistant_id)

        return await self._database.run(save)

    async def version(self, assistant_id: AssistantId, number: int) -> AssistantVersion | None:
        """The version with this number, counted from 1."""
        return next((found for found in await self.versions(assistant_id) if found.version == number), None)

    async def versions(self, assistant_id: AssistantId) -> list[AssistantVersion]:
        """All versions, newest first."""

        def select(connection: sqlite3.Connection) -> list[AssistantVersion]:
            rows = connection.execute(
                "SELECT version, settings, note, created_at FROM assistant_versions WHERE assistant_id = ?"
                " ORDER BY version DESC",
                (assistant_id,),
            )
            return [_to_version(row) for row in rows]

        return await self._database.read(select)

    async def replies_by_version(self, assistant_id: AssistantId) -> list[VersionUse]:
        """Which versions gave replies in which threads, newest first; threads in the trash do not count."""

        def select(connection: sqlite3.Connection) -> list[VersionUse]:
            return [VersionUse(*row[:5]) for row in connection.execute(SELECT_USES, (assistant_id,))]

        return await self._database.read(select)

    async def create_with_history(self, versions: Sequence[AssistantVersion]) -> Assistant:
        """A new assistant with the settings, notes and times of ``versions`` (oldest first), counted from 1.

        Its lifetime begins now.  Raises ValueError when there is none.
        """
        if not versions:
            raise ValueError("an assistant needs a version")
        now = self._clock()

        def create(connection: sqlite3.Connection) -> Assistant:
            made = _insert(connection, len(versions), now)
            for number, version in enumerate(versions, 1):
                moment = to_microseconds(version.created_at)
                insert_version(connection, made, number, version.settings, version.note, moment)
            return _required(connection, made)

        return await self._database.run(create)

    async def duplicate(self, assistant_id: AssistantId, name: str) -> Assistant:
        """A new assistant with the same settings and its own name.  Raises LookupError when there is none to copy."""
        now = self._clock()

        def copy(connection: sqlite3.Connection) -> Assistant:
            settings = replace(_required(connection, assistant_id).settings, name=name)
            return _create(connection, settings, "", now)

        return await self._database.run(copy)

    async def trash(self, assistant_id: AssistantId) -> None:
        """Move the assistant to the trash; its threads stay."""
        await self._set(assistant_id, "trashed_at", to_microseconds(self._clock()))

    async def restore(self, assistant_id: AssistantId) -> None:
        """Take the assistant out of the trash."""
        await self._set(assistant_id, "trashed_at", None)

    async def touch(self, assistant_id: AssistantId) -> None:
        """The assistant is used now; a lifetime since last use begins again."""
        await self._set(assistant_id, "last_active_at", to_microseconds(self._clock()))

    async def save_draft(self, assistant_id: AssistantId | None, draft: AssistantDraft) -> None:
        """Keep edits that are not saved yet; None is the assistant that is being made."""
        values = (assistant_id or NEW, _draft_to_json(draft), to_microseconds(self._clock()))

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO assistant_drafts VALUES (?, ?, ?)", values)

        await self._database.run(save)

    async def load_draft(self, assistant_id: AssistantId | None) -> AssistantDraft | None:
        """The edits that were not saved, put upon the newest version; None when they are what it says anyway.

        What versions since the draft's own have changed stays changed where the draft did not touch it.
        """

        def load(connection: sqlite3.Connection) -> AssistantDraft | None:
            row = connection.execute(
                "SELECT settings FROM assistant_drafts WHERE assistant_id = ?", (assistant_id or NEW,)
            ).fetchone()
            draft = _draft_from_json(row[0]) if row else None
            saved = _assistant(connection, assistant_id) if assistant_id else None
            if draft is None or saved is None:
                return draft
            settings = _upon(connection, saved, draft.settings, draft.version)
            is_of_newest = draft.version == saved.version
            if settings == saved.settings and not (draft.note and is_of_newest):
                return None
            return AssistantDraft(settings, saved.version, draft.note)

        return await self._database.read(load)

    async def drop_draft(self, assistant_id: AssistantId | None) -> None:
        """Forget the edits that were not saved."""

        def drop(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM assistant_drafts WHERE assistant_id = ?", (assistant_id or NEW,))

        await self._database.run(drop)

    async def _set(self, assistant_id: AssistantId, column: str, value: int | None) -> None:
        def update(connection: sqlite3.Connection) -> None:
            connection.execute(f"UPDATE assistants SET {column} = ? WHERE id = ?", (value, assistant_id))

        await self._database.run(update)


def _assistant(connection: sqlite3.Connection, assistant_id: AssistantId) -> Assistant | None:
    row = connection.execute(f"{SELECT} WHERE a.id = ?", (assistant_id,)).fetchone()
    return _to_assistant(row) if row else None


def _required(connection: sqlite3.Connection, assistant_id: AssistantId) -> Assistant:
    found = _assistant(connection, assistant_id)
    if found is None:
        raise LookupError(f"no assistant {assistant_id}")
    return found


def _upon(
    connection: sqlite3.Connection, newest: Assistant, settings: AssistantSettings, version: int
) -> AssistantSettings:
    """What ``settings`` changed of a version, put upon the newest; as they are when nobody knows that version."""
    row = connection.execute(
        "SELECT settings FROM assistant_versions WHERE assistant_id = ? AND version = ?", (newest.id, version)
    ).fetchone()
    return rebased(settings, from_json(row[0], AssistantSettings), newest.settings) if row else settings


def _create(
    connection: sqlite3.Connection, settings: AssistantSettings, note: str, now: datetime
) -> Assistant:
    assistant_id = _insert(connection, 1, now)
    insert_version(connection, assistant_id, 1, settings, note, to_microseconds(now))
    return _required(connection, assistant_id)


def _insert(connection: sqlite3.Connection, version: int, now: datetime) -> AssistantId:
    assistant_id, moment = AssistantId(new_id()), to_microseconds(now)
    connection.execute(
        "INSERT INTO assistants (id, version, created_at, updated_at, last_active_at) VALUES (?, ?, ?, ?, ?)",
        (assistant_id, version, moment, moment, moment),
    )
    return assistant_id


def insert_version(
    connection: sqlite3.Connection,
    assistant_id: AssistantId,
    version: int,
    settings: AssistantSettings,
    note: str,
    moment: int,
) -> None:
    """Add one entry to an assistant's history, inside a transaction of the caller."""
    connection.execute(
        "INSERT INTO assistant_versions VALUES (?, ?, ?, ?, ?)",
        (assistant_id, version, to_json(settings), storable(note), moment),
    )


def _to_assistant(row: tuple[Any, ...]) -> Assistant:
    id_, version, settings, created_at, updated_at, last_active_at = row
    return Assistant(
        id=id_,
        version=version,
        settings=from_json(settings, AssistantSettings),
        created_at=to_time(created_at),
        updated_at=to_time(updated_at),
        last_active_at=to_time(last_active_at),
    )


def _to_version(row: tuple[Any, ...]) -> AssistantVersion:
    version, settings, note, created_at = row
    return AssistantVersion(version, from_json(settings, AssistantSettings), note, to_time(created_at))


@dataclass(frozen=True, slots=True)
class _DraftMarks:
    """What stands in a draft's JSON beside the settings; drafts of earlier programs have none of it."""

    draft_version: int = 0
    draft_note: str = ""


def _draft_to_json(draft: AssistantDraft) -> str:
    marks = _DraftMarks(draft.version, draft.note)
    parts = (draft.settings, marks)
    return to_json({field.name: getattr(part, field.name) for part in parts for field in fields(part)})


def _draft_from_json(text: str) -> AssistantDraft:
    marks = from_json(text, _DraftMarks)
    return AssistantDraft(from_json(text, AssistantSettings), marks.draft_version, marks.draft_note)
