"""The decoder of JSON streams: every framing, wherever the bytes are cut; errors told and never swallowed."""

import json
import random
import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import BadReplyError, RateLimitedError, ServiceError
from desktop_app.services.reading.json_stream import (
    BrokenJsonError,
    CutJsonError,
    JsonStreamDecoder,
    object_in,
    unwrapped,
)

VALUES: list[object] = [
    {"result": {"text": "Казань \U0001f994 \u2028\u2029\x85", "n": "7000"}},
    {"result": {"text": 'a "quoted" \\ text {[}], \n end\\', "deep": [[{"a": {}}], []], "none": None}},
    {"result": {}},
    {"error": {"code": 3, "message": "data: null [DONE]"}},
]


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


LINES = [compact(value) for value in VALUES]
PRETTY = [json.dumps(value, ensure_ascii=False, indent=2).encode() for value in VALUES]
FRAMINGS = {
    "lines": b"".join(line + b"\n" for line in LINES),
    "no final line end": b"\n".join(LINES),
    "CRLF and blank lines": b"\r\n\r\n".join([b"", *LINES, b""]),
    "BOM": b"\xef\xbb\xbf" + b"\n".join(LINES),
    "data": b"".join(b"data: " + line + b"\n\n" for line in LINES) + b"data: [DONE]\n\n",
    "data without a blank": b"".join(b"data:" + line + b"\n" for line in LINES),
    "array a line": b"[" + b"\n,".join(LINES) + b"]",
    "array": b"[" + b",".join(LINES) + b"]\n",
    "array, commas last": b"[\n" + b",\n".join(LINES) + b"\n]\n",
    "glued": b"".join(LINES),
    "indented": b"\n".join(PRETTY),
    "indented array": b"[\n" + b",\n".join(PRETTY) + b"\n]",
    "indented with CRLF": b"\n".join(PRETTY).replace(b"\n", b"\r\n"),
    "null between": b"\nnull\n".join(LINES),
}


def decoded(pieces: Iterable[bytes], limit: int = 1 << 20) -> list[object]:
    decoder = JsonStreamDecoder(limit)
    found = [value for piece in pieces for value in decoder.feed(piece)]
    return found + list(decoder.end())


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_gives_the_same_values_wherever_it_is_cut(framing: str) -> None:
    body = FRAMINGS[framing]
    assert decoded([body]) == VALUES
    assert decoded(body[at : at + 1] for at in range(len(body))) == VALUES
    for cut in range(len(body)):
        assert decoded([body[:cut], body[cut:]]) == VALUES


@given(st.sampled_from(sorted(FRAMINGS)), st.lists(st.integers(0, 700), max_size=12))
def test_a_stream_may_be_cut_at_many_places(framing: str, cuts: list[int]) -> None:
    body = FRAMINGS[framing]
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(places)]
    assert decoded(pieces) == VALUES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=4), st.booleans(), st.integers(1, 9))
def test_any_objects_come_through(values: list[dict[str, object]], is_pretty: bool, size: int) -> None:
    body = "\n".join(
        json.dumps(value, ensure_ascii=is_pretty, indent=2 if is_pretty else None) for value in values
    ).encode()
    assert decoded(body[at : at + size] for at in range(0, len(body), size)) == values


@pytest.mark.parametrize("framing", ["lines", "glued", "array", "data"])
def test_values_come_as_soon_as_they_are_whole(framing: str) -> None:
    body = FRAMINGS[framing]
    first_end = body.index(LINES[0]) + len(LINES[0]) + 1
    assert list(JsonStreamDecoder().feed(body[:first_end])) == VALUES[:1]


def test_nothing_is_no_value() -> None:
    for body in (b"", b"\n", b"\xef\xbb\xbf", b" \r\n", b"[]", b"null", b"[\n]\n"):
        assert decoded([body]) == []


