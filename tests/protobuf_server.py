"""A strict server on loopback for Yandex Cloud APIs, driven by their official protobuf descriptors.

A subclass, or a test, gives the services and a handler for each method it expects::

    async def get(request: Any, exchange: Exchange) -> Message: ...


    async with ProtobufServer(OPERATIONS, {"OperationService.Get": get}) as server:
        ...

Paths and verbs are read from the ``google.api.http`` options.  What a client sends is refused with 400 and noted in
``complaints`` when the official JSON parser would refuse it, and for what that parser lets pass: keys or masks in
snake_case, nulls, a missing field with the ``(yandex.cloud.required)`` option.  How replies are printed is switched by
``is_camel``, ``is_sparse`` and ``framing``; what goes wrong is put into ``faults``.
"""

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, unquote

from google.api import annotations_pb2
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message_factory import GetMessageClass
from yandex.cloud import validation_pb2

from tests.servers import KEY, Behaviour, Exchange, LoopbackServer

# The runtime of protobuf has no types of its own here.
Message: TypeAlias = Any
Descriptor: TypeAlias = Any

Handler = Callable[[Any, Exchange], Awaitable[Message] | AsyncGenerator[Message, None]]

# HTTP statuses of gRPC codes, and the names that streaming calls print.
STATUSES = {1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400}
STATUSES |= {12: 501, 13: 500, 14: 503, 15: 500, 16: 401}
NAMES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
}


class Framing(NamedTuple):
    """How the messages of a stream are put one after the other."""

    before: bytes = b""
    prefix: bytes = b""
    between: bytes = b""
    suffix: bytes = b"\n"
    after: bytes = b""
    indent: int | None = None
    is_wrapped: bool = True


FRAMINGS = {
    "lines": Framing(),
    "bare": Framing(is_wrapped=False),
    "array": Framing(before=b"[\n", between=b",\n", suffix=b"", after=b"\n]\n", is_wrapped=False),
    "wrapped array": Framing(before=b"[", between=b",", suffix=b"", after=b"]"),
    "glued": Framing(suffix=b""),
    "pretty": Framing(indent=2),
    "data": Framing(prefix=b"data: ", suffix=b"\n\n"),
    "CRLF": Framing(suffix=b"\r\n"),
    "BOM": Framing(before=b"\xef\xbb\xbf"),
    "no final line end": Framing(between=b"\n", suffix=b""),
}


class Refusal(Exception):  # noqa: N818 - what a handler says, not what went wrong in it
    """A handler's no, as ``google.rpc.Status``: before the reply, or as a last line of a stream that had begun."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUSES[self.code]

    def body(self, is_streaming: bool, is_camel: bool = True) -> dict[str, object]:
        """What gateways print: flat for a call with one reply, an ``error`` object for a stream."""
        if not is_streaming:
            return {"code": self.code, "message": self.message, "details": []}
        names = (
            ("grpcCode", "httpCode", "httpStatus") if is_camel else ("grpc_code", "http_code", "http_status")
        )
        values = (self.code, self.status, NAMES.get(self.status, "Error"))
        error = dict(zip(names, values, strict=True)) | {"message": self.message, "details": []}
        return {"error": error}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    ``instead`` answers in the handler's place.  Otherwise each message comes ``delay_s`` late, and after ``cut_after``
    bytes of the body the connection closes or, with ``is_silent``, says nothing more.
    """

    instead: Behaviour | None = None
    cut_after: int | None = None
    is_silent: bool = False
    delay_s: float = 0


@dataclass(frozen=True)
class Route:
    """One method and one way to call it."""

    name: str
    verb: str
    pattern: re.Pattern[str]
    has_body: bool
    method: Descriptor

    @property
    def is_streaming(self) -> bool:
        """Whether many messages answer one request."""
        return bool(self.method.server_streaming)


