"""When the view follows the end of a text that grows.

Only the reader decides: any move up leaves the end at once, and only coming back to it, End or sending returns.
Text that arrives never does either.
"""

NEAR_PX = 48


class Following:
    """``is_pinned``: the reader wants to see the end.  Distances are pixels to the end."""

    def __init__(self) -> None:
        self.is_pinned = True

    def follows(self, distance: int) -> bool:
        """Whether text that comes now moves a view ``distance`` away from the end."""
        return self.is_pinned and distance <= NEAR_PX

    def moved(self, by: int, distance: int) -> None:
        """The reader moved the view ``by`` pixels down (negative: up); it is ``distance`` away now."""
        if by < 0:
            self.is_pinned = False
        elif by > 0 and distance <= NEAR_PX:
            self.is_pinned = True

    def leave(self) -> None:
        """The reader turned to something above: a wheel up, a selection."""
        self.is_pinned = False

    def return_to_end(self) -> None:
        """End, the button that jumps there, or sending."""
        self.is_pinned = True
