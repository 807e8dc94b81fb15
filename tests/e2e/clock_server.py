"""A server whose replies are the time: one piece every 20 ms, the milliseconds of the machine's monotonic clock.

So a test can tell exactly how much of a reply was lost.  Run: python -m tests.e2e.clock_server; see ``tests.servers``.
"""

import asyncio
import json
import time

from tests.servers import ChatServer, Exchange, delta

PIECE_S = 0.02


async def tell_the_time(exchange: Exchange) -> None:
    """A reply that does not end by itself."""
    await exchange.head()
    while True:
        await exchange.event(delta(f"{time.monotonic_ns() // 1_000_000} "))
        await asyncio.sleep(PIECE_S)


def _print_request(exchange: Exchange) -> None:
    print(json.dumps({"method": exchange.method, "body": exchange.body}), flush=True)


async def _main() -> None:
    server = ChatServer(tell_the_time, key=None, is_forgiving=True, on_request=_print_request)
    async with server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
