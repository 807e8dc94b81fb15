"""The arguments of a call as they can be shown: names and values, with nothing in them that hides or deceives."""

import json
import shlex
import unicodedata
from typing import Any, NamedTuple

from desktop_app.domain.tools import Command

PARSED_LIMIT = 200_000
"""Longer arguments (characters) are shown as they came."""


class Argument(NamedTuple):
    """One argument; both as they may be shown."""

    name: str
    value: str


def visible(text: str) -> str:
    """``text`` with every character written out that has no look of its own or changes the look of others.

    Line feeds stay, tabs become spaces.
    """
    if text.replace("\n", "").isprintable():  # nearly every text, also a long one
        return text
    return "".join(_shown(character) for character in text)


def on_one_line(text: str) -> str:
    """The same for a name: line feeds are written out too."""
    return visible(text).replace("\n", "\\n")


def arguments_of(text: str) -> list[Argument] | None:
    """The arguments of a call in their order, also such that are there twice; None when ``text`` is no JSON object."""
    if len(text) > PARSED_LIMIT:
        return None
    try:
        found = json.loads(text or "{}", object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, _Pairs):
        return None
    return [Argument(on_one_line(name), visible(_value(value))) for name, value in found]


def command_line(command: Command) -> str:
    """The program and its fixed arguments, each told apart from the next."""
    return on_one_line(shlex.join((command.program, *command.arguments)))


class _Pairs(list[tuple[str, Any]]):
    """The members of an object as they were written."""


def _value(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, _Pairs):
        return "{" + ", ".join(f"{_json(name)}: {_json(one)}" for name, one in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_json(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _shown(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    if character == "\t":
        return "    "
    if unicodedata.category(character) == "Zs":
        return " "
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
