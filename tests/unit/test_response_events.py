"""Events of the Responses API become one reply, whatever a server leaves out, repeats, or adds."""

import json
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import ServiceError
from desktop_app.domain.events import (
    CitationsFound,
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    TextAppended,
    TextReplaced,
    ToolCalled,
)
from desktop_app.domain.normaliser import Normaliser
from desktop_app.domain.threads import Citation, Status, Usage
from desktop_app.services.openai.response_events import ResponseAssembler
from desktop_app.services.reading.sse import SseEvent
from desktop_app.services.reading.streams import json_events
from tests.responses_server import created, delta, ended, message, numbered, response, text_events

CAPTURED = Path(__file__).parents[1] / "data" / "responses.stream.http"


def unchanged(text: str) -> str:
    return text


def assembled(*events: dict[str, Any], **given: Any) -> tuple[ResponseAssembler, list[RunEvent]]:
    reply = ResponseAssembler(unchanged, **given)
    found = [change for event in events for change in reply.feed(SseEvent(json.dumps(event)))]
    return reply, found


def text_of(found: list[RunEvent]) -> str:
    shown = Normaliser()
    for event in found:
        shown.feed(event)
    return shown.text


def thought(found: list[RunEvent]) -> str:
    return "".join(event.text for event in found if isinstance(event, ReasoningAppended))


def calls(found: list[RunEvent]) -> list[ToolCalled]:
    return [event for event in found if isinstance(event, ToolCalled)]


