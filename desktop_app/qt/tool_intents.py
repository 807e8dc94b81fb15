"""What the user says to calls that wait: may they be made, and what are their results."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from desktop_app.controllers.backend import Backend
from desktop_app.domain.ids import MessageId
from desktop_app.domain.tools import Decision


class ToolIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks; what comes of them are facts of the run."""

    def __init__(
        self,
        backend: Backend,
        parent: QObject,
        *,
        start: Callable[[Coroutine[Any, Any, None], str], None],
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start

    def decide(self, message_id: str, key: str, decision: Decision) -> None:
        """Allow or deny a call of a reply."""
        work = self._backend.runs.decide(MessageId(message_id), key, decision)
        self._start(self._backend.worker.ask(work), "decide over call")

    def give_result(self, message_id: str, key: str, result: str) -> None:
        """Fill in the result of a call of a reply."""
        work = self._backend.runs.give_result(MessageId(message_id), key, result)
        self._start(self._backend.worker.ask(work), "give result")
