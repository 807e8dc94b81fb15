"""Credentials are left out of texts however they are written there, and nothing else is."""

import base64
import html
import json
import time
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.redaction import HIDDEN, Redaction
from desktop_app.domain.secret import Secret

KEY = "AQVN-test/key+canary_123~456="


def escaped(text: str) -> str:
    units = text.encode("utf-16-be").hex(" ", 2).split()
    return "".join(f"\\u{unit}" for unit in units)


def percented(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON units": escaped,
    "JSON within JSON": lambda text: json.dumps(json.dumps(text).replace("/", "\\/"))[3:-3],
    "units within JSON": lambda text: json.dumps(escaped(text))[1:-1],
    "repr": lambda text: repr(text)[1:-1],
    "bytes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "address": lambda text: urllib.parse.quote(text, safe=""),
    "form": urllib.parse.quote_plus,
    "percents": percented,
    "percents twice": lambda text: urllib.parse.quote(percented(text), safe=""),
    "page": lambda text: html.escape(text.replace("/", "&sol;")).replace("&amp;sol;", "&sol;"),
    "entities": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(one):X};" for one in text),
    "entities on a page": lambda text: "".join(f"&amp;#{ord(one)};" for one in text),
}


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("key", [KEY, 'quote"back\\slash', "with blanks & signs?"])
def test_a_credential_is_left_out_however_it_is_written(writing: str, key: str) -> None:
    written = WRITINGS[writing](key)
    assert Redaction(Secret(key))(f"before {written} between {written} after") == (
        f"before {HIDDEN} between {HIDDEN} after"
    )


@pytest.mark.parametrize("writing", ["JSON", "JSON units", "address", "form", "percents", "entities", "repr"])
def test_letters_of_any_alphabet_are_found(writing: str) -> None:
    assert Redaction(Secret("пароль \U0001f994"))(WRITINGS[writing]("пароль \U0001f994")) == HIDDEN


@given(before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_what_base64_tells_is_no_piece_of_a_credential(before: bytes, after: bytes) -> None:
    raw = KEY.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        shown = Redaction(Secret(KEY))(encode(before + raw + after).decode())
        assert shown.count(HIDDEN) == 1
        assert len(shown) <= len(encode(before + after)) + len(HIDDEN) + 8


@given(st.text())
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert Redaction(Secret(KEY), None)(text) == text
    assert Redaction()(text) == text


@given(
    st.lists(
        st.sampled_from([KEY, "a", "\\", "%", "&", '"', "пароль", "\\u0041", "%41", "&#65;"]), min_size=1
    )
)
def test_only_the_credential_goes(pieces: list[str]) -> None:
    text = "|".join(pieces)
    assert Redaction(Secret(KEY))(text).split("|") == [HIDDEN if one == KEY else one for one in pieces]


@given(st.text() | st.sampled_from([KEY, f'"{KEY}\\']))
def test_what_was_json_is_json_without_the_credential(text: str) -> None:
    said = {"message": text, KEY: [text + KEY]}
    for is_ascii in (False, True):
        assert json.loads(Redaction(Secret(KEY))(json.dumps(said, ensure_ascii=is_ascii))).keys() == {
            "message",
            HIDDEN,
        }


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_text_that_was_broken_off_does_not_tell_the_beginning(writing: str) -> None:
    written = WRITINGS[writing](KEY)
    for end in range(len(written)):
        shown = Redaction(Secret(KEY))(f"it was {written[:end]}")
        told = WRITINGS[writing](KEY[:8])
        assert told not in shown


def test_the_beginning_in_base64_is_left_out_too() -> None:
    written = base64.b64encode(f"Bearer {KEY}".encode()).decode()
    for end in range(len(written)):
        shown = Redaction(Secret(KEY))(f"it was {written[:end]}")
        assert len(shown) < len("it was QmVhcmVyIE") + 10


def test_short_values_do_not_blacken_everything() -> None:
    hide = Redaction(Secret("a"), Secret(""), Secret("abc"))
    assert hide("a plain abc") == "a plain abc"


def test_one_credential_within_another_is_left_out_with_it() -> None:
    assert Redaction(Secret("canary"), Secret("a canary sings"))("so a canary sings.") == f"so {HIDDEN}."


@pytest.mark.parametrize("text", ["%41" * 200_000, "\\u0041" * 100_000, "\\" * 400_000, "&#65;" * 100_000])
def test_a_long_text_takes_no_time(text: str) -> None:
    start = time.process_time()
    assert Redaction(Secret(KEY))(text + KEY).endswith(HIDDEN)
    assert time.process_time() - start < 20


def test_nothing_tells_what_is_left_out() -> None:
    assert KEY not in repr(Redaction(Secret(KEY)))
