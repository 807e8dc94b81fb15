"""The card of a call that waits for the user: may it be made, or what is its result.

It stands below the reply that grows and takes the keyboard only when it is asked to.  Esc denies.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.tools import CallStatus, Decision, ToolStep
from desktop_app.widgets.dialogs.frame import IconLabel, StrongLabel, WrappedLabel, button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.hairlines import draw_box
from desktop_app.widgets.transcript.call_arguments import command_line, on_one_line
from desktop_app.widgets.transcript.call_parts import Arguments, ReadText, height_of

RESULT_LINES = 3
NAME_SHOWN = 64


class CallCard(QWidget):
    """One call of the assistant ``assistant`` that waits; ``opened`` and ``typed`` keep what the reader does to it.

    Signals: ``decided(Decision)``, ``result_given(str)``, ``resized()`` when it wants another height.
    """

    decided = Signal(object)
    result_given = Signal(str)
    resized = Signal()

    def __init__(
        self,
        theme: Theme,
        step: ToolStep,
        assistant: str,
        opened: set[str],
        typed: dict[str, str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("call_card")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme, self._typed = theme, typed
        self.key, self.status = step.call.key, step.status
        self.step = step
        self._result: QPlainTextEdit | None = None
        self._buttons: list[QPushButton] = []
        self.title = self._words(step, assistant or self.tr("The assistant"))
        self.setAccessibleName(self.title)
        self._lay_out(step, opened)

    def _words(self, step: ToolStep, assistant: str) -> str:
        if step.status is CallStatus.WANTED:
            words = self.tr("%1 asks you for the result of %2")
        else:
            words = self.tr("%1 wants to call %2")
        name = on_one_line(step.call.name)[:NAME_SHOWN]
        before, _, behind = words.partition("%2")
        return f"{before.replace('%1', assistant)}{name}{behind.replace('%1', assistant)}"

    def _lay_out(self, step: ToolStep, opened: set[str]) -> None:
        theme = self._theme
        edge, gap = theme.px("spacing.3"), theme.px("spacing.2")
        head = QHBoxLayout()
        head.setSpacing(edge)
        head.addWidget(IconLabel(theme, "tool", "accent", theme.px("icon")), 0, Qt.AlignmentFlag.AlignTop)
        title = StrongLabel(theme, self.title, scale="ui")
        title.setWordWrap(True)
        head.addWidget(title, 1)
        body = QVBoxLayout()
        body.setContentsMargins(theme.px("icon") + edge, 0, 0, 0)
        body.setSpacing(gap)
        if step.command is not None:
            self._add_command(body, step)
        arguments = Arguments(theme, step.call.arguments, f"{self.key}_arguments", opened)
        arguments.resized.connect(self.resized)
        body.addWidget(arguments)
        if step.status is CallStatus.WANTED:
            self._add_result(body)
        body.addLayout(self._make_buttons())
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(gap)
        column.addLayout(head)
        column.addLayout(body)

    def _add_command(self, body: QVBoxLayout, step: ToolStep) -> None:
        """What would be started, and that nothing holds it."""
        assert step.command is not None
        program = ReadText(self._theme, command_line(step.command))
        program.setAccessibleName(self.tr("Program"))
        body.addWidget(WrappedLabel(self.tr("This program would be started:"), role="caption"))
        body.addWidget(program)
        warning = self.tr(
            "Nitka does not confine the program: it may do whatever you may. It is given the arguments as JSON."
        )
        body.addWidget(WrappedLabel(warning, role="caption"))

    def _add_result(self, body: QVBoxLayout) -> None:
        theme = self._theme
        label = QLabel(self.tr("&Result"), self)
        label.setProperty("role", "label")
        self._result = result = QPlainTextEdit(self)
        result.setObjectName("call_result")
        result.setProperty("kind", "field")
        result.setFont(theme.font("codeSmall"))
        result.setPlaceholderText(self.tr("Text or JSON · Ctrl+Enter gives it"))
        result.setTabChangesFocus(True)
        result.setFixedHeight(RESULT_LINES * theme.line_height("codeSmall") + theme.px("spacing.4"))
        result.setPlainText(self._typed.get(self.key, ""))
        result.textChanged.connect(self._keep_typed)
        label.setBuddy(result)
        body.addWidget(label)
        body.addWidget(result)

    def _keep_typed(self) -> None:
        assert self._result is not None
        self._typed[self.key] = self._result.toPlainText()

    def _make_buttons(self) -> QHBoxLayout:
        self._row = row = QHBoxLayout()
        row.setSpacing(self._theme.px("spacing.2"))
        if self.status is CallStatus.WANTED:
            give = self._button(self.tr("Give result"), "give_result", "primary")
            give.clicked.connect(self._give)
        else:
            once = self._button(self.tr("Allow once"), "allow_call", "primary")
            once.clicked.connect(lambda: self.decided.emit(Decision.ONCE))
            always = self._button(self.tr("Always for this function"), "always_allow_call", "")
            always.clicked.connect(lambda: self.decided.emit(Decision.ALWAYS))
            always.setToolTip(
                self.tr("For this function of this assistant, as long as it starts exactly this program")
            )
        deny = self._button(self.tr("Deny"), "deny_call", "quiet")
        deny.setToolTip("Esc")
        deny.clicked.connect(self.deny)
        for one in self._buttons:
            row.addWidget(one)
        row.addStretch(1)
        return row

    def _button(self, text: str, name: str, kind: str) -> QPushButton:
        made = button(text, name, kind=kind, parent=self)
        made.setProperty("isSmall", True)
        self._buttons.append(made)
        return made

    def deny(self) -> None:
        """The user does not allow the call."""
        self.decided.emit(Decision.DENY)

    def _give(self) -> None:
        assert self._result is not None
        self.result_given.emit(self._result.toPlainText())

    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in the order of Tab."""
        texts = [one for one in self.findChildren(ReadText) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        links = [one for one in self.findChildren(QPushButton) if one not in self._buttons]
        fields: list[QWidget] = [self._result] if self._result is not None else []
        return [one for one in (*texts, *links, *fields, *self._buttons) if not one.isHidden()]

    def take_keyboard(self) -> None:
        """Let the user type the result, or choose."""
        (self._result or self._buttons[0]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def arrange(self, width: int) -> int:
        """The height it needs at ``width``."""
        edge = self._theme.px("spacing.3")
        needed = sum(one.sizeHint().width() + self._row.spacing() for one in self._buttons)
        room = width - 3 * edge - self._theme.px("icon")
        is_beside = needed <= room
        self._row.setDirection(
            QHBoxLayout.Direction.LeftToRight if is_beside else QHBoxLayout.Direction.TopToBottom
        )
        return height_of(self, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif (
            is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._result is not None
        ):
            self._give()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            event.accept()  # it stays here: the transcript would scroll
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        """Deny; a result that was begun is not thrown away by the first press."""
        if self._result is not None and self._result.hasFocus() and self._result.toPlainText().strip():
            self._buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.deny()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(
            painter,
            self.rect(),
            theme.px("radius.medium"),
            theme.color("hairlineStrong"),
            theme.color("raised"),
        )


class OtherCalls(WrappedLabel):
    """Says below the cards how many calls more wait."""

    def __init__(self, count: int, parent: QWidget) -> None:
        super().__init__("", role="caption")
        self.setObjectName("other_calls")
        self.setParent(parent)
        self.setText(self.tr("%n more call(s) wait(s) for you", "", count))

    def controls(self) -> list[QWidget]:
        """Nothing takes the keyboard."""
        return []

    def arrange(self, width: int) -> int:
        """The height it needs at ``width``."""
        return self.heightForWidth(width)
