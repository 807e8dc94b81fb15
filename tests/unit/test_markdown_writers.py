"""Items written as Markdown, HTML and words."""

import random
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest

from desktop_app.markdown.excerpt import excerpt
from desktop_app.markdown.items import (
    BOLD,
    ITALIC,
    LINK,
    STRIKE,
    Cell,
    CodeItem,
    Item,
    ListState,
    Span,
    TableItem,
    TextItem,
)
from desktop_app.markdown.parser import parse
from desktop_app.markdown.to_html import to_html
from desktop_app.markdown.to_markdown import to_markdown
from desktop_app.markdown.to_plain import to_plain
from tests.markdown_documents import NASTY, PROFILES, make, nasty

# Each reads back as itself, also when it is written anew.
CLEAN = [
    "Words, *em*, **strong**, ~~gone~~, `code`, [a link](https://example.org/a_b).",
    "One line  \nand the next",
    "# Head\n\n### Third\n\nText",
    "- one\n- two\n  - deeper\n  - deeper still\n- three",
    "- one\n\n- two\n\n  more of two",
    "3. three\n4. four",
    "- [ ] open\n- [x] done",
    "> quoted\n>\n> - listed\n>   1. numbered",
    "````python\nfence = '```'\n\n  indented\n````",
    "| left | center | right |\n| :-- | :-: | --: |\n| a\\|b | `c\\|d` | **e** |",
    "___",
    '![described](<odd (address).png> "title")',
    "<https://example.org/a_b_c> and <me@example.org>",
    "Costs $5, 2 * 3 and snake_case, a < b & c; arr[0] ~ 1!",
    "$x_1$ and $$y * z$$",
    "Said[^1] so.\n\n[^1]: Here.",
    "- one\n\n* another list",
    "<div>\n<b>raw</b>\n</div>",
    "***a** b*",
    "**a*b*c**",
    "- > quote in a list\n- # heading in a list\n- ```\n  code in a list\n  ```",
]


@pytest.mark.parametrize("source", CLEAN)
def test_clean_markdown_is_written_as_it_was(source: str) -> None:
    assert to_markdown(parse(source)) == source


