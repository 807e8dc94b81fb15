"""Bringing records from a service, and taking an assistant there: between the dialog, the notices and the intents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.providers import kind_of
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.errors import RunError
    from desktop_app.domain.ids import ConnectionId
    from desktop_app.domain.remote import PullProgress
    from desktop_app.qt.pull_intents import PullIntents
    from desktop_app.widgets.dialogs.pull_dialog import PullDialog
    from desktop_app.widgets.transcript.error_texts import Explanation


class Pulls(QObject):
    """Lives as long as ``window``, over which it opens the dialog; ``explain`` puts errors into words.

    Signals: ``told(str)``: a sentence about what is done while the dialog is closed; ``connections_requested()``.
    """

    told = Signal(str)
    connections_requested = Signal()

    def __init__(
        self, theme: Theme, intents: PullIntents, explain: Callable[[RunError], Explanation], window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._intents = intents
        self._explain = explain
        self._window = window
        self._dialog: PullDialog | None = None
        self._chosen = ""
        self._progress: dict[ConnectionId, PullProgress] = {}
        self._errors: dict[ConnectionId, RunError] = {}  # of those that ended early
        intents.connections_listed.connect(self._on_connections)
        intents.progressed.connect(self._on_progress)
        intents.failed.connect(self._on_failed)
        intents.pushed.connect(self._on_pushed)

    def open(self, connection_id: str = "") -> None:
        """Show the dialog, at once with a connection chosen."""
        from desktop_app.widgets.dialogs.pull_dialog import PullDialog

        if self._dialog is not None:
            return
        dialog = self._dialog = PullDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.start_requested.connect(self._intents.begin)
        dialog.stop_requested.connect(self._intents.stop)
        dialog.connections_requested.connect(self.connections_requested)
        dialog.finished.connect(self._on_closed)
        self._chosen = connection_id
        for progress in self._progress.values():
            dialog.set_progress(progress)
        dialog.open()
        self._intents.list_connections()

    def _on_closed(self) -> None:
        self._dialog = None

    def _on_connections(self, connections: list[Connection]) -> None:
        if self._dialog is not None:
            self._dialog.set_connections([one for one in connections if kind_of(one).has_pull], self._chosen)
            for connection_id, error in self._errors.items():
                self._show_error(connection_id, error)

    def _on_progress(self, progress: PullProgress) -> None:
        self._progress[progress.connection_id] = progress
        if progress.stage != "failed":
            self._errors.pop(progress.connection_id, None)
        if self._dialog is not None:
            self._dialog.set_progress(progress)
        elif progress.stage == "done":
            threads = self.tr("%Ln thread(s)", "", progress.counts.threads)
            messages = self.tr("%Ln message(s)", "", progress.counts.messages)
            text = self.tr("Brought from the service: %1, %2.")
            self.told.emit(text.replace("%1", threads).replace("%2", messages))

    def _on_failed(self, connection_id: ConnectionId, error: RunError) -> None:
        self._errors[connection_id] = error
        if self._dialog is not None:
            self._show_error(connection_id, error)
        else:
            title = self._explain(error).title
            self.told.emit(self.tr("Not everything was brought: %1").replace("%1", title))

    def _show_error(self, connection_id: ConnectionId, error: RunError) -> None:
        said = self._explain(error)
        if self._dialog is not None:
            self._dialog.show_error(connection_id, said.title, said.advice, error.role)

    def _on_pushed(self, name: str) -> None:
        self.told.emit(self.tr("“%1” is at the service now.").replace("%1", name))
