"""Finding in a thread: real keys, a real store and worker; of the transcript only what it is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.controllers.backend import Backend, open_backend
from desktop_app.controllers.library import Beginning
from desktop_app.domain.ids import ThreadId
from desktop_app.export.markdown import Labels
from desktop_app.qt.finding import Finding
from desktop_app.store.profile import Profile
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.thread_find import ThreadFind
from tests.conftest import until
from tests.gui.living_window import living_window
from tests.threads_in_store import put_thread

THREAD, OTHER = ThreadId("thread-1"), ThreadId("thread-2")
TEXTS = [
    "A penalty?",
    "Nothing here.",
    "Is the penalty normal?",
    "# Penalty\n\nThe **pen**alty is normal.",
    "And else?",
    "No penalty.",
]
HITS = [(0, 0, 2), (2, 0, 7), (3, 0, 0), (3, 1, 4), (5, 0, 3)]
"""Position, item and start of every "penalty" in them."""


class Reader(QScrollArea):
    """Stands where the transcript stands, and remembers what it was asked to show."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.position = 0
        self.count = len(TEXTS)
        self.query = ""
        self.hits: list[tuple[int, int, int]] = []

    def set_find(self, query: str) -> None:
        self.query = query

    def show_hit(self, position: int, message_id: str, item_index: int, start: int, end: int) -> None:
        assert message_id
        assert end > start
        self.hits.append((position, item_index, start))

    def clear_find(self) -> None:
        self.query = ""

    def reading_position(self) -> int:
        return self.position

    def fraction_of(self, position: int) -> float:
        return position / self.count


class Scene:
    """A pane with the reader and the bar, and the hands of a user."""

    def __init__(self, qtbot: QtBot, theme: Theme, backend: Backend) -> None:
        self.qtbot = qtbot
        self.backend = backend
        self.pane = QWidget()
        qtbot.addWidget(self.pane)
        self.reader = Reader(self.pane)
        self.composer = QLineEdit(self.pane)
        self.find = ThreadFind(theme, self.reader, self.pane)
        column = QVBoxLayout(self.pane)
        for part in (self.find.bar, self.reader, self.composer):
            column.addWidget(part)
        self.finding = Finding(backend, self.pane)
        self.find.attach(self.finding)
        self.pane.resize(700, 400)
        self.pane.show()
        qtbot.waitExposed(self.pane)
        self.pane.activateWindow()
        self.composer.setFocus()

    @property
    def field(self) -> QLineEdit:
        found = self.find.bar.findChild(QLineEdit, "find_field")
        assert isinstance(found, QLineEdit)
        return found

    @property
    def words(self) -> str:
        found = self.find.bar.findChild(QLabel, "find_count")
        assert isinstance(found, QLabel)
        return found.text()

    def look_for(self, query: str) -> None:
        self.find.open()
        self.qtbot.keyClicks(self.field, query)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.field, key, modifiers)

    def wait_for(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: self.words == words)

    def wait_for_hit(self, *hits: tuple[int, int, int]) -> None:
        self.qtbot.waitUntil(lambda: self.reader.hits[-len(hits) :] == list(hits))


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    profile = Profile.at(tmp_path)
    profile.prepare()
    made = open_backend(profile, "id", lambda _: None, labels=Labels(), beginning=Beginning())
    put_thread(made.database, THREAD, TEXTS)
    put_thread(made.database, OTHER, ["penalty"])
    yield made
    made.close()


@pytest.fixture
def scene(qtbot: QtBot, qapp: QApplication, backend: Backend) -> Iterator[Scene]:
    made = Scene(qtbot, Theme(resources_dir()), backend)
    made.find.set_thread(THREAD)
    yield made
    made.finding.cancel()


def test_typed_words_are_found_and_the_first_hit_is_shown(scene: Scene) -> None:
    scene.look_for("PENALTY")
    scene.wait_for("1 of 5")
    scene.wait_for_hit(HITS[0])
    assert scene.reader.query == "penalty"
    assert len(scene.reader.hits) == 1


def test_the_first_hit_is_the_readers_next_one(scene: Scene) -> None:
    scene.reader.position = 3
    scene.look_for("penalty")
    scene.wait_for_hit(HITS[2])
    scene.wait_for("3 of 5")


def test_where_none_follows_the_first_hit_is_the_nearest_before(scene: Scene) -> None:
    scene.reader.position = 4
    scene.look_for("normal?")
    scene.wait_for_hit((2, 0, 15))
    scene.wait_for("1 of 1")


def test_enter_goes_through_all_hits_and_round(scene: Scene) -> None:
    scene.look_for("penalty")
    for number in (0, 1, 2, 3, 4, 0):
        scene.wait_for_hit(HITS[number])
        scene.wait_for(f"{number + 1} of 5")
        scene.press(Qt.Key.Key_Return)
    for number in (1, 0, 4, 3):
        scene.wait_for_hit(HITS[number])
        scene.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)


def test_words_typed_on_stay_at_the_hit(scene: Scene) -> None:
    scene.look_for("penalty")
    scene.wait_for("1 of 5")
    scene.press(Qt.Key.Key_Return)
    scene.wait_for_hit(HITS[1])
    scene.qtbot.keyClicks(scene.field, " n")
    scene.wait_for("1 of 1")
    scene.wait_for_hit(HITS[1])


