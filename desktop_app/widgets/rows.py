"""How the rows of the sidebar are drawn: rounded, set in from both edges, fixed columns on the right.

A row's height never depends on its state, and its right edge stays where it is when the scroll bar appears.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.qt.models import AssistantListModel, AssistantRow, GroupRow, ThreadListModel, ThreadRow
from desktop_app.widgets.spinner import paint_spinner, spinner_clock
from desktop_app.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_KEYBOARD_FOCUS = "hasKeyboardFocus"


class RowDelegate(QStyledItemDelegate):
    """What rows of all lists share: the frame behind them and text that ends in time."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def _row_rect(self, option: QStyleOptionViewItem) -> QRect:
        inset = self._theme.px("spacing.2")
        view = option.widget
        is_scrolled = isinstance(view, QAbstractScrollArea) and view.verticalScrollBar().isVisible()
        return option.rect.adjusted(inset, 0, 0 if is_scrolled else -inset, 0)

    def _paint_frame(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, radius: str, chosen: str
    ) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected:
            self._paint_box(painter, rect, radius, self._theme.color(chosen))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            self._paint_box(painter, rect, radius, self._theme.color("hover"))
        if option.state & QStyle.StateFlag.State_HasFocus and option.widget.property(_KEYBOARD_FOCUS):
            self._paint_ring(painter, rect, radius, "focus")
        elif is_selected and self._theme.is_high_contrast:
            self._paint_ring(painter, rect, radius, "accent" if chosen == "selected" else "hairlineStrong")

    def _paint_box(self, painter: QPainter, rect: QRect, radius: str, color: QColor) -> None:
        corner = self._theme.px(radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(rect, corner, corner)

    def _paint_ring(self, painter: QPainter, rect: QRect, radius: str, role: str) -> None:
        width = self._theme.px("focusRing")
        half, corner = width / 2, self._theme.px(radius) - width / 2
        painter.setPen(QPen(self._theme.color(role), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), corner, corner)

    def _paint_text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        scale: str,
        role: str,
        *,
        alignment: Qt.AlignmentFlag = _LEFT,
        tabular: bool = False,
    ) -> int:
        """Draw one line, elided when it is too long; returns how wide it came out."""
        font = self._theme.font(scale, tabular=tabular)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(text)
        if width > rect.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            width = rect.width()
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        painter.drawText(rect, alignment, text)
        return width

    def _paint_icon(self, painter: QPainter, place: QPoint, name: str, role: str, size: int) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(place, self._theme.pixmap(name, role, size, ratio))


