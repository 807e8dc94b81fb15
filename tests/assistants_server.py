"""A faithful AI Assistant API on loopback: a folder in memory, and everything that made the hosted one awkward.

It validates with the official descriptors (``ProtobufServer``).  Lists have a token on their last page, runs go on when
nobody listens and are replayed to whoever comes late, partial messages are whole snapshots whose beginning may change,
what fails after a run began comes with HTTP 200.  A run that called functions waits for the results of all of them;
its state still tells the calls for a moment afterwards.  Without a script a run calls what the question asks for in the
words of ``tests.function_calls`` ("call weather Tula").

In tests: ``async with AssistantsServer() as server``; what the next runs do is put into ``scripts``, where the next
listenings end into ``breaks``, what goes wrong below that into ``faults``.

As a process, for tests of the whole program::

    python -m tests.assistants_server --port 0 --assistants 20 --threads 200 --messages 5000

The first line it prints is its base URL.  The same seed makes the same folder.
"""

import argparse
import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.json_format import ParseDict
from yandex.cloud.ai.assistants.v1 import assistant_service_pb2, common_pb2
from yandex.cloud.ai.assistants.v1.runs import run_pb2, run_service_pb2
from yandex.cloud.ai.assistants.v1.searchindex import (
    search_index_file_pb2,
    search_index_file_service_pb2,
    search_index_service_pb2,
)
from yandex.cloud.ai.assistants.v1.threads import message_service_pb2, thread_service_pb2
from yandex.cloud.ai.files.v1 import file_service_pb2
from yandex.cloud.operation import operation_pb2, operation_service_pb2

from tests import function_calls
from tests.assistants_folder import (
    DENIED,
    FOLDER,
    INVALID,
    NOT_NOW,
    SUBJECT,
    UNKNOWN_PART,
    Folder,
    found,
    message_of,
    page_of,
    said,
)
from tests.protobuf_server import FRAMINGS, Message, ProtobufServer, Refusal, services_in
from tests.servers import KEY, Exchange

PAGE = 100
UNKNOWN_EVENT = 77


@dataclass(frozen=True)
class Script:
    """What a run does: snapshots, then ``rounds`` of calls that wait for their results, then an error or the reply.

    With ``is_asked`` the question says what is called and what the reply is, if it says anything.
    """

    partials: Sequence[str] = ("Kazan", "Kazan is", "The capital is Kazan")
    text: str = "The capital is Kazan."
    status: str = "COMPLETED"
    error: tuple[int, str] | None = None
    calls: Sequence[tuple[str, Mapping[str, Any]]] = ()
    rounds: int = 1
    is_asked: bool = False
    citations: Sequence[Message] = ()
    delay_s: float = 0


@dataclass(frozen=True)
class Break:
    """A listening ends after so many events: with an error line, or just so."""

    after: int = 0
    refusal: Refusal | None = None


@dataclass
class LiveRun:
    """A run and its events; ``grown`` tells listeners that there are more of them.

    ``waits_for`` are the names of the calls of the round, ``results`` all that came.
    """

    run: Any
    is_streamed: bool
    events: list[Message] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    has_results: asyncio.Event = field(default_factory=asyncio.Event)
    waits_for: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    submits: int = 0

    @property
    def is_over(self) -> bool:
        """Whether its last event was an ending."""
        endings = (run_service_pb2.StreamEvent.DONE, run_service_pb2.StreamEvent.ERROR)
        return bool(self.events) and self.events[-1].event_type in endings

    async def say(self, **event: Any) -> None:
        """Add an event."""
        made = run_service_pb2.StreamEvent(**event)
        made.stream_cursor.SetInParent()  # there, and empty, with the first event
        made.stream_cursor.current_event_idx = len(self.events)
        made.stream_cursor.num_user_events_received = self.submits
        async with self.grown:
            self.events.append(made)
            self.grown.notify_all()

    async def has(self, place: int) -> bool:
        """Wait for event number ``place``; whether it will ever come."""
        async with self.grown:
            await self.grown.wait_for(lambda: place < len(self.events) or self.is_over)
        return place < len(self.events)


