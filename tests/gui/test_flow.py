"""A message's blocks: their places, and that what is drawn again is exactly what changed."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QRect

from desktop_app.markdown.document import Change
from desktop_app.markdown.items import Item, TextItem
from desktop_app.markdown.parser import parse
from desktop_app.widgets.transcript.blocks.block import SELECTION, Block, Environment, Mark
from desktop_app.widgets.transcript.blocks.code_block import CodeBlock
from desktop_app.widgets.transcript.blocks.flow import Flow
from desktop_app.widgets.transcript.blocks.text_block import TextBlock
from tests.gui.painted import Canvas, make_environment

WIDTH, LEFT, TOP = 400, 48, 8

EVERYTHING = """# Title

Words with `code`, **bold** and a [link](https://a.example).

- one
- two
  1. nested
  2. more

     ```python
     return 42
     ```
- [x] done

> quoted
>
> > deeper
>
> - in it

| a | b |
|---|--:|
| 1 | `2` |

---

### Small heading

שלום עולם

- שלום

```
code
```

![image](https://a.example/b.png)
"""


@pytest.fixture
def environment(qapp: object) -> Environment:
    return make_environment()


def flow_of(environment: Environment, source: str | Sequence[Item], width: int = WIDTH) -> Flow:
    flow = Flow(environment, width)
    flow.show(parse(source) if isinstance(source, str) else source)
    return flow


def picture(flow: Flow, height: int = 0, ratio: float = 1.0) -> Canvas:
    canvas = Canvas(WIDTH + 2 * LEFT, height or flow.height + 2 * TOP, ratio)
    canvas.draw(lambda painter, top, bottom: flow.paint(painter, LEFT, TOP, top, bottom))
    return canvas


def gaps(flow: Flow) -> list[int]:
    ends = [0, *(top + block.height for top, block in zip(flow.tops, flow.blocks, strict=True))]
    return [top - end for top, end in zip(flow.tops, ends, strict=False)]


def test_blocks_stand_8_pixels_apart_and_headings_further(environment: Environment) -> None:
    flow = flow_of(environment, "# a\n\nb\n\nc\n\n## d\n\n### e\n\n#### f\n\ng")
    assert gaps(flow) == [0, 8, 8, 20, 16, 16, 8]
    assert flow.height == flow.tops[-1] + flow.blocks[-1].height


def test_items_of_a_tight_list_stand_close_and_of_a_loose_one_as_blocks(environment: Environment) -> None:
    assert gaps(flow_of(environment, "a\n\n- b\n- c\n  - d\n  - e\n- f\n\ng")) == [0, 8, 4, 4, 4, 4, 8]
    assert gaps(flow_of(environment, "- b\n\n- c\n\n  d\n- e")) == [0, 8, 8, 8]
    assert gaps(flow_of(environment, "- b\n  ```\n  c\n  ```\n- d")) == [0, 8, 8]


def test_lists_indent_by_28_and_quotes_by_16_pixels(environment: Environment) -> None:
    flow = flow_of(environment, "a\n\n- b\n  - c\n\n> d\n> - e\n")
    assert [flow.left_of(index) for index in range(5)] == [0, 28, 56, 16, 44]
    assert [block.width for block in flow.blocks] == [WIDTH - flow.left_of(index) for index in range(5)]


def test_deep_nesting_leaves_room_for_words(environment: Environment) -> None:
    flow = flow_of(environment, [TextItem("deep words", nesting="ql" * 500, marker="•")])
    assert flow.blocks[0].width == 120
    assert flow.left_of(0) == WIDTH - 120
    assert picture(flow).has_ink(QRect(LEFT + flow.left_of(0), TOP, 120, flow.height))


@pytest.mark.parametrize("zoom", [75, 150, 300])
def test_everything_stands_on_whole_pixels_at_every_zoom(qapp: object, zoom: int) -> None:
    flow = flow_of(make_environment(zoom_percent=zoom), EVERYTHING, width=WIDTH * 3)
    assert all(isinstance(value, int) for value in [*flow.tops, flow.height])
    assert all(gap >= 1 for gap in gaps(flow)[1:])


@pytest.mark.parametrize("source", ["- words", "12. words", "- [ ] words", "- [x] words", "> words"])
def test_what_stands_beside_a_block_stands_left_of_its_words(environment: Environment, source: str) -> None:
    flow = flow_of(environment, source)
    beside = QRect(LEFT, TOP, flow.left_of(0) - 6, flow.height)
    assert picture(flow).has_ink(beside)
    assert not picture(flow_of(environment, [TextItem("")])).has_ink(beside)


@pytest.mark.parametrize("source", ["- שלום", "12. שלום", "- [x] שלום", "> שלום"])
def test_text_from_right_to_left_has_it_at_its_right(environment: Environment, source: str) -> None:
    flow = flow_of(environment, source)
    block = flow.blocks[0]
    assert flow.left_of(0) == 0
    assert picture(flow).has_ink(QRect(LEFT + block.width + 6, TOP, WIDTH - block.width - 6, flow.height))
    assert not picture(flow).has_ink(QRect(LEFT, TOP, 100, flow.height))


def test_a_box_with_a_check_is_not_an_empty_box(environment: Environment) -> None:
    assert picture(flow_of(environment, "- [x] a")).image != picture(flow_of(environment, "- [ ] a")).image


def test_the_bar_of_a_quote_runs_on_between_its_paragraphs(environment: Environment) -> None:
    def bar(source: str) -> list[bool]:
        flow = flow_of(environment, source)
        image = picture(flow).image
        color = environment.style.quote
        return [image.pixelColor(LEFT + 1, TOP + y) == color for y in range(flow.height)]

    assert all(bar("> a\n>\n> b\n>\n> ```\n> c\n> ```"))
    apart = bar("> a\n\n> b")
    assert apart[0]
    assert apart[-1]
    assert not all(apart)


def test_a_list_mark_stands_left_of_the_quote_in_the_item(environment: Environment) -> None:
    flow = flow_of(environment, "- > a")
    image = picture(flow)
    assert image.has_ink(QRect(LEFT, TOP, 20, flow.height))
    assert image.image.pixelColor(LEFT + 29, TOP + 2) == environment.style.quote


def test_every_strip_is_drawn_as_the_whole_is(environment: Environment) -> None:
    flow = flow_of(environment, EVERYTHING)
    whole = picture(flow).image
    for step in (1, 7, 50):
        canvas = Canvas(WIDTH + 2 * LEFT, flow.height + 2 * TOP)
        for top in range(0, flow.height + 2 * TOP, step):
            canvas.draw(lambda painter, y, end: flow.paint(painter, LEFT, TOP, y, end), top, top + step)
        assert canvas.image == whole


def test_only_blocks_that_can_be_seen_are_drawn(environment: Environment) -> None:
    drawn: list[Block] = []

    class Watched(TextBlock):
        def paint(self, *arguments: object) -> None:
            drawn.append(self)

    flow = flow_of(environment, "\n\n".join("abcdefghij"))
    flow.blocks = [Watched(block.item, block.width, environment, is_growing=False) for block in flow.blocks]
    canvas = Canvas(10, 10)
    top, bottom = flow.tops[3] + 1, flow.tops[5] + 1
    canvas.draw(lambda painter, *_: flow.paint(painter, 0, 0, top, bottom))
    assert drawn == flow.blocks[3:6]


def test_marks_go_to_the_block_they_are_for(environment: Environment) -> None:
    flow = flow_of(environment, "one\n\ntwo\n\nthree")
    plain = picture(flow)
    marked = picture(flow)
    marks = {1: (Mark(0, 3, SELECTION),)}
    marked.draw(lambda painter, top, bottom: flow.paint(painter, LEFT, TOP, top, bottom, marks))
    top, bottom = TOP + flow.tops[1], TOP + flow.tops[2]
    assert marked.image.copy(0, 0, 496, top) == plain.image.copy(0, 0, 496, top)
    assert marked.image.copy(0, bottom, 496, 30) == plain.image.copy(0, bottom, 496, 30)
    assert marked.image.pixelColor(LEFT + 1, top + 1) == environment.style.theme.color(SELECTION)


def test_places_lead_to_blocks_and_back(environment: Environment) -> None:
    flow = flow_of(environment, EVERYTHING)
    for index, block in enumerate(flow.blocks):
        if isinstance(block, TextBlock):
            for offset in range(len(block.item.plain)):
                caret = flow.caret(index, offset)
                assert flow.position_at(caret.x(), caret.center().y()) == (index, offset)
    assert flow.position_at(-100, -100) == (0, 0)
    assert flow.position_at(0, flow.height + 100)[0] == len(flow.blocks) - 1


def test_between_two_blocks_the_nearer_one_is_meant(environment: Environment) -> None:
    flow = flow_of(environment, "first\n\nsecond")
    end = flow.blocks[0].height
    assert flow.position_at(0, end + 1)[0] == 0
    assert flow.position_at(0, flow.tops[1] - 1)[0] == 1


def test_a_link_is_found_in_its_block(environment: Environment) -> None:
    flow = flow_of(environment, "a\n\n- see [there](https://a.example)")
    target = flow.blocks[1].targets()[0]
    center = target.rect.translated(flow.left_of(1), flow.tops[1]).center()
    assert flow.target_at(center.x(), center.y()) == (1, target)
    assert flow.target_at(5, 5) is None
    assert flow.target_at(center.x(), flow.tops[1] - 2) is None


def test_what_the_reader_did_to_blocks_can_be_kept_and_returned_to(environment: Environment) -> None:
    source = "a\n\n```\n" + "long " * 200 + "\n```\n\nb"
    flow = flow_of(environment, source)
    block = flow.blocks[1]
    assert isinstance(block, CodeBlock)
    wrap = next(target for target in block.targets() if target.kind == "wrap")
    assert block.activate(wrap)
    assert flow.relayout_from(1) == flow.tops[1]
    assert flow.height > flow_of(environment, source).height
    other = flow_of(environment, source)
    other.restore(flow.states())
    assert (other.tops, other.height) == (flow.tops, flow.height)
    assert picture(other).image == picture(flow).image
    other.restore({77: 1})


def test_an_empty_message_has_no_height(environment: Environment) -> None:
    flow = flow_of(environment, [])
    assert flow.height == 0
    assert flow.target_at(0, 0) is None
    picture(flow)


def change(first: int, *others: int, has_new_spacing: bool = False) -> Change:
    return Change(first, others, has_new_spacing)


def test_a_block_is_kept_when_its_item_is_of_the_same_kind_and_place(environment: Environment) -> None:
    flow = flow_of(environment, "one\n\ntwo\n\nthree")
    first, second, third = flow.blocks
    items = parse("one\n\nand two\n\n> three")
    assert flow.apply(items, change(1)) == flow.tops[1]
    assert flow.blocks[:2] == [first, second]
    assert flow.blocks[2] is not third
    assert [block.item for block in flow.blocks[1:]] == items[1:]


def test_nothing_is_drawn_again_when_nothing_changed(environment: Environment) -> None:
    items = parse(EVERYTHING)
    flow = flow_of(environment, items)
    assert flow.apply(items, change(0)) is None
    assert flow.apply(items, change(len(items), *range(len(items)), has_new_spacing=True)) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n\n1. b", "a\n\n2. b"),
        ("a\n\n- [ ] b", "a\n\n- [x] b"),
        ("a\n\n- b", "a\n\n1. b"),
        ("> a\n\n<!-- -->\n\n> b", "> a\n>\n> <!-- -->\n>\n> b"),
    ],
)
def test_what_stands_beside_a_block_is_drawn_again_when_it_alone_changed(
    environment: Environment, before: str, after: str
) -> None:
    flow = flow_of(environment, before)
    canvas = picture(flow)
    items = parse(after)
    y = flow.apply(items, change(0))
    assert y is not None
    canvas.draw(lambda painter, top, bottom: flow.paint(painter, LEFT, TOP, top, bottom), TOP + y)
    assert canvas.image == picture(flow_of(environment, items)).image


def test_new_distances_are_drawn_from_the_first_of_them_on(environment: Environment) -> None:
    items = parse("a\n\n- b\n- c\n- d")
    flow = flow_of(environment, items)
    end = flow.tops[1] + flow.blocks[1].height
    assert items[1].list is not None
    items[1].list.is_loose = True
    assert flow.apply(items, change(len(items), has_new_spacing=True)) == end
    assert gaps(flow) == [0, 8, 8, 8]


def test_a_replaced_earlier_item_moves_what_follows(environment: Environment) -> None:
    items = parse("a\n\nb\n\nc")
    flow = flow_of(environment, items)
    kept = flow.blocks[2]
    items[1] = TextItem("b\u2028b")
    assert flow.apply(items, change(3, 1)) == flow.tops[1]
    assert flow.blocks[2] is kept
    assert gaps(flow) == [0, 8, 8]


def test_items_that_are_gone_leave_nothing_behind(environment: Environment) -> None:
    items = parse("a\n\nb\n\nc")
    flow = flow_of(environment, items)
    end = flow.blocks[0].height
    assert flow.apply(items[:1], change(1)) == end
    assert (len(flow.blocks), flow.height) == (1, end)
    assert flow.apply([], change(0)) == 0
    assert flow.height == 0
