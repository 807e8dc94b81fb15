"""Deferred requests of a program that is killed over and over: every reply arrives, and none arrives twice."""

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.commands import Nitka
from tests.e2e.outbox_driver import ASSISTANT, question
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import ROOT
from tests.servers import KEY
from tests.yandex_text_server import FOLDER

QUESTIONS, KILLS = 20, 18
MOMENTS = ("sending", "sending", "waiting")
LIMIT_S = 120
MODEL = "yandexgpt-lite"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_twenty_deferred_replies_arrive_exactly_once_through_many_kills(tmp_path: Path) -> None:
    chance = random.Random(11)
    with DesktopSession(tmp_path) as session:
        nitka = Nitka(session, tmp_path)
        server = ScriptedServer(
            session,
            tmp_path,
            *("--operation-s", "3", "--operation-checks", "2"),
            module="tests.yandex_text_server",
        )
        connect(nitka, server.base_url)
        for kill in range(KILLS):
            if kill % 2:
                killed_at(nitka, chance.choice(MOMENTS), chance.uniform(0, 0.003), seed=kill)
            else:
                killed_after(nitka, chance.uniform(0, 1), seed=kill)
        driver = start(nitka, seed=KILLS)
        said, _ = driver.communicate(timeout=LIMIT_S)
        assert driver.returncode == 0, said
        sent_there = [call for call in server.calls if call.endswith("/completionAsync")]
    check_records(nitka.profile, len(sent_there))


def connect(nitka: Nitka, base_url: str) -> None:
    """A connection with a key in the keyring, and an assistant that answers through it."""
    own = ("--operations-url", base_url, "--iam-url", base_url)
    nitka.add(
        "Post",
        *("--kind", "yandex-text", "--base-url", f"{base_url}/foundationModels/v1", "--folder", FOLDER),
        *("--auth", "api-key", *own),
        key=KEY,
    )
    [(connection_id,)] = records(nitka.profile, "SELECT id FROM connections WHERE name = 'Post'")
    settings = f'{{"name":"Post","connection_id":"{connection_id}","model":"{MODEL}"}}'
    make_assistant(nitka.profile, settings)


def make_assistant(profile: Path, settings: str) -> None:
    """Put an assistant with these settings into the profile."""
    with closing(sqlite3.connect(profile / "nitka.db")) as database, database:
        database.execute("INSERT INTO assistants VALUES (?, 1, 0, 0, 0, NULL, '')", (ASSISTANT,))
        database.execute("INSERT INTO assistant_versions VALUES (?, 1, ?, '', 0)", (ASSISTANT, settings))


def start(nitka: Nitka, seed: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tests.e2e.outbox_driver", str(nitka.profile), str(QUESTIONS), str(seed)]
    return nitka.session.popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed_after(nitka: Nitka, seconds: float, seed: int) -> None:
    """Let the program run for a while and kill it in the middle of whatever it does."""
    with start(nitka, seed) as driver:
        assert driver.stdout is not None
        assert "ready\n" in iter(driver.stdout.readline, "")
        with suppress(subprocess.TimeoutExpired):
            driver.wait(seconds)
        driver.kill()


def killed_at(nitka: Nitka, word: str, seconds: float, seed: int) -> None:
    """Kill the program in the moment after it has told that something became of a request."""
    with start(nitka, seed) as driver:
        assert driver.stdout is not None
        next((line for line in driver.stdout if line.startswith(word)), None)
        with suppress(subprocess.TimeoutExpired):
            driver.wait(seconds)
        driver.kill()


def check_records(profile: Path, sent_there: int) -> None:
    rows = records(
        profile,
        "SELECT o.status, o.remote_id, q.text, m.text, m.status, r.status, o.error FROM operations o"
        " JOIN messages m ON m.id = o.message_id JOIN messages q ON q.id = m.parent_id JOIN runs r ON r.id = o.run_id",
    )
    done = [row for row in rows if row[0] == "done"]
    lost = [row for row in rows if row[0] == "lost"]
    assert len(done) + len(lost) == len(rows)
    assert Counter(row[2] for row in done) == Counter(question(number) for number in range(QUESTIONS))
    for _, _, asked, reply, *statuses, error in done:
        assert (reply, statuses, error) == (f"You said: {asked}", ["completed", "completed"], None)
    for _, remote_id, _, reply, *statuses, error in lost:
        assert (remote_id, reply, statuses) == ("", "", ["interrupted", "interrupted"])
        assert "operation_gone" in error
    assert len({row[1] for row in done}) == QUESTIONS <= sent_there <= len(rows)
    assert records(profile, "SELECT id FROM messages WHERE status IN ('writing', 'deferred')") == []
    assert records(profile, "SELECT count(*) FROM messages") == [(2 * len(rows),)]
