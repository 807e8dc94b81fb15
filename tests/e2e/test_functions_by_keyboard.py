"""Calls in the real window by the keyboard alone, with a real server and programs; and when Nitka is killed at one."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.tools import Function
from tests.desktop_session import DesktopSession
from tests.e2e.profiles import prepare_profile, records
from tests.e2e.recorded import CITY, is_running, lasting, recording, starts
from tests.e2e.scripted import ScriptedServer
from tests.e2e.test_names import no_control_is_nameless
from tests.e2e.test_services_by_keyboard import tab_to
from tests.e2e.window import NitkaWindow

pytestmark = pytest.mark.slow

NEWEST = "SELECT steps FROM messages WHERE author = 'assistant' ORDER BY id DESC LIMIT 1"


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    return tmp_path / "marks"


@pytest.fixture
def session(tmp_path: Path, marks: Path) -> Iterator[DesktopSession]:
    """A desktop with a profile whose assistant may call ``weather``, ``tides`` and the user as ``colleague``.

    It may always call ``census``, which lasts.
    """
    with DesktopSession(tmp_path, display=True, keyring=False) as session:
        server = ScriptedServer(session, tmp_path, "--mode", "functions")
        programs = [recording(name, marks, CITY) for name in ("weather", "tides")]
        slow = lasting("census", tmp_path / "census")
        functions = [*programs, slow, Function("colleague")]
        prepare_profile(tmp_path / "profile", server.base_url, functions, [slow])
        yield session


def test_calls_are_answered_by_the_keyboard_alone(
    session: DesktopSession, tmp_path: Path, marks: Path
) -> None:
    with NitkaWindow(session, tmp_path / "profile") as window:
        window.wait_ready()
        window.focus("composer")
        allows_once(window, marks)
        allows_always(window, marks)
        denies(window, marks)
        gives_a_result(window)
        stops(window, marks)
        assert window.quit() == 0


def allows_once(window: NitkaWindow, marks: Path) -> None:
    asks(window, "call weather Tula", "allow_call")
    no_control_is_nameless(window)
    assert "Loopback wants to call weather" in window.texts()
    assert sys.executable in " ".join(window.texts())
    assert starts(marks) == 0
    window.keys("ctrl+j")
    window.wait_for(lambda: window.describe("allow_call").get("focused"), "the keyboard in the card")
    window.keys("Return")
    answered(window, 1)
    assert "Tula" in window.reply()
    assert starts(marks) == 1


def allows_always(window: NitkaWindow, marks: Path) -> None:
    """The second call of a question and those of the next one are not asked for any more."""
    asks(window, "call twice weather Kazan Tver", "allow_call")
    window.keys("ctrl+j", "Tab")
    window.wait_for(lambda: window.describe("always_allow_call").get("focused"), "the second button")
    window.keys("Return")
    answered(window, 2)
    window.focus("composer")
    window.send("call 3 times weather Omsk")
    answered(window, 3)
    assert starts(marks) == 6


def denies(window: NitkaWindow, marks: Path) -> None:
    before = starts(marks)
    asks(window, "call tides Tula", "allow_call")
    window.keys("ctrl+j", "Escape")
    answered(window, 4)
    assert "It says: The user did not allow this call." in window.reply()
    assert starts(marks) == before


def gives_a_result(window: NitkaWindow) -> None:
    asks(window, "call colleague Anna", "call_result")
    window.keys("ctrl+j")
    window.wait_for(lambda: window.describe("call_result").get("focused"), "the keyboard in the field")
    window.type("yes, 7 percent")
    window.keys("ctrl+Return")
    answered(window, 5)
    assert "It says: yes, 7 percent" in window.reply()


def stops(window: NitkaWindow, marks: Path) -> None:
    before = starts(marks)
    asks(window, "call tides Kazan", "allow_call")
    window.keys("Escape")  # in the composer, where the keyboard still is
    answered(window, 6)
    assert not window.is_showing("allow_call")
    assert starts(marks) == before
    assert last_steps(window) == ["stopped"]


def test_killed_while_a_call_waits_it_is_asked_again_and_made_once(
    session: DesktopSession, tmp_path: Path, marks: Path
) -> None:
    profile = tmp_path / "profile"
    with NitkaWindow(session, profile) as window:
        window.wait_ready()
        asks(window, "call twice tides Tula Kazan", "allow_call")
        window.keys("ctrl+j", "Return")
        window.wait_for(lambda: "done" in last_steps(window), "the first of two calls")
        window.kill()
    assert starts(marks) == 1
    with NitkaWindow(session, profile) as window:
        window.wait_ready()
        window.wait_for(lambda: window.is_showing("continue_reply"), "the way to go on")
        assert last_steps(window) == ["asked", "done"]
        window.keys("alt+Up")
        tab_to(window, "continue_reply")
        window.keys("Return")
        window.wait_for(lambda: window.is_showing("allow_call"), "the card once more")
        assert starts(marks) == 1
        window.keys("ctrl+j", "Return")
        answered(window, 1)
        assert window.reply().count("Tula") == window.reply().count("Kazan") == 1
        assert window.quit() == 0
    assert starts(marks) == 2


def test_a_program_that_runs_ends_with_its_reply_and_with_the_window(
    session: DesktopSession, tmp_path: Path
) -> None:
    marks = tmp_path / "census"
    with NitkaWindow(session, tmp_path / "profile") as window:
        window.wait_ready()
        window.focus("composer")
        window.send("call census Tula")
        window.wait_for(lambda: starts(marks) == 1, "the program")
        window.keys("Escape")
        answered(window, 1)
        assert not is_running(marks)
        assert last_steps(window) == ["stopped"]
        window.send("call census Kazan")
        window.wait_for(lambda: starts(marks) == 2, "the next program")
        assert window.quit() == 0
    assert not is_running(marks)
    assert last_steps(window) == ["running"]


def asks(window: NitkaWindow, question: str, control: str) -> None:
    """Send a question, and wait for the card with this control."""
    window.focus("composer")
    window.send(question)
    window.wait_for(lambda: window.is_showing(control), f"the card of {question!r}")


def answered(window: NitkaWindow, replies: int) -> None:
    """Wait for the end of a reply."""
    window.wait_for(lambda: len(window.messages("assistant")) == replies, "the reply")
    window.wait_ended()


def last_steps(window: NitkaWindow) -> list[str]:
    """How far the calls of the newest reply are, sorted."""
    [(steps,)] = records(window.profile, NEWEST)
    return sorted(step["status"] for step in json.loads(steps))
