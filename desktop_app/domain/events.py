"""What a service says while it answers a run.

A run is an async iterator of these events.  The text comes as pieces (``TextAppended``) or as growing, not always
prefix-stable snapshots (``TextReplaced``: the AI Assistant API and Yandex text generation send those).  Exactly one
ending comes last; whoever reads the iterator ignores what a careless service sends after it.
"""

from dataclasses import dataclass

from desktop_app.domain.errors import RunError
from desktop_app.domain.threads import Citation, Status, Usage


@dataclass(frozen=True, slots=True)
class RunAccepted:
    """The service took the run; ``remote_id`` is its name for it (may be empty).

    ``can_resume``: the service writes on without us, and ``Resuming.resume`` reads the rest later.  ``request_id`` is
    what the service calls the request in its own log, empty where it does not say.
    """

    remote_id: str = ""
    model: str = ""
    can_resume: bool = False
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class StageChanged:
    """What happens while no words come; ``fraction`` 0..1 where it is known.

    "starting_model", "loading_model", "queued" (other runs of the connection go first), "waiting", "searching",
    "reconnecting" (the stream broke, the service writes on), "sending" (a deferred request).
    """

    stage: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class TextAppended:
    """The next piece of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class TextReplaced:
    """The whole reply so far."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningAppended:
    """The next piece of what the model thinks aloud; not part of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All events up to number ``cursor`` of a run that can be resumed are in the text."""

    cursor: int


@dataclass(frozen=True, slots=True)
class CitationsFound:
    """All sources so far, in the order of the reply."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model calls a function; ``key`` is ours, since some services repeat ids; ``arguments`` is JSON text."""

    key: str
    name: str
    arguments: str
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class RunPaused:
    """The model waits for the results of all calls told; the iterator ends here instead of in ``RunEnded``.

    The controller asks again with the calls and their results in the history, or, where the service keeps the run
    waiting, gives them by ``Submitting.submit_results``.
    """


@dataclass(frozen=True, slots=True)
class ThreadHeld:
    """From now on the service holds all messages of the request under ``remote_id``, with ``has_reply`` the reply."""

    remote_id: str
    has_reply: bool = False


@dataclass(frozen=True, slots=True)
class AssistantHeld:
    """The service holds the assistant, equal to the version that was asked, under ``remote_id``."""

    remote_id: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Tokens so far; the last report counts."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The one ending; ``error`` is set when the status is FAILED or INTERRUPTED by a fault."""

    status: Status
    error: RunError | None = None


RunEvent = (
    RunAccepted
    | StageChanged
    | TextAppended
    | TextReplaced
    | ReasoningAppended
    | Checkpoint
    | CitationsFound
    | ToolCalled
    | RunPaused
    | ThreadHeld
    | AssistantHeld
    | UsageReported
    | RunEnded
)
