"""Labels for a narrow column."""

from PySide6.QtWidgets import QSizePolicy

from desktop_app.widgets.dialogs.frame import WrappedLabel


class NarrowLabel(WrappedLabel):
    """In a narrow column text needs more lines than its size hint, which a fixed height would hold it to."""

    def __init__(self, text: str = "", *, role: str = "") -> None:
        super().__init__(text, role=role)
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)
