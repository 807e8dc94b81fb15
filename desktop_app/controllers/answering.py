"""Answering: round after round from a service to the one ending of a run.

A round ends with the ending, or with calls; when these have their results the next round goes on.  What the service
says becomes edits, stages and facts on the way; ``RunsController`` owns the run and stores its ending.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop_app.controllers.active_run import ActiveRun
from desktop_app.controllers.asking import Asking, instruction_with, request_of, smaller_limits
from desktop_app.controllers.calls import ReplyCalls, Toolbox
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.endings import one_ending
from desktop_app.controllers.facts import Fact, StepsChanged
from desktop_app.controllers.listening import Listening
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.replies import GrowingReply
from desktop_app.controllers.retries import persistent
from desktop_app.controllers.service_side import Asked, ServiceSide
from desktop_app.domain.citing import fragments_block
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import (
    BadReplyError,
    ContextTooLongError,
    NitkaError,
    NotFoundError,
    RunError,
    StoreError,
    TooManyRoundsError,
    UnusableAssistantError,
)
from desktop_app.domain.events import RunEnded, RunPaused
from desktop_app.domain.prompt import Cut, PromptMessage, estimate_request, says_something
from desktop_app.domain.providers import kind_of
from desktop_app.domain.service import Resuming, Service, Submitting
from desktop_app.domain.threads import Author, Message, Run, Status
from desktop_app.domain.tools import ROUNDS_LIMIT, CallStatus, ToolStep
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore
from desktop_app.store.remote import RemoteStore

log = logging.getLogger(__name__)

# A run that is read on costs nothing to ask for again, and the network may come back later than the program.
RESUME_RETRIES = 20


class Answering:
    """Lives on the worker's loop; ``report`` may be called at any moment and must not block."""

    def __init__(
        self,
        records: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        remote: RemoteStore,
        prompts: Prompts,
        toolbox: Toolbox,
        report: Callable[[Fact], None],
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._asking = Asking(records, assistants)
        self._connections = connections
        self._remote = remote
        self._prompts = prompts
        self._toolbox = toolbox
        self._listening = Listening(report)
        self._report = report

    def begun(self, run: Run, reply: Message, *, is_resumed: bool = False) -> ActiveRun:
        """``run``, about to write ``reply``; ``is_resumed``: an earlier program began it, and the service goes on."""

        async def changed() -> bool:
            return await self._tell_steps(active)

        active = ActiveRun(
            run,
            reply,
            GrowingReply(reply, self._records, run if is_resumed else None),
            ReplyCalls(run, reply.steps, self._toolbox, changed),
            is_resumed=is_resumed,
            writes_on=is_resumed,
            citations=reply.citations if is_resumed else (),
        )
        if is_resumed:
            active.calls.fragments |= dict(enumerate(run.details.found, 1))
        return active

    async def answer(self, active: ActiveRun) -> RunEnded:
        """Read the service to the ending, each round when it is the run's turn."""
        try:
            return await self._rounds(active)
        except NitkaError as error:
            return RunEnded(Status.FAILED, RunError.of(error))

    async def _rounds(self, active: ActiveRun) -> RunEnded:
        connection = await self._connection(active.run)
        side = ServiceSide(self._remote, self._records, self._assistants, connection)
        active.functions = await self._toolbox.searching.functions(
            active.run.assistant_id, active.run.settings, connection
        )
        if active.calls.is_open and not active.is_resumed:
            await active.calls.reopen(active.functions)
            await active.calls.settle()
        while True:
            async with self._connections.turn(
                active.run.settings.connection_id, lambda: self._listening.stage(active, "queued")
            ) as service:
                ending = await self._round(active, service, side, connection)
            if isinstance(ending, RunEnded):
                return ending
            await self._answer_calls(active)
            self._listening.stage(active, "waiting")

    async def _connection(self, run: Run) -> Connection:
        connection_id = run.settings.connection_id
        found = await self._connections.connection_of(connection_id) if connection_id else None
        if found is None:
            raise UnusableAssistantError("the connection was deleted")
        return found

    # -- calls

    async def _answer_calls(self, active: ActiveRun) -> None:
        """See that each call that was told has its result; meanwhile it is the turn of others."""
        if not active.told:
            raise BadReplyError("the service waits for the results of no calls")
        active.rounds += 1
        if active.rounds > ROUNDS_LIMIT:
            raise TooManyRoundsError(f"{ROUNDS_LIMIT} rounds of calls")
        await active.growing.save()  # judging the calls may take a while
        is_new = not active.is_resumed or active.rounds > 1 or active.has_gone_on
        await active.calls.take(active.told, active.functions, active.growing.length, may_repeat=not is_new)
        await active.calls.settle()

    async def _tell_steps(self, active: ActiveRun) -> bool:
        """Report and store the calls as they are now; whether they are stored."""
        steps = active.calls.steps
        self._report(StepsChanged(active.run.thread_id, active.reply.id, steps))
        stage = _awaited(steps)
        if stage and (active.stage is None or active.stage.stage != stage):
            self._listening.stage(active, stage)
        active.pass_calls()
        return await active.growing.save(steps)

    # -- a round

    async def _round(
        self, active: ActiveRun, service: Service, side: ServiceSide, connection: Connection
    ) -> RunEnded | RunPaused:
        """Read the service to the ending, or to calls that want results."""
        active.told.clear()
        if active.is_resumed and not active.rounds:
            ending = await self._resume(active, service)
        elif active.is_held and isinstance(service, Submitting):
            ending = await self._submit(active, service, side, connection.network.retries)
            if _code(ending) == NotFoundError.code and not active.growing.has_grown:
                log.warning("run %s: the service no longer waits for the results", active.run.id)
                active.let_go()
                ending = await self._ask_what_fits(active, service, side, connection)
        else:
            if active.is_held:  # by a service that is another one now
                active.let_go()
            ending = await self._ask_what_fits(active, service, side, connection)
        if isinstance(ending, RunPaused):
            active.pause(is_held=isinstance(service, Submitting) and active.writes_on)
        return ending

    async def _ask_what_fits(
        self, active: ActiveRun, service: Service, side: ServiceSide, connection: Connection
    ) -> RunEnded | RunPaused:
        """Ask with as much of the thread as fits; less when the service says that it is too much."""
        spoken, older = await self._asking.spoken(active.reply)
        if active.addition is None:
            active.addition = await self._found(active, spoken, service, connection)
        beginning = active.message()
        said = [*spoken, beginning] if says_something(beginning) else spoken
        instruction = instruction_with(active.run.settings.instruction, active.addition)
        settings = replace(active.run.settings, instruction=instruction)
        part = await self._prompts.part(said, settings, active.functions)
        while True:
            asked = _asked(active, spoken, older, part, is_begun=said is not spoken)
            ending = await self._ask(active, service, side, asked, connection.network.retries)
            if _code(ending) != ContextTooLongError.code or active.growing.has_grown:
                break
            smaller = await self._prompts.part(said, smaller_limits(settings, part), active.functions)
            if len(smaller.messages) >= len(part.messages):
                break
            part = smaller
        await self._learn(active, connection)
        return ending

    async def _ask(
        self, active: ActiveRun, service: Service, side: ServiceSide, asked: Asked, retries: int
    ) -> RunEnded | RunPaused:
        try:
            await self._records.note_asked(active.run)
        except StoreError:  # the ending stores it once more
            log.exception("run %s: what it is asked could not be stored", active.run.id)
        events = persistent(
            lambda: side.ask(service, active.run, asked, active.message),
            retries,
            lambda error, attempt: self._listening.wait(active, error, attempt),
        )
        return await self._listening.listen(active, one_ending(events, has_text=active.rounds > 0))

    async def _submit(
        self, active: ActiveRun, service: Submitting, side: ServiceSide, retries: int
    ) -> RunEnded | RunPaused:
        """Give the results to the run that waits for them there."""
        asked = await self._asked_before(active)
        results = [
            PromptMessage(Author.TOOL, step.result, call=step.call) for step in active.calls.last_round
        ]
        events = persistent(
            lambda: side.submit(service, active.run, asked, active.growing.cursor, results, active.message),
            retries,
            lambda error, attempt: self._listening.wait(active, error, attempt),
        )
        return await self._listening.listen(active, one_ending(events, has_text=True))

    async def _resume(self, active: ActiveRun, service: Service) -> RunEnded | RunPaused:
        """Read on what the service wrote meanwhile; what it has forgotten stays as it is, to be continued."""
        if not isinstance(service, Resuming):
            return RunEnded(Status.INTERRUPTED)
        request = (await self._asked_before(active)).request
        remote_id, cursor = active.run.remote_id, active.run.cursor
        self._listening.stage(active, "reconnecting")
        events = persistent(
            lambda: service.resume(request, remote_id, cursor),
            RESUME_RETRIES,
            lambda error, attempt: self._listening.wait(active, error, attempt),
            is_safe=True,
        )
        ending = await self._listening.listen(
            active, one_ending(events, has_text=bool(active.reply.text or active.reply.steps))
        )
        if _code(ending) == NotFoundError.code:
            log.warning("run %s: the service has forgotten %s", active.run.id, remote_id)
            return RunEnded(Status.INTERRUPTED)
        return ending

    async def _asked_before(self, active: ActiveRun) -> Asked:
        """What a run was asked that goes on at the service; what was noted of that then stays."""
        spoken, older = await self._asking.spoken(active.reply)
        part = await self._prompts.part(spoken, active.run.settings, active.functions)
        noted = active.run
        asked = _asked(active, spoken, older, part, is_begun=False)
        if noted.seen:
            active.run = noted
        return asked

    async def _found(
        self, active: ActiveRun, spoken: Sequence[Message], service: Service, connection: Connection
    ) -> str:
        """What the files say about the question, for the instruction; empty when they are not searched."""
        searching = self._toolbox.searching
        if not searching.is_due(active.run, connection):
            return ""
        self._listening.stage(active, "searching")
        found = await searching.found_for(active.run, spoken, service, active.count_rephrasing)
        numbered = active.calls.number(found)
        self._listening.stage(active, "waiting")
        details = replace(active.run.details, fragments=len(active.calls.fragments), found=tuple(found))
        active.run = replace(active.run, details=details)
        return fragments_block(numbered) if numbered else ""

    async def _learn(self, active: ActiveRun, connection: Connection) -> None:
        """Let the estimate of tokens learn from the first prompt, when it was sent whole."""
        usage = active.run.usage
        if usage and not active.rounds and not kind_of(connection).truncates_itself:
            model = active.run.settings.model
            await self._prompts.learn(connection.id, model, active.estimate, usage.prompt_tokens)


def _asked(active: ActiveRun, spoken: Sequence[Message], older: int, part: Cut, *, is_begun: bool) -> Asked:
    """The request for ``part``, noted with the run; ``is_begun``: the reply's own beginning is the last of it.

    ``older`` messages are before those of ``spoken``.
    """
    request = request_of(
        active.run,
        part,
        functions=active.functions,
        addition=active.addition or "",
        is_continued=is_begun,
    )
    details = replace(
        active.run.details,
        dropped=older + part.dropped,
        functions=tuple(function.name for function in active.functions),
    )
    if active.addition is not None:
        details = replace(details, addition=active.addition)
    if not active.rounds:
        active.estimate = estimate_request(request)
        details = replace(details, prompt_tokens=part.tokens)
    others = tuple(message for message in part.messages if message.id != active.reply.id)
    led_here = replace(part, messages=others)
    active.run = replace(active.run, seen=led_here.ids, details=details)
    return Asked(request, spoken, led_here, active.is_continued)


def _awaited(steps: Sequence[ToolStep]) -> str:
    """The stage of a reply whose calls are ``steps``; empty when it waits for none."""
    statuses = {step.status for step in steps if step.is_open}
    if CallStatus.ASKED in statuses:
        return "approving"
    if CallStatus.WANTED in statuses:
        return "wanting"
    if not statuses:
        return ""
    return "searching" if all(step.is_search for step in steps if step.is_open) else "calling"


def _code(ending: RunEnded | RunPaused) -> str:
    return ending.error.code if isinstance(ending, RunEnded) and ending.error else ""
