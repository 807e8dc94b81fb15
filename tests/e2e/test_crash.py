"""``kill -9`` in the middle of replies: what the user wrote stays, what was answered stays, nothing is left over."""

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Self

import pytest

from tests.desktop_session import DesktopSession, wait_until
from tests.e2e.profiles import prepare_profile, records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow

LOOPBACK_MOMENTS, DEVICE_MOMENTS = 40, 10
LOST_LIMIT_S = 0.5
ORPHAN_LIMIT_S = 30
KEY_S = 0.06
WRITING = (
    "SELECT id FROM messages WHERE status = 'writing' UNION ALL SELECT id FROM runs WHERE status = 'writing'"
)
REPLY = (
    "SELECT r.text, t.draft FROM messages r JOIN messages q ON r.parent_id = q.id JOIN threads t ON t.id = r.thread_id"
    " WHERE q.text = ? ORDER BY r.id DESC"
)
STORY = "Write a long story about a ship, number"
PROMPT = "the quick brown fox jumps over the lazy dog and runs on " * 25 + "and stops"


@dataclass
class Losses:
    """What the kills took, in seconds."""

    reply_s: list[float] = field(default_factory=list)
    draft_s: list[float] = field(default_factory=list)
    orphan_s: float = 0
    kept_characters: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        kept = sorted(self.kept_characters)
        return (
            f"{len(kept)} kills, worst losses: {max(self.reply_s) * 1000:.0f} ms of a reply,"
            f" {max(self.draft_s) * 1000:.0f} ms of a draft; the last process ended after"
            f" {self.orphan_s * 1000:.0f} ms; the replies kept {kept[0]} to {kept[-1]} characters"
        )


@dataclass
class Seen:
    """What the user did and saw, each with its moment."""

    drafts: list[tuple[float, str]] = field(default_factory=list)
    replies: list[tuple[float, str]] = field(default_factory=list)
    killed_at_s: float = 0


@contextmanager
def desktop(folder: Path) -> Iterator[tuple[DesktopSession, Path]]:
    """A session with a profile that has an endless server and the model on this device."""
    with DesktopSession(folder, display=True) as session:
        server = ScriptedServer(session, folder, module="tests.e2e.clock_server")
        prepare_profile(folder / "profile", server.base_url)
        yield session, folder / "profile"


@pytest.mark.slow
def test_fifty_kills_in_the_middle_of_replies_lose_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20)
    losses = {"Loopback": Losses(), "Device": Losses()}
    moments = ["Loopback"] * LOOPBACK_MOMENTS + ["Device"] * DEVICE_MOMENTS
    with desktop(tmp_path) as (session, profile):
        last = ""
        for number, answerer in enumerate(moments):
            question = f"{STORY} {number}"
            after_s = chance.uniform(0.1, 2)
            with NitkaWindow(session, profile) as window:
                window.wait_ready()
                assert records(profile, WRITING) == []
                if last:
                    offers_to_go_on(window, profile, last)
                ask_in_a_new_thread(window, answerer, question)
                if answerer == "Device" and number % 3:  # a third of them while the model is loaded
                    window.wait_for(lambda: window.reply(), "the first words")
                seen = watch_and_type(window, after_s, answerer)
            is_cut = bool(records(profile, WRITING))
            assert is_cut or answerer == "Device"  # the small model may have told its story by then
            last = question if is_cut else ""
            look(session, profile, question, seen, losses[answerer])
        with capsys.disabled():
            print("", *(f"{name}: {found}" for name, found in losses.items()), sep="\n")
        for lost in losses.values():
            assert is_little(lost.draft_s)
            assert is_little(lost.reply_s)
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            if last:
                offers_to_go_on(window, profile, last)
            assert window.quit() == 0
        assert records(profile, WRITING) == []


def is_little(lost_s: list[float]) -> bool:
    """Whether no more was lost than may be; a tenth may be more by what the machine did meanwhile."""
    return sorted(lost_s)[len(lost_s) * 9 // 10 - 1] <= LOST_LIMIT_S and max(lost_s) <= 4 * LOST_LIMIT_S


def ask_in_a_new_thread(window: NitkaWindow, answerer: str, question: str) -> None:
    """Send; the window stays with the reply that grows."""
    if answerer not in str(window.describe("assistant_pill").get("name")):
        window.choose_row("assistants", answerer)
    window.new_thread()
    window.send(question)


def watch_and_type(window: NitkaWindow, after_s: float, answerer: str) -> Seen:
    """Write on a draft while the reply grows, for ``after_s``, and then kill."""
    seen, began_s, letters = Seen(), time.monotonic(), cycle("abcdefgh")
    with Keyboard(window.session) as keyboard:
        while time.monotonic() < began_s + after_s:
            keyboard.press(letter := next(letters))
            seen.drafts.append((time.monotonic(), (seen.drafts[-1][1] if seen.drafts else "") + letter))
            wait_until(lambda at_s=seen.drafts[-1][0]: time.monotonic() > at_s + KEY_S)  # type: ignore[misc]
            if answerer == "Device":
                seen.replies.append((time.monotonic(), window.reply()))
        seen.killed_at_s = time.monotonic()
        window.kill()
    return seen


class Keyboard:
    """Presses keys at once; a program started for each would come late by its own start."""

    def __init__(self, session: DesktopSession) -> None:
        self._xdotool = session.popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)

    def press(self, key: str) -> None:
        """Press and release a key."""
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.write(f"key --delay 1 {key}\n")
        self._xdotool.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.close()
        self._xdotool.wait(30)


