"""A table: columns as wide as they need, cells that wrap, and a table wider than the page moves sideways.

One that is too wide for the column goes on into the room right of it; its left edge stays in line with the text.

Widths are measured once a cell and rounded up, so that a row that comes seldom changes the columns of those before
it.  A row whose cells fit on one line has a known height, and is laid out when it is painted.
"""

import csv
import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import le
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from desktop_app.markdown.items import CITATION, LINE_BREAK, Cell, Item, Span, TableItem
from desktop_app.widgets.transcript.blocks.block import Block, Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.copied import CopiedNote
from desktop_app.widgets.transcript.blocks.hairlines import thin
from desktop_app.widgets.transcript.blocks.sideways import Sideways
from desktop_app.widgets.transcript.blocks.table_cell import CellLayout, CellLook
from desktop_app.widgets.transcript.blocks.table_columns import column_widths
from desktop_app.widgets.transcript.blocks.text_formats import CHIP_SIDE, starts_right_to_left

GAP = 24
"""Between columns, at 100 %."""

LAID_OUT_ROWS = 300
TRACK = 12
BUTTON, BUTTON_GAP, BUTTON_ICON = 20, 2, 16
BUTTON_RADIUS = 6
REVEALED = 48
"""How much is seen beside a character that is brought into view, at 100 %."""


class _Row(NamedTuple):
    """A row as measured.

    ``start`` is its offset in the table's plain text; ``widths`` are those its cells need on one line; ``natural`` and
    ``least`` are the largest of this row and all before it.
    """

    cells: tuple[Cell, ...]
    start: int
    widths: tuple[int, ...]
    natural: tuple[int, ...]
    least: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + sum(len(cell.text) for cell in self.cells) + len(self.cells) - 1

    def places(self) -> Iterator[tuple[int, int]]:
        """Each column and the offset where its cell begins."""
        at = self.start
        for column, cell in enumerate(self.cells):
            yield column, at
            at += len(cell.text) + 1


