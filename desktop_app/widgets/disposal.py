"""Letting a widget go while other threads of Python run.

A widget without a parent belongs to Python, which collects garbage on whatever thread happens to allocate; a widget
deleted there takes the program down.  So Python keeps it until Qt has deleted it, on the window's thread.
"""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def dispose(widget: QWidget) -> None:
    """Take ``widget`` out of the window at once and delete it with the next turn of the loop."""
    widget.hide()
    widget.setParent(None)
    widget.destroyed.connect(partial(_keep, widget))  # the connection holds it
    widget.deleteLater()


def return_focus(part: QWidget) -> None:
    """What is about to go gives the keyboard to what it lies on, not to whatever Tab comes to next."""
    focused, ground = QApplication.focusWidget(), part.parentWidget()
    if focused is not None and ground is not None and part.isAncestorOf(focused):
        ground.setFocus(Qt.FocusReason.TabFocusReason)


def _keep(_widget: QWidget, _gone: object = None) -> None:
    """Nothing: the widget was kept until here."""
