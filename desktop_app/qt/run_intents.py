"""What the user wants of replies: asking, stopping, asking again, going on."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.threads import Author

Work = Coroutine[Any, Any, None]


class RunIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, tells of errors and facts, shows threads and offers undo.

    ``question_stored(str)`` and ``question_refused(str)``, with the thread's id, answer ``send`` and come before the
    facts of the run that it began.
    """

    question_stored = Signal(str)
    question_refused = Signal(str)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        tell: Callable[[BaseException], None],
        show_again: Callable[[ThreadId, MessageId], Work],
        offer_undo: Callable[[str, str, Callable[[], Work]], None],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._tell = tell
        self._show_again = show_again
        self._offer_undo = offer_undo

    def send(self, thread_id: str, text: str, overrides: RunOverrides | None = None) -> None:
        """Send a message; ``question_stored`` comes when it is safe, ``question_refused`` if it was not taken.

        ``overrides`` are for this question alone, here and wherever they can be given.
        """
        asking = self._backend.runs.send(ThreadId(thread_id), text, overrides=overrides)
        self._start(self._ask(ThreadId(thread_id), asking), "send")

    def resend(
        self, thread_id: str, message_id: str, text: str, overrides: RunOverrides | None = None
    ) -> None:
        """Send a question of the thread in other words; the old one stays as a branch.  Answered as ``send`` is."""
        asking = self._backend.runs.resend(MessageId(message_id), text, overrides)
        self._start(self._ask(ThreadId(thread_id), asking), "resend")

    def send_deferred(self, thread_id: str, text: str, overrides: RunOverrides | None = None) -> None:
        """Send a message whose reply may come later.  Answered as ``send`` is."""
        asking = self._backend.operations.send(ThreadId(thread_id), text, overrides=overrides)
        self._start(self._ask(ThreadId(thread_id), asking), "send deferred")

    async def _ask(self, thread_id: ThreadId, asking: Coroutine[Any, Any, object]) -> None:
        try:
            await self._backend.worker.ask(asking)
        except Exception as error:  # noqa: BLE001 - whatever it was, the composer goes on
            self.question_refused.emit(thread_id)
            self._tell(error)

    def stop(self, thread_id: str) -> None:
        """Stop the reply; its text stays."""
        self._start(self._backend.worker.ask(self._backend.runs.stop(ThreadId(thread_id))), "stop run")

    def retry_now(self, thread_id: str) -> None:
        """Ask again at once instead of waiting."""
        self._start(self._retry_now(ThreadId(thread_id)), "retry now")

    async def _retry_now(self, thread_id: ThreadId) -> None:
        await self._backend.worker.ask(self._backend.runs.retry_now(thread_id))

    def regenerate(
        self, message_id: str, version: int | None = None, overrides: RunOverrides | None = None
    ) -> None:
        """Ask again, with a version of the assistant or as it is; the old reply stays as a sibling."""
        self._start(self._regenerate(MessageId(message_id), version, overrides), "regenerate")

    def regenerate_last(self, thread_id: str) -> None:
        """Ask again for the newest reply of the thread."""
        self._start(self._regenerate_last(ThreadId(thread_id)), "regenerate")

    async def _regenerate_last(self, thread_id: ThreadId) -> None:
        reply = await self._backend.conversations.newest(thread_id, Author.ASSISTANT)
        if reply is not None:
            await self._regenerate(reply.id)

    async def _regenerate(
        self, message_id: MessageId, version: int | None = None, overrides: RunOverrides | None = None
    ) -> None:
        await self._backend.worker.ask(self._backend.runs.regenerate(message_id, version, overrides))

    def continue_reply(self, message_id: str) -> None:
        """Let the model go on with a reply that was cut off."""
        work = self._backend.runs.continue_reply(MessageId(message_id))
        self._start(self._backend.worker.ask(work), "continue reply")

    def offer_former_branch(
        self, thread_id: ThreadId, former: MessageId, end: MessageId, hidden_turns: int
    ) -> None:
        """Offer to go back to the reply that was asked for anew, with the turns that followed it."""
        self._offer_undo("turns_hidden", str(hidden_turns), lambda: self._return_to(thread_id, former, end))

    async def _return_to(self, thread_id: ThreadId, former: MessageId, end: MessageId) -> None:
        """Give up the reply that was asked for anew, and show the former one with what followed it up to ``end``."""
        await self._backend.worker.ask(self._backend.runs.stop(thread_id))
        await self._backend.conversations.show_sibling(end)
        await self._show_again(thread_id, former)
