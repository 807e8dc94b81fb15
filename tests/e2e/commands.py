"""Commands without a window, run as a user runs them."""

import subprocess
import sys
from pathlib import Path

from tests.desktop_session import DesktopSession
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import ROOT


class Nitka:
    """Runs commands in a profile of its own."""

    def __init__(self, session: DesktopSession, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.profile = folder / "profile"

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """A command that goes on."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return self.session.popen(self._command(*words), cwd=ROOT, **pipes)

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """A command to its end; ``given`` is its standard input."""
        return self.session.run(self._command(*words), cwd=ROOT, check=False, input=given)

    def said(self, *words: str, given: str = "") -> str:
        """The standard output of a command that must succeed without a complaint."""
        done = self.run(*words, given=given)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.strip()

    def connect(self, name: str, *words: str, key: str = "") -> ScriptedServer:
        """Start a server and add a connection to it."""
        folder = self.folder / name
        folder.mkdir()
        server = ScriptedServer(self.session, folder, *words, *(["--key", key] if key else []))
        auth = ["--auth", "api-key" if key else "none"]
        self.add(name, "--base-url", server.base_url, *auth, key=key)
        return server

    def add(self, name: str, *words: str, key: str = "") -> None:
        """Add a connection."""
        self.said("connections", "add", "--name", name, *words, given=f"{key}\n")

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "desktop_app", "--profile", str(self.profile), *words]


def thread_of(nitka: Nitka, text: str) -> str:
    """The id of the thread with this question."""
    [(thread_id,)] = records(nitka.profile, "SELECT thread_id FROM messages WHERE text = ?", text)
    return str(thread_id)
