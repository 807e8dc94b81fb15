"""What the window says in its bar: errors, what was done, and the way back from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.widgets.actions import Actions
from desktop_app.widgets.messages_pane import MessagesPane
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from pathlib import Path

    from desktop_app.domain.errors import RunError
    from desktop_app.widgets.notice_bar import NoticeBar
    from desktop_app.widgets.transcript.error_texts import ErrorTexts, Explanation

BRIEF_S = 10


class Notices(QObject):
    """Lives as long as ``window``; the bar floats over ``messages``.  Does the action "undo"."""

    def __init__(self, theme: Theme, messages: MessagesPane, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._messages = messages
        self._window = window
        self._undo: Callable[[], None] | None = None
        actions.on("undo", self._take_back)

    @cached_property
    def bar(self) -> NoticeBar:
        """The bar, made when there is something to say."""
        from desktop_app.widgets.notice_bar import NoticeBar

        bar = NoticeBar(self._theme, self._window)
        bar.float_in(self._messages, self._messages.composer)
        return bar

    @cached_property
    def _error_texts(self) -> ErrorTexts:
        from desktop_app.widgets.transcript.error_texts import ErrorTexts  # the first error is soon enough

        return ErrorTexts(self)

    def explain(self, error: RunError) -> Explanation:
        """Put an error into words."""
        return self._error_texts.explain(error)

    def sentence(self, error: RunError) -> str:
        """What did not happen and what can be done, to be put into a dialog."""
        said = self.explain(error)
        return ". ".join(part.rstrip(".") for part in (said.title, said.advice) if part) + "."

    def tell(self, text: str) -> None:
        """Say something that needs no answer."""
        self.bar.show_notice(text, timeout_s=BRIEF_S)

    def show_error(
        self, error: RunError, *, action: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """Say what did not happen, what was kept and what can be done."""
        said = self.explain(error)
        text = ". ".join(part for part in (said.title, said.advice) if part)
        self.bar.show_notice(text, action=action, on_action=on_action, kind="error")

    def show_fault(self, text: str) -> None:
        """Say that something went wrong inside; ``text`` is a line of the log."""
        self.bar.show_notice(self.tr("Something went wrong in Nitka: %1").replace("%1", text), kind="error")

    def show_kept_aside(self, path: Path) -> None:
        """Say that a settings file could not be read and where it is now."""
        text = self.tr("A settings file could not be read; it is kept as %1, and the defaults are used.")
        self.bar.show_notice(text.replace("%1", path.name), kind="warning")

    def offer_undo(self, what: str, name: str, undo: Callable[[], None]) -> None:
        """Say what was done, as ``Intents.undo_offered`` names it, and offer to take it back."""
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
        self.bar.show_notice(text, action=self.tr("Undo"), on_action=take_back, timeout_s=BRIEF_S)

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        if undo:
            self.bar.dismiss()
            undo()
