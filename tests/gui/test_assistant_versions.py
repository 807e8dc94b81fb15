"""The versions of an assistant in its dialog: what changed, which replies each gave, and the way back."""

from dataclasses import replace
from datetime import UTC, datetime
from time import thread_time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import (
    Assistant,
    AssistantSettings,
    AssistantVersion,
    CompletionOptions,
    VersionUse,
)
from desktop_app.domain.connections import Connection, ConnectionKind
from desktop_app.domain.differences import word_difference
from desktop_app.domain.ids import AssistantId, ConnectionId, MessageId, ThreadId
from desktop_app.domain.tools import Command, Function
from desktop_app.widgets.details.rows import DetailRows
from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
from desktop_app.widgets.dialogs.difference_view import DifferenceView, Section, shortened
from desktop_app.widgets.theme import Theme
from tests.gui.parts import find

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLLAMA = Connection(ConnectionId("ollama"), ConnectionKind.CHAT, "Ollama", "http://localhost:11434/v1")
OLD = AssistantSettings("Reader", instruction="Read with care.", connection_id=OLLAMA.id, model="llama")
MIDDLE = replace(OLD, instruction="Read with great care.")
NEW = replace(MIDDLE, completion=CompletionOptions(0.7))
ASSISTANT = Assistant(AssistantId("reader"), 3, NEW, NOW, NOW, NOW)
VERSIONS = [
    AssistantVersion(3, NEW, "warmer", NOW),
    AssistantVersion(2, MIDDLE, "", NOW),
    AssistantVersion(1, OLD, "first", NOW),
]
USES = [
    VersionUse(2, ThreadId("a"), "Lease", MessageId("a1"), 12),
    VersionUse(2, ThreadId("b"), "", MessageId("b1"), 2),
]
VERSIONS_TAB = 6


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> AssistantDialog:
    made = AssistantDialog(theme)
    qtbot.addWidget(made)
    made.edit(ASSISTANT, NEW, [OLLAMA])
    qtbot.waitExposed(made)
    with qtbot.waitSignal(made.versions_wanted) as wanted:
        made._pages.tabs.setCurrentIndex(VERSIONS_TAB)
    assert wanted.args == [ASSISTANT.id]
    made.set_versions(VERSIONS, USES)
    return made


def told(qtbot: QtBot, dialog: AssistantDialog, words: str) -> str:
    """What the view says once it says ``words``."""
    view = find(dialog, DifferenceView, "assistant_difference")
    qtbot.waitUntil(lambda: words in view.toPlainText())
    return view.toPlainText()


def choose(dialog: AssistantDialog, steps: int) -> None:
    """Go down the list by keys."""
    versions = find(dialog, DetailRows, "assistant_versions")
    versions.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(steps):
        QTest.keyClick(versions, Qt.Key.Key_Down)


def test_versions_are_listed_newest_first_with_their_notes_and_replies(dialog: AssistantDialog) -> None:
    rows = find(dialog, DetailRows, "assistant_versions").rows
    assert [row.key for row in rows] == [3, 2, 1]
    assert "warmer" in rows[0].detail
    assert "14" in rows[1].detail
    assert rows[0].note
    assert not rows[1].note


def test_the_newest_is_compared_with_the_one_before(qtbot: QtBot, dialog: AssistantDialog) -> None:
    assert "0.30 → 0.70" in told(qtbot, dialog, "Temperature")
    assert not find(dialog, QAbstractButton, "assistant_restore").isEnabled()


def test_an_older_one_is_compared_with_the_present_word_by_word(
    qtbot: QtBot, dialog: AssistantDialog, theme: Theme
) -> None:
    choose(dialog, 2)
    text = told(qtbot, dialog, "great")
    assert "Instruction\nRead with great care." in text
    assert "Temperature" in text
    view = find(dialog, DifferenceView, "assistant_difference")
    cursor = QTextCursor(view.document())
    cursor.setPosition(text.index("great") + 1)
    added = cursor.charFormat()
    assert added.fontUnderline()
    assert added.background().color() == theme.color("diffAdd")
    assert "added “great”" in view.accessibleDescription()
    cursor.setPosition(text.index("0.30") + 1)
    assert cursor.charFormat().fontStrikeOut()
    assert "removed “0.30”" in view.accessibleDescription()


def test_any_two_can_be_compared(qtbot: QtBot, dialog: AssistantDialog) -> None:
    choose(dialog, 2)
    told(qtbot, dialog, "Temperature")
    compare = find(dialog, QComboBox, "assistant_compare")
    QTest.keyClick(compare, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: "Temperature" not in find(dialog, DifferenceView, "assistant_difference").toPlainText()
    )
    assert "Read with great care." in told(qtbot, dialog, "great")


def test_a_reply_is_opened_by_key_and_the_dialog_makes_way(qtbot: QtBot, dialog: AssistantDialog) -> None:
    choose(dialog, 1)
    replies = find(dialog, DetailRows, "assistant_replies")
    assert [row.title for row in replies.rows] == ["Lease", "New thread"]
    replies.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(dialog.reply_requested) as opened:
        QTest.keyClick(replies, Qt.Key.Key_Return)
    assert opened.args == ["a", "a1"]
    assert not dialog.isVisible()


