"""The settings of threads in the window: who asks for their dialog, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.errors import RunError
    from desktop_app.domain.threads import Thread
    from desktop_app.qt.thread_intents import ThreadIntents
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.dialogs.thread_dialog import ThreadDialog
    from desktop_app.widgets.notices import Notices
    from desktop_app.widgets.shown import Shown


class ThreadEditing(QObject):
    """Lives as long as ``window``, over which it opens the dialog.  Does the action "thread_settings"."""

    def __init__(
        self,
        theme: Theme,
        shown: Shown,
        intents: ThreadIntents,
        notices: Notices,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._shown = shown
        self._intents = intents
        self._notices = notices
        self._window = window
        self._dialog: ThreadDialog | None = None
        intents.ready_to_edit.connect(self._open)
        intents.describing_failed.connect(self._on_failed)
        actions.on("thread_settings", self.edit_current)

    def edit_current(self) -> None:
        """Open the settings of the open thread."""
        if thread_id := self._shown.thread_id:
            self.edit(thread_id)

    def edit(self, thread_id: str) -> None:
        """Open the settings of a thread."""
        if self._dialog is None:
            self._intents.edit(thread_id)

    def _open(self, thread: Thread, has_other_tools: bool) -> None:
        from desktop_app.widgets.dialogs.thread_dialog import ThreadDialog

        if self._dialog is not None:
            return
        dialog = self._dialog = ThreadDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.save_requested.connect(self._intents.describe)
        dialog.extend_requested.connect(self._intents.extend)
        self._intents.described.connect(dialog.set_saved)
        self._intents.extended.connect(dialog.set_extended)
        dialog.finished.connect(self._on_finished)
        dialog.edit(thread, has_other_tools=has_other_tools)

    def _on_failed(self, error: RunError) -> None:
        if self._dialog is not None:
            self._dialog.set_save_failed(self._notices.sentence(error))

    def _on_finished(self) -> None:
        self._dialog = None
