"""A pull that is killed and goes on brings what a pull in peace brings, and never needs much memory."""

import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.assistants_folder import FOLDER
from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.commands import Nitka
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.pulled_records import PULLED
from tests.servers import KEY

ASSISTANTS, THREADS, MESSAGES = 20, 200, 5000
SIZE = ("--assistants", str(ASSISTANTS), "--threads", str(THREADS), "--messages", str(MESSAGES))
PULL = ("pull", "--connection", "Held")
KILLS = 3
GROWTH_LIMIT_MB = 30


@pytest.fixture
def server(session: DesktopSession, tmp_path: Path) -> ScriptedServer:
    return ScriptedServer(session, tmp_path, *SIZE, "--page", "40", module="tests.assistants_server")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_pull_killed_three_times_brings_the_same_records(
    session: DesktopSession, server: ScriptedServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, killed = (profile_in(session, tmp_path / name, server) for name in ("whole", "killed"))
    took_s, growth_mb = pull_in_peace(whole)
    expected = pulled(whole)
    assert len(expected["messages"]) == MESSAGES
    assert len(expected["threads"]) == THREADS
    chance = random.Random(5)
    thirds = [chance.uniform(n, n + 0.9) / KILLS * MESSAGES for n in range(KILLS)]
    left = [kill(killed, moment, chance.uniform(0, 0.05)) for moment in thirds]
    counted = killed.run(*PULL)
    assert re.search(f"threads: {THREADS}, new messages: {MESSAGES}", counted.stdout), counted
    assert pulled(killed) == expected
    assert expected["left over"] == []
    with capsys.disabled():
        print(f"\npulled in {took_s:.1f} s, {growth_mb:.0f} MB; killed with {left} messages")
    assert growth_mb < GROWTH_LIMIT_MB


def profile_in(session: DesktopSession, folder: Path, server: ScriptedServer) -> Nitka:
    folder.mkdir()
    nitka = Nitka(session, folder)
    kind = ("--kind", "assistant-api", "--folder", FOLDER, "--auth", "api-key")
    nitka.add("Held", *kind, "--base-url", server.base_url, key=KEY)
    return nitka


def pulled(nitka: Nitka) -> dict[str, Any]:
    return {name: records(nitka.profile, query) for name, query in PULLED.items()}


def begun(nitka: Nitka) -> "subprocess.Popen[bytes]":
    """A pull that has told something."""
    process = nitka.start(*PULL)
    assert process.stderr is not None
    assert process.stderr.readline().startswith((b"assistants: ", b"threads: "))
    return process


def pull_in_peace(nitka: Nitka) -> tuple[float, float]:
    """How long it took, and by how many MB the process grew meanwhile."""
    with begun(nitka) as process:
        began_s, first_mb, most_mb = time.monotonic(), resident_mb(process.pid), 0.0
        while process.poll() is None:
            most_mb = max(most_mb, resident_mb(process.pid))
            time.sleep(0.02)
        assert process.returncode == 0
        return time.monotonic() - began_s, most_mb - first_mb


def kill(nitka: Nitka, moment: float, later_s: float) -> int:
    """Kill a pull a little after it has brought so many messages; how many it has brought, with those before."""
    with begun(nitka) as process, closing(sqlite3.connect(nitka.profile / "nitka.db")) as database:
        wait_until(lambda: message_count(database) >= moment)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(later_s)
        process.kill()
    return int(records(nitka.profile, "SELECT count(*) FROM messages")[0][0])


def message_count(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM messages").fetchone()[0])


def resident_mb(pid: int) -> float:
    """The memory of a process; 0 when it has just ended."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
