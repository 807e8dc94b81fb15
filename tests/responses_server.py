"""A strict server of the Responses API on loopback, with scripted replies: what OpenAI and Yandex AI Studio take.

``async with ResponsesServer(says("Fo", "ur")) as server``.  What a client must not do (an unknown field, a wrong item,
a missing header, a call nobody expects) is refused and fails the test at the end.

As a process, for tests of the whole program: ``python -m tests.responses_server --key KEY`` repeats what it is told,
at once or later, and calls functions that a question asks for in the words of ``tests.function_calls`` ("call weather
Tula").  Its first line is its base URL; then comes one JSON line a request, without the key.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests import function_calls
from tests.servers import KEY, Behaviour, Exchange, LoopbackServer, listing

FIELDS: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "instructions": str,
    "input": list,
    "previous_response_id": str,
    "store": bool,
    "stream": bool,
    "stream_options": dict,
    "background": bool,
    "temperature": (int, float),
    "max_output_tokens": int,
    "text": dict,
    "reasoning": dict,
    "tools": list,
}
ID = "resp_1"
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 11,
}


# -- what replies look like


def message(text: str, *annotations: object, item_id: str = "msg_1") -> dict[str, Any]:
    """A finished message item."""
    part = {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}
    return {"type": "message", "id": item_id, "role": "assistant", "status": "completed", "content": [part]}


def response(status: str, *output: object, response_id: str = ID, **more: Any) -> dict[str, Any]:
    """A reply as an object."""
    said = {"id": response_id, "object": "response", "created_at": 1764746460, "status": status}
    said |= {"model": "scripted", "output": list(output), "error": None, "incomplete_details": None}
    said |= {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True, "metadata": None}
    return said | {"usage": USAGE if status in ("completed", "incomplete") else None} | more


def numbered(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """Events with their sequence numbers."""
    return [event | {"sequence_number": number} for number, event in enumerate(events)]


def created(response_id: str = ID, status: str = "in_progress") -> dict[str, Any]:
    """The first event."""
    return {"type": "response.created", "response": response(status, response_id=response_id)}


def delta(text: str, item_id: str = "msg_1", index: int = 0, part: int = 0) -> dict[str, Any]:
    """A piece of text."""
    place = {"item_id": item_id, "output_index": index, "content_index": part}
    return {"type": "response.output_text.delta", "delta": text, "logprobs": [], **place}


def ended(*output: object, status: str = "completed", **more: Any) -> dict[str, Any]:
    """The last event."""
    return {"type": f"response.{status}", "response": response(status, *output, **more)}


def text_events(*pieces: str, response_id: str = ID) -> list[dict[str, Any]]:
    """All events of a reply with one message, as OpenAI sends them."""
    text, place = "".join(pieces), {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    empty = message("") | {"content": [], "status": "in_progress"}
    return numbered(
        created(response_id),
        {"type": "response.in_progress", "response": response("in_progress", response_id=response_id)},
        {"type": "response.output_item.added", "output_index": 0, "item": empty},
        {"type": "response.content_part.added", "part": message("")["content"][0], **place},
        *(delta(piece) for piece in pieces),
        {"type": "response.output_text.done", "text": text, "logprobs": [], **place},
        {"type": "response.content_part.done", "part": message(text)["content"][0], **place},
        {"type": "response.output_item.done", "output_index": 0, "item": message(text)},
        ended(message(text), response_id=response_id),
    )


def frame(event: dict[str, Any]) -> bytes:
    """An event as OpenAI frames it."""
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def yandex_frame(event: dict[str, Any]) -> bytes:
    """An event as Yandex is reported to frame it: no blank after the colon, the data before the name."""
    return f"data:{json.dumps(event, ensure_ascii=False)}\nevent:{event['type']}\n\n".encode()


def sends(*events: dict[str, Any], is_cut: bool = False) -> Behaviour:
    """A stream of these events, as they are; cut off in the middle of the body if ``is_cut``."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        for event in events:
            await exchange.chunk(frame(event))
        if is_cut:
            exchange.writer.close()
        else:
            await exchange.end()

    return behave


def says(*pieces: str, response_id: str = ID) -> Behaviour:
    """A proper stream."""
    return sends(*text_events(*pieces, response_id=response_id))


def function_call(call: function_calls.Call, place: int = 0) -> dict[str, Any]:
    """A finished item of a call."""
    said = {"type": "function_call", "id": f"fc_{place}", "status": "completed"}
    return said | {"call_id": call.call_id, "name": call.name, "arguments": call.arguments}


