"""A server that answers with a document at a steady pace and tells when each piece left.

Run: python -m tests.benchmarks.paced_server SIZE PIECES_A_SECOND.  The first line says the address; after each reply a
line of JSON says for every piece how many characters had left by when, in nanoseconds of the machine's monotonic clock.
"""

import asyncio
import json
import sys
import time

from tests.markdown_documents import make
from tests.servers import ChatServer, Exchange, delta

PIECE = 20


async def _main(size: int, rate: float) -> None:
    text = make(size, "mixed", 7)
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]

    async def behave(exchange: Exchange) -> None:
        await exchange.head()
        left, sent = [], 0
        began = time.monotonic()
        for index, piece in enumerate(pieces):
            wait_s = began + index / rate - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            sent += len(piece)
            left.append((sent, time.monotonic_ns()))
            await exchange.event(delta(piece))
        await exchange.event(delta(finish="stop"))
        await exchange.event("[DONE]")
        await exchange.end()
        print(json.dumps(left), flush=True)

    async with ChatServer(behave, key=None, is_forgiving=True) as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
