"""Profiles as a user would have made them, without the clicks, and a look into their records."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, new_id
from desktop_app.domain.tools import Function, Rule, SearchTool
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.call_rules import CallRuleStore
from desktop_app.store.connections import ConnectionStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.store.profile import Profile


def prepare_profile(
    folder: Path,
    base_url: str,
    functions: Sequence[Function] = (),
    allowed: Sequence[Function] = (),
    search: SearchTool | None = None,
) -> None:
    """A profile with the assistants "Loopback" (a server at ``base_url``) and "Device" (the on-device model).

    Loopback has ``functions``, of which those ``allowed`` are always called, and ``search``.
    """
    settings = AssistantSettings(name="Loopback", model="scripted", functions=tuple(functions), search=search)
    asyncio.run(_prepare(Profile.at(folder), base_url, settings, allowed))


async def _prepare(
    profile: Profile, base_url: str, settings: AssistantSettings, allowed: Sequence[Function]
) -> None:
    profile.prepare()
    database = Database(profile.database, profile.backups)
    await database.open()
    connections, assistants = ConnectionStore(database), AssistantStore(database)
    chat = Connection(ConnectionId(new_id()), ConnectionKind.CHAT, "Loopback server", base_url)
    device = Connection(ConnectionId(new_id()), ConnectionKind.ON_DEVICE, "On this device")
    await connections.add(chat)
    await connections.add(device)
    first = await assistants.create(replace(settings, connection_id=chat.id))
    for function in allowed:
        await CallRuleStore(database).set_rule(first.id, function, Rule.ALLOW)
    await assistants.create(AssistantSettings(name="Device", connection_id=device.id))
    await ConversationStore(database).create_thread(first.id)
    await database.close()


def records(folder: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Rows of the profile's database, which must open and be sound."""
    with closing(sqlite3.connect(folder / "nitka.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return database.execute(query, values).fetchall()
