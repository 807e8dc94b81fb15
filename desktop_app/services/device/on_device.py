"""The on-device model: a child process for each model file, started on first use and ended when nobody asks any more.

The model answers one run at a time; others wait in turn.  A run that is stopped is over at once for the user.  If the
model then still works after ``stuck_after_s`` (it is reading a prompt, which cannot be stopped), its process is ended,
and the next run starts a new one.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from desktop_app.domain.connections import Auth, Connection, ConnectionReport, Model
from desktop_app.domain.errors import BadReplyError, ModelStartError, UnreachableError
from desktop_app.domain.events import RunEnded, RunEvent, RunPaused, StageChanged
from desktop_app.domain.ids import new_id
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.secret import Credentials
from desktop_app.domain.threads import Author, Status
from desktop_app.services.device.model_process import ModelProcess
from desktop_app.services.device.weights import Weights, WeightsCheck, built_in_weights, listed
from desktop_app.services.openai.chat_completions import ChatCompletionsService

__all__ = ["OnDeviceModel", "OnDeviceService", "built_in_weights"]

log = logging.getLogger(__name__)

IDLE_LIMIT_S = 600.0
STUCK_AFTER_S = 2.0
FIRST_POLL_S = 0.1
# The server sends a comment every few seconds while it reads the prompt; silence means that it hangs.
SILENCE_S = 30.0
LOG_NAME = "on-device.log"
# A model this small repeats itself without them; the fields are llama.cpp's.
_SAMPLING: dict[str, object] = {"top_p": 0.9, "repeat_penalty": 1.1}


class OnDeviceModel:
    """The children of this Nitka; made on any thread, used on the worker's loop, shared by all services.

    ``logs`` is the folder of the log file.
    """

    def __init__(
        self, logs: Path, *, idle_limit_s: float = IDLE_LIMIT_S, stuck_after_s: float = STUCK_AFTER_S
    ) -> None:
        self._log_path = logs / LOG_NAME
        self._idle_limit_s = idle_limit_s
        self._stuck_after_s = stuck_after_s
        self._check = WeightsCheck()
        self._seats: dict[Path, Seat] = {}
        self._is_closed = False

    async def weights(self, model_path: str) -> Weights:
        """The checked weights.  Raises WeightsMissingError."""
        return await asyncio.to_thread(self._check.find, model_path)

    def seat(self, weights: Weights) -> "Seat":
        """The place where runs wait for a model file's process.  Raises ModelStartError after ``close``."""
        if self._is_closed:
            raise ModelStartError("Nitka is closing")
        if weights.path not in self._seats:
            self._seats[weights.path] = Seat(weights, self._log_path, self._idle_limit_s, self._stuck_after_s)
        return self._seats[weights.path]

    @property
    def pids(self) -> tuple[int, ...]:
        """Ids of the processes that are there."""
        return tuple(seat.pid for seat in self._seats.values() if seat.pid is not None)

    async def close(self) -> None:
        """End every child; safe to call twice."""
        self._is_closed = True
        seats, self._seats = list(self._seats.values()), {}
        await asyncio.gather(*(seat.close() for seat in seats))


class Seat:
    """One model file: its process, if there is one, and the runs that wait for it in turn."""

    def __init__(self, weights: Weights, log_path: Path, idle_limit_s: float, stuck_after_s: float) -> None:
        self._weights = weights
        self._log_path = log_path
        self._idle_limit_s = idle_limit_s
        self._stuck_after_s = stuck_after_s
        self._turn = asyncio.Lock()
        self._process: ModelProcess | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The id of the process, None when there is none."""
        return self._process.pid if self._process else None

    @property
    def is_taken(self) -> bool:
        """Whether another run has the turn."""
        return self._turn.locked()

    async def take(self) -> None:
        """Wait for the turn; whoever has it calls ``give_back`` exactly once."""
        await self._turn.acquire()
        if self._idle:
            self._idle.cancel()

    async def start(self) -> AsyncGenerator[StageChanged, None]:
        """Make sure that the process is there and answers; yields the stages of starting, if that is needed.

        Raises RuntimeMissingError or ModelStartError.
        """
        if self._process and not (self._process.is_ready and await self._process.is_healthy()):
            log.warning("the model's process does not answer; it is started again")
            await self._end()
        if self._is_closed:
            raise ModelStartError("Nitka is closing")
        if self._process is None:
            self._process = ModelProcess(self._weights, self._log_path)
            async with aclosing(self._process.start()) as stages:
                async for stage in stages:
                    yield stage

    @property
    def process(self) -> ModelProcess:
        """The process that ``start`` made ready.  Raises ModelStartError when it was ended meanwhile."""
        if self._process is None or self._is_closed:
            raise ModelStartError("Nitka is closing")
        return self._process

    def give_back(self, *, is_at_rest: bool) -> None:
        """Let the next one in: at once, or, unless the model ``is_at_rest``, when it is free or its process ended."""
        if is_at_rest or self._is_closed:
            self._rest()
        else:
            self._later(self._come_to_rest())

    async def _come_to_rest(self) -> None:
        try:
            if self._process and not await self._is_free_in_time(self._process):
                log.info("the model cannot be stopped; its process is ended")
                await self._end()
        finally:
            self._rest()

    async def _is_free_in_time(self, process: ModelProcess) -> bool:
        try:
            async with asyncio.timeout(self._stuck_after_s):
                pause_s = FIRST_POLL_S
                while process.is_ready:
                    if not await process.is_busy():
                        return True
                    await asyncio.sleep(pause_s)
                    pause_s *= 2
        except TimeoutError:
            pass
        return False

    def _rest(self) -> None:
        self._turn.release()
        if not self._is_closed:
            self._idle = asyncio.get_running_loop().call_later(self._idle_limit_s, self._on_idle)

    def _on_idle(self) -> None:
        if not self._turn.locked() and self._process:
            log.info("nobody asked the model for %.0f s; its process is ended", self._idle_limit_s)
            self._later(self._end())

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            await process.end()

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="on-device model")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End the process, whoever uses it."""
        self._is_closed = True
        if self._idle:
            self._idle.cancel()
        await self._end()
        await asyncio.gather(*self._leaving, return_exceptions=True)


