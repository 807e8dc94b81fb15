"""Repeating requests that change nothing: lists, polls, records to pull."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from desktop_app.domain.errors import ServiceError
from desktop_app.domain.retrying import delay_s, may_repeat

RETRIES = 3

T = TypeVar("T")


async def repeated(call: Callable[[], Awaitable[T]], retries: int = RETRIES) -> T:
    """What ``call`` gives; it is called anew after a failure that may pass.  Raises the last error."""
    for attempt in count():
        try:
            return await call()
        except ServiceError as error:
            if not may_repeat(error, attempt, retries, is_safe=True):
                raise
            await asyncio.sleep(delay_s(attempt, error.retry_after_s, random.random()))  # noqa: S311 - jitter
    raise AssertionError("count never ends")
