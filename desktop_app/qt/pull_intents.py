"""What the user wants of a service that holds records: to bring all here, to take an assistant there."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.controllers.facts import PullProgressed
from desktop_app.domain.errors import RunError
from desktop_app.domain.ids import AssistantId, ConnectionId

Work = Coroutine[Any, Any, None]


class PullIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks and hands it the facts.

    ``connections_listed(list)``: all connections.  ``progressed(PullProgress)``, also with the last stage.
    ``failed(str, RunError)``: the connection's id and why the pull ended early; what was brought stays.
    ``pushed(str)``: the name of an assistant that is at the service now.
    """

    connections_listed = Signal(list)
    progressed = Signal(object)
    failed = Signal(str, object)
    pushed = Signal(str)

    def __init__(self, backend: Backend, parent: QObject, *, start: Callable[[Work, str], None]) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start

    def take(self, fact: PullProgressed) -> None:
        """A pull went on."""
        self.progressed.emit(fact.progress)

    def list_connections(self) -> None:
        """Read the connections."""
        self._start(self._list_connections(), "connections of a pull")

    async def _list_connections(self) -> None:
        self.connections_listed.emit(await self._backend.connection_records.connections())

    def begin(self, connection_id: str) -> None:
        """Bring everything of the connection's folder, or go on where the last pull stopped."""
        self._start(self._pull(ConnectionId(connection_id)), "pull")

    async def _pull(self, connection_id: ConnectionId) -> None:
        try:
            await self._backend.worker.ask(self._backend.pull.pull(connection_id))
        except Exception as error:  # noqa: BLE001 - whatever it was, the window says it
            self._backend.log_fault(error)
            self.failed.emit(connection_id, RunError.of(error))

    def stop(self, connection_id: str) -> None:
        """Stop bringing; what was brought stays, and the next pull goes on from there."""
        self._start(self._stop(ConnectionId(connection_id)), "stop pull")

    async def _stop(self, connection_id: ConnectionId) -> None:
        await self._backend.worker.ask(self._backend.pull.stop(connection_id))

    def push(self, assistant_id: str) -> None:
        """Make the assistant at the service of its connection, or bring it up to date there."""
        self._start(self._push(AssistantId(assistant_id)), "push")

    async def _push(self, assistant_id: AssistantId) -> None:
        name = await self._backend.worker.ask(self._backend.pull.push(assistant_id))
        self.pushed.emit(name)
