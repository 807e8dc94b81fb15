import time
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.domain.threads import ThreadSummary
from desktop_app.widgets.assistants_pane import AssistantsPane
from desktop_app.widgets.footer import SidebarFooter
from desktop_app.widgets.notice_bar import NoticeBar
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.row_list import RowList
from desktop_app.widgets.spinner import spinner_clock
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.threads_pane import ThreadsPane
from tests.gui.parts import activate

NOW = datetime.now(UTC)
Key = Qt.Key
Part = TypeVar("Part", bound=QWidget)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(resources_dir())


def thread(name: str, minutes_ago: float = 0, **more: object) -> ThreadSummary:
    moment = NOW - timedelta(minutes=minutes_ago)
    return ThreadSummary(ThreadId(name), name, None, f"about {name}", "", moment, **more)  # type: ignore[arg-type]


def assistant(name: str) -> Assistant:
    return Assistant(AssistantId(name), 1, AssistantSettings(name), NOW, NOW, NOW)


@pytest.fixture
def threads(theme: Theme, qtbot: QtBot) -> ThreadsPane:
    pane = ThreadsPane(theme)
    qtbot.addWidget(pane)
    pane.set_threads([thread("kept", 9, is_pinned=True), *(thread(f"t{i}", i) for i in range(4))])
    pane.resize(280, 600)
    activate(qtbot, pane)
    return pane


@pytest.fixture
def assistants(theme: Theme, qtbot: QtBot) -> AssistantsPane:
    pane = AssistantsPane(theme)
    qtbot.addWidget(pane)
    pane.set_assistants([assistant("Lawyer"), assistant("Editor")], {}, {}, 5)
    pane.resize(280, 300)
    pane.show()
    return pane


def rows(pane: QWidget) -> RowList:
    return part(pane, RowList)


def part(widget: QWidget, kind: type[Part], name: str = "") -> Part:
    found = widget.findChild(kind, name) if name else widget.findChild(kind)
    assert found is not None, name
    return found


def row_rect(pane: QWidget, text: str) -> QRect:
    view = rows(pane)
    model = view.model()
    found = [model.index(n, 0) for n in range(model.rowCount()) if model.index(n, 0).data() == text]
    return view.visualRect(found[0])


def click(pane: QWidget, text: str, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mouseClick(rows(pane).viewport(), button, pos=row_rect(pane, text).center())


def open_menu() -> QMenu:
    menus = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu) and one.isVisible()]
    assert len(menus) == 1
    return menus[0]


def actions() -> dict[str, QAction]:
    return {action.text(): action for action in open_menu().actions() if action.text()}


def test_a_click_opens_a_thread(threads: ThreadsPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(threads.thread_selected) as caught:
        click(threads, "t2")
    assert caught.args == ["t2"]


def test_arrows_step_over_headings(threads: ThreadsPane, qtbot: QtBot) -> None:
    opened: list[str] = []
    threads.thread_selected.connect(opened.append)
    threads.select(ThreadId("kept"))
    threads.focus_list()
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up, Key.Key_Up):
        QTest.keyClick(rows(threads), key)
    assert opened == ["t0", "t1", "t0", "kept"]


