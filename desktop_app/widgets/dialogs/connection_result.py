"""What a test of a connection found: that it works and with which models, or at which step it ended and why."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from desktop_app.domain.connections import Connection, ConnectionReport, TestStep
from desktop_app.domain.errors import RunError, failed_step
from desktop_app.widgets.dialogs.connection_models import ModelList
from desktop_app.widgets.dialogs.connection_steps import StepRow, steps_of
from desktop_app.widgets.dialogs.frame import IconLabel, Panel, StrongLabel, WrappedLabel, button, rename
from desktop_app.widgets.spinner import Spinner
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.error_texts import ErrorTexts


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last test ended, or why something else did not happen.

    ``tested`` is what was tested; without it the error is that of a save or a deletion.
    """

    report: ConnectionReport | None = None
    error: RunError | None = None
    tested: Connection | None = None

    @property
    def step(self) -> TestStep | None:
        """The step of the test that failed; None when none of them is to blame."""
        known = {step.value: step for step in TestStep}
        return known.get(failed_step(self.error)) if self.error and self.tested else None

    @property
    def mending(self) -> str:
        """The one action that would help: "copy_role", "replace_key", "advanced", "test", or "" for none."""
        if self.error is None or self.tested is None:
            return ""
        if self.error.role:
            return "copy_role"
        match self.step:
            case TestStep.AUTH:
                return "replace_key"
            case TestStep.PROXY | TestStep.TLS:
                return "advanced"
            case _:
                return "test"


class ResultPanel(Panel):
    """Shows an outcome, or that something is going on; hidden when there is nothing to say.

    Signals: ``cancelled``: the test is not waited for any more; ``mending_wanted`` with an ``Outcome.mending`` that is
    not done by the panel itself.
    """

    cancelled = Signal()
    mending_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("connection_result")
        self._outcome = Outcome()
        self._texts = ErrorTexts(self)
        self._spinner = Spinner(theme)
        self._icon = IconLabel(theme, "check", "success")
        self._title = StrongLabel(theme, "", scale="ui")
        self._title.setWordWrap(True)
        self._time = QLabel()
        self._time.setProperty("role", "caption")
        self._time.setFont(theme.font("caption", tabular=True))
        self._detail = WrappedLabel(role="small")
        for label in (self._title, self._detail):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._steps = StepRow(theme)
        self._models = ModelList(theme)
        self._note = WrappedLabel(role="small")
        self._cancel = button(self.tr("Cancel"), "connection_test_cancel", kind="link")
        self._mend = button(self.tr("Test again"), "connection_mend", kind="link")
        self._copy = button(self.tr("Copy details"), "connection_copy_details", kind="link")
        self._lay_out(theme)
        self._cancel.clicked.connect(self.cancelled)
        self._mend.clicked.connect(self._mend_clicked)
        self._copy.clicked.connect(self._copy_details)
        self.hide()

    def show_nothing(self) -> None:
        """Hide."""
        self.hide()
        self.setAccessibleName("")

    def show_busy(self, text: str, *, can_cancel: bool) -> None:
        """Say what is going on."""
        self._show("plain", text, color="text")
        self._spinner.show()
        self._cancel.setVisible(can_cancel)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what was found."""
        self._outcome = outcome
        if outcome.report is not None:
            self._show_report(outcome.report)
        elif outcome.error is not None:
            self._show_error(outcome, outcome.error)

    def announce(self) -> None:
        """Let a screen reader say what is shown."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleName()))

    def _show_report(self, report: ConnectionReport) -> None:
        models = self.tr("%n model(s)", "", len(report.models))
        time = f"{milliseconds(report)} · {models}"
        self._show("plain", self.tr("Works"), color="successText", time=time)
        self._icon.show_icon("check", "success")
        self._icon.show()
        self._models.show_models(report.models)
        self._note.setText(report.note)
        self._note.setVisible(bool(report.note))

    def _show_error(self, outcome: Outcome, error: RunError) -> None:
        told = self._texts.explain(error)
        detail = "\n".join(part for part in (told.advice, error.detail) if part)
        self._show("error", told.title, color="text", detail=detail)
        self._icon.show_icon("error", "error")
        self._icon.show()
        self._copy.show()
        if outcome.step and outcome.tested:
            self._steps.show_failure(steps_of(outcome.tested, outcome.step), outcome.step)
            self._steps.show()
        labels = {
            "copy_role": self.tr("Copy role name"),
            "replace_key": self.tr("Replace the key"),
            "advanced": self.tr("Change the way there"),
            "test": self.tr("Test again"),
        }
        if label := labels.get(outcome.mending):
            rename(self._mend, label)
            self._mend.show()

    def _show(self, kind: str, title: str, *, color: str, time: str = "", detail: str = "") -> None:
        self.set_kind(kind)
        self._title.setText(title)
        self._title.set_color(color)
        self._time.setText(time)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        for part in (self._spinner, self._icon, self._steps, self._models, self._note):
            part.hide()
        for made in (self._cancel, self._mend, self._copy):
            made.hide()
        self.setAccessibleName(" · ".join(part for part in (title, time, detail) if part))
        self.show()

    def _mend_clicked(self) -> None:
        error = self._outcome.error
        if self._outcome.mending == "copy_role" and error is not None:
            QGuiApplication.clipboard().setText(error.role)
        else:
            self.mending_wanted.emit(self._outcome.mending)

    def _copy_details(self) -> None:
        if error := self._outcome.error:
            QGuiApplication.clipboard().setText(f"{self._title.text()}\n{self._texts.details(error)}")

    def _lay_out(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px("spacing.2"))
        for mark in (self._spinner, self._icon):
            head.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._title, 1)
        head.addWidget(self._time)
        head.addWidget(self._cancel)
        actions = QHBoxLayout()
        actions.setSpacing(theme.px("spacing.4"))
        actions.addWidget(self._mend)
        actions.addWidget(self._copy)
        actions.addStretch(1)
        below = QVBoxLayout()
        below.setContentsMargins(theme.px("iconSmall") + theme.px("spacing.2"), 0, 0, 0)
        below.setSpacing(theme.px("spacing.2"))
        for part in (self._detail, self._steps, self._note, self._models):
            below.addWidget(part)
        below.addLayout(actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px("spacing.3")] * 4)
        column.setSpacing(theme.px("spacing.1"))
        column.addLayout(head)
        column.addLayout(below)


def milliseconds(report: ConnectionReport) -> str:
    """The round trip, like "184 ms"."""
    number = QLocale().toString(round(report.round_trip_s * 1000))
    return QCoreApplication.translate("ResultPanel", "%1 ms").replace("%1", number)
