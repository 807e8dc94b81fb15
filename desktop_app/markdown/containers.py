"""The quotes and lists around items as they open and close from one item to the next.

Nothing here recurses: a thousand quotes in each other are walked like one.
"""

from collections.abc import Iterable
from typing import NamedTuple

from desktop_app.markdown.items import LIST, Item

TASKS = {"☐": "[ ]", "☑": "[x]"}
"""Markers of tasks, and how Markdown writes them."""


class Container:
    """A quote or a list; ``first`` is the number of an ordered list's first item, None for bullets.

    ``is_other`` says that a list of the same kind ends right before this one: written with the same mark, the two
    would become one.
    """

    __slots__ = ("count", "first", "is_list", "is_loose", "is_other", "tasks")

    def __init__(self, letter: str) -> None:
        self.is_list = letter == LIST
        self.first: int | None = None
        self.count = 1
        self.tasks = 0
        self.is_loose = False
        self.is_other = False


class Step(NamedTuple):
    """``kept`` containers stay open for ``item``, ``number`` of the innermost of them begins a new list item with it
    (None: it goes on), and ``opened`` are opened inside.
    """

    item: Item
    kept: int
    number: int | None
    opened: tuple[Container, ...]


def steps(items: Iterable[Item]) -> list[Step]:
    """One step an item; containers know the whole of their list already."""
    taken = []
    neighbours: list[tuple[Container, Container]] = []
    stack: list[Container] = []
    for item in items:
        inner = item.nesting.rfind(LIST)
        begins = bool(item.marker) and 0 <= inner < item.joined
        kept = inner + 1 if begins else item.joined
        number = None
        if begins:
            number = stack[inner].count
            stack[inner].count += 1
        opened = tuple(Container(letter) for letter in item.nesting[kept:])
        if opened and kept < len(stack):
            neighbours.append((stack[kept], opened[0]))
        stack[kept:] = opened
        if inner >= 0:
            _learn(stack[inner], item)
        taken.append(Step(item, kept, number, opened))
    for before, after in neighbours:
        is_same = before.is_list and after.is_list and (before.first is None) == (after.first is None)
        after.is_other = is_same and not before.is_other
    return taken


def _learn(container: Container, item: Item) -> None:
    """What ``item`` says of the innermost list around it."""
    if item.list is not None:
        container.is_loose = item.list.is_loose
    if item.marker in TASKS:
        container.tasks += 1
    elif container.first is None and item.marker[:-1].isdecimal():
        container.first = int(item.marker[:-1]) - container.count + 1
