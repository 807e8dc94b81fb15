"""From the address of an image, or its bytes, to pixels; for any thread, and nothing is fetched here.

Only files of this machine are opened: a path of the network would tell a stranger's server who reads (and on Windows
sign in to it).  Drawings (SVG) are not decoded, since they may point to such paths themselves.
"""

import atexit
import binascii
import os
import stat
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

MOST_BYTES = 50 << 20
MOST_PIXELS = 64_000_000
HEAD_BYTES = 64 << 10
FORMATS = {b"png", b"jpeg", b"gif", b"webp", b"bmp"}
BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
"""What the bytes of these formats begin with."""

MISSING, TOO_LARGE, UNREADABLE = "missing", "too_large", "unreadable"
"""Why there is no image."""

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
    if content is None and not is_data(source):
        return _read(_file(source), box)
    if content is None:
        content = _data(source)
    if len(content) > MOST_BYTES:
        raise ImageError(TOO_LARGE)
    return _read_bytes(content, box)


def _read_bytes(content: bytes, box: QSize) -> Decoded:
    """By way of a file of the user's own that is gone afterwards.

    A QBuffer made in Python needs the interpreter when Qt calls it, and Qt does so while it holds the lock of its image
    plug-ins.  Another thread that has the interpreter and waits for that lock would wait for ever.
    """
    handle, name = tempfile.mkstemp(prefix="nitka-")
    path = Path(name)
    remove = partial(path.unlink, missing_ok=True)
    atexit.register(remove)  # the program may end in the middle, and this thread with it
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return _read(path, box)
    except OSError as error:
        raise ImageError(UNREADABLE) from error
    finally:
        remove()
        atexit.unregister(remove)


def _read(path: Path, box: QSize) -> Decoded:
    _check_kind(path)
    reader = QImageReader(str(path))
    try:
        return _decoded(reader, box)
    finally:
        reader.setFileName("")  # closes the file; while it is open Windows cannot delete it


def _decoded(reader: QImageReader, box: QSize) -> Decoded:
    """Only ``read`` takes long, and it lets other threads go on."""
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    raw = reader.size()
    if bytes(reader.format().data()) not in FORMATS or raw.isEmpty():
        raise ImageError(UNREADABLE)
    if raw.width() * raw.height() > MOST_PIXELS:
        raise ImageError(TOO_LARGE)
    is_turned = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
    fitting = _fitted(raw, box.transposed() if is_turned else box)
    if fitting != raw:
        reader.setScaledSize(fitting)
    image = reader.read()
    if image.isNull():
        raise ImageError(UNREADABLE)
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return Decoded(image, raw.transposed() if is_turned else raw)


def _check_kind(path: Path) -> None:
    """Look at the beginning before Qt does, which would not let other threads go on while a slow disk answers."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise ImageError(MISSING) from error
    if not head.startswith(BEGINNINGS):
        raise ImageError(UNREADABLE)


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


def _file(source: str) -> Path:
    path = _path(source)
    if path is None:
        raise ImageError(MISSING)
    try:
        about = path.stat()
    except (OSError, ValueError) as error:
        raise ImageError(MISSING) from error
    if not stat.S_ISREG(about.st_mode):  # a pipe or a device would never end
        raise ImageError(UNREADABLE)
    if about.st_size > MOST_BYTES:
        raise ImageError(TOO_LARGE)
    return path
