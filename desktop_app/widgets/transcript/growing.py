"""What happens to the replies of a transcript while they are written: their text, their calls, their ends.

Everything that comes is shown where it belongs and told to screen readers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_app.domain.ids import MessageId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.domain.threads import Message, Run, Status
from desktop_app.domain.tools import ToolStep
from desktop_app.markdown.items import Item
from desktop_app.widgets.transcript.announcer import Announcer
from desktop_app.widgets.transcript.checking import WholeParse
from desktop_app.widgets.transcript.entry import Entry, Stage
from desktop_app.widgets.transcript.reply_cell import ReplyCell
from desktop_app.widgets.transcript.reply_parts import ReplyTexts

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView


class GrowingReplies:
    """The replies of one view; methods are about messages that may be here or not."""

    def __init__(self, view: "TranscriptView", texts: ReplyTexts, announcer: Announcer) -> None:
        self._view = view
        self._texts = texts
        self._announcer = announcer
        self._whole_parse = WholeParse(view)
        self._whole_parse.parsed.connect(self._correct)

    def begin(self, message: Message) -> None:
        """A message is shown for the first time; if it is a reply that grows, that is told."""
        if message.status is Status.WRITING:
            self._announcer.began(message.id)

    def edit(self, message_id: str, edit: TextEdit) -> None:
        """Apply an edit to a reply's text."""
        entry = self._view.page.messages.entry(message_id)
        if entry is None:
            self._view.page.messages.follow(message_id, edit)
            return
        before = len(entry.items)
        self._change(entry, lambda cell: cell.grow(entry.edit(edit)), lambda: entry.edit(edit))
        self._view.count_new(max(0, len(entry.items) - before))
        self._announcer.grew(message_id, entry.items)

    def set_stage(self, message_id: str, stage: Stage) -> None:
        """The run of a reply does something else."""
        entry = self._view.page.messages.entry(message_id)
        if entry is None or not entry.is_growing:
            return
        entry.stage = stage
        if (cell := self._cell(message_id)) is not None:
            cell.set_stage()
            if stage.name == "retrying":
                self._announcer.told(cell.stage_words)

    def set_steps(self, message_id: str, steps: Sequence[ToolStep]) -> None:
        """The calls of a growing reply are these now; those that wait for the user get a card."""
        view = self._view
        entry = view.page.messages.entry(message_id)
        if entry is None or entry.message.steps == tuple(steps):
            return
        entry.set_steps(steps)
        cell = self._cell(message_id)
        if cell is None:
            return
        before = view.calls.cards()
        view.change(cell, cell.set_steps)
        new = view.calls.new_among(steps, before)
        for card in new:
            self._announcer.told(card.title)
        if new:
            view.count_new(1)

    def set_operations(self, operations: Mapping[MessageId, Operation]) -> None:
        """The deferred requests that are open, by the message that waits for its reply."""
        before, self._texts.endings.operations = self._texts.endings.operations, dict(operations)
        changed = {id_ for id_ in before.keys() | operations.keys() if before.get(id_) != operations.get(id_)}
        for message_id in changed:
            cell = self._cell(message_id)
            if cell is None or cell.entry.message.status is not Status.DEFERRED:
                continue
            self._view.change(cell, cell.renew_ending)
            if _is_taken(before.get(message_id), operations.get(message_id)):
                self._announce_deferred(cell.entry)

    def end(self, message: Message, run: Run | None) -> None:
        """Show the end of a reply at once: its whole text and how it ended."""
        view = self._view
        entry = view.page.messages.entry(message.id)
        if entry is None:
            view.page.messages.follow_to_end(message, run)
            return
        if entry.message == message and entry.run == run:
            return
        was_awaited = entry.message.status in (Status.WRITING, Status.DEFERRED)
        before = len(entry.items)
        self._change(
            entry, lambda cell: cell.finish(entry.end(message, run)), lambda: entry.end(message, run)
        )
        if len(entry.items) > before:
            view.count_new(len(entry.items) - before)
        if was_awaited and entry.message.status is not Status.WRITING:
            self._announce_end(entry)
            self._whole_parse.begin(entry.message)

    def _correct(self, message: Message, items: list[Item]) -> None:
        """The whole parse of a finished reply; what differs is drawn again."""
        entry = self._view.page.messages.entry(message.id)
        if entry is None or entry.is_growing or entry.text != message.text:
            return
        change = entry.correct(items)
        cell = self._cell(message.id)
        if change is not None and cell is not None:
            self._view.change(cell, lambda: cell.finish(change))

    # -- inside

    def _cell(self, message_id: str) -> ReplyCell | None:
        cell = self._view.page.known_cell(message_id)
        return cell if isinstance(cell, ReplyCell) else None

    def _change(
        self, entry: Entry, shown: Callable[[ReplyCell], int | None], unseen: Callable[[], object]
    ) -> None:
        """Change a reply: with its cell where it is laid out, else by itself."""
        if (cell := self._cell(entry.message.id)) is not None:
            self._view.change(cell, lambda: shown(cell))
        else:
            unseen()
            self._view.text_changed(entry.message.id)

    def _announce_deferred(self, entry: Entry) -> None:
        if ending := self._texts.endings.of(entry.message, entry.run):
            self._announcer.told(ending.title)

    def _announce_end(self, entry: Entry) -> None:
        ending = self._texts.endings.of(entry.message, entry.run)
        words = ". ".join(filter(None, (ending.title, ending.kept))) if ending else ""
        self._announcer.ended(entry.message.id, entry.items, len(entry.text.split()), words)


def _is_taken(before: Operation | None, now: Operation | None) -> bool:
    """Whether the service has taken a deferred request just now."""
    was_sending = before is not None and before.status is OperationStatus.SENDING
    return was_sending and now is not None and now.status is OperationStatus.WAITING
