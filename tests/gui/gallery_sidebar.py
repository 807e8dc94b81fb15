"""Pictures of the sidebar and of notices to look at.

Run: python -m tests.gui.gallery_sidebar FOLDER [STATE ...], with the options of tests/gui/gallery.py.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.ids import AssistantId, ThreadId
from desktop_app.domain.threads import ThreadSummary
from desktop_app.widgets.assistants_pane import AssistantsPane
from desktop_app.widgets.footer import SidebarFooter
from desktop_app.widgets.notice_bar import NoticeBar
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.threads_pane import ThreadsPane
from tests.gui.gallery import draw

NOW = datetime.now(UTC).replace(hour=12)
ASSISTANTS = {
    "Contract reader": "YandexGPT Pro",
    "Backend reviewer": "Qwen3 235B",
    "Переводчик с русского": "YandexGPT Lite 5.1 latest",
    "Local draft": "On device",
}
THREADS = [
    ("House style for replies", "Short sentences, no filler, metric units only", "", 70, "pinned"),
    ("Webhook retries", "Use full jitter, and stop after a day", "", 0, ""),
    ("Supply agreement, clause 7", "", "ask about the penalty cap", 1, ""),
    ("Price list, 340 rows of it all", "Reading the file", "", 1, "running"),
    ("Refund, order 1182", "Looking it up", "", 2, "waiting"),
    ("Release notes 2.4", "Here is the shorter version", "", 3, "unread"),
    ("Согласие на обработку данных", "Уточнил основание и срок хранения", "", 24, ""),
    ("", "Subject: your first week", "", 26, ""),
    ("Postgres index bloat", "REINDEX CONCURRENTLY needs room for a copy", "", 80, ""),
    ("Ещё один разговор", "Текст", "", 900, ""),
    *((f"Older thread {n}", "Some words of it", "", 9000 + n, "") for n in range(4)),
]


def assistants() -> list[Assistant]:
    return [Assistant(AssistantId(name), 3, AssistantSettings(name), NOW, NOW, NOW) for name in ASSISTANTS]


def threads() -> list[ThreadSummary]:
    return [
        ThreadSummary(
            ThreadId(f"t{place}"),
            name,
            None,
            preview,
            draft,
            NOW - timedelta(hours=hours),
            is_pinned=state == "pinned",
            is_unread=state == "unread",
        )
        for place, (name, preview, draft, hours, state) in enumerate(THREADS)
    ]


def sidebar(theme: Theme) -> tuple[QWidget, AssistantsPane, ThreadsPane]:
    window = QWidget()
    window.resize(theme.px("sidebar"), 800)
    people, talks, foot = AssistantsPane(theme), ThreadsPane(theme), SidebarFooter(theme)
    people.set_assistants(assistants(), {AssistantId(k): v for k, v in ASSISTANTS.items()}, {}, 38)
    people.select(None)
    talks.set_threads(threads())
    talks.set_running({ThreadId("t3"), ThreadId("t4")})
    talks.set_waiting({ThreadId("t4")})
    talks.select(ThreadId("t1"))
    foot.set_state("ok", "Model on this device")
    lists = QSplitter(Qt.Orientation.Vertical)
    lists.addWidget(people)
    lists.addWidget(talks)
    lists.setHandleWidth(1)
    lists.setSizes([206, 500])
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(talks.top_row)
    column.addWidget(lists, 1)
    column.addWidget(foot)
    return window, people, talks


def filter_by_labels_that_none_has(people: AssistantsPane) -> None:
    labelled = [
        replace(one, settings=replace(one.settings, labels=(label,)))
        for one, label in zip(
            assistants(), [("team", "legal"), ("team", "press"), ("team", "legal")], strict=False
        )
    ]
    people.set_assistants(labelled, {}, {}, 38)
    assert people._filter is not None
    people._filter._choose([("team", "legal"), ("team", "press")])


def page(theme: Theme) -> tuple[QWidget, list[NoticeBar]]:
    window = QWidget()
    window.setProperty("surface", "page")
    window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    window.resize(720, 260)
    bars = []
    long = "The key was rejected by this service, so no reply was written. What you typed is kept, word for word."
    for place, (text, kind, action) in enumerate(
        (
            ("“Price list, draft” moved to Trash", "info", "Undo"),
            ("No keyring", "warning", ""),
            (long, "error", "Retry"),
        )
    ):
        bar = NoticeBar(theme)
        slot = QWidget(window)
        slot.setGeometry(0, 80 * place, 720, 80)
        bar.float_in(slot)
        bar.show_notice(text, kind=kind, action=action, timeout_s=8 if kind == "info" else None)
        bars.append(bar)
    return window, bars


def show(theme: Theme, state: str) -> QWidget:
    if state == "notices":
        window, _ = page(theme)
        window.show()
        return window
    window, people, talks = sidebar(theme)
    if state == "filtered":
        filter_by_labels_that_none_has(people)
    window.show()
    if state == "focus":
        talks.focus_list()
    return window


if __name__ == "__main__":
    draw(("sidebar", "focus", "filtered", "notices"), show)
