"""Assistants written to files of their own and taken from them."""

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from desktop_app.domain.assistants import Assistant, AssistantVersion
from desktop_app.domain.connections import Connection
from desktop_app.domain.ids import AssistantId, ConnectionId
from desktop_app.export.assistants import ConnectionHint, SavedVersion, encode, read
from desktop_app.export.files import write
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.connections import ConnectionStore


class Match(StrEnum):
    """Which connection an imported assistant got: the one of that name, another of the same kind, or none."""

    NAMED = "named"
    KIND = "kind"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Imported:
    """An assistant from a file; ``wanted`` is the connection the file names, ``connection`` the one it got."""

    assistant: Assistant
    match: Match
    wanted: ConnectionHint | None
    connection: Connection | None


class AssistantFilesController:
    """Works on any loop; files are read and written on a thread."""

    def __init__(self, assistants: AssistantStore, connections: ConnectionStore) -> None:
        self._assistants = assistants
        self._connections = connections

    async def export(self, assistant_id: AssistantId, path: Path, *, has_history: bool) -> Path:
        """Write an assistant to ``path``, with all its versions or the newest alone.

        Raises LookupError when it is gone, OSError, StoreError.
        """
        versions = await self._assistants.versions(assistant_id)
        if not versions:
            raise LookupError(f"no assistant {assistant_id}")
        known = {connection.id: connection for connection in await self._connections.connections()}
        chosen = versions[::-1] if has_history else versions[:1]
        saved = [_saved(version, known) for version in chosen]
        return await asyncio.to_thread(lambda: write(path, [encode(saved)]))

    async def import_(self, path: Path) -> Imported:
        """Make a new assistant of a file.

        Raises AssistantFileError for what is in it, OSError, StoreError; nothing is changed then.
        """
        saved = await asyncio.to_thread(read, path)
        known = await self._connections.connections()
        found = [_matching(version.connection, known) for version in saved]
        versions = [
            _version(number, version, connection.id if connection else None)
            for number, (version, connection) in enumerate(zip(saved, found, strict=True), 1)
        ]
        assistant = await self._assistants.create_with_history(versions)
        wanted, connection = saved[-1].connection, found[-1]
        return Imported(assistant, _match(wanted, connection), wanted, connection)


def _saved(version: AssistantVersion, known: dict[ConnectionId, Connection]) -> SavedVersion:
    settings = version.settings
    connection = known.get(settings.connection_id) if settings.connection_id else None
    hint = ConnectionHint(connection.kind, connection.provider, connection.name) if connection else None
    return SavedVersion(replace(settings, connection_id=None), version.created_at, version.note, hint)


def _version(number: int, saved: SavedVersion, connection_id: ConnectionId | None) -> AssistantVersion:
    settings = replace(saved.settings, connection_id=connection_id)
    return AssistantVersion(number, settings, saved.note, saved.created_at)


def _matching(hint: ConnectionHint | None, known: list[Connection]) -> Connection | None:
    """The connection that is most like the one that is described; its kind has to be the same."""
    if hint is None:
        return None
    likely = [connection for connection in known if connection.kind == hint.kind]
    return max(
        likely,
        key=lambda connection: (connection.name == hint.name, connection.provider == hint.provider),
        default=None,
    )


def _match(wanted: ConnectionHint | None, connection: Connection | None) -> Match:
    if wanted is None or connection is None:
        return Match.NONE
    return Match.NAMED if connection.name == wanted.name else Match.KIND
