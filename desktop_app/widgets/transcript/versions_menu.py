"""The versions of the assistant, to ask again with one of them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.domain.assistants import AssistantVersion
from desktop_app.widgets.menus import round_corners

SHOWN = 10  # versions in a menu, and menus with older ones below them
NOTE_LENGTH = 48


class VersionsMenu(QMenu):
    """A menu that can be opened before the versions are there: the newest, then the older ones in menus of their own.

    Signals: ``version_chosen(int)``.
    """

    version_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("ask_again_with")
        self.menuAction().setObjectName("ask_again_with")
        self.setTitle(self.tr("&Ask again with"))
        round_corners(self)
        self.setEnabled(False)

    def fill(self, versions: Sequence[AssistantVersion]) -> None:
        """Offer ``versions``, which come newest first."""
        self._fill(self, versions)
        self.setEnabled(bool(versions))

    def _fill(self, menu: QMenu, versions: Sequence[AssistantVersion]) -> None:
        """Put the first of ``versions`` into ``menu``, and after them menus with the others."""
        menu.clear()
        for one in versions[:SHOWN]:
            self._add(menu, one)
        older = versions[SHOWN:]
        size = SHOWN
        while len(older) > size * SHOWN:
            size *= SHOWN
        for start in range(0, len(older), size):
            self._add_group(menu, older[start : start + size])

    def _add(self, menu: QMenu, version: AssistantVersion) -> None:
        action = menu.addAction(self._words(version))
        action.setObjectName(f"ask_version_{version.version}")
        action.triggered.connect(partial(self._choose, version.version))

    def _add_group(self, menu: QMenu, versions: Sequence[AssistantVersion]) -> None:
        if len(versions) == 1:
            self._add(menu, versions[0])
            return
        first, last = versions[-1].version, versions[0].version
        text = self.tr("versions %1 to %2").replace("%1", str(first)).replace("%2", str(last))
        group = QMenu(text, menu)
        group.menuAction().setObjectName(f"ask_versions_{first}")
        round_corners(group)
        group.aboutToShow.connect(partial(self._fill, group, versions))
        menu.addMenu(group)

    def _choose(self, version: int, _is_checked: bool = False) -> None:
        self.version_chosen.emit(version)

    def _words(self, version: AssistantVersion) -> str:
        name = self.tr("version %1").replace("%1", str(version.version))
        note = " ".join(version.note.split())
        note = note if len(note) <= NOTE_LENGTH else f"{note[:NOTE_LENGTH]}…"
        return f"{name} · {note}".replace("&", "&&") if note else name
