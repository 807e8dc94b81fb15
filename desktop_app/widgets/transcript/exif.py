"""How a camera was held: the orientation that a JPEG file tells in its Exif part."""

from struct import Struct

UPRIGHT = 1

_START_OF_SCAN, _APP1 = 0xDA, 0xE1
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_ENTRY_BYTES = 12
_MOST_ENTRIES = 200


def orientation(jpeg: bytes) -> int:
    """1 to 8 as Exif defines it; 1, which is upright, when the file does not say."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _START_OF_SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if jpeg[at + 1] == _APP1 and jpeg[at + 4 : at + 10] == _EXIF:
            return _in_tiff(jpeg[at + 10 : end])
        at = end
    return UPRIGHT


def _in_tiff(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return UPRIGHT
    entry = Struct(f"{order}HHIH")
    (first,) = Struct(f"{order}I").unpack_from(tiff, 4)
    (count,) = Struct(f"{order}H").unpack(tiff[first : first + 2].ljust(2, b"\0"))
    for index in range(min(count, _MOST_ENTRIES)):
        start = first + 2 + index * _ENTRY_BYTES
        if start + entry.size > len(tiff):
            break
        tag, _, _, value = entry.unpack_from(tiff, start)
        if tag == _ORIENTATION:
            return value if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT
