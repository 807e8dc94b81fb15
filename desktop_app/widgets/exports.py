"""Exporting: the user is asked where to, and told when it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.widgets.desktop import open_folder
from desktop_app.widgets.notices import BRIEF_S, Notices

if TYPE_CHECKING:
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.shown import Shown

FORMATS = {"md": "Markdown (*.md)", "html": "HTML (*.html)", "json": "JSON (*.json)"}


class Exports(QObject):
    """Lives as long as ``window``, over which it opens the dialog.  Does the actions "export" and "export_all".

    Signals: ``requested(list | None, str, Path)``: the ids of the threads (None: all), a format, and where to.
    """

    requested = Signal(object, str, object)

    def __init__(self, shown: Shown, notices: Notices, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._shown = shown
        self._notices = notices
        self._window = window
        actions.on("export", self._export_open)
        actions.on("export_all", self._export_all)

    def export(self, thread_id: str) -> None:
        """Ask where to put one thread."""
        name = next((summary.name for summary in self._shown.threads if summary.id == thread_id), "")
        self._ask_where([thread_id], name or self.tr("Thread"))

    def show_done(self, path: Path) -> None:
        """Say that it is there."""
        self._notices.bar.show_notice(
            self.tr("Exported to %1").replace("%1", path.name),
            action=self.tr("Show in folder"),
            on_action=lambda: open_folder(path.parent),
            timeout_s=BRIEF_S,
        )

    def _export_open(self) -> None:
        if self._shown.thread_id:
            self.export(self._shown.thread_id)

    def _export_all(self) -> None:
        self._ask_where(None, self.tr("Nitka threads"))

    def _ask_where(self, thread_ids: list[str] | None, name: str) -> None:
        from desktop_app.export.files import safe_name

        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self._window, self.tr("Export"), documents)
        dialog.setObjectName("export_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        formats = {"json": FORMATS["json"]} if thread_ids is None else FORMATS
        dialog.setNameFilters(list(formats.values()))
        dialog.setDefaultSuffix(next(iter(formats)))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix_of(chosen)))
        dialog.selectFile(safe_name(name))
        dialog.fileSelected.connect(lambda path: self._request(thread_ids, Path(path)))
        dialog.open()

    def _request(self, thread_ids: list[str] | None, path: Path) -> None:
        suffix = path.suffix.lstrip(".").lower()
        self.requested.emit(thread_ids, suffix if suffix in FORMATS else "md", path)


def _suffix_of(chosen: str) -> str:
    return next(suffix for suffix, text in FORMATS.items() if text == chosen)
