"""Text, Markdown and code: parts of some lines each, as the file has them."""

import io
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from desktop_app.documents.encodings import encoding_of
from desktop_app.documents.opening import Parts
from desktop_app.domain.files import SourcePart

PART_CHARS = 24_000  # about eight pages
_READ = 1 << 16  # characters; each part moves what is left of them


def parts(path: Path, first_part: int) -> Parts:
    """The parts from ``first_part`` on.  Raises UnreadableError, OSError."""
    size = path.stat().st_size
    # Errors are replaced: one bad byte in a long text is no reason not to find the rest.
    encoding = encoding_of(path)
    with path.open("rb") as file, io.TextIOWrapper(file, encoding, "replace") as text:
        blocks = iter(lambda: text.read(_READ), "")
        for part in islice(in_parts(blocks), first_part, None):
            yield part, min(1.0, file.tell() / size)


def in_parts(blocks: Iterable[str]) -> Iterable[SourcePart]:
    """Parts of about PART_CHARS, cut after a paragraph or else a line where there is one; lines are counted from 1."""
    line, text = 1, ""
    for block in blocks:
        text += block
        while len(text) > PART_CHARS:
            end = _border(text)
            yield SourcePart(0, line, text[:end])
            line += text.count("\n", 0, end)
            text = text[end:]
    if text:
        yield SourcePart(0, line, text)


def parts_of(text: str) -> Iterable[SourcePart]:
    """As ``in_parts``, of a text that is there already."""
    return in_parts(text[start : start + _READ] for start in range(0, len(text), _READ))


def _border(text: str) -> int:
    for mark in ("\n\n", "\n", " "):
        end = text.rfind(mark, PART_CHARS // 2, PART_CHARS)
        if end >= 0:
            return end + len(mark)
    return PART_CHARS
