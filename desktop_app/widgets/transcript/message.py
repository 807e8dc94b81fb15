"""One message of the column: a question in its bubble, or a reply on the page.

It knows how high it is at a width and places its parts itself, so that the column's geometry is exact at every
moment and nothing waits for a layout pass.  What a message seldom needs (actions, an ending) is made when it does.
"""

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.action_row import ActionRow
from desktop_app.widgets.transcript.endings import EndingTexts, EndingView
from desktop_app.widgets.transcript.status_line import StatusLine
from desktop_app.widgets.transcript.text import MarkdownText, MessageText, PlainText

BUBBLE_SHARE = 0.8
FOLDED_FROM = 20_000
FOLDED_LINES = 40
KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class MessageView(QWidget):
    """Signals: ``selected()`` (the reader selected text), ``resized()`` (needs to be arranged again),
    ``link_activated(str)``, ``asked(str, str)``: what the reader wants ("regenerate", "continue", "retry", "sibling",
    "fix") and its argument.
    """

    selected = Signal()
    resized = Signal()
    link_activated = Signal(str)
    asked = Signal(str, str)

    def __init__(
        self, theme: Theme, message: Message, run: Run | None, endings: EndingTexts, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message = message
        self._run = run
        self._endings = endings
        self._is_last = False
        self._is_ringed = False
        self._height = 0
        self._width = -1
        self._bubble = QRect()
        self._row_top = 0
        self._actions: ActionRow | None = None
        self._ending: EndingView | None = None
        self.text = self._make_text()
        self.text.selected.connect(self.selected)
        self.text.link_activated.connect(self.link_activated)
        self.text.installEventFilter(self)

    def _make_text(self) -> MessageText:
        raise NotImplementedError

    # -- what the column asks

    @property
    def message(self) -> Message:
        """The value that is shown."""
        return self._message

    @property
    def bleed(self) -> int:
        """Room at both sides of the column's width, for focus rings and the edges of buttons."""
        return self._theme.px("spacing.2")

    @property
    def gap_above(self) -> int:
        """Room to the message before."""
        return self._theme.px("gap.turn")

    def height_at(self, width: int) -> int:
        """The height it needs; measured again only when something changed."""
        if width != self._width:
            self._width = width
            self._height = self.arrange(width)
        return self._height

    def arrange(self, width: int) -> int:
        """Place the parts; the height they need."""
        raise NotImplementedError

    def forget_height(self) -> None:
        """Something changed its height."""
        self._width = -1

    def set_last(self, is_last: bool) -> None:
        """Whether it is the last message of the thread."""
        if is_last != self._is_last:
            self._is_last = is_last
            self._refresh_actions()

    def restyle(self) -> None:
        """Take the theme's fonts and colours of now."""
        self.text.restyle()
        for part in (self._actions, self._ending):
            if part is not None:
                part.restyle()
        self.forget_height()
        self.update()

    def last_stop(self) -> QWidget:
        """The last of its controls in the order of Tab."""
        return self._actions.buttons()[-1] if self._actions is not None else self.text

    # -- actions come with the mouse or the focus

    @property
    def _wants_actions(self) -> bool:
        focused = QApplication.focusWidget()
        has_focus = focused is not None and self.isAncestorOf(focused)
        return self.underMouse() or has_focus

    def _refresh_actions(self) -> None:
        if self._wants_actions and self._message.status is not Status.WRITING:
            self._show_actions()
        elif self._actions is not None:
            self._actions.hide()

    def _show_actions(self) -> None:
        if self._actions is None:
            self._actions = self._make_actions()
            self._place_actions(self._actions)
        self._actions.show_message(self._message, self._run, is_last=self._is_last)
        self._actions.show()

    def _make_actions(self) -> ActionRow:
        row = ActionRow(self._theme, self)
        row.regenerate_requested.connect(lambda: self.asked.emit("regenerate", ""))
        row.sibling_requested.connect(lambda sibling: self.asked.emit("sibling", sibling))
        row.copy_requested.connect(self._copy)
        before: QWidget = self.text
        for button in row.buttons():
            button.installEventFilter(self)
            QWidget.setTabOrder(before, button)
            before = button
        return row

    def _copy(self, kind: str) -> None:
        text = self.text.toPlainText() if kind == "plain" else self._message.text
        QGuiApplication.clipboard().setText(text)

    def _place_actions(self, row: ActionRow) -> None:
        raise NotImplementedError

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._refresh_actions()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._refresh_actions()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            assert isinstance(event, QFocusEvent)
            self._refresh_actions()
            if watched is self.text:
                self._is_ringed = event.gotFocus() and event.reason() in KEYBOARD
                self.update()
        return super().eventFilter(watched, event)

    def _paint_ring(self, painter: QPainter, around: QRect, radius: int) -> None:
        if self._is_ringed:
            width = self._theme.px("focusRing")
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("focus"), width))
            painter.drawRoundedRect(QRectF(around).adjusted(1, 1, -1, -1), radius, radius)


