"""Runs in a thread that the AI Assistant API holds, from the controller to the records of a strict server."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from yandex.cloud.ai.assistants.v1.threads import thread_service_pb2

from desktop_app.controllers.pull import PullController
from desktop_app.domain.assistants import (
    CompletionOptions,
    Expiration,
    FormatKind,
    PromptTruncation,
    ResponseFormat,
)
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.secret import Credentials, Secret
from desktop_app.domain.service import Service
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Status
from desktop_app.domain.tools import CallStatus, Function
from desktop_app.services.yandex import assistant_api_runs
from desktop_app.services.yandex.assistant_api import AssistantApiService
from desktop_app.store.pulled import PulledStore
from tests.assistants_folder import FOLDER, message_of
from tests.assistants_server import AssistantsServer, Script
from tests.conftest import until
from tests.servers import KEY
from tests.unit.run_scene import SETTINGS, Scene, image

CUSTOM = ("custom_prompt_truncation_options", "custom_completion_options", "custom_response_format")
WEATHER = Function("weather", "Weather in a city.")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "REPLAY_S", 0.1)
    monkeypatch.setattr(assistant_api_runs, "POLL_FIRST_S", 0.001)


class HeldScene(Scene):
    """A scene whose assistant answers through the real adapter; the server knows its key."""

    def make_service(self, connection: Connection, _credentials: Credentials) -> Service:
        signed_in = replace(connection, auth=Auth.API_KEY)
        return AssistantApiService(signed_in, Credentials(Secret(KEY)), read_timeout_s=5)


@asynccontextmanager
async def held_scene(folder: Path, server: AssistantsServer, **settings: Any) -> AsyncIterator[HeldScene]:
    connection = Connection(
        ConnectionId("c"), ConnectionKind.ASSISTANT_API, "Test", server.base_url, Auth.NONE, folder=FOLDER
    )
    async with aclosing(HeldScene(folder, connection=connection)) as s:
        await s.open(replace(SETTINGS, model="yandexgpt", **settings))
        yield s


@asynccontextmanager
async def next_start(s: Scene, folder: Path) -> AsyncIterator[HeldScene]:
    """The program started once more in ``folder``, where it finds what it would if it were killed now."""
    async with aclosing(HeldScene(image(s, folder), connection=s.connection, owner="next")) as later:
        await later.reopen(s.thread_id)
        yield later


async def asked(s: Scene, text: str) -> None:
    await s.runs.send(s.thread_id, text)
    await s.runs.wait(s.thread_id)


def said(server: AssistantsServer) -> list[int]:
    """How many messages each thread there has, oldest thread first."""
    return [len(messages) for messages in server.folder.messages.values()]


async def test_a_thread_there_grows_with_the_thread_here(tmp_path: Path) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server) as s:
        for text in ("one", "two", "three"):
            await asked(s, text)
        assert [m.status for m in await s.messages()] == [Status.COMPLETED] * 6
        assert said(server) == [6]
        assert len(server.folder.assistants) == 1
        assert len(next(iter(server.folder.versions.values()))) == 1


async def test_what_is_said_about_a_thread_is_told_there_once_and_after_each_change(tmp_path: Path) -> None:
    def updates() -> list[Any]:
        return server.requests("ThreadService.Update")

    async with AssistantsServer() as server, held_scene(tmp_path, server) as s:
        await asked(s, "one")
        await asked(s, "two")
        assert updates() == []
        tool = '{"function": {"name": "look", "description": "Looks", "parameters": {}}}'
        said_now = ThreadSettings("Trip", "To Kazan", (("a", "b"),), Expiration(5), (tool,))
        await s.conversations.describe_thread(s.thread_id, said_now)
        await asked(s, "three")
        await asked(s, "four")
        assert len(updates()) == 1
        (there,) = server.folder.threads.values()
        assert (there.name, there.description, dict(there.labels)) == ("Trip", "To Kazan", {"a": "b"})
        assert there.expiration_config.ttl_days == 5
        assert [one.function.name for one in there.tools] == ["look"]
        await s.conversations.describe_thread(s.thread_id, ThreadSettings("Trip"))
        await asked(s, "five")
        assert (there.description, dict(there.labels), list(there.tools)) == ("", {}, [])
        assert said(server) == [10]


async def test_what_a_pulled_thread_says_is_not_told_to_where_it_comes_from(tmp_path: Path) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server, name="Helper") as s:
        await asked(s, "one")
        await pull(s)
        await s.conversations.rename_thread(s.thread_id, "Renamed")
        (there,) = server.folder.threads.values()
        await asked(s, "two")
        assert there.name == "Renamed"
        server.folder.make_thread(thread_service_pb2.CreateThreadRequest(folder_id=FOLDER, name="Theirs"))
        theirs = list(server.folder.threads)[-1]
        server.folder.add_message(theirs, message_of("Hello"))
        await pull(s)
        pulled = next(one for one in await s.conversations.threads() if one.name == "Theirs")
        await s.conversations.set_thread_assistant(pulled.id, s.assistant.id)
        before = len(server.requests("ThreadService.Update"))
        await s.runs.send(pulled.id, "And?")
        await s.runs.wait(pulled.id)
        assert len(server.folder.messages[theirs]) == 3
        assert len(server.requests("ThreadService.Update")) == before


async def test_what_is_deleted_here_is_not_seen_by_the_model(tmp_path: Path) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server) as s:
        await asked(s, "one")
        await asked(s, "two")
        await s.conversations.delete_message((await s.messages())[0].id)
        await asked(s, "three")
        assert said(server) == [4, 4]  # a reply without its question is not sent either


async def test_a_question_that_was_stopped_while_it_was_sent_is_pulled_into_its_own_thread(
    tmp_path: Path,
) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server) as s:
        server.pause_s = 0.2
        await s.runs.send(s.thread_id, "one")
        await until(lambda: server.folder.threads)
        await until(lambda: any(exchange.path.endswith("/runs") for exchange in server.seen))
        await s.runs.stop(s.thread_id)
        await until(lambda: said(server) == [2])
        server.pause_s = 0
        await pull(s)
        assert len(await s.conversations.threads()) == 1
        assert [m.text for m in await s.conversations.all_messages(s.thread_id)].count("one") == 1


async def test_a_reply_that_was_stopped_here_does_not_come_back_through_the_thread_there(
    tmp_path: Path,
) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server) as s:
        await asked(s, "one")
        server.scripts.append(Script(delay_s=5))
        await s.runs.send(s.thread_id, "two")
        await until(lambda: s.runs.is_busy(s.thread_id) and len(server.runs) == 2)
        await s.runs.stop(s.thread_id)
        await asked(s, "three")
        assert len(said(server)) == 2


# -- calls


async def wanted(s: Scene, result: str) -> None:
    """Fill in the result of the call that waits next."""
    (step,) = await s.reached(CallStatus.WANTED)
    await s.runs.give_result((await s.messages())[-1].id, step.call.key, result)


async def pull(s: Scene) -> None:
    store = PulledStore(s.database)
    pulling = PullController(store, s.remote, s.assistants, s.connections, "me", "me".__eq__, s.facts.append)
    await pulling.pull(s.connection.id)
    await pulling.close()


@pytest.mark.parametrize("text", ["", "Let me see."], ids=["calls alone", "words before"])
async def test_calls_are_answered_here_and_the_thread_there_goes_on(tmp_path: Path, text: str) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server, functions=(WEATHER,)) as s:
        partials = [text] if text else []
        server.scripts.append(Script(partials, "Warm.", calls=[("weather", {"city": "Tula"})], rounds=3))
        await s.runs.send(s.thread_id, "one")
        for number in range(3):
            await until(lambda number=number: len(s.steps()) == number + 1)  # type: ignore[misc]
            await wanted(s, f"+{number}")
        await s.runs.wait(s.thread_id)
        await asked(s, "two")
        messages = await s.messages()
        assert [m.status for m in messages] == [Status.COMPLETED] * 4
        assert messages[1].text == "\n\n".join(filter(None, (text, "Warm.")))
        assert [step.result for step in messages[1].steps] == ["+0", "+1", "+2"]
        assert next(iter(server.runs.values())).results == ["+0", "+1", "+2"]
        assert said(server) == [4]
        await pull(s)
        assert [m.id for m in await s.messages()] == [m.id for m in messages]
        assert len(await s.conversations.all_messages(s.thread_id)) == 4
        assert len(await s.conversations.threads()) == 1


@pytest.mark.parametrize("rounds", [0, 1, 2])
async def test_killed_while_calls_wait_they_are_answered_once(tmp_path: Path, rounds: int) -> None:
    async with AssistantsServer() as server, held_scene(tmp_path, server, functions=(WEATHER,)) as s:
        calls = [("weather", {"city": "Tula"})]
        server.scripts.append(Script(["Let me see."], "Warm.", calls=calls, rounds=3))
        await s.runs.send(s.thread_id, "one")
        for number in range(rounds):
            await until(lambda number=number: len(s.steps()) == number + 1)  # type: ignore[misc]
            await wanted(s, f"+{number}")
        await until(lambda: len(s.steps()) == rounds + 1)
        await s.reached(CallStatus.WANTED)
        async with next_start(s, tmp_path / "left") as later:
            for number in range(rounds, 3):
                await until(lambda number=number: len(later.steps()) == number + 1)  # type: ignore[misc]
                await wanted(later, f"+{number}")
            await later.runs.wait(s.thread_id)
            reply = (await later.messages())[-1]
        assert (reply.status, reply.text) == (Status.COMPLETED, "Let me see.\n\nWarm.")
        assert [step.result for step in reply.steps] == ["+0", "+1", "+2"]
        assert next(iter(server.runs.values())).results == ["+0", "+1", "+2"]


# -- a question with settings of its own


async def test_what_is_set_for_one_question_is_gone_with_the_next(tmp_path: Path) -> None:
    overrides = RunOverrides(
        model="yandexgpt-lite",
        completion=CompletionOptions(0.9, 50),
        truncation=PromptTruncation(500, 2),
        response_format=ResponseFormat(FormatKind.JSON_OBJECT),
    )
    models = []
    async with AssistantsServer() as server, held_scene(tmp_path, server) as s:
        for given in (None, overrides, None, None):
            await s.runs.send(s.thread_id, "What?", None, given)
            await s.runs.wait(s.thread_id)
            (assistant,) = server.folder.assistants.values()
            models.append(assistant.model_uri.split("/")[-2])
            assert (
                assistant.completion_options.temperature.value == s.assistant.settings.completion.temperature
            )
        assert models == ["yandexgpt", "yandexgpt-lite", "yandexgpt", "yandexgpt"]
        assert len(server.requests("AssistantService.Update")) == 2
        custom = [
            [name for name in CUSTOM if run.HasField(name)] for run in server.requests("RunService.Create")
        ]
        assert custom == [[], list(CUSTOM), [], []]
        run = server.requests("RunService.Create")[1]
        assert run.custom_completion_options.max_tokens.value == 50
        assert run.custom_prompt_truncation_options.last_messages_strategy.num_messages == 2
        assert run.custom_response_format.json_object
        assert said(server) == [8]
