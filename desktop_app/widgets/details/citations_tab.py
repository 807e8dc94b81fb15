"""The tab that lists the sources of a reply, and shows a source at the place that was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.threads import Citation
from desktop_app.widgets.details.labels import NarrowLabel
from desktop_app.widgets.details.rows import DetailRow, DetailRows, RowKind
from desktop_app.widgets.details.source_view import SourceView
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.citations import SourceTexts

if TYPE_CHECKING:
    from desktop_app.qt.details_intents import SourceRead

FRAGMENT_LINES = 3


class CitationsTab(QStackedWidget):
    """Lists citations by their sources.

    ``source_wanted(Citation)``: the file of a citation is to be read.  ``link_activated(str)``: an address is to be
    opened.
    """

    source_wanted = Signal(object)
    link_activated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = SourceTexts(self)
        self._citations: tuple[Citation, ...] = ()
        self._awaited: Citation | None = None
        self.rows = DetailRows(theme, "citation_rows")
        self.rows.setAccessibleName(self.tr("Sources of the reply"))
        self._empty = NarrowLabel(self.tr("This reply cites nothing."), role="secondary")
        self._empty.setObjectName("citations_empty")
        side = theme.px("spacing.5")
        self._empty.setContentsMargins(side, theme.px("spacing.4"), side, 0)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._empty)
        column.addWidget(self.rows, 1)
        self.source = SourceView(theme)
        self.addWidget(page)
        self.addWidget(self.source)
        self.rows.opened.connect(self._open)
        self.source.closed.connect(self._close)

    def show_citations(self, citations: tuple[Citation, ...]) -> None:
        """List these; a source that is being read goes when it is none of them."""
        if citations != self._citations:
            self._citations = citations
            self._awaited = None
            self.rows.set_rows(self._listed(citations))
            self.setCurrentIndex(0)
        self._empty.setVisible(not citations)

    def open_citation(self, index: int) -> None:
        """Show the citation at ``index`` of the reply."""
        if 0 <= index < len(self._citations):
            self.rows.select(index)
            self._show(self._citations[index])

    def show_source(self, read: SourceRead) -> None:
        """Show what was read of a file, if it is still wanted."""
        if read.citation == self._awaited:
            had_focus = self.rows.hasFocus()
            self.setCurrentWidget(self.source)
            self.source.show_source(read)
            if had_focus:
                self.source.focus()

    def _listed(self, citations: Sequence[Citation]) -> list[DetailRow]:
        """Each source with its fragments below it, in the order of the reply."""
        groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
        for index, one in enumerate(citations):
            groups[one.title, one.url, one.file_id].append(index)
        rows = []
        for indexes in groups.values():
            name = self._texts.name(citations[indexes[0]])
            rows.append(DetailRow(name, kind=RowKind.SECTION))
            rows += [self._row(citations[index], index) for index in indexes]
        return rows

    def _row(self, citation: Citation, index: int) -> DetailRow:
        place = self._texts.place(citation)
        title = place[:1].upper() + place[1:] or citation.url or self.tr("Fragment")
        note = f"[{citation.number}]" if citation.number else ""
        return DetailRow(title, " ".join(citation.fragment.split()), note, index, lines=FRAGMENT_LINES)

    def _open(self) -> None:
        index = self.rows.key_of(self.rows.currentIndex())
        if isinstance(index, int):
            self._show(self._citations[index])

    def _show(self, citation: Citation) -> None:
        if citation.url and not citation.file_id:
            self.link_activated.emit(citation.url)
        else:
            self._awaited = citation
            self.source.give_up_step()
            self.source_wanted.emit(citation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.currentWidget() is self.source:
            self._close()
        else:
            super().keyPressEvent(event)

    def _close(self) -> None:
        self._awaited = None
        self.setCurrentIndex(0)
        self.rows.setFocus()
