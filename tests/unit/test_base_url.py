"""Addresses as people paste them."""

import pytest

from desktop_app.domain.connections import normalise_base_url


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("localhost:11434", "http://localhost:11434/v1"),
        (" http://localhost:1234/v1/ ", "http://localhost:1234/v1"),
        ("api.example.org", "https://api.example.org/v1"),
        ("https://example.org/openai/v1/chat/completions", "https://example.org/openai/v1"),
        ("https://example.org/v1/models?key=none#x", "https://example.org/v1"),
        ("127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("HTTPS://Example.org", "https://Example.org/v1"),
        ("пример.рф", "https://пример.рф/v1"),
    ],
)
def test_an_address_is_understood_as_it_is_pasted(pasted: str, kept: str) -> None:
    assert normalise_base_url(pasted) == kept
    assert normalise_base_url(kept) == kept


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "   ",
        "ftp://example.org",
        "ftp:/x",
        "http://",
        "http://a b",
        "host:",
        "host:port",
        "https://user:key@host",
    ],
)
def test_what_is_no_address_is_refused(pasted: str) -> None:
    with pytest.raises(ValueError, match=r"http|port|key|Port"):
        normalise_base_url(pasted)
