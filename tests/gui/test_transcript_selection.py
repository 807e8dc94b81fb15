"""Selecting in the messages pane with mouse and keys, across messages, and what a copy of it gives."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Status
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.clipboard import MARKDOWN
from tests.gui.conversation import PARAGRAPH, question, reply, talk
from tests.gui.transcript_reader import Reader, growing

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
REPLY = """\
Words **in bold** and [a link](https://example.org).

1. first item
2. second item

```python
first(line)
second(line)
```

| alpha | beta |
|---|--:|
| gamma | delta |

Last words 😀 here."""


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    made = TranscriptView(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(800, 700)
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    yield made
    made.clear()
    made.close_threads()


@pytest.fixture
def reader(view: TranscriptView) -> Reader:
    view.show_thread([question(0, "How *is* it?"), reply(1, REPLY), question(2, "And\n  else?")])
    return Reader(view)


def form(name: str) -> str:
    return bytes(QGuiApplication.clipboard().mimeData().data(name).data()).decode()


def select(reader: Reader, start: tuple[str, str], end: tuple[str, str]) -> None:
    """Drag from before the words ``start`` of a message to behind the words ``end`` of one."""
    reader.drag(reader.before(*start), reader.behind(*end))


# -- the mouse


def test_a_drag_selects_from_letter_to_letter(reader: Reader) -> None:
    select(reader, ("m0001", "in bold"), ("m0001", "a li"))
    assert reader.copied() == "in bold and a li"
    assert form(MARKDOWN) == "**in bold** and [a li](https://example.org)"
    assert "<strong>in bold</strong> and <a href=" in form("text/html")


def test_a_drag_up_selects_the_same(reader: Reader) -> None:
    reader.drag(reader.behind("m0001", "second item"), reader.before("m0001", "bold"))
    assert reader.copied() == "bold and a link.\n\n1. first item\n2. second item"


def test_a_selection_goes_through_messages(reader: Reader) -> None:
    select(reader, ("m0000", "is"), ("m0002", "And"))
    copied = reader.copied()
    assert copied.startswith("is* it?\n\nWords in bold")
    assert copied.endswith("Last words 😀 here.\n\nAnd")
    assert form(MARKDOWN).startswith(r"is\* it?" + "\n\nWords **in bold**")


def test_code_is_selected_by_lines_and_by_letters(reader: Reader) -> None:
    select(reader, ("m0001", "first(line)"), ("m0001", "second(line)"))
    assert reader.copied() == "first(line)\nsecond(line)"
    assert form(MARKDOWN) == "```python\nfirst(line)\nsecond(line)\n```"
    select(reader, ("m0001", "line)"), ("m0001", "line"))
    assert reader.copied() == "line"


def test_cells_are_selected(reader: Reader) -> None:
    select(reader, ("m0001", "amma"), ("m0001", "gam"))
    assert reader.copied() == "am"
    select(reader, ("m0001", "alpha"), ("m0001", "delta"))
    assert reader.copied() == "alpha\tbeta\ngamma\tdelta"
    assert form(MARKDOWN) == "| alpha | beta |\n| --- | --: |\n| gamma | delta |"


def test_two_clicks_select_a_word_and_three_a_paragraph(reader: Reader, qtbot: QtBot) -> None:
    spot = reader.before("m0001", "old and")
    reader.double_click(spot)
    assert reader.copied() == "bold"
    reader.click(spot)
    assert reader.copied() == "Words in bold and a link."


def test_two_clicks_and_a_drag_select_whole_words(reader: Reader) -> None:
    spot = reader.before("m0001", "rds in")
    reader.double_click(spot)
    reader.drag_on(spot, reader.before("m0001", "old and"))
    assert reader.copied() == "Words in bold"


def test_shift_and_a_click_extend_the_selection(reader: Reader) -> None:
    reader.click(reader.before("m0001", "bold"))
    reader.click(reader.behind("m0001", "a link"), SHIFT)
    assert reader.copied() == "bold and a link"
    reader.click(reader.behind("m0001", "and"), SHIFT)
    assert reader.copied() == "bold and"


def test_a_click_selects_nothing(reader: Reader) -> None:
    select(reader, ("m0001", "in bold"), ("m0001", "a li"))
    reader.click(reader.before("m0001", "second item"))
    assert reader.view.selection.is_empty


def test_a_drag_beyond_the_edge_scrolls_and_selects(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    view.show_thread(talk(20))
    view.jump_to_start()
    start = reader.before("m0000", "What")
    reader.hold(start, QPoint(300, view.viewport().height() + 40))
    qtbot.waitUntil(lambda: view.page.value > 1000)
    reader.let_go(QPoint(300, view.viewport().height() + 40))
    scrolled = view.page.value
    qtbot.wait(50)
    assert view.page.value == scrolled
    copied = reader.copied()
    assert copied.startswith("What is it?\n\nReply 1.")
    assert "Reply 5." in copied


def test_a_link_is_followed_by_a_click_and_selected_by_a_drag(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    followed: list[str] = []
    view.link_activated.connect(followed.append)
    select(reader, ("m0001", "a link"), ("m0001", "a lin"))
    assert reader.copied() == "a lin"
    assert not followed
    reader.click(reader.before("m0001", "link"))
    assert followed == ["https://example.org"]


def test_an_address_that_is_not_of_the_web_is_not_followed(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(
        [reply(0, "[one](javascript:alert(1)) [two](file:///etc/passwd) [three](https://a.example)")]
    )
    followed: list[str] = []
    view.link_activated.connect(followed.append)
    for words in ("ne", "wo", "hree"):
        reader.click(reader.before("m0000", words))
    assert followed == ["https://a.example"]


def test_a_press_on_the_button_of_code_copies_it_whole(reader: Reader) -> None:
    reader.click(reader.target("m0001", "copy"))
    assert reader.clipboard() == "first(line)\nsecond(line)"


# -- the keyboard


def test_everything_can_be_selected(reader: Reader) -> None:
    reader.key(Qt.Key.Key_A, CTRL)
    copied = reader.copied()
    assert copied.startswith("How *is* it?\n\nWords in bold and a link.\n\n1. first item\n2. second item\n\n")
    assert copied.endswith("Last words 😀 here.\n\nAnd\n  else?")
    assert form(MARKDOWN) == f"How *is* it?\n\n{REPLY}\n\nAnd\n  else?"


def test_everything_is_also_what_is_not_here_yet(view: TranscriptView, reader: Reader) -> None:
    thread = [replace(message, position=position) for position, message in enumerate(talk(120))]
    view.messages_wanted.connect(lambda first, count: view.supply(thread[first : first + count]))
    view.show_thread(thread[70:], total=120)
    reader.key(Qt.Key.Key_A, CTRL)
    words = reader.copied().split()
    assert [f"{number}." in words for number in range(1, 120, 2)] == [True] * 60
    assert words.count("What") == 60


def test_shift_and_arrows_select_letters_words_and_lines(view: TranscriptView, reader: Reader) -> None:
    view.focus_message("m0001")
    reader.key(Qt.Key.Key_Right, SHIFT, times=7)
    assert reader.copied() == "Words i"
    reader.key(Qt.Key.Key_Left, SHIFT, times=2)
    assert reader.copied() == "Words"
    reader.key(Qt.Key.Key_Right, SHIFT | CTRL, times=2)
    assert reader.copied() == "Words in "
    reader.key(Qt.Key.Key_End, SHIFT)
    assert reader.copied() == "Words in bold and a link."
    reader.key(Qt.Key.Key_Home, SHIFT)
    reader.key(Qt.Key.Key_Down, SHIFT, times=2)
    assert (
        reader.copied().startswith("Words in bold and a link.\n\nfirst item")
        or "1. first item" in reader.copied()
    )
    reader.key(Qt.Key.Key_Escape)
    assert view.selection.is_empty


def test_lines_keep_to_the_place_that_was_clicked_last(reader: Reader) -> None:
    reader.click(reader.before("m0001", "second(line)"))
    reader.key(Qt.Key.Key_Up, SHIFT)
    reader.click(reader.behind("m0001", "first(line)"))
    reader.key(Qt.Key.Key_Down, SHIFT)
    assert reader.copied() == "\nsecond(line"


def test_a_letter_of_several_characters_is_never_cut(view: TranscriptView, reader: Reader) -> None:
    family, accent = "👨\u200d👩\u200d👧", "e\u0301"
    view.show_thread([reply(0, f"{family}{accent}x😀")])
    view.focus_message("m0000")
    found = []
    for _ in range(4):
        reader.key(Qt.Key.Key_Right, SHIFT)
        found.append(reader.copied())
    assert found == [family, family + accent, f"{family}{accent}x", f"{family}{accent}x😀"]


def test_copying_without_a_selection_takes_the_current_message(view: TranscriptView, reader: Reader) -> None:
    view.focus_message("m0000")
    assert reader.copied() == "How *is* it?"


@pytest.mark.parametrize(
    ("kind", "words"), [("markdown", "**in bold** and"), ("plain", "in bold and"), ("rich", "in bold and")]
)
def test_each_kind_of_copy_is_its_kind(view: TranscriptView, reader: Reader, kind: str, words: str) -> None:
    select(reader, ("m0001", "in bold"), ("m0001", "and"))
    assert view.copying.copy(kind)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == words
    assert data.hasHtml() == (kind == "rich")


@pytest.mark.parametrize("number", [0, 1])
def test_a_whole_message_as_markdown_is_its_source(view: TranscriptView, reader: Reader, number: int) -> None:
    view.copying.copy_message(f"m000{number}", "markdown")
    assert reader.clipboard() == ["How *is* it?", REPLY][number]


# -- a selection and a text that changes


def test_a_selection_survives_the_growing_of_its_text(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    select(reader, (answer.id, "Start."), (answer.id, "Start."))
    assert reader.copied() == "Start."
    view.edit(answer.id, TextEdit(6, " More of the same paragraph."))
    assert reader.copied() == "Start."
    view.set_ended(replace(answer, text="Start. More.", status=Status.COMPLETED), None)
    assert reader.copied() == "Start."


def test_what_was_copied_does_not_grow(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    view.focus_message(answer.id)
    assert reader.copied() == "Start."
    view.edit(answer.id, TextEdit(6, " More."))
    assert reader.clipboard() == "Start."


def test_a_selection_of_text_that_is_gone_is_gone(view: TranscriptView, reader: Reader) -> None:
    answer = growing(view)
    view.edit(answer.id, TextEdit(6, f"\n\n{PARAGRAPH}\n\nThe end."))
    select(reader, (answer.id, "The"), (answer.id, "The end."))
    view.edit(answer.id, TextEdit(0, "All anew."))
    assert reader.copied() in ("", "All anew.")


def test_a_selection_goes_with_its_message(view: TranscriptView, reader: Reader) -> None:
    select(reader, ("m0001", "in bold"), ("m0001", "a li"))
    view.remove("m0001")
    assert view.selection.is_empty


def test_another_thread_has_no_selection(view: TranscriptView, reader: Reader) -> None:
    reader.key(Qt.Key.Key_A, CTRL)
    view.show_thread(talk(4, first=50))
    assert view.selection.is_empty


def test_a_selection_is_painted(view: TranscriptView, reader: Reader) -> None:
    before = view.viewport().grab().toImage()
    select(reader, ("m0001", "in bold"), ("m0001", "in bold"))
    after = view.viewport().grab().toImage()
    letter = reader.before("m0001", "bold") + QPoint(3, 0)
    far = reader.before("m0001", "second item").y()
    strip = (0, far - 5, 700, 10)
    assert before != after
    assert before.copy(*strip) == after.copy(*strip)
    around = (letter.x(), letter.y() - 8, 12, 16)
    assert before.copy(*around) != after.copy(*around)
