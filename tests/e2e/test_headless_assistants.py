"""Assistants to files and back, without a window."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.tools import Command, Function, SearchTool
from desktop_app.export.assistants import SavedVersion, encode
from tests.desktop_session import DesktopSession
from tests.e2e.commands import Nitka


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def nitka(session: DesktopSession, tmp_path: Path) -> Nitka:
    return Nitka(session, tmp_path)


def test_an_assistant_goes_to_a_file_and_comes_back(nitka: Nitka, tmp_path: Path) -> None:
    path = tmp_path / "assistant.json"
    assert nitka.said("assistant", "export", "Local assistant", "--output", str(path)) == str(path)
    assert json.loads(path.read_bytes())["format"] == "nitka-assistant"
    said = nitka.said("assistant", "import", str(path))
    assert said.endswith("v1  Local assistant  (On this device)")
    listed = nitka.said("assistants").splitlines()
    assert len(listed) == 2
    assert listed[1].split()[0] == said.split()[0]


def test_what_stays_behind_and_what_starts_programs_is_told(nitka: Nitka, tmp_path: Path) -> None:
    path = tmp_path / "assistant.json"
    functions = (Function("list", command=Command("/bin/ls")), Function("filled_in"))
    settings = AssistantSettings("Librarian", functions=functions, search=SearchTool())
    path.write_bytes(encode([SavedVersion(settings, datetime(2026, 1, 1, tzinfo=UTC))]))
    done = nitka.run("assistant", "import", str(path))
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "nitka: the files that it searches in did not come along",
        "nitka: functions that start programs on this machine: 'list'",
    ]
    done = nitka.run("assistant", "export", "Librarian", "--output", str(path))
    assert (done.stdout, done.stderr) == (
        f"{path}\n",
        "nitka: the files that it searches in are not included\n",
    )


def test_what_is_no_assistant_is_refused_in_one_sentence(nitka: Nitka, tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("[]")
    done = nitka.run("assistant", "import", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nitka: there is no assistant in the file\n"
    assert nitka.run("assistant", "export", "Nobody", "--output", str(path)).returncode == 1
    assert path.read_text() == "[]"
