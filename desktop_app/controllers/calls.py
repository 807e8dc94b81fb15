"""The calls of one growing reply, from the moment the model makes them until each has its result.

A call of a program that was not allowed for good asks the user first; one that nothing here answers waits for the
result that the user fills in.  All calls of a round are answered side by side.  What becomes of a call is stored before
a program is started, so that none is ever started twice without a yes.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from desktop_app.controllers.argument_checks import checked_arguments
from desktop_app.controllers.local_commands import run_command
from desktop_app.controllers.searching import Searching
from desktop_app.domain.call_arguments import BadArgumentsError
from desktop_app.domain.citing import fragments_in, search_result
from desktop_app.domain.errors import StoreError
from desktop_app.domain.events import ToolCalled
from desktop_app.domain.files import Fragment
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.threads import Run
from desktop_app.domain.tools import (
    CallStatus,
    Decision,
    Function,
    Rule,
    ToolCall,
    ToolStep,
    fingerprint,
)
from desktop_app.store.call_rules import CallRuleStore
from desktop_app.store.rows import storable

log = logging.getLogger(__name__)

# A model that calls a hundred programs at once must not bring the machine down.
PROGRAMS_AT_ONCE = 8
NAME_LENGTH = 100
FOLDER_NAME_LENGTH = 32

DENIED = {
    Decision.DENY: "The user did not allow this call.",
    Decision.UNATTENDED: "Nobody is there to allow or to answer this call.",
}
STOPPED = "This call was not answered: the reply was stopped or went on without it."
UNRECORDED = "The call could not be recorded, and was not made."
UNSEARCHED = "The files could not be searched."


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What calls are answered with; ``commands`` holds the folders in which programs work."""

    rules: CallRuleStore
    searching: Searching
    commands: Path


