"""Files and search indexes at a service, and what can be done with them there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.controllers.facts import RemoteFilesProgressed
from desktop_app.domain.errors import RunError
from desktop_app.domain.files import Chunking
from desktop_app.domain.remote_files import RemoteFile, RemoteIndex
from desktop_app.qt.moments import day
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.disclosure import Disclosure
from desktop_app.widgets.dialogs.frame import (
    Callout,
    ElidedLabel,
    QuestionBar,
    StrongLabel,
    WrappedLabel,
    button,
)
from desktop_app.widgets.dialogs.icon_rows import (
    ASIDE_ROLE,
    FRACTION_ROLE,
    ICON_COLOR_ROLE,
    ICON_ROLE,
    LINE_COLOR_ROLE,
    LINE_ROLE,
    IconRowView,
)
from desktop_app.widgets.spinner import Spinner
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.error_texts import ErrorTexts

if TYPE_CHECKING:
    from desktop_app.qt.remote_file_intents import RemoteFileIntents

ROWS_SHOWN = 6
INDEX_NAME_LIMIT = 100
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class ServiceFiles(Disclosure):
    """Folded until it is asked for: what is there is read from the service when it is opened.

    What is being sent or made goes on when this is closed; see ``RemoteFileIntents``.

    ``chunking`` says how texts are to be cut for an index.  Signals: ``index_chosen`` with the id of the index that
    this assistant is to search in.
    """

    index_chosen = Signal(str)

    def __init__(self, theme: Theme, chunking: Callable[[], Chunking]) -> None:
        super().__init__(theme, "", "service_open")
        self._button.setText(self.tr("Files and indexes at the service"))
        self._button.setAccessibleName(self.tr("Files and indexes at the service"))
        self._theme, self._chunking = theme, chunking
        self._intents: RemoteFileIntents | None = None
        self._connection_id = ""
        self._confirmed: Callable[[], None] | None = None
        self._awaits_index = False
        self._files = _Rows("file", self)
        self._indexes = _Rows("search", self)
        self._make_parts(theme)
        self._lay_out(theme)
        self._connect()
        self._show_busy("")
        self._show_buttons()

    def serve(self, intents: RemoteFileIntents) -> None:
        """Ask ``intents`` for everything from now on."""
        self._intents = intents
        intents.listed.connect(self._show_listed)
        intents.progressed.connect(self._show_progress)
        intents.made.connect(self._index_made)
        intents.ended.connect(self._ended)
        self.destroyed.connect(intents.leave)
        self._cancel.clicked.connect(lambda: intents.cancel(self._connection_id))

    def set_connection(self, connection_id: str) -> None:
        """Show what is at this connection's service; an empty id hides all."""
        self.setVisible(bool(connection_id))
        if connection_id != self._connection_id:
            self._connection_id = connection_id
            if self._intents is not None:
                self._intents.leave()
            self._awaits_index = False
            self._show_busy("")
            self._files.show_rows([])
            self._indexes.show_rows([])
            self._question.hide()
            self._confirmed = None
            self._fit()
            self.set_open(False)

    def mark_used(self, index_ids: Sequence[str]) -> None:
        """Say which indexes this assistant searches in."""
        self._indexes.mark(frozenset(index_ids), self.tr("Used here"))

    # -- parts

    def _make_parts(self, theme: Theme) -> None:
        self._file_view = IconRowView(theme, "service_files", self.tr("Files at the service"))
        self._file_view.setSelectionMode(IconRowView.SelectionMode.ExtendedSelection)
        self._file_view.setModel(self._files)
        self._index_view = IconRowView(theme, "service_indexes", self.tr("Search indexes at the service"))
        self._index_view.setModel(self._indexes)
        self._hint = WrappedLabel(role="caption")
        self._hint.setText(
            self.tr(
                "Send files, choose those to search in, make an index of them, and use it for this assistant."
            )
        )
        self._problem = Callout(theme, "error")
        self._problem.setObjectName("service_problem")
        self._problem.show_text("")
        self._upload = button(self.tr("Send files…"), "service_upload")
        self._refresh = button(self.tr("Read again"), "service_refresh", kind="quiet")
        self._delete_file = button(self.tr("Delete"), "service_delete_file", kind="quiet")
        self._name = QLineEdit()
        self._name.setObjectName("service_index_name")
        self._name.setAccessibleName(self.tr("Name of the index"))
        self._name.setPlaceholderText(self.tr("Name of the index"))
        self._name.setMaxLength(INDEX_NAME_LIMIT)
        self._make = button(self.tr("Make an index"), "service_make_index")
        self._use = button(self.tr("Use for this assistant"), "service_use_index")
        self._delete_index = button(self.tr("Delete"), "service_delete_index", kind="quiet")
        self._busy = QWidget()
        self._busy_text = ElidedLabel(role="caption")
        self._busy_text.setObjectName("service_progress")
        self._cancel = button(self.tr("Stop"), "service_cancel", kind="quiet")
        self._question = QuestionBar(theme, "service")
        self._question.hide()

    def _lay_out(self, theme: Theme) -> None:
        gap = theme.px("spacing.2")
        busy = QHBoxLayout(self._busy)
        busy.setContentsMargins(0, 0, 0, 0)
        busy.setSpacing(gap)
        busy.addWidget(Spinner(theme))
        busy.addWidget(self._busy_text, 1)
        busy.addWidget(self._cancel)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        column.addWidget(self._hint)
        column.addWidget(self._problem)
        column.addWidget(StrongLabel(theme, self.tr("Files")))
        column.addWidget(self._file_view)
        column.addLayout(_line(gap, self._upload, self._refresh, None, self._delete_file))
        column.addLayout(_line(gap, self._name, self._make))
        column.addWidget(StrongLabel(theme, self.tr("Search indexes")))
        column.addWidget(self._index_view)
        column.addLayout(_line(gap, self._use, None, self._delete_index))
        column.addWidget(self._busy)
        column.addWidget(self._question)

    def _connect(self) -> None:
        self._button.toggled.connect(self._opened)
        self._refresh.clicked.connect(self._read)
        self._upload.clicked.connect(self._choose_files)
        self._make.clicked.connect(self._make_index)
        self._name.textChanged.connect(self._show_buttons)
        self._name.returnPressed.connect(self._make.click)
        self._use.clicked.connect(self._use_chosen)
        self._delete_file.clicked.connect(self._ask_about_file)
        self._delete_index.clicked.connect(self._ask_about_index)
        self._question.answered.connect(self._answered)
        for view in (self._file_view, self._index_view):
            view.selectionModel().selectionChanged.connect(self._show_buttons)

    # -- what is shown

    def _opened(self, is_open: bool) -> None:
        if is_open:
            self._read()

    def _read(self) -> None:
        if self._intents is not None and self._connection_id:
            self._begin(self.tr("Reading what is there…"))
            self._intents.list(self._connection_id)

    def _begin(self, text: str) -> None:
        self._problem.show_text("")
        self._show_busy(text)

    def _show_busy(self, text: str) -> None:
        self._busy_text.setText(text)
        self._busy.setVisible(bool(text))
        self._show_buttons()

    def _show_buttons(self) -> None:
        is_free = self._busy.isHidden()
        files, index = self._chosen(self._file_view), self._chosen(self._index_view)
        self._upload.setEnabled(is_free)
        self._refresh.setEnabled(is_free)
        self._delete_file.setEnabled(is_free and len(files) == 1)
        self._name.setEnabled(bool(files))
        self._make.setEnabled(is_free and bool(files) and bool(self._name.text().strip()))
        self._use.setEnabled(bool(index))
        self._delete_index.setEnabled(is_free and bool(index))

    def _show_listed(self, connection_id: str, files: list[RemoteFile], indexes: list[RemoteIndex]) -> None:
        if connection_id == self._connection_id:
            self._files.show_rows(files)
            self._indexes.show_rows(indexes)
            self._fit()

    def _fit(self) -> None:
        for view, rows in ((self._file_view, self._files), (self._index_view, self._indexes)):
            view.show_rows(max(1, rows.rowCount()), ROWS_SHOWN)
        self._show_buttons()

    def _show_progress(self, progress: RemoteFilesProgressed) -> None:
        if progress.connection_id != self._connection_id:
            return
        if progress.total:
            said = self.tr("Sending {name}: {done} of {total}")
            self._show_busy(said.format(name=progress.name, done=progress.done + 1, total=progress.total))
        else:
            self._show_busy(self.tr("The service makes the index “{name}”…").format(name=progress.name))

    def _index_made(self, connection_id: str, index_id: str) -> None:
        if connection_id == self._connection_id and self._awaits_index:
            self._name.clear()
            self.index_chosen.emit(index_id)

    def _ended(self, connection_id: str, error: RunError | None) -> None:
        if connection_id != self._connection_id:
            return
        self._awaits_index = False
        self._show_busy("")
        if error is not None:
            said = self._error_texts.explain(error)
            self._problem.show_text(said.title, " ".join(filter(None, (said.advice, error.detail))))

    @cached_property
    def _error_texts(self) -> ErrorTexts:
        return ErrorTexts(self)

    # -- what the user does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter stays here, where the dialog would save and close."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _chosen(self, view: IconRowView) -> list[RemoteFile | RemoteIndex]:
        rows = self._files if view is self._file_view else self._indexes
        return [rows.rows[index.row()] for index in view.selectedIndexes()]

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, self.tr("Send files to the service"))
        dialog.setObjectName("service_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._send)
        dialog.open()

    def _send(self, names: list[str]) -> None:
        if self._intents is not None:
            self._begin(self.tr("Sending…"))
            self._intents.upload(self._connection_id, [Path(name) for name in names])

    def _make_index(self) -> None:
        if self._intents is not None:
            name = self._name.text().strip()
            self._awaits_index = True
            self._begin(self.tr("The service makes the index “{name}”…").format(name=name))
            ids = [one.remote_id for one in self._chosen(self._file_view)]
            self._intents.make_index(self._connection_id, name, ids, self._chunking())

    def _use_chosen(self) -> None:
        for index in self._chosen(self._index_view):
            self.index_chosen.emit(index.remote_id)

    def _ask_about_file(self) -> None:
        if (intents := self._intents) is not None:
            [file] = self._chosen(self._file_view)
            said = self.tr("Delete “{name}” at the service? It cannot be brought back.")
            connection_id = self._connection_id
            self._ask(said, file, lambda: intents.delete_file(connection_id, file.remote_id))

    def _ask_about_index(self) -> None:
        if (intents := self._intents) is not None:
            [index] = self._chosen(self._index_view)
            said = self.tr(
                "Delete the index “{name}” at the service? Assistants that use it find nothing then."
            )
            connection_id = self._connection_id
            self._ask(said, index, lambda: intents.delete_index(connection_id, index.remote_id))

    def _ask(self, question: str, about: RemoteFile | RemoteIndex, delete: Callable[[], None]) -> None:
        self._confirmed = delete
        answers = [("keep", self.tr("Keep"), ""), ("delete", self.tr("Delete"), "danger")]
        self._question.show()
        self._question.ask(question.format(name=about.name or about.remote_id), answers)

    def _answered(self, answer: str) -> None:
        self._question.hide()
        delete, self._confirmed = self._confirmed, None
        if answer == "delete" and delete is not None:
            self._begin(self.tr("Deleting…"))
            delete()


class _Rows(QAbstractListModel):
    """Files or indexes: name, when it was made, its id."""

    def __init__(self, icon: str, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: Sequence[RemoteFile | RemoteIndex] = ()
        self._icon = icon
        self._used: frozenset[str] = frozenset()
        self._used_text = ""

    def show_rows(self, rows: Sequence[RemoteFile | RemoteIndex]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def mark(self, used: frozenset[str], text: str) -> None:
        """Say ``text`` at the rows with these ids."""
        self._used, self._used_text = used, text
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        name, line = row.name or row.remote_id, f"{day(row.created_at)} · {row.remote_id}"
        aside = self._used_text if row.remote_id in self._used else ""
        values: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: name,
            Qt.ItemDataRole.AccessibleTextRole: ", ".join(filter(None, (name, line, aside))),
            Qt.ItemDataRole.ToolTipRole: plain_tip(f"{name}\n{line}"),
            LINE_ROLE: line,
            LINE_COLOR_ROLE: "textSecondary",
            ICON_ROLE: self._icon,
            ICON_COLOR_ROLE: "icon",
            ASIDE_ROLE: aside,
            FRACTION_ROLE: None,
        }
        return values.get(role)


def _line(gap: int, *parts: QWidget | None) -> QHBoxLayout:
    """Parts beside one another; None is the room between those at the left and those at the right."""
    row = QHBoxLayout()
    row.setSpacing(gap)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part, 0 if isinstance(part, QPushButton) else 1)
    return row
