"""The body of a streamed reply as JSON objects, as the OpenAI dialects frame it.

One event, one object.  What servers and proxies put between them is left out: comments, keep-alives, empty events,
``[DONE]``.  A body that is one JSON object (the server ignored ``stream``) counts as one event, whatever its header
says.  The rules are those of the protocol page (responses.md, section 3).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeVar

import msgspec

from desktop_app.domain.errors import BadReplyError, ServiceError, ServiceFaultError
from desktop_app.services.json_stream import read_out
from desktop_app.services.sse import EventTooLargeError, SseDecoder, SseEvent
from desktop_app.services.surrogates import without_halves

log = logging.getLogger(__name__)

DONE = "[DONE]"

_T = TypeVar("_T")


async def json_events(
    body: AsyncIterator[bytes], redacted: Callable[[str], str]
) -> AsyncGenerator[SseEvent, None]:
    """The events whose data begin like a JSON object, up to ``[DONE]`` or the end of ``body``.

    Raises ServiceFaultError for an error event in plain words, and BadReplyError for a web page.
    """
    async with aclosing(_events(body)) as events:
        async for event in events:
            data = event.data.strip()
            if data == DONE:
                await read_out(events)
                return
            if event.name == "error" and not data.startswith("{"):
                raise ServiceFaultError(redacted(data))
            if data.startswith("{"):  # anything else is a keep-alive of some proxy
                yield SseEvent(data, event.name)


async def next_of(events: AsyncGenerator[_T, None], *, is_finished: bool, wait_s: float) -> _T | None:
    """The next event, None at the end; a reply that is finished waits ``wait_s`` and is not spoilt by what fails then.

    What comes after a finished reply is read all the same, since a connection is used again only when it was read out.
    """
    try:
        async with asyncio.timeout(wait_s if is_finished else None):
            return await anext(events, None)
    except (ServiceError, TimeoutError):
        if not is_finished:
            raise
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
    head = b""
    async for chunk in body:
        head += chunk
        if start := head.lstrip(b"\xef\xbb\xbf \t\r\n"):
            break
    else:
        return
    if start[:1] == b"<":
        raise BadReplyError("a web page came instead of a reply")
    if start[:1] == b"{":
        yield SseEvent((start + b"".join([chunk async for chunk in body])).decode("utf-8", "replace"))
        return
    decoder = SseDecoder()
    try:
        for event in decoder.feed(head):
            yield event
        async for chunk in body:
            for event in decoder.feed(chunk):
                yield event
    except EventTooLargeError as error:
        raise BadReplyError(str(error)) from error
    for event in decoder.end():
        if _is_whole(event):
            yield event


def _is_whole(last: SseEvent) -> bool:
    """Whether an event without the blank line after it was only short of that, and not cut off."""
    if last.data.lstrip().startswith("{"):
        try:
            decoded(last.data, dict)
        except BadReplyError:
            log.info("the stream ends in the middle of an event")
            return False
    return True
