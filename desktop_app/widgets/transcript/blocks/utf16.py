"""From offsets that count code points, as all of ours do, to Qt's, which count UTF-16 units, and back."""


def is_wide(text: str) -> bool:
    """Whether offsets into ``text`` are not those into its UTF-16 units."""
    return units(text) != len(text)


def units(text: str, offset: int | None = None) -> int:
    """How many UTF-16 units the first ``offset`` characters have; None: all of them."""
    part = text[:offset]
    return len(part) if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2


def offset_of(text: str, unit: int) -> int:
    """How many characters lie in the first ``unit`` UTF-16 units; one that is cut is not counted."""
    return len(text.encode("utf-16-le", "surrogatepass")[: unit * 2].decode("utf-16-le", "ignore"))
