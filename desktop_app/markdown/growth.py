"""The items of a text that grows: what is settled stays, what follows (the tail) is read again with every new text.

Settled items never change again, with two exceptions: a link definition that comes later, and the distances in a list
that turns loose.
"""

import re
from collections.abc import Iterable
from copy import copy
from typing import NamedTuple

from desktop_app.markdown.items import CodeItem, Item, ListState, TableItem, TextItem
from desktop_app.markdown.parser import Container, Definition, clean, normal_label, options
from desktop_app.markdown.splitter import FENCE, TABLE, WORDS, Cut, Opening, Scan, WordsScan

_LONG_WORDS = 600
"""A paragraph whose open end is longer (code points) is cut inside."""
_KEPT_WORDS = 60
_LEAST_CUT = 200
_CHECKPOINT = 2_000
"""Code points between two places to which the text can return."""

# A last line that may still become something else: a list mark, a rule, a table's second line, a link definition.
_UNDECIDED = re.compile(
    r"""[ \t>]*(?:
        [-+*_=~`#|:][-+*_=~`#|: \t]*
        | \d{1,9}[.)]?[ \t]*
        | (?:[-+*]|\d{1,9}[.)])[ \t]+\[[ xX]?\]?
        | \[[^]\n]*\]:[ \t]*
    )?""",
    re.VERBOSE,
)
_UNDECIDED_FENCE = re.compile(r"[ \t>]*(?:`*|~*)[ \t]*")


class UnclearError(Exception):
    """The tail does not continue the settled part as was thought: the text must be read as a whole."""


class Change(NamedTuple):
    """What is not as it was: items from ``first`` on, the ``others`` before it, distances between earlier items."""

    first: int
    others: tuple[int, ...] = ()
    has_new_spacing: bool = False


class _Checkpoint(NamedTuple):
    """The text before ``offset`` makes ``items`` items; what follows stands under ``opening``."""

    offset: int
    items: int
    opening: Opening


class _Piece:
    """A settled part of the text, from item ``first`` on, with ``labels`` that had no definition."""

    __slots__ = ("first", "labels", "opening", "text")

    def __init__(self, text: str, opening: Opening, first: int, labels: set[str]) -> None:
        self.text = text
        self.opening = opening
        self.first = first
        self.labels = labels


