"""What stands in the place of a list that has nothing in it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.widgets.dialogs.frame import IconLabel, WrappedLabel
from desktop_app.widgets.theme import Theme


class EmptyState(QWidget):
    """An icon above a sentence, in the middle of the room there is; ``words`` is the label with the sentence."""

    def __init__(self, theme: Theme, icon: str, text: str) -> None:
        super().__init__()
        self.words = WrappedLabel(text, role="secondary")
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        side = theme.px("spacing.8")
        column = QVBoxLayout(self)
        column.setContentsMargins(side, 0, side, 0)
        column.setSpacing(theme.px("spacing.3"))
        column.addStretch(1)
        column.addWidget(IconLabel(theme, icon, "icon", theme.px("spacing.8")))
        column.addWidget(self.words)
        column.addStretch(1)
        self.setAccessibleName(text)
