"""Streams of JSON objects: bytes in, values out, wherever the bytes are cut.

Yandex gateways print one object a line, ``{"result": {...}}``; nothing official says so, and other transcoders wrap,
glue, indent or enumerate them differently.  All of that is read by one rule: objects follow each
other, and between them stands white space, the punctuation of an array, ``data:`` or a BOM.  Lines end at LF only,
since JSON may hold U+2028 as it is.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

import msgspec

from desktop_app.domain.errors import BadReplyError, ServiceError, UnreachableError
from desktop_app.services.reading.json_case import camel_cased
from desktop_app.services.reading.surrogates import without_halves
from desktop_app.services.transport.failures import error_in_stream, fault_in_body

MAX_VALUE_BYTES = 64 << 20
READ_OUT_S = 1.0

_BETWEEN = re.compile(rb"(?:[\s,\[\]]|\xef\xbb\xbf|data:|DONE|null)*")
_LONGEST_BETWEEN = 5
_MAX_DEPTH = 100
_SHOWN_BYTES = 4096
_AFTER_VALUE = b" \t\r\n,]"
_BRACKET_OR_QUOTE = re.compile(rb'["{}\[\]]')
_REST_OF_STRING = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+')
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class BrokenJsonError(ValueError):
    """What came is not a stream of JSON objects, or one of them exceeds the limit; ``came`` is the beginning of it."""

    def __init__(self, reason: str, came: bytes = b"") -> None:
        super().__init__(reason)
        self.came = came


class CutJsonError(BrokenJsonError):
    """The stream ended inside an object."""


class JsonStreamDecoder:
    """Feed it body bytes in order, then call ``end`` once.  Works in time linear in the bytes."""

    def __init__(self, max_value_bytes: int = MAX_VALUE_BYTES) -> None:
        self._max_value_bytes = max_value_bytes
        # What belongs to no finished object; the first ``_seen`` bytes of it are an open object, looked through.
        self._open = bytearray()
        self._seen = 0
        self._depth = 0
        self._is_in_string = False

    def feed(self, chunk: bytes) -> Iterator[object]:
        """The values that ``chunk`` completes; run the iterator to its end.  Raises BrokenJsonError."""
        start = 0
        while end := chunk.find(b"\n", start) + 1:
            yield from self._line(chunk[start:end])
            start = end
        self._take(chunk[start:])
        yield from self._objects()

    def end(self) -> Iterator[object]:
        """The last value, if no line end followed it.  Raises CutJsonError when it is not whole, BrokenJsonError."""
        yield from self._line(b"")
        if self._seen:
            raise CutJsonError("the stream ended inside an object")
        if self._open:
            raise BrokenJsonError("not JSON", bytes(self._open))

    def _take(self, data: bytes) -> None:
        self._open += data
        if len(self._open) > self._max_value_bytes:
            raise BrokenJsonError(f"an object of more than {self._max_value_bytes} bytes")

    def _line(self, line: bytes) -> Iterator[object]:
        self._take(line)
        if not self._seen:
            is_whole, value = _whole(bytes(self._open))
            if is_whole:
                self._open.clear()
                yield value
                return
        yield from self._objects()

    def _objects(self) -> Iterator[object]:
        """Cut finished objects off what is open, by counting brackets."""
        while self._depth or self._is_at_object():
            if not (end := self._end_of_object()):
                return
            raw = bytes(self._open[:end])
            del self._open[:end]
            self._seen = 0
            yield _decoded(raw)

    def _is_at_object(self) -> bool:
        found = _BETWEEN.match(self._open)
        del self._open[: found.end() if found else 0]
        if self._open.startswith(b"{"):
            return True
        if len(self._open) > _LONGEST_BETWEEN or b"{" in self._open or b"\n" in self._open:
            raise BrokenJsonError("not JSON", bytes(self._open[:_SHOWN_BYTES]))
        return False  # what is left may be the first half of "data:"

    def _end_of_object(self) -> int:
        """How long the open object is; 0 while its end has not come."""
        data, at = self._open, self._seen
        while at < len(data):
            if self._is_in_string:
                at = self._end_of_string(at)
                if self._is_in_string:
                    break
            elif found := _BRACKET_OR_QUOTE.search(data, at):
                at = found.end()
                mark = found[0]
                self._is_in_string = mark == b'"'
                self._depth += (mark in b"{[") - (mark in b"}]")
                if not self._depth:
                    return at
            else:
                at = len(data)
        self._seen = at
        return 0

    def _end_of_string(self, at: int) -> int:
        """The place after the closing quote, or how far the string was seen."""
        found = _REST_OF_STRING.match(self._open, at)
        at = found.end() if found else at
        rest = bytes(self._open[at : at + 2])
        if rest.startswith(b'"'):
            self._is_in_string = False
            return at + 1
        if rest not in (b"", b"\\"):
            raise BrokenJsonError("a line end inside a text")
        return at


async def payloads(
    body: AsyncIterator[bytes], redacted: Callable[[str], str]
) -> AsyncGenerator[dict[str, Any], None]:
    """The payloads of a stream as they come, their keys in camelCase; ``body`` stays the caller's to close.

    Raises the ServiceError that the stream tells (its words ``redacted``), UnreachableError when it ends inside an
    object, and BadReplyError for what is no such stream.
    """
    decoder = JsonStreamDecoder()
    try:
        async for chunk in body:
            for value in decoder.feed(chunk):
                yield _payload(value, redacted)
        for value in decoder.end():
            yield _payload(value, redacted)
    except CutJsonError as error:
        raise UnreachableError(str(error), step="tcp") from error
    except BrokenJsonError as error:
        raise BadReplyError(_described(str(error), error.came, redacted)) from error


async def read_out(values: AsyncIterator[object]) -> None:
    """Wait for the end of a stream that has said all, so that its connection is used on; what fails spoils nothing."""
    with suppress(ServiceError, TimeoutError):
        async with asyncio.timeout(READ_OUT_S):
            async for _ in values:
                pass


def object_in(body: bytes, redacted: Callable[[str], str]) -> dict[str, Any]:
    """The one object of a whole body, its keys in camelCase.  Raises BadReplyError."""
    try:
        value = _decoded(body.removeprefix(b"\xef\xbb\xbf"))
    except BrokenJsonError as error:
        raise BadReplyError(_described("not JSON", body, redacted)) from error
    if not isinstance(value, dict):
        raise BadReplyError(f"not an object but {type(value).__name__}")
    return cast("dict[str, Any]", camel_cased(value))


def unwrapped(value: object, redacted: Callable[[str], str]) -> dict[str, Any]:
    """The payload of a value of a stream: what stands under ``result``, or the object itself, its keys as they came.

    Raises BadReplyError for what is no object, and the ServiceError that an ``error`` object tells (its words
    ``redacted``); an event of its own with a type may own an ``error``, and that is not looked at.
    """
    if not isinstance(value, dict):
        raise BadReplyError(f"not an object but {type(value).__name__}")
    inner = value.get("result")
    payload = inner if isinstance(inner, dict) and not _has_event_type(value) else value
    for place in (value, payload):
        if place.get("error") and not _has_event_type(place):
            raise error_in_stream(redacted_value(place, redacted))
    return payload


def redacted_value(value: object, redacted: Callable[[str], str], depth: int = _MAX_DEPTH) -> object:
    """``value`` with its texts ``redacted``, before anything is cut off them; what lies very deep becomes a text."""
    if isinstance(value, dict | list) and not depth:
        return redacted(msgspec.json.encode(value).decode())
    if isinstance(value, dict):
        return {redacted(name): redacted_value(inner, redacted, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [redacted_value(inner, redacted, depth - 1) for inner in value]
    return redacted(value) if isinstance(value, str) else value


def _payload(value: object, redacted: Callable[[str], str]) -> dict[str, Any]:
    return cast("dict[str, Any]", camel_cased(unwrapped(value, redacted)))


def _described(reason: str, came: bytes, redacted: Callable[[str], str]) -> str:
    said = fault_in_body(redacted(came.decode("utf-8", "replace")).encode()).message
    return f"{reason}: {said}" if said else reason


def _has_event_type(value: Mapping[str, object]) -> bool:
    return "eventType" in value or "event_type" in value


def _whole(line: bytes) -> tuple[bool, object]:
    """The one object of a line, which is how nearly all of them come."""
    found = _BETWEEN.match(line)
    text = line[found.end() if found else 0 :].rstrip(_AFTER_VALUE)
    if not text.startswith(b"{") or not text.endswith(b"}"):
        return False, None
    try:
        return True, msgspec.json.decode(text)
    except _UNREADABLE:
        return False, None


def _decoded(raw: bytes) -> object:
    """The value of a whole object; bytes that are no UTF-8 and halves of characters are replaced, as everywhere."""
    text = raw.decode("utf-8", "replace")
    try:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return msgspec.json.decode(without_halves(text))
    except _UNREADABLE as error:
        raise BrokenJsonError(f"not JSON: {error}") from error
