"""Cards: buttons as large as what they say, chosen among with the mouse, with Tab or with the arrow keys."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import IconLabel, PushButton, StrongLabel, WrappedLabel
from desktop_app.widgets.theme import Theme


class Card(PushButton):
    """A button with an icon, a title and up to ``lines`` lines of text.  The theme draws the keyboard's ring."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        icon: str,
        title: str,
        text: str,
        *,
        lines: int = 3,
        padding: str = "spacing.4",
    ) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName(name)
        self.setProperty("kind", "card")
        self.setAccessibleName(title)
        self.setAutoDefault(False)  # it may vanish with the focus, and would stay the dialog's default button
        needed = theme.px(padding) * 2 + theme.px("spacing.1") + theme.line_height("caption") * lines
        self.setMinimumSize(QSize(theme.px("sidebarMin") * 4 // 5, theme.line_height("ui") + needed))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)  # as high as its row
        self._icon = IconLabel(theme, icon, "icon", theme.px("icon"))
        self._text = WrappedLabel(role="caption")
        # In a narrow card it needs more lines than its size hint, which a fixed height would hold it to.
        policy = self._text.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self._text.setSizePolicy(policy)
        words = QVBoxLayout()
        words.setSpacing(theme.px("spacing.1"))
        head = StrongLabel(theme, title, scale="ui")
        head.setWordWrap(True)
        words.addWidget(head)
        words.addWidget(self._text)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.px(padding)] * 4)
        row.setSpacing(theme.px("spacing.3"))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Say something else below the title."""
        self._text.setText(text)
        self.setAccessibleDescription(text)

    def show_icon(self, name: str, role: str = "icon") -> None:
        """Show another icon, or another colour of it."""
        self._icon.show_icon(name, role)

    def sizeHint(self) -> QSize:
        """As large as the layout wants; a push button would ask its empty text."""
        layout = self.layout()
        return layout.sizeHint() if layout else super().sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("hairlineStrong"), 1))
        ground = "pressed" if self.isDown() else "hover" if self.underMouse() else "raised"
        painter.setBrush(self._theme.color(ground))
        radius = self._theme.px("radius.medium")
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class CardGrid(QWidget):
    """Cards in rows of ``columns``; the arrow keys go from one to its neighbour."""

    def __init__(self, theme: Theme, cards: Sequence[Card], columns: int = 2) -> None:
        super().__init__()
        self._cards, self._columns = list(cards), columns
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px("spacing.2"))
        for place, card in enumerate(self._cards):
            grid.addWidget(card, place // columns, place % columns)
            card.installEventFilter(self)
        for column in range(columns):
            grid.setColumnStretch(column, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {
                Qt.Key.Key_Left: -1,
                Qt.Key.Key_Right: 1,
                Qt.Key.Key_Up: -self._columns,
                Qt.Key.Key_Down: self._columns,
            }.get(Qt.Key(event.key()))
            if step is not None and isinstance(watched, Card) and self._move(watched, step):
                return True
        return super().eventFilter(watched, event)

    def _move(self, card: Card, step: int) -> bool:
        """Put the focus ``step`` places on; at an edge Qt takes it to what stands before or after the cards."""
        place = self._cards.index(card) + step
        if not 0 <= place < len(self._cards):
            return False
        self._cards[place].setFocus(Qt.FocusReason.TabFocusReason)
        return True
