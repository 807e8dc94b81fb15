"""From a piece that leaves the server to its pixels: the whole program over loopback HTTP, at 1,000 pieces a second.

Run: python tests/benchmarks/end_to_end.py [SIZE [RATE]].  The server is another process on the same machine; its
clock is ours.  A piece is shown when the view has painted a frame that holds it.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject, Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.qt.bridge import Bridge
from desktop_app.qt.intents import Intents
from desktop_app.session import serve
from desktop_app.store.profile import Profile
from tests.conftest import until
from tests.gui.living_window import composer_of, make_assistant, make_backend, make_window

ROOT = Path(__file__).parents[2]
SETTLE_S, SHORT_S, QUIET_S = 6.0, 1.0, 4.0


class Frames(QObject):
    """Notes after each painting how many characters of the reply it showed."""

    def __init__(self, view: QObject) -> None:
        super().__init__()
        self._view = view
        self.shown: list[tuple[int, int]] = []
        view.viewport().installEventFilter(self)  # type: ignore[attr-defined]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QApplication.postEvent(self, QEvent(QEvent.Type.User))
        return False

    def event(self, event: QEvent) -> bool:
        length = len(self._view.last_reply_text())  # type: ignore[attr-defined]
        if not self.shown or length != self.shown[-1][0]:
            self.shown.append((length, time.monotonic_ns()))
        return True


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measure(app: QApplication, folder: Path, base_url: str, server: "subprocess.Popen[str]") -> bool:
    profile = Profile.at(folder)
    opened = make_window(app, profile)
    bridge = Bridge()
    backend = make_backend(profile, bridge)
    await make_assistant(backend, base_url)
    intents, leaving = Intents(backend, bridge), asyncio.Event()
    opened.window.closed.connect(leaving.set)
    living = asyncio.create_task(serve(opened, profile, backend, intents, leaving))
    await until(lambda: opened.window.messages.thread_id is not None)
    frames = Frames(opened.window.messages.transcript)
    composer = composer_of(opened.window)
    QTest.keyClicks(composer, "Go")
    began, cpu = time.monotonic(), time.thread_time()
    QTest.keyClick(composer, Qt.Key.Key_Return)
    assert server.stdout is not None
    left = json.loads(await asyncio.to_thread(server.stdout.readline))
    await until(lambda: bool(frames.shown) and frames.shown[-1][0] >= left[-1][0])
    share = (time.thread_time() - cpu) / (time.monotonic() - began)
    await asyncio.sleep(SETTLE_S)  # time limits that were set and kept still wake the loop once
    wake_ups = await wake_ups_in(SHORT_S + QUIET_S) - await wake_ups_in(SHORT_S)
    opened.window.close()
    await living
    return report(left, frames.shown, share, wake_ups)


async def wake_ups_in(seconds: float) -> int:
    """How often the window's loop wakes up while nothing happens; the wait itself costs a few."""
    dispatcher = QAbstractEventDispatcher.instance(QThread.currentThread())
    count = 0

    def woken() -> None:
        nonlocal count
        count += 1

    dispatcher.awake.connect(woken)
    await asyncio.sleep(seconds)
    dispatcher.awake.disconnect(woken)
    return count


def report(left: list[list[int]], shown: list[tuple[int, int]], share: float, wake_ups: int) -> bool:
    lengths = [length for length, _ in shown]
    delays = [(shown[bisect_left(lengths, sent)][1] - at) / 1e6 for sent, at in left]
    gaps = [(later[1] - earlier[1]) / 1e6 for earlier, later in itertools.pairwise(shown)]
    rate = len(left) / ((left[-1][1] - left[0][1]) / 1e9)
    print(f"{len(left)} pieces at {rate:.0f} a second, {len(shown)} frames")
    print(
        f"piece sent to shown   p50 {percentile(delays, 0.5):.1f}  p99 {percentile(delays, 0.99):.1f} ms (gate: p50 25)"
    )
    print(f"last piece to shown   {delays[-1]:.1f} ms")
    print(f"between frames        p50 {percentile(gaps, 0.5):.1f}  p99 {percentile(gaps, 0.99):.1f} ms")
    print(f"window's thread       {100 * share:.0f} % of a core (gate: 35)")
    print(f"idle afterwards       {wake_ups} wake-ups in {QUIET_S:.0f} s (gate: 0)")
    return percentile(delays, 0.5) <= 25 and share <= 0.35 and wake_ups <= 0


def main() -> int:
    size = sys.argv[1] if len(sys.argv) > 1 else "100000"
    rate = sys.argv[2] if len(sys.argv) > 2 else "1000"
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    app.setCursorFlashTime(0)  # the system's blinking cursor is not ours
    words = [sys.executable, "-m", "tests.benchmarks.paced_server", size, rate]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server,
        asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner,
    ):
        assert server.stdout is not None
        base_url = server.stdout.readline().strip()
        try:
            return 0 if runner.run(measure(app, Path(folder), base_url, server)) else 1
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
