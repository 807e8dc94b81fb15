"""A selected part of a message: what of it is copied, and with which of its marks."""

import random

import pytest

from desktop_app.markdown.excerpt import excerpt
from desktop_app.markdown.items import BOLD, CODE, LINK, CodeItem, ImageItem, Item, Span, TableItem, TextItem
from desktop_app.markdown.parser import parse

DOCUMENT = """\
# Title of it

Words **in bold** and [a link](https://example.org) here.

1. one
   - under one

     more under one
   - second under one
2. two

> quoted
>
> - listed

```python
first()
second()

third()
```

| alpha | beta | gamma |
|---|:-:|--:|
| delta | **epsilon** | zeta |
| eta | theta | iota |

---

![described](https://example.org/a.png)
"""


def shapes(items: list[Item]) -> list[tuple[str, int, str, str]]:
    return [(item.nesting, item.joined, item.marker, item.plain) for item in items]


def part(start: str, end: str) -> list[Item]:
    """From the words ``start`` to behind the first words ``end`` that do not lie before them."""
    items = parse(DOCUMENT)
    first = next(index for index, item in enumerate(items) if start in item.plain)
    offset = items[first].plain.index(start)
    last, begin = first, items[first].plain.find(end, offset)
    while begin < 0:
        last += 1
        begin = items[last].plain.find(end)
    return excerpt(items, (first, offset), (last, begin + len(end)))


def test_everything_selected_is_everything() -> None:
    items = parse(DOCUMENT)
    taken = excerpt(items, (0, 0), (len(items) - 1, len(items[-1].plain)))
    assert [item.signature() for item in taken] == [item.signature() for item in items]
    assert not any(one is other for one, other in zip(taken, items, strict=True))


def test_spans_are_cut_with_their_words() -> None:
    (item,) = part("bold", "a l")
    assert isinstance(item, TextItem)
    assert item.text == "bold and a l"
    assert item.spans == [Span(0, 4, BOLD), Span(9, 12, LINK, "https://example.org")]


def test_a_cut_never_leaves_emphasis_that_ends_with_a_space() -> None:
    items = parse("**bold words** here")
    (item,) = excerpt(items, (0, 0), (0, 5))
    assert isinstance(item, TextItem)
    assert (item.text, item.spans) == ("bold ", [Span(0, 4, BOLD)])


@pytest.mark.parametrize("source", ["see $x + y$ there", "see <b title='x'> there"])
def test_a_cut_formula_or_tag_is_only_words(source: str) -> None:
    items = parse(source)
    (whole,) = excerpt(items, (0, 1), (0, len(items[0].plain)))
    (cut,) = excerpt(items, (0, 0), (0, 8))
    assert isinstance(whole, TextItem)
    assert isinstance(cut, TextItem)
    assert whole.spans
    assert not cut.spans


def test_a_heading_is_one_when_it_is_whole_or_begins_the_selection() -> None:
    levels = [
        [item.level for item in part(start, end) if isinstance(item, TextItem)]
        for start, end in (("Title", "of it"), ("Title", "Words"), ("Title", "of"), ("of it", "Words"))
    ]
    assert levels == [[1], [1, 0], [0], [0, 0]]


def test_words_of_one_list_item_are_words() -> None:
    assert shapes(part("one", "one")) == [("", 0, "", "one")]
    assert shapes(part("econd under", "one")) == [("", 0, "", "econd under one")]


def test_paragraphs_of_one_list_item_are_paragraphs() -> None:
    assert shapes(part("under one", "more under")) == [("", 0, "", "under one"), ("", 0, "", "more under")]


