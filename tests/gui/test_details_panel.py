"""The right pane: what it tells of a thread, a reply, its sources and the context, and where it stands."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Expiration, ExpirationPolicy
from desktop_app.domain.context import ContextPreview, ContextRow, Counted
from desktop_app.domain.ids import MessageId, ThreadId
from desktop_app.domain.thread_settings import ThreadSettings
from desktop_app.domain.threads import Author, Message, Run, Thread
from desktop_app.store.settings import load_window
from desktop_app.widgets.details.context_tab import ContextTab
from desktop_app.widgets.details.given import GivenList, GivenText
from desktop_app.widgets.details.panel import DetailsPanel
from desktop_app.widgets.details.rows import DetailRows, RowKind
from desktop_app.widgets.details.step_list import StepHead, StepList
from desktop_app.widgets.details.tab import Tab
from desktop_app.widgets.details.thread_facts import ThreadFacts
from desktop_app.widgets.details.words import DetailWords
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.resources import resources_dir
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.thread_details import ThreadDetails
from tests.conftest import until
from tests.gui.detailed_thread import BUDGET, FRAGMENT, QUESTIONS, contract, read_file, tell
from tests.gui.living_window import Scene, living_window

Key = Qt.Key
Part = TypeVar("Part", bound=QWidget)

pytestmark = pytest.mark.usefixtures("qtbot")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_US"))
    yield
    QLocale.setDefault(before)


class Pane:
    """The pane of a scene whose thread was told of."""

    def __init__(self, scene: Scene, runs: list[Run], messages: list[Message]) -> None:
        self.scene = scene
        self.runs = runs
        self.messages = messages

    @property
    def details(self) -> ThreadDetails:
        details = self.scene.window._details
        assert details is not None
        return details

    @property
    def panel(self) -> DetailsPanel:
        assert self.details.panel is not None
        return self.details.panel

    def find(self, kind: type[Part], name: str) -> Part:
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    def texts(self) -> list[str]:
        return [label.text() for label in self.panel.findChildren(QLabel) if label.isVisible()]

    def press(self, name: str) -> None:
        QTest.keyClick(self.find(QAbstractButton, name), Key.Key_Space)

    async def show(self, place: int) -> None:
        """Tell of the message at this place of the thread."""
        self.scene.window.messages.transcript.show_message(self.messages[place].id)
        await self.scene.settled()


@asynccontextmanager
async def told(app: QApplication, folder: Path, *, has_file: bool = False) -> AsyncIterator[Pane]:
    async with living_window(app, folder / "profile") as s:
        s.window.resize(1300, 900)
        file = await read_file(s.backend, s.assistant, contract(folder)) if has_file else None
        runs = await tell(s.backend, s.thread_id, s.assistant, file)
        await s.intents._show_again(s.thread_id)
        pane = Pane(s, runs, await s.stored())
        s.window.fill_menus()
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        QTest.keyClick(s.window, Key.Key_B, modifiers)
        await s.settled()
        await until(lambda: pane.texts().count("Reply") == 1)
        yield pane


async def test_the_pane_is_made_when_it_is_wanted_and_gone_when_not(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with living_window(qapp, tmp_path) as s:
        s.window.resize(1300, 900)
        assert s.window.findChild(DetailsPanel) is None
        QTest.mouseClick(s.find(QAbstractButton, "toggle_details"), Qt.MouseButton.LeftButton)
        panel = s.find(DetailsPanel, "details")
        assert panel.isVisible()
        assert s.window._actions["details"].isChecked()
        await until(lambda: panel.findChild(QLabel, "no_reply") is not None)
        QTest.mouseClick(s.find(QAbstractButton, "toggle_details"), Qt.MouseButton.LeftButton)
        assert not panel.isVisible()


async def test_the_newest_reply_is_told_of_until_another_is_the_current_message(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        assert pane.find(QLabel, "run_finish").text() == "failed"
        assert "429" in pane.find(QWidget, "run_error").accessibleName()
        await pane.show(3)
        assert pane.find(QLabel, "run_finish").text() == "complete"
        assert pane.find(QLabel, "run_tokens_read").text() == "1,305"
        assert pane.find(QLabel, "run_tokens_search").text() == "112"
        assert pane.find(QLabel, "run_cost").text() == "0.42 RUB"
        await pane.show(0)  # a question: what answers it
        assert pane.find(QLabel, "run_tokens_read").text() == "1,204"


async def test_what_was_set_for_one_question_says_so_and_what_is_usual(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(3)
        texts = pane.texts()
        assert "0.9" in texts
        assert "for this question alone; usually 0.3" in texts
        await pane.show(1)
        assert not [text for text in pane.texts() if "for this question alone" in text]


async def test_what_the_model_was_given_opens_with_the_keyboard_and_can_be_copied(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        version = replace(pane.scene.assistant.settings, instruction="Today is {{date}}. " * 400)
        changed = await pane.scene.backend.assistants.save_version(pane.scene.assistant.id, version)
        await tell(pane.scene.backend, pane.scene.thread_id, changed, None)
        await pane.scene.intents._show_again(pane.scene.thread_id)
        messages = await pane.scene.stored()
        pane.messages = messages[6:]
        await pane.show(3)
        assert pane.panel.findChild(GivenText) is None  # folded
        for key in ("instruction", "addition", "functions"):
            head = pane.find(StepHead, f"given_{key}")
            head.setFocus(Qt.FocusReason.TabFocusReason)
            QTest.keyClick(head, Key.Key_Space)
            text = pane.find(GivenText, f"given_text_{key}")
            assert text.isVisible()
            QTest.keyClick(head, Key.Key_Tab)
            assert pane.scene.window.focusWidget() is text
            text.selectAll()
            text.copy()
            assert text.isReadOnly()
            assert QGuiApplication.clipboard().text() == text.text()
            bar = text.verticalScrollBar()
            assert (bar.maximum() > 0) == (key != "functions"), key
            QTest.keyClick(text, Key.Key_Tab)
            assert pane.scene.window.focusWidget() is not text
        assert pane.find(GivenText, "given_text_instruction").text().startswith("Today is 2026-03-02. Today")
        assert "variables filled in" in pane.find(StepHead, "given_instruction").accessibleName()
        assert FRAGMENT in pane.find(GivenText, "given_text_addition").text()
        assert "search_files" in pane.find(GivenText, "given_text_functions").text().splitlines()
        await pane.show(1)  # of which less is known; what was open stays open
        assert pane.find(GivenText, "given_text_instruction").isVisible()
        assert pane.panel.findChild(StepHead, "given_addition") is None


async def test_what_the_model_was_given_stays_under_the_eyes_while_the_reply_goes_on(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(3)
        pane.press("given_addition")
        text = pane.find(GivenText, "given_text_addition")
        text.setFocus()
        text.moveCursor(QTextCursor.MoveOperation.End)
        tab = pane.panel.details
        read = tab._read
        assert read is not None
        tab.show_reply(replace(read, message=replace(read.message, text="and on")))
        assert pane.find(GivenText, "given_text_addition") is text
        assert pane.scene.window.focusWidget() is text
        assert text.textCursor().atEnd()


async def test_what_the_model_was_given_is_no_window_before_it_has_its_place(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(3)
        read = pane.panel.details._read
        assert read is not None
        made = GivenList(Theme(resources_dir(), qapp), read, frozenset())
        assert made.findChild(StepHead) is not None
        assert not made.isVisible()


async def test_ids_are_copied_and_the_line_of_what_was_seen_is_a_key_away(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(3)
        pane.press("copy_request_id")
        assert QGuiApplication.clipboard().text() == "req-9f1c2b7a-0d55-4be0-8e0e-2d1b"
        pane.press("copy_remote_id")
        assert QGuiApplication.clipboard().text() == "chatcmpl-B7zQm2"
        pane.press("run_seen")
        assert pane.scene.window.messages.transcript.context_line.of_run == pane.messages[1].id
        pane.press("run_seen")
        assert pane.scene.window.messages.transcript.context_line.of_run == ""


async def test_the_version_that_answered_is_a_key_away(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        s = pane.scene
        await s.backend.assistants.save_version(
            s.assistant.id, replace(s.assistant.settings, instruction="New")
        )
        pane.press("run_version")
        await until(lambda: s.window.findChild(AssistantDialog) is not None)
        dialog = s.find(AssistantDialog, "assistant_dialog")
        rows = dialog.findChild(DetailRows, "assistant_versions")
        assert rows is not None
        await until(lambda: len(rows.rows) == 2)
        assert rows.isVisible()
        assert rows.key_of(rows.currentIndex()) == 1
        dialog.reject()


async def test_calls_unfold_by_key_and_stay_so_when_they_are_read_again(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(3)
        assert '{"clauses": ["201"]}' not in pane.texts()
        head = pane.find(QAbstractButton, "step_a")
        assert head.accessibleName() == "find_clause, done · 0.4 s"
        QTest.keyClick(head, Key.Key_Return)
        assert '{"clauses": ["201"]}' in pane.texts()
        assert '{\n  "subject": "penalties",\n  "limit": 3\n}' in pane.texts()
        QTest.keyClick(pane.find(QAbstractButton, "step_b"), Key.Key_Return)
        assert "{not json" in pane.texts()
        await pane.show(3)
        assert "{not json" in pane.texts()


class Windows(QObject):
    """What is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


