"""Rows of two lines beside an icon, with a word at the right and a thin bar for what is going on."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate
from PySide6.QtWidgets import QStyleOptionViewItem as Option

from desktop_app.widgets.scroll_area import leave_bars_out_of_accessibility
from desktop_app.widgets.theme import Theme

Index = QModelIndex | QPersistentModelIndex

LINE_ROLE = Qt.ItemDataRole.UserRole + 1  # the second line
LINE_COLOR_ROLE = Qt.ItemDataRole.UserRole + 2  # a colour role of the theme
ICON_ROLE = Qt.ItemDataRole.UserRole + 3  # a name in resources/icons
ICON_COLOR_ROLE = Qt.ItemDataRole.UserRole + 4
ASIDE_ROLE = Qt.ItemDataRole.UserRole + 5  # the word at the right
FRACTION_ROLE = Qt.ItemDataRole.UserRole + 6  # 0..1, or None for no bar


class IconRowDelegate(QStyledItemDelegate):
    """Draws rows whose model answers the roles above; the title is the display role."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, _option: Option, _index: Index) -> QSize:
        return QSize(self._theme.px("sidebarMin"), self._theme.px("threadRow"))

    def paint(self, painter: QPainter, option: Option, index: Index) -> None:
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        inner = option.rect.toRectF().adjusted(px("spacing.2"), 0, -px("spacing.3"), 0)
        side = px("icon")
        ratio = painter.device().devicePixelRatio()
        pixmap = self._theme.pixmap(index.data(ICON_ROLE), index.data(ICON_COLOR_ROLE), side, ratio)
        painter.drawPixmap(round(inner.left()), round(inner.center().y() - side / 2), pixmap)
        words = inner.adjusted(side + px("spacing.2"), 0, 0, 0)
        upper, lower = self._theme.line_height("ui"), self._theme.line_height("caption")
        top = words.top() + (words.height() - upper - lower) / 2
        first = QRectF(words.left(), top, words.width(), upper)
        if aside := index.data(ASIDE_ROLE):
            used = self._paint_line(painter, first, "caption", "textSecondary", aside, is_right=True)
            first.setWidth(max(0.0, first.width() - used - px("spacing.3")))
        self._paint_line(painter, first, "ui", "text", index.data(Qt.ItemDataRole.DisplayRole))
        second = QRectF(words.left(), top + upper, words.width(), lower)
        self._paint_line(painter, second, "caption", index.data(LINE_COLOR_ROLE), index.data(LINE_ROLE))
        fraction = index.data(FRACTION_ROLE)
        if fraction is not None:
            self._paint_bar(painter, words, fraction)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: Option) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if not (is_selected or is_hovered or has_focus):
            return
        is_active = bool(option.state & QStyle.StateFlag.State_Active)
        role = ("selected" if is_active else "selectedInactive") if is_selected else "hover"
        ring = self._theme.px("focusRing")
        # A chosen row shows by its ground where the keyboard is; the list's frame shows that it is there at all.
        needs_outline = self._theme.is_high_contrast if is_selected else has_focus
        painter.setBrush(self._theme.color(role) if is_selected or is_hovered else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("focus"), ring) if needs_outline else Qt.PenStyle.NoPen)
        radius, inset = self._theme.px("radius.small"), ring / 2
        painter.drawRoundedRect(option.rect.toRectF().adjusted(inset, inset, -inset, -inset), radius, radius)

    def _paint_line(
        self, painter: QPainter, place: QRectF, scale: str, role: str, text: str, *, is_right: bool = False
    ) -> float:
        """Draw one line, elided when it is too long; how wide it came out."""
        font = self._theme.font(scale, tabular=scale == "caption")
        metrics = QFontMetrics(font)
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, elided)
        return float(metrics.horizontalAdvance(elided))

    def _paint_bar(self, painter: QPainter, words: QRectF, fraction: float) -> None:
        height = self._theme.px("spacing.half")
        bar = QRectF(words.left(), words.bottom() - height - 1, words.width(), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("track"))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        bar.setWidth(bar.width() * min(max(fraction, 0.0), 1.0))
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(bar, height / 2, height / 2)


class IconRowView(QListView):
    """A framed list of such rows; all are of one height, so thousands cost what is seen."""

    def __init__(self, theme: Theme, name: str, accessible_name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setProperty("kind", "field")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(IconRowDelegate(theme, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)  # no row is cut in half
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.viewport().setAutoFillBackground(False)
        leave_bars_out_of_accessibility(self)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Draw the rows again and leave all of them where they are; a QListView would place every one anew."""
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def show_rows(self, count: int, most: int) -> None:
        """Be as high as ``count`` rows, at most ``most``; the bar tells of others."""
        self.setFixedHeight(min(count, most) * self._theme.px("threadRow") + 2 * self._theme.px("spacing.1"))