class OnDeviceService:
    """Answers runs with the model on this machine; implements ``domain.service.Service``."""

    def __init__(self, model: OnDeviceModel, connection: Connection) -> None:
        self._model = model
        self._connection = connection

    async def run(self, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        """Ask for a reply; raises OnDeviceError when the model cannot run, ServiceError when it refuses.

        The model is told nothing of functions, those that others called earlier included.
        """
        seat = self._model.seat(await self._model.weights(self._connection.model_path))
        if seat.is_taken:
            yield StageChanged("waiting")
        await seat.take()
        ending: RunEnded | RunPaused | None = None
        try:
            async with aclosing(seat.start()) as stages:
                async for stage in stages:
                    yield stage
            async with aclosing(self._answer(seat.process, request)) as events:
                async for event in events:
                    if isinstance(event, RunEnded | RunPaused):
                        ending = event
                    else:
                        yield event
        finally:
            seat.give_back(is_at_rest=ending is not None)
        if ending:
            yield ending

    async def _answer(self, process: ModelProcess, request: RunRequest) -> AsyncGenerator[RunEvent, None]:
        connection = replace(self._connection, base_url=process.url, auth=Auth.API_KEY)
        extra = _SAMPLING if process.weights.is_built_in else {}
        chat = ChatCompletionsService(
            connection, Credentials(process.key), read_timeout_s=SILENCE_S, extra=extra
        )
        try:
            async with aclosing(chat.run(_without_functions(request))) as events:
                async for event in events:
                    if isinstance(event, RunEnded) and event.status is Status.INTERRUPTED:
                        raise ModelStartError(await process.epitaph() or "the model stopped in the middle")
                    yield event
        except (UnreachableError, BadReplyError) as error:
            raise ModelStartError(await process.epitaph() or error.detail) from error
        finally:
            await chat.close()

    async def models(self) -> tuple[Model, ...]:
        """The one model there is; nothing is started.  Raises WeightsMissingError."""
        weights = await asyncio.to_thread(listed, self._connection.model_path)
        return (Model(weights.model_id, weights.name, weights.context_tokens),)

    async def test(self) -> ConnectionReport:
        """Start the model, if need be, and ask for a token.  Raises NitkaError."""
        start = time.monotonic()
        asked = PromptMessage(Author.USER, "Hi")
        request = RunRequest(new_id(), "", "", (asked,), temperature=0.0, max_tokens=1)
        async with aclosing(self.run(request)) as events:
            async for _ in events:
                pass
        return ConnectionReport(time.monotonic() - start, await self.models())

    async def close(self) -> None:
        """Nothing of its own to close; the model is shared and ends with ``OnDeviceModel.close``."""


def _without_functions(request: RunRequest) -> RunRequest:
    """The words alone; those that a model said before and after its calls are one message again."""
    spoken: list[PromptMessage] = []
    for message in request.messages:
        if message.author is Author.TOOL or (message.calls and not message.text):
            continue
        said = replace(message, calls=())
        if spoken and spoken[-1].author is said.author is Author.ASSISTANT:
            said = replace(said, text=f"{spoken.pop().text}\n\n{said.text}")
        spoken.append(said)
    return replace(request, messages=tuple(spoken), functions=())
