"""The process that reads documents, for the one that started it and for as long.

Run as ``python -m desktop_app.documents.child``: requests on stdin, replies on stdout, as in ``wire``; it ends when
stdin closes.  It writes no files, has limited memory (where the system can: not on Windows, and macOS does not enforce
it) and gives way to everything else on the processor.
"""

import io
import os
import queue
import re
import signal
import sys
import threading
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import msgspec

from desktop_app.documents.opening import fault_of, looked_at
from desktop_app.documents.unreadable import UnreadableError
from desktop_app.documents.wire import (
    LENGTH,
    Cut,
    Done,
    Opened,
    Part,
    Piece,
    Read,
    Refused,
    Reply,
    Request,
    framed,
)
from desktop_app.documents.words import WordForms
from desktop_app.domain.chunks import cut_text
from desktop_app.domain.files import Chunking, FileFault, SourcePart
from desktop_app.hardening import harden

MEMORY_BYTES = 2 << 30
TEXT_CHARS = 256 << 20  # of one file
NICENESS = 10

_UNWANTED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u00ad\u200b\ufeff\ufffe\uffff\ud800-\udfff]")


def main() -> None:
    """Answer requests until stdin closes."""
    harden()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the parent
    limit_resources()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), name="stdin", daemon=True).start()
    words = WordForms()
    while True:
        for reply in _answers(requests.get(), words):
            replies.write(framed(reply))
            replies.flush()


def limit_resources() -> None:
    """Take less memory and time than the system would give."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _listen(requests: "queue.SimpleQueue[Request]") -> NoReturn:
    """Take requests, and end this process, in whatever it is, when the parent is gone."""
    pipe = io.BufferedReader(io.FileIO(0, closefd=False))
    decoder = msgspec.msgpack.Decoder(Request)
    while length := pipe.read(LENGTH.size):
        requests.put(decoder.decode(pipe.read(*LENGTH.unpack(length))))
    os._exit(0)


def _answers(request: Request, words: WordForms) -> Iterator[Reply]:
    chunking = Chunking(request.tokens, request.overlap)
    if isinstance(request, Cut):
        for text in request.texts:
            yield Part(0, 0, "", *_cut(text, chunking, words), 1.0)
        yield Done()
        return
    try:
        yield from _read(request, chunking, words)
    except UnreadableError as error:
        yield Refused(error.fault, error.detail)
    except OSError as error:
        yield Refused(fault_of(error), str(error))
    except MemoryError:
        yield Refused(FileFault.BOMB, f"reading it takes more than {MEMORY_BYTES >> 20} MB")
    except Exception as error:  # noqa: BLE001 - a library that fails over a file says that the file is broken
        yield Refused(FileFault.BROKEN, f"{type(error).__name__}: {error}")
    else:
        yield Done()


def _read(request: Read, chunking: Chunking, words: WordForms) -> Iterator[Reply]:
    path = Path(request.path)
    document = looked_at(path)
    yield Opened(document.size, document.modified_ns)
    total = 0
    for part, fraction in document.parts(path, request.first):
        text = _clean(part.text)
        total += len(text)
        if total > TEXT_CHARS:
            raise UnreadableError(
                FileFault.BOMB, f"its text is longer than {TEXT_CHARS >> 20} million characters"
            )
        yield _part(SourcePart(part.page, part.line, text), fraction, chunking, words)


def _part(part: SourcePart, fraction: float, chunking: Chunking, words: WordForms) -> Part:
    return Part(part.page, part.line, part.text, *_cut(part.text, chunking, words), fraction)


def _clean(text: str) -> str:
    """Composed letters, as queries have them, and no characters that are not seen."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


def _cut(text: str, chunking: Chunking, words: WordForms) -> tuple[str, list[Piece]]:
    """The stems of ``text``, and the chunks of it that have any."""
    starts, stems = words.located(text)
    pieces = []
    for chunk in cut_text(text, chunking):
        first, last = bisect_left(starts, chunk.start), bisect_left(starts, chunk.stop)
        if first < last:
            pieces.append(Piece(chunk.start, chunk.stop, chunk.line, first, last))
    return " ".join(stems), pieces


if __name__ == "__main__":
    main()
