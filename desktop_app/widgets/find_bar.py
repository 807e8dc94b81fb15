"""The find bar: the words that are looked for, which hit is shown, and the way to the next."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.theme import Theme

QUERY_LIMIT = 1000


class FindBar(QWidget):
    """Signals: ``query_changed(str)`` while the words are typed, ``next_requested()``, ``previous_requested()``,
    ``closed()`` for Esc and the cross.
    """

    query_changed = Signal(str)
    next_requested = Signal()
    previous_requested = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("find_bar")
        self.setProperty("surface", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._field = QLineEdit(self)
        self._field.setObjectName("find_field")
        self._field.setMaxLength(QUERY_LIMIT)
        self._count = QLabel(self)
        self._count.setObjectName("find_count")
        self._count.setProperty("role", "secondary")
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._previous = self._button("chevron-up", self.tr("Previous hit"), "find_previous", "Shift+F3")
        self._next = self._button("chevron-down", self.tr("Next hit"), "find_next", "F3")
        self._close = self._button("close", self.tr("Close the find bar"), "find_close", "Esc")
        self._field.setPlaceholderText(self.tr("Find in this thread"))
        self._field.setAccessibleName(self.tr("Find in this thread"))
        self._lay_out()
        self._field.textChanged.connect(self.query_changed)
        self._previous.clicked.connect(self.previous_requested)
        self._next.clicked.connect(self.next_requested)
        self._close.clicked.connect(self.closed)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.show_nothing()

    def query(self) -> str:
        """The words as they are typed."""
        return self._field.text()

    def focus(self) -> None:
        """Let the words be typed; those that are there are selected, to be typed over."""
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_nothing(self) -> None:
        """There is nothing to count."""
        self._say("", has_hits=False)

    def show_count(self, number: int, total: int, *, is_complete: bool) -> None:
        """The hit ``number`` of ``total`` is shown (0: none of them); they may still become more."""
        if not total:
            self._say(self.tr("No hits") if is_complete else self.tr("Searching…"), has_hits=False)
            return
        many = QLocale().toString(total) + ("" if is_complete else "+")
        words = (
            self.tr("%1 of %2").replace("%1", QLocale().toString(number)) if number else self.tr("Hits: %2")
        )
        self._say(words.replace("%2", many), has_hits=True)
        if is_complete:
            self._announce()

    def _say(self, words: str, *, has_hits: bool) -> None:
        self._count.setText(words)
        self._previous.setEnabled(has_hits)
        self._next.setEnabled(has_hits)

    def _announce(self) -> None:
        if QAccessible.isActive() and self._field.hasFocus():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._count, self._count.text()))

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the field leaves over comes here too."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._field.hasFocus():
            is_back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.previous_requested if is_back else self.next_requested).emit()
        else:
            super().keyPressEvent(event)

    # -- looks

    def _button(self, icon: str, text: str, name: str, shortcut: str) -> IconButton:
        return IconButton(self._theme, icon, text, name=name, shortcut=shortcut, is_small=True, parent=self)

    def _lay_out(self) -> None:
        self._field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.addWidget(self._field, 1)
        row.addStretch()
        row.addWidget(self._count)
        for button in (self._previous, self._next, self._close):
            row.addWidget(button)

    def _restyle(self) -> None:
        theme = self._theme
        self.setFixedHeight(theme.px("footer"))
        self._field.setMaximumWidth(theme.px("textColumn") // 2)
        self._count.setFont(theme.font("small", tabular=True))
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(theme.px("spacing.3"), 0, theme.px("spacing.2"), 1)
        layout.setSpacing(theme.px("spacing.1"))
        self._count.setContentsMargins(0, 0, theme.px("spacing.2"), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self._theme.color("hairline"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()
