"""What the desktop itself says, while the user is elsewhere: its notifications, and what a click on one asks for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.worker import Worker

if TYPE_CHECKING:
    from desktop_notifier.backends.base import DesktopNotifierBackend

log = logging.getLogger(__name__)

SEND_S, LEAVE_S = 10.0, 1.0

Work = Coroutine[Any, Any, None]


class Notice(NamedTuple):
    """A notification about a message: its title, and words that are no markup."""

    thread_id: str
    message_id: str
    title: str
    text: str
    icon: Path


class Notifier(QObject):
    """Sends notices on the worker's loop; a desktop that takes none disturbs nobody.

    ``clicked(str, str)``: the thread and the message of a notice.
    """

    clicked = Signal(str, str)

    def __init__(self, worker: Worker, parent: QObject, *, start: Callable[[Work, str], None]) -> None:
        super().__init__(parent)
        self._worker = worker
        self._start = start
        self._is_used = False
        self._centre: DesktopNotifierBackend | None = None  # belongs to the worker's loop
        self._is_failure_told = False

    def show(self, notice: Notice) -> None:
        """Let the desktop say it."""
        self._is_used = True
        self._start(self._hand_over(notice), "notify")

    async def _hand_over(self, notice: Notice) -> None:
        await self._worker.ask(self._show(notice))

    async def close(self) -> None:
        """Hear of no clicks any more."""
        if self._is_used:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._worker.ask(self._leave())

    # -- on the worker's loop

    async def _show(self, notice: Notice) -> None:
        try:
            async with asyncio.timeout(SEND_S):
                await self._send(notice)
        except Exception as error:
            level = logging.DEBUG if self._is_failure_told else logging.WARNING
            self._is_failure_told = True
            log.log(level, "the desktop takes no notifications", exc_info=error)
            await self._leave()

    async def _send(self, notice: Notice) -> None:
        """Raises whatever the desktop's own way of speaking does."""
        from desktop_notifier import Notification

        sent = asyncio.Event()
        centre = await self._connected(notice.icon)
        await centre.send(
            Notification(
                notice.title,
                await _body(centre, notice.text),
                thread=notice.thread_id,
                on_dispatched=sent.set,
                on_clicked=partial(self.clicked.emit, notice.thread_id, notice.message_id),
            )
        )
        if not sent.is_set():  # the library logs why, and goes on
            raise ConnectionError("a notification was not taken")

    async def _connected(self, icon: Path) -> DesktopNotifierBackend:
        if self._centre is None:
            from desktop_notifier import Icon
            from desktop_notifier.main import get_backend_class

            # Without the library's own front: that one cannot be closed, and its connection outlives the loop.
            self._centre = get_backend_class()("Nitka", Icon(path=icon))
            await self._centre.request_authorisation()
            await self._centre.get_capabilities()  # unlike ``send`` it raises what is wrong
        return self._centre

    async def _leave(self) -> None:
        centre, self._centre = self._centre, None
        bus = getattr(centre, "bus", None)
        if bus is not None:
            bus.disconnect()


async def _body(centre: DesktopNotifierBackend, text: str) -> str:
    """``text`` as the notification centre wants it: some on D-Bus read markup, and the library leaves that to us."""
    interface = getattr(centre, "interface", None)
    if interface is not None and "body-markup" in await interface.call_get_capabilities():
        return escape(text, quote=False)
    return text
