"""Finding in a thread: the folding, the sieve, the store's pieces, the count against brute force."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.controllers.find import FindController
from desktop_app.controllers.hit_list import Counted, Found, HitList, Place
from desktop_app.domain.ids import ThreadId
from desktop_app.markdown.hits import (
    PARTS,
    Hit,
    Sieve,
    find_in,
    fold,
    folded_texts,
    hits_in_texts,
    parts_with_hits,
)
from desktop_app.markdown.parser import parse
from desktop_app.store.database import Database
from desktop_app.store.finding import CANDIDATES_A_PIECE, MESSAGES_A_PIECE, FindingStore
from tests.threads_in_store import put_thread

THREAD = ThreadId("thread-1")
OTHER = ThreadId("thread-2")


def hits_in_message(source: str, folded_query: str, *, is_markdown: bool) -> list[Hit]:
    return hits_in_texts(folded_texts(source, is_markdown=is_markdown), folded_query)


# --- words in text ---


def test_folding_keeps_every_code_point_in_its_place() -> None:
    for number in range(0x110000):
        letter = chr(number)
        assert len(fold(letter)) == 1
    assert len(fold("İstanbul ΣΑΣ ẞ ﬁ 🙂")) == len("İstanbul ΣΑΣ ẞ ﬁ 🙂")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("ДОГОВОР Поставки", "договор поставки"),
        ("всё ещё", "ВСЕ ЕЩЕ"),
        ("ЁЛКА", "елка"),
        ("елка", "Ёлка"),
        ("10\u00a0%", "10 %"),
        ("10\u202f000\u2009руб.", "10 000 руб."),
        ("ΟΔΟΣ", "οδος"),
        ("οδός", "ΟΔΌΣ"),
        ("one\u2028two", "one two"),
        ("İ and after", "AFTER"),
    ],
)
def test_case_yo_and_kinds_of_space_are_of_no_account(text: str, query: str) -> None:
    assert len(find_in(fold(text), fold(query))) == 1


def test_hits_do_not_overlap_and_an_empty_query_has_none() -> None:
    assert find_in("aaaaa", "aa") == [(0, 2), (2, 4)]
    assert find_in("aaaaa", "") == []


def test_offsets_count_code_points() -> None:
    assert find_in(fold("🙂🙂 Word"), fold("word")) == [(3, 7)]


# --- words in messages ---


def test_words_are_found_across_markup() -> None:
    for source in ("**bold** word", "*bold word*", "[bold](https://x.example) word", "`bold` ~~word~~"):
        assert hits_in_message(source, "bold word", is_markdown=True) == [Hit(0, 0, 9)], source


def test_what_is_not_shown_is_not_found() -> None:
    assert hits_in_message("[words](https://hidden.example)", "hidden", is_markdown=True) == []
    assert hits_in_message("**bold** word", "**", is_markdown=True) == []


def test_a_question_is_searched_as_it_is_written() -> None:
    assert hits_in_message("**bold** word", "**", is_markdown=False) == [Hit(0, 0, 2), Hit(0, 6, 8)]
    assert hits_in_message("**bold** word", "bold word", is_markdown=False) == []


def test_hits_name_their_items_from_top_to_bottom() -> None:
    source = "# Penalty\n\nNo word.\n\n- the penalty\n- a penalty of penalty\n\n```\npenalty()\n```\n"
    assert [hit.item for hit in hits_in_message(source, "penalty", is_markdown=True)] == [0, 2, 3, 3, 4]


def test_parts_tell_where_in_a_message_the_hits_are() -> None:
    texts = ["hit", "." * 94, "hit"]
    assert parts_with_hits(texts, hits_in_texts(texts, "hit")) == 1 | 1 << PARTS - 1
    assert parts_with_hits([], []) == 0


@pytest.mark.parametrize(
    ("source", "query"),
    [
        ("**bold**ness", "boldness"),
        ("`co`de", "code"),
        ('pre[text](https://x.example "t")post', "pretextpost"),
        ("pre[text][label]post\n\n[label]: https://x.example", "pretextpost"),
        ("pre[label]post\n\n[label]: https://x.example", "prelabelpost"),
        ("pre<https://x.example>", "prehttps"),
        ("caf&eacute;", "café"),
        ("![](https://x.example/a%20cat.png) and", "a cat"),
        ("&#1078;аба", "жаба"),
        ("a &gt; b", ">"),
        ("x \\* y", "x *"),
        ("Ёлка", "ЕЛКА"),
        ("two\nlines", "two lines"),
        ("| a | b |\n|---|---|\n| **c**d | e |", "cd"),
    ],
)
def test_the_sieve_passes_whatever_shows_the_query(source: str, query: str) -> None:
    folded = fold(query)
    assert hits_in_message(source, folded, is_markdown=True)
    assert Sieve(folded).passes(source)


FRAGMENTS = (
    *(
        "**",
        "*",
        "_",
        "__",
        "`",
        "``",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "](u)",
        "[]",
        "[r]",
        "![",
        "\\",
        "<b>",
        "</b>",
        "<br>",
    ),
    *(
        "&amp;",
        "&eacute;",
        "&#65;",
        "%41",
        "$",
        "$$",
        "<https://x.example>",
        "http://x.example",
        "www.x.example",
    ),
    *(
        "\n",
        "\n\n",
        "> ",
        "- ",
        "1. ",
        "# ",
        "|",
        "a|b\n-|-\n",
        "```\n",
        "[^1]",
        "[^1]: ",
        "- [ ] ",
        "\r\n",
        "\t",
    ),
    *(
        '\n[r]: http://x.example "t"\n',
        "foo",
        "bar",
        "жё",
        "É",
        "x",
        "12",
        " ",
        "  \n",
        "!",
        "---",
        "\0",
        "İ",
        "Σ",
        "…",
    ),
)


def test_the_sieve_passes_whatever_shows_a_part_of_it() -> None:
    chance = random.Random(5)
    for _ in range(4000):
        source = "".join(chance.choices(FRAGMENTS, k=chance.randint(2, 40)))
        for item in parse(source):
            shown = fold(item.plain)
            for _ in range(6):
                start = chance.randint(0, len(shown))
                query = shown[start : start + chance.randint(1, 8)]
                assert Sieve(query).passes(source), (query, source)


def test_the_sieve_holds_back_what_cannot_show_the_query() -> None:
    sieve = Sieve(fold("late penalty"))
    assert not sieve.passes("The **penalty** is [counted](https://x.example) & capped.")
    assert sieve.passes("The penalty for a late batch.")
    assert not Sieve("->").passes("no arrow")


# --- threads ---


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "nitka.db", tmp_path / "backups")
    made.open_blocking()
    yield made
    assert made.close_blocking()


PHRASES = (
    "The **penalty** is counted",
    "a pen**alt**y clause",
    "[Penalty](https://hidden.example) of 10\u00a0%",
    "Неустойка за _каждый_ день",
    "всё ещё",
    "ВСЕ ЕЩЕ",
    "`late` batch",
    "late\nbatch",
    "caf&eacute;",
    "plain words and nothing else",
    "```python\nlate_batch = penalty(10)\n```",
    "| late | penalty |\n|---|---|\n| batch | *pen*alty |",
)
QUERIES = (
    "penalty",
    "PENALTY",
    "late batch",
    "все еще",
    "10 %",
    "неустойка за каждый",
    "café",
    "e",
    "(",
    "no such",
)


def some_texts(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return ["\n\n".join(chance.choices(PHRASES, k=chance.randint(0, 4))) for _ in range(count)]


def by_brute_force(texts: list[str], query: str) -> list[Counted]:
    numbers = [
        len(hits_in_message(text, fold(query), is_markdown=position % 2 == 1))
        for position, text in enumerate(texts)
    ]
    return [Counted(position, number) for position, number in enumerate(numbers) if number]


async def count(database: Database, query: str, start: int, hits: HitList | None = None) -> HitList:
    hits = hits or HitList(start)
    await FindController(FindingStore(database)).count(THREAD, fold(query), hits.top, hits.bottom, hits.add)
    return hits


def counted_in(hits: HitList) -> list[Counted]:
    """What the list holds, read hit by hit as the reader steps through it."""
    found: dict[int, int] = {}
    place = hits.first()
    while place:
        assert hits.number(place) == sum(found.values()) + 1
        found[place.position] = found.get(place.position, 0) + 1
        place = hits.after(place)
    return [Counted(position, number) for position, number in found.items()]


@pytest.mark.parametrize("start", [0, 150, 299, 300])
async def test_all_hits_of_a_thread_are_counted_exactly(database: Database, start: int) -> None:
    texts = some_texts(300)
    put_thread(database, THREAD, texts)
    put_thread(database, OTHER, ["penalty"] * 10)
    for query in QUERIES:
        hits = await count(database, query, start)
        expected = by_brute_force(texts, query)
        assert counted_in(hits) == expected, query
        assert hits.total == sum(entry.hits for entry in expected)
        assert hits.is_complete


async def test_a_thread_longer_than_a_piece_is_counted_to_both_ends(database: Database) -> None:
    length = 2 * MESSAGES_A_PIECE + 100
    texts = ["nothing"] * length
    for position in (0, 1, length // 2, length - 1):
        texts[position] = "the needle"
    put_thread(database, THREAD, texts)
    hits = await count(database, "needle", length // 2)
    assert hits.positions == [0, 1, length // 2, length - 1]


async def test_messages_of_hidden_branches_are_not_counted(database: Database) -> None:
    put_thread(database, THREAD, ["penalty"] * 4)
    database.run_blocking(
        lambda connection: connection.execute("UPDATE messages SET is_shown = position < 3")
    )
    assert (await count(database, "penalty", 0)).total == 3


async def test_the_nearest_hits_come_first(database: Database) -> None:
    put_thread(database, THREAD, ["penalty"] * (10 * CANDIDATES_A_PIECE))
    reports: list[Found] = []
    start = 5 * CANDIDATES_A_PIECE
    await FindController(FindingStore(database)).count(THREAD, "penalty", start, start, reports.append)
    assert [entry[:2] for entry in reports[0].below] == [(start, 1)]
    assert reports[0].bottom == start + 1
    assert (reports[-1].top, reports[-1].bottom) == (None, None)


async def test_a_count_that_is_cancelled_reports_no_more(database: Database) -> None:
    put_thread(database, THREAD, ["penalty **one** two three " * 20] * 3000)
    reports: list[Found] = []
    began = asyncio.Event()

    def report(found: Found) -> None:
        reports.append(found)
        began.set()

    counting = asyncio.create_task(
        FindController(FindingStore(database)).count(THREAD, "penalty", 0, 0, report)
    )
    await began.wait()
    counting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await counting
    number = len(reports)
    await asyncio.sleep(0.1)
    assert len(reports) == number
    assert reports[-1].bottom is not None


async def test_a_count_goes_on_where_it_was_left(database: Database) -> None:
    texts = some_texts(200)
    put_thread(database, THREAD, texts)
    hits = await count(database, "penalty", 100)
    changed = [*texts[:150], "penalty", "penalty", *some_texts(30, seed=2)]
    put_thread(database, THREAD, changed)
    hits.forget_from(150)
    assert not hits.is_complete
    await count(database, "penalty", 0, hits)
    assert counted_in(hits) == by_brute_force(changed, "penalty")


async def test_a_hit_is_located_in_its_message(database: Database) -> None:
    put_thread(database, THREAD, ["question", "# One\n\nthe **pen**alty, a penalty"])
    find = FindController(FindingStore(database))
    located = await find.locate(THREAD, "penalty", 1, 1)
    assert located is not None
    assert located.hit == Hit(1, 15, 22)
    assert await find.locate(THREAD, "penalty", 1, 9) == located
    assert await find.locate(THREAD, "penalty", 0, 0) is None
    assert await find.locate(THREAD, "penalty", 2, 0) is None


# --- the list of hits ---


def test_hits_are_stepped_through_from_any_place() -> None:
    hits = HitList(10)
    hits.add(Found([], [Counted(12, 2)], 10, 20))
    hits.add(Found([Counted(3, 1), Counted(7, 2)], [Counted(25, 1)], 2, None))
    assert hits.total == 6
    assert hits.from_on(10) == Place(12, 0)
    assert hits.before(10) == Place(7, 1)
    assert hits.after(Place(12, 1)) == Place(25, 0)
    assert hits.after(Place(25, 0)) is None
    assert hits.ahead_of(Place(12, 0)) == Place(7, 1)
    assert hits.ahead_of(Place(3, 0)) is None
    assert (hits.first(), hits.last()) == (Place(3, 0), Place(25, 0))
    assert hits.number(Place(12, 1)) == 5
    assert hits.number(Place(12, 2)) == hits.number(Place(11, 0)) == 0
    assert not hits.is_complete


def test_what_changed_is_forgotten_with_everything_below() -> None:
    hits = HitList(0)
    hits.add(Found([], [Counted(1, 1), Counted(5, 3), Counted(9, 1)], None, None))
    hits.forget_from(5)
    assert (hits.total, hits.positions, hits.bottom) == (1, [1], 5)
    hits.forget_from(8)
    assert hits.bottom == 5
