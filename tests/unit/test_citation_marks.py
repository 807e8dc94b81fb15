"""Marks of sources in Markdown: found in the text, or put at places of its source."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.markdown.citation_marks import Mark, _linked, parse_cited
from desktop_app.markdown.document import Document
from desktop_app.markdown.items import BOLD, CITATION, CODE, LINK, CodeItem, Item, TableItem, TextItem
from desktop_app.markdown.parser import parse
from desktop_app.markdown.to_html import to_html
from desktop_app.markdown.to_markdown import to_markdown

NUMBER = 77
DOCUMENT = """# Héад *one*

Words **bold `code` [1]** and [a link](https://example.org/a) then https://example.org/b?c=d, тест 🚀 end.
Second line\\*x &amp; y  
third <b>tag</b> $x^2$ ![picture](https://example.org/p.png) _under_.

- one
- [x] two
  > quoted
1. three

```python
x = [1]
```

    indented

| a | b |
|---|--:|
| `c` | d |

<div>
html
</div>

[^1]: note

---

> last
"""  # noqa: W291 - a hard break


def marks(items: list[Item]) -> list[tuple[str, str]]:
    """The words and numbers of all marks."""
    found = []
    for item in items:
        texts = [(item.text, item.spans)] if isinstance(item, TextItem) else []
        if isinstance(item, TableItem):
            texts = [(cell.text, list(cell.spans)) for row in item.rows for cell in row]
        found += [
            (text[span.start : span.end], span.target)
            for text, spans in texts
            for span in spans
            if span.style & CITATION
        ]
    return found


def test_numbers_of_sources_become_links_outside_code_and_links() -> None:
    items = parse_cited(
        "One [1], **two [2]**, `[1]`, [see [1]](https://a.b), [3] and\n\n```\n[1]\n```", {1, 2}
    )
    assert marks(items) == [("[1]", "1"), ("[2]", "2")]
    (text, code) = items
    assert isinstance(text, TextItem)
    assert isinstance(code, CodeItem)
    bold = next(span for span in text.spans if span.target == "2")
    assert bold.style == BOLD | LINK | CITATION
    assert [item.plain for item in items] == [
        item.plain
        for item in parse("One [1], **two [2]**, `[1]`, [see [1]](https://a.b), [3] and\n\n```\n[1]\n```")
    ]


def test_numbers_in_tables_are_links_too() -> None:
    assert marks(parse_cited("|a|b|\n|-|-|\n|x [1]|`[1]`|", {1})) == [("[1]", "1")]


def test_each_number_of_a_list_is_a_link_when_all_of_them_are_known() -> None:
    items = parse_cited("One [1, 2], **two [2,1]**, [1; 2] [1][2], `a[1, 2]`, [1, 9], [1,].", {1, 2})
    assert marks(items) == [
        *[("[1, ", "1"), ("2]", "2")],
        *[("[2,", "2"), ("1]", "1")],
        *[("[1; ", "1"), ("2]", "2")],
        *[("[1]", "1"), ("[2]", "2")],
    ]
    assert to_html(items) == to_html(
        parse("One [1, 2], **two [2,1]**, [1; 2] [1][2], `a[1, 2]`, [1, 9], [1,].")
    )


PARTS = [
    *("[1]", "[1, 2]", "[2,1]", "[1; 3]", "[1, 9]", "[1][2]", "[", "]", "2", ", "),
    *("word", "😀", " ", "\n", "\n\n", "`", "```\n", "**", "_", "- ", "> ", "\\", "(x)", "$", "<b>", "\r\n"),
    "\n| a | b |\n|---|---|\n| [1, 2] | `[1, 2]` |\n",
]


@given(st.lists(st.sampled_from(PARTS), max_size=20).map("".join), st.integers(1, 7))
def test_marks_change_no_words_and_no_look_and_come_out_the_same_from_pieces(text: str, size: int) -> None:
    plain, cited = parse(text), parse_cited(text, {1, 2, 3})
    assert [item.plain for item in cited] == [item.plain for item in plain]
    assert to_html(cited) == to_html(plain)
    for words, target in marks(cited):
        assert target in "123"
        assert re.fullmatch(rf"\[?{target}(\]|[ \xa0]*[,;][ \xa0]*)", words)
    growing = Document()
    for start in range(0, len(text), size):
        growing.append(text[start : start + size])
    growing.finish()
    linked = [_linked(item, {1, 2, 3}) for item in growing.items]
    assert [item.signature() for item in linked] == [item.signature() for item in cited]


@pytest.mark.parametrize(
    ("before", "plain"),
    [
        ("**bold**", "bold[7] tail"),
        ("`code`", "code[7] tail"),
        ("[link](https://a.b)", "link[7] tail"),
        ("тест 🚀", "тест 🚀[7] tail"),
        ("_under_", "under[7] tail"),
        ("a\\*b", "a*b[7] tail"),
        ("https://a.b/c", "https://a.b/c[7] tail"),
        ("wo", "wo[7] tail"),
    ],
)
def test_a_mark_stands_behind_what_it_supports(before: str, plain: str) -> None:
    source = f"{before} tail"
    items = parse_cited(source, (), [Mark(len(before), 7)])
    assert [item.plain for item in items] == [plain]
    assert marks(items) == [("[7]", "7")]


def test_a_mark_in_a_link_waits_for_its_end() -> None:
    (item,) = parse_cited("[some link](https://a.b) x", (), [Mark(4, 7)])
    assert item.plain == "some link[7] x"


def test_a_link_written_out_ends_before_the_mark() -> None:
    (item,) = parse_cited("see https://a.b/c", (), [Mark(17, 7)])
    assert isinstance(item, TextItem)
    assert [(span.target, item.text[span.start : span.end]) for span in item.spans] == [
        ("https://a.b/c", "https://a.b/c"),
        ("7", "[7]"),
    ]


@pytest.mark.parametrize("source", ["```\ncode here\n```", "<div>\nhtml here\n</div>\n"])
def test_a_mark_inside_code_or_html_is_left_out(source: str) -> None:
    items = parse_cited(source, (), [Mark(source.index("here"), 7)])
    assert [item.signature() for item in items] == [item.signature() for item in parse(source)]


def test_a_mark_disturbs_nothing_wherever_it_is_put() -> None:
    expected = [item.plain for item in parse(DOCUMENT)]
    placed = 0
    for offset in range(len(DOCUMENT) + 1):
        items = parse_cited(DOCUMENT, (), [Mark(offset, NUMBER)])
        assert [item.plain.replace(f"[{NUMBER}]", "") for item in items] == expected, offset
        placed += len(marks(items))
    assert placed > len(DOCUMENT) * 0.6


def test_marks_come_in_their_order_and_at_the_same_place_side_by_side() -> None:
    (item,) = parse_cited("ab cd", (), [Mark(5, 3), Mark(2, 1), Mark(2, 2)])
    assert item.plain == "ab[1][2] cd[3]"


def test_returns_and_windows_line_ends_count_as_the_source_has_them() -> None:
    source = "one\r\ntwo three"
    (item,) = parse_cited(source, (), [Mark(source.index(" three"), 1)])
    assert item.plain == "one\ntwo[1] three"


def test_a_mark_is_copied_as_its_words() -> None:
    items = parse_cited("One **two [1]** `x`", {1})
    assert "(1)" not in to_markdown(items)
    assert to_markdown(items).strip() == to_markdown(parse("One **two [1]** `x`")).strip()
    assert "href" not in to_html(items)
    assert "[1]" in to_html(items)
    assert any(span.style & CODE for item in items if isinstance(item, TextItem) for span in item.spans)


def test_ends_of_lines_of_two_characters_move_no_mark() -> None:
    text = "one\r\ntwo\r\nthree"
    for first in range(len(text)):
        items = parse_cited(text, (), [Mark(first, 1), Mark(len(text), 2)])
        assert marks(items)[-1] == ("[2]", "2")
        assert items[0].plain.replace("[1]", "").endswith("three[2]")