def call_events(
    *calls: function_calls.Call, text: str = "", pieces: int = 3, response_id: str = ID
) -> list[dict[str, Any]]:
    """All events of a reply with a text, if there is one, and calls whose arguments come by turns, in pieces."""
    *begun, _ = text_events(text, response_id=response_id) if text else [created(response_id), {}]
    items = [message(text)] if text else []
    first = len(items)
    items += [function_call(call, place) for place, call in enumerate(calls, first)]
    named = [(place, {"item_id": item["id"], "output_index": place}) for place, item in enumerate(items)][
        first:
    ]
    cuts = [function_calls.in_pieces(call.arguments, pieces) for call in calls]
    kind = "response.function_call_arguments"
    return numbered(
        *begun,
        *(
            {
                "type": "response.output_item.added",
                "output_index": place,
                "item": items[place] | {"arguments": ""},
            }
            for place, _ in named
        ),
        *(
            {"type": f"{kind}.delta", "delta": cut[at], **name}
            for at in range(pieces)
            for cut, (_, name) in zip(cuts, named, strict=True)
        ),
        *({"type": f"{kind}.done", "arguments": items[place]["arguments"], **name} for place, name in named),
        *(
            {"type": "response.output_item.done", "output_index": place, "item": items[place]}
            for place, _ in named
        ),
        ended(*items, response_id=response_id),
    )


def calling(*calls: function_calls.Call, text: str = "", response_id: str = ID) -> Behaviour:
    """A proper stream of them."""
    return sends(*call_events(*calls, text=text, response_id=response_id))


def taken_up(events: Sequence[dict[str, Any]]) -> Behaviour:
    """``GET /responses/{id}`` of a reply in the background: the rest of the stream, or the reply as a whole."""

    async def behave(exchange: Exchange) -> None:
        query = parse_qs(urlsplit(exchange.path).query)
        if query.get("stream") != ["true"]:
            await exchange.reply(200, events[-1]["response"])
            return
        after = int(query.get("starting_after", ["-1"])[0])
        await sends(*(event for event in events if event["sequence_number"] > after))(exchange)

    return behave


# -- the server


