"""Functions and their calls, from what is kept to what is sent: nothing in them may make a service refuse a history."""

import re
from typing import Any

import msgspec

from desktop_app.domain.tools import FUNCTION_NAME_LIMIT, Function, ToolCall
from desktop_app.services.reading.reply_schema import json_object

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def parameters_of(function: Function) -> dict[str, Any]:
    """The schema of a function's parameters.  Raises RequestRejectedError for a text that is none."""
    return json_object(function.parameters, f"the schema of the function {function.name}")


def called_name(call: ToolCall) -> str:
    """The name as it may be sent: a model may call what nobody offered, and services refuse such names."""
    return _NOT_IN_NAMES.sub("_", call.name)[:FUNCTION_NAME_LIMIT] or "function"


def is_object(arguments: str) -> bool:
    """Whether arguments are a JSON object, as they should be."""
    try:
        return isinstance(msgspec.json.decode(arguments), dict)
    except (ValueError, RecursionError):
        return False


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments; none where the model wrote something else."""
    arguments: dict[str, Any] = msgspec.json.decode(call.arguments) if is_object(call.arguments) else {}
    return arguments
