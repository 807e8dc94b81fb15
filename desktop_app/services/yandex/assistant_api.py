"""The AI Assistant API of Yandex: assistants, threads and runs that the service holds itself.

The hosted service was closed; the adapter is for servers that speak its REST form, and for pulling what they hold.
Every reply is brought to camelCase before it is read, since gateways print either case, and streams are read in any
framing.  Messages are sent with the run that answers them, so that the two are one round trip and
a refused run leaves nothing behind in a thread.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, suppress
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, Expiration, ExpirationPolicy
from desktop_app.domain.connections import Connection, ConnectionKind, ConnectionReport, Model
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    NotFoundError,
    RateLimitedError,
    RequestRejectedError,
    ServiceClosedError,
    ServiceError,
    ServiceFaultError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.events import AssistantHeld, RunAccepted, RunEvent, StageChanged, ThreadHeld
from desktop_app.domain.prompt import AskedAssistant, Held, PromptMessage, RunRequest
from desktop_app.domain.providers import KINDS, roles
from desktop_app.domain.remote import Page, PulledAssistant, PulledMessage, PulledThread, PulledVersion
from desktop_app.domain.retrying import delay_s, is_far
from desktop_app.domain.secret import Credentials
from desktop_app.domain.threads import Author
from desktop_app.services.reading.json_fields import text_of
from desktop_app.services.reading.json_stream import object_in, payloads, read_out, unwrapped
from desktop_app.services.transport.connecting import http_of, sign_in_of
from desktop_app.services.transport.failures import explain, may_be_from_elsewhere
from desktop_app.services.yandex.assistant_api_events import RunReply
from desktop_app.services.yandex.assistant_api_records import (
    Json,
    completion_on_wire,
    expiration_on_wire,
    format_on_wire,
    is_whole,
    mask_of,
    messages_on_wire,
    pulled_assistant,
    pulled_message,
    pulled_thread,
    pulled_versions,
    settings_on_wire,
)
from desktop_app.services.yandex_models import documented_models, model_uri

log = logging.getLogger(__name__)

ASSISTANTS = "/assistants/v1/assistants"
THREADS = "/assistants/v1/threads"
MESSAGES = "/assistants/v1/messages"
RUNS = "/assistants/v1/runs"

PAGE_SIZE = 100
LIST_S = 20.0
USAGE_S = 5.0
# How often a stream that broke is listened to again; each new event starts the count anew.
LISTEN_AGAIN = 3
# Asking for the state of a run: how often (0.5 s and 300 s are the official SDK's), and how long without any answer.
POLL_FIRST_S, POLL_MAX_S, POLL_LIMIT_S, POLL_PATIENCE_S = 0.5, 5.0, 300.0, 120.0

_PASSING = (UnreachableError, SilentError, RateLimitedError, ServiceFaultError)
# What is gone, and what stays behind with another account when the connection gets a new folder or key.
_OUT_OF_REACH = (NotFoundError, AccessDeniedError)

T = TypeVar("T")


class AssistantApiService:
    """Answers runs through threads at the service; implements ``Service``, ``Resuming`` and ``Holding``.

    A run there cannot be stopped: closing the iterator only ends the reading, and the reply still lands in the thread.
    The API knows no reasoning, so that this setting is not sent.
    """

    def __init__(
        self, connection: Connection, credentials: Credentials, *, read_timeout_s: float | None = None
    ) -> None:
        sign_in = sign_in_of(connection, credentials)
        self._http = http_of(
            connection, sign_in, read_timeout_s=read_timeout_s, proxy_password=credentials.proxy_password
        )
        self._folder = connection.folder
        self._roles = roles(connection)
        kind = KINDS[ConnectionKind.ASSISTANT_API]
        is_hosted = urlsplit(connection.base_url).netloc == urlsplit(kind.base_url).netloc
        self._closed_since = kind.closed_since if is_hosted else ""

    # -- answering runs

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply and yield what comes; raises ServiceError.

        A request without an assistant gets one of its own, which the service removes after a day.
        """
        asked = request.assistant or _passing_assistant(request)
        yield StageChanged("waiting")
        with _named(request):
            run_id = thread_id = ""
            async with aclosing(self._begun(request, asked)) as events:
                async for event in events:
                    match event:
                        case ThreadHeld(remote_id):
                            thread_id = remote_id
                        case RunAccepted(remote_id):
                            run_id = remote_id
                    yield event
            reply = RunReply(self._http.redacted, thread_id)
            async with aclosing(self._followed(reply, run_id)) as events:
                async for event in events:
                    yield event

    async def resume(
        self, request: RunRequest, remote_id: str, cursor: int | None
    ) -> AsyncGenerator[RunEvent, None]:
        """Listen to a run again, after event ``cursor``; raises NotFoundError when the service has forgotten it."""
        reply = RunReply(self._http.redacted, cursor=-1 if cursor is None else cursor)
        with _named(request):
            async with aclosing(self._followed(reply, remote_id)) as events:
                async for event in events:
                    yield event

    async def cancel_run(self, remote_id: str) -> None:
        """Do nothing: this API cannot stop a run, whose reply still lands in the thread (and is billed)."""

    async def _begun(self, request: RunRequest, asked: AskedAssistant) -> AsyncGenerator[RunEvent, None]:
        """Bring the assistant up to date, and start the run in the held thread or in a new one.

        The thread is told before the run is asked for: it is known to be ours then, whatever becomes of the run.
        """
        assistant_id, held = asked.remote_id, request.held
        if not assistant_id or not asked.is_current:
            assistant_id = await self.push(asked.settings, assistant_id)
            yield AssistantHeld(assistant_id)
        for is_second in (False, True):
            try:
                thread_id = held.remote_id if held else await self._make_thread(request, asked, assistant_id)
                yield ThreadHeld(thread_id)
                run_id = await self._start(request, asked, assistant_id, thread_id, held)
            except _OUT_OF_REACH:
                # Which of the two is out of reach the refusal does not say.
                is_assistant_there = await self._is_there(f"{ASSISTANTS}/{_id(assistant_id)}")
                is_thread_there = held is None or await self._is_there(f"{THREADS}/{_id(held.remote_id)}")
                if is_second or (is_assistant_there and is_thread_there):
                    raise
                if not is_assistant_there:
                    assistant_id = await self.push(asked.settings)
                    yield AssistantHeld(assistant_id)
                held = held if is_thread_there else None
            else:
                yield RunAccepted(run_id, model_uri(asked.settings.model, self._folder), can_resume=True)
                return

    async def _make_thread(self, request: RunRequest, asked: AskedAssistant, assistant_id: str) -> str:
        """A new thread of what was said before the newest question; its id."""
        body: Json = {"folderId": self._folder, "name": request.thread_name}
        if history := request.messages[: _newest_question(request.messages)]:
            body["messages"] = list(messages_on_wire(history, assistant_id))
        if asked.settings.expiration:
            body["expirationConfig"] = expiration_on_wire(asked.settings.expiration)
        return _made_id(await self._fetch("POST", THREADS, body))

    async def _start(
        self, request: RunRequest, asked: AskedAssistant, assistant_id: str, thread_id: str, held: Held | None
    ) -> str:
        """Start the run with what the thread does not have yet; its id.  A new thread goes when it is refused."""
        body: Json = {"assistantId": assistant_id, "threadId": thread_id, "stream": True}
        if added := request.messages[held.messages if held else _newest_question(request.messages) :]:
            body["additionalMessages"] = list(messages_on_wire(added, assistant_id))
        body |= _custom(request, asked.settings)
        try:
            return _made_id(await self._fetch("POST", RUNS, body, request_id=request.request_id))
        except ServiceError as error:
            if held is None and error.status_code:  # it answers
                with suppress(ServiceError):
                    await self._fetch("DELETE", f"{THREADS}/{_id(thread_id)}")
            raise

    # -- following a run

    async def _followed(self, reply: RunReply, run_id: str) -> AsyncGenerator[RunEvent, None]:
        try:
            async with aclosing(self._listened(reply, run_id)) as events:
                async for event in events:
                    yield event
            async with aclosing(self._polled(reply, run_id)) as events:
                async for event in events:
                    yield event
            if reply.failure:
                raise reply.failure
            for event in await self._usage(reply, run_id):
                yield event
            for event in reply.ending():
                yield event
        except ServiceError as error:
            error.is_untouched = False  # the run was taken, and goes on
            raise

    async def _listened(self, reply: RunReply, run_id: str) -> AsyncGenerator[RunEvent, None]:
        """The events of the run; a stream that breaks is listened to again, while that may bring something new."""
        failures, wait_s = 0, 0.0
        while failures <= LISTEN_AGAIN:
            if failures:
                yield StageChanged("reconnecting")
                await asyncio.sleep(wait_s)
            start, hint_s = reply.cursor, None
            query = {"runId": run_id, "eventsStartIdx": str(start + 1)}
            try:
                async with aclosing(self._values(f"{RUNS}/listen", query)) as values:
                    async for value in values:
                        for event in reply.feed(value):
                            yield event
                        if reply.is_over:
                            if not reply.failure:  # calls leave the stream open
                                await read_out(values)
                            return
            except _PASSING as error:
                log.info("the stream of run %s broke: %s", run_id, error.detail)
                if isinstance(error, SilentError) and reply.cursor == start:
                    return
                if is_far(error):
                    raise
                hint_s = error.retry_after_s
            except (NotFoundError, RequestRejectedError, BadReplyError) as error:
                log.info("run %s cannot be listened to: %s", run_id, error.detail)
                return
            failures = 1 if reply.cursor > start else failures + 1
            wait_s = delay_s(failures - 1, hint_s, random.random())  # noqa: S311 - jitter

    async def _polled(self, reply: RunReply, run_id: str) -> AsyncGenerator[RunEvent, None]:
        """What the state of the run says, asked for until it is an ending."""
        wait_s, start = POLL_FIRST_S, time.monotonic()
        heard_at = start
        while not reply.is_over:
            hint_s = 0.0
            try:
                run = await self._fetch("GET", f"{RUNS}/{_id(run_id)}")
            except (*_PASSING, NotFoundError, BadReplyError) as error:
                is_meant = isinstance(error, NotFoundError) and not may_be_from_elsewhere(error)
                if is_meant or is_far(error) or time.monotonic() - heard_at > POLL_PATIENCE_S:
                    raise
                hint_s = error.retry_after_s or 0.0
                yield StageChanged("reconnecting")
            else:
                heard_at = time.monotonic()
                for event in reply.settle(run):
                    yield event
            if not reply.is_over:
                if time.monotonic() - start > POLL_LIMIT_S:
                    raise SilentError(f"the run is not over after {POLL_LIMIT_S:.0f} s")
                await asyncio.sleep(max(wait_s, hint_s))
                wait_s = min(POLL_MAX_S, wait_s * 1.5)

    async def _usage(self, reply: RunReply, run_id: str) -> list[RunEvent]:
        """What the run cost, which its events do not tell; a whole reply is not spoilt by what fails here."""
        if reply.has_usage:
            return []
        try:
            run = await self._fetch("GET", f"{RUNS}/{_id(run_id)}", read_timeout_s=USAGE_S)
            return list(reply.usage(run))
        except ServiceError as error:
            log.info("the usage of run %s is not known: %s", run_id, error.detail)
            return []

    # -- what the service holds

    async def assistants(self, page_token: str = "") -> Page[PulledAssistant]:
        """A page of the folder's assistants, newest first.  Raises ServiceError."""
        return await self._page(ASSISTANTS, "assistants", self._in_folder(), page_token, pulled_assistant)

    async def versions(self, assistant_id: str) -> AsyncGenerator[PulledVersion, None]:
        """All versions of an assistant, newest first; how partial ones are read, ``pulled_versions`` says."""
        versions: list[Json] = []
        seen, token = {""}, ""
        while True:
            query = {"assistantId": assistant_id}
            page = await self._page(f"{ASSISTANTS}:listVersions", "versions", query, token, _as_it_is)
            versions += page.items
            token = page.next_token
            if token in seen:
                break
            seen.add(token)
        present: Json = {}
        if not all(is_whole(version) for version in versions):
            present = await self._fetch("GET", f"{ASSISTANTS}/{_id(assistant_id)}")
        for version in pulled_versions(versions, present):
            yield version

    async def threads(self, page_token: str = "") -> Page[PulledThread]:
        """A page of the folder's threads, newest first.  Raises ServiceError."""
        return await self._page(THREADS, "threads", self._in_folder(), page_token, pulled_thread)

    async def messages(self, thread_id: str) -> AsyncGenerator[PulledMessage, None]:
        """The messages of a thread, newest first, as they come; the service knows no pages.  Raises ServiceError."""
        async with aclosing(self._values(MESSAGES, {"threadId": thread_id})) as values:
            async for value in values:
                listed = value.get("messages")
                for message in listed if isinstance(listed, list) else (value,):
                    if isinstance(message, dict) and message.get("id"):
                        yield pulled_message(message)

    async def push(self, settings: AssistantSettings, remote_id: str = "") -> str:
        """Make the assistant, or bring it up to date; its id.  Its tools there stay as they are.

        Raises ServiceError.
        """
        body = settings_on_wire(settings, self._folder)
        if remote_id:
            try:
                path, masked = f"{ASSISTANTS}/{_id(remote_id)}", {"updateMask": mask_of(settings)} | body
                await self._fetch("PATCH", path, masked)
            except _OUT_OF_REACH as error:
                log.info("assistant %s is out of reach: %s", remote_id, error.detail)
            else:
                return remote_id
        return _made_id(await self._fetch("POST", ASSISTANTS, {"folderId": self._folder} | body))

    # -- models, test, end

    async def models(self) -> tuple[Model, ...]:
        """The documented models; this API has no list of them."""
        return documented_models(self._folder)

    async def test(self) -> ConnectionReport:
        """List one assistant, which needs the address, the sign-in and the role.  Raises ServiceError."""
        start = time.monotonic()
        await self._fetch(
            "GET", ASSISTANTS, query={**self._in_folder(), "pageSize": "1"}, read_timeout_s=LIST_S
        )
        return ConnectionReport(time.monotonic() - start, await self.models())

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._http.close()

    # -- asking

    def _in_folder(self) -> Mapping[str, str]:
        return {"folderId": self._folder}

    async def _page(
        self,
        path: str,
        name: str,
        query: Mapping[str, str],
        token: str,
        made: Callable[[Json], T],
    ) -> Page[T]:
        """A page of a list; its token is empty after an empty page and when it only comes again."""
        asked = {**query, "pageSize": str(PAGE_SIZE)} | ({"pageToken": token} if token else {})
        value = await self._fetch("GET", path, query=asked, read_timeout_s=LIST_S)
        listed = value.get(name)
        found = (item for item in (listed if isinstance(listed, list) else ()) if isinstance(item, dict))
        items = tuple(made(item) for item in found if item.get("id"))
        following = text_of(value.get("nextPageToken"))
        return Page(items, following if items and following != token else "")

    async def _is_there(self, path: str) -> bool:
        try:
            await self._fetch("GET", path)
        except _OUT_OF_REACH:
            return False
        return True

    async def _fetch(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        request_id: str = "",
        read_timeout_s: float | None = None,
    ) -> Json:
        """The object that a call answers with, its keys in camelCase.  Raises ServiceError."""
        sent = None if body is None else msgspec.json.encode(body)
        with self._explaining(path):
            raw = await self._http.fetch(
                method, path, sent, query=query, request_id=request_id, read_timeout_s=read_timeout_s
            )
            return unwrapped(object_in(raw, self._http.redacted), self._http.redacted)

    async def _values(self, path: str, query: Mapping[str, str]) -> AsyncGenerator[Json, None]:
        """The objects of a stream as they come.  Raises ServiceError."""
        with self._explaining(path):
            async with (
                aclosing(self._http.stream("GET", path, query=query)) as body,
                aclosing(payloads(body, self._http.redacted)) as values,
            ):
                async for value in values:
                    yield value

    @contextmanager
    def _explaining(self, path: str) -> Iterator[None]:
        """Errors name the role that is missing, or say that the hosted service is closed."""
        try:
            yield
        except ServiceError as error:
            explain(error, "", self._roles)
            if self._closed_since and _looks_closed(error, path):
                closed = ServiceClosedError(
                    error.detail, status_code=error.status_code, request_id=error.request_id
                )
                closed.closed_since = self._closed_since
                raise closed from error
            raise


