"""Texts without credentials, however these are written there.

Services repeat what they refuse: as it was sent, escaped in JSON, on a web page or in the target of a redirect, as a
whole header in base64.  A text is therefore looked through as it is, and then as each reading of its escapes tells it.
One that was broken off may end with the beginning of a credential, in the middle of an escape.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from desktop_app.domain.secret import Secret

HIDDEN = "•••"
SHORTEST = 4
"""Characters; leaving out shorter values would blacken every other word and still tell them."""

_SHORTEST_LINE = 16
_SHORTEST_BASE64 = 6
_SHORTEST_BEGINNING = 6
_LONGEST_ESCAPE = 40
# JSON within JSON, within a page: more often nothing is escaped by accident.
_READINGS = 3
_ESCAPE = re.compile(
    r"(?P<percents>(?:%[0-9a-f]{2})+)|(?P<units>(?:\\u[0-9a-f]{4})+)|\\x(?P<byte>[0-9a-f]{2})"
    r"|(?P<entity>&#?\w{1,32};)|\\(?P<letter>[\"'\\/bfnrt])",
    re.IGNORECASE,
)
_BROKEN_ESCAPE = re.compile(r"(?:%[0-9a-f]?|\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|&#?\w{0,32})\Z", re.IGNORECASE)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Redaction:
    """Leaves certain credentials out of texts; usable from any thread, but told of a new one by one at a time."""

    def __init__(self, *secrets: Secret | None) -> None:
        self._spellings: frozenset[str] = frozenset()
        for secret in secrets:
            if secret:
                self.add(secret)

    def add(self, secret: Secret) -> None:
        """From now on this credential is left out as well."""
        self._spellings = self._spellings.union(_spellings(secret.reveal()))

    def __call__(self, text: str) -> str:
        """``text`` with a mark in the place of every credential."""
        places = sorted(self._places(text))
        shown, at = [], 0
        for start, end in places:
            if start >= at:
                shown += [text[at:start], HIDDEN]
            at = max(at, end)
        return "".join([*shown, text[at:]]) if places else text

    def __repr__(self) -> str:
        return "Redaction(•••)"

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where credentials stand in ``text``: beginning and end, in no order; they may overlap."""
        spellings = self._spellings
        if not spellings:
            return
        reading: _Reading | None = None
        for _ in range(_READINGS + 1):
            told = reading.text if reading else text
            broken = _BROKEN_ESCAPE.search(told, max(0, len(told) - _LONGEST_ESCAPE))
            end = broken.start() if broken else len(told)
            for spelling in spellings:
                for found in (*_found(spelling, told), *_begun(spelling, told, end)):
                    yield reading.place(*found) if reading else found
            if not _ESCAPE.search(told):
                return
            reading = _read(told, reading)


class _Reading(NamedTuple):
    """A text with its escapes read; for each character, where in the original that stands from which it was read."""

    text: str
    starts: list[int]
    ends: list[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of characters of this reading."""
        return self.starts[start], self.ends[end - 1]


def _read(text: str, before: _Reading | None) -> _Reading:
    """Read the escapes of ``text`` once; ``before`` is the reading that ``text`` is, None for the original."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def take(start: int, end: int) -> None:
        pieces.append(text[start:end])
        starts.extend(before.starts[start:end] if before else range(start, end))
        ends.extend(before.ends[start:end] if before else range(start + 1, end + 1))

    at = 0
    for escape in _ESCAPE.finditer(text):
        start, end = escape.span()
        take(at, start)
        meant = _meant(escape)
        pieces.append(meant)
        from_, to = before.place(start, end) if before else (start, end)
        starts += [from_] * len(meant)
        ends += [to] * len(meant)
        at = end
    take(at, len(text))
    return _Reading("".join(pieces), starts, ends)


def _meant(escape: "re.Match[str]") -> str:
    from html import unescape
    from urllib.parse import unquote

    said = escape[0]
    match escape.lastgroup:
        case "percents":
            return unquote(said, errors="replace")
        case "units":
            return bytes.fromhex(re.sub(r"\\u", "", said, flags=re.IGNORECASE)).decode("utf-16-be", "replace")
        case "byte":
            return chr(int(escape["byte"], 16))
        case "entity":
            return unescape(said)
    letter = escape["letter"]
    return _LETTERS.get(letter, letter)


def _found(spelling: str, text: str) -> Iterator[tuple[int, int]]:
    at = text.find(spelling)
    while at >= 0:
        yield at, at + len(spelling)
        at = text.find(spelling, at + len(spelling))


def _begun(spelling: str, text: str, end: int) -> Iterator[tuple[int, int]]:
    """Where ``text`` ends in the middle of ``spelling``; from ``end`` on there is only a broken escape."""
    first = spelling[:_SHORTEST_BEGINNING]
    at = text.find(first, max(0, end - len(spelling) + 1))
    while at >= 0:
        if spelling.startswith(text[at:end]):
            yield at, len(text)
            return
        at = text.find(first, at + 1)


def _spellings(value: str) -> Iterator[str]:
    """What tells ``value`` in a text whose escapes were read: itself, its long lines, with "+" for blanks, base64."""
    lines = [line for line in value.splitlines() if len(line) >= _SHORTEST_LINE]
    for spelling in {value, value.strip(), value.replace(" ", "+"), *lines}:
        if len(spelling) >= SHORTEST:
            yield spelling
    yield from _in_base64(value)


def _in_base64(value: str) -> Iterator[str]:
    """The digits that any text with ``value`` in it has in base64, with either alphabet, whatever stands around it."""
    import base64

    raw = value.encode("utf-8", "surrogatepass")
    for before in range(3):
        bits = 8 * (before + len(raw))
        first = -(-8 * before // 6)  # the digits before also tell what stands before
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            digits = encode(bytes(before) + raw).decode()[first : bits // 6]
            if len(digits) >= _SHORTEST_BASE64:
                yield digits
