from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.variables import NAMES, Surroundings, expand, unknown, values_for

NOW = datetime(2026, 11, 5, 7, 9)  # noqa: DTZ001 - the user's own time


def values(language: str = "en") -> dict[str, str]:
    return values_for(NOW, Surroundings("anna", language), assistant="Юрист", model="gpt", thread="Договор")


def test_every_name_stands_for_something() -> None:
    assert tuple(values()) == NAMES
    assert expand("; ".join(f"{{{{{name}}}}}" for name in NAMES), values()) == (
        "2026-11-05; 07:09; Thursday; anna; English; Юрист; gpt; Договор"
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ru", "четверг русский"),
        ("ru_RU", "четверг русский"),
        ("en-GB", "Thursday English"),
        ("de", "Thursday de"),
    ],
)
def test_the_weekday_is_named_in_the_language(language: str, told: str) -> None:
    assert expand("{{weekday}} {{language}}", values(language)) == told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ user }}{{user}}{{\tuser\n}}", "annaannaanna"),
        ("{user} {{User}} {{ }} {{}} {{user} {{us er}}", "{user} {{User}} {{ }} {{}} {{user} {{us er}}"),
        ("{{имя}} и {{user}}", "{{имя}} и anna"),
        ("{{{user}}}", "{anna}"),
    ],
)
def test_what_is_not_a_known_name_stays_as_it_is_written(text: str, expected: str) -> None:
    assert expand(text, values()) == expected


def test_a_value_is_not_looked_through_again() -> None:
    assert expand("{{thread}}", {"thread": "{{user}}", "user": "anna"}) == "{{user}}"


def test_unknown_names_are_told_once_each() -> None:
    assert unknown("{{имя}} {{user}} {{ dat }} {{имя}} {{ }} {{1}}") == ("имя", "dat")


@given(st.text(alphabet="{}ab user", max_size=40))
def test_a_text_without_known_names_is_not_changed(text: str) -> None:
    assert expand(text, {}) == text
    assert set(unknown(text)).isdisjoint(NAMES)
