"""Halves of characters in JSON: what stands for them, when servers cut a text between the two of a surrogate pair."""

import re

_PAIR_OR_ESCAPE = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[dD][89a-fA-F][\da-fA-F]{2}|\\."
)
_HALF = re.compile(r"\\u[dD][89a-fA-F][\da-fA-F]{2}")


def without_halves(json: str) -> str:
    """JSON with U+FFFD for every escape of half a character, which JSON in UTF-8 cannot hold."""
    return _PAIR_OR_ESCAPE.sub(_without_half, json)


def _without_half(match: re.Match[str]) -> str:
    return r"\ufffd" if _HALF.fullmatch(match[0]) else match[0]
