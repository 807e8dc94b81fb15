"""The form of a model that runs on this computer: what it is, and which file it is read from."""

from dataclasses import replace
from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import Connection
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.fields import FieldRow
from desktop_app.widgets.dialogs.frame import Callout, button
from desktop_app.widgets.theme import Theme


class DeviceForm(QWidget):
    """A file, and honest words about it.  Signals: ``changed`` after every edit of the user."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._path = ""
        self._needs_file = False
        self._honest = Callout(theme, "plain")
        self._file = QLineEdit()
        self._file.setObjectName("connection_model_path")
        self._file.setReadOnly(True)
        self._file_row = FieldRow(theme, self.tr("Model file"), self._file)
        self._choose = button(self.tr("Use another &GGUF file…"), "connection_model_file")
        self._reset = button(self.tr("Use the &built-in model"), "connection_model_builtin")
        self._lay_out(theme)
        self._choose.clicked.connect(self._choose_file)
        self._reset.clicked.connect(lambda: self._use_file(""))

    def show_connection(self, connection: Connection) -> None:
        """Fill the fields; a new connection needs a file, since the built-in model has one already."""
        self._path, self._needs_file = connection.model_path, not connection.id
        self._check()

    def write(self, connection: Connection) -> Connection:
        """``connection`` with what the fields say."""
        return replace(connection, model_path=self._path)

    @property
    def is_complete(self) -> bool:
        """Whether there is a file, or the built-in model is meant."""
        return bool(self._path) or not self._needs_file

    def focus_first(self) -> None:
        """Go to the button that asks for the file."""
        self._choose.setFocus()

    def _lay_out(self, theme: Theme) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.px("spacing.2"))
        buttons.addWidget(self._choose)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.3"))
        column.addWidget(self._file_row)
        column.addLayout(buttons)
        column.addSpacing(theme.px("spacing.4"))
        column.addWidget(self._honest)

    def _choose_file(self) -> None:
        folder = str(PurePath(self._path).parent) if self._path else ""
        dialog = QFileDialog(self, self.tr("Choose a model file"), folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("GGUF models (*.gguf)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._use_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _use_file(self, path: str) -> None:
        self._path = path
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        nothing = (
            self.tr("No file yet")
            if self._needs_file
            else self.tr("The model that comes with Nitka: SmolLM2 135M")
        )
        self._file.setText(self._path or nothing)
        self._file.setToolTip(plain_tip(self._path))
        self._reset.setEnabled(bool(self._path))
        self._reset.setVisible(not self._needs_file)
        if self._path or self._needs_file:
            self._honest.show_text(
                self.tr("Runs on this computer: private and offline."),
                self.tr("How well it answers and how much memory it takes depends on the file."),
            )
        else:
            self._honest.show_text(
                self.tr("Small on-device model: private and offline, English only, often wrong."),
                self.tr(
                    "Good for a first try without an account. For real work, add a connection or another file."
                ),
            )
