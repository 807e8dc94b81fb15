"""The main window: three panes, menus, notices and dialogs, wired to the user's intents.

It can be painted before anything else is loaded; ``attach`` gives it the intents once loops, store and worker run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from desktop_app import __version__
from desktop_app.domain.ids import AssistantId, ConnectionId, ThreadId
from desktop_app.domain.settings import Announcements, Notifications, Settings, WindowState
from desktop_app.domain.settings import Theme as ThemeChoice
from desktop_app.widgets.actions import Actions, Item, Menu
from desktop_app.widgets.assistants_pane import AssistantsPane
from desktop_app.widgets.footer import SidebarFooter
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.theme import Theme, system_mode
from desktop_app.widgets.threads_pane import ThreadsPane

if TYPE_CHECKING:
    from desktop_app.domain.assistants import Assistant, AssistantSettings
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.errors import RunError
    from desktop_app.domain.threads import ThreadSummary
    from desktop_app.qt.intents import Answerer, AssistantsListed, Intents, ThreadOpened
    from desktop_app.widgets.connections import Connections
    from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog
    from desktop_app.widgets.notice_bar import NoticeBar
    from desktop_app.widgets.outbox import Outbox
    from desktop_app.widgets.pulls import Pulls
    from desktop_app.widgets.transcript.error_texts import ErrorTexts, Explanation

MINIMUM_SIZE = (720, 480)
DEFAULT_SIZE = (1200, 780)
NARROW_PX = 860
UNDO_S = 10
EXPORT_FORMATS = {"md": "Markdown (*.md)", "html": "HTML (*.html)", "json": "JSON (*.json)"}


class MainWindow(QMainWindow):
    """``closed``: the user closed the window.  ``settings_changed(Settings)``: the user chose something to keep."""

    closed = Signal()
    settings_changed = Signal(object)

    def __init__(self, theme: Theme, settings: Settings, state: WindowState) -> None:
        super().__init__()
        self.setObjectName("nitka")
        self.setWindowTitle("Nitka")
        self.setMinimumSize(*MINIMUM_SIZE)
        self._theme = theme
        self._settings = settings
        self._state = state
        self._intents: Intents | None = None
        self._assistants: list[Assistant] = []
        self._assistant_id: AssistantId | None = None
        self._threads: list[ThreadSummary] = []
        self._connection_id: ConnectionId | None = None
        self._replaces_key = False
        self._has_own_assistants_height = state.is_assistants_height_own
        self._undo: Callable[[], None] | None = None
        self._data_folder: Path | None = None
        self.is_closed = False
        self._assistant_dialog: AssistantDialog | None = None
        self._connections: Connections | None = None
        self._outbox: Outbox | None = None
        self._pulls: Pulls | None = None
        self._build_panes()
        self._actions = Actions(self, self.menuBar(), self._menus())
        self._wire_panes()
        self._show_choices()
        self._restore(state)
        self.messages.composer.focus()

    # -- building

    def _build_panes(self) -> None:
        """From the outside in: whatever moves into another widget is styled once more, and all that is in it."""
        self._splitter = _Splitter("panes", Qt.Orientation.Horizontal, self)
        self.setCentralWidget(self._splitter)
        self._make_sidebar()
        centre = QWidget(self._splitter)
        self.messages = MessagesPane(self._theme, centre)
        _column(centre).addWidget(self.messages)
        self._splitter.setStretchFactor(1, 1)

    def _make_sidebar(self) -> None:
        self._sidebar = QWidget(self._splitter)
        self._sidebar.setObjectName("sidebar")
        self._sidebar.setMinimumWidth(self._theme.px("sidebarMin"))
        self._sidebar.setMaximumWidth(self._theme.px("sidebarMax"))
        self._lists = _Lists("lists", Qt.Orientation.Vertical, self._sidebar)
        self.threads = ThreadsPane(self._theme, self._sidebar)
        self.assistants = AssistantsPane(self._theme, self._lists)
        self.footer = SidebarFooter(self._theme, self._sidebar)
        column = _column(self._sidebar)
        column.addWidget(self.threads.top_row)
        column.addWidget(self._lists, 1)
        column.addWidget(self.footer)
        self._lists.addWidget(self.threads)
        self._lists.setStretchFactor(1, 1)
        self._lists.splitterMoved.connect(self._keep_assistants_height)
        self._lists.resized.connect(self._fit_assistants)
        QWidget.setTabOrder(self.assistants.last_stop, self.threads.last_stop)  # from the top down

    def _menus(self) -> tuple[Menu, ...]:
        return (
            Menu("file", self.tr("&File"), self._file_items),
            Menu("edit", self.tr("&Edit"), self._edit_items),
            Menu("view", self.tr("&View"), self._view_items),
            Menu("thread", self.tr("&Thread"), self._thread_items),
            Menu("assistant", self.tr("&Assistant"), self._assistant_items),
            Menu("run", self.tr("&Run"), self._run_items),
            Menu("help", self.tr("&Help"), self._help_items),
        )

    def _file_items(self) -> tuple[Item | None, ...]:
        return (
            Item("new_thread", self.tr("&New thread"), self._new_thread, ("Ctrl+N",)),
            Item(
                "new_same", self.tr("New thread with the &same assistant"), self._new_same, ("Ctrl+Shift+N",)
            ),
            None,
            Item("export", self.tr("&Export thread…"), self._export_thread, ("Ctrl+S",)),
            Item("export_all", self.tr("Export &all threads…"), self._export_all),
            None,
            Item("connections", self.tr("&Connections…"), lambda: self._open_connections()),
            None,
            Item("close", self.tr("Close &window"), self.close, ("Ctrl+W",)),
            Item("quit", self.tr("&Quit"), self.close, ("Ctrl+Q",)),
        )

    def _edit_items(self) -> tuple[Item | Menu | None, ...]:
        return (
            Item("undo", self.tr("&Undo delete"), self._take_back, ("Ctrl+Z",)),
            None,
            Menu("copy_as", self.tr("&Copy as"), self._copy_items),
            Item("copy_reply", self.tr("Copy &last reply"), self._copy_reply, ("Ctrl+Shift+C",)),
            Item("copy_code", self.tr("Copy last c&ode block"), self._copy_code, ("Ctrl+Shift+;",)),
            None,
            Item(
                "send_keys",
                self.tr("Ctrl+Enter s&ends"),
                self._toggle_send_keys,
                is_on=lambda: self._settings.send_with_ctrl_enter,
            ),
            None,
            Item("find", self.tr("&Find in thread"), self.messages.open_find, ("Ctrl+F",)),
            Item("find_next", self.tr("Find &next"), self.messages.find_next, ("F3",)),
            Item("find_previous", self.tr("Find &previous"), self.messages.find_previous, ("Shift+F3",)),
            Item("search", self.tr("&Search threads"), self.threads.focus_search, ("Ctrl+Shift+F",)),
        )

    def _copy_items(self) -> tuple[Item, ...]:
        copy = self.messages.copy
        return (
            Item("copy_markdown", self.tr("&Markdown"), partial(copy, "markdown")),
            Item("copy_rich", self.tr("&Rich text"), partial(copy, "rich")),
            Item("copy_plain", self.tr("&Plain text"), partial(copy, "plain")),
        )

    def _view_items(self) -> tuple[Item | Menu | None, ...]:
        return (
            Item(
                "sidebar",
                self.tr("&Thread list"),
                self._toggle_sidebar,
                ("Ctrl+B",),
                lambda: not self._sidebar.isHidden(),
            ),
            None,
            self._theme_item("system", self.tr("Theme of the s&ystem")),
            self._theme_item("light", self.tr("&Light")),
            self._theme_item("dark", self.tr("&Dark")),
            None,
            Item("zoom_in", self.tr("Zoom &in"), lambda: self._zoom(10), ("Ctrl++", "Ctrl+=")),
            Item("zoom_out", self.tr("Zoom &out"), lambda: self._zoom(-10), ("Ctrl+-",)),
            Item("zoom_reset", self.tr("&Actual size"), lambda: self._zoom(0), ("Ctrl+0",)),
            None,
            self._language_item("system", self.tr("Lan&guage of the system")),
            self._language_item("en", "English"),
            self._language_item("ru", "Русский"),
            None,
            Menu("announcements", self.tr("Anno&uncements"), self._announcement_items),
            Menu("notifications", self.tr("&Notifications"), self._notification_items),
            None,
            Item("focus_composer", self.tr("Go to the &composer"), self.messages.composer.focus, ("Ctrl+L",)),
            Item("focus_threads", self.tr("Go to the t&hreads"), self._focus_threads, ("Ctrl+Shift+L",)),
            Item(
                "previous_message",
                self.tr("Previous &message"),
                lambda: self.messages.step_message(-1),
                ("Alt+Up",),
            ),
            Item(
                "next_message", self.tr("Next m&essage"), lambda: self.messages.step_message(1), ("Alt+Down",)
            ),
            Item("next_pane", self.tr("Next &pane"), lambda: self._step_pane(1), ("F6",)),
            Item("previous_pane", self.tr("Pre&vious pane"), lambda: self._step_pane(-1), ("Shift+F6",)),
            None,
            Item("full_screen", self.tr("&Full screen"), self._toggle_full_screen, ("F11",)),
        )

    def _theme_item(self, choice: str, text: str) -> Item:
        return Item(
            f"theme_{choice}",
            text,
            lambda: self._choose_theme(choice),
            is_on=lambda: self._settings.theme == choice,
        )

    def _language_item(self, language: str, text: str) -> Item:
        return Item(
            f"language_{language}",
            text,
            lambda: self._choose_language(language),
            is_on=lambda: self._settings.language == language,
        )

    def _announcement_items(self) -> tuple[Item, ...]:
        texts = {
            Announcements.SENTENCES: self.tr("&Sentences of a reply as they come"),
            Announcements.ENDS: self.tr("Start and &end of a reply"),
            Announcements.OFF: self.tr("&Nothing"),
        }
        return tuple(self._announcement_item(choice, text) for choice, text in texts.items())

    def _announcement_item(self, choice: Announcements, text: str) -> Item:
        return Item(
            f"announce_{choice}",
            text,
            lambda: self._choose_announcements(choice),
            is_on=lambda: self._settings.announcements == choice,
        )

    def _notification_items(self) -> tuple[Item, ...]:
        texts = {
            Notifications.OFF: self.tr("&Off"),
            Notifications.WITHOUT_TEXT: self.tr("Witho&ut text"),
            Notifications.WITH_TEXT: self.tr("&With text"),
        }
        return tuple(self._notification_item(choice, text) for choice, text in texts.items())

    def _notification_item(self, choice: Notifications, text: str) -> Item:
        return Item(
            f"notify_{choice}",
            text,
            lambda: self._change(self._settings._replace(notifications=choice)),
            is_on=lambda: self._settings.notifications == choice,
        )

    def _thread_items(self) -> tuple[Item | None, ...]:
        title = self.tr("Pinned thread %1")
        pinned = tuple(
            Item(
                f"pinned_{n}",
                title.replace("%1", str(n)),
                partial(self._open_pinned, n),
                (f"Ctrl+{n}",),
            )
            for n in range(1, 9)
        )
        return (
            Item("rename_thread", self.tr("&Rename"), self._rename_thread),
            Item("pin_thread", self.tr("&Pin or unpin"), self._pin_thread),
            Item("fork_thread", self.tr("&Fork"), self._fork_thread),
            Item("delete_thread", self.tr("&Delete"), self._delete_thread),
            None,
            Item(
                "previous_thread", self.tr("Pre&vious thread"), lambda: self._step_thread(-1), ("Ctrl+PgUp",)
            ),
            Item("next_thread", self.tr("Ne&xt thread"), lambda: self._step_thread(1), ("Ctrl+PgDown",)),
            *pinned,
        )

    def _assistant_items(self) -> tuple[Item | None, ...]:
        return (
            Item("new_assistant", self.tr("&New assistant…"), self._choose_template, ("Ctrl+Alt+N",)),
            Item(
                "assistant_settings", self.tr("&Settings of this assistant…"), self._edit_current, ("Ctrl+I",)
            ),
            Item("duplicate_assistant", self.tr("&Duplicate this assistant"), self._duplicate_current),
            None,
            Item("pull", self.tr("&Bring from a service…"), self._open_pulls),
            Item("push_assistant", self.tr("&Take this assistant to its service"), self._push_current),
        )

    def _run_items(self) -> tuple[Item | None, ...]:
        return (
            Item(
                "send_deferred",
                self.tr("Send &deferred"),
                self.messages.composer.send_deferred,
                ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            ),
            Item("outbox", self.tr("&Outbox…"), self._open_outbox),
            None,
            Item("stop", self.tr("&Stop the reply"), self.messages.stop, ("Ctrl+.",)),
            Item("regenerate", self.tr("&Ask again"), self._regenerate, ("Ctrl+R",)),
            Item("edit_question", self.tr("&Edit the last question"), self.messages.edit_last),
        )

    def _help_items(self) -> tuple[Item | None, ...]:
        return (
            Item("shortcuts", self.tr("&Keyboard shortcuts"), self._show_shortcuts, ("F1", "Ctrl+/")),
            Item("data_folder", self.tr("Open the &data folder"), self._open_data_folder),
            Item("about", self.tr("&About Nitka"), self._show_about),
        )

    def _wire_panes(self) -> None:
        self.assistants.assistant_selected.connect(self._select_assistant)
        self.assistants.new_requested.connect(self._choose_template)
        self.assistants.settings_requested.connect(self._edit_selected)
        self.assistants.duplicate_requested.connect(self._duplicate_assistant)
        self.assistants.delete_requested.connect(self._delete_assistant)
        self.threads.thread_selected.connect(self._open_thread)
        self.threads.new_requested.connect(self._new_thread)
        self.threads.export_requested.connect(self._export)
        self.footer.connections_requested.connect(lambda: self._open_connections())
        self.messages.assistant_menu_requested.connect(self._show_assistant_menu)
        self.messages.more_requested.connect(self._show_more_menu)
        self.messages.sidebar_toggled.connect(self._toggle_sidebar)
        self.messages.fix_requested.connect(self._fix)
        self.messages.link_activated.connect(_open_address)

    def fill_menus(self) -> None:
        """Make what the menus hold, and with it the shortcuts; the window can be painted before."""
        self._actions.fill()

    # -- intents

    def attach(self, intents: Intents, data_folder: Path) -> None:
        """Wire the window to what can now be done, and fill it."""
        from desktop_app.widgets.message_actions import MessageActions

        self.messages.build_pages()
        self.messages.transcript.set_announcements(self._settings.announcements)
        self.messages.transcript.zoom_requested.connect(self._zoom)
        self._intents = intents
        self._data_folder = data_folder
        self._wire_lists(intents)
        self._wire_messages(intents)
        MessageActions(self._theme, self.messages, intents.messages, self)
        self._wire_outbox(intents)
        self._wire_notices(intents)
        self._wire_connections(intents)
        self._wire_pulls(intents)
        intents.undo_offered.connect(self._offer_undo)
        intents.failed.connect(self.show_error)
        intents.messages.refused.connect(self.show_error)
        intents.assistants.draft_found.connect(self._offer_assistant_draft)
        intents.exported.connect(self._on_exported)
        intents.assistants.ready_to_edit.connect(self._open_assistant_dialog)
        intents.begin(self._state.thread_id)

    def _wire_lists(self, intents: Intents) -> None:
        intents.assistants_listed.connect(self._on_assistants)
        intents.threads_listed.connect(self._on_threads)
        intents.running_changed.connect(self.threads.set_running)
        self.threads.renamed.connect(intents.threads.rename)
        self.threads.pin_requested.connect(intents.threads.pin)
        self.threads.delete_requested.connect(intents.threads.delete)

    def _wire_messages(self, intents: Intents) -> None:
        messages = self.messages
        intents.thread_opened.connect(self._on_opened)
        intents.answerer_changed.connect(self._on_answerer)
        intents.facts_arrived.connect(messages.apply)
        intents.runs.question_stored.connect(messages.question_stored)
        intents.runs.question_refused.connect(messages.question_refused)
        messages.send_requested.connect(intents.runs.send)
        messages.resend_requested.connect(intents.runs.resend)
        messages.stop_requested.connect(intents.runs.stop)
        messages.draft_changed.connect(intents.threads.save_draft)
        messages.renamed.connect(intents.threads.rename)
        messages.read_position_changed.connect(intents.threads.save_read_position)
        messages.regenerate_requested.connect(intents.runs.regenerate)
        messages.continue_requested.connect(intents.runs.continue_reply)

    def _wire_outbox(self, intents: Intents) -> None:
        from desktop_app.widgets.outbox import Outbox

        self._outbox = Outbox(self._theme, self.messages, self.threads, self.footer, intents.outbox, self)
        self._outbox.thread_requested.connect(self._open_thread)
        self.messages.defer_requested.connect(intents.runs.send_deferred)
        self.messages.retry_now_requested.connect(intents.runs.retry_now)

    def _wire_notices(self, intents: Intents) -> None:
        from desktop_app.widgets.reply_notices import ReplyNotices

        notices = ReplyNotices(intents, self, lambda: self._settings.notifications)
        notices.clicked.connect(self._show_message)
        notices.told.connect(self._tell_of_reply)

    def _wire_connections(self, intents: Intents) -> None:
        from desktop_app.widgets.connections import Connections

        self._connections = Connections(self._theme, intents.connections, self)
        self._connections.pull_requested.connect(self._open_pulls)
        self._connections.connected.connect(self._offer_assistant)

    def _wire_pulls(self, intents: Intents) -> None:
        from desktop_app.widgets.pulls import Pulls

        self._pulls = Pulls(self._theme, intents.pull, self._explain, self)
        self._pulls.told.connect(lambda text: self.notice.show_notice(text, timeout_s=UNDO_S))
        self._pulls.connections_requested.connect(lambda: self._open_connections())

    def _tell_of_reply(self, text: str, thread_id: str, message_id: str) -> None:
        """A deferred request has ended; nothing needs to be said where it is seen."""
        if thread_id != self.messages.thread_id or not self.isActiveWindow():
            show = partial(self._show_message, thread_id, message_id)
            self.notice.show_notice(text, action=self.tr("Show"), on_action=show)

    def _show_message(self, thread_id: str, message_id: str) -> None:
        """Bring the window, the thread and the message before the user."""
        self.come_forward()
        if self._intents:
            self._intents.open_message(thread_id, message_id)

    def _open_outbox(self) -> None:
        if self._outbox:
            self._outbox.open()

    def _open_pulls(self, connection_id: str = "") -> None:
        if self._pulls:
            self._pulls.open(connection_id)

    def _push_current(self) -> None:
        chosen = self._current_assistant_id()
        if self._intents and chosen:
            self._intents.pull.push(chosen)

    def _on_assistants(self, listed: AssistantsListed) -> None:
        self._assistants = listed.assistants
        known = {assistant.id for assistant in listed.assistants}
        if self._assistant_id not in known:
            self._assistant_id = None
        self.assistants.set_assistants(
            listed.assistants, listed.model_labels, listed.thread_counts, listed.total
        )
        self.assistants.select(self._assistant_id)
        self._fit_assistants()

    def _fit_assistants(self) -> None:
        """Give the assistants as much room as they need, at most two fifths, until the user drags the splitter."""
        if self._has_own_assistants_height or not self._assistants:
            return
        height = self._lists.height()
        wanted = self._theme.px("header") + (len(self._assistants) + 1) * self._theme.px("assistantRow")
        wanted = min(wanted, height * 2 // 5)
        self._lists.setSizes([wanted, max(1, height - wanted)])

    def _keep_assistants_height(self) -> None:
        self._has_own_assistants_height = True

    def _on_threads(self, threads: list[ThreadSummary]) -> None:
        self._threads = threads
        self.threads.set_threads(threads)
        if current := self._current_summary():
            self._show_title(current.name)
            self.threads.select(current.id)

    def _on_opened(self, opened: ThreadOpened) -> None:
        self.messages.show_thread(opened)
        self.threads.select(opened.thread.id)
        self._show_title(opened.thread.name)
        self._show_connection(opened.connection)
        is_walking = self.threads.isAncestorOf(self.focusWidget())  # by the arrow keys, past this one perhaps
        if not (opened.messages or is_walking) or self.focusWidget() is None:
            self.messages.composer.focus()

    def _on_answerer(self, answerer: Answerer) -> None:
        self.messages.set_answerer(answerer)
        self._show_connection(answerer.connection)

    def _show_connection(self, connection: Connection | None) -> None:
        self._connection_id = connection.id if connection else None
        name = connection.name if connection else ""
        self.footer.set_state("ok" if name else "off", name or self.tr("No connection"))

    def _show_title(self, name: str) -> None:
        self.messages.set_title(name)
        self.setWindowTitle(f"{name} — Nitka" if name else "Nitka")

    def _current_summary(self) -> ThreadSummary | None:
        return next((summary for summary in self._threads if summary.id == self.messages.thread_id), None)

    # -- threads

    def _select_assistant(self, assistant_id: AssistantId | None) -> None:
        self._assistant_id = assistant_id
        if self._intents:
            self._intents.select_assistant(assistant_id)

    def _open_thread(self, thread_id: str) -> None:
        if self._intents and thread_id != self._intents.thread_id:
            self._intents.open_thread(thread_id)

    def _new_thread(self) -> None:
        self.messages.composer.focus()
        if self._intents:
            self._intents.new_thread()

    def _new_same(self) -> None:
        summary = self._current_summary()
        self.messages.composer.focus()
        if self._intents:
            self._intents.new_thread(summary.assistant_id if summary else None)

    def _rename_thread(self) -> None:
        self.messages.header.edit_title()

    def _pin_thread(self) -> None:
        if self._intents and (summary := self._current_summary()):
            self._intents.threads.pin(summary.id, not summary.is_pinned)

    def _delete_thread(self) -> None:
        if self._intents and self.messages.thread_id:
            self._intents.threads.delete(self.messages.thread_id)

    def _fork_thread(self) -> None:
        if self._intents and self.messages.thread_id:
            self._intents.messages.fork_last(self.messages.thread_id, self.messages.fork_name())

    def _step_thread(self, step: int) -> None:
        ids = self.threads.shown_ids()
        if self.messages.thread_id in ids:
            place = ids.index(ThreadId(self.messages.thread_id)) + step
            if 0 <= place < len(ids):
                self._open_thread(ids[place])

    def _open_pinned(self, number: int) -> None:
        pinned = [summary.id for summary in self._threads if summary.is_pinned]
        if number <= len(pinned):
            self._open_thread(pinned[number - 1])

    def _regenerate(self) -> None:
        if self._intents and self.messages.thread_id:
            self._intents.runs.regenerate_last(self.messages.thread_id)

    def _copy_reply(self) -> None:
        self._copy_of_newest(lambda source: source)

    def _copy_code(self) -> None:
        from desktop_app.markdown.parser import last_code

        self._copy_of_newest(last_code)

    def _copy_of_newest(self, part: Callable[[str], str]) -> None:
        """Copy a part of the newest reply, which may be far from where the reader is."""

        def put(source: str) -> None:
            if text := part(source):
                QGuiApplication.clipboard().setText(text)

        thread_id = self.messages.thread_id
        if self._intents is None or thread_id is None:
            return
        if source := self.messages.transcript.last_reply_text():
            put(source)
        else:
            self._intents.messages.read_newest_reply(thread_id, put)

    # -- assistants

    def _choose_template(self) -> None:
        """For an assistant that answers through the connection in use, as long as nothing else is chosen."""
        self._choose_template_for(self._connection_id)

    def _choose_template_for(self, connection_id: ConnectionId | None) -> None:
        from desktop_app.widgets.dialogs.template_chooser import TemplateChooser

        chooser = TemplateChooser(self._theme, self)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.chosen.connect(
            lambda settings: self._draft_assistant(replace(settings, connection_id=connection_id))
        )
        chooser.open()

    def _offer_assistant(self, connection: Connection) -> None:
        """What to do with a new connection: nothing uses it yet."""
        self.notice.show_notice(
            self.tr("“%1” is connected. An assistant can answer through it.").replace("%1", connection.name),
            action=self.tr("Make one"),
            on_action=lambda: self._choose_template_for(connection.id),
        )

    def _draft_assistant(self, settings: AssistantSettings) -> None:
        if self._intents:
            self._intents.assistants.draft(settings)

    def _offer_assistant_draft(self, settings: AssistantSettings) -> None:
        self.notice.show_notice(
            self.tr("An assistant you were making was kept."),
            action=self.tr("Go on"),
            on_action=lambda: self._draft_assistant(settings),
        )

    def _current_assistant_id(self) -> AssistantId | None:
        """The selected assistant or, with all threads selected, the one in use."""
        summary = self._current_summary()
        return self._assistant_id or (summary.assistant_id if summary else None)

    def _edit_current(self) -> None:
        if chosen := self._current_assistant_id():
            self._edit_assistant(chosen)

    def _edit_selected(self, assistant_id: str) -> None:
        """The pane's button: the selected assistant or, with all threads selected, the one in use."""
        if assistant_id:
            self._edit_assistant(assistant_id)
        else:
            self._edit_current()

    def _edit_assistant(self, assistant_id: str) -> None:
        if self._intents and self._assistant_dialog is None:
            self._intents.assistants.edit(AssistantId(assistant_id))

    def _open_assistant_dialog(
        self, assistant: Assistant | None, settings: AssistantSettings, connections: list[Connection]
    ) -> None:
        from desktop_app.widgets.dialogs.assistant_dialog import AssistantDialog

        intents = self._intents
        if intents is None or self._assistant_dialog is not None:
            return
        dialog = self._assistant_dialog = AssistantDialog(self._theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.models_wanted.connect(intents.assistants.list_models)
        dialog.saved.connect(intents.assistants.save)
        draft_id = assistant.id if assistant else None
        dialog.draft_changed.connect(lambda draft: intents.assistants.keep_draft(draft_id, draft))
        dialog.discarded.connect(lambda _: intents.assistants.keep_draft(draft_id, None))
        intents.assistants.models_listed.connect(dialog.set_models)
        intents.assistants.models_failed.connect(self._on_models_failed)
        dialog.finished.connect(self._on_assistant_dialog_finished)
        dialog.edit(assistant, settings, connections)

    def _on_models_failed(self, connection_id: ConnectionId, error: RunError) -> None:
        if self._assistant_dialog:
            self._assistant_dialog.set_models_failed(connection_id, self._explain(error).title)

    def _on_assistant_dialog_finished(self) -> None:
        if self._intents:
            self._intents.assistants.models_failed.disconnect(self._on_models_failed)
        self._assistant_dialog = None

    def _duplicate_current(self) -> None:
        summary = self._current_summary()
        if summary and summary.assistant_id:
            self._duplicate_assistant(summary.assistant_id)

    def _duplicate_assistant(self, assistant_id: str) -> None:
        name = next((a.settings.name for a in self._assistants if a.id == assistant_id), "")
        if self._intents and name:
            self._intents.assistants.duplicate(
                AssistantId(assistant_id), self.tr("%1 (copy)").replace("%1", name)
            )

    def _delete_assistant(self, assistant_id: str) -> None:
        if self._intents:
            self._intents.assistants.delete(AssistantId(assistant_id))

    def _show_assistant_menu(self, place: QPoint) -> None:
        menu = popup_menu(self)
        menu.setObjectName("assistant_menu")
        summary = self._current_summary()
        for assistant in self._assistants:
            action = menu.addAction(assistant.settings.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(summary is not None and summary.assistant_id == assistant.id)
            action.triggered.connect(lambda _=False, chosen=assistant.id: self._use_assistant(chosen))
        menu.addSeparator()
        menu.addAction(self._actions["assistant_settings"])
        menu.addAction(self._actions["new_assistant"])
        menu.popup(place)

    def _use_assistant(self, assistant_id: AssistantId) -> None:
        if self._intents and self.messages.thread_id:
            self._intents.threads.set_assistant(self.messages.thread_id, assistant_id)

    def _show_more_menu(self, place: QPoint) -> None:
        menu = popup_menu(self)
        menu.setObjectName("more_menu")
        for name in ("rename_thread", "pin_thread", "fork_thread", "export", "copy_reply", "delete_thread"):
            menu.addAction(self._actions[name])
        menu.popup(place)

    # -- connections

    def _open_connections(self, *, replaces_key: bool = False) -> None:
        if self._connections:
            self._connections.open(self._connection_id if replaces_key else None)

    def _fix(self, _message_id: str, action: str) -> None:
        if action == "assistant_settings":
            self._edit_current()
        else:
            self._open_connections(replaces_key=action == "replace_key")

    # -- notices

    @cached_property
    def notice(self) -> NoticeBar:
        """The bar, made when there is something to say."""
        from desktop_app.widgets.notice_bar import NoticeBar

        bar = NoticeBar(self._theme, self)
        bar.float_in(self.messages, self.messages.composer)
        return bar

    @cached_property
    def _error_texts(self) -> ErrorTexts:
        from desktop_app.widgets.transcript.error_texts import ErrorTexts  # the first error is soon enough

        return ErrorTexts(self)

    def _explain(self, error: RunError) -> Explanation:
        return self._error_texts.explain(error)

    def show_error(self, error: RunError) -> None:
        """Say what did not happen, what was kept and what can be done."""
        text = self._explain(error)
        self.notice.show_notice(". ".join(part for part in (text.title, text.advice) if part), kind="error")

    def show_unopened(self, error: RunError, data_folder: Path) -> None:
        """Say that the database cannot be opened, or only be read, and where it is."""
        self._data_folder = data_folder
        self.messages.composer.set_can_send(False)
        text = self._explain(error)
        self.notice.show_notice(
            ". ".join(filter(None, (text.title, text.advice))),
            action=self.tr("Open the data folder"),
            on_action=self._open_data_folder,
            kind="error",
        )

    def show_fault(self, text: str) -> None:
        """Say that something went wrong inside; ``text`` is a line of the log."""
        self.notice.show_notice(
            self.tr("Something went wrong in Nitka: %1").replace("%1", text), kind="error"
        )

    def _offer_undo(self, what: str, name: str, undo: Callable[[], None]) -> None:
        texts = {
            "thread_deleted": self.tr("“%1” was moved to the trash."),
            "assistant_deleted": self.tr("Assistant “%1” was deleted. Its threads are kept."),
            "message_deleted": self.tr("The message was deleted."),
            "turns_hidden": self.tr("A new branch: what followed stays with the former reply."),
        }
        take_back = undo
        if what != "turns_hidden":  # "Undo delete" takes back what was deleted, and nothing else
            self._undo, take_back = undo, self._take_back
        text = texts[what].replace("%1", name or self.tr("New thread"))
        self.notice.show_notice(text, action=self.tr("Undo"), on_action=take_back, timeout_s=UNDO_S)

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        if undo:
            self.notice.dismiss()
            undo()

    # -- export

    def _export_thread(self) -> None:
        if self.messages.thread_id:
            self._export(self.messages.thread_id)

    def _export(self, thread_id: str) -> None:
        name = next((summary.name for summary in self._threads if summary.id == thread_id), "")
        self._ask_where([thread_id], name or self.tr("Thread"))

    def _export_all(self) -> None:
        self._ask_where(None, self.tr("Nitka threads"))

    def _ask_where(self, thread_ids: list[str] | None, name: str) -> None:
        from PySide6.QtCore import QStandardPaths
        from PySide6.QtWidgets import QFileDialog

        from desktop_app.export.files import safe_name

        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(self, self.tr("Export"), documents)
        dialog.setObjectName("export_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        formats = {"json": EXPORT_FORMATS["json"]} if thread_ids is None else EXPORT_FORMATS
        dialog.setNameFilters(list(formats.values()))
        dialog.setDefaultSuffix(next(iter(formats)))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix_of(chosen)))
        dialog.selectFile(safe_name(name))
        dialog.fileSelected.connect(lambda path: self._export_to(thread_ids, Path(path)))
        dialog.open()

    def _export_to(self, thread_ids: list[str] | None, path: Path) -> None:
        file_format = path.suffix.lstrip(".").lower()
        if self._intents:
            self._intents.export(thread_ids, file_format if file_format in EXPORT_FORMATS else "md", path)

    def _on_exported(self, path: Path) -> None:
        self.notice.show_notice(
            self.tr("Exported to %1").replace("%1", path.name),
            action=self.tr("Show in folder"),
            on_action=lambda: _open_folder(path.parent),
            timeout_s=UNDO_S,
        )

    # -- view

    def _focus_threads(self) -> None:
        self._show_sidebar(True)
        self.threads.focus_list()

    def _step_pane(self, step: int) -> None:
        panes: list[QWidget] = [self.messages]
        if self._sidebar.isVisible():
            panes = [self.assistants, self.threads, self.messages]
        if self.notice.isVisible():  # it floats in the messages
            panes.append(self.notice)
        focus = self.focusWidget()
        place = max((i for i, pane in enumerate(panes) if pane.isAncestorOf(focus)), default=0)
        target = panes[(place + step) % len(panes)]
        if target is self.notice:
            self.notice.focus()
        elif target is self.messages:
            self.messages.composer.focus()
        elif target is self.threads:
            self.threads.focus_list()
        else:
            self.assistants.focus_list()

    def _toggle_sidebar(self) -> None:
        self._show_sidebar(not self._sidebar.isVisible())

    def _show_sidebar(self, is_shown: bool) -> None:
        if not is_shown and self._sidebar.isAncestorOf(self.focusWidget()):
            self.messages.composer.focus()
        self._sidebar.setVisible(is_shown)
        self.messages.header.set_sidebar_shown(is_shown)
        self._actions.refresh()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _choose_theme(self, choice: str) -> None:
        self._change(self._settings._replace(theme=ThemeChoice(choice)))
        self._theme.set_mode(system_mode() if choice == "system" else choice)

    def _choose_language(self, language: str) -> None:
        self._change(self._settings._replace(language=language))
        self.notice.show_notice(self.tr("The language changes with the next start."), timeout_s=UNDO_S)

    def _choose_announcements(self, choice: Announcements) -> None:
        self._change(self._settings._replace(announcements=choice))
        if self._intents:
            self.messages.transcript.set_announcements(choice)

    def _toggle_send_keys(self) -> None:
        self._change(self._settings._replace(send_with_ctrl_enter=not self._settings.send_with_ctrl_enter))

    def _zoom(self, step: int) -> None:
        percent = 100 if step == 0 else min(300, max(50, self._settings.zoom_percent + step))
        self._theme.set_zoom(percent)
        self._change(self._settings._replace(zoom_percent=percent))

    def _change(self, settings: Settings) -> None:
        self._settings = settings
        self._show_choices()
        self.settings_changed.emit(settings)

    def _show_choices(self) -> None:
        self.messages.composer.set_sends_with_ctrl_enter(self._settings.send_with_ctrl_enter)
        self._actions.refresh()

    # -- help

    def _show_shortcuts(self) -> None:
        from desktop_app.widgets.dialogs.shortcuts_dialog import ShortcutsDialog

        dialog = ShortcutsDialog(self._theme, self._actions.with_shortcuts(), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _open_data_folder(self) -> None:
        if self._data_folder:
            _open_folder(self._data_folder)

    def _show_about(self) -> None:
        from desktop_app.widgets.dialogs.about_dialog import AboutDialog

        dialog = AboutDialog(self._theme, self, version=__version__)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- the window itself

    @property
    def settings(self) -> Settings:
        """What the user has chosen."""
        return self._settings

    def come_forward(self) -> None:
        """Show the window above others: a second start asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_kept_aside(self, path: Path) -> None:
        """Say that a settings file could not be read and where it is now."""
        text = self.tr("A settings file could not be read; it is kept as %1, and the defaults are used.")
        self.notice.show_notice(text.replace("%1", path.name), kind="warning")

    def state(self) -> WindowState:
        """Where the window stands now."""
        place = self.normalGeometry()
        sizes = self._splitter.sizes()
        return WindowState(
            geometry=(place.x(), place.y(), place.width(), place.height()),
            is_maximised=self.isMaximized(),
            sidebar_width=sizes[0] if sizes[0] else self._state.sidebar_width,
            assistants_height=self._lists.sizes()[0],
            is_assistants_height_own=self._has_own_assistants_height,
            sidebar_shown=not self._sidebar.isHidden() or self.width() < NARROW_PX,
            thread_id=self.messages.thread_id or self._state.thread_id,
        )

    def _restore(self, state: WindowState) -> None:
        self.resize(*DEFAULT_SIZE)
        if len(state.geometry) == 4:
            place = QRect(*state.geometry)
            screens = QGuiApplication.screens()
            if any(screen.availableGeometry().intersects(place) for screen in screens):
                self.setGeometry(place)
            else:
                self.resize(place.size())
        if state.is_maximised:
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self._splitter.setSizes([state.sidebar_width, max(1, self.width() - state.sidebar_width)])
        if state.assistants_height:
            self._lists.setSizes([state.assistants_height, max(1, self.height() - state.assistants_height)])
        self._show_sidebar(state.sidebar_shown and self.width() >= NARROW_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        was_narrow = event.oldSize().width() < NARROW_PX
        is_narrow = event.size().width() < NARROW_PX
        if event.oldSize().width() > 0 and was_narrow != is_narrow:
            self._show_sidebar(not is_narrow)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.messages.end()
        self.is_closed = True
        event.accept()
        self.closed.emit()


class _Splitter(QSplitter):
    """A splitter with a hairline for a handle; widgets made in it take their places in their order."""

    def __init__(self, name: str, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.setObjectName(name)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)  # Qt catches the pointer some pixels beside so thin a handle


class _Lists(_Splitter):
    """Signals: ``resized()``."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


def _column(parent: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _open_folder(folder: Path) -> None:
    _open_address(folder.absolute().as_uri())


def _open_address(address: str) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl(address))


def _suffix_of(chosen: str) -> str:
    return next(suffix for suffix, text in EXPORT_FORMATS.items() if text == chosen)
