"""One assistant as a JSON file, with its newest version or with all of them.

A JSON object with ``format``, ``version`` and ``versions`` (oldest first, the last is in use); fields are named as in
``domain``, times are RFC 3339 in UTC.  A connection is described by kind, provider and name: neither its id, which
means nothing elsewhere, nor its address, nor ever a key.  Rules of approval and files are not in it.  Fields that a
later Nitka adds are ignored by this one as long as ``version`` stays.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from desktop_app.domain.assistants import AssistantSettings, problems
from desktop_app.domain.names import on_one_line
from desktop_app.domain.problems import Problem

FORMAT = "nitka-assistant"
VERSION = 1
SUFFIX = "nitka-assistant.json"
SIZE_LIMIT = 64 * 1024 * 1024
MAX_TEMPERATURE = 2.0


class FileFault(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    OTHER_FORMAT = "other_format"
    NEWER = "newer"
    BROKEN = "broken"
    OVER_LIMIT = "over_limit"


_SENTENCES = {
    FileFault.TOO_LARGE: "the file is too large for an assistant",
    FileFault.NOT_JSON: "the file is not JSON",
    FileFault.OTHER_FORMAT: "there is no assistant in the file",
    FileFault.NEWER: "the file was written by a newer Nitka",
    FileFault.BROKEN: "the file is damaged",
    FileFault.OVER_LIMIT: "a field is over its limit",
}


class AssistantFileError(ValueError):
    """The file cannot be taken; ``detail`` is the place, or the name of the field over its limit."""

    def __init__(self, fault: FileFault, detail: str = "") -> None:
        super().__init__(": ".join(filter(None, (_SENTENCES[fault], detail))))
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ConnectionHint:
    """What is told of a connection; ``kind`` is a ``ConnectionKind``, or one that this Nitka does not know."""

    kind: str
    provider: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A version as it is written; ``settings`` without the id of the connection.  ``created_at`` is aware UTC."""

    settings: AssistantSettings
    created_at: datetime
    note: str = ""
    connection: ConnectionHint | None = None


def encode(versions: Sequence[SavedVersion]) -> bytes:
    """The document, laid out to be read; UTF-8."""
    import msgspec

    document = {"format": FORMAT, "version": VERSION, "versions": [_plain(version) for version in versions]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode(data: bytes) -> list[SavedVersion]:
    """The versions in ``data``, at least one; a byte order mark before it is ignored.  Raises AssistantFileError.

    Texts and lists may be over the limits of the dialog, as services give them; the dialog says so.  Names and notes
    come on one line.
    """
    import msgspec

    try:
        document = msgspec.json.decode(data.removeprefix(codecs.BOM_UTF8))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise AssistantFileError(FileFault.NOT_JSON) from error
    _check(document)
    try:
        versions = msgspec.convert(document.get("versions"), list[SavedVersion])
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise AssistantFileError(FileFault.BROKEN, str(error)) from error
    if not versions:
        raise AssistantFileError(FileFault.BROKEN, "`$.versions`")
    for version in versions:
        _check_version(version)
    return [_on_one_line(version) for version in versions]


def read(path: Path) -> list[SavedVersion]:
    """The versions in a file.  Raises AssistantFileError, and OSError when it cannot be read."""
    with path.open("rb") as file:
        data = file.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise AssistantFileError(FileFault.TOO_LARGE)
    return decode(data)


def _plain(version: SavedVersion) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(version)
    del plain["settings"]["connection_id"]
    return plain


def _check(document: Any) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise AssistantFileError(FileFault.OTHER_FORMAT)
    version = document.get("version")
    if not isinstance(version, int) or version < 1:
        raise AssistantFileError(FileFault.BROKEN, "`$.version`")
    if version > VERSION:
        raise AssistantFileError(FileFault.NEWER, str(version))


def _on_one_line(version: SavedVersion) -> SavedVersion:
    hint = version.connection
    return replace(
        version,
        settings=replace(version.settings, name=on_one_line(version.settings.name)),
        note=on_one_line(version.note),
        connection=replace(hint, name=on_one_line(hint.name)) if hint else None,
    )


def _check_version(version: SavedVersion) -> None:
    """Numbers that no field could show are refused; what the dialog shows, to be mended there, is not."""
    if version.created_at.tzinfo is None or not datetime(1970, 1, 1, tzinfo=UTC) <= version.created_at:
        raise AssistantFileError(FileFault.BROKEN, "`$.versions[...].created_at`")
    for found in problems(version.settings, max_temperature=MAX_TEMPERATURE):
        if found.problem in (Problem.TOO_SMALL, Problem.TOO_LARGE):
            raise AssistantFileError(FileFault.OVER_LIMIT, found.field)
