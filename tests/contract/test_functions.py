"""Functions over every wire that has them: offered, called, answered, and called again.

A wire of ``tests.contract.suite`` takes part when it ``calls_functions``; strict servers check what answers the calls.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

from desktop_app.domain.errors import RequestRejectedError
from desktop_app.domain.events import ThreadHeld
from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.threads import Author, Status
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.yandex import assistant_api_runs
from tests.contract.suite import (
    CALLING,
    QUESTION,
    REPLY,
    REQUEST,
    Heard,
    OnDevice,
    Outcome,
    Wire,
    gone_on,
    outcome_of,
    sends,
)
from tests.function_calls import CUT_OFF, Call
from tests.servers import Behaviour, ChatServer, refuse

PARAMETERS = '{"properties": {"city": {"type": "string"}}, "required": ["city"], "type": "object"}'
WEATHER = Function("weather", "Weather in a city.", PARAMETERS)
ASKED = replace(REQUEST, functions=(WEATHER,))
TULA, KAZAN = '{"city": "Tula"}', '{"city": "Казань"}'
# Those that can be told of calls which were answered elsewhere.
TOLD = [wire for wire in CALLING if wire.has_call_history]
HOSTILE = "../rm -rf;\n$(x)\u202e" + "n" * 100


@pytest.fixture(params=CALLING, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "delay_s", lambda *_: 0.001)


def over(wires: Iterable[Wire]) -> pytest.MarkDecorator:
    """Only these wires, instead of all."""
    return pytest.mark.parametrize("wire", list(wires), ids=lambda wire: wire.name)


def calling(wire: Wire, *calls: Call, text: str = "") -> Behaviour:
    return sends(wire.framed(wire.calling(*calls, text=text)))


def said(found: Outcome) -> list[tuple[str, object]]:
    """Names and arguments of the calls."""
    return [(call.name, json.loads(call.arguments)) for call in found.calls]


def read(heard: Heard) -> Heard:
    """The same with arguments as values."""
    return [(one[0], json.loads(one[1]), one[2]) if len(one) == 3 else one for one in heard]


async def test_functions_are_offered_as_they_are(wire: Wire) -> None:
    bare = Function("now", is_strict=True)
    async with wire.server() as server:
        await wire.answer(server, replace(REQUEST, functions=(WEATHER, bare)))
        first, second = wire.offered(server)
        await wire.answer(server)
        assert wire.offered(server) == []
    assert first == WEATHER
    assert (second.name, second.description, second.is_strict) == ("now", "", wire.has_strict)
    assert json.loads(second.parameters) == json.loads(bare.parameters)


@pytest.mark.parametrize("parameters", ["", "{", "[]", '"text"', "null", "[" * 10_000])
async def test_parameters_that_are_no_object_are_not_sent(wire: Wire, parameters: str) -> None:
    async with wire.server() as server:
        found = await wire.answer(
            server, replace(REQUEST, functions=(replace(WEATHER, parameters=parameters),))
        )
        assert not server.seen
    assert isinstance(found.error, RequestRejectedError)
    assert "weather" in found.error.detail


async def test_a_call_is_answered_and_the_reply_goes_on(wire: Wire) -> None:
    stream = calling(wire, Call("weather", TULA, "call_1"))
    async with wire.server(stream) as server, wire.connected(wire.url(server)) as service:
        found = await outcome_of(service.run(ASKED))
        assert found.is_paused
        assert said(found) == [("weather", {"city": "Tula"})]
        assert found.usage
        assert found.text == ""
        assert not [event for event in found.events if isinstance(event, ThreadHeld) and event.has_reply]
        _, run = gone_on(service, ASKED, found, ["+20"])
        after = await outcome_of(run)
        question = ("user", QUESTION.text)
        answered = [question, ("weather", {"city": "Tula"}, "+20")]
        assert [read(heard) for heard in wire.heard(server)] == [[question], answered]
        assert wire.offered(server) == [WEATHER]
    assert (after.text, after.status) == (REPLY.text, Status.COMPLETED)


async def test_text_before_a_call_stays_text(wire: Wire) -> None:
    stream = calling(wire, Call("weather", TULA, "call_1"), text="Let me see.")
    async with wire.server(stream) as server, wire.connected(wire.url(server)) as service:
        found = await outcome_of(service.run(ASKED))
        assert (found.text, found.is_paused) == ("Let me see.", True)
        await outcome_of(gone_on(service, ASKED, found, ["+20"])[1])
        text = [("assistant", "Let me see.")] if wire.has_call_history else []  # else it is there already
        assert read(wire.heard(server)[-1]) == [
            ("user", QUESTION.text),
            *text,
            ("weather", {"city": "Tula"}, "+20"),
        ]


async def test_calls_of_one_function_with_one_id_get_the_results_that_are_theirs(wire: Wire) -> None:
    stream = calling(wire, Call("weather", TULA, "weather"), Call("weather", KAZAN, "weather"))
    async with wire.server(stream) as server, wire.connected(wire.url(server)) as service:
        found = await outcome_of(service.run(ASKED))
        assert said(found) == [("weather", {"city": "Tula"}), ("weather", {"city": "Казань"})]
        assert len({call.key for call in found.calls}) == 2
        await outcome_of(gone_on(service, ASKED, found, ["+20", ""])[1])
        assert read(wire.heard(server)[-1])[1:] == [
            ("weather", {"city": "Tula"}, "+20"),
            ("weather", {"city": "Казань"}, ""),
        ]


@pytest.mark.parametrize("call_id", ["weather", "", "x" * 65])
async def test_ten_rounds_are_one_history(wire: Wire, call_id: str) -> None:
    call = Call("weather", TULA, call_id)
    streams = [sends(wire.framed(wire.calling(call, after=number))) for number in range(10)]
    async with wire.server(*streams) as server, wire.connected(wire.url(server)) as service:
        request, run = ASKED, service.run(ASKED)
        for number in range(10):
            found = await outcome_of(run)
            assert found.is_paused
            request, run = gone_on(service, request, found, [f"+{number}"])
        assert (await outcome_of(run)).text == REPLY.text
        assert read(wire.heard(server)[-1]) == [
            ("user", QUESTION.text),
            *(("weather", {"city": "Tula"}, f"+{number}") for number in range(10)),
        ]


async def test_arguments_are_put_together_from_any_pieces(wire: Wire) -> None:
    calls = [Call("weather", TULA, "weather"), Call("weather", KAZAN, "weather")]
    for pieces in range(1, len(KAZAN) + 2):
        found = await wire.read(wire.framed(wire.calling(*calls, pieces=pieces)))
        assert found.is_paused
        assert [arguments for _, arguments in said(found)] == [json.loads(TULA), json.loads(KAZAN)]


async def test_a_stream_of_calls_cut_at_every_byte_makes_the_same_calls_or_none(wire: Wire) -> None:
    body = wire.framed(wire.calling(Call("weather", KAZAN, "a"), Call("now", "{}", "b"), text="Так."))
    whole = await wire.read(body)
    assert len(whole.calls) == 2
    for cut in range(len(body) + 1):
        found = await wire.read(body[:cut], body[cut:])
        assert (said(found), found.text, found.is_paused) == (said(whole), "Так.", True)
        found = await wire.read(body[:cut])
        assert found.is_paused == bool(found.calls)
        assert said(found) == said(whole)[: len(found.calls)]
        assert found.status is not Status.COMPLETED


@over(TOLD)
@pytest.mark.parametrize("arguments", [CUT_OFF, "Tula", "[1]", '{"city": "\\ud800"}', "[" * 10_000])
async def test_arguments_that_are_no_object_come_as_they_are_and_spoil_no_history(
    wire: Wire, arguments: str
) -> None:
    call = ToolCall("1", "weather", arguments, "call_1")
    if wire.has_broken_calls:
        found = await wire.read(wire.framed(wire.calling(Call("weather", arguments, "call_1"))))
        assert found.is_paused
        assert [one.arguments for one in found.calls] == [arguments]
    messages = (
        QUESTION,
        PromptMessage(Author.ASSISTANT, "", calls=(call,)),
        PromptMessage(Author.TOOL, "no", call=call),
    )
    async with wire.server() as server:
        assert (await wire.answer(server, replace(ASKED, messages=messages))).text == REPLY.text
        assert wire.heard(server)[-1][1] == ("weather", arguments if wire.keeps_broken_calls else "{}", "no")


@over(TOLD)
async def test_a_name_that_nobody_offered_is_told_as_it_is_and_sent_as_services_take_it(wire: Wire) -> None:
    found = await wire.read(wire.framed(wire.calling(Call(HOSTILE, "{}", "call_1"))))
    (call,) = found.calls
    assert call.name == HOSTILE
    messages = (
        QUESTION,
        PromptMessage(Author.ASSISTANT, "", calls=(call,)),
        PromptMessage(Author.TOOL, "no", call=call),
    )
    async with wire.server() as server:
        await wire.answer(server, replace(ASKED, messages=messages))
        name, arguments, result = wire.heard(server)[-1][1]
    assert name == f"___rm_-rf____x__{'n' * 100}"[:64]
    assert (json.loads(arguments), result) == ({}, "no")


# Yandex has a code for it; other servers choose as they like.
REFUSING = [(wire, status) for wire in CALLING for status in (400, 404, 500)[: 1 if wire.role else 3]]


@pytest.mark.parametrize(("wire", "status"), REFUSING, ids=lambda one: str(getattr(one, "name", one)))
async def test_a_model_without_functions_says_so(wire: Wire, status: int) -> None:
    words = "registry/gemma does not support tools"
    async with wire.server(refusal=wire.refusal(status, words)) as server:
        found = await wire.answer(server, ASKED)
        assert len(wire.heard(server)) == 1
    assert type(found.error) is RequestRejectedError
    assert (found.error.detail, found.error.status_code) == (words, status)
    assert found.error.request_id
    assert not found.error.is_untouched


@pytest.mark.parametrize(
    ("question", "rounds", "answer"),
    [
        ("Please call weather Tula", 1, "It says: 0"),
        ("call twice weather Tula Kazan", 1, "It says: 0; 0"),
        ("call 3 times weather Tula", 3, "It says: 0; 1; 2"),
        ("call broken weather", 1, "It says: 0"),
        ("call tides Tula", 0, "There is no function tides."),
        ("call anyway tides Tula", 1, "It says: 0"),
    ],
)
async def test_the_scripted_servers_call_what_a_question_asks_for(
    wire: Wire, question: str, rounds: int, answer: str
) -> None:
    request = replace(ASKED, messages=(PromptMessage(Author.USER, question),))
    async with wire.scripted() as server, wire.connected(wire.url(server)) as service:
        run = service.run(request)
        for number in range(rounds):
            found = await outcome_of(run)
            assert found.is_paused
            request, run = gone_on(service, request, found, [str(number)] * len(found.calls))
        assert (await outcome_of(run)).text == answer


async def test_the_model_on_this_machine_is_told_nothing_of_functions() -> None:
    wire, call = OnDevice(), ToolCall("1", "weather", TULA, "call_1")
    messages = (
        QUESTION,
        PromptMessage(Author.ASSISTANT, "", calls=(call,)),
        PromptMessage(Author.TOOL, "+20", call=call),
        PromptMessage(Author.ASSISTANT, "Once more.", calls=(call,)),
        PromptMessage(Author.TOOL, "+20", call=call),
        PromptMessage(Author.ASSISTANT, "It is warm."),
        QUESTION,
    )
    server = wire.server()
    assert isinstance(server, ChatServer)
    async with server:
        await wire.answer(server, replace(ASKED, messages=messages))
        (body,) = server.bodies
    assert "tools" not in body
    assert [(one["role"], one["content"]) for one in body["messages"]] == [
        ("user", QUESTION.text),
        ("assistant", "Once more.\n\nIt is warm."),
        ("user", QUESTION.text),
    ]


async def test_without_functions_on_offer_nothing_is_a_refusal_of_them() -> None:
    wire = CALLING[0]
    async with ChatServer(refuse(500, {"error": {"message": "no such tool"}})) as server:
        assert type((await wire.answer(server)).error) is not RequestRejectedError
