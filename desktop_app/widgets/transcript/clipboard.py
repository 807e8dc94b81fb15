"""What is copied, in every form that another program may ask for."""

import atexit
from collections.abc import Sequence

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop_app.markdown.items import Item
from desktop_app.markdown.to_html import to_html
from desktop_app.markdown.to_markdown import to_markdown
from desktop_app.markdown.to_plain import to_plain

MARKDOWN = "text/markdown"


def put_on_clipboard(data: QMimeData, mode: QClipboard.Mode = QClipboard.Mode.Clipboard) -> None:
    """Offer ``data`` to other programs."""
    atexit.unregister(_empty_private_clipboard)
    atexit.register(_empty_private_clipboard)
    QGuiApplication.clipboard().setMimeData(data, mode)


def _empty_private_clipboard() -> None:
    """WORKAROUND: without a screen the clipboard is the program's own, and frees what is on it when Python, which made
    it, is gone already: a crash at the very end.  The clipboards of desktops go with the application, in time.
    """
    if QGuiApplication.instance() is not None and QGuiApplication.platformName() == "offscreen":
        QGuiApplication.clipboard().clear()


def rich_data(items: Sequence[Item], source: str | None = None) -> QMimeData:
    """Words, rich text and Markdown; ``source`` is the Markdown when it is known already.

    About 0.1 s for a million characters, 0.3 s without ``source``.
    """
    data = plain_data(items)
    data.setHtml(to_html(items))
    _add_markdown(data, to_markdown(items) if source is None else source)
    return data


def markdown_data(source: str) -> QMimeData:
    """Markdown as it stands, for every program that takes words."""
    data = QMimeData()
    data.setText(source)
    _add_markdown(data, source)
    return data


def plain_data(items: Sequence[Item]) -> QMimeData:
    """Words alone."""
    data = QMimeData()
    data.setText(to_plain(items))
    return data


def _add_markdown(data: QMimeData, source: str) -> None:
    data.setData(MARKDOWN, source.encode(errors="replace"))
