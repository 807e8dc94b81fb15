"""The messages of the shown thread, of which only windows are in memory.

A message's place is its position on the shown path, 0 to ``total`` - 1.  What is not here is asked for in pages, and
pages far from the reader are forgotten again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.markdown.document import Change, Document
from desktop_app.markdown.items import LINE_BREAK, Item, TextItem
from desktop_app.markdown.parser import clean, parse

PAGE = 50
KEPT = 2000
ASK_AGAIN_AFTER_S = 5
"""An answer that did not come may be asked for again."""


class Entry:
    """A message, its run, and what was made of its text.

    ``document`` is there while the text grows.  ``states`` keeps what the reader did to its blocks.  ``began_at``
    (``time.monotonic``) is when its run was first seen here.
    """

    __slots__ = (
        "_ended",
        "_items",
        "_length",
        "began_at",
        "document",
        "fraction",
        "message",
        "run",
        "stage",
        "states",
    )

    def __init__(self, message: Message, run: Run | None = None) -> None:
        self.message = message
        self.run = run
        self.stage = ""
        self.fraction: float | None = None
        self.states: dict[int, Any] = {}
        self.began_at = time.monotonic()
        self.document = Document(message.text) if self.is_growing else None
        self._length = len(message.text)
        self._items: list[Item] | None = None
        self._ended: Document | None = None  # until its items are compared with those of the whole text
        if self.is_growing:
            self.stage = "writing" if message.text else "waiting"

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
            self._items = words_as_typed(self.message.text) if self.is_user else parse(self.message.text)
        return self._items

    def forget_items(self) -> None:
        """Free what can be made again."""
        self._items = None

    def continue_from(self, other: "Entry") -> None:
        """Keep what the reader did to the same message, while its text is the same, and the time of its run."""
        if other.text == self.text:
            self.states = other.states
        if other.is_growing:
            self.began_at = other.began_at

    def edit(self, edit: TextEdit) -> Change:
        """The text grew or was replaced."""
        if self.document is None:
            self.document = Document(self.message.text)
            self._length = len(self.message.text)
        self.stage = "writing"
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
        elif message.text != self.message.text:
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


class ThreadMessages:
    """Entries by position and by id."""

    def __init__(self) -> None:
        self.total = 0
        self._thread_id: ThreadId | None = None
        self._entries: dict[int, Entry] = {}
        self._positions: dict[str, int] = {}
        self._asked: dict[int, float] = {}  # pages, and when
        self._growing: dict[str, str] = {}  # texts of replies that are not here: what is stored lags behind
        self._ended: dict[str, tuple[Message, Run | None]] = {}

    def reset(
        self,
        messages: Sequence[Message],
        runs: Mapping[MessageId, Run] | None = None,
        total: int | None = None,
    ) -> None:
        """Another thread, or the same anew; without ``total`` the messages are all there are.

        What the reader did to messages that are the same stays.
        """
        before = {
            entry.message.id: entry for entry in self._entries.values() if entry.states or entry.is_growing
        }
        self._entries.clear()
        self._positions.clear()
        self._asked.clear()
        self._growing.clear()
        self._ended.clear()
        self._thread_id = messages[0].thread_id if messages else None
        self.total = len(messages) if total is None else total
        first = 0 if total is None or not messages else messages[0].position
        self._put(first, messages, runs or {})
        for message_id, old in before.items():
            if (entry := self.entry(message_id)) is not None:
                entry.continue_from(old)

    def supply(self, messages: Sequence[Message], runs: Mapping[MessageId, Run] | None = None) -> None:
        """More of the same thread; messages of another one are not taken."""
        if messages and messages[0].thread_id == self._thread_id:
            self._put(messages[0].position, messages, runs or {})

    def _put(self, first: int, messages: Sequence[Message], runs: Mapping[MessageId, Run]) -> None:
        for position, message in enumerate(messages, first):
            if position < self.total and position not in self._entries and message.id not in self._positions:
                self._asked.pop(position // PAGE, None)
                self._entries[position] = Entry(*self._newest(message, runs.get(message.id)))
                self._positions[message.id] = position

    def _newest(self, message: Message, run: Run | None) -> tuple[Message, Run | None]:
        """The message as it is now, which may be further than what was read."""
        if message.status is not Status.WRITING:
            return message, run
        if message.id in self._ended:
            return self._ended.pop(message.id)
        return replace(message, text=self._growing.pop(message.id, message.text)), run

    def follow(self, message_id: str, edit: TextEdit) -> None:
        """A reply that is not here has another text."""
        before = self._growing.get(message_id)
        if before is not None or edit.keep == 0:
            self._growing[message_id] = edit.apply(before or "")

    def follow_to_end(self, message: Message, run: Run | None) -> None:
        """A reply that is not here is complete."""
        self._growing.pop(message.id, None)
        self._ended[message.id] = message, run

    def at(self, position: int) -> Entry | None:
        """The entry at a position, when it is here."""
        return self._entries.get(position)

    def position_of(self, message_id: str) -> int | None:
        """Where a message stands, when it is here."""
        return self._positions.get(message_id)

    def entry(self, message_id: str) -> Entry | None:
        """The entry of a message, when it is here."""
        position = self._positions.get(message_id)
        return None if position is None else self._entries[position]

    def append(self, message: Message, run: Run | None) -> int:
        """One more at the end; its position."""
        position = self.total
        self._thread_id = message.thread_id
        self.total += 1
        self._entries[position] = Entry(message, run)
        self._positions[message.id] = position
        return position

    def replace(self, position: int, message: Message, run: Run | None) -> None:
        """Another message takes a place."""
        old = self._entries.pop(position)
        self._positions.pop(old.message.id, None)
        entry = self._entries[position] = Entry(message, run)
        self._positions[message.id] = position
        if old.message.id == message.id:
            entry.continue_from(old)

    def truncate(self, total: int) -> None:
        """Forget the messages from position ``total`` on."""
        for position in [one for one in self._entries if one >= total]:
            del self._positions[self._entries.pop(position).message.id]
        self.total = min(self.total, total)
        self._asked.clear()

    def remove(self, position: int) -> None:
        """One message is gone; the later ones move up."""
        if position in self._entries:
            del self._positions[self._entries.pop(position).message.id]
        later = sorted(one for one in self._entries if one > position)
        for one in later:
            entry = self._entries.pop(one)
            self._entries[one - 1] = entry
            self._positions[entry.message.id] = one - 1
        self.total -= 1
        self._asked.clear()

    def ask_for(self, position: int) -> tuple[int, int] | None:
        """The window (first, count) to ask for so that ``position`` comes; None when it is here or on its way."""
        page, now = position // PAGE, time.monotonic()
        asked_at = self._asked.get(page)
        if not 0 <= position < self.total or position in self._entries:
            return None
        if asked_at is not None and now < asked_at + ASK_AGAIN_AFTER_S:
            return None
        self._asked[page] = now
        first = page * PAGE
        return first, min(PAGE, self.total - first)

    def forget_far_from(self, position: int) -> list[str]:
        """Keep at most ``KEPT`` messages, the nearest to ``position`` and those that grow; the ids of the others."""
        if len(self._entries) <= KEPT:
            return []
        by_distance = sorted(self._entries, key=lambda one: abs(one - position))
        gone: list[str] = []
        for one in by_distance[KEPT // 2 :]:
            if not self._entries[one].is_growing and one < self.total - PAGE:
                entry = self._entries.pop(one)
                del self._positions[entry.message.id]
                gone.append(entry.message.id)
                self._asked.pop(one // PAGE, None)
        return gone

    def newest(self) -> list[Entry]:
        """What is here of the end, newest first, without a gap."""
        found = []
        position = self.total - 1
        while (entry := self._entries.get(position)) is not None:
            found.append(entry)
            position -= 1
        return found
