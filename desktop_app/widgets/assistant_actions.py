"""What can be done with assistants: between their pane, the menus and the dialogs, and the intents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.ids import AssistantId

if TYPE_CHECKING:
    from desktop_app.domain.assistants import Assistant, AssistantSettings
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.drafts import AssistantDraft
    from desktop_app.domain.errors import RunError
    from desktop_app.domain.ids import ConnectionId
    from desktop_app.qt.intents import Intents
    from desktop_app.qt.remote_file_intents import LeftWork
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.assistants_pane import AssistantsPane
    from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
    from desktop_app.widgets.dialogs.template_chooser import TemplateChooser
    from desktop_app.widgets.notices import Notices
    from desktop_app.widgets.shown import Shown
    from desktop_app.widgets.theme import Theme


class AssistantActions(QObject):
    """Wires ``pane`` to ``intents``; lives as long as ``window``, over which it opens dialogs.

    Signals: ``reply_requested(str, str)``: a thread and a message in it are to be shown.
    """

    reply_requested = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        pane: AssistantsPane,
        shown: Shown,
        intents: Intents,
        notices: Notices,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._shown = shown
        self._all_intents = intents
        self._intents = intents.assistants
        self._notices = notices
        self._window = window
        self._chooser: TemplateChooser | None = None
        self._dialog: AssistantDialog | None = None
        self._version = 0  # that the dialog is to show
        pane.new_requested.connect(self._choose_template)
        pane.settings_requested.connect(self._edit_selected)
        pane.duplicate_requested.connect(self._duplicate)
        pane.delete_requested.connect(lambda assistant_id: self._intents.delete(AssistantId(assistant_id)))
        self._intents.draft_found.connect(self._offer_draft)
        self._intents.ready_to_edit.connect(self._open_dialog)
        self._intents.models_failed.connect(self._on_models_failed)
        self._intents.save_failed.connect(self._on_save_failed)
        self._intents.revived.connect(self._tell_revived)
        intents.remote_files.left_ended.connect(self._tell_left_work)
        actions.on("new_assistant", self._choose_template)
        actions.on("assistant_settings", self.edit_current)
        actions.on("duplicate_assistant", self._duplicate_answering)

    # -- making

    def offer_one_for(self, connection: Connection) -> None:
        """What to do with a new connection: nothing uses it yet."""
        self._notices.bar.show_notice(
            self.tr("“%1” is connected. An assistant can answer through it.").replace("%1", connection.name),
            action=self.tr("Make one"),
            on_action=lambda: self._choose_template_for(connection.id),
        )

    def _choose_template(self) -> None:
        """For an assistant that answers through the connection in use, as long as nothing else is chosen."""
        self._choose_template_for(self._shown.connection_id)

    def _choose_template_for(self, connection_id: ConnectionId | None) -> None:
        from desktop_app.widgets.dialogs.template_chooser import TemplateChooser

        chooser = self._chooser = TemplateChooser(self._theme, self._window)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.chosen.connect(
            lambda settings: self._intents.draft(replace(settings, connection_id=connection_id))
        )
        chooser.go_on_requested.connect(self._intents.go_on)
        chooser.finished.connect(self._on_chooser_finished)
        chooser.open()
        self._intents.look_for_draft()

    def _on_chooser_finished(self) -> None:
        self._chooser = None

    def _offer_draft(self, draft: AssistantDraft) -> None:
        if self._chooser is not None:
            self._chooser.offer(draft)
            return
        self._notices.bar.show_notice(
            self.tr("An assistant you were making was kept."),
            action=self.tr("Go on"),
            on_action=lambda: self._intents.go_on(draft),
        )

    # -- editing

    def edit_current(self) -> None:
        """Open the settings of the selected assistant or, with all threads selected, of the one in use."""
        if chosen := self._shown.current_assistant_id:
            self.edit(chosen)

    def edit(self, assistant_id: str) -> None:
        """Open the settings of an assistant."""
        self._edit(assistant_id)

    def show_version(self, assistant_id: str, version: int) -> None:
        """Open the settings of an assistant at one of its versions."""
        self._edit(assistant_id, version)

    def flush_draft(self) -> None:
        """Have what was just typed kept; the window is closing."""
        if self._dialog is not None:
            self._dialog.flush_draft()

    def _edit(self, assistant_id: str, version: int = 0) -> None:
        if self._dialog is None:
            self._version = version
            self._intents.edit(AssistantId(assistant_id))

    def _edit_selected(self, assistant_id: str) -> None:
        """The pane's button: "" for the one in use."""
        if assistant_id:
            self.edit(assistant_id)
        else:
            self.edit_current()

    def _open_dialog(
        self,
        assistant: Assistant | None,
        settings: AssistantSettings,
        connections: list[Connection],
        draft: AssistantDraft | None,
    ) -> None:
        from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog

        if self._dialog is not None:
            return
        dialog = self._dialog = AssistantDialog(self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wire_wishes(dialog)
        self._wire_answers(dialog)
        intents = self._all_intents
        dialog.serve(intents.files, intents.remote_files, intents.functions)
        dialog.edit(assistant, settings, connections, draft)
        if self._version:
            dialog.show_version(self._version)
            self._version = 0

    def _wire_wishes(self, dialog: AssistantDialog) -> None:
        intents = self._intents
        dialog.save_requested.connect(intents.save)
        dialog.rules_decided.connect(self._all_intents.functions.save_rules)
        dialog.draft_changed.connect(intents.keep_draft)
        dialog.models_wanted.connect(intents.list_models)
        dialog.threads_wanted.connect(intents.list_threads)
        dialog.versions_wanted.connect(intents.list_versions)
        dialog.preview_wanted.connect(intents.preview)
        dialog.expansion_wanted.connect(intents.expand)
        dialog.extend_requested.connect(intents.extend)
        dialog.reply_requested.connect(self.reply_requested)
        dialog.finished.connect(self._on_finished)

    def _wire_answers(self, dialog: AssistantDialog) -> None:
        """Connections to a dialog end with it."""
        intents = self._intents
        intents.saved.connect(dialog.set_saved)
        intents.models_listed.connect(dialog.set_models)
        intents.threads_listed.connect(dialog.set_threads)
        intents.versions_listed.connect(dialog.set_versions)
        intents.previewed.connect(dialog.set_preview)
        intents.expanded.connect(dialog.set_expanded)
        intents.extended.connect(dialog.set_extended)

    def _on_models_failed(self, connection_id: ConnectionId, error: RunError) -> None:
        if self._dialog is not None:
            self._dialog.set_models_failed(connection_id, self._notices.explain(error).title)

    def _on_save_failed(self, error: RunError) -> None:
        if self._dialog is not None:
            self._dialog.set_save_failed(self._notices.sentence(error))

    def _tell_revived(self, assistant: Assistant, is_made_anew: bool) -> None:
        """What was saved had gone meanwhile: deleted in another way, or its lifetime was over."""
        if is_made_anew:
            text = self.tr("“%1” had been deleted for good. It was made anew from its settings.")
        else:
            text = self.tr("“%1” was in the trash. Now that it is saved it is in use again.")
        self._notices.bar.show_notice(text.replace("%1", assistant.settings.name))

    def _on_finished(self) -> None:
        self._dialog = None
        self._all_intents.functions.stop_trial()

    def _tell_left_work(self, work: LeftWork) -> None:
        """What the service was still busy with when the settings were closed is over."""
        if work.error is not None:
            if work.files:
                text = self.tr("Not all files were sent to the service. %1")
            elif work.index:
                text = self.tr("The service has not made the index “%2”. %1")
            else:
                text = self.tr("Deleting at the service failed. %1")
            text = text.replace("%1", self._notices.sentence(work.error)).replace("%2", work.index)
            self._notices.bar.show_notice(text, kind="error")
        elif work.files:
            self._notices.bar.show_notice(self.tr("%n file(s) were sent to the service.", "", work.files))
        elif work.index:
            text = self.tr("The index “%1” is ready. It can be chosen in the settings of an assistant.")
            self._notices.bar.show_notice(text.replace("%1", work.index))

    # -- copying

    def _duplicate_answering(self) -> None:
        if answering := self._shown.answering_id:
            self._duplicate(answering)

    def _duplicate(self, assistant_id: str) -> None:
        name = next((a.settings.name for a in self._shown.assistants if a.id == assistant_id), "")
        if name:
            self._intents.duplicate(AssistantId(assistant_id), self.tr("%1 (copy)").replace("%1", name))