@dataclass
class Job:
    """An index that is being made; done after ``checks`` checks, unless there is a ``failure``."""

    request: Message
    checks: int
    failure: Refusal | None = None


@dataclass
class AssistantsServer(ProtobufServer):
    """The API over ``folder``.

    ``page_limit`` is the most a page holds, whatever was asked for; ``has_last_token`` puts a token on the last page as
    the hosted service did, ``repeats_token`` always gives the one that was sent.  ``stutters`` sends events twice and
    the one before again, ``ignores_start`` replays from the first.  ``has_usage`` False leaves the usage of runs out.
    ``pause_s`` passes before each reply and after every 50 messages of a list.  An index is made by the time its
    operation was asked about ``checks`` times, or has failed then with what is in ``failures``.  For ``answered_s`` a
    run still tells the calls that it was given the results of.
    """

    folder: Folder = field(default_factory=Folder)
    scripts: deque[Script] = field(default_factory=deque)
    breaks: deque[Break] = field(default_factory=deque)
    runs: dict[str, LiveRun] = field(default_factory=dict)
    page_limit: int = 1000
    has_last_token: bool = True
    repeats_token: bool = False
    stutters: bool = False
    ignores_start: bool = False
    has_usage: bool = True
    pause_s: float = 0
    checks: int = 1
    failures: deque[Refusal] = field(default_factory=deque)
    answered_s: float = 0
    operations: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services = services_in(
            assistant_service_pb2,
            thread_service_pb2,
            message_service_pb2,
            run_service_pb2,
            file_service_pb2,
            search_index_service_pb2,
            search_index_file_service_pb2,
            operation_service_pb2,
        )
        self.handlers = {
            "AssistantService.Create": self._create_assistant,
            "AssistantService.Get": self._get_assistant,
            "AssistantService.Update": self._update_assistant,
            "AssistantService.Delete": self._delete_assistant,
            "AssistantService.List": self._list_assistants,
            "AssistantService.ListVersions": self._list_versions,
            "ThreadService.Create": self._create_thread,
            "ThreadService.Get": self._get_thread,
            "ThreadService.Update": self._update_thread,
            "ThreadService.Delete": self._delete_thread,
            "ThreadService.List": self._list_threads,
            "MessageService.Create": self._create_message,
            "MessageService.Get": self._get_message,
            "MessageService.List": self._list_messages,
            "RunService.Create": self._create_run,
            "RunService.Get": self._get_run,
            "RunService.Listen": self._listen,
            "RunService.Submit": self._submit,
            "FileService.Create": self._create_file,
            "FileService.Delete": self._delete_file,
            "FileService.List": self._list_files,
            "SearchIndexService.Create": self._create_index,
            "SearchIndexService.Delete": self._delete_index,
            "SearchIndexService.List": self._list_indexes,
            "SearchIndexFileService.List": self._list_indexed,
            "OperationService.Get": self._get_operation,
        }
        super().__post_init__()

    async def answer(self, exchange: Exchange) -> None:
        """As every server, after a pause."""
        await asyncio.sleep(self.pause_s)
        await super().answer(exchange)

    # -- assistants

    async def _create_assistant(self, request: Message, _: Exchange) -> Message:
        return self.folder.make_assistant(request)

    async def _get_assistant(self, request: Message, _: Exchange) -> Message:
        return found(self.folder.assistants, request.assistant_id, "Assistant")

    async def _update_assistant(self, request: Message, _: Exchange) -> Message:
        return self.folder.update_assistant(request)

    async def _delete_assistant(self, request: Message, _: Exchange) -> Message:
        self.folder.forget_assistant(request.assistant_id)
        return assistant_service_pb2.DeleteAssistantResponse()

    async def _list_assistants(self, request: Message, _: Exchange) -> Message:
        page, token = self._page(self.folder.assistants, request)
        return assistant_service_pb2.ListAssistantsResponse(assistants=page, next_page_token=token)

    async def _list_versions(self, request: Message, _: Exchange) -> Message:
        versions = found(self.folder.versions, request.assistant_id, "Assistant")
        start = int(base64.b64decode(request.page_token) or b"0")
        page = versions[start : start + min(request.page_size or PAGE, self.page_limit)]
        is_last = start + len(page) == len(versions)
        has_token = page and (self.has_last_token or not is_last)
        token = base64.b64encode(str(start + len(page)).encode()).decode() if has_token else ""
        return assistant_service_pb2.ListAssistantVersionsResponse(versions=page, next_page_token=token)

    # -- threads and messages

    async def _create_thread(self, request: Message, _: Exchange) -> Message:
        return self.folder.make_thread(request)

    async def _get_thread(self, request: Message, _: Exchange) -> Message:
        return found(self.folder.threads, request.thread_id, "Thread")

    async def _update_thread(self, request: Message, _: Exchange) -> Message:
        return self.folder.update_thread(request)

    async def _delete_thread(self, request: Message, _: Exchange) -> Message:
        self.folder.forget_thread(request.thread_id)
        return thread_service_pb2.DeleteThreadResponse()

    async def _list_threads(self, request: Message, _: Exchange) -> Message:
        page, token = self._page(self.folder.threads, request)
        return thread_service_pb2.ListThreadsResponse(threads=page, next_page_token=token)

    async def _create_message(self, request: Message, _: Exchange) -> Message:
        return self.folder.add_message(request.thread_id, request)

    async def _get_message(self, request: Message, _: Exchange) -> Message:
        messages = found(self.folder.messages, request.thread_id, "Thread")
        return found({message.id: message for message in messages}, request.message_id, "Message")

    async def _list_messages(self, request: Message, _: Exchange) -> AsyncGenerator[Message, None]:
        messages = found(self.folder.messages, request.thread_id, "Thread")
        for place, message in enumerate(reversed(messages), 1):
            yield message
            if place % 50 == 0:
                await asyncio.sleep(self.pause_s)

    def _page(self, records: Mapping[str, Message], request: Message) -> tuple[list[Message], str]:
        if request.folder_id != FOLDER:
            raise Refusal(DENIED, "Permission to [resource-manager.folder] denied")
        size, token = min(request.page_size or PAGE, self.page_limit), request.page_token
        if self.repeats_token and token:
            return [], token
        return page_of(list(records.values()), size, token, has_last_token=self.has_last_token)

    # -- runs

    async def _create_run(self, request: Message, _: Exchange) -> Message:
        found(self.folder.assistants, request.assistant_id, "Assistant")
        messages = found(self.folder.messages, request.thread_id, "Thread")
        for data in request.additional_messages:
            self.folder.add_message(request.thread_id, data)
        if not messages:
            raise Refusal(INVALID, "the thread has no messages")
        run: Message = run_pb2.Run(
            id=self.folder.new_id(),
            assistant_id=request.assistant_id,
            thread_id=request.thread_id,
            created_by=SUBJECT,
            labels=dict(request.labels),
            tools=request.tools,
        )
        for name in (
            "custom_prompt_truncation_options",
            "custom_completion_options",
            "custom_response_format",
        ):
            if request.HasField(name):
                getattr(run, name).CopyFrom(getattr(request, name))
        run.created_at.FromNanoseconds(self.folder.tick())
        run.state.status = "PENDING"
        self.runs[run.id] = LiveRun(run, request.stream)
        script = self.scripts.popleft() if self.scripts else Script(is_asked=True)
        task = asyncio.create_task(self._play(self.runs[run.id], script))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    async def _get_run(self, request: Message, _: Exchange) -> Message:
        live: LiveRun = found(self.runs, request.run_id, "Run")
        return live.run

    async def _listen(self, request: Message, _: Exchange) -> AsyncGenerator[Message, None]:
        live: LiveRun = found(self.runs, request.run_id, "Run")
        broken = self.breaks.popleft() if self.breaks else None
        place = 0 if self.ignores_start else request.events_start_idx.value
        sent = 0
        while await live.has(place):
            for event in self._sent_at(live, place):
                if broken and sent == broken.after:
                    if broken.refusal:
                        raise broken.refusal
                    return
                yield event
                sent += 1
            place += 1

    def _sent_at(self, live: LiveRun, place: int) -> Iterator[Message]:
        yield live.events[place]
        if self.stutters:
            yield live.events[place]
            yield live.events[max(0, place - 1)]

    async def _submit(self, request: Message, _: Exchange) -> Message:
        live: LiveRun = found(self.runs, request.run_id, "Run")
        results = [one.function_result for one in request.tool_result_list.tool_results]
        if not live.waits_for:
            raise Refusal(NOT_NOW, "the run waits for no results")
        if [one.name for one in results] != live.waits_for:
            raise Refusal(INVALID, f"the run waits for the results of {live.waits_for}")
        live.results += [one.content for one in results]
        live.waits_for, live.submits = [], live.submits + 1
        live.has_results.set()
        return run_service_pb2.SubmitToRunResponse()

    async def _play(self, live: LiveRun, script: Script) -> None:
        """Make the events of a run, whether anybody listens or not."""
        run = live.run
        await asyncio.sleep(script.delay_s)
        run.state.status = "IN_PROGRESS"
        if script.is_asked:
            script = await self._asked(live, script)
        for text in script.partials if live.is_streamed else ():
            await live.say(event_type="PARTIAL_MESSAGE", partial_message=message_of(text).content)
            await asyncio.sleep(script.delay_s)
        if live.is_streamed:
            await live.say(event_type=UNKNOWN_EVENT)
        for _ in range(script.rounds if script.calls else 0):
            await self._wait_for_results(live, script.calls)
        if script.error:
            code, message = script.error
            run.state.status, run.state.error.code, run.state.error.message = "FAILED", code, message
            await live.say(event_type="ERROR", error=run.state.error)
            return
        reply: Message = self.folder.add_message(run.thread_id, message_of(script.text, run.assistant_id))
        reply.status = script.status
        reply.citations.extend(script.citations)
        self._count(run)
        run.state.status = "COMPLETED"
        run.state.completed_message.CopyFrom(reply)
        await live.say(event_type="DONE", completed_message=reply)

    async def _wait_for_results(self, live: LiveRun, calls: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        made: Message = common_pb2.ToolCallList()
        for name, arguments in calls:
            ParseDict({"name": name, "arguments": arguments}, made.tool_calls.add().function_call)
        live.has_results.clear()
        live.waits_for = [name for name, _ in calls]
        self._count(live.run)
        live.run.state.status = "TOOL_CALLS"
        live.run.state.tool_call_list.CopyFrom(made)
        await live.say(event_type="TOOL_CALLS", tool_call_list=made)
        await live.has_results.wait()
        await asyncio.sleep(self.answered_s)
        live.run.state.status = "IN_PROGRESS"
        live.run.state.ClearField("tool_call_list")

    async def _asked(self, live: LiveRun, script: Script) -> Script:
        """Call what the question asks for; the script of its answer, or the same when it asks for no calls."""
        question = said(self.folder.messages[live.run.thread_id][-1])
        tools = live.run.tools or self.folder.assistants[live.run.assistant_id].tools
        offered = [tool.function.name for tool in tools if tool.HasField("function")]
        while isinstance(asked := function_calls.reply_to(question, offered, live.results), list):
            await self._wait_for_results(live, [(call.name, _arguments_of(call)) for call in asked])
        return script if asked is None else replace(script, partials=[asked[:4], asked], text=asked)

    def _count(self, run: Message) -> None:
        if self.has_usage:
            run.usage.prompt_tokens, run.usage.completion_tokens, run.usage.total_tokens = 390, 44, 434

    # -- files, search indexes and the operations that make them

    async def _create_file(self, request: Message, _: Exchange) -> Message:
        return self.folder.make_file(request)

    async def _delete_file(self, request: Message, _: Exchange) -> Message:
        self.folder.forget_file(request.file_id)
        return file_service_pb2.DeleteFileResponse()

    async def _list_files(self, request: Message, _: Exchange) -> Message:
        page, token = self._page(self.folder.files, request)
        return file_service_pb2.ListFilesResponse(files=page, next_page_token=token)

    async def _create_index(self, request: Message, _: Exchange) -> Message:
        failure = self.failures.popleft() if self.failures else None
        operation_id = self.folder.new_id()
        self.operations[operation_id] = Job(request, self.checks, failure)
        return operation_pb2.Operation(id=operation_id, description="search index", created_by=SUBJECT)

    async def _get_operation(self, request: Message, _: Exchange) -> Message:
        job: Job = found(self.operations, request.operation_id, "Operation")
        made: Message = operation_pb2.Operation(id=request.operation_id, created_by=SUBJECT)
        job.checks -= 1
        if job.checks > 0:
            return made
        made.done = True
        try:
            if job.failure:
                raise job.failure
            made.response.Pack(self.folder.make_index(job.request))
        except Refusal as refusal:
            made.error.code, made.error.message = refusal.code, refusal.message
        return made

    async def _delete_index(self, request: Message, _: Exchange) -> Message:
        self.folder.forget_index(request.search_index_id)
        return search_index_service_pb2.DeleteSearchIndexResponse()

    async def _list_indexes(self, request: Message, _: Exchange) -> Message:
        page, token = self._page(self.folder.indexes, request)
        return search_index_service_pb2.ListSearchIndicesResponse(indices=page, next_page_token=token)

    async def _list_indexed(self, request: Message, _: Exchange) -> Message:
        ids = found(self.folder.indexed, request.search_index_id, "SearchIndex")
        start = int(base64.b64decode(request.page_token) or b"0")
        shown = ids[start : start + min(request.page_size or PAGE, self.page_limit)]
        token = base64.b64encode(str(start + len(shown)).encode()).decode() if shown else ""
        files = [
            search_index_file_pb2.SearchIndexFile(id=one, search_index_id=request.search_index_id)
            for one in shown
        ]
        return search_index_file_service_pb2.ListSearchIndexFilesResponse(files=files, next_page_token=token)

    # -- what no descriptor knows

    def _printed(self, message: Message) -> dict[str, Any]:
        value = super()._printed(message)
        _replace_unknown_parts(value)
        return value


def _arguments_of(call: function_calls.Call) -> Any:
    """Arguments as this wire has them; those that are cut off cannot be said here, and are none."""
    try:
        return json.loads(call.arguments)
    except ValueError:
        return {}


def _replace_unknown_parts(value: Any) -> None:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _replace_unknown_parts(inner)
    text = value.get("text") if isinstance(value, dict) else None
    if isinstance(text, dict) and str(text.get("content")).startswith(UNKNOWN_PART):
        value["text"] = None
        value[text["content"].removeprefix(UNKNOWN_PART)] = {"url": "https://example.org/1.png"}


# -- as a process


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="An AI Assistant API on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY, help="the API key that must come; an empty one: none may")
    parser.add_argument("--assistants", type=int, default=20)
    parser.add_argument("--versions", type=int, default=3, help="the most an assistant has")
    parser.add_argument("--threads", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5000, help="in all threads together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=int, default=PAGE, help="the most a page holds")
    parser.add_argument("--delay-ms", type=float, default=0, help="before each reply and within long ones")
    parser.add_argument("--camel", action="store_true", help="keys in camelCase")
    parser.add_argument("--sparse", action="store_true", help="neither defaults nor nulls")
    parser.add_argument("--partial-versions", action="store_true", help="versions hold what their masks name")
    parser.add_argument("--framing", default="lines", choices=list(FRAMINGS))
    return parser.parse_args()


async def _main() -> None:
    given = _arguments()
    folder = Folder(given.seed, given.partial_versions)
    folder.populate(
        assistants=given.assistants,
        versions=given.versions,
        threads=given.threads,
        messages=given.messages,
    )
    server = AssistantsServer(
        port=given.port,
        is_forgiving=True,
        accepted={f"Api-Key {given.key}"} if given.key else set(),
        framing=FRAMINGS[given.framing],
        is_camel=given.camel,
        is_sparse=given.sparse,
        folder=folder,
        page_limit=given.page,
        pause_s=given.delay_ms / 1000,
    )
    async with server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
