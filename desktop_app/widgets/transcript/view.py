"""The transcript: the messages of the shown thread, and the rules of reading while text arrives.

1. The end is followed only while the reader is within 48 px of it.
2. A wheel, key or drag up, or a selection, leaves the end at once; only the reader, End or sending returns.
   Clicks and focus never scroll.
3. Sending moves the question into the top third, so that the answer is read from its start.
4. Away from the end everything keeps its place to the pixel, whatever grows or is put in elsewhere; a round button
   says what has come.
5. A reply is drawn again at most once a frame and for at most a quarter of the time; its end at once.

Only the newest messages are built as widgets; older ones when the reader comes near.
"""

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from desktop_app.domain.ids import MessageId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.scroll_area import SteadyScrollArea
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.column import HEAD, Column, Place
from desktop_app.widgets.transcript.endings import EndingTexts
from desktop_app.widgets.transcript.following import Following
from desktop_app.widgets.transcript.message import MessageView, ReplyView, make_message_view
from desktop_app.widgets.transcript.pill import SHADOW, JumpPill

BUILT_AT_FIRST = 50
BUILT_AT_ONCE = 4
BUILT_A_TURN = 1
FRAME_S = 0.016
REST_SHARE = 3
RULES = """
QScrollBar::handle:disabled { background: transparent; }
#copy_code { @font(caption); color: @text; padding: 0 8px; }
#ending QPushButton[kind="link"] { @font(small); }
"""


@dataclass(slots=True)
class _Entry:
    message: Message
    run: Run | None = None


