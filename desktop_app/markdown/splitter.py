"""Where a growing text can be cut, so that only its end is parsed again.

A block is settled as soon as nothing that may still come can change it: a later block has begun on a complete line, or
a blank line ended it.  What follows is parsed under an *opening*: a few lines that put the parser into the state it had
at the cut.  Each open list or quote becomes one line that holds a rule, since a rule cannot join with anything::

    > - some words          > ___
    >   more words          > - x
    >                       > - ___
    >   ```python           >   ```python
    >   a = 1

A list has an item "x" before, whose event tells whether the list is loose.  Long fences, tables and paragraphs are cut
inside: then the opening ends with the fence's first line, the head of the table, or a word.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from desktop_app.markdown.items import CodeItem, Item, TableItem, TextItem
from desktop_app.markdown.parser import Builder, Container, Definition, normal_label, options

FENCE, TABLE, WORDS = "fence", "table", "words"
"""Kinds of blocks that are cut inside."""

CONTINUED = "\0"
"""Marker of an item that continues the last one before the cut."""

_MOST_LEVELS = 16
_BLOCKS = frozenset(("Paragraph", "Heading", "CodeBlock", "HtmlBlock", "Table"))
_CONTAINERS = frozenset(("List", "Item", "BlockQuote", "FootnoteDefinition"))
_TEXTS = frozenset(("Paragraph", ""))
"""Tags of paragraphs; words right in a list item have none."""
_WORD = "`x`"
_MARK = re.compile(rb"[ \t]*([-+*]|\d{1,9}[.)])([ \t]*)")
_QUOTE_MARK = re.compile(r" {0,3}> ?")
_OPENING_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")
_CLOSING_FENCE = re.compile(rb"[ \t>]*(?:`{3,}|~{3,})[ \t]*\n?")
_EMPTY_LINE = re.compile(rb"\n[ \t>]*\n")
_BLANK_LINE = re.compile(rb"[ \t>]*\n")
# Characters of plain words that may begin something that ends later.
_OPENER = re.compile(r"`|[*~$](?=\S)|(?<!\w)_(?=\S)|<(?=[A-Za-z/!?])")


class Level(NamedTuple):
    """An open quote, or an open list with the mark of its last item (None: unknown).

    The rest is the list's state at the cut.  A list ``is_apart`` when there are blank lines between its items; it is
    loose if it also has words, since only words are seen to stand apart.  ``start`` is the byte where a list of the
    text itself begins.
    """

    container: Container
    mark: str | None = "> "
    number: int | None = None
    is_apart: bool = False
    has_words: bool = False
    start: int | None = None


class Opening:
    """What is open at a cut; ``leaf`` and ``leaf_source`` say which block is cut inside."""

    def __init__(self, levels: tuple[Level, ...] = (), leaf: str = "", leaf_source: str = "") -> None:
        self.levels = levels
        self.leaf = leaf
        self.leaf_source = leaf_source

    @cached_property
    def source(self) -> str:
        """Lines that bring a parser into the state at the cut."""
        lines: list[str] = []
        margin = ""
        for level in self.levels:
            mark = level.mark or ""
            if level.container.state is None:
                lines.append(f"{margin}{mark}___\n")
                margin += mark
            else:
                lines.append(f"{margin}{mark}x\n{margin}{mark}___\n")
                margin += " " * len(mark)
        lines += [margin + line for line in self.leaf_source.splitlines(keepends=True)]
        return "".join(lines)


class Cut(NamedTuple):
    """Before ``offset`` (code points) stand the first ``items`` of the text.

    The last of them is incomplete if a leaf is open; of words the first ``length`` characters stand before the cut.
    """

    offset: int
    items: int
    opening: Opening
    length: int = 0


class _Footnote(NamedTuple):
    """An open footnote: where it begins, and how many levels are around it."""

    start: int
    depth: int


class _Block(NamedTuple):
    """A block that is shown: its bytes, its kind, how many items there are up to it, and what it stands in."""

    start: int
    end: int
    tag: str
    items: int
    levels: tuple[Level, ...]
    footnotes: tuple[_Footnote, ...]
    code_end: int


class Scan:
    """One reading of a text under an opening.

    ``items`` are those of the text; with an open leaf the first one continues it, and is marked so.  ``is_doubtful``
    means that the leaf did not go on as was thought.  ``missing`` are labels for which there is no definition.
    """

    _merges_text = True

    def __init__(self, text: str, opening: Opening, definitions: Mapping[str, Definition]) -> None:
        import pyromark

        source = opening.source + text
        self._opening = opening
        self._bytes = source.encode()
        self._base = len(opening.source.encode())
        self._definitions = definitions
        self._builder = Builder(definitions)
        self._levels = opening.levels
        self._footnotes: tuple[_Footnote, ...] = ()
        self._tag: str | None = None
        """Kind of the open block."""
        self._start = self._end = self._code_end = self._items_before = 0
        self._last: _Block | None = None
        self._settled: tuple[_Block, int] | None = None
        """The last block with another one after it, and where the line of that one begins."""
        self.missing: set[str] = set()
        events = pyromark.events_with_range(
            source,
            options=options(),
            merge_text=self._merges_text,
            broken_link_callback=self._find_definition,
        )
        self.is_doubtful = not self._pass_opening(events)
        if not self.is_doubtful:
            self._read(events)
        if opening.leaf and not self.is_doubtful:
            self.is_doubtful = not self._is_continued()

    @property
    def items(self) -> list[Item]:
        """The items of the text."""
        return self._builder.items

    @property
    def ends_in_words(self) -> bool:
        """Whether the last block is a paragraph."""
        return self._last is not None and self._last.tag in _TEXTS

    def cut(self) -> Cut | None:
        """Where the text, which consists of complete lines, can be cut; None: nowhere yet."""
        last = self._last
        if last is not None and not last.footnotes and self._can_be_followed(last):
            if self._is_complete(last):
                return self._cut_after(last, len(self._bytes))
            inside = self._cut_inside(last)
            if inside is not None:
                return inside
        return None if self._settled is None else self._cut_after(*self._settled)

    # -- reading

    def _find_definition(self, link: Any) -> tuple[str, str] | None:
        label = normal_label(link["reference"])
        found = self._definitions.get(label)
        if found is None:
            self.missing.add(label)
        return found

    def _pass_opening(self, events: Iterator[Any]) -> bool:
        """Read the lines of the opening; False when they do not mean what they should."""
        levels = self._opening.levels
        for level in levels:
            state = level.container.state
            if state is not None:
                level.container.number = level.number
                level.container.is_apart = level.is_apart
                level.container.has_words = level.has_words
                state.is_loose = level.is_apart and level.has_words
        self._builder.resume(level.container for level in levels)
        return all(self._pass_level(level, events) for level in levels) and self._pass_leaf(events)

    def _pass_level(self, level: Level, events: Iterator[Any]) -> bool:
        for event, span in events:
            if event == "Rule":
                return True
            if span["start"] >= self._base:
                return False
            if event == {"Start": "Paragraph"}:
                level.container.is_apart = True
        return False

    def _pass_leaf(self, events: Iterator[Any]) -> bool:
        leaf = self._opening.leaf
        if not leaf:
            return True
        self._builder.mark(CONTINUED)
        event, span = next(events)
        if leaf == WORDS and "Code" in event:
            self._begin_block("", span)
            return True
        tag = _tag(event)
        if tag != {FENCE: "CodeBlock", TABLE: "Table", WORDS: "Paragraph"}[leaf]:
            return False
        self._begin_block(tag, span)
        self._builder.take(event)
        if leaf == TABLE:
            return any(event == {"End": "TableHead"} for event, _ in events)
        if leaf == WORDS:
            next(events)
        return True

    def _is_continued(self) -> bool:
        first = self.items[0] if self.items else None
        if first is None or first.marker != CONTINUED:
            return False
        if isinstance(first, TextItem):
            return self._opening.leaf == WORDS and not first.level and not first.is_html
        return isinstance(first, CodeItem if self._opening.leaf == FENCE else TableItem)

    def _read(self, events: Iterator[Any]) -> None:
        take = self._builder.take
        for event, span in events:
            tag = _tag(event)
            if tag in _BLOCKS:
                if "Start" in event:
                    self._end_words()
                    self._begin_block(tag, span)
                    take(event)
                else:
                    take(event)
                    self._end_block()
            elif tag in _CONTAINERS:
                self._end_words()
                take(event)
                self._follow_container(tag, span["start"], is_start="Start" in event)
            elif event == "Rule":
                self._end_words()
                self._begin_block("Rule", span)
                take(event)
                self._end_block()
            else:
                self._follow_words(event, span)
                take(event)
        self._end_words()
        for level in self._opening.levels:
            container = level.container
            if container.state is not None and container.is_apart and container.has_words:
                container.state.is_loose = True

    def _follow_words(self, event: Any, span: Any) -> None:
        if self._tag is None:
            self._begin_block("", span)
        elif not self._tag:
            self._end = max(self._end, span["end"])
        elif self._tag == "CodeBlock":
            self._code_end = span["end"]

    def _begin_block(self, tag: str, span: Any) -> None:
        self._tag = tag
        self._start, self._end = span["start"], span["end"]
        self._code_end = 0
        self._items_before = len(self.items)
        last = self._last
        if last is None or not self._can_be_followed(last):
            return
        line = self._line_start(self._start)
        if last.footnotes and not self._leaves_footnote(last, line):
            return
        self._settled = last, line

    def _leaves_footnote(self, last: _Block, line: int) -> bool:
        """Whether the line at ``line`` is outside the footnote of the last block, however it is read."""
        footnote = last.footnotes[0]
        between = self._bytes[self._line_end(last.end) : line]
        is_outside = not footnote.depth and footnote not in self._footnotes
        return is_outside and not between.strip() and self._bytes[line] not in b" \t"

    def _end_words(self) -> None:
        """What follows is no part of words that stand right in a list item."""
        if self._tag == "":
            self._builder.end_words()
            self._end_block()

    def _end_block(self) -> None:
        assert self._tag is not None
        if any(level.has_words != level.container.has_words for level in self._levels):
            self._levels = tuple(
                level._replace(has_words=level.container.has_words) for level in self._levels
            )
        if len(self.items) > self._items_before:
            self._last = _Block(
                self._start,
                self._end,
                self._tag,
                len(self.items),
                self._levels,
                self._footnotes,
                self._code_end,
            )
        self._tag = None

    def _follow_container(self, tag: str, start: int, *, is_start: bool) -> None:
        if tag == "FootnoteDefinition":
            footnote = _Footnote(start, len(self._levels))
            self._footnotes = (*self._footnotes, footnote) if is_start else self._footnotes[:-1]
        elif tag == "Item":
            if is_start:
                container = self._levels[-1].container
                parents = self._levels[:-1]
                list_start = self._levels[-1].start
                mark = self._item_mark(start, parents)
                self._levels = (*parents, Level(container, mark, container.number, start=list_start))
        elif not is_start:
            self._levels = self._levels[:-1]
        elif tag == "List":
            self._levels = (*self._levels, Level(self._builder.containers[-1], None, start=start))
        else:
            self._levels = (*self._levels, Level(self._builder.containers[-1]))

    def _item_mark(self, start: int, parents: tuple[Level, ...]) -> str | None:
        """A list item's mark, as wide as its content is indented."""
        found = _MARK.match(self._bytes, start)
        if found is None:
            return None
        line = self._line_start(start)
        mark = found[1].decode()
        if b"\t" not in self._bytes[line : found.end()]:
            outer = len(self._bytes[line:start])
        elif all(level.mark and level.container.state for level in parents):
            outer = sum(len(level.mark or "") for level in parents)
        else:
            return None
        mark_end = _columns(self._bytes[line : found.end(1)])
        content = _columns(self._bytes[line : found.end()])
        is_blank = self._bytes[found.end() : found.end() + 1] in {b"", b"\n"}
        if is_blank or content - mark_end > 4:
            content = mark_end + 1
        width = content - outer
        padding = min(width - len(mark), 4)
        if padding < 1 or width - len(mark) - padding > 3:
            return None
        return (mark + " " * padding).rjust(width)

    # -- cutting

    def _can_be_followed(self, block: _Block) -> bool:
        """Whether an opening can be written for what stands after a block."""
        return len(block.levels) <= _MOST_LEVELS and all(
            level.mark is not None and self._is_known(level, block.end) for level in block.levels
        )

    def _is_known(self, level: Level, end: int) -> bool:
        """Whether it is known if a list is apart: one without words does not tell."""
        if level.start is None or level.container.has_words:
            return True
        return _EMPTY_LINE.search(self._bytes, level.start, end) is None

    def _line_start(self, position: int) -> int:
        return self._bytes.rfind(b"\n", 0, position) + 1

    def _line_end(self, position: int) -> int:
        return self._bytes.find(b"\n", max(position - 1, 0)) + 1 or len(self._bytes)

    def _offset(self, position: int) -> int:
        """Code points of the text before a byte."""
        return len(self._bytes[self._base : position].decode())

    def _cut_after(self, block: _Block, limit: int) -> Cut:
        end = max(min(self._line_end(block.end), limit), self._base)
        levels = () if block.footnotes else block.levels
        return Cut(self._offset(end), block.items, Opening(_as_they_are(levels)))

    def _is_complete(self, block: _Block) -> bool:
        """Whether the last block cannot grow any more."""
        if block.tag in {"Heading", "Rule"}:
            return True
        if block.tag == "CodeBlock":
            last = self._line_start(block.end - 1)
            return (
                last > block.start
                and block.code_end <= last
                and _CLOSING_FENCE.fullmatch(self._bytes, last, self._line_end(block.end)) is not None
            )
        is_ended_by_blank = block.tag in _TEXTS or block.tag == "Table"
        return is_ended_by_blank and _BLANK_LINE.match(self._bytes, self._line_end(block.end)) is not None

    def _cut_inside(self, block: _Block) -> Cut | None:
        """After the last complete line of a fence or of a table that is still open."""
        if block.tag == "CodeBlock":
            leaf, lines, end = FENCE, 1, block.code_end or self._line_end(block.start + 1)
        elif block.tag == "Table":
            leaf, lines, end = TABLE, 2, block.end
        else:
            return None
        is_old = block.start < self._base
        source = self._opening.leaf_source if is_old else self._lines(block, lines)
        if not source or (leaf == FENCE and not _OPENING_FENCE.match(source)):
            return None
        offset = self._offset(max(self._line_end(end), self._base))
        return Cut(offset, block.items, Opening(_as_they_are(block.levels), leaf, source))

    def _lines(self, block: _Block, count: int) -> str:
        """The first lines of a block without what belongs to the containers around it; "" when that is unclear."""
        lines: list[str] = []
        position = self._line_start(block.start)
        for _ in range(count):
            end = self._line_end(position + 1)
            line = self._bytes[position:end].decode()
            left = _left(line, block.levels)
            if left is None:
                return ""
            lines.append(line[left:])
            position = end
        return "".join(lines)


