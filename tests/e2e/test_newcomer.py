"""A newcomer's assistant with a file and a function, by real keys alone: asked, approved, read, changed and compared.

The accessibility bus only tells where the keyboard is and what stands there; it presses nothing.
"""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.desktop_session import DesktopSession
from tests.e2e.commands import Nitka
from tests.e2e.profiles import records
from tests.e2e.scripted import ScriptedServer
from tests.e2e.window import NitkaWindow
from tests.mixed_files import LINES_A_PAGE, pdf

PARAMETERS = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'
PROGRAM = """#!/bin/sh
read -r given
printf 'given %s' "$given"
"""
GIVEN = 'given {"city": "Tula"}'
INVENTORY = "Опись имущества: верёвка, фонарь, бочка."
REPAIR = "Маяк отремонтировали в 1907 году."
QUESTION = "What happened in 1907? call weather Tula, cite"
THANKS = "Thanks"
ADDED = "Be brief. "
NOTE = "Shorter replies"
LAST_MESSAGES = 3
SEEN = ("1907", "Tula", "", THANKS, THANKS)
"""Words of the messages in the pane; the line from which the model sees them stands between."""
WORDS = {"en": "added “Be brief", "ru": "добавлено «Be brief"}
STOPS = 60
REST_S = 0.3


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_newcomer_comes_through_by_keyboard_alone(tmp_path: Path, language: str) -> None:
    report, program = tmp_path / "report.pdf", tmp_path / "weather"
    report.write_bytes(pdf([INVENTORY] * LINES_A_PAGE + [REPAIR]))
    program.write_text(PROGRAM)
    program.chmod(0o755)
    with DesktopSession(tmp_path, display=True) as session:
        server = ScriptedServer(session, tmp_path, "--mode", "functions", "--models", "tiny")
        Nitka(session, tmp_path).add("Work", "--base-url", server.base_url, "--auth", "none")
        with NitkaWindow(session, tmp_path / "profile", "--language", language) as window:
            window.language = language
            window.wait_ready()
            makes_an_assistant_from_a_template(window)
            gives_it_a_function(window, program)
            gives_it_a_file(window, report)
            asks_and_approves(window)
            the_model_was_given_the_page_and_the_result(server)
            reads_the_citation(window)
            looks_at_what_the_model_sees(window)
            changes_the_instruction(window)
            compares_the_two_versions(window)
            assert window.quit() == 0
    versions = records(tmp_path / "profile", "SELECT version, note FROM assistant_versions WHERE note != ''")
    assert versions == [(2, NOTE)]


def is_at(window: NitkaWindow, name: str) -> bool:
    """Whether the keyboard is at a control."""
    return bool(window.describe(name).get("focused"))


def come_to(window: NitkaWindow, name: str, key: str = "Tab") -> None:
    """Press a key until the keyboard is at a control."""
    for _ in range(STOPS):
        try:
            window.wait_for(lambda: is_at(window, name), name, REST_S)
        except TimeoutError:
            window.keys(key)
        else:
            return
    raise AssertionError(f"{key} does not come to {name}")


def write(window: NitkaWindow, name: str, text: str) -> None:
    """Go to a field by Tab and type a text in place of what is there."""
    come_to(window, name)
    window.keys("ctrl+a")
    window.type(text)
    window.wait_for(lambda: window.text(name) == text, f"{text!r} in {name}")


def send(window: NitkaWindow, text: str) -> None:
    """Go to the composer by its key and send a question."""
    window.keys("ctrl+l")
    come_to(window, "composer")
    window.send(text)


def makes_an_assistant_from_a_template(window: NitkaWindow) -> None:
    """The translator, answered by the new connection, which is sent no more than some messages."""
    window.keys("ctrl+alt+n")
    come_to(window, "template_translator")
    window.keys("Return")
    come_to(window, "assistant_name")
    window.keys("ctrl+Tab", "ctrl+Tab")
    come_to(window, "assistant_connection")
    window.keys("W")
    window.wait_for(lambda: window.text("assistant_connection") == "Work", "the connection")
    write(window, "assistant_model", "tiny")
    window.keys("ctrl+Tab")
    come_to(window, "assistant_truncation")
    window.keys("Down")
    write(window, "assistant_last_messages", str(LAST_MESSAGES))
    window.keys("ctrl+Tab")


def gives_it_a_function(window: NitkaWindow, program: Path) -> None:
    """A program on this computer, tried out before anybody calls it."""
    come_to(window, "function_add")
    window.keys("Return")
    come_to(window, "function_name")
    write(window, "function_name", "weather")
    write(window, "function_description", "Tells the weather of a city")
    write(window, "function_parameters", PARAMETERS)
    come_to(window, "function_source")
    window.keys("Down")
    write(window, "command_program", str(program))
    write(window, "argument_city", "Tula")
    come_to(window, "command_try")
    window.keys("space")
    window.wait_for(lambda: window.text("command_output") == GIVEN, "what the program gives")
    window.keys("Escape")
    come_to(window, "function_list")


