"""The JSON archive gives back exactly what went in, whatever it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.archive import ThreadArchive
from desktop_app.domain.threads import Citation
from desktop_app.export.archive import ArchiveError, decode, encode
from tests.nasty_thread import nasty_thread

# Any text: lone surrogates and NUL too, which services send and a Python string holds.
TEXT = st.text(st.characters())
for_domain = st.register_type_strategy
TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def archives() -> st.SearchStrategy[ThreadArchive]:
    for_domain(str, TEXT)
    for_domain(datetime, TIMES)
    for_domain(float, st.floats(allow_nan=False, allow_infinity=False))
    for_domain(int, st.integers(-(2**53), 2**53))
    return st.from_type(ThreadArchive)


def encoded(*archives: ThreadArchive) -> bytes:
    return b"".join(encode(archives))


@settings(max_examples=150, deadline=None)
@given(st.lists(archives(), max_size=2))
def test_what_is_read_back_equals_what_was_written(given: list[ThreadArchive]) -> None:
    assert decode(encoded(*given)) == given


@pytest.mark.parametrize(
    "name", ["\ud83d\ude00", "\ud800", "\x00", "😀", '{"$wtf8": "x"}', "\u2028", "$wtf8"]
)
def test_odd_texts_survive_exactly(name: str) -> None:
    given = nasty_thread(name)
    (found,) = decode(encoded(given))
    assert found == given
    assert list(found.thread.name) == list(name)


def test_an_archive_is_plain_json_with_a_name_and_a_version() -> None:
    document = json.loads(encoded(nasty_thread()))
    assert (document["format"], document["version"]) == ("nitka-threads", 1)
    assert document["threads"][0]["messages"][0]["text"].startswith("Hello")


def test_a_field_of_a_later_version_does_no_harm() -> None:
    document = json.loads(encoded(nasty_thread("plain")))
    document["threads"][0]["thread"]["colour"] = "red"
    document["made_by"] = "someone"
    assert decode(json.dumps(document).encode()) == [nasty_thread("plain")]


def test_an_archive_from_before_there_were_sources_can_be_read() -> None:
    document = json.loads(encoded(nasty_thread("plain")))
    for message in document["threads"][0]["messages"]:
        del message["citations"]
    for run in document["threads"][0]["runs"]:
        del run["cursor"]
        del run["settings"]["response_format"]
    assert decode(json.dumps(document).encode()) == [nasty_thread("plain")]


def test_sources_are_in_the_archive() -> None:
    given = nasty_thread("plain")
    sources = (
        Citation("Page <b>", "https://example.org/?a=1&b=2", start=0, end=5),
        Citation("", file_id="f"),
    )
    given = replace(given, messages=(replace(given.messages[1], citations=sources), *given.messages[2:]))
    assert decode(encoded(given)) == [given]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "truncated"),
        (b"[]", "not an archive"),
        (b'{"format":"other","version":1,"threads":[]}', "not an archive"),
        (b'{"format":"nitka-threads","version":2,"threads":[]}', "newer Nitka"),
        (b'{"format":"nitka-threads","version":1,"threads":[{}]}', "thread"),
        (b'{"format":"nitka-threads","threads":[]}', "without a version"),
        (b"\xff\xfe", "malformed|utf-8"),
        (b'{"format":"nitka-threads","version":1,"threads":[{"$wtf8":"!"}]}', ""),
    ],
)
def test_what_is_no_archive_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(ArchiveError, match=f"(?i){why}"):
        decode(data)
