"""What was once decided about calls of functions that an assistant has no more, or not as they were."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.tools import KeptRule, Rule
from desktop_app.widgets.dialogs.frame import StrongLabel, WrappedLabel, button
from desktop_app.widgets.dialogs.icon_rows import (
    ASIDE_ROLE,
    ICON_COLOR_ROLE,
    ICON_ROLE,
    LINE_COLOR_ROLE,
    LINE_ROLE,
    IconRowView,
)
from desktop_app.widgets.theme import Theme

ROWS_SHOWN = 4
ABOUT_ROLE = Qt.ItemDataRole.UserRole + 20


class EarlierRules(QWidget):
    """Such rules would count again with the function that they are about, so they can be seen and revoked.

    Hidden when there are none.  Signals: ``revoked`` (fingerprint) is to be done at once.
    """

    revoked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rows = QStandardItemModel(self)
        self._view = IconRowView(theme, "earlier_rules", self.tr("Earlier decisions"))
        self._view.setModel(self._rows)
        self._revoke = button(self.tr("Revoke"), "earlier_rules_revoke", kind="quiet")
        hint = WrappedLabel(role="caption")
        hint.setText(
            self.tr(
                "They are about functions that have been changed or deleted since. A decision counts again when its "
                "function is put back as it was, unless it was revoked."
            )
        )
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addWidget(StrongLabel(theme, self.tr("Earlier decisions")))
        head.addWidget(hint)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._revoke)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addLayout(head)
        column.addWidget(self._view)
        column.addLayout(buttons)
        self._revoke.clicked.connect(self._revoke_chosen)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Delete), self._view)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._revoke_chosen)
        self.hide()

    def show_rules(self, rules: Sequence[KeptRule], names: Collection[str]) -> None:
        """Show these; ``names`` are those of the functions that are there."""
        chosen = self._view.currentIndex().row()
        self._rows.clear()
        for rule in rules:
            self._rows.appendRow(self._row(rule, is_there=rule.name in names))
        self._view.show_rows(len(rules), ROWS_SHOWN)
        self._view.setCurrentIndex(self._rows.index(min(max(chosen, 0), len(rules) - 1), 0))
        self.setVisible(bool(rules))

    def _row(self, kept: KeptRule, *, is_there: bool) -> QStandardItem:
        name = kept.name or self.tr("Without a name")
        line = self.tr("Before it was changed") if is_there else self.tr("It is not among the functions")
        word = self.tr("Always allowed") if kept.rule is Rule.ALLOW else self.tr("Always denied")
        row = QStandardItem(name)
        for role, value in (
            (LINE_ROLE, line),
            (LINE_COLOR_ROLE, "textSecondary"),
            (ICON_ROLE, "tool"),
            (ICON_COLOR_ROLE, "icon"),
            (ASIDE_ROLE, word),
            (ABOUT_ROLE, kept.about),
            (Qt.ItemDataRole.AccessibleTextRole, f"{name}, {line}, {word}"),
        ):
            row.setData(value, role)
        return row

    def _revoke_chosen(self) -> None:
        index = self._view.currentIndex()
        if index.isValid():
            self.revoked.emit(index.data(ABOUT_ROLE))
