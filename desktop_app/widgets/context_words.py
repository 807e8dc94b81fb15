"""What is said of the context of a question: in the line below the composer, in the header, in the details."""

from PySide6.QtCore import QObject

from desktop_app.domain.context import ContextPreview, Counted
from desktop_app.widgets.amounts import money, number

AMBER, RED = 0.80, 0.95


def fill_of(preview: ContextPreview) -> float:
    """How much of the budget is used, 0..1; what is always sent may need more than there is."""
    return min(1.0, preview.tokens / preview.budget) if preview.budget > 0 else 1.0


class ContextWords(QObject):
    """Puts a preview into the words of the window's language."""

    def parts(self, preview: ContextPreview) -> list[str]:
        """Tokens, messages and, where it is known, cost: the most important first.  Nothing for an empty thread."""
        if not preview.total:
            return []
        parts = [self.tokens(preview), self._messages(preview)]
        if preview.is_overfull:
            parts.insert(1, self.tr("over the limit without any message"))
        if preview.cost is not None:
            parts.append(self.cost(preview))
        return parts

    def tokens(self, preview: ContextPreview) -> str:
        """How many tokens of how many; a number that nobody counted says so."""
        words = self.tr("%1 of %Ln token(s)", "", preview.budget)
        return words.replace("%1", self.about(preview, number(preview.tokens)))

    def about(self, preview: ContextPreview, amount: str) -> str:
        """``amount`` with a mark if it is an estimate."""
        return amount if preview.counted is Counted.SERVICE else f"~{amount}"

    def cost(self, preview: ContextPreview) -> str:
        """What reading the question costs; nothing where no price is known."""
        return self.tr("about %1").replace("%1", money(preview.cost)) if preview.cost else ""

    def counted(self, preview: ContextPreview) -> str:
        """Where the number of tokens comes from."""
        match preview.counted:
            case Counted.SERVICE:
                return self.tr("Counted by the service.")
            case Counted.LEARNED:
                return self.tr("Estimated, with what earlier replies of this model have taught.")
            case Counted.ESTIMATE:
                return self.tr("A rough estimate; replies of this model will make it better.")

    def warning(self, preview: ContextPreview) -> str:
        """What is wrong when not one message fits the budget; else nothing."""
        if not preview.is_overfull:
            return ""
        if preview.tools_tokens:
            return self.tr(
                "The instruction and the tools alone take more tokens than a prompt may have: no earlier message is"
                " sent. Shorten them, or allow longer prompts."
            )
        return self.tr(
            "The instruction alone takes more tokens than a prompt may have: no earlier message is sent. Shorten it,"
            " or allow longer prompts."
        )

    def consequence(self, preview: ContextPreview) -> str:
        """What the fill of the budget means for the thread."""
        tokens = self.tokens(preview)
        if warning := self.warning(preview):
            return f"{tokens}. {warning}"
        if dropped := preview.total - preview.sent:
            left_out = self.tr(
                "%Ln older message(s) will not be sent: the model does not see them.", "", dropped
            )
            return f"{tokens}. {left_out}"
        if fill_of(preview) >= AMBER:
            return f"{tokens}. " + self.tr("Soon the oldest messages will no longer be sent.")
        return f"{tokens}. " + self.tr("The model sees the whole thread.")

    def _messages(self, preview: ContextPreview) -> str:
        if preview.sent == preview.total:
            return self.tr("will send %Ln message(s)", "", preview.total)
        words = self.tr("will send %1 of %Ln message(s)", "", preview.total)
        return words.replace("%1", number(preview.sent))