def _looks_closed(error: ServiceError, path: str) -> bool:
    """Whether the hosted service refuses as one that is switched off; how it does, nobody has documented.

    An object may be unknown for other reasons, a list may not.  Offline, names are not found "temporarily".
    """
    if isinstance(error, UnreachableError):
        return error.step == "dns" and "temporary" not in error.detail.lower()
    is_list = path in (ASSISTANTS, THREADS)
    return (
        isinstance(error, ServiceClosedError | BadReplyError)
        or error.status_code in (410, 501)
        or (is_list and isinstance(error, NotFoundError))
    )


def _passing_assistant(request: RunRequest) -> AskedAssistant:
    settings = AssistantSettings(
        "Nitka",
        instruction=request.instruction,
        model=request.model,
        completion=CompletionOptions(request.temperature, request.max_tokens, request.reasoning),
        expiration=Expiration(1, ExpirationPolicy.STATIC),
        response_format=request.response_format,
    )
    return AskedAssistant(settings)


def _custom(request: RunRequest, own: AssistantSettings) -> Json:
    """What the request wants otherwise than the assistant's own settings."""
    custom: Json = {}
    if (request.temperature, request.max_tokens) != (own.completion.temperature, own.completion.max_tokens):
        custom["customCompletionOptions"] = completion_on_wire(request.temperature, request.max_tokens)
    if request.response_format != own.response_format:
        custom["customResponseFormat"] = format_on_wire(request.response_format)
    return custom


def _newest_question(messages: Sequence[PromptMessage]) -> int:
    """The place of the newest user message; 0 when there is none."""
    places = range(len(messages) - 1, -1, -1)
    return next((place for place in places if messages[place].author is Author.USER), 0)


def _made_id(value: Json) -> str:
    """The id of what was made.  Raises BadReplyError."""
    if not (made := text_of(value.get("id"))):
        raise BadReplyError("what was made has no id")
    return made


def _id(remote_id: str) -> str:
    """An id as it stands in a path."""
    return quote(remote_id, safe="")


def _as_it_is(value: Json) -> Json:
    return value


@contextmanager
def _named(request: RunRequest) -> Iterator[None]:
    """Errors know the request they belong to."""
    try:
        yield
    except ServiceError as error:
        error.request_id = error.request_id or request.request_id
        raise
