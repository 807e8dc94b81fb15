"""What the suite of ``test_every_service`` is run on: for each adapter a ``Wire``, and how one run came out.

A wire knows how the strict server of its service says something: these pieces, this ending, this fault.  Streams are
made as JSON values, so that tests can spoil them, and framed as the service frames them.
"""

import json
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import Any, NamedTuple, cast

from google.protobuf.json_format import MessageToDict, ParseDict
from yandex.cloud.ai.assistants.v1 import common_pb2
from yandex.cloud.ai.assistants.v1.runs import run_service_pb2
from yandex.cloud.ai.assistants.v1.threads import message_pb2

from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import NitkaError
from desktop_app.domain.events import (
    Checkpoint,
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.normaliser import Normaliser, TextEdit
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service, Submitting
from desktop_app.domain.threads import Author, Status, Usage
from desktop_app.domain.tools import Function, ToolCall
from desktop_app.services.device.model_process import ModelProcess
from desktop_app.services.device.on_device import OnDeviceModel, Seat
from desktop_app.services.device.weights import Weights
from desktop_app.services.factory import service_factory
from desktop_app.services.openai.chat_chunks import ChatReply
from desktop_app.services.openai.response_events import ResponseAssembler
from desktop_app.services.reading.json_stream import payloads
from desktop_app.services.reading.streams import json_events
from desktop_app.services.yandex.assistant_api_events import RunReply
from desktop_app.services.yandex.text_replies import CompletionReply
from tests import responses_server, servers
from tests.assistants_folder import FOLDER, message_of, said
from tests.assistants_server import AssistantsServer, Script
from tests.function_calls import Call
from tests.protobuf_server import Message, printed, refusal
from tests.responses_server import ResponsesServer, taken_up
from tests.servers import KEY, Behaviour, ChatServer, Exchange, LoopbackServer, refuse
from tests.yandex_text_server import PARTIAL, YandexTextServer, calls_of, reply_of

UNUSED = OnDeviceModel(Path("no logs"))
# gRPC codes of HTTP statuses, where the two can be told from each other.
GRPC = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 500: 13, 503: 14}
# Enough runs for any test.
MANY = 1000


@dataclass(frozen=True)
class Reply:
    """What a model says: the pieces of its text, how they end, what it thinks before."""

    pieces: tuple[str, ...] = ("Fo", "ур", "\u2028 — ", "\U0001f994.")
    status: Status = Status.COMPLETED
    thoughts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole."""
        return "".join(self.pieces)

    @property
    def growth(self) -> list[str]:
        """All that may ever be shown of it: nothing, the first piece, the first two, and so on."""
        return ["", *accumulate(self.pieces)]


REPLY = Reply()
QUESTION = PromptMessage(Author.USER, "What is 2 + 2?")
REQUEST = RunRequest("request-1", "scripted", "", (QUESTION,), 0.3)


# A history: texts as ("user", text), calls as (name, arguments, result) in the order of the calls.
Heard = list[tuple[Any, ...]]


class Sent(NamedTuple):
    """What the model was asked, as the server understood it."""

    model: str
    instruction: str
    messages: list[PromptMessage]
    temperature: float
    max_tokens: int | None


# -- how a run came out


@dataclass
class Outcome:
    """The events of a run, what they made of the text, and the error that ended it, if one did."""

    so_far: str = ""
    events: list[RunEvent] = field(default_factory=list)
    edits: list[TextEdit] = field(default_factory=list)
    error: NitkaError | None = None

    def __post_init__(self) -> None:
        self._normaliser = Normaliser(so_far=self.so_far)

    def take(self, event: RunEvent) -> None:
        """The next event of the run."""
        self.events.append(event)
        if edit := self._normaliser.feed(event):
            self.edits.append(edit)

    @property
    def text(self) -> str:
        """What is shown now."""
        return self._normaliser.text

    @property
    def shown(self) -> list[str]:
        """Every text that was shown, from the first, mostly empty one to the last."""
        return list(accumulate(self.edits, lambda text, edit: edit.apply(text), initial=self.so_far))

    @property
    def status(self) -> Status | None:
        """The ending, None for a run that failed."""
        endings = [event.status for event in self.events if isinstance(event, RunEnded)]
        return endings[0] if endings else None

    @property
    def is_paused(self) -> bool:
        """Whether the model waits for results."""
        return bool(self.events) and isinstance(self.events[-1], RunPaused)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls, in their order."""
        called = [event for event in self.events if isinstance(event, ToolCalled)]
        return tuple(ToolCall(one.key, one.name, one.arguments, one.call_id) for one in called)

    @property
    def usage(self) -> Usage | None:
        """The last report of tokens."""
        reports = [event.usage for event in self.events if isinstance(event, UsageReported)]
        return reports[-1] if reports else None

    @property
    def thoughts(self) -> str:
        """What was thought aloud."""
        return "".join(event.text for event in self.events if isinstance(event, ReasoningAppended))

    @property
    def accepted(self) -> RunAccepted:
        """How the service took the run; one without a name if it did not say so."""
        return next((event for event in self.events if isinstance(event, RunAccepted)), RunAccepted())

    @property
    def cursor(self) -> int | None:
        """The number of the last event that is in the text."""
        numbers = [event.cursor for event in self.events if isinstance(event, Checkpoint)]
        return numbers[-1] if numbers else None


