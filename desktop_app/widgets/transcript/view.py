"""The transcript: the messages of the shown thread, and the rules of reading while text arrives.

1. The end is followed only while the reader is within 48 px of it.
2. A wheel, key or drag up, or a selection, leaves the end at once; only the reader, End or sending returns.
   Clicks and focus never scroll.
3. Sending moves the question into the top third, so that the answer is read from its start.
4. Away from the end everything keeps its place to the pixel, whatever grows or is put in elsewhere; a round button
   says what has come.
5. What changed is drawn, nothing else; nothing runs while nothing changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from desktop_app.domain.assistants import AssistantVersion
from desktop_app.domain.ids import MessageId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.operations import Operation
from desktop_app.domain.settings import Announcements
from desktop_app.domain.threads import Message, Run
from desktop_app.domain.tools import ToolStep
from desktop_app.markdown.hits import Hit
from desktop_app.markdown.links import is_safe
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.accessible import TranscriptAccessibility
from desktop_app.widgets.transcript.announcer import Announcer, announce
from desktop_app.widgets.transcript.blocks.block import Environment, Mark
from desktop_app.widgets.transcript.blocks.highlighter import Highlighter
from desktop_app.widgets.transcript.blocks.images import Images
from desktop_app.widgets.transcript.blocks.style import TextStyle
from desktop_app.widgets.transcript.cell import (
    HEAD,
    TAIL,
    Cell,
    Place,
    QuestionCell,
    QuestionTexts,
    Spot,
)
from desktop_app.widgets.transcript.citations import SourceTexts, with_number
from desktop_app.widgets.transcript.context_line import BELOW_ALL, ContextLine
from desktop_app.widgets.transcript.context_menu import TranscriptMenu
from desktop_app.widgets.transcript.copying import Copying
from desktop_app.widgets.transcript.endings import EndingTexts
from desktop_app.widgets.transcript.entry import Entry, Stage, block_of
from desktop_app.widgets.transcript.growing import GrowingReplies
from desktop_app.widgets.transcript.hits import Hits
from desktop_app.widgets.transcript.keyboard import Keyboard
from desktop_app.widgets.transcript.page import Shown
from desktop_app.widgets.transcript.page_view import NO_MARKS, PageView
from desktop_app.widgets.transcript.pointer import Pointer
from desktop_app.widgets.transcript.reply_cell import ReplyCell
from desktop_app.widgets.transcript.reply_parts import ReplyTexts
from desktop_app.widgets.transcript.reply_requests import ReplyRequests
from desktop_app.widgets.transcript.rows import ActionRows
from desktop_app.widgets.transcript.selection import END, THREAD_START, Selection, TextSpot
from desktop_app.widgets.transcript.spoken import SpokenTranscript
from desktop_app.widgets.transcript.waiting_calls import WaitingCalls


class TranscriptView(PageView):
    """The messages pane.

    Signals: ``messages_wanted(int, int)``: first position and count of messages to ``supply``;
    ``regenerate_requested(str)``, ``continue_requested(str)``, ``retry_requested(str)``, ``edit_requested(str)``,
    ``fork_requested(str)``, ``delete_requested(str)``, ``details_requested(str)`` with a message's id;
    ``quote_requested(str)`` with Markdown; ``sibling_requested(str)`` with the id of the alternative to show;
    ``fix_requested(str, str)`` with the reply's id and one of "replace_key", "connections", "assistant_settings",
    "edit_question"; ``call_decided(str, str, Decision)`` and ``call_result_given(str, str, str)`` with the reply's id
    and the key of a call; ``citation_requested(str, int)`` with the reply's id and the index of a citation whose source
    is to be shown; ``versions_wanted(str)`` with a reply's id, answered by ``show_versions``, and
    ``regenerate_with_version(str, int)``; ``options_wanted(str)`` with the id of a reply that is to be asked for again
    with other settings; ``link_activated(str)`` with an http, https or mailto address;
    ``stop_requested()`` for Esc; ``zoom_requested(int)`` with per cent to add; ``moved()`` when other messages are on
    the screen; ``current_changed(str)`` with the id of the message that is the current one now, "" for none.
    """

    regenerate_requested = Signal(str)
    continue_requested = Signal(str)
    retry_requested = Signal(str)
    sibling_requested = Signal(str)
    edit_requested = Signal(str)
    fork_requested = Signal(str)
    quote_requested = Signal(str)
    delete_requested = Signal(str)
    details_requested = Signal(str)
    fix_requested = Signal(str, str)
    call_decided = Signal(str, str, object)
    call_result_given = Signal(str, str, str)
    citation_requested = Signal(str, int)
    versions_wanted = Signal(str)
    regenerate_with_version = Signal(str, int)
    options_wanted = Signal(str)
    link_activated = Signal(str)
    stop_requested = Signal()
    zoom_requested = Signal(int)
    moved = Signal()
    current_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Messages"))
        self._texts = QuestionTexts()
        self._reply_texts = ReplyTexts(EndingTexts(), SourceTexts())
        self._requests = ReplyRequests(self, self._reply_texts.sources)
        self.context_line = ContextLine(theme, self)
        self.context_line.changed.connect(self._line_changed)
        self.calls = WaitingCalls(self)
        self.highlighter = Highlighter(self)
        self.images = Images(self)
        self.selection = Selection()
        self.current_id = ""
        self._hits = Hits(self.page)
        self.copying = Copying(self)
        self._announcer = Announcer(self, self._say)
        self._growing = GrowingReplies(self, self._reply_texts, self._announcer)
        self._accessibility = TranscriptAccessibility(self, SpokenTranscript(self))
        self._pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._rows = ActionRows(self)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _make_environments(self) -> None:
        """What the blocks of replies share, and those of questions, whose words are of another colour."""
        style = TextStyle.of(self._theme)
        of_questions = replace(style, text=self._theme.color("userBubbleText"))
        shared = self.highlighter, self.images, self.block_changed
        self._of_replies, self._of_questions = Environment(style, *shared), Environment(of_questions, *shared)

    def _make_cell(self, entry: Entry) -> Cell:
        if entry.is_user:
            return QuestionCell(entry, self._column_width, self._of_questions, self._theme, self._texts)
        self._of_replies.room_beside = self.room_beside
        return ReplyCell(
            entry, self._column_width, self._of_replies, self._theme, self._reply_texts, self._requests
        )

    def close_threads(self) -> None:
        """End the threads that colour code and read pictures; nothing is asked of the view afterwards."""
        self.highlighter.close()
        self.images.close()

    # -- the thread

    def show_thread(
        self,
        messages: Sequence[Message],
        runs: Mapping[MessageId, Run] | None = None,
        total: int | None = None,
    ) -> None:
        """Show a thread from its end; ``messages`` is a window of it, ``total`` the number of messages there are.

        Without ``total`` the window is all.  ``runs`` by message id, for captions and the reasons of endings.  The same
        thread shown again keeps its place.
        """
        place = None if self._follows() else self.page.place()
        question_position = self.page.question_position
        question = None if question_position is None else self.page.messages.at(question_position)
        current_id = self.current_id
        self._forget_reading()
        self.page.reset(messages, runs, total)
        if question is not None:
            self.page.question_position = self.page.messages.position_of(question.message.id)
        if current_id and self.page.messages.position_of(current_id) is not None:
            self.current_id = current_id
        if place is not None and self.page.return_to(place):
            self._following.leave()
        elif messages and total is not None and messages[-1].position < total - 1:
            # A window around where the reader was, who is put there next.
            self.page.go_to(messages[0].position)
            self._following.leave()
        else:
            self.page.go_to_end()
        self._redraw()

    def supply(self, messages: Sequence[Message], runs: Mapping[MessageId, Run] | None = None) -> None:
        """The answer to ``messages_wanted``: any window of the thread; what is read stays where it is."""
        with self._steadily():
            self.page.messages.supply(messages, runs)
            self._is_all_changed = True
        if self._hits.is_awaited_here:
            self._go_to_hit()
        self.copying.go_on()

    def append(self, message: Message, run: Run | None = None) -> None:
        """Add a message at the end."""
        if self.page.messages.position_of(message.id) is not None:
            self.replace(message.id, message, run)
            return
        with self._steadily():
            self.page.append(message, run)
        if self._keyboard.is_here and not self.current_id:  # what it was at has been asked for anew
            self._set_current(message.id)
        self._growing.begin(message)
        self.count_new(1)

    def edit(self, message_id: str, edit: TextEdit) -> None:
        """Apply an edit to a reply's text."""
        self._growing.edit(message_id, edit)

    def set_stage(
        self,
        message_id: str,
        stage: str,
        fraction: float | None = None,
        *,
        until: datetime | None = None,
        error: str = "",
    ) -> None:
        """Say what the run of a reply does; see ``Stage``."""
        self._growing.set_stage(message_id, Stage(stage, fraction, until, error))

    def set_assistant(self, name: str) -> None:
        """Who writes the replies that grow from now on."""
        self._reply_texts.assistant = name

    def set_steps(self, message_id: str, steps: Sequence[ToolStep]) -> None:
        """The calls of a growing reply are these now; those that wait for the user get a card."""
        self._growing.set_steps(message_id, steps)

    def set_operations(self, operations: Mapping[MessageId, Operation]) -> None:
        """The deferred requests that are open, by the message that waits for its reply."""
        self._growing.set_operations(operations)

    def set_ended(self, message: Message, run: Run | None) -> None:
        """Show the end of a reply at once: its whole text and how it ended."""
        self._growing.end(message, run)

    def replace(self, old_id: str, message: Message, run: Run | None = None) -> None:
        """Put a message into the place of another: an alternative, or the same one with other facts."""
        position = self.page.messages.position_of(old_id)
        if position is None:
            return
        with self._steadily():
            self._removed(position)
            self.page.replace(position, message, run)
            if self.current_id == old_id:
                self.current_id = message.id
        self._growing.begin(message)

    def truncate(self, total: int) -> None:
        """Take away the messages from position ``total`` on, here or not."""
        if total < self.page.messages.total:
            with self._steadily():
                self._removed(total)
                self.page.truncate(total)
            self._forget_current_if_gone()

    def remove(self, message_id: str) -> None:
        """Take away one message; what followed moves up."""
        position = self.page.messages.position_of(message_id)
        if position is None:
            return
        with self._steadily():
            self._removed(position)
            self.page.remove(position)
            self._hits.moved_up(position)
        if self.current_id == message_id:
            neighbour = self.page.messages.at(min(position, self.page.messages.total - 1))
            self._set_current(neighbour.message.id if neighbour is not None else "")

    def _removed(self, position: int) -> None:
        """A selection that touches or follows what was at ``position`` points nowhere."""
        if self.selection.reaches(position):
            self.clear_selection()
            self._pointer.forget()

    def _forget_current_if_gone(self) -> None:
        if self.page.messages.position_of(self.current_id) is None:
            self._set_current("")

    def clear(self) -> None:
        """Show nothing."""
        self._forget_reading()
        self.page.reset((), None, None)
        self._redraw()

    def _forget_reading(self) -> None:
        """Another thread is shown, or the same one anew: nothing of what the reader was doing goes on."""
        self.selection.clear()
        self.copying.cancel()
        self._announcer.clear()
        self._hits.forget_current()
        self._pointer.forget()
        self._rows.clear()
        self.current_id = ""
        self._new_count = 0
        self._ahead_timer.stop()
        self._following.return_to_end()

    def last_reply_text(self) -> str:
        """The newest reply as Markdown, or ""."""
        return next((entry.text for entry in self.page.messages.newest() if not entry.is_user), "")

    # -- places

    def read_position(self) -> tuple[str, int]:
        """Message and character at the top of the view; ("", 0) for the end."""
        place = self.page.place()
        if place is None or self._follows():
            return "", 0
        entry = self.page.messages.entry(place.message_id)
        if entry is None or place.block == HEAD:
            return place.message_id, 0
        block = len(entry.items) if place.block == TAIL else place.block
        before = sum(len(item.plain) + 1 for item in entry.items[:block])
        return place.message_id, before + place.character

    def restore_position(self, message_id: str, offset: int) -> None:
        """Return to what ``read_position`` said; to the end when the message is not here."""
        entry = self.page.messages.entry(message_id)
        if entry is None:
            self.jump_to_end()
            return
        block, rest = block_of(entry, offset)
        place = Place(message_id, block, rest, 0)
        self.page.return_to(place if offset else Place(message_id, HEAD, 0, 0))
        self._following.leave()
        self._redraw()

    def scroll_to_question(self, message_id: str) -> None:
        """Put a question just sent into the top third and follow what comes."""
        position = self.page.messages.position_of(message_id)
        if position is None:
            return
        if not self.hasFocus():
            self._set_current("")
        before = self.page.visible
        self.page.question_position = position
        self._following.return_to_end()
        self._new_count = 0
        self.page.go_to_end()
        self._refresh(before)

    def step_message(self, by: int) -> None:
        """Make the next (1) or previous (-1) message the current one and show its start.

        A current message that the reader has scrolled away from no longer counts.
        """
        total = self.page.messages.total
        if not total:
            return
        current = self.page.messages.position_of(self.current_id)
        if current is None or self.page.on_screen(current) is None:
            at_end = by < 0 and self._follows()
            current = total if at_end else self.page.first_position - (by > 0)
        position = min(max(current + by, 0), total - 1)
        if by < 0:
            self.leave_end()
        self._reveal(position)
        if (entry := self.page.messages.at(position)) is not None:
            self.focus_message(entry.message.id)

    # -- the current message and its targets

    def focus_message(self, message_id: str) -> None:
        """Make a message the current one, with the keyboard on it."""
        self._set_current(message_id)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._keyboard.show_ring()

    def show_message(self, message_id: str) -> None:
        """Make a message the current one and show it."""
        position = self.page.messages.position_of(message_id)
        if position is not None:
            self._reveal(position)
            self.focus_message(message_id)

    def _set_current(self, message_id: str) -> None:
        if message_id != self.current_id:
            for one in (self.current_id, message_id):
                self.update_message(one)
            self.current_id = message_id
            self._keyboard.forget_target()
            self._rows.place()
            self.tell_focus()
            self.current_changed.emit(message_id)

    def activate(self, cell: Cell, spot: Spot, x: int = 0) -> None:
        """Press something in a message; ``x`` is in the cell's coordinates."""
        kind = spot.target.kind
        if kind == "citation":
            message = cell.entry.message
            shown = self.page.shown(message.id)
            place = spot.rect.translated(self._left, shown.y if shown else 0)
            self._requests.open_sources(
                message.id, with_number(message.citations, int(spot.target.value)), place
            )
            return
        if spot.target.is_link:
            if is_safe(spot.target.address):
                self.link_activated.emit(spot.target.address)
            return
        if kind == "unfold":
            with self._steadily(by_reader=True):
                self.page.unfold(cell)
                self._is_all_changed = True
            return
        if kind == "copy":
            self.copying.copy_block(cell, spot.block)
        with self._steadily(by_reader=True):
            if cell.activate(spot, x):
                self._note_change(cell, cell.relayout_from(spot.block))

    @property
    def hovered_id(self) -> str:
        """The message under the mouse, or ""."""
        return self._pointer.hovered_id

    @property
    def current_cell(self) -> Cell | None:
        """The current message, laid out."""
        position = self.page.messages.position_of(self.current_id)
        return None if position is None else self.page.cell(position)

    def make_last_visible_current(self) -> None:
        """The keyboard has come and no message is the current one yet."""
        shown = [one for one in self.page.visible if one.cell is not None]
        if shown and shown[-1].cell is not None:
            self._set_current(shown[-1].cell.entry.message.id)

    def place_rows(self) -> None:
        """Show the rows of actions where they are wanted now."""
        self._rows.place()

    # -- selecting

    def first_spot(self) -> TextSpot:
        """The start of the current message, or of the first on the screen."""
        position = self.page.messages.position_of(self.current_id)
        return TextSpot(self.page.first_position if position is None else position, 0, 0)

    def select_all(self) -> None:
        """Select the whole thread."""
        total = self.page.messages.total
        if total:
            self.selection.select(THREAD_START, TextSpot(total - 1, END, END))
            self.leave_end()
            self.viewport().update()

    def clear_selection(self) -> None:
        """Select nothing."""
        self.selection.clear()
        self.viewport().update()

    def extend_selection(self, origin: TextSpot, head: TextSpot) -> None:
        """Select on to ``head``; without a selection from ``origin``."""
        before = self.selection.positions()
        if self.selection.anchor is None:
            self.selection.collapse(origin)
        self.selection.extend(head)
        self.leave_end()
        self.update_cells([*before, *self.selection.positions()])
        cell = self.page.cell(head.position)
        has_words = cell is not None and head.block < len(cell.flow.blocks)
        caret = cell.caret(head.block, head.offset) if cell is not None and has_words else QRect()
        self.show_rect(head.position, caret)

    def quote(self, message_id: str) -> None:
        """Ask for the selection, or a whole message, to be quoted."""
        entry = self.page.messages.entry(message_id)
        text = self.copying.selected_markdown() or (entry.text if entry is not None else "")
        if text:
            self.quote_requested.emit(text)

    def open_menu(self, where: QPoint, message_id: str, address: str) -> None:
        """What can be done with the selection, a message and a link."""
        TranscriptMenu(self, message_id, address).popup(where)

    # -- screen readers

    def tell_focus(self) -> None:
        """The keyboard is at the current message."""
        self._accessibility.focus_moved(self.current_id)

    def _say(self, words: str) -> None:
        announce(self, words)

    def set_announcements(self, wanted: Announcements) -> None:
        """How much screen readers are told of a reply that is being written."""
        self._announcer.wanted = wanted

    # -- find

    def set_find(self, query: str) -> None:
        """Mark every place where ``query`` stands."""
        self._hits.look_for(query)
        self.viewport().update()

    def clear_find(self) -> None:
        """Mark nothing."""
        self.set_find("")

    def show_hit(self, position: int, message_id: str, item_index: int, start: int, end: int) -> None:
        """Go to a place that was found and mark it as the current one; its message may not be here yet."""
        known = self.page.messages.position_of(message_id)
        self._hits.make_current(position if known is None else known, Hit(item_index, start, end))
        self._go_to_hit()

    def _go_to_hit(self) -> None:
        before = self.page.visible
        self._following.leave()
        self._hits.go_to_current(self._theme.line_height("reading"))
        self._is_all_changed = True
        self._refresh(before)

    # -- what the page needs to know

    def _restyle(self) -> None:
        self._make_environments()
        self._rows.restyle()
        super()._restyle()

    def _marks_in(self, shown: Shown) -> Mapping[int, Sequence[Mark]]:
        if self.selection.is_empty and self._hits.is_empty:
            return NO_MARKS
        assert shown.cell is not None
        marks: dict[int, list[Mark]] = {}
        for index, mark in self._hits.marks_in(shown):
            marks.setdefault(index, []).append(mark)
        for index, selected in self.selection.marks_in(shown.position, len(shown.cell.flow.blocks)).items():
            marks.setdefault(index, []).extend(selected)
        return marks

    def _paint(self, painter: QPainter, top: int, bottom: int) -> None:
        super()._paint(painter, top, bottom)
        self.context_line.paint_below(painter, self._room_below())

    def _paint_over(self, painter: QPainter, shown: Shown, left: int) -> None:
        if shown.cell is not None:
            self.context_line.paint(painter, shown.cell, left, shown.y)
        self._keyboard.paint_ring(painter, shown, left)

    def _note_change(self, cell: Cell, y: int | None) -> None:
        if y is not None and self._keyboard.is_at_target and cell.entry.message.id == self.current_id:
            y = 0  # the ring is around another part of the message, or around all of it
        super()._note_change(cell, y)

    def _room_below(self) -> QRect:
        """The room that is kept below the last message; empty when that is not on the screen."""
        last = self.page.visible[-1] if self.page.visible else None
        if last is None or last.position != self.page.messages.total - 1:
            return QRect()
        return QRect(self._left, last.y + last.height, self._column_width, self.page.bottom_padding)

    def _line_changed(self, message_id: str) -> None:
        if message_id == BELOW_ALL:
            self.viewport().update(self._room_below())
            message_id = self.last_id()
        self.update_message(message_id)
        self._accessibility.description_changed(message_id)

    def last_id(self) -> str:
        """The last message of the thread, "" when it is not here."""
        entry = self.page.messages.at(self.page.messages.total - 1)
        return entry.message.id if entry else ""

    def change(self, cell: Cell, how: Callable[[], int | None], *, by_reader: bool = False) -> None:
        """Change a message that is laid out; ``how`` returns the y from which it looks otherwise, None for nowhere."""
        with self._steadily(by_reader=by_reader):
            self._note_change(cell, how())

    def text_changed(self, message_id: str) -> None:
        """A message says something else."""
        self._accessibility.text_changed(message_id)

    def _refreshed(self, has_others: bool) -> None:
        self._rows.place()
        self._pointer.scrolled()
        if has_others:
            self.moved.emit()
            self._accessibility.messages_changed()

    def remeasure(self, message_id: str, *, by_reader: bool) -> None:
        """What stands beside the words of a reply wants another height, because of what the reader did or by itself."""
        cell = self.page.known_cell(message_id)
        if isinstance(cell, ReplyCell):
            with self._steadily(by_reader=by_reader):
                y = 0 if by_reader else cell.text_bottom
                cell.remeasure()
                self._note_change(cell, y)

    # -- versions

    def show_versions(self, message_id: str, versions: Sequence[AssistantVersion]) -> None:
        """The answer to ``versions_wanted``, newest first."""
        self._rows.show_versions(message_id, versions)

    # -- events

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointer.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointer.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointer.release(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._keyboard.open_menu()
        else:
            self._pointer.open_menu(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keyboard.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._keyboard.release(event)
        super().keyReleaseEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        if self._keyboard.step_target(is_next):
            return True
        self._rows.order_tabs()
        return QFrame.focusNextPrevChild(self, is_next)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keyboard.focus_came(event.reason())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keyboard.focus_went()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._pointer.leave()
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.tr("Messages"))
        return super().event(event)
