"""When the view follows the end of a text that grows.

Only the reader decides: any move up leaves the end at once, and only coming back to it, End or sending returns.
Text that arrives never does either.
"""

NEAR_PX = 48


class Following:
    """``is_pinned``: the reader wants to see the end."""

    def __init__(self) -> None:
        self.is_pinned = True

    def follows(self, value: int, maximum: int) -> bool:
        """Whether text that comes now moves a view at ``value`` of ``maximum``."""
        return self.is_pinned and maximum - value <= NEAR_PX

    def moved(self, before: int, after: int, maximum: int) -> None:
        """The reader moved the view."""
        if after < before:
            self.is_pinned = False
        elif after > before and maximum - after <= NEAR_PX:
            self.is_pinned = True

    def leave(self) -> None:
        """The reader turned to something above: a wheel up, a selection."""
        self.is_pinned = False

    def return_to_end(self) -> None:
        """End, the button that jumps there, or sending."""
        self.is_pinned = True