async def outcome_of(run: AsyncGenerator[RunEvent, None], so_far: str = "") -> Outcome:
    """Read a run to its end.  Fails for an exception that is no NitkaError, and for two endings or none.

    ``so_far`` is what an earlier part of the run has shown.
    """
    found = Outcome(so_far)
    try:
        async with aclosing(run):
            async for event in run:
                found.take(event)
    except NitkaError as error:
        found.error = error
    endings = [event for event in found.events if isinstance(event, RunEnded | RunPaused)]
    assert len(endings) == (found.error is None), found
    assert not endings or found.events[-1] is endings[0], found
    assert sum(isinstance(event, RunAccepted) for event in found.events) <= 1, found
    return found


# -- wires


class Wire(ABC):
    """How one service speaks.

    ``can_resume``: it writes on when nobody listens.  ``restates``: its last event says the whole text again.
    ``numbers``: its events have numbers, so that old ones can be told.
    ``thinks``: it lets thoughts be read.  ``calls_functions``: they can be offered over it.  ``has_broken_calls``: it
    can carry arguments that are no JSON, ``keeps_broken_calls`` also back to the service.  ``role`` is the one it
    needs, where it is known without being told.  ``has_strict``: functions can be strict.  ``has_call_history``: it can
    be told of calls that were answered elsewhere.
    """

    name: str
    kind: ConnectionKind
    can_resume = False
    restates = True
    numbers = False
    thinks = True
    calls_functions = False
    has_broken_calls = True
    keeps_broken_calls = False
    has_strict = True
    has_call_history = True
    role = ""
    model = "scripted"

    @abstractmethod
    def server(
        self, *streams: Behaviour, reply: Reply = REPLY, refusal: Behaviour | None = None
    ) -> LoopbackServer:
        """A strict server that answers the next runs with ``streams`` and then with ``reply``.

        With ``refusal`` no run gets as far as a stream.
        """

    @abstractmethod
    def events(self, reply: Reply = REPLY) -> list[Any]:
        """The stream of a reply: JSON values, or texts that are sent as they are."""

    @abstractmethod
    def frame(self, event: Any) -> bytes:
        """An event on its way."""

    @abstractmethod
    def fault(self, message: str, status: int = 500) -> Any:
        """The event with which a reply fails, by the service's own fault (500) or because of too many (429)."""

    @abstractmethod
    def unknown(self) -> Any:
        """An event of a kind that nobody has announced."""

    def calling(self, *calls: Call, text: str = "", pieces: int = 3, after: int = 0) -> list[Any]:
        """The stream of a reply that says ``text`` and calls functions, arguments in so many pieces if it can.

        ``after`` is how many rounds came before, where their events are numbered together.
        """
        raise NotImplementedError

    def scripted(self) -> LoopbackServer:
        """A strict server that calls what a question asks for, in the words of ``tests.function_calls``."""
        raise NotImplementedError

    def offered(self, server: Any) -> list[Function]:
        """The functions that the last request offers."""
        raise NotImplementedError

    def heard(self, server: Any) -> list["Heard"]:
        """The histories of all requests, as the server understood them."""
        raise NotImplementedError

    def whole(self, reply: Reply) -> Any:
        """The reply as one JSON object, None where the service has no such thing."""
        return None

    @abstractmethod
    def refusal(self, status: int, message: str, **headers: str) -> Behaviour:
        """How the service refuses a request."""

    @abstractmethod
    def decoded(self, body: AsyncIterator[bytes]) -> AsyncGenerator[RunEvent, None]:
        """What decoder and assembler make of a stream, without HTTP."""

    @abstractmethod
    def sent(self, server: Any) -> Sent:
        """The one request that came."""

    def tiny(self, count: int) -> Iterator[bytes]:
        """A stream of ``count`` events that say "a", and an ending."""
        events = self.events(Reply(("a",)))
        for event in events:
            yield from [self.frame(event)] * (count if event == self.saying_a() else 1)

    @abstractmethod
    def saying_a(self) -> Any:
        """An event in the middle of a stream that says "a"."""

    def url(self, server: LoopbackServer) -> str:
        """The base URL of a connection."""
        return server.base_url

    @asynccontextmanager
    async def connected(self, base_url: str, key: str = KEY) -> AsyncIterator[Service]:
        """The service as the program makes it."""
        connection = Connection(
            ConnectionId("c"), self.kind, "Test", base_url, Auth.API_KEY, **self.settings(base_url)
        )
        service = service_factory(UNUSED)(connection, Credentials(Secret(key)))
        try:
            yield service
        finally:
            await service.close()

    def settings(self, base_url: str) -> dict[str, Any]:
        """What else belongs to a connection."""
        return {}

    def body(self, reply: Reply = REPLY) -> bytes:
        """The stream of a reply."""
        return self.framed(self.events(reply))

    def framed(self, events: Iterable[Any]) -> bytes:
        """Events one after the other."""
        return b"".join(self.frame(event) for event in events)

    def beginning(self, pieces: int, reply: Reply = REPLY) -> list[Any]:
        """The events up to the one that says piece number ``pieces``."""
        events = self.events(reply)
        end = next(at for at, event in enumerate(events, 1) if says(event, reply.pieces[pieces - 1]))
        return events[:end]

    async def read(self, *pieces: bytes) -> Outcome:
        """What decoder and assembler make of a stream that comes in these pieces."""
        async with aclosing(in_pieces(*pieces)) as body:
            return await outcome_of(self.decoded(body))

    async def answer(self, server: LoopbackServer, request: RunRequest = REQUEST) -> Outcome:
        """Ask a server that runs."""
        async with self.connected(self.url(server)) as service:
            return await outcome_of(service.run(request))

    async def answered(self, *streams: Behaviour, reply: Reply = REPLY) -> Outcome:
        """Ask a server of its own."""
        async with self.server(*streams, reply=reply) as server:
            return await self.answer(server)


