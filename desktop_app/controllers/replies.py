"""The growing text of a reply, and the journal that follows it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain.errors import StoreError
from desktop_app.domain.events import RunEvent, TextReplaced
from desktop_app.domain.normaliser import Normaliser, TextEdit
from desktop_app.domain.threads import Message, Run
from desktop_app.domain.tools import BETWEEN_ROUNDS, ToolStep
from desktop_app.store.conversations import ConversationStore

log = logging.getLogger(__name__)

JOURNAL_S = 0.1


@dataclass(slots=True)
class _Place:
    """Where the service can be asked to go on, and the text that has come by then.

    The text is the first ``length`` characters of the reply, unless it was replaced since: then it is ``text``.
    """

    remote_id: str
    cursor: int | None = None
    length: int = 0
    text: str | None = None


class GrowingReply:
    """One message while it is written.

    As long as the run can be resumed, the journal holds the text of the last checkpoint together with its cursor, so
    that after a crash the service is asked for exactly what is missing; otherwise it holds whatever has come.
    """

    def __init__(self, message: Message, records: ConversationStore, resumed: Run | None = None) -> None:
        self._message_id = message.id
        self._records = records
        self._changed = asyncio.Event()
        self._place: _Place | None = None
        self._remote_id: str | None = None
        self._unsaved_steps: Sequence[ToolStep] | None = None
        if resumed:
            self._normaliser = _resumed(message)
            self._place = _Place(resumed.remote_id, resumed.cursor, len(message.text))
        else:
            self._normaliser = Normaliser(message.text)
            if message.steps and message.steps[-1].place == len(message.text):
                self._normaliser.begin_round()
        self.has_grown = False

    @property
    def text(self) -> str:
        """The text so far."""
        return self._normaliser.text

    @property
    def start(self) -> int:
        """Where the text of this round begins."""
        return self._normaliser.start

    @property
    def length(self) -> int:
        """How many characters there are so far."""
        return self._normaliser.length

    @property
    def cursor(self) -> int | None:
        """The last event that is in the text, where the run can be resumed."""
        return self._place.cursor if self._place else None

    def begin_round(self, *, may_repeat: bool = False) -> None:
        """What comes from now on stands after a blank line; ``may_repeat`` as in ``Normaliser.begin_round``."""
        self._normaliser.begin_round(may_repeat=may_repeat)
        self.has_grown = False

    def feed(self, event: RunEvent) -> TextEdit | None:
        """The edit that the event makes."""
        if self._place and isinstance(event, TextReplaced):
            self._place.text = self._resumable_text(self._place)
        edit = self._normaliser.feed(event)
        if edit is not None:
            self.has_grown = True
            if self._place is None:
                self._changed.set()
        return edit

    def can_resume(self, remote_id: str) -> None:
        """The service writes on without us under ``remote_id``."""
        if self._place is None:
            self._place = _Place(remote_id)
            self._changed.set()

    def checkpoint(self, cursor: int) -> None:
        """The text so far is what the events up to ``cursor`` say."""
        if self._place:
            self._place = _Place(self._place.remote_id, cursor, self._normaliser.length)
            self._changed.set()

    def cannot_resume(self) -> None:
        """The service knows only a part of the reply from now on: what has come is for the journal to keep."""
        self._place, self._remote_id = None, ""
        self._changed.set()

    def _resumable_text(self, place: _Place) -> str:
        return self.text[: place.length] if place.text is None else place.text

    async def keep_journal(self) -> None:
        """Store the text, at most ``JOURNAL_S`` and one write late; runs until cancelled."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(JOURNAL_S)
            self._changed.clear()
            await self.save()

    async def save(self, steps: Sequence[ToolStep] | None = None) -> bool:
        """Store the text now, and the calls when they are given; whether that is done is also told to the log.

        Calls that could not be stored are with the next text: the place behind them is not noted without them.
        """
        if steps is not None:
            self._unsaved_steps = steps
        unsaved = self._unsaved_steps
        try:
            if place := self._place:
                await self._records.save_reply(
                    self._message_id,
                    self._resumable_text(place),
                    unsaved,
                    cursor=place.cursor,
                    remote_id=place.remote_id,
                )
            else:
                await self._records.save_reply(
                    self._message_id, self.text, unsaved, remote_id=self._remote_id
                )
        except StoreError:
            log.exception("the journal of %s could not be written", self._message_id)
            return False
        if self._unsaved_steps is unsaved:
            self._unsaved_steps = None
        return True


def _resumed(message: Message) -> Normaliser:
    """The text of a run that is read on: what stands before its newest calls does not change any more."""
    place = message.steps[-1].place if message.steps else 0
    if place > len(message.text):  # the text before the calls is said once more
        place = 0
    before, rest = message.text[:place], message.text[place:]
    if before and rest:
        return Normaliser(before + BETWEEN_ROUNDS, rest.removeprefix(BETWEEN_ROUNDS))
    normaliser = Normaliser(so_far=message.text)
    if before:
        normaliser.begin_round(may_repeat=True)
    return normaliser
