"""What is known of the open thread, in the window: when it is read, where it is shown, what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QWidget

from desktop_app.controllers.facts import Fact, RunBegan, RunFinished, StepsChanged
from desktop_app.widgets.desktop import open_file
from desktop_app.widgets.details.tab import Tab
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.settings import WindowState
    from desktop_app.domain.threads import Run
    from desktop_app.qt.intents import Intents, ThreadOpened
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.composer_context import ComposerContext
    from desktop_app.widgets.details.panel import DetailsPanel
    from desktop_app.widgets.details.place import PanelPlace
    from desktop_app.widgets.messages_pane import MessagesPane

REFRESH_MS = 200


class ThreadDetails(QObject):
    """Wires the right pane to ``intents``; the pane is made when it is first shown.  Does the action "details".

    The pane tells of the current message of the transcript, or of the one that was clicked last.
    ``thread_edit_requested()``: name, labels and lifetime of the open thread are to be changed.
    ``version_requested(str, int)``: a version of an assistant is to be seen.
    """

    thread_edit_requested = Signal()
    version_requested = Signal(str, int)

    def __init__(
        self,
        theme: Theme,
        messages: MessagesPane,
        splitter: QSplitter,
        context: ComposerContext,
        intents: Intents,
        actions: Actions,
        state: WindowState,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._messages = messages
        self._splitter = splitter
        self._context = context
        self._intents = intents
        self._actions = actions
        self._state = state
        self._thread_id: str | None = None
        self._message_id = ""  # the one that is told of; without one it is the newest reply
        self._place: PanelPlace | None = None
        self._panel: DetailsPanel | None = None
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self._read)
        actions.on("details", self.toggle, lambda: self.is_shown)
        self._connect_window()

    def _connect_window(self) -> None:
        messages, intents = self._messages, self._intents
        messages.header.set_details_shown(False)
        messages.header.details_toggled.connect(self.toggle)
        messages.header.context_requested.connect(self.show_context)
        messages.composer.context_requested.connect(self.show_context)
        messages.transcript.current_changed.connect(self._follow)
        messages.transcript.viewport().installEventFilter(self)
        messages.details_requested.connect(self.show_message)
        messages.citation_requested.connect(self.show_citation)
        intents.thread_opened.connect(self._on_opened)
        intents.threads_listed.connect(self._read_soon)
        intents.threads.extended.connect(self._read_soon)
        intents.facts_arrived.connect(self._on_facts)

    # -- the pane

    def begin(self) -> None:
        """Show the pane as the window was left, unless it would lie over the messages."""
        if self._state.details_shown:
            self._built().restore()

    @property
    def is_shown(self) -> bool:
        """Whether the pane is there to be seen."""
        return self._place is not None and self._place.is_shown

    @property
    def is_wanted(self) -> bool:
        """Whether the pane is to be shown where there is room for it."""
        return self._place.is_wanted if self._place else self._state.details_shown

    @property
    def width(self) -> int:
        """How wide the pane is, or would be, in logical pixels."""
        return self._place.width if self._place else self._state.details_width

    @property
    def panel(self) -> DetailsPanel | None:
        """The pane, once it was shown."""
        return self._panel

    def _built(self) -> PanelPlace:
        """The pane in its place, made now if it is not there."""
        if self._place is None:
            from desktop_app.widgets.details.panel import DetailsPanel
            from desktop_app.widgets.details.place import PanelPlace

            self._panel = DetailsPanel(self._theme, self._splitter.parentWidget())
            self._panel.hide()
            self._connect_panel(self._panel)
            self._place = PanelPlace(
                self._panel, self._splitter, self._messages.header, self._state.details_width
            )
            self._place.changed.connect(self._on_shown)
            self._place.hiding.connect(self._return_focus)
        return self._place

    def _connect_panel(self, panel: DetailsPanel) -> None:
        asked, source = self._intents.details, panel.citations.source
        asked.thread_read.connect(panel.show_thread)
        asked.reply_read.connect(panel.show_reply)
        asked.runs_listed.connect(self._show_runs)
        asked.source_read.connect(panel.citations.show_source)
        asked.file_found.connect(open_file)
        asked.file_missing.connect(source.say_missing)
        panel.left.connect(self._leave)
        panel.tab_shown.connect(self._read)
        panel.details.edit_requested.connect(self.thread_edit_requested)
        panel.details.extend_requested.connect(self._extend)
        panel.details.version_requested.connect(self.version_requested)
        panel.details.run_context_wanted.connect(self._show_run_context)
        panel.citations.source_wanted.connect(asked.show_source)
        panel.citations.link_activated.connect(self._messages.link_activated)
        panel.context.message_requested.connect(asked.go_to)
        panel.runs.run_chosen.connect(self._choose_run)
        source.place_wanted.connect(asked.read_source)
        source.file_wanted.connect(asked.find_file)
        self._context.changed.connect(self._show_preview)

    def _on_shown(self, is_shown: bool) -> None:
        self._messages.header.set_details_shown(is_shown)
        self._actions.refresh()
        self._read()

    def _leave(self) -> None:
        """Esc closes what lies over the messages; beside them the pane stays."""
        if self._place is not None and self._place.is_beside:
            self._messages.composer.focus()
        elif self._place is not None:
            self._place.hide()

    def _return_focus(self) -> None:
        focus = self._panel.window().focusWidget() if self._panel else None
        if focus is not None and self._panel is not None and self._panel.isAncestorOf(focus):
            self._messages.composer.focus()

    # -- what the user wants

    def toggle(self) -> None:
        """Show or hide the pane."""
        place = self._built()
        if place.is_shown:
            place.hide()
        else:
            place.show()

    def show_context(self) -> None:
        """Show what the model will see."""
        self._built().show()
        if self._panel is not None:
            self._panel.show_tab(Tab.CONTEXT)
            if not self._messages.composer.has_focus():
                self._panel.focus()

    def show_message(self, message_id: str) -> None:
        """Tell of a message: in the pane where it is shown, otherwise in a dialog."""
        if self._panel is None or not self.is_shown:
            self._intents.messages.show_details(message_id)
            return
        self._panel.show_tab(Tab.DETAILS)
        self._follow(message_id)

    def show_citation(self, message_id: str, index: int) -> None:
        """Show the source of a citation of a reply, at its place."""
        self._built().show()
        if self._panel is not None:
            self._panel.await_citation(message_id, index)
            self._panel.focus()
            self._message_id = message_id
            self._read()

    def _choose_run(self, message_id: str) -> None:
        self._message_id = message_id
        if self._panel is not None:
            self._panel.show_tab(Tab.DETAILS)
        self._intents.details.go_to(message_id)

    def _show_run_context(self, run: Run) -> None:
        """Draw the line of what a run was given, and bring it into sight; once more takes it away."""
        self._messages.show_run_context(run)
        if self._messages.transcript.context_line.of_run:
            self._intents.details.go_to(run.seen[0])

    def _extend(self) -> None:
        if self._thread_id:
            self._intents.threads.extend(self._thread_id)

    # -- what happens

    def _follow(self, message_id: str) -> None:
        if message_id and message_id != self._message_id:
            self._message_id = message_id
            self._read()

    def _on_opened(self, opened: ThreadOpened) -> None:
        if opened.thread.id != self._thread_id:
            self._thread_id = opened.thread.id
            self._message_id = ""
        self._read()

    def _on_facts(self, facts: list[Fact]) -> None:
        if any(isinstance(fact, RunBegan) for fact in facts):
            self._message_id = ""
        if any(isinstance(fact, RunBegan | RunFinished | StepsChanged) for fact in facts):
            self._read_soon()

    def _show_runs(self, thread_id: str, runs: list[Run]) -> None:
        if thread_id == self._thread_id and self._panel is not None:
            self._panel.runs.show_runs(runs)

    def _show_preview(self) -> None:
        if self._panel is not None and self.is_shown and self._panel.tab is Tab.CONTEXT:
            self._panel.context.show_preview(self._context.preview)

    def _read_soon(self) -> None:
        self._refresh.start()

    def _read(self) -> None:
        """Read what is shown, if anything is."""
        self._refresh.stop()
        if self._thread_id is None or self._panel is None or not self.is_shown:
            return
        asked = self._intents.details
        asked.show_thread(self._thread_id)
        asked.show_run(self._thread_id, self._message_id)
        if self._panel.tab is Tab.RUNS:
            asked.list_runs(self._thread_id)
        self._show_preview()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """A message that is clicked is told of."""
        if (
            event.type() is QEvent.Type.MouseButtonRelease
            and isinstance(event, QMouseEvent)
            and event.button() is Qt.MouseButton.LeftButton
        ):
            self._follow(self._messages.transcript.hovered_id)
        return False
