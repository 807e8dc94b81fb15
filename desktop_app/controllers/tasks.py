"""Every task has an owner, which holds it, can stop it, and hands its error to someone who will show it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class TaskOwner:
    """Owns tasks of one loop; ``on_error`` hears of every error that is not a cancellation."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any] | None:
        """Start ``work`` on the running loop; after ``stop`` it is refused, and None comes back."""
        if self._is_closed:
            work.close()
            return None
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._on_error(error)

    async def stop(self, patience_s: float = 0) -> None:
        """Take no more; cancel what is not finished after ``patience_s``, and wait for it."""
        self._is_closed = True
        if self._tasks and patience_s:
            await asyncio.wait(self._tasks, timeout=patience_s)
        await asyncio.sleep(
            0
        )  # let each take its first step: a task cancelled before it runs none of its clean-up
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
