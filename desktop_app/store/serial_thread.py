"""Blocking calls, one at a time, in a daemon thread of their own.

A call that may never return (a prompt that nobody answers) must hold up neither the loop that waits for it nor the way
out of the program.  The threads of executors are joined when a loop closes and when the interpreter ends; a daemon
thread is not.  The thread lives while there is something to do, and callers may be on any loop.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class SerialThread:
    """Runs what it is given in order; a call over ``limit_s`` makes it stuck until that call returns."""

    def __init__(self, name: str, limit_s: float) -> None:
        self._name = name
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._current: Future[Any] | None = None
        self._overdue: Future[Any] | None = None
        self._busy_since_s = 0.0
        self._is_alive = False

    @property
    def is_stuck(self) -> bool:
        """Whether the call that runs now is past its limit."""
        current = self._current
        if current is None:
            return False
        return current is self._overdue or time.monotonic() - self._busy_since_s >= self._limit_s

    async def call(self, work: Callable[[], T]) -> T:
        """What ``work`` returns, or what it raises.

        Raises TimeoutError after the limit (a call that has not begun by then never will), and at once while an earlier
        call is past its own.
        """
        if self.is_stuck:
            raise TimeoutError("an earlier request is still waiting")
        future: Future[T] = Future()
        self._submit(future, work)
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            if not future.done():
                self._overdue = future
            raise

    def _submit(self, future: Future[T], work: Callable[[], T]) -> None:
        with self._lock:
            self._waiting.append((future, work))
            if not self._is_alive:
                self._is_alive = True
                threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            future, work = taken
            if future.set_running_or_notify_cancel():
                _settle(future, work)
            del taken, future, work  # what a call closed over may be a secret
            self._current = None

    def _take(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._lock:
            if not self._waiting:
                self._is_alive = False
                return None
            taken = self._waiting.popleft()
            self._busy_since_s = time.monotonic()
            self._current = taken[0]
            return taken


def _settle(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to who waits
        future.set_exception(error)
    else:
        future.set_result(result)
