"""Asking once more by itself, where the service has surely done nothing yet."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from desktop_app.domain.errors import ServiceError
from desktop_app.domain.events import AssistantHeld, RunEvent, StageChanged, ThreadHeld
from desktop_app.domain.retrying import may_repeat

# What comes before the service takes a run; whatever else comes is the run itself, which is never asked for twice.
PREPARING = (StageChanged, AssistantHeld, ThreadHeld)


async def persistent(
    ask: Callable[[], AsyncGenerator[RunEvent, None]],
    retries: int,
    wait: Callable[[ServiceError, int], Awaitable[None]],
    *,
    is_safe: bool = False,
) -> AsyncGenerator[RunEvent, None]:
    """The events of the first attempt that the service takes, of at most ``retries`` more than one.

    ``wait`` is awaited after an attempt that may be repeated, with its error and number (0 for the first).
    ``is_safe``: asking once more makes no other run.  Raises what the last attempt raised.
    """
    attempt = 0
    while True:
        is_taken = False
        try:
            async with aclosing(ask()) as events:
                async for event in events:
                    is_taken = is_taken or not isinstance(event, PREPARING)
                    yield event
            return
        except ServiceError as error:
            if is_taken or not may_repeat(error, attempt, retries, is_safe=is_safe):
                raise
            failure = error
        await wait(failure, attempt)
        attempt += 1
