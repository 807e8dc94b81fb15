"""Chat Completions: the dialect that every compatible server speaks, llama.cpp's among them.

Tolerant where servers differ (nulls anywhere, missing parts, unknown fields, no ``[DONE]``, snapshots instead of
deltas, one JSON body instead of a stream) and strict where text could be lost: a broken event is an error, and a
stream that stops without saying why is an interrupted reply.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any

import msgspec

from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.errors import (
    BadReplyError,
    NotFoundError,
    RequestRejectedError,
    ServiceError,
    ServiceFaultError,
)
from desktop_app.domain.events import (
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    StageChanged,
    TextAppended,
    TextReplaced,
    UsageReported,
)
from desktop_app.domain.prompt import RunRequest
from desktop_app.domain.secret import Credentials
from desktop_app.domain.threads import Status, Usage
from desktop_app.services.connecting import http_of, sign_in_of
from desktop_app.services.failures import error_in_stream
from desktop_app.services.http import READ_S
from desktop_app.services.sse import EventTooLargeError, SseDecoder, SseEvent

log = logging.getLogger(__name__)

# After a finish reason only usage and "[DONE]" are missing; a server that keeps silent then has said all.
AFTER_FINISH_S = 3.0
LIST_S = 20.0

_ENDINGS = {
    "length": Status.TRUNCATED,
    "max_tokens": Status.TRUNCATED,
    "model_length": Status.TRUNCATED,
    "content_filter": Status.FILTERED,
    "safety": Status.FILTERED,
}


class _Said(msgspec.Struct):
    """A ``delta`` or a ``message``; ``content`` is a text, or a list of parts at some servers."""

    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None


class _Choice(msgspec.Struct):
    index: int | None = None
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: Any = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    """One chunk of a stream, or a whole reply: the two differ only in ``delta`` and ``message``."""

    id: Any = None
    model: Any = None
    choices: list[_Choice | None] | None = None
    usage: _Usage | None = None
    error: Any = None


class _ModelRow(msgspec.Struct):
    """A row of ``GET /models``; the context's length has a name of its own at every server."""

    id: Any = None
    name: Any = None
    meta: dict[str, Any] | None = None
    max_model_len: Any = None
    context_length: Any = None
    context_window: Any = None
    max_context_length: Any = None


