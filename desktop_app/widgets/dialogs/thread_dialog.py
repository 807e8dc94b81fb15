"""The settings of a thread: what it is called, what is noted of it, and how long it lives.

What is typed stays when it cannot be saved, and closing over it is asked about.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.domain.ids import ThreadId
from desktop_app.domain.limits import THREAD_NAME_LIMIT
from desktop_app.domain.thread_settings import ThreadSettings, problems
from desktop_app.domain.threads import Thread
from desktop_app.widgets.dialogs.fields import FormPage
from desktop_app.widgets.dialogs.figures import of_limit
from desktop_app.widgets.dialogs.frame import ErrorRow, Foot, Hairline, button
from desktop_app.widgets.dialogs.general_fields import GeneralFields
from desktop_app.widgets.dialogs.lifetime_fields import LifetimeFields
from desktop_app.widgets.dialogs.other_tools import OtherTools
from desktop_app.widgets.theme import Theme


class ThreadDialog(QDialog):
    """Window-modal.

    Signals: ``save_requested(ThreadId, ThreadSettings)``, to be answered by ``set_saved`` or ``set_save_failed``;
    ``extend_requested(ThreadId)``, to be answered by ``set_extended``.
    """

    save_requested = Signal(str, object)
    extend_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("thread_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Thread settings"))
        self._theme = theme
        self._thread_id = ThreadId("")
        self._baseline = ThreadSettings("")
        self._is_saving = self._is_loading = False
        self._page = ThreadPage(theme)
        self._error = ErrorRow(theme, "thread_error")
        self._foot = Foot(theme, "thread")
        self._cancel = button(self.tr("Cancel"), "thread_cancel")
        self._save = button(self.tr("&Save"), "thread_save", kind="primary")
        self._save.setDefault(True)
        self._lay_out()
        self._connect()

    def edit(self, thread: Thread, *, has_other_tools: bool = False) -> None:
        """Open with the settings of ``thread``; ``has_other_tools``: its service has tools of its own."""
        self._thread_id = thread.id
        self._is_loading = True
        self._page.show_thread(thread, has_other_tools=has_other_tools)
        self._is_loading = False
        self._baseline = self.settings()
        self._check()
        self.open()
        self._page.general.focus_name()

    def settings(self) -> ThreadSettings:
        """What the fields say, limits broken or not."""
        return self._page.settings()

    # -- answers

    def set_saved(self) -> None:
        """The store has it."""
        if self._is_saving:
            self._is_saving = False
            self.accept()

    def set_save_failed(self, text: str) -> None:
        """Say why nothing was saved; everything stays as it is.  ``text`` is a sentence."""
        self._is_saving = False
        self._error.show_text(self.tr("This was not saved. {why}").format(why=text))
        self._check()
        self._save.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_extended(self, thread: Thread) -> None:
        """The lifetime has begun anew; its days may be others for that."""
        if thread.id != self._thread_id:
            return
        self._is_loading = True
        self._page.show_lifetime(thread)
        self._is_loading = False
        self._baseline = replace(self._baseline, expiration=thread.expiration)
        self._check()

    def reject(self) -> None:
        """Close, or ask first when there are unsaved changes; asked again, go on editing."""
        if self._foot.is_asking:
            self._foot.settle()
        elif self.settings() == self._baseline:
            super().reject()
        else:
            self._ask()

    # -- inside

    def _lay_out(self) -> None:
        px = self._theme.px
        self._foot.row.addStretch(1)
        for made in (self._cancel, self._save):
            self._foot.row.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._page, 1)
        column.addWidget(self._error)
        column.addWidget(self._foot)
        self.setMinimumSize(px("textColumn") - 160, px("sidebarMax"))
        self.resize(px("textColumn") - 120, px("textColumn") - 80)

    def _connect(self) -> None:
        self._page.changed.connect(self._value_changed)
        self._page.lifetime.extend_requested.connect(lambda: self.extend_requested.emit(self._thread_id))
        self._cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self._begin_save)
        self._foot.answered.connect(self._answered)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self, self._save.click)

    def _value_changed(self) -> None:
        if not self._is_loading:
            self._foot.settle()
            self._error.show_text("")
            self._check()

    def _check(self) -> None:
        settings = self.settings()
        found = problems(settings)
        self._page.show_problems(found)
        self._save.setEnabled(not found and settings != self._baseline and not self._is_saving)

    def _begin_save(self) -> None:
        self._is_saving = True
        self._error.show_text("")
        self._save.setEnabled(False)
        self.save_requested.emit(self._thread_id, self.settings())

    def _ask(self) -> None:
        answers = [("stay", self.tr("&Keep editing"), ""), ("discard", self.tr("Disc&ard"), "danger")]
        if self._save.isEnabled():
            self._foot.ask(
                self.tr("Save the changes before closing?"), [*answers, ("keep", self.tr("&Save"), "primary")]
            )
        else:
            self._foot.ask(self.tr("The changes cannot be saved as they are."), answers)

    def _answered(self, answer: str) -> None:
        self._foot.settle()
        if answer == "keep":
            self._begin_save()
        elif answer == "discard":
            super().reject()


class ThreadPage(FormPage):
    """All fields, below one another."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.general = GeneralFields(theme, self, "thread")
        self.column.addWidget(Hairline(theme))
        self.lifetime = LifetimeFields(
            theme,
            self,
            "thread",
            switch=self.tr("This thread &expires"),
            over=self.tr("That was over on {day}: the thread would go to the trash at once."),
        )
        self._other_tools = OtherTools(theme)
        self.column.addWidget(self._other_tools)
        self.column.addStretch(1)
        self._rows["other_tools"] = self._other_tools.row
        self._other_tools.changed.connect(self.changed)

    def show_thread(self, thread: Thread, *, has_other_tools: bool) -> None:
        """Fill the fields."""
        self.general.show_values(thread.name, thread.description, thread.labels)
        self.show_lifetime(thread)
        self._other_tools.set_wanted(has_other_tools)
        self._other_tools.show_tools(thread.other_tools)

    def show_lifetime(self, thread: Thread) -> None:
        """Fill the fields of the lifetime."""
        self.lifetime.show_times(thread.created_at, thread.updated_at, thread.expiration)
        self.lifetime.show_lifetime(thread.expiration)

    def settings(self) -> ThreadSettings:
        """What the fields say; a name on one line."""
        typed, description, labels = self.general.values()
        name = " ".join(typed.split())
        self.general.name_row.set_hint(
            of_limit(len(name), THREAD_NAME_LIMIT)
            if name
            else self.tr("Without a name, your next message gives it one.")
        )
        return ThreadSettings(name, description, labels, self.lifetime.lifetime(), self._other_tools.tools())
