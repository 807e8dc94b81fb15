"""The chooser of templates and the box about Nitka."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings, problems
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.widgets.dialogs.about_dialog import AboutDialog
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.connections_dialog import ConnectionsDialog
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.dialogs.template_chooser import TemplateChooser
from desktop_app.widgets.theme import Theme


@pytest.mark.parametrize("name", ["template_translator", "template_editor", "template_code"])
def test_a_template_is_ready_to_use(qtbot: QtBot, theme: Theme, name: str) -> None:
    chooser = TemplateChooser(theme)
    qtbot.addWidget(chooser)
    chooser.open()
    card = chooser.findChild(QAbstractButton, name)
    assert card is not None
    with qtbot.waitSignal(chooser.chosen) as chosen:
        card.setFocus()
        QTest.keyClick(card, Qt.Key.Key_Return)
    settings = chosen.args[0]
    assert problems(settings) == []
    assert settings.instruction
    assert settings.connection_id is None
    assert not chooser.isVisible()


def test_blank_is_blank(qtbot: QtBot, theme: Theme) -> None:
    chooser = TemplateChooser(theme)
    qtbot.addWidget(chooser)
    card = chooser.findChild(QAbstractButton, "template_blank")
    assert card is not None
    with qtbot.waitSignal(chooser.chosen) as chosen:
        card.click()
    assert chosen.args == [AssistantSettings("")]


def test_an_assistant_that_was_being_made_is_offered_before_another(qtbot: QtBot, theme: Theme) -> None:
    chooser = TemplateChooser(theme)
    qtbot.addWidget(chooser)
    chooser.open()
    draft = AssistantDraft(AssistantSettings("Precious"), note="first")
    chooser.offer(draft)
    kept = chooser.findChild(QWidget, "template_kept")
    assert kept is not None
    assert "“Precious”" in kept.accessibleName()
    go_on = chooser.findChild(QAbstractButton, "template_go_on")
    assert go_on is not None
    with qtbot.waitSignal(chooser.go_on_requested) as asked:
        go_on.setFocus()
        QTest.keyClick(go_on, Qt.Key.Key_Return)
    assert asked.args == [draft]
    assert not chooser.isVisible()


def test_escape_chooses_nothing(qtbot: QtBot, theme: Theme) -> None:
    chooser = TemplateChooser(theme)
    qtbot.addWidget(chooser)
    chooser.open()
    with qtbot.assertNotEmitted(chooser.chosen):
        QTest.keyClick(chooser, Qt.Key.Key_Escape)
    assert not chooser.isVisible()


def test_the_versions_can_be_copied_into_a_report(qtbot: QtBot, theme: Theme) -> None:
    about = AboutDialog(theme, version="1.2.3")
    qtbot.addWidget(about)
    copy = about.findChild(QAbstractButton, "about_copy")
    assert copy is not None
    copy.click()
    assert "Nitka 1.2.3" in QApplication.clipboard().text()
    shown = about.findChild(QLabel, "about_version")
    assert shown is not None
    assert "1.2.3" in shown.text()


@pytest.mark.parametrize("name", ["assistant", "connections", "template"])
def test_a_dialog_that_is_gone_does_not_hear_of_another_theme(qtbot: QtBot, theme: Theme, name: str) -> None:
    dialog = open_dialog(theme, name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
    theme.set_mode("dark")
    theme.set_mode("light")


@pytest.mark.parametrize("mode", ["dark", "contrastLight", "contrastDark"])
@pytest.mark.parametrize("name", ["assistant", "connections", "template"])
def test_an_open_dialog_takes_another_theme(qtbot: QtBot, theme: Theme, name: str, mode: str) -> None:
    dialog = open_dialog(theme, name)
    qtbot.addWidget(dialog)
    for shown in (mode, "light"):
        theme.set_mode(shown)
        picture = dialog.grab().toImage()
        assert picture.pixelColor(1, picture.height() - 2) == theme.color("raised")
        assert picture.pixelColor(1, picture.height() - 57) == theme.color("hairline")


def open_dialog(theme: Theme, name: str) -> QDialog:
    if name == "assistant":
        assistant_dialog = AssistantDialog(theme)
        assistant_dialog.edit(None, AssistantSettings("New"), [])
        return assistant_dialog
    dialog = ConnectionsDialog(theme) if name == "connections" else TemplateChooser(theme)
    dialog.open()
    return dialog


def test_enter_presses_the_button_with_the_focus_and_not_the_default_one(qtbot: QtBot, theme: Theme) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    row = QHBoxLayout(dialog)
    pressed: list[str] = []
    close, save = button("Close", "close"), button("Save", "save")
    for made in (close, save):
        made.clicked.connect(lambda _=False, made=made: pressed.append(made.objectName()))
        row.addWidget(made)
    save.setDefault(True)
    dialog.open()
    close.setFocus()
    QTest.keyClick(close, Qt.Key.Key_Return)
    assert pressed == ["close"]
