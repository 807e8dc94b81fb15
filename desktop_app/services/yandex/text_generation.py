"""Yandex text generation: replies as growing snapshots, requests that are answered later, and a tokenizer.

The service keeps no thread: the whole history is sent every time.  A stream that breaks cannot be taken up again, and
closing it is the only way to stop a reply.  Requests sent deferred become operations at a host of its own.
"""

import logging
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import msgspec

from desktop_app.domain.assistants import FormatKind, Reasoning
from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.errors import BadReplyError, ServiceError
from desktop_app.domain.events import RunEvent, StageChanged
from desktop_app.domain.operations import RemoteOperation
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.providers import kind_of, provider_of
from desktop_app.domain.secret import Credentials
from desktop_app.services.openai.model_list import has_no_list, listed_models
from desktop_app.services.reading.json_fields import read
from desktop_app.services.reading.json_stream import object_in, payloads, read_out, unwrapped
from desktop_app.services.reading.reply_schema import schema_of
from desktop_app.services.transport.connecting import http_of, sign_in_of
from desktop_app.services.transport.failures import explain
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.yandex.operation_calls import operation_path, telling_what_is_gone
from desktop_app.services.yandex.text_messages import function_of, messages_of
from desktop_app.services.yandex.text_replies import CompletionReply, operation_id, remote_operation
from desktop_app.services.yandex_models import answering_models, documented_models, model_uri

log = logging.getLogger(__name__)

UNARY_S = 60.0


class _Tokens(msgspec.Struct):
    """The tokenizer's reply."""

    tokens: list[Any] | None = None


