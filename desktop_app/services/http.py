"""HTTP for the adapters: the only place where an ``httpx.AsyncClient`` is made, and where its errors end.

What leaves this module is bytes or one of the domain's errors.  Certificates are the system's (truststore), so that a
company's own authority works; proxies are the environment's, except for this machine itself.  Redirects are not
followed: the key would travel along.  Requests are logged by method, path and request id before they are sent, bodies
never.
"""

import asyncio
import logging
import os
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from desktop_app import __version__
from desktop_app.domain.connections import is_loopback
from desktop_app.domain.errors import (
    BadReplyError,
    ServiceError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.ids import new_id
from desktop_app.services.failures import SHOWN_CHARS, error_for
from desktop_app.services.sign_in import KeySignIn, SignIn

log = logging.getLogger(__name__)

CONNECT_S, WRITE_S, POOL_S, READ_S = 10.0, 30.0, 10.0, 120.0
ERROR_BODY_BYTES = 64 << 10
BODY_BYTES = 64 << 20

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


def translate(
    error: Exception, request_id: str = "", detail: str = "", *, by_proxy: bool = False
) -> ServiceError:
    """The domain's error for one of httpx, httpcore or the operating system; ``by_proxy`` if one is on the way."""
    detail = detail or words_of(error)
    if isinstance(error, httpx.ProxyError | httpcore.ProxyError):
        return UnreachableError(detail, step="proxy", request_id=request_id)
    if isinstance(error, httpx.ConnectTimeout | httpcore.ConnectTimeout):
        return UnreachableError(detail, step="proxy" if by_proxy else "tcp", request_id=request_id)
    if isinstance(error, httpx.TimeoutException | httpcore.TimeoutException | TimeoutError):
        return SilentError(detail, request_id=request_id)
    if _is_wrong_talk(error):
        return BadReplyError(detail, request_id=request_id)
    step = _step(error)
    is_connecting = isinstance(error, httpx.ConnectError | httpcore.ConnectError)
    # With a proxy, what cannot be found or reached is the proxy; certificates are still those of the service.
    step = "proxy" if by_proxy and is_connecting and step != "tls" else step
    return UnreachableError(detail, step=step, request_id=request_id)


def words_of(error: BaseException) -> str:
    """What the error says and what the operating system said beneath it: "connection attempts failed" is too little."""
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    beneath = [cause for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    if not beneath or beneath[-1] is error:
        return said
    deepest, number = beneath[-1], beneath[-1].errno or 0
    # asyncio replaces the system's words by "Connect call failed"; a negative number is getaddrinfo's own.
    is_system = number > 0 and not isinstance(deepest, ssl.SSLError)
    return f"{said}: {os.strerror(number) if is_system else deepest.strerror or deepest}"


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
    """Which step failed, told by the causes that httpx keeps behind its ConnectError."""
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

    ``read_timeout_s`` is the longest pause between two chunks, not the length of a reply; requests are logged
    at ``level``.
    """

    def __init__(
        self,
        base_url: str,
        sign_in: SignIn | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        read_timeout_s: float = READ_S,
        level: int = logging.INFO,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._sign_in = sign_in or KeySignIn(None)
        self._own_headers = dict(headers or {})
        self._read_timeout_s = read_timeout_s
        self._level = level
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def fetch(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        request_id: str = "",
        read_timeout_s: float | None = None,
    ) -> bytes:
        """The whole body of a good reply.  Raises ServiceError."""
        whole = bytearray()
        stream = self.stream(
            method, path, body, query=query, request_id=request_id, read_timeout_s=read_timeout_s
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
        body: bytes | None = None,
        *,
        query: Mapping[str, str] | None = None,
        request_id: str = "",
        read_timeout_s: float | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """The body of a good reply as it comes, content decoding done.  Raises ServiceError.

        Closing the iterator or cancelling its task closes the connection.
        """
        request_id = request_id or new_id()
        with self._translating(request_id):
            client = await self._opened()
            url, headers = self._base_url + path, await self._headers(request_id, body is not None)
            timeout = _timeout(read_timeout_s or self._read_timeout_s)
            start = time.monotonic()
            log.log(self._level, "%s %s, request %s", method, url, request_id)
            sending = client.stream(method, url, content=body, params=query, headers=headers, timeout=timeout)
            async with sending as response:
                status_code, seconds = response.status_code, time.monotonic() - start
                log.log(self._level, "request %s: HTTP %d after %.2f s", request_id, status_code, seconds)
                if not response.is_success:
                    raise await self._refusal(response, request_id)
                async for chunk in response.aiter_bytes():
                    yield chunk

    def redacted(self, text: str) -> str:
        """``text`` without the key; some servers repeat it in what they refuse."""
        return self._sign_in.redacted(text)

    async def close(self) -> None:
        """Close all connections; safe to call twice."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    # -- one request

    async def _headers(self, request_id: str, has_body: bool) -> Mapping[str, str]:
        headers = self._own_headers | {
            "x-client-request-id": request_id,
            "accept": "application/json, text/event-stream",
        }
        if has_body:
            headers["content-type"] = "application/json"
        return headers | dict(await self._sign_in.headers())

    async def _refusal(self, response: httpx.Response, request_id: str) -> ServiceError:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > ERROR_BODY_BYTES:
                break
        theirs = (
            response.headers.get("x-request-id") or response.headers.get("x-server-trace-id") or request_id
        )
        text = self.redacted(body.decode("utf-8", "replace"))
        return error_for(response.status_code, response.headers, text.encode(), theirs[:200])

    @contextmanager
    def _translating(self, request_id: str) -> Iterator[None]:
        try:
            yield
        except HTTP_ERRORS as error:
            detail = self.redacted(words_of(error))[:SHOWN_CHARS]
            log.log(self._level, "request %s: %s", request_id, detail)
            raise translate(error, request_id, detail, by_proxy=has_proxy(self._base_url)) from error

    # -- the client

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                self._client = await open_client(self._base_url, self._read_timeout_s)
            return self._client


async def open_client(url: str, read_timeout_s: float) -> httpx.AsyncClient:
    """A client for the server of ``url``; it follows no redirects.  Raises UnreachableError."""
    host = urlsplit(url).hostname or ""
    try:
        return httpx.AsyncClient(
            verify=await _certificates(url),
            trust_env=not is_loopback(host),
            timeout=_timeout(read_timeout_s),
            limits=httpx.Limits(max_connections=20, keepalive_expiry=30),
            follow_redirects=False,
            headers={"user-agent": f"Nitka/{__version__}"},
        )
    except (ValueError, ImportError) as error:  # a proxy in the environment that httpx cannot use
        raise UnreachableError(str(error), step="proxy") from error


async def _certificates(url: str) -> ssl.SSLContext:
    if url.startswith("https:") or _has_tls_proxy():
        return await asyncio.to_thread(_system_certificates)
    # Never used for plain http; it trusts nobody, and making it costs nothing.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _timeout(read_s: float) -> httpx.Timeout:
    return httpx.Timeout(connect=CONNECT_S, write=WRITE_S, pool=POOL_S, read=read_s)


def has_proxy(url: str) -> bool:
    """Whether a proxy of the environment is on the way to ``url``."""
    parts = urlsplit(url)
    host, proxies = parts.hostname or "", getproxies()
    is_set = parts.scheme in proxies or "all" in proxies
    return is_set and not is_loopback(host) and not proxy_bypass(host)


def _has_tls_proxy() -> bool:
    return any(proxy.startswith("https:") for proxy in getproxies().values())


def _system_certificates() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
