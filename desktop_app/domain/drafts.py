"""Edits of an assistant that are not saved yet, and how they are put upon a version that they were not made from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.tools import Function, SearchTool

Value = TypeVar("Value")

# Their fields stand for themselves.  Days and what they are counted from, or a program and its arguments, do not.
_MADE_OF_FIELDS = (AssistantSettings, PromptTruncation, CompletionOptions, ResponseFormat, SearchTool)


@dataclass(frozen=True, slots=True)
class AssistantDraft:
    """What the fields said when they were not saved, with the ``note`` for the version to come.

    ``version`` is the one that they were made from; 0 for an assistant that is not there yet, or when nobody knows.
    """

    settings: AssistantSettings
    version: int = 0
    note: str = ""


def rebased(
    settings: AssistantSettings, former: AssistantSettings, newest: AssistantSettings
) -> AssistantSettings:
    """``newest`` with what ``settings`` changed of ``former``; where both changed a field, ``settings`` says it.

    Labels and functions are changed one by one, by their key or name.  A model goes with its connection.
    """
    made = _merged(former, settings, newest)
    is_moved = (settings.connection_id, settings.model) != (former.connection_id, former.model)
    place = settings if is_moved else newest
    return replace(made, connection_id=place.connection_id, model=place.model)


def _merged(former: Value, ours: Value, theirs: Value) -> Value:
    if ours == former:
        return theirs
    if theirs == former:
        return ours
    if isinstance(ours, _MADE_OF_FIELDS) and type(former) is type(ours) is type(theirs):
        sides = (former, ours, theirs)
        return replace(
            ours,
            **{
                field.name: _MERGES.get(field.name, _merged)(*(getattr(side, field.name) for side in sides))
                for field in fields(ours)
            },
        )
    return ours


def _merged_labels(*sides: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return _one_by_one(lambda label: label[0], *sides)


def _merged_functions(*sides: Sequence[Function]) -> Sequence[Function]:
    return _one_by_one(lambda function: function.name, *sides)


def _one_by_one(
    name: Callable[[Value], str], former: Sequence[Value], ours: Sequence[Value], theirs: Sequence[Value]
) -> Sequence[Value]:
    """The items of all sides by their names, in the order of ``theirs``, those of ``ours`` alone after them."""
    was, mine, new = ({name(item): item for item in side} for side in (former, ours, theirs))
    is_doubled = len(mine) < len(ours)  # while it is typed, a name may stand twice
    if is_doubled or former in (ours, theirs):
        return _merged(former, ours, theirs)
    made = (_merged(was.get(one), mine.get(one), new.get(one)) for one in {**new, **mine})
    return tuple(item for item in made if item is not None)


_MERGES: dict[str, Callable[..., Any]] = {"labels": _merged_labels, "functions": _merged_functions}
