"""Nitka's window as a person or a script meets it: keys on a real display, controls over the accessibility bus."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.desktop_session import DesktopSession

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("atspi_driver.py")
POLL_S = 0.03
PATIENCE_S = 90.0
T = TypeVar("T")


class NitkaWindow:
    """A running Nitka in a desktop session; ``quit`` ends it as a user does, ``kill`` as a power cut does.

    As a context it kills what still runs; a failure inside leaves a picture beside the profile and says where.
    """

    def __init__(
        self,
        session: DesktopSession,
        profile: Path,
        *words: str,
        program: Sequence[str] = (sys.executable, "-m", "desktop_app"),
    ) -> None:
        self.session = session
        self.profile = profile
        self.language = "en"
        command = [*program, "--profile", str(profile), *words]
        self._output = output_of(profile).open("ab")
        self.process = session.popen(command, cwd=ROOT, stdout=self._output, stderr=self._output)
        driver = ["/usr/bin/python3", str(DRIVER), str(self.process.pid)]
        self._driver = session.popen(driver, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(f"picture: {self.screenshot(self.profile.parent / 'failure.png')}")
        if not self._output.closed:
            self.kill()

    def _ask(self, do: str, **more: str) -> Any:
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._driver.stdin.flush()
        return json.loads(self._driver.stdout.readline())["answer"]

    # -- looking

    def describe(self, name: str) -> dict[str, Any]:
        """Role, name, states and text of a control; empty when it is not there."""
        return self._ask("describe", name=name) or {}

    def text(self, name: str) -> str:
        """The text of a control."""
        return str(self.describe(name).get("text", ""))

    def caret(self, name: str) -> int:
        """Before which character of its text the cursor of a control stands."""
        return int(self._ask("caret", name=name))

    def is_showing(self, name: str) -> bool:
        """Whether a control can be seen."""
        return bool(self.describe(name).get("showing"))

    def rows(self, name: str) -> list[str]:
        """The rows of a list."""
        return [row["name"] for row in self._ask("rows", name=name) or []]

    def messages(self, author: str) -> list[str]:
        """The texts of the messages of "user" or "assistant", oldest first."""
        found = self._ask("starting", name=f"message-{author}-", within="transcript") or []
        return [message["text"] for message in found]

    def reply(self) -> str:
        """The text of the newest reply."""
        replies = self.messages("assistant")
        return replies[-1] if replies else ""

    def texts(self) -> list[str]:
        """Every name, description and text in the window."""
        return self._ask("texts") or []

    def authored(self) -> list[dict[str, Any]]:
        """The messages with roles, names, states and texts, oldest first."""
        return self._ask("starting", name="message-", within="transcript") or []

    def listen(self, *events: str) -> None:
        """Remember events of the accessibility bus such as "object:announcement"."""
        self.wait_for(lambda: self._ask("listen", events=" ".join(events)), "the events")

    def heard(self) -> list[dict[str, Any]]:
        """Type, details and text of the events since this was last asked."""
        return self._ask("heard") or []

    def controls(self) -> list[dict[str, Any]]:
        """Every accessible object of the program."""
        return self._ask("all") or []

    # -- doing

    def press(self, name: str) -> None:
        """Press a button."""
        self.wait_for(lambda: self._ask("press", name=name), f"{name} to be pressed")

    def focus(self, name: str) -> None:
        """Give a control the keyboard focus."""

        def has_focus() -> bool:
            if not self.describe(name).get("focused"):
                self._ask("focus", name=name)
            return bool(self.describe(name).get("focused"))

        self.wait_for(has_focus, f"{name} to have the focus")

    def keys(self, *keys: str) -> None:
        """Press keys such as "Return" or "ctrl+n"."""
        self.session.run(["xdotool", "key", "--delay", "20", *keys])

    def open_menu(self, open_it: Callable[[], None], *choice: str) -> None:
        """Open a menu, which the accessibility tree does not have, and press the keys that choose in it."""
        before = self._window_count()
        open_it()
        self.wait_for(lambda: self._window_count() > before, "the menu")
        self.keys(*choice)
        self.wait_for(lambda: self._window_count() != before + 1, "the menu to close")

    def _window_count(self) -> int:
        found = self.session.run(["xdotool", "search", "--onlyvisible", "--class", "nitka"], check=False)
        return len(found.stdout.split())

    def type(self, text: str) -> None:
        """Type a text."""
        self.session.run(["xdotool", "type", "--delay", "8", text])

    def fill(self, name: str, text: str) -> None:
        """Type a text into a field in place of what is there."""
        self.focus(name)
        self.keys("ctrl+a")
        self.type(text)

    def choose_row(self, name: str, text: str) -> None:
        """Go by the arrow keys to the row of a list that begins with ``text``."""

        def distance() -> int | None:
            rows = self._ask("rows", name=name) or []
            wanted = next((place for place, row in enumerate(rows) if row["name"].startswith(text)), None)
            chosen = next((place for place, row in enumerate(rows) if row["selected"]), None)
            return None if wanted is None else wanted - (chosen or 0)

        self.wait_for(lambda: distance() is not None, f"a row {text!r} in {name}")
        self.focus(name)
        while step := distance():
            before = step
            self.keys("Down" if step > 0 else "Up")
            self.wait_for(lambda: distance() != before, f"{name} to follow the arrow key")  # noqa: B023

    def new_thread(self) -> None:
        """Open a new thread and wait until it can be written in."""
        self.keys("ctrl+n")
        self.wait_for(
            lambda: self.is_showing("empty_thread") and self.text("composer") == "", "an empty thread"
        )
        self.focus("composer")

    def close_connections(self) -> None:
        """Close the dialog and wait until the window can be used again."""
        self.press("connection_close")
        self.wait_for(lambda: not self.is_showing("connection_list"), "the dialog's end")

    def send(self, text: str) -> None:
        """Type a message, send it, and wait until it is safe."""
        self.type(text)
        self.wait_for(lambda: self.text("composer") == text, f"{text!r} in the composer")
        self.keys("Return")
        self.wait_for(lambda: self.text("composer") == "", "the message to be taken")

    def wait_ended(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until no reply grows in the open thread."""
        self.wait_for(lambda: self.is_showing("send"), "the end of the reply", timeout_s)

    def screenshot(self, path: Path) -> Path:
        """A picture of the screen."""
        return self.session.screenshot(path)

    def wait_for(self, condition: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
        """The first true value of ``condition``; raises TimeoutError, or RuntimeError when Nitka has ended."""
        deadline_s = time.monotonic() + timeout_s
        while not (value := condition()):
            if self.process.poll() is not None:
                raise RuntimeError(f"Nitka ended with {self.process.returncode} while waiting for {what}")
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"waited {timeout_s} s for {what}")
            time.sleep(POLL_S)
        return value

    def wait_ready(self) -> Self:
        """Wait until the window can take a message."""
        self.wait_for(lambda: self.is_showing("composer") and self.rows("threads"), "the window")
        return self

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
        code = self.process.wait(PATIENCE_S)
        self._driver.stdin.close() if self._driver.stdin else None
        self._driver.wait(PATIENCE_S)
        if self._driver.stdout:
            self._driver.stdout.close()
        self._output.close()
        return code


def output_of(profile: Path) -> Path:
    """The file beside the profile with all that Nitka wrote to its standard output and error."""
    return profile.with_name("output.txt")
