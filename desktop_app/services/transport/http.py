"""HTTP for the adapters: the only place where an ``httpx.AsyncClient`` is made, and where its errors end.

What leaves this module is bytes or one of the domain's errors.  Connections are kept and used again.  Redirects are not
followed: the key would travel along.  Plain http beyond this machine needs the user's yes, and is refused before even
the name is looked up.  Requests are logged by method, address and request id before they are sent, bodies never.
"""

import asyncio
import logging
import os
import socket
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import httpcore
import httpx

from desktop_app import __version__
from desktop_app.domain.connections import Network, is_loopback
from desktop_app.domain.errors import (
    BadReplyError,
    InsecureAddressError,
    ServiceError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.ids import new_id
from desktop_app.domain.redaction import Redaction
from desktop_app.domain.secret import Secret
from desktop_app.services.transport.certificates import trusting, trusting_nobody
from desktop_app.services.transport.failures import SHOWN_CHARS, error_for
from desktop_app.services.transport.passage import Passage
from desktop_app.services.transport.proxies import proxy_on
from desktop_app.services.transport.sign_in import KeySignIn, SignIn

log = logging.getLogger(__name__)

CONNECT_S, WRITE_S, POOL_S = 10.0, 30.0, 10.0
# A server reads a long prompt, or its model thinks, for minutes before the first word; what is given up is billed.
READ_S = 300.0
ERROR_BODY_S, ERROR_BODY_BYTES = 10.0, 64 << 10
BODY_BYTES = 64 << 20
PIECE_BYTES = 256 << 10
ID_CHARS = 100

HTTP_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    httpcore.ConnectionNotAvailable,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    OSError,
    ssl.CertificateError,
)


@dataclass(frozen=True, slots=True)
class LongBody:
    """A body of ``length`` bytes that is made as it is sent: ``pieces`` makes it once more for every attempt."""

    length: int
    pieces: Callable[[], Iterator[bytes]]


def translate(
    error: Exception, request_id: str = "", detail: str = "", *, is_sent: bool = True
) -> ServiceError:
    """The domain's error for one of httpx, httpcore or the operating system; ``is_sent``: the request was under way."""
    detail = detail or words_of(error)
    if _is_silence(error):
        return SilentError(detail, request_id=request_id, is_untouched=not is_sent)
    if _is_wrong_talk(error):
        return BadReplyError(detail, request_id=request_id)
    return UnreachableError(detail, step=_step(error), request_id=request_id, is_untouched=not is_sent)


