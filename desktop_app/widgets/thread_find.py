"""Finding in the open thread: the bar, the marks in the transcript, and the steps from hit to hit.

Words are looked for when typing rests.  The hit that is shown first is the reader's next one, or the nearest before;
a step beyond what is counted so far is made when the count gets there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget

from desktop_app.domain.ids import ThreadId
from desktop_app.markdown.hits import fold
from desktop_app.widgets.find_bar import FindBar
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.hit_marks import HitMarks, hit_places

if TYPE_CHECKING:
    from desktop_app.controllers.find import LocatedHit
    from desktop_app.controllers.hit_list import Place
    from desktop_app.qt.finding import Finding

REST_MS = 150


class FindableView(Protocol):
    """What finding asks of the transcript."""

    def set_find(self, query: str) -> None:
        """Mark the hits of a query in what is laid out."""

    def show_hit(self, position: int, message_id: str, item_index: int, start: int, end: int) -> None:
        """Bring a hit onto the screen and mark it as the current one."""

    def clear_find(self) -> None:
        """Mark nothing any more."""

    def reading_position(self) -> int:
        """The position of the first message on the screen."""

    def fraction_of(self, position: int) -> float:
        """How far down the whole thread a message begins, from 0 to 1."""

    def verticalScrollBar(self) -> QScrollBar:
        """Where the marks stand."""


class ThreadFind(QObject):
    """Belongs to the messages pane; ``bar`` is to be put above the transcript, and hides and shows itself."""

    def __init__(self, theme: Theme, view: FindableView, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar = FindBar(theme, parent)
        self.bar.hide()
        self._view = view
        self._marks = HitMarks(theme, view.verticalScrollBar())
        self._finding: Finding | None = None
        self._thread_id: ThreadId | None = None
        self._query = ""  # folded
        self._start = 0
        self._current: Place | None = None
        self._step = 0  # one that waits for the count
        self._former_focus: QWidget | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._search)
        self.bar.query_changed.connect(self._rest.start)
        self.bar.next_requested.connect(self.next)
        self.bar.previous_requested.connect(self.previous)
        self.bar.closed.connect(self.close)

    def attach(self, finding: Finding) -> None:
        """From now on words can be looked for."""
        self._finding = finding
        finding.counted.connect(self._on_counted)
        finding.located.connect(self._on_located)

    # -- what the user does

    def open(self) -> None:
        """Show the bar and let words be typed; those of the last time are there."""
        if self.bar.isHidden():
            self._former_focus = QApplication.focusWidget()
            self.bar.show()
            self._search()
        self.bar.focus()

    def close(self) -> None:
        """Hide the bar and the marks, and give the focus back."""
        if self.bar.isHidden():
            return
        focus, former = QApplication.focusWidget(), self._former_focus
        had_focus = focus is not None and self.bar.isAncestorOf(focus)
        self._rest.stop()
        self._forget()
        self.bar.hide()
        self._former_focus = None
        if had_focus and former is not None and shiboken6.isValid(former):
            former.setFocus(Qt.FocusReason.OtherFocusReason)

    def next(self) -> None:
        """Show the next hit; after the last one the first."""
        self._go(1)

    def previous(self) -> None:
        """Show the hit before; before the first one the last."""
        self._go(-1)

    def _go(self, step: int) -> None:
        if self.bar.isHidden():
            self.open()
        elif self._rest.isActive():  # the words are not looked for yet
            self._rest.stop()
            self._search()
        else:
            self._step = step
            self._take_step()

    # -- what happens to the thread

    def set_thread(self, thread_id: ThreadId) -> None:
        """A thread is shown: another one, or the same anew."""
        is_same = self._thread_id == thread_id
        self._thread_id = thread_id
        if is_same and self._query:
            self._view.set_find(self._query)
            self.messages_changed(0)
        elif not self.bar.isHidden():
            self._current = None
            self._search()

    def messages_changed(self, position: int) -> None:
        """Messages from ``position`` on are not what they were."""
        if self._finding and self._query:
            self._finding.count_again(position)

    # -- counting

    def _search(self) -> None:
        query = fold(self.bar.query())
        start = self._current.position if self._current else self._view.reading_position()
        self._forget()
        if self._finding is None or self._thread_id is None or not query.strip():
            return
        self._query, self._start = query, start
        self._step = 1
        self._view.set_find(query)
        self._finding.search(self._thread_id, query, start)

    def _forget(self) -> None:
        if self._query and self._finding:
            self._finding.cancel()
            self._view.clear_find()
        self._query = ""
        self._current = None
        self._step = 0
        self._marks.clear()
        self.bar.show_nothing()

    def _on_counted(self) -> None:
        self._take_step()
        self._show_count()
        self._show_marks()

    def _show_count(self) -> None:
        if self._finding and self._query:
            hits = self._finding.hits
            number = hits.number(self._current) if self._current else 0
            self.bar.show_count(number, hits.total, is_complete=hits.is_complete)

    def _show_marks(self) -> None:
        if self._finding and self._finding.hits.positions:
            self._marks.mark(partial(hit_places, self._finding.hits, self._view.fraction_of))
        else:
            self._marks.clear()

    # -- stepping

    def _take_step(self) -> None:
        """Go where the waiting step leads, once the count got there."""
        place = self._target() if self._step else None
        if place is None or self._finding is None:
            return
        self._step = 0
        self._current = place
        self._finding.locate(place)
        self._show_count()

    def _target(self) -> Place | None:
        """Where the step leads; None while that is not counted."""
        if self._finding is None:
            return None
        hits = self._finding.hits
        if self._current is None:
            is_end_counted = hits.bottom is None
            return hits.from_on(self._start) or (hits.before(self._start) if is_end_counted else None)
        if self._step > 0:
            return hits.after(self._current) or (hits.first() if hits.is_complete else None)
        return hits.ahead_of(self._current) or (hits.last() if hits.is_complete else None)

    def _on_located(self, located: LocatedHit) -> None:
        hit = located.hit
        self._view.show_hit(located.position, located.message_id, hit.item, hit.start, hit.end)
