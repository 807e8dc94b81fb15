"""What frames cost: CPU time of the window's thread for one change and the painting of it."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtWidgets import QApplication


class Frames(NamedTuple):
    """CPU milliseconds of every frame, in order."""

    ms: list[float]

    @property
    def total_s(self) -> float:
        """CPU seconds of all."""
        return sum(self.ms) / 1000

    @property
    def mean(self) -> float:
        """Mean of all frames."""
        return statistics.mean(self.ms)

    def percentile(self, share: float) -> float:
        """The frame that ``share`` of all do not exceed."""
        return sorted(self.ms)[min(len(self.ms) - 1, int(len(self.ms) * share))]

    @property
    def growth(self) -> float:
        """Mean of the last fifth over the mean of the first; 1.0 does not grow."""
        fifth = max(1, len(self.ms) // 5)
        return statistics.mean(self.ms[-fifth:]) / statistics.mean(self.ms[:fifth])


def measured(steps: Iterable[Callable[[], object]]) -> Frames:
    """Run each step and paint what it changed."""
    app = QApplication.instance()
    assert app is not None
    times = []
    gc.collect()
    gc.disable()
    try:
        for step in steps:
            began = time.thread_time()
            step()
            app.processEvents()
            times.append((time.thread_time() - began) * 1000)
    finally:
        gc.enable()
    return Frames(times)


def pieces(text: str, length: int, a_frame: int) -> list[str]:
    """What arrives frame by frame: ``a_frame`` pieces of ``length`` characters."""
    step = length * a_frame
    return [text[start : start + step] for start in range(0, len(text), step)]


def row(name: str, frames: Frames, *more: str) -> str:
    """One line of a table."""
    numbers = (frames.total_s, frames.mean, frames.percentile(0.5), frames.percentile(0.99), max(frames.ms))
    return (
        f"{name:34}"
        + "".join(f"{number:9.2f}" for number in (*numbers, frames.growth))
        + "  ".join(("", *more))
    )


HEAD = f"{'':34}{'total s':>9}{'mean':>9}{'p50':>9}{'p99':>9}{'max ms':>9}{'growth':>9}"


SLACK = 1.5
"""Times in milliseconds may be over their gate by so much on a slower machine; ratios may not."""

Check = tuple[str, float, float]
"""Name, figure, gate; a name that ends in "ms" is a time, any other a ratio."""


def judged(checks: Iterable[Check]) -> int:
    """Print every check; 0 when all hold, as a program's exit status."""
    print(f"\n{'':46}{'measured':>9}{'gate':>9}")
    is_over = False
    for name, figure, gate in checks:
        limit = gate * SLACK if name.endswith("ms") else gate
        is_over |= figure > limit
        word = "OVER" if figure > limit else "within the slack" if figure > gate else ""
        print(f"{name:46}{figure:9.3f}{gate:9.3f}  {word}")
    return int(is_over)
