"""The program that answers for a function: what is started, and within which limits."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.tools import Command
from desktop_app.widgets.dialogs.fields import FieldRow, NumberBox, TextArea
from desktop_app.widgets.dialogs.frame import Callout, button
from desktop_app.widgets.theme import Theme


class CommandEditor(QWidget):
    """The fields of ``Command``; ``rows`` are those that can have a problem, by the names of ``tool_problems``.

    Signals: ``changed`` by the user or the program.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._former = Command("")
        self._warning = Callout(theme, "warning")
        self._warning.setObjectName("command_warning")
        self._program = QLineEdit()
        self._program.setObjectName("command_program")
        self._choose = button(self.tr("Choose…"), "command_choose")
        self._arguments = TextArea("command_arguments")
        self._arguments.setFont(theme.font("codeSmall"))
        self._arguments.set_lines(3)
        self._time_limit = NumberBox(theme, "command_time_limit", step=10)
        self._output_limit = NumberBox(theme, "command_output_limit", step=16)
        self.rows = self._make_rows(theme)
        numbers = QHBoxLayout()
        numbers.setSpacing(theme.px("spacing.6"))
        for name in ("time_limit_s", "output_limit_kb"):
            numbers.addWidget(self.rows[name], 1, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.3"))
        column.addWidget(self._warning)
        column.addWidget(self.rows["program"])
        column.addWidget(self.rows["arguments"])
        column.addLayout(numbers)
        self._warning.show_text(
            self.tr("Nitka starts this program with your rights and does not confine it."),
            self.tr(
                "It gets the arguments of the call as JSON on its standard input; what it prints until it ends "
                "is the result. What it leaves running then goes on."
            ),
        )
        self._choose.clicked.connect(self._choose_program)
        self._program.textChanged.connect(self.changed)
        self._arguments.textChanged.connect(self.changed)
        self._time_limit.valueChanged.connect(self.changed)
        self._output_limit.valueChanged.connect(self.changed)

    def show_command(self, command: Command) -> None:
        """Fill the fields."""
        self._former = command
        self._program.setText(command.program)
        self._arguments.set_text("\n".join(command.arguments))
        self._time_limit.setValue(command.time_limit_s)
        self._output_limit.setValue(command.output_limit_kb)

    def command(self) -> Command:
        """What the fields say.

        Blank lines are no arguments; those that came with blanks or line breaks in them stay until they are edited.
        """
        text, arguments = self._arguments.text(), self._former.arguments
        if text != "\n".join(arguments):
            arguments = tuple(line for line in text.split("\n") if line.strip())
        return Command(self._program.text(), arguments, self._time_limit.value(), self._output_limit.value())

    def _make_rows(self, theme: Theme) -> dict[str, FieldRow]:
        return {
            "program": FieldRow(
                theme,
                self.tr("&Program"),
                self._program,
                hint=self.tr("The path of a file, or a name that the system finds."),
                body=_line(theme, self._program, self._choose),
            ),
            "arguments": FieldRow(
                theme,
                self.tr("Its arg&uments"),
                self._arguments,
                hint=self.tr(
                    "One a line, always the same; nothing of a call is put in, and no shell reads them."
                ),
            ),
            "time_limit_s": FieldRow(
                theme,
                self.tr("Longest time, in seconds"),
                self._time_limit,
                hint=self.tr("Then it is ended, with all that it started."),
            ),
            "output_limit_kb": FieldRow(
                theme,
                self.tr("Longest result, in KB"),
                self._output_limit,
                hint=self.tr("The model is given no more than that."),
            ),
        }

    def _choose_program(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose a program"))
        dialog.setObjectName("command_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.finished.connect(dialog.deleteLater)
        dialog.fileSelected.connect(self._program.setText)
        dialog.open()


def _line(theme: Theme, *widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px("spacing.2"))
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, 0 if place else 1)
    return row
