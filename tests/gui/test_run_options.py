"""Settings for one question alone: what is changed in the dialog, and what becomes of it in the window."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import (
    AssistantSettings,
    CompletionOptions,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.widgets.dialogs.fields import DecimalBox, NumberBox
from desktop_app.widgets.dialogs.run_options_dialog import RunOptionsDialog
from desktop_app.widgets.override_words import OverrideWords
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.gui.parts import find

SERVER = Connection(ConnectionId("s"), ConnectionKind.CHAT, "Server", "http://localhost:11434/v1")
SCHEMA = '{"type": "object"}'
SETTINGS = AssistantSettings(
    "Reader",
    connection_id=SERVER.id,
    model="llama",
    truncation=PromptTruncation(6000, 12),
    completion=CompletionOptions(0.3, 900, Reasoning.LOW),
)
EVERYTHING = RunOverrides(
    "qwen",
    CompletionOptions(0.9, None, Reasoning.HIGH),
    PromptTruncation(500),
    ResponseFormat(FormatKind.JSON_SCHEMA, SCHEMA),
)


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> RunOptionsDialog:
    made = RunOptionsDialog(theme)
    qtbot.addWidget(made)
    made.edit(SETTINGS, None, SERVER, asks_at_once=False)
    qtbot.waitExposed(made)
    return made


def button(parent: QWidget, name: str) -> QAbstractButton:
    return find(parent, QAbstractButton, f"run_options_{name}")


def type_temperature(dialog: QWidget, text: str) -> None:
    box = find(dialog, DecimalBox, "assistant_temperature")
    box.selectAll()
    QTest.keyClicks(box, text)


def test_only_what_is_changed_is_overridden(qtbot: QtBot, dialog: RunOptionsDialog) -> None:
    assert dialog.overrides() == RunOverrides()
    type_temperature(dialog, "0.9")
    wanted = RunOverrides(completion=CompletionOptions(0.9, 900, Reasoning.LOW))
    with qtbot.waitSignal(dialog.chosen) as chosen:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert chosen.args == [wanted]
    assert not dialog.isVisible()


def test_every_field_is_overridden_by_hand(dialog: RunOptionsDialog) -> None:
    find(dialog, QLineEdit, "assistant_model_text").setText("qwen")
    type_temperature(dialog, "0.9")
    find(dialog, NumberBox, "assistant_max_tokens").setValue(0)
    find(dialog, QComboBox, "assistant_reasoning").setCurrentIndex(3)
    find(dialog, QComboBox, "assistant_format").setCurrentIndex(2)
    find(dialog, QPlainTextEdit, "assistant_schema").setPlainText(SCHEMA)
    find(dialog, NumberBox, "run_max_prompt_tokens").setValue(500)
    find(dialog, QComboBox, "run_truncation").setCurrentIndex(0)
    assert dialog.overrides() == EVERYTHING
    assert EVERYTHING.of(SETTINGS).completion.temperature == 0.9
    assert EVERYTHING.names == ("model", "completion", "truncation", "response_format")


def test_what_was_chosen_before_is_shown_and_can_be_given_up(
    qtbot: QtBot, theme: Theme, dialog: RunOptionsDialog
) -> None:
    dialog.edit(SETTINGS, EVERYTHING, SERVER, asks_at_once=False)
    assert dialog.overrides() == EVERYTHING
    button(dialog, "reset").click()
    assert not button(dialog, "reset").isEnabled()
    with qtbot.waitSignal(dialog.chosen) as chosen:
        button(dialog, "use").click()
    assert chosen.args == [None]


def test_limits_are_those_of_the_assistant(dialog: RunOptionsDialog) -> None:
    tokens = find(dialog, NumberBox, "run_max_prompt_tokens")
    for value, is_well in ((0, False), (10_000_001, False), (1, True)):
        tokens.setValue(value)
        assert button(dialog, "use").isEnabled() is is_well
    find(dialog, QComboBox, "assistant_format").setCurrentIndex(2)
    assert not button(dialog, "use").isEnabled()  # a schema is asked for and none is there


def test_cancelling_chooses_nothing(qtbot: QtBot, dialog: RunOptionsDialog) -> None:
    with qtbot.assertNotEmitted(dialog.chosen):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def type_schema(dialog: QWidget, text: str) -> None:
    find(dialog, QComboBox, "assistant_format").setCurrentIndex(2)
    QTest.keyClicks(find(dialog, QPlainTextEdit, "assistant_schema"), text)


@pytest.mark.parametrize("answer", ["discard", "keep"])
def test_a_schema_that_was_typed_is_not_dropped_without_a_question(
    qtbot: QtBot, dialog: RunOptionsDialog, answer: str
) -> None:
    chosen: list[RunOverrides] = []
    dialog.chosen.connect(chosen.append)
    type_schema(dialog, SCHEMA)
    page = dialog._page
    with qtbot.waitSignal(page._schema.checked):  # which is no change and takes no question away
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert button(dialog, "stay").isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not button(dialog, "stay").isVisible()
    assert find(dialog, QPlainTextEdit, "assistant_schema").toPlainText() == SCHEMA
    button(dialog, "cancel").click()
    button(dialog, answer).click()
    assert not dialog.isVisible()
    wanted = RunOverrides(response_format=ResponseFormat(FormatKind.JSON_SCHEMA, SCHEMA))
    assert chosen == ([wanted] if answer == "keep" else [])


def test_what_cannot_be_used_can_be_mended_or_given_up(dialog: RunOptionsDialog) -> None:
    type_schema(dialog, "")  # a schema is asked for and none is there
    dialog.close()
    assert dialog.isVisible()
    assert dialog.findChild(QAbstractButton, "run_options_keep") is None
    button(dialog, "discard").click()
    assert not dialog.isVisible()


def test_a_model_that_fills_itself_in_is_no_change(dialog: RunOptionsDialog) -> None:
    dialog.edit(replace(SETTINGS, model=""), None, SERVER, asks_at_once=False)
    dialog.set_models(SERVER.id, (Model("llama"),))
    assert find(dialog, QLineEdit, "assistant_model_text").text() == "llama"
    dialog.reject()
    assert not dialog.isVisible()


def test_what_is_overridden_is_said_in_words() -> None:
    words = OverrideWords()
    said = words.sentence(SETTINGS, EVERYTHING)
    for part in ("qwen", "0.9", "any length", "thinking", "500", "as fit", "JSON"):
        assert part in said
    only = RunOverrides(completion=replace(SETTINGS.completion, max_tokens=800))
    assert words.sentence(SETTINGS, only) == "reply up to 800 tokens"


# -- in the window


async def choose(scene: Scene, temperature: str) -> None:
    """Set a temperature for what is asked next, or at once."""
    await until(lambda: scene.window.findChild(RunOptionsDialog) is not None)
    dialog = find(scene.window, RunOptionsDialog, "run_options_dialog")
    await until(dialog.isVisible)
    type_temperature(dialog, temperature)
    button(dialog, "use").click()
    await until(lambda: scene.window.findChild(RunOptionsDialog) is None)


def note_of(scene: Scene) -> str:
    """What is said above the composer."""
    note = scene.window.findChild(QWidget, "options_note")
    return note.accessibleName() if note is not None and note.isVisible() else ""


async def asked_with(scene: Scene) -> list[float]:
    """The temperatures of the thread's runs."""
    runs = await scene.backend.conversations.runs(scene.thread_id)
    return [run.settings.completion.temperature for run in runs]


