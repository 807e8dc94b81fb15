"""Deferred requests in the window: the count in the foot, the cards in the thread, the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.ids import MessageId
    from desktop_app.domain.operations import Operation
    from desktop_app.qt.outbox_intents import OutboxIntents
    from desktop_app.widgets.dialogs.outbox_dialog import OutboxDialog
    from desktop_app.widgets.footer import SidebarFooter
    from desktop_app.widgets.threads_pane import ThreadsPane


class Outbox(QObject):
    """Wires the panes to ``intents``; lives as long as ``window``, over which it opens the dialog.

    Signals: ``thread_requested(str)``.
    """

    thread_requested = Signal(str)

    def __init__(
        self,
        theme: Theme,
        pane: MessagesPane,
        threads: ThreadsPane,
        footer: SidebarFooter,
        intents: OutboxIntents,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._pane = pane
        self._threads = threads
        self._footer = footer
        self._intents = intents
        self._window = window
        self._dialog: OutboxDialog | None = None
        footer.outbox_requested.connect(self.open)
        pane.operation_check_requested.connect(intents.check_message)
        pane.operation_cancel_requested.connect(intents.cancel_message)
        intents.open_changed.connect(self._show_open)
        intents.begin()

    def open(self) -> None:
        """Show the outbox."""
        from desktop_app.widgets.dialogs.outbox_dialog import OutboxDialog

        if self._dialog is not None:
            return
        dialog = self._dialog = OutboxDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.check_requested.connect(self._intents.check_now)
        dialog.cancel_requested.connect(self._intents.cancel)
        dialog.thread_requested.connect(self.thread_requested)
        dialog.finished.connect(self._on_closed)
        self._intents.listed.connect(dialog.set_operations)
        self._intents.list_recent()
        dialog.open()

    def _on_closed(self) -> None:
        if self._dialog is not None:
            self._intents.listed.disconnect(self._dialog.set_operations)
            self._dialog = None

    def _show_open(self, operations: dict[MessageId, Operation]) -> None:
        self._pane.set_operations(operations)
        self._threads.set_deferred({operation.thread_id for operation in operations.values()})
        self._footer.set_awaited(len(operations))
        if self._dialog is not None:
            self._intents.list_recent()
