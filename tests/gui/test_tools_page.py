"""The tools of an assistant, driven by keys and clicks."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings, problems
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.ids import AssistantId, ConnectionId
from desktop_app.domain.tools import (
    CallStatus,
    CallStrategy,
    Command,
    Function,
    KeptRule,
    Rule,
    SearchTool,
    fingerprint,
)
from desktop_app.widgets.dialogs.fields import ChoiceBox, NumberBox, TextArea
from desktop_app.widgets.dialogs.function_list import free_name
from desktop_app.widgets.dialogs.icon_rows import ASIDE_ROLE, LINE_ROLE
from desktop_app.widgets.dialogs.tools_page import ToolsPage
from desktop_app.widgets.theme import Theme
from tests.gui.parts import click, find

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer"},
            "unit": {"enum": ["°C", "°F"]},
            "is_short": {"type": "boolean"},
            "places": {"type": "array"},
        },
        "required": ["city"],
    },
    ensure_ascii=False,
)
WEATHER = Function("weather", "Tells the weather.", SCHEMA, is_strict=True, command=Command("/bin/weather"))
ODD = Function("odd", command=Command(" /bin/sh", ("-c", "line\nline", "", "  "), 12, 3))
ASK_ME = Function("delivery", "Asks for a date.")
SEARCH = SearchTool(CallStrategy.AUTO, "look", "For terms.", 7, "yandexgpt", ("fvt1", "fvt2"))
OTHERS = ('{"genSearch": {"options": {"site": ["example.org"]}}}', '{"one": 1.0}')
SETTINGS = AssistantSettings("A", functions=(WEATHER, ASK_ME, ODD), search=SEARCH, other_tools=OTHERS)
AT_SERVICE = Connection(ConnectionId("old"), ConnectionKind.ASSISTANT_API, "Old", folder="b1g")
ON_DEVICE = Connection(ConnectionId("device"), ConnectionKind.ON_DEVICE, "Device")


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> Iterator[ToolsPage]:
    made = ToolsPage(theme)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.changed.connect(lambda: check(made))
    made.show_settings(SETTINGS)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made._editor.trial.settle()


def check(page: ToolsPage) -> bool:
    """What the dialog does at every change."""
    return page.show_problems(problems(written(page)))


def written(page: ToolsPage) -> AssistantSettings:
    return page.write(AssistantSettings("A"))


def choose(page: QWidget, name: str, value: object) -> None:
    """Choose as the user does, who is told apart from the program."""
    box = find(page, ChoiceBox, name)
    box.select(value)
    box.activated.emit(box.currentIndex())


def said_of(page: QWidget, name: str) -> str:
    return find(page, QWidget, name).accessibleDescription()


def edit(page: ToolsPage, row: int) -> None:
    view = find(page, QListView, "function_list")
    view.setFocus()
    view.setCurrentIndex(view.model().index(row, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)


def test_everything_shown_is_written_back_unchanged(page: ToolsPage) -> None:
    assert written(page) == SETTINGS
    for row in range(3):
        edit(page, row)
        assert page._editor.function() == SETTINGS.functions[row]
        QTest.keyClick(find(page, QWidget, "function_name"), Qt.Key.Key_Escape)
    assert written(page) == SETTINGS


def test_a_function_is_made_by_keys_alone(qtbot: QtBot, page: ToolsPage) -> None:
    page.show_settings(AssistantSettings("A"))
    add = find(page, QAbstractButton, "function_add")
    add.setFocus()
    QTest.keyClick(add, Qt.Key.Key_Return)
    name = find(page, QLineEdit, "function_name")
    qtbot.waitUntil(name.hasFocus)
    QTest.keyClicks(name, "weather")
    QTest.keyClick(name, Qt.Key.Key_Tab)
    QTest.keyClicks(find(page, TextArea, "function_description"), "Tells the weather.")
    QTest.keyClick(find(page, TextArea, "function_description"), Qt.Key.Key_Escape)
    assert find(page, QListView, "function_list").hasFocus()
    assert written(page).functions == (Function("weather", "Tells the weather."),)
    assert not check(page)


def test_escape_in_the_editor_goes_back_and_no_further(page: ToolsPage) -> None:
    edit(page, 0)
    assert page._editor.isVisible()
    QTest.keyClick(find(page, NumberBox, "command_time_limit"), Qt.Key.Key_Escape)
    assert not page._editor.isVisible()
    assert page._overview.isVisible()


def test_a_deleted_function_comes_back_to_its_place(page: ToolsPage) -> None:
    view = find(page, QListView, "function_list")
    view.setCurrentIndex(view.model().index(1, 0))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert [one.name for one in written(page).functions] == ["weather", "odd"]
    click(page, "function_undo")
    assert written(page) == SETTINGS


@pytest.mark.parametrize("count", [1, 10, 128])
def test_the_list_shows_whole_rows_and_all_of_a_few(page: ToolsPage, count: int) -> None:
    page.show_settings(AssistantSettings("A", functions=tuple(Function(f"f{n}") for n in range(count))))
    view = find(page, QListView, "function_list")
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp):
        QTest.keyClick(view, key)
        seen = [view.visualRect(view.model().index(row, 0)) for row in range(count)]
        seen = [row for row in seen if view.viewport().rect().intersects(row)]
        assert len(seen) == min(count, 10)
        assert all(view.viewport().rect().contains(row) for row in seen)


def test_a_copy_has_a_name_of_its_own(page: ToolsPage) -> None:
    click(page, "function_duplicate")
    assert [one.name for one in written(page).functions] == ["weather", "weather_2", "delivery", "odd"]
    assert written(page).functions[1] == replace(WEATHER, name="weather_2")


def test_a_free_name_keeps_to_the_limit() -> None:
    long = "n" * 64
    assert free_name(long, [Function(long), Function("n" * 62 + "_2")]) == "n" * 62 + "_3"


def test_a_wrong_name_is_told_in_the_editor_and_in_the_list(page: ToolsPage) -> None:
    edit(page, 0)
    name = find(page, QLineEdit, "function_name")
    name.setText("the weather")
    assert name.property("hasProblem")
    assert "Latin" in name.accessibleDescription()
    QTest.keyClick(name, Qt.Key.Key_Escape)
    view = find(page, QListView, "function_list")
    assert "change" in view.model().index(0, 0).data(LINE_ROLE)
    assert "change" not in view.model().index(1, 0).data(LINE_ROLE)
    assert check(page)


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [("command_time_limit", 3601, "3600"), ("command_output_limit", 10_001, "10000")],
)
def test_a_number_over_its_limit_is_told_with_the_limit(
    page: ToolsPage, field: str, value: int, limit: str
) -> None:
    edit(page, 0)
    find(page, NumberBox, field).setValue(value)
    assert limit in said_of(page, field).replace(",", "")


def test_a_program_is_given_and_taken_away(page: ToolsPage) -> None:
    edit(page, 1)
    choose(page, "function_source", True)
    assert find(page, QWidget, "command_warning").isVisible()
    assert "does not confine" in find(page, QWidget, "command_warning").accessibleName()
    find(page, QLineEdit, "command_program").setText("/bin/date")
    find(page, TextArea, "command_arguments").set_text("--utc\n\n-R")
    assert written(page).functions[1].command == Command("/bin/date", ("--utc", "-R"))
    choose(page, "function_source", False)
    assert written(page).functions[1].command is None
    assert not find(page, QAbstractButton, "command_try").isVisible()


# -- rules


def kept(function: Function, rule: Rule) -> KeptRule:
    return KeptRule(fingerprint(function), function.name, rule)


def texts(view: QListView) -> list[list[str]]:
    model, roles = view.model(), (Qt.ItemDataRole.DisplayRole, LINE_ROLE, ASIDE_ROLE)
    return [[model.index(row, 0).data(role) for role in roles] for row in range(model.rowCount())]


def test_rules_are_shown_and_only_what_was_decided_is_to_be_saved(page: ToolsPage) -> None:
    page.set_assistant(AssistantId("a"))
    page._show_rules("a", [kept(WEATHER, Rule.ALLOW), kept(ASK_ME, Rule.DENY)])
    model = find(page, QListView, "function_list").model()
    asides = [model.index(row, 0).data(ASIDE_ROLE) for row in range(3)]
    assert asides == ["Always allowed", "Always denied", "Asks each time"]
    assert page.rule_changes() == []
    edit(page, 0)
    assert find(page, ChoiceBox, "function_rule").value is Rule.ALLOW
    choose(page, "function_rule", Rule.DENY)
    assert page.rule_changes() == [(WEATHER, Rule.DENY)]
    choose(page, "function_rule", Rule.ALLOW)
    assert page.rule_changes() == []


@pytest.mark.parametrize(
    "change",
    [
        replace(WEATHER, is_strict=False),
        replace(WEATHER, command=Command("/bin/weather", time_limit_s=31)),
        replace(WEATHER, command=Command("/bin/weather", output_limit_kb=65)),
    ],
)
def test_any_change_of_a_function_asks_again(page: ToolsPage, change: Function) -> None:
    page.set_assistant(AssistantId("a"))
    page._show_rules("a", [kept(WEATHER, Rule.ALLOW)])
    assert page._rules.rule(WEATHER) is Rule.ALLOW
    assert page._rules.rule(change) is Rule.ASK


def test_decisions_about_functions_that_are_gone_or_changed_are_shown(page: ToolsPage) -> None:
    page.set_assistant(AssistantId("a"))
    gone = Function("gone")
    page._show_rules("a", [kept(gone, Rule.DENY), kept(WEATHER, Rule.ALLOW)])
    rules = find(page, QListView, "earlier_rules")
    assert texts(rules) == [["gone", "It is not among the functions", "Always denied"]]
    edit(page, 0)
    find(page, NumberBox, "command_time_limit").setValue(40)
    QTest.keyClick(find(page, QLineEdit, "function_name"), Qt.Key.Key_Escape)
    assert texts(rules)[1] == ["weather", "Before it was changed", "Always allowed"]
    page._show_rules("a", [])
    assert not rules.isVisible()


@pytest.mark.parametrize("field", ["command_program", "function_name", "command_arguments"])
def test_a_changed_function_asks_again_and_says_so(page: ToolsPage, field: str) -> None:
    page.set_assistant(AssistantId("a"))
    page._show_rules("a", [kept(WEATHER, Rule.ALLOW)])
    edit(page, 0)
    control = find(page, QWidget, field)
    QTest.keyClick(control, Qt.Key.Key_End)
    QTest.keyClicks(control, "x")
    assert find(page, ChoiceBox, "function_rule").value is Rule.ASK
    assert "asks again" in said_of(page, "function_rule")
    choose(page, "function_rule", Rule.ALLOW)
    [changed] = [one for one in written(page).functions if one.command and one.name.startswith("weather")]
    assert page.rule_changes() == [(changed, Rule.ALLOW)]
    QTest.keyClick(control, Qt.Key.Key_Backspace)  # what was decided about it is what counts for it
    assert find(page, ChoiceBox, "function_rule").value is Rule.ALLOW
    assert page.rule_changes() == []


def test_rules_of_another_assistant_are_not_shown(page: ToolsPage) -> None:
    page.set_assistant(AssistantId("a"))
    page._show_rules("b", [kept(WEATHER, Rule.ALLOW)])
    assert page._rules.rule(WEATHER) is Rule.ASK


def test_without_a_program_nothing_can_be_allowed(page: ToolsPage) -> None:
    edit(page, 1)
    box = find(page, ChoiceBox, "function_rule")
    assert [box.itemText(index) for index in range(box.count())] == ["Ask me for the result", "Always deny"]


# -- the form and the trial


def test_the_form_follows_the_schema(qtbot: QtBot, page: ToolsPage) -> None:
    edit(page, 0)
    assert isinstance(find(page, QWidget, "argument_city"), QLineEdit)
    assert "required" in said_of(page, "argument_city")
    assert "optional" in said_of(page, "argument_days")
    find(page, TextArea, "function_parameters").set_text('{"type": "object", "properties": {"x": {}}}')
    qtbot.waitUntil(lambda: page.findChild(TextArea, "argument_x") is not None)
    assert page._editor.findChild(QLineEdit, "argument_city") is None


def test_a_schema_that_is_none_is_told_also_when_the_editor_was_left_at_once(
    qtbot: QtBot, page: ToolsPage
) -> None:
    edit(page, 0)
    area = find(page, TextArea, "function_parameters")
    area.set_text('{"type": "object", "properties": 5}')
    QTest.keyClick(area, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: check(page))
    view = find(page, QListView, "function_list")
    assert "change" in view.model().index(0, 0).data(LINE_ROLE)
    edit(page, 0)
    area.set_text('{"type": "object", "properties": {}}')
    assert not check(page)


def test_a_form_of_a_huge_schema_stays_small(page: ToolsPage) -> None:
    huge = json.dumps({"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(2000)}})
    page._editor._form.show_schema(huge)
    assert len(page._editor._form._rows) == 30
    assert "1970" in find(page, QWidget, "form_note").property("text")


def test_what_is_filled_in_is_tried_as_json(qtbot: QtBot, page: ToolsPage) -> None:
    edit(page, 0)
    find(page, QLineEdit, "argument_city").setText('Тула "--x; rm"')
    find(page, QLineEdit, "argument_days").setText("3")
    find(page, ChoiceBox, "argument_unit").select('"°C"')
    find(page, ChoiceBox, "argument_is_short").select("true")
    find(page, TextArea, "argument_places").set_text('["a"]')
    with qtbot.waitSignal(page._editor.trial.wanted) as wanted:
        QTest.keyClick(find(page, QLineEdit, "argument_city"), Qt.Key.Key_Return)
    function, arguments = wanted.args
    assert function == WEATHER
    assert json.loads(arguments) == {
        "city": 'Тула "--x; rm"',
        "days": 3,
        "unit": "°C",
        "is_short": True,
        "places": ["a"],
    }


@pytest.mark.parametrize(("field", "text"), [("argument_days", "many"), ("argument_places", "[")])
def test_what_is_filled_in_wrong_is_not_tried(qtbot: QtBot, page: ToolsPage, field: str, text: str) -> None:
    edit(page, 0)
    control = find(page, QWidget, field)
    assert isinstance(control, QLineEdit | TextArea)
    (control.setText if isinstance(control, QLineEdit) else control.set_text)(text)
    with qtbot.assertNotEmitted(page._editor.trial.wanted):
        click(page, "command_try")
    assert control.property("hasProblem")


def test_a_trial_is_shown_and_can_be_stopped(qtbot: QtBot, page: ToolsPage) -> None:
    edit(page, 0)
    trial = page._editor.trial
    with qtbot.waitSignal(trial.wanted):
        click(page, "command_try")
    with qtbot.waitSignal(trial.stop_wanted):
        click(page, "command_try")
    trial.show_result(CallStatus.STOPPED, "", "")
    assert find(page, QWidget, "command_status").property("text") == "Stopped."
    click(page, "command_try")
    trial.show_result(CallStatus.DONE, "21 °C", "cold cache")
    shown = find(page, QPlainTextEdit, "command_output")
    assert shown.isVisible()
    assert "21 °C" in shown.toPlainText()
    assert "cold cache" in shown.toPlainText()


def test_what_a_trial_gave_is_scrolled_into_sight(page: ToolsPage) -> None:
    edit(page, 0)
    output = find(page, QPlainTextEdit, "command_output")
    button = find(page, QAbstractButton, "command_try")
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())
    for _ in range(2):
        click(page, "command_try")
        page._editor.trial.show_result(CallStatus.DONE, "21 °C", "cold cache")
        for seen in (button, output):
            assert seen.visibleRegion().boundingRect() == seen.rect()


def test_leaving_the_editor_ends_the_trial(qtbot: QtBot, page: ToolsPage) -> None:
    edit(page, 0)
    click(page, "command_try")
    with qtbot.waitSignal(page._editor.trial.stop_wanted):
        click(page, "function_back")
    page._editor.trial.show_result(CallStatus.STOPPED, "", "")
    assert "Stopped" not in find(page, QWidget, "command_status").property("text")


# -- search and other tools


def test_search_is_switched_off_and_on_with_what_was_typed(page: ToolsPage) -> None:
    box = find(page, QCheckBox, "search_on")
    box.setChecked(False)
    assert written(page).search is None
    assert not find(page, QWidget, "files_zone").isVisible()
    box.setChecked(True)
    assert written(page).search == SEARCH


def test_a_search_the_model_asks_for_needs_words(page: ToolsPage) -> None:
    find(page, TextArea, "search_instruction").set_text("")
    assert check(page)
    assert find(page, QWidget, "search_instruction").property("hasProblem")
    choose(page, "search_strategy", CallStrategy.ALWAYS)
    assert not check(page)
    assert not find(page, QWidget, "search_instruction").isVisible()


def test_a_connection_says_what_it_cannot_do_and_offers_what_it_has(page: ToolsPage) -> None:
    page.show_settings(replace(SETTINGS, other_tools=()))
    page.set_connection(ON_DEVICE)
    assert "cannot call" in find(page, QWidget, "function_warning").accessibleName()
    assert "cannot call" in said_of(page, "search_strategy")
    assert not find(page, QWidget, "search_indexes").isVisible()
    assert not find(page, QWidget, "other_tools_open").isVisible()
    page.set_connection(AT_SERVICE)
    assert not find(page, QWidget, "function_warning").isVisible()
    assert "cannot call" not in said_of(page, "search_strategy")
    assert find(page, QWidget, "search_indexes").isVisible()
    assert find(page, QWidget, "other_tools_open").isVisible()


def test_where_the_service_searches_is_said_where_it_is_chosen(page: ToolsPage) -> None:
    page.show_settings(replace(SETTINGS, search=SearchTool()))
    page.set_connection(ON_DEVICE)
    assert "go to the model with it" in said_of(page, "search_strategy")
    page.set_connection(AT_SERVICE)
    assert "no file is searched" in said_of(page, "search_strategy")
    find(page, TextArea, "search_indexes").set_text("fvt1")
    assert "in its index" in said_of(page, "search_strategy")
    choose(page, "search_strategy", CallStrategy.AUTO)
    assert "in its index" in said_of(page, "search_strategy")
    find(page, TextArea, "search_indexes").set_text("")
    assert "like a function" in said_of(page, "search_strategy")


@pytest.mark.parametrize("text", ["[", '{"a": 1', "[1]", "[" * 50_000])
def test_other_tools_that_are_no_list_of_objects_are_told_and_kept(page: ToolsPage, text: str) -> None:
    area = find(page, TextArea, "other_tools")
    area.set_text(text)
    assert check(page)
    assert "list" in area.accessibleDescription()
    kept = written(page)
    page.show_settings(SETTINGS)
    page.show_settings(kept)
    assert written(page) == kept


def test_other_tools_are_edited_as_a_list(page: ToolsPage) -> None:
    area = find(page, TextArea, "other_tools")
    area.set_text('[{"a": "ё"}, {"b": [1]}]')
    assert written(page).other_tools == ('{"a": "ё"}', '{"b": [1]}')
    area.set_text("  ")
    assert written(page).other_tools == ()
    assert not check(page)


def test_every_control_has_a_name_for_screen_readers(page: ToolsPage) -> None:
    edit(page, 0)
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, ChoiceBox, NumberBox, QListView)
    nameless = [
        control.objectName()
        for control in page.findChildren(QWidget)
        if isinstance(control, kinds)
        and control.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not control.accessibleName()
        and control.objectName() not in ("qt_spinbox_lineedit", "")
    ]
    assert nameless == []


def test_tab_comes_to_the_arguments_between_the_form_and_its_trial(page: ToolsPage) -> None:
    functions = find(page, QListView, "function_list")
    functions.setCurrentIndex(functions.model().index(0, 0))
    click(page, "function_edit")
    find(page, QAbstractButton, "function_form").setFocus(Qt.FocusReason.TabFocusReason)
    come_to = []
    for _ in range(6):
        QTest.keyClick(page.window(), Qt.Key.Key_Tab)
        come_to.append(page.window().focusWidget().objectName())
    assert come_to == [
        "argument_city",
        "argument_days",
        "argument_unit",
        "argument_is_short",
        "argument_places",
        "command_try",
    ]


def test_what_a_mnemonic_comes_to_is_scrolled_into_sight(page: ToolsPage) -> None:
    functions = find(page, QListView, "function_list")
    functions.setCurrentIndex(functions.model().index(0, 0))
    click(page, "function_edit")
    find(page, QAbstractButton, "command_try").setFocus(Qt.FocusReason.TabFocusReason)
    name = find(page, QLineEdit, "function_name")
    assert name.visibleRegion().isEmpty()
    name.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert not name.visibleRegion().isEmpty()
