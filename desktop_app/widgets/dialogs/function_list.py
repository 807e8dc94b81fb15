"""The functions of an assistant: a list to add to, to copy in, and to take from."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop_app.domain.tools import FUNCTION_NAME_LIMIT, FUNCTIONS_LIMIT, Function
from desktop_app.widgets.dialogs.frame import Callout, StrongLabel, WrappedLabel, button
from desktop_app.widgets.dialogs.function_rows import FunctionRows, RuleBook
from desktop_app.widgets.dialogs.icon_rows import IconRowView
from desktop_app.widgets.dialogs.undo_line import UndoLine
from desktop_app.widgets.theme import Theme

ROWS_SHOWN = 10


class FunctionList(QWidget):
    """Signals: ``changed`` by the user; ``edit_wanted`` with the number of a function."""

    changed = Signal()
    edit_wanted = Signal(int)

    def __init__(self, theme: Theme, rules: RuleBook) -> None:
        super().__init__()
        self._theme = theme
        self._functions: list[Function] = []
        self._rows = FunctionRows(rules, self)
        self._view = IconRowView(theme, "function_list", self.tr("Functions"))
        self._view.setModel(self._rows)
        self._hint = WrappedLabel(role="caption")
        self._hint.setObjectName("function_hint")
        self._warning = Callout(theme, "warning")
        self._warning.setObjectName("function_warning")
        self._problem = Callout(theme, "error")
        self._problem.setObjectName("function_problem")
        self._undo = UndoLine(theme, "function_undo")
        self._add = button(self.tr("Add a f&unction"), "function_add")
        self._add.setIcon(theme.icon("plus", size=16))
        self._edit = button(self.tr("Edit"), "function_edit", kind="quiet")
        self._duplicate = button(self.tr("Duplicate"), "function_duplicate", kind="quiet")
        self._delete = button(self.tr("Delete"), "function_delete", kind="quiet")
        self._lay_out()
        self._connect()
        self.show_warning("")
        self.show_problem("")
        self.show_functions(())

    @property
    def functions(self) -> tuple[Function, ...]:
        """What is in the list."""
        return tuple(self._functions)

    def show_functions(self, functions: Sequence[Function]) -> None:
        """Show these; what was deleted before cannot be taken back any more."""
        self._undo.settle()
        self._fill(list(functions), 0)

    def replace(self, number: int, function: Function) -> None:
        """Show another function in the place of one."""
        self._functions[number] = function
        self._fill(self._functions, number)

    def mark(self, wrong: frozenset[int]) -> None:
        """Say which functions need a change."""
        self._rows.mark(wrong)

    def show_warning(self, text: str) -> None:
        """Say something about all of them; an empty text takes it back."""
        self._warning.show_text(text)

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the list as a whole; an empty text says that all is well."""
        self._problem.show_text(text)

    def focus(self) -> None:
        """Put the keyboard on the list."""
        part = self._view if self._functions else self._add
        part.setFocus(Qt.FocusReason.TabFocusReason)

    def _lay_out(self) -> None:
        gap = self._theme.px("spacing.2")
        buttons = QHBoxLayout()
        buttons.setSpacing(gap)
        buttons.addWidget(self._add)
        buttons.addStretch(1)
        for one in (self._edit, self._duplicate, self._delete):
            buttons.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(StrongLabel(self._theme, self.tr("Functions"), scale="title"))
        head.addWidget(self._hint)
        column.addLayout(head)
        for part in (self._warning, self._problem, self._view, self._undo):
            column.addWidget(part)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._add.clicked.connect(self._add_one)
        self._edit.clicked.connect(self._edit_chosen)
        self._duplicate.clicked.connect(self._duplicate_chosen)
        self._delete.clicked.connect(self._delete_chosen)
        self._view.doubleClicked.connect(lambda index: self.edit_wanted.emit(index.row()))
        self._view.customContextMenuRequested.connect(self._show_menu)
        for keys, act in (
            ("Return", self._edit_chosen),
            ("Enter", self._edit_chosen),
            ("F2", self._edit_chosen),
            ("Delete", self._delete_chosen),
        ):
            shortcut = QShortcut(QKeySequence(keys), self._view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)

    def _fill(self, functions: list[Function], chosen: int) -> None:
        self._functions = functions
        self._rows.show_functions(functions)
        self._view.show_rows(len(functions), ROWS_SHOWN)
        self._view.setVisible(bool(functions))
        for one in (self._edit, self._duplicate, self._delete):
            one.setVisible(bool(functions))
        has_room = len(functions) < FUNCTIONS_LIMIT
        self._add.setEnabled(has_room)
        self._duplicate.setEnabled(has_room)
        self._hint.setText(
            self.tr("No more can be added: at most {limit}.").format(limit=FUNCTIONS_LIMIT)
            if len(functions) == FUNCTIONS_LIMIT
            else self.tr("What the model may call while it answers; you or a program give the result.")
        )
        if functions:
            index = self._rows.index(min(chosen, len(functions) - 1))
            self._view.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )

    def _change(self, functions: list[Function], chosen: int) -> None:
        self._fill(functions, chosen)
        self.changed.emit()

    @property
    def _chosen(self) -> int:
        """The number of the current row, -1 for none."""
        return self._view.currentIndex().row()

    # -- what the user does

    def _add_one(self) -> None:
        made = Function(free_name("new_function", self._functions))
        self._change([*self._functions, made], len(self._functions))
        self.edit_wanted.emit(len(self._functions) - 1)

    def _edit_chosen(self) -> None:
        if self._chosen >= 0:
            self.edit_wanted.emit(self._chosen)

    def _duplicate_chosen(self) -> None:
        number = self._chosen
        if number >= 0:
            copied = self._functions[number]
            made = replace(copied, name=free_name(copied.name, self._functions))
            self._change([*self._functions[: number + 1], made, *self._functions[number + 1 :]], number + 1)

    def _delete_chosen(self) -> None:
        number = self._chosen
        if number < 0:
            return
        gone = self._functions[number]
        self._change([*self._functions[:number], *self._functions[number + 1 :]], number)
        self._undo.offer(
            self.tr("“{name}” was deleted.").format(name=gone.name), lambda: self._put_back(number, gone)
        )
        self.focus()

    def _put_back(self, number: int, function: Function) -> None:
        self._change([*self._functions[:number], function, *self._functions[number:]], number)
        self.focus()

    def _show_menu(self, place: QPoint) -> None:
        if not self._view.indexAt(place).isValid():
            return
        menu = QMenu(self)
        menu.setObjectName("function_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("&Edit"), self._edit_chosen)
        menu.addAction(self.tr("D&uplicate"), self._duplicate_chosen)
        menu.addSeparator()
        menu.addAction(self.tr("&Delete"), self._delete_chosen)
        menu.popup(self._view.viewport().mapToGlobal(place))


def free_name(wanted: str, functions: Sequence[Function]) -> str:
    """``wanted``, with a number behind it when that is taken."""
    taken = {function.name for function in functions}
    name, number = wanted, 2
    while name in taken:
        ending = f"_{number}"
        name, number = wanted[: FUNCTION_NAME_LIMIT - len(ending)] + ending, number + 1
    return name
