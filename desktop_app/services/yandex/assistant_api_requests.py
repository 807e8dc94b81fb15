"""What the AI Assistant API is sent: bodies of assistants, threads and runs, and the masks of updates."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from desktop_app.domain.assistants import (
    AssistantSettings,
    Expiration,
    FormatKind,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.prompt import AskedThread, PromptMessage, RunRequest
from desktop_app.domain.remote import MAX_TEMPERATURE
from desktop_app.domain.threads import Author
from desktop_app.services.reading.functions import called_name
from desktop_app.services.reading.reply_schema import schema_of
from desktop_app.services.yandex.assistant_api_tools import Json, kept_on_wire, tools_on_wire
from desktop_app.services.yandex_models import model_uri

# The author of what the user wrote: the service wants an id there and does not look at it.
USER_ID = "nitka"


def settings_on_wire(settings: AssistantSettings, folder: str) -> Json:
    """The settings as the body of a request, beside which an id or a folder stands.

    The temperature always has a value: masked without one it became 0.0.  Raises RequestRejectedError for a schema or a
    tool that is no JSON object.
    """
    body: Json = {
        "name": settings.name,
        "description": settings.description,
        "labels": dict(settings.labels),
        "modelUri": model_uri(settings.model, folder),
        "instruction": settings.instruction,
        "promptTruncationOptions": _truncation_on_wire(settings.truncation),
        "completionOptions": _completion_on_wire(
            settings.completion.temperature, settings.completion.max_tokens
        ),
        "tools": tools_on_wire(settings.functions, settings.search, settings.other_tools, folder),
    }
    if settings.expiration:
        body["expirationConfig"] = _expiration_on_wire(settings.expiration)
    if settings.response_format.kind is not FormatKind.TEXT:
        body["responseFormat"] = _format_on_wire(settings.response_format)
    return body


def mask_of(settings: AssistantSettings) -> str:
    """The mask under which ``settings_on_wire`` makes an assistant equal to ``settings``.

    What has no value is reset by naming it, or by naming what holds it: named itself inside, it would become a zero.
    """
    paths = ["name", "description", "labels", "modelUri", "instruction", "responseFormat", "tools"]
    paths += ["promptTruncationOptions.maxPromptTokens"]
    paths += [f"promptTruncationOptions.{name}" for name in _strategy(settings.truncation)]
    if settings.completion.max_tokens is None:
        paths += ["completionOptions"]
    else:
        paths += ["completionOptions.temperature", "completionOptions.maxTokens"]
    if settings.expiration is None:
        paths += ["expirationConfig"]
    else:
        paths += ["expirationConfig.ttlDays", "expirationConfig.expirationPolicy"]
    return ",".join(paths)


def thread_on_wire(thread: AskedThread, expiration: Expiration | None) -> Json:
    """What a thread is called, and how long it is kept where it does not say so itself.

    Raises RequestRejectedError for a tool that is no JSON object.
    """
    body: Json = {"name": thread.name, "description": thread.description, "labels": dict(thread.labels)}
    if lifetime := thread.expiration or expiration:
        body["expirationConfig"] = _expiration_on_wire(lifetime)
    return body | {"tools": kept_on_wire(thread.other_tools)}


def mask_of_thread(body: Json) -> str:
    """The mask under which ``thread_on_wire`` makes a thread equal to ``body``; without a lifetime, the usual."""
    paths = ["name", "description", "labels", "tools"]
    if "expirationConfig" in body:
        return ",".join([*paths, "expirationConfig.ttlDays", "expirationConfig.expirationPolicy"])
    return ",".join([*paths, "expirationConfig"])


def custom_on_wire(request: RunRequest, own: AssistantSettings, folder: str) -> Json:
    """What a run wants otherwise than its assistant's ``own`` settings; its tools are all or none.

    Raises RequestRejectedError for a schema or a tool that is no JSON object.
    """
    custom: Json = {}
    if request.truncation and request.truncation != own.truncation:
        custom["customPromptTruncationOptions"] = _truncation_on_wire(request.truncation)
    if (request.temperature, request.max_tokens) != (own.completion.temperature, own.completion.max_tokens):
        custom["customCompletionOptions"] = _completion_on_wire(request.temperature, request.max_tokens)
    if request.response_format != own.response_format:
        custom["customResponseFormat"] = _format_on_wire(request.response_format)
    if request.functions != own.functions:
        custom["tools"] = tools_on_wire(request.functions, own.search, own.other_tools, folder)
    return custom


def messages_on_wire(messages: Sequence[PromptMessage], assistant_id: str) -> Iterator[Json]:
    """``MessageData`` of each message; an author has both its fields, or is refused.

    Messages of threads have no calls: of those that were answered elsewhere the results are told in words, by the user
    since a model writes on as the assistant seems to write.
    """
    for is_result, group in groupby(messages, lambda message: message.call is not None):
        if is_result:
            yield _message("\n\n".join(_told(message) for message in group), "")
            continue
        for message in group:
            if message.text or not message.calls:
                yield _message(message.text, assistant_id if message.author is Author.ASSISTANT else "")


def _told(result: PromptMessage) -> str:
    call = result.call
    return f"{called_name(call)}({call.arguments}):\n{result.text}" if call else result.text


def _message(text: str, assistant_id: str) -> Json:
    """The message of an assistant or, without one, of the user."""
    author = {"id": assistant_id, "role": "ASSISTANT"} if assistant_id else {"id": USER_ID, "role": "USER"}
    return {"author": author, "content": {"content": [{"text": {"content": text}}]}}


def _completion_on_wire(temperature: float, max_tokens: int | None) -> Json:
    """``CompletionOptions``; int64 are texts on this wire."""
    options: Json = {"temperature": min(temperature, MAX_TEMPERATURE)}
    return options if max_tokens is None else options | {"maxTokens": str(max_tokens)}


def _expiration_on_wire(expiration: Expiration) -> Json:
    """``ExpirationConfig``."""
    return {"expirationPolicy": expiration.policy.value.upper(), "ttlDays": str(expiration.ttl_days)}


def _format_on_wire(wanted: ResponseFormat) -> Json:
    """``ResponseFormat``.  Raises RequestRejectedError for a schema that is no JSON object."""
    if wanted.kind is FormatKind.JSON_SCHEMA:
        return {"jsonSchema": {"schema": schema_of(wanted)}}
    return {"jsonObject": wanted.kind is FormatKind.JSON_OBJECT}


def _truncation_on_wire(truncation: PromptTruncation) -> Json:
    """``PromptTruncationOptions``."""
    return {"maxPromptTokens": str(truncation.max_prompt_tokens), **_strategy(truncation)}


def _strategy(truncation: PromptTruncation) -> Mapping[str, Json]:
    if truncation.last_messages is None:
        return {"autoStrategy": {}}
    return {"lastMessagesStrategy": {"numMessages": str(truncation.last_messages)}}
