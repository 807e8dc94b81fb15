"""The library of an assistant: files are dropped on it or chosen, and it tells how far each one is.

It asks for nothing itself: what the user wants are signals, and what is there is shown by ``show_files``.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QStandardPaths, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.files import FileId, FileStatus, LibraryFile
from desktop_app.widgets.dialogs.drop_zone import DropZone, local_paths
from desktop_app.widgets.dialogs.file_rows import FileRows, size_text
from desktop_app.widgets.dialogs.frame import Callout, ElidedLabel, button
from desktop_app.widgets.dialogs.icon_rows import IconRowView
from desktop_app.widgets.dialogs.undo_line import UndoLine
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import on_one_line

ROWS_SHOWN = 8


class FilesPanel(QWidget):
    """Signals, each an intent: ``add_wanted`` (list of Path, files and folders); ``remove_wanted``,
    ``restore_wanted`` and ``retry_wanted`` (list of FileId); ``cancel_wanted``; ``create_wanted`` when files are wanted
    for an assistant that is not there yet.
    """

    add_wanted = Signal(list)
    remove_wanted = Signal(list)
    restore_wanted = Signal(list)
    retry_wanted = Signal(list)
    cancel_wanted = Signal()
    create_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._is_created = True
        self.setAcceptDrops(True)
        self._rows = FileRows(self)
        self._make_parts()
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.show_files([])

    def set_created(self, is_created: bool) -> None:
        """Whether the assistant is there; only then it can have files."""
        self._is_created = is_created
        had_focus = self._create.hasFocus()
        self._add.setVisible(is_created)
        self._add_folder.setVisible(is_created)
        if is_created and had_focus:  # before it hides, or Qt gives the focus to whatever comes next
            self._add.setFocus(Qt.FocusReason.OtherFocusReason)
        self._create.setVisible(not is_created)
        self._show_zone()

    def show_files(self, files: Sequence[LibraryFile]) -> None:
        """Show the library; rows that did not change stay as they are."""
        self._rows.show_files(files)
        self._view.show_rows(len(files), ROWS_SHOWN)
        self._view.setVisible(bool(files))
        self._zone.setVisible(not files)
        self._show_total()
        self._show_buttons()

    def change_files(self, files: Sequence[LibraryFile]) -> None:
        """Show what these files of the library are now."""
        self._rows.change_files(files)
        self._show_total()
        self._show_buttons()

    @property
    def has_ready(self) -> bool:
        """Whether there is a file that is searched."""
        return self._rows.sums.ready > 0

    def show_problem(self, text: str) -> None:
        """Say why something did not happen; an empty text takes it back."""
        self._problem.show_text(text)

    # -- parts

    def _make_parts(self) -> None:
        theme = self._theme
        self._view = IconRowView(theme, "files_list", self.tr("Files"))
        self._view.setSelectionMode(IconRowView.SelectionMode.ExtendedSelection)
        self._view.setModel(self._rows)
        self._zone = DropZone(theme)
        self._total = ElidedLabel(role="caption")
        self._total.setObjectName("files_total")
        self._progress = QProgressBar()
        self._progress.setObjectName("files_progress")
        self._progress.setAccessibleName(self.tr("Files that are read"))
        self._undo = UndoLine(theme, "files_undo")
        self._problem = Callout(theme, "error")
        self._problem.setObjectName("files_problem")
        self._problem.show_text("")

    def _make_buttons(self) -> None:
        self._add = button(self.tr("A&dd files…"), "files_add")
        self._add.setIcon(self._theme.icon("plus", size=16))
        self._add_folder = button(self.tr("Add a folder…"), "files_add_folder", kind="quiet")
        self._create = button(self.tr("Create the assistant and add files…"), "files_create")
        self._retry = button(self.tr("Try again"), "files_retry", kind="quiet")
        self._remove = button(self.tr("Remove"), "files_remove", kind="quiet")
        self._cancel = button(self.tr("Stop reading"), "files_cancel", kind="quiet")
        self._create.hide()

    def _lay_out(self) -> None:
        gap = self._theme.px("spacing.2")
        buttons = QHBoxLayout()
        buttons.setSpacing(gap)
        for one in (self._add, self._add_folder, self._create):
            buttons.addWidget(one)
        buttons.addStretch(1)
        total = QHBoxLayout()
        total.addWidget(self._total, 1)
        for one in (self._retry, self._remove, self._cancel):
            total.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        for part in (self._problem, self._zone, self._view, self._progress):
            column.addWidget(part)
        column.addLayout(total)
        column.addWidget(self._undo)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._add.clicked.connect(self.choose_files)
        self._add_folder.clicked.connect(self._choose_folder)
        self._create.clicked.connect(self.create_wanted)
        self._zone.clicked.connect(self._zone_clicked)
        self._remove.clicked.connect(self._remove_chosen)
        self._retry.clicked.connect(self._retry_chosen)
        self._cancel.clicked.connect(self.cancel_wanted)
        self._view.selectionModel().selectionChanged.connect(self._show_buttons)
        self._view.customContextMenuRequested.connect(self._show_menu)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self._view)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove_chosen)

    # -- what is shown

    def _show_zone(self) -> None:
        self._zone.show_text(
            self.tr("Drop files or folders here, or press to choose")
            if self._is_created
            else self.tr("Files are kept with the assistant, so it has to be created first")
        )

    def _show_total(self) -> None:
        count, sums = len(self._rows.files), self._rows.sums
        parts = [self.tr("%Ln file(s)", "", count), size_text(sums.size)]
        if sums.left:
            parts.append(self.tr("%Ln to read", "", sums.left))
        if sums.failed:
            parts.append(self.tr("%Ln not read", "", sums.failed))
        self._total.setText(" · ".join(parts))
        self._total.setVisible(count > 0)
        self._progress.setVisible(sums.left > 0)
        self._progress.setRange(0, 100)
        self._progress.setValue(int(100 * sums.done / count) if count else 0)
        self._cancel.setVisible(sums.left > 0)

    def _show_buttons(self) -> None:
        chosen = self._chosen()
        self._remove.setVisible(bool(chosen))
        self._retry.setVisible(any(map(_is_unread, chosen)))

    def _chosen(self) -> list[LibraryFile]:
        rows = sorted(index.row() for index in self._view.selectedIndexes())
        return [self._rows.files[row] for row in rows]

    # -- what the user does

    def _zone_clicked(self) -> None:
        if self._is_created:
            self.choose_files()
        else:
            self.create_wanted.emit()

    def choose_files(self) -> None:
        """Let the user choose files."""
        self._choose(QFileDialog.FileMode.ExistingFiles, self.tr("Add files"))

    def _choose_folder(self) -> None:
        self._choose(QFileDialog.FileMode.Directory, self.tr("Add a folder"))

    def _choose(self, mode: QFileDialog.FileMode, title: str) -> None:
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, title, documents)
        dialog.setObjectName("files_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(lambda names: self._add_paths([Path(name) for name in names]))
        dialog.open()

    def _add_paths(self, paths: list[Path]) -> None:
        self.show_problem("")
        self.add_wanted.emit(paths)

    def _remove_chosen(self) -> None:
        chosen = self._chosen()
        if not chosen:
            return
        ids = [file.id for file in chosen]
        row = min(index.row() for index in self._view.selectedIndexes())
        self.remove_wanted.emit(ids)
        self._view.setCurrentIndex(self._rows.index(min(row, len(self._rows.files) - 1)))
        text = (
            self.tr("“{name}” was removed.").format(name=on_one_line(chosen[0].name))
            if len(chosen) == 1
            else self.tr("%Ln file(s) were removed.", "", len(chosen))
        )
        self._undo.offer(text, lambda: self.restore_wanted.emit(ids))

    def _retry_chosen(self) -> None:
        ids: list[FileId] = [file.id for file in self._chosen() if _is_unread(file)]
        if ids:
            self.retry_wanted.emit(ids)

    def _show_menu(self, place: QPoint) -> None:
        chosen = self._chosen()
        if not chosen:
            return
        menu = QMenu(self)
        menu.setObjectName("files_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        again = menu.addAction(self.tr("Read &again"), self._retry_chosen)
        again.setEnabled(any(map(_is_unread, chosen)))
        menu.addAction(self.tr("&Remove"), self._remove_chosen)
        menu.popup(self._view.viewport().mapToGlobal(place))

    # -- drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.acceptProposedAction()
            self._zone.show_waiting(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._zone.show_waiting(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._zone.show_waiting(False)
        event.acceptProposedAction()
        self._add_paths(local_paths(event.mimeData()))


def _is_unread(file: LibraryFile) -> bool:
    """Whether it is not there as it is on the disk: it could not be read, or not anew, or reading was stopped."""
    return file.fault is not None or file.status in (FileStatus.FAILED, FileStatus.CANCELLED)