class ReplyCalls:
    """``steps`` are the calls so far.

    ``changed`` is awaited with every change of them, and says whether they are stored.
    """

    def __init__(
        self, run: Run, steps: Sequence[ToolStep], toolbox: Toolbox, changed: Callable[[], Awaitable[bool]]
    ) -> None:
        self.steps = tuple(steps)
        self.fragments: dict[int, Fragment] = {}
        for step in self.steps:
            if step.is_search:
                self.fragments |= fragments_in(step.result)
        self._run = run
        self._toolbox = toolbox
        self._changed = changed
        self._functions: dict[str, Function] = {}
        self._arguments: dict[str, str] = {}
        self._answers: dict[str, asyncio.Future[Decision | str]] = {}
        self._early: dict[str, tuple[ToolStep, Decision | str]] = {}
        self._turns = asyncio.Semaphore(PROGRAMS_AT_ONCE)

    @property
    def is_open(self) -> bool:
        """Whether the model still waits for a result."""
        return any(step.is_open for step in self.steps)

    @property
    def last_round(self) -> tuple[ToolStep, ...]:
        """The newest calls."""
        newest = self.steps[-1].round if self.steps else 0
        return tuple(step for step in self.steps if step.round == newest)

    def number(self, fragments: Sequence[Fragment]) -> dict[int, Fragment]:
        """Give fragments that were found their numbers, which go on over the whole reply."""
        first = max(self.fragments, default=0) + 1
        found = dict(enumerate(fragments, first))
        self.fragments |= found
        return found

    # -- from the model

    async def take(
        self, told: Sequence[ToolCalled], functions: Sequence[Function], place: int, *, may_repeat: bool
    ) -> None:
        """Take the calls of a new round, of ``functions`` that were offered, after ``place`` characters of text.

        ``may_repeat``: they may be those of the last round, told once more.  Raises StoreError.
        """
        if may_repeat and [(one.name, one.arguments) for one in told] == [
            (step.call.name, step.call.arguments) for step in self.last_round
        ]:
            await self.reopen(functions)
            return
        self.stop()
        count = self.steps[-1].round + 1 if self.steps else 0
        new = [
            ToolStep(
                ToolCall(f"{count}:{index}", one.name, one.arguments, one.call_id),
                count,
                place,
                CallStatus.ASKED,
            )
            for index, one in enumerate(told)
        ]
        await self._judge(new, functions)

    async def reopen(self, functions: Sequence[Function]) -> None:
        """Take calls up again that an earlier run left open.  Raises StoreError.

        A program that was running may have done its work: it is started again only when the user says so.
        """
        await self._judge([step for step in self.steps if step.is_open], functions)

    async def _judge(self, steps: Sequence[ToolStep], functions: Sequence[Function]) -> None:
        """Decide what becomes of calls, as far as that needs nobody."""
        self._functions = {function.name: function for function in functions}
        rules = await self._rules()
        for judged in await asyncio.gather(*(self._judged(step, rules) for step in steps)):
            if judged.is_open:
                self._answers[judged.call.key] = asyncio.get_running_loop().create_future()
            self._put(judged)
        await self._changed()
        early, self._early = self._early, {}
        for key, (step, answer) in early.items():
            if self._step(key) != step:  # something else was answered than what is to be done now
                continue
            if isinstance(answer, Decision):
                await self.decide(key, answer)
            else:
                self.give(key, answer)

    async def _rules(self) -> dict[str, Rule]:
        assistant_id = self._run.assistant_id
        return await self._toolbox.rules.rules(assistant_id) if assistant_id else {}

    async def _judged(self, step: ToolStep, rules: dict[str, Rule]) -> ToolStep:
        call = step.call
        function = self._functions.get(call.name)
        if function is None:
            return _ended(step, CallStatus.FAILED, self._no_function(call.name))
        try:
            async with self._turns:
                self._arguments[call.key] = await checked_arguments(
                    call.arguments, function.parameters, self._toolbox.commands
                )
        except BadArgumentsError as error:
            return _ended(step, CallStatus.FAILED, str(error))
        if self._is_search(function):
            return replace(step, status=CallStatus.RUNNING, is_search=True)
        rule = rules.get(fingerprint(function), Rule.ASK)
        if rule is Rule.DENY:
            return _ended(step, CallStatus.DENIED, DENIED[Decision.DENY])
        if function.command is None:
            return replace(step, status=CallStatus.WANTED, command=None)
        may_run = rule is Rule.ALLOW and step.began_at is None
        status = CallStatus.RUNNING if may_run else CallStatus.ASKED
        return replace(step, status=status, command=function.command)

    def _is_search(self, function: Function) -> bool:
        return function not in self._run.settings.functions

    def _no_function(self, name: str) -> str:
        there = ", ".join(self._functions) or "none"
        return f"There is no function {name[:NAME_LENGTH]!r}. Functions on offer: {there}."

    # -- from the user

    async def decide(self, key: str, decision: Decision) -> None:
        """Answer a call that is ASKED, or deny one that is WANTED.  Raises StoreError."""
        self._note_early(key, decision)
        step = self._waiting(key)
        if step is None or (step.status is CallStatus.WANTED and decision not in DENIED):
            return
        answered = [step]
        if decision is Decision.ALWAYS and self._run.assistant_id:
            function = self._functions[step.call.name]
            await self._toolbox.rules.set_rule(self._run.assistant_id, function, Rule.ALLOW)
            answered += [one for one in self.steps if self._may_run_too(one, step)]
        for one in answered:
            self._answer(one, decision)

    def _may_run_too(self, other: ToolStep, allowed: ToolStep) -> bool:
        """Whether a call asks for what was just allowed for good, and has surely not been made already."""
        is_same = other.call.name == allowed.call.name and other.status is CallStatus.ASKED
        return is_same and other.began_at is None

    def give(self, key: str, result: str) -> None:
        """Fill in the result of a call that is WANTED."""
        self._note_early(key, result)
        step = self._waiting(key)
        if step and step.status is CallStatus.WANTED:
            self._answer(step, result)

    def _note_early(self, key: str, answer: Decision | str) -> None:
        """Keep an answer to a call of an earlier run that is shown already and not yet judged once more."""
        step = self._step(key)
        if step and step.waits_for_user and key not in self._answers:
            self._early[key] = step, answer

    def _waiting(self, key: str) -> ToolStep | None:
        """The step if it waits for the user: one of an earlier run is judged before, by what the function is now."""
        step, future = self._step(key), self._answers.get(key)
        return step if step and step.waits_for_user and future and not future.done() else None

    def _answer(self, step: ToolStep, answer: Decision | str) -> None:
        if self._waiting(step.call.key):
            self._answers[step.call.key].set_result(answer)

    # -- answering

    async def settle(self) -> None:
        """Answer all open calls, side by side; cancelling this ends programs that run."""
        async with asyncio.TaskGroup() as group:
            for step in self.steps:
                if step.is_open:
                    group.create_task(self._settle(step), name=f"call {step.call.name[:NAME_LENGTH]}")

    async def _settle(self, step: ToolStep) -> None:
        if step.status is not CallStatus.RUNNING:
            answer = await self._answers[step.call.key]
            if not isinstance(answer, Decision):
                await self._end(step, CallStatus.DONE, answer)
                return
            if answer in DENIED:
                await self._end(step, CallStatus.DENIED, DENIED[answer])
                return
        running = replace(step, status=CallStatus.RUNNING)
        self._put(running)
        if running.is_search:
            await self._search(running)
        else:
            async with self._turns:
                await self._start(running)

    async def _search(self, step: ToolStep) -> None:
        search = self._run.settings.search
        assert search is not None
        began, _ = await self._begin(step)
        query: dict[str, Any] = json.loads(self._arguments[step.call.key])
        try:
            found = await self._toolbox.searching.found(self._run, search, query["query"])
        except StoreError:
            log.exception("run %s: the files could not be searched", self._run.id)
            await self._end(began, CallStatus.FAILED, UNSEARCHED)
        else:
            await self._end(began, CallStatus.DONE, search_result(self.number(found)))

    async def _start(self, step: ToolStep) -> None:
        assert step.command is not None
        began, is_stored = await self._begin(step)
        if not is_stored:
            await self._end(began, CallStatus.FAILED, UNRECORDED)
            return
        folder = self._toolbox.commands / work_folder(self._run.assistant_id, step.call.name)
        result = await run_command(step.command, self._arguments[step.call.key], folder)
        await self._end(began, result.status, result.text, result.note)

    async def _begin(self, step: ToolStep) -> tuple[ToolStep, bool]:
        """The step from the moment on at which something is done for it, and whether that is stored."""
        began = replace(step, began_at=datetime.now(UTC))
        self._put(began)
        return began, await self._changed()

    async def _end(self, step: ToolStep, status: CallStatus, result: str, note: str = "") -> None:
        self._put(_ended(step, status, result, note))
        await self._changed()

    def stop(self) -> None:
        """End what is open: nobody waits for it any more."""
        for step in self.steps:
            if step.is_open:
                self._put(_ended(step, CallStatus.STOPPED, STOPPED))

    # -- steps

    def _step(self, key: str) -> ToolStep | None:
        return next((step for step in self.steps if step.call.key == key), None)

    def _put(self, new: ToolStep) -> None:
        """Let ``new`` take the place of the step with its key, or come last."""
        key = new.call.key
        if self._step(key) is None:
            self.steps = (*self.steps, new)
        else:
            self.steps = tuple(new if step.call.key == key else step for step in self.steps)


def work_folder(assistant_id: AssistantId | None, function_name: str) -> str:
    """The name of the folder in which the program of an assistant's function works.

    It stays the same however the function is changed, so that a program finds what it left there, and no other
    assistant's function has it.  None: of an assistant that is not there yet.  No word of a function is in it.
    """
    said = json.dumps([assistant_id, function_name])
    return sha256(said.encode()).hexdigest()[:FOLDER_NAME_LENGTH]


def _ended(step: ToolStep, status: CallStatus, result: str, note: str = "") -> ToolStep:
    return replace(step, status=status, result=storable(result), note=note, ended_at=datetime.now(UTC))
