"""What the toolkit and the loop under us must go on doing."""

import asyncio
import sys

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

CALLS = 1000


def test_void_qt_calls_do_not_eat_references_of_none() -> None:
    """PySide6 6.12.0 drops one reference of None a void call; Python 3.11 aborts after some thousands."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - CALLS // 10


async def test_sixty_thousand_awaited_callbacks_leave_the_program_alive(qtbot: QtBot) -> None:
    loop = asyncio.get_running_loop()
    count = 0
    for _ in range(60_000):
        done = loop.create_future()
        loop.call_soon(done.set_result, None)
        await done
        count += 1
    assert count == 60_000
