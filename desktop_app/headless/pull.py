"""The command that brings assistants and threads from a service that holds them."""

import argparse
import sys
import time
from concurrent.futures import Future

from desktop_app.controllers.facts import PullProgressed
from desktop_app.domain.remote import PullCounts, PullProgress
from desktop_app.headless.command import OK, STOPPED, Asked

LINE_S = 1.0
"""Where progress does not go to a terminal, a line of it comes this often, and at each stage."""


def add_words(parser: argparse.ArgumentParser) -> None:
    """The words of ``pull``."""
    parser.add_argument("--connection", required=True, metavar="NAME")


def run(asked: Asked) -> int:
    """Pull, with progress on standard error; what was brought stays when it is stopped, and the next one goes on."""
    connection_id = asked.connection(asked.options.connection).id
    pulling = asked.backend.worker.call(asked.backend.pull.pull(connection_id))
    pulling.add_done_callback(lambda _: asked.facts.put(None))
    progress = _Progress()
    try:
        _follow(asked, pulling, progress)
        counts = pulling.result()
    except KeyboardInterrupt:
        asked.wait(asked.backend.pull.stop(connection_id))
        progress.end()
        print(f"stopped; {_in_words(pulling.result())}")
        return STOPPED
    print(_in_words(counts))
    return OK


def _follow(asked: Asked, pulling: "Future[PullCounts]", progress: "_Progress") -> None:
    while not pulling.done():
        match asked.facts.get():
            case PullProgressed(told):
                progress.show(told)
    progress.end()


class _Progress:
    """One line that is written over and over on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._stage = ""
        self._shown_s = 0.0

    def show(self, told: PullProgress) -> None:
        """Show how far it is."""
        line = f"{told.stage}: {_in_words(told.counts)}"
        now_s = time.monotonic()
        if self._is_terminal:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif told.stage != self._stage or now_s - self._shown_s >= LINE_S:
            print(line, file=sys.stderr, flush=True)
            self._shown_s = now_s
        self._stage = told.stage

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._stage:
            print(file=sys.stderr)


def _in_words(counts: PullCounts) -> str:
    said = (
        f"assistants: {counts.assistants}, new versions: {counts.versions},"
        f" threads: {counts.threads}, new messages: {counts.new_messages}"
    )
    return f"{said}, assistants left as they are here: {counts.kept}" if counts.kept else said
