"""Forms made of schemas."""

import json

import pytest

from desktop_app.domain.schema_fields import FieldKind, SchemaField, schema_fields

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "city": {"type": "string", "title": "City", "description": "Where"},
            "days": {"type": "integer"},
            "share": {"type": ["number", "null"]},
            "is_short": {"type": "boolean"},
            "unit": {"enum": ["°C", "°F", 3, None]},
            "mode": {"const": "now"},
            "places": {"type": "array", "items": {"type": "string"}},
            "either": {"type": ["string", "integer"]},
            "any": True,
        },
        "required": ["city", "unit"],
    }
)


def test_a_schema_gives_its_fields_in_order() -> None:
    fields = schema_fields(SCHEMA)
    assert [(field.name, field.kind) for field in fields] == [
        ("city", FieldKind.TEXT),
        ("days", FieldKind.INTEGER),
        ("share", FieldKind.NUMBER),
        ("is_short", FieldKind.BOOLEAN),
        ("unit", FieldKind.CHOICE),
        ("mode", FieldKind.CHOICE),
        ("places", FieldKind.JSON),
        ("either", FieldKind.JSON),
        ("any", FieldKind.JSON),
    ]
    assert fields[0] == SchemaField("city", FieldKind.TEXT, "City", "Where", is_required=True)
    assert fields[4].choices == ('"°C"', '"°F"', "3", "null")
    assert [field.name for field in fields if field.is_required] == ["city", "unit"]


@pytest.mark.parametrize(
    "schema",
    ["", "[", "[]", "1", "{}", '{"properties": []}', "[" * 50_000, '{"properties": {}, "required": 1}'],
)
def test_what_is_no_schema_of_an_object_has_no_fields(schema: str) -> None:
    assert schema_fields(schema) == ()


@pytest.mark.parametrize(
    "about", [None, 1, [], "string", {"type": 1}, {"type": []}, {"type": [["a"]]}, {"enum": []}, {"title": 1}]
)
def test_a_hostile_property_is_a_field_of_json(about: object) -> None:
    [field] = schema_fields(json.dumps({"properties": {"x": about}, "required": "x"}))
    assert field == SchemaField("x", FieldKind.JSON)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.TEXT, "Тула", "Тула"),
        (FieldKind.INTEGER, "-3", -3),
        (FieldKind.NUMBER, "0.5", 0.5),
        (FieldKind.BOOLEAN, "true", True),
        (FieldKind.CHOICE, '"°C"', "°C"),
        (FieldKind.JSON, '["a"]', ["a"]),
    ],
)
def test_what_is_typed_is_a_value_of_its_kind(kind: FieldKind, text: str, value: object) -> None:
    assert SchemaField("x", kind).value(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldKind.INTEGER, "2.5"),
        (FieldKind.INTEGER, "true"),
        (FieldKind.INTEGER, '"3"'),
        (FieldKind.INTEGER, "1e999"),
        (FieldKind.NUMBER, "NaN"),
        (FieldKind.NUMBER, "many"),
        (FieldKind.NUMBER, "false"),
        (FieldKind.JSON, "{"),
        (FieldKind.JSON, "[" * 50_000),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused(kind: FieldKind, text: str) -> None:
    with pytest.raises(ValueError):
        SchemaField("x", kind).value(text)
