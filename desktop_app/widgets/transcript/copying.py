"""Copying from the transcript: the selection, a message, a block."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop_app.markdown.excerpt import excerpt
from desktop_app.markdown.items import Item
from desktop_app.markdown.to_markdown import to_markdown
from desktop_app.widgets.transcript.blocks.table_block import TableBlock
from desktop_app.widgets.transcript.cell import Cell
from desktop_app.widgets.transcript.clipboard import RichData, markdown_data, plain_data, put_on_clipboard
from desktop_app.widgets.transcript.entry import Entry
from desktop_app.widgets.transcript.selection import Selection

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView

TURN_S = 0.008
MOST_OFFERED = 20
"""A selection of more messages is made into text only when it is copied."""


class Copying:
    """Puts what is selected in one view on the clipboard.

    Kinds: "default" (words, rich text and Markdown at once), "markdown", "rich", "plain".
    """

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view
        self._gathering: _Gathering | None = None
        self._timer = QTimer(view)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.go_on)

    def copy(self, kind: str) -> bool:
        """Copy the selection, or the current message when nothing is selected; False when there is neither."""
        view = self._view
        if view.selection.is_empty:
            return bool(view.current_id) and self.copy_message(view.current_id, kind)
        self._gathering = _Gathering(kind, view.selection)
        self.go_on()
        return True

    def copy_message(self, message_id: str, kind: str) -> bool:
        """Copy a whole message; as Markdown it is its source."""
        entry = self._view.page.messages.entry(message_id)
        if entry is None:
            return False
        gathering = _Gathering(kind, Selection())
        self._gather_whole(gathering, entry)
        self._put(gathering)
        return True

    def copy_block(self, cell: Cell, index: int) -> None:
        """Copy code as it is, a table as comma-separated values."""
        block = cell.flow.blocks[index]
        text = block.copy_text() if isinstance(block, TableBlock) else block.item.plain
        QGuiApplication.clipboard().setText(text)

    def selected_markdown(self) -> str:
        """The selection as Markdown, as far as its messages are here; "" when nothing is selected."""
        return self._gathered_here("markdown").markdown()

    def offer_selection(self) -> None:
        """Where the system has a selection that the middle button pastes, put the words there."""
        clipboard = QGuiApplication.clipboard()
        positions = self._view.selection.positions()
        if not clipboard.supportsSelection() or not 0 < len(positions) <= MOST_OFFERED:
            return
        gathering = self._gathered_here("plain")
        if not gathering.positions:
            put_on_clipboard(plain_data(gathering.items), QClipboard.Mode.Selection)

    def _gathered_here(self, kind: str) -> "_Gathering":
        """What is selected up to the first message that is not here; its position and the later ones are left."""
        gathering = _Gathering(kind, self._view.selection)
        while gathering.positions:
            entry = self._view.page.messages.at(gathering.positions[0])
            if entry is None:
                break
            self._gather(gathering, entry)
        return gathering

    # -- messages that are not here yet are asked for; a selection may hold the whole thread

    def go_on(self) -> None:
        """More messages have come."""
        gathering = self._gathering
        if gathering is None:
            return
        view = self._view
        until = time.monotonic() + TURN_S
        while gathering.positions:
            if time.monotonic() > until:
                self._timer.start(0)
                return
            position = gathering.positions[0]
            entry = view.page.messages.at(position)
            if entry is None:
                view.ask_for((position,))
                return
            self._gather(gathering, entry)
        self._gathering = None
        self._put(gathering)

    def cancel(self) -> None:
        """Another thread is shown."""
        self._gathering = None

    def _gather(self, gathering: "_Gathering", entry: Entry) -> None:
        position = gathering.positions[0]
        gathering.positions = gathering.positions[1:]
        bounds = gathering.selection.bounds_in(position)
        items = entry.items
        if bounds is None or not items:
            return
        start, end = (0, 0), (len(items) - 1, len(items[-1].plain))
        first = max(start, bounds[0])
        last = min(end, bounds[1])
        if (first, last) == (start, end):
            self._gather_whole(gathering, entry)
        elif first < last:
            part = excerpt(items, first, last)
            gathering.add(part, None)

    @staticmethod
    def _gather_whole(gathering: "_Gathering", entry: Entry) -> None:
        items = entry.items
        if entry.is_growing and items:  # what is on the clipboard does not grow
            items = excerpt(items, (0, 0), (len(items) - 1, len(items[-1].plain)))
        gathering.add(items, entry.text)

    @staticmethod
    def _put(gathering: "_Gathering") -> None:
        put_on_clipboard(_data(gathering))


class _Gathering:
    """What was collected of a selection so far; ``positions`` are still to come.

    The selection is that of the moment: what the reader selects meanwhile is another one.
    """

    def __init__(self, kind: str, selection: Selection) -> None:
        self.kind = kind
        self.selection = selection.copy()
        self.positions = selection.positions()
        self.items: list[Item] = []
        self._sources: list[str | list[Item]] = []

    def add(self, items: list[Item], source: str | None) -> None:
        """One message more; without ``source`` it is a part of one, whose Markdown is written when it is wanted."""
        self.items.extend(items)
        if source is not None and self.positions:
            source = source.rstrip("\n")
        self._sources.append(items if source is None else source)

    def markdown(self) -> str:
        """All sources, an empty line between messages."""
        return "\n\n".join(one if isinstance(one, str) else to_markdown(one) for one in self._sources)


def _data(gathering: _Gathering) -> QMimeData:
    match gathering.kind:
        case "markdown":
            return markdown_data(gathering.markdown())
        case "plain":
            return plain_data(gathering.items)
        case _:
            return RichData(gathering.items, gathering.markdown)
