"""The events of the Responses API, put together to one reply; knows nothing of where they come from.

Deltas are shown as they come, ``done`` events and the final output are believed over them, and what is said in the end
replaces what was shown, unless it says nothing.  Unknown events, fields and items are passed over.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from desktop_app.domain.errors import BadReplyError, ServiceError, ServiceFaultError
from desktop_app.domain.events import (
    CitationsFound,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    TextReplaced,
    UsageReported,
)
from desktop_app.domain.threads import Citation, Status, Usage
from desktop_app.services.openai.response_items import (
    Calls,
    Fragments,
    Item,
    Messages,
    Named,
    Thoughts,
    citations,
    item_in,
    items_in,
    named,
    part_in,
)
from desktop_app.services.reading.sse import SseEvent
from desktop_app.services.reading.streams import decoded, text_of, without_key
from desktop_app.services.transport.failures import error_in_stream

_SEARCHES = ("web_search_call.", "file_search_call.")
_SEARCH_STAGES = {"in_progress": "searching", "searching": "searching", "completed": "waiting"}
_ENDS = frozenset({"completed", "incomplete", "failed", "cancelled"})
_TERMINAL = frozenset(f"response.{word}" for word in _ENDS)
_RUNNING = frozenset({"queued", "in_progress"})
_STATUSES = _RUNNING | _ENDS


class _Event(msgspec.Struct):
    """What comes: the fields of all events that are known here, and those that tell a whole reply or an error.

    None of them is relied on.
    """

    type: Any = None
    sequence_number: Any = None
    item_id: Any = None
    output_index: Any = None
    content_index: Any = None
    summary_index: Any = None
    delta: Any = None
    text: Any = None
    refusal: Any = None
    name: Any = None
    arguments: Any = None
    part: Any = None
    item: Any = None
    annotation: Any = None
    response: Any = None
    error: Any = None
    message: Any = None
    object: Any = None
    status: Any = None
    output: Any = None

    @property
    def is_reply(self) -> bool:
        """Whether this is no event but the reply itself."""
        is_told = self.object == "response" or text_of(self.status) in _STATUSES
        return not self.type and (is_told or isinstance(self.output, list))

    @property
    def is_fault(self) -> bool:
        """Whether this is an error, in one of its three frames: an event, flat or nested, or just the error."""
        return self.type == "error" or bool(
            not self.type and not self.is_reply and (self.error or self.message)
        )


class _Response(msgspec.Struct):
    """A reply as a whole, finished or not."""

    id: Any = None
    status: Any = None
    model: Any = None
    output: Any = None
    usage: Any = None
    error: Any = None
    incomplete_details: Any = None


class ResponseAssembler:
    """Follows one reply: the data of events in, run events out, and what its ending is.

    ``cursor`` None begins with the first event.  With a number the reply is read on in the middle: events up to it are
    passed over, and since the text before it is not known here, only the final output is believed over the deltas.

    ``is_accepted``: the service has the request, and asking again would be another one.  ``is_pending``: a reply came
    as a whole, and is not finished.
    """

    def __init__(
        self,
        redacted: Callable[[str], str],
        *,
        can_resume: bool = False,
        response_id: str = "",
        cursor: int | None = None,
    ) -> None:
        self.response_id = response_id
        self.cursor = cursor
        self.usage: Usage | None = None
        self.citations: tuple[Citation, ...] = ()
        self.status: Status | None = None
        self.is_accepted = bool(response_id)
        self.is_pending = False
        self.can_resume = can_resume
        self._redacted = redacted
        self._request_id = ""
        self._failure: ServiceError | None = None
        self._has_begun = False
        self._knows_past = cursor is None
        self._stage = "waiting"
        self._messages = Messages()
        self._thoughts = Thoughts()
        self._calls = Calls()
        self._fragments = Fragments()

    @property
    def is_over(self) -> bool:
        """Whether the service said how the reply ends, or that it failed."""
        return self.status is not None or self._failure is not None

    @property
    def can_go_on(self) -> bool:
        """Whether the stream can be taken up where it broke; events without numbers would only be repeated."""
        return self.cursor is not None or not self._has_begun

    @property
    def can_be_gone_on_from(self) -> bool:
        """Whether the next request may follow this reply: it is whole, and waits for no results of functions."""
        return self.status is Status.COMPLETED and bool(self.response_id) and not self.called

    @property
    def called(self) -> tuple[str, ...]:
        """Names of the functions that a whole reply calls, in the order of the calls."""
        return self._calls.names if self.status is Status.COMPLETED else ()

    @property
    def text(self) -> str:
        """The reply so far."""
        return self._messages.text

    def named(self, request_id: str) -> None:
        """What the service calls the request."""
        self._request_id = request_id

    def feed(self, event: SseEvent) -> Iterator[RunEvent]:
        """What an event, or a whole reply, changes; run the iterator to its end.  Raises BadReplyError."""
        said = decoded(event.data, _Event)
        self._has_begun, self.is_pending = True, False
        kind = text_of(said.type) or event.name
        if said.is_fault or kind == "error":
            self._failure = error_in_stream(without_key(decoded(event.data, dict), self._redacted))
            return
        if said.is_reply and kind not in _TERMINAL:
            yield from self._whole(decoded(event.data, _Response))
            return
        number = _number(said.sequence_number)
        if kind not in _TERMINAL and self._is_old(number):
            return
        if kind.startswith("response."):
            yield from self._event(kind.removeprefix("response."), said)
        if number is not None:
            self.cursor = max(number, self.cursor or 0)

    def ending(self) -> RunEnded | RunPaused:
        """The ending, once nothing more comes.  Raises ServiceError for a reply that failed and for what is none."""
        if self._failure:
            raise self._failure
        if not self.is_accepted:
            raise BadReplyError("something else came instead of a reply")
        return RunPaused() if self.called else RunEnded(self.status or Status.INTERRUPTED)

    # -- one event

    def _is_old(self, number: int | None) -> bool:
        """Whether the event was handled before; where every number is 0 none of them says anything."""
        return number is not None and bool(self.cursor) and number <= (self.cursor or 0)

    def _event(self, kind: str, event: _Event) -> Iterator[RunEvent]:
        if isinstance(event.response, dict) or not self.is_accepted:
            yield from self._accepted(_response_in(event.response))
        item = item_in(event.item)
        names = named(event.output_index, event.item_id, item.id, item.call_id)
        index = _index(event.content_index)
        match kind:
            case "completed" | "incomplete" | "failed" | "cancelled":
                yield from self._end(_response_in(event.response), kind)
            case "output_item.added":
                self._item_added(names, item)
            case "output_item.done":
                yield from self._item_done(names, item)
            case "content_part.added":
                self._messages.begin_part(names, index)
            case "content_part.done":
                yield from self._settled(names, index, part_in(event.part).words)
            case "output_text.delta" | "refusal.delta":
                if change := self._messages.append(names, index, text_of(event.delta)):
                    yield change
            case "output_text.done" | "refusal.done":
                yield from self._settled(names, index, text_of(event.text) or text_of(event.refusal))
            case "output_text.annotation.added":
                self._messages.annotate(names, index, event.annotation)
                yield from self._sources()
            case "reasoning_summary_text.delta" | "reasoning_text.delta":
                yield from self._thoughts.append(names, *_thought_part(kind, event), text_of(event.delta))
            case "reasoning_summary_text.done" | "reasoning_text.done" if self._knows_past:
                yield from self._thoughts.settle(names, *_thought_part(kind, event), text_of(event.text))
            case "function_call_arguments.delta":
                self._calls.append(names, text_of(event.delta))
            case "function_call_arguments.done":
                self._calls.settle(names, event.name, event.arguments)
            case _ if kind.startswith(_SEARCHES):
                yield from self._search(_SEARCH_STAGES.get(kind.rpartition(".")[2], ""))

    def _accepted(self, response: _Response) -> Iterator[RunEvent]:
        self.response_id = _id(response.id) or self.response_id
        if not self.is_accepted:
            self.is_accepted = True
            can_resume = self.can_resume and bool(self.response_id)
            yield RunAccepted(self.response_id, text_of(response.model), can_resume, self._request_id)

    def _search(self, stage: str) -> Iterator[RunEvent]:
        if stage and stage != self._stage:
            self._stage = stage
            yield StageChanged(stage)

    def _item_added(self, names: Named, item: Item) -> None:
        if item.type == "message":
            self._messages.begin(names)
        elif item.type == "function_call":
            self._calls.begin(names, item)

    def _item_done(self, names: Named, item: Item) -> Iterator[RunEvent]:
        if item.type == "function_call":
            self._calls.settle_item(names, item)
        elif item.type == "file_search_call":
            self._fragments.add(item.results)
        elif item.type == "message" and self._knows_past:
            yield from self._messages.settle_item(names, item)
            yield from self._sources()
        elif item.type == "reasoning" and self._knows_past:
            yield from self._thoughts.settle_item(names, item)

    def _settled(self, names: Named, index: int | None, text: str) -> Iterator[RunEvent]:
        if self._knows_past and (change := self._messages.settle(names, index, text)):
            yield change

    # -- the end

    def _whole(self, response: _Response) -> Iterator[RunEvent]:
        """A reply that came in one piece, or as far as it is."""
        yield from self._accepted(response)
        status = text_of(response.status) or "completed"
        self.is_pending = status in _RUNNING
        if not self.is_pending:
            yield from self._end(response, status)
        elif self._knows_past and not self.text.startswith(Messages.of(items_in(response.output)).text):
            yield from self._output(response)  # what lags behind the stream would take text away

    def _end(self, response: _Response, word: str) -> Iterator[RunEvent]:
        """``word`` is how the event calls the end; a status inside that says otherwise is believed."""
        status = text_of(response.status)
        word = status if status in ("incomplete", "failed", "cancelled") else word
        yield from self._output(response)
        if word == "completed":  # calls of a reply that was cut short may be cut themselves, and are none
            yield from self._calls.told(self.response_id)
        if usage := _usage(response.usage):
            self.usage = usage
            yield UsageReported(usage)
        if word == "failed":
            self._failure = self._error(response.error)
        else:
            self.status = _status(word, response.incomplete_details)

    def _output(self, response: _Response) -> Iterator[RunEvent]:
        items = items_in(response.output)
        are_thoughts_new = self._knows_past and self._thoughts.is_empty
        for index, item in enumerate(items):
            if item.type == "function_call":
                self._calls.settle_item(named(index, item.id, item.call_id), item)
            elif item.type == "file_search_call":
                self._fragments.add(item.results)
            elif item.type == "reasoning" and are_thoughts_new:
                yield from self._thoughts.settle_item(named(index, item.id), item)
        final = Messages.of(items)
        if text := final.text:
            if text != self.text or not self._knows_past:
                yield TextReplaced(text)
            self._messages = final
        self._knows_past = self._knows_past or bool(items)
        yield from self._sources()

    def _sources(self) -> Iterator[RunEvent]:
        found = citations(self._messages, self._fragments) if self._knows_past else ()
        if found and found != self.citations:
            self.citations = found
            yield CitationsFound(found)

    def _error(self, error: object) -> ServiceError:
        if not error:
            return ServiceFaultError("the service ended the reply with an error")
        return error_in_stream(without_key({"error": error}, self._redacted))


def _response_in(value: object) -> _Response:
    return msgspec.convert(value, _Response) if isinstance(value, dict) else _Response()


def _id(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _number(value: object) -> int | None:
    """A sequence number, if it is one that can be kept."""
    return value if isinstance(value, int) and 0 <= value < 1 << 63 else None


def _index(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _thought_part(kind: str, event: _Event) -> tuple[str, int | None]:
    """The family and the index of the part of a thought that an event is about."""
    if kind.startswith("reasoning_summary"):
        return "summary", _index(event.summary_index)
    return "content", _index(event.content_index)


def _status(word: str, details: object) -> Status:
    if word == "cancelled":
        return Status.STOPPED
    if word != "incomplete":
        return Status.COMPLETED
    reason = details.get("reason") if isinstance(details, dict) else None
    return Status.FILTERED if reason == "content_filter" else Status.TRUNCATED


def _usage(value: object) -> Usage | None:
    """Tokens; Yandex has sent null, and zeros for not counted."""
    counts = value if isinstance(value, dict) else {}
    prompt, completion = (_index(counts.get(name)) or 0 for name in ("input_tokens", "output_tokens"))
    return Usage(prompt, completion) if prompt or completion else None
