"""A screen reader may ask for what was there a moment ago."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from desktop_app.widgets.scroll_area import SteadyScrollArea


def test_a_scroll_bar_that_is_hidden_takes_no_child_from_a_screen_reader(qtbot: QtBot) -> None:
    area = SteadyScrollArea()
    qtbot.addWidget(area)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.show()
    seen = QAccessible.queryAccessibleInterface(area)
    assert area.verticalScrollBar().isVisible()
    assert seen.childCount() == 1
    area.hide()
    assert seen.childCount() == 1
    assert seen.child(0).object() is area.viewport()
