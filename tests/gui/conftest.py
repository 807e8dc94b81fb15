"""What dialogs and transcripts are tested with; a module whose part has to stand otherwise has its own fixture."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from tests.gui.parts import activate
from tests.gui.transcript_reader import Reader


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    """The light theme, on the whole application."""
    made = Theme(resources_dir(), qapp)
    made.set_mode("light")
    return made


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    """An empty transcript of 800 x 600 pixels in an active window: in no other has anything the focus."""
    made = TranscriptView(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(800, 600)
    activate(qtbot, made)
    yield made
    made.clear()
    made.close_threads()


@pytest.fixture
def reader(view: TranscriptView) -> Reader:
    """Who reads in the transcript ``view``."""
    return Reader(view)