@dataclass
class ProtobufServer(LoopbackServer):
    """Answers the methods of ``services`` with ``handlers``, named like "OperationService.Get".

    ``accepted`` are the values of ``Authorization`` that pass; methods ``without_sign_in`` must come with none.
    ``plain`` answers paths outside the descriptors, named like "GET /v1/models".  ``faults`` of a method are used up
    one a call.  ``piece_bytes`` sends bodies in pieces of that size, which cuts characters too.
    """

    services: Sequence[Descriptor] = ()
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    plain: dict[str, Behaviour] = field(default_factory=dict)
    bindings: Sequence[tuple[str, str, str]] = ()
    accepted: set[str] = field(default_factory=lambda: {f"Api-Key {KEY}"})
    without_sign_in: frozenset[str] = frozenset()
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    framing: Framing = FRAMINGS["lines"]
    is_camel: bool = False
    is_sparse: bool = False
    piece_bytes: int | None = None
    calls: list[tuple[str, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._routes = routes_of(self.services, self.bindings)

    def requests(self, name: str) -> list[Message]:
        """What came to a method, oldest first."""
        return [request for called, request in self.calls if called == name]

    def fail(self, name: str, *faults: Fault | Behaviour) -> None:
        """Let the next calls of a method go wrong, one after the other."""
        self.faults[name] += [fault if isinstance(fault, Fault) else Fault(fault) for fault in faults]

    def complaint_about(self, exchange: Exchange, name: str) -> str:
        """What else a server of its kind refuses; empty when all is well."""
        return ""

    async def answer(self, exchange: Exchange) -> None:
        """Sign-in first, then what is wrong with the request, then its fault or its handler."""
        path = exchange.path.partition("?")[0]
        plain = self.plain.get(f"{exchange.method} {path}")
        route = next(
            (one for one in self._routes if one.verb == exchange.method and one.pattern.fullmatch(path)), None
        )
        name = route.name if route else f"{exchange.method} {path}"
        if not route and not plain:
            await self._complain(exchange, f"unexpected call: {name}", 5, is_streaming=False)
            return
        is_streaming = bool(route and route.is_streaming)
        if refusal := self._sign_in_refusal(exchange, name):
            await exchange.reply(refusal.status, refusal.body(is_streaming, self.is_camel))
        elif complaint := _complaint_about_headers(exchange) or self.complaint_about(exchange, name):
            await self._complain(exchange, complaint, 3, is_streaming)
        elif route:
            await self._call(exchange, route)
        elif plain:
            await (self._fault(name).instead or plain)(exchange)

    async def _call(self, exchange: Exchange, route: Route) -> None:
        try:
            request = request_of(route, exchange)
        except ValueError as error:
            await self._complain(exchange, f"{route.name}: {error}", 3, route.is_streaming)
            return
        self.calls.append((route.name, request))
        fault = self._fault(route.name)
        if fault.instead:
            await fault.instead(exchange)
        elif handler := self.handlers.get(route.name):
            body = _Body(exchange, fault, self.piece_bytes)
            answer = self._stream if route.is_streaming else self._reply
            with suppress(_BrokenOffError):
                await answer(handler(request, exchange), body)
        else:
            await self._complain(exchange, f"unexpected call: {route.name}", 12, route.is_streaming)

    async def _reply(self, handled: Any, body: "_Body") -> None:
        try:
            message = await handled
        except Refusal as refusal:
            await body.exchange.reply(refusal.status, refusal.body(False, self.is_camel))
        else:
            await body.begin()
            await body.write(json.dumps(self._printed(message), ensure_ascii=False).encode())
            await body.end()

    async def _stream(self, handled: Any, body: "_Body") -> None:
        framing, lead = self.framing, self.framing.before
        try:
            async with aclosing(handled) as messages:
                async for message in messages:
                    await body.begin()
                    await body.write(lead + self._framed({"result": self._printed(message)}))
                    lead = framing.between
        except Refusal as refusal:
            said = refusal.body(True, self.is_camel)
            if not body.has_begun:
                await body.exchange.reply(refusal.status, said)
                return
            await body.write(lead + self._framed(said))
        await body.begin()
        await body.write(framing.after if lead == framing.between else framing.before + framing.after)
        await body.end()

    def _framed(self, value: dict[str, Any]) -> bytes:
        framing = self.framing
        shown = value if framing.is_wrapped else value.get("result", value)
        text = json.dumps(shown, ensure_ascii=False, indent=framing.indent).encode()
        return framing.prefix + text + framing.suffix

    def _printed(self, message: Message) -> dict[str, Any]:
        return printed(message, is_camel=self.is_camel, is_sparse=self.is_sparse)

    def _fault(self, name: str) -> Fault:
        waiting = self.faults[name]
        return waiting.popleft() if waiting else Fault()

    def _sign_in_refusal(self, exchange: Exchange, name: str) -> Refusal | None:
        given = exchange.headers.get("authorization", "")
        if name in self.without_sign_in or not self.accepted:
            if given:
                self.complaints.append(f"{name}: a credential came where none is wanted")
            return None
        return None if given in self.accepted else Refusal(16, "The token is invalid")

    async def _complain(self, exchange: Exchange, complaint: str, code: int, is_streaming: bool) -> None:
        self.complaints.append(complaint)
        refusal = Refusal(code, complaint)
        await exchange.reply(refusal.status, refusal.body(is_streaming, self.is_camel))


class _Body:
    """The body of a reply, with what goes wrong on its way."""

    def __init__(self, exchange: Exchange, fault: Fault, piece_bytes: int | None) -> None:
        self.exchange = exchange
        self.has_begun = False
        self._fault = fault
        self._piece_bytes = piece_bytes
        self._left = fault.cut_after

    async def begin(self) -> None:
        """The head, once."""
        if not self.has_begun:
            self.has_begun = True
            await self.exchange.head(content_type="application/json")

    async def write(self, data: bytes) -> None:
        """A message."""
        if not data:
            return
        await asyncio.sleep(self._fault.delay_s)
        whole = data if self._left is None else data[: self._left]
        size = self._piece_bytes or max(1, len(whole))
        for at in range(0, len(whole), size):
            await self.exchange.chunk(whole[at : at + size])
        if self._left is not None:
            self._left -= len(whole)
            if not self._left:
                await self._break_off()

    async def end(self) -> None:
        """The proper end."""
        await self.exchange.end()

    async def _break_off(self) -> None:
        if self._fault.is_silent:
            await self.exchange.reader.read()
        self.exchange.writer.close()
        raise _BrokenOffError


class _BrokenOffError(Exception):
    """The fault of a call has ended it."""


# -- requests


def services_in(*modules: ModuleType) -> list[Descriptor]:
    """The services of ``*_service_pb2`` modules."""
    return [service for module in modules for service in module.DESCRIPTOR.services_by_name.values()]


def routes_of(services: Sequence[Descriptor], bindings: Sequence[tuple[str, str, str]]) -> list[Route]:
    """All routes, literal ones first; ``bindings`` are more of them: verb, path, name of the method."""
    found = []
    methods = {
        f"{method.containing_service.name}.{method.name}": method
        for one in services
        for method in one.methods
    }
    for name, method in methods.items():
        rule = method.GetOptions().Extensions[annotations_pb2.http]
        if verb := rule.WhichOneof("pattern"):
            path = getattr(rule, verb)
            found.append((path, Route(name, verb.upper(), _pattern(path), bool(rule.body), method)))
    for verb, path, name in bindings:
        found.append((path, Route(name, verb, _pattern(path), False, methods[name])))
    return [route for _, route in sorted(found, key=lambda pair: pair[0].count("{"))]


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(f"(?P<{part}>[^/:]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    )


def request_of(route: Route, exchange: Exchange) -> Message:
    """The request as the official parser reads it.  Raises ValueError for whatever is wrong with it."""
    path, _, query = exchange.path.partition("?")
    descriptor = route.method.input_type
    found = route.pattern.fullmatch(path)
    in_path = {name: unquote(value) for name, value in (found.groupdict() if found else {}).items()}
    body = exchange.body
    if body and not route.has_body:
        raise ValueError("a body came where none is wanted")
    if query and route.has_body:
        raise ValueError("a query came where none is wanted")
    if query:
        body = _queried(query, descriptor)
    _check_keys(body, descriptor, "")
    for name in in_path:
        if descriptor.fields_by_name[name].json_name in body:
            raise ValueError(f"{name} stands in the path and in the body")
    try:
        request = ParseDict(body | in_path, GetMessageClass(descriptor)(), ignore_unknown_fields=False)
    except ParseError as error:
        raise ValueError(str(error)) from error
    for complaint in _missing(request, ""):
        raise ValueError(complaint)
    return request


def _queried(query: str, descriptor: Descriptor) -> dict[str, Any]:
    fields = {one.json_name: one for one in descriptor.fields}
    found: dict[str, Any] = {}
    for name, text in parse_qsl(query, keep_blank_values=True, strict_parsing=True):
        one = fields.get(name)
        value = {"true": True, "false": False}.get(text, text) if one and one.type == one.TYPE_BOOL else text
        if one and one.is_repeated:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise ValueError(f"{name} came twice")
        else:
            found[name] = value
    return found


def _check_keys(value: Any, descriptor: Descriptor, where: str) -> None:
    """Whether all keys are the camelCase names of fields; what users put into a record is not looked at."""
    if descriptor.full_name == "google.protobuf.FieldMask":
        if not isinstance(value, str) or "_" in value:
            raise ValueError(f"{where} is no mask in camelCase")
        return
    if descriptor.full_name.startswith("google.protobuf."):
        return
    if not isinstance(value, dict):
        raise ValueError(f"{where or 'the body'} is no object")
    fields = {one.json_name: one for one in descriptor.fields}
    for name, inner in value.items():
        place = f"{where}.{name}" if where else name
        if name not in fields:
            raise ValueError(f"unknown field: {place}")
        if inner is None:
            raise ValueError(f"null: {place}")
        one = fields[name]
        if one.message_type and not one.message_type.GetOptions().map_entry:
            for item in inner if one.is_repeated else [inner]:
                _check_keys(item, one.message_type, place)


def _missing(message: Message, where: str) -> Iterator[str]:
    """What the options of the fields require and the message has not; masks that name no field."""
    if message.DESCRIPTOR.full_name.startswith("google.protobuf."):
        return
    for one in message.DESCRIPTOR.oneofs:
        if one.GetOptions().Extensions[validation_pb2.exactly_one] and not message.WhichOneof(one.name):
            yield f"one of {where}{one.name} is required"
    for one in message.DESCRIPTOR.fields:
        value = getattr(message, one.name)
        is_set = message.HasField(one.name) if one.has_presence else bool(value)
        if one.GetOptions().Extensions[validation_pb2.required] and not is_set:
            yield f"{where}{one.name} is required"
        if not is_set or not one.message_type or one.message_type.GetOptions().map_entry:
            continue
        if one.message_type.full_name == "google.protobuf.FieldMask":
            if not value.paths or not value.IsValidForDescriptor(message.DESCRIPTOR):
                yield f"{where}{one.name} names no field: {value.ToJsonString()}"
            continue
        for inner in value if one.is_repeated else [value]:
            yield from _missing(inner, f"{where}{one.name}.")


def _complaint_about_headers(exchange: Exchange) -> str:
    if not exchange.headers.get("x-client-request-id"):
        return "x-client-request-id is missing"
    if not exchange.headers.get("user-agent", "").startswith("Nitka/"):
        return "user-agent is missing"
    has_body = exchange.headers.get("content-length", "0") != "0"
    if has_body and exchange.headers.get("content-type") != "application/json":
        return "content-type is not application/json"
    return ""


# -- replies


def printed(message: Message, *, is_camel: bool = False, is_sparse: bool = False) -> dict[str, Any]:
    """The JSON of a message: snake_case with defaults and nulls as the living gateways print it, or as switched."""
    value: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=not is_camel, always_print_fields_with_no_presence=not is_sparse
    )
    if not is_sparse:
        _add_nulls(message, value, is_camel)
    return value


def _add_nulls(message: Message, value: dict[str, Any], is_camel: bool) -> None:
    """An unset message is printed as null, a member of an unset oneof not at all."""
    if message.DESCRIPTOR.full_name.startswith("google.protobuf."):
        return
    for one in message.DESCRIPTOR.fields:
        if not one.message_type or one.message_type.GetOptions().map_entry:
            continue
        name = one.json_name if is_camel else one.name
        if one.is_repeated:
            for inner, shown in zip(getattr(message, one.name), value[name], strict=True):
                _add_nulls(inner, shown, is_camel)
        elif message.HasField(one.name):
            if isinstance(value[name], dict):
                _add_nulls(getattr(message, one.name), value[name], is_camel)
        elif not one.containing_oneof:
            value[name] = None


# -- faults


def refusal(code: int, message: str = "no", *, is_streaming: bool = False, **headers: str) -> Behaviour:
    """An error reply as gateways print it."""

    async def behave(exchange: Exchange) -> None:
        said = Refusal(code, message)
        await exchange.reply(said.status, said.body(is_streaming), **headers)

    return behave
