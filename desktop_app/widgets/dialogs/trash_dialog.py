"""The trash: what was deleted or has expired, to have it back or to be rid of it."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.domain.trash import KEPT, TrashItem
from desktop_app.widgets.dialogs.empty_state import EmptyState
from desktop_app.widgets.dialogs.frame import Foot, WrappedLabel, button
from desktop_app.widgets.dialogs.icon_rows import IconRowView
from desktop_app.widgets.dialogs.trash_rows import TrashRows
from desktop_app.widgets.theme import Theme


class TrashDialog(QDialog):
    """Window-modal; fed by ``set_items`` as often as something changes.  What goes for good is asked about in the foot.

    Signals: ``restore_requested(list)`` and ``delete_requested(list)`` of TrashItem, ``empty_requested()``.
    """

    restore_requested = Signal(list)
    delete_requested = Signal(list)
    empty_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trash_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Trash"))
        self._theme = theme
        self._doomed: list[TrashItem] = []
        self._rows = TrashRows()
        self._view = IconRowView(theme, "trash", self.windowTitle())
        self._view.setSelectionMode(IconRowView.SelectionMode.ExtendedSelection)
        self._view.setModel(self._rows)
        self._nothing = EmptyState(
            theme,
            "trash",
            self.tr(
                "The trash is empty. What is deleted or has expired stays here for %n day(s).", "", KEPT.days
            ),
        )
        self._nothing.words.setObjectName("trash_empty_says")
        self._says = WrappedLabel(role="caption")
        self._says.setObjectName("trash_says")
        self._foot = Foot(theme, "trash")
        self._empty = button(self.tr("&Empty the trash"), "trash_empty", kind="danger")
        self._delete = button(self.tr("&Delete for good"), "trash_delete")
        self._restore = button(self.tr("&Restore"), "trash_restore")
        self._close = button(self.tr("&Close"), "trash_close", kind="primary")
        self._lay_out()
        self._connect()
        self._show_state()

    def set_items(self, items: list[TrashItem]) -> None:
        """Show these, in this order; the keyboard stays about where it was."""
        row = self._view.currentIndex().row()
        had_items = bool(self._rows.items)
        if self._foot.is_asking:  # it was about what there was before
            self._settle()
        self._rows.show_items(items)
        if items:
            index = self._rows.index(min(max(row, 0), len(items) - 1))
            self._view.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            if not had_items:
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        elif had_items:
            self._close.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_state()

    def reject(self) -> None:
        """Close; a question is taken back first."""
        if self._foot.is_asking:
            self._settle()
        else:
            super().reject()

    # -- what is done

    def _chosen(self) -> list[TrashItem]:
        rows = sorted(index.row() for index in self._view.selectionModel().selectedRows())
        return [self._rows.items[row] for row in rows]

    def _show_state(self) -> None:
        chosen = self._chosen()
        has_items = bool(self._rows.items)
        for made, is_useful in (
            (self._restore, bool(chosen)),
            (self._delete, bool(chosen)),
            (self._empty, has_items),
        ):
            made.setEnabled(is_useful)
        for shown in (self._view, self._says):
            shown.setVisible(has_items)
        self._nothing.setVisible(not has_items)
        self._says.setText(self._rest(len(chosen)))

    def _rest(self, chosen: int) -> str:
        if chosen > 1:
            return self.tr("%Ln selected", "", chosen)
        return self.tr("Days are counted from when something came here; then it goes for good.")

    def _restore_chosen(self) -> None:
        if chosen := self._chosen():
            self.restore_requested.emit(chosen)

    def _ask_deletion(self) -> None:
        self._doomed = self._chosen()
        if not self._doomed:
            return
        if len(self._doomed) == 1:
            question = self.tr("Delete “%1” for good?").replace("%1", self._rows.name(self._doomed[0]))
        else:
            question = self.tr("Delete %n thing(s) for good?", "", len(self._doomed))
        self._foot.ask(
            question, [("keep", self.tr("&Keep"), ""), ("doom", self.tr("&Delete for good"), "danger")]
        )

    def _ask_emptying(self) -> None:
        self._foot.ask(
            self.tr("Delete everything here (%n) for good?", "", len(self._rows.items)),
            [("keep", self.tr("&Keep"), ""), ("doom_all", self.tr("&Empty the trash"), "danger")],
        )

    def _answered(self, answer: str) -> None:
        doomed = self._doomed
        self._settle()
        if answer == "doom":
            self.delete_requested.emit(doomed)
        elif answer == "doom_all":
            self.empty_requested.emit()

    def _settle(self) -> None:
        self._foot.settle()
        self._doomed = []
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- building

    def _lay_out(self) -> None:
        px = self._theme.px
        self._foot.row.addWidget(self._empty)
        self._foot.row.addStretch(1)
        for made in (self._delete, self._restore, self._close):
            self._foot.row.addWidget(made)
        body = QVBoxLayout()
        body.setContentsMargins(*[px("spacing.4")] * 4)
        body.setSpacing(px("spacing.2"))
        body.addWidget(self._view, 1)
        body.addWidget(self._says)
        body.addWidget(self._nothing, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self._foot)
        self.resize(px("textColumn"), px("sidebarMax"))

    def _connect(self) -> None:
        self._view.selectionModel().selectionChanged.connect(self._show_state)
        self._view.activated.connect(self._restore_chosen)
        self._restore.clicked.connect(self._restore_chosen)
        self._delete.clicked.connect(self._ask_deletion)
        self._empty.clicked.connect(self._ask_emptying)
        self._close.clicked.connect(self.accept)
        self._foot.answered.connect(self._answered)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self._view, self._ask_deletion)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
