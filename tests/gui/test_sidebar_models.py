import random
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop_app.domain.assistants import Assistant, AssistantSettings, Expiration
from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.domain.threads import ThreadSummary
from desktop_app.qt.models import AssistantListModel, GroupRow, Role, ThreadListModel, ThreadRow

NOON = datetime(2024, 3, 15, 12, 0, tzinfo=timezone(timedelta(hours=3)))


def thread(name: str, *, ago: timedelta = timedelta(), pinned: bool = False, **more: object) -> ThreadSummary:
    moment = (NOON - ago).astimezone(UTC)
    return ThreadSummary(ThreadId(name), name, None, "preview", "", moment, is_pinned=pinned, **more)  # type: ignore[arg-type]


@pytest.fixture
def model(qtbot: QtBot) -> ThreadListModel:
    made = ThreadListModel(now=lambda: NOON)
    made.setObjectName("model")
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    assert tester.model() is made
    return made


def shown(model: ThreadListModel) -> list[str]:
    rows = (model.row(model.index(place)) for place in range(model.rowCount()))
    return [f"[{row.title}]" if isinstance(row, GroupRow) else row.summary.name for row in rows]


def test_threads_stand_under_the_day_they_were_used(model: ThreadListModel) -> None:
    days = {"a": 0, "b": 1, "c": 3, "d": 6, "e": 7, "f": 40, "g": 400}
    threads = [thread(name, ago=timedelta(days=day)) for name, day in days.items()]
    model.set_threads([thread("p", ago=timedelta(days=90), pinned=True), *threads])
    assert shown(model) == [
        *("[Pinned]", "p", "[Today]", "a", "[Yesterday]", "b", "[7 days]", "c", "d"),
        *("[March]", "e", "[February]", "f", "[February 2023]", "g"),
    ]


def test_a_thread_of_last_night_belongs_to_yesterday_in_local_time(model: ThreadListModel) -> None:
    model.set_threads([thread("late", ago=timedelta(hours=12, minutes=1))])
    assert shown(model) == ["[Yesterday]", "late"]


def test_headings_can_not_be_chosen(model: ThreadListModel) -> None:
    model.set_threads([thread("a")])
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    assert Qt.ItemFlag.ItemIsSelectable in model.flags(model.index(1))


def test_any_change_of_the_list_keeps_what_is_followed(model: ThreadListModel) -> None:
    chance = random.Random(7)
    everyone = [thread(f"t{i}", ago=timedelta(hours=7 * i)) for i in range(30)]
    for _ in range(120):
        threads = chance.sample(everyone, chance.randint(0, 30))
        threads = [
            thread(one.name, ago=timedelta(hours=chance.randint(0, 900)), pinned=chance.random() < 0.2)
            for one in threads
        ]
        before = {name: QPersistentModelIndex(model.find(name)) for name in shown(model)}
        model.set_threads(threads)
        assert sorted(name for name in shown(model) if not name.startswith("[")) == sorted(
            one.name for one in threads
        )
        for name, index in before.items():
            if index.isValid():
                assert index.data(Role.ID) in (None, name)


def test_a_new_message_changes_only_the_rows_it_touches(model: ThreadListModel, qtbot: QtBot) -> None:
    threads = [thread(f"t{i}", ago=timedelta(minutes=i)) for i in range(5)]
    model.set_threads(threads)
    changed: list[int] = []
    resets: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.extend(range(first.row(), last.row() + 1)))
    model.modelReset.connect(lambda: resets.append(1))
    threads[0] = thread("t0", ago=timedelta(), is_unread=True)
    model.set_threads(threads)
    assert changed == [1]
    assert not resets


def test_running_threads_are_marked_and_unmarked(model: ThreadListModel) -> None:
    model.set_threads([thread("a"), thread("b", ago=timedelta(minutes=1))])
    model.set_running({ThreadId("b"), ThreadId("elsewhere")})
    assert [index.data(Role.IS_RUNNING) for index in map(model.find, ("a", "b"))] == [False, True]
    model.set_threads([thread("b")])
    row = model.row(model.find("b"))
    assert isinstance(row, ThreadRow)
    assert row.is_running
    model.set_running(set())
    assert model.find("b").data(Role.IS_RUNNING) is False


