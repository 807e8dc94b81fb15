"""What a screen reader is told while a reply arrives."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from desktop_app.domain.settings import Announcements
from desktop_app.markdown.items import CodeItem, Item, TextItem
from desktop_app.widgets.transcript.announcer import EVERY_S, Announcer

REPLY = "reply"
FRAMES = 20_000


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    """A reader is there."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


class Ear(QObject):
    """Has an announcer, and remembers what it said and when."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.times_s: list[float] = []
        self.announcer = Announcer(self, self._hear)

    def _hear(self, words: str) -> None:
        self.heard.append(words)
        self.times_s.append(time.monotonic())

    @property
    def is_waiting(self) -> bool:
        """Whether a timer runs."""
        return any(timer.isActive() for timer in self.announcer.findChildren(QTimer))


def wait_until_silent(qtbot: QtBot, ear: Ear) -> None:
    qtbot.waitUntil(lambda: not ear.is_waiting)


def test_a_reply_is_read_from_its_beginning_to_its_end(qtbot: QtBot) -> None:
    ear = Ear()
    items: list[Item] = [TextItem("Hello there. How")]
    ear.announcer.began(REPLY)
    ear.announcer.grew(REPLY, items)
    qtbot.waitUntil(lambda: len(ear.heard) == 2)
    items[:] = [TextItem("Hello there. How are you?"), CodeItem(["a", "b"]), TextItem("Bye")]
    ear.announcer.ended(REPLY, items, 6)
    wait_until_silent(qtbot, ear)
    assert ear.heard == [
        "Writing a reply",
        "Hello there.",
        "How are you?\nCode block, 2 line(s)\nBye",
        "Reply complete, 6 word(s)",
    ]


def test_announcements_keep_their_distance(qtbot: QtBot) -> None:
    ear = Ear()
    for number in range(4):
        ear.announcer.began(f"{number}")
    wait_until_silent(qtbot, ear)
    assert len(ear.heard) == 4
    gaps_s = [after - before for before, after in zip(ear.times_s, ear.times_s[1:], strict=False)]
    assert min(gaps_s) >= EVERY_S - 0.005


def test_sentences_that_come_between_two_announcements_are_said_at_once(qtbot: QtBot) -> None:
    ear = Ear()
    ear.announcer.began(REPLY)
    qtbot.waitUntil(lambda: len(ear.heard) == 1)
    items: list[Item] = []
    for count in range(1, 6):
        items[:] = [TextItem("A sentence. " * count + "More")]
        ear.announcer.grew(REPLY, items)
    qtbot.waitUntil(lambda: len(ear.heard) == 2)
    assert ear.heard[1] == " ".join(["A sentence."] * 5)


def test_an_ending_that_is_none_is_told_in_its_own_words(qtbot: QtBot) -> None:
    ear = Ear()
    ear.announcer.began(REPLY)
    ear.announcer.ended(REPLY, [TextItem("Half a sen")], 3, "Stopped")
    wait_until_silent(qtbot, ear)
    assert ear.heard == ["Writing a reply", "Half a sen", "Stopped"]


def test_who_wants_start_and_end_hears_nothing_between(qtbot: QtBot) -> None:
    ear = Ear()
    ear.announcer.wanted = Announcements.ENDS
    ear.announcer.began(REPLY)
    ear.announcer.grew(REPLY, [TextItem("One. Two. Three")])
    ear.announcer.ended(REPLY, [TextItem("One. Two. Three")], 3)
    wait_until_silent(qtbot, ear)
    assert ear.heard == ["Writing a reply", "Reply complete, 3 word(s)"]


def says_nothing(qtbot: QtBot, ear: Ear) -> None:
    ear.announcer.began(REPLY)
    ear.announcer.grew(REPLY, [TextItem("One. Two. Three")])
    ear.announcer.ended(REPLY, [TextItem("One. Two. Three")], 3)
    assert not ear.is_waiting
    qtbot.wait(50)
    assert ear.heard == []


def test_who_wants_silence_has_it(qtbot: QtBot) -> None:
    ear = Ear()
    ear.announcer.wanted = Announcements.OFF
    says_nothing(qtbot, ear)


def test_without_a_reader_no_timer_runs(qtbot: QtBot) -> None:
    QAccessible.setActive(False)
    says_nothing(qtbot, Ear())


def test_a_reply_met_on_its_way_is_read_from_its_sentence_on(qtbot: QtBot) -> None:
    ear = Ear()
    items: list[Item] = [TextItem("Old words. And more old wo")]
    ear.announcer.grew(REPLY, items)
    items[:] = [TextItem("Old words. And more old words. New")]
    ear.announcer.grew(REPLY, items)
    items[:] = [TextItem("Old words. And more old words. New ones. Next")]
    wait_until_silent(qtbot, ear)
    assert ear.heard == ["And more old words. New ones."]


def test_another_thread_silences_what_was_not_said_yet(qtbot: QtBot) -> None:
    ear = Ear()
    ear.announcer.began(REPLY)
    ear.announcer.grew(REPLY, [TextItem("One. Two. Three")])
    ear.announcer.clear()
    assert not ear.is_waiting
    qtbot.wait(50)
    assert ear.heard == []


def test_frames_cost_nothing_to_speak_of_without_a_reader(qtbot: QtBot) -> None:
    QAccessible.setActive(False)
    announcer = Ear().announcer
    items: list[Item] = [TextItem("One. Two. " * 10_000)]
    before_s = time.thread_time()
    for _ in range(FRAMES):
        announcer.grew(REPLY, items)
    assert (time.thread_time() - before_s) / FRAMES < 20e-6
