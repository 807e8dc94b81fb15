"""The way to a service, over real sockets: proxies, certificates, what failed and whether it may be asked again."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop_app.domain.connections import Auth, Connection, ConnectionKind, Network, Proxy
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    InsecureAddressError,
    NotFoundError,
    RunError,
    ServiceError,
    SignInError,
    SilentError,
    UnreachableError,
    failed_step,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.services.device.on_device import OnDeviceModel
from desktop_app.services.factory import service_factory
from desktop_app.services.transport import http as transport
from desktop_app.services.transport import passage
from desktop_app.services.transport.connecting import http_of, sign_in_of
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.transport.sign_in import KeySignIn
from tests.conftest import soon, until
from tests.proxies import Authority, BabblingProxy, HttpProxy, SocksProxy
from tests.servers import KEY, Behaviour, Exchange, LoopbackServer, hang_up, keep_silent, refuse

PASSWORD = "proxy-password-canary"
HELLO = b'{"said":"hello"}'
SERVICE = "service.invalid"


@dataclass(kw_only=True)
class Server(LoopbackServer):
    """Answers everything in one way."""

    behaviour: Behaviour = field(default_factory=lambda: refuse(200, HELLO))

    async def answer(self, exchange: Exchange) -> None:
        await self.behaviour(exchange)

    @property
    def port_there(self) -> int:
        """The port it listens at."""
        return int(self.base_url.rpartition(":")[2])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    return Authority(folder).make("DNS:localhost", f"DNS:{SERVICE}", "IP:127.0.0.1")


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG, "desktop_app")
    caplog.set_level(logging.INFO, "httpx")
    yield
    for secret in (KEY, PASSWORD):
        assert secret not in caplog.text


@asynccontextmanager
async def client(
    base_url: str, network: Network | None = None, *, password: str = "", read_timeout_s: float | None = None
) -> AsyncIterator[HttpClient]:
    made = HttpClient(
        base_url,
        KeySignIn(Secret(KEY)),
        network=network,
        proxy_password=Secret(password) if password else None,
        read_timeout_s=read_timeout_s,
    )
    try:
        yield made
    finally:
        await made.close()


async def failure(base_url: str, network: Network | None = None, *, password: str = "") -> ServiceError:
    """What a request ends with; it holds no secret."""
    async with client(base_url, network, password=password, read_timeout_s=5) as http:
        with pytest.raises(ServiceError) as caught:
            await http.fetch("POST", "/ask", b"{}")
    for text in (str(caught.value), repr(caught.value), caught.value.detail):
        assert KEY not in text
        assert PASSWORD not in text
    return caught.value


def step_of(error: ServiceError) -> str:
    return failed_step(RunError.of(error))


def manual(scheme: str, port: int, user: str = "", ca_path: str = "") -> Network:
    at = f"{user}@" if user else ""
    return Network(proxy=Proxy.MANUAL, proxy_url=f"{scheme}://{at}127.0.0.1:{port}", ca_path=ca_path)


# -- which step failed, and whether it may be asked again


async def test_a_name_that_does_not_exist_was_not_asked() -> None:
    error = await failure(f"https://{SERVICE}/v1")
    assert (step_of(error), error.is_untouched) == ("dns", True)


async def test_a_closed_port_was_not_asked() -> None:
    async with Server() as server:
        gone = server.base_url
    error = await failure(gone)
    assert (step_of(error), error.is_untouched) == ("tcp", True)


async def test_an_unknown_authority_was_not_asked(authority: Authority) -> None:
    async with Server(tls=authority.server()) as server:
        error = await failure(server.base_url)
        assert not server.seen
        await until(lambda: len(asyncio.all_tasks()) == 1)  # the server's side of the handshake
    assert (step_of(error), error.is_untouched) == ("tls", True)
    assert "certificate" in error.detail.lower()


@pytest.mark.parametrize(
    ("status", "kind", "step"),
    [(401, SignInError, "auth"), (403, AccessDeniedError, "role"), (404, NotFoundError, "model")],
)
async def test_a_refusal_names_its_step(status: int, kind: type[ServiceError], step: str) -> None:
    async with Server(behaviour=refuse(status, {"error": {"message": f"no, {KEY}"}})) as server:
        error = await failure(server.base_url)
    assert type(error) is kind
    assert step_of(error) == step
    assert not error.is_untouched


async def test_what_was_sent_is_not_asked_again_by_itself() -> None:
    async def cut(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.chunk(b"half")
        exchange.writer.close()

    for behaviour in (hang_up, cut):
        async with Server(behaviour=behaviour) as server:
            error = await failure(server.base_url)
        assert isinstance(error, UnreachableError)
        assert (error.step, error.is_untouched) == ("tcp", False)


async def test_silence_after_the_question_is_not_asked_again_by_itself() -> None:
    async with (
        Server(behaviour=keep_silent) as server,
        client(server.base_url, read_timeout_s=0.1) as http,
    ):
        with pytest.raises(SilentError) as caught:
            await http.fetch("POST", "/ask", b"{}")
    assert not caught.value.is_untouched


def test_a_model_may_think_for_minutes() -> None:
    assert HttpClient("https://api.example")._read_timeout_s == 300
    assert HttpClient("https://api.example", read_timeout_s=5)._read_timeout_s == 5


@pytest.mark.parametrize("is_cut", [True, False])
async def test_a_refusal_counts_though_its_body_does_not_come(
    is_cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "ERROR_BODY_S", 0.1)

    async def begin_to_refuse(exchange: Exchange) -> None:
        await exchange.head(429, retry_after="7")
        await exchange.chunk(b"slow do")
        if not is_cut:
            await exchange.reader.read()

    async with Server(behaviour=begin_to_refuse) as server:
        error = await failure(server.base_url)
    assert (error.status_code, error.detail, error.retry_after_s) == (429, "slow do", 7)
    assert error.is_untouched


async def test_the_services_own_names_for_a_request_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    ids = {"x_request_id": "theirs-1", "x_server_trace_id": "trace-2"}
    async with Server(behaviour=refuse(500, {"error": "broken"}, **ids)) as server:
        error = await failure(server.base_url)
        sent = server.seen[0].headers["x-client-request-id"]
    assert error.request_id == "theirs-1, trace-2"
    lines = [record.getMessage() for record in caplog.records if record.name == transport.__name__]
    assert f"request {sent}" in lines[0]
    assert "theirs-1, trace-2" in lines[1]


async def test_a_redirect_gets_nothing_and_is_told() -> None:
    async with (
        Server() as elsewhere,
        Server(behaviour=refuse(307, "", location=f"{elsewhere.base_url}/take/{KEY}?a=b")) as server,
    ):
        error = await failure(server.base_url)
        assert isinstance(error, BadReplyError)
        assert f"{elsewhere.base_url}/take/•••" in error.detail
        assert elsewhere.connections == 0


# -- plain http


async def test_plain_http_beyond_this_machine_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("a name was looked up"))
    async with HttpProxy() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        for host in (SERVICE, "192.168.1.5:8000", "127.example.com"):
            assert isinstance(await failure(f"http://{host}/v1"), InsecureAddressError)
        assert proxy.met == 0


async def test_plain_http_goes_out_with_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Server() as server, HttpProxy(hosts={SERVICE: server.port_there}) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        async with client(f"http://{SERVICE}/v1", Network(allows_http=True)) as http:
            assert await http.fetch("GET", "/models") == HELLO
        assert server.seen[0].path == "/v1/models"


# -- proxies


@pytest.mark.parametrize("user", ["", "some user"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
async def test_a_service_is_reached_through_a_proxy_of_its_own(
    authority: Authority, scheme: str, user: str
) -> None:
    make = SocksProxy if scheme.startswith("socks") else HttpProxy
    tls = authority.server() if scheme == "https" else None
    async with (
        Server(tls=authority.server()) as server,
        make(hosts={SERVICE: server.port_there}, user=user, password=PASSWORD, tls=tls) as proxy,
    ):
        network = manual(scheme, proxy.port, user.replace(" ", "%20"), authority.ca_path)
        async with client(f"https://{SERVICE}/v1", network, password=PASSWORD) as http:
            for _ in range(3):
                assert await http.fetch("POST", "/ask", b"{}") == HELLO
        assert proxy.seen == [f"{SERVICE}:443"]
        assert KEY.encode() not in proxy.heads
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
        assert "proxy-authorization" not in server.seen[0].headers


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_refuses_a_wrong_password(scheme: str) -> None:
    make = SocksProxy if scheme == "socks5" else HttpProxy
    async with make(user="user", password="another") as proxy:
        for user, password in (("user", PASSWORD), ("", "")):
            network = manual(scheme, proxy.port, user)
            error = await failure(f"https://{SERVICE}/v1", network, password=password)
            assert (step_of(error), error.is_untouched) == ("proxy", True)
        assert not proxy.seen
        await until(lambda: proxy.left == proxy.met == 2)


async def test_a_plain_address_behind_a_proxy_that_asks_to_sign_in() -> None:
    async with HttpProxy(user="user", password=PASSWORD) as proxy:
        error = await failure("http://127.0.0.1:9/v1", manual("http", proxy.port))
    assert (step_of(error), error.is_untouched) == ("proxy", True)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_cannot_reach_the_service_is_named(scheme: str) -> None:
    make = SocksProxy if scheme == "socks5" else HttpProxy
    async with make() as proxy:
        error = await failure(f"https://{SERVICE}/v1", manual(scheme, proxy.port))
        assert (step_of(error), error.is_untouched) == ("proxy", True)
        await until(lambda: proxy.left == 1)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_that_speaks_something_else_is_named(scheme: str) -> None:
    async with BabblingProxy() as proxy:
        error = await failure(f"https://{SERVICE}/v1", manual(scheme, proxy.port))
        assert (step_of(error), error.is_untouched) == ("proxy", True)
        await until(lambda: proxy.left == 1)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_silent_proxy_is_not_waited_for(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage, "PROXY_S", 0.2)
    async with SocksProxy(is_silent=True) as proxy:
        error = await failure(f"https://{SERVICE}/v1", manual(scheme, proxy.port))
        assert (step_of(error), error.is_untouched) == ("proxy", True)
        await until(lambda: proxy.left == 1)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_stopping_while_the_proxy_thinks_leaves_nothing_open(scheme: str) -> None:
    async with (
        SocksProxy(is_silent=True) as proxy,
        client(f"https://{SERVICE}/v1", manual(scheme, proxy.port)) as http,
    ):
        stopped: list[asyncio.Task[bytes]] = []
        for _ in range(30):  # more than the connections a pool may usually hold
            task = asyncio.create_task(http.fetch("POST", "/ask", b"{}"))
            await until(lambda: proxy.met == len(stopped) + 1)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            stopped.append(task)
        await until(lambda: proxy.left == 30)


async def test_stopping_in_the_handshake_leaves_nothing_open() -> None:
    async with BabblingProxy(is_silent=True) as server, client(f"https://127.0.0.1:{server.port}") as http:
        task = asyncio.create_task(http.fetch("POST", "/ask", b"{}"))
        await until(lambda: server.met == 1)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: server.left == 1)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_behind_a_proxy_the_certificate_is_still_the_services(
    authority: Authority, scheme: str
) -> None:
    make = SocksProxy if scheme == "socks5" else HttpProxy
    async with (
        Server(tls=authority.server()) as server,
        make(hosts={SERVICE: server.port_there}) as proxy,
    ):
        error = await failure(f"https://{SERVICE}/v1", manual(scheme, proxy.port))
        assert (step_of(error), error.is_untouched) == ("tls", True)
        await until(lambda: proxy.left == 1 and len(asyncio.all_tasks()) == 1)


async def test_a_proxy_that_is_not_there_is_named() -> None:
    async with HttpProxy() as proxy:
        port = proxy.port
    for scheme in ("http", "https", "socks5"):
        error = await failure(f"https://{SERVICE}/v1", manual(scheme, port))
        assert (step_of(error), error.is_untouched) == ("proxy", True)


@pytest.mark.parametrize(
    "proxy_url",
    [
        "",
        "gopher://host:1",
        f"http://user:{PASSWORD}@host:port",
        "http://",
        "socks5://",
        "http://a b",
        "://x",
    ],
)
async def test_an_address_that_is_no_proxys_is_told(proxy_url: str) -> None:
    network = Network(proxy=Proxy.MANUAL, proxy_url=proxy_url)
    error = await failure(f"https://{SERVICE}/v1", network)
    assert step_of(error) == "proxy"


async def test_only_a_proxy_of_its_own_is_on_the_way_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Server() as server, HttpProxy(hosts={"127.0.0.1": server.port_there}) as proxy:
        monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{proxy.port}")
        async with client(server.base_url) as http:
            assert await http.fetch("GET", "/") == HELLO
        assert proxy.met == 0
        async with client(server.base_url, manual("http", proxy.port)) as http:
            assert await http.fetch("GET", "/") == HELLO
        assert proxy.met == 1


async def test_the_environments_proxy_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpProxy() as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        address = f"https://{SERVICE}/v1"
        assert step_of(await failure(address, Network(proxy=Proxy.NONE))) == "dns"
        assert proxy.met == 0
        assert step_of(await failure(address)) == "proxy"
        assert proxy.met == 1
        monkeypatch.setenv("no_proxy", "other.example,.invalid")
        assert step_of(await failure(address)) == "dns"
        assert proxy.met == 1


async def test_the_environments_proxy_may_have_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpProxy(user="user", password=PASSWORD) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}")
        assert "502" in (await failure(f"https://{SERVICE}/v1")).detail
        assert proxy.seen == [f"{SERVICE}:443"]


# -- certificates


async def test_an_authority_of_its_own_is_trusted_besides_the_system(authority: Authority) -> None:
    async with Server(tls=authority.server()) as server:
        for name in ("127.0.0.1", "localhost"):
            address = server.base_url.replace("127.0.0.1", name)
            async with client(address, Network(ca_path=authority.ca_path)) as http:
                assert await http.fetch("GET", "/") == HELLO


async def test_a_file_of_certificates_that_is_none_is_told(authority: Authority) -> None:
    for name, words in (
        ("missing.pem", "No such file"),
        ("key.pem", "no certificate in PEM form"),
        ("", "directory"),
    ):
        path = str(authority.folder / name)
        error = await failure("https://127.0.0.1:9", Network(ca_path=path))
        assert step_of(error) == "tls"
        assert not error.is_untouched
        assert path in error.detail
        assert words.lower() in error.detail.lower()


# -- connections


@pytest.mark.parametrize("is_encrypted", [False, True])
async def test_one_connection_serves_many_requests(authority: Authority, is_encrypted: bool) -> None:
    tls = authority.server() if is_encrypted else None
    network = Network(ca_path=authority.ca_path if is_encrypted else "")
    async with Server(tls=tls) as server, client(server.base_url, network) as http:
        for _ in range(5):
            assert await http.fetch("POST", "/ask", b"{}") == HELLO
            async with aclosing(http.stream("POST", "/ask", b"{}")) as stream:
                assert b"".join([chunk async for chunk in stream]) == HELLO
        assert len(server.seen) == 10
        assert server.connections == 1


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used() -> None:
    async def leave(exchange: Exchange) -> None:
        await exchange.reply(200, HELLO)
        exchange.writer.close()

    async with Server(behaviour=leave) as server, client(server.base_url) as http:
        for _ in range(5):
            assert await http.fetch("POST", "/ask", b"{}") == HELLO
            await asyncio.sleep(0)
        assert server.connections == 5


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_stopping_closes_the_socket_at_once(
    authority: Authority, is_encrypted: bool, is_cancelled: bool
) -> None:
    closed_at: asyncio.Queue[float] = asyncio.Queue()

    async def talk(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.chunk(b"Hello")
        await exchange.reader.read()
        closed_at.put_nowait(time.monotonic())

    async def read(http: HttpClient, first: asyncio.Event) -> None:
        async with aclosing(http.stream("POST", "/ask", b"{}")) as stream:
            async for _ in stream:
                first.set()
                if not is_cancelled:
                    return

    tls = authority.server() if is_encrypted else None
    network = Network(ca_path=authority.ca_path if is_encrypted else "")
    async with Server(tls=tls, behaviour=talk) as server, client(server.base_url, network) as http:

        async def seconds_to_stop() -> float:
            first = asyncio.Event()
            task = asyncio.create_task(read(http, first))
            await first.wait()
            start = time.monotonic()
            if is_cancelled:
                task.cancel()
            await asyncio.wait([task])
            assert task.cancelled() is is_cancelled
            return await closed_at.get() - start

        await soon(seconds_to_stop, 0.1)


# -- signing in


class RenewedSignIn:
    """Has a token for each renewal, as long as they last."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    async def headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.tokens[0]}"}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        if len(self.tokens) > 1:
            self.tokens.pop(0)
            return True
        return False

    def redacted(self, text: str) -> str:
        return text


async def asked_with(*tokens: str) -> tuple[list[str], ServiceError | None]:
    """The tokens that a server saw which takes only "good", and how it ended."""

    async def check(exchange: Exchange) -> None:
        is_good = exchange.headers["authorization"] == "Bearer good"
        await exchange.reply(200 if is_good else 401, HELLO)

    async with Server(behaviour=check) as server:
        http, error = HttpClient(server.base_url, RenewedSignIn(*tokens)), None
        try:
            assert await http.fetch("POST", "/ask", b'{"a":1}') == HELLO
        except ServiceError as caught:
            error = caught
        await http.close()
        assert all(exchange.body == {"a": 1} for exchange in server.seen)
        assert len({exchange.headers["x-client-request-id"] for exchange in server.seen}) == 1
        return [exchange.headers["authorization"].removeprefix("Bearer ") for exchange in server.seen], error


async def test_a_token_that_ended_is_renewed_once() -> None:
    assert await asked_with("good") == (["good"], None)
    assert await asked_with("old", "good") == (["old", "good"], None)
    seen, error = await asked_with("old")
    assert seen == ["old"]
    assert isinstance(error, SignInError)
    seen, error = await asked_with("old", "bad", "good")
    assert seen == ["old", "bad"]
    assert isinstance(error, SignInError)


