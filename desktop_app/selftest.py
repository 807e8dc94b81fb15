"""``nitka selftest``: one line a capability, so that a report says what this machine has."""

import asyncio
import importlib.metadata
import platform
import sqlite3
import ssl
from collections.abc import Awaitable, Callable

from desktop_app import __version__
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.errors import NitkaError
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Kept
from desktop_app.services.device.on_device import OnDeviceModel, OnDeviceService
from desktop_app.store.profile import Profile
from desktop_app.store.secrets import SecretStore
from desktop_app.store.settings import load_settings
from desktop_app.widgets.resources import resources_dir

Check = Callable[[Profile], Awaitable[str]]


def selftest(profile: Profile) -> int:
    """Print the lines; returns 1 when a capability is missing that Nitka cannot do without."""
    return asyncio.run(_run(profile))


async def _run(profile: Profile) -> int:
    failed = 0
    for name, check in _CHECKS.items():
        try:
            result, verdict = await check(profile), "ok"
        except (NitkaError, OSError, LookupError, sqlite3.Error, ImportError) as error:
            result, verdict = f"{type(error).__name__}: {error}", "FAILED"
            failed = 1
        print(f"{name:13} {verdict:7} {result}", flush=True)
    return failed


async def _platform(_profile: Profile) -> str:
    qt = importlib.metadata.version("PySide6-Essentials")
    return f"Nitka {__version__}, Python {platform.python_version()}, Qt {qt}, {platform.platform()}"


async def _sqlite(_profile: Profile) -> str:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create virtual table words using fts5(text, tokenize='trigram')")
    return f"{sqlite3.sqlite_version}, full-text search with trigrams"


async def _keyring(profile: Profile) -> str:
    secrets = SecretStore(load_settings(profile).value.profile_id, timeout_s=10)
    state = await secrets.state()
    if state.kept is Kept.SESSION:
        return f"none: keys are kept until Nitka closes ({state.reason})"
    return state.backend


async def _certificates(_profile: Profile) -> str:
    count = len(ssl.create_default_context().get_ca_certs())
    if not count:
        raise LookupError("the system trusts no certificate authority")
    return f"{count} certificate authorities"


async def _model(profile: Profile) -> str:
    model = OnDeviceModel(profile.logs)
    connection = Connection(ConnectionId("selftest"), ConnectionKind.ON_DEVICE, "selftest")
    service = OnDeviceService(model, connection)
    try:
        report = await service.test()
    finally:
        await service.close()
        await model.close()
    return f"{report.models[0].name} answers, {report.round_trip_s:.1f} s with its start"


async def _translations(_profile: Profile) -> str:
    folder = resources_dir() / "translations"
    missing = [code for code in ("en", "ru") if not (folder / f"nitka_{code}.qm").is_file()]
    if missing:
        raise LookupError(f"not built: {', '.join(missing)}")
    return "en, ru"


_CHECKS: dict[str, Check] = {
    "platform": _platform,
    "sqlite": _sqlite,
    "keyring": _keyring,
    "certificates": _certificates,
    "model": _model,
    "translations": _translations,
}
