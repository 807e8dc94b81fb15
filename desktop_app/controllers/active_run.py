"""A run that goes on, and what has come of its reply."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desktop_app.controllers.calls import ReplyCalls
from desktop_app.controllers.facts import StageReached
from desktop_app.controllers.replies import GrowingReply
from desktop_app.domain.citing import citations_in
from desktop_app.domain.events import RunEnded, ToolCalled
from desktop_app.domain.threads import Citation, Message, Run, Status, Usage
from desktop_app.domain.tools import Function


@dataclass(slots=True)
class ActiveRun:
    """A run that goes on.

    ``writes_on``: the service writes on without us.  ``is_leaving``: the program ends.  ``hurry`` ends a wait before
    the next attempt.  ``stage`` is what goes on while no words come.

    ``rounds`` counts those that ended with calls.  ``told`` are the calls of the round that is read, ``told_at`` the
    place behind them where the service can go on, ``functions`` what was offered.  ``is_partial``: what the service
    writes is only a part of the reply.  ``is_held``: the service keeps the run waiting for results.  ``estimate`` is
    that of the first prompt, ``addition`` what files added to its instruction (None: they were not searched).
    """

    run: Run
    reply: Message
    growing: GrowingReply
    calls: ReplyCalls
    is_resumed: bool = False
    writes_on: bool = False
    is_leaving: bool = False
    is_partial: bool = False
    is_held: bool = False
    rounds: int = 0
    told: list[ToolCalled] = field(default_factory=list)
    told_at: int | None = None
    functions: tuple[Function, ...] = ()
    addition: str | None = None
    estimate: int = 0
    citations: tuple[Citation, ...] = ()
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    stage: StageReached | None = None
    task: asyncio.Task[None] | None = None
    _earlier_usage: Usage | None = None
    _earlier_citations: tuple[Citation, ...] = ()

    def __post_init__(self) -> None:
        self.is_partial = self.is_continued
        if self.is_continued:
            self._earlier_citations = self.reply.citations

    @property
    def is_continued(self) -> bool:
        """Whether the reply had something before this run."""
        return bool(self.reply.text or self.reply.steps) and not self.is_resumed

    @property
    def can_resume(self) -> bool:
        """Whether a later start can read the rest; of a part of the reply it would not know where it belongs."""
        return self.writes_on and not self.is_partial

    @property
    def has_gone_on(self) -> bool:
        """Whether the service has told something since the run was stored that is read on."""
        return self.told_at is not None or self.growing.cursor != self.run.cursor

    def checkpoint(self, cursor: int) -> None:
        """All up to ``cursor`` has been read.

        Calls are passed only when they are stored: else the next program would not hear of them.
        """
        if self.told:
            self.told_at = cursor
        else:
            self.growing.checkpoint(cursor)

    def pass_calls(self) -> None:
        """The calls that were told are about to be stored."""
        if self.told_at is not None:
            self.growing.checkpoint(self.told_at)
            self.told_at = None

    def message(self) -> Message:
        """The reply as it is now."""
        return replace(self.reply, text=self.growing.text, steps=self.calls.steps)

    def cancelled(self) -> RunEnded | None:
        """The ending when the task is cancelled; None for a run that is left to the next start."""
        if self.is_leaving and self.can_resume:
            return None
        return RunEnded(Status.INTERRUPTED if self.is_leaving else Status.STOPPED)

    def pause(self, *, is_held: bool) -> None:
        """A round has ended with calls; the service keeps the run waiting (``is_held``), or has ended it."""
        self.is_held = is_held
        if is_held:
            self.growing.begin_round(may_repeat=True)
        else:
            self.let_go()

    def let_go(self) -> None:
        """What comes next is another run there, which knows of the reply what it is told."""
        self.is_held = self.writes_on = False
        self.is_partial = True
        self.growing.begin_round()
        self.growing.cannot_resume()
        self._earlier_usage = self.run.usage
        self._earlier_citations = self.citations

    def count(self, usage: Usage) -> None:
        """The service has counted; the rounds of other runs there come on top."""
        earlier = self._earlier_usage or Usage(0, 0)
        self.run = replace(self.run, usage=earlier + usage)

    def count_rephrasing(self, usage: Usage) -> None:
        """The service has counted what it took to put the question in other words."""
        self.run = replace(self.run, details=replace(self.run.details, rephrasing=usage))

    def cite(self, citations: Sequence[Citation]) -> None:
        """The service tells the sources of what it has written so far in this round."""
        start = self.growing.start if self.is_partial else 0
        self.citations = (*self._earlier_citations, *(_moved(one, start) for one in citations))

    def all_citations(self) -> tuple[Citation, ...]:
        """The sources that the service told and those that the text names; empty when there are none new."""
        known = self.reply.citations if self.is_continued else ()
        start = len(self.reply.text) if known else 0
        named = citations_in(self.growing.text, self.calls.fragments, start)
        return (*(self.citations or known), *named) if named else self.citations


def _moved(citation: Citation, by: int) -> Citation:
    return replace(
        citation,
        start=None if citation.start is None else citation.start + by,
        end=None if citation.end is None else citation.end + by,
    )
