"""What parent and child say to each other: MessagePack values, each after its length in four bytes, big-endian."""

import struct

import msgspec

from desktop_app.domain.files import FileFault

LENGTH = struct.Struct(">I")


class Read(msgspec.Struct, tag=True):
    """Read the file at ``path`` from ``first`` on (0: all), cut into chunks of ``tokens``.

    ``first`` is a page, counted from 0, where the file has pages, else a part.
    """

    path: str
    first: int
    tokens: int
    overlap: int


class Cut(msgspec.Struct, tag=True):
    """Cut texts that were read before into chunks of ``tokens``; each comes back as a Part without its text."""

    texts: list[str]
    tokens: int
    overlap: int


class Opened(msgspec.Struct, tag=True):
    """The file is there and can be opened; ``modified_ns`` since 1970."""

    size: int
    modified_ns: int


class Piece(msgspec.Struct, array_like=True):
    """A chunk of a part: characters ``start`` to ``stop`` of its text, and which of its words these are.

    Neither ``stop`` nor ``last_word`` is in it; ``line`` is that in the part, from 1.
    """

    start: int
    stop: int
    line: int
    first_word: int
    last_word: int


class Part(msgspec.Struct, tag=True):
    """A page, or some lines from ``line`` on; ``words`` are its stems, separated by blanks.

    ``fraction`` of the file is read with it.
    """

    page: int
    line: int
    text: str
    words: str
    pieces: list[Piece]
    fraction: float


class Done(msgspec.Struct, tag=True):
    """Nothing more comes."""


class Refused(msgspec.Struct, tag=True):
    """The file cannot be read, or not further."""

    fault: FileFault
    detail: str


Request = Read | Cut
Reply = Opened | Part | Done | Refused


def framed(message: Request | Reply) -> bytes:
    """``message`` as it goes over a pipe."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body
