"""Cold start to the painted window, in CPU time, against an empty three-pane window of PySide6.

Run: python tests/benchmarks/startup.py [ROUNDS].  The two alternate, each in a process of its own; the gate is 1.6.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

GATE = 1.6
ROOT = Path(__file__).parents[2]
NITKA = """
import sys
from pathlib import Path
from desktop_app.startup import make_application, open_window, wait_for_first_paint
from desktop_app.store.profile import Profile
profile = Profile.at(Path(sys.argv[1]))
profile.prepare()
opened = open_window(make_application(), profile, "en")
wait_for_first_paint(opened.window)
"""
EMPTY = """
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
"""
LEAVE = "\nimport os, time; print(time.process_time()); sys.stdout.flush(); os._exit(0)\n"


def cpu_s(program: str, profile: str) -> float:
    """CPU seconds of one start, from the interpreter's first instruction to the painted window."""
    words = [sys.executable, "-c", program + LEAVE, profile]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    return float(done.stdout)


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the second start of a user finds compiled modules
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as profile:
        for program in (NITKA, EMPTY):
            cpu_s(program, profile)
        pairs = [(cpu_s(NITKA, profile), cpu_s(EMPTY, profile)) for _ in range(rounds)]
    nitka, empty = ([pair[side] for pair in pairs] for side in (0, 1))
    print(f"{'':24}{'min':>8}{'median':>8}{'max':>8}   CPU s, {rounds} rounds")
    for name, times in (("Nitka", nitka), ("empty three panes", empty)):
        print(f"{name:24}{min(times):8.3f}{statistics.median(times):8.3f}{max(times):8.3f}")
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"{'ratio (median of pairs)':24}{ratio:8.2f}          gate {GATE}")
    return 0 if ratio <= GATE else 1


if __name__ == "__main__":
    sys.exit(main())