class AssistantDelegate(RowDelegate):
    """A tile with the initial, the name, and the model's label, which gives way before the name."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, self._theme.px("assistantRow"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, AssistantListModel)
        row = model.row(index)
        rect = self._row_rect(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = option.widget.hasFocus()
        self._paint_frame(
            painter, option, rect, "radius.small", "selected" if has_focus else "selectedInactive"
        )
        self._paint_glyph(painter, option, rect, row)
        self._paint_line(painter, rect, row)
        painter.restore()

    def _paint_glyph(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, row: AssistantRow
    ) -> None:
        side = self._theme.px("glyph")
        tile = QRect(rect.left() + self._theme.px("spacing.2"), 0, side, side)
        tile.moveTop(rect.center().y() + 1 - side // 2)
        if row.id is None:
            self._paint_icon(painter, tile.topLeft(), "thread", "icon", side)
            return
        is_selected = option.state & QStyle.StateFlag.State_Selected
        self._paint_box(
            painter, tile, "radius.small", self._theme.color("page" if is_selected else "selectedInactive")
        )
        initial = next((letter for letter in row.name if letter.isalnum()), row.name[:1]).upper()
        centre = Qt.AlignmentFlag.AlignCenter
        self._paint_text(painter, tile, initial, "glyph", "textSecondary", alignment=centre)

    def _paint_line(self, painter: QPainter, rect: QRect, row: AssistantRow) -> None:
        gap = self._theme.px("spacing.2")
        line = rect.adjusted(2 * gap + self._theme.px("glyph"), 0, -self._theme.px("spacing.3"), 0)
        if row.expiry:  # comes before the name, which the tool tip has whole
            used = self._paint_text(painter, line, row.expiry, "caption", "warningText", alignment=_RIGHT)
            self._paint_text(painter, line.adjusted(0, 0, -used - gap, 0), row.name, "ui", "text")
            return
        used = self._paint_text(painter, line, row.name, "ui", "text")
        rest = line.adjusted(used + gap, 0, 0, 0)
        if row.note and rest.width() >= 2 * gap:
            self._paint_text(
                painter, rest, row.note, "caption", "textSecondary", alignment=_RIGHT, tabular=True
            )


class ThreadDelegate(RowDelegate):
    """Two lines: name and time; preview, draft or state, and one mark.

    The mark says that a reply is being written, that there is something for the user (a call that waits, a reply that
    is unread), that a deferred reply is awaited, or that the thread is pinned.
    """

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        model = index.model()
        assert isinstance(model, ThreadListModel)
        is_group = isinstance(model.row(index), GroupRow)
        return QSize(0, self._theme.px("groupRow" if is_group else "threadRow"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, ThreadListModel)
        row = model.row(index)
        rect = self._row_rect(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, GroupRow):
            self._paint_group(painter, rect, row)
        else:
            self._paint_frame(painter, option, rect, "radius.medium", "selected")
            self._paint_thread(painter, rect, row, model)
        painter.restore()

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("thread_name")
        editor.setAccessibleName(self.tr("Name of the thread"))
        editor.setMaxLength(THREAD_NAME_LIMIT)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        rect = self._row_rect(option)
        height = self._theme.px("control")
        inset = self._theme.px("spacing.1")
        top = rect.center().y() + 1 - height // 2
        editor.setGeometry(rect.left() + inset, top, rect.width() - 2 * inset, height)

    def _paint_group(self, painter: QPainter, rect: QRect, row: GroupRow) -> None:
        line = rect.adjusted(self._theme.px("spacing.3"), 0, 0, -self._theme.px("spacing.1"))
        line.setTop(line.bottom() + 1 - self._theme.line_height("label"))
        self._paint_text(painter, line, row.title, "label", "textSecondary")

    def _paint_thread(self, painter: QPainter, rect: QRect, row: ThreadRow, model: ThreadListModel) -> None:
        gap = self._theme.px("spacing.3")
        first, second = self._lines(rect.adjusted(gap, 0, -gap, 0))
        summary = row.summary
        time = model.time(summary)
        used = self._paint_text(
            painter, first, time, "caption", "textSecondary", alignment=_RIGHT, tabular=True
        )
        scale = "uiStrong" if summary.is_unread else "ui"
        self._paint_text(painter, first.adjusted(0, 0, -used - gap, 0), model.name(summary), scale, "text")
        if self._paint_mark(painter, second, row):
            second.setRight(second.right() - self._theme.px("iconSmall") - gap)
        self._paint_preview(painter, second, row)

    def _lines(self, rect: QRect) -> tuple[QRect, QRect]:
        """Where name and preview stand: two lines, together in the middle of the row."""
        first, second = self._theme.line_height("ui"), self._theme.line_height("codeSmall")
        top = rect.top() + (rect.height() - first - second) // 2
        return (
            QRect(rect.left(), top, rect.width(), first),
            QRect(rect.left(), top + first, rect.width(), second),
        )

    def _paint_preview(self, painter: QPainter, line: QRect, row: ThreadRow) -> None:
        if row.is_waiting:
            self._paint_text(painter, line, self.tr("Waits for you"), "caption", "accentText")
        elif row.is_running:
            self._paint_text(painter, line, self.tr("Writing…"), "caption", "textSecondary")
        elif row.summary.draft:
            used = self._paint_text(painter, line, self.tr("Draft:"), "caption", "accentText")
            rest = line.adjusted(used + self._theme.px("spacing.1"), 0, 0, 0)
            self._paint_text(painter, rest, " ".join(row.summary.draft.split()), "caption", "textSecondary")
        else:
            if row.expiry:
                used = self._paint_text(painter, line, row.expiry, "caption", "warningText")
                line = line.adjusted(used + self._theme.px("spacing.2"), 0, 0, 0)
            preview = row.summary.preview or self.tr("No messages yet")
            self._paint_text(painter, line, preview, "caption", "textSecondary")

    def _paint_mark(self, painter: QPainter, line: QRect, row: ThreadRow) -> bool:
        """Draw the most telling mark at the end of ``line``; whether there was one."""
        side = self._theme.px("iconSmall")
        box = QRect(line.right() + 1 - side, line.center().y() + 1 - side // 2, side, side)
        if row.is_running and not row.is_waiting:
            paint_spinner(painter, box, spinner_clock(self._theme).phase, self._theme)
        elif row.is_waiting or row.summary.is_unread:
            dot = self._theme.px("dot")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent"))
            painter.drawEllipse(QRect(box.right() + 1 - dot, box.center().y() + 1 - dot // 2, dot, dot))
        elif row.is_deferred:
            self._paint_icon(painter, box.topLeft(), "clock", "textSecondary", side)
        elif row.summary.is_pinned:
            self._paint_icon(painter, box.topLeft(), "pin", "textSecondary", side)
        else:
            return False
        return True
