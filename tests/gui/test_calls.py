"""Calls that wait for the user, and what was called: cards, decisions, results, steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from sys import executable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Status
from desktop_app.domain.tools import CallStatus, Command, Decision, Function, ToolStep
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.call_arguments import arguments_of, command_line, visible
from desktop_app.widgets.transcript.call_card import CallCard
from desktop_app.widgets.transcript.call_parts import ReadText
from tests.conftest import until
from tests.function_calls import Call
from tests.gui.call_samples import ENDED, HOSTILE, asked, step, used, waiting, wanted
from tests.gui.conversation import NOON, PARAGRAPH, reply, talk
from tests.gui.living_window import Scene, living_window
from tests.gui.transcript_reader import Reader, words
from tests.servers import Behaviour, calling, delta, events

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def answers(view: TranscriptView) -> list[tuple[object, ...]]:
    """What the user said to calls."""
    found: list[tuple[object, ...]] = []
    view.call_decided.connect(lambda *said: found.append(said))
    view.call_result_given.connect(lambda *said: found.append(said))
    return found


def focused() -> QWidget:
    """What has the keyboard."""
    found = QApplication.focusWidget()
    assert found is not None
    return found


def cards(view: TranscriptView) -> list[CallCard]:
    return [one for one in view.findChildren(CallCard) if one.isVisible()]


def begin(view: TranscriptView, *steps: ToolStep) -> None:
    """A reply grows and makes calls."""
    view.set_assistant("Lawyer")
    view.show_thread(waiting())
    view.set_steps("m0001", steps)


# -- what can be shown


def test_what_hides_or_deceives_is_written_out() -> None:
    found = arguments_of(HOSTILE)
    assert found is not None
    assert [tuple(one) for one in found] == [
        ("city", "Kazan\\u202egpj.exe\\u0000"),
        ("days", "3"),
        ("days", "4"),
        ("where", '{"unit": "°C", "hours": [6, 18]}'),
    ]
    assert visible("a\u200bb\ud800\U000e0041\x1b[0m\ty\nz") == "a\\u200bb\\ud800\\U000e0041\\u001b[0m    y\nz"
    assert command_line(Command("/bin/a b", ("--x", "; rm\n"))) == "'/bin/a b' --x '; rm\\n'"


@pytest.mark.parametrize(
    "text", ["[1]", "{", "7", "[" * 100_000, '{"a": ' + "1" * 5_000 + "}", '{"a": 1' + " " * 200_000]
)
def test_arguments_that_are_no_object_are_shown_as_they_came(text: str) -> None:
    assert arguments_of(text) is None


def test_no_arguments_are_none() -> None:
    assert arguments_of("") == arguments_of("{}") == []


# -- approval


def test_a_card_says_who_calls_what_with_which_arguments_and_what_is_started(view: TranscriptView) -> None:
    begin(view, asked(arguments=HOSTILE))
    (card,) = cards(view)
    said = words(card)
    assert "Lawyer wants to call weather" in said
    assert "/usr/bin/python3 /home/anna/tools/weather.py --units metric" in said
    assert "does not confine the program" in said
    assert "Kazan\\u202egpj.exe" in said
    assert "\u202e" not in said
    card.findChild(QPushButton, "0:0_arguments_json").click()  # type: ignore[union-attr]
    assert '{"city": "Kazan\\u202egpj.exe\\u0000", "days": 3, "days": 4' in words(card)


@pytest.mark.parametrize(
    ("name", "decision"),
    [("allow_call", Decision.ONCE), ("always_allow_call", Decision.ALWAYS), ("deny_call", Decision.DENY)],
)
def test_each_button_decides(
    view: TranscriptView, reader: Reader, answers: list[tuple[object, ...]], name: str, decision: Decision
) -> None:
    begin(view, asked())
    reader.button(name).click()
    assert answers == [("m0001", "0:0", decision)]


def test_escape_in_a_card_denies_this_call_and_does_not_stop_the_run(
    view: TranscriptView, reader: Reader, answers: list[tuple[object, ...]], qtbot: QtBot
) -> None:
    begin(view, asked(), asked("0:1", "pay"))
    cards(view)[1].take_keyboard()
    with qtbot.assertNotEmitted(view.stop_requested):
        reader.key(Key.Key_Escape)
    assert answers == [("m0001", "0:1", Decision.DENY)]


def test_escape_in_the_transcript_denies_the_first_call_and_stops_the_run_when_none_waits(
    view: TranscriptView, reader: Reader, answers: list[tuple[object, ...]], qtbot: QtBot
) -> None:
    begin(view, asked(), asked("0:1", "pay"))
    view.setFocus()
    with qtbot.assertNotEmitted(view.stop_requested):
        reader.key(Key.Key_Escape)
    assert answers == [("m0001", "0:0", Decision.DENY)]
    view.set_steps("m0001", [replace(asked(), status=CallStatus.RUNNING)])
    with qtbot.waitSignal(view.stop_requested):
        reader.key(Key.Key_Escape)
    assert len(answers) == 1


def test_a_card_leaves_the_keyboard_where_it_is_until_it_is_asked_for(
    view: TranscriptView, reader: Reader, answers: list[tuple[object, ...]], qtbot: QtBot
) -> None:
    view.setFocus()
    begin(view, asked())
    assert view.hasFocus()
    assert view.calls.focus()
    assert reader.button("allow_call").hasFocus()
    reader.key(Key.Key_Tab)
    assert reader.button("always_allow_call").hasFocus()
    reader.key(Key.Key_Return)
    assert answers == [("m0001", "0:0", Decision.ALWAYS)]


def test_after_a_decision_the_keyboard_goes_to_the_next_card_and_then_back_to_the_thread(
    view: TranscriptView, reader: Reader
) -> None:
    first, second = asked(), asked("0:1", "pay")
    begin(view, first, second)
    view.calls.focus()
    view.set_steps("m0001", [replace(first, status=CallStatus.RUNNING), second])
    (card,) = cards(view)
    assert card.key == "0:1"
    assert card.isAncestorOf(focused())
    view.set_steps("m0001", [replace(one, status=CallStatus.RUNNING) for one in (first, second)])
    assert not cards(view)
    assert view.hasFocus()


def test_cards_go_with_the_end_of_the_run(view: TranscriptView, reader: Reader) -> None:
    begin(view, asked())
    (growing,) = waiting()[1:]
    stopped = replace(growing, status=Status.STOPPED, steps=(replace(asked(), status=CallStatus.STOPPED),))
    view.set_ended(stopped, None)
    assert not cards(view)
    assert reader.button("steps_toggle").text() == "Called weather · 1 stopped"


def test_only_what_was_begun_is_said_to_be_used(view: TranscriptView, reader: Reader) -> None:
    denied = replace(asked(), status=CallStatus.DENIED, began_at=None)
    view.show_thread([*talk(1), replace(reply(1, "No."), steps=(denied,))])
    assert reader.button("steps_toggle").text() == "Called weather · 1 denied"
    done = replace(asked("0:1"), status=CallStatus.DONE)
    view.show_thread([*talk(1), replace(reply(1, "No."), steps=(denied, done))])
    assert reader.button("steps_toggle").text() == "Used weather · 1 denied"
    begun = replace(denied, status=CallStatus.STOPPED, began_at=NOON)
    view.show_thread([*talk(1), replace(reply(1, "No."), steps=(begun,))])
    assert reader.button("steps_toggle").text() == "Used weather · 1 stopped"


def test_a_card_that_comes_is_seen_by_who_follows_and_moves_nothing_for_who_reads_elsewhere(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread([*talk(20), reply(20, PARAGRAPH), reply(21, "Wait.", Status.WRITING)])
    view.set_steps("m0021", [asked()])
    assert reader.distance == 0
    assert cards(view)[0].geometry().bottom() < view.viewport().height()
    view.set_steps("m0021", [])
    reader.wheel(1200)
    before = reader.ys()
    view.set_steps("m0021", [asked(), asked("0:1")])
    assert reader.ys() == before
    assert reader.button("jump_to_end").isVisible()
    assert view.calls.focus()
    assert cards(view)[0].isAncestorOf(focused())


# -- results


def test_a_result_is_typed_and_given(
    view: TranscriptView, reader: Reader, answers: list[tuple[object, ...]]
) -> None:
    begin(view, wanted())
    assert "Lawyer asks you for the result of ask_colleague" in words(cards(view)[0])
    view.calls.focus()
    QTest.keyClicks(focused(), "yes, 7 %")
    reader.key(Key.Key_Return, CTRL)
    assert answers == [("m0001", "0:1", "yes, 7 %")]


def test_escape_does_not_throw_a_begun_result_away(
    view: TranscriptView, reader: Reader, answers: list[tuple[object, ...]]
) -> None:
    begin(view, wanted())
    view.calls.focus()
    QTest.keyClicks(focused(), "well")
    reader.key(Key.Key_Escape)
    assert answers == []
    reader.key(Key.Key_Escape)
    assert answers == [("m0001", "0:1", Decision.DENY)]


def test_what_is_typed_survives_scrolling_away_another_width_and_other_calls(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread([*talk(30), reply(30, "Wait.", Status.WRITING)])
    view.set_steps("m0030", [asked(), wanted()])
    field = view.findChild(QPlainTextEdit, "call_result")
    assert field is not None
    field.setPlainText("half of it")
    view.jump_to_start()
    view.resize(500, 400)
    view.set_steps("m0030", [replace(asked(), status=CallStatus.DONE, result="1"), wanted()])
    view.jump_to_end()
    (card,) = cards(view)
    shown = card.findChild(QPlainTextEdit, "call_result")
    assert shown is not None
    assert shown.toPlainText() == "half of it"
    view.show_thread([*talk(30), replace(reply(30, "Wai", Status.WRITING), steps=(wanted(),))])  # read again
    assert cards(view)[0].findChild(QPlainTextEdit, "call_result").toPlainText() == "half of it"  # type: ignore[union-attr]


# -- steps


def test_what_was_called_is_one_line_until_it_is_opened(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(used())
    toggle = reader.button("steps_toggle")
    assert toggle.text() == "Used weather, search_files, pay_invoice, report… · 2 failed · 1 denied"
    assert not view.findChildren(ReadText)
    toggle.click()
    said = words(reader.part("steps"))
    for expected in (
        "done · 1.2 s", "you did not allow it", "failed", "ended at its time limit", "not a JSON object",
        '{"temperature": 21, "sky": "clear"}', "cache miss", "Kazan",
    ):  # fmt: skip
        assert expected in said
    assert "page 11" not in said  # a long result is folded
    reader.button("unfold_0:1_result").click()
    assert "page 11" in words(reader.part("steps"))


def test_what_was_opened_stays_open_when_the_thread_is_shown_again(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread(used())
    reader.button("steps_toggle").click()
    view.resize(600, 500)
    assert "Kazan" in words(reader.part("steps"))
    view.show_thread(used())
    assert "Kazan" in words(reader.part("steps"))
    reader.button("steps_toggle").click()
    assert "Kazan" not in words(reader.part("steps"))


def test_what_is_opened_opens_under_the_mouse(view: TranscriptView, reader: Reader) -> None:
    messages = used()
    view.show_thread([*messages, *talk(10, 2)])
    view.jump_to_start()
    before = reader.y("m0001"), reader.y("m0002")
    reader.button("steps_toggle").click()
    assert reader.y("m0001") == before[0]
    assert view.page.on_screen(2) is None or reader.y("m0002") > before[1]


def test_the_text_grows_below_the_calls_without_moving(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([*waiting()[:1], reply(1, "", Status.WRITING)])
    view.set_steps("m0001", [replace(asked(), status=CallStatus.RUNNING)])
    assert reader.button("steps_toggle").text() == "Calling weather"
    view.edit("m0001", TextEdit(0, "It is "))
    before = reader.character("m0001", "It is")
    view.set_steps("m0001", [replace(asked(), status=CallStatus.DONE, result="21")])
    view.edit("m0001", TextEdit(6, "21 °C."))
    assert reader.character("m0001", "It is") == before
    assert reader.button("steps_toggle").text() == "Used weather"


@pytest.mark.parametrize(
    ("status", "said"), [(CallStatus.ASKED, "not decided"), (CallStatus.RUNNING, "broken off")]
)
def test_what_was_open_when_a_run_broke_off_is_told(
    view: TranscriptView, reader: Reader, status: CallStatus, said: str
) -> None:
    view.show_thread(used(step("0:0", "weather", "{}", status)))
    reader.button("steps_toggle").click()
    assert said in words(reader.part("steps"))


@pytest.mark.parametrize("status", [Status.INTERRUPTED, Status.STOPPED, Status.FAILED])
def test_a_reply_that_ended_at_its_first_call_can_be_continued(
    view: TranscriptView, reader: Reader, qtbot: QtBot, status: Status
) -> None:
    question, growing = waiting()
    left = replace(growing, text="", status=status, steps=(asked(),))
    view.show_thread([question, left])
    with qtbot.waitSignal(view.continue_requested):
        reader.button("continue_reply").click()


def test_of_many_calls_each_is_a_line_that_opens(view: TranscriptView, reader: Reader) -> None:
    made = [step(f"0:{n}", f"call_{n}", '{"a": 1}', CallStatus.DONE, f"result {n}") for n in range(50)]
    begin(view, *made)
    reader.button("steps_toggle").click()
    assert not view.findChildren(ReadText)
    reader.button("step_0:7").click()
    assert "result 7" in words(reader.part("steps"))
    assert "result 8" not in words(reader.part("steps"))
    assert reader.button("step_0:8").accessibleDescription() == "Folded"


def test_a_call_that_goes_on_leaves_the_others_and_the_keyboard_alone(
    view: TranscriptView, reader: Reader
) -> None:
    first, second = (
        replace(asked(key, name), status=CallStatus.RUNNING) for key, name in (("0:0", "a"), ("0:1", "b"))
    )
    begin(view, first, second)
    reader.button("steps_toggle").click()
    kept, other = reader.button("step_0:0"), reader.button("step_0:1")
    other.setFocus()
    done = replace(second, status=CallStatus.DONE, result="21")
    view.set_steps("m0001", [first, done])
    assert reader.button("step_0:0") is kept
    assert focused().objectName() == "step_0:1"
    assert focused() is not other
    kept.setFocus()
    view.set_ended(replace(reply(1, "Done."), steps=(first, done)), None)
    assert focused().objectName() == "step_0:0"
    assert "broken off" in words(reader.part("steps"))


def test_many_calls_wait_a_few_cards_at_a_time(view: TranscriptView) -> None:
    made = [asked(f"0:{n}", f"call_{n}") for n in range(50)]
    begin(view, *made)
    assert [card.key for card in cards(view)] == [f"0:{n}" for n in range(5)]
    note = view.findChild(QLabel, "other_calls")
    assert note is not None
    assert note.isVisible()
    assert note.text().startswith("45 ")
    view.set_steps("m0001", [replace(one, status=CallStatus.DENIED) for one in made[:48]] + made[48:])
    assert [card.key for card in cards(view)] == ["0:48", "0:49"]
    assert not [one for one in view.findChildren(QWidget, "other_calls") if one.isVisible()]


def test_a_huge_value_costs_no_more_than_what_is_shown_of_it(view: TranscriptView, reader: Reader) -> None:
    huge = "x" * 3_000_000
    view.show_thread(used(step("0:0", "dump", "{}", CallStatus.DONE, huge)))
    reader.button("steps_toggle").click()
    reader.button("unfold_0:0_result").click()
    shown = max(len(one.toPlainText()) for one in view.findChildren(ReadText))
    assert 1_000 < shown < 30_000


def test_the_calls_of_a_reply_are_reached_by_tab(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(used(ENDED[0]))
    view.focus_message("m0001")
    reader.key(Key.Key_Tab)
    assert reader.button("steps_toggle").hasFocus()
    reader.key(Key.Key_Return)
    assert "Kazan" in words(reader.part("steps"))


# -- in the living window


@asynccontextmanager
async def calling_window(app: QApplication, folder: Path, *functions: Function) -> AsyncIterator[Scene]:
    """The window with an assistant that has functions."""
    async with living_window(app, folder) as s:
        s.window.fill_menus()
        settings = replace(s.assistant.settings, functions=functions)
        await s.backend.assistants.save_version(s.assistant.id, settings)
        s.intents.threads.set_assistant(s.thread_id, s.assistant.id)
        await s.settled()
        yield s


async def card_of(s: Scene) -> CallCard:
    """The card that waits."""
    await until(lambda: s.window.messages.transcript.calls.cards())
    return s.window.messages.transcript.calls.cards()[0]


async def test_a_program_runs_once_it_is_allowed_and_its_result_is_seen(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    program = Command(executable, ("-c", "import sys; print('got ' + sys.stdin.read().strip())"))
    async with calling_window(qapp, tmp_path, Function("weather", command=program)) as s:
        s.prompter.refusals += [call("weather", '{"city": "Kazan"}'), said("It is clear.")]
        s.send("What is the weather?")
        card = await card_of(s)
        assert "Tester wants to call weather" in words(card)
        s.window._actions["focus_call"].trigger()
        assert card.isAncestorOf(s.window.focusWidget())
        QTest.keyClick(s.window.focusWidget(), Key.Key_Return)
        await until(lambda: s.shown()[-1:] == ["It is clear."] and not s.is_running)
        (kept,) = (await s.stored())[-1].steps
        assert kept.status is CallStatus.DONE
        assert kept.result.strip() == 'got {"city": "Kazan"}'
        s.find(QPushButton, "steps_toggle").click()
        assert 'got {"city": "Kazan"}' in words(s.find(QWidget, "steps"))


async def test_a_result_that_the_user_gives_answers_the_model(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with calling_window(qapp, tmp_path, Function("ask_colleague")) as s:
        s.prompter.refusals += [call("ask_colleague", '{"question": "7 %?"}'), said("Agreed.")]
        s.send("Is it agreed?")
        card = await card_of(s)
        s.composer.setFocus()
        s.window._actions["next_pane"].trigger()
        assert card.isAncestorOf(s.window.focusWidget())
        field = card.findChild(QPlainTextEdit, "call_result")
        assert field is not None
        QTest.keyClicks(field, "yes")
        QTest.keyClick(field, Key.Key_Return, CTRL)
        await until(lambda: s.shown()[-1:] == ["Agreed."] and not s.is_running)
        assert [one.result for one in (await s.stored())[-1].steps] == ["yes"]


async def test_a_card_is_there_again_when_the_thread_is_opened_again(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with calling_window(qapp, tmp_path, Function("ask_colleague")) as s:
        s.prompter.refusals += [call("ask_colleague", "{}"), said("Denied, then.")]
        s.send("Is it agreed?")
        await card_of(s)
        asking = s.thread_id
        await s.new_thread()
        await s.open(asking)
        (await card_of(s)).deny()
        await until(lambda: s.shown()[-1:] == ["Denied, then."] and not s.is_running)
        assert [one.status for one in (await s.stored())[-1].steps] == [CallStatus.DENIED]


async def test_the_list_of_threads_says_that_a_call_waits_until_it_is_decided(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with calling_window(qapp, tmp_path, Function("ask_colleague")) as s:
        told: list[set[ThreadId]] = []
        s.intents.waiting_changed.connect(told.append)
        s.prompter.refusals += [call("ask_colleague", "{}"), call("ask_colleague", "{}")]
        s.send("Is it agreed?")
        (await card_of(s)).deny()
        asking = s.thread_id
        await until(lambda: told == [{asking}, set(), {asking}])
        await s.new_thread()
        assert "waits for you" in spoken_row(s, asking)
        await s.open(asking)
        await card_of(s)
        s.press(Key.Key_Escape)
        await until(lambda: not s.is_running)
        assert told[3:] == [set()]
        assert "waits for you" not in spoken_row(s, asking)


def spoken_row(s: Scene, thread_id: ThreadId) -> str:
    """What a screen reader says of a thread in the list."""
    model = s.window.threads._model
    return str(model.find(thread_id).data(Qt.ItemDataRole.AccessibleTextRole))


async def test_escape_in_the_composer_stops_a_reply_whose_call_waits(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with calling_window(qapp, tmp_path, Function("ask_colleague")) as s:
        s.prompter.refusals += [call("ask_colleague", "{}")]
        s.send("Is it agreed?")
        await card_of(s)
        s.press(Key.Key_Escape)
        await until(lambda: not s.is_running)
        assert not s.window.messages.transcript.calls.cards()
        assert [one.status for one in (await s.stored())[-1].steps] == [CallStatus.STOPPED]


def test_the_wheel_over_what_was_called_scrolls_the_thread(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([*used(), *talk(10, 2)])
    view.jump_to_start()
    reader.button("steps_toggle").click()
    box = view.findChild(ReadText)
    assert box is not None
    window = view.windowHandle()
    assert window is not None
    middle = box.viewport().mapTo(view, box.viewport().rect().center())
    QTest.wheelEvent(window, QPointF(middle), QPoint(0, -120))
    QApplication.processEvents()
    assert view.page.value > 0


def call(name: str, arguments: str) -> Behaviour:
    """The model calls a function."""
    return calling(Call(name, arguments, "call_1"))


def said(text: str) -> Behaviour:
    """The model answers."""
    return events(delta(text), delta(finish="stop"), "[DONE]")
