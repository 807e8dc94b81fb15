"""What the user wants with deferred requests: to see them, to look for a result now, to give one up."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.facts import OperationChanged
from desktop_app.domain.ids import MessageId, OperationId
from desktop_app.domain.operations import Operation

RECENT = 50

Work = Coroutine[Any, Any, None]


class OutboxIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks and hands it the facts.

    ``open_changed(dict)``: the open operations by the message that waits, whenever one changes.  ``listed(list)``: the
    newest operations, open or not, the newest first.
    """

    open_changed = Signal(object)
    listed = Signal(list)

    def __init__(self, backend: Backend, parent: QObject, *, start: Callable[[Work, str], None]) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._known: dict[MessageId, Operation] = {}  # those that ended since the start as well

    def begin(self) -> None:
        """Read what is open."""
        self._start(self._read_open(), "open operations")

    async def _read_open(self) -> None:
        found = await self._backend.operation_records.open()
        # What was told meanwhile is newer than what was read, an ending too.
        self._known = {operation.message_id: operation for operation in found} | self._known
        self._tell_open()

    def take(self, fact: OperationChanged) -> None:
        """An operation changed."""
        self._known[fact.operation.message_id] = fact.operation
        self._tell_open()

    def _tell_open(self) -> None:
        self.open_changed.emit({id_: one for id_, one in self._known.items() if one.status.is_open})

    def list_recent(self) -> None:
        """Read the newest operations."""
        self._start(self._list_recent(), "outbox")

    async def _list_recent(self) -> None:
        self.listed.emit(await self._backend.operation_records.recent(RECENT))

    def check_now(self, operation_id: str) -> None:
        """Look for a result without waiting for the next check."""
        self._start(self._check_now(OperationId(operation_id)), "check operation")

    async def _check_now(self, operation_id: OperationId) -> None:
        await self._backend.worker.ask(self._backend.operations.check_now(operation_id))

    def check_message(self, message_id: str) -> None:
        """As ``check_now``, by the message that waits."""
        if operation := self._known.get(MessageId(message_id)):
            self.check_now(operation.id)

    def cancel(self, operation_id: str) -> None:
        """Give a request up; the service is told where it can be."""
        self._start(self._cancel(OperationId(operation_id)), "cancel operation")

    async def _cancel(self, operation_id: OperationId) -> None:
        await self._backend.worker.ask(self._backend.operations.cancel(operation_id))

    def cancel_message(self, message_id: str) -> None:
        """As ``cancel``, by the message that waits."""
        if operation := self._known.get(MessageId(message_id)):
            self.cancel(operation.id)
