"""When a code block asks for its colours: at once when it is complete, and ever more seldom while it grows.

A growing block is lexed anew when it is a quarter longer, so that all of it costs a few times the last.  What is left
plain then gets its colours when nothing has come for a while: the code may be over while the message goes on.
"""

import time
import weakref

from PySide6.QtCore import QTimer

from desktop_app.widgets.transcript.blocks.block import Block
from desktop_app.widgets.transcript.blocks.code_lines import CodeLines
from desktop_app.widgets.transcript.blocks.highlighter import Highlighter, is_plain
from desktop_app.widgets.transcript.blocks.lexing import Colours

GROWTH = 1.25
LEAST_INTERVAL_S = 0.25
CHARACTERS_A_SECOND = 50_000
"""How long a pause must be, in characters: a fraction of what is lexed in that time."""


class Colouring:
    """Colours the lines of one block, and tells its environment when they look otherwise."""

    __slots__ = (
        "__weakref__",
        "_asked_at",
        "_asked_length",
        "_block",
        "_changed_at",
        "_highlighter",
        "_is_awaiting",
        "_is_growing",
        "_is_timed",
        "_language",
        "_lines",
        "_unchanged",
    )

    def __init__(self, block: Block, lines: CodeLines, language: str, *, is_growing: bool) -> None:
        self._block = weakref.ref(block)
        self._highlighter: Highlighter | None = block.environment.highlighter
        self._lines = lines
        self._language = language
        self._is_growing = is_growing
        self._is_awaiting = False
        self._is_timed = False
        self._asked_at = 0.0
        self._asked_length = 0
        self._changed_at = 0.0
        self._unchanged = 0  # lines of the last request that are still as they were

    def set_language(self, language: str) -> None:
        """Everything is lexed anew."""
        self._language = language
        self._asked_length = 0
        self._lines.set_colours(())

    def lines_changed(self, first: int, stable: int) -> int | None:
        """The lines from ``first`` on are others; the first ``stable`` ones stay as they are.

        Returns the first line whose colours are others for that, or None.
        """
        self._unchanged = min(self._unchanged, first)
        if not self._is_growing:
            return self._ask(len(self._lines.lines))
        length = self._lines.length_of(stable)
        if self._highlighter is None or is_plain(self._language, length):
            return None
        self._changed_at = time.monotonic()
        self._start_timer()
        is_longer = length > GROWTH * self._asked_length
        is_time = self._changed_at - self._asked_at >= LEAST_INTERVAL_S
        return self._ask(stable) if is_longer and is_time and not self._is_awaiting else None

    def finish(self) -> None:
        """Nothing comes any more."""
        self._is_growing = False
        self._tell(self._ask(len(self._lines.lines)))

    def take_colours(self, found: Colours) -> None:
        """Colours have come from the highlighter."""
        self._is_awaiting = False
        self._tell(self._lines.set_colours(found[: self._unchanged]))
        if self._is_growing:
            self._start_timer()

    def _tell(self, line: int | None) -> None:
        block = self._block()
        if line is not None and block is not None:
            block.environment.block_changed(block)

    def _ask(self, count: int) -> int | None:
        """Have the first ``count`` lines coloured; the first that looks otherwise already, or None."""
        if self._highlighter is None:
            return None
        length = self._lines.length_of(count)
        self._asked_at, self._asked_length = time.monotonic(), length
        self._unchanged = count
        text = "" if is_plain(self._language, length) else "\n".join(self._lines.lines[:count])
        found = self._highlighter.request(self, self._language, text, is_final=not self._is_growing)
        self._is_awaiting = found is None
        return None if found is None else self._lines.set_colours(found)

    # -- pauses

    def _start_timer(self) -> None:
        if self._is_timed:
            return
        self._is_timed = True
        reference = weakref.ref(self)

        def look() -> None:
            colouring = reference()
            if colouring is not None:
                colouring._look_for_pause()  # noqa: SLF001 - its own

        QTimer.singleShot(round(1000 * self._pause_s()), look)

    def _pause_s(self) -> float:
        return LEAST_INTERVAL_S + self._lines.length / CHARACTERS_A_SECOND

    def _look_for_pause(self) -> None:
        self._is_timed = False
        if not self._is_growing or self._unchanged == len(self._lines.lines):
            return
        if self._is_awaiting:
            return  # looked after when they come
        if time.monotonic() - self._changed_at < self._pause_s():
            self._start_timer()
            return
        self._tell(self._ask(len(self._lines.lines)))
