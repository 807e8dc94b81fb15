"""What is copied, in every form that another program may ask for."""

import atexit
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop_app.markdown.items import Item
from desktop_app.markdown.to_html import to_html
from desktop_app.markdown.to_markdown import to_markdown
from desktop_app.markdown.to_plain import to_plain

PLAIN, HTML, MARKDOWN = "text/plain", "text/html", "text/markdown"


class RichData(QMimeData):
    """Words, rich text and Markdown of ``items``, each written when a program asks for it: a copy costs nothing, and
    a million characters 20, 90 and 170 ms.

    ``items`` must not change any more.  ``markdown`` gives the Markdown where it need not be written anew.
    """

    def __init__(self, items: Sequence[Item], markdown: Callable[[], str] | None = None) -> None:
        super().__init__()
        self._writers: dict[str, Callable[[], str]] = {
            PLAIN: lambda: to_plain(items),
            HTML: lambda: to_html(items),
            MARKDOWN: markdown or (lambda: to_markdown(items)),
        }
        self._written: dict[str, str] = {}

    def formats(self) -> list[str]:
        return list(self._writers)

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self._writers

    def retrieveData(self, mimetype: str, preferred_type: Any) -> Any:
        if mimetype not in self._writers:
            return None
        if mimetype not in self._written:
            self._written[mimetype] = self._writers[mimetype]()
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
