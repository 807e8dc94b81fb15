"""What the model will see, told while a question is written: below the composer, in the header, in the thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.controllers.facts import Fact, RunBegan, RunFinished
from desktop_app.domain.providers import kind_of
from desktop_app.widgets.context_words import ContextWords, fill_of
from desktop_app.widgets.transcript.context_line import BELOW_ALL

if TYPE_CHECKING:
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.context import ContextPreview
    from desktop_app.domain.overrides import RunOverrides
    from desktop_app.qt.intents import Answerer, Intents, ThreadOpened
    from desktop_app.widgets.messages_pane import MessagesPane

PAUSE_MS = 250  # in typing, before it is worth telling anew
IDLE_MS = 1000  # before the service is asked to count


class ComposerContext(QObject):
    """Keeps ``pane`` up to date with what asking its draft would send; lives as long as ``parent``.

    ``changed(ContextPreview | None)``: what is told now.  ``line_changed(str | None)``: the first message that the
    model sees, BELOW_ALL when it sees the draft alone, None when it sees all of them.
    """

    changed = Signal(object)
    line_changed = Signal(object)

    def __init__(self, pane: MessagesPane, intents: Intents, parent: QObject) -> None:
        super().__init__(parent)
        self._pane = pane
        self._details = intents.details
        self._words = ContextWords(self)
        self._connection: Connection | None = None
        self._draft = ""
        self._overrides: RunOverrides | None = None
        self._was_counted = (
            False  # or could not be: a service that fails is not asked again for the same draft
        )
        self.preview: ContextPreview | None = None
        self._pause = self._timer(PAUSE_MS, self._ask)
        self._idle = self._timer(IDLE_MS, self._count)
        pane.draft_changed.connect(self._on_draft)
        intents.thread_opened.connect(self._on_opened)
        intents.answerer_changed.connect(self._on_answerer)
        intents.facts_arrived.connect(self._on_facts)
        intents.details.previewed.connect(self._on_previewed)

    def _timer(self, pause_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause_ms)
        timer.timeout.connect(then)
        return timer

    def set_overrides(self, overrides: RunOverrides | None) -> None:
        """The next question is asked with these settings."""
        self._overrides = overrides
        self._ask()

    # -- what changes it

    def _on_draft(self, thread_id: str, draft: str) -> None:
        if thread_id == self._pane.thread_id and draft != self._draft:
            self._draft = draft
            self._idle.stop()
            self._pause.start()

    def _on_opened(self, opened: ThreadOpened) -> None:
        self._connection = opened.connection
        self._draft = self._pane.composer.text()
        self._ask()

    def _on_answerer(self, answerer: Answerer) -> None:
        if answerer.thread_id == self._pane.thread_id:
            self._connection = answerer.connection
            self._ask()

    def _on_facts(self, facts: list[Fact]) -> None:
        if any(isinstance(fact, RunBegan | RunFinished) for fact in facts):
            self._pause.start()

    # -- asking

    def _ask(self) -> None:
        self._pause.stop()
        self._idle.stop()
        self._was_counted = False
        if thread_id := self._pane.thread_id:
            self._details.preview(thread_id, self._draft, self._overrides)

    def _count(self) -> None:
        self._was_counted = True
        if thread_id := self._pane.thread_id:
            self._details.count(thread_id, self._draft, self._overrides)

    def _can_count(self) -> bool:
        """Only what is about to be sent is worth a call of the service."""
        return (
            not self._was_counted
            and bool(self._draft.strip())
            and self._connection is not None
            and kind_of(self._connection).has_tokenizer
        )

    # -- telling

    def _on_previewed(self, thread_id: str, preview: ContextPreview | None) -> None:
        if thread_id != self._pane.thread_id:
            return
        self.preview = preview
        self._show(preview)
        if preview is not None and self._can_count():
            self._idle.start()
        self.changed.emit(preview)
        first = None
        if preview is not None and preview.sent < preview.total:
            first = preview.first_id or BELOW_ALL
        self.line_changed.emit(first)

    def _show(self, preview: ContextPreview | None) -> None:
        pane = self._pane
        if preview is None or not preview.total:
            pane.composer.set_context(())
            pane.header.set_context(None)
            return
        pane.composer.set_context(self._words.parts(preview), is_warning=preview.is_overfull)
        pane.header.set_context(fill_of(preview), self._words.consequence(preview))
