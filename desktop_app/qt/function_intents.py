"""What the user wants with functions beside the settings: what happens to their calls, and trying a program."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.controllers.backend import Backend
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.tools import CallStatus, Function, Rule

Work = Coroutine[Any, Any, None]


class FunctionIntents(QObject):
    """Lives beside ``Intents``, which starts its tasks.

    ``rules_read(str, list)``: the assistant's id and its rules, as ``domain.tools.KeptRule``.
    ``tried(CallStatus, str, str)``: what became of a trial, what the model would be given, and what the program wrote
    to its standard error.
    """

    rules_read = Signal(str, object)
    tried = Signal(object, str, str)

    def __init__(
        self, backend: Backend, parent: QObject, *, start: Callable[[Work, str], asyncio.Task[Any] | None]
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._start = start
        self._trial: asyncio.Task[Any] | None = None

    def read_rules(self, assistant_id: AssistantId) -> None:
        """Read what the user decided about calls of an assistant's functions."""
        self._start(self._read_rules(assistant_id), "read rules")

    async def _read_rules(self, assistant_id: AssistantId) -> None:
        self.rules_read.emit(assistant_id, await self._backend.rules.kept(assistant_id))

    def save_rules(self, assistant_id: AssistantId, rules: Sequence[tuple[Function, Rule]]) -> None:
        """Decide about functions from now on; ``rules_read`` brings all rules as they are then."""
        self._start(self._save_rules(assistant_id, rules), "save rules")

    async def _save_rules(self, assistant_id: AssistantId, rules: Sequence[tuple[Function, Rule]]) -> None:
        for function, rule in rules:
            await self._backend.rules.set_rule(assistant_id, function, rule)
        await self._read_rules(assistant_id)

    def forget_rule(self, assistant_id: AssistantId, about: str) -> None:
        """Ask again about the function with this fingerprint; answered like ``save_rules``."""
        self._start(self._forget_rule(assistant_id, about), "forget a rule")

    async def _forget_rule(self, assistant_id: AssistantId, about: str) -> None:
        await self._backend.rules.forget(assistant_id, about)
        await self._read_rules(assistant_id)

    def begin_trial(
        self, function: Function, arguments: str, assistant_id: AssistantId | None = None
    ) -> None:
        """Run the function's program now, as a call with these arguments (JSON text) would; another trial is ended.

        ``assistant_id`` is None for an assistant that is not there yet.
        """
        self.stop_trial()
        self._trial = self._start(self._try(function, arguments, assistant_id), "try a program")

    async def _try(self, function: Function, arguments: str, assistant_id: AssistantId | None) -> None:
        from desktop_app.controllers.calls import work_folder
        from desktop_app.controllers.local_commands import run_command

        assert function.command is not None  # only those with a program have a button for it
        folder = self._backend.commands / work_folder(assistant_id, function.name)
        try:
            result = await self._backend.worker.ask(run_command(function.command, arguments, folder))
        except asyncio.CancelledError:
            if self._trial is None:  # no other took its place, whose end is waited for
                self.tried.emit(CallStatus.STOPPED, "", "")
            raise
        self.tried.emit(result.status, result.text, result.note)

    def stop_trial(self) -> None:
        """End the program that is tried."""
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None
