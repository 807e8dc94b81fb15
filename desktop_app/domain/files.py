"""Files of an assistant: what was read of them, and what a search finds in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop_app.domain.errors import DatabaseDamagedError, NitkaError
from desktop_app.domain.ids import AssistantId

FileId = NewType("FileId", str)

CHUNK_TOKENS_LEAST, CHUNK_TOKENS_LIMIT = 100, 2048  # chunking of the AI Assistant API's search indexes
FILES_AT_ONCE = 10_000  # added with one call, folders counted with all that is in them


class TooManyFilesError(NitkaError):
    """More files were to be added at once than FILES_AT_ONCE; none was."""

    code = "too_many_files"


class LibraryDamagedError(DatabaseDamagedError):
    """The database of the files is damaged; that of the threads is another."""

    code = "library_damaged"


class FileStatus(StrEnum):
    """How far a file is; only READY ones are found in.  CANCELLED by the user, to be taken up again by a retry."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FileFault(StrEnum):
    """Why a file could not be read."""

    GONE = "gone"
    BAD_NAME = "bad_name"
    NO_ACCESS = "no_access"
    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    BOMB = "bomb"
    TOO_SLOW = "too_slow"
    NO_TEXT = "no_text"


@dataclass(frozen=True, slots=True)
class Chunking:
    """How texts are cut for the search: at most half of a chunk repeats the one before."""

    tokens: int = 800
    overlap: int = 400


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file in the library of an assistant; ``path`` is where it was when it was added.

    ``size`` is in bytes, ``chunks`` and ``pages`` are what was made of it so far, ``fraction`` (0..1) how far reading
    is where that is known.  A READY file with a fault could not be read anew; what was read before is still searched.
    Times are aware UTC.
    """

    id: FileId
    assistant_id: AssistantId
    name: str
    path: str
    size: int
    status: FileStatus
    added_at: datetime
    chunks: int = 0
    pages: int = 0
    fraction: float | None = None
    fault: FileFault | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it was found on the disk; with a fault where that is known without reading it."""

    path: str
    size: int = 0
    modified_ns: int = 0
    fault: FileFault | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A chunk that a search found, a better one has a higher ``score``; place as in ``threads.Citation``."""

    file_id: FileId
    name: str
    text: str
    page: int
    line: int
    score: float


@dataclass(frozen=True, slots=True)
class SourcePart:
    """A part of a file's text: a page, or some lines; ``page`` is 0 where the file has none."""

    page: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file around a place, for reading; ``first_part`` is the number of ``parts[0]`` in the file."""

    file: LibraryFile
    parts: tuple[SourcePart, ...]
    first_part: int
    part_count: int
