"""Code blocks: what they draw, however they came to be, and what can be done with them."""

import random
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QTextLayout
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.markdown.items import CodeItem
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.blocks.block import (
    CURRENT_HIT,
    SELECTION,
    Block,
    Environment,
    Mark,
    Target,
)
from desktop_app.widgets.transcript.blocks.code_block import CodeBlock
from desktop_app.widgets.transcript.blocks.code_lines import breaks
from desktop_app.widgets.transcript.blocks.highlighter import Highlighter
from desktop_app.widgets.transcript.blocks.languages import display_name, lexer_alias
from desktop_app.widgets.transcript.blocks.style import TextStyle

WIDTH = 400
TEXT = """\
def greet(name: str) -> None:
\t'''Says "hello"
    over two lines.'''

    print(f"hello {name}, this line is much longer than the block is wide, so that it scrolls", 42)
    # Привет, мир! 你好，世界 and 😀 with 👩‍👩‍👧‍👦 in a comment that is rather long, too long for one row
"""
SOURCE = TEXT.split("\n")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(resources_dir())


@pytest.fixture
def environment(theme: Theme) -> Environment:
    return Environment(TextStyle.of(theme))


@pytest.fixture
def highlighter(qapp: QApplication) -> Iterator[Highlighter]:
    made = Highlighter()
    yield made
    made.close()


def item_of(lines: Sequence[str], language: str = "python", stable: int = 0) -> CodeItem:
    item = CodeItem(lines, language)
    item.stable = stable
    return item


def drawn(block: Block, marks: Sequence[Mark] = (), top: int = 0, over: QImage | None = None) -> QImage:
    """What the block looks like; with ``over``, only what lies below ``top`` is drawn, on that picture."""
    image = QImage(block.width + 20, block.height + 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    if over is not None:
        painter.drawImage(0, 0, over)
        painter.fillRect(0, 10 + top, image.width(), image.height(), QColor("white"))
    block.paint(painter, 10, 10, 10 + top, image.height(), marks)
    painter.end()
    return image


def press(block: Block, kind: str) -> bool:
    return block.activate(target(block, kind))


def target(block: Block, kind: str) -> Target:
    return next(one for one in block.targets() if one.kind == kind)


def pieces(lines: Sequence[str], seed: int) -> Iterator[tuple[list[str], int]]:
    """The lines as they are after every piece of a stream, and how many of them are complete."""
    text = "\n".join(lines)
    chance = random.Random(seed)
    at = 0
    while at < len(text):
        at = min(len(text), at + chance.randint(1, 60))
        shown = text[:at].split("\n")
        yield shown, len(shown) - 1


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_a_block_that_grew_looks_like_one_made_at_once_at_every_step(
    environment: Environment, seed: int, is_wrapped: bool
) -> None:
    item = item_of([""])
    block = CodeBlock(item, WIDTH, environment, is_growing=True)
    if is_wrapped:
        press(block, "wrap")
    seen = drawn(block)
    for lines, stable in pieces(SOURCE * 3, seed):
        kept = item.stable
        item.lines[kept:] = lines[kept:]
        item.stable = stable
        top = block.update(item)
        assert top is not None
        seen = drawn(block, top=top, over=seen)
        fresh = CodeBlock(item_of(lines), WIDTH, environment, is_growing=True)
        if is_wrapped:
            press(fresh, "wrap")
        assert block.height == fresh.height
        assert seen == drawn(fresh)


def test_nothing_new_is_nothing_to_draw(environment: Environment) -> None:
    item = item_of(["one", "two"])
    block = CodeBlock(item, WIDTH, environment, is_growing=True)
    assert block.update(item) is None
    assert block.update(item_of(["one", "two"])) is None
    assert block.update(item_of(["one", "2"])) == block.caret(4).top()


def test_another_item_may_be_shorter_or_of_another_language(environment: Environment) -> None:
    block = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=True)
    other = item_of([*SOURCE[:2], "other"], "cpp")
    assert block.update(other) == 0
    assert drawn(block) == drawn(CodeBlock(other, WIDTH, environment, is_growing=True))


def test_every_character_has_a_place_that_leads_back_to_it(environment: Environment) -> None:
    text = TEXT
    for is_wrapped in (False, True):
        block = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)
        if is_wrapped:
            press(block, "wrap")
        else:
            assert block.scroll_sideways(70)
        places = set()
        for offset in range(len(text) + 1):
            caret = block.caret(offset)
            places.add((caret.x(), caret.y()))
            found = block.offset_at(caret.x(), caret.center().y())
            back = block.caret(found)
            assert abs(back.x() - caret.x()) <= 1
            assert back.y() == caret.y()
            joined = text[min(found, offset) : max(found, offset)]
            assert not joined.isascii() or not joined or found == offset
        family = len("👩‍👩‍👧‍👦")
        assert len(places) >= len(text) + 1 - family


