"""The messages of the shown thread, of which only windows are in memory.

A message's place is its position on the shown path, 0 to ``total`` - 1.  What is not here is asked for in pages, and
pages far from the reader are forgotten again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Message, Run, Status
from desktop_app.widgets.transcript.entry import Entry

PAGE = 50
KEPT = 2000
ASK_AGAIN_AFTER_S = 5
"""An answer that did not come may be asked for again."""


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
