"""Functions end to end without the window: every service, the real store and worker, programs that are processes.

The servers are strict and call what a question asks for (``tests.function_calls``), or what a test lets them call.
"""

import asyncio
import json
import queue
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.calls import work_folder
from desktop_app.controllers.facts import Fact, StepsChanged
from desktop_app.controllers.library import Beginning
from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Connection
from desktop_app.domain.ids import ConnectionId, MessageId, ThreadId, new_id
from desktop_app.domain.threads import Message, Status
from desktop_app.domain.tools import CallStatus, Command, Decision, Function, Rule, fingerprint
from desktop_app.export.markdown import Labels
from desktop_app.services.yandex import assistant_api_runs
from desktop_app.store.profile import Profile
from tests.assistants_server import Script
from tests.conftest import PATIENCE_S
from tests.contract.suite import CALLING, REPLY, AssistantApi, Wire, sends
from tests.e2e.recorded import CITY, Recorded, recording, starts
from tests.function_calls import Call
from tests.protobuf_server import ProtobufServer
from tests.responses_server import ResponsesServer
from tests.servers import ChatServer, LoopbackServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at POSIX processes")

DONE, FAILED, DENIED = CallStatus.DONE, CallStatus.FAILED, CallStatus.DENIED
ASKED, WANTED = CallStatus.ASKED, CallStatus.WANTED
WEATHER = recording("weather", parameters=CITY)
TIDES = recording("tides", parameters=CITY)
SLOW = Function(
    "slow", command=Command(sys.executable, ("-c", "import time; time.sleep(60)"), time_limit_s=1)
)
COLLEAGUE = Function("colleague")
TULA = '{"city": "Tula"}'
TOOLS = (WEATHER, TIDES, SLOW, COLLEAGUE)


@pytest.fixture(params=CALLING, ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    found: Wire = request.param
    return found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_api_runs, "delay_s", lambda *_: 0.001)


class Home:
    """A profile with its backend open, and one assistant in one thread once ``settle`` was called."""

    def __init__(self, backend: Backend, facts: "queue.SimpleQueue[Fact | None]") -> None:
        self.backend = backend
        self.facts = facts

    async def settle(self, wire: Wire, server: LoopbackServer, functions: Sequence[Function]) -> None:
        """An assistant with ``functions`` that answers through ``wire`` from now on, in a new thread."""
        url = wire.url(server)
        connection = Connection(ConnectionId(new_id()), wire.kind, "Loopback", url, **wire.settings(url))
        await self.backend.connection_records.add(connection)
        made = AssistantSettings(
            "Test", connection_id=connection.id, model=wire.model, functions=tuple(functions)
        )
        self.assistant: Assistant = await self.backend.assistants.create(made)
        self.thread_id: ThreadId = (await self.backend.conversations.create_thread(self.assistant.id)).id

    async def rule(self, rule: Rule, *functions: Function) -> None:
        for function in functions:
            await self.backend.rules.set_rule(self.assistant.id, function, rule)

    async def send(self, text: str) -> None:
        await self.backend.worker.ask(self.backend.runs.send(self.thread_id, text))

    async def ended(self) -> Message:
        await self.backend.worker.ask(self.backend.runs.wait(self.thread_id))
        return await self.last()

    async def ask(self, text: str) -> Message:
        await self.send(text)
        return await self.ended()

    async def last(self) -> Message:
        return (await self.backend.conversations.messages(self.thread_id))[-1]

    async def reached(self, *statuses: CallStatus) -> MessageId:
        """Wait until the newest calls have ``statuses``; the message they belong to."""
        return await asyncio.to_thread(self._reached, statuses)

    def _reached(self, statuses: tuple[CallStatus, ...]) -> MessageId:
        while True:
            match self.facts.get(timeout=PATIENCE_S):
                case StepsChanged(_, message_id, steps) if (
                    tuple(step.status for step in steps[-len(statuses) :]) == statuses
                ):
                    return message_id

    async def decide(self, message_id: MessageId, key: str, decision: Decision) -> None:
        await self.backend.worker.ask(self.backend.runs.decide(message_id, key, decision))

    async def give(self, message_id: MessageId, key: str, result: str) -> None:
        await self.backend.worker.ask(self.backend.runs.give_result(message_id, key, result))


