"""The menu under the right mouse button."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from desktop_app.markdown.links import is_safe
from desktop_app.widgets.menus import round_corners

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView


class TranscriptMenu(QMenu):
    """What can be done with the selection or else a message, and with the link at ``address`` ("" for none)."""

    def __init__(self, view: "TranscriptView", message_id: str, address: str) -> None:
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("transcript_menu")
        round_corners(self)
        self._view = view
        self._message_id = message_id
        if address:
            self._add_link(address)
        self._add("copy", self.tr("Copy"), lambda: self._copy("default"))
        self._add("copy_markdown", self.tr("Copy as Markdown"), lambda: self._copy("markdown"))
        self._add("copy_plain", self.tr("Copy as plain text"), lambda: self._copy("plain"))
        self.addSeparator()
        self._add("quote", self.tr("Quote"), lambda: view.quote(message_id))
        self._add("select_all", self.tr("Select all"), view.select_all)

    def _add(self, name: str, label: str, then: Callable[[], object]) -> QAction:
        action = self.addAction(label)
        action.setObjectName(name)
        action.triggered.connect(then)
        return action

    def _add_link(self, address: str) -> None:
        open_link = self._add(
            "open_link", self.tr("Open link"), lambda: self._view.link_activated.emit(address)
        )
        open_link.setEnabled(is_safe(address))
        self._add("copy_link", self.tr("Copy link"), lambda: QGuiApplication.clipboard().setText(address))
        self.addSeparator()

    def _copy(self, kind: str) -> None:
        if self._view.selection.is_empty:
            self._view.copying.copy_message(self._message_id, kind)
        else:
            self._view.copying.copy(kind)
