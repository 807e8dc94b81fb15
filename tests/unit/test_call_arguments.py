"""What a model may give a function: JSON that keeps to the schema, and nothing else."""

import json
import socket

import pytest

from desktop_app.domain.call_arguments import BadArgumentsError, checked_arguments
from desktop_app.domain.tools import NO_PARAMETERS

CITY = json.dumps(
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        },
        "required": ["city"],
        "additionalProperties": False,
    }
)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ('{"city": "Tula"}', '{"city": "Tula"}'),
        (
            '{\n "city":\t"Тула", "days": [1, 2]\n}',
            '{"city": "\\u0422\\u0443\\u043b\\u0430", "days": [1, 2]}',
        ),
        ('{"city": "a\\u2028b\\ud800"}', '{"city": "a\\u2028b\\ud800"}'),
    ],
)
def test_good_arguments_come_as_one_line(arguments: str, line: str) -> None:
    assert checked_arguments(arguments, CITY) == line


@pytest.mark.parametrize("arguments", ["", " \n"])
def test_no_arguments_are_an_empty_object(arguments: str) -> None:
    assert checked_arguments(arguments, NO_PARAMETERS) == "{}"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("{city: Tula}", "not valid JSON"),
        ('{"city": "Tula"', "not valid JSON"),
        ('{"city": NaN}', "NaN is no JSON"),
        ('{"a":' * 100_000, "not valid JSON"),
        ('["Tula"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}", "'city' is a required property"),
        ('{"city": 5}', '["city"]: 5 is not of type'),
        ('{"city": "Tula", "days": [1, 0]}', '["days"][1]: 0 is less than'),
        ('{"city": "Tula", "x": 1}', "'x' was unexpected"),
    ],
)
def test_bad_arguments_are_told_why(arguments: str, reason: str) -> None:
    with pytest.raises(BadArgumentsError) as caught:
        checked_arguments(arguments, CITY)
    assert reason in str(caught.value)
    assert len(str(caught.value)) <= 500


@pytest.mark.parametrize(
    "schema",
    [
        '{"$ref": "http://127.0.0.1:9/schema.json"}',
        '{"$ref": "file:///etc/passwd"}',
        '{"$ref": "#/nowhere"}',
        '{"type": "nonsense"}',
        '{"properties": {"a": {"$ref": "#"}}, "$ref": "#"}',
        "[",
    ],
)
def test_a_schema_that_refers_elsewhere_or_is_broken_fetches_nothing(
    schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something was fetched")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(BadArgumentsError, match="the schema itself cannot be used"):
        checked_arguments("{}", schema)
