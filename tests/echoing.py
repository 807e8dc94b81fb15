"""Servers that repeat the credentials they were sent, in every place of a reply and every writing; and who finds them.

``EchoingChat`` and the others are the strict servers until ``fault`` is set; then each request but the first
``spared`` of them is answered by it.

As a process, for tests of the whole program: ``python -m tests.echoing --status 401``; its first line is its base URL.
"""

import argparse
import asyncio
import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from tests.assistants_server import AssistantsServer
from tests.iam_server import IamServer
from tests.responses_server import ResponsesServer
from tests.servers import Behaviour, ChatServer, Exchange, LoopbackServer
from tests.yandex_text_server import YandexTextServer

PIECE = 12
"""Characters of a credential that tell too much of it."""


# -- how it may be written


def units(text: str) -> str:
    """As JSON may write every character."""
    return "".join(f"\\u{ord(one):04x}" for one in text)


def percents(text: str) -> str:
    """As an address may write every character."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


def in_base64(text: str) -> str:
    """As a header is written in another."""
    return base64.b64encode(text.encode()).decode()


WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "units": units,
    "units in JSON": lambda text: json.dumps(units(text))[1:-1],
    "percents": percents,
    "address": lambda text: quote(text, safe=""),
    "entities": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "page": lambda text: html.escape(text).replace("-", "&#x2D;").replace(".", "&period;"),
    "base64": in_base64,
    "base64 in an address": lambda text: quote(in_base64(text), safe=""),
    "base64 of more": lambda text: in_base64(f"<< {text} >>"),
}


# -- where it may stand


def echoed(exchange: Exchange) -> str:
    """The credentials of a request; user and password of a proxy, which come in base64, as they are."""
    scheme, _, pair = exchange.headers.get("proxy-authorization", "").partition(" ")
    found = [exchange.headers.get("authorization", ""), scheme, base64.b64decode(pair).decode()]
    return " ".join([*found, str(exchange.body.get("yandexPassportOauthToken", ""))]).strip()


Place = Callable[[str, int], bytes]


def _body(form: str, kind: str = "application/json") -> Place:
    def place(text: str, status: int) -> bytes:
        return _reply(status, form.replace("@", text).encode(), kind)

    return place


def _fine(form: str, kind: str = "text/event-stream") -> Place:
    return lambda text, _: _reply(200, form.replace("@", text).encode(), kind)


def _header(form: str, status: int = 0) -> Place:
    def place(text: str, given: int) -> bytes:
        return _reply(status or given, b"", "text/plain", form.replace("@", text))

    return place


def _reply(status: int, body: bytes, kind: str, *headers: str, reason: str = "Scripted") -> bytes:
    head = [f"HTTP/1.1 {status} {reason}", f"content-type: {kind}", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*head, "connection: close", "", ""]).encode() + body


PLACES: dict[str, Place] = {
    "OpenAI's error": _body('{"error":{"message":"bad @","type":"@","code":"@","param":"@"}}'),
    "a flat error": _body('{"code":16,"message":"bad @","details":[{"a":"@"}]}'),
    "an error of a stream": _body('{"error":{"grpcCode":16,"httpCode":401,"message":"@","details":[]}}'),
    "an error of a word": _body('{"error":"@"}'),
    "an error of FastAPI": _body('{"detail":[{"loc":["header","@"],"msg":"bad @"}]}'),
    "an unknown error": _body('{"@":[{"deep":"@"}]}'),
    "a long error": _body('{"error":{"message":"' + "x" * 480 + '@"}}'),
    "a list": _body('["@"]'),
    "half an object": _body('{"error":{"message":"bad @"'),
    "a page's title": _body("<html><title>no @ here</title><p>@</html>", "text/html"),
    "a page": _body("<html>@</html>", "text/html"),
    "plain words": _body("bad @", "text/plain"),
    "plain words, far away": _body("x" * (65536 - 30) + "@", "text/plain"),
    "an id": _header("x-request-id: " + "r" * 90 + "@"),
    "another id": _header("x-server-trace-id: @"),
    "a time to wait": _header("retry-after: @"),
    "a challenge": _header("www-authenticate: Bearer realm=@"),
    "a redirect": _header("location: https://elsewhere.invalid/sign-in/@/again", 307),
    "a redirect's query": _header("location: /sign-in?key=@", 302),
    "a redirect's user": _header("location: https://@@elsewhere.invalid/", 308),
    "a reason": lambda text, status: _reply(status, b"", "text/plain", reason=text),
    "no HTTP": lambda text, _: f"{text}\r\n\r\n".encode(),
    "no header": lambda text, _: f"HTTP/1.1 200 OK\r\n{text}\r\n\r\n".encode(),
    "no length": lambda text, _: f"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{text}\r\n".encode(),
    "no gzip": lambda text, _: _reply(200, text.encode(), "application/json", "content-encoding: gzip"),
    "too short": lambda text, status: _reply(status, text.encode() * 9, "text/plain")[:-5],
    "a good page": _fine("<html><title>@</title></html>", "text/html"),
    "good words": _fine("@", "text/plain"),
    "a good list": _fine('["@"]', "application/json"),
    "half a good object": _fine('{"a":"@"', "application/json"),
    "a good error": _fine('{"error":{"message":"@","type":"@"}}', "application/json"),
    "an event's error": _fine('data: {"error":{"message":"@","code":"@"}}\n\n'),
    "an event of words": _fine("event: error\ndata: no, @\n\n"),
    "an event of errors": _fine('data: {"type":"error","message":"@","code":"@"}\n\n'),
    "half an event": _fine('data: {"error":{"message":"@"\n\n'),
    "a failed response": _fine(
        'data: {"type":"response.failed","response":{"id":"r","status":"failed","error":{"message":"@"}}}\n\n'
    ),
    "a stream's error": _fine('{"result":{}}\n{"error":{"grpcCode":13,"message":"@"}}\n', "application/json"),
    "a stream's end": _fine('{"result":{"a":"@', "application/json"),
    "a run's error": _fine(
        '{"result":{"eventType":"ERROR","error":{"code":13,"message":"@"}}}\n', "application/json"
    ),
    "an operation's error": _fine(
        '{"id":"o1","done":true,"error":{"code":13,"message":"@"}}', "application/json"
    ),
}
STATUSES = (401, 400, 403, 404, 409, 429, 500, 503, 402, 405, 410, 413, 422, 408, 502, 407)


def echo(place: str, writing: str, status: int = 401, *, is_crumbled: bool = False) -> Behaviour:
    """Answers with the credentials of the request; ``is_crumbled`` sends byte by byte."""

    async def behave(exchange: Exchange) -> None:
        reply = PLACES[place](WRITINGS[writing](echoed(exchange)), status)
        size = 1 if is_crumbled else len(reply)
        for at in range(0, len(reply), size):
            exchange.writer.write(reply[at : at + size])
            await exchange.writer.drain()
            await asyncio.sleep(0)
        exchange.writer.close()

    return behave


# -- who does it


@dataclass(kw_only=True)
class Echoing(LoopbackServer):
    """Answers every request but the first ``spared`` with ``fault``; without one it is a good server.

    It takes any credential, and is its own proxy for plain http.
    """

    fault: Behaviour | None = None
    spared: int = 0
    sent: list[str] = field(default_factory=list)

    async def answer(self, exchange: Exchange) -> None:
        """The fault, or what a server of its kind does."""
        exchange.path = re.sub("^http://[^/]+", "", exchange.path)
        if self.fault and not self.spared:
            self.sent.append(echoed(exchange))
            await self.fault(exchange)
        else:
            self.spared = max(0, self.spared - 1)
            self.accept(*exchange.headers.get("authorization", " ").split(" ", 1))
            await super().answer(exchange)

    def accept(self, scheme: str, key: str) -> None:
        """Let this key pass."""


@dataclass
class EchoingAll(Echoing):
    """Answers nothing else."""


@dataclass
class EchoingChat(Echoing, ChatServer):
    """Chat Completions."""

    def accept(self, scheme: str, key: str) -> None:
        self.key_scheme, self.key = scheme, key


@dataclass
class EchoingResponses(Echoing, ResponsesServer):
    """The Responses API."""

    def accept(self, scheme: str, key: str) -> None:
        self.key_scheme, self.key = scheme, key


@dataclass
class EchoingYandexText(Echoing, YandexTextServer):
    """Yandex text generation."""

    def accept(self, scheme: str, key: str) -> None:
        self.accepted.add(f"{scheme} {key}")


@dataclass
class EchoingAssistants(Echoing, AssistantsServer):
    """The AI Assistant API."""

    def accept(self, scheme: str, key: str) -> None:
        self.accepted.add(f"{scheme} {key}")


@dataclass(kw_only=True)
class EchoingIam(Echoing, IamServer):
    """The exchange of tokens."""


# -- who finds it


def told(text: str, secrets: list[str]) -> list[str]:
    """The pieces of ``secrets`` that a text tells, in whatever writing."""
    readings = {text}
    for _ in range(2):
        readings |= {again for one in readings for again in _readings(one)}
    wanted = {secret[at : at + PIECE] for secret in secrets for at in range(len(secret) - PIECE + 1)}
    return sorted({piece for piece in wanted for reading in readings if piece in reading})


def _readings(text: str) -> Iterator[str]:
    yield unquote_to_bytes(text).decode("latin-1")
    yield html.unescape(text)
    yield re.sub(r"\\+u([0-9a-fA-F]{4})", lambda unit: chr(int(unit[1], 16)), text)
    for digits in re.findall(r"[A-Za-z0-9+/_-]{16,}", text):
        for start in range(4):
            part = digits[start : start + (len(digits) - start) // 4 * 4]
            yield base64.b64decode(part.translate(str.maketrans("-_", "+/"))).decode("latin-1")


# -- as a process


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A server that repeats the credentials it was sent.")
    parser.add_argument("--place", choices=list(PLACES), default="OpenAI's error")
    parser.add_argument("--writing", choices=list(WRITINGS), default="plain")
    parser.add_argument("--status", type=int, default=401)
    given = parser.parse_args()
    async with EchoingAll(fault=echo(given.place, given.writing, given.status)) as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
