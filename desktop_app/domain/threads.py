"""Threads, their messages, and the runs that wrote them.

Messages of a thread form a tree: a regenerated reply is a sibling of the first (same parent).  The path that is shown
runs from the root to one leaf; ``position`` counts along it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desktop_app.domain.assistants import AssistantSettings, Expiration
from desktop_app.domain.errors import RunError
from desktop_app.domain.files import Fragment
from desktop_app.domain.ids import AssistantId, MessageId, RunId, ThreadId
from desktop_app.domain.tools import ToolStep

MOST_TOKENS = 10**15


class Author(StrEnum):
    """Who wrote a message."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Status(StrEnum):
    """How far a message and its run are; everything but WRITING and DEFERRED is an ending.

    DEFERRED: the service has the request and answers later; the operation of the run follows it.
    """

    WRITING = "writing"
    DEFERRED = "deferred"
    COMPLETED = "completed"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation; an empty ``name`` means that nothing was said yet.  Times are aware UTC.

    ``other_tools`` are tools of the AI Assistant API that Nitka only keeps and sends there, each a JSON object as text.
    """

    id: ThreadId
    name: str
    assistant_id: AssistantId | None
    created_at: datetime
    updated_at: datetime
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    expiration: Expiration | None = None
    other_tools: tuple[str, ...] = ()
    pinned_at: datetime | None = None
    archived_at: datetime | None = None
    trashed_at: datetime | None = None
    draft: str = ""
    read_anchor: MessageId | None = None
    read_offset: int = 0

    @property
    def expires_at(self) -> datetime | None:
        """When it expires, or None if it does not."""
        return self.expiration.expires_at(self.created_at, self.updated_at) if self.expiration else None


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """A row of the threads pane; ``preview`` is the start of the last message, on one line.

    ``expires_at`` is None for one that does not expire.
    """

    id: ThreadId
    name: str
    assistant_id: AssistantId | None
    preview: str
    draft: str
    updated_at: datetime
    is_pinned: bool = False
    is_unread: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of a reply: a page (``url``) or a file, with the ``fragment`` that was used where it is told.

    ``start`` and ``end`` are code points of the reply's text that it supports, None where the service does not say.
    ``number`` is how the reply itself names it, as in "[2]" (0: not at all).  ``page`` and ``line`` count from 1 and
    say where in a file of the assistant's library (``file_id``) the fragment begins, 0 where there is none.
    """

    title: str
    url: str = ""
    file_id: str = ""
    fragment: str = ""
    start: int | None = None
    end: int | None = None
    number: int = 0
    page: int = 0
    line: int = 0

    @property
    def name(self) -> str:
        """What to call the source; empty for a file that was deleted at the service."""
        return self.title or self.url or self.file_id


def sources(citations: tuple[Citation, ...]) -> list[Citation]:
    """One citation of each source, in the order of the reply: services repeat a file for every part they used."""
    found: dict[tuple[str, str, str], Citation] = {}
    for one in citations:
        found.setdefault((one.title, one.url, one.file_id), one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Message:
    """A message on the shown path, or a sibling of one.

    ``sibling_ids`` holds all alternatives at this place, oldest first, this message among them.  ``steps`` are the
    calls of a reply, in the order they were made.
    """

    id: MessageId
    thread_id: ThreadId
    author: Author
    text: str
    status: Status
    created_at: datetime
    position: int
    parent_id: MessageId | None = None
    run_id: RunId | None = None
    sibling_ids: tuple[MessageId, ...] = ()
    citations: tuple[Citation, ...] = ()
    steps: tuple[ToolStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them; a number that cannot be one is the nearest that can."""

    prompt_tokens: int
    completion_tokens: int

    def __post_init__(self) -> None:
        for name in ("prompt_tokens", "completion_tokens"):
            object.__setattr__(self, name, max(0, min(getattr(self, name), MOST_TOKENS)))

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens
        )


@dataclass(frozen=True, slots=True)
class Cost:
    """What tokens cost by the prices of the connection; ``currency`` is as the user wrote it."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What is known of a run besides its record.

    ``dropped`` counts the messages of the path that the model was not given; ``prompt_tokens`` is the estimate before
    it was asked.  ``fragments`` counts those of files that were added.  ``request_id`` is the service's.  ``overrides``
    names the fields of the settings that were set for this run alone.  ``found`` are the fragments, numbered from 1,
    that it was asked with: the reply cites them, also when it comes to a later start; then they are let go.
    ``rephrasing`` is what it took to put the question in other words for the search in files, by the model
    ``settings.search.rephraser``.  ``addition`` is what the files added to the instruction, as the model was given it;
    it may be long, and lists of runs leave it out.  ``functions`` are the names of those on offer, the search in files
    among them where it is one.
    """

    dropped: int = 0
    prompt_tokens: int = 0
    fragments: int = 0
    cost: Cost | None = None
    request_id: str = ""
    overrides: tuple[str, ...] = ()
    found: tuple[Fragment, ...] = ()
    rephrasing: Usage | None = None
    addition: str = ""
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a reply; ``seen`` are the messages that the model was given, oldest first.

    ``settings`` are those that were in effect: of the version, with variables filled in and overrides of the run.
    Their instruction and ``details.addition`` are what was sent as the instruction.
    ``usage`` is that of the reply alone, ``used`` that of all that was asked for it.

    ``cursor`` is the last event taken from a service that can go on from there under ``remote_id``, None elsewhere.
    """

    id: RunId
    thread_id: ThreadId
    message_id: MessageId
    assistant_id: AssistantId | None
    assistant_version: int
    settings: AssistantSettings
    status: Status
    started_at: datetime
    seen: tuple[MessageId, ...] = ()
    first_text_at: datetime | None = None
    ended_at: datetime | None = None
    usage: Usage | None = None
    remote_id: str = ""
    cursor: int | None = None
    error: RunError | None = field(default=None)
    details: RunDetails = field(default_factory=RunDetails)

    @property
    def used(self) -> Usage | None:
        """All tokens that the service has counted for this run."""
        parts = [one for one in (self.usage, self.details.rephrasing) if one]
        return sum(parts[1:], parts[0]) if parts else None


def automatic_name(text: str) -> str:
    """A thread's name made from its first message: the first line with words, cut at a word near 60 characters."""
    line = next(
        (line.strip(" \t#>*-`") for line in text.splitlines() if line.strip(" \t#>*-`")), text.strip()
    )
    line = " ".join(line.split())
    if len(line) <= 60:
        return line
    cut = line[:60].rsplit(" ", 1)[0]
    return (cut if len(cut) >= 20 else line[:59]) + "…"
