"""The assistant's settings: pages with limits checked while typing, saved as a new version, and the versions.

Nothing typed is lost: the dialog tells of every change within half a second, for a draft that survives a crash, asks
before it closes over unsaved changes, and closes on saving only when the store has the version.  Nor does anything come
back that was taken back: where nothing is changed any more, it tells that there is no draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.assistants import (
    Assistant,
    AssistantSettings,
    AssistantVersion,
    VersionUse,
    problems,
)
from desktop_app.domain.connections import Connection, Model
from desktop_app.domain.context import ContextPreview
from desktop_app.domain.drafts import AssistantDraft, rebased
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.problems import FieldProblem, Problem
from desktop_app.domain.threads import ThreadSummary
from desktop_app.widgets.amounts import number
from desktop_app.widgets.dialogs.assistant_pages import AssistantPages
from desktop_app.widgets.dialogs.frame import ElidedLabel, ErrorRow, Foot, Glyph, button, rename
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.qt.file_intents import FileIntents
    from desktop_app.qt.function_intents import FunctionIntents
    from desktop_app.qt.remote_file_intents import RemoteFileIntents

DRAFT_DELAY_MS = 400
NOTE_LIMIT = 500


class AssistantDialog(QDialog):
    """Makes an assistant or new versions of one; window-modal.

    Signals, with the AssistantId or None for a new one: ``save_requested`` (id, AssistantSettings, note, the
    version that was edited, 0 for none), to be answered by ``set_saved`` or ``set_save_failed``; ``rules_decided`` (id,
    list) after a save; ``draft_changed`` (id, AssistantDraft | None) at most half a second after a change, None when
    there is nothing unsaved any more.
    Asked for when needed: ``models_wanted`` (ConnectionId), ``threads_wanted`` (id), ``versions_wanted`` (id),
    ``preview_wanted`` (ThreadId, AssistantSettings), ``expansion_wanted`` (AssistantSettings); each has a setter that
    answers.  ``extend_requested`` (id) is answered by ``set_extended``.  ``reply_requested`` (ThreadId, MessageId).
    """

    save_requested = Signal(object, object, str, int)
    rules_decided = Signal(str, list)
    draft_changed = Signal(object, object)
    models_wanted = Signal(str)
    threads_wanted = Signal(str)
    versions_wanted = Signal(str)
    preview_wanted = Signal(str, object)
    expansion_wanted = Signal(object)
    extend_requested = Signal(str)
    reply_requested = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("assistant_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._theme = theme
        self._assistant: Assistant | None = None
        self._connections: list[Connection] = []
        self._shown = self._baseline = AssistantSettings("")
        self._saving: AssistantSettings | None = None
        self._closes_when_saved = False
        self._wanted_version: AssistantVersion | None = None  # to be restored when its question is answered
        self._former: AssistantSettings | None = None  # what was in use before a version was restored
        self._is_name_touched = False
        self._is_draft_kept = False
        self._pages = AssistantPages(theme)
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_DELAY_MS)
        self._draft_timer.timeout.connect(self._tell_draft)
        self._build()
        self._connect()

    def serve(self, files: FileIntents, remote_files: RemoteFileIntents, functions: FunctionIntents) -> None:
        """Ask these intents for files, rules and trials; before ``edit``."""
        self._pages.tools.serve(files, remote_files, functions)

    def edit(
        self,
        assistant: Assistant | None,
        settings: AssistantSettings,
        connections: list[Connection],
        draft: AssistantDraft | None = None,
    ) -> None:
        """Open with ``settings``, those of ``assistant`` or the start of a new one (None), and a draft upon them."""
        self._connections = connections
        self._is_name_touched = assistant is not None or draft is not None
        self._is_draft_kept = draft is not None
        self._pages.versions.set_connections(connections)
        self._take_assistant(assistant)
        self._pages.tools.set_assistant(assistant.id if assistant else None)
        self._load(settings)
        self._baseline = self.settings()
        if draft is not None:
            self._load(draft.settings)
        if assistant is None:
            self._pages.model.take_first_model()
        self._note.setText(draft.note if draft else "")
        self._foot.settle()
        self._show(self.settings())
        self._pages.tabs.setCurrentIndex(0)
        self.open()
        self._pages.general.focus_name()

    def show_version(self, number: int) -> None:
        """Show what a version of the assistant changed."""
        self._pages.versions.await_version(number)
        self._pages.tabs.setCurrentIndex(self._pages.tabs.count() - 1)

    def settings(self) -> AssistantSettings:
        """What the fields say, limits broken or not."""
        return self._pages.settings()

    def flush_draft(self) -> None:
        """Tell at once what is not told yet."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._tell_draft()

    # -- answers

    def set_models(self, connection_id: ConnectionId, models: tuple[Model, ...]) -> None:
        """Offer the models of a connection."""
        before = self.settings()
        self._pages.model.set_models(connection_id, models)
        settings = self.settings()
        is_filled_in = (
            settings.model != before.model and settings.connection_id == self._baseline.connection_id
        )
        if is_filled_in and self._assistant is None:  # nobody typed it
            self._baseline = replace(self._baseline, model=settings.model)
            self._show(settings)
        if connection_id == self._pages.model.connection_id:
            self._pages.tools.set_models(models)

    def set_models_failed(self, connection_id: ConnectionId, text: str) -> None:
        """Say why the models of a connection could not be fetched; ``text`` is a sentence."""
        self._pages.model.set_models_failed(connection_id, text)

    def set_threads(self, threads: Sequence[ThreadSummary]) -> None:
        """Offer the assistant's threads for the preview."""
        self._pages.context.set_threads(threads)

    def set_versions(self, versions: Sequence[AssistantVersion], uses: Sequence[VersionUse]) -> None:
        """Show the versions, newest first, and the replies they gave."""
        self._pages.versions.set_versions(versions, uses)

    def set_preview(self, preview: ContextPreview | None) -> None:
        """Show what would be sent of the thread that was asked about."""
        self._pages.context.set_preview(preview)

    def set_expanded(self, text: str) -> None:
        """Show the instruction with its variables filled in."""
        self._pages.instruction.set_expanded(text)

    def set_saved(self, assistant: Assistant) -> None:
        """The store has what was to be saved; close if that was wanted and nothing was typed since."""
        if self._saving is None:
            return
        is_new = self._assistant is None or self._assistant.id != assistant.id
        saved, self._saving = self._saving, None
        self._baseline = saved
        self._is_draft_kept = False  # who saves drops the draft
        self._note.clear()
        self._foot.settle()
        if changes := self._pages.tools.rule_changes():
            self.rules_decided.emit(assistant.id, changes)
        self._follow(saved, assistant)
        is_changed = self.settings() != self._baseline
        if self._closes_when_saved and not is_changed:
            self.accept()
            return
        if is_new:
            self._pages.tools.set_assistant(assistant.id)
        if is_changed:
            self._keep_soon()
        self._show(self.settings())
        self._ask_for(self._pages.current)

    def set_save_failed(self, text: str) -> None:
        """Say why nothing was saved; everything stays as it is."""
        self._saving = None
        self._pages.versions.show_restored("")
        self._error.show_text(self.tr("This was not saved. {why}").format(why=text))
        self._show(self.settings())
        self._save.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_extended(self, assistant: Assistant) -> None:
        """The lifetime has begun anew; its days may be others for that."""
        if self._assistant is None or assistant.id != self._assistant.id:
            return  # of a dialog that was closed meanwhile
        self._follow(self._assistant.settings, assistant)
        self._show(self.settings())
        self._keep_soon()

    def reject(self) -> None:
        """Close, or ask first when there are unsaved changes; asked again, go on editing."""
        if self._foot.is_asking:
            self._foot.settle()
        elif self._is_changed():
            self._ask()
        else:
            self._close()

    # -- building

    def _build(self) -> None:
        self._glyph, self._title = Glyph(self._theme), ElidedLabel(role="dialogTitle")
        self._version = ElidedLabel(role="caption")
        self._version.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._error = ErrorRow(self._theme, "assistant_error")
        self._foot = Foot(self._theme, "assistant")
        self._build_foot()
        px = self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(self._pages, 1)
        column.addWidget(self._error)
        column.addWidget(self._foot)
        tabs = self._pages.tabs.sizeHint().width() + 2 * px("spacing.6")
        width = px("textColumn") + 80
        self.setMinimumSize(min(max(width - 160, tabs), width), px("sidebarMax"))
        self.resize(width, px("textColumn") - 80)

    def _head(self) -> QHBoxLayout:
        px = self._theme.px
        head = QHBoxLayout()
        head.setContentsMargins(px("spacing.6"), px("spacing.4"), px("spacing.6"), px("spacing.2"))
        head.setSpacing(px("spacing.3"))
        head.addWidget(self._glyph)
        head.addWidget(self._title, 1)
        head.addWidget(self._version)
        return head

    def _build_foot(self) -> None:
        self._note = QLineEdit()
        self._note.setObjectName("assistant_note")
        self._note.setAccessibleName(self.tr("Note for this version"))
        self._note.setPlaceholderText(self.tr("Note for this version: what changed and why"))
        self._note.setMaximumWidth(self._theme.px("details") + 40)
        self._note.setMaxLength(NOTE_LIMIT)
        self._cancel = button(self.tr("Cancel"), "assistant_cancel")
        self._apply = button(self.tr("&Apply"), "assistant_apply")
        self._apply.setToolTip(self.tr("Save and go on editing"))
        self._save = button(self.tr("Save"), "assistant_save", kind="primary")
        self._save.setDefault(True)
        self._foot.row.addWidget(self._note, 10)
        self._foot.row.addStretch(1)
        for made in (self._cancel, self._apply, self._save):
            self._foot.row.addWidget(made)

    def _connect(self) -> None:
        pages = self._pages
        pages.changed.connect(self._value_changed)
        pages.page_shown.connect(self._ask_for)
        self._note.textEdited.connect(self._keep_soon)
        pages.model.models_wanted.connect(self.models_wanted)
        pages.instruction.expansion_wanted.connect(lambda: self.expansion_wanted.emit(self.settings()))
        pages.context.preview_wanted.connect(
            lambda thread_id: self.preview_wanted.emit(thread_id, self.settings())
        )
        pages.tools.create_wanted.connect(self._create_for_files)
        pages.lifetime.extend_requested.connect(self._extend)
        pages.versions.restore_requested.connect(self._restore)
        pages.versions.undo_requested.connect(self._undo_restore)
        pages.versions.reply_requested.connect(self._open_reply)
        self._cancel.clicked.connect(self.reject)
        self._apply.clicked.connect(lambda: self._begin_save(closes=False))
        self._save.clicked.connect(lambda: self._begin_save(closes=True))
        self._foot.answered.connect(self._answered)
        for keys, step in (("Ctrl+PgDown", 1), ("Ctrl+Tab", 1), ("Ctrl+PgUp", -1), ("Ctrl+Shift+Tab", -1)):
            QShortcut(QKeySequence(keys), self, partial(pages.step, step))
        for keys, pressed in (
            ("Ctrl+S", self._save),
            ("Ctrl+Return", self._save),
            ("Ctrl+Shift+S", self._apply),
        ):
            QShortcut(QKeySequence(keys), self, pressed.click)

    # -- showing

    def _take_assistant(self, assistant: Assistant | None) -> None:
        """Whose settings these are, as the store has it."""
        self._assistant = assistant
        self._pages.show_assistant(assistant)

    def _follow(self, former: AssistantSettings, assistant: Assistant) -> None:
        """Go on from what the store has now instead of ``former``; what is not saved stays."""
        settings = self.settings()
        self._baseline = rebased(self._baseline, former, assistant.settings)
        self._take_assistant(assistant)
        if (merged := rebased(settings, former, assistant.settings)) != settings:
            self._load(merged)

    def _load(self, settings: AssistantSettings) -> None:
        self._pages.load(settings, self._connections)

    def _ask_for(self, page: QWidget | None) -> None:
        """Ask for what a page shows besides the settings."""
        if self._assistant is None:
            return
        if page is self._pages.context:
            self.threads_wanted.emit(self._assistant.id)
        elif page is self._pages.versions:
            self.versions_wanted.emit(self._assistant.id)

    def _show(self, settings: AssistantSettings) -> None:
        """Show what follows from the settings; they are read once, since an instruction may be long."""
        self._shown = settings
        self._pages.instruction.set_surroundings(
            self._pages.tools.offered, settings.truncation.max_prompt_tokens
        )
        self._show_head(settings)
        self._check(settings)

    def _show_head(self, settings: AssistantSettings) -> None:
        name = settings.name.strip()
        self._glyph.set_name(name)
        self._title.setText(name or self.tr("New assistant"))
        self.setWindowTitle(name or self.tr("New assistant"))
        if self._assistant is None:
            self._version.setText("")
            rename(self._save, self.tr("&Create"))
            return
        version = self._assistant.version
        is_changed = settings != self._baseline
        text = self.tr("Changed since version {n}, draft kept") if is_changed else self.tr("Version {n}")
        self._version.setText(text.format(n=number(version)))
        makes_version = is_changed or not self._pages.tools.rule_changes()  # rules are no part of a version
        save = self.tr("&Save as v{n}").format(n=number(version + 1)) if makes_version else self.tr("&Save")
        rename(self._save, save)

    def _is_changed(self) -> bool:
        return self.settings() != self._baseline or bool(self._pages.tools.rule_changes())

    def _value_changed(self) -> None:
        settings = self.settings()
        if (
            settings == self._shown and not self._pages.tools.rule_changes()
        ):  # a schema was looked at, no more, or rules are as they were
            self._show(settings)
            return
        if settings.name != self._baseline.name:
            self._is_name_touched = True
        self._foot.settle()
        self._error.show_text("")
        self._pages.versions.show_restored("")
        self._show(settings)
        self._keep_soon()

    def _check(self, settings: AssistantSettings) -> None:
        found = problems(settings, max_temperature=self._pages.model.max_temperature)
        shown = [problem for problem in found if self._is_name_touched or not _is_missing_name(problem)]
        is_well = not self._pages.show_problems(shown) and not found
        is_new = (
            self._assistant is None or settings != self._baseline or bool(self._pages.tools.rule_changes())
        )
        for made in (self._save, self._apply):
            made.setEnabled(is_well and is_new and self._saving is None)

    # -- saving

    def _keep_soon(self) -> None:
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _tell_draft(self) -> None:
        """Have what is not saved kept, or forgotten when it was taken back."""
        draft = AssistantDraft(
            self.settings(), self._assistant.version if self._assistant else 0, self._note.text().strip()
        )
        if draft.note or draft.settings != self._baseline:
            self.draft_changed.emit(self._assistant.id if self._assistant else None, draft)
            self._is_draft_kept = True
        else:
            self._forget_draft()

    def _forget_draft(self) -> None:
        if self._is_draft_kept:
            self.draft_changed.emit(self._assistant.id if self._assistant else None, None)
            self._is_draft_kept = False

    def _begin_save(self, *, closes: bool, restored: str = "") -> None:
        """Save what the fields say; ``restored`` notes what it is when nobody edited it: then it replaces all."""
        self._draft_timer.stop()
        self._tell_draft()  # kept until the version is: a full disk may refuse that one
        self._closes_when_saved = closes
        self._saving = self.settings()
        self._error.show_text("")
        for made in (self._save, self._apply):
            made.setEnabled(False)
        assistant_id = self._assistant.id if self._assistant else None
        edited_version = self._assistant.version if self._assistant and not restored else 0
        note = restored or self._note.text().strip()
        self.save_requested.emit(assistant_id, self._saving, note, edited_version)

    def _create_for_files(self) -> None:
        """Make the assistant, so that it can have files; what keeps it from being made is shown instead."""
        if self._apply.isEnabled():
            self._apply.click()
            return
        self._is_name_touched = True
        self._show(self.settings())
        self._pages.show_first_problem()

    def _extend(self) -> None:
        if self._assistant is not None:
            self.extend_requested.emit(self._assistant.id)

    def _open_reply(self, thread_id: str, message_id: str) -> None:
        self.reply_requested.emit(thread_id, message_id)
        self.reject()

    # -- versions

    def _restore(self, version: AssistantVersion) -> None:
        self._wanted_version = version
        if self._is_changed():
            self._foot.ask(
                self.tr("The changes that are not saved would be given up."),
                [("stay", self.tr("&Keep editing"), ""), ("restore", self.tr("R&estore"), "danger")],
            )
        else:
            self._restore_wanted()

    def _restore_wanted(self) -> None:
        version, self._wanted_version = self._wanted_version, None
        if version is None or self._assistant is None:
            return
        shown = number(version.version)
        former = self._assistant.settings
        self._load(version.settings)
        self._begin_save(closes=False, restored=self.tr("Version {n} restored").format(n=shown))
        self._former = former
        self._pages.versions.show_restored(self.tr("Version {n} is in use again.").format(n=shown))

    def _undo_restore(self) -> None:
        former, self._former = self._former, None
        self._pages.versions.show_restored("")
        if former is not None and self._saving is None:
            self._load(former)
            self._begin_save(closes=False, restored=self.tr("Restoring undone"))

    # -- closing

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
            self._begin_save(closes=True)
        elif answer == "restore":
            self._restore_wanted()
        elif answer == "discard":
            self._close()

    def _close(self) -> None:
        """Close with nothing left to save, or with what is left given up."""
        self._draft_timer.stop()
        self._forget_draft()
        super().reject()


def _is_missing_name(problem: FieldProblem) -> bool:
    return problem.field == "name" and problem.problem is Problem.REQUIRED
