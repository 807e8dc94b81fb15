"""Deferred requests without a window: sent by one command, fetched by another; a real server's process and keyring."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.commands import Nitka
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.servers import KEY
from tests.yandex_text_server import FOLDER

ASK = ("ask", "--deferred", "--connection", "Later", "--model", "yandexgpt/latest")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path) -> Nitka:
    return Nitka(session, tmp_path)


def connect(nitka: Nitka, *words: str, key: str = KEY) -> ScriptedServer:
    """A connection named "Later" to a server that answers later."""
    server = ScriptedServer(nitka.session, nitka.folder, *words, module="tests.yandex_text_server")
    address = ("--base-url", f"{server.base_url}/foundationModels/v1", "--operations-url", server.base_url)
    kind = ("--kind", "yandex-text", "--folder", FOLDER, "--auth", "api-key")
    nitka.add("Later", *kind, *address, key=key)
    return server


def test_a_deferred_request_is_sent_by_one_command_and_fetched_by_another(nitka: Nitka) -> None:
    connect(nitka, "--operation-checks", "3")
    operation = nitka.said(*ASK, "first question")
    assert re.fullmatch(r"\w{32}", operation)
    [status] = records(nitka.profile, "SELECT status FROM messages WHERE author = 'assistant'")
    assert status[0] in ("deferred", "completed")
    came = nitka.said("outbox", "check", "--wait")
    assert came == f"{operation}  done  first question\nYou said: first question"
    assert nitka.said("outbox") == ""
    assert nitka.said("outbox", "check") == "nothing has arrived; open: 0"
    stored = records(nitka.profile, "SELECT text, status FROM messages WHERE author = 'assistant'")
    assert stored == [("You said: first question", "completed")]


def test_what_waits_is_listed_and_can_be_given_up(nitka: Nitka) -> None:
    connect(nitka, "--operation-s", "3600")
    first, second = (nitka.said(*ASK, text) for text in ("first question", "second question"))
    lines = nitka.said("outbox", "list").splitlines()
    form = r"  \d+ (s|min)  in \d+ s  waiting  "
    assert re.fullmatch(f"{first}{form}first question", lines[0])
    assert re.fullmatch(f"{second}{form}second question", lines[1])
    assert nitka.said("outbox", "check") == "nothing has arrived; open: 2"
    assert nitka.said("outbox", "cancel", first) == ""
    assert [line[:32] for line in nitka.said("outbox").splitlines()] == [second]
    assert re.search(f"^{first}  .*  -  cancelled  first", nitka.said("outbox", "list", "--all"), re.M)
    for missing, why in ((first, "ended already: cancelled"), ("0" * 32, "no operation")):
        done = nitka.run("outbox", "cancel", missing)
        assert done.returncode == 1
        assert why in done.stderr


def test_who_waits_may_stop_waiting(nitka: Nitka) -> None:
    server = connect(nitka, "--operation-s", "3600")
    nitka.said(*ASK, "a question")
    checks = len(server.calls)
    process = nitka.start("outbox", "check", "--wait")
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        wait_until(lambda: len(server.calls) > checks)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b""
    assert "waiting" in nitka.said("outbox")


def test_a_request_that_was_refused_keeps_its_question(nitka: Nitka) -> None:
    connect(nitka, key="test-key-wrong-456")
    done = nitka.run(*ASK, "a question")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nitka: failed: sign in: ")
    assert "test-key" not in done.stderr
    assert records(nitka.profile, "SELECT text FROM messages WHERE author = 'user'") == [("a question",)]
    assert nitka.said("outbox") == ""


def test_a_service_without_deferred_requests_is_named(nitka: Nitka) -> None:
    nitka.connect("Now")
    done = nitka.run("ask", "--deferred", "--connection", "Now", "--model", "scripted", "a question")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nitka: not offered: Now takes no deferred requests\n"
    assert nitka.said("threads") == ""
