"""The assistant's settings, driven by keys and clicks."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import (
    Assistant,
    AssistantSettings,
    CompletionOptions,
    Expiration,
    ExpirationPolicy,
    FormatKind,
    PromptTruncation,
    Reasoning,
    ResponseFormat,
)
from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.context import ContextPreview, ContextRow, Counted
from desktop_app.domain.drafts import AssistantDraft
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, ThreadId
from desktop_app.domain.threads import Author, ThreadSummary
from desktop_app.domain.tools import Function
from desktop_app.widgets.details.rows import DetailRows, RowKind
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.fields import ChoiceBox, DecimalBox, NumberBox, TextArea
from desktop_app.widgets.dialogs.frame import Hairline
from desktop_app.widgets.theme import Theme
from tests.conftest import TRIES
from tests.gui.parts import find, problem_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLLAMA = Connection(ConnectionId("ollama"), ConnectionKind.CHAT, "Ollama", "http://localhost:11434/v1")
OTHER = Connection(ConnectionId("other"), ConnectionKind.CHAT, "Other", "https://example.org/v1")
SETTINGS = AssistantSettings(
    "Contract reader",
    "Reads contracts.",
    "Read with care.\n\nQuote\u00a0places.",
    OLLAMA.id,
    "llama",
    PromptTruncation(6000, 12),
    CompletionOptions(0.7, 900),
    Expiration(30, ExpirationPolicy.STATIC),
    (("team", "legal"), ("a=b", "c")),
)

ASSISTANT = Assistant(AssistantId("assistant"), 7, SETTINGS, NOW, NOW, NOW)


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> AssistantDialog:
    made = AssistantDialog(theme)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def shown(qtbot: QtBot, dialog: AssistantDialog) -> AssistantDialog:
    dialog.edit(ASSISTANT, SETTINGS, [OLLAMA, OTHER])
    qtbot.waitExposed(dialog)
    return dialog


def save_button(dialog: QWidget) -> QAbstractButton:
    return find(dialog, QAbstractButton, "assistant_save")


def test_everything_shown_is_what_was_stored(shown: AssistantDialog) -> None:
    assert shown.settings() == SETTINGS
    assert not save_button(shown).isEnabled()


def test_what_no_field_can_show_is_kept_until_it_is_edited(qtbot: QtBot, dialog: AssistantDialog) -> None:
    lines = "one\r\ntwo\u2028three\u2029four\rfive"
    schema = ResponseFormat(FormatKind.JSON_SCHEMA, '{\r\n"type": "object"}')
    labels = (("a = b", "c"), (" d", "e\nf"))
    given = replace(SETTINGS, description=lines, instruction=lines, labels=labels, response_format=schema)
    dialog.edit(replace(ASSISTANT, settings=given), given, [OLLAMA, OTHER])
    qtbot.waitExposed(dialog)
    QTest.keyClicks(find(dialog, QLineEdit, "assistant_name"), "!")
    assert dialog.settings() == replace(given, name="Contract reader!")
    QTest.keyClicks(find(dialog, TextArea, "assistant_instruction"), "0")
    assert dialog.settings().instruction == "0one\ntwo\nthree\nfour\nfive"
    QTest.keyClick(find(dialog, TextArea, "assistant_instruction"), Qt.Key.Key_Backspace)
    assert dialog.settings().instruction == lines


def test_saving_by_keys_alone_gives_the_new_version_with_its_note(
    qtbot: QtBot, shown: AssistantDialog
) -> None:
    name = find(shown, QLineEdit, "assistant_name")
    qtbot.waitUntil(name.hasFocus)
    QTest.keyClicks(name, "!")
    QTest.keyClicks(find(shown, QLineEdit, "assistant_note"), "louder")
    wanted = replace(SETTINGS, name="Contract reader!")
    with qtbot.waitSignal(shown.save_requested) as saved:
        QTest.keyClick(name, Qt.Key.Key_Return)
    assert saved.args == [ASSISTANT.id, wanted, "louder", 7]
    assert shown.isVisible()  # until the store has it
    shown.set_saved(replace(ASSISTANT, version=8, settings=wanted))
    assert not shown.isVisible()


def test_a_name_that_is_too_long_is_refused_while_typing(qtbot: QtBot, shown: AssistantDialog) -> None:
    name = find(shown, QLineEdit, "assistant_name")
    name.setText("n" * 100)
    QTest.keyClicks(name, "n")
    assert "100" in problem_of(shown, "assistant_name")
    assert not save_button(shown).isEnabled()
    QTest.keyClick(name, Qt.Key.Key_Backspace)
    assert problem_of(shown, "assistant_name") == ""
    assert save_button(shown).isEnabled()


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("assistant_max_prompt_tokens", 10_000_001, "10"),
        ("assistant_max_tokens", 10_000_001, "10"),
        ("assistant_last_messages", 0, "1"),
        ("assistant_ttl_days", 3651, "365"),
    ],
)
def test_a_number_over_its_limit_is_told_with_the_limit(
    shown: AssistantDialog, field: str, value: int, limit: str
) -> None:
    find(shown, NumberBox, field).setValue(value)
    assert limit in problem_of(shown, field)
    assert not save_button(shown).isEnabled()


def test_a_temperature_over_the_connections_range_is_told(shown: AssistantDialog) -> None:
    find(shown, DecimalBox, "assistant_temperature").setValue(2.1)
    assert "2" in problem_of(shown, "assistant_temperature")


def test_the_tab_with_a_problem_is_marked(shown: AssistantDialog) -> None:
    find(shown, NumberBox, "assistant_max_prompt_tokens").setValue(0)
    marked = [shown._pages.tabs.is_marked(index) for index in range(shown._pages.tabs.count())]
    assert marked == [False, False, False, True, False, False, False]


def test_labels_are_checked_while_typing(shown: AssistantDialog) -> None:
    labels = find(shown, TextArea, "assistant_labels")
    labels.set_text("team = a\nteam = b")
    assert problem_of(shown, "assistant_labels")
    labels.set_text("team = a\n\nowner=b")
    assert shown.settings().labels == (("team", "a"), ("owner", "b"))


def test_a_new_assistant_is_not_scolded_before_anything_is_typed(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    dialog.edit(None, AssistantSettings(""), [OLLAMA])
    assert problem_of(dialog, "assistant_name") == ""
    assert not save_button(dialog).isEnabled()
    name = find(dialog, QLineEdit, "assistant_name")
    QTest.keyClicks(name, "N")
    assert save_button(dialog).isEnabled()
    QTest.keyClick(name, Qt.Key.Key_Backspace)
    assert problem_of(dialog, "assistant_name")


def test_a_template_can_be_created_as_it_is(qtbot: QtBot, dialog: AssistantDialog) -> None:
    dialog.edit(None, AssistantSettings("Editor"), [OLLAMA])
    with qtbot.waitSignal(dialog.save_requested) as saved:
        save_button(dialog).click()
    assert saved.args[0] is None


def test_no_limit_for_the_reply_is_kept_as_none(qtbot: QtBot, shown: AssistantDialog) -> None:
    find(shown, NumberBox, "assistant_max_tokens").setValue(0)
    assert shown.settings().completion.max_tokens is None


def test_sending_all_that_fits_has_no_number_of_messages(shown: AssistantDialog) -> None:
    find(shown, QComboBox, "assistant_truncation").setCurrentIndex(0)
    assert shown.settings().truncation == PromptTruncation(6000, None)
    assert not find(shown, NumberBox, "assistant_last_messages").isEnabled()


def test_an_assistant_that_does_not_expire_has_no_lifetime(shown: AssistantDialog) -> None:
    find(shown, QCheckBox, "assistant_lifetime").setChecked(False)
    assert shown.settings().expiration is None
    assert not find(shown, NumberBox, "assistant_ttl_days").isEnabled()


def test_the_slider_and_the_number_are_one_value(shown: AssistantDialog) -> None:
    shown._pages.model._slider.setValue(150)
    assert shown.settings().completion.temperature == 1.5
    find(shown, DecimalBox, "assistant_temperature").setValue(0.25)
    assert shown._pages.model._slider.value() == 25


@pytest.mark.parametrize("exact", [0.125, 0.30000001192092896, 1 / 3])
def test_a_temperature_is_kept_as_exact_as_it_is_until_it_is_edited(
    dialog: AssistantDialog, exact: float
) -> None:
    given = replace(SETTINGS, completion=CompletionOptions(exact))
    dialog.edit(replace(ASSISTANT, settings=given), given, [OLLAMA])
    QTest.keyClicks(find(dialog, QLineEdit, "assistant_name"), "!")
    assert dialog.settings().completion.temperature == exact
    box = find(dialog, DecimalBox, "assistant_temperature")
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert dialog.settings().completion.temperature == round(box.value(), 2)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert dialog.settings() == replace(given, name="Contract reader!")


def test_a_point_is_taken_where_the_language_writes_a_comma(qtbot: QtBot, theme: Theme) -> None:
    box = DecimalBox(theme, "number")
    qtbot.addWidget(box)
    box.setLocale(QLocale(QLocale.Language.Russian))
    box.selectAll()
    QTest.keyClicks(box, "1.25")
    box.interpretText()
    assert box.value() == 1.25


def test_the_models_of_the_chosen_connection_are_asked_for_and_offered(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    with qtbot.waitSignal(dialog.models_wanted) as wanted:
        dialog.edit(ASSISTANT, SETTINGS, [OLLAMA, OTHER])
    assert wanted.args == [OLLAMA.id]
    dialog.set_models(OLLAMA.id, (Model("qwen"), Model("llama", context_tokens=2048)))
    model = find(dialog, QComboBox, "assistant_model")
    assert [model.itemText(index) for index in range(model.count())] == ["qwen", "llama"]
    assert model.currentText() == "llama"
    assert not save_button(dialog).isEnabled()


def test_models_of_a_connection_no_longer_chosen_are_dropped(shown: AssistantDialog) -> None:
    find(shown, QComboBox, "assistant_connection").setCurrentIndex(2)
    shown.set_models(OLLAMA.id, (Model("llama"),))
    assert find(shown, QComboBox, "assistant_model").count() == 0


def test_another_connection_takes_its_first_model(shown: AssistantDialog) -> None:
    find(shown, QComboBox, "assistant_connection").setCurrentIndex(2)
    shown.set_models(OTHER.id, (Model("first"), Model("second")))
    assert shown.settings().connection_id == OTHER.id
    assert shown.settings().model == "first"


def test_an_assistant_without_a_model_is_not_changed_by_being_looked_at(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    plain = replace(SETTINGS, model="")
    dialog.edit(replace(ASSISTANT, settings=plain), plain, [OLLAMA, OTHER])
    dialog.set_models(OLLAMA.id, (Model("llama"), Model("mistral")))
    assert dialog.settings() == plain
    assert not save_button(dialog).isEnabled()
    dialog.reject()
    assert not dialog.isVisible()


def test_the_first_model_of_a_new_assistant_is_taken_and_nothing_that_was_typed(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    dialog.edit(None, AssistantSettings("Editor", connection_id=OLLAMA.id), [OLLAMA, OTHER])
    QTest.keyClicks(find(dialog, QLineEdit, "assistant_name"), "!")
    dialog.set_models(OLLAMA.id, (Model("llama"), Model("mistral")))
    assert dialog.settings().model == "llama"
    QTest.keyClick(find(dialog, QLineEdit, "assistant_name"), Qt.Key.Key_Backspace)
    with qtbot.assertNotEmitted(dialog.draft_changed):
        dialog.flush_draft()
    dialog.reject()
    assert not dialog.isVisible()


def test_a_model_can_be_typed_when_the_list_cannot_be_fetched(qtbot: QtBot, shown: AssistantDialog) -> None:
    shown.set_models_failed(OLLAMA.id, "The address does not answer.")
    model = find(shown, QComboBox, "assistant_model")
    assert "does not answer. A name" in model.accessibleDescription()
    model.setEditText("my-model")
    assert shown.settings().model == "my-model"
    assert save_button(shown).isEnabled()


def test_a_prompt_longer_than_the_model_takes_is_warned_about(shown: AssistantDialog) -> None:
    shown.set_models(OLLAMA.id, (Model("llama", context_tokens=2048),))
    budget = find(shown, NumberBox, "assistant_max_prompt_tokens")
    assert "2048" in budget.accessibleDescription().replace(",", "")
    budget.setValue(1000)
    assert "2048" not in budget.accessibleDescription().replace(",", "")


def test_a_deleted_connection_is_kept_until_another_is_chosen(dialog: AssistantDialog) -> None:
    dialog.edit(ASSISTANT, SETTINGS, [OTHER])
    assert dialog.settings() == SETTINGS


def test_closing_over_unsaved_changes_asks_and_escape_goes_on(qtbot: QtBot, shown: AssistantDialog) -> None:
    name = find(shown, QLineEdit, "assistant_name")
    QTest.keyClicks(name, "!")
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.isVisible()
    find(shown, QAbstractButton, "assistant_keep")
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.isVisible()
    assert shown.settings().name == "Contract reader!"


def test_discarding_closes_and_tells(qtbot: QtBot, shown: AssistantDialog) -> None:
    QTest.keyClicks(find(shown, QLineEdit, "assistant_name"), "!")
    shown.close()
    assert shown.isVisible()
    shown._tell_draft()
    with qtbot.waitSignal(shown.draft_changed) as told:
        find(shown, QAbstractButton, "assistant_discard").click()
    assert told.args == [ASSISTANT.id, None]
    assert not shown.isVisible()


def test_saving_from_the_question_saves(qtbot: QtBot, shown: AssistantDialog) -> None:
    QTest.keyClicks(find(shown, QLineEdit, "assistant_name"), "!")
    shown.reject()
    with qtbot.waitSignal(shown.save_requested):
        find(shown, QAbstractButton, "assistant_keep").click()


def test_closing_without_changes_just_closes(qtbot: QtBot, shown: AssistantDialog) -> None:
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_unsaved_edits_are_told_within_half_a_second(qtbot: QtBot, shown: AssistantDialog) -> None:
    def seconds_to_tell(words: str) -> float:
        began = time.monotonic()
        with qtbot.waitSignal(shown.draft_changed) as draft:
            find(shown, QPlainTextEdit, "assistant_instruction").setPlainText(words)
        assert draft.args == [ASSISTANT.id, AssistantDraft(replace(SETTINGS, instruction=words), 7)]
        return time.monotonic() - began

    assert any(seconds_to_tell("word " * n) < 0.5 for n in range(1, TRIES))  # the machine may be busy


def test_a_draft_opens_as_unsaved_changes(dialog: AssistantDialog) -> None:
    draft = replace(SETTINGS, instruction="Half written")
    dialog.edit(ASSISTANT, SETTINGS, [OLLAMA], AssistantDraft(draft, 7, "half a note"))
    assert dialog.settings() == draft
    assert find(dialog, QLineEdit, "assistant_note").text() == "half a note"
    assert save_button(dialog).isEnabled()
    dialog.reject()
    assert dialog.isVisible()


def test_every_tab_can_be_reached_by_keys(qtbot: QtBot, shown: AssistantDialog) -> None:
    qtbot.waitUntil(find(shown, QLineEdit, "assistant_name").hasFocus)
    for index in (1, 2, 3, 4, 5, 6, 0):
        QTest.keyClick(shown, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
        assert shown._pages.tabs.currentIndex() == index


def test_tab_walks_from_the_name_to_the_buttons(qtbot: QtBot, shown: AssistantDialog) -> None:
    qtbot.waitUntil(find(shown, QLineEdit, "assistant_name").hasFocus)
    walked = []
    for _ in range(7):
        focused = QApplication.focusWidget()
        assert focused is not None
        walked.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert walked == [
        "assistant_name",
        "assistant_description",
        "assistant_labels",
        "assistant_note",
        "assistant_cancel",
        "assistant_tabs",
        "assistant_name",
    ]


def test_every_control_has_a_name_for_screen_readers(shown: AssistantDialog) -> None:
    kinds = (QLineEdit, QPlainTextEdit, QComboBox, NumberBox, DecimalBox, QAbstractButton)
    named = [child for child in shown.findChildren(QWidget) if child.objectName().startswith("assistant_")]
    nameless = [
        child.objectName() for child in named if isinstance(child, kinds) and not child.accessibleName()
    ]
    assert nameless == []


# -- applying, and saves that fail


def test_applying_saves_and_keeps_the_dialog_open(qtbot: QtBot, shown: AssistantDialog) -> None:
    QTest.keyClicks(find(shown, QLineEdit, "assistant_name"), "!")
    wanted = shown.settings()
    with qtbot.waitSignal(shown.save_requested):
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(shown, Qt.Key.Key_S, keys)
    assert not save_button(shown).isEnabled()
    shown.set_saved(replace(ASSISTANT, version=8, settings=wanted))
    assert shown.isVisible()
    assert not save_button(shown).isEnabled()
    QTest.keyClicks(find(shown, QLineEdit, "assistant_name"), "!")
    assert "9" in save_button(shown).text()


def test_what_is_typed_while_it_is_saved_keeps_the_dialog_open(qtbot: QtBot, shown: AssistantDialog) -> None:
    name = find(shown, QLineEdit, "assistant_name")
    QTest.keyClicks(name, "!")
    wanted = shown.settings()
    save_button(shown).click()
    QTest.keyClicks(name, "?")
    with qtbot.waitSignal(shown.draft_changed) as draft:
        shown.set_saved(replace(ASSISTANT, version=8, settings=wanted))
    assert shown.isVisible()
    assert save_button(shown).isEnabled()
    assert draft.args[1].settings.name == "Contract reader!?"


def test_a_save_that_fails_keeps_everything_and_says_why(qtbot: QtBot, shown: AssistantDialog) -> None:
    QTest.keyClicks(find(shown, QLineEdit, "assistant_name"), "!")
    save_button(shown).click()
    shown.set_save_failed("The disk is full.")
    error = find(shown, QWidget, "assistant_error")
    assert shown.isVisible()
    assert error.isVisible()
    assert "The disk is full." in error.accessibleName()
    assert save_button(shown).isEnabled()
    with qtbot.waitSignal(shown.save_requested):
        save_button(shown).click()
    assert not error.isVisible()


def test_what_went_wrong_is_parted_from_a_page_that_goes_on_behind_it(shown: AssistantDialog) -> None:
    shown._pages.tabs.setCurrentIndex(2)
    shown.set_save_failed("The disk is full.")
    row = find(shown, QWidget, "assistant_error").parentWidget()
    assert row is not None
    QApplication.sendPostedEvents()
    [line] = row.findChildren(Hairline)
    assert line.isVisible()
    assert line.width() == shown.width()
    assert line.geometry().bottom() < find(shown, QWidget, "assistant_error").geometry().top() - 4


def test_a_new_assistant_that_is_applied_is_edited_from_then_on(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    dialog.edit(None, AssistantSettings("Editor", connection_id=OLLAMA.id, model="llama"), [OLLAMA])
    assert not dialog._pages.tabs.isTabVisible(6)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        find(dialog, QAbstractButton, "assistant_apply").click()
    assert saved.args[0] is None
    made = replace(ASSISTANT, id=AssistantId("made"), version=1, settings=saved.args[1])
    dialog.set_saved(made)
    assert dialog._pages.tabs.isTabVisible(6)
    QTest.keyClicks(find(dialog, QLineEdit, "assistant_name"), "!")
    with qtbot.waitSignal(dialog.save_requested) as again:
        save_button(dialog).click()
    assert again.args[0] == made.id


# -- instruction


def test_a_variable_is_put_where_the_cursor_is(qtbot: QtBot, shown: AssistantDialog) -> None:
    editor = find(shown, TextArea, "assistant_instruction")
    editor.set_text("Today is .")
    cursor = editor.textCursor()
    cursor.setPosition(len("Today is "))
    editor.setTextCursor(cursor)
    find(shown, QAbstractButton, "assistant_variables").click()
    menu = find(shown, QMenu, "assistant_variables_menu")
    action = menu.findChild(QAction, "variable_date")
    assert isinstance(action, QAction)
    action.trigger()
    menu.close()
    assert shown.settings().instruction == "Today is {{date}}."


def test_an_unknown_variable_is_named_a_moment_later(qtbot: QtBot, shown: AssistantDialog) -> None:
    editor = find(shown, TextArea, "assistant_instruction")
    editor.set_text("Hello {{nmae}}, it is {{date}}.")
    qtbot.waitUntil(lambda: "{{nmae}}" in editor.accessibleDescription())
    assert "{{date}}" not in editor.accessibleDescription()
    editor.set_text("Hello.")
    qtbot.waitUntil(lambda: "100" in editor.accessibleDescription())


def test_an_instruction_that_leaves_no_room_for_messages_is_warned_of(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    small = replace(SETTINGS, truncation=replace(SETTINGS.truncation, max_prompt_tokens=1000))
    dialog.edit(ASSISTANT, small, [OLLAMA])
    editor = find(dialog, TextArea, "assistant_instruction")
    editor.set_text("word " * 1000)
    qtbot.waitUntil(lambda: "The instruction alone" in editor.accessibleDescription())
    find(dialog, NumberBox, "assistant_max_prompt_tokens").setValue(2000)
    qtbot.waitUntil(lambda: "sent with every message" in editor.accessibleDescription())


def test_tools_that_leave_no_room_for_messages_are_warned_of_where_the_model_is_told_of_them(
    qtbot: QtBot, dialog: AssistantDialog
) -> None:
    wordy = Function("look", "word " * 1000)
    small = replace(
        SETTINGS, truncation=replace(SETTINGS.truncation, max_prompt_tokens=1000), functions=(wordy,)
    )
    device = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "On this device")
    dialog.edit(ASSISTANT, small, [OLLAMA, device])
    editor = find(dialog, TextArea, "assistant_instruction")
    qtbot.waitUntil(lambda: "The instruction and the tools alone" in editor.accessibleDescription())
    find(dialog, ChoiceBox, "assistant_connection").select(device.id)
    qtbot.waitUntil(lambda: "sent with every message" in editor.accessibleDescription())


def test_the_instruction_is_shown_as_the_model_sees_it(qtbot: QtBot, shown: AssistantDialog) -> None:
    shown._pages.tabs.setCurrentIndex(1)
    toggle = find(shown, QAbstractButton, "assistant_expand")
    with qtbot.waitSignal(shown.expansion_wanted) as wanted:
        toggle.click()
    assert wanted.args == [SETTINGS]
    shown.set_expanded("Read on 2026-03-01.")
    expanded = find(shown, TextArea, "assistant_instruction_expanded")
    assert (expanded.isVisible(), expanded.text()) == (True, "Read on 2026-03-01.")
    toggle.click()
    assert find(shown, TextArea, "assistant_instruction").isVisible()
    assert shown.settings() == SETTINGS


def test_typing_into_a_long_instruction_is_quick(qtbot: QtBot, shown: AssistantDialog) -> None:
    editor = find(shown, TextArea, "assistant_instruction")
    editor.set_text("Слово и ещё слово. " * 5_000)
    QTest.keyClicks(editor, "a")
    began = time.process_time()
    QTest.keyClicks(editor, "bcdefghijk")
    assert (time.process_time() - began) / 10 < 0.15  # a tenth of that on a quiet machine


# -- model


def test_thinking_is_asked_for_only_where_the_service_has_it(dialog: AssistantDialog) -> None:
    device = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "On this device")
    thoughtful = replace(SETTINGS, completion=CompletionOptions(reasoning=Reasoning.HIGH))
    dialog.edit(ASSISTANT, thoughtful, [OLLAMA, device])
    reasoning = find(dialog, QComboBox, "assistant_reasoning")
    assert not reasoning.isHidden()
    dialog._pages.tabs.setCurrentIndex(2)
    assert reasoning.isVisible()
    find(dialog, QComboBox, "assistant_connection").setCurrentIndex(2)
    assert not reasoning.isVisible()
    assert dialog.settings().completion.reasoning is Reasoning.HIGH  # kept for a service that has it


def test_a_schema_that_is_none_keeps_from_saving(qtbot: QtBot, shown: AssistantDialog) -> None:
    schema = find(shown, TextArea, "assistant_schema")
    find(shown, QComboBox, "assistant_format").setCurrentIndex(2)
    schema.set_text('{"type": "strin"}')
    qtbot.waitUntil(lambda: "strin" in problem_of(shown, "assistant_schema"))
    assert not save_button(shown).isEnabled()
    assert shown._pages.tabs.is_marked(2)
    find(shown, QComboBox, "assistant_format").setCurrentIndex(0)
    assert save_button(shown).isEnabled()
    assert not shown._pages.tabs.is_marked(2)


# -- context


def thread(name: str) -> ThreadSummary:
    return ThreadSummary(ThreadId(name), name, ASSISTANT.id, "", "", NOW)


def test_the_preview_follows_the_numbers_and_the_chosen_thread(qtbot: QtBot, shown: AssistantDialog) -> None:
    with qtbot.waitSignal(shown.threads_wanted) as wanted:
        shown._pages.tabs.setCurrentIndex(3)
    assert wanted.args == [ASSISTANT.id]
    with qtbot.waitSignal(shown.preview_wanted) as preview:
        shown.set_threads([thread("first"), thread("second")])
    assert preview.args == ["first", SETTINGS]
    with qtbot.waitSignal(shown.preview_wanted) as preview:
        find(shown, NumberBox, "assistant_max_prompt_tokens").setValue(900)
    assert preview.args[1].truncation.max_prompt_tokens == 900
    with qtbot.waitSignal(shown.preview_wanted) as preview:
        find(shown, QComboBox, "assistant_preview_thread").setCurrentIndex(1)
    assert preview.args[0] == "second"
    rows = tuple(ContextRow(MessageId(str(n)), Author.USER, f"text {n}", 5, n > 1) for n in range(4))
    shown.set_preview(ContextPreview(rows, 2, 4, MessageId("2"), 30, 900, Counted.ESTIMATE, 10))
    shown_rows = find(shown, DetailRows, "context_rows").rows
    assert [row.is_faded for row in shown_rows if row.kind is RowKind.ROW] == [True, True, False, False]


def test_without_threads_there_is_no_preview(shown: AssistantDialog) -> None:
    shown._pages.tabs.setCurrentIndex(3)
    shown.set_threads([])
    assert not find(shown, QComboBox, "assistant_preview_thread").isVisible()
    assert preview_note(shown) == "The preview is there once the assistant has a thread."


def test_an_assistant_that_is_not_created_yet_has_a_preview_later(dialog: AssistantDialog) -> None:
    dialog.edit(None, SETTINGS, [OLLAMA])
    dialog._pages.tabs.setCurrentIndex(3)
    assert preview_note(dialog) == "The preview is there once the assistant has a thread."


def preview_note(dialog: AssistantDialog) -> str:
    """What stands where the preview would be."""
    note = find(dialog, QLabel, "context_empty")
    assert note.isVisible()
    return note.text()


# -- lifetime


def test_a_lifetime_that_is_saved_can_be_extended(qtbot: QtBot, dialog: AssistantDialog) -> None:
    now = datetime.now(UTC)
    old = replace(ASSISTANT, created_at=now - timedelta(days=29))
    dialog.edit(old, SETTINGS, [OLLAMA])
    dialog._pages.tabs.setCurrentIndex(5)
    extend = find(dialog, QAbstractButton, "assistant_extend")
    assert extend.isVisible()
    with qtbot.waitSignal(dialog.extend_requested) as wanted:
        extend.click()
    assert wanted.args == [ASSISTANT.id]
    extended = replace(SETTINGS, expiration=Expiration(59, ExpirationPolicy.STATIC, 30))
    dialog.set_extended(replace(old, version=8, settings=extended))
    assert dialog.settings() == extended
    assert not save_button(dialog).isEnabled()
    first_days = [one.first_days for one in (dialog.settings().expiration,) if one]
    assert first_days == [30]  # saved for another reason, it is still known
    find(dialog, NumberBox, "assistant_ttl_days").setValue(90)
    assert not extend.isVisible()  # what is not saved cannot be extended


def test_extending_keeps_what_is_not_saved(dialog: AssistantDialog) -> None:
    dialog.edit(
        ASSISTANT, SETTINGS, [OLLAMA], AssistantDraft(replace(SETTINGS, instruction="Half written"), 7)
    )
    extended = replace(SETTINGS, expiration=Expiration(59, ExpirationPolicy.STATIC))
    dialog.set_extended(replace(ASSISTANT, version=8, settings=extended))
    assert dialog.settings() == replace(extended, instruction="Half written")
    assert save_button(dialog).isEnabled()


def test_a_lifetime_that_is_over_is_warned_about(shown: AssistantDialog) -> None:
    shown._pages.tabs.setCurrentIndex(5)
    find(shown, NumberBox, "assistant_ttl_days").setValue(1)  # made in March 2026
    assert "trash" in find(shown, QWidget, "assistant_expires").accessibleName()
