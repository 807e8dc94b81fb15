"""What differs between two texts, word by word, and between two versions of an assistant, field by field."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.tools import Function

LINE_CHANGES = 600
WORD_CHANGES = 500
"""How many changes are looked for: the work grows with the square of them.  Beyond, all is taken for changed."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """A piece of two texts: those that are not ADDED make up the old one, those that are not REMOVED the new one."""

    kind: Change
    text: str


FieldValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that says something else; ``field`` is its path in the settings, such as "completion.temperature".

    ``item`` is the label's key or the function's name where there are many, None elsewhere; ``old`` or ``new`` None
    says that there is none.
    """

    field: str
    item: str | None
    old: FieldValue
    new: FieldValue


def word_difference(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in order, neighbours of different kinds; none for two empty texts.

    Where hundreds of lines or words differ, whole lines are given instead; 100,000 characters take at most about a
    second, and some milliseconds when little was changed.
    """
    found: list[Piece] = []
    for before, after in _hunks(_LINE.findall(old), _LINE.findall(new), LINE_CHANGES):
        if before == after:
            found.append(Piece(Change.SAME, "".join(before)))
        else:
            found += _words(before, after)
    return _joined(found)


def settings_difference(old: AssistantSettings, new: AssistantSettings) -> list[FieldDifference]:
    """The fields in which two versions differ, in the order of the settings."""
    before, after = dict(_values("", old)), dict(_values("", new))
    return [
        FieldDifference(*key, before.get(key), after.get(key))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]


# -- texts


def _words(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    pieces: list[Piece] = []
    words = (_WORD.findall("".join(old)), _WORD.findall("".join(new)))
    for before, after in _hunks(*words, WORD_CHANGES):
        if before == after:
            pieces.append(Piece(Change.SAME, "".join(before)))
        else:
            pieces += [Piece(Change.REMOVED, "".join(before)), Piece(Change.ADDED, "".join(after))]
    return list(_without_islands(pieces))


def _without_islands(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Blanks between two changed words are changed too: nobody reads "a [b] [c] d" with a kept blank within."""
    for place, piece in enumerate(pieces):
        is_between = 0 < place < len(pieces) - 1
        if piece.kind is Change.SAME and is_between and piece.text.isspace() and "\n" not in piece.text:
            yield Piece(Change.REMOVED, piece.text)
            yield Piece(Change.ADDED, piece.text)
        else:
            yield piece


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one kind as one; between two pieces that stay, all that went stands before all that came."""
    found: list[Piece] = []
    for is_same, group in groupby(pieces, lambda piece: piece.kind is Change.SAME):
        members = list(group)
        kinds = (Change.SAME,) if is_same else (Change.REMOVED, Change.ADDED)
        texts = ("".join(piece.text for piece in members if piece.kind is kind) for kind in kinds)
        found += [Piece(kind, text) for kind, text in zip(kinds, texts, strict=True) if text]
    return found


Hunk = tuple[Sequence[str], Sequence[str]]


def _hunks(old: Sequence[str], new: Sequence[str], limit: int) -> Iterator[Hunk]:
    """Both sequences in parts that belong together: equal ones, and those that differ."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    if start:
        yield old[:start], new[:start]
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if before or after:
        yield from _middle(before, after, limit)
    if end:
        yield old[len(old) - end :], new[len(new) - end :]


def _middle(old: Sequence[str], new: Sequence[str], limit: int) -> Iterator[Hunk]:
    done_old = done_new = 0
    for at_old, at_new, length in _matches(old, new, limit):
        if at_old > done_old or at_new > done_new:
            yield old[done_old:at_old], new[done_new:at_new]
        done_old, done_new = at_old + length, at_new + length
        yield old[at_old:done_old], new[at_new:done_new]
    if done_old < len(old) or done_new < len(new):
        yield old[done_old:], new[done_new:]


def _matches(old: Sequence[str], new: Sequence[str], limit: int) -> list[tuple[int, int, int]]:
    """Runs of equal members as (place in old, place in new, length), by Myers' greedy algorithm; none beyond ``limit``.

    E. W. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
    """
    furthest: dict[int, int] = {1: 0}  # by diagonal: how far the old one is matched
    trace: list[dict[int, int]] = []
    for changes in range(min(limit, len(old) + len(new)) + 1):
        trace.append(dict(furthest))
        for diagonal in range(-changes, changes + 1, 2):
            place = _entry(furthest, diagonal, changes)
            while place < len(old) and place - diagonal < len(new) and old[place] == new[place - diagonal]:
                place += 1
            furthest[diagonal] = place
            if place >= len(old) and place - diagonal >= len(new):
                return _way_back(trace, diagonal, place)
    return []


def _entry(furthest: dict[int, int], diagonal: int, changes: int) -> int:
    """Where a diagonal is entered: from the one above by an addition, or from the one below by a removal."""
    is_added = diagonal == -changes or (
        diagonal != changes and furthest[diagonal - 1] < furthest[diagonal + 1]
    )
    return furthest[diagonal + 1] if is_added else furthest[diagonal - 1] + 1


def _way_back(trace: list[dict[int, int]], diagonal: int, place: int) -> list[tuple[int, int, int]]:
    found = []
    for changes in range(len(trace) - 1, -1, -1):
        furthest = trace[changes]
        entry = _entry(furthest, diagonal, changes)
        if place > entry:
            found.append((entry, entry - diagonal, place - entry))
        was_added = diagonal + 1 in furthest and entry == furthest[diagonal + 1]
        diagonal, place = (diagonal + 1, entry) if was_added else (diagonal - 1, entry - 1)
    return found[::-1]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many members both begin with."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count


# -- fields


def _values(path: str, value: object) -> Iterator[tuple[tuple[str, str | None], FieldValue]]:
    """Every field with something in it, by its path and item."""
    match value:
        case tuple() if value and all(isinstance(one, Function) for one in value):
            for function in value:
                for (inner, _), said in _values(path, function):
                    yield (inner, function.name), said
        case tuple() if value and all(isinstance(one, tuple) for one in value):
            for key, said in value:
                yield (path, key), said
        case tuple():
            yield (path, None), "\n".join(value) if value else None
        case str() | int() | float() | None:
            yield (path, None), value
        case _ if is_dataclass(value):
            for field in filter(lambda one: one.compare, fields(value)):
                yield from _values(f"{path}.{field.name}".lstrip("."), getattr(value, field.name))
