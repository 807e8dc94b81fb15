"""Edits that are put upon a version that they were not made from."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.drafts import rebased
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.tools import Function, SearchTool

FEW = st.sampled_from(["", "a", "b"])
SETTINGS = st.builds(
    AssistantSettings,
    name=FEW,
    instruction=FEW,
    connection_id=st.sampled_from([None, ConnectionId("one"), ConnectionId("two")]),
    model=FEW,
    truncation=st.builds(PromptTruncation, st.integers(1, 3), st.none() | st.integers(1, 2)),
    completion=st.builds(CompletionOptions, st.sampled_from([0.0, 0.5, 1.0]), st.none() | st.integers(1, 2)),
    expiration=st.none()
    | st.builds(Expiration, st.integers(1, 3), st.sampled_from(ExpirationPolicy), st.integers(0, 1)),
    labels=st.lists(st.tuples(FEW, FEW), max_size=3).map(tuple),
    response_format=st.builds(ResponseFormat, schema=FEW),
    functions=st.lists(st.builds(Function, st.sampled_from("fgh"), FEW), max_size=3).map(tuple),
    search=st.none() | st.builds(SearchTool, max_results=st.integers(1, 2), rephraser=FEW),
    other_tools=st.lists(FEW, max_size=2).map(tuple),
)
APART = ("name", "instruction", "expiration", "other_tools")
PARTS = (
    ("truncation", "max_prompt_tokens"),
    ("truncation", "last_messages"),
    ("completion", "temperature"),
    ("completion", "max_tokens"),
    ("response_format", "schema"),
)


@given(SETTINGS, SETTINGS)
def test_upon_the_version_they_were_made_from_edits_are_what_they_are(
    former: AssistantSettings, edited: AssistantSettings
) -> None:
    assert repr(rebased(edited, former, former)) == repr(replace(edited, expiration=_same(edited, former)))
    assert rebased(former, former, edited) == edited
    assert rebased(edited, former, edited) == edited


def _same(edited: AssistantSettings, former: AssistantSettings) -> Expiration | None:
    """A lifetime is the same whatever it was before its renewal; then the version knows that better."""
    return former.expiration if edited.expiration == former.expiration else edited.expiration


@given(SETTINGS, SETTINGS, SETTINGS)
def test_each_field_is_the_drafts_where_it_was_changed_and_the_newest_elsewhere(
    former: AssistantSettings, edited: AssistantSettings, newest: AssistantSettings
) -> None:
    made = rebased(edited, former, newest)
    for name in APART:
        assert getattr(made, name) == _wanted(*(getattr(side, name) for side in (former, edited, newest)))
    for part, name in PARTS:
        sides = (getattr(getattr(side, part), name) for side in (former, edited, newest))
        assert getattr(getattr(made, part), name) == _wanted(*sides)
    places = [(side.connection_id, side.model) for side in (former, edited, newest)]
    assert (made.connection_id, made.model) == _wanted(*places)


@given(SETTINGS, SETTINGS, SETTINGS)
def test_labels_and_functions_are_changed_one_by_one(
    former: AssistantSettings, edited: AssistantSettings, newest: AssistantSettings
) -> None:
    sides = [_without_doubles(side) for side in (former, edited, newest)]
    made = rebased(sides[1], sides[0], sides[2])
    for key in ("", "a", "b"):
        assert dict(made.labels).get(key) == _wanted(*(dict(side.labels).get(key) for side in sides))
    for name in "fgh":
        found = [{one.name: one for one in side.functions}.get(name) for side in (*sides, made)]
        assert found[3] == _wanted(*found[:3])
    assert made == _without_doubles(made)


def _wanted(former: object, edited: object, newest: object) -> object:
    return newest if edited == former else edited


def _without_doubles(settings: AssistantSettings) -> AssistantSettings:
    return replace(
        settings,
        labels=tuple(dict(settings.labels).items()),
        functions=tuple({one.name: one for one in settings.functions}.values()),
    )


def test_a_name_that_is_being_typed_a_second_time_loses_nothing_of_the_draft() -> None:
    former = AssistantSettings("A", functions=(Function("f"), Function("g")), labels=(("k", ""), ("l", "")))
    edited = replace(
        former, functions=(Function("f"), Function("f", "new")), labels=(("k", ""), ("k", "new"))
    )
    assert rebased(edited, former, replace(former, functions=(), labels=())) == edited


def test_a_setting_of_the_search_is_changed_alone() -> None:
    former = AssistantSettings("A", search=SearchTool())
    edited = replace(former, search=SearchTool(max_results=9))
    newest = replace(former, search=SearchTool(rephraser="small"))
    assert rebased(edited, former, newest).search == SearchTool(max_results=9, rephraser="small")
