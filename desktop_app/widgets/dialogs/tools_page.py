"""The tools of an assistant: functions, the search in its files, and what other services call tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.problems import FieldProblem, Problem
from desktop_app.domain.providers import can_call_functions
from desktop_app.domain.tools import Function, KeptRule, Rule
from desktop_app.widgets.dialogs.drop_zone import local_paths
from desktop_app.widgets.dialogs.earlier_rules import EarlierRules
from desktop_app.widgets.dialogs.frame import Hairline
from desktop_app.widgets.dialogs.function_editor import FunctionEditor
from desktop_app.widgets.dialogs.function_list import FunctionList
from desktop_app.widgets.dialogs.function_rows import RuleBook
from desktop_app.widgets.dialogs.library_section import LibrarySection
from desktop_app.widgets.dialogs.other_tools import OtherTools
from desktop_app.widgets.dialogs.search_settings import SearchSettings
from desktop_app.widgets.dialogs.service_files import ServiceFiles
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.qt.file_intents import FileIntents
    from desktop_app.qt.function_intents import FunctionIntents
    from desktop_app.qt.remote_file_intents import RemoteFileIntents


class ToolsPage(SettingsPage):
    """Shows the parts below one another; the editor of a function takes their place until it is closed.

    The dialog tells which assistant and which connection it is about, and what models there are.  Rules are no part of
    the settings: ``rule_changes`` are to be saved with them; one that is about no function here is revoked at once.

    Signals: ``create_wanted`` when files are wanted for an assistant that is not there yet: make it, then
    ``set_assistant``.
    """

    create_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._edited: int | None = None
        self._problems: Sequence[FieldProblem] = ()
        self._assistant_id: AssistantId | None = None
        self._bad_schemas: set[str] = set()  # found by the editor's check, which is too slow for each key
        self._remote_id = ""  # the connection whose service holds files and indexes
        self._is_deaf = False  # what answers takes no functions
        self._rules = RuleBook()
        self._functions = FunctionList(theme, self._rules)
        self._earlier_rules = EarlierRules(theme)
        self._editor = FunctionEditor(theme, self._rules)
        self._search = SearchSettings(theme)
        self._library = LibrarySection(theme, lambda: self._search.max_results)
        self._service = ServiceFiles(theme, self._library.chunking.chunking)
        self._other_tools = OtherTools(theme)
        self._overview = QWidget()
        parts = QVBoxLayout(self._overview)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(theme.px("spacing.4"))
        search = [self._search.switch, self._library, self._search, self._service, self._library.chunking]
        for part in (self._functions, self._earlier_rules, Hairline(theme), *search, self._other_tools):
            parts.addWidget(part)
        self.column.addWidget(self._overview)
        self.column.addWidget(self._editor)
        self.column.addStretch(1)
        self._editor.hide()
        self.setAcceptDrops(True)
        self._connect()
        self._adapt()

    def serve(self, files: FileIntents, remote_files: RemoteFileIntents, functions: FunctionIntents) -> None:
        """Ask these intents for files, rules and trials from now on; before ``set_assistant``."""
        self._library.serve(files)
        self._service.serve(remote_files)
        functions.rules_read.connect(self._show_rules)
        self._rules_wanted.connect(functions.read_rules)
        self._rule_revoked.connect(functions.forget_rule)
        trial = self._editor.trial
        trial.wanted.connect(
            lambda function, arguments: functions.begin_trial(function, arguments, self._assistant_id)
        )
        trial.stop_wanted.connect(functions.stop_trial)
        functions.tried.connect(trial.show_result)

    _rules_wanted = Signal(str)
    _rule_revoked = Signal(str, str)

    def set_assistant(self, assistant_id: AssistantId | None) -> None:
        """Whose tools these are; None is an assistant that is not there yet."""
        self._assistant_id = assistant_id
        self._library.set_assistant(assistant_id)
        self._adapt()
        if assistant_id is not None:
            self._rules_wanted.emit(assistant_id)

    def set_connection(self, connection: Connection | None) -> None:
        """What answers: some services take no functions, some have tools of their own."""
        self._is_deaf = connection is not None and not can_call_functions(connection)
        self._functions.show_warning(
            self.tr("The chosen connection cannot call functions; they are kept for another one.")
            if self._is_deaf
            else ""
        )
        has_tools = connection is not None and connection.kind is ConnectionKind.ASSISTANT_API
        self._search.set_connection(connection)
        self._remote_id = connection.id if connection is not None and has_tools else ""
        self._other_tools.set_wanted(has_tools)
        self._adapt()

    def set_models(self, models: tuple[Model, ...]) -> None:
        """Offer the connection's models where one can be named."""
        self._search.set_models(models)

    @property
    def offered(self) -> tuple[Function, ...]:
        """The functions that the model is told of."""
        return () if self._is_deaf else self._functions.functions

    def rule_changes(self) -> list[tuple[Function, Rule]]:
        """What was decided about calls and is not kept yet."""
        return self._rules.changes(self._functions.functions)

    def show_settings(self, settings: AssistantSettings) -> None:
        """Fill the fields."""
        self._close_editor()
        self._functions.show_functions(settings.functions)
        self._show_earlier_rules()
        self._search.show_search(settings.search)
        self._other_tools.show_tools(settings.other_tools)
        self._adapt()

    def write(self, settings: AssistantSettings) -> AssistantSettings:
        """``settings`` with what the fields say."""
        return replace(
            settings,
            functions=self._functions.functions,
            search=self._search.search(),
            other_tools=self._other_tools.tools(),
        )

    def show_problems(self, problems: Sequence[FieldProblem]) -> bool:
        """Show what is wrong in the list, in the editor and in the fields; whether anything is."""
        self._problems = problems
        texts = {problem.field: self._problem_sentence(problem) for problem in reversed(problems)}
        wrong = {int(field.split(".")[1]) for field in texts if field.startswith("functions.")}
        functions = enumerate(self._functions.functions)
        wrong |= {number for number, one in functions if one.parameters in self._bad_schemas}
        self._functions.mark(frozenset(wrong))
        self._functions.show_problem(texts.get("functions", ""))
        if self._edited is not None:
            start = f"functions.{self._edited}."
            self._editor.show_problems({field.removeprefix(start): text for field, text in texts.items()})
        rows = {**self._search.rows, "other_tools": self._other_tools.row}
        for field, row in rows.items():
            row.set_problem(texts.get(field, ""))
        return bool(wrong) or any(field in texts for field in (*rows, "functions"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files can be dropped wherever there is room, also before the search is switched on."""
        if self._edited is None and local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._library.add(local_paths(event.mimeData()))

    def _problem_sentence(self, problem: FieldProblem) -> str:
        match problem.problem:
            case Problem.BAD_NAME:
                return self.tr("Only Latin letters, digits, _ and - can be in it, and no spaces.")
            case Problem.DUPLICATE:
                return self.tr("There is another function of this name.")
            case Problem.TOO_MANY:
                return self.tr("Too many: at most {limit}.").format(limit=int(problem.limit))
            case _:
                return super()._problem_sentence(problem)

    def _connect(self) -> None:
        self._functions.changed.connect(self._show_earlier_rules)
        self._earlier_rules.revoked.connect(self._revoke)
        self._functions.changed.connect(self.changed)
        self._functions.edit_wanted.connect(self._edit)
        self._editor.changed.connect(self._function_changed)
        self._editor.closed.connect(self._close_editor)
        self._editor.schema_checked.connect(self._schema_checked)
        self._editor.trial.answered.connect(lambda: self.bring_into_sight(self._editor.trial))
        self._search.changed.connect(self._adapt)
        self._search.changed.connect(self.changed)
        self._library.create_wanted.connect(self.create_wanted)
        self._library.files_added.connect(lambda: self._search.set_on(True))
        self._service.index_chosen.connect(self._search.use_index)
        self._other_tools.changed.connect(self.changed)

    def _adapt(self) -> None:
        self._library.setVisible(self._search.is_on)
        self._library.chunking.setVisible(self._search.is_on and self._assistant_id is not None)
        self._service.set_connection(self._remote_id if self._search.is_on else "")
        self._service.mark_used(self._search.index_ids)

    def _show_rules(self, assistant_id: str, rules: list[KeptRule]) -> None:
        if assistant_id == self._assistant_id:
            had_changes = bool(self.rule_changes())
            self._rules.show_kept(rules)
            self._show_earlier_rules()
            self.show_problems(self._problems)
            if had_changes != bool(self.rule_changes()):
                self.changed.emit()

    def _show_earlier_rules(self) -> None:
        functions = self._functions.functions
        self._earlier_rules.show_rules(self._rules.left_over(functions), {one.name for one in functions})

    def _revoke(self, about: str) -> None:
        if self._assistant_id is not None:
            self._rule_revoked.emit(self._assistant_id, about)

    def _edit(self, number: int) -> None:
        self._edited = number
        self._editor.show_function(self._functions.functions[number])
        self._overview.hide()
        self._editor.show()
        self.verticalScrollBar().setValue(0)
        self.show_problems(self._problems)
        self._editor.focus_name()

    def _function_changed(self) -> None:
        if self._edited is not None:
            self._functions.replace(self._edited, self._editor.function())
            self.changed.emit()

    def _schema_checked(self, schema: str, is_well: bool) -> None:
        if is_well == (schema in self._bad_schemas):
            self._bad_schemas ^= {schema}
            self.changed.emit()

    def _close_editor(self) -> None:
        if self._edited is None:
            return
        self._edited = None
        self._editor.trial.settle()
        self._editor.hide()
        self._show_earlier_rules()
        self._overview.show()
        self.verticalScrollBar().setValue(0)
        self._functions.focus()
