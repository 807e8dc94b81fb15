"""Server-sent events: bytes in, events out, wherever the bytes are cut.

Own code, because the ready decoders lose the last event when the final blank line is missing and the first one after
a BOM.  The rules are those of the WHATWG standard (HTML, section 9.2), except that what is buffered at the end counts.
Lines end at LF, CR or CRLF only: ``str.splitlines`` would also split JSON at U+2028.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_EVENT_BYTES = 64 << 20

_LINE_END = re.compile(rb"[\r\n]")
_BOM = b"\xef\xbb\xbf"


class EventTooLargeError(ValueError):
    """One event exceeds the limit; a stream without line ends would fill the memory otherwise."""


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event; ``name`` is empty when the stream gave none, several data lines are joined by LF."""

    data: str
    name: str = ""


class SseDecoder:
    """Feed it body bytes in order, then call ``end`` once.  Works in time linear in the bytes."""

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._line = bytearray()
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._name = b""
        self._is_after_cr = False
        self._is_first_line = True

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events that ``chunk`` completes; run the iterator to its end.  Raises EventTooLargeError."""
        start = 0
        for match in _LINE_END.finditer(chunk):
            end = match.start()
            is_second_half = self._is_after_cr and end == start and chunk[end] == 0x0A and not self._line
            self._is_after_cr = chunk[end] == 0x0D
            if not is_second_half:
                self._line += chunk[start:end]
                yield from self._end_line()
            start = end + 1
        if start < len(chunk):
            self._line += chunk[start:]
            self._is_after_cr = False
            self._check_size()

    def end(self) -> Iterator[SseEvent]:
        """The last event, if the stream ended without the line ends that should follow it."""
        if self._line:
            yield from self._end_line()
        yield from self._dispatch()

    def _end_line(self) -> Iterator[SseEvent]:
        line = bytes(self._line)
        self._line.clear()
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(_BOM)
        if not line:
            yield from self._dispatch()
            return
        field, _, value = line.partition(b":")  # a comment has an empty field
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
            self._data_bytes += len(value)
            self._check_size()
        elif field == b"event":
            self._name = value.removeprefix(b" ")

    def _dispatch(self) -> Iterator[SseEvent]:
        data, name = self._data, self._name
        self._data, self._name, self._data_bytes = [], b"", 0
        if data:
            yield SseEvent(_text(b"\n".join(data)), _text(name))

    def _check_size(self) -> None:
        if self._data_bytes + len(self._line) > self._max_event_bytes:
            raise EventTooLargeError(f"an event of more than {self._max_event_bytes} bytes")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
