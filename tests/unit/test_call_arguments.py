"""What a model may give a function: JSON that keeps to the schema, and nothing else."""

import asyncio
import json
import socket
import time
from pathlib import Path

import pytest

from desktop_app.controllers.argument_checks import checked_arguments
from desktop_app.domain.call_arguments import BadArgumentsError, misfit
from desktop_app.domain.tools import NO_PARAMETERS
from tests.conftest import soon

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
async def test_good_arguments_come_as_one_line(arguments: str, line: str, tmp_path: Path) -> None:
    assert await checked_arguments(arguments, CITY, tmp_path) == line


@pytest.mark.parametrize("arguments", ["", " \n"])
async def test_no_arguments_are_an_empty_object(arguments: str, tmp_path: Path) -> None:
    assert await checked_arguments(arguments, NO_PARAMETERS, tmp_path) == "{}"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("{city: Tula}", "not valid JSON"),
        ('{"city": "Tula"', "not valid JSON"),
        ('{"city": NaN}', "NaN is no JSON"),
        ('{"city": 1e999}', "not valid JSON"),
        ('{"a":' * 100_000, "not valid JSON"),
        ('["Tula"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}", "'city' is a required property"),
        ('{"city": 5}', '["city"]: 5 is not of type'),
        ('{"city": "Tula", "days": [1, 0]}', '["days"][1]: 0 is less than'),
        ('{"city": "Tula", "x": 1}', "'x' was unexpected"),
    ],
)
async def test_bad_arguments_are_told_why(arguments: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BadArgumentsError) as caught:
        await checked_arguments(arguments, CITY, tmp_path)
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
        "5",
        '{"$schema": 5}',
        '{"$schema": ["x"]}',
        '{"$schema": "http://json-schema.org/draft-04/schema#", "patternProperties": {"[": {}}}',
    ],
)
def test_a_schema_that_refers_elsewhere_or_is_broken_fetches_nothing(
    schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something was fetched")

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert misfit('{"a": 1}', schema).startswith("the schema itself cannot be used")


def test_a_number_beyond_what_the_checker_can_count_is_refused() -> None:
    schema = '{"properties": {"a": {"multipleOf": 0.5}}}'
    assert misfit(f'{{"a": {10**400}}}', schema) == "the schema itself cannot be used (OverflowError)."


SLOW_PATTERN = '{"properties": {"city": {"type": "string", "pattern": "^(a+)+$"}}}'
SLOW_REFERENCES = json.dumps(
    {
        "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(60)} | {"d60": {}},
        "$ref": "#/$defs/d0",
    }
)


@pytest.mark.parametrize("schema", [SLOW_PATTERN, SLOW_REFERENCES])
async def test_a_schema_that_takes_for_ever_is_given_up_and_holds_nobody_up(
    schema: str, tmp_path: Path
) -> None:
    arguments = json.dumps({"city": "a" * 40 + "!"})

    async def longest_turn() -> float:
        check = asyncio.create_task(checked_arguments(arguments, schema, tmp_path, time_limit_s=1))
        longest, last = 0.0, time.monotonic()
        while not check.done():
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        with pytest.raises(BadArgumentsError, match="could not be checked within 1 s"):
            await check
        return longest

    await soon(longest_turn, 0.5)


async def test_nothing_in_the_folder_is_imported(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    assert await checked_arguments("{}", NO_PARAMETERS, tmp_path) == "{}"