def gone_on(
    service: Service, request: RunRequest, found: Outcome, results: Sequence[str]
) -> tuple[RunRequest, AsyncGenerator[RunEvent, None]]:
    """Give the results of the calls that a run paused for: the request with them, and the run that goes on."""
    answers = [
        PromptMessage(Author.TOOL, text, call=call) for call, text in zip(found.calls, results, strict=True)
    ]
    said = PromptMessage(Author.ASSISTANT, found.text, calls=found.calls)
    later = replace(request, messages=(*request.messages, said, *answers))
    if isinstance(service, Submitting):
        run = service.submit_results(request, found.accepted.remote_id, found.cursor, answers)
        return later, _beginning_with(found.accepted, run)
    return later, service.run(later)


async def _beginning_with(
    accepted: RunAccepted, run: AsyncGenerator[RunEvent, None]
) -> AsyncGenerator[RunEvent, None]:
    """A run that goes on, with the event that names it said once more for whoever gives the next results."""
    yield accepted
    async with aclosing(run):
        async for event in run:
            yield event


class Chat(Wire):
    name = "Chat Completions"
    kind = ConnectionKind.CHAT
    restates = False
    calls_functions = True

    def server(
        self, *streams: Behaviour, reply: Reply = REPLY, refusal: Behaviour | None = None
    ) -> ChatServer:
        return ChatServer([refusal] if refusal else [*streams, sends(self.body(reply))])

    def events(self, reply: Reply = REPLY) -> list[Any]:
        finish = {Status.TRUNCATED: "length", Status.FILTERED: "content_filter"}.get(reply.status, "stop")
        return [
            servers.delta(role="assistant", content=None),
            *(servers.delta(reasoning_content=thought) for thought in reply.thoughts),
            *(servers.delta(piece) for piece in reply.pieces),
            servers.delta(finish=finish),
            servers.USAGE,
            "[DONE]",
        ]

    def frame(self, event: Any) -> bytes:
        return f"data: {in_json(event)}\n\n".encode()

    def whole(self, reply: Reply) -> Any:
        return servers.snapshot(reply.text, "stop") | {"usage": servers.USAGE["usage"]}

    def fault(self, message: str, status: int = 500) -> Any:
        return {"error": {"message": message, "type": None, "code": status}}

    def unknown(self) -> Any:
        return {"object": "new.thing", "new": [{"content": "x"}]}

    def refusal(self, status: int, message: str, **headers: str) -> Behaviour:
        return refuse(status, {"error": {"message": message, "type": None, "param": None}}, **headers)

    async def decoded(self, body: AsyncIterator[bytes]) -> AsyncGenerator[RunEvent, None]:
        reply = ChatReply(unchanged)
        async with aclosing(json_events(body, unchanged)) as chunks:
            async for chunk in chunks:
                for event in reply.feed(chunk.data):
                    yield event
        for event in reply.end():
            yield event

    def sent(self, server: Any) -> Sent:
        (body,) = server.bodies
        roles = [message["role"] for message in body["messages"]]
        instruction = body["messages"].pop(0)["content"] if roles[0] == "system" else ""
        messages = [PromptMessage(Author(one["role"]), one["content"]) for one in body["messages"]]
        return Sent(body["model"], instruction, messages, body["temperature"], body.get("max_tokens"))

    def saying_a(self) -> Any:
        return servers.delta("a")

    def calling(self, *calls: Call, text: str = "", pieces: int = 3, after: int = 0) -> list[Any]:
        return servers.call_events(*calls, text=text, pieces=pieces)

    def scripted(self) -> LoopbackServer:
        return ChatServer(servers.functions(servers.echo()))

    def offered(self, server: Any) -> list[Function]:
        return [_function(tool["function"]) for tool in server.bodies[-1].get("tools", ())]

    def heard(self, server: Any) -> list[Heard]:
        return [self._history(body["messages"]) for body in server.bodies]

    def _history(self, messages: list[dict[str, Any]]) -> Heard:
        results = {one["tool_call_id"]: one["content"] for one in messages if one["role"] == "tool"}
        heard: Heard = []
        for one in messages:
            if one["content"] and one["role"] != "tool":
                heard.append((one["role"], one["content"]))
            for call in one.get("tool_calls", ()):
                said = call["function"]
                heard.append((said["name"], said["arguments"], results[call["id"]]))
        return heard


