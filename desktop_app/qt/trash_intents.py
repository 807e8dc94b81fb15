"""What the user wants with the trash: to see it, to have things back, to be rid of them."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.trash import TrashItem

Work = Coroutine[Any, Any, None]


class TrashIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks, lists again what was restored, and shows who answers then.

    ``listed(list)`` of TrashItem, the newest first, answers everything.
    """

    listed = Signal(list)

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

    def list_items(self) -> None:
        """Read what is in the trash."""
        self._start(self._list(), "list trash")

    async def _list(self) -> None:
        self.listed.emit(await self._backend.trash.items())

    def restore(self, items: Sequence[TrashItem]) -> None:
        """Take things out of the trash."""
        self._start(self._restore(tuple(items)), "restore from trash")

    async def _restore(self, items: Sequence[TrashItem]) -> None:
        try:
            for item in items:
                await self._backend.trash.restore(item.kind, item.id)
        finally:
            self._backend.lifetimes.rearm()
            await self._list()
            await self._refresh()

    def delete(self, items: Sequence[TrashItem]) -> None:
        """Delete things for good."""
        self._start(self._delete(tuple(items)), "delete from trash")

    async def _delete(self, items: Sequence[TrashItem]) -> None:
        try:
            for item in items:
                await self._backend.trash.delete(item.kind, item.id)
        finally:
            await self._list()
            await self._refresh()

    def empty(self) -> None:
        """Delete everything in the trash for good."""
        self._start(self._empty(), "empty trash")

    async def _empty(self) -> None:
        await self._backend.trash.empty()
        await self._list()
        await self._refresh()
