"""What the widgets beside replies ask for, handed on to the view's signals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.domain.tools import Decision
from desktop_app.widgets.transcript.citations import SourceTexts
from desktop_app.widgets.transcript.source_popover import SourcePopover

if TYPE_CHECKING:
    from desktop_app.widgets.transcript.view import TranscriptView


class ReplyRequests:
    """The ``CellHost`` of one view."""

    def __init__(self, view: "TranscriptView", texts: SourceTexts) -> None:
        self._view = view
        self._texts = texts

    @property
    def parts_parent(self) -> QWidget:
        """Where the widgets of replies lie."""
        return self._view.viewport()

    def ending_pressed(self, message_id: str, name: str) -> None:
        """A button of an ending was pressed."""
        view = self._view
        if name == "continue":
            view.continue_requested.emit(message_id)
        elif name == "retry":
            view.retry_requested.emit(message_id)
        elif name == "copy_role":
            self._copy_role(message_id)
        else:
            view.fix_requested.emit(message_id, name)

    def _copy_role(self, message_id: str) -> None:
        """The name of the role that a key lacks, to be sent to whoever can give it."""
        entry = self._view.page.messages.entry(message_id)
        if entry is not None and entry.run is not None and entry.run.error is not None:
            QGuiApplication.clipboard().setText(entry.run.error.role)

    def ending_resized(self, message_id: str) -> None:
        """An ending wants another height."""
        self._view.remeasure(message_id, by_reader=False)

    def part_resized(self, message_id: str) -> None:
        """The reader has folded or unfolded something above or below the words of a reply."""
        self._view.remeasure(message_id, by_reader=True)

    def call_answered(self, message_id: str, key: str, answer: Decision | str) -> None:
        """The user decided over a call, or gave its result."""
        if isinstance(answer, Decision):
            self._view.call_decided.emit(message_id, key, answer)
        else:
            self._view.call_result_given.emit(message_id, key, answer)

    def source_pressed(self, message_id: str, indexes: Sequence[int], beside: QWidget) -> None:
        """A source was chosen in the list below a reply."""
        place = beside.mapTo(self.parts_parent, QPoint())
        self.open_sources(message_id, indexes, QRect(place, beside.size()))

    def open_sources(self, message_id: str, indexes: Sequence[int], place: QRect) -> None:
        """Show what was used of a source, beside ``place`` of the viewport."""
        view = self._view
        entry = view.page.messages.entry(message_id)
        if entry is None or not indexes:
            return
        cited = [(index, entry.message.citations[index]) for index in indexes]
        popover = SourcePopover(view.theme, cited, self._texts, view)
        popover.panel_requested.connect(lambda index: view.citation_requested.emit(message_id, index))
        popover.link_activated.connect(view.link_activated)
        popover.show_at(QRect(self.parts_parent.mapToGlobal(place.topLeft()), place.size()))