@pytest.mark.parametrize("end", [b"\n", b""])
def test_half_a_character_spoils_only_itself(end: bytes) -> None:
    line = rb'{"text":"a \ud83d b \ud83e\udd94 \\ud83d \udd94"}'
    told = {"text": "a \ufffd b \U0001f994 \\ud83d \ufffd"}
    assert decoded([line + end]) == [told]
    assert object_in(line, str) == told


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_stream_that_stops_inside_an_object_is_told_and_gives_what_was_whole(framing: str) -> None:
    body = FRAMINGS[framing]
    cut = body.rindex(b"message") + 3
    decoder = JsonStreamDecoder()
    assert list(decoder.feed(body[:cut])) == VALUES[:3]
    with pytest.raises(CutJsonError):
        list(decoder.end())


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>{}</body></html>",
        b"upstream connect error",
        b'{"a": 1}\nupstream connect error\n',
        b'{"a": "1\n"}',
        b'{"a": "1\\\n"}',
        b'{"a": nul}',
        b'{"a": 1]\n',
        b'{"a" 1}{}',
        b'"text"\n',
        b"7\n",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_what_is_not_json_is_told(body: bytes) -> None:
    with pytest.raises(BrokenJsonError):
        decoded([body])
    with pytest.raises(BrokenJsonError):
        decoded(body[at : at + 1] for at in range(min(len(body), 1000)))


def test_bytes_that_are_no_text_spoil_only_themselves() -> None:
    assert decoded([b'{"a": "x\xff\xf0\x9f"}\n', b'{"a": "y"}\n']) == [
        {"a": "x\ufffd\ufffd"},
        {"a": "y"},
    ]


@pytest.mark.parametrize("body", [b'{"a": "' + b"x" * 2000, b"{\n" + b' "a": 1,\n' * 500])
def test_a_value_over_the_limit_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenJsonError, match="1000 bytes"):
        decoded([body], limit=1000)
    with pytest.raises(BrokenJsonError, match="1000 bytes"):
        decoded((body[at : at + 100] for at in range(0, len(body), 100)), limit=1000)


def test_ten_megabytes_in_one_object_are_read_in_linear_time() -> None:
    text = "".join(random.Random(1).choices('ab ё\U0001f994\n"\\{}[],', k=5_000_000))
    start = time.process_time()
    for indent in (None, 2):
        body = json.dumps({"text": text}, ensure_ascii=False, indent=indent).encode()
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
        assert decoded(pieces, limit=64 << 20) == [{"text": text}]
    assert time.process_time() - start < 20


@pytest.mark.parametrize("end", [b"\n", b"", b",\n"])
def test_a_hundred_thousand_small_values_are_read_in_linear_time(end: bytes) -> None:
    body = b"".join(b'{"result":{"n":%d}}' % number + end for number in range(100_000))
    start = time.process_time()
    found = decoded(body[at : at + 4096] for at in range(0, len(body), 4096))
    assert time.process_time() - start < 20
    assert len(found) == 100_000
    assert found[-1] == {"result": {"n": 99_999}}


# -- what stands in a value


def hidden(text: str) -> str:
    return text.replace("canary", "•••")


def test_payloads_come_wrapped_or_bare() -> None:
    assert unwrapped({"result": {"a": 1}}, hidden) == {"a": 1}
    assert unwrapped({"a": 1}, hidden) == {"a": 1}
    assert unwrapped({"result": None, "a": 1}, hidden) == {"result": None, "a": 1}
    assert unwrapped({"event_type": "DONE", "result": {}}, hidden) == {"event_type": "DONE", "result": {}}
    assert unwrapped({"result": {"a": 1}, "error": None}, hidden) == {"a": 1}


def test_an_event_that_tells_an_error_is_an_event() -> None:
    for event in (
        {"eventType": "ERROR", "error": {"message": "no"}},
        {"event_type": "ERROR", "error": {"code": 1}},
    ):
        assert unwrapped(event, hidden) == event
        assert unwrapped({"result": event}, hidden) == event


@pytest.mark.parametrize(
    "value",
    [
        {
            "error": {
                "grpcCode": 8,
                "httpCode": 429,
                "message": "slow canary",
                "httpStatus": "Too Many Requests",
            }
        },
        {"result": {"error": {"code": 429, "message": "slow canary"}}},
    ],
)
def test_an_error_in_a_stream_is_raised_without_secrets(value: object) -> None:
    with pytest.raises(RateLimitedError) as caught:
        unwrapped(value, hidden)
    assert caught.value.detail == "slow •••"


@pytest.mark.parametrize(
    "error", ["it broke", {"message": None}, {"code": None}, ["odd"], 7, {"details": [{}]}]
)
def test_odd_errors_are_errors(error: object) -> None:
    with pytest.raises(ServiceError):
        unwrapped({"error": error}, hidden)


@pytest.mark.parametrize("value", [None, 7, "text", [], ["canary"]])
def test_a_value_that_is_no_object_is_a_bad_reply(value: object) -> None:
    with pytest.raises(BadReplyError) as caught:
        unwrapped(value, hidden)
    assert "canary" not in caught.value.detail