class YandexTextService:
    """Answers runs at ``{base_url}/completion``; implements ``Service``, ``Deferring`` and ``Counting``."""

    def __init__(
        self, connection: Connection, credentials: Credentials, *, read_timeout_s: float | None = None
    ) -> None:
        sign_in, password = sign_in_of(connection, credentials), credentials.proxy_password
        self._http = http_of(
            connection, sign_in, read_timeout_s=read_timeout_s, proxy_password=password, sends_folder=True
        )
        operations_url = connection.operations_url or kind_of(connection).operations_url
        self._operations = http_of(connection, sign_in, base_url=operations_url, proxy_password=password)
        host = urlsplit(connection.base_url)
        self._list = http_of(
            connection,
            sign_in,
            base_url=f"{host.scheme}://{host.netloc}/v1",
            proxy_password=password,
            is_openai=True,
        )
        self._folder = connection.folder
        self._provider = provider_of(connection)

    # -- answering runs

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply and yield what comes; raises ServiceError."""
        yield StageChanged("waiting")
        reply = CompletionReply(model_uri(request.model, self._folder))
        body = self._body(request, {"stream": True})
        with self._explaining(request.request_id):
            try:
                stream = self._http.stream(
                    "POST", "/completion", body, request_id=request.request_id, named=reply.named
                )
                async with (
                    aclosing(stream) as chunks,
                    aclosing(payloads(chunks, self._http.redacted)) as snapshots,
                ):
                    async for snapshot in snapshots:
                        for event in reply.feed(snapshot):
                            yield event
                        if reply.is_over:
                            await read_out(snapshots)
            except ServiceError as error:
                error.is_untouched = error.is_untouched and not reply.has_begun
                raise
            for event in reply.ending():
                yield event

    # -- deferred requests

    async def submit(self, request: RunRequest) -> str:
        """Send a request that is answered later; the id of its operation, kept three days.  Raises ServiceError.

        No functions are offered: nobody would answer their calls.
        """
        request = replace(request, functions=())
        with self._explaining(request.request_id):
            value = await self._fetched(
                self._http, "POST", "/completionAsync", self._body(request, {}), request.request_id
            )
            return operation_id(value)

    async def operation(self, remote_id: str) -> RemoteOperation:
        """How far an operation is.

        Raises OperationGoneError, or another ServiceError when it could not be asked for.
        """
        with self._explaining(), telling_what_is_gone():
            value = await self._fetched(self._operations, "GET", operation_path(remote_id))
        return remote_operation(value, remote_id, self._operations.redacted)

    async def cancel_operation(self, remote_id: str) -> None:
        """Ask the service to give an operation up: by GET, as the reference says, else by POST, as another page does.

        Raises ServiceError.
        """
        path = f"{operation_path(remote_id)}:cancel"
        with self._explaining(), telling_what_is_gone():
            try:
                await self._operations.fetch("GET", path, read_timeout_s=UNARY_S)
            except ServiceError as error:
                if error.status_code not in (404, 405, 501):
                    raise
                await self._operations.fetch("POST", path, read_timeout_s=UNARY_S)

    # -- the tokenizer

    async def count_tokens(self, request: RunRequest) -> int:
        """How many tokens the prompt has, with those that mark the roles.  Raises ServiceError."""
        body = self._body(request, {})
        return await self._count("/tokenizeCompletion", body, request.request_id)

    async def _count(self, path: str, body: bytes, request_id: str = "") -> int:
        with self._explaining(request_id):
            value = await self._fetched(self._http, "POST", path, body, request_id)
            tokens = read(unwrapped(value, self._http.redacted), _Tokens).tokens
        if tokens is None:
            raise BadReplyError("the tokenizer's reply has no tokens")
        return len(tokens)

    # -- models, test, end

    async def models(self) -> tuple[Model, ...]:
        """The folder's models that this API answers with; the documented ones where there is no list to ask for.

        Raises ServiceError.
        """
        try:
            with self._explaining():
                listed = await listed_models(self._list, self._provider)
        except ServiceError as error:
            if not has_no_list(error):
                raise
            log.info("no list of models here: %s", error.detail)
            return documented_models(self._folder)
        return answering_models(listed, self._folder)

    async def test(self) -> ConnectionReport:
        """Count the tokens of a word, which needs sign-in, role and folder and costs nothing; list the models.

        Raises ServiceError.
        """
        start = time.monotonic()
        body = {"modelUri": model_uri("", self._folder), "text": "ping"}
        await self._count("/tokenize", msgspec.json.encode(body))
        round_trip_s = time.monotonic() - start
        try:
            models = await self.models()
        except ServiceError as error:  # a key may be good for this API alone
            log.info("the models could not be listed: %s", error.detail)
            models = documented_models(self._folder)
        return ConnectionReport(round_trip_s, models)

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        for client in (self._http, self._operations, self._list):
            await client.close()

    # -- asking

    def _body(self, request: RunRequest, options: dict[str, Any]) -> bytes:
        """A CompletionRequest.  Raises RequestRejectedError for a schema that is none."""
        messages = messages_of(request.messages)
        if request.instruction:
            messages.insert(0, {"role": "system", "text": request.instruction})
        options["temperature"] = min(request.temperature, self._provider.max_temperature)
        if request.max_tokens is not None:
            options["maxTokens"] = str(request.max_tokens)  # int64 of protobuf travels as a text
        if request.reasoning is not Reasoning.OFF:
            options["reasoningOptions"] = {"mode": "ENABLED_HIDDEN"}
        body: dict[str, Any] = {
            "modelUri": model_uri(request.model, self._folder),
            "completionOptions": options,
            "messages": messages,
        }
        if request.functions:
            body["tools"] = [{"function": function_of(function)} for function in request.functions]
        match request.response_format.kind:
            case FormatKind.JSON_OBJECT:
                body["jsonObject"] = True
            case FormatKind.JSON_SCHEMA:
                body["jsonSchema"] = {"schema": schema_of(request.response_format)}
        return msgspec.json.encode(body)

    async def _fetched(
        self, client: HttpClient, method: str, path: str, body: bytes | None = None, request_id: str = ""
    ) -> dict[str, Any]:
        raw = await client.fetch(method, path, body, request_id=request_id, read_timeout_s=UNARY_S)
        return object_in(raw, client.redacted)

    @contextmanager
    def _explaining(self, request_id: str = "") -> Iterator[None]:
        """Errors name the request, and the role that is usually missing."""
        try:
            yield
        except ServiceError as error:
            explain(error, request_id, self._provider.roles)
            raise