# What looks like markup and is not: it must not become markup.
WORDS = [
    "# no heading", "#", "> no quote", "- no item", "+ no item", "* no item", "1. no item", "12) no item",
    "---", "***", "===", "```", "~~~", "    four spaces", "[a](b)", "![a](b)", "[a]: b", "[ ] a", "[^1]: a",
    "<b>", "</b>", "<!-- a -->", "<https://a.example>", "&amp;", "&#65;", "a_b_c", "_a_", "__a__", "*a*", "**a**",
    "~a~", "~~a~~", "`a`", "$a$", "$$a$$", "a\\", "\\*", "\\\\", "| a |", "a | b", "!", "a!", "[", "]", "](", "*", "_",
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("before", ["", "text\u2028"])
def test_words_never_turn_into_markup(words: str, before: str) -> None:
    (item,) = parse(to_markdown([TextItem(before + words)]))
    assert isinstance(item, TextItem)
    assert item.text == before + words.strip()
    assert not item.level


@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_cell_never_turn_into_markup(words: str) -> None:
    rows = [(Cell("head"), Cell(words)), (Cell(words), Cell("a|b\\|c"))]
    (item,) = parse(to_markdown([TableItem(["", "right"], rows)]))
    assert isinstance(item, TableItem)
    words = words.strip()
    assert [[one.text for one in row] for row in item.rows] == [["head", words], [words, "a|b\\|c"]]


@pytest.mark.parametrize("style", [BOLD, ITALIC, STRIKE, BOLD | ITALIC, BOLD | STRIKE])
@pytest.mark.parametrize(
    "text", ['a"b"c', "a b c", "aéc", "a(b)c", "1.2.3", "a😀c", "a—b—c", "a b—c", "a*b*c"]
)
def test_emphasis_stands_beside_any_character(text: str, style: int) -> None:
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if not text[start:end].strip():
                continue
            (item,) = parse(to_markdown([TextItem(text, [Span(start, end, style)])]))
            assert isinstance(item, TextItem)
            assert (item.text, item.spans) == (text, [Span(start, end, style)])


@pytest.mark.parametrize("text", ["abc", '"bc', 'a"c', '"."'])
def test_styles_that_touch_stay_apart(text: str) -> None:
    for first in (BOLD, ITALIC, STRIKE, BOLD | ITALIC):
        for second in (BOLD, ITALIC, STRIKE, BOLD | ITALIC):
            if first != second:
                spans = [Span(0, 1, first), Span(1, 3, second)]
                (item,) = parse(to_markdown([TextItem(text, spans)]))
                assert isinstance(item, TextItem)
                assert item.spans == spans


def test_a_link_after_an_exclamation_mark_is_no_image() -> None:
    item = TextItem("Oh!there", [Span(3, 8, LINK, "x")])
    (read,) = parse(to_markdown([item]))
    assert read.signature() == item.signature()


@pytest.mark.parametrize(
    "source", ["words<br><div>more", "<b><br>more", "a<br><br>b", "a<br>\n- b", "# a<br>b #c"]
)
def test_breaks_stay_breaks(source: str) -> None:
    items = parse(source)
    assert [item.signature() for item in parse(to_markdown(items))] == [item.signature() for item in items]


@pytest.mark.parametrize("words", ["#", "a #", "a ##", "a#", "# a", "1. a", "- a", "a\\"])
def test_words_of_a_heading_stay_its_words(words: str) -> None:
    item = TextItem(words, level=3)
    (read,) = parse(to_markdown([item]))
    assert read.signature() == item.signature()


def test_paragraphs_are_parted_in_a_tight_list_too() -> None:
    tight = ListState()
    items = [
        TextItem("one", nesting="l", marker="•", in_list=tight),
        TextItem("two", nesting="l", joined=1, in_list=tight),
    ]
    assert to_markdown(items) == "- one\n\n  two"


def test_a_block_of_html_does_not_swallow_what_follows() -> None:
    source = "- <div>\n\n  ```\n  code\n  ```"
    assert to_markdown(parse(source)) == source


@pytest.mark.parametrize(
    "target",
    [
        "",
        "a b",
        "a(b",
        "a)b",
        "<a>",
        "a\\b",
        "a&amp;b",
        "https://example.org/?a=1&b=(c)",
        "#part",
        "ü",
        "a|b",
    ],
)
def test_a_link_leads_where_it_led(target: str) -> None:
    item = TextItem("to [it]!", [Span(3, 7, LINK, target)])
    (read,) = parse(to_markdown([item]))
    assert read.signature() == item.signature()


def test_a_fence_is_longer_than_any_in_it() -> None:
    item = CodeItem(["```", "`````", "~~~~~~~", "", "  x"], "c`#")
    (read,) = parse(to_markdown([item]))
    assert read.signature() == item.signature()


# -- generated documents

BLOCKS = [
    "words with *em* and **bold** `code`\nsecond line", "# Head *x*", "### third #", "- a\n- b\n  - c\n- d",
    "- a\n\n- b\n\n  more\n", "1. x\n2. y\n   1. z", "3) k\n4) l", "> quote\n> more\n>\n> - in it", "> > deep",
    "```py\nx = '```'\n\n  y\n```", "~~~\n```\n~~~", "| a | b |\n|:--|--:|\n| `x\\|y` | **c** |\n| d<br>e |", "---",
    '![img](http://a/b.png "t")', "[![i](x.png)](http://l)", "<div>\nraw\n</div>", "- [ ] task\n- [x] done",
    "$$\nx+y\n$$\n\nwords", "a $x_1$ and $y$ b [^1]", "[^1]: note here", "www.example.org, https://a.b/c_d_e, me@x.org",
    "[ref]\n\n[ref]: http://r/", "snake_case a*b 2 * 3 ~5 $5 &amp; &lt;b&gt; \\* \\[x](y)", "- > q\n- # h",
    "- - a\n  - b\n- c", "-\n- x", "a  \nb<br>c<br><br>d", "***both*** *a **b** c* **a *b***",
    '**"q"** x*y*z **a**b~~s~~', "words\n===", "-   ```\n    code\n    ```", "1. [ ] t\n2. u", "* a\n\n+ b\n\n- c",
    "a\\\nb", "`` a`b `` ` `` ` `x `", '[a *b*](<u v> "t") [c](d(e)f) <http://auto> <m@x.yz>', "a | b\n\\- | -",
    "\\# a\n\\- b\n1\\. c\n\\> d\n\\+ e", "emoji 😀 **😀**x", "<span>inline</span> html", "Ünïcode **«ц»**ц",
    "    indented\n    code", "- a\n      code", "> ```\n> x\n> ```\n> a", "[^2]: def\n\n    more",
]  # fmt: skip


def generated(seed: int) -> str:
    chance = random.Random(seed)
    blocks = [chance.choice(BLOCKS) for _ in range(chance.randint(1, 8))]
    return "".join(block + chance.choice(["\n\n", "\n\n", "\n\n", "\n"]) for block in blocks)


Look = tuple[str, int, str]


def looks(text: str, spans: Sequence[Span]) -> list[Look]:
    """Every character with its style, but for spaces at the edges of lines."""
    style = [(0, "")] * len(text)
    for span in spans:
        style[span.start : span.end] = [(span.style, span.target)] * (span.end - span.start)
    edges = re.compile(r"[ \t]+(?=\u2028|\Z)|(?:(?<=\u2028)|\A)[ \t]+")
    gone = {place for match in edges.finditer(text) for place in range(*match.span())}
    return [(text[place], *style[place]) for place in range(len(text)) if place not in gone]


def comparable(items: Sequence[Item]) -> list[tuple[object, ...]]:
    """Signatures without what Markdown cannot say."""
    found = []
    for item in items:
        rest: tuple[object, ...] = item.signature()
        if isinstance(item, TextItem) and not item.is_html:
            rest = (*rest[:5], item.level, looks(item.text, item.spans))
        elif isinstance(item, TableItem):
            cells = [[looks(cell.text, cell.spans) for cell in row] for row in item.rows]
            rest = (*rest[:5], item.alignments, cells)
        found.append(rest)
    return found


def test_markdown_reads_back_as_the_same_items() -> None:
    for seed in range(3000):
        items = parse(generated(seed))
        written = to_markdown(items)
        if not any("$\u2028" in item.plain and getattr(item, "level", 0) for item in items):
            assert comparable(parse(written)) == comparable(items), written
        assert to_markdown(parse(written)) == written


@pytest.mark.parametrize("profile", PROFILES)
def test_long_documents_read_back_too(profile: str) -> None:
    for seed in range(10):
        items = parse(make(4000, profile, seed))
        assert comparable(parse(to_markdown(items))) == comparable(items)


@pytest.mark.parametrize("source", NASTY)
def test_nasty_documents_read_back_too(source: str) -> None:
    items = parse(source)
    assert comparable(parse(to_markdown(items))) == comparable(items)


def test_nothing_vanishes_from_soups_of_markup() -> None:
    lost = [
        seed
        for seed in range(1500)
        if said(parse(to_markdown(parse(nasty(seed))))) != said(parse(nasty(seed)))
    ]
    assert not lost


def said(items: Sequence[Item]) -> str:
    """All letters and digits."""
    return re.sub(r"\W+", "", "".join(item.plain for item in items))


def test_every_selection_can_be_written() -> None:
    for seed in range(1500):
        items = parse(generated(seed))
        chance = random.Random(seed)
        start, end = sorted(
            (index, chance.randint(0, len(items[index].plain)))
            for index in (chance.randrange(len(items)), chance.randrange(len(items)))
        )
        taken = excerpt(items, start, end)
        ElementTree.fromstring(to_html(taken))
        assert said(parse(to_markdown(taken))) == said(taken)
        to_plain(taken)


def test_a_thousand_containers_are_written() -> None:
    quotes = parse("> " * 1000 + "deep")
    assert to_markdown(quotes) == "> " * 1000 + "deep"
    assert to_html(quotes).count("<blockquote>") == 1000
    assert to_plain(quotes).endswith("deep")
    lists = [TextItem("deep", nesting="l" * 1000, marker="•", in_list=ListState())]
    assert to_html(lists).count("</ul>") == 1000


# -- words


def test_words_keep_the_marks_of_lists_and_quotes() -> None:
    source = """\
# Head

**Bold** and [link](https://example.org)
next line

- one
- two
  1. deeper
  2. deeper
- [x] done

> quoted
> on

```py
if a:

    b()
```

| a | b |
|---|---|
| c | `d` |

---

![an image](x.png)
"""
    assert (
        to_plain(parse(source))
        == """\
Head

Bold and link
next line

• one
• two
  1. deeper
  2. deeper
☑ done

> quoted
> on

if a:

    b()

a\tb
c\td

---

an image"""
    )


# -- HTML


def body(source: str) -> str:
    return to_html(parse(source)).split("<!--StartFragment-->")[1].split("<!--EndFragment-->")[0]


def test_html_has_real_lists() -> None:
    assert body("3. a\n4. b\n   - c\n\n   d") == (
        '<ol start="3"><li><p>a</p></li><li><p>b</p><ul><li>c</li></ul><p>d</p></li></ol>'
    )
    assert body("- a\n- b") == "<ul><li>a</li><li>b</li></ul>"
    assert body("- [x] a") == '<ul style="list-style-type:none"><li>☑ a</li></ul>'


def test_html_has_quotes_headings_and_styles() -> None:
    assert body("> # H\n>\n> **a *b*** ~~c~~\n> d") == (
        "<blockquote><h1>H</h1><p><strong>a <em>b</em></strong> <s>c</s><br/>d</p></blockquote>"
    )


def test_html_keeps_the_spaces_of_pasted_lines() -> None:
    written = to_html([TextItem("a  b\u2028  c d", [Span(0, 1, BOLD)])])
    assert "<p><strong>a</strong> \u00a0b<br/>\u00a0\u00a0c d</p>" in written


def test_html_escapes_everything() -> None:
    written = body(
        '<script>alert("&")</script>\n\n`<b>` &lt;i&gt; [a<b](https://x/?a="b"&c)\n\n```\n<x>&\n```'
    )
    root = ElementTree.fromstring(f"<body>{written}</body>")
    assert {one.tag for one in root.iter()} == {"body", "pre", "code", "p", "a"}
    assert "<script" not in written
    assert "".join(root.itertext()) == '<script>alert("&")</script><b> <i> a<b<x>&'


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "#x", ""]
)
def test_html_links_nowhere_but_to_the_web_and_to_mail(target: str) -> None:
    assert "<a" not in body(f"[words](<{target}>) ![image](<{target}>)\n\n![image](<{target}>)")
    assert body("[a](HTTPS://b) <c@d.ef>").count("<a href=") == 2


def test_html_fetches_nothing() -> None:
    written = body("![described](https://example.org/a.png)\n\nand ![inline](https://example.org/b.png)")
    assert "<img" not in written
    assert "described" in written
    assert "inline" in written


def test_html_tables_have_heads_borders_and_sides() -> None:
    written = body("| a | b |\n|---|--:|\n| c | d |")
    assert written.startswith('<table border="1"')
    root = ElementTree.fromstring(written)
    assert [[(cell.tag, cell.get("align"), cell.text) for cell in row] for row in root] == [
        [("th", "left", "a"), ("th", "right", "b")],
        [("td", "left", "c"), ("td", "right", "d")],
    ]