def test_what_the_program_selects_is_not_told_back(threads: ThreadsPane, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(threads.thread_selected):
        threads.select(ThreadId("t1"))
        threads.set_threads([thread("t3"), thread("t2")])
        threads.set_threads([thread("t3"), thread("t1", 1), thread("t2", 2)])
        rows(threads).setFocus(Qt.FocusReason.TabFocusReason)
    assert rows(threads).currentIndex().data() == "t1"


def test_a_click_beside_the_rows_leaves_the_choice_alone(threads: ThreadsPane, qtbot: QtBot) -> None:
    threads.select(ThreadId("t1"))
    for place in (row_rect(threads, "Today").center(), QPoint(100, 590)):
        QTest.mouseClick(rows(threads).viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [index.data() for index in rows(threads).selectedIndexes()] == ["t1"]


def test_a_growing_list_keeps_place_and_selection(threads: ThreadsPane, qtbot: QtBot) -> None:
    many = [thread(f"t{i}", i) for i in range(200)]
    threads.set_threads(many)
    threads.select(ThreadId("t150"))
    bar = rows(threads).verticalScrollBar()
    before = bar.value()
    assert before > 0
    threads.set_threads([*many[:-1], thread("t199", 199, is_unread=True)])
    rows(threads).grab()
    assert bar.value() == before
    assert rows(threads).currentIndex().data() == "t150"


def test_the_open_thread_is_seen_where_it_goes(threads: ThreadsPane, qtbot: QtBot) -> None:
    before = [thread(f"n{place}", place) for place in range(40)]
    threads.set_threads(before)
    threads.select(ThreadId("n30"))
    view, bar = rows(threads), rows(threads).verticalScrollBar()
    assert view.is_seen(view.currentIndex())
    assert bar.value() > 0
    threads.set_threads([thread("n30"), *(one for one in before if one.id != "n30")])
    qtbot.waitUntil(lambda: bar.value() == 0)  # at the top, with the heading above it
    bar.setValue(bar.maximum())
    place = bar.value()
    threads.set_threads([thread("n30", is_pinned=True), *(one for one in before if one.id != "n30")])
    assert bar.value() == place  # who reads elsewhere is left alone


def test_a_name_is_edited_in_its_row(threads: ThreadsPane, qtbot: QtBot) -> None:
    threads.select(ThreadId("t1"))
    threads.focus_list()
    QTest.keyClick(rows(threads), Key.Key_F2)
    editor = part(rows(threads), QLineEdit, "thread_name")
    assert editor.text() == "t1"
    editor.setText("Contract")
    with qtbot.waitSignal(threads.renamed) as caught:
        QTest.keyClick(editor, Key.Key_Return)
    assert caught.args == ["t1", "Contract"]


def test_escape_leaves_the_name_as_it_was(threads: ThreadsPane, qtbot: QtBot) -> None:
    threads.rename(ThreadId("t1"))
    editor = part(rows(threads), QLineEdit, "thread_name")
    editor.setText("other")
    with qtbot.assertNotEmitted(threads.renamed):
        QTest.keyClick(editor, Key.Key_Escape)


def test_del_asks_to_delete_the_thread(threads: ThreadsPane, qtbot: QtBot) -> None:
    threads.select(ThreadId("t1"))
    threads.focus_list()
    with qtbot.waitSignal(threads.delete_requested) as caught:
        QTest.keyClick(rows(threads), Key.Key_Delete)
    assert caught.args == ["t1"]


def test_the_menu_of_a_thread_does_not_open_it(threads: ThreadsPane, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(threads.thread_selected):
        click(threads, "kept", Qt.MouseButton.RightButton)
        rows(threads).menu_wanted.emit(rows(threads).model().index(1, 0), QPoint(10, 10))
    found = actions()
    assert list(found) == ["Rename", "Unpin", "Settings…", "Export…", "Delete"]
    with qtbot.waitSignal(threads.pin_requested) as caught:
        found["Unpin"].trigger()
    assert caught.args == ["kept", False]
    open_menu().close()


def test_search_finds_names_and_previews_whatever_their_case(threads: ThreadsPane, qtbot: QtBot) -> None:
    threads.set_threads([thread("Ещё Один"), thread("другой", 1)])
    field = part(threads, QLineEdit, "search")
    field.setText("еще")
    assert threads.shown_ids() == ["Ещё Один"]
    field.setText("ABOUT Д")
    assert threads.shown_ids() == ["другой"]
    QTest.keyClick(field, Key.Key_Escape)
    assert len(threads.shown_ids()) == 2


def test_enter_in_the_search_opens_the_first_hit(threads: ThreadsPane, qtbot: QtBot) -> None:
    threads.focus_search()
    field = part(threads, QLineEdit, "search")
    QTest.keyClicks(field, "t3")
    with qtbot.waitSignal(threads.thread_selected) as caught:
        QTest.keyClick(field, Key.Key_Return)
    assert caught.args == ["t3"]
    assert rows(threads).hasFocus()


def test_an_empty_list_says_why(threads: ThreadsPane, qtbot: QtBot) -> None:
    empty = part(threads, QLabel, "threads_empty")
    assert empty.isHidden()
    part(threads, QLineEdit, "search").setText("xyz")
    assert empty.text() == "Nothing found for “xyz”"
    part(threads, QLineEdit, "search").clear()
    threads.set_threads([])
    assert empty.isVisible()
    assert empty.text() == "No threads yet"


def test_a_running_thread_spins_only_while_it_runs(theme: Theme, threads: ThreadsPane, qtbot: QtBot) -> None:
    clock = spinner_clock(theme)
    running = [clock.is_running]
    threads.set_running({ThreadId("t2")})
    running.append(clock.is_running)
    threads.set_running(set())
    running.append(clock.is_running)
    threads.set_running({ThreadId("gone")})
    running.append(clock.is_running)
    assert running == [False, True, False, False]
    threads.set_running({ThreadId("t2")})
    threads.hide()
    qtbot.waitUntil(lambda: not clock.is_running)
    threads.show()
    assert clock.is_running


def test_nothing_spins_where_the_user_is_waited_for(theme: Theme, threads: ThreadsPane) -> None:
    clock = spinner_clock(theme)
    threads.set_running({ThreadId("t2")})
    threads.set_waiting({ThreadId("t2")})
    assert not clock.is_running
    threads.set_waiting(set())
    assert clock.is_running


def test_what_waits_for_the_user_is_in_the_accent_colour(theme: Theme, threads: ThreadsPane) -> None:
    def has_accent() -> bool:
        place = row_rect(threads, "t2")
        place.setWidth(place.width() // 2)  # the words, without the mark at the end
        row = rows(threads).viewport().grab(place).toImage()
        colors = (row.pixelColor(x, y) for x in range(row.width()) for y in range(row.height()))
        return theme.color("accentText") in colors

    threads.set_running({ThreadId("t2")})
    threads.set_waiting({ThreadId("t2")})
    assert has_accent()
    threads.set_waiting(set())
    assert not has_accent()


def test_ten_thousand_threads_can_be_switched_and_typed_away(threads: ThreadsPane, qtbot: QtBot) -> None:
    many = [thread(f"thread {i}", 7 * i) for i in range(10_000)]
    threads.set_threads(many)
    rows(threads).grab()
    started = time.process_time()
    threads.select(ThreadId("thread 9000"))
    threads.set_running({ThreadId("thread 9000")})
    rows(threads).grab()
    assert time.process_time() - started < 0.2


def test_assistants_filter_by_click_and_by_key(assistants: AssistantsPane, qtbot: QtBot) -> None:
    chosen: list[object] = []
    assistants.assistant_selected.connect(chosen.append)
    assistants.select(None)
    click(assistants, "Lawyer")
    QTest.keyClick(rows(assistants), Key.Key_Down)
    QTest.keyClick(rows(assistants), Key.Key_Home)
    assert chosen == ["Lawyer", "Editor", None]


def test_settings_of_an_assistant_open_by_key_and_by_button(assistants: AssistantsPane, qtbot: QtBot) -> None:
    opened: list[str] = []
    assistants.settings_requested.connect(opened.append)
    gear = part(assistants, QToolButton, "assistant_settings")
    assistants.select(None)
    gear.click()
    assert opened == [""]  # all threads are shown: the assistant in use is meant
    assistants.select(AssistantId("Editor"))
    QTest.keyClick(rows(assistants), Key.Key_Return)
    QTest.keyClick(rows(assistants), Key.Key_F2)
    gear.click()
    assert opened == ["", *["Editor"] * 3]


def test_all_threads_can_not_be_deleted(assistants: AssistantsPane, qtbot: QtBot) -> None:
    asked: list[str] = []
    assistants.delete_requested.connect(asked.append)
    for chosen in (None, AssistantId("Lawyer")):
        assistants.select(chosen)
        QTest.keyClick(rows(assistants), Key.Key_Delete)
    assert asked == ["Lawyer"]


def test_the_menu_of_an_assistant_offers_what_can_be_done(assistants: AssistantsPane, qtbot: QtBot) -> None:
    rows(assistants).menu_wanted.emit(rows(assistants).model().index(1, 0), QPoint(10, 10))
    found = actions()
    assert list(found) == ["Settings…", "Duplicate", "Export…", "Export with all versions…", "Delete"]
    with qtbot.waitSignal(assistants.duplicate_requested) as caught:
        found["Duplicate"].trigger()
    assert caught.args == ["Lawyer"]
    for entry, has_history in (("Export…", False), ("Export with all versions…", True)):
        with qtbot.waitSignal(assistants.export_requested) as caught:
            found[entry].trigger()
        assert caught.args == ["Lawyer", has_history]
    open_menu().close()


def test_controls_are_named_for_scripts_and_screen_readers(
    theme: Theme, threads: ThreadsPane, assistants: AssistantsPane, qtbot: QtBot
) -> None:
    footer = SidebarFooter(theme)
    qtbot.addWidget(footer)
    for pane, names in (
        (threads, ("threads", "new_thread", "search")),
        (assistants, ("assistants", "new_assistant", "assistant_settings")),
        (footer, ("connections",)),
    ):
        for name in names:
            assert part(pane, QWidget, name).accessibleName()


@pytest.mark.parametrize("mode", ["light", "dark", "contrastLight", "contrastDark"])
def test_every_row_is_painted_in_every_mode(theme: Theme, mode: str, threads: ThreadsPane) -> None:
    theme.set_mode(mode)
    threads.set_threads([thread("a", is_pinned=True), thread("b", is_unread=True), thread("c", 3)])
    threads.set_running({ThreadId("a"), ThreadId("c")})
    threads.set_waiting({ThreadId("a")})
    threads.select(ThreadId("b"))
    image = threads.grab().toImage()
    spot = row_rect(threads, "b").topLeft() + rows(threads).pos() + QPoint(20, 3)
    assert image.pixelColor(spot * image.devicePixelRatio()) == theme.color("selected")


@pytest.fixture
def notice(theme: Theme, qtbot: QtBot) -> NoticeBar:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(600, 300)
    bar = NoticeBar(theme)
    bar.float_in(host)
    typing = QLineEdit(host)
    host.show()
    typing.setFocus()
    return bar


def test_a_notice_leaves_the_composer_and_the_words_around_it_readable(notice: NoticeBar) -> None:
    host = notice.window()
    composer = QLineEdit(host)
    composer.show()
    notice.float_in(host, composer)
    notice.show_notice("Thread deleted")
    composer.setGeometry(0, 260, 600, 40)
    assert notice.geometry().bottom() < 260
    composer.setGeometry(0, 140, 600, 40)  # in the middle of an empty thread, below its name
    assert notice.geometry().top() > 180


def test_a_notice_can_be_acted_on_once(notice: NoticeBar, qtbot: QtBot) -> None:
    undone: list[int] = []
    notice.show_notice("Thread deleted", action="Undo", on_action=lambda: undone.append(1), timeout_s=10)
    assert notice.isVisible()
    assert notice.accessibleName() == "Thread deleted"
    part(notice, QPushButton, "notice_action").click()
    assert undone == [1]
    assert notice.isHidden()


def test_enter_presses_the_button_of_a_notice(notice: NoticeBar, qtbot: QtBot) -> None:
    done: list[int] = []
    notice.show_notice("Deleted", action="Undo", on_action=lambda: done.append(1))
    button = notice.findChild(QPushButton, "notice_action")
    assert button is not None
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert done == [1]


def test_an_error_waits_until_it_is_put_away(notice: NoticeBar, qtbot: QtBot) -> None:
    notice.show_notice("Saved")
    notice.show_notice("The key was rejected", kind="error")
    notice.show_notice("Thread deleted", timeout_s=10)
    assert notice.text == "The key was rejected"
    part(notice, QToolButton, "notice_close").click()
    assert notice.text == "Thread deleted"
    notice.show_notice("Renamed")
    assert notice.text == "Renamed"
    notice.dismiss()
    assert notice.isHidden()


def test_a_notice_goes_by_itself_after_its_time(notice: NoticeBar, qtbot: QtBot) -> None:
    notice.show_notice("Thread deleted", action="Undo", timeout_s=1)
    with qtbot.waitSignal(notice.dismissed, timeout=4000):
        pass
    assert notice.text == ""


def test_a_long_notice_is_broken_into_lines_within_its_pane(notice: NoticeBar, qtbot: QtBot) -> None:
    notice.show_notice("The key was rejected by this service. " * 5, kind="error", action="Replace the key")
    host = notice.parentWidget()
    assert host is not None
    assert host.rect().contains(notice.geometry())
    assert notice.height() > 50
    host.resize(500, 300)
    qtbot.waitUntil(lambda: host.rect().contains(notice.geometry()))
