"""A message in memory: its source, the items made of it, and what the reader did to them."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.domain.tools import ToolStep
from desktop_app.markdown.document import Change, Document
from desktop_app.markdown.items import LINE_BREAK, Item, TextItem
from desktop_app.markdown.parser import clean
from desktop_app.widgets.transcript.citations import items_of

UNFOLDED, OPENED, TYPED = -1, -2, -3
"""Keys of ``Entry.states`` that are no blocks."""


class Stage(NamedTuple):
    """What a run does: its name, how far it is (0..1); for "retrying", until when it waits and after which error."""

    name: str = ""
    fraction: float | None = None
    until: datetime | None = None
    error: str = ""


class Entry:
    """A message, its run, and what was made of its text.

    ``document`` is there while the text grows.  ``states`` keeps what the reader did to its blocks, and to what stands
    beside them.  ``began_at`` (``time.monotonic``) is when its run was first seen here.
    """

    __slots__ = (
        "_ended",
        "_items",
        "_length",
        "began_at",
        "document",
        "message",
        "run",
        "stage",
        "states",
    )

    def __init__(self, message: Message, run: Run | None = None) -> None:
        self.message = message
        self.run = run
        self.stage = Stage()
        self.states: dict[int, Any] = {}
        self.began_at = time.monotonic()
        self.document = Document(message.text) if self.is_growing else None
        self._length = len(message.text)
        self._items: list[Item] | None = None
        self._ended: Document | None = None  # until its items are compared with those of the whole text
        if self.is_growing:
            self.stage = Stage("writing" if message.text else "waiting")

    @property
    def is_user(self) -> bool:
        """Whether the user wrote it."""
        return self.message.author is Author.USER

    @property
    def is_growing(self) -> bool:
        """Whether its text may still change."""
        return self.message.status is Status.WRITING

    @property
    def text(self) -> str:
        """Its source as it is now."""
        return self.document.source if self.document is not None else self.message.text

    @property
    def items(self) -> list[Item]:
        """What it shows: Markdown, or the user's words as they were typed."""
        if self.document is not None:
            return self.document.items
        if self._items is None:
            self._items = words_as_typed(self.message.text) if self.is_user else items_of(self.message)
        return self._items

    @property
    def opened(self) -> set[str]:
        """What the reader has unfolded beside the text, by name."""
        opened: set[str] = self.states.setdefault(OPENED, set())
        return opened

    @property
    def typed(self) -> dict[str, str]:
        """What the reader has typed into the cards of calls, by key."""
        typed: dict[str, str] = self.states.setdefault(TYPED, {})
        return typed

    def set_steps(self, steps: Sequence[ToolStep]) -> None:
        """The calls of the reply are these now."""
        self.message = replace(self.message, steps=tuple(steps))

    def forget_items(self) -> None:
        """Free what can be made again."""
        self._items = None

    def continue_from(self, other: "Entry") -> None:
        """Keep what the reader did to the same message, while its text is the same, and the time of its run."""
        is_same = other.text == self.text
        self.states = {key: state for key, state in other.states.items() if is_same or key < 0}
        if other.is_growing:
            self.began_at = other.began_at

    def edit(self, edit: TextEdit) -> Change:
        """The text grew or was replaced."""
        if self.document is None:
            self.document = Document(self.message.text)
            self._length = len(self.message.text)
        self.stage = Stage("writing")
        is_appended = edit.keep == self._length  # asking the document would put its pieces together each time
        self._length = edit.keep + len(edit.text)
        return self.document.append(edit.text) if is_appended else self.document.edit(edit.keep, edit.text)

    def end(self, message: Message, run: Run | None) -> Change | None:
        """The text is complete; what changed on the page, None when nothing did."""
        change = None
        if self.document is not None and message.status is not Status.WRITING:
            change = self._last_change(self.document, message.text)
            self._items = self.document.items
            self._ended, self.document = self.document, None
        elif (message.text, message.citations) != (self.message.text, self.message.citations):
            self._items = None
            change = Change(0)
        self.message, self.run = message, run
        return change

    def correct(self, items: list[Item]) -> Change | None:
        """``items`` are those of the complete text parsed whole; what differs is taken over."""
        if self._ended is None:
            self._items = items
            return None
        change = self._ended.corrected(items)
        self._items = self._ended.items
        self._ended = None
        return change

    @staticmethod
    def _last_change(document: Document, text: str) -> Change:
        before = document.source
        changes = []
        if text != before:
            keep = len(before) if text.startswith(before) else 0
            changes.append(document.edit(keep, text[keep:]))
        changes.append(document.finish())
        return Change(
            min(change.first for change in changes),
            tuple({index for change in changes for index in change.others}),
            any(change.has_new_spacing for change in changes),
        )


def block_of(entry: Entry, offset: int) -> tuple[int, int]:
    """The block, and the offset in it, of a character of a message whose blocks stand on lines of their own."""
    items = entry.items
    for index, item in enumerate(items):
        length = len(item.plain)
        if offset <= length:
            return index, offset
        offset -= length + 1
    return max(0, len(items) - 1), len(items[-1].plain) if items else 0


def words_as_typed(text: str) -> list[Item]:
    """The user's words: line for line, no markup."""
    return [TextItem(clean(text).replace("\n", LINE_BREAK))]
