"""The connections as a list: a dot for how each one is, its name, and a line of what is known."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme

LINE_ROLE = Qt.ItemDataRole.UserRole + 1
DOT_ROLE = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class Row:
    """What the list shows of a connection; ``dot`` is a colour role."""

    id: str
    name: str
    line: str
    dot: str = "track"


class RowDelegate(QStyledItemDelegate):
    """Two lines beside a dot, on a rounded ground."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._theme.px("sidebarMin"), self._theme.px("threadRow"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        px = self._theme.px
        inner = option.rect.adjusted(px("spacing.3"), px("spacing.1"), -px("spacing.3"), -px("spacing.1"))
        dot = px("spacing.2")
        middle = inner.top() + self._theme.line_height("ui") / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(index.data(DOT_ROLE)))
        painter.drawEllipse(QRectF(inner.left(), middle - dot / 2 + 1, dot, dot))
        words = inner.adjusted(dot + px("spacing.3"), 0, 0, 0)
        self._paint_line(painter, words.toRectF(), "ui", "text", index.data(Qt.ItemDataRole.DisplayRole))
        below = words.toRectF().adjusted(0, self._theme.line_height("ui"), 0, 0)
        self._paint_line(painter, below, "caption", "textSecondary", index.data(LINE_ROLE))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if not (is_selected or is_hovered):
            return
        is_active = bool(option.state & QStyle.StateFlag.State_Active)
        role = ("selected" if is_active else "selectedInactive") if is_selected else "hover"
        painter.setBrush(self._theme.color(role))
        ring = self._theme.px("focusRing")
        needs_outline = is_selected and self._theme.is_high_contrast
        painter.setPen(
            QPen(self._theme.color("focus"), ring) if has_focus or needs_outline else Qt.PenStyle.NoPen
        )
        radius = self._theme.px("radius.medium")
        inset = ring / 2
        painter.drawRoundedRect(option.rect.toRectF().adjusted(inset, inset, -inset, -inset), radius, radius)

    def _paint_line(self, painter: QPainter, place: QRectF, scale: str, role: str, text: str) -> None:
        font = self._theme.font(scale, tabular=scale == "caption")
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        line = QRectF(place.left(), place.top(), place.width(), self._theme.line_height(scale))
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, elided)


class ConnectionList(QWidget):
    """The list and the button that adds to it; rows are moved by dragging, by Alt with the arrows, or from the menu.

    Signals: ``wanted`` with the id of the row that the user chose (the selection itself stays until ``select``);
    ``add_requested``; ``remove_requested`` for the selected row; ``reordered`` with all ids in their new order.
    """

    wanted = Signal(str)
    add_requested = Signal()
    remove_requested = Signal()
    reordered = Signal(list)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._list = QListWidget()
        self._list.setObjectName("connection_list")
        self._list.setAccessibleName(self.tr("Connections"))
        self._list.setItemDelegate(RowDelegate(theme, self._list))
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.viewport().setAutoFillBackground(False)
        self._list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.installEventFilter(self)
        self._list.currentItemChanged.connect(self._current_changed)
        self._list.model().rowsMoved.connect(self._moved)
        theme.changed.connect(self._list.viewport().update)
        self._add = button(self.tr("&Add a connection"), "connection_add", kind="quiet")
        self._add.setIcon(theme.icon("plus", size=16))
        self._add.clicked.connect(self.add_requested)
        self._is_quiet = False
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px("spacing.2")] * 4)
        column.setSpacing(theme.px("spacing.1"))
        column.addWidget(self._list, 1)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self._narrowest, self._widest = theme.px("sidebarMin"), theme.px("sidebar") - 24
        self.fit(0)

    def fit(self, width: int) -> None:
        """Take a fair part of a dialog that is ``width`` wide."""
        self.setFixedWidth(min(max(self._narrowest, width * 28 // 100), self._widest))

    def set_rows(self, rows: list[Row], chosen: str | None) -> None:
        """Show ``rows`` with ``chosen`` selected, or none of them."""
        self._is_quiet = True
        while self._list.count() > len(rows):
            self._list.takeItem(self._list.count() - 1)
        for index, row in enumerate(rows):
            item = self._list.item(index) if index < self._list.count() else QListWidgetItem(self._list)
            self._fill(item, row)
        self._is_quiet = False
        self.select(chosen)

    def select(self, connection_id: str | None) -> None:
        """Select a row without telling; no such row selects nothing."""
        self._is_quiet = True
        self._list.setCurrentRow(-1)
        for index in range(self._list.count()):
            item = self._list.item(index)
            if item.data(Qt.ItemDataRole.UserRole) == connection_id:
                self._list.setCurrentItem(item)
        self._is_quiet = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._move(step)
                return True
            if event.key() == Qt.Key.Key_Delete and self._list.currentRow() >= 0:
                self.remove_requested.emit()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, item: QListWidgetItem, row: Row) -> None:
        item.setText(row.name)
        item.setData(Qt.ItemDataRole.UserRole, row.id)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        item.setFlags(flags | Qt.ItemFlag.ItemIsDragEnabled if row.id else flags)
        item.setData(LINE_ROLE, row.line)
        item.setData(DOT_ROLE, row.dot)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.name}, {row.line}")
        item.setToolTip(plain_tip(f"{row.name}\n{row.line}"))

    def _current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._is_quiet:
            self.wanted.emit(item.data(Qt.ItemDataRole.UserRole))

    def _show_menu(self, place: QPoint) -> None:
        item = self._list.itemAt(place)
        if item is None:
            return
        self._list.setCurrentItem(item)
        row = self._list.row(item)
        menu = QMenu(self)
        menu.setObjectName("connection_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        up = menu.addAction(self.tr("Move &up"), lambda: self._move(-1))
        up.setEnabled(self._can_move(row, -1))
        down = menu.addAction(self.tr("Move &down"), lambda: self._move(1))
        down.setEnabled(self._can_move(row, 1))
        menu.addSeparator()
        menu.addAction(self.tr("De&lete…"), self.remove_requested.emit)
        menu.popup(self._list.viewport().mapToGlobal(place))

    def _can_move(self, row: int, step: int) -> bool:
        target = self._list.item(row + step) if row + step >= 0 else None
        return bool(target and self._id(row) and target.data(Qt.ItemDataRole.UserRole))

    def _move(self, step: int) -> None:
        row = self._list.currentRow()
        if row >= 0 and self._can_move(row, step):
            none = QModelIndex()
            self._list.model().moveRow(none, row, none, row + (2 if step > 0 else -1))

    def _moved(self) -> None:
        ids = [self._id(row) for row in range(self._list.count())]
        self.reordered.emit([one for one in ids if one])

    def _id(self, row: int) -> str:
        """The id of a row; empty for a connection that is not saved yet."""
        return str(self._list.item(row).data(Qt.ItemDataRole.UserRole))
