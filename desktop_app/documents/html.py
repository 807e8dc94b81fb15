"""HTML as lines of text: what a browser shows, a block a line; lines are those of the text, not of the source."""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from desktop_app.documents.encodings import SAMPLE, encoding_of
from desktop_app.documents.opening import Parts
from desktop_app.documents.plain import parts_of

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_UNSEEN = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "math",
    "iframe",
    "object",
    "select",
    "textarea",
    "-comment",
}
_PARAGRAPHS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "table",
    "pre",
    "blockquote",
    "figure",
    "title",
}
_LINES = {
    *(
        "address",
        "article",
        "aside",
        "body",
        "br",
        "caption",
        "dd",
        "details",
        "div",
        "dt",
        "fieldset",
        "figcaption",
    ),
    *(
        "footer",
        "form",
        "head",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "option",
        "section",
        "summary",
    ),
    *("tbody", "tfoot", "thead", "tr"),
}
_SPACES = re.compile(r"[ \t\r\n\f]+")


def parts(path: Path, first_part: int) -> Parts:
    """The parts from ``first_part`` on.  Raises UnreadableError, OSError."""
    return of_markup(path.read_bytes().decode(_encoding(path), "replace"), first_part)


def of_markup(markup: str, first_part: int) -> Parts:
    """As ``parts``, of HTML that is there already; the fraction is that of the text so far."""
    text = "".join(_text(markup))
    done = 0
    for number, part in enumerate(parts_of(text)):
        done += len(part.text)
        if number >= first_part:
            yield part, done / len(text)


def _encoding(path: Path) -> str:
    guess = encoding_of(path)
    if guess != "utf-8" and not guess.startswith(("utf-16", "utf-32")):
        with path.open("rb") as file:
            named = _CHARSET.search(file.read(SAMPLE))
        if named and _is_of_ascii(name := named.group(1).decode("ascii")):
            return codecs.lookup(name).name
    return guess


def _is_of_ascii(encoding: str) -> bool:
    """Whether there is such an encoding, of texts, and what names it can be written in it."""
    try:
        return b"<meta".decode(encoding, "replace") == "<meta"
    except (LookupError, UnicodeError):
        return False


def _text(markup: str) -> Iterator[str]:
    """The pieces of the text; breaks are written before what follows them, never at the ends."""
    breaks, is_begun, pending = 0, False, ""
    for piece in _pieces(LexborHTMLParser(markup).root):
        if isinstance(piece, int):
            breaks, pending = max(breaks, piece), ""
            continue
        words = piece if piece.strip() else " "
        if breaks or pending or not is_begun:
            words = words.lstrip(" ")
        if not words:
            continue
        if is_begun and breaks:
            yield "\n" * breaks
        yield pending
        stripped = words.rstrip(" ")
        yield stripped
        pending = words[len(stripped) :]
        breaks, is_begun = 0, is_begun or bool(stripped)


def _pieces(root: LexborNode | None) -> Iterator[str | int]:
    """Texts with their spaces folded, and how many line ends lie between blocks; without recursion."""
    node, is_leaving, preformatted = root, False, 0
    while node is not None:
        tag = node.tag or ""
        if not is_leaving:
            if tag == "-text":
                text = node.text_content or ""
                yield text if preformatted else _SPACES.sub(" ", text)
            elif tag not in _UNSEEN:
                yield from _breaks(tag)
                preformatted += tag == "pre"
                if (child := node.child) is not None:
                    node = child
                    continue
                preformatted -= tag == "pre"
                yield from _breaks(tag)
        else:
            preformatted -= tag == "pre"
            yield from _breaks(tag)
        following = node.next
        node, is_leaving = (following, False) if following is not None else (node.parent, True)


def _breaks(tag: str) -> Iterable[int | str]:
    if tag in _PARAGRAPHS:
        return (2,)
    if tag in {"td", "th"}:
        return (" ",)
    return (1,) if tag in _LINES else ()
