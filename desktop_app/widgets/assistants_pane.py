"""The assistants pane: all threads first, then the assistants; choosing one filters the threads.

The list itself can be filtered by labels, and files of assistants can be dropped on it.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.domain.ids import AssistantId
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.row_list import RowList
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.assistants import Assistant
    from desktop_app.qt.models import AssistantListModel
    from desktop_app.widgets.label_filter import LabelFilter

FILE_SUFFIX = ".json"


class AssistantsPane(QWidget):
    """Signals: ``assistant_selected`` (AssistantId, or None for all threads); ``new_requested``;
    ``settings_requested`` (AssistantId, or "" for the one in use); ``duplicate_requested`` and ``delete_requested``
    (AssistantId); ``export_requested`` (AssistantId, with all versions); ``import_requested``; ``files_dropped`` (list
    of Path); ``rows_changed`` when the pane wants another height.
    """

    assistant_selected = Signal(object)
    new_requested = Signal()
    settings_requested = Signal(str)
    duplicate_requested = Signal(str)
    delete_requested = Signal(str)
    export_requested = Signal(str, bool)
    import_requested = Signal()
    files_dropped = Signal(list)
    rows_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = RowList(theme)
        self._list.setObjectName("assistants")
        self._list.setAccessibleName(self.tr("Assistants"))
        self._list.setUniformItemSizes(True)
        self._settings = IconButton(
            theme,
            "settings",
            self.tr("Assistant settings"),
            name="assistant_settings",
            shortcut="Ctrl+I",
            is_small=True,
        )
        self._new = IconButton(
            theme,
            "plus",
            self.tr("New assistant"),
            name="new_assistant",
            shortcut="Ctrl+Alt+N",
            is_small=True,
        )
        self._settings.setEnabled(False)
        self._filter: LabelFilter | None = None  # made with the first label
        self._listed: tuple[list[Assistant], dict[AssistantId, str], dict[AssistantId, int], int] = (
            [],
            {},
            {},
            0,
        )
        self.setAcceptDrops(True)
        self._lay_out()
        self._wire()

    def set_assistants(
        self,
        assistants: list[Assistant],
        model_labels: dict[AssistantId, str],
        thread_counts: dict[AssistantId, int],
        total: int,
    ) -> None:
        """Show ``assistants`` in this order, with the labels of their models; ``total`` counts all threads."""
        self._listed = (assistants, model_labels, thread_counts, total)
        if self._filter is None and any(assistant.settings.labels for assistant in assistants):
            self._filter = self._make_filter()
        if self._filter is not None:
            self._filter.set_assistants(assistants)
        self._show_listed()

    @property
    def wanted_height(self) -> int:
        """With room for every row, in logical pixels."""
        chips = self._filter.sizeHint().height() if self._filter and not self._filter.isHidden() else 0
        return self._theme.px("header") + chips + self._model.rowCount() * self._theme.px("assistantRow")

    def _show_listed(self) -> None:
        assistants, labels, counts, total = self._listed
        shown = self._filter.matching(assistants) if self._filter else assistants
        if self._filter:
            self._filter.say_none(not shown)
        with self._list.program_choosing():
            self._model.set_assistants(shown, labels, counts, total)
        self._on_current()

    def _make_filter(self) -> LabelFilter:
        from desktop_app.widgets.label_filter import LabelFilter

        made = LabelFilter(self._theme, self)
        self._top.insertWidget(1, made.button)
        self._column.insertWidget(1, made)
        QWidget.setTabOrder(made.button, self._settings)
        made.changed.connect(self._filter_changed)
        return made

    def _filter_changed(self) -> None:
        """An assistant that is not listed any more does not choose the threads either."""
        before = self.selected_id
        self._show_listed()
        if self.selected_id != before:
            self.select(None)
            self.assistant_selected.emit(None)
        self.rows_changed.emit()

    @cached_property
    def _model(self) -> AssistantListModel:
        """The rows, made with the first assistants: the window is painted before."""
        from desktop_app.qt.models import AssistantListModel
        from desktop_app.widgets.rows import AssistantDelegate

        model = AssistantListModel(self)
        self._list.setModel(model)
        self._list.setItemDelegate(AssistantDelegate(self._theme, self._list))
        self._list.selectionModel().currentChanged.connect(self._on_current)
        return model

    def select(self, assistant_id: AssistantId | None) -> None:
        """Mark the row of ``assistant_id``, or of all threads; tells nobody."""
        self._list.show_chosen(self._model.find(assistant_id or ""))
        self._on_current()

    @property
    def selected_id(self) -> AssistantId | None:
        """The assistant whose row is marked; None for all threads."""
        index = self._list.currentIndex()
        return self._model.row(index).id if index.isValid() else None

    @property
    def last_stop(self) -> QWidget:
        """Where Tab comes last."""
        return self._list

    def focus_list(self) -> None:
        """Bring the keyboard to the list."""
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("Assistants"))
        heading.setProperty("role", "label")
        self._heading = heading
        self._top = top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(heading, 1)
        top.addWidget(self._settings)
        top.addWidget(self._new)
        self._column = column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self._list, 1)

        def resize() -> None:
            small, gap = self._theme.px("spacing.1"), self._theme.px("spacing.2")
            top.setContentsMargins(self._theme.px("spacing.5"), small, gap, 0)
            column.setContentsMargins(0, 0, 0, gap)
            column.setSpacing(small)

        resize()
        self._theme.changed.connect(resize)

    def _wire(self) -> None:
        self._list.chosen.connect(lambda index: self.assistant_selected.emit(self._model.row(index).id))
        self._list.opened.connect(self._on_settings)
        self._list.renaming.connect(self._on_settings)
        self._list.doubleClicked.connect(self._on_settings)
        self._list.removing.connect(self._on_delete)
        self._list.menu_wanted.connect(self._show_menu)
        self._new.clicked.connect(self.new_requested)
        self._settings.clicked.connect(lambda: self._on_settings(self._list.currentIndex()))

    def _on_current(self) -> None:
        self._settings.setEnabled(self._model.rowCount() > 1)

    def _on_settings(self, index: QModelIndex) -> None:
        self.settings_requested.emit(self._model.row(index).id or "")

    def _on_delete(self, index: QModelIndex) -> None:
        if assistant_id := self._model.row(index).id:
            self.delete_requested.emit(assistant_id)

    def _show_menu(self, index: QModelIndex, place: QPoint) -> None:
        menu = popup_menu(self)
        menu.setObjectName("assistants_menu")
        chosen = self._model.row(index).id if index.isValid() else None
        if chosen:
            icon = self._theme.icon
            menu.addAction(
                icon("settings"), self.tr("Settings…"), lambda: self.settings_requested.emit(chosen)
            )
            menu.addAction(icon("copy"), self.tr("Duplicate"), lambda: self.duplicate_requested.emit(chosen))
            menu.addAction(
                icon("export"), self.tr("Export…"), lambda: self.export_requested.emit(chosen, False)
            )
            menu.addAction(
                self.tr("Export with all versions…"), lambda: self.export_requested.emit(chosen, True)
            )
            menu.addSeparator()
            menu.addAction(icon("trash"), self.tr("Delete"), lambda: self.delete_requested.emit(chosen))
        else:
            menu.addAction(self._theme.icon("plus"), self.tr("New assistant…"), self.new_requested.emit)
            menu.addAction(self._theme.icon("import"), self.tr("Import…"), self.import_requested.emit)
        menu.popup(place)

    # -- files dropped on the pane

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event.mimeData()):
            self._heading.setText(self.tr("Drop to import"))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._heading.setText(self.tr("Assistants"))

    def dropEvent(self, event: QDropEvent) -> None:
        self._heading.setText(self.tr("Assistants"))
        event.acceptProposedAction()
        self.files_dropped.emit(_dropped(event.mimeData()))


def _dropped(data: QMimeData) -> list[Path]:
    """The files that may hold assistants; none when there is anything else."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return paths if all(path.suffix.lower() == FILE_SUFFIX for path in paths) else []
