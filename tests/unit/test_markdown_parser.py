import pytest

from desktop_app.markdown.items import (
    BOLD,
    CODE,
    HTML,
    IMAGE,
    ITALIC,
    LINK,
    MATH,
    STRIKE,
    CodeItem,
    ImageItem,
    Item,
    RuleItem,
    Span,
    TableItem,
    TextItem,
)
from desktop_app.markdown.parser import clean, parse


def text_of(source: str) -> TextItem:
    (item,) = parse(source)
    assert isinstance(item, TextItem)
    return item


def places(source: str) -> list[tuple[str, int, str, str]]:
    return [(item.nesting, item.joined, item.marker, item.plain) for item in parse(source)]


def links(source: str) -> list[tuple[str, str]]:
    item = text_of(source)
    return [(item.text[s.start : s.end], s.target) for s in item.spans if s.style & LINK]


def test_styles_add_up_and_spans_do_not_overlap() -> None:
    item = text_of("a **b *c* `d`** ~~e~~")
    assert item.text == "a b c d e"
    assert item.spans == [
        Span(2, 4, BOLD),
        Span(4, 5, BOLD | ITALIC),
        Span(5, 6, BOLD),
        Span(6, 7, BOLD | CODE),
        Span(8, 9, STRIKE),
    ]


def test_a_line_of_the_source_stays_a_line() -> None:
    assert text_of("a\nb  \nc\\\nd").text == "a\u2028b\u2028c\u2028d"
    assert text_of("a\nb").plain == "a\nb"


def test_a_break_tag_is_a_break_and_other_tags_show_their_source() -> None:
    item = text_of("a<br>\nb<BR/>c <i>d</i>")
    assert item.text == "a\u2028b\u2028c <i>d</i>"
    assert [span.style for span in item.spans] == [HTML, HTML]
    (table,) = parse("| a |\n|---|\n| b<br />c |")
    assert isinstance(table, TableItem)
    assert table.rows[1][0].text == "b\u2028c"
    html = text_of("<div>\n*a*\n</div>")
    assert (html.is_html, html.text) == (True, "<div>\u2028*a*\u2028</div>")


def test_nesting_goes_from_the_outside_in_and_joined_counts_shared_containers() -> None:
    assert places("> a\n> - b\n>\n>   c\n> - > d\n\n> e") == [
        ("q", 0, "", "a"),
        ("ql", 1, "•", "b"),
        ("ql", 2, "", "c"),
        ("qlq", 2, "•", "d"),
        ("q", 0, "", "e"),
    ]


def test_markers_count_and_tasks_have_boxes() -> None:
    assert [place[2] for place in places("3. a\n3. b\n\n- [ ] c\n- [x] d\n")] == ["3.", "4.", "☐", "☑"]


def test_an_item_without_words_shows_its_marker() -> None:
    assert places("-\n- - a") == [("l", 0, "•", ""), ("l", 1, "•", ""), ("ll", 1, "•", "a")]


def test_the_list_of_an_item_is_the_innermost_and_tells_whether_it_is_loose() -> None:
    outer, inner, last = parse("- a\n\n- - b\n  - c\n")[0:4:2] + parse("- a\n- b")[:1]
    assert outer.list is not None
    assert inner.list is not None
    assert last.list is not None
    assert (outer.list.is_loose, inner.list.is_loose, last.list.is_loose) == (True, False, False)
    items = parse("- a\n- b\n")
    assert items[0].list is items[1].list


def test_code_keeps_its_lines_and_the_first_word_after_the_fence() -> None:
    (code,) = parse("```py title=x\na\n\n\tb\n```")
    assert isinstance(code, CodeItem)
    assert (code.language, code.lines, code.plain) == ("py", ["a", "", "\tb"], "a\n\n\tb")
    (empty,) = parse("```\n```")
    assert isinstance(empty, CodeItem)
    assert empty.lines == []


def test_a_table_has_as_many_cells_in_every_row_as_columns() -> None:
    (table,) = parse("| a | b |\n|:--|--:|\n| 1 |\n| 1 | **2** | 3 |")
    assert isinstance(table, TableItem)
    assert table.alignments == ("left", "right")
    assert [[cell.text for cell in row] for row in table.rows] == [["a", "b"], ["1", ""], ["1", "2"]]
    assert table.rows[2][1].spans == (Span(0, 1, BOLD),)


def test_mathematics_shows_its_source() -> None:
    item = text_of("$x^2$ and $$\ny\n$$")
    assert item.text == "$x^2$ and $$\u2028y\u2028$$"
    assert [span.style for span in item.spans] == [MATH, MATH]


