"""The functions of an assistant as rows, and what is decided about their calls."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.domain.tools import Function, KeptRule, Rule, fingerprint
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.dialogs.icon_rows import (
    ASIDE_ROLE,
    FRACTION_ROLE,
    ICON_COLOR_ROLE,
    ICON_ROLE,
    LINE_COLOR_ROLE,
    LINE_ROLE,
)

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class RuleBook:
    """What happens to calls: as it is kept, and as it was decided since.

    A rule is about a function exactly as it stands, so an edited one asks again.
    """

    def __init__(self) -> None:
        self._kept: dict[str, KeptRule] = {}
        self._decided: dict[str, Rule] = {}

    def show_kept(self, rules: Sequence[KeptRule]) -> None:
        """Take these as kept; what was decided stays decided."""
        self._kept = {kept.about: kept for kept in rules}

    def rule(self, function: Function) -> Rule:
        """What happens to calls of ``function``."""
        about = fingerprint(function)
        return self._decided.get(about, self._kept_rule(about))

    def decide(self, function: Function, rule: Rule) -> None:
        """Decide about ``function`` as it stands now."""
        self._decided[fingerprint(function)] = rule

    def changes(self, functions: Sequence[Function]) -> list[tuple[Function, Rule]]:
        """The rules of ``functions`` that are not kept yet."""
        return [
            (function, self.rule(function))
            for function in functions
            if self.rule(function) is not self._kept_rule(fingerprint(function))
        ]

    def left_over(self, functions: Sequence[Function]) -> list[KeptRule]:
        """What is kept about others than ``functions`` as they stand now."""
        there = set(map(fingerprint, functions))
        return [kept for about, kept in self._kept.items() if about not in there]

    def _kept_rule(self, about: str) -> Rule:
        kept = self._kept.get(about)
        return kept.rule if kept else Rule.ASK


class FunctionRows(QAbstractListModel):
    """Name and description, and below what answers and what happens to calls; ``wrong`` ones say so instead."""

    def __init__(self, rules: RuleBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rules = rules
        self._functions: list[Function] = []
        self._wrong: frozenset[int] = frozenset()

    def show_functions(self, functions: Sequence[Function]) -> None:
        """Show these functions."""
        self.beginResetModel()
        self._functions = list(functions)
        self.endResetModel()

    def mark(self, wrong: frozenset[int]) -> None:
        """Say which rows need a change, by their numbers."""
        self._wrong = wrong
        if self._functions:
            self.dataChanged.emit(self.index(0), self.index(len(self._functions) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._functions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        function = self._functions[index.row()]
        is_wrong = index.row() in self._wrong
        values: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: function.name or self.tr("Without a name"),
            LINE_ROLE: self.tr("Something here needs a change") if is_wrong else self._line(function),
            LINE_COLOR_ROLE: "errorText" if is_wrong else "textSecondary",
            ICON_ROLE: "error" if is_wrong else "tool",
            ICON_COLOR_ROLE: "error" if is_wrong else "icon",
            ASIDE_ROLE: self.rule_text(function),
            FRACTION_ROLE: None,
        }
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join((values[Qt.ItemDataRole.DisplayRole], values[LINE_ROLE], values[ASIDE_ROLE]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(function.description)
        return values.get(role)

    def rule_text(self, function: Function) -> str:
        """What happens to a call, in a few words."""
        rule = self._rules.rule(function)
        if rule is Rule.DENY:
            return self.tr("Always denied")
        if function.command is None:
            return self.tr("You give the result")
        return self.tr("Always allowed") if rule is Rule.ALLOW else self.tr("Asks each time")

    def _line(self, function: Function) -> str:
        description = " ".join(function.description.split())
        if function.command is None:
            return description or self.tr("No description: the model has only the name to go by")
        program = self.tr("runs {program}").format(program=PurePath(function.command.program).name)
        return f"{program} · {description}" if description else program
