"""Programs on this machine that answer calls.

A program is started as its function says and never through a shell; of the call it gets nothing but the arguments as
one line of JSON on its standard input, so that no word of a model becomes a path, an option or a command.  It works in
a folder of its own and is not told what the environment keeps secret.  Nothing else confines it: it may do whatever the
user may.

A program that is ended (at its limits, or because the user stopped it) is ended with all that it started.  One that
ends by itself has answered, and what it leaves running on purpose (a window that it opened, a server) goes on: it is
not Nitka's to end.  Nobody reads what that prints from then on.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.domain.tools import CallStatus, Command

KILOBYTE = 1024
STANDARD_ERROR = 2
# What is kept of the standard error: its end, where programs say why they failed.
ERRORS_KEPT = 4 * KILOBYTE
SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASS", "_PWD", "CREDENTIAL")
# An address with a user and a password.
SECRET_VALUE = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
FOLDER_MODE = 0o700
# How long a process that was killed may take to be gone; some may not be killed, or hang in the system.
END_S = 5.0
# How long the output of a program that has ended is waited for while another still holds it: what was printed comes at
# once, what a pipeline still works on comes soon, and a process in the background would never let it go.
GRACE_S = 1.0


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command: DONE, FAILED or TIMED_OUT.

    ``text`` is for the model, ``note`` for the user: what the program wrote to its standard error.
    """

    status: CallStatus
    text: str
    note: str = ""


async def run_command(command: Command, arguments: str, folder: Path) -> CommandResult:
    """Run ``command`` in ``folder`` with ``arguments`` (JSON on one line) on its standard input.

    It and what it started (on Windows: it alone) are killed at the limits and when this is cancelled.  A program that
    fails is a result, too, and so is what one printed that took too long; nothing is raised.
    """
    following = _Following(command.output_limit_kb * KILOBYTE)
    try:
        await asyncio.to_thread(_make_folder, folder)
        await asyncio.get_running_loop().subprocess_exec(
            lambda: following,
            command.program,
            *command.arguments,
            cwd=folder,
            env=environment(os.environ),
            **_own_group(),
        )
    except (OSError, ValueError) as error:  # ValueError: a zero character, which the system cannot take
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        text = f"The program {command.program!r} could not be started: {reason}."
        return CommandResult(CallStatus.FAILED, text)
    try:
        following.say(arguments.encode() + b"\n")
        has_ended = await _is_soon(following.exited, command.time_limit_s)
        is_whole = has_ended and await _is_soon(following.closed, GRACE_S)
    except asyncio.CancelledError:
        following.kill()
        raise
    finally:
        await following.end()
    return _result(following, command, has_ended=has_ended, is_whole=is_whole)


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What a program is told of the environment: all but what looks like a secret."""
    return {
        name: value
        for name, value in inherited.items()
        if not any(part in name.upper() for part in SECRET_NAMES) and not SECRET_VALUE.search(value)
    }


class _Following(asyncio.SubprocessProtocol):
    """Keeps what a process says: the start of its output and the end of its errors.

    ``exited``: the process is gone; ``closed``: so are all who had its pipes.  More output than ``limit`` bytes kills
    it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.output, self.errors = bytearray(), bytearray()
        self.is_cut = False
        self.exited, self.closed = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self.transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == STANDARD_ERROR:
            self.errors += data
            del self.errors[:-ERRORS_KEPT]
        elif not self.is_cut:
            self.output += data
            self.is_cut = len(self.output) > self._limit
            if self.is_cut:
                del self.output[self._limit :]
                self.kill()

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def say(self, words: bytes) -> None:
        """Write ``words`` to the standard input and close it; a program that does not listen is no fault."""
        pipe = self.transport.get_pipe_transport(0)
        assert isinstance(pipe, asyncio.WriteTransport)
        pipe.write(words)
        pipe.close()

    async def end(self) -> None:
        """See that the process is gone, if it may be killed, and listen no more."""
        if not self.exited.is_set():
            self.kill()
        with suppress(PermissionError):
            self.transport.close()
        await _is_soon(self.exited, END_S)

    def kill(self) -> None:
        """End the process and, where the system knows groups of them, all that it started."""
        with suppress(ProcessLookupError, PermissionError):  # the second: it runs as another user
            if sys.platform == "win32":
                self.transport.kill()
            else:
                os.killpg(self.transport.get_pid(), signal.SIGKILL)


async def _is_soon(event: asyncio.Event, seconds: float) -> bool:
    """Whether ``event`` is set within ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _result(following: _Following, command: Command, *, has_ended: bool, is_whole: bool) -> CommandResult:
    """``has_ended``: by itself or at the size limit; ``is_whole``: nobody holds its output any more."""
    text, note = _text(following.output), _text(following.errors)
    if following.is_cut:
        text = f"{text}\n[The output is cut here: it was longer than {command.output_limit_kb} KB.]"
        return CommandResult(CallStatus.DONE, text, note)
    if not has_ended:
        ended = f"The program was ended after {command.time_limit_s} s, its time limit."
        said = f"{ended}\nUntil then it printed:\n{text}" if text.strip() else ended
        return CommandResult(CallStatus.TIMED_OUT, said, note)
    if exit_code := following.transport.get_returncode():
        said = note.strip() or text.strip()
        failed = f"The program failed with exit code {exit_code}."
        return CommandResult(CallStatus.FAILED, f"{failed}\n{said}" if said else failed, note)
    if not is_whole:
        left = "[The program has ended; what it left running may print more, which is not read.]"
        text = f"{text.rstrip()}\n{left}".lstrip()
    return CommandResult(CallStatus.DONE, text, note)


def _text(data: bytearray) -> str:
    return data.decode("utf-8", "replace")


def _own_group() -> dict[str, Any]:
    """A session of its own, so that what the program starts is found and killed with it."""
    if sys.platform == "win32":
        import subprocess

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
