"""A cache of bounded size that drops what was not used for longest."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """Holds at most ``limit`` by what ``weigh`` says of keys and values; the newest stays in any case."""

    __slots__ = ("_entries", "_limit", "_size", "_weigh")

    def __init__(self, limit: int, weigh: Callable[[K, V], int]) -> None:
        self._limit = limit
        self._weigh = weigh
        self._size = 0
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, which is the last used one now; None when it is not here."""
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key]

    def put(self, key: K, value: V) -> None:
        """Keep a value, in place of an older one of the key."""
        if key in self._entries:
            self._size -= self._weigh(key, self._entries.pop(key))
        self._entries[key] = value
        self._size += self._weigh(key, value)
        while self._size > self._limit and len(self._entries) > 1:
            self._size -= self._weigh(*self._entries.popitem(last=False))
