"""Nitka's window as a person or a script meets it: keys on a real display, controls over the accessibility bus."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.desktop_session import DesktopSession

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("atspi_driver.py")
T = TypeVar("T")


class NitkaWindow:
    """A running Nitka in a desktop session; ``quit`` ends it as a user does, ``kill`` as a power cut does."""

    def __init__(self, session: DesktopSession, profile: Path, *words: str) -> None:
        self.session = session
        self.profile = profile
        command = [sys.executable, "-m", "desktop_app", "--profile", str(profile), *words]
        self.output = (profile.parent / "output.txt").open("ab")
        self.process = session.popen(command, cwd=ROOT, stdout=self.output, stderr=self.output)
        driver = ["/usr/bin/python3", str(DRIVER)]
        self._driver = session.popen(driver, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, do: str, name: str = "", **more: str) -> Any:
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps({"app": "nitka", "do": do, "name": name, **more}) + "\n")
        self._driver.stdin.flush()
        return json.loads(self._driver.stdout.readline())["answer"]

    def choose_row(self, name: str, text: str) -> None:
        """Choose the row of a list whose name begins with ``text``, by its keyboard search of rows."""
        self.wait_for(lambda: any(row.startswith(text) for row in self.rows(name)), f"a row {text!r} in {name}")
        place = next(i for i, row in enumerate(self.rows(name)) if row.startswith(text))
        self.focus(name)
        self.keys("Home", *["Down"] * place)

    def new_thread(self) -> None:
        """Open a new thread and wait until it can be written in."""
        self.keys("ctrl+n")
        self.wait_for(lambda: self.is_showing("empty_thread") and self.text("composer") == "", "an empty thread")

    # -- looking

    def describe(self, name: str) -> dict[str, Any]:
        """Role, name, states and text of a control; empty when it is not there."""
        return self._ask("describe", name) or {}

    def text(self, name: str) -> str:
        """The text of a control."""
        return str(self.describe(name).get("text", ""))

    def is_showing(self, name: str) -> bool:
        """Whether a control can be seen."""
        return bool(self.describe(name).get("showing"))

    def rows(self, name: str) -> list[str]:
        """The rows of a list."""
        return self._ask("rows", name) or []

    def messages(self, author: str) -> list[str]:
        """The texts of the messages of "user" or "assistant", oldest first."""
        found = self._ask("starting", f"message-{author}-") or []
        return [message["text"] for message in found]

    def texts(self) -> list[str]:
        """Every name and text in the window."""
        return self._ask("texts") or []

    def controls(self) -> list[dict[str, Any]]:
        """Every accessible object of the program."""
        return self._ask("all") or []

    # -- doing

    def press(self, name: str) -> None:
        """Press a button."""
        self.wait_for(lambda: self._ask("press", name), f"{name} to be pressed")

    def write(self, name: str, text: str) -> None:
        """Set the text of a field."""
        self.wait_for(lambda: self._ask("write", name, text=text), f"{name} to be written")

    def focus(self, name: str) -> None:
        """Give a control the keyboard focus."""
        self.wait_for(lambda: self._ask("focus", name) is not None, f"{name} to be focused")
        self.wait_for(lambda: self.describe(name).get("focused"), f"{name} to have the focus")

    def keys(self, *keys: str) -> None:
        """Press keys such as "Return" or "ctrl+n"."""
        self.session.run(["xdotool", "key", "--delay", "20", *keys])

    def type(self, text: str) -> None:
        """Type a text."""
        self.session.run(["xdotool", "type", "--delay", "8", text])

    def screenshot(self, path: Path) -> Path:
        """A picture of the screen."""
        return self.session.screenshot(path)

    def wait_for(self, condition: Callable[[], T], what: str, timeout_s: float = 30) -> T:
        """The first true value of ``condition``; raises TimeoutError with a picture beside the profile."""
        deadline_s = time.monotonic() + timeout_s
        while not (value := condition()):
            if self.process.poll() is not None:
                raise RuntimeError(f"Nitka ended with {self.process.returncode} while waiting for {what}")
            if time.monotonic() > deadline_s:
                picture = self.screenshot(self.profile.parent / "failure.png")
                raise TimeoutError(f"waited {timeout_s} s for {what}; see {picture}")
            time.sleep(0.05)
        return value

    def wait_ready(self) -> None:
        """Wait until the window can take a message."""
        self.wait_for(lambda: self.is_showing("composer") and self.rows("assistants"), "the window", 60)

    # -- ending

    def quit(self) -> int:
        """Close the window by its shortcut; returns the exit code."""
        self.keys("ctrl+q")
        return self._end()

    def kill(self) -> int:
        """End it without a word."""
        self.process.kill()
        return self._end()

    def _end(self) -> int:
        code = self.process.wait(20)
        self._driver.stdin.close() if self._driver.stdin else None
        self._driver.wait(10)
        if self._driver.stdout:
            self._driver.stdout.close()
        self.output.close()
        return code
