"""The pages of the assistant's settings under their tabs, and the settings that they hold together."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Connection
from desktop_app.domain.problems import FieldProblem
from desktop_app.widgets.dialogs.assistant_context import ContextPage
from desktop_app.widgets.dialogs.assistant_general import GeneralPage
from desktop_app.widgets.dialogs.assistant_instruction import InstructionPage
from desktop_app.widgets.dialogs.assistant_lifetime import LifetimePage
from desktop_app.widgets.dialogs.assistant_model import ModelPage
from desktop_app.widgets.dialogs.assistant_versions import VersionsPage
from desktop_app.widgets.dialogs.frame import Hairline
from desktop_app.widgets.dialogs.settings_page import SettingsPage
from desktop_app.widgets.dialogs.tabs import MarkedTabBar
from desktop_app.widgets.dialogs.tools_page import ToolsPage
from desktop_app.widgets.theme import Theme


class AssistantPages(QWidget):
    """Each page shows its part of the settings and knows nothing of the others; the versions stand after them.

    Signals: ``changed`` by the user, or when a page looked at what it holds again; ``page_shown(QWidget)``.
    """

    changed = Signal()
    page_shown = Signal(QWidget)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._loaded = AssistantSettings("")
        self._is_loading = False
        self.general, self.instruction = GeneralPage(theme), InstructionPage(theme)
        self.model, self.context = ModelPage(theme), ContextPage(theme)
        self.tools, self.lifetime = ToolsPage(theme), LifetimePage(theme)
        self.versions = VersionsPage(theme)
        self._parts: list[tuple[str, SettingsPage]] = [
            (self.tr("&General"), self.general),
            (self.tr("&Instruction"), self.instruction),
            (self.tr("&Model"), self.model),
            (self.tr("Conte&xt"), self.context),
            (self.tr("&Tools"), self.tools),
            (self.tr("Li&fetime"), self.lifetime),
        ]
        self.tabs = MarkedTabBar(theme, "assistant_tabs")
        self.tabs.setAccessibleName(self.tr("Parts of the settings"))
        self._stack = QStackedWidget()
        for title, page in (*self._parts, (self.tr("&Versions"), self.versions)):
            self.tabs.addTab(title)
            self._stack.addWidget(page)
        self._lay_out(theme)
        for _, page in self._parts:
            page.changed.connect(self._page_changed)
        self.model.model_chosen.connect(self.context.set_model_context)
        self.model.connection_chosen.connect(self.tools.set_connection)
        self.tabs.currentChanged.connect(self._show_page)

    @property
    def current(self) -> QWidget | None:
        """The page that is shown."""
        return self._stack.currentWidget()

    def show_assistant(self, assistant: Assistant | None) -> None:
        """Whose settings these are, as the store has it; None for one that is not there yet and has no versions."""
        self.lifetime.show_assistant(assistant)
        self.tabs.setTabVisible(len(self._parts), assistant is not None)

    def load(self, settings: AssistantSettings, connections: list[Connection]) -> None:
        """Fill the pages; what no page shows is kept."""
        self._is_loading = True
        self._loaded = settings
        self.model.show_connections(connections, settings.connection_id)
        for _, page in self._parts:
            page.show_settings(settings)
        self._is_loading = False

    def settings(self) -> AssistantSettings:
        """What the fields say, limits broken or not."""
        settings = self._loaded
        for _, page in self._parts:
            settings = page.write(settings)
        return settings

    def show_problems(self, problems: Sequence[FieldProblem]) -> bool:
        """Show ``problems`` where they are, and what only the pages know of; whether there are any."""
        marks = [page.show_problems(problems) for _, page in self._parts]
        for index, has_problem in enumerate(marks):
            self.tabs.mark(index, self.tr("Something here needs a change") if has_problem else "")
        return any(marks)

    def show_first_problem(self) -> None:
        """Show the first page with a problem, if there is one."""
        marked = [index for index in range(self.tabs.count()) if self.tabs.is_marked(index)]
        self.tabs.setCurrentIndex(marked[0] if marked else self.tabs.currentIndex())

    def step(self, step: int) -> None:
        """Go on or back by one page; after the last comes the first."""
        shown = [index for index in range(self.tabs.count()) if self.tabs.isTabVisible(index)]
        place = shown.index(self.tabs.currentIndex()) + step
        self.tabs.setCurrentIndex(shown[place % len(shown)])

    def _lay_out(self, theme: Theme) -> None:
        row = QHBoxLayout()
        side = theme.px("spacing.6") - theme.px("spacing.half")  # a tab has 2 px of its own
        row.setContentsMargins(side, 0, side, 0)
        row.addWidget(self.tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(Hairline(theme))
        column.addWidget(self._stack, 1)

    def _page_changed(self) -> None:
        if not self._is_loading:
            self.changed.emit()

    def _show_page(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.page_shown.emit(self.current)
