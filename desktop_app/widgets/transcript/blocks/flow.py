"""The blocks of one message, below each other at a width.

x begins at the left edge of the message, y at the top of its first block.  Blocks keep their identity while the
message grows: ``apply`` costs what changed, and says from where the message must be drawn again.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from desktop_app.markdown.items import (
    LIST,
    QUOTE,
    CodeItem,
    ImageItem,
    Item,
    RuleItem,
    TableItem,
    TextItem,
)
from desktop_app.widgets.transcript.blocks.block import Block, Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.code_block import CodeBlock
from desktop_app.widgets.transcript.blocks.image_block import ImageBlock
from desktop_app.widgets.transcript.blocks.list_marker import ROOM, paint_marker
from desktop_app.widgets.transcript.blocks.rule_block import RuleBlock
from desktop_app.widgets.transcript.blocks.table_block import TableBlock
from desktop_app.widgets.transcript.blocks.text_block import TextBlock

if TYPE_CHECKING:
    from desktop_app.markdown.document import Change

QUOTE_ROOM, QUOTE_BAR = 16, 3
TIGHT_GAP, MINOR_HEADING_GAP = 4, 16
LEAST_WIDTH = 120
"""Nesting never leaves a block less room."""

BLOCKS: dict[type[Item], type[Block]] = {
    TextItem: TextBlock,
    CodeItem: CodeBlock,
    TableItem: TableBlock,
    ImageItem: ImageBlock,
    RuleItem: RuleBlock,
}


class _Place(NamedTuple):
    """Where blocks of one nesting stand: ``left`` of the block, left of its innermost list's text, its bars.

    A bar is the depth of its quote in the nesting, and its left edge.
    """

    left: int
    list_left: int
    bars: tuple[tuple[int, int], ...]


class _Look(NamedTuple):
    """What the flow shows of an item beside its block."""

    nesting: str
    joined: int
    marker: str
    is_mirrored: bool


class Flow:
    """One message's blocks; ``tops[i]`` is the y of ``blocks[i]``."""

    def __init__(self, environment: Environment, width: int, *, is_growing: bool = False) -> None:
        self.blocks: list[Block] = []
        self.tops: list[int] = []
        self.height = 0
        self._environment = environment
        self._style = environment.style
        self._width = width
        self._is_growing = is_growing
        self._looks: list[_Look] = []
        self._places: dict[str, _Place] = {}

    # -- content

    def show(self, items: Sequence[Item]) -> None:
        """Show a message that is all there."""
        self.blocks = [self._make(item) for item in items]
        self._looks = [_look_of(block) for block in self.blocks]
        self.tops = []
        self._stack_from(0)

    def apply(self, items: Sequence[Item], change: "Change") -> int | None:
        """Show ``items``; ``change`` says which of them are not as before.

        Returns the y from which on the message looks otherwise, or None when it looks the same.
        """
        others = [index for index in change.others if index < min(change.first, len(self.blocks))]
        changes = [self._put(index, items[index]) for index in others]
        changes += [self._put(index, items[index]) for index in range(change.first, len(items))]
        if len(items) < len(self.blocks):
            changes.append(self._bottom_of(len(items) - 1))
            del self.blocks[len(items) :], self._looks[len(items) :], self.tops[len(items) :]
        changes.append(
            self._stack_from(0 if change.has_new_spacing else min(change.first, *others, len(items)))
        )
        return min((y for y in changes if y is not None), default=None)

    def finish(self) -> None:
        """The message is complete."""
        self._is_growing = False
        for block in self.blocks:
            block.finish()

    def relayout_from(self, index: int) -> int:
        """Block ``index`` changed by itself; returns the y from which on the message looks otherwise."""
        top = self.tops[index]
        self._stack_from(index)
        return top

    def states(self) -> dict[int, Any]:
        """What the reader did to blocks, by index."""
        states = ((index, block.state) for index, block in enumerate(self.blocks))
        return {index: state for index, state in states if state is not None}

    def restore(self, states: Mapping[int, Any]) -> None:
        """Return to what ``states`` said; what is of no block here is ignored."""
        for index, state in states.items():
            if 0 <= index < len(self.blocks):
                self.blocks[index].restore(state)
        self._stack_from(0)

    def _make(self, item: Item) -> Block:
        width = self._width - self._place_of(item.nesting).left
        return BLOCKS[type(item)](item, width, self._environment, is_growing=self._is_growing)

    def _put(self, index: int, item: Item) -> int | None:
        """Show ``item`` as block ``index``; the y from which that looks otherwise, as blocks stand till now."""
        if index >= len(self.blocks):
            self.blocks.append(self._make(item))
            self._looks.append(_look_of(self.blocks[index]))
            return self._bottom_of(index - 1)
        block, look = self.blocks[index], self._looks[index]
        if type(block.item) is type(item) and look.nesting == item.nesting:
            y = block.update(item)
            changed = None if y is None else self.tops[index] + y
        else:
            self.blocks[index] = block = self._make(item)
            changed = self._bottom_of(index - 1)
        self._looks[index] = _look_of(block)
        return changed if look == self._looks[index] else self._bottom_of(index - 1)

    # -- geometry

    def _stack_from(self, index: int) -> int | None:
        """Put the blocks from ``index`` on below each other; the y of the first distance that is another one."""
        changed: int | None = None
        bottom = self._bottom_of(index - 1) or 0
        for at in range(index, len(self.blocks)):
            top = bottom + self._gap_above(at)
            if at == len(self.tops):
                self.tops.append(top)
            elif self.tops[at] != top:
                changed = bottom if changed is None else changed
                self.tops[at] = top
            bottom = top + self.blocks[at].height
        self.height = bottom
        return changed

    def _bottom_of(self, index: int) -> int | None:
        """Where block ``index`` ends; None when it has no place yet."""
        if index < 0:
            return 0
        return self.tops[index] + self.blocks[index].height if index < len(self.tops) else None

    def _gap_above(self, index: int) -> int:
        if index == 0:
            return 0
        style, item, before = self._style, self.blocks[index].item, self.blocks[index - 1].item
        level = item.level if isinstance(item, TextItem) else 0
        if level and not item.marker and item.joined == len(item.nesting):
            return style.heading_gap if level <= 2 else style.px(MINOR_HEADING_GAP)
        is_tight = item.list is not None and not item.list.is_loose and LIST in item.nesting[: item.joined]
        is_text = isinstance(item, TextItem) and isinstance(before, TextItem)
        return style.px(TIGHT_GAP) if is_tight and is_text else style.gap

    def _place_of(self, nesting: str) -> _Place:
        place = self._places.get(nesting)
        if place is None:
            place = self._places[nesting] = self._make_place(nesting)
        return place

    def _make_place(self, nesting: str) -> _Place:
        style = self._style
        limit = max(0, self._width - style.px(LEAST_WIDTH))
        left = list_left = 0
        bars: dict[int, int] = {}
        for depth, container in enumerate(nesting):
            if container == QUOTE:
                bars.setdefault(left, depth)
                left = min(limit, left + style.px(QUOTE_ROOM))
            else:
                left = list_left = min(limit, left + style.px(ROOM))
        return _Place(left, list_left, tuple((depth, x) for x, depth in bars.items()))

    # -- drawing

    def paint(
        self,
        painter: QPainter,
        x: int,
        y: int,
        top: int,
        bottom: int,
        marks: Mapping[int, Sequence[Mark]] = MappingProxyType({}),
    ) -> None:
        """Draw what lies between ``top`` and ``bottom`` (painter's coordinates), the corner at ``x``, ``y``."""
        first = max(0, bisect_right(self.tops, top - y) - 1)
        above = 0 if first == 0 else self.tops[first - 1] + self.blocks[first - 1].height
        for index in range(first, len(self.blocks)):
            if y + above >= bottom:
                return
            block, block_top = self.blocks[index], y + self.tops[index]
            self._paint_beside(painter, x, y, index, above)
            if block_top < bottom and block_top + block.height > top:
                block.paint(painter, x + self.left_of(index), block_top, top, bottom, marks.get(index, ()))
            above = self.tops[index] + block.height

    def _paint_beside(self, painter: QPainter, x: int, y: int, index: int, above: int) -> None:
        """Bars and marker of a block; ``above`` is where the block before it ends."""
        look = self._looks[index]
        if not look.nesting:
            return
        place, block, block_top = self._place_of(look.nesting), self.blocks[index], self.tops[index]
        bar = self._style.px(QUOTE_BAR)
        runs_on = index > 0 and look.is_mirrored == self._looks[index - 1].is_mirrored
        for depth, offset in place.bars:
            bar_top = above if runs_on and depth < look.joined else block_top
            left = self._width - offset - bar if look.is_mirrored else offset
            height = block_top + block.height - bar_top
            painter.fillRect(x + left, y + bar_top, bar, height, self._style.quote)
        if look.marker:
            edge = self._width - place.list_left if look.is_mirrored else place.list_left
            paint_marker(painter, look.marker, x + edge, y + block_top, block, is_mirrored=look.is_mirrored)

    # -- what lies where

    def index_of(self, block: Block) -> int | None:
        """Where a block stands, looked for from the end, where messages grow; None when it is of another flow."""
        for index in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[index] is block:
                return index
        return None

    def block_index_at(self, y: int) -> int:
        """The block at ``y``, or the one above it; 0 when there is none."""
        return max(0, bisect_right(self.tops, y) - 1)

    def left_of(self, index: int) -> int:
        """X of the left edge of a block."""
        look = self._looks[index]
        return 0 if look.is_mirrored or not look.nesting else self._place_of(look.nesting).left

    @property
    def right(self) -> int:
        """X of the right end of its widest block."""
        return max((self.left_of(index) + block.width for index, block in enumerate(self.blocks)), default=0)

    def position_at(self, x: int, y: int) -> tuple[int, int]:
        """The block and the offset in it that are nearest to a point; there must be a block."""
        index = self.block_index_at(y)
        block = self.blocks[index]
        if index + 1 < len(self.blocks) and 2 * y > self.tops[index] + block.height + self.tops[index + 1]:
            index, block = index + 1, self.blocks[index + 1]
        return index, block.offset_at(x - self.left_of(index), y - self.tops[index])

    def caret(self, index: int, offset: int) -> QRect:
        """Where a caret stands."""
        return self.blocks[index].caret(offset).translated(self.left_of(index), self.tops[index])

    def target_at(self, x: int, y: int) -> tuple[int, Target] | None:
        """What can be pressed at a point, in its block's coordinates, and which block that is."""
        if not self.blocks:
            return None
        index = self.block_index_at(y)
        target = self.blocks[index].target_at(x - self.left_of(index), y - self.tops[index])
        return None if target is None else (index, target)


def _look_of(block: Block) -> _Look:
    item = block.item
    is_mirrored = isinstance(block, TextBlock | TableBlock) and block.is_rtl
    return _Look(item.nesting, item.joined, item.marker, is_mirrored)
