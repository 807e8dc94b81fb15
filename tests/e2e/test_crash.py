"""``kill -9`` in the middle of replies: what the user wrote stays, what was answered stays, nothing is left over."""

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.profiles import prepare_profile
from tests.e2e.window import ROOT, NitkaWindow

MOMENTS = 50
ON_DEVICE_EVERY = 5
PIECE_S = 0.02
LOST_LIMIT_S = 0.5
ORPHAN_LIMIT_S = 5


@dataclass
class Server:
    """The scripted server as a process; it counts up from 1, a number every ``PIECE_S``, and tells when it was asked."""

    session: DesktopSession
    asked_at_s: list[float] = field(default_factory=list)

    def start(self) -> str:
        words = [sys.executable, "-m", "tests.servers", "--count", "100000", "--delay-ms", str(PIECE_S * 1000)]
        process = self.session.popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        url = str(process.stdout.readline()).strip()
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()
        return url

    def _listen(self, output: Any) -> None:
        for line in output:
            if json.loads(line)["method"] == "POST":
                self.asked_at_s.append(time.monotonic())


def rows(profile: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Rows of the profile's database, which must open and be sound."""
    with closing(sqlite3.connect(profile / "nitka.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return database.execute(query, values).fetchall()


@pytest.mark.slow
def test_fifty_kills_in_the_middle_of_replies_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(20)
    with DesktopSession(tmp_path, display=True) as session:
        server = Server(session)
        profile = tmp_path / "profile"
        prepare_profile(profile, server.start())
        for moment in range(MOMENTS):
            is_on_device = moment % ON_DEVICE_EVERY == ON_DEVICE_EVERY - 1
            kill_once(session, profile, server, f"question {moment}", chance.uniform(0.2, 2.5), is_on_device)
        window = NitkaWindow(session, profile)
        window.wait_ready()
        assert window.quit() == 0
        assert rows(profile, "SELECT id FROM messages WHERE status = 'writing'") == []
        assert rows(profile, "SELECT id FROM runs WHERE status = 'writing'") == []


def kill_once(
    session: DesktopSession, profile: Path, server: Server, question: str, after_s: float, is_on_device: bool
) -> None:
    """Start, ask, let the reply grow for ``after_s``, kill, and look at what is there."""
    before = set(session.processes())
    window = NitkaWindow(session, profile)
    window.wait_ready()
    window.choose_row("assistants", "Device" if is_on_device else "Loopback")
    window.new_thread()
    window.focus("composer")
    window.type(question)
    window.keys("Return")
    window.wait_for(lambda: window.text("composer") == "", "the message to be taken")
    window.type("draft")
    drafted_at_s = time.monotonic()
    wait_until(lambda: time.monotonic() >= drafted_at_s + after_s, after_s + 1)
    killed_at_s = time.monotonic()
    window.kill()

    assert rows(profile, "SELECT text FROM messages WHERE author = 'user' AND text = ?", question)
    thread, text = rows(
        profile,
        "SELECT r.thread_id, r.text FROM messages r JOIN messages q ON r.parent_id = q.id WHERE q.text = ?",
        question,
    )[0]
    if killed_at_s - drafted_at_s > LOST_LIMIT_S:
        assert rows(profile, "SELECT draft FROM threads WHERE id = ?", thread) == [("draft",)]
    if not is_on_device:
        due = (killed_at_s - LOST_LIMIT_S - server.asked_at_s[-1]) / PIECE_S * 0.8
        numbers = [int(number) for number in text.split()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= due
    wait_until(lambda: set(session.processes()) <= before, ORPHAN_LIMIT_S, "a process was left behind")
