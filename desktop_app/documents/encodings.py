"""Which encoding a text is in, when nothing says so.

A byte order mark decides; else UTF-16 where every other byte is that of Latin or Cyrillic letters; a zero byte means no
text at all; then UTF-8 if all of it is that, or nearly all around the first byte that is not.  What is left has a byte
a letter: where letters beyond ASCII mostly stand side by side it is Russian, in the encoding whose reading has most of
the ten frequent letters of Russian; where they stand alone among ASCII letters, Western.
"""

import codecs
import re
from pathlib import Path

from desktop_app.documents.unreadable import UnreadableError
from desktop_app.domain.files import FileFault

SAMPLE = 1 << 16

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_BYTES_OF_LETTERS = b"\x00\x04"
_RUSSIAN = ("cp1251", "koi8-r", "cp866")
_FREQUENT = "оеаинтсрвл"
_HIGH_RUNS = re.compile(b"[\x80-\xff]{2,}")
_CONTROL = re.compile(b"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROL_SHARE = 0.02
_LETTERS_A_DAMAGE = 4  # beyond ASCII: of text in another encoding hardly any can be read as UTF-8


def encoding_of(path: Path) -> str:
    """The encoding of the text at ``path``.  Raises UnreadableError (UNSUPPORTED) for what is no text, OSError."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        encoding = _marked(sample) or _utf_16(sample)
        if encoding:
            return encoding
        if len(_CONTROL.findall(sample)) > len(sample) * _CONTROL_SHARE or b"\x00" in sample:
            raise UnreadableError(FileFault.UNSUPPORTED, "it is no text")
        file.seek(0)
        decoder, block = codecs.getincrementaldecoder("utf-8")(), sample
        try:
            while block:
                block = file.read(1 << 20)
                decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return _of_bytes(block[max(0, error.start - SAMPLE // 2) :][:SAMPLE] or sample)
    return "utf-8"


def _marked(sample: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if sample.startswith(mark)), "")


def _utf_16(sample: bytes) -> str:
    even, odd = sample[::2], sample[1::2]
    for encoding, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        of_letters = sum(high.count(byte) for byte in _HIGH_BYTES_OF_LETTERS)
        if of_letters > 0.8 * len(high) and low.count(0) < 0.02 * len(low):
            return encoding
    return ""


def _of_bytes(sample: bytes) -> str:
    text = sample.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if sum(letter > "\x7f" for letter in text) > (_LETTERS_A_DAMAGE + 1) * damaged:
        return "utf-8"
    high = sum(byte >= 0x80 for byte in sample)
    in_runs = sum(len(run) for run in _HIGH_RUNS.findall(sample))
    if in_runs * 2 < high:
        return "cp1252"
    return max(_RUSSIAN, key=lambda encoding: _frequent_letters(sample.decode(encoding, "replace")))


def _frequent_letters(text: str) -> int:
    return sum(text.count(letter) for letter in _FREQUENT)
