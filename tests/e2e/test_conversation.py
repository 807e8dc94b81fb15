"""The whole story of a new user: a conversation with the model on this device, a service with a key, an assistant of
one's own, files, the end, and the next start that finds everything.

Keys are pressed and controls are read as a person or a script does it; nothing reaches into the program.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow
from tests.servers import KEY

STORY = "Write a short story about a lighthouse keeper and her cat"
FACT = "What is the capital of France?"
LONG = "Write a long story about a ship and its crew"
DRAFT = "a draft that is kept"
NAME = "Keeper of stories"
INSTRUCTION = "You tell stories. Keep them short."


@pytest.mark.slow
def test_a_new_user_talks_connects_exports_and_finds_everything_again(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with DesktopSession(tmp_path, display=True) as session:
        url = ScriptedServer(session, tmp_path, "--mode", "echo", "--models", "tiny", "--key", KEY).base_url
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            talks_with_the_model_on_this_device(window)
            stops_and_asks_again(window)
            adds_a_connection_with_a_key(window, url)
            no_process_tells_a_key(window)
            makes_an_assistant_for_it(window)
            changes_the_assistant(window)
            tidies_the_threads(window)
            exports_from_the_file_menu(window, tmp_path)
            window.focus("composer")
            window.type(DRAFT)
            session.run(["xdotool", "getactivewindow", "windowsize", "--sync", "1010", "690"])
            before = what_is_there(window)
            seen = window.texts()
            assert window.quit() == 0
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            window.wait_for(lambda: window.text("composer") == DRAFT, "the draft")
            assert what_is_there(window) == before
            the_connection_is_there(window)
            seen += window.texts()
            the_connection_goes_with_its_key(window)
            assert window.quit() == 0
    the_key_is_nowhere(tmp_path, seen)


def talks_with_the_model_on_this_device(window: NitkaWindow) -> None:
    """Two prompts give two texts; the first is seen growing, and the model's own log has the request."""
    assert window.is_showing("on_device_label")
    window.send(STORY)
    states = growing_states(window)
    assert len(states) >= 5, states
    assert [len(state) for state in states] == sorted({len(state) for state in states})
    log = (window.profile / "logs" / "on-device.log").read_text()
    assert re.search(r"POST /v1/chat/completions 200", log)
    window.wait_ended(120)
    window.send(FACT)
    window.wait_for(lambda: len(window.messages("assistant")) == 2, "a second reply")
    window.wait_ended(120)
    first, second = window.messages("assistant")
    assert window.messages("user") == [STORY, FACT]
    assert first
    assert second
    assert first != second


def growing_states(window: NitkaWindow) -> list[str]:
    """Every different text of the newest reply up to its end."""
    states: list[str] = []

    def has_ended() -> bool:
        is_last = window.is_showing("send")
        text = window.reply()
        if text and (not states or text != states[-1]):
            states.append(text)
        return is_last

    window.wait_for(has_ended, "the end of the reply", 120)
    return states


def stops_and_asks_again(window: NitkaWindow) -> None:
    """A stopped reply stays as it was, also beside the one that was asked for anew."""
    window.new_thread()
    window.send(LONG)
    window.wait_for(lambda: len(window.reply()) > 20, "some text")
    window.keys("Escape")
    window.wait_ended()
    stopped = window.reply()
    assert len(stopped) > 20
    window.keys("ctrl+r")
    window.wait_for(lambda: window.is_showing("stop"), "a new reply")
    window.wait_for(lambda: window.reply() not in ("", stopped), "another text")
    window.press("stop")
    window.wait_ended()
    anew = window.reply()
    assert len(window.messages("assistant")) == 1
    window.press("sibling_previous")
    window.wait_for(lambda: window.reply() == stopped, "the stopped text")
    window.press("sibling_next")
    window.wait_for(lambda: window.reply() == anew, "the new text")


