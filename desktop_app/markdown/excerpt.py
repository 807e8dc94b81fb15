"""A selected part of items, as items: what is copied."""

from collections.abc import Sequence

from desktop_app.markdown.items import (
    BOLD,
    CODE,
    HTML,
    ITALIC,
    LIST,
    MATH,
    STRIKE,
    Cell,
    CodeItem,
    ImageItem,
    Item,
    RuleItem,
    Span,
    TableItem,
    TextItem,
)

Position = tuple[int, int]
"""Index of an item, and an offset into its ``plain``."""


def excerpt(items: Sequence[Item], start: Position, end: Position) -> list[Item]:
    """What lies from ``start`` to ``end`` (not before it); the given items stay as they are.

    - Quotes and list items that all of it lies in are left out, with their markers.
    - An item cut at its start loses its marker and is no heading any more.
    - A part of one line of code, or of one cell of a table, is text.  A part of a table is its touched rows in the
      columns touched, whole cells; the first of the rows is the head.
    """
    first, last = start[0], end[0]
    if last > first and end[1] == 0 and items[last].plain:
        last -= 1
        end = last, len(items[last].plain)
    if last > first and start[1] and start[1] >= len(items[first].plain):
        first += 1
        start = first, 0
    chosen = items[first : last + 1]
    parts = []
    for index, item in enumerate(chosen):
        begin = start[1] if index == 0 else 0
        stop = end[1] if index == len(chosen) - 1 else len(item.plain)
        parts.append(_part(item, begin, stop, is_alone=len(chosen) == 1))
    _nest(chosen, parts, is_cut=start[1] > 0)
    return parts


def _part(item: Item, start: int, end: int, *, is_alone: bool) -> Item:
    """A new item of the characters from ``start`` to ``end``; not yet nested."""
    is_whole = start == 0 and end >= len(item.plain)
    if isinstance(item, TextItem):
        keeps_level = is_whole or (start == 0 and not is_alone)
        text, spans = cut_spans(item.text, item.spans, start, end)
        return TextItem(text, spans, item.level if keeps_level else 0, item.is_html and is_whole)
    if isinstance(item, CodeItem):
        return _code_part(item, start, end, is_whole)
    if isinstance(item, TableItem):
        return TableItem(item.alignments, item.rows) if is_whole else _table_part(item, start, end)
    if isinstance(item, ImageItem):
        return ImageItem(item.source, item.description, item.title)
    return RuleItem()


def cut_spans(text: str, spans: Sequence[Span], start: int, end: int) -> tuple[str, list[Span]]:
    """The characters from ``start`` to ``end`` with their spans; a cut formula or tag is only words."""
    kept = []
    for span in spans:
        begin, stop = max(span.start, start), min(span.end, end)
        if begin >= stop:
            continue
        style = span.style
        if (begin, stop) != (span.start, span.end):
            style &= ~(MATH | HTML)
            if style & (BOLD | ITALIC | STRIKE):
                begin, stop = _without_spaces(text, begin, stop)
        if style and begin < stop:
            kept.append(Span(begin - start, stop - start, style, span.target))
    return text[start:end], kept


def _without_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    """Markdown has no emphasis that begins or ends with a space, where a cut may leave one."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _code_part(item: CodeItem, start: int, end: int, is_whole: bool) -> Item:
    if is_whole:
        return CodeItem(item.lines, item.language)
    text = item.plain[start:end]
    if "\n" in text:
        return CodeItem(text.split("\n"), item.language)
    return TextItem(text, [Span(0, len(text), CODE)] if text else [])


def _table_part(item: TableItem, start: int, end: int) -> Item:
    columns = len(item.alignments)
    first, first_start = _cell_at(item, start)
    last, last_start = _cell_at(item, end)
    if first == last:
        cell = item.rows[first // columns][first % columns]
        return TextItem(*cut_spans(cell.text, cell.spans, start - first_start, end - last_start))
    top, left = divmod(first, columns)
    bottom, right = divmod(last, columns)
    if top != bottom:
        left, right = 0, columns - 1
    rows: list[tuple[Cell, ...]] = [row[left : right + 1] for row in item.rows[top : bottom + 1]]
    return TableItem(item.alignments[left : right + 1], rows)


def _cell_at(item: TableItem, offset: int) -> tuple[int, int]:
    """The cell at an offset, counted along the rows, and where its text begins."""
    begin = index = 0
    for row in item.rows:
        for cell in row:
            if offset <= begin + len(cell.text):
                return index, begin
            begin += len(cell.text) + 1
            index += 1
    return index - 1, begin - 1 - len(item.rows[-1][-1].text)


def _nest(chosen: Sequence[Item], parts: Sequence[Item], *, is_cut: bool) -> None:
    """Give ``parts`` the places of ``chosen``, without the containers that are not copied.

    A list is copied from the first item on whose marker is.
    """
    shared = _shared(chosen)
    shown: list[bool] = []
    for index, (item, part) in enumerate(zip(chosen, parts, strict=True)):
        inner = item.nesting.rfind(LIST)
        if index == 0:
            keeps = not is_cut and inner >= shared
            shown = [depth >= shared and letter != LIST for depth, letter in enumerate(item.nesting)]
            joined = 0
        else:
            keeps = True
            joined = sum(shown[: item.joined])
            shown[item.joined :] = [True] * (len(item.nesting) - item.joined)
        if item.marker and keeps and inner >= 0:
            shown[inner] = True
            part.marker = item.marker
        part.joined = joined
        part.nesting = "".join(
            letter for letter, is_shown in zip(item.nesting, shown, strict=True) if is_shown
        )
        part.list = item.list if LIST in part.nesting else None


def _shared(chosen: Sequence[Item]) -> int:
    """How many of the outer containers all of it lies in, lists by one and the same of their items."""
    shared = len(chosen[0].nesting)
    for item in chosen[1:]:
        shared = min(shared, item.joined)
        if item.marker:
            inner = item.nesting.rfind(LIST)
            shared = min(shared, inner) if inner < item.joined else shared
    return shared
