"""Calls of the AI Assistant API: paths, pages, streams, and what its errors mean.

Every reply is brought to camelCase before it is read, since gateways print either case, and streams are read in any
framing.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    NotFoundError,
    ServiceClosedError,
    ServiceError,
    UnreachableError,
)
from desktop_app.domain.providers import KINDS, roles
from desktop_app.domain.remote import Page
from desktop_app.domain.secret import Credentials
from desktop_app.services.reading.json_fields import text_of
from desktop_app.services.reading.json_stream import object_in, payloads, unwrapped
from desktop_app.services.transport.connecting import http_of
from desktop_app.services.transport.failures import explain, may_be_from_elsewhere
from desktop_app.services.transport.http import LongBody
from desktop_app.services.transport.sign_in import SignIn
from desktop_app.services.yandex.assistant_api_tools import Json

ASSISTANTS = "/assistants/v1/assistants"
THREADS = "/assistants/v1/threads"
MESSAGES = "/assistants/v1/messages"
RUNS = "/assistants/v1/runs"
INDEXES = "/assistants/v1/searchIndex"
INDEXED_FILES = "/assistants/v1/searchIndexFile"
FILES = "/files/v1/files"

PAGE_SIZE = 100
LIST_S = 20.0

# What is gone, and what stays behind with another account when the connection gets a new folder or key.
OUT_OF_REACH = (NotFoundError, AccessDeniedError)

T = TypeVar("T")


class AssistantApiClient:
    """The API at the connection's address, in its ``folder``."""

    def __init__(
        self,
        connection: Connection,
        credentials: Credentials,
        sign_in: SignIn,
        read_timeout_s: float | None = None,
    ) -> None:
        self.http = http_of(
            connection, sign_in, read_timeout_s=read_timeout_s, proxy_password=credentials.proxy_password
        )
        self.folder = connection.folder
        self._roles = roles(connection)
        kind = KINDS[ConnectionKind.ASSISTANT_API]
        is_hosted = urlsplit(connection.base_url).netloc == urlsplit(kind.base_url).netloc
        self._closed_since = kind.closed_since if is_hosted else ""

    def in_folder(self) -> Mapping[str, str]:
        """The query of lists."""
        return {"folderId": self.folder}

    async def fetch(
        self,
        method: str,
        path: str,
        body: Json | LongBody | None = None,
        *,
        query: Mapping[str, str] | None = None,
        request_id: str = "",
        read_timeout_s: float | None = None,
        named: Callable[[str], None] | None = None,
    ) -> Json:
        """The object that a call answers with, its keys in camelCase.  Raises ServiceError."""
        sent = msgspec.json.encode(body) if isinstance(body, dict) else body
        with self.explaining(path):
            raw = await self.http.fetch(
                method,
                path,
                sent,
                query=query,
                request_id=request_id,
                read_timeout_s=read_timeout_s,
                named=named,
            )
            return unwrapped(object_in(raw, self.http.redacted), self.http.redacted)

    async def values(
        self, path: str, query: Mapping[str, str], *, read_timeout_s: float | None = None
    ) -> AsyncGenerator[Json, None]:
        """The objects of a stream as they come.  Raises ServiceError."""
        with self.explaining(path):
            body = self.http.stream("GET", path, query=query, read_timeout_s=read_timeout_s)
            async with aclosing(body), aclosing(payloads(body, self.http.redacted)) as values:
                async for value in values:
                    yield value

    async def page(
        self,
        path: str,
        name: str,
        query: Mapping[str, str],
        token: str,
        made: Callable[[Json], T],
    ) -> Page[T]:
        """A page of a list; its token is empty after an empty page and when it only comes again."""
        asked = {**query, "pageSize": str(PAGE_SIZE)} | ({"pageToken": token} if token else {})
        value = await self.fetch("GET", path, query=asked, read_timeout_s=LIST_S)
        listed = value.get(name)
        found = (item for item in (listed if isinstance(listed, list) else ()) if isinstance(item, dict))
        items = tuple(made(item) for item in found if item.get("id"))
        following = text_of(value.get("nextPageToken"))
        return Page(items, following if items and following != token else "")

    async def all_pages(
        self, path: str, name: str, query: Mapping[str, str], made: Callable[[Json], T]
    ) -> list[T]:
        """All of a list."""
        found: list[T] = []
        seen, token = {""}, ""
        while True:
            page = await self.page(path, name, query, token, made)
            found += page.items
            token = page.next_token
            if token in seen:
                return found
            seen.add(token)

    async def delete(self, path: str) -> None:
        """Delete what the path names; what is gone is deleted already.  Raises ServiceError."""
        try:
            await self.fetch("DELETE", path)
        except NotFoundError as error:
            if error.status_code != 404 or may_be_from_elsewhere(error):
                raise

    async def is_there(self, path: str) -> bool:
        """Whether what the path names can be read.  Raises ServiceError."""
        try:
            await self.fetch("GET", path)
        except OUT_OF_REACH:
            return False
        return True

    @contextmanager
    def explaining(self, path: str) -> Iterator[None]:
        """Errors name the role that is missing, or say that the hosted service is closed."""
        try:
            yield
        except ServiceError as error:
            explain(error, "", self._roles)
            if self._closed_since and _looks_closed(error, path):
                closed = ServiceClosedError(
                    error.detail, status_code=error.status_code, request_id=error.request_id
                )
                closed.closed_since = self._closed_since
                raise closed from error
            raise


def made_id(value: Json) -> str:
    """The id of what was made.  Raises BadReplyError."""
    if not (made := text_of(value.get("id"))):
        raise BadReplyError("what was made has no id")
    return made


def in_path(remote_id: str) -> str:
    """An id as it stands in a path."""
    return quote(remote_id, safe="")


def _looks_closed(error: ServiceError, path: str) -> bool:
    """Whether the hosted service refuses as one that is switched off; how it does, nobody has documented.

    An object may be unknown for other reasons, a list may not.  Offline, names are not found "temporarily".
    """
    if isinstance(error, UnreachableError):
        return error.step == "dns" and "temporary" not in error.detail.lower()
    is_list = path in (ASSISTANTS, THREADS, FILES)
    return (
        isinstance(error, ServiceClosedError | BadReplyError)
        or error.status_code in (410, 501)
        or (is_list and isinstance(error, NotFoundError))
    )
