"""Files and search indexes that a service holds for its search."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from desktop_app.domain.errors import NitkaError
from desktop_app.domain.files import Chunking
from desktop_app.domain.remote import Page

REMOTE_FILE_LIMIT = 128 * 1024 * 1024


class FileTooLargeError(NitkaError):
    """A file has more than REMOTE_FILE_LIMIT bytes; the detail is its name."""

    code = "file_too_large"


class UnreadableFileError(NitkaError):
    """A file that was to be sent is gone, is empty, is no file, or may not be read."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at the service; times are aware UTC."""

    remote_id: str
    name: str
    mime_type: str
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoteIndex:
    """A search index at the service; times are aware UTC."""

    remote_id: str
    name: str
    created_at: datetime
    expires_at: datetime | None = None


@runtime_checkable
class Indexing(Protocol):
    """A service with files and search indexes of its own; every method raises NitkaError."""

    async def files(self, page_token: str = "") -> Page[RemoteFile]:
        """A page of the folder's files, newest first."""
        ...

    async def upload(self, name: str, content: bytes, mime_type: str = "") -> RemoteFile:
        """Send a file of at most REMOTE_FILE_LIMIT bytes."""
        ...

    async def delete_file(self, remote_id: str) -> None:
        """Delete a file; one that is gone is deleted already.  An index that was made of it keeps what it needs."""
        ...

    async def indexes(self, page_token: str = "") -> Page[RemoteIndex]:
        """A page of the folder's search indexes, newest first."""
        ...

    async def indexed_files(self, index_id: str) -> tuple[str, ...]:
        """The ids of the files an index was made of."""
        ...

    async def make_index(self, name: str, file_ids: tuple[str, ...], chunking: Chunking) -> str:
        """Let a text index be made; the id of the operation that makes it."""
        ...

    async def index_operation(self, operation_id: str) -> RemoteIndex | None:
        """The index, None as long as it is being made."""
        ...

    async def delete_index(self, remote_id: str) -> None:
        """Delete an index; one that is gone is deleted already."""
        ...
