"""Text blocks: the same however they came, and exact about what lies where."""

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF

from desktop_app.markdown.items import BOLD, CODE, IMAGE, ITALIC, LINK, STRIKE, Span, TextItem
from desktop_app.widgets.transcript.blocks.block import CURRENT_HIT, HIT, SELECTION, Environment, Mark
from desktop_app.widgets.transcript.blocks.text_block import TextBlock
from tests.gui.painted import Canvas, make_environment

WIDTH = 300
LATIN = ["plain", "word", "123", ",", ".", "(", ")", "hyphen-ated", "Donaudampfschifffahrtsgesellschaften"]
EMOJI = ["😀", "👨\u200d👩\u200d👧", "🇩🇪", "e\u0301"]
WORDS = [*LATIN, *EMOJI, "Кириллица", "ёж", "漢字かな", "שלום", "עולם", "العربية", "—", "\t"]
STYLES = (BOLD, ITALIC, STRIKE, CODE, LINK, IMAGE, BOLD | ITALIC, LINK | CODE)


@pytest.fixture
def environment(qapp: object) -> Environment:
    return make_environment()


def block_of(
    environment: Environment, text: str, *spans: Span, width: int = WIDTH, level: int = 0
) -> TextBlock:
    return TextBlock(TextItem(text, spans, level), width, environment, is_growing=False)


def picture(block: TextBlock, marks: tuple[Mark, ...] = (), ratio: float = 1.0) -> Canvas:
    canvas = Canvas(block.width + 40, block.height + 40, ratio)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 20, 20, top, bottom, marks))
    return canvas


def page(block: TextBlock, height: int) -> Canvas:
    """A block drawn once, at the place where the growing one is drawn."""
    canvas = Canvas(WIDTH + 40, height)
    canvas.draw(lambda painter, top, bottom: block.paint(painter, 20, 20, top, bottom))
    return canvas


def random_text(rng: random.Random, words: int, alphabet: list[str]) -> str:
    text = ""
    for _ in range(words):
        text += rng.choice(alphabet) + rng.choice("     \u2028")
    return text


def random_spans(rng: random.Random, length: int) -> list[Span]:
    spans: list[Span] = []
    at = 0
    while True:
        start = at + rng.randrange(40)
        end = start + rng.randrange(1, 30)
        if end > length:
            return spans
        style = rng.choice(STYLES)
        spans.append(Span(start, end, style, "https://a.example" if style & (LINK | IMAGE) else ""))
        at = end


@pytest.mark.parametrize("seed", range(40))
def test_a_text_that_grew_looks_at_every_step_as_if_it_had_been_written_at_once(
    environment: Environment, seed: int
) -> None:
    rng = random.Random(seed)
    if seed % 4 == 3:  # letters that reach into the lines beside theirs
        environment = Environment(replace(environment.style, reading_line=13))
    alphabet = WORDS if seed % 2 else LATIN
    text = random_text(rng, rng.randrange(5, 160), alphabet)
    spans = random_spans(rng, len(text))
    height = block_of(environment, text).height + 60
    item = TextItem("")
    grown = TextBlock(item, WIDTH, environment, is_growing=True)
    canvas = Canvas(WIDTH + 40, height)
    end = 0
    while end < len(text):
        item.stable = max(0, end - 40)
        item.stable = min((s.start for s in spans if s.start < item.stable < s.end), default=item.stable)
        grown.update(item)
        end = min(len(text), end + rng.randrange(1, 60))
        item.text = text[:end]
        item.spans = [span for span in spans if span.end <= end]
        y = grown.update(item)
        if y is not None:
            canvas.draw(lambda painter, top, bottom: grown.paint(painter, 20, 20, top, bottom), 20 + y)
        fresh = block_of(environment, item.text, *item.spans)
        assert grown.height == fresh.height
        assert canvas.image == page(fresh, height).image


@pytest.mark.parametrize("seed", range(30))
def test_another_text_in_place_of_the_old_looks_as_if_it_had_always_been_there(
    environment: Environment, seed: int
) -> None:
    rng = random.Random(1000 + seed)
    text = random_text(rng, 80, WORDS)
    block = block_of(environment, text)
    canvas = page(block, 3000)
    for _ in range(8):
        cut = rng.randrange(len(text) + 1)
        text = text[:cut] + random_text(rng, rng.randrange(4), WORDS) + text[cut + rng.randrange(30) :]
        item = TextItem(text, random_spans(rng, len(text)), level=rng.choice((0, 0, 0, 2)))
        y = block.update(item)
        if y is not None:
            canvas.draw(lambda painter, top, bottom: block.paint(painter, 20, 20, top, bottom), 20 + y)
        fresh = TextBlock(item, WIDTH, environment, is_growing=False)
        assert block.height == fresh.height
        assert canvas.image == page(fresh, 3000).image


def test_nothing_is_drawn_again_when_nothing_changed(environment: Environment) -> None:
    block = block_of(environment, "some words", Span(0, 4, BOLD))
    assert block.update(block.item) is None
    assert block.update(TextItem("some words", [Span(0, 4, BOLD)])) is None
    assert block.update(TextItem("some words", [Span(0, 4, ITALIC)])) == 0


