"""Fields of several lines take the room that a page has left over, and make no page scroll."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.widgets.dialogs.assistant_general import GeneralPage
from desktop_app.widgets.dialogs.fields import TextArea
from desktop_app.widgets.theme import Theme
from tests.gui.parts import find


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> GeneralPage:
    made = GeneralPage(theme)
    qtbot.addWidget(made)
    made.show_settings(AssistantSettings("Reader"))
    made.resize(700, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def heights(page: QWidget) -> list[int]:
    return [find(page, TextArea, f"assistant_{name}").height() for name in ("description", "labels")]


def test_description_and_labels_grow_with_the_dialog(qtbot: QtBot, page: GeneralPage) -> None:
    least = heights(page)
    body = page.widget()
    assert body is not None
    needed = body.height()  # it scrolls in less
    page.resize(700, needed)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() == 0)
    assert max(heights(page)) < 2 * max(least)
    page.resize(700, needed + 400)
    qtbot.waitUntil(lambda: sum(heights(page)) > sum(least) + 350)
    assert page.verticalScrollBar().maximum() == 0
    assert all(now > before + 100 for now, before in zip(heights(page), least, strict=True))