async def test_calls_that_are_unfolded_anew_are_no_windows_before_they_have_their_place(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(3)
        read = pane.panel.details._read
        assert read is not None
        steps, windows = read.message.steps, Windows()
        qapp.installEventFilter(windows)
        made = StepList(
            Theme(resources_dir(), qapp), steps, frozenset(step.call.key for step in steps), is_growing=False
        )
        qapp.removeEventFilter(windows)
        assert len(made.opened()) == len(steps) > 0
        assert windows.shown == []


def test_what_a_call_says_hides_nothing() -> None:
    words = DetailWords()
    assert words.shortened("a\u202eb\x1b[2J\nc") == "a\\u202eb\\u001b[2J\nc"
    assert len(words.shortened("x" * 1_000_000)) < 5000


async def test_runs_are_listed_newest_first_with_their_sum_and_lead_to_their_message(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        pane.panel.show_tab(Tab.RUNS)
        rows = pane.panel.runs.rows
        await until(lambda: len(rows.rows) == 3)
        assert [row.key for row in rows.rows] == [run.message_id for run in reversed(pane.runs)]
        assert "0.42 RUB" in pane.find(QLabel, "runs_sum").text()
        assert "3,141" in pane.find(QLabel, "runs_sum").text()
        rows.setFocus()
        QTest.keyClick(rows, Key.Key_Home)
        QTest.keyClick(rows, Key.Key_Down)
        QTest.keyClick(rows, Key.Key_Down)
        QTest.keyClick(rows, Key.Key_Return)
        await pane.scene.settled()
        assert pane.panel.tab is Tab.DETAILS
        assert pane.find(QLabel, "run_tokens_read").text() == "1,204"


async def test_citations_stand_under_their_sources_and_open_at_their_place(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path, has_file=True) as pane:
        await pane.show(3)
        pane.panel.show_tab(Tab.CITATIONS)
        rows = pane.panel.citations.rows
        assert [row.title for row in rows.rows if row.kind is RowKind.SECTION] == [
            "supply contract.txt",
            "Civil code, article 330",
            "removed.pdf",
        ]
        rows.setFocus()
        QTest.keyClick(rows, Key.Key_Home)
        QTest.keyClick(rows, Key.Key_Return)
        text = pane.find(QTextEdit, "source_text")
        await until(text.isVisible)
        assert pane.find(QLabel, "source_name").text() == "supply contract.txt"
        assert marked(text).split() == FRAGMENT.split()
        assert text.viewport().rect().contains(text.cursorRect().center())
        QTest.keyClick(text, Key.Key_Escape)
        assert not text.isVisible()
        assert pane.scene.window.focusWidget() is rows


async def test_a_file_that_is_gone_leaves_its_fragment(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        pane.scene.window.messages.citation_requested.emit(pane.messages[3].id, 3)
        text = pane.find(QTextEdit, "source_text")
        await until(text.isVisible)
        assert "not in the library" in pane.find(QWidget, "source_notice").accessibleName()
        assert "What the file said then." in text.toPlainText()
        assert "Page 3" in text.toPlainText()
        assert pane.find(QAbstractButton, "source_open").isHidden()


async def test_the_file_is_opened_unless_it_is_not_there_any_more(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    opened: list[QUrl] = []

    class Desktop(QObject):
        @Slot(QUrl)
        def show_file(self, url: QUrl) -> None:
            opened.append(url)

    desktop = Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "show_file")  # type: ignore[arg-type]  # it takes no bytes
    try:
        async with told(qapp, tmp_path, has_file=True) as pane:
            pane.scene.window.messages.citation_requested.emit(pane.messages[3].id, 0)
            await until(pane.find(QTextEdit, "source_text").isVisible)
            path = tmp_path / "supply contract.txt"
            pane.press("source_open")
            await until(lambda: opened)
            assert opened[0].toLocalFile() == str(path)
            path.unlink()
            pane.press("source_open")
            notice = pane.find(QWidget, "source_notice")
            await until(notice.isVisible)
            assert "not there any more" in notice.accessibleName()
            assert len(opened) == 1
    finally:
        QDesktopServices.unsetUrlHandler("file")


async def test_a_reply_without_sources_says_so(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(1)
        pane.panel.show_tab(Tab.CITATIONS)
        assert pane.find(QLabel, "citations_empty").isVisible()
        assert not pane.panel.citations.rows.rows


async def test_the_context_is_shown_message_by_message_with_the_line_between(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        s = pane.scene
        settings = replace(s.assistant.settings, truncation=BUDGET)
        s.intents.assistants.save(s.assistant.id, settings, "")
        s.type("One more question")
        caption = "context_caption"
        await until(lambda: s.window.findChild(QAbstractButton, caption) is not None)
        await until(lambda: "of 6" in s.find(QAbstractButton, caption).text())
        QTest.keyClick(s.find(QAbstractButton, caption), Key.Key_Return)
        assert pane.panel.tab is Tab.CONTEXT
        rows = pane.panel.context.rows
        kinds = [row.kind for row in rows.rows]
        line = kinds.index(RowKind.DIVIDER)
        assert all(row.is_faded for row in rows.rows[:line])
        assert not any(row.is_faded for row in rows.rows[line + 1 :])
        assert rows.rows[-1].detail == "One more question"
        assert rows.rows[-2].key == pane.messages[4].id
        assert rows.rows[-2].detail == QUESTIONS[2]


def test_of_a_long_thread_the_newest_messages_are_listed(qtbot: QtBot) -> None:
    tab = ContextTab(Theme(resources_dir()))
    qtbot.addWidget(tab)
    rows = tuple(
        ContextRow(MessageId(f"m{n}"), Author.USER, f"Words {n}", 9, n >= 9_990) for n in range(10_000)
    )
    tab.show_preview(ContextPreview(rows, 10, 10_000, MessageId("m9990"), 90, 100, Counted.ESTIMATE))
    listed = tab.rows.rows
    assert listed[0].title.replace(",", "").startswith("9400 older")
    assert listed[-11].kind is RowKind.DIVIDER
    assert [row.key for row in listed[-10:]] == [row.id for row in rows[-10:]]


def test_a_budget_without_room_for_any_message_is_warned_of(qtbot: QtBot) -> None:
    tab = ContextTab(Theme(resources_dir()))
    qtbot.addWidget(tab)
    rows = (
        ContextRow(MessageId("m"), Author.USER, "Words", 9, False),
        ContextRow(None, Author.USER, "?", 5, True),
    )
    full = ContextPreview(rows, 1, 2, None, 105, 90, Counted.ESTIMATE, instruction_tokens=100)
    warning = tab.findChild(QLabel, "context_warning")
    assert warning is not None
    tab.show_preview(full)
    assert not warning.isHidden()
    assert "The instruction alone" in warning.text()
    tab.show_preview(replace(full, budget=100))
    assert warning.isHidden()
    tab.show_preview(full)
    tab.show_preview(None)
    assert warning.isHidden()


async def test_below_1000_pixels_it_lies_over_the_messages_and_esc_closes_it(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        window = pane.scene.window
        window.resize(900, 700)
        assert not pane.panel.isVisible()
        pane.details.toggle()
        assert pane.panel.isVisible()
        assert pane.panel.mapTo(window, pane.panel.rect().topRight()).x() == window.width() - 1
        assert pane.find(QAbstractButton, "run_version").isVisible()
        toggle = pane.scene.find(QAbstractButton, "toggle_details")
        assert not pane.panel.geometry().intersects(
            toggle.rect().translated(toggle.mapTo(window, toggle.rect().topLeft()))
        )
        pane.panel.focus()
        QTest.keyClick(pane.panel.tabs, Key.Key_Escape)
        assert not pane.panel.isVisible()
        assert window.focusWidget() is pane.scene.composer
        pane.details.toggle()
        window.resize(1300, 900)
        assert pane.panel.isVisible()
        assert pane.panel.width() == 320


async def test_the_pane_comes_back_as_it_was_left(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with told(qapp, tmp_path) as pane:
        splitter = pane.scene.window._splitter
        splitter.moveSplitter(splitter.width() - 400, 2)
        width = pane.panel.width()
        assert width == 399
        profile = pane.scene.profile
    assert load_window(profile).value.details_shown
    assert load_window(profile).value.details_width == width
    async with living_window(qapp, tmp_path / "profile") as s:
        details = s.window._details
        assert details is not None
        assert details.panel is not None
        assert details.panel.isVisible()
        assert details.panel.width() == width


async def test_f6_reaches_the_pane_and_the_arrows_its_tabs(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        window = pane.scene.window
        window.messages.composer.focus()
        window._actions["next_pane"].trigger()
        assert window.focusWidget() is pane.panel.tabs
        QTest.keyClick(pane.panel.tabs, Key.Key_Right)
        assert pane.panel.tab is Tab.CITATIONS
        QTest.keyClick(pane.panel.tabs, Key.Key_Escape)
        assert window.focusWidget() is pane.scene.composer
        assert pane.panel.isVisible()


async def test_a_new_run_is_told_of_when_it_ends(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    async with told(qapp, tmp_path) as pane:
        await pane.show(1)
        pane.scene.window.messages.composer.focus()
        await pane.scene.ask("Thanks", "You are welcome")
        await until(lambda: pane.find(QLabel, "run_finish").text() == "complete")
        pane.panel.show_tab(Tab.RUNS)
        await until(lambda: len(pane.panel.runs.rows.rows) == 4)


async def test_a_lifetime_that_is_extended_in_the_pane_begins_anew(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    async with told(qapp, tmp_path) as pane:
        s = pane.scene
        lifetime = Expiration(30, ExpirationPolicy.SINCE_LAST_ACTIVE)
        s.intents.threads.describe(s.thread_id, ThreadSettings("Contract", expiration=lifetime))
        await until(lambda: pane.panel.findChild(QAbstractButton, "thread_extend") is not None)
        before = await s.backend.conversations.thread(s.thread_id)
        pane.press("thread_extend")
        await s.settled()
        after = await s.backend.conversations.thread(s.thread_id)
        assert before is not None
        assert after is not None
        assert after.updated_at > before.updated_at
        await until(lambda: pane.panel.details._thread == after)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (ExpirationPolicy.STATIC, "Expires on 1 April 2026."),
        (ExpirationPolicy.SINCE_LAST_ACTIVE, "Expires on 3 April 2026 unless it is used before."),
    ],
)
def test_a_lifetime_is_told_with_its_end_and_can_be_extended(
    qtbot: QtBot, qapp: QApplication, policy: ExpirationPolicy, words: str
) -> None:
    made, used = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 4, 12, tzinfo=UTC)
    thread = Thread(
        ThreadId("t"), "Contract", None, made, used, "About it", (("client", "Acme"),), Expiration(30, policy)
    )
    facts = ThreadFacts(Theme(resources_dir()), thread)
    qtbot.addWidget(facts)
    texts = [label.text() for label in facts.findChildren(QLabel)]
    assert "client = Acme" in texts
    assert words in texts
    extend = facts.findChild(QAbstractButton, "thread_extend")
    assert extend is not None
    with qtbot.waitSignal(facts.extend_requested):
        QTest.keyClick(extend, Key.Key_Return)


def marked(text: QTextEdit) -> str:
    """What has a ground of its own."""
    block, found = text.document().begin(), []
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            if pieces.fragment().charFormat().background().style() != Qt.BrushStyle.NoBrush:
                found.append(pieces.fragment().text())
            pieces += 1
        block = block.next()
    return " ".join(found)