def test_a_word_at_the_end_draws_only_the_last_line_again(environment: Environment) -> None:
    text = "several words that make some lines of text " * 40
    block = block_of(environment, text)
    y = block.update(TextItem(text + "end"))
    assert y is not None
    assert block.height - y <= 2 * environment.style.reading_line


def test_a_growing_paragraph_keeps_the_layouts_of_its_stable_part(environment: Environment) -> None:
    text = "several words that make some lines of text " * 100
    item = TextItem(text[:4000])
    item.stable = 4000
    block = TextBlock(item, WIDTH, environment, is_growing=True)
    before = [id(part) for part in block._parts]
    item.text = text
    block.update(item)
    assert [id(part) for part in block._parts][: len(before) - 1] == before[:-1]
    assert len(before) > 10


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_lines_have_the_height_of_the_style_and_text_is_in_their_middle(qapp: object, zoom: int) -> None:
    environment = make_environment(zoom_percent=zoom)
    style = environment.style
    block = block_of(environment, "one\u2028two 😀 漢\u2028three `x`", Span(16, 19, CODE), width=600)
    assert block.height == 3 * style.reading_line
    assert block.first_line == style.reading_line
    metrics = QFontMetricsF(style.reading)
    above = block.first_baseline - metrics.ascent()
    below = block.first_line - block.first_baseline - metrics.descent()
    assert abs(above - below) <= 1
    assert block_of(environment, "Head", level=1, width=600).height == style.heading("H1")[1]


def test_every_offset_has_a_caret_and_the_caret_leads_back_to_it(environment: Environment) -> None:
    text = "Words and Кириллица that wrap over many lines, " * 20
    block = block_of(environment, text)
    for offset in range(0, len(text), 7):
        caret = block.caret(offset)
        assert (caret.width(), caret.height()) == (1, environment.style.reading_line)
        assert block.offset_at(caret.x(), caret.center().y()) == offset


def test_a_place_outside_leads_to_the_nearest_offset(environment: Environment) -> None:
    block = block_of(environment, "first line of words\u2028second")
    assert block.offset_at(-50, -50) == 0
    assert block.offset_at(5000, 5) == len("first line of words")
    assert block.offset_at(5000, 5000) == len("first line of words\u2028second")
    assert block.offset_at(-50, 5000) == len("first line of words\u2028")