def look(session: DesktopSession, profile: Path, question: str, seen: Seen, losses: Losses) -> None:
    """Measure what a kill took, and hold it against the limits."""
    wait_until(lambda: not nitka_processes(session), ORPHAN_LIMIT_S, "a process was left behind")
    losses.orphan_s = max(losses.orphan_s, time.monotonic() - seen.killed_at_s)
    asked = records(profile, "SELECT id FROM messages WHERE author = 'user' AND text = ?", question)
    assert len(asked) == 1
    [(reply, draft)] = records(profile, REPLY, question)
    draft_s = seen.killed_at_s - next(
        (at_s for at_s, text in seen.drafts if text not in draft), seen.killed_at_s
    )
    reply_s = lost_of_clock(reply, seen) if reply[:1].isdigit() else lost_of_words(reply, seen)
    losses.draft_s.append(draft_s)
    losses.reply_s.append(reply_s)
    losses.kept_characters.append(len(reply))


def lost_of_clock(reply: str, seen: Seen) -> float:
    """The age of the newest piece that was kept; pieces never stop coming."""
    times_s = [int(piece) / 1000 for piece in reply.split()]
    assert times_s == sorted(times_s)
    return seen.killed_at_s - times_s[-1]


def lost_of_words(reply: str, seen: Seen) -> float:
    """How long before the kill the first text was seen that is not kept; Markdown's marks are not seen."""
    kept = len("".join(filter(str.isalnum, reply)))
    lost = (at_s for at_s, text in seen.replies if len("".join(filter(str.isalnum, text))) > kept)
    return seen.killed_at_s - next(lost, seen.killed_at_s)


def nitka_processes(session: DesktopSession) -> list[int]:
    """Nitka's own among the session's processes."""
    found = []
    for pid in session.processes():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"desktop_app" in words:
            found.append(pid)
    return found


def offers_to_go_on(window: NitkaWindow, profile: Path, question: str) -> None:
    """The thread of the crash is open, its reply is marked and can be continued or asked for again."""
    [(reply, draft)] = records(profile, REPLY, question)
    window.wait_for(lambda: window.messages("user") == [question], "the thread that was open")
    window.wait_for(lambda: window.is_showing("retry_reply"), "Retry")
    assert window.text("ending").startswith("Interrupted")
    assert window.is_showing("continue_reply") == bool(reply.strip())
    assert window.text("composer") == draft
    assert window.is_showing("send")


@pytest.mark.slow
def test_an_interrupted_reply_is_continued_and_asked_for_again(tmp_path: Path) -> None:
    with desktop(tmp_path) as (session, profile):
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            ask_in_a_new_thread(window, "Loopback", STORY)
            window.wait_for(lambda: len(window.reply()) > 50, "some text")
            window.kill()
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            offers_to_go_on(window, profile, STORY)
            kept = window.reply()
            window.press("continue_reply")
            window.wait_for(lambda: len(window.reply()) > len(kept) + 50, "the reply to go on")
            assert window.reply().startswith(kept.strip())
            window.press("stop")
            window.wait_ended()
            ask_again_and_kill(window)
        with NitkaWindow(session, profile) as window:
            window.wait_ready()
            window.press("retry_reply")
            window.wait_for(lambda: window.is_showing("stop") and len(window.reply()) > 50, "a new reply")
            window.press("stop")
            window.wait_ended()
            assert window.is_showing("sibling_previous")
            assert window.quit() == 0
        assert records(profile, WRITING) == []


def ask_again_and_kill(window: NitkaWindow) -> None:
    """Regenerate, and die once the new reply grows."""
    before = window.reply()
    window.keys("ctrl+r")
    window.wait_for(lambda: window.is_showing("stop") and window.reply() not in ("", before), "a new reply")
    window.kill()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prompt", "sign"),
    [(STORY, ""), (STORY, " started"), (PROMPT, "launch_slot_")],
    ids=["starts", "loads", "reads a long prompt"],
)
def test_a_kill_while_the_model_is_not_ready_leaves_no_process(
    tmp_path: Path, prompt: str, sign: str
) -> None:
    log = tmp_path / "profile" / "logs" / "on-device.log"

    def is_there() -> bool:
        return len(nitka_processes(session)) > 1 and (not sign or (log.exists() and sign in log.read_text()))

    with desktop(tmp_path) as (session, profile), NitkaWindow(session, profile) as window:
        window.wait_ready()
        window.choose_row("assistants", "Device")
        window.new_thread()
        session.run(["xdotool", "type", "--delay", "1", prompt])
        window.wait_for(lambda: window.text("composer") == prompt, "the question in the composer")
        window.keys("Return")
        window.wait_for(is_there, "the model's process")
        assert window.reply() == ""
        window.kill()
        wait_until(lambda: not nitka_processes(session), ORPHAN_LIMIT_S, "a process was left behind")
        assert records(profile, "SELECT status FROM messages WHERE text = ?", prompt) == [("completed",)]
