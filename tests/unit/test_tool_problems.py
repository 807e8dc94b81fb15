"""Limits of functions, commands and the search, each at its bound and over it."""

import pytest

from desktop_app.domain.assistants import AssistantSettings, problems
from desktop_app.domain.problems import FieldProblem, Problem
from desktop_app.domain.tool_problems import tool_problems
from desktop_app.domain.tools import CallStrategy, Command, Function, SearchTool

FULL = Function(
    "n" * 64,
    "d" * 10_000,
    '{"type": "object"}' + " " * (100_000 - 18),
    command=Command("/bin/true", ("a",) * 100, 3600, 10_000),
)


def test_everything_at_its_limit_is_well() -> None:
    functions = (FULL, *(Function(f"f-{n}_{n}") for n in range(127)))
    search = SearchTool(CallStrategy.AUTO, "s" * 64, "i" * 10_000, 50)
    assert tool_problems(functions, search, ('{"genSearch": {}}',)) == []


@pytest.mark.parametrize(
    ("function", "field", "problem", "limit"),
    [
        (Function(""), "name", Problem.REQUIRED, 0),
        (Function("n" * 65), "name", Problem.TOO_LONG, 64),
        (Function("get weather"), "name", Problem.BAD_NAME, 0),
        (Function("погода"), "name", Problem.BAD_NAME, 0),
        (Function("weather\n"), "name", Problem.BAD_NAME, 0),
        (Function("f", "d" * 10_001), "description", Problem.TOO_LONG, 10_000),
        (Function("f", parameters="{}" + " " * 99_999), "parameters", Problem.TOO_LONG, 100_000),
        (Function("f", parameters="[]"), "parameters", Problem.NOT_JSON, 0),
        (Function("f", parameters="[" * 50_000), "parameters", Problem.NOT_JSON, 0),
        (Function("f", command=Command(" ")), "program", Problem.REQUIRED, 0),
        (Function("f", command=Command("p", ("a",) * 101)), "arguments", Problem.TOO_MANY, 100),
        (Function("f", command=Command("p", time_limit_s=0)), "time_limit_s", Problem.TOO_SMALL, 1),
        (Function("f", command=Command("p", time_limit_s=3601)), "time_limit_s", Problem.TOO_LARGE, 3600),
        (Function("f", command=Command("p", output_limit_kb=0)), "output_limit_kb", Problem.TOO_SMALL, 1),
        (
            Function("f", command=Command("p", output_limit_kb=10_001)),
            "output_limit_kb",
            Problem.TOO_LARGE,
            10_000,
        ),
    ],
)
def test_a_function_over_a_limit_is_told_with_its_place(
    function: Function, field: str, problem: Problem, limit: float
) -> None:
    found = tool_problems((Function("first"), function), None, ())
    assert found == [FieldProblem(f"functions.1.{field}", problem, limit)]


def test_names_are_unique_also_beside_the_search() -> None:
    search = SearchTool(CallStrategy.AUTO, "look", "When asked.")
    found = tool_problems((Function("look"), Function("f"), Function("f")), search, ())
    assert [one.field for one in found] == ["functions.0.name", "functions.2.name"]
    assert {one.problem for one in found} == {Problem.DUPLICATE}
    assert tool_problems((Function("look"),), SearchTool(name="look"), ()) == []


def test_one_function_too_many_is_told() -> None:
    found = tool_problems(tuple(Function(f"f{n}") for n in range(129)), None, ())
    assert found == [FieldProblem("functions", Problem.TOO_MANY, 128)]


@pytest.mark.parametrize(
    ("search", "field", "problem"),
    [
        (SearchTool(max_results=0), "search_results", Problem.TOO_SMALL),
        (SearchTool(max_results=51), "search_results", Problem.TOO_LARGE),
        (SearchTool(CallStrategy.AUTO, "", "When asked."), "search_name", Problem.REQUIRED),
        (SearchTool(CallStrategy.AUTO, "a b", "When asked."), "search_name", Problem.BAD_NAME),
        (SearchTool(CallStrategy.AUTO, "look", " "), "search_instruction", Problem.REQUIRED),
        (SearchTool(CallStrategy.AUTO, "look", "i" * 10_001), "search_instruction", Problem.TOO_LONG),
    ],
)
def test_a_search_over_a_limit_is_told(search: SearchTool, field: str, problem: Problem) -> None:
    assert [(one.field, one.problem) for one in tool_problems((), search, ())] == [(field, problem)]


@pytest.mark.parametrize("text", ["", "[]", "1", "{"])
def test_another_tool_is_a_json_object(text: str) -> None:
    found = problems(AssistantSettings("A", other_tools=('{"a": 1}', text)))
    assert found == [FieldProblem("other_tools", Problem.NOT_JSON)]
