"""Marks of a reply that cite fragments of files."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.citing import citations_in, fragments_block, fragments_in, search_result
from desktop_app.domain.files import FileId, Fragment
from desktop_app.domain.threads import Citation

LEASE = Fragment(FileId("f1"), "lease.pdf", "The rent is {due} monthly.", 3, 0, 2.5)
NOTES = Fragment(FileId("f2"), "заметки.md", 'Ring "the" landlord', 0, 12, 1.5)
BOTH = {1: LEASE, 2: NOTES}


def cited(text: str, start: int = 0) -> list[tuple[int, str]]:
    found = citations_in(text, BOTH, start)
    return [(one.number, text[one.start : one.end]) for one in found]


def test_a_mark_is_a_citation_of_its_fragment() -> None:
    (found,) = citations_in("Monthly [1].", BOTH)
    assert found == Citation("lease.pdf", "", "f1", "The rent is {due} monthly.", 8, 11, 1, 3, 0)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Да [2], да [1][2].", [(2, "[2]"), (1, "[1]"), (2, "[2]")]),
        ("😀 [1]", [(1, "[1]")]),
        ("nothing", []),
        ("[3] and [0] and [12345]", []),
        ("[1](https://x.invalid) and ![1] and \\[1]", []),
        ("`a[1]` [1] ``b` [2]``", [(1, "[1]")]),
        ("```\na[1]\n```\n[2]", [(2, "[2]")]),
        ("~~~ py\na[1]\n~~~~\n[2]", [(2, "[2]")]),
        ("````\n```\n[1]\n````\n[2]", [(2, "[2]")]),
        ("[2]\n```\na[1]", [(2, "[2]")]),
        ("a lone ` and [1]", [(1, "[1]")]),
        ("a lone ` and [1]\n\nanother ` here", [(1, "[1]")]),
        ("- [1]\n> [2]", [(1, "[1]"), (2, "[2]")]),
        ("So [1, 2].", [(1, "[1, 2]"), (2, "[1, 2]")]),
        ("[2,1] [1; 1]", [(2, "[2,1]"), (1, "[2,1]"), (1, "[1; 1]"), (1, "[1; 1]")]),
        ("[1 ,\xa02]", [(1, "[1 ,\xa02]"), (2, "[1 ,\xa02]")]),
        ("[1, 3] [1, 02] [1,] [,1] [1 2] [1,\n2] [1,,2]", []),
        ("`a[1, 2]` [1, 2](https://x.invalid) ![1, 2] \\[1, 2]\n```\na[1, 2]\n```", []),
    ],
)
def test_marks_count_outside_code_and_links(text: str, marks: list[tuple[int, str]]) -> None:
    assert cited(text) == marks


def test_marks_before_the_start_were_cited_already() -> None:
    assert cited("[1] and [2]", start=3) == [(2, "[2]")]


def test_a_mark_that_was_not_complete_before_is_cited_now() -> None:
    assert cited("[1, 2]", start=3) == [(1, "[1, 2]"), (2, "[1, 2]")]


PARTS = st.sampled_from(
    ["[1]", "[1, 2]", "[2,1]", "[1; 2]", "[1, 9]", "a", "😀", " ", "\n", "[", "2", ",", "]"]
)


@given(st.lists(PARTS, max_size=12).map("".join), st.data())
def test_a_reply_that_goes_on_cites_what_it_would_have_cited_at_once(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    found = [
        one for start, end in pairwise([0, *cuts, len(text)]) for one in citations_in(text[:end], BOTH, start)
    ]
    assert tuple(found) == citations_in(text, BOTH)


def test_without_fragments_nothing_is_cited() -> None:
    assert citations_in("[1]", {}) == ()


def test_many_marks_beside_much_code_are_found_soon() -> None:
    began = time.process_time()
    assert len(citations_in("`a` [1] " * 20_000, BOTH)) == 20_000
    assert len(citations_in("[1, 2] [1, " * 20_000 + "1, " * 20_000, BOTH)) == 40_000
    assert time.process_time() - began < 2


def test_the_block_numbers_what_was_found() -> None:
    block = fragments_block(BOTH)
    assert "[1] lease.pdf, page 3\nThe rent is {due} monthly." in block
    assert '[2] заметки.md, line 12\nRing "the" landlord' in block
    assert "[4] lease.pdf" in fragments_block({4: LEASE})


def test_a_result_of_the_search_can_be_read_back() -> None:
    found = fragments_in(search_result({5: LEASE, 6: NOTES}))
    assert [
        (number, one.file_id, one.name, one.text, one.page, one.line) for number, one in found.items()
    ] == [
        (5, "f1", "lease.pdf", "The rent is {due} monthly.", 3, 0),
        (6, "f2", "заметки.md", 'Ring "the" landlord', 0, 12),
    ]


@pytest.mark.parametrize(
    "result", ["", "no", "[]", '{"fragments": 5}', '{"fragments": [{}]}', search_result({})]
)
def test_what_is_no_result_of_the_search_tells_nothing(result: str) -> None:
    assert fragments_in(result) == {}
