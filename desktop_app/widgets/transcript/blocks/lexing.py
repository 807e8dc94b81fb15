"""Code into coloured runs, by Pygments.  Slow (0.1 to 0.2 MB a second): never on the window's thread."""

import re
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

from desktop_app.widgets.transcript.blocks.languages import lexer_alias
from desktop_app.widgets.transcript.blocks.utf16 import units

ROLES = (
    "syntaxKeyword",
    "syntaxString",
    "syntaxNumber",
    "syntaxComment",
    "syntaxFunction",
    "syntaxType",
)
"""The theme's colours that code is written in."""

Runs: TypeAlias = "array[int]"
"""Of one line: start, length, index into ``ROLES``, and so on; UTF-16 units, sorted, without overlaps."""

Colours: TypeAlias = Sequence[Runs]
"""One ``Runs`` a line; lines beyond the end are plain."""

KEYWORD, STRING, NUMBER, COMMENT, FUNCTION, TYPE = range(len(ROLES))
NO_ROLE = -1
TURN_S = 0.0005

_ROLE_OF_TOKEN = {
    "Comment": COMMENT,
    "Comment.Preproc": KEYWORD,
    "Comment.PreprocFile": STRING,
    "Generic.Deleted": NUMBER,
    "Generic.Heading": FUNCTION,
    "Generic.Inserted": STRING,
    "Generic.Prompt": COMMENT,
    "Generic.Subheading": FUNCTION,
    "Keyword": KEYWORD,
    "Keyword.Type": TYPE,
    "Literal.Date": NUMBER,
    "Literal.Number": NUMBER,
    "Literal.String": STRING,
    "Name.Attribute": TYPE,
    "Name.Builtin": FUNCTION,
    "Name.Builtin.Pseudo": KEYWORD,
    "Name.Class": TYPE,
    "Name.Decorator": FUNCTION,
    "Name.Exception": TYPE,
    "Name.Function": FUNCTION,
    "Name.Namespace": TYPE,
    "Name.Tag": FUNCTION,
    "Operator.Word": KEYWORD,
}
_TYPE_NAME = re.compile(r"[A-Z]\w*[a-z]")


def colours(language: str, text: str, goes_on: Callable[[], bool]) -> Colours | None:
    """The runs of ``text``, line by line; empty for a language that is not known.

    ``goes_on`` is asked at every token, and may sleep; None as soon as it says no.
    """
    lexer = _lexer(lexer_alias(language))
    if lexer is None:
        return ()
    writer = _LineWriter(text.split("\n"))
    for start, end, role in _coloured(lexer, text + "\n"):  # many patterns want the end of a line
        if not goes_on():
            return None
        if role != NO_ROLE:
            writer.add(start, end, role)
    return writer.finished()


@cache
def _lexer(alias: str) -> Any | None:
    """Pygments' lexer; None when there is none by that name."""
    if not alias:
        return None
    with _short_turns():
        from pygments.lexers import get_lexer_by_name
        from pygments.util import ClassNotFound

        try:
            return get_lexer_by_name(alias)
        except ClassNotFound:
            return None


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let other threads in every half a millisecond: imports and the compiling of patterns cannot pause themselves."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, TURN_S))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _coloured(lexer: Any, text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and role of every token."""
    from pygments.token import Name

    unknown_names = (Name, Name.Other)
    for start, kind, value in lexer.get_tokens_unprocessed(text):
        end = start + len(value)
        if kind in unknown_names:
            yield start, end, _role_of_name(value, is_called=text.startswith("(", end))
        else:
            yield start, end, _role_of(kind)


def _role_of_name(name: str, *, is_called: bool) -> int:
    """Pygments leaves most names alone; readers expect calls and types to stand out."""
    if _TYPE_NAME.match(name):
        return TYPE
    return FUNCTION if is_called else NO_ROLE


@cache
def _role_of(kind: tuple[str, ...]) -> int:
    """The role of a kind of token, or of the nearest kind above it."""
    for length in range(len(kind), 0, -1):
        role = _ROLE_OF_TOKEN.get(".".join(kind[:length]))
        if role is not None:
            return role
    return NO_ROLE


class _LineWriter:
    """Cuts runs of a whole text, given in order, at the ends of its lines."""

    __slots__ = ("_end", "_line", "_lines", "_runs", "_start")

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._runs = [array("H") for _ in lines]
        self._line = 0
        self._start = 0
        self._end = len(lines[0])

    def add(self, start: int, end: int, role: int) -> None:
        while self._line < len(self._lines):
            first, last = max(start, self._start), min(end, self._end)
            if first < last:
                self._write(first - self._start, last - self._start, role)
            if end <= self._end:
                return
            self._next_line()

    def finished(self) -> Colours:
        return self._runs

    def _next_line(self) -> None:
        self._line += 1
        self._start = self._end + 1
        if self._line < len(self._lines):
            self._end = self._start + len(self._lines[self._line])

    def _write(self, start: int, end: int, role: int) -> None:
        line = self._lines[self._line]
        if not line.isascii():
            start, end = units(line, start), units(line, end)
        runs = self._runs[self._line]
        if runs and runs[-1] == role and runs[-3] + runs[-2] == start:
            runs[-2] = end - runs[-3]
        elif not runs or runs[-3] + runs[-2] <= start:
            runs.extend((start, end - start, role))
