"""What the user wants with whole threads: naming, describing, pinning, deleting; and what is kept of them."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.connections import ConnectionKind
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import AssistantId, MessageId, ThreadId
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Thread, ThreadSummary

Work = Coroutine[Any, Any, None]


class ThreadIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, lists and opens threads and offers undo.

    ``leave`` is given a thread that is gone and those that were listed when it was there.
    ``ready_to_edit(Thread, bool)`` answers ``edit``: the thread, and whether its service has tools of its own.
    ``described()`` and ``describing_failed(RunError)`` answer ``describe``, ``extended(Thread)`` answers ``extend``.
    """

    ready_to_edit = Signal(object, bool)
    described = Signal()
    describing_failed = Signal(object)
    extended = Signal(object)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        answer: Callable[[Exception], RunError],
        listed: Callable[[], Coroutine[Any, Any, list[ThreadSummary]]],
        list_again: Callable[[], Work],
        refresh: Callable[[], Work],
        open_thread: Callable[[ThreadId], Work],
        leave: Callable[[ThreadId, list[ThreadId]], Work],
        tell_answerer: Callable[[ThreadId], Work],
        offer_undo: Callable[[str, str, Callable[[], Work]], None],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._answer = answer
        self._listed = listed
        self._list_again = list_again
        self._refresh = refresh
        self._open_thread = open_thread
        self._leave = leave
        self._tell_answerer = tell_answerer
        self._offer_undo = offer_undo

    def rename(self, thread_id: str, name: str) -> None:
        """Give a thread a name."""
        self._start(self._rename(ThreadId(thread_id), name), "rename thread")

    async def _rename(self, thread_id: ThreadId, name: str) -> None:
        await self._backend.library.rename_thread(thread_id, name)
        await self._list_again()

    def edit(self, thread_id: str) -> None:
        """Open the settings of a thread."""
        self._start(self._edit(ThreadId(thread_id)), "edit thread")

    async def _edit(self, thread_id: ThreadId) -> None:
        thread = await self._backend.conversations.thread(thread_id)
        if thread is not None:
            self.ready_to_edit.emit(thread, await self._has_other_tools(thread))

    async def _has_other_tools(self, thread: Thread) -> bool:
        assistant_id = thread.assistant_id
        assistant = await self._backend.assistants.assistant(assistant_id) if assistant_id else None
        if assistant is None or assistant.settings.connection_id is None:
            return False
        connection = await self._backend.connection_records.connection(assistant.settings.connection_id)
        return connection is not None and connection.kind is ConnectionKind.ASSISTANT_API

    def describe(self, thread_id: str, settings: ThreadSettings) -> None:
        """Change what is said about a thread; a lifetime that is over takes it to the trash."""
        self._start(self._describe(ThreadId(thread_id), settings), "describe thread")

    async def _describe(self, thread_id: ThreadId, settings: ThreadSettings) -> None:
        try:
            await self._backend.conversations.describe_thread(thread_id, settings)
        except Exception as error:  # noqa: BLE001 - the dialog waits for an answer
            self.describing_failed.emit(self._answer(error))
            return
        self.described.emit()
        self._backend.lifetimes.rearm()
        await self._list_again()

    def extend(self, thread_id: str) -> None:
        """Let the lifetime of a thread begin anew."""
        self._start(self._extend(ThreadId(thread_id)), "extend thread")

    async def _extend(self, thread_id: ThreadId) -> None:
        await self._backend.worker.ask(self._backend.lifetimes.extend_thread(thread_id))
        if thread := await self._backend.conversations.thread(thread_id):
            self.extended.emit(thread)

    def pin(self, thread_id: str, is_pinned: bool) -> None:
        """Pin a thread to the top, or let it go."""
        self._start(self._pin(ThreadId(thread_id), is_pinned), "pin thread")

    async def _pin(self, thread_id: ThreadId, is_pinned: bool) -> None:
        await self._backend.conversations.pin_thread(thread_id, is_pinned)
        await self._list_again()

    def set_assistant(self, thread_id: str, assistant_id: AssistantId) -> None:
        """Let another assistant answer in this thread from now on."""
        self._start(self._set_assistant(ThreadId(thread_id), assistant_id), "set assistant")

    async def _set_assistant(self, thread_id: ThreadId, assistant_id: AssistantId) -> None:
        await self._backend.conversations.set_thread_assistant(thread_id, assistant_id)
        await self._refresh()
        await self._tell_answerer(thread_id)

    def delete(self, thread_id: str) -> None:
        """Put a thread into the trash; Undo is offered."""
        self._start(self._delete(ThreadId(thread_id)), "delete thread")

    async def _delete(self, thread_id: ThreadId) -> None:
        thread = await self._backend.conversations.thread(thread_id)
        if thread is None:
            return
        await self._backend.worker.ask(self._backend.runs.stop(thread_id))
        before = [summary.id for summary in await self._listed()]
        await self._backend.conversations.trash_thread(thread_id)
        self._offer_undo("thread_deleted", thread.name, lambda: self._restore(thread_id))
        await self._refresh()
        await self._leave(thread_id, before)

    async def _restore(self, thread_id: ThreadId) -> None:
        await self._backend.conversations.restore_thread(thread_id)
        await self._refresh()
        await self._open_thread(thread_id)

    def save_draft(self, thread_id: str, text: str) -> None:
        """Keep what stands in the composer."""
        self._start(self._backend.conversations.save_draft(ThreadId(thread_id), text), "save draft")

    def save_read_position(self, thread_id: str, message_id: str, offset: int) -> None:
        """Keep where the reader was."""
        work = self._backend.conversations.save_read_position(
            ThreadId(thread_id), MessageId(message_id), offset
        )
        self._start(work, "save read position")
