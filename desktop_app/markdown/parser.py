"""Markdown source to items: CommonMark with GFM's tables, task lists, strikethrough and autolinks.

Nothing of the source vanishes: what is not drawn as such (HTML, mathematics, footnotes) is shown as it is written.
pyromark is imported with the first text, not with the program.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from desktop_app.markdown.items import (
    BOLD,
    CITATION,
    CODE,
    HTML,
    IMAGE,
    ITALIC,
    LINE_BREAK,
    LINK,
    LIST,
    MATH,
    QUOTE,
    STRIKE,
    Cell,
    CodeItem,
    ImageItem,
    Item,
    ListState,
    Place,
    RuleItem,
    Span,
    TableItem,
    TextItem,
)
from desktop_app.markdown.links import linkified, may_hold_links

_UNFIT = re.compile("[\0\v\f\ud800-\udfff]")
_STYLES = {"Emphasis": ITALIC, "Strong": BOLD, "Strikethrough": STRIKE}
_ALIGNMENTS = {"None": "", "Left": "left", "Center": "center", "Right": "right"}
_BREAK_TAGS = frozenset(("<br>", "<br/>", "<br />"))


def clean(text: str) -> str:
    """``text`` as a parser takes it; only the ends of lines may change its length.

    NUL and lone surrogates become U+FFFD, form feeds and vertical tabs a space; every line ends in a line feed.
    """
    if _UNFIT.search(text):
        text = _UNFIT.sub(lambda found: " " if found[0] in "\v\f" else "\ufffd", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def parse(source: str) -> list[Item]:
    """All items of a complete text."""
    import pyromark

    builder = Builder()
    for event in pyromark.events(clean(source), options=options()):
        builder.take(event)
    return builder.items


def last_code(source: str) -> str:
    """The words of the last code block of a text; "" when there is none."""
    return next((item.plain for item in reversed(parse(source)) if isinstance(item, CodeItem)), "")


@cache
def options() -> Any:
    """The parser's extensions that are in use."""
    from pyromark import Options

    return (
        Options.ENABLE_TABLES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_MATH
        | Options.ENABLE_FOOTNOTES
    )


def code_lines(text: str) -> list[str]:
    """The lines of a code block; one without content has none."""
    return text.removesuffix("\n").split("\n") if text else []


def normal_label(label: str) -> str:
    """Labels of links that mean the same become equal."""
    return " ".join(label.casefold().split())


class Definition(NamedTuple):
    """Where the links and images of one label lead."""

    address: str
    title: str


class Container:
    """A quote, or a list: what items stand in.

    Of a list: its ``state``, the ``number`` of the next item, whether there are words right in its items, and
    (for who reads in parts) whether its items are known to stand apart.
    """

    __slots__ = ("has_words", "is_apart", "letter", "number", "state")

    def __init__(self, letter: str, state: ListState | None = None, number: int | None = None) -> None:
        self.letter = letter
        self.state = state
        self.number = number
        self.has_words = False
        self.is_apart = False