class Responses(Wire):
    name = "Responses"
    kind = ConnectionKind.RESPONSES
    numbers = True
    calls_functions = True

    def server(
        self, *streams: Behaviour, reply: Reply = REPLY, refusal: Behaviour | None = None
    ) -> ResponsesServer:
        replies = [refusal] if refusal else [*streams, sends(self.body(reply))]
        return ResponsesServer(replies, taken_up(self.events(reply)), unwanted=frozenset())

    def events(self, reply: Reply = REPLY) -> list[Any]:
        created, *begun, _ = responses_server.text_events(*reply.pieces)
        thoughts = [
            {"type": "response.reasoning_text.delta", "item_id": "rs_1", "content_index": 0, "delta": thought}
            for thought in reply.thoughts
        ]
        reasons = {Status.TRUNCATED: "max_output_tokens", Status.FILTERED: "content_filter"}
        ending: dict[str, Any] = {}
        if reason := reasons.get(reply.status):
            ending = {"status": "incomplete", "incomplete_details": {"reason": reason}}
        last = responses_server.ended(responses_server.message(reply.text), **ending)
        return list(responses_server.numbered(created, *thoughts, *begun, last))

    def frame(self, event: Any) -> bytes:
        return responses_server.frame(event)

    def whole(self, reply: Reply) -> Any:
        return responses_server.response("completed", responses_server.message(reply.text))

    def fault(self, message: str, status: int = 500) -> Any:
        code = {429: "rate_limit_exceeded"}.get(status, "server_error")
        return {"type": "error", "code": code, "message": message, "param": None}

    def unknown(self) -> Any:
        return {"type": "response.new_thing.delta", "delta": {"text": "x"}, "item": 7}

    def refusal(self, status: int, message: str, **headers: str) -> Behaviour:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        return refuse(status, {"error": error if status < 500 else error | {"type": None}}, **headers)

    async def decoded(self, body: AsyncIterator[bytes]) -> AsyncGenerator[RunEvent, None]:
        reply = ResponseAssembler(unchanged)
        async with aclosing(json_events(body, unchanged)) as events:
            async for event in events:
                for change in () if reply.is_over else reply.feed(event):
                    yield change
        yield reply.ending()

    def sent(self, server: Any) -> Sent:
        (body,) = server.bodies
        messages = [PromptMessage(Author(one["role"]), one["content"][0]["text"]) for one in body["input"]]
        instruction = body.get("instructions", "")
        return Sent(body["model"], instruction, messages, body["temperature"], body.get("max_output_tokens"))

    def saying_a(self) -> Any:
        return responses_server.delta("a")

    def calling(self, *calls: Call, text: str = "", pieces: int = 3, after: int = 0) -> list[Any]:
        return responses_server.call_events(*calls, text=text, pieces=pieces)

    def scripted(self) -> LoopbackServer:
        return ResponsesServer(responses_server.echo({}), unwanted=frozenset())

    def offered(self, server: Any) -> list[Function]:
        return [_function(tool) for tool in server.bodies[-1].get("tools", ())]

    def heard(self, server: Any) -> list[Heard]:
        return [self._history(body["input"]) for body in server.bodies]

    def _history(self, items: list[dict[str, Any]]) -> Heard:
        results = {one["call_id"]: one["output"] for one in items if one["type"] == "function_call_output"}
        heard: Heard = []
        for one in items:
            if one["type"] == "message":
                heard.append((one["role"], one["content"][0]["text"]))
            elif one["type"] == "function_call":
                heard.append((one["name"], one["arguments"], results[one["call_id"]]))
        return heard


