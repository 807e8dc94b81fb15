"""The library of an assistant in its settings: the panel alone, and over the real backend."""

import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import thread_time
from typing import TypeVar

import pytest
from PySide6.QtCore import QLocale, QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QListView,
    QPlainTextEdit,
    QProgressBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.files import Chunking, FileFault, FileId, FileStatus, LibraryFile
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.tools import Command, Function, Rule, SearchTool
from desktop_app.widgets.dialogs import files_panel
from desktop_app.widgets.dialogs.fields import NumberBox
from desktop_app.widgets.dialogs.file_rows import FileRows
from desktop_app.widgets.dialogs.files_panel import FilesPanel
from desktop_app.widgets.dialogs.frame import Callout
from desktop_app.widgets.dialogs.icon_rows import FRACTION_ROLE, ICON_ROLE, LINE_ROLE
from desktop_app.widgets.dialogs.tools_page import ToolsPage
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.search_field import SearchField
from desktop_app.widgets.theme import Theme
from tests.conftest import until
from tests.gui.living_window import Scene, living_window

ASSISTANT = AssistantId("a")
FRAME_S = 0.05
NOWHERE = QModelIndex()
SETTLED_MS = 100  # a list is laid out and drawn a turn after it changed

Found = TypeVar("Found", bound=QWidget)


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    made = Theme(resources_dir(), qapp)
    made.set_mode("light")
    return made


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> FilesPanel:
    made = FilesPanel(theme)
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    qtbot.waitExposed(made)
    return made


def file(name: str, status: FileStatus = FileStatus.READY, **fields: object) -> LibraryFile:
    made = LibraryFile(FileId(name), ASSISTANT, name, f"/tmp/{name}", 1000, status, datetime.now(UTC))
    return replace(made, **fields)  # type: ignore[arg-type]


GONE = file("f", FileStatus.FAILED, fault=FileFault.GONE)


def find(page: QWidget, kind: type[Found], name: str) -> Found:
    found = page.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def click(page: QWidget, name: str) -> None:
    find(page, QAbstractButton, name).click()


def text_of(page: QWidget, name: str) -> str:
    return str(find(page, QWidget, name).property("text"))


