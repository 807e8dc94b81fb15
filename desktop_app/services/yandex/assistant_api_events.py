"""One run of the AI Assistant API: its stream events and its states in, run events out; no I/O.

Partial messages are whole snapshots, numbered from 0, and come again when a stream is listened to from its beginning
(``StreamEvent`` in the protos of Yandex Cloud); what is not newer than the last one taken is dropped, calls that were
answered among it.  The events that end a run are taken whatever their number is, so that a careless service loses no
text.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from desktop_app.domain.errors import AccessDeniedError, ServiceError
from desktop_app.domain.events import (
    Checkpoint,
    CitationsFound,
    RunEnded,
    RunEvent,
    RunPaused,
    TextReplaced,
    ThreadHeld,
    UsageReported,
)
from desktop_app.domain.threads import Usage
from desktop_app.services.reading.json_fields import count_of, read, text_of
from desktop_app.services.reading.json_stream import redacted_value
from desktop_app.services.transport.failures import error_of_status
from desktop_app.services.yandex.assistant_api_records import content_text, pulled_message
from desktop_app.services.yandex.assistant_api_tools import Json
from desktop_app.services.yandex.calls import ToolCalls

MODEL_ROLE = "ai.languageModels.user"
_WAITING = "TOOL_CALLS"


class _Cursor(msgspec.Struct, rename="camel"):
    current_event_idx: Any = None


class _Event(msgspec.Struct, rename="camel"):
    event_type: Any = None
    stream_cursor: _Cursor | None = None
    error: Any = None
    partial_message: Any = None
    completed_message: dict[str, Any] | None = None
    tool_call_list: ToolCalls | None = None


class _State(msgspec.Struct, rename="camel"):
    status: Any = None
    error: Any = None
    completed_message: dict[str, Any] | None = None
    tool_call_list: ToolCalls | None = None


class _Usage(msgspec.Struct, rename="camel"):
    prompt_tokens: Any = None
    completion_tokens: Any = None


class _Run(msgspec.Struct, rename="camel"):
    id: Any = None
    state: _State | None = None
    usage: _Usage | None = None


class RunReply:
    """Follows one run in ``thread_id`` after event ``cursor`` (-1: from its beginning) to its ending or to calls.

    ``failure`` is the error that ended it, ``has_usage`` whether the service told what it cost, ``is_open`` whether it
    only waits.  ``has_answered``: calls of it were given their results just now.
    """

    def __init__(
        self,
        redacted: Callable[[str], str],
        thread_id: str = "",
        cursor: int = -1,
        *,
        has_answered: bool = False,
    ) -> None:
        self.cursor = cursor
        self._begun_after = cursor
        self._thread_id = thread_id
        self._has_answered = has_answered
        self.failure: ServiceError | None = None
        self.has_usage = False
        self.is_open = False
        self._redacted = redacted
        self._ending: list[RunEvent] = []

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return bool(self._ending or self.failure)

    def feed(self, value: Json) -> Iterator[RunEvent]:
        """What an event of the stream says; types that are not known say nothing.  Raises BadReplyError."""
        event = read(value, _Event)
        number = _number(event.stream_cursor)
        self._has_answered = self._has_answered and number <= self.cursor
        match text_of(event.event_type):
            case "PARTIAL_MESSAGE" if number > self.cursor:
                self.cursor = number
                if text := content_text(event.partial_message):
                    yield TextReplaced(text)
                yield Checkpoint(number)
            case "DONE":
                yield from self._complete(event.completed_message)
            case "ERROR":
                self._fail(event.error)
            case "TOOL_CALLS" if number > self._begun_after:
                self.cursor = max(self.cursor, number)
                yield from self._call(event.tool_call_list)
                yield Checkpoint(self.cursor)

    def settle(self, value: Json, *, may_be_answered: bool = False) -> Iterator[RunEvent]:
        """What a run's state says, when it is no longer followed by its events.  Raises BadReplyError.

        ``may_be_answered``: calls may be those that were just answered.
        """
        run = read(value, _Run)
        state = run.state or _State()
        status = text_of(state.status)
        self._has_answered = self._has_answered and status == _WAITING and may_be_answered
        match status:
            case "COMPLETED":
                yield from self.usage(value)
                yield from self._complete(state.completed_message)
            case "FAILED":
                self._fail(state.error)
            case _ if status == _WAITING and not self._has_answered:
                yield from self.usage(value)
                yield from self._call(state.tool_call_list)

    def usage(self, value: Json) -> Iterator[RunEvent]:
        """The usage of a run, where it is known already.  Raises BadReplyError."""
        if usage := read(value, _Run).usage:
            self.has_usage = True
            yield UsageReported(
                Usage(count_of(usage.prompt_tokens) or 0, count_of(usage.completion_tokens) or 0)
            )

    def ending(self) -> Iterator[RunEvent]:
        """The last events of a run that did not fail."""
        yield from self._ending

    def _complete(self, value: Json | None) -> Iterator[RunEvent]:
        message = pulled_message(value or {})
        if message.text:  # a message without any leaves what was written so far
            yield TextReplaced(message.text)
        if message.citations:
            yield CitationsFound(message.citations)
        if thread_id := text_of((value or {}).get("threadId")) or self._thread_id:
            self._ending.append(ThreadHeld(thread_id, has_reply=True))
        self._ending.append(RunEnded(message.status))

    def _fail(self, error: object) -> None:
        """The words may be a raw exception of the server, the code 0 or missing."""
        said = error if isinstance(error, dict) else {"message": text_of(error) or "the run failed"}
        self.failure = error_of_status({"error": redacted_value(said, self._redacted)})
        if isinstance(self.failure, AccessDeniedError):
            self.failure.name_usual((MODEL_ROLE,))

    def _call(self, calls: ToolCalls | None) -> Iterator[RunEvent]:
        """The calls for whose results the run waits; without any it could wait for ever."""
        self.is_open = True
        told = list((calls or ToolCalls()).events(str(self.cursor)))
        yield from told
        if told:
            self._ending.append(RunPaused())
        else:
            self.failure = ToolCalls().unanswered()


def is_waiting(value: Json) -> bool:
    """Whether a run waits for the results of calls.  Raises BadReplyError."""
    run = read(value, _Run)
    return run.state is not None and text_of(run.state.status) == _WAITING


def _number(cursor: _Cursor | None) -> int:
    """The number of an event; that of the first is often left out."""
    return (count_of(cursor.current_event_idx) if cursor else None) or 0