@asynccontextmanager
async def home(folder: Path) -> AsyncIterator[Home]:
    profile = Profile.at(folder)
    profile.prepare()
    facts: queue.SimpleQueue[Fact | None] = queue.SimpleQueue()
    backend = await asyncio.to_thread(
        open_backend, profile, "id", facts.put, labels=Labels(), beginning=Beginning()
    )
    try:
        yield Home(backend, facts)
    finally:
        await asyncio.to_thread(backend.close)


@asynccontextmanager
async def keyless(server: LoopbackServer) -> AsyncIterator[LoopbackServer]:
    """A server that no key may come to: the keyring is not asked."""
    if isinstance(server, ProtobufServer):
        server.accepted.clear()
    elif isinstance(server, ChatServer | ResponsesServer):
        server.key = None
    async with server as opened:
        yield opened


@asynccontextmanager
async def talking(folder: Path, wire: Wire) -> AsyncIterator[Home]:
    """A thread with an assistant that has ``TOOLS``; the server calls what a question asks for."""
    async with keyless(wire.scripted()) as server, home(folder) as here:
        await here.settle(wire, server, TOOLS)
        yield here


def outcomes(reply: Message) -> list[CallStatus]:
    return [step.status for step in reply.steps]


def cities(reply: Message) -> list[str]:
    return [Recorded.of(step.result).arguments["city"] for step in reply.steps]


# -- a thread in which everything happens, so that each service is also told of what happened before


async def test_programs_answer_in_one_thread_whatever_the_model_calls(tmp_path: Path, wire: Wire) -> None:
    async with talking(tmp_path, wire) as here:
        await here.rule(Rule.ALLOW, WEATHER, SLOW)
        await here.rule(Rule.DENY, TIDES)

        reply = await here.ask("call twice weather Tula Kazan")
        first, second = reply.steps
        assert cities(reply) == ["Tula", "Kazan"]
        assert first.call.key != second.call.key
        assert reply.text == f"It says: {first.result}; {second.result}"

        reply = await here.ask("call 10 times weather Tula")
        assert [step.round for step in reply.steps] == list(range(10))
        assert outcomes(reply) == [DONE] * 10
        assert reply.text == f"It says: {'; '.join(step.result for step in reply.steps)}"

        if wire.has_broken_calls:
            reply = await here.ask("call broken weather")
            assert outcomes(reply) == [FAILED]
            assert "not valid JSON" in reply.text

        reply = await here.ask("call anyway nothing Tula")
        assert outcomes(reply) == [FAILED]
        assert "There is no function 'nothing'. Functions on offer: weather" in reply.text

        reply = await here.ask("call tides Tula")
        assert outcomes(reply) == [DENIED]
        assert reply.text == "It says: The user did not allow this call."

        reply = await here.ask("call slow Tula")
        assert outcomes(reply) == [CallStatus.TIMED_OUT]
        assert reply.text == "It says: The program was ended after 1 s, its time limit."

        reply = await here.ask("call weather Tula")
        assert cities(reply) == ["Tula"]
        assert reply.status is Status.COMPLETED


async def test_the_user_answers_each_call_alone(tmp_path: Path, wire: Wire) -> None:
    async with talking(tmp_path, wire) as here:
        await here.send("call twice weather Tula Kazan")
        message = await here.reached(ASKED, ASKED)
        await here.decide(message, "0:1", Decision.ONCE)
        await here.reached(ASKED, DONE)
        await here.decide(message, "0:0", Decision.DENY)
        reply = await here.ended()
        assert outcomes(reply) == [DENIED, DONE]
        assert reply.text == f"It says: The user did not allow this call.; {reply.steps[1].result}"

        await here.send("call colleague Anna")
        await here.give(await here.reached(WANTED), "0:0", "yes, 7 %")
        assert (await here.ended()).text == "It says: yes, 7 %"

        await here.send("call 3 times weather Tula")
        await here.decide(await here.reached(ASKED), "0:0", Decision.ALWAYS)
        assert outcomes(await here.ended()) == [DONE] * 3
        assert await here.backend.rules.rules(here.assistant.id) == {fingerprint(WEATHER): Rule.ALLOW}


