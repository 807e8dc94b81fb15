"""A source however long is shown in stretches, around the citation first; none of its text is left out."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from desktop_app.domain.files import FileId, FileStatus, LibraryFile, Source, SourcePart
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.threads import Citation
from desktop_app.qt.details_intents import SourceRead
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.details.citations_tab import CitationsTab
from desktop_app.widgets.details.source_view import SourceView
from desktop_app.widgets.details.stretches import SHOWN, stretches
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme

T = TypeVar("T", bound=QWidget)
PART = 24_000
AROUND = 3
FILE = LibraryFile(
    FileId("file"), AssistantId("ours"), "long.txt", "/long.txt", 1, FileStatus.READY, datetime.now(UTC)
)


class Reader:
    """The view with a library behind it that has one file."""

    def __init__(self, view: SourceView, parts: list[SourcePart]) -> None:
        self._view, self._parts = view, parts
        view.place_wanted.connect(self.read)

    def read(self, citation: Citation, part: int) -> None:
        first = max(0, part - AROUND)
        around = tuple(self._parts[first : part + AROUND + 1])
        self._view.show_source(SourceRead(citation, Source(FILE, around, first, len(self._parts))))

    @property
    def text(self) -> str:
        return self._text.toPlainText()

    @property
    def _text(self) -> QTextEdit:
        return found(self._view, QTextEdit, "source_text")

    @property
    def marked(self) -> str:
        cursor = QTextCursor(self._text.document())
        letters = []
        while not cursor.atEnd():
            cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
            if cursor.charFormat().background().style() is not Qt.BrushStyle.NoBrush:
                letters.append(cursor.selectedText())
            cursor.clearSelection()
        return "".join(letters).replace("\u2029", "")

    def shown_to_the_end(self, name: str) -> list[str]:
        """What is shown, now and after each press of the button, until it is not to be pressed any more."""
        texts = [self.text]
        button = found(self._view, IconButton, name)
        while button.isEnabled():
            button.click()
            assert self.text != texts[-1]
            texts.append(self.text)
        return texts


def found(view: SourceView, kind: type[T], name: str) -> T:
    part = view.findChild(kind, name)
    assert part is not None
    return part


@pytest.fixture
def view(qapp: QApplication) -> Iterator[SourceView]:
    made = SourceView(Theme(resources_dir(), qapp))
    made.resize(380, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def one_line(number: int) -> str:
    return "".join(random.Random(number).choices("абвгдежзиклмнопрст", k=PART))


def lines(number: int) -> str:
    return "".join(f"Строка {line} части {number}.\n" for line in range(2000))[:PART]


@pytest.mark.parametrize("make", [one_line, lines])
def test_no_more_is_laid_out_than_a_frame_has_time_for_and_all_can_be_reached(
    view: SourceView, make: Callable[[int], str]
) -> None:
    parts = [SourcePart(0, 1, make(number)) for number in range(9)]
    reader = Reader(view, parts)
    cited = parts[4].text[9000:9300].strip()
    reader.read(Citation("long.txt", file_id="file", fragment=cited, line=1), 4)
    assert "".join(reader.marked.split()) == "".join(cited.split())
    later = reader.shown_to_the_end("source_later")
    earlier = reader.shown_to_the_end("source_earlier")
    assert max(map(len, later + earlier)) <= SHOWN + 2000
    assert bare("".join(part.text for part in parts)) == bare("".join(reversed(earlier)))
    assert bare("".join(part.text for part in parts)).endswith(bare("".join(later)))


def bare(text: str) -> str:
    """Without what parts it into lines, and their headings."""
    return "".join(line for line in text.split("\n") if not line.startswith("Line "))


def test_a_fragment_without_its_file_can_be_read_to_its_end(view: SourceView) -> None:
    fragment = "".join(f"{number} " for number in range(20_000))
    view.show_source(SourceRead(Citation("gone.txt", fragment=fragment), None))
    reader = Reader(view, [])
    assert len(reader.text) <= SHOWN + 2000
    assert "".join(reader.shown_to_the_end("source_later")).split() == fragment.split()


def test_short_pages_are_shown_together_each_under_its_number(view: SourceView) -> None:
    reader = Reader(
        view, [SourcePart(page, 1, f"Text of page {page}." if page % 3 else "") for page in range(1, 5)]
    )
    reader.read(Citation("a.pdf", file_id="file", fragment="Text of page 2.", page=2, line=1), 1)
    assert reader.text.split("\n") == [
        *(
            "Page 1",
            "Text of page 1.",
            "Page 2",
            "Text of page 2.",
            "Page 3",
            "",
            "Page 4",
            "Text of page 4.",
        ),
        "",
    ]
    assert reader.marked == "Text of page 2."


def test_stretches_are_next_to_each_other_whatever_the_parts_are() -> None:
    draw = random.Random(3)
    for _ in range(200):
        words = ["слово ", "строка\n", "x" * 700]
        texts = ["".join(draw.choices(words, k=draw.choice((0, 3, 60)))) for _ in range(draw.randint(1, 7))]
        part = draw.randrange(len(texts))
        offset = draw.randint(0, len(texts[part]))
        before, after = (stretches(texts, part, offset, toward) for toward in (-1, 1))
        for shown in (before, after, stretches(texts, part, offset)):
            assert sum(one.stop - one.start for one in shown) <= SHOWN + 1000
            for one, following in pairwise(shown):
                assert one.stop == len(texts[one.part])
                assert (following.part, following.start) == (one.part + 1, 0)
        whole = "".join(texts)
        place = len("".join(texts[:part])) + offset
        read, to_come = (
            "".join(texts[one.part][one.start : one.stop] for one in shown) for shown in (before, after)
        )
        assert whole[:place].endswith(read)
        assert whole[place:].startswith(to_come)
        assert bool(read) == bool(place)
        assert bool(to_come) == (place < len(whole))


def test_a_citation_that_is_opened_while_the_reader_goes_on_elsewhere_is_shown_at_its_place(
    qapp: QApplication,
) -> None:
    parts = tuple(SourcePart(0, 1, lines(number)) for number in range(3))
    cited = [
        Citation("long.txt", file_id="file", fragment=f"Строка 50 части {number}.", line=1)
        for number in (0, 1)
    ]
    tab = CitationsTab(Theme(resources_dir(), qapp))
    tab.show_citations(tuple(cited))
    tab.open_citation(0)
    tab.show_source(SourceRead(cited[0], Source(FILE, parts, 0, 3)))
    found(tab.source, IconButton, "source_later").click()  # that is never read
    tab.open_citation(1)
    tab.show_source(SourceRead(cited[1], Source(FILE, parts, 0, 3)))
    assert Reader(tab.source, []).marked == cited[1].fragment
    tab.deleteLater()


def test_going_on_in_a_file_that_is_gone_by_then_shows_the_fragment(view: SourceView) -> None:
    reader = Reader(view, [SourcePart(0, 1, lines(0))])
    cited = Citation("long.txt", file_id="file", fragment="Строка 50 части 0.", line=1)
    reader.read(cited, 0)
    view.place_wanted.disconnect(reader.read)
    found(view, IconButton, "source_later").click()
    view.show_source(SourceRead(cited, None))
    assert cited.fragment in reader.text