class Growth:
    """Keeps ``items`` equal to a text that is given bit by bit.

    With ``is_careful`` nothing is settled before the end: slow, and beyond doubt.
    """

    def __init__(self, *, is_careful: bool = False) -> None:
        self.items: list[Item] = []
        self.settled = 0
        """How many items are settled; the next one is so in part if the opening has a leaf."""
        self._is_careful = is_careful
        self._tail = ""
        self._offset = 0
        """Code points of the text before the tail."""
        self._opening = Opening()
        self._stable = 0
        """How much of the item with the open leaf is settled."""
        self._next_words = _LONG_WORDS
        self._ends_with_return = False
        self._is_finished = False
        self._definitions: dict[str, Definition] = {}
        self._waiting: list[_Piece] = []
        self._piece: _Piece | None = None
        """The part up to the tail, while its last paragraph or table goes on."""
        self._checkpoints = [_Checkpoint(0, 0, self._opening)]
        self._begin_change()

    def append(self, text: str) -> Change:
        """More text.  Raises UnclearError."""
        self._begin_change()
        if self._is_finished:
            self._reopen()
        self._take(text)
        return self._change()

    def finish(self) -> Change:
        """No more text: what was undecided is shown as it is.  Raises UnclearError."""
        self._begin_change()
        self._show(self._tail)
        for item in self.items[self.settled :]:
            settle(item)
        self._learn(self._tail)
        self._is_finished = True
        return self._change()

    def checkpoint(self, keep: int) -> int:
        """The last offset, at most ``keep``, to which ``replace`` can return."""
        return max(place.offset for place in self._checkpoints if place.offset <= keep)

    def replace(self, offset: int, text: str) -> Change:
        """The text after the checkpoint at ``offset`` is another.  Raises UnclearError."""
        while self._checkpoints[-1].offset > offset:
            self._checkpoints.pop()
        place = self._checkpoints[-1]
        self._opening = place.opening
        self._begin_change()
        self.settled = self._first = place.items
        self._offset = place.offset
        del self.items[place.items :]
        self._waiting = [piece for piece in self._waiting if piece.first < place.items]
        self._piece = None
        self._tail = ""
        self._stable = 0
        self._next_words = _LONG_WORDS
        self._is_finished = False
        self._take(text)
        return self._change()

    @property
    def first_change(self) -> int:
        """Items before it are as they were before the present change."""
        return self._first

    # -- changes

    def _begin_change(self) -> None:
        self._first = len(self.items)
        self._others: set[int] = set()
        self._looseness: dict[int, tuple[ListState, bool]] = {}
        self._watch_lists()

    def _watch_lists(self) -> None:
        """Note how the open lists are shown now."""
        for level in self._opening.levels:
            state = level.container.state
            if state is not None:
                self._looseness.setdefault(id(state), (state, state.is_loose))

    def _change(self) -> Change:
        first = min(self._first, len(self.items))
        has_new_spacing = any(state.is_loose != was_loose for state, was_loose in self._looseness.values())
        return Change(first, tuple(sorted(index for index in self._others if index < first)), has_new_spacing)

    def _reopen(self) -> None:
        """Text comes after the end: items that were given as stable are replaced by others that may grow."""
        if "]:" in self._tail:
            raise UnclearError  # its definitions are known already, and may still change
        self._is_finished = False
        for index in range(self.settled, len(self.items)):
            item = self.items[index] = copy(self.items[index])
            if isinstance(item, CodeItem):
                item.lines = list(item.lines)
            elif isinstance(item, TableItem):
                item.rows = list(item.rows)
            elif isinstance(item, TextItem):
                item.spans = list(item.spans)
            settle(item, self._stable if self._opening.leaf and index == self.settled else 0)
            self._first = min(self._first, index)

    # -- reading

    def _take(self, text: str) -> None:
        if self._ends_with_return and text.startswith("\n"):
            text = text[1:]
        elif not text:
            return
        else:
            self._ends_with_return = False
        self._ends_with_return = text.endswith("\r")
        text = clean(text)
        self._tail += text
        if self._is_careful:
            self._show(_decided(self._tail, self._opening))
            return
        if "\n" in text:
            self._settle_lines()
        shown = _decided(self._tail, self._opening)
        ends_in_words = self._show(shown)
        if ends_in_words and len(self._tail) > self._next_words:
            self._settle_words(shown)

    def _scan(self, text: str) -> Scan:
        scan = Scan(text, self._opening, self._definitions)
        if scan.is_doubtful:
            raise UnclearError
        return scan

    def _show(self, text: str) -> bool:
        """Bring the items to the settled ones and those of ``text``; says whether it ends in a paragraph."""
        scan = self._scan(text)
        self._put(scan.items)
        end = self.settled + max(len(scan.items), 1 if self._opening.leaf else 0)
        if end < len(self.items):
            del self.items[end:]
            self._first = min(self._first, end)
        return scan.ends_in_words

    def _put(self, items: Iterable[Item]) -> None:
        for index, item in enumerate(items, self.settled):
            if index == len(self.items):
                self.items.append(item)
                is_changed = True
            elif index == self.settled and self._opening.leaf:
                is_changed = _replace_rest(self.items[index], self._stable, item)
            else:
                old = self.items[index]
                is_changed = not _looks_like(old, item)
                if is_changed and not _can_become(old, item):
                    self.items[index] = item
                elif is_changed:
                    _replace_rest(old, 0, item)
                self.items[index].list = item.list
            if is_changed:
                self._first = min(self._first, index)

    # -- settling

    def _settle_lines(self) -> None:
        """Settle what the complete lines of the tail allow."""
        complete = self._tail[: self._tail.rfind("\n") + 1]
        scan = self._scan(complete)
        cut = scan.cut()
        if cut is None or (not cut.offset and cut.opening.leaf == self._opening.leaf):
            return
        self._put(scan.items[: cut.items])
        self._settle_to(cut, scan.missing)

    def _settle_words(self, text: str) -> None:
        """Settle the beginning of a long last paragraph."""
        scan = WordsScan(text, self._opening, self._definitions, kept=_KEPT_WORDS)
        cut = None if scan.is_doubtful else scan.cut()
        if cut is None or cut.offset < _LEAST_CUT:
            self._next_words = len(self._tail) * 5 // 4
        else:
            self._put(scan.items[: cut.items])
            self._settle_to(cut, scan.missing)

    def _settle_to(self, cut: Cut, missing: set[str]) -> None:
        before, first, text = self._opening, self.settled, self._tail[: cut.offset]
        end = first + cut.items
        leaf = cut.opening.leaf
        self._wait(text, missing, leaf)
        self._learn(text)
        stable = self._stable if before.leaf and cut.items == 1 else 0
        self.settled = end - 1 if leaf else end
        for item in self.items[first : self.settled]:
            settle(item)
        if leaf:
            item = self.items[end - 1]
            self._stable = stable + cut.length if leaf == WORDS else _size(item)
            settle(item, self._stable)
        self._opening = cut.opening
        self._tail = self._tail[cut.offset :]
        self._offset += cut.offset
        self._next_words = _LONG_WORDS
        self._watch_lists()
        if not leaf and self._offset - self._checkpoints[-1].offset >= _CHECKPOINT:
            self._checkpoints.append(_Checkpoint(self._offset, self.settled, self._opening))

    # -- definitions

    def _learn(self, text: str) -> None:
        """Remember the link definitions of a text that is being settled."""
        if "]:" not in text:
            return
        import pyromark

        base = len(self._opening.source.encode())
        found = pyromark.reference_definitions(self._opening.source + text, options=options())
        new = set[str]()
        for label, definition in found.items():
            key = normal_label(label)
            if definition["span"]["start"] >= base and key not in self._definitions:
                self._definitions[key] = Definition(definition["dest"], definition["title"] or "")
                new.add(key)
        for piece in self._waiting:
            if piece.labels & new:
                self._redo(piece)
                piece.labels -= new
        if self._piece is not None and self._piece.labels & new:
            raise UnclearError

    def _wait(self, text: str, missing: set[str], leaf: str) -> None:
        """Remember a text that is being settled for the sake of its labels without a definition."""
        piece = self._piece
        if piece is None:
            piece = _Piece(text, self._opening, self.settled, missing)
        else:
            piece.text += text
            piece.labels |= missing
        self._piece = piece if leaf in {TABLE, WORDS} else None
        if self._piece is None and piece.labels:
            self._waiting.append(piece)

    def _redo(self, piece: _Piece) -> None:
        """Show the links of a settled part whose labels have been defined now."""
        items = Scan(piece.text, _apart(piece.opening), self._definitions).items
        for index, item in enumerate(items, piece.first):
            old = self.items[index]
            item.list = old.list
            if not isinstance(item, CodeItem) and not _looks_like(old, item):
                self.items[index] = item
                settle(item)
                self._others.add(index)


