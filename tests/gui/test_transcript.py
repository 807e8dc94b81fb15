"""The messages pane: nothing lost or doubled, and the reader's place kept to the pixel."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolTip
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
from tests.gui.conversation import PARAGRAPH, question, reply, run_of, talk
from tests.gui.transcript_reader import Reader, growing

# -- the text


def test_a_thread_opens_at_its_end(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    view.show_thread(talk(40))
    assert reader.distance == 0
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: 0 < bar.value() == bar.maximum())
    qtbot.wait(50)
    assert reader.distance == 0
    assert reader.shown_ids()[-1] == "m0039"


def test_only_what_is_near_is_laid_out(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    view.show_thread(talk(400))
    qtbot.wait(50)
    assert len(reader.shown_ids()) <= len(list(view.page.cells())) < 20
    for _ in range(200):
        reader.wheel(1200)
    assert len(list(view.page.cells())) < 100


def test_every_message_shows_its_text(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([question(0, "Line one\n  *line* two"), reply(1, "**Bold** words")])
    assert reader.text("m0000") == "Line one\n  *line* two"
    assert reader.text("m0001") == "Bold words"
    assert view.last_reply_text() == "**Bold** words"
    assert list(reader.shown_ids()) == ["m0000", "m0001"]


def test_a_pasted_log_is_folded_until_asked_for(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    log = "\n".join(f"line {number}" for number in range(1000))
    view.show_thread([question(0, log)])
    height = view.page.heights.total
    assert height < 2000
    view.focus_message("m0000")
    qtbot.mouseClick(reader.button("copy_message"), Qt.MouseButton.LeftButton)
    assert reader.clipboard() == log
    view.jump_to_end()
    reader.click(reader.target("m0000", "unfold"))
    assert view.page.heights.total > 1000 * 20
    assert reader.character("m0000", "line 999").height() > 0


def test_a_long_question_is_shown_whole(view: TranscriptView, reader: Reader) -> None:
    text = "\n".join(f"line {number} of a long question" for number in range(300))
    view.show_thread([question(0, text)])
    assert reader.text("m0000") == text
    assert view.page.heights.total > 300 * 20


def test_edits_give_exactly_the_message(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
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
    assert reader.text(answer.id) == "Start. One, two. Three. Four."
    done = replace(answer, text=normaliser.text, status=Status.COMPLETED)
    view.set_ended(done, None)
    assert reader.text(answer.id) == "Start. One, two. Three. Four."


def test_the_end_is_shown_at_once(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    view.edit(answer.id, TextEdit(6, " More"))
    view.set_ended(replace(answer, text="Start. More and the last word\n\n-", status=Status.COMPLETED), None)
    assert reader.text(answer.id).startswith("Start. More and the last word")


def test_an_edit_for_a_thread_no_longer_shown_is_dropped(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    view.edit(answer.id, TextEdit(6, " lost"))
    view.show_thread([question(90), reply(91, "Other thread")])
    view.edit(answer.id, TextEdit(6, " late"))
    assert reader.text("m0091") == "Other thread"
    assert reader.text(answer.id) == ""


def test_a_reply_far_away_takes_edits_too(view: TranscriptView, reader: Reader) -> None:
    messages = talk(200)
    messages[1] = reply(1, "Start.", Status.WRITING)
    view.show_thread(messages)
    view.edit("m0001", TextEdit(6, " Far above."))
    view.restore_position("m0000", 0)
    assert reader.text("m0001") == "Start. Far above."
    assert "m0001" in reader.shown_ids()


# -- rule 1 and 2: following


def test_the_end_is_followed_while_the_reader_is_there(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    text = "Start."
    for number in range(30):
        piece = f"\n\nParagraph {number}. {PARAGRAPH}"
        view.edit(answer.id, TextEdit(len(text), piece))
        text += piece
        assert f"Paragraph {number}." in reader.text(answer.id)
        assert reader.distance == 0
        assert reader.character(answer.id, f"Paragraph {number}.").bottom() < view.viewport().height()


@pytest.mark.parametrize("leave", ["wheel", "page_up", "up", "drag", "selection", "all", "keys", "home"])
def test_any_move_up_leaves_the_end_at_once(
    view: TranscriptView, reader: Reader, qtbot: QtBot, leave: str
) -> None:
    answer = growing(view)
    view.setFocus()
    bar = view.verticalScrollBar()
    match leave:
        case "wheel":
            reader.wheel(15)
        case "page_up":
            reader.key(Qt.Key.Key_PageUp)
        case "up":
            reader.key(Qt.Key.Key_Up)
        case "home":
            reader.key(Qt.Key.Key_Home)
        case "drag":
            qtbot.waitUntil(lambda: bar.maximum() == view.page.maximum)
            bar.setSliderDown(True)
            bar.setSliderPosition(bar.maximum() - 5)
            bar.setSliderDown(False)
        case "selection":
            reader.drag(reader.before(answer.id, "Start"), reader.behind(answer.id, "Star"))
        case "all":
            reader.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        case "keys":
            view.focus_message(answer.id)
            reader.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    before = reader.ys()
    view.edit(answer.id, TextEdit(6, "\n\n" + PARAGRAPH * 5))
    assert "every window" in reader.text(answer.id)
    assert reader.ys() == before
    assert reader.distance > 0


def test_clicks_and_focus_neither_scroll_nor_pin(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    reader.wheel(600)
    before = reader.ys()
    view.clearFocus()
    view.setFocus(Qt.FocusReason.OtherFocusReason)
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    reader.click(QPoint(400, 300))
    reader.click(QPoint(5, 590))
    assert reader.ys() == before
    view.edit(answer.id, TextEdit(6, "\n\n" + PARAGRAPH))
    assert reader.ys() == before


@pytest.mark.parametrize("back", ["end", "wheel", "button"])
def test_only_the_reader_returns_to_the_end(
    view: TranscriptView, reader: Reader, qtbot: QtBot, back: str
) -> None:
    answer = growing(view)
    view.setFocus()
    reader.wheel(400)
    view.edit(answer.id, TextEdit(6, "\n\nnew words"))
    assert reader.distance > 0
    if back == "end":
        reader.key(Qt.Key.Key_End)
    elif back == "wheel":
        for _ in range(30):
            reader.wheel(-400)
    else:
        qtbot.mouseClick(reader.button("jump_to_end"), Qt.MouseButton.LeftButton)
    assert reader.distance == 0
    view.edit(answer.id, TextEdit(17, "\n\n" + PARAGRAPH * 4))
    assert reader.distance == 0


# -- rule 3: sending


def test_a_question_just_sent_stands_in_the_top_third(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(20))
    asked, answer = question(20), reply(21, "", Status.WRITING)
    reader.wheel(900)
    view.append(asked)
    view.append(answer)
    view.scroll_to_question(asked.id)
    top = reader.character(asked.id, "What").top()
    assert 0 <= top <= view.height() // 3
    view.edit(answer.id, TextEdit(0, "A short answer."))
    assert reader.character(asked.id, "What").top() == top
    view.edit(answer.id, TextEdit(0, f"{PARAGRAPH}\n\n" * 12))
    assert len(reader.text(answer.id)) > 2000
    assert reader.distance == 0
    assert answer.id in reader.shown_ids()


def test_a_long_question_shows_where_the_answer_begins(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(10))
    asked, answer = question(10, "word " * 3000), reply(11, "", Status.WRITING)
    view.append(asked)
    view.append(answer)
    view.scroll_to_question(asked.id)
    assert 0 < reader.y(answer.id) < view.height() // 2


# -- rule 4: the place of reading


def test_text_growing_below_moves_nothing(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    reader.wheel(700)
    before = reader.ys()
    text = "Start."
    for number in range(10):
        view.edit(answer.id, TextEdit(len(text), f"\n\n{number} {PARAGRAPH}"))
        text += f"\n\n{number} {PARAGRAPH}"
        assert f"\n{number} A sentence" in reader.text(answer.id)
        assert reader.ys() == before
    view.set_ended(replace(answer, text=text, status=Status.INTERRUPTED), None)
    assert reader.ys() == before
    assert reader.button("jump_to_end").text()


def test_text_changing_above_moves_nothing(view: TranscriptView, reader: Reader) -> None:
    messages = talk(20)
    messages[3] = reply(3, "Start.", Status.WRITING)
    view.show_thread(messages)
    reader.wheel(300)
    before = reader.ys()
    view.edit("m0003", TextEdit(6, f"\n\n{PARAGRAPH}" * 6))
    assert "every window" in reader.text("m0003")
    assert reader.ys() == before
    view.set_ended(replace(messages[3], text="Short.", status=Status.FAILED), None)
    assert reader.ys() == before


def test_a_reply_that_shrinks_while_it_is_read_stays_on_the_screen(
    view: TranscriptView, reader: Reader
) -> None:
    messages = talk(20)
    messages[13] = reply(13, f"{PARAGRAPH}\n\n" * 8, Status.WRITING)
    view.show_thread(messages)
    view.restore_position("m0013", len(PARAGRAPH) * 7)
    assert reader.y("m0013") < -200
    view.set_ended(replace(messages[13], text=PARAGRAPH, status=Status.FAILED), None)
    assert "m0013" in reader.shown_ids()
    assert 0 <= reader.y("m0014") < view.height()


def test_older_messages_are_asked_for_and_move_nothing(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    thread = at_positions(talk(200))
    wanted: list[tuple[int, int]] = []
    view.messages_wanted.connect(lambda first, count: wanted.append((first, count)))
    view.show_thread(thread[150:], total=200)
    qtbot.wait(20)
    assert not wanted
    view.restore_position("m0151", 0)
    qtbot.waitUntil(lambda: bool(wanted))
    first, count = wanted[0]
    assert first < 150 <= first + count
    before = reader.ys()
    view.supply(thread[first : first + count])
    qtbot.wait(20)
    assert {name: reader.ys()[name] for name in before} == before
    reader.wheel(600)
    assert "m0149" in reader.shown_ids()
    assert len(wanted) == 1


def test_a_jump_to_messages_that_are_not_here_shows_them_when_they_come(
    view: TranscriptView, reader: Reader
) -> None:
    thread = at_positions(talk(1000))
    wanted: list[tuple[int, int]] = []
    view.messages_wanted.connect(lambda first, count: wanted.append((first, count)))
    view.show_thread(thread[950:], total=1000)
    view.setFocus()
    reader.key(Qt.Key.Key_Home)
    assert not reader.shown_ids()
    assert wanted[0][0] == 0
    view.supply(thread[: wanted[0][1]])
    assert reader.shown_ids()[0] == "m0000"
    assert reader.y("m0000") == 0
    reader.key(Qt.Key.Key_End)
    assert reader.shown_ids()[-1] == "m0999"
    assert reader.distance == 0


def test_a_narrower_window_keeps_the_first_visible_line(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(30))
    reader.wheel(3000)
    before = view.read_position()
    view.resize(500, 600)
    after = view.read_position()
    assert after[0] == before[0]
    assert abs(after[1] - before[1]) < 90
    view.resize(800, 600)
    assert view.read_position()[0] == before[0]


def test_the_read_position_returns(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(200))
    assert view.read_position() == ("", 0)
    reader.wheel(2000)
    place = view.read_position()
    assert place[0]
    view.show_thread(talk(4, first=500))
    view.show_thread(talk(200))
    view.restore_position(*place)
    assert view.read_position() == place
    view.restore_position("m0002", 0)
    assert 0 <= reader.y("m0002") < 80
    view.restore_position("", 0)
    assert reader.distance == 0


def test_the_same_thread_shown_again_keeps_its_place(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(40))
    reader.wheel(2000)
    place, ys = view.read_position(), reader.ys()
    view.show_thread(talk(40))
    assert view.read_position() == place
    assert reader.ys() == ys


def test_a_status_and_its_end_do_not_move_the_text(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    asked, answer = question(0), reply(1, "", Status.WRITING)
    view.show_thread([asked, answer])
    view.set_stage(answer.id, "loading_model", 0.4)
    before = reader.y(answer.id)
    qtbot.waitUntil(lambda: "Loading the model · 40 %" in labels(view))
    view.edit(answer.id, TextEdit(0, "Words."))
    top = reader.character(answer.id, "Words").top()
    assert reader.y(answer.id) == before
    view.set_ended(replace(answer, text="Words.", status=Status.COMPLETED), None)
    assert reader.y(answer.id) == before
    assert reader.character(answer.id, "Words").top() == top
    qtbot.waitUntil(lambda: "Loading the model · 40 %" not in labels(view))


def labels(view: TranscriptView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


def at_positions(messages: Sequence[Message]) -> list[Message]:
    return [replace(message, position=position) for position, message in enumerate(messages)]


# -- changes of the thread


def test_regenerating_takes_the_old_reply_away(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(4))
    view.truncate(3)
    view.append(reply(9, "Another", Status.WRITING))
    view.jump_to_end()
    assert list(reader.shown_ids())[-2:] == ["m0002", "m0009"]
    assert reader.text("m0003") == ""
    assert view.last_reply_text() == "Another"


def test_a_deleted_message_goes_alone(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(6))
    view.remove("m0003")
    view.jump_to_start()
    reader.wheel(-100)
    view.jump_to_end()
    assert reader.text("m0003") == ""
    assert reader.text("m0004") and reader.text("m0005")
    assert view.page.messages.position_of("m0005") == 4


def test_an_alternative_takes_the_place_of_a_reply(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    messages = talk(4)
    shown = replace(messages[3], sibling_ids=(messages[3].id, reply(9).id))
    view.show_thread([*messages[:3], shown])
    with qtbot.waitSignal(view.sibling_requested) as asked:
        qtbot.mouseClick(reader.button("sibling_next"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0009"]
    view.replace("m0003", replace(reply(9, "The other"), sibling_ids=shown.sibling_ids))
    assert view.last_reply_text() == "The other"
    assert reader.text("m0009") == "The other"


# -- actions and endings


def test_the_last_reply_can_be_copied_and_regenerated(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    answer = reply(1, "**Bold**")
    view.show_thread([question(0), answer], {answer.id: run_of(answer, usage=Usage(1204, 386))})
    qtbot.mouseClick(reader.button("copy_message"), Qt.MouseButton.LeftButton)
    assert reader.clipboard() == "Bold"
    with qtbot.waitSignal(view.regenerate_requested) as asked:
        qtbot.mouseClick(reader.button("regenerate"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0001"]
    assert any("386 tokens · v3" in label for label in labels(view))


def test_a_message_under_the_mouse_offers_its_actions(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    view.show_thread(talk(6))
    qtbot.mouseMove(view.viewport(), reader.before("m0003", "The end"))
    with qtbot.waitSignal(view.fork_requested) as asked:
        qtbot.mouseClick(reader.button("fork_message", "m0003"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0003"]


def test_an_interrupted_reply_offers_to_go_on(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    answer = reply(1, "one two three", Status.INTERRUPTED)
    view.show_thread([question(0), answer], {answer.id: run_of(answer, RunError("unreachable", step="tcp"))})
    assert "3 word" in reader.part("ending").accessibleName()
    for name, signal in (("continue_reply", view.continue_requested), ("retry_reply", view.retry_requested)):
        with qtbot.waitSignal(signal) as asked:
            qtbot.mouseClick(reader.button(name), Qt.MouseButton.LeftButton)
        assert asked.args == ["m0001"]


def test_a_rejected_key_can_be_replaced(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    answer = reply(1, "", Status.FAILED)
    error = RunError("sign_in", "invalid", status_code=401, request_id="req-1")
    view.show_thread([question(0), answer], {answer.id: run_of(answer, error)})
    with qtbot.waitSignal(view.fix_requested) as asked:
        qtbot.mouseClick(reader.button("fix_replace_key"), Qt.MouseButton.LeftButton)
    assert asked.args == ["m0001", "replace_key"]
    before = view.page.heights.total
    qtbot.mouseClick(reader.button("details"), Qt.MouseButton.LeftButton)
    assert any("req-1" in label for label in labels(view))
    assert view.page.heights.total > before


def test_a_limit_counts_down(view: TranscriptView) -> None:
    answer = reply(1, "", Status.FAILED)
    run = run_of(answer, RunError("rate_limited", retry_after_s=90), ended_at=datetime.now(UTC))
    view.show_thread([question(0), answer], {answer.id: run})
    assert any("1:30" in label or "1:29" in label for label in labels(view))


@pytest.mark.parametrize("status", [Status.TRUNCATED, Status.STOPPED, Status.FILTERED])
def test_every_ending_says_what_happened(view: TranscriptView, reader: Reader, status: Status) -> None:
    answer = reply(1, "one two", status)
    view.show_thread([question(0), answer], {answer.id: run_of(answer, max_tokens=1200)})
    ending = reader.part("ending")
    assert ending.accessibleName()
    assert ending.y() > reader.character(answer.id, "one").bottom()


def test_code_that_ends_a_reply_is_shown_with_its_lower_edge(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([question(0), reply(1, "Run it:\n\n```python\nprint(1)\nprint(2)\n```\n")])
    cell = view.page.known_cell("m0001")
    assert cell is not None
    lower_edge = reader.y("m0001") + cell.text_bottom
    assert lower_edge >= reader.character("m0001", "print(2)").bottom() + Theme(resources_dir()).px(
        "spacing.2"
    )
    assert lower_edge <= view.viewport().height()


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


def test_the_button_to_the_end_counts_every_block_that_came(view: TranscriptView, reader: Reader) -> None:
    answer = reply(41, "Start.", status=Status.WRITING)
    view.show_thread([*talk(40), question(40), answer])
    reader.wheel(600)
    pill = reader.button("jump_to_end")
    assert "new" not in pill.text()
    for said, count in (
        (" More of the same paragraph.", 1),
        (" And more.", 1),
        ("\n\nAnother one.", 2),
        (" It goes on.", 2),
        ("\n\nA third.\n\nA fourth.", 4),
    ):
        view.edit(answer.id, TextEdit(len(view.last_reply_text()), said))
        assert pill.text() == f"{count} new"
    view.set_ended(replace(answer, text=view.last_reply_text(), status=Status.COMPLETED), None)
    assert pill.text() == "4 new"
    QTest.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert reader.distance == 0
    assert not pill.isVisible()


# -- the keyboard


def test_alt_and_arrows_step_between_messages(view: TranscriptView, reader: Reader) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    view.show_thread(talk(20))
    view.setFocus()
    reader.key(Qt.Key.Key_Up, alt)
    assert view.current_id == "m0019"
    reader.key(Qt.Key.Key_Up, alt)
    assert view.current_id == "m0018"
    reader.key(Qt.Key.Key_Up, alt, times=14)
    assert view.current_id == "m0004"
    assert 0 <= reader.character("m0004", "What").top() < view.height() // 3
    reader.key(Qt.Key.Key_Down, alt)
    assert view.current_id == "m0005"
    assert view.hasFocus()
    reader.key(Qt.Key.Key_Up, alt, times=9)
    assert view.current_id == "m0000"


def test_stepping_begins_where_the_reader_is_by_now(view: TranscriptView, reader: Reader) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    view.show_thread(talk(40))
    view.show_message("m0005")
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_Up, alt)
    assert view.current_id == "m0039"


def test_stepping_begins_anew_after_a_question_was_sent(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(4))
    view.show_message("m0003")
    view.clearFocus()
    view.append(question(4))
    view.append(reply(5, "Short."))
    view.scroll_to_question("m0004")
    view.step_message(-1)
    assert view.current_id == "m0005"


def test_stepping_up_leaves_the_end(view: TranscriptView, reader: Reader) -> None:
    answer = reply(21, f"Start. {PARAGRAPH}", status=Status.WRITING)
    view.show_thread([*talk(20), question(20), answer])
    view.setFocus()
    reader.key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    y = reader.y(answer.id)
    view.edit(answer.id, TextEdit(len(answer.text), "\n\nMore." * 20))
    assert reader.y(answer.id) == y


def test_after_the_current_message_is_deleted_the_next_one_is_it(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread(talk(6))
    view.show_message("m0003")
    view.remove("m0003")
    assert view.current_id == "m0004"
    view.show_message("m0005")
    view.remove("m0005")
    assert view.current_id == "m0004"
    for message_id in ("m0000", "m0001", "m0002", "m0004"):
        view.remove(message_id)
    assert view.current_id == ""


def test_tab_reaches_the_actions_of_the_current_message(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(6))
    view.show_message("m0003")
    seen = []
    for _ in range(12):
        reader.key(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused.objectName())
    assert seen[0] == "copy_message"
    assert "message_more" in seen
    assert "transcript" in seen


def test_tab_goes_to_the_actions_of_the_current_message_before_all_others(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread(talk(6))
    for message_id in ("m0005", "m0002", "m0004", "m0003"):
        view.show_message(message_id)
        reader.key(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        shown = view.page.shown(message_id)
        assert shown is not None
        assert focused.objectName() == "copy_message"
        assert shown.y <= focused.mapTo(view.viewport(), QPoint()).y() < shown.y + shown.height


def test_tab_goes_through_the_buttons_of_an_ending_before_the_actions_and_enter_presses(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    answer = reply(1, "Some words.", status=Status.INTERRUPTED)
    view.show_thread([question(0), answer, question(2), reply(3)], {answer.id: run_of(answer)})
    view.show_message("m0001")
    reader.key(Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "continue_reply"
    with qtbot.waitSignal(view.continue_requested):
        QTest.keyClick(focused, Qt.Key.Key_Return)
    for name in ("retry_reply", "copy_message", "regenerate"):
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.objectName() == name
    with qtbot.waitSignal(view.regenerate_requested) as asked:
        QTest.keyClick(focused, Qt.Key.Key_Return)
    assert asked.args == ["m0001"]


@pytest.mark.parametrize("is_f10", [True, False])
def test_the_menu_key_opens_the_menu_of_the_current_message_at_it(
    view: TranscriptView, reader: Reader, is_f10: bool
) -> None:
    view.show_thread([question(0, "First"), reply(1, "See [one](https://one.example)."), *talk(4, 2)])
    view.show_message("m0001")
    reader.key(Qt.Key.Key_Tab)
    if is_f10:
        reader.key(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    else:
        centre = view.viewport().rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, centre, view.mapToGlobal(centre))
        QApplication.sendEvent(view.viewport(), event)
    menu = view.findChild(QMenu, "transcript_menu")
    assert menu is not None
    link = reader.character("m0001", "one")
    place = view.viewport().mapFromGlobal(menu.pos())
    assert abs(place.y() - link.bottom()) < 8
    assert abs(place.x() - link.left()) < 8
    actions = {action.objectName(): action for action in menu.actions()}
    actions["copy_link"].trigger()
    assert QApplication.clipboard().text() == "https://one.example"
    actions["copy"].trigger()
    assert QApplication.clipboard().text() == "See one."
    menu.close()


def test_the_keyboard_returns_to_the_messages_when_its_button_goes(
    view: TranscriptView, reader: Reader
) -> None:
    answer = reply(1, "Some words.", status=Status.INTERRUPTED)
    view.show_thread([question(0), answer, question(2), reply(3)], {answer.id: run_of(answer)})
    view.show_message(answer.id)
    reader.key(Qt.Key.Key_Tab)
    assert reader.button("continue_reply").hasFocus()
    view.append(question(4))
    view.append(reply(5))
    assert reader.button("continue_reply").hasFocus()
    view.replace(answer.id, replace(answer, status=Status.WRITING))
    assert view.hasFocus()
    view.show_message("m0002")
    reader.key(Qt.Key.Key_Tab)
    assert reader.button("copy_message", "m0002").hasFocus()
    view.remove("m0002")
    assert view.hasFocus()


def test_the_keyboard_goes_on_to_the_reply_that_was_asked_for_anew(
    view: TranscriptView, reader: Reader
) -> None:
    answer = reply(1, "Some words.", status=Status.FAILED)
    view.show_thread([question(0), answer], {answer.id: run_of(answer)})
    view.show_message(answer.id)
    reader.key(Qt.Key.Key_Tab)
    assert reader.button("retry_reply").hasFocus()
    view.truncate(1)
    view.append(replace(reply(2), status=Status.WRITING, position=1))
    assert view.hasFocus()
    assert view.current_id == "m0002"


def test_the_whole_of_a_hit_in_wide_code_or_a_wide_table_is_shown(
    view: TranscriptView, reader: Reader
) -> None:
    code = f"```\n{'x' * 300} needle\n```"
    cells = " | ".join(f"a cell of column {number}" for number in range(20))
    table = f"| {cells} needle |\n|{'---|' * 20}\n"
    view.show_thread([question(0), reply(1, f"{code}\n\nWords.\n\n{table}")])
    for index in (0, 2):
        cell = view.page.known_cell("m0001")
        assert cell is not None
        start = cell.flow.blocks[index].item.plain.index("needle")
        view.set_find("needle")
        view.show_hit(1, "m0001", index, start, start + 6)
        for offset in (start, start + 6):
            assert 0 < cell.caret(index, offset).center().x() < view.column_width


def test_tab_and_enter_follow_a_link(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    view.show_thread([question(0), reply(1, "See [one](https://one.example) or [two](https://two.example).")])
    view.show_message("m0001")
    reader.key(Qt.Key.Key_Tab, times=2)
    assert QToolTip.text() == "https://two.example"
    with qtbot.waitSignal(view.link_activated) as followed:
        reader.key(Qt.Key.Key_Return)
    assert followed.args == ["https://two.example"]
    reader.key(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(view.link_activated) as followed:
        reader.key(Qt.Key.Key_Return)
    assert followed.args == ["https://one.example"]


def test_a_button_that_is_seen_under_the_mouse_is_seen_under_the_keyboard(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread([question(0), reply(1, "Words.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n")])
    view.show_message("m0001")
    button = QRect(QPoint(), QSize(8, 8))
    button.moveCenter(reader.target("m0001", "copy"))

    def is_seen() -> bool:
        image = view.viewport().grab(button).toImage()
        return len({image.pixel(x, y) for x in range(8) for y in range(8)}) > 1

    assert not is_seen()
    reader.key(Qt.Key.Key_Tab)
    assert is_seen()
    reader.key(Qt.Key.Key_Tab)
    assert not is_seen()


def test_escape_asks_to_stop(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    growing(view)
    view.setFocus()
    with qtbot.waitSignal(view.stop_requested):
        reader.key(Qt.Key.Key_Escape)


def test_the_theme_changes_under_a_reader_who_keeps_the_place(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(resources_dir())
    view = TranscriptView(theme)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.show_thread(talk(20))
    Reader(view).wheel(1500)
    place = view.read_position()
    theme.set_zoom(150)
    assert view.read_position()[0] == place[0]
    theme.set_mode("dark")
    assert view.read_position()[0] == place[0]
    view.close_threads()


def test_idle_means_idle(view: TranscriptView, qtbot: QtBot) -> None:
    answer = growing(view)
    view.edit(answer.id, TextEdit(6, "\n\n```python\nx = 1\n```\n"))
    view.set_ended(replace(answer, text="Done.", status=Status.COMPLETED), None)
    qtbot.wait(500)
    assert not [timer for timer in view.findChildren(QTimer) if timer.isActive()]


def test_the_wheel_with_ctrl_zooms(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(talk(20))
    asked: list[int] = []
    view.zoom_requested.connect(asked.append)
    before = view.page.value
    for degrees in (120, -60, -60):
        reader.wheel(degrees, Qt.KeyboardModifier.ControlModifier)
    assert asked == [10, -10]
    assert view.page.value == before
