"""What every kind of block of a message can do: lay an item out at a width, draw it, and tell what lies where.

Coordinates are whole logical pixels.  A block's own start at its left upper corner; ``paint`` is told where that
corner is.  Offsets count code points of the item's ``plain`` text.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from desktop_app.markdown.items import Item

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.blocks.highlighter import Highlighter
    from desktop_app.widgets.transcript.blocks.images import Images
    from desktop_app.widgets.transcript.blocks.style import TextStyle

SELECTION, HIT, CURRENT_HIT = "textSelection", "findHit", "findCurrent"


class Mark(NamedTuple):
    """Characters to be drawn on a background; ``role`` is the theme's, one of the three above."""

    start: int
    end: int
    role: str


class Target(NamedTuple):
    """Something that can be pressed.

    ``kind``: "link", "image" (``value`` is the address), "citation" (the number of a source), or a control of the block
    itself: "copy", "wrap", "fold", "scroll", "load".  ``rect`` is in the block's coordinates; ``name`` is what a screen
    reader says.
    """

    kind: str
    rect: QRect
    value: str = ""
    name: str = ""

    @property
    def address(self) -> str:
        """Where a link or an image leads; "" for others."""
        return self.value if self.kind in ("link", "image") else ""

    @property
    def is_link(self) -> bool:
        """Whether it stands among the words and leads somewhere, and does nothing else."""
        return self.kind in ("link", "image", "citation")


class Environment:
    """What blocks share.  ``block_changed(block)`` is called on the window's thread, never inside ``paint``, when a
    block looks otherwise than before, or is of another height, without having been asked.  ``room_beside`` is how many
    pixels right of the column a block may take that is too wide for it.
    """

    __slots__ = ("block_changed", "highlighter", "images", "room_beside", "style")

    def __init__(
        self,
        style: "TextStyle",
        highlighter: "Highlighter | None" = None,
        images: "Images | None" = None,
        block_changed: Callable[["Block"], None] = lambda block: None,
    ) -> None:
        self.style = style
        self.highlighter = highlighter
        self.images = images
        self.block_changed = block_changed
        self.room_beside = 0


class Block:
    """One item, laid out.

    ``height`` may change only in ``update``, ``activate`` and just before ``block_changed``.  ``first_line`` is the
    height of its first line and ``first_baseline`` the distance of that line's baseline from the top: the marker of
    a list item stands there.
    """

    __slots__ = ("__weakref__", "environment", "first_baseline", "first_line", "height", "item", "width")

    def __init__(self, item: Item, width: int, environment: Environment, *, is_growing: bool) -> None:
        self.item = item
        self.width = width
        self.environment = environment
        self.height = 0
        self.first_line = 0
        self.first_baseline = 0

    def update(self, item: Item) -> int | None:
        """Take ``item`` as it is now (the same object grown, or another of its type).

        Returns the y from which on the block looks otherwise, or None when nothing changed.  Costs what changed.
        """
        raise NotImplementedError

    def finish(self) -> None:
        """The message is complete: do what waited for that (the last highlighting)."""

    def paint(
        self, painter: QPainter, x: int, y: int, top: int, bottom: int, marks: Sequence[Mark] = ()
    ) -> None:
        """Draw what lies between ``top`` and ``bottom`` (painter's coordinates), its corner at ``x``, ``y``.

        Antialiasing is off, and is off again afterwards; the clip is left as it was; the pen may be another one.
        """
        raise NotImplementedError

    def offset_at(self, x: int, y: int) -> int:
        """The offset nearest to a point, inside or outside."""
        raise NotImplementedError

    def caret(self, offset: int) -> QRect:
        """Where a caret at ``offset`` stands: a rectangle one pixel wide and one line high."""
        raise NotImplementedError

    def target_at(self, x: int, y: int) -> Target | None:
        """What can be pressed at a point."""
        return None

    def targets(self) -> Sequence[Target]:
        """Everything that can be pressed, in the order of reading; for keyboards and screen readers."""
        return ()

    def set_hovered(self, target: Target | None) -> QRect | None:
        """The mouse is over one of its targets, or over none of them any more; what must be drawn again."""
        return None

    def set_under_mouse(self, is_under: bool) -> QRect | None:
        """The mouse came over it, or left it: controls that show only then; what must be drawn again."""
        return None

    def activate(self, target: Target, x: int = 0) -> bool:
        """A control of its own ("wrap", "fold", "scroll") was pressed at ``x``; True when it did something."""
        return False

    def scroll_sideways(self, by: int) -> bool:
        """Move content that is wider than the block; False when there is nothing to move that way."""
        return False

    def reveal(self, offset: int) -> bool:
        """Bring a character out of what is folded or moved aside; True when the block looks otherwise now."""
        return False

    @property
    def state(self) -> Any:
        """What the reader did to it (wrapped, unfolded, scrolled), or None; kept while the block itself is not."""
        return None

    def restore(self, state: Any) -> None:
        """Return to what ``state`` said."""
