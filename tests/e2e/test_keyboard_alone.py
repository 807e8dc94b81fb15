"""What can be done with messages, by real keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.profiles import prepare_profile
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow


@pytest.fixture
def window(tmp_path: Path) -> Iterator[NitkaWindow]:
    """A window whose service repeats what it is told."""
    with DesktopSession(tmp_path, display=True, keyring=False) as session:
        server = ScriptedServer(session, tmp_path, "--mode", "echo")
        prepare_profile(tmp_path / "profile", server.base_url)
        with NitkaWindow(session, tmp_path / "profile") as window:
            window.wait_ready()
            window.focus("composer")
            yield window


def ask(window: NitkaWindow, question: str) -> None:
    window.focus("composer")
    window.send(question)
    window.wait_for(lambda: window.reply() == f"You said: {question}", "the reply")
    window.wait_ended()


def go_to(window: NitkaWindow, steps_up: int) -> None:
    """From the composer to a message, counted from the end."""
    window.focus("composer")
    window.keys(*["alt+Down"] * 6, *["alt+Up"] * (steps_up - 1))
    window.wait_for(lambda: window.describe("composer").get("focused") is False, "the messages")


def wait_for_questions(window: NitkaWindow, *questions: str) -> None:
    window.wait_for(lambda: window.messages("user") == list(questions), f"the questions {questions}")


@pytest.mark.slow
def test_messages_are_edited_deleted_quoted_and_asked_again_by_keys_alone(window: NitkaWindow) -> None:
    ask(window, "One")
    ask(window, "Two")
    deletes_the_first_question_and_takes_it_back(window)
    quotes_the_first_reply_from_the_menu_key(window)
    asks_again_in_the_middle_and_takes_it_back(window)
    edits_the_first_question(window)
    assert window.quit() == 0


def deletes_the_first_question_and_takes_it_back(window: NitkaWindow) -> None:
    go_to(window, 4)
    window.keys("Tab", "Tab", "Tab")
    window.open_menu(lambda: window.keys("Return"), "Up", "Return")
    wait_for_questions(window, "Two")
    window.keys("ctrl+z")
    wait_for_questions(window, "One", "Two")


def quotes_the_first_reply_from_the_menu_key(window: NitkaWindow) -> None:
    go_to(window, 3)
    window.open_menu(lambda: window.keys("shift+F10"), "Up", "Up", "Return")
    window.wait_for(lambda: window.text("composer").startswith("> You said: One"), "the quote")
    window.keys("ctrl+a", "BackSpace")


def asks_again_in_the_middle_and_takes_it_back(window: NitkaWindow) -> None:
    go_to(window, 3)
    window.keys("Tab", "Tab", "Return")
    wait_for_questions(window, "One")
    window.wait_ended()
    for _ in range(20):
        window.keys("Tab")
        if window.describe("notice_action").get("focused"):
            break
    window.keys("Return")
    wait_for_questions(window, "One", "Two")


def edits_the_first_question(window: NitkaWindow) -> None:
    window.focus("composer")
    window.type("a draft")
    go_to(window, 4)
    window.keys("Tab", "Tab", "Return")
    window.wait_for(lambda: window.text("composer") == "One", "the question to be edited")
    window.keys("Escape")
    window.wait_for(lambda: window.text("composer") == "a draft", "the draft")
    go_to(window, 4)
    window.keys("Tab", "Tab", "Return")
    window.wait_for(lambda: window.text("composer") == "One", "the question to be edited")
    window.keys("End")
    window.type(" more")
    window.keys("Return")
    wait_for_questions(window, "One more")
    window.wait_for(lambda: window.text("composer") == "a draft", "the draft")
    window.wait_ended()
