"""What can be done with the open thread and its neighbours: between the panes and the menus, and the intents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from desktop_app.domain.ids import ThreadId
from desktop_app.widgets.menu_contents import PINNED

if TYPE_CHECKING:
    from desktop_app.qt.intents import Intents
    from desktop_app.widgets.actions import Actions
    from desktop_app.widgets.messages_pane import MessagesPane
    from desktop_app.widgets.shown import Shown
    from desktop_app.widgets.threads_pane import ThreadsPane


class ThreadActions(QObject):
    """Wires ``pane`` and ``threads`` to ``intents``; lives as long as ``parent``."""

    def __init__(
        self,
        pane: MessagesPane,
        threads: ThreadsPane,
        shown: Shown,
        intents: Intents,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._threads = threads
        self._shown = shown
        self._intents = intents
        threads.thread_selected.connect(self.open)
        threads.new_requested.connect(self._new)
        threads.renamed.connect(intents.threads.rename)
        threads.pin_requested.connect(intents.threads.pin)
        threads.delete_requested.connect(intents.threads.delete)
        pane.renamed.connect(intents.threads.rename)
        pane.draft_changed.connect(intents.threads.save_draft)
        pane.read_position_changed.connect(intents.threads.save_read_position)
        self._take(actions)

    def _take(self, actions: Actions) -> None:
        actions.on("new_thread", self._new)
        actions.on("new_same", self._new_same)
        actions.on("rename_thread", self._pane.header.edit_title)
        actions.on("pin_thread", self._pin)
        actions.on("fork_thread", self._fork)
        actions.on("delete_thread", self._delete)
        actions.on("previous_thread", partial(self._step, -1))
        actions.on("next_thread", partial(self._step, 1))
        for number in range(1, PINNED + 1):
            actions.on(f"pinned_{number}", partial(self._open_pinned, number))
        actions.on("regenerate", self._regenerate)
        actions.on("copy_reply", self._copy_reply)
        actions.on("copy_code", self._copy_code)

    def open(self, thread_id: str) -> None:
        """Show a thread, unless it is the one to be seen."""
        if thread_id != self._intents.thread_id:
            self._intents.open_thread(thread_id)

    def _new(self) -> None:
        self._pane.composer.focus()
        self._intents.new_thread()

    def _new_same(self) -> None:
        self._pane.composer.focus()
        self._intents.new_thread(self._shown.answering_id)

    def _pin(self) -> None:
        if thread := self._shown.thread:
            self._intents.threads.pin(thread.id, not thread.is_pinned)

    def _fork(self) -> None:
        if self._shown.thread_id:
            self._intents.messages.fork_last(self._shown.thread_id, self._pane.fork_name())

    def _delete(self) -> None:
        if self._shown.thread_id:
            self._intents.threads.delete(self._shown.thread_id)

    def _step(self, step: int) -> None:
        ids = self._threads.shown_ids()
        if self._shown.thread_id in ids:
            place = ids.index(ThreadId(self._shown.thread_id)) + step
            if 0 <= place < len(ids):
                self.open(ids[place])

    def _open_pinned(self, number: int) -> None:
        pinned = [summary.id for summary in self._shown.threads if summary.is_pinned]
        if number <= len(pinned):
            self.open(pinned[number - 1])

    # -- the newest reply

    def _regenerate(self) -> None:
        if self._shown.thread_id:
            self._intents.runs.regenerate_last(self._shown.thread_id)

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

        thread_id = self._shown.thread_id
        if thread_id is None:
            return
        if source := self._pane.transcript.last_reply_text():
            put(source)
        else:
            self._intents.messages.read_newest_reply(thread_id, put)
