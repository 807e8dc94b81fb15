"""How far a request came: what failed before its first byte was sent has certainly not been done, nor billed.

httpcore tells each step to the ``trace`` of a request; its exceptions alone tell neither whether the request was sent
nor whether it was the proxy that failed.

WORKAROUND: httpcore 1.0.9 waits for a SOCKS proxy without any limit and for the reply to CONNECT as long as for the
model, lets errors of socksio and its own assertions through, and leaves the socket open when a connection is given up
half made.  Until a version that does none of this.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpcore
import httpx
from socksio import SOCKSError

PROXY_S = 20.0


class Passage:
    """One request on its way, through a proxy if ``has_proxy``."""

    def __init__(self, has_proxy: bool) -> None:
        self.is_sent = False
        self._is_at_proxy = has_proxy
        self._limit = asyncio.timeout(PROXY_S if has_proxy else None)
        self._opened: httpcore.AsyncNetworkStream | None = None

    async def send(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        """The reply with its headers read; its body is the caller's to read and to close.

        Raises errors of httpx; what fails at the proxy is a ProxyError.
        """
        request.extensions["trace"] = self._on_step
        try:
            async with self._limit:
                return await client.send(request, stream=True)
        except (httpx.HTTPError, SOCKSError, AssertionError, TimeoutError) as error:
            if not self._is_at_proxy or isinstance(error, httpx.ProxyError):
                raise
            raise httpx.ProxyError(str(error) or "the proxy does not answer") from error
        finally:
            await self._close_half_made()

    async def _on_step(self, name: str, info: Mapping[str, Any]) -> None:
        match name:
            case "connection.connect_tcp.complete" | "socks.connect_tcp.complete":
                self._opened = info["return_value"]
            case "proxy.start_tls.started" | "socks.start_tls.started":
                self._pass_proxy()
            case "http11.send_request_headers.started" if info["request"].method != b"CONNECT":
                self._pass_proxy()
                self.is_sent = True

    def _pass_proxy(self) -> None:
        self._is_at_proxy = False
        self._limit.reschedule(None)

    async def _close_half_made(self) -> None:
        if self._opened and not self.is_sent:
            await self._opened.aclose()