def typed(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


# -- text


def test_a_real_stream_of_llama_cpp_is_read() -> None:
    body = CAPTURED.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    events = [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: ")]
    reply, found = assembled(*events)
    assert [event.text for event in found if isinstance(event, TextAppended)] == [
        "2", " +", " ", "2", " equals", " ", "4", "."
    ]  # fmt: skip
    assert not [event for event in found if isinstance(event, TextReplaced)]
    assert reply.usage == Usage(37, 9)
    assert reply.ending() == RunEnded(Status.COMPLETED)


async def test_a_real_stream_gives_the_same_reply_wherever_it_is_cut_or_ends() -> None:
    stream = CAPTURED.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[2]

    async def read(*pieces: bytes) -> tuple[ResponseAssembler, list[RunEvent]]:
        async def body() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        reply = ResponseAssembler(unchanged)
        events = json_events(body(), unchanged)
        return reply, [change async for event in events for change in reply.feed(event)]

    whole, expected = await read(stream)
    for cut in range(len(stream) + 1):
        _, found = await read(stream[:cut], stream[cut:])
        assert found == expected
        _, found = await read(stream[:cut])
        assert whole.text.startswith(text_of(found))


def test_deltas_without_any_event_before_them_are_text() -> None:
    reply, found = assembled(typed("output_text.delta", delta="Fo"), typed("output_text.delta", delta="ur"))
    assert found == [RunAccepted(), TextAppended("Fo"), TextAppended("ur")]
    assert reply.ending() == RunEnded(Status.INTERRUPTED)


def test_what_is_said_in_the_end_is_believed_at_every_level() -> None:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    for done in (
        typed("output_text.done", text="Four.", **place),
        typed("content_part.done", part={"type": "output_text", "text": "Four."}, **place),
        typed("output_item.done", output_index=0, item=message("Four.")),
        ended(message("Four.")),
    ):
        _, found = assembled(created(), delta("For"), done)
        assert TextReplaced("Four.") in found
        _, found = assembled(created(), delta("Fou"), done)
        assert text_of(found) == "Four."
        _, found = assembled(created(), done)
        assert text_of(found) == "Four."


def test_an_end_that_says_nothing_takes_nothing_away() -> None:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    _, found = assembled(
        created(),
        delta("4"),
        typed("output_text.done", text="", **place),
        typed("content_part.done", part=None, **place),
        typed("output_item.done", output_index=0, item=message("") | {"content": []}),
        ended(),
    )
    assert text_of(found) == "4"


def test_parts_are_joined_and_messages_stand_apart() -> None:
    two_parts = message("One. ")
    two_parts["content"].append({"type": "refusal", "refusal": "Two."})
    _, found = assembled(
        created(),
        delta("One. ", "a", 0, 0),
        typed("refusal.delta", item_id="a", output_index=0, content_index=1, delta="Two."),
        typed("refusal.done", item_id="a", output_index=0, content_index=1, refusal="Two."),
        delta("Three", "b", 1, 0),
        delta(".", "b", 1, 0),
        ended(two_parts, message("Three.")),
    )
    assert text_of(found) == "One. Two.\n\nThree."
    assert not [event for event in found if isinstance(event, TextReplaced)]


def test_messages_written_at_the_same_time_keep_their_order() -> None:
    _, found = assembled(
        created(), delta("C", "b", 1), delta("A", "a", 0), delta("D", "b", 1), delta("B", "a", 0)
    )
    assert text_of(found) == "AB\n\nCD"


def test_items_are_told_apart_by_what_the_server_gives() -> None:
    by_id = [typed("output_text.delta", item_id=one, delta=one) for one in "aab"]
    by_index = [typed("output_text.delta", output_index=one, delta=str(one)) for one in (0, 0, 1)]
    assert text_of(assembled(*by_id)[1]) == "aa\n\nb"
    assert text_of(assembled(*by_index)[1]) == "00\n\n1"
    announced = [
        typed("output_item.added", item={"type": "message"}),
        typed("output_text.delta", delta="a"),
        typed("output_item.added", item={"type": "message"}),
        typed("output_text.delta", delta="b"),
        typed("content_part.added", part={"type": "output_text"}),
        typed("output_text.delta", delta="c"),
    ]
    assert text_of(assembled(*announced)[1]) == "a\n\nbc"


def test_a_message_named_only_in_the_end_is_the_same_message() -> None:
    nameless = typed("output_text.delta", delta="Four.")
    for done in (
        typed("output_item.done", output_index=0, item=message("Four.")),
        typed("output_item.done", item=message("Four.")),
        typed("output_item.done", output_index=0, item=message("Four.") | {"id": None}),
    ):
        assert text_of(assembled(created(), nameless, done)[1]) == "Four."


# -- numbers


def test_what_came_before_is_not_taken_twice() -> None:
    events = text_events("Fo", "ur", " is", " it.")
    for seed in range(50):
        rng = random.Random(seed)
        disturbed = list(events)
        for _ in range(5):
            at = rng.randrange(1, len(disturbed))
            disturbed.insert(at, rng.choice(disturbed[:at]))
        _, found = assembled(*disturbed)
        assert [event.text for event in found if isinstance(event, TextAppended)] == [
            "Fo",
            "ur",
            " is",
            " it.",
        ]
        order = events[:-1]
        rng.shuffle(order)
        reply, found = assembled(*order, events[-1])
        assert text_of(found) == "Four is it."
        assert reply.ending() == RunEnded(Status.COMPLETED)


def test_numbers_that_are_always_zero_say_nothing() -> None:
    events = [event | {"sequence_number": 0} for event in text_events("Fo", "ur")]
    _, found = assembled(*events)
    assert text_of(found) == "Four"


def test_a_number_that_nobody_can_keep_is_none() -> None:
    reply, _ = assembled(created() | {"sequence_number": 2**70}, delta("4") | {"sequence_number": 1})
    assert (reply.cursor, reply.text) == (1, "4")


def test_an_error_counts_whatever_its_number_is() -> None:
    reply, _ = assembled(*text_events("Four")[:6], {"type": "error", "message": "no", "sequence_number": 0})
    with pytest.raises(ServiceError):
        reply.ending()


# -- thoughts


def test_parts_of_a_summary_stand_apart_and_are_completed() -> None:
    place = {"item_id": "rs_1", "output_index": 0}
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"text": "Hm."}, {"text": "So."}, {"text": "Yes."}],
    }
    _, found = assembled(
        created(),
        typed("output_item.added", output_index=0, item=item | {"summary": []}),
        typed("reasoning_summary_text.delta", summary_index=0, delta="H", **place),
        typed("reasoning_summary_text.delta", summary_index=0, delta="m", **place),
        typed("reasoning_summary_text.done", summary_index=0, text="Hm.", **place),
        typed("reasoning_summary_text.delta", summary_index=1, delta="So.", **place),
        typed("output_item.done", output_index=0, item=item),
        ended(item, message("4")),
    )
    assert thought(found) == "Hm.\n\nSo.\n\nYes."
    assert text_of(found) == "4"


