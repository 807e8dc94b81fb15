"""Cold start to the painted window, in CPU time, against an empty three-pane window of PySide6.

Run: python tests/benchmarks/startup.py [ROUNDS].  Nitka is started as the user starts it and is cut off where its
quick start ends: with the first paint.  The two alternate, each in a process of its own, in turns first and second, so
that a busy machine slows both; the middle of the ratios of the pairs is what the gate of 1.6 looks at.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

GATE = 1.6
ROOT = Path(__file__).parents[2]
LEAVE = "import os, time; print(time.process_time()); sys.stdout.flush(); os._exit(0)\n"
NITKA = f"""
import sys
from desktop_app import __main__, quick_start
def painted():
    {LEAVE}
quick_start.end = painted
__main__.main(["--profile", sys.argv[1], "--language", "en"])
"""
EMPTY = f"""
import sys
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import (
    QApplication, QListView, QMainWindow, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget,
)
app = QApplication(sys.argv[:1])
loop = QEventLoop()
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Expose:
            QTimer.singleShot(0, loop.quit)
        return False
window = QMainWindow()
panes = QSplitter()
messages = QWidget()
column = QVBoxLayout(messages)
column.addWidget(QListView())
column.addWidget(QPlainTextEdit())
for pane in (QListView(), QListView(), messages):
    panes.addWidget(pane)
window.setCentralWidget(panes)
window.resize(1200, 780)
window.show()
painted = Painted()
window.windowHandle().installEventFilter(painted)
if window.windowHandle().isExposed():
    QTimer.singleShot(0, loop.quit)
loop.exec()
{LEAVE}"""


def cpu_s(program: str, profile: str) -> float:
    """CPU seconds of one start, from the interpreter's first instruction to the painted window."""
    words = [sys.executable, "-c", program, profile]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    return float(done.stdout)


def measured(rounds: int, profile: str) -> tuple[list[float], list[float]]:
    """CPU seconds of Nitka and of the empty window, round by round, after one start of each that is not counted."""
    times: dict[str, list[float]] = {NITKA: [], EMPTY: []}
    for turn in range(-1, rounds):
        for program in (NITKA, EMPTY) if turn % 2 else (EMPTY, NITKA):
            spent = cpu_s(program, profile)
            if turn >= 0:
                times[program].append(spent)
    return times[NITKA], times[EMPTY]


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the second start of a user finds compiled modules
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as profile:
        nitka, empty = measured(rounds, profile)
    print(f"{'':24}{'min':>8}{'median':>8}{'max':>8}   CPU s, {rounds} rounds")
    for name, times in (("Nitka", nitka), ("empty three panes", empty)):
        print(f"{name:24}{min(times):8.3f}{statistics.median(times):8.3f}{max(times):8.3f}")
    ratio = statistics.median(one / other for one, other in zip(nitka, empty, strict=True))
    print(
        f"{'ratio':24}{min(nitka) / min(empty):8.2f}{ratio:8.2f}   of the minima; median of pairs, gate {GATE}"
    )
    return 0 if ratio <= GATE else 1


if __name__ == "__main__":
    sys.exit(main())
