"""The files of a library as rows: how far each one is, in words."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from desktop_app.domain.files import FileFault, FileId, FileStatus, LibraryFile
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.icon_rows import (
    ASIDE_ROLE,
    FRACTION_ROLE,
    ICON_COLOR_ROLE,
    ICON_ROLE,
    LINE_COLOR_ROLE,
    LINE_ROLE,
)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class FileRows(QAbstractListModel):
    """The rows of one library; a new list changes only the rows that differ, so the view keeps its place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[LibraryFile] = []

    @property
    def files(self) -> Sequence[LibraryFile]:
        """What is shown, in order."""
        return self._files

    def show_files(self, files: Sequence[LibraryFile]) -> None:
        """Show these files."""
        gone = {file.id for file in self._files} - {file.id for file in files}
        for row in reversed(range(len(self._files))) if gone else ():
            if self._files[row].id in gone:
                self.beginRemoveRows(_NOWHERE, row, row)
                del self._files[row]
                self.endRemoveRows()
        known = len(self._files)
        if [file.id for file in files[:known]] != [file.id for file in self._files]:
            self.beginResetModel()  # a removed one came back to its place
            self._files = list(files)
            self.endResetModel()
            return
        changed = [row for row in range(known) if files[row] != self._files[row]]
        self._files[:known] = files[:known]
        for row in changed:
            self.dataChanged.emit(self.index(row), self.index(row))
        if len(files) > known:
            self.beginInsertRows(_NOWHERE, known, len(files) - 1)
            self._files += files[known:]
            self.endInsertRows()

    def ids_at(self, indexes: Sequence[QModelIndex]) -> list[FileId]:
        """The files of these rows."""
        return [self._files[index.row()].id for index in indexes]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._files)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        file = self._files[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return file.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{file.name}, {size_text(file.size)}, {state_text(file)}"
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join(filter(None, (file.path, state_text(file), file.detail))))
            case _:
                return self._drawn(file, role)

    def _drawn(self, file: LibraryFile, role: int) -> Any:
        has_failed = file.status is FileStatus.FAILED
        match role:
            case _ if role == LINE_ROLE:
                return state_text(file)
            case _ if role == LINE_COLOR_ROLE:
                return "errorText" if has_failed else "textSecondary"
            case _ if role == ICON_ROLE:
                return "warning" if has_failed else "file"
            case _ if role == ICON_COLOR_ROLE:
                return "error" if has_failed else "icon"
            case _ if role == ASIDE_ROLE:
                return size_text(file.size)
            case _ if role == FRACTION_ROLE:
                return (file.fraction or 0.0) if file.status is FileStatus.READING else None
            case _:
                return None


def size_text(size: int) -> str:
    """Like "1.2 MB", in the figures of the language."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def state_text(file: LibraryFile) -> str:
    """How far a file is, in a few words."""
    translate = QCoreApplication.translate
    match file.status:
        case FileStatus.WAITING:
            return translate("FileRows", "Waiting")
        case FileStatus.READING:
            if file.fraction is None:
                return translate("FileRows", "Reading…")
            percent = QLocale().toString(int(file.fraction * 100))
            return translate("FileRows", "Reading: {percent} %").format(percent=percent)
        case FileStatus.READY:
            pages = translate("FileRows", "%n page(s)", "", file.pages) if file.pages else ""
            chunks = translate("FileRows", "%n fragment(s)", "", file.chunks)
            return " · ".join(filter(None, (translate("FileRows", "Ready"), pages, chunks)))
        case FileStatus.CANCELLED:
            return translate("FileRows", "Stopped before it was read")
        case FileStatus.FAILED:
            return _fault_text(file.fault)


def _fault_text(fault: FileFault | None) -> str:
    translate = QCoreApplication.translate
    match fault:
        case FileFault.GONE:
            return translate("FileRows", "The file is gone. Add it again from where it is now.")
        case FileFault.NO_ACCESS:
            return translate("FileRows", "Nitka may not read it. Change its permissions, then try again.")
        case FileFault.NOT_A_FILE:
            return translate("FileRows", "This is a device or a pipe, not a file.")
        case FileFault.TOO_LARGE:
            return translate("FileRows", "Too large. Split it into smaller files.")
        case FileFault.UNSUPPORTED:
            return translate("FileRows", "Unknown format. Save it as PDF, DOCX, HTML or text.")
        case FileFault.ENCRYPTED:
            return translate("FileRows", "Protected by a password. Add a copy without one.")
        case FileFault.BOMB:
            return translate("FileRows", "Unpacks to far more than a document holds; it was not read.")
        case FileFault.TOO_SLOW:
            return translate("FileRows", "Reading took too long. Try again, or split the file.")
        case FileFault.NO_TEXT:
            return translate("FileRows", "No text in it, perhaps scanned pages. Recognise the text first.")
        case _:
            return translate("FileRows", "Damaged. Open it in its own program and save it again.")
