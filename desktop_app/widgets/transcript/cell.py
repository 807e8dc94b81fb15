"""One message as it is laid out: a question in its bubble, or a reply on the page.

A cell is no widget: it is painted by the view, and knows where everything in it lies.  Only what stands beside the
text (what its run does, how it ended) are real widgets, made when the cell is on the screen.

Coordinates: x from the left edge of the column, y from the upper edge of the cell.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.markdown.items import LINE_BREAK, Item, TextItem
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.block import Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.flow import Flow
from desktop_app.widgets.transcript.entry import UNFOLDED, Entry, words_as_typed

BUBBLE_SHARE = 0.8
FOLDED_FROM = 20_000
FOLDED_LINES = 40
MEASURED_LINES = 40

HEAD, TAIL = -1, -2


class Place(NamedTuple):
    """A spot of a text to return to: the line with a character, ``offset`` pixels below the top of the view.

    ``block`` may be ``HEAD`` or ``TAIL``: above or below the text.  ``line`` is the height of the line, or of the room
    above the text, in pixels, so that the same part of it is returned to when it is another one by then; 0 when it
    does not matter.
    """

    message_id: str
    block: int
    character: int
    offset: int
    line: int = 0


def _same_part(place: Place, line: int) -> int:
    """The offset at which the same part of a line is at the top that is ``line`` pixels high now."""
    return int(place.offset * line / place.line) if place.line else place.offset


class Spot(NamedTuple):
    """Something that can be pressed in a cell; ``rect`` is in the cell's coordinates, ``name`` for screen readers."""

    block: int
    target: Target
    rect: QRect
    name: str

    @property
    def tip(self) -> str:
        """What is told of it under the mouse: where a link leads, which source a mark means."""
        return self.name if self.target.kind == "citation" else self.target.address


class Cell:
    """What questions and replies have in common.

    ``height`` includes the room to the message before.
    """

    ring_radius = "radius.small"

    def __init__(self, entry: Entry, width: int, environment: Environment, theme: Theme) -> None:
        self.entry = entry
        self.width = width
        self.height = 0
        self.text_left = 0
        self.text_width = width
        self.text_top = 0
        self.flow: Flow
        self._environment = environment
        self._theme = theme

    @property
    def text_bottom(self) -> int:
        """Where its words end."""
        return self.text_top + self.flow.height

    @property
    def gap_above(self) -> int:
        """Room at its top that is not its own."""
        return 0

    @property
    def head(self) -> int:
        """The room at its top that grows with the theme's sizes alone."""
        return self.text_top

    def row_rect(self, row_width: int) -> QRect:
        """Where the row of actions stands; its outer icons are in line with the text or the bubble."""
        raise NotImplementedError

    def ring_rect(self) -> QRect:
        """Around what is ringed when the keyboard is on it."""
        raise NotImplementedError

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Mapping[int, Sequence[Mark]]
    ) -> None:
        """Draw what lies between ``top`` and ``bottom``."""
        self.flow.paint(painter, x + self.text_left, y + self.text_top, top, bottom, marks)

    # -- places in the text

    def position_at(self, x: int, y: int) -> tuple[int, int]:
        """The block and the offset in it that are nearest to a point."""
        return self.flow.position_at(x - self.text_left, y - self.text_top)

    def caret(self, block: int, offset: int) -> QRect:
        """Where a caret stands."""
        return self.flow.caret(block, offset).translated(self.text_left, self.text_top)

    def place_at(self, y: int) -> Place:
        """The spot that is at ``y``."""
        message_id = self.entry.message.id
        if not self.flow.blocks or y <= self.text_top:
            return Place(message_id, HEAD, 0, -y, self.head if 0 < y <= self.head else 0)
        if y >= self.text_bottom:
            return Place(message_id, TAIL, 0, self.height - y)
        block, offset = self.position_at(self.text_left, y)
        caret = self.caret(block, offset)
        return Place(message_id, block, offset, caret.top() - y, caret.height())

    def y_of(self, place: Place) -> int:
        """The ``y`` at which ``place`` was taken."""
        if place.block == TAIL:
            return self.height - place.offset
        if place.block == HEAD or place.block >= len(self.flow.blocks):
            return -_same_part(place, self.head)
        caret = self.caret(place.block, place.character)
        return caret.top() - _same_part(place, caret.height())

    def spot_at(self, x: int, y: int) -> Spot | None:
        """What can be pressed at a point."""
        found = self.flow.target_at(x - self.text_left, y - self.text_top)
        if found is None:
            return None
        index, target = found
        return self._spot(index, target)

    def spots(self) -> list[Spot]:
        """Everything that can be pressed, in the order of reading."""
        return [
            self._spot(index, target)
            for index, block in enumerate(self.flow.blocks)
            for target in block.targets()
        ]

    def _spot(self, index: int, target: Target) -> Spot:
        left = self.text_left + self.flow.left_of(index)
        rect = target.rect.translated(left, self.text_top + self.flow.tops[index])
        return Spot(index, target, rect, self._name_of(target))

    def _name_of(self, target: Target) -> str:
        """What a screen reader says of something that can be pressed."""
        return target.name

    def activate(self, spot: Spot, x: int) -> bool:
        """Press a control of a block; True when it did something."""
        left = self.text_left + self.flow.left_of(spot.block)
        return self.flow.blocks[spot.block].activate(spot.target, x - left)

    def relayout_from(self, index: int) -> int:
        """A block changed by itself; the y from which the cell looks otherwise."""
        y = self.flow.relayout_from(index)
        self._measure()
        return self.text_top + y

    def _measure(self) -> None:
        """Take the height that the parts need now."""
        raise NotImplementedError

    def keep_states(self) -> None:
        """Remember what the reader did to its blocks."""
        beside = {key: state for key, state in self.entry.states.items() if key < 0}
        self.entry.states = self.flow.states() | beside

    # -- the widgets beside the text

    def arrange(self, parent: QWidget, x: int, y: int) -> None:
        """It is on the screen at ``x``, ``y`` of ``parent``: put its widgets there."""

    def controls(self) -> Sequence[QWidget]:
        """Those of its widgets that take the keyboard, in the order of Tab."""
        return ()

    def hide_parts(self) -> None:
        """It has left the screen."""

    def dispose(self) -> None:
        """It goes for good."""


