"""Items as the HTML that word processors take from a clipboard: real lists, tables and headings, nothing to fetch."""

import re
from collections.abc import Sequence
from html import escape

from desktop_app.markdown.containers import TASKS, Container, Step, steps
from desktop_app.markdown.items import (
    BOLD,
    CODE,
    ITALIC,
    LINE_BREAK,
    LINK,
    LIST,
    STRIKE,
    CodeItem,
    ImageItem,
    Item,
    Span,
    TableItem,
    TextItem,
)
from desktop_app.markdown.links import is_safe
from desktop_app.markdown.runs import Wrapper, runs

# The comments tell Windows what of the page was copied.
HEAD = (
    '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/></head>'
    "<body><!--StartFragment-->"
)
FOOT = "<!--EndFragment--></body></html>"

MONOSPACED = "font-family:'Courier New',monospace"
TABLE = '<table border="1" cellspacing="0" cellpadding="4" style="border-collapse:collapse">'
# Spaces that HTML would drop, as those a pasted line begins with.
_SWALLOWED = re.compile(r"(?<=[ \u2028]) |\A | (?=\u2028)")
TAGS = {BOLD: "strong", ITALIC: "em", STRIKE: "s"}


def to_html(items: Sequence[Item]) -> str:
    """A whole page of UTF-8, well-formed XML too.  Links lead to the web and to mail only; images are described."""
    out = [HEAD]
    stack: list[Container] = []
    for step in steps(items):
        _leave(stack, step.kept, out)
        _enter(step, stack, out)
        out.append(_block(step.item, stack))
    _leave(stack, 0, out)
    out.append(FOOT)
    return "".join(out)


def _leave(stack: list[Container], kept: int, out: list[str]) -> None:
    while len(stack) > kept:
        container = stack.pop()
        if not container.is_list:
            out.append("</blockquote>")
        else:
            out.append("</li></ul>" if container.first is None else "</li></ol>")


def _enter(step: Step, stack: list[Container], out: list[str]) -> None:
    if step.number is not None:
        out.append("</li><li>")
    for container in step.opened:
        out.append(_opening(container))
        stack.append(container)


def _opening(container: Container) -> str:
    if not container.is_list:
        return "<blockquote>"
    if container.first is not None:
        return "<ol><li>" if container.first == 1 else f'<ol start="{container.first}"><li>'
    # A bullet beside the box of a task would be one mark too many.
    is_all_tasks = container.tasks == container.count
    return '<ul style="list-style-type:none"><li>' if is_all_tasks else "<ul><li>"


def _block(item: Item, stack: Sequence[Container]) -> str:
    if isinstance(item, TextItem):
        return _text(item, stack)
    if isinstance(item, CodeItem):
        return _preformatted("\n".join(item.lines))
    if isinstance(item, TableItem):
        return _table(item)
    if isinstance(item, ImageItem):
        return f"<p>{_image(item)}</p>"
    return "<hr/>"


def _text(item: TextItem, stack: Sequence[Container]) -> str:
    if item.is_html:
        return _preformatted(item.plain)
    words = _inline(item.text, item.spans)
    if item.marker in TASKS:
        words = f"{item.marker} {words}"
    if item.level:
        return f"<h{item.level}>{words}</h{item.level}>"
    is_tight = not words or (item.marker and item.nesting.endswith(LIST) and not stack[-1].is_loose)
    return words if is_tight else f"<p>{words}</p>"


def _preformatted(text: str) -> str:
    return f'<pre style="{MONOSPACED}"><code>{escape(text, quote=False)}</code></pre>'


def _table(item: TableItem) -> str:
    out = [TABLE]
    for index, row in enumerate(item.rows):
        name = "td" if index else "th"
        out.append("<tr>")
        for alignment, cell in zip(item.alignments, row, strict=True):
            side = alignment or "left"
            words = _inline(cell.text, cell.spans)
            out.append(f'<{name} align="{side}" style="text-align:{side}">{words}</{name}>')
        out.append("</tr>")
    out.append("</table>")
    return "".join(out)


def _image(item: ImageItem) -> str:
    words = escape(item.description or item.title, quote=False)
    if not is_safe(item.source):
        return words
    return f'<a href="{escape(item.source)}">{words or escape(item.source, quote=False)}</a>'


def _inline(text: str, spans: Sequence[Span]) -> str:
    text = _SWALLOWED.sub("\u00a0", text)
    if not spans:
        return _words(text)
    out = []
    for run in runs(text, spans):
        out += [_closing_tag(wrapper) for wrapper in run.closes]
        out += [_opening_tag(wrapper) for wrapper in run.opens]
        words = _words(run.text)
        out.append(f'<code style="{MONOSPACED}">{words}</code>' if run.style & CODE else words)
    return "".join(out)


def _opening_tag(wrapper: Wrapper) -> str:
    if wrapper.style != LINK:
        return f"<{TAGS[wrapper.style]}>"
    return f'<a href="{escape(wrapper.target)}">' if is_safe(wrapper.target) else ""


def _closing_tag(wrapper: Wrapper) -> str:
    if wrapper.style != LINK:
        return f"</{TAGS[wrapper.style]}>"
    return "</a>" if is_safe(wrapper.target) else ""


def _words(text: str) -> str:
    return escape(text, quote=False).replace(LINE_BREAK, "<br/>")
