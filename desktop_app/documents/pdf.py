"""PDF: a part for each page, an empty one too; a page that is very long is in several."""

import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from desktop_app.documents.opening import Parts
from desktop_app.documents.plain import parts_of
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.domain.files import FileFault, SourcePart

# PDFium writes U+0002 or U+FFFE for the hyphen that parts a word at the end of a line.
_PARTED = re.compile("[\x02\ufffe](?:\r?\n)?")


def parts(path: Path, first_page: int) -> Parts:
    """The pages from ``first_page`` on, which counts from 0.  Raises UnreadableError."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY)
        raise UnreadableError(FileFault.ENCRYPTED if is_locked else FileFault.BROKEN, str(error)) from error
    with document:
        count = len(document)
        for index in range(first_page, count):
            for part in [*parts_of(_text(document, index))] or [SourcePart(0, 1, "")]:
                yield replace(part, page=index + 1), (index + 1) / count


def _text(document: pypdfium2.PdfDocument, index: int) -> str:
    try:
        page = document[index]
        text: str = page.get_textpage().get_text_range()
        page.close()  # and its text page
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(FileFault.BROKEN, f"page {index + 1}: {error}") from error
    return _PARTED.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
