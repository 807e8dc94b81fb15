"""A reply that grows, against what Qt offers: `QPlainTextEdit` with plain words, and `setMarkdown` once a frame.

Run: python tests/benchmarks/streaming.py [ROUNDS].  Every figure is CPU time of the window's thread, a frame being one
change and the painting of it, the view following the end.  The rivals are measured in the same run, in turns.
`setMarkdown` is sampled at evenly spaced lengths, since its cost depends on the text alone, and summed up for all.
"""

import os
import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextBrowser, QWidget

from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Author, Message, Status
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from tests.benchmarks.frames import HEAD, Check, Frames, judged, measured, pieces, row
from tests.gui.conversation import NOON, question
from tests.markdown_documents import make

WIDTH, HEIGHT = 900, 700
SAMPLES = 30
BLOCKS = {"fence": 3.0, "list": 3.0, "table": 4.0, "paragraph": 6.0}


def growing(number: int, text: str = "") -> Message:
    """A reply that is being written."""
    return Message(
        MessageId(f"m{number}"), ThreadId("t"), Author.ASSISTANT, text, Status.WRITING, NOON, number
    )


class Transcript:
    """Nitka's own view."""

    def __init__(self, app: QApplication) -> None:
        self.view = TranscriptView(Theme(resources_dir(), app))
        show(self.view)
        self.reply = growing(1)
        self.view.show_thread([question(0), self.reply])
        QApplication.processEvents()
        self._length = 0

    def put(self, piece: str) -> None:
        """The next piece of the text."""
        self.view.edit(self.reply.id, TextEdit(self._length, piece))
        self._length += len(piece)

    def close(self) -> None:
        """Done."""
        self.view.clear()
        self.view.close_threads()
        close(self.view)


class PlainAppend:
    """Plain words put at the end of a `QPlainTextEdit` that follows it."""

    def __init__(self, app: QApplication) -> None:
        self._edit = QPlainTextEdit()
        self._edit.setReadOnly(True)
        self._edit.setUndoRedoEnabled(False)
        show(self._edit)

    def put(self, piece: str) -> None:
        """The next piece of the text."""
        cursor = QTextCursor(self._edit.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(piece)
        bar = self._edit.verticalScrollBar()
        bar.setValue(bar.maximum())

    def close(self) -> None:
        """Done."""
        close(self._edit)


def show(widget: QWidget) -> None:
    widget.resize(WIDTH, HEIGHT)
    widget.show()
    QApplication.processEvents()


def close(widget: QWidget) -> None:
    widget.close()
    widget.deleteLater()
    QApplication.processEvents()


def streamed(kind: type[Transcript] | type[PlainAppend], app: QApplication, frames: list[str]) -> Frames:
    """The cost of every frame."""
    shown = kind(app)
    result = measured(partial(shown.put, piece) for piece in frames)
    shown.close()
    return result


def set_markdown_total_s(frames: list[str]) -> float:
    """What `setMarkdown` with the whole text so far would cost, once a frame."""
    browser = QTextBrowser()
    show(browser)
    text = "".join(frames)
    length = len(frames[0])
    counts = [round(len(frames) * (index + 0.5) / SAMPLES) for index in range(SAMPLES)]

    def steps() -> Iterator[Callable[[], object]]:
        for count in counts:
            yield partial(follow, browser, text[: count * length])

    mean_ms = statistics.mean(measured(steps()).ms)
    close(browser)
    return mean_ms * len(frames) / 1000


def follow(browser: QTextBrowser, text: str) -> None:
    browser.setMarkdown(text)
    bar = browser.verticalScrollBar()
    bar.setValue(bar.maximum())


def mixed(app: QApplication, rounds: int) -> list[Check]:
    """100 KB of everything; name, figure and gate of each check."""
    frames = pieces(make(100_000, "mixed", 7), 20, 4)
    ours: list[Frames] = []
    plain: list[Frames] = []
    for turn in range(rounds):
        for kind in (Transcript, PlainAppend) if turn % 2 else (PlainAppend, Transcript):
            (ours if kind is Transcript else plain).append(streamed(kind, app, frames))
    markdown_s = set_markdown_total_s(frames)
    best = min(ours, key=lambda one: one.total_s)
    print(row("100 KB mixed, 4 pieces a frame", best))
    print(row("  QPlainTextEdit append", min(plain, key=lambda one: one.total_s)))
    print(f"{'  setMarkdown once a frame':34}{markdown_s:9.2f}")
    double = streamed(Transcript, app, pieces(make(200_000, "mixed", 7), 20, 4))
    print(row("200 KB mixed, 4 pieces a frame", double))
    ratios = [one.total_s / other.total_s for one, other in zip(ours, plain, strict=True)]
    return [
        ("100 KB over plain append (median of pairs)", statistics.median(ratios), 1.0),
        ("100 KB over setMarkdown a frame", best.total_s / markdown_s, 1 / 30),
        ("100 KB p99 frame, ms", best.percentile(0.99), 6),
        ("100 KB max frame, ms", max(best.ms), 12),
        ("100 KB growth", best.growth, 1.3),
        ("200 KB over 100 KB", double.total_s / best.total_s, 2.3),
    ]


def blocks(app: QApplication) -> list[Check]:
    """50 KB of one kind of block."""
    checks = []
    for kind, gate in BLOCKS.items():
        frames = streamed(Transcript, app, pieces(make(50_000, kind, 7), 20, 4))
        print(row(f"50 KB {kind}", frames))
        checks += [
            (f"50 KB {kind} mean, ms", frames.mean, gate),
            (f"50 KB {kind} growth", frames.growth, 1.3),
        ]
    return checks


def fast(app: QApplication) -> list[Check]:
    """1,000 pieces a second, and a megabyte."""
    frames = streamed(Transcript, app, pieces(make(200_000, "mixed", 7), 20, 16))
    print(row("200 KB, 16 pieces a frame (1,000/s)", frames))
    large = streamed(Transcript, app, pieces(make(1_000_000, "mixed", 7), 20, 16))
    print(row("1 MB, 16 pieces a frame", large))
    return [
        ("1,000 pieces/s mean, ms", frames.mean, 6),
        ("1,000 pieces/s p99, ms", frames.percentile(0.99), 14),
        ("1 MB growth", large.growth, 1.3),
    ]


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    app = QApplication(sys.argv[:1])
    streamed(
        Transcript, app, pieces(make(5_000, "mixed", 1), 20, 4)
    )  # fonts and imports are not what is measured
    print(HEAD)
    checks = [*mixed(app, rounds), *blocks(app), *fast(app)]
    return judged(checks)


if __name__ == "__main__":
    sys.exit(main())