def test_a_thought_that_comes_in_one_piece_without_an_item_is_shown_once() -> None:
    whole = {"type": "reasoning", "id": "rs_1", "content": [{"type": "reasoning_text", "text": "Hm."}]}
    _, found = assembled(
        created(), typed("reasoning_text.done", text="Hm."), delta("4"), ended(whole, message("4"))
    )
    assert thought(found) == "Hm."
    _, found = assembled(created(), ended(whole, message("4")))
    assert thought(found) == "Hm."
    both = whole | {"summary": [{"type": "summary_text", "text": "In short."}]}
    _, found = assembled(created(), typed("reasoning_text.delta", delta="H", item_id="rs_1"), ended(both))
    assert thought(found) == "H"
    _, found = assembled(created(), typed("output_item.done", item=both))
    assert thought(found) == "In short."


# -- function calls


def call(name: str = "calc", arguments: Any = '{"x": 7}', **more: Any) -> dict[str, Any]:
    return {"type": "function_call", "name": name, "arguments": arguments, **more}


def test_a_call_is_told_once_when_it_is_whole() -> None:
    place = {"item_id": "fc_1", "output_index": 0}
    item = call(id="fc_1", call_id="call_1")
    reply, found = assembled(
        created(),
        typed("output_item.added", output_index=0, item=item | {"arguments": ""}),
        typed("function_call_arguments.delta", delta='{"x"', **place),
        typed("function_call_arguments.delta", delta=": 7}", **place),
        typed("function_call_arguments.done", arguments='{"x": 7}', **place),
        typed("output_item.done", output_index=0, item=item),
        ended(item),
    )
    assert calls(found) == [ToolCalled("resp_1:0", "calc", '{"x": 7}', "call_1")]
    assert reply.ending() == RunPaused()
    assert not reply.can_be_gone_on_from


def test_calls_are_told_even_when_only_pieces_came() -> None:
    _, found = assembled(
        created(),
        typed("output_item.added", item=call(arguments="", call_id="fc_x")),
        typed("function_call_arguments.delta", item_id="fc_x", delta='{"x": '),
        typed("function_call_arguments.delta", item_id="fc_x", delta="7}"),
        ended(),
    )
    assert calls(found) == [ToolCalled("resp_1:0", "calc", '{"x": 7}', "fc_x")]


def test_two_calls_of_one_function_with_one_id_are_two() -> None:
    first, second = (call(arguments=f'{{"x":{n}}}', id="calc", call_id="calc") for n in (1, 2))
    both = [ToolCalled(f"resp_1:{n}", "calc", f'{{"x":{n + 1}}}', "calc") for n in (0, 1)]
    _, found = assembled(created(), ended(first, second))
    assert calls(found) == both
    done = [typed("output_item.done", output_index=n, item=item) for n, item in enumerate((first, second))]
    _, found = assembled(created(), *done, ended(first, second))
    assert calls(found) == both


@pytest.mark.parametrize(("said", "told"), [("", "{}"), (None, "{}"), ({"x": 7}, '{"x":7}')])
def test_arguments_are_always_json(said: Any, told: str) -> None:
    _, found = assembled(created(), ended(call(arguments=said)))
    assert [one.arguments for one in calls(found)] == [told]


def test_text_before_a_call_is_text() -> None:
    reply, found = assembled(created(), ended(message("Wait."), call()))
    assert reply.text == "Wait."
    assert calls(found) == [ToolCalled("resp_1:1", "calc", '{"x": 7}')]
    assert reply.ending() == RunPaused()


def test_calls_of_a_reply_that_was_cut_short_are_none() -> None:
    item = call(arguments='{"x":', id="fc_1")
    reply, found = assembled(
        created(), typed("output_item.done", output_index=0, item=item), ended(item, status="incomplete")
    )
    assert not calls(found)
    assert reply.ending() == RunEnded(Status.TRUNCATED)


