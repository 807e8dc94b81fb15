"""Name, description and labels: of an assistant, or of a thread."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLineEdit

from desktop_app.domain.assistants import DESCRIPTION_LIMIT, LABELS_LIMIT
from desktop_app.widgets.dialogs.fields import FieldRow, FormPage, TextArea
from desktop_app.widgets.dialogs.figures import of_limit
from desktop_app.widgets.theme import Theme

Labels = tuple[tuple[str, str], ...]


class GeneralFields(QObject):
    """Puts three rows at the end of ``page``, their controls named after ``prefix``; tells changes through it.

    The room that the page has left over is theirs.

    Labels that no line can say stay as they came until the lines are edited.
    """

    def __init__(self, theme: Theme, page: FormPage, prefix: str) -> None:
        super().__init__(page)
        self._given: Labels = ()
        self.name = QLineEdit()
        self.name.setObjectName(f"{prefix}_name")
        self._description = TextArea(f"{prefix}_description")
        self._description.set_lines(3, grows=True)
        self._labels = TextArea(f"{prefix}_labels")
        self._labels.set_lines(4, grows=True)
        self._labels.setPlaceholderText(self.tr("team = support"))
        self.name_row = page.add("name", FieldRow(theme, self.tr("&Name"), self.name))
        self._description_row = page.add(
            "description", FieldRow(theme, self.tr("&Description"), self._description), 1
        )
        self._labels_row = page.add("labels", FieldRow(theme, self.tr("&Labels"), self._labels), 1)
        for field in (self.name, self._description, self._labels):
            field.textChanged.connect(page.changed)

    def focus_name(self) -> None:
        """Put the cursor into the name."""
        self.name.setFocus(Qt.FocusReason.TabFocusReason)

    def show_values(self, name: str, description: str, labels: Labels) -> None:
        """Fill the fields."""
        self.name.setText(name)
        self._description.set_text(description)
        self._given = labels
        self._labels.set_text(_written(labels))

    def values(self) -> tuple[str, str, Labels]:
        """Name, description and labels as the fields say; how long they are is said below them."""
        description, written = self._description.text(), self._labels.text()
        labels = self._given if written == _written(self._given) else _parse_labels(written)
        self._description_row.set_hint(of_limit(len(description), DESCRIPTION_LIMIT))
        self._labels_row.set_hint(
            self.tr("One a line, as key = value · {count}").format(count=of_limit(len(labels), LABELS_LIMIT))
        )
        return self.name.text(), description, labels


def _written(labels: Labels) -> str:
    return "\n".join(f"{key} = {value}" for key, value in labels)


def _parse_labels(text: str) -> Labels:
    """Labels from lines of ``key = value``; a line without a sign is a key without a value."""
    lines = [line for line in text.splitlines() if line.strip()]
    pairs = (
        line.partition(" = " if " = " in line else "=") for line in lines
    )  # a key may hold the sign itself
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)
