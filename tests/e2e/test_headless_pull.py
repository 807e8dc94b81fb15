"""Bringing assistants and threads from a service without a window: a real server's process and keyring."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistants_folder import FOLDER
from tests.desktop_session import DesktopSession
from tests.e2e.commands import Nitka
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.servers import KEY

PULL = ("pull", "--connection", "Held")
SIZE = ("--assistants", "3", "--threads", "10", "--messages", "100")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path) -> Nitka:
    return Nitka(session, tmp_path)


def connect(nitka: Nitka, *words: str, key: str = KEY) -> None:
    """A connection named "Held" to a service that holds records."""
    server = ScriptedServer(nitka.session, nitka.folder, *SIZE, *words, module="tests.assistants_server")
    kind = ("--kind", "assistant-api", "--folder", FOLDER, "--auth", "api-key")
    nitka.add("Held", *kind, "--base-url", server.base_url, key=key)


def count(nitka: Nitka, table: str) -> int:
    """How many rows a table has."""
    return int(records(nitka.profile, f"SELECT count(*) FROM {table}")[0][0])


def test_what_a_service_holds_is_brought_and_counted(nitka: Nitka) -> None:
    connect(nitka)
    done = nitka.run(*PULL)
    assert done.returncode == 0, done
    counts = re.fullmatch(r"assistants: 3, new versions: \d+, threads: 10, new messages: 100\n", done.stdout)
    assert counts, done.stdout
    assert re.match(r"assistants: assistants: \d+", done.stderr)
    assert len(nitka.said("threads").splitlines()) == 10
    again = nitka.run(*PULL)
    assert again.stdout == "assistants: 3, new versions: 0, threads: 10, new messages: 0\n"
    assert (count(nitka, "threads"), count(nitka, "messages")) == (10, 100)


def test_a_pull_that_is_interrupted_keeps_what_came_and_goes_on(nitka: Nitka) -> None:
    connect(nitka, "--delay-ms", "30", "--page", "2")
    process = nitka.start(*PULL)
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        while not process.stderr.readline().startswith(b"threads: "):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = process.stdout.read().decode()
        assert b"Traceback" not in process.stderr.read()
    assert process.wait(20) == 130
    assert re.fullmatch(r"stopped; assistants: 3, .*\n", said)
    assert count(nitka, "threads") < 10
    assert nitka.run(*PULL).returncode == 0
    assert (count(nitka, "threads"), count(nitka, "messages")) == (10, 100)


def test_a_pull_that_fails_says_why(nitka: Nitka) -> None:
    connect(nitka, key="test-key-wrong-456")
    done = nitka.run(*PULL)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nitka: sign in" in done.stderr
    assert "test-key" not in done.stderr
    nitka.connect("Chat")
    done = nitka.run("pull", "--connection", "Chat")
    assert "nitka: not offered" in done.stderr
