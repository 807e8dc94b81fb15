"""What is said about JSON Schemas."""

import json

import pytest

from desktop_app.domain.assistants import SCHEMA_LIMIT
from desktop_app.domain.call_arguments import misfit
from desktop_app.domain.schemas import SchemaFault, schema_problem, tidy

GOOD = '{\n  "type": "object",\n  "properties": {"city": {"type": "string"}},\n  "required": ["city"]\n}'


def test_a_schema_without_a_problem_has_none() -> None:
    assert schema_problem(GOOD, needs_object=True) is None


@pytest.mark.parametrize(
    ("text", "fault", "line"),
    [
        ("  \n", SchemaFault.EMPTY, 1),
        ("[]", SchemaFault.NOT_OBJECT, 1),
        ('{\n "a": \n}', SchemaFault.VALUE_EXPECTED, 3),
        ('{\n "a": 1\n "b": 2}', SchemaFault.COMMA_EXPECTED, 3),
        ('{"a" 1}', SchemaFault.COLON_EXPECTED, 1),
        ('{"a": 1,\n}', SchemaFault.KEY_EXPECTED, 2),
        ('{"a": "b}', SchemaFault.STRING_OPEN, 1),
        ('{"a": "b\n"}', SchemaFault.BAD_CHARACTER, 1),
        ("{}\n\n{}", SchemaFault.TEXT_AFTER_END, 3),
        ('{"minimum": NaN}', SchemaFault.NOT_JSON, 1),
        ("[" * 50_000 + "]" * 50_000, SchemaFault.TOO_DEEP, 1),
        ("{" + " " * SCHEMA_LIMIT + "}", SchemaFault.TOO_LONG, 1),
    ],
)
def test_what_is_no_schema_is_told_with_its_line(text: str, fault: SchemaFault, line: int) -> None:
    found = schema_problem(text, needs_object=False)
    assert found is not None
    assert (found.fault, found.line) == (fault, line)


@pytest.mark.parametrize(
    "reference",
    [
        "#/$defs/none",
        "#nowhere",
        "#/title",
        "#/title/0",
        "#/required/x",
        "http://127.0.0.1:1/evil",
        "file:///etc/passwd",
        "other.json",
    ],
)
def test_a_reference_that_leads_to_no_schema_here_is_told_with_its_place(reference: str) -> None:
    text = json.dumps(
        {
            "type": "object",
            "title": "T",
            "required": [],
            "properties": {"a": {"$ref": "#/$defs/a"}, "b": {"items": {"$ref": reference}}},
            "$defs": {"a": {}},
        },
        indent=1,
    )
    found = schema_problem(text, needs_object=True)
    assert found is not None
    assert (found.fault, found.value) == (SchemaFault.LOST_REFERENCE, json.dumps(reference))
    assert found.place == ("properties", "b", "items", "$ref")
    assert reference in text.split("\n")[found.line - 1][found.column - 1 :]
    assert misfit('{"b": [1]}', text).startswith("the schema itself cannot be used")


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#"}}},
        {"$defs": {"a": {"$anchor": "here"}}, "properties": {"a": {"$ref": "#here"}}},
        {"$id": "https://e.org/a", "$defs": {"a": {"$id": "b"}}, "properties": {"a": {"$ref": "b"}}},
        {"$id": "https://e.org/a", "properties": {"a": {"$ref": "https://e.org/a"}}},
        {"properties": {"a": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}},
        {"properties": {"$ref": {"type": "string"}}},
        {"properties": {"a": {"enum": [{"$ref": "#/none"}]}}},
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"a": {"type": "string"}},
            "properties": {"a": {"$ref": "#/definitions/a"}},
        },
    ],
)
def test_references_within_a_schema_are_well(schema: dict[str, object]) -> None:
    text = json.dumps({"type": "object", **schema})
    assert schema_problem(text, needs_object=True) is None
    assert "cannot be used" not in misfit('{"a": {}}', text)


def test_what_is_no_number_is_told_with_its_place() -> None:
    for number in ("NaN", "-Infinity", "1" * 5000):
        found = schema_problem(f'{{"title": "NaN",\n "minimum": {number}}}', needs_object=False)
        assert found is not None
        assert (found.fault, found.line, found.column) == (SchemaFault.NOT_JSON, 2, 13)


def test_a_word_that_is_no_type_is_told_with_its_place_and_what_is_possible() -> None:
    found = schema_problem(GOOD.replace('"string"', '"strin"'), needs_object=True)
    assert found is not None
    assert found.fault is SchemaFault.REFUSED
    assert (found.line, found.place) == (3, ("properties", "city", "type"))
    assert found.value == '"strin"'
    assert "string" in found.expected


def test_the_place_is_found_behind_brackets_within_texts_and_in_lists() -> None:
    text = '{"title": "a } \\" ] {",\n"allOf": [{"minimum": 1},\n {"minimum":\n "1"}]}'
    found = schema_problem(text, needs_object=False)
    assert found is not None
    assert (found.line, found.column, found.place) == (4, 2, ("allOf", "1", "minimum"))
    assert found.expected == ("number",)


@pytest.mark.parametrize("draft", ['"https://json-schema.org/draft-07/schema#"', '"unheard-of"', "3"])
def test_the_draft_that_a_schema_names_may_be_any(draft: str) -> None:
    found = schema_problem(f'{{"$schema": {draft}, "type": "objec"}}', needs_object=False)
    assert found is not None
    assert found.fault is SchemaFault.REFUSED


@pytest.mark.parametrize("text", ["{}", '{"type": "array"}', '{"type": ["object", "null"]}'])
def test_parameters_of_a_function_are_an_object(text: str) -> None:
    found = schema_problem(text, needs_object=True)
    assert found is not None
    assert found.fault is SchemaFault.ROOT_NOT_OBJECT
    assert schema_problem(text, needs_object=False) is None


@pytest.mark.parametrize(
    "schema",
    [
        {"$id": "http://[bad", "properties": {"a": {"$ref": "#"}}},
        {"$schema": "http://json-schema.org/draft-04/schema#", "id": "http://[x", "$ref": "#"},
        {
            "$schema": "http://json-schema.org/draft-03/schema#",
            "properties": {"a": {"extends": {"$ref": "#"}}},
        },
        {"properties": {"a": {"$schema": "urn:unheard-of", "$ref": "#"}}},
    ],
)
def test_identifiers_that_are_none_break_nothing(schema: dict[str, object]) -> None:
    assert schema_problem(json.dumps({"type": "object", **schema}), needs_object=True) is None


def test_a_schema_is_laid_out_without_changing_it() -> None:
    text = '{"b":1,"a":["é",{"c":null}]}'
    assert json.loads(tidy(text)) == json.loads(text)
    assert tidy(text).splitlines()[1] == '  "b": 1,'
    assert tidy("{broken") == "{broken"
