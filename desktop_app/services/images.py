"""Fetches an image that a reply points to, after the reader asked for it.

Whoever wrote the address learns that it was asked for, from where, and nothing else: no cookies, no referrer, no
credentials.  A redirect may neither leave encryption nor lead from the net into this machine or its own network.
"""

import asyncio
import logging
import socket
from contextlib import aclosing
from ipaddress import ip_address

import httpx

from desktop_app.domain.connections import Network, is_loopback
from desktop_app.domain.errors import BadReplyError, SilentError
from desktop_app.domain.ids import new_id
from desktop_app.services.transport.failures import SHOWN_CHARS, error_for
from desktop_app.services.transport.http import HTTP_ERRORS, open_line, timeouts, translate, words_of
from desktop_app.services.transport.passage import Passage

log = logging.getLogger(__name__)

LIMIT_BYTES = 50 << 20
READ_S, WHOLE_S = 15.0, 60.0
MOST_REDIRECTS = 5


async def fetch_image(url: str, limit_bytes: int = LIMIT_BYTES, *, whole_s: float = WHOLE_S) -> bytes:
    """The bytes at an http or https address, if they are an image by their type.

    Raises ServiceError: BadReplyError for what is no image, is larger than ``limit_bytes`` or is redirected astray,
    SilentError when it takes longer than ``whole_s``.
    """
    request_id = new_id()
    try:
        async with asyncio.timeout(whole_s):
            return await _follow(httpx.URL(url), limit_bytes, request_id)
    except TimeoutError as error:
        raise SilentError(f"not complete after {whole_s:.0f} s", request_id=request_id) from error
    except HTTP_ERRORS as error:
        detail = words_of(error)[:SHOWN_CHARS]
        log.info("image, request %s: %s", request_id, detail)
        raise translate(error, request_id, detail) from error


async def _follow(url: httpx.URL, limit_bytes: int, request_id: str) -> bytes:
    """Go where redirects lead, as far as they may."""
    for _ in range(MOST_REDIRECTS + 1):
        answer = await _get(_plain(url), limit_bytes, request_id)
        if isinstance(answer, bytes):
            return answer
        target = url.join(answer)
        if not _may_lead(url, target):
            raise BadReplyError(f"redirected to {target.scheme}://{target.host}", request_id=request_id)
        url = target
    raise BadReplyError("redirected too often", request_id=request_id)


async def _get(url: httpx.URL, limit_bytes: int, request_id: str) -> bytes | str:
    """The image, or the address of a redirect.  Each request has a client of its own: no cookie goes on."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise BadReplyError("not an http or https address", request_id=request_id)
    log.info("image from %s, request %s", url.host, request_id)
    line = await open_line(str(url), Network())
    request = line.client.build_request("GET", url, headers={"accept": "image/*"}, timeout=timeouts(READ_S))
    async with line.client, aclosing(await Passage(line.has_proxy).send(line.client, request)) as response:
        log.info("request %s: HTTP %d", request_id, response.status_code)
        if response.has_redirect_location:
            return response.headers["location"]
        if not response.is_success:
            raise error_for(response.status_code, response.headers, b"", request_id)
        return await _body(response, limit_bytes, request_id)


async def _body(response: httpx.Response, limit_bytes: int, request_id: str) -> bytes:
    kind = response.headers.get("content-type", "")
    if not kind.lower().startswith("image/"):
        raise BadReplyError(f"not an image: {kind[:100]}", request_id=request_id)
    whole = bytearray()
    announced = response.headers.get("content-length", "")
    is_too_large = announced.isdecimal() and int(announced) > limit_bytes
    if not is_too_large:
        async for chunk in response.aiter_bytes():
            whole += chunk
            if is_too_large := len(whole) > limit_bytes:
                break
    if is_too_large:
        raise BadReplyError(f"more than {limit_bytes} bytes", request_id=request_id)
    return bytes(whole)


def _plain(url: httpx.URL) -> httpx.URL:
    """Without a name and a password that would be sent along."""
    return url.copy_with(username=None, password=None) if url.userinfo else url


def _may_lead(start: httpx.URL, target: httpx.URL) -> bool:
    if start.scheme == "https" and target.scheme != "https":
        return False
    return _is_near(start.host) or not _is_near(target.host)


def _is_near(host: str) -> bool:
    """Whether the address is this machine's or of a private network; names are not looked up."""
    host = host.rstrip(".")
    try:
        return not ip_address(host).is_global
    except ValueError:
        return _is_near_number(host) or is_loopback(host) or host.endswith((".localhost", ".local"))


def _is_near_number(host: str) -> bool:
    """The same for the old spellings of an address ("127.1", "0x7f000001"), which the system still understands."""
    try:
        return not ip_address(socket.inet_aton(host)).is_global
    except OSError:
        return False
