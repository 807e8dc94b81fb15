"""Colours for code come from a thread of their own, in time and in the right place."""

import gc
import logging
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.widgets.transcript.blocks import lexing
from desktop_app.widgets.transcript.blocks.highlighter import (
    BLANK_LINES,
    CACHED_CHARACTERS,
    LONGEST_LINE,
    LONGEST_TEXT,
    Highlighter,
)
from desktop_app.widgets.transcript.blocks.lexing import ROLES, Colours, colours
from tests.conftest import PATIENCE_S, TRIES

CODE = '''\
@cached
async def deliver(hook: Hook, event: "Event") -> Outcome:
    """Says 😀 and more
    over two lines."""
    for attempt in range(6):  # é😀 comment
        await hook.post("a😀b", 5.5)
    return None'''
LONG = "value = compute(12, 'text')  # words\n" * (LONGEST_TEXT // 40)


class Receiver:
    def __init__(self) -> None:
        self.found: list[Colours] = []
        self.threads: list[threading.Thread] = []

    def take_colours(self, found: Colours) -> None:
        self.found.append(found)
        self.threads.append(threading.current_thread())


@pytest.fixture
def highlighter(qapp: QApplication) -> Iterator[Highlighter]:
    made = Highlighter()
    yield made
    made.close()
    if (thread := thread_of(made)) is not None:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def thread_of(highlighter: Highlighter) -> threading.Thread | None:
    return highlighter._thread


def lexed(language: str, text: str) -> list[list[tuple[str, str]]]:
    """The coloured words of every line, with the last part of their role."""
    found = colours(language, text, lambda: True)
    assert found is not None
    return words_of(text, found)


def words_of(text: str, found: Colours) -> list[list[tuple[str, str]]]:
    lines = [line.encode("utf-16-le") for line in text.split("\n")]
    return [
        [
            (
                line[2 * runs[at] : 2 * (runs[at] + runs[at + 1])].decode("utf-16-le"),
                ROLES[runs[at + 2]].removeprefix("syntax"),
            )
            for at in range(0, len(runs), 3)
        ]
        for line, runs in zip(lines, found, strict=True)
    ]


def test_words_are_coloured_by_what_they_are_also_behind_emoji_and_over_lines() -> None:
    assert lexed("py", CODE) == [
        [("@cached", "Function")],
        [
            ("async", "Keyword"),
            ("def", "Keyword"),
            ("deliver", "Function"),
            ("Hook", "Type"),
            ('"Event"', "String"),
            ("Outcome", "Type"),
        ],
        [('"""Says 😀 and more', "String")],
        [('    over two lines."""', "String")],
        [
            ("for", "Keyword"),
            ("in", "Keyword"),
            ("range", "Function"),
            ("6", "Number"),
            ("# é😀 comment", "Comment"),
        ],
        [("await", "Keyword"), ("post", "Function"), ('"a😀b"', "String"), ("5.5", "Number")],
        [("return", "Keyword"), ("None", "Keyword")],
    ]


@pytest.mark.parametrize(
    ("language", "text", "word", "role"),
    [
        ("js", "const a = 1;", "const", "Keyword"),
        ("ts", "let a: number = 1", "1", "Number"),
        ("c++", "int main() {}", "int", "Type"),
        ("sh", "echo 'hi'", "'hi'", "String"),
        ("yml", "name: nitka", "name", "Function"),
        ("jsonc", '{"a": 1} // note', "// note", "Comment"),
        ("dockerfile", "FROM python:3", "FROM", "Keyword"),
        ("jsonl", '{"a": true}', "true", "Keyword"),
        ("kt", "fun main() = 1", "fun", "Keyword"),
        ("rust", "fn main() -> u8 { 1 }", "fn", "Keyword"),
        ("diff", "+added", "+added", "String"),
        ("html", "<p class='x'>", "class", "Type"),
        ("SQL", "SELECT 1", "SELECT", "Keyword"),
    ],
)
def test_languages_go_by_the_names_that_stand_behind_fences(
    language: str, text: str, word: str, role: str
) -> None:
    assert (word, role) in lexed(language, text)[0]


@pytest.mark.parametrize("language", ["", "text", "nosuchlanguage", "../python", "p" * 10_000])
def test_an_unknown_language_has_no_colours(language: str) -> None:
    assert colours(language, CODE, lambda: True) == ()


def test_what_a_receiver_asked_for_reaches_it_on_the_windows_thread(
    qtbot: QtBot, highlighter: Highlighter
) -> None:
    assert thread_of(highlighter) is None
    receiver = Receiver()
    assert highlighter.request(receiver, "python", CODE) is None
    qtbot.waitUntil(lambda: bool(receiver.found))
    assert words_of(CODE, receiver.found[0]) == lexed("python", CODE)
    assert receiver.threads == [threading.main_thread()]


def test_what_is_known_comes_at_once_and_what_still_grows_is_not_kept(
    qtbot: QtBot, highlighter: Highlighter
) -> None:
    receiver = Receiver()
    highlighter.request(receiver, "python", CODE, is_final=False)
    qtbot.waitUntil(lambda: len(receiver.found) == 1)
    assert highlighter.request(receiver, "python", CODE) is None
    qtbot.waitUntil(lambda: len(receiver.found) == 2)
    assert highlighter.request(receiver, "python", CODE) is receiver.found[1]
    assert highlighter.request(receiver, "js", CODE) is None


def test_text_that_is_too_long_stays_plain(qtbot: QtBot, highlighter: Highlighter) -> None:
    receiver = Receiver()
    assert highlighter.request(receiver, "python", "x\n" * LONGEST_TEXT) == ()
    assert highlighter.request(receiver, "", CODE) == ()
    assert thread_of(highlighter) is None
    for text in ("x = 1\n" + "1" * (LONGEST_LINE + 1), "x = 1" + BLANK_LINES):
        receiver.found.clear()
        highlighter.request(receiver, "python", text)
        qtbot.waitUntil(lambda: bool(receiver.found))
        assert receiver.found == [()]


def test_only_the_newest_request_is_answered(qtbot: QtBot, highlighter: Highlighter) -> None:
    receiver = Receiver()
    highlighter.request(receiver, "python", LONG)
    qtbot.wait(20)
    highlighter.request(receiver, "python", CODE)
    qtbot.waitUntil(lambda: bool(receiver.found))
    qtbot.wait(50)
    assert [len(found) for found in receiver.found] == [CODE.count("\n") + 1]


def test_nothing_is_done_for_a_receiver_that_is_gone(qtbot: QtBot, highlighter: Highlighter) -> None:
    gone, there = Receiver(), Receiver()
    highlighter.request(gone, "python", LONG)
    qtbot.waitUntil(lambda: not highlighter._jobs)  # the thread has begun with it
    del gone
    gc.collect()
    highlighter.request(there, "python", CODE)
    qtbot.waitUntil(lambda: bool(there.found))
    assert highlighter.request(there, "python", LONG) is None  # had it been finished, it would be known


def test_closing_in_the_midst_returns_at_once_and_nothing_comes_afterwards(qtbot: QtBot) -> None:
    assert any(seconds_to_close(qtbot) < 0.2 for _ in range(TRIES))  # the machine may be busy with others


def seconds_to_close(qtbot: QtBot) -> float:
    """How long a highlighter takes to close while it works."""
    highlighter = Highlighter()
    receiver, warm = Receiver(), Receiver()
    highlighter.request(warm, "python", CODE)
    qtbot.waitUntil(lambda: bool(warm.found))
    thread = thread_of(highlighter)
    assert thread is not None
    assert thread.daemon
    highlighter.request(receiver, "python", LONG)
    qtbot.wait(20)
    began = time.monotonic()
    highlighter.close()
    seconds = time.monotonic() - began
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert highlighter.request(receiver, "python", CODE + "\n") is None
    qtbot.wait(50)
    assert receiver.found == []
    return seconds


def test_a_highlighter_that_was_never_asked_has_no_thread(qapp: QApplication) -> None:
    before = set(threading.enumerate())
    made = Highlighter(QObject())
    made.close()
    assert set(threading.enumerate()) <= before


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="needs the clock of another thread")
def test_the_thread_does_nothing_while_nothing_is_asked_for(qtbot: QtBot, highlighter: Highlighter) -> None:
    receiver = Receiver()
    highlighter.request(receiver, "python", CODE)
    qtbot.waitUntil(lambda: bool(receiver.found))
    thread = thread_of(highlighter)
    assert thread is not None
    assert thread.ident is not None
    clock = time.pthread_getcpuclockid(thread.ident)

    def is_still() -> bool:
        before = time.clock_gettime_ns(clock)
        qtbot.wait(300)
        return time.clock_gettime_ns(clock) == before

    assert any(is_still() for _ in range(TRIES))  # it may not have been done when it told what it found


