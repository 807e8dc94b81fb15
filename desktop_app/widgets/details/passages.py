"""Finding a fragment in the text of a file that may be broken into lines and pages otherwise."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

# A fragment whose middle cannot be found is looked for by its first and its last words.
END_WORDS = 8

_WORD = re.compile(r"\S+")


class Passage(NamedTuple):
    """A piece of one part: the part's index, and code points from ``start`` to ``end`` of its text."""

    part: int
    start: int
    end: int


def find_passages(texts: Sequence[str], fragment: str) -> list[Passage]:
    """Where ``fragment`` stands in parts that follow each other, piece by piece; empty where it is not found."""
    words = fragment.split()
    whole = _Folded("\n".join(texts))
    span = _span(whole, words) if words else None
    return _pieces(texts, *whole.unfolded(*span)) if span else []


class _Folded:
    """A text with one blank between words, whatever stood there; a plain search in it takes no longer than it is."""

    def __init__(self, text: str) -> None:
        words = text.split()
        self._text = " ".join(words)
        self._starts = [found.start() for found in _WORD.finditer(text)]
        self._folded_starts = [0, *accumulate(len(word) + 1 for word in words)][:-1]

    def find(self, words: list[str], start: int = 0) -> tuple[int, int] | None:
        """The first place of the words one after the other."""
        wanted = " ".join(words)
        found = self._text.find(wanted, start)
        return (found, found + len(wanted)) if found >= 0 else None

    def unfolded(self, start: int, end: int) -> tuple[int, int]:
        """A place in the text as it was."""
        return self._unfolded(start), self._unfolded(end - 1) + 1

    def _unfolded(self, place: int) -> int:
        word = bisect_right(self._folded_starts, place) - 1
        return self._starts[word] + place - self._folded_starts[word]


def _span(whole: _Folded, words: list[str]) -> tuple[int, int] | None:
    if found := whole.find(words):
        return found
    if len(words) <= END_WORDS:
        return None
    first = whole.find(words[:END_WORDS])
    last = whole.find(words[-END_WORDS:], first[1] if first else 0)
    if first and last:
        return first[0], last[1]
    return first or last


def _pieces(texts: Sequence[str], start: int, end: int) -> list[Passage]:
    pieces, offset = [], 0
    for index, text in enumerate(texts):
        first, last = max(start - offset, 0), min(end - offset, len(text))
        if first < last:
            pieces.append(Passage(index, first, last))
        offset += len(text) + 1
    return pieces
