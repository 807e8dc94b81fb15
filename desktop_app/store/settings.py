"""Settings and window state: two small JSON files, read before the first paint.

The standard library's ``json`` serves here: importing msgspec costs 25 ms of CPU time, a twentieth of the whole start,
for six fields.  A field with a wrong value falls back to its default alone; a field that this Nitka does not know is
kept.  A file that cannot be read at all is moved aside and mentioned, never silently replaced.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from desktop_app.domain.ids import new_id
from desktop_app.domain.settings import Settings, WindowState
from desktop_app.store.files import create_file, os_errors_translated, replace_file
from desktop_app.store.profile import Profile

ZOOM_PERCENT = range(50, 301)

Value = TypeVar("Value", Settings, WindowState)


class Loaded(NamedTuple, Generic[Value]):
    """What a file held; ``kept_aside`` is where an unreadable one was moved."""

    value: Value
    kept_aside: Path | None = None


def load_settings(profile: Profile) -> Loaded[Settings]:
    """The user's settings; the first call of a profile gives it its id.  Raises StoreError, DiskFullError."""
    settings, kept_aside = _load(profile.settings, Settings)
    if settings.zoom_percent not in ZOOM_PERCENT:
        settings = settings._replace(zoom_percent=Settings().zoom_percent)
    if not settings.profile_id:
        settings = _identified(profile.settings, settings, kept_aside)
    return Loaded(settings, kept_aside)


def save_settings(profile: Profile, settings: Settings) -> None:
    """Keep ``settings``, durably.  Raises StoreError, DiskFullError."""
    _save(profile.settings, settings)


def load_window(profile: Profile) -> Loaded[WindowState]:
    """Where the window stood.  Raises StoreError when an unreadable file cannot be moved aside."""
    return Loaded(*_load(profile.window, WindowState))


def save_window(profile: Profile, state: WindowState) -> None:
    """Keep where the window stands.  Raises StoreError, DiskFullError."""
    _save(profile.window, state)


def _load(path: Path, kind: type[Value]) -> tuple[Value, Path | None]:
    try:
        return _value(kind, _stored_fields(path)), None
    except FileNotFoundError:
        return kind(), None
    except (OSError, ValueError, RecursionError):
        return kind(), _moved_aside(path)


def _save(path: Path, value: Value) -> None:
    try:
        stored = _stored_fields(path)
    except (OSError, ValueError, RecursionError):
        stored = {}
    unknown = {name: kept for name, kept in stored.items() if name not in value._fields}
    replace_file(path, _encoded(value._asdict() | unknown))


def _encoded(stored: Mapping[str, Any]) -> bytes:
    # ASCII escapes carry whatever a window title or a path may hold, lone surrogates too.
    return json.dumps(stored, indent=2).encode() + b"\n"


def _stored_fields(path: Path) -> dict[str, Any]:
    stored = json.loads(path.read_bytes())
    if not isinstance(stored, dict):
        raise ValueError("not an object")
    return stored


def _value(kind: type[Value], stored: Mapping[str, Any]) -> Value:
    read = {}
    for name, hint in get_type_hints(kind).items():
        if name in stored:
            try:
                read[name] = _read(hint, stored[name])
            except ValueError:
                continue  # this field keeps its default
    return kind(**read)


def _read(hint: Any, value: Any) -> Any:
    """``value`` as ``hint`` says; raises ValueError when it is something else."""
    if hint in (str, int, bool) and type(value) is hint:
        return value
    if hint == tuple[int, ...] and isinstance(value, list) and all(type(item) is int for item in value):
        return tuple(value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    raise ValueError(f"not {hint}")


def _moved_aside(path: Path) -> Path:
    from datetime import UTC, datetime  # hardly ever wanted

    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = path.with_name(f"{path.stem}-unreadable-{stamp}{path.suffix}")
    with os_errors_translated(path):
        return path.rename(aside)


def _identified(path: Path, settings: Settings, kept_aside: Path | None) -> Settings:
    """``settings`` with the profile's id: keys in the keyring stand under it, so it is rescued from a broken file."""
    settings = settings._replace(profile_id=_rescued_id(kept_aside) or new_id())
    if create_file(path, _encoded(settings._asdict())):
        return settings
    present = _load(path, Settings)[0]
    if present.profile_id:
        return present  # another process was first
    _save(path, settings)
    return settings


def _rescued_id(kept_aside: Path | None) -> str:
    if kept_aside is None or not kept_aside.is_file():
        return ""
    found = re.search(rb'"profile_id"\s*:\s*"([0-9a-f]{32})"', kept_aside.read_bytes())
    return found[1].decode() if found else ""