def drop(panel: QWidget, paths: list[Path]) -> None:
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, dragged, left, none)
    QApplication.sendEvent(panel, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(panel, QDropEvent(QPointF(5, 5), copy, dragged, left, none))


# -- the panel alone


def test_each_state_and_each_fault_has_words_of_its_own() -> None:
    state_text = FileRows().state_text
    states = [state_text(file("f", status)) for status in FileStatus if status is not FileStatus.FAILED]
    faults = [state_text(file("f", FileStatus.FAILED, fault=fault)) for fault in FileFault]
    assert all([*states, *faults])
    assert len(set(states + faults)) == len(states) + len(faults)
    assert state_text(file("f", FileStatus.READING, fraction=0.4)) == "Reading: 40 %"


def test_a_file_that_could_not_be_read_anew_says_why_and_can_be_tried_again(
    qtbot: QtBot, panel: FilesPanel
) -> None:
    panel.show_files([file("a"), file("b", fault=FileFault.GONE, chunks=3)])
    assert lines(panel)[1] == f"Ready as it was read before. {FileRows().state_text(GONE)}"
    view = find(panel, QListView, "files_list")
    assert view.model().index(1, 0).data(ICON_ROLE) == "warning"
    view.selectAll()
    with qtbot.waitSignal(panel.retry_wanted) as again:
        click(panel, "files_retry")
    assert again.args == [["b"]]


def test_dropped_files_and_folders_are_wanted(qtbot: QtBot, panel: FilesPanel, tmp_path: Path) -> None:
    with qtbot.waitSignal(panel.add_wanted) as wanted:
        drop(panel, [tmp_path, tmp_path / "a.txt"])
    assert wanted.args == [[tmp_path, tmp_path / "a.txt"]]


def test_files_are_dropped_on_the_page_before_the_search_is_on(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    page = ToolsPage(theme)
    qtbot.addWidget(page)
    page.show_settings(AssistantSettings("A"))
    with qtbot.waitSignal(page.create_wanted):
        drop(page.viewport(), [tmp_path / "a.txt"])
    assert page.write(AssistantSettings("A")).search == SearchTool()


def test_text_that_is_dragged_is_left_alone(panel: FilesPanel) -> None:
    dragged = QMimeData()
    dragged.setText("words")
    enter = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        dragged,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(panel, enter)
    assert not enter.isAccepted()


@pytest.mark.parametrize("name", ["files_add", "files_add_folder", "files_zone"])
def test_files_are_chosen_without_holding_the_window_up(panel: FilesPanel, name: str) -> None:
    click(panel, name)
    dialog = find(panel, QFileDialog, "files_dialog")
    assert dialog.isVisible()
    dialog.reject()


def test_chosen_files_are_removed_by_a_key_and_come_back(qtbot: QtBot, panel: FilesPanel) -> None:
    panel.show_files([file("a"), file("b"), file("c")])
    view = find(panel, QListView, "files_list")
    view.setCurrentIndex(view.model().index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(panel.remove_wanted) as removed:
        QTest.keyClick(view, Qt.Key.Key_Delete)
    assert removed.args == [["a", "b"]]
    panel.show_files([file("c")])
    with qtbot.waitSignal(panel.restore_wanted) as restored:
        click(panel, "files_undo")
    assert restored.args == [["a", "b"]]


def test_only_what_was_not_read_is_read_again(qtbot: QtBot, panel: FilesPanel) -> None:
    panel.show_files([file("a"), file("b", FileStatus.FAILED), file("c", FileStatus.CANCELLED)])
    view = find(panel, QListView, "files_list")
    view.setCurrentIndex(view.model().index(0, 0))
    assert not find(panel, QWidget, "files_retry").isVisible()
    view.selectAll()
    with qtbot.waitSignal(panel.retry_wanted) as again:
        click(panel, "files_retry")
    assert again.args == [["b", "c"]]


def test_the_sum_says_what_is_left_and_what_failed(qtbot: QtBot, panel: FilesPanel) -> None:
    panel.show_files([file("a"), file("b", FileStatus.WAITING), file("c", FileStatus.FAILED)])
    assert "1 to read" in text_of(panel, "files_total")
    assert "1 not read" in text_of(panel, "files_total")
    with qtbot.waitSignal(panel.cancel_wanted):
        click(panel, "files_cancel")
    panel.show_files([file("a")])
    assert not find(panel, QWidget, "files_cancel").isVisible()
    assert not find(panel, QWidget, "files_progress").isVisible()


def test_thousands_stand_apart_in_the_sum(panel: FilesPanel) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("en_US"))
    try:
        panel.show_files([file(str(number), FileStatus.WAITING) for number in range(1200)])
    finally:
        QLocale.setDefault(before)
    assert "1,200 file" in text_of(panel, "files_total")
    assert "1,200 to read" in text_of(panel, "files_total")


def test_a_new_list_keeps_what_is_chosen(panel: FilesPanel) -> None:
    panel.show_files([file("a"), file("b"), file("c")])
    view = find(panel, QListView, "files_list")
    view.setCurrentIndex(view.model().index(2, 0))
    panel.show_files([file("b", chunks=3), file("c"), file("d")])
    assert [view.model().data(index) for index in view.selectedIndexes()] == ["c"]
    assert [view.model().index(row, 0).data() for row in range(3)] == ["b", "c", "d"]


def test_two_thousand_files_change_within_a_frame(panel: FilesPanel) -> None:
    before = [file(f"{n}.txt", FileStatus.WAITING) for n in range(2000)]
    panel.show_files(before)
    panel.grab()
    after = [replace(one, status=FileStatus.READING, fraction=0.5) for one in before[:20]] + before[20:]
    best = min(_seconds(panel, files) for files in (after, before, after, before, after))
    assert best < FRAME_S
    assert find(panel, QListView, "files_list").model().index(3, 0).data(FRACTION_ROLE) == 0.5


def test_some_files_change_as_they_would_in_a_new_list(panel: FilesPanel, qtbot: QtBot, theme: Theme) -> None:
    draw = random.Random(1)
    files = [file(f"{n}.txt", FileStatus.WAITING) for n in range(30)]
    panel.show_files(files)
    whole = FilesPanel(theme)
    qtbot.addWidget(whole)
    for _ in range(100):
        rows = draw.sample(range(30), 3)
        for row in rows:
            status = draw.choice(list(FileStatus))
            fraction = draw.random() if status is FileStatus.READING else None
            files[row] = replace(files[row], status=status, fraction=fraction, size=draw.randrange(10_000))
        panel.change_files([files[row] for row in rows] + [file("of another list")])
        whole.show_files(files)
        for name in ("files_total", "files_progress", "files_cancel"):
            shown, wanted = (find(each, QWidget, name) for each in (panel, whole))
            assert shown.isHidden() == wanted.isHidden()
        assert find(panel, QLabel, "files_total").text() == find(whole, QLabel, "files_total").text()
        bars = [find(each, QProgressBar, "files_progress").value() for each in (panel, whole)]
        assert abs(bars[0] - bars[1]) <= 1
        assert panel.has_ready == whole.has_ready
        assert list(find(panel, QListView, "files_list").model().files) == files  # type: ignore[attr-defined]


def test_a_file_that_changes_costs_the_same_in_a_long_list(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class CountedRows(FileRows):
        def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NOWHERE) -> int:
            asked.append(1)
            return super().rowCount(parent)

    monkeypatch.setattr(files_panel, "FileRows", CountedRows)
    panel = FilesPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    costs = []
    for length in (20, 2000):
        files = [file(f"{n}.txt", FileStatus.WAITING) for n in range(length)]
        panel.show_files(files)
        qtbot.wait(SETTLED_MS)
        asked.clear()
        panel.change_files([replace(files[1], status=FileStatus.READING, fraction=0.5)])
        qtbot.wait(SETTLED_MS)
        costs.append(len(asked))
    assert 0 < costs[1] < costs[0] + 20


def test_thousands_of_chosen_files_go_within_a_moment(panel: FilesPanel) -> None:
    files = [file(f"{n}.txt") for n in range(2000)]
    for left in ([], files[::2], files[100:]):
        panel.show_files(files)
        view = find(panel, QListView, "files_list")
        view.selectAll()
        assert _seconds(panel, left) < 4 * FRAME_S
        assert view.model().rowCount() == len(left)


def _seconds(panel: FilesPanel, files: list[LibraryFile]) -> float:
    """How long the window works on it."""
    began = thread_time()
    panel.show_files(files)
    panel.grab()
    return thread_time() - began


def test_the_rows_keep_to_the_rules_of_models(qtbot: QtBot) -> None:
    from PySide6.QtTest import QAbstractItemModelTester

    rows = FileRows()
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for names in ("abc", "abcde", "ace", "xace", "", "q"):
        rows.show_files([file(name) for name in names])
        assert [one.name for one in rows.files] == list(names)


# -- over the real backend


@asynccontextmanager
async def tools_page(app: QApplication, theme: Theme, folder: Path) -> AsyncIterator[tuple[Scene, ToolsPage]]:
    """The page of the living window's assistant, with the search switched on."""
    async with living_window(app, folder) as scene:
        page = ToolsPage(theme)
        page.resize(700, 600)
        page.serve(scene.intents.files, scene.intents.remote_files, scene.intents.functions)
        page.show_settings(replace(scene.assistant.settings, search=SearchTool()))
        page.set_assistant(scene.assistant.id)
        page.show()
        try:
            yield scene, page
        finally:
            page._editor.trial.settle()
            page.deleteLater()
            await scene.settled()


def lines(page: QWidget) -> list[str]:
    model = find(page, QListView, "files_list").model()
    return [str(model.index(row, 0).data(LINE_ROLE)) for row in range(model.rowCount())]


async def test_a_dropped_file_is_read_found_removed_and_brought_back(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "lease.txt").write_text("The tenant pays the rent by the fifth day.\n", encoding="utf-8")
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 nothing follows")
    async with tools_page(qapp, theme, tmp_path / "profile") as (_, page):
        drop(page._library._panel, [documents])
        await until(lambda: sorted(line[:5] for line in lines(page)) == ["Damag", "Ready"])
        field = find(page, SearchField, "files_search")
        QTest.keyClicks(field, "rents")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: page.findChild(QWidget, "files_found_1") is not None)
        assert "fifth day" in find(page, QWidget, "files_found_1").accessibleName()
        view = find(page, QListView, "files_list")
        view.selectAll()
        click(page, "files_remove")
        await until(lambda: not lines(page))
        assert find(page, QWidget, "files_zone").isVisible()
        click(page, "files_undo")
        await until(lambda: len(lines(page)) == 2)


async def test_a_damaged_library_says_what_to_do_and_leaves_the_threads_alone(
    qapp: QApplication, theme: Theme, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    (profile / "library").mkdir(parents=True)
    (profile / "library" / "files.db").write_bytes(b"no database at all, but long enough for a header" * 100)
    async with tools_page(qapp, theme, profile) as (scene, page):
        problem = find(page, Callout, "files_problem")
        await until(problem.isVisible)
        assert "“library”" in " ".join(label.text() for label in problem.findChildren(QLabel))
        assert not scene.backend.database.is_read_only


async def test_how_texts_are_cut_is_set_at_once(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    async with tools_page(qapp, theme, tmp_path) as (scene, page):
        await until(lambda: scene.intents.files._pause.isActive())
        find(page, NumberBox, "chunking_tokens").setValue(300)
        assert not find(page, QWidget, "chunking_apply").isEnabled()  # 400 are more than half of it
        find(page, NumberBox, "chunking_overlap").setValue(150)
        click(page, "chunking_apply")
        await until(lambda: not find(page, QWidget, "chunking_apply").isEnabled())
        kept = await scene.backend.worker.ask(scene.backend.files.chunking(scene.assistant.id))
        assert kept == Chunking(300, 150)


async def test_a_new_assistant_gets_what_was_dropped_once_it_is_there(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("A note.", encoding="utf-8")
    async with tools_page(qapp, theme, tmp_path / "profile") as (scene, page):
        page.set_assistant(None)
        page.show_settings(AssistantSettings("New"))
        with qtbot.waitSignal(page.create_wanted):
            drop(page._library._panel, [note])
        assert page.write(AssistantSettings("New")).search == SearchTool()
        page.set_assistant(scene.assistant.id)
        await until(lambda: lines(page) and lines(page)[0].startswith("Ready"))


async def test_rules_are_kept_for_the_function_as_it_stands(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    function = Function("weather", command=Command("/bin/weather"))
    async with tools_page(qapp, theme, tmp_path) as (scene, page):
        page.show_settings(AssistantSettings("A", functions=(function,)))
        page._rules.decide(function, Rule.ALLOW)
        scene.intents.functions.save_rules(scene.assistant.id, page.rule_changes())
        await until(lambda: page.rule_changes() == [])
        assert await scene.backend.rules.rule(scene.assistant.id, function) is Rule.ALLOW
        other = replace(function, command=Command("/bin/other"))
        assert await scene.backend.rules.rule(scene.assistant.id, other) is Rule.ASK


ECHO = "import sys; print(sys.stdin.read().strip()); print('aside', file=sys.stderr)"
SLEEP = "import time, pathlib; pathlib.Path('began').touch(); time.sleep(60)"


def tried(script: str) -> Function:
    schema = '{"type": "object", "properties": {"city": {"type": "string"}}}'
    return Function("tried", "", schema, command=Command(sys.executable, ("-c", script)))


async def test_a_program_is_tried_with_the_arguments_of_the_form(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    async with tools_page(qapp, theme, tmp_path) as (_, page):
        page.show_settings(AssistantSettings("A", functions=(tried(ECHO),)))
        page._edit(0)
        QTest.keyClicks(find(page, QWidget, "argument_city"), "Tula")
        click(page, "command_try")
        output = find(page, QPlainTextEdit, "command_output")
        await until(output.isVisible)
        assert '{"city": "Tula"}' in output.toPlainText()
        assert "aside" in output.toPlainText()


async def test_a_trial_is_stopped_with_its_program(
    qapp: QApplication, qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    async with tools_page(qapp, theme, tmp_path) as (scene, page):
        page.show_settings(AssistantSettings("A", functions=(tried(SLEEP),)))
        page._edit(0)
        click(page, "command_try")
        await until(lambda: list(scene.backend.commands.glob("*/began")))
        click(page, "command_try")
        await until(lambda: text_of(page, "command_status") == "Stopped.")
