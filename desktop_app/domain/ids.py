"""Ids of Nitka's own records: UUIDv7 in hex, so that they sort by time.

A remote id never stands in for one of these; it is kept beside it.
"""

import os
import threading
import time
from typing import NewType

AssistantId = NewType("AssistantId", str)
ThreadId = NewType("ThreadId", str)
MessageId = NewType("MessageId", str)
RunId = NewType("RunId", str)
ConnectionId = NewType("ConnectionId", str)
OperationId = NewType("OperationId", str)

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 32 hex digits; later ids of this process sort after earlier ones."""
    global _last  # noqa: PLW0603 - monotonic within the process, as RFC 9562 section 6.2 advises
    with _lock:
        stamp = time.time_ns() // 1_000_000 << 12
        _last = max(stamp, _last + 1)
        milliseconds, sequence = _last >> 12, _last & 0xFFF
    random = int.from_bytes(os.urandom(8)) >> 2
    return f"{milliseconds << 80 | 7 << 76 | sequence << 64 | 2 << 62 | random:032x}"