def _decided(tail: str, opening: Opening) -> str:
    """``tail`` without a last line that is only a mark yet, so that nothing flickers while text arrives."""
    start = tail.rfind("\n") + 1
    pattern = _UNDECIDED_FENCE if opening.leaf == FENCE and not start else _UNDECIDED
    return tail[:start] if pattern.fullmatch(tail, start) else tail


def _apart(opening: Opening) -> Opening:
    """The same opening with containers of its own."""
    levels = (
        level._replace(container=Container(level.container.letter, level.container.state and ListState()))
        for level in opening.levels
    )
    return Opening(tuple(levels), opening.leaf, opening.leaf_source)


def _size(item: Item) -> int:
    """How many lines, rows or characters an item has."""
    if isinstance(item, CodeItem):
        return len(item.lines)
    if isinstance(item, TableItem):
        return len(item.rows)
    return len(item.text) if isinstance(item, TextItem) else 0


def settle(item: Item, stable: int | None = None) -> None:
    """The first ``stable`` lines, rows or characters, or all of them, never change again."""
    if isinstance(item, CodeItem | TableItem | TextItem):
        item.stable = _size(item) if stable is None else stable


def _looks_like(one: Item, other: Item) -> bool:
    return one.signature() == other.signature()


def _can_become(old: Item, new: Item) -> bool:
    """Whether ``old`` can stay and take the content of ``new``."""
    if type(old) is not type(new):
        return False
    if (old.nesting, old.joined, old.marker) != (new.nesting, new.joined, new.marker):
        return False
    if isinstance(old, TextItem) and isinstance(new, TextItem):
        return old.level == new.level and old.is_html == new.is_html
    if isinstance(old, CodeItem) and isinstance(new, CodeItem):
        return old.language == new.language
    if isinstance(old, TableItem) and isinstance(new, TableItem):
        return old.alignments == new.alignments
    return False


def _replace_rest(item: Item, stable: int, rest: Item) -> bool:
    """After ``stable`` lines, rows or characters ``item`` goes on with ``rest``; False if it did so before."""
    if isinstance(item, CodeItem) and isinstance(rest, CodeItem):
        if item.lines[stable:] == rest.lines:
            return False
        item.lines[stable:] = rest.lines
    elif isinstance(item, TableItem) and isinstance(rest, TableItem):
        if item.rows[stable:] == rest.rows:
            return False
        item.rows[stable:] = rest.rows
    elif isinstance(item, TextItem) and isinstance(rest, TextItem):
        return _replace_words(item, stable, rest)
    return True


def _replace_words(item: TextItem, stable: int, rest: TextItem) -> bool:
    kept = len(item.spans)
    while kept and item.spans[kept - 1].end > stable:
        kept -= 1
    spans = [span._replace(start=span.start + stable, end=span.end + stable) for span in rest.spans]
    if item.text[stable:] == rest.text and item.spans[kept:] == spans:
        return False
    item.text = item.text[:stable] + rest.text
    item.spans[kept:] = spans
    return True
