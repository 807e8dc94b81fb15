"""A strict Chat Completions server on loopback, with scripted replies and faults.

In tests: ``async with ChatServer(stream("Hel", "lo")) as server`` and ``server.base_url``.  What a client must not do
(an unknown field, a missing header, a call nobody expects) is answered with an error and fails the test at the end.

As a process, for tests of the whole program::

    python -m tests.servers --port 0 --pieces one two three --delay-ms 50

With ``--mode functions`` it calls what a question asks for (the words are those of ``tests.function_calls``: "call
weather Tula") and repeats every other question.

The first line it prints is its base URL; then comes one JSON line a request, without the key.
"""

import argparse
import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from tests import function_calls

KEY = "test-key-canary-123"

FIELDS: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "messages": list,
    "stream": bool,
    "stream_options": dict,
    "temperature": (int, float),
    "max_tokens": int,
    "max_completion_tokens": int,
    "reasoning_effort": str,
    "response_format": dict,
    "tools": list,
}


@dataclass
class Exchange:
    """One request and the way to answer it; ``body`` is the decoded JSON of a POST."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def has_gone(self) -> bool:
        """Whether the client closed the connection, properly or with a reset."""
        return self.reader.at_eof() or self.reader.exception() is not None

    async def head(self, status: int = 200, **headers: str) -> None:
        """Status line and headers; underscores in names stand for hyphens.  The body is chunked."""
        given = {"content-type": "text/event-stream"} | {k.replace("_", "-"): v for k, v in headers.items()}
        lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in given.items())]
        self.writer.write("\r\n".join([*lines, "transfer-encoding: chunked", "", ""]).encode())
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        """A piece of the body; an empty one would be its end."""
        if not data:
            return
        self.writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self.writer.drain()

    async def event(self, value: object) -> None:
        """An SSE event with a JSON value or, for a text, just that text."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        await self.chunk(f"data: {text}\n\n".encode())

    async def end(self) -> None:
        """The end of the body."""
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    async def reply(self, status: int, body: object, **headers: str) -> None:
        """A whole reply: JSON, or the text or bytes themselves."""
        is_json = not isinstance(body, str | bytes)
        raw = body if isinstance(body, bytes) else (json.dumps(body) if is_json else str(body)).encode()
        await self.head(
            status, **({"content_type": "application/json" if is_json else "text/html"} | headers)
        )
        await self.chunk(raw)
        await self.end()


Behaviour = Callable[[Exchange], Awaitable[None]]


# -- what replies look like


def delta(text: str | None = None, finish: str | None = None, **more: object) -> dict[str, object]:
    """A chunk of a stream."""
    said = {} if text is None else {"content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "model": "scripted",
        "choices": [{"index": 0, "delta": said | more, "finish_reason": finish}],
    }


def snapshot(text: str, finish: str | None = None) -> dict[str, object]:
    """A chunk that repeats the whole text, as some gateways send it."""
    message = {"role": "assistant", "content": text}
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "message": message, "finish_reason": finish}]}


USAGE: dict[str, object] = {
    "choices": [],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
}


def events(*values: object, delay_s: float = 0, is_cut: bool = False) -> Behaviour:
    """A stream of these events, as they are; cut off in the middle of the body if ``is_cut``."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        for value in values:
            await exchange.event(value)
            await asyncio.sleep(delay_s)
        if is_cut:
            exchange.writer.close()
        else:
            await exchange.end()

    return behave


def stream(*pieces: str, delay_s: float = 0, finish: str = "stop") -> Behaviour:
    """A proper stream: role, pieces, finish reason, usage if it was asked for, ``[DONE]``."""

    async def behave(exchange: Exchange) -> None:
        asked = exchange.body.get("stream_options", {}).get("include_usage")
        tail = [delta(finish=finish), *([USAGE] if asked else []), "[DONE]"]
        first = delta(role="assistant", content=None)
        await events(first, *(delta(piece) for piece in pieces), *tail, delay_s=delay_s)(exchange)

    return behave


def snapshots(*texts: str, delay_s: float = 0) -> Behaviour:
    """The same text growing, the last one repeated in the final event."""
    return events(*(snapshot(text) for text in texts), snapshot(texts[-1], "stop"), "[DONE]", delay_s=delay_s)


def raw(*pieces: bytes) -> Behaviour:
    """A stream of exactly these bytes, each piece a chunk of its own."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        for piece in pieces:
            await exchange.chunk(piece)
            await asyncio.sleep(0)
        await exchange.end()

    return behave


def refuse(status: int, body: object = "", **headers: str) -> Behaviour:
    """An error reply."""

    async def behave(exchange: Exchange) -> None:
        await exchange.reply(status, body, **headers)

    return behave


def listing(*rows: object) -> Behaviour:
    """A list of models."""
    return refuse(200, {"object": "list", "data": list(rows)})


