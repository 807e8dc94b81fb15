"""JSON Schemas as texts: what is wrong with one, and where; and the same schema laid out evenly.

Checked is that a text is JSON and keeps to the metaschema of its draft (2020-12 where it names none).  No reference is
followed, so nothing is fetched.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from desktop_app.domain.assistants import SCHEMA_LIMIT

SIMPLE_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
VALUE_SHOWN = 40

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class SchemaFault(StrEnum):
    """What is wrong.  Those from VALUE_EXPECTED to NOT_JSON: the text is no JSON."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    VALUE_EXPECTED = "value_expected"
    COMMA_EXPECTED = "comma_expected"
    COLON_EXPECTED = "colon_expected"
    KEY_EXPECTED = "key_expected"
    STRING_OPEN = "string_open"
    BAD_CHARACTER = "bad_character"
    TEXT_AFTER_END = "text_after_end"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    ROOT_NOT_OBJECT = "root_not_object"
    REFUSED = "refused"


_JSON_FAULTS = (
    ("Expecting value", SchemaFault.VALUE_EXPECTED),
    ("Expecting ',' delimiter", SchemaFault.COMMA_EXPECTED),
    ("Expecting ':' delimiter", SchemaFault.COLON_EXPECTED),
    ("Expecting property name", SchemaFault.KEY_EXPECTED),
    ("Illegal trailing comma", SchemaFault.VALUE_EXPECTED),
    ("Unterminated string", SchemaFault.STRING_OPEN),
    ("Invalid control character", SchemaFault.BAD_CHARACTER),
    ("Invalid \\", SchemaFault.BAD_CHARACTER),
    ("Extra data", SchemaFault.TEXT_AFTER_END),
)


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """The first problem of a schema; ``line`` and ``column`` count from 1, in code points.

    ``limit`` belongs to TOO_LONG.  Of REFUSED, ``place`` are the keys that lead to the ``value`` (JSON, shortened) that
    cannot stand there, and ``expected`` the JSON types or words that can, where that can be said.
    """

    fault: SchemaFault
    line: int = 1
    column: int = 1
    limit: int = 0
    place: tuple[str, ...] = ()
    value: str = ""
    expected: tuple[str, ...] = ()


def schema_problem(text: str, *, needs_object: bool) -> SchemaProblem | None:
    """What is wrong with a schema; ``needs_object``: its root has to say ``"type": "object"``.

    Takes up to 0.2 s for a schema at the limit, and the time to load the checker the first time.
    """
    if not text.strip():
        return SchemaProblem(SchemaFault.EMPTY)
    if len(text) > SCHEMA_LIMIT:
        return SchemaProblem(SchemaFault.TOO_LONG, limit=SCHEMA_LIMIT)
    try:
        schema = json.loads(text, parse_constant=_refuse_constant)
        if not isinstance(schema, dict):
            return SchemaProblem(SchemaFault.NOT_OBJECT)
        return _refused(text, schema) or _root_problem(text, schema, needs_object)
    except json.JSONDecodeError as error:
        fault = next(
            (one for start, one in _JSON_FAULTS if error.msg.startswith(start)), SchemaFault.NOT_JSON
        )
        return SchemaProblem(fault, error.lineno, error.colno)
    except ValueError:  # a constant of JavaScript, or a number of thousands of digits
        return SchemaProblem(SchemaFault.NOT_JSON)
    except RecursionError:
        return SchemaProblem(SchemaFault.TOO_DEEP)


def tidy(text: str) -> str:
    """The same JSON laid out evenly; what is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _refused(text: str, schema: dict[str, Any]) -> SchemaProblem | None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    draft = Draft202012Validator
    if isinstance(schema.get("$schema"), str):
        draft = validator_for(schema, default=draft)
    error = best_match(draft(draft.META_SCHEMA, format_checker=draft.FORMAT_CHECKER).iter_errors(schema))
    if error is None:
        return None
    path = tuple(error.absolute_path)
    line, column = _position(text, path)
    value = json.dumps(error.instance, ensure_ascii=False)
    return SchemaProblem(
        SchemaFault.REFUSED,
        line,
        column,
        place=tuple(map(str, path)),
        value=value if len(value) <= VALUE_SHOWN else f"{value[: VALUE_SHOWN - 1]}…",
        expected=_expected(path, error.validator, error.validator_value),
    )


def _expected(path: tuple[str | int, ...], keyword: str, value: Any) -> tuple[str, ...]:
    """What can stand at ``path``, told from the keyword of the metaschema that refused what stands there."""
    if "type" in path[-2:]:
        return SIMPLE_TYPES
    if keyword == "type":
        return (value,) if isinstance(value, str) else tuple(value)
    return ()


def _root_problem(text: str, schema: dict[str, Any], needs_object: bool) -> SchemaProblem | None:
    if not needs_object or schema.get("type") == "object":
        return None
    return SchemaProblem(SchemaFault.ROOT_NOT_OBJECT, *_position(text, ("type",)))


def _position(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column of the value at ``path`` in valid JSON; of the beginning when there is none."""
    wanted = list(path)
    open_ones: list[
        tuple[bool, list[str | int | None]]
    ] = []  # whether an object, and the key that is read now
    for found in _TOKEN.finditer(text):
        part = found.group()
        if part in ("}", "]"):
            open_ones.pop()
        elif part == ",":
            is_object, key = open_ones[-1]
            key[0] = None if is_object else int(key[0] or 0) + 1
        elif part == ":":
            continue
        elif open_ones and open_ones[-1][1][0] is None:
            open_ones[-1][1][0] = json.loads(part)
        else:
            if [key[0] for _, key in open_ones] == wanted:
                start = found.start()
                return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            if part in ("{", "["):
                open_ones.append((part == "{", [None if part == "{" else 0]))
    return 1, 1