async def test_after_a_stop_at_a_waiting_call_the_thread_goes_on(tmp_path: Path, wire: Wire) -> None:
    async with talking(tmp_path, wire) as here:
        for _ in range(2):
            await here.send("call weather Tula")
            await here.reached(ASKED)
            await here.backend.worker.ask(here.backend.runs.stop(here.thread_id))
            reply = await here.ended()
            assert (reply.status, outcomes(reply)) == (Status.STOPPED, [CallStatus.STOPPED])
        await here.rule(Rule.ALLOW, WEATHER)
        assert cities(await here.ask("call weather Kazan")) == ["Kazan"]


async def test_a_call_that_waited_when_the_program_ended_is_asked_again(tmp_path: Path, wire: Wire) -> None:
    marks = tmp_path / "marks"
    function = recording("weather", marks, CITY)
    async with keyless(wire.scripted()) as server:
        async with home(tmp_path / "profile") as before:
            await before.settle(wire, server, [function])
            await before.send("call weather Tula")
            await before.reached(ASKED)
        async with home(tmp_path / "profile") as here:
            here.thread_id = before.thread_id
            left = await here.last()
            if (
                left.status is Status.INTERRUPTED
            ):  # else the service waits still, and the run goes on by itself
                await here.backend.worker.ask(here.backend.runs.continue_reply(left.id))
            await here.decide(await here.reached(ASKED), "0:0", Decision.ONCE)
            reply = await here.ended()
    assert (reply.id, reply.status, cities(reply)) == (left.id, Status.COMPLETED, ["Tula"])
    assert starts(marks) == 1


async def test_after_an_end_at_a_waiting_call_something_else_can_be_asked(tmp_path: Path, wire: Wire) -> None:
    async with keyless(wire.scripted()) as server:
        async with home(tmp_path) as before:
            await before.settle(wire, server, TOOLS)
            await before.send("call twice weather Tula Kazan")
            await before.decide(await before.reached(ASKED, ASKED), "0:0", Decision.ONCE)
            await before.reached(DONE, ASKED)
        async with home(tmp_path) as here:
            here.assistant, here.thread_id = before.assistant, before.thread_id
            if (await here.last()).status is Status.WRITING:
                await here.backend.worker.ask(here.backend.runs.stop(here.thread_id))
            await here.rule(Rule.ALLOW, WEATHER)
            reply = await here.ask("call weather Tver")
            assert (reply.status, cities(reply)) == (Status.COMPLETED, ["Tver"])


async def test_a_reply_that_failed_after_its_calls_goes_on_with_their_results(
    tmp_path: Path, wire: Wire
) -> None:
    marks = tmp_path / "marks"
    function = recording("weather", marks, CITY)
    async with keyless(refusing_results(wire)) as server, home(tmp_path / "profile") as here:
        await here.settle(wire, server, [function])
        await here.rule(Rule.ALLOW, function)
        failed = await here.ask("?")
        assert (failed.status, outcomes(failed), failed.text) == (Status.FAILED, [DONE], "")
        await here.backend.worker.ask(here.backend.runs.continue_reply(failed.id))
        reply = await here.ended()
    assert (reply.id, reply.status, reply.text) == (failed.id, Status.COMPLETED, REPLY.text)
    assert reply.steps == failed.steps
    assert starts(marks) == 1


def refusing_results(wire: Wire) -> LoopbackServer:
    """A server that calls ``weather``, does not take the result, and then answers whatever it is asked."""
    call, refusal = Call("weather", TULA, "call_1"), wire.refusal(400, "not now")
    if not isinstance(wire, AssistantApi):
        return wire.server(sends(wire.framed(wire.calling(call))), refusal)
    server = wire.server()  # its runs wait for results; the stream alone does not make one wait
    server.scripts.appendleft(Script((), "", calls=[(call.name, json.loads(call.arguments))]))
    server.fail("RunService.Submit", refusal)
    return server


# -- a hostile model