def echo(delay_s: float = 0) -> Behaviour:
    """Says what it was told, word by word."""

    async def behave(exchange: Exchange) -> None:
        words = str(exchange.body["messages"][-1]["content"]).split(" ")
        pieces = [words[0], *(f" {word}" for word in words[1:])]
        await stream("You said: ", *pieces, delay_s=delay_s)(exchange)

    return behave


def calling(*calls: function_calls.Call, text: str = "", pieces: int = 3) -> Behaviour:
    """A proper stream of a text and of calls, by turns, with arguments in so many pieces."""
    return events(*call_events(*calls, text=text, pieces=pieces))


def call_events(*calls: function_calls.Call, text: str = "", pieces: int = 3) -> list[object]:
    """What comes of it."""
    begun = [
        _called(index, {"name": call.name, "arguments": ""}, id=call.call_id, type="function")
        for index, call in enumerate(calls)
    ]
    cuts = [function_calls.in_pieces(call.arguments, pieces) for call in calls]
    grown = [_called(index, {"arguments": cut[at]}) for at in range(pieces) for index, cut in enumerate(cuts)]
    said = [delta(role="assistant", content=None), *([delta(text)] if text else [])]
    return [*said, *begun, *grown, delta(finish="tool_calls"), USAGE, "[DONE]"]


def _called(index: int, function: dict[str, str], **more: str) -> dict[str, object]:
    return delta(tool_calls=[{"index": index, "function": function} | more])


def functions(otherwise: Behaviour) -> Behaviour:
    """Calls what a question asks for, in the words of ``tests.function_calls``."""

    async def behave(exchange: Exchange) -> None:
        messages = exchange.body["messages"]
        asked = max(at for at, message in enumerate(messages) if message["role"] == "user")
        results = [message["content"] for message in messages[asked:] if message["role"] == "tool"]
        offered = [tool["function"]["name"] for tool in exchange.body.get("tools", ())]
        question = messages[asked]["content"]
        said = function_calls.reply_to(question, offered, results)
        if said is None:
            await otherwise(exchange)
        elif isinstance(said, str):
            marks = function_calls.marks_in(question, messages[0]["content"])
            await stream(said, *([f" {marks}"] if marks else []))(exchange)
        else:
            await calling(*said)(exchange)

    return behave


async def hang_up(exchange: Exchange) -> None:
    """Closes without a word."""
    exchange.writer.close()


async def keep_silent(exchange: Exchange) -> None:
    """Sends headers and then nothing, until the client goes away."""
    await exchange.head()
    await exchange.reader.read()


# -- the server


@dataclass(kw_only=True)
class LoopbackServer:
    """Takes requests one by one and hands them to ``answer``; ``complaints`` are what the client did wrong."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    connections: int = 0
    is_forgiving: bool = False
    base_url: str = ""
    seen: list[Exchange] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    hung_up: int = 0
    on_request: Callable[[Exchange], None] | None = None

    async def answer(self, exchange: Exchange) -> None:
        """What a server of its kind does."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._on_connection, "127.0.0.1", self.port, ssl=self.tls)
        scheme = "https" if self.tls else "http"
        self.base_url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if kind is None and not self.is_forgiving:
            assert not self.complaints, self.complaints

    async def _on_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up += 1
        except asyncio.CancelledError:
            pass  # asyncio's own callback of start_server cannot bear a cancelled handler
        finally:
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        exchange = await _read_request(reader, writer)
        if exchange is None:
            return False
        self.seen.append(exchange)
        if self.on_request:
            self.on_request(exchange)
        async with self._watching(exchange):
            await self.answer(exchange)
        return not writer.is_closing()

    @asynccontextmanager
    async def _watching(self, exchange: Exchange) -> AsyncIterator[None]:
        """Count a client that goes away while it is answered."""
        try:
            yield
        finally:
            if exchange.reader.at_eof():
                self.hung_up += 1
                exchange.writer.close()


