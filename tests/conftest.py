"""What every test gets: no display, no proxies, no stray state; ``async def`` tests run without a plugin.

An async test that asks for ``qtbot`` runs on the window's loop (qasync), any other on a plain one.  A task or a thread
left running, an exception that only the loop saw, or waiting beyond the limit fail it.

Limits of waiting are there to end what hangs, on the slowest machine: they cost nothing where all is well.
"""

import asyncio
import gc
import inspect
import os
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from functools import partialmethod
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)

import pytest  # noqa: E402 - after the environment is scrubbed
from pytestqt.qtbot import QtBot  # noqa: E402

PATIENCE_S = 30.0
ASYNC_LIMIT_S = 120.0
TRIES = 5
THREADS = ("store", "worker", "keyring")


class PatientBot(QtBot):
    """Waits as long as ``until`` does where nothing else is said."""


for name in ("waitUntil", "waitSignal", "waitActive", "waitExposed"):
    setattr(PatientBot, name, partialmethod(getattr(QtBot, name), timeout=int(PATIENCE_S * 1000)))


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """The hands of a user."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Who leaves a thread of the program behind hears of it, and nobody after.

    A thread that has told its end may take a moment to be gone.
    """
    before = set(threading.enumerate())
    yield
    begun = [one for one in threading.enumerate() if one.name in THREADS and one not in before]
    for one in begun:
        one.join(PATIENCE_S / len(begun))
    left = [one.name for one in begun if one.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """The loop an async test runs on."""
    errors: list[dict[str, Any]] = []
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if "qtbot" in request.fixturenames:
        import qasync

        app = request.getfixturevalue("qapp")
        app.setQuitOnLastWindowClosed(False)

        def factory() -> asyncio.AbstractEventLoop:
            loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
            return loop

    with asyncio.Runner(loop_factory=factory) as made:
        made.get_loop().set_exception_handler(lambda _, context: errors.append(context))
        yield made
    assert not errors, errors


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}

    async def run() -> None:
        marker = pyfuncitem.get_closest_marker("limit_s")
        async with asyncio.timeout(marker.args[0] if marker else ASYNC_LIMIT_S):
            await pyfuncitem.obj(**arguments)
        await asyncio.sleep(0)
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, f"tasks left running: {left}"

    runner: Any = pyfuncitem.funcargs["runner"]
    runner.run(run())
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What a failed test left open is let go at once and in silence: its warnings would fail a later one."""
    failed_before = item.session.testsfailed
    result = yield
    if item.session.testsfailed > failed_before:
        sys.last_value = sys.last_traceback = None  # which hold all that it had
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
    return result


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "runner")


async def until(condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
    """Wait until ``condition``, which may have to be awaited, holds; raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(0.01)


async def soon(measure: Callable[[], Awaitable[float]], limit_s: float) -> None:
    """Assert that ``measure`` gives less than ``limit_s`` seconds.

    The best of a few counts: other programs of this machine want its processors too.
    """
    taken: list[float] = []
    while not taken or min(taken) >= limit_s:
        assert len(taken) < TRIES, f"took {taken} s"
        taken.append(await measure())
