"""The threads pane: search and new thread above, threads by day below.

The search looks at names, previews and drafts of the threads that are shown; it tells neither upper from lower case
nor ё from е.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.domain.ids import ThreadId
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.row_list import RowList
from desktop_app.widgets.search_field import SearchField
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.threads import ThreadSummary
    from desktop_app.qt.models import ThreadListModel
    from desktop_app.widgets.spinner import SpinnerClock


class ThreadsPane(QWidget):
    """``top_row`` holds search and the button for a new thread; a window may put it elsewhere.

    Signals: ``thread_selected`` (ThreadId) by the user; ``new_requested``; ``renamed`` (ThreadId, name);
    ``pin_requested`` (ThreadId, whether to pin); ``settings_requested``, ``delete_requested``, ``export_requested``
    (ThreadId).
    """

    thread_selected = Signal(str)
    new_requested = Signal()
    renamed = Signal(str, str)
    pin_requested = Signal(str, bool)
    settings_requested = Signal(str)
    delete_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._threads: list[ThreadSummary] = []
        self._selected = ThreadId("")
        self._list = _ThreadList(theme)
        self._search = SearchField(theme, self.tr("Search"), shortcut="Ctrl+Shift+F")
        self._search.setObjectName("search")
        self._new = IconButton(
            theme, "new-thread", self.tr("New thread"), name="new_thread", shortcut="Ctrl+N"
        )
        self.top_row = self._make_top_row()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_row)
        column.addWidget(self._list, 1)
        self._wire()

    def set_threads(self, threads: list[ThreadSummary]) -> None:
        """Show ``threads``; the selection, the scroll position and what is searched for stay."""
        self._threads = threads
        self._show()

    @cached_property
    def _model(self) -> ThreadListModel:
        """The rows, made with the first threads: the window is painted before."""
        from desktop_app.qt.models import ThreadListModel
        from desktop_app.widgets.rows import ThreadDelegate

        model = ThreadListModel(self)
        model.renamed.connect(self.renamed)
        self._list.setModel(model)
        self._list.setItemDelegate(ThreadDelegate(self._theme, self._list))
        self._list.shown.connect(self._spin)
        return model

    @cached_property
    def _empty(self) -> QLabel:
        """What stands where no thread does."""
        empty = QLabel(self._list)
        empty.setObjectName("threads_empty")
        empty.setProperty("role", "secondary")
        empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        empty.setWordWrap(True)
        empty.setTextFormat(Qt.TextFormat.PlainText)
        self._list.resized.connect(self._place_empty)
        return empty

    @cached_property
    def _clock(self) -> SpinnerClock:
        from desktop_app.widgets.spinner import spinner_clock

        clock = spinner_clock(self._theme)
        clock.ticked.connect(self._turn_spinners)
        return clock

    def set_running(self, running: set[ThreadId]) -> None:
        """Mark the threads in which a reply is being written."""
        self._model.set_running(running)
        self._spin()

    def set_waiting(self, waiting: set[ThreadId]) -> None:
        """Mark the threads in which a reply that is being written waits for the user."""
        self._model.set_waiting(waiting)
        self._spin()

    def set_deferred(self, deferred: set[ThreadId]) -> None:
        """Mark the threads in which a deferred reply is awaited."""
        self._model.set_deferred(deferred)

    def select(self, thread_id: ThreadId) -> None:
        """Mark the row of ``thread_id`` and bring it into view; "" marks none.  Tells nobody."""
        self._selected = ThreadId(thread_id)
        self._list.show_chosen(self._model.find(thread_id))

    def shown_ids(self) -> list[ThreadId]:
        """The threads as they stand, from the top."""
        return self._model.thread_ids()

    @property
    def last_stop(self) -> QWidget:
        """Where Tab comes last."""
        return self._list

    def focus_list(self) -> None:
        """Bring the keyboard to the list."""
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_search(self) -> None:
        """Bring the keyboard to the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def rename(self, thread_id: ThreadId) -> None:
        """Open the editor in the row of ``thread_id``."""
        index = self._model.find(thread_id)
        if index.isValid():
            self._list.scrollTo(index)
            self._list.edit(index)

    def _make_top_row(self) -> QWidget:
        row = QWidget()
        row.setObjectName("threads_top")
        line = QHBoxLayout(row)
        line.addWidget(self._search, 1)
        line.addWidget(self._new)

        def resize() -> None:
            gap = self._theme.px("spacing.2")
            line.setContentsMargins(self._theme.px("spacing.3"), gap, gap, gap)
            line.setSpacing(self._theme.px("spacing.1"))

        resize()
        self._theme.changed.connect(resize)
        return row

    def _wire(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self._search.textChanged.connect(self._show)
        self._search.left_down.connect(self._enter_list)
        self._list.chosen.connect(self._on_chosen)
        self._list.opened.connect(self._on_chosen)
        self._list.renaming.connect(self._list.edit)
        self._list.removing.connect(lambda index: self.delete_requested.emit(self._summary(index).id))
        self._list.menu_wanted.connect(self._show_menu)

    def _show(self) -> None:
        """Bring the model up to the threads and the search; the selected row is not lost from sight where it goes."""
        was_seen = self._list.is_seen(self._list.currentIndex())
        wanted = _folded(self._search.text())
        found = [one for one in self._threads if wanted in _folded(one.name, one.preview, one.draft)]
        with self._list.program_choosing():
            self._model.set_threads(found if wanted else self._threads)
            index = self._model.find(self._selected)
            if self._list.currentIndex() != index:
                self._list.show_chosen(index)
        if was_seen and index.isValid():
            self._list.scrollTo(index if index.row() > 1 else self._model.index(0, 0))  # with its heading
        self._spin()
        self._show_empty()

    def _show_empty(self) -> None:
        typed = self._search.text().strip()
        if typed:
            self._empty.setText(self.tr("Nothing found for “%1”").replace("%1", typed))
        else:
            self._empty.setText(self.tr("No threads yet"))
        self._empty.setVisible(self._model.rowCount() == 0)
        self._place_empty()

    def _place_empty(self) -> None:
        side, top = self._theme.px("spacing.5"), self._theme.px("spacing.10")
        width = self._list.width() - 2 * side
        self._empty.setGeometry(QRect(side, top, width, self._empty.heightForWidth(width)))

    def _enter_list(self) -> None:
        self.focus_list()
        first = next(iter(self.shown_ids()), None)
        if first and not self._model.find(self._selected).isValid():
            index = self._model.find(first)
            self._list.show_chosen(index)
            self._on_chosen(index)

    def _summary(self, index: QModelIndex) -> ThreadSummary:
        summary = self._model.summary(index)
        assert summary is not None
        return summary

    def _on_chosen(self, index: QModelIndex) -> None:
        self._selected = self._summary(index).id
        self.thread_selected.emit(self._selected)

    def _spin(self) -> None:
        if self._list.isVisible() and self._model.writing_rows():
            self._clock.add(self._list)
        else:
            self._clock.remove(self._list)

    def _turn_spinners(self) -> None:
        for index in self._model.writing_rows():
            self._list.viewport().update(self._list.visualRect(index))

    def _show_menu(self, index: QModelIndex, place: QPoint) -> None:
        summary = self._model.summary(index) if index.isValid() else None
        menu = popup_menu(self)
        menu.setObjectName("threads_menu")
        icon = self._theme.icon
        if summary:
            chosen, is_pinned = summary.id, summary.is_pinned
            pin = self.tr("Unpin") if is_pinned else self.tr("Pin")
            menu.addAction(icon("edit"), self.tr("Rename"), lambda: self.rename(chosen)).setShortcut("F2")
            menu.addAction(
                icon("unpin" if is_pinned else "pin"),
                pin,
                lambda: self.pin_requested.emit(chosen, not is_pinned),
            )
            menu.addAction(
                icon("settings"), self.tr("Settings…"), lambda: self.settings_requested.emit(chosen)
            )
            menu.addAction(icon("export"), self.tr("Export…"), lambda: self.export_requested.emit(chosen))
            menu.addSeparator()
            delete = menu.addAction(
                icon("trash"), self.tr("Delete"), lambda: self.delete_requested.emit(chosen)
            )
            delete.setShortcut("Del")
        else:
            menu.addAction(icon("new-thread"), self.tr("New thread"), self.new_requested.emit)
        menu.popup(place)


class _ThreadList(RowList):
    """The list itself.  Signals: ``resized``, ``shown``."""

    resized = Signal()
    shown = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("threads")
        self.setAccessibleName(self.tr("Threads"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()


def _folded(*texts: str) -> str:
    return "\n".join(texts).casefold().replace("ё", "е")
