"""A thread before its first word: who answers, the composer in the middle, three things to try.

The small model on this device is called what it is.
"""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.widgets.theme import Theme

EXAMPLE_ICONS = ("quote", "edit", "search")
RULES = """
#example {
    @font(ui); color: @text; background: transparent; border: none; text-align: left;
    border-radius: @size(radius.medium); padding: 0 12px; min-height: @size(spacing.10);
}
#example:hover { background: @hover; }
#example:pressed { background: @pressed; }
#example:focus { border: 2px solid @focus; padding: 0 10px; }
"""


class OnboardingCard(QWidget):
    """Shown when there is nobody to answer; signal ``connections_requested()``."""

    connections_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("onboarding")
        self._title = _centred(QLabel(self))
        self._text = _centred(QLabel(self))
        self._text.setWordWrap(True)
        self._button = QPushButton(self)
        self._button.setObjectName("connect_service")
        self._button.setAutoDefault(True)  # Enter presses it
        self._button.setProperty("kind", "primary")
        self._button.clicked.connect(self.connections_requested)
        column = QVBoxLayout(self)
        edge = theme.px("spacing.6")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(theme.px("spacing.2"))
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._restyle)
        self._say()
        self._restyle()

    def _say(self) -> None:
        self._title.setText(self.tr("Connect a service"))
        self._text.setText(
            self.tr(
                "Nobody can answer yet. Add any compatible service, or use the small model on this device."
            )
        )
        self._button.setText(self.tr("Add a connection…"))
        self.setAccessibleName(self._title.text())

    def _restyle(self) -> None:
        self._title.setFont(self._theme.font("dialogTitle"))
        self._text.setFont(self._theme.font("ui"))
        _tint(self._text, self._theme.color("textSecondary"))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("hairlineStrong"), 1))
        painter.setBrush(self._theme.color("raised"))
        radius = self._theme.px("radius.large")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class EmptyThread(QWidget):
    """Signals: ``example_chosen(str)``, ``connections_requested()``."""

    example_chosen = Signal(str)
    connections_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_on_device = False
        self._has_answerer = True
        self._custom_examples: tuple[str, ...] = ()
        self.setObjectName("empty_thread")
        self._name = _centred(QLabel(self))
        self._description = _centred(QLabel(self))
        self._honest = _centred(QLabel(self))
        self._honest.setObjectName("on_device_label")
        for label in (self._name, self._description, self._honest):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._card = OnboardingCard(theme, self)
        self._card.connections_requested.connect(self.connections_requested)
        self._place = QVBoxLayout()
        self._examples = [self._example(icon) for icon in EXAMPLE_ICONS]
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()
        self.set_assistant("", "")

    def _example(self, icon: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName("example")
        button.setAutoDefault(True)
        button.setIcon(self._theme.icon(icon))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.example_chosen.emit(button.accessibleName()))
        return button

    def _lay_out(self) -> None:
        theme = self._theme
        self._column = QVBoxLayout(self)
        self._column.setSpacing(theme.px("spacing.2"))
        self._column.addStretch(4)
        for label in (self._name, self._description, self._honest):
            self._column.addWidget(label)
        self._column.addSpacing(theme.px("spacing.3"))
        self._column.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addLayout(self._place)
        for button in self._examples:
            self._column.addWidget(button)
        self._column.setSpacing(0)
        self._column.addStretch(5)

    # -- values

    def set_assistant(self, name: str, description: str, *, is_on_device: bool = False) -> None:
        """Say who answers."""
        self._is_on_device = is_on_device
        self._name.setText(name or self.tr("New thread"))
        self._description.setText(description)
        self._description.setVisible(bool(description))
        self._honest.setText(
            self.tr("Small on-device model: private and offline, English only, often wrong.")
        )
        self._honest.setVisible(is_on_device)
        self.setAccessibleName(self._name.text())
        self._say_examples()

    def set_examples(self, examples: tuple[str, ...]) -> None:
        """Up to three questions in place of the standing ones; none brings those back."""
        self._custom_examples = examples
        self._say_examples()

    def set_has_answerer(self, has_answerer: bool) -> None:
        """Without a usable connection the way to one is shown instead of examples."""
        self._has_answerer = has_answerer
        self._card.setVisible(not has_answerer)
        self._say_examples()

    def take_composer(self, composer: QWidget) -> None:
        """Put the composer into the middle."""
        self._place.addWidget(composer)

    def _say_examples(self) -> None:
        texts = self._custom_examples or self._standing_examples()
        for index, button in enumerate(self._examples):
            text = texts[index] if index < len(texts) else ""
            button.setText("   " + text.replace("&", "&&"))
            button.setAccessibleName(text)
            button.setVisible(bool(text) and self._has_answerer)
        self._card.setVisible(not self._has_answerer)

    def _standing_examples(self) -> tuple[str, str, str]:
        if self._is_on_device:  # what a very small model can do
            return (
                "Write a short poem about the sea",
                "Rewrite politely: send me the report today",
                "What is photosynthesis?",
            )
        return (
            self.tr("Explain how a heat pump works, in plain words"),
            self.tr("Rewrite this so that it is shorter and kinder:"),
            self.tr("What should I check before signing a lease?"),
        )

    # -- looks

    def _restyle(self) -> None:
        theme = self._theme
        self.setStyleSheet(theme.fill(RULES))
        self._name.setFont(theme.font("display"))
        self._description.setFont(theme.font("ui"))
        self._honest.setFont(theme.font("ui"))
        for label in (self._description, self._honest):
            _tint(label, theme.color("textSecondary"))
        self._name.setContentsMargins(0, 0, 0, theme.px("spacing.1"))
        self._honest.setContentsMargins(0, theme.px("spacing.1"), 0, 0)
        side = theme.px("icon")
        for button in self._examples:
            button.setIconSize(QSize(side, side))
        self._fit()

    def _fit(self) -> None:
        """The examples and the words keep to the column; the composer sees to its own edges."""
        theme = self._theme
        width = max(1, min(theme.px("textColumn"), self.width() - 2 * theme.px("gap.pagePadding")))
        for part in (*self._examples, self._card):
            part.setFixedWidth(width)
        for label in (self._name, self._description, self._honest):
            label.setFixedWidth(width)
        for part in (*self._examples, self._name, self._description, self._honest):
            self._column.setAlignment(part, Qt.AlignmentFlag.AlignHCenter)

    def minimumSizeHint(self) -> QSize:
        """What is fitted to the width does not keep it from shrinking."""
        return QSize(self._theme.px("details"), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say_examples()


def _centred(label: QLabel) -> QLabel:
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label


def _tint(label: QLabel, color: QColor) -> None:
    palette = label.palette()
    palette.setColor(label.foregroundRole(), color)
    label.setPalette(palette)