def words_of(error: BaseException) -> str:
    """What the error says and what the operating system said beneath it: "connection attempts failed" is too little."""
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    beneath = [cause for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    if not beneath or beneath[-1] is error:
        return said
    deepest, number = beneath[-1], beneath[-1].errno or 0
    # asyncio replaces the system's words by "Connect call failed"; a negative number is getaddrinfo's own.
    is_system = number > 0 and not isinstance(deepest, ssl.SSLError)
    words = os.strerror(number) if is_system else str(deepest.strerror or deepest)
    return said if words in said else f"{said}: {words}"


def _is_silence(error: Exception) -> bool:
    is_connecting = isinstance(error, httpx.ConnectTimeout | httpcore.ConnectTimeout)
    is_late = isinstance(error, httpx.TimeoutException | httpcore.TimeoutException | TimeoutError)
    return is_late and not is_connecting


def _is_wrong_talk(error: Exception) -> bool:
    """Whether the other side speaks something else; a connection that just broke is the network's fault."""
    if isinstance(error, httpx.RemoteProtocolError | httpcore.RemoteProtocolError):
        return not any(words in str(error) for words in ("disconnected", "closed connection", "terminated"))
    return isinstance(
        error,
        httpx.DecodingError
        | httpx.InvalidURL
        | httpx.CookieConflict
        | httpx.TooManyRedirects
        | httpx.HTTPStatusError
        | httpx.LocalProtocolError
        | httpx.UnsupportedProtocol
        | httpx.StreamError
        | httpcore.LocalProtocolError
        | httpcore.UnsupportedProtocol,
    )


def _step(error: BaseException) -> str:
    """Which step failed, told by its kind and by the causes that httpx keeps behind its ConnectError."""
    if isinstance(error, httpx.ProxyError | httpcore.ProxyError):
        return "proxy"
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "dns"
    if any(isinstance(cause, ssl.SSLError | ssl.CertificateError) for cause in causes):
        return "tls"
    # The other side hung up in the handshake: no error of the operating system is behind that.
    is_connecting = isinstance(error, httpx.ConnectError | httpcore.ConnectError)
    return "tls" if is_connecting and not any(isinstance(cause, OSError) for cause in causes) else "tcp"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


class HttpClient:
    """Requests to one base URL with one key; lives on one loop.  Made cheap: nothing is opened before the first use.

    ``read_timeout_s`` is the longest pause between two chunks, not the length of a reply; None is the usual one.
    ``network`` is the way there, with the password of its proxy's user.  Requests are logged at ``level``.
    """

    def __init__(
        self,
        base_url: str,
        sign_in: SignIn | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        read_timeout_s: float | None = None,
        network: Network | None = None,
        proxy_password: Secret | None = None,
        level: int = logging.INFO,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(self._base_url).netloc.rpartition("@")[2]
        self._sign_in = sign_in or KeySignIn(None)
        self._own_headers = dict(headers or {})
        self._read_timeout_s = read_timeout_s or READ_S
        self._network = network or Network()
        self._proxy_password = proxy_password
        self._redaction = Redaction(proxy_password)
        self._level = level
        self._line: Line | None = None
        self._opening = asyncio.Lock()

    async def fetch(
        self,
        method: str,
        path: str,
        body: bytes | LongBody | None = None,
        *,
        query: Mapping[str, str] | None = None,
        request_id: str = "",
        read_timeout_s: float | None = None,
        named: Callable[[str], None] | None = None,
    ) -> bytes:
        """The whole body of a good reply; ``named`` as for ``stream``.  Raises ServiceError."""
        whole = bytearray()
        stream = self.stream(
            method,
            path,
            body,
            query=query,
            request_id=request_id,
            read_timeout_s=read_timeout_s,
            named=named,
        )
        async with aclosing(stream) as chunks:
            async for chunk in chunks:
                whole += chunk
                if len(whole) > BODY_BYTES:
                    raise BadReplyError(f"a reply of more than {BODY_BYTES} bytes")
        return bytes(whole)

    async def stream(
        self,
        method: str,
        path: str,
        body: bytes | LongBody | None = None,
        *,
        query: Mapping[str, str] | None = None,
        request_id: str = "",
        read_timeout_s: float | None = None,
        named: Callable[[str], None] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """The body of a good reply as it comes, content decoding done.  Raises ServiceError.

        ``named`` is told before that what the service calls the request, if it calls it anything.  Closing the iterator
        or cancelling its task closes the connection.
        """
        request_id = request_id or new_id()
        wanted = _Wanted(method, path, body, query, request_id, read_timeout_s or self._read_timeout_s)
        with self._translating(request_id):
            async with aclosing(await self._good_reply(wanted)) as response:
                if named and (theirs := self._their_ids(response)):
                    named(theirs)
                async for chunk in response.aiter_bytes():
                    yield chunk

    def redacted(self, text: str) -> str:
        """``text`` without the key and the proxy's password; some servers repeat them in what they refuse."""
        return self._redaction(self._sign_in.redacted(text))

    async def close(self) -> None:
        """Close all connections; safe to call twice."""
        line, self._line = self._line, None
        if line:
            await line.client.aclose()

    # -- one request

    async def _good_reply(self, wanted: "_Wanted") -> httpx.Response:
        """The reply; a 401 that a fresh token may cure is answered by asking once more, for nothing was done yet."""
        response = await self._reply(wanted)
        try:
            if response.status_code == 401 and await self._sign_in.renew(response.request.headers):
                await response.aclose()
                response = await self._reply(wanted)
            if not response.is_success:
                raise await self._refusal(response, wanted.request_id)
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _reply(self, wanted: "_Wanted") -> httpx.Response:
        url, request_id = self._base_url + wanted.path, wanted.request_id
        self._check_address(request_id)
        headers = await self._headers(request_id, wanted.body)
        line = await self._opened()
        request = line.client.build_request(
            wanted.method,
            url,
            content=_in_pieces(wanted.body),
            params=wanted.query,
            headers=headers,
            timeout=timeouts(wanted.read_timeout_s),
        )
        start, passage = time.monotonic(), Passage(line.has_proxy)
        log.log(self._level, "%s %s, request %s", wanted.method, url, request_id)
        with self._translating(request_id, passage):
            response = await passage.send(line.client, request)
        seconds, theirs = time.monotonic() - start, self._their_ids(response)
        status = f"HTTP {response.status_code} after {seconds:.2f} s" + (f", {theirs}" if theirs else "")
        log.log(self._level, "request %s: %s", request_id, status)
        return response

    def _check_address(self, request_id: str) -> None:
        parts = urlsplit(self._base_url)
        is_plain = parts.scheme == "http" and not is_loopback(parts.hostname or "")
        if is_plain and not self._network.allows_http:
            raise InsecureAddressError(f"http://{parts.hostname} is not encrypted", request_id=request_id)

    async def _headers(self, request_id: str, body: bytes | LongBody | None) -> Mapping[str, str]:
        headers = self._own_headers | {
            "x-client-request-id": request_id,
            "accept": "application/json, text/event-stream",
        }
        if body is not None:
            length = body.length if isinstance(body, LongBody) else len(body)
            headers |= {"content-type": "application/json", "content-length": str(length)}
        return headers | dict(await self._sign_in.headers())

    async def _refusal(self, response: httpx.Response, request_id: str) -> ServiceError:
        body = bytearray()
        with suppress(*HTTP_ERRORS):  # the status says more than what becomes of its body
            async with asyncio.timeout(ERROR_BODY_S):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > ERROR_BODY_BYTES:
                        break
        text = self.redacted(body.decode("utf-8", "replace"))
        headers = {name: self.redacted(value) for name, value in response.headers.items()}
        theirs = self._their_ids(response) or request_id
        return error_for(response.status_code, headers, text.encode(), theirs)

    def _their_ids(self, response: httpx.Response) -> str:
        """The service's own names for a request, which its support asks for."""
        names = (response.headers.get(name) for name in ("x-request-id", "x-server-trace-id"))
        return ", ".join(self.redacted(name)[:ID_CHARS] for name in names if name)

    @contextmanager
    def _translating(self, request_id: str, passage: Passage | None = None) -> Iterator[None]:
        try:
            yield
        except HTTP_ERRORS as error:
            self._hide_beneath(error)
            # The host is said because it need not be that of the connection: a token is exchanged at another one.
            detail = self.redacted(f"{self._host}: {words_of(error)}")[:SHOWN_CHARS]
            log.log(self._level, "request %s: %s", request_id, detail)
            is_sent = passage is None or passage.is_sent
            raise translate(error, request_id, detail, is_sent=is_sent) from error

    def _hide_beneath(self, error: Exception) -> None:
        """What the other side said stands in the causes too: the reason of a proxy, a line that is not HTTP."""
        for cause in _causes(error):
            cause.args = tuple(self.redacted(said) if isinstance(said, str) else said for said in cause.args)

    # -- the client

    async def _opened(self) -> "Line":
        async with self._opening:
            if self._line is None:
                self._line = await open_line(self._base_url, self._network, self._proxy_password)
                if self._line.proxy_password:  # that of a proxy of the system stands in its address
                    self._redaction.add(self._line.proxy_password)
            return self._line


class _Wanted(NamedTuple):
    """What is asked for."""

    method: str
    path: str
    body: bytes | LongBody | None
    query: Mapping[str, str] | None
    request_id: str
    read_timeout_s: float


class Line(NamedTuple):
    """Connections to one server; whether a proxy is between, and the password that it is told."""

    client: httpx.AsyncClient
    has_proxy: bool
    proxy_password: Secret | None = None


async def open_line(url: str, network: Network, proxy_password: Secret | None = None) -> Line:
    """A line to the server of ``url``; it follows no redirects.  Raises UnreachableError.

    The number of connections is the caller's to limit: a connection that was given up half made stays counted for ever.
    """
    proxy, certificates = await asyncio.to_thread(_way, url, network, proxy_password)
    client = httpx.AsyncClient(
        verify=certificates,
        proxy=proxy,
        trust_env=False,  # the environment's proxies are found by ``proxy_on``
        timeout=timeouts(READ_S),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=30),
        follow_redirects=False,
        headers={"user-agent": f"Nitka/{__version__}"},
    )
    told = Secret(proxy.auth[1]) if proxy and proxy.auth else None
    return Line(client, proxy is not None, told)


def _in_pieces(body: bytes | LongBody | None) -> bytes | AsyncIterator[bytes] | None:
    """A long body piece by piece: the limit for writing is one for each of them."""

    async def sent(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    if isinstance(body, LongBody):
        return sent(body.pieces())
    if body is None or len(body) <= PIECE_BYTES:
        return body
    return sent(body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES))


def _way(
    url: str, network: Network, proxy_password: Secret | None
) -> tuple[httpx.Proxy | None, ssl.SSLContext]:
    proxy = proxy_on(url, network, proxy_password)
    is_proxy_encrypted = proxy is not None and proxy.url.scheme == "https"
    if not is_proxy_encrypted and not url.startswith("https:"):
        return proxy, trusting_nobody()
    certificates = trusting(network.ca_path)
    if proxy and is_proxy_encrypted:
        proxy.ssl_context = certificates
    return proxy, certificates


def timeouts(read_s: float) -> httpx.Timeout:
    """The usual limits, with ``read_s`` for the longest pause between two chunks."""
    return httpx.Timeout(connect=CONNECT_S, write=WRITE_S, pool=POOL_S, read=read_s)
