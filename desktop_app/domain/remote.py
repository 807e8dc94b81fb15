"""What stands on a service's side: threads that it holds, and records that can be pulled from it.

Remote ids stand beside Nitka's own, never instead of them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from desktop_app.domain.assistants import AssistantSettings, Expiration, ResponseFormat
from desktop_app.domain.ids import ConnectionId, MessageId
from desktop_app.domain.threads import Author, Citation, Status

T = TypeVar("T")

# What the AI Assistant API gives an assistant for which nothing is said.
USUAL_EXPIRATION = Expiration(7)


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


def seen_from_here(there: AssistantSettings, here: AssistantSettings) -> AssistantSettings:
    """What ``there``, read from a service, says of an assistant that was the same as ``here``.

    What the service has no field for, and what it only writes in another way (a model's whole URI, its own lifetime
    for none, labels in any order), is as it is here: nobody changed that there.
    """
    tail = there.model.partition("://")[2].partition("/")[2]
    is_same_model = here.model != "" and here.model in (tail, tail.removesuffix("/latest"))
    has_usual_expiration = here.expiration is None and there.expiration == USUAL_EXPIRATION
    has_same_format = _form(there.response_format) == _form(here.response_format)
    return replace(
        there,
        name=here.name if there.name == here.name.strip() else there.name,
        model=here.model if is_same_model else there.model,
        completion=replace(there.completion, reasoning=here.completion.reasoning),
        expiration=None if has_usual_expiration else there.expiration,
        labels=here.labels if dict(there.labels) == dict(here.labels) else there.labels,
        response_format=here.response_format if has_same_format else there.response_format,
    )


def _form(wanted: ResponseFormat) -> tuple[str, object]:
    """What a format asks for, however its schema is spaced and called."""
    import json

    try:
        return wanted.kind, json.loads(wanted.schema) if wanted.schema else None
    except (ValueError, RecursionError):
        return wanted.kind, wanted.schema
