"""The page of the assistant's settings with its name, description and labels."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from desktop_app.domain.assistants import DESCRIPTION_LIMIT, LABELS_LIMIT, AssistantSettings
from desktop_app.widgets.dialogs.fields import FieldRow, TextArea
from desktop_app.widgets.dialogs.figures import of_limit
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme


class GeneralPage(SettingsPage):
    """Name, description and labels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._name = QLineEdit()
        self._name.setObjectName("assistant_name")
        self._description = TextArea("assistant_description")
        self._description.set_lines(3)
        self._labels = TextArea("assistant_labels")
        self._labels.set_lines(4)
        self._labels.setPlaceholderText(self.tr("team = support"))
        self.add("name", FieldRow(theme, self.tr("&Name"), self._name))
        self._description_row = self.add(
            "description", FieldRow(theme, self.tr("&Description"), self._description)
        )
        self._labels_row = self.add("labels", FieldRow(theme, self.tr("&Labels"), self._labels))
        self.column.addStretch(1)
        self._name.textChanged.connect(self.changed)
        self._description.textChanged.connect(self.changed)
        self._labels.textChanged.connect(self.changed)

    def focus_name(self) -> None:
        """Put the cursor into the name."""
        self._name.setFocus(Qt.FocusReason.TabFocusReason)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        self._name.setText(settings.name)
        self._description.set_text(settings.description)
        self._labels.set_text("\n".join(f"{key} = {value}" for key, value in settings.labels))

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        description, labels = self._description.text(), _parse_labels(self._labels.text())
        self._description_row.set_hint(of_limit(len(description), DESCRIPTION_LIMIT))
        self._labels_row.set_hint(
            self.tr("One a line, as key = value · {count}").format(count=of_limit(len(labels), LABELS_LIMIT))
        )
        return replace(settings, name=self._name.text(), description=description, labels=labels)


def _parse_labels(text: str) -> tuple[tuple[str, str], ...]:
    """Labels from lines of ``key = value``; a line without a sign is a key without a value."""
    lines = [line for line in text.splitlines() if line.strip()]
    pairs = (
        line.partition(" = " if " = " in line else "=") for line in lines
    )  # a key may hold the sign itself
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)
