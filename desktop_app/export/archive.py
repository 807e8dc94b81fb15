"""Threads as JSON that loses nothing: what is read back equals what was written.

A JSON object with ``format``, ``version`` and ``threads``; fields are named as in ``domain``, times are RFC 3339 in
UTC, ids are Nitka's own.  Fields that a later version adds are ignored by this one as long as ``version`` stays.
Texts that UTF-8 cannot hold (lone surrogates, as some services send them) stand as ``{"$wtf8": BASE64}``.
"""

import base64
from collections.abc import Iterable, Iterator
from typing import Any

from desktop_app.domain.archive import ThreadArchive

FORMAT = "nitka-threads"
VERSION = 1

_ESCAPE = "$wtf8"


class ArchiveError(ValueError):
    """The bytes are not an archive that can be read; the text says why."""


def encode(archives: Iterable[ThreadArchive]) -> Iterator[bytes]:
    """The document in pieces, one a thread, each on lines of its own; UTF-8."""
    yield f'{{"format":"{FORMAT}","version":{VERSION},"threads":['.encode()
    separator = b"\n"
    for archive in archives:
        yield separator
        yield _encoded(archive)
        separator = b",\n"
    yield b"\n]}\n"


def decode(data: bytes) -> list[ThreadArchive]:
    """The threads in ``data``; raises ArchiveError."""
    import msgspec

    try:
        document = msgspec.json.decode(data)
        _check(document)
        if f'"{_ESCAPE}"'.encode() in data:
            document = _unescaped(document)
        return msgspec.convert(document["threads"], list[ThreadArchive])
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise error if isinstance(error, ArchiveError) else ArchiveError(str(error)) from error


def _check(document: Any) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT or "threads" not in document:
        raise ArchiveError("not an archive of threads")
    version = document.get("version")
    if not isinstance(version, int) or version < 1:
        raise ArchiveError("an archive without a version")
    if version > VERSION:
        raise ArchiveError(f"written by a newer Nitka (version {version}, this one reads {VERSION})")


def _encoded(archive: ThreadArchive) -> bytes:
    import msgspec

    try:
        return msgspec.json.encode(archive)
    except UnicodeEncodeError:
        return msgspec.json.encode(_escaped(msgspec.to_builtins(archive)))


def _escaped(value: Any) -> Any:
    match value:
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            return {_ESCAPE: base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
        case list() | tuple():
            return [_escaped(item) for item in value]
        case dict():
            return {key: _escaped(item) for key, item in value.items()}
    return value


def _unescaped(value: Any) -> Any:
    match value:
        case {"$wtf8": str(text)} if len(value) == 1:
            return base64.b64decode(text).decode("utf-8", "surrogatepass")
        case list():
            return [_unescaped(item) for item in value]
        case dict():
            return {key: _unescaped(item) for key, item in value.items()}
    return value
