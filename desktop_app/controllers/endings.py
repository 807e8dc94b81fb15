"""One ending for whatever a service does."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from desktop_app.domain.errors import NitkaError, OnDeviceError, RunError, SilentError, UnreachableError
from desktop_app.domain.events import RunEnded, RunEvent, RunPaused, TextAppended, TextReplaced
from desktop_app.domain.threads import Status

log = logging.getLogger(__name__)

BROKEN = (UnreachableError, SilentError, OnDeviceError)


async def one_ending(
    events: AsyncGenerator[RunEvent, None], *, has_text: bool = False
) -> AsyncGenerator[RunEvent, None]:
    """The events up to exactly one ending or pause, whatever the service does.

    An error becomes FAILED, or INTERRUPTED when the way to the service broke after text had come (``has_text``: before
    these events); an iterator that just stops is INTERRUPTED; what comes after an ending is dropped.
    """
    try:
        async with aclosing(events):
            async for event in events:
                yield event
                if isinstance(event, RunEnded | RunPaused):
                    return
                has_text = has_text or isinstance(event, TextAppended | TextReplaced)
        ending = RunEnded(Status.INTERRUPTED)
    except BROKEN as error:
        ending = RunEnded(Status.INTERRUPTED if has_text else Status.FAILED, RunError.of(error))
    except NitkaError as error:
        ending = RunEnded(Status.FAILED, RunError.of(error))
    except Exception as error:
        log.exception("the adapter failed")
        ending = RunEnded(Status.FAILED, RunError.of(error))
    yield ending