def test_points_outside_are_the_nearest_ends(environment: Environment) -> None:
    block = CodeBlock(item_of(["ab", "cd"]), WIDTH, environment, is_growing=False)
    assert block.offset_at(5, 0) == 0
    assert block.offset_at(5, block.height + 50) == 5
    assert block.offset_at(WIDTH, block.caret(0).center().y()) == 2
    assert block.offset_at(-9, block.caret(3).center().y()) == 3


@pytest.mark.parametrize("lines", [[], [""], ["", ""]])
def test_a_block_without_words_is_drawn_all_the_same(environment: Environment, lines: list[str]) -> None:
    block = CodeBlock(item_of(lines), WIDTH, environment, is_growing=False)
    press(block, "wrap")
    assert drawn(block, [Mark(0, 1, SELECTION)]).height() == block.height + 20
    assert block.offset_at(50, 60) in (0, 1)
    assert block.caret(0).height() == environment.style.code_line


def test_a_selection_shows_the_ends_of_lines_it_takes_with_it(environment: Environment, theme: Theme) -> None:
    block = CodeBlock(item_of(["ab", "", "ef"]), WIDTH, environment, is_growing=False)
    selected = theme.color("textSelection")

    def has_mark(image: QImage, offset: int, dx: int) -> bool:
        caret = block.caret(offset)
        return image.pixelColor(10 + caret.x() + dx, 10 + caret.y() + 1) == selected

    image = drawn(block, [Mark(1, 5, SELECTION)])
    assert not has_mark(image, 0, 2)
    assert has_mark(image, 1, 2)
    assert has_mark(image, 2, 2)  # behind the first line's end
    assert has_mark(image, 3, 2)  # the empty line
    assert has_mark(image, 4, 2)
    assert not has_mark(image, 5, 2)
    image = drawn(block, [Mark(1, 2, CURRENT_HIT)])
    assert not has_mark(image, 2, 2)
    assert image.pixelColor(12 + block.caret(1).x(), 11 + block.caret(1).y()) == theme.color("findCurrent")


def test_marks_fall_on_the_same_characters_after_emoji_tabs_and_scrolling(
    environment: Environment, theme: Theme
) -> None:
    line = "\t😀😀 " + "word " * 30
    block = CodeBlock(item_of([line]), WIDTH, environment, is_growing=False)
    for offset in (0, 300):
        block.scroll_sideways(offset)
        start = line.index("word", 20 if offset else 0)
        while offset and block.caret(start).x() < 20:
            start += 5
        image = drawn(block, [Mark(start, start + 4, SELECTION)])
        begin, end = block.caret(start), block.caret(start + 4)
        row = 11 + begin.y()
        marked = [x for x in range(image.width()) if image.pixelColor(x, row) == theme.color("textSelection")]
        assert abs(marked[0] - begin.x() - 10) <= 1
        assert abs(marked[-1] + 1 - end.x() - 10) <= 1


def test_wide_lines_scroll_sideways_until_they_are_wrapped(environment: Environment) -> None:
    block = CodeBlock(item_of(["x" * 200]), WIDTH, environment, is_growing=False)
    height = block.height
    assert not block.scroll_sideways(-10)
    assert block.scroll_sideways(50)
    assert block.caret(0).x() < 0
    while block.scroll_sideways(500):
        pass
    assert WIDTH - 20 <= block.caret(200).x() < WIDTH
    press(block, "wrap")
    assert block.height > height
    assert not block.scroll_sideways(-50)
    assert "scroll" not in {one.kind for one in block.targets()}
    assert all(0 < block.caret(offset).x() < WIDTH for offset in range(201))
    press(block, "wrap")
    assert block.height == height


def test_the_bar_follows_the_mouse_that_caught_it(environment: Environment) -> None:
    block = CodeBlock(item_of(["x" * 200]), WIDTH, environment, is_growing=False)
    track = target(block, "scroll").rect
    caught = block.target_at(track.left() + 5, track.center().y())
    assert caught is not None
    assert caught.kind == "scroll"
    assert not block.activate(caught, track.left() + 5)
    assert block.activate(caught, track.left() + 25)
    assert block.caret(0).x() < 0
    assert block.activate(caught, track.left() + 5)
    assert block.caret(0).x() > 0
    before = drawn(block)
    changed = block.set_hovered(caught)
    assert changed == track
    assert drawn(block) != before
    assert block.set_hovered(caught) is None
    assert block.set_hovered(None) == track
    assert drawn(block) == before


