"""Lines of items with what stands left of them: quotes' ">", marks of list items, and spaces below these marks."""

from collections.abc import Callable, Iterable, Sequence

from desktop_app.markdown.containers import Container, Step, steps
from desktop_app.markdown.items import LIST, Item


def with_margins(
    items: Iterable[Item],
    lines_of: Callable[[Item], Sequence[str]],
    mark: Callable[[Container, int, str], str],
    must_part: Callable[[Item, Step], bool] = lambda before, step: False,
) -> str:
    """The text of ``items``, without a line's end after the last.

    ``mark(list, number, marker)`` is what stands before its item ``number`` (from 0; ``marker`` is empty where the
    list begins with another list).  Blank lines stand between items except in tight lists, and there too where
    ``must_part(before, step)``.  An item without lines is left out, or only its marker is shown.
    """
    out: list[str] = []
    stack: list[Container] = []
    margins: list[str] = []
    before: Item | None = None
    bare = ""  # a marker without words: a list in its list item begins on the same line
    for step in steps(items):
        item = step.item
        lines = lines_of(item)
        is_shown = bool(lines or item.marker)
        goes_on = bool(bare and step.opened) and step.number is None and step.kept == len(stack)
        if is_shown and before is not None and not goes_on:
            if bare:
                out.append(bare.rstrip())
            if _stands_apart(step, stack) or must_part(before, step):
                out.append("".join(margins[: step.kept]).rstrip())
        del stack[step.kept :], margins[step.kept :]
        lead = _enter(step, stack, margins, mark)
        if not is_shown:
            continue
        if goes_on:
            lead = bare + lead[len(bare) :]
        bare = "" if lines else lead
        if lines:
            out += _indented(lines, lead, "".join(margins)) if margins else lines
        before = item
    if bare:
        out.append(bare.rstrip())
    return "\n".join(out)


def _stands_apart(step: Step, stack: Sequence[Container]) -> bool:
    """Whether a blank line belongs before the item; ``stack`` is open around the item before it."""
    if not step.kept:
        return True
    around = stack[step.kept - 1]
    return around.is_loose or not around.is_list


def _enter(
    step: Step, stack: list[Container], margins: list[str], mark: Callable[[Container, int, str], str]
) -> str:
    """Open the step's containers; what stands before the first line of its item."""
    innermost = step.item.nesting.rfind(LIST)
    lead = margins.copy()
    if step.number is not None:
        lead[-1] = mark(stack[-1], step.number, step.item.marker) + " "
        margins[-1] = " " * len(lead[-1])
    for container in step.opened:
        if container.is_list:
            marker = step.item.marker if len(margins) == innermost else ""
            lead.append(mark(container, 0, marker) + " ")
            margins.append(" " * len(lead[-1]))
        else:
            lead.append("> ")
            margins.append("> ")
        stack.append(container)
    return "".join(lead)


def _indented(lines: Sequence[str], lead: str, margin: str) -> list[str]:
    blank = margin.rstrip()
    rest = [margin + line if line else blank for line in lines[1:]]
    return [lead + lines[0] if lines[0] else lead.rstrip(), *rest]
