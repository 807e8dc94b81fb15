"""The worker: one thread with a plain asyncio loop for all HTTP and all runs.

A busy window delays neither the journal nor the end of a reply, and a stream costs the window nothing but the batches
that it takes.  Headless commands use the same worker.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
ExceptionHandler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]


class Worker:
    """Starts with ``start``, ends with ``stop``; in between it takes coroutines from any thread.

    What comes later, from a timer that was due or an answer that was late, is cancelled before it begins.
    """

    def __init__(self, on_loop_error: ExceptionHandler | None = None) -> None:
        self._on_loop_error = on_loop_error
        self._is_ready = threading.Event()
        self._lock = threading.Lock()
        self._is_ending = False
        self._thread = threading.Thread(target=self._main, name="worker", daemon=True)

    def start(self) -> None:
        """Start the thread; returns when its loop runs."""
        self._thread.start()
        self._is_ready.wait()

    def _main(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._loop.set_exception_handler(self._on_loop_error)
            self._end = asyncio.Event()
            self._loop.call_soon(self._is_ready.set)
            runner.run(self._serve())

    async def _serve(self) -> None:
        await self._end.wait()

    def call(self, work: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        """Run ``work`` on the worker's loop; cancelling the future cancels it there."""
        with self._lock:  # else it could come after the last turn of the loop, and never be done
            if not self._is_ending:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        refused: concurrent.futures.Future[T] = concurrent.futures.Future()
        refused.cancel()
        refused.set_running_or_notify_cancel()  # who waits for it is told
        return refused

    async def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` on the worker's loop and wait for it on the caller's."""
        return await asyncio.wrap_future(self.call(work))

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Cancel what is left and end the thread; whether it ended in time."""
        with self._lock:
            is_first, self._is_ending = not self._is_ending, True
        if is_first and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()
