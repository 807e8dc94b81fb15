"""Tool tips that say just what they are given.

Qt takes a tool tip for HTML as soon as it looks like it, and HTML may show another address than a link has, or load a
picture from a file.  Names of threads come from users, those of models and links from services.
"""

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """``text`` for ``setToolTip``, shown letter by letter."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text
