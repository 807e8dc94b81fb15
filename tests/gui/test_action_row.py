"""The row of buttons beside a message: which it has, and what each asks for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from desktop_app.domain.assistants import AssistantSettings, AssistantVersion
from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Status, Usage
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.action_row import ActionRow
from desktop_app.widgets.transcript.versions_menu import VersionsMenu
from tests.gui.conversation import NOON, question, reply, run_of

REPLY = ["copy_message", "regenerate", "fork_message", "message_more"]
QUESTION = ["copy_message", "edit_message", "message_more"]
SWITCH = ["sibling_previous", "sibling_next"]
MENU = ["copy_markdown", "copy_rich", "copy_plain", "quote_message", "message_details", "delete_message"]


@pytest.fixture
def row(qapp: QApplication, qtbot: QtBot) -> Iterator[ActionRow]:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(800, 40)
    made = ActionRow(Theme(resources_dir(), qapp), page)
    made.setGeometry(0, 0, 800, 28)
    page.show()
    yield made
    page.close()


def shown(row: ActionRow) -> list[str]:
    return [button.objectName() for button in row.buttons() if not button.isHidden()]


def labels(row: ActionRow) -> str:
    return " ".join(label.text() for label in row.findChildren(QLabel) if not label.isHidden())


def test_a_reply_and_a_question_have_their_own_buttons(row: ActionRow) -> None:
    row.show_message(reply(1), None, is_last=False)
    assert shown(row) == REPLY
    row.show_message(question(0), None, is_last=False)
    assert shown(row) == QUESTION
    assert labels(row) == ""


def test_versions_of_a_question_can_be_switched_too(row: ActionRow, qtbot: QtBot) -> None:
    ids = (MessageId("first"), question(0).id, MessageId("third"))
    for message in (replace(question(0), sibling_ids=ids), replace(reply(0), sibling_ids=ids)):
        row.show_message(message, None, is_last=False)
        assert shown(row)[-2:] == SWITCH
        assert "2/3" in labels(row)
        asked: list[str] = []
        row.sibling_requested.connect(asked.append)
        for name in SWITCH:
            press(row, name, qtbot)
        row.sibling_requested.disconnect(asked.append)
        assert asked == ["first", "third"]
    row.show_message(replace(question(0), sibling_ids=ids[1:]), None, is_last=False)
    assert [button.isEnabled() for button in row.buttons()[-2:]] == [False, True]


def press(row: ActionRow, name: str, qtbot: QtBot) -> None:
    button = next(button for button in row.buttons() if button.objectName() == name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_each_button_asks_for_its_own(row: ActionRow, qtbot: QtBot) -> None:
    row.show_message(reply(1), None, is_last=False)
    with qtbot.waitSignal(row.copy_requested) as copied:
        press(row, "copy_message", qtbot)
    assert copied.args == ["default"]
    for name, signal in (("regenerate", row.regenerate_requested), ("fork_message", row.fork_requested)):
        with qtbot.waitSignal(signal):
            press(row, name, qtbot)
    row.show_message(question(0), None, is_last=False)
    with qtbot.waitSignal(row.edit_requested):
        press(row, "edit_message", qtbot)


def test_the_menu_asks_for_the_rest(row: ActionRow, qtbot: QtBot) -> None:
    row.show_message(reply(1), None, is_last=False)
    assert names_of(row) == [*MENU[:4], "ask_again_with", "ask_again_otherwise", *MENU[4:]]
    row.show_message(question(0), None, is_last=False)
    assert names_of(row) == [*MENU[:4], "fork_message", *MENU[4:]]
    for name, signal in (
        ("quote_message", row.quote_requested),
        ("fork_message", row.fork_requested),
        ("message_details", row.details_requested),
        ("delete_message", row.delete_requested),
    ):
        with qtbot.waitSignal(signal):
            trigger(row, name)
    for kind in ("markdown", "rich", "plain"):
        with qtbot.waitSignal(row.copy_requested) as copied:
            trigger(row, f"copy_{kind}")
        assert copied.args == [kind]


def names_of(row: ActionRow) -> list[str]:
    return [action.objectName() for action in row.menu().actions() if not action.isSeparator()]


def trigger(row: ActionRow, name: str) -> None:
    action = row.menu().findChild(QAction, name)
    assert action is not None
    action.trigger()


def test_what_is_known_of_a_reply_stands_beside_the_buttons(row: ActionRow) -> None:
    stopped = reply(1, status=Status.STOPPED)
    row.show_message(stopped, run_of(stopped, usage=Usage(12, 3)), is_last=True)
    for fact in ("12 → 3 tokens", "v3", "stopped"):
        assert fact in labels(row)


def test_regenerating_in_the_middle_says_that_it_begins_a_branch(row: ActionRow) -> None:
    row.show_message(reply(1), None, is_last=True)
    last = row.buttons()[1].toolTip()
    row.show_message(reply(1), None, is_last=False)
    assert row.buttons()[1].toolTip() not in ("", last)
    assert row.buttons()[1].accessibleName() == last


def test_a_reply_is_asked_for_again_with_an_older_version(row: ActionRow, qtbot: QtBot) -> None:
    row.show_message(reply(1), None, is_last=False)
    menu = row.menu()
    with qtbot.waitSignal(row.versions_wanted):
        menu.popup(row.mapToGlobal(row.rect().bottomLeft()))
    submenu = menu.findChild(QMenu, "ask_again_with")
    assert submenu is not None
    assert not submenu.isEnabled()  # until the versions are known
    notes = [f"note {number}" if number % 2 else "" for number in range(12, 0, -1)]
    settings = AssistantSettings("Tester")
    versions = [AssistantVersion(12 - at, settings, note, NOON) for at, note in enumerate(notes)]
    row.show_versions(versions)
    words = [action.text() for action in submenu.actions()]
    assert words[:2] == ["version 12", "version 11 · note 11"]
    assert words[9:] == ["version 3 · note 3", "versions 1 to 2"]
    with qtbot.waitSignal(row.version_chosen) as chosen:
        submenu.actions()[1].trigger()
    assert chosen.args == [11]
    menu.close()
    qtbot.waitUntil(lambda: not Shiboken.isValid(menu))
    row.show_versions(versions)  # an answer that comes too late


def test_the_oldest_of_many_versions_is_reached_by_keys(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = VersionsMenu(parent)
    settings = AssistantSettings("Tester")
    menu.fill([AssistantVersion(number, settings, "", NOON) for number in range(350, 0, -1)])
    assert [action.text() for action in menu.actions()][9:] == [
        "version 341",
        "versions 241 to 340",
        "versions 141 to 240",
        "versions 41 to 140",
        "versions 1 to 40",
    ]
    menu.popup(parent.mapToGlobal(QPoint()))
    shown: QMenu = menu
    for title in ("versions 1 to 40", "versions 1 to 10"):
        QTest.keyClick(shown, Qt.Key.Key_Up)  # from the first to the last
        assert shown.activeAction().text() == title
        QTest.keyClick(shown, Qt.Key.Key_Right)
        inner = shown.activeAction().menu()
        assert isinstance(inner, QMenu)
        qtbot.waitUntil(inner.isVisible)
        shown = inner
    with qtbot.waitSignal(menu.version_chosen) as chosen:
        QTest.keyClick(shown, Qt.Key.Key_Up)
        assert shown.activeAction().text() == "version 1"
        QTest.keyClick(shown, Qt.Key.Key_Return)
    assert chosen.args == [1]


@pytest.mark.parametrize("count", [1, 10, 11, 12, 20, 21, 110, 111, 121, 1111])
def test_every_version_is_offered_once(qtbot: QtBot, count: int) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = VersionsMenu(parent)
    settings = AssistantSettings("Tester")
    menu.fill([AssistantVersion(number, settings, "", NOON) for number in range(count, 0, -1)])
    assert list(offered(menu)) == [f"version {number}" for number in range(count, 0, -1)]


def offered(menu: QMenu) -> Iterator[str]:
    assert len(menu.actions()) <= 20  # none is longer than the screen
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            inner.aboutToShow.emit()
            yield from offered(inner)
        else:
            yield action.text()
