"""One child process with one model in it, seen from the parent: started, asked whether it lives, ended.

The model never runs in the window's process: a native crash or a lack of memory does not take the window along, memory
comes back, and reading a long prompt, which nothing can stop, is stopped by ending the process.
"""

import asyncio
import importlib.util
import logging
import os
import secrets
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import msgspec

import desktop_app
from desktop_app.domain.errors import ModelStartError, RuntimeMissingError, ServiceError
from desktop_app.domain.events import StageChanged
from desktop_app.domain.secret import Secret
from desktop_app.services.device.weights import Weights
from desktop_app.services.transport.http import HttpClient
from desktop_app.services.transport.sign_in import KeySignIn

log = logging.getLogger(__name__)

START_S = 600.0
PROBE_S = 2.0

_MODULE = "desktop_app.services.device.on_device_child"


class _Told(msgspec.Struct):
    """A line of the child; ``loading`` is a fraction, or null when it cannot tell."""

    loading: float | None = None
    url: str = ""
    failed: str = ""


class _Slot(msgspec.Struct):
    is_processing: bool = False


class ModelProcess:
    """Lives on the worker's loop.  ``url`` ends in ``/v1``; url and key are of use once ``start`` has ended."""

    def __init__(self, weights: Weights, log_path: Path) -> None:
        self.weights = weights
        self.log_path = log_path
        self.key = Secret(secrets.token_urlsafe(32))
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._http: HttpClient | None = None
        self._is_ended = False

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded and the process is there."""
        return bool(self.url) and self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process's id."""
        return self._process.pid if self._process else None

    async def start(self) -> AsyncGenerator[StageChanged, None]:
        """Start and load; yields how far it is.  Raises RuntimeMissingError or ModelStartError."""
        yield StageChanged("starting_model")
        if importlib.util.find_spec("xllamacpp") is None:
            raise RuntimeMissingError("xllamacpp is not installed")
        process = await self._spawn()
        if self._is_ended:  # while it was made
            await self.end()
            raise ModelStartError("the model's process was ended while it started")
        try:
            async with asyncio.timeout(START_S):
                while not self.url:
                    told = await self._told(process)
                    self.url = f"{told.url}/v1" if told.url else ""
                    if not told.url:
                        yield StageChanged("loading_model", told.loading)
        except TimeoutError as error:
            raise ModelStartError(f"the model was not loaded after {START_S:.0f} s") from error
        self._http = HttpClient(
            self.url.removesuffix("/v1"), KeySignIn(self.key), read_timeout_s=PROBE_S, level=logging.DEBUG
        )
        log.info("the model's process %d listens at %s", process.pid, self.url)

    async def _spawn(self) -> asyncio.subprocess.Process:
        """Start the child and tell it what to serve; the key goes over stdin, where no process list shows it."""
        self.log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = {
            "model": str(self.weights.path),
            "key": self.key.reveal(),
            "name": self.weights.model_id,
            "n_ctx": self.weights.context_tokens,
            "log": str(self.log_path),
        }
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # what lies in the current folder is not ours to import
                "-m",
                _MODULE,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=_environment(),
            )
        except OSError as error:
            raise ModelStartError(f"{sys.executable} could not be started: {error.strerror}") from error
        assert process.stdin
        process.stdin.write(msgspec.json.encode(wanted) + b"\n")
        with suppress(OSError):  # a child that is gone says so on stdout, by ending it
            await process.stdin.drain()
        return process

    async def _told(self, process: asyncio.subprocess.Process) -> _Told:
        assert process.stdout
        line = await process.stdout.readline()
        if not line:
            raise ModelStartError(await self.epitaph())
        try:
            told = msgspec.json.decode(line, type=_Told)
        except msgspec.DecodeError as error:
            raise ModelStartError(f"the model's process said something else: {line[:200]!r}") from error
        if told.failed:
            raise ModelStartError(told.failed)
        return told

    async def epitaph(self) -> str:
        """How the process ended, for the details of an error; empty when it has not, after a moment's grace."""
        if self._process is None:
            return ""
        with suppress(TimeoutError):
            async with asyncio.timeout(PROBE_S):
                await self._process.wait()
        code = self._process.returncode
        if code is None:
            return ""
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"the model's process ended ({how}); its log is {self.log_path}"

    async def is_healthy(self) -> bool:
        """Whether the server answers within a moment."""
        try:
            await self._ask("/health")
        except ServiceError:
            return False
        return True

    async def is_busy(self) -> bool:
        """Whether the model still works on a request, or does not say that it does not."""
        try:
            slots = msgspec.json.decode(await self._ask("/slots"), type=list[_Slot])
        except (ServiceError, msgspec.DecodeError):
            return True
        return any(slot.is_processing for slot in slots)

    async def _ask(self, path: str) -> bytes:
        if self._http is None:
            raise ServiceError("the model is not loaded")
        return await self._http.fetch("GET", path)

    async def end(self) -> None:
        """Kill the process and wait until it is gone; it keeps nothing that could be lost.  Safe to call twice."""
        self._is_ended = True
        self.url = ""
        if self._http:
            await self._http.close()
        if self._process:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def _environment() -> dict[str, str]:
    """Ours, and: spinning barriers off (they starve everything else on two cores), our package to be found."""
    root = str(Path(desktop_app.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONPATH": path}
