"""The hands of somebody who has no mouse: fields of a dialog are reached by Tab, filled by keys, and read.

Texts that no keyboard has, or that are long, are put in with Ctrl+V.
"""

from dataclasses import dataclass
from typing import TypeVar
from warnings import catch_warnings

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QTabBar,
    QWidget,
)

from desktop_app.widgets.dialogs.fields import TextArea
from tests.gui.parts import find

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
STOPS = 100
TYPED = 100

Part = TypeVar("Part", bound=QWidget)


class Choice(str):
    """The text of an entry of a list."""


# What is done with a field: a text is written over what it says, a box is checked or not, None presses a button.
Entry = str | bool | None


@dataclass(frozen=True)
class Typist:
    """Works on ``dialog``, whose pages are those of the tab bar ``tabs``, if it has pages."""

    dialog: QDialog
    tabs: str = ""

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(self._focused(), key, modifiers)

    def show_page(self, title: str) -> None:
        """Go on by Ctrl+Page Down until the page of this title is shown."""
        tabs = self.part(QTabBar, self.tabs)
        for _ in range(tabs.count()):
            if tabs.tabText(tabs.currentIndex()).replace("&", "") == title:
                return
            self.press(Qt.Key.Key_PageDown, CTRL)
        raise AssertionError(f"no page {title}")

    def reach(self, name: str) -> QWidget:
        """Tab to the field of this name."""
        passed = []
        for _ in range(STOPS):
            focused = self._focused()
            if focused.objectName() == name:
                return focused
            passed.append(focused.objectName())
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"{name} is not among {list(dict.fromkeys(passed))}")

    def fill(self, name: str, entry: Entry) -> None:
        """Reach a field and make it say ``entry``."""
        field = self.reach(name)
        if entry is None or isinstance(entry, bool):
            assert isinstance(field, QAbstractButton), name
            if entry is None or field.isChecked() is not entry:
                self.press(Qt.Key.Key_Space)
        elif isinstance(entry, Choice):
            self._choose(field, entry)
        else:
            self.press(Qt.Key.Key_A, CTRL)
            self.press(Qt.Key.Key_Delete)
            self.write(entry)

    def write(self, text: str) -> None:
        """Write where the keyboard is."""
        if len(text) <= TYPED and text.isascii() and text.isprintable():
            QTest.keyClicks(self._focused(), text)
        else:
            QApplication.clipboard().setText(text)
            self.press(Qt.Key.Key_V, CTRL)

    def leave(self, discard: str = "") -> None:
        """Press Esc, which leaves an editor in the dialog first; what is left unsaved is given up by ``discard``."""
        for _ in range(2):
            if self.dialog.isVisible() and not self.dialog.findChild(QAbstractButton, discard or "none"):
                self.press(Qt.Key.Key_Escape)
        if self.dialog.isVisible():
            self.fill(discard, None)
        assert not self.dialog.isVisible()

    def shown(self, name: str) -> Entry:
        """What a field says, as ``fill`` would be told it."""
        field = self.part(QWidget, name)
        match field:
            case TextArea():
                return field.text()
            case QLineEdit():
                return field.text()
            case QAbstractSpinBox():
                return "".join(sign for sign in field.text() if sign.isdigit() or sign == ".")
            case QComboBox():
                return field.currentText() if field.isEditable() else Choice(field.currentText())
            case QAbstractButton():
                return field.isChecked()
        raise AssertionError(name)

    def problem(self, name: str) -> str:
        """What is said to be wrong with a field, figures without the marks between their groups."""
        field = self.part(QWidget, name)
        said = field.accessibleDescription() if field.property("hasProblem") else ""
        return said.replace(",", "").replace("\u00a0", "")

    def part(self, kind: type[Part], name: str) -> Part:
        """The part of the dialog with this name."""
        return find(self.dialog, kind, name)

    def _choose(self, field: QWidget, wanted: str) -> None:
        assert isinstance(field, QComboBox), field.objectName()
        self.press(Qt.Key.Key_Home)
        for _ in range(field.count()):
            if field.currentText() == wanted:
                return
            self.press(Qt.Key.Key_Down)
        raise AssertionError(f"no choice {wanted}")

    def _focused(self) -> QWidget:
        """Where a key goes: to a list that has popped up, else to the field."""
        if popup := QApplication.activePopupWidget():
            return popup
        if not self.dialog.isActiveWindow():  # a list was closed, and no desktop is there to go back
            with catch_warnings(action="ignore", category=DeprecationWarning):
                QApplication.setActiveWindow(self.dialog)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert self.dialog.isAncestorOf(focused) or focused is self.dialog, focused.objectName()
        return focused
