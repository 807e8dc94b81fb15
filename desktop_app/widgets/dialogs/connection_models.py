"""The models that a service offers, as a list to look at and to search."""

from PySide6.QtWidgets import QAbstractItemView, QLabel, QListWidget, QVBoxLayout, QWidget

from desktop_app.domain.connections import Model
from desktop_app.widgets.search_field import SearchField
from desktop_app.widgets.theme import Theme

SHOWN_ROWS = 5


class ModelList(QWidget):
    """A list, and above a long one a field that narrows it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._names: list[str] = []
        self._row_height = 1
        self._search = SearchField(theme, self.tr("Search the models"))
        self._search.setObjectName("connection_models_search")
        self._list = QListWidget()
        self._list.setObjectName("connection_models")
        self._list.setAccessibleName(self.tr("Models on offer"))
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._count = QLabel()
        self._count.setProperty("role", "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.1"))
        column.addWidget(self._search)
        column.addWidget(self._list)
        column.addWidget(self._count)
        self._search.textChanged.connect(self._narrow)
        self._search.left_down.connect(self._list.setFocus)

    def show_models(self, models: tuple[Model, ...]) -> None:
        """Show ``models``; none hides the list."""
        self._names = [_line(model) for model in models]
        self._search.clear()
        self._search.setPlaceholderText(self.tr("Search %n model(s)", "", len(models)))
        self._search.setVisible(len(models) > SHOWN_ROWS)
        self._narrow("")
        self.setVisible(bool(models))

    def _narrow(self, wanted: str) -> None:
        words = wanted.casefold().split()
        found = [name for name in self._names if all(word in name.casefold() for word in words)]
        self._list.clear()
        self._list.addItems(found)
        if found:
            self._row_height = self._list.sizeHintForRow(0)
        self._list.setFixedHeight(min(SHOWN_ROWS, len(self._names)) * self._row_height + 2)
        self._count.setVisible(bool(words))
        self._count.setText(self.tr("%n found", "", len(found)))


def _line(model: Model) -> str:
    return f"{model.id} · {model.name}" if model.name and model.name != model.id else model.id
