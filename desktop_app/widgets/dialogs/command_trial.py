"""Trying the program of a function: it is run now, with the arguments of the form, and shows what it gave."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.domain.tools import CallStatus, Function
from desktop_app.widgets.dialogs.frame import WrappedLabel, button, rename
from desktop_app.widgets.spinner import Spinner
from desktop_app.widgets.theme import Theme


class CommandTrial(QWidget):
    """Signals: ``pressed`` when the program is to be run, to be answered by ``begin``; ``wanted`` (Function, arguments
    as JSON text), to be answered by ``show_result``; ``stop_wanted``; ``answered`` when there is a result to be seen.
    """

    pressed = Signal()
    wanted = Signal(object, str)
    stop_wanted = Signal()
    answered = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._is_running = False
        self._button = button("", "command_try")
        self._spinner = Spinner(theme)
        self._status = WrappedLabel(role="caption")
        self._status.setObjectName("command_status")
        self._output = QPlainTextEdit()
        self._output.setObjectName("command_output")
        self._output.setAccessibleName(self.tr("What the program gave"))
        self._output.setProperty("kind", "field")
        self._output.setReadOnly(True)
        self._output.setTabChangesFocus(True)
        self._output.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._output.setFont(theme.font("codeSmall"))
        self._output.setFixedHeight(theme.line_height("codeSmall") * 8)
        line = QHBoxLayout()
        line.setSpacing(theme.px("spacing.2"))
        line.addWidget(self._button)
        line.addWidget(self._spinner)
        line.addWidget(self._status, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addLayout(line)
        column.addWidget(self._output)
        self._button.clicked.connect(self.press)
        self.settle()

    def press(self) -> None:
        """Run the program, or end it when it runs."""
        if self._is_running:
            self.stop_wanted.emit()
        else:
            self.pressed.emit()

    def begin(self, function: Function, arguments: str) -> None:
        """Run the program of ``function`` with these arguments."""
        self._output.hide()
        self._show_running(True, self.tr("Running…"))
        self.wanted.emit(function, arguments)

    def settle(self) -> None:
        """Forget what was tried; a program that runs is ended."""
        if self._is_running:
            self.stop_wanted.emit()
        self._output.hide()
        self._show_running(False, self.tr("Runs the program now, with the arguments above."))

    def show_result(self, status: CallStatus, text: str, note: str) -> None:
        """Show what became of it: what the model would be given and, below, what the program said beside it."""
        if not self._is_running:  # it was given up
            return
        said = {
            CallStatus.DONE: self.tr("Done. The model would be given this:"),
            CallStatus.TIMED_OUT: self.tr("Ended at its time limit. The model would be told this:"),
            CallStatus.STOPPED: self.tr("Stopped."),
        }
        self._show_running(False, said.get(status, self.tr("Failed. The model would be told this:")))
        errors = self.tr("On its standard error:")
        self._output.setPlainText(
            "\n\n".join(filter(None, (text, f"{errors}\n{note}" if note.strip() else "")))
        )
        self._output.setVisible(bool(text or note))
        self.answered.emit()

    def _show_running(self, is_running: bool, status: str) -> None:
        self._is_running = is_running
        rename(self._button, self.tr("Stop") if is_running else self.tr("Tr&y it"))
        self._spinner.setVisible(is_running)
        self._status.setText(status)
