"""One quiet line: what was just taken away, and the way to have it back."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import ElidedLabel, Panel, button
from desktop_app.widgets.theme import Theme


class UndoLine(QWidget):
    """Hidden until something is offered; stays until it is used or ``settle`` puts it away."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._undo: Callable[[], None] | None = None
        self._text = ElidedLabel(role="small")
        self._button = button(self.tr("Undo"), name, kind="link")
        panel = Panel(theme)
        inner = QHBoxLayout(panel)
        inner.setContentsMargins(theme.px("spacing.3"), 0, theme.px("spacing.3"), 0)
        inner.addWidget(self._text, 1)
        inner.addWidget(self._button)
        panel.setFixedHeight(theme.px("control"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(panel)
        self._button.clicked.connect(self._take_back)
        self.hide()

    def offer(self, text: str, undo: Callable[[], None]) -> None:
        """Say what is gone; ``undo`` brings it back."""
        self._undo = undo
        self._text.setText(text)
        self._button.setAccessibleDescription(text)
        self.show()

    def settle(self) -> None:
        """It cannot be taken back any more."""
        self._undo = None
        self.hide()

    def _take_back(self) -> None:
        undo = self._undo
        self.settle()
        if undo:
            undo()