class Builder:
    """Makes items of the parser's events, one event at a time.

    ``definitions``, by normal label, are those of an earlier part of the text: they come first.
    """

    def __init__(self, definitions: Mapping[str, Definition] | None = None) -> None:
        self.items: list[Item] = []
        self._definitions = definitions
        self.containers: tuple[Container, ...] = ()
        self._before: tuple[Container, ...] = ()
        """Containers of the item before."""
        self._nesting = ""
        self._list: ListState | None = None
        self._marker = ""
        self._footnote = ""
        self._alignments: tuple[str, ...] = ()
        self._rows: list[tuple[Cell, ...]] = []
        self._cells: list[Cell] | None = None
        self._code: list[str] | None = None
        self._language = ""
        self._address_of_image = ""
        self._begin_text()
        self._is_text_open = False
        self._starts: dict[str, Callable[[Any], None]] = {
            "Paragraph": self._start_paragraph,
            "Heading": self._start_heading,
            "BlockQuote": self._start_quote,
            "CodeBlock": self._start_code,
            "HtmlBlock": self._start_html,
            "List": self._start_list,
            "Item": self._start_item,
            "FootnoteDefinition": self._start_footnote,
            "Table": self._start_table,
            "TableHead": self._start_row,
            "TableRow": self._start_row,
            "TableCell": self._start_cell,
            "Emphasis": self._start_style,
            "Strong": self._start_style,
            "Strikethrough": self._start_style,
            "Link": self._start_link,
            "Image": self._start_image,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "Paragraph": self._end_text,
            "Heading": self._end_text,
            "BlockQuote": self._end_quote,
            "CodeBlock": self._end_code,
            "HtmlBlock": self._end_html,
            "List": self._end_list,
            "Item": self._end_item,
            "FootnoteDefinition": self._end_footnote,
            "Table": self._end_table,
            "TableHead": self._end_row,
            "TableRow": self._end_row,
            "TableCell": self._end_cell,
            "Emphasis": self._end_style,
            "Strong": self._end_style,
            "Strikethrough": self._end_style,
            "Link": self._end_link,
            "Image": self._end_image,
        }

    def take(self, event: Any) -> None:
        """The next event."""
        if event.__class__ is str:
            if event == "Rule":
                self._add_rule()
            else:
                self._break_line()
            return
        ((name, value),) = event.items()
        if name == "Text":
            if self._code is not None:
                self._code.append(value)
            else:
                self._put(value)
        elif name == "Start":
            if value.__class__ is str:
                self._starts[value](value)
            else:
                ((tag, details),) = value.items()
                self._starts[tag](details)
        elif name == "End":
            self._ends[value if value.__class__ is str else next(iter(value))]()
        elif name == "Code":
            self._put(value, CODE)
        elif name == "InlineHtml":
            self._inline_html(value)
        elif name == "Html":
            self._put(value)
        elif name == "InlineMath":
            self._put(f"${value}$".replace("\n", LINE_BREAK), MATH)
        elif name == "DisplayMath":
            self._put(f"$${value}$$".replace("\n", LINE_BREAK), MATH)
        elif name == "TaskListMarker":
            self._marker = "☑" if value else "☐"
        elif name == "FootnoteReference":
            self._put(f"[^{value}]")

    def resume(self, containers: Iterable[Container]) -> None:
        """Go on where an earlier part of the text ended: its last item stood in ``containers``."""
        for container in containers:
            self._enter(container)
        self._before = self.containers

    def mark(self, marker: str) -> None:
        """The next item has ``marker``."""
        self._marker = marker

    @property
    def text_length(self) -> int:
        """Characters of the words that are being read."""
        return self._length

    @property
    def takes_marks(self) -> bool:
        """Whether the mark of a source can stand here: in words that are no part of a link or an image."""
        return self._is_text_open and not self._images and not self._style & LINK

    @property
    def is_in_link(self) -> bool:
        """Whether a link or an image is open."""
        return self._is_text_open and bool(self._images or self._style & LINK)

    def end_words(self) -> None:
        """Words that stand in a list item without a paragraph of their own are complete."""
        if self._is_text_open:
            self._end_text()

    # -- places

    def _place(self) -> Place:
        """The place of the next item."""
        containers, before = self.containers, self._before
        joined = 0
        if containers is before:
            joined = len(containers)
        else:
            for one, other in zip(containers, before, strict=False):
                if one is not other:
                    break
                joined += 1
            self._before = containers
        marker, self._marker = self._marker, ""
        return {"nesting": self._nesting, "joined": joined, "marker": marker, "in_list": self._list}

    def _enter(self, container: Container) -> None:
        """What follows stands in ``container``."""
        self.containers = (*self.containers, container)
        self._nesting += container.letter
        if container.state is not None:
            self._list = container.state

    def _leave(self) -> None:
        self.containers = self.containers[:-1]
        self._nesting = self._nesting[:-1]
        states = (container.state for container in reversed(self.containers) if container.state is not None)
        self._list = next(states, None)

    def _start_quote(self, _: Any) -> None:
        self._before_block()
        self._enter(Container(QUOTE))

    def _end_quote(self) -> None:
        self._leave()

    def _start_list(self, number: int | None) -> None:
        self._before_block()
        self._show_marker()
        self._enter(Container(LIST, ListState(), number))

    def _end_list(self) -> None:
        self._leave()

    def _start_item(self, _: Any) -> None:
        container = self.containers[-1]
        if container.number is None:
            self._marker = "•"
        else:
            self._marker = f"{container.number}."
            container.number += 1

    def _end_item(self) -> None:
        self._before_block()
        self._show_marker()

    def _show_marker(self) -> None:
        """A list item without words of its own still shows its marker."""
        if self._marker:
            self.items.append(TextItem("", **self._place()))

    def _start_footnote(self, label: str) -> None:
        self._before_block()
        self._footnote = f"[^{label}]:"

    def _end_footnote(self) -> None:
        self._before_block()

    def _before_block(self, *, is_paragraph: bool = False) -> None:
        """A block begins or ends: the words before it are complete."""
        self.end_words()
        if self._footnote and not is_paragraph:
            label, self._footnote = self._footnote, ""
            self.items.append(TextItem(label, **self._place()))

    # -- blocks

    def _add_rule(self) -> None:
        self._before_block()
        self.items.append(RuleItem(**self._place()))

    def _start_code(self, kind: Any) -> None:
        self._before_block()
        words = kind["Fenced"].split(None, 1) if kind.__class__ is dict else ()
        self._language = words[0] if words else ""
        self._code = []

    def _end_code(self) -> None:
        lines = code_lines("".join(self._code or ()))
        self._code = None
        self.items.append(CodeItem(lines, self._language, **self._place()))

    def _start_html(self, _: Any) -> None:
        self._before_block()
        self._begin_text()

    def _end_html(self) -> None:
        self._is_text_open = False
        text = "".join(self._parts).rstrip("\n").replace("\n", LINE_BREAK)
        if text or self._marker:
            self.items.append(TextItem(text, is_html=True, **self._place()))

    def _start_paragraph(self, _: Any) -> None:
        self._before_block(is_paragraph=True)
        if self.containers and self.containers[-1].state is not None:
            self.containers[-1].state.is_loose = True
        self._begin_paragraph()

    def _start_heading(self, details: Any) -> None:
        self._before_block()
        self._begin_text(int(details["level"][1]))

    def _end_text(self) -> None:
        """A paragraph or a heading is complete."""
        self._is_text_open = False
        if self._image is not None and self._image_end == self._length and not self._level:
            source, title = self._image
            description = "".join(self._parts) if self._is_described else ""
            self.items.append(ImageItem(source, description, title, **self._place()))
        elif self._length or self._marker:
            text, spans = self._text()
            self.items.append(TextItem(text, spans, self._level, **self._place()))

    # -- tables

    def _start_table(self, alignments: Iterable[str]) -> None:
        self._before_block()
        self._alignments = tuple(_ALIGNMENTS[name] for name in alignments)
        self._rows = []

    def _start_row(self, _: Any) -> None:
        self._cells = []

    def _start_cell(self, _: Any) -> None:
        self._begin_text()

    def _end_cell(self) -> None:
        assert self._cells is not None
        text, spans = self._text()
        self._cells.append(Cell(text, tuple(spans)))
        self._is_text_open = False

    def _end_row(self) -> None:
        assert self._cells is not None
        self._rows.append(tuple(self._cells))

    def _end_table(self) -> None:
        self.items.append(TableItem(self._alignments, self._rows, **self._place()))

    # -- words

    def _begin_text(self, level: int = 0) -> None:
        self._is_text_open = True
        self._level = level
        self._parts: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._style = 0
        self._target = ""
        self._outer: list[tuple[int, str, int]] = []
        """Style and target around each open element, and where it began."""
        self._images = 0
        """How many images are open, one in the description of another."""
        self._image: tuple[str, str] | None = None
        """Address and title of an image that stands first; it may be all there is."""
        self._image_end = -1
        self._is_described = False

    def _begin_paragraph(self) -> None:
        if self.containers:
            self.containers[-1].has_words = True
        self._begin_text()
        if self._footnote:
            label, self._footnote = self._footnote, ""
            self._put(label + " ")

    def _put(self, text: str, style: int = 0) -> None:
        if not self._is_text_open:
            self._begin_paragraph()
        start = self._length
        self._parts.append(text)
        self._length = end = start + len(text)
        style = self._style if self._images else self._style | style
        if style:
            spans = self._spans
            if spans and spans[-1].end == start and spans[-1][2:] == (style, self._target):
                start = spans.pop().start
            spans.append(Span(start, end, style, self._target))

    def cite(self, number: int) -> None:
        """Put the mark of a source here, as in "[2]"."""
        outer = self._target
        self._target = str(number)
        self._put(f"[{number}]", LINK | CITATION)
        self._target = outer

    def _break_line(self) -> None:
        """A break of the source; right after a tag that breaks the line it adds nothing."""
        if not (self._parts and self._parts[-1] == LINE_BREAK):
            self._put(" " if self._images else LINE_BREAK)

    def _inline_html(self, text: str) -> None:
        if text.lower() in _BREAK_TAGS:
            self._put(LINE_BREAK)
        else:
            self._put(text.replace("\n", LINE_BREAK), HTML)

    def _start_style(self, name: str) -> None:
        self._open(0 if self._images else _STYLES[name], self._target)

    def _end_style(self) -> None:
        self._style, self._target, _ = self._outer.pop()

    def _definition(self, details: Any) -> Definition:
        """Where a link or an image leads; the first definition of a label counts."""
        if self._definitions and details["id"]:
            found = self._definitions.get(normal_label(details["id"]))
            if found is not None:
                return found
        return Definition(details["dest_url"], details["title"])

    def _start_link(self, details: Any) -> None:
        address = self._definition(details).address
        if details["link_type"] == "Email":
            address = f"mailto:{address}"
        if self._images:
            self._open(0, self._target)
        else:
            self._open(LINK, address)

    def _end_link(self) -> None:
        if self._outer[-1][2] == self._length:
            self._put(self._target)
        self._end_style()

    def _start_image(self, details: Any) -> None:
        address, title = self._definition(details)
        if self._images or self._style & LINK:
            self._open(0, self._target)
        else:
            self._open(IMAGE, address)
        if not self._images:
            self._address_of_image = address
            if not self._length:
                self._image = address, title
        self._images += 1

    def _end_image(self) -> None:
        start = self._outer[-1][2]
        if self._images == 1:
            self._is_described = self._length > start
            if not self._is_described:
                self._put(_file_name(self._address_of_image))
            if not start:
                self._image_end = self._length
        self._images -= 1
        self._end_style()

    def _open(self, style: int, target: str) -> None:
        if not self._is_text_open:
            self._begin_paragraph()
        self._outer.append((self._style, self._target, self._length))
        self._style |= style
        self._target = target

    def _text(self) -> tuple[str, list[Span]]:
        text = "".join(self._parts)
        if may_hold_links(text):
            return text, linkified(text, self._spans)
        return text, self._spans


def _file_name(address: str) -> str:
    """What stands for an image without a description."""
    path = re.split("[?#]", address, maxsplit=1)[0].rstrip("/")
    return unquote(path.rpartition("/")[2]) or address
