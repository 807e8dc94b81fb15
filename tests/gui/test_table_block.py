"""Tables: what they draw, however they came to be, how wide their columns are, and what can be done with them."""

import csv
import random
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.markdown.items import BOLD, CODE, ITALIC, LINK, Cell, Span, TableItem
from desktop_app.widgets.transcript.blocks.block import SELECTION, Environment, Mark, Target
from desktop_app.widgets.transcript.blocks.table_block import TableBlock
from desktop_app.widgets.transcript.blocks.table_columns import column_widths
from tests.gui.painted import Canvas, make_environment

WIDTH = 500
MARGIN = 50
"""What is seen of the page right of a table: the button is there."""
LONG_WORD = "unbelievablylongwordthatneverends"
WORDS = [
    "yes",
    "no",
    "42",
    "timeout",
    "слово",
    "😀",
    "שלום",
    "مرحبا",
    "retry-after-all",
    LONG_WORD,
    "0.5",
    "a",
]


@pytest.fixture
def environment(qapp: QApplication) -> Environment:
    return make_environment()


def table(*rows: Sequence[str], alignments: Sequence[str] = ()) -> TableItem:
    cells = [tuple(Cell(text) for text in row) for row in rows]
    return TableItem(alignments or [""] * len(rows[0]), cells)


def block_of(item: TableItem, environment: Environment, width: int = WIDTH) -> TableBlock:
    return TableBlock(item, width, environment, is_growing=False)


def random_cell(chance: random.Random, words: int) -> Cell:
    text = " ".join(chance.choice(WORDS) for _ in range(chance.randint(0, words)))
    if not text or chance.random() < 0.6:
        return Cell(text)
    start = chance.randrange(len(text))
    end = chance.randint(start + 1, len(text))
    look = chance.choice([BOLD, CODE, ITALIC, LINK, BOLD | LINK])
    return Cell(text, (Span(start, end, look, "https://example.org" if look & LINK else ""),))


def random_table(seed: int) -> TableItem:
    chance = random.Random(seed)
    columns, words = chance.randint(1, 7), chance.choice([1, 3, 12])
    rows = [tuple(random_cell(chance, words) for _ in range(columns)) for _ in range(chance.randint(1, 12))]
    alignments = [chance.choice(["", "left", "center", "right"]) for _ in range(columns)]
    return TableItem(alignments, rows)


def cut(cell: Cell, length: int) -> Cell:
    """The first characters of a cell, with the spans that are complete."""
    return Cell(cell.text[:length], tuple(span for span in cell.spans if span.end <= length))


def drawn(block: TableBlock, marks: Sequence[Mark] = ()) -> QImage:
    canvas = Canvas(block.width + MARGIN, block.height + 20)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 10, 10, top, bottom, marks))
    return canvas.image


class Page:
    """A long page with a block, drawn again only from where the block says."""

    def __init__(self, block: TableBlock) -> None:
        self.canvas = Canvas(block.width + 20, 2000)
        self._block = block
        self.draw_from(0)

    def draw_from(self, y: int | None) -> None:
        if y is not None:
            self.canvas.draw(self._paint, 10 + y)

    def _paint(self, painter: QPainter, top: int, bottom: int) -> None:
        self._block.paint(painter, 10, 10, top, bottom)


def target(block: TableBlock, kind: str) -> Target:
    return next(one for one in block.targets() if one.kind == kind)


# -- growing


@pytest.mark.parametrize("seed", range(40))
def test_a_table_that_grew_looks_like_one_made_at_once(environment: Environment, seed: int) -> None:
    whole = random_table(seed)
    chance = random.Random(seed)
    item = TableItem(whole.alignments, whole.rows[:1])
    block = TableBlock(item, WIDTH, environment, is_growing=True)
    page = Page(block)
    for index in range(1, len(whole.rows)):
        for length in [*sorted(chance.sample(range(30), 3)), 10_000]:
            item.stable = index
            item.rows[index:] = [tuple(cut(cell, length) for cell in whole.rows[index])]
            page.draw_from(block.update(item))
            fresh = block_of(TableItem(item.alignments, item.rows), environment)
            assert fresh.height == block.height
            assert Page(fresh).canvas.image == page.canvas.image
    assert drawn(block) == drawn(block_of(whole, environment))


