"""Calls through the whole program but its window: the real store, worker, adapter and programs, a loopback server."""

import argparse
import asyncio
import json
import queue
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.calls import work_folder
from desktop_app.controllers.facts import Fact, StepsChanged
from desktop_app.controllers.library import Beginning
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId, MessageId, ThreadId
from desktop_app.domain.threads import Message, Status
from desktop_app.domain.tools import CallStatus, Command, Decision, Function, Rule
from desktop_app.export.markdown import Labels
from desktop_app.headless.command import Asked
from desktop_app.headless.conversations import ask
from desktop_app.store.profile import Profile
from tests.conftest import PATIENCE_S
from tests.function_calls import Call
from tests.servers import Behaviour, ChatServer, calling, echo, functions, stream

CITY = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'
SCRIPT = "import json, os, sys; print(json.load(sys.stdin)['city'], len(sys.argv), os.listdir('.'), end='')"
WEATHER = Function("weather", "Tells the weather", CITY, command=Command(sys.executable, ("-c", SCRIPT)))
SETTINGS = AssistantSettings("Test", model="scripted", functions=(WEATHER,))
HOSTILE = "$(touch${IFS}pwned);--help;../../x"


class Home:
    """A backend whose one assistant asks ``server``, which calls what a question asks for."""

    def __init__(self, backend: Backend, server: ChatServer, facts: "queue.SimpleQueue[Fact | None]") -> None:
        self.backend = backend
        self.server = server
        self.facts = facts

    async def open(self) -> ThreadId:
        connection = Connection(ConnectionId("c"), ConnectionKind.CHAT, "Loopback", self.server.base_url)
        await self.backend.connection_records.add(connection)
        settings = replace(SETTINGS, connection_id=connection.id)
        self.assistant = await self.backend.assistants.create(settings)
        return (await self.backend.conversations.create_thread(self.assistant.id)).id

    async def ask(self, thread_id: ThreadId, text: str) -> Message:
        await self.backend.worker.ask(self.backend.runs.send(thread_id, text))
        await self.backend.worker.ask(self.backend.runs.wait(thread_id))
        return (await self.backend.conversations.messages(thread_id))[-1]

    async def allow(self) -> None:
        await self.backend.rules.set_rule(self.assistant.id, WEATHER, Rule.ALLOW)


@asynccontextmanager
async def home(folder: Path, *answers: Behaviour) -> AsyncIterator[Home]:
    profile = Profile.at(folder)
    profile.prepare()
    facts: queue.SimpleQueue[Fact | None] = queue.SimpleQueue()
    backend = await asyncio.to_thread(
        open_backend, profile, "id", facts.put, labels=Labels(), beginning=Beginning()
    )
    try:
        async with ChatServer(answers or functions(echo()), key=None) as server:
            yield Home(backend, server, facts)
    finally:
        await asyncio.to_thread(backend.close)


async def test_programs_answer_the_model(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        thread = await here.open()
        await here.allow()
        reply = await here.ask(thread, "call twice weather Tula Kazan")
        assert (reply.text, reply.status) == ("It says: Tula 1 []; Kazan 1 []", Status.COMPLETED)
        reply = await here.ask(thread, "call 10 times weather Tula")
        assert [step.round for step in reply.steps] == list(range(10))
        assert reply.text.startswith("It says: Tula 1 []; Tula 1 []")
        reply = await here.ask(thread, "call broken weather")
        assert reply.steps[0].status is CallStatus.FAILED
        assert "not valid JSON" in reply.text
        reply = await here.ask(thread, "call anyway nothing Tula")
        assert "There is no function 'nothing'" in reply.text
        reply = await here.ask(thread, "and now?")
        assert reply.text == "You said: and now?"


@pytest.mark.parametrize("name", ["weather", "../weather", "weather;id", "-rf", "/bin/sh"])
async def test_a_hostile_model_says_its_words_to_the_standard_input_alone(tmp_path: Path, name: str) -> None:
    call = Call(name, json.dumps({"city": HOSTILE}), HOSTILE)
    async with home(tmp_path, calling(call), stream("Well.")) as here:
        thread = await here.open()
        await here.allow()
        reply = await here.ask(thread, "?")
        (step,) = reply.steps
        if name == "weather":
            assert (step.status, step.result) == (CallStatus.DONE, f"{HOSTILE} 1 []")
        else:
            assert step.status is CallStatus.FAILED
        folders = [path.name for path in (tmp_path / "commands").iterdir()]
        assert folders == ([work_folder(here.assistant.id, name)] if name == "weather" else [])


async def test_the_window_decides_from_its_own_thread(tmp_path: Path) -> None:
    async with home(tmp_path) as here:
        thread = await here.open()
        await here.backend.worker.ask(here.backend.runs.send(thread, "call weather Tula"))
        message = await asyncio.to_thread(asked_for, here.facts)
        runs = here.backend.runs
        await here.backend.worker.ask(runs.decide(message, "0:0", Decision.ALWAYS))
        await here.backend.worker.ask(runs.wait(thread))
        reply = (await here.backend.conversations.messages(thread))[-1]
        assert reply.text == "It says: Tula 1 []"
        assert await here.backend.rules.rule(here.assistant.id, WEATHER) is Rule.ALLOW


def asked_for(facts: "queue.SimpleQueue[Fact | None]") -> MessageId:
    """Wait until a call asks, and give its message."""
    while True:
        match facts.get(timeout=PATIENCE_S):
            case StepsChanged(_, message_id, steps) if steps[-1].status is CallStatus.ASKED:
                return message_id


async def test_without_a_window_only_what_is_always_allowed_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with home(tmp_path) as here:
        thread = await here.open()
        for is_allowed in (False, True):
            if is_allowed:
                await here.allow()
            options = argparse.Namespace(
                text="call twice weather Tula Kazan",
                assistant="Test",
                connection=None,
                model=None,
                thread=thread,
                deferred=False,
            )
            asked = Asked(here.backend, options, here.facts, datetime.now(UTC))
            assert await asyncio.to_thread(ask, asked) == 0
            said = capsys.readouterr()
            if is_allowed:
                assert (said.out, said.err) == ("It says: Tula 1 []; Kazan 1 []\n", "")
            else:
                assert said.out.count("Nobody is there to allow or to answer this call.") == 2
                assert said.err == "nitka: 'weather' was not called: it is not always allowed\n" * 2
