"""Differences of texts and of settings."""

import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import differences
from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    Expiration,
    PromptTruncation,
)
from desktop_app.domain.differences import (
    Change,
    FieldDifference,
    Piece,
    settings_difference,
    word_difference,
)
from desktop_app.domain.tools import Command, Function, SearchTool

WORDS = st.sampled_from(["a", "b", "the", "слово", " ", "  ", "\n", ".", "é", "\u00a0", "\r\n", "👍"])
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=40).map("".join))


def sides(pieces: list[Piece]) -> tuple[str, str]:
    """Both texts, put together from their pieces again."""
    return (
        "".join(piece.text for piece in pieces if piece.kind is not Change.ADDED),
        "".join(piece.text for piece in pieces if piece.kind is not Change.REMOVED),
    )


@given(TEXTS, TEXTS)
def test_the_pieces_give_both_texts_back(old: str, new: str) -> None:
    pieces = word_difference(old, new)
    assert sides(pieces) == (old, new)
    assert all(piece.text for piece in pieces)
    assert all(left.kind is not right.kind for left, right in pairwise(pieces))


@given(TEXTS, TEXTS)
def test_beyond_the_limits_the_pieces_still_give_both_texts_back(old: str, new: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(differences, "LINE_CHANGES", 2)
        patch.setattr(differences, "WORD_CHANGES", 1)
        assert sides(word_difference(old, new)) == (old, new)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind is Change.SAME for piece in word_difference(text, text))


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Read with care.", "Read with great care.", "Read with [+great ]care."),
        ("one two three", "one 2 three", "one [-two][+2] three"),
        ("a b c d", "a x y d", "a [-b c][+x y] d"),
        ("same\nold line\nsame", "same\nnew line\nsame", "same\n[-old][+new] line\nsame"),
        ("", "words", "[+words]"),
        ("words", "", "[-words]"),
        ("кот спит", "кот не спит", "кот [+не ]спит"),
    ],
)
def test_words_are_told_apart(old: str, new: str, shown: str) -> None:
    signs = {Change.SAME: "{}", Change.REMOVED: "[-{}]", Change.ADDED: "[+{}]"}
    assert "".join(signs[kind].format(text) for kind, text in word_difference(old, new)) == shown


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ab " * 33_000, "ba " * 33_000),
        ("x\n" * 50_000, "x\n" * 25_000 + "y\n" * 25_000),
        ("\n".join(map(str, range(17_000))), "\n".join(map(str, range(17_000, 0, -1)))),
        (
            "".join(chr(97 + n * n % 7) + " " for n in range(50_000)),
            "".join(chr(97 + n * n % 5) + " " for n in range(50_000)),
        ),
    ],
    ids=["one line of other words", "half of the lines", "turned around", "few words"],
)
def test_a_hundred_thousand_characters_take_a_moment(old: str, new: str) -> None:
    began = time.process_time()
    assert sides(word_difference(old, new)) == (old, new)
    assert time.process_time() - began < 4  # on a slow machine


SETTINGS = AssistantSettings("Reader", instruction="Read.", labels=(("team", "legal"), ("kind", "a")))


def test_equal_settings_do_not_differ() -> None:
    assert settings_difference(SETTINGS, replace(SETTINGS)) == []


def test_each_field_that_differs_is_told_with_both_values() -> None:
    new = replace(
        SETTINGS,
        instruction="Read on.",
        completion=CompletionOptions(0.7, 900),
        truncation=PromptTruncation(last_messages=5),
        labels=(("team", "sales"), ("new", "")),
    )
    assert settings_difference(SETTINGS, new) == [
        FieldDifference("instruction", None, "Read.", "Read on."),
        FieldDifference("truncation.last_messages", None, None, 5),
        FieldDifference("completion.temperature", None, 0.3, 0.7),
        FieldDifference("completion.max_tokens", None, None, 900),
        FieldDifference("labels", "team", "legal", "sales"),
        FieldDifference("labels", "kind", "a", None),
        FieldDifference("labels", "new", None, ""),
    ]


def test_what_comes_and_goes_has_one_side_only() -> None:
    function = Function("weather", command=Command("/bin/weather", ("--json", "--now")))
    new = replace(SETTINGS, functions=(function,), search=SearchTool(), expiration=Expiration(30))
    found = {(one.field, one.item): (one.old, one.new) for one in settings_difference(SETTINGS, new)}
    assert found["functions.name", "weather"] == (None, "weather")
    assert found["functions.command.arguments", "weather"] == (None, "--json\n--now")
    assert found["search.max_results", None] == (None, 5)
    assert found["expiration.ttl_days", None] == (None, 30)
    back = settings_difference(new, SETTINGS)
    assert {(one.field, one.item): (one.new, one.old) for one in back} == found


def test_a_change_within_a_function_is_told_with_its_name() -> None:
    old = replace(SETTINGS, functions=(Function("a"), Function("b", "old")))
    new = replace(SETTINGS, functions=(Function("a"), Function("b", "new")))
    assert settings_difference(old, new) == [FieldDifference("functions.description", "b", "old", "new")]
