"""The files of an assistant in its settings: the library, how its texts are cut, and a search to try."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.errors import RunError
from desktop_app.domain.files import Chunking, Fragment, LibraryFile
from desktop_app.domain.ids import AssistantId
from desktop_app.widgets.dialogs.files_panel import FilesPanel
from desktop_app.widgets.dialogs.frame import StrongLabel
from desktop_app.widgets.dialogs.search_settings import ChunkingFields
from desktop_app.widgets.dialogs.search_trial import SearchTrial
from desktop_app.widgets.theme import Theme
from desktop_app.widgets.transcript.error_texts import ErrorTexts

if TYPE_CHECKING:
    from desktop_app.qt.file_intents import FileIntents


class LibrarySection(QWidget):
    """Between the panel and the intents; ``chunking`` stands where the page puts it.

    Signals: ``create_wanted`` when files are wanted for an assistant that is not there yet; what was dropped is added
    once ``set_assistant`` tells that it is.  ``files_added``: files are wanted at all.
    """

    create_wanted = Signal()
    files_added = Signal()

    def __init__(self, theme: Theme, max_results: Callable[[], int]) -> None:
        super().__init__()
        self._max_results = max_results
        self._intents: FileIntents | None = None
        self._assistant_id: AssistantId | None = None
        self._waiting: list[Path] = []
        self._wants_choice = False
        self._panel = FilesPanel(theme)
        self._trial = SearchTrial(theme)
        self.chunking = ChunkingFields(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px("spacing.2"))
        column.addWidget(StrongLabel(theme, self.tr("Files")))
        column.addWidget(self._panel)
        column.addWidget(self._trial)
        self._panel.create_wanted.connect(self._want_assistant)
        self._panel.add_wanted.connect(self.add)
        self._show_assistant()

    def serve(self, intents: FileIntents) -> None:
        """Ask ``intents`` for everything from now on."""
        self._intents = intents
        intents.listed.connect(self._show_files)
        intents.changed.connect(self._change_files)
        intents.chunking_read.connect(self._show_chunking)
        intents.found.connect(self._show_fragments)
        intents.failed.connect(self._show_error)
        self._panel.remove_wanted.connect(lambda ids: intents.remove(self._known_id, ids))
        self._panel.restore_wanted.connect(lambda ids: intents.restore(self._known_id, ids))
        self._panel.retry_wanted.connect(lambda ids: intents.retry(self._known_id, ids))
        self._panel.cancel_wanted.connect(lambda: intents.cancel(self._known_id))
        self._trial.wanted.connect(lambda query: intents.search(self._known_id, query, self._max_results()))
        self.chunking.wanted.connect(lambda chunking: intents.set_chunking(self._known_id, chunking))
        self.destroyed.connect(intents.unwatch)

    def set_assistant(self, assistant_id: AssistantId | None) -> None:
        """Whose files these are; None is an assistant that is not there yet."""
        if assistant_id == self._assistant_id:
            return
        self._assistant_id = assistant_id
        self._show_assistant()
        if self._intents is not None:
            self._intents.watch(assistant_id)
        if assistant_id is None:
            return
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.add(waiting)
        elif self._wants_choice:
            self._wants_choice = False
            self._panel.choose_files()

    def add(self, paths: list[Path]) -> None:
        """Add files and folders, as soon as the assistant is there."""
        self.files_added.emit()
        if self._assistant_id is None:
            self._waiting += paths
            self.create_wanted.emit()
        elif self._intents is not None:
            self._intents.add(self._assistant_id, paths)

    @property
    def _known_id(self) -> AssistantId:
        assert self._assistant_id is not None  # there is nothing to press before
        return self._assistant_id

    @cached_property
    def _error_texts(self) -> ErrorTexts:
        return ErrorTexts(self)

    def _want_assistant(self) -> None:
        self._wants_choice = True
        self.create_wanted.emit()

    def _show_assistant(self) -> None:
        is_created = self._assistant_id is not None
        self._panel.set_created(is_created)
        self._panel.show_files([])
        self._trial.setVisible(False)

    def _show_files(self, assistant_id: str, files: list[LibraryFile]) -> None:
        if assistant_id == self._assistant_id:
            self._panel.show_files(files)
            self._show_trial()

    def _change_files(self, assistant_id: str, files: list[LibraryFile]) -> None:
        if assistant_id == self._assistant_id:
            self._panel.change_files(files)
            self._show_trial()

    def _show_trial(self) -> None:
        self._trial.setVisible(self._panel.has_ready)

    def _show_chunking(self, assistant_id: str, chunking: Chunking) -> None:
        if assistant_id == self._assistant_id:
            self.chunking.show_chunking(chunking)

    def _show_fragments(self, assistant_id: str, query: str, fragments: list[Fragment]) -> None:
        if assistant_id == self._assistant_id:
            self._trial.show_fragments(query, fragments)

    def _show_error(self, error: RunError) -> None:
        said = self._error_texts.explain(error)
        self._panel.show_problem(" ".join(filter(None, (said.title + ".", said.advice))))
