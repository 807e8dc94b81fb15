"""How the main window stands when it opens, and what it remembers when it closes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QSplitter
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.settings import Announcements, Settings, WindowState
from desktop_app.export.files import safe_name
from desktop_app.qt.intents import AssistantsListed
from desktop_app.widgets.exports import Exports
from desktop_app.widgets.main_window import MainWindow
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> MainWindow:
    made = MainWindow(Theme(resources_dir(), qapp), Settings(), WindowState())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_what_is_typed_after_the_start_goes_into_the_composer(window: MainWindow) -> None:
    focus = window.focusWidget()
    assert focus is not None
    assert focus.objectName() == "composer"


def test_a_sidebar_that_goes_leaves_the_keyboard_to_the_composer(window: MainWindow) -> None:
    window.threads.focus_list()
    focus = window.focusWidget()
    assert focus is not None
    assert window.threads.isAncestorOf(focus)
    window.resize(720, 480)
    focus = window.focusWidget()
    assert focus is not None
    assert focus.objectName() == "composer"


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_sidebar_comes_back_as_it_was_left(window: MainWindow, is_shown: bool) -> None:
    window._show_sidebar(is_shown)
    window.close()
    assert window.state().sidebar_shown is is_shown


def test_what_is_announced_is_chosen_in_the_view_menu(window: MainWindow, qtbot: QtBot) -> None:
    window.fill_menus()
    menu = window.findChild(QMenu, "menu_announcements")
    assert menu is not None
    assert [action.isChecked() for action in menu.actions()] == [True, False, False]
    with qtbot.waitSignal(window.settings_changed) as changed:
        menu.actions()[1].trigger()
    assert changed.args[0].announcements is Announcements.ENDS
    assert [action.isChecked() for action in menu.actions()] == [False, True, False]


def test_an_export_is_offered_under_a_name_that_every_system_takes(window: MainWindow) -> None:
    exports = Exports(window._shown, window.notices, window._actions, window)
    exports._ask_where(["thread-1"], 'What is "a/b" in C:\\?')
    dialog = window.findChild(QFileDialog, "export_dialog")
    assert dialog is not None
    (path,) = dialog.selectedFiles()
    assert Path(path).stem == safe_name('What is "a/b" in C:\\?')
    dialog.reject()


def assistants(count: int) -> AssistantsListed:
    now = datetime.now(UTC)
    return AssistantsListed(
        [
            Assistant(AssistantId(str(number)), 1, AssistantSettings(f"Number {number}"), now, now, now)
            for number in range(count)
        ]
    )


def test_new_assistants_are_seen_until_the_user_drags_the_splitter(window: MainWindow) -> None:
    lists = window.findChild(QSplitter, "lists")
    assert lists is not None
    heights = []
    for count in (1, 4, 6):
        window._on_assistants(assistants(count))
        heights.append(lists.sizes()[0])
    assert heights[0] < heights[1] < heights[2]
    assert not window.state().is_assistants_height_own
    lists.splitterMoved.emit(100, 1)
    window._on_assistants(assistants(2))
    assert lists.sizes()[0] == heights[2]
    assert window.state().is_assistants_height_own


def test_assistants_have_their_room_when_the_sidebar_comes_back(window: MainWindow, qtbot: QtBot) -> None:
    lists = window.findChild(QSplitter, "lists")
    assert lists is not None
    window.resize(720, 600)
    window._on_assistants(assistants(4))
    window._show_sidebar(True)
    needed = 5 * window._theme.px("assistantRow")
    qtbot.waitUntil(lambda: lists.sizes()[0] > needed)


def test_a_notice_is_one_step_from_the_composer(window: MainWindow) -> None:
    seen = []
    window.notice.show_notice("Something happened.", action="Undo", on_action=lambda: seen.append("undone"))
    for name in ("notice_action", "assistants", "threads", "composer", "notice_action"):
        window._step_pane(1)
        focus = window.focusWidget()
        assert focus.objectName() == name
    window._step_pane(-1)
    assert window.focusWidget().objectName() == "composer"
    window._step_pane(1)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert seen == ["undone"]
    assert not window.notice.isVisible()
