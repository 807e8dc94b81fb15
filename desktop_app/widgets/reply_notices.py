"""Replies that end while the user is elsewhere: the desktop and the window say so, and a click leads to the message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.domain.settings import Notifications
from desktop_app.domain.threads import Status
from desktop_app.widgets.resources import resources_dir

if TYPE_CHECKING:
    from desktop_app.domain.threads import Message
    from desktop_app.qt.intents import Intents, ReplyEnded

FIRST_CHARACTERS = 200
SOURCE_CHARACTERS = 2000
ARRIVED = (Status.COMPLETED, Status.TRUNCATED)


class ReplyNotices(QObject):
    """Lives as long as ``window``; ``chosen`` is what the user wants to be told.

    Signals: ``clicked(str, str)``: the thread and the message that a notification of the desktop spoke of;
    ``told(str, str, str)``: a sentence about a deferred reply, to be said in the window, its thread and its message.
    """

    clicked = Signal(str, str)
    told = Signal(str, str, str)

    def __init__(self, intents: Intents, window: QWidget, chosen: Callable[[], Notifications]) -> None:
        super().__init__(window)
        self._notifier = intents.notifier
        self._window = window
        self._chosen = chosen
        intents.reply_ended.connect(self._on_ended)
        intents.notifier.clicked.connect(self.clicked)

    def _on_ended(self, ended: ReplyEnded) -> None:
        name = ended.thread_name or self.tr("New thread")
        if ended.was_deferred:
            sentence = self._sentence(ended.message).replace("%1", name)
            self.told.emit(sentence, ended.thread_id, ended.message.id)
        if self._chosen() is not Notifications.OFF and QApplication.activeWindow() is None:
            QApplication.alert(self._window)
            self._notify(name, ended.message)

    def _sentence(self, message: Message) -> str:
        if message.status in ARRIVED:
            return self.tr("The deferred reply in “%1” has arrived.")
        return self.tr("The deferred request in “%1” brought no reply.")

    def _notify(self, name: str, message: Message) -> None:
        from desktop_app.qt.notifications import Notice

        text = self._words(message, self._chosen())
        icon = resources_dir() / "icons" / "nitka.svg"
        self._notifier.show(Notice(message.thread_id, message.id, name, text, icon))

    def _words(self, message: Message, chosen: Notifications) -> str:
        if message.status not in ARRIVED:
            return self.tr("There is no reply.")
        words = _first_words(message.text) if chosen is Notifications.WITH_TEXT else ""
        return words or self.tr("The reply has arrived.")


def _first_words(source: str) -> str:
    """The beginning of a reply on one line, without its marks."""
    from desktop_app.markdown.parser import parse
    from desktop_app.markdown.to_plain import to_plain

    words = " ".join(to_plain(parse(source[:SOURCE_CHARACTERS])).split())
    if len(words) <= FIRST_CHARACTERS:
        return words
    return words[:FIRST_CHARACTERS].rsplit(" ", 1)[0] + "…"