class QuestionTexts(QObject):
    """The words of a question's controls."""

    def show_all(self, lines: int) -> str:
        """On what shows the rest of a folded question."""
        return self.tr("Show all %Ln line(s)", "", lines)


class QuestionCell(Cell):
    """The user's words: tinted, leaning right, at most 80 % of the column."""

    ring_radius = "radius.large"

    def __init__(
        self, entry: Entry, width: int, environment: Environment, theme: Theme, texts: QuestionTexts
    ) -> None:
        super().__init__(entry, width, environment, theme)
        self._texts = texts
        items = self._items()
        side, edge = theme.px("spacing.4"), theme.px("spacing.2")
        room = int(width * BUBBLE_SHARE) - 2 * side
        text_width = self._natural_width(items, room)
        self.flow = Flow(environment, text_width)
        self.flow.show(items)
        self.text_left = width - text_width - side
        self.text_width = text_width
        self.text_top = self.gap_above + edge
        self._measure()

    @property
    def gap_above(self) -> int:
        return self._theme.px("gap.turn")

    @property
    def is_folded(self) -> bool:
        """Whether only the beginning is shown; a pasted log of 20,000 lines is laid out only when asked for."""
        return UNFOLDED not in self.entry.states and folded(self.entry.text) != self.entry.text

    def _items(self) -> list[Item]:
        return words_as_typed(folded(self.entry.text)) if self.is_folded else self.entry.items

    def _natural_width(self, items: list[Item], limit: int) -> int:
        """How wide the text is when no line is longer than ``limit``; a long text is not measured."""
        lines = [line for item in items if isinstance(item, TextItem) for line in item.text.split(LINE_BREAK)]
        if len(lines) > MEASURED_LINES or any(len(line) > limit for line in lines):
            return limit
        metrics = QFontMetricsF(self._environment.style.reading)
        widest = max((metrics.horizontalAdvance(line) for line in lines), default=0.0)
        return max(1, min(limit, int(widest) + 2))

    def _measure(self) -> None:
        edge = self._theme.px("spacing.2")
        unfold = self._unfold_rect().bottom() + 1 - self.text_bottom if self.is_folded else 0
        self.height = self.text_bottom + unfold + edge

    @property
    def bubble(self) -> QRect:
        """The tinted block."""
        side = self._theme.px("spacing.4")
        left = self.text_left - side
        return QRect(left, self.gap_above, self.width - left, self.height - self.gap_above)

    def row_rect(self, row_width: int) -> QRect:
        side, gap, air = (self._theme.px(name) for name in ("actionRow", "spacing.1", "radius.small"))
        bubble = self.bubble
        left = bubble.left() - row_width - gap
        if left < -air:  # it does not fit beside the bubble: below it is the room between turns
            return QRect(bubble.right() + 1 + air - row_width, bubble.bottom() + 1, row_width, side)
        return QRect(left, bubble.bottom() - side - gap, row_width, side)

    def ring_rect(self) -> QRect:
        return self.bubble

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Mapping[int, Sequence[Mark]]
    ) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_line = theme.is_high_contrast
        painter.setPen(QPen(theme.color("hairlineStrong"), 1) if has_line else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("userBubble"))
        inset = 0.5 if has_line else 0.0
        radius = theme.px("radius.large")
        box = QRectF(self.bubble.translated(x, y)).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        super().paint(painter, x, y, top, bottom, marks)
        if self.is_folded:
            painter.setFont(theme.font("reading"))
            painter.setPen(theme.color("accentText"))
            words = self._unfold_rect().translated(x, y)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._unfold_words())

    def _unfold_words(self) -> str:
        return self._texts.show_all(self.entry.text.count("\n") + 1)

    def _unfold_rect(self) -> QRect:
        width = int(QFontMetricsF(self._theme.font("reading")).horizontalAdvance(self._unfold_words())) + 2
        top = self.text_bottom + self._theme.px("spacing.1")
        return QRect(self.text_left, top, width, self._theme.line_height("reading"))

    def spot_at(self, x: int, y: int) -> Spot | None:
        if self.is_folded and self._unfold_rect().contains(x, y):
            return self._unfold_spot()
        return super().spot_at(x, y)

    def spots(self) -> list[Spot]:
        return [*super().spots(), self._unfold_spot()] if self.is_folded else super().spots()

    def _unfold_spot(self) -> Spot:
        rect = self._unfold_rect()
        words = self._unfold_words()
        return Spot(UNFOLDED, Target("unfold", rect, "", words), rect, words)


def folded(text: str) -> str:
    """The beginning of a text of many lines."""
    if len(text) <= FOLDED_FROM and text.count("\n") <= FOLDED_FROM // 50:
        return text
    return "\n".join(text[: FOLDED_FROM // 4].split("\n")[:FOLDED_LINES])
