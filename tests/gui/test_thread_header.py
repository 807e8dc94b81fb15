"""The header and the empty thread."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.widgets.composer import Composer
from desktop_app.widgets.empty_thread import EmptyThread
from desktop_app.widgets.header import ThreadHeader
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme


@pytest.fixture
def header(qtbot: QtBot, qapp: QApplication) -> Iterator[ThreadHeader]:
    made = ThreadHeader(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(700, 48)
    made.set_title("Old name")
    made.set_assistant("Lawyer", 7)
    made.show()
    qtbot.waitExposed(made)
    yield made


def button(header: ThreadHeader, name: str) -> QAbstractButton:
    found = header.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def title_editor(header: ThreadHeader) -> QLineEdit:
    found = header.findChild(QLineEdit, "thread_title_editor")
    assert isinstance(found, QLineEdit)
    return found


def test_a_click_on_the_title_renames(header: ThreadHeader, qtbot: QtBot) -> None:
    qtbot.mouseClick(button(header, "thread_title"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(title_editor(header), "New  name ")
    with qtbot.waitSignal(header.renamed) as renamed:
        qtbot.keyClick(title_editor(header), Qt.Key.Key_Return)
    assert renamed.args == ["New name"]
    assert button(header, "thread_title").text() == "New name"


def test_enter_presses_what_has_the_keyboard(header: ThreadHeader, qtbot: QtBot) -> None:
    with qtbot.waitSignal(header.assistant_menu_requested):
        qtbot.keyClick(button(header, "assistant_pill"), Qt.Key.Key_Return)
    qtbot.keyClick(button(header, "thread_title"), Qt.Key.Key_Enter)
    assert title_editor(header).isVisible()


def test_escape_keeps_the_old_name(header: ThreadHeader, qtbot: QtBot) -> None:
    qtbot.mouseClick(button(header, "thread_title"), Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(header.renamed):
        qtbot.keyClicks(title_editor(header), "x")
        qtbot.keyClick(title_editor(header), Qt.Key.Key_Escape)
    assert button(header, "thread_title").text() == "Old name"


def test_an_empty_name_is_not_taken(header: ThreadHeader, qtbot: QtBot) -> None:
    header.edit_title()
    title_editor(header).setText("  ")
    with qtbot.assertNotEmitted(header.renamed):
        qtbot.keyClick(title_editor(header), Qt.Key.Key_Return)


def test_the_pill_and_more_ask_for_menus_below_themselves(header: ThreadHeader, qtbot: QtBot) -> None:
    with qtbot.waitSignal(header.assistant_menu_requested) as asked:
        qtbot.mouseClick(button(header, "assistant_pill"), Qt.MouseButton.LeftButton)
    assert asked.args is not None and asked.args[0].y() >= header.mapToGlobal(header.rect().topLeft()).y()
    with qtbot.waitSignal(header.more_requested):
        qtbot.mouseClick(button(header, "thread_more"), Qt.MouseButton.LeftButton)
    assert "Lawyer · v7" in button(header, "assistant_pill").accessibleName()


def test_the_pill_shows_a_name_of_few_letters(header: ThreadHeader) -> None:
    header.set_assistant("Ann", 1)
    pill = header._pill
    assert pill._words(pill._metrics().horizontalAdvance("Ann · v1")) == "Ann · v1"


def test_a_folded_side_panel_can_be_brought_back(header: ThreadHeader, qtbot: QtBot) -> None:
    assert not button(header, "show_sidebar").isVisible()
    header.set_sidebar_shown(False)
    with qtbot.waitSignal(header.sidebar_toggled):
        qtbot.mouseClick(button(header, "show_sidebar"), Qt.MouseButton.LeftButton)


def test_the_on_device_model_is_called_what_it_is(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(resources_dir())
    empty = EmptyThread(theme)
    qtbot.addWidget(empty)
    composer = Composer(theme)
    empty.take_composer(composer)
    empty.set_assistant("Local", "", is_on_device=True)
    empty.resize(900, 700)
    empty.show()
    label = empty.findChild(QLabel, "on_device_label")
    assert label is not None and label.isVisible()
    assert "often wrong" in label.text()
    empty.set_assistant("Server", "Answers", is_on_device=False)
    assert not label.isVisible()


def test_an_example_is_handed_on(qtbot: QtBot, qapp: QApplication) -> None:
    empty = EmptyThread(Theme(resources_dir()))
    qtbot.addWidget(empty)
    empty.show()
    first = next(one for one in empty.findChildren(QAbstractButton, "example") if one.isVisible())
    with qtbot.waitSignal(empty.example_chosen) as chosen:
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert chosen.args == [first.accessibleName()]
    empty.set_has_answerer(False)
    with qtbot.waitSignal(empty.connections_requested):
        connect = empty.findChild(QAbstractButton, "connect_service")
        assert connect is not None
        qtbot.mouseClick(connect, Qt.MouseButton.LeftButton)
    assert not first.isVisible()