class TableBlock(Block):
    """The block of a ``TableItem``."""

    __slots__ = (
        "_column_width",
        "_columns",
        "_copied",
        "_hovered",
        "_is_under_mouse",
        "_laid_out",
        "_lefts",
        "_looks",
        "_rows",
        "_sideways",
        "_stable",
        "_tops",
        "is_rtl",
    )

    item: TableItem

    def __init__(self, item: Item, width: int, environment: Environment, *, is_growing: bool) -> None:
        super().__init__(item, width, environment, is_growing=is_growing)
        style = environment.style
        self._looks = (
            CellLook(style, style.table_head, style.secondary),
            CellLook(style, style.table, style.text),
        )
        self._column_width = width
        self._rows: list[_Row] = []
        self._stable = 0
        self._columns: list[int] = []
        self._lefts: list[int] = []
        self._tops = [0]
        self._laid_out: dict[int, list[CellLayout]] = {}
        self._sideways = Sideways(style)
        self._hovered: Target | None = None
        self._is_under_mouse = False
        self._copied = CopiedNote(self)
        self.is_rtl = False
        """Whether its first column is the rightmost one, since its head runs from right to left."""
        head = self._looks[0]
        self.first_line = head.line + 2 * head.padding
        self.first_baseline = head.padding + head.baseline
        self._take(0)

    # -- rows

    def update(self, item: Item) -> int | None:
        assert isinstance(item, TableItem)
        first = self._count_of_same(item)
        self.item = item
        self._stable = item.stable
        if first == len(self._rows) == len(item.rows):
            return None
        return self._take(first)

    def _count_of_same(self, item: TableItem) -> int:
        """How many rows at the beginning are as they were."""
        if item is self.item:
            first = self._stable
        elif item.alignments == self.item.alignments:
            first = 0
        else:
            self._clear()
            return 0
        end = min(len(self._rows), len(item.rows))
        while first < end and self._rows[first].cells == item.rows[first]:
            first += 1
        return first

    def _clear(self) -> None:
        self._rows.clear()
        self._columns.clear()
        self._laid_out.clear()

    def _take(self, first: int) -> int:
        """Measure the rows from ``first`` on; the y from which on the table looks otherwise."""
        for index in range(first, len(self._rows)):
            self._laid_out.pop(index, None)
        del self._rows[first:]
        for cells in self.item.rows[first:]:
            self._rows.append(self._measured(cells))
        if not first and self.item.rows:
            self._take_direction()
        if self._set_columns():
            self._laid_out.clear()
            first = 0
        self._stack(first)
        return self._tops[first]

    def _take_direction(self) -> None:
        is_rtl = starts_right_to_left(" ".join(cell.text for cell in self.item.rows[0]))
        if is_rtl != self.is_rtl:
            self.is_rtl = is_rtl
            self._columns.clear()

    def _measured(self, cells: tuple[Cell, ...]) -> _Row:
        before = self._rows[-1] if self._rows else None
        measure = self._looks[before is not None].measure
        widths, natural, least = zip(*map(measure, cells), strict=True)
        if before is None:
            return _Row(cells, 0, widths, natural, least)
        natural = tuple(map(max, before.natural, natural))
        least = tuple(map(max, before.least, least))
        return _Row(cells, before.end + 1, widths, natural, least)

    def _set_columns(self) -> bool:
        """Fit the columns to the rows; True when they changed."""
        if not self._rows:
            return False
        last, gap = self._rows[-1], self.environment.style.px(GAP)
        gaps = gap * (len(last.natural) - 1)
        self.width = self._column_width
        if sum(last.least) + gaps > self.width and not self.is_rtl:
            self.width = min(self.width + self.environment.room_beside, sum(last.natural) + gaps)
        columns = column_widths(last.natural, last.least, self.width - gaps)
        if columns == self._columns:
            return False
        self._columns = columns
        lefts = [sum(columns[:index]) + gap * index for index in range(len(columns))]
        whole = lefts[-1] + columns[-1]
        if self.is_rtl:
            lefts = [whole - left - column for left, column in zip(lefts, columns, strict=True)]
        self._lefts = lefts
        self._sideways.set_extent(whole, self.width, is_from_right=self.is_rtl)
        return True

    def _stack(self, first: int) -> None:
        """Set the tops of the rows after ``first``, and the height."""
        style = self.environment.style
        look = self._looks[0]
        rest = 2 * look.padding + style.px(1)
        del self._tops[first + 1 :]
        top = self._tops[first]
        for index in range(first, len(self._rows)):
            is_flat = all(map(le, self._rows[index].widths, self._columns))
            top += rest + look.line * (1 if is_flat else self._lines_of(index))
            self._tops.append(top)
        self.height = top + (style.px(TRACK) if self._sideways.is_needed else 0)

    def _lines_of(self, index: int) -> int:
        """How many lines a row has; only the cells that are wider than their columns are laid out for that."""
        if index in self._laid_out:
            return max(cell.lines for cell in self._laid_out[index])
        row, look = self._rows[index], self._looks[index > 0]
        wide = (one for one in zip(row.cells, row.widths, self._columns, strict=True) if one[1] > one[2])
        return max(CellLayout(cell, column, "left", look, is_flat=False).lines for cell, _, column in wide)

    def _cells(self, index: int) -> list[CellLayout]:
        """The cells of a row, laid out."""
        found = self._laid_out.get(index)
        if found is None:
            if len(self._laid_out) >= LAID_OUT_ROWS:
                self._laid_out.clear()
            row, look = self._rows[index], self._looks[index > 0]
            start = "right" if self.is_rtl else ""
            parts = zip(row.cells, row.widths, self._columns, self.item.alignments, strict=True)
            found = self._laid_out[index] = [
                CellLayout(cell, width, alignment or start, look, is_flat=needed <= width)
                for cell, needed, width, alignment in parts
            ]
        return found

    # -- drawing

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark] = ()
    ) -> None:
        style = self.environment.style
        if self._is_under_mouse or self._copied.is_shown or self._is_hovering("copy"):
            self._paint_button(painter, self._button().translated(x, y))
        painter.save()
        if self._sideways.is_needed:
            # A chip at the very left reaches out a little.
            side = 0 if self._sideways.offset else style.px(CHIP_SIDE)
            seen = QRect(x - side, top, self.width + side, bottom - top)
            painter.setClipRect(seen, Qt.ClipOperation.IntersectClip)
        line = thin(painter, style.px(1))
        index = max(0, bisect_right(self._tops, top - y) - 1)
        while index < len(self._rows) and y + self._tops[index] < bottom:
            self._paint_row(painter, x - self._sideways.offset, y + self._tops[index], index, marks)
            color = style.hairline if index else style.hairline_strong
            painter.fillRect(QRectF(x, y + self._tops[index + 1] - style.px(1), self.width, line), color)
            index += 1
        if self._sideways.is_needed:
            self._sideways.paint(painter, self._track().translated(x, y))
        painter.restore()

    def _paint_row(self, painter: QPainter, x: int, y: int, index: int, marks: Sequence[Mark]) -> None:
        row, cells = self._rows[index], self._cells(index)
        here = [mark for mark in marks if mark.end > row.start and mark.start < row.end]
        for column, start in row.places():
            end = start + len(row.cells[column].text)
            inside = [
                Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.role)
                for mark in here
                if mark.start < end and mark.end > start
            ]
            cells[column].paint(painter, x + self._lefts[column], y, inside)
        if self._is_hovering("link"):
            self._paint_underline(painter, x, y, index)

    def _paint_underline(self, painter: QPainter, x: int, y: int, index: int) -> None:
        """Underline the link under the mouse, if it is in this row."""
        for target, cell, span, left in self._links_of(index):
            if target == self._hovered:
                for line in cell.underlines(span):
                    painter.fillRect(line.translated(x + left, y), self.environment.style.link)

    def _paint_button(self, painter: QPainter, rect: QRect) -> None:
        style = self.environment.style
        theme = style.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._is_hovering("copy"):
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(rect), style.px(BUTTON_RADIUS), style.px(BUTTON_RADIUS))
        size = style.px(BUTTON_ICON)
        name, role = ("check", "successText") if self._copied.is_shown else ("copy", "icon")
        pixmap = theme.pixmap(name, role, size, painter.device().devicePixelRatio())
        inset = (rect.width() - size) // 2
        painter.drawPixmap(rect.topLeft() + QPoint(inset, inset), pixmap)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _is_hovering(self, kind: str) -> bool:
        return self._hovered is not None and self._hovered.kind == kind

    # -- places

    def offset_at(self, x: int, y: int) -> int:
        if not self._rows:
            return 0
        index = self._row_at(y)
        column, start = list(self._rows[index].places())[self._column_at(x)]
        left = self._lefts[column] - self._sideways.offset
        return start + self._cells(index)[column].offset_at(x - left, y - self._tops[index])

    def _row_at(self, y: int) -> int:
        return min(max(0, bisect_right(self._tops, y) - 1), len(self._rows) - 1)

    def _column_at(self, x: int) -> int:
        """The column at ``x``; the space between two is divided."""
        middle = x + self._sideways.offset + self.environment.style.px(GAP) // 2
        if self.is_rtl:
            return len(self._lefts) - max(1, bisect_right(self._lefts[::-1], middle))
        return max(0, bisect_right(self._lefts, middle) - 1)

    def caret(self, offset: int) -> QRect:
        if not self._rows:
            return QRect(0, 0, 1, self.first_line)
        index = max(0, bisect_right(self._rows, offset, key=lambda row: row.start) - 1)
        column, start = max(place for place in self._rows[index].places() if place[1] <= max(0, offset))
        cell = self._cells(index)[column]
        left = self._lefts[column] - self._sideways.offset
        inside = min(max(0, offset - start), len(cell.cell.text))
        return cell.caret(inside).translated(left, self._tops[index])

    # -- targets

    def target_at(self, x: int, y: int) -> Target | None:
        if self._button().contains(x, y):
            return self._copy_target()
        if self._sideways.is_needed and self._track().contains(x, y):
            return self._sideways.target(self._track(), x)
        if not self._rows or not 0 <= y < self._tops[-1]:
            return None
        links = self._links_of(self._row_at(y))
        return next((target for target, *_ in links if target.rect.contains(x, y)), None)

    def targets(self) -> Sequence[Target]:
        found = [self._copy_target()]
        for index, row in enumerate(self._rows):
            if any(cell.spans for cell in row.cells):
                found += (target for target, *_ in self._links_of(index))
        if self._sideways.is_needed:
            found.append(self._sideways.target(self._track()))
        return found

    def _links_of(self, index: int) -> Iterator[tuple[Target, CellLayout, Span, int]]:
        """The links of a row, and for each its cell, its span and the left edge of its column."""
        for cell, left in zip(self._cells(index), self._lefts, strict=True):
            for span, rect in cell.links():
                place = rect.translated(left - self._sideways.offset, self._tops[index])
                words = cell.cell.text[span.start : span.end]
                kind = "citation" if span.style & CITATION else "link"
                yield Target(kind, place, span.target, words), cell, span, left

    def _copy_target(self) -> Target:
        return Target("copy", self._button(), name=QCoreApplication.translate("TableBlock", "Copy as CSV"))

    def _button(self) -> QRect:
        """In the margin of the page, where it covers nothing."""
        size, gap = self.environment.style.px(BUTTON), self.environment.style.px(BUTTON_GAP)
        return QRect(self.width + gap, (self.first_line - size) // 2, size, size)

    def _track(self) -> QRect:
        height = self.environment.style.px(TRACK)
        return QRect(0, self.height - height, self.width, height)

    def set_hovered(self, target: Target | None) -> QRect | None:
        before, self._hovered = self._hovered, target
        if target == before:
            return None
        self._sideways.is_hovered = self._is_hovering("scroll")
        changed = QRect()
        for one in (before, target):
            if one is not None:
                # A link that goes on in the next line is underlined there too.
                changed |= self._row_rect(one.rect.y()) if one.is_link else one.rect
        return changed

    def _row_rect(self, y: int) -> QRect:
        index = self._row_at(y)
        return QRect(0, self._tops[index], self.width, self._tops[index + 1] - self._tops[index])

    def set_under_mouse(self, is_under: bool) -> QRect | None:
        self._is_under_mouse = is_under
        return self._button()

    def activate(self, target: Target, x: int = 0) -> bool:
        if target.kind == "scroll":
            return self._sideways.drag(target, x)
        if target.kind == "copy":
            self._copied.show()
            return True
        return False

    def copy_text(self) -> str:
        """The table as CSV, for the clipboard."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in self.item.rows:
            writer.writerow([cell.text.replace(LINE_BREAK, "\n") for cell in row])
        return text.getvalue()

    # -- sideways

    def scroll_sideways(self, by: int) -> bool:
        return self._sideways.move_by(by)

    def reveal(self, offset: int) -> bool:
        left = self.caret(offset).x() + self._sideways.offset
        return self._sideways.show(left, left + 1, self.environment.style.px(REVEALED))

    @property
    def state(self) -> int | None:
        """How far it is moved sideways."""
        return self._sideways.offset or None

    def restore(self, state: int | None) -> None:
        self._sideways.move_to(state or 0)
