"""Records of the AI Assistant API: read whatever they lack, written so that a mask does what it says."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.errors import BadReplyError
from desktop_app.domain.remote import PulledVersion
from desktop_app.domain.threads import Author, Citation, Status
from desktop_app.domain.tools import CallStrategy, SearchTool
from desktop_app.services.yandex.assistant_api_events import RunReply
from desktop_app.services.yandex.assistant_api_records import (
    EPOCH,
    content_text,
    pulled_assistant,
    pulled_message,
    pulled_thread,
    pulled_versions,
    time_of,
)
from desktop_app.services.yandex.assistant_api_requests import mask_of
from desktop_app.services.yandex.assistant_api_tools import kept_tools, tools_of, tools_on_wire

MODEL = "gpt://b1g00000000000000f01/yandexgpt/latest"
ASSISTANT: dict[str, Any] = {
    "id": "fvta0000000000000002",
    "folderId": "b1g00000000000000f01",
    "name": "",
    "description": "",
    "createdAt": "2025-08-27T11:07:37.532517Z",
    "updatedAt": "2025-08-27T11:07:37.532517Z",
    "expirationConfig": {"expirationPolicy": "SINCE_LAST_ACTIVE", "ttlDays": "7"},
    "labels": {},
    "modelUri": MODEL,
    "instruction": "Answer politely.",
    "promptTruncationOptions": {"maxPromptTokens": None, "autoStrategy": {}},
    "completionOptions": {"maxTokens": None, "temperature": None},
    "tools": [],
    "responseFormat": None,
}
MESSAGE: dict[str, Any] = {
    "id": "fvtm0000000000000002",
    "threadId": "fvtt0000000000000001",
    "createdAt": "2025-08-27T11:31:08.781561740Z",
    "author": {"id": "fvta0000000000000001", "role": "assistant"},
    "labels": {"client_msg_id": "local-42"},
    "content": {"content": [{"text": {"content": "Kazan."}}]},
    "status": "TRUNCATED",
    "citations": [{"sources": [{"chunk": {"sourceFile": {"id": "f1", "name": "geo.md"}, "content": None}}]}],
}
THREAD: dict[str, Any] = {
    "id": "t1",
    "name": "Trip",
    "createdAt": "2025-08-27T11:07:37Z",
    "labels": {"a": "1"},
}


def test_an_assistant_as_the_gateway_printed_it() -> None:
    pulled = pulled_assistant(ASSISTANT)
    assert pulled.created_at == datetime(2025, 8, 27, 11, 7, 37, 532517, UTC)
    assert pulled.settings == AssistantSettings("Assistant 0002", instruction="Answer politely.", model=MODEL)


@pytest.mark.parametrize(
    ("config", "expiration"),
    [
        (None, None),
        ({"expirationPolicy": "SINCE_LAST_ACTIVE", "ttlDays": "7"}, None),
        ({"expirationPolicy": "EXPIRATION_POLICY_UNSPECIFIED", "ttlDays": "7"}, None),
        ({"expirationPolicy": "STATIC", "ttlDays": "7"}, Expiration(7, ExpirationPolicy.STATIC)),
        ({"expirationPolicy": "SINCE_LAST_ACTIVE", "ttlDays": "8"}, Expiration(8)),
    ],
)
def test_a_lifetime_that_the_service_gives_to_all_is_nobodys_wish(
    config: dict[str, str] | None, expiration: Expiration | None
) -> None:
    for told in (
        pulled_assistant(ASSISTANT | {"expirationConfig": config}).settings.expiration,
        pulled_thread(THREAD | {"expirationConfig": config}).expiration,
    ):
        assert told == expiration
        assert told is None or told.ends_there


def test_numbers_come_as_texts_or_as_numbers_with_a_fraction() -> None:
    settings = pulled_assistant(
        ASSISTANT
        | {
            "completionOptions": {"maxTokens": 2000.0, "temperature": "0.7"},
            "promptTruncationOptions": {
                "maxPromptTokens": "4000",
                "lastMessagesStrategy": {"numMessages": 20},
            },
        }
    ).settings
    assert settings.completion == CompletionOptions(0.7, 2000)
    assert settings.truncation == PromptTruncation(4000, 20)


def test_long_texts_are_kept_whole() -> None:
    long = pulled_assistant(ASSISTANT | {"name": "n" * 500, "instruction": "i" * 200_000}).settings
    assert (len(long.name), len(long.instruction)) == (500, 200_000)


@pytest.mark.parametrize(
    ("on_wire", "read"),
    [
        ({"jsonObject": True}, ResponseFormat(FormatKind.JSON_OBJECT)),
        ({"jsonObject": False}, ResponseFormat()),
        ({"jsonObject": False, "jsonSchema": None}, ResponseFormat()),
        (
            {"jsonSchema": {"schema": {"snake_key": 1}}},
            ResponseFormat(FormatKind.JSON_SCHEMA, '{"snake_key":1}'),
        ),
    ],
)
def test_formats_of_a_reply(on_wire: dict[str, Any], read: ResponseFormat) -> None:
    assert pulled_assistant(ASSISTANT | {"responseFormat": on_wire}).settings.response_format == read


def test_a_message_as_it_is_listed() -> None:
    message = pulled_message(MESSAGE)
    assert (message.author, message.text, message.status) == (Author.ASSISTANT, "Kazan.", Status.TRUNCATED)
    assert message.created_at == datetime(2025, 8, 27, 11, 31, 8, 781561, UTC)
    assert message.citations == (Citation("geo.md", file_id="f1"),)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ({"content": None}, ""),
        ({"content": [{"text": {"content": "a"}}, None, {"text": None}, {"text": {"content": "b"}}]}, "a\nb"),
        ({"content": [{"text": None, "image": {"url": "x"}}]}, "[image]"),
        ({"content": "plain"}, "plain"),
        ("plainer", "plainer"),
        ({"content": [{"text": "flat"}]}, "flat"),
    ],
)
def test_content_in_any_shape_loses_no_text(content: object, text: str) -> None:
    assert content_text(content) == text


@pytest.mark.parametrize("digits", range(10))
def test_times_have_up_to_nine_digits_of_a_second(digits: int) -> None:
    fraction = "." + "123456789"[:digits] if digits else ""
    read = time_of(f"2025-08-27T11:31:08{fraction}Z")
    assert read is not None
    assert read.microsecond == int("123456"[:digits].ljust(6, "0"))


@pytest.mark.parametrize("text", ["", "yesterday", None, 5, "0001-01-01T00:00:00+05:00"])
def test_what_is_no_time_is_none(text: object) -> None:
    assert time_of(text) is None
    assert pulled_thread({"id": "t", "createdAt": text}).created_at == EPOCH


# -- versions


def settings_of(versions: list[PulledVersion]) -> list[tuple[str, str, float]]:
    return [
        (one.settings.name, one.settings.instruction, one.settings.completion.temperature) for one in versions
    ]


def version(name: str, mask: str, snapshot: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "updateMask": mask, "assistant": {"id": ASSISTANT["id"]} | snapshot}


def test_whole_versions_are_as_they_are() -> None:
    whole = [
        version("v2", "name", ASSISTANT | {"name": "Second"}),
        version("v1", "", ASSISTANT | {"name": "First"}),
    ]
    found = pulled_versions(whole, {})
    assert [one.settings.name for one in found] == ["Second", "First"]
    assert found[0].created_at == datetime(2025, 8, 27, 11, 7, 37, 532517, UTC)


def test_partial_versions_are_laid_over_the_older_ones() -> None:
    first = ASSISTANT | {"name": "First", "completionOptions": {"temperature": 0.9, "maxTokens": "5"}}
    found = pulled_versions(
        [
            version("v4", "completionOptions.temperature", {"completionOptions": {"temperature": 0.1}}),
            version("v3", "instruction", {}),
            version("v2", "name,instruction", {"name": "Second", "instruction": "Be brief."}),
            version("v1", "", first),
        ],
        {},
    )
    assert settings_of(found) == [
        ("Second", "", 0.1),
        ("Second", "", 0.9),
        ("Second", "Be brief.", 0.9),
        ("First", "Answer politely.", 0.9),
    ]
    assert found[0].settings.completion.max_tokens == 5
    assert all(one.settings.model == MODEL for one in found)


def test_what_no_version_tells_is_taken_from_the_present_where_it_never_changed() -> None:
    present = ASSISTANT | {"name": "Second", "instruction": "Now."}
    found = pulled_versions([version("v2", "name", {"name": "Second"}), version("v1", "", {})], present)
    assert settings_of(found) == [("Second", "Now.", 0.3), ("Assistant 0002", "Now.", 0.3)]
    assert [one.settings.model for one in found] == [MODEL, MODEL]


@pytest.mark.parametrize("mask", ["name,response_format", ["name", "responseFormat"], {"paths": ["name"]}])
def test_masks_are_read_in_every_form(mask: object) -> None:
    one: dict[str, Any] = version("v2", "", {"name": "Second"}) | {"updateMask": mask}
    assert settings_of(pulled_versions([one, version("v1", "", ASSISTANT)], {}))[0][0] == "Second"


# -- masks


def test_a_mask_names_no_leaf_without_a_value() -> None:
    bare = mask_of(AssistantSettings("A")).split(",")
    assert "completionOptions" in bare
    assert "expirationConfig" in bare
    assert "promptTruncationOptions.autoStrategy" in bare
    full = mask_of(
        AssistantSettings(
            "A",
            truncation=PromptTruncation(100, 5),
            completion=CompletionOptions(0.1, 10),
            expiration=Expiration(3),
        )
    ).split(",")
    assert {"completionOptions.temperature", "completionOptions.maxTokens"} <= set(full)
    assert {"expirationConfig.ttlDays", "expirationConfig.expirationPolicy"} <= set(full)
    assert "promptTruncationOptions.lastMessagesStrategy" in full
    assert not {"completionOptions", "expirationConfig"} & set(full)
    assert "tools" in bare


# -- anything at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn, value: Any) -> Any:
    """``value`` with anything in the place of some of its parts."""
    if draw(st.integers(0, 9)) == 0:
        return draw(json_values)
    if isinstance(value, dict):
        return {name: draw(damaged(inner)) for name, inner in value.items()}
    if isinstance(value, list):
        return [draw(damaged(inner)) for inner in value]
    return value


VERSIONS = [version("v2", "name,completionOptions.temperature", {"name": "x"}), version("v1", "", ASSISTANT)]
CALLS = {"toolCalls": [{"functionCall": {"name": "f", "arguments": {"a": 1}}}]}
EVENT = {
    "eventType": "PARTIAL_MESSAGE",
    "streamCursor": {"currentEventIdx": "1"},
    "partialMessage": MESSAGE["content"],
    "completedMessage": MESSAGE,
    "toolCallList": CALLS,
    "error": {"code": "0", "message": "boom"},
}
RUN = {"id": "r", "state": EVENT | {"status": "COMPLETED"}, "usage": {"promptTokens": "3"}}


TOOLS = [
    {"function": {"name": "weather", "description": None, "parameters": {"type": "object", "a": None}}},
    {
        "searchIndex": {
            "searchIndexIds": ["i1"],
            "maxNumResults": "5",
            "rephraserOptions": {"rephraserUri": MODEL},
            "callStrategy": {"autoCall": {"name": "kb", "instruction": "Always"}},
        }
    },
    {"genSearch": {"description": "Rates", "options": {"site": {"site": ["x"]}, "searchFilters": [None]}}},
]


def test_a_schema_of_parameters_keeps_its_nulls() -> None:
    (function,), search, others = tools_of(TOOLS)
    assert json.loads(function.parameters) == {"type": "object", "a": None}
    assert search == SearchTool(CallStrategy.AUTO, "kb", "Always", 5, MODEL, ("i1",))
    assert others == (
        '{"genSearch":{"description":"Rates","options":{"site":{"site":["x"]},"searchFilters":[]}}}',
    )


@given(damaged(TOOLS))
def test_whatever_tools_come_can_be_sent_and_none_is_lost(value: Any) -> None:
    sent = tools_on_wire(*tools_of(value), "b1g")
    assert len(sent) == len(kept_tools(value))
    assert tools_on_wire(*tools_of(sent), "b1g") == sent


@given(damaged(ASSISTANT), damaged(MESSAGE), damaged(THREAD), damaged(VERSIONS), damaged(ASSISTANT))
def test_nothing_that_may_come_is_more_than_a_bad_reply(
    assistant: Any, message: Any, thread: Any, versions: Any, present: Any
) -> None:
    for value, read in ((assistant, pulled_assistant), (message, pulled_message), (thread, pulled_thread)):
        with contextlib.suppress(BadReplyError):
            read(value)
    if isinstance(versions, list) and isinstance(present, dict):
        with contextlib.suppress(BadReplyError):
            pulled_versions(versions, present)


@given(
    damaged(EVENT),
    damaged(RUN),
    st.sampled_from(["PARTIAL_MESSAGE", "DONE", "ERROR", "TOOL_CALLS", "X"]),
    st.sampled_from(["COMPLETED", "FAILED", "TOOL_CALLS", "PENDING"]),
)
def test_no_event_and_no_state_breaks_the_reading(event: Any, run: Any, kind: str, status: str) -> None:
    reply = RunReply(lambda text: text)
    if isinstance(event, dict):
        event["eventType"] = kind
    if isinstance(run, dict) and isinstance(run.get("state"), dict):
        run["state"]["status"] = status
    with contextlib.suppress(BadReplyError):
        list(reply.feed(event))
    with contextlib.suppress(BadReplyError):
        list(RunReply(lambda text: text).settle(run))
