"""The body of a streamed reply as JSON objects, as the OpenAI dialects frame it.

One event, one object, and ``[DONE]`` after the last where it is sent.  What servers and proxies put between them is
left out: comments, keep-alives, empty events.  A body that is one JSON object (the server ignored ``stream``) counts
as one event, whatever its header says.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeVar

import msgspec

from desktop_app.domain.errors import BadReplyError, ServiceError, ServiceFaultError
from desktop_app.services.reading.json_stream import read_out
from desktop_app.services.reading.sse import MAX_EVENT_BYTES, EventTooLargeError, SseDecoder, SseEvent
from desktop_app.services.reading.surrogates import without_halves

log = logging.getLogger(__name__)

DONE = "[DONE]"

_BEFORE = b"\xef\xbb\xbf \t\r\n"

_T = TypeVar("_T")


async def json_events(
    body: AsyncIterator[bytes], redacted: Callable[[str], str]
) -> AsyncGenerator[SseEvent, None]:
    """The events whose data begin like a JSON object, up to the event ``[DONE]`` or the end of ``body``.

    Raises ServiceFaultError for an error event in plain words, and BadReplyError for a web page.
    """
    async with aclosing(_events(body)) as events:
        async for event in events:
            data = event.data.strip()
            if data == DONE:
                yield SseEvent(DONE)
                await read_out(events)
                return
            if event.name == "error" and not data.startswith("{"):
                raise ServiceFaultError(redacted(data))
            if data.startswith("{"):  # anything else is a keep-alive of some proxy
                yield SseEvent(data, event.name)


async def until_over(
    events: AsyncGenerator[_T, None], is_over: Callable[[], bool], wait_s: float
) -> AsyncGenerator[_T, None]:
    """The events up to the one that makes a reply be over, and what comes within ``wait_s`` after that.

    The rest is read since a connection is used again only when it was read out; what fails then spoils nothing.
    """
    async with aclosing(events):
        while not is_over():
            if (event := await anext(events, None)) is None:
                return
            yield event
        deadline = asyncio.get_running_loop().time() + wait_s
        while (event := await _next_before(deadline, events)) is not None:
            yield event


async def _next_before(deadline: float, events: AsyncGenerator[_T, None]) -> _T | None:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(events, None)
    except (ServiceError, TimeoutError):
        return None


def decoded(data: str, kind: type[_T]) -> _T:
    """``data`` as ``kind``; of a character of which only half came, U+FFFD is left.  Raises BadReplyError."""
    try:
        try:
            return msgspec.json.decode(data, type=kind, strict=False)
        except msgspec.DecodeError:
            return msgspec.json.decode(without_halves(data), type=kind, strict=False)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadReplyError(f"an event that is not of the protocol: {error}") from error


def without_key(said: object, redacted: Callable[[str], str]) -> object:
    """What a server said, with its texts redacted before any of them is cut to a length."""
    text = redacted(msgspec.json.encode(said).decode())
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:  # the key looked like a part of JSON
        return text


def text_of(value: object) -> str:
    """A text, also one in parts; what is neither says nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(text_of(part.get("text")) for part in value if isinstance(part, dict))
    return ""


async def _events(body: AsyncIterator[bytes]) -> AsyncGenerator[SseEvent, None]:
    async for chunk in body:
        if start := chunk.lstrip(_BEFORE):
            break
    else:
        return
    if start[:1] == b"<":
        raise BadReplyError("a web page came instead of a reply")
    if start[:1] == b"{":
        yield SseEvent((await _whole(start, body)).decode("utf-8", "replace"))
        return
    decoder = SseDecoder()
    try:
        for event in decoder.feed(start):
            yield event
        async for chunk in body:
            for event in decoder.feed(chunk):
                yield event
    except EventTooLargeError as error:
        raise BadReplyError(str(error)) from error
    for event in decoder.end():
        if _is_whole(event):
            yield event


async def _whole(start: bytes, body: AsyncIterator[bytes]) -> bytes:
    whole = bytearray(start)
    async for chunk in body:
        whole += chunk
        if len(whole) > MAX_EVENT_BYTES:
            raise BadReplyError(f"a reply of more than {MAX_EVENT_BYTES} bytes")
    return bytes(whole)


def _is_whole(last: SseEvent) -> bool:
    """Whether an event without the blank line after it was only short of that, and not cut off."""
    if last.data.lstrip().startswith("{"):
        try:
            decoded(last.data, dict)
        except BadReplyError:
            log.info("the stream ends in the middle of an event")
            return False
    return True