def test_the_end_of_a_wrapped_line_is_on_that_line(environment: Environment) -> None:
    block = block_of(environment, "words that are wrapped " * 10)
    line = environment.style.reading_line
    for y in range(line // 2, block.height, line):
        assert block.caret(block.offset_at(5000, y)).top() == y - line // 2


def test_offsets_are_never_inside_a_character_of_several_code_points(environment: Environment) -> None:
    family, flag, accent = "👨\u200d👩\u200d👧", "🇩🇪", "e\u0301"
    text = f"a{family}b{flag}c{accent}d😀"
    block = block_of(environment, text)
    allowed, at = {0}, 0
    for piece in ("a", family, "b", flag, "c", accent, "d", "😀"):
        at += len(piece)
        allowed.add(at)
    found = {block.offset_at(x, 5) for x in range(-5, 250)}
    assert found <= allowed
    assert {0, 1, len(text)} <= found


def test_a_paragraph_that_begins_right_to_left_is_set_right(environment: Environment) -> None:
    text = "שלום עולם and English"
    block = block_of(environment, text)
    assert block.is_rtl
    assert block.caret(0).x() >= WIDTH - 1
    assert block.caret(4).x() < block.caret(0).x()
    assert block.offset_at(WIDTH + 10, 5) == 0
    for offset in range(9):
        caret = block.caret(offset)
        assert block.offset_at(caret.x(), caret.center().y()) == offset
    canvas = picture(block)
    assert not canvas.has_ink(QRect(20, 0, 60, block.height + 40))
    assert not block_of(environment, "123 English שלום").is_rtl


def test_links_are_found_exactly_where_their_words_are(environment: Environment) -> None:
    text = "go to the place now, or to the other one"
    spans = (
        Span(6, 9, LINK, "https://a"),
        Span(9, 15, LINK | BOLD, "https://a"),
        Span(31, 36, IMAGE, "b.png"),
    )
    block = block_of(environment, text, *spans, width=600)
    link, image = block.targets()
    assert (link.kind, link.value, link.name) == ("link", "https://a", "the place")
    assert (image.kind, image.value, image.name) == ("image", "b.png", "other")
    for offset in range(len(text)):
        x = (block.caret(offset).x() + block.caret(offset + 1).x()) // 2
        found = block.target_at(x, 10)
        expected = link if 6 <= offset < 15 else image if 31 <= offset < 36 else None
        assert found == expected, offset
    assert block.target_at(590, 10) is None
    assert block.target_at(link.rect.center().x(), -1) is None
    assert block.target_at(link.rect.center().x(), block.height) is None


def test_a_link_behind_the_first_part_of_a_long_text_is_found(environment: Environment) -> None:
    text = "several words that make some lines of text " * 40
    start = len(text) - 20
    block = block_of(environment, text, Span(start, start + 15, LINK, "https://a"))
    caret = block.caret(start + 2)
    target = block.target_at(caret.x() + 1, caret.center().y())
    assert target is not None
    assert target == block.targets()[0]
    assert target.rect.contains(caret.center())


def test_a_link_is_underlined_only_while_the_mouse_is_over_it(environment: Environment) -> None:
    block = block_of(environment, "go to the place", Span(3, 5, LINK, "https://a"))
    plain = picture(block).image
    target = block.targets()[0]
    assert block.set_hovered(target) == target.rect
    assert block.set_hovered(target) is None
    hovered = picture(block).image
    assert hovered != plain
    assert block.set_hovered(None) == target.rect
    assert picture(block).image == plain


def test_a_link_that_is_none_any_more_is_not_underlined(environment: Environment) -> None:
    block = block_of(environment, "go to the place", Span(3, 5, LINK, "https://a"))
    block.set_hovered(block.targets()[0])
    block.update(TextItem("go to the place", [Span(3, 5, BOLD)]))
    fresh = block_of(environment, "go to the place", Span(3, 5, BOLD))
    assert picture(block).image == picture(fresh).image


def test_marks_lie_behind_their_words_alone(environment: Environment) -> None:
    text = "some words that are marked " * 30
    block = block_of(environment, text)
    plain = picture(block)
    for role in (SELECTION, HIT, CURRENT_HIT):
        color = environment.style.theme.color(role)
        marked = picture(block, (Mark(5, 10, role),))
        inside = block.caret(5).united(block.caret(10)).translated(20, 20)
        assert marked.image.pixelColor(inside.left() + 1, inside.top() + 1) == color
        left = plain.image.copy(0, 0, inside.left(), 60)
        assert marked.image.copy(0, 0, inside.left(), 60) == left
        below = inside.bottom() + 1
        rest = QRect(0, below, marked.image.width(), marked.image.height() - below)
        assert marked.image.copy(rest) == plain.image.copy(rest)
    assert picture(block, (Mark(0, len(text), SELECTION),)).image != plain.image


def test_a_mark_over_an_empty_line_can_be_seen(environment: Environment) -> None:
    block = block_of(environment, "one\u2028\u2028two")
    image = picture(block, (Mark(0, 8, SELECTION),)).image
    line = environment.style.reading_line
    assert image.pixelColor(21, 20 + line + line // 2) == environment.style.theme.color(SELECTION)


def test_a_mark_over_a_mixed_line_covers_the_marked_words(environment: Environment) -> None:
    text = "one שלום two"
    block = block_of(environment, text)
    color = environment.style.theme.color(SELECTION)
    image = picture(block, (Mark(4, 8, SELECTION),)).image
    columns = [x - 20 for x in range(image.width()) if image.pixelColor(x, 21) == color]
    assert min(columns) >= block.caret(3).x()
    assert columns == list(range(columns[0], columns[-1] + 1))
    assert columns[-1] <= block.caret(9).x() + 1


@pytest.mark.parametrize("line_height", [13, 24])
def test_a_strip_is_drawn_as_the_whole_is(environment: Environment, line_height: int) -> None:
    environment = Environment(replace(environment.style, reading_line=line_height))
    rng = random.Random(3)
    text = random_text(rng, 150, WORDS)
    block = block_of(environment, text, *random_spans(rng, len(text)))
    marks = (Mark(10, 300, SELECTION), Mark(320, 330, HIT))
    whole = picture(block, marks)
    canvas = Canvas(block.width + 40, block.height + 40)
    for top in range(0, block.height + 40, 17):
        canvas.draw(lambda painter, y, end: block.paint(painter, 20, 20, y, end, marks), top, top + 17)
    assert canvas.image == whole.image


def test_an_empty_text_is_one_line_high(environment: Environment) -> None:
    block = block_of(environment, "")
    assert block.height == environment.style.reading_line
    assert block.offset_at(100, 100) == 0
    assert block.caret(0) == QRect(0, 0, 1, block.height)


def test_a_word_longer_than_a_line_is_broken(environment: Environment) -> None:
    block = block_of(environment, "x" * 5000)
    assert block.height > 50 * environment.style.reading_line
    assert all(block.caret(offset).x() <= WIDTH for offset in range(0, 5000, 13))


def test_inline_code_has_a_ground_with_room_at_both_sides(environment: Environment) -> None:
    block = block_of(environment, "say code, now", Span(4, 8, CODE))
    image = picture(block).image
    color = environment.style.inline_code
    left, right = block.caret(4).x() + 20, block.caret(8).x() + 20
    middle = 20 + block.height // 2 - 7
    assert image.pixelColor(left - 2, middle) == color
    assert image.pixelColor(right - 2, middle) == color
    assert image.pixelColor(right + 2, middle) != color
