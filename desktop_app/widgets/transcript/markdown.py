"""Markdown into a QTextDocument, drawing again only what changed.

The source is parsed whole (a megabyte takes 50 ms) and cut into top-level blocks.  Those that are the same as last time
stay as they are, with their layout and the reader's selection; from the first that differs the document is written
anew.  Equality of the parser's events decides, so the result is always that of a fresh document.

Frames, bullets and code backgrounds are ``Decoration`` values: places in the text that the control paints itself.
pyromark is imported with the first text, not with the program.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextTableCellFormat,
    QTextTableFormat,
)

from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.transcript.style import TextStyle

Events = list[Any]

CODE_HEADER = 32
CODE_PADDING = 10
CODE_SIDE = 12
INDENT = 28
QUOTE_INDENT = 16

_SAFE_LINK = re.compile(r"(https?://|mailto:)\S", re.IGNORECASE)
# A last line that may still become something else: a list mark, a fence, a rule, the line under a heading.
_UNDECIDED = re.compile(r"\n[ \t>]*(?:[-+*_=~`#|:]{1,3}|\d{1,9}[.)]?)[ \t]*\Z")
# Characters that Qt keeps for frames; in a text they would tear the document.
_FRAME_MARKS = {0xFDD0: "\ufffd", 0xFDD1: "\ufffd", 0x0: "\ufffd"}
_ALIGNMENT = {"Right": Qt.AlignmentFlag.AlignRight, "Center": Qt.AlignmentFlag.AlignHCenter}


@dataclass(frozen=True, slots=True)
class Decoration:
    """Something painted around the characters ``start`` to ``end`` (positions in the document).

    ``kind``: "code" (``text`` is the language), "inline_code", "quote", "mark" (``text`` stands left of the line:
    a bullet or a number), "rule".
    """

    kind: str
    start: int
    end: int
    text: str = ""


@dataclass(slots=True)
class Chunk:
    """A top-level block as it stands in the document; ``start`` is the end of what stands before."""

    events: Events
    start: int
    decorations: list[Decoration] = field(default_factory=list)
    after: "Join | None" = None


@dataclass(frozen=True, slots=True)
class Join:
    """What a block leaves to the next one: an empty line to write in (at the start), room below it."""

    has_empty_line: bool
    room: int = 0


def clean(text: str) -> str:
    """``text`` without what neither Qt nor a parser can take: frame marks, lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text.translate(_FRAME_MARKS) if any(chr(mark) in text for mark in _FRAME_MARKS) else text


def decided(source: str) -> str:
    """``source`` without a last line that is only a mark yet, so that nothing flickers while text arrives."""
    return _UNDECIDED.sub("", source)


def parse(source: str) -> list[Events]:
    """The events of every top-level block."""
    import pyromark

    options = pyromark.Options
    wanted = options.ENABLE_TABLES | options.ENABLE_STRIKETHROUGH | options.ENABLE_TASKLISTS
    return list(_top_level(pyromark.events(clean(source), options=wanted)))


def _top_level(events: Iterable[Any]) -> Iterator[Events]:
    block: Events = []
    depth = 0
    for event in events:
        block.append(event)
        if isinstance(event, dict):
            depth += ("Start" in event) - ("End" in event)
        if depth == 0:
            yield block
            block = []


