"""A growing text against the same text parsed as a whole, for thousands of generated documents.

``NITKA_MARKDOWN_DOCUMENTS`` sets how many (5,000 unless given); ``NITKA_MARKDOWN_SEED`` chooses others.
"""

import os
import random
from collections.abc import Iterator

import pytest

from desktop_app.markdown.document import Change, Document
from desktop_app.markdown.items import CodeItem, Item, TableItem, TextItem
from desktop_app.markdown.parser import parse
from tests.markdown_documents import NASTY, PROFILES, make, nasty

COUNT = int(os.environ.get("NITKA_MARKDOWN_DOCUMENTS", "5000"))
SEED = int(os.environ.get("NITKA_MARKDOWN_SEED", "0"))
SLICES = 8

Signature = tuple[object, ...]


def signatures(items: list[Item]) -> list[Signature]:
    return [item.signature() for item in items]


def documents(kept: int, count: int) -> Iterator[str]:
    """A share of all generated documents: every SLICES-th from ``kept`` on."""
    yield from NASTY[kept::SLICES]
    for number in range(kept, count, SLICES):
        seed = SEED * 1_000_003 + number
        yield nasty(seed)
        if number % 20 == 0:
            yield make(random.Random(seed).randint(300, 5_000), "mixed", seed)
    for profile in PROFILES:
        yield make(2_500, profile, SEED * SLICES + kept)


def pieces(text: str, r: random.Random) -> list[str]:
    """``text`` cut at random; short texts often at every code point."""
    if len(text) < 200 and r.random() < 0.3:
        return list(text)
    most = r.choice((1, 3, 20, 80, 500) if len(text) < 1_500 else (20, 80, 500))
    result = []
    start = 0
    while start < len(text):
        end = start + r.randint(1, most)
        result.append(text[start:end])
        start = end
    return result


def grown(parts: list[str]) -> Document:
    document = Document()
    for part in parts:
        document.append(part)
    document.finish()
    return document


def stable_part(item: Item) -> tuple[object, ...]:
    """What an item promises never to change."""
    if isinstance(item, TextItem):
        spans = tuple(span for span in item.spans if span.end <= item.stable)
        return type(item), item.text[: item.stable], spans, item.level, item.is_html
    if isinstance(item, CodeItem):
        return type(item), tuple(item.lines[: item.stable]), item.language
    if isinstance(item, TableItem):
        return type(item), tuple(item.rows[: item.stable]), item.alignments
    return (type(item),)


def goes_on(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    """Whether a stable part is still the beginning of what it has become."""
    for old, new in zip(before, after, strict=True):
        if isinstance(old, str | tuple) and isinstance(new, type(old)):
            if new[: len(old)] != old:
                return False
        elif old != new:
            return False
    return True


class Mirror:
    """Believes what changes say, and nothing else."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.objects: list[Item] = []
        self.seen: list[Signature] = []
        self.promised: list[tuple[object, ...]] = []

    def follow(self, change: Change) -> None:
        items = self.document.items
        assert change.first <= len(items)
        assert all(index < change.first for index in change.others)
        if change.first < len(self.objects):
            self._check_growth(change)
        renewed = {*change.others, *range(change.first, len(items))}
        del self.objects[change.first :], self.seen[change.first :], self.promised[change.first :]
        for index in sorted(renewed):
            self.objects[index : index + 1] = [items[index]]
            self.seen[index : index + 1] = [items[index].signature()]
            self.promised[index : index + 1] = [stable_part(items[index])]
        if change.has_new_spacing:
            for index, item in enumerate(items):
                self.seen[index] = (*self.seen[index][:4], item.signature()[4], *self.seen[index][5:])
        assert self.seen == signatures(items)
        assert all(one is other for one, other in zip(self.objects, items, strict=True))
        for item, promised in zip(items, self.promised, strict=True):
            assert goes_on(promised, stable_part(item))

    def _check_growth(self, change: Change) -> None:
        """The same object at the same place has kept what it promised."""
        for index in range(change.first, min(len(self.objects), len(self.document.items))):
            item = self.document.items[index]
            if item is self.objects[index]:
                assert goes_on(self.promised[index], stable_part(item))


@pytest.mark.parametrize("kept", range(SLICES))
def test_a_text_that_came_in_pieces_looks_like_the_whole_text(kept: int) -> None:
    r = random.Random(SEED * SLICES + kept)
    for text in documents(kept, COUNT):
        parts = pieces(text, r)
        assert signatures(grown(parts).items) == signatures(parse(text)), parts


def test_nasty_documents_may_be_cut_at_every_character() -> None:
    for text in NASTY:
        assert signatures(grown(list(text)).items) == signatures(parse(text)), text


def test_nasty_documents_may_be_cut_in_two_anywhere() -> None:
    for text in NASTY:
        for place in range(1, len(text)):
            parts = [text[:place], text[place:]]
            assert signatures(grown(parts).items) == signatures(parse(text)), parts


def test_what_was_finished_stays_stable_when_text_comes_after_all() -> None:
    document = Document("words *that")
    document.finish()
    finished = document.items[0]
    assert isinstance(finished, TextItem)
    assert finished.stable == len("words *that")
    change = document.append(" go* on")
    assert change.first == 0
    assert document.items[0] is not finished
    assert finished.text == "words *that"


def test_the_source_is_what_was_given() -> None:
    for text in NASTY:
        assert grown(list(text)).source == text


@pytest.mark.parametrize("kept", range(SLICES))
def test_changes_name_everything_that_changed_and_stable_parts_stay(kept: int) -> None:
    r = random.Random(SEED * SLICES + kept + 100)
    for text in documents(kept, COUNT // 4):
        document = Document()
        mirror = Mirror(document)
        for part in pieces(text, r):
            mirror.follow(document.append(part))
        mirror.follow(document.finish())


@pytest.mark.parametrize("kept", range(SLICES))
def test_edited_texts_look_like_texts_that_were_written_so(kept: int) -> None:
    r = random.Random(SEED * SLICES + kept + 200)
    for text in documents(kept, COUNT // 4):
        document = Document(text)
        mirror = Mirror(document)
        mirror.follow(Change(0))
        for _ in range(r.randint(1, 6)):
            source = document.source
            action = r.randrange(4)
            if action == 0:
                change = document.append(r.choice(NASTY))
            elif action == 1:
                change = document.finish()
            else:
                keep = r.randint(0, len(source))
                new = r.choice(NASTY) if r.random() < 0.5 else source[keep : keep + 40] + "x"
                change = document.edit(keep, new)
                assert document.source == source[:keep] + new
            mirror.follow(change)
        mirror.follow(document.finish())
        assert signatures(document.items) == signatures(parse(document.source)), document.source