def test_a_thread_whose_reply_waits_for_the_user_says_so(model: ThreadListModel) -> None:
    model.set_threads([thread("a"), thread("b", ago=timedelta(minutes=1))])
    model.set_running({ThreadId("a"), ThreadId("b")})
    model.set_waiting({ThreadId("b")})
    assert [index.row() for index in model.writing_rows()] == [model.find("a").row()]
    spoken = [model.find(name).data(Qt.ItemDataRole.AccessibleTextRole) for name in ("a", "b")]
    assert [text.split(", ")[1] for text in spoken] == ["writing", "waits for you"]
    model.set_waiting(set())
    assert model.find("b").data(Qt.ItemDataRole.AccessibleTextRole).split(", ")[1] == "writing"


def test_renaming_tells_the_new_name_and_waits_for_it(model: ThreadListModel, qtbot: QtBot) -> None:
    model.set_threads([thread("old")])
    index = model.find("old")
    with qtbot.waitSignal(model.renamed) as caught:
        model.setData(index, "  new \n name ")
    assert caught.args == ["old", "new name"]
    assert index.data() == "old"
    assert not model.setData(index, "   ")
    assert not model.setData(index, "old")


def test_a_row_speaks_of_name_state_time_and_text(model: ThreadListModel) -> None:
    model.set_threads([thread("Plans", ago=timedelta(days=3), is_unread=True)])
    assert model.find("Plans").data(Qt.ItemDataRole.AccessibleTextRole) == "Plans, unread, Tue, preview"


def test_a_thread_without_a_name_is_new(model: ThreadListModel) -> None:
    model.set_threads([ThreadSummary(ThreadId("x"), "", None, "", "", NOON)])
    assert model.find("x").data() == "New thread"


def test_assistants_follow_all_threads(qtbot: QtBot) -> None:
    model = AssistantListModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    lawyer = Assistant(AssistantId("1"), 7, AssistantSettings("Lawyer"), NOON, NOON, NOON)
    model.set_assistants([lawyer], {lawyer.id: "On device"}, {lawyer.id: 2}, total=38)
    rows = [model.row(model.index(place)) for place in range(model.rowCount())]
    assert [(row.id, row.name, row.note) for row in rows] == [
        (None, "All threads", "38"),
        ("1", "Lawyer", "On device"),
    ]
    model.set_assistants([], {}, {}, total=0)
    assert model.rowCount() == 1


def test_ten_thousand_threads_are_taken_in_well_under_a_second(qtbot: QtBot) -> None:
    threads = [thread(f"t{i}", ago=timedelta(minutes=7 * i)) for i in range(10_000)]
    plain = ThreadListModel(now=lambda: NOON)
    started = time.process_time()
    plain.set_threads(threads)
    plain.set_threads([threads[-1], *threads[:-1]])
    assert time.process_time() - started < 1


def test_rows_say_what_expires_soon(model: ThreadListModel) -> None:
    model.set_threads([thread("soon", expires_at=NOON + timedelta(days=1)), thread("kept")])
    soon, kept = (model.row(model.find(name)) for name in ("soon", "kept"))
    assert isinstance(soon, ThreadRow)
    assert isinstance(kept, ThreadRow)
    assert (soon.expiry, kept.expiry) == ("Expires tomorrow", "")
    assert "Expires tomorrow" in model.find("soon").data(Qt.ItemDataRole.AccessibleTextRole)
    assistants = AssistantListModel(now=lambda: NOON)
    short = AssistantSettings("Short", expiration=Expiration(1))
    assistants.set_assistants(
        [Assistant(AssistantId("a"), 1, short, NOON, NOON, NOON)], {AssistantId("a"): "model"}, {}, 0
    )
    assert assistants.row(assistants.find("a")).expiry == "Expires tomorrow"
    assert "Expires tomorrow" in assistants.find("a").data(Qt.ItemDataRole.AccessibleTextRole)
