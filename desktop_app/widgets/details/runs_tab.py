"""The tab that lists the runs of a thread, the newest first, and what they took together."""

from collections import defaultdict
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.threads import Cost, Run
from desktop_app.widgets.amounts import money, number
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.details.rows import DetailRow, DetailRows
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.theme import Theme


class RunsTab(QWidget):
    """Lists runs.  ``run_chosen(str)``: the run that wrote this message is to be told of."""

    run_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = DetailWords(self)
        self._sum = NarrowLabel(role="secondary")
        self._sum.setObjectName("runs_sum")
        side, top = theme.px("spacing.5"), theme.px("spacing.4")
        self._sum.setContentsMargins(side, top, side, theme.px("spacing.2"))
        self.rows = DetailRows(theme, "run_rows", self)
        self.rows.setAccessibleName(self.tr("Runs of this thread"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._sum)
        column.addWidget(self.rows, 1)
        self.rows.opened.connect(self._open)
        self.show_runs([])

    def show_runs(self, runs: Sequence[Run]) -> None:
        """List these, in their order."""
        self.rows.set_rows([self._row(run) for run in runs])
        self._sum.setText(
            self._total(runs) if runs else self.tr("No assistant was asked in this thread yet.")
        )

    def _row(self, run: Run) -> DetailRow:
        name = " · ".join(filter(None, (run.settings.name, self._words.version(run))))
        usage = run.used
        tokens = number(usage.prompt_tokens + usage.completion_tokens) if usage else ""
        facts = [self._words.finish(run.status), self.tr("%1 tokens").replace("%1", tokens) if tokens else ""]
        facts.append(money(run.details.cost) if run.details.cost else "")
        return DetailRow(
            self._words.moment(run.started_at),
            " · ".join(filter(None, (name, *facts))),
            key=run.message_id,
            lines=2,
        )

    def _total(self, runs: Sequence[Run]) -> str:
        """How many there are, their tokens, and their cost in each currency."""
        tokens = sum(used.prompt_tokens + used.completion_tokens for run in runs if (used := run.used))
        costs: defaultdict[str, float] = defaultdict(float)
        for run in runs:
            if run.details.cost:
                costs[run.details.cost.currency] += run.details.cost.amount
        parts = [self.tr("%Ln run(s)", "", len(runs)), self.tr("%Ln token(s)", "", tokens)]
        return " · ".join([*parts, *(money(Cost(amount, unit)) for unit, amount in costs.items())])

    def _open(self) -> None:
        message_id = self.rows.key_of(self.rows.currentIndex())
        if isinstance(message_id, str):
            self.run_chosen.emit(message_id)