def test_pieces_of_calls_that_come_by_turns_stay_apart() -> None:
    places = [{"item_id": f"fc_{n}", "output_index": n} for n in (0, 1)]
    begun = [
        typed("output_item.added", output_index=n, item=call(arguments="", id=f"fc_{n}", call_id="calc"))
        for n in (1, 0)
    ]
    pieces = [
        typed("function_call_arguments.delta", delta=piece, **places[n])
        for piece in ('{"x":', " 7}")
        for n in (1, 0)
    ]
    _, found = assembled(created(), *begun, *pieces, ended())
    assert calls(found) == [ToolCalled(f"resp_1:{n}", "calc", '{"x": 7}', "calc") for n in (0, 1)]


# -- searching and sources


def test_searching_is_said_once() -> None:
    kinds = ("in_progress", "searching", "completed")
    searches = [typed(f"{tool}_search_call.{kind}") for tool in ("web", "file") for kind in kinds]
    _, found = assembled(created(), *searches)
    stages = [event.stage for event in found if isinstance(event, StageChanged)]
    assert stages == ["searching", "waiting", "searching", "waiting"]


def test_sources_are_counted_from_the_begin_of_the_reply() -> None:
    url = {"type": "url_citation", "url": "https://a.b/c", "title": "C", "start_index": 1, "end_index": 3}
    place = {"item_id": "b", "output_index": 1, "content_index": 0}
    _, found = assembled(
        created(),
        delta("One.", "a", 0),
        delta("Two.", "b", 1),
        typed("output_text.annotation.added", annotation_index=0, annotation=url, **place),
        ended(message("One.", item_id="a"), message("Two.", url, item_id="b")),
    )
    assert text_of(found)[7:9] == "wo"
    cited = [event.citations for event in found if isinstance(event, CitationsFound)]
    assert cited == [(Citation("C", "https://a.b/c", start=7, end=9),)]


def test_a_file_is_named_once_with_all_that_was_found_in_it() -> None:
    file = {"type": "file_citation", "file_id": "f1", "filename": "report.pdf", "index": 0}
    results = [{"file_id": "f1", "text": "A"}, {"file_id": "f2", "text": "?"}, {"file_id": "f1", "text": "B"}]
    search = {"type": "file_search_call", "id": "fs_1", "results": results}
    _, found = assembled(created(), ended(search, message("4", file, file)))
    cited = [event.citations for event in found if isinstance(event, CitationsFound)]
    assert cited == [(Citation("report.pdf", "", "f1", "A\n\nB"),)]


def test_odd_sources_are_taken_or_left() -> None:
    odd = [
        {"type": "url_citation", "url": "ya.ru/x", "title": None, "start_index": None},
        {"type": "url_citation", "url": "ya.ru/x", "title": "", "start_index": 0, "end_index": 0},
        {"type": "url_citation", "url": "http://[", "start_index": 3, "end_index": 2},
        {"type": "file_path", "file_id": "f9"},
        {"type": "new"},
        "odd",
        None,
    ]
    reply, _ = assembled(created(), ended(message("4", *odd)))
    assert reply.citations == (
        Citation("ya.ru", "https://ya.ru/x"),
        Citation("http://[", "http://["),
        Citation("f9", "", "f9"),
    )


# -- usage and endings


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (None, None),
        ({"input_tokens": 0, "output_tokens": 0}, None),
        ({"input_tokens": None, "output_tokens": 3, "input_tokens_details": None}, Usage(0, 3)),
        ("odd", None),
    ],
)
def test_usage_that_was_not_counted_is_not_reported(said: object, counted: Usage | None) -> None:
    reply, _ = assembled(created(), ended(message("4"), usage=said))
    assert reply.usage == counted


@pytest.mark.parametrize(
    "fault",
    [
        {"type": "error", "code": "server_error", "message": "it broke", "param": None},
        {"type": "error", "error": {"type": "server_error", "message": "it broke"}},
        {"error": {"message": "it broke", "code": 500}},
        {"error": "it broke"},
        {"message": "it broke", "code": 13},
        ended(status="failed", error={"code": "server_error", "message": "it broke"}),
        response("failed", error={"code": "server_error", "message": "it broke"}),
    ],
)
def test_a_fault_is_told_in_any_frame(fault: dict[str, Any]) -> None:
    reply, found = assembled(created(), delta("4"), fault)
    with pytest.raises(ServiceError) as caught:
        reply.ending()
    assert caught.value.detail == "it broke"
    assert text_of(found) == "4"


