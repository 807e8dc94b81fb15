"""The chunks of Chat Completions, put together to one reply; knows nothing of where they come from.

Tolerant where servers differ (nulls anywhere, missing parts, unknown fields, snapshots instead of deltas, a whole
reply as one chunk) and strict where text could be lost: a broken chunk is an error, and a stream that stops without
saying why is an interrupted reply.  What servers do is told by OpenAI's reference and by the sources of llama.cpp,
Ollama and vLLM.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from desktop_app.domain.errors import BadReplyError, ServiceError, ServiceFaultError
from desktop_app.domain.events import (
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    TextAppended,
    TextReplaced,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.threads import Status, Usage
from desktop_app.services.openai.think_tag import ThinkTag
from desktop_app.services.reading.functions import is_object
from desktop_app.services.reading.streams import decoded, text_of, without_key
from desktop_app.services.transport.failures import error_in_stream

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
    refusal: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    tool_calls: Any = None
    function_call: Any = None

    @property
    def thought(self) -> str:
        return text_of(self.reasoning_content) or text_of(self.reasoning)


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


class ChatReply:
    """Follows one reply: the data of events in, run events out, and what its ending is.

    ``is_done`` is set when ``[DONE]`` came: with it, a reply is whole though no reason was given.
    """

    def __init__(self, redacted: Callable[[str], str]) -> None:
        self.is_accepted = False
        self.is_done = False
        self._has_begun = False
        self._redacted = redacted
        self._request_id = ""
        self._id = ""
        self._finish_reason = ""
        self._think_tag = ThinkTag()
        self._thought = ""
        self._calls = _Calls()

    @property
    def is_finished(self) -> bool:
        """Whether the service said why the text ends."""
        return bool(self._finish_reason)

    def named(self, request_id: str) -> None:
        """What the service calls the request."""
        self._request_id = request_id

    def feed(self, data: str) -> Iterator[RunEvent]:
        """The events of a chunk; after the finish reason only usage counts, and nothing spoils the reply any more.

        Raises ServiceError for an error instead of a chunk.
        """
        try:
            chunk = self._chunk(data)
        except ServiceError:
            if self.is_finished:
                return
            raise
        if not self.is_accepted:
            self.is_accepted = True
            self._id = text_of(chunk.id)
            yield RunAccepted(self._id, text_of(chunk.model), request_id=self._request_id)
        self._has_begun = self._has_begun or chunk.choices is not None
        for choice in chunk.choices or ():
            if choice and choice.index in (None, 0) and not self.is_finished:
                yield from self._choice(choice)
        if chunk.usage:
            yield UsageReported(Usage(chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0))

    def rest(self) -> Iterator[RunEvent]:
        """The text that was held back, once nothing more comes."""
        yield from self._appended(self._think_tag.rest())
        self._think_tag = ThinkTag()

    def end(self) -> Iterator[RunEvent]:
        """What is known only in the end, and the ending.  Raises ServiceError for a reply that is none.

        Calls of a reply that was cut short may be cut themselves, and are none.
        """
        yield from self.rest()
        if not self._has_begun:
            raise BadReplyError("something else came instead of a reply")
        if not self._finish_reason and not self.is_done:
            yield RunEnded(Status.INTERRUPTED)
            return
        if self._finish_reason == "error":
            raise ServiceFaultError("the service ended the reply with an error")
        status = _ENDINGS.get(self._finish_reason, Status.COMPLETED)
        calls = tuple(self._calls.told(self._id)) if status is Status.COMPLETED else ()
        yield from calls
        yield RunPaused() if calls else RunEnded(status)

    def _chunk(self, data: str) -> _Chunk:
        chunk = decoded(data, _Chunk)
        if chunk.error:
            raise error_in_stream(without_key({"error": chunk.error}, self._redacted))
        return chunk

    def _choice(self, choice: _Choice) -> Iterator[RunEvent]:
        if choice.delta:
            yield from self._delta(choice.delta)
        if choice.message:
            yield from self._message(choice.message)
        self._finish_reason = text_of(choice.finish_reason).lower()

    def _delta(self, delta: _Said) -> Iterator[RunEvent]:
        thought, text = self._think_tag.feed(text_of(delta.content))
        if thought := delta.thought or thought:
            yield ReasoningAppended(thought)
        yield from self._appended(text + text_of(delta.refusal))
        self._calls.merge(delta.tool_calls, delta.function_call)

    def _message(self, message: _Said) -> Iterator[RunEvent]:
        """A snapshot of the whole."""
        think_tag = ThinkTag()
        thought, text = think_tag.feed(text_of(message.content) or text_of(message.refusal))
        thought = message.thought or thought
        if thought.startswith(self._thought) and (new := thought[len(self._thought) :]):
            self._thought = thought
            yield ReasoningAppended(new)
        if text := text or think_tag.rest():
            yield TextReplaced(text)
        self._calls.replace(message.tool_calls, message.function_call)

    def _appended(self, text: str) -> Iterator[RunEvent]:
        if text:
            yield TextAppended(text)


@dataclass(slots=True)
class _Call:
    call_id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether the arguments are all there."""
        return is_object("".join(self.arguments))


class _Calls:
    """Function calls, merged by index; the first id and name count that are not empty, since some repeat them."""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}
        self._last = 0

    def merge(self, deltas: object, legacy: object) -> None:
        """``tool_calls``, and ``function_call`` of old servers."""
        for delta in deltas if isinstance(deltas, list) else ():
            if isinstance(delta, dict):
                self._merge(delta.get("index"), text_of(delta.get("id")), delta.get("function"))
        if isinstance(legacy, dict):
            self._merge(0, "", legacy)

    def replace(self, calls: object, legacy: object) -> None:
        """The calls of a snapshot, in which they stand in their order; one without any leaves them as they are."""
        if calls or legacy:
            self._calls.clear()
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            self.merge([call | {"index": place}] if isinstance(call, dict) else (), None)
        self.merge(None, legacy)

    def told(self, reply_id: str) -> Iterator[ToolCalled]:
        """All of them, in their order."""
        for index, call in sorted(self._calls.items()):
            arguments = "".join(call.arguments).strip() or "{}"
            yield ToolCalled(f"{reply_id}:{index}", call.name, arguments, call.call_id)

    def _merge(self, told: object, call_id: str, function: object) -> None:
        said = function if isinstance(function, dict) else {}
        name, arguments = text_of(said.get("name")), said.get("arguments")
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        self._last = told if isinstance(told, int) else self._index_of(call_id)
        call = self._calls.setdefault(self._last, _Call())
        if name and arguments and call_id not in {"", call.call_id} and call.is_over:
            self._last = max(self._calls) + 1  # Gemini gives all calls the index 0
            call = self._calls.setdefault(self._last, _Call())
        call.call_id = call.call_id or call_id
        call.name = call.name or name
        call.arguments.append(text_of(arguments))

    def _index_of(self, call_id: str) -> int:
        """Without an index the last call goes on, unless another id says that a new one begins."""
        last = self._calls.get(self._last)
        is_new = last is not None and call_id and last.call_id not in ("", call_id)
        return self._last + 1 if is_new else self._last
