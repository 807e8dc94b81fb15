"""The trash: what was deleted, or has expired, and can still be restored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

KEPT = timedelta(days=30)


class TrashKind(StrEnum):
    """What can be in the trash."""

    THREAD = "thread"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class TrashItem:
    """Something in the trash; ``trashed_at`` is aware UTC.

    ``expired``: its lifetime was over when it came here.  ``messages`` counts the shown ones of a thread, and
    ``preview`` is the start of the last of them; for an assistant it is its description.
    """

    kind: TrashKind
    id: str
    name: str
    trashed_at: datetime
    expired: bool = False
    messages: int = 0
    preview: str = ""

    @property
    def kept_until(self) -> datetime:
        """From when on a start of the program deletes it for good."""
        return self.trashed_at + KEPT
