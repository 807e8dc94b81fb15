"""The examples of the CommonMark and GFM specifications; where they come from: ``tests/data/markdown/README.md``."""

import json
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyromark
import pytest

from desktop_app.markdown.document import Document
from desktop_app.markdown.items import HTML, IMAGE, LINK, CodeItem, ImageItem, Item, Span, TableItem, TextItem
from desktop_app.markdown.parser import options, parse

DATA = Path(__file__).parent.parent / "data" / "markdown"


@cache
def examples() -> list[Any]:
    return [
        example
        for name in ("commonmark.json", "gfm-tables.json")
        for example in json.loads((DATA / name).read_text())
    ]


def spans_of(item: Item) -> list[Span]:
    if isinstance(item, TextItem):
        return item.spans
    if isinstance(item, TableItem):
        return [span for row in item.rows for cell in row for span in cell.spans]
    return []


class Page(HTMLParser):
    """The words, link addresses and image addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self._link = ""
        self._link_start = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.images.append(values["src"])
            self.words.append(values["alt"])
        elif tag == "a":
            self.links.append(values["href"])
            self._link, self._link_start = values["href"], len(self.words)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and not any(self.words[self._link_start :]):
            self.words.append(self._link)  # a link without words shows where it leads

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def condensed(text: str) -> str:
    """Without white space; mathematics is shown with its marks, which a page leaves out."""
    return "".join(text.split()).replace("$", "")


def has_html(source: str) -> bool:
    """HTML is shown as its source; a page interprets it."""
    events = pyromark.events(source, options=options())
    return any(isinstance(event, dict) and ("Html" in event or "InlineHtml" in event) for event in events)


def test_there_are_all_examples() -> None:
    assert len(examples()) == 652 + 8


def test_all_words_of_the_examples_are_shown_in_their_order() -> None:
    compared = 0
    for example in examples():
        source = example["markdown"]
        if has_html(source):
            continue
        page = Page(pyromark.html(source, options=options()))
        if "" in page.words and page.images:
            continue  # an image without a description shows its file's name
        assert condensed("".join(item.plain for item in parse(source))) == condensed("".join(page.words)), (
            example
        )
        compared += 1
    assert compared > 550


def test_all_links_of_the_examples_are_kept() -> None:
    compared = 0
    for example in examples():
        source = example["markdown"]
        if has_html(source):
            continue
        items = parse(source)
        targets = {span.target for item in items for span in spans_of(item) if span.style & (LINK | IMAGE)}
        targets |= {item.source for item in items if isinstance(item, ImageItem)}
        targets |= {target.removeprefix("mailto:") for target in targets}
        page = Page(pyromark.html(source, options=options()))
        wanted = page.links if not page.images else page.images if not page.links else []
        for link in filter(None, wanted):
            found = {unquote(target) for target in targets}
            assert unquote(link).removeprefix("mailto:") in found, example
            compared += 1
    assert compared > 100


def test_html_of_the_examples_is_shown_as_it_is_written() -> None:
    compared = 0
    for example in examples():
        source = example["markdown"]
        shown = condensed("".join(item.plain for item in parse(source)))
        for event in pyromark.events(source, options=options()):
            if isinstance(event, dict) and ("Html" in event or "InlineHtml" in event):
                html = str(event.get("Html") or event.get("InlineHtml"))
                if html.lower() not in {"<br>", "<br/>", "<br />"}:
                    assert condensed(html) in shown, example
                    compared += 1
    assert compared > 100


@pytest.mark.parametrize("slice_", range(4))
def test_examples_may_be_cut_at_every_character_and_in_two_anywhere(slice_: int) -> None:
    for example in examples()[slice_::4]:
        source = example["markdown"]
        wanted = [item.signature() for item in parse(source)]
        cuts = [list(source), *([source[:place], source[place:]] for place in range(1, len(source)))]
        for parts in cuts:
            document = Document()
            for part in parts:
                document.append(part)
            document.finish()
            assert [item.signature() for item in document.items] == wanted, parts


def test_spans_of_the_examples_are_sorted_and_lie_inside_their_text() -> None:
    for example in examples():
        for item in parse(example["markdown"]):
            texts = [(item.text, item.spans)] if isinstance(item, TextItem) else []
            if isinstance(item, TableItem):
                texts = [(cell.text, list(cell.spans)) for row in item.rows for cell in row]
                assert all(len(row) == len(item.alignments) for row in item.rows)
            for text, spans in texts:
                ends = [position for span in spans for position in span[:2]]
                assert ends == sorted(ends)
                assert all(0 <= span.start < span.end <= len(text) for span in spans)
            if isinstance(item, CodeItem):
                assert not any("\n" in line for line in item.lines)


def test_html_in_a_line_is_marked_as_such() -> None:
    (item,) = parse("a <b>b</b>")
    assert [span.style for span in spans_of(item)] == [HTML, HTML]
