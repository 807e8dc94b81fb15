"""The right pane: tabs over what is known of the open thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop_app.domain.threads import Thread
from desktop_app.widgets.details.citations_tab import CitationsTab
from desktop_app.widgets.details.context_tab import ContextTab
from desktop_app.widgets.details.details_tab import DetailsTab
from desktop_app.widgets.details.runs_tab import RunsTab
from desktop_app.widgets.details.tab import Tab
from desktop_app.widgets.theme import Theme

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import ReplyRead

NOTHING = ("", -1)


class DetailsPanel(QWidget):
    """Shows what it is given; the parts ask for more by their own signals.

    ``left()`` for Esc, ``tab_shown(int)`` with a ``Tab``.
    """

    left = Signal()
    tab_shown = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._awaited = NOTHING
        self.setObjectName("details")
        self.setAccessibleName(self.tr("Details"))
        self.setProperty("surface", "sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tabs = QTabBar(self)
        self.tabs.setObjectName("details_tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        self._pages = QStackedWidget(self)
        self.details = DetailsTab(theme)
        self.citations = CitationsTab(theme)
        self.context = ContextTab(theme)
        self.runs = RunsTab(theme)
        names = (self.tr("Details"), self.tr("Citations"), self.tr("Context"), self.tr("Runs"))
        for name, page in zip(names, (self.details, self.citations, self.context, self.runs), strict=True):
            self.tabs.addTab(name)
            self._pages.addWidget(page)
        self._lay_out()
        self._restyle()
        self.tabs.currentChanged.connect(self._show_page)
        theme.changed.connect(self._restyle)

    def _lay_out(self) -> None:
        self._head = QWidget(self)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(
            1, 0, 0, 0
        )  # the hairline at the left is the panel's own where it lies over others
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._pages, 1)

    def _restyle(self) -> None:
        theme = self._theme
        self.setMinimumWidth(theme.px("details") * 4 // 5)
        self.setMaximumWidth(theme.px("details") * 3 // 2)
        self._head.setFixedHeight(theme.px("header"))
        layout = self._head.layout()
        assert layout is not None
        layout.setContentsMargins(theme.px("spacing.4"), 0, 0, 1)
        # Four names in any language have to fit.
        self.tabs.setStyleSheet(theme.fill("QTabBar::tab { @font(small); margin-right: @size(spacing.3); }"))

    # -- what the window tells

    @property
    def tab(self) -> Tab:
        """The tab that is shown."""
        return Tab(self.tabs.currentIndex())

    def show_tab(self, tab: Tab) -> None:
        """Show a tab."""
        self.tabs.setCurrentIndex(tab)

    def focus(self) -> None:
        """Put the keyboard on the tabs."""
        self.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_thread(self, thread: Thread) -> None:
        """Tell of this thread."""
        self.details.show_thread(thread)

    def show_reply(self, read: ReplyRead | None) -> None:
        """Tell of this reply, and of its sources."""
        self.details.show_reply(read)
        self.citations.show_citations(read.message.citations if read else ())
        self.runs.rows.select(read.message.id if read else None)
        message_id, index = self._awaited
        if read and read.message.id == message_id:
            self._awaited = NOTHING
            self.citations.open_citation(index)

    def await_citation(self, message_id: str, index: int) -> None:
        """Show this citation of a reply as soon as the reply is told of."""
        self._awaited = (message_id, index)
        self.show_tab(Tab.CITATIONS)

    # -- inside

    def _show_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.tab_shown.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self._theme.color("hairline"))
        bottom = self._head.height() - 1
        painter.drawLine(0, bottom, self.width(), bottom)
        if not isinstance(self.parentWidget(), QSplitter):  # whose handle is a hairline
            painter.drawLine(0, 0, 0, self.height())
