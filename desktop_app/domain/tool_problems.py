"""What is wrong with the tools of an assistant: the limits of functions, commands and the search."""

import re
from collections.abc import Iterator
from dataclasses import replace

from desktop_app.domain.problems import FieldProblem, Problem, is_json_object, number_problems
from desktop_app.domain.tools import (
    COMMAND_ARGUMENTS_LIMIT,
    FUNCTION_DESCRIPTION_LIMIT,
    FUNCTION_NAME_LIMIT,
    FUNCTION_NAME_PATTERN,
    FUNCTIONS_LIMIT,
    OUTPUT_LIMIT_KB,
    PARAMETERS_LIMIT,
    SEARCH_INSTRUCTION_LIMIT,
    SEARCH_RESULTS_LIMIT,
    TIME_LIMIT_S,
    CallStrategy,
    Command,
    Function,
    SearchTool,
)


def tool_problems(
    functions: tuple[Function, ...], search: SearchTool | None, other_tools: tuple[str, ...]
) -> list[FieldProblem]:
    """Every broken limit; the fields of the third function are called "functions.2.name" and so on."""
    found = []
    if len(functions) > FUNCTIONS_LIMIT:
        found.append(FieldProblem("functions", Problem.TOO_MANY, FUNCTIONS_LIMIT))
    taken = {search.name} if search and search.strategy is CallStrategy.AUTO else set()
    for index, function in enumerate(functions):
        found += [
            replace(problem, field=f"functions.{index}.{problem.field}")
            for problem in _function_problems(function, taken)
        ]
        taken.add(function.name)
    if search:
        found += _search_problems(search)
    if not all(is_json_object(tool) for tool in other_tools):
        found.append(FieldProblem("other_tools", Problem.NOT_JSON))
    return found


def _function_problems(function: Function, taken: set[str]) -> Iterator[FieldProblem]:
    yield from _name_problems("name", function.name)
    if function.name in taken:
        yield FieldProblem("name", Problem.DUPLICATE)
    if len(function.description) > FUNCTION_DESCRIPTION_LIMIT:
        yield FieldProblem("description", Problem.TOO_LONG, FUNCTION_DESCRIPTION_LIMIT)
    if len(function.parameters) > PARAMETERS_LIMIT:
        yield FieldProblem("parameters", Problem.TOO_LONG, PARAMETERS_LIMIT)
    elif not is_json_object(function.parameters):
        yield FieldProblem("parameters", Problem.NOT_JSON)
    if function.command:
        yield from _command_problems(function.command)


def _command_problems(command: Command) -> Iterator[FieldProblem]:
    if not command.program.strip():
        yield FieldProblem("program", Problem.REQUIRED)
    if len(command.arguments) > COMMAND_ARGUMENTS_LIMIT:
        yield FieldProblem("arguments", Problem.TOO_MANY, COMMAND_ARGUMENTS_LIMIT)
    yield from number_problems("time_limit_s", command.time_limit_s, 1, TIME_LIMIT_S)
    yield from number_problems("output_limit_kb", command.output_limit_kb, 1, OUTPUT_LIMIT_KB)


def _search_problems(search: SearchTool) -> Iterator[FieldProblem]:
    yield from number_problems("search_results", search.max_results, 1, SEARCH_RESULTS_LIMIT)
    if search.strategy is CallStrategy.ALWAYS:
        return
    yield from _name_problems("search_name", search.name)
    if not search.instruction.strip():
        yield FieldProblem("search_instruction", Problem.REQUIRED)
    elif len(search.instruction) > SEARCH_INSTRUCTION_LIMIT:
        yield FieldProblem("search_instruction", Problem.TOO_LONG, SEARCH_INSTRUCTION_LIMIT)


def _name_problems(field: str, name: str) -> Iterator[FieldProblem]:
    if not name:
        yield FieldProblem(field, Problem.REQUIRED)
    elif len(name) > FUNCTION_NAME_LIMIT:
        yield FieldProblem(field, Problem.TOO_LONG, FUNCTION_NAME_LIMIT)
    elif not re.fullmatch(FUNCTION_NAME_PATTERN, name):
        yield FieldProblem(field, Problem.BAD_NAME)
