"""What is copied, in every form that another program may ask for."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData

from desktop_app.markdown.items import Item
from desktop_app.markdown.to_html import to_html
from desktop_app.markdown.to_markdown import to_markdown
from desktop_app.markdown.to_plain import to_plain

MARKDOWN = "text/markdown"


def rich_data(items: Sequence[Item]) -> QMimeData:
    """Words, rich text and Markdown at once; the program that takes it chooses."""
    data = plain_data(items)
    data.setHtml(to_html(items))
    data.setData(MARKDOWN, to_markdown(items).encode())
    return data


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
