"""The tab that tells what the model will see of the thread: what fills the budget, and message by message."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.context import ContextPreview, ContextRow
from desktop_app.widgets.amounts import number
from desktop_app.widgets.context_words import ContextWords
from desktop_app.widgets.details.budget_bar import BudgetBar, Share
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.details.rows import DetailRow, DetailRows, RowKind
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.dialogs.frame import StrongLabel
from desktop_app.widgets.theme import Theme

ROWS_LISTED = 600
"""More messages are not listed one by one: all would be laid out again whenever typing pauses."""


class ContextTab(QWidget):
    """Shows a preview; ``unknown`` is what it says where there is none.

    ``message_requested(str)``: this message is to be seen in the thread.
    """

    message_requested = Signal(str)

    def __init__(self, theme: Theme, unknown: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unknown = unknown or self.tr("No assistant answers here, so nothing would be sent.")
        self._words, self._context_words = DetailWords(self), ContextWords(self)
        self._shown_line: object = None
        self._head = QWidget(self)
        self._tokens = StrongLabel(theme, "", scale="ui")
        self._bar = BudgetBar(theme)
        self._warning = NarrowLabel(role="error")
        self._warning.setObjectName("context_warning")
        self._note = NarrowLabel(role="caption")
        self._note.setObjectName("context_note")
        self._empty = NarrowLabel(role="secondary")
        self._empty.setObjectName("context_empty")
        self.rows = DetailRows(theme, "context_rows", self)
        self.rows.setAccessibleName(self.tr("Messages of the next question"))
        self._lay_out(theme)
        self.rows.opened.connect(self._open)
        self.show_preview(None)

    def _lay_out(self, theme: Theme) -> None:
        head = QVBoxLayout(self._head)
        side, top = theme.px("spacing.5"), theme.px("spacing.4")
        head.setContentsMargins(side, top, side, theme.px("spacing.3"))
        head.setSpacing(theme.px("spacing.2"))
        for part in (self._tokens, self._bar, self._warning, self._note, self._empty):
            head.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.rows, 1)

    def show_preview(self, preview: ContextPreview | None) -> None:
        """Show what would be sent; None where nobody knows."""
        is_known = preview is not None and preview.total > 0
        for part in (self._tokens, self._bar, self._note):
            part.setVisible(is_known)
        self._empty.setVisible(not is_known)
        self._empty.setText(self._nothing(preview))
        self._warning.setText(self._context_words.warning(preview) if preview and is_known else "")
        self._warning.setVisible(bool(self._warning.text()))
        self.rows.set_rows(self._listed(preview) if preview else [])
        self.setAccessibleDescription(self._empty.text())
        if preview is None or not is_known:
            return
        self._tokens.setText(self._context_words.tokens(preview))
        self._bar.set_shares(self._shares(preview))
        cost = self._context_words.cost(preview)
        self._note.setText(" ".join(filter(None, (self._context_words.counted(preview), self._priced(cost)))))
        line = (preview.first_id, preview.total)
        if line != self._shown_line:
            self._shown_line = line
            self.rows.show_divider()

    def _nothing(self, preview: ContextPreview | None) -> str:
        if preview is None:
            return self._unknown
        return self.tr("Nothing was said yet. What you write is counted here before it is sent.")

    def _priced(self, cost: str) -> str:
        return self.tr("Reading it costs %1.").replace("%1", cost) if cost else ""

    def _shares(self, preview: ContextPreview) -> list[Share]:
        about = self._context_words.about
        own = preview.instruction_tokens + preview.tools_tokens
        parts = [
            (self.tr("Instruction"), preview.instruction_tokens, "accent"),
            (self.tr("Tools"), preview.tools_tokens, "warning"),
            (self.tr("Messages"), max(0, preview.tokens - own), "success"),
            (self.tr("Free"), max(0, preview.budget - preview.tokens), "track"),
        ]
        return [
            Share(name, amount, about(preview, number(amount)), role)
            for name, amount, role in parts
            if amount or role != "warning"
        ]

    def _listed(self, preview: ContextPreview) -> list[DetailRow]:
        listed = preview.rows[-ROWS_LISTED:]
        dropped = [self._row(preview, row) for row in listed if not row.is_sent]
        sent = [self._row(preview, row) for row in listed if row.is_sent]
        older = preview.total - len(listed)
        rest = [DetailRow(self.tr("%Ln older message(s)", "", older), kind=RowKind.SECTION)] if older else []
        line = [DetailRow(self.tr("The model sees from here"), kind=RowKind.DIVIDER)] if dropped else []
        return [*rest, *dropped, *line, *sent]

    def _row(self, preview: ContextPreview, row: ContextRow) -> DetailRow:
        author = self._words.author(row.author)
        if row.id is None:
            author = self.tr("You, not sent yet")
        elif not row.is_sent:
            author = self.tr("%1, left out").replace("%1", author)
        start = " ".join(row.start.split())
        return DetailRow(author, start, f"~{number(row.tokens)}", row.id, is_faded=not row.is_sent)

    def _open(self) -> None:
        message_id = self.rows.key_of(self.rows.currentIndex())
        if isinstance(message_id, str):
            self.message_requested.emit(message_id)
