"""What the user wants to know of the open thread: itself, its runs, the sources of a reply, what the model will see."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.context import ContextPreview
from desktop_app.domain.files import FileId, Source
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.threads import Author, Citation, Message, Run, Thread

T = TypeVar("T")
Work = Coroutine[Any, Any, None]
Reading = Coroutine[Any, Any, ContextPreview | None]


@dataclass(frozen=True, slots=True)
class ReplyRead:
    """A reply with the run that wrote it; ``version`` are the settings of the assistant's version that was asked."""

    message: Message
    run: Run | None
    version: AssistantSettings | None


@dataclass(frozen=True, slots=True)
class SourceRead:
    """The place of a citation in its file; ``source`` None when the file is not in the library."""

    citation: Citation
    source: Source | None


class DetailsIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks and shows threads.

    Everything is read off the window's thread; of each kind of question only the newest is answered, earlier ones are
    given up.  ``thread_read(Thread)``, ``reply_read(ReplyRead | None)``: None where a thread has no reply,
    ``runs_listed(str, list)``: thread and its runs, the newest first, ``source_read(SourceRead)``,
    ``previewed(str, ContextPreview | None)``: thread and what asking now would send, None when that is not known,
    ``file_found(str)`` and ``file_missing(str)``: the path that ``find_file`` was asked for.
    """

    thread_read = Signal(object)
    reply_read = Signal(object)
    runs_listed = Signal(str, list)
    source_read = Signal(object)
    previewed = Signal(str, object)
    file_found = Signal(str)
    file_missing = Signal(str)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        show_again: Callable[[ThreadId, MessageId], Work],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._show_again = show_again
        self._asked: dict[str, Future[Any]] = {}

    def _ask(self, question: str, reading: Coroutine[Any, Any, T], then: Callable[[T], object]) -> None:
        """Read on the worker's loop; an answer that is not the newest of its ``question`` is dropped."""
        if earlier := self._asked.get(question):
            earlier.cancel()
        asked = self._asked[question] = self._backend.worker.call(reading)
        self._start(self._answer(question, asked, then), question)

    async def _answer(self, question: str, asked: Future[T], then: Callable[[T], object]) -> None:
        answer = asyncio.wrap_future(asked)
        await asyncio.wait([answer])
        is_newest = self._asked.get(question) is asked
        if is_newest:
            del self._asked[question]
        if not answer.cancelled():
            told = answer.result()  # an error is told, of an earlier question too
            if is_newest:
                then(told)

    # -- the thread and its replies

    def show_thread(self, thread_id: str) -> None:
        """Read the thread."""
        self._ask("thread", self._backend.conversations.thread(ThreadId(thread_id)), self._tell_thread)

    def _tell_thread(self, thread: Thread | None) -> None:
        if thread is not None:
            self.thread_read.emit(thread)

    def show_run(self, thread_id: str, message_id: str) -> None:
        """Read a reply, or the one that answers a question; without a message the newest of the thread."""
        self._ask("reply", self._reply(ThreadId(thread_id), MessageId(message_id)), self.reply_read.emit)

    async def _reply(self, thread_id: ThreadId, message_id: MessageId) -> ReplyRead | None:
        message = await self._reply_of(thread_id, message_id)
        if message is None:
            return None
        run = await self._backend.conversations.run(message.run_id) if message.run_id else None
        version = None
        if run is not None and run.assistant_id:
            version = await self._backend.assistants.version(run.assistant_id, run.assistant_version)
        return ReplyRead(message, run, version.settings if version else None)

    async def _reply_of(self, thread_id: ThreadId, message_id: MessageId) -> Message | None:
        store = self._backend.conversations
        message = await store.message(message_id) if message_id else None
        if message is not None and message.author is Author.USER:
            after = await store.window(message.thread_id, first=message.position + 1, count=1)
            message = after.messages[0] if after.messages else None
        return message or await store.newest(thread_id, Author.ASSISTANT)

    def list_runs(self, thread_id: str) -> None:
        """Read all runs of a thread."""
        self._ask(
            "runs",
            self._backend.conversations.runs(ThreadId(thread_id)),
            lambda runs: self.runs_listed.emit(thread_id, runs[::-1]),
        )

    def go_to(self, message_id: str) -> None:
        """Show a message of the open thread, on whatever branch it stands."""
        self._start(self._go_to(MessageId(message_id)), "go to message")

    async def _go_to(self, message_id: MessageId) -> None:
        store = self._backend.conversations
        message = await store.message(message_id)
        if message is not None:
            if message_id not in await store.shown_ids(message.thread_id):
                await store.show_sibling(message_id)
            await self._show_again(message.thread_id, message_id)

    # -- sources

    def show_source(self, citation: Citation) -> None:
        """Read the file of a citation around its place."""
        file_id = FileId(citation.file_id)
        self._read_source(
            citation, self._backend.files.source(file_id, citation.page, citation.line, citation.fragment)
        )

    def read_source(self, citation: Citation, part: int) -> None:
        """Read the file of a citation around another part."""
        self._read_source(citation, self._backend.files.source_at(FileId(citation.file_id), part))

    def _read_source(self, citation: Citation, reading: Coroutine[Any, Any, Source | None]) -> None:
        self._ask("source", reading, lambda source: self.source_read.emit(SourceRead(citation, source)))

    def find_file(self, path: str) -> None:
        """Look whether a file is still where it was."""

        def tell(is_there: bool) -> None:
            (self.file_found if is_there else self.file_missing).emit(path)

        self._ask("file", asyncio.to_thread(_is_file, path), tell)

    # -- what the model will see

    def preview(self, thread_id: str, draft: str, overrides: RunOverrides | None = None) -> None:
        """Tell what asking ``draft`` now would send."""
        context = self._backend.context
        self._preview(thread_id, lambda: context.preview(ThreadId(thread_id), draft, None, overrides))

    def count(self, thread_id: str, draft: str, overrides: RunOverrides | None = None) -> None:
        """As ``preview``, with the tokens counted by the service; a later ``preview`` gives it up."""
        context = self._backend.context
        self._preview(thread_id, lambda: context.counted(ThreadId(thread_id), draft, None, overrides))

    def _preview(self, thread_id: str, reading: Callable[[], Reading]) -> None:
        self._ask("preview", self._calm(reading), lambda preview: self.previewed.emit(thread_id, preview))

    async def _calm(self, reading: Callable[[], Reading]) -> ContextPreview | None:
        """Nobody asked for the preview: what is wrong with it is logged, and said when the message is sent."""
        try:
            return await reading()
        except Exception as error:  # noqa: BLE001 - whatever it was, typing goes on
            self._backend.log_fault(error)
            return None


def _is_file(path: str) -> bool:
    return Path(path).is_file()
