"""Files and search indexes of the AI Assistant API.

Files travel as base64 in JSON.  An index is made by an operation, which another host is asked about; once made, it does
not need its files any more.  How long the two are kept is left to the service.
"""

from binascii import b2a_base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import BadReplyError
from desktop_app.domain.files import Chunking
from desktop_app.domain.providers import kind_of
from desktop_app.domain.remote import Page
from desktop_app.domain.remote_files import RemoteFile, RemoteIndex
from desktop_app.domain.secret import Credentials
from desktop_app.services.reading.json_fields import count_of, read, text_of
from desktop_app.services.reading.json_stream import object_in, redacted_value
from desktop_app.services.transport.connecting import http_of
from desktop_app.services.transport.failures import error_of_status
from desktop_app.services.transport.http import LongBody
from desktop_app.services.transport.sign_in import SignIn
from desktop_app.services.yandex.assistant_api_client import (
    FILES,
    INDEXED_FILES,
    INDEXES,
    LIST_S,
    AssistantApiClient,
    in_path,
    made_id,
)
from desktop_app.services.yandex.assistant_api_records import EPOCH, time_of
from desktop_app.services.yandex.assistant_api_tools import Json
from desktop_app.services.yandex.operation_calls import operation_path, telling_what_is_gone

# Of a file, at a time; three bytes are four characters, so that pieces can be put together.
PIECE_BYTES = 3 << 16


class _Record(msgspec.Struct, rename="camel"):
    """A file or an index."""

    id: Any = None
    name: Any = None
    mime_type: Any = None
    created_at: Any = None
    expires_at: Any = None


class _Operation(msgspec.Struct):
    id: Any = None
    done: Any = None
    error: Any = None
    response: dict[str, Any] | None = None


class FilesAtService:
    """Implements ``Indexing`` for the folder of a connection."""

    def __init__(
        self, api: AssistantApiClient, connection: Connection, credentials: Credentials, sign_in: SignIn
    ) -> None:
        self._api = api
        self._operations = http_of(
            connection,
            sign_in,
            base_url=_operations_url(connection),
            proxy_password=credentials.proxy_password,
        )

    async def files(self, page_token: str = "") -> Page[RemoteFile]:
        """A page of the folder's files, newest first.  Raises ServiceError."""
        return await self._api.page(FILES, "files", self._api.in_folder(), page_token, _file)

    async def upload(self, name: str, content: bytes, mime_type: str = "") -> RemoteFile:
        """Send a file; without a type the service finds it out.  Raises ServiceError."""
        body: Json = {"folderId": self._api.folder, "name": name}
        if mime_type:
            body["mimeType"] = mime_type
        made = await self._api.fetch("POST", FILES, _with_content(body, content))
        made_id(made)
        return _file(made)

    async def delete_file(self, remote_id: str) -> None:
        """Delete a file; one that is gone is deleted already.  Raises ServiceError."""
        await self._api.delete(f"{FILES}/{in_path(remote_id)}")

    async def indexes(self, page_token: str = "") -> Page[RemoteIndex]:
        """A page of the folder's search indexes, newest first.  Raises ServiceError."""
        return await self._api.page(INDEXES, "indices", self._api.in_folder(), page_token, _index)

    async def indexed_files(self, index_id: str) -> tuple[str, ...]:
        """The ids of the files an index was made of.  Raises ServiceError."""
        path = f"{INDEXED_FILES}/{in_path(index_id)}"
        return tuple(await self._api.all_pages(path, "files", {}, made_id))

    async def make_index(self, name: str, file_ids: tuple[str, ...], chunking: Chunking) -> str:
        """Let a text index be made; the id of the operation that makes it.  Raises ServiceError."""
        sizes = {"maxChunkSizeTokens": str(chunking.tokens), "chunkOverlapTokens": str(chunking.overlap)}
        body = {
            "folderId": self._api.folder,
            "name": name,
            "fileIds": list(file_ids),
            "textSearchIndex": {"chunkingStrategy": {"staticStrategy": sizes}},
        }
        return made_id(await self._api.fetch("POST", INDEXES, body))

    async def index_operation(self, operation_id: str) -> RemoteIndex | None:
        """The index, None as long as it is being made.  Raises OperationGoneError, or another ServiceError."""
        path = operation_path(operation_id)
        with self._api.explaining(path), telling_what_is_gone():
            raw = await self._operations.fetch("GET", path, read_timeout_s=LIST_S)
        operation = read(object_in(raw, self._operations.redacted), _Operation)
        if operation.done is not True:
            if not operation.id:
                raise BadReplyError("not an operation")
            return None
        if operation.error and (operation.response is None or _code(operation.error)):
            raise error_of_status(redacted_value(operation.error, self._operations.redacted))
        if operation.response is None:
            raise BadReplyError("the operation is done, and there is no index")
        made_id(operation.response)
        return _index(operation.response)

    async def delete_index(self, remote_id: str) -> None:
        """Delete an index; one that is gone is deleted already.  Raises ServiceError."""
        await self._api.delete(f"{INDEXES}/{in_path(remote_id)}")


def _operations_url(connection: Connection) -> str:
    """Where operations are asked about: a server of one's own has them at its own address unless told otherwise."""
    kind = kind_of(connection)
    is_hosted = urlsplit(connection.base_url).netloc == urlsplit(kind.base_url).netloc
    return connection.operations_url or (kind.operations_url if is_hosted else connection.base_url)


def _with_content(body: Json, content: bytes) -> LongBody:
    """``body`` with a file in it, a piece at a time: encoding it whole would stop all threads meanwhile."""
    start, end = msgspec.json.encode(body)[:-1] + b',"content":"', b'"}'

    def pieces() -> Iterator[bytes]:
        yield start
        for place in range(0, len(content), PIECE_BYTES):
            yield b2a_base64(content[place : place + PIECE_BYTES], newline=False)
        yield end

    return LongBody(len(start) + 4 * -(-len(content) // 3) + len(end), pieces)


def _file(value: Json) -> RemoteFile:
    wire = read(value, _Record)
    return RemoteFile(
        text_of(wire.id),
        text_of(wire.name),
        text_of(wire.mime_type),
        time_of(wire.created_at) or EPOCH,
        time_of(wire.expires_at),
    )


def _index(value: Json) -> RemoteIndex:
    wire = read(value, _Record)
    created_at = time_of(wire.created_at) or EPOCH
    return RemoteIndex(text_of(wire.id), text_of(wire.name), created_at, time_of(wire.expires_at))


def _code(error: object) -> int | None:
    return count_of(error.get("code")) if isinstance(error, dict) else None
