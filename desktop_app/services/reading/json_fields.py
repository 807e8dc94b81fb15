"""Fields of Yandex APIs as they really come: numbers as texts, ``null`` anywhere, kinds that nobody announced."""

from math import isfinite
from typing import TypeVar

import msgspec

from desktop_app.domain.errors import BadReplyError

T = TypeVar("T")


def read(value: object, kind: type[T]) -> T:
    """``value`` as a struct.  Raises BadReplyError where a list stands for an object and the like."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadReplyError(str(error)) from error


def text_of(value: object) -> str:
    """``value`` if it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def count_of(value: object) -> int | None:
    """An int64, which comes as a text, a number or a number with a fraction of zero."""
    number = number_of(value)
    return int(number) if number is not None else None


def number_of(value: object) -> float | None:
    """A number, also one that comes as a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
