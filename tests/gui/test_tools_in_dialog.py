"""The tools in the living window: an assistant is given files and functions, and rules of its own."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListView, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.tools import CallStatus, Command, Function, Rule, fingerprint
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.fields import ChoiceBox
from desktop_app.widgets.dialogs.files_panel import FilesPanel
from desktop_app.widgets.dialogs.icon_rows import LINE_ROLE
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.parts import find

WEATHER = Function("weather", "Tells the weather.", command=Command("/bin/weather"))


def click(page: QWidget, name: str) -> None:
    button = find(page, QAbstractButton, name)
    assert button.isEnabled(), name
    button.click()


def show_tools(dialog: QWidget) -> None:
    tabs = find(dialog, QTabBar, "assistant_tabs")
    [place] = [index for index in range(tabs.count()) if tabs.tabText(index) == "&Tools"]
    tabs.setCurrentIndex(place)


async def open_settings(scene: Scene) -> AssistantDialog:
    scene.window._actions["assistant_settings"].trigger()
    await until(lambda: scene.window.findChild(AssistantDialog) is not None)
    dialog = find(scene.window, AssistantDialog, "assistant_dialog")
    show_tools(dialog)
    return dialog


def drop(panel: QWidget, path: Path) -> None:
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(panel, QDragEnterEvent(QPoint(5, 5), copy, dragged, left, none))
    QApplication.sendEvent(panel, QDropEvent(QPointF(5, 5), copy, dragged, left, none))


async def test_a_function_and_its_rule_are_saved_and_a_rule_alone_makes_no_version(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        store, rules, assistant = scene.backend.assistants, scene.backend.rules, scene.assistant
        dialog = await open_settings(scene)
        click(dialog, "function_add")
        find(dialog, QLineEdit, "function_name").setText("weather")
        QTest.keyClicks(find(dialog, QWidget, "function_description"), "Tells the weather.")
        find(dialog, ChoiceBox, "function_source").select(True)
        find(dialog, QLineEdit, "command_program").setText("/bin/weather")
        rule = find(dialog, ChoiceBox, "function_rule")
        rule.select(Rule.ALLOW)
        rule.activated.emit(rule.currentIndex())
        click(dialog, "assistant_apply")
        await until(lambda: not find(dialog, QWidget, "assistant_apply").isEnabled())
        await scene.settled()
        kept = await store.assistant(assistant.id)
        assert kept is not None
        assert kept.settings.functions == (WEATHER,)
        assert await rules.rule(assistant.id, WEATHER) is Rule.ALLOW
        assert not find(dialog, QWidget, "assistant_save").isEnabled()

        rule.select(Rule.DENY)
        rule.activated.emit(rule.currentIndex())
        save = find(dialog, QAbstractButton, "assistant_save")
        assert save.text() == "&Save"  # rules make no version
        rule.select(Rule.ALLOW)
        rule.activated.emit(rule.currentIndex())
        assert save.text().startswith("&Save as v")
        rule.select(Rule.DENY)
        rule.activated.emit(rule.currentIndex())
        click(dialog, "assistant_save")
        await until(lambda: scene.window.findChild(AssistantDialog) is None)
        await scene.settled()
        again = await store.assistant(assistant.id)
        assert again is not None
        assert again.version == kept.version
        assert await rules.rule(assistant.id, WEATHER) is Rule.DENY


async def test_enter_in_the_editor_of_a_function_does_not_save_the_assistant(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        dialog = await open_settings(scene)
        click(dialog, "function_add")
        name = find(dialog, QLineEdit, "function_name")
        name.setText("weather")
        assert find(dialog, QWidget, "assistant_save").isEnabled()
        QTest.keyClick(name, Qt.Key.Key_Return)
        assert dialog.isVisible()
        assert name.isVisible()
        QTest.keyClick(name, Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert not name.isVisible()
        dialog.reject()
        click(dialog, "assistant_discard")
        await scene.settled()


async def test_a_decision_about_a_function_that_is_gone_is_revoked_at_once(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        rules, assistant_id = scene.backend.rules, scene.assistant.id
        other = replace(WEATHER, name="other")
        for function in (WEATHER, other):
            await rules.set_rule(assistant_id, function, Rule.ALLOW)
        dialog = await open_settings(scene)
        view = find(dialog, QListView, "earlier_rules")
        await until(view.isVisible)
        assert [view.model().index(row, 0).data() for row in range(2)] == ["other", "weather"]
        click(dialog, "earlier_rules_revoke")
        await until(lambda: view.model().rowCount() == 1)
        assert list(await rules.rules(assistant_id)) == [fingerprint(WEATHER)]
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Delete)
        await until(lambda: not view.isVisible())
        assert await rules.rules(assistant_id) == {}
        assert not find(dialog, QWidget, "assistant_save").isEnabled()
        dialog.reject()
        await scene.settled()


async def test_what_was_decided_is_not_kept_when_the_dialog_is_left(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        settings = replace(scene.assistant.settings, functions=(WEATHER,))
        await scene.backend.assistants.save_version(scene.assistant.id, settings)
        dialog = await open_settings(scene)
        click(dialog, "function_edit")
        rule = find(dialog, ChoiceBox, "function_rule")
        rule.select(Rule.ALLOW)
        rule.activated.emit(rule.currentIndex())
        click(dialog, "function_back")
        dialog.reject()
        click(dialog, "assistant_discard")
        await scene.settled()
        assert await scene.backend.rules.rule(scene.assistant.id, WEATHER) is Rule.ASK


async def test_a_new_assistant_is_created_for_the_file_that_was_dropped(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("A note.", encoding="utf-8")
    async with living_window(qapp, tmp_path / "profile") as scene:
        connection_id = scene.assistant.settings.connection_id
        scene.intents.assistants.draft(AssistantSettings("", connection_id=connection_id, model="m"))
        await until(lambda: scene.window.findChild(AssistantDialog) is not None)
        dialog = find(scene.window, AssistantDialog, "assistant_dialog")
        show_tools(dialog)
        click(dialog, "search_on")
        panel = dialog.findChild(FilesPanel)
        assert panel is not None
        drop(panel, note)
        name = find(dialog, QLineEdit, "assistant_name")
        assert name.isVisible()  # it has none yet, so it cannot be made
        assert name.property("hasProblem")
        name.setText("Reader")
        click(dialog, "assistant_apply")
        model = find(dialog, QListView, "files_list").model()
        await until(lambda: model.rowCount() == 1)
        await until(lambda: str(model.index(0, 0).data(LINE_ROLE)).startswith("Ready"))
        made = [one for one in await scene.backend.assistants.assistants() if one.settings.name == "Reader"]
        assert len(made) == 1
        assert made[0].settings.search is not None
        click(dialog, "assistant_cancel")
        await scene.settled()


async def test_a_trial_that_another_one_replaces_says_nothing(qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as scene:
        functions = scene.intents.functions
        told: list[tuple[CallStatus, str]] = []
        functions.tried.connect(lambda status, text, _: told.append((status, text.strip())))
        slow, quick = (
            Function("tried", command=Command(sys.executable, ("-c", code)))
            for code in ("import time; time.sleep(60)", "print('here')")
        )
        functions.begin_trial(slow, "{}")
        await asyncio.sleep(0)
        functions.begin_trial(quick, "{}")
        await until(lambda: bool(told))
        assert told == [(CallStatus.DONE, "here")]
        functions.begin_trial(slow, "{}")
        await asyncio.sleep(0)
        functions.stop_trial()
        await until(lambda: len(told) == 2)
        assert told[1] == (CallStatus.STOPPED, "")
