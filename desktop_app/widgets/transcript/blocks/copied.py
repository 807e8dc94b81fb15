"""What a button of a block says for a moment after it was pressed: that its content is copied."""

import weakref

from PySide6.QtCore import QTimer

from desktop_app.widgets.transcript.blocks.block import Block

COPIED_MS = 1500


class CopiedNote:
    """Belongs to a block, which is drawn again when the moment is over."""

    __slots__ = ("_block", "_presses")

    def __init__(self, block: Block) -> None:
        self._block = weakref.ref(block)
        self._presses = 0

    @property
    def is_shown(self) -> bool:
        """Whether it is said now."""
        return self._presses > 0

    def show(self) -> None:
        """The button was pressed; once more begins the moment anew."""
        self._presses += 1
        QTimer.singleShot(COPIED_MS, lambda: self._end())

    def _end(self) -> None:
        self._presses -= 1
        block = self._block()
        if block is not None and not self.is_shown:
            block.environment.block_changed(block)
