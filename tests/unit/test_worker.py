"""The worker takes what comes while it runs; what comes later is given up, whatever the moment."""

import asyncio
import threading
from concurrent.futures import CancelledError, Future, wait

import pytest

from desktop_app.controllers.worker import Worker
from tests.conftest import PATIENCE_S


async def slept() -> int:
    await asyncio.sleep(0)
    return 42


def test_what_comes_after_the_end_is_cancelled_before_it_begins() -> None:
    worker = Worker()
    worker.start()
    assert worker.call(slept()).result(PATIENCE_S) == 42
    assert worker.stop(PATIENCE_S)
    late = worker.call(slept())
    with pytest.raises(CancelledError):
        late.result(0)
    assert worker.stop()


async def test_who_asks_after_the_end_is_cancelled() -> None:
    worker = Worker()
    worker.start()
    assert await worker.ask(slept()) == 42
    assert worker.stop(PATIENCE_S)
    with pytest.raises(asyncio.CancelledError):
        await worker.ask(slept())


def test_no_call_is_left_waiting_whenever_the_end_comes() -> None:
    for _ in range(30):
        worker = Worker()
        worker.start()
        asked: list[Future[int]] = []
        has_begun = threading.Event()

        def go_on_asking(worker: Worker = worker, asked: list[Future[int]] = asked) -> None:
            for _ in range(200):
                asked.append(worker.call(slept()))
                has_begun.set()  # noqa: B023 - that of the same round

        asking = threading.Thread(target=go_on_asking)
        asking.start()
        has_begun.wait(PATIENCE_S)
        assert worker.stop(PATIENCE_S)
        asking.join(PATIENCE_S)
        assert not wait(asked, PATIENCE_S).not_done
