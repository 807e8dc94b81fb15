"""What is in the trash, as rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop_app.domain.trash import TrashItem, TrashKind
from desktop_app.qt.moments import day
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.icon_rows import (
    ASIDE_ROLE,
    ICON_COLOR_ROLE,
    ICON_ROLE,
    LINE_COLOR_ROLE,
    LINE_ROLE,
)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_DAY = timedelta(days=1)


class TrashRows(QAbstractListModel):
    """Name and days left; below them what became of it and when, and its last line."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[TrashItem] = []

    def show_items(self, items: Sequence[TrashItem]) -> None:
        """Show these items."""
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.name(item)
            case _ if role == LINE_ROLE:
                return " · ".join(filter(None, (self._story(item), _one_line(item.preview))))
            case _ if role == ASIDE_ROLE:
                return self._left(item)
            case _ if role == ICON_ROLE:
                return "thread" if item.kind is TrashKind.THREAD else "assistant"
            case _ if role == ICON_COLOR_ROLE:
                return "icon"
            case _ if role == LINE_COLOR_ROLE:
                return "textSecondary"
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(item)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self.name(item))
        return None

    def name(self, item: TrashItem) -> str:
        """What an item is called on the screen."""
        return item.name or self.tr("New thread")

    def _story(self, item: TrashItem) -> str:
        told = self.tr("Expired %1") if item.expired else self.tr("Deleted %1")
        messages = self.tr("%Ln message(s)", "", item.messages) if item.messages else ""
        return " · ".join(filter(None, (told.replace("%1", day(item.trashed_at)), messages)))

    def _left(self, item: TrashItem) -> str:
        days = ceil((item.kept_until - datetime.now(UTC)) / _DAY)
        return self.tr("%n day(s) left", "", days) if days > 0 else self.tr("Goes at the next start")

    def _spoken(self, item: TrashItem) -> str:
        kind = self.tr("Thread") if item.kind is TrashKind.THREAD else self.tr("Assistant")
        parts = (kind, self.name(item), self._story(item), self._left(item), _one_line(item.preview))
        return ", ".join(filter(None, parts))


def _one_line(text: str) -> str:
    return " ".join(text.split())
