"""The files of assistants: read in a child process, kept for the search, searched."""

from collections.abc import Callable, Sequence
from pathlib import Path

from desktop_app.controllers.facts import Fact
from desktop_app.domain.files import Chunking, FileId, Fragment, LibraryFile, Source
from desktop_app.domain.ids import AssistantId


class FilesController:
    """Lives on the worker's loop; ``report`` tells FilesChanged, at most a few times a second for each assistant."""

    def __init__(self, folder: Path, report: Callable[[Fact], None]) -> None:
        self._folder = folder
        self._report = report

    async def start(self) -> None:
        """Go on with what an earlier program left waiting or half read."""

    async def close(self) -> None:
        """Stop reading; what was read stays, the rest waits for the next start."""

    async def files(self, assistant_id: AssistantId) -> list[LibraryFile]:
        """The library of an assistant, in the order it was added.  Raises StoreError."""
        return []

    async def add(self, assistant_id: AssistantId, paths: Sequence[Path]) -> list[LibraryFile]:
        """Add files, and those in folders; they are read one after another.  One that is there already is read anew.

        Returns once they are in the list.  What cannot be read is in it with its fault.  Raises StoreError.
        """
        raise NotImplementedError

    async def retry(self, file_id: FileId) -> None:
        """Read a file once more."""
        raise NotImplementedError

    async def cancel(self, assistant_id: AssistantId) -> None:
        """Stop reading what is being read or waits; what is ready stays."""
        raise NotImplementedError

    async def remove(self, file_ids: Sequence[FileId]) -> None:
        """Take files out of their library; ``restore`` brings them back for 30 days."""
        raise NotImplementedError

    async def restore(self, file_ids: Sequence[FileId]) -> None:
        """Put removed files back."""
        raise NotImplementedError

    async def chunking(self, assistant_id: AssistantId) -> Chunking:
        """How the texts of the library are cut."""
        return Chunking()

    async def set_chunking(self, assistant_id: AssistantId, chunking: Chunking) -> None:
        """Cut the texts otherwise; they are indexed anew, from what was read."""
        raise NotImplementedError

    async def search(self, assistant_id: AssistantId, query: str, limit: int) -> list[Fragment]:
        """The best fragments for ``query``, best first, in Russian and English word forms.  Raises StoreError."""
        return []

    async def has_files(self, assistant_id: AssistantId) -> bool:
        """Whether a search could find anything."""
        return False

    async def source(self, file_id: FileId, page: int, line: int) -> Source | None:
        """The text around a place, None when the file is not in the library any more."""
        return None
