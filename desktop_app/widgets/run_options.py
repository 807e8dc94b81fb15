"""Settings for one question alone, in the window: chosen in a dialog, told above the composer, given to one asking."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.assistants import Assistant
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.errors import RunError
    from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
    from desktop_app.domain.overrides import RunOverrides
    from desktop_app.qt.intents import Answerer, Intents, ThreadOpened
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.dialogs.run_options_dialog import RunOptionsDialog
    from desktop_app.widgets.messages_pane import MessagesPane
    from desktop_app.widgets.notices import Notices
    from desktop_app.widgets.override_words import OverrideWords


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the next question of a thread is asked with, and the assistant that it was chosen for."""

    assistant_id: AssistantId
    overrides: RunOverrides


class RunOptions(QObject):
    """Stands between what ``pane`` sends and the intents; lives as long as ``window``, over which it opens the dialog.

    Each thread has its own choice; it goes with the question that takes it, and with another assistant.  Does the
    action "ask_otherwise".

    ``changed(RunOverrides | None)``: what the next question of the open thread is asked with now.
    """

    changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        pane: MessagesPane,
        intents: Intents,
        notices: Notices,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._pane = pane
        self._intents = intents
        self._notices = notices
        self._window = window
        self._assistant: Assistant | None = None
        self._connection: Connection | None = None
        self._chosen: dict[ThreadId, _Chosen] = {}
        self._dialog: RunOptionsDialog | None = None
        self._connect()
        actions.on("ask_otherwise", self.open)

    def _connect(self) -> None:
        pane, runs = self._pane, self._intents.runs
        pane.send_requested.connect(lambda thread, text: runs.send(thread, text, self._of(thread)))
        pane.defer_requested.connect(lambda thread, text: runs.send_deferred(thread, text, self._of(thread)))
        pane.resend_requested.connect(
            lambda thread, message, text: runs.resend(thread, message, text, self._of(thread))
        )
        pane.composer.options_dropped.connect(self._drop)
        pane.transcript.options_wanted.connect(self._open_for_reply)
        runs.question_stored.connect(self._forget)
        self._intents.thread_opened.connect(self._on_opened)
        self._intents.answerer_changed.connect(self._on_answerer)
        self._intents.assistants.models_failed.connect(self._on_models_failed)

    def open(self) -> None:
        """Let the user choose for the next question of the open thread."""
        thread_id = self._pane.thread_id
        if thread_id is not None and self._assistant is not None:
            assistant_id = self._assistant.id
            dialog = self._make_dialog()
            dialog.chosen.connect(lambda overrides: self._choose(thread_id, assistant_id, overrides))
            dialog.edit(self._assistant.settings, self._of(thread_id), self._connection, asks_at_once=False)

    def _open_for_reply(self, message_id: str) -> None:
        if self._assistant is not None:
            dialog = self._make_dialog()
            dialog.chosen.connect(
                lambda overrides: self._intents.runs.regenerate(message_id, None, overrides)
            )
            dialog.edit(self._assistant.settings, None, self._connection, asks_at_once=True)

    def _make_dialog(self) -> RunOptionsDialog:
        from desktop_app.widgets.dialogs.run_options_dialog import RunOptionsDialog

        dialog = self._dialog = RunOptionsDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.models_wanted.connect(self._intents.assistants.list_models)
        dialog.finished.connect(self._on_finished)
        self._intents.assistants.models_listed.connect(dialog.set_models)
        return dialog

    def _on_models_failed(self, connection_id: ConnectionId, error: RunError) -> None:
        if self._dialog is not None:
            self._dialog.set_models_failed(connection_id, self._notices.explain(error).title)

    def _on_finished(self) -> None:
        self._dialog = None

    # -- what is chosen

    def _of(self, thread_id: ThreadId) -> RunOverrides | None:
        chosen = self._chosen.get(thread_id)
        return chosen.overrides if chosen else None

    def _choose(self, thread_id: ThreadId, assistant_id: AssistantId, overrides: RunOverrides | None) -> None:
        if overrides is None:
            self._chosen.pop(thread_id, None)
        else:
            self._chosen[thread_id] = _Chosen(assistant_id, overrides)
        self._show()
        self._pane.composer.focus()

    def _drop(self) -> None:
        if self._pane.thread_id is not None:
            self._forget(self._pane.thread_id)
        self._pane.composer.focus()

    def _forget(self, thread_id: ThreadId) -> None:
        if self._chosen.pop(thread_id, None) and thread_id == self._pane.thread_id:
            self._show()

    # -- who answers

    def _on_opened(self, opened: ThreadOpened) -> None:
        self._take(opened.thread.id, opened.assistant, opened.connection)

    def _on_answerer(self, answerer: Answerer) -> None:
        if answerer.thread_id == self._pane.thread_id:
            self._take(answerer.thread_id, answerer.assistant, answerer.connection)

    def _take(self, thread_id: ThreadId, assistant: Assistant | None, connection: Connection | None) -> None:
        self._assistant, self._connection = assistant, connection
        chosen = self._chosen.get(thread_id)
        if chosen and (assistant is None or assistant.id != chosen.assistant_id):
            del self._chosen[thread_id]
        self._show()

    def _show(self) -> None:
        """Say above the composer what the next question is asked with."""
        chosen = self._chosen.get(self._pane.thread_id) if self._pane.thread_id else None
        self._pane.composer.set_options(self._sentence(chosen.overrides) if chosen else "")
        self.changed.emit(chosen.overrides if chosen else None)

    @cached_property
    def _words(self) -> OverrideWords:
        from desktop_app.widgets.override_words import OverrideWords

        return OverrideWords(self)

    def _sentence(self, overrides: RunOverrides) -> str:
        assert self._assistant is not None
        words = self._words.sentence(self._assistant.settings, overrides)
        return self.tr("Next question: %1").replace("%1", words)
