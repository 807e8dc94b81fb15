"""How messages look: what stands where, in line with what."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import RunError
from desktop_app.domain.threads import Status
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript import TranscriptView
from desktop_app.widgets.transcript.action_row import ActionRow
from tests.gui.conversation import question, reply, run_of
from tests.gui.transcript_reader import Reader

TABLE = "| a | b |\n|---|--:|\n| c | d |"


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> Iterator[TranscriptView]:
    made = TranscriptView(Theme(resources_dir()))
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.clear()
    made.close_threads()


def row_of(view: TranscriptView, message_id: str) -> QRect:
    view.focus_message(message_id)
    shown = view.page.shown(message_id)
    assert shown is not None
    rows = [row for row in view.findChildren(ActionRow) if row.isVisible()]
    return min((row.geometry() for row in rows), key=lambda rect: abs(rect.y() - shown.y))


def test_the_buttons_of_a_question_stay_in_the_column(view: TranscriptView) -> None:
    for words in ("Short?", "A question that is long enough to have lines. " * 6):
        view.show_thread([question(0, words), reply(1, "Yes.")])
        for width in (400, 560, 784, 1400):
            view.resize(width, 600)
            row = row_of(view, "m0000")
            cell = view.page.known_cell("m0000")
            assert cell is not None
            air = view.theme.px("radius.small")
            assert row.left() >= view.column_left - air
            assert row.right() <= view.column_left + view.column_width + air
            bubble = cell.ring_rect().translated(view.column_left, 0)
            assert not row.intersects(bubble)


def test_the_ring_of_a_reply_is_around_all_of_it(view: TranscriptView) -> None:
    failed = reply(1, "", Status.FAILED)
    view.show_thread([question(0), failed], {failed.id: run_of(failed, RunError("sign_in", "no", 401))})
    row = row_of(view, failed.id)
    shown = view.page.shown(failed.id)
    assert shown is not None
    assert shown.cell is not None
    ring = shown.cell.ring_rect().translated(view.column_left, shown.y)
    card = next(one for one in view.findChildren(QLabel) if one.isVisible()).parentWidget()
    assert card is not None
    assert ring.contains(row.adjusted(0, 0, -row.width() // 2, 0))
    assert ring.contains(card.geometry())
    assert shown.y <= ring.top()
    assert ring.bottom() < shown.y + shown.height


def test_a_key_shows_the_ring_after_a_click(view: TranscriptView, reader: Reader) -> None:
    view.show_thread([question(0), reply(1, "Yes.")])
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    reader.click(QPoint(view.column_left + 2, reader.y("m0001") + 40))
    before = view.viewport().grab().toImage()
    view.step_message(1)
    cell = view.page.known_cell(view.current_id)
    assert cell is not None
    ring = cell.ring_rect().translated(view.column_left, reader.y(view.current_id))
    edge = QPoint(ring.left() + 1, ring.center().y())
    assert view.viewport().grab().toImage().pixel(edge) != before.pixel(edge)


def test_a_table_shows_its_button_while_the_mouse_is_beside_it(
    view: TranscriptView, reader: Reader, qtbot: QtBot
) -> None:
    view.show_thread([question(0), reply(1, f"Words.\n\n{TABLE}\n\nMore words.")])
    button = reader.target("m0001", "copy")

    def is_shown() -> bool:
        image = view.viewport().grab().toImage()
        area = QRect(button - QPoint(8, 8), button + QPoint(8, 8))
        colours = {
            image.pixel(x, y)
            for x in range(area.left(), area.right())
            for y in range(area.top(), area.bottom())
        }
        return len(colours) > 1

    assert not is_shown()
    QTest.mouseMove(view.viewport(), QPoint(view.column_left + 20, button.y() + 20))
    qtbot.waitUntil(is_shown)
    QTest.mouseMove(view.viewport(), QPoint(view.column_left + 20, reader.y("m0001") + 40))
    qtbot.waitUntil(lambda: not is_shown())


def test_a_wait_of_hours_is_told_in_hours(view: TranscriptView, qtbot: QtBot) -> None:
    failed = reply(1, "", Status.FAILED)
    error = RunError("rate_limited", "slow down", 429, retry_after_s=2 * 3600 + 65)
    view.show_thread([question(0), failed], {failed.id: run_of(failed, error, ended_at=datetime.now(UTC))})
    qtbot.waitUntil(lambda: any("2:01:" in one.text() for one in view.findChildren(QLabel)))


def test_a_wide_table_uses_the_page_but_leaves_its_margin(view: TranscriptView, qtbot: QtBot) -> None:
    words = "|".join(f"a_word_that_is_long_{number}" for number in range(12))
    view.show_thread([question(0), reply(1, f"|{words}|\n|{'-|' * 12}\n|{words}|")])
    for width, room in ((700, 0), (784, 0), (900, 58), (1600, 200), (900, 58)):
        view.resize(width, 600)
        cell = view.page.known_cell("m0001")
        assert cell is not None
        assert cell.flow.blocks[0].width == view.column_width + room
