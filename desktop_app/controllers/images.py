"""Images of replies, fetched when the reader asks for them, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable

AT_ONCE = 4


class ImagesController:
    """Lives on the worker's loop."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]]) -> None:
        self._fetch = fetch
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str) -> bytes:
        """The bytes of the image at an http or https address.  Raises ServiceError."""
        async with self._turns:
            return await self._fetch(url)