class ResponsesInBackground(Responses):
    name = "Responses in the background"
    can_resume = True
    keeps_broken_calls = True

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"provider": "openai", "is_background": True}


class YandexText(Wire):
    name = "Yandex text generation"
    kind = ConnectionKind.YANDEX_TEXT
    thinks = False
    calls_functions = True
    has_broken_calls = False
    role = "ai.languageModels.user"
    model = f"gpt://{FOLDER}/scripted/latest"

    def server(
        self, *streams: Behaviour, reply: Reply = REPLY, refusal: Behaviour | None = None
    ) -> YandexTextServer:
        texts = reply.growth[1:]
        server = YandexTextServer(
            snapshots=(*texts, reply.text), status=f"ALTERNATIVE_STATUS_{self._status(reply)}"
        )
        server.fail("TextGenerationService.Completion", *([refusal] if refusal else streams))
        return server

    def events(self, reply: Reply = REPLY) -> list[Any]:
        made = [reply_of(text, PARTIAL) for text in reply.growth[1:]]
        made.append(reply_of(reply.text, f"ALTERNATIVE_STATUS_{self._status(reply)}"))
        return [{"result": printed(one, is_camel=True)} for one in made]

    def frame(self, event: Any) -> bytes:
        return f"{in_json(event)}\n".encode()

    def whole(self, reply: Reply) -> Any:
        return printed(reply_of(reply.text), is_camel=True)

    def fault(self, message: str, status: int = 500) -> Any:
        return {"error": {"grpcCode": GRPC[status], "httpCode": status, "message": message, "details": []}}

    def unknown(self) -> Any:
        return {"result": {"newThing": {"message": {"text": "x"}}}}

    def refusal(self, status: int, message: str, **headers: str) -> Behaviour:
        return refusal(GRPC[status], message, is_streaming=True, **headers)

    async def decoded(self, body: AsyncIterator[bytes]) -> AsyncGenerator[RunEvent, None]:
        reply = CompletionReply(self.model)
        async with aclosing(payloads(body, unchanged)) as values:
            async for value in values:
                for event in reply.feed(value):
                    yield event
                if reply.is_over:
                    break
        for event in reply.ending():
            yield event

    def sent(self, server: Any) -> Sent:
        (request,) = server.requests("TextGenerationService.Completion")
        said = [(message.role, message.text) for message in request.messages]
        instruction = said.pop(0)[1] if said[0][0] == "system" else ""
        options = request.completion_options
        return Sent(
            request.model_uri,
            instruction,
            [PromptMessage(Author(role), text) for role, text in said],
            options.temperature.value,
            options.max_tokens.value if options.HasField("max_tokens") else None,
        )

    def saying_a(self) -> Any:
        return {"result": printed(reply_of("a", PARTIAL), is_camel=True)}

    def calling(self, *calls: Call, text: str = "", pieces: int = 3, after: int = 0) -> list[Any]:
        made = [reply_of(text, PARTIAL)] if text else []
        made += [calls_of(calls[:end]) for end in range(1, len(calls) + 1)]
        return [{"result": printed(one, is_camel=True)} for one in made]

    def scripted(self) -> LoopbackServer:
        return YandexTextServer()

    def offered(self, server: Any) -> list[Function]:
        request = server.requests("TextGenerationService.Completion")[-1]
        return [_function(MessageToDict(tool.function)) for tool in request.tools]

    def heard(self, server: Any) -> list[Heard]:
        return [
            self._history(list(request.messages))
            for request in server.requests("TextGenerationService.Completion")
        ]

    def _history(self, messages: list[Message]) -> Heard:
        heard: Heard = []
        for one, after in zip_longest(messages, messages[1:]):
            if one.text:
                heard.append((one.role, one.text))
            for place, call in enumerate(one.tool_call_list.tool_calls):
                said, answered = (
                    call.function_call,
                    after.tool_result_list.tool_results[place].function_result,
                )
                assert answered.name == said.name
                heard.append((said.name, json.dumps(MessageToDict(said.arguments)), answered.content))
        return heard

    def url(self, server: LoopbackServer) -> str:
        return f"{server.base_url}/foundationModels/v1"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"folder": FOLDER, "operations_url": base_url.removesuffix("/foundationModels/v1")}

    def _status(self, reply: Reply) -> str:
        return {Status.TRUNCATED: "TRUNCATED_FINAL", Status.FILTERED: "CONTENT_FILTER"}.get(
            reply.status, "FINAL"
        )


