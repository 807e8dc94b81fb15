"""Operations: requests that a service answers later, followed by an id.

An operation belongs to one run, whose reply has the status DEFERRED until the result arrives.  Whatever happens to the
program meanwhile, the result is stored exactly once: the store ends an operation only while it is still open.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import ConnectionId, MessageId, OperationId, RunId, ThreadId
from desktop_app.domain.threads import Citation, Status, Usage


class OperationStatus(StrEnum):
    """How far an operation is; SENDING and WAITING are open, the others are endings.

    SENDING found at a start means that the program died between asking and hearing the id: whether the service took the
    request is not known, and it is told so.
    """

    SENDING = "sending"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_open(self) -> bool:
        """Whether a result may still come."""
        return self in (OperationStatus.SENDING, OperationStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Operation:
    """A deferred request; times are aware UTC.  ``error`` of an open one is why the last check failed."""

    id: OperationId
    run_id: RunId
    thread_id: ThreadId
    message_id: MessageId
    connection_id: ConnectionId
    status: OperationStatus
    sent_at: datetime
    remote_id: str = ""
    checks: int = 0
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    finished_at: datetime | None = None
    error: RunError | None = None
    thread_name: str = ""


@dataclass(frozen=True, slots=True)
class RemoteOperation:
    """What the service says of an operation; a done one has a ``result`` or an ``error``."""

    remote_id: str
    is_done: bool = False
    result: "DeferredReply | None" = None
    error: RunError | None = None


@dataclass(frozen=True, slots=True)
class DeferredReply:
    """The whole reply of a deferred request; ``status`` is COMPLETED, TRUNCATED or FILTERED."""

    text: str
    status: Status
    usage: Usage | None = None
    citations: tuple[Citation, ...] = ()


# Seconds to the next check by the number of checks made; the last holds for the first hour, then every five minutes.
DELAYS_S = (1, 2, 4, 5, 5, 10, 15, 30, 60)
OLD_AFTER, OLD_DELAY_S = timedelta(hours=1), 300


def next_check(checks: int, age: timedelta) -> timedelta:
    """How long to wait after ``checks`` checks of an operation sent ``age`` ago."""
    seconds = OLD_DELAY_S if age > OLD_AFTER else DELAYS_S[min(checks, len(DELAYS_S) - 1)]
    return timedelta(seconds=seconds)