def test_a_very_long_line_is_drawn_where_it_is_looked_at(environment: Environment) -> None:
    line = "".join(chr(ord("a") + index % 26) for index in range(30_000))
    block = CodeBlock(item_of([line]), WIDTH, environment, is_growing=False)
    block.scroll_sideways(100_000)
    at = block.offset_at(200, block.caret(0).center().y())
    assert at > 10_000
    assert abs(block.caret(at).x() - 200) <= 9
    row = QRect(20, 11 + block.caret(0).y(), WIDTH - 20, environment.style.code_line)
    assert drawn(block).copy(row) == in_one_piece(block, line, environment.style).copy(row)


def in_one_piece(block: Block, line: str, style: TextStyle) -> QImage:
    """The block with its only line drawn by one layout."""
    image = drawn(CodeBlock(item_of([""]), block.width, block.environment, is_growing=False))
    layout = QTextLayout(line, style.code)
    layout.beginLayout()
    row = layout.createLine()
    row.setLineWidth(1e6)
    layout.endLayout()
    metrics = QFontMetricsF(style.code)
    baseline = round((style.code_line - metrics.ascent() - metrics.descent()) / 2 + metrics.ascent())
    painter = QPainter(image)
    painter.setPen(style.text)
    place = block.caret(0).topLeft()
    layout.draw(painter, QPointF(10 + place.x(), 10 + place.y() + baseline - row.ascent()))
    painter.end()
    return image


def test_unicodes_own_line_separators_do_not_hide_what_follows(environment: Environment) -> None:
    block = CodeBlock(item_of(["я\u2028b\u2029c"]), WIDTH, environment, is_growing=False)
    spaced = CodeBlock(item_of(["я b c"]), WIDTH, environment, is_growing=False)
    assert drawn(block) == drawn(spaced)
    assert block.caret(5) == spaced.caret(5)


def test_a_long_finished_block_is_folded_and_a_growing_one_is_not(environment: Environment) -> None:
    lines = [f"line {number}" for number in range(123)]
    growing = CodeBlock(item_of(lines), WIDTH, environment, is_growing=True)
    assert "fold" not in {one.kind for one in growing.targets()}
    block = CodeBlock(item_of(lines), WIDTH, environment, is_growing=False)
    assert "123" in target(block, "fold").name
    assert block.height < growing.height / 2
    folded = block.height
    assert block.state is None
    assert press(block, "fold")
    assert block.height > growing.height
    state = block.state
    other = CodeBlock(item_of(lines), WIDTH, environment, is_growing=False)
    other.restore(state)
    assert other.height == block.height
    assert press(block, "fold")
    assert block.height == folded
    growing.finish()
    assert growing.state is not None


def test_a_character_that_is_folded_away_or_beside_the_window_can_be_revealed(
    environment: Environment,
) -> None:
    lines = ["short"] * 60 + ["x" * 200]
    block = CodeBlock(item_of(lines), WIDTH, environment, is_growing=False)
    end = len("\n".join(lines))
    assert not block.reveal(3)
    assert block.reveal(end)
    assert 0 < block.caret(end).x() < WIDTH
    assert block.caret(end).bottom() < block.height
    assert not block.reveal(end)


def test_what_the_reader_did_comes_back(environment: Environment) -> None:
    block = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)
    assert block.state is None
    block.scroll_sideways(33)
    again = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)
    again.restore(block.state)
    assert drawn(again) == drawn(block)
    press(block, "wrap")
    again.restore(block.state)
    assert drawn(again) == drawn(block)


def test_copied_is_said_for_a_while(qtbot: QtBot, theme: Theme) -> None:
    changed: list[Block] = []
    environment = Environment(TextStyle.of(theme), block_changed=changed.append)
    block = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)
    before = drawn(block)
    assert press(block, "copy")
    assert drawn(block) != before
    assert not changed
    qtbot.waitUntil(lambda: bool(changed))
    assert changed == [block]
    assert drawn(block) == before


def test_controls_stand_apart_and_are_named(environment: Environment) -> None:
    block = CodeBlock(item_of(["x" * 200] * 50), WIDTH, environment, is_growing=False)
    targets = block.targets()
    assert [one.kind for one in targets] == ["wrap", "copy", "scroll", "fold"]
    assert all(one.name for one in targets)
    for one in targets:
        assert QRect(0, 0, WIDTH, block.height).contains(one.rect)
        assert block.target_at(*one.rect.center().toTuple()) is not None
        assert not any(one.rect.intersects(other.rect) for other in targets if other is not one)
    assert block.target_at(100, 60) is None