WORDS = [
    "../../x", "/bin/sh", "--help", "-rf", "; rm -rf ~", "$(touch p)", "`touch p`", "${HOME}", "a\nb", "|tee p",
    "weather ", " weather", "Weather", "WEATHER", "weather\u200b", "ｗeather", "weather;id", "weather\0", "nul",
    "weather/../weather", ".", "..", "~", "*", "%s%n", "\u202e", "", "x" * 64, "x" * 5000, "'\"", "\\", "\U0001f994",
]  # fmt: skip
TEXTS = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
VALUES = st.recursive(
    TEXTS | st.integers(-(2**40), 2**40) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ARGUMENTS = st.dictionaries(TEXTS, VALUES, max_size=4)
# Names as services allow them in full, which look like options, devices and paths' parts.
BOUND = tuple(recording(name) for name in ("--help", "-rf", "-", "NUL", "weather", "_" * 64))
CALLS = st.lists(
    st.builds(Call, st.sampled_from([one.name for one in BOUND]) | TEXTS, ARGUMENTS.map(json.dumps), TEXTS),
    min_size=1,
    max_size=6,
)


class Ground:
    """Folders in which nothing may change: where the program runs, a home, a place for temporary files."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.profile = folder / "profile"
        self._folder = folder / "ground"
        for name in ("work", "home", "temporary"):
            (self._folder / name).mkdir(parents=True)
            (self._folder / name / "canary").write_text("alive")
        monkeypatch.chdir(self._folder / "work")
        monkeypatch.setenv("HOME", str(self._folder / "home"))
        monkeypatch.setenv("TMPDIR", str(self._folder / "temporary"))
        monkeypatch.setenv("SERVICE_API_KEY", "canary")
        self._before = list(self._files())

    def _files(self) -> Iterator[tuple[str, str]]:
        for path in sorted(self._folder.rglob("*")):
            yield str(path), path.read_text() if path.is_file() else ""

    def is_untouched(self) -> bool:
        return list(self._files()) == self._before

    def worked_in(self) -> set[str]:
        """The names of the folders in which programs were started."""
        folder = self.profile / "commands"
        return {path.name for path in folder.rglob("*")} if folder.exists() else set()


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    return Ground(tmp_path, monkeypatch)


def test_what_a_model_says_comes_to_a_program_as_json_on_its_standard_input_alone(
    ground: Ground, wire: Wire
) -> None:
    with asyncio.Runner() as runner:
        opened = home(ground.profile)
        here = runner.run(opened.__aenter__())
        try:

            @settings(max_examples=25, deadline=None)
            @given(CALLS)
            def says(calls: list[Call]) -> None:
                runner.run(the_model_calls(here, ground, wire, calls))

            says()
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def the_model_calls(here: Home, ground: Ground, wire: Wire, calls: list[Call]) -> None:
    """Everything that is bound is always allowed; what was started was given the arguments and nothing else."""
    bound = {function.name: function for function in BOUND}
    former = ground.worked_in()  # by other assistants
    async with keyless(wire.server(sends(wire.framed(wire.calling(*calls))))) as server:
        await here.settle(wire, server, BOUND)
        await here.rule(Rule.ALLOW, *BOUND)
        reply = await here.ask("?")
    assert (reply.status, reply.text) == (Status.COMPLETED, REPLY.text)
    for call, step in zip(calls, reply.steps, strict=True):
        assert step.call.name == call.name
        function = bound.get(call.name)
        if function is None:
            assert (step.status, step.command, step.began_at) == (FAILED, None, None)
            assert step.result.startswith("There is no function ")
            continue
        assert (step.status, step.command) == (DONE, function.command)
        told = Recorded.of(step.result)
        assert told.arguments == json.loads(call.arguments)
        assert told.words == [""]
        assert told.folder == str(ground.profile / "commands" / work_folder(here.assistant.id, call.name))
        assert told.beside == []
        assert "SERVICE_API_KEY" not in told.variables
    assert ground.worked_in() - former <= {
        work_folder(here.assistant.id, function.name) for function in BOUND
    }
    assert ground.is_untouched()


async def test_what_looks_like_a_bound_function_is_none(ground: Ground, wire: Wire) -> None:
    calls = [Call(name, "{}", "call_1") for name in WORDS if name != "weather"]
    server = wire.server(sends(wire.framed(wire.calling(*calls))))
    async with keyless(server), home(ground.profile) as here:
        function = recording("weather")
        await here.settle(wire, server, [function])
        await here.rule(Rule.ALLOW, function)
        reply = await here.ask("?")
    assert outcomes(reply) == [FAILED] * len(calls)
    assert ground.worked_in() == set()
    assert ground.is_untouched()
