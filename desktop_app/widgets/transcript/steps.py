"""The calls of a reply: one quiet line above its text that opens into what was asked and what came of it."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.tools import CallStatus, ToolStep
from desktop_app.widgets.dialogs.frame import StrongLabel, button
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_arguments import command_line, on_one_line, visible
from desktop_app.widgets.transcript.call_parts import Arguments, FoldedText, height_of

STEPS = "steps"
NAMES_SHOWN = 4
LEAST_TOLD = timedelta(seconds=0.1)
NAME_SHOWN = 40
FAULTS = (CallStatus.FAILED, CallStatus.TIMED_OUT)


class StepsView(QWidget):
    """Shows ``steps``; ``opened`` keeps what the reader has unfolded, ``is_growing`` whether the reply goes on.

    ``resized()``: it wants another height.
    """

    resized = Signal()

    def __init__(
        self, theme: Theme, steps: Sequence[ToolStep], opened: set[str], parent: QWidget, *, is_growing: bool
    ) -> None:
        super().__init__(parent)
        self.setObjectName("steps")
        self._theme, self._opened = theme, opened
        self._steps, self._is_growing = tuple(steps), is_growing
        self._body: QWidget | None = None
        self._head: QPushButton = button("", "steps_toggle", kind="fold", parent=self)
        self._head.setIconSize(QSize(theme.px("iconSmall"), theme.px("iconSmall")))
        self._head.clicked.connect(self._toggle)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px("spacing.1"))
        self._column.addWidget(self._head, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    def _toggle(self) -> None:
        self._opened ^= {STEPS}
        self._show()
        self.resized.emit()

    def _show(self) -> None:
        is_open = STEPS in self._opened
        self._head.setAccessibleName(self._line())
        self._head.setAccessibleDescription(self.tr("Shown") if is_open else self.tr("Folded"))
        self._head.setIcon(self._theme.icon("chevron-down" if is_open else "chevron-right", "icon", 16))
        if is_open and self._body is None:
            self._body = self._make_body()
            self._column.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(is_open)

    def _line(self) -> str:
        """What was used, and whether something went wrong."""
        names = list(dict.fromkeys(_name(step) for step in self._steps))
        shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
        is_busy = any(step.status is CallStatus.RUNNING for step in self._steps) and self._is_growing
        parts = [(self.tr("Calling %1") if is_busy else self.tr("Used %1")).replace("%1", shown)]
        faults = sum(step.status in FAULTS for step in self._steps)
        denied = sum(step.status is CallStatus.DENIED for step in self._steps)
        if faults:
            parts.append(self.tr("%n failed", "", faults))
        if denied:
            parts.append(self.tr("%n denied", "", denied))
        return " · ".join(parts)

    def _make_body(self) -> QWidget:
        theme, body = self._theme, QWidget(self)
        body.setObjectName("steps_body")
        column = QVBoxLayout(body)
        inset = theme.px("iconSmall") + theme.px("spacing.1")
        column.setContentsMargins(inset, 0, 0, theme.px("spacing.2"))
        column.setSpacing(theme.px("spacing.1"))
        for number, step in enumerate(self._steps):
            if number:
                column.addSpacing(theme.px("spacing.2"))
            self._add_step(column, step)
        return body

    def _add_step(self, column: QVBoxLayout, step: ToolStep) -> None:
        theme = self._theme
        head = QHBoxLayout()
        head.setSpacing(theme.px("spacing.2"))
        head.addWidget(StrongLabel(theme, _name(step)))
        state = QLabel(self._state(step), self)
        state.setTextFormat(Qt.TextFormat.PlainText)
        state.setProperty("role", "error" if step.status in FAULTS else "caption")
        head.addWidget(state)
        head.addStretch(1)
        column.addLayout(head)
        key = step.call.key
        if step.command is not None:
            self._add_text(column, "", command_line(step.command), f"{key}_program")
        arguments = Arguments(theme, step.call.arguments, f"{key}_step", self._opened)
        arguments.resized.connect(self.resized)
        column.addWidget(arguments)
        if step.status is not CallStatus.DENIED:  # which says it all
            self._add_text(column, self.tr("Result"), visible(step.result), f"{key}_result")
        self._add_text(column, self.tr("Messages of the program"), visible(step.note), f"{key}_note")

    def _add_text(self, column: QVBoxLayout, title: str, text: str, name: str) -> None:
        if not text:
            return
        if title:
            label = QLabel(title, self)
            label.setProperty("role", "caption")
            column.addWidget(label)
        folded = FoldedText(self._theme, text, name, self._opened)
        folded.box.setAccessibleName(title or self.tr("Program"))
        folded.resized.connect(self.resized)
        column.addWidget(folded)

    def _state(self, step: ToolStep) -> str:
        """What became of a call, and how long it took."""
        parts = [self._status(step.status)]
        took = step.ended_at - step.began_at if step.began_at and step.ended_at else None
        if took is not None and took >= LEAST_TOLD and step.status is not CallStatus.DENIED:
            seconds = took.total_seconds()
            precision = 1 if seconds < 10 else 0
            parts.append(self.tr("%1 s").replace("%1", QLocale().toString(seconds, "f", precision)))
        return " · ".join(parts)

    def _status(self, status: CallStatus) -> str:
        match status:
            case CallStatus.DONE:
                return self.tr("done")
            case CallStatus.FAILED:
                return self.tr("failed")
            case CallStatus.DENIED:
                return self.tr("you did not allow it")
            case CallStatus.TIMED_OUT:
                return self.tr("ended at its time limit")
            case CallStatus.STOPPED:
                return self.tr("stopped")
            case CallStatus.RUNNING:
                return self.tr("running") if self._is_growing else self.tr("broken off")
            case CallStatus.ASKED | CallStatus.WANTED:
                return self.tr("waits for you") if self._is_growing else self.tr("not decided")

    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in the order of Tab."""
        found = [
            one
            for one in self.findChildren(QWidget)
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(self)
        ]
        return [self._head, *(one for one in found if one is not self._head)]

    def arrange(self, width: int) -> int:
        """The height it needs at ``width``."""
        room = width - self._head.iconSize().width() - self._theme.px("spacing.2")
        line = self._head.fontMetrics().elidedText(self._line(), Qt.TextElideMode.ElideRight, room)
        self._head.setText(line.replace("&", "&&"))
        return height_of(self, width)


def _name(step: ToolStep) -> str:
    return on_one_line(step.call.name)[:NAME_SHOWN]
