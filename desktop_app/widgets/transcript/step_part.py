"""One call of a reply: a line with its name and what became of it, which opens into what was asked and what came."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.tools import CallStatus, ToolStep
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import command_line, on_one_line
from desktop_app.widgets.transcript.call_parts import Arguments, FoldedText
from desktop_app.widgets.transcript.call_words import FAULTS, CallWords

NAME_SHOWN = 40


class StepPart(QWidget):
    """Shows ``step``; what it opens into is made when it is first opened.

    ``opened`` keeps what the reader has unfolded, ``is_growing`` is whether the reply goes on; ``head`` is what opens
    it.  ``resized()``: it wants another height.
    """

    resized = Signal()

    def __init__(self, theme: Theme, step: ToolStep, opened: set[str], *, is_growing: bool) -> None:
        super().__init__()
        self.step = step
        self._theme, self._opened = theme, opened
        self._body: QWidget | None = None
        words = CallWords(self).state(step, is_growing=is_growing)
        self.head: QPushButton = button(
            step_name(step).replace("&", "&&"), f"step_{step.call.key}", kind="fold"
        )
        self.head.setProperty("isStrong", True)
        self.head.setIconSize(QSize(theme.px("iconSmall"), theme.px("iconSmall")))
        self.head.setAccessibleName(f"{step_name(step)}, {words}")
        self.head.clicked.connect(self._toggle)
        state = QLabel(words)
        state.setTextFormat(Qt.TextFormat.PlainText)
        state.setProperty("role", "error" if step.status in FAULTS else "caption")
        line = QHBoxLayout()
        line.setSpacing(theme.px("spacing.2"))
        line.addWidget(self.head)
        line.addWidget(state)
        line.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px("spacing.1"))
        self._column.addLayout(line)
        self.follow_opened()

    def _toggle(self) -> None:
        self._opened ^= {opening(self.step)}
        self.follow_opened()
        self.resized.emit()

    def follow_opened(self) -> None:
        """Be open, or not, as ``opened`` says."""
        is_open = opening(self.step) in self._opened
        self.head.setIcon(self._theme.icon("chevron-down" if is_open else "chevron-right", "icon", 16))
        self.head.setAccessibleDescription(self.tr("Shown") if is_open else self.tr("Folded"))
        if is_open and self._body is None:
            self._body = self._make_body()
            self._column.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(is_open)

    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in the order of Tab."""
        return [one for one in self.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def _make_body(self) -> QWidget:
        theme, step, body = self._theme, self.step, QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.px("iconSmall") + theme.px("spacing.1"), 0, 0, theme.px("spacing.2"))
        column.setSpacing(theme.px("spacing.1"))
        key = step.call.key
        if step.command is not None:
            self._add_text(column, "", command_line(step.command), f"{key}_program")
        arguments = Arguments(theme, step.call.arguments, f"{key}_step", self._opened)
        arguments.resized.connect(self.resized)
        column.addWidget(arguments)
        if step.status is not CallStatus.DENIED:  # which says it all
            self._add_text(column, self.tr("Result"), step.result, f"{key}_result")
        self._add_text(column, self.tr("Messages of the program"), step.note, f"{key}_note")
        return body

    def _add_text(self, column: QVBoxLayout, title: str, text: str, name: str) -> None:
        if not text:
            return
        if title:
            label = QLabel(title)
            label.setProperty("role", "caption")
            column.addWidget(label)
        folded = FoldedText(self._theme, text, name, self._opened)
        folded.box.setAccessibleName(title or self.tr("Program"))
        folded.resized.connect(self.resized)
        column.addWidget(folded)


def step_name(step: ToolStep) -> str:
    """The name of a call's function as it may be shown on a line."""
    return on_one_line(step.call.name)[:NAME_SHOWN]


def opening(step: ToolStep) -> str:
    """The name by which it is kept that a step is open."""
    return f"{step.call.key}_opened"
