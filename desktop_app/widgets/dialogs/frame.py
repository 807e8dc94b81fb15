"""What every dialog is made of: a head, a body between hairlines, a foot, and questions asked in the foot.

A question is asked in place of the foot and never by a second window: no loop is nested, and what the question is
about stays in sight.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.scroll_area import SteadyScrollArea
from desktop_app.widgets.theme import Theme


class PushButton(QPushButton):
    """Pressed by Enter too: Qt would press the dialog's default button instead of the one that has the focus."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, name: str, *, kind: str = "", parent: QWidget | None = None) -> QPushButton:
    """A push button of the theme's ``kind`` ("primary", "quiet", "danger", "link" or secondary), named for scripts."""
    made = PushButton(parent)
    made.setObjectName(name)
    rename(made, text)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    return made


def rename(made: QPushButton, text: str) -> None:
    """Give a button another text, and the same name for screen readers."""
    made.setText(text)
    made.setAccessibleName(text.replace("&", ""))


class Hairline(QWidget):
    """A line of one device pixel between two surfaces."""

    def __init__(self, theme: Theme, orientation: Qt.Orientation = Qt.Orientation.Horizontal) -> None:
        super().__init__()
        self._theme = theme
        if orientation is Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._theme.color("hairline"))


class StrongLabel(QLabel):
    """A label of a field or a part: the small size in semibold."""

    def __init__(self, theme: Theme, text: str, *, scale: str = "small") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._theme, self._scale, self._role = theme, scale, "text"
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_color(self, role: str) -> None:
        """Use the colour of ``role``."""
        self._role = role
        self._restyle()

    def _restyle(self) -> None:
        font = QFont(self._theme.font(self._scale))
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        palette = self.palette()
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.WindowText, self._theme.color(self._role))
        palette.setColor(
            QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, self._theme.color("textDisabled")
        )
        self.setPalette(palette)


class WrappedLabel(QLabel):
    """A label whose text wraps and whose height follows its width; ``role`` is one of the theme's label roles."""

    def __init__(self, text: str = "", *, role: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


class IconLabel(QLabel):
    """An icon tinted by the theme, crisp at any device pixel ratio."""

    def __init__(self, theme: Theme, name: str, role: str = "icon", size: int = 16) -> None:
        super().__init__()
        self._theme, self._name, self._role, self._size = theme, name, role, size
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_icon(self, name: str, role: str) -> None:
        """Show another icon, or another colour of it."""
        self._name, self._role = name, role
        self._restyle()

    def showEvent(self, event: QShowEvent) -> None:
        self._restyle()
        super().showEvent(event)

    def _restyle(self) -> None:
        self.setPixmap(self._theme.pixmap(self._name, self._role, self._size, self.devicePixelRatioF()))


class Glyph(QWidget):
    """The first letter of a name on a small tile."""

    def __init__(self, theme: Theme, size: int = 28) -> None:
        super().__init__()
        self._theme, self._size, self._letter = theme, size, ""
        self.setFixedSize(QSize(size, size))
        theme.changed.connect(self.update)

    def set_name(self, name: str) -> None:
        """Show the first letter of ``name``."""
        self._letter = name.strip()[:1].upper() or "?"
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("selectedInactive"))
        radius = self._theme.px("radius.medium")
        painter.drawRoundedRect(self.rect(), radius, radius)
        painter.setPen(self._theme.color("textSecondary"))
        painter.setFont(self._theme.font("uiStrong"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._letter)


class Panel(QFrame):
    """A rounded box in the colours of a state: "plain", "info", "warning", "error" or "success"."""

    _ROLES = {
        "plain": ("sunken", "hairline"),
        "info": ("accentSoft", "hairlineStrong"),
        "warning": ("warningSoft", "warningLine"),
        "error": ("errorSoft", "errorLine"),
        "success": ("successSoft", "successLine"),
    }

    def __init__(self, theme: Theme, kind: str = "plain") -> None:
        super().__init__()
        self._theme, self._kind = theme, kind
        theme.changed.connect(self.update)

    def set_kind(self, kind: str) -> None:
        """Change the colours."""
        self._kind = kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground, line = self._ROLES[self._kind]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color(line), 1))
        painter.setBrush(self._theme.color(ground))
        radius = self._theme.px("radius.medium")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Callout(Panel):
    """A panel with an icon, one sentence and an optional line below it; read as one by screen readers.

    ``row`` can take a button at its end.
    """

    _ICONS = {
        "plain": ("info", "icon"),
        "info": ("info", "accentText"),
        "warning": ("warning", "warning"),
        "error": ("error", "error"),
        "success": ("check", "success"),
    }

    def __init__(self, theme: Theme, kind: str = "plain") -> None:
        super().__init__(theme, kind)
        self._icon = IconLabel(theme, *self._ICONS[kind])
        self._text = WrappedLabel()
        self._detail = WrappedLabel(role="caption")
        self.words = QVBoxLayout()
        self.words.setSpacing(theme.px("spacing.half"))
        self.words.addWidget(self._text)
        self.words.addWidget(self._detail)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(
            *(theme.px(name) for name in ("spacing.3", "spacing.2", "spacing.3", "spacing.2"))
        )
        self.row.setSpacing(theme.px("spacing.2"))
        self.row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self.row.addLayout(self.words, 1)
        self._icon.setContentsMargins(0, theme.px("spacing.half"), 0, 0)

    def show_text(self, text: str, detail: str = "", *, kind: str | None = None) -> None:
        """Say ``text``, with ``detail`` small below it; an empty text hides the panel."""
        if kind is not None:
            self.set_kind(kind)
            self._icon.show_icon(*self._ICONS[kind])
        self._text.setText(text)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.setAccessibleName(" ".join(part for part in (text, detail) if part))
        self.setVisible(bool(text))


