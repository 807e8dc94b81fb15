"""Tools of the AI Assistant API, from the wire and onto it, and the results of calls.

A tool is taken apart only when nothing of it is lost by that: functions, and one search in an index.  Every other one
is kept as JSON text and sent back as it came, without the nulls that gateways print and parsers refuse.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.tools import NO_PARAMETERS, SEARCH_RESULTS_LIMIT, CallStrategy, Function, SearchTool
from desktop_app.services.reading.functions import parameters_of
from desktop_app.services.reading.json_fields import count_of, text_of
from desktop_app.services.reading.reply_schema import json_object
from desktop_app.services.yandex_models import model_uri

Json = dict[str, Any]

# The printers of protobuf go no deeper.
_MAX_DEPTH = 100
_FUNCTION = {"name", "description", "parameters"}
_SEARCH = {"searchIndexIds", "maxNumResults", "rephraserOptions", "callStrategy"}
_SEARCH_PARTS = {"rephraserOptions": {"rephraserUri"}, "callStrategy": {"alwaysCall", "autoCall"}}


class Tools(NamedTuple):
    """The tools of an assistant."""

    functions: tuple[Function, ...] = ()
    search: SearchTool | None = None
    others: tuple[str, ...] = ()


# -- from the wire


def tools_of(value: object) -> Tools:
    """The tools in a list; what is none of ours is kept as text."""
    functions: list[Function] = []
    search: SearchTool | None = None
    others: list[str] = []
    for tool in _told(value):
        if function := _function(tool):
            functions.append(function)
        elif search is None and (found := _search(tool)):
            search = found
        else:
            others.append(_text(tool))
    return Tools(tuple(functions), search, tuple(others))


def kept_tools(value: object) -> tuple[str, ...]:
    """All the tools in a list as texts."""
    return tuple(_text(tool) for tool in _told(value))


def _told(value: object) -> list[Json]:
    tools = value if isinstance(value, list) else []
    return [found for tool in tools if isinstance(tool, dict) and (found := _without_nulls(tool))]


def _function(tool: Json) -> Function | None:
    said = _only(tool, "function", _FUNCTION)
    name = text_of(said.get("name")) if said else ""
    if not said or not name:
        return None
    parameters = said.get("parameters")
    text = _text(parameters) if isinstance(parameters, dict) else NO_PARAMETERS
    return Function(name, text_of(said.get("description")), text)


def _search(tool: Json) -> SearchTool | None:
    """A search in indexes; one without any says nothing that could be kept apart."""
    said = _only(tool, "searchIndex", _SEARCH)
    ids = said.get("searchIndexIds") if said else None
    if not said or not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
        return None
    parts = {name: said.get(name) or {} for name in _SEARCH_PARTS}
    if not all(isinstance(part, dict) and set(part) <= _SEARCH_PARTS[name] for name, part in parts.items()):
        return None
    usual = SearchTool()
    count = count_of(said.get("maxNumResults")) or usual.max_results
    if not 0 < count <= SEARCH_RESULTS_LIMIT:
        return None
    told = parts["callStrategy"].get("autoCall")
    is_auto, auto = isinstance(told, dict), told if isinstance(told, dict) else {}
    return SearchTool(
        CallStrategy.AUTO if is_auto else CallStrategy.ALWAYS,
        text_of(auto.get("name")) or usual.name,
        text_of(auto.get("instruction")),
        count,
        text_of(parts["rephraserOptions"].get("rephraserUri")),
        tuple(ids),
    )


def _only(tool: Json, kind: str, names: set[str]) -> Json | None:
    """What a tool of this kind says, None for others and for those that say more."""
    said = tool.get(kind)
    return said if isinstance(said, dict) and len(tool) == 1 and set(said) <= names else None


def _without_nulls(value: Json, depth: int = _MAX_DEPTH) -> Json:
    """An object as it can be sent; what users put into a schema is theirs."""
    return {
        name: inner if name == "parameters" else _cleared(inner, depth)
        for name, inner in value.items()
        if inner is not None
    }


def _cleared(value: object, depth: int) -> object:
    if isinstance(value, dict) and depth:
        return _without_nulls(value, depth - 1)
    if isinstance(value, list) and depth:
        return [_cleared(inner, depth - 1) for inner in value if inner is not None]
    return value


def _text(value: Json) -> str:
    return msgspec.json.encode(value).decode()


# -- onto the wire


def tools_on_wire(
    functions: Sequence[Function], search: SearchTool | None, others: Sequence[str], folder: str
) -> list[Json]:
    """The list of tools.  Raises RequestRejectedError for what should be a JSON object and is none."""
    tools: list[Json] = []
    if search and search.index_ids:  # files on this machine are searched here
        tools.append({"searchIndex": _search_on_wire(search, folder)})
    tools += ({"function": _function_on_wire(function)} for function in functions)
    return tools + kept_on_wire(others)


def kept_on_wire(texts: Sequence[str]) -> list[Json]:
    """Tools that were kept as texts.  Raises RequestRejectedError."""
    return [json_object(text, "a tool") for text in texts]


def results_on_wire(results: Sequence[PromptMessage]) -> Json:
    """``ToolResultList``: calls have no ids, their names, as the model wrote them, and order tell whose these are."""
    said = ({"name": result.call.name, "content": result.text} for result in results if result.call)
    return {"toolResults": [{"functionResult": one} for one in said]}


def _function_on_wire(function: Function) -> Json:
    said = {"name": function.name, "description": function.description}
    return said | {"parameters": parameters_of(function)}


def _search_on_wire(search: SearchTool, folder: str) -> Json:
    """``SearchIndexTool``, in the one index that is supported."""
    said: Json = {"searchIndexIds": [search.index_ids[0]], "maxNumResults": str(search.max_results)}
    if search.rephraser:
        said["rephraserOptions"] = {"rephraserUri": model_uri(search.rephraser, folder)}
    return said | {"callStrategy": _strategy(search)}


def _strategy(search: SearchTool) -> Mapping[str, Json]:
    if search.strategy is CallStrategy.ALWAYS:
        return {"alwaysCall": {}}
    return {"autoCall": {"name": search.name, "instruction": search.instruction}}
