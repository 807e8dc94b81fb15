"""Words found in what a message shows.

Case, the dots of ё and the kind of white space are of no account.  Folding keeps every code point in its place, so
offsets in folded text are offsets in the text itself.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from desktop_app.markdown.items import Item
from desktop_app.markdown.parser import clean, parse

SPACES = "\t\n\x0b\x0c\r\x85\xa0\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
ALIKE = (("ё", "е"), ("ς", "σ"), *((space, " ") for space in SPACES))
WORD = re.compile(r"[^\W_]+")

# What may stand inside a shown word in its source, and what hides there how a word goes on.
INSIDE_WORDS = ("` ", " `", *"*_~`$[]!<>")
HIDING = re.compile(r"&#?\w+;|\)[^\w\s]*\w|\][^\w\s(\[]*\w|\[\]|%[0-9a-f]{2}")


class Hit(NamedTuple):
    """Code points ``start`` to ``end`` of the ``plain`` text of the item with the index ``item``."""

    item: int
    start: int
    end: int


def fold(text: str) -> str:
    """``text`` as it is compared; of the same length."""
    lowered = text.lower()
    if len(lowered) != len(text):  # İ becomes two
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    for letter, same in ALIKE:
        lowered = lowered.replace(
            letter, same
        )  # some twenty of these are ten times faster than one translate()
    return lowered


def find_in(folded_text: str, folded_query: str) -> list[tuple[int, int]]:
    """Where the query stands in the text, from left to right, without overlaps; nothing for an empty query."""
    found: list[tuple[int, int]] = []
    length = len(folded_query)
    start = folded_text.find(folded_query) if length else -1
    while start >= 0:
        found.append((start, start + length))
        start = folded_text.find(folded_query, start + length)
    return found


def hits_in_items(items: Iterable[Item], folded_query: str) -> list[Hit]:
    """The hits in shown items, from top to bottom."""
    return [
        Hit(index, start, end)
        for index, item in enumerate(items)
        for start, end in find_in(fold(item.plain), folded_query)
    ]


def hits_in_message(source: str, folded_query: str, *, is_markdown: bool) -> list[Hit]:
    """The hits in a message; one that is no Markdown is shown line for line, as one item."""
    if is_markdown:
        return hits_in_items(parse(source), folded_query)
    return [Hit(0, start, end) for start, end in find_in(fold(clean(source)), folded_query)]


class Sieve:
    """Tells cheaply which sources cannot show the query, so that the others alone are parsed.

    Markup may stand inside a word (``**bold**ness``), so every word of the query must be in the source once such marks
    are out.  Where a word goes on behind a link or in the name of an image, or a character is written by its code,
    only parsing tells.
    """

    __slots__ = ("_marks", "_words")

    def __init__(self, folded_query: str) -> None:
        self._words = WORD.findall(folded_query)
        self._marks = {mark for mark in WORD.sub("", folded_query) if not mark.isspace()}

    def passes(self, source: str) -> bool:
        """False only when the query is nowhere in what the source shows."""
        folded = fold(clean(source))
        if all(mark in folded for mark in self._marks):
            bare = folded
            for mark in INSIDE_WORDS:
                bare = bare.replace(mark, "")
            if all(word in bare for word in self._words):
                return True
        return ("&" in folded or "](" in folded or "][" in folded) and HIDING.search(folded) is not None