class Page(SteadyScrollArea):
    """A scrolling column of fields, as wide as the dialog."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        self.column = QVBoxLayout(body)
        side, top = theme.px("spacing.6"), theme.px("spacing.5")
        self.column.setContentsMargins(side, top, side, theme.px("spacing.3"))
        self.column.setSpacing(theme.px("spacing.3"))
        self.setWidget(body)
        body.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)


class ElidedLabel(QLabel):
    """One line that gives way: what does not fit is elided, and the tool tip has it whole."""

    def __init__(self, text: str = "", *, role: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(1)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), text)


class QuestionBar(QWidget):
    """A question in the foot of a dialog, with its answers as buttons named ``PREFIX_ANSWER``."""

    answered = Signal(str)

    def __init__(self, theme: Theme, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix
        self._text = WrappedLabel()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px("spacing.6"), 0, theme.px("spacing.6"), 0)
        self._row.setSpacing(theme.px("spacing.2"))
        self._row.addWidget(self._text, 1)
        self._buttons: list[QPushButton] = []

    def ask(self, question: str, answers: Sequence[tuple[str, str, str]]) -> None:
        """Ask ``question``; ``answers`` are (name, text, kind), the primary one or else the first gets the focus."""
        for old in self._buttons:
            dispose(old)
        self._text.setText(question)
        self.setAccessibleName(question)
        self._buttons = [self._answer(*answer) for answer in answers]
        preferred = [made for made in self._buttons if made.property("kind") == "primary"]
        (preferred or self._buttons)[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _answer(self, name: str, text: str, kind: str) -> QPushButton:
        made = button(text, f"{self._prefix}_{name}", kind=kind, parent=self)
        made.setAccessibleDescription(self._text.text())
        made.setAutoDefault(True)
        made.clicked.connect(lambda: self.answered.emit(name))
        self._row.addWidget(made)
        made.show()
        return made


class ErrorRow(QWidget):
    """What went wrong, between the page of a dialog and its foot; ``name`` is that of the error itself."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._error = Callout(theme, "error")
        self._error.setObjectName(name)
        side, gap = theme.px("spacing.6"), theme.px("spacing.3")
        inside = QHBoxLayout()
        inside.setContentsMargins(side, gap, side, gap)
        inside.addWidget(self._error)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Hairline(theme))  # the page goes on behind it, as behind the foot
        column.addLayout(inside)
        self.show_text("")

    def show_text(self, text: str) -> None:
        """Say ``text``; an empty one hides the row."""
        self._error.show_text(text)
        self.setVisible(bool(text))


class Foot(QWidget):
    """The last row of a dialog: its buttons, or a question in their place."""

    answered = Signal(str)

    def __init__(self, theme: Theme, prefix: str) -> None:
        super().__init__()
        buttons = QWidget()
        self.row = QHBoxLayout(buttons)
        self.row.setContentsMargins(theme.px("spacing.6"), 0, theme.px("spacing.6"), 0)
        self.row.setSpacing(theme.px("spacing.2"))
        self._question = QuestionBar(theme, prefix)
        self._stack = QStackedWidget()
        self._stack.addWidget(buttons)
        self._stack.addWidget(self._question)
        self._stack.setFixedHeight(theme.px("header") + theme.px("spacing.2"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Hairline(theme))
        column.addWidget(self._stack)
        self._question.answered.connect(self.answered)

    @property
    def is_asking(self) -> bool:
        """Whether a question stands where the buttons are."""
        return self._stack.currentIndex() == 1

    def ask(self, question: str, answers: Sequence[tuple[str, str, str]]) -> None:
        """Put a question in place of the buttons; see ``QuestionBar.ask``."""
        self._stack.setCurrentIndex(1)
        self._question.ask(question, answers)

    def settle(self) -> None:
        """Show the buttons again."""
        self._stack.setCurrentIndex(0)