def test_a_lexer_that_fails_costs_its_colours_alone(
    qtbot: QtBot, highlighter: Highlighter, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def get_tokens_unprocessed(self, text: str) -> Iterator[Any]:
            raise RuntimeError("broken")

    receiver = Receiver()
    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(lexing, "_lexer", lambda alias: Broken())
        highlighter.request(receiver, "python", CODE)
        qtbot.waitUntil(lambda: bool(receiver.found))
    assert receiver.found == [()]
    assert "python could not be coloured" in caplog.text
    highlighter.request(receiver, "python", CODE + "\n")
    qtbot.waitUntil(lambda: len(receiver.found) == 2)
    assert receiver.found[1]


def test_the_oldest_colours_are_forgotten_when_there_are_too_many(
    qtbot: QtBot, highlighter: Highlighter
) -> None:
    receiver = Receiver()
    text = ("x = " + "y" * 1500 + "\n") * (LONGEST_TEXT // 1505 - 1)
    texts = [f"x = {number}\n{text}" for number in range(CACHED_CHARACTERS // len(text) + 1)]
    for text in texts:
        receiver.found.clear()
        highlighter.request(receiver, "ini", text)
        qtbot.waitUntil(lambda: bool(receiver.found))
    assert highlighter.request(receiver, "ini", texts[-1]) is not None
    assert highlighter.request(receiver, "ini", texts[1]) is not None
    assert highlighter.request(receiver, "ini", texts[0]) is None


def test_other_threads_get_their_turns_as_before(qtbot: QtBot, highlighter: Highlighter) -> None:
    before = sys.getswitchinterval()
    receiver = Receiver()
    highlighter.request(receiver, "brainfuck", "+-")
    qtbot.waitUntil(lambda: bool(receiver.found))
    assert sys.getswitchinterval() == before
