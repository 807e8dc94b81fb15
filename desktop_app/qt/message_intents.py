"""What the user wants with single messages of the open thread, and the loading of those that come into sight."""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.errors import NitkaError, RunError, RunInProgressError
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.threads import Author, Message

Work = Coroutine[Any, Any, None]


class Span(NamedTuple):
    """Positions of a thread, ``end`` not among them."""

    thread_id: ThreadId
    first: int
    end: int

    def touches(self, other: "Span") -> bool:
        """Whether nothing lies between the two."""
        return self.thread_id == other.thread_id and self.first <= other.end and other.first <= self.end

    def joined(self, other: "Span") -> "Span":
        """The two and what lies between them."""
        return Span(self.thread_id, min(self.first, other.first), max(self.end, other.end))


class MessageIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, opens threads and offers undo.

    ``messages_loaded(str, list, object)``: thread, messages, their runs by message id.  ``edit_ready(Message)``: a
    question to be put into the composer.  ``details_ready(Message, Run | None)``.  ``versions_listed(str, list)``: a
    reply and the versions it can be asked for again with, newest first.  ``message_removed(str, str, int)``: thread,
    message (it went alone, what followed moved up), and how many are left.  ``refused(RunError)``: a message was not
    deleted.  ``image_fetched(str, bytes)`` and ``image_refused(str, str)``: an address, and what came or the code of
    the error; one of the two for every ``fetch_image``.
    """

    messages_loaded = Signal(str, list, object)
    message_removed = Signal(str, str, int)
    edit_ready = Signal(object)
    details_ready = Signal(object, object)
    versions_listed = Signal(str, list)
    refused = Signal(object)
    image_fetched = Signal(str, object)
    image_refused = Signal(str, str)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        open_thread: Callable[[ThreadId], Work],
        show_again: Callable[[ThreadId, MessageId], Work],
        refresh: Callable[[], Work],
        offer_undo: Callable[[str, str, Callable[[], Work]], None],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._open_thread = open_thread
        self._show_again = show_again
        self._refresh = refresh
        self._offer_undo = offer_undo
        self._wanted: list[Span] = []
        self._is_loading = False

    # -- reading

    def load(self, thread_id: str, first: int, count: int) -> None:
        """Load ``count`` messages from the position ``first`` on.

        May be called at every step of a scroll bar.  What is wanted while something is being read waits: the last
        wish comes first, spans that touch become one, and wishes of another thread are forgotten.
        """
        wanted = Span(ThreadId(thread_id), first, first + count)
        waiting = [span for span in self._wanted if span.thread_id == wanted.thread_id]
        for span in [span for span in waiting if span.touches(wanted)]:
            waiting.remove(span)
            wanted = wanted.joined(span)
        self._wanted = [*waiting, wanted]
        if not self._is_loading:
            self._is_loading = True
            self._start(self._load(), "load messages")

    async def _load(self) -> None:
        try:
            while self._wanted:
                span = self._wanted.pop()
                window = await self._backend.conversations.window(
                    span.thread_id, first=span.first, count=span.end - span.first
                )
                self.messages_loaded.emit(span.thread_id, window.messages, window.runs)
        finally:
            self._wanted.clear()
            self._is_loading = False

    def show_details(self, message_id: str) -> None:
        """Read what is known of a message and of the run that wrote it."""
        self._start(self._show_details(MessageId(message_id)), "message details")

    async def _show_details(self, message_id: MessageId) -> None:
        store = self._backend.conversations
        message = await store.message(message_id)
        if message is not None:
            run = await store.run(message.run_id) if message.run_id else None
            self.details_ready.emit(message, run)

    def list_versions(self, message_id: str) -> None:
        """Read the versions of the assistant that answers in the message's thread."""
        self._start(self._list_versions(MessageId(message_id)), "list versions")

    async def _list_versions(self, message_id: MessageId) -> None:
        message = await self._backend.conversations.message(message_id)
        thread = await self._backend.conversations.thread(message.thread_id) if message else None
        if thread is not None and thread.assistant_id is not None:
            versions = await self._backend.assistants.versions(thread.assistant_id)
            self.versions_listed.emit(message_id, versions)

    # -- branches

    def show_sibling(self, message_id: str) -> None:
        """Show another of the messages at this place."""
        self._start(self._show_sibling(MessageId(message_id)), "show sibling")

    async def _show_sibling(self, message_id: MessageId) -> None:
        store = self._backend.conversations
        message = await store.message(message_id)
        if message is not None:
            await store.show_sibling(message_id)
            await self._show_again(message.thread_id, message_id)

    def edit(self, message_id: str) -> None:
        """Put a question, or the one that a reply answers, into the composer, to be asked in other words."""
        self._start(self._edit(self._question(MessageId(message_id))), "edit message")

    async def _question(self, message_id: MessageId) -> Message | None:
        store = self._backend.conversations
        message = await store.message(message_id)
        if message is not None and message.author is not Author.USER and message.parent_id:
            message = await store.message(message.parent_id)
        return message if message is not None and message.author is Author.USER else None

    def edit_last(self, thread_id: str) -> None:
        """Put the last question of the thread into the composer."""
        newest = self._backend.conversations.newest(ThreadId(thread_id), Author.USER)
        self._start(self._edit(newest), "edit message")

    async def _edit(self, reading: Coroutine[Any, Any, Message | None]) -> None:
        message = await reading
        if message is not None:
            self.edit_ready.emit(message)

    def fork(self, message_id: str, name: str) -> None:
        """Open a new thread called ``name`` that begins with all that led to the message, and itself."""
        self._start(self._fork(MessageId(message_id), name), "fork thread")

    def fork_last(self, thread_id: str, name: str) -> None:
        """Open a copy of the whole thread, as it is shown."""
        self._start(self._fork_last(ThreadId(thread_id), name), "fork thread")

    async def _fork_last(self, thread_id: ThreadId, name: str) -> None:
        newest = await self._backend.conversations.newest(thread_id)
        if newest is not None:
            await self._fork(newest.id, name)

    async def _fork(self, message_id: MessageId, name: str) -> None:
        thread_id = await self._backend.conversations.fork_thread(message_id, name)
        await self._refresh()
        await self._open_thread(thread_id)

    # -- deleting

    def delete(self, message_id: str) -> None:
        """Take a message out of its thread; Undo is offered."""
        self._start(self._delete(MessageId(message_id)), "delete message")

    async def _delete(self, message_id: MessageId) -> None:
        try:
            done = await self._backend.conversations.delete_message(message_id)
        except RunInProgressError as error:
            self.refused.emit(RunError.of(error))
            return
        if done.instead is None:
            self.message_removed.emit(done.thread_id, message_id, done.left)
        else:
            await self._show_again(done.thread_id, done.instead)
        self._offer_undo("message_deleted", "", lambda: self._restore(message_id))
        await self._refresh()

    async def _restore(self, message_id: MessageId) -> None:
        thread_id = await self._backend.conversations.restore_message(message_id)
        await self._show_again(thread_id, message_id)
        await self._refresh()

    # -- the newest reply

    def read_newest_reply(self, thread_id: str, then: Callable[[str], None]) -> None:
        """Hand the source of the thread's newest reply to ``then``, if there is one."""
        self._start(self._read_newest_reply(ThreadId(thread_id), then), "read newest reply")

    async def _read_newest_reply(self, thread_id: ThreadId, then: Callable[[str], None]) -> None:
        reply = await self._backend.conversations.newest(thread_id, Author.ASSISTANT)
        if reply is not None:
            then(reply.text)

    # -- images

    def fetch_image(self, url: str) -> None:
        """Fetch an image that the reader asked for."""
        self._start(self._fetch_image(url), "fetch image")

    async def _fetch_image(self, url: str) -> None:
        try:
            content = await self._backend.worker.ask(self._backend.images.fetch(url))
        except Exception as error:  # noqa: BLE001 - the card waits for an answer
            if not isinstance(error, NitkaError):
                self._backend.log_fault(error)
            self.image_refused.emit(url, RunError.of(error).code)
        else:
            self.image_fetched.emit(url, content)
