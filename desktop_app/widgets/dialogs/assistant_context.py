"""The page of the assistant's settings that says how much of a thread the model sees, and shows it on one."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.context import ContextPreview
from desktop_app.domain.ids import ThreadId
from desktop_app.domain.threads import ThreadSummary
from desktop_app.widgets.details.context_tab import ContextTab
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow
from desktop_app.widgets.dialogs.frame import Panel
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.dialogs.truncation_fields import TruncationFields
from desktop_app.widgets.theme import Theme

PREVIEW_DELAY_MS = 120


class ContextPage(SettingsPage):
    """The budget, how many messages, and what that means for a thread of the assistant.

    Signals: ``preview_wanted(ThreadId)`` when what is shown of a thread may be something else now, to be answered by
    ``set_preview``.
    """

    preview_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._thread = ChoiceBox("assistant_preview_thread")
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_DELAY_MS)
        self._numbers, self._shown = QVBoxLayout(), QVBoxLayout()
        self._lay_out(theme)
        self._truncation = TruncationFields(theme, self, "assistant", into=self._numbers)
        self._numbers.addStretch(1)
        self._add_preview(theme)
        self._connect()

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        self._truncation.show_truncation(settings.truncation)

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(settings, truncation=self._truncation.truncation())

    def set_model_context(self, tokens: int | None) -> None:
        """How many tokens the chosen model takes in all, None when nobody knows."""
        self._truncation.set_model_context(tokens)

    def set_threads(self, threads: Sequence[ThreadSummary]) -> None:
        """Offer the threads of the assistant for the preview; the chosen one stays."""
        chosen = self._thread.value
        with QSignalBlocker(self._thread):
            self._thread.set_choices([(one.name or self.tr("New thread"), one.id) for one in threads])
            self._thread.select(chosen if chosen in [one.id for one in threads] else None)
            if self._thread.value is None and threads:
                self._thread.setCurrentIndex(0)
        self._thread_row.setVisible(bool(threads))
        self._ask()
        if not threads:
            self._preview.show_preview(None)

    def set_preview(self, preview: ContextPreview | None) -> None:
        """Show what would be sent of the chosen thread; None when it is gone."""
        self._preview.show_preview(preview)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()  # the instruction may be another one

    def _lay_out(self, theme: Theme) -> None:
        """The numbers at the left, what they mean at the right."""
        row = QHBoxLayout()
        row.setSpacing(theme.px("spacing.6"))
        for part, stretch in ((self._numbers, 5), (self._shown, 6)):
            part.setSpacing(theme.px("spacing.3"))
            row.addLayout(part, stretch)
        self.column.addLayout(row, 1)

    def _add_preview(self, theme: Theme) -> None:
        self._thread_row = self.add(
            "thread", FieldRow(theme, self.tr("What that means in a threa&d"), self._thread), into=self._shown
        )
        self._preview = ContextTab(theme, self.tr("The preview is there once the assistant has a thread."))
        self._preview.setObjectName("assistant_preview")
        self._preview.rows.setMinimumHeight(theme.px("sidebarMin"))
        panel = Panel(theme)
        inner = QVBoxLayout(panel)
        inner.setContentsMargins(1, 1, 1, theme.px("spacing.2"))
        inner.addWidget(self._preview)
        self._shown.addWidget(panel, 1)
        self._thread_row.hide()

    def _connect(self) -> None:
        self.changed.connect(self._timer.start)
        self._thread.currentIndexChanged.connect(self._timer.start)
        self._timer.timeout.connect(self._ask)

    def _ask(self) -> None:
        thread_id = self._thread.value
        if isinstance(thread_id, str) and self.isVisible():
            self.preview_wanted.emit(ThreadId(thread_id))
