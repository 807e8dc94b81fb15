"""Listening to a service: what it says becomes edits of the reply, stages and facts."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import random

from desktop_app.controllers.active_run import ActiveRun
from desktop_app.controllers.facts import Fact, ReplyEdited, StageReached
from desktop_app.domain.errors import ServiceError
from desktop_app.domain.events import (
    Checkpoint,
    CitationsFound,
    ReasoningAppended,
    RunAccepted,
    RunEnded,
    RunEvent,
    RunPaused,
    StageChanged,
    TextAppended,
    TextReplaced,
    ToolCalled,
    UsageReported,
)
from desktop_app.domain.retrying import delay_s
from desktop_app.domain.threads import Status

log = logging.getLogger(__name__)


class Listening:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block."""

    def __init__(self, report: Callable[[Fact], None]) -> None:
        self._report = report

    async def listen(self, active: ActiveRun, events: AsyncGenerator[RunEvent, None]) -> RunEnded | RunPaused:
        """Take all that is said, up to the ending or to calls."""
        ending: RunEnded | RunPaused = RunEnded(Status.INTERRUPTED)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunEnded | RunPaused):
                    ending = event
                else:
                    self._take(active, event)
        return ending

    async def wait(self, active: ActiveRun, error: ServiceError, attempt: int) -> None:
        """Wait before the next attempt, for as long as nobody is in a hurry."""
        seconds = delay_s(attempt, error.retry_after_s, random())  # noqa: S311 - jitter
        log.warning(
            "run %s: attempt %d: %s; again in %.1f s", active.run.id, attempt + 1, error.code, seconds
        )
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        self.stage(active, "retrying", until=until, error=error.code)
        active.hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await active.hurry.wait()
        self.stage(active, "waiting")

    def stage(
        self,
        active: ActiveRun,
        stage: str,
        fraction: float | None = None,
        *,
        until: datetime | None = None,
        error: str = "",
    ) -> None:
        """Tell what goes on while no words come."""
        active.stage = StageReached(active.run.thread_id, active.reply.id, stage, fraction, until, error)
        self._report(active.stage)

    def _take(self, active: ActiveRun, event: RunEvent) -> None:
        match event:
            case TextAppended() | TextReplaced():
                self._edit(active, event)
            case StageChanged(stage, fraction):
                self.stage(active, stage, fraction)
            case RunAccepted():
                self._accept(active, event)
            case Checkpoint(cursor):
                active.checkpoint(cursor)
            case UsageReported(usage):
                active.count(usage)
            case CitationsFound(citations):
                active.cite(citations)
            case ToolCalled():
                active.told.append(event)
            case ReasoningAppended() if not active.growing.has_grown:
                self.stage(active, "thinking")

    def _accept(self, active: ActiveRun, event: RunAccepted) -> None:
        run = active.run
        details = replace(run.details, request_id=event.request_id or run.details.request_id)
        active.run = replace(run, remote_id=event.remote_id or run.remote_id, details=details)
        active.writes_on = active.writes_on or (event.can_resume and bool(event.remote_id))
        if active.can_resume:
            active.growing.can_resume(active.run.remote_id)

    def _edit(self, active: ActiveRun, event: RunEvent) -> None:
        edit = active.growing.feed(event)
        if edit is None:
            return
        if active.run.first_text_at is None:
            active.run = replace(active.run, first_text_at=datetime.now(UTC))
        active.stage = None
        self._report(ReplyEdited(active.run.thread_id, active.reply.id, edit))
