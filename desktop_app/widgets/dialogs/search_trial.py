"""Trying the search in files: what the model would be given for a question."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.files import Fragment
from desktop_app.widgets.dialogs.frame import ElidedLabel, Panel, StrongLabel, WrappedLabel
from desktop_app.widgets.disposal import dispose
from desktop_app.widgets.search_field import SearchField
from desktop_app.widgets.theme import Theme

TYPING_PAUSE_MS = 300
TEXT_SHOWN = 300


class SearchTrial(QWidget):
    """Signals: ``wanted`` with what was typed, a moment after the last key; ``show_fragments`` answers."""

    wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._field = SearchField(theme, self.tr("Try a search"))
        self._field.setObjectName("files_search")
        self._note = WrappedLabel(role="caption")
        self._note.setObjectName("files_search_note")
        self._results = QVBoxLayout()
        self._results.setSpacing(theme.px("spacing.2"))
        self._shown: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(self._field)
        column.addWidget(self._note)
        column.addLayout(self._results)
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._field.textChanged.connect(self._typed)
        self._field.left_down.connect(self._ask)
        self._note.hide()

    def show_fragments(self, query: str, fragments: Sequence[Fragment]) -> None:
        """Show what was found for ``query``, unless something else was typed meanwhile."""
        if query != self._query:
            return
        self._clear()
        self._note.setText(
            self.tr("The model would be given %n fragment(s), best first.", "", len(fragments))
            if fragments
            else self.tr("Nothing was found. Other words may help.")
        )
        self._note.show()
        for number, fragment in enumerate(fragments, 1):
            card = self._card(number, fragment)
            self._shown.append(card)
            self._results.addWidget(card)

    @property
    def _query(self) -> str:
        return self._field.text().strip()

    def _typed(self) -> None:
        if self._query:
            self._pause.start()
        else:
            self._pause.stop()
            self._note.hide()
            self._clear()

    def _ask(self) -> None:
        self._pause.stop()
        if self._query:
            self.wanted.emit(self._query)

    def _clear(self) -> None:
        for card in self._shown:
            dispose(card)
        self._shown.clear()

    def _card(self, number: int, fragment: Fragment) -> QWidget:
        px = self._theme.px
        card = Panel(self._theme)
        card.setObjectName(f"files_found_{number}")
        column = QVBoxLayout(card)
        column.setContentsMargins(px("spacing.3"), px("spacing.2"), px("spacing.3"), px("spacing.2"))
        column.setSpacing(px("spacing.half"))
        head = QHBoxLayout()
        head.addWidget(StrongLabel(self._theme, f"{number}. {fragment.name}"), 1)
        place = ElidedLabel(self._place(fragment), role="caption")
        place.setAlignment(Qt.AlignmentFlag.AlignRight)
        place.setMinimumWidth(place.sizeHint().width())
        head.addWidget(place)
        column.addLayout(head)
        text = " ".join(fragment.text.split())
        shown = text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN].rstrip()}…"
        column.addWidget(WrappedLabel(shown, role="small"))
        card.setAccessibleName(f"{number}. {fragment.name}, {place.text()}: {shown}")
        return card

    def _place(self, fragment: Fragment) -> str:
        if fragment.page:
            return self.tr("p. {page}").format(page=fragment.page)
        return self.tr("line {line}").format(line=fragment.line) if fragment.line else ""
