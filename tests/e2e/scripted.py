"""The scripted server as a process of a session."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.window import ROOT


class ScriptedServer:
    """``tests.servers`` with these words; it ends with the session.  ``base_url`` is its address."""

    def __init__(
        self, session: DesktopSession, folder: Path, *words: str, module: str = "tests.servers"
    ) -> None:
        self._told = folder / "server.jsonl"
        with self._told.open("ab") as output:
            session.popen([sys.executable, "-m", module, *words], cwd=ROOT, stdout=output, stderr=output)
        wait_until(lambda: "\n" in self._told.read_text(), what="the server did not start")
        self.base_url = self._told.read_text().splitlines()[0]

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of the requests for a reply so far."""
        return [exchange["body"] for exchange in self._exchanges() if exchange["method"] == "POST"]

    @property
    def calls(self) -> list[str]:
        """Method and path of every request so far."""
        return [f"{exchange['method']} {exchange['path']}" for exchange in self._exchanges()]

    def _exchanges(self) -> list[dict[str, Any]]:
        *whole, _ = self._told.read_text().split("\n")  # the last line may still be on its way
        return [json.loads(line) for line in whole[1:]]
