"""Which stretch of a long text is shown: as much as is laid out within a frame, from line to line where it has any."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

SHOWN = 10_000  # characters; a letter a line, or letters without a blank, take Qt some 20 ms
BEFORE = 3_000  # of these stand before the place
_TRIED = 1_000  # for a better border


class Stretch(NamedTuple):
    """The characters ``start`` to ``stop`` (not included) of a part."""

    part: int
    start: int
    stop: int


def stretches(texts: Sequence[str], part: int, offset: int, toward: int = 0) -> list[Stretch]:
    """What is shown of ``texts``, which follow each other, around a place; or before it (-1), or after it (1)."""
    ends = list(accumulate(map(len, texts), initial=0))
    place = ends[part] + offset
    first = place if toward > 0 else place - SHOWN if toward < 0 else min(place - BEFORE, ends[-1] - SHOWN)
    first = max(0, first)
    last = place if toward < 0 else first + SHOWN
    if toward <= 0:
        first = _border(texts, ends, first)
    if toward >= 0:
        last = _border(texts, ends, last)
    found = []
    for index, text in enumerate(texts):
        start, stop = max(0, first - ends[index]), min(len(text), last - ends[index])
        if start < stop or start == stop == len(text) == 0:
            found.append(Stretch(index, start, stop))
    return found


def _border(texts: Sequence[str], ends: Sequence[int], place: int) -> int:
    """A little before ``place``, where a line begins, or else a word."""
    for start, text in zip(ends, texts, strict=False):
        if start < place < start + len(text):
            offset = place - start
            for mark in "\n ":
                found = text.rfind(mark, max(0, offset - _TRIED), offset)
                if found >= 0:
                    return start + found + 1
    return place
