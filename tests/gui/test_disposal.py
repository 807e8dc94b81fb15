"""A widget that is let go is deleted by Qt on the window's thread, never by a collection of garbage elsewhere."""

import gc
import weakref

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.widgets.disposal import dispose


class _Knot(QWidget):
    """A widget in a cycle of references, as every widget with a lambda as a slot is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.itself = self


def test_a_widget_that_is_let_go_lives_until_qt_deletes_it(qapp: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    knot = weakref.ref(_Knot(window))
    widget = knot()
    assert widget
    dispose(widget)
    del widget
    gc.collect()
    assert knot() is not None
    assert window.findChildren(QWidget) == []
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert knot() is None
