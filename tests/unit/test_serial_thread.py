"""Blocking calls off the loop: in order, with a limit, and never in the way of the exit."""

import asyncio
import subprocess
import sys
import threading

import pytest

from desktop_app.store.serial_thread import SerialThread
from tests.conftest import until


async def test_an_answer_and_an_error_reach_the_caller() -> None:
    thread = SerialThread("test", limit_s=5)
    assert await thread.call(lambda: 42) == 42
    with pytest.raises(ValueError, match="word"):
        await thread.call(lambda: int("word"))


async def test_a_stuck_call_makes_the_next_ones_fail_at_once_and_lets_go_when_it_returns() -> None:
    thread_limit_s = 1.0
    thread, gate = SerialThread("test", limit_s=thread_limit_s), threading.Event()
    with pytest.raises(TimeoutError):
        await thread.call(gate.wait)
    assert thread.is_stuck
    async with asyncio.timeout(thread_limit_s / 2):
        with pytest.raises(TimeoutError, match="earlier"):
            await thread.call(lambda: 1)
    gate.set()
    await until(lambda: not thread.is_stuck)
    assert await thread.call(lambda: 2) == 2


async def test_a_call_given_up_before_its_turn_is_never_made() -> None:
    thread, gate, made = SerialThread("test", limit_s=5), threading.Event(), []
    first = asyncio.ensure_future(thread.call(gate.wait))
    second = asyncio.ensure_future(thread.call(lambda: made.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    gate.set()
    await first
    await thread.call(lambda: made.append("third"))
    assert made == ["third"]


def test_a_call_that_never_returns_does_not_hold_up_the_exit() -> None:
    program = """
import asyncio, threading
from desktop_app.store.serial_thread import SerialThread

async def main():
    try:
        await SerialThread("test", limit_s=0.1).call(threading.Event().wait)
    except TimeoutError:
        print("gave up")

asyncio.run(main())
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "gave up\n"
    assert ended.stderr == ""
