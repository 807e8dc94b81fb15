"""The search in an assistant's files: before a question is asked, or when the model calls it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from desktop_app.controllers.endings import one_ending
from desktop_app.domain.assistants import AssistantSettings
from desktop_app.domain.connections import Connection
from desktop_app.domain.errors import StoreError
from desktop_app.domain.events import RunEnded, UsageReported
from desktop_app.domain.files import Fragment
from desktop_app.domain.ids import AssistantId
from desktop_app.domain.normaliser import Normaliser
from desktop_app.domain.prompt import PromptMessage, RunRequest
from desktop_app.domain.providers import kind_of
from desktop_app.domain.service import Service
from desktop_app.domain.threads import Author, Message, Run, Status, Usage
from desktop_app.domain.tools import CallStrategy, Function, SearchTool, offered

log = logging.getLogger(__name__)

REPHRASE_S = 10.0
QUERY_TOKENS = 100
QUERY_LENGTH = 1000
# What a rephraser is told of the thread: enough to know what "the second one" is.
TOLD_MESSAGES = 4
TOLD_LENGTH = 1000
REPHRASE = (
    "You turn the last question of a conversation into a query for a full-text search in documents: a few words in the"
    " language of the question, with names and terms in full. Answer with the query alone."
)


class FileSearch(Protocol):
    """Where files are searched."""

    async def search(self, assistant_id: AssistantId, query: str, limit: int) -> list[Fragment]:
        """The best fragments for ``query``, best first.  Raises StoreError."""
        ...

    async def has_files(self, assistant_id: AssistantId) -> bool:
        """Whether a search could find anything.  Raises StoreError."""
        ...


class Searching:
    """Lives on the worker's loop.  A search that fails finds nothing; a run is never ended by it."""

    def __init__(self, files: FileSearch) -> None:
        self._files = files

    async def functions(
        self, assistant_id: AssistantId | None, settings: AssistantSettings, connection: Connection
    ) -> tuple[Function, ...]:
        """What a model of ``connection`` may call with ``settings``."""
        kind, search = kind_of(connection), settings.search
        if not kind.has_functions:
            return ()
        is_here = search is not None and not (kind.has_pull and search.index_ids)
        has_files = is_here and await self._has_files(assistant_id)
        return offered(settings.functions, search, has_files=has_files)

    async def found(self, run: Run, search: SearchTool, query: str) -> list[Fragment]:
        """What ``query`` finds in the files of the run's assistant.  Raises StoreError."""
        if run.assistant_id is None:
            return []
        return await self._files.search(run.assistant_id, query, search.max_results)

    def is_due(self, run: Run, connection: Connection) -> bool:
        """Whether the files are searched before the model is asked.

        Not where the service holds the assistant: its instruction there cannot change with every question.
        """
        search = run.settings.search
        is_always = search is not None and search.strategy is CallStrategy.ALWAYS
        return is_always and not kind_of(connection).has_pull

    async def found_for(
        self, run: Run, spoken: Sequence[Message], service: Service, count: Callable[[Usage], None]
    ) -> list[Fragment]:
        """What the newest question of ``spoken`` finds, put in other words when there is a model for that.

        ``count`` is told what these words took, if the service counts.
        """
        search = run.settings.search
        question = next((one for one in reversed(spoken) if one.author is Author.USER), None)
        if search is None or question is None or not await self._has_files(run.assistant_id):
            return []
        query = question.text[:QUERY_LENGTH]
        if search.rephraser:
            query = await _rephrased(run, search.rephraser, spoken, service, count) or query
        try:
            return await self.found(run, search, query)
        except StoreError:
            log.exception("run %s: the files could not be searched", run.id)
            return []

    async def _has_files(self, assistant_id: AssistantId | None) -> bool:
        try:
            return assistant_id is not None and await self._files.has_files(assistant_id)
        except StoreError:
            log.exception("the library of assistant %s could not be read", assistant_id)
            return False


async def _rephrased(
    run: Run, model: str, spoken: Sequence[Message], service: Service, count: Callable[[Usage], None]
) -> str:
    """The question as a query; empty when the model gives none in time."""
    told = "\n\n".join(f"{one.author}: {one.text[:TOLD_LENGTH]}" for one in spoken[-TOLD_MESSAGES:])
    request = RunRequest(
        request_id=f"{run.id}-query",
        model=model,
        instruction=REPHRASE,
        messages=(PromptMessage(Author.USER, told),),
        temperature=0,
        max_tokens=QUERY_TOKENS,
    )
    text, last, usage = Normaliser(), None, None
    try:
        async with asyncio.timeout(REPHRASE_S), aclosing(one_ending(service.run(request))) as events:
            async for event in events:
                text.feed(event)
                last = event
                if isinstance(event, UsageReported):
                    usage = event.usage
    except TimeoutError:
        pass
    finally:
        if usage:
            count(usage)
    if last != RunEnded(Status.COMPLETED):
        log.warning("run %s: the question was not put in other words", run.id)
        return ""
    return " ".join(text.text.split())[:QUERY_LENGTH]
