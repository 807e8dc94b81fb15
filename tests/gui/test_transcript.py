"""The messages pane: nothing lost or doubled, and the reader's place kept to the pixel."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain import errors
from desktop_app.domain.errors import RunError
from desktop_app.domain.events import RunEvent, TextAppended, TextReplaced
from desktop_app.domain.normaliser import Normaliser, TextEdit
from desktop_app.domain.threads import Message, Status, Usage
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.error_texts import ErrorTexts
from desktop_app.widgets.transcript.text import MessageText
from tests.gui.conversation import PARAGRAPH, question, reply, run_of, talk


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    made = TranscriptView(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.clear()


def text_of(view: TranscriptView, message_id: str) -> str:
    return control(view, message_id).toPlainText()


def control(view: TranscriptView, message_id: str) -> MessageText:
    return next(one for one in view.findChildren(MessageText) if one.objectName().endswith(message_id))


def y_of(view: TranscriptView, message_id: str) -> int:
    return control(view, message_id).mapTo(view, QPoint(0, 0)).y()


def column(view: TranscriptView) -> QWidget:
    found = view.widget()
    assert found is not None
    return found


def distance(view: TranscriptView) -> int:
    bar = view.verticalScrollBar()
    return bar.maximum() - bar.value()


def wheel(view: TranscriptView, degrees: int) -> None:
    spot = QPointF(view.viewport().rect().center())
    event = QWheelEvent(
        spot,
        view.viewport().mapToGlobal(spot),
        QPoint(),
        QPoint(0, degrees),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def built(view: TranscriptView, count: int) -> Callable[[], bool]:
    return lambda: len(view.findChildren(MessageText)) == count


def button(view: QWidget, name: str) -> QAbstractButton:
    return next(one for one in view.findChildren(QAbstractButton, name) if one.isVisible())


def growing(view: TranscriptView, count: int = 20) -> Message:
    """A thread whose last reply is being written."""
    answer = reply(count + 1, "Start.", Status.WRITING)
    view.show_thread([*talk(count), question(count), answer], has_older=False)
    return answer


# -- the text


def test_a_thread_opens_at_its_end(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(40), has_older=False)
    assert distance(view) == 0
    qtbot.waitUntil(built(view, 40))
    assert distance(view) == 0
    assert y_of(view, "m0039") < view.height()


def test_only_the_latest_fifty_are_built(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(400), has_older=False)
    qtbot.waitUntil(lambda: len(view.findChildren(MessageText)) >= 50)
    qtbot.wait(50)
    assert len(view.findChildren(MessageText)) < 56


def test_every_message_is_named_and_holds_its_text(view: TranscriptView) -> None:
    view.show_thread([question(0, "Line one\n  *line* two"), reply(1, "**Bold** words")], has_older=False)
    assert control(view, "m0000").objectName() == "message-user-m0000"
    assert text_of(view, "m0000") == "Line one\n  *line* two"
    assert control(view, "m0001").objectName() == "message-assistant-m0001"
    assert text_of(view, "m0001") == "Bold words"
    assert view.last_reply_text() == "**Bold** words"


def test_a_pasted_log_is_folded_until_asked_for(view: TranscriptView, qtbot: QtBot) -> None:
    log = "\n".join(f"line {number}" for number in range(1000))
    view.show_thread([question(0, log)], has_older=False)
    assert len(text_of(view, "m0000")) < 1000
    control(view, "m0000").setFocus()
    qtbot.mouseClick(button(view, "copy_message"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == log
    qtbot.mouseClick(button(view, "show_all"), Qt.MouseButton.LeftButton)
    assert text_of(view, "m0000") == log


def test_a_long_question_is_shown_whole(view: TranscriptView) -> None:
    text = "\n".join(f"line {number} of a long question" for number in range(300))
    view.show_thread([question(0, text)], has_older=False)
    assert text_of(view, "m0000") == text


def test_edits_give_exactly_the_message(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    normaliser = Normaliser("Start.")
    events: list[RunEvent] = [
        TextAppended(" One."),
        TextReplaced(" One. Two."),
        TextReplaced(" One. Two."),
        TextReplaced(" One, two. Three."),
        TextAppended(" Four."),
    ]
    for event in events:
        edit = normaliser.feed(event)
        if edit:
            view.edit(answer.id, edit)
            qtbot.wait(5)
    qtbot.waitUntil(lambda: text_of(view, answer.id) == "Start. One, two. Three. Four.")
    done = replace(answer, text=normaliser.text, status=Status.COMPLETED)
    view.set_ended(done, None)
    assert text_of(view, answer.id) == "Start. One, two. Three. Four."


def test_the_end_is_drawn_at_once(view: TranscriptView) -> None:
    answer = growing(view)
    view.edit(answer.id, TextEdit(6, " More"))
    view.set_ended(replace(answer, text="Start. More and the last word\n-", status=Status.COMPLETED), None)
    assert text_of(view, answer.id).startswith("Start. More and the last word")


def test_an_edit_for_a_thread_no_longer_shown_is_dropped(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    view.edit(answer.id, TextEdit(6, " lost"))
    view.show_thread([question(90), reply(91, "Other thread")], has_older=False)
    view.edit(answer.id, TextEdit(6, " late"))
    qtbot.wait(40)
    assert text_of(view, "m0091") == "Other thread"


def test_an_unbuilt_reply_takes_edits_too(view: TranscriptView, qtbot: QtBot) -> None:
    messages = talk(200)
    messages[1] = reply(1, "Start.", Status.WRITING)
    view.show_thread(messages, has_older=False)
    view.edit("m0001", TextEdit(6, " Far above."))
    view.restore_position("m0000", 0)
    assert text_of(view, "m0001") == "Start. Far above."


# -- rule 1 and 2: following


def test_the_end_is_followed_while_the_reader_is_there(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    text = "Start."
    for number in range(30):
        piece = f"\n\nParagraph {number}. {PARAGRAPH}"
        view.edit(answer.id, TextEdit(len(text), piece))
        text += piece
        qtbot.waitUntil(lambda n=number: f"Paragraph {n}." in text_of(view, answer.id))  # type: ignore[misc]
        assert distance(view) == 0


@pytest.mark.parametrize("leave", ["wheel", "page_up", "up", "drag", "selection", "home"])
def test_any_move_up_leaves_the_end_at_once(view: TranscriptView, qtbot: QtBot, leave: str) -> None:
    answer = growing(view)
    qtbot.waitUntil(built(view, 22))
    bar = view.verticalScrollBar()
    if leave == "wheel":
        wheel(view, 15)
    elif leave == "page_up":
        qtbot.keyClick(view, Qt.Key.Key_PageUp)
    elif leave == "up":
        qtbot.keyClick(view, Qt.Key.Key_Up)
    elif leave == "home":
        qtbot.keyClick(view, Qt.Key.Key_Home)
    elif leave == "drag":
        bar.setSliderDown(True)
        bar.setSliderPosition(bar.maximum() - 5)
        bar.setSliderDown(False)
    else:
        control(view, answer.id).selectAll()
    before = bar.value()
    view.edit(answer.id, TextEdit(6, "\n\n" + PARAGRAPH * 5))
    qtbot.waitUntil(lambda: "every window" in text_of(view, answer.id))
    assert bar.value() == before
    assert distance(view) > 0


def test_clicks_and_focus_neither_scroll_nor_pin(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    qtbot.waitUntil(built(view, 22))
    wheel(view, 600)
    bar = view.verticalScrollBar()
    before = bar.value()
    control(view, "m0001").setFocus(Qt.FocusReason.OtherFocusReason)
    control(view, answer.id).setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.mouseClick(control(view, answer.id).viewport(), Qt.MouseButton.LeftButton)
    assert bar.value() == before
    view.edit(answer.id, TextEdit(6, "\n\n" + PARAGRAPH))
    qtbot.waitUntil(lambda: "every window" in text_of(view, answer.id))
    assert bar.value() == before


@pytest.mark.parametrize("back", ["end", "wheel", "button"])
def test_only_the_reader_returns_to_the_end(view: TranscriptView, qtbot: QtBot, back: str) -> None:
    answer = growing(view)
    wheel(view, 400)
    view.edit(answer.id, TextEdit(6, "\n\nnew words"))
    qtbot.waitUntil(lambda: "new words" in text_of(view, answer.id))
    if back == "end":
        qtbot.keyClick(view, Qt.Key.Key_End)
    elif back == "wheel":
        for _ in range(30):
            wheel(view, -400)
    else:
        qtbot.mouseClick(button(view, "jump_to_end"), Qt.MouseButton.LeftButton)
    assert distance(view) == 0
    view.edit(answer.id, TextEdit(17, "\n\n" + PARAGRAPH * 4))
    qtbot.waitUntil(lambda: "every window" in text_of(view, answer.id))
    assert distance(view) == 0


# -- rule 3: sending


def test_a_question_just_sent_stands_in_the_top_third(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(20), has_older=False)
    asked, answer = question(20), reply(21, "", Status.WRITING)
    wheel(view, 900)
    view.append(asked)
    view.append(answer)
    view.scroll_to_question(asked.id)
    top = y_of(view, asked.id)
    assert 0 <= top <= view.height() // 3
    view.edit(answer.id, TextEdit(0, "A short answer."))
    qtbot.waitUntil(lambda: "short" in text_of(view, answer.id))
    assert y_of(view, asked.id) == top
    view.edit(answer.id, TextEdit(0, f"{PARAGRAPH}\n\n" * 12))
    qtbot.waitUntil(lambda: len(text_of(view, answer.id)) > 2000)
    assert distance(view) == 0


def test_a_long_question_shows_where_the_answer_begins(view: TranscriptView) -> None:
    view.show_thread(talk(10), has_older=False)
    asked, answer = question(10, "word " * 3000), reply(11, "", Status.WRITING)
    view.append(asked)
    view.append(answer)
    view.scroll_to_question(asked.id)
    assert 0 < y_of(view, answer.id) < view.height() // 2


# -- rule 4: the place of reading


def test_text_growing_below_moves_nothing(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    qtbot.waitUntil(built(view, 22))
    wheel(view, 700)
    before = {name: y_of(view, name) for name in ("m0015", "m0017", "m0018")}
    text = "Start."
    for number in range(10):
        view.edit(answer.id, TextEdit(len(text), f"\n\n{number} {PARAGRAPH}"))
        text += f"\n\n{number} {PARAGRAPH}"
        qtbot.waitUntil(lambda n=number: f"\n{n} A sentence" in text_of(view, answer.id))  # type: ignore[misc]
        assert {name: y_of(view, name) for name in before} == before
    view.set_ended(replace(answer, text=text, status=Status.INTERRUPTED), None)
    assert {name: y_of(view, name) for name in before} == before
    assert button(view, "jump_to_end").text()


def test_text_changing_above_moves_nothing(view: TranscriptView, qtbot: QtBot) -> None:
    messages = talk(20)
    messages[3] = reply(3, "Start.", Status.WRITING)
    view.show_thread(messages, has_older=False)
    qtbot.waitUntil(built(view, 20))
    wheel(view, 300)
    first = next(name for name in (f"m{n:04}" for n in range(20)) if y_of(view, name) > 0)
    before = y_of(view, first)
    view.edit("m0003", TextEdit(6, f"\n\n{PARAGRAPH}" * 6))
    qtbot.waitUntil(lambda: "every window" in text_of(view, "m0003"))
    assert y_of(view, first) == before
    view.set_ended(replace(messages[3], text="Short.", status=Status.FAILED), None)
    assert y_of(view, first) == before


def test_older_messages_put_in_front_move_nothing(view: TranscriptView, qtbot: QtBot) -> None:
    wanted: list[bool] = []
    view.older_wanted.connect(lambda: wanted.append(True))
    view.show_thread(talk(20, first=100), has_older=True)
    qtbot.waitUntil(built(view, 20))
    assert not wanted
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: bool(wanted))
    before = {name: y_of(view, name) for name in ("m0100", "m0101", "m0103")}
    view.prepend(talk(40, first=60), has_older=False)
    qtbot.waitUntil(lambda: len(view.findChildren(MessageText)) > 30)
    qtbot.wait(100)
    assert {name: y_of(view, name) for name in before} == before
    assert wanted == [True]


def test_a_narrower_window_keeps_the_first_visible_line(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(30), has_older=False)
    qtbot.waitUntil(built(view, 30))
    wheel(view, 3000)
    before = view.read_position()
    view.resize(500, 600)
    after = view.read_position()
    assert after[0] == before[0]
    assert abs(after[1] - before[1]) < 90


def test_the_read_position_returns(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(200), has_older=False)
    assert view.read_position() == ("", 0)
    wheel(view, 2000)
    place = view.read_position()
    assert place[0]
    view.show_thread(talk(4, first=500), has_older=False)
    view.show_thread(talk(200), has_older=False)
    view.restore_position(*place)
    assert view.read_position() == place
    view.restore_position("m0002", 0)
    assert 0 <= y_of(view, "m0002") < 80
    view.restore_position("", 0)
    assert distance(view) == 0


def test_the_same_thread_shown_again_keeps_its_place(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(40), has_older=False)
    qtbot.waitUntil(built(view, 40))
    wheel(view, 2000)
    place = view.read_position()
    view.show_thread(talk(40), has_older=False)
    assert view.read_position() == place


def test_a_status_and_its_end_do_not_move_the_text(view: TranscriptView, qtbot: QtBot) -> None:
    asked, answer = question(0), reply(1, "", Status.WRITING)
    view.show_thread([asked, answer], has_older=False)
    view.set_stage(answer.id, "loading_model", 0.4)
    before = y_of(view, answer.id)
    status = view.findChild(QWidget, "run_status")
    assert status is not None
    qtbot.waitUntil(status.isVisible)
    assert "Loading the model · 40 %" in [label.text() for label in status.findChildren(QLabel)]
    view.edit(answer.id, TextEdit(0, "Words."))
    qtbot.waitUntil(lambda: text_of(view, answer.id) == "Words.")
    assert y_of(view, answer.id) == before
    view.set_ended(replace(answer, text="Words.", status=Status.COMPLETED), None)
    assert y_of(view, answer.id) == before
    assert not status.isVisible()


# -- changes of the thread


def test_regenerating_takes_the_old_reply_away(view: TranscriptView) -> None:
    view.show_thread(talk(4), has_older=False)
    view.remove_from("m0003")
    view.append(reply(9, "Another", Status.WRITING))
    assert [one.objectName()[-5:] for one in view.findChildren(MessageText)] == [
        "m0000",
        "m0001",
        "m0002",
        "m0009",
    ]
    assert view.last_reply_text() == "Another"


def test_an_alternative_takes_the_place_of_a_reply(view: TranscriptView, qtbot: QtBot) -> None:
    messages = talk(4)
    shown = replace(messages[3], sibling_ids=(messages[3].id, reply(9).id))
    view.show_thread([*messages[:3], shown], has_older=False)
    with qtbot.waitSignal(view.sibling_requested) as asked:
        qtbot.mouseClick(button(view, "sibling_next"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0009"]
    view.replace("m0003", replace(reply(9, "The other"), sibling_ids=shown.sibling_ids))
    assert view.last_reply_text() == "The other"
    assert text_of(view, "m0009") == "The other"


# -- actions and endings


def test_the_last_reply_can_be_copied_and_regenerated(view: TranscriptView, qtbot: QtBot) -> None:
    answer = reply(1, "**Bold**")
    view.show_thread([question(0), answer], False, {answer.id: run_of(answer, usage=Usage(1204, 386))})
    qtbot.mouseClick(button(view, "copy_message"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "**Bold**"
    with qtbot.waitSignal(view.regenerate_requested) as asked:
        qtbot.mouseClick(button(view, "regenerate"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0001"]
    assert any("386 tokens · v3" in label.text() for label in view.findChildren(QLabel))


def test_an_interrupted_reply_offers_to_go_on(view: TranscriptView, qtbot: QtBot) -> None:
    answer = reply(1, "one two three", Status.INTERRUPTED)
    view.show_thread(
        [question(0), answer], False, {answer.id: run_of(answer, RunError("unreachable", step="tcp"))}
    )
    ending = view.findChild(QWidget, "ending")
    assert ending is not None and "3 word" in ending.accessibleName()
    for name, signal in (("continue_reply", view.continue_requested), ("retry_reply", view.retry_requested)):
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(button(view, name), Qt.MouseButton.LeftButton)
        assert asked.args == ["m0001"]


def test_a_rejected_key_can_be_replaced(view: TranscriptView, qtbot: QtBot) -> None:
    answer = reply(1, "", Status.FAILED)
    error = RunError("sign_in", "invalid", status_code=401, request_id="req-1")
    view.show_thread([question(0), answer], False, {answer.id: run_of(answer, error)})
    with qtbot.waitSignal(view.fix_requested) as asked:
        qtbot.mouseClick(button(view, "fix_replace_key"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0001", "replace_key"]
    before = column(view).height()
    qtbot.mouseClick(button(view, "details"), Qt.MouseButton.LeftButton)
    assert any("req-1" in label.text() and label.isVisible() for label in view.findChildren(QLabel))
    assert column(view).height() > before


def test_a_limit_counts_down(view: TranscriptView) -> None:
    answer = reply(1, "", Status.FAILED)
    run = run_of(answer, RunError("rate_limited", retry_after_s=90), ended_at=datetime.now(UTC))
    view.show_thread([question(0), answer], False, {answer.id: run})
    assert any("1:30" in label.text() or "1:29" in label.text() for label in view.findChildren(QLabel))


@pytest.mark.parametrize("status", [Status.TRUNCATED, Status.STOPPED, Status.FILTERED])
def test_every_ending_says_what_happened(view: TranscriptView, status: Status) -> None:
    answer = reply(1, "one two", status)
    view.show_thread([question(0), answer], False, {answer.id: run_of(answer, max_tokens=1200)})
    ending = view.findChild(QWidget, "ending")
    assert ending is not None and ending.isVisible() and ending.accessibleName()


def test_code_that_ends_a_reply_is_shown_with_its_lower_edge(view: TranscriptView) -> None:
    view.show_thread(
        [question(0), reply(1, "Run it:\n\n```python\nprint(1)\nprint(2)\n```\n")], has_older=False
    )
    text = control(view, reply(1).id)
    text.moveCursor(text.textCursor().MoveOperation.End)
    assert text.height() >= text.cursorRect().bottom() + Theme(resources_dir()).px("spacing.2")


def codes() -> list[str]:
    found, todo = [], [errors.NitkaError]
    while todo:
        kind = todo.pop()
        found.append(kind.code)
        todo += kind.__subclasses__()
    return sorted({*found, "internal"} - {"error"})


@pytest.mark.parametrize("code", codes())
def test_every_error_has_its_sentence(code: str, qapp: QApplication) -> None:
    texts = ErrorTexts()
    said = texts.explain(RunError(code, "what the service said", step="dns"))
    assert said.title
    assert said.title != texts.explain(RunError("no such code")).title or code == "internal"
    assert (said.action in ("", "retry")) or said.label


# -- the keyboard


def test_alt_and_arrows_step_between_messages(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(20), has_older=False)
    qtbot.waitUntil(built(view, 20))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert control(view, "m0019").hasFocus()
    qtbot.keyClick(control(view, "m0019"), Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert control(view, "m0018").hasFocus()
    for number in range(18, 4, -1):
        qtbot.keyClick(control(view, f"m{number:04}"), Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert control(view, "m0004").hasFocus()
    assert 0 <= y_of(view, "m0004") < view.height()
    qtbot.keyClick(control(view, "m0004"), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert control(view, "m0005").hasFocus()


def test_tab_reaches_the_actions_of_a_message(view: TranscriptView, qtbot: QtBot) -> None:
    view.show_thread(talk(6), has_older=False)
    qtbot.waitUntil(built(view, 6))
    control(view, "m0003").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(control(view, "m0003"), Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None and focused.objectName() == "copy_message"
    seen = []
    for _ in range(9):
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused.objectName())
    assert seen[3] == "message-user-m0004"
    assert "message-assistant-m0005" in seen


def test_escape_asks_to_stop(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    with qtbot.waitSignal(view.stop_requested):
        qtbot.keyClick(control(view, answer.id), Qt.Key.Key_Escape)


def test_a_selection_survives_the_growing_of_its_text(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    text = control(view, answer.id)
    text.selectAll()
    assert text.textCursor().selectedText() == "Start."
    view.edit(answer.id, TextEdit(6, " More of the same paragraph."))
    qtbot.waitUntil(lambda: "More" in text_of(view, answer.id))
    assert text.textCursor().selectedText() == "Start."


def test_the_theme_changes_under_a_reader_who_keeps_the_place(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(resources_dir())
    view = TranscriptView(theme)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.show_thread(talk(20), has_older=False)
    qtbot.waitUntil(built(view, 20))
    wheel(view, 1500)
    place = view.read_position()
    theme.set_zoom(150)
    assert view.read_position()[0] == place[0]
    theme.set_mode("dark")
    assert view.read_position()[0] == place[0]


def test_idle_means_idle(view: TranscriptView, qtbot: QtBot) -> None:
    from PySide6.QtCore import QTimer

    answer = growing(view)
    view.set_ended(replace(answer, text="Done.", status=Status.COMPLETED), None)
    qtbot.wait(400)
    assert not [timer for timer in view.findChildren(QTimer) if timer.isActive()]
