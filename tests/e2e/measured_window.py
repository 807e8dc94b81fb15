"""The program with a clock in its window's loop, which tells the turns that came late.

Run: python -m tests.e2e.measured_window TURNS [WORDS OF NITKA].  Each line of the file TURNS is a late turn: when it
was wanted and when it came (seconds of the machine's monotonic clock), and how long the thread waited for a processor
meanwhile.  Without the program, for what the machine itself does to a loop: python -m tests.e2e.measured_window TURNS
--idle.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer

from desktop_app import session
from desktop_app.__main__ import main
from desktop_app.startup import Opened
from desktop_app.store.profile import Profile

BEAT_MS = 5
TOLD_S = 0.02


class Clock(QObject):
    """Wants a turn every BEAT_MS."""

    def __init__(self, told: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._told = told.open("a", buffering=1)
        self._delay_s = waited_s()
        self._wanted_s = time.monotonic()
        beat = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        beat.timeout.connect(self._turn)
        beat.start()

    def _turn(self) -> None:
        now_s, delay_s = time.monotonic(), waited_s()
        if now_s - self._wanted_s > TOLD_S:
            self._told.write(f"{self._wanted_s} {now_s} {delay_s - self._delay_s}\n")
        self._wanted_s, self._delay_s = now_s + BEAT_MS / 1000, delay_s


def waited_s() -> float:
    """How long this thread was ready to run in its life, and did not."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def run(told: Path, words: list[str]) -> int:
    """Nitka with ``words``, measured from the first paint on."""
    live = session.live

    def measured(opened: Opened, profile: Profile) -> int:
        Clock(told, opened.app)
        return live(opened, profile)

    session.live = measured
    return main(words)


if __name__ == "__main__":
    if sys.argv[2:] == ["--idle"]:
        app = QCoreApplication([])
        Clock(Path(sys.argv[1]), app)
        sys.exit(app.exec())
    sys.exit(run(Path(sys.argv[1]), sys.argv[2:]))
