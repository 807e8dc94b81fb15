"""Markdown as a stream of events, read the same way by every export; the one place of the parser in this folder."""

from collections.abc import Iterator
from typing import Any


def events(text: str) -> Iterator[Any]:
    """The parser's events (``pyromark.event.Event``): a word, or a dict of one kind and its value.

    Raises UnicodeEncodeError for lone surrogates.
    """
    import pyromark
    from pyromark import Options

    extensions = (
        Options.ENABLE_TABLES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_FOOTNOTES
    )
    return pyromark.events(text, options=extensions)
