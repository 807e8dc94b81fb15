"""A Markdown text that grows or is corrected, and the items it shows: new text costs what is new."""

from collections.abc import Sequence

from desktop_app.markdown.growth import Change, Growth, UnclearError, settle
from desktop_app.markdown.items import Item

__all__ = ["Change", "Document"]


class Document:
    """A Markdown text and its ``items``; the list stays the same object."""

    def __init__(self, source: str = "") -> None:
        self.items: list[Item] = []
        self._parts: list[str] = []
        self._growth = Growth()
        self._growth.items = self.items
        self._is_foreign = False
        """The items are not those of ``_growth``."""
        if source:
            self.append(source)

    @property
    def source(self) -> str:
        """The whole text, as it was given."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def append(self, text: str) -> Change:
        """More text; costs about as much as the new text and the last block."""
        self._parts.append(text)
        if self._is_foreign:
            return self._read_again(self.items)
        try:
            return self._growth.append(text)
        except UnclearError:
            return self._read_again(self.items)

    def finish(self) -> Change:
        """No more text is coming: what was undecided is shown as it is."""
        if self._is_foreign:
            return Change(len(self.items))
        try:
            return self._growth.finish()
        except UnclearError:
            return self._read_again(self.items, is_finished=True)

    def edit(self, keep: int, text: str) -> Change:
        """Replace what follows the first ``keep`` characters; costs about as much as what is new or gone."""
        source = self.source
        if keep >= len(source):
            return self.append(text)
        self._parts = [source[:keep], text]
        old = list(self.items)
        offset = self._growth.checkpoint(keep)
        if self._is_foreign or "\r" in source or "]:" in source[offset:]:
            return self._read_again(old)
        try:
            change = self._growth.replace(offset, source[offset:keep] + text)
        except UnclearError:
            return self._read_again(old)
        return change._replace(first=self._keep_equal(old, change.first))

    def corrected(self, items: Sequence[Item]) -> Change | None:
        """Take over ``items``, the whole text parsed elsewhere; None when they are the same."""
        if [item.signature() for item in items] == [item.signature() for item in self.items]:
            return None
        old = list(self.items)
        self.items[:] = items
        for item in items:
            settle(item)
        self._is_foreign = True
        return Change(_keep(old, self.items, 0, len(items)))

    def _read_again(self, old: Sequence[Item], *, is_finished: bool = False) -> Change:
        """Read the whole text anew; what looks as before in ``old`` stays."""
        old = list(old)
        is_sure = not self._is_foreign
        limit = min(self._growth.first_change, len(old)) if is_sure else len(old)
        self._is_foreign = False
        try:
            self._growth = self._grown(Growth(), is_finished)
        except UnclearError:
            self._growth = self._grown(Growth(is_careful=True), is_finished)
        self.items[:] = self._growth.items
        self._growth.items = self.items
        return Change(min(self._keep_equal(old, 0), limit))

    def _grown(self, growth: Growth, is_finished: bool) -> Growth:
        growth.append(self.source)
        if is_finished:
            growth.finish()
        return growth

    def _keep_equal(self, old: Sequence[Item], start: int) -> int:
        """Keep the settled items of ``old`` from ``start`` that look the same; returns the first that does not."""
        return _keep(old, self.items, start, min(self._growth.settled, len(self.items)))


def _keep(old: Sequence[Item], items: list[Item], start: int, end: int) -> int:
    for index in range(start, min(end, len(old))):
        kept, item = old[index], items[index]
        if kept.signature() != item.signature():
            return index
        kept.list = item.list
        items[index] = kept
    return max(start, min(end, len(old)))
