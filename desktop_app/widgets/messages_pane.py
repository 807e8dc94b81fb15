"""The messages pane: header, transcript and composer of the open thread.

It knows what the composer may do while a reply grows: typing goes on, and Enter marks what stands there to be sent
when the reply is complete.  A message leaves the composer once it is stored; what was typed meanwhile stays.  While a
question is edited, the draft that stood there is set aside, each thread its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.widgets.composer import Composer
from desktop_app.widgets.header import ThreadHeader
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.unsent import Unsent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_app.controllers.facts import Fact, RunBegan, RunFinished
    from desktop_app.domain.ids import MessageId, ThreadId
    from desktop_app.domain.operations import Operation
    from desktop_app.domain.threads import Message, Run
    from desktop_app.qt.finding import Finding
    from desktop_app.qt.intents import Answerer, ThreadOpened
    from desktop_app.widgets.empty_thread import EmptyThread
    from desktop_app.widgets.thread_find import ThreadFind
    from desktop_app.widgets.transcript.view import TranscriptView


class MessagesPane(QWidget):
    """Shows one thread; every signal that starts with a thread's id speaks of the open one.

    ``send_requested(str, str)``, ``defer_requested(str, str)``, ``resend_requested(str, str, str)`` with the id of the
    question and its new words, ``draft_changed(str, str)``, ``read_position_changed(str, str, int)``,
    ``edit_last_requested(str)``, ``messages_wanted(str, int, int)``: the first position and the number of the messages
    that are needed; ``citation_requested(str, int)``: a message and the index of a citation to be shown.
    """

    send_requested = Signal(str, str)
    defer_requested = Signal(str, str)
    resend_requested = Signal(str, str, str)
    stop_requested = Signal(str)
    draft_changed = Signal(str, str)
    renamed = Signal(str, str)
    messages_wanted = Signal(str, int, int)
    read_position_changed = Signal(str, str, int)
    regenerate_requested = Signal(str)
    continue_requested = Signal(str)
    sibling_requested = Signal(str)
    edit_requested = Signal(str)
    edit_last_requested = Signal(str)
    fork_requested = Signal(str)
    delete_requested = Signal(str)
    details_requested = Signal(str)
    citation_requested = Signal(str, int)
    fix_requested = Signal(str, str)
    operation_check_requested = Signal(str)
    operation_cancel_requested = Signal(str)
    retry_now_requested = Signal(str)
    assistant_menu_requested = Signal(QPoint)
    more_requested = Signal(QPoint)
    sidebar_toggled = Signal()
    link_activated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messages")
        self.setProperty("surface", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._opened: ThreadOpened | None = None
        self._title = ""
        self._growing_id: MessageId | None = None  # the reply that is being written
        self._unsent = Unsent()
        self._sends_when_done = False
        self.header = ThreadHeader(theme, self)
        self.composer = Composer(theme, self)
        self._theme = theme
        self._stack = QStackedWidget(self)
        self._lay_out()
        self._connect()

    # -- the open thread

    @property
    def thread_id(self) -> ThreadId | None:
        """The open thread."""
        return self._opened.thread.id if self._opened else None

    def show_thread(self, opened: ThreadOpened) -> None:
        """Put another thread into the pane; the same thread keeps its place and what is being typed."""
        is_same = self._opened is not None and self._opened.thread.id == opened.thread.id
        typed = "" if self._opened else self.composer.text()  # before there was a thread to keep it in
        if not is_same:
            self.leave_thread()
        self._opened = opened
        self.set_title(opened.thread.name)
        self._show_header()
        self._show_messages(opened, is_same)
        if not is_same:
            self._show_editing()
            self.composer.set_text(self._unsent.take_up(opened.thread.id, opened.thread.draft))
            self._wait_for_end(False)
        if typed.strip():
            self._put("\n".join(filter(None, (self.composer.text(), typed))))
        self._set_growing(opened.growing_id)
        self._show_empty(not opened.messages)
        self._find.set_thread(opened.thread.id)

    def _show_messages(self, opened: ThreadOpened, is_same: bool) -> None:
        """Show the window that was read: the same thread where it stood, another one where it was left."""
        transcript = self.transcript
        if not is_same:
            transcript.context_line.show_next(None)
            transcript.context_line.show_run(None)
        transcript.show_thread(opened.messages, opened.runs, opened.total)
        if not is_same and opened.thread.read_anchor:
            transcript.restore_position(opened.thread.read_anchor, opened.thread.read_offset)
        place = next((one.position for one in opened.messages if one.id == opened.around), None)
        if place is not None and transcript.page.on_screen(place) is None:
            transcript.jump_to(place)

    def leave_thread(self) -> None:
        """Hand over what must be kept of the open thread before another one comes, or before the end."""
        if self._opened is None:
            return
        self.header.finish_editing()
        self.composer.flush_draft()
        self._unsent.leave(self._opened.thread.id, self.composer.text())
        if self._opened.messages:
            message_id, offset = self.transcript.read_position()
            self.read_position_changed.emit(self._opened.thread.id, message_id, offset)

    def end(self) -> None:
        """The window is closed: keep what must be kept, and let the transcript's threads end."""
        self.leave_thread()
        if self._stack.count():
            self.transcript.close_threads()

    def set_answerer(self, answerer: Answerer) -> None:
        """Another assistant, or another version of it, answers from now on."""
        if self._opened is not None and self._opened.thread.id == answerer.thread_id:
            self._opened = replace(self._opened, assistant=answerer.assistant, connection=answerer.connection)
            self._show_header()

    def fork_name(self) -> str:
        """What a copy of the open thread is called; nothing for one without a name."""
        return self.tr("%1 (fork)").replace("%1", self._title) if self._title else ""

    def set_title(self, name: str) -> None:
        """Show the thread's name as the list has it."""
        self._title = name
        self.header.set_title(name)

    def add_messages(self, thread_id: str, messages: list[Message], runs: dict[MessageId, Run]) -> None:
        """Give the transcript messages that it had asked for."""
        if thread_id == self.thread_id:
            self.transcript.supply(messages, runs)

    # -- a reply grows

    def apply(self, facts: list[Fact]) -> None:
        """Show what happened to the open thread since the last frame."""
        from desktop_app.controllers.facts import (
            ReplyEdited,
            RunBegan,
            RunFinished,
            StageReached,
            StepsChanged,
        )

        for fact in facts:
            match fact:
                case RunBegan():
                    self._on_began(fact)
                case StageReached(_, message_id, stage, fraction, until, error):
                    self.transcript.set_stage(message_id, stage, fraction, until=until, error=error)
                case ReplyEdited(_, message_id, edit):
                    self.transcript.edit(message_id, edit)
                case StepsChanged(_, message_id, steps):
                    self.transcript.set_steps(message_id, steps)
                case RunFinished():
                    self._on_finished(fact)

    def _on_began(self, fact: RunBegan) -> None:
        self._show_empty(False)
        if fact.replaces == fact.reply.id:
            self.transcript.replace(fact.reply.id, fact.reply)
        else:
            new = [message for message in (fact.question, fact.reply) if message]
            self.transcript.truncate(new[0].position)
            for message in new:
                self.transcript.append(message)
        self.transcript.set_stage(fact.reply.id, "queued", None)
        self._find.messages_changed((fact.question or fact.reply).position)
        if fact.reply.status == "writing":
            self._set_growing(fact.reply.id)
        if fact.question:
            question_id = fact.question.id
            QTimer.singleShot(0, self, lambda: self.transcript.scroll_to_question(question_id))

    def _on_finished(self, fact: RunFinished) -> None:
        self.transcript.set_ended(fact.message, fact.run)
        self._find.messages_changed(fact.message.position)
        if fact.message.id != self._growing_id:  # a deferred reply has come
            return
        self._set_growing(None)
        if self._sends_when_done:
            self._wait_for_end(False)
            if fact.run.status in ("completed", "truncated"):
                self._send(self.composer.text())

    def _set_growing(self, message_id: MessageId | None) -> None:
        self._growing_id = message_id
        self.composer.set_running(message_id is not None)

    # -- the composer

    def _send(self, text: str) -> None:
        if not text.strip() or self._opened is None:
            return
        thread_id = self._opened.thread.id
        if self._growing_id or self._unsent.is_sending(thread_id):
            self._wait_for_end(True)
            return
        self.composer.flush_draft()
        self._unsent.send(thread_id, text)
        if edit := self._unsent.edit_of(thread_id):
            self.resend_requested.emit(thread_id, edit.message_id, text)
        else:
            self.send_requested.emit(thread_id, text)

    def _defer(self, text: str) -> None:
        """Send a message whose reply may come later; the composer offers it only while nothing else goes on."""
        if self._opened is not None and not self._unsent.is_sending(self._opened.thread.id):
            self.composer.flush_draft()
            self._unsent.send(self._opened.thread.id, text)
            self.defer_requested.emit(self._opened.thread.id, text)

    def set_operations(self, operations: Mapping[MessageId, Operation]) -> None:
        """The deferred requests that are open, by the message that waits for its reply."""
        self.transcript.set_operations(operations)

    def question_stored(self, thread_id: str) -> None:
        """The message is safe: only now it leaves the composer."""
        left = self._unsent.stored(thread_id, self._written(thread_id))
        if left is not None:
            self._show_editing()
            self._settle(thread_id, left)

    def question_refused(self, thread_id: str) -> None:
        """The message was not taken: it stays in the composer."""
        draft = self._unsent.refused(thread_id, self._written(thread_id))
        if draft is not None:
            self._settle(thread_id, draft)

    def _written(self, thread_id: str) -> str | None:
        """What stands in the composer, if it is that of the thread."""
        return self.composer.text() if thread_id == self.thread_id else None

    def _settle(self, thread_id: str, draft: str) -> None:
        """Nothing of the thread is on its way any more; ``draft`` stays in its composer."""
        if thread_id == self.thread_id and draft != self.composer.text():
            self.composer.set_text(draft)
        self.draft_changed.emit(thread_id, draft)

    def stop(self) -> None:
        """Stop the reply that grows; its text stays."""
        self._wait_for_end(False)
        if self._opened is not None and self._growing_id:
            self.stop_requested.emit(self._opened.thread.id)

    def _wait_for_end(self, is_waiting: bool) -> None:
        """Whether what is written is sent when the reply is complete."""
        if is_waiting != self._sends_when_done:
            self._sends_when_done = is_waiting
            waiting = self.tr("Sends when the reply is complete · Esc stops it")
            self.composer.set_hint(waiting if is_waiting else "")

    def _on_draft(self, text: str) -> None:
        if not text.strip():
            self._wait_for_end(False)
        thread_id = self.thread_id
        if thread_id is not None and self._unsent.takes_drafts(thread_id):
            self.draft_changed.emit(thread_id, text)

    def _put(self, text: str) -> None:
        """Write into the composer, as if it had been typed."""
        self.composer.set_text(text)
        self._on_draft(text)
        self.composer.focus()

    def _quote(self, markdown: str) -> None:
        """Put words of a message into the composer, to be answered."""
        lines = "\n".join(f"> {line}".rstrip() for line in markdown.strip("\n").split("\n"))
        written = self.composer.text().rstrip()
        self._put("\n\n".join(filter(None, (written, lines))) + "\n\n")

    def _fix(self, message_id: str, action: str) -> None:
        match action:
            case "edit_question":
                self.edit_requested.emit(message_id)
            case "check_operation":
                self.operation_check_requested.emit(message_id)
            case "cancel_operation":
                self.operation_cancel_requested.emit(message_id)
            case "retry_now":
                self.retry_now_requested.emit(self.thread_id)
            case _:
                self.fix_requested.emit(message_id, action)

    # -- a question in other words

    def edit(self, message: Message) -> None:
        """Put a question of the open thread into the composer; what is sent then takes its place."""
        thread_id = self.thread_id
        if message.thread_id != thread_id or self._unsent.is_sending(thread_id):
            return
        self.composer.flush_draft()
        self._unsent.edit(message, self.composer.text())
        self._show_editing()
        self.composer.set_text(message.text)
        self.composer.focus()

    def cancel_edit(self) -> None:
        """Give the draft back that stood in the composer before."""
        if edit := self._unsent.end_edit(self.thread_id):
            self._show_editing()
            self.composer.set_text(edit.draft)
            self.composer.focus()

    def _show_editing(self) -> None:
        self.composer.set_editing(self._unsent.edit_of(self.thread_id) is not None)

    def edit_last(self) -> None:
        """Put the last question back into the composer, to be asked in other words."""
        if self._opened is not None and self._unsent.edit_of(self.thread_id) is None:
            self.edit_last_requested.emit(self._opened.thread.id)

    def _delete(self, message_id: str) -> None:
        edit = self._unsent.edit_of(self.thread_id)
        if edit and edit.message_id == message_id:
            self.cancel_edit()
        self.delete_requested.emit(message_id)

    def remove_message(self, thread_id: str, message_id: str, left: int) -> None:
        """A message was deleted, and ``left`` are left in its thread."""
        if thread_id == self.thread_id:
            self.transcript.remove(message_id)
            self._find.messages_changed(0)
            self._show_empty(left == 0)

    def copy(self, kind: str) -> None:
        """Copy what is selected in the transcript, or its current message, as "markdown", "rich" or "plain" text."""
        if self._opened is not None:
            self.transcript.copying.copy(kind)

    def step_message(self, by: int) -> None:
        """Go to the previous (-1) or next (1) message."""
        if self._opened is not None:
            self.transcript.step_message(by)

    # -- calls, and what the model sees

    def focus_call(self) -> bool:
        """Give the keyboard to the call that waits for the user; False when none does."""
        return self._opened is not None and self.transcript.calls.focus()

    def set_context_line(self, message_id: str | None) -> None:
        """As ``ContextLine.show_next``."""
        self.transcript.context_line.show_next(message_id)

    def show_run_context(self, run: Run) -> None:
        """Draw a line above the first message that a run was given, or take it away again."""
        first = run.seen[0] if run.seen else None
        self.transcript.context_line.show_run(None if first == self.transcript.context_line.of_run else first)

    # -- finding

    def attach_finding(self, finding: Finding) -> None:
        """From now on words can be looked for."""
        self._find.attach(finding)

    def open_find(self) -> None:
        """Let words be looked for in the open thread."""
        if self._opened is not None:
            self._find.open()

    def find_next(self) -> None:
        """Show the next hit."""
        if self._opened is not None:
            self._find.next()

    def find_previous(self) -> None:
        """Show the hit before."""
        if self._opened is not None:
            self._find.previous()

    # -- building

    def build_pages(self) -> None:
        """Make what shows messages.  It is loaded after the first paint: until a thread is read there are none."""
        from desktop_app.widgets.empty_thread import EmptyThread
        from desktop_app.widgets.thread_find import ThreadFind
        from desktop_app.widgets.transcript.view import TranscriptView

        self.transcript: TranscriptView = TranscriptView(self._theme, self)
        self.empty: EmptyThread = EmptyThread(self._theme, self)
        self._stack.addWidget(self.transcript)
        self._stack.addWidget(self.empty)
        self.empty.example_chosen.connect(self._put)
        self._connect_transcript(self.transcript)
        self._find: ThreadFind = ThreadFind(self._theme, self.transcript, self)
        self._column.insertWidget(self._column.indexOf(self._stack), self._find.bar)
        self.empty.connections_requested.connect(lambda: self.fix_requested.emit("", "connections"))

    def _connect_transcript(self, transcript: TranscriptView) -> None:
        transcript.messages_wanted.connect(self._want_messages)
        transcript.regenerate_requested.connect(self.regenerate_requested)
        transcript.retry_requested.connect(self.regenerate_requested)
        transcript.continue_requested.connect(self.continue_requested)
        transcript.sibling_requested.connect(self.sibling_requested)
        transcript.edit_requested.connect(self.edit_requested)
        transcript.fork_requested.connect(self.fork_requested)
        transcript.quote_requested.connect(self._quote)
        transcript.delete_requested.connect(self._delete)
        transcript.details_requested.connect(self.details_requested)
        transcript.citation_requested.connect(self.citation_requested)
        transcript.fix_requested.connect(self._fix)
        transcript.stop_requested.connect(self.stop)
        transcript.link_activated.connect(self.link_activated)

    def _show_header(self) -> None:
        from desktop_app.domain.providers import can_defer  # the first thread comes after the first paint

        opened = self._opened
        if opened is None:
            return
        settings = opened.assistant.settings if opened.assistant else None
        self.transcript.set_assistant(settings.name if settings else "")
        version = opened.assistant.version if opened.assistant else 0
        self.header.set_assistant(settings.name if settings else "", version)
        self.empty.set_has_answerer(opened.connection is not None)
        self.composer.set_can_send(opened.assistant is not None)
        if not self._sends_when_done:
            nobody = self.tr("Nobody answers here yet: choose an assistant above")
            self.composer.set_hint("" if opened.assistant else nobody)
        self.composer.set_can_defer(opened.connection is not None and can_defer(opened.connection))
        if settings:
            is_on_device = opened.connection is not None and opened.connection.kind == "on-device"
            self.empty.set_assistant(settings.name, settings.description, is_on_device=is_on_device)

    def _show_empty(self, is_empty: bool) -> None:
        had_focus = self.composer.has_focus()
        if is_empty:
            self.empty.take_composer(self.composer)
            self._stack.setCurrentWidget(self.empty)
        else:
            self._bottom.addWidget(self.composer)
            self._stack.setCurrentWidget(self.transcript)
        self.composer.show()
        if had_focus:
            self.composer.focus()

    def _lay_out(self) -> None:
        self._bottom = QVBoxLayout()
        self._bottom.setContentsMargins(0, 0, 0, 0)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)
        column.addLayout(self._bottom)
        self._bottom.addWidget(self.composer)

    def _connect(self) -> None:
        self.composer.send_requested.connect(self._send)
        self.composer.defer_requested.connect(self._defer)
        self.composer.stop_requested.connect(self.stop)
        self.composer.draft_changed.connect(self._on_draft)
        self.composer.edit_last_requested.connect(self.edit_last)
        self.composer.editing_cancelled.connect(self.cancel_edit)
        self.header.renamed.connect(self._rename)
        self.header.assistant_menu_requested.connect(self.assistant_menu_requested)
        self.header.more_requested.connect(self.more_requested)
        self.header.sidebar_toggled.connect(self.sidebar_toggled)

    def _want_messages(self, first: int, count: int) -> None:
        if self._opened is not None:
            self.messages_wanted.emit(self._opened.thread.id, first, count)

    def _rename(self, name: str) -> None:
        if self._opened is not None:
            self.renamed.emit(self._opened.thread.id, name)