class AssistantApi(Wire):
    name = "AI Assistant API"
    kind = ConnectionKind.ASSISTANT_API
    can_resume = True
    numbers = True
    thinks = False
    calls_functions = True
    has_broken_calls = False
    has_strict = False
    has_call_history = False
    role = "ai.assistants.editor, ai.languageModels.user"
    model = f"gpt://{FOLDER}/scripted/latest"

    def __init__(self) -> None:
        self._called: tuple[Call, ...] = ()  # results do not repeat the arguments of their calls

    def server(
        self, *streams: Behaviour, reply: Reply = REPLY, refusal: Behaviour | None = None
    ) -> AssistantsServer:
        script = Script(reply.growth[1:], reply.text, self._status(reply))
        server = AssistantsServer(scripts=deque([script] * MANY))
        server.fail("RunService.Create", *([refusal] if refusal else ()))
        server.fail("RunService.Listen", *streams)
        return server

    def events(self, reply: Reply = REPLY) -> list[Any]:
        made = [self._partial(text, number) for number, text in enumerate(reply.growth[1:])]
        message = message_pb2.Message(
            id="fvtm0000000000000001",
            thread_id="fvtt0000000000000001",
            content=message_of(reply.text).content,
            status=message_pb2.Message.MessageStatus.Value(self._status(reply)),
        )
        made.append(self._event(len(made), event_type="DONE", completed_message=message))
        return [{"result": printed(one)} for one in made]

    def frame(self, event: Any) -> bytes:
        return f"{in_json(event)}\n".encode()

    def fault(self, message: str, status: int = 500) -> Any:
        made = self._event(99, event_type="ERROR")
        made.error.code, made.error.message = GRPC[status], message
        return {"result": printed(made)}

    def unknown(self) -> Any:
        return {"result": {"event_type": "NEW_THING", "partial_message": {"content": [{"text": "x"}]}}}

    def refusal(self, status: int, message: str, **headers: str) -> Behaviour:
        return refusal(GRPC[status], message, is_streaming=False, **headers)

    async def decoded(self, body: AsyncIterator[bytes]) -> AsyncGenerator[RunEvent, None]:
        reply = RunReply(unchanged)
        async with aclosing(payloads(body, unchanged)) as values:
            async for value in values:
                for event in reply.feed(value):
                    yield event
                if reply.is_over:
                    break
        if reply.failure:
            raise reply.failure
        for event in reply.ending():
            yield event
        if not reply.is_over:  # where the adapter would listen again
            yield RunEnded(Status.INTERRUPTED)

    def sent(self, server: Any) -> Sent:
        (assistant,) = server.folder.assistants.values()
        ((*history, _),) = server.folder.messages.values()
        options = assistant.completion_options
        return Sent(
            assistant.model_uri,
            assistant.instruction,
            [PromptMessage(Author(message.author.role.lower()), said(message)) for message in history],
            options.temperature.value,
            options.max_tokens.value if options.HasField("max_tokens") else None,
        )

    def saying_a(self) -> Any:
        return {"result": printed(self._partial("a", 0))}

    def tiny(self, count: int) -> Iterator[bytes]:
        # Numbers are put into the text: printing a hundred thousand messages takes longer than reading them.
        first, second = (self.frame({"result": printed(self._partial("a", number))}) for number in (0, 7))
        yield first
        before, after = second.split(b'"7"')
        for number in range(1, count):
            yield before + b'"%d"' % number + after
        yield self.frame(self.events(Reply(("a",)))[-1])

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"folder": FOLDER}

    def calling(self, *calls: Call, text: str = "", pieces: int = 3, after: int = 0) -> list[Any]:
        self._called = calls
        made = [self._partial(text, 2 * after)] if text else []
        list_of = common_pb2.ToolCallList()
        for call in calls:
            said = {"name": call.name, "arguments": json.loads(call.arguments)}
            ParseDict(said, list_of.tool_calls.add().function_call)
        made.append(self._event(2 * after + 1, event_type="TOOL_CALLS", tool_call_list=list_of))
        return [{"result": printed(one)} for one in made]

    def scripted(self) -> LoopbackServer:
        return AssistantsServer()

    def offered(self, server: Any) -> list[Function]:
        run = server.requests("RunService.Create")[-1]
        tools = server.folder.assistants[run.assistant_id].tools
        return [_function(MessageToDict(tool.function)) for tool in run.tools or tools]

    def heard(self, server: Any) -> list[Heard]:
        (run,) = server.requests("RunService.Create")
        histories: list[Heard] = [[("user", said(one)) for one in run.additional_messages]]
        for request in server.requests("RunService.Submit"):
            results = [one.function_result for one in request.tool_result_list.tool_results]
            assert [one.name for one in results] == [call.name for call in self._called]
            answered = zip(self._called, results, strict=True)
            new = [(call.name, call.arguments, result.content) for call, result in answered]
            histories.append([*histories[-1], *new])
        return histories

    def _partial(self, text: str, number: int) -> Message:
        return self._event(number, event_type="PARTIAL_MESSAGE", partial_message=message_of(text).content)

    def _event(self, number: int, **fields: Any) -> Message:
        made = run_service_pb2.StreamEvent(**fields)
        made.stream_cursor.SetInParent()
        made.stream_cursor.current_event_idx = number
        return made

    def _status(self, reply: Reply) -> str:
        return {Status.TRUNCATED: "TRUNCATED", Status.FILTERED: "FILTERED_CONTENT"}.get(
            reply.status, "COMPLETED"
        )


