"""What the model would see of a thread, and how many tokens that is."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from desktop_app.controllers.asking import new_question, new_reply, request_of
from desktop_app.controllers.connections import ConnectionsController
from desktop_app.controllers.prompts import Prompts
from desktop_app.controllers.searching import Searching
from desktop_app.domain.assistants import Assistant, AssistantSettings
from desktop_app.domain.connections import Connection
from desktop_app.domain.context import ContextPreview, ContextRow, Counted
from desktop_app.domain.counting import TokenRatio, estimate_functions, estimate_tokens
from desktop_app.domain.errors import NitkaError
from desktop_app.domain.ids import ThreadId
from desktop_app.domain.overrides import RunOverrides
from desktop_app.domain.prompt import (
    PROMPT_MESSAGES_LIMIT,
    Cut,
    RunRequest,
    estimate_message,
    estimate_request,
    spoken,
)
from desktop_app.domain.service import Counting
from desktop_app.domain.threads import Message, Usage
from desktop_app.domain.tools import Function
from desktop_app.store.assistants import AssistantStore
from desktop_app.store.conversations import ConversationStore, Leading

log = logging.getLogger(__name__)

COUNT_S = 5.0
START_LENGTH = 200

# What a thread is asked with where nothing is written yet: an empty question could not be sent.
SHORTEST_QUESTION = "?"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that was not sent: ``said`` is the thread with it, ``part`` what the model would see of that.

    ``older`` counts the messages before those of ``said``, which are too many to be sent.
    ``settings`` are in effect and ``functions`` on offer.  Without a draft the last message only holds its place.
    """

    assistant: Assistant
    settings: AssistantSettings
    said: Sequence[Message]
    older: int
    functions: Sequence[Function]
    part: Cut
    ratio: TokenRatio
    has_draft: bool


class ContextController:
    """Works on any loop but for ``counted``, which asks a service and lives on the worker's."""

    def __init__(
        self,
        records: ConversationStore,
        assistants: AssistantStore,
        connections: ConnectionsController,
        prompts: Prompts,
        searching: Searching,
    ) -> None:
        self._records = records
        self._assistants = assistants
        self._connections = connections
        self._prompts = prompts
        self._searching = searching

    async def preview(
        self,
        thread_id: ThreadId,
        draft: str = "",
        settings: AssistantSettings | None = None,
        overrides: RunOverrides | None = None,
    ) -> ContextPreview | None:
        """What asking ``draft`` now would send; None when the thread or its assistant is gone.

        ``settings`` None takes those of the thread's assistant.  It is exactly what ``RunsController.send`` sends, but
        for fragments of files, which are found when the question is asked.  With an empty draft it is what the shortest
        question would be sent with.  Raises StoreError.
        """
        asked = await self._asked(thread_id, draft, settings, overrides)
        return await self._told(asked) if asked else None

    async def counted(
        self,
        thread_id: ThreadId,
        draft: str = "",
        settings: AssistantSettings | None = None,
        overrides: RunOverrides | None = None,
    ) -> ContextPreview | None:
        """As ``preview``, with the tokens counted by the service where it has a tokenizer.

        A count teaches the estimate; a service that fails leaves the estimate.  Raises StoreError.
        """
        asked = await self._asked(thread_id, draft, settings, overrides)
        if asked is None:
            return None
        tokens = await self._count(asked)
        return await self._told(asked, tokens)

    def instruction(self, settings: AssistantSettings, thread_name: str = "") -> str:
        """The instruction of ``settings`` as the model would be given it now."""
        return self._prompts.in_effect(settings, thread_name).instruction

    # -- asking, all but sending

    async def _asked(
        self,
        thread_id: ThreadId,
        draft: str,
        settings: AssistantSettings | None,
        overrides: RunOverrides | None,
    ) -> _Asked | None:
        thread = await self._records.thread(thread_id)
        assistant = (
            await self._assistants.assistant(thread.assistant_id) if thread and thread.assistant_id else None
        )
        if thread is None or assistant is None:
            return None
        settings = self._prompts.in_effect(settings or assistant.settings, thread.name, overrides)
        newest = await self._records.newest(thread_id)
        before = Leading([], 0)
        if newest:  # the question is one of those that are sent
            before = await self._records.prompt_messages(thread_id, newest.id, PROMPT_MESSAGES_LIMIT - 1)
        question = new_question(thread_id, newest, draft if draft.strip() else SHORTEST_QUESTION)
        said = spoken([*before.messages, question])
        connection = await self._connection(settings)
        functions = await self._searching.functions(assistant.id, settings, connection) if connection else ()
        part = await self._prompts.part(said, settings, functions)
        ratio = await self._prompts.ratio(settings.connection_id, settings.model)
        return _Asked(assistant, settings, said, before.older, functions, part, ratio, bool(draft.strip()))

    async def _count(self, asked: _Asked) -> int | None:
        """The service's own count; None where it has none, or does not answer soon."""
        connection_id = asked.settings.connection_id
        if connection_id is None:
            return None
        request = _request(asked)
        try:
            async with asyncio.timeout(COUNT_S), self._connections.using(connection_id) as service:
                if not isinstance(service, Counting):
                    return None
                tokens = await service.count_tokens(request)
        except (NitkaError, TimeoutError) as error:
            log.info("tokens were not counted: %s", type(error).__name__)
            return None
        await self._prompts.learn(connection_id, request.model, estimate_request(request), tokens)
        return tokens

    # -- telling

    async def _told(self, asked: _Asked, counted: int | None = None) -> ContextPreview:
        settings, ratio = asked.settings, asked.ratio
        tokens = asked.part.tokens if counted is None else counted
        learned = Counted.LEARNED if ratio.reports else Counted.ESTIMATE
        rows = _rows(asked)
        sent = [row for row in rows if row.is_sent]
        return ContextPreview(
            rows=rows,
            sent=len(sent),
            total=len(rows) + asked.older,
            first_id=sent[0].id if sent else None,
            tokens=tokens,
            budget=settings.truncation.max_prompt_tokens,
            counted=learned if counted is None else Counted.SERVICE,
            instruction_tokens=_scaled(estimate_tokens(settings.instruction), ratio),
            tools_tokens=_scaled(estimate_functions(asked.functions), ratio),
            cost=await self._connections.cost(settings, Usage(tokens, 0)),
        )

    async def _connection(self, settings: AssistantSettings) -> Connection | None:
        connection_id = settings.connection_id
        return await self._connections.connection_of(connection_id) if connection_id else None


def _request(asked: _Asked) -> RunRequest:
    """The request that would be made."""
    question = asked.said[-1]
    assistant = replace(asked.assistant, settings=asked.settings)
    run, _ = new_reply(question.thread_id, question, assistant)
    return request_of(run, asked.part, functions=asked.functions)


def _rows(asked: _Asked) -> tuple[ContextRow, ...]:
    question = asked.said[-1]
    return tuple(
        ContextRow(
            id=None if message is question else message.id,
            author=message.author,
            start=message.text[:START_LENGTH],
            tokens=_scaled(estimate_message(message), asked.ratio),
            is_sent=index >= asked.part.dropped,
        )
        for index, message in enumerate(asked.said)
        if asked.has_draft or message is not question
    )


def _scaled(estimate: int, ratio: TokenRatio) -> int:
    return ceil(estimate * ratio.value)
