"""An assistant as it was pulled: made here with its versions, or given those that are new.

Everything here runs inside a transaction of the caller.
"""

import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.ids import AssistantId, ConnectionId, new_id
from desktop_app.domain.remote import PulledAssistant, PulledVersion, seen_from_here
from desktop_app.store.assistants import insert_version
from desktop_app.store.remote import local_id, put_record
from desktop_app.store.rows import from_json, to_microseconds


class KeptAssistant(NamedTuple):
    """``new_versions`` were made here; ``is_left``: it was changed there and here, and nothing was made of it."""

    new_versions: int = 0
    is_left: bool = False


def keep(
    connection: sqlite3.Connection, connection_id: ConnectionId, pulled: PulledAssistant, now: datetime
) -> KeptAssistant:
    """Make the assistant, or add what is new; one that was changed here since is left as it is.

    One that is made is as if used ``now``: when it was used there is not known, and it has not expired.
    """
    row = connection.execute(
        "SELECT a.id, a.version, r.local_version FROM remote_records r JOIN assistants a ON a.id = r.local_id"
        " WHERE r.connection_id = ? AND r.kind = 'assistant' AND r.remote_id = ?",
        (connection_id, pulled.remote_id),
    ).fetchone()
    assistant_id, version, held_version = row or (_make(connection, pulled, now), 0, 0)
    held = _settings(connection, assistant_id, held_version)

    def seen(there: AssistantSettings) -> AssistantSettings:
        return replace(seen_from_here(there, held) if held else there, connection_id=connection_id)

    settings = seen(pulled.settings)
    if version != held_version:
        return KeptAssistant(is_left=held != settings)
    newest = version
    for found in _newer_versions(connection, connection_id, pulled, is_new=row is None):
        newest = _add(connection, assistant_id, newest, seen(found.settings), pulled)
        put_record(connection, connection_id, "version", found.remote_id, assistant_id, newest)
    newest = _add(connection, assistant_id, newest, settings, pulled)
    if newest != version:
        connection.execute(
            "UPDATE assistants SET version = ?, updated_at = ? WHERE id = ?",
            (newest, to_microseconds(pulled.updated_at), assistant_id),
        )
    put_record(connection, connection_id, "assistant", pulled.remote_id, assistant_id, newest)
    return KeptAssistant(newest - version)


def _make(connection: sqlite3.Connection, pulled: PulledAssistant, now: datetime) -> AssistantId:
    assistant_id = AssistantId(new_id())
    connection.execute(
        "INSERT INTO assistants (id, version, created_at, updated_at, last_active_at) VALUES (?, 0, ?, ?, ?)",
        (
            assistant_id,
            to_microseconds(pulled.created_at),
            to_microseconds(pulled.updated_at),
            to_microseconds(now),
        ),
    )
    return assistant_id


def _newer_versions(
    connection: sqlite3.Connection, connection_id: ConnectionId, pulled: PulledAssistant, *, is_new: bool
) -> list[PulledVersion]:
    """The versions after the newest one that was pulled before, oldest first.

    None of those of an assistant that Nitka took there: its history is here, its present settings say the rest.
    """
    newer: list[PulledVersion] = []
    for version in reversed(pulled.versions):
        if local_id(connection, connection_id, "version", version.remote_id):
            return newer[::-1]
        newer.append(version)
    return newer[::-1] if is_new else []


def _add(
    connection: sqlite3.Connection,
    assistant_id: AssistantId,
    version: int,
    settings: AssistantSettings,
    pulled: PulledAssistant,
) -> int:
    """Add ``settings`` after ``version`` unless it says the same; the number of the newest version then."""
    newest = _settings(connection, assistant_id, version)
    if newest and seen_from_here(settings, newest) == newest:
        return version
    # The service tells no times of versions: the first is as old as the assistant.
    made_at = pulled.updated_at if version else pulled.created_at
    insert_version(connection, assistant_id, version + 1, settings, "", to_microseconds(made_at))
    return version + 1


def _settings(
    connection: sqlite3.Connection, assistant_id: AssistantId, version: int
) -> AssistantSettings | None:
    row = connection.execute(
        "SELECT settings FROM assistant_versions WHERE assistant_id = ? AND version = ?",
        (assistant_id, version),
    ).fetchone()
    return from_json(row[0], AssistantSettings) if row else None
