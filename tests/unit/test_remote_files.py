"""Files and search indexes at a service, from the controller to a strict server with the official descriptors."""

import asyncio
import os
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import cast

import pytest

from desktop_app.controllers import remote_files
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.facts import Fact, RemoteFilesProgressed
from desktop_app.controllers.remote_files import RemoteFilesController
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import (
    BadReplyError,
    NitkaError,
    NotFoundError,
    NotOfferedError,
    OperationGoneError,
    RateLimitedError,
    RequestRejectedError,
    ServiceFaultError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.files import Chunking
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote_files import FileTooLargeError, UnreadableFileError
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service
from desktop_app.services.factory import service_factory
from desktop_app.services.transport import http, retries
from desktop_app.services.yandex.assistant_api import AssistantApiService
from tests.assistants_folder import FOLDER
from tests.assistants_server import AssistantsServer
from tests.conftest import PATIENCE_S, soon, until
from tests.contract.suite import UNUSED
from tests.protobuf_server import Refusal, refusal
from tests.servers import KEY, Behaviour, ChatServer, hang_up, keep_silent, raw, refuse

HERE = ConnectionId("c")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "delay_s", lambda *_: 0.001)
    monkeypatch.setattr(remote_files, "POLL_FIRST_S", 0.001)


class Connected:
    """One connection, as the controller of connections opens it."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @asynccontextmanager
    async def using(self, connection_id: ConnectionId | None) -> AsyncIterator[Service]:
        assert connection_id == HERE
        yield self._service


class Scene:
    """The controller over a service, and the facts it told."""

    def __init__(self, service: Service) -> None:
        self.facts: list[Fact] = []
        self.service = service
        connections = cast("ConnectionsController", Connected(service))
        self.files = RemoteFilesController(connections, self.facts.append)


@asynccontextmanager
async def scene(
    server: AssistantsServer | ChatServer, kind: ConnectionKind = ConnectionKind.ASSISTANT_API
) -> AsyncIterator[Scene]:
    connection = Connection(HERE, kind, "Test", server.base_url, Auth.API_KEY, folder=FOLDER)
    service = service_factory(UNUSED)(connection, Credentials(Secret(KEY)))
    try:
        yield Scene(service)
    finally:
        await service.close()


def written(folder: Path, name: str, content: bytes = b"text") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


# -- files


async def test_files_are_sent_one_after_another_and_listed_newest_first(tmp_path: Path) -> None:
    contents = {"a.md": b"\x00\xff" * 500, "Ж.txt": b"\n", "c.pdf": os.urandom(2 * http.PIECE_BYTES + 7)}
    paths = [written(tmp_path, name, content) for name, content in contents.items()]
    async with AssistantsServer(page_limit=2) as server, scene(server) as s:
        await s.files.upload(HERE, paths)
        assert [server.folder.contents[one] for one in server.folder.files] == list(contents.values())
        files, indexes = await s.files.list(HERE)
        assert [file.name for file in files] == ["c.pdf", "Ж.txt", "a.md"]
        assert indexes == []
        theirs = server.folder.files[files[0].remote_id]
        assert files[0].created_at == theirs.created_at.ToDatetime(UTC)
        assert files[0].expires_at == theirs.expires_at.ToDatetime(UTC)
        assert files[0].mime_type == "text/plain"
    assert s.facts == [RemoteFilesProgressed(HERE, path.name, done, 3) for done, path in enumerate(paths)]


class Sink:
    """Takes a request without keeping its body, and answers that a file was made."""

    def __init__(self) -> None:
        self.taken = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while self.taken < length:
            self.taken += len(await reader.read(1 << 16))
        said = b'{"id": "f1", "name": "long"}'
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(said), said))
        await writer.drain()
        writer.close()


async def test_a_long_file_is_encoded_as_it_is_sent_and_never_whole() -> None:
    content, sink = bytes(24 << 20), Sink()
    async with await asyncio.start_server(sink.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connection = Connection(
            HERE,
            ConnectionKind.ASSISTANT_API,
            "Sink",
            f"http://127.0.0.1:{port}",
            Auth.API_KEY,
            folder=FOLDER,
        )
        service = service_factory(UNUSED)(connection, Credentials(Secret(KEY)))
        assert isinstance(service, AssistantApiService)
        tracemalloc.start()
        try:
            made = await service.upload("long", content)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            await service.close()
    assert made.remote_id == "f1"
    assert sink.taken > len(content) * 4 // 3
    assert peak < 8 << 20


async def test_the_lifetime_and_the_type_are_left_to_the_service(tmp_path: Path) -> None:
    async with AssistantsServer() as server, scene(server) as s:
        await s.files.upload(HERE, [written(tmp_path, "a.md")])
        (request,) = server.requests("FileService.Create")
        assert not request.HasField("expiration_config")
        assert not request.mime_type
        service = s.service
        assert isinstance(service, AssistantApiService)
        assert (await service.upload("b", b"x", "text/markdown")).mime_type == "text/markdown"


async def test_nothing_is_sent_when_one_file_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_files, "REMOTE_FILE_LIMIT", 100)
    good, large = written(tmp_path, "good", b"x" * 100), written(tmp_path, "large", b"x" * 101)
    os.mkfifo(tmp_path / "pipe")
    wrong: list[tuple[Path, type[NitkaError]]] = [
        (large, FileTooLargeError),
        (tmp_path / "gone", UnreadableFileError),
        (tmp_path, UnreadableFileError),
        (written(tmp_path, "empty", b""), UnreadableFileError),
        (tmp_path / "pipe", UnreadableFileError),
        (Path("a\0b"), UnreadableFileError),
    ]
    async with AssistantsServer() as server, scene(server) as s:
        for path, kind in wrong:
            with pytest.raises(kind) as caught:
                await s.files.upload(HERE, [good, path])
            assert path.name in caught.value.detail
        assert not server.seen
        await s.files.upload(HERE, [good])
        assert len(server.folder.files) == 1


async def test_a_file_that_grows_meanwhile_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_files, "REMOTE_FILE_LIMIT", 100)
    path = written(tmp_path, "log", b"x" * 90)
    checked = remote_files._check

    def check(paths: list[Path]) -> None:
        checked(paths)
        path.write_bytes(b"x" * 101)

    monkeypatch.setattr(remote_files, "_check", check)
    async with AssistantsServer() as server, scene(server) as s:
        with pytest.raises(FileTooLargeError):
            await s.files.upload(HERE, [path])
        assert not server.seen


async def test_sending_can_be_stopped_and_what_was_sent_stays(tmp_path: Path) -> None:
    paths = [written(tmp_path, name) for name in "abc"]
    async with AssistantsServer() as server, scene(server) as s:
        await s.files.upload(HERE, paths[:1])

        async def seconds_to_stop() -> float:
            server.fail("FileService.Create", keep_silent)
            seen = len(server.seen)
            sending = asyncio.create_task(s.files.upload(HERE, paths[1:]))
            await until(lambda: len(server.seen) > seen)
            start = time.monotonic()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await until(lambda: server.seen[-1].has_gone)
            return time.monotonic() - start

        await soon(seconds_to_stop, 0.1)
        assert len(server.folder.files) == 1


async def test_a_deleted_file_may_be_gone_already(tmp_path: Path) -> None:
    async with AssistantsServer() as server, scene(server) as s:
        await s.files.upload(HERE, [written(tmp_path, "a")])
        (file_id,) = server.folder.files
        for _ in range(2):
            await s.files.delete_file(HERE, file_id)
        assert not server.folder.files
        server.fail("FileService.Delete", refuse(404, "<html>Not Found</html>"))
        with pytest.raises(NotFoundError):  # of a server on the way: nobody knows what became of the file
            await s.files.delete_file(HERE, file_id)


# -- search indexes


async def test_an_index_is_made_of_files_and_waited_for(tmp_path: Path) -> None:
    paths = [written(tmp_path, f"{number}.md") for number in range(5)]
    async with AssistantsServer(checks=4, page_limit=2) as server, scene(server) as s:
        await s.files.upload(HERE, paths)
        ids = list(server.folder.files)
        s.facts.clear()
        server.fail("OperationService.Get", refusal(14), hang_up)
        index = await s.files.make_index(HERE, "Library", ids, Chunking(500, 250))
        assert s.facts == [RemoteFilesProgressed(HERE, "Library")]
        (theirs,) = server.folder.indexes.values()
        sizes = theirs.text_search_index.chunking_strategy.static_strategy
        assert (sizes.max_chunk_size_tokens, sizes.chunk_overlap_tokens) == (500, 250)
        assert (index.remote_id, index.name) == (theirs.id, "Library")
        assert index.expires_at == theirs.expires_at.ToDatetime(UTC)
        assert (await s.files.list(HERE))[1] == [index]
        service = s.service
        assert isinstance(service, AssistantApiService)
        assert await service.indexed_files(index.remote_id) == tuple(ids)
        for _ in range(2):
            await s.files.delete_index(HERE, index.remote_id)
        assert not server.folder.indexes


async def test_a_network_that_is_gone_for_a_while_does_not_end_the_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AssistantsServer() as server, scene(server) as s:
        await s.files.upload(HERE, [written(tmp_path, "a.md")])
        ids = list(server.folder.files)
        server.fail("OperationService.Get", *[hang_up] * 10)
        assert (await s.files.make_index(HERE, "Library", ids, Chunking())).name == "Library"
        monkeypatch.setattr(remote_files, "PATIENCE_S", 0.0)
        server.fail("OperationService.Get", *[hang_up] * 10)
        with pytest.raises(UnreachableError):
            await s.files.make_index(HERE, "Library", ids, Chunking())


async def test_an_index_that_is_never_ready_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote_files, "POLL_LIMIT_S", 0.05)
    async with AssistantsServer(checks=1000) as server, scene(server) as s:
        with pytest.raises(SilentError):
            await asyncio.wait_for(s.files.make_index(HERE, "Library", (), Chunking()), PATIENCE_S)


@pytest.mark.parametrize(("code", "kind"), [(8, RateLimitedError), (13, ServiceFaultError)])
async def test_an_index_that_fails_says_why(code: int, kind: type[NitkaError]) -> None:
    async with AssistantsServer(checks=2) as server, scene(server) as s:
        server.failures.append(Refusal(code, f"no, {KEY}"))
        with pytest.raises(kind) as caught:
            await s.files.make_index(HERE, "Library", (), Chunking())
        assert caught.value.detail.startswith("no, ")
        assert KEY not in caught.value.detail


async def test_an_index_of_files_that_are_gone_is_refused() -> None:
    async with AssistantsServer() as server, scene(server) as s:
        with pytest.raises(NotFoundError):
            await s.files.make_index(HERE, "Library", ["fvtgone0000000000000"], Chunking())
        with pytest.raises(RequestRejectedError):
            await s.files.make_index(HERE, "Library", [], Chunking(100, 60))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (refusal(5, "Operation not found"), OperationGoneError),
        (refuse(404, "<html>Not Found</html>"), NotFoundError),
        (raw(b"<html>no</html>"), BadReplyError),
        (raw(b"{}"), BadReplyError),
        (raw(b'{"id": "o", "done": true}'), BadReplyError),
        (raw(b'{"id": "o", "done": true, "response": {}}'), BadReplyError),
    ],
    ids=["gone", "page not found", "page", "nothing", "no index", "no id"],
)
async def test_an_operation_that_tells_no_index_ends_the_waiting(
    fault: Behaviour, kind: type[NitkaError]
) -> None:
    async with AssistantsServer() as server, scene(server) as s:
        server.fail("OperationService.Get", fault)
        with pytest.raises(NitkaError) as caught:
            await s.files.make_index(HERE, "Library", (), Chunking())
        assert type(caught.value) is kind


async def test_waiting_for_an_index_can_be_stopped() -> None:
    async with AssistantsServer(checks=1_000_000) as server, scene(server) as s:
        making = asyncio.create_task(s.files.make_index(HERE, "Library", (), Chunking()))
        await until(lambda: len(server.requests("OperationService.Get")) > 2)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making


async def test_operations_are_asked_about_where_the_connection_says() -> None:
    async with AssistantsServer() as server, AssistantsServer() as elsewhere:
        elsewhere.operations = server.operations
        connection = Connection(
            HERE,
            ConnectionKind.ASSISTANT_API,
            "Test",
            server.base_url,
            Auth.API_KEY,
            folder=FOLDER,
            operations_url=elsewhere.base_url,
        )
        service = AssistantApiService(connection, Credentials(Secret(KEY)))
        operation_id = await service.make_index("Library", (), Chunking())
        assert await service.index_operation(operation_id)
        await service.close()
        assert len(elsewhere.requests("OperationService.Get")) == 1


async def test_a_service_without_files_says_so() -> None:
    async with ChatServer([]) as server, scene(server, ConnectionKind.CHAT) as s:
        with pytest.raises(NotOfferedError):
            await s.files.list(HERE)
