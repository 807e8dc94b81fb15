"""How an assistant searches its files: when, how much it is given, and how texts are cut for it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.connections import Connection, ConnectionKind, Model
from desktop_app.domain.files import CHUNK_TOKENS_LEAST, CHUNK_TOKENS_LIMIT, Chunking
from desktop_app.domain.providers import can_call_functions
from desktop_app.domain.tools import CallStrategy, SearchTool
from desktop_app.widgets.dialogs.disclosure import Disclosure
from desktop_app.widgets.dialogs.fields import CheckRow, ChoiceBox, FieldRow, NumberBox, TextArea
from desktop_app.widgets.dialogs.frame import button
from desktop_app.widgets.theme import Theme


class SearchSettings(QWidget):
    """The fields of ``SearchTool``, shown while the ``switch`` is on, which stands where the page puts it.

    ``rows`` are the fields by the names that ``tool_problems`` gives them.  Signals: ``changed`` by the user or the
    program.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._can_call, self._is_remote = True, False
        self.switch = CheckRow(
            theme,
            "search_on",
            self.tr("Search in fi&les"),
            self.tr("The assistant answers from documents that you give it, and names the places."),
        )
        self._make_fields(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.3"))
        for row in (self._strategy_row, *self.rows.values(), self._rephraser_row, self._indexes_row):
            column.addWidget(row)
        self._connect()
        self._adapt()

    @property
    def is_on(self) -> bool:
        """Whether files are searched."""
        return self.switch.box.isChecked()

    def set_on(self, is_on: bool) -> None:
        """Search files, or do not."""
        self.switch.box.setChecked(is_on)

    @property
    def max_results(self) -> int:
        """How many fragments a search gives."""
        return self._results.value()

    def show_search(self, search: SearchTool | None) -> None:
        """Fill the fields."""
        shown = search or SearchTool()
        self._strategy.select(shown.strategy)
        self._name.setText(shown.name)
        self._instruction.set_text(shown.instruction)
        self._results.setValue(shown.max_results)
        self._rephraser.setText(shown.rephraser)
        self._indexes.set_text("\n".join(shown.index_ids))
        self.set_on(search is not None)
        self._adapt()

    def search(self) -> SearchTool | None:
        """What the fields say; None when files are not searched."""
        if not self.is_on:
            return None
        return SearchTool(
            CallStrategy(str(self._strategy.value)),
            self._name.text(),
            self._instruction.text(),
            self._results.value(),
            self._rephraser.text(),
            self.index_ids,
        )

    def set_connection(self, connection: Connection | None) -> None:
        """Offer what this connection has."""
        self._is_remote = connection is not None and connection.kind is ConnectionKind.ASSISTANT_API
        self._indexes_row.setVisible(self._is_remote)
        self._can_call = connection is None or can_call_functions(connection)
        self._adapt()

    def set_models(self, models: tuple[Model, ...]) -> None:
        """Offer models for the rephrasing; any other name can be typed."""
        completer = QCompleter([model.id for model in models], self._rephraser)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._rephraser.setCompleter(completer)

    @property
    def index_ids(self) -> tuple[str, ...]:
        """The search indexes at the service, one a line."""
        return tuple(line.strip() for line in self._indexes.text().splitlines() if line.strip())

    def use_index(self, index_id: str) -> None:
        """Search in this index at the service: one is all that it takes."""
        self._indexes.set_text(index_id)

    def _make_fields(self, theme: Theme) -> None:
        self._strategy = ChoiceBox(
            "search_strategy",
            [
                (self.tr("For every question"), CallStrategy.ALWAYS),
                (self.tr("When the model asks for it"), CallStrategy.AUTO),
            ],
        )
        self._strategy.keep_narrow(theme.px("sidebar"))
        self._strategy_row = FieldRow(theme, self.tr("When to searc&h"), self._strategy)
        self._name = QLineEdit()
        self._name.setObjectName("search_name")
        self._instruction = TextArea("search_instruction")
        self._instruction.set_lines(3)
        self._instruction.setPlaceholderText(
            self.tr("Search the contracts when a question is about terms, sums or parties.")
        )
        self._results = NumberBox(theme, "search_results")
        self._rephraser = QLineEdit()
        self._rephraser.setObjectName("search_rephraser")
        self._indexes = TextArea("search_indexes")
        self._indexes.set_lines(2)
        self.rows = {
            "search_name": FieldRow(
                theme, self.tr("Name of the search"), self._name, hint=self.tr("What the model calls it.")
            ),
            "search_instruction": FieldRow(theme, self.tr("When the model should search"), self._instruction),
            "search_results": FieldRow(
                theme,
                self.tr("Most fragm&ents"),
                self._results,
                hint=self.tr("How many pieces of text the model is given at once."),
            ),
        }
        self._rephraser_row = FieldRow(
            theme,
            self.tr("Model that rephrases the question"),
            self._rephraser,
            hint=self.tr("A model of the same connection. Empty: the question is searched for as it is."),
        )
        self._indexes_row = FieldRow(
            theme,
            self.tr("Search index at the service"),
            self._indexes,
            hint=self.tr("Its id. The AI Assistant API searches there and not on this computer."),
        )
        self._indexes_row.hide()

    def _connect(self) -> None:
        self.switch.box.toggled.connect(self._changed)
        self._strategy.currentIndexChanged.connect(self._changed)
        self._name.textChanged.connect(self.changed)
        self._instruction.textChanged.connect(self.changed)
        self._results.valueChanged.connect(self.changed)
        self._rephraser.textChanged.connect(self.changed)
        self._indexes.textChanged.connect(self._changed)

    def _changed(self) -> None:
        self._adapt()
        self.changed.emit()

    def _adapt(self) -> None:
        is_auto = self._strategy.value is CallStrategy.AUTO
        self.setVisible(self.is_on)
        said, is_warning = self._where_searched(is_auto)
        self._strategy_row.set_hint(said, is_warning=is_warning)
        self.rows["search_name"].setVisible(is_auto)
        self.rows["search_instruction"].setVisible(is_auto)

    def _where_searched(self, is_auto: bool) -> tuple[str, bool]:
        """What becomes of a question, and whether it may be something else than the user expects."""
        if is_auto and not self._can_call:
            return self.tr("The chosen connection cannot call it; with it no file is searched."), True
        if self._is_remote and self.index_ids:
            if is_auto:
                return self.tr("The service searches in its index when the model asks for it."), False
            return self.tr("The service searches in its index for every question."), False
        if is_auto:
            return self.tr("The model calls it like a function, with words of its own."), False
        if self._is_remote:
            said = self.tr(
                "With the AI Assistant API this needs an index at the service: without one no file is searched. "
                "Files on this computer are searched only with “When the model asks for it”."
            )
            return said, True
        return self.tr("The best places for each question go to the model with it."), False


class ChunkingFields(Disclosure):
    """How the texts of the library are cut.  Signals: ``wanted`` with a Chunking that keeps to the limits."""

    wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", "chunking")
        self._button.setText(self.tr("How texts are cut"))
        self._button.setAccessibleName(self.tr("How texts are cut"))
        self._now = Chunking()
        self._tokens = NumberBox(theme, "chunking_tokens", step=100)
        self._overlap = NumberBox(theme, "chunking_overlap", step=50)
        self._tokens_row = FieldRow(theme, self.tr("Size of a fragment, in tokens"), self._tokens)
        self._overlap_row = FieldRow(theme, self.tr("Repeated from the one before, in tokens"), self._overlap)
        self._apply = button(self.tr("Cut again"), "chunking_apply")
        row = QHBoxLayout()
        row.addWidget(self._apply)
        row.addStretch(1)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.3"))
        column.addWidget(self._tokens_row)
        column.addWidget(self._overlap_row)
        column.addLayout(row)
        self._tokens.valueChanged.connect(self._check)
        self._overlap.valueChanged.connect(self._check)
        self._apply.clicked.connect(lambda: self.wanted.emit(self.chunking()))
        self.show_chunking(self._now)

    def show_chunking(self, chunking: Chunking) -> None:
        """Show how the library is cut now."""
        self._now = chunking
        self._tokens.setValue(chunking.tokens)
        self._overlap.setValue(chunking.overlap)
        self._check()

    def chunking(self) -> Chunking:
        """What is typed, within the limits or not."""
        return Chunking(self._tokens.value(), self._overlap.value())

    def _check(self) -> None:
        typed = self.chunking()
        is_size_well = CHUNK_TOKENS_LEAST <= typed.tokens <= CHUNK_TOKENS_LIMIT
        is_overlap_well = typed.overlap * 2 <= typed.tokens
        self._tokens_row.set_hint(self.tr("The usual is 800. A change reads all texts anew, at once."))
        self._tokens_row.set_problem(
            ""
            if is_size_well
            else self.tr("From {least} to {most}.").format(least=CHUNK_TOKENS_LEAST, most=CHUNK_TOKENS_LIMIT)
        )
        self._overlap_row.set_problem(
            ""
            if is_overlap_well
            else self.tr("At most half of a fragment: {most}.").format(most=typed.tokens // 2)
        )
        self._apply.setEnabled(is_size_well and is_overlap_well and typed != self._now)