def test_another_item_in_its_place_looks_like_one_made_at_once(environment: Environment) -> None:
    block = block_of(random_table(1), environment)
    for seed in range(2, 12):
        y = block.update(random_table(seed))
        assert y is not None
        assert drawn(block) == drawn(block_of(random_table(seed), environment))
    assert block.update(random_table(11)) is None


def test_a_row_that_fits_leaves_the_rows_before_it_alone(environment: Environment) -> None:
    item = table(["name", "value"], *(["alpha", "1"] for _ in range(50)))
    item.stable = len(item.rows)
    block = block_of(item, environment)
    height = block.height
    item.rows.append((Cell("beta"), Cell("22")))
    assert block.update(item) == height
    assert block.height > height


def test_cells_that_fit_on_a_line_are_laid_out_only_where_they_are_painted(environment: Environment) -> None:
    block = block_of(table(["name", "value"], *(["alpha", "1"] for _ in range(500))), environment)
    assert not block._laid_out
    canvas = Canvas(WIDTH, 300)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 0, -3000, top, bottom))
    assert 8 < len(block._laid_out) < 14


def test_cells_that_are_painted_are_not_kept_for_ever(environment: Environment) -> None:
    block = block_of(table(["name"], *(["alpha"] for _ in range(2000))), environment)
    drawn(block)
    assert len(block._laid_out) <= 300


# -- columns


def test_columns_fill_the_width_in_proportion() -> None:
    assert column_widths([100, 200, 100], [50, 50, 50], 800) == [200, 400, 200]
    assert sum(column_widths([70, 90, 110], [10, 10, 10], 1001)) == 1001


def test_the_widest_columns_give_way_first() -> None:
    assert column_widths([50, 900, 300], [50, 96, 96], 500) == [50, 225, 225]
    assert column_widths([50, 900, 300], [50, 300, 96], 500) == [50, 300, 150]


def test_no_column_is_narrower_than_the_least_it_bears() -> None:
    assert column_widths([400, 900], [200, 360], 500) == [200, 360]
    for seed in range(200):
        chance = random.Random(seed)
        natural = [chance.randint(1, 50) * 24 for _ in range(chance.randint(1, 8))]
        least = [chance.randint(1, width // 24) * 24 for width in natural]
        room = chance.randint(1, 3000)
        widths = column_widths(natural, least, room)
        assert all(low <= width for low, width in zip(least, widths, strict=True))
        assert sum(widths) == max(room, sum(least))


def test_words_that_do_not_fit_wrap_and_make_their_row_higher(environment: Environment) -> None:
    short = block_of(table(["a", "b"], ["c", "d"]), environment)
    long = block_of(table(["a", "b"], ["c", "many words " * 30]), environment)
    assert long.height > short.height + 3 * environment.style.table_line
    assert not long.scroll_sideways(10)


def test_a_hard_break_makes_a_second_line(environment: Environment) -> None:
    one = block_of(table(["a"], ["b c"]), environment)
    two = block_of(table(["a"], ["b\u2028c"]), environment)
    assert two.height == one.height + environment.style.table_line


# -- moved sideways


def wide(environment: Environment) -> TableBlock:
    rows = [[f"number {row} {column}" for column in range(20)] for row in range(3)]
    return block_of(table(*rows), environment)


def test_a_table_that_is_too_wide_moves_sideways(environment: Environment) -> None:
    block = wide(environment)
    start = drawn(block)
    assert block.caret(len(block.item.plain)).x() > block.width
    assert block.scroll_sideways(100)
    assert drawn(block) != start
    while block.scroll_sideways(100):
        pass
    assert 0 < block.caret(len(block.item.plain)).x() <= block.width
    assert block.scroll_sideways(-100_000)
    assert not block.scroll_sideways(-1)
    assert drawn(block) == start


def test_its_bar_is_dragged(environment: Environment) -> None:
    block = wide(environment)
    bar = target(block, "scroll")
    assert QRect(0, 0, block.width, block.height).contains(bar.rect)
    assert block.activate(bar, bar.rect.right())
    assert not block.scroll_sideways(1)
    assert bar.name


def test_nothing_is_drawn_beside_the_block(environment: Environment) -> None:
    block = wide(environment)
    block.scroll_sideways(70)
    canvas = Canvas(block.width + 200, block.height)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 100, 0, top, bottom))
    assert not canvas.has_ink(QRect(0, 0, 100, block.height))
    assert not canvas.has_ink(QRect(100 + block.width, 0, 100, block.height))
    assert canvas.has_ink(QRect(100, 0, block.width, block.height))