def test_footnotes_show_their_source() -> None:
    items = parse("a[^1] b[^2]\n\n[^1]: words\n\n    more\n[^2]: - c\n")
    assert [item.plain for item in items] == ["a[^1] b[^2]", "[^1]: words", "more", "[^2]:", "c"]


def test_an_image_alone_is_an_item_of_its_own() -> None:
    first, second, third = parse('![a *b*](u "t")\n\n[![x](y)](z)\n\n![](p/q.png)')
    assert isinstance(first, ImageItem)
    assert (first.source, first.description, first.title) == ("u", "a b", "t")
    assert isinstance(second, ImageItem)
    assert (second.source, second.description) == ("y", "x")
    assert isinstance(third, ImageItem)
    assert third.description == ""


def test_an_image_among_words_is_its_description_or_the_name_of_its_file() -> None:
    item = text_of("a ![b](c) ![](http://d/e%20f.png?g#h)")
    assert item.text == "a b e f.png"
    assert item.spans == [Span(2, 3, IMAGE, "c"), Span(4, 11, IMAGE, "http://d/e%20f.png?g#h")]


def test_links_keep_their_addresses_as_given() -> None:
    assert links("[a](javascript:b) [c][d] <m@x.org> [](e)\n\n[d]: /f") == [
        ("a", "javascript:b"),
        ("c", "/f"),
        ("m@x.org", "mailto:m@x.org"),
        ("e", "e"),
    ]


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("see https://a.b/c_(d).", "https://a.b/c_(d)"),
        ("(http://a.b/c)", "http://a.b/c"),
        ("«https://ya.ru/тест»,", "https://ya.ru/тест"),
        ("http://localhost:80/x?y=1&z", "http://localhost:80/x?y=1&z"),
        ("**https://a.b!**", "https://a.b"),
        ("https://a.b/[c]]", "https://a.b/[c]"),
    ],
)
def test_an_address_among_words_is_a_link_without_the_punctuation_around(source: str, address: str) -> None:
    assert links(source) == [(address, address)]


def test_hosts_and_mail_addresses_become_complete_addresses() -> None:
    assert links("www.a.org/b and me.you+x@c-d.org.") == [
        ("www.a.org/b", "http://www.a.org/b"),
        ("me.you+x@c-d.org", "mailto:me.you+x@c-d.org"),
    ]


@pytest.mark.parametrize(
    "source", ["`http://a.b`", "xhttp://a.b", "http://", "www.", "a@b", "@a.b", "http://.", "$http://a.b$"]
)
def test_what_is_no_address_or_is_code_is_no_link(source: str) -> None:
    assert links(source) == []


def test_an_address_in_a_link_is_not_another_link() -> None:
    assert links("[http://a.b](c)") == [("http://a.b", "c")]


def test_clean_texts_have_no_nul_no_surrogates_and_one_kind_of_line_end() -> None:
    assert clean("a\0\ud800b\r\nc\rd\v\fe") == "a\ufffd\ufffdb\nc\nd  e"
    assert clean("😀\u2028") == "😀\u2028"


@pytest.mark.parametrize(
    "source",
    [
        ">" * 1_000 + " a",
        "- " * 1_000 + "a",
        "".join("  " * depth + "- a\n" for depth in range(1_000)),
        "[" * 1_000 + "a" + "](b)" * 1_000,
        "*a " * 1_000,
        "![" * 1_000,
        "**" * 1_000 + "a" + "**" * 1_000,
    ],
)
def test_deep_nesting_is_read_without_recursion(source: str) -> None:
    items = parse(source)
    assert "a" in items[-1].plain or source.startswith("![")


def test_rules_and_headings_are_items() -> None:
    rule, heading, other = parse("---\n# a *b*\nc\n===")
    assert isinstance(rule, RuleItem)
    assert isinstance(heading, TextItem)
    assert (heading.level, heading.text, heading.spans) == (1, "a b", [Span(2, 3, ITALIC)])
    assert isinstance(other, TextItem)
    assert other.level == 1


def test_signatures_tell_items_apart() -> None:
    sources = (
        "a",
        "# a",
        "> a",
        "- a",
        "1. a",
        "**a**",
        "`a`",
        "    a",
        "```x\na\n```",
        "| a |\n|---|",
        "---",
    )
    made: list[Item] = [parse(source)[0] for source in sources]
    assert len({item.signature() for item in made}) == len(sources)
