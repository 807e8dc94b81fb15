"""Figures of forms in the language of the window."""

from PySide6.QtCore import QLocale


def of_limit(count: int, limit: int) -> str:
    """Like "1,204 / 100,000"."""
    locale = QLocale()
    return f"{locale.toString(count)} / {locale.toString(limit)}"
