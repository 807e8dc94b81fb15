"""What stands or stood in the composer of each thread and is not stored yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.domain.ids import MessageId
    from desktop_app.domain.threads import Message


@dataclass(slots=True)
class Edit:
    """A question that is asked in other words: what stands in the composer, and what stood there before."""

    message_id: MessageId
    text: str
    draft: str


class Unsent:
    """By thread: the message on its way to the store, what was written meanwhile, the question that is edited."""

    def __init__(self) -> None:
        self._sending: dict[str, str] = {}
        self._left: dict[str, str] = {}
        self._edits: dict[str, Edit] = {}

    def is_sending(self, thread_id: str) -> bool:
        """Whether a message is on its way to the store."""
        return thread_id in self._sending

    def takes_drafts(self, thread_id: str) -> bool:
        """Whether what is written is the thread's draft: nothing is on its way, and no question is edited."""
        return thread_id not in self._sending and thread_id not in self._edits

    def send(self, thread_id: str, text: str) -> None:
        """A message is on its way."""
        self._sending[thread_id] = text

    def edit_of(self, thread_id: str | None) -> Edit | None:
        """The question that is edited in a thread."""
        return self._edits.get(thread_id) if thread_id else None

    def edit(self, question: Message, written: str) -> None:
        """A question is edited; what was ``written`` is set aside, unless it was a question that was edited too."""
        edit = self._edits.get(question.thread_id)
        self._edits[question.thread_id] = Edit(question.id, question.text, edit.draft if edit else written)

    def end_edit(self, thread_id: str | None) -> Edit | None:
        """No question is edited any more; the one that was."""
        return self._edits.pop(thread_id, None) if thread_id else None

    def leave(self, thread_id: str, written: str) -> None:
        """Another thread comes; keep what was ``written`` and is no draft."""
        if edit := self._edits.get(thread_id):
            edit.text = written
        elif thread_id in self._sending:
            self._left[thread_id] = written

    def take_up(self, thread_id: str, draft: str) -> str:
        """What stands in the composer of a thread that is opened."""
        edit = self._edits.get(thread_id)
        return edit.text if edit else self._left.pop(thread_id, draft)

    def stored(self, thread_id: str, written: str | None) -> str | None:
        """The message is stored; what stays in the composer.

        ``written`` stands in the composer, None when another thread is open.  None when nothing was on its way.
        """
        if thread_id not in self._sending:
            return None
        sent = self._sending.pop(thread_id)
        left = self._written(thread_id, sent, written).removeprefix(sent)
        edit = self._edits.pop(thread_id, None)
        return "\n".join(filter(None, (edit.draft, left))) if edit else left

    def refused(self, thread_id: str, written: str | None) -> str | None:
        """The message was not taken; what is the draft then, None when a question is edited, which keeps it."""
        text = self._written(thread_id, self._sending.pop(thread_id, ""), written)
        if edit := self._edits.get(thread_id):
            edit.text = text
            return None
        return text

    def _written(self, thread_id: str, sent: str, written: str | None) -> str:
        return self.take_up(thread_id, sent) if written is None else written