def test_a_fault_with_half_a_character_or_a_strange_key_is_told() -> None:
    reply = ResponseAssembler(lambda text: text.replace("null", "•••"))
    list(reply.feed(SseEvent('{"type":"error","message":"half \\ud83e","param":null}')))
    with pytest.raises(ServiceError) as caught:
        reply.ending()
    assert "half \ufffd" in caught.value.detail


def test_the_type_may_stand_in_the_name_of_the_event_alone() -> None:
    reply = ResponseAssembler(unchanged)
    found = list(reply.feed(SseEvent('{"delta":"4"}', "response.output_text.delta")))
    assert TextAppended("4") in found
    list(reply.feed(SseEvent('{"message":"no"}', "error")))
    assert reply.is_over


# -- in the middle


def test_a_reply_read_on_in_the_middle_waits_for_the_end_to_correct() -> None:
    events = text_events("Fo", "ur", " is", " it.")
    for cursor in range(1, len(events) - 1):
        reply, found = assembled(*events, response_id="resp_1", cursor=cursor)
        replaced = [event for event in found if isinstance(event, TextReplaced)]
        assert replaced == [TextReplaced("Four is it.")]
        assert not [event for event in found if isinstance(event, RunAccepted)]
        assert reply.text == "Four is it."


# -- anything


RICH = numbered(
    created(),
    typed("output_item.added", output_index=0, item={"type": "reasoning", "id": "rs_1", "summary": []}),
    typed("reasoning_summary_text.delta", item_id="rs_1", output_index=0, summary_index=0, delta="Hm"),
    typed("output_item.done", output_index=0, item={"type": "reasoning", "id": "rs_1", "summary": [{"text": "Hm"}]}),
    typed("web_search_call.searching", item_id="ws_1", output_index=1),
    typed("output_item.done", output_index=1, item={"type": "file_search_call", "results": [{"text": "a"}]}),
    typed("output_item.added", output_index=2, item=message("") | {"content": []}),
    delta("Fo", index=2),
    delta("ur", index=2),
    typed("output_text.annotation.added", output_index=2, annotation={"url": "a.b", "start_index": 0}),
    typed("output_text.done", item_id="msg_1", output_index=2, content_index=0, text="Four"),
    typed("output_item.done", output_index=2, item=message("Four")),
    typed("output_item.done", output_index=3, item=call(id="fc_1")),
    ended({"type": "reasoning"}, {"type": "web"}, message("Four"), call(id="fc_1")),
)  # fmt: skip


def altered(value: Any, new: Any) -> Iterator[Any]:
    """``value`` with each of its fields and elements replaced in turn."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            for inner in (new, *altered(value[key], new)):
                copy = value.copy()
                copy[key] = inner
                yield copy


def test_null_anywhere_loses_no_text() -> None:
    for at, event in enumerate(RICH):
        for odd in altered(event, None):
            _, found = assembled(*RICH[:at], odd, *RICH[at + 1 :])
            assert text_of(found) == "Four", odd


@pytest.mark.parametrize("new", [7, -1, 2**70, 0.5, True, "odd", [], [None], {}, {"text": {}}])
def test_a_wrong_value_anywhere_breaks_nothing(new: object) -> None:
    for at, event in enumerate(RICH):
        for odd in altered(event, new):
            reply, _ = assembled(*RICH[:at], odd, *RICH[at + 1 :])
            assert reply.text


def test_unknown_events_and_fields_are_passed_over() -> None:
    strange = [
        typed("new.thing", delta=[1], item="x", response=7),
        {"type": "keepalive", "sequence_number": 1},
        {"type": 7},
        {},
        typed("output_item.added", output_index=9, item={"type": "new_call", "content": {"a": 1}}),
        typed("output_item.done", output_index=9, item={"type": "new_call", "content": "text", "results": 7}),
    ]
    events = [event | {"new": {"a": [1]}} for event in text_events("Fo", "ur")]
    for at in range(len(events)):
        _, found = assembled(*events[:at], *strange, *events[at:])
        assert text_of(found) == "Four"
