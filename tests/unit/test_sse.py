"""Server-sent events: the same events wherever the bytes are cut."""

import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.services.reading.sse import EventTooLargeError, SseDecoder, SseEvent

STREAM = (
    "\ufeff: a comment\r\n"
    "data: one\n\n"
    "data:two\r\rid: 7\nretry: 5\n\n"
    "event: named\r\ndata: первый\r\ndata: второй \U0001f600\u2028\u0085 same line\r\n\r\n"
    "data\n\ndata: after the name\nevent: late\n\n\n"
    "unknown: field\ndata:  two spaces\n\n"
    "data: the end without a line end"
).encode()

EVENTS = [
    SseEvent("one"),
    SseEvent("two"),
    SseEvent("первый\nвторой \U0001f600\u2028\u0085 same line", "named"),
    SseEvent(""),
    SseEvent("after the name", "late"),
    SseEvent(" two spaces"),
    SseEvent("the end without a line end"),
]


def decoded(pieces: Iterable[bytes]) -> list[SseEvent]:
    decoder = SseDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + list(decoder.end())


def test_the_whole_stream_gives_its_events() -> None:
    assert decoded([STREAM]) == EVENTS


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_cut_at_any_byte_changes_nothing(cut: int) -> None:
    assert decoded([STREAM[:cut], STREAM[cut:]]) == EVENTS


def test_one_byte_at_a_time_changes_nothing() -> None:
    assert decoded(bytes([byte]) for byte in STREAM) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_number_of_cuts_changes_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert decoded(STREAM[a:b] for a, b in pairwise(edges)) == EVENTS


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")), max_size=6),
    st.sampled_from(["\n", "\r", "\r\n"]),
    st.data(),
)
def test_any_texts_come_back_with_any_line_end(texts: list[str], line_end: str, data: st.DataObject) -> None:
    raw = "".join(f"data: {text}{line_end}{line_end}" for text in texts).encode()
    cut = data.draw(st.integers(0, len(raw)))
    assert [event.data for event in decoded([raw[:cut], raw[cut:]])] == texts


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_the_other_line_ends_give_the_same(line_end: bytes) -> None:
    plain = STREAM.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert decoded([plain.replace(b"\n", line_end)]) == EVENTS


def test_an_event_of_ten_megabytes_arrives_whole() -> None:
    text = "ж" * 5_000_000
    raw = f"data: {text}\n\n".encode()
    pieces = [raw[start : start + 4096] for start in range(0, len(raw), 4096)]
    assert decoded(pieces) == [SseEvent(text)]


def test_many_tiny_events_take_linear_time() -> None:
    def cpu_s(count: int) -> float:
        raw = b"data: {}\n\n" * count
        start = time.process_time()
        assert len(decoded([raw])) == count
        return time.process_time() - start

    cpu_s(1000)
    few, many = min(cpu_s(10_000) for _ in range(3)), cpu_s(100_000)
    assert many < 30 * few


def test_broken_utf8_does_not_stop_the_stream() -> None:
    assert decoded([b"data: \xff\n\ndata: next\n\n"]) == [SseEvent("\ufffd"), SseEvent("next")]


def test_a_stream_without_line_ends_does_not_fill_the_memory() -> None:
    decoder = SseDecoder(max_event_bytes=100)
    with pytest.raises(EventTooLargeError):
        for _ in range(20):
            list(decoder.feed(b"x" * 10))
    decoder = SseDecoder(max_event_bytes=100)
    with pytest.raises(EventTooLargeError):
        list(decoder.feed(b"data: 0123456789\n" * 20))
