"""What the user wants with files of assistants: writing one, and taking one in."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.ids import AssistantId
from desktop_app.export.assistants import AssistantFileError

Work = Coroutine[Any, Any, None]


class AssistantFileIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks and tells other errors.

    ``exported(Path, str)``: an assistant's file, and its id; ``imported(Imported)``;
    ``refused(Path, AssistantFileError)``: the file was not taken, and nothing is changed.
    """

    exported = Signal(object, str)
    imported = Signal(object)
    refused = Signal(object, object)

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Work, str], None],
        refresh: Callable[[], Work],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._refresh = refresh

    def export(self, assistant_id: AssistantId, path: Path, has_history: bool) -> None:
        """Write an assistant to a file, with all its versions or the newest alone."""
        self._start(self._export(assistant_id, path, has_history), "export assistant")

    async def _export(self, assistant_id: AssistantId, path: Path, has_history: bool) -> None:
        written = await self._backend.assistant_files.export(assistant_id, path, has_history=has_history)
        self.exported.emit(written, assistant_id)

    def import_(self, path: Path) -> None:
        """Make an assistant of a file."""
        self._start(self._import(path), "import assistant")

    async def _import(self, path: Path) -> None:
        try:
            imported = await self._backend.assistant_files.import_(path)
        except AssistantFileError as error:
            self.refused.emit(path, error)
            return
        self._backend.lifetimes.rearm()
        await self._refresh()
        self.imported.emit(imported)
