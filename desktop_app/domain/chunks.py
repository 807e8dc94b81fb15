"""A text cut into chunks for the search: whole paragraphs where they fit, else sentences, else words.

A text is taken apart into pieces, which end with a paragraph, a line, a sentence or, where a sentence is long, a word.
A chunk is a run of pieces; the next one begins with pieces that it shares with the one before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from desktop_app.domain.counting import estimate_tokens
from desktop_app.domain.files import Chunking

# A row of full stops is tried at its beginning alone: who writes a million of them shall not stop the reading.
_SENTENCES = re.compile(r"[^\n]*?(?:(?<![.!?…])[.!?…]++[\"»”)\]]*+(?:[^\S\n]+|(?=\n)|\Z)|\n\s*|\Z)")
_WORDS = re.compile(r"\S{1,64}\s{0,64}|\s{1,64}")
_PIECES_A_CHUNK = 8  # no piece is longer than this part of a chunk
_GIVEN_UP = 4  # for a better border at most this part of a chunk or of the overlap is given up


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters ``start`` to ``stop`` (not included) of a text; ``line`` is that of its first, counted from 1."""

    start: int
    stop: int
    line: int


def cut_text(text: str, chunking: Chunking) -> list[Chunk]:
    """Chunks that together cover ``text``, each of at most ``chunking.tokens`` by the estimate, in order.

    Neighbours share at most ``chunking.overlap`` tokens.
    """
    pieces = _pieces(text, max(1, chunking.tokens // _PIECES_A_CHUNK))
    ends = list(accumulate(len(piece) for piece in pieces))
    weights = [0, *accumulate(estimate_tokens(piece) for piece in pieces)]
    borders = [_strength(piece) for piece in pieces]
    chunks: list[Chunk] = []
    first, line, counted = 0, 1, 0
    while first < len(pieces):
        last = _reach(weights, first, chunking.tokens)
        if last < len(pieces):
            last = _best_end(weights, borders, first, last, chunking.tokens)
        start = ends[first - 1] if first else 0
        line += text.count("\n", counted, start)
        counted = start
        chunks.append(Chunk(start, ends[last - 1], line))
        if last == len(pieces):
            break
        first = _best_start(weights, borders, first, last, chunking.overlap)
    return chunks


def _pieces(text: str, limit: int) -> list[str]:
    """``text`` in pieces of at most ``limit`` tokens, as near as whole words allow."""
    return [
        piece
        for found in _SENTENCES.finditer(text)
        if found.group()
        for piece in (
            [found.group()] if estimate_tokens(found.group()) <= limit else _by_words(found.group(), limit)
        )
    ]


def _by_words(sentence: str, limit: int) -> Iterator[str]:
    """``sentence`` in pieces near ``limit`` tokens that end with a word, or within one that never ends."""
    start = stop = 0
    weight = 0
    for word in _WORDS.finditer(sentence):
        cost = estimate_tokens(word.group())
        if weight and weight + cost > limit:
            yield sentence[start:stop]
            start, weight = stop, 0
        stop, weight = word.end(), weight + cost
    yield sentence[start:]


def _strength(piece: str) -> int:
    """How good a border the end of ``piece`` is: a paragraph's 3, a line's 2, a sentence's 1, a word's 0."""
    tail = piece[len(piece.rstrip()) :]
    if "\n" in tail:
        return 3 if tail.count("\n") > 1 else 2
    return 1 if piece.rstrip()[-1:] in ".!?…" else 0


def _reach(weights: list[int], first: int, tokens: int) -> int:
    """The end of the longest run of pieces from ``first`` that fits; one at least."""
    last = first + 1
    while last < len(weights) - 1 and weights[last + 1] - weights[first] <= tokens:
        last += 1
    return last


def _best_end(weights: list[int], borders: list[int], first: int, last: int, tokens: int) -> int:
    """The strongest border near ``last``, the last of equals."""
    least = weights[last] - tokens // _GIVEN_UP
    candidates = [end for end in range(last, first, -1) if end == last or weights[end] >= least]
    return max(candidates, key=lambda end: (borders[end - 1], end))


def _best_start(weights: list[int], borders: list[int], first: int, last: int, overlap: int) -> int:
    """Where the next one begins: ``overlap`` before ``last`` or less, at the strongest border, the first of equals."""
    earliest = last
    while earliest - 1 > first and weights[last] - weights[earliest - 1] <= overlap:
        earliest -= 1
    least = weights[last] - weights[earliest] - overlap // _GIVEN_UP
    candidates = [
        start
        for start in range(earliest, last + 1)
        if start == earliest or weights[last] - weights[start] >= least
    ]
    return max(candidates, key=lambda start: (borders[start - 1], -start))
