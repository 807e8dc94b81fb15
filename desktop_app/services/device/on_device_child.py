"""The on-device model's own process: llama.cpp's server on loopback, for the process that started it and for as long.

Run as ``python -m desktop_app.services.device.on_device_child``.  One JSON line on stdin says what to serve::

    {"model": "FILE.gguf", "name": "...", "key": "...", "n_ctx": 4096, "log": "FILE.log"}

JSON lines on stdout say how far it is: ``{"loading": null}`` (the runtime has no progress to tell), then
``{"url": "http://127.0.0.1:PORT"}`` or ``{"failed": "why"}``.  It ends when stdin closes.

The runtime writes what it does to stderr, which becomes the log file; it does not write which requests came, so a small
relay in front of it does: method, path, status, and nothing of what was said.  The key guards the runtime's own port.
"""

import asyncio
import io
import json
import os
import signal
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from desktop_app.hardening import harden

LOG_BYTES = 1 << 20
# Warnings, and one line for each step of a task; prompts and replies appear from 5 on.
VERBOSITY = 3
PING_S = 5
CACHE_MIB = 256


def main() -> None:
    """Serve until stdin closes."""
    harden()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the parent
    wanted = json.loads(stdin().readline() or b"{}")
    if not wanted:
        return
    end_with_stdin()
    log = BoundedLog(wanted["log"])
    tell(loading=None)
    try:
        server = start_server(wanted)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent has to hear of it
        log.write(f"failed: {type(error).__name__}: {error}")
        tell(failed=f"{type(error).__name__}: {error}")
        os._exit(1)
    asyncio.run(relay(server.listening_address, log))


def stdin() -> io.FileIO:
    """Standard input without a buffer, which would swallow more than was asked for."""
    return io.FileIO(0, closefd=False)


def tell(**fact: object) -> None:
    """One line for the parent."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


def end_with_stdin() -> None:
    """End this process, in whatever it is, when the parent closes the pipe or is killed.

    The thread does that while the model works, since the runtime works outside the interpreter's lock.  It loads under
    the lock, though, for seconds; there the kernel's SIGIO ends the process, whose default action is just that.  On
    other systems than Linux an orphan ends when it has loaded.
    """
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    # Also covers a parent that was gone before the line above.
    threading.Thread(target=_wait_for_the_end, name="stdin", daemon=True).start()


def _wait_for_the_end() -> None:
    pipe = stdin()
    while pipe.read(1024):
        pass
    os._exit(0)


def start_server(wanted: dict[str, Any]) -> Any:
    """Load the model and listen on a free port of 127.0.0.1; returns once both are done."""
    import xllamacpp

    threads = max(1, (os.cpu_count() or 2) - 1)
    params = xllamacpp.CommonParams()
    params.model.path = wanted["model"]
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [wanted["key"]]
    params.model_alias = {wanted["name"]}
    params.ui, params.offline, params.verbosity = False, True, VERBOSITY
    params.n_ctx, params.n_parallel, params.cache_ram_mib = wanted["n_ctx"], 1, CACHE_MIB
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.sse_ping_interval = PING_S
    return xllamacpp.Server(params)


class BoundedLog:
    """The log file, which stderr becomes too; emptied when it has grown over the limit.

    Lines of the runtime begin with seconds since its start, ours with the time of day.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(self._file, 2)
        self.write(f"process {os.getpid()} started")

    def write(self, line: str) -> None:
        """Append a line."""
        if os.fstat(self._file).st_size > LOG_BYTES:
            os.ftruncate(self._file, 0)
        os.write(self._file, f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {line}\n".encode())


async def relay(upstream: str, log: BoundedLog) -> None:
    """Listen, say where, and pass every connection on to ``upstream``."""
    address = urlsplit(upstream)

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _pass_on(reader, writer, address.hostname or "", address.port or 0, log)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # somebody hung up, which the log line says
        finally:
            writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    tell(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, log: BoundedLog
) -> None:
    """One request: its first line and the reply's first line are read, all else is passed on unseen."""
    first = await reader.readuntil(b"\r\n")
    method, path, *_ = first.decode("latin-1").split(" ")
    what = f"{method} {path.partition('?')[0]}"
    from_model, to_model = await asyncio.open_connection(host, port)
    try:
        # One request a connection, so that the next one is seen too; the first of two such headers counts.
        to_model.write(first + b"Connection: close\r\n")
        directions = [
            asyncio.create_task(_copy(reader, to_model)),
            asyncio.create_task(_answer(from_model, writer, what, log)),
        ]
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)
    finally:
        to_model.close()


async def _answer(
    from_model: asyncio.StreamReader, writer: asyncio.StreamWriter, what: str, log: BoundedLog
) -> None:
    status = "hung up before the reply"
    try:
        first = await from_model.readuntil(b"\r\n")
        status = first.split(b" ")[1].decode("latin-1")
    finally:
        log.write(f"{what} {status}")
    writer.write(first)
    await _copy(from_model, writer)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()


if __name__ == "__main__":
    main()