def test_restoring_makes_a_new_version_and_can_be_undone(qtbot: QtBot, dialog: AssistantDialog) -> None:
    choose(dialog, 2)
    with qtbot.waitSignal(dialog.save_requested) as saved:
        find(dialog, QAbstractButton, "assistant_restore").click()
    assert saved.args[:2] == [ASSISTANT.id, OLD]
    assert "1" in saved.args[2]
    assert saved.args[3] == 0  # nobody edited it: it is restored as it was
    with qtbot.waitSignal(dialog.versions_wanted):
        dialog.set_saved(replace(ASSISTANT, version=4, settings=OLD))
    assert dialog.isVisible()
    assert dialog.settings() == OLD
    undo = find(dialog, QAbstractButton, "assistant_restore_undo")
    assert undo.isVisible()
    with qtbot.waitSignal(dialog.save_requested) as undone:
        undo.click()
    assert undone.args[1] == NEW
    dialog.set_saved(replace(ASSISTANT, version=5, settings=NEW))
    assert not undo.isVisible()
    assert not find(dialog, QAbstractButton, "assistant_save").isEnabled()


def test_restoring_asks_before_it_gives_up_what_is_not_saved(qtbot: QtBot, dialog: AssistantDialog) -> None:
    find(dialog, QLineEdit, "assistant_name").setText("Half written")
    choose(dialog, 2)
    find(dialog, QAbstractButton, "assistant_restore").click()
    assert dialog.settings().name == "Half written"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.settings().name == "Half written"
    find(dialog, QAbstractButton, "assistant_restore").click()
    answers = [
        button
        for button in dialog.findChildren(QAbstractButton, "assistant_restore")
        if button.isVisible() and button.property("kind") == "danger"
    ]
    with qtbot.waitSignal(dialog.save_requested) as saved:
        answers[0].click()
    assert saved.args[1] == OLD


def test_a_restore_that_fails_offers_no_undo(qtbot: QtBot, dialog: AssistantDialog) -> None:
    choose(dialog, 2)
    find(dialog, QAbstractButton, "assistant_restore").click()
    dialog.set_save_failed("The disk is full.")
    assert not find(dialog, QAbstractButton, "assistant_restore_undo").isVisible()
    assert find(dialog, QWidget, "assistant_error").isVisible()


def test_one_version_alone_has_nothing_to_compare_with(qtbot: QtBot, dialog: AssistantDialog) -> None:
    dialog.set_versions(VERSIONS[2:], [])
    told(qtbot, dialog, "only this version")
    assert not find(dialog, QComboBox, "assistant_compare").isEnabled()


def test_long_texts_are_shown_around_their_changes() -> None:
    start, end = "a " * 5_000, " b" * 5_000
    pieces = shortened(word_difference(f"{start}old{end}", f"{start}new{end}"))
    assert [piece.text for piece in pieces if piece.text in ("old", "new")] == ["old", "new"]
    assert sum(len(piece.text) for piece in pieces) < 1_000


def test_a_long_text_that_is_all_other_is_shown_within_a_moment(qtbot: QtBot, theme: Theme) -> None:
    view = DifferenceView(theme, "difference")
    qtbot.addWidget(view)
    view.resize(480, 400)
    view.show()
    qtbot.waitExposed(view)
    old, new = "old words\n" * 10_000, "all new\n" * 12_000
    began = thread_time()
    view.show_sections([Section("Instruction", word_difference(old, new))], "")
    view.grab()
    assert thread_time() - began < 1
    assert len(view.toPlainText()) < 40_000
    assert view.toPlainText().startswith("Instruction")
    assert view.toPlainText().rstrip().endswith("all new")


def test_a_function_that_comes_or_goes_is_told_as_one(qtbot: QtBot, dialog: AssistantDialog) -> None:
    gone = Function(
        "lookup", "Looks up.", "{}", is_strict=True, command=Command("/bin/lookup", ("-a",), 5, 6)
    )
    came = Function("ask_me", parameters="{}")
    kept = Function("kept", "Before.", "{}")
    older = replace(NEW, functions=(gone, kept))
    newer = replace(NEW, functions=(replace(kept, description="After."), came))
    dialog.set_versions(
        [AssistantVersion(5, newer, "", NOW), AssistantVersion(4, older, "", NOW), *VERSIONS], []
    )
    QTest.keyClick(find(dialog, DetailRows, "assistant_versions"), Qt.Key.Key_Home)
    assert told(qtbot, dialog, "lookup").split("\n") == [
        "Function removed: lookup",
        "Looks up.",
        "Parameters: {}",
        "Strict parameters: yes",
        "Program: /bin/lookup",
        "Arguments of the program: -a",
        "Longest time, in seconds: 5",
        "Longest result, in KB: 6",
        "Description of function: kept",
        "BeforeAfter.",
        "Function added: ask_me",
        "Parameters: {}",
    ]
    spoken = find(dialog, DifferenceView, "assistant_difference").accessibleDescription()
    assert "Function added: ask_me, added “Parameters: {}”" in spoken
