"""What the user wants, as methods; what came of it, as signals.

Methods return at once: each starts an owned task on the window's loop, which asks the store's thread or the worker's
loop and never blocks.  The main window wires them to its panes.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.facts import (
    Expired,
    Fact,
    FilesChanged,
    LibraryChanged,
    OperationChanged,
    PullProgressed,
    RemoteFilesProgressed,
    ReplyEdited,
    RunBegan,
    RunFact,
    RunFinished,
    RunResumed,
    StepsChanged,
)
from desktop_app.controllers.tasks import TaskOwner
from desktop_app.domain.assistants import Assistant
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import NitkaError, RunError, RunInProgressError
from desktop_app.domain.ids import AssistantId, MessageId, ThreadId
from desktop_app.domain.remote import PullProgress
from desktop_app.domain.threads import Message, Run, Status, Thread, ThreadSummary
from desktop_app.qt.assistant_file_intents import AssistantFileIntents
from desktop_app.qt.assistant_intents import AssistantIntents
from desktop_app.qt.bridge import Bridge
from desktop_app.qt.connection_intents import ConnectionIntents
from desktop_app.qt.details_intents import DetailsIntents
from desktop_app.qt.file_intents import FileIntents
from desktop_app.qt.function_intents import FunctionIntents
from desktop_app.qt.message_intents import MessageIntents
from desktop_app.qt.notifications import Notifier
from desktop_app.qt.outbox_intents import OutboxIntents
from desktop_app.qt.pull_intents import PullIntents
from desktop_app.qt.remote_file_intents import RemoteFileIntents
from desktop_app.qt.run_intents import RunIntents
from desktop_app.qt.thread_intents import ThreadIntents
from desktop_app.qt.tool_intents import ToolIntents
from desktop_app.qt.trash_intents import TrashIntents

PAGE = 50
FINISH_S = 1.0
LONG = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ThreadOpened:
    """A thread with the messages around the reader's place, as the window shows it; ``total`` it has in all.

    ``growing_id`` is the reply that is being written.  ``around`` is the message to be seen when the same thread is
    shown again because of it.
    """

    thread: Thread
    assistant: Assistant | None
    messages: list[Message]
    runs: dict[MessageId, Run]
    total: int
    growing_id: MessageId | None = None
    connection: Connection | None = None
    around: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers in a thread from now on."""

    thread_id: ThreadId
    assistant: Assistant | None
    connection: Connection | None


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A reply that took long enough for the user to go elsewhere; those that the user ended are not told."""

    thread_id: ThreadId
    thread_name: str
    message: Message
    was_deferred: bool


@dataclass(frozen=True, slots=True)
class AssistantsListed:
    """The assistants pane: assistants by name, how many threads each has, what each answers with."""

    assistants: list[Assistant] = field(default_factory=list)
    model_labels: dict[AssistantId, str] = field(default_factory=dict)
    thread_counts: dict[AssistantId, int] = field(default_factory=dict)
    total: int = 0


class Intents(QObject):
    """Lives on the window's thread, with its loop running.

    It keeps what is listed and which thread is open, and tells what becomes of replies.  What the user does with
    ``runs``, whole ``threads``, single ``messages``, ``assistants``, ``connections``, the ``trash``, deferred requests
    (``outbox``) and records at a service (``pull``) is beside it, and so is what is told of a thread (``details``) and
    what an assistant works with (``files``, ``remote_files``, ``functions``); ``notifier`` speaks through the desktop.
    ``reply_ended(ReplyEnded)``: a deferred reply, or one of more than 30 s, in whatever thread.
    ``failed(RunError)``: something the user asked for did not happen.  ``undo_offered(str, str, object)``: what was
    done ("thread_deleted", "assistant_deleted", "message_deleted", "turns_hidden"), its name or number, and a callable
    that takes it back.  ``facts_arrived``: of the thread that ``thread_opened`` brought last, no other.
    ``running_changed(set[ThreadId])``: where replies are being written; ``waiting_changed(set[ThreadId])``: where one
    of them waits for the user.  ``expired(Expired)``: what has gone to the trash by itself.
    """

    assistants_listed = Signal(object)
    threads_listed = Signal(list)
    running_changed = Signal(object)
    waiting_changed = Signal(object)
    thread_opened = Signal(object)
    answerer_changed = Signal(object)
    facts_arrived = Signal(list)
    reply_ended = Signal(object)
    exported = Signal(object)
    undo_offered = Signal(str, str, object)
    failed = Signal(object)
    expired = Signal(object)

    def __init__(self, backend: Backend, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._tasks = TaskOwner(self._on_error)
        self._assistant_id: AssistantId | None = None
        self._thread_id: ThreadId | None = None  # the one the user wants to see
        self._shown_id: ThreadId | None = None  # the one the window has: that of the last ``thread_opened``
        self._turns = 0
        self._running: dict[ThreadId, MessageId] = {}
        self._waiting: set[ThreadId] = set()  # those of the running whose calls wait for the user
        self._synced: set[MessageId] = set()
        self.runs = RunIntents(
            backend,
            self,
            start=self._start,
            tell=self._tell,
            show_again=self._show_again,
            offer_undo=self._offer_undo,
        )
        self.threads = ThreadIntents(
            backend,
            self,
            start=self._start,
            answer=self._answer,
            listed=self._listed,
            list_again=self._list_threads,
            refresh=self.refresh,
            open_thread=self._open,
            leave=self._leave,
            tell_answerer=self._tell_answerer,
            offer_undo=self._offer_undo,
        )
        self.messages = MessageIntents(
            backend,
            self,
            start=self._start,
            open_thread=self._open,
            show_again=self._show_again,
            refresh=self.refresh,
            offer_undo=self._offer_undo,
        )
        self.assistants = AssistantIntents(
            backend,
            self,
            start=self._start,
            answer=self._answer,
            refresh=self.refresh,
            new_thread=self._new_thread,
            changed=self._show_assistant,
            deselect=self._deselect,
            offer_undo=self._offer_undo,
        )
        self.assistant_files = AssistantFileIntents(backend, self, start=self._start, refresh=self.refresh)
        self.connections = ConnectionIntents(
            backend, self, start=self._tasks.start, answer=self._answer, changed=self._list_assistants
        )
        self.details = DetailsIntents(backend, self, start=self._start, show_again=self._show_again)
        self.tools = ToolIntents(backend, self, start=self._start)
        self.outbox = OutboxIntents(backend, self, start=self._start)
        self.trash = TrashIntents(backend, self, start=self._start, refresh=self._refresh_all)
        self.pull = PullIntents(backend, self, start=self._start)
        self.files = FileIntents(backend, self, start=self._start, answer=self._answer)
        self.remote_files = RemoteFileIntents(backend, self, start=self._tasks.start, answer=self._answer)
        self.functions = FunctionIntents(backend, self, start=self._tasks.start)
        self.notifier = Notifier(backend.worker, self, start=self._start)
        bridge.arrived.connect(self._on_facts)

    # -- tasks

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(work, name)

    def _on_error(self, error: BaseException) -> None:
        if isinstance(error, RunInProgressError):  # a second press of a key; the reply is growing already
            return
        self._tell(error)

    def _tell(self, error: BaseException) -> None:
        self._backend.log_fault(error)
        self.failed.emit(RunError.of(error))

    def _answer(self, error: Exception) -> RunError:
        """The value for a dialog that waits; what is no error of the domain is ours, and logged."""
        if not isinstance(error, NitkaError):
            self._backend.log_fault(error)
        return RunError.of(error)

    def _offer_undo(self, what: str, name: str, undo: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.undo_offered.emit(what, name, lambda: self._start(undo(), "undo"))

    async def close(self) -> None:
        """Take nothing more; what was begun may be finished, what waits for a service is given up."""
        await self._tasks.stop(FINISH_S)
        await self.notifier.close()

    # -- reading

    def begin(self, thread_id: str) -> None:
        """Fill the panes and open the thread that was open last, or the newest."""
        self._start(self._begin(ThreadId(thread_id)), "begin")

    async def _begin(self, thread_id: ThreadId) -> None:
        await self.refresh()
        threads = await self._backend.conversations.threads()
        known = {summary.id for summary in threads}
        if thread_id in known:
            await self._open(thread_id)
        elif threads:
            await self._open(threads[0].id)
        else:
            await self._new_thread(None)
        await self.assistants.find_draft()

    async def refresh(self) -> None:
        """Read assistants and threads again."""
        await self._list_assistants()
        await self._list_threads()

    async def _refresh_all(self) -> None:
        """As ``refresh``, and tell who answers in the open thread, which may be somebody else or nobody now."""
        await self.refresh()
        if self._shown_id:
            await self._tell_answerer(self._shown_id)

    async def _list_assistants(self) -> None:
        library = self._backend.library
        listed = await library.assistants_in_use()
        self.assistants_listed.emit(
            AssistantsListed(
                [entry.assistant for entry in listed],
                {entry.assistant.id: entry.model_label for entry in listed},
                {entry.assistant.id: entry.thread_count for entry in listed},
                await library.thread_count(),
            )
        )

    async def _list_threads(self) -> None:
        asked = self._assistant_id
        threads = await self._listed()
        if asked == self._assistant_id:
            self.threads_listed.emit(threads)

    async def _listed(self) -> list[ThreadSummary]:
        return await self._backend.conversations.threads(assistant_id=self._assistant_id)

    def select_assistant(self, assistant_id: AssistantId | None) -> None:
        """Show the threads of one assistant, or of all."""
        self._assistant_id = assistant_id
        self._start(self._list_threads(), "list threads")

    def _deselect(self, assistant_id: AssistantId) -> None:
        if self._assistant_id == assistant_id:
            self._assistant_id = None

    @property
    def thread_id(self) -> ThreadId | None:
        """The thread that is open or being opened."""
        return self._thread_id

    def open_thread(self, thread_id: str) -> None:
        """Show a thread."""
        self._thread_id = ThreadId(thread_id)
        self._start(self._open(self._thread_id), "open thread")

    def open_message(self, thread_id: str, message_id: str) -> None:
        """Show a thread with this message to be seen."""
        self._thread_id = ThreadId(thread_id)
        self._start(self._open(self._thread_id, MessageId(message_id)), "open message")

    def new_thread(self, assistant_id: AssistantId | None = None) -> None:
        """Make and open a thread, of the assistant given, the selected one, or the one in use."""
        self._start(self._new_thread(assistant_id or self._assistant_id), "new thread")

    async def _new_thread(self, assistant_id: AssistantId | None) -> None:
        if assistant_id is None and self._thread_id:
            current = await self._backend.conversations.thread(self._thread_id)
            assistant_id = current.assistant_id if current else None
        thread = await self._backend.library.new_thread(assistant_id)
        await self.refresh()
        await self._open(thread.id)

    async def _leave(self, gone: ThreadId, ids: list[ThreadId]) -> None:
        """Show what stood beside a thread that is gone among ``ids``, if it was the one to be seen."""
        if self._thread_id != gone:
            return
        place = ids.index(gone) if gone in ids else 0
        rest = [thread_id for thread_id in ids if thread_id != gone]
        if rest:
            await self._open(rest[min(place, len(rest) - 1)])
        else:
            await self._new_thread(self._assistant_id)

    async def _show_again(self, thread_id: ThreadId, around: MessageId | None = None) -> None:
        """Read a thread again whose path has changed, if it is the one to be seen."""
        if thread_id == self._thread_id:
            await self._open(thread_id, around)

    async def _open(self, thread_id: ThreadId, around: MessageId | None = None) -> None:
        """Show a thread around a message, or where its reader was."""
        self._thread_id = thread_id
        opened = None
        try:
            opened = await self._read(thread_id, around)
        finally:
            if opened is None and self._thread_id == thread_id:
                self._thread_id = self._shown_id
        if opened is None or self._thread_id != thread_id:  # it is gone, or the user went on meanwhile
            return
        self._shown_id = thread_id
        self._backend.lifetimes.hold(thread_id)
        self._synced.clear()
        self.thread_opened.emit(opened)
        if opened.growing_id:
            await self._backend.worker.ask(self._backend.runs.announce(thread_id))
        await self._mark_read(thread_id)
        await self._list_threads()

    async def _read(self, thread_id: ThreadId, around: MessageId | None) -> ThreadOpened | None:
        """The thread as it is; read again when a run began or ended meanwhile, whose facts nobody was shown."""
        while True:
            turns = self._turns
            opened = await self._read_once(thread_id, around)
            if turns == self._turns:
                return opened

    async def _read_once(self, thread_id: ThreadId, around: MessageId | None) -> ThreadOpened | None:
        store = self._backend.conversations
        thread = await store.thread(thread_id)
        if thread is None or thread.trashed_at is not None:
            return None
        window = await store.window_around(thread_id, around or thread.read_anchor, count=PAGE)
        answerer = await self._answerer(thread)
        return ThreadOpened(
            thread,
            answerer.assistant,
            window.messages,
            window.runs,
            window.total,
            self._running.get(thread_id),
            answerer.connection,
            around,
        )

    async def _answerer(self, thread: Thread) -> Answerer:
        assistant = (
            await self._backend.assistants.assistant(thread.assistant_id) if thread.assistant_id else None
        )
        return Answerer(thread.id, assistant, await self._connection(assistant))

    async def _tell_answerer(self, thread_id: ThreadId) -> None:
        thread = await self._backend.conversations.thread(thread_id)
        if thread is not None and thread_id == self._shown_id:
            self.answerer_changed.emit(await self._answerer(thread))

    async def _show_assistant(self, assistant: Assistant) -> None:
        """An assistant has changed, and with it perhaps who answers in the open thread."""
        thread = await self._backend.conversations.thread(self._shown_id) if self._shown_id else None
        if thread and thread.assistant_id == assistant.id:
            await self._tell_answerer(thread.id)

    async def _mark_read(self, thread_id: ThreadId) -> None:
        if not self._backend.database.is_read_only:
            await self._backend.conversations.mark_read(thread_id)

    async def _connection(self, assistant: Assistant | None) -> Connection | None:
        if assistant is None or assistant.settings.connection_id is None:
            return None
        return await self._backend.connection_records.connection(assistant.settings.connection_id)

    # -- facts

    def _on_facts(self, facts: list[Fact]) -> None:
        shown: list[Fact] = []
        for fact in facts:
            if isinstance(fact, LibraryChanged):
                self._start(self.refresh(), "refresh")
                continue
            if isinstance(fact, OperationChanged):
                self.outbox.take(fact)
                continue
            if isinstance(fact, PullProgressed):
                self.pull.take(fact)
                self._show_pulled(fact.progress)
                continue
            if isinstance(fact, RemoteFilesProgressed):
                self.remote_files.take(fact)
                continue
            if isinstance(fact, FilesChanged):
                self.files.take(fact)
                continue
            if isinstance(fact, Expired):
                self._start(self._leave_expired(fact), "leave what expired")
                continue
            self._note(fact)
            if fact.thread_id == self._shown_id and self._is_in_step(fact):
                shown.append(fact)
        if shown:
            self.facts_arrived.emit(shown)

    async def _leave_expired(self, fact: Expired) -> None:
        """Tell of it, and show something else where it was open or selected."""
        self.expired.emit(fact)
        for assistant_id in fact.assistants:
            self._deselect(AssistantId(assistant_id))
        if self._thread_id in fact.threads:
            await self._leave(self._thread_id, [summary.id for summary in await self._listed()])

    def _note(self, fact: RunFact) -> None:
        match fact:
            case RunBegan(thread_id, reply, question):
                if reply.status is Status.WRITING:
                    self._running[thread_id] = reply.id
                if question:
                    self.runs.question_stored.emit(thread_id)
                if fact.hidden_end and fact.replaces and thread_id == self._shown_id:
                    self.runs.offer_former_branch(
                        thread_id, fact.replaces, fact.hidden_end, fact.hidden_turns
                    )
            case RunResumed(thread_id, reply):
                self._running[thread_id] = reply.id
                if thread_id == self._shown_id:
                    self._start(self._show_again(thread_id, reply.id), "show run")
            case RunFinished(thread_id, message):
                if self._running.get(thread_id) == message.id:  # a deferred reply may come meanwhile
                    del self._running[thread_id]
                if thread_id == self._shown_id:
                    self._start(self._mark_read(thread_id), "mark read")
                if message.status is not Status.STOPPED and (fact.was_deferred or _took_long(fact.run)):
                    self._start(self._tell_ended(message, fact.was_deferred), "reply ended")
            case StepsChanged(thread_id, message_id, steps) if self._running.get(thread_id) == message_id:
                waits = any(step.waits_for_user for step in steps)
                self._set_waiting(self._waiting | {thread_id} if waits else self._waiting - {thread_id})
                return
            case _:
                return
        self._turns += 1
        self.running_changed.emit(set(self._running))
        self._set_waiting(self._waiting & self._running.keys())

    def _set_waiting(self, waiting: set[ThreadId]) -> None:
        if waiting != self._waiting:
            self._waiting = waiting
            self.waiting_changed.emit(set(waiting))

    def _show_pulled(self, progress: PullProgress) -> None:
        """The open thread may have more messages when a pull is over; a reply that grows there has the last word."""
        is_over = progress.stage not in ("assistants", "threads")
        if (
            is_over
            and progress.counts.new_messages
            and self._shown_id
            and self._shown_id not in self._running
        ):
            self._start(self._show_again(self._shown_id), "show pulled messages")

    async def _tell_ended(self, message: Message, was_deferred: bool) -> None:
        thread = await self._backend.conversations.thread(message.thread_id)
        if thread is not None and thread.trashed_at is None:
            self.reply_ended.emit(ReplyEnded(thread.id, thread.name, message, was_deferred))

    def _is_in_step(self, fact: RunFact) -> bool:
        """Whether an edit meets the text it was made for.

        A thread that is opened while a reply grows shows the stored text first; edits count from the first one that
        brings the whole text (``RunsController.announce``).
        """
        if isinstance(fact, RunBegan):
            self._synced.add(fact.reply.id)
        if not isinstance(fact, ReplyEdited):
            return True
        if fact.edit.keep == 0:
            self._synced.add(fact.message_id)
        return fact.message_id in self._synced

    # -- files

    def export(self, thread_ids: list[str] | None, file_format: str, path: Path) -> None:
        """Write threads (None: all) to a file or folder; ``exported`` brings the path."""
        self._start(
            self._export([ThreadId(i) for i in thread_ids] if thread_ids else None, file_format, path),
            "export",
        )

    async def _export(self, thread_ids: list[ThreadId] | None, file_format: str, path: Path) -> None:
        self.exported.emit(await self._backend.library.export(thread_ids, file_format, path))

    def run_later(self, work: Callable[[], Any], name: str) -> None:
        """Run a short blocking function (a settings file) off the window's thread."""
        self._start(self._backend.run_blocking(work), name)


def _took_long(run: Run) -> bool:
    return run.ended_at is not None and run.ended_at - run.started_at > LONG
