"""Requests of the Responses API: only fields that are set, and none that the provider refuses.

``instructions`` are sent with every turn, since a chain does not inherit them (OpenAI's reference of
``previous_response_id``).
"""

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.providers import Provider
from desktop_app.domain.threads import Author
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.openai.call_ids import with_call_ids
from desktop_app.services.reading.functions import called_name, is_object, parameters_of
from desktop_app.services.reading.reply_schema import schema_of


def body_of(
    request: RunRequest, provider: Provider, *, is_kept: bool, is_streamed: bool, is_background: bool
) -> dict[str, object]:
    """The body of ``POST /responses``; ``is_kept`` lets the service keep the reply.  Raises RequestRejectedError."""
    held = request.held
    messages = with_call_ids(request.messages)[held.messages if held else 0 :]
    body: dict[str, object] = {
        "input": [item for message in messages for item in input_items(message, provider)],
        "store": is_kept,
        "temperature": min(request.temperature, provider.max_temperature),
    }
    if held:
        body["previous_response_id"] = held.remote_id
    if request.model:
        body["model"] = request.model
    if request.instruction:
        body["instructions"] = request.instruction
    if request.max_tokens is not None:
        body["max_output_tokens"] = max(request.max_tokens, provider.min_output_tokens)
    if request.reasoning is not Reasoning.OFF:
        body["reasoning"] = {"effort": request.reasoning.value}
    if request.response_format.kind is not FormatKind.TEXT:
        body["text"] = {"format": _format(request.response_format)}
    if request.functions:
        body["tools"] = [_tool(function) for function in request.functions]
    if is_streamed:
        body["stream"] = True
        if provider.has_obfuscation:
            body["stream_options"] = {"include_obfuscation": False}
    if is_background:
        body["background"] = True
    return {name: value for name, value in body.items() if name not in provider.unsupported}


def input_items(message: PromptMessage, provider: Provider) -> list[dict[str, object]]:
    """The items of the input: a message, the calls after it, or the result of a call."""
    if message.call:
        call_id = message.call.call_id
        return [{"type": "function_call_output", "call_id": call_id, "output": message.text}]
    said = [] if message.calls and not message.text else [_message(message)]
    return [*said, *(_call(call, provider) for call in message.calls)]


def _message(message: PromptMessage) -> dict[str, object]:
    """``type`` is what llama.cpp tells a reply of the history by."""
    if message.author is Author.ASSISTANT:
        said: dict[str, object] = {"type": "output_text", "text": message.text, "annotations": []}
        return {"type": "message", "role": "assistant", "content": [said]}
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": message.text}]}


def _call(call: ToolCall, provider: Provider) -> dict[str, object]:
    arguments = call.arguments if provider.takes_any_arguments or is_object(call.arguments) else "{}"
    return {
        "type": "function_call",
        "call_id": call.call_id,
        "name": called_name(call),
        "arguments": arguments,
    }


def _tool(function: Function) -> dict[str, object]:
    """The flat form; ``strict`` is always said, since OpenAI takes it for true when it is missing."""
    tool: dict[str, object] = {"type": "function", "name": function.name, "strict": function.is_strict}
    tool["parameters"] = parameters_of(function)
    if function.description:
        tool["description"] = function.description
    return tool


def _format(wanted: ResponseFormat) -> dict[str, object]:
    if wanted.kind is FormatKind.JSON_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "name": wanted.name, "schema": schema_of(wanted)}
