"""A service that asks to wait, in the living window: counted down, cut short, stopped."""

from pathlib import Path

import pytest
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.threads import Status
from tests.conftest import until
from tests.gui.living_window import Scene, living_window
from tests.servers import refuse

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("qtbot")


def line(s: Scene) -> str:
    """What the line above the reply says."""
    found = [one for one in s.window.findChildren(QWidget, "run_status") if one.isVisible()]
    return found[0].findChildren(QLabel)[0].text() if found else ""


async def wait(s: Scene, question: str, seconds: int) -> QPushButton:
    """Ask a service that asks to wait; the button that does not."""
    s.prompter.refusals.append(refuse(429, {"error": {"message": "slow down"}}, retry_after=str(seconds)))
    s.send(question)
    await until(lambda: "again in" in line(s))
    return s.find(QPushButton, "retry_now")


async def test_the_line_says_why_it_waits_and_counts_down_to_the_reply(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await wait(s, "Hi", 3)
        seen = {line(s)}
        s.prompter.answer("Hi", "at last")

        def has_come() -> bool:
            seen.add(line(s))
            return s.shown() == ["Hi", "at last"] and not s.is_running

        await until(has_come)
        counts = {text for text in seen if "again in" in text}
        assert len(counts) >= 2
        assert all(text.startswith("Too many requests · again in 0:0") for text in counts)
        assert len(s.server.bodies) == 2
        assert [message.status for message in await s.stored()] == [Status.COMPLETED] * 2


async def test_retry_now_asks_at_once_by_mouse_and_by_keyboard(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        retry = await wait(s, "One", 60)
        assert retry.accessibleName() or retry.text()
        s.prompter.answer("One", "1")
        retry.click()
        await until(lambda: s.shown() == ["One", "1"] and not s.is_running)
        retry = await wait(s, "Two", 60)
        retry = [one for one in s.window.findChildren(QPushButton, "retry_now") if one.isVisible()][-1]
        s.prompter.answer("Two", "2")
        retry.setFocus()
        s.press(Key.Key_Return, retry)
        await until(lambda: s.shown() == ["One", "1", "Two", "2"] and not s.is_running)


async def test_esc_stops_the_waiting_at_once(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as s:
        await wait(s, "Hi", 60)
        s.press(Key.Key_Escape)
        await until(lambda: not s.is_running)  # which is patient for half of these 60 s
        await until(lambda: line(s) == "")
        assert (await s.stored())[-1].status is Status.STOPPED
        assert len(s.server.bodies) == 1


async def test_another_thread_is_not_kept_waiting_and_the_line_is_there_on_the_way_back(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        first = s.thread_id
        await wait(s, "Hi", 60)
        await s.new_thread()
        await s.ask("Other", "answered")
        await s.open(first)
        await until(lambda: "again in" in line(s))
        s.prompter.answer("Hi", "hello")
        next(one for one in s.window.findChildren(QPushButton, "retry_now") if one.isVisible()).click()
        await until(lambda: s.shown() == ["Hi", "hello"] and not s.is_running)


async def test_who_has_to_wait_too_long_is_told_and_decides(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.prompter.refusals.append(refuse(429, {"error": {"message": "slow down"}}, retry_after="3600"))
        s.send("Hi")
        await until(lambda: s.window.findChild(QPushButton, "retry_reply") is not None)
        ending = next(one for one in s.window.findChildren(QWidget, "ending") if one.isVisible())
        words = " ".join(label.text() for label in ending.findChildren(QLabel))
        assert "Too many requests: try again in" in words
        assert "Your message is saved." in words
        assert len(s.server.bodies) == 1
