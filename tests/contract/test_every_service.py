"""One contract for every adapter: what a user gets from a service does not depend on which service it is.

Every test runs over every wire of ``tests.contract.suite``.  What only one service can do is tested beside its adapter.
"""

import asyncio
import logging
import random
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest

from desktop_app.controllers.endings import one_ending
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    ModelStartError,
    NitkaError,
    NotFoundError,
    RateLimitedError,
    RunError,
    ServiceError,
    ServiceFaultError,
    SignInError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.events import Checkpoint
from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.service import Resuming
from desktop_app.domain.threads import Author, Status
from desktop_app.services.device import on_device
from desktop_app.services.openai import responses
from desktop_app.services.transport import http
from desktop_app.services.yandex import assistant_api_runs
from tests.conftest import soon, until
from tests.contract.suite import (
    QUESTION,
    REPLY,
    REQUEST,
    WIRES,
    OnDevice,
    Outcome,
    Reply,
    Wire,
    altered,
    breaks_off,
    falls_silent,
    outcome_of,
    places,
    says,
    sends,
    with_nulls,
    with_unknown_fields,
)
from tests.servers import KEY, Behaviour, Exchange, LoopbackServer, hang_up, refuse

CUTS = 100
SILENCE_S = 0.4
ODD: tuple[object, ...] = (7, -1, 2**70, 0.5, True, "odd", "", [], [None], {}, {"text": {}})
UNICODE = ("e\u0301", "\U0001f469\u200d\U0001f469", "\u2028\u2029\x85", "שָׁלוֹם\u202e", ' "\\', "ё\t\r\n.")


