"""Exports as files: whole or not there at all, the user's own, under names that every system takes."""

import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from desktop_app.domain.archive import ThreadArchive
from desktop_app.export.archive import encode
from desktop_app.export.html import html
from desktop_app.export.markdown import Labels, markdown

NAME_BYTES = 120
"""Of a file's name without its ending; the limit of most systems is 255, of encrypted folders 143."""

_WRITERS: dict[str, Callable[[ThreadArchive, Labels], Iterator[bytes]]] = {"md": markdown, "html": html}
FORMATS = (*_WRITERS, "json")

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
# What Windows refuses, what cannot be seen, and what turns the direction of the rest.
_FORBIDDEN = re.compile(
    '[\\x00-\\x1f\\x7f-\\x9f<>:"/\\\\|?*\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]+'
)


def export(
    archives: Sequence[ThreadArchive],
    file_format: str,
    output: Path,
    labels: Labels | None = None,
    *,
    as_folder: bool | None = None,
) -> Path:
    """Write ``archives`` as "md", "html" or "json"; returns what was written.

    One thread becomes the file ``output`` (inside of it, when it is a folder already).  For many, ``output`` becomes a
    folder with a file each; JSON is one file always.  ``as_folder`` decides it whatever their number.  Raises OSError,
    and ValueError for another format.
    """
    if file_format not in FORMATS:
        raise ValueError(f"no such format: {file_format}")
    labels = labels or Labels()
    if file_format == "json":
        return write(_inside(output, archives, labels, "json"), encode(archives))
    writer = _WRITERS[file_format]
    if len(archives) == 1 and not as_folder:
        return write(_inside(output, archives, labels, file_format), writer(archives[0], labels))
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = unique_names([labels.title(archive) for archive in archives])
    for archive, name in zip(archives, names, strict=True):
        write(output / f"{name}.{file_format}", writer(archive, labels))
    return output


def write(path: Path, chunks: Iterable[bytes]) -> Path:
    """Write ``path`` beside its place and rename it over: private (0600), on the disk, or not there at all.

    A link is followed.  Raises OSError, or whatever ``chunks`` raises; then ``path`` is as it was before.
    """
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".nitka-")  # 0600 by itself
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return path


def safe_name(name: str) -> str:
    """``name`` as a file's name, without an ending, that Linux, macOS and Windows take and show as it is."""
    text = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", name))
    text = " ".join(text.split())
    text = _cut(text, NAME_BYTES).strip(". ")
    if _RESERVED.fullmatch(text) or text.startswith("-"):
        text = f"_{text}"
    return text or "thread"


def unique_names(names: Iterable[str]) -> list[str]:
    """A safe name for each, no two of which any system takes for the same."""
    taken: set[str] = set()
    found = []
    for name in names:
        safe = candidate = safe_name(name)
        number = 1
        while _folded(candidate) in taken:
            number += 1
            candidate = f"{safe} ({number})"
        taken.add(_folded(candidate))
        found.append(candidate)
    return found


def _inside(output: Path, archives: Sequence[ThreadArchive], labels: Labels, file_format: str) -> Path:
    if not output.is_dir():
        return output
    name = safe_name(labels.title(archives[0])) if len(archives) == 1 else "threads"
    return output / f"{name}.{file_format}"


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKD", name).casefold()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # Windows has no such call and needs none
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
