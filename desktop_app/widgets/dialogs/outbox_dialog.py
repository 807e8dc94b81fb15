"""The outbox: deferred requests, those still awaited first, and what became of the last ones."""

from datetime import UTC, datetime

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.ids import OperationId
from desktop_app.domain.operations import Operation, OperationStatus
from desktop_app.qt.moments import day_and_time, whole_moment
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.empty_state import EmptyState
from desktop_app.widgets.dialogs.frame import Foot, button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.error_texts import ErrorTexts
from desktop_app.widgets.transcript.times import clock

THREAD, SENT, STATE = range(3)


class OutboxDialog(QDialog):
    """Window-modal; fed by ``set_operations`` as often as something changes.

    Signals: ``check_requested(str)``, ``cancel_requested(str)`` with an operation's id, ``thread_requested(str)``.
    """

    check_requested = Signal(str)
    cancel_requested = Signal(str)
    thread_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outbox_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Outbox"))
        self._theme = theme
        self._errors = ErrorTexts(self)
        self._operations: list[Operation] = []
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._show_states)
        self._table = self._make_table()
        self._empty = EmptyState(
            theme,
            "clock",
            self.tr(
                "No deferred requests. Where a service offers it, the clock beside Send sends a message whose reply"
                " may come later, even after Nitka was closed."
            ),
        )
        self._foot = Foot(theme, "outbox")
        self._lay_out()
        self.set_operations([])

    def set_operations(self, operations: list[Operation]) -> None:
        """Show these, the newest first among the open and among the ended; what was selected stays so."""
        chosen = self._chosen_id()
        self._operations = sorted(
            operations, key=lambda one: (not one.status.is_open, -one.sent_at.timestamp())
        )
        self._table.setRowCount(len(self._operations))
        for row, operation in enumerate(self._operations):
            name = operation.thread_name or self.tr("New thread")
            sent = operation.sent_at
            for column, text, tip in (
                (THREAD, name, name),
                (SENT, day_and_time(sent), whole_moment(sent)),
                (STATE, "", ""),
            ):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(tip))
                self._table.setItem(row, column, item)
        self._show_states()
        self._select(chosen)
        was_empty = self._table.isHidden()
        self._table.setVisible(bool(self._operations))
        self._empty.setVisible(not self._operations)
        if was_empty and self._operations:
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_buttons()

    # -- what a row says

    def _show_states(self) -> None:
        now = datetime.now(UTC)
        for row, operation in enumerate(self._operations):
            item = self._table.item(row, STATE)
            text = self._state(operation, now)
            if item is not None and item.text() != text:
                item.setText(text)
                item.setToolTip(plain_tip(text))
        is_waiting = any(operation.status.is_open for operation in self._operations)
        if is_waiting and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()

    def _state(self, operation: Operation, now: datetime) -> str:
        match operation.status:
            case OperationStatus.SENDING:
                return self.tr("Being sent")
            case OperationStatus.WAITING:
                return self._waiting(operation, now)
            case OperationStatus.DONE:
                return self.tr("Arrived")
            case OperationStatus.CANCELLED:
                return self.tr("Cancelled")
            case OperationStatus.LOST | OperationStatus.FAILED:
                error = operation.error
                return self._errors.explain(error).title if error else self.tr("Failed")

    def _waiting(self, operation: Operation, now: datetime) -> str:
        if operation.next_check_at is None or operation.next_check_at <= now:
            return self.tr("Checking now")
        left_s = round((operation.next_check_at - now).total_seconds())
        text = self.tr("Next check in %1").replace("%1", clock(left_s))
        checks = self.tr("checked %n time(s)", "", operation.checks)
        failed = self.tr("the last check failed") if operation.error else ""
        return " · ".join(filter(None, (text, failed or checks)))

    # -- what is done

    def _chosen(self) -> Operation | None:
        row = self._table.currentRow()
        return self._operations[row] if 0 <= row < len(self._operations) else None

    def _chosen_id(self) -> OperationId | None:
        chosen = self._chosen()
        return chosen.id if chosen else None

    def _select(self, operation_id: OperationId | None) -> None:
        rows = [row for row, operation in enumerate(self._operations) if operation.id == operation_id]
        row = rows[0] if rows else 0
        if self._operations:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self._table.setCurrentCell(row, THREAD, flags)

    def _show_buttons(self) -> None:
        chosen = self._chosen()
        self._check.setEnabled(chosen is not None and chosen.status is OperationStatus.WAITING)
        self._cancel.setEnabled(chosen is not None and chosen.status.is_open)
        self._go.setEnabled(chosen is not None)

    def _open_thread(self) -> None:
        if chosen := self._chosen():
            self.thread_requested.emit(chosen.thread_id)
            self.accept()

    # -- building

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setObjectName("outbox")
        table.setAccessibleName(self.windowTitle())
        table.setHorizontalHeaderLabels([self.tr("Thread"), self.tr("Sent"), self.tr("State")])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        table.horizontalHeader().resizeSection(THREAD, self._theme.px("sidebarMin"))
        table.horizontalHeader().setSectionResizeMode(SENT, QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        table.itemSelectionChanged.connect(self._show_buttons)
        table.itemActivated.connect(lambda _: self._open_thread())
        return table

    def _lay_out(self) -> None:
        theme = self._theme
        self._cancel = button(self.tr("Ca&ncel the request"), "outbox_cancel", kind="danger")
        self._check = button(self.tr("Check &now"), "outbox_check")
        self._go = button(self.tr("&Open the thread"), "outbox_open")
        close = button(self.tr("&Close"), "outbox_close", kind="primary")
        self._foot.row.addWidget(self._cancel)
        self._foot.row.addStretch(1)
        for made in (self._check, self._go, close):
            self._foot.row.addWidget(made)
        self._cancel.clicked.connect(lambda: self.cancel_requested.emit(self._chosen_id()))
        self._check.clicked.connect(lambda: self.check_requested.emit(self._chosen_id()))
        self._go.clicked.connect(self._open_thread)
        close.clicked.connect(self.accept)
        body = QVBoxLayout()
        body.setContentsMargins(*[theme.px("spacing.4")] * 4)
        body.addWidget(self._table, 1)
        body.addWidget(self._empty, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self._foot)
        self.resize(theme.px("textColumn"), theme.px("sidebarMax"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_states()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