def test_where_it_was_moved_is_kept(environment: Environment) -> None:
    block = wide(environment)
    assert block.state is None
    block.scroll_sideways(123)
    other = wide(environment)
    other.restore(block.state)
    assert drawn(other) == drawn(block)


def test_a_character_is_brought_into_view(environment: Environment) -> None:
    block = wide(environment)
    last = block.item.plain.index("\n") - 2
    assert block.reveal(last)
    assert 0 <= block.caret(last).x() < block.width
    assert not block.reveal(last)
    assert block.reveal(0)
    assert block.caret(0).x() >= 0


# -- places


@pytest.mark.parametrize("seed", range(20))
def test_the_place_of_a_caret_leads_back_to_its_offset(environment: Environment, seed: int) -> None:
    chance = random.Random(seed)
    rows = [
        [
            " ".join(
                chance.choice(["yes", "слово", "😀", "retry-after"]) for _ in range(chance.randint(1, 9))
            )
            for _ in range(3)
        ]
        for _ in range(4)
    ]
    block = block_of(table(*rows, alignments=["", "center", "right"]), environment)
    plain = block.item.plain
    for offset in range(len(plain) + 1):
        caret = block.caret(offset)
        found = block.offset_at(caret.x(), caret.center().y())
        if found != offset:  # the end of a line that wraps and the begin of the next are one place
            assert abs(found - offset) <= 1
            assert block.caret(found).y() != caret.y() or plain[min(found, offset)] == " "


def test_places_outside_lead_to_the_nearest_cell(environment: Environment) -> None:
    block = block_of(table(["one", "two"], ["three", "four"]), environment)
    assert block.offset_at(-50, -50) == 0
    assert block.offset_at(5000, 5000) == len("one\ttwo\nthree\tfour")
    assert block.offset_at(5000, 5) == len("one\ttwo")
    assert block.offset_at(-50, block.height - 5) == len("one\ttwo\n")


def test_a_cell_that_runs_right_to_left_begins_at_the_right(environment: Environment) -> None:
    block = block_of(table(["a", "b"], ["שלום", "b"]), environment)
    start, end = block.caret(len("a\tb\n")), block.caret(len("a\tb\n") + 4)
    assert start.x() > end.x() > block.width // 4


def test_a_table_whose_head_runs_right_to_left_begins_at_the_right(environment: Environment) -> None:
    block = block_of(table(["ראשון", "second", "שלישי"], ["1", "2", "3"]), environment)
    cells = [block.caret(len("ראשון\tsecond\tשלישי\n") + 2 * column) for column in range(3)]
    assert cells[0].x() > cells[1].x() > cells[2].x()
    assert block.width - cells[0].x() < 20
    for column, cell in enumerate(cells):
        assert block.offset_at(cell.x() - 2, cell.center().y()) == len("ראשון\tsecond\tשלישי\n") + 2 * column


def test_a_wide_table_from_right_to_left_shows_its_first_column(environment: Environment) -> None:
    wide = ["שלום" * 30] + [LONG_WORD * 3] * 8
    block = TableBlock(table(wide), WIDTH, environment, is_growing=True)
    assert 0 <= block.caret(0).x() <= WIDTH
    block.update(table(wide, ["x"] * 9, ["שלום" * 40] * 9))
    assert 0 <= block.caret(0).x() <= WIDTH
    assert not block.scroll_sideways(10)
    assert block.scroll_sideways(-10)


def test_its_button_covers_no_words(environment: Environment) -> None:
    block = block_of(table(["a", "b"], ["c", "d"], alignments=["", "right"]), environment)
    assert target(block, "copy").rect.left() >= block.width
    assert target(block, "copy").rect.right() < block.width + environment.style.theme.px("gap.pagePadding")


