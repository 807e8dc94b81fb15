"""Edits against a slow reference: whatever the stream, the edits make the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.events import ReasoningAppended, RunEvent, StageChanged, TextAppended, TextReplaced
from desktop_app.domain.normaliser import Normaliser, TextEdit, merge

TEXTS = st.text(st.sampled_from("abё\u0301\U0001f994\n"), max_size=8)
EVENTS = st.lists(
    st.one_of(
        TEXTS.map(TextAppended),
        TEXTS.map(TextReplaced),
        TEXTS.map(ReasoningAppended),
        st.just(StageChanged("waiting")),
    ),
    max_size=20,
)


def slow(prefix: str, events: list[RunEvent]) -> str:
    """The text, without any cleverness."""
    text = prefix
    for event in events:
        if isinstance(event, TextAppended):
            text += event.text
        elif isinstance(event, TextReplaced):
            text = prefix + event.text
    return text


@given(TEXTS, EVENTS)
def test_the_edits_make_the_text_that_was_said(prefix: str, events: list[RunEvent]) -> None:
    normaliser, shown = Normaliser(prefix), prefix
    for count, event in enumerate(events, 1):
        edit = normaliser.feed(event)
        if edit:
            assert 0 <= edit.keep <= len(shown)
            assert edit.apply(shown) != shown
            shown = edit.apply(shown)
        assert shown == normaliser.text == slow(prefix, events[:count])


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=12))
def test_growing_snapshots_cost_no_more_than_deltas(prefix: str, pieces: list[str]) -> None:
    by_deltas, by_snapshots = Normaliser(prefix), Normaliser(prefix)
    whole = ""
    for piece in pieces:
        whole += piece
        assert by_deltas.feed(TextAppended(piece)) == by_snapshots.feed(TextReplaced(whole))
        assert by_snapshots.feed(TextReplaced(whole)) is None  # a duplicate changes nothing


@given(TEXTS, TEXTS, TEXTS)
def test_a_replacement_touches_only_what_differs(common: str, old: str, new: str) -> None:
    normaliser = Normaliser()
    normaliser.feed(TextReplaced(common + old))
    edit = normaliser.feed(TextReplaced(common + new))
    if edit:
        assert edit.keep >= len(common)


@st.composite
def edits_of(draw: st.DrawFn) -> tuple[str, list[TextEdit]]:
    """A text and edits that fit it, one after the other."""
    before = text = draw(TEXTS)
    edits = []
    for _ in range(draw(st.integers(1, 12))):
        edit = TextEdit(draw(st.integers(0, len(text))), draw(TEXTS))
        edits.append(edit)
        text = edit.apply(text)
    return before, edits


@given(edits_of())
def test_merged_edits_have_the_effect_of_all(case: tuple[str, list[TextEdit]]) -> None:
    before, edits = case
    text = before
    for edit in edits:
        text = edit.apply(text)
    merged = merge(edits)
    assert merged.apply(before) == text
    assert merged.keep == min(edit.keep for edit in edits)


@given(edits_of(), st.data())
def test_merging_in_two_steps_is_merging_at_once(
    case: tuple[str, list[TextEdit]], data: st.DataObject
) -> None:
    before, edits = case
    middle = data.draw(st.integers(0, len(edits)))
    halves = [merge(half) for half in (edits[:middle], edits[middle:]) if half]
    assert merge(halves).apply(before) == merge(edits).apply(before)


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="no edits"):
        merge([])
