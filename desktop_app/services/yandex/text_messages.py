"""Messages of Yandex text generation as they are sent: one content each, calls and results matched by their order."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.threads import Author
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.reading.functions import arguments_of, called_name, parameters_of


def messages_of(messages: Sequence[PromptMessage]) -> list[dict[str, Any]]:
    """The history; the results of a round are one message."""
    sent: list[dict[str, Any]] = []
    for is_result, group in groupby(messages, lambda message: message.call is not None):
        if is_result:
            results = [_result(message.call, message.text) for message in group if message.call]
            sent.append({"role": Author.USER.value, "toolResultList": {"toolResults": results}})
        else:
            sent += (one for message in group for one in _said(message))
    return sent


def function_of(function: Function) -> dict[str, Any]:
    """A FunctionTool.  Raises RequestRejectedError for parameters that are no JSON object."""
    said: dict[str, Any] = {"name": function.name, "description": function.description}
    return said | {"parameters": parameters_of(function), "strict": function.is_strict}


def _said(message: PromptMessage) -> list[dict[str, Any]]:
    """A text, and the calls after it in a message of their own."""
    role = message.author.value
    said: list[dict[str, Any]] = []
    if message.text or not message.calls:
        said.append({"role": role, "text": message.text})
    if message.calls:
        calls = [{"functionCall": _call(call)} for call in message.calls]
        said.append({"role": role, "toolCallList": {"toolCalls": calls}})
    return said


def _call(call: ToolCall) -> dict[str, Any]:
    return {"name": called_name(call), "arguments": arguments_of(call)}


def _result(call: ToolCall, content: str) -> dict[str, Any]:
    return {"functionResult": {"name": called_name(call), "content": content}}
