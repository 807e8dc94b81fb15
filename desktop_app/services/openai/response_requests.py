"""Requests of the Responses API: only fields that are set, and none that the provider refuses.

``instructions`` are sent with every turn, since a chain does not inherit them (OpenAI's reference of
``previous_response_id``).
"""

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.providers import Provider
from desktop_app.domain.threads import Author
from desktop_app.services.reading.reply_schema import schema_of


def body_of(
    request: RunRequest, provider: Provider, *, is_kept: bool, is_streamed: bool, is_background: bool
) -> dict[str, object]:
    """The body of ``POST /responses``; ``is_kept`` lets the service keep the reply.  Raises RequestRejectedError."""
    held = request.held
    messages = request.messages[held.messages :] if held else request.messages
    body: dict[str, object] = {
        "input": [input_item(message) for message in messages],
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
    if is_streamed:
        body["stream"] = True
        if provider.has_obfuscation:
            body["stream_options"] = {"include_obfuscation": False}
    if is_background:
        body["background"] = True
    return {name: value for name, value in body.items() if name not in provider.unsupported}


def input_item(message: PromptMessage) -> dict[str, object]:
    """An item of the input; ``type`` is what llama.cpp tells a reply of the history by."""
    if message.author is Author.ASSISTANT:
        said: dict[str, object] = {"type": "output_text", "text": message.text, "annotations": []}
        return {"type": "message", "role": "assistant", "content": [said]}
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": message.text}]}


def _format(wanted: ResponseFormat) -> dict[str, object]:
    if wanted.kind is FormatKind.JSON_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "name": wanted.name, "schema": schema_of(wanted)}
