"""What the two lists of the sidebar show, as item models that change as little as they can.

A list is given whole (``set_threads``, ``set_assistants``); the model finds what went, what came, what moved and what
only changed, and says just that.  So the views keep selection, scroll position and an open editor without knowing how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QDate,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTime,
    Signal,
)

from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.qt.expiry import ExpiryWords
from desktop_app.qt.plain_tip import plain_tip

if TYPE_CHECKING:
    from desktop_app.domain.assistants import Assistant
    from desktop_app.domain.threads import ThreadSummary

Index = QModelIndex | QPersistentModelIndex


class Role(IntEnum):
    """Data of a row beside the standard roles."""

    ID = Qt.ItemDataRole.UserRole + 1
    IS_RUNNING = Qt.ItemDataRole.UserRole + 2
    IS_UNREAD = Qt.ItemDataRole.UserRole + 3
    DRAFT = Qt.ItemDataRole.UserRole + 4


class AssistantRow(NamedTuple):
    """An assistant, or "All threads" when ``id`` is None; ``note`` is its model's label or the number of threads.

    ``expiry`` says that it expires soon.
    """

    id: AssistantId | None
    name: str
    note: str
    description: str = ""
    threads: int = 0
    expiry: str = ""

    @property
    def key(self) -> str:
        """What stays the same while the row changes."""
        return self.id or ""


class GroupRow(NamedTuple):
    """A heading between threads; it can be neither chosen nor reached by keys."""

    title: str

    @property
    def key(self) -> str:
        """What stays the same while the row changes."""
        return f"group:{self.title}"


class ThreadRow(NamedTuple):
    """A thread, whether a reply is being written in it, and whether a deferred one is awaited.

    ``is_waiting``: the reply that is being written waits for the user.  ``expiry`` says that it expires soon.
    """

    summary: ThreadSummary
    is_running: bool = False
    is_waiting: bool = False
    is_deferred: bool = False
    expiry: str = ""

    @property
    def key(self) -> str:
        """What stays the same while the row changes."""
        return self.summary.id


RowT = TypeVar("RowT", AssistantRow, "GroupRow | ThreadRow")


class RowsModel(QAbstractListModel, Generic[RowT]):
    """Rows with keys, replaced by the least changes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RowT] = []
        self._places: dict[str, int] = {}

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def row(self, index: Index) -> RowT:
        """The value at ``index``; raises IndexError for an invalid one."""
        if not index.isValid():
            raise IndexError(index.row())
        return self._rows[index.row()]

    def find(self, key: str) -> QModelIndex:
        """Where the row with ``key`` stands; an invalid index when it is not there."""
        place = self._places.get(key)
        return QModelIndex() if place is None else self.index(place)

    def _set_rows(self, rows: list[RowT]) -> None:
        self._remove({row.key for row in rows})
        self._reorder({row.key: place for place, row in enumerate(rows)})
        self._insert(rows)
        self._places = {row.key: place for place, row in enumerate(rows)}
        self._change(rows)

    def _remove(self, kept: set[str]) -> None:
        gone = [place for place, row in enumerate(self._rows) if row.key not in kept]
        for first, last in reversed(list(_runs(gone))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()

    def _reorder(self, places: dict[str, int]) -> None:
        before = [row.key for row in self._rows]
        ordered = sorted(self._rows, key=lambda row: places[row.key])
        if [row.key for row in ordered] == before:
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        new_places = {row.key: place for place, row in enumerate(ordered)}
        moved = [self.index(new_places[before[index.row()]]) for index in old]
        self._rows = ordered
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()

    def _insert(self, rows: Sequence[RowT]) -> None:
        known = {row.key for row in self._rows}
        new = [place for place, row in enumerate(rows) if row.key not in known]
        for first, last in _runs(new):
            self.beginInsertRows(QModelIndex(), first, last)
            self._rows[first:first] = rows[first : last + 1]
            self.endInsertRows()

    def _change(self, rows: list[RowT]) -> None:
        changed = [place for place, row in enumerate(rows) if row != self._rows[place]]
        self._rows = rows
        for first, last in _runs(changed):
            self.dataChanged.emit(self.index(first), self.index(last))


class AssistantListModel(RowsModel[AssistantRow]):
    """The assistants, below a first row for all threads.  ``now`` gives the local time, aware."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._expiry = ExpiryWords(self)

    def set_assistants(
        self,
        assistants: Sequence[Assistant],
        model_labels: dict[AssistantId, str],
        thread_counts: dict[AssistantId, int],
        total: int,
    ) -> None:
        """Show ``assistants`` in this order; ``total`` is the number of all threads."""
        everything = AssistantRow(None, self.tr("All threads"), str(total) if total else "", threads=total)
        rows = (
            self._assistant_row(one, model_labels.get(one.id, ""), thread_counts.get(one.id, 0))
            for one in assistants
        )
        self._set_rows([everything, *rows])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._told(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._told(row))
            case Role.ID:
                return row.id
        return None

    def _told(self, row: AssistantRow) -> str:
        count = self.tr("%Ln thread(s)", "", row.threads)
        if row.id is None:
            return f"{row.name}, {count}"
        parts = (row.name, row.note, count, row.expiry, row.description.partition("\n")[0])
        return ", ".join(filter(None, parts))

    def _assistant_row(self, assistant: Assistant, label: str, threads: int) -> AssistantRow:
        settings = assistant.settings
        expiry = self._expiry.soon(assistant.expires_at, self._now())
        return AssistantRow(assistant.id, settings.name, label, settings.description, threads, expiry)


class ThreadListModel(RowsModel[GroupRow | ThreadRow]):
    """Threads under headings: pinned, today, yesterday, the last seven days, then months.

    ``now`` gives the local time, aware.

    Signals: ``renamed`` (id, name) when an editor of a view ends with another name; the model itself keeps the old one
    until it is told.
    """

    renamed = Signal(str, str)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._calendar = _Calendar(now())
        self._expiry = ExpiryWords(self)
        self._running: frozenset[ThreadId] = frozenset()
        self._waiting: frozenset[ThreadId] = frozenset()
        self._deferred: frozenset[ThreadId] = frozenset()

    def set_threads(self, threads: Sequence[ThreadSummary]) -> None:
        """Show ``threads``: the pinned ones as given, the others newest first."""
        self._calendar = _Calendar(self._now(), self.tr("Today"), self.tr("Yesterday"), self.tr("7 days"))
        pinned = [one for one in threads if one.is_pinned]
        others = sorted((one for one in threads if not one.is_pinned), key=_updated_at, reverse=True)
        rows: list[GroupRow | ThreadRow] = []
        groups = [(self.tr("Pinned"), pinned), *self._calendar.groups(others)]
        for title, group in groups:
            if group:
                rows.append(GroupRow(title))
                rows += (self._thread_row(one) for one in group)
        self._set_rows(rows)

    def set_running(self, running: set[ThreadId]) -> None:
        """Mark the threads in which a reply is being written."""
        touched = self._running ^ running
        self._running = frozenset(running)
        self._renew(touched)

    def set_waiting(self, waiting: set[ThreadId]) -> None:
        """Mark the threads in which a reply that is being written waits for the user."""
        touched = self._waiting ^ waiting
        self._waiting = frozenset(waiting)
        self._renew(touched)

    def set_deferred(self, deferred: set[ThreadId]) -> None:
        """Mark the threads in which a deferred reply is awaited."""
        touched = self._deferred ^ deferred
        self._deferred = frozenset(deferred)
        self._renew(touched)

    def _thread_row(self, summary: ThreadSummary) -> ThreadRow:
        return ThreadRow(
            summary,
            is_running=summary.id in self._running,
            is_waiting=summary.id in self._waiting,
            is_deferred=summary.id in self._deferred,
            expiry=self._expiry.soon(summary.expires_at, self._now()),
        )

    def _renew(self, touched: frozenset[ThreadId]) -> None:
        for thread_id in touched:
            index = self.find(thread_id)
            row = self._rows[index.row()] if index.isValid() else None
            if isinstance(row, ThreadRow):
                self._rows[index.row()] = self._thread_row(row.summary)
                self.dataChanged.emit(index, index)

    def summary(self, index: Index) -> ThreadSummary | None:
        """The thread at ``index``; None for a heading.  Raises IndexError for an invalid index."""
        row = self.row(index)
        return row.summary if isinstance(row, ThreadRow) else None

    def thread_ids(self) -> list[ThreadId]:
        """The threads as they stand, from the top."""
        return [row.summary.id for row in self._rows if isinstance(row, ThreadRow)]

    def writing_rows(self) -> list[QModelIndex]:
        """Where replies are being written and do not wait for the user, of what is shown."""
        writing = self._running - self._waiting
        return [index for thread_id in writing if (index := self.find(thread_id)).isValid()]

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self.row(index), GroupRow):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index)
        return self._group_data(row, role) if isinstance(row, GroupRow) else self._thread_data(row, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row(index) if index.isValid() else None
        name = " ".join(str(value).split())[:THREAD_NAME_LIMIT]
        if (
            role != Qt.ItemDataRole.EditRole
            or not isinstance(row, ThreadRow)
            or name in ("", row.summary.name)
        ):
            return False
        self.renamed.emit(row.summary.id, name)
        return True

    def name(self, summary: ThreadSummary) -> str:
        """What a thread is called on the screen."""
        return summary.name or self.tr("New thread")

    def time(self, summary: ThreadSummary) -> str:
        """When a thread was last used: a time for the last two days, a weekday this week, else a date."""
        return self._calendar.time(summary.updated_at)

    @staticmethod
    def _group_data(row: GroupRow, role: int) -> Any:
        texts = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return row.title if role in texts else None

    def _thread_data(self, row: ThreadRow, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.name(row.summary)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join(filter(None, (self.name(row.summary), row.expiry))))
            case Qt.ItemDataRole.EditRole:
                return row.summary.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
            case Role.ID:
                return row.summary.id
            case Role.IS_RUNNING:
                return row.is_running
            case Role.IS_UNREAD:
                return row.summary.is_unread
            case Role.DRAFT:
                return row.summary.draft
        return None

    def _spoken(self, row: ThreadRow) -> str:
        text = (
            self.tr("Draft: %1").replace("%1", row.summary.draft)
            if row.summary.draft
            else row.summary.preview
        )
        parts = (self.name(row.summary), self._state(row), self.time(row.summary), row.expiry, text)
        return ", ".join(filter(None, parts))

    def _state(self, row: ThreadRow) -> str:
        """The state that tells most."""
        if row.is_waiting:
            return self.tr("waits for you")
        if row.is_running:
            return self.tr("writing")
        if row.summary.is_unread:
            return self.tr("unread")
        return self.tr("waiting for a deferred reply") if row.is_deferred else ""


def _updated_at(summary: ThreadSummary) -> datetime:
    return summary.updated_at


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring numbers of an ascending list as (first, last)."""
    for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        numbers = [place for _, place in run]
        yield numbers[0], numbers[-1]


class _Calendar:
    """Days as the user names them, seen from ``now`` (local, aware); titles of today, yesterday, the week."""

    def __init__(self, now: datetime, *titles: str) -> None:
        self._locale = QLocale()
        self._zone = now.tzinfo
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._today, self._yesterday, self._week = (midnight - timedelta(days=days) for days in (0, 1, 6))
        self._titles = tuple(zip((self._today, self._yesterday, self._week), titles, strict=False))

    def groups(self, newest_first: Sequence[ThreadSummary]) -> Iterator[tuple[str, list[ThreadSummary]]]:
        """The threads by day, week and month, under the group's title."""
        start, title = datetime.max.replace(tzinfo=UTC), ""
        group: list[ThreadSummary] = []
        for summary in newest_first:
            if summary.updated_at < start:
                yield title, group
                (start, title), group = self._group_of(summary.updated_at), []
            group.append(summary)
        yield title, group

    def time(self, moment: datetime) -> str:
        """As short as it can be: a time, a weekday or a date."""
        local = moment.astimezone(self._zone)
        if moment >= self._yesterday:
            return self._locale.toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
        if moment >= self._week:
            return self._locale.dayName(local.isoweekday(), QLocale.FormatType.ShortFormat)
        is_this_year = local.year == self._today.year
        day = QDate(local.year, local.month, local.day)
        return self._locale.toString(day, "d MMM" if is_this_year else "d MMM yyyy")

    def _group_of(self, moment: datetime) -> tuple[datetime, str]:
        """Where the group of ``moment`` begins, and its title."""
        for start, title in self._titles:
            if moment >= start:
                return start, title
        local = moment.astimezone(self._zone)
        month = self._locale.standaloneMonthName(local.month)
        month = month[:1].upper() + month[1:]
        start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return start, month if local.year == self._today.year else f"{month} {local.year}"
