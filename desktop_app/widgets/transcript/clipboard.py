"""What is copied, in every form that another program may ask for."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QMimeData

from desktop_app.markdown.items import Item
from desktop_app.markdown.to_html import to_html
from desktop_app.markdown.to_markdown import to_markdown
from desktop_app.markdown.to_plain import to_plain

PLAIN, HTML, MARKDOWN = "text/plain", "text/html", "text/markdown"

_WRITERS: dict[str, Callable[[Sequence[Item]], str]] = {
    PLAIN: to_plain,
    HTML: to_html,
    MARKDOWN: to_markdown,
}


class RichData(QMimeData):
    """Words, rich text and Markdown of a selection, each written when a program asks for it.

    ``items`` must not change any more: ``excerpt`` gives such ones.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self._items = items
        self._written: dict[str, str] = {}

    def formats(self) -> list[str]:
        return list(_WRITERS)

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in _WRITERS

    def retrieveData(self, mimetype: str, preferred_type: Any) -> Any:
        if mimetype not in _WRITERS:
            return None
        if mimetype not in self._written:
            self._written[mimetype] = _WRITERS[mimetype](self._items)
        return self._written[mimetype]


def markdown_data(source: str) -> QMimeData:
    """Markdown as it stands, for every program that takes words."""
    data = QMimeData()
    data.setText(source)
    data.setData(MARKDOWN, source.encode(errors="replace"))
    return data


def plain_data(items: Sequence[Item]) -> QMimeData:
    """Words alone."""
    data = QMimeData()
    data.setText(to_plain(items))
    return data