def adds_a_connection_with_a_key(window: NitkaWindow, url: str) -> None:
    """The key goes to the keyring, where another client finds it; the test of the connection works."""
    window.keys("alt+f", "c")
    window.wait_for(lambda: window.is_showing("connection_list"), "the dialog")
    window.press("connection_add")
    window.press("connection_preset_other")
    window.wait_for(lambda: window.is_showing("connection_key"), "the form")
    window.fill("connection_name", "Echo")
    window.fill("connection_base_url", url)
    window.fill("connection_key", KEY)
    assert not any(KEY in text for text in window.texts())
    window.press("connection_test")
    window.wait_for(lambda: window.text("connection_result").startswith("Works"), "the test's result")
    window.press("connection_save")
    window.wait_for(lambda: window.is_showing("connection_key_stored"), "the key to be stored")
    assert window.session.lookup("nitka", keyring_entry(window)) == KEY
    window.close_connections()


def keyring_entry(window: NitkaWindow, name: str = "Echo") -> str:
    """Under which name the key of a connection stands in the keyring."""
    [(connection_id,)] = records(window.profile, "SELECT id FROM connections WHERE name = ?", name)
    profile_id = json.loads((window.profile / "settings.json").read_text())["profile_id"]
    return f"{profile_id}/{connection_id}"


def no_process_tells_a_key(window: NitkaWindow) -> None:
    """Neither Nitka nor the model's process shows a key in its command line or environment."""
    parent = Path(f"/proc/{window.process.pid}")
    module = "desktop_app.services.device.on_device_child"
    [child] = [pid for pid in window.session.processes() if module in command_line(pid)]
    assert set(command_line(child)[1:]) <= {"-P", "-m", module}
    own, inherited = (dict(environment(Path(f"/proc/{pid}"))) for pid in (child, window.process.pid))
    assert {name for name in own if own[name] != inherited.get(name)} <= {"OMP_WAIT_POLICY", "PYTHONPATH"}
    for process in (parent, Path(f"/proc/{child}")):
        assert KEY.encode() not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()


def command_line(pid: int) -> list[str]:
    """The words a process was started with."""
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


def environment(process: Path) -> Iterator[tuple[str, str]]:
    """The variables a process was started with."""
    for line in (process / "environ").read_text().split("\0")[:-1]:
        name, _, value = line.partition("=")
        yield name, value


def makes_an_assistant_for_it(window: NitkaWindow) -> None:
    """From a blank template, by keys; it answers through the new connection, which wants the key."""
    window.keys("ctrl+alt+n")
    window.press("template_blank")
    window.wait_for(lambda: window.describe("assistant_name").get("focused"), "the assistant's name")
    window.type("Echoes")
    window.keys("ctrl+Tab", "ctrl+Tab")
    window.wait_for(lambda: window.describe("assistant_connection").get("focused"), "the page of the model")
    window.keys("E")
    window.wait_for(lambda: window.text("assistant_connection") == "Echo", "the new connection")
    window.keys("alt+o")
    window.type("tiny")
    window.press("assistant_save")
    window.wait_for(lambda: pill(window) == "Assistant: Echoes · v1", "the new assistant")
    window.wait_for(lambda: window.is_showing("empty_thread"), "its thread")
    window.focus("composer")
    window.send("the key was right")
    window.wait_for(lambda: window.reply() == "You said: the key was right", "the echo")
    window.wait_ended()


def pill(window: NitkaWindow) -> str:
    """What the header says of the assistant in use."""
    return str(window.describe("assistant_pill").get("name"))


def changes_the_assistant(window: NitkaWindow) -> None:
    """A new name and instruction make version 2."""
    window.choose_row("assistants", "Local assistant")
    window.choose_row("threads", LONG)
    window.wait_for(lambda: pill(window) == "Assistant: Local assistant · v1", "the first assistant")
    window.keys("ctrl+i")
    window.wait_for(lambda: window.describe("assistant_name").get("focused"), "the assistant's name")
    window.keys("ctrl+a")
    window.type(NAME)
    window.keys("ctrl+Tab")
    window.fill("assistant_instruction", INSTRUCTION)
    window.keys("ctrl+s")
    window.wait_for(lambda: pill(window) == f"Assistant: {NAME} · v2", "version 2")
    window.choose_row("assistants", "All threads")


