"""A thread as a screen reader has it: over the accessibility bus, while a reply is being written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.ids import ThreadId
from desktop_app.domain.threads import Citation
from desktop_app.store.database import Database
from desktop_app.store.profile import Profile
from desktop_app.store.rows import to_json
from tests.desktop_session import DesktopSession
from tests.e2e.profiles import prepare_profile
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow
from tests.threads_in_store import put_thread

REPLY = """## The plan

The first **sentence** is short. The second has a [link](https://example.org/page) in it! Лучше так… Готово.

```python
print("one")
print("two")
```

1. Wash
2. Rinse

That is all.
"""
SENTENCES = (
    "The plan",
    "The first sentence is short.",
    "The second has a link in it!",
    "Лучше так…",
    "Готово.",
    "Code block, 2 lines",
    "1. Wash",
    "2. Rinse",
    "That is all.",
)
IN_ORDER = ("The plan", "The first sentence", "Лучше так", 'print("two")', "That is all.")
CODE = 'print("one")\nprint("two")'
PIECE = 4
QUESTION = "Question"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[NitkaWindow]:
    """A window whose service writes the reply, some letters every 60 ms."""
    pieces = [REPLY[at : at + PIECE] for at in range(0, len(REPLY), PIECE)]
    with DesktopSession(tmp_path, display=True, keyring=False) as session:
        server = ScriptedServer(session, tmp_path, "--pieces", *pieces, "--delay-ms", "60")
        prepare_profile(tmp_path / "profile", server.base_url)
        with NitkaWindow(session, tmp_path / "profile") as window:
            window.wait_ready()
            window.focus("composer")
            yield window


@pytest.mark.slow
def test_a_reply_is_announced_sentence_by_sentence(window: NitkaWindow) -> None:
    window.listen("object:announcement")
    window.send(QUESTION)
    heard: list[str] = []

    def is_complete() -> bool:
        heard.extend(str(event["text"]) for event in window.heard())
        return any(words.startswith("Reply complete") for words in heard)

    window.wait_for(is_complete, "the last announcement")
    assert heard[0] == "Writing a reply"
    assert heard[-1].split(",")[0] == "Reply complete"
    assert len(heard) > 4, "the sentences came in one piece"
    read = "\n".join(heard[1:-1])
    places = [read.find(sentence) for sentence in SENTENCES]
    assert -1 not in places, (read, places)
    assert places == sorted(places)
    assert "print" not in read
    assert "**" not in read


@pytest.mark.slow
def test_what_was_used_of_a_source_is_announced(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    prepare_profile(folder, "http://127.0.0.1:9")
    cite(folder, Citation("Agreement.pdf", fragment="The penalty is 0.1 %.", page=3))
    with (
        DesktopSession(tmp_path, display=True, keyring=False) as session,
        NitkaWindow(session, folder) as window,
    ):
        window.wait_ready()
        window.wait_for(lambda: window.is_showing("source_1"), "the source")
        window.listen("object:announcement")
        window.focus("source_1")
        window.keys("Return")
        heard: list[str] = []

        def is_told() -> bool:
            heard.extend(str(event["text"]) for event in window.heard())
            return "Agreement.pdf\nPage 3\nThe penalty is 0.1 %." in heard

        window.wait_for(is_told, "the fragment")


def cite(folder: Path, citation: Citation) -> None:
    """Make the profile's thread one whose reply cites this."""
    profile = Profile.at(folder)
    database = Database(profile.database, profile.backups)
    database.open_blocking()
    (thread_id,) = database.read_blocking(lambda at: at.execute("SELECT id FROM threads").fetchone())
    put_thread(database, ThreadId(thread_id), ["How much is it?", "A tenth of a percent."])
    database.run_blocking(
        lambda at: at.execute("UPDATE messages SET citations = ? WHERE position = 1", (to_json([citation]),))
    )
    database.close_blocking()


@pytest.mark.slow
def test_messages_are_there_with_their_words_and_grow(window: NitkaWindow) -> None:
    window.listen("object:text-changed:insert")
    window.send(QUESTION)
    states: list[str] = []
    inserted: list[str] = []

    def has_ended() -> bool:
        is_last = window.is_showing("send")
        text = window.reply()
        if text and text not in states[-1:]:
            states.append(text)
        inserted.extend(str(event["text"]) for event in window.heard())
        return is_last and "That is all." in text

    window.wait_for(has_ended, "the whole reply")
    assert len(states) >= 5, states
    met = [next(at for at, state in enumerate(states) if part in state) for part in IN_ORDER]
    assert met == sorted(set(met)), (met, states)
    assert any("sentence" in text for text in inserted), inserted
    question, reply = window.authored()
    assert (question["name"], question["role"], question["text"]) == ("You", "label", QUESTION)
    assert (reply["name"], reply["role"]) == ("Assistant", "label")
    assert CODE in reply["text"]
    assert "The first sentence is short." in reply["text"]
    assert "```" not in reply["text"]


@pytest.mark.slow
def test_painted_controls_can_be_pressed_and_messages_have_the_focus(window: NitkaWindow) -> None:
    window.send(QUESTION)
    window.wait_for(lambda: "That is all." in window.reply(), "the whole reply")
    window.wait_ended()
    assert window.describe("message_link")["role"] == "link"
    assert window.describe("message_link")["name"] == "link"
    assert window.describe("message_copy")["role"] == "push button"
    window.press("message_copy")
    window.focus("composer")
    window.keys("ctrl+v")
    window.wait_for(lambda: window.text("composer").strip() == CODE, "the code in the composer")
    window.keys("alt+Up")
    window.wait_for(lambda: window.authored()[-1]["focused"], "the focus on the reply")
    window.keys("alt+Up")
    window.wait_for(lambda: window.authored()[0]["focused"], "the focus on the question")
    assert not window.authored()[-1]["focused"]


@pytest.mark.slow
def test_a_reader_may_walk_through_whatever_changes(window: NitkaWindow) -> None:
    window.send(QUESTION)
    window.wait_for(lambda: window.reply(), "the reply")
    window.new_thread()
    window.send("Another question")
    window.wait_for(lambda: window.reply(), "the other reply")
    for _ in range(4):
        for keys in (["ctrl+Next"], ["ctrl+Prior"], ["alt+Up", "Home"], ["End"], ["Tab", "Tab"], ["ctrl+l"]):
            window.keys(*keys)
            assert window.texts()
            window.authored()
    window.wait_ended()
    window.wait_for(lambda: "That is all." in window.reply(), "a whole reply")
