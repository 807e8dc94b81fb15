"""The sidebar: the assistants, the threads below them, and the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.widgets.assistants_pane import AssistantsPane
from desktop_app.widgets.footer import SidebarFooter
from desktop_app.widgets.splitter import Splitter
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.threads_pane import ThreadsPane

if TYPE_CHECKING:
    from desktop_app.domain.ids import AssistantId
    from desktop_app.qt.intents import AssistantsListed


class Sidebar(QWidget):
    """The assistants have as much room as they need, at most two fifths, until the user drags the splitter.

    ``is_assistants_height_own``: the user has dragged it.
    """

    def __init__(self, theme: Theme, is_assistants_height_own: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self._theme = theme
        self._assistant_count = 0
        self.is_assistants_height_own = is_assistants_height_own
        self.setMinimumWidth(theme.px("sidebarMin"))
        self.setMaximumWidth(theme.px("sidebarMax"))
        self._lists = _Lists("lists", Qt.Orientation.Vertical, self)
        self.threads = ThreadsPane(theme, self)
        self.assistants = AssistantsPane(theme, self._lists)
        self.footer = SidebarFooter(theme, self)
        self._lay_out()
        self._lists.splitterMoved.connect(self._keep_assistants_height)
        self._lists.resized.connect(self._fit_assistants)
        self.assistants.rows_changed.connect(self._fit_assistants)
        QWidget.setTabOrder(self.assistants.last_stop, self.threads.last_stop)  # from the top down

    @property
    def assistants_height(self) -> int:
        """Logical pixels."""
        return self._lists.sizes()[0]

    def set_assistants_height(self, height: int, whole: int) -> None:
        """Give the assistants ``height`` of the ``whole``, in logical pixels."""
        self._lists.setSizes([height, max(1, whole - height)])

    def show_assistants(self, listed: AssistantsListed, selected: AssistantId | None) -> None:
        """List the assistants, one of them selected, or None: all threads."""
        self._assistant_count = len(listed.assistants)
        self.assistants.set_assistants(
            listed.assistants, listed.model_labels, listed.thread_counts, listed.total
        )
        self.assistants.select(selected)
        self._fit_assistants()

    def _fit_assistants(self) -> None:
        if self.is_assistants_height_own or not self._assistant_count:
            return
        height = self._lists.height()
        self.set_assistants_height(min(self.assistants.wanted_height, height * 2 // 5), height)

    def _keep_assistants_height(self) -> None:
        self.is_assistants_height_own = True

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.threads.top_row)
        column.addWidget(self._lists, 1)
        column.addWidget(self.footer)
        self._lists.addWidget(self.threads)
        self._lists.setStretchFactor(1, 1)


class _Lists(Splitter):
    """Signals: ``resized()``."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()
