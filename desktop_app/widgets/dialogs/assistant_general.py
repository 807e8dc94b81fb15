"""The page of the assistant's settings with its name, description and labels."""

from dataclasses import replace

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.widgets.dialogs.general_fields import GeneralFields
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme


class GeneralPage(SettingsPage):
    """Name, description and labels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fields = GeneralFields(theme, self, "assistant")

    def focus_name(self) -> None:
        """Put the cursor into the name."""
        self._fields.focus_name()

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        self._fields.show_values(settings.name, settings.description, settings.labels)

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        name, description, labels = self._fields.values()
        return replace(settings, name=name, description=description, labels=labels)
