"""The field for JSON Schemas, driven by keys and clicks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop_app.widgets.dialogs.schema_editor import SchemaEditor
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme


@pytest.fixture
def editor(qtbot: QtBot, qapp: QApplication) -> SchemaEditor:
    theme = Theme(resources_dir(), qapp)
    theme.set_mode("light")
    made = SchemaEditor(theme, "schema")
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_mistake_is_told_with_its_line_a_moment_after_typing(qtbot: QtBot, editor: SchemaEditor) -> None:
    with qtbot.waitSignal(editor.checked):
        editor.set_text('{"type": "object"}')
    assert editor.problem == ""
    with qtbot.waitSignal(editor.checked):
        QTest.keyClick(editor.area, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(editor.area, Qt.Key.Key_Return)
        QTest.keyClicks(editor.area, "]")
    assert "2" in editor.problem
    assert editor.area.accessibleDescription() == editor.problem
    with qtbot.waitSignal(editor.checked):
        QTest.keyClick(editor.area, Qt.Key.Key_Backspace)
    assert editor.problem == ""


def test_only_the_newest_text_counts(qtbot: QtBot, editor: SchemaEditor) -> None:
    editor.set_text('{"type": 3}')
    with qtbot.waitSignal(editor.checked):
        editor.set_text('{"type": "object"}')
    assert editor.problem == ""


def test_parameters_have_to_be_an_object(qtbot: QtBot, editor: SchemaEditor) -> None:
    with qtbot.waitSignal(editor.checked):
        editor.set_text('{"type": "string"}')
    assert "object" in editor.problem


def test_what_the_form_says_comes_after_what_the_schema_says(qtbot: QtBot, editor: SchemaEditor) -> None:
    editor.set_problem("This cannot be empty.")
    assert editor.problem == "This cannot be empty."
    with qtbot.waitSignal(editor.checked):
        editor.set_text("{")
    assert editor.problem.startswith("Line 1, character 2:")


def test_tidying_up_lays_out_and_can_be_undone(qtbot: QtBot, editor: SchemaEditor) -> None:
    QTest.keyClicks(editor.area, '{"type":"object"}')
    button = editor.findChild(QAbstractButton, "schema_tidy")
    assert isinstance(button, QAbstractButton)
    button.click()
    assert editor.text() == '{\n  "type": "object"\n}'
    editor.area.undo()
    assert editor.text() == '{"type":"object"}'


def test_a_new_line_begins_where_the_last_one_did(qtbot: QtBot, editor: SchemaEditor) -> None:
    QTest.keyClicks(editor.area, "{")
    QTest.keyClick(editor.area, Qt.Key.Key_Return)
    QTest.keyClicks(editor.area, '"type": "object",')
    QTest.keyClick(editor.area, Qt.Key.Key_Return)
    QTest.keyClicks(editor.area, "x")
    assert editor.text() == '{\n  "type": "object",\n  x'


def test_an_editor_that_goes_while_its_text_is_looked_at_takes_nothing_down(
    qtbot: QtBot, qapp: QApplication
) -> None:
    theme = Theme(resources_dir(), qapp)
    for _ in range(20):
        editor = SchemaEditor(theme, "schema")
        editor.set_text('{"type": "object"}')
        with qtbot.waitSignal(editor.destroyed):
            editor.deleteLater()
