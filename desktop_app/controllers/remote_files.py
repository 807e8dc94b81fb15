"""Files and search indexes at services that hold them."""

import asyncio
import logging
import os
import stat
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, RemoteFilesProgressed
from desktop_app.domain.errors import NotOfferedError, SilentError, UnreachableError
from desktop_app.domain.files import Chunking
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote import Page
from desktop_app.domain.remote_files import (
    REMOTE_FILE_LIMIT,
    FileTooLargeError,
    Indexing,
    RemoteFile,
    RemoteIndex,
    UnreadableFileError,
)
from desktop_app.services.transport.retries import repeated

log = logging.getLogger(__name__)

# How many files, and how many indexes, are listed; the service's own limits are 1,000.
LISTED = 10_000
# Recorded indexes were ready after 1 to 10 s; large ones take much longer.
POLL_FIRST_S, POLL_MAX_S = 1.0, 15.0
# How long an index is waited for (an hour is the official SDK's), and how long without any word of it.
POLL_LIMIT_S, PATIENCE_S = 3600.0, 120.0

T = TypeVar("T")


class RemoteFilesController:
    """Lives on the worker's loop; ``report`` tells RemoteFilesProgressed.

    Every method raises NitkaError: NotOfferedError where the service holds no files.
    """

    def __init__(self, connections: ConnectionsController, report: Callable[[Fact], None]) -> None:
        self._connections = connections
        self._report = report

    async def list(self, connection_id: ConnectionId) -> tuple[list[RemoteFile], list[RemoteIndex]]:
        """Files and search indexes of the connection's folder, newest first."""
        async with self._indexing(connection_id) as service:
            return await _all(service.files), await _all(service.indexes)

    async def upload(self, connection_id: ConnectionId, paths: Sequence[Path]) -> None:
        """Send files, one after another; cancelled, those that were sent stay there.

        All are looked at before the first is sent.  Raises FileTooLargeError, UnreadableFileError.
        """
        async with self._indexing(connection_id) as service:
            await asyncio.to_thread(_check, paths)
            for done, path in enumerate(paths):
                self._report(RemoteFilesProgressed(connection_id, path.name, done, len(paths)))
                await service.upload(path.name, await asyncio.to_thread(_content, path))

    async def make_index(
        self, connection_id: ConnectionId, name: str, file_ids: Sequence[str], chunking: Chunking
    ) -> RemoteIndex:
        """Let an index be made, and wait until it is ready; cancelled, the service may finish it all the same.

        Raises SilentError for one that is not ready after POLL_LIMIT_S, and may be later.
        """
        async with self._indexing(connection_id) as service:
            self._report(RemoteFilesProgressed(connection_id, name))
            operation_id = await service.make_index(name, tuple(file_ids), chunking)
            log.info("index: operation %s", operation_id)
            return await _ready(service, operation_id)

    async def delete_file(self, connection_id: ConnectionId, remote_id: str) -> None:
        """Delete a file there."""
        async with self._indexing(connection_id) as service:
            await repeated(lambda: service.delete_file(remote_id))

    async def delete_index(self, connection_id: ConnectionId, remote_id: str) -> None:
        """Delete an index there."""
        async with self._indexing(connection_id) as service:
            await repeated(lambda: service.delete_index(remote_id))

    @asynccontextmanager
    async def _indexing(self, connection_id: ConnectionId) -> AsyncGenerator[Indexing, None]:
        async with self._connections.using(connection_id) as service:
            if not isinstance(service, Indexing):
                raise NotOfferedError("the service holds no files and search indexes")
            yield service


async def _ready(service: Indexing, operation_id: str) -> RemoteIndex:
    """The index, once it is made; the service goes on with it while it cannot be reached."""
    wait_s, start = POLL_FIRST_S, time.monotonic()
    heard_at = start
    while True:
        try:
            if index := await repeated(lambda: service.index_operation(operation_id)):
                return index
            heard_at = time.monotonic()
        except (UnreachableError, SilentError) as error:
            if time.monotonic() - heard_at > PATIENCE_S:
                raise
            log.info("operation %s could not be asked about: %s", operation_id, error.detail)
        if time.monotonic() - start > POLL_LIMIT_S:
            raise SilentError(f"the index is not ready after {POLL_LIMIT_S / 60:.0f} minutes")
        await asyncio.sleep(wait_s)
        wait_s = min(POLL_MAX_S, wait_s * 1.5)


async def _all(read: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """A list from all its pages, up to LISTED; a token that comes again ends it."""
    found: list[T] = []
    token, seen = "", {""}
    while len(found) < LISTED:
        page = await repeated(lambda token=token: read(token))  # type: ignore[misc]
        found += page.items
        token = page.next_token
        if token in seen:
            break
        seen.add(token)
    return found[:LISTED]


def _check(paths: Sequence[Path]) -> None:
    """Raises for the first file that cannot be sent."""
    for path in paths:
        try:
            found = path.stat()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise UnreadableFileError(f"{path.name}: {error}") from error
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableFileError(f"{path.name}: not a file")
        _check_size(path, found.st_size)


def _content(path: Path) -> bytes:
    """What is in a file, which may have grown or become a pipe since it was looked at."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(REMOTE_FILE_LIMIT + 1)
    except OSError as error:
        raise UnreadableFileError(f"{path.name}: {error}") from error
    _check_size(path, len(content))
    return content


def _check_size(path: Path, size: int) -> None:
    if not size:  # the service refuses it, in other words
        raise UnreadableFileError(f"{path.name}: empty")
    if size > REMOTE_FILE_LIMIT:
        raise FileTooLargeError(path.name)
