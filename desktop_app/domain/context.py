"""What the model will see of a thread, told before it is asked."""

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.ids import MessageId
from desktop_app.domain.threads import Author, Cost


class Counted(StrEnum):
    """Where a number of tokens comes from: the service, an estimate that has learned from its usage, or a bare one."""

    SERVICE = "service"
    LEARNED = "learned"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A message of the path; ``id`` None is what stands in the composer.  ``start`` is the beginning of its text."""

    id: MessageId | None
    author: Author
    start: str
    tokens: int
    is_sent: bool


@dataclass(frozen=True, slots=True)
class ContextPreview:
    """What a question asked now would send.

    ``sent`` of ``total`` messages fit, the draft among both where there is one; ``first_id`` is the first that does
    (None: the draft alone, or nothing).  ``rows`` are the newest of them, at most PROMPT_MESSAGES_LIMIT.  ``tokens``
    are those of the whole prompt, ``instruction_tokens`` and ``tools_tokens`` among them, of which ``budget`` are
    allowed.  ``cost`` is that of the prompt alone, None where no price is known.
    """

    rows: tuple[ContextRow, ...]
    sent: int
    total: int
    first_id: MessageId | None
    tokens: int
    budget: int
    counted: Counted
    instruction_tokens: int = 0
    tools_tokens: int = 0
    cost: Cost | None = None

    @property
    def is_overfull(self) -> bool:
        """Whether what goes with every question takes more than the budget: no older message can be sent then."""
        return self.instruction_tokens + self.tools_tokens > self.budget
