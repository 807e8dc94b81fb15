"""Files and search indexes at services that hold them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact
from desktop_app.domain.files import Chunking
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote_files import RemoteFile, RemoteIndex


class RemoteFilesController:
    """Lives on the worker's loop; ``report`` tells RemoteFilesProgressed.  Every method raises NitkaError."""

    def __init__(self, connections: ConnectionsController, report: Callable[[Fact], None]) -> None:
        self._connections = connections
        self._report = report

    async def list(self, connection_id: ConnectionId) -> tuple[list[RemoteFile], list[RemoteIndex]]:
        """Files and search indexes of the connection's folder, newest first."""
        raise NotImplementedError

    async def upload(self, connection_id: ConnectionId, paths: Sequence[Path]) -> None:
        """Send files, one after another; cancelled, those that were sent stay there."""
        raise NotImplementedError

    async def make_index(
        self, connection_id: ConnectionId, name: str, file_ids: Sequence[str], chunking: Chunking
    ) -> RemoteIndex:
        """Let an index be made, and wait until it is ready; cancelled, the service may finish it all the same."""
        raise NotImplementedError

    async def delete_file(self, connection_id: ConnectionId, remote_id: str) -> None:
        """Delete a file there."""
        raise NotImplementedError

    async def delete_index(self, connection_id: ConnectionId, remote_id: str) -> None:
        """Delete an index there."""
        raise NotImplementedError
