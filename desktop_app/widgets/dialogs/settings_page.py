"""A page of the assistant's settings."""

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.widgets.dialogs.fields import FormPage


class SettingsPage(FormPage):
    """A page that shows a part of the settings and writes it back; it knows nothing of the other pages."""

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        raise NotImplementedError

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        raise NotImplementedError
