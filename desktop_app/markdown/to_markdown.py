"""Items as Markdown that reads back as the same items.

Not kept, since Markdown has no way to say it, or none worth its look: spaces and breaks at the edges of lines and of
emphasis, breaks of formulas in headings, tasks among numbered items, a paragraph that is nothing but a tag, three
empty list items in each other, and whether a list is loose when only a definition or a block in it made it so.
"""

import re
from collections.abc import Sequence

from desktop_app.markdown.containers import TASKS, Container, Step
from desktop_app.markdown.inline_markdown import address, inline, language, words
from desktop_app.markdown.items import CodeItem, ImageItem, Item, TableItem, TextItem
from desktop_app.markdown.margins import with_margins

RULE = "___"  # Never taken for a list item or for the underline of a heading.

MAX_NUMBER = 999_999_999
"""CommonMark's longest number of a list item."""

_DELIMITERS = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}
# Taken for a closing mark of the heading; what begins the line has no space before it.
_LAST_SIGNS = re.compile(r"(?<=\s)#+$")
_TICKS = re.compile("`{3,}")
_TILDES = re.compile("~{3,}")


def to_markdown(items: Sequence[Item]) -> str:
    """Markdown without a line's end after the last line."""
    return with_margins(items, _lines, _mark, _must_part)


def _mark(container: Container, number: int, marker: str) -> str:
    if container.first is None:
        return "*" if container.is_other else "-"
    return f"{min(container.first + number, MAX_NUMBER)}{')' if container.is_other else '.'}"


def _must_part(before: Item, step: Step) -> bool:
    """Whether the two would be one without a blank line between them."""
    if not isinstance(before, TextItem) or before.level or step.number is not None:
        return False
    if before.is_html:
        return step.kept == len(before.nesting)
    return not step.opened and isinstance(step.item, (TextItem, TableItem, ImageItem))


def _lines(item: Item) -> Sequence[str]:
    if isinstance(item, TextItem):
        return _text_lines(item)
    if isinstance(item, CodeItem):
        return _fenced(item)
    if isinstance(item, TableItem):
        return _table_lines(item)
    if isinstance(item, ImageItem):
        return [_image(item)]
    return [RULE]


def _text_lines(item: TextItem) -> list[str]:
    if item.is_html:
        return item.plain.lstrip(" ").split("\n")  # indented it would go into a list before it
    if item.level:
        return [_heading(item)]
    text = inline(item.text, item.spans) if item.text.strip() else ""
    if item.marker in TASKS:
        text = f"{TASKS[item.marker]} {text}"
    return text.split("\n") if text else []


def _heading(item: TextItem) -> str:
    line = "#" * item.level + " " + inline(item.text, item.spans, is_one_line=True)
    return _LAST_SIGNS.sub(r"\\\g<0>", line, count=1)


def _fenced(item: CodeItem) -> list[str]:
    mark, runs = ("~", _TILDES) if "`" in item.language else ("`", _TICKS)
    longest = max((len(run) for line in item.lines for run in runs.findall(line)), default=2)
    fence = mark * (longest + 1)
    return [fence + language(item.language), *item.lines, fence]


def _table_lines(item: TableItem) -> list[str]:
    rows = [
        [inline(cell.text, cell.spans, is_one_line=True).replace("|", "\\|") for cell in row]
        for row in item.rows
    ]
    rows.insert(1, [_DELIMITERS[alignment] for alignment in item.alignments])
    return ["| " + " | ".join(row) + " |" for row in rows]


def _image(item: ImageItem) -> str:
    title = item.title.replace("\\", "\\\\").replace('"', '\\"')
    return f"![{words(item.description, in_brackets=True)}]({address(item.source)}" + (
        f' "{title}")' if title else ")"
    )
