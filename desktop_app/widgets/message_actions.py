"""What can be done with a single message: between the messages pane, which asks, and the intents, which do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.threads import Message, Run
    from desktop_app.qt.message_intents import MessageIntents
    from desktop_app.qt.run_intents import RunIntents
    from desktop_app.qt.tool_intents import ToolIntents


class MessageActions(QObject):
    """Wires ``pane`` to the intents; lives as long as ``window``, over which it opens dialogs."""

    def __init__(
        self,
        theme: Theme,
        pane: MessagesPane,
        intents: MessageIntents,
        runs: RunIntents,
        tools: ToolIntents,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._pane = pane
        self._intents = intents
        self._window = window
        pane.messages_wanted.connect(intents.load)
        pane.sibling_requested.connect(intents.show_sibling)
        pane.edit_requested.connect(intents.edit)
        pane.edit_last_requested.connect(intents.edit_last)
        pane.fork_requested.connect(self._fork)
        pane.delete_requested.connect(intents.delete)
        intents.messages_loaded.connect(pane.add_messages)
        intents.message_removed.connect(pane.remove_message)
        intents.edit_ready.connect(pane.edit)
        intents.details_ready.connect(self._show_details)
        transcript = pane.transcript
        transcript.call_decided.connect(tools.decide)
        transcript.call_result_given.connect(tools.give_result)
        transcript.versions_wanted.connect(intents.list_versions)
        intents.versions_listed.connect(transcript.show_versions)
        transcript.regenerate_with_version.connect(runs.regenerate)
        images = transcript.images
        images.fetch_requested.connect(intents.fetch_image)
        intents.image_fetched.connect(images.supply)
        intents.image_refused.connect(images.refuse)

    def _fork(self, message_id: str) -> None:
        self._intents.fork(message_id, self._pane.fork_name())

    def _show_details(self, message: Message, run: Run | None) -> None:
        from desktop_app.widgets.dialogs.message_details import MessageDetails

        dialog = MessageDetails(self._theme, message, run, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