class OnDevice(Chat):
    """The model on this machine, its process played by a scripted server; the real one has tests of its own."""

    name = "on this device"
    kind = ConnectionKind.ON_DEVICE
    calls_functions = False

    @asynccontextmanager
    async def connected(self, base_url: str, key: str = KEY) -> AsyncIterator[Service]:
        model = ScriptedModel(base_url, key)
        connection = Connection(ConnectionId("c"), self.kind, "On this device")
        try:
            yield service_factory(model)(connection, Credentials())
        finally:
            await model.close()


class ScriptedModel(OnDeviceModel):
    """A model whose process is a server that is there already."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(Path("no logs"))
        self._seat = ScriptedSeat(url, key)

    async def weights(self, model_path: str) -> Weights:
        return self._seat.scripted.weights

    def seat(self, weights: Weights) -> Seat:
        return self._seat

    async def close(self) -> None:
        await self._seat.close()


class ScriptedSeat(Seat):
    def __init__(self, url: str, key: str) -> None:
        self.scripted = ScriptedProcess(url, key)
        super().__init__(self.scripted.weights, Path("no logs"), 600, 2)

    async def start(self) -> AsyncGenerator[StageChanged, None]:
        self._process = cast("ModelProcess", self.scripted)
        stages: tuple[StageChanged, ...] = ()
        for stage in stages:
            yield stage


class ScriptedProcess:
    is_ready = True
    pid = None

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = Secret(key)
        self.weights = Weights(Path("scripted.gguf"), "Scripted", "scripted")

    async def is_busy(self) -> bool:
        return False

    async def epitaph(self) -> str:
        return ""

    async def end(self) -> None:
        pass


WIRES: Sequence[Wire] = (
    Chat(),
    Responses(),
    ResponsesInBackground(),
    YandexText(),
    AssistantApi(),
    OnDevice(),
)


CALLING = [wire for wire in WIRES if wire.calls_functions]


def _function(said: dict[str, Any]) -> Function:
    """A function as it was offered, fields of its schema by name: not every wire keeps their order."""
    parameters = json.dumps(said["parameters"], sort_keys=True)
    return Function(said["name"], said.get("description", ""), parameters, said.get("strict", False))


# -- streams


def unchanged(text: str) -> str:
    return text


def in_json(event: Any) -> str:
    return event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)


def says(event: Any, text: str) -> bool:
    """Whether the words stand in an event."""
    return json.dumps(text, ensure_ascii=False)[1:-1] in in_json(event)


def sends(*pieces: bytes) -> Behaviour:
    """A stream of these bytes, each piece a chunk, and a proper end."""
    return servers.raw(*pieces)


def breaks_off(body: bytes) -> Behaviour:
    """A stream that is cut after these bytes."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.chunk(body)
        exchange.writer.close()

    return behave


