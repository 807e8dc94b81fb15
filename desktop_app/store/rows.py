"""Between rows and domain values: times as integer microseconds UTC, values as JSON, text as SQLite can hold it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_LARGEST = (1 << 63) - 1


def utc_now() -> datetime:
    """The time of this moment."""
    return datetime.now(UTC)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970; raises TypeError for a time without a zone."""
    return (moment - EPOCH) // MICROSECOND


def to_microseconds_or_none(moment: datetime | None) -> int | None:
    """As ``to_microseconds``; None stays None."""
    return None if moment is None else to_microseconds(moment)


def to_time(microseconds: int) -> datetime:
    """The aware UTC time."""
    return EPOCH + timedelta(microseconds=microseconds)


def to_time_or_none(microseconds: int | None) -> datetime | None:
    """As ``to_time``; None stays None."""
    return None if microseconds is None else to_time(microseconds)


def to_json(value: Any) -> str:
    """A domain value as JSON text."""
    import msgspec

    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_storable_parts(msgspec.to_builtins(value))).decode()


def from_json(text: str, kind: type[T]) -> T:
    """The domain value of ``kind``; fields that it does not know are left out."""
    import msgspec

    return msgspec.json.decode(text, type=kind)


def from_json_or_none(text: str | None, kind: type[T]) -> T | None:
    """As ``from_json``; None stays None."""
    return None if text is None else from_json(text, kind)


def storable(text: str) -> str:
    """``text`` without lone surrogates, which UTF-8 cannot carry: pairs are joined, single ones become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def storable_count(number: int | None) -> int | None:
    """``number`` as near as an INTEGER comes to it: a service that counts wrongly must not spoil what it counts."""
    return None if number is None else max(-_LARGEST, min(number, _LARGEST))


def marks(values: Iterable[object]) -> str:
    """As many question marks as there are values, for ``IN (...)``."""
    return ", ".join("?" for _ in values)


def _storable_parts(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case list() | tuple():
            return [_storable_parts(part) for part in value]
        case dict():
            return {_storable_parts(name): _storable_parts(part) for name, part in value.items()}
    return value