YANDEX_KINDS = [
    ConnectionKind.CHAT,
    ConnectionKind.RESPONSES,
    ConnectionKind.YANDEX_TEXT,
    ConnectionKind.ASSISTANT_API,
]


@pytest.mark.parametrize("auth", [Auth.API_KEY, Auth.IAM])
@pytest.mark.parametrize("kind", YANDEX_KINDS)
async def test_the_folder_stands_in_the_header_that_the_address_knows(
    kind: ConnectionKind, auth: Auth
) -> None:
    credentials = Credentials(Secret(KEY))
    async with Server() as server:
        connection = Connection(
            ConnectionId("c"), kind, "c", server.base_url, auth, provider="yandex", folder="b1g"
        )
        sign_in = sign_in_of(connection, credentials)
        for http in (
            http_of(connection, sign_in),
            http_of(connection, sign_in, sends_folder=True),
            http_of(connection, sign_in, is_openai=True),
        ):
            await http.fetch("GET", "/")
            await http.close()
        usual, folder, openai = (exchange.headers for exchange in server.seen)
    is_openai = kind in (ConnectionKind.CHAT, ConnectionKind.RESPONSES)
    assert usual.get("openai-project") == ("b1g" if is_openai else None)
    assert "x-folder-id" not in usual
    assert folder.get("x-folder-id") == ("b1g" if auth is Auth.IAM else None)
    assert openai.get("openai-project") == "b1g"
    assert usual["x-data-logging-enabled"] == "false"
    scheme = "Bearer" if auth is Auth.IAM else "Api-Key"
    assert usual["authorization"] == f"{scheme} {KEY}"


