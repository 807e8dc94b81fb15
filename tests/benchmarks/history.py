"""Threads of any length: opening, scrolling, jumps, a new width, and the memory that is left afterwards.

Run: python tests/benchmarks/history.py.  Each length is measured in a process of its own, on a real database.  Figures
are CPU time of the window's thread; what it waits for (the store's thread) is not counted, as nobody's window waits.
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.domain.ids import ThreadId, new_id
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.database import Database
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from tests.benchmarks.frames import Check, Frames, judged, measured
from tests.markdown_documents import make
from tests.threads_in_store import put_thread

LENGTHS = (100, 10_000, 100_000)
DISTINCT = 500
WINDOW = 50
WIDTH, HEIGHT = 900, 800
ROUNDS = 5
GATES = {
    "open, ms": 150,
    "100 px p50, ms": 3,
    "100 px p99, ms": 12,
    "600 px p50, ms": 8,
    "600 px p99, ms": 16,
    "jump p50, ms": 18,
    "jump p99, ms": 28,
    "new width, ms": 40,
    "memory, MB": 30,
}
LENGTH_RATIO = 1.5
Answer = TypeVar("Answer")


def texts(count: int) -> list[str]:
    """Messages of about 800 characters; after 500 they come again, and every thread ends with the same ones."""
    distinct = [
        make(500 + random.Random(seed).randrange(600), "mixed", seed) for seed in range(min(count, DISTINCT))
    ]
    return [distinct[(count - 1 - index) % len(distinct)] for index in range(count)]


class Reader:
    """A view on a thread of the store, which supplies what the view wants with the next turns of the loop."""

    def __init__(self, app: QApplication, store: ConversationStore, thread_id: ThreadId) -> None:
        self._store = store
        self._thread_id = thread_id
        self._loop = asyncio.new_event_loop()
        self.supply_s = 0.0
        self.view = TranscriptView(Theme(resources_dir(), app))
        self.view.resize(WIDTH, HEIGHT)
        self.view.messages_wanted.connect(lambda *window: QTimer.singleShot(0, lambda: self._supply(*window)))
        self.view.show()
        QApplication.processEvents()

    def open(self) -> float:
        """CPU milliseconds of the window's thread from the stored window to the painted one."""
        window = self._wait(self._store.window_around(self._thread_id, None, count=WINDOW))
        began = time.thread_time()
        self.view.show_thread(window.messages, {}, window.total)
        QApplication.processEvents()
        return (time.thread_time() - began) * 1000

    def _supply(self, first: int, count: int) -> None:
        began = time.thread_time()
        messages = self._wait(self._store.messages(self._thread_id, first=first, count=count))
        self.supply_s += time.thread_time() - began  # in the program this is the store's thread
        self.view.supply(messages, {})

    def _wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)

    def scrolled(self, by: int, count: int) -> Frames:
        """Frames of scrolling up by ``by`` pixels; what the loop does between frames is not counted."""
        return self._frames([lambda: self.view.scroll_by(-by)] * count)

    def jumped(self, count: int) -> Frames:
        """Frames of jumps by the scroll bar to places all over the thread."""
        bar = self.view.verticalScrollBar()
        chance = random.Random(3)

        def jump() -> None:
            bar.setSliderDown(True)
            bar.setValue(round(bar.maximum() * chance.random()))
            bar.setSliderDown(False)
            QApplication.processEvents()

        return self._frames([jump] * count)

    def _frames(self, steps: list[Callable[[], object]]) -> Frames:
        times = []
        for step in steps:
            waited = self.supply_s
            frame = measured([step])
            times.append(frame.ms[0] - (self.supply_s - waited) * 1000)
            for _ in range(4):  # what is laid out ahead, in idle turns
                QApplication.processEvents()
        return Frames(times)

    def widened(self) -> float:
        """CPU milliseconds of a new width."""
        self.view.resize(WIDTH - 200, HEIGHT)
        return measured([lambda: None]).ms[0]

    def close(self) -> None:
        """Done."""
        self.view.close_threads()
        self._loop.close()


def memory_mb() -> float:
    """Memory of this process that is not a file's."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def one_length(count: int, folder: Path) -> None:
    """Measure a thread of ``count`` messages; print its figures as JSON, in the order of the gates."""
    app = QApplication(sys.argv[:1])
    database = Database(folder / "nitka.db", folder / "backups")
    database.open_blocking()
    thread_id, warm_id = ThreadId(new_id()), ThreadId(new_id())
    put_thread(database, warm_id, texts(20))
    put_thread(database, thread_id, texts(count))
    store = ConversationStore(database)
    warm = Reader(app, store, warm_id)
    warm.open()  # fonts and imports are not what is measured
    warm.scrolled(100, 10)
    reader = Reader(app, store, thread_id)
    before = memory_mb()
    opened = statistics.median(reader.open() for _ in range(ROUNDS))
    smooth, fast, jumps = reader.scrolled(100, 300), reader.scrolled(600, 150), reader.jumped(60)
    grown = memory_mb() - before
    resized = reader.widened()
    figures = [opened]
    for frames in (smooth, fast, jumps):
        figures += [frames.percentile(0.5), frames.percentile(0.99)]
    print(json.dumps([*figures, resized, grown]), flush=True)
    reader.close()
    warm.close()
    database.close_blocking()


def main() -> int:
    if len(sys.argv) == 3:
        one_length(int(sys.argv[1]), Path(sys.argv[2]))
        return 0
    results: dict[int, list[float]] = {}
    for count in LENGTHS:
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, __file__, str(count), folder]
            said = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
        results[count] = json.loads(said.splitlines()[-1])
    checks: list[Check] = []
    for index, (name, gate) in enumerate(GATES.items()):
        checks += [
            (f"{count:,} messages: {name}", figures[index], gate) for count, figures in results.items()
        ]
    opened = [figures[0] for figures in results.values()]
    checks.append(("longest over shortest opening", max(opened) / min(opened), LENGTH_RATIO))
    return judged(checks)


if __name__ == "__main__":
    sys.exit(main())
