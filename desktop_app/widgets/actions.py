"""The window's actions: what the menus, the shortcuts and, later, the palette offer, each named once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QAction


class Item(NamedTuple):
    """One action: a stable name, its text, its shortcuts; None as an item is a separator."""

    name: str
    text: str
    shortcuts: tuple[str, ...] = ()


class Menu(NamedTuple):
    """A menu of the menu bar, or one within a menu; ``items`` is asked when the menu is filled."""

    name: str
    text: str
    items: Callable[[], tuple[Item | Menu | None, ...]]


class Actions(QObject):
    """Makes the menu bar of a window and its actions; ``actions[name]`` is the QAction.

    The bar has its titles at once.  The actions are made when one is first asked for, or by ``fill``: the window is
    painted before.
    """

    def __init__(self, window: QWidget, bar: QMenuBar, menus: tuple[Menu, ...]) -> None:
        super().__init__(window)
        self._window = window
        self._menus = [(bar.addMenu(menu.text), menu.items) for menu in menus]
        self._doing: dict[str, Callable[[], object]] = {}
        self._is_on: dict[str, Callable[[], bool]] = {}
        self._checked: list[tuple[QAction, Callable[[], bool]]] = []
        for (shown, _), menu in zip(self._menus, menus, strict=True):
            shown.setObjectName(f"menu_{menu.name}")

    def __getitem__(self, name: str) -> QAction:
        return self.fill()[name]

    def on(self, name: str, do: Callable[[], object], is_on: Callable[[], bool] | None = None) -> None:
        """Say what an action does; until then it does nothing.

        ``is_on`` tells whether it is checked, and is said before the actions are made; without it there is nothing to
        check.
        """
        self._doing[name] = do
        if is_on:
            self._is_on[name] = is_on

    def with_shortcuts(self) -> list[QAction]:
        """The actions that have shortcuts, in the order of the menus."""
        return [action for action in self.fill().values() if action.shortcuts()]

    def fill(self) -> dict[str, QAction]:
        """Put the actions into the menus, if they are not there; returns them by their names."""
        return self._by_name

    def refresh(self) -> None:
        """Check what is on, and nothing else."""
        for action, is_on in self._checked:
            action.setChecked(is_on())

    @cached_property
    def _by_name(self) -> dict[str, QAction]:
        made: dict[str, QAction] = {}
        for menu, items in self._menus:
            self._fill(menu, items(), made)
        return made

    def _fill(self, menu: QMenu, items: tuple[Item | Menu | None, ...], made: dict[str, QAction]) -> None:
        for item in items:
            if item is None:
                menu.addSeparator()
            elif isinstance(item, Menu):
                inner = menu.addMenu(item.text)
                inner.setObjectName(f"menu_{item.name}")
                self._fill(inner, item.items(), made)
            else:
                made[item.name] = self._make(item)
                menu.addAction(made[item.name])

    def _make(self, item: Item) -> QAction:
        from PySide6.QtGui import QAction

        action = QAction(item.text, self._window)
        action.setObjectName(f"action_{item.name}")
        action.setShortcuts([QKeySequence(keys) for keys in item.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if is_on := self._is_on.get(item.name):
            action.setCheckable(True)
            action.setChecked(is_on())
            self._checked.append((action, is_on))
        action.triggered.connect(lambda _checked=False: self._do(item.name))
        self._window.addAction(action)
        return action

    def _do(self, name: str) -> None:
        if do := self._doing.get(name):
            do()
