"""What the events and the states of a run say, in whichever order and however often they come."""

from typing import Any

import pytest

from desktop_app.domain.errors import AccessDeniedError, ServiceFaultError, UnansweredCallError
from desktop_app.domain.events import (
    Checkpoint,
    RunEnded,
    RunEvent,
    RunPaused,
    TextReplaced,
    ThreadHeld,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.threads import Status, Usage
from desktop_app.services.yandex.assistant_api_events import RunReply


def content(text: str) -> dict[str, Any]:
    return {"content": [{"text": {"content": text}}]}


def partial(text: str, number: int | str | None = None) -> dict[str, Any]:
    cursor = {} if number is None else {"currentEventIdx": number}
    return {"eventType": "PARTIAL_MESSAGE", "streamCursor": cursor, "partialMessage": content(text)}


def done(text: str | None, number: int | None = None, **message: Any) -> dict[str, Any]:
    made = message | ({} if text is None else {"content": content(text)})
    return {"eventType": "DONE", "streamCursor": {"currentEventIdx": number}, "completedMessage": made}


def reply(cursor: int = -1) -> RunReply:
    return RunReply(lambda text: text.replace("secret", "•••"), "t1", cursor)


def fed(following: RunReply, *events: dict[str, Any]) -> list[RunEvent]:
    return [said for event in events for said in following.feed(event)]


def test_the_first_event_may_have_no_number() -> None:
    assert fed(reply(), partial("a"), partial("ab", "1")) == [
        TextReplaced("a"),
        Checkpoint(0),
        TextReplaced("ab"),
        Checkpoint(1),
    ]


def test_snapshots_that_are_not_newer_are_dropped() -> None:
    following = reply(cursor=1)
    assert fed(following, partial("a"), partial("ab", 1)) == []
    assert fed(following, partial("abcd", 3), partial("abc", 2)) == [TextReplaced("abcd"), Checkpoint(3)]


def test_the_end_counts_whatever_its_number_is() -> None:
    following = reply(cursor=7)
    assert fed(following, done("abc", status="FILTERED_CONTENT")) == [TextReplaced("abc")]
    assert list(following.ending()) == [ThreadHeld("t1", has_reply=True), RunEnded(Status.FILTERED)]


def test_an_end_without_a_text_leaves_what_was_written() -> None:
    following = reply()
    assert fed(following, partial("abc"), done(None)) == [TextReplaced("abc"), Checkpoint(0)]
    assert following.is_over


def test_a_snapshot_without_a_text_takes_nothing_away() -> None:
    assert fed(reply(), {"eventType": "PARTIAL_MESSAGE", "partialMessage": None}) == [Checkpoint(0)]


def test_what_is_not_known_says_nothing() -> None:
    following = reply()
    for kind in ("EVENT_TYPE_UNSPECIFIED", 77, None):
        assert fed(following, {"eventType": kind}) == []
    assert fed(following, {}) == []
    assert not following.is_over


def test_errors_are_told_by_their_code_or_else_as_the_service_s_own() -> None:
    for error, kind in (
        ({"code": "7", "message": "no"}, AccessDeniedError),
        ({"code": "0", "message": "no secret"}, ServiceFaultError),
        ({"message": None}, ServiceFaultError),
        ("flat", ServiceFaultError),
        (None, ServiceFaultError),
    ):
        following = reply()
        assert fed(following, {"eventType": "ERROR", "error": error}) == []
        assert type(following.failure) is kind
        assert "secret" not in following.failure.detail


def test_a_state_says_what_the_events_would() -> None:
    following = reply()
    assert list(following.settle({"state": {"status": "PENDING"}})) == []
    assert list(following.settle({"state": {"status": "IN_PROGRESS"}, "usage": None})) == []
    assert not following.is_over
    state = {"status": "COMPLETED", "completedMessage": {"content": content("abc"), "threadId": "t2"}}
    usage = {"promptTokens": "390", "completionTokens": 44.0}
    assert list(following.settle({"state": state, "usage": usage})) == [
        UsageReported(Usage(390, 44)),
        TextReplaced("abc"),
    ]
    assert following.has_usage
    assert list(following.ending()) == [ThreadHeld("t2", has_reply=True), RunEnded(Status.COMPLETED)]


def test_calls_without_a_list_are_calls_all_the_same() -> None:
    following = reply()
    assert fed(following, {"eventType": "TOOL_CALLS", "toolCallList": None}) == [Checkpoint(0)]
    assert isinstance(following.failure, UnansweredCallError)


def calling(number: int, **arguments: Any) -> dict[str, Any]:
    calls = {"toolCalls": [{"functionCall": {"name": "weather", "arguments": arguments}}]}
    return {
        "eventType": "TOOL_CALLS",
        "streamCursor": {"currentEventIdx": str(number)},
        "toolCallList": calls,
    }


def state(status: str, number: int = 0) -> dict[str, Any]:
    return {"state": {"status": status, "toolCallList": calling(number)["toolCallList"]}}


def test_calls_pause_a_run_and_whole_numbers_are_such() -> None:
    following = reply()
    called, place = fed(following, calling(3, n=5.0, deep=[{"x": 0.5, "y": -2.0}], big=1e300))
    assert isinstance(called, ToolCalled)
    assert called.arguments == '{"n":5,"deep":[{"x":0.5,"y":-2}],"big":1e300}'
    assert place == Checkpoint(3)
    assert list(following.ending()) == [RunPaused()]
    assert following.is_open


def test_only_calls_that_are_newer_than_those_answered_count() -> None:
    following = RunReply(str, cursor=3, has_answered=True)
    assert fed(following, calling(2), calling(3)) == []
    assert list(following.settle(state("TOOL_CALLS"), may_be_answered=True)) == []
    assert not following.is_over
    assert isinstance(fed(following, calling(4))[0], ToolCalled)


@pytest.mark.parametrize("between", [state("IN_PROGRESS"), partial("a", 4)])
def test_a_state_tells_new_calls_once_the_run_has_moved(between: dict[str, Any]) -> None:
    following = RunReply(str, cursor=3, has_answered=True)
    _ = list(following.settle(between) if "state" in between else following.feed(between))
    (called,) = following.settle(state("TOOL_CALLS"), may_be_answered=True)
    assert isinstance(called, ToolCalled)
