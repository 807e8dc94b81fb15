"""Functions without a window: what is always allowed is called, what would have to be asked for is not waited for."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.tools import Function
from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.commands import Nitka
from tests.e2e.profiles import prepare_profile, records
from tests.e2e.recorded import CITY, Recorded, is_running, lasting, recording, starts
from tests.e2e.scripted import ScriptedServer

UNATTENDED = "Nobody is there to allow or to answer this call."


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session"), keyring=False) as session:
        yield session


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    return tmp_path / "marks"


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path, marks: Path) -> Nitka:
    """Its assistant may always call ``weather`` and the slow ``census``, not ``tides`` and ``colleague``."""
    weather, tides = (recording(name, marks, CITY) for name in ("weather", "tides"))
    nitka = Nitka(session, tmp_path)
    server = ScriptedServer(session, tmp_path, "--mode", "functions")
    allowed = [weather, lasting("census", marks)]
    prepare_profile(nitka.profile, server.base_url, [*allowed, tides, Function("colleague")], allowed)
    return nitka


def ask(nitka: Nitka, question: str) -> subprocess.CompletedProcess[str]:
    return nitka.run("ask", "--assistant", "Loopback", question)


def test_what_is_always_allowed_is_called(nitka: Nitka, marks: Path) -> None:
    said = nitka.said("ask", "--assistant", "Loopback", "call twice weather Tula Kazan")
    results = said.removeprefix("It says: ").split("; ")
    assert [Recorded.of(result).arguments["city"] for result in results] == ["Tula", "Kazan"]
    assert starts(marks) == 2


@pytest.mark.parametrize(
    ("name", "why"),
    [("tides", "it is not always allowed"), ("colleague", "nobody is there to give its result")],
)
def test_what_would_ask_is_denied_and_everybody_is_told(
    nitka: Nitka, marks: Path, name: str, why: str
) -> None:
    done = ask(nitka, f"call twice {name} Tula Kazan")
    assert (done.returncode, done.stdout) == (0, f"It says: {UNATTENDED}; {UNATTENDED}\n")
    assert done.stderr == f"nitka: {name!r} was not called: {why}\n" * 2
    assert starts(marks) == 0
    assert records(nitka.profile, "SELECT count(*) FROM call_rules") == [(2,)]


def test_ctrl_c_ends_the_program_that_runs(nitka: Nitka, marks: Path) -> None:
    process = nitka.start("ask", "--assistant", "Loopback", "call census Tula")
    assert process.stdout
    assert process.stderr
    with process.stdout, process.stderr:
        wait_until(lambda: starts(marks) == 1, what="the program")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert not is_running(marks)
    [(steps,)] = records(nitka.profile, "SELECT steps FROM messages WHERE status = 'stopped'")
    assert json.loads(steps)[0]["status"] == "stopped"
