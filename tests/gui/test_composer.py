"""The composer: nothing typed is lost, one key sends, one button sends or stops."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.widgets.composer import Composer
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from tests.conftest import TRIES


@pytest.fixture
def composer(qtbot: QtBot, qapp: QApplication) -> Iterator[Composer]:
    made = Composer(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    qtbot.waitExposed(made)
    made.focus()
    qtbot.waitUntil(made.has_focus)
    yield made


def editor(composer: Composer) -> QPlainTextEdit:
    found = composer.findChild(QPlainTextEdit, "composer")
    assert isinstance(found, QPlainTextEdit)
    return found


def button(composer: Composer, name: str) -> QToolButton:
    found = composer.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def test_enter_sends_and_keeps_the_text(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor(composer), "Hello")
    with qtbot.waitSignal(composer.send_requested) as sent:
        qtbot.keyClick(editor(composer), Qt.Key.Key_Return)
    assert sent.args == ["Hello"]
    assert composer.text() == "Hello"


def test_shift_enter_begins_a_line(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor(composer), "a")
    qtbot.keyClick(editor(composer), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(editor(composer), "b")
    assert composer.text() == "a\nb"


def test_with_the_option_enter_begins_a_line_and_ctrl_enter_sends(composer: Composer, qtbot: QtBot) -> None:
    composer.set_sends_with_ctrl_enter(True)
    qtbot.keyClicks(editor(composer), "a")
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Return)
    with qtbot.waitSignal(composer.send_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert composer.text() == "a\n"


def test_nothing_but_spaces_is_not_sent(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor(composer), "  ")
    assert not button(composer, "send").isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Return)


def test_no_key_acts_while_an_input_method_composes(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("done")
    composer.set_running(True)
    QApplication.sendEvent(editor(composer), QInputMethodEvent("にほ", []))
    with qtbot.assertNotEmitted(composer.send_requested), qtbot.assertNotEmitted(composer.stop_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Return)
        qtbot.keyClick(editor(composer), Qt.Key.Key_Escape)
    QApplication.sendEvent(editor(composer), QInputMethodEvent("", []))
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Escape)


def test_send_becomes_stop_at_the_same_place(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("next")
    place = button(composer, "send").geometry()
    composer.set_running(True)
    qtbot.waitUntil(button(composer, "stop").isVisible)
    assert not button(composer, "send").isVisible()
    qtbot.waitUntil(lambda: button(composer, "stop").geometry() == place)
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.mouseClick(button(composer, "stop"), Qt.MouseButton.LeftButton)


def test_typing_and_enter_go_on_while_a_reply_grows(composer: Composer, qtbot: QtBot) -> None:
    composer.set_running(True)
    qtbot.keyClicks(editor(composer), "and then?")
    with qtbot.waitSignal(composer.send_requested) as sent:
        qtbot.keyClick(editor(composer), Qt.Key.Key_Return)
    assert sent.args == ["and then?"]
    assert composer.text() == "and then?"


def test_escape_does_nothing_when_nothing_runs(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(composer.stop_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Escape)


def test_up_in_an_empty_box_asks_for_the_last_message(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(composer.edit_last_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Up)
    composer.set_text("words")
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Up)


def test_escape_ends_editing_before_it_stops_the_reply(composer: Composer, qtbot: QtBot) -> None:
    assert composer.findChild(QWidget, "editing_note") is None
    composer.set_running(True)
    composer.set_editing(True)
    note = composer.findChild(QWidget, "editing_note")
    assert note is not None
    assert note.isVisible()
    assert editor(composer).accessibleDescription() == note.accessibleName() != ""
    with qtbot.waitSignal(composer.editing_cancelled), qtbot.assertNotEmitted(composer.stop_requested):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Escape)
    composer.set_editing(False)
    assert not note.isVisible()
    assert editor(composer).accessibleDescription() == ""
    with qtbot.waitSignal(composer.stop_requested), qtbot.assertNotEmitted(composer.editing_cancelled):
        qtbot.keyClick(editor(composer), Qt.Key.Key_Escape)


def test_a_draft_is_told_within_300_ms_of_the_first_change(composer: Composer, qtbot: QtBot) -> None:
    told: list[float] = []
    composer.draft_changed.connect(lambda _text: told.append(time.monotonic()))

    def seconds_to_tell() -> float:
        told.clear()
        began = time.monotonic()
        while not told and time.monotonic() - began < 1:  # typing without a pause must not put it off
            qtbot.keyClicks(editor(composer), "x")
            qtbot.wait(20)
        return told[0] - began

    assert any(seconds_to_tell() < 0.45 for _ in range(TRIES))  # the machine may be busy with others


def test_a_draft_is_told_at_once_when_the_focus_goes(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(editor(composer), "half a thou")
    with qtbot.waitSignal(composer.draft_changed, timeout=100) as told:
        button(composer, "send").setFocus(Qt.FocusReason.TabFocusReason)
    assert told.args == ["half a thou"]


def test_flush_tells_an_open_draft_once(composer: Composer, qtbot: QtBot) -> None:
    told: list[str] = []
    composer.draft_changed.connect(told.append)
    qtbot.keyClicks(editor(composer), "abc")
    composer.flush_draft()
    composer.flush_draft()
    assert told == ["abc"]


def test_another_threads_draft_is_not_told_as_a_change(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(composer.draft_changed, wait=400):
        composer.set_text("a stored draft")


def test_clearing_tells_that_the_draft_is_gone(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("sent")
    with qtbot.waitSignal(composer.draft_changed) as told:
        composer.clear()
    assert told.args == [""]
    assert composer.text() == ""


def test_the_box_grows_to_ten_lines(composer: Composer, qtbot: QtBot) -> None:
    heights = []
    for count in (1, 2, 5, 10, 11, 40):
        composer.set_text("\n".join("line" for _ in range(count)))
        heights.append(editor(composer).height())
    assert heights == sorted(heights)
    assert heights[0] < heights[1] < heights[2] < heights[3]
    assert heights[3] == heights[4] == heights[5]


def test_a_long_line_grows_the_box_too(composer: Composer, qtbot: QtBot) -> None:
    one = editor(composer).height()
    composer.set_text("many words " * 60)
    assert editor(composer).height() > 2 * one


def test_pasting_20000_lines_is_quick(composer: Composer, qtbot: QtBot) -> None:
    data = QMimeData()
    text = "\n".join(
        f"{number} a line of an ordinary log file with some words in it" for number in range(20_000)
    )
    data.setText(text)
    began = time.process_time()
    editor(composer).insertFromMimeData(data)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    spent = time.process_time() - began
    assert composer.text() == text
    assert spent < 0.3, spent  # 0.1 s on a quiet machine; a test machine may be three times slower


def test_only_words_are_pasted(composer: Composer, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("plain")
    editor(composer).insertFromMimeData(data)
    assert composer.text() == "plain"
    editor(composer).undo()
    assert composer.text() == ""


def test_every_control_has_a_name(composer: Composer, qtbot: QtBot) -> None:
    for control in (editor(composer), button(composer, "send"), button(composer, "stop")):
        assert control.accessibleName()


def test_the_placeholder_zooms_with_everything(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(resources_dir(), qapp)
    composer = Composer(theme)
    qtbot.addWidget(composer)
    composer.show()
    try:
        for percent in (300, 50, 100):
            theme.set_zoom(percent)
            assert editor(composer).viewport().font() == theme.font("reading")
    finally:
        qapp.setStyleSheet("")