class WordsScan(Scan):
    """A reading that looks for a place inside a long last paragraph where nothing is open that could end later."""

    _merges_text = False

    def __init__(
        self, text: str, opening: Opening, definitions: Mapping[str, Definition], *, kept: int
    ) -> None:
        self._limit = len((opening.source + text).encode()) - kept
        self._forget()
        super().__init__(text, opening, definitions)

    def _forget(self) -> None:
        self._depth = self._brackets = 0
        self._is_blocked = self._is_after_text = False
        self._neutral: tuple[int, int] | None = None

    def cut(self) -> Cut | None:
        """Such a place at least ``kept`` bytes before the end of the text."""
        last = self._last
        if last is None or self._neutral is None or last.footnotes:
            return None
        if not (last.tag in _TEXTS and self._can_be_followed(last)):
            return None
        position, length = self._neutral
        opening = Opening(_as_they_are(last.levels), WORDS, _WORD)
        return Cut(self._offset(position), last.items, opening, length)

    def _begin_block(self, tag: str, span: Any) -> None:
        self._forget()
        super()._begin_block(tag, span)

    def _follow_words(self, event: Any, span: Any) -> None:
        super()._follow_words(event, span)
        if self._tag not in _TEXTS:
            return
        is_text = False
        if event == "SoftBreak":
            if self._is_after_text and self._is_neutral and span["start"] <= self._limit:
                self._neutral = span["start"], self._builder.text_length
        elif event.__class__ is dict:
            if "Start" in event:
                self._depth += 1
            elif "End" in event:
                self._depth -= 1
            elif "Text" in event and not self._depth:
                is_text = True
                self._follow_text(event["Text"], span["start"], span["end"])
        self._is_after_text = is_text

    @property
    def _is_neutral(self) -> bool:
        return not (self._depth or self._brackets or self._is_blocked)

    def _follow_text(self, text: str, start: int, end: int) -> None:
        if text in {"[", "!["}:
            self._brackets += 1
        elif text == "]":
            self._brackets = max(self._brackets - 1, 0)
        elif end - start == len(text.encode()):
            found = _OPENER.search(self._bytes[start : end + 4].decode(errors="ignore"))
            clear = len(text) if found is None else found.start()
            if self._is_neutral:
                self._find_space(text[:clear], start)
            self._is_blocked = self._is_blocked or clear < len(text)

    def _find_space(self, text: str, start: int) -> None:
        """The last single space between words."""
        if start + len(text) > self._limit:
            text = text.encode()[: max(self._limit - start, 0)].decode(errors="ignore")
        place = len(text) - 1
        while (place := text.rfind(" ", 1, max(place, 1))) > 0:
            if not (text[place - 1].isspace() or text[place + 1].isspace()):
                self._neutral = start + len(text[:place].encode()), self._builder.text_length + place
                return


def _tag(event: Any) -> str:
    """What an event begins or ends; "" when it does neither."""
    if event.__class__ is not dict:
        return ""
    value = event.get("Start") or event.get("End")
    if value is None:
        return ""
    return str(value if value.__class__ is str else next(iter(value)))


def _as_they_are(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    """The levels with the present state of their lists."""
    return tuple(_as_it_is(level, level.container) for level in levels)


def _as_it_is(level: Level, container: Container) -> Level:
    if container.state is None:
        return level
    is_apart = container.is_apart or container.state.is_loose
    return level._replace(is_apart=is_apart, start=None)


def _columns(prefix: bytes) -> int:
    return len(prefix.expandtabs(4))


def _left(line: str, levels: tuple[Level, ...]) -> int | None:
    """Where the content of the innermost level begins in a line; None when that is unclear."""
    position = 0
    for level in levels:
        if level.container.state is None:
            found = _QUOTE_MARK.match(line, position)
            if found is None:
                return None
            position = found.end()
        else:
            position += len(level.mark or "")
    return None if "\t" in line[:position] or position > len(line) else position
