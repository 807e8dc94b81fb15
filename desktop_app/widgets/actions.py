"""The window's actions: what the menus, the shortcuts and, later, the palette offer, each named once."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


class Item(NamedTuple):
    """One action: a stable name, its text, what it does, its shortcuts; None as an item is a separator."""

    name: str
    text: str
    do: Callable[[], object]
    shortcuts: tuple[str, ...] = ()
    is_checkable: bool = False


class Menu(NamedTuple):
    """A menu of the menu bar."""

    name: str
    text: str
    items: tuple[Item | None, ...] = ()


class Actions(QObject):
    """Makes the actions of a window and its menu bar; ``actions[name]`` is the QAction."""

    def __init__(self, window: QWidget, bar: QMenuBar, menus: tuple[Menu, ...]) -> None:
        super().__init__(window)
        self._window = window
        self._by_name: dict[str, QAction] = {}
        for menu in menus:
            shown = bar.addMenu(menu.text)
            shown.setObjectName(f"menu_{menu.name}")
            self._fill(shown, menu.items)

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def with_shortcuts(self) -> list[QAction]:
        """The actions that have shortcuts, in the order of the menus."""
        return [action for action in self._by_name.values() if action.shortcuts()]

    def _fill(self, menu: QMenu, items: tuple[Item | None, ...]) -> None:
        for item in items:
            if item is None:
                menu.addSeparator()
            else:
                menu.addAction(self._make(item))

    def _make(self, item: Item) -> QAction:
        action = QAction(item.text, self._window)
        action.setObjectName(f"action_{item.name}")
        action.setShortcuts([QKeySequence(keys) for keys in item.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(item.is_checkable)
        action.triggered.connect(lambda _checked=False: item.do())
        self._window.addAction(action)
        self._by_name[item.name] = action
        return action
