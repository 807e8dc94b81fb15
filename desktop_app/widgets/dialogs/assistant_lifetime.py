"""The page of the assistant's settings with its lifetime."""

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Signal

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.widgets.dialogs.lifetime_fields import LifetimeFields
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme


class LifetimePage(SettingsPage):
    """Whether the assistant expires, and when.

    Signals: ``extend_requested``: the lifetime as it was saved shall begin anew.
    """

    extend_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fields = LifetimeFields(
            theme,
            self,
            "assistant",
            switch=self.tr("This assistant &expires"),
            over=self.tr("That was over on {day}: the assistant would go to the trash at once."),
        )
        self.column.addStretch(1)
        self._fields.extend_requested.connect(self.extend_requested)

    def show_assistant(self, assistant: Assistant | None) -> None:
        """Count from the times of ``assistant``; None is one that is made now."""
        if assistant is None:
            now = datetime.now(UTC)
            self._fields.show_times(now, now, None)
        else:
            saved = assistant.settings.expiration
            self._fields.show_times(assistant.created_at, assistant.last_active_at, saved)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        self._fields.show_lifetime(settings.expiration)

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(settings, expiration=self._fields.lifetime())