@pytest.fixture(params=WIRES, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


def over(wires: Iterable[Wire]) -> pytest.MarkDecorator:
    """Only these wires, instead of all."""
    return pytest.mark.parametrize("wire", list(wires), ids=lambda wire: wire.name)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(responses, "LONGEST_WAIT_S", 0.01)
    monkeypatch.setattr(assistant_api_runs, "delay_s", lambda *_: 0.001)
    monkeypatch.setattr(assistant_api_runs, "POLL_FIRST_S", 0.001)


@pytest.fixture
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading times out soon."""
    monkeypatch.setattr(http, "READ_S", SILENCE_S)
    monkeypatch.setattr(on_device, "SILENCE_S", SILENCE_S)


# -- what is asked and answered


async def test_the_reply_comes_whole_and_in_order_and_ends_once(wire: Wire) -> None:
    found = await wire.answered()
    assert found.text == REPLY.text
    assert found.shown == REPLY.growth
    assert found.status is Status.COMPLETED
    assert found.usage
    assert found.usage.prompt_tokens > 0
    assert found.usage.completion_tokens > 0
    assert found.accepted.model == wire.model
    assert found.accepted.can_resume == wire.can_resume


async def test_what_the_service_calls_the_request_is_told(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = Exchange.head

    async def named(exchange: Exchange, status: int = 200, **headers: str) -> None:
        await head(exchange, status, **({"x_request_id": f"r-{KEY}", "x_server_trace_id": "t"} | headers))

    monkeypatch.setattr(Exchange, "head", named)
    accepted = (await wire.answered()).accepted
    assert accepted.request_id.startswith("r-")
    assert accepted.request_id.endswith(", t")
    assert KEY not in accepted.request_id


async def test_model_instruction_history_and_limits_are_sent(wire: Wire) -> None:
    history = (
        PromptMessage(Author.USER, "".join(UNICODE)),
        PromptMessage(Author.ASSISTANT, f"{UNICODE[1]}4\n"),
        PromptMessage(Author.USER, "And 3 + 3?"),
    )
    request = replace(
        REQUEST, instruction="  Отвечай\u2028кратко.\n\n", messages=history, temperature=0.7, max_tokens=100
    )
    async with wire.server() as server:
        await wire.answer(server, request)
        sent = wire.sent(server)
    assert sent == (wire.model, request.instruction, list(history), 0.7, 100)


async def test_what_is_not_set_is_not_sent_and_zero_is(wire: Wire) -> None:
    async with wire.server() as server:
        await wire.answer(server, replace(REQUEST, temperature=0.0))
        sent = wire.sent(server)
    assert sent == (wire.model, "", [QUESTION], 0.0, None)


async def test_an_empty_reply_is_complete(wire: Wire) -> None:
    found = await wire.answered(reply=Reply(()))
    assert found.text == ""
    assert found.status is Status.COMPLETED


async def test_any_letters_come_as_they_are(wire: Wire) -> None:
    reply = Reply(UNICODE)
    found = await wire.answered(reply=reply)
    assert found.shown == reply.growth


async def test_thoughts_are_no_part_of_the_reply(wire: Wire) -> None:
    found = await wire.answered(reply=replace(REPLY, thoughts=("Hm, ", "2 and 2.")))
    assert found.text == REPLY.text
    assert found.thoughts == ("Hm, 2 and 2." if wire.thinks else "")


@pytest.mark.parametrize("status", [Status.TRUNCATED, Status.FILTERED])
async def test_a_reply_that_was_cut_short_says_so(wire: Wire, status: Status) -> None:
    found = await wire.answered(reply=replace(REPLY, status=status))
    assert found.text == REPLY.text
    assert found.status is status


async def test_runs_one_after_the_other_share_a_connection(wire: Wire) -> None:
    async with wire.server() as server, wire.connected(wire.url(server)) as service:
        for _ in range(3):
            assert (await outcome_of(service.run(REQUEST))).text == REPLY.text
        assert server.connections == (
            3 if isinstance(wire, OnDevice) else 1
        )  # its process may be another one


async def test_runs_at_the_same_time_do_not_mix(wire: Wire) -> None:
    async with wire.server() as server, wire.connected(wire.url(server)) as service:
        found = await asyncio.gather(*(outcome_of(service.run(REQUEST)) for _ in range(5)))
    assert [one.shown for one in found] == [REPLY.growth] * 5


# -- refusals


REFUSALS = [
    pytest.param(401, {}, SignInError, False, id="401"),
    pytest.param(403, {}, AccessDeniedError, False, id="403"),
    pytest.param(404, {}, NotFoundError, False, id="404"),
    pytest.param(409, {}, ServiceFaultError, False, id="409"),
    pytest.param(429, {}, RateLimitedError, True, id="429"),
    pytest.param(429, {"retry_after": "7"}, RateLimitedError, True, id="429 with Retry-After"),
    pytest.param(500, {}, ServiceFaultError, False, id="500"),
    pytest.param(503, {}, ServiceFaultError, True, id="503"),
]


@pytest.mark.parametrize(("status", "headers", "kind", "is_untouched"), REFUSALS)
async def test_a_refusal_says_what_to_do_and_never_the_key(
    wire: Wire,
    status: int,
    headers: dict[str, str],
    kind: type[NitkaError],
    is_untouched: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with wire.server(refusal=wire.refusal(status, f"No, {KEY}.", **headers)) as server:
        error = service_error(await wire.answer(server))
    assert type(error) is kind
    assert (error.status_code, error.detail) == (status, "No, •••.")
    assert error.is_untouched == is_untouched
    assert error.retry_after_s == (7.0 if headers else None)
    assert error.request_id
    assert_hidden(error, caplog)


async def test_the_role_that_is_missing_is_named(wire: Wire) -> None:
    async with wire.server(refusal=wire.refusal(403, "Permission denied")) as server:
        error = service_error(await wire.answer(server))
    assert getattr(error, "role", None) == wire.role
    async with wire.server(refusal=wire.refusal(403, "ai.languageModels.user is required")) as server:
        error = service_error(await wire.answer(server))
    assert getattr(error, "role", None) == "ai.languageModels.user"


PAGE = f"<html><title>Sign in, {KEY}</title></html>"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(200, PAGE, BadReplyError, id="a web page"),
        pytest.param(502, PAGE, ServiceFaultError, id="the page of a gateway"),
        pytest.param(302, PAGE, BadReplyError, id="a redirect"),
        pytest.param(200, [KEY], BadReplyError, id="a list"),
        pytest.param(200, f'"{KEY}"', BadReplyError, id="a text"),
        pytest.param(200, {"hello": KEY}, BadReplyError, id="another object"),
        pytest.param(200, {"error": {"message": KEY, "code": 500}}, ServiceFaultError, id="an error"),
        pytest.param(200, "", BadReplyError, id="nothing"),
    ],
)
async def test_what_is_no_reply_is_told(
    wire: Wire, status: int, body: object, kind: type[NitkaError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with wire.server(refusal=refuse(status, body)) as server:
        found = await wire.answer(server)
    assert not found.text
    assert found.error
    assert type(found.error) is of_the_network(wire, kind)
    assert not getattr(found.error, "is_untouched", False)
    assert_hidden(found.error, caplog)


async def test_nobody_listens(wire: Wire) -> None:
    async with wire.server() as server:
        gone = wire.url(server)
    async with wire.connected(gone) as service:
        error = (await outcome_of(service.run(REQUEST))).error
    assert type(error) is of_the_network(wire, UnreachableError)
    if isinstance(error, UnreachableError):
        assert (error.step, error.is_untouched) == ("tcp", True)


async def hang_up_after_the_head(exchange: Exchange) -> None:
    await exchange.head()
    exchange.writer.close()


async def keep_silent_at_once(exchange: Exchange) -> None:
    await exchange.reader.read()


@pytest.mark.parametrize("behaviour", [hang_up, hang_up_after_the_head])
async def test_a_server_that_hangs_up_is_the_networks_fault(wire: Wire, behaviour: Behaviour) -> None:
    async with wire.server(refusal=behaviour) as server:
        error = (await wire.answer(server)).error
    assert type(error) is of_the_network(wire, UnreachableError)
    assert not getattr(error, "is_untouched", False)


@pytest.mark.parametrize("behaviour", [keep_silent_at_once, falls_silent(b"")])
async def test_silence_ends_the_wait(wire: Wire, behaviour: Behaviour, short_silence: None) -> None:
    async with wire.server(refusal=behaviour) as server:
        error = service_error(await wire.answer(server))
    assert type(error) is SilentError
    assert not error.is_untouched


async def test_a_slow_first_word_is_waited_for(wire: Wire) -> None:
    async def slow(exchange: Exchange) -> None:
        await asyncio.sleep(0.15)
        await exchange.head()
        await asyncio.sleep(0.15)
        await exchange.chunk(wire.body())
        await exchange.end()

    assert (await wire.answered(slow)).text == REPLY.text


# -- faults after the first words


@pytest.mark.parametrize(("status", "kind"), [(500, ServiceFaultError), (429, RateLimitedError)])
async def test_a_reply_that_fails_keeps_the_text_that_came_and_is_not_asked_for_again(
    wire: Wire, status: int, kind: type[NitkaError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = wire.framed([*wire.beginning(2), wire.fault(f"It broke: {KEY}.", status)])
    found = await wire.answered(sends(body))
    error = service_error(found)
    assert found.shown == REPLY.growth[:3]
    assert type(error) is kind
    assert error.detail == "It broke: •••."
    assert not error.is_untouched
    assert_hidden(error, caplog)


async def test_silence_after_the_first_words_keeps_them(wire: Wire, short_silence: None) -> None:
    found = await wire.answered(falls_silent(wire.framed(wire.beginning(2))))
    if wire.can_resume:
        assert_whole(found)
    else:
        assert found.shown == REPLY.growth[:3]
        error = service_error(found)
        assert type(error) is SilentError
        assert not error.is_untouched


@pytest.mark.parametrize("ends", [sends, breaks_off])
async def test_a_stream_that_ends_early_goes_on_or_is_interrupted(
    wire: Wire, ends: Callable[[bytes], Behaviour]
) -> None:
    stream = ends(wire.framed(wire.beginning(2)))
    async with wire.server(stream) as server, wire.connected(wire.url(server)) as service:
        found = await outcome_of(one_ending(service.run(REQUEST)))
    if wire.can_resume:
        assert_whole(found)
    else:
        assert found.shown == REPLY.growth[:3]
        assert found.status is Status.INTERRUPTED


async def test_a_connection_cut_anywhere_loses_nothing_that_came(wire: Wire) -> None:
    body = wire.body()
    for cut in random.Random(wire.name).sample(range(len(body)), CUTS):
        found = await wire.answered(breaks_off(body[:cut]))
        assert found.shown == REPLY.growth[: len(found.shown)], cut
        if found.error:
            assert not found.accepted.can_resume
            assert type(found.error) is of_the_network(wire, UnreachableError)
            assert not getattr(found.error, "is_untouched", False)
        else:
            assert_whole(found)


async def test_a_stream_cut_at_every_byte_shows_a_beginning_of_the_reply(wire: Wire) -> None:
    body = wire.body()
    whole = await wire.read(body)
    assert_whole(whole)
    length = 0
    for cut in range(len(body) + 1):
        assert (await wire.read(body[:cut], body[cut:])).events == whole.events
        found = await wire.read(body[:cut])
        assert found.shown == REPLY.growth[: len(found.shown)]
        assert len(found.shown) >= length
        assert found.status is not Status.COMPLETED or found.text == REPLY.text
        length = len(found.shown)


# -- streams as they come


async def test_pieces_cut_inside_a_character_are_put_together(wire: Wire) -> None:
    reply = Reply(UNICODE)
    body = wire.body(reply)
    bytewise = sends(*(body[at : at + 1] for at in range(len(body))))
    assert (await wire.answered(bytewise, reply=reply)).shown == reply.growth


FRAMINGS: dict[str, Callable[[bytes], bytes]] = {
    "BOM": lambda body: b"\xef\xbb\xbf" + body,
    "CRLF": lambda body: body.replace(b"\n", b"\r\n"),
    "CR": lambda body: body.replace(b"\n", b"\r"),
    "no final line end": lambda body: body.rstrip(b"\n"),
    "no line end after a BOM": lambda body: b"\xef\xbb\xbf" + body.rstrip(b"\n"),
    "empty lines": lambda body: b"\n\r\n" + body.replace(b"\n", b"\n\n") + b"\n\n",
}


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_every_framing_is_read(wire: Wire, framing: str) -> None:
    assert_whole(await wire.answered(sends(FRAMINGS[framing](wire.body()))))
    words = [event for event in wire.events() if not isinstance(event, dict) or says_any(event)]
    body = FRAMINGS[framing](wire.framed(words))  # the first event matters too
    for size in (1, 2, 3, 7, len(body)):
        found = await wire.read(*(body[at : at + size] for at in range(0, len(body), size)))
        assert found.shown == REPLY.growth


async def test_ten_megabytes_in_one_event_come_through(wire: Wire) -> None:
    reply = Reply(("Ж\U0001f994" * 1_700_000,))
    found = await wire.answered(sends(wire.body(reply)), reply=reply)
    assert found.text == reply.text
    assert found.status is Status.COMPLETED


async def test_a_hundred_thousand_tiny_events_come_through(wire: Wire) -> None:
    body = b"".join(wire.tiny(100_000))
    found = await wire.read(*(body[at : at + 65_536] for at in range(0, len(body), 65_536)))
    assert found.status is Status.COMPLETED
    assert set(found.text) == {"a"}
    assert len(found.text) == (1 if wire.restates else 100_000)


async def test_unknown_events_and_fields_are_passed_over(wire: Wire) -> None:
    events = [event for known in wire.events() for event in (wire.unknown(), with_unknown_fields(known))]
    assert_whole(await wire.answered(sends(wire.framed([*events, wire.unknown()]))))


@over(wire for wire in WIRES if wire.whole(REPLY))
async def test_a_whole_reply_instead_of_a_stream_is_taken(wire: Wire) -> None:
    for content_type in ("application/json", "text/event-stream"):
        found = await wire.answered(refuse(200, wire.whole(REPLY), content_type=content_type))
        assert_whole(found)
        assert found.usage


async def test_null_in_any_place_loses_nothing_but_itself(wire: Wire) -> None:
    events = wire.events(replace(REPLY, thoughts=("Hm",)))
    for at, event in enumerate(events):
        for path in places(event):
            odd = altered(event, path, None)
            found = await wire.read(wire.framed([*events[:at], odd, *events[at + 1 :]]))
            words = [piece for piece in REPLY.pieces if says(event, piece) and not says(odd, piece)]
            gone = words[0] if words and not wire.restates else ""
            assert found.text == REPLY.text.replace(gone, ""), path


async def test_nulls_everywhere_are_no_accident(wire: Wire) -> None:
    events = wire.events(replace(REPLY, thoughts=("Hm",)))
    for seed in range(200):
        chance = random.Random(seed)
        share = chance.choice((0.02, 0.1, 0.3))
        found = await wire.read(wire.framed(with_nulls(event, chance, share) for event in events))
        rest = found.text
        for piece in REPLY.pieces:
            rest = rest.replace(piece, "", 1)
        assert not rest.strip("\n")


async def test_what_nobody_expects_in_any_place_is_no_accident(wire: Wire) -> None:
    chance = random.Random(4)
    events = wire.events(replace(REPLY, thoughts=("Hm",)))
    for at, event in enumerate(events):
        for path in places(event):
            for odd in chance.sample(ODD, 3):
                found = await wire.read(
                    wire.framed([*events[:at], altered(event, path, odd), *events[at + 1 :]])
                )
                before = [piece for piece in REPLY.pieces if any(says(one, piece) for one in events[:at])]
                assert found.error is None or found.text == "".join(before), (path, odd)


async def test_what_comes_after_the_ending_is_ignored(wire: Wire) -> None:
    events = [event for event in wire.events() if isinstance(event, dict)]
    for more in (events, events[-1:] * 3, events[-2:] * 3, [wire.fault("It broke.")]):
        found = await wire.answered(sends(wire.framed([*events, *more])))
        assert_whole(found)
        assert found.shown == REPLY.growth


async def test_events_that_come_twice_or_in_disorder_break_nothing(wire: Wire) -> None:
    events = wire.events()
    twice = [event for event in events for _ in range(2)]
    found = await wire.read(wire.framed(twice))
    assert found.status is Status.COMPLETED
    if wire.restates:
        assert found.shown == REPLY.growth
    if wire.numbers:
        stuttered = [one for before, event in pairwise(events) for one in (event, before, event)]
        assert (await wire.read(wire.framed([events[0], *stuttered]))).shown == REPLY.growth
    for seed in range(50):
        *middle, last = events if wire.restates else events[:-3]
        random.Random(seed).shuffle(middle)
        rest = [last] if wire.restates else [last, *events[-3:]]
        found = await wire.read(wire.framed([*middle, *rest]))
        assert found.status is Status.COMPLETED
        assert sorted(found.text) == sorted(REPLY.text)
        assert not wire.restates or found.text == REPLY.text
    for seed in range(50):  # the ending among them
        shuffled = random.Random(seed).sample(events, len(events))
        await wire.read(wire.framed(shuffled))


# -- stopping


@pytest.mark.parametrize("is_cancelled", [True, False], ids=["cancelled", "closed"])
async def test_stopping_closes_the_socket_within_100_ms_and_keeps_the_text(
    wire: Wire, is_cancelled: bool
) -> None:
    await soon(lambda: seconds_to_stop(wire, is_cancelled), 0.1)


async def seconds_to_stop(wire: Wire, is_cancelled: bool) -> float:
    """How long after a stop the server saw its connection closed."""
    closed: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    silent = falls_silent(wire.framed(wire.beginning(2)), lambda: closed.set_result(time.monotonic()))
    async with wire.server(silent) as server, wire.connected(wire.url(server)) as service:
        found = Outcome()
        has_words = asyncio.Event()

        async def listen() -> None:
            async with aclosing(service.run(REQUEST)) as run:
                async for event in run:
                    found.take(event)
                    if found.text == REPLY.growth[2]:
                        has_words.set()
                        if not is_cancelled:
                            break

        listening = asyncio.create_task(listen())
        await has_words.wait()
        start = time.monotonic()
        if is_cancelled:
            listening.cancel()
        await asyncio.wait([listening])
        assert listening.cancelled() == is_cancelled
        assert found.shown == REPLY.growth[:3]
        assert found.status is None
        seconds = await closed - start
        assert (await outcome_of(service.run(REQUEST))).text == REPLY.text  # the next run is not disturbed
        return seconds


@pytest.mark.parametrize("silent", [keep_silent_at_once, falls_silent(b"")], ids=["no head", "no word"])
async def test_a_reply_that_has_not_begun_can_be_stopped(wire: Wire, silent: Behaviour) -> None:
    async with wire.server(refusal=silent) as server, wire.connected(wire.url(server)) as service:
        listening = asyncio.create_task(outcome_of(service.run(REQUEST)))
        await until(lambda: server.seen and is_asked(server))
        listening.cancel()
        await asyncio.wait([listening])
        assert listening.cancelled()
        await until(lambda: server.seen[-1].has_gone)


# -- reading on


@over(wire for wire in WIRES if wire.can_resume)
async def test_a_run_is_read_on_from_wherever_it_was_left(wire: Wire) -> None:
    async with wire.server() as server, wire.connected(wire.url(server)) as service:
        assert isinstance(service, Resuming)
        for count in range(1, len(REPLY.pieces) + 1):
            before = Outcome()
            async with aclosing(service.run(REQUEST)) as run:
                async for event in run:
                    before.take(event)
                    if isinstance(event, Checkpoint) and before.text == REPLY.growth[count]:
                        break
            remote_id = before.accepted.remote_id
            assert remote_id
            rest = await outcome_of(service.resume(REQUEST, remote_id, before.cursor), before.text)
            assert_whole(rest)
            assert rest.shown == REPLY.growth[count:]
            assert_whole(await outcome_of(service.resume(REQUEST, remote_id, None), before.text))


# -- models and test


@over(wire for wire in WIRES if not isinstance(wire, OnDevice))
async def test_a_connection_that_is_right_passes_its_test(wire: Wire) -> None:
    async with wire.server() as server, wire.connected(wire.url(server)) as service:
        report = await service.test()
        assert report.models == await service.models()
    assert report.models
    assert report.round_trip_s > 0
    await service.close()  # a second time


async def test_the_wrong_key_is_told_by_runs_and_tests(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with wire.server() as server, wire.connected(wire.url(server), f"not-{KEY}") as service:
        error = (await outcome_of(service.run(REQUEST))).error
        with pytest.raises(SignInError) as caught:
            await service.test()
        assert len(server.seen) == 2
    for one in (error, caught.value):
        assert isinstance(one, SignInError)
        assert_hidden(one, caplog)


# -- what is asserted


def says_any(event: object) -> bool:
    """Whether words of the reply stand in an event."""
    return any(says(event, piece) for piece in REPLY.pieces)


def is_asked(server: LoopbackServer) -> bool:
    """Whether the request that begins a reply has come."""
    return any(
        server.seen[-1].path.endswith(path) for path in ("/completions", "/responses", "/completion", "/runs")
    )


def assert_whole(found: Outcome) -> None:
    assert found.error is None
    assert found.text == REPLY.text
    assert found.status is Status.COMPLETED


def service_error(found: Outcome) -> ServiceError:
    assert isinstance(found.error, ServiceError), found
    return found.error


def of_the_network(wire: Wire, kind: type[NitkaError]) -> type[NitkaError]:
    """The kind of an error; what breaks between Nitka and its own process is that process's fault."""
    is_own = isinstance(wire, OnDevice) and kind in (UnreachableError, BadReplyError)
    return ModelStartError if is_own else kind


def assert_hidden(error: NitkaError, caplog: pytest.LogCaptureFixture) -> None:
    """The key stands nowhere."""
    shown = [
        repr(error),
        str(error),
        error.detail,
        repr(RunError.of(error)),
        *map(repr, vars(error).values()),
    ]
    shown += traceback.format_exception(error)
    shown += [record.getMessage() for record in caplog.records]
    assert not [text for text in shown if KEY in text]
