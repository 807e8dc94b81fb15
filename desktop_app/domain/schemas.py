"""JSON Schemas as texts: what is wrong with one, and where; and the same schema laid out evenly.

Checked is that a text is JSON, that it keeps to the metaschema of its draft (2020-12 where it names none), and that its
references lead somewhere in it, or to a metaschema: nothing is ever fetched.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from desktop_app.domain.assistants import SCHEMA_LIMIT

SIMPLE_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
VALUE_SHOWN = 40
DIGITS_READ = 4300  # more of them Python does not take for a number

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
    LOST_REFERENCE = "lost_reference"


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
    cannot stand there, and ``expected`` the JSON types or words that can, where that can be said; of LOST_REFERENCE,
    they lead to the reference, which is the ``value``.
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
        return (
            _refused(text, schema)
            or _root_problem(text, schema, needs_object)
            or _lost_reference(text, schema)
        )
    except json.JSONDecodeError as error:
        fault = next(
            (one for start, one in _JSON_FAULTS if error.msg.startswith(start)), SchemaFault.NOT_JSON
        )
        return SchemaProblem(fault, error.lineno, error.colno)
    except ValueError:  # a constant of JavaScript, or a number of thousands of digits
        return SchemaProblem(SchemaFault.NOT_JSON, *_position_of_bad_number(text))
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


def _draft(schema: dict[str, Any]) -> Any:
    """The validator's class of the draft that a schema names, or of the newest."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for

    newest = Draft202012Validator
    return validator_for(schema, default=newest) if isinstance(schema.get("$schema"), str) else newest


def _refused(text: str, schema: dict[str, Any]) -> SchemaProblem | None:
    from jsonschema.exceptions import best_match

    draft = _draft(schema)
    error = best_match(draft(draft.META_SCHEMA, format_checker=draft.FORMAT_CHECKER).iter_errors(schema))
    if error is None:
        return None
    path = tuple(error.absolute_path)
    line, column = _position(text, path)
    return SchemaProblem(
        SchemaFault.REFUSED,
        line,
        column,
        place=tuple(map(str, path)),
        value=_shown(error.instance),
        expected=_expected(path, error.validator, error.validator_value),
    )


def _expected(path: tuple[str | int, ...], keyword: str, value: Any) -> tuple[str, ...]:
    """What can stand at ``path``, told from the keyword of the metaschema that refused what stands there."""
    if "type" in path[-2:]:
        return SIMPLE_TYPES
    if keyword == "type":
        return (value,) if isinstance(value, str) else tuple(value)
    return ()


def _lost_reference(text: str, schema: dict[str, Any]) -> SchemaProblem | None:
    """The first reference of ``schema`` that leads to none, as a check of arguments would find it."""
    try:
        found = next(_lost_references(schema), None)
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001 - an identifier that is none may break the library in any way
        return None
    if found is None:
        return None
    path = (*(_path_to(schema, found[0]) or ()), found[1])
    place, value = tuple(map(str, path)), _shown(found[0][found[1]])
    return SchemaProblem(SchemaFault.LOST_REFERENCE, *_position(text, path), place=place, value=value)


def _lost_references(schema: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each reference that leads to no schema: the schema that has it, and its keyword."""
    from jsonschema_specifications import REGISTRY
    from referencing.jsonschema import DRAFT202012, specification_with

    draft = _draft(schema)
    root = specification_with(draft.ID_OF(draft.META_SCHEMA), default=DRAFT202012).create_resource(schema)
    uri = root.id() or ""
    open_ones = [(REGISTRY.with_resource(uri, root).crawl().resolver(uri), root)]
    while open_ones:
        resolver, resource = open_ones.pop()
        if isinstance(found := resource.contents, dict):
            for keyword in ("$ref", "$dynamicRef"):
                if isinstance(found.get(keyword), str) and not _leads_to_schema(resolver, found[keyword]):
                    yield found, keyword
        inner = list(resource.subresources())
        open_ones += [(resolver.in_subresource(one), one) for one in reversed(inner)]


def _leads_to_schema(resolver: Any, reference: str) -> bool:
    from referencing.exceptions import Unresolvable

    try:
        return isinstance(resolver.lookup(reference).contents, dict | bool)
    except (Unresolvable, ValueError, TypeError):  # the last two: it leads through what is no object
        return False


def _path_to(value: Any, wanted: Any) -> tuple[str | int, ...] | None:
    """The keys that lead to the very object ``wanted``."""
    if value is wanted:
        return ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if (path := _path_to(one, wanted)) is not None:
            return (key, *path)
    return None


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"


def _root_problem(text: str, schema: dict[str, Any], needs_object: bool) -> SchemaProblem | None:
    if not needs_object or schema.get("type") == "object":
        return None
    return SchemaProblem(SchemaFault.ROOT_NOT_OBJECT, *_position(text, ("type",)))


def _position_of_bad_number(text: str) -> tuple[int, int]:
    for found in _TOKEN.finditer(text):
        number = found.group().lstrip("-")
        if number in ("NaN", "Infinity") or number[DIGITS_READ:].isdigit():
            return _line_and_column(text, found.start())
    return 1, 1


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
                return _line_and_column(text, found.start())
            if part in ("{", "["):
                open_ones.append((part == "{", [None if part == "{" else 0]))
    return 1, 1


def _line_and_column(text: str, start: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
