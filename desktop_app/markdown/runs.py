"""Spans, which lie side by side, as runs nested in each other the way Markdown and HTML write them."""

from collections.abc import Sequence
from typing import NamedTuple

from desktop_app.markdown.items import BOLD, CITATION, ITALIC, LINK, STRIKE, Span

WRAPPERS = (LINK, BOLD, ITALIC, STRIKE)
"""Styles that can stand around others; the first is outermost where two end together."""

_AROUND = LINK | BOLD | ITALIC | STRIKE


class Wrapper(NamedTuple):
    """One bit of style around one or more runs; ``target`` is where a link leads."""

    style: int
    target: str = ""


class Run(NamedTuple):
    """``text``, of one style: ``closes`` end before it, innermost first, and ``opens`` begin, outermost first.

    ``style`` is what is not a wrapper: code, math, HTML or an image, which leads to ``target``.
    """

    text: str
    style: int
    target: str
    closes: tuple[Wrapper, ...]
    opens: tuple[Wrapper, ...]


def runs(text: str, spans: Sequence[Span]) -> list[Run]:
    """The runs of ``text`` from first to last, and an empty one that closes what is open."""
    parts = _without_citations(pieces(text, spans))
    ends = _ends(parts)
    stack: list[Wrapper] = []
    made = []
    for index, part in enumerate(parts):
        wanted = ends[index]
        keep = 0
        while keep < len(stack) and stack[keep] in wanted:
            keep += 1
        closes = tuple(reversed(stack[keep:]))
        del stack[keep:]
        opens = sorted((wrapper for wrapper in wanted if wrapper not in stack), key=lambda one: -wanted[one])
        stack += opens
        made.append(
            Run(text[part.start : part.end], part.style & ~_AROUND, part.target, closes, tuple(opens))
        )
    made.append(Run("", 0, "", tuple(reversed(stack)), ()))
    return made


def pieces(text: str, spans: Sequence[Span]) -> list[Span]:
    """``spans`` and, as spans without a style, what lies between them."""
    found = []
    position = 0
    for span in spans:
        if span.start > position:
            found.append(Span(position, span.start, 0))
        found.append(span)
        position = span.end
    if position < len(text):
        found.append(Span(position, len(text), 0))
    return found


def _without_citations(parts: Sequence[Span]) -> list[Span]:
    """The same text without marks of sources: they lead to what is shown beside it, and are but words elsewhere."""
    if not any(part.style & CITATION for part in parts):
        return list(parts)
    joined: list[Span] = []
    for part in parts:
        is_mark = part.style & CITATION
        one = part._replace(style=part.style & ~(LINK | CITATION), target="") if is_mark else part
        if joined and joined[-1][2:] == one[2:]:
            one = one._replace(start=joined.pop().start)
        joined.append(one)
    return joined


def _ends(parts: Sequence[Span]) -> list[dict[Wrapper, int]]:
    """For every part its wrappers, and up to which part each of them reaches without a break."""
    found: list[dict[Wrapper, int]] = []
    after: dict[Wrapper, int] = {}
    for index in range(len(parts) - 1, -1, -1):
        style, target = parts[index].style, parts[index].target
        wrappers = [Wrapper(bit, target if bit == LINK else "") for bit in WRAPPERS if style & bit]
        after = {wrapper: after.get(wrapper, index) for wrapper in wrappers}
        found.append(after)
    found.reverse()
    return found
