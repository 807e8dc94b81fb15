"""Addresses: which may be opened, and those written as plain words, which become links as GFM's autolinks do."""

import re
from collections.abc import Sequence

from desktop_app.markdown.items import CODE, HTML, IMAGE, LINK, MATH, Span
from desktop_app.markdown.runs import pieces

_END = r"\s<>\"«»„“”‘’、。，！？；：（）【】《》"
_ADDRESS = re.compile(
    rf"(?<![^\W_])(?:https?://[^{_END}/?#]+|www\.[^{_END}/?#]*\.[^{_END}/?#]+)[^{_END}]*"
    r"|(?<![\w.+-])[A-Za-z0-9._+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+",
    re.IGNORECASE,
)
_WITHOUT_HOST = re.compile(r"https?://(?![^\W_]|\[)", re.IGNORECASE)
_PUNCTUATION = "?!.,:;*_~'`|…—–"
_CLOSED = CODE | MATH | HTML | LINK | IMAGE


def is_safe(address: str) -> bool:
    """Whether following it opens a page or a mail and nothing else.

    An address without a scheme would mean a file on the reader's machine.
    """
    return address.lower().startswith(("http://", "https://", "mailto:"))


def may_hold_links(text: str) -> bool:
    """Whether it is worth looking closer."""
    return "://" in text or "@" in text or "www." in text or "WWW." in text


def linkified(text: str, spans: Sequence[Span]) -> list[Span]:
    """``spans`` together with the links that are written out in ``text``."""
    result: list[Span] = []
    for run in pieces(text, spans):
        start = run.start
        if not run.style & _CLOSED:
            for found in _ADDRESS.finditer(text, run.start, run.end):
                address = _trimmed(found[0])
                if _WITHOUT_HOST.match(address):
                    continue
                end = found.start() + len(address)
                _add(result, run._replace(start=start, end=found.start()))
                _add(result, Span(found.start(), end, run.style | LINK, _target(address)))
                start = end
        _add(result, run._replace(start=start))
    return result


def _add(spans: list[Span], span: Span) -> None:
    if span.style and span.end > span.start:
        spans.append(span)


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it."""
    while address:
        opening = {")": "(", "]": "["}.get(address[-1])
        is_surplus = opening is not None and address.count(address[-1]) > address.count(opening)
        if not is_surplus and address[-1] not in _PUNCTUATION:
            break
        address = address[:-1]
    return address


def _target(address: str) -> str:
    lower = address.lower()
    if lower.startswith("www."):
        return f"http://{address}"
    return address if lower.startswith("http") and "://" in lower else f"mailto:{address}"
