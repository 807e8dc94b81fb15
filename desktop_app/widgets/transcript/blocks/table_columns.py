"""How wide the columns of a table are."""

from bisect import bisect_right
from collections.abc import Sequence


def column_widths(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Whole pixels for each column.

    Columns take what they would like (``natural``) and share what is left over.  Where that is too much, the widest
    give way first, down to ``least`` each (never more than ``natural``).  The sum is ``room``, or more if even
    ``least`` is.
    """
    if sum(natural) <= room:
        return _spread(natural, room)
    if sum(least) >= room:
        return list(least)
    return _squeezed(natural, least, room)


def _spread(natural: Sequence[int], room: int) -> list[int]:
    """In proportion; rounded so that the sum is ``room``."""
    total = max(1, sum(natural))
    widths, taken, before = [], 0, 0
    for one in natural:
        before += one
        edge = before * room // total
        widths.append(edge - taken)
        taken = edge
    return widths


def _squeezed(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """No column wider than a common level, which is as high as ``room`` allows."""

    def at(level: int) -> list[int]:
        return [max(low, min(high, level)) for low, high in zip(least, natural, strict=True)]

    level = bisect_right(range(room + 1), room, key=lambda level: sum(at(level))) - 1
    widths = at(level)
    widths[-1] += room - sum(widths)
    return widths