class TranscriptView(SteadyScrollArea):
    """The messages pane.

    Signals: ``older_wanted()``; ``regenerate_requested(str)``, ``continue_requested(str)``, ``retry_requested(str)``
    with the reply's id; ``sibling_requested(str)`` with the id of the alternative to show; ``fix_requested(str, str)``
    with the reply's id and one of "replace_key", "connections", "assistant_settings", "edit_question";
    ``link_activated(str)`` with an http, https or mailto address; ``stop_requested()`` for Esc.
    """

    older_wanted = Signal()
    regenerate_requested = Signal(str)
    continue_requested = Signal(str)
    retry_requested = Signal(str)
    sibling_requested = Signal(str)
    fix_requested = Signal(str, str)
    link_activated = Signal(str)
    stop_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._endings = EndingTexts()
        self._following = Following()
        self._entries: dict[str, _Entry] = {}
        self._order: list[str] = []
        self._first_built = 0
        self._has_older = False
        self._awaits_older = False
        self._question_id = ""
        self._new_count = 0
        self._is_steady = False
        self._dirty: set[str] = set()
        self._column = Column(theme)
        self._prepare()
        self._pill = JumpPill(theme, self)
        self._pill.clicked.connect(self.jump_to_end)
        self._render_timer = self._single_shot(self._render)
        self._render_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._render_after = 0.0
        self._build_timer = self._single_shot(self._build_more)
        bar = self.verticalScrollBar()
        bar.actionTriggered.connect(self._on_reader_scrolled)
        bar.valueChanged.connect(self._on_moved)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _prepare(self) -> None:
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Messages"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that its coming does not move the column; without a range it draws nothing.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setWidget(self._column)

    def _single_shot(self, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(then)
        return timer

    # -- the thread

    def show_thread(
        self, messages: Sequence[Message], has_older: bool, runs: Mapping[MessageId, Run] | None = None
    ) -> None:
        """Show a thread from its end; ``runs`` by message id, for captions and the reasons of endings.

        The same thread shown again keeps its place.
        """
        bar = self.verticalScrollBar()
        follows = self._following.follows(bar.value(), bar.maximum())
        place = None if follows else self._column.place_at(bar.value())
        question_id = self._question_id
        self.clear()
        self._has_older = has_older
        self._put_in(0, messages, runs)
        self._first_built = len(self._order)
        with self._steadily():
            self._build_until_full()
            self._question_id = question_id if question_id in self._entries else ""
        if place is not None and place.message_id in self._entries:
            self._return_to(place)
        self._build_timer.start(0)

    def prepend(
        self, messages: Sequence[Message], has_older: bool, runs: Mapping[MessageId, Run] | None = None
    ) -> None:
        """Put older messages in front; what is read stays where it is."""
        self._has_older = has_older
        self._awaits_older = False
        self._first_built += self._put_in(0, messages, runs)
        self._on_moved()

    def append(self, message: Message, run: Run | None = None) -> None:
        """Add a message at the end."""
        if message.id in self._entries:
            self.replace(message.id, message, run)
            return
        with self._steadily():
            self._entries[message.id] = _Entry(message, run)
            self._order.append(message.id)
            self._column.views.append(self._build(message.id))
            self._mark_last()
            self._chain_tab_stops()
        self._count_new(1)

    def edit(self, message_id: str, edit: TextEdit) -> None:
        """Apply an edit to a reply's text; it is drawn with the next frame."""
        entry = self._entries.get(message_id)
        if entry is not None:
            entry.message = replace(entry.message, text=edit.apply(entry.message.text))
            self._dirty.add(message_id)
            if not self._render_timer.isActive():
                self._render_timer.start(max(0, round((self._render_after - time.monotonic()) * 1000)))

    def set_stage(self, message_id: str, stage: str, fraction: float | None = None) -> None:
        """Say what the run of a reply does."""
        view = self._column.view_of(message_id)
        if isinstance(view, ReplyView) and view.is_running:
            view.set_stage(stage, fraction)

    def set_ended(self, message: Message, run: Run | None) -> None:
        """Show the end of a reply at once: its whole text and how it ended."""
        entry = self._entries.get(message.id)
        if entry is None:
            return
        was_running = entry.message.status is Status.WRITING
        if entry.message == message and entry.run == run:
            return
        entry.message, entry.run = message, run
        self._dirty.discard(message.id)
        view = self._column.view_of(message.id)
        if isinstance(view, ReplyView):
            before = view.text.chunk_count
            with self._steadily():
                view.finish(message, run)
            self._count_new(view.text.chunk_count - before)
        if was_running:
            self._announce(self.tr("Reply complete, %n word(s)", "", len(message.text.split())))

    def replace(self, old_id: str, message: Message, run: Run | None = None) -> None:
        """Put a message into the place of another: an alternative, or the same one with other facts."""
        if old_id not in self._entries:
            return
        index = self._order.index(old_id)
        with self._steadily():
            del self._entries[old_id]
            self._dirty.discard(old_id)
            self._entries[message.id] = _Entry(message, run)
            self._order[index] = message.id
            if index >= self._first_built:
                views = self._column.views
                dispose(views[index - self._first_built])
                views[index - self._first_built] = self._build(message.id)
            self._mark_last()
            self._chain_tab_stops()

    def remove_from(self, message_id: str) -> None:
        """Take away a message and everything after it."""
        if message_id not in self._entries:
            return
        index = self._order.index(message_id)
        with self._steadily():
            for gone in self._order[index:]:
                del self._entries[gone]
                self._dirty.discard(gone)
            del self._order[index:]
            views = self._column.views
            for view in views[max(0, index - self._first_built) :]:
                dispose(view)
            del views[max(0, index - self._first_built) :]
            self._first_built = min(self._first_built, index)
            self._mark_last()

    def clear(self) -> None:
        """Show nothing."""
        for view in self._column.views:
            dispose(view)
        self._column.views.clear()
        self._entries.clear()
        self._order.clear()
        self._dirty.clear()
        self._render_timer.stop()
        self._build_timer.stop()
        self._first_built = self._new_count = 0
        self._question_id = ""
        self._has_older = self._awaits_older = False
        self._following.return_to_end()
        self._arrange()

    def last_reply_text(self) -> str:
        """The newest reply as Markdown, or ""."""
        replies = (self._entries[key].message for key in reversed(self._order))
        return next((message.text for message in replies if message.author is Author.ASSISTANT), "")

    # -- places

    def read_position(self) -> tuple[str, int]:
        """Message and character at the top of the view; ("", 0) for the end."""
        bar = self.verticalScrollBar()
        place = self._column.place_at(bar.value())
        if place is None or self._following.follows(bar.value(), bar.maximum()):
            return "", 0
        return place.message_id, max(0, place.character)

    def restore_position(self, message_id: str, offset: int) -> None:
        """Return to what ``read_position`` said; to the end when the message is not here."""
        if message_id not in self._entries:
            self.jump_to_end()
            return
        self._return_to(Place(message_id, offset or HEAD, 0))

    def scroll_to_question(self, message_id: str) -> None:
        """Put a question just sent into the top third and follow what comes."""
        if self._column.view_of(message_id) is None:
            return
        self._question_id = message_id
        self._following.return_to_end()
        self._new_count = 0
        self._arrange()
        self.verticalScrollBar().setValue(self._question_top())
        self._show_pill()

    def jump_to_end(self) -> None:
        """Go to the end and follow it."""
        self._following.return_to_end()
        self._new_count = 0
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._show_pill()

    def step_message(self, by: int) -> None:
        """Move the focus to the next (1) or previous (-1) message and show its start."""
        views = self._column.views
        if not views:
            return
        current = next((index for index, view in enumerate(views) if self._has_focus(view)), None)
        if current is None:
            top = self.verticalScrollBar().value()
            current = next((i for i, view in enumerate(views) if view.geometry().bottom() > top), len(views))
            current = len(views) if by < 0 and self._following.is_pinned else current - (by > 0)
        index = min(max(current + by, 0), len(views) - 1)
        views[index].text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._reveal(views[index], to_top=True)

    def _return_to(self, place: Place) -> None:
        index = self._order.index(place.message_id)
        if index < self._first_built:
            self._build_down_to(index)
        self._following.leave()
        self._arrange()
        self._go_to(place)
        self._show_pill()

    # -- building

    def _put_in(self, index: int, messages: Sequence[Message], runs: Mapping[MessageId, Run] | None) -> int:
        """Take values in; how many were not known."""
        runs = runs or {}
        new = [message for message in messages if message.id not in self._entries]
        for message in new:
            self._entries[message.id] = _Entry(message, runs.get(message.id))
        self._order[index:index] = [message.id for message in new]
        return len(new)

    def _build(self, message_id: str) -> MessageView:
        entry = self._entries[message_id]
        view = make_message_view(self._theme, entry.message, entry.run, self._endings, self._column)
        view.selected.connect(self._on_selected)
        view.resized.connect(self._on_resized)
        view.link_activated.connect(self.link_activated)
        view.asked.connect(lambda what, argument: self._on_asked(view, what, argument))
        view.show()
        return view

    def _build_down_to(self, index: int) -> None:
        """Build every message from ``index`` on."""
        built = [self._build(key) for key in self._order[index : self._first_built]]
        self._column.views[:0] = built
        self._first_built = index
        self._mark_last()
        self._chain_tab_stops()

    def _build_until_full(self) -> None:
        while self._first_built > 0:
            self._build_down_to(max(0, self._first_built - BUILT_AT_ONCE))
            if self._arrange() > 2 * self.viewport().height():
                break

    def _build_more(self) -> None:
        """A few older ones a turn of the loop, until those the reader may scroll to are there."""
        built = len(self._order) - self._first_built
        is_near = self.verticalScrollBar().value() < 2 * self.viewport().height()
        if self._first_built > 0 and (built < BUILT_AT_FIRST or is_near):
            with self._steadily():
                self._build_down_to(max(0, self._first_built - BUILT_A_TURN))
            self._build_timer.start(0)
        elif self._first_built == 0 and is_near and self._has_older and not self._awaits_older:
            self._awaits_older = True
            self.older_wanted.emit()

    def _mark_last(self) -> None:
        views = self._column.views
        for view in views[-2:]:
            view.set_last(view is views[-1])

    def _chain_tab_stops(self) -> None:
        """Tab goes through the messages in the order of reading, however they were built."""
        views = self._column.views
        for before, after in itertools.pairwise(views):
            QWidget.setTabOrder(before.last_stop(), after.text)

    # -- drawing what arrived

    def _render(self) -> None:
        began = time.monotonic()
        dirty, self._dirty = self._dirty, set()
        come = 0
        with self._steadily():
            for message_id in dirty:
                view = self._column.view_of(message_id)
                if isinstance(view, ReplyView):
                    before = view.text.chunk_count
                    if not view.text.document().characterCount() > 1:
                        self._announce(self.tr("Writing"))
                    view.grow(self._entries[message_id].message)
                    come += max(0, view.text.chunk_count - before)
        self._count_new(max(1, come))
        ended = time.monotonic()
        self._render_after = ended + max(FRAME_S - (ended - began), REST_SHARE * (ended - began))

    def _count_new(self, come: int) -> None:
        bar = self.verticalScrollBar()
        if come > 0 and not self._following.follows(bar.value(), bar.maximum()):
            self._new_count = max(1, self._new_count + (come if come > 1 or not self._new_count else 0))
        self._show_pill()

    def _announce(self, words: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    # -- geometry: every change goes through here, so that the place of reading is kept

    @contextmanager
    def _steadily(self) -> Iterator[None]:
        """Change heights inside; afterwards the view is at the same place of the text, or at the end it follows."""
        if self._is_steady:
            yield
            return
        bar = self.verticalScrollBar()
        follows = self._following.follows(bar.value(), bar.maximum())
        place = None if follows else self._column.place_at(bar.value())
        self._is_steady = True
        try:
            yield
        finally:
            self._is_steady = False
            self._arrange()
            if follows:
                bar.setValue(bar.maximum())
            elif place is not None:
                self._go_to(place)
            self._show_pill()

    def _arrange(self) -> int:
        """Lay everything out; the height of the messages.  Leaves the scroll bar's value alone."""
        padding = self._theme.px("gap.pagePadding")
        width = max(1, min(self._theme.px("textColumn"), self.width() - 2 * padding))
        height = self._column.arrange((self.width() - width) // 2, width)
        total = max(height, self._question_top() + self.viewport().height() if self._question_id else 0)
        self._column.resize(max(1, self.viewport().width()), total)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, total - self.viewport().height()))
        bar.setEnabled(bar.maximum() > 0)
        return height

    def _question_top(self) -> int:
        """The scroll position that shows the question, and where its answer begins, in the top third."""
        view = self._column.view_of(self._question_id)
        if view is None:
            self._question_id = ""
            return 0
        room = self.viewport().height() // 3
        above = max(min(room // 2, room - view.height()), -view.height() + room // 2)
        return max(0, view.y() - above)

    def _go_to(self, place: Place) -> None:
        y = self._column.y_of(place)
        if y is not None:
            self.verticalScrollBar().setValue(y)

    def _reveal(self, view: MessageView, *, to_top: bool) -> None:
        """Scroll to a message because the reader asked for it."""
        bar = self.verticalScrollBar()
        top, bottom = bar.value(), bar.value() + self.viewport().height()
        is_inside = view.y() >= top and view.geometry().bottom() <= bottom
        if not is_inside and (to_top or view.geometry().bottom() < top or view.y() > bottom):
            before = bar.value()
            bar.setValue(view.y() - self._theme.px("spacing.4"))
            self._following.moved(before, bar.value(), bar.maximum())
            self._on_moved()

    def _on_resized(self) -> None:
        with self._steadily():
            pass

    def resizeEvent(self, event: QResizeEvent) -> None:
        with self._steadily():
            super().resizeEvent(event)
        self._build_timer.start(0)

    def _restyle(self) -> None:
        self.setStyleSheet(self._theme.fill(RULES))
        palette = self._column.palette()
        palette.setColor(palette.ColorRole.Window, self._theme.color("page"))
        for part in (self._column, self.viewport()):  # opaque, so that scrolling moves pixels
            part.setPalette(palette)
            part.setAutoFillBackground(True)
        self.verticalScrollBar().setSingleStep(2 * self._theme.line_height("reading"))
        with self._steadily():
            for view in self._column.views:
                view.restyle()
        self._pill.set_count(self._new_count)

    # -- the reader

    def _on_reader_scrolled(self, _action: int) -> None:
        bar = self.verticalScrollBar()
        self._following.moved(bar.value(), bar.sliderPosition(), bar.maximum())

    def _on_moved(self) -> None:
        if self._is_steady:
            return
        bar = self.verticalScrollBar()
        if self._following.follows(bar.value(), bar.maximum()):
            self._new_count = 0
        self._show_pill()
        if bar.value() < 2 * self.viewport().height() and not self._build_timer.isActive():
            self._build_timer.start(0)

    def _on_selected(self) -> None:
        self._following.leave()

    def _on_asked(self, view: MessageView, what: str, argument: str) -> None:
        message_id = view.message.id
        if what == "regenerate":
            self.regenerate_requested.emit(message_id)
        elif what == "continue":
            self.continue_requested.emit(message_id)
        elif what == "retry":
            self.retry_requested.emit(message_id)
        elif what == "sibling":
            self.sibling_requested.emit(argument)
        else:
            self.fix_requested.emit(message_id, argument)

    def wheelEvent(self, event: QWheelEvent) -> None:
        up = event.angleDelta().y() or event.pixelDelta().y()
        if up > 0:
            self._following.leave()
        super().wheelEvent(event)
        event.accept()
        if up < 0:
            bar = self.verticalScrollBar()
            self._following.moved(bar.value() - 1, bar.value(), bar.maximum())
        self._show_pill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        bar = self.verticalScrollBar()
        is_alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if is_alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_message(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() == Qt.Key.Key_End or event.matches(keys.MoveToEndOfDocument):
            self.jump_to_end()
        elif event.key() == Qt.Key.Key_Home or event.matches(keys.MoveToStartOfDocument):
            self._following.leave()
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_Space:
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = bar.SliderAction.SliderPageStepSub if is_back else bar.SliderAction.SliderPageStepAdd
            bar.triggerAction(step)
        elif event.key() == Qt.Key.Key_Escape:
            self.stop_requested.emit()
        else:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp):
                self._following.leave()
            super().keyPressEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab alone may bring a message into view, and only one that cannot be seen at all."""
        moved = QFrame.focusNextPrevChild(self, is_next)
        view = next((one for one in self._column.views if self._has_focus(one)), None)
        if moved and view is not None:
            self._reveal(view, to_top=False)
        return moved

    def _has_focus(self, view: MessageView) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and view.isAncestorOf(focused)

    # -- the button to the end

    def _show_pill(self) -> None:
        bar = self.verticalScrollBar()
        far = bar.maximum() - bar.value()
        has_left = not self._following.follows(bar.value(), bar.maximum())
        is_shown = has_left and far > 0 and (self._new_count > 0 or far > self.viewport().height() // 2)
        if is_shown:
            self._pill.set_count(self._new_count)
            left = (self.width() - self._pill.width()) // 2
            self._pill.move(left, self.height() - self._pill.height() - self._theme.px("spacing.4") + SHADOW)
            self._pill.raise_()
        self._pill.setVisible(is_shown)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.tr("Messages"))
        return super().event(event)
