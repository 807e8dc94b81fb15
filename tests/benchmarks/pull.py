"""Pulling a large folder while the window is open: time, memory, and what the window notices of it.

Run: python tests/benchmarks/pull.py [ASSISTANTS THREADS MESSAGES].  The server is another process on the same machine.
"Turns" is how late the window's loop comes back to somebody who wanted it in 5 ms, "work" what the window's thread
computed meanwhile, "store" how long a reader of the store waits for a thread's messages.
"""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # the key stays in memory

import qasync
from PySide6.QtWidgets import QApplication

from desktop_app.controllers.backend import Backend
from desktop_app.domain.connections import Auth, Connection, ConnectionKind
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.remote import PullCounts
from desktop_app.domain.secret import Secret
from desktop_app.qt.bridge import Bridge
from desktop_app.qt.intents import Intents
from desktop_app.session import serve
from desktop_app.store.profile import Profile
from tests.assistants_folder import FOLDER
from tests.benchmarks.frames import judged
from tests.conftest import until
from tests.gui.living_window import make_backend, make_window
from tests.servers import KEY

ROOT = Path(__file__).parents[2]
SIZE = ("200", "2000", "50000")
BEAT_S, LOOK_S = 0.005, 0.1


class Watch:
    """How late the turns of the window come, how long the store lets it wait, and how much memory it has."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.late_ms: list[float] = []
        self.work_ms: list[float] = []
        self.store_ms: list[float] = []
        self.memory_mb = [resident_mb()]

    async def beat(self) -> None:
        while True:
            began_s, cpu_s = time.monotonic(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            self.late_ms.append((time.monotonic() - began_s - BEAT_S) * 1000)
            self.work_ms.append((time.thread_time() - cpu_s) * 1000)

    async def look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.memory_mb.append(resident_mb())
            newest = (await self._backend.conversations.threads())[:1]
            began_s = time.monotonic()
            for thread in newest:
                await self._backend.conversations.window_around(thread.id, None, count=50)
            self.store_ms.append((time.monotonic() - began_s) * 1000)


def resident_mb() -> float:
    """Memory of this process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measure(app: QApplication, folder: Path, base_url: str) -> int:
    profile = Profile.at(folder)
    opened = make_window(app, profile)
    bridge = Bridge()
    backend = make_backend(profile, bridge)
    connection = Connection(
        ConnectionId(""), ConnectionKind.ASSISTANT_API, "Held", base_url, Auth.API_KEY, folder=FOLDER
    )
    connection, _ = await backend.worker.ask(backend.connections.save(connection, Secret(KEY)))
    intents, leaving = Intents(backend, bridge), asyncio.Event()
    opened.window.closed.connect(leaving.set)
    living = asyncio.create_task(serve(opened, profile, backend, intents, leaving))
    await until(lambda: opened.window.messages.thread_id is not None)
    watch = Watch(backend)
    watching = [asyncio.create_task(watch.beat()), asyncio.create_task(watch.look())]
    began_s, cpu_s = time.monotonic(), time.thread_time()
    counts = await backend.worker.ask(backend.pull.pull(connection.id))
    took_s, cpu_s = time.monotonic() - began_s, time.thread_time() - cpu_s
    again_s = time.monotonic()
    await backend.worker.ask(backend.pull.pull(connection.id))
    again_s = time.monotonic() - again_s
    for task in watching:
        task.cancel()
    await asyncio.wait(watching)
    opened.window.close()
    await living
    return report(watch, counts, took_s, cpu_s, again_s)


def report(watch: Watch, counts: PullCounts, took_s: float, cpu_s: float, again_s: float) -> int:
    print(f"{counts.assistants} assistants, {counts.threads} threads, {counts.messages} messages")
    print(f"first pull            {took_s:.1f} s, {counts.messages / took_s:.0f} messages a second")
    print(f"second pull           {again_s:.1f} s")
    print(f"turns                 p50 {percentile(watch.late_ms, 0.5):.1f} ms")
    print(f"store                 p50 {percentile(watch.store_ms, 0.5):.1f} ms")
    return judged(
        [
            ("window's thread, share of a core", cpu_s / took_s, 0.25),
            ("turns p99, ms", percentile(watch.late_ms, 0.99), 16),
            ("longest turn, ms", max(watch.late_ms), 100),
            ("longest work, ms", max(watch.work_ms), 50),
            ("store p99, ms", percentile(watch.store_ms, 0.99), 100),
            ("memory, growth at its peak, MB", max(watch.memory_mb) - watch.memory_mb[0], 60),
        ]
    )


def main() -> int:
    assistants, threads, messages = sys.argv[1:4] if len(sys.argv) > 3 else SIZE
    size = ["--assistants", assistants, "--threads", threads, "--messages", messages]
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    words = [sys.executable, "-m", "tests.assistants_server", *size]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server,
        asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner,
    ):
        assert server.stdout is not None
        base_url = server.stdout.readline().strip()
        try:
            return runner.run(measure(app, Path(folder), base_url))
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
