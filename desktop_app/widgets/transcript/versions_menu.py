"""The versions of the assistant, to ask again with one of them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.assistants import AssistantVersion
from desktop_app.widgets.menus import round_corners

SHOWN = 10
NOTE_LENGTH = 48


class VersionsMenu(QMenu):
    """A menu that can be opened before the versions are there.  ``version_chosen(int)``."""

    version_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("ask_again_with")
        self.menuAction().setObjectName("ask_again_with")
        self.setTitle(self.tr("&Ask again with"))
        round_corners(self)
        self.setEnabled(False)

    def fill(self, versions: Sequence[AssistantVersion]) -> None:
        """Offer the newest of ``versions``, which come newest first."""
        self.clear()
        for one in versions[:SHOWN]:
            action = self.addAction(self._words(one))
            action.setObjectName(f"ask_version_{one.version}")
            action.triggered.connect(partial(self._choose, one.version))
        self.setEnabled(bool(versions))

    def _choose(self, version: int, _is_checked: bool = False) -> None:
        self.version_chosen.emit(version)

    def _words(self, version: AssistantVersion) -> str:
        name = self.tr("version %1").replace("%1", str(version.version))
        note = " ".join(version.note.split())
        note = note if len(note) <= NOTE_LENGTH else f"{note[:NOTE_LENGTH]}…"
        return f"{name} · {note}".replace("&", "&&") if note else name
