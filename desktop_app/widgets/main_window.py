"""The main window: where the panes stand, and who is told what.

It can be painted before anything else is loaded; ``attach`` gives it the intents once loops, store and worker run.
What a subject of its own has stands beside it: ``menu_contents``, ``choices``, ``notices``, ``thread_actions``,
``assistant_actions``, ``message_actions``, ``exports``, ``connections``, ``outbox``, ``pulls``, ``reply_notices``,
``composer_context``, ``thread_details``, ``thread_editing``, ``run_options``, ``trash``.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from desktop_app import __version__
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.settings import Settings, WindowState
from desktop_app.widgets.actions import Actions
from desktop_app.widgets.choices import Choices
from desktop_app.widgets.desktop import open_address, open_folder
from desktop_app.widgets.menu_contents import MenuContents
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.notices import Notices
from desktop_app.widgets.shown import Shown
from desktop_app.widgets.sidebar import Sidebar
from desktop_app.widgets.splitter import Splitter
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.domain.connections import Connection
    from desktop_app.domain.errors import RunError
    from desktop_app.domain.threads import ThreadSummary
    from desktop_app.qt.intents import Answerer, AssistantsListed, Intents, ThreadOpened
    from desktop_app.widgets.assistant_actions import AssistantActions
    from desktop_app.widgets.connections import Connections
    from desktop_app.widgets.notice_bar import NoticeBar
    from desktop_app.widgets.run_options import RunOptions
    from desktop_app.widgets.thread_actions import ThreadActions
    from desktop_app.widgets.thread_details import ThreadDetails

MINIMUM_SIZE = (720, 480)
DEFAULT_SIZE = (1200, 780)
NARROW_PX = 860


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
        self._state = state
        self._intents: Intents | None = None
        self._data_folder: Path | None = None
        self._details: ThreadDetails | None = None
        self.is_closed = False
        self._build_panes(state)
        self._shown = Shown(self.messages)
        self._actions = Actions(self, self.menuBar(), MenuContents(self).menus())
        self._choices = Choices(theme, settings, self._actions, self)
        self.notices = Notices(theme, self.messages, self._actions, self)
        self._take_actions()
        self._wire_panes()
        self._restore(state)
        self.messages.composer.focus()

    # -- building

    def _build_panes(self, state: WindowState) -> None:
        """From the outside in: whatever moves into another widget is styled once more, and all that is in it."""
        self._splitter = Splitter("panes", Qt.Orientation.Horizontal, self)
        self.setCentralWidget(self._splitter)
        self._sidebar = Sidebar(self._theme, state.is_assistants_height_own, self._splitter)
        self.threads = self._sidebar.threads
        self.assistants = self._sidebar.assistants
        self.footer = self._sidebar.footer
        centre = QWidget(self._splitter)
        self.messages = MessagesPane(self._theme, centre)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        self._splitter.setStretchFactor(1, 1)

    def _take_actions(self) -> None:
        """What needs nothing but the window itself."""
        on, messages = self._actions.on, self.messages
        on("close", self.close)
        on("quit", self.close)
        for form in ("markdown", "rich", "plain"):
            on(f"copy_{form}", partial(messages.copy, form))
        on("find", messages.open_find)
        on("find_next", messages.find_next)
        on("find_previous", messages.find_previous)
        on("search", self.threads.focus_search)
        on("sidebar", self._toggle_sidebar, lambda: not self._sidebar.isHidden())
        on("focus_composer", messages.composer.focus)
        on("focus_threads", self._focus_threads)
        on("focus_call", messages.focus_call)
        on("previous_message", partial(messages.step_message, -1))
        on("next_message", partial(messages.step_message, 1))
        on("next_pane", partial(self._step_pane, 1))
        on("previous_pane", partial(self._step_pane, -1))
        on("full_screen", self._toggle_full_screen)
        on("send_deferred", messages.composer.send_deferred)
        on("stop", messages.stop)
        on("edit_question", messages.edit_last)
        on("shortcuts", self._show_shortcuts)
        on("data_folder", self._open_data_folder)
        on("about", self._show_about)

    def _wire_panes(self) -> None:
        self.messages.composer.set_sends_with_ctrl_enter(self.settings.send_with_ctrl_enter)
        self.messages.assistant_menu_requested.connect(self._show_assistant_menu)
        self.messages.more_requested.connect(self._show_more_menu)
        self.messages.sidebar_toggled.connect(self._toggle_sidebar)
        self.messages.link_activated.connect(open_address)
        self._choices.changed.connect(self._on_choice)
        self._choices.told.connect(self.notices.tell)

    def fill_menus(self) -> None:
        """Make what the menus hold, and with it the shortcuts; the window can be painted before."""
        self._actions.fill()

    # -- intents

    def attach(self, intents: Intents, data_folder: Path) -> None:
        """Wire the window to what can now be done, and fill it."""
        from desktop_app.widgets.message_actions import MessageActions

        self.messages.build_pages()
        self.messages.transcript.set_announcements(self.settings.announcements)
        self.messages.transcript.zoom_requested.connect(self._choices.zoom)
        self._intents = intents
        self._data_folder = data_folder
        self._wire_lists(intents)
        self._wire_messages(intents)
        MessageActions(self._theme, self.messages, intents.messages, intents.runs, intents.tools, self)
        threads = self._wire_threads(intents)
        assistants = self._wire_assistants(intents)
        connections = self._wire_connections(intents, assistants)
        self._wire_pulls(intents, connections)
        self._wire_outbox(intents, threads)
        self._wire_exports(intents)
        self._wire_notices(intents)
        self._details = self._wire_details(intents, assistants, self._wire_run_options(intents))
        self._wire_thread_settings(intents, self._details)
        self._wire_trash(intents)
        intents.begin(self._state.thread_id)

    def _wire_lists(self, intents: Intents) -> None:
        intents.assistants_listed.connect(self._on_assistants)
        intents.threads_listed.connect(self._on_threads)
        intents.running_changed.connect(self.threads.set_running)
        intents.waiting_changed.connect(self.threads.set_waiting)
        self.assistants.assistant_selected.connect(self._select_assistant)

    def _wire_messages(self, intents: Intents) -> None:
        messages = self.messages
        intents.thread_opened.connect(self._on_opened)
        intents.answerer_changed.connect(self._on_answerer)
        intents.facts_arrived.connect(messages.apply)
        intents.runs.question_stored.connect(messages.question_stored)
        intents.runs.question_refused.connect(messages.question_refused)
        messages.stop_requested.connect(intents.runs.stop)
        messages.retry_now_requested.connect(intents.runs.retry_now)
        messages.regenerate_requested.connect(intents.runs.regenerate)
        messages.continue_requested.connect(intents.runs.continue_reply)

    def _wire_threads(self, intents: Intents) -> ThreadActions:
        from desktop_app.widgets.thread_actions import ThreadActions

        return ThreadActions(self.messages, self.threads, self._shown, intents, self._actions, self)

    def _wire_assistants(self, intents: Intents) -> AssistantActions:
        from desktop_app.widgets.assistant_actions import AssistantActions
        from desktop_app.widgets.assistant_files import AssistantFiles

        assistants = AssistantActions(
            self._theme, self.assistants, self._shown, intents, self.notices, self._actions, self
        )
        files = AssistantFiles(
            self.assistants, self._shown, intents.assistant_files, self.notices, self._actions, self
        )
        files.settings_requested.connect(assistants.edit)
        assistants.reply_requested.connect(self._show_message)
        self.closed.connect(assistants.flush_draft)
        return assistants

    def _wire_connections(self, intents: Intents, assistants: AssistantActions) -> Connections:
        from desktop_app.widgets.connections import Connections

        connections = Connections(self._theme, intents.connections, self)
        connections.connected.connect(assistants.offer_one_for)
        self._actions.on("connections", connections.open)
        self.footer.connections_requested.connect(lambda: connections.open())

        def fix(_message_id: str, action: str) -> None:
            if action == "assistant_settings":
                assistants.edit_current()
            else:
                connections.open(self._shown.connection_id if action == "replace_key" else None)

        self.messages.fix_requested.connect(fix)
        return connections

    def _wire_pulls(self, intents: Intents, connections: Connections) -> None:
        from desktop_app.widgets.pulls import Pulls

        pulls = Pulls(self._theme, intents.pull, self.notices.explain, self)
        pulls.told.connect(self.notices.tell)
        pulls.connections_requested.connect(lambda: connections.open())
        connections.pull_requested.connect(pulls.open)
        self._actions.on("pull", pulls.open)
        self._actions.on("push_assistant", self._push_assistant)

    def _wire_outbox(self, intents: Intents, threads: ThreadActions) -> None:
        from desktop_app.widgets.outbox import Outbox

        outbox = Outbox(self._theme, self.messages, self.threads, self.footer, intents.outbox, self)
        outbox.thread_requested.connect(threads.open)
        self._actions.on("outbox", outbox.open)

    def _wire_exports(self, intents: Intents) -> None:
        from desktop_app.widgets.exports import Exports

        exports = Exports(self._shown, self.notices, self._actions, self)
        exports.requested.connect(intents.export)
        intents.exported.connect(exports.show_done)
        self.threads.export_requested.connect(exports.export)

    def _wire_run_options(self, intents: Intents) -> RunOptions:
        from desktop_app.widgets.run_options import RunOptions

        return RunOptions(self._theme, self.messages, intents, self.notices, self._actions, self)

    def _wire_details(
        self, intents: Intents, assistants: AssistantActions, options: RunOptions
    ) -> ThreadDetails:
        from desktop_app.widgets.composer_context import ComposerContext
        from desktop_app.widgets.thread_details import ThreadDetails

        context = ComposerContext(self.messages, intents, self)
        context.line_changed.connect(self.messages.set_context_line)
        options.changed.connect(context.set_overrides)
        details = ThreadDetails(
            self._theme, self.messages, self._splitter, context, intents, self._actions, self._state, self
        )
        details.version_requested.connect(assistants.show_version)
        details.begin()
        return details

    def _wire_thread_settings(self, intents: Intents, details: ThreadDetails) -> None:
        from desktop_app.widgets.thread_editing import ThreadEditing

        editing = ThreadEditing(self._theme, self._shown, intents.threads, self.notices, self._actions, self)
        self.threads.settings_requested.connect(editing.edit)
        details.thread_edit_requested.connect(editing.edit_current)

    def _wire_trash(self, intents: Intents) -> None:
        from desktop_app.widgets.trash import Trash

        Trash(self._theme, intents, self.notices, self._actions, self)

    def _wire_notices(self, intents: Intents) -> None:
        from desktop_app.widgets.reply_notices import ReplyNotices

        replies = ReplyNotices(intents, self, lambda: self.settings.notifications)
        replies.clicked.connect(self._show_message)
        replies.told.connect(self._tell_of_reply)
        intents.undo_offered.connect(self.notices.offer_undo)
        intents.failed.connect(self.notices.show_error)
        intents.messages.refused.connect(self.notices.show_error)

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

    def _push_assistant(self) -> None:
        if self._intents and (chosen := self._shown.current_assistant_id):
            self._intents.pull.push(chosen)

    # -- what is shown

    def _select_assistant(self, assistant_id: AssistantId | None) -> None:
        self._shown.assistant_id = assistant_id
        if self._intents:
            self._intents.select_assistant(assistant_id)

    def _on_assistants(self, listed: AssistantsListed) -> None:
        shown = self._shown
        shown.assistants = listed.assistants
        if shown.assistant_id not in {assistant.id for assistant in listed.assistants}:
            shown.assistant_id = None
        self._sidebar.show_assistants(listed, shown.assistant_id)

    def _on_threads(self, threads: list[ThreadSummary]) -> None:
        self._shown.threads = threads
        self.threads.set_threads(threads)
        if current := self._shown.thread:
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
        self._shown.connection_id = connection.id if connection else None
        name = connection.name if connection else ""
        self.footer.set_state("ok" if name else "off", name or self.tr("No connection"))

    def _show_title(self, name: str) -> None:
        self.messages.set_title(name)
        self.setWindowTitle(f"{name} — Nitka" if name else "Nitka")

    # -- the header's menus

    def _show_assistant_menu(self, place: QPoint) -> None:
        menu = popup_menu(self)
        menu.setObjectName("assistant_menu")
        for assistant in self._shown.assistants:
            action = menu.addAction(assistant.settings.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(assistant.id == self._shown.answering_id)
            action.triggered.connect(lambda _=False, chosen=assistant.id: self._use_assistant(chosen))
        menu.addSeparator()
        menu.addAction(self._actions["assistant_settings"])
        menu.addAction(self._actions["new_assistant"])
        menu.popup(place)

    def _use_assistant(self, assistant_id: AssistantId) -> None:
        if self._intents and self._shown.thread_id:
            self._intents.threads.set_assistant(self._shown.thread_id, assistant_id)

    def _show_more_menu(self, place: QPoint) -> None:
        menu = popup_menu(self)
        menu.setObjectName("more_menu")
        for name in (
            "rename_thread",
            "pin_thread",
            "fork_thread",
            "thread_settings",
            "details",
            "export",
            "copy_reply",
            "delete_thread",
        ):
            menu.addAction(self._actions[name])
        menu.popup(place)

    # -- notices

    @property
    def notice(self) -> NoticeBar:
        """The bar over the open thread."""
        return self.notices.bar

    def show_unopened(self, error: RunError, data_folder: Path) -> None:
        """Say that the database cannot be opened, or only be read, and where it is."""
        self._data_folder = data_folder
        self.messages.composer.set_can_send(False)
        self.notices.show_error(
            error, action=self.tr("Open the data folder"), on_action=self._open_data_folder
        )

    # -- panes

    def _focus_threads(self) -> None:
        self._show_sidebar(True)
        self.threads.focus_list()

    def _step_pane(self, step: int) -> None:
        panes: list[QWidget] = [self.messages]
        if self._sidebar.isVisible():
            panes = [self.assistants, self.threads, self.messages]
        if self._intents and (cards := self.messages.transcript.calls.cards()):
            panes.append(cards[0])
        details = self._details.panel if self._details and self._details.is_shown else None
        if details:
            panes.append(details)
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
        elif target is self.assistants:
            self.assistants.focus_list()
        elif details and target is details:
            details.focus()
        else:
            self.messages.focus_call()

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

    # -- choices

    @property
    def settings(self) -> Settings:
        """What the user has chosen."""
        return self._choices.settings

    def _on_choice(self, settings: Settings) -> None:
        self.messages.composer.set_sends_with_ctrl_enter(settings.send_with_ctrl_enter)
        if self._intents:
            self.messages.transcript.set_announcements(settings.announcements)
        self.settings_changed.emit(settings)

    # -- help

    def _show_shortcuts(self) -> None:
        from desktop_app.widgets.dialogs.shortcuts_dialog import ShortcutsDialog

        dialog = ShortcutsDialog(self._theme, self._actions.with_shortcuts(), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _open_data_folder(self) -> None:
        if self._data_folder:
            open_folder(self._data_folder)

    def _show_about(self) -> None:
        from desktop_app.widgets.dialogs.about_dialog import AboutDialog

        dialog = AboutDialog(self._theme, self, version=__version__)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- the window itself

    def come_forward(self) -> None:
        """Show the window above others: a second start asked for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def state(self) -> WindowState:
        """Where the window stands now."""
        place = self.normalGeometry()
        sizes = self._splitter.sizes()
        return WindowState(
            geometry=(place.x(), place.y(), place.width(), place.height()),
            is_maximised=self.isMaximized(),
            sidebar_width=sizes[0] if sizes[0] else self._state.sidebar_width,
            assistants_height=self._sidebar.assistants_height,
            is_assistants_height_own=self._sidebar.is_assistants_height_own,
            sidebar_shown=not self._sidebar.isHidden() or self.width() < NARROW_PX,
            details_width=self._details.width if self._details else self._state.details_width,
            details_shown=self._details.is_wanted if self._details else self._state.details_shown,
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
            self._sidebar.set_assistants_height(state.assistants_height, self.height())
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
