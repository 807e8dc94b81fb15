"""Function calls of Yandex APIs: names and arguments without ids, an object instead of JSON text."""

from collections.abc import Iterator
from typing import Any

import msgspec

from desktop_app.domain.errors import UnansweredCallError
from desktop_app.domain.events import ToolCalled
from desktop_app.services.reading.json_fields import text_of

# What a double can count; the printers of protobuf go no deeper.
_EXACT, _MAX_DEPTH = 2**53, 100


class _Function(msgspec.Struct):
    name: Any = None
    arguments: Any = None


class _Call(msgspec.Struct, rename="camel"):
    function_call: _Function | None = None


class ToolCalls(msgspec.Struct, rename="camel"):
    """``ToolCallList``."""

    tool_calls: list[_Call | None] | None = None

    def events(self, reply_id: str = "") -> Iterator[ToolCalled]:
        """The calls, one event each; ``reply_id`` makes their keys differ from those of other replies."""
        for place, function in enumerate(self._functions()):
            arguments = msgspec.json.encode(_counted(function.arguments or {})).decode()
            yield ToolCalled(
                f"{reply_id}:{place}" if reply_id else str(place), text_of(function.name), arguments
            )

    def unanswered(self) -> UnansweredCallError:
        """The error that nothing here answers them."""
        return UnansweredCallError(", ".join(text_of(function.name) for function in self._functions()))

    def _functions(self) -> list[_Function]:
        return [call.function_call for call in self.tool_calls or () if call and call.function_call]


def _counted(value: object, depth: int = _MAX_DEPTH) -> object:
    """Whole numbers as such: numbers of a protobuf ``Struct`` are doubles, and 5 may come as 5.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, dict) and depth:
        return {name: _counted(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list) and depth:
        return [_counted(inner, depth - 1) for inner in value]
    return value
