"""The connections dialog between the window and the intents: opened, filled, and told what became of each wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.ids import ConnectionId
    from desktop_app.qt.connection_intents import ConnectionIntents, ConnectionsListed
    from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog


class Connections(QObject):
    """Lives as long as ``window``, over which it opens the dialog.

    Signals: ``pull_requested(str)``: the dialog has closed, and what the connection's service holds is wanted here;
    ``connected(Connection)``: the dialog has closed, and this is the newest that was made in it.
    """

    pull_requested = Signal(str)
    connected = Signal(object)

    def __init__(self, theme: Theme, intents: ConnectionIntents, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._intents = intents
        self._window = window
        self._dialog: ConnectionsDialog | None = None
        self._keyless_id: ConnectionId | None = None
        self._known: set[ConnectionId] | None = None  # before anything was made in the dialog
        self._made: Connection | None = None
        intents.listed.connect(self._on_listed)
        intents.saved.connect(self._on_saved)

    def open(self, keyless_id: ConnectionId | None = None) -> None:
        """Show the dialog, at once where the key of ``keyless_id`` is replaced."""
        from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog

        if self._dialog is not None:
            return
        self._keyless_id = keyless_id
        self._known = self._made = None
        dialog = self._dialog = ConnectionsDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wire(dialog)
        dialog.open()
        self._intents.read()
        self._intents.offer()

    def _wire(self, dialog: ConnectionsDialog) -> None:
        intents = self._intents
        dialog.save_requested.connect(intents.save)
        dialog.test_requested.connect(intents.test)
        dialog.test_cancelled.connect(intents.cancel_test)
        dialog.delete_requested.connect(intents.delete)
        dialog.reorder_requested.connect(intents.reorder)
        dialog.discovery_requested.connect(intents.discover)
        dialog.offer_accepted.connect(intents.accept)
        dialog.pull_requested.connect(self._on_pull_requested)
        intents.saved.connect(dialog.show_saved)
        intents.tested.connect(dialog.show_report)
        intents.failed.connect(dialog.show_failure)
        intents.offered.connect(dialog.show_offers)
        intents.accepted.connect(dialog.begin)
        intents.found.connect(dialog.show_found)
        dialog.finished.connect(self._on_finished)

    def _on_listed(self, listed: ConnectionsListed) -> None:
        if self._dialog is None:
            return
        ids = {connection.id for connection in listed.connections}
        self._known = ids if self._known is None else self._known
        if self._made and self._made.id not in ids:
            self._made = None
        self._dialog.set_users(listed.users)
        self._dialog.set_keyring_state(listed.kept, listed.reason)
        self._dialog.set_connections(listed.connections, listed.keys, listed.passwords)
        keyless_id, self._keyless_id = self._keyless_id, None
        if keyless_id is not None:
            self._dialog.choose(keyless_id, replaces_key=True)

    def _on_saved(self, connection: Connection) -> None:
        if self._known is not None and connection.id not in self._known:
            self._made = connection

    def _on_pull_requested(self, connection_id: str) -> None:
        self._made = None
        if self._dialog is not None:
            self._dialog.accept()
        self.pull_requested.emit(connection_id)

    def _on_finished(self) -> None:
        self._intents.cancel_test()
        self._dialog = None
        if self._made:
            self.connected.emit(self._made)