class ChatCompletionsService:
    """Answers runs at ``{base_url}/chat/completions``; implements ``domain.service.Service``.

    ``extra`` are fields that only this server is known to take (sampling of llama.cpp).
    """

    def __init__(
        self,
        connection: Connection,
        credentials: Credentials,
        *,
        read_timeout_s: float = READ_S,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        sign_in = sign_in_of(connection, credentials)
        self._http = http_of(connection, sign_in, read_timeout_s=read_timeout_s)
        self._extra = dict(extra or {})
        self._takes_stream_options = True

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply and yield what comes; raises ServiceError."""
        yield StageChanged("waiting")
        reply = _Reply(self._http.redacted)
        try:
            async with aclosing(self._chunks(request)) as chunks:
                while (chunk := await _next(chunks, reply.is_finished)) is not None:
                    for event in reply.feed(chunk):
                        yield event
            yield reply.ending()
        except ServiceError as error:
            error.request_id = error.request_id or request.request_id
            raise

    async def models(self) -> tuple[Model, ...]:
        """What ``GET /models`` lists, in its order.  Raises ServiceError; NotFoundError where a server has no list."""
        return _models(await self._http.fetch("GET", "/models", read_timeout_s=LIST_S))

    async def test(self) -> ConnectionReport:
        """List the models, or ask for one token where a server has no list.  Raises ServiceError."""
        start = time.monotonic()
        try:
            models = await self.models()
        except ServiceError as error:
            if not isinstance(error, NotFoundError) and error.status_code != 501:
                raise
            models = ()
            start = time.monotonic()
            await self._ask_for_one_token()
        return ConnectionReport(time.monotonic() - start, models)

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._http.close()

    # -- asking

    async def _ask_for_one_token(self) -> None:
        body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        try:
            await self._http.fetch("POST", "/chat/completions", msgspec.json.encode(body))
        except RequestRejectedError as error:
            # No model was named, since none is known; a server that minds has let the key pass.
            log.info("one token was refused, the server is there: %s", error.detail)
        except NotFoundError as error:
            if "model" not in error.detail.lower():
                raise

    def _body(self, request: RunRequest) -> bytes:
        messages = [{"role": message.author.value, "content": message.text} for message in request.messages]
        if request.instruction:
            messages.insert(0, {"role": "system", "content": request.instruction})
        body: dict[str, object] = {"messages": messages, "stream": True, "temperature": request.temperature}
        if request.model:
            body["model"] = request.model
        if request.max_tokens is not None:
            body["max_tokens"] = request.max_tokens
        if self._takes_stream_options:
            body["stream_options"] = {"include_usage": True}
        return msgspec.json.encode(body | self._extra)

    async def _chunks(self, request: RunRequest) -> AsyncGenerator[_Chunk, None]:
        """Decoded chunks up to ``[DONE]`` or the end of the stream."""
        async with aclosing(self._payloads(request)) as payloads:
            async for payload in payloads:
                data = payload.data.strip()
                if data == "[DONE]":
                    return
                if payload.name == "error" and not data.startswith("{"):
                    raise ServiceFaultError(self._http.redacted(data))
                if data.startswith("{"):  # anything else is a keep-alive of some proxy
                    yield _chunk(data)

    async def _payloads(self, request: RunRequest) -> AsyncGenerator[SseEvent, None]:
        try:
            async with aclosing(self._attempt(request)) as events:
                async for event in events:
                    yield event
        except RequestRejectedError as error:
            if not self._takes_stream_options or "stream_options" not in error.detail:
                raise
            self._takes_stream_options = False
            async with aclosing(self._attempt(request)) as events:
                async for event in events:
                    yield event

    async def _attempt(self, request: RunRequest) -> AsyncGenerator[SseEvent, None]:
        stream = self._http.stream(
            "POST", "/chat/completions", self._body(request), request_id=request.request_id
        )
        async with aclosing(stream) as body, aclosing(_events(body)) as events:
            async for event in events:
                yield event


class _Reply:
    """Follows one reply: chunks in, events out, and what its ending is."""

    def __init__(self, redacted: Callable[[str], str]) -> None:
        self._redacted = redacted
        self._finish_reason = ""
        self._is_accepted = False

    @property
    def is_finished(self) -> bool:
        """Whether the service said why the text ends."""
        return bool(self._finish_reason)

    def feed(self, chunk: _Chunk) -> Iterator[RunEvent]:
        """The events of a chunk; text that comes after the finish reason is not part of the reply."""
        if chunk.error:
            raise error_in_stream(self._without_key(chunk))
        if not self._is_accepted:
            self._is_accepted = True
            yield RunAccepted(_text(chunk.id), _text(chunk.model))
        for choice in chunk.choices or ():
            if choice and choice.index in (None, 0) and not self.is_finished:
                yield from self._choice(choice)
        if chunk.usage:
            yield UsageReported(Usage(chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0))

    def ending(self) -> RunEnded:
        """The ending, once the stream is over."""
        if not self._finish_reason:
            return RunEnded(Status.INTERRUPTED)
        if self._finish_reason == "error":
            raise ServiceFaultError("the service ended the reply with an error")
        return RunEnded(_ENDINGS.get(self._finish_reason, Status.COMPLETED))

    def _choice(self, choice: _Choice) -> Iterator[RunEvent]:
        delta = choice.delta or _Said()
        if thought := _text(delta.reasoning_content) or _text(delta.reasoning):
            yield ReasoningAppended(thought)
        if text := _text(delta.content):
            yield TextAppended(text)
        if choice.message and (snapshot := _text(choice.message.content)):
            yield TextReplaced(snapshot)
        self._finish_reason = _text(choice.finish_reason).lower()

    def _without_key(self, chunk: _Chunk) -> object:
        said = msgspec.json.encode({"error": chunk.error}).decode()
        return msgspec.json.decode(self._redacted(said))


async def _next(chunks: AsyncGenerator[_Chunk, None], is_finished: bool) -> _Chunk | None:
    """The next chunk, None at the end; a reply that is finished is not spoilt by what fails after it."""
    try:
        async with asyncio.timeout(AFTER_FINISH_S if is_finished else None):
            return await anext(chunks, None)
    except (ServiceError, TimeoutError):
        if not is_finished:
            raise
        return None


async def _events(body: AsyncIterator[bytes]) -> AsyncGenerator[SseEvent, None]:
    """The events of a stream; a body that is one JSON object counts as one event, whatever its header says."""
    head = b""
    async for chunk in body:
        head += chunk
        if start := head.lstrip(b"\xef\xbb\xbf \t\r\n"):
            break
    else:
        return
    if start[:1] == b"<":
        raise BadReplyError("a web page came instead of a reply")
    if start[:1] == b"{":
        yield SseEvent((start + b"".join([chunk async for chunk in body])).decode("utf-8", "replace"))
        return
    decoder = SseDecoder()
    try:
        for event in decoder.feed(head):
            yield event
        async for chunk in body:
            for event in decoder.feed(chunk):
                yield event
    except EventTooLargeError as error:
        raise BadReplyError(str(error)) from error
    for event in decoder.end():
        yield event


def _chunk(data: str) -> _Chunk:
    try:
        return msgspec.json.decode(data, type=_Chunk, strict=False)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadReplyError(f"an event that is not Chat Completions: {error}") from error


def _text(value: object) -> str:
    """A text, also one in parts; what is neither says nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return ""


def _models(body: bytes) -> tuple[Model, ...]:
    try:
        listed = msgspec.json.decode(body)
        rows = listed.get("data") if isinstance(listed, dict) else listed
        if isinstance(listed, dict) and "data" not in listed:
            raise BadReplyError("the list of models has no data")
        found = [msgspec.convert(row, _ModelRow, strict=False) for row in rows or () if isinstance(row, dict)]
    except (msgspec.ValidationError, msgspec.DecodeError, TypeError) as error:
        what = "a web page" if body.lstrip().startswith(b"<") else f"not a list of models: {error}"
        raise BadReplyError(what) from error
    return tuple(
        Model(row.id, _text(row.name), _context(row)) for row in found if row.id and isinstance(row.id, str)
    )


def _context(row: _ModelRow) -> int | None:
    meta = row.meta or {}
    lengths = (
        meta.get("n_ctx"),
        row.max_model_len,
        row.context_length,
        row.context_window,
        row.max_context_length,
        meta.get("n_ctx_train"),
    )
    return next((length for length in lengths if isinstance(length, int) and length > 0), None)
