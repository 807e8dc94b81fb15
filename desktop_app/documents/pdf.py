"""PDF: a part for each page, an empty one too, so that the page counted from 0 is the part."""

import re
from pathlib import Path

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

from desktop_app.documents.opening import Parts
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.domain.files import FileFault, SourcePart

# PDFium writes U+0002 or U+FFFE for the hyphen that parts a word at the end of a line.
_PARTED = re.compile("[\x02\ufffe](?:\r?\n)?")


def parts(path: Path, first_part: int) -> Parts:
    """The pages from ``first_part`` on.  Raises UnreadableError."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY)
        raise UnreadableError(FileFault.ENCRYPTED if is_locked else FileFault.BROKEN, str(error)) from error
    with document:
        count = len(document)
        for index in range(first_part, count):
            yield SourcePart(index + 1, 1, _text(document, index)), (index + 1) / count


def _text(document: pypdfium2.PdfDocument, index: int) -> str:
    try:
        page = document[index]
        text: str = page.get_textpage().get_text_range()
        page.close()  # and its text page
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(FileFault.BROKEN, f"page {index + 1}: {error}") from error
    return _PARTED.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
