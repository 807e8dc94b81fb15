"""The assistant's settings: five pages, limits checked while typing, saved as a new version.

Nothing typed is lost: the dialog tells of every change within half a second, for a draft that survives a crash, and
asks before it closes over unsaved changes.
"""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.assistants import Assistant, AssistantSettings, problems
from desktop_app.domain.connections import Connection, Model
from desktop_app.domain.ids import ConnectionId
from desktop_app.domain.problems import FieldProblem, Problem
from desktop_app.widgets.dialogs.assistant_pages import (
    ContextPage,
    GeneralPage,
    InstructionPage,
    LifetimePage,
    ModelPage,
)
from desktop_app.widgets.dialogs.frame import ElidedLabel, Foot, Glyph, Hairline, button, rename
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.dialogs.tabs import MarkedTabBar
from desktop_app.widgets.theme import Theme

DRAFT_DELAY_MS = 400


class AssistantDialog(QDialog):
    """Makes an assistant or a new version of one; window-modal.

    Signals: ``saved`` (AssistantId or None for a new one, AssistantSettings, note); ``draft_changed``
    (AssistantSettings, at most half a second after a change); ``discarded`` (AssistantId or None) when unsaved changes
    were given up; ``models_wanted`` (ConnectionId), to be answered by ``set_models`` or ``set_models_failed``.
    """

    saved = Signal(object, object, str)
    draft_changed = Signal(object)
    discarded = Signal(object)
    models_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("assistant_dialog")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._theme = theme
        self._assistant: Assistant | None = None
        self._baseline = AssistantSettings("")
        self._is_loading = self._is_name_touched = False
        self._general = GeneralPage(theme)
        self._model, self._context, self._lifetime = ModelPage(theme), ContextPage(theme), LifetimePage(theme)
        self._pages: list[tuple[str, SettingsPage]] = [
            (self.tr("&General"), self._general),
            (self.tr("&Instruction"), InstructionPage(theme)),
            (self.tr("&Model"), self._model),
            (self.tr("Conte&xt"), self._context),
            (self.tr("Li&fetime"), self._lifetime),
        ]
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_DELAY_MS)
        self._draft_timer.timeout.connect(self._tell_draft)
        self._build()
        self._connect()

    def edit(
        self, assistant: Assistant | None, settings: AssistantSettings, connections: list[Connection]
    ) -> None:
        """Open with ``settings``: those of ``assistant``, a draft of them, or the start of a new one (None)."""
        self._assistant = assistant
        self._is_name_touched = assistant is not None
        now = datetime.now().astimezone()
        self._lifetime.show_times(
            assistant.created_at if assistant else now, assistant.last_active_at if assistant else now
        )
        start = assistant.settings if assistant else settings
        self._load(start, connections)
        self._baseline = self.settings()
        if settings != start:
            self._load(settings, connections)
        self._note.clear()
        self._foot.settle()
        self._show(self.settings())
        self._tabs.setCurrentIndex(0)
        self.open()
        self._general.focus_name()

    def settings(self) -> AssistantSettings:
        """What the fields say, limits broken or not."""
        settings = AssistantSettings("")
        for _, page in self._pages:
            settings = page.write(settings)
        return settings

    def set_models(self, connection_id: ConnectionId, models: tuple[Model, ...]) -> None:
        """Offer the models of a connection."""
        self._model.set_models(connection_id, models)

    def set_models_failed(self, connection_id: ConnectionId, text: str) -> None:
        """Say why the models of a connection could not be fetched; ``text`` is a sentence."""
        self._model.set_models_failed(connection_id, text)

    def reject(self) -> None:
        """Close, or ask first when there are unsaved changes; asked again, go on editing."""
        if self._foot.is_asking:
            self._foot.settle()
        elif self._is_changed():
            self._ask()
        else:
            self._close()

    def _build(self) -> None:
        self._glyph, self._title = Glyph(self._theme), ElidedLabel(role="dialogTitle")
        self._version = ElidedLabel(role="caption")
        self._version.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._tabs = MarkedTabBar(self._theme, "assistant_tabs")
        self._tabs.setAccessibleName(self.tr("Parts of the settings"))
        self._stack = QStackedWidget()
        for title, page in self._pages:
            self._tabs.addTab(title)
            self._stack.addWidget(page)
        self._foot = Foot(self._theme, "assistant")
        self._build_foot()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addLayout(self._tab_row())
        column.addWidget(Hairline(self._theme))
        column.addWidget(self._stack, 1)
        column.addWidget(self._foot)
        self.setMinimumSize(self._theme.px("textColumn") - 120, self._theme.px("sidebarMax"))
        self.resize(self._theme.px("textColumn") + 40, self._theme.px("textColumn") - 120)

    def _head(self) -> QHBoxLayout:
        px = self._theme.px
        head = QHBoxLayout()
        head.setContentsMargins(px("spacing.6"), px("spacing.4"), px("spacing.6"), px("spacing.2"))
        head.setSpacing(px("spacing.3"))
        head.addWidget(self._glyph)
        head.addWidget(self._title, 1)
        head.addWidget(self._version)
        return head

    def _tab_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        side = self._theme.px("spacing.6") - self._theme.px("spacing.half")  # a tab has 2 px of its own
        row.setContentsMargins(side, 0, side, 0)
        row.addWidget(self._tabs, 1)
        return row

    def _build_foot(self) -> None:
        self._note = QLineEdit()
        self._note.setObjectName("assistant_note")
        self._note.setAccessibleName(self.tr("Note for this version"))
        self._note.setPlaceholderText(self.tr("Note for this version: what changed and why"))
        self._note.setMaximumWidth(self._theme.px("details") + 40)
        self._note.setMaxLength(500)
        self._cancel = button(self.tr("Cancel"), "assistant_cancel")
        self._save = button(self.tr("Save"), "assistant_save", kind="primary")
        self._save.setDefault(True)
        self._foot.row.addWidget(self._note, 10)
        self._foot.row.addStretch(1)
        self._foot.row.addWidget(self._cancel)
        self._foot.row.addWidget(self._save)

    def _connect(self) -> None:
        for _, page in self._pages:
            page.changed.connect(self._value_changed)
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self._model.models_wanted.connect(self.models_wanted)
        self._model.model_chosen.connect(self._context.set_model_context)
        self._cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self._save_clicked)
        self._foot.answered.connect(self._answered)
        for keys, step in (("Ctrl+PgDown", 1), ("Ctrl+Tab", 1), ("Ctrl+PgUp", -1), ("Ctrl+Shift+Tab", -1)):
            QShortcut(QKeySequence(keys), self, self._stepper(step))
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self, self._save.click)

    def _stepper(self, step: int) -> Callable[[], None]:
        return lambda: self._tabs.setCurrentIndex((self._tabs.currentIndex() + step) % self._tabs.count())

    def _load(self, settings: AssistantSettings, connections: list[Connection]) -> None:
        self._is_loading = True
        self._model.show_connections(connections, settings.connection_id)
        for _, page in self._pages:
            page.show_settings(settings)
        self._is_loading = False

    def _show(self, settings: AssistantSettings) -> None:
        """Show what follows from the settings; they are read once, since an instruction may be long."""
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
        self._version.setText(text.format(n=version))
        rename(self._save, self.tr("&Save as v{n}").format(n=version + 1))

    def _is_changed(self) -> bool:
        return self.settings() != self._baseline

    def _value_changed(self) -> None:
        if self._is_loading:
            return
        settings = self.settings()
        if settings.name != self._baseline.name:
            self._is_name_touched = True
        self._foot.settle()
        self._show(settings)
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _check(self, settings: AssistantSettings) -> None:
        found = problems(settings, max_temperature=self._model.max_temperature)
        shown = [problem for problem in found if self._is_name_touched or not _is_missing_name(problem)]
        for index, (_, page) in enumerate(self._pages):
            has_problem = page.show_problems(shown)
            self._tabs.mark(index, self.tr("Something here needs a change") if has_problem else "")
        self._save.setEnabled(not found and (self._assistant is None or settings != self._baseline))

    def _tell_draft(self) -> None:
        self.draft_changed.emit(self.settings())

    def _save_clicked(self) -> None:
        self._draft_timer.stop()
        self._tell_draft()  # kept until the version is: a full disk may refuse that one
        self.saved.emit(
            self._assistant.id if self._assistant else None, self.settings(), self._note.text().strip()
        )
        self.accept()

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
            self._save_clicked()
        elif answer == "discard":
            self.discarded.emit(self._assistant.id if self._assistant else None)
            self._close()

    def _close(self) -> None:
        self._draft_timer.stop()
        super().reject()


def _is_missing_name(problem: FieldProblem) -> bool:
    return problem.field == "name" and problem.problem is Problem.REQUIRED