@dataclass
class ResponsesServer(LoopbackServer):
    """Answers ``POST /v1/responses`` with ``replies``, ``GET /v1/responses/{id}`` with ``kept``.

    The last behaviour of a script is repeated.  ``cancel`` answers cancelling, None expects none.  ``headers`` must
    come with every request, ``unwanted`` are fields that the provider refuses.
    """

    replies: Sequence[Behaviour] | Behaviour = ()
    kept: Sequence[Behaviour] | Behaviour = ()
    cancel: Behaviour | None = None
    models: Behaviour | None = None
    key: str | None = KEY
    key_scheme: str = "Bearer"
    headers: dict[str, str] = field(default_factory=dict)
    unwanted: frozenset[str] = frozenset({"stream_options"})

    async def __aenter__(self) -> Self:
        self._replies, self._kept = _script(self.replies), _script(self.kept)
        await super().__aenter__()
        self.base_url += "/v1"
        return self

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was asked of the model."""
        return [exchange.body for exchange in self.seen if exchange.path == "/v1/responses"]

    def calls(self, start: str) -> list[str]:
        """Method and path of the requests that begin so."""
        made = [f"{exchange.method} {exchange.path}" for exchange in self.seen]
        return [call for call in made if call.startswith(start)]

    async def answer(self, exchange: Exchange) -> None:
        """The wrong key first, then what is wrong with the request, then the script."""
        if self.key and exchange.headers.get("authorization") != f"{self.key_scheme} {self.key}":
            said = {
                "message": "Incorrect API key",
                "type": "invalid_request_error",
                "code": "invalid_api_key",
            }
            await exchange.reply(401, {"error": said | {"param": None}})
            return
        behaviour = self._behaviour(exchange)
        complaint = self._complaint(exchange, behaviour)
        if complaint or behaviour is None:
            self.complaints.append(complaint)
            await exchange.reply(400, {"error": {"message": complaint, "type": "invalid_request_error"}})
        else:
            await behaviour(exchange)

    def _behaviour(self, exchange: Exchange) -> Behaviour | None:
        path = urlsplit(exchange.path).path.removeprefix("/v1")
        match exchange.method, path.strip("/").split("/"):
            case "GET", ["models"]:
                return self.models or listing({"id": "scripted", "object": "model", "created": 0})
            case "POST", ["responses"]:
                return _next(self._replies)
            case "GET", ["responses", _]:
                return _next(self._kept)
            case "POST", ["responses", _, "cancel"]:
                return self.cancel
        return None

    def _complaint(self, exchange: Exchange, behaviour: Behaviour | None) -> str:
        """What is wrong with a request; empty when all is well."""
        if behaviour is None:
            return f"unexpected call: {exchange.method} {exchange.path}"
        if not self.key and "authorization" in exchange.headers:
            return "a key came where none is wanted"
        if not exchange.headers.get("x-client-request-id"):
            return "x-client-request-id is missing"
        for name, value in self.headers.items():
            if exchange.headers.get(name) != value:
                return f"{name} is missing"
        return self._complaint_about_body(exchange) if exchange.path == "/v1/responses" else ""

    def _complaint_about_body(self, exchange: Exchange) -> str:
        body = exchange.body
        if exchange.headers.get("content-type") != "application/json":
            return "content-type is not application/json"
        for name, value in body.items():
            if name not in FIELDS or name in self.unwanted:
                return f"unknown field: {name}"
            if not isinstance(value, FIELDS[name]):
                return f"wrong type: {name}"
        if body.get("background") and not body.get("store"):
            return "background needs store"
        if not body["input"]:
            return "input is empty"
        wrong = next((wrong for item in body["input"] if (wrong := _complaint_about_item(item))), "")
        calls, results = (
            [item["call_id"] for item in body["input"] if item["type"] == kind]
            for kind in ("function_call", "function_call_output")
        )
        return wrong or function_calls.complaint_about(calls, results)


def _complaint_about_item(item: dict[str, Any]) -> str:
    fields = {
        "function_call": {"type", "call_id", "name", "arguments"},
        "function_call_output": {"type", "call_id", "output"},
    }
    if known := fields.get(item["type"]):
        is_right = set(item) == known and all(isinstance(value, str) for value in item.values())
        return "" if is_right else f"wrong item: {item}"
    if set(item) != {"type", "role", "content"} or item["type"] != "message":
        return f"wrong item: {item}"
    parts = {"user": {"type", "text"}, "assistant": {"type", "text", "annotations"}}
    kinds = {"user": "input_text", "assistant": "output_text"}
    if item["role"] not in parts or not item["content"]:
        return f"wrong item: {item}"
    for part in item["content"]:
        if set(part) != parts[item["role"]] or part["type"] != kinds[item["role"]]:
            return f"wrong part: {part}"
    return ""


def _script(given: Sequence[Behaviour] | Behaviour) -> list[Behaviour]:
    return [given] if callable(given) else list(given)


def _next(script: list[Behaviour]) -> Behaviour | None:
    return script.pop(0) if len(script) > 1 else script[0] if script else None


# -- as a process


def echo(kept: dict[str, dict[str, Any]]) -> Behaviour:
    """Says what it was told, as a stream or later, and calls the functions that it is told to.

    The replies are put into ``kept``, by their ids.
    """

    async def behave(exchange: Exchange) -> None:
        question, said = _reply_to(exchange.body)
        response_id = f"resp_{len(kept) + 1}"
        if isinstance(said, list):
            kept[response_id] = response("completed", *map(function_call, said), response_id=response_id)
            await calling(*said, response_id=response_id)(exchange)
            return
        text = said or f"You said: {question}"
        kept[response_id] = response("completed", message(text), response_id=response_id)
        if exchange.body.get("stream"):
            await says(text, response_id=response_id)(exchange)
        else:
            await exchange.reply(200, response("queued", response_id=response_id))

    return behave


def _reply_to(body: dict[str, Any]) -> tuple[str, str | list[function_calls.Call] | None]:
    """The last question, and what it asks for in the words of ``tests.function_calls``."""
    items = body["input"]
    asked = max(at for at, item in enumerate(items) if item.get("role") == "user")
    question: str = items[asked]["content"][0]["text"]
    results = [item["output"] for item in items[asked:] if item["type"] == "function_call_output"]
    offered = [tool["name"] for tool in body.get("tools", ())]
    return question, function_calls.reply_to(question, offered, results)


def fetched(kept: dict[str, dict[str, Any]]) -> Behaviour:
    """``GET /responses/{id}`` of what is kept."""

    async def behave(exchange: Exchange) -> None:
        found = kept.get(urlsplit(exchange.path).path.rpartition("/")[2])
        await exchange.reply(200 if found else 404, found or {"error": {"message": "not found"}})

    return behave


def _print_request(exchange: Exchange) -> None:
    print(json.dumps({"method": exchange.method, "path": exchange.path, "body": exchange.body}), flush=True)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A server of the Responses API on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="the key that must come; without it none may come")
    given = parser.parse_args()
    kept: dict[str, dict[str, Any]] = {}
    server = ResponsesServer(
        echo(kept),
        fetched(kept),
        key=given.key or None,
        unwanted=frozenset(),
        port=given.port,
        is_forgiving=True,
        on_request=_print_request,
    )
    async with server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
