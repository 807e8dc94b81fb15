"""Replies of Yandex text generation: CompletionResponse and Operation in, what Nitka makes of them out; no I/O.

A reply comes as growing snapshots, each with the whole text so far, which the next may rewrite; the status of the last
one says how it ended (Yandex documentation, text generation, ``Alternative.status``).
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from desktop_app.domain.errors import BadReplyError, RunError, ServiceError
from desktop_app.domain.events import RunAccepted, RunEnded, RunEvent, RunPaused, TextReplaced, UsageReported
from desktop_app.domain.ids import new_id
from desktop_app.domain.operations import DeferredReply, RemoteOperation
from desktop_app.domain.threads import Status, Usage
from desktop_app.services.reading.json_fields import count_of, read, text_of
from desktop_app.services.reading.json_stream import redacted_value
from desktop_app.services.transport.failures import error_of_status
from desktop_app.services.yandex.calls import ToolCalls

_ENDINGS = {
    "ALTERNATIVE_STATUS_FINAL": Status.COMPLETED,
    "ALTERNATIVE_STATUS_TRUNCATED_FINAL": Status.TRUNCATED,
    "ALTERNATIVE_STATUS_CONTENT_FILTER": Status.FILTERED,
}
_TOOL_CALLS = "ALTERNATIVE_STATUS_TOOL_CALLS"
_INTERIM = ("", "ALTERNATIVE_STATUS_UNSPECIFIED", "ALTERNATIVE_STATUS_PARTIAL")


class _Message(msgspec.Struct, rename="camel"):
    text: Any = None
    tool_call_list: ToolCalls | None = None


class _Alternative(msgspec.Struct):
    message: _Message | None = None
    status: Any = None


class _Usage(msgspec.Struct, rename="camel"):
    input_text_tokens: Any = None
    completion_tokens: Any = None


class _Completion(msgspec.Struct):
    alternatives: list[_Alternative | None] | None = None
    usage: _Usage | None = None

    @property
    def first(self) -> _Alternative:
        """The one alternative that has ever been seen."""
        return next((one for one in self.alternatives or () if one), _Alternative())


class _Operation(msgspec.Struct):
    id: Any = None
    done: Any = None
    error: Any = None
    response: dict[str, Any] | None = None


class CompletionReply:
    """Follows the snapshots of one reply to its ending."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._request_id = ""
        self._has_begun = False
        self._is_reply = False
        self._status = ""
        self._text = ""
        self._calls: ToolCalls | None = None
        self._usage: Usage | None = None

    @property
    def has_begun(self) -> bool:
        """Whether anything came, which is billed."""
        return self._has_begun

    @property
    def is_over(self) -> bool:
        """Whether the service said how the reply ends."""
        return self._status in _ENDINGS

    def named(self, request_id: str) -> None:
        """What the service calls the request."""
        self._request_id = request_id

    def feed(self, value: object) -> Iterator[RunEvent]:
        """What a snapshot brings.  Raises BadReplyError."""
        completion = read(value, _Completion)
        if not self._has_begun:
            self._has_begun = True
            yield RunAccepted(model=self._model, request_id=self._request_id)
        self._is_reply = self._is_reply or completion.alternatives is not None
        alternative = completion.first
        self._status = text_of(alternative.status)
        text = text_of(alternative.message.text) if alternative.message else ""
        if alternative.message and alternative.message.tool_call_list:  # they grow as texts do
            self._calls = alternative.message.tool_call_list
        if text and text != self._text:  # an ending without a text leaves what was written so far
            self._text = text
            yield TextReplaced(text)
        if (usage := _usage(completion)) and usage != self._usage:
            self._usage = usage
            yield UsageReported(usage)

    def ending(self) -> Iterator[RunEvent]:
        """The calls and the ending, once the stream is over; one with a status that nobody announced is complete.

        Raises BadReplyError when what came was no reply.
        """
        if not self._is_reply:
            raise BadReplyError("something else came instead of a reply")
        if self._status in _INTERIM:
            yield RunEnded(Status.INTERRUPTED)
            return
        status = _ENDINGS.get(self._status, Status.COMPLETED)
        calls = tuple(self._calls.events(new_id())) if self._calls and status is Status.COMPLETED else ()
        yield from calls
        yield RunPaused() if calls else RunEnded(status)


def operation_id(value: object) -> str:
    """The id of an operation that was just made.  Raises BadReplyError."""
    if not (made := text_of(read(value, _Operation).id)):
        raise BadReplyError("the operation has no id")
    return made


def remote_operation(value: object, remote_id: str, redacted: Callable[[str], str]) -> RemoteOperation:
    """How far an operation is, by ``google.longrunning`` rules: an error counts only when it is done.

    What is done and cannot be read is failed; asking again would bring the same.  Raises BadReplyError for what is no
    operation.
    """
    operation = read(value, _Operation)
    if operation.done is not True:
        if not operation.id:
            raise BadReplyError("not an operation")
        return RemoteOperation(remote_id)
    try:
        if _has_failed(operation):
            raise error_of_status(redacted_value(operation.error, redacted))
        return RemoteOperation(remote_id, is_done=True, result=_deferred(operation))
    except ServiceError as error:
        return RemoteOperation(remote_id, is_done=True, error=RunError.of(error))


def _has_failed(operation: _Operation) -> bool:
    code = operation.error.get("code") if isinstance(operation.error, dict) else None
    return bool(count_of(code) or (operation.error and operation.response is None))


def _deferred(operation: _Operation) -> DeferredReply:
    if operation.response is None:
        raise BadReplyError("the operation is done and has neither a response nor an error")
    completion = read(operation.response, _Completion)
    alternative = completion.first
    status = text_of(alternative.status)
    if status == _TOOL_CALLS:
        calls = (alternative.message and alternative.message.tool_call_list) or ToolCalls()
        raise calls.unanswered()
    if alternative.message is None and status not in _ENDINGS:
        raise BadReplyError("the operation is done and its response has no message")
    text = text_of(alternative.message.text) if alternative.message else ""
    return DeferredReply(text, _ENDINGS.get(status, Status.COMPLETED), _usage(completion))


def _usage(completion: _Completion) -> Usage | None:
    if not completion.usage:
        return None
    told = completion.usage
    return Usage(count_of(told.input_text_tokens) or 0, count_of(told.completion_tokens) or 0)
