"""The lists of the details: rows of a title, a note at the right, and some lines below; sections and dividers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractScrollArea, QStyleOptionViewItem, QWidget

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.row_list import RowList
from desktop_app.widgets.rows import RowDelegate
from desktop_app.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class RowKind(Enum):
    """A row that can be chosen, the title of those below it, or a line between those above and below."""

    ROW = auto()
    SECTION = auto()
    DIVIDER = auto()


@dataclass(frozen=True, slots=True)
class DetailRow:
    """One row; ``detail`` stands below the title in at most ``lines`` lines, ``key`` is what the row is about."""

    title: str
    detail: str = ""
    note: str = ""
    key: object = None
    kind: RowKind = RowKind.ROW
    lines: int = 1
    is_faded: bool = False


class RowsModel(QAbstractListModel):
    """Rows that are replaced as a whole."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[DetailRow] = ()

    @property
    def rows(self) -> Sequence[DetailRow]:
        """All rows, from the top."""
        return self._rows

    def set_rows(self, rows: Sequence[DetailRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, index: Index) -> DetailRow:
        """The row at ``index``."""
        return self._rows[index.row()]

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.row(index).kind is not RowKind.ROW:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        row = self.row(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join(filter(None, (row.title, row.detail))))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, (row.title, row.note, row.detail)))
            case _:
                return None


class DetailRows(RowList):
    """The list itself.  ``chosen`` and ``opened`` as in ``RowList``; a click opens, too."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName(name)
        self._model = RowsModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(theme, self))
        self.setSpacing(0)
        self.clicked.connect(self.opened)

    @property
    def rows(self) -> Sequence[DetailRow]:
        """What is listed, from the top."""
        return self._model.rows

    def set_rows(self, rows: Sequence[DetailRow]) -> None:
        """List these; the chosen row and the place stay as far as they are still there."""
        if list(rows) == list(self._model.rows):
            return
        chosen = self.key_of(self.currentIndex())
        top = self.verticalScrollBar().value()
        self._model.set_rows(rows)
        self.select(chosen)
        self.verticalScrollBar().setValue(top)

    def select(self, key: object) -> None:
        """Make the row of ``key`` the chosen one, without telling."""
        place = next((n for n, row in enumerate(self.rows) if key is not None and row.key == key), -1)
        self.show_chosen(self._model.index(place, 0) if place >= 0 else ROOT)

    def show_divider(self) -> None:
        """Scroll so that the divider is seen, with a little of what stands above it."""
        place = next((n for n, row in enumerate(self.rows) if row.kind is RowKind.DIVIDER), None)
        if place is None:
            self.scrollToBottom()
        else:
            self.scrollTo(self._model.index(max(0, place - 1), 0), self.ScrollHint.PositionAtTop)

    def key_of(self, index: QModelIndex) -> object:
        """What the row at ``index`` is about."""
        return self._model.row(index).key if index.isValid() else None


class _Delegate(RowDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row, theme = _row(index), self._theme
        if row.kind is not RowKind.ROW:
            return QSize(0, theme.px("groupRow"))
        height = theme.line_height("small") + 2 * theme.px("spacing.1") + 2
        if row.detail:
            view = option.widget
            assert isinstance(view, QAbstractScrollArea)
            lines = 1
            if row.lines > 1:
                room = view.viewport().width() - 2 * (theme.px("spacing.2") + theme.px("spacing.3"))
                lines = len(self._broken(row, room))
            height += lines * theme.line_height("caption")
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = _row(index)
        rect = self._row_rect(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(self._theme.px("spacing.3"), 0, -self._theme.px("spacing.3"), 0)
        match row.kind:
            case RowKind.SECTION:
                self._paint_section(painter, inner, row)
            case RowKind.DIVIDER:
                self._paint_divider(painter, inner, row)
            case RowKind.ROW:
                self._paint_frame(painter, option, rect, "radius.medium", "selected")
                self._paint_row(painter, inner, row)
        painter.restore()

    def _paint_section(self, painter: QPainter, rect: QRect, row: DetailRow) -> None:
        line = rect.adjusted(0, 0, 0, -self._theme.px("spacing.1"))
        line.setTop(line.bottom() + 1 - self._theme.line_height("label"))
        used = self._paint_note(painter, line, row)
        self._paint_text(painter, line.adjusted(0, 0, -used, 0), row.title, "label", "textSecondary")

    def _paint_divider(self, painter: QPainter, rect: QRect, row: DetailRow) -> None:
        """The words in the middle of a line."""
        centre = Qt.AlignmentFlag.AlignCenter
        room = rect.width() - 2 * self._theme.px("spacing.6")
        text = QRect(rect.left() + self._theme.px("spacing.6"), rect.top(), room, rect.height())
        width = self._paint_text(painter, text, row.title, "caption", "accentText", alignment=centre)
        gap, middle = self._theme.px("spacing.2"), rect.center().y()
        painter.setPen(self._theme.color("accent"))
        half = (rect.width() - width) // 2 - gap
        painter.drawLine(rect.left(), middle, rect.left() + half, middle)
        painter.drawLine(rect.right() - half, middle, rect.right(), middle)

    def _paint_row(self, painter: QPainter, rect: QRect, row: DetailRow) -> None:
        theme = self._theme
        top = theme.px("spacing.1") + 1
        first = QRect(rect.left(), rect.top() + top, rect.width(), theme.line_height("small"))
        used = self._paint_note(painter, first, row)
        role = "textSecondary" if row.is_faded else "text"
        self._paint_text(painter, first.adjusted(0, 0, -used, 0), row.title, "small", role)
        line = QRect(rect.left(), first.bottom() + 1, rect.width(), theme.line_height("caption"))
        for text in self._broken(row, rect.width()) if row.lines > 1 else [row.detail]:
            self._paint_text(painter, line, text, "caption", "textSecondary")
            line.translate(0, line.height())

    def _paint_note(self, painter: QPainter, line: QRect, row: DetailRow) -> int:
        """Draw the note at the right; how much room it takes from the title."""
        if not row.note:
            return 0
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        used = self._paint_text(
            painter, line, row.note, "caption", "textSecondary", alignment=right, tabular=True
        )
        return used + self._theme.px("spacing.2")

    def _broken(self, row: DetailRow, width: int) -> list[str]:
        """The detail broken into lines; the last one is left to be elided."""
        text, font = row.detail, self._theme.font("caption")
        layout = QTextLayout(text, font)
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        starts: list[int] = []
        layout.beginLayout()
        while len(starts) < row.lines and (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width - QFontMetrics(font).averageCharWidth()))
            starts.append(line.textStart())
        layout.endLayout()
        ends = [*starts[1:], len(text)]
        return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _row(index: Index) -> DetailRow:
    model = index.model()
    assert isinstance(model, RowsModel)
    return model.row(index)
