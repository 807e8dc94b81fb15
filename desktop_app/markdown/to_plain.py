"""Items as words alone: what a letter or a form takes."""

from collections.abc import Sequence

from desktop_app.markdown.containers import Container
from desktop_app.markdown.items import LINE_BREAK, Item, RuleItem
from desktop_app.markdown.margins import with_margins


def to_plain(items: Sequence[Item]) -> str:
    """Bullets, numbers and "> " before quotes; cells between tabs; links and images by their words alone."""
    return with_margins(items, _lines, _mark)


def _lines(item: Item) -> list[str]:
    if isinstance(item, RuleItem):
        return ["---"]
    if not item.plain:
        return []
    return item.plain.replace(LINE_BREAK, " ").split("\n")


def _mark(container: Container, number: int, marker: str) -> str:
    if marker and not marker[:-1].isdecimal():
        return marker
    return "•" if container.first is None else f"{container.first + number}."
