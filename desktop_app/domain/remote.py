"""What stands on a service's side: threads that it holds, and records that can be pulled from it.

Remote ids stand beside Nitka's own, never instead of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from desktop_app.domain.assistants import AssistantSettings, CompletionOptions, Expiration, ResponseFormat
from desktop_app.domain.ids import ConnectionId, MessageId
from desktop_app.domain.threads import Author, Citation, Status
from desktop_app.domain.tools import CallStrategy, Function, SearchTool

T = TypeVar("T")

# What the AI Assistant API gives everything for which nothing is said, and what is read as nothing.
USUAL_EXPIRATION = Expiration(7)
# The largest that it takes, and what is sent for more.
MAX_TEMPERATURE = 1.0
# Tools of a service are no deeper; what lies deeper is compared as it is.
DEPTH = 100


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
    other_tools: tuple[str, ...] = ()


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

    What the service has no field for (the program behind a function, a search in files of this machine), and what it
    only writes in another way (a model's whole URI, its own lifetime for none, labels in any order), is as it is here:
    nobody changed that there.
    """
    has_same_expiration = (there.expiration or USUAL_EXPIRATION) == (here.expiration or USUAL_EXPIRATION)
    has_same_format = _form(there.response_format) == _form(here.response_format)
    has_same_tools = list(map(_tool, there.other_tools)) == list(map(_tool, here.other_tools))
    return replace(
        there,
        name=here.name if there.name == here.name.strip() else there.name,
        model=_seen_model(there.model, here.model),
        completion=_seen_completion(there.completion, here.completion),
        expiration=here.expiration if has_same_expiration else there.expiration,
        labels=here.labels if dict(there.labels) == dict(here.labels) else there.labels,
        response_format=here.response_format if has_same_format else there.response_format,
        functions=tuple(_seen_function(function, here.functions) for function in there.functions),
        search=_seen_search(there.search, here.search),
        other_tools=here.other_tools if has_same_tools else there.other_tools,
    )


def _seen_model(there: str, here: str) -> str:
    tail = there.partition("://")[2].partition("/")[2]
    return here if here != "" and here in (tail, tail.removesuffix("/latest")) else there


def _seen_completion(there: CompletionOptions, here: CompletionOptions) -> CompletionOptions:
    is_same = there.temperature == min(here.temperature, MAX_TEMPERATURE)
    temperature = here.temperature if is_same else there.temperature
    return replace(there, temperature=temperature, reasoning=here.reasoning)


def _seen_function(there: Function, here: Iterable[Function]) -> Function:
    """A function of the same name and parameters keeps what only this side knows of it."""
    for function in here:
        if function.name == there.name and _value(function.parameters) == _value(there.parameters):
            return replace(function, description=there.description)
    return there


def _seen_search(there: SearchTool | None, here: SearchTool | None) -> SearchTool | None:
    """The service knows a search only by its index, of which it supports one."""
    if there is None:
        return here if here and not here.index_ids else None
    if here is None or there.index_ids != here.index_ids[:1]:
        return there
    seen = replace(there, rephraser=_seen_model(there.rephraser, here.rephraser), index_ids=here.index_ids)
    if seen.strategy is CallStrategy.ALWAYS:  # what tells the model when to call it is not sent then
        seen = replace(seen, name=here.name, instruction=here.instruction)
    return seen


def _form(wanted: ResponseFormat) -> tuple[str, object]:
    """What a format asks for, however its schema is spaced and called."""
    return wanted.kind, _value(wanted.schema) if wanted.schema else None


def _tool(text: str) -> object:
    """What a tool says, without what says nothing: services print every field."""
    return _said(_value(text), DEPTH)


def _said(value: object, depth: int) -> object:
    if isinstance(value, dict) and depth:
        said = {name: _said(inner, depth - 1) for name, inner in value.items()}
        return {name: inner for name, inner in said.items() if inner}
    return [_said(inner, depth - 1) for inner in value] if isinstance(value, list) and depth else value


def _value(text: str) -> object:
    """What a JSON text says, however it is spaced; the text itself when it is none."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
