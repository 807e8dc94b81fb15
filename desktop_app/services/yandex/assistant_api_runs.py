"""Runs of the AI Assistant API as they go on: listened to, asked for their state, given the results of calls.

A stream that breaks is listened to again; a run that cannot be listened to is asked for its state.  Both may still tell
calls that were answered a moment ago: an event by its number, a state until it has been another one.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress

from desktop_app.domain.errors import (
    BadReplyError,
    NotFoundError,
    RateLimitedError,
    RequestRejectedError,
    ServiceError,
    ServiceFaultError,
    SilentError,
    UnreachableError,
)
from desktop_app.domain.events import RunEvent, StageChanged
from desktop_app.domain.prompt import PromptMessage
from desktop_app.domain.retrying import delay_s, is_far
from desktop_app.services.reading.json_stream import read_out
from desktop_app.services.transport.failures import may_be_from_elsewhere
from desktop_app.services.yandex.assistant_api_client import RUNS, AssistantApiClient, in_path
from desktop_app.services.yandex.assistant_api_events import RunReply, is_waiting
from desktop_app.services.yandex.assistant_api_tools import Json, results_on_wire

log = logging.getLogger(__name__)

# How long what is asked for on the side may take.
ASIDE_S = 5.0
# How long the events of a run that waits for results may take to come once more.
REPLAY_S = 2.0
# For how long a state may still tell calls that were answered; then they are new ones, and the same.
ANSWERED_S = 10.0
# How often a stream that broke is listened to again; each new event starts the count anew.
LISTEN_AGAIN = 3
# Asking for the state of a run: how often (0.5 s and 300 s are the official SDK's), and how long without any answer.
POLL_FIRST_S, POLL_MAX_S, POLL_LIMIT_S, POLL_PATIENCE_S = 0.5, 5.0, 300.0, 120.0

_PASSING = (UnreachableError, SilentError, RateLimitedError, ServiceFaultError)


class RunFollower:
    """Reads runs to their ending or to calls."""

    def __init__(self, api: AssistantApiClient) -> None:
        self._api = api
        # Runs whose calls were told by their state instead of an event, which could come later and tell them again.
        self._calls_by_state: set[str] = set()

    async def follow(
        self, run_id: str, reply: RunReply, *, read_timeout_s: float | None = None
    ) -> AsyncGenerator[RunEvent, None]:
        """All that is said from now on.  Raises ServiceError."""
        try:
            if run_id not in self._calls_by_state:
                async with aclosing(self._listened(run_id, reply, read_timeout_s)) as events:
                    async for event in events:
                        yield event
            is_heard = reply.is_over
            async with aclosing(self._polled(run_id, reply)) as events:
                async for event in events:
                    yield event
            self._calls_by_state.discard(run_id)
            if reply.is_open and not is_heard:
                self._calls_by_state.add(run_id)
            if reply.failure:
                raise reply.failure
            for event in await self._usage(run_id, reply):
                yield event
            for event in reply.ending():
                yield event
        except ServiceError as error:
            error.is_untouched = False  # the run was taken, and goes on
            raise

    async def follow_again(self, run_id: str, reply: RunReply) -> AsyncGenerator[RunEvent, None]:
        """As ``follow``, for a run that may wait for the results of calls whose event was taken before."""
        try:
            is_paused = is_waiting(await self._state(run_id, ASIDE_S))
        except ServiceError as error:
            log.info("the state of run %s is not known: %s", run_id, error.detail)
            is_paused = False
        events = self.follow(run_id, reply, read_timeout_s=REPLAY_S if is_paused else None)
        async with aclosing(events):
            async for event in events:
                yield event

    async def submit(self, run_id: str, results: Sequence[PromptMessage], request_id: str) -> None:
        """Give the results of all calls, in their order.

        What is refused, or broke on the way, counts as given when the run has gone on.  Raises ServiceError.
        """
        body = {"runId": run_id, "toolResultList": results_on_wire(results)}
        try:
            await self._api.fetch("PATCH", f"{RUNS}/submit", body, request_id=request_id)
        except ServiceError as error:
            if error.is_untouched or not await self._has_gone_on(run_id):
                raise
            log.info("run %s had the results already: %s", run_id, error.detail)

    async def _has_gone_on(self, run_id: str) -> bool:
        try:
            return not is_waiting(await self._state(run_id, ASIDE_S))
        except ServiceError as error:
            log.info("the state of run %s is not known: %s", run_id, error.detail)
            return False

    async def _listened(
        self, run_id: str, reply: RunReply, read_timeout_s: float | None
    ) -> AsyncGenerator[RunEvent, None]:
        """The events of the run; a stream that breaks is listened to again, while that may bring something new."""
        failures, wait_s = 0, 0.0
        while failures <= LISTEN_AGAIN:
            if failures:
                yield StageChanged("reconnecting")
                await asyncio.sleep(wait_s)
            start, hint_s = reply.cursor, None
            query = {"runId": run_id, "eventsStartIdx": str(start + 1)}
            stream = self._api.values(f"{RUNS}/listen", query, read_timeout_s=read_timeout_s)
            try:
                async with aclosing(stream) as values:
                    async for value in values:
                        for event in reply.feed(value):
                            yield event
                        if reply.is_over:
                            if not (reply.failure or reply.is_open):  # calls leave the stream open
                                await read_out(values)
                            return
            except _PASSING as error:
                log.info("the stream of run %s broke: %s", run_id, error.detail)
                if isinstance(error, SilentError) and reply.cursor == start:
                    for event in await self._calls_of(run_id, reply) if read_timeout_s else ():
                        yield event
                    return
                if is_far(error):
                    raise
                hint_s = error.retry_after_s
            except (NotFoundError, RequestRejectedError, BadReplyError) as error:
                log.info("run %s cannot be listened to: %s", run_id, error.detail)
                return
            failures = 1 if reply.cursor > start else failures + 1
            wait_s = delay_s(failures - 1, hint_s, random.random())  # noqa: S311 - jitter

    async def _calls_of(self, run_id: str, reply: RunReply) -> list[RunEvent]:
        """The calls of a run that waits, all of whose events were taken before."""
        with suppress(ServiceError):  # asked once more by the polling
            return list(reply.settle(await self._state(run_id, ASIDE_S)))
        return []

    async def _polled(self, run_id: str, reply: RunReply) -> AsyncGenerator[RunEvent, None]:
        """What the state of the run says, asked for until it is an ending."""
        wait_s, start = POLL_FIRST_S, time.monotonic()
        heard_at = start
        while not reply.is_over:
            hint_s = 0.0
            try:
                run = await self._state(run_id)
            except (*_PASSING, NotFoundError, BadReplyError) as error:
                is_meant = isinstance(error, NotFoundError) and not may_be_from_elsewhere(error)
                if is_meant or is_far(error) or time.monotonic() - heard_at > POLL_PATIENCE_S:
                    raise
                hint_s = error.retry_after_s or 0.0
                yield StageChanged("reconnecting")
            else:
                heard_at = time.monotonic()
                for event in reply.settle(run, may_be_answered=heard_at - start < ANSWERED_S):
                    yield event
            if not reply.is_over:
                if time.monotonic() - start > POLL_LIMIT_S:
                    raise SilentError(f"the run is not over after {POLL_LIMIT_S:.0f} s")
                await asyncio.sleep(max(wait_s, hint_s))
                wait_s = min(POLL_MAX_S, wait_s * 1.5)

    async def _usage(self, run_id: str, reply: RunReply) -> list[RunEvent]:
        """What the run cost, which its events do not tell; a whole reply is not spoilt by what fails here."""
        if reply.has_usage:
            return []
        try:
            return list(reply.usage(await self._state(run_id, ASIDE_S)))
        except ServiceError as error:
            log.info("the usage of run %s is not known: %s", run_id, error.detail)
            return []

    async def _state(self, run_id: str, read_timeout_s: float | None = None) -> Json:
        path = f"{RUNS}/{in_path(run_id)}"
        return await self._api.fetch("GET", path, read_timeout_s=read_timeout_s)
