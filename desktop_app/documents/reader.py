"""The process that reads documents, seen from the parent: started when something is to be read, replaced when it dies.

Whatever it dies of is the fault of the file it was reading; the next one gets a fresh process.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import msgspec

import desktop_app
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.documents.wire import (
    LENGTH,
    Cut,
    Done,
    Opened,
    Part,
    Read,
    Refused,
    Reply,
    Request,
    framed,
)
from desktop_app.domain.files import Chunking, FileFault

log = logging.getLogger(__name__)

SILENCE_S = 60.0
FILE_S = 900.0

_MODULE = "desktop_app.documents.child"


class DocumentReader:
    """Lives on one loop and does one thing at a time; the limits are seconds of waiting for the child."""

    def __init__(self, *, silence_s: float = SILENCE_S, file_s: float = FILE_S) -> None:
        self._silence_s = silence_s
        self._file_s = file_s
        self._process: asyncio.subprocess.Process | None = None
        self._is_killed = False
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Reply)

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        return self._process.pid if self._process else None

    async def read(self, path: Path, first: int, chunking: Chunking) -> AsyncGenerator[Opened | Part, None]:
        """Opened, then the parts from ``first`` on, as ``wire.Read`` has it; leaving early ends the process.

        Raises UnreadableError, and OSError when no process can be started.
        """
        request = Read(str(path), first, chunking.tokens, chunking.overlap)
        async with aclosing(self._answers(request)) as replies:
            async for reply in replies:
                yield reply

    async def cut(self, texts: Sequence[str], chunking: Chunking) -> list[Part]:
        """The words and chunks of each of ``texts``.  Raises UnreadableError, OSError."""
        request = Cut(list(texts), chunking.tokens, chunking.overlap)
        async with aclosing(self._answers(request)) as replies:
            return [reply async for reply in replies if isinstance(reply, Part)]

    async def end(self) -> None:
        """Kill the process, if there is one, and wait until it is gone; again, when the waiting was cancelled."""
        if self._process:
            if not self._is_killed:
                self._is_killed = True
                with suppress(ProcessLookupError):
                    self._process.kill()
            await self._process.communicate()  # asyncio waits until what it wrote last is read
            self._process, self._is_killed = None, False

    async def _answers(self, request: Request) -> AsyncGenerator[Opened | Part, None]:
        is_over = False
        left_s = self._file_s
        try:
            process = await self._started()
            await self._send(process, request)
            while True:
                began = time.monotonic()
                reply = await self._next(process, min(self._silence_s, left_s))
                left_s -= time.monotonic() - began
                match reply:
                    case Done():
                        is_over = True
                        return
                    case Refused(fault, detail):
                        is_over = fault is not FileFault.BOMB  # which may have left it short of memory
                        raise UnreadableError(fault, detail)
                    case _:
                        yield reply
        finally:
            if not is_over:
                await self.end()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._is_killed or (self._process and self._process.returncode is not None):
            await self.end()
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # what lies in the current folder is not ours to import
                "-m",
                _MODULE,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
            log.info("documents are read by process %d", self._process.pid)
        return self._process

    async def _send(self, process: asyncio.subprocess.Process, request: Request) -> None:
        assert process.stdin
        process.stdin.write(framed(request))
        with suppress(OSError):  # a child that is gone says so on stdout, by ending it
            await process.stdin.drain()

    async def _next(self, process: asyncio.subprocess.Process, limit_s: float) -> Reply:
        assert process.stdout
        try:
            async with asyncio.timeout(limit_s):
                length = await process.stdout.readexactly(LENGTH.size)
                body = await process.stdout.readexactly(*LENGTH.unpack(length))
        except TimeoutError as error:
            raise UnreadableError(FileFault.TOO_SLOW, f"nothing was read for {limit_s:.0f} s") from error
        except (asyncio.IncompleteReadError, OSError) as error:
            code = await process.wait()
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise UnreadableError(FileFault.BROKEN, f"reading it ended the process ({how})") from error
        reply: Reply = self._decoder.decode(body)
        return reply


def _environment() -> dict[str, str]:
    """Ours, and: our package to be found, UTF-8 for what a library reads."""
    root = str(Path(desktop_app.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"}
