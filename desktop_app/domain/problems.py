"""What can be wrong with a field of a form."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with a field; the window says it in words."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    DUPLICATE = "duplicate"
    NOT_JSON = "not_json"
    BAD_NAME = "bad_name"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A field over its limit; ``limit`` is the bound that was broken (0 where there is none)."""

    field: str
    problem: Problem
    limit: float = 0


def number_problems(name: str, value: float | None, low: float, high: float) -> list[FieldProblem]:
    """Whether ``value`` is out of ``low``..``high``; None is always well."""
    if value is None:
        return []
    if value < low:
        return [FieldProblem(name, Problem.TOO_SMALL, low)]
    return [FieldProblem(name, Problem.TOO_LARGE, high)] if value > high else []


def is_json_object(text: str) -> bool:
    """Whether ``text`` is a JSON object."""
    import json

    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
