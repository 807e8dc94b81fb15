"""From the worker to the window: at most a batch a frame, in order, nothing lost, nothing running when idle."""

import threading

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from desktop_app.controllers.facts import Fact, LibraryChanged, ReplyEdited
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.normaliser import TextEdit
from desktop_app.qt.bridge import Bridge, merge_edits

THREAD, MESSAGE = ThreadId("t"), MessageId("m")


def edited(keep: int, text: str, message: str = "m") -> ReplyEdited:
    return ReplyEdited(THREAD, MessageId(message), TextEdit(keep, text))


def test_ten_thousand_pieces_from_another_thread_arrive_whole_in_few_batches(qtbot: QtBot) -> None:
    bridge = Bridge()
    batches: list[list[Fact]] = []
    bridge.arrived.connect(batches.append)

    def produce() -> None:
        for number in range(10_000):
            bridge.post(edited(number, "x"))

    producer = threading.Thread(target=produce)
    producer.start()

    def text() -> str:
        shown = ""
        for batch in batches:
            for fact in batch:
                assert isinstance(fact, ReplyEdited)
                shown = fact.edit.apply(shown)
        return shown

    qtbot.waitUntil(lambda: len(text()) == 10_000)
    producer.join()
    assert len(batches) < 500
    assert all(len(batch) == 1 for batch in batches)


def test_nothing_ticks_while_nothing_is_pending(qtbot: QtBot) -> None:
    bridge = Bridge()
    with qtbot.waitSignal(bridge.arrived):
        bridge.post(edited(0, "x"))
    assert not any(timer.isActive() for timer in bridge.findChildren(QTimer))


def test_what_happens_before_anybody_listens_is_told_then(qtbot: QtBot) -> None:
    bridge, heard = Bridge(), Bridge()
    bridge.post(edited(0, "early"))
    with qtbot.waitSignal(heard.arrived):  # by now a listener would have been told
        heard.post(edited(0, "early"))
    bridge.post(edited(5, " bird"))
    batches: list[list[Fact]] = []
    bridge.arrived.connect(batches.append)
    qtbot.waitUntil(lambda: bool(batches))
    assert batches == [[edited(0, "early bird")]]


def test_edits_of_one_reply_are_merged_and_facts_keep_their_order() -> None:
    changed = LibraryChanged(threads=True)
    facts: list[Fact] = [edited(0, "a"), edited(1, "b")]
    facts += [changed, edited(2, "c"), edited(0, "z", "other"), edited(3, "d")]
    expected = [edited(0, "ab"), changed, edited(2, "c"), edited(0, "z", "other"), edited(3, "d")]
    assert merge_edits(facts) == expected
