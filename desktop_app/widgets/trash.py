"""The trash in the window: its dialog, and the notice of what has gone there by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.controllers.facts import Expired
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.trash import TrashItem
    from desktop_app.qt.intents import Intents
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.dialogs.trash_dialog import TrashDialog
    from desktop_app.widgets.notices import Notices


class Trash(QObject):
    """Lives as long as ``window``, over which it opens the dialog.  Does the action "trash"."""

    def __init__(
        self, theme: Theme, intents: Intents, notices: Notices, actions: Actions, window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._intents = intents.trash
        self._notices = notices
        self._window = window
        self._dialog: TrashDialog | None = None
        self._told: set[str] = set()
        self._told_as = ""
        self._is_listed = False  # something of what was told
        intents.expired.connect(self._tell)
        self._intents.listed.connect(self._take_back)
        actions.on("trash", self.open)

    def open(self) -> None:
        """Show what is in the trash."""
        from desktop_app.widgets.dialogs.trash_dialog import TrashDialog

        if self._dialog is not None:
            return
        dialog = self._dialog = TrashDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.restore_requested.connect(self._intents.restore)
        dialog.delete_requested.connect(self._intents.delete)
        dialog.empty_requested.connect(self._intents.empty)
        dialog.finished.connect(self._on_finished)
        self._intents.listed.connect(dialog.set_items)
        self._intents.list_items()
        dialog.open()

    def _on_finished(self) -> None:
        if self._dialog is not None:
            self._intents.listed.disconnect(self._dialog.set_items)
            self._dialog = None

    def _tell(self, fact: Expired) -> None:
        """It stays until it is put away, or is not true any more: nothing goes silently."""
        self._is_listed = False
        self._told = {*fact.threads, *fact.assistants}
        self._told_as = self._sentence(len(fact.threads), len(fact.assistants))
        self._notices.bar.show_notice(self._told_as, action=self.tr("Show"), on_action=self.open)
        if self._dialog is not None:
            self._intents.list_items()

    def _take_back(self, items: list[TrashItem]) -> None:
        """Say no more what is in the trash once all of it has been seen to leave."""
        was_listed, self._is_listed = self._is_listed, not self._told.isdisjoint(item.id for item in items)
        if was_listed and not self._is_listed:
            self._notices.bar.withdraw(self._told_as)

    def _sentence(self, threads: int, assistants: int) -> str:
        if not assistants:
            return self.tr("%Ln thread(s) expired and moved to the trash.", "", threads)
        if not threads:
            return self.tr("%n assistant(s) expired and moved to the trash.", "", assistants)
        return (
            self.tr("%1 and %2 have expired and are in the trash.")
            .replace("%1", self.tr("%Ln thread(s)", "", threads))
            .replace("%2", self.tr("%n assistant(s)", "", assistants))
        )
