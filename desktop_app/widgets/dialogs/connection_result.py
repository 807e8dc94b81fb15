"""What a test of a connection found: that it works and with which models, or why it does not."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from desktop_app.domain.connections import ConnectionReport, Model
from desktop_app.widgets.dialogs.frame import IconLabel, Panel, StrongLabel, WrappedLabel, button
from desktop_app.widgets.theme import Theme

SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """The last test of a connection: a report, or a title and a detail of what went wrong."""

    report: ConnectionReport | None = None
    title: str = ""
    detail: str = ""


class ResultPanel(Panel):
    """Shows an outcome, or that something is going on; hidden when there is nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("connection_result")
        self._icon = IconLabel(theme, "check", "success")
        self._title = StrongLabel(theme, "", scale="ui")
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._time = QLabel()
        self._time.setProperty("role", "caption")
        self._time.setFont(theme.font("caption", tabular=True))
        self._detail = WrappedLabel(role="small")
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = button(self.tr("Copy details"), "connection_copy_details", kind="link")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.accessibleName()))
        self._models = QListWidget()
        self._models.setObjectName("connection_models")
        self._models.setAccessibleName(self.tr("Models on offer"))
        self._models.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._lay_out(theme)
        self.hide()

    def show_nothing(self) -> None:
        """Hide."""
        self.hide()
        self.setAccessibleName("")

    def show_busy(self, text: str) -> None:
        """Say what is going on."""
        self._show("plain", ("clock", "icon"), text, color="text")

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what was found."""
        if outcome.report is None:
            self._show("error", ("error", "error"), outcome.title, color="text", detail=outcome.detail)
            return
        models = self.tr("%n model(s)", "", len(outcome.report.models))
        time = f"{milliseconds(outcome.report)} · {models}"
        self._show("plain", ("check", "success"), self.tr("Works"), color="successText", time=time)
        self._show_models(outcome.report.models)

    def _show(
        self, kind: str, icon: tuple[str, str], title: str, *, color: str, time: str = "", detail: str = ""
    ) -> None:
        self.set_kind(kind)
        self._icon.show_icon(*icon)
        self._title.setText(title)
        self._title.set_color(color)
        self._time.setText(time)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._copy.setVisible(bool(detail))
        self._models.hide()
        self.setAccessibleName(" · ".join(part for part in (title, time, detail) if part))
        self.show()

    def _show_models(self, models: tuple[Model, ...]) -> None:
        self._models.clear()
        for model in models:
            item = QListWidgetItem(_line(model), self._models)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        rows = min(SHOWN_ROWS, len(models))
        self._models.setFixedHeight(rows * max(1, self._models.sizeHintForRow(0)) + 2)
        self._models.setVisible(bool(models))

    def _lay_out(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px("spacing.2"))
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._title, 1)
        head.addWidget(self._time)
        head.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px("spacing.3")] * 4)
        column.setSpacing(theme.px("spacing.1"))
        column.addLayout(head)
        column.addWidget(self._detail)
        indented = QHBoxLayout()
        indented.setContentsMargins(theme.px("spacing.4"), 0, 0, 0)
        indented.addWidget(self._models)
        column.addLayout(indented)


def milliseconds(report: ConnectionReport) -> str:
    """The round trip, like "184 ms"."""
    number = QLocale().toString(round(report.round_trip_s * 1000))
    return QCoreApplication.translate("ResultPanel", "%1 ms").replace("%1", number)


def _line(model: Model) -> str:
    return f"{model.id} · {model.name}" if model.name and model.name != model.id else model.id
