"""The sources of a reply: marks in its text, the row below it, and what was used of each."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Citation, Status
from desktop_app.widgets.transcript import TranscriptView, source_popover
from desktop_app.widgets.transcript.blocks.block import Target
from desktop_app.widgets.transcript.cell import Cell, Spot
from desktop_app.widgets.transcript.citations import numbers_of, sources_of
from desktop_app.widgets.transcript.source_popover import SourcePopover
from desktop_app.widgets.transcript.spoken import SpokenTranscript
from tests.gui.call_samples import CITATIONS, CITED_TEXT, cited
from tests.gui.conversation import question, reply
from tests.gui.transcript_reader import Reader, words

Key = Qt.Key


def marks(view: TranscriptView, message_id: str = "m0001") -> list[Target]:
    """The marks of a reply on the screen."""
    return [one for one in SpokenTranscript(view).targets(message_id) if one.kind == "citation"]


def popover(view: TranscriptView) -> SourcePopover | None:
    found = view.findChildren(SourcePopover)
    return next((one for one in found if one.isVisible()), None)


# -- numbers


def test_the_numbers_of_the_reply_stay_and_others_get_free_ones() -> None:
    found = (
        Citation("a", number=2),
        Citation("b", end=5),
        Citation("c", end=9),
        Citation("b", end=12),
        Citation("d"),
        Citation("e", number=1),
    )
    assert numbers_of(found) == (2, 3, 4, 3, 0, 1)
    assert [(one.citation.title, one.indexes, one.numbers) for one in sources_of(found)] == [
        ("a", (0,), (2,)),
        ("b", (1, 3), (3,)),
        ("c", (2,), (4,)),
        ("d", (4,), ()),
        ("e", (5,), (1,)),
    ]


# -- marks


def test_marks_stand_in_the_text_and_say_what_they_mean(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(cited())
    assert [one.value for one in marks(view)] == ["1", "2", "3", "2", "1", "4"]
    assert marks(view)[0].name == "Source 1: Supply agreement 17-24 (final).pdf, page 3"
    assert marks(view)[2].name == "Source 3: notes.md, line 12"
    assert reader.text("m0001").endswith("about courts.[4]")


def test_each_number_of_a_list_is_a_mark_of_its_own(view: TranscriptView, reader: Reader) -> None:
    text = "Both say so [1, 2], and this is code: `a[1, 2]`."
    view.show_thread([question(0), replace(reply(1, text), citations=CITATIONS[:2])])
    assert [(one.value, one.name[:8]) for one in marks(view)] == [("1", "Source 1"), ("2", "Source 2")]
    first, second = (one.rect for one in marks(view))
    assert not first.contains(second.center())
    assert not second.contains(first.center())
    assert reader.text("m0001").startswith("Both say so [1, 2], and this is code: a[1, 2].")


def test_nothing_is_marked_while_the_reply_grows_and_all_of_it_at_its_end(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    growing = replace(reply(1, "", Status.WRITING), citations=CITATIONS)
    view.show_thread([question(0), growing])
    view.edit("m0001", TextEdit(0, CITED_TEXT))
    assert marks(view) == []
    assert not [one for one in view.findChildren(QWidget, "sources") if one.isVisible()]
    view.set_ended(cited()[1], None)
    qtbot.waitUntil(lambda: len(marks(view)) == 6)
    assert reader.part("sources").isVisible()


def test_a_mark_opens_what_was_used_and_escape_goes_back(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    view.show_thread(cited())
    view.setFocus()
    reader.click(reader.target("m0001", "citation"))
    shown = popover(view)
    assert shown is not None
    said = words(shown)
    assert "Supply agreement 17-24 (final).pdf" in said
    assert "Page 3" in said
    assert "0.1 % of the price of the batch" in said
    assert "10 % of the price" not in said
    reader.key(Key.Key_Escape)
    qtbot.waitUntil(lambda: popover(view) is None)
    assert view.hasFocus()


@pytest.mark.parametrize("place", [QPoint(0, 0), QPoint(704, 0), QPoint(0, 484), QPoint(704, 484)])
def test_what_was_used_opens_inside_the_window(view: TranscriptView, place: QPoint) -> None:
    view.resize(720, 500)
    view.show_thread(cited())
    view._requests.open_sources("m0001", [0], QRect(place, QSize(16, 16)))
    shown = popover(view)
    assert shown is not None
    assert view.geometry().adjusted(8, 8, -8, -8).contains(shown.geometry())


def test_what_was_used_is_announced(
    view: TranscriptView, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(source_popover, "announce", lambda _, words: said.append(words))
    view.show_thread(cited())
    reader.button("source_1").click()
    (words_said,) = said
    lines = words_said.splitlines()
    assert lines[0] == "Supply agreement 17-24 (final).pdf"
    assert [line for line in lines if line.startswith("Page")] == ["Page 3", "Page 7"]
    assert "0.1 % of the price of the batch" in words_said


def test_marks_are_reached_and_opened_by_the_keyboard(view: TranscriptView, reader: Reader) -> None:
    view.show_thread(cited())
    view.focus_message("m0001")
    reader.key(Key.Key_Tab)
    reader.key(Key.Key_Tab)
    reader.key(Key.Key_Return)
    shown = popover(view)
    assert shown is not None
    assert "Page 7" in words(shown)


def test_the_source_is_shown_in_the_panel(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    view.show_thread(cited())
    view.activate(*spot(view, 1))
    with qtbot.waitSignal(view.citation_requested) as asked:
        reader.key(Key.Key_Return)
    assert asked.args == ["m0001", 1]


def spot(view: TranscriptView, index: int) -> tuple[Cell, Spot]:
    cell = view.page.known_cell("m0001")
    assert cell is not None
    return cell, [one for one in cell.spots() if one.target.kind == "citation"][index]


def test_a_page_is_opened_as_every_link_is(view: TranscriptView, reader: Reader, qtbot: QtBot) -> None:
    view.show_thread(cited())
    reader.button("source_3").click()
    shown = popover(view)
    assert shown is not None
    assert "https://example.org/law/penalties/333" in words(shown).replace("\u200b", "")
    link = shown.findChild(QPushButton, "source_link")
    assert link is not None
    with qtbot.waitSignal(view.link_activated) as opened:
        link.click()
    assert opened.args == ["https://example.org/law/penalties/333"]


def test_an_address_that_is_no_page_is_not_offered(view: TranscriptView, reader: Reader) -> None:
    found = (Citation("Here", url="file:///etc/passwd", fragment="\u202eevil"),)
    view.show_thread([question(0), replace(reply(1, "Words."), citations=found)])
    reader.button("source_1").click()
    shown = popover(view)
    assert shown is not None
    assert shown.findChild(QPushButton, "source_link") is None
    assert "\\u202eevil" in words(shown)


# -- the row below


def test_the_row_has_each_source_once_with_its_numbers_and_pages(
    view: TranscriptView, reader: Reader
) -> None:
    view.show_thread(cited())
    names = [reader.button(f"source_{number}").accessibleName() for number in range(1, 5)]
    assert names == [
        "Source 1, 2: Supply agreement 17-24 (final).pdf · p. 3, 7",
        "Source 3: notes.md · line 12",
        "Source 4: Reduction of penalties by a court",
        "Source: Everything that was read.txt",
    ]
    reader.button("source_1").click()
    shown = popover(view)
    assert shown is not None
    assert "Page 3" in words(shown)
    assert "Page 7" in words(shown)


def test_of_many_sources_the_first_are_shown_until_all_are_asked_for(
    view: TranscriptView, reader: Reader
) -> None:
    many = tuple(Citation(f"file {number}.txt", number=number) for number in range(1, 31))
    view.show_thread([question(0), replace(reply(1, "All [1]."), citations=many)])
    assert reader.button("more_sources").text() == "24 more"
    height = reader.part("sources").height()
    reader.button("more_sources").click()
    assert reader.button("source_30").isVisible()
    assert reader.part("sources").height() > height
    assert reader.button("source_7").hasFocus()


def test_names_of_sources_are_words_and_no_markup(view: TranscriptView, reader: Reader) -> None:
    found = (Citation("<b>a</b> & b\nc.txt", fragment="<i>x</i>"), Citation(""))
    view.show_thread([question(0), replace(reply(1, "Words."), citations=found)])
    assert reader.button("source_1").text() == "<b>a</b> && b c.txt"
    assert reader.button("source_2").text() == "A deleted file"
    reader.button("source_1").click()
    shown = popover(view)
    assert shown is not None
    assert "<i>x</i>" in words(shown)


# -- beside other things


def test_copied_words_keep_the_numbers(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([question(0), replace(reply(1, "One [1] and two."), citations=CITATIONS[:1])])
    view.select_all()
    assert "One [1] and two." in reader.copied()


def test_the_current_hit_is_marked_where_it_is_seen(view: TranscriptView, reader: Reader) -> None:
    found = (Citation("a", end=3),)
    view.show_thread([question(0), replace(reply(1, "One two two."), citations=found)])
    view.set_find("two")
    view.show_hit(1, "m0001", 0, 8, 11)  # where it stands in the text without marks
    shown = view.page.shown("m0001")
    assert shown is not None
    current = [mark for _, mark in view._hits.marks_in(shown) if mark.role == "findCurrent"]
    assert [(mark.start, mark.end) for mark in current] == [(11, 14)]
