"""Starts that are not the first, and starts that find something broken: said aloud, and nothing is lost."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.profiles import prepare_profile, records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import ROOT, NitkaWindow

LANGUAGES = {"en": "damaged", "ru": "поврежд"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DesktopSession]:
    with DesktopSession(tmp_path, display=True, keyring=False) as session:
        yield session


@pytest.fixture
def profile(session: DesktopSession, tmp_path: Path) -> Path:
    """A profile with a thread in it, of a server that echoes."""
    folder = tmp_path / "profile"
    prepare_profile(folder, ScriptedServer(session, tmp_path, "--mode", "echo").base_url)
    asked = run_nitka(session, folder, "ask", "--assistant", "Loopback", "kept words")
    assert asked.stdout.strip() == "You said: kept words"
    return folder


def run_nitka(session: DesktopSession, profile: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Nitka to its end."""
    command = [sys.executable, "-m", "desktop_app", "--profile", str(profile), *words]
    return session.run(command, cwd=ROOT, check=False)


def says(window: NitkaWindow, *words: str) -> str:
    """The notice, once it has all these words."""
    return window.wait_for(
        lambda: text if all(word in (text := window.text("notice")) for word in words) else "",
        f"a notice of {words}",
    )


@pytest.mark.slow
def test_a_second_start_raises_the_window_that_is_there(session: DesktopSession, profile: Path) -> None:
    with NitkaWindow(session, profile) as window:
        window.wait_ready()
        [first] = session.run(["xdotool", "search", "--onlyvisible", "--name", "Nitka"]).stdout.split()
        session.run(["xdotool", "windowminimize", "--sync", first])
        started = run_nitka(session, profile)
        assert (started.returncode, started.stderr) == (0, "")
        window.wait_for(
            lambda: session.run(["xdotool", "getactivewindow"], check=False).stdout.strip() == first,
            "the first window in front",
        )
        assert window.quit() == 0


@pytest.mark.slow
def test_a_command_works_beside_the_window(session: DesktopSession, profile: Path) -> None:
    with NitkaWindow(session, profile) as window:
        window.wait_ready()
        asked = run_nitka(session, profile, "ask", "--assistant", "Loopback", "from outside")
        assert asked.stdout.strip() == "You said: from outside"
        assert asked.returncode == 0
        window.focus("composer")
        window.send("from inside")
        window.wait_for(lambda: window.reply() == "You said: from inside", "the reply")
        window.wait_ended()
        window.choose_row("threads", "from outside")
        window.wait_for(lambda: window.messages("user") == ["from outside"], "the other's thread")
        assert window.quit() == 0
    assert records(profile, "SELECT id FROM messages WHERE status = 'interrupted'") == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_damaged_database_is_shown_for_reading(
    session: DesktopSession, profile: Path, language: str
) -> None:
    damage(profile / "nitka.db")
    before = (profile / "nitka.db").read_bytes()
    with NitkaWindow(session, profile, "--language", language) as window:
        says(window, LANGUAGES[language])
        window.wait_for(lambda: "kept words" in "".join(window.rows("threads")), "the threads")
        assert window.quit() == 0
    assert (profile / "nitka.db").read_bytes() == before


def damage(database: Path) -> None:
    """Overwrite the index that every start reads first; the messages themselves can be read."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        [(page,)] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'runs_writing'"
        ).fetchall()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.slow
def test_a_file_that_is_no_database_is_left_as_it_is(session: DesktopSession, profile: Path) -> None:
    for path in profile.glob("nitka.db*"):
        path.unlink()
    (profile / "nitka.db").write_bytes(b"this is something else " * 500)
    with NitkaWindow(session, profile) as window:
        says(window, "damaged")
        assert window.quit() == 1
    assert (profile / "nitka.db").read_bytes() == b"this is something else " * 500


@pytest.mark.slow
def test_the_database_of_a_newer_nitka_is_refused_and_left_alone(
    session: DesktopSession, profile: Path
) -> None:
    with closing(sqlite3.connect(profile / "nitka.db")) as connection:
        connection.execute("PRAGMA user_version = 9999")
    with NitkaWindow(session, profile) as window:
        says(window, "newer")
        assert window.quit() == 1
    assert records(profile, "PRAGMA user_version") == [(9999,)]
    assert records(profile, "SELECT text FROM messages WHERE author = 'user'") == [("kept words",)]


@pytest.mark.slow
def test_an_unreadable_settings_file_is_kept_aside(session: DesktopSession, profile: Path) -> None:
    broken = (profile / "settings.json").read_text().replace("{", "{{", 1)
    profile_id = json.loads((profile / "settings.json").read_text())["profile_id"]
    (profile / "settings.json").write_text(broken)
    with NitkaWindow(session, profile) as window:
        said = says(window, "settings", "kept")
        window.wait_ready()
        assert window.quit() == 0
    [aside] = profile.glob("settings-unreadable-*.json")
    assert aside.name in said
    assert aside.read_text() == broken
    assert json.loads((profile / "settings.json").read_text())["profile_id"] == profile_id