def tidies_the_threads(window: NitkaWindow) -> None:
    """Rename and pin one thread, delete another and take it back."""
    window.choose_row("threads", STORY)
    window.keys("F2", "ctrl+a")
    window.type("The lighthouse")
    window.keys("Return")
    window.wait_for(lambda: has_row(window, "The lighthouse"), "the new name")
    window.keys("alt+t", "p")
    window.wait_for(lambda: window.rows("threads")[:1] == ["Pinned"], "the pinned thread on top")
    window.choose_row("threads", LONG)
    window.keys("Delete")
    window.wait_for(lambda: not has_row(window, LONG), "the thread to go")
    assert LONG in window.text("notice")
    window.keys("ctrl+z")
    window.wait_for(lambda: has_row(window, LONG), "the thread to come back")


def has_row(window: NitkaWindow, start: str) -> bool:
    """Whether a thread's row begins so."""
    return any(row.startswith(start) for row in window.rows("threads"))


def exports_from_the_file_menu(window: NitkaWindow, folder: Path) -> None:
    """Three formats, each with both questions and the whole of the last reply."""
    window.choose_row("threads", "The lighthouse")
    window.wait_for(lambda: len(window.messages("assistant")) == 2, "the thread")
    for suffix in ("md", "html", "json"):
        path = folder / f"exported.{suffix}"
        window.keys("alt+f", "e")
        window.wait_for(lambda: window.describe("fileNameEdit").get("focused"), "the file's name")
        window.keys("ctrl+a")
        window.type(str(path))
        window.keys("Return")
        window.wait_for(lambda path=path: path.name in window.text("notice"), "the notice of the export")  # type: ignore[misc]
        written = path.read_text()
        assert STORY in written
        assert FACT in written
    archive = json.loads((folder / "exported.json").read_text())
    assert {message["text"] for message in archive["threads"][0]["messages"]} >= {STORY, FACT}


def what_is_there(window: NitkaWindow) -> dict[str, object]:
    """What a user sees of a thread, the lists and the window."""
    place = window.session.run(["xdotool", "getactivewindow", "getwindowgeometry", "--shell"]).stdout
    size = re.findall(r"^(?:WIDTH|HEIGHT)=(\d+)$", place, re.MULTILINE)
    return {
        "assistants": window.rows("assistants"),
        "threads": [row.split(", ")[0] for row in window.rows("threads")],
        "questions": window.messages("user"),
        "replies": window.messages("assistant"),
        "assistant": pill(window),
        "draft": window.text("composer"),
        "size": size,
    }


def the_connection_is_there(window: NitkaWindow) -> None:
    """With its key, which is not shown."""
    window.press("connections")
    window.choose_row("connection_list", "Echo")
    window.wait_for(lambda: window.is_showing("connection_key_stored"), "the stored key")
    window.press("connection_test")
    window.wait_for(lambda: window.text("connection_result").startswith("Works"), "the test's result")
    window.close_connections()


def the_connection_goes_with_its_key(window: NitkaWindow) -> None:
    """Asked first, since an assistant uses it; then the other client finds nothing any more."""
    entry = keyring_entry(window)
    window.press("connections")
    window.choose_row("connection_list", "Echo")
    window.press("connection_delete")
    window.press("connection_remove")
    window.wait_for(lambda: len(window.rows("connection_list")) == 1, "the connection to go")
    window.close_connections()
    assert window.session.lookup("nitka", entry) is None


def the_key_is_nowhere(folder: Path, seen: list[str]) -> None:
    """Not in a file of the profile, an export or the output, nor in the text of a control."""
    places = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {"nitka.db", "nitka.log", "on-device.log", "settings.json", "exported.json", "output.txt"} <= {
        path.name for path in places
    }
    assert [path for path, held in places.items() if KEY.encode() in held] == []
    assert [text for text in seen if KEY in text] == []