async def test_the_next_question_alone_is_asked_otherwise(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        first = s.thread_id
        s.window._actions["ask_otherwise"].trigger()
        await choose(s, "0.9")
        assert "0.9" in note_of(s)
        assert s.window.focusWidget() is s.composer
        await s.new_thread()  # each thread has its own
        assert note_of(s) == ""
        await s.open(first)
        assert "0.9" in note_of(s)
        await s.ask("Two", "2")
        assert note_of(s) == ""
        await s.ask("Three", "3")
        assert await asked_with(s) == [0.3, 0.9, 0.3]
        runs = await s.backend.conversations.runs(s.thread_id)
        assert [run.details.overrides for run in runs] == [(), ("completion",), ()]
        assert [body["temperature"] for body in s.server.bodies] == [0.3, 0.9, 0.3]


async def test_a_question_that_is_refused_keeps_its_settings(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        s.window._actions["ask_otherwise"].trigger()
        await choose(s, "0.8")
        s.intents.runs.question_refused.emit(s.thread_id)
        assert "0.8" in note_of(s)
        find(s.window, QAbstractButton, "drop_options").click()
        assert note_of(s) == ""
        await s.ask("Two", "2")
        assert await asked_with(s) == [0.3, 0.3]


async def test_another_assistant_is_asked_as_it_is(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        other = await s.backend.assistants.create(replace(s.assistant.settings, name="Other"))
        s.window._actions["ask_otherwise"].trigger()
        await choose(s, "0.9")
        assert note_of(s) != ""
        s.intents.threads.set_assistant(s.thread_id, other.id)
        await until(lambda: note_of(s) == "")
        await s.settled()


async def test_a_reply_is_asked_for_again_with_other_settings(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("One", "1")
        reply = (await s.stored())[-1]
        s.prompter.answer("One", "another")
        s.window.messages.transcript.options_wanted.emit(reply.id)
        await choose(s, "0.5")
        await until(lambda: s.shown() == ["One", "another"] and not s.is_running)
        assert await asked_with(s) == [0.3, 0.5]
        assert note_of(s) == ""
        assert len((await s.stored())[-1].sibling_ids) == 2
