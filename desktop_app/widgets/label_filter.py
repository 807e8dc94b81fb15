"""Which assistants are listed, by their labels: a menu to choose labels from, and the chosen ones as chips."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.domain.assistants import Assistant
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.names import on_one_line
from desktop_app.qt.plain_tip import plain_tip
from desktop_app.widgets.buttons import IconButton
from desktop_app.widgets.dialogs.frame import WrappedLabel, button
from desktop_app.widgets.disposal import dispose, return_focus
from desktop_app.widgets.menus import popup_menu
from desktop_app.widgets.theme import Theme

Label = tuple[str, str]


class LabelFilter(QWidget):
    """The chips below one another, and nothing while no label is chosen; ``button`` opens the menu.

    An assistant is listed when it has every chosen label; that none has them is said.  Esc anywhere in ``pane`` shows
    all again, and so does a new assistant that would not be listed.  Signals: ``changed``.
    """

    changed = Signal()

    def __init__(self, theme: Theme, pane: QWidget) -> None:
        super().__init__(pane)
        self._theme = theme
        self._labels: list[Label] = []
        self._chosen: list[Label] = []
        self._chips: list[QPushButton] = []
        self._known: set[AssistantId] = set()
        self.setObjectName("label_filter")
        self.setAccessibleName(self.tr("Assistants with these labels are shown"))
        self.button = IconButton(
            theme, "filter", self.tr("Filter by labels"), name="filter_labels", is_small=True
        )
        self.button.clicked.connect(self._show_menu)
        self._none = WrappedLabel(role="caption")
        self._none.setText(self.tr("No assistant has all these labels."))
        self._none.setObjectName("no_such_labels")
        self._all = button(self.tr("Show all"), "show_all_assistants", kind="link")
        self._all.clicked.connect(self.show_all)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._none)
        self._column.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeading)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), pane, self.show_all)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._resize()
        theme.changed.connect(self._resize)
        self._show_chips()

    def set_assistants(self, assistants: Iterable[Assistant]) -> None:
        """Offer the labels of ``assistants``; a chosen one that nobody has any more is given up."""
        assistants = list(assistants)
        new = [one for one in assistants if one.id not in self._known]
        self._known = {one.id for one in assistants}
        self._labels = sorted({label for assistant in assistants for label in assistant.settings.labels})
        kept = [label for label in self._chosen if label in self._labels]
        if len(self.matching(new)) < len(new):
            kept = []
        if kept != self._chosen:
            self._chosen = kept
            self._show_chips()
        self.button.setVisible(bool(self._labels))

    def matching(self, assistants: Sequence[Assistant]) -> list[Assistant]:
        """Those of ``assistants`` that have every chosen label."""
        wanted = set(self._chosen)
        return [assistant for assistant in assistants if wanted.issubset(assistant.settings.labels)]

    def say_none(self, is_none: bool) -> None:
        """Say that no assistant has the chosen labels, or do not."""
        for said in (self._none, self._all):
            said.setVisible(is_none)

    def show_all(self) -> None:
        """Choose no label."""
        self._choose([])

    def _choose(self, labels: list[Label]) -> None:
        self._chosen = labels
        self._show_chips()
        self.changed.emit()

    def _toggle(self, label: Label) -> None:
        rest = [one for one in self._chosen if one != label]
        self._choose(rest if label in self._chosen else [*rest, label])

    def _show_menu(self) -> None:
        menu = popup_menu(self)
        menu.setObjectName("labels_menu")
        for label in self._labels:
            action = menu.addAction(_words(label).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(label in self._chosen)
            action.triggered.connect(lambda _=False, one=label: self._toggle(one))
        if self._chosen:
            menu.addSeparator()
            menu.addAction(self.tr("Show all"), self.show_all)
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def _show_chips(self) -> None:
        return_focus(self)
        for old in self._chips:
            dispose(old)
        self._chips = [_Chip(self._theme, label) for label in self._chosen]
        for place, (chip, label) in enumerate(zip(self._chips, self._chosen, strict=True)):
            chip.setAccessibleName(self.tr("Do not filter by %1").replace("%1", _words(label)))
            chip.clicked.connect(lambda _=False, one=label: self._toggle(one))
            self._column.insertWidget(
                place, chip, 0, Qt.AlignmentFlag.AlignTrailing
            )  # at the left: it is turned around
            chip.show()  # at once: the pane is asked for its height
        self.setVisible(bool(self._chips))
        self._escape.setEnabled(bool(self._chips))
        self.button.setIcon(self._theme.icon("filter", "accentText" if self._chips else "icon"))

    def _resize(self) -> None:
        px = self._theme.px
        self._column.setContentsMargins(px("spacing.4"), 0, px("spacing.2"), px("spacing.1"))
        self._column.setSpacing(px("spacing.1"))


class _Chip(QPushButton):
    """A label with a cross; pressing takes it away.  A long label is elided."""

    def __init__(self, theme: Theme, label: Label) -> None:
        super().__init__()
        self._words = _words(label)
        self.setObjectName("label_chip")
        self.setProperty("kind", "chip")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands at the end
        self.setIcon(theme.icon("close"))
        side = theme.px("markSmall")
        self.setIconSize(QSize(side, side))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(True)  # Enter presses it
        self.setToolTip(plain_tip(self._words))
        self._room = 2 * theme.px("buttonPaddingSmall") + side + theme.px("spacing.2")
        self._least = theme.px("header")

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        words = self.fontMetrics().horizontalAdvance(self._words)
        return QSize(words + self._room, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._room
        text = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(text.replace("&", "&&"))


def _words(label: Label) -> str:
    key, value = label
    return on_one_line(f"{key} = {value}" if value else key)
