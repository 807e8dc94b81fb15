"""The heights of all messages of a thread, known or guessed, and their sums.

A thread may have a hundred thousand messages of which a few dozen were ever laid out.  Positions are kept in pages of
256; a page whose messages were never met is one number.  The sums of pages are a Fenwick tree, so that everything
here costs the logarithm of the number of pages.
"""

from collections.abc import Sequence

PAGE = 256


class Heights:
    """Heights in whole pixels by position, 0 to ``count`` - 1; a position nobody has set has the ``guess``."""

    def __init__(self, count: int, guess: int) -> None:
        self._guess = guess
        self._pages: list[list[int] | None] = []
        self._sums: list[int] = []
        self._tree: list[int] = []
        self.count = 0
        self._resize(count)

    @property
    def total(self) -> int:
        """The height of all."""
        return self._sum(len(self._sums))

    def __getitem__(self, position: int) -> int:
        page = self._pages[position // PAGE]
        return self._guess if page is None else page[position % PAGE]

    def __setitem__(self, position: int, height: int) -> None:
        index = position // PAGE
        page = self._page(index)
        change = height - page[position % PAGE]
        if change:
            page[position % PAGE] = height
            self._add(index, change)

    def top(self, position: int) -> int:
        """The distance of a message's upper edge from the start of the thread."""
        index = position // PAGE
        rest = position % PAGE
        if not rest:
            return self._sum(index)
        page = self._pages[index]
        return self._sum(index) + (self._guess * rest if page is None else sum(page[:rest]))

    def find(self, y: int) -> tuple[int, int]:
        """The message at the distance ``y`` from the start and how far below its upper edge that is.

        Before the start: (0, ``y``); behind the end: the last message.
        """
        if not self.count or y < 0:
            return 0, min(y, 0)
        index, rest = self._page_at(y)
        position = index * PAGE
        last = self.count - 1
        while position < last and rest >= self[position]:
            rest -= self[position]
            position += 1
        return position, rest

    def append(self, height: int) -> None:
        """One more message at the end."""
        self._resize(self.count + 1)
        self[self.count - 1] = height

    def truncate(self, count: int) -> None:
        """Forget the messages from position ``count`` on."""
        if count < self.count:
            self._resize(count)

    def remove(self, position: int) -> None:
        """One message is gone; the later ones move up by a position."""
        heights = [self[one] for one in range(position - position % PAGE, self.count)]
        del heights[position % PAGE]
        self._resize(position - position % PAGE)
        self.extend(heights)

    def extend(self, heights: Sequence[int]) -> None:
        """More messages at the end."""
        first = self.count
        self._resize(first + len(heights))
        for index, height in enumerate(heights, first):
            self[index] = height

    # -- pages

    def _page(self, index: int) -> list[int]:
        page = self._pages[index]
        if page is None:
            page = self._pages[index] = [self._guess] * self._length(index)
        return page

    def _length(self, index: int) -> int:
        return min(PAGE, self.count - index * PAGE)

    def _resize(self, count: int) -> None:
        kept = min(len(self._pages), -(-count // PAGE))
        del self._pages[kept:]
        self.count = count
        if kept and self._pages[kept - 1] is not None:
            page = self._page(kept - 1)
            length = self._length(kept - 1)
            del page[length:]
            page.extend([self._guess] * (length - len(page)))
        self._pages.extend([None] * (-(-count // PAGE) - kept))
        self._sums = [
            self._guess * self._length(index) if page is None else sum(page)
            for index, page in enumerate(self._pages)
        ]
        self._grow_tree()

    # -- the tree over the sums of pages

    def _grow_tree(self) -> None:
        tree = [0, *self._sums]
        for index in range(1, len(tree)):
            parent = index + (index & -index)
            if parent < len(tree):
                tree[parent] += tree[index]
        self._tree = tree

    def _add(self, index: int, change: int) -> None:
        self._sums[index] += change
        index += 1
        while index < len(self._tree):
            self._tree[index] += change
            index += index & -index

    def _sum(self, count: int) -> int:
        total = 0
        while count:
            total += self._tree[count]
            count -= count & -count
        return total

    def _page_at(self, y: int) -> tuple[int, int]:
        index, step = 0, 1 << (len(self._tree) - 1).bit_length()
        while step:
            if index + step < len(self._tree) and self._tree[index + step] <= y:
                index += step
                y -= self._tree[index]
            step >>= 1
        last = len(self._pages) - 1
        if index > last:
            return last, y + self._sums[last]
        return index, y
