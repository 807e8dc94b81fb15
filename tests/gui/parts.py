"""Parts of dialogs, found by their names."""

from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton, QWidget

Found = TypeVar("Found", bound=QObject)


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