def falls_silent(body: bytes, on_end: Callable[[], None] = lambda: None) -> Behaviour:
    """A stream of which nothing comes after these bytes; ``on_end`` is called when the client goes away."""

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.chunk(body)
        with suppress(ConnectionError):  # a reset is an end as well
            await exchange.reader.read()
        on_end()

    return behave


async def in_pieces(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


# -- what is spoilt


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything inside a JSON value."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*path, key)
            yield from places(value[key], (*path, key))


def altered(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with ``new`` at ``path``."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = altered(value[path[0]], path[1:], new)
    return copy


def with_nulls(value: Any, chance: random.Random, share: float) -> Any:
    """A copy with null in the place of about ``share`` of everything inside."""
    if isinstance(value, dict):
        return {name: _or_null(inner, chance, share) for name, inner in value.items()}
    if isinstance(value, list):
        return [_or_null(inner, chance, share) for inner in value]
    return value


def _or_null(value: Any, chance: random.Random, share: float) -> Any:
    return None if chance.random() < share else with_nulls(value, chance, share)


def with_unknown_fields(value: Any) -> Any:
    """A copy with fields that nobody knows in every object, first and last."""
    if isinstance(value, dict):
        known = {name: with_unknown_fields(inner) for name, inner in value.items()}
        return {"new_thing": {"text": "x"}} | known | {"anotherNew": [None, 7, "x"]}
    return [with_unknown_fields(inner) for inner in value] if isinstance(value, list) else value
