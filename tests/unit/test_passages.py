"""Finding a cited fragment in a text that is broken otherwise."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.widgets.details.passages import Passage, find_passages

WORDS = st.lists(
    st.sampled_from(["law", "of", "goods.", "(1)", "пеня", "а+б", "[x]"]), min_size=1, max_size=30
)


def test_a_fragment_is_found_whatever_blanks_stand_between_its_words() -> None:
    text = "Before. The total\n  of all penalties\tends here. After."
    (found,) = find_passages([text], "The total of all\npenalties ends here.")
    assert text[found.start : found.end] == "The total\n  of all penalties\tends here."


def test_a_fragment_over_two_pages_is_found_in_both() -> None:
    assert find_passages(["one two", "three four"], "two three") == [Passage(0, 4, 7), Passage(1, 0, 5)]


def test_what_changed_in_the_middle_is_found_by_its_ends() -> None:
    begin, end = "a b c d e f g h", "s t u v w x y z"
    text = f"0 {begin} 1 2 3 {end} 9"
    (found,) = find_passages([text], f"{begin} other words {end}")
    assert text[found.start : found.end] == f"{begin} 1 2 3 {end}"


@pytest.mark.parametrize("fragment", ["", "  \n", "not there", "(one"])
def test_what_is_not_there_is_not_found(fragment: str) -> None:
    assert find_passages(["one two three"], fragment) == []


@given(
    before=WORDS,
    words=WORDS,
    after=WORDS,
    breaks=st.lists(st.sampled_from([" ", "\n", "  ", "\n\n"]), min_size=30),
)
def test_any_words_are_found_as_they_stand(
    before: list[str], words: list[str], after: list[str], breaks: list[str]
) -> None:
    broken = "".join(word + gap for word, gap in zip(words, breaks, strict=False))
    text = " ".join(before) + " | " + broken + "| " + " ".join(after)
    pieces = find_passages(text.split("\f"), " ".join(words))
    assert "".join(text[piece.start : piece.end] for piece in pieces).split() == words


def test_a_text_that_repeats_itself_is_searched_in_a_moment() -> None:
    began = time.process_time()
    assert find_passages(["0 " * 80_000] * 3, "0 " * 3000 + "1") == [Passage(0, 0, 15)]
    assert time.process_time() - began < 1
