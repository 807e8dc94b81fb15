"""Context menus with round corners where the screen can show them.

Menus are popped up, never executed: a nested event loop would stop the tasks of the program.
"""

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget


def popup_menu(parent: QWidget) -> QMenu:
    """An empty menu that is deleted once it is closed; show it with ``popup``."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    round_corners(menu)
    return menu


def round_corners(menu: QWidget) -> None:
    """Give a menu, or what pops up as one, round corners, where the screen can show them."""
    if sys.platform in ("win32", "darwin") or QGuiApplication.platformName() == "wayland":
        # Under X11 nobody says whether there is a compositor, and without one the corners would be black.
        menu.setProperty("isRounded", True)
        menu.setWindowFlags(
            menu.windowFlags() | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
