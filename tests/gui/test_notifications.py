"""Replies that end while the user is elsewhere: a session bus of one's own, with a fake notification centre on it."""

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.domain.settings import Notifications
from desktop_app.qt import intents
from tests.conftest import PATIENCE_S, until
from tests.desktop_session import DesktopSession
from tests.gui.living_window import living_window
from tests.gui.test_deferred import NEVER, defer, deferring_window, finish
from tests.servers import refuse
from tests.yandex_text_server import YandexTextServer

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("qtbot")


class Desktop:
    """The notification centre's process; ``told`` is what it was given to show."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._input, self._output = process, process.stdin, process.stdout
        self.told: list[dict[str, Any]] = []
        assert self._output.readline() == "ready\n"
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._output:
            self.told.append(json.loads(line))

    def click(self, number: int) -> None:
        """A click on a notification."""
        self._input.write(f"click {number}\n")
        self._input.flush()

    def close(self) -> None:
        """The end of the desktop."""
        self._input.close()
        self._process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        self._output.close()


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DesktopSession]:
    """A session bus on which nobody shows notifications."""
    with DesktopSession(tmp_path / "session", keyring=False) as made:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made.env["DBUS_SESSION_BUS_ADDRESS"])
        yield made


@pytest.fixture
def desktop(session: DesktopSession) -> Iterator[Desktop]:
    """A session bus with a notification centre."""
    words = [sys.executable, "-m", "tests.notification_daemon"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    made = Desktop(session.popen(words, cwd=ROOT, **pipes))
    yield made
    made.close()


@pytest.fixture
def server() -> YandexTextServer:
    return YandexTextServer(operation_checks=NEVER)


@pytest.fixture
def elsewhere(qapp: QApplication) -> Iterator[QWindow]:
    """What has the keyboard when another program has it: none of Nitka's widgets."""
    window = QWindow()
    yield window
    window.close()


async def go_to(window: QWindow) -> None:
    window.show()
    window.requestActivate()
    await until(lambda: QApplication.activeWindow() is None)


async def click(desktop: Desktop, number: int, *, until_: Callable[[], bool]) -> None:
    """Click until it shows: Nitka learns the number of a notification a moment after the desktop has shown it."""
    async with asyncio.timeout(PATIENCE_S):
        while not until_():
            desktop.click(number)
            await asyncio.sleep(0.2)


@pytest.fixture
def every_reply_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intents, "LONG", timedelta(0))


async def test_a_deferred_reply_is_told_with_its_first_words_and_a_click_leads_to_it(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    desktop: Desktop,
    elsewhere: QWindow,
    server: YandexTextServer,
) -> None:
    server.snapshots = ["# Chapter 1\n\nIf *a* < b & c, **see** [there](https://example.org)."]
    async with server, deferring_window(qapp, tmp_path / "profile", server) as s:
        first = s.thread_id
        await defer(s, "Write a novel")
        await s.new_thread()
        await go_to(elsewhere)
        finish(server)
        await until(lambda: desktop.told)
        (told,) = desktop.told
        assert (told["app"], told["title"]) == ("Nitka", "Write a novel")
        assert told["body"] == "Chapter 1 If a &lt; b &amp; c, see there."  # the centre reads markup
        assert told["icon"].endswith("nitka.svg")
        await click(desktop, told["id"], until_=lambda: s.thread_id == first and s.window.isActiveWindow())
        assert s.shown()[0] == "Write a novel"
        assert "has arrived" in s.window.notice.text


async def test_a_long_reply_is_told_and_a_short_one_is_not(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    desktop: Desktop,
    elsewhere: QWindow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        await go_to(elsewhere)
        s.intents.runs.send(s.thread_id, "Short")
        s.prompter.answer("Short", "at once")
        await until(lambda: not s.intents._running and s.server.bodies)
        await s.settled()
        monkeypatch.setattr(intents, "LONG", timedelta(0))
        s.intents.runs.send(s.thread_id, "Long")
        s.prompter.answer("Long", "word " * 100)
        await until(lambda: desktop.told)
        (told,) = desktop.told
        assert told["title"] == "Short"
        assert told["body"].endswith("word…")
        assert len(told["body"]) <= 201
        assert s.window.notice.text == ""


@pytest.mark.usefixtures("every_reply_is_long")
async def test_nothing_is_told_to_who_looks_at_the_window(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, desktop: Desktop, elsewhere: QWindow
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        await until(s.window.isActiveWindow)
        await s.ask("Hello", "hi")
        await s.settled()
        await go_to(elsewhere)
        s.intents.runs.send(s.thread_id, "Again")
        s.prompter.answer("Again", "hi again")
        await until(lambda: desktop.told)
        assert [told["body"] for told in desktop.told] == ["hi again"]


@pytest.mark.usefixtures("every_reply_is_long")
async def test_what_is_told_is_chosen_in_the_view_menu(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, desktop: Desktop, elsewhere: QWindow
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        await go_to(elsewhere)
        s.window._actions[f"notify_{Notifications.OFF}"].trigger()
        for question, choice in (("One", Notifications.WITHOUT_TEXT), ("Two", Notifications.WITH_TEXT)):
            s.intents.runs.send(s.thread_id, question)
            s.prompter.answer(question, "secret words")
            await until(lambda: not s.intents._running and not s.intents._tasks._tasks and s.shown()[-1])
            s.window._actions[f"notify_{choice}"].trigger()
        assert [told["body"] for told in desktop.told] == ["The reply has arrived."]
        assert s.window.settings.notifications is Notifications.WITH_TEXT


@pytest.mark.usefixtures("every_reply_is_long")
async def test_a_reply_that_failed_is_told_and_one_that_was_stopped_is_not(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, desktop: Desktop, elsewhere: QWindow
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        await go_to(elsewhere)
        s.intents.runs.send(s.thread_id, "Stop me")
        s.prompter.say("Stop me", "half")
        await until(lambda: s.shown() == ["Stop me", "half"])
        s.intents.runs.stop(s.thread_id)
        await until(lambda: not s.intents._running)
        s.prompter.refusals.append(refuse(400, {"error": {"message": "no"}}))
        s.intents.runs.send(s.thread_id, "Fail")
        await until(lambda: desktop.told)
        assert [told["body"] for told in desktop.told] == ["There is no reply."]


@pytest.mark.usefixtures("every_reply_is_long")
async def test_a_desktop_without_notifications_is_logged_once_and_disturbs_nobody(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    session: DesktopSession,
    elsewhere: QWindow,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with living_window(qapp, tmp_path / "profile") as s:
        await go_to(elsewhere)
        for number in ("1", "2", "3"):
            s.intents.runs.send(s.thread_id, number)
            s.prompter.answer(number, "reply")
            await until(lambda: s.shown()[-2:] == [number, "reply"])  # noqa: B023
            await s.settled()
        assert s.window.notice.text == ""
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in warnings] == ["desktop_app.qt.notifications"]


@pytest.mark.usefixtures("every_reply_is_long")
async def test_a_machine_without_a_session_bus_is_logged_once(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    elsewhere: QWindow,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    async with living_window(qapp, tmp_path / "profile") as s:
        await go_to(elsewhere)
        for number in ("1", "2"):
            s.intents.runs.send(s.thread_id, number)
            s.prompter.answer(number, "reply")
            await until(lambda: s.shown()[-2:] == [number, "reply"])  # noqa: B023
            await s.settled()
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1