def test_marks_lie_behind_their_words(environment: Environment) -> None:
    block = block_of(table(["one", "two"], ["three", "four"]), environment)
    plain, marked = drawn(block), drawn(block, [Mark(11, 14, SELECTION)])
    row = block.caret(14).y()
    changed = [
        (x - 10, y - 10)
        for x in range(plain.width())
        for y in range(plain.height())
        if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    assert changed
    three = block.caret(8).x(), block.caret(13).x()
    assert all(three[0] <= x <= three[1] for x, _ in changed)
    assert all(row <= y <= row + environment.style.table_line for _, y in changed)
    assert drawn(block, [Mark(13, 14, SELECTION)]) == plain  # the tab between two cells


# -- targets


def with_link(environment: Environment) -> TableBlock:
    span = Span(4, 8, LINK, "https://example.org/a")
    return block_of(
        TableItem(["", ""], [(Cell("a"), Cell("b")), (Cell("see here", (span,)), Cell("c"))]), environment
    )


def test_a_link_is_found_underlined_and_named(environment: Environment) -> None:
    block = with_link(environment)
    link = target(block, "link")
    assert (link.value, link.name) == ("https://example.org/a", "here")
    assert block.target_at(link.rect.center().x(), link.rect.center().y()) == link
    assert block.target_at(link.rect.left() - 5, link.rect.center().y()) is None
    before = drawn(block)
    changed = block.set_hovered(link)
    assert changed is not None
    assert changed.contains(link.rect)
    assert drawn(block) != before
    assert block.set_hovered(link) is None
    assert block.set_hovered(None) is not None
    assert drawn(block) == before


def test_its_copy_button_shows_under_the_mouse(environment: Environment) -> None:
    block = with_link(environment)
    before = drawn(block)
    changed = block.set_under_mouse(True)
    assert changed == target(block, "copy").rect
    assert drawn(block) != before
    block.set_under_mouse(False)
    assert drawn(block) == before


def test_copying_says_so_for_a_moment(environment: Environment, qtbot: QtBot) -> None:
    changed: list[object] = []
    environment.block_changed = changed.append
    block = with_link(environment)
    before = drawn(block)
    assert block.activate(target(block, "copy"))
    assert drawn(block) != before
    qtbot.waitUntil(lambda: changed == [block])
    assert drawn(block) == before


def test_it_is_copied_as_comma_separated_values(environment: Environment) -> None:
    rows = [["name", 'a "quoted" one'], ["with, comma", "two\u2028lines"], ["", "слово"]]
    text = block_of(table(*rows), environment).copy_text()
    read = list(csv.reader(text.splitlines(keepends=True)))
    assert read == [[cell.replace("\u2028", "\n") for cell in row] for row in rows]


@pytest.mark.parametrize("mode", ["dark", "contrastLight"])
@pytest.mark.parametrize("zoom", [50, 100, 200, 300])
def test_it_is_drawn_at_every_zoom(qapp: QApplication, mode: str, zoom: int) -> None:
    block = block_of(random_table(3), make_environment(mode, zoom))
    canvas = Canvas(WIDTH, block.height, 2)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 0, 0, top, bottom))
    assert canvas.image != Canvas(WIDTH, block.height, 2).image


def test_a_table_of_a_head_alone_is_a_row_high(environment: Environment) -> None:
    block = block_of(table(["a", ""]), environment)
    assert block.height == block.first_line + 1
    assert 0 < block.first_baseline < block.first_line
    assert block.caret(0).height() == environment.style.table_line


def test_a_table_too_wide_for_the_column_takes_the_room_beside_it(environment: Environment) -> None:
    wide, narrow = table([LONG_WORD] * 6, ["a"] * 6), table(["a", "b"], ["c", "d " * 300])
    assert block_of(wide, environment).width == WIDTH
    environment.room_beside = 200
    assert block_of(wide, environment).width == WIDTH + 200
    assert block_of(narrow, environment).width == WIDTH
    growing = TableBlock(table(["a"] * 6), WIDTH, environment, is_growing=True)
    assert growing.width == WIDTH
    growing.update(table(["a"] * 6, [LONG_WORD] * 6))
    assert growing.width == WIDTH + 200
