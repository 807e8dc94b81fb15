"""Word documents: looked at as the archives they are, then read by mammoth as HTML; they have no pages."""

import gc
import zipfile
from pathlib import Path
from typing import BinaryIO
from xml.parsers.expat import ExpatError

import mammoth

from desktop_app.documents import html
from desktop_app.documents.opening import Parts
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.domain.files import FileFault

MOST_ENTRIES = 10_000
XML_BYTES = 64 << 20  # unpacked: what is read at all; mammoth makes about ten times that of it
ALL_BYTES = 1 << 30
RATIO, RATIO_FROM_BYTES = 200, 16 << 20
_IS_ENCRYPTED = 1  # bit of an entry's flags
_BODY = "word/document.xml"


def parts(path: Path, first_part: int) -> Parts:
    """The parts from ``first_part`` on.  Raises UnreadableError, OSError."""
    try:
        _look_inside(path)
        with path.open("rb") as file:
            markup = _markup(file)
    except (zipfile.BadZipFile, ExpatError, KeyError, NotImplementedError) as error:
        raise UnreadableError(FileFault.BROKEN, str(error)) from error
    return html.of_markup(markup, first_part)


def _markup(file: BinaryIO) -> str:
    """The text as paragraphs and tables; styles and pictures, which cost most of the time, say nothing to a search."""
    gc.disable()  # it would go through the growing tree again and again, for most of the time
    try:
        converted = mammoth.convert_to_html(
            file,
            include_default_style_map=False,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: {}),
        )
    finally:
        gc.enable()
    return str(converted.value)


def _look_inside(path: Path) -> None:
    """Refuse what is broken, locked or would unpack to far more than a document is."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    xml = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
    if (
        len(entries) > MOST_ENTRIES
        or xml > XML_BYTES
        or unpacked > ALL_BYTES
        or unpacked > max(RATIO_FROM_BYTES, RATIO * packed)
    ):
        raise UnreadableError(
            FileFault.BOMB, f"{len(entries)} entries of {unpacked >> 20} MB in {packed >> 10} kB"
        )
    if any(entry.flag_bits & _IS_ENCRYPTED for entry in entries):
        raise UnreadableError(FileFault.ENCRYPTED)
    if _BODY not in {entry.filename for entry in entries}:
        raise UnreadableError(FileFault.BROKEN, f"there is no {_BODY} in it")