def test_a_list_is_copied_from_the_first_whole_start_of_an_item() -> None:
    assert shapes(part("ne", "two")) == [
        ("", 0, "", "ne"),
        ("l", 0, "•", "under one"),
        ("l", 1, "", "more under one"),
        ("l", 1, "•", "second under one"),
        ("l", 0, "2.", "two"),
    ]
    assert shapes(part("one", "more")) == [
        ("", 0, "", "one"),
        ("l", 0, "•", "under one"),
        ("l", 1, "", "more"),
    ]
    assert shapes(part("under one", "second")) == [
        ("l", 0, "•", "under one"),
        ("l", 1, "", "more under one"),
        ("l", 1, "•", "second"),
    ]


def test_a_quote_is_copied_when_the_selection_leaves_it() -> None:
    assert shapes(part("quoted", "listed")) == [("", 0, "", "quoted"), ("l", 0, "•", "listed")]
    assert shapes(part("two", "listed")) == [
        ("l", 0, "2.", "two"),
        ("q", 0, "", "quoted"),
        ("ql", 1, "•", "listed"),
    ]
    assert shapes(part("uoted", "first"))[:2] == [("q", 0, "", "uoted"), ("ql", 1, "•", "listed")]


def test_lines_of_code_stay_code() -> None:
    (item,) = part("second()", "third")
    assert isinstance(item, CodeItem)
    assert (item.lines, item.language) == (["second()", "", "third"], "python")


def test_a_part_of_one_line_of_code_is_words_in_code() -> None:
    (item,) = part("second()", "second")
    assert isinstance(item, TextItem)
    assert (item.text, item.spans) == ("second", [Span(0, 6, CODE)])


def test_a_part_of_one_cell_is_words() -> None:
    (item,) = part("silon", "l")
    assert isinstance(item, TextItem)
    assert (item.text, item.spans) == ("sil", [Span(0, 3, BOLD)])


def test_cells_of_one_row_are_its_columns() -> None:
    (item,) = part("silon", "ze")
    assert isinstance(item, TableItem)
    assert item.alignments == ("center", "right")
    assert item.plain == "epsilon\tzeta"


def test_cells_of_several_rows_are_whole_rows() -> None:
    (item,) = part("zeta", "eta\tth")
    assert isinstance(item, TableItem)
    assert item.alignments == ("", "center", "right")
    assert item.plain == "delta\tepsilon\tzeta\neta\ttheta\tiota"


def test_a_table_under_a_selection_that_goes_on_is_cut_at_its_rows() -> None:
    taken = part("theta", "described")
    assert [type(item).__name__ for item in taken] == ["TableItem", "RuleItem", "ImageItem"]
    assert taken[0].plain == "theta\tiota"
    assert isinstance(taken[2], ImageItem)
    assert taken[2].source == "https://example.org/a.png"


def test_an_item_touched_at_its_edge_alone_is_not_copied() -> None:
    items = parse("one\n\ntwo\n\nthree")
    assert shapes(excerpt(items, (0, 3), (2, 0))) == [("", 0, "", "two")]


def test_a_selection_of_nothing_is_nothing_visible() -> None:
    assert "".join(item.plain for item in excerpt(parse("one"), (0, 1), (0, 1))) == ""


def test_words_are_exactly_those_selected() -> None:
    items = [item for item in parse(DOCUMENT * 3) if not isinstance(item, TableItem)]
    chance = random.Random(1)
    for _ in range(2000):
        first = chance.randrange(len(items))
        last = chance.randrange(first, len(items))
        start = chance.randint(0, len(items[first].plain))
        end = chance.randint(start if first == last else 0, len(items[last].plain))
        words = [item.plain for item in items[first : last + 1]]
        words[-1] = words[-1][:end] if not isinstance(items[last], ImageItem) else words[-1]
        words[0] = words[0][start:] if not isinstance(items[first], ImageItem) else words[0]
        taken = excerpt(items, (first, start), (last, end))
        if not isinstance(items[last], ImageItem) and not isinstance(items[first], ImageItem):
            assert "\n".join(filter(None, words)) == "\n".join(filter(None, (one.plain for one in taken)))
        for before, item in zip([None, *taken], taken, strict=False):
            assert item.joined <= min(len(item.nesting), len(before.nesting) if before else 0)
