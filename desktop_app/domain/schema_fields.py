"""The arguments that a function's schema asks for, as fields of a form."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FieldKind(StrEnum):
    """How an argument is filled in; JSON is for everything that a form has no field for."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One argument; ``choices`` are JSON texts."""

    name: str
    kind: FieldKind
    title: str = ""
    description: str = ""
    is_required: bool = False
    choices: tuple[str, ...] = ()

    def value(self, text: str) -> Any:
        """The JSON value that ``text`` stands for in a field of this kind.  Raises ValueError when it is none."""
        if self.kind is FieldKind.TEXT:
            return text
        try:
            value = json.loads(text, parse_constant=_refuse)
        except RecursionError as error:
            raise ValueError(text) from error
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if self.kind is FieldKind.INTEGER and not (
            is_number and (isinstance(value, int) or value.is_integer())
        ):
            raise ValueError(text)
        if self.kind is FieldKind.NUMBER and not is_number:
            raise ValueError(text)
        return value


def _refuse(constant: str) -> Any:
    """JSON has no NaN and no Infinity."""
    raise ValueError(constant)


_KINDS = {
    "string": FieldKind.TEXT,
    "integer": FieldKind.INTEGER,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.BOOLEAN,
}


def schema_fields(schema: str) -> tuple[SchemaField, ...]:
    """The fields in the order of the schema (JSON text); none when it is not the schema of an object."""
    try:
        parsed = json.loads(schema)
    except (ValueError, RecursionError):
        return ()
    properties = parsed.get("properties") if isinstance(parsed, dict) else None
    if not isinstance(properties, dict):
        return ()
    required = parsed.get("required")
    needed = required if isinstance(required, list) else []
    return tuple(_field(name, about, name in needed) for name, about in properties.items())


def _field(name: str, about: Any, is_required: bool) -> SchemaField:
    if not isinstance(about, dict):  # true: anything
        return SchemaField(name, FieldKind.JSON, is_required=is_required)
    choices = [about["const"]] if "const" in about else about.get("enum")
    texts = tuple(json.dumps(one, ensure_ascii=False) for one in choices) if isinstance(choices, list) else ()
    kind = FieldKind.CHOICE if texts else _kind(about.get("type"))
    return SchemaField(name, kind, _text(about, "title"), _text(about, "description"), is_required, texts)


def _kind(type_: Any) -> FieldKind:
    """A type or several; one that may also be null is a field that may be left empty."""
    types = [one for one in type_ if one != "null"] if isinstance(type_, list) else [type_]
    only = types[0] if len(types) == 1 else None
    return _KINDS.get(only, FieldKind.JSON) if isinstance(only, str) else FieldKind.JSON


def _text(about: dict[str, Any], key: str) -> str:
    value = about.get(key)
    return value if isinstance(value, str) else ""