class MarkdownDocument:
    """Keeps a document equal to a Markdown source."""

    def __init__(self, document: QTextDocument, style: TextStyle) -> None:
        self._document = document
        self._style = style
        self._chunks: list[Chunk] = []
        self._empty(QTextCursor(document))

    @property
    def chunk_count(self) -> int:
        """How many top-level blocks there are."""
        return len(self._chunks)

    def decorations(self) -> Iterator[Decoration]:
        """All decorations, in the order of the text."""
        for chunk in self._chunks:
            yield from chunk.decorations

    def restyle(self, style: TextStyle, source: str) -> None:
        """Write everything again in another style."""
        self._style = style
        self._empty(QTextCursor(self._document))
        self.show(source)

    def show(self, source: str) -> bool:
        """Bring the document to ``source``; says whether anything changed."""
        blocks = parse(source)
        same = self._same(blocks)
        if same == len(blocks) == len(self._chunks):
            return False
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        self._cut(cursor, same)
        for events in blocks[same:]:
            self._add(cursor, events)
        cursor.endEditBlock()
        return True

    def _same(self, blocks: list[Events]) -> int:
        count = 0
        for chunk, events in zip(self._chunks, blocks, strict=False):
            if chunk.events != events:
                break
            count += 1
        return count

    def _cut(self, cursor: QTextCursor, count: int) -> None:
        """Leave the first ``count`` chunks."""
        if not count:
            self._empty(cursor)
        elif count < len(self._chunks):
            cursor.setPosition(self._chunks[count].start)
            form, characters = cursor.blockFormat(), cursor.blockCharFormat()
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
            cursor.setBlockFormat(form)  # an empty line takes the format of what was removed behind it
            cursor.setBlockCharFormat(characters)
            del self._chunks[count:]
        cursor.movePosition(QTextCursor.MoveOperation.End)

    def _empty(self, cursor: QTextCursor) -> None:
        """Leave one line as high as the first of a text will be."""
        self._chunks.clear()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        cursor.setBlockFormat(self._style.block(self._style.reading_line))
        cursor.setBlockCharFormat(self._style.characters(self._style.reading))

    def _add(self, cursor: QTextCursor, events: Events) -> None:
        before = self._chunks[-1].after if self._chunks else Join(has_empty_line=True)
        assert before is not None
        chunk = Chunk(events, cursor.position())
        writer = _Writer(cursor, self._style, before, is_first=not self._chunks)
        writer.write(events)
        chunk.decorations = writer.decorations
        chunk.after = writer.after
        self._chunks.append(chunk)


