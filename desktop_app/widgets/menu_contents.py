"""What the menu bar holds: the actions in their order, with their names, their words and their shortcuts.

What an action does is said by whoever does it: ``Actions.on``.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.domain.settings import Announcements, Notifications, Theme
from desktop_app.widgets.actions import Item, Menu

PINNED = 8


class MenuContents(QObject):
    """The menus in the language of the program; what they hold is put into words when they are filled."""

    def menus(self) -> tuple[Menu, ...]:
        """The menus of the bar."""
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
            Item("new_thread", self.tr("&New thread"), ("Ctrl+N",)),
            Item("new_same", self.tr("New thread with the &same assistant"), ("Ctrl+Shift+N",)),
            None,
            Item("export", self.tr("&Export thread…"), ("Ctrl+S",)),
            Item("export_all", self.tr("Export &all threads…")),
            None,
            Item("connections", self.tr("&Connections…")),
            Item("trash", self.tr("&Trash…")),
            None,
            Item("close", self.tr("Close &window"), ("Ctrl+W",)),
            Item("quit", self.tr("&Quit"), ("Ctrl+Q",)),
        )

    def _edit_items(self) -> tuple[Item | Menu | None, ...]:
        return (
            Item("undo", self.tr("&Undo delete"), ("Ctrl+Z",)),
            None,
            Menu("copy_as", self.tr("&Copy as"), self._copy_items),
            Item("copy_reply", self.tr("Copy &last reply"), ("Ctrl+Shift+C",)),
            Item("copy_code", self.tr("Copy last c&ode block"), ("Ctrl+Shift+;",)),
            None,
            Item("send_keys", self.tr("Ctrl+Enter s&ends")),
            None,
            Item("find", self.tr("&Find in thread"), ("Ctrl+F",)),
            Item("find_next", self.tr("Find &next"), ("F3",)),
            Item("find_previous", self.tr("Find &previous"), ("Shift+F3",)),
            Item("search", self.tr("&Search threads"), ("Ctrl+Shift+F",)),
        )

    def _copy_items(self) -> tuple[Item, ...]:
        return (
            Item("copy_markdown", self.tr("&Markdown")),
            Item("copy_rich", self.tr("&Rich text")),
            Item("copy_plain", self.tr("&Plain text")),
        )

    def _view_items(self) -> tuple[Item | Menu | None, ...]:
        return (
            Item("sidebar", self.tr("&Thread list"), ("Ctrl+B",)),
            Item("details", self.tr("Detail&s"), ("Ctrl+Alt+B",)),
            None,
            Item(f"theme_{Theme.SYSTEM}", self.tr("Theme of the s&ystem")),
            Item(f"theme_{Theme.LIGHT}", self.tr("&Light")),
            Item(f"theme_{Theme.DARK}", self.tr("&Dark")),
            None,
            Item("zoom_in", self.tr("Zoom &in"), ("Ctrl++", "Ctrl+=")),
            Item("zoom_out", self.tr("Zoom &out"), ("Ctrl+-",)),
            Item("zoom_reset", self.tr("&Actual size"), ("Ctrl+0",)),
            None,
            Item("language_system", self.tr("Lan&guage of the system")),
            Item("language_en", "English"),
            Item("language_ru", "Русский"),
            None,
            Menu("announcements", self.tr("Anno&uncements"), self._announcement_items),
            Menu("notifications", self.tr("&Notifications"), self._notification_items),
            None,
            Item("focus_composer", self.tr("Go to the &composer"), ("Ctrl+L",)),
            Item("focus_threads", self.tr("Go to the t&hreads"), ("Ctrl+Shift+L",)),
            Item("focus_call", self.tr("Go to the &waiting call"), ("Ctrl+J",)),
            Item("previous_message", self.tr("Previous &message"), ("Alt+Up",)),
            Item("next_message", self.tr("Next m&essage"), ("Alt+Down",)),
            Item("next_pane", self.tr("Next &pane"), ("F6",)),
            Item("previous_pane", self.tr("Pre&vious pane"), ("Shift+F6",)),
            None,
            Item("full_screen", self.tr("&Full screen"), ("F11",)),
        )

    def _announcement_items(self) -> tuple[Item, ...]:
        return (
            Item(f"announce_{Announcements.SENTENCES}", self.tr("&Sentences of a reply as they come")),
            Item(f"announce_{Announcements.ENDS}", self.tr("Start and &end of a reply")),
            Item(f"announce_{Announcements.OFF}", self.tr("&Nothing")),
        )

    def _notification_items(self) -> tuple[Item, ...]:
        return (
            Item(f"notify_{Notifications.OFF}", self.tr("&Off")),
            Item(f"notify_{Notifications.WITHOUT_TEXT}", self.tr("Witho&ut text")),
            Item(f"notify_{Notifications.WITH_TEXT}", self.tr("&With text")),
        )

    def _thread_items(self) -> tuple[Item | None, ...]:
        title = self.tr("Pinned thread %1")
        pinned = (
            Item(f"pinned_{n}", title.replace("%1", str(n)), (f"Ctrl+{n}",)) for n in range(1, PINNED + 1)
        )
        return (
            Item("rename_thread", self.tr("&Rename")),
            Item("pin_thread", self.tr("&Pin or unpin")),
            Item("fork_thread", self.tr("&Fork")),
            Item("thread_settings", self.tr("Se&ttings of this thread…")),
            Item("delete_thread", self.tr("&Delete")),
            None,
            Item("previous_thread", self.tr("Pre&vious thread"), ("Ctrl+PgUp",)),
            Item("next_thread", self.tr("Ne&xt thread"), ("Ctrl+PgDown",)),
            *pinned,
        )

    def _assistant_items(self) -> tuple[Item | None, ...]:
        return (
            Item("new_assistant", self.tr("&New assistant…"), ("Ctrl+Alt+N",)),
            Item("assistant_settings", self.tr("&Settings of this assistant…"), ("Ctrl+I",)),
            Item("duplicate_assistant", self.tr("&Duplicate this assistant")),
            None,
            Item("export_assistant", self.tr("&Export this assistant…")),
            Item("export_assistant_versions", self.tr("Export it with all &versions…")),
            Item("import_assistant", self.tr("&Import assistants…")),
            None,
            Item("pull", self.tr("&Bring from a service…")),
            Item("push_assistant", self.tr("&Take this assistant to its service")),
        )

    def _run_items(self) -> tuple[Item | None, ...]:
        return (
            Item("send_deferred", self.tr("Send &deferred"), ("Ctrl+Shift+Return", "Ctrl+Shift+Enter")),
            Item("outbox", self.tr("&Outbox…")),
            Item("ask_otherwise", self.tr("Ask with other se&ttings…")),
            None,
            Item("stop", self.tr("&Stop the reply"), ("Ctrl+.",)),
            Item("regenerate", self.tr("&Ask again"), ("Ctrl+R",)),
            Item("edit_question", self.tr("&Edit the last question")),
        )

    def _help_items(self) -> tuple[Item | None, ...]:
        return (
            Item("shortcuts", self.tr("&Keyboard shortcuts"), ("F1", "Ctrl+/")),
            Item("data_folder", self.tr("Open the &data folder")),
            Item("about", self.tr("&About Nitka")),
        )
