"""The Responses API: Yandex AI Studio, OpenAI, and servers that speak it.

What the service keeps is an accelerator only: a chain (``previous_response_id``) saves sending the history, and when
the service has forgotten it, the whole is sent.  A reply that is written in the background is read on after a broken
connection from the last event that came, or, where that is refused, asked for until it is whole.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import quote

import msgspec

from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.errors import (
    BadReplyError,
    ContextTooLongError,
    NotFoundError,
    NotOfferedError,
    OperationGoneError,
    RateLimitedError,
    RequestRejectedError,
    RunError,
    ServiceError,
    ServiceFaultError,
    SilentError,
    UnansweredCallError,
    UnreachableError,
)
from desktop_app.domain.events import (
    Checkpoint,
    RunEvent,
    RunPaused,
    StageChanged,
    TextAppended,
    TextReplaced,
    ThreadHeld,
)
from desktop_app.domain.operations import DeferredReply, RemoteOperation
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.providers import provider_of
from desktop_app.domain.secret import Credentials
from desktop_app.domain.threads import Author, Status
from desktop_app.services.openai.model_list import listed_models, sent_model, tested, word
from desktop_app.services.openai.refused_fields import RefusedFields, tell_refused_functions
from desktop_app.services.openai.response_events import ResponseAssembler
from desktop_app.services.openai.response_requests import body_of, input_items
from desktop_app.services.reading.sse import SseEvent
from desktop_app.services.reading.streams import DONE, json_events, until_over
from desktop_app.services.transport.connecting import http_of, sign_in_of
from desktop_app.services.transport.failures import explain, may_be_from_elsewhere

log = logging.getLogger(__name__)

# The last event ends the reply; what is left of the stream is read so that the connection can be used again.
AFTER_END_S = 0.1
# A reply in the background is given up when nothing came of it for so long.
GIVE_UP_S = 120.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
# What is asked of a reply in the background is answered at once.
UNARY_S = 30.0

_PASSING = (UnreachableError, SilentError, ServiceFaultError, RateLimitedError)
_ABOUT_CHAIN = re.compile(r"previous.?response|tool.?(?:call.?)?(?:output|result)", re.I)


class ResponsesService:
    """Answers runs at ``{base_url}/responses``; a Service, Resuming and Deferring."""

    def __init__(
        self, connection: Connection, credentials: Credentials, *, read_timeout_s: float | None = None
    ) -> None:
        sign_in = sign_in_of(connection, credentials)
        self._http = http_of(
            connection, sign_in, read_timeout_s=read_timeout_s, proxy_password=credentials.proxy_password
        )
        self._connection = connection
        self._provider = provider_of(connection)
        self._is_chained = connection.is_chained and self._provider.can_chain
        self._is_background = connection.is_background and self._provider.can_run_in_background
        self._refused = RefusedFields({"temperature": "temperature", "stream_options": "stream_options"})

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply and yield what comes; raises ServiceError."""
        yield StageChanged("waiting")
        asked: RunRequest | None = self._sent(request)
        while asked:
            reply = ResponseAssembler(self._http.redacted, can_resume=self._is_background)
            try:
                async with aclosing(self._answer(asked, reply)) as events:
                    async for event in events:
                        yield event
                return
            except ServiceError as error:
                asked = None if reply.is_accepted else self._milder(asked, error)
                if asked is None:
                    explain(error, request.request_id, self._provider.roles)
                    error.is_untouched = error.is_untouched and not reply.is_accepted
                    if not reply.is_accepted:
                        tell_refused_functions(error, request)
                    raise

    async def resume(
        self, request: RunRequest, remote_id: str, cursor: int | None
    ) -> AsyncGenerator[RunEvent, None]:
        """Read a reply on that is written in the background; raises ServiceError."""
        reply = ResponseAssembler(self._http.redacted, can_resume=True, response_id=remote_id, cursor=cursor)
        is_again = cursor is None
        try:
            async with aclosing(self._read_on(reply)) as events:
                async for event in events:
                    if is_again and isinstance(event, TextAppended):
                        is_again = False
                        yield TextReplaced(event.text)  # what was shown of it before is not known here
                    else:
                        yield event
            for event in self._ending(reply):
                yield event
        except ServiceError as error:
            explain(error, request.request_id, self._provider.roles)
            error.is_untouched = False  # the service has the run, and writes on
            raise

    async def cancel_run(self, remote_id: str) -> None:
        """Stop a reply in the background; one that is over or forgotten is stopped already.  Raises ServiceError."""
        try:
            await self._http.fetch("POST", f"{_path(remote_id)}/cancel", read_timeout_s=UNARY_S)
        except (NotFoundError, RequestRejectedError) as error:
            log.info("nothing to cancel: %s", error.detail)
        except ServiceError as error:
            if error.status_code != 409:
                raise

    async def submit(self, request: RunRequest) -> str:
        """Ask for a reply in the background, to be fetched later; its id.  Raises ServiceError.

        No functions are offered: nobody would answer their calls.
        """
        if not self._provider.can_run_in_background:
            raise NotOfferedError("the service does not write in the background")
        asked = self._sent(replace(request, functions=()))
        while True:
            body = self._body(asked, is_streamed=False, is_background=True)
            try:
                whole = await self._http.fetch("POST", "/responses", body, request_id=request.request_id)
            except ServiceError as error:
                milder = self._milder(asked, error)
                if milder is None:
                    explain(error, request.request_id, self._provider.roles)
                    raise
                asked = milder
            else:
                return self._id_of(whole)

    async def operation(self, remote_id: str) -> RemoteOperation:
        """How far a reply in the background is.  Raises ServiceError; OperationGoneError for a forgotten one."""
        try:
            whole = await self._http.fetch("GET", _path(remote_id), read_timeout_s=UNARY_S)
        except NotFoundError as error:
            if may_be_from_elsewhere(error):
                raise
            raise OperationGoneError(
                error.detail, status_code=error.status_code, request_id=error.request_id
            ) from error
        reply = self._whole(whole)
        if not reply.is_over:
            return RemoteOperation(remote_id)
        try:
            ending = reply.ending()
        except ServiceError as error:
            return RemoteOperation(remote_id, is_done=True, error=RunError.of(error))
        if isinstance(ending, RunPaused) and not reply.text:
            unanswered = RunError.of(UnansweredCallError(", ".join(reply.called)))
            return RemoteOperation(remote_id, is_done=True, error=unanswered)
        status = Status.COMPLETED if isinstance(ending, RunPaused) else ending.status
        if status is Status.STOPPED:
            cancelled = RunError.of(OperationGoneError("the reply was cancelled at the service"))
            return RemoteOperation(remote_id, is_done=True, error=cancelled)
        result = DeferredReply(reply.text, status, reply.usage, reply.citations)
        return RemoteOperation(remote_id, is_done=True, result=result)

    async def cancel_operation(self, remote_id: str) -> None:
        """Ask the service to give a reply up.  Raises ServiceError."""
        await self.cancel_run(remote_id)

    async def models(self) -> tuple[Model, ...]:
        """What ``GET /models`` lists, in its order.  Raises ServiceError; NotFoundError where a server has no list."""
        return await listed_models(self._http, self._provider)

    async def test(self) -> ConnectionReport:
        """List the models, or ask for a word where a server has no list.  Raises ServiceError."""
        return await tested(self.models, self._ask_for_a_word)

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._http.close()

    # -- asking

    def _sent(self, request: RunRequest) -> RunRequest:
        """The request as it is sent; what is held counts only if something new follows it."""
        held = request.held
        request = replace(request, model=sent_model(self._connection, request.model))
        can_use = self._is_chained and held and held.remote_id and held.messages < len(request.messages)
        return request if can_use else replace(request, held=None)

    def _milder(self, request: RunRequest, error: ServiceError) -> RunRequest | None:
        """What may be asked instead of a request that was refused: the whole history, or without a field."""
        if request.held and _refuses_chain(error):
            log.info("the chain is not there any more, the whole history is sent: %s", error.detail)
            return replace(request, held=None)
        return request if self._refused.learn(request.model, error) else None

    def _body(self, request: RunRequest, *, is_streamed: bool, is_background: bool) -> bytes:
        body = body_of(
            request,
            self._provider,
            is_kept=self._is_chained or is_background,
            is_streamed=is_streamed,
            is_background=is_background,
        )
        return msgspec.json.encode(
            {name: value for name, value in body.items() if not self._refused.has(request.model, name)}
        )

    async def _answer(self, request: RunRequest, reply: ResponseAssembler) -> AsyncGenerator[RunEvent, None]:
        body = self._body(request, is_streamed=True, is_background=self._is_background)
        stream = self._http.stream(
            "POST", "/responses", body, request_id=request.request_id, named=reply.named
        )
        try:
            async with aclosing(self._changes(stream, reply)) as events:
                async for event in events:
                    yield event
        except (*_PASSING, BadReplyError) as error:
            if not self._is_background or not reply.response_id:
                raise
            log.info("a reply in the background is read on: %s", error.detail)
        if self._is_background and reply.response_id and not reply.is_over:
            async with aclosing(self._read_on(reply)) as events:
                async for event in events:
                    yield event
        for event in self._ending(reply):
            yield event

    async def _changes(
        self, stream: AsyncGenerator[bytes, None], reply: ResponseAssembler
    ) -> AsyncGenerator[RunEvent, None]:
        """What a stream changes in ``reply``, with a checkpoint after every event that can be counted."""
        events = until_over(json_events(stream, self._http.redacted), lambda: reply.is_over, AFTER_END_S)
        async with aclosing(stream), aclosing(events):
            async for event in events:
                if reply.is_over or event.data == DONE:  # some proxies add it; an ending it is only elsewhere
                    continue
                before = reply.cursor
                for change in reply.feed(event):
                    yield change
                if reply.can_resume and reply.cursor is not None and reply.cursor != before:
                    yield Checkpoint(reply.cursor)

    def _ending(self, reply: ResponseAssembler) -> Iterator[RunEvent]:
        ending = reply.ending()
        if self._is_chained and reply.can_be_gone_on_from:
            yield ThreadHeld(reply.response_id, has_reply=True)
        yield ending

    async def _ask_for_a_word(self) -> None:
        body = msgspec.json.encode(
            {
                "input": input_items(PromptMessage(Author.USER, "Hi"), self._provider),
                "max_output_tokens": 16,
                "store": False,
            }
        )
        await word(self._http.fetch("POST", "/responses", body))

    # -- in the background

    async def _read_on(self, reply: ResponseAssembler) -> AsyncGenerator[RunEvent, None]:
        """Take up a stream until the reply is over; as a whole where that is refused.  Gives up in the end."""
        patience, is_polled = _Patience(), False
        while not reply.is_over:
            is_polled = is_polled or reply.is_pending or not reply.can_go_on
            cursor = reply.cursor
            failure: ServiceError | None = None
            yield StageChanged("waiting" if is_polled else "reconnecting")
            try:
                async with aclosing(self._polled(reply) if is_polled else self._streamed(reply)) as events:
                    async for event in events:
                        yield event
            except _PASSING as error:
                failure = error
            except BadReplyError as error:
                failure, is_polled = error, True
            except (RequestRejectedError, NotFoundError) as error:
                if not is_polled:
                    log.info("the stream is not to be had again, the reply is asked for: %s", error.detail)
                    is_polled = True
                    continue
                if not may_be_from_elsewhere(error):
                    raise
                failure = error
            if reply.cursor != cursor:
                patience = _Patience()
            elif not is_polled and (failure is None or isinstance(failure, SilentError)):
                log.info("the stream says nothing more, the reply is asked for")
                is_polled = True
                continue
            elif reply.is_pending and failure is None:
                patience.renew()
            elif patience.is_over and failure:
                raise failure
            elif patience.is_over:
                return
            if not reply.is_over:
                await patience.wait(failure.retry_after_s if failure else None)

    async def _streamed(self, reply: ResponseAssembler) -> AsyncGenerator[RunEvent, None]:
        query = {"stream": "true"}
        if reply.cursor is not None:
            query["starting_after"] = str(reply.cursor)
        stream = self._http.stream("GET", _path(reply.response_id), query=query)
        async with aclosing(self._changes(stream, reply)) as events:
            async for event in events:
                yield event

    async def _polled(self, reply: ResponseAssembler) -> AsyncGenerator[RunEvent, None]:
        whole = await self._http.fetch("GET", _path(reply.response_id), read_timeout_s=UNARY_S)
        for event in reply.feed(_event_of(whole)):
            yield event

    def _whole(self, body: bytes) -> ResponseAssembler:
        """A reply that came as a whole.  Raises ServiceError when it is something else."""
        reply = ResponseAssembler(self._http.redacted)
        for _ in reply.feed(_event_of(body)):
            pass
        if not reply.is_accepted:
            reply.ending()
        return reply

    def _id_of(self, body: bytes) -> str:
        remote_id = self._whole(body).response_id
        if not remote_id:
            raise BadReplyError("the service took the request without giving it an id")
        return remote_id


class _Patience:
    """How long to try again, and how long to wait between: longer each time."""

    def __init__(self) -> None:
        self._wait_s = FIRST_WAIT_S
        self.renew()

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._since > GIVE_UP_S

    def renew(self) -> None:
        self._since = time.monotonic()

    async def wait(self, told_s: float | None) -> None:
        """Wait, not less than the service told, and not longer than there is hope."""
        await asyncio.sleep(max(self._wait_s, min(told_s or 0.0, GIVE_UP_S)))
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)


def _refuses_chain(error: ServiceError) -> bool:
    """Whether the whole history may help: the reply to go on from is gone, or what is held there has grown too long."""
    is_meant = isinstance(error, NotFoundError | ContextTooLongError)
    return is_meant or bool(_ABOUT_CHAIN.search(error.detail))


def _event_of(body: bytes) -> SseEvent:
    return SseEvent(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))


def _path(remote_id: str) -> str:
    return f"/responses/{quote(remote_id, safe='')}"
