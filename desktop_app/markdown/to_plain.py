"""Items as words alone: what a letter or a form takes."""

from collections.abc import Sequence

from desktop_app.markdown.containers import Container
from desktop_app.markdown.items import Item, RuleItem
from desktop_app.markdown.margins import with_margins


def to_plain(items: Sequence[Item]) -> str:
    """Bullets, numbers and "> " before quotes; cells between tabs; links and images by their words alone."""
    return with_margins([item for item in items if _is_said(item)], _lines, _mark)


def _is_said(item: Item) -> bool:
    return bool(item.plain or item.marker) or isinstance(item, RuleItem)


def _lines(item: Item) -> list[str]:
    if isinstance(item, RuleItem):
        return ["---"]
    return item.plain.replace("\u2028", " ").split("\n")


def _mark(container: Container, number: int, marker: str) -> str:
    if marker and not marker[:-1].isdecimal():
        return marker
    return "•" if container.first is None else f"{container.first + number}."
