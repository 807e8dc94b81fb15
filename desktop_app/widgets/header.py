"""The line above the messages: the thread's title, who answers, how full the context is, and more.  Nothing else."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.buttons import IconButton, PaintedButton
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.widgets.gauge import ContextGauge

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class _Title(PaintedButton):
    """The title, cut where it does not fit; a click renames."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.is_placeholder = False
        self._is_ringed = False
        self.setObjectName("thread_title")
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._is_ringed = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._theme.font("title")).horizontalAdvance(self.text())
        return QSize(words + 2 * self._theme.px("spacing.2") + 2, self._theme.px("control"))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px("spacing.12"), self._theme.px("control"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.px("radius.small")
        self.paint_hover(painter)
        if self.hasFocus() and self._is_ringed:
            painter.setPen(QPen(theme.color("focus"), theme.px("focusRing")))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius, radius)
        edge = theme.px("spacing.2")
        font = theme.font("title")
        if self.is_placeholder:
            font.setWeight(font.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.color("textSecondary" if self.is_placeholder else "text"))
        room = self.rect().adjusted(edge, 0, -edge, 0)
        text = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class _Pill(PaintedButton):
    """The assistant: its letter, name and version; the name gives way first.  Without one, that one can be chosen."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.letter = ""
        self.name = ""
        self.version = ""
        self._is_ringed = False
        self.setObjectName("assistant_pill")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._is_ringed = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def _tail(self) -> str:
        return f" · {self.version}" if self.version else ""

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._theme.font("small"))

    def _fixed_width(self) -> int:
        """Everything but the name: letter, version, chevron and the space between."""
        theme = self._theme
        return (
            theme.px("spacing.5")
            + theme.px("iconSmall")
            + 4 * theme.px("spacing.half")
            + theme.px("spacing.5")
        )

    def sizeHint(self) -> QSize:
        words = self._metrics().horizontalAdvance(self.name + self._tail())
        return QSize(self._fixed_width() + words, self._theme.px("controlSmall"))

    def minimumSizeHint(self) -> QSize:
        words = self._metrics().horizontalAdvance(self.version or "…")
        return QSize(self._fixed_width() + words, self._theme.px("controlSmall"))

    def _words(self, room: int) -> str:
        metrics = self._metrics()
        tail = self._tail()
        left = room - metrics.horizontalAdvance(tail)
        needed = min(metrics.horizontalAdvance(self.name), metrics.horizontalAdvance("мм…"))
        if left < needed and self.version:
            return self.version
        return metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, max(0, left)) + tail

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pressed = self.isDown()
        painter.setPen(Qt.PenStyle.NoPen)
        fill = "pressed" if pressed else "selectedInactive" if self.underMouse() else "hover"
        painter.setBrush(theme.color(fill))
        radius = self.height() / 2
        painter.drawRoundedRect(self.rect(), radius, radius)
        if self.hasFocus() and self._is_ringed:
            painter.setPen(QPen(theme.color("focus"), theme.px("focusRing")))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        self._paint_content(painter)

    def _paint_content(self, painter: QPainter) -> None:
        theme = self._theme
        side, edge = theme.px("spacing.5"), theme.px("spacing.1") + 1
        glyph = QRect(edge, (self.height() - side) // 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("selectedInactive"))
        painter.drawRoundedRect(glyph, theme.px("radius.small"), theme.px("radius.small"))
        painter.setPen(theme.color("textSecondary"))
        painter.setFont(theme.font("citation"))
        painter.drawText(glyph, Qt.AlignmentFlag.AlignCenter, self.letter)
        chevron = theme.px("iconSmall")
        left = glyph.right() + theme.px("spacing.1") + 3
        right = self.width() - chevron - theme.px("spacing.1") - 2
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text"))
        room = QRect(left, 0, right - left - 2, self.height())
        painter.drawText(
            room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words(room.width())
        )
        pixmap = theme.pixmap("chevron-down", "icon", chevron, self.devicePixelRatioF())
        painter.drawPixmap(right, (self.height() - chevron) // 2, pixmap)


class ThreadHeader(QWidget):
    """Signals: ``renamed(str)``, ``assistant_menu_requested(QPoint)`` and ``more_requested(QPoint)`` with the place
    for a menu on the screen, ``sidebar_toggled()``, ``details_toggled()``, ``context_requested()``.
    """

    renamed = Signal(str)
    assistant_menu_requested = Signal(QPoint)
    more_requested = Signal(QPoint)
    sidebar_toggled = Signal()
    details_toggled = Signal()
    context_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = ""
        self.setObjectName("header")
        self._panel = IconButton(
            theme,
            "panel-left",
            self.tr("Show the side panel"),
            name="show_sidebar",
            shortcut="Ctrl+B",
            parent=self,
        )
        self._panel.hide()
        self._title = _Title(theme, self)
        self._editor = QLineEdit(self)
        self._editor.setObjectName("thread_title_editor")
        self._editor.setMaxLength(THREAD_NAME_LIMIT)
        self._editor.hide()
        self._editor.installEventFilter(self)
        self._pill = _Pill(theme, self)
        self._more = IconButton(
            theme, "more", self.tr("More about this thread"), name="thread_more", parent=self
        )
        self._lay_out()
        self._panel.clicked.connect(self.sidebar_toggled)
        self._title.clicked.connect(self.edit_title)
        self._editor.editingFinished.connect(self.finish_editing)
        self._pill.clicked.connect(lambda: self.assistant_menu_requested.emit(_below(self._pill)))
        self._more.clicked.connect(lambda: self.more_requested.emit(_below(self._more)))
        theme.changed.connect(self._restyle)
        self._name_parts()
        self._restyle()
        self.set_title("")
        self._pill.hide()  # until it is known who answers

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.addWidget(self._panel)
        row.addWidget(self._title, 3)
        row.addWidget(self._editor, 3)
        row.addWidget(self._pill, 2)
        row.addStretch(1)
        row.addWidget(self._more)
        row.setStretch(1, 0)
        row.setStretch(3, 0)

    def _name_parts(self) -> None:
        self._editor.setAccessibleName(self.tr("Thread name"))
        self._title.setToolTip(self.tr("Rename (F2)"))

    # -- values

    def set_title(self, name: str) -> None:
        """Show the thread's name; an empty one is a new thread."""
        self._name = name
        self._title.is_placeholder = not name
        self._title.setText(name or self.tr("New thread"))
        self._title.setAccessibleName(self.tr("Thread: %1").replace("%1", self._title.text()))
        self._title.updateGeometry()
        self._title.update()

    def set_assistant(self, name: str, version: int) -> None:
        """Show who answers; without a name, that somebody can be chosen.  Version 0 is not said."""
        self._pill.letter = name[:1].upper() or "?"
        self._pill.name = name or self.tr("Choose an assistant")
        self._pill.version = self.tr("v%1").replace("%1", str(version)) if version else ""
        words = f"{name} · {self._pill.version}" if version else name
        said = self.tr("Assistant: %1").replace("%1", words) if name else self._pill.name
        self._pill.setAccessibleName(said)
        self._pill.setToolTip(plain_tip(words))
        self._pill.show()
        self._pill.updateGeometry()
        self._pill.update()

    def set_sidebar_shown(self, is_shown: bool) -> None:
        """Offer to bring the side panel back when it is folded."""
        self._panel.setVisible(not is_shown)

    def set_context(self, fill: float | None, consequence: str = "") -> None:
        """Show how full the context is (0..1) and what that means; None where there is nothing to show."""
        if fill is not None:
            self._gauge.show_fill(fill, consequence)
            self._gauge.show()
        elif "_gauge" in self.__dict__:
            self._gauge.hide()

    def set_details_shown(self, is_shown: bool) -> None:
        """Offer to show or to hide what is known of the thread."""
        self._details.setChecked(is_shown)

    @cached_property
    def _gauge(self) -> ContextGauge:
        """The ring, made when there is a context."""
        from desktop_app.widgets.gauge import ContextGauge

        gauge = ContextGauge(self._theme, self)
        gauge.clicked.connect(self.context_requested)
        self._row.insertWidget(self._row.indexOf(self._more), gauge)
        QWidget.setTabOrder(self._pill, gauge)
        return gauge

    @cached_property
    def _details(self) -> IconButton:
        """The button of the details, made when there can be some: after the first paint."""
        button = IconButton(
            self._theme,
            "panel-right",
            self.tr("Details"),
            name="toggle_details",
            shortcut="Ctrl+Alt+B",
            parent=self,
        )
        button.setCheckable(True)
        button.clicked.connect(self.details_toggled)
        self._row.addWidget(button)
        QWidget.setTabOrder(self._more, button)
        button.show()
        return button

    # -- renaming

    def edit_title(self) -> None:
        """Let the user type another name."""
        self._editor.setText(self._name)
        self._title.hide()
        self._editor.show()
        self._editor.selectAll()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish_editing(self) -> None:
        """Take the name that is being typed, if one is."""
        if self._editor.isHidden():
            return
        name = " ".join(self._editor.text().split())
        self._close_editor()
        if name and name != self._name:
            self.set_title(name)
            self.renamed.emit(name)

    def _close_editor(self) -> None:
        had_focus = self._editor.hasFocus()
        self._editor.hide()
        self._title.show()
        if had_focus:
            self._title.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._editor and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self._editor.setText(self._name)
                self._close_editor()
                return True
        return False

    # -- looks

    def _restyle(self) -> None:
        theme = self._theme
        self.setFixedHeight(theme.px("header"))
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(theme.px("spacing.3"), 0, theme.px("spacing.2"), 1)
        layout.setSpacing(theme.px("spacing.1"))
        self._editor.setFont(theme.font("title"))
        self._editor.setMinimumWidth(theme.px("spacing.12") * 5)
        for part in (self._title, self._pill):
            part.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name_parts()
            self.set_title(self._name)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(
            self._theme.color("hairline")
        )  # fillRect with a colour would load every gradient preset
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


def _below(widget: QWidget) -> QPoint:
    return widget.mapToGlobal(QPoint(0, widget.height() + 2))