class _Writer:
    """Writes the events of one top-level block at the end of the document."""

    def __init__(self, cursor: QTextCursor, style: TextStyle, before: Join, *, is_first: bool) -> None:
        self._cursor = cursor
        self._style = style
        self._has_empty_line = before.has_empty_line
        self._top = 0 if is_first else style.gap
        self._room = before.room
        self._is_first = is_first
        self.after = Join(has_empty_line=False)
        self.decorations: list[Decoration] = []
        self._formats = [style.characters(style.reading)]
        self._line = style.reading_line
        self._lists: list[int | None] = []
        self._mark = ""
        self._quotes: list[int] = []
        self._awaits_line = True
        self._code: str | None = None
        self._code_text: list[str] = []

    def write(self, events: Events) -> None:
        """Write the block."""
        index = 0
        while index < len(events):
            event = events[index]
            if isinstance(event, dict) and isinstance(event.get("Start"), dict) and "Table" in event["Start"]:
                end = events.index({"End": "Table"}, index)
                self._write_table(events[index + 1 : end], event["Start"]["Table"])
                index = end
            else:
                self._take(event)
            index += 1
        self.after = Join(self._has_empty_line, self._room)

    def _take(self, event: Any) -> None:
        if isinstance(event, str):
            self._take_word(event)
            return
        ((name, value),) = event.items()
        if name == "Start":
            self._start(value)
        elif name == "End":
            self._end(value)
        elif name in ("Text", "InlineHtml"):
            self._text(value)
        elif name == "Html":
            self._html_line(value)
        elif name == "Code":
            self._inline_code(value)
        elif name == "TaskListMarker":
            self._mark = "☑" if value else "☐"

    def _take_word(self, event: str) -> None:
        if event in ("SoftBreak", "HardBreak"):
            self._new_line(top=0)
        elif event == "Rule":
            self._begin(self._style.px(17))
            self._decorate("rule", self._cursor.position())
            self._awaits_line = True

    # -- blocks

    def _start(self, tag: Any) -> None:
        match tag:
            case "Paragraph" | "HtmlBlock":
                self._begin_paragraph()
            case {"Heading": {"level": level}}:
                self._begin_heading(level)
            case {"BlockQuote": _}:
                self._quotes.append(-1)
            case {"CodeBlock": kind}:
                fence = kind.get("Fenced", "") if isinstance(kind, dict) else ""
                self._code = fence.split()[0] if fence.split() else ""
            case {"List": start}:
                self._flush_mark()
                self._lists.append(start)
            case "Item":
                self._begin_item()
            case "Emphasis" | "Strong" | "Strikethrough" | {"Link": _}:
                self._push(tag)
            case _:  # an image is its description: nothing is fetched
                pass

    def _end(self, tag: Any) -> None:
        match tag:
            case "Emphasis" | "Strong" | "Strikethrough" | "Link":
                self._formats.pop()
            case {"Heading": _}:
                self._formats.pop()
                self._line = self._style.reading_line
            case {"BlockQuote": _}:
                start = self._quotes.pop()
                if start >= 0:
                    self._decorate("quote", start, text=str(self._left()))
                self._awaits_line = True
            case "CodeBlock":
                self._write_code()
            case {"List": _}:
                self._lists.pop()
                self._top = self._style.px(4) if self._lists else self._style.gap
                self._awaits_line = True
            case "Item" | "Paragraph" | "HtmlBlock":
                self._flush_mark()
                self._awaits_line = True
            case _:
                pass

    def _begin_paragraph(self) -> None:
        if self._lists and not self._is_first:
            self._top = self._style.gap
        self._awaits_line = True

    def _flush_mark(self) -> None:
        """An item without words still shows its mark."""
        if self._mark:
            self._begin(self._line)

    def _begin_heading(self, level: str) -> None:
        font, self._line = self._style.heading(level)
        self._formats.append(self._style.characters(font))
        if not self._is_first and not self._lists and not self._quotes:
            self._top = self._style.heading_gap if level in ("H1", "H2") else self._style.px(16)
        self._awaits_line = True

    def _begin_item(self) -> None:
        number = self._lists[-1]
        self._mark = "•" if number is None else f"{number}."
        if number is not None:
            self._lists[-1] = number + 1
        self._awaits_line = True

    def _left(self) -> int:
        return self._style.px(INDENT) * len(self._lists) + self._style.px(QUOTE_INDENT) * len(self._quotes)

    def _begin(self, line: int, *, extra_top: int = 0, characters: QTextCharFormat | None = None) -> None:
        """A new line of its own distance; the first uses the empty line of the document."""
        form = self._style.block(line, self._top + self._room + extra_top)
        form.setLeftMargin(self._left())
        self._insert_block(form, characters or self._formats[-1])
        is_in_list = bool(self._lists)
        self._top = self._style.px(4) if is_in_list else self._style.gap
        self._room = 0
        self._is_first = False
        self._awaits_line = False
        for depth, start in enumerate(self._quotes):
            if start < 0:
                self._quotes[depth] = self._cursor.position()
        if self._mark:
            self._decorate("mark", self._cursor.position(), text=self._mark)
            self._mark = ""

    def _insert_block(self, form: QTextBlockFormat, characters: QTextCharFormat) -> None:
        if self._has_empty_line:
            self._cursor.setBlockFormat(form)
            self._cursor.setBlockCharFormat(characters)
            self._has_empty_line = False
        else:
            self._cursor.insertBlock(form, characters)

    def _new_line(self, top: int) -> None:
        form = QTextBlockFormat(self._cursor.blockFormat())
        form.setTopMargin(top)
        self._cursor.insertBlock(form, self._formats[-1])

    def _decorate(self, kind: str, start: int, text: str = "") -> None:
        self.decorations.append(Decoration(kind, start, self._cursor.position(), text))

    # -- text

    def _ready(self) -> None:
        if self._awaits_line:
            self._begin(self._line)

    def _text(self, text: str) -> None:
        if self._code is not None:
            self._code_text.append(text)
            return
        self._ready()
        for index, line in enumerate(text.rstrip("\n").split("\n")):
            if index:
                self._new_line(top=0)
            self._cursor.insertText(line, self._formats[-1])

    def _html_line(self, text: str) -> None:
        """A line of HTML is shown as it is written."""
        if not self._awaits_line:
            self._new_line(top=0)
        self._text(text)

    def _inline_code(self, text: str) -> None:
        self._ready()
        form = QTextCharFormat(self._formats[-1])
        weight, is_italic = form.fontWeight(), form.fontItalic()
        form.setFont(self._style.code)
        form.setFontWeight(weight)
        form.setFontItalic(is_italic)
        start = self._cursor.position()
        self._cursor.insertText(text, form)
        self._decorate("inline_code", start)

    def _push(self, tag: Any) -> None:
        form = QTextCharFormat(self._formats[-1])
        if tag == "Emphasis":
            form.setFontItalic(True)
        elif tag == "Strong":
            form.setFontWeight(QFont.Weight.Bold)
        elif tag == "Strikethrough":
            form.setFontStrikeOut(True)
        elif _SAFE_LINK.match(tag["Link"]["dest_url"]):
            form.setAnchor(True)
            form.setAnchorHref(tag["Link"]["dest_url"])
            form.setToolTip(plain_tip(tag["Link"]["dest_url"]))
            form.setForeground(self._style.link)
        self._formats.append(form)

    def _write_code(self) -> None:
        language = self._code or ""
        source = "".join(self._code_text).removesuffix("\n").replace("\t", "    ")
        self._code, self._code_text = None, []
        style = self._style
        characters = style.characters(style.code)
        padding = style.px(CODE_PADDING)
        self._begin(style.code_line, extra_top=style.px(CODE_HEADER) + padding, characters=characters)
        form = QTextBlockFormat(self._cursor.blockFormat())
        form.setLeftMargin(form.leftMargin() + style.px(CODE_SIDE))
        form.setRightMargin(style.px(CODE_SIDE))
        self._cursor.setBlockFormat(form)
        start = self._cursor.position()
        form.setTopMargin(0)
        for index, line in enumerate(source.split("\n")):
            if index:
                self._cursor.insertBlock(form, characters)
            self._cursor.insertText(line, characters)
        last = QTextBlockFormat(self._cursor.blockFormat())
        last.setBottomMargin(padding)
        self._cursor.setBlockFormat(last)
        self._decorate("code", start, text=language)
        self._room = padding
        self._awaits_line = True

    # -- tables

    def _write_table(self, events: Events, alignments: tuple[str, ...]) -> None:
        style = self._style
        rows = [event for event in events if event in ({"Start": "TableRow"}, {"Start": "TableHead"})]
        top = 0 if self._is_first else self._top
        self._top = self._room = 0
        self._begin(style.px(1))
        form = QTextTableFormat()
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setBorder(0)
        form.setBorderCollapse(True)
        form.setCellSpacing(0)
        form.setCellPadding(0)
        form.setTopMargin(top)
        form.setLeftMargin(self._left())
        form.setHeaderRowCount(1)
        table = self._cursor.insertTable(len(rows), len(alignments), form)
        end = self._cursor
        row = column = -1
        for event in events:
            if event in ({"Start": "TableRow"}, {"Start": "TableHead"}):
                row, column = row + 1, -1
            elif event == {"Start": "TableCell"}:
                column += 1
                self._cursor = table.cellAt(row, column).firstCursorPosition()
                self._begin_cell(row, column, alignments)
                table.cellAt(row, column).setFormat(self._cell_format(row, column, len(alignments)))
            elif event == {"End": "TableCell"}:
                self._formats.pop()
            else:
                self._take(event)
        self._cursor = end
        end.movePosition(QTextCursor.MoveOperation.End)
        end.setBlockFormat(
            style.block(1)
        )  # Qt wants a line after a table; it ignores a distance above that line
        self._top = style.gap
        self._awaits_line = True

    def _begin_cell(self, row: int, column: int, alignments: tuple[str, ...]) -> None:
        style = self._style
        form = style.block(style.table_line)
        form.setAlignment(_ALIGNMENT.get(alignments[column], Qt.AlignmentFlag.AlignLeft))
        characters = (
            style.characters(style.table_head, style.secondary) if row == 0 else style.characters(style.table)
        )
        self._cursor.setBlockFormat(form)
        self._cursor.setBlockCharFormat(characters)
        self._formats.append(characters)
        self._awaits_line = False

    def _cell_format(self, row: int, column: int, columns: int) -> QTextTableCellFormat:
        style = self._style
        form = QTextTableCellFormat()
        form.setTopPadding(style.px(5))
        form.setBottomPadding(style.px(5))
        form.setRightPadding(0 if column == columns - 1 else style.px(16))
        form.setBottomBorder(1)
        form.setBottomBorderStyle(QTextTableFormat.BorderStyle.BorderStyle_Solid)
        form.setBottomBorderBrush(style.hairline_strong if row == 0 else style.hairline)
        return form
