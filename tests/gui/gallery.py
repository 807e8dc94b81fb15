"""How pictures to look at are drawn: the words of the command line, the light they stand in, one file for each state.

The words are FOLDER [--mode dark] [--language ru] [--zoom 150] [--width 640] [--height 480] [STATE ...]; sizes are in
logical pixels, and the scale is that of QT_SCALE_FACTOR.
"""

import argparse
from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from desktop_app.startup import install_translators
from desktop_app.widgets.focus_ring import FocusRing
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.gui.parts import find

SETTLE_MS = 600


def draw(states: Collection[str], show: Callable[[Theme, str], QWidget]) -> None:
    """Draw the wanted ones of ``states`` as ``show(theme, state)`` puts them on the screen.

    A menu that is open there is drawn instead of the window.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("states", nargs="*")
    parser.add_argument("--mode", default="light")
    parser.add_argument("--language", default="en")
    parser.add_argument("--zoom", type=int, default=100)
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    options = parser.parse_intermixed_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    install_translators(app, resources_dir(), options.language)
    theme = Theme(resources_dir(), app)
    theme.set_zoom(options.zoom)
    theme.set_mode(options.mode)
    FocusRing(theme, app)
    for state in options.states or states:
        window = show(theme, state)
        window.resize(options.width or window.width(), options.height or window.height())
        QTest.qWait(SETTLE_MS)
        shown = app.activePopupWidget() or window
        shown.grab().save(str(options.folder / f"{state}.png"))
        if shown is not window:
            shown.close()
        window.hide()


def scroll_down(area: QScrollArea) -> None:
    """Show the end of an area once it is laid out."""
    bar = area.verticalScrollBar()
    QTimer.singleShot(SETTLE_MS // 2, area, lambda: bar.setValue(bar.maximum()))


def scroll_to(area: QScrollArea, name: str) -> None:
    """Show the part of an area that has this name, once it is laid out."""
    part = find(area, QWidget, name)
    QTimer.singleShot(SETTLE_MS // 2, area, lambda: area.ensureWidgetVisible(part, 0, 0))
