"""What the user chooses in the menus, to be kept: colours, size, language, keys, and what is told."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.settings import Announcements, Notifications, Settings
from desktop_app.domain.settings import Theme as ThemeChoice
from desktop_app.widgets.actions import Actions
from desktop_app.widgets.theme import Theme, system_mode

LANGUAGES = ("system", "en", "ru")
ZOOM_STEP = 10


class Choices(QObject):
    """Does the actions that choose; ``settings`` is what holds now.

    Signals: ``changed(Settings)``; ``told(str)``: a sentence about what was chosen.
    """

    changed = Signal(object)
    told = Signal(str)

    def __init__(self, theme: Theme, settings: Settings, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self.settings = settings
        self._theme = theme
        self._actions = actions
        actions.on("send_keys", self._toggle_send_keys, lambda: self.settings.send_with_ctrl_enter)
        actions.on("zoom_in", lambda: self.zoom(ZOOM_STEP))
        actions.on("zoom_out", lambda: self.zoom(-ZOOM_STEP))
        actions.on("zoom_reset", lambda: self.zoom(0))
        for colours in ThemeChoice:
            self._offer_theme(colours)
        for language in LANGUAGES:
            self._offer_language(language)
        for announcements in Announcements:
            self._offer_announcements(announcements)
        for notifications in Notifications:
            self._offer_notifications(notifications)

    def zoom(self, step: int) -> None:
        """Make everything larger or smaller by ``step`` per cent; 0 is the actual size."""
        percent = 100 if step == 0 else min(300, max(50, self.settings.zoom_percent + step))
        self._theme.set_zoom(percent)
        self._change(self.settings._replace(zoom_percent=percent))

    def _offer_theme(self, choice: ThemeChoice) -> None:
        def choose() -> None:
            self._change(self.settings._replace(theme=choice))
            self._theme.set_mode(system_mode() if choice is ThemeChoice.SYSTEM else str(choice))

        self._actions.on(f"theme_{choice}", choose, lambda: self.settings.theme is choice)

    def _offer_language(self, language: str) -> None:
        def choose() -> None:
            self._change(self.settings._replace(language=language))
            self.told.emit(self.tr("The language changes with the next start."))

        self._actions.on(f"language_{language}", choose, lambda: self.settings.language == language)

    def _offer_announcements(self, choice: Announcements) -> None:
        self._actions.on(
            f"announce_{choice}",
            lambda: self._change(self.settings._replace(announcements=choice)),
            lambda: self.settings.announcements is choice,
        )

    def _offer_notifications(self, choice: Notifications) -> None:
        self._actions.on(
            f"notify_{choice}",
            lambda: self._change(self.settings._replace(notifications=choice)),
            lambda: self.settings.notifications is choice,
        )

    def _toggle_send_keys(self) -> None:
        self._change(self.settings._replace(send_with_ctrl_enter=not self.settings.send_with_ctrl_enter))

    def _change(self, settings: Settings) -> None:
        self.settings = settings
        self._actions.refresh()
        self.changed.emit(settings)
