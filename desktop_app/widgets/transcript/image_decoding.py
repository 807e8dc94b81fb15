"""From the address of an image, or its bytes, to pixels; for any thread, and nothing is fetched here.

Only files of this machine are opened: a path of the network would tell a stranger's server who reads (and on Windows
sign in to it).  Drawings (SVG) are not decoded, since they may point to such paths themselves.
"""

import binascii
import stat
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QTransform

from desktop_app.widgets.transcript.exif import UPRIGHT, orientation

MOST_BYTES = 50 << 20
MOST_PIXELS = 64_000_000
FORMATS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPG",
    b"GIF8": "GIF",
    b"RIFF": "WEBP",
    b"BM": "BMP",
}
"""What the bytes of a file begin with, and Qt's names."""

FIRST_TURNED = 5
"""From this Exif orientation on, width and height are exchanged."""

MISSING, TOO_LARGE, UNREADABLE = "missing", "too_large", "unreadable"
"""Why there is no image."""

_UPRIGHT_BY = {
    2: QTransform(-1, 0, 0, 1, 0, 0),
    3: QTransform(-1, 0, 0, -1, 0, 0),
    4: QTransform(1, 0, 0, -1, 0, 0),
    5: QTransform(0, 1, 1, 0, 0, 0),
    6: QTransform(0, 1, -1, 0, 0, 0),
    7: QTransform(0, -1, -1, 0, 0, 0),
    8: QTransform(0, -1, 1, 0, 0, 0),
}
_NETWORK_PATHS = ("//", "\\\\")
_SLICE = 1 << 20


class ImageError(Exception):
    """There is no image; ``reason`` is one of the three above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Decoded(NamedTuple):
    """Pixels that fit the box asked for, and the size of the whole image."""

    image: QImage
    size: QSize


def is_remote(source: str) -> bool:
    """Whether it would have to be fetched."""
    return source[:8].lower().startswith(("http://", "https://"))


def is_data(source: str) -> bool:
    """Whether it holds the image itself."""
    return source[:11].lower() == "data:image/"


def is_here(source: str) -> bool:
    """Whether it is a file of this machine, or holds its bytes itself."""
    return is_data(source) or _path(source) is not None


def decode(source: str, content: bytes | None, box: QSize) -> Decoded:
    """The image scaled down to fit ``box`` (pixels), the right way up; ``content`` is what was fetched, if it was.

    Raises ImageError.  Takes as long as it needs; other threads go on meanwhile.
    """
    if content is None:
        content = _data(source) if is_data(source) else _file(source)
    if len(content) > MOST_BYTES:
        raise ImageError(TOO_LARGE)
    kind = _kind(content)
    # Neither QImageReader nor a QBuffer: Qt calls the buffer, which needs the interpreter, while it holds the lock of
    # its image plug-ins; a call to the reader waits for that lock and does not give the interpreter up.  Both threads
    # would stand still.  This call gives it up for the whole time.
    image = QImage.fromData(content, kind)  # type: ignore[arg-type]  # Qt takes no bytes there
    if image.isNull():
        raise ImageError(UNREADABLE)
    if image.width() * image.height() > MOST_PIXELS:
        raise ImageError(TOO_LARGE)
    return _finished(image, orientation(content) if kind == "JPG" else UPRIGHT, box)


def _kind(content: bytes) -> str:
    """The name of the format that the first bytes tell."""
    for start, kind in FORMATS.items():
        if content.startswith(start) and (kind != "WEBP" or content[8:12] == b"WEBP"):
            return kind
    raise ImageError(UNREADABLE)


def _finished(image: QImage, held: int, box: QSize) -> Decoded:
    """Scaled to fit and turned upright."""
    size = image.size()
    is_turned = held >= FIRST_TURNED
    fitting = _fitted(size, box.transposed() if is_turned else box)
    if fitting != size:
        image = image.scaled(
            fitting, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    if held != UPRIGHT:
        image = image.transformed(_UPRIGHT_BY[held])
    return Decoded(image, size.transposed() if is_turned else size)


def _fitted(size: QSize, box: QSize) -> QSize:
    """``size`` made smaller to fit ``box``, never larger."""
    if size.width() <= box.width() and size.height() <= box.height():
        return size
    return size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


# -- data: addresses


def _data(source: str) -> bytes:
    head, comma, body = source.partition(",")
    if not comma:
        raise ImageError(UNREADABLE)
    if len(body) > 2 * MOST_BYTES:
        raise ImageError(TOO_LARGE)
    if not head.lower().endswith(";base64"):
        return unquote_to_bytes(body)
    return _from_base64("".join(body.split()).replace("%2B", "+").replace("%2F", "/").replace("%3D", "="))


def _from_base64(text: str) -> bytes:
    """In slices: the window's thread gets its turn between two of them."""
    text += "=" * (-len(text) % 4)
    try:
        return b"".join(
            binascii.a2b_base64(text[start : start + _SLICE]) for start in range(0, len(text), _SLICE)
        )
    except ValueError as error:
        raise ImageError(UNREADABLE) from error


# -- files


def _path(source: str) -> Path | None:
    """The file of this machine that is meant, None if there is none."""
    text = QUrl(source).toLocalFile() if source[:5].lower() == "file:" else source
    try:
        path = Path(text)
    except ValueError:
        return None
    is_of_network = str(path).startswith(_NETWORK_PATHS) or text.startswith(_NETWORK_PATHS)
    return path if path.is_absolute() and not is_of_network else None


def _file(source: str) -> bytes:
    path = _path(source)
    if path is None:
        raise ImageError(MISSING)
    try:
        # A pipe or a device would never end.
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ImageError(UNREADABLE)
        if about.st_size > MOST_BYTES:
            raise ImageError(TOO_LARGE)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ImageError(MISSING) from error
