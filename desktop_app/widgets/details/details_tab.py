"""The tab that tells of the thread and of the reply that is selected in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.threads import Status, Thread
from desktop_app.widgets.details.given import GivenList
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.details.run_facts import RunFacts
from desktop_app.widgets.details.step_list import StepList
from desktop_app.widgets.details.thread_facts import ThreadFacts
from desktop_app.widgets.dialogs.frame import Hairline, Page
from desktop_app.widgets.disposal import dispose, return_focus
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import ReplyRead


class DetailsTab(Page):
    """A part is made anew only when what it tells has changed, so that places and selections stay.

    Signals as in ``ThreadFacts`` and ``RunFacts``.
    """

    edit_requested = Signal()
    extend_requested = Signal()
    version_requested = Signal(str, int)
    run_context_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._thread: Thread | None = None
        self._read: ReplyRead | None = None
        self._given: GivenList | None = None
        self._steps: StepList | None = None
        self.column.setContentsMargins(*[theme.px("spacing.5")] * 4)
        self._thread_place = self._place()
        self.column.addWidget(Hairline(theme))
        self._reply_place = self._place()
        self._given_place = self._place()
        self._steps_place = self._place()
        self.column.addStretch(1)
        self.show_reply(None)

    def _place(self) -> QVBoxLayout:
        place = QVBoxLayout()
        self.column.addLayout(place)
        return place

    def show_thread(self, thread: Thread) -> None:
        """Tell of this thread."""
        if thread == self._thread:
            return
        self._thread = thread
        facts = ThreadFacts(self._theme, thread)
        facts.edit_requested.connect(self.edit_requested)
        facts.extend_requested.connect(self.extend_requested)
        self._put(self._thread_place, facts)

    def show_reply(self, read: ReplyRead | None) -> None:
        """Tell of this reply; None where there is none."""
        if read is None:
            nothing = NarrowLabel(self.tr("Nothing was answered yet."), role="secondary")
            nothing.setObjectName("no_reply")
            self._put(self._reply_place, nothing)
            self._show_given(None)
            self._show_steps(None)
        elif read != self._read:
            facts = RunFacts(self._theme, read)
            facts.version_requested.connect(self.version_requested)
            facts.run_context_wanted.connect(self.run_context_wanted)
            self._put(self._reply_place, facts)
            self._show_given(read)
            self._show_steps(read)
        self._read = read

    def _show_given(self, read: ReplyRead | None) -> None:
        """What is unfolded stays so from reply to reply: who compares what they were given looks at the same part.

        While a reply grows the texts stay as they are, with the place where they are read.
        """
        if self._given is not None and read is not None and self._given.is_of(read):
            return
        opened = self._given.opened() if self._given else frozenset()
        self._given = GivenList(self._theme, read, opened) if read and read.run else None
        self._put(self._given_place, self._given)

    def _show_steps(self, read: ReplyRead | None) -> None:
        is_same = read and self._read and read.message.id == self._read.message.id
        opened = self._steps.opened() if self._steps and is_same else frozenset()
        self._steps = None
        if read and read.message.steps:
            is_growing = read.message.status is Status.WRITING
            self._steps = StepList(self._theme, read.message.steps, opened, is_growing=is_growing)
        self._put(self._steps_place, self._steps)

    def _put(self, place: QVBoxLayout, part: QWidget | None) -> None:
        item = place.takeAt(0)
        if item is not None and (old := item.widget()) is not None:
            return_focus(old)
            dispose(old)
        if part is not None:
            place.addWidget(part)
