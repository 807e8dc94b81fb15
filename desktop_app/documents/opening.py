"""A file looked at before it is read: whether it may be, and what it is by its first bytes."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.documents.unreadable import UnreadableError
from desktop_app.domain.files import FileFault, SourcePart

PDF_BYTES = 256 << 20
OTHER_BYTES = 64 << 20

Parts = Iterator[tuple[SourcePart, float]]
Extractor = Callable[[Path, int], Parts]

_FAULTS = {
    errno.ENOENT: FileFault.GONE,
    errno.ENOTDIR: FileFault.GONE,
    errno.ENAMETOOLONG: FileFault.BAD_NAME,
    errno.EACCES: FileFault.NO_ACCESS,
    errno.EPERM: FileFault.NO_ACCESS,
    errno.ELOOP: FileFault.NOT_A_FILE,
    errno.EISDIR: FileFault.NOT_A_FILE,
    errno.ENXIO: FileFault.NOT_A_FILE,
}
_HTML = {".htm", ".html", ".xhtml"}
_WORD = {".docx", ".docm", ".dotx"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in an OLE file that holds the document
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Document:
    """A file that can be opened: its size in bytes, when it was changed, and what reads it."""

    size: int
    modified_ns: int
    parts: Extractor


def looked_at(path: Path) -> Document:
    """What ``path`` is.  Raises UnreadableError; a file over the limit of its kind is not opened."""
    try:
        found = path.stat()
        _refuse(path, found)
        # Should it be a pipe by now, opening does not wait for who writes.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UnreadableError(fault_of(error), str(error)) from error
    return Document(found.st_size, modified_ns(found), _extractor(path.suffix.lower(), head))


def modified_ns(found: os.stat_result) -> int:
    """When a file was changed, as far as a database can hold that: a time can be set beyond the year 2262."""
    return min(found.st_mtime_ns, 2**63 - 1)


def fault_of(error: OSError | ValueError) -> FileFault:
    """What the system's refusal means for the file; an error of the disk counts as no access."""
    if isinstance(error, ValueError):
        return FileFault.GONE
    return _FAULTS.get(error.errno or 0, FileFault.NO_ACCESS)


def _refuse(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError(FileFault.NOT_A_FILE)
    limit = PDF_BYTES if path.suffix.lower() == ".pdf" else OTHER_BYTES
    if found.st_size > limit:
        raise UnreadableError(FileFault.TOO_LARGE, f"{found.st_size >> 20} MB; the limit is {limit >> 20} MB")
    if not found.st_size:
        raise UnreadableError(FileFault.NO_TEXT)


def _extractor(suffix: str, head: bytes) -> Extractor:
    """Each extractor loads its library when it is the first of its kind."""
    if b"%PDF-" in head[:1024]:
        from desktop_app.documents import pdf

        return pdf.parts
    if suffix in _WORD:
        return _word(head)
    if suffix == ".pdf":
        raise UnreadableError(FileFault.BROKEN, "it does not begin as a PDF file does")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE, b"{\\rtf")):
        raise UnreadableError(FileFault.UNSUPPORTED)
    if suffix in _HTML:
        from desktop_app.documents import html

        return html.parts
    from desktop_app.documents import plain

    return plain.parts


def _word(head: bytes) -> Extractor:
    if head.startswith(_OLE):
        fault = FileFault.ENCRYPTED if _ENCRYPTED in head else FileFault.UNSUPPORTED
        raise UnreadableError(fault)
    if not head.startswith(b"PK"):
        raise UnreadableError(FileFault.BROKEN, "it is no Word document")
    from desktop_app.documents import docx

    return docx.parts
