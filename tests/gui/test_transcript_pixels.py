"""What is on the screen equals a fresh painting, whatever moved and grew before."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.normaliser import TextEdit
from desktop_app.domain.threads import Message, Status
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.blocks.images import Stage
from tests.gui.conversation import question, reply, talk
from tests.gui.parts import activate
from tests.gui.test_image_block import picture
from tests.markdown_documents import make

PROFILES = ("mixed", "fence", "paragraph", "list", "table", "emoji", "cyrillic", "quote")
ROUNDING = 2
"""A corner that the edge of the screen cuts is drawn with another rounding than one that was moved there."""
LOOKS = 3
STEPS = (-300, -40, -1, 3, 50, 400)


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    theme = Theme(resources_dir())
    theme.set_motion_reduced(True)
    made = TranscriptView(theme)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.highlighter.close()  # colours come when they come, also between the two pictures
    yield made
    made.clear()
    made.close_threads()


def page(view: TranscriptView, image: QImage) -> QImage:
    """The viewport's part; the scroll bar follows the text a few times a second only."""
    ratio = image.devicePixelRatio()
    size = view.viewport().size() * ratio
    return image.convertToFormat(QImage.Format.Format_RGB32).copy(0, 0, size.width(), size.height())


def assert_fresh(view: TranscriptView, when: str) -> None:
    """What only comes late, on a busy machine, is there at the next look; what is stale stays."""
    looks = (shown_difference(view) <= ROUNDING for _ in range(LOOKS))
    assert any(looks), f"stale pixels after {when}"


def shown_difference(view: TranscriptView) -> int:
    QApplication.processEvents()
    for status in view.findChildren(QWidget, "run_status"):
        status.hide()  # its clock ticks between the two pictures
    QApplication.processEvents()
    screen = view.screen()
    shown = page(view, screen.grabWindow(view.winId()).toImage())
    fresh = page(view, view.grab().toImage())
    return greatest_difference(shown, fresh)


def greatest_difference(one: QImage, other: QImage) -> int:
    """Of any colour of any pixel, 0 to 255."""
    if one == other:
        return 0
    pairs = zip(bytes(one.constBits()), bytes(other.constBits()), strict=True)
    return max(abs(left - right) for left, right in pairs)


def stream(view: TranscriptView, answer: Message, source: str, chance: random.Random) -> None:
    """Let the reply grow in pieces of any length while the reader moves about."""
    position = count = 0
    while position < len(source):
        piece = source[position : position + chance.randint(1, 250)]
        view.edit(answer.id, TextEdit(position, piece))
        position += len(piece)
        what = "a piece"
        if chance.random() < 0.25:
            step = chance.choice(STEPS)
            view.scroll_by(step)
            what = f"scrolling by {step}"
        elif chance.random() < 0.05:
            view.jump_to_end()
            what = "a jump to the end"
        count += 1
        if count % 4 == 0:
            assert_fresh(view, f"{what} at {position}")


@pytest.mark.parametrize("seed", range(32))
def test_nothing_stale_is_left_on_the_screen(view: TranscriptView, seed: int) -> None:
    chance = random.Random(seed)
    view.resize(chance.choice([500, 800, 1000]), chance.choice([400, 700]))
    before = chance.choice([0, 2, 6])
    answer = reply(before + 1, "", Status.WRITING)
    view.show_thread([*talk(before), question(before), answer])
    if chance.random() < 0.5:
        view.scroll_to_question(question(before).id)
    assert_fresh(view, "opening")
    source = make(chance.choice([1500, 5000]), PROFILES[seed % len(PROFILES)], seed)
    stream(view, answer, source, chance)
    view.set_ended(replace(answer, text=source, status=Status.COMPLETED), None)
    assert_fresh(view, "the end")
    for _ in range(12):
        step = chance.randint(-600, 600)
        view.scroll_by(step)
        assert_fresh(view, f"scrolling by {step}")
    view.resize(view.width() - 120, view.height())
    assert_fresh(view, "a new width")


def test_a_ring_is_whole_around_a_picture_that_comes(view: TranscriptView, qtbot: QtBot) -> None:
    address = "https://example.org/p.png"
    view.resize(800, 400)
    activate(qtbot, view)
    view.show_thread([question(0), reply(1, f"Look:\n\n![A field]({address})\n\nThe end.")])
    view.show_message("m0001")
    QTest.keyClick(view, Qt.Key.Key_Tab)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert_fresh(view, "asking for a picture")
    view.images.supply(address, picture())
    qtbot.waitUntil(lambda: view.images.picture(address).stage is Stage.READY)
    QToolTip.hideText()
    assert_fresh(view, "a picture")
