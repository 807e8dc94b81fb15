"""What stands on a service's side: threads that it holds, and records that can be pulled from it.

Remote ids stand beside Nitka's own, never instead of them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from desktop_app.domain.assistants import AssistantSettings, Expiration
from desktop_app.domain.ids import ConnectionId, MessageId
from desktop_app.domain.threads import Author, Citation, Status

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RemoteThread:
    """How much of a thread a service holds: an accelerator, never the record.

    ``remote_id`` is the thread's id there, or that of the last reply of a chain.  It holds the messages of the shown
    path from ``first`` to ``last``, ``count`` of them that say something: an edit shows by ``last`` not being on the
    path any more, a deletion by the count, and whatever else by ``digest``, ``domain.holding.digest`` of what the
    service was sent and said.  Without a digest nothing is claimed to be held.
    """

    remote_id: str
    first: MessageId
    last: MessageId
    count: int
    model: str
    noted_at: datetime
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PulledVersion:
    """A version of an assistant as the service lists it; ``settings.connection_id`` is not set."""

    remote_id: str
    settings: AssistantSettings
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PulledAssistant:
    """An assistant at the service: its present settings; times are aware UTC.  ``versions`` come oldest first."""

    remote_id: str
    settings: AssistantSettings
    created_at: datetime
    updated_at: datetime
    versions: tuple[PulledVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class PulledThread:
    """A thread at the service, without its messages; times are aware UTC."""

    remote_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    expiration: Expiration | None = None


@dataclass(frozen=True, slots=True)
class PulledMessage:
    """A message at the service; ``author_id`` is the assistant's remote id in its replies."""

    remote_id: str
    author: Author
    author_id: str
    text: str
    status: Status
    created_at: datetime
    labels: tuple[tuple[str, str], ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list; an empty ``next_token`` means that there is no more."""

    items: tuple[T, ...]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class PullCounts:
    """What a pull has brought so far.

    ``assistants`` and ``threads`` were read, ``versions`` and ``messages`` had not been pulled before; ``new_messages``
    of the latter were not here: the others Nitka had written there itself.  ``kept`` assistants were changed there and
    here, and are left as they are here.
    """

    assistants: int = 0
    versions: int = 0
    threads: int = 0
    messages: int = 0
    new_messages: int = 0
    kept: int = 0

    def plus(self, **more: int) -> "PullCounts":
        """These counts and ``more``, by the names of the fields."""
        return replace(self, **{name: getattr(self, name) + number for name, number in more.items()})


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull is.

    ``stage`` is "assistants", "threads", "done", "stopped" or "failed", ``now`` what is being read.
    """

    connection_id: ConnectionId
    stage: str
    counts: PullCounts = field(default_factory=PullCounts)
    now: str = ""
