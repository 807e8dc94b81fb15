"""An image is fetched from where it was said to be, with nothing sent along, and within its limits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from desktop_app.controllers.images import AT_ONCE, ImagesController
from desktop_app.domain.errors import (
    BadReplyError,
    NotFoundError,
    ServiceError,
    SilentError,
    UnreachableError,
)
from desktop_app.services.images import MOST_REDIRECTS, _may_lead, fetch_image
from tests.conftest import PATIENCE_S
from tests.servers import Exchange, _read_request, hang_up, refuse

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 100

Behaviour = Callable[[Exchange], Awaitable[None]]

image = refuse(200, PNG, content_type="image/png")


@asynccontextmanager
async def serving(**paths: Behaviour) -> AsyncIterator[tuple[str, list[Exchange]]]:
    """A server on loopback that answers /NAME as told; its address, and what it was asked."""
    seen: list[Exchange] = []
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            exchange = await _read_request(reader, writer)
            if exchange is not None:
                seen.append(exchange)
                await paths[exchange.path.strip("/").partition("?")[0]](exchange)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def leads_to(place: str, **headers: str) -> Behaviour:
    return refuse(302, "", location=place, **headers)


async def test_the_bytes_come_as_they_are() -> None:
    async with serving(image=image) as (address, seen):
        assert await fetch_image(f"{address}/image?size=2") == PNG
        assert [one.path for one in seen] == ["/image?size=2"]


async def test_nothing_is_sent_along() -> None:
    async with serving(image=leads_to("/other", set_cookie="who=me"), other=image) as (address, seen):
        with_password = address.replace("http://", "http://name:password@")
        assert await fetch_image(f"{with_password}/image") == PNG
        assert len(seen) == 2
        for one in seen:
            assert set(one.headers) <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
            assert one.headers["accept"] == "image/*"


async def test_redirects_are_followed_a_few_times() -> None:
    async with serving(image=leads_to("/next"), next=leads_to("there"), there=image) as (address, seen):
        assert await fetch_image(f"{address}/image") == PNG
        assert [one.path for one in seen] == ["/image", "/next", "/there"]
    async with serving(image=leads_to("/image")) as (address, seen):
        with pytest.raises(BadReplyError):
            await fetch_image(f"{address}/image")
        assert len(seen) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://example.org/a.png", "data:image/png;base64,AA=="]
)
async def test_a_redirect_leads_only_to_http(place: str) -> None:
    async with serving(image=leads_to(place)) as (address, _), asyncio.timeout(PATIENCE_S):
        with pytest.raises(ServiceError):
            await fetch_image(f"{address}/image")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a.png", "/a.png", "http://", "://"])
async def test_only_http_is_fetched(url: str) -> None:
    with pytest.raises(BadReplyError):
        await fetch_image(url)


@pytest.mark.parametrize(
    ("start", "target", "may"),
    [
        ("https://example.org", "https://example.com", True),
        ("http://example.org", "https://example.org", True),
        ("https://example.org", "http://example.org", False),
        ("https://example.org", "https://localhost", False),
        ("http://example.org", "http://127.0.0.1:8080", False),
        ("http://example.org", "http://127.1", False),
        ("http://example.org", "http://2130706433", False),
        ("http://example.org", "http://192.168.0.1", False),
        ("http://example.org", "http://169.254.169.254", False),
        ("http://example.org", "http://[::1]", False),
        ("http://example.org", "http://[::ffff:127.0.0.1]", False),
        ("http://example.org", "http://router.local.", False),
        ("http://example.org", "http://8.8.8.8", True),
        ("http://192.168.0.1", "http://192.168.0.2", True),
    ],
)
def test_a_redirect_stays_encrypted_and_outside(start: str, target: str, may: bool) -> None:
    assert _may_lead(httpx.URL(start), httpx.URL(target)) is may


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream"])
async def test_what_is_no_image_is_refused(kind: str) -> None:
    async with serving(image=refuse(200, PNG, content_type=kind)) as (address, _):
        with pytest.raises(BadReplyError):
            await fetch_image(f"{address}/image")


async def test_what_is_larger_than_the_limit_is_refused_before_it_is_read() -> None:
    sent = 0

    async def endless(exchange: Exchange) -> None:
        nonlocal sent
        await exchange.head(200, content_type="image/png")
        while True:
            await exchange.chunk(bytes(1 << 16))
            sent += 1 << 16

    async with serving(image=image, endless=endless) as (address, _):
        assert await fetch_image(f"{address}/image", len(PNG)) == PNG
        with pytest.raises(BadReplyError):
            await fetch_image(f"{address}/image", len(PNG) - 1)
        with pytest.raises(BadReplyError):
            await fetch_image(f"{address}/endless", 1 << 20)
    assert sent < 64 << 20


async def test_an_announced_size_is_enough_to_refuse() -> None:
    async def announce(exchange: Exchange) -> None:
        exchange.writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 9999999\r\n\r\n"
        )
        await exchange.reader.read()

    async with serving(image=announce) as (address, _), asyncio.timeout(PATIENCE_S):
        with pytest.raises(BadReplyError):
            await fetch_image(f"{address}/image", 1 << 20)


async def test_silence_ends_in_time() -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.head(200, content_type="image/png")
        await exchange.chunk(PNG[:20])
        await exchange.reader.read()

    async with serving(image=stall) as (address, _):
        with pytest.raises(SilentError):
            await fetch_image(f"{address}/image", whole_s=0.2)


async def test_refusals_and_broken_connections_are_the_domains_errors() -> None:
    async with serving(image=refuse(404, "no"), gone=hang_up) as (address, _):
        with pytest.raises(NotFoundError):
            await fetch_image(f"{address}/image")
        with pytest.raises(ServiceError):
            await fetch_image(f"{address}/gone")
    with pytest.raises(UnreachableError):
        await fetch_image(f"{address}/image")


async def test_only_a_few_are_fetched_at_once() -> None:
    now = most = 0

    async def slow(url: str) -> bytes:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return url.encode()

    controller = ImagesController(slow)
    urls = [f"https://example.org/{number}" for number in range(20)]
    assert await asyncio.gather(*map(controller.fetch, urls)) == [url.encode() for url in urls]
    assert most == AT_ONCE
