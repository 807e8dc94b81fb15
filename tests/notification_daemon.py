"""The notification centre of a desktop, on the session bus: it shows nothing, prints what it is told, and clicks.

As a process::

    python -m tests.notification_daemon

The first line it prints is "ready"; then comes one JSON line a notification.  A line "click ID" on its input is a click
on that notification.
"""

import asyncio
import json
import sys
from itertools import count
from typing import Annotated

from dbus_fast import RequestNameReply
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"

Texts = Annotated[list[str], DBusSignature("as")]
Server = Annotated[tuple[str, str, str, str], DBusSignature("ssss")]
Closing = Annotated[tuple[int, int], DBusSignature("uu")]
Click = Annotated[tuple[int, str], DBusSignature("us")]


class FakeNotificationDaemon(ServiceInterface):
    """What ``org.freedesktop.Notifications`` asks of a desktop; its bodies are markup."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self._ids = count(1)

    @dbus_method()
    def GetCapabilities(self) -> Texts:
        """What it can show."""
        return ["body", "body-markup", "actions"]

    @dbus_method()
    def GetServerInformation(self) -> Server:
        """Who it is."""
        return ("Fake", "Nitka", "1", "1.2")

    @dbus_method()
    def Notify(
        self, app: DBusStr, replaces: DBusUInt32, icon: DBusStr, title: DBusStr, body: DBusStr, actions: Texts,
        hints: DBusDict, timeout_ms: DBusInt32,
    ) -> DBusUInt32:  # fmt: skip
        """Show a notification; returns its id."""
        number = next(self._ids)
        told = {"id": number, "app": app, "icon": icon, "title": title, "body": body, "actions": actions}
        print(json.dumps(told), flush=True)
        return number

    @dbus_signal()
    def NotificationClosed(self, number: int, reason: int) -> Closing:
        """It is gone."""
        return (number, reason)

    @dbus_signal()
    def ActionInvoked(self, number: int, action: str) -> Click:
        """It was clicked."""
        return (number, action)


async def _main() -> None:
    daemon = FakeNotificationDaemon()
    bus = await MessageBus().connect()
    bus.export(PATH, daemon)
    assert await bus.request_name(NAME) is RequestNameReply.PRIMARY_OWNER
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        daemon.ActionInvoked(int(line.split()[1]), "default")
    bus.disconnect()


if __name__ == "__main__":
    asyncio.run(_main())
