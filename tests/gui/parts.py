"""Windows that have the keyboard, and parts of dialogs, found by their names."""

from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

Found = TypeVar("Found", bound=QObject)


def activate(qtbot: QtBot, window: QWidget) -> None:
    """Show a window and give it the keyboard.

    It is asked for more than once: the end of another test's window may come in between and take it away.
    """
    window.show()

    def is_active() -> bool:
        window.activateWindow()
        return window.isActiveWindow()

    qtbot.waitUntil(is_active)


def find(parent: QWidget, kind: type[Found], name: str) -> Found:
    """The only part of this kind with this name."""
    found = parent.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def click(parent: QWidget, name: str) -> None:
    """Click a button, whether it is on the screen or not."""
    find(parent, QAbstractButton, name).click()


def problem_of(dialog: QWidget, name: str) -> str:
    """What is said under a field that is marked; nothing for one that is not."""
    field = find(dialog, QWidget, name)
    return field.accessibleDescription() if field.property("hasProblem") else ""
