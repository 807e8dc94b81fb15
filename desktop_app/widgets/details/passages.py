"""Finding a fragment in the text of a file that may be broken into lines and pages otherwise."""

import re
from collections.abc import Sequence
from typing import NamedTuple

# A fragment whose middle cannot be found is looked for by its first and its last words.
END_WORDS = 8


class Passage(NamedTuple):
    """A piece of one part: the part's index, and code points from ``start`` to ``end`` of its text."""

    part: int
    start: int
    end: int


def find_passages(texts: Sequence[str], fragment: str) -> list[Passage]:
    """Where ``fragment`` stands in parts that follow each other, piece by piece; empty where it is not found."""
    words = fragment.split()
    whole = "\n".join(texts)
    span = _span(whole, words) if words else None
    return _pieces(texts, *span) if span else []


def _span(whole: str, words: list[str]) -> tuple[int, int] | None:
    if found := _search(whole, words, 0):
        return found
    if len(words) <= END_WORDS:
        return None
    first = _search(whole, words[:END_WORDS], 0)
    last = _search(whole, words[-END_WORDS:], first[1] if first else 0)
    if first and last:
        return first[0], last[1]
    return first or last


def _search(whole: str, words: list[str], start: int) -> tuple[int, int] | None:
    """The first place of the words one after the other, whatever blanks stand between them."""
    found = re.compile(r"\s+".join(map(re.escape, words))).search(whole, start)
    return found.span() if found else None


def _pieces(texts: Sequence[str], start: int, end: int) -> list[Passage]:
    pieces, offset = [], 0
    for index, text in enumerate(texts):
        first, last = max(start - offset, 0), min(end - offset, len(text))
        if first < last:
            pieces.append(Passage(index, first, last))
        offset += len(text) + 1
    return pieces
