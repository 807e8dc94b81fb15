"""The assistants pane, filtered by labels and given files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.ids import AssistantId
from desktop_app.widgets.assistants_pane import AssistantsPane
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.row_list import RowList
from desktop_app.widgets.theme import Theme
from tests.gui.parts import activate

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def assistant(name: str, **labels: str) -> Assistant:
    return Assistant(
        AssistantId(name), 1, AssistantSettings(name, labels=tuple(labels.items())), NOW, NOW, NOW
    )


LAWYER = assistant("Lawyer", team="legal", stage="trial")
EDITOR = assistant("Editor", team="press")
CLERK = assistant("Clerk", team="legal")
PLAIN = assistant("Plain")


@pytest.fixture
def pane(qapp: QApplication, qtbot: QtBot) -> AssistantsPane:
    made = AssistantsPane(Theme(resources_dir(), qapp))
    qtbot.addWidget(made)
    made.resize(280, 300)
    activate(qtbot, made)
    made.set_assistants([LAWYER, EDITOR, CLERK, PLAIN], {}, {}, 5)
    return made


def rows(pane: AssistantsPane) -> RowList:
    found = pane.findChild(RowList)
    assert found is not None
    return found


def names(pane: AssistantsPane) -> list[str]:
    model = rows(pane).model()
    return [str(model.index(row, 0).data()) for row in range(1, model.rowCount())]


def filter_button(pane: AssistantsPane) -> QToolButton:
    found = pane.findChild(QToolButton, "filter_labels")
    assert found is not None
    return found


def choose(pane: AssistantsPane, *labels: str) -> None:
    for label in labels:
        filter_button(pane).click()
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        next(action for action in menu.actions() if action.text() == label).trigger()
        menu.close()


def chips(pane: AssistantsPane) -> list[QPushButton]:
    return [chip for chip in pane.findChildren(QPushButton, "label_chip") if chip.isVisible()]


def test_without_labels_there_is_no_filter(pane: AssistantsPane) -> None:
    pane.set_assistants([PLAIN], {}, {}, 0)
    assert not filter_button(pane).isVisible()
    assert names(pane) == ["Plain"]


def test_labels_that_somebody_has_are_offered(pane: AssistantsPane) -> None:
    filter_button(pane).click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["stage = trial", "team = legal", "team = press"]
    menu.close()


def test_several_labels_must_all_match(pane: AssistantsPane) -> None:
    choose(pane, "team = legal")
    assert names(pane) == ["Lawyer", "Clerk"]
    choose(pane, "stage = trial")
    assert names(pane) == ["Lawyer"]
    assert len(chips(pane)) == 2


def test_a_chip_is_taken_away_by_key(pane: AssistantsPane) -> None:
    choose(pane, "team = legal", "stage = trial")
    chip = chips(pane)[1]
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)
    assert names(pane) == ["Lawyer", "Clerk"]


def test_escape_shows_all_again(qtbot: QtBot, pane: AssistantsPane) -> None:
    choose(pane, "team = press")
    rows(pane).setFocus()
    QTest.keyClick(rows(pane), Qt.Key.Key_Escape)
    assert names(pane) == ["Lawyer", "Editor", "Clerk", "Plain"]
    assert chips(pane) == []


def test_an_assistant_that_is_not_listed_does_not_choose_the_threads(
    qtbot: QtBot, pane: AssistantsPane
) -> None:
    pane.select(EDITOR.id)
    with qtbot.waitSignal(pane.assistant_selected) as selected:
        choose(pane, "team = legal")
    assert selected.args == [None]
    assert pane.selected_id is None


def test_a_label_that_nobody_has_any_more_is_given_up(pane: AssistantsPane) -> None:
    choose(pane, "stage = trial")
    pane.set_assistants([EDITOR, CLERK], {}, {}, 0)
    assert names(pane) == ["Editor", "Clerk"]
    assert chips(pane) == []


def said(pane: AssistantsPane) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel, "no_such_labels") if label.isVisible()]


def test_that_none_has_the_labels_is_said_with_a_way_back(pane: AssistantsPane) -> None:
    choose(pane, "team = legal")
    assert said(pane) == []
    before = pane.wanted_height
    choose(pane, "team = press")
    assert names(pane) == []
    assert said(pane) == ["No assistant has all these labels."]
    row = pane._theme.px("assistantRow")
    assert pane.wanted_height > before - 2 * row
    found = pane.findChild(QPushButton, "show_all_assistants")
    assert found is not None
    found.setFocus()
    QTest.keyClick(found, Qt.Key.Key_Space)
    assert names(pane) == ["Lawyer", "Editor", "Clerk", "Plain"]
    assert said(pane) == []


def test_a_new_assistant_is_listed_whatever_the_filter(pane: AssistantsPane) -> None:
    choose(pane, "team = legal")
    pane.set_assistants([LAWYER, EDITOR, CLERK, PLAIN, assistant("Partner", team="legal")], {}, {}, 5)
    assert names(pane) == ["Lawyer", "Clerk", "Partner"]
    pane.set_assistants([LAWYER, EDITOR, CLERK, PLAIN, assistant("New")], {}, {}, 5)
    assert names(pane) == ["Lawyer", "Editor", "Clerk", "Plain", "New"]
    assert chips(pane) == []


def test_a_label_of_several_lines_is_a_chip_of_one(pane: AssistantsPane) -> None:
    odd = assistant("Odd", **{"one\ntwo": "\u202ethree"})
    pane.set_assistants([odd], {}, {}, 0)
    choose(pane, "one two = three")
    assert names(pane) == ["Odd"]


def test_room_for_the_chips_is_asked_for(qtbot: QtBot, pane: AssistantsPane) -> None:
    before = pane.wanted_height
    with qtbot.waitSignal(pane.rows_changed):
        choose(pane, "team = legal")
    rows_gone = 2 * pane._theme.px("assistantRow")
    assert pane.wanted_height > before - rows_gone


def dropped(*names: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/tmp/{name}") for name in names])
    return data


def test_files_of_assistants_can_be_dropped(qtbot: QtBot, pane: AssistantsPane) -> None:
    data = dropped("reader.nitka-assistant.json", "writer.JSON")
    keys, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    entered = QDragEnterEvent(QPoint(10, 10), Qt.DropAction.CopyAction, data, button, keys)
    QApplication.sendEvent(pane, entered)
    assert entered.isAccepted()
    with qtbot.waitSignal(pane.files_dropped) as caught:
        QApplication.sendEvent(
            pane, QDropEvent(QPoint(10, 10).toPointF(), Qt.DropAction.CopyAction, data, button, keys)
        )
    assert caught.args == [[Path("/tmp/reader.nitka-assistant.json"), Path("/tmp/writer.JSON")]]


@pytest.mark.parametrize("files", [("picture.png",), ("reader.json", "notes.txt")])
def test_other_files_are_not_taken(pane: AssistantsPane, files: tuple[str, ...]) -> None:
    data = dropped(*files)  # an event does not keep it
    entered = QDragEnterEvent(
        QPoint(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    entered.ignore()
    QApplication.sendEvent(pane, entered)
    assert not entered.isAccepted()
