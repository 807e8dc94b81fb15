"""What a service says while it answers a run.

A run is an async iterator of these events.  The text comes as pieces (``TextAppended``) or as growing, not always
prefix-stable snapshots (``TextReplaced``: the AI Assistant API and Yandex text generation send those).  Exactly one
ending comes last; whoever reads the iterator ignores what a careless service sends after it.
"""

from dataclasses import dataclass

from desktop_app.domain.errors import RunError
from desktop_app.domain.threads import Status, Usage


@dataclass(frozen=True, slots=True)
class RunAccepted:
    """The service took the run; ``remote_id`` is its name for it (may be empty)."""

    remote_id: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class StageChanged:
    """What happens before the first word: "starting_model", "loading_model" (``fraction`` 0..1 or None), "waiting"."""

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
class UsageReported:
    """Tokens so far; the last report counts."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The one ending; ``error`` is set when the status is FAILED or INTERRUPTED by a fault."""

    status: Status
    error: RunError | None = None


RunEvent = (
    RunAccepted | StageChanged | TextAppended | TextReplaced | ReasoningAppended | UsageReported | RunEnded
)
