"""From the first paint to the way out: whatever stands in the way, the window says so and can be closed."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.domain.settings import WindowState
from desktop_app.logs import set_up
from desktop_app.qt.finding import Finding
from desktop_app.session import stay
from desktop_app.single_window import RaiseRequests, has_raised_first
from desktop_app.startup import Opened
from desktop_app.store.profile import Profile
from desktop_app.store.settings import load_settings, load_window, save_window
from tests.conftest import until
from tests.gui.living_window import living_window, make_window
from tests.servers import ChatServer, keep_silent

pytestmark = pytest.mark.usefixtures("qtbot")


@asynccontextmanager
async def staying(app: QApplication, profile: Profile) -> AsyncIterator[tuple[Opened, "asyncio.Task[int]"]]:
    """The window as the program runs it, to be closed by the test."""
    opened = make_window(app, profile)
    with closing(set_up(profile.logs)) as logs:
        living = asyncio.create_task(stay(opened, profile, logs))
        try:
            yield opened, living
        finally:
            opened.window.close()
            await living
            opened.window.deleteLater()


def corrupt(profile: Profile, table: str) -> None:
    with closing(sqlite3.connect(profile.database)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page = connection.execute(query, (table,)).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with profile.database.open("rb+") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


async def test_a_file_that_is_no_database_is_said_and_left_as_it_is(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    profile = Profile.at(tmp_path)
    profile.prepare()
    profile.database.write_bytes(b"something else" * 1000)
    async with staying(qapp, profile) as (opened, living):
        await until(lambda: "damaged" in opened.window.notice.text)
        for action in ("previous_message", "rename_thread", "new_thread", "export", "regenerate", "zoom_in"):
            opened.window._actions[action].trigger()
        opened.window.close()
        assert await living == 1
    assert profile.database.read_bytes() == b"something else" * 1000


async def test_a_database_of_a_newer_nitka_is_said(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    profile = Profile.at(tmp_path)
    async with living_window(qapp, tmp_path):
        pass
    with closing(sqlite3.connect(profile.database)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    async with staying(qapp, profile) as (opened, _):
        await until(lambda: "newer" in opened.window.notice.text)


async def test_a_damaged_database_is_read_and_refuses_what_is_sent_without_losing_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        await s.ask("Still here", "yes")
        first = s.thread_id
        await s.new_thread()
        s.backend.database.read_only_reason = "malformed"  # as when SQLite meets a broken page
        await s.open(first)
        assert s.shown() == ["Still here", "yes"]
        s.send("more")
        await until(
            lambda: (
                "damaged" in s.window.notice.text and not s.window.messages._unsent.is_sending(s.thread_id)
            )
        )
        s.type(" and more")
        await s.settled()
        assert s.composer.toPlainText() == "more and more"


async def test_damage_that_is_found_at_the_start_is_said(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    profile = Profile.at(tmp_path)
    async with living_window(qapp, tmp_path):
        pass
    corrupt(profile, "connections")
    async with staying(qapp, profile) as (opened, _):
        await until(lambda: "damaged" in opened.window.notice.text)


async def test_closing_while_the_database_is_opened_keeps_the_thread_for_the_next_start(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    profile = Profile.at(tmp_path)
    profile.prepare()
    save_window(profile, WindowState(thread_id="last"))
    async with staying(qapp, profile) as (opened, living):
        opened.window._actions["theme_dark"].trigger()
        opened.window.close()
        assert await living == 0
    assert load_window(profile).value.thread_id == "last"
    assert load_settings(profile).value.theme == "dark"


async def test_a_window_closed_before_anybody_listened_ends(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    profile = Profile.at(tmp_path)
    opened = make_window(qapp, profile)
    opened.window.close()
    with closing(set_up(profile.logs)) as logs:
        assert await stay(opened, profile, logs) == 0
    opened.window.deleteLater()


async def test_what_a_timer_asks_for_after_the_window_was_left_is_given_up(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with living_window(qapp, tmp_path) as s:
        thread_id = s.thread_id
    s.intents.details.preview(thread_id, "half a thought")
    s.intents.details.show_thread(thread_id)
    finding = Finding(s.backend)
    finding.search(thread_id, "thought", 0)
    await s.settled()
    assert finding.hits.total == 0
    assert not caplog.records


async def test_a_termination_signal_closes_the_window_in_order(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with staying(qapp, Profile.at(tmp_path)) as (opened, living):
        await until(lambda: opened.window.messages.thread_id)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await living == 0


async def test_closing_does_not_wait_for_a_connection_that_is_being_tested(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with ChatServer((), models=keep_silent, key=None) as silent:
        async with living_window(qapp, tmp_path) as s:
            connection = (await s.backend.connection_records.connections())[-1]
            s.intents.connections.test(replace(connection, base_url=silent.base_url), None)
            await until(lambda: silent.seen)
        await until(lambda: silent.hung_up == 1)


async def test_a_second_start_waits_for_a_window_that_is_just_starting(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    profile, started = Profile.at(tmp_path), []

    def start_listening(_timeout_ms: int) -> bool:
        started.append(RaiseRequests(profile))
        return False

    try:
        assert has_raised_first(profile, start_listening)
        assert len(started) == 1
    finally:
        for one in started:
            one.close()


async def test_a_second_start_takes_over_from_a_window_that_is_being_closed(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    locked = [False, False, True]
    assert not has_raised_first(Profile.at(tmp_path), lambda _: locked.pop(0))
    assert locked == []
