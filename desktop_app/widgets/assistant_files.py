"""Assistants as files: the user is asked where to or from, and told what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.domain.ids import AssistantId
from desktop_app.widgets.desktop import open_folder
from desktop_app.widgets.notices import BRIEF_S, Notices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_app.controllers.assistant_files import Imported
    from desktop_app.domain.assistants import Assistant, AssistantSettings
    from desktop_app.export.assistants import AssistantFileError
    from desktop_app.qt.assistant_file_intents import AssistantFileIntents
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.assistants_pane import AssistantsPane
    from desktop_app.widgets.shown import Shown


class AssistantFiles(QObject):
    """Lives as long as ``window``, over which it opens dialogs.

    Does "export_assistant", "export_assistant_versions" and "import_assistant".

    Signals: ``settings_requested(str)``: an imported assistant is to be looked at.
    """

    settings_requested = Signal(str)

    def __init__(
        self,
        pane: AssistantsPane,
        shown: Shown,
        intents: AssistantFileIntents,
        notices: Notices,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._shown = shown
        self._intents = intents
        self._notices = notices
        self._window = window
        pane.export_requested.connect(self._ask_where_to)
        pane.import_requested.connect(self._ask_where_from)
        pane.files_dropped.connect(self._import)
        actions.on("export_assistant", lambda: self._export_current(has_history=False))
        actions.on("export_assistant_versions", lambda: self._export_current(has_history=True))
        actions.on("import_assistant", self._ask_where_from)
        intents.exported.connect(self._show_exported)
        intents.imported.connect(self._show_imported)
        intents.refused.connect(self._show_refused)

    # -- writing

    def _export_current(self, has_history: bool) -> None:
        if chosen := self._shown.current_assistant_id:
            self._ask_where_to(chosen, has_history)

    def _ask_where_to(self, assistant_id: str, has_history: bool) -> None:
        from desktop_app.export.assistants import SUFFIX
        from desktop_app.export.files import safe_name

        assistant = self._listed(assistant_id)
        title = (
            self.tr("Export an assistant with all its versions")
            if has_history
            else self.tr("Export an assistant as it is now")
        )
        dialog = self._dialog(title, "export_assistant_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Assistants (%1)").replace("%1", f"*.{SUFFIX}")])
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(safe_name(assistant.settings.name if assistant else self.tr("Assistant")))
        dialog.fileSelected.connect(
            lambda path: self._intents.export(AssistantId(assistant_id), Path(path), has_history)
        )
        dialog.open()

    def _listed(self, assistant_id: str) -> Assistant | None:
        return next((one for one in self._shown.assistants if one.id == assistant_id), None)

    def _show_exported(self, path: Path, assistant_id: str) -> None:
        text = self.tr("Exported to %1").replace("%1", path.name)
        assistant = self._listed(assistant_id)
        if assistant and assistant.settings.search:
            caveat = self.tr("The files that it searches in are not included.")
            text = f"{text}. {caveat}"
        self._notices.bar.show_notice(
            text,
            action=self.tr("Show in folder"),
            on_action=lambda: open_folder(path.parent),
            timeout_s=BRIEF_S,
        )

    # -- taking in

    def _ask_where_from(self) -> None:
        dialog = self._dialog(self.tr("Import assistants"), "import_assistant_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Assistants (%1)").replace("%1", "*.json")])
        dialog.filesSelected.connect(lambda paths: self._import([Path(path) for path in paths]))
        dialog.open()

    def _import(self, paths: list[Path]) -> None:
        for path in paths:
            self._intents.import_(path)

    def _show_imported(self, imported: Imported) -> None:
        done = self.tr("“%1” was imported.").replace("%1", imported.assistant.settings.name)
        said = (done, self._answering(imported), *self._caveats(imported.assistant.settings))
        self._notices.bar.show_notice(
            " ".join(said),
            action=self.tr("Settings"),
            on_action=lambda: self.settings_requested.emit(imported.assistant.id),
        )

    def _answering(self, imported: Imported) -> str:
        """Through what it answers, and why through that."""
        from desktop_app.controllers.assistant_files import Match

        wanted = imported.wanted.name if imported.wanted else ""
        found = imported.connection.name if imported.connection else ""
        match imported.match:
            case Match.NAMED:
                return self.tr("It answers through “%1”.").replace("%1", found)
            case Match.KIND:
                text = self.tr("There is no connection “%1” here: it answers through “%2”.")
                return text.replace("%1", wanted).replace("%2", found)
            case Match.NONE if wanted:
                text = self.tr("There is no connection like “%1” here: choose one for it.")
                return text.replace("%1", wanted)
            case Match.NONE:
                return self.tr("Choose a connection for it.")

    def _caveats(self, settings: AssistantSettings) -> Iterator[str]:
        """What did not come along, and what came that is to be looked at."""
        if settings.search:
            yield self.tr("The files that it searches in did not come along.")
        if commands := sum(function.command is not None for function in settings.functions):
            yield self.tr(
                "%n function(s) of it start programs on this machine, but only if you allow it.", "", commands
            )

    def _show_refused(self, path: Path, error: AssistantFileError) -> None:
        text = self.tr("“%1” was not imported. %2").replace("%1", path.name)
        self._notices.bar.show_notice(text.replace("%2", self._fault(error)), kind="error")

    def _fault(self, error: AssistantFileError) -> str:
        from desktop_app.export.assistants import FileFault

        texts = {
            FileFault.TOO_LARGE: self.tr("It is too large for an assistant."),
            FileFault.NOT_JSON: self.tr("It is not JSON."),
            FileFault.OTHER_FORMAT: self.tr("There is no assistant in it."),
            FileFault.NEWER: self.tr("It was written by a newer Nitka."),
            FileFault.BROKEN: self.tr("It is damaged: %1."),
            FileFault.OVER_LIMIT: self.tr("Its field “%1” is over the limit."),
        }
        return texts[error.fault].replace("%1", error.detail)

    def _dialog(self, title: str, name: str) -> QFileDialog:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self._window, title, documents)
        dialog.setObjectName(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog
