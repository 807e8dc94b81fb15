"""The list of shortcuts, made from the actions themselves so that it cannot lie."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.widgets.theme import Theme


class ShortcutsDialog(QDialog):
    """Two columns: what is done, and the keys; those of the composer come last."""

    def __init__(self, theme: Theme, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        rows = [(_plain(action.text()), _keys(action.shortcuts())) for action in actions]
        table = self._table(rows + self._composer_rows())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px("spacing.4"),) * 4)
        column.setSpacing(theme.px("spacing.3"))
        column.addWidget(table)
        column.addWidget(buttons)
        self.resize(theme.px("textColumn") - 200, theme.px("textColumn") - 160)

    def _composer_rows(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Send"), _key("Return")),
            (self.tr("New line"), _key("Shift+Return")),
            (self.tr("Stop the reply"), _key("Esc")),
            (self.tr("Previous or next message"), f"{_key('Alt+Up')}, {_key('Alt+Down')}"),
        ]

    def _table(self, rows: list[tuple[str, str]]) -> QTableWidget:
        table = QTableWidget(len(rows), 2)
        table.setObjectName("shortcuts")
        table.setAccessibleName(self.windowTitle())
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for row, cells in enumerate(rows):
            for place, text in enumerate(cells):
                table.setItem(row, place, QTableWidgetItem(text))
        return table


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")


def _key(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _keys(shortcuts: list[QKeySequence]) -> str:
    return ", ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in shortcuts)
