"""The hits of a thread as far as they are counted: an unbroken range of messages that grows at both ends."""

from bisect import bisect_left
from typing import NamedTuple


class Counted(NamedTuple):
    """A message that shows ``hits`` of them, at least one; ``parts`` as ``parts_with_hits`` says."""

    position: int
    hits: int
    parts: int = 1


class Found(NamedTuple):
    """Hits above and below what was counted before, both in the order of the thread.

    ``top`` and ``bottom`` are the edges of what is counted now (see ``HitList``).
    """

    above: list[Counted]
    below: list[Counted]
    top: int | None
    bottom: int | None


class Place(NamedTuple):
    """One hit: the ``nth``, from 0, of those in the message at ``position``."""

    position: int
    nth: int


class HitList:
    """Messages from the position ``top`` to before ``bottom`` are counted.

    ``top`` None: everything from the first message on; ``bottom`` None: everything to the last.
    """

    def __init__(self, start: int) -> None:
        self.top: int | None = start
        self.bottom: int | None = start
        self.total = 0
        self._positions: list[int] = []
        self._counts: list[int] = []
        self._parts: list[int] = []

    @property
    def is_complete(self) -> bool:
        """Whether the whole thread is counted."""
        return self.top is None and self.bottom is None

    @property
    def positions(self) -> list[int]:
        """The messages with hits, sorted; not to be changed."""
        return self._positions

    @property
    def parts(self) -> list[int]:
        """For each of ``positions`` in which parts of the message its hits are; not to be changed."""
        return self._parts

    def add(self, found: Found) -> None:
        """Take in what was found beyond the edges."""
        for column, index in ((self._positions, 0), (self._counts, 1), (self._parts, 2)):
            column[:0] = [counted[index] for counted in found.above]
            column.extend(counted[index] for counted in found.below)
        self.total += sum(counted.hits for counted in (*found.above, *found.below))
        self.top, self.bottom = found.top, found.bottom

    def forget_from(self, position: int) -> None:
        """Messages from ``position`` on are not what they were."""
        if self.bottom is not None and self.bottom <= position:
            return
        index = bisect_left(self._positions, position)
        self.total -= sum(self._counts[index:])
        del self._positions[index:], self._counts[index:], self._parts[index:]
        self.bottom = position
        if self.top is not None:
            self.top = min(self.top, position)

    def number(self, place: Place) -> int:
        """Which hit it is, from 1; 0 for one that is not there."""
        index = self._index(place.position)
        if index is None or place.nth >= self._counts[index]:
            return 0
        return sum(self._counts[:index]) + place.nth + 1

    def from_on(self, position: int) -> Place | None:
        """The first hit in the message at ``position`` or below it."""
        index = bisect_left(self._positions, position)
        return Place(self._positions[index], 0) if index < len(self._positions) else None

    def before(self, position: int) -> Place | None:
        """The last hit above the message at ``position``."""
        return self._last_of(bisect_left(self._positions, position) - 1)

    def after(self, place: Place) -> Place | None:
        """The next hit; None at the last one that is counted."""
        index = self._index(place.position)
        if index is not None and place.nth + 1 < self._counts[index]:
            return Place(place.position, place.nth + 1)
        return self.from_on(place.position + 1)

    def ahead_of(self, place: Place) -> Place | None:
        """The hit before; None at the first one that is counted."""
        return Place(place.position, place.nth - 1) if place.nth else self.before(place.position)

    def first(self) -> Place | None:
        """The first hit that is counted."""
        return Place(self._positions[0], 0) if self._positions else None

    def last(self) -> Place | None:
        """The last hit that is counted."""
        return self._last_of(len(self._positions) - 1)

    def _index(self, position: int) -> int | None:
        index = bisect_left(self._positions, position)
        is_there = index < len(self._positions) and self._positions[index] == position
        return index if is_there else None

    def _last_of(self, index: int) -> Place | None:
        return Place(self._positions[index], self._counts[index] - 1) if index >= 0 else None