@dataclass
class ChatServer(LoopbackServer):
    """Answers ``POST /v1/chat/completions`` with ``replies``, the last one again and again, and ``GET /v1/models``.

    ``key`` None means that no key may come.
    """

    replies: Sequence[Behaviour] | Behaviour = ()
    models: Behaviour | None = None
    key: str | None = KEY
    key_scheme: str = "Bearer"

    async def __aenter__(self) -> Self:
        self._script = [self.replies] if callable(self.replies) else list(self.replies)
        await super().__aenter__()
        self.base_url += "/v1"
        return self

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was asked of the model."""
        return [exchange.body for exchange in self.seen if exchange.method == "POST"]

    async def answer(self, exchange: Exchange) -> None:
        """The wrong key first, then what is wrong with the request, then the script."""
        complaint = self._complaint(exchange)
        if self.key and exchange.headers.get("authorization") != f"{self.key_scheme} {self.key}":
            said = {"message": "Incorrect API key provided", "type": "authentication_error", "code": 401}
            await exchange.reply(401, {"error": said})
        elif complaint:
            self.complaints.append(complaint)
            await exchange.reply(400, {"error": {"message": complaint, "type": "invalid_request_error"}})
        else:
            await self._behaviour(exchange)(exchange)

    def _behaviour(self, exchange: Exchange) -> Behaviour:
        if exchange.path == "/v1/models":
            return self.models or listing({"id": "scripted", "object": "model"})
        assert self._script
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def _complaint(self, exchange: Exchange) -> str:
        """What is wrong with a request; empty when all is well."""
        expected = {"/v1/chat/completions": "POST", "/v1/models": "GET"}
        if expected.get(exchange.path) != exchange.method or (exchange.method == "POST" and not self._script):
            return f"unexpected call: {exchange.method} {exchange.path}"
        if not self.key and "authorization" in exchange.headers:
            return "a key came where none is wanted"
        if not exchange.headers.get("x-client-request-id"):
            return "x-client-request-id is missing"
        if not exchange.headers.get("user-agent", "").startswith("Nitka/"):
            return "user-agent is missing"
        return _complaint_about_body(exchange) if exchange.method == "POST" else ""


def _complaint_about_body(exchange: Exchange) -> str:
    body = exchange.body
    if exchange.headers.get("content-type") != "application/json":
        return "content-type is not application/json"
    for name, value in body.items():
        if name not in FIELDS:
            return f"unknown field: {name}"
        if not isinstance(value, FIELDS[name]):
            return f"wrong type: {name}"
    for message in body.get("messages") or [None]:
        if complaint := _complaint_about_message(message):
            return complaint
    calls = [call["id"] for message in body["messages"] for call in message.get("tool_calls", ())]
    results = [message["tool_call_id"] for message in body["messages"] if message["role"] == "tool"]
    return function_calls.complaint_about(calls, results)


def _complaint_about_message(message: Any) -> str:
    more = {"assistant": {"tool_calls"}, "tool": {"tool_call_id"}}
    if not isinstance(message, dict) or not {"role", "content"} <= set(message):
        return "messages need role and content"
    if message["role"] not in ("system", "user", "assistant", "tool"):
        return f"wrong message: {message['role']}"
    if set(message) - {"role", "content"} - more.get(message["role"], set()):
        return f"wrong fields: {message}"
    calls = message.get("tool_calls", [])
    for call in calls:
        if set(call) != {"id", "type", "function"} or set(call["function"]) != {"name", "arguments"}:
            return f"wrong call: {call}"
    is_text = isinstance(message["content"], str) or (calls and message["content"] is None)
    return "" if is_text else f"wrong message: {message['role']}"


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange | None:
    """The next request, None when the client closed between two, which is its right."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchange(method, path, headers, json.loads(body or b"{}"), reader, writer)


# -- as a process


_MODES = ["stream", "snapshots", "echo", "functions", "cut", "silence", "error"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A scripted Chat Completions server on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="the key that must come; without it none may come")
    parser.add_argument("--delay-ms", type=float, default=0, help="pause after each piece")
    parser.add_argument("--models", nargs="*", default=["scripted"])
    parser.add_argument("--pieces", nargs="*", default=["Hello", ", ", "world", "."])
    parser.add_argument(
        "--count", type=int, default=0, help="say the numbers up to this one instead of the pieces"
    )
    parser.add_argument("--mode", default="stream", choices=_MODES)
    parser.add_argument("--finish", default="stop")
    parser.add_argument("--status", type=int, default=500, help="of the error")
    parser.add_argument("--models-status", type=int, default=0, help="refuse to list models with this error")
    parser.add_argument("--message", default="scripted error")
    parser.add_argument("--retry-after", default="")
    return parser.parse_args()


def _scripted(given: argparse.Namespace) -> Behaviour:
    delay_s = given.delay_ms / 1000
    pieces = [f"{number} " for number in range(1, given.count + 1)] or given.pieces
    match given.mode:
        case "snapshots":
            return snapshots(*("".join(pieces[: end + 1]) for end in range(len(pieces))), delay_s=delay_s)
        case "echo":
            return echo(delay_s)
        case "functions":
            return functions(echo(delay_s))
        case "cut":
            return events(*(delta(piece) for piece in pieces), delay_s=delay_s, is_cut=True)
        case "silence":
            return keep_silent
        case "error":
            headers = {"retry_after": given.retry_after} if given.retry_after else {}
            return refuse(given.status, {"error": {"message": given.message}}, **headers)
    return stream(*pieces, delay_s=delay_s, finish=given.finish)


def _print_request(exchange: Exchange) -> None:
    print(json.dumps({"method": exchange.method, "path": exchange.path, "body": exchange.body}), flush=True)


async def _main() -> None:
    given = _arguments()
    models = listing(*({"id": name, "object": "model"} for name in given.models))
    if given.models_status:
        models = refuse(given.models_status, {"error": {"message": given.message}})
    server = ChatServer(
        _scripted(given),
        models,
        given.key or None,
        port=given.port,
        is_forgiving=True,
        on_request=_print_request,
    )
    async with server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
