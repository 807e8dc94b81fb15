"""The list view under both panes of the sidebar.

It tells what the user chose from what the program showed, keeps to itself whether the keyboard or the mouse moved last
(only the keyboard gets a ring), and repaints changed rows without laying the list out again: rows never change height.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from desktop_app.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)


class RowList(QListView):
    """Rows of which one is chosen.

    Signals: ``chosen`` (index) by mouse or keys, never by the program; ``opened`` (index) by Enter; ``renaming``
    (index) by F2; ``removing`` (index) by Del; ``menu_wanted`` (index, global place).
    """

    chosen = Signal(QModelIndex)
    opened = Signal(QModelIndex)
    renaming = Signal(QModelIndex)
    removing = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_program_choosing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    @contextmanager
    def program_choosing(self) -> Iterator[None]:
        """While it lasts, changes of the current row are not the user's."""
        before, self._is_program_choosing = self._is_program_choosing, True
        try:
            yield
        finally:
            self._is_program_choosing = before

    def show_chosen(self, index: QModelIndex) -> None:
        """Make ``index`` the chosen row, or none when it is invalid, without telling anyone."""
        with self.program_choosing():
            if index.isValid():
                self.setCurrentIndex(index)
            else:
                self.selectionModel().clear()

    def is_seen(self, index: QModelIndex) -> bool:
        """Whether something of the row is on the screen."""
        return index.isValid() and self.viewport().rect().intersects(self.visualRect(index))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        indexes = selected.indexes()
        if indexes and not self._is_program_choosing:
            self.chosen.emit(indexes[0])

    def dataChanged(self, first: Index, last: Index, _roles: Sequence[int] = ()) -> None:
        """Repaint only: the own answer of QListView is to measure every row again."""
        top, bottom = (self.visualRect(self.model().index(one.row(), 0)) for one in (first, last))
        area = top.united(bottom)
        self.viewport().update(area if area.isValid() else self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._set_keyboard_focus(True)
        signal = {
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
            Qt.Key.Key_F2: self.renaming,
            Qt.Key.Key_Delete: self.removing,
        }.get(Qt.Key(event.key()))
        if signal is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif self.currentIndex().isValid():
            signal.emit(self.currentIndex())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only a plain click on a row chooses; a click beside the rows or for the menu leaves the choice alone."""
        self._set_keyboard_focus(False)
        index = self.indexAt(event.position().toPoint())
        is_row = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        if event.button() == Qt.MouseButton.LeftButton and is_row and not event.modifiers():
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A pressed pointer that wanders over other rows does not choose them."""
        if not event.buttons():
            super().mouseMoveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._set_keyboard_focus(event.reason() in _KEYBOARD_REASONS)
        with self.program_choosing():
            super().focusInEvent(event)  # makes the first row the current one when there is none
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index, place = self.indexAt(event.pos()), event.globalPos()
        else:
            index = self.currentIndex()
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
        self.menu_wanted.emit(index, place)

    def _set_keyboard_focus(self, has_keyboard_focus: bool) -> None:
        if has_keyboard_focus != bool(self.property("hasKeyboardFocus")):
            self.setProperty("hasKeyboardFocus", has_keyboard_focus)
            self.viewport().update()
