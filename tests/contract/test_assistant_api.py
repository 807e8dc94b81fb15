"""The AI Assistant API against a strict server with the official descriptors: runs, what is held there, every fault."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from desktop_app.domain import providers
from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.errors import (
    AccessDeniedError,
    BadReplyError,
    NotFoundError,
    RateLimitedError,
    RequestRejectedError,
    ServiceClosedError,
    ServiceError,
    ServiceFaultError,
    SignInError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.events import (
    AssistantHeld,
    Checkpoint,
    CitationsFound,
    RunAccepted,
    RunEnded,
    RunEvent,
    StageChanged,
    TextReplaced,
    ThreadHeld,
    UsageReported,
)
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import AskedAssistant, AskedThread, Held, PromptMessage, RunRequest
from desktop_app.domain.remote import PulledMessage, seen_from_here
from desktop_app.domain.remote_files import Indexing
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Holding, Resuming, Service, Submitting
from desktop_app.domain.threads import Author, Citation, Status, Usage
from desktop_app.services.yandex import assistant_api_runs
from desktop_app.services.yandex.assistant_api import AssistantApiService
from tests.assistants_folder import FOLDER, MODEL, UNKNOWN_PART, Folder, citation, message_of
from tests.assistants_server import AssistantsServer, Break, Script
from tests.conftest import soon, until
from tests.protobuf_server import FRAMINGS, Refusal, refusal
from tests.servers import KEY, Behaviour, hang_up, keep_silent, raw, refuse

SETTINGS = AssistantSettings("Guide", instruction="Be brief.", model="yandexgpt")
QUESTION = PromptMessage(Author.USER, "What is the capital of Tatarstan?")
HISTORY = (
    PromptMessage(Author.USER, "Hello"),
    PromptMessage(Author.ASSISTANT, "Hello! How can I help?"),
)
PARTIALS = Script().partials
TEXT = Script().text

T = TypeVar("T")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "delay_s", lambda *_: 0.001)
    monkeypatch.setattr(assistant_api_runs, "POLL_FIRST_S", 0.001)


def service(base_url: str, *, key: str = KEY, read_timeout_s: float = 5) -> AssistantApiService:
    connection = Connection(
        ConnectionId("c"),
        ConnectionKind.ASSISTANT_API,
        "Test",
        base_url,
        Auth.API_KEY,
        folder=FOLDER,
    )
    return AssistantApiService(connection, Credentials(Secret(key)), read_timeout_s=read_timeout_s)


def ask(
    *messages: PromptMessage,
    settings: AssistantSettings = SETTINGS,
    assistant: AskedAssistant | None = None,
    held: Held | None = None,
) -> RunRequest:
    return RunRequest(
        "request-1",
        settings.model,
        settings.instruction,
        messages or (QUESTION,),
        settings.completion.temperature,
        settings.completion.max_tokens,
        response_format=settings.response_format,
        held=held,
        assistant=assistant or AskedAssistant(settings),
        thread=AskedThread("Trip"),
    )


async def taken(events: AsyncGenerator[RunEvent, None]) -> list[RunEvent]:
    async with aclosing(events):
        return [event async for event in events]


@asynccontextmanager
async def connected(server: AssistantsServer, **options: Any) -> AsyncIterator[AssistantApiService]:
    api = service(server.base_url, **options)
    try:
        yield api
    finally:
        await api.close()


async def answer(server: AssistantsServer, request: RunRequest | None = None) -> list[RunEvent]:
    async with connected(server) as api:
        return await taken(api.run(request or ask()))


async def refused(server: AssistantsServer, request: RunRequest | None = None) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await answer(server, request)
    assert caught.value.request_id
    assert KEY not in caught.value.detail
    return caught.value


async def failed(
    server: AssistantsServer, request: RunRequest | None = None
) -> tuple[list[RunEvent], ServiceError]:
    """What came before the error, and the error."""
    run: list[RunEvent] = []
    async with connected(server) as api:
        with pytest.raises(ServiceError) as caught:
            async for event in api.run(request or ask()):
                run.append(event)  # noqa: PERF401 - what came before the error counts
    return run, caught.value


def texts(run: list[RunEvent]) -> list[str]:
    return [event.text for event in run if isinstance(event, TextReplaced)]


def of(run: list[RunEvent], kind: type[T]) -> list[T]:
    return [event for event in run if isinstance(event, kind)]


def only(records: Mapping[str, object]) -> str:
    (record_id,) = records
    return record_id


async def held(server: AssistantsServer) -> RunRequest:
    """The request for the second question in a thread that the server holds."""
    await answer(server)
    assistant = AskedAssistant(SETTINGS, only(server.folder.assistants), is_current=True)
    messages = (QUESTION, PromptMessage(Author.ASSISTANT, TEXT), PromptMessage(Author.USER, "Its river?"))
    return ask(*messages, assistant=assistant, held=Held(only(server.folder.threads), 2))


# -- runs


def test_it_can_do_what_such_services_can() -> None:
    api: Service = service("http://localhost")
    assert isinstance(api, Resuming)
    assert isinstance(api, Submitting)
    assert isinstance(api, Holding)
    assert isinstance(api, Indexing)


async def test_the_reply_grows_and_ends_once() -> None:
    async with AssistantsServer() as server:
        run = await answer(server)
        assistant_id, thread_id = only(server.folder.assistants), only(server.folder.threads)
        assert run == [
            StageChanged("waiting"),
            AssistantHeld(assistant_id),
            ThreadHeld(thread_id),
            RunAccepted(only(server.runs), MODEL, can_resume=True),
            TextReplaced(PARTIALS[0]),
            Checkpoint(0),
            TextReplaced(PARTIALS[1]),
            Checkpoint(1),
            TextReplaced(PARTIALS[2]),
            Checkpoint(2),
            TextReplaced(TEXT),
            UsageReported(Usage(390, 44)),
            ThreadHeld(thread_id, has_reply=True),
            RunEnded(Status.COMPLETED),
        ]


async def test_a_new_thread_has_the_name_the_history_and_the_question() -> None:
    settings = replace(SETTINGS, expiration=Expiration(30, ExpirationPolicy.STATIC))
    async with AssistantsServer() as server:
        await answer(server, ask(*HISTORY, QUESTION, settings=settings))
        (thread,) = server.folder.threads.values()
        assert (thread.name, thread.expiration_config.ttl_days) == ("Trip", 30)
        assert server.folder.said_in(thread.id) == [
            ("USER", "Hello"),
            ("ASSISTANT", "Hello! How can I help?"),
            ("USER", QUESTION.text),
            ("ASSISTANT", TEXT),
        ]
        messages = server.folder.messages[thread.id]
        assert messages[1].author.id == messages[3].author.id == only(server.folder.assistants)


async def test_a_question_in_a_held_thread_is_one_call_before_the_listening() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        server.calls.clear()
        run = await answer(server, request)
        assert [name for name, _ in server.calls] == [
            "RunService.Create",
            "RunService.Listen",
            "RunService.Get",
        ]
        said = server.folder.said_in(only(server.folder.threads))
        assert [text for _, text in said] == [QUESTION.text, TEXT, "Its river?", TEXT]
        assert not of(run, AssistantHeld)


async def test_all_that_is_not_held_yet_is_added() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        messages = (*request.messages, PromptMessage(Author.ASSISTANT, "The Kazanka."), QUESTION)
        await answer(server, replace(request, messages=messages))
        said = server.folder.said_in(only(server.folder.threads))
        assert said[2:5] == [("USER", "Its river?"), ("ASSISTANT", "The Kazanka."), ("USER", QUESTION.text)]


async def test_a_question_that_is_held_already_is_not_said_twice() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        await answer(
            server, replace(request, messages=(QUESTION,), held=Held(only(server.folder.threads), 1))
        )
        said = server.folder.said_in(only(server.folder.threads))
        assert [text for _, text in said] == [QUESTION.text, TEXT, TEXT]


async def test_an_expired_thread_is_made_anew_with_the_whole_history() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        old = only(server.folder.threads)
        server.folder.forget_thread(old)
        run = await answer(server, request)
        made = only(server.folder.threads)
        assert of(run, ThreadHeld) == [
            ThreadHeld(old),
            ThreadHeld(made),
            ThreadHeld(made, has_reply=True),
        ]
        assert [text for _, text in server.folder.said_in(made)] == [QUESTION.text, TEXT, "Its river?", TEXT]


async def test_an_expired_assistant_is_made_anew_and_the_thread_goes_on() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        server.folder.forget_assistant(only(server.folder.assistants))
        run = await answer(server, request)
        assert of(run, AssistantHeld) == [AssistantHeld(only(server.folder.assistants))]
        assert len(server.folder.said_in(only(server.folder.threads))) == 4


async def test_an_expired_assistant_leaves_no_second_thread_behind() -> None:
    async with AssistantsServer() as server:
        assistant = AskedAssistant(SETTINGS, "fvtgone0000000000000", is_current=True)
        await answer(server, ask(*HISTORY, QUESTION, assistant=assistant))
        assert len(server.folder.said_in(only(server.folder.threads))) == 4


async def test_a_thread_is_known_before_its_run_is_asked_for() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.fail("RunService.Create", keep_silent)
        async with aclosing(api.run(ask())) as events:
            async for event in events:
                if isinstance(event, ThreadHeld):
                    break
        assert event == ThreadHeld(only(server.folder.threads))
        assert not server.runs


async def test_what_belongs_to_another_account_is_made_anew() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        for name in ("RunService.Create", "AssistantService.Get", "ThreadService.Get"):
            server.fail(name, refusal(7))
        run = await answer(server, request)
        assert run[-1] == RunEnded(Status.COMPLETED)
        assert len(server.folder.assistants) == len(server.folder.threads) == 2
        server.fail("AssistantService.Update", refusal(7))
        async with connected(server) as api:
            assert await api.push(FULL, next(iter(server.folder.assistants))) in server.folder.assistants
        assert len(server.folder.assistants) == 3


async def test_what_is_not_found_although_all_is_there_is_told() -> None:
    async with AssistantsServer() as server:
        request = await held(server)
        server.fail("RunService.Create", refusal(5, "model not found"))
        error = await refused(server, request)
        assert isinstance(error, NotFoundError)
        assert error.detail == "model not found"


async def test_a_refused_run_leaves_no_thread_behind_and_may_be_repeated() -> None:
    async with AssistantsServer() as server:
        server.fail("RunService.Create", refusal(8, "quota", retry_after="2"))
        error = await refused(server)
        assert isinstance(error, RateLimitedError)
        assert (error.is_untouched, error.retry_after_s) == (True, 2.0)
        assert not server.folder.threads


async def test_a_request_without_an_assistant_gets_one_for_a_day() -> None:
    async with AssistantsServer() as server:
        await answer(server, replace(ask(), assistant=None))
        (assistant,) = server.folder.assistants.values()
        assert (assistant.instruction, assistant.expiration_config.ttl_days) == ("Be brief.", 1)


async def test_only_what_differs_from_the_assistant_is_said_of_a_run() -> None:
    async with AssistantsServer() as server:
        request = replace(
            ask(),
            temperature=0.9,
            max_tokens=500,
            response_format=ResponseFormat(FormatKind.JSON_SCHEMA, '{"type": "object"}'),
        )
        await answer(server)
        await answer(server, request)
        plain, custom = server.requests("RunService.Create")
        assert not plain.HasField("custom_completion_options")
        assert not plain.HasField("custom_response_format")
        assert custom.custom_completion_options.temperature.value == 0.9
        assert custom.custom_completion_options.max_tokens.value == 500
        assert dict(custom.custom_response_format.json_schema.schema) == {"type": "object"}
        assert all(one.stream for one in (plain, custom))


async def test_a_schema_that_is_none_is_told_before_anything_is_made() -> None:
    settings = replace(SETTINGS, response_format=ResponseFormat(FormatKind.JSON_SCHEMA, "{"))
    async with AssistantsServer() as server:
        assert isinstance(await refused(server, ask(settings=settings)), RequestRejectedError)
        assert not server.calls


@pytest.mark.parametrize(
    ("status", "ending"),
    [("TRUNCATED", Status.TRUNCATED), ("FILTERED_CONTENT", Status.FILTERED), ("COMPLETED", Status.COMPLETED)],
)
async def test_the_ending_says_how_the_text_ended(status: str, ending: Status) -> None:
    async with AssistantsServer() as server:
        server.scripts.append(Script(status=status))
        assert (await answer(server))[-1] == RunEnded(ending)


async def test_sources_are_told_also_those_of_deleted_files() -> None:
    sources = (citation("geo.md", "Kazan is the capital.", "f1"), citation("", "A deleted file."))
    async with AssistantsServer() as server:
        server.scripts.append(Script(citations=sources))
        (found,) = of(await answer(server), CitationsFound)
        assert found == CitationsFound(
            (
                Citation("geo.md", file_id="f1", fragment="Kazan is the capital."),
                Citation("", fragment="A deleted file."),
            )
        )


async def test_a_run_that_fails_keeps_the_text_and_says_why() -> None:
    async with AssistantsServer() as server:
        server.scripts.append(Script(error=(0, "java.lang.IllegalStateException: boom")))
        run, error = await failed(server)
        assert texts(run)[-1] == PARTIALS[-1]
        assert isinstance(error, ServiceFaultError)
        assert "boom" in error.detail


@pytest.mark.parametrize(
    ("code", "kind"),
    [(7, AccessDeniedError), (8, RateLimitedError), (14, ServiceFaultError), (3, RequestRejectedError)],
)
async def test_a_failed_run_is_never_asked_for_again(code: int, kind: type[ServiceError]) -> None:
    async with AssistantsServer() as server:
        server.scripts.append(Script(error=(code, f"no, {KEY}")))
        error = await refused(server)
        assert type(error) is kind
        assert not error.is_untouched


async def test_the_role_that_the_model_needs_is_named() -> None:
    async with AssistantsServer() as server:
        server.scripts.append(Script(error=(7, "no")))
        error = await refused(server)
        assert isinstance(error, AccessDeniedError)
        assert error.role == "ai.languageModels.user"


async def test_a_usage_that_is_not_known_spoils_nothing() -> None:
    async with AssistantsServer(has_usage=False) as server:
        run = await answer(server)
        assert not of(run, UsageReported)
        server.fail("RunService.Get", refuse(500, "<html>no</html>"))
        assert (await answer(server))[-1] == RunEnded(Status.COMPLETED)


# -- how it is printed


@pytest.mark.parametrize("is_camel", [True, False], ids=["camelCase", "snake_case"])
@pytest.mark.parametrize("is_sparse", [True, False], ids=["sparse", "nulls"])
@pytest.mark.parametrize("framing", FRAMINGS)
async def test_every_way_to_print_replies_is_read(framing: str, is_camel: bool, is_sparse: bool) -> None:
    text = 'Казань 🚆\u2028the capital\x85of "Tatarstan" {} [\\'
    server = AssistantsServer(
        framing=FRAMINGS[framing], is_camel=is_camel, is_sparse=is_sparse, piece_bytes=7
    )
    async with server:
        server.scripts.append(Script(text=text, citations=[citation("geo.md", "so", "f1")]))
        run = await answer(server)
        assert texts(run) == [*PARTIALS, text]
        assert [event.cursor for event in of(run, Checkpoint)] == [0, 1, 2]
        assert of(run, CitationsFound) == [CitationsFound((Citation("geo.md", "", "f1", "so"),))]
        assert run[-1] == RunEnded(Status.COMPLETED)
        async with connected(server) as api:
            messages = [message async for message in api.messages(only(server.folder.threads))]
        assert [message.text for message in messages] == [text, QUESTION.text]


# -- streams that break


async def test_a_stream_cut_at_every_event_is_taken_up() -> None:
    for place in range(len(PARTIALS) + 2):
        async with AssistantsServer() as server:
            server.breaks.append(Break(place))
            run = await answer(server)
            assert StageChanged("reconnecting") in run
            assert texts(run) == [*PARTIALS, TEXT]
            assert run[-1] == RunEnded(Status.COMPLETED)
            assert server.requests("RunService.Listen")[1].events_start_idx.value == min(place, len(PARTIALS))


async def test_an_error_line_in_a_stream_is_not_the_end_of_the_run() -> None:
    async with AssistantsServer() as server:
        server.breaks.append(Break(2, Refusal(14, "try again")))
        assert (await answer(server))[-1] == RunEnded(Status.COMPLETED)


async def test_what_comes_twice_or_late_is_dropped() -> None:
    async with AssistantsServer(stutters=True, ignores_start=True) as server:
        server.breaks.append(Break(4))
        run = await answer(server)
        assert texts(run) == [*PARTIALS, TEXT]


@pytest.mark.parametrize(
    "fault",
    [
        hang_up,
        refusal(5, is_streaming=True),
        refusal(11, is_streaming=True),
        raw(b"<html>no</html>"),
        raw(b""),
    ],
    ids=["hang up", "not found", "out of range", "a page", "nothing"],
)
async def test_a_run_that_cannot_be_listened_to_is_asked_for_its_state(fault: Behaviour) -> None:
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", *[fault] * (assistant_api_runs.LISTEN_AGAIN + 1))
        server.scripts.append(Script(delay_s=0.02, citations=[citation("geo.md", "so", "f1")]))
        run = await answer(server)
        assert texts(run)[-1] == TEXT
        assert len(of(run, CitationsFound)) == len(of(run, UsageReported)) == 1
        assert run[-1] == RunEnded(Status.COMPLETED)


async def test_a_silent_stream_is_given_up_for_the_state_of_the_run() -> None:
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", keep_silent)
        async with connected(server, read_timeout_s=0.1) as api:
            run = await taken(api.run(ask()))
        assert (texts(run)[-1], run[-1]) == (TEXT, RunEnded(Status.COMPLETED))


async def test_states_tell_failures_as_events_do() -> None:
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", refusal(5, is_streaming=True))
        server.scripts.append(Script(error=(3, "too many tokens")))
        assert isinstance(await refused(server), RequestRejectedError)


async def test_a_service_that_stays_away_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "POLL_PATIENCE_S", 0.0)
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", *[hang_up] * 4)
        server.fail("RunService.Get", hang_up, hang_up)
        error = await refused(server)
        assert isinstance(error, UnreachableError)
        assert not error.is_untouched


async def test_how_long_to_wait_the_service_says() -> None:
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", refusal(8, is_streaming=True, retry_after="86400"))
        assert isinstance(await refused(server), RateLimitedError)
        server.fail("RunService.Listen", refusal(5, is_streaming=True))
        server.fail("RunService.Get", refusal(8, retry_after="86400"))
        error = await refused(server)
        assert isinstance(error, RateLimitedError)
        assert not error.is_untouched
        server.fail("RunService.Listen", refusal(5, is_streaming=True))
        server.fail("RunService.Get", refusal(14, retry_after="1"))
        start = time.monotonic()
        assert (await answer(server))[-1] == RunEnded(Status.COMPLETED)
        assert time.monotonic() - start > 1


async def test_a_page_of_a_hotel_does_not_end_a_run() -> None:
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", raw(b"<html>Pay first</html>"))
        server.fail("RunService.Get", raw(b"<html>Pay first</html>"), refuse(404, "<html>Pay first</html>"))
        assert (await answer(server))[-1] == RunEnded(Status.COMPLETED)


async def test_a_run_that_never_ends_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "POLL_LIMIT_S", 0.02)
    async with AssistantsServer() as server:
        server.fail("RunService.Listen", refusal(5, is_streaming=True))
        server.scripts.append(Script(delay_s=60))
        assert isinstance(await refused(server), SilentError)


# -- resuming


async def test_a_run_is_resumed_after_any_event() -> None:
    async with AssistantsServer() as server:
        await answer(server)
        async with connected(server) as api:
            for cursor in (None, *range(len(PARTIALS))):
                run = await taken(api.resume(ask(), only(server.runs), cursor))
                rest = PARTIALS if cursor is None else PARTIALS[cursor + 1 :]
                assert texts(run) == [*rest, TEXT]
                assert run[-2:] == [
                    ThreadHeld(only(server.folder.threads), has_reply=True),
                    RunEnded(Status.COMPLETED),
                ]


async def test_a_run_is_resumed_while_it_is_written() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        server.scripts.append(Script(delay_s=0.05))
        async with aclosing(api.run(ask())) as events:
            async for event in events:
                if isinstance(event, Checkpoint):
                    break
        run = await taken(api.resume(ask(), only(server.runs), 0))
        assert texts(run) == [*PARTIALS[1:], TEXT]


async def test_a_forgotten_run_is_told() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        with pytest.raises(NotFoundError):
            await taken(api.resume(ask(), "fvtgone0000000000000", 3))
        await api.cancel_run("fvtgone0000000000000")


async def test_stop_closes_the_socket_at_once_and_the_run_goes_on() -> None:
    async def seconds_to_stop() -> float:
        async with AssistantsServer() as server, connected(server) as api:
            server.scripts.append(Script(delay_s=0.3))
            async with aclosing(api.run(ask())) as events:
                async for event in events:
                    if isinstance(event, TextReplaced):
                        break
                start = time.monotonic()
            await until(lambda: server.seen[-1].has_gone)
            seconds = time.monotonic() - start
            await until(lambda: only(server.runs) and server.runs[only(server.runs)].is_over)
            return seconds

    await soon(seconds_to_stop, 0.1)


# -- faults


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (refusal(16, f"The token {KEY} is invalid"), SignInError),
        (refusal(7, "Permission denied"), AccessDeniedError),
        (refusal(8, "quota"), RateLimitedError),
        (refusal(14, "later"), ServiceFaultError),
        (refusal(13, "boom"), ServiceFaultError),
        (refusal(10, "conflict"), ServiceFaultError),
        (refuse(500, "<html><title>Oops</title></html>"), ServiceFaultError),
        (refuse(410, ""), ServiceClosedError),
        (refuse(200, "<html><title>Sign in</title></html>"), BadReplyError),
        (refuse(200, [1]), BadReplyError),
        (refuse(200, {}), BadReplyError),
        (hang_up, UnreachableError),
    ],
)
@pytest.mark.parametrize("name", ["AssistantService.Create", "ThreadService.Create", "RunService.Create"])
async def test_what_is_refused_is_told_by_its_kind(
    name: str, fault: Behaviour, kind: type[ServiceError]
) -> None:
    async with AssistantsServer() as server:
        server.fail(name, fault)
        error = await refused(server)
        assert type(error) is kind
        assert len(server.requests("RunService.Create")) <= 1


async def test_a_wrong_key_is_told() -> None:
    async with AssistantsServer() as server:
        async with connected(server, key="wrong-key-canary") as api:
            with pytest.raises(SignInError) as caught:
                await api.test()
        assert "wrong-key-canary" not in caught.value.detail


# -- assistants at the service


FULL = AssistantSettings(
    "Support bot",
    description="Answers product questions",
    instruction="Be brief.",
    model=MODEL,
    truncation=PromptTruncation(4000, 20),
    completion=CompletionOptions(0.0, 2000),
    expiration=Expiration(30, ExpirationPolicy.STATIC),
    labels=(("app_name", "nitka"),),
    response_format=ResponseFormat(FormatKind.JSON_SCHEMA, '{"type":"object"}'),
)
BARE = AssistantSettings("Bot", model=MODEL)


async def pulled(api: AssistantApiService) -> list[AssistantSettings]:
    return [assistant.settings for assistant in (await api.assistants()).items]


async def test_a_pushed_assistant_is_pulled_as_it_was() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        await api.push(BARE)
        await api.push(FULL)
        assert await pulled(api) == [FULL, BARE]


async def test_what_the_service_cannot_hold_is_not_taken_for_a_change() -> None:
    here = AssistantSettings(
        "Bot",
        model="yandexgpt",
        completion=CompletionOptions(reasoning=Reasoning.HIGH),
        labels=(("b", "1"), ("a", "2")),
    )
    async with AssistantsServer() as server, connected(server) as api:
        await api.push(here)
        (there,) = await pulled(api)
        assert there != here
        assert seen_from_here(there, here) == here


@pytest.mark.parametrize("is_partial", [True, False], ids=["partial versions", "whole versions"])
async def test_an_update_sets_and_clears_and_makes_a_version(is_partial: bool) -> None:
    async with (
        AssistantsServer(folder=Folder(has_partial_versions=is_partial)) as server,
        connected(server) as api,
    ):
        remote_id = await api.push(FULL)
        assert await api.push(BARE, remote_id) == remote_id
        assert await pulled(api) == [BARE]
        assert await api.push(FULL, remote_id) == remote_id
        assert await pulled(api) == [FULL]
        versions = [version.settings async for version in api.versions(remote_id)]
        assert versions[:2] == [FULL, BARE]
        assert len(versions) == 3


async def test_an_assistant_that_is_gone_is_made_anew() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        assert await api.push(FULL, "fvtgone0000000000000") == only(server.folder.assistants)


# -- pulling


async def test_everything_a_folder_holds_is_pulled() -> None:
    async with AssistantsServer() as server:
        server.folder.populate(assistants=20, threads=30, messages=700)
        async with connected(server) as api:
            assistants = (await api.assistants()).items
            threads = (await api.threads()).items
            assert [one.remote_id for one in assistants] == list(server.folder.assistants)[::-1]
            assert [one.remote_id for one in threads] == list(server.folder.threads)[::-1]
            count = 0
            for thread in threads:
                messages = [message async for message in api.messages(thread.remote_id)]
                theirs = server.folder.messages[thread.remote_id]
                assert [one.remote_id for one in messages] == [one.id for one in theirs[::-1]]
                assert messages == sorted(messages, key=lambda one: one.created_at, reverse=True)
                count += len(messages)
            assert count == 700
            for assistant in assistants:
                versions = [version async for version in api.versions(assistant.remote_id)]
                assert [one.remote_id for one in versions] == [
                    one.id for one in server.folder.versions[assistant.remote_id]
                ]
                assert versions[0].settings == assistant.settings
            assert all(one.settings.name for one in assistants)


async def all_pages(api: AssistantApiService) -> tuple[list[str], int]:
    found, token, calls = [], "", 0
    while True:
        page = await api.threads(token)
        found += [thread.remote_id for thread in page.items]
        calls += 1
        if not (token := page.next_token):
            return found, calls


@pytest.mark.parametrize("has_last_token", [True, False])
@pytest.mark.parametrize("threads", [0, 1, 5, 6, 7])
async def test_pages_end_after_the_last_one(threads: int, has_last_token: bool) -> None:
    async with AssistantsServer(page_limit=3, has_last_token=has_last_token) as server:
        server.folder.populate(assistants=1, threads=threads, messages=0) if threads else None
        async with connected(server) as api:
            found, _ = await all_pages(api)
            assert found == list(server.folder.threads)[::-1]


async def test_a_token_that_only_comes_again_ends_the_list() -> None:
    async with AssistantsServer(page_limit=3, repeats_token=True) as server:
        server.folder.populate(assistants=1, threads=7, messages=0)
        async with connected(server) as api:
            found, calls = await all_pages(api)
            assert (len(found), calls) == (3, 2)


async def test_versions_come_from_all_their_pages() -> None:
    async with AssistantsServer(page_limit=2) as server, connected(server) as api:
        remote_id = await api.push(BARE)
        for number in range(4):
            await api.push(replace(BARE, instruction=f"v{number}"), remote_id)
        versions = [version async for version in api.versions(remote_id)]
        assert [one.settings.instruction for one in versions] == ["v3", "v2", "v1", "v0", ""]


async def test_a_thread_that_is_gone_is_told() -> None:
    async with AssistantsServer() as server, connected(server) as api:
        with pytest.raises(NotFoundError):
            [message async for message in api.messages("fvtgone0000000000000")]


async def test_reading_messages_can_be_stopped() -> None:
    async with AssistantsServer(pause_s=0.05) as server, connected(server) as api:
        server.folder.populate(assistants=1, threads=1, messages=2000)

        async def seconds_to_stop() -> float:
            async with aclosing(api.messages(only(server.folder.threads))) as messages:
                first = await anext(messages)
                start = time.monotonic()
            assert isinstance(first, PulledMessage)
            await until(lambda: server.seen[-1].has_gone)
            return time.monotonic() - start

        await soon(seconds_to_stop, 0.1)


async def test_messages_are_read_with_what_they_have() -> None:
    async with AssistantsServer() as server:
        server.folder.populate(assistants=1, threads=1, messages=0)
        thread_id = only(server.folder.threads)
        reply = server.folder.add_message(thread_id, message_of("The first line", "fvta1"))
        reply.content.content.add().text.content = f"{UNKNOWN_PART}image"
        reply.content.content.add().text.content = "the last line"
        reply.status = "FILTERED_CONTENT"
        reply.labels["snake_key"] = "1"
        reply.created_at.FromJsonString("2025-08-27T11:31:08.781561740Z")
        async with connected(server) as api:
            (message,) = [message async for message in api.messages(thread_id)]
        assert message == PulledMessage(
            reply.id,
            Author.ASSISTANT,
            "fvta1",
            "The first line\n[image]\nthe last line",
            Status.FILTERED,
            datetime(2025, 8, 27, 11, 31, 8, 781561, UTC),
            (("snake_key", "1"),),
        )


def test_the_same_seed_makes_the_same_folder() -> None:
    one, other, third = Folder(seed=1), Folder(seed=1), Folder(seed=2)
    for folder in (one, other, third):
        folder.populate(assistants=5, threads=10, messages=100)
    assert one == other
    assert one.messages != third.messages


# -- the test of a connection


async def test_a_test_lists_one_assistant_and_offers_the_documented_models() -> None:
    async with AssistantsServer() as server:
        async with connected(server) as api:
            report = await api.test()
        assert report.models[0].id == MODEL
        assert report.note == ""
        assert [name for name, _ in server.calls] == ["AssistantService.List"]


async def test_the_role_that_is_missing_is_named() -> None:
    async with AssistantsServer() as server:
        server.fail("AssistantService.List", refusal(7, "Permission denied"))
        async with connected(server) as api:
            with pytest.raises(AccessDeniedError) as caught:
                await api.test()
        assert caught.value.role == "ai.assistants.editor, ai.languageModels.user"


CLOSED: list[Behaviour] = [
    refuse(404, {"code": 5, "message": "Not found"}),
    refuse(404, "<html>Not Found</html>"),
    refuse(410, "gone"),
    refusal(12, "unimplemented"),
    refuse(200, "<html><title>Moved</title></html>"),
]


@pytest.mark.parametrize("fault", CLOSED)
async def test_the_hosted_service_says_since_when_it_is_closed(
    fault: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AssistantsServer() as server:
        kind = providers.KINDS[ConnectionKind.ASSISTANT_API]._replace(base_url=server.base_url)
        monkeypatch.setitem(providers.KINDS, ConnectionKind.ASSISTANT_API, kind)
        async with connected(server) as api:
            server.fail("AssistantService.List", fault)
            with pytest.raises(ServiceClosedError) as caught:
                await api.test()
        assert caught.value.closed_since == "2026-01-26"


async def test_a_server_of_ones_own_is_not_said_to_be_closed() -> None:
    for fault in CLOSED:
        async with AssistantsServer() as server:
            async with connected(server) as api:
                server.fail("AssistantService.List", fault)
                with pytest.raises(ServiceError) as caught:
                    await api.test()
            assert getattr(caught.value, "closed_since", "") == ""


async def test_the_host_of_the_hosted_service_may_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://assistants.invalid"
    kind = providers.KINDS[ConnectionKind.ASSISTANT_API]._replace(base_url=url)
    monkeypatch.setitem(providers.KINDS, ConnectionKind.ASSISTANT_API, kind)

    async def unknown_name(*_: object, **__: object) -> bytes:
        raise UnreachableError("gaierror: Name or service not known", step="dns", is_untouched=True)

    async def offline(*_: object, **__: object) -> bytes:
        raise UnreachableError("gaierror: Temporary failure in name resolution", step="dns")

    api = service(url)
    monkeypatch.setattr(api._api.http, "fetch", unknown_name)
    with pytest.raises(ServiceClosedError):
        await api.test()
    monkeypatch.setattr(api._api.http, "fetch", offline)
    with pytest.raises(UnreachableError):
        await api.test()
    await api.close()
