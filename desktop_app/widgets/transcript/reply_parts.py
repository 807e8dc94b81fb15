"""The widgets above and below a reply's words: its calls, the cards of those that wait for the user, its sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.domain.threads import Citation
from desktop_app.domain.tools import Decision, ToolStep
from desktop_app.widgets.disposal import dispose, return_focus
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.call_card import CallCard, OtherCalls
from desktop_app.widgets.transcript.citations import SourceTexts
from desktop_app.widgets.transcript.endings import EndingTexts
from desktop_app.widgets.transcript.entry import Entry
from desktop_app.widgets.transcript.source_row import SourceRow
from desktop_app.widgets.transcript.steps import StepsView

CARDS = 5  # at once; the next call gets its card when one of them is decided


class CellHost(Protocol):
    """What a reply's widgets need of the view."""

    @property
    def parts_parent(self) -> QWidget:
        """The widget they lie on."""

    def ending_pressed(self, message_id: str, name: str) -> None:
        """A button of an ending was pressed."""

    def ending_resized(self, message_id: str) -> None:
        """An ending wants another height."""

    def part_resized(self, message_id: str) -> None:
        """The reader has folded or unfolded something above or below the words."""

    def call_answered(self, message_id: str, key: str, answer: Decision | str) -> None:
        """The user decided over a call, or gave its result."""

    def source_pressed(self, message_id: str, indexes: Sequence[int], beside: QWidget) -> None:
        """A source was chosen: its citations by their indexes, and the button."""


@dataclass(slots=True)
class ReplyTexts:
    """The words beside replies; ``assistant`` is the name of who writes the one that grows."""

    endings: EndingTexts
    sources: SourceTexts
    assistant: str = ""


class ReplyParts:
    """The widgets of one reply; ``renew`` brings them to what its entry says."""

    def __init__(self, theme: Theme, entry: Entry, texts: ReplyTexts, host: CellHost) -> None:
        self._theme, self._entry, self._texts, self._host = theme, entry, texts, host
        self._steps: StepsView | None = None
        self._sources: SourceRow | None = None
        self.cards: list[CallCard] = []
        self._others: OtherCalls | None = None
        self._measured: tuple[int, int] | None = None
        self._shown: tuple[tuple[ToolStep, ...], tuple[Citation, ...], bool] = ((), (), False)

    def renew(self) -> None:
        """Take the calls and the sources of now."""
        message, is_growing = self._entry.message, self._entry.is_growing
        citations = () if is_growing else message.citations
        facts = message.steps, citations, is_growing
        if facts == self._shown:
            return
        before, self._shown = self._shown, facts
        self._measured = None
        if before[0] != message.steps or before[2] != is_growing:
            self._renew_steps(message.steps, is_growing)
            waiting = [one for one in message.steps if is_growing and one.waits_for_user]
            self._renew_cards(waiting[:CARDS])
            self._renew_others(len(waiting) - CARDS)
        if before[1] != citations:
            self._renew_sources()

    def _renew_steps(self, steps: Sequence[ToolStep], is_growing: bool) -> None:
        steps = [step for step in steps if not (is_growing and step.waits_for_user)]  # those have cards
        if steps and self._steps is not None:
            self._steps.show_steps(steps, is_growing=is_growing)
        elif steps:
            self._steps = StepsView(
                self._theme, steps, self._entry.opened, self._host.parts_parent, is_growing=is_growing
            )
            self._steps.resized.connect(self._resized)
        else:
            self._let_go(self._steps)
            self._steps = None

    def _renew_cards(self, steps: Sequence[ToolStep]) -> None:
        """Cards of calls that wait as before stay, with what is being typed."""
        known = {(card.key, card.status): card for card in self.cards}
        old, self.cards = (
            self.cards,
            [known.get((step.call.key, step.status)) or self._make_card(step) for step in steps],
        )
        gone = [card for card in old if card not in self.cards]
        had_focus = any(_has_focus(card) for card in gone)
        if had_focus and self.cards:
            self.cards[0].show()
            self.cards[0].take_keyboard()
        for card in gone:
            self._let_go(card)

    def _renew_others(self, count: int) -> None:
        self._let_go(self._others)
        self._others = OtherCalls(count, self._host.parts_parent) if count > 0 else None

    def _make_card(self, step: ToolStep) -> CallCard:
        entry, host = self._entry, self._host
        message_id, key = entry.message.id, step.call.key
        card = CallCard(
            self._theme, step, self._texts.assistant, entry.opened, entry.typed, host.parts_parent
        )
        card.decided.connect(lambda decision: host.call_answered(message_id, key, decision))
        card.result_given.connect(lambda result: host.call_answered(message_id, key, result))
        card.resized.connect(self._resized)
        return card

    def _renew_sources(self) -> None:
        old, self._sources = self._sources, None
        message, host = self._entry.message, self._host
        if message.citations and not self._entry.is_growing:
            self._sources = SourceRow(
                self._theme, message.citations, self._texts.sources, self._entry.opened, host.parts_parent
            )
            self._sources.pressed.connect(
                lambda indexes, button: host.source_pressed(message.id, indexes, button)
            )
            self._sources.resized.connect(self._resized)
        self._let_go(old)

    def _resized(self) -> None:
        self._measured = None
        self._host.part_resized(self._entry.message.id)

    # -- where they are

    def arrange(self, width: int) -> tuple[int, int]:
        """Lay them out; the heights of what stands above and below the words.  Costs nothing when nothing changed."""
        if self._measured is None:
            self._measured = self._arrange_above(width), self._arrange_below(width)
        return self._measured

    def _arrange_above(self, width: int) -> int:
        return _resize(self._steps, width) if self._steps is not None else 0

    def _arrange_below(self, width: int) -> int:
        heights = [_resize(one, width) for one in self._below()]
        return sum(heights) + max(0, len(heights) - 1) * self._theme.px("spacing.2")

    def _below(self) -> list[SourceRow | CallCard | OtherCalls]:
        found = (self._sources, *self.cards, self._others)
        return [one for one in found if one is not None]

    def place(self, x: int, top: int, bottom: int) -> None:
        """They are on the screen: above the words from ``top`` on, below them up to ``bottom``."""
        if self._steps is not None:
            self._steps.move(x, top)
            self._steps.show()
        for one in reversed(self._below()):
            bottom -= one.height()
            one.move(x, bottom)
            one.show()
            bottom -= self._theme.px("spacing.2")

    def hide(self) -> None:
        """They have left the screen."""
        for one in self._all():
            return_focus(one)
            one.hide()

    def dispose(self) -> None:
        """They go for good."""
        for one in self._all():
            self._let_go(one)
        self._steps = self._sources = self._others = None
        self.cards = []
        self._shown = ((), (), False)

    def _all(self) -> list[QWidget]:
        return [*([self._steps] if self._steps is not None else []), *self._below()]

    @staticmethod
    def _let_go(part: QWidget | None) -> None:
        if part is not None:
            return_focus(part)
            dispose(part)

    # -- the keyboard

    def controls_above(self) -> list[QWidget]:
        """What takes the keyboard above the words, in the order of Tab."""
        return self._steps.controls() if self._steps is not None else []

    def controls_below(self) -> list[QWidget]:
        """What takes the keyboard below the words, in the order of Tab."""
        return [control for one in self._below() for control in one.controls()]


def _resize(part: StepsView | SourceRow | CallCard | OtherCalls, width: int) -> int:
    part.resize(width, part.arrange(width))
    return part.height()


def _has_focus(part: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and part.isAncestorOf(focused)