def folded(text: str) -> str:
    """The beginning of a text of many lines; a pasted log of 20,000 lines is laid out only when it is asked for."""
    if len(text) <= FOLDED_FROM and text.count("\n") <= FOLDED_FROM // 50:
        return text
    return "\n".join(text[: FOLDED_FROM // 4].split("\n")[:FOLDED_LINES])


class QuestionView(MessageView):
    """The user's words: tinted, leaning right, at most 80 % of the column."""

    def _make_text(self) -> MessageText:
        text = PlainText(self._theme, self)
        text.setObjectName(f"message-user-{self._message.id}")
        text.setAccessibleName(self.tr("You"))
        self._plain = text
        self._unfold: QPushButton | None = None
        head = folded(self._message.text)
        text.set_source(head)
        if head != self._message.text:
            self._unfold = self._make_unfold()
        return text

    def _make_unfold(self) -> QPushButton:
        lines = self._message.text.count("\n") + 1
        button = QPushButton(self.tr("Show all, %n line(s)", "", lines), self)
        button.setObjectName("show_all")
        button.setProperty("kind", "link")
        button.clicked.connect(self._show_all)
        return button

    def _show_all(self) -> None:
        if self._unfold is not None:
            self._unfold.deleteLater()
            self._unfold = None
        self.text.set_source(self._message.text)
        self.forget_height()
        self.resized.emit()

    def arrange(self, width: int) -> int:
        theme = self._theme
        side, edge = theme.px("spacing.4"), theme.px("spacing.2")
        text_width = self._plain.natural_width(int(width * BUBBLE_SHARE) - 2 * side)
        height = self.text.fit(text_width)
        # Qt draws a text with fixed line distances a little low in its lines.
        left = self.bleed + width - text_width - 2 * side
        self.text.setGeometry(left + side, edge - theme.px("spacing.half") // 2, text_width, height)
        if self._unfold is not None:
            size = self._unfold.sizeHint()
            self._unfold.setGeometry(left + side, edge + height, size.width(), theme.line_height("reading"))
            height += theme.line_height("reading")
        self._bubble = QRect(left, 0, text_width + 2 * side, height + 2 * edge)
        if self._actions is not None:
            self._place_actions(self._actions)
        return self._bubble.height()

    def _place_actions(self, row: ActionRow) -> None:
        side = self._theme.px("actionRow")
        gap = self._theme.px("spacing.1")
        row.setGeometry(0, self._bubble.bottom() - side - gap, max(0, self._bubble.left() - gap), side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        has_line = theme.is_high_contrast
        painter.setPen(QPen(theme.color("hairlineStrong"), 1) if has_line else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("userBubble"))
        inset = 0.5 if has_line else 0.0
        radius = theme.px("radius.large")
        painter.drawRoundedRect(QRectF(self._bubble).adjusted(inset, inset, -inset, -inset), radius, radius)
        self._paint_ring(painter, self._bubble, radius)


class ReplyView(MessageView):
    """An assistant's words on the page, with what its run does above and how it ended below.

    The room above, for the status, and below, for the actions, is always kept: nothing moves when they come or go.
    """

    def __init__(
        self, theme: Theme, message: Message, run: Run | None, endings: EndingTexts, parent: QWidget
    ) -> None:
        super().__init__(theme, message, run, endings, parent)
        self._status: StatusLine | None = None
        if message.status is Status.WRITING:
            self.set_stage("waiting" if not message.text else "writing", None)
        self._make_ending()

    def _make_text(self) -> MessageText:
        text = MarkdownText(self._theme, self)
        text.setObjectName(f"message-assistant-{self._message.id}")
        text.setAccessibleName(self.tr("Assistant"))
        text.set_source(self._message.text, is_growing=self._message.status is Status.WRITING)
        return text

    @property
    def gap_above(self) -> int:
        return 0

    @property
    def is_running(self) -> bool:
        """Whether its text may still grow."""
        return self._message.status is Status.WRITING

    def set_stage(self, stage: str, fraction: float | None) -> None:
        """Show what its run does."""
        if self._status is None:
            self._status = StatusLine(self._theme, self)
            self._place_status()
        self._status.set_stage(stage, fraction)

    def grow(self, message: Message) -> bool:
        """Show the text of now; says whether anything changed."""
        self._message = message
        if self._status is not None and message.text and self._status.stage != "writing":
            self.set_stage("writing", None)
        changed = self.text.set_source(message.text, is_growing=True)
        if changed:
            self.forget_height()
        return changed

    def finish(self, message: Message, run: Run | None) -> None:
        """Show the end."""
        self._message, self._run = message, run
        if self._status is not None:
            self._status.finish()
        self.text.set_source(message.text, is_growing=message.status is Status.WRITING)
        self._make_ending()
        self.forget_height()
        self._refresh_actions()

    def set_run(self, run: Run | None) -> None:
        """What is known of the run that wrote it."""
        self._run = run
        self._make_ending()
        self._refresh_actions()

    def restyle(self) -> None:
        super().restyle()
        if self._status is not None:
            self._status.restyle()

    def _make_ending(self) -> None:
        if self._ending is not None:
            self._ending.hide()
            self._ending.deleteLater()
            self._ending = None
        ending = self._endings.of(self._message, self._run)
        if ending is not None:
            self._ending = EndingView(self._theme, ending, self)
            self._ending.action.connect(self._on_ending_action)
            self._ending.resized.connect(self._on_ending_resized)
            self._ending.show()
        self.forget_height()

    def _on_ending_action(self, name: str) -> None:
        if name in ("retry", "continue"):
            self.asked.emit(name, "")
        else:
            self.asked.emit("fix", name)

    def _on_ending_resized(self) -> None:
        self.forget_height()
        self.resized.emit()

    # -- geometry

    @property
    def _top(self) -> int:
        return self._theme.px("spacing.2") * 2 + self._theme.px("spacing.5")

    def _place_status(self) -> None:
        if self._status is not None:
            self._status.setGeometry(
                self.bleed, self._theme.px("spacing.2"), self._width, self._theme.px("spacing.5")
            )

    def arrange(self, width: int) -> int:
        theme = self._theme
        top = self._top
        has_words = bool(self._message.text.strip()) or self._message.status in (
            Status.WRITING,
            Status.COMPLETED,
        )
        self.text.setVisible(has_words)
        if has_words:
            height = self.text.fit(width)
            self.text.setGeometry(self.bleed, top, width, height)
            top += height
        if self._status is not None:
            self._status.setGeometry(self.bleed, theme.px("spacing.2"), width, theme.px("spacing.5"))
        if self._ending is not None:
            top += theme.px("gap.block") if has_words else 0
            height = self._ending.arrange(width)
            self._ending.setGeometry(self.bleed, top, width, height)
            top += height
        self._row_top = top + theme.px("spacing.1")
        if self._actions is not None:
            self._place_actions(self._actions)
        return self._row_top + theme.px("actionRow")

    def _place_actions(self, row: ActionRow) -> None:
        left = self.bleed - self._theme.px("radius.small")
        row.setGeometry(left, self._row_top, self._width + 2 * self.bleed - left, self._theme.px("actionRow"))

    @property
    def _wants_actions(self) -> bool:
        return self._is_last or len(self._message.sibling_ids) > 1 or super()._wants_actions

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_ringed:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            around = self.text.geometry().adjusted(-self.bleed, -4, self.bleed, 4)
            self._paint_ring(painter, around, self._theme.px("radius.small"))


def make_message_view(
    theme: Theme, message: Message, run: Run | None, endings: EndingTexts, parent: QWidget
) -> MessageView:
    """The view of a message by its author."""
    kind = QuestionView if message.author is Author.USER else ReplyView
    return kind(theme, message, run, endings, parent)
