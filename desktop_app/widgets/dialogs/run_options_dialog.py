"""Settings for one question alone: prefilled from the assistant, and only what is changed counts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.domain.assistants import AssistantSettings, problems
from desktop_app.domain.connections import Connection, Model
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.widgets.dialogs.assistant_model import ModelPage
from desktop_app.widgets.dialogs.frame import Foot, Hairline, button, rename
from desktop_app.widgets.dialogs.truncation_fields import TruncationFields
from desktop_app.widgets.theme import Theme


class RunOptionsDialog(QDialog):
    """Window-modal; asks before it closes over changes.

    Signals: ``chosen(RunOverrides | None)``: these are to be used, None those of the assistant; ``models_wanted(str)``
    with a connection's id, answered by ``set_models`` or ``set_models_failed``.
    """

    chosen = Signal(object)
    models_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_options_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._theme = theme
        self._settings = self._baseline = self._opened = self._shown = AssistantSettings("")
        self._asks_at_once = False
        self._page = ModelPage(theme)
        self._page.leave_out_connection()
        self._truncation = self._add_truncation()
        self._foot = Foot(theme, "run_options")
        self._reset = button(self.tr("&As the assistant"), "run_options_reset")
        self._reset.setToolTip(self.tr("Take all settings from the assistant again"))
        self._cancel = button(self.tr("Cancel"), "run_options_cancel")
        self._use = button("", "run_options_use", kind="primary")
        self._use.setDefault(True)
        self._lay_out()
        self._connect()

    def edit(
        self,
        settings: AssistantSettings,
        overrides: RunOverrides | None,
        connection: Connection | None,
        *,
        asks_at_once: bool,
    ) -> None:
        """Open with the ``settings`` of the assistant and what was chosen before; ``asks_at_once`` for a reply."""
        title = self.tr("Ask again with other settings") if asks_at_once else self.tr("For the next question")
        self.setWindowTitle(title)
        rename(self._use, self.tr("Ask a&gain") if asks_at_once else self.tr("&Use"))
        self._settings, self._asks_at_once = settings, asks_at_once
        self._page.show_connections([connection] if connection else [], settings.connection_id)
        self._show(settings)
        self._baseline = self._written()
        if overrides:
            self._show(overrides.of(settings))
        self._opened = self._written()
        self._foot.settle()
        self._check()
        self.open()
        self._page.focus_temperature()

    def overrides(self) -> RunOverrides:
        """What was changed."""
        return RunOverrides.between(self._baseline, self._written())

    def set_models(self, connection_id: ConnectionId, models: tuple[Model, ...]) -> None:
        """Offer the models of the connection."""
        is_changed = self._written() != self._opened
        self._page.set_models(connection_id, models)
        if not is_changed:  # a model that was filled in was not typed
            self._opened = self._written()

    def set_models_failed(self, connection_id: ConnectionId, text: str) -> None:
        """Say why the models could not be fetched; ``text`` is a sentence."""
        self._page.set_models_failed(connection_id, text)

    def reject(self) -> None:
        """Close, or ask first when something was changed; asked again, go on editing."""
        if self._foot.is_asking:
            self._foot.settle()
        elif self._written() == self._opened:
            super().reject()
        else:
            self._ask()

    def _add_truncation(self) -> TruncationFields:
        """Its fields at the end of the page, above the stretch there."""
        below = QVBoxLayout()
        below.setSpacing(self._theme.px("spacing.3"))
        below.addWidget(Hairline(self._theme))
        column = self._page.column
        column.insertLayout(column.count() - 1, below)
        return TruncationFields(self._theme, self._page, "run", into=below)

    def _lay_out(self) -> None:
        self._foot.row.addWidget(self._reset)
        self._foot.row.addStretch(1)
        for made in (self._cancel, self._use):
            self._foot.row.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._page, 1)
        column.addWidget(self._foot)
        px = self._theme.px
        self.setMinimumSize(px("sidebarMax"), px("sidebarMax"))
        self.resize(px("textColumn") - 120, px("textColumn") - 60)

    def _connect(self) -> None:
        self._page.changed.connect(self._check)
        self._page.models_wanted.connect(self.models_wanted)
        self._page.model_chosen.connect(self._truncation.set_model_context)
        self._reset.clicked.connect(lambda: self._show(self._settings))
        self._cancel.clicked.connect(self.reject)
        self._use.clicked.connect(self._choose)
        self._foot.answered.connect(self._answered)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._use.click)

    def _show(self, settings: AssistantSettings) -> None:
        self._page.show_settings(settings)
        self._page.take_first_model()
        self._truncation.show_truncation(settings.truncation)

    def _written(self) -> AssistantSettings:
        """The assistant's settings with what the fields say."""
        return replace(self._page.write(self._settings), truncation=self._truncation.truncation())

    def _check(self) -> None:
        written = self._written()
        if written != self._shown:  # else a schema was looked at, no more
            self._foot.settle()
        self._shown = written
        found = problems(written, max_temperature=self._page.max_temperature)
        has_problem = self._page.show_problems(found)
        self._use.setEnabled(not has_problem)
        self._reset.setEnabled(written != self._baseline)

    def _ask(self) -> None:
        answers = [("stay", self.tr("&Keep editing"), ""), ("discard", self.tr("Disc&ard"), "danger")]
        if not self._use.isEnabled():
            self._foot.ask(self.tr("The changes cannot be used as they are."), answers)
            return
        question = (
            self.tr("Ask again with the changes?")
            if self._asks_at_once
            else self.tr("Use the changes for the next question?")
        )
        self._foot.ask(question, [*answers, ("keep", self._use.text(), "primary")])

    def _answered(self, answer: str) -> None:
        self._foot.settle()
        if answer == "keep":
            self._use.click()
        elif answer == "discard":
            super().reject()

    def _choose(self) -> None:
        overrides = self.overrides()
        self.chosen.emit(overrides if overrides.names else None)
        self.accept()