def test_colours_come_later_and_are_there_at_once_the_next_time(
    qtbot: QtBot, theme: Theme, highlighter: Highlighter
) -> None:
    changed: list[Block] = []
    environment = Environment(TextStyle.of(theme), highlighter, block_changed=changed.append)
    block = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)
    plain = drawn(block)
    qtbot.waitUntil(lambda: bool(changed))
    coloured = drawn(block)
    assert changed == [block]
    assert coloured != plain
    assert drawn(CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)) == coloured
    press(block, "wrap")
    press(block, "wrap")
    assert drawn(block) == coloured


def test_a_block_that_grew_is_coloured_like_one_made_at_once(
    qtbot: QtBot, theme: Theme, highlighter: Highlighter
) -> None:
    environment = Environment(TextStyle.of(theme), highlighter)
    item = item_of([""])
    grown = CodeBlock(item, WIDTH, environment, is_growing=True)
    for lines, stable in pieces(SOURCE * 3, 1):
        item.lines, item.stable = lines, stable
        grown.update(item)
        qtbot.wait(1)
    grown.finish()
    fresh = CodeBlock(item_of(SOURCE * 3), WIDTH, environment, is_growing=False)
    qtbot.waitUntil(lambda: drawn(grown) == drawn(fresh) != plain_picture(theme))


def test_code_that_is_over_is_coloured_while_its_message_goes_on(
    qtbot: QtBot, theme: Theme, highlighter: Highlighter
) -> None:
    changed: list[Block] = []
    environment = Environment(TextStyle.of(theme), highlighter, block_changed=changed.append)
    item = item_of(SOURCE[:3])
    block = CodeBlock(item, WIDTH, environment, is_growing=True)
    item.lines = SOURCE
    block.update(item)
    fresh = CodeBlock(item_of(SOURCE), WIDTH, environment, is_growing=False)
    plain = drawn(fresh)
    qtbot.waitUntil(lambda: drawn(fresh) != plain and drawn(block) == drawn(fresh))
    assert block in changed


def test_colours_of_a_text_that_has_changed_meanwhile_are_taken_as_far_as_they_fit(
    qtbot: QtBot, theme: Theme, highlighter: Highlighter
) -> None:
    changed: list[Block] = []
    environment = Environment(TextStyle.of(theme), highlighter, block_changed=changed.append)
    item = item_of(["x = 'one'", "def foo", ""], stable=2)
    block = CodeBlock(item, WIDTH, environment, is_growing=True)
    block.update(item_of(["x = 'one'", "12345 foo", ""], stable=2))
    qtbot.waitUntil(lambda: bool(changed))
    keyword = theme.color("syntaxKeyword").name()
    image = drawn(block)
    shades = {image.pixelColor(x, y).name() for x in range(10, 200) for y in range(60, image.height())}
    assert theme.color("syntaxString").name() in shades
    assert keyword not in shades


def plain_picture(theme: Theme) -> QImage:
    environment = Environment(TextStyle.of(theme))
    return drawn(CodeBlock(item_of(SOURCE * 3), WIDTH, environment, is_growing=False))


def test_lines_break_behind_spaces_and_never_in_the_indentation() -> None:
    assert breaks("aaa bbb ccc", 7) == [0, 8]
    assert breaks("abcdefgh", 3) == [0, 3, 6]
    assert breaks("    abcdefgh", 6) == [0, 6]
    assert breaks("abc   ", 3) == [0]
    assert breaks("", 3) == [0]
    line = "one two  three   four " * 9
    for columns in range(1, 30):
        cuts = breaks(line, columns)
        rows = [line[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True)]
        assert "".join(rows) == line
        assert all(len(row.rstrip(" ")) <= columns for row in rows)


@pytest.mark.parametrize(
    ("word", "name", "alias"),
    [
        ("", "", ""),
        ("py", "Python", "py"),
        ("Python", "Python", "python"),
        ("{.python", "Python", "python"),
        ("c++", "C++", "c++"),
        ("json", "JSON", "json"),
        ("yml", "YAML", "yaml"),
        ("js:app.js", "JavaScript", "js"),
        ("brainfuck", "Brainfuck", "brainfuck"),
        ("MyLang", "MyLang", "mylang"),
        ("text", "Text", ""),
    ],
)
def test_languages_have_the_names_people_know(word: str, name: str, alias: str) -> None:
    assert (display_name(word), lexer_alias(word)) == (name, alias)
