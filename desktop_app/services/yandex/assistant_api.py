"""The AI Assistant API of Yandex: assistants, threads and runs that the service holds itself.

The hosted service was closed; the adapter is for servers that speak its REST form, and for pulling what they hold.
Messages are sent with the run that answers them, so that the two are one round trip and a refused run leaves nothing
behind in a thread.  A run that calls functions waits there for their results.
"""

import logging
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, Expiration, ExpirationPolicy
from desktop_app.domain.connections import Connection, ConnectionReport, Model
from desktop_app.domain.errors import ServiceError
from desktop_app.domain.events import AssistantHeld, RunAccepted, RunEvent, StageChanged, ThreadHeld
from desktop_app.domain.prompt import AskedAssistant, AskedThread, Held, PromptMessage, RunRequest
from desktop_app.domain.remote import Page, PulledAssistant, PulledMessage, PulledThread, PulledVersion
from desktop_app.domain.secret import Credentials
from desktop_app.domain.threads import Author
from desktop_app.services.transport.connecting import sign_in_of
from desktop_app.services.yandex.assistant_api_client import (
    ASSISTANTS,
    LIST_S,
    MESSAGES,
    OUT_OF_REACH,
    RUNS,
    THREADS,
    AssistantApiClient,
    in_path,
    made_id,
)
from desktop_app.services.yandex.assistant_api_events import RunReply
from desktop_app.services.yandex.assistant_api_files import FilesAtService
from desktop_app.services.yandex.assistant_api_records import (
    is_whole,
    pulled_assistant,
    pulled_message,
    pulled_thread,
    pulled_versions,
)
from desktop_app.services.yandex.assistant_api_requests import (
    custom_on_wire,
    mask_of,
    mask_of_thread,
    messages_on_wire,
    settings_on_wire,
    thread_on_wire,
)
from desktop_app.services.yandex.assistant_api_runs import RunFollower
from desktop_app.services.yandex.assistant_api_tools import Json
from desktop_app.services.yandex_models import documented_models, model_uri

log = logging.getLogger(__name__)


class AssistantApiService(FilesAtService):
    """Answers runs through threads at the service.

    Implements ``Service``, ``Resuming``, ``Submitting``, ``Holding`` and ``Indexing``.  A run there cannot be stopped:
    closing the iterator only ends the reading, and the reply still lands in the thread.  The API knows no reasoning, so
    that this setting is not sent.
    """

    def __init__(
        self, connection: Connection, credentials: Credentials, *, read_timeout_s: float | None = None
    ) -> None:
        sign_in = sign_in_of(connection, credentials)
        self._api = AssistantApiClient(connection, credentials, sign_in, read_timeout_s)
        self._runs = RunFollower(self._api)
        super().__init__(self._api, connection, credentials, sign_in)

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
            reply = RunReply(self._api.http.redacted, thread_id)
            async with aclosing(self._runs.follow(run_id, reply)) as events:
                async for event in events:
                    yield event

    async def resume(
        self, request: RunRequest, remote_id: str, cursor: int | None
    ) -> AsyncGenerator[RunEvent, None]:
        """Listen to a run again, after event ``cursor``; raises NotFoundError when the service has forgotten it."""
        reply = RunReply(self._api.http.redacted, cursor=-1 if cursor is None else cursor)
        with _named(request):
            async with aclosing(self._runs.follow_again(remote_id, reply)) as events:
                async for event in events:
                    yield event

    async def submit_results(
        self, request: RunRequest, remote_id: str, cursor: int | None, results: Sequence[PromptMessage]
    ) -> AsyncGenerator[RunEvent, None]:
        """Give a run the results it waits for, and listen to it again; raises ServiceError.

        NotFoundError: the service has forgotten the run.
        """
        reply = RunReply(self._api.http.redacted, cursor=-1 if cursor is None else cursor, has_answered=True)
        with _named(request):
            await self._runs.submit(remote_id, results, request.request_id)
            async with aclosing(self._runs.follow(remote_id, reply)) as events:
                async for event in events:
                    yield event

    async def cancel_run(self, remote_id: str) -> None:
        """Do nothing: this API cannot stop a run, whose reply still lands in the thread (and is billed)."""

    async def _begun(self, request: RunRequest, asked: AskedAssistant) -> AsyncGenerator[RunEvent, None]:
        """Bring the assistant up to date, and start the run in the held thread or in a new one.

        The thread is told before the run is asked for: it is known to be ours then, whatever becomes of the run.
        """
        custom = custom_on_wire(request, asked.settings, self._api.folder)
        thread = thread_on_wire(request.thread or AskedThread(), asked.settings.expiration)
        assistant_id, held = asked.remote_id, request.held
        if not assistant_id or not asked.is_current:
            assistant_id = await self.push(asked.settings, assistant_id)
            yield AssistantHeld(assistant_id)
        for is_second in (False, True):
            try:
                thread_id = held.remote_id if held else await self._make_thread(request, thread, assistant_id)
                if held and request.thread and not request.thread.is_current:
                    told = {"updateMask": mask_of_thread(thread)} | thread
                    await self._api.fetch("PATCH", f"{THREADS}/{in_path(thread_id)}", told)
                yield ThreadHeld(thread_id)
                run_id, theirs = await self._start(request, custom, assistant_id, thread_id, held)
            except OUT_OF_REACH:
                # Which of the two is out of reach the refusal does not say.
                is_assistant_there = await self._api.is_there(f"{ASSISTANTS}/{in_path(assistant_id)}")
                is_thread_there = held is None or await self._api.is_there(
                    f"{THREADS}/{in_path(held.remote_id)}"
                )
                if is_second or (is_assistant_there and is_thread_there):
                    raise
                if not is_assistant_there:
                    assistant_id = await self.push(asked.settings)
                    yield AssistantHeld(assistant_id)
                held = held if is_thread_there else None
            else:
                model = model_uri(asked.settings.model, self._api.folder)
                yield RunAccepted(run_id, model, can_resume=True, request_id=theirs)
                return

    async def _make_thread(self, request: RunRequest, thread: Json, assistant_id: str) -> str:
        """A new thread of what was said before the newest question; its id."""
        body: Json = {"folderId": self._api.folder} | thread
        if history := request.messages[: _newest_question(request.messages)]:
            body["messages"] = list(messages_on_wire(history, assistant_id))
        return made_id(await self._api.fetch("POST", THREADS, body))

    async def _start(
        self, request: RunRequest, custom: Json, assistant_id: str, thread_id: str, held: Held | None
    ) -> tuple[str, str]:
        """Start the run with what the thread does not have yet; its id, and what the service calls the request.

        A new thread goes when it is refused.
        """
        body: Json = {"assistantId": assistant_id, "threadId": thread_id, "stream": True} | custom
        if added := request.messages[held.messages if held else _newest_question(request.messages) :]:
            body["additionalMessages"] = list(messages_on_wire(added, assistant_id))
        theirs: list[str] = []
        try:
            made = await self._api.fetch(
                "POST", RUNS, body, request_id=request.request_id, named=theirs.append
            )
            return made_id(made), "".join(theirs)
        except ServiceError as error:
            if held is None and error.status_code:  # it answers
                with suppress(ServiceError):
                    await self._api.fetch("DELETE", f"{THREADS}/{in_path(thread_id)}")
            raise

    # -- what the service holds

    async def assistants(self, page_token: str = "") -> Page[PulledAssistant]:
        """A page of the folder's assistants, newest first.  Raises ServiceError."""
        return await self._api.page(
            ASSISTANTS, "assistants", self._api.in_folder(), page_token, pulled_assistant
        )

    async def versions(self, assistant_id: str) -> AsyncGenerator[PulledVersion, None]:
        """All versions of an assistant, newest first; how partial ones are read, ``pulled_versions`` says."""
        query = {"assistantId": assistant_id}
        versions = await self._api.all_pages(f"{ASSISTANTS}:listVersions", "versions", query, _as_it_is)
        present: Json = {}
        if not all(is_whole(version) for version in versions):
            present = await self._api.fetch("GET", f"{ASSISTANTS}/{in_path(assistant_id)}")
        for version in pulled_versions(versions, present):
            yield version

    async def threads(self, page_token: str = "") -> Page[PulledThread]:
        """A page of the folder's threads, newest first.  Raises ServiceError."""
        return await self._api.page(THREADS, "threads", self._api.in_folder(), page_token, pulled_thread)

    async def messages(self, thread_id: str) -> AsyncGenerator[PulledMessage, None]:
        """The messages of a thread, newest first, as they come; the service knows no pages.  Raises ServiceError."""
        async with aclosing(self._api.values(MESSAGES, {"threadId": thread_id})) as values:
            async for value in values:
                listed = value.get("messages")
                for message in listed if isinstance(listed, list) else (value,):
                    if isinstance(message, dict) and message.get("id"):
                        yield pulled_message(message)

    async def push(self, settings: AssistantSettings, remote_id: str = "") -> str:
        """Make the assistant with its tools, or bring it up to date; its id.  Raises ServiceError."""
        body = settings_on_wire(settings, self._api.folder)
        if remote_id:
            try:
                path, masked = f"{ASSISTANTS}/{in_path(remote_id)}", {"updateMask": mask_of(settings)} | body
                await self._api.fetch("PATCH", path, masked)
            except OUT_OF_REACH as error:
                log.info("assistant %s is out of reach: %s", remote_id, error.detail)
            else:
                return remote_id
        return made_id(await self._api.fetch("POST", ASSISTANTS, {"folderId": self._api.folder} | body))

    # -- models, test, end

    async def models(self) -> tuple[Model, ...]:
        """The documented models; this API has no list of them."""
        return documented_models(self._api.folder)

    async def test(self) -> ConnectionReport:
        """List one assistant, which needs the address, the sign-in and the role.  Raises ServiceError."""
        start = time.monotonic()
        query = {**self._api.in_folder(), "pageSize": "1"}
        await self._api.fetch("GET", ASSISTANTS, query=query, read_timeout_s=LIST_S)
        return ConnectionReport(time.monotonic() - start, await self.models())

    async def close(self) -> None:
        """Close the connections; safe to call twice."""
        await self._api.http.close()
        await self._operations.close()


def _passing_assistant(request: RunRequest) -> AskedAssistant:
    usual = AssistantSettings("Nitka")
    settings = AssistantSettings(
        "Nitka",
        instruction=request.instruction,
        model=request.model,
        truncation=request.truncation or usual.truncation,
        completion=CompletionOptions(request.temperature, request.max_tokens, request.reasoning),
        expiration=Expiration(1, ExpirationPolicy.STATIC),
        response_format=request.response_format,
        functions=request.functions,
    )
    return AskedAssistant(settings)


def _newest_question(messages: Sequence[PromptMessage]) -> int:
    """The place of the newest user message; 0 when there is none."""
    places = range(len(messages) - 1, -1, -1)
    return next((place for place in places if messages[place].author is Author.USER), 0)


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