def gives_it_a_file(window: NitkaWindow, report: Path) -> None:
    """Searched for every question; the assistant is created for it."""
    come_to(window, "search_on")
    window.keys("space")
    come_to(window, "files_create")
    window.keys("space")
    come_to(window, "fileNameEdit")
    write(window, "fileNameEdit", str(report))
    window.keys("Return")
    window.wait_for(lambda: any("report.pdf" in row for row in window.rows("files_list")), "the file")
    assert is_at(window, "files_add")
    window.wait_for(lambda: is_read(window), "the file to be read")
    window.keys("Escape")
    come_to(window, "composer")


def is_read(window: NitkaWindow) -> bool:
    """Whether nothing is left to read, and two fragments are there."""
    return not window.is_showing("files_progress") and any("2" in row for row in window.rows("files_list"))


def asks_and_approves(window: NitkaWindow) -> None:
    """The card waits for its key; the reply goes on with the result."""
    send(window, QUESTION)
    window.wait_for(lambda: window.is_showing("allow_call"), "the card")
    assert is_at(window, "composer")
    window.keys("ctrl+j")
    come_to(window, "allow_call")
    window.keys("Return")
    window.wait_ended()
    window.wait_for(lambda: window.reply() == f"It says: {GIVEN} [1]", "the reply")


def the_model_was_given_the_page_and_the_result(server: ScriptedServer) -> None:
    """The fragment with its page in the instruction, then the program's result."""
    first, second = server.asked
    assert "report.pdf, page 2" in first["messages"][0]["content"]
    assert REPAIR in first["messages"][0]["content"]
    assert second["messages"][-1]["role"] == "tool"
    assert second["messages"][-1]["content"] == GIVEN


def reads_the_citation(window: NitkaWindow) -> None:
    """From the mark in the reply to its card, and from there to the page."""
    come_to(window, "transcript", "shift+F6")
    window.keys("alt+Up", "alt+Down", "Tab", "Return")
    window.wait_for(lambda: not is_at(window, "transcript"), "the card of the source")
    window.keys("Return")
    window.wait_for(lambda: REPAIR in window.text("source_text"), "the source")
    come_to(window, "details_tabs")
    before, _, after = window.text("source_text").rpartition("2\n")
    assert before.count(INVENTORY) == LINES_A_PAGE
    assert after.strip() == REPAIR


def looks_at_what_the_model_sees(window: NitkaWindow) -> None:
    """A second question leaves the first one out of the third; a line says so, and so does the pane."""
    window.keys("Right")
    window.wait_for(lambda: len(window.rows("context_rows")) >= 2, "what would be sent")
    send(window, THANKS)
    window.wait_for(lambda: window.reply() == f"You said: {THANKS}", "the reply")
    window.wait_ended()
    window.wait_for(lambda: len(window.rows("context_rows")) == len(SEEN), "the messages and the line")
    rows = window.rows("context_rows")
    assert [text in row for text, row in zip(SEEN, rows, strict=True)] == [True] * len(SEEN), rows
    line = rows[SEEN.index("")]
    window.wait_for(lambda: (line, THANKS) in pairwise(window.texts()), "the line above the question")


def changes_the_instruction(window: NitkaWindow) -> None:
    """Saved with a note; the thread stays what it was."""
    title = window.text("thread_title")
    window.keys("ctrl+i")
    come_to(window, "assistant_name")
    window.keys("ctrl+Tab")
    come_to(window, "assistant_instruction")
    window.keys("ctrl+Home")
    window.type(ADDED)
    write(window, "assistant_note", NOTE)
    window.keys("Return")
    window.wait_for(lambda: "v2" in str(window.describe("assistant_pill").get("name")), "version 2")
    assert window.text("thread_title") == title
    assert QUESTION[:20] in title


def compares_the_two_versions(window: NitkaWindow) -> None:
    """What was added is told in words, and what each version answered."""
    window.keys("ctrl+i")
    come_to(window, "assistant_name")
    window.keys("ctrl+shift+Tab")
    come_to(window, "assistant_versions")
    window.wait_for(lambda: len(window.rows("assistant_versions")) == 2, "both versions")
    assert any(NOTE in row for row in window.rows("assistant_versions"))
    come_to(window, "assistant_difference")
    assert window.text("assistant_difference").count(ADDED.strip()) == 1
    assert any(WORDS[window.language] in text for text in window.texts())
    window.keys("Escape")
    window.wait_for(lambda: not window.is_showing("assistant_difference"), "the dialog's end")
