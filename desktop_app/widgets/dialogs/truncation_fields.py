"""How much of a thread the model sees: the budget, and how many messages."""

from PySide6.QtCore import QLocale, QObject
from PySide6.QtWidgets import QVBoxLayout

from desktop_app.domain.assistants import PromptTruncation
from desktop_app.widgets.dialogs.fields import ChoiceBox, FieldRow, FormPage, NumberBox
from desktop_app.widgets.theme import Theme

DEFAULT_LAST_MESSAGES = 20


class TruncationFields(QObject):
    """Puts three rows into the column ``into`` of ``page``, named after ``prefix``; tells changes through the page."""

    def __init__(self, theme: Theme, page: FormPage, prefix: str, *, into: QVBoxLayout) -> None:
        super().__init__(page)
        self._context_tokens: int | None = None
        self._budget = NumberBox(theme, f"{prefix}_max_prompt_tokens", step=500)
        self._truncation = ChoiceBox(
            f"{prefix}_truncation",
            [
                (self.tr("As many messages as fit"), False),
                (self.tr("Only the last messages"), True),
            ],
        )
        self._truncation.keep_narrow(theme.px("sidebarMin"))
        self._last = NumberBox(theme, f"{prefix}_last_messages")
        self._changed = page.changed
        self._budget_row = page.add(
            "max_prompt_tokens",
            FieldRow(theme, self.tr("Longest &prompt, in tokens"), self._budget),
            into=into,
        )
        hint = self.tr("The newest messages go first; your last one is always sent. Nothing is deleted.")
        page.add(
            "truncation",
            FieldRow(theme, self.tr("&What is sent of a long thread"), self._truncation, hint=hint),
            into=into,
        )
        self._last_row = page.add(
            "last_messages", FieldRow(theme, self.tr("&How many messages"), self._last), into=into
        )
        self._budget.valueChanged.connect(page.changed)
        self._budget.valueChanged.connect(self._show_budget_hint)
        self._truncation.currentIndexChanged.connect(self._truncation_changed)
        self._last.valueChanged.connect(page.changed)

    def show_truncation(self, truncation: PromptTruncation) -> None:
        """Fill the fields."""
        last = truncation.last_messages
        self._budget.setValue(truncation.max_prompt_tokens)
        self._last.setValue(DEFAULT_LAST_MESSAGES if last is None else last)
        self._truncation.select(last is not None)
        self._truncation_changed()
        self._show_budget_hint()

    def truncation(self) -> PromptTruncation:
        """What the fields say."""
        return PromptTruncation(self._budget.value(), self._last.value() if self._truncation.value else None)

    def set_model_context(self, tokens: int | None) -> None:
        """How many tokens the chosen model takes in all, None when nobody knows."""
        self._context_tokens = tokens
        self._show_budget_hint()

    def _truncation_changed(self) -> None:
        self._last_row.setEnabled(bool(self._truncation.value))
        self._changed.emit()

    def _show_budget_hint(self) -> None:
        context = self._context_tokens
        if context is not None and self._budget.value() >= context:
            text = self.tr("The chosen model takes {tokens} tokens, prompt and reply together.")
            self._budget_row.set_hint(text.format(tokens=QLocale().toString(context)), is_warning=True)
        else:
            self._budget_row.set_hint(
                self.tr(
                    "Instruction and messages together. A token is about four Latin letters, or three others."
                )
            )