def test_enter_before_typing_rests_looks_at_once(scene: Scene) -> None:
    scene.find._rest.setInterval(3_600_000)
    scene.look_for("penalty")
    assert not scene.reader.query
    scene.press(Qt.Key.Key_Return)
    scene.wait_for_hit(HITS[0])


def test_nothing_found_is_said(scene: Scene) -> None:
    scene.look_for("nowhere")
    scene.wait_for("No hits")
    assert scene.reader.hits == []


def test_escape_ends_it_and_gives_the_focus_back(scene: Scene) -> None:
    scene.qtbot.waitUntil(scene.composer.hasFocus)
    scene.look_for("penalty")
    scene.wait_for("1 of 5")
    assert not scene.find._marks.isHidden()
    scene.press(Qt.Key.Key_Escape)
    assert scene.find.bar.isHidden()
    assert scene.composer.hasFocus()
    assert scene.reader.query == ""
    assert scene.find._marks.isHidden()


def test_the_next_key_brings_the_last_words_back(scene: Scene) -> None:
    scene.look_for("penalty")
    scene.wait_for("1 of 5")
    scene.press(Qt.Key.Key_Escape)
    scene.find.next()
    assert not scene.find.bar.isHidden()
    scene.wait_for("1 of 5")


def test_another_thread_is_searched_for_the_same_words(scene: Scene) -> None:
    scene.look_for("penalty")
    scene.wait_for("1 of 5")
    scene.find.set_thread(OTHER)
    scene.wait_for("1 of 1")


def test_a_new_message_is_counted_and_the_reader_stays(scene: Scene) -> None:
    scene.look_for("penalty")
    scene.wait_for("1 of 5")
    scene.wait_for_hit(HITS[0])
    put_thread(scene.backend.database, THREAD, [*TEXTS, "The penalty again.", "A penalty, a penalty."])
    scene.find.messages_changed(6)
    scene.wait_for("1 of 8")
    assert scene.reader.hits == [HITS[0]]


def test_a_step_beyond_the_count_waits_for_it(scene: Scene) -> None:
    """From the end of a long thread the step on leads to its first hit, which is counted last."""
    count = 3000
    put_thread(scene.backend.database, THREAD, ["penalty **bold** words " * 5] * count)
    scene.reader.position = scene.reader.count = count
    scene.look_for("penalty")
    scene.wait_for_hit((count - 1, 0, 4 * len("penalty bold words ")))
    assert scene.words.endswith("+")
    scene.press(Qt.Key.Key_Return)
    scene.qtbot.waitUntil(lambda: scene.finding.hits.is_complete, timeout=20_000)
    scene.wait_for_hit((0, 0, 0))


def test_closing_gives_the_count_up(scene: Scene) -> None:
    put_thread(scene.backend.database, THREAD, ["penalty **bold** words " * 20] * 5000)
    scene.look_for("penalty")
    scene.qtbot.waitUntil(lambda: scene.finding.hits.total > 0)
    counting = scene.finding._counting
    assert counting is not None
    scene.press(Qt.Key.Key_Escape)
    assert counting.cancelled()
    scene.qtbot.wait(150)
    assert scene.finding.hits.total == 0


def test_nothing_runs_while_the_bar_is_closed_or_at_rest(scene: Scene) -> None:
    assert not scene.find._rest.isActive()
    scene.look_for("penalty")
    scene.wait_for("1 of 5")
    assert not scene.find._rest.isActive()


# --- in the window ---


async def test_keys_of_the_window_find_step_and_end(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as scene:
        window = scene.window
        put_thread(scene.backend.database, THREAD, TEXTS)
        await scene.open(THREAD)
        window.fill_menus()
        QTest.keyClick(scene.composer, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        field = scene.find(QLineEdit, "find_field")
        count = scene.find(QLabel, "find_count")
        await until(field.hasFocus)
        QTest.keyClicks(field, "penalty")
        await until(lambda: count.text() == "1 of 5")
        QTest.keyClick(field, Qt.Key.Key_F3)
        await until(lambda: count.text() == "2 of 5")
        QTest.keyClick(field, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: count.text() == "1 of 5")
        QTest.keyClick(field, Qt.Key.Key_Escape)
        assert not field.isVisible()
        await until(scene.composer.hasFocus)


async def test_a_new_reply_in_the_window_is_counted(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    async with living_window(qapp, tmp_path) as scene:
        await scene.ask("A penalty?", "One penalty.")
        scene.window.messages.open_find()
        QTest.keyClicks(scene.find(QLineEdit, "find_field"), "penalty")
        count = scene.find(QLabel, "find_count")
        await until(lambda: count.text() == "1 of 2")
        await scene.ask("Another?", "No pen", "alty.")
        await until(lambda: count.text() == "1 of 3")


async def test_a_hit_far_away_is_brought_onto_the_screen(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as scene:
        texts = [f"Message {number}" for number in range(2000)]
        texts[101] = "The **nee**dle"
        put_thread(scene.backend.database, THREAD, texts)
        await scene.open(THREAD)
        scene.window.messages.open_find()
        QTest.keyClicks(scene.find(QLineEdit, "find_field"), "needle")
        view = scene.window.messages.transcript
        await until(lambda: any(one.position == 101 and one.cell for one in view.page.visible))
        picture = view.viewport().grab().toImage()
        current = scene.window._theme.color("findCurrent").rgb()
        assert any(
            picture.pixel(x, y) == current
            for y in range(0, picture.height(), 2)
            for x in range(0, picture.width(), 2)
        )
