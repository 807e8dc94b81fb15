"""The page of the assistant's settings with its instruction: as it is written, and as the model sees it."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from desktop_app.domain.assistants import INSTRUCTION_LIMIT, AssistantSettings
from desktop_app.domain.context import ContextPreview, Counted
from desktop_app.domain.counting import estimate_functions, estimate_tokens
from desktop_app.domain.tools import Function
from desktop_app.domain.variables import NAMES, unknown
from desktop_app.widgets.amounts import number
from desktop_app.widgets.context_words import ContextWords
from desktop_app.widgets.dialogs.fields import FieldRow, TextArea
from desktop_app.widgets.dialogs.figures import of_limit
from desktop_app.widgets.dialogs.frame import button, rename
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.theme import Theme

COUNT_DELAY_MS = 150
UNKNOWN_SHOWN = 3


class InstructionPage(SettingsPage):
    """An editor as high as the dialog.

    Signals: ``expansion_wanted`` when the instruction is to be shown with its variables filled in, to be answered by
    ``set_expanded``.
    """

    expansion_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._context_words = ContextWords(self)
        self._functions: tuple[Function, ...] = ()
        self._budget = AssistantSettings("").truncation.max_prompt_tokens
        self._editor = TextArea("assistant_instruction")
        self._editor.setPlaceholderText(self.tr("Who the assistant is, what it does, how it answers"))
        self._expanded = TextArea("assistant_instruction_expanded")
        self._expanded.setReadOnly(True)
        self._expanded.setAccessibleName(self.tr("The instruction as the model sees it"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._editor)
        self._stack.addWidget(self._expanded)
        self._variables = button(self.tr("Insert a varia&ble"), "assistant_variables", kind="link")
        self._seen = button("", "assistant_expand", kind="link")
        self._seen.setCheckable(True)
        self._row = self.add(
            "instruction",
            FieldRow(theme, self.tr("Instr&uction"), self._editor, body=self._stack),
            stretch=1,
        )
        for made in (self._variables, self._seen):
            self._row.head.addWidget(made)
        self._count_timer = QTimer(self, singleShot=True, interval=COUNT_DELAY_MS)
        self._count_timer.timeout.connect(self._count)
        self._show_seen(False)
        self._restyle()
        theme.changed.connect(self._restyle)
        self._editor.textChanged.connect(self._count_timer.start)
        self._editor.textChanged.connect(self.changed)
        self._variables.clicked.connect(self._offer_variables)
        self._seen.toggled.connect(self._show_seen)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the editor."""
        self._editor.set_text(settings.instruction)
        self._seen.setChecked(False)
        self._count()

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the editor says."""
        return replace(settings, instruction=self._editor.text())

    def set_expanded(self, text: str) -> None:
        """Show the instruction as the model would be given it now."""
        self._expanded.set_text(text)

    def set_surroundings(self, functions: Sequence[Function], budget: int) -> None:
        """What the model is told of beside the instruction, and how many tokens a prompt may have."""
        if (tuple(functions), budget) != (self._functions, self._budget):
            self._functions, self._budget = tuple(functions), budget
            self._count_timer.start()

    def _count(self) -> None:
        text = self._editor.text()
        tokens = estimate_tokens(text)
        if warnings := " ".join(filter(None, (self._overfull(tokens), self._unknown(text)))):
            self._row.set_hint(warnings, is_warning=True)
            return
        self._row.set_hint(
            self.tr("{characters} · about {tokens} tokens, sent with every message").format(
                characters=of_limit(len(text), INSTRUCTION_LIMIT), tokens=number(tokens)
            )
        )

    def _overfull(self, tokens: int) -> str:
        """That no earlier message has room in a prompt; the words are those of the preview."""
        tools = estimate_functions(self._functions)
        alone = ContextPreview((), 0, 0, None, tokens + tools, self._budget, Counted.ESTIMATE, tokens, tools)
        return self._context_words.warning(alone)

    def _unknown(self, text: str) -> str:
        names = [f"{{{{{name}}}}}" for name in unknown(text)]
        if not names:
            return ""
        shown = ", ".join(names[:UNKNOWN_SHOWN]) + ("…" if len(names) > UNKNOWN_SHOWN else "")
        return self.tr("Stands for nothing and is sent as written: {names}").format(names=shown)

    def _offer_variables(self) -> None:
        menu = popup_menu(self)
        menu.setObjectName("assistant_variables_menu")
        meanings = {
            "date": self.tr("Today’s date"),
            "time": self.tr("The time now"),
            "weekday": self.tr("The day of the week"),
            "user": self.tr("Your name on this computer"),
            "language": self.tr("The language of the window"),
            "assistant": self.tr("The assistant’s name"),
            "model": self.tr("The model’s name"),
            "thread": self.tr("The thread’s title"),
        }
        for name in NAMES:
            written = f"{{{{{name}}}}}"
            action = menu.addAction(f"{meanings[name]}\t{written}")
            action.setObjectName(f"variable_{name}")
            action.triggered.connect(lambda _=False, text=written: self._insert(text))
        menu.popup(self._variables.mapToGlobal(QPoint(0, self._variables.height())))

    def _insert(self, text: str) -> None:
        self._seen.setChecked(False)
        self._editor.insertPlainText(text)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_seen(self, is_seen: bool) -> None:
        self._stack.setCurrentWidget(self._expanded if is_seen else self._editor)
        rename(self._seen, self.tr("Back to &editing") if is_seen else self.tr("As the model s&ees it"))
        if is_seen:
            self.expansion_wanted.emit()

    def _restyle(self) -> None:
        for area in (self._editor, self._expanded):
            area.setFont(self._theme.font("reading"))
