"""Keys in one case, and the user's own keys as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.services.reading.json_case import camel_cased


def test_keys_become_camel_case_at_every_depth() -> None:
    printed = {
        "event_type": "DONE",
        "stream_cursor": {"current_event_idx": "1", "numUserEventsReceived": "0"},
        "completed_message": {"content": {"content": [{"text": {"content": "Kazan."}}]}, "created_at": None},
        "@type": "x_y",
    }
    assert camel_cased(printed) == {
        "eventType": "DONE",
        "streamCursor": {"currentEventIdx": "1", "numUserEventsReceived": "0"},
        "completedMessage": {"content": {"content": [{"text": {"content": "Kazan."}}]}, "createdAt": None},
        "@type": "x_y",
    }


@pytest.mark.parametrize("container", ["labels", "arguments", "parameters", "schema"])
def test_keys_of_users_stay(container: str) -> None:
    theirs = {"my_key": {"and_this": [{"one_more": 1}]}}
    assert camel_cased({"json_schema": {container: theirs}}) == {"jsonSchema": {container: theirs}}


def test_camel_case_stays() -> None:
    same = {"modelUri": 1, "completionTokensDetails": [{"reasoningTokens": None}]}
    assert camel_cased(same) == same


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_anything_can_be_given(value: object) -> None:
    camel_cased(value)


def test_depth_does_no_harm() -> None:
    value: object = 1
    for _ in range(5000):
        value = {"a_b": value}
    assert camel_cased(value) is not None
