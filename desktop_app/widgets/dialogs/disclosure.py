"""A part of a form that is folded until it is asked for."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme


class Disclosure(QWidget):
    """A button that shows and hides the ``body`` below it."""

    def __init__(self, theme: Theme, text: str, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._button: QPushButton = button(text, name, kind="quiet")
        self._button.setCheckable(True)
        self._button.setStyleSheet(f"padding: 0 {theme.px('spacing.1')}px")  # flush with the fields below
        self._button.setIconSize(QSize(theme.px("iconSmall"), theme.px("iconSmall")))
        self.body = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.body)
        self._button.toggled.connect(self._show_body)
        self._show_body(False)

    @property
    def head(self) -> QPushButton:
        """The button."""
        return self._button

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self._button.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the body."""
        self._button.setChecked(is_open)

    def _show_body(self, is_shown: bool) -> None:
        self.body.setVisible(is_shown)
        self._button.setIcon(
            self._theme.icon("chevron-down" if is_shown else "chevron-right", "textSecondary", 16)
        )
