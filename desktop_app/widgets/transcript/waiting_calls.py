"""The calls of the reply that grows, as far as they wait for the user: their cards, and the keyboard's way to them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop_app.domain.tools import ToolStep
from desktop_app.widgets.transcript.call_card import CallCard
from desktop_app.widgets.transcript.reply_cell import ReplyCell

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView


class WaitingCalls:
    """The cards of one view."""

    def __init__(self, view: "TranscriptView") -> None:
        self._view = view

    def cards(self) -> list[CallCard]:
        """The cards, first the call that was made first."""
        page = self._view.page
        growing = (entry.message.id for entry in page.messages.newest()[:1] if entry.is_growing)
        cells = (page.known_cell(message_id) for message_id in growing)
        return [card for cell in cells if isinstance(cell, ReplyCell) for card in cell.parts.cards]

    def new_among(self, steps: Sequence[ToolStep], before: Sequence[CallCard]) -> list[CallCard]:
        """The cards of ``steps`` that were not there before."""
        keys = {step.call.key for step in steps}
        return [card for card in self.cards() if card.key in keys and card not in before]

    def focus(self) -> bool:
        """Show the first card and give it the keyboard; False when no call waits."""
        cards = self.cards()
        if not cards:
            return False
        self._view.jump_to_end()
        cards[0].take_keyboard()
        return True

    def deny(self) -> bool:
        """Deny the call that was made first; False when no call waits."""
        cards = self.cards()
        if cards:
            cards[0].deny()
        return bool(cards)