async def test_a_connection_takes_its_network_and_its_proxys_password_along() -> None:
    async with (
        Server() as server,
        HttpProxy(hosts={"127.0.0.1": server.port_there}, user="user", password=PASSWORD) as proxy,
    ):
        network = manual("http", proxy.port, "user")
        connection = Connection(
            ConnectionId("c"), ConnectionKind.CHAT, "c", server.base_url, Auth.API_KEY, network=network
        )
        credentials = Credentials(Secret(KEY), Secret(PASSWORD))
        sign_in = sign_in_of(connection, credentials)
        http = http_of(connection, sign_in, proxy_password=credentials.proxy_password)
        assert await http.fetch("GET", "/") == HELLO
        assert PASSWORD not in http.redacted(f"it was {PASSWORD}")
        await http.close()
        assert proxy.seen


@pytest.mark.parametrize("kind", [kind for kind in ConnectionKind if kind is not ConnectionKind.ON_DEVICE])
async def test_every_kind_goes_through_the_proxy_of_its_connection(
    kind: ConnectionKind, tmp_path: Path
) -> None:
    async with HttpProxy(user="user", password=PASSWORD) as proxy:
        address = f"https://{SERVICE}/v1"
        connection = Connection(
            ConnectionId("c"),
            kind,
            "c",
            address,
            Auth.API_KEY,
            folder="b1g",
            operations_url=address,
            network=manual("http", proxy.port, "user"),
        )
        credentials = Credentials(Secret(KEY), Secret(PASSWORD))
        service = service_factory(OnDeviceModel(tmp_path))(connection, credentials)
        with pytest.raises(UnreachableError) as caught:
            await service.test()
        await service.close()
        assert caught.value.step == "proxy"
        assert proxy.seen == [f"{SERVICE}:443"], "the password was not sent"
