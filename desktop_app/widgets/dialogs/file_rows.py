"""The files of a library as rows: how far each one is, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
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
from desktop_app.widgets.transcript.call_arguments import on_one_line, visible

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
MOST_RUNS = 20
"""More rows that go here and there are no longer taken out one by one: each costs the more the more are chosen."""


@dataclass(slots=True)
class Sums:
    """Of the files of a list: bytes, how many are left to read, were not read and are ready; ``done`` in files."""

    size: int = 0
    left: int = 0
    failed: int = 0
    ready: int = 0
    done: float = 0.0

    @classmethod
    def of(cls, files: Iterable[LibraryFile]) -> "Sums":
        """Those of a whole list."""
        sums = cls()
        for file in files:
            sums._add(file, 1)
        return sums

    def change(self, before: LibraryFile, after: LibraryFile) -> None:
        """One of the files is another now."""
        self._add(before, -1)
        self._add(after, 1)

    def _add(self, file: LibraryFile, sign: int) -> None:
        status = file.status
        self.size += sign * file.size
        self.failed += sign * (status is FileStatus.FAILED)
        self.ready += sign * (status is FileStatus.READY)
        if status is FileStatus.WAITING or status is FileStatus.READING:
            self.left += sign
            self.done += sign * (file.fraction or 0.0)
        else:
            self.done += sign


class FileRows(QAbstractListModel):
    """The rows of one library; a new list changes only the rows that differ, so the view keeps its place.

    ``sums`` are those of what is shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[LibraryFile] = []
        self._row_of: dict[FileId, int] = {}
        self.sums = Sums()

    @property
    def files(self) -> Sequence[LibraryFile]:
        """What is shown, in order."""
        return self._files

    def show_files(self, files: Sequence[LibraryFile]) -> None:
        """Show these files."""
        self._take_over(files)
        self._row_of = {file.id: row for row, file in enumerate(self._files)}
        self.sums = Sums.of(self._files)

    def change_files(self, files: Sequence[LibraryFile]) -> None:
        """Show what these are now; those that are not in the list wait for a new one."""
        for file in files:
            row = self._row_of.get(file.id)
            if row is not None and file != self._files[row]:
                self.sums.change(self._files[row], file)
                self._files[row] = file
                self.dataChanged.emit(self.index(row), self.index(row))

    def _take_over(self, files: Sequence[LibraryFile]) -> None:
        stays = {file.id for file in files}
        runs = _runs([row for row, file in enumerate(self._files) if file.id not in stays])
        for first, last in reversed(runs) if len(runs) <= MOST_RUNS else ():
            self.beginRemoveRows(_NOWHERE, first, last)
            del self._files[first : last + 1]
            self.endRemoveRows()
        known = len(self._files)
        if [file.id for file in files[:known]] != [file.id for file in self._files]:
            self.beginResetModel()  # a removed one came back to its place, or too many went here and there
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

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._files)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        file = self._files[index.row()]
        has_failed = file.status is FileStatus.FAILED or file.fault is not None
        size, state, name = size_text(file.size), self.state_text(file), on_one_line(file.name)
        told = on_one_line(file.path), state, visible(file.detail)
        values: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: name,
            Qt.ItemDataRole.AccessibleTextRole: f"{name}, {size}, {state}",
            Qt.ItemDataRole.ToolTipRole: plain_tip("\n".join(filter(None, told))),
            LINE_ROLE: state,
            LINE_COLOR_ROLE: "errorText" if has_failed else "textSecondary",
            ICON_ROLE: "warning" if has_failed else "file",
            ICON_COLOR_ROLE: "error" if has_failed else "icon",
            ASIDE_ROLE: size,
            FRACTION_ROLE: (file.fraction or 0.0) if file.status is FileStatus.READING else None,
        }
        return values.get(role)

    def state_text(self, file: LibraryFile) -> str:
        """How far a file is, in a few words."""
        match file.status:
            case FileStatus.WAITING:
                return self.tr("Waiting")
            case FileStatus.READING:
                if file.fraction is None:
                    return self.tr("Reading…")
                percent = QLocale().toString(int(file.fraction * 100))
                return self.tr("Reading: {percent} %").format(percent=percent)
            case FileStatus.READY if file.fault is not None:
                return self.tr("Ready as it was read before. {fault}").format(
                    fault=self._fault_text(file.fault)
                )
            case FileStatus.READY:
                pages = self.tr("%Ln page(s)", "", file.pages) if file.pages else ""
                chunks = self.tr("%Ln fragment(s)", "", file.chunks)
                return " · ".join(filter(None, (self.tr("Ready"), pages, chunks)))
            case FileStatus.CANCELLED:
                return self.tr("Stopped before it was read")
            case FileStatus.FAILED:
                return self._fault_text(file.fault)

    def _fault_text(self, fault: FileFault | None) -> str:
        match fault:
            case FileFault.GONE:
                return self.tr("The file is gone. Add it again from where it is now.")
            case FileFault.BAD_NAME:
                return self.tr(
                    "Its name is damaged, or its path too long. Rename or move it, then add it again."
                )
            case FileFault.NO_ACCESS:
                return self.tr("Nitka may not read it. Change its permissions, then try again.")
            case FileFault.NOT_A_FILE:
                return self.tr("This is a device or a pipe, not a file.")
            case FileFault.TOO_LARGE:
                return self.tr("Too large. Split it into smaller files.")
            case FileFault.UNSUPPORTED:
                return self.tr("Unknown format. Save it as PDF, DOCX, HTML or text.")
            case FileFault.ENCRYPTED:
                return self.tr("Protected by a password. Add a copy without one.")
            case FileFault.BOMB:
                return self.tr("Unpacks to far more than a document holds; it was not read.")
            case FileFault.TOO_SLOW:
                return self.tr("Reading took too long. Try again, or split the file.")
            case FileFault.NO_TEXT:
                return self.tr("No text in it, perhaps scanned pages. Recognise the text first.")
            case _:
                return self.tr("Damaged. Open it in its own program and save it again.")


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rows, in their order, as first and last of those that stand together."""
    starts = [row for place, row in enumerate(rows) if not place or rows[place - 1] != row - 1]
    ends = [row for place, row in enumerate(rows) if place == len(rows) - 1 or rows[place + 1] != row + 1]
    return list(zip(starts, ends, strict=True))


def size_text(size: int) -> str:
    """Like "1.2 MB", in the figures of the language."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)
