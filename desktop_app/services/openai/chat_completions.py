"""Chat Completions: the dialect that every compatible server speaks, llama.cpp's among them.

The history is sent with every request, in fields that any of these servers takes; what a model refuses nevertheless is
left out from then on.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

import msgspec

from desktop_app.domain.assistants import FormatKind, Reasoning, ResponseFormat
from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.errors import ServiceError
from desktop_app.domain.events import RunEvent, StageChanged
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.providers import provider_of
from desktop_app.domain.secret import Credentials
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.openai.call_ids import with_call_ids
from desktop_app.services.openai.chat_chunks import ChatReply
from desktop_app.services.openai.model_list import listed_models, sent_model, tested, word
from desktop_app.services.openai.refused_fields import RefusedFields, tell_refused_functions
from desktop_app.services.reading.functions import called_name, is_object, parameters_of
from desktop_app.services.reading.reply_schema import schema_of
from desktop_app.services.reading.streams import DONE, json_events, until_over
from desktop_app.services.transport.connecting import http_of, sign_in_of
from desktop_app.services.transport.failures import explain

# After a finish reason only usage and "[DONE]" are missing; a server that keeps silent then has said all.
AFTER_FINISH_S = 3.0


class ChatCompletionsService:
    """Answers runs at ``{base_url}/chat/completions``; implements ``domain.service.Service``.

    ``extra`` are fields that only this server is known to take (sampling of llama.cpp).
    """

    def __init__(
        self,
        connection: Connection,
        credentials: Credentials,
        *,
        read_timeout_s: float | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        sign_in = sign_in_of(connection, credentials)
        self._http = http_of(
            connection, sign_in, read_timeout_s=read_timeout_s, proxy_password=credentials.proxy_password
        )
        self._connection = connection
        self._provider = provider_of(connection)
        self._extra = dict(extra or {})
        # OpenAI's newer models take the limit of tokens under another name, and say so.
        self._refused = RefusedFields(
            {
                "temperature": "temperature",
                "stream_options": "stream_options",
                "max_tokens": "max_completion_tokens",
            }
        )

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply and yield what comes; raises ServiceError."""
        yield StageChanged("waiting")
        request = replace(request, model=sent_model(self._connection, request.model))
        is_over = False
        while not is_over:
            reply = ChatReply(self._http.redacted)
            try:
                async with aclosing(self._answer(request, reply)) as events:
                    async for event in events:
                        yield event
                is_over = True
            except ServiceError as error:
                for event in reply.rest():
                    yield event
                error.is_untouched = error.is_untouched and not reply.is_accepted
                if reply.is_accepted or not self._refused.learn(request.model, error):
                    explain(error, request.request_id, self._provider.roles)
                    if not reply.is_accepted:
                        tell_refused_functions(error, request)
                    raise

    async def models(self) -> tuple[Model, ...]:
        """What ``GET /models`` lists, in its order.  Raises ServiceError; NotFoundError where a server has no list."""
        return await listed_models(self._http, self._provider)

    async def test(self) -> ConnectionReport:
        """List the models, or ask for a word where a server has no list.  Raises ServiceError."""
        return await tested(self.models, self._ask_for_a_word)

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._http.close()

    # -- asking

    async def _ask_for_a_word(self) -> None:
        body = msgspec.json.encode({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1})
        await word(self._http.fetch("POST", "/chat/completions", body))

    def _body(self, request: RunRequest) -> bytes:
        messages = [self._message(message) for message in with_call_ids(request.messages)]
        if request.instruction:
            messages.insert(0, {"role": "system", "content": request.instruction})
        body: dict[str, object] = {
            "messages": messages,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": min(request.temperature, self._provider.max_temperature),
        }
        if request.model:
            body["model"] = request.model
        if request.max_tokens is not None:
            has_new_name = self._refused.has(request.model, "max_tokens")
            body["max_completion_tokens" if has_new_name else "max_tokens"] = request.max_tokens
        if request.reasoning is not Reasoning.OFF:
            body["reasoning_effort"] = request.reasoning.value
        if request.response_format.kind is not FormatKind.TEXT:
            body["response_format"] = _format(request.response_format)
        if request.functions:
            body["tools"] = [_tool(function) for function in request.functions]
        return msgspec.json.encode(
            {
                name: value
                for name, value in (body | self._extra).items()
                if name not in self._provider.unsupported and not self._refused.has(request.model, name)
            }
        )

    def _message(self, message: PromptMessage) -> dict[str, object]:
        if message.call:
            return {"role": "tool", "tool_call_id": message.call.call_id, "content": message.text}
        if message.calls:
            calls = [self._call(call) for call in message.calls]
            return {"role": "assistant", "content": message.text or None, "tool_calls": calls}
        return {"role": message.author.value, "content": message.text}

    def _call(self, call: ToolCall) -> dict[str, object]:
        can_be_sent = self._provider.takes_any_arguments or is_object(call.arguments)
        said = {"name": called_name(call), "arguments": call.arguments if can_be_sent else "{}"}
        return {"id": call.call_id, "type": "function", "function": said}

    async def _answer(self, request: RunRequest, reply: ChatReply) -> AsyncGenerator[RunEvent, None]:
        body = self._body(request)
        stream = self._http.stream(
            "POST", "/chat/completions", body, request_id=request.request_id, named=reply.named
        )
        chunks = until_over(
            json_events(stream, self._http.redacted),
            lambda: reply.is_finished or reply.is_done,
            AFTER_FINISH_S,
        )
        async with aclosing(stream), aclosing(chunks):
            async for chunk in chunks:
                if chunk.data == DONE:
                    reply.is_done = True
                    continue
                for event in reply.feed(chunk.data):
                    yield event
        for event in reply.end():
            yield event


def _tool(function: Function) -> dict[str, object]:
    """The nested form; what is not set is left out, since not every server knows all of it."""
    said: dict[str, object] = {"name": function.name, "parameters": parameters_of(function)}
    if function.description:
        said["description"] = function.description
    if function.is_strict:
        said["strict"] = True
    return {"type": "function", "function": said}


def _format(wanted: ResponseFormat) -> dict[str, object]:
    """The nested form; the Responses API has the same flat."""
    if wanted.kind is FormatKind.JSON_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": wanted.name, "schema": schema_of(wanted)}}
