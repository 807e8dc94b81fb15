"""Letting a widget go while other threads of Python run.

A widget without a parent belongs to Python, which collects garbage on whatever thread happens to allocate; a widget
deleted there takes the program down.  So Python keeps it until Qt has deleted it, on the window's thread.
"""

from functools import partial

from PySide6.QtWidgets import QWidget


def dispose(widget: QWidget) -> None:
    """Take ``widget`` out of the window at once and delete it with the next turn of the loop."""
    widget.hide()
    widget.setParent(None)
    widget.destroyed.connect(partial(_keep, widget))  # the connection holds it
    widget.deleteLater()


def _keep(_widget: QWidget, _gone: object = None) -> None:
    """Nothing: the widget was kept until here."""
